//! The page on which something is done with a request: its form, and what became of it.

use app::request::{RequestAct, Suggestions};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::code::Code;
use domain::portfolio::Portfolio;
use domain::request::hints::{Hint, Question, hints};
use domain::request::{ReplyTemplate, Request, RequestStep};
use domain::subject::Subject;
use store::EntryFilter;

use super::act::Act;
use super::appeals::said;
use super::one::target;
use super::similar::{Similar, similar};
use super::suggested::suggested;
use super::{hold, reply};
use crate::editor::book::Book;
use crate::editor::change::seen;
use crate::editor::field::{Choice, Control, Typed};
use crate::editor::page::{Filled, known_code};
use crate::editor::sheet::{Sheet, is_conflict, meanwhile, refused, refused_status};
use crate::error::PageError;
use crate::ledger::act::source;
use crate::ledger::staff_only;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::day;

/// That the hints to an answer were shown.
const LOOKED: &str = "1";
/// As many of what others recorded are listed; the history tells the rest.
const MEANWHILE_MOST: usize = 20;

/// A request with what its forms need.
struct Opened {
    plan: Code,
    code: Code,
    act: Act,
    request: Request,
    portfolio: std::sync::Arc<Portfolio>,
    /// What its text speaks for, where that is what is decided.
    found: Suggestions,
}

impl Opened {
    async fn new(visit: &Visit, plan: &str, code: &str, act: &str) -> Result<Self, PageError> {
        let (plan, code) = (known_code(plan)?, known_code(code)?);
        let act = Act::parse(act).ok_or(app::AppError::NotFound)?;
        staff_only(visit)?;
        let now = app::read::Asked::default();
        let portfolio = visit.app.portfolio(&plan, now).await?;
        let (request, _) = visit.app.request(&plan, &code, now).await?;
        let found = match act {
            Act::Categorise => visit.app.suggest_of_request(&plan, &request).await?,
            Act::Step(step) if step.gives() => visit.app.suggest_of_request(&plan, &request).await?,
            _ => Suggestions::default(),
        };
        Ok(Self { plan, code, act, request, portfolio, found })
    }

    fn allowed(&self, visit: &Visit) -> Result<(), PageError> {
        let plan = &self.portfolio.plan;
        if !self.act.fits(visit, &self.request, plan) {
            return Err(PageError::not_now().in_lang(visit.lang));
        }
        let target = target(&self.request, &self.portfolio);
        match self.act.needs(&self.request).first() {
            Some(_) if self.act.is_open_to(visit, &self.request, plan, &target) => Ok(()),
            Some(action) => Err(visit.forbidden(*action)),
            None => Err(PageError::not_now().in_lang(visit.lang)),
        }
    }

    fn here(&self) -> String {
        format!("/p/{}/requests/{}", self.plan, self.code)
    }

    fn sheet(&self, visit: &Visit) -> Sheet {
        let title = self.act.title(visit.lang);
        let mut sheet = Sheet::new(format!("{}/{}", self.here(), self.act.key()), self.here(), title.clone());
        sheet.intro = self.request.title.clone();
        sheet = sheet.hidden("version", self.request.version.to_string());
        let mut sheet = sheet.group(title, self.act.fields(visit, &self.portfolio, &self.request));
        self.propose(visit, &mut sheet);
        if let Some(group) = sheet.groups.first_mut()
            && let Some(note) = self.claimed(visit)
        {
            group.note = note;
        }
        if self.act == Act::Step(RequestStep::Answer)
            && let Some(group) = sheet.groups.first_mut()
        {
            group.note = visit.t("hint-good-answer").into_owned();
        }
        sheet
    }

