//! Figures: each number beside the published one, and the records it stands on.

use std::sync::Arc;

use app::AppError;
use app::place::coverage::{CoverageAsked, Way};
use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Html;
use axum::routing::get;
use domain::code::Code;
use domain::figure::{Figure, FigureDefinition, Row};
use domain::portfolio::Portfolio;
use domain::source::Grade;
use domain::statement::Fault;
use rust_decimal::Decimal;
use words::Lang;

use crate::PagesState;
use crate::error::{PageError, render};
use crate::ledger::paper::PaperLine;
use crate::overview::plan_code;
use crate::page::Page;
use crate::survey::behind::{CitedLine, OwnLines, cited_line, own_lines};
use crate::visitor::Visitor;
use crate::words_of;

pub(crate) fn routes() -> Router<PagesState> {
    Router::new().route("/p/{plan}/figures", get(list)).route("/p/{plan}/figures/{id}", get(one))
}

/// A sum that does not close, in words.
pub(crate) fn fault_text(lang: Lang, fault: &Fault) -> String {
    let count = fault.projects().len().to_string();
    let mut args = vec![("count", count.as_str())];
    let (declared, counted);
    if let Fault::Declared { declared: d, counted: c } = fault {
        (declared, counted) = (d.to_string(), c.to_string());
        args.extend([("declared", declared.as_str()), ("counted", counted.as_str())]);
    }
    words::with(lang, &format!("fault-{}", fault.key()), &args)
}

struct Line {
    id: String,
    label: String,
    unit: String,
    value: Option<String>,
    published: String,
    verdict: Verdict,
    records: usize,
}

/// How a computed value stands beside the published one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Agrees,
    Differs,
    /// Nothing was published by that day.
    Alone,
    /// The register it counts is not kept yet.
    NotRecorded,
}

impl Verdict {
    fn of(value: Option<Decimal>, published: Option<Decimal>) -> Self {
        match (value, published) {
            (None, _) => Self::NotRecorded,
            (Some(_), None) => Self::Alone,
            (Some(value), Some(published)) if value == published => Self::Agrees,
            _ => Self::Differs,
        }
    }

    fn key(self) -> &'static str {
        match self {
            Self::Agrees => "figure-agrees",
            Self::Differs => "figure-differs",
            Self::Alone => "figure-alone",
            Self::NotRecorded => "statement-not-recorded",
        }
    }

    fn class(self) -> &'static str {
        match self {
            Self::Agrees => "good",
            Self::Differs => "warn",
            Self::Alone | Self::NotRecorded => "calm",
        }
    }
}

struct Group {
    name: String,
    lines: Vec<Line>,
}

struct FaultLine {
    text: String,
    projects: Vec<String>,
}

#[derive(Template)]
#[template(path = "figures/list.html")]
struct ListPage {
    page: Page,
    groups: Vec<Group>,
    faults: Vec<FaultLine>,
    /// For those who work on the plan.
    papers: Vec<PaperLine>,
    agree: usize,
    differ: usize,
    alone: usize,
    open: usize,
}

fn shown(value: Option<Decimal>) -> Option<String> {
    value.map(words_of::number)
}

async fn list(
    State(state): State<PagesState>,
    visitor: Visitor,
    Path(plan): Path<String>,
) -> Result<Html<String>, PageError> {
    let plan = plan_code(&plan, &visitor)?;
    visitor.portfolio(&state, &plan).await?;
    let (portfolio, statement) =
        state.app.statement(&plan, visitor.asked).await.map_err(|e| visitor.fail(e))?;
    let (lang, english) = (visitor.lang, visitor.english());
    let mut groups: Vec<(Code, Group)> = Vec::new();
    for (figure, definition) in statement.figures.iter().zip(&portfolio.plan.figures) {
        let line = Line {
            id: figure.id.to_string(),
            label: definition.label.get(english).to_owned(),
            unit: definition.unit.get(english).to_owned(),
            value: shown(figure.value),
            published: shown(figure.published).unwrap_or_default(),
            verdict: Verdict::of(figure.value, figure.published),
            records: figure.records(),
        };
        match groups.iter_mut().find(|(code, _)| *code == definition.group) {
            Some((_, group)) => group.lines.push(line),
            None => {
                let name = group_name(&portfolio, &definition.group, lang);
                groups.push((definition.group.clone(), Group { name, lines: vec![line] }));
            }
        }
    }
    let faults = statement
        .faults
        .iter()
        .map(|fault| FaultLine {
            text: fault_text(lang, fault),
            projects: fault.projects().iter().take(200).map(ToString::to_string).collect(),
        })
        .collect();
    let title = words::text(lang, "nav-figures").into_owned();
    let page = visitor.page(&state, Some(&plan), title).await?;
    let count = |wanted: Verdict| {
        statement.figures.iter().filter(|f| Verdict::of(f.value, f.published) == wanted).count()
    };
    render(&ListPage {
        papers: if page.may_work { vec![PaperLine::statement(&page)] } else { Vec::new() },
        page,
        agree: count(Verdict::Agrees),
        differ: count(Verdict::Differs),
        alone: count(Verdict::Alone),
        open: count(Verdict::NotRecorded),
        groups: groups.into_iter().map(|(_, group)| group).collect(),
        faults,
    })
}

