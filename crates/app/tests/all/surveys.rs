//! A wave from its questionnaire to its results: who is asked, what is kept of them, and what it comes to.

use std::sync::Arc;

use crate::place;

use app::survey::answer::OUTCOMES;
use app::survey::{
    CompareFault, Compared, ComparedLine, EstimateFault, FreezeFault, NewSheet, OwnFound, PickedEstimate,
    SheetFault, Taken,
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

fn a_sheet_is_checked_and_kept_once(scratch: Scratch) {
    let field = Field::open(scratch, WaveAccess::Anyone);
    let public = Actor::Public;
    assert_eq!(field.take(&public, "w1", sheet("s1", answers("f", "yes", 4.0))), Ok(Taken::Kept));
    assert_eq!(field.take(&public, "w1", sheet("s1", answers("f", "yes", 4.0))), Ok(Taken::Already));
    let other = sheet("s1", answers("f", "no", 4.0));
    assert_eq!(field.take(&public, "w1", other), Err(SheetFault::OtherAnswers));
    let outside = field.take(&public, "w1", sheet("s2", answers("f", "yes", 6.0)));
    assert!(
        matches!(&outside, Err(SheetFault::Problems(found)) if matches!(found[0], SheetProblem::Outside { .. }))
    );
    let mut not_asked = answers("f", "yes", 4.0);
    not_asked.insert("why".into(), Answer::Text("x".into()));
    assert!(matches!(field.take(&public, "w1", sheet("s3", not_asked)), Err(SheetFault::Problems(_))));
    let old = NewSheet { shown: asked(2).fingerprint(), ..sheet("s4", answers("f", "yes", 4.0)) };
    assert_eq!(field.take(&public, "w1", old), Err(SheetFault::OtherVersion));
    // Nobody but staff says that somebody was asked on the street.
    let street = on_street("s5", answers("m", "no", 2.0), DAY);
    let refused = field.wait(field.place.app.take_sheet(&public, &field.plan, &code("w1"), street.clone()));
    assert!(matches!(refused, Err(AppError::Refused(_))));
    assert_eq!(field.take(&field.person("asker"), "w1", street), Ok(Taken::Kept));
    let early = on_street("s6", answers("m", "no", 2.0), date(2019, 3, 1));
    assert_eq!(field.take(&field.person("asker"), "w1", early), Err(SheetFault::Day));
    let paper = NewSheet { mode: WaveMode::Paper, ..on_street("s7", answers("m", "no", 2.0), DAY) };
    assert_eq!(field.take(&field.person("asker"), "w1", paper), Err(SheetFault::Mode));
    // Numbers that lead to somebody are not kept.
    let mut why = answers("m", "no", 2.0);
    why.insert("why".into(), Answer::Text("请打 13812345678".into()));
    assert_eq!(field.take(&public, "w1", sheet("s8", why)), Ok(Taken::Kept));
    let (held, _) = field.wait(field.place.app.wave(&field.plan, "w1")).unwrap();
    let live = field.wait(field.place.app.live_wave(&field.plan, &held)).unwrap();
    assert_eq!((live.sheets(), live.late(), live.quotas[0].filled), (3, 0, 1));
    let kept = field
        .place
        .app
        .database()
        .read(|c| c.survey_sheet(&code("p"), &code("w1"), &code("s8")))
        .unwrap()
        .unwrap();
    assert!(!kept.answers.contains("13812345678"), "{}", kept.answers);
}

fn a_link_works_once_and_nothing_leads_from_it_to_the_sheet(scratch: Scratch) {
    let field = Field::open(scratch, WaveAccess::Invited);
    let (app, plan, public) = (&field.place.app, &field.plan, Actor::Public);
    let refused = field.wait(app.invite(&field.person("asker"), plan, &code("w1"), 3));
    assert!(matches!(refused, Err(AppError::Refused(_))), "only those who run the survey invite");
    let links = field.wait(app.invite(&field.person("force"), plan, &code("w1"), 3)).unwrap();
    let with = |id: &str, link: &str| {
        let invitation = link.to_owned();
        NewSheet { invitation, ..sheet(id, answers("f", "yes", 4.0)) }
    };
    assert_eq!(field.take(&public, "w1", sheet("s0", answers("f", "yes", 4.0))), Err(SheetFault::NotInvited));
    let forged = with("s1", &"0".repeat(32));
    assert_eq!(field.take(&public, "w1", forged), Err(SheetFault::Invitation(Invitation::Unknown)));
    assert_eq!(field.take(&public, "w1", with("s2", &links[0])), Ok(Taken::Kept));
    // Sent again because the answer got lost on the way: nothing is doubled, and nobody is told off.
    assert_eq!(field.take(&public, "w1", with("s2", &links[0])), Ok(Taken::Already));
    assert_eq!(
        field.take(&public, "w1", with("s3", &links[0])),
        Err(SheetFault::Invitation(Invitation::Used))
    );
    // A link of another wave is none of this one.
    field.begin("w2", 1, WaveAccess::Invited);
    let others = field.wait(app.invite(&field.person("force"), plan, &code("w2"), 1)).unwrap();
    let crossed = with("s4", &others[0]);
    assert_eq!(field.take(&public, "w1", crossed), Err(SheetFault::Invitation(Invitation::Unknown)));

    // Everything that is kept, journal and backup: neither the secret nor its digest stands beside a sheet.
    let mut backup = Vec::new();
    app.database().backup(&mut backup, |_| ()).unwrap();
    let text = {
        use std::io::Read;
        let mut text = String::new();
        flate2::read::GzDecoder::new(&backup[..]).read_to_string(&mut text).unwrap();
        text
    };
    assert!(links.iter().all(|link| !text.contains(link.as_str())), "a secret is kept");
    let digests: Vec<String> = app
        .database()
        .read(|c| c.rows("SELECT invitation FROM survey_invitation", &[], |row| Ok(row.text(0)?.to_owned())))
        .unwrap();
    assert_eq!(digests.len(), 4);
    for digest in &digests {
        let beside: Vec<&str> = text.lines().filter(|line| line.contains(digest.as_str())).collect();
        assert_eq!(beside.len(), 1, "a link is named once");
        assert!(!beside[0].contains("s2") && !beside[0].contains("2019"), "{}", beside[0]);
    }
    let of_sheet: Vec<&str> = text.lines().filter(|line| line.contains("\"s2\"")).collect();
    assert_eq!(of_sheet.len(), 1, "the journal says nothing of a sheet");
    assert!(!of_sheet[0].contains(":2"), "no moment nearer than the day");
}

fn a_wave_is_closed_frozen_and_told(scratch: Scratch) {
    let field = Field::open(scratch, WaveAccess::Anyone);
    let (app, plan) = (&field.place.app, &field.plan);
    assert!(
        matches!(field.freeze("w1"), Err(FreezeFault::App(AppError::Refused(_)))),
        "not while it is open"
    );
    // Women answer three times as often as men, and feel better.
    for at in 0..24 {
        let (sex, felt) = match at {
            0..18 => ("f", if at % 3 == 0 { "no" } else { "yes" }),
            _ => ("m", if at % 3 == 0 { "yes" } else { "no" }),
        };
        let new = sheet(&format!("s{at}"), answers(sex, felt, f64::from(at % 5 + 1)));
        assert_eq!(field.take(&Actor::Public, "w1", new), Ok(Taken::Kept));
    }
    for number in [3, 4] {
        let what = (WaveMode::Street, OUTCOMES[0], number);
        field.wait(app.count_contacts(&field.person("asker"), plan, &code("w1"), what)).unwrap();
    }
    field.step("w1", WaveEvent::Closed).unwrap();
    assert_eq!(
        field.take(&Actor::Public, "w1", sheet("s90", answers("f", "yes", 1.0))),
        Err(SheetFault::NotAsking)
    );
    // A phone that was offline when the wave was closed.
    let kept = on_street("s91", answers("m", "no", 2.0), DAY);
    field.place.day(date(2019, 3, 8), 9);
    assert_eq!(field.take(&field.person("asker"), "w1", kept.clone()), Ok(Taken::Kept));
    field.freeze("w1").unwrap();
    assert_eq!(field.state("w1"), WaveState::Frozen);
    // Later ones are kept and do not count; the same one is still the same.
    assert_eq!(field.take(&field.person("asker"), "w1", kept), Ok(Taken::Already));
    let late = on_street("s92", answers("m", "no", 2.0), DAY);
    assert_eq!(field.take(&field.person("asker"), "w1", late), Ok(Taken::Late));
    let (held, _) = field.wait(app.wave(plan, "w1")).unwrap();
    let live = field.wait(app.live_wave(plan, &held)).unwrap();
    assert_eq!((live.sheets(), live.late(), held.frozen().unwrap().sheets), (25, 1, 25));
    // Of those who came by themselves nobody knows how many could have: the rate is that of the street.
    assert!(live.rates.unwrap().response_1.is_some_and(|rate| (rate - 1.0 / 8.0).abs() < 1e-12));

    let results = field.wait(app.wave_results(plan, &held)).unwrap().unwrap();
    let kept = results.fieldwork.as_deref().unwrap();
    assert_eq!(kept.modes, [(WaveMode::Web, 24), (WaveMode::Street, 1)]);
    assert_eq!(
        (&kept.rated[..], kept.contacts.clone()),
        (&[WaveMode::Street][..], vec![("refused".into(), 7)])
    );
    assert_eq!(kept.response_1, Some(Decimal::new(125, 3)));
    assert!(held.wave.is_self_selected());
    assert!(results.weighted);
    let row = |answer: &str, group: Option<&str>| {
        let found = results.rows.iter().find(|row| {
            row.question == "felt"
                && row.kind == ResultKind::Share
                && row.answer.as_deref() == Some(answer)
                && row.group.as_ref().map(|(_, group)| group.as_str()) == group
        });
        found.unwrap().clone()
    };
    // Each sex counts half: 12 of 18 women, 2 of 7 men.
    let expected = (12.0 / 18.0 + 2.0 / 7.0) / 2.0;
    let felt = row("yes", None);
    let estimate: f64 = felt.shown.unwrap().estimate.to_string().parse().unwrap();
    assert!((estimate - expected).abs() < 1e-6, "{estimate} {expected}");
    assert_eq!((felt.n, row("yes", Some("f")).n, row("yes", Some("m")).n), (25, 18, 7));
    let shown = felt.shown.unwrap();
    assert!(shown.low < shown.estimate && shown.estimate < shown.high && shown.deff.is_some());
    assert!(results.rows.iter().any(|row| row.question == "score" && row.kind == ResultKind::Mean));
    assert!(results.rows.iter().all(|row| row.question != "why"), "nobody's words are counted");

    // As an observation, with its error; not of an answer that nobody could give, nor by whoever only asks people.
    let facts = vec![
        IndicatorFact::Name(Named::new("感受", "Felt")).into(),
        IndicatorFact::Unit(Named::new("%", "%")).into(),
    ];
    field.place.register(Subject::indicator(plan, &code("felt")), facts);
    let observe = |person: &str, answer: &str| {
        let answer = Some(answer.into());
        let picked = PickedEstimate { question: "felt".into(), row: None, answer, by_area: true };
        let indicator = code("felt");
        field
            .wait(app.observe_wave(&field.person(person), plan, &code("w1"), (&indicator, &picked), ground()))
            .map(|_| ())
    };
    assert!(observe("asker", "yes").is_err() && observe("force", "perhaps").is_err());
    observe("force", "yes").unwrap();
    let asked_of = app::read::Asked { as_of: Some(date(2019, 3, 20)), known_at: None };
    let portfolio = field.wait(app.portfolio(plan, asked_of)).unwrap();
    let indicator = &portfolio.indicators[0];
    let (observation, measured) = (&indicator.whole.observations[0], &indicator.measured[&code("w1")]);
    assert_eq!(observation.value.to_string(), "47.62");
    assert_eq!((measured.n, observation.on, observation.instrument.scale.as_str()), (25, DAY, "percent"));
    assert!(measured.low < observation.value && observation.value < measured.high);
    assert!(indicator.by_area.is_empty(), "it does not ask for the area");

    field.step("w1", WaveEvent::Published).unwrap();
    assert_eq!(field.state("w1"), WaveState::Published);

    // What its question says stands beside what was observed, and is none: also of all but one answer.
    let say = |answer: Option<&str>, others: bool| {
        let asked = AskedBy {
            instrument: code("felt"),
            question: if answer.is_some() { "felt" } else { "score" }.into(),
            answer: answer.map(str::to_owned),
            others,
        };
        let subject = Subject::indicator(plan, &code("felt"));
        let command =
            Command::Record { subject, facts: vec![IndicatorFact::AskedBy(asked).into()], expected: None };
        let change = Change { command, effective: None, source: Source::default(), reason: String::new() };
        field.wait(app.change(&Actor::operator(), change)).map(|_| ())
    };
    let beside = || {
        let portfolio = field.wait(app.portfolio(plan, app::read::Asked::default())).unwrap();
        let indicator = portfolio.indicator(&code("felt")).unwrap();
        assert_eq!(indicator.whole.observations.len(), 1);
        field.wait(app.own_figures(&portfolio, indicator)).unwrap()
    };
    assert!(say(Some("perhaps"), false).is_err() && say(None, true).is_err());
    say(Some("yes"), false).unwrap();
    assert_eq!(beside()[0].found, OwnFound::Shown { kind: ResultKind::Share, shown, n: 25 });
    say(Some("no"), true).unwrap();
    let [others] = &beside()[..] else { panic!("one wave") };
    let OwnFound::Shown { shown: all_but, n, .. } = others.found else { panic!("{others:?}") };
    // Of the same people: yes and all but no are one share, with one interval.
    assert_eq!((all_but.estimate, n), (shown.estimate, 25));
    assert!((all_but.low - shown.low).abs() < Decimal::new(2, 6), "{all_but:?} {shown:?}");
    say(None, false).unwrap();
    assert!(matches!(beside()[0].found, OwnFound::Shown { kind: ResultKind::Mean, .. }));
    // It is read once: what it came to stays as it is.
    let again = field.wait(app.wave_results(plan, &held)).unwrap().unwrap();
    assert!(Arc::ptr_eq(&results, &again));
    // What was frozen is what is told, or nothing.
    app.database()
        .write::<_, StoreError>(|tx| {
            tx.writing().execute("UPDATE survey_result SET body = REPLACE(body, 'share', 'mean')", &[])
        })
        .unwrap();
    let app = &App::new(app.database().clone(), field.place.clock.clone());
    let broken = field.wait(app.wave_results(plan, &held)).unwrap_err();
    let AppError::Refused(refusals) = broken else { panic!("{broken:?}") };
    assert_eq!(refusals[0].problem, Problem::BadSurvey(SurveyFault::Broken));
    // It takes with it nothing that it stands beside.
    let portfolio = field.wait(app.portfolio(plan, app::read::Asked::default())).unwrap();
    let indicator = portfolio.indicator(&code("felt")).unwrap();
    let beside = field.wait(app.own_figures(&portfolio, indicator)).unwrap();
    assert_eq!(beside.iter().map(|it| it.found).collect::<Vec<_>>(), [OwnFound::Damaged]);
}

/// Quotas fill as sheets come, without all being looked through again; what came by way of another server is found
/// after a while.
fn quotas_fill_as_sheets_come(scratch: Scratch) {
    let field = Field::open(scratch, WaveAccess::Anyone);
    let (app, plan) = (&field.place.app, &field.plan);
    let live = || {
        let (held, _) = field.wait(app.wave(plan, "w1")).unwrap();
        field.wait(app.live_wave(plan, &held)).unwrap()
    };
    let take = |id: &str, sex: &str| {
        let new = sheet(id, answers(sex, "yes", 4.0));
        assert!(field.take(&Actor::Public, "w1", new).is_ok());
    };
    let woman = answers("f", "no", 1.0);
    take("q0", "f");
    assert_eq!((live().quotas[0].filled, live().full(&woman)), (1, None));
    for (id, sex) in [("q1", "f"), ("q1", "f"), ("q2", "m"), ("q3", "f")] {
        take(id, sex);
    }
    assert_eq!((live().quotas[0].filled, live().sheets()), (3, 4), "the same one twice, once counted");
    // Changed behind the back of this program: nothing is read again at once, and all of it later.
    let (plan_, wave) = (plan.clone(), code("w1"));
    let elsewhere = |id: &'static str| {
        let (plan, wave) = (plan_.clone(), wave.clone());
        let answers = serde_json::to_string(&answers("f", "yes", 4.0)).unwrap();
        let held =
            SurveySheet { plan, wave, sheet: code(id), mode: WaveMode::Web, day: DAY, late: false, answers };
        app.database().write::<_, StoreError>(move |tx| tx.keep_sheet(&held)).unwrap();
    };
    elsewhere("e0");
    assert_eq!((live().quotas[0].filled, live().sheets()), (3, 5));
    field.place.day(DAY, 10);
    let found = live();
    assert_eq!((found.quotas[0].filled, found.full(&woman)), (4, Some(vec![("sex".into(), "f".into())])));
    assert_eq!(found.full(&answers("m", "yes", 4.0)), None, "of men there is no quota");
}

