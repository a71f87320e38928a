//! Administration of units and areas.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::AppError;
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::authorize::target_of;
use domain::code::Code;
use domain::history::SubjectHistory;
use domain::policy::Action;
use domain::subject::{Subject, SubjectKind};

use crate::editor::book::Book;
use crate::editor::desk::{Desk, Outcome, Target, Task};
use crate::editor::field::Typed;
use crate::editor::page::{Filled, TRIES, done, form_page, known_code, saved};
use crate::error::PageError;
use crate::page::Page;
use crate::tree::ordered;
use crate::unit::level;
use crate::visit::{Visit, render};

/// Which half of the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Half {
    Units,
    Areas,
}

impl Half {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "units" => Some(Self::Units),
            "areas" => Some(Self::Areas),
            _ => None,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Units => "unit",
            Self::Areas => "area",
        }
    }

    fn home(self) -> String {
        format!("/admin/{}s", self.word())
    }

    fn kind(self) -> SubjectKind {
        match self {
            Self::Units => SubjectKind::Unit,
            Self::Areas => SubjectKind::Area,
        }
    }

    fn subject(self, code: &Code) -> Subject {
        match self {
            Self::Units => Subject::unit(code),
            Self::Areas => Subject::area(code),
        }
    }

    fn topics(self) -> &'static [&'static str] {
        match self {
            Self::Units => &["name", "unit_level", "unit_parent", "area", "active"],
            Self::Areas => {
                &["name", "area_aliases", "area_level", "area_parent", "population", "boundary", "active"]
            }
        }
    }
}

/// Of few communities anybody has drawn where they end.
const OPTIONAL: &[&str] = &["unit_parent", "area_parent", "area", "area_aliases", "population", "boundary"];

struct Row {
    code: String,
    name: String,
    depth: usize,
    level: String,
    active: bool,
}

#[derive(Template)]
#[template(path = "admin/directory.html")]
struct ListPage {
    page: Page,
    title: String,
    new: String,
    home: String,
    saved: String,
    rows: Vec<Row>,
}

pub async fn list(
    visit: Visit,
    Path(half): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let half = Half::parse(&half).ok_or(AppError::NotFound)?;
    if !visit.actor.may_somewhere(Action::ManageDirectory) {
        return Err(visit.forbidden(Action::ManageDirectory));
    }
    let (book, _) = Book::of_directory(visit.lang, &visit.app).await?;
    let english = visit.lang.is_english();
    let parents: BTreeMap<Code, Option<Code>> = match half {
        Half::Units => book.units.iter().map(|(code, unit)| (code.clone(), unit.parent.clone())).collect(),
        Half::Areas => book.areas.iter().map(|(code, area)| (code.clone(), area.parent.clone())).collect(),
    };
    let rows = ordered(&parents)
        .into_iter()
        .filter_map(|(code, depth)| {
            let (name, at, active) = match half {
                Half::Units => {
                    let unit = book.units.get(&code)?;
                    (unit.name.get(english), unit.level.map(|l| l.as_str()), unit.active)
                }
                Half::Areas => {
                    let area = book.areas.get(&code)?;
                    (area.name.get(english), area.level.map(|l| l.as_str()), area.active)
                }
            };
            let level = level(&visit, at);
            Some(Row { code: code.to_string(), name: name.to_owned(), depth, level, active })
        })
        .collect();
    let page = ListPage {
        title: visit.t(&format!("admin-{}s", half.word())).into_owned(),
        new: visit.t(&format!("admin-{}-new", half.word())).into_owned(),
        home: half.home(),
        saved: saved(visit.lang, &Typed(query)),
        rows,
        page: visit.page(visit.t(&format!("admin-{}s", half.word()))),
    };
    render(StatusCode::OK, &page)
}

struct Bench {
    half: Half,
    book: Book,
    held: Option<(Subject, Arc<SubjectHistory>)>,
}

impl Bench {
    /// The unit or area of a code, or a new one where none is given.
    async fn open(visit: &Visit, half: &str, code: Option<&str>) -> Result<Self, PageError> {
        let half = Half::parse(half).ok_or(AppError::NotFound)?;
        let (book, history) = Book::of_directory(visit.lang, &visit.app).await?;
        let held = match code {
            None => None,
            Some(code) => {
                let subject = half.subject(&known_code(code)?);
                let held = history.get(&subject).cloned().ok_or(AppError::NotFound)?;
                Some((subject, held))
            }
        };
        let target = match &held {
            Some((subject, _)) => target_of(subject, &*history),
            None => domain::policy::Target::default(),
        };
        if !visit.actor.may(Action::ManageDirectory, &target) {
            return Err(visit.forbidden(Action::ManageDirectory));
        }
        Ok(Self { half, book, held })
    }

    fn title(&self, visit: &Visit) -> String {
        let word = self.half.word();
        match &self.held {
            None => visit.t(&format!("admin-{word}-new")).into_owned(),
            Some((subject, _)) => {
                let name = match self.half {
                    Half::Units => self.book.unit_name(subject.code.as_str()),
                    Half::Areas => self.book.area_name(subject.code.as_str()),
                };
                visit.tw(&format!("admin-{word}-edit"), &[("name", &name)])
            }
        }
    }

    fn task(&self, visit: &Visit) -> Task<'_> {
        let half = self.half;
        let history = self.held.as_ref().map(|(_, history)| &**history);
        let mut desk = Desk::new(&self.book, half.kind(), history, visit.app.clock().today());
        desk.topics = half.topics().to_vec();
        desk.state = history.is_some();
        desk.optional = OPTIONAL;
        desk.presets = vec![("active", "yes".into())];
        let (subject, action) = match &self.held {
            Some((subject, _)) => {
                (Target::Held(subject.clone()), format!("{}/{}", half.home(), subject.code))
            }
            None => {
                let make = move |code: &Code| half.subject(code);
                (Target::New(Box::new(make)), format!("{}/new", half.home()))
            }
        };
        let legend = visit.t(&format!("subject-{}", half.word())).into_owned();
        Task::new(desk, subject, legend, action, half.home()).by(&visit.actor)
    }
}

pub async fn new(visit: Visit, Path(half): Path<String>) -> Result<Response, PageError> {
    let bench = Bench::open(&visit, &half, None).await?;
    form_page(&visit, StatusCode::OK, bench.title(&visit), bench.task(&visit).open())
}

pub async fn create(
    visit: Visit,
    Path(half): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    handle(&visit, &half, None, typed).await
}

pub async fn show(visit: Visit, Path((half, code)): Path<(String, String)>) -> Result<Response, PageError> {
    let bench = Bench::open(&visit, &half, Some(&code)).await?;
    form_page(&visit, StatusCode::OK, bench.title(&visit), bench.task(&visit).open())
}

pub async fn save(
    visit: Visit,
    Path((half, code)): Path<(String, String)>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    handle(&visit, &half, Some(&code), typed).await
}

async fn handle(
    visit: &Visit,
    half: &str,
    code: Option<&str>,
    mut typed: Typed,
) -> Result<Response, PageError> {
    for _ in 0..TRIES {
        let bench = Bench::open(visit, half, code).await?;
        let home = bench.half.home();
        match bench.task(visit).handle(&visit.app, &visit.actor, &mut typed, |_, _| {}).await? {
            Outcome::Done(receipt, _) => return Ok(done(&home, Some(&receipt))),
            Outcome::Unchanged => return Ok(done(&home, None)),
            Outcome::Again(status, sheet) => return form_page(visit, status, bench.title(visit), *sheet),
            Outcome::Afresh => {}
        }
    }
    Err(PageError::busy())
}