/// A group of figures is a sector of the plan, or one of the program's own fields of work.
fn group_name(portfolio: &Portfolio, group: &Code, lang: Lang) -> String {
    match portfolio.plan.sector(group.as_str()) {
        Some(sector) => sector.name.get(lang.is_english()).to_owned(),
        None => words_of::word(lang, "group", group.as_str()),
    }
}

struct RowLine {
    indent: bool,
    address: String,
    code: String,
    name: String,
    grade: Option<Grade>,
    quantity: String,
}

#[derive(Template)]
#[template(path = "figures/one.html")]
struct OnePage {
    page: Page,
    id: String,
    unit: String,
    value: Option<String>,
    published: Option<String>,
    rule: String,
    rows: Vec<RowLine>,
    records: usize,
    /// Rows that are made up for the demonstration.
    illustrative: usize,
    worked: Option<Worked>,
    /// Waves of others that it stands on.
    cited: Vec<CitedLine>,
    /// What the plan's own waves say of the same.
    own: OwnLines,
}

/// What coverage says beside a figure: sentences, and whether data are made up.
struct Worked {
    said: Vec<String>,
    illustrative: bool,
    straight: bool,
}

/// How many communities have all services of a figure in reach, where it names any.
async fn worked(
    state: &PagesState,
    visitor: &Visitor,
    portfolio: &Arc<Portfolio>,
    definition: &FigureDefinition,
) -> Result<Option<Worked>, PageError> {
    if definition.services.is_empty() {
        return Ok(None);
    }
    let (lang, plan) = (visitor.lang, &portfolio.plan);
    let found = state.app.coverage(portfolio, CoverageAsked::default()).await;
    let Some(coverage) = found.map_err(|e| visitor.fail(e))? else {
        let said = vec![words::text(lang, "figure-worked-nothing").into_owned()];
        return Ok(Some(Worked { said, illustrative: false, straight: false }));
    };
    let count = coverage.communities_with(definition.services.iter());
    let all = count.covered + count.not_covered + count.unknown;
    let services = definition.services.len();
    let [all_text, covered, not_covered, unknown, services] =
        [all, count.covered, count.not_covered, count.unknown, services].map(|it| it.to_string());
    let mut said = vec![words::with(
        lang,
        "figure-worked",
        &[
            ("all", &all_text),
            ("covered", &covered),
            ("not_covered", &not_covered),
            ("unknown", &unknown),
            ("services", &services),
        ],
    )];
    // A share of what is not known of all is none.
    if count.unknown == 0 && all > 0 {
        let share = Decimal::from(count.covered) * Decimal::from(100) / Decimal::from(all);
        let share = format!("{}%", share.round_dp(1).normalize());
        said.push(words::with(lang, "figure-worked-share", &[("share", &share)]));
    }
    let known = |kind: &&Code| coverage.kind(kind.as_str()).is_some_and(|held| !held.rules.is_empty());
    let missing: Vec<&str> = definition
        .services
        .iter()
        .filter(|kind| !known(kind))
        .map(|kind| {
            plan.facility_kind(kind.as_str()).map_or(kind.as_str(), |held| held.name.get(visitor.english()))
        })
        .collect();
    if !missing.is_empty() {
        let kinds = missing.join(&words::text(lang, "import-list-comma"));
        said.push(words::with(lang, "figure-worked-missing", &[("kinds", &kinds)]));
    }
    Ok(Some(Worked {
        said,
        illustrative: app::place::is_illustrative(portfolio, &app::place::COVERED),
        straight: coverage.way == Way::Straight,
    }))
}

