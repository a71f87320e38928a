//! One's own request, by the link that only whoever asked has: how it goes, adding to it, judging it.

use app::read::Asked;
use app::request::RequestAct;
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::code::Code;
use domain::item::Target as Thing;
use domain::refusal::Problem;
use domain::request::{
    CallWay, ClockKind, PhotoShows, Request, RequestState, RequestStep, Satisfaction, Solved,
};
use jiff::civil::Date;

use super::brought::{Brought, FIELD as PHOTO};
use super::choices::{category_name, place, unit_name, words_of};
use super::photos::{Shot, shots};
use super::questions::answered;
use super::timeline::{Happening, Reader, timeline};
use crate::editor::field::{Choice, Typed};
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::{comma, day, encode, moment, word};

#[derive(Template)]
#[template(path = "requests/mine.html")]
struct MinePage {
    page: Page,
    key: String,
    here: String,
    code: String,
    sent: bool,
    /// A mail was sent to be confirmed.
    mailed: bool,
    said: bool,
    faults: Vec<(&'static str, String)>,
    typed: Typed,
    title: String,
    text: String,
    state: &'static str,
    state_name: String,
    category: String,
    place: String,
    unit: String,
    due: String,
    paused: bool,
    question: String,
    answer: Option<(String, String)>,
    answered: Vec<(String, String)>,
    happenings: Vec<Happening>,
    shots: Vec<Shot>,
    photo_faults: Vec<String>,
    links: Vec<(String, String)>,
    solved: Vec<Choice>,
    satisfaction: Vec<Choice>,
    may_judge: bool,
    may_add: bool,
    may_withdraw: bool,
    again: Option<Again>,
    matters: Vec<Matter>,
    may_erase: bool,
}

/// How whoever asked may have it looked at again: by which act, and what that is called.
struct Again {
    act: &'static str,
    title: String,
    why: String,
}

impl Again {
    fn of(visit: &Visit, request: &Request, today: Date, until: Date) -> Option<Self> {
        let (act, name) = match request.state {
            RequestState::Closed => ("again", "again"),
            // Also where it goes with one that was.
            _ if request.was_refused() => ("again", "review"),
            RequestState::Withdrawn => ("reopen", "reopen"),
            _ => return None,
        };
        (today <= until).then(|| Self {
            act,
            title: visit.t(&format!("my-{name}")).into_owned(),
            why: visit.t(&format!("my-{name}-why")).into_owned(),
        })
    }
}

/// One of several matters that it was divided into.
struct Matter {
    code: String,
    title: String,
    state: &'static str,
    state_name: String,
    unit: String,
}

impl MinePage {
    fn messages<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.faults.iter().filter(move |(at, _)| *at == name).map(|(_, message)| message.as_str())
    }

    fn has_fault(&self, name: &str) -> bool {
        self.faults.iter().any(|(at, _)| *at == name)
    }

    fn value(&self, name: &str) -> &str {
        self.typed.get(name)
    }
}

pub async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let typed = Typed(query);
    page(&visit, StatusCode::OK, &plan, typed.get("key").to_owned(), typed, Vec::new()).await
}

