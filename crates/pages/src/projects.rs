//! The list of projects: filtered, sorted, searched; the address is the whole state.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Html;
use axum::routing::get;
use domain::figure::{Horizon, Standing};
use domain::milestone::step;
use domain::portfolio::Portfolio;
use domain::project::{Phase, Project};
use domain::source::Grade;
use serde::{Deserialize, Serialize};
use words::Lang;

use crate::PagesState;
use crate::error::{PageError, render};
use crate::overview::plan_code;
use crate::page::Page;
use crate::visitor::Visitor;
use crate::words_of;

pub(crate) fn routes() -> Router<PagesState> {
    Router::new().route("/p/{plan}/projects", get(list))
}

const PAGE_SIZE: usize = 50;

/// The wanted list, as the address says it; unknown values simply do not narrow it.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct ListQuery {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub q: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub sector: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub phase: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub standing: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub unit: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub area: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub campaign: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub grade: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub due: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub late: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub sort: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub page: String,
}

impl ListQuery {
    /// The query text with one value changed, going back to the first page.
    fn with(&self, name: &str, value: &str) -> String {
        let pairs = [
            ("q", &self.q),
            ("sector", &self.sector),
            ("phase", &self.phase),
            ("standing", &self.standing),
            ("unit", &self.unit),
            ("area", &self.area),
            ("campaign", &self.campaign),
            ("grade", &self.grade),
            ("due", &self.due),
            ("late", &self.late),
            ("sort", &self.sort),
        ];
        let mut out: Vec<String> = pairs
            .iter()
            .filter(|(held, text)| *held != name && !text.is_empty())
            .map(|(held, text)| format!("{held}={}", words_of::encode(text)))
            .collect();
        if !value.is_empty() {
            out.push(format!("{name}={}", words_of::encode(value)));
        }
        out.join("&")
    }
}

fn standing(text: &str) -> Option<Standing> {
    Some(match text {
        "started" => Standing::Started,
        "completed" => Standing::Completed,
        "in_use" => Standing::InUse,
        "under_way" => Standing::UnderWay,
        "to_start" => Standing::ToStart,
        "later" => Standing::Later,
        "due" => Standing::Due,
        _ => return None,
    })
}

/// Whether the words typed are all found in what the project is called. Chinese needs no spaces: each
/// run of characters between spaces is looked for as it stands.
fn matches_words(project: &Project, query: &str) -> bool {
    let text = [project.name.zh.as_str(), project.name.en.as_str(), project.code.as_str(), &project.address]
        .into_iter()
        .chain(project.aliases.iter().map(String::as_str))
        .collect::<Vec<_>>()
        .join("\n")
        .to_lowercase();
    query.to_lowercase().split_whitespace().all(|word| text.contains(word))
}

/// The projects the query asks for, in its order.
pub(crate) fn select<'a>(portfolio: &'a Portfolio, query: &ListQuery) -> Vec<&'a Project> {
    let as_of = portfolio.view.as_of;
    let horizon = Horizon::YearEnd.day(as_of);
    let phase = Phase::parse(&query.phase);
    let standing = standing(&query.standing);
    let grade = Grade::parse(&query.grade);
    let year: Option<i16> = query.due.parse().ok();
    let is = |held: &Option<domain::code::Code>, wanted: &str| {
        wanted.is_empty() || held.as_ref().is_some_and(|code| code.as_str() == wanted)
    };
    let mut out: Vec<&Project> = portfolio
        .projects
        .iter()
        .filter(|p| match phase {
            Some(phase) => p.phase() == phase,
            None => p.is_member(),
        })
        .filter(|p| standing.is_none_or(|standing| standing.holds(p, horizon)))
        .filter(|p| is(&p.sector, &query.sector) && is(&p.campaign, &query.campaign))
        .filter(|p| {
            is(&p.lead_unit, &query.unit)
                || p.supporting_units.iter().any(|(unit, _)| unit.as_str() == query.unit)
        })
        .filter(|p| query.area.is_empty() || in_area(portfolio, p, &query.area))
        .filter(|p| grade.is_none_or(|grade| p.grade == grade))
        .filter(|p| {
            year.is_none_or(|year| {
                [step::COMPLETION, step::IN_USE]
                    .iter()
                    .any(|step| p.expected(step).is_some_and(|date| date.last().year() == year))
            })
        })
        .filter(|p| query.late != "yes" || p.worst_slip(as_of).is_some_and(|(_, days)| days > 0))
        .filter(|p| query.q.trim().is_empty() || matches_words(p, &query.q))
        .collect();
    match query.sort.as_str() {
        "name" => out.sort_by(|a, b| a.name.zh.cmp(&b.name.zh)),
        "start" => out.sort_by_key(|p| p.expected(step::START).map_or(jiff::civil::Date::MAX, |d| d.last())),
        "completion" => {
            out.sort_by_key(|p| p.expected(step::COMPLETION).map_or(jiff::civil::Date::MAX, |d| d.last()));
        }
        "slip" => {
            out.sort_by_key(|p| std::cmp::Reverse(p.worst_slip(as_of).map_or(i32::MIN, |(_, days)| days)));
        }
        _ => {}
    }
    out
}

