//! Surveys: what is asked, the design and the life of a wave, and that what was opened stays as it was.

use crate::commands::{How, Journal, Wish, code, plan};
use domain::fact::Fact;
use domain::history::View;
use domain::indicator::{AskedBy, IndicatorFact, Instrument as Measure};
use domain::named::Named;
use domain::plan::{Plan, PlanFact};
use domain::policy::{Action, Grant, Role, Scope};
use domain::portfolio::Portfolio;
use domain::refusal::{Problem, Reference, Refusal};
use domain::source::Grade;
use domain::subject::Subject;
use domain::survey::{
    CitedWave, FrozenWave, MOVES, Questionnaire, SurveyFault, Wave, WaveAccess, WaveEvent, WaveMargin,
    WaveMode, WaveMove, WaveQuota, WaveState, WaveStep,
};
use jiff::civil::date;
use proptest::prelude::*;
use rust_decimal::Decimal;
use survey::instrument::{Choice, Draft, Form, Instrument, Question, Wording};

fn choice(code: &str) -> Choice {
    Choice { code: code.into(), label: Wording::new(&format!("选{code}"), code) }
}

fn question(name: &str, form: Form) -> Question {
    Question {
        name: name.into(),
        wording: Wording::new(&format!("问{name}"), name),
        hint: Wording::default(),
        form,
        required: true,
        condition: None,
    }
}

fn single(name: &str, codes: &[&str]) -> Question {
    question(name, Form::Single { choices: codes.iter().map(|code| choice(code)).collect() })
}

fn asks(questions: Vec<Question>) -> Questionnaire {
    let draft =
        Draft { name: "felt".into(), version: "1".into(), title: Wording::new("感受", "Felt"), questions };
    Questionnaire { instrument: code("felt"), version: 1, asks: Instrument::new(draft).unwrap() }
}

fn asked() -> Questionnaire {
    asks(vec![
        single("sex", &["f", "m"]),
        single("felt", &["yes", "no"]),
        question("why", Form::Text { longest: None }),
    ])
}

fn wave() -> Wave {
    Wave {
        wave: code("w1"),
        name: Named::new("第一轮", "First wave"),
        instrument: code("felt"),
        version: 1,
        from: date(2019, 8, 1),
        to: date(2019, 8, 31),
        frame: Named::new("回天居民", "Residents"),
        modes: vec![WaveMode::Web, WaveMode::Street],
        access: WaveAccess::Anyone,
        area: None,
        groups: vec!["sex".into()],
        quotas: vec![WaveQuota { of: vec![("sex".into(), "f".into())], target: 10 }],
        margins: vec![WaveMargin {
            question: "sex".into(),
            totals: vec![("f".into(), 52.into()), ("m".into(), 48.into())],
            source: "普查".into(),
        }],
        trim: Some(300),
        least: 30,
        sample: None,
    }
}

fn event(event: WaveEvent) -> Fact {
    PlanFact::WaveStep(WaveStep { wave: code("w1"), event }).into()
}

fn opened() -> WaveEvent {
    WaveEvent::Opened { asked: asked().fingerprint() }
}

fn frozen() -> WaveEvent {
    WaveEvent::Frozen(FrozenWave { sheets: 3, sheets_digest: "a".into(), results_digest: "b".into() })
}

fn give_as(journal: &mut Journal, how: How, facts: Vec<Fact>) -> Result<(), Vec<Problem>> {
    let wish = Wish {
        subject: Subject::plan(&plan()),
        facts,
        how,
        effective: date(2019, 8, 1),
        reason: "because".into(),
        grade: Grade::Reported,
    };
    let told = |refusals: Vec<Refusal>| refusals.into_iter().map(|refusal| refusal.problem).collect();
    journal.give(&wish).map(|_| ()).map_err(told)
}

fn give(journal: &mut Journal, facts: Vec<Fact>) -> Result<(), Vec<Problem>> {
    give_as(journal, How::Record, facts)
}

