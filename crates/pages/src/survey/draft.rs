//! A questionnaire that is being written in the browser: its questions as fields, and fields as questions.

use survey::instrument::{Choice, Draft, Form, InstrumentError, Question, Wording};
use words::Lang;

use crate::editor::field::{self, Control, Field, Typed};

/// How questions are answered, as they are offered.
pub(super) const KINDS: [&str; 6] = ["single", "multiple", "scale", "matrix", "number", "text"];

pub(super) fn kind_of(form: &Form) -> &'static str {
    match form {
        Form::Single { .. } => "single",
        Form::Multiple { .. } => "multiple",
        Form::Scale { .. } => "scale",
        Form::Matrix { .. } => "matrix",
        Form::Number { .. } => "number",
        Form::Text { .. } => "text",
    }
}

/// A question of a kind with nothing in it.
pub(super) fn blank(draft: &Draft, kind: &str) -> Option<Question> {
    let form = match kind {
        "single" => Form::Single { choices: Vec::new() },
        "multiple" => Form::Multiple { choices: Vec::new(), least: None, most: None },
        "scale" => {
            Form::Scale { low: 1, high: 10, low_label: Wording::default(), high_label: Wording::default() }
        }
        "matrix" => Form::Matrix { rows: Vec::new(), columns: Vec::new() },
        "number" => Form::Number { least: None, most: None, whole: false },
        "text" => Form::Text { longest: Some(300) },
        _ => return None,
    };
    let name = (draft.questions.len() + 1..)
        .map(|number| format!("q{number}"))
        .find(|name| draft.questions.iter().all(|held| held.name != *name))?;
    Some(Question {
        name,
        wording: Wording::default(),
        hint: Wording::default(),
        form,
        required: kind != "text",
        condition: None,
    })
}

/// Answers, one on each line: code, Chinese, English. All three parts, so that a code is never taken for a text.
pub(super) fn lines(choices: &[Choice]) -> String {
    let line = |choice: &Choice| {
        let text = format!("{} | {} | {}", choice.code, choice.label.zh, choice.label.en);
        text.trim_end().to_owned()
    };
    choices.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Answers as they were typed; what stands there as it was shown is what it was, whatever signs are in it.
fn typed_choices(typed: &Typed, name: &str, held: Option<&[Choice]>) -> Vec<Choice> {
    let text = typed.get(name);
    match held {
        Some(held) if lines(held).trim() == text.replace('\r', "") => held.to_vec(),
        _ => read_lines(text),
    }
}

/// Answers as they were written. A line without a code, which has one or two parts, is given a number.
pub(super) fn read_lines(text: &str) -> Vec<Choice> {
    let lines: Vec<Vec<&str>> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.splitn(3, ['|', '｜']).map(str::trim).collect())
        .collect();
    let mut out: Vec<Choice> = Vec::with_capacity(lines.len());
    // Two parts are code and text where the first can be no text: a word of letters and digits before Chinese.
    let word = |text: &str| text.chars().all(|sign| sign.is_ascii_alphanumeric() || "-_+.".contains(sign));
    for parts in &lines {
        let (code, zh, en) = match parts.as_slice() {
            [code, zh, en] => (*code, *zh, *en),
            [code, zh] if word(code) && !zh.is_ascii() => (*code, *zh, ""),
            [zh, en] => ("", *zh, *en),
            [zh] => ("", *zh, ""),
            _ => continue,
        };
        out.push(Choice { code: code.to_owned(), label: Wording::new(zh, en) });
    }
    for at in 0..out.len() {
        if out[at].code.is_empty() {
            let unused = (at + 1..).map(|number| number.to_string());
            let code = unused.into_iter().find(|code| out.iter().all(|held| held.code != *code));
            out[at].code = code.unwrap_or_default();
        }
    }
    out
}

fn field(lang: Lang, name: &str, control: Control) -> Field {
    Field::new(lang, name, &format!("build-field-{}", name.replace('_', "-")), control)
}

fn limit<T: ToString>(limit: Option<T>) -> String {
    limit.map(|limit| limit.to_string()).unwrap_or_default()
}

