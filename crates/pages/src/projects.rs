//! The list of projects: filtered, sorted, searched; the address is the whole state.

use std::collections::BTreeSet;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Html;
use axum::routing::get;
use domain::code::Code;
use domain::figure::{Horizon, Standing};
use domain::milestone::step;
use domain::named::Named;
use domain::portfolio::Portfolio;
use domain::project::{Phase, Project};
use domain::source::Grade;
use serde::{Deserialize, Serialize};
use words::Lang;

use crate::PagesState;
use crate::error::{PageError, render};
use crate::ledger::paper::PaperLine;
use crate::overview::plan_code;
use crate::page::Page;
use crate::pager::Pager;
use crate::visitor::Visitor;
use crate::words_of;

pub(crate) fn routes() -> Router<PagesState> {
    Router::new().route("/p/{plan}/projects", get(list))
}

const PAGE_SIZE: usize = 50;

/// The wanted list, as the address says it. A phase, standing, grade or year that there is not does not
/// narrow it; a sector, unit or area that there is not leaves nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
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
    /// `yes`: only those later than first promised.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub late: String,
    /// `yes`: only those not yet completed.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub open: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub sort: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub page: String,
}

impl ListQuery {
    /// What is to be completed or come into use in a year and is not yet complete.
    pub(crate) fn still_due(year: i16) -> Self {
        Self { due: year.to_string(), open: "yes".to_owned(), ..Self::default() }
    }

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
            ("open", &self.open),
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

/// Small letters, and the wide forms of letters, digits and signs as narrow ones: what is typed with a
/// Chinese keyboard finds what was written with another.
pub(crate) fn folded(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        c => c,
    };
    text.chars().map(narrow).flat_map(char::to_lowercase).collect()
}

/// Whether the words typed are all found in what the project is called. Chinese needs no spaces: each
/// run of characters between spaces is looked for as it stands.
fn matches_words(project: &Project, query: &str) -> bool {
    let text = [project.name.zh.as_str(), project.name.en.as_str(), project.code.as_str(), &project.address]
        .into_iter()
        .chain(project.aliases.iter().map(String::as_str))
        .collect::<Vec<_>>()
        .join("\n");
    let text = folded(&text);
    folded(query).split_whitespace().all(|word| text.contains(word))
}

/// The projects the query asks for, in its order.
pub(crate) fn select<'a>(portfolio: &'a Portfolio, query: &ListQuery) -> Vec<&'a Project> {
    let as_of = portfolio.view.as_of;
    let horizon = Horizon::YearEnd.day(as_of);
    let phase = Phase::parse(&query.phase);
    let standing = standing(&query.standing);
    let grade = Grade::parse(&query.grade);
    let year: Option<i16> = query.due.parse().ok();
    let is = |held: &Option<Code>, wanted: &str| {
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
        .filter(|p| query.open != "yes" || !p.is_completed())
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
    start: StepDate,
    completion: StepDate,
    slip: Option<i32>,
}

/// When a step was done, is expected, or was to be done.
struct StepDate {
    text: String,
    done: bool,
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
    /// `ascending` or `descending` where the list is sorted by it.
    sorted: Option<&'static str>,
    numeric: bool,
}

/// A condition that narrows the list, and the address of the list without it.
struct Condition {
    label: String,
    without: String,
}

#[derive(Template)]
#[template(path = "projects/page.html")]
struct ListPage {
    page: Page,
    query: ListQuery,
    lines: Vec<Line>,
    pager: Pager,
    sectors: Vec<Choice>,
    phases: Vec<Choice>,
    standings: Vec<Choice>,
    units: Vec<Choice>,
    areas: Vec<Choice>,
    campaigns: Vec<Choice>,
    grades: Vec<Choice>,
    years: Vec<Choice>,
    sorts: Vec<Choice>,
    columns: Vec<Column>,
    conditions: Vec<Condition>,
    /// The conditions, for the same list as a file.
    files: String,
    /// For those who work on the plan.
    papers: Vec<PaperLine>,
    /// Whether any of the conditions that are folded away is set.
    unfolded: bool,
    may_add: bool,
}

