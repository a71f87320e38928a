//! One request for those who work on it: where it stands, what may be done, what happened, who asked.

use app::read::Asked;
use app::request::{Erase, PersonHints, PersonalData};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::item::{ItemKind, Standing, Target as Thing};
use domain::policy::{Action, Target};
use domain::portfolio::Portfolio;
use domain::request::{ModerationGround, Request, Watching};

use super::act::{Offer, offers};
use super::appeals::{Claim, contest};
use super::choices::{category_name, place, unit_name};
use super::photos::{Shot, may_add, shots};
use super::questions::answered;
use super::similar::{Similar, similar};
use super::suggested::{Suggested, suggested};
use super::timeline::{Happening, Reader, timeline};
use crate::coordination::units::{Units, now};
use crate::editor::field::Typed;
use crate::editor::page::{Filled, known_code};
use crate::error::PageError;
use crate::ledger::chase::{ChaseLine, chase_lines};
use crate::ledger::staff_only;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::{moment, word};
use words::Lang;

/// Of so many merged requests it is read on the page of the one they go with what was said.
const HEARD: usize = 20;

pub(super) struct Particular {
    pub label: String,
    pub value: String,
    pub address: String,
}

struct Other {
    code: String,
    title: String,
    how: String,
    state: String,
    /// What whoever asked one that was merged has said since, each with when.
    said: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "requests/one.html")]
struct OnePage {
    page: Page,
    code: String,
    title: String,
    text: String,
    state: &'static str,
    state_name: String,
    grade: &'static str,
    grade_name: String,
    late: bool,
    limit: String,
    said: String,
    here: String,
    particulars: Vec<Particular>,
    offers: Vec<Offer>,
    more: Vec<Offer>,
    happenings: Vec<Happening>,
    shots: Vec<Shot>,
    may_add_photos: bool,
    links: Vec<(String, String)>,
    others: Vec<Other>,
    suggested: Vec<Suggested>,
    similar: Vec<Similar>,
    may_reveal: bool,
    keeps: bool,
    erased: bool,
    wordless: bool,
    edited: Option<(String, String)>,
    /// What readers reported.
    flags: String,
    may_erase: bool,
    /// What those who handle it see of who asked, by what it is called.
    hints: Vec<(String, String)>,
    /// Who asked, where somebody has just looked.
    shown: Vec<(String, String)>,
    reveals: Vec<String>,
    fault: String,
    audit: String,
    /// Who else has a form about it open.
    holders: Vec<String>,
    chases: Vec<ChaseLine>,
    earlier: Vec<ChaseLine>,
    calls: Vec<Call>,
    claims: Vec<Claim>,
    /// Until when what counts may be contested.
    contest: String,
}

/// A whistle that was blown for it, and how the called units came.
struct Call {
    name: String,
    address: String,
    state: String,
    units: Units,
    live: String,
}

/// What may be done with a request, as the policy asks for it.
pub(super) fn target(request: &Request, portfolio: &Portfolio) -> Target {
    let areas = request.areas.iter().flat_map(|area| portfolio.areas_above(area)).collect();
    Target {
        plan: Some(portfolio.plan.code.clone()),
        lead_unit: request.lead_unit.clone(),
        supporting_units: request.supporting_units.clone(),
        caller: None,
        areas,
    }
}

pub async fn show(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let (plan, code) = (known_code(&plan)?, known_code(&code)?);
    staff_only(&visit)?;
    let typed = Typed(query);
    let said = match typed.get("done") {
        "" => String::new(),
        _ => {
            let (request, _) = visit.app.request(&plan, &code, Asked::default()).await?;
            let state = word(visit.lang, "request-state", request.state.as_str());
            match typed.get("others") {
                "" | "0" => visit.tw("request-done", &[("state", &state)]),
                others => visit.tw("request-done-all", &[("count", others)]),
            }
        }
    };
    page(&visit, StatusCode::OK, &plan, &code, said, Vec::new(), String::new()).await
}

