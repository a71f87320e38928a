//! Hot issues: what many people raise, and what a confirmed one becomes.

use std::sync::Arc;

use app::request::{HotMatter, HotMatters, HotOutcome, HotTask};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::code::Code;
use domain::item::goal::{RequestGoal, WEEKS_MOST, hundredths, last_sunday, rate};
use domain::item::kind::Level;
use domain::item::{Item, Target as Thing};
use domain::policy::{Action, Target};
use domain::portfolio::Portfolio;
use jiff::Span;
use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::choices::{self, area_name, category_name, unit_name, words_of};
use crate::editor::field::{Choice, Control, Field, Typed};
use crate::editor::page::{Filled, form_page, known_code};
use crate::editor::sheet::{Sheet, refused, refused_status};
use crate::error::PageError;
use crate::ledger::act::source;
use crate::ledger::staff_only;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::{day, encode, moment};

/// The spans that may be looked at, in days.
const SPANS: [i64; 3] = [30, 90, 365];
const SPAN: i64 = 90;
/// The longest one that is named by its days.
const LONGEST: i32 = 366;
/// Matters of one page, and requests of one matter's page: the newest.
const SHOWN: usize = 100;
const REQUESTS: usize = 50;
/// Areas that are named.
const PLACES: usize = 3;
/// The days after which a task is proposed to be done.
const DUE_DAYS: i64 = 30;

struct Line {
    key: String,
    title: String,
    places: Vec<(String, usize)>,
    elsewhere: usize,
    category: String,
    people: usize,
    requests: usize,
    followers: u64,
    first: String,
    last: String,
    trend: String,
    rising: bool,
    /// Name, address, and how many of the requests.
    led_to: Vec<(String, String, u64)>,
}

#[derive(Template)]
#[template(path = "requests/hot.html")]
struct HotPage {
    page: Page,
    /// The span that was chosen; 0 where it is another one.
    days: i64,
    query: String,
    spans: Vec<i64>,
    lines: Vec<Line>,
    said: String,
}

struct Week {
    label: String,
    count: u32,
    length: u32,
}

struct Asked {
    code: String,
    title: String,
    received: String,
}

#[derive(Template)]
#[template(path = "requests/matter.html")]
struct MatterPage {
    page: Page,
    line: Line,
    back: String,
    period: String,
    said: String,
    unit: String,
    weeks: Vec<Week>,
    requests: Vec<Asked>,
    more: usize,
    confirm: String,
    /// Where it is made a theme of the month.
    theme: String,
    done: bool,
}

/// What is looked at: so many days up to the day that is looked at, or some days that were named, as a report does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Looked {
    Days(i64),
    Between(Date, Date),
}

impl Looked {
    fn of(typed: &Typed) -> Self {
        let day = |name: &str| domain::planned_date::parse_day(typed.get(name));
        if let (Some(from), Some(to)) = (day("from"), day("to"))
            && from <= to
            && (to - from).get_days() < LONGEST
        {
            return Self::Between(from, to);
        }
        let days = typed.get("days").parse().ok().filter(|days| SPANS.contains(days));
        Self::Days(days.unwrap_or(SPAN))
    }

    fn span(self, to: Date) -> (Date, Date) {
        match self {
            Self::Days(days) => (to.saturating_sub(Span::new().days(days - 1)), to),
            Self::Between(from, to) => (from, to),
        }
    }

    /// How an address says it.
    fn query(self) -> String {
        match self {
            Self::Days(days) => format!("days={days}"),
            Self::Between(from, to) => format!("from={from}&to={to}"),
        }
    }
}

async fn matters(
    visit: &Visit,
    plan: &Code,
    portfolio: &Portfolio,
    typed: &Typed,
) -> Result<(Arc<HotMatters>, Looked), PageError> {
    let looked = Looked::of(typed);
    let (from, to) = looked.span(portfolio.view.as_of);
    Ok((visit.app.hot_matters(plan, from, to).await?, looked))
}

