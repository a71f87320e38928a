//! Pages on which a project is edited.

use std::sync::Arc;

use app::AppError;
use app::read::Asked;
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::authorize::target_of;
use domain::code::Code;
use domain::history::{SubjectHistory, View};
use domain::milestone::Aspect;
use domain::policy::Action;
use domain::project::{Membership, Project, ProjectFact};
use domain::subject::{Subject, SubjectKind};

use crate::editor::book::Book;
use crate::editor::desk::{Desk, Outcome, Target, Task};
use crate::editor::field::{Control, Typed};
use crate::editor::page::{Filled, TRIES, done, form_page, known_code, saved};
use crate::editor::project::{
    FORMS, Form, Held, MANAGED, MatrixRow, PARTICULARS, Place, beside, find, matrix, on_record,
};
use crate::editor::sheet::Sheet;
use crate::editor::values::{Values, values};
use crate::error::PageError;
use crate::page::Page;
use crate::timetable::outlook::preview::before_accepting;
use crate::visit::{Visit, render};

/// Everything the pages about one project need.
struct Bench {
    plan: Code,
    code: Code,
    book: Book,
    project: Project,
    history: Arc<SubjectHistory>,
    target: domain::policy::Target,
}

impl Bench {
    async fn open(visit: &Visit, plan: &str, code: &str) -> Result<Self, PageError> {
        let (plan, code) = (known_code(plan)?, known_code(code)?);
        let history = visit.app.history(&plan).await?;
        let subject = Subject::project(&plan, &code);
        let held = history.get(&subject).cloned().ok_or(AppError::NotFound)?;
        let project = Project::at(&held, View::as_of(visit.app.clock().today())).ok_or(AppError::NotFound)?;
        let portfolio = visit.app.portfolio(&plan, Asked::default()).await?;
        let target = target_of(&subject, &*history);
        let mut book = Book::of_plan(visit.lang, portfolio);
        book.project = Some(project.clone());
        Ok(Self { plan, code, book, project, history: held, target })
    }

    fn address(&self) -> String {
        format!("/p/{}/projects/{}", self.plan, self.code)
    }

    fn name(&self) -> &str {
        self.project.name.get(self.book.lang.is_english())
    }

    /// Whether a form is to be offered at all.
    fn offers(&self, visit: &Visit, form: &Form) -> bool {
        visit.actor.may(form.action, &self.target)
            || (form.key == "milestone" && visit.actor.may(Action::MovePromise, &self.target))
    }
}

struct Entrance {
    key: &'static str,
    title: String,
    note: String,
}

#[derive(Template)]
#[template(path = "editor/hub.html")]
struct HubPage {
    page: Page,
    title: String,
    back: String,
    here: String,
    saved: String,
    entrances: Vec<Entrance>,
}

/// What may be recorded of a project, as far as the person may.
pub async fn hub(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
    Query(typed): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let bench = Bench::open(&visit, &plan, &code).await?;
    let entrances: Vec<Entrance> = FORMS
        .iter()
        .filter(|form| bench.offers(&visit, form))
        .map(|form| {
            let note = format!("{}-note", form.title_key());
            Entrance {
                key: form.key,
                title: visit.t(&form.title_key()).into_owned(),
                note: if words::has(visit.lang, &note) { visit.t(&note).into_owned() } else { String::new() },
            }
        })
        .collect();
    if entrances.is_empty() {
        return Err(visit.forbidden(Action::ReportProgress));
    }
    let page = HubPage {
        title: visit.tw("edit-title", &[("name", bench.name())]),
        back: bench.address(),
        here: format!("{}/edit", bench.address()),
        saved: saved(visit.lang, &Typed(typed)),
        entrances,
        page: visit.page(visit.tw("edit-title", &[("name", bench.name())])),
    };
    render(StatusCode::OK, &page)
}

#[derive(Template)]
#[template(path = "editor/milestones.html")]
struct MilestonesPage {
    page: Page,
    title: String,
    back: String,
    here: String,
    aspects: Vec<String>,
    rows: Vec<MatrixRow>,
    /// Which aspects the person may record.
    may_promise: bool,
    may_report: bool,
}