/// Shows who asked, to somebody who says why.
pub async fn person(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let (plan, code) = (known_code(&plan)?, known_code(&code)?);
    staff_only(&visit)?;
    let reason = typed.get("why").to_owned();
    let what = match typed.get("act") {
        "erase" => Some(Erase::Person),
        "erase-all" => Some(Erase::Everything),
        _ => None,
    };
    if let Some(what) = what {
        let outcome = visit.app.erase(&visit.actor, &plan, &code, &reason, what).await;
        let said = match outcome {
            Ok(()) => visit.t("request-person-erased").into_owned(),
            Err(error) => return again(&visit, &plan, &code, error).await,
        };
        return page(&visit, StatusCode::OK, &plan, &code, said, Vec::new(), String::new()).await;
    }
    match visit.app.reveal(&visit.actor, &plan, &code, &reason).await {
        Ok(person) => {
            let shown = told(&visit, &plan, person).await?;
            page(&visit, StatusCode::OK, &plan, &code, String::new(), shown, String::new()).await
        }
        Err(error) => again(&visit, &plan, &code, error).await,
    }
}

/// What readers reported, in words.
pub(super) fn reported(lang: Lang, grounds: Vec<(ModerationGround, u64)>) -> String {
    let said = grounds
        .into_iter()
        .map(|(ground, count)| format!("{} × {count}", word(lang, "moderation-ground", ground.as_str())));
    said.collect::<Vec<_>>().join(crate::words_of::comma(lang))
}

/// What readers reported of it and nobody has seen to, in words.
async fn flags(visit: &Visit, plan: &Code, code: &Code) -> Result<String, PageError> {
    Ok(reported(visit.lang, visit.app.flags_of_request(plan, code).await?))
}

/// What is known of the person, by what it is called.
pub(super) async fn told(
    visit: &Visit,
    plan: &Code,
    person: PersonalData,
) -> Result<Vec<(String, String)>, PageError> {
    let all = [
        ("request-person-name", person.name),
        ("request-person-phone", person.phone),
        ("request-person-email", person.email),
        ("request-person-account", person.account),
        ("request-person-post", person.post),
        ("request-person-address", person.address),
        ("request-person-text", person.text),
    ];
    let known = all.into_iter().filter(|(_, value)| !value.is_empty());
    let mut out: Vec<(String, String)> =
        known.map(|(key, value)| (visit.t(key).into_owned(), value)).collect();
    if !person.answers.is_empty() {
        let portfolio = visit.portfolio(plan).await?;
        let categories = &portfolio.plan.request_categories;
        let english = visit.lang.is_english();
        out.extend(person.answers.into_iter().map(|answer| {
            let asked = categories.iter().find_map(|held| held.question(&answer.question));
            let name = asked.map_or(answer.question.as_str(), |asked| asked.name.get(english));
            (name.to_owned(), answer.values.join(crate::words_of::comma(visit.lang)))
        }));
    }
    Ok(out)
}

/// What those who handle it see of who asked without looking.
async fn hinted(visit: &Visit, plan: &Code, code: &Code) -> Result<Vec<(String, String)>, PageError> {
    let PersonHints { name, phone, email } = visit.app.person_hints(&visit.actor, plan, code).await?;
    let all =
        [("request-person-name", name), ("request-person-phone", phone), ("request-person-email", email)];
    let known = all.into_iter().filter(|(_, value)| !value.is_empty());
    Ok(known.map(|(key, value)| (visit.t(key).into_owned(), value)).collect())
}

async fn again(visit: &Visit, plan: &Code, code: &Code, error: app::AppError) -> Result<Response, PageError> {
    let fault = match error {
        app::AppError::Refused(refusals) => {
            refusals.iter().map(|refusal| words::refusal(visit.lang, refusal)).collect::<Vec<_>>().join(" ")
        }
        app::AppError::Sealed | app::AppError::NoKey => visit.t("request-person-failed").into_owned(),
        error => return Err(error.into()),
    };
    page(visit, StatusCode::UNPROCESSABLE_ENTITY, plan, code, String::new(), Vec::new(), fault).await
}

