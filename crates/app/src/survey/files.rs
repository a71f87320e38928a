//! Results as a table, and the code book that says what its codes mean.

use std::collections::BTreeMap;

use domain::survey::{Fieldwork, Questionnaire, ResultRow, Wave, WaveResults};
use survey::instrument::{Choice, Form, Question, Wording};
use words::Lang;

use super::microdata::{Told, columns};
use crate::request::csv_line;

/// Before the code of a row of a table of questions.
const ROW: &str = "row:";

fn told(wording: &Wording, lang: Lang) -> &str {
    if lang.is_english() && !wording.en.trim().is_empty() { &wording.en } else { &wording.zh }
}

/// A table of texts: names of columns, then rows.
pub type TextTable = (Vec<&'static str>, Vec<Vec<String>>);

/// The table as a file: UTF-8 with a mark at its beginning by which spreadsheets know it.
pub fn text_csv((head, rows): TextTable) -> String {
    let lines: String = rows.into_iter().map(csv_line).collect();
    format!("\u{feff}{}{lines}", csv_line(head))
}

/// One line an estimate. What too few people are behind stands without numbers.
pub fn results_csv(wave: &Wave, results: &WaveResults) -> TextTable {
    let head = vec![
        "wave",
        "instrument",
        "version",
        "question",
        "row",
        "kind",
        "answer",
        "group_by",
        "group",
        "estimate",
        "std_error",
        "ci_low",
        "ci_high",
        "deff",
        "n",
    ];
    let rows = results
        .rows
        .iter()
        .map(|row| {
            let ResultRow { question, row: part, kind, group, answer, n, shown } = row;
            let (by, group) = group.clone().unwrap_or_default();
            let number = |pick: fn(&domain::survey::Shown) -> Option<rust_decimal::Decimal>| {
                shown.as_ref().and_then(pick).map_or_else(String::new, |value| value.normalize().to_string())
            };
            vec![
                wave.wave.to_string(),
                wave.instrument.to_string(),
                wave.version.to_string(),
                question.clone(),
                part.clone().unwrap_or_default(),
                kind.as_str().to_owned(),
                answer.clone().unwrap_or_default(),
                by,
                group,
                number(|shown| Some(shown.estimate)),
                number(|shown| Some(shown.std_error)),
                number(|shown| Some(shown.low)),
                number(|shown| Some(shown.high)),
                number(|shown| shown.deff),
                if shown.is_some() { n.to_string() } else { String::new() },
            ]
        })
        .collect();
    (head, rows)
}

/// One line a question and answer: what was asked, what each code stands for, and its column in the file of answers;
/// then how people were reached.
pub fn codebook(asked: &Questionnaire, wave: &Wave, results: &WaveResults) -> TextTable {
    let head = vec![
        "question",
        "kind",
        "condition",
        "question_zh",
        "question_en",
        "code",
        "code_zh",
        "code_en",
        "column",
    ];
    let columns = columns(asked, wave, results.weighted);
    let column = |told: Told<'_>| {
        let found = columns.iter().find(|(_, held)| *held == told);
        found.map(|(head, _)| head.clone()).unwrap_or_default()
    };
    let mut rows = Vec::new();
    for mode in &wave.modes {
        let key = format!("wave-mode-{}", mode.as_str().replace('_', "-"));
        rows.push(own_column("codebook-mode", mode.as_str(), &key, column(Told::Mode)));
    }
    if results.weighted {
        rows.push(own_column("codebook-weight", "", "", column(Told::Weight)));
    }
    for question in asked.asks.questions() {
        let kind = match &question.form {
            Form::Single { .. } => "single",
            Form::Multiple { .. } => "multiple",
            Form::Scale { .. } => "scale",
            Form::Number { .. } => "number",
            Form::Text { .. } => "text",
            Form::Matrix { .. } => "matrix",
        };
        let condition = question.condition.as_ref().map(ToString::to_string).unwrap_or_default();
        let name = question.name.as_str();
        let columns_of: BTreeMap<&str, &str> = columns
            .iter()
            .filter_map(|(head, told)| match told {
                Told::Row(of, part) | Told::Ticked(of, part) if *of == name => Some((*part, head.as_str())),
                _ => None,
            })
            .collect();
        let whole = column(Told::Answer(name));
        let mut line = |code: String, label: &Wording| {
            // Codes of a table of questions are those of all its rows.
            let column = match &question.form {
                Form::Multiple { .. } => columns_of.get(code.as_str()).copied().unwrap_or_default(),
                Form::Matrix { .. } => {
                    code.strip_prefix(ROW).and_then(|row| columns_of.get(row)).copied().unwrap_or_default()
                }
                _ => whole.as_str(),
            };
            let column = column.to_owned();
            rows.push(vec![
                question.name.clone(),
                kind.to_owned(),
                condition.clone(),
                told(&question.wording, Lang::Zh).to_owned(),
                question.wording.en.clone(),
                code,
                label.zh.clone(),
                label.en.clone(),
                column,
            ]);
        };
        for (code, label) in codes(question) {
            line(code, &label);
        }
    }
    if let Some(fieldwork) = &results.fieldwork {
        rows.extend(method(fieldwork));
    }
    if wave.is_self_selected() {
        rows.push(method_line("results-self-title", String::new(), "results-self"));
    }
    (head, rows)
}

