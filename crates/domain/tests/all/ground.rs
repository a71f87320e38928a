//! Commands are checked against what they touch: nothing that matters may be left out.

use domain::area::{AreaFact, AreaLevel};
use domain::code::Code;
use domain::command::{Command, Context, decide};
use domain::fact::Fact;
use domain::history::History;
use domain::indicator::{IndicatorFact, Instrument};
use domain::journal::{Entry, Hash, Seq};
use domain::milestone::{Aspect, StepTemplate};
use domain::named::Named;
use domain::plan::{ListEntryKind, PlanFact};
use domain::project::ProjectFact;
use domain::refusal::Refusal;
use domain::source::Source;
use domain::subject::Subject;
use jiff::Timestamp;
use jiff::civil::date;
use rust_decimal::Decimal;

struct Books {
    history: History,
    seq: u64,
}

fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

fn name(text: &str) -> Named {
    Named::new(text, "")
}

impl Books {
    /// A plan with a template, a list and a project with one part.
    fn new() -> Self {
        let mut books = Self { history: History::default(), seq: 0 };
        let steps = ["start", "completion", "in_use"];
        let steps = steps.map(|step| StepTemplate { step: code(step), name: name(step), gate: None });
        let plan = Subject::plan(&code("p"));
        books.put(
            Subject::area(&code("town")),
            vec![AreaFact::Name(name("镇")).into(), AreaFact::Level { level: AreaLevel::Subdistrict }.into()],
        );
        books.put(
            plan,
            vec![
                PlanFact::Name(name("计划")).into(),
                PlanFact::Period { from: date(2018, 1, 1), to: date(2020, 12, 31) }.into(),
                PlanFact::Sector { sector: code("education"), order: 1, name: name("教育") }.into(),
                PlanFact::Template { template: code("building"), name: name("房屋"), steps: steps.into() }
                    .into(),
                PlanFact::YearlyList {
                    year: 2020,
                    issue: 1,
                    title: name("清单"),
                    declared_carried_over: None,
                    declared_new: None,
                }
                .into(),
            ],
        );
        books.put(
            project(),
            vec![
                ProjectFact::Name(name("学校")).into(),
                ProjectFact::Kind { kind: code("building") }.into(),
                ProjectFact::Sector { sector: code("education") }.into(),
            ],
        );
        books.put(project(), vec![ProjectFact::Part { part: code("north"), name: name("北区") }.into()]);
        books
    }

    fn decide(&self, command: &Command, reason: &str) -> Result<Vec<domain::journal::Draft>, Vec<Refusal>> {
        let context = Context {
            today: date(2026, 11, 25),
            actor: code("someone"),
            effective: date(2020, 1, 1),
            source: Source::default(),
            reason: reason.into(),
        };
        decide(command, &context, &self.history)
    }

    fn apply(&mut self, command: Command, reason: &str) -> usize {
        let drafts = self.decide(&command, reason).unwrap();
        let count = drafts.len();
        for draft in drafts {
            self.seq += 1;
            let recorded_at = Timestamp::UNIX_EPOCH;
            self.history.apply(&Entry { seq: Seq(self.seq), recorded_at, draft, hash: Hash::GENESIS });
        }
        count
    }

    fn put(&mut self, subject: Subject, facts: Vec<Fact>) -> usize {
        self.apply(Command::Put { subject, facts }, "")
    }

    fn refused(&self, subject: Subject, fact: impl Into<Fact>) -> Vec<&'static str> {
        let command = Command::Record { subject, facts: vec![fact.into()], expected: None };
        match self.decide(&command, "") {
            Ok(_) => Vec::new(),
            Err(refusals) => refusals.iter().map(|refusal| refusal.problem.key()).collect(),
        }
    }
}

fn project() -> Subject {
    Subject::project(&code("p"), &code("A-1"))
}

fn milestone(aspect: Aspect, part: Option<&str>, step: &str, date: &str) -> ProjectFact {
    ProjectFact::Milestone {
        aspect,
        part: part.map(code),
        step: code(step),
        date: Some(date.parse().unwrap()),
        cause: None,
    }
}