fn line(visit: &Visit, page: &Page, portfolio: &Portfolio, matter: &HotMatter) -> Line {
    let lang = visit.lang;
    let args = [("recent", &*matter.recent.to_string()), ("earlier", &*matter.earlier.to_string())];
    Line {
        key: matter.key.to_string(),
        title: matter.title.clone(),
        places: matter
            .areas
            .iter()
            .take(PLACES)
            .map(|(area, count)| (area_name(portfolio, Some(area), lang), *count))
            .collect(),
        elsewhere: matter.areas.len().saturating_sub(PLACES),
        category: category_name(portfolio, matter.category.as_ref(), lang),
        people: matter.people,
        requests: matter.requests.len(),
        followers: matter.followers,
        first: day(lang, matter.first.date()),
        last: day(lang, matter.last.date()),
        trend: visit.tw("hot-trend", &args),
        rising: matter.recent > matter.earlier,
        led_to: matter
            .led_to
            .iter()
            .map(|(thing, count)| {
                let (name, address) = super::one::link(page, portfolio, thing);
                (name, address, *count)
            })
            .collect(),
    }
}

fn said(visit: &Visit, all: &HotMatters) -> String {
    let (from, to) = (day(visit.lang, all.from), day(visit.lang, all.to));
    let at = moment(visit.lang, all.at);
    let args = [("from", &*from), ("to", &*to), ("looked", &*all.looked.to_string()), ("at", &*at)];
    visit.tw("hot-looked", &args)
}

pub async fn list(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    staff_only(&visit)?;
    let portfolio = visit.portfolio(&plan).await?;
    let (all, looked) = matters(&visit, &plan, &portfolio, &Typed(query)).await?;
    let page = visit.page(visit.t("hot-title"));
    let shown = HotPage {
        days: match looked {
            Looked::Days(days) => days,
            Looked::Between(..) => 0,
        },
        query: looked.query(),
        spans: SPANS.to_vec(),
        lines: all.matters.iter().take(SHOWN).map(|matter| line(&visit, &page, &portfolio, matter)).collect(),
        said: said(&visit, &all),
        page,
    };
    render(StatusCode::OK, &shown)
}

/// The matter of that name, with the span that it was found in.
async fn opened(
    visit: &Visit,
    plan: &str,
    key: &str,
    typed: &Typed,
) -> Result<(Code, Arc<Portfolio>, Arc<HotMatters>, HotMatter, Looked), PageError> {
    let (plan, key) = (known_code(plan)?, known_code(key)?);
    staff_only(visit)?;
    let portfolio = visit.portfolio(&plan).await?;
    let (all, looked) = matters(visit, &plan, &portfolio, typed).await?;
    let held = all.matters.iter().find(|matter| matter.key == key).cloned();
    let matter = held.ok_or_else(|| PageError::not_found().in_lang(visit.lang))?;
    Ok((plan, portfolio, all, matter, looked))
}