/// Whether the project lies in the area or in one below it.
pub(crate) fn in_area(portfolio: &Portfolio, project: &Project, area: &str) -> bool {
    project.areas.iter().any(|code| {
        let mut next = Some(code);
        let mut left = 8;
        while let Some(code) = next {
            if code.as_str() == area {
                return true;
            }
            left -= 1;
            next = (left > 0).then(|| portfolio.areas.get(code)).flatten().and_then(|a| a.parent.as_ref());
        }
        false
    })
}

struct Line {
    code: String,
    name: String,
    sector: String,
    unit: String,
    grade: Grade,
    phase: Phase,
    start: String,
    completion: String,
    slip: Option<i32>,
}

struct Choice {
    value: String,
    label: String,
    chosen: bool,
}

struct Column {
    label: String,
    /// The address that sorts by it; empty where it cannot.
    address: String,
    sorted: bool,
    numeric: bool,
}

#[derive(Template)]
#[template(path = "projects/page.html")]
struct ListPage {
    page: Page,
    query: ListQuery,
    lines: Vec<Line>,
    total: usize,
    from: usize,
    to: usize,
    previous: Option<String>,
    next: Option<String>,
    sectors: Vec<Choice>,
    phases: Vec<Choice>,
    units: Vec<Choice>,
    areas: Vec<Choice>,
    grades: Vec<Choice>,
    years: Vec<Choice>,
    columns: Vec<Column>,
    narrowed: Vec<(String, String)>,
    may_add: bool,
}