    /// What is to be decided, or until when it may be asked for.
    fn claimed(&self, visit: &Visit) -> Option<String> {
        match self.act {
            Act::DecideExtension => {
                let ask = self.request.open_extension()?;
                Some(format!("{} · {}", day(visit.lang, ask.until), ask.reason))
            }
            Act::DecideBooks => {
                let (link, ask) = self.request.open_booking()?;
                let (name, _) = super::one::link(&visit.page(""), &self.portfolio, link);
                Some(format!("{name} · {} · {}", day(visit.lang, ask.until), ask.reason))
            }
            Act::DecideExclusion => {
                let claim = self.request.open_claim()?;
                Some(said(visit, &self.portfolio, claim).join("\n"))
            }
            Act::Appeal => {
                let (_, window) = self.request.appeal_window(&self.portfolio.plan)?;
                Some(visit.tw("appeal-until", &[("day", &day(visit.lang, window.closes))]))
            }
            _ => None,
        }
    }

    /// What an answer may still lack.
    fn hints(&self, answer: &str) -> Vec<Hint> {
        let names: Vec<&str> = target(&self.request, &self.portfolio)
            .areas
            .iter()
            .filter_map(|code| self.portfolio.areas.get(code))
            .flat_map(|area| {
                let aliases = area.aliases.iter().map(String::as_str);
                [area.name.zh.as_str(), area.name.en.as_str()].into_iter().chain(aliases)
            })
            .collect();
        let answers: Vec<&str> = self.request.answers.iter().map(|(_, text)| text.as_str()).collect();
        let question = Question {
            kind: self.request.kind,
            title: &self.request.title,
            text: &self.request.text,
            address: &self.request.address,
            areas: &names,
            answers: &answers,
        };
        hints(question, answer)
    }

    /// Puts what the text speaks for where it is decided, with the words that decided.
    fn propose(&self, visit: &Visit, sheet: &mut Sheet) {
        if let Some(best) = self.found.sure().filter(|_| self.act == Act::Categorise)
            && self.request.category.is_none()
            && let Some(field) = sheet.field_mut("category")
        {
            field.value = best.category.to_string();
        }
        let said = suggested(visit, &self.portfolio, &self.request, &self.found);
        let lines: Vec<String> =
            said.into_iter().map(|it| format!("{} · {}", it.title, it.lines.join(" · "))).collect();
        if let Some(group) = sheet.groups.first_mut() {
            group.note = lines.join("\n");
        }
    }

    /// The step whose text may begin from a template.
    fn replies_to(&self) -> Option<RequestStep> {
        match self.act {
            Act::Step(step) if ReplyTemplate::STEPS.contains(&step) => Some(step),
            _ => None,
        }
    }

    async fn form(
        &self,
        visit: &Visit,
        status: StatusCode,
        sheet: Sheet,
        (chosen, used): (&str, String),
    ) -> Result<Response, PageError> {
        let title = format!("{} · {}", self.act.title(visit.lang), self.code);
        let holders = visit.app.hold_request(&visit.actor, &self.plan, &self.code).await?;
        let replies = self
            .replies_to()
            .map_or_else(Vec::new, |step| reply::choices(&self.portfolio, &self.request, step, visit.lang));
        let similar = match self.act {
            Act::Step(RequestStep::Merge) => similar(visit, &self.portfolio, &self.request).await?,
            _ => Vec::new(),
        };
        let shown = ActPage {
            similar,
            page: visit.page(&title),
            title,
            code: self.code.to_string(),
            here: self.here(),
            holders: hold::told(visit, holders).await?,
            replies,
            chosen: chosen.to_owned(),
            used,
            sheet,
        };
        render(status, &shown)
    }

    /// The form again, with what others recorded while it was open.
    async fn conflict(&self, visit: &Visit, typed: &Typed, mut sheet: Sheet) -> Result<Response, PageError> {
        let book = Book::of_plan(visit.lang, self.portfolio.clone());
        let subject = Subject::request(&self.plan, &self.code);
        let filter = EntryFilter { subject: Some(subject), ..EntryFilter::default() };
        let entries = visit.app.entries(filter, None, MEANWHILE_MOST).await?;
        let signers = visit.app.signers().await?;
        sheet.meanwhile = meanwhile(&book, &signers, &entries.items, seen(typed));
        sheet.submit = visit.t("edit-save-again").into_owned();
        self.form(visit, StatusCode::CONFLICT, sheet, ("", String::new())).await
    }
}