pub async fn show(
    visit: Visit,
    Path((plan, key)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let typed = Typed(query);
    let (plan, portfolio, all, matter, looked) = opened(&visit, &plan, &key, &typed).await?;
    let lang = visit.lang;
    let page = visit.page(&matter.title);
    let most = matter.weeks.iter().copied().max().unwrap_or(1).max(1);
    let week = |at: usize| all.from.saturating_add(Span::new().days(7 * at as i64));
    let newest: Vec<&Code> = matter.requests.iter().rev().take(REQUESTS).collect();
    let query = domain::request::query::RequestQuery {
        codes: newest.iter().map(|code| (*code).clone()).collect(),
        ..domain::request::query::RequestQuery::default()
    };
    let paging = app::request::RequestPaging { limit: REQUESTS, ..app::request::RequestPaging::default() };
    let rows = visit.app.requests(&plan, &query, &paging).await?.rows;
    let may = !page.is_past() && may_confirm(&visit, &plan);
    let shown = MatterPage {
        line: line(&visit, &page, &portfolio, &matter),
        back: page.link(&format!("/requests/hot?{}", looked.query())),
        period: said(&visit, &all),
        said: match typed.get("done") {
            "" => String::new(),
            _ => visit.t("hot-confirmed").into_owned(),
        },
        unit: unit_name(&portfolio, matter.unit.as_ref(), lang),
        weeks: matter
            .weeks
            .iter()
            .enumerate()
            .map(|(at, count)| Week { label: day(lang, week(at)), count: *count, length: count * 100 / most })
            .collect(),
        requests: rows
            .iter()
            .map(|row| Asked {
                code: row.code.to_string(),
                title: row.title.clone(),
                received: moment(lang, row.received),
            })
            .collect(),
        more: matter.requests.len().saturating_sub(REQUESTS),
        confirm: if may {
            format!("/p/{plan}/requests/hot/{}/confirm?{}", matter.key, looked.query())
        } else {
            String::new()
        },
        theme: format!(
            "/p/{plan}/requests/themes/new?category={}&title={}",
            matter.category.as_ref().map_or("", Code::as_str),
            encode(matter.name(&portfolio).get(lang.is_english()))
        ),
        done: !matter.led_to.is_empty(),
        page,
    };
    render(StatusCode::OK, &shown)
}

fn may_confirm(visit: &Visit, plan: &Code) -> bool {
    let target = Target { plan: Some(plan.clone()), ..Target::default() };
    visit.actor.may(Action::SuperviseItem, &target)
}

const ITEM: &str = "item";
const TASK: &str = "task";
const PROJECT: &str = "project";
const REFUSE: &str = "refuse";
/// The part of what it was to which a rate is proposed to fall, in percent, and over how many weeks.
const PART: u32 = 30;
const GOAL_WEEKS: u16 = 4;
const LEVELS: [Level; 2] = [Level::District, Level::City];

/// What is proposed of a matter: its words, the unit that has most of it, a month.
fn sheet(
    visit: &Visit,
    plan: &Code,
    portfolio: &Portfolio,
    (all, matter, looked): (&HotMatters, &HotMatter, Looked),
    items: &[Item],
    baseline: u32,
) -> Sheet {
    let lang = visit.lang;
    let field = |name: &str, key: &str, control| Field::new(lang, name, key, control);
    let here = format!("/p/{plan}/requests/hot/{}", matter.key);
    let mut form = Sheet::new(
        format!("{here}/confirm?{}", looked.query()),
        format!("{here}?{}", looked.query()),
        visit.t("hot-confirm-save"),
    );
    form = form.hidden("seen", matter.digest());
    form.intro = visit.t("hot-confirm-lead").into_owned();
    // One that goes on belongs to the task that it became; another one is for another matter.
    let outcomes = [
        (ITEM, "hot-becomes-item"),
        (TASK, "hot-becomes-task"),
        (PROJECT, "hot-becomes-project"),
        (REFUSE, "hot-becomes-refused"),
    ];
    let outcomes = outcomes.into_iter().filter(|(value, _)| *value != ITEM || !items.is_empty());
    let outcomes: Vec<Choice> = outcomes.map(|(value, key)| Choice::new(value, visit.t(key))).collect();
    let first = if items.is_empty() { TASK } else { ITEM };
    let english = lang.is_english();
    let item =
        |item: &Item| Choice::new(item.code.to_string(), format!("{} {}", item.code, item.name.get(english)));
    let held = items.first().map(|item| item.code.to_string()).unwrap_or_default();
    let items: Vec<Choice> = items.iter().map(item).collect();
    let projects = std::iter::once(Choice::new("", visit.t("hot-project-none")))
        .chain(
            portfolio
                .projects
                .iter()
                .map(|project| Choice::new(project.code.to_string(), project.name.get(lang.is_english()))),
        )
        .collect();
    let due = due(visit.app.clock().today());
    let name = matter.name(portfolio).get(lang.is_english()).to_owned();
    let text = visit.tw(
        "hot-proposed",
        &[
            ("people", &matter.people.to_string()),
            ("requests", &matter.requests.len().to_string()),
            ("from", &all.from.to_string()),
            ("to", &all.to.to_string()),
            ("title", &name),
        ],
    );
    let unit = matter.unit.as_ref().map(Code::to_string).unwrap_or_default();
    let how = field("outcome", "hot-becomes-how", Control::Select(outcomes)).value(first).required();
    let item = (!items.is_empty()).then(|| field("item", "hot-item", Control::Select(items)).value(held));
    form.group(
        visit.t("hot-becomes"),
        std::iter::once(how)
            .chain(item)
            .chain([
                field("project", "hot-project", Control::Select(projects)),
                field("refused", "hot-refused", Control::Area),
            ])
            .collect(),
    )
    .group(
        visit.t("hot-task"),
        vec![
            field("name", "hot-task-name", Control::Text).value(name),
            field("text", "hot-task-text", Control::Area).value(text),
            field(
                "lead_unit",
                "hot-task-unit",
                Control::Select(choices::units(portfolio, lang, "hot-unit-none")),
            )
            .value(unit),
            field(
                "supporting",
                "hot-task-supporting",
                Control::Select(choices::units(portfolio, lang, "hot-supporting-none")),
            ),
            field(
                "level",
                "hot-task-level",
                Control::Select(words_of(lang, "level", LEVELS.iter().map(|level| level.as_str()))),
            ),
            field("due", "hot-task-due", Control::Day).value(due.to_string()),
        ],
    )
    .group(
        visit.t("hot-goal"),
        vec![
            field("baseline", "hot-goal-baseline", Control::Fixed)
                .value(visit.tw("hot-goal-people", &[("rate", &hundredths(baseline))])),
            field("target", "hot-goal-target", Control::Number).value(hundredths(baseline * PART / 100)),
            field("weeks", "hot-goal-weeks", Control::Number).value(GOAL_WEEKS.to_string()),
            field("words", "hot-goal-words", Control::Text),
        ],
    )
}

/// What of a matter is counted: requests of its category in its places, with any of some words.
fn counted(matter: &HotMatter, words: Vec<String>) -> RequestGoal {
    RequestGoal {
        category: matter.category.clone(),
        more: Vec::new(),
        areas: matter.main_areas(),
        words,
        baseline: 0,
        target: 0,
        weeks: GOAL_WEEKS,
    }
}

/// People a week since the matter began, in hundredths, counted as they will be: over whole weeks where there are any.
async fn baseline(
    visit: &Visit,
    plan: &Code,
    all: &HotMatters,
    matter: &HotMatter,
    words: Vec<String>,
) -> Result<u32, PageError> {
    let to = last_sunday(all.to);
    let days = (to - matter.first.date()).get_days() + 1;
    let Some(weeks) = u16::try_from(days / 7).ok().filter(|weeks| *weeks > 0) else {
        return Ok(u32::try_from(matter.people).unwrap_or(u32::MAX).saturating_mul(100));
    };
    let weeks = weeks.min(WEEKS_MOST);
    let found = visit.app.measure_goal(plan, &counted(matter, words), to, weeks).await?;
    Ok(found.and_then(|found| rate(&found.people, weeks)).unwrap_or_default())
}

/// The words that were typed.
fn words_of_goal(typed: &Typed) -> Vec<String> {
    let words = typed.get("words").split([',', '，', '、', ';', '；']).map(str::trim);
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn due(today: Date) -> Date {
    domain::workday::at_or_after(today.saturating_add(Span::new().days(DUE_DAYS)))
}

pub async fn form(
    visit: Visit,
    Path((plan, key)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let (plan, portfolio, all, matter, looked) = opened(&visit, &plan, &key, &Typed(query)).await?;
    if !may_confirm(&visit, &plan) {
        return Err(visit.forbidden(Action::SuperviseItem));
    }
    let was = baseline(&visit, &plan, &all, &matter, Vec::new()).await?;
    let items = visit.app.open_items_of(&plan, &matter).await?;
    let form = sheet(&visit, &plan, &portfolio, (&all, &matter, looked), &items, was);
    form_page(&visit, StatusCode::OK, visit.t("hot-confirm"), form)
}

pub async fn save(
    visit: Visit,
    Path((plan, key)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let (plan, portfolio, all, matter, looked) = opened(&visit, &plan, &key, &Typed(query)).await?;
    if !may_confirm(&visit, &plan) {
        return Err(visit.forbidden(Action::SuperviseItem));
    }
    let was = baseline(&visit, &plan, &all, &matter, words_of_goal(&typed)).await?;
    let items = visit.app.open_items_of(&plan, &matter).await?;
    let mut form = sheet(&visit, &plan, &portfolio, (&all, &matter, looked), &items, was);
    form.refill(&typed);
    let again = |form: Sheet, status| form_page(&visit, status, visit.t("hot-confirm"), form);
    // Sent twice, or meanwhile confirmed by somebody else: it is not what was looked at.
    if typed.get("seen") != matter.digest() {
        let mut form = sheet(&visit, &plan, &portfolio, (&all, &matter, looked), &items, was);
        form.fault("", visit.t("hot-stale").into_owned());
        return again(form, StatusCode::CONFLICT);
    }
    let outcome = outcome(&visit, &typed, &mut form, (&matter, &items, was));
    let Some(outcome) = outcome else { return again(form, StatusCode::UNPROCESSABLE_ENTITY) };
    match visit.app.confirm_matter(&visit.actor, &plan, &matter, outcome, source(&visit)).await {
        Ok(_) => {
            let back = format!("/p/{plan}/requests/hot/{}?{}&done=1", matter.key, looked.query());
            Ok(Redirect::to(&back).into_response())
        }
        Err(error) => {
            let refusals = refused(error)?;
            for refusal in &refusals {
                let field = refusal.field.strip_prefix("goal/").unwrap_or(&refusal.field);
                form.fault(field, words::refusal(visit.lang, refusal));
            }
            again(form, refused_status(&refusals))
        }
    }
}

/// The goal that was typed; none where the target was left empty. Nothing where it cannot be read.
fn goal(
    visit: &Visit,
    typed: &Typed,
    form: &mut Sheet,
    (matter, baseline): (&HotMatter, u32),
) -> Option<Option<RequestGoal>> {
    if typed.get("target").is_empty() {
        return Some(None);
    }
    let rate = typed.get("target").replace(',', ".").parse::<Decimal>().ok();
    let target = rate.and_then(|rate| (rate * Decimal::ONE_HUNDRED).round().to_u32());
    let weeks = typed.get("weeks").parse::<u16>().ok();
    if target.is_none() {
        form.fault("target", visit.t("field-error-not-a-number").into_owned());
    }
    if weeks.is_none() {
        form.fault("weeks", visit.t("field-error-not-whole").into_owned());
    }
    Some(Some(RequestGoal {
        baseline,
        target: target?,
        weeks: weeks?,
        ..counted(matter, words_of_goal(typed))
    }))
}

fn outcome(
    visit: &Visit,
    typed: &Typed,
    form: &mut Sheet,
    (matter, items, baseline): (&HotMatter, &[Item], u32),
) -> Option<HotOutcome> {
    let mut missing = |field: &str| form.fault(field, visit.t("field-error-missing").into_owned());
    if typed.get("outcome") == ITEM {
        let Some(item) = items.iter().find(|item| item.code.as_str() == typed.get("item")) else {
            missing("item");
            return None;
        };
        return Some(HotOutcome::Held(Thing::Item(item.code.clone())));
    }
    if typed.get("outcome") == PROJECT {
        let Ok(project) = Code::new(typed.get("project")) else {
            missing("project");
            return None;
        };
        return Some(HotOutcome::Held(Thing::Project(project)));
    }
    if typed.get("outcome") == REFUSE {
        let (name, reason) = (typed.get("name"), typed.get("refused").replace("\r\n", "\n"));
        if reason.is_empty() {
            missing("refused");
            return None;
        }
        if name.is_empty() {
            missing("name");
            return None;
        }
        return Some(HotOutcome::Refused { name: name.to_owned(), reason });
    }
    let unit = Code::new(typed.get("lead_unit")).ok();
    let due = domain::planned_date::parse_day(typed.get("due"));
    for (field, empty) in [
        ("name", typed.get("name").is_empty()),
        ("text", typed.get("text").is_empty()),
        ("lead_unit", unit.is_none()),
        ("due", due.is_none()),
    ] {
        if empty {
            missing(field);
        }
    }
    let (lead_unit, due) = (unit?, due?);
    if typed.get("name").is_empty() || typed.get("text").is_empty() {
        return None;
    }
    Some(HotOutcome::Task(HotTask {
        name: typed.get("name").to_owned(),
        text: typed.get("text").to_owned(),
        lead_unit,
        supporting: Code::new(typed.get("supporting")).into_iter().collect(),
        goal: goal(visit, typed, form, (matter, baseline))?,
        level: Level::parse(typed.get("level")).unwrap_or(Level::District),
        due,
    }))
}