/// The fields of a question.
pub(super) fn fields(lang: Lang, question: &Question) -> Vec<Field> {
    let text = |name: &str, value: &str| field(lang, name, Control::Text).value(value);
    let area = |name: &str, value: String| field(lang, name, Control::Area).value(value);
    let number = |name: &str, value: String| field(lang, name, Control::Number).value(value);
    let tick = |name: &str, set: bool| {
        let label = words::text(lang, &format!("build-tick-{name}")).into_owned();
        field(lang, name, Control::Checks(vec![field::Choice::new("yes", label)])).value(if set {
            "yes"
        } else {
            ""
        })
    };
    let mut out = vec![
        area("wording_zh", question.wording.zh.clone()).required(),
        area("wording_en", question.wording.en.clone()),
        text("hint_zh", &question.hint.zh),
        text("hint_en", &question.hint.en),
    ];
    match &question.form {
        Form::Single { choices } => out.push(area("choices", lines(choices)).required()),
        Form::Multiple { choices, least, most } => out.extend([
            area("choices", lines(choices)).required(),
            number("least", limit(*least)),
            number("most", limit(*most)),
        ]),
        Form::Scale { low, high, low_label, high_label } => out.extend([
            number("low", low.to_string()).required(),
            number("high", high.to_string()).required(),
            text("low_zh", &low_label.zh),
            text("low_en", &low_label.en),
            text("high_zh", &high_label.zh),
            text("high_en", &high_label.en),
        ]),
        Form::Matrix { rows, columns } => {
            out.extend([area("rows", lines(rows)).required(), area("columns", lines(columns)).required()]);
        }
        Form::Number { least, most, whole } => out.extend([
            number("lowest", limit(*least)),
            number("highest", limit(*most)),
            tick("whole", *whole),
        ]),
        Form::Text { longest } => out.push(number("longest", limit(*longest))),
    }
    let condition = question.condition.as_ref().map(ToString::to_string).unwrap_or_default();
    out.extend([
        tick("required", question.required),
        text("condition", &condition),
        text("name", &question.name).required(),
    ]);
    out
}

/// A field whose value is no number where one is wanted.
struct NoNumber(&'static str);

fn number<T: std::str::FromStr>(typed: &Typed, name: &'static str) -> Result<Option<T>, NoNumber> {
    match typed.get(name) {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| NoNumber(name)),
    }
}

/// The form of a question as it was typed.
fn read_form(typed: &Typed, kind: &str, held: Option<&Form>) -> Result<Form, NoNumber> {
    let (mut first, mut second) = (None, None);
    match held {
        Some(Form::Single { choices } | Form::Multiple { choices, .. }) => first = Some(choices.as_slice()),
        Some(Form::Matrix { rows, columns }) => {
            (first, second) = (Some(rows.as_slice()), Some(columns.as_slice()));
        }
        _ => {}
    }
    let wording = |zh: &str, en: &str| Wording::new(typed.get(zh), typed.get(en));
    Ok(match kind {
        "multiple" => Form::Multiple {
            choices: typed_choices(typed, "choices", first),
            least: number(typed, "least")?,
            most: number(typed, "most")?,
        },
        "scale" => Form::Scale {
            low: number(typed, "low")?.ok_or(NoNumber("low"))?,
            high: number(typed, "high")?.ok_or(NoNumber("high"))?,
            low_label: wording("low_zh", "low_en"),
            high_label: wording("high_zh", "high_en"),
        },
        "matrix" => Form::Matrix {
            rows: typed_choices(typed, "rows", first),
            columns: typed_choices(typed, "columns", second),
        },
        "number" => {
            let finite = |name| match number::<f64>(typed, name)? {
                Some(value) if !value.is_finite() => Err(NoNumber(name)),
                value => Ok(value),
            };
            Form::Number {
                least: finite("lowest")?,
                most: finite("highest")?,
                whole: !typed.joined("whole").is_empty(),
            }
        }
        "text" => Form::Text { longest: number(typed, "longest")? },
        _ => Form::Single { choices: typed_choices(typed, "choices", first) },
    })
}

