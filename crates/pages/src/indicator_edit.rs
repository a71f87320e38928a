//! Recording what is known of an indicator: its particulars, baseline, targets, observations, and
//! which of several observations is accepted.

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

use crate::editor::book::Book;
use crate::editor::desk::{Desk, Outcome, Target, Task};
use crate::editor::field::Typed;
use crate::editor::page::{Filled, TRIES, done, form_page, known_code};
use crate::error::PageError;
use crate::plan_edit::presets;
use crate::visit::Visit;

/// A form of an indicator: its name in the address, its title, what it needs and what it holds.
struct Form {
    key: &'static str,
    title: &'static str,
    action: Action,
    topics: &'static [&'static str],
}

const PARTICULARS: &[&str] = &["name", "unit", "direction", "sector"];

const FORMS: &[Form] = &[
    Form {
        key: "particulars",
        title: "indicator-edit",
        action: Action::ManageIndicators,
        topics: PARTICULARS,
    },
    Form {
        key: "baseline",
        title: "indicator-record-baseline",
        action: Action::ManageIndicators,
        topics: &["baseline"],
    },
    Form {
        key: "target",
        title: "indicator-record-target",
        action: Action::ManageIndicators,
        topics: &["target"],
    },
    Form {
        key: "observation",
        title: "indicator-observe",
        action: Action::RecordObservation,
        topics: &["observation"],
    },
    Form {
        key: "asked_by",
        title: "indicator-asked-by",
        action: Action::ManageIndicators,
        topics: &["asked_by"],
    },
    Form {
        key: "accepted",
        title: "indicator-accept-title",
        action: Action::AcceptObservation,
        topics: &["accepted"],
    },
];

const OPTIONAL: &[&str] = &["direction", "sector"];

struct Bench {
    plan: Code,
    code: Code,
    form: &'static Form,
    book: Book,
    history: Arc<SubjectHistory>,
}

fn allowed(visit: &Visit, plan: &Code, action: Action) -> Result<(), PageError> {
    let target = domain::policy::Target { plan: Some(plan.clone()), ..Default::default() };
    if visit.actor.may(action, &target) { Ok(()) } else { Err(visit.forbidden(action)) }
}

impl Bench {
    async fn open(visit: &Visit, plan: &str, code: &str, key: &str) -> Result<Self, PageError> {
        let (plan, code) = (known_code(plan)?, known_code(code)?);
        let form = FORMS.iter().find(|form| form.key == key).ok_or(AppError::NotFound)?;
        let portfolio = visit.app.portfolio(&plan, Asked::default()).await?;
        allowed(visit, &plan, form.action)?;
        let all = visit.app.history(&plan).await?;
        let history = all.get(&Subject::indicator(&plan, &code)).cloned().ok_or(AppError::NotFound)?;
        Ok(Self { form, book: Book::of_plan(visit.lang, portfolio), history, plan, code })
    }

    fn home(&self) -> String {
        format!("/p/{}/indicators/{}", self.plan, self.code)
    }

    fn task(&self, visit: &Visit, asked: &Typed) -> Task<'_> {
        let today = visit.app.clock().today();
        let mut desk = Desk::new(&self.book, SubjectKind::Indicator, Some(&self.history), today);
        desk.topics = self.form.topics.to_vec();
        desk.state = self.form.topics.len() > 1;
        desk.optional = if desk.state { OPTIONAL } else { &[] };
        desk.presets = self.form.topics.iter().flat_map(|topic| presets(topic, asked)).collect();
        desk.slot = asked.get("slot").to_owned();
        let action = format!("{}/{}", self.home(), self.form.key);
        let subject = Target::Held(Subject::indicator(&self.plan, &self.code));
        let legend = visit.t(self.form.title).into_owned();
        let mut task = Task::new(desk, subject, legend, action, self.home());
        if self.form.key == "accepted" {
            let note = visit.t("indicator-accept-note");
            task.dress = Box::new(move |mut sheet| {
                sheet.intro = note.clone().into_owned();
                sheet
            });
        }
        task.by(&visit.actor)
    }
}

pub async fn show(
    visit: Visit,
    Path((plan, code, key)): Path<(String, String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let bench = Bench::open(&visit, &plan, &code, &key).await?;
    let sheet = bench.task(&visit, &Typed(query)).open();
    form_page(&visit, StatusCode::OK, visit.t(bench.form.title), sheet)
}

pub async fn save(
    visit: Visit,
    Path((plan, code, key)): Path<(String, String, String)>,
    Filled(mut typed): Filled,
) -> Result<Response, PageError> {
    for _ in 0..TRIES {
        let bench = Bench::open(&visit, &plan, &code, &key).await?;
        let task = bench.task(&visit, &typed);
        match task.handle(&visit.app, &visit.actor, &mut typed, |_, _| {}).await? {
            Outcome::Done(receipt, _) => return Ok(done(&bench.home(), Some(&receipt))),
            Outcome::Unchanged => return Ok(done(&bench.home(), None)),
            Outcome::Again(status, sheet) => {
                return form_page(&visit, status, visit.t(bench.form.title), *sheet);
            }
            Outcome::Afresh => {}
        }
    }
    Err(PageError::busy())
}

fn new_task<'a>(visit: &Visit, plan: &'a Code, book: &'a Book) -> Task<'a> {
    let mut desk = Desk::new(book, SubjectKind::Indicator, None, visit.app.clock().today());
    desk.topics = PARTICULARS.to_vec();
    desk.optional = OPTIONAL;
    let list = format!("/p/{plan}/indicators");
    let subject = Target::New(Box::new(move |code| Subject::indicator(plan, code)));
    let legend = visit.t("indicator-new").into_owned();
    Task::new(desk, subject, legend, format!("{list}/new"), list).by(&visit.actor)
}

async fn new_book(visit: &Visit, plan: &Code) -> Result<Book, PageError> {
    let portfolio = visit.app.portfolio(plan, Asked::default()).await?;
    allowed(visit, plan, Action::ManageIndicators)?;
    Ok(Book::of_plan(visit.lang, portfolio))
}

pub async fn new(visit: Visit, Path(plan): Path<String>) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let book = new_book(&visit, &plan).await?;
    form_page(&visit, StatusCode::OK, visit.t("indicator-new"), new_task(&visit, &plan, &book).open())
}

pub async fn create(
    visit: Visit,
    Path(plan): Path<String>,
    Filled(mut typed): Filled,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let book = new_book(&visit, &plan).await?;
    let task = new_task(&visit, &plan, &book);
    match task.handle(&visit.app, &visit.actor, &mut typed, |_, _| {}).await? {
        Outcome::Done(receipt, code) => Ok(done(&format!("/p/{plan}/indicators/{code}"), Some(&receipt))),
        Outcome::Again(status, sheet) => form_page(&visit, status, visit.t("indicator-new"), *sheet),
        Outcome::Unchanged | Outcome::Afresh => Err(PageError::busy()),
    }
}
