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
    "facility_boundary",
    "entrances",
    "facility_area",
    "facility_capacity",
    "opens",
    "closes",
    "facility_project",
    "licence",
    "on_site",
];

/// What nobody may know, or may not be.
const OPTIONAL: &[&str] = &[
    "name",
    "facility_boundary",
    "entrances",
    "facility_area",
    "facility_capacity",
    "opens",
    "closes",
    "facility_project",
    "licence",
    "on_site",
];

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

    fn task(&self, visit: &Visit, form: Form) -> Task<'_> {
        let today = visit.app.clock().today();
        let mut desk = Desk::new(&self.book, SubjectKind::Facility, Some(&self.history), today);
        desk.topics = form.topics().to_vec();
        desk.state = true;
        desk.optional = OPTIONAL;
        if form == Form::OnSite {
            let by = visit.page("").user.unwrap_or_default();
            desk.presets = vec![("seen_on", today.to_string()), ("seen_by", by)];
        }
        let action = format!("{}/{}", self.home, form.address());
        let legend = visit.t(form.title()).into_owned();
        let subject = Target::Held(self.subject.clone());
        let mut task = Task::new(desk, subject, legend, action, self.home.clone()).by(&visit.actor);
        if form == Form::OnSite {
            let intro = visit.t("facility-on-site-note").into_owned();
            task.dress = Box::new(move |mut sheet| {
                sheet.intro.clone_from(&intro);
                sheet
            });
        }
        task
    }
}

/// What of a facility is on the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Whole,
    /// What somebody found on site.
    OnSite,
}

impl Form {
    fn topics(self) -> &'static [&'static str] {
        match self {
            Self::Whole => TOPICS,
            Self::OnSite => &["on_site"],
        }
    }

    fn address(self) -> &'static str {
        match self {
            Self::Whole => "edit",
            Self::OnSite => "on-site",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Whole => "facility-edit",
            Self::OnSite => "facility-on-site-record",
        }
    }
}

async fn open(visit: &Visit, plan: &str, code: &str, form: Form) -> Result<Response, PageError> {
    let bench = Bench::open(visit, plan, code).await?;
    form_page(visit, StatusCode::OK, visit.t(form.title()), bench.task(visit, form).open())
}

async fn keep(
    visit: &Visit,
    plan: &str,
    code: &str,
    form: Form,
    typed: &mut Typed,
) -> Result<Response, PageError> {
    for _ in 0..TRIES {
        let bench = Bench::open(visit, plan, code).await?;
        let task = bench.task(visit, form);
        match task.handle(&visit.app, &visit.actor, typed, |_, _| {}).await? {
            Outcome::Done(receipt, _) => return Ok(done(&bench.home, Some(&receipt))),
            Outcome::Unchanged => return Ok(done(&bench.home, None)),
            Outcome::Again(status, sheet) => {
                return form_page(visit, status, visit.t(form.title()), *sheet);
            }
            Outcome::Afresh => {}
        }
    }
    Err(PageError::busy())
}

pub async fn show(visit: Visit, Path((plan, code)): Path<(String, String)>) -> Result<Response, PageError> {
    open(&visit, &plan, &code, Form::Whole).await
}

pub async fn save(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
    Filled(mut typed): Filled,
) -> Result<Response, PageError> {
    keep(&visit, &plan, &code, Form::Whole, &mut typed).await
}

pub async fn on_site(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
) -> Result<Response, PageError> {
    open(&visit, &plan, &code, Form::OnSite).await
}

pub async fn save_on_site(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
    Filled(mut typed): Filled,
) -> Result<Response, PageError> {
    keep(&visit, &plan, &code, Form::OnSite, &mut typed).await
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