fn held(journal: &Journal) -> Plan {
    Plan::at(journal.history.get(&Subject::plan(&plan())).unwrap(), View::ALL).unwrap()
}

fn state(journal: &Journal) -> WaveState {
    held(journal).wave("w1").unwrap().state()
}

fn begun() -> Journal {
    let mut journal = Journal::begun();
    give(&mut journal, vec![PlanFact::Questionnaire(asked()).into(), PlanFact::Wave(wave()).into()]).unwrap();
    journal
}

#[test]
fn a_wave_is_opened_closed_frozen_and_published_once_each() {
    let mut journal = begun();
    assert_eq!(state(&journal), WaveState::Draft);
    for (event_, after) in [
        (opened(), WaveState::Open),
        (WaveEvent::Closed, WaveState::Closed),
        (frozen(), WaveState::Frozen),
        (WaveEvent::Published, WaveState::Published),
    ] {
        give(&mut journal, vec![event(event_)]).unwrap();
        assert_eq!(state(&journal), after);
    }
    let found = held(&journal);
    let wave = found.wave("w1").unwrap();
    assert_eq!((wave.frozen().unwrap().sheets, wave.asked()), (3, Some(asked().fingerprint().as_str())));
    let from = WaveState::Published;
    let illegal = |step| Problem::BadSurvey(SurveyFault::IllegalMove { from, step });
    assert_eq!(
        give(&mut journal, vec![event(WaveEvent::Withdrawn)]).unwrap_err(),
        [illegal(WaveMove::Withdraw)]
    );
}

#[test]
fn what_was_opened_stays_as_it_was() {
    let mut journal = begun();
    // A draft may still be changed, and so may what it asks.
    let longer = Wave { to: date(2019, 9, 15), ..wave() };
    give(&mut journal, vec![PlanFact::Wave(longer.clone()).into()]).unwrap();
    give(&mut journal, vec![event(opened())]).unwrap();
    let reworded = asks(vec![single("sex", &["f", "m"]), single("felt", &["yes", "no", "maybe"])]);
    let in_use = Problem::BadSurvey(SurveyFault::InUse { wave: "w1".into() });
    assert_eq!(
        give(&mut journal, vec![PlanFact::Questionnaire(reworded.clone()).into()]).unwrap_err(),
        [in_use]
    );
    let fixed = Problem::BadSurvey(SurveyFault::WaveFixed);
    assert_eq!(
        give(&mut journal, vec![PlanFact::Wave(wave()).into()]).unwrap_err(),
        std::slice::from_ref(&fixed)
    );
    // Nor by taking back what was said: the opening, the design, the questionnaire.
    for back in 0..3 {
        let refused = give_as(&mut journal, How::Correct(back), Vec::new()).unwrap_err();
        let ours = |problem: &Problem| matches!(problem, Problem::BadSurvey(_));
        assert!(refused.iter().any(ours), "{back}: {refused:?}");
    }
    assert_eq!((state(&journal), &held(&journal).wave("w1").unwrap().wave), (WaveState::Open, &longer));
    // Another version is another matter.
    let next = Questionnaire { version: 2, ..reworded };
    give(&mut journal, vec![PlanFact::Questionnaire(next).into()]).unwrap();
}

#[test]
fn a_wave_is_opened_with_what_was_looked_at() {
    let mut journal = begun();
    let other = WaveEvent::Opened { asked: "0".repeat(64) };
    let refused = give(&mut journal, vec![event(other)]).unwrap_err();
    assert_eq!(refused, [Problem::BadSurvey(SurveyFault::AskedOtherwise)]);
    let unknown = WaveStep { wave: code("w9"), event: opened() };
    let refused = give(&mut journal, vec![PlanFact::WaveStep(unknown).into()]).unwrap_err();
    assert!(matches!(refused[..], [Problem::UnknownReference { .. }]), "{refused:?}");
}

