//! Doing something with an item: a form, and what became of it.

use app::{AppError, Change};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::item::{Item, ItemFact};
use domain::journal::Seq;
use domain::source::{Grade, Source};
use domain::subject::Subject;

use super::form::{Act, Form, field_of};
use super::item::target;
use super::line::register_of;
use super::list::staff_only;
use crate::editor::book::{Book, label_key};
use crate::editor::change::{own_unit, reconcile, seen};
use crate::editor::field::{Control, Field};
use crate::editor::page::{Filled, TRIES, done, form_page, known_code};
use crate::editor::reader::Reader;
use crate::editor::sheet::{Sheet, is_conflict, refused, refused_status};
use crate::error::PageError;
use crate::visit::Visit;

pub async fn show(
    visit: Visit,
    Path((plan, code, act)): Path<(String, String, String)>,
) -> Result<Response, PageError> {
    let (plan, code, act) = known(&plan, &code, &act)?;
    staff_only(&visit)?;
    let opened = Opened::new(&visit, &plan, &code).await?;
    opened.allowed(&visit, act)?;
    let sheet = opened.sheet(&visit, act);
    form_page(&visit, StatusCode::OK, title(&visit, act, &opened.item), sheet)
}

pub async fn save(
    visit: Visit,
    Path((plan, code, act)): Path<(String, String, String)>,
    Filled(mut typed): Filled,
) -> Result<Response, PageError> {
    let (plan, code, act) = known(&plan, &code, &act)?;
    staff_only(&visit)?;
    for _ in 0..TRIES {
        let opened = Opened::new(&visit, &plan, &code).await?;
        // What was already done by someone else is told by the newest state of the item.
        let build = |_: Seq| opened.sheet(&visit, act);
        if let Some(sheet) = reconcile(&visit.app, &opened.book, &opened.history, &mut typed, build).await? {
            return form_page(&visit, StatusCode::CONFLICT, title(&visit, act, &opened.item), sheet);
        }
        opened.allowed(&visit, act)?;
        let mut sheet = opened.sheet(&visit, act);
        sheet.refill(&typed);
        let mut reader = Reader::new(&typed);
        let facts = opened.form(&visit).read(act, &mut reader);
        let effective = reader.day("effective");
        if !reader.mistakes.is_empty() {
            sheet.mistakes(visit.lang, &reader.mistakes);
            return again(&visit, StatusCode::UNPROCESSABLE_ENTITY, act, &opened.item, sheet);
        }
        let change = Change {
            effective,
            reason: typed.get("reason").replace("\r\n", "\n"),
            ..record(&visit, &plan, &code, facts, Some(seen(&typed)))
        };
        let refusals = match visit.app.change(&visit.actor, change).await {
            Ok(receipt) => return Ok(done(&opened.page_of(&plan), Some(&receipt))),
            Err(error) => refused(error)?,
        };
        if is_conflict(&refusals) {
            continue;
        }
        for refusal in &refusals {
            sheet.fault(&field_of(&refusal.field), words::refusal(visit.lang, refusal));
        }
        return again(&visit, refused_status(&refusals), act, &opened.item, sheet);
    }
    Err(PageError::busy().in_lang(visit.lang))
}

fn known(plan: &str, code: &str, act: &str) -> Result<(Code, Code, Act), PageError> {
    let act = Act::parse(act).ok_or(AppError::NotFound)?;
    Ok((known_code(plan)?, known_code(code)?, act))
}

fn title(visit: &Visit, act: Act, item: &Item) -> String {
    let name = item.name.get(visit.lang.is_english());
    visit.tw("item-act-title", &[("act", &act.title(visit.lang)), ("name", name)])
}

fn again(
    visit: &Visit,
    status: StatusCode,
    act: Act,
    item: &Item,
    sheet: Sheet,
) -> Result<Response, PageError> {
    form_page(visit, status, title(visit, act, item), sheet)
}

/// The unit that stands behind what a person records.
pub(crate) fn source(visit: &Visit) -> Source {
    Source { grade: Grade::Reported, unit: Code::new(&own_unit(&visit.actor)).ok(), ..Source::default() }
}

/// Facts of an item as this reader's unit reports them.
pub(crate) fn record(
    visit: &Visit,
    plan: &Code,
    code: &Code,
    facts: Vec<ItemFact>,
    expected: Option<Seq>,
) -> Change {
    Change {
        command: Command::Record {
            subject: Subject::item(plan, code),
            facts: facts.into_iter().map(Fact::from).collect(),
            expected,
        },
        effective: None,
        source: source(visit),
        reason: String::new(),
    }
}

/// An item with what its forms need.
struct Opened {
    book: Book,
    item: Item,
    history: std::sync::Arc<domain::history::SubjectHistory>,
    portfolio: std::sync::Arc<domain::portfolio::Portfolio>,
}

impl Opened {
    async fn new(visit: &Visit, plan: &Code, code: &Code) -> Result<Self, PageError> {
        let now = app::read::Asked::default();
        let portfolio = visit.app.portfolio(plan, now).await?;
        let (item, history) = visit.app.item(plan, code, now).await?;
        Ok(Self { book: Book::of_plan(visit.lang, portfolio.clone()), item, history, portfolio })
    }

    fn allowed(&self, visit: &Visit, act: Act) -> Result<(), PageError> {
        let Some(action) = act.needs(&self.item) else {
            return Err(PageError::not_now().in_lang(visit.lang));
        };
        let mut target = target(&self.item, &self.portfolio);
        if act == Act::AskAgenda {
            // The point is one unit's own word.
            target.lead_unit = Code::new(&own_unit(&visit.actor)).ok().or(target.lead_unit);
        }
        if visit.actor.may(action, &target) { Ok(()) } else { Err(visit.forbidden(action)) }
    }

    /// The page that the item is worked with on.
    fn page_of(&self, plan: &Code) -> String {
        format!("/p/{plan}/{}/{}", register_of(self.item.kind), self.item.code)
    }

    fn form(&self, visit: &Visit) -> Form<'_> {
        Form { book: &self.book, item: &self.item, own_unit: own_unit(&visit.actor), now: visit.app.wall() }
    }

    fn sheet(&self, visit: &Visit, act: Act) -> Sheet {
        let here = format!("/p/{}/items/{}", self.portfolio.plan.code, self.item.code);
        let field = |name: &str, control| Field::new(visit.lang, name, &label_key(name), control);
        let ground = vec![
            field("effective", Control::Day).value(visit.app.clock().today().to_string()),
            field("reason", Control::Area),
        ];
        let mut sheet = Sheet::new(format!("{here}/{}", act.key()), here, act.title(visit.lang))
            .hidden("version", self.history.version.to_string());
        let fields = self.form(visit).fields(act);
        if !fields.is_empty() {
            sheet = sheet.group(act.title(visit.lang), fields);
        }
        sheet.group(visit.t("edit-ground"), ground)
    }
}
