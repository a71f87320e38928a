//! Limits of review and building capacity: where they bind, and what they put off.

use app::AppError;
use app::read::Asked;
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::named::Named;
use domain::plan::PlanFact;
use domain::policy::Action;
use domain::portfolio::Portfolio;
use domain::timetabling::{LimitedBy, WorkLimit};
use domain::workday;

use super::{change_of, may_manage};
use crate::editor::field::{Choice, Control, Field, Typed};
use crate::editor::page::{Filled, done, form_page, known_code, saved};
use crate::editor::reader::{Mistake, Reader};
use crate::editor::sheet::{Sheet, refused, refused_status};
use crate::error::PageError;
use crate::page::Page;
use crate::timetable::asking::{address, open, step_name};
use crate::timetable::scenario::said::Teller;
use crate::visit::{Visit, render};

/// Waiting steps listed for each limit.
const MOST: usize = 8;

struct Wait {
    name: String,
    address: String,
    step: String,
    days: i64,
}

struct Line {
    code: String,
    name: String,
    by: String,
    capacity: u16,
    steps: usize,
    peak: usize,
    peak_on: String,
    binds: bool,
    total: i64,
    waits: Vec<Wait>,
    more: usize,
}

struct Put {
    name: String,
    address: String,
    step: String,
    promised: String,
    free: String,
    limited: String,
    days: i32,
    breaks: bool,
}

#[derive(Template)]
#[template(path = "outlook/limits.html")]
struct LimitsPage {
    page: Page,
    saved: String,
    lines: Vec<Line>,
    put_off: Vec<Put>,
    broken: usize,
    overdrawn: usize,
    may_manage: bool,
    here: String,
}

pub(super) async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let held = open(&visit, &plan).await?;
    let english = visit.lang.is_english();
    let page = visit.page(visit.t("limits-title"));
    let portfolio = &held.portfolio;
    let teller = Teller { lang: visit.lang, portfolio };
    held.aside(|it| it.within_limits().map(|_| ())).await?;
    let limited = &held.within_limits().map_err(AppError::from)?.limited;
    let lines = portfolio
        .plan
        .work_limits
        .iter()
        .zip(&limited.bounds)
        .map(|(limit, bound)| Line {
            code: limit.limit.to_string(),
            name: limit.name.get(english).to_owned(),
            by: by(&teller, portfolio, &limit.by, english),
            capacity: limit.capacity,
            steps: bound.steps,
            peak: bound.peak,
            peak_on: bound.peak_on.map_or_else(String::new, |day| page.day(&day)),
            binds: !bound.waits.is_empty(),
            total: bound.waits.iter().map(|(_, days)| days).sum(),
            more: bound.waits.len().saturating_sub(MOST),
            waits: bound
                .waits
                .iter()
                .take(MOST)
                .filter_map(|(task, days)| {
                    let (at, part, step) = match held.timetable.place(*task) {
                        Some(at) => {
                            let project = &portfolio.projects[at.project];
                            (at.project, None, &project.steps.get(at.step)?.step)
                        }
                        None => {
                            let (project, part, step) = held.timetable.place_in_part(*task)?;
                            (project, Some(part), step)
                        }
                    };
                    let project = &portfolio.projects[at];
                    let part = project.parts.iter().find(|(code, _)| Some(code) == part);
                    let part = part.map_or_else(String::new, |(_, name)| format!("{} · ", name.get(english)));
                    Some(Wait {
                        name: project.name.get(english).to_owned(),
                        address: address(&page, project),
                        step: format!("{part}{}", step_name(project, step, english)),
                        days: *days,
                    })
                })
                .collect(),
        })
        .collect();
    let mut put_off: Vec<Put> = held
        .rows
        .iter()
        .filter_map(|row| {
            let step = row.headline()?;
            let finish = limited.finish(step.task)?;
            let days = workday::between(step.finish, finish);
            if days <= 0 {
                return None;
            }
            let project = &portfolio.projects[row.project];
            Some(Put {
                name: project.name.get(english).to_owned(),
                address: address(&page, project),
                step: step_name(project, &step.step, english),
                promised: step.promised.map_or_else(String::new, |day| page.day(&day)),
                free: page.day(&step.finish),
                limited: page.day(&finish),
                days,
                breaks: step.promised.is_some_and(|promised| step.finish <= promised && finish > promised),
            })
        })
        .collect();
    put_off.sort_by(|a, b| (b.breaks, b.days, &a.name).cmp(&(a.breaks, a.days, &b.name)));
    let shown = LimitsPage {
        saved: saved(visit.lang, &Typed(query)),
        lines,
        broken: put_off.iter().filter(|put| put.breaks).count(),
        put_off,
        overdrawn: limited.overdrawn.len(),
        may_manage: may_manage(&visit, &portfolio.plan.code) && !page.is_past(),
        here: page.path.clone(),
        page,
    };
    render(StatusCode::OK, &shown)
}

fn by(teller: &Teller<'_>, portfolio: &Portfolio, by: &LimitedBy, english: bool) -> String {
    match by {
        LimitedBy::Authority(name) => teller.authority(name),
        LimitedBy::Unit(unit) => portfolio
            .units
            .get(unit)
            .map_or_else(|| unit.to_string(), |unit| unit.name.get(english).to_owned()),
    }
}

