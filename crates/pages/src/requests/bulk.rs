//! One act for many requests: chosen on the list, done one by one, each refusal told with its reason.

use app::AppError;
use app::request::RequestAct;
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::journal::Seq;
use domain::policy::Action;
use domain::portfolio::Portfolio;
use domain::request::{Request, RequestStep};

use super::act::Act;
use super::choices::{self};
use super::reply;
use crate::editor::field::{Choice, Control, Field, Typed};
use crate::editor::page::{Filled, known_code};
use crate::editor::sheet::{Sheet, refused};
use crate::error::PageError;
use crate::ledger::act::source;
use crate::ledger::staff_only;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::word;

/// Requests of one act: a page of the list.
const MOST: usize = 50;

const TAKES: &[Action] = &[Action::TakeRequest];
const HANDLES: &[Action] = &[Action::HandleRequest];

/// What may be done with many at once, with what the policy must allow somewhere: any of it.
const ACTS: [(Act, &[Action]); 8] = [
    (Act::Step(RequestStep::Assign), TAKES),
    (Act::Step(RequestStep::Redispatch), TAKES),
    (Act::Step(RequestStep::Accept), HANDLES),
    (Act::Step(RequestStep::Start), HANDLES),
    (Act::Step(RequestStep::Answer), HANDLES),
    (Act::Step(RequestStep::Close), TAKES),
    (Act::Publish, TAKES),
    (Act::Note, &[Action::HandleRequest, Action::TakeRequest, Action::SuperviseItem]),
];

/// The acts that this reader may do somewhere.
fn acts(visit: &Visit) -> impl Iterator<Item = Act> {
    let may = |needs: &[Action]| needs.iter().any(|action| visit.actor.may_somewhere(*action));
    ACTS.into_iter().filter(move |(_, needs)| may(needs)).map(|(act, _)| act)
}

/// The acts that this reader may choose on the list.
pub(super) fn offers(visit: &Visit) -> Vec<Choice> {
    acts(visit).map(|act| Choice::new(act.key(), act.title(visit.lang))).collect()
}

/// The field that holds the version of a request.
fn version_of(code: &Code) -> String {
    format!("version-{code}")
}

/// A request that was chosen.
struct Chosen {
    code: String,
    title: String,
    state: &'static str,
    state_name: String,
}

/// What became of one.
struct Came {
    chosen: Chosen,
    done: bool,
    said: String,
}

#[derive(Template)]
#[template(path = "requests/bulk.html")]
struct BulkPage {
    page: Page,
    title: String,
    fault: String,
    chosen: Vec<Chosen>,
    sheet: Option<Sheet>,
    came: Vec<Came>,
    done: usize,
    not_done: usize,
}

struct Bulk {
    plan: Code,
    act: Option<Act>,
    codes: Vec<Code>,
    portfolio: std::sync::Arc<Portfolio>,
}

