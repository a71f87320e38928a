//! A questionnaire and a wave for tests, of which each changes what it is about.

#![allow(clippy::unwrap_used, reason = "a test fails where something is not as it should be")]

use domain::code::Code;
use domain::named::Named;
use domain::survey::{Questionnaire, Wave, WaveAccess, WaveMode};
use survey::instrument::{Choice, Draft, Form, Instrument, Question, Wording};

fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

pub(super) fn choices(codes: &[&str]) -> Vec<Choice> {
    codes.iter().map(|code| Choice { code: (*code).into(), label: Wording::new(code, code) }).collect()
}

pub(super) fn question(name: &str, form: Form) -> Question {
    Question {
        name: name.into(),
        wording: Wording::new(name, name),
        hint: Wording::default(),
        form,
        required: true,
        condition: None,
    }
}

pub(super) fn single(name: &str, codes: &[&str]) -> Question {
    question(name, Form::Single { choices: choices(codes) })
}

pub(super) fn asked(questions: Vec<Question>) -> Questionnaire {
    let draft =
        Draft { name: "felt".into(), version: "1".into(), title: Wording::new("感受", "Felt"), questions };
    Questionnaire { instrument: code("felt"), version: 1, asks: Instrument::new(draft).unwrap() }
}

pub(super) fn wave() -> Wave {
    let day = jiff::civil::date(2019, 3, 4);
    Wave {
        wave: code("w"),
        name: Named::new("一轮", "A wave"),
        instrument: code("felt"),
        version: 1,
        from: day,
        to: day,
        frame: Named::new("居民", "Residents"),
        modes: vec![WaveMode::Street],
        access: WaveAccess::Anyone,
        area: None,
        groups: Vec::new(),
        quotas: Vec::new(),
        margins: Vec::new(),
        trim: None,
        least: 20,
        sample: None,
    }
}
