//! Who changed what: the journal as people read it.

use app::read::Asked;
use app::{AppError, Signers};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::fact::Fact;
use domain::history::View;
use domain::journal::{Entry, Hash, Seq};
use domain::planned_date::parse_day;
use domain::policy::{Action, Scope, Target};
use domain::project::Project;
use domain::subject::{Subject, SubjectKind};
use jiff::civil::Date;
use store::EntryFilter;

use crate::address::with_query;
use crate::editor::book::Book;
use crate::editor::field::{Choice, Control, Field, Typed};
use crate::editor::page::saved;
use crate::editor::sheet::held_fact;
use crate::editor::values::topic_of;
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::who;

/// Entries on a page.
const PAGE: usize = 50;
/// Facts of an entry that the list shows.
const FACTS_SHOWN: usize = 3;

/// The names for entries about a subject.
pub async fn book_of(visit: &Visit, subject: &Subject) -> Result<Book, PageError> {
    if subject.kind.is_directory() {
        return Ok(Book::of_directory(visit.lang, &visit.app).await?.0);
    }
    // A plan may have been corrected away; its entries can still be read.
    let mut book = match visit.app.portfolio(&subject.scope, Asked::default()).await {
        Ok(portfolio) => Book::of_plan(visit.lang, portfolio),
        Err(AppError::NotFound) => Book::of_directory(visit.lang, &visit.app).await?.0,
        Err(error) => return Err(error.into()),
    };
    if subject.kind == SubjectKind::Project {
        let history = visit.app.history(&subject.scope).await?;
        book.project = history.get(subject).and_then(|history| Project::at(history, View::ALL));
    }
    Ok(book)
}

/// Where a subject has its page.
pub fn address_of(subject: &Subject) -> String {
    let (scope, code) = (&subject.scope, &subject.code);
    match subject.kind {
        SubjectKind::Plan => format!("/p/{scope}"),
        SubjectKind::Project => format!("/p/{scope}/projects/{code}"),
        SubjectKind::Indicator => format!("/p/{scope}/indicators/{code}"),
        SubjectKind::Index => format!("/p/{scope}/indices/{code}"),
        SubjectKind::Item => format!("/p/{scope}/items/{code}"),
        SubjectKind::Request => format!("/p/{scope}/requests/{code}"),
        SubjectKind::Facility => format!("/p/{scope}/place/facilities/{code}"),
        SubjectKind::Area => format!("/admin/areas/{code}"),
        SubjectKind::Unit => format!("/admin/units/{code}"),
        SubjectKind::Person => format!("/admin/people/{code}"),
    }
}

/// The plans whose audit a person may read; `None` is all of them and the directory.
fn readable(visit: &Visit) -> Result<Option<Vec<Code>>, PageError> {
    if visit.actor.may(Action::ReadAudit, &Target::default()) {
        return Ok(None);
    }
    let plans: Vec<Code> = visit
        .actor
        .grants()
        .iter()
        .filter_map(|grant| match &grant.scope {
            Scope::Plan(plan) => Some(plan.clone()),
            _ => None,
        })
        .filter(|plan| {
            let target = Target { plan: Some(plan.clone()), ..Target::default() };
            visit.actor.may(Action::ReadAudit, &target)
        })
        .collect();
    if plans.is_empty() { Err(visit.forbidden(Action::ReadAudit)) } else { Ok(Some(plans)) }
}

struct Line {
    seq: Seq,
    recorded: String,
    effective: String,
    actor: String,
    /// The person's name and unit.
    who: String,
    subject: String,
    subject_kind: String,
    address: String,
    event: String,
    facts: Vec<String>,
    more: String,
}

#[derive(Template)]
#[template(path = "audit/list.html")]
struct ListPage {
    page: Page,
    filters: Vec<Field>,
    lines: Vec<Line>,
    older: String,
    newest: String,
}

fn filters(visit: &Visit, typed: &Typed, plans: &[Code]) -> Vec<Field> {
    let kinds = SubjectKind::ALL
        .iter()
        .map(|kind| Choice::new(kind.as_str(), visit.t(&format!("subject-{}", kind.as_str()))));
    let all = Choice::new("", visit.t("audit-all-kinds"));
    let kinds = std::iter::once(all).chain(kinds).collect();
    let plans = std::iter::once(Choice::new("", visit.t("scope-everything")))
        .chain(plans.iter().map(|plan| Choice::new(plan.as_str(), plan.as_str())))
        .collect();
    let field = |name: &str, label: &str, control| {
        Field::new(visit.lang, name, label, control).value(typed.get(name))
    };
    let mut fields = vec![
        field("actor", "field-actor", Control::Text),
        field("plan", "subject-plan", Control::Select(plans)),
        field("kind", "field-subject-kind", Control::Select(kinds)),
        field("code", "field-code", Control::Text),
        field("from", "field-recorded-from", Control::Day),
        field("to", "field-recorded-to", Control::Day),
    ];
    for field in &mut fields {
        field.hint.clear();
    }
    fields
}

