//! Putting an index on the books, naming it otherwise, and setting out what it is made of from a day on.

use std::sync::Arc;

use app::AppError;
use app::read::Asked;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::history::{SubjectHistory, View};
use domain::index::Index;
use domain::policy::Action;
use domain::subject::{Subject, SubjectKind};

use super::may_manage;
use crate::editor::book::Book;
use crate::editor::desk::{Desk, Outcome, Target, Task};
use crate::editor::index::version;
use crate::editor::page::{Filled, TRIES, done, form_page, known_code};
use crate::error::PageError;
use crate::visit::Visit;

struct Form {
    key: &'static str,
    title: &'static str,
    topic: &'static str,
}

const FORMS: [Form; 2] = [
    Form { key: "name", title: "index-rename", topic: "name" },
    Form { key: "version", title: "index-new-version", topic: "index_version" },
];

struct Bench {
    plan: Code,
    code: Code,
    form: &'static Form,
    book: Book,
    history: Arc<SubjectHistory>,
}

async fn book(visit: &Visit, plan: &Code) -> Result<Book, PageError> {
    let portfolio = visit.app.portfolio(plan, Asked::default()).await?;
    if !may_manage(visit, plan) {
        return Err(visit.forbidden(Action::ManageIndicators));
    }
    Ok(Book::of_plan(visit.lang, portfolio))
}

impl Bench {
    async fn open(visit: &Visit, plan: &str, code: &str, key: &str) -> Result<Self, PageError> {
        let (plan, code) = (known_code(plan)?, known_code(code)?);
        let form = FORMS.iter().find(|form| form.key == key).ok_or(AppError::NotFound)?;
        let book = book(visit, &plan).await?;
        let all = visit.app.history(&plan).await?;
        let history = all.get(&Subject::index(&plan, &code)).cloned().ok_or(AppError::NotFound)?;
        Ok(Self { plan, code, form, book, history })
    }

    fn home(&self) -> String {
        format!("/p/{}/indices/{}", self.plan, self.code)
    }

    fn task(&self, visit: &Visit) -> Task<'_> {
        let today = visit.app.clock().today();
        let mut desk = Desk::new(&self.book, SubjectKind::Index, Some(&self.history), today);
        desk.topics = vec![self.form.topic];
        desk.state = self.form.key == "name";
        if self.form.key == "version" {
            // A new version begins as the last one is.
            let index = Index::at(&self.history, View::ALL);
            let last = index.as_ref().and_then(Index::in_force);
            desk.presets = last.map_or_else(Vec::new, |held| version(&held.version));
        }
        let action = format!("{}/edit/{}", self.home(), self.form.key);
        let subject = Target::Held(Subject::index(&self.plan, &self.code));
        Task::new(desk, subject, visit.t(self.form.title).into_owned(), action, self.home()).by(&visit.actor)
    }
}

pub async fn show(
    visit: Visit,
    Path((plan, code, key)): Path<(String, String, String)>,
    Query(_): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let bench = Bench::open(&visit, &plan, &code, &key).await?;
    form_page(&visit, StatusCode::OK, visit.t(bench.form.title), bench.task(&visit).open())
}

pub async fn save(
    visit: Visit,
    Path((plan, code, key)): Path<(String, String, String)>,
    Filled(mut typed): Filled,
) -> Result<Response, PageError> {
    for _ in 0..TRIES {
        let bench = Bench::open(&visit, &plan, &code, &key).await?;
        match bench.task(&visit).handle(&visit.app, &visit.actor, &mut typed, |_, _| {}).await? {
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
    let mut desk = Desk::new(book, SubjectKind::Index, None, visit.app.clock().today());
    desk.topics = vec!["name", "index_version"];
    let list = format!("/p/{plan}/indices");
    let subject = Target::New(Box::new(move |code| Subject::index(plan, code)));
    Task::new(desk, subject, visit.t("index-new").into_owned(), format!("{list}/new"), list).by(&visit.actor)
}

pub async fn new(visit: Visit, Path(plan): Path<String>) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let book = book(&visit, &plan).await?;
    form_page(&visit, StatusCode::OK, visit.t("index-new"), new_task(&visit, &plan, &book).open())
}

pub async fn create(
    visit: Visit,
    Path(plan): Path<String>,
    Filled(mut typed): Filled,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let book = book(&visit, &plan).await?;
    let task = new_task(&visit, &plan, &book);
    match task.handle(&visit.app, &visit.actor, &mut typed, |_, _| {}).await? {
        Outcome::Done(receipt, code) => Ok(done(&format!("/p/{plan}/indices/{code}"), Some(&receipt))),
        Outcome::Again(status, sheet) => form_page(&visit, status, visit.t("index-new"), *sheet),
        Outcome::Unchanged | Outcome::Afresh => Err(PageError::busy()),
    }
}
