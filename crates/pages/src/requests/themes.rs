//! The themes of months for those who choose them: what the figures propose, with the arithmetic; putting one on the
//! books; and saying what is told of it.

use app::request::NewTheme;
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::code::Code;
use domain::item::goal::RequestGoal;
use domain::item::kind::Level;
use domain::item::theme::{COMPARED, MonthlyTheme, ThemeProposal};
use domain::journal::Seq;
use domain::named::Named;
use domain::planned_date::parse_day;
use domain::policy::{Action, Target};
use domain::portfolio::Portfolio;
use jiff::ToSpan;
use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::choices::{self, category_name, words_of};
use super::theme_told::{Line, line};
use crate::editor::field::{Choice, Control, Field, Typed};
use crate::editor::page::{Filled, form_page, known_code};
use crate::editor::sheet::{Sheet, is_conflict, refused, refused_status};
use crate::error::PageError;
use crate::ledger::act::source;
use crate::ledger::staff_only;
use crate::page::Page;
use crate::visit::{Visit, render};

/// Weeks over which a goal is proposed to hold.
const GOAL_WEEKS: u16 = 4;
const LEVELS: [Level; 2] = [Level::District, Level::City];

struct Proposed {
    name: String,
    now: u32,
    weight: String,
    weighed: String,
    rise: String,
    risen: String,
    by_weight: usize,
    by_rise: usize,
    rises: bool,
    list: String,
    choose: String,
}

#[derive(Template)]
#[template(path = "requests/themes.html")]
struct ThemesPage {
    page: Page,
    month: String,
    said: String,
    proposed: Vec<Proposed>,
    lines: Vec<Line>,
    may: bool,
}

/// Tenths as people read them.
pub(super) fn tenths(value: u32) -> String {
    format!("{}.{}", value / 10, value % 10)
}

fn signed(hundredths: i64) -> String {
    let value = Decimal::new(hundredths, 2).round_dp(1).normalize();
    if hundredths > 0 { format!("+{value}") } else { value.to_string() }
}

/// A month as browsers write it.
pub(super) fn parse_month(text: &str) -> Option<Date> {
    parse_day(&format!("{text}-01"))
}

fn may(visit: &Visit, plan: &Code) -> bool {
    visit.actor.may(Action::SuperviseItem, &Target { plan: Some(plan.clone()), ..Target::default() })
}

fn proposed(
    visit: &Visit,
    plan: &Code,
    portfolio: &Portfolio,
    (month, all): (Date, u64),
    it: &ThemeProposal,
) -> Proposed {
    let before: Vec<String> = it.before.iter().rev().map(u32::to_string).collect();
    let (now, sum) = (it.now.to_string(), all.to_string());
    let months = COMPARED.to_string();
    let (from, to) = (month, month.last_of_month());
    Proposed {
        name: category_name(portfolio, Some(&it.category), visit.lang),
        now: it.now,
        weight: format!("{}%", tenths(it.weight)),
        weighed: visit.tw("theme-weighed", &[("now", &now), ("all", &sum)]),
        rise: signed(it.rise),
        risen: visit
            .tw("theme-risen", &[("now", &now), ("before", &before.join(" + ")), ("months", &months)]),
        by_weight: it.by_weight,
        by_rise: it.by_rise,
        rises: it.rise > 0,
        list: format!("/p/{plan}/requests?category={}&from={from}&to={to}", it.category),
        choose: format!("/p/{plan}/requests/themes/new?category={}", it.category),
    }
}

pub async fn list(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    staff_only(&visit)?;
    let typed = Typed(query);
    let portfolio = visit.app.portfolio(&plan, app::read::Asked::default()).await?;
    let today = visit.app.clock().today();
    let by = parse_month(typed.get("month")).map_or(today, |month| month.last_of_month().min(today));
    let found = visit.app.theme_proposals(&plan, by).await?;
    let themes = visit.app.themes(&plan, app::read::Asked::default()).await?;
    let may = may(&visit, &plan);
    let month = found.month.strftime("%Y-%m").to_string();
    let shown = ThemesPage {
        said: visit.tw("theme-counted", &[("month", &month), ("all", &found.all.to_string())]),
        proposed: found
            .lines
            .iter()
            .map(|it| proposed(&visit, &plan, &portfolio, (found.month, found.all), it))
            .collect(),
        lines: themes.iter().filter_map(|item| line(&visit, &portfolio, item)).collect(),
        month,
        may,
        page: visit.page(visit.t("themes-title")),
    };
    render(StatusCode::OK, &shown)
}