pub async fn save(visit: Visit, Path(plan): Path<String>, brought: Brought) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let Brought { typed, photos, faults: photo_faults } = brought;
    let key = typed.get("key").to_owned();
    let text = |name: &str| typed.get(name).replace("\r\n", "\n");
    let mut faults = Vec::new();
    if typed.get("act") == "erase" {
        return erase(&visit, &plan, key, typed).await;
    }
    let act = match typed.get("act") {
        "judge" => {
            let solved = Solved::parse(typed.get("solved"));
            if solved.is_none() {
                faults.push(("solved", visit.t("my-choose-solved").into_owned()));
            }
            if solved == Some(Solved::No) && text("why").is_empty() {
                faults.push(("why", visit.t("my-need-why").into_owned()));
            }
            RequestAct::CallBack {
                way: CallWay::Link,
                reached: true,
                contacted: match typed.get("contacted") {
                    "yes" => Some(true),
                    "no" => Some(false),
                    _ => None,
                },
                solved,
                satisfaction: Satisfaction::parse(typed.get("satisfaction")),
                text: text("why"),
            }
        }
        "photos" => {
            if photos.is_empty() && photo_faults.is_empty() {
                faults.push((PHOTO, visit.t("photo-none-chosen").into_owned()));
            }
            RequestAct::AddPhotos { shows: PhotoShows::Matter, photos }
        }
        "add" => RequestAct::Word { text: text("word") },
        "withdraw" => RequestAct::Step { step: RequestStep::Withdraw, reason: text("reason") },
        "again" => RequestAct::Step { step: RequestStep::AskReopen, reason: text("again") },
        "reopen" => RequestAct::Reopen { reason: text("again") },
        _ => return Err(PageError::bad_request().in_lang(visit.lang)),
    };
    // Photos that are good come in, whatever is wrong with others.
    let nothing = matches!(&act, RequestAct::AddPhotos { photos, .. } if photos.is_empty());
    if faults.is_empty() && !nothing {
        match visit.app.act_by_link(&plan, &key, act).await {
            Ok(_) if photo_faults.is_empty() => {
                let to = format!("/p/{plan}/my?done=1&key={}", encode(&key));
                return Ok(Redirect::to(&to).into_response());
            }
            Ok(_) => {}
            Err(app::AppError::Refused(refusals)) => {
                let field = |at: &str| match at {
                    "photo" => PHOTO,
                    "word" => "word",
                    "reason" if matches!(typed.get("act"), "again" | "reopen") => "again",
                    "reason" | "call_back" => "why",
                    _ => "",
                };
                faults = refusals
                    .iter()
                    .map(|refusal| (field(&refusal.field), words::refusal(visit.lang, refusal)))
                    .collect();
            }
            Err(error) => return Err(error.into()),
        }
    }
    faults.extend(photo_faults.into_iter().map(|message| (PHOTO, message)));
    page(&visit, StatusCode::UNPROCESSABLE_ENTITY, &plan, key, typed, faults).await
}

