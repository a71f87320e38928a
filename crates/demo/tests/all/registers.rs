//! The first year's registers: what the statement counts from them, and that every life in them kept the
//! rules a real one would.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use app::App;
use app::ledger::Paging;
use app::read::Asked;
use domain::code::Code;
use domain::figure::Row;
use domain::history::View;
use domain::item::kind::{ItemKind, Series};
use domain::item::ledger::LedgerRow;
use domain::item::light::Light;
use domain::item::query::{LedgerQuery, Sort};
use domain::item::{Item, Relation, Standing, State, Step};
use domain::journal::Seq;
use domain::report::Content;
use domain::source::Grade;
use domain::subject::Subject;
use domain::workday;
use jiff::civil::{Date, date};
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};

use crate::loaded::{app, plan, runtime};

const DAY: Date = date(2019, 8, 14);

/// Figures of the statement with their published value and the number of records behind each.
const FIGURES: [(&str, u32, usize); 16] = [
    ("visits", 6, 6),
    ("directives", 78, 78),
    ("tracked_tasks", 107, 107),
    ("inspections", 46, 46),
    ("special_reports", 17, 17),
    ("weekly_reports", 48, 48),
    ("research_reports", 5, 5),
    ("reporting_departments", 32, 274),
    ("report_ins", 274, 274),
    ("whistles_answered", 22, 22),
    ("deed_departments", 17, 22),
    ("vegetable_outlets", 249, 1),
    ("vegetable_communities", 105, 1),
    ("paired_primary_schools", 11, 1),
    ("paired_kindergartens", 10, 1),
    ("performances", 93, 1),
];

struct Books {
    app: &'static App,
    items: Vec<Item>,
}

fn books() -> &'static Books {
    static BOOKS: OnceLock<Books> = OnceLock::new();
    BOOKS.get_or_init(|| {
        let (app, mut items) = (app(), Vec::new());
        app.database()
            .read(|c| {
                c.each_item(&plan(), &mut |history| {
                    items.extend(Item::at(&history, View::as_of(DAY)));
                    Ok(())
                })
            })
            .unwrap();
        Books { app, items }
    })
}

fn of_kind(kind: ItemKind) -> impl Iterator<Item = &'static Item> {
    books().items.iter().filter(move |item| item.kind == kind)
}

#[test]
fn the_ledger_as_known_earlier_is_what_the_facts_of_that_moment_make() {
    let app = books().app;
    let head = app.database().read(|c| c.head()).unwrap();
    let query = LedgerQuery::default();
    for known in [head.0 / 4, head.0 / 2, head.0 - 40, head.0].map(Seq) {
        let view = View { as_of: DAY, known };
        let mut expected = Vec::new();
        app.database()
            .read(|c| {
                c.each_item(&plan(), &mut |history| {
                    expected.extend(Item::at(&history, view).map(|item| LedgerRow::of_item(&item)));
                    Ok(())
                })
            })
            .unwrap();
        for (sort, descending) in [(Sort::Due, false), (Sort::Name, true), (Sort::Reported, true)] {
            expected.sort_by(|a, b| sort.after(a).compare(&sort.after(b), descending));
            let mut paging = Paging { sort, descending, after: None, limit: 90 };
            let mut shown = Vec::new();
            loop {
                let page = runtime().block_on(app.ledger_at(&plan(), &query, &paging, view)).unwrap();
                shown.extend(page.rows.into_iter().map(|(row, _)| row));
                paging.after = page.next;
                if paging.after.is_none() {
                    break;
                }
            }
            assert!(shown == expected, "{known}: {} of {}", shown.len(), expected.len());
        }
        let lights = runtime().block_on(app.ledger_lights_at(&plan(), &query, view)).unwrap();
        assert_eq!(lights.values().sum::<u64>(), expected.len() as u64);
    }
}

fn on_the_day() -> Asked {
    Asked { as_of: Some(DAY), known_at: None }
}

#[test]
fn every_published_figure_is_counted_from_records() {
    let (_, statement) = runtime().block_on(books().app.statement(&plan(), on_the_day())).unwrap();
    assert!(statement.closes());
    for figure in &statement.figures {
        assert!(figure.value.is_some() && figure.records() > 0, "{} has no records", figure.id);
        assert_eq!(figure.value, figure.published, "{}", figure.id);
    }
    for (id, value, records) in FIGURES {
        let figure = statement.figures.iter().find(|figure| figure.id.as_str() == id).unwrap();
        assert_eq!(figure.value, Some(Decimal::from(value)), "{id}");
        assert_eq!(figure.records(), records, "{id}");
        assert!(figure.rows.iter().all(|row| matches!(row, Row::Item { .. })), "{id}");
    }
}