async fn page(
    visit: &Visit,
    status: StatusCode,
    plan: &Code,
    code: &Code,
    said: String,
    shown: Vec<(String, String)>,
    fault: String,
) -> Result<Response, PageError> {
    let portfolio = visit.portfolio(plan).await?;
    let (request, _) = visit.app.request(plan, code, visit.asked).await?;
    let lang = visit.lang;
    let page = visit.page(visit.tw("request-title", &[("code", code.as_str())]));
    let target = target(&request, &portfolio);
    let now = visit.app.wall();
    let (offers, more) = if page.is_past() {
        (Vec::new(), Vec::new())
    } else {
        offers(visit, &request, &portfolio.plan, &target).into_iter().partition(|offer| offer.first)
    };
    let limit = request.limit().map_or_else(String::new, |(kind, due)| {
        let clock = word(lang, "clock", kind.as_str());
        visit.tw("request-limit-said", &[("clock", &clock), ("due", &moment(lang, due))])
    });
    let paused = request.state.pauses() && request.state.is_open();
    let others = visit.app.requests_with(plan, code).await?;
    // What those who asked the same say is read where it is handled, of the newest; of others behind their links.
    let merged = others.iter().filter(|(_, merged)| *merged && !page.is_past()).take(HEARD);
    let merged: Vec<Code> = merged.map(|(row, _)| row.code.clone()).collect();
    let mut said_since = visit.app.said_since(plan, merged).await?;
    let reveals = visit.app.reveals(plan, code).await?;
    let may_reveal = visit.actor.may(Action::ReadPersonal, &target);
    let zone = visit.app.clock().zone().clone();
    let at = |micros: i64| {
        jiff::Timestamp::from_microsecond(micros)
            .map_or_else(|_| String::new(), |at| moment(lang, zone.to_datetime(at)))
    };
    // Only while somebody can still decide about it.
    let suggested = if page.is_past() || !request.state.is_open() {
        Vec::new()
    } else {
        let found = visit.app.suggest_of_request(plan, &request).await?;
        suggested(visit, &portfolio, &request, &found)
    };
    let similar = if page.is_past() { Vec::new() } else { similar(visit, &portfolio, &request).await? };
    let address = |file: &str| format!("/p/{plan}/requests/{code}/photos/{file}");
    let (chases, earlier) = chased(visit, &page, &portfolio, &request);
    let view = OnePage {
        shots: shots(visit, plan, &request, request.kept_photos(), address).await?,
        may_add_photos: !page.is_past() && may_add(visit, &target),
        code: code.to_string(),
        title: request.title.clone(),
        text: request.text.clone(),
        state: request.state.as_str(),
        state_name: word(lang, "request-state", request.state.as_str()),
        grade: request.grade.as_str(),
        grade_name: word(lang, "grade", request.grade.as_str()),
        late: !paused && request.limit().is_some_and(|(_, due)| now > due),
        limit: if paused { visit.t("requests-paused").into_owned() } else { limit },
        said,
        here: format!("/p/{plan}/requests/{code}"),
        particulars: particulars(visit, &page, &portfolio, &request).await?,
        offers,
        more,
        happenings: timeline(&portfolio, &request, lang, Reader::Staff),
        links: named_links(visit, &page, &portfolio, &request).await?,
        holders: super::hold::others(visit, plan, code).await?,
        chases,
        earlier,
        calls: calls(visit, &page, &portfolio, &request).await?,
        claims: request.exclusions.iter().map(|claim| Claim::of(visit, &portfolio, claim)).collect(),
        contest: contest(visit, &portfolio, &request),
        others: others
            .into_iter()
            .map(|(row, merged)| Other {
                code: row.code.to_string(),
                title: row.title.clone(),
                how: visit.t(if merged { "request-merged" } else { "request-matter" }).into_owned(),
                state: word(lang, "request-state", row.state.as_str()),
                said: said_since
                    .remove(&row.code)
                    .unwrap_or_default()
                    .into_iter()
                    .map(|(at, text)| (moment(lang, at), text))
                    .collect(),
            })
            .collect(),
        suggested,
        similar,
        keeps: visit.app.keeps_person(plan, code).await?,
        hints: if page.is_past() { Vec::new() } else { hinted(visit, plan, code).await? },
        erased: request.erased,
        wordless: request.wordless,
        edited: request.edited().map(|(title, text)| (title.to_owned(), text.to_owned())),
        flags: flags(visit, plan, code).await?,
        may_erase: visit.actor.may(Action::TakeRequest, &target),
        reveals: if may_reveal {
            reveals
                .iter()
                .map(|(who, when, why)| {
                    let args = [("who", who.as_str()), ("at", &at(*when)), ("why", why.as_str())];
                    visit.tw("request-person-looked", &args)
                })
                .collect()
        } else {
            Vec::new()
        },
        may_reveal,
        shown,
        fault,
        audit: if visit.actor.may_somewhere(Action::ReadAudit) {
            format!("/p/{plan}/audit?kind=request&code={code}")
        } else {
            String::new()
        },
        page,
    };
    render(status, &view)
}