fn sheet(visit: &Visit, plan: &Code, portfolio: &Portfolio, asked: &Typed) -> Sheet {
    let english = visit.lang.is_english();
    let held = portfolio.plan.work_limits.iter().find(|held| held.limit.as_str() == asked.get("limit"));
    let teller = Teller { lang: visit.lang, portfolio };
    let authorities = portfolio.plan.authorities().into_iter();
    let mut choices: Vec<Choice> = authorities
        .map(|name| Choice::new(format!("authority:{}", name.zh), teller.authority(&name.zh)))
        .collect();
    // Units that have a part in some project.
    let parts = |unit: &Code| {
        portfolio.members().any(|project| {
            project.lead_unit.as_ref() == Some(unit)
                || project.supporting_units.iter().any(|(held, _)| held == unit)
        })
    };
    let units = portfolio.units.values().filter(|unit| parts(&unit.code));
    choices.extend(units.map(|unit| Choice::new(format!("unit:{}", unit.code), unit.name.get(english))));
    let present = held.map_or_else(String::new, |held| match &held.by {
        LimitedBy::Authority(name) => format!("authority:{name}"),
        LimitedBy::Unit(unit) => format!("unit:{unit}"),
    });
    let field = |name: &str, key: &str, control| Field::new(visit.lang, name, key, control);
    let (zh, en) = held.map_or(("", ""), |held| (held.name.zh.as_str(), held.name.en.as_str()));
    let fields = vec![
        field("name_zh", "field-name-zh", Control::Text).required().value(zh),
        field("name_en", "field-name-en", Control::Text).value(en),
        field("by", "field-limit-by", Control::Select(choices)).required().value(present),
        field("capacity", "field-limit-capacity", Control::Number)
            .required()
            .value(held.map_or_else(String::new, |held| held.capacity.to_string())),
        field("reason", "field-reason", Control::Area),
    ];
    let home = format!("/p/{plan}/timetable/limits");
    Sheet::new(format!("{home}/new"), home, visit.t("limit-save"))
        .hidden("limit", held.map_or_else(String::new, |held| held.limit.to_string()))
        .group(visit.t("limit-what"), fields)
}

async fn opened(visit: &Visit, plan: &str) -> Result<(Code, std::sync::Arc<Portfolio>), PageError> {
    let plan = known_code(plan)?;
    if !may_manage(visit, &plan) {
        return Err(visit.forbidden(Action::ManagePlan));
    }
    let portfolio = visit.app.portfolio(&plan, Asked::default()).await?;
    Ok((plan, portfolio))
}

pub(super) async fn new(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let (plan, portfolio) = opened(&visit, &plan).await?;
    let sheet = sheet(&visit, &plan, &portfolio, &Typed(query));
    form_page(&visit, StatusCode::OK, visit.t("limit-new"), sheet)
}

pub(super) async fn save(
    visit: Visit,
    Path(plan): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let (plan, portfolio) = opened(&visit, &plan).await?;
    let mut sheet = sheet(&visit, &plan, &portfolio, &typed);
    sheet.refill(&typed);
    let mut reader = Reader::new(&typed);
    let zh = reader.must("name_zh", |r, f| Some(r.text(f).to_owned()));
    let en = reader.text("name_en").to_owned();
    let by = reader.must("by", |r, f| {
        r.word(f, |text| match text.split_once(':') {
            Some(("authority", name)) if !name.is_empty() => Some(LimitedBy::Authority(name.to_owned())),
            Some(("unit", code)) => Code::new(code).ok().map(LimitedBy::Unit),
            _ => None,
        })
    });
    let capacity = reader.must("capacity", Reader::whole::<u16>);
    if capacity == Some(0) {
        reader.fail("capacity", Mistake::NotAChoice);
    }
    let (Some(zh), Some(by), Some(capacity), true) = (zh, by, capacity, reader.mistakes.is_empty()) else {
        sheet.mistakes(visit.lang, &reader.mistakes);
        return form_page(&visit, StatusCode::UNPROCESSABLE_ENTITY, visit.t("limit-new"), sheet);
    };
    let held = &portfolio.plan.work_limits;
    let limit = Code::new(typed.get("limit")).ok().filter(|code| held.iter().any(|it| it.limit == *code));
    let free = || {
        let number = (1..).find(|n| !held.iter().any(|it| it.limit.as_str() == format!("L-{n}")));
        number.and_then(|n| Code::new(&format!("L-{n}")).ok())
    };
    let Some(limit) = limit.or_else(free) else { return Err(PageError::busy()) };
    let wanted = WorkLimit { limit: limit.clone(), name: Named::new(zh, en), by, capacity };
    let fact = PlanFact::WorkLimit { limit, held: Some(wanted) };
    let change = change_of(&visit, &plan, vec![fact], typed.get("reason"));
    let refusals = match visit.app.change(&visit.actor, change).await {
        Ok(receipt) => return Ok(done(&format!("/p/{plan}/timetable/limits"), Some(&receipt))),
        Err(error) => refused(error)?,
    };
    for refusal in &refusals {
        let field = if refusal.field == "reason" { "reason" } else { "" };
        sheet.fault(field, words::refusal(visit.lang, refusal));
    }
    form_page(&visit, refused_status(&refusals), visit.t("limit-new"), sheet)
}

pub(super) async fn withdraw(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let (plan, portfolio) = opened(&visit, &plan).await?;
    let limit = known_code(&code)?;
    if !portfolio.plan.work_limits.iter().any(|held| held.limit == limit) {
        return Err(PageError::not_found());
    }
    let fact = PlanFact::WorkLimit { limit, held: None };
    let change = change_of(&visit, &plan, vec![fact], typed.get("reason"));
    let receipt = visit.app.change(&visit.actor, change).await?;
    Ok(done(&format!("/p/{plan}/timetable/limits"), Some(&receipt)))
}