async fn one(
    State(state): State<PagesState>,
    visitor: Visitor,
    Path((plan, id)): Path<(String, String)>,
) -> Result<Html<String>, PageError> {
    let plan = plan_code(&plan, &visitor)?;
    visitor.portfolio(&state, &plan).await?;
    let (portfolio, statement) =
        state.app.statement(&plan, visitor.asked).await.map_err(|e| visitor.fail(e))?;
    let found = statement.figures.iter().zip(&portfolio.plan.figures).find(|(f, _)| f.id.as_str() == id);
    let (figure, definition) = found.ok_or_else(|| PageError::not_found().in_lang(visitor.lang))?;
    let title = definition.label.get(visitor.english()).to_owned();
    let worked = worked(&state, &visitor, &portfolio, definition).await?;
    let page = visitor.page(&state, Some(&plan), title).await?;
    let (cited, own) = surveys(&state, &page, &portfolio, figure).await.map_err(|e| visitor.fail(e))?;
    let shown = compose(page, &portfolio, figure, definition, visitor.english());
    render(&OnePage { worked, cited, own, ..shown })
}

/// The surveys that a figure stands on, and what the plan's own say of the same.
async fn surveys(
    state: &PagesState,
    page: &Page,
    portfolio: &Portfolio,
    figure: &Figure,
) -> Result<(Vec<CitedLine>, OwnLines), AppError> {
    let (mut cited, mut own) = (Vec::new(), OwnLines::default());
    for row in &figure.rows {
        let Row::Observation { indicator, key, .. } = row else { continue };
        let wave = portfolio.wave_of(indicator, key);
        let held = wave.and_then(|wave| portfolio.plan.cited_wave(wave.as_str()));
        cited.extend(held.map(|held| cited_line(page, held)));
        if let Some(indicator) = portfolio.indicator(indicator) {
            own.0.extend(own_lines(&state.app, page, portfolio, indicator).await?.0);
        }
    }
    Ok((cited, own))
}

fn compose(
    page: Page,
    portfolio: &Portfolio,
    figure: &Figure,
    definition: &FigureDefinition,
    english: bool,
) -> OnePage {
    let mut rows = Vec::new();
    let project = |code: &Code, quantity: String, indent: bool| RowLine {
        indent,
        address: page.link(&format!("/projects/{code}")),
        code: code.to_string(),
        name: portfolio.project(code.as_str()).map_or(String::new(), |p| p.name.get(english).to_owned()),
        grade: portfolio.project(code.as_str()).map(|p| p.grade),
        quantity,
    };
    for row in &figure.rows {
        match row {
            Row::Project { code, quantity } => {
                rows.push(project(code, words_of::number(*quantity), false));
            }
            Row::Group { group, members, quantity } => {
                let held = portfolio.plan.output_groups.iter().find(|(g, ..)| g.group == *group);
                rows.push(RowLine {
                    indent: false,
                    address: String::new(),
                    code: group.to_string(),
                    name: held.map_or(String::new(), |(g, ..)| g.name.get(english).to_owned()),
                    grade: held.map(|(_, grade, _)| *grade),
                    quantity: words_of::number(*quantity),
                });
                rows.extend(members.iter().map(|member| project(member, String::new(), true)));
            }
            Row::Sector { code, projects } => rows.push(RowLine {
                indent: false,
                address: page.link(&format!("/projects?sector={code}")),
                code: code.to_string(),
                name: portfolio
                    .plan
                    .sector(code.as_str())
                    .map_or(String::new(), |s| s.name.get(english).to_owned()),
                grade: None,
                quantity: projects.to_string(),
            }),
            Row::Observation { indicator, key, on, value } => {
                let held = portfolio.indicators.iter().find(|i| i.code.as_ref() == Some(indicator));
                rows.push(RowLine {
                    indent: false,
                    address: page.link(&format!("/indicators/{indicator}")),
                    code: format!("{indicator} · {key}"),
                    name: format!(
                        "{} · {}",
                        held.and_then(|i| i.name.as_ref()).map_or("", |name| name.get(english)),
                        page.day(on)
                    ),
                    grade: held.and_then(|i| {
                        i.observation(key)
                            .into_iter()
                            .chain(&i.baseline)
                            .find(|o| o.key == *key)
                            .map(|o| o.grade)
                    }),
                    quantity: words_of::number(*value),
                });
            }
            Row::Item { code, name, grade, quantity, .. } => rows.push(RowLine {
                indent: false,
                address: page.link(&format!("/items/{code}")),
                code: code.to_string(),
                name: name.get(english).to_owned(),
                grade: Some(*grade),
                quantity: words_of::number(*quantity),
            }),
        }
    }
    OnePage {
        id: definition.id.to_string(),
        unit: definition.unit.get(english).to_owned(),
        value: shown(figure.value),
        published: shown(figure.published),
        rule: definition.rule.get(english).to_owned(),
        illustrative: rows.iter().filter(|row| row.grade == Some(Grade::Illustrative)).count(),
        rows,
        records: figure.records(),
        worked: None,
        cited: Vec::new(),
        own: OwnLines::default(),
        page,
    }
}