pub(super) fn link(page: &Page, portfolio: &Portfolio, thing: &Thing) -> (String, String) {
    let name = match thing {
        Thing::Project(code) => portfolio
            .project(code.as_str())
            .map_or_else(|| code.to_string(), |project| project.name.get(page.lang.is_english()).to_owned()),
        other => other.code().to_string(),
    };
    (name, crate::ledger::item::address_of(page, thing))
}

/// What it led to and what will settle it, by name.
async fn named_links(
    visit: &Visit,
    page: &Page,
    portfolio: &Portfolio,
    request: &Request,
) -> Result<Vec<(String, String)>, PageError> {
    let mut out = Vec::new();
    for thing in &request.links {
        let (mut name, address) = link(page, portfolio, thing);
        if let Thing::Item(code) = thing
            && let Ok((item, _)) = visit.app.item(&portfolio.plan.code, code, visit.asked).await
        {
            item.name.get(visit.lang.is_english()).clone_into(&mut name);
        }
        out.push((name, address));
    }
    Ok(out)
}

async fn calls(
    visit: &Visit,
    page: &Page,
    portfolio: &Portfolio,
    request: &Request,
) -> Result<Vec<Call>, PageError> {
    let mut out = Vec::new();
    for thing in &request.links {
        let Thing::Item(code) = thing else { continue };
        let Ok((item, _)) = visit.app.item(&portfolio.plan.code, code, visit.asked).await else { continue };
        if item.kind != ItemKind::Whistle {
            continue;
        }
        let open = item.state.standing() == Standing::Open && !page.is_past();
        out.push(Call {
            name: item.name.get(visit.lang.is_english()).to_owned(),
            address: page.link(&format!("/whistles/{code}")),
            state: word(visit.lang, "item-state", item.state.as_str()),
            units: Units::of(visit, portfolio, &item, now(visit)),
            live: if open { page.link(&format!("/calls/{code}/live")) } else { String::new() },
        });
    }
    Ok(out)
}

/// The reminders and escalations that were made, and that will come if nothing happens before.
fn chased(
    visit: &Visit,
    page: &Page,
    portfolio: &Portfolio,
    request: &Request,
) -> (Vec<ChaseLine>, Vec<ChaseLine>) {
    let plan = &portfolio.plan;
    let (Some(rhythm), Some(by)) = (&plan.rhythm, Watching::of(plan, request)) else {
        return chase_lines(page, &[], &request.chases);
    };
    let (now, day) = (visit.app.wall(), portfolio.view.as_of);
    let now = if day < now.date() { day.at(23, 59, 59, 0) } else { now };
    let ladder = rhythm.ladder_of_request(request, by, now);
    chase_lines(page, &ladder, &request.chases)
}