#[derive(Template)]
#[template(path = "requests/act.html")]
struct ActPage {
    page: Page,
    title: String,
    code: String,
    here: String,
    holders: Vec<String>,
    replies: Vec<Choice>,
    chosen: String,
    /// What is said once a template was filled in.
    used: String,
    sheet: Sheet,
    /// What it may be merged into.
    similar: Vec<Similar>,
}

pub async fn show(
    visit: Visit,
    Path((plan, code, act)): Path<(String, String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let opened = Opened::new(&visit, &plan, &code, &act).await?;
    opened.allowed(&visit)?;
    let (mut sheet, typed) = (opened.sheet(&visit), Typed(query));
    if opened.act == Act::Step(RequestStep::Merge)
        && let Ok(master) = Code::new(typed.get("master"))
        && let Some(field) = sheet.field_mut("master")
    {
        field.value = master.to_string();
    }
    let chosen = typed.get("reply");
    let mut used = String::new();
    if let Some(step) = opened.replies_to().filter(|_| !chosen.is_empty()) {
        match reply::filled(&opened.portfolio, &opened.request, step, chosen, visit.lang) {
            Some((name, text)) => {
                if let Some(field) = sheet.field_mut(reply::field_of(step)) {
                    field.value = text;
                }
                used = visit.tw("reply-used", &[("name", &name)]);
            }
            None => sheet.fault("", visit.t("reply-none-fits").into_owned()),
        }
    }
    opened.form(&visit, StatusCode::OK, sheet, (chosen, used)).await
}

pub async fn save(
    visit: Visit,
    Path((plan, code, act)): Path<(String, String, String)>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let opened = Opened::new(&visit, &plan, &code, &act).await?;
    // What others did meanwhile may have made the act impossible: that is told, not only refused.
    let expected = typed.has("version").then(|| seen(&typed));
    let changed = expected.is_some_and(|seen| seen != opened.request.version);
    if !changed {
        opened.allowed(&visit)?;
    }
    let mut sheet = opened.sheet(&visit);
    sheet.refill(&typed);
    if changed {
        return opened.conflict(&visit, &typed, sheet).await;
    }
    let nothing = || ("", String::new());
    let wanted = match opened.act.read(&visit, &typed, &opened.portfolio, opened.request.lead_unit.as_ref()) {
        Ok(wanted) => wanted,
        Err((field, message)) => {
            sheet.fault(field, message);
            return opened.form(&visit, StatusCode::UNPROCESSABLE_ENTITY, sheet, nothing()).await;
        }
    };
    if let RequestAct::Answer { text } = &wanted {
        // Once: whoever has read the hints knows better.
        let hints = opened.hints(text);
        if !hints.is_empty() && typed.get("looked") != LOOKED {
            let key = |hint: &Hint| format!("hint-{}", hint.as_str().replace('_', "-"));
            sheet.hints = hints.iter().map(|hint| visit.t(&key(hint)).into_owned()).collect();
            sheet.submit = visit.t("hint-send-anyway").into_owned();
            sheet = sheet.hidden("looked", LOOKED);
            return opened.form(&visit, StatusCode::OK, sheet, nothing()).await;
        }
    }
    let at = (&opened.code, expected);
    let done = visit.app.act_on_request_seen(&visit.actor, &opened.plan, at, wanted, source(&visit)).await;
    match done {
        Ok(acted) => {
            visit.app.release_request(&visit.actor, &opened.plan, &opened.code).await?;
            let to = format!("{}?done=1&others={}", opened.here(), acted.others);
            Ok(Redirect::to(&to).into_response())
        }
        Err(error) => {
            let refusals = refused(error)?;
            if is_conflict(&refusals) {
                // Somebody was quicker by a hair.
                let afresh = Opened::new(&visit, &plan, &code, &act).await?;
                let mut sheet = afresh.sheet(&visit);
                sheet.refill(&typed);
                return afresh.conflict(&visit, &typed, sheet).await;
            }
            for refusal in &refusals {
                let field = opened.act.field_of(&refusal.field);
                sheet.fault(field, words::refusal(visit.lang, refusal));
            }
            opened.form(&visit, refused_status(&refusals), sheet, nothing()).await
        }
    }
}
