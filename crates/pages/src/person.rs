//! Administration of people: accounts, roles, passwords.

use std::sync::Arc;

use app::{AppError, Change};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::history::{SubjectHistory, View};
use domain::person::{Person, PersonFact};
use domain::policy::{Action, Role, Scope, Target as PolicyTarget};
use domain::refusal::Refusal;
use domain::source::Source;
use domain::subject::{Subject, SubjectKind, directory};

use crate::editor::book::Book;
use crate::editor::desk::{Desk, Outcome, Target, Task};
use crate::editor::field::{Choice, Control, Field, Typed};
use crate::editor::page::{Filled, TRIES, done, form_page, known_code, saved};
use crate::editor::reader::Reader;
use crate::editor::sheet::{Sheet, Slots, refused};
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};

struct RoleLine {
    role: String,
    scope: String,
    role_key: String,
    scope_key: String,
    label: String,
}

struct Row {
    code: String,
    name: String,
    unit: String,
    roles: Vec<String>,
    active: bool,
}

#[derive(Template)]
#[template(path = "admin/people.html")]
struct ListPage {
    page: Page,
    saved: String,
    rows: Vec<Row>,
}

fn may(visit: &Visit) -> Result<(), PageError> {
    if visit.actor.may(Action::ManagePeople, &PolicyTarget::default()) {
        Ok(())
    } else {
        Err(visit.forbidden(Action::ManagePeople))
    }
}

fn role_lines(visit: &Visit, book: &Book, person: &Person) -> Vec<RoleLine> {
    person
        .grants
        .iter()
        .map(|grant| {
            let role = visit.t(&format!("role-{}", grant.role.as_str().replace('_', "-"))).into_owned();
            let scope = book.scope_name(&grant.scope.to_string());
            RoleLine {
                label: visit.tw("person-role-remove-of", &[("role", &role), ("scope", &scope)]),
                role,
                scope,
                role_key: grant.role.as_str().to_owned(),
                scope_key: grant.scope.to_string(),
            }
        })
        .collect()
}

pub async fn list(visit: Visit, Query(query): Query<Vec<(String, String)>>) -> Result<Response, PageError> {
    may(&visit)?;
    let (book, history) = Book::of_directory(visit.lang, &visit.app).await?;
    let rows = history
        .of_kind(&directory(), SubjectKind::Person)
        .filter(|held| held.exists(View::ALL))
        .map(|held| {
            let person = Person::at(&held.subject.code, held.visible(View::ALL));
            Row {
                code: person.code.to_string(),
                unit: person.unit.as_ref().map_or_else(String::new, |unit| book.unit_name(unit.as_str())),
                roles: role_lines(&visit, &book, &person)
                    .into_iter()
                    .map(|line| format!("{} · {}", line.role, line.scope))
                    .collect(),
                active: person.active,
                name: person.name,
            }
        })
        .collect();
    render(
        StatusCode::OK,
        &ListPage {
            page: visit.page(visit.t("person-title")),
            saved: saved(visit.lang, &Typed(query)),
            rows,
        },
    )
}

struct Bench {
    code: Code,
    book: Book,
    history: Arc<SubjectHistory>,
    person: Person,
}

impl Bench {
    async fn open(visit: &Visit, code: &str) -> Result<Self, PageError> {
        may(visit)?;
        let code = known_code(code)?;
        let (book, all) = Book::of_directory(visit.lang, &visit.app).await?;
        let history = all.get(&Subject::person(&code)).cloned().ok_or(AppError::NotFound)?;
        let person = Person::at(&code, history.visible(View::ALL));
        Ok(Self { code, book, history, person })
    }

    fn home(&self) -> String {
        format!("/admin/people/{}", self.code)
    }

    fn is_self(&self, visit: &Visit) -> bool {
        visit.actor.person() == Some(&self.code)
    }
}

const PARTICULARS: &[&str] = &["person_name", "email", "person_unit"];
const OPTIONAL: &[&str] = &["email", "person_unit"];

/// Every scope a role may have, in words.
async fn scopes(visit: &Visit, book: &Book) -> Result<Vec<Choice>, PageError> {
    let mut out = vec![Choice::new("", visit.t("choice-please"))];
    let mut add = |scope: Scope| {
        let key = scope.to_string();
        out.push(Choice::new(key.clone(), book.scope_name(&key)));
    };
    add(Scope::Everything);
    for plan in visit.app.plans().await? {
        add(Scope::Plan(plan));
    }
    book.areas.keys().for_each(|area| add(Scope::Area(area.clone())));
    book.units.keys().for_each(|unit| add(Scope::Unit(unit.clone())));
    Ok(out)
}

#[derive(Template)]
#[template(path = "admin/person.html")]
struct PersonPage<'a> {
    page: Page,
    person: &'a Person,
    unit: String,
    saved: String,
    roles: Vec<RoleLine>,
    role_sheet: Sheet,
    password_sheet: Sheet,
    is_self: bool,
    version: String,
}

