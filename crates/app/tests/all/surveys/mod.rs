//! A wave from its questionnaire to its results: who is asked, what is kept of them, and what it comes to.

mod called;
mod microdata;
mod observed;
mod results;
mod taking;
mod written;

use std::sync::Arc;

use crate::place;

use app::survey::answer::OUTCOMES;
use app::survey::{
    CompareFault, ComparedLine, EstimateFault, FreezeFault, NewSheet, OwnFound, PickedEstimate, SheetFault,
    Taken, full_quota, judged,
};
use app::{Actor, App, AppError, Change};
use domain::code::Code;
use domain::command::Command;
use domain::index::{
    Aggregation, Better, HeldVersion, IndexDimension, IndexPart, IndexPeriod, IndexValues, IndexVersion,
    Scaling,
};
use domain::indicator::{AskedBy, IndicatorFact};
use domain::named::Named;
use domain::person::PersonFact;
use domain::policy::{Grant, Role, Scope};
use domain::refusal::Problem;
use domain::source::Source;
use domain::subject::Subject;
use domain::survey::{
    Questionnaire, ResultKind, SurveyFault, Wave, WaveAccess, WaveEvent, WaveMargin, WaveMode, WaveQuota,
    WaveState,
};
use jiff::civil::{Date, date};
use rust_decimal::Decimal;
use scratch::Scratch;
use store::{Invitation, StoreError, SurveySheet};
use survey::instrument::{Choice, Draft, Form, Instrument, Question, Wording};
use survey::sheet::{Answer, Answers, SheetProblem};

use crate::place::{Place, code};

const DAY: Date = date(2019, 3, 6);

fn question(name: &str, form: Form) -> Question {
    let wording = Wording::new(&format!("问{name}"), name);
    Question { name: name.into(), wording, hint: Wording::default(), form, required: true, condition: None }
}

fn single(name: &str, codes: &[&str]) -> Question {
    let choice =
        |code: &&str| Choice { code: (*code).into(), label: Wording::new(&format!("选{code}"), code) };
    question(name, Form::Single { choices: codes.iter().map(choice).collect() })
}

fn asked(version: u32) -> Questionnaire {
    let why = Question {
        required: false,
        condition: Some("${felt} = 'no'".parse().unwrap()),
        ..question("why", Form::Text { longest: Some(200) })
    };
    let low_label = Wording::new("差", "bad");
    let scale = Form::Scale { low: 1, high: 5, low_label: low_label.clone(), high_label: low_label };
    let felt =
        if version == 1 { single("felt", &["yes", "no"]) } else { single("felt", &["yes", "no", "unsure"]) };
    let draft = Draft {
        name: "felt".into(),
        version: version.to_string(),
        title: Wording::new("感受", "Felt"),
        questions: vec![single("sex", &["f", "m"]), felt, why, question("score", scale)],
    };
    Questionnaire { instrument: code("felt"), version, asks: Instrument::new(draft).unwrap() }
}

fn wave(name: &str, version: u32, access: WaveAccess) -> Wave {
    Wave {
        wave: code(name),
        name: Named::new("一轮", "A wave"),
        instrument: code("felt"),
        version,
        from: date(2019, 3, 4),
        to: date(2019, 3, 20),
        frame: Named::new("居民", "Residents"),
        modes: vec![WaveMode::Web, WaveMode::Street],
        access,
        area: None,
        groups: vec!["sex".into()],
        quotas: vec![WaveQuota { of: vec![("sex".into(), "f".into())], target: 4 }],
        margins: vec![WaveMargin {
            question: "sex".into(),
            totals: vec![("f".into(), 50.into()), ("m".into(), 50.into())],
            source: "普查".into(),
        }],
        trim: None,
        least: 5,
        sample: None,
    }
}

fn ground() -> (Source, String) {
    (Source::default(), String::new())
}

struct Field {
    place: Place,
    plan: Code,
}

impl Field {
    /// A town with a task force and an interviewer, and an open wave.
    fn open(scratch: Scratch, access: WaveAccess) -> Self {
        let place = Place::open(scratch);
        for (person, role) in [("force", Role::MunicipalTaskForce), ("asker", Role::Community)] {
            let name = PersonFact::Name { name: person.into() }.into();
            let role = PersonFact::Role { role, scope: Scope::Everything, held: true }.into();
            place.register(Subject::person(&code(person)), vec![name, role]);
        }
        place.day(DAY, 9);
        let field = Self { place, plan: code("p") };
        field.begin("w1", 1, access);
        field
    }

    fn begin(&self, name: &str, version: u32, access: WaveAccess) {
        let force = self.person("force");
        self.wait(self.place.app.record_questionnaire(&force, &self.plan, asked(version), ground())).unwrap();
        self.wait(self.place.app.record_wave(&force, &self.plan, wave(name, version, access), ground()))
            .unwrap();
        let opened = WaveEvent::Opened { asked: asked(version).fingerprint() };
        self.step(name, opened).unwrap();
    }

    fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.place.runtime.block_on(work)
    }

    fn person(&self, name: &str) -> Actor {
        let role = if name == "force" { Role::MunicipalTaskForce } else { Role::Community };
        let grants = vec![Grant { role, scope: Scope::Everything }];
        Actor::Person { person: code(name), name: name.into(), grants }
    }

    fn step(&self, name: &str, event: WaveEvent) -> Result<(), AppError> {
        let force = self.person("force");
        self.wait(self.place.app.step_wave(&force, &self.plan, &code(name), event, ground())).map(|_| ())
    }

    fn take(&self, actor: &Actor, name: &str, new: NewSheet) -> Result<Taken, SheetFault> {
        self.wait(self.place.app.take_sheet(actor, &self.plan, &code(name), new)).unwrap()
    }

    fn freeze(&self, name: &str) -> Result<(), FreezeFault> {
        let force = self.person("force");
        self.wait(self.place.app.freeze_wave(&force, &self.plan, &code(name), ground())).map(|_| ())
    }

    fn state(&self, name: &str) -> WaveState {
        self.wait(self.place.app.wave(&self.plan, name)).unwrap().0.state()
    }
}

fn answers(sex: &str, felt: &str, score: f64) -> Answers {
    Answers::from([
        ("sex".into(), Answer::Choice(sex.into())),
        ("felt".into(), Answer::Choice(felt.into())),
        ("score".into(), Answer::Number(score)),
    ])
}

fn sheet(id: &str, answers: Answers) -> NewSheet {
    let shown = asked(1).fingerprint();
    let (invitation, begun) = (String::new(), String::new());
    NewSheet { sheet: code(id), mode: WaveMode::Web, day: None, shown, answers, invitation, begun }
}

fn on_street(id: &str, answers: Answers, day: Date) -> NewSheet {
    NewSheet { mode: WaveMode::Street, day: Some(day), ..sheet(id, answers) }
}
