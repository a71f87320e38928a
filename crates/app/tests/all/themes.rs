//! A theme of a month from its figures to its closing: proposed by what came in, put on the books by a person, measured
//! when the month is over, closed only then, and told to everybody once it is shown.

use app::request::{HotlineSpan, NewTheme};
use app::{Actor, AppError, Change};
use domain::command::Command;
use domain::item::kind::Level;
use domain::item::theme::MonthlyTheme;
use domain::item::{ItemFact, State, Step};
use domain::named::Named;
use domain::refusal::Problem;
use domain::source::Source;
use domain::subject::Subject;
use jiff::civil::{Date, date};
use scratch::Scratch;

use crate::place::{Place, code, new};

fn person(name: &str) -> Actor {
    Actor::Person { person: code(name), name: name.into(), grants: Vec::new() }
}

fn file(place: &Place, day: Date, category: &str, count: usize) {
    place.day(day, 9);
    for at in 0..count {
        let mut new = new(&format!("{category} {day} {at}"), "");
        new.category = Some(code(category));
        place.file(new);
    }
}

fn say(place: &Place, by: &str, item: &str, fact: ItemFact) -> Result<(), AppError> {
    let change = Change {
        command: Command::Record {
            subject: Subject::item(&code("p"), &code(item)),
            facts: vec![fact.into()],
            expected: None,
        },
        effective: None,
        source: Source::default(),
        reason: String::new(),
    };
    place.runtime.block_on(place.app.change(&person(by), change)).map(|_| ())
}

fn a_theme_is_proposed_measured_and_closed(scratch: Scratch) {
    let place = Place::open(scratch);
    let plan = code("p");
    file(&place, date(2019, 3, 11), "water", 6);
    file(&place, date(2019, 3, 12), "lamps", 9);
    file(&place, date(2019, 4, 10), "water", 15);
    file(&place, date(2019, 4, 11), "lamps", 8);
    // May begins: April is the last whole month.
    place.day(date(2019, 5, 2), 9);
    let found = place.runtime.block_on(place.app.theme_proposals(&plan, date(2019, 5, 2))).unwrap();
    assert_eq!((found.month, found.all), (date(2019, 4, 1), 23));
    let first = &found.lines[0];
    assert_eq!((first.category.as_str(), first.now, first.before), ("water", 15, [6, 0, 0]));
    assert_eq!((first.weight, first.rise), (652, 1_300));
    let new = NewTheme {
        name: Named::new("供水", "Water"),
        theme: MonthlyTheme {
            month: date(2019, 5, 1),
            categories: vec![code("water")],
            about: Named::new("停水多", "Water is cut off often"),
            measures: Named::default(),
            done: Named::default(),
            shown: false,
        },
        lead_unit: code("town-office"),
        supporting: vec![code("water")],
        level: Level::District,
        due: date(2019, 5, 31),
        goal: None,
        meeting: None,
        projects: Vec::new(),
    };
    let refused =
        place.runtime.block_on(place.app.set_theme(&person("town"), &plan, &new, Source::default()));
    assert!(refused.is_err(), "a unit does not choose its own theme");
    let item = place
        .runtime
        .block_on(place.app.set_theme(&person("office"), &plan, &new, Source::default()))
        .unwrap();
    assert!(place.runtime.block_on(place.app.public_themes(&plan)).unwrap().is_empty(), "not shown yet");
    let (held, _) = place.runtime.block_on(place.app.item(&plan, &item, Default::default())).unwrap();
    let shown = MonthlyTheme { shown: true, ..new.theme.clone() };
    place
        .runtime
        .block_on(place.app.tell_theme(
            &person("office"),
            &plan,
            (&item, held.version),
            shown.clone(),
            Source::default(),
        ))
        .unwrap();
    // Somebody who saw it before is told of the change.
    let again = place.runtime.block_on(place.app.tell_theme(
        &person("office"),
        &plan,
        (&item, held.version),
        MonthlyTheme { done: Named::new("已做", ""), ..shown },
        Source::default(),
    ));
    assert!(matches!(again, Err(AppError::Refused(_))));
    assert_eq!(place.runtime.block_on(place.app.public_themes(&plan)).unwrap().len(), 1);
    file(&place, date(2019, 5, 20), "water", 4);
    // The work is done, but the month is not over: it is not closed before it was measured.
    let step = |step, state| ItemFact::Move { step, state, by: None };
    let evidence =
        ItemFact::Evidence { key: code("photo"), title: "照片".into(), url: String::new(), by: None };
    say(&place, "town", item.as_str(), step(Step::TakeUp, State::InHand)).unwrap();
    say(&place, "town", item.as_str(), evidence).unwrap();
    say(&place, "town", item.as_str(), step(Step::ReportDone, State::Reported)).unwrap();
    let checked =
        ItemFact::EvidenceChecked { key: code("photo"), accepted: true, note: String::new(), by: None };
    say(&place, "office", item.as_str(), checked).unwrap();
    say(&place, "office", item.as_str(), step(Step::Verify, State::Verified)).unwrap();
    let measure = || place.runtime.block_on(place.app.measure_themes(&plan, Source::default())).unwrap();
    assert_eq!(measure(), 0, "no whole month of its own yet");
    match say(&place, "office", item.as_str(), step(Step::Clear, State::Cleared)) {
        Err(AppError::Refused(refusals)) => assert_eq!(refusals[0].problem, Problem::ThemeNotMeasured),
        other => panic!("{other:?}"),
    }
    place.day(date(2019, 6, 3), 9);
    assert_eq!((measure(), measure()), (1, 0), "once a month");
    say(&place, "office", item.as_str(), step(Step::Clear, State::Cleared)).unwrap();
    // What was measured stays as it was when it was closed.
    file(&place, date(2019, 6, 4), "water", 9);
    place.day(date(2019, 7, 3), 9);
    assert_eq!(measure(), 0);
    let (held, _) = place.runtime.block_on(place.app.item(&plan, &item, Default::default())).unwrap();
    let months = place.runtime.block_on(place.app.theme_figures(&plan, &held)).unwrap();
    let counted: Vec<(Date, u32)> = months.iter().map(|it| (it.month, it.requests)).collect();
    assert_eq!(
        counted,
        [(date(2019, 2, 1), 0), (date(2019, 3, 1), 6), (date(2019, 4, 1), 15), (date(2019, 5, 1), 4)]
    );
    // The hotline's report of the month names it.
    let span = HotlineSpan::Month(date(2019, 5, 8));
    let report = place
        .runtime
        .block_on(place.app.draft_hotline(&person("office"), &plan, span, &Source::default()))
        .unwrap();
    let (report, _) = place.runtime.block_on(place.app.item(&plan, &report, Default::default())).unwrap();
    assert!(report.content.contains("停水多") && report.content.contains("本月 4 件，上月 15 件"));
}

on_both!(a_theme_is_proposed_measured_and_closed);