async fn role_sheet(visit: &Visit, bench: &Bench) -> Result<Sheet, PageError> {
    let mut roles = vec![Choice::new("", visit.t("choice-please"))];
    roles.extend(Role::ALL.iter().map(|role| {
        Choice::new(role.as_str(), visit.t(&format!("role-{}", role.as_str().replace('_', "-"))))
    }));
    let select = |name: &str, key: &str, choices| {
        Field::new(visit.lang, name, key, Control::Select(choices)).required()
    };
    let fields = vec![
        select("role", "field-role", roles),
        select("scope", "field-scope", scopes(visit, &bench.book).await?),
    ];
    Ok(Sheet::new(format!("{}/role", bench.home()), bench.home(), visit.t("person-role-add"))
        .hidden("version", bench.history.version.to_string())
        .hidden("held", "yes")
        .group(visit.t("person-role-add"), fields))
}

/// Two fields for a new password.
pub fn password_fields(visit: &Visit) -> Vec<Field> {
    ["password", "password_again"]
        .map(|name| {
            let key = format!("field-{}", name.replace('_', "-"));
            Field::new(visit.lang, name, &key, Control::Password).required().autocomplete("new-password")
        })
        .to_vec()
}

fn password_sheet(visit: &Visit, bench: &Bench) -> Sheet {
    let mut sheet =
        Sheet::new(format!("{}/password", bench.home()), bench.home(), visit.t("person-password-set"))
            .group(visit.t("person-password-set"), password_fields(visit));
    if let Some(group) = sheet.groups.first_mut() {
        group.note = visit.t("person-password-note").into_owned();
    }
    sheet
}

async fn page(
    visit: &Visit,
    bench: &Bench,
    status: StatusCode,
    saved: String,
    role: Option<Sheet>,
    password: Option<Sheet>,
) -> Result<Response, PageError> {
    let role_sheet = match role {
        Some(sheet) => sheet,
        None => role_sheet(visit, bench).await?,
    };
    let unit = bench.person.unit.as_ref();
    let page = PersonPage {
        page: visit.page(bench.person.name.clone()),
        person: &bench.person,
        unit: unit.map_or_else(String::new, |unit| bench.book.unit_name(unit.as_str())),
        saved,
        roles: role_lines(visit, &bench.book, &bench.person),
        role_sheet,
        password_sheet: password.unwrap_or_else(|| password_sheet(visit, bench)),
        is_self: bench.is_self(visit),
        version: bench.history.version.to_string(),
    };
    render(status, &page)
}

pub async fn show(
    visit: Visit,
    Path(code): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let bench = Bench::open(&visit, &code).await?;
    let query = Typed(query);
    let saved = match query.has("password") {
        true => visit.t("person-password-done").into_owned(),
        false => saved(visit.lang, &query),
    };
    page(&visit, &bench, StatusCode::OK, saved, None, None).await
}

/// Records one fact of a person; refusals go to a sheet.
async fn record(
    visit: &Visit,
    bench: &Bench,
    fact: PersonFact,
    typed: &Typed,
) -> Result<Result<(), Vec<Refusal>>, PageError> {
    let subject = Subject::person(&bench.code);
    // Each fact stands for itself, so only a role someone just changed can be in the way.
    let expected = typed.get("version").parse().ok().map(domain::journal::Seq);
    let command = Command::Record { subject, facts: vec![fact.into()], expected };
    let change = Change { command, effective: None, source: Source::default(), reason: String::new() };
    match visit.app.change(&visit.actor, change).await {
        Ok(_) => Ok(Ok(())),
        Err(error) => Ok(Err(refused(error)?)),
    }
}

pub async fn role(
    visit: Visit,
    Path(code): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let bench = Bench::open(&visit, &code).await?;
    let mut sheet = role_sheet(&visit, &bench).await?;
    sheet.refill(&typed);
    let mut reader = Reader::new(&typed);
    let fact = crate::editor::reader::read(SubjectKind::Person, "role", &mut reader);
    let Some(Fact::Person(fact)) = fact else {
        sheet.mistakes(visit.lang, &reader.mistakes);
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return page(&visit, &bench, status, String::new(), Some(sheet), None).await;
    };
    if let PersonFact::Role { role: Role::Administrator, held: false, .. } = fact
        && bench.is_self(&visit)
    {
        sheet.fault("", visit.t("person-self").into_owned());
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return page(&visit, &bench, status, String::new(), Some(sheet), None).await;
    }
    let mut slots = Slots::default();
    slots.note(&Fact::Person(fact.clone()), "");
    match record(&visit, &bench, fact, &typed).await? {
        Ok(()) => Ok(Redirect::to(&format!("{}?saved", bench.home())).into_response()),
        Err(refusals) => {
            sheet.refusals(visit.lang, &refusals, &slots);
            let status = StatusCode::CONFLICT;
            page(&visit, &bench, status, String::new(), Some(sheet), None).await
        }
    }
}