#[test]
fn published_records_have_their_address_and_all_others_say_that_they_are_made_up() {
    let published: BTreeSet<&str> = books()
        .items
        .iter()
        .filter(|item| item.grade == Grade::Published)
        .map(|item| item.code.as_str())
        .collect();
    assert_eq!(published.len(), 10, "six visits and four deeds: {published:?}");
    for item in &books().items {
        let made_up = item.name.zh.starts_with("示例：") && item.name.en.starts_with("Example: ");
        // What the calendar asks for is named by its period or number, as the pages name it.
        let named = item.series == Some(Series::Weekly) || of_the_rhythm(item);
        assert_eq!(item.grade == Grade::Illustrative, made_up || named, "{}", item.code);
        assert_ne!(item.grade, Grade::Reported, "{}", item.code);
    }
}

#[test]
fn whoever_gives_evidence_neither_verifies_nor_clears() {
    let mut seen = 0;
    for item in books().items.iter().filter(|item| item.kind.is_task()) {
        let givers: BTreeSet<_> = item.evidence.iter().map(|line| line.by.clone().unwrap()).collect();
        for moved in item.moves.iter().filter(|moved| matches!(moved.step, Step::Verify | Step::Clear)) {
            assert!(!givers.contains(moved.by.as_ref().unwrap()), "{}", item.code);
            seen += 1;
        }
    }
    assert!(seen > 200);
}

#[test]
fn tasks_are_split_from_directives_and_cover_their_matters() {
    for directive in of_kind(ItemKind::Directive) {
        assert_eq!(directive.uncovered(), Vec::<u32>::new(), "{}", directive.code);
    }
    let directives: BTreeSet<&Code> = of_kind(ItemKind::Directive).map(|item| &item.code).collect();
    for task in of_kind(ItemKind::TrackedTask) {
        let from: Vec<_> = task.linked(Relation::SplitFrom).collect();
        assert!(from.len() == 1 && directives.contains(from[0].code()), "{}", task.code);
    }
    for finding in of_kind(ItemKind::Finding) {
        assert_eq!(finding.linked(Relation::FoundBy).count(), 1, "{}", finding.code);
    }
    for decision in of_kind(ItemKind::Decision) {
        assert_eq!(decision.linked(Relation::DecidedAt).count(), 1, "{}", decision.code);
    }
}

#[test]
fn the_registers_show_what_happens_in_a_real_year() {
    let tasks = || of_kind(ItemKind::TrackedTask);
    let stepped =
        |step: Step| books().items.iter().filter(|item| item.moves.iter().any(|m| m.step == step)).count();
    for step in [
        Step::UpholdObjection,
        Step::RejectObjection,
        Step::SendBack,
        Step::Suspend,
        Step::Resume,
        Step::Present,
        Step::File,
        Step::AskReview,
        Step::DecideReview,
        Step::Recheck,
        Step::Raise,
        Step::Mark,
        Step::Minute,
        Step::Sign,
        Step::Match,
        Step::Meet,
        Step::Skip,
    ] {
        assert!(stepped(step) > 0, "nothing ever went through {}", step.as_str());
    }
    let extension = |granted: bool| {
        tasks()
            .flat_map(|item| &item.extensions)
            .filter(|it| it.decided.as_ref().is_some_and(|d| d.1 == granted))
            .count()
    };
    assert!(extension(true) > 2 && extension(false) > 1);
    assert!(tasks().filter(|item| item.linked(Relation::Reopens).count() == 1).count() == 3);
    let late = tasks().filter(|item| matches!((item.finished(), item.due), (Some(f), Some(due)) if f > due));
    assert!(late.count() > 3);
    assert!(tasks().any(|item| item.standing() == Standing::Open));
    assert!(of_kind(ItemKind::Directive).any(|item| item.standing() == Standing::Open));

    let whistles: Vec<&Item> = of_kind(ItemKind::Whistle).collect();
    let vetoes = whistles
        .iter()
        .flat_map(|item| item.units.values())
        .filter(|line| line.mark.as_ref().is_some_and(|m| m.1));
    assert_eq!(vetoes.count(), 1);
    assert_eq!(whistles.iter().filter(|item| item.moves.iter().any(|m| m.step == Step::Raise)).count(), 2);
    let in_time = |item: &&&Item| {
        item.units
            .values()
            .filter_map(|line| line.arrived)
            .all(|(at, _)| item.answer_by.is_some_and(|by| at <= by))
    };
    let arrived: Vec<&Item> = whistles
        .iter()
        .filter(|item| item.units.values().any(|line| line.arrived.is_some()))
        .copied()
        .collect();
    let punctual = arrived.iter().filter(in_time).count();
    assert!(punctual * 3 > arrived.len() * 2 && punctual < arrived.len(), "{punctual} of {}", arrived.len());

    let joint = of_kind(ItemKind::Inspection)
        .filter(|item| item.all_units().any(|unit| unit.as_str() == "bj-task-force"));
    assert!(joint.count() > 10);
    let meetings =
        |series| of_kind(ItemKind::Meeting).filter(move |item| item.series == Some(series)).count();
    assert_eq!((meetings(Series::Joint), meetings(Series::Dispatch)), (4, 13));
    assert_eq!(of_kind(ItemKind::Need).filter(|item| item.state == State::Met).count(), 8);
    assert!(of_kind(ItemKind::GoodDeed).any(|item| item.state == State::Planned));
}