#[test]
fn a_design_that_cannot_be_is_refused() {
    let mut journal = begun();
    let mut refused = |change: &dyn Fn(&mut Wave)| {
        let mut wave = wave();
        change(&mut wave);
        give(&mut journal, vec![PlanFact::Wave(wave).into()]).unwrap_err()
    };
    let of = |fault| vec![Problem::BadSurvey(fault)];
    let question = |name: &str| name.to_owned();
    assert_eq!(refused(&|wave| wave.least = 1), of(SurveyFault::BadLeast));
    assert_eq!(refused(&|wave| wave.trim = Some(100)), of(SurveyFault::BadTrim));
    assert_eq!(refused(&|wave| wave.modes.clear()), of(SurveyFault::NoMode));
    assert_eq!(refused(&|wave| wave.to = date(2019, 7, 1)), [Problem::PeriodOrder]);
    assert_eq!(refused(&|wave| wave.wave = code("new")), of(SurveyFault::Reserved));
    assert_eq!(
        refused(&|wave| wave.groups = vec!["age".into()]),
        of(SurveyFault::NoQuestion { question: question("age") })
    );
    assert_eq!(
        refused(&|wave| wave.area = Some("why".into())),
        of(SurveyFault::NotSingle { question: question("why") })
    );
    assert_eq!(
        refused(&|wave| wave.margins[0].totals.truncate(1)),
        of(SurveyFault::BadTotals { question: question("sex") })
    );
    for total in [0, -1] {
        assert_eq!(
            refused(&|wave| wave.margins[0].totals[1].1 = total.into()),
            of(SurveyFault::BadTotals { question: question("sex") })
        );
    }
    // In people, who are as many by either question; shares say nothing of how many.
    let margin = |question: &str, codes: [&str; 2], totals: [i64; 2]| WaveMargin {
        question: question.into(),
        totals: codes.into_iter().map(str::to_owned).zip(totals.map(Into::into)).collect(),
        source: "普查".into(),
    };
    assert_eq!(
        refused(&|wave| {
            wave.margins = vec![
                margin("sex", ["f", "m"], [5_200, 4_800]),
                margin("felt", ["yes", "no"], [5_200, 4_700]),
            ];
        }),
        of(SurveyFault::DifferentPopulations { first: question("sex"), other: question("felt") })
    );
    assert_eq!(
        refused(&|wave| wave.margins[0].totals[1].0 = "x".into()),
        of(SurveyFault::NoChoice { question: question("sex"), code: "x".into() })
    );
    assert_eq!(refused(&|wave| wave.quotas.push(wave.quotas[0].clone())), of(SurveyFault::BadQuotas));
    assert!(matches!(refused(&|wave| wave.version = 7)[..], [Problem::UnknownReference { .. }]));
    let mixed = Wave {
        margins: vec![margin("sex", ["f", "m"], [5_200, 4_800]), margin("felt", ["yes", "no"], [60, 41])],
        ..wave()
    };
    give(&mut journal, vec![PlanFact::Wave(mixed).into()]).unwrap();
}

#[test]
fn totals_are_known_only_of_what_everybody_is_asked() {
    let mut journal = Journal::begun();
    let mut sex = single("sex", &["f", "m"]);
    sex.required = false;
    let loose = asks(vec![sex, single("felt", &["yes", "no"])]);
    let refused =
        give(&mut journal, vec![PlanFact::Questionnaire(loose).into(), PlanFact::Wave(wave()).into()])
            .unwrap_err();
    let not_always = Problem::BadSurvey(SurveyFault::NotAlways { question: "sex".into() });
    assert!(refused.iter().all(|problem| *problem == not_always), "{refused:?}");
    assert!(!refused.is_empty());
}

#[test]
fn a_questionnaire_is_said_in_chinese() {
    let mut journal = Journal::begun();
    let mut foreign = single("felt", &["yes", "no"]);
    foreign.wording.zh.clear();
    let refused = give(&mut journal, vec![PlanFact::Questionnaire(asks(vec![foreign])).into()]).unwrap_err();
    assert_eq!(refused, [Problem::BadSurvey(SurveyFault::NoChinese { question: "felt".into() })]);
}

