//! Revisions compared, yearly lists held against the books, outputs rolled up: over a small plan.

use domain::carry_over::{Difference, carry_over};
use domain::code::Code;
use domain::fact::Fact;
use domain::figure::{Row, Standing};
use domain::history::{History, View};
use domain::journal::{Draft, Entry, Event, Hash, Seq};
use domain::milestone::Aspect;
use domain::named::Named;
use domain::output::{Basis, OutputGroup, Stage};
use domain::plan::{ListEntryKind, PlanFact};
use domain::portfolio::Portfolio;
use domain::project::{Membership, ProjectFact};
use domain::revision::{Move, compare};
use domain::rollup::{Ask, By, roll_up};
use domain::source::Source;
use domain::subject::Subject;
use jiff::Timestamp;
use jiff::civil::{Date, date};
use rust_decimal::Decimal;

fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

struct Books {
    history: History,
    next: u64,
}

impl Books {
    fn new() -> Self {
        let mut books = Self { history: History::default(), next: 1 };
        let name = PlanFact::Name(Named::new("计划", "Plan"));
        books.plan(date(2018, 1, 1), name);
        books
    }

    fn record(&mut self, subject: Subject, effective: Date, facts: Vec<Fact>) {
        let entry = Entry {
            seq: Seq(self.next),
            recorded_at: Timestamp::UNIX_EPOCH,
            draft: Draft {
                effective,
                actor: code("someone"),
                subject,
                event: Event::Recorded { facts },
                source: Source::default(),
                reason: String::new(),
            },
            hash: Hash::GENESIS,
        };
        self.next += 1;
        self.history.apply(&entry);
    }

    fn plan(&mut self, effective: Date, fact: PlanFact) {
        self.record(Subject::plan(&code("p")), effective, vec![fact.into()]);
    }

    fn project(&mut self, project: &str, effective: Date, fact: ProjectFact) {
        self.record(Subject::project(&code("p"), &code(project)), effective, vec![fact.into()]);
    }

    fn member(&mut self, project: &str, effective: Date) {
        self.project(project, effective, ProjectFact::Name(Named::new(project, "")));
        self.membership(project, effective, Membership::Member, None);
    }

    fn membership(&mut self, project: &str, effective: Date, state: Membership, other: Option<&str>) {
        let fact = ProjectFact::Membership { state, revision: None, other: other.map(code) };
        self.project(project, effective, fact);
    }

    fn date(&mut self, project: &str, aspect: Aspect, step: &str, when: &str) {
        let date = when.parse().unwrap();
        let fact =
            ProjectFact::Milestone { aspect, part: None, step: code(step), date: Some(date), cause: None };
        let effective = if aspect == Aspect::Actual { date.last() } else { self::date(2018, 1, 1) };
        self.project(project, effective, fact);
    }

    fn output(&mut self, project: &str, sector: &str, quantity: i64) {
        let day = self::date(2018, 1, 1);
        self.project(project, day, ProjectFact::Sector { sector: code(sector) });
        let fact = ProjectFact::Output {
            kind: code("beds"),
            stage: Stage::Planned,
            basis: Basis::Net,
            quantity: quantity.into(),
        };
        self.project(project, day, fact);
    }

    fn at(&self, as_of: Date) -> Portfolio {
        Portfolio::at(&self.history, &code("p"), View::as_of(as_of)).unwrap()
    }
}

const FIRST: Date = date(2018, 8, 1);
const SECOND: Date = date(2019, 8, 1);

#[test]
fn every_way_a_project_can_come_or_go_is_told_apart() {
    let mut books = Books::new();
    for project in ["a", "gone", "merged", "moved", "split", "stays"] {
        books.member(project, FIRST);
    }
    books.member("new", SECOND);
    books.member("piece1", SECOND);
    books.membership("piece1", SECOND, Membership::Member, Some("split"));
    books.project("a", SECOND, ProjectFact::Name(Named::new("甲", "")));
    books.membership("gone", SECOND, Membership::Removed, None);
    books.membership("merged", SECOND, Membership::Merged, Some("a"));
    books.membership("moved", SECOND, Membership::Moved, None);
    books.membership("split", SECOND, Membership::Split, None);

    let comparison = compare(&books.at(FIRST), &books.at(SECOND));
    assert_eq!((comparison.before, comparison.after), (6, 4));
    let expected = vec![
        (code("a"), Move::Renamed { from: Named::new("a", ""), to: Named::new("甲", "") }),
        (code("gone"), Move::Removed),
        (code("merged"), Move::MergedInto(Some(code("a")))),
        (code("moved"), Move::Moved(None)),
        (code("new"), Move::Added),
        (code("piece1"), Move::SplitFrom(code("split"))),
        (code("split"), Move::Split(vec![code("piece1")])),
    ];
    assert_eq!(comparison.moves, expected);
    assert!(compare(&books.at(SECOND), &books.at(SECOND)).moves.is_empty());
}