#[test]
fn lights_of_every_colour_burn_on_the_day() {
    let query = LedgerQuery::default();
    let lights = runtime().block_on(books().app.ledger_lights(&plan(), &query, on_the_day())).unwrap();
    for light in [Light::Red, Light::Yellow, Light::Green, Light::NoDate, Light::Done] {
        assert!(lights.get(&light).is_some_and(|count| *count > 0), "{lights:?}");
    }
}

#[test]
fn moves_are_made_on_working_days_and_none_after_the_statement() {
    for item in books().items.iter().filter(|item| item.grade == Grade::Illustrative) {
        // A report is owed from its period's end, which the calendar sets and nobody's work.
        let by_calendar = item.kind == ItemKind::Report;
        assert!(by_calendar || workday::is_working(item.received), "{} on {}", item.code, item.received);
        for moved in &item.moves {
            assert!(workday::is_working(moved.on) && moved.on <= DAY, "{} on {}", item.code, moved.on);
        }
    }
}

#[test]
fn reports_are_frozen_with_what_the_ledger_said() {
    let weekly: Vec<&Item> =
        of_kind(ItemKind::Report).filter(|item| item.series == Some(Series::Weekly)).collect();
    assert_eq!(weekly.iter().filter(|item| item.state == State::Skipped).count(), 4);
    let mut numbers: Vec<u32> =
        weekly.iter().filter_map(|item| item.issued.as_ref()).map(|it| it.number).collect();
    numbers.sort_unstable();
    assert!(numbers.into_iter().eq(1..=48));

    let runtime = runtime();
    for item in of_kind(ItemKind::Report) {
        let Some(issued) = &item.issued else { continue };
        let digest: String = Sha256::digest(&item.content).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(issued.digest, digest, "{}", item.code);
        if item.series != Some(Series::Weekly) {
            let content: serde_json::Value = serde_json::from_str(&item.content).unwrap();
            assert_eq!(content["as_of"], issued.as_of.to_string(), "{}", item.code);
            continue;
        }
        let content = Content::parse(&item.content).unwrap();
        assert_eq!(content.to, issued.as_of);
        assert_eq!(content.shortfalls(None), []);
        // Every row stands in it as it was known when the report was issued.
        let view = View { as_of: issued.as_of, known: issued.known };
        for id in content.ids("open_after").filter(|id| id.starts_with("HT-TSK-")) {
            let subject = Subject::item(&plan(), &Code::new(id).unwrap());
            let history = runtime.block_on(books().app.subject(&subject)).unwrap().unwrap();
            let row = LedgerRow::of_item(&Item::at(&history, view).unwrap());
            assert_eq!(content.rows[id].0, row, "{id} in {}", item.code);
            assert!(matches!(row.standing, Standing::Open | Standing::Suspended));
        }
    }
}

/// Whether the program itself put it on the books.
fn of_the_rhythm(item: &Item) -> bool {
    item.kind == ItemKind::Return || item.code.as_str().starts_with("SLP-")
}

#[test]
fn the_rhythm_of_the_last_weeks_shows_what_happens_to_returns_and_slips() {
    let returns = || of_kind(ItemKind::Return);
    let count = |state: State| returns().filter(|item| item.state == state).count();
    assert!(count(State::Submitted) > 100, "{}", count(State::Submitted));
    assert!(count(State::Missed) > 2 && count(State::Open) > 0);
    let late =
        returns().filter(|item| matches!((item.finished(), item.due), (Some(f), Some(due)) if f > due));
    assert!(late.count() > 10);
    // Whoever signs in for the education commission finds a return to fill and a slip to sign.
    let own = |kind: ItemKind| {
        let unit = Code::new("changping-education").unwrap();
        of_kind(kind)
            .filter(move |item| item.lead_unit.as_ref() == Some(&unit))
            .filter(|item| item.standing() == Standing::Open)
            .count()
    };
    assert_eq!(own(ItemKind::Return), 1);
    assert!(own(ItemKind::Slip) > 0);

    let mut chased = 0;
    for item in &books().items {
        for chase in &item.chases {
            assert!(workday::is_working(chase.on), "{}", item.code);
            chased += 1;
            if let Some(slip) = &chase.slip {
                let slip = of_kind(ItemKind::Slip).find(|held| held.code == *slip).unwrap();
                assert_eq!(slip.received, chase.on);
                assert!(slip.linked(Relation::Supervises).any(|to| to.code() == &item.code), "{}", slip.code);
            }
        }
    }
    assert!(chased > 40, "{chased}");
    let colours: BTreeSet<_> = of_kind(ItemKind::Slip).filter_map(|item| item.colour).collect();
    assert_eq!(colours.len(), 3);
    // What units ask is there for an agenda.
    let week = domain::report::Period::containing(domain::report::Rhythm::Week, date(2019, 8, 5));
    let asks = runtime().block_on(books().app.asked_by_units(&plan(), Series::Weekly, week)).unwrap();
    assert!(!asks.is_empty());
}