fn category_choices(portfolio: &Portfolio, visit: &Visit) -> Vec<Choice> {
    choices::categories(portfolio, visit.lang, "filter-any").into_iter().skip(1).collect()
}

/// What everybody may read of a theme, as fields.
fn told_fields(visit: &Visit, portfolio: &Portfolio, theme: &MonthlyTheme) -> Vec<Field> {
    let field = |name: &str, control| {
        Field::new(visit.lang, name, &format!("theme-field-{}", name.replace('_', "-")), control)
    };
    let codes: Vec<&str> = theme.categories.iter().map(Code::as_str).collect();
    let shown =
        vec![Choice::new("no", visit.t("theme-shown-no")), Choice::new("yes", visit.t("theme-shown-yes"))];
    vec![
        field("month", Control::Text).required().value(theme.month.strftime("%Y-%m").to_string()),
        field("categories", Control::Checks(category_choices(portfolio, visit)))
            .required()
            .value(codes.join(";")),
        field("about_zh", Control::Area).required().value(theme.about.zh.clone()),
        field("about_en", Control::Area).value(theme.about.en.clone()),
        field("measures_zh", Control::Area).value(theme.measures.zh.clone()),
        field("measures_en", Control::Area).value(theme.measures.en.clone()),
        field("done_zh", Control::Area).value(theme.done.zh.clone()),
        field("done_en", Control::Area).value(theme.done.en.clone()),
        field("shown", Control::Select(shown)).value(if theme.shown { "yes" } else { "no" }),
    ]
}

/// What was typed of it; else nothing, with the faults in the form.
fn told(visit: &Visit, typed: &Typed, form: &mut Sheet) -> Option<MonthlyTheme> {
    let text = |name: &str| typed.get(name).replace("\r\n", "\n");
    let named = |zh: &str, en: &str| Named::new(text(zh), text(en));
    let month = parse_month(typed.get("month"));
    if month.is_none() {
        form.fault("month", visit.t("theme-month-bad").into_owned());
    }
    let codes: Vec<Code> =
        typed.joined("categories").split(';').filter_map(|code| Code::new(code).ok()).collect();
    Some(MonthlyTheme {
        month: month?,
        categories: codes,
        about: named("about_zh", "about_en"),
        measures: named("measures_zh", "measures_en"),
        done: named("done_zh", "done_en"),
        shown: typed.get("shown") == "yes",
    })
}

fn faults(visit: &Visit, form: &mut Sheet, refusals: &[domain::refusal::Refusal]) {
    for refusal in refusals {
        let field = match refusal.field.as_str() {
            "theme/month" => "month",
            "theme/categories" => "categories",
            "theme/about" => "about_zh",
            "theme" => "",
            "goal/target" => "target",
            "goal/weeks" => "weeks",
            "lead_unit" | "due" | "name" => refusal.field.as_str(),
            _ => "",
        };
        form.fault(field, words::refusal(visit.lang, refusal));
    }
}