/// A question as it was typed, in its place among the others; the field that is wrong, and why.
pub(super) fn read(
    lang: Lang,
    typed: &Typed,
    kind: &str,
    others: &[Question],
    at: usize,
) -> Result<Question, (&'static str, String)> {
    let form = read_form(typed, kind, others.get(at).map(|held| &held.form))
        .map_err(|NoNumber(name)| (name, words::text(lang, "build-fault-number").into_owned()))?;
    let name = typed.get("name");
    let plain = |sign: char| sign.is_alphanumeric() || "_-".contains(sign);
    if name.is_empty() || !name.chars().all(plain) {
        return Err(("name", words::text(lang, "build-fault-name").into_owned()));
    }
    let condition = match typed.get("condition") {
        "" => None,
        text => Some(text.parse().map_err(|error: survey::condition::ConditionError| {
            ("condition", words::with(lang, "build-fault-condition", &[("rest", &error.rest)]))
        })?),
    };
    let question = Question {
        name: name.to_owned(),
        wording: Wording::new(typed.get("wording_zh"), typed.get("wording_en")),
        hint: Wording::new(typed.get("hint_zh"), typed.get("hint_en")),
        form,
        required: !typed.joined("required").is_empty(),
        condition,
    };
    let twice = others.iter().enumerate().any(|(place, held)| place != at && held.name == question.name);
    if twice {
        return Err(("name", fault(lang, &InstrumentError::TwiceName(question.name))));
    }
    // What is wrong with those before it is told in the list.
    let mut questions: Vec<Question> = others.iter().take(at).cloned().collect();
    questions.push(question.clone());
    let faults = Draft { questions, ..Draft::default() }.faults();
    match faults.iter().find(|error| of(error) == Some(question.name.as_str())) {
        Some(error) => Err((place(&question.form, error), fault(lang, error))),
        None => Ok(question),
    }
}

/// The question that something is wrong with.
fn of(error: &InstrumentError) -> Option<&str> {
    use InstrumentError as E;
    match error {
        E::NoQuestions | E::NoName { .. } => None,
        E::TwiceName(name) | E::NoWording(name) | E::NoChoices(name) => Some(name),
        E::TwiceCode { question, .. }
        | E::BadCode { question, .. }
        | E::BadLimits { question, .. }
        | E::LooksAhead { question, .. }
        | E::NoSuchCode { question, .. } => Some(question),
    }
}

/// The field that it is told at.
fn place(form: &Form, error: &InstrumentError) -> &'static str {
    use InstrumentError as E;
    match (error, form) {
        (E::NoWording(_), _) => "wording_zh",
        (E::LooksAhead { .. } | E::NoSuchCode { .. }, _) => "condition",
        (E::BadLimits { .. }, Form::Scale { .. }) => "high",
        (E::BadLimits { .. }, Form::Number { .. }) => "highest",
        (E::BadLimits { .. }, _) => "most",
        (_, Form::Matrix { columns, .. }) if columns.is_empty() => "columns",
        (_, Form::Matrix { .. }) => "rows",
        (E::NoChoices(_) | E::TwiceCode { .. } | E::BadCode { .. }, _) => "choices",
        _ => "name",
    }
}

/// What is wrong with a questionnaire, in the reader's language.
pub(super) fn fault(lang: Lang, error: &InstrumentError) -> String {
    use InstrumentError as E;
    let said = |key: &str, args: &[(&str, &str)]| words::with(lang, key, args);
    match error {
        E::NoQuestions => said("build-fault-empty", &[]),
        E::NoName { number } => said("build-fault-no-name", &[("number", &number.to_string())]),
        E::TwiceName(name) => said("build-fault-twice", &[("question", name)]),
        E::NoWording(name) => said("build-fault-wording", &[("question", name)]),
        E::NoChoices(name) => said("build-fault-choices", &[("question", name)]),
        E::TwiceCode { question, code } => {
            said("build-fault-code-twice", &[("question", question), ("code", code)])
        }
        E::BadCode { question, code } => said("build-fault-code", &[("question", question), ("code", code)]),
        E::BadLimits { question, low, high, .. } => {
            said("build-fault-limits", &[("question", question), ("low", low), ("high", high)])
        }
        E::LooksAhead { question, on } => said("build-fault-ahead", &[("question", question), ("on", on)]),
        E::NoSuchCode { question, on, code } => {
            said("build-fault-no-code", &[("question", question), ("on", on), ("code", code)])
        }
    }
}

#[cfg(test)]
mod tests {
    use survey::instrument::Instrument;

    use super::*;