pub async fn active(
    visit: Visit,
    Path(code): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let bench = Bench::open(&visit, &code).await?;
    let active = typed.get("active") == "yes";
    let mut sheet = role_sheet(&visit, &bench).await?;
    if bench.is_self(&visit) && !active {
        sheet.fault("", visit.t("person-self").into_owned());
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return page(&visit, &bench, status, String::new(), Some(sheet), None).await;
    }
    match record(&visit, &bench, PersonFact::Active { active }, &typed).await? {
        Ok(()) => Ok(Redirect::to(&format!("{}?saved", bench.home())).into_response()),
        Err(refusals) => {
            sheet.refusals(visit.lang, &refusals, &Slots::default());
            page(&visit, &bench, StatusCode::CONFLICT, String::new(), Some(sheet), None).await
        }
    }
}

/// A new password typed twice, or what is wrong with it put into the sheet.
pub fn read_password(visit: &Visit, typed: &Typed, sheet: &mut Sheet) -> Option<String> {
    // Spaces are part of a password: it is taken as it was typed.
    let raw = |name: &str| typed.0.iter().find(|(held, _)| held == name).map_or("", |(_, v)| v.as_str());
    let (password, again) = (raw("password"), raw("password_again"));
    if password.is_empty() {
        sheet.fault("password", visit.t("field-error-missing").into_owned());
        None
    } else if password != again {
        sheet.fault("password_again", visit.t("field-error-passwords-differ").into_owned());
        None
    } else {
        Some(password.to_owned())
    }
}

pub async fn password(
    visit: Visit,
    Path(code): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let bench = Bench::open(&visit, &code).await?;
    let mut sheet = password_sheet(&visit, &bench);
    if let Some(password) = read_password(&visit, &typed, &mut sheet) {
        match visit.app.set_password(&bench.code, &password).await {
            Ok(()) => {
                return Ok(Redirect::to(&format!("{}?password", bench.home())).into_response());
            }
            Err(AppError::WeakPassword) => {
                sheet.fault("password", visit.t("field-error-weak-password").into_owned());
            }
            Err(error) => return Err(error.into()),
        }
    }
    page(&visit, &bench, StatusCode::UNPROCESSABLE_ENTITY, String::new(), None, Some(sheet)).await
}

fn edit_task<'a>(visit: &Visit, bench: &'a Bench) -> Task<'a> {
    let today = visit.app.clock().today();
    let mut desk = Desk::new(&bench.book, SubjectKind::Person, Some(&bench.history), today);
    desk.topics = PARTICULARS.to_vec();
    desk.optional = OPTIONAL;
    desk.state = true;
    desk.sourced = false;
    let subject = Target::Held(Subject::person(&bench.code));
    let legend = visit.t("person-particulars").into_owned();
    Task::new(desk, subject, legend, format!("{}/edit", bench.home()), bench.home())
}

pub async fn edit(visit: Visit, Path(code): Path<String>) -> Result<Response, PageError> {
    let bench = Bench::open(&visit, &code).await?;
    form_page(&visit, StatusCode::OK, bench.person.name.clone(), edit_task(&visit, &bench).open())
}

pub async fn save(
    visit: Visit,
    Path(code): Path<String>,
    Filled(mut typed): Filled,
) -> Result<Response, PageError> {
    for _ in 0..TRIES {
        let bench = Bench::open(&visit, &code).await?;
        let task = edit_task(&visit, &bench);
        match task.handle(&visit.app, &visit.actor, &mut typed, |_, _| {}).await? {
            Outcome::Done(receipt, _) => return Ok(done(&bench.home(), Some(&receipt))),
            Outcome::Unchanged => return Ok(done(&bench.home(), None)),
            Outcome::Again(status, sheet) => {
                return form_page(&visit, status, bench.person.name.clone(), *sheet);
            }
            Outcome::Afresh => {}
        }
    }
    Err(PageError::busy())
}

fn new_task<'a>(visit: &Visit, book: &'a Book) -> Task<'a> {
    let mut desk = Desk::new(book, SubjectKind::Person, None, visit.app.clock().today());
    desk.topics = PARTICULARS.to_vec();
    desk.optional = OPTIONAL;
    desk.sourced = false;
    let subject = Target::New(Box::new(Subject::person));
    let legend = visit.t("person-new").into_owned();
    Task::new(desk, subject, legend, "/admin/people/new".into(), "/admin/people".into())
}

pub async fn new(visit: Visit) -> Result<Response, PageError> {
    may(&visit)?;
    let (book, _) = Book::of_directory(visit.lang, &visit.app).await?;
    form_page(&visit, StatusCode::OK, visit.t("person-new"), new_task(&visit, &book).open())
}

pub async fn create(visit: Visit, Filled(mut typed): Filled) -> Result<Response, PageError> {
    may(&visit)?;
    let (book, _) = Book::of_directory(visit.lang, &visit.app).await?;
    let task = new_task(&visit, &book);
    match task.handle(&visit.app, &visit.actor, &mut typed, |_, _| {}).await? {
        Outcome::Done(receipt, code) => Ok(done(&format!("/admin/people/{code}"), Some(&receipt))),
        Outcome::Again(status, sheet) => form_page(&visit, status, visit.t("person-new"), *sheet),
        Outcome::Unchanged | Outcome::Afresh => Err(PageError::busy()),
    }
}
