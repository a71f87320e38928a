//! Recording something of the plan itself: a revision, a yearly list, an entry of it, a sector.

use std::sync::Arc;

use app::AppError;
use app::read::Asked;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::history::SubjectHistory;
use domain::policy::Action;
use domain::subject::{Subject, SubjectKind};

use crate::editor::book::{Book, topic_key};
use crate::editor::desk::{Desk, Outcome, Target, Task};
use crate::editor::field::Typed;
use crate::editor::page::{Filled, TRIES, done, form_page, known_code};
use crate::editor::topic::topic;
use crate::error::PageError;
use crate::timetable::outlook::preview::before_accepting;
use crate::visit::Visit;

/// What may be recorded here, and where one goes from there.
const TOPICS: &[(&str, &str)] = &[
    ("name", ""),
    ("period", ""),
    ("plan_sector", ""),
    ("plan_campaign", ""),
    ("output_kind", "/outputs"),
    ("facility_kind", "/place"),
    ("facility_standard", "/place"),
    ("official_count", "/place/coverage"),
    ("coverage_rules", "/place/coverage"),
    ("plan_link", "/place/links"),
    ("gap_answer", "/place/gaps"),
    ("revision", "/revisions"),
    ("yearly_list", "/lists"),
    ("list_entry", "/lists"),
    ("usual_work", "/timetable/work"),
    ("work_calendar", "/timetable/work"),
    ("request_settings", RULES),
    ("request_category", RULES),
    ("request_preset", RULES),
    ("request_route", RULES),
    ("request_office", RULES),
    ("request_reply", RULES),
    ("rate_formula", RULES),
    ("holidays", "/timetable/holidays"),
    ("cited_wave", "/surveys"),
];

/// What somebody has to be allowed to record it.
fn action(topic: &str) -> Action {
    if topic == "cited_wave" { Action::ManageSurveys } else { Action::ManagePlan }
}

/// Where the rules of requests are read.
const RULES: &str = "/requests/rules";

struct Bench {
    plan: Code,
    topic: &'static str,
    home: String,
    book: Book,
    history: Arc<SubjectHistory>,
}

impl Bench {
    async fn open(visit: &Visit, plan: &str, key: &str) -> Result<Self, PageError> {
        let plan = known_code(plan)?;
        let (topic, home) = TOPICS.iter().find(|(topic, _)| *topic == key).ok_or(AppError::NotFound)?;
        let (action, target) =
            (action(topic), domain::policy::Target { plan: Some(plan.clone()), ..Default::default() });
        if !visit.actor.may(action, &target) {
            return Err(visit.forbidden(action));
        }
        let portfolio = visit.app.portfolio(&plan, Asked::default()).await?;
        let history = visit.app.history(&plan).await?;
        let history = history.get(&Subject::plan(&plan)).cloned().ok_or(AppError::NotFound)?;
        let home = format!("/p/{plan}{home}");
        Ok(Self { topic, home, book: Book::of_plan(visit.lang, portfolio), history, plan })
    }

    fn task(&self, visit: &Visit, asked: &Typed) -> Task<'_> {
        let mut desk =
            Desk::new(&self.book, SubjectKind::Plan, Some(&self.history), visit.app.clock().today());
        desk.topics = vec![self.topic];
        desk.state = matches!(self.topic, "name" | "period" | "request_settings" | "coverage_rules");
        desk.slot = asked.get("slot").to_owned();
        desk.presets = presets(self.topic, asked);
        let action = format!("/p/{}/record/{}", self.plan, self.topic);
        let subject = Target::Held(Subject::plan(&self.plan));
        let legend = visit.t(&topic_key(self.topic)).into_owned();
        Task::new(desk, subject, legend, action, self.home.clone()).by(&visit.actor)
    }
}

/// Values that an address brings along for the fields of a topic.
pub fn presets(key: &str, asked: &Typed) -> Vec<(&'static str, String)> {
    let fields = topic(key).map_or(&[][..], |topic| topic.fields);
    fields
        .iter()
        .filter(|spec| !asked.get(spec.name).is_empty())
        .map(|spec| (spec.name, asked.get(spec.name).to_owned()))
        .collect()
}

pub async fn show(
    visit: Visit,
    Path((plan, key)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let bench = Bench::open(&visit, &plan, &key).await?;
    let sheet = bench.task(&visit, &Typed(query)).open();
    form_page(&visit, StatusCode::OK, visit.t(&topic_key(bench.topic)), sheet)
}

/// The form with the fields of a topic filled in: what was read from a file is looked through before it is recorded.
pub(crate) async fn filled(
    visit: &Visit,
    plan: &str,
    key: &str,
    values: &Typed,
    note: &str,
) -> Result<Response, PageError> {
    let bench = Bench::open(visit, plan, key).await?;
    let mut sheet = bench.task(visit, values).open();
    note.clone_into(&mut sheet.intro);
    for (name, value) in &values.0 {
        if let Some(field) = sheet.field_mut(name) {
            value.clone_into(&mut field.value);
        }
    }
    form_page(visit, StatusCode::OK, visit.t(&topic_key(bench.topic)), sheet)
}

pub async fn save(
    visit: Visit,
    Path((plan, key)): Path<(String, String)>,
    Filled(mut typed): Filled,
) -> Result<Response, PageError> {
    for _ in 0..TRIES {
        let bench = Bench::open(&visit, &plan, &key).await?;
        let task = bench.task(&visit, &typed);
        if matches!(bench.topic, "usual_work" | "work_calendar" | "holidays") {
            // Durations and calendars are those of many projects: what would move is shown first.
            let subject = Subject::plan(&bench.plan);
            if let Some(shown) = before_accepting(&visit, &bench.plan, &subject, &task, &typed).await? {
                return Ok(shown);
            }
        }
        match task.handle(&visit.app, &visit.actor, &mut typed, |_, _| {}).await? {
            Outcome::Done(receipt, _) => return Ok(done(&bench.home, Some(&receipt))),
            Outcome::Unchanged => return Ok(done(&bench.home, None)),
            Outcome::Again(status, sheet) => {
                return form_page(&visit, status, visit.t(&topic_key(bench.topic)), *sheet);
            }
            Outcome::Afresh => {}
        }
    }
    Err(PageError::busy())
}