impl MilestonesPage {
    fn may(&self, aspect: &Aspect) -> bool {
        if *aspect == Aspect::Promised { self.may_promise } else { self.may_report }
    }

    fn aspect_name(&self, aspect: &Aspect) -> String {
        self.page.word("aspect", aspect.as_str())
    }

    /// What a date's link says to someone who only hears it.
    fn label(&self, row: &MatrixRow, aspect: &Aspect, date: &str) -> String {
        let step = format!("{} {}", row.part_name, row.step_name);
        let aspect = self.page.t(&format!("aspect-{}", aspect.as_str()));
        let date = if date.is_empty() { self.page.t("edit-not-set") } else { date.into() };
        words::with(self.page.lang, "edit-set-date", &[("step", &step), ("aspect", &aspect), ("date", &date)])
    }
}

#[derive(Template)]
#[template(path = "editor/project.html")]
struct EditPage {
    page: Page,
    title: String,
    back: String,
    here: String,
    sheet: Sheet,
    held: Vec<Held>,
    /// Whether each of the facts on record may be taken into the form.
    changeable: bool,
}

pub async fn show(
    visit: Visit,
    Path((plan, code, key)): Path<(String, String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let bench = Bench::open(&visit, &plan, &code).await?;
    let form = find(&key).ok_or(AppError::NotFound)?;
    let query = Typed(query);
    if form.key == "milestone" && Place::read(&query, &bench.project).is_none() {
        return milestones(&visit, &bench);
    }
    let maker = Maker::new(&visit, &bench, form, &query)?;
    let mut sheet = maker.task().open();
    maker.put_beside(&mut sheet, &query);
    maker.page(StatusCode::OK, sheet)
}

fn milestones(visit: &Visit, bench: &Bench) -> Result<Response, PageError> {
    let may_report = visit.actor.may(Action::ReportProgress, &bench.target);
    let may_promise = visit.actor.may(Action::MovePromise, &bench.target);
    if !may_report && !may_promise {
        return Err(visit.forbidden(Action::ReportProgress));
    }
    let page = MilestonesPage {
        page: visit.page(visit.tw("edit-title", &[("name", bench.name())])),
        title: visit.tw("edit-title", &[("name", bench.name())]),
        back: format!("{}/edit", bench.address()),
        here: format!("{}/edit/milestone", bench.address()),
        aspects: Aspect::ALL
            .iter()
            .map(|aspect| visit.t(&format!("aspect-{}", aspect.as_str())).into_owned())
            .collect(),
        rows: matrix(&bench.project, &bench.book),
        may_promise,
        may_report,
    };
    render(StatusCode::OK, &page)
}

/// The form of a project that was asked for.
struct Maker<'a> {
    visit: &'a Visit,
    bench: &'a Bench,
    form: &'static Form,
    slot: String,
    place: Option<Place>,
    /// What a step's work usually is, where the project has no word of its own.
    usual: Values,
}

impl<'a> Maker<'a> {
    fn new(
        visit: &'a Visit,
        bench: &'a Bench,
        form: &'static Form,
        asked: &Typed,
    ) -> Result<Self, PageError> {
        let place = (form.key == "milestone").then(|| Place::read(asked, &bench.project)).flatten();
        let allowed = match &place {
            Some(place) if place.aspect == Aspect::Promised => {
                visit.actor.may(Action::MovePromise, &bench.target)
            }
            _ => visit.actor.may(form.action, &bench.target),
        };
        if !allowed {
            return Err(visit.forbidden(form.action));
        }
        let mut slot = place.as_ref().map_or_else(|| asked.get("slot").to_owned(), Place::slot);
        // The way from a step's line leads to what the project says of it; else to what is usual for it.
        let mut usual = Vec::new();
        if let ("step_work", "", Ok(step)) = (form.key, slot.as_str(), Code::new(asked.get("step"))) {
            let plan = bench.book.portfolio.as_ref().map(|portfolio| &portfolio.plan);
            if bench.project.work.contains_key(&step) {
                slot = ProjectFact::StepWork { step, work: None }.slot();
            } else if let Some(held) = plan.and_then(|plan| plan.work(&bench.project, &step)) {
                usual = values(&ProjectFact::StepWork { step, work: Some(held.clone()) }.into());
            }
        }
        Ok(Self { visit, bench, form, slot, place, usual })
    }