/// A line on how the wave was asked: what it is about, the number, and whose.
fn method_line(about: &str, number: String, of: &str) -> Vec<String> {
    let said =
        |key: &str, lang| if key.is_empty() { String::new() } else { words::text(lang, key).into_owned() };
    vec![
        String::new(),
        "method".to_owned(),
        String::new(),
        said(about, Lang::Zh),
        said(about, Lang::En),
        number,
        said(of, Lang::Zh),
        said(of, Lang::En),
        String::new(),
    ]
}

/// A line on a column of the file of answers that is of no question.
fn own_column(about: &str, code: &str, of: &str, column: String) -> Vec<String> {
    let mut line = method_line(about, code.to_owned(), of);
    line[1] = "column".to_owned();
    if let Some(last) = line.last_mut() {
        *last = column;
    }
    line
}

fn method(held: &Fieldwork) -> Vec<Vec<String>> {
    let key = |kind: &str, name: &str| format!("{kind}-{}", name.replace('_', "-"));
    let modes = held.modes.iter().map(|(mode, sheets)| {
        method_line("wave-modes", sheets.to_string(), &key("wave-mode", mode.as_str()))
    });
    let access = method_line("wave-access", String::new(), &key("wave-access", held.access.as_str()));
    let links = [("wave-links-made", held.links.0), ("wave-links-used", held.links.1)];
    let links = links.into_iter().filter(|_| held.links.0 > 0);
    let links = links.map(|(about, number)| method_line(about, number.to_string(), ""));
    let contacts = held
        .contacts
        .iter()
        .map(|(name, number)| method_line("wave-contacts", number.to_string(), &key("contact", name)));
    let rates = [("wave-rate-1", held.response_1), ("wave-rate-3", held.response_3)];
    let rates = rates.into_iter().map(|(about, rate)| match rate {
        Some(rate) => method_line(about, rate.to_string(), ""),
        None => method_line(about, String::new(), "results-no-rate"),
    });
    let calls = held
        .call_backs
        .iter()
        .map(|(name, number)| method_line("wave-call-backs", number.to_string(), &key("call-back", name)));
    let agreement = held.agreement.into_iter().flat_map(|held| {
        let parts = [
            ("wave-agreement", held.rate),
            ("wave-agreement-low", held.low),
            ("wave-agreement-high", held.high),
        ];
        parts.map(|(about, number)| method_line(about, number.to_string(), ""))
    });
    modes.chain([access]).chain(links).chain(contacts).chain(rates).chain(calls).chain(agreement).collect()
}

fn codes(question: &Question) -> Vec<(String, Wording)> {
    let of = |choices: &[Choice], mark: &str| -> Vec<(String, Wording)> {
        choices.iter().map(|choice| (format!("{mark}{}", choice.code), choice.label.clone())).collect()
    };
    match &question.form {
        Form::Single { choices } | Form::Multiple { choices, .. } => of(choices, ""),
        Form::Matrix { rows, columns } => [of(rows, ROW), of(columns, "")].concat(),
        Form::Scale { low, high, low_label, high_label } => {
            vec![(low.to_string(), low_label.clone()), (high.to_string(), high_label.clone())]
        }
        Form::Number { .. } => vec![(String::new(), Wording::default())],
        Form::Text { .. } => {
            let [zh, en] = [Lang::Zh, Lang::En].map(|lang| words::text(lang, "codebook-text"));
            vec![(String::new(), Wording::new(&zh, &en))]
        }
    }
}
