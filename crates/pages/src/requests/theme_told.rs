//! The themes of months as everybody reads them: which matter was taken up, by whom, to what end, and what the
//! requests say month by month.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::item::goal::hundredths;
use domain::item::theme::ThemeMonth;
use domain::item::workflow::Standing;
use domain::item::{Item, Target as Thing};
use domain::policy::Action;
use domain::portfolio::Portfolio;
use domain::request::public::SMALL;

use super::choices::{category_name, unit_name};
use super::themes::tenths;
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::comma;

/// A theme as lists show it.
pub(super) struct Line {
    pub code: String,
    pub month: String,
    pub name: String,
    pub unit: String,
    pub categories: String,
    pub state: &'static str,
    pub state_name: String,
    pub shown: bool,
}

/// How far it is, in a word that everybody understands.
fn standing(visit: &Visit, item: &Item) -> (&'static str, String) {
    let (class, key) = match item.state.standing() {
        Standing::Done => ("done", "theme-standing-done"),
        Standing::Withdrawn => ("withdrawn", "theme-standing-withdrawn"),
        _ => ("running", "theme-standing-open"),
    };
    (class, visit.t(key).into_owned())
}

fn categories(visit: &Visit, portfolio: &Portfolio, codes: &[Code]) -> String {
    let names: Vec<String> =
        codes.iter().map(|code| category_name(portfolio, Some(code), visit.lang)).collect();
    names.join(comma(visit.lang))
}

pub(super) fn line(visit: &Visit, portfolio: &Portfolio, item: &Item) -> Option<Line> {
    let theme = item.theme.as_ref()?;
    let (state, state_name) = standing(visit, item);
    Some(Line {
        code: item.code.to_string(),
        month: theme.month.strftime("%Y-%m").to_string(),
        name: item.name.get(visit.lang.is_english()).to_owned(),
        unit: unit_name(portfolio, item.lead_unit.as_ref(), visit.lang),
        categories: categories(visit, portfolio, &theme.categories),
        state,
        state_name,
        shown: theme.shown,
    })
}

#[derive(Template)]
#[template(path = "requests/themes_public.html")]
struct ListPage {
    page: Page,
    lines: Vec<Line>,
    may_see_all: bool,
}

pub async fn list(visit: Visit, Path(plan): Path<String>) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let portfolio = visit.app.portfolio(&plan, app::read::Asked::default()).await?;
    let items = visit.app.public_themes(&plan).await?;
    let shown = ListPage {
        lines: items.iter().filter_map(|item| line(&visit, &portfolio, item)).collect(),
        may_see_all: visit.actor.may_somewhere(Action::ReadStaff),
        page: visit.page(visit.t("themes-public-title")),
    };
    render(StatusCode::OK, &shown)
}

struct Month {
    label: String,
    requests: String,
    length: u32,
    solved: String,
    own: bool,
}

#[derive(Template)]
#[template(path = "requests/theme.html")]
struct ThemePage {
    page: Page,
    line: Line,
    about: String,
    measures: String,
    done: String,
    goal: String,
    result: String,
    months: Vec<Month>,
    projects: Vec<(String, String)>,
    tasks: String,
    list: String,
    item: String,
}

fn month(visit: &Visit, it: &ThemeMonth, most: u32, own: bool) -> Month {
    // What few people stand behind is not told.
    let few = u64::from(it.requests) < SMALL && it.requests > 0;
    let judged = u64::from(it.judged) >= SMALL;
    Month {
        label: it.month.strftime("%Y-%m").to_string(),
        requests: if few {
            visit.tw("theme-few", &[("small", &SMALL.to_string())])
        } else {
            it.requests.to_string()
        },
        length: if few { 0 } else { it.requests.saturating_mul(100) / most.max(1) },
        solved: it.share().filter(|_| judged).map_or_else(String::new, |share| {
            let args = [("share", tenths(share)), ("of", it.judged.to_string())];
            let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
            visit.tw("theme-solved-of", &args)
        }),
        own,
    }
}

/// What became of it: the month before its own beside the last one measured.
fn result(visit: &Visit, item: &Item, months: &[ThemeMonth]) -> String {
    let Some(theme) = &item.theme else { return String::new() };
    let before = months.iter().rfind(|it| it.month < theme.month);
    let last = months.iter().rfind(|it| it.month >= theme.month);
    let (Some(before), Some(last)) = (before, last) else { return String::new() };
    if u64::from(before.requests.min(last.requests)) < SMALL {
        return String::new();
    }
    let args = [
        ("before", before.requests.to_string()),
        ("from", before.month.strftime("%Y-%m").to_string()),
        ("now", last.requests.to_string()),
        ("to", last.month.strftime("%Y-%m").to_string()),
    ];
    let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
    visit.tw("theme-result", &args)
}

pub async fn show(visit: Visit, Path((plan, code)): Path<(String, String)>) -> Result<Response, PageError> {
    let (plan, code) = (known_code(&plan)?, known_code(&code)?);
    let (portfolio, english) =
        (visit.app.portfolio(&plan, app::read::Asked::default()).await?, visit.lang.is_english());
    let staff = visit.actor.may_somewhere(Action::ReadStaff);
    let items = if staff {
        visit.app.themes(&plan, app::read::Asked::default()).await?
    } else {
        visit.app.public_themes(&plan).await?
    };
    let missing = || PageError::not_found().in_lang(visit.lang);
    let item = items.into_iter().find(|item| item.code == code).ok_or_else(missing)?;
    let (Some(theme), Some(line)) = (item.theme.clone(), line(&visit, &portfolio, &item)) else {
        return Err(missing());
    };
    let figures = visit.app.theme_figures(&plan, &item).await?;
    let most = figures.iter().map(|it| it.requests).max().unwrap_or(0);
    let page = visit.page(line.name.clone());
    let projects = item.links.iter().filter_map(|(_, to)| match to {
        Thing::Project(code) => {
            let project = portfolio.project(code.as_str())?;
            Some((project.name.get(english).to_owned(), page.link(&format!("/projects/{code}"))))
        }
        _ => None,
    });
    let follow = visit.app.links_to(&plan, &Thing::Item(code.clone())).await?;
    let shown = ThemePage {
        about: theme.about.get(english).to_owned(),
        measures: theme.measures.get(english).to_owned(),
        done: theme.done.get(english).to_owned(),
        goal: item.goal.as_ref().map_or_else(String::new, |goal| {
            visit.tw(
                "goal-said",
                &[
                    ("baseline", &hundredths(goal.baseline)),
                    ("target", &hundredths(goal.target)),
                    ("weeks", &goal.weeks.to_string()),
                ],
            )
        }),
        result: result(&visit, &item, &figures),
        months: figures.iter().map(|it| month(&visit, it, most, it.month == theme.month)).collect(),
        projects: projects.collect(),
        tasks: match follow.len() {
            0 => String::new(),
            count => visit.tw("theme-tasks", &[("count", &count.to_string())]),
        },
        list: theme
            .categories
            .first()
            .map_or_else(String::new, |code| page.link(&format!("/voices?category={code}"))),
        item: if staff { page.link(&format!("/items/{code}")) } else { String::new() },
        line,
        page,
    };
    render(StatusCode::OK, &shown)
}
