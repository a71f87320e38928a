//! How figures of surveys are named and written, wherever they are shown.

use domain::survey::ResultKind;
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;
use survey::instrument::{Form, Question, Wording};
use words::Lang;
use words::shown::number;

/// A wording in a language, Chinese where it is in no other.
pub fn told(lang: Lang, wording: &Wording) -> String {
    let english = lang.is_english() && !wording.en.trim().is_empty();
    if english { wording.en.clone() } else { wording.zh.clone() }
}

/// A mean, or a share in percent.
pub fn figure(kind: ResultKind, value: Decimal) -> String {
    match kind {
        ResultKind::Mean => number(value.round_dp(2)),
        _ => format!("{}%", (value * Decimal::ONE_HUNDRED).round_dp(1).normalize()),
    }
}

/// A difference, of shares in points of percent.
pub fn difference(kind: ResultKind, value: f64) -> String {
    let scaled = if kind == ResultKind::Mean { value } else { value * 100.0 };
    let places = if kind == ResultKind::Mean { 2 } else { 1 };
    let text = Decimal::from_f64(scaled).map(|value| value.round_dp(places)).unwrap_or_default();
    let sign = if text.is_sign_positive() && !text.is_zero() { "+" } else { "" };
    format!("{sign}{}", number(text).replace('-', "−"))
}

/// How an answer is called.
pub fn answer_label(question: Option<&Question>, answer: Option<&str>, lang: Lang) -> String {
    let Some(answer) = answer else { return String::new() };
    let choices = match question.map(|question| &question.form) {
        Some(Form::Single { choices } | Form::Multiple { choices, .. }) => choices,
        Some(Form::Matrix { columns, .. }) => columns,
        Some(Form::Scale { low, high, low_label, high_label }) => {
            let end = match answer {
                text if text == low.to_string() => told(lang, low_label),
                text if text == high.to_string() => told(lang, high_label),
                _ => String::new(),
            };
            return if end.is_empty() { answer.to_owned() } else { format!("{answer} · {end}") };
        }
        _ => return answer.to_owned(),
    };
    let found = choices.iter().find(|choice| choice.code == answer);
    found.map_or_else(|| answer.to_owned(), |choice| told(lang, &choice.label))
}

/// How a row of a table of questions is called.
pub fn row_label(question: Option<&Question>, row: &str, lang: Lang) -> String {
    let found = match question.map(|question| &question.form) {
        Some(Form::Matrix { rows, .. }) => rows.iter().find(|held| held.code == row),
        _ => None,
    };
    found.map_or_else(|| row.to_owned(), |held| told(lang, &held.label))
}

/// What was asked, with the row of a table of questions.
pub fn question_label(question: Option<&Question>, (name, row): (&str, Option<&str>), lang: Lang) -> String {
    let text = question.map_or_else(|| name.to_owned(), |question| told(lang, &question.wording));
    match row {
        Some(row) => format!("{text} · {}", row_label(question, row, lang)),
        None => text,
    }
}
