//! Figures: each number beside the published one, and the records it stands on.

use app::read::Asked;
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
use crate::overview::plan_code;
use crate::page::Page;
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
    differs: bool,
    records: usize,
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
            differs: matches!((figure.value, figure.published), (Some(a), Some(b)) if a != b),
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
    render(&ListPage { page, groups: groups.into_iter().map(|(_, group)| group).collect(), faults })
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
}

async fn one(
    State(state): State<PagesState>,
    visitor: Visitor,
    Path((plan, id)): Path<(String, String)>,
) -> Result<Html<String>, PageError> {
    let plan = plan_code(&plan, &visitor)?;
    let asked: Asked = visitor.asked;
    let (portfolio, statement) = state.app.statement(&plan, asked).await.map_err(|e| visitor.fail(e))?;
    let found = statement.figures.iter().zip(&portfolio.plan.figures).find(|(f, _)| f.id.as_str() == id);
    let (figure, definition) = found.ok_or_else(|| PageError::not_found().in_lang(visitor.lang))?;
    let title = definition.label.get(visitor.english()).to_owned();
    let page = visitor.page(&state, Some(&plan), title).await?;
    render(&compose(page, &portfolio, figure, definition, visitor.english()))
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
                        i.observations.iter().chain(&i.baseline).find(|o| o.key == *key).map(|o| o.grade)
                    }),
                    quantity: words_of::number(*value),
                });
            }
        }
    }
    OnePage {
        id: definition.id.to_string(),
        unit: definition.unit.get(english).to_owned(),
        value: shown(figure.value),
        published: shown(figure.published),
        rule: definition.rule.get(english).to_owned(),
        rows,
        records: figure.records(),
        page,
    }
}