    /// What a change of durations or links would move, before it is accepted.
    async fn preview(&self, typed: &Typed) -> Result<Option<Response>, PageError> {
        if !matches!(self.form.key, "step_work" | "step_link") {
            return Ok(None);
        }
        let subject = Subject::project(&self.bench.plan, &self.bench.code);
        before_accepting(self.visit, &self.bench.plan, &subject, &self.task(), typed).await
    }

    fn task(&self) -> Task<'_> {
        let (visit, bench) = (self.visit, self.bench);
        let today = visit.app.clock().today();
        let mut desk = Desk::new(&bench.book, SubjectKind::Project, Some(&bench.history), today);
        desk.topics = self.form.topics.to_vec();
        desk.state = self.form.is_state();
        desk.slot = self.slot.clone();
        desk.presets = vec![
            ("active", "yes".into()),
            ("basis", "net".into()),
            ("suspended", "yes".into()),
            ("membership", "member".into()),
        ];
        desk.presets.extend(self.usual.iter().cloned());
        if desk.state {
            desk.optional = OPTIONAL;
            if !visit.actor.may(Action::ManageProjects, &bench.target) {
                desk.fixed = MANAGED.to_vec();
            }
        }
        let hub = format!("{}/edit", bench.address());
        let subject = Target::Held(Subject::project(&bench.plan, &bench.code));
        let legend = visit.t(&self.form.title_key()).into_owned();
        let action = format!("{hub}/{}", self.form.key);
        let mut task = Task::new(desk, subject, legend, action, self.home());
        task.dress = Box::new(|sheet| self.with_place(sheet));
        task.by(&visit.actor)
    }

    /// Where one goes from here: what a duration or a link moves is seen at once where it is worked out.
    fn home(&self) -> String {
        let address = self.bench.address();
        match self.form.key {
            "step_work" | "step_link" => format!("{address}/timetable"),
            _ => format!("{address}/edit"),
        }
    }

    /// Which date is meant is settled before the form opens: it is shown, and sent along.
    fn with_place(&self, mut sheet: Sheet) -> Sheet {
        let Some(place) = &self.place else { return sheet };
        let values = [
            ("step", place.step.to_string()),
            ("part", place.part.as_ref().map_or_else(String::new, Code::to_string)),
            ("aspect", place.aspect.as_str().to_owned()),
        ];
        for (name, value) in values {
            if let Some(field) = sheet.field_mut(name) {
                field.value = value.clone();
                field.value = if value.is_empty() {
                    self.visit.t("edit-whole").into_owned()
                } else {
                    field.shown(self.visit.lang)
                };
                field.control = Control::Fixed;
                field.hint = String::new();
            }
            sheet = sheet.hidden(name, value);
        }
        if place.aspect == Aspect::Promised
            && let Some(group) = sheet.groups.first_mut()
        {
            group.note = self.visit.t("edit-promise-warning").into_owned();
        }
        // The slot follows from the three.
        sheet.hidden.retain(|(name, _)| name != "slot");
        sheet
    }

    /// Puts the old date beside the typed one.
    fn put_beside(&self, sheet: &mut Sheet, typed: &Typed) {
        let Some(place) = &self.place else { return };
        let track = self.bench.project.tracks.get(&(place.part.clone(), place.step.clone()));
        let old = track.and_then(|track| match place.aspect {
            Aspect::Promised => track.promised(),
            Aspect::Planned => track.planned,
            Aspect::Forecast => track.forecast,
            Aspect::Actual => track.actual,
        });
        let old = old.map_or_else(String::new, |date| date.to_string());
        let label = self.visit.t(&format!("aspect-{}", place.aspect.as_str())).into_owned();
        sheet.beside.push(beside(self.visit.lang, label, &old, typed.get("date")));
    }

    fn page(&self, status: StatusCode, sheet: Sheet) -> Result<Response, PageError> {
        let today = self.visit.app.clock().today();
        let held = if self.form.is_state() || self.place.is_some() {
            Vec::new()
        } else {
            on_record(self.form, &self.bench.book, &self.bench.history, today)
        };
        let page = EditPage {
            page: self.visit.page(self.visit.tw("edit-title", &[("name", self.bench.name())])),
            title: self.visit.tw("edit-title", &[("name", self.bench.name())]),
            back: format!("{}/edit", self.bench.address()),
            here: format!("{}/edit/{}", self.bench.address(), self.form.key),
            sheet,
            held,
            changeable: !matches!(self.form.key, "remark" | "document" | "alias" | "progress"),
        };
        render(status, &page)
    }
}