/// What the filter form asks for; mistakes stand at its fields.
fn wanted(visit: &Visit, typed: &Typed, fields: &mut [Field]) -> EntryFilter {
    let mut wrong = |name: &str, key: &str| {
        if let Some(field) = fields.iter_mut().find(|field| field.name == name) {
            field.errors.push(visit.t(key).into_owned());
        }
    };
    let mut code = |name: &str| match typed.get(name) {
        "" => None,
        text => {
            let code = Code::new(text).ok();
            if code.is_none() {
                wrong(name, "field-error-not-a-code");
            }
            code
        }
    };
    let (actor, scope, code) = (code("actor"), code("plan"), code("code"));
    let mut day = |name: &str| match typed.get(name) {
        "" => None,
        text => {
            let day = parse_day(text);
            if day.is_none() {
                wrong(name, "field-error-not-a-day");
            }
            day
        }
    };
    let (from, to) = (day("from"), day("to"));
    let clock = visit.app.clock();
    EntryFilter {
        scope,
        kind: SubjectKind::parse(typed.get("kind")),
        code,
        actor,
        recorded_from: from.map(|day: Date| clock.end_of(day.yesterday().unwrap_or(day))),
        recorded_to: to.map(|day| clock.end_of(day)),
        ..EntryFilter::default()
    }
}

pub async fn list(visit: Visit, Query(query): Query<Vec<(String, String)>>) -> Result<Response, PageError> {
    let readable = readable(&visit)?;
    let typed = Typed(query);
    let plans = match &readable {
        Some(plans) => plans.clone(),
        None => visit.app.plans().await?,
    };
    let mut fields = filters(&visit, &typed, &plans);
    let mut filter = wanted(&visit, &typed, &mut fields);
    if let Some(plans) = &readable {
        filter.scope = match filter.scope {
            Some(scope) if plans.contains(&scope) => Some(scope),
            _ => plans.first().cloned(),
        };
    }
    let before = typed.get("before").parse().ok().map(Seq);
    let page = visit.app.entries(filter, before, PAGE).await?;
    let mut lines = Vec::with_capacity(page.items.len());
    let mut books: Vec<(Code, Book)> = Vec::new();
    let signers = visit.app.signers().await?;
    for entry in &page.items {
        let scope = &entry.draft.subject.scope;
        if !books.iter().any(|(held, _)| held == scope) {
            let whole = Subject { code: scope.clone(), kind: SubjectKind::Plan, scope: scope.clone() };
            let subject = if entry.draft.subject.kind.is_directory() { &entry.draft.subject } else { &whole };
            books.push((scope.clone(), book_of(&visit, subject).await?));
        }
        if let Some((_, book)) = books.iter().find(|(held, _)| held == scope) {
            lines.push(line(&visit, book, &signers, entry));
        }
    }
    let frame = visit.page(visit.t("audit-title"));
    let path = frame.path.clone();
    let kept: Vec<(&str, &str)> =
        ["actor", "plan", "kind", "code", "from", "to"].iter().map(|name| (*name, typed.get(name))).collect();
    let older = page.next.map_or_else(String::new, |next| {
        let next = next.to_string();
        let mut pairs = kept.clone();
        pairs.push(("before", &next));
        with_query(&path, &pairs)
    });
    let newest = if before.is_some() { with_query(&path, &kept) } else { String::new() };
    render(StatusCode::OK, &ListPage { page: frame, filters: fields, lines, older, newest })
}

/// An entry's number in an address.
pub fn number(text: &str) -> Result<u64, PageError> {
    text.parse().map_err(|_| PageError::not_found())
}