#[test]
fn parts_and_steps_must_be_known() {
    let books = Books::new();
    let progress = |part: Option<&str>| ProjectFact::Progress { part: part.map(code), percent: Decimal::TEN };
    assert!(books.refused(project(), progress(None)).is_empty());
    assert!(books.refused(project(), progress(Some("north"))).is_empty());
    assert_eq!(books.refused(project(), progress(Some("south"))), ["unknown-reference"]);
    assert!(books.refused(project(), milestone(Aspect::Forecast, Some("north"), "start", "2020")).is_empty());
    assert_eq!(
        books.refused(project(), milestone(Aspect::Forecast, Some("south"), "roof", "2020")),
        ["unknown-reference", "unknown-reference"]
    );
    let papers = |step: &str| ProjectFact::GatePapers {
        step: code(step),
        applied: None,
        decided: None,
        number: String::new(),
        granted: Some(true),
    };
    assert!(books.refused(project(), papers("start")).is_empty());
    assert_eq!(books.refused(project(), papers("permit")), ["unknown-reference"]);
}

#[test]
fn dates_are_ordered_across_entries_within_aspect_and_part() {
    let mut books = Books::new();
    books.put(project(), vec![milestone(Aspect::Actual, None, "start", "2019-06").into()]);
    books.put(project(), vec![milestone(Aspect::Forecast, Some("north"), "start", "2021-06").into()]);
    assert_eq!(
        books.refused(project(), milestone(Aspect::Actual, None, "completion", "2019-05-31")),
        ["date-order"]
    );
    assert!(books.refused(project(), milestone(Aspect::Actual, None, "completion", "2019-06")).is_empty());
    assert!(books.refused(project(), milestone(Aspect::Forecast, None, "completion", "2018")).is_empty());
    assert_eq!(
        books.refused(project(), milestone(Aspect::Forecast, Some("north"), "completion", "2020")),
        ["date-order"]
    );
    // A start that was corrected away is no ground any more.
    let start = Seq(books.seq - 1);
    let withdraw = Command::Correct { subject: project(), entry: start, facts: Vec::new(), expected: None };
    assert_eq!(books.apply(withdraw, "误记"), 1);
    assert!(books.refused(project(), milestone(Aspect::Actual, None, "completion", "2019-05-31")).is_empty());
}

#[test]
fn a_moved_promise_needs_a_reason_and_what_holds_is_no_news() {
    let mut books = Books::new();
    let promise = |date: &str| vec![Fact::from(milestone(Aspect::Promised, None, "in_use", date))];
    assert_eq!(books.put(project(), promise("2020")), 1);
    assert_eq!(books.put(project(), promise("2020")), 0);
    assert_eq!(
        books.refused(project(), milestone(Aspect::Promised, None, "in_use", "2021")),
        ["reason-required"]
    );
    let command = Command::Record { subject: project(), facts: promise("2021"), expected: None };
    assert_eq!(books.apply(command, "管线迁改"), 1);
}

#[test]
fn lists_and_observations_are_looked_up() {
    let mut books = Books::new();
    let entry = |year: i16| PlanFact::ListEntry {
        year,
        issue: 1,
        project: code("A-1"),
        entry: ListEntryKind::New,
        aim: None,
    };
    let plan = Subject::plan(&code("p"));
    assert!(books.refused(plan.clone(), entry(2020)).is_empty());
    assert_eq!(books.refused(plan, entry(2021)), ["unknown-reference"]);
    let indicator = Subject::indicator(&code("p"), &code("speed"));
    let on = date(2019, 8, 14);
    books.put(
        indicator.clone(),
        vec![
            IndicatorFact::Name(name("速度")).into(),
            IndicatorFact::Unit(name("公里/时")).into(),
            IndicatorFact::Observation {
                key: code("survey"),
                on,
                value: Decimal::TEN,
                instrument: Instrument { instrument: code("count"), scale: code("kmh") },
                approximate: false,
                area: None,
                wave: None,
            }
            .into(),
        ],
    );
    let accept =
        |key: &str| IndicatorFact::Accepted { on, key: code(key), because: "唯一".into(), area: None };
    assert!(books.refused(indicator.clone(), accept("survey")).is_empty());
    assert_eq!(books.refused(indicator, accept("other")), ["unknown-reference"]);
}