#[test]
fn a_list_is_held_against_what_was_under_way_at_the_turn_of_the_year() {
    let mut books = Books::new();
    for project in ["carried", "done", "early", "forgotten", "fresh", "late", "unlisted"] {
        books.member(project, FIRST);
    }
    for project in ["carried", "done", "early", "forgotten"] {
        books.date(project, Aspect::Actual, "start", "2018-10");
    }
    books.date("done", Aspect::Actual, "completion", "2018-12-20");
    books.date("fresh", Aspect::Forecast, "start", "2019-05");
    books.date("unlisted", Aspect::Promised, "start", "2019");
    books.date("late", Aspect::Promised, "start", "2020");
    let title = Named::new("清单", "");
    books.plan(
        date(2019, 1, 15),
        PlanFact::YearlyList { year: 2019, issue: 1, title, declared_carried_over: None, declared_new: None },
    );
    for (project, entry) in [
        ("carried", ListEntryKind::CarriedOver),
        ("done", ListEntryKind::CarriedOver),
        ("late", ListEntryKind::CarriedOver),
        ("fresh", ListEntryKind::New),
        ("early", ListEntryKind::New),
        ("stranger", ListEntryKind::New),
    ] {
        let project = code(project);
        let fact = PlanFact::ListEntry { year: 2019, issue: 1, project, entry, aim: None };
        books.plan(date(2019, 1, 15), fact);
    }
    let issued = books.at(date(2019, 1, 15));
    let turn = books.at(date(2018, 12, 31));
    let found = carry_over(&issued.plan.lists[0], &turn, &issued);
    assert_eq!(found.carried_over, ["carried", "early", "forgotten"].map(code));
    assert_eq!(found.new, ["fresh", "unlisted"].map(code));
    let expected = vec![
        (code("done"), Difference::AlreadyDone),
        (code("early"), Difference::StartedBefore),
        (code("forgotten"), Difference::MissingCarriedOver),
        (code("late"), Difference::NotStarted),
        (code("stranger"), Difference::NotOfPlan),
        (code("unlisted"), Difference::MissingNew),
    ];
    assert_eq!(found.differences, expected);
}

#[test]
fn a_joint_quantity_counts_once_and_only_whole() {
    let mut books = Books::new();
    for (project, sector, quantity) in [("a", "health", 10), ("b", "health", 20), ("c", "elderly", 5)] {
        books.member(project, FIRST);
        books.output(project, sector, quantity);
    }
    books.date("a", Aspect::Actual, "completion", "2019-03");
    let group = OutputGroup {
        group: code("both"),
        name: Named::new("两所", ""),
        kind: code("beds"),
        stage: Stage::Planned,
        quantity: 33.into(),
        members: vec![code("a"), code("b")],
    };
    books.plan(FIRST, PlanFact::OutputGroup(group));
    let portfolio = books.at(SECOND);
    let (beds, health) = (code("beds"), Some(code("health")));

    let all = roll_up(&portfolio, Ask::default());
    assert_eq!(all.cells[&(beds.clone(), health.clone())].sum, Decimal::from(33));
    assert_eq!(all.total(&beds), Decimal::from(38));

    // One member alone: the joint quantity does not count, its own does.
    let done = roll_up(&portfolio, Ask { standing: Standing::Completed, ..Ask::default() });
    let rows = &done.cells[&(beds.clone(), health)].rows;
    assert_eq!(rows, &[Row::Project { code: code("a"), quantity: 10.into() }]);

    let span = Some((date(2019, 1, 1), date(2019, 12, 31)));
    assert_eq!(roll_up(&portfolio, Ask { ready: span, ..Ask::default() }).total(&beds), Decimal::from(10));

    // No areas on record: everything stands in the column for several or none.
    let by_area = roll_up(&portfolio, Ask { by: By::Area, ..Ask::default() });
    assert_eq!(by_area.columns(), vec![None]);
    assert_eq!(by_area.total(&beds), Decimal::from(38));
}