pub async fn save(
    visit: Visit,
    Path((plan, code, key)): Path<(String, String, String)>,
    Filled(mut typed): Filled,
) -> Result<Response, PageError> {
    let form = find(&key).ok_or(AppError::NotFound)?;
    // Whoever is overtaken between reading and writing is shown what the others did.
    for _ in 0..TRIES {
        let bench = Bench::open(&visit, &plan, &code).await?;
        let maker = Maker::new(&visit, &bench, form, &typed)?;
        if form.key == "milestone" && maker.place.is_none() {
            return milestones(&visit, &bench);
        }
        if let Some(preview) = maker.preview(&typed).await? {
            return Ok(preview);
        }
        let finish = |sheet: &mut Sheet, typed: &Typed| maker.put_beside(sheet, typed);
        match maker.task().handle(&visit.app, &visit.actor, &mut typed, finish).await? {
            Outcome::Done(receipt, _) => return Ok(done(&maker.home(), Some(&receipt))),
            Outcome::Unchanged => return Ok(done(&maker.home(), None)),
            Outcome::Again(status, sheet) => return maker.page(status, *sheet),
            Outcome::Afresh => {}
        }
    }
    Err(PageError::busy())
}

/// The particulars of a new project that may be left open.
const OPTIONAL: &[&str] = &["kind", "sector", "campaign", "lead_unit", "place", "budget"];
const NEW_OPTIONAL: &[&str] = &["campaign", "place", "budget"];

fn new_task<'a>(visit: &Visit, plan: &'a Code, book: &'a Book) -> Task<'a> {
    let mut desk = Desk::new(book, SubjectKind::Project, None, visit.app.clock().today());
    desk.topics = PARTICULARS.to_vec();
    desk.optional = NEW_OPTIONAL;
    let list = format!("/p/{plan}/projects");
    let subject = Target::New(Box::new(move |code| Subject::project(plan, code)));
    let legend = visit.t("edit-particulars").into_owned();
    let mut task = Task::new(desk, subject, legend, format!("{list}/new"), list);
    let (intro, submit) = (visit.t("project-new-intro"), visit.t("project-new-submit"));
    task.dress = Box::new(move |mut sheet| {
        sheet.intro = intro.clone().into_owned();
        sheet.submit = submit.clone().into_owned();
        sheet
    });
    let revision = book.portfolio.as_ref().and_then(|p| p.plan.revision()).map(|r| r.number);
    task.with = vec![ProjectFact::Membership { state: Membership::Member, revision, other: None }.into()];
    task.by(&visit.actor)
}

async fn new_book(visit: &Visit, plan: &Code) -> Result<Book, PageError> {
    let portfolio = visit.app.portfolio(plan, Asked::default()).await?;
    let target = domain::policy::Target { plan: Some(plan.clone()), ..Default::default() };
    if !visit.actor.may(Action::ManageProjects, &target) {
        return Err(visit.forbidden(Action::ManageProjects));
    }
    Ok(Book::of_plan(visit.lang, portfolio))
}

pub async fn new(visit: Visit, Path(plan): Path<String>) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let book = new_book(&visit, &plan).await?;
    form_page(&visit, StatusCode::OK, visit.t("project-new"), new_task(&visit, &plan, &book).open())
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
        Outcome::Done(receipt, code) => Ok(done(&format!("/p/{plan}/projects/{code}/edit"), Some(&receipt))),
        Outcome::Again(status, sheet) => form_page(&visit, status, visit.t("project-new"), *sheet),
        Outcome::Unchanged | Outcome::Afresh => Err(PageError::busy()),
    }
}
