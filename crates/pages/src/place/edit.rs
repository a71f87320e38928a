//! Putting a facility on the books, and changing what is said of it.

use std::sync::Arc;

use app::read::Asked;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::history::SubjectHistory;
use domain::policy::Action;
use domain::subject::{Subject, SubjectKind};

use super::may_add;
use crate::editor::book::Book;
use crate::editor::desk::{Desk, Outcome, Target, Task};
use crate::editor::field::Typed;
use crate::editor::page::{Filled, TRIES, done, form_page, known_code};
use crate::error::PageError;
use crate::plan_edit::presets;
use crate::visit::Visit;

const TOPICS: &[&str] = &[
    "name",
    "facility_sort",
    "site",
    "facility_area",
    "facility_capacity",
    "opens",
    "closes",
    "facility_project",
    "licence",
];

/// What nobody may know, or may not be.
const OPTIONAL: &[&str] =
    &["name", "facility_area", "facility_capacity", "opens", "closes", "facility_project", "licence"];

const TITLE: &str = "facility-edit";

struct Bench {
    subject: Subject,
    home: String,
    book: Book,
    history: Arc<SubjectHistory>,
}

impl Bench {
    async fn open(visit: &Visit, plan: &str, code: &str) -> Result<Self, PageError> {
        let (plan, code) = (known_code(plan)?, known_code(code)?);
        let portfolio = visit.app.portfolio(&plan, Asked::default()).await?;
        let subject = Subject::facility(&plan, &code);
        let (history, target) = visit.app.subject_and_target(&subject).await?;
        if !visit.actor.may(Action::ManageFacilities, &target) {
            return Err(visit.forbidden(Action::ManageFacilities));
        }
        let home = format!("/p/{plan}/place/facilities/{code}");
        Ok(Self { subject, home, book: Book::of_plan(visit.lang, portfolio), history })
    }

    fn task(&self, visit: &Visit) -> Task<'_> {
        let today = visit.app.clock().today();
        let mut desk = Desk::new(&self.book, SubjectKind::Facility, Some(&self.history), today);
        desk.topics = TOPICS.to_vec();
        desk.state = true;
        desk.optional = OPTIONAL;
        let action = format!("{}/edit", self.home);
        let legend = visit.t(TITLE).into_owned();
        let subject = Target::Held(self.subject.clone());
        Task::new(desk, subject, legend, action, self.home.clone()).by(&visit.actor)
    }
}

pub async fn show(visit: Visit, Path((plan, code)): Path<(String, String)>) -> Result<Response, PageError> {
    let bench = Bench::open(&visit, &plan, &code).await?;
    form_page(&visit, StatusCode::OK, visit.t(TITLE), bench.task(&visit).open())
}

pub async fn save(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
    Filled(mut typed): Filled,
) -> Result<Response, PageError> {
    for _ in 0..TRIES {
        let bench = Bench::open(&visit, &plan, &code).await?;
        let task = bench.task(&visit);
        match task.handle(&visit.app, &visit.actor, &mut typed, |_, _| {}).await? {
            Outcome::Done(receipt, _) => return Ok(done(&bench.home, Some(&receipt))),
            Outcome::Unchanged => return Ok(done(&bench.home, None)),
            Outcome::Again(status, sheet) => return form_page(&visit, status, visit.t(TITLE), *sheet),
            Outcome::Afresh => {}
        }
    }
    Err(PageError::busy())
}

async fn new_book(visit: &Visit, plan: &Code) -> Result<Book, PageError> {
    let portfolio = visit.app.portfolio(plan, Asked::default()).await?;
    if !may_add(visit) {
        return Err(visit.forbidden(Action::ManageFacilities));
    }
    Ok(Book::of_plan(visit.lang, portfolio))
}

fn new_task<'a>(visit: &Visit, plan: &'a Code, book: &'a Book, asked: &Typed) -> Task<'a> {
    let mut desk = Desk::new(book, SubjectKind::Facility, None, visit.app.clock().today());
    desk.topics = TOPICS.to_vec();
    desk.optional = OPTIONAL;
    desk.presets = TOPICS.iter().flat_map(|topic| presets(topic, asked)).collect();
    let list = format!("/p/{plan}/place/facilities");
    let subject = Target::New(Box::new(move |code| Subject::facility(plan, code)));
    let legend = visit.t("facility-new").into_owned();
    Task::new(desk, subject, legend, format!("{list}/new"), list).by(&visit.actor)
}

pub async fn new(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let book = new_book(&visit, &plan).await?;
    let sheet = new_task(&visit, &plan, &book, &Typed(query)).open();
    form_page(&visit, StatusCode::OK, visit.t("facility-new"), sheet)
}

pub async fn create(
    visit: Visit,
    Path(plan): Path<String>,
    Filled(mut typed): Filled,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let book = new_book(&visit, &plan).await?;
    let task = new_task(&visit, &plan, &book, &Typed(Vec::new()));
    match task.handle(&visit.app, &visit.actor, &mut typed, |_, _| {}).await? {
        Outcome::Done(receipt, code) => {
            Ok(done(&format!("/p/{plan}/place/facilities/{code}"), Some(&receipt)))
        }
        Outcome::Again(status, sheet) => form_page(&visit, status, visit.t("facility-new"), *sheet),
        Outcome::Unchanged | Outcome::Afresh => Err(PageError::busy()),
    }
}
