//! Results as a table, and the code book that says what its codes mean.

use domain::survey::{Questionnaire, ResultRow, Wave, WaveResults};
use survey::instrument::{Choice, Form, Question, Wording};
use words::Lang;

use crate::request::csv_line;

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

/// One line a question and answer: what was asked, and what each code stands for.
pub fn codebook(asked: &Questionnaire) -> TextTable {
    let head =
        vec!["question", "kind", "condition", "question_zh", "question_en", "code", "code_zh", "code_en"];
    let mut rows = Vec::new();
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
        let mut line = |code: String, label: &Wording| {
            rows.push(vec![
                question.name.clone(),
                kind.to_owned(),
                condition.clone(),
                told(&question.wording, Lang::Zh).to_owned(),
                question.wording.en.clone(),
                code,
                label.zh.clone(),
                label.en.clone(),
            ]);
        };
        for (code, label) in codes(question) {
            line(code, &label);
        }
    }
    (head, rows)
}

fn codes(question: &Question) -> Vec<(String, Wording)> {
    let of = |choices: &[Choice], mark: &str| -> Vec<(String, Wording)> {
        choices.iter().map(|choice| (format!("{mark}{}", choice.code), choice.label.clone())).collect()
    };
    match &question.form {
        Form::Single { choices } | Form::Multiple { choices, .. } => of(choices, ""),
        Form::Matrix { rows, columns } => [of(rows, "row:"), of(columns, "")].concat(),
        Form::Scale { low, high, low_label, high_label } => {
            vec![(low.to_string(), low_label.clone()), (high.to_string(), high_label.clone())]
        }
        Form::Number { .. } | Form::Text { .. } => vec![(String::new(), Wording::default())],
    }
}