async fn list(
    State(state): State<PagesState>,
    visitor: Visitor,
    Path(plan): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Html<String>, PageError> {
    let plan = plan_code(&plan, &visitor)?;
    let portfolio = visitor.portfolio(&state, &plan).await?;
    let title = words::text(visitor.lang, "nav-projects").into_owned();
    let page = visitor.page(&state, Some(&plan), title).await?;
    let may_add = visitor.actor.may_somewhere(domain::policy::Action::ManageProjects);
    render(&compose(page, &portfolio, query, visitor.lang, may_add))
}

fn compose(page: Page, portfolio: &Portfolio, query: ListQuery, lang: Lang, may_add: bool) -> ListPage {
    let found = select(portfolio, &query);
    let base = page.link("/projects");
    let address = |query: String| match (query.is_empty(), base.contains('?')) {
        (true, _) => base.clone(),
        (false, true) => format!("{base}&{query}"),
        (false, false) => format!("{base}?{query}"),
    };
    let to_page = |number: usize| address(query.with("page", &number.to_string()));
    let pager = Pager::of(&query.page, found.len(), PAGE_SIZE, to_page);
    let lines = pager.part(&found).iter().map(|project| line(portfolio, project, lang)).collect();
    let column = |key: &str, sort: &str, numeric: bool| Column {
        label: words::text(lang, key).into_owned(),
        address: if sort.is_empty() { String::new() } else { address(query.with("sort", sort)) },
        sorted: (!sort.is_empty() && query.sort == sort).then_some(if sort == "slip" {
            "descending"
        } else {
            "ascending"
        }),
        numeric,
    };
    let word = |list: &str, value: &str| words_of::word(lang, list, value);
    let choices = |values: &mut dyn Iterator<Item = (String, String)>, chosen: &str| -> Vec<Choice> {
        values.map(|(value, label)| Choice { chosen: value == chosen, value, label }).collect()
    };
    let named = |code: &Code, name: &Named| (code.to_string(), name.get(lang.is_english()).to_owned());
    let used: BTreeSet<&Code> =
        portfolio.projects.iter().filter_map(|project| project.lead_unit.as_ref()).collect();
    let years = portfolio.plan.period.map_or(2018..=2020, |(from, to)| from.year()..=to.year() + 6);
    let plan = &portfolio.plan;
    let sectors = choices(&mut plan.sectors.iter().map(|s| named(&s.code, &s.name)), &query.sector);
    let campaigns = choices(&mut plan.campaigns.iter().map(|c| named(&c.code, &c.name)), &query.campaign);
    let units = portfolio.units.values().filter(|unit| used.contains(&unit.code));
    let units = choices(&mut units.map(|u| named(&u.code, &u.name)), &query.unit);
    let areas = choices(&mut portfolio.areas.values().map(|a| named(&a.code, &a.name)), &query.area);
    let phases = Phase::ALL.iter().map(|p| (p.as_str().to_owned(), word("phase", p.as_str())));
    let phases = choices(&mut phases.into_iter(), &query.phase);
    let standings = STANDINGS.iter().map(|s| ((*s).to_owned(), word("standing", s)));
    let standings = choices(&mut standings.into_iter(), &query.standing);
    let grades = Grade::ALL.iter().map(|g| (g.as_str().to_owned(), word("grade", g.as_str())));
    let grades = choices(&mut grades.into_iter(), &query.grade);
    let years = choices(&mut years.map(|y| (y.to_string(), y.to_string())), &query.due);
    let sorts = SORTS.iter().map(|(sort, key)| ((*sort).to_owned(), words::text(lang, key).into_owned()));
    let sorts = choices(&mut sorts.into_iter(), &query.sort);

    let mut conditions = Vec::new();
    let mut condition = |name: &str, value: &str, label: String| {
        if !value.is_empty() {
            conditions.push(Condition { label, without: address(query.with(name, "")) });
        }
    };
    condition("q", &query.q, format!("“{}”", query.q.trim()));
    for (name, value, list) in [
        ("sector", &query.sector, &sectors),
        ("phase", &query.phase, &phases),
        ("standing", &query.standing, &standings),
        ("unit", &query.unit, &units),
        ("area", &query.area, &areas),
        ("campaign", &query.campaign, &campaigns),
        ("grade", &query.grade, &grades),
    ] {
        let chosen = list.iter().find(|choice| choice.chosen);
        condition(name, value, chosen.map_or_else(|| value.clone(), |choice| choice.label.clone()));
    }
    condition("due", &query.due, words::with(lang, "filter-due-in", &[("year", &query.due)]));
    condition("late", &query.late, words::text(lang, "filter-late").into_owned());
    condition("open", &query.open, words::text(lang, "filter-open").into_owned());
    ListPage {
        pager,
        lines,
        sectors,
        phases,
        standings,
        units,
        areas,
        campaigns,
        grades,
        years,
        sorts,
        columns: vec![
            column("head-project", "name", false),
            column("head-phase", "", false),
            column("head-sector", "", false),
            column("head-lead-unit", "", false),
            column("head-start", "start", false),
            column("head-completion", "completion", false),
            column("head-slip", "slip", true),
        ],
        conditions,
        unfolded: [
            &query.standing,
            &query.unit,
            &query.campaign,
            &query.grade,
            &query.due,
            &query.late,
            &query.open,
        ]
        .iter()
        .any(|text| !text.is_empty()),
        may_add,
        files: query.with("list", "yes"),
        papers: if page.may_work {
            vec![PaperLine::timetable(&page, &query.with("page", ""))]
        } else {
            Vec::new()
        },
        query,
        page,
    }
}

const STANDINGS: [&str; 7] = ["started", "completed", "in_use", "under_way", "to_start", "later", "due"];
const SORTS: [(&str, &str); 5] = [
    ("", "sort-code"),
    ("name", "sort-name"),
    ("start", "sort-start"),
    ("completion", "sort-completion"),
    ("slip", "sort-slip"),
];

fn line(portfolio: &Portfolio, project: &Project, lang: Lang) -> Line {
    let english = lang.is_english();
    let date = |wanted: &str| {
        let done = project.reached(wanted);
        let date = done.or_else(|| project.expected(wanted));
        let text = date.map_or(String::new(), |date| {
            let text = words_of::planned(lang, date);
            let key = if date.last() < portfolio.view.as_of { "date-was-due" } else { "date-expected" };
            if done.is_some() { text } else { words::with(lang, key, &[("date", &text)]) }
        });
        StepDate { text, done: done.is_some() }
    };
    let sector = project.sector.as_ref().and_then(|code| portfolio.plan.sector(code.as_str()));
    let unit = project.lead_unit.as_ref().and_then(|code| portfolio.units.get(code));
    Line {
        code: project.code.to_string(),
        name: project.name.get(english).to_owned(),
        sector: sector.map_or(String::new(), |sector| sector.name.get(english).to_owned()),
        unit: unit.map_or(String::new(), |unit| unit.name.get(english).to_owned()),
        grade: project.grade,
        phase: project.phase(),
        start: date(step::START),
        completion: date(step::COMPLETION),
        slip: project.worst_slip(portfolio.view.as_of).map(|(_, days)| days),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_letters_find_narrow_ones() {
        assert_eq!(folded("ＴＢＤ再生水厂（一期）　A"), "tbd再生水厂(一期) a");
    }

    #[test]
    fn a_condition_changed_goes_back_to_the_first_page() {
        let query =
            ListQuery {
                q: "学校 a&b".into(), page: "3".into(), sort: "slip".into(), ..ListQuery::default()
            };
        assert_eq!(
            query.with("sector", "education"),
            "q=%E5%AD%A6%E6%A0%A1%20a%26b&sort=slip&sector=education"
        );
        assert_eq!(query.with("q", ""), "sort=slip");
    }
}