/// Another request by its title.
async fn title_of(visit: &Visit, plan: &Code, code: &Code) -> String {
    match visit.app.request(plan, code, visit.asked).await {
        Ok((request, _)) => format!("{} ({code})", request.title),
        Err(_) => code.to_string(),
    }
}

async fn particulars(
    visit: &Visit,
    page: &Page,
    portfolio: &Portfolio,
    request: &Request,
) -> Result<Vec<Particular>, PageError> {
    let lang = visit.lang;
    let mut out = Vec::new();
    let mut add = |key: &str, value: String, address: String| {
        if !value.is_empty() {
            out.push(Particular { label: visit.t(key).into_owned(), value, address });
        }
    };
    let category = category_name(portfolio, request.category.as_ref(), lang);
    let suggested =
        if request.suggested { visit.t("request-category-suggested").into_owned() } else { String::new() };
    add("requests-kind", word(lang, "request-kind", request.kind.as_str()), String::new());
    add("request-category", format!("{category}{suggested}"), String::new());
    add("my-where", place(portfolio, request.areas.first(), &request.address, lang), String::new());
    add("requests-head-received", moment(lang, request.received), String::new());
    add("requests-channel", word(lang, "request-channel", request.channel.as_str()), String::new());
    add("request-source-number", request.number.clone(), String::new());
    add("request-urgency", word(lang, "urgency", request.urgency.as_str()), String::new());
    if let Some(unit) = &request.lead_unit {
        add("request-unit", unit_name(portfolio, Some(unit), lang), page.link(&format!("/units/{unit}")));
    }
    let supporting: Vec<String> =
        request.supporting_units.iter().map(|unit| unit_name(portfolio, Some(unit), lang)).collect();
    add("request-supporting", supporting.join(crate::words_of::comma(lang)), String::new());
    let shown = match (request.may_be_public, request.published) {
        _ if request.is_hidden() => "request-shown-no",
        (false, _) | (true, Some(false)) => "request-shown-no",
        (true, Some(true)) => "request-shown-yes",
        (true, None) => "request-shown-waits",
    };
    add("request-shown", visit.t(shown).into_owned(), String::new());
    let decided = |granted: Option<bool>| match granted {
        None => format!(" · {}", visit.t("request-undecided")),
        Some(true) => format!(" · {}", visit.t("request-event-extension-granted")),
        Some(false) => format!(" · {}", visit.t("request-event-extension-refused")),
    };
    for ask in &request.extensions {
        let until = crate::words_of::day(lang, ask.until);
        let said = format!("{until} · {}{}", ask.reason, decided(ask.granted));
        add("request-act-ask-extension", said, String::new());
    }
    for (thing, ask) in &request.bookings {
        let (name, address) = link(page, portfolio, thing);
        let until = crate::words_of::day(lang, ask.until);
        add(
            "request-act-ask-books",
            format!("{name} · {until} · {}{}", ask.reason, decided(ask.granted)),
            address,
        );
    }
    let unknown: Vec<String> =
        request.unknown_parts().iter().map(|part| word(lang, "rate-part", part.as_str())).collect();
    add("request-unrecorded", unknown.join(crate::words_of::comma(lang)), String::new());
    if request.reopened > 0 {
        add("request-reopened", request.reopened.to_string(), String::new());
    }
    if let Some(master) = &request.master {
        let title = title_of(visit, &portfolio.plan.code, master).await;
        add("request-merged-into", title, page.link(&format!("/requests/{master}")));
    }
    if let Some(parent) = &request.parent {
        let title = title_of(visit, &portfolio.plan.code, parent).await;
        add("request-part-of", title, page.link(&format!("/requests/{parent}")));
    }
    for (label, value) in answered(portfolio, request, lang) {
        out.push(Particular { label, value, address: String::new() });
    }
    let followers = visit.app.followers(&portfolio.plan.code, &request.code).await?;
    if followers > 0 {
        out.push(Particular {
            label: visit.t("request-followers").into_owned(),
            value: followers.to_string(),
            address: String::new(),
        });
    }
    Ok(out)
}