impl Bulk {
    async fn new(visit: &Visit, plan: &str, typed: &Typed) -> Result<Self, PageError> {
        let plan = known_code(plan)?;
        staff_only(visit)?;
        let portfolio = visit.app.portfolio(&plan, app::read::Asked::default()).await?;
        let given = typed.0.iter().filter(|(name, _)| name == "code");
        let mut codes: Vec<Code> = Vec::new();
        for code in given.filter_map(|(_, value)| Code::new(value).ok()) {
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        let act = Act::parse(typed.get("act")).filter(|act| acts(visit).any(|held| held == *act));
        Ok(Self { plan, act, codes, portfolio })
    }

    /// What stands in the way of going on.
    fn fault(&self, visit: &Visit) -> String {
        match (self.codes.len(), self.act) {
            (0, _) => visit.t("bulk-none").into_owned(),
            (count, _) if count > MOST => visit.tw("bulk-too-many", &[("most", &MOST.to_string())]),
            (_, None) => visit.t("field-error-not-a-choice").into_owned(),
            _ => String::new(),
        }
    }

    async fn requests(&self, visit: &Visit) -> Result<Vec<Request>, PageError> {
        let mut out = Vec::new();
        for code in self.codes.iter().take(MOST) {
            match visit.app.request(&self.plan, code, app::read::Asked::default()).await {
                Ok((request, _)) => out.push(request),
                Err(AppError::NotFound) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(out)
    }

    fn fields(&self, visit: &Visit, act: Act) -> Vec<Field> {
        let lang = visit.lang;
        let field = |name: &str, key: &str, control| Field::new(lang, name, key, control);
        let reason = || field("reason", "request-field-reason", Control::Area);
        match act {
            Act::Step(step) if step.gives() => {
                let units = Control::Select(choices::units(&self.portfolio, lang, "choice-please"));
                let why = reason();
                vec![
                    field("unit", "request-field-unit", units).required(),
                    if step.needs_reason() { why.required() } else { why },
                ]
            }
            Act::Step(RequestStep::Answer) => {
                let held = self.portfolio.plan.request_rules.iter().flat_map(|rules| &rules.replies);
                let mut replies = vec![Choice::new("", visit.t("reply-choose-none"))];
                replies.extend(
                    held.filter(|held| held.step == RequestStep::Answer && !held.closed)
                        .map(|held| Choice::new(held.reply.as_str(), held.name.get(lang.is_english()))),
                );
                vec![
                    field("reply", "bulk-field-reply", Control::Select(replies)),
                    field("answer", "request-field-answer", Control::Area),
                ]
            }
            Act::Note => vec![field("text", "request-field-text", Control::Area).required()],
            Act::Publish => Vec::new(),
            Act::Step(RequestStep::Accept | RequestStep::Start) => Vec::new(),
            _ => vec![reason()],
        }
    }

    /// The form. It knows the versions of the requests that were looked at.
    fn sheet(&self, visit: &Visit, act: Act, version: impl Fn(&Code) -> String) -> Sheet {
        let list = format!("/p/{}/requests", self.plan);
        let mut sheet = Sheet::new(format!("{list}/bulk"), list, visit.t("bulk-go")).hidden("act", act.key());
        for code in &self.codes {
            sheet = sheet.hidden("code", code.as_str());
            sheet = sheet.hidden(&version_of(code), version(code));
        }
        match self.fields(visit, act) {
            fields if fields.is_empty() => sheet,
            fields => sheet.group(act.title(visit.lang), fields),
        }
    }

    fn shown(&self, visit: &Visit, request: &Request) -> Chosen {
        Chosen {
            code: request.code.to_string(),
            title: request.title.clone(),
            state: request.state.as_str(),
            state_name: word(visit.lang, "request-state", request.state.as_str()),
        }
    }

    fn page(&self, visit: &Visit) -> BulkPage {
        let title = match self.act {
            Some(act) => format!("{} · {}", visit.t("bulk-title"), act.title(visit.lang)),
            None => visit.t("bulk-title").into_owned(),
        };
        BulkPage {
            page: visit.page(&title),
            title,
            fault: String::new(),
            chosen: Vec::new(),
            sheet: None,
            came: Vec::new(),
            done: 0,
            not_done: 0,
        }
    }

    /// The form, with what is wrong.
    async fn form(
        &self,
        visit: &Visit,
        status: StatusCode,
        filled: Option<Sheet>,
    ) -> Result<Response, PageError> {
        let mut shown = self.page(visit);
        shown.fault = self.fault(visit);
        if let Some(act) = self.act.filter(|_| shown.fault.is_empty()) {
            let requests = self.requests(visit).await?;
            shown.chosen = requests.iter().map(|request| self.shown(visit, request)).collect();
            let version = |code: &Code| {
                let held = requests.iter().find(|request| request.code == *code);
                held.map_or_else(String::new, |request| request.version.to_string())
            };
            shown.sheet = Some(filled.unwrap_or_else(|| self.sheet(visit, act, version)));
        }
        let status = if shown.fault.is_empty() { status } else { StatusCode::UNPROCESSABLE_ENTITY };
        render(status, &shown)
    }
}

pub(super) async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let bulk = Bulk::new(&visit, &plan, &Typed(query)).await?;
    bulk.form(&visit, StatusCode::OK, None).await
}

pub(super) async fn save(
    visit: Visit,
    Path(plan): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let bulk = Bulk::new(&visit, &plan, &typed).await?;
    let Some(act) = bulk.act.filter(|_| bulk.fault(&visit).is_empty()) else {
        return bulk.form(&visit, StatusCode::UNPROCESSABLE_ENTITY, None).await;
    };
    let mut sheet = bulk.sheet(&visit, act, |code| typed.get(&version_of(code)).to_owned());
    sheet.refill(&typed);
    let template = typed.get("reply");
    let by_template = act == Act::Step(RequestStep::Answer) && !template.is_empty();
    let wanted = match act.read(&visit, &typed, &bulk.portfolio, None) {
        Ok(wanted) => Some(wanted),
        Err(_) if by_template => None,
        Err((field, message)) => {
            let message = match field {
                "answer" => visit.t("bulk-answer-missing").into_owned(),
                _ => message,
            };
            sheet.fault(field, message);
            return bulk.form(&visit, StatusCode::UNPROCESSABLE_ENTITY, Some(sheet)).await;
        }
    };
    let mut shown = bulk.page(&visit);
    for request in bulk.requests(&visit).await? {
        let own = if by_template {
            reply::filled(&bulk.portfolio, &request, RequestStep::Answer, template, visit.lang)
                .map(|(_, text)| RequestAct::Answer { text })
        } else {
            wanted.clone()
        };
        let chosen = bulk.shown(&visit, &request);
        let Some(own) = own else {
            let said = visit.t("reply-none-fits").into_owned();
            shown.came.push(Came { chosen, done: false, said });
            continue;
        };
        let seen = typed.get(&version_of(&request.code)).parse().ok().map(Seq);
        let at = (&request.code, seen);
        let done = visit.app.act_on_request_seen(&visit.actor, &bulk.plan, at, own, source(&visit)).await;
        let (done, said) = match done {
            Ok(acted) => {
                let state = word(visit.lang, "request-state", acted.state.as_str());
                (true, visit.tw("bulk-all-done", &[("state", &state)]))
            }
            Err(error) => {
                // What was done with others is told in any case.
                let said = match refused(error) {
                    Ok(refusals) => {
                        let all = refusals.iter().map(|refusal| words::refusal(visit.lang, refusal));
                        all.collect::<Vec<_>>().join(" ")
                    }
                    Err(error) => {
                        tracing::warn!(%error, request = %request.code, "one of many could not be done");
                        visit.t("bulk-failed").into_owned()
                    }
                };
                (false, said)
            }
        };
        shown.came.push(Came { chosen, done, said });
    }
    shown.done = shown.came.iter().filter(|came| came.done).count();
    shown.not_done = shown.came.len() - shown.done;
    render(StatusCode::OK, &shown)
}