/// A moment as the plan's calendar and clock show it.
fn moment(visit: &Visit, at: jiff::Timestamp) -> String {
    visit.app.clock().zone().to_datetime(at).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

fn line(visit: &Visit, book: &Book, signers: &Signers, entry: &Entry) -> Line {
    let draft = &entry.draft;
    let facts = draft.event.facts();
    let more = facts.len().saturating_sub(FACTS_SHOWN);
    let mut event = visit.t(&format!("event-{}", draft.event.name())).into_owned();
    if let Some(wrong) = draft.event.corrects() {
        event = visit.tw("audit-corrects", &[("entry", &wrong.to_string())]);
    }
    Line {
        seq: entry.seq,
        recorded: moment(visit, entry.recorded_at),
        effective: draft.effective.to_string(),
        actor: draft.actor.to_string(),
        who: who(visit.lang, signers, &draft.actor),
        subject: book.subject_name(&draft.subject),
        subject_kind: visit.t(&format!("subject-{}", draft.subject.kind.as_str())).into_owned(),
        address: address_of(&draft.subject),
        event,
        facts: facts.iter().take(FACTS_SHOWN).map(|fact| book.line(fact)).collect(),
        more: if more > 0 {
            visit.tw("audit-more-facts", &[("count", &more.to_string())])
        } else {
            String::new()
        },
    }
}

/// A fact before and after an entry.
struct Change {
    topic: String,
    before: Vec<(String, String)>,
    after: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "audit/entry.html")]
struct EntryPage<'a> {
    page: Page,
    title: String,
    saved: String,
    entry: &'a Entry,
    line: Line,
    grade: String,
    source_unit: String,
    changes: Vec<Change>,
    previous_hash: String,
    has_next: bool,
    corrects: Option<Seq>,
    corrected_by: Option<Seq>,
    may_correct: bool,
}

pub async fn entry(
    visit: Visit,
    Path(seq): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let seq = number(&seq)?;
    let readable = readable(&visit)?;
    let entry = visit.app.entry(Seq(seq)).await?.ok_or(AppError::NotFound)?;
    let subject = &entry.draft.subject;
    if readable.is_some_and(|plans| !plans.contains(&subject.scope)) {
        return Err(visit.forbidden(Action::ReadAudit));
    }
    let book = book_of(&visit, subject).await?;
    let (history, target) = visit.app.subject_and_target(subject).await?;
    let corrects = entry.draft.event.corrects();
    let wrong = match corrects {
        Some(wrong) => visit.app.entry(wrong).await?,
        None => None,
    };

    let mut facts: Vec<&Fact> = entry.draft.event.facts().iter().collect();
    for fact in wrong.iter().flat_map(|wrong| wrong.draft.event.facts()) {
        if !facts.iter().any(|held| held.slot() == fact.slot()) {
            facts.push(fact);
        }
    }
    let day = wrong.as_ref().map_or(entry.draft.effective, |w| w.draft.effective.max(entry.draft.effective));
    let earlier = Seq(seq.saturating_sub(1));
    let changes = facts
        .into_iter()
        .map(|fact| {
            let slot = fact.slot();
            let before = held_fact(&history, &slot, day, earlier)
                // A remark says something of its own; the one before it is not what it replaces.
                .filter(|_| topic_of(fact).key != "remark" || corrects.is_some());
            let stated = entry.draft.event.facts().contains(fact);
            let after = if stated { Some(fact) } else { held_fact(&history, &slot, day, entry.seq) };
            Change {
                topic: book.topic_name(fact),
                before: before.map(|fact| book.lines(fact)).unwrap_or_default(),
                after: after.map(|fact| book.lines(fact)).unwrap_or_default(),
            }
        })
        .collect();
    let previous = match seq {
        0 | 1 => None,
        seq => visit.app.entry(Seq(seq - 1)).await?,
    };
    let corrected_by =
        history.facts().iter().find(|fact| fact.seq == entry.seq).and_then(|fact| fact.superseded);
    let grade = format!("grade-{}", entry.draft.source.grade.as_str());
    let page = EntryPage {
        page: visit.page(visit.tw("audit-entry", &[("entry", &seq.to_string())])),
        title: visit.tw("audit-entry", &[("entry", &seq.to_string())]),
        saved: saved(visit.lang, &Typed(query)),
        line: line(&visit, &book, &visit.app.signers().await?, &entry),
        grade: visit.t(&grade).into_owned(),
        source_unit: entry
            .draft
            .source
            .unit
            .as_ref()
            .map_or_else(String::new, |unit| book.unit_name(unit.as_str())),
        changes,
        previous_hash: previous.map_or(Hash::GENESIS, |previous| previous.hash).to_string(),
        has_next: visit.app.entry(Seq(seq + 1)).await?.is_some(),
        corrects,
        corrected_by,
        may_correct: corrected_by.is_none() && visit.actor.may(Action::CorrectEntry, &target),
        entry: &entry,
    };
    render(StatusCode::OK, &page)
}