/// Everything of theirs goes, and with it the link: what is left is told once.
async fn erase(visit: &Visit, plan: &Code, key: String, typed: Typed) -> Result<Response, PageError> {
    let fault = |message: String| vec![("erase", message)];
    if typed.get("erase") != "yes" {
        let faults = fault(visit.t("own-data-erase-unsure").into_owned());
        return page(visit, StatusCode::UNPROCESSABLE_ENTITY, plan, key, typed, faults).await;
    }
    let reason = words::both("own-data-erased-reason", &[]);
    match visit.app.erase_by_link(plan, &key, &reason).await {
        Ok(()) => {
            let shown = ErasedPage { page: visit.page(visit.t("own-data-erased-title")) };
            render(StatusCode::OK, &shown)
        }
        Err(app::AppError::Refused(refusals)) => {
            let said = refusals.iter().map(|refusal| match &refusal.problem {
                Problem::OpenTasks(open) => {
                    let codes: Vec<&str> = open.iter().map(Code::as_str).collect();
                    visit.tw("own-data-erase-parts", &[("codes", &codes.join(comma(visit.lang)))])
                }
                _ => words::refusal(visit.lang, refusal),
            });
            let faults = fault(said.collect::<Vec<_>>().join(" "));
            page(visit, StatusCode::UNPROCESSABLE_ENTITY, plan, key, typed, faults).await
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(Template)]
#[template(path = "requests/erased.html")]
struct ErasedPage {
    page: Page,
}

async fn page(
    visit: &Visit,
    status: StatusCode,
    plan: &Code,
    key: String,
    typed: Typed,
    faults: Vec<(&'static str, String)>,
) -> Result<Response, PageError> {
    let code = visit.app.request_of_link(plan, &key).await?;
    let portfolio = visit.app.portfolio(plan, Asked::default()).await?;
    let (request, _) = visit.app.request(plan, &code, Asked::default()).await?;
    let lang = visit.lang;
    let page = visit.page(visit.tw("my-title", &[("code", code.as_str())]));
    let paused = request.state.pauses() && request.state.is_open();
    let may = |step| request.leads_to(step).is_some();
    let rules = portfolio.plan.request_rules.as_ref();
    let (days, call_back_days) = rules.map_or((0, 0), |rules| (rules.reopen_days, rules.call_back_days));
    // What is asked of those who asked the same is asked of them as well.
    let goes_on = request.goes_on_as();
    let ended = goes_on.map_or(request.since, |it| it.at).date();
    let within = ended.saturating_add(jiff::Span::new().days(i64::from(days)));
    let today = visit.app.clock().today();
    let waits = goes_on.map_or(request.state, |it| it.state) == RequestState::WaitingForResident;
    let question = match goes_on {
        Some(it) => Some(it.reason.clone()),
        None => request.moves.last().map(|moved| moved.reason.clone()),
    };
    // Where it goes with another one, how that stands.
    let mut state_name = word(lang, "request-state", request.state.as_str());
    if let Some(master) = &request.master
        && let Ok((master, _)) = visit.app.request(plan, master, Asked::default()).await
    {
        state_name = format!("{state_name} · {}", word(lang, "request-state", master.state.as_str()));
    }
    let parts = visit.app.requests_with(plan, &code).await?;
    let matters = parts
        .into_iter()
        .filter(|(_, merged)| !merged)
        .map(|(row, _)| Matter {
            code: row.code.to_string(),
            title: row.title.clone(),
            state: row.state.as_str(),
            state_name: word(lang, "request-state", row.state.as_str()),
            unit: unit_name(&portfolio, row.lead_unit.as_ref(), lang),
        })
        .collect();
    let links = request
        .links
        .iter()
        .filter_map(|thing| match thing {
            // Projects are public; items are working papers.
            Thing::Project(code) => portfolio.project(code.as_str()).map(|project| {
                let name = project.name.get(lang.is_english()).to_owned();
                (name, format!("/p/{plan}/projects/{code}"))
            }),
            _ => None,
        })
        .collect();
    let address = |file: &str| format!("/p/{plan}/my/photos/{file}?key={}", encode(&key));
    let shots = shots(visit, plan, &request, request.photos_of_asker(), address).await?;
    let shown = MinePage {
        shots,
        photo_faults: faults.iter().filter(|(at, _)| *at == PHOTO).map(|(_, it)| it.clone()).collect(),
        here: format!("/p/{plan}/my"),
        code: code.to_string(),
        sent: typed.has("sent"),
        mailed: typed.has("sent") && typed.has("mail"),
        said: typed.has("done"),
        title: request.title.clone(),
        text: request.text.clone(),
        state: request.state.as_str(),
        state_name,
        category: category_name(&portfolio, request.category.as_ref(), lang),
        place: place(&portfolio, request.areas.first(), &request.address, lang),
        unit: unit_name(&portfolio, request.lead_unit.as_ref(), lang),
        due: match request.due(ClockKind::Resolution).filter(|_| request.state.is_open()) {
            Some(due) if !paused || request.state == RequestState::OnTheBooks => day(lang, due.date()),
            _ => String::new(),
        },
        paused: waits,
        question: question.filter(|_| waits).unwrap_or_default(),
        answer: request.answer().map(|(at, text)| (moment(lang, *at), text.clone())),
        answered: answered(&portfolio, &request, lang),
        happenings: timeline(&portfolio, &request, lang, Reader::Asker),
        links,
        solved: words_of(lang, "solved", Solved::ALL.iter().map(|it| it.as_str())),
        satisfaction: words_of(lang, "satisfaction", Satisfaction::ALL.iter().map(|it| it.as_str())),
        may_judge: request.may_be_judged(call_back_days, today),
        may_add: request.state.is_open() || request.state == RequestState::Merged,
        may_withdraw: may(RequestStep::Withdraw),
        may_erase: matches!(
            request.state,
            RequestState::Closed | RequestState::Refused | RequestState::Withdrawn | RequestState::Merged
        ),
        again: Again::of(visit, &request, today, within),
        matters,
        faults,
        typed,
        key,
        page,
    };
    render(status, &shown)
}