async fn list(
    State(state): State<PagesState>,
    visitor: Visitor,
    Path(plan): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Html<String>, PageError> {
    let plan = plan_code(&plan, &visitor)?;
    let portfolio = state.app.portfolio(&plan, visitor.asked).await.map_err(|e| visitor.fail(e))?;
    let title = words::text(visitor.lang, "nav-projects").into_owned();
    let page = visitor.page(&state, Some(&plan), title).await?;
    let may_add = visitor.actor.may_somewhere(domain::policy::Action::ManageProjects);
    render(&compose(page, &portfolio, query, visitor.lang, may_add))
}

fn compose(page: Page, portfolio: &Portfolio, query: ListQuery, lang: Lang, may_add: bool) -> ListPage {
    let english = lang.is_english();
    let as_of = portfolio.view.as_of;
    let found = select(portfolio, &query);
    let total = found.len();
    let last = total.div_ceil(PAGE_SIZE).max(1);
    let number = query.page.parse::<usize>().unwrap_or(1).clamp(1, last);
    let skip = (number - 1) * PAGE_SIZE;
    let step_date = |project: &Project, wanted: &str| {
        let text = |date| words_of::planned(lang, date);
        let done =
            if wanted == step::START { project.first_actual(wanted) } else { project.full_actual(wanted) };
        match done {
            Some(actual) => text(actual),
            None => project
                .expected(wanted)
                .map_or(String::new(), |date| words::with(lang, "date-expected", &[("date", &text(date))])),
        }
    };
    let lines = found
        .iter()
        .skip(skip)
        .take(PAGE_SIZE)
        .map(|project| Line {
            code: project.code.to_string(),
            name: project.name.get(english).to_owned(),
            sector: project
                .sector
                .as_ref()
                .and_then(|code| portfolio.plan.sector(code.as_str()))
                .map_or(String::new(), |sector| sector.name.get(english).to_owned()),
            unit: project
                .lead_unit
                .as_ref()
                .and_then(|code| portfolio.units.get(code))
                .map_or(String::new(), |unit| unit.name.get(english).to_owned()),
            grade: project.grade,
            phase: project.phase(),
            start: step_date(project, step::START),
            completion: step_date(project, step::COMPLETION),
            slip: project.worst_slip(as_of).map(|(_, days)| days),
        })
        .collect();
    let choice = |value: &str, label: String, chosen: &str| Choice {
        value: value.to_owned(),
        label,
        chosen: value == chosen,
    };
    let base = page.link("/projects");
    let address = |query: String| {
        if query.is_empty() {
            base.clone()
        } else if base.contains('?') {
            format!("{base}&{query}")
        } else {
            format!("{base}?{query}")
        }
    };
    let to_page = |number: usize| address(query.with("page", &number.to_string()));
    let column = |key: &str, sort: &str, numeric: bool| Column {
        label: words::text(lang, key).into_owned(),
        address: if sort.is_empty() { String::new() } else { address(query.with("sort", sort)) },
        sorted: !sort.is_empty() && query.sort == sort,
        numeric,
    };
    let used: Vec<&domain::code::Code> =
        portfolio.projects.iter().filter_map(|project| project.lead_unit.as_ref()).collect();
    let years = portfolio.plan.period.map_or(2018..=2020, |(from, to)| from.year()..=to.year() + 6);
    let mut narrowed = Vec::new();
    for (name, value, label) in [
        ("standing", &query.standing, words_of::word(lang, "standing", &query.standing)),
        ("late", &query.late, words::text(lang, "filter-late").into_owned()),
        ("campaign", &query.campaign, query.campaign.clone()),
    ] {
        if !value.is_empty() {
            narrowed.push((label, address(query.with(name, ""))));
        }
    }
    ListPage {
        total,
        from: if total == 0 { 0 } else { skip + 1 },
        to: (skip + PAGE_SIZE).min(total),
        previous: (number > 1).then(|| to_page(number - 1)),
        next: (number < last).then(|| to_page(number + 1)),
        lines,
        sectors: portfolio
            .plan
            .sectors
            .iter()
            .map(|s| choice(s.code.as_str(), s.name.get(english).to_owned(), &query.sector))
            .collect(),
        phases: Phase::ALL
            .iter()
            .map(|p| choice(p.as_str(), words_of::word(lang, "phase", p.as_str()), &query.phase))
            .collect(),
        units: portfolio
            .units
            .values()
            .filter(|unit| used.contains(&&unit.code))
            .map(|u| choice(u.code.as_str(), u.name.get(english).to_owned(), &query.unit))
            .collect(),
        areas: portfolio
            .areas
            .values()
            .map(|a| choice(a.code.as_str(), a.name.get(english).to_owned(), &query.area))
            .collect(),
        grades: Grade::ALL
            .iter()
            .map(|g| choice(g.as_str(), words_of::word(lang, "grade", g.as_str()), &query.grade))
            .collect(),
        years: years.map(|y| choice(&y.to_string(), y.to_string(), &query.due)).collect(),
        columns: vec![
            column("head-project", "name", false),
            column("head-phase", "", false),
            column("head-sector", "", false),
            column("head-lead-unit", "", false),
            column("head-start", "start", false),
            column("head-completion", "completion", false),
            column("head-slip", "slip", true),
        ],
        narrowed,
        may_add,
        query,
        page,
    }
}