/// The form for a new one. What is proposed are the months to come, and the category that was chosen.
fn new_sheet(visit: &Visit, plan: &Code, portfolio: &Portfolio, typed: &Typed) -> Sheet {
    let lang = visit.lang;
    let field = |name: &str, control| {
        Field::new(lang, name, &format!("theme-field-{}", name.replace('_', "-")), control)
    };
    let here = format!("/p/{plan}/requests/themes");
    let mut form = Sheet::new(format!("{here}/new"), here, visit.t("theme-save"));
    form.intro = visit.t("theme-new-lead").into_owned();
    let month = visit.app.clock().today().first_of_month().saturating_add(1.month());
    let theme = MonthlyTheme {
        month,
        categories: Code::new(typed.get("category")).into_iter().collect(),
        about: Named::default(),
        measures: Named::default(),
        done: Named::default(),
        shown: false,
    };
    let mut told = told_fields(visit, portfolio, &theme);
    // Nothing was done yet.
    told.retain(|field| !field.name.starts_with("done_"));
    let proposed = theme.categories.first().map_or_else(String::new, |code| {
        let held = portfolio.plan.request_category(code.as_str());
        held.map_or_else(String::new, |held| held.name.zh.clone())
    });
    let title = match typed.get("title") {
        "" => proposed,
        title => title.to_owned(),
    };
    let projects = portfolio
        .projects
        .iter()
        .map(|project| Choice::new(project.code.to_string(), project.name.get(lang.is_english())));
    let projects = std::iter::once(Choice::new("", visit.t("hot-project-none"))).chain(projects).collect();
    form.group(
        visit.t("theme-group-task"),
        vec![
            field("name", Control::Text).required().value(title),
            field("name_en", Control::Text),
            field("lead_unit", Control::Select(choices::units(portfolio, lang, "hot-unit-none"))).required(),
            field("supporting", Control::Select(choices::units(portfolio, lang, "hot-supporting-none"))),
            field(
                "level",
                Control::Select(words_of(lang, "level", LEVELS.iter().map(|level| level.as_str()))),
            ),
            field("due", Control::Day)
                .required()
                .value(domain::workday::at_or_after(month.last_of_month()).to_string()),
            field("project", Control::Select(projects)),
            field("meeting", Control::Text),
        ],
    )
    .group(visit.t("theme-group-told"), told)
    .group(
        visit.t("hot-goal"),
        vec![field("target", Control::Number), field("weeks", Control::Number).value(GOAL_WEEKS.to_string())],
    )
}

pub async fn form(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    staff_only(&visit)?;
    if !may(&visit, &plan) {
        return Err(visit.forbidden(Action::SuperviseItem));
    }
    let portfolio = visit.app.portfolio(&plan, app::read::Asked::default()).await?;
    let form = new_sheet(&visit, &plan, &portfolio, &Typed(query));
    form_page(&visit, StatusCode::OK, visit.t("theme-new"), form)
}

/// The goal that was typed: people a week, from what they were in the weeks before. Nothing where it cannot be read.
async fn goal(
    visit: &Visit,
    plan: &Code,
    typed: &Typed,
    theme: &MonthlyTheme,
    form: &mut Sheet,
) -> Result<Option<Option<RequestGoal>>, PageError> {
    if typed.get("target").is_empty() {
        return Ok(Some(None));
    }
    let rate = typed.get("target").replace(',', ".").parse::<Decimal>().ok();
    let target = rate.and_then(|rate| (rate * Decimal::ONE_HUNDRED).round().to_u32());
    let weeks = typed.get("weeks").parse::<u16>().ok();
    let (Some(target), Some(weeks)) = (target, weeks) else {
        form.fault("target", visit.t("field-error-not-a-number").into_owned());
        return Ok(None);
    };
    let mut categories = theme.categories.iter().cloned();
    let goal = RequestGoal {
        category: categories.next(),
        more: categories.collect(),
        areas: Vec::new(),
        words: Vec::new(),
        baseline: 0,
        target,
        weeks,
    };
    let to = domain::item::goal::last_sunday(visit.app.clock().today());
    let span = weeks.clamp(1, domain::item::goal::WEEKS_MOST);
    let found = visit.app.measure_goal(plan, &goal, to, span).await?;
    let baseline = found.and_then(|found| domain::item::goal::rate(&found.people, span)).unwrap_or_default();
    Ok(Some(Some(RequestGoal { baseline, ..goal })))
}