/// Each area of the plan that enough people answered from, with its error; an index by area reads them.
fn estimates_by_area_become_observations(scratch: Scratch) {
    let field = Field::open(scratch, WaveAccess::Anyone);
    let (app, plan, force) = (&field.place.app, &field.plan, field.person("force"));
    let draft = Draft {
        name: "near".into(),
        version: "1".into(),
        title: Wording::new("身边", "Near"),
        questions: vec![
            single("place", &["town", "estate", "district", "far"]),
            question(
                "felt",
                Form::Matrix {
                    rows: vec![
                        Choice { code: "bus".into(), label: Wording::new("公交", "buses") },
                        Choice { code: "park".into(), label: Wording::new("公园", "parks") },
                    ],
                    columns: vec![
                        Choice { code: "yes".into(), label: Wording::new("好", "good") },
                        Choice { code: "no".into(), label: Wording::new("不好", "bad") },
                    ],
                },
            ),
        ],
    };
    let asked = Questionnaire { instrument: code("near"), version: 1, asks: Instrument::new(draft).unwrap() };
    field.wait(app.record_questionnaire(&force, plan, asked.clone(), ground())).unwrap();
    let near = Wave {
        instrument: code("near"),
        area: Some("place".into()),
        groups: Vec::new(),
        quotas: Vec::new(),
        margins: Vec::new(),
        ..wave("near", 1, WaveAccess::Anyone)
    };
    field.wait(app.record_wave(&force, plan, near, ground())).unwrap();
    field.step("near", WaveEvent::Opened { asked: asked.fingerprint() }).unwrap();
    let mut next = 0;
    for (place, people, yes) in [("town", 20, 15), ("estate", 10, 2), ("far", 3, 1), ("district", 3, 1)] {
        for at in 0..people {
            next += 1;
            let felt = |row: &str, good: bool| (row.to_owned(), if good { "yes" } else { "no" }.to_owned());
            let answers = Answers::from([
                ("place".into(), Answer::Choice(place.into())),
                ("felt".into(), Answer::Matrix([felt("bus", at < yes), felt("park", true)].into())),
            ]);
            let new = NewSheet { shown: asked.fingerprint(), ..sheet(&format!("n{next}"), answers) };
            assert_eq!(field.take(&Actor::Public, "near", new), Ok(Taken::Kept));
        }
    }
    field.step("near", WaveEvent::Closed).unwrap();
    field.freeze("near").unwrap();
    let facts = vec![
        IndicatorFact::Name(Named::new("公交", "Buses")).into(),
        IndicatorFact::Unit(Named::new("%", "%")).into(),
    ];
    field.place.register(Subject::indicator(plan, &code("buses")), facts);
    let observe = |row: Option<&str>| {
        let (row, answer) = (row.map(str::to_owned), Some("yes".into()));
        let picked = PickedEstimate { question: "felt".into(), row, answer, by_area: true };
        let indicator = code("buses");
        field.wait(app.observe_wave(&force, plan, &code("near"), (&indicator, &picked), ground())).map(|_| ())
    };
    assert!(observe(None).is_err() && observe(Some("metro")).is_err(), "no such row");
    observe(Some("bus")).unwrap();
    let portfolio = field.wait(app.portfolio(plan, app::read::Asked::default())).unwrap();
    let indicator = portfolio.indicator(&code("buses")).unwrap();
    let value = |area: Option<&str>| {
        let series = indicator.series(area.map(code).as_ref()).unwrap();
        series.observations.iter().map(|held| held.value.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(
        (value(None), value(Some("town")), value(Some("estate"))),
        (vec!["52.78".to_owned()], vec!["75".to_owned()], vec!["20".to_owned()])
    );
    // Three people are too few, and “far” is no area.
    assert_eq!(indicator.by_area.keys().map(Code::as_str).collect::<Vec<_>>(), ["estate", "town"]);
    let town = &indicator.measured[&code("near.town")];
    assert_eq!((town.n, town.row.as_deref(), town.wave.as_str()), (20, Some("bus"), "near"));
    assert!(
        town.low < Decimal::from(75) && Decimal::from(75) < town.high && town.high <= Decimal::ONE_HUNDRED
    );
    let of_whole = &indicator.whole.observations[0];
    // All in one entry.
    let series = indicator.by_area.values().flat_map(|series| &series.observations);
    assert!(series.clone().all(|held| held.seq == of_whole.seq && held.instrument == of_whole.instrument));
    // The index by area has a value where the survey has one.
    let part = IndexPart {
        indicator: code("buses"),
        instrument: of_whole.instrument.clone(),
        better: Better::Higher,
        scaling: Scaling::Range { low: 0.into(), high: 100.into() },
        weight: 1.into(),
        source: "约定".into(),
    };
    let version = IndexVersion {
        version: code("v1"),
        period: IndexPeriod::Year,
        aggregation: Aggregation::Arithmetic,
        least_coverage: None,
        dimensions: vec![IndexDimension {
            name: Named::new("行", "Moving"),
            weight: 1.into(),
            parts: vec![part],
        }],
    };
    let held = HeldVersion { version, from: DAY, seq: of_whole.seq, grade: of_whole.grade };
    let index = IndexValues::of(&held, &portfolio).unwrap();
    let cell = |area: Option<&str>| {
        let area = area.map(code);
        index.cell(area.as_ref(), IndexPeriod::Year.holding(DAY)).and_then(|cell| cell.value)
    };
    let close = |found: Option<f64>, value: f64| found.is_some_and(|found| (found - value).abs() < 1e-9);
    assert!(close(cell(None), 52.78) && close(cell(Some("town")), 75.0) && close(cell(Some("estate")), 20.0));
    assert_eq!(index.areas().len(), 2);
}

/// What was begun while people were asked is taken when the connection is back, and only that.
fn what_was_begun_in_time_is_taken_however_late_it_comes(scratch: Scratch) {
    let field = Field::open(scratch, WaveAccess::Anyone);
    let (app, plan, public) = (&field.place.app, &field.plan, Actor::Public);
    let held = |name: &str| field.wait(app.wave(plan, name)).unwrap().0;
    let begin = |name: &str, id: &str| {
        let begun = app.sheet_begun(plan, &held(name), &code(id), "");
        NewSheet { begun, ..sheet(id, answers(if id.ends_with('m') { "m" } else { "f" }, "yes", 4.0)) }
    };
    for (at, sex) in ["f", "m", "f", "m", "f"].into_iter().enumerate() {
        let new = sheet(&format!("s{at}"), answers(sex, "yes", 4.0));
        assert_eq!(field.take(&public, "w1", new), Ok(Taken::Kept));
    }
    let (offline, drawer, never) = (begin("w1", "off"), begin("w1", "drawer"), begin("w1", "never"));
    assert!(offline.begun.starts_with("2019-03-06."), "{}", offline.begun);
    field.place.day(date(2019, 3, 7), 9);
    // Gone on with on another day, it still began on its own.
    assert_eq!(app.sheet_begun(plan, &held("w1"), &code("off"), &offline.begun), offline.begun);
    field.step("w1", WaveEvent::Closed).unwrap();
    field.place.day(date(2019, 3, 9), 9);
    assert!(begin("w1", "afterwards").begun.is_empty(), "nothing begins any more");
    for begun in ["", "2019-03-06", "2019-03-06.00000000000000000000000000000000", &drawer.begun] {
        let forged = NewSheet { begun: begun.into(), ..offline.clone() };
        assert_eq!(field.take(&public, "w1", forged), Err(SheetFault::NotAsking), "{begun}");
    }
    assert_eq!(field.take(&public, "w1", offline.clone()), Ok(Taken::Kept));
    let kept = app.database().read(|c| c.survey_sheet(plan, &code("w1"), &code("off"))).unwrap().unwrap();
    assert_eq!((kept.day, kept.late), (DAY, false), "of the day on which it was begun");
    assert_eq!(field.wait(app.live_wave(plan, &held("w1"))).unwrap().rates, None, "of nobody knows how many");
    field.freeze("w1").unwrap();
    assert_eq!(held("w1").frozen().unwrap().sheets, 6, "it came before the counting");
    let results = field.wait(app.wave_results(plan, &held("w1"))).unwrap().unwrap();
    let kept = results.fieldwork.as_deref().unwrap();
    assert_eq!((kept.response_1, kept.response_3, kept.rated.len()), (None, None, 0));
    assert_eq!(field.take(&public, "w1", offline), Ok(Taken::Already));
    assert_eq!(field.take(&public, "w1", drawer), Ok(Taken::Late));
    assert_eq!(field.wait(app.live_wave(plan, &held("w1"))).unwrap().late(), 1);
    // What was begun in one wave is nothing in another, and a withdrawn one keeps nothing.
    field.begin("w3", 1, WaveAccess::Anyone);
    let withdrawn = begin("w3", "gone");
    field.step("w3", WaveEvent::Closed).unwrap();
    assert_eq!(field.take(&public, "w3", never), Err(SheetFault::NotAsking));
    field.step("w3", WaveEvent::Withdrawn).unwrap();
    assert_eq!(field.take(&public, "w3", withdrawn), Err(SheetFault::NotAsking));
}

fn a_link_that_nobody_used_is_taken_until_the_counting(scratch: Scratch) {
    let postgres = scratch.is_postgres();
    let field = Field::open(scratch, WaveAccess::Invited);
    let (app, plan, public) = (&field.place.app, &field.plan, Actor::Public);
    let links = field.wait(app.invite(&field.person("force"), plan, &code("w1"), 9)).unwrap();
    let with = |at: usize, begun: &str| {
        let new = sheet(&format!("l{at}"), answers(if at.is_multiple_of(2) { "f" } else { "m" }, "yes", 4.0));
        NewSheet { invitation: links[at].clone(), begun: begun.into(), ..new }
    };
    let held = || field.wait(app.wave(plan, "w1")).unwrap().0;
    let begun = app.sheet_begun(plan, &held(), &code("l7"), "");
    for at in 0..5 {
        assert_eq!(field.take(&public, "w1", with(at, "")), Ok(Taken::Kept));
    }
    field.step("w1", WaveEvent::Closed).unwrap();
    field.place.day(date(2019, 3, 9), 9);
    assert_eq!(field.take(&public, "w1", with(5, "")), Ok(Taken::Kept));
    let kept = app.database().read(|c| c.survey_sheet(plan, &code("w1"), &code("l5"))).unwrap().unwrap();
    assert_eq!(kept.day, DAY, "the last day on which people were asked");
    let used = NewSheet { sheet: code("again"), ..with(0, "") };
    assert_eq!(field.take(&public, "w1", used), Err(SheetFault::Invitation(Invitation::Used)));
    let none = NewSheet { invitation: String::new(), ..with(6, "") };
    assert_eq!(field.take(&public, "w1", none), Err(SheetFault::NotAsking));
    field.freeze("w1").unwrap();
    assert_eq!(held().frozen().unwrap().sheets, 6);
    // Six of nine who were given a link; of the other three nothing is known.
    let results = field.wait(app.wave_results(plan, &held())).unwrap().unwrap();
    let kept = results.fieldwork.as_deref().unwrap();
    assert_eq!((kept.links, kept.response_1), ((9, 6), Some(Decimal::new(666_667, 6))));
    assert_eq!(field.take(&public, "w1", with(8, "")), Err(SheetFault::NotAsking), "begun nobody knows when");
    assert_eq!(field.take(&public, "w1", with(7, &begun)), Ok(Taken::Late));
    // One that comes after the counting stands alone no more than the others.
    for table in ["survey_sheet", "survey_invitation"] {
        let sql = match postgres {
            true => format!("SELECT COUNT(DISTINCT xmin::text) FROM {table} WHERE wave = 'w1'"),
            false => format!("SELECT COUNT(DISTINCT wave) FROM {table} WHERE wave = 'w1'"),
        };
        assert_eq!(app.database().read(|c| c.first(&sql, &[], |row| row.int(0))).unwrap(), Some(1));
    }
}

fn totals_that_cannot_be_met_are_told(scratch: Scratch) {
    let field = Field::open(scratch, WaveAccess::Anyone);
    field.step("w1", WaveEvent::Closed).unwrap();
    assert!(matches!(field.freeze("w1"), Err(FreezeFault::Estimate(EstimateFault::NoSheets))));
    for at in 0..8 {
        let new = on_street(&format!("s{at}"), answers("f", "yes", 4.0), DAY);
        assert_eq!(field.take(&field.person("asker"), "w1", new), Ok(Taken::Kept));
    }
    match field.freeze("w1") {
        Err(FreezeFault::Estimate(EstimateFault::EmptyCell { question, code })) => {
            assert_eq!((question.as_str(), code.as_str()), ("sex", "m"));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(field.state("w1"), WaveState::Closed, "nothing was frozen");
}

/// Totals that no weights meet, weights that explode, and limits too tight for the totals: each is told by name, and
/// the wave stays as it was.
fn weights_that_cannot_be_are_told_and_nothing_is_frozen(scratch: Scratch) {
    let field = Field::open(scratch, WaveAccess::Anyone);
    let (app, plan, force) = (&field.place.app, &field.plan, field.person("force"));
    let margin = |question: &str, totals: [(&str, i64); 2]| WaveMargin {
        question: question.into(),
        totals: totals.map(|(code, total)| (code.to_owned(), total.into())).into(),
        source: "普查".into(),
    };
    let half = || margin("sex", [("f", 50), ("m", 50)]);
    let failed = |name: &str, margins: Vec<WaveMargin>, trim: Option<u32>, sheets: &[(&str, &str, usize)]| {
        let held = Wave { margins, trim, ..wave(name, 1, WaveAccess::Anyone) };
        field.wait(app.record_wave(&force, plan, held, ground())).unwrap();
        field.step(name, WaveEvent::Opened { asked: asked(1).fingerprint() }).unwrap();
        let people =
            sheets.iter().flat_map(|(sex, felt, number)| (0..*number).map(move |at| (*sex, *felt, at)));
        for (sex, felt, at) in people {
            let new = sheet(&format!("{sex}-{felt}-{at}"), answers(sex, felt, 3.0));
            assert_eq!(field.take(&Actor::Public, name, new), Ok(Taken::Kept));
        }
        field.step(name, WaveEvent::Closed).unwrap();
        let found = field.freeze(name);
        assert_eq!(field.state(name), WaveState::Closed, "nothing was frozen");
        let (held, _) = field.wait(app.wave(plan, name)).unwrap();
        assert_eq!(field.wait(app.wave_results(plan, &held)).unwrap(), None);
        match found {
            Err(FreezeFault::Estimate(fault)) => fault,
            other => panic!("{other:?}"),
        }
    };
    // All women say yes and all men no: as many of each cannot be four fifths who say yes.
    let margins = vec![half(), margin("felt", [("yes", 80), ("no", 20)])];
    let found = failed("unmet", margins, None, &[("f", "yes", 6), ("m", "no", 6)]);
    assert!(
        matches!(&found, EstimateFault::NotMet { question, .. } if ["sex", "felt"].contains(&question.as_str())),
        "{found:?}"
    );
    // One man for half of all people.
    let found = failed("explodes", vec![half()], None, &[("f", "yes", 59), ("m", "no", 1)]);
    let EstimateFault::Exploding { people, of } = &found else { panic!("{found:?}") };
    assert!(*people == 1 && of.contains('m'), "{of}");
    let found = failed("tight", vec![half()], Some(150), &[("f", "yes", 9), ("m", "no", 1)]);
    assert!(matches!(&found, EstimateFault::TooTight { question, .. } if question == "sex"), "{found:?}");
    // Loosened enough, the same sheets can be weighted.
    let held = Wave { margins: vec![half()], trim: Some(600), ..wave("loose", 1, WaveAccess::Anyone) };
    field.wait(app.record_wave(&force, plan, held, ground())).unwrap();
    field.step("loose", WaveEvent::Opened { asked: asked(1).fingerprint() }).unwrap();
    for at in 0..10 {
        let sex = if at == 0 { "m" } else { "f" };
        assert!(
            field.take(&Actor::Public, "loose", sheet(&format!("l{at}"), answers(sex, "yes", 3.0))).is_ok()
        );
    }
    field.step("loose", WaveEvent::Closed).unwrap();
    field.freeze("loose").unwrap();
    assert_eq!(field.state("loose"), WaveState::Frozen);
}

fn only_what_was_asked_alike_is_compared(scratch: Scratch) {
    let field = Field::open(scratch, WaveAccess::Anyone);
    field.begin("w2", 2, WaveAccess::Anyone);
    for (name, version, yes) in [("w1", 1, 5), ("w2", 2, 15)] {
        for at in 0..20 {
            let felt = if at < yes { "yes" } else { "no" };
            let sex = if at % 2 == 0 { "f" } else { "m" };
            let new = sheet(&format!("s{at}"), answers(sex, felt, if at < yes { 4.0 } else { 2.0 }));
            let shown = asked(version).fingerprint();
            assert_eq!(field.take(&Actor::Public, name, NewSheet { shown, ..new }), Ok(Taken::Kept));
        }
        field.step(name, WaveEvent::Closed).unwrap();
        field.freeze(name).unwrap();
    }
    let app = &field.place.app;
    let portfolio = field.wait(app.portfolio(&field.plan, app::read::Asked::default())).unwrap();
    let of = |name: &str| {
        let (held, _) = field.wait(app.wave(&field.plan, name)).unwrap();
        let results = field.wait(app.wave_results(&field.plan, &held)).unwrap().unwrap();
        (held, results)
    };
    let (first, second) = (of("w1"), of("w2"));
    let found = Compared::of(&portfolio.plan, (&first.0, &first.1), (&second.0, &second.1));
    let line = |question: &str, kind: ResultKind| {
        found.lines.iter().find(|line| line.after.question == question && line.after.kind == kind).unwrap()
    };
    // Another answer was offered: not the same question.
    assert_eq!(line("felt", ResultKind::Share).change, Err(CompareFault::AskedOtherwise));
    // All lines are judged together: what one alone would be is not less, and the smallest counts for as many as there are.
    let alone =
        |line: &ComparedLine| line.change.as_ref().ok().and_then(|change| change.tested).map(|it| it.p_value);
    let tested: Vec<f64> = found.lines.iter().filter_map(alone).collect();
    let least = tested.iter().copied().fold(1.0, f64::min);
    assert!(tested.len() > 2, "{tested:?}");
    assert!(found.lines.iter().all(|line| line.p_holm.is_some() == alone(line).is_some()));
    assert!(found.lines.iter().all(|line| line.p_holm.unwrap_or(1.0) >= alone(line).unwrap_or(0.0)));
    let smallest = found.lines.iter().filter_map(|line| line.p_holm).fold(1.0, f64::min);
    assert!((smallest - (least * tested.len() as f64).min(1.0)).abs() < 1e-12);
    // Of women alone, and nothing of the answer that makes them a group.
    let women = ("sex".to_owned(), "f".to_owned());
    let of_women =
        Compared::of_group(&portfolio.plan, (&first.0, &first.1), (&second.0, &second.1), Some(&women));
    assert!(!of_women.lines.is_empty());
    assert!(
        of_women
            .lines
            .iter()
            .all(|line| line.after.group.as_ref() == Some(&women) && line.after.question != "sex")
    );
    assert!(of_women.lines.iter().any(|line| line.after.n == 10 && line.change.is_ok()));
    let score = line("score", ResultKind::Mean).change.as_ref().unwrap();
    assert!((score.difference - 1.0).abs() < 1e-6, "{score:?}");
    assert!(score.tested.unwrap().significant && score.bridge.is_none());
}

fn a_wave_that_is_withdrawn_leaves_no_trail(scratch: Scratch) {
    let postgres = scratch.is_postgres();
    let field = Field::open(scratch, WaveAccess::Invited);
    let app = &field.place.app;
    let links = field.wait(app.invite(&field.person("force"), &field.plan, &code("w1"), 3)).unwrap();
    for (at, link) in links.iter().enumerate() {
        let new = sheet(&format!("s{at}"), answers("f", "yes", 4.0));
        let new = NewSheet { invitation: link.clone(), ..new };
        assert_eq!(field.take(&Actor::Public, "w1", new), Ok(Taken::Kept));
    }
    field.step("w1", WaveEvent::Withdrawn).unwrap();
    let (plan, wave) = (field.plan.clone(), code("w1"));
    assert_eq!(app.database().read(|c| c.survey_invitations(&plan, &wave)).unwrap(), (3, 3));
    for table in ["survey_sheet", "survey_invitation"] {
        // What wrote a row: there each link came with its sheet, and now all with all.
        let sql = match postgres {
            true => format!("SELECT COUNT(DISTINCT xmin::text) FROM {table} WHERE wave = 'w1'"),
            false => format!("SELECT COUNT(DISTINCT wave) FROM {table} WHERE wave = 'w1'"),
        };
        assert_eq!(app.database().read(|c| c.first(&sql, &[], |row| row.int(0))).unwrap(), Some(1));
    }
}

fn what_people_wrote_joins_nobody(scratch: Scratch) {
    let field = Field::open(scratch, WaveAccess::Anyone);
    let (app, plan, force) = (&field.place.app, &field.plan, field.person("force"));
    let write = |name: &str, at: usize, text: &str| {
        let mut answers = answers(if at.is_multiple_of(2) { "f" } else { "m" }, "no", 3.0);
        answers.insert("why".into(), Answer::Text(text.into()));
        // A link is none where anybody is asked, whatever is sent as one.
        let new = NewSheet { invitation: "0".repeat(32), ..sheet(&format!("s{at}"), answers) };
        assert_eq!(field.take(&Actor::Public, name, new), Ok(Taken::Kept));
    };
    let told = |name: &str| {
        let (held, asked) = field.wait(app.wave(plan, name)).unwrap();
        field.wait(app.wave_texts(&force, plan, &held, &asked, None)).unwrap().remove(0)
    };
    for (at, text) in ["e", "a", "d", "c", "b"].into_iter().enumerate() {
        write("w1", at, text);
    }
    field.begin("w2", 1, WaveAccess::Anyone);
    (0..4).for_each(|at| write("w2", at, "x"));
    for name in ["w1", "w2"] {
        field.step(name, WaveEvent::Closed).unwrap();
        assert!(told(name).texts.is_empty(), "not before all have come");
        field.freeze(name).unwrap();
    }
    let said: String = told("w1").texts.into_iter().map(|written| written.text).collect();
    assert_eq!((said.as_str(), told("w1").all), ("abcde", 5));
    assert_eq!((told("w2").texts.len(), told("w2").all), (0, 0), "of fewer than five nothing is told");
}

fn what_people_wrote_is_told_by_theme(scratch: Scratch) {
    let field = Field::open(scratch, WaveAccess::Anyone);
    let (app, plan, force) = (&field.place.app, &field.plan, field.person("force"));
    let texts = [
        "楼下路灯不亮",
        "路灯坏了",
        "小区路灯太暗",
        "路灯少",
        "路灯晚上不开",
        "又停水了",
        "老漏水",
        "没什么",
    ];
    for (at, text) in texts.into_iter().enumerate() {
        let mut answers = answers(if at.is_multiple_of(2) { "f" } else { "m" }, "no", 3.0);
        answers.insert("why".into(), Answer::Text(text.into()));
        assert_eq!(field.take(&Actor::Public, "w1", sheet(&format!("s{at}"), answers)), Ok(Taken::Kept));
    }
    let told = |theme: Option<&str>| {
        let (held, asked) = field.wait(app.wave(plan, "w1")).unwrap();
        let theme = theme.map(code);
        field.wait(app.wave_texts(&force, plan, &held, &asked, theme.as_ref())).unwrap().remove(0)
    };
    let of_survey = |from, to| field.wait(app.survey_themes(plan, (from, to))).unwrap();
    field.step("w1", WaveEvent::Closed).unwrap();
    assert_eq!(told(None).themes.read, 0, "not before all have come");
    assert!(of_survey(DAY, DAY).is_empty());
    field.freeze("w1").unwrap();
    // Two about water are too few to be told; with the one about nothing they are, too, and the others with them.
    let themes = told(None).themes;
    assert_eq!((themes.read, themes.rest, themes.lines.len()), (8, 8, 0));
    assert!(told(Some("lamps")).texts.is_empty(), "nor is read what is not told");
    assert_eq!(told(None).texts.len(), 8);

    field.begin("w2", 1, WaveAccess::Anyone);
    let more = texts.into_iter().chain(["门前积水", "想要公园"]);
    for (at, text) in more.enumerate() {
        let mut answers = answers(if at.is_multiple_of(2) { "f" } else { "m" }, "no", 3.0);
        answers.insert("why".into(), Answer::Text(text.into()));
        assert_eq!(field.take(&Actor::Public, "w2", sheet(&format!("s{at}"), answers)), Ok(Taken::Kept));
    }
    field.step("w2", WaveEvent::Closed).unwrap();
    field.freeze("w2").unwrap();
    let found = of_survey(DAY, DAY);
    let waves: Vec<&str> = found.iter().map(|it| it.held.wave.wave.as_str()).collect();
    assert_eq!(waves, ["w1", "w2"]);
    let (question, themes) = &found[1].questions[0];
    assert_eq!((question.as_str(), themes.read, themes.rest), ("why", 10, 5));
    assert_eq!(themes.lines, [(code("lamps"), 5)]);
    assert!(of_survey(date(2019, 4, 1), date(2019, 5, 1)).is_empty(), "nobody was asked then");
    // Another word of a category makes another theme of the same text.
    let mut water = place::category("water", &["停水", "漏水", "积水", "公园", "没什么"]);
    water.order = 2;
    let facts = vec![domain::plan::PlanFact::RequestCategory(water).into()];
    let subject = Subject::plan(plan);
    field.place.change(domain::command::Command::Record { subject, facts, expected: None });
    let themes = &of_survey(DAY, DAY)[1].questions[0].1;
    assert_eq!(themes.lines, [(code("lamps"), 5), (code("water"), 5)]);
}

on_both!(
    a_sheet_is_checked_and_kept_once,
    a_link_works_once_and_nothing_leads_from_it_to_the_sheet,
    a_wave_is_closed_frozen_and_told,
    estimates_by_area_become_observations,
    quotas_fill_as_sheets_come,
    what_was_begun_in_time_is_taken_however_late_it_comes,
    a_link_that_nobody_used_is_taken_until_the_counting,
    totals_that_cannot_be_met_are_told,
    weights_that_cannot_be_are_told_and_nothing_is_frozen,
    a_wave_that_is_withdrawn_leaves_no_trail,
    what_people_wrote_joins_nobody,
    what_people_wrote_is_told_by_theme,
    only_what_was_asked_alike_is_compared
);