    #[test]
    fn answers_are_read_as_people_write_them() {
        let read = |text: &str| {
            let of = |choice: Choice| (choice.code, choice.label.zh, choice.label.en);
            read_lines(text).into_iter().map(of).collect::<Vec<_>>()
        };
        let line = |code: &str, zh: &str, en: &str| (code.to_owned(), zh.to_owned(), en.to_owned());
        assert_eq!(read("很满意\n\n 一般 "), [line("1", "很满意", ""), line("2", "一般", "")]);
        assert_eq!(read("是 | yes\n否｜no"), [line("1", "是", "yes"), line("2", "否", "no")]);
        assert_eq!(
            read("y | 是 | Yes\nn | 否 | No | never"),
            [line("y", "是", "Yes"), line("n", "否", "No | never")]
        );
        assert_eq!(read("y | 是 | Yes\nn | 否"), [line("y", "是", "Yes"), line("n", "否", "")]);
        assert_eq!(read("Yes | No"), [line("1", "Yes", "No")]);
        assert_eq!(read("是 | 是 |\n≤5 | 五次以下 |"), [line("是", "是", ""), line("≤5", "五次以下", "")]);
        assert_eq!(read("1 | 是\n2 | 否"), [line("1", "是", ""), line("2", "否", "")]);
        assert_eq!(read("60+ | 六十岁以上"), [line("60+", "六十岁以上", "")]);
        // A number that is taken is given to nobody else.
        assert_eq!(read("2 | 乙\n甲")[1].0, "3");
    }

    #[test]
    fn what_is_shown_reads_as_it_was() {
        for choices in
            ["y | 是 | Yes\nn | 否 | No", "1 | 是\n2 | 否", "a-b | 甲 | A", "是 | 是 |", "y | | Yes"]
        {
            let held = read_lines(choices);
            assert_eq!(read_lines(&lines(&held)), held);
        }
        let lang = Lang::En;
        let mut draft = Draft::default();
        for kind in KINDS {
            let blank = blank(&draft, kind).unwrap();
            assert_eq!(kind_of(&blank.form), kind);
            let mut typed = Typed::default();
            for field in fields(lang, &blank) {
                typed.set(&field.name, field.value);
            }
            typed.set("wording_zh", "问");
            for (name, value) in [("choices", "甲\n乙"), ("rows", "一\n二"), ("columns", "好\n坏")] {
                typed.set(name, value);
            }
            let at = draft.questions.len();
            let read = read(lang, &typed, kind, &draft.questions, at).unwrap();
            // Shown and sent once more, it is the same question.
            let mut again = Typed::default();
            for field in fields(lang, &read) {
                again.set(&field.name, field.value);
            }
            assert_eq!(super::read(lang, &again, kind, &draft.questions, at), Ok(read.clone()));
            draft.questions.push(read);
        }
        assert!(Instrument::new(draft).is_ok());
    }

    #[test]
    fn what_is_wrong_is_told_at_its_field() {
        let lang = Lang::En;
        let first = blank(&Draft::default(), "single").unwrap();
        let at = |kind: &str, fields: &[(&str, &str)]| {
            let mut typed = Typed::default();
            for (name, value) in [("name", "q2"), ("wording_zh", "问")].iter().chain(fields) {
                typed.set(name, *value);
            }
            read(lang, &typed, kind, std::slice::from_ref(&first), 1).map_err(|(field, _)| field)
        };
        assert_eq!(at("single", &[]), Err("choices"));
        assert_eq!(at("single", &[("choices", "a | 甲 | A\na | 乙 | B")]), Err("choices"));
        assert_eq!(at("matrix", &[("rows", "甲")]), Err("columns"));
        assert_eq!(at("matrix", &[("columns", "甲")]), Err("rows"));
        assert_eq!(at("scale", &[("low", "5"), ("high", "1")]), Err("high"));
        assert_eq!(at("scale", &[("low", "5")]), Err("high"));
        assert_eq!(at("scale", &[("low", "x"), ("high", "1")]), Err("low"));
        assert_eq!(at("number", &[("lowest", "5"), ("highest", "1")]), Err("highest"));
        assert_eq!(at("number", &[("lowest", "inf")]), Err("lowest"));
        assert_eq!(at("multiple", &[("choices", "甲\n乙"), ("least", "3")]), Err("most"));
        assert_eq!(at("text", &[("longest", "many")]), Err("longest"));
        assert_eq!(at("text", &[("name", "q1")]), Err("name"));
        assert_eq!(at("text", &[("name", "a b")]), Err("name"));
        assert_eq!(at("text", &[("wording_zh", "")]), Err("wording_zh"));
        assert_eq!(at("text", &[("condition", "${q9} = 'a'")]), Err("condition"));
        assert_eq!(at("text", &[("condition", "who knows")]), Err("condition"));
    }
}