pub async fn save(
    visit: Visit,
    Path(plan): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    staff_only(&visit)?;
    if !may(&visit, &plan) {
        return Err(visit.forbidden(Action::SuperviseItem));
    }
    let portfolio = visit.app.portfolio(&plan, app::read::Asked::default()).await?;
    let mut form = new_sheet(&visit, &plan, &portfolio, &typed);
    form.refill(&typed);
    let again = |form: Sheet, status| form_page(&visit, status, visit.t("theme-new"), form);
    let theme = told(&visit, &typed, &mut form);
    let (unit, due) = (Code::new(typed.get("lead_unit")).ok(), parse_day(typed.get("due")));
    for (name, empty) in
        [("name", typed.get("name").is_empty()), ("lead_unit", unit.is_none()), ("due", due.is_none())]
    {
        if empty {
            form.fault(name, visit.t("field-error-missing").into_owned());
        }
    }
    let (Some(theme), Some(lead_unit), Some(due), false) = (theme, unit, due, typed.get("name").is_empty())
    else {
        return again(form, StatusCode::UNPROCESSABLE_ENTITY);
    };
    let Some(goal) = goal(&visit, &plan, &typed, &theme, &mut form).await? else {
        return again(form, StatusCode::UNPROCESSABLE_ENTITY);
    };
    let new = NewTheme {
        name: Named::new(typed.get("name"), typed.get("name_en")),
        theme,
        lead_unit,
        supporting: Code::new(typed.get("supporting")).into_iter().collect(),
        level: Level::parse(typed.get("level")).unwrap_or(Level::District),
        due,
        goal,
        meeting: Code::new(typed.get("meeting")).ok(),
        projects: Code::new(typed.get("project")).into_iter().collect(),
    };
    match visit.app.set_theme(&visit.actor, &plan, &new, source(&visit)).await {
        Ok(code) => Ok(Redirect::to(&format!("/p/{plan}/items/{code}")).into_response()),
        Err(error) => {
            let refusals = refused(error)?;
            faults(&visit, &mut form, &refusals);
            again(form, refused_status(&refusals))
        }
    }
}

async fn opened(visit: &Visit, plan: &str, code: &str) -> Result<(Code, Code, MonthlyTheme, Seq), PageError> {
    let (plan, code) = (known_code(plan)?, known_code(code)?);
    staff_only(visit)?;
    let (item, _) = visit.app.item(&plan, &code, app::read::Asked::default()).await?;
    let theme = item.theme.ok_or_else(|| PageError::not_found().in_lang(visit.lang))?;
    if !may(visit, &plan) {
        return Err(visit.forbidden(Action::SuperviseItem));
    }
    Ok((plan, code, theme, item.version))
}

fn edit_sheet(
    visit: &Visit,
    portfolio: &Portfolio,
    (plan, code): (&Code, &Code),
    theme: &MonthlyTheme,
    version: Seq,
) -> Sheet {
    let here = format!("/p/{plan}/requests/themes");
    let mut form = Sheet::new(format!("{here}/{code}/edit"), here, visit.t("theme-save"))
        .hidden("version", version.to_string());
    form.intro = visit.t("theme-edit-lead").into_owned();
    form.group(visit.t("theme-group-told"), told_fields(visit, portfolio, theme))
}

pub async fn edit(visit: Visit, Path((plan, code)): Path<(String, String)>) -> Result<Response, PageError> {
    let (plan, code, theme, version) = opened(&visit, &plan, &code).await?;
    let portfolio = visit.app.portfolio(&plan, app::read::Asked::default()).await?;
    let form = edit_sheet(&visit, &portfolio, (&plan, &code), &theme, version);
    form_page(&visit, StatusCode::OK, visit.t("theme-edit"), form)
}

pub async fn tell(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let (plan, code, theme, version) = opened(&visit, &plan, &code).await?;
    let portfolio = visit.app.portfolio(&plan, app::read::Asked::default()).await?;
    let seen = crate::editor::change::seen(&typed);
    let mut form = edit_sheet(&visit, &portfolio, (&plan, &code), &theme, version);
    form.refill(&typed);
    let again = |form: Sheet, status| form_page(&visit, status, visit.t("theme-edit"), form);
    let Some(theme) = told(&visit, &typed, &mut form) else {
        return again(form, StatusCode::UNPROCESSABLE_ENTITY);
    };
    match visit.app.tell_theme(&visit.actor, &plan, (&code, seen), theme, source(&visit)).await {
        Ok(_) => Ok(Redirect::to(&format!("/p/{plan}/requests/themes")).into_response()),
        Err(error) => {
            let refusals = refused(error)?;
            if is_conflict(&refusals) {
                form.renew("version", &version.to_string());
            }
            faults(&visit, &mut form, &refusals);
            again(form, refused_status(&refusals))
        }
    }
}