#[test]
fn those_who_run_the_plan_run_its_surveys_and_others_only_ask() {
    let target = domain::policy::Target { plan: Some(plan()), ..Default::default() };
    let may =
        |role, action| domain::policy::allows(&[Grant { role, scope: Scope::Plan(plan()) }], action, &target);
    assert!(may(Role::MunicipalTaskForce, Action::ManageSurveys));
    for role in [Role::Administrator, Role::Department, Role::Leader, Role::Auditor] {
        assert!(!may(role, Action::ManageSurveys) && !may(role, Action::CollectAnswers), "{role:?}");
    }
    for role in [Role::Subdistrict, Role::Community, Role::RequestDesk, Role::DistrictTaskForce] {
        assert!(!may(role, Action::ManageSurveys) && may(role, Action::CollectAnswers), "{role:?}");
    }
    // One's own street is no limit to taking down what somebody says.
    let grant = Grant { role: Role::Community, scope: Scope::Area(code("town")) };
    assert!(domain::policy::allows(&[grant], Action::CollectAnswers, &target));
}

fn events() -> impl Strategy<Value = WaveEvent> {
    prop_oneof![
        Just(opened()),
        Just(WaveEvent::Closed),
        Just(frozen()),
        Just(WaveEvent::Published),
        Just(WaveEvent::Withdrawn)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is tried in whatever order, a wave is in the state that the table says, and never goes back.
    #[test]
    fn no_other_life_than_that_of_the_table(tried in prop::collection::vec(events(), 1..14)) {
        let mut journal = begun();
        let mut known = WaveState::Draft;
        for it in tried {
            let next = MOVES.iter().find(|(from, by, _)| (*from, *by) == (known, it.step())).map(|(.., to)| *to);
            let repeated = held(&journal).wave("w1").unwrap().events.iter().any(|(event, _)| *event == it);
            let outcome = give(&mut journal, vec![event(it)]);
            // Saying again what already holds changes nothing.
            prop_assert_eq!(outcome.is_ok(), next.is_some() || repeated);
            known = next.unwrap_or(known);
            prop_assert_eq!(state(&journal), known);
        }
    }
}

fn cited(wave: &str) -> CitedWave {
    CitedWave {
        wave: code(wave),
        name: Named::new("效果调查", "Survey on the effect"),
        from: None,
        to: Some(date(2019, 7, 31)),
        told: date(2019, 8, 1),
        untold: Named::new("样本未公布", "The sample is not published"),
    }
}

#[test]
fn a_wave_that_others_held_is_cited_with_what_was_published() {
    let mut journal = begun();
    let fact = |cited: CitedWave| vec![PlanFact::CitedWave(cited).into()];
    give(&mut journal, fact(cited("effect"))).unwrap();
    let plan = held(&journal);
    let known = plan.cited_wave("effect").unwrap();
    assert_eq!((&known.cited, plan.wave("effect")), (&cited("effect"), None));
    // Its code is no other's, nor the address of a page; days follow each other, and what is told has been told.
    let mut refused = |problem: Problem, cited: CitedWave| {
        assert_eq!(give(&mut journal, fact(cited)), Err(vec![problem]));
    };
    refused(Problem::BadSurvey(SurveyFault::CodeTaken), cited("w1"));
    refused(Problem::BadSurvey(SurveyFault::Reserved), cited("compare"));
    refused(Problem::PeriodOrder, CitedWave { from: Some(date(2019, 8, 3)), ..cited("late") });
    refused(Problem::Empty, CitedWave { name: Named::default(), ..cited("nameless") });
    let tomorrow = CitedWave { told: date(2099, 1, 1), ..cited("tomorrow") };
    let told = give(&mut journal, fact(tomorrow)).unwrap_err();
    assert!(matches!(told[..], [Problem::Future { .. }]), "{told:?}");
    let own = Wave { wave: code("effect"), ..wave() };
    let told = give(&mut journal, vec![PlanFact::Wave(own).into()]).unwrap_err();
    assert_eq!(told, [Problem::BadSurvey(SurveyFault::CodeTaken)]);
}

/// A value of an indicator, as it was published of a wave.
fn value(wave: &str) -> IndicatorFact {
    IndicatorFact::Observation {
        key: code("page"),
        on: date(2019, 8, 1),
        value: Decimal::new(875, 1),
        instrument: Measure { instrument: code("effect_survey"), scale: code("percent") },
        approximate: false,
        area: None,
        wave: Some(code(wave)),
    }
}

fn asked_by(question: &str, answer: Option<&str>, others: bool) -> IndicatorFact {
    let answer = answer.map(str::to_owned);
    IndicatorFact::AskedBy(AskedBy { instrument: code("felt"), question: question.into(), answer, others })
}

#[test]
fn a_value_names_a_wave_that_is_cited_and_a_question_that_is_asked() {
    let mut journal = begun();
    give(&mut journal, vec![PlanFact::CitedWave(cited("effect")).into()]).unwrap();
    let uses = Form::Multiple { choices: vec![choice("bus"), choice("metro")], least: None, most: None };
    let later = Questionnaire { version: 2, ..asks(vec![question("uses", uses)]) };
    give(&mut journal, vec![PlanFact::Questionnaire(later).into()]).unwrap();
    let subject = Subject::indicator(&plan(), &code("effect"));
    let mut say = |facts: Vec<IndicatorFact>, how| {
        let wish = Wish {
            subject: subject.clone(),
            facts: facts.into_iter().map(Fact::from).collect(),
            how,
            effective: date(2019, 8, 1),
            reason: String::new(),
            grade: Grade::Published,
        };
        let told = |refusals: Vec<Refusal>| refusals.into_iter().map(|it| it.problem).collect::<Vec<_>>();
        journal.give(&wish).map(|_| ()).map_err(told)
    };
    let named = [IndicatorFact::Name(Named::new("感知度", "")), IndicatorFact::Unit(Named::new("%", ""))];
    say(named.to_vec(), How::Register).unwrap();
    let unknown = |code: &str| Problem::UnknownReference { what: Reference::Wave, code: self::code(code) };
    assert_eq!(say(vec![value("nobody")], How::Record), Err(vec![unknown("nobody")]));
    // A wave of the plan's own is no publication: its figures are recorded with their error.
    assert_eq!(say(vec![value("w1")], How::Record), Err(vec![unknown("w1")]));
    say(vec![value("effect")], How::Record).unwrap();
    for (question, answer, others) in
        [("none", None, false), ("felt", None, false), ("felt", Some("perhaps"), false), ("why", None, false)]
    {
        assert!(say(vec![asked_by(question, answer, others)], How::Record).is_err(), "{question} {answer:?}");
    }
    // Who did not tick one did not therefore tick all the others.
    let others = SurveyFault::NoOthers { question: "uses".into() };
    let refused = say(vec![asked_by("uses", Some("bus"), true)], How::Record);
    assert_eq!(refused, Err(vec![Problem::BadSurvey(others)]));
    say(vec![asked_by("uses", Some("bus"), false)], How::Record).unwrap();
    say(vec![asked_by("felt", Some("no"), true)], How::Record).unwrap();
    say(vec![asked_by("felt", Some("yes"), false)], How::Record).unwrap();
    let view = View::ALL;
    let portfolio = Portfolio::at(&journal.history, &plan(), view).unwrap();
    let indicator = portfolio.indicator(&code("effect")).unwrap();
    assert_eq!(indicator.asked_by.len(), 1, "each questionnaire asks for it once");
    assert_eq!(portfolio.wave_of(&code("effect"), &code("page")), Some(&code("effect")));
    assert_eq!(portfolio.wave_of(&code("effect"), &code("other")), None);
}
