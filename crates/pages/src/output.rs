//! Outputs rolled up by kind and by sector or area, each number with the records that make it.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::figure::{Row, Standing};
use domain::portfolio::Portfolio;
use domain::rollup::{Ask, By, roll_up};
use jiff::civil::{Date, date};

use crate::address::with_query;
use crate::editor::field::{Choice, Control, Field, Typed};
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::number;

/// The standings that may be asked for, by their names in the address.
const STANDINGS: &[(&str, Standing)] = &[
    ("any", Standing::Any),
    ("started", Standing::Started),
    ("completed", Standing::Completed),
    ("in_use", Standing::InUse),
];

struct CellView {
    sum: String,
    link: String,
    label: String,
}

struct Line {
    name: String,
    unit: String,
    cells: Vec<Option<CellView>>,
    total: String,
}

/// A record behind a number.
struct RecordLine {
    name: String,
    quantity: String,
    /// One for a project, all members for a joint quantity.
    projects: Vec<(String, String)>,
}

struct Opened {
    title: String,
    count: String,
    records: Vec<RecordLine>,
}

#[derive(Template)]
#[template(path = "outputs/outputs.html")]
struct OutputsPage<'a> {
    page: Page,
    plan: &'a Code,
    filters: Vec<Field>,
    columns: Vec<String>,
    lines: Vec<Line>,
    opened: Option<Opened>,
}

fn years(portfolio: &Portfolio) -> std::ops::RangeInclusive<i16> {
    let (from, to) = portfolio.plan.period.unwrap_or((portfolio.view.as_of, portfolio.view.as_of));
    // Some plans run on for a while after their period.
    from.year()..=to.year().max(portfolio.view.as_of.year()).min(from.year().saturating_add(30))
}

fn filters(visit: &Visit, portfolio: &Portfolio, by: By, standing: &str, year: &str) -> Vec<Field> {
    let select = |name: &str, key: &str, choices, value: &str| {
        Field::new(visit.lang, name, key, Control::Select(choices)).value(value)
    };
    let by_choices =
        ["sector", "area"].map(|by| Choice::new(by, visit.t(&format!("output-by-{by}")))).to_vec();
    let standings = STANDINGS
        .iter()
        .map(|(name, _)| Choice::new(*name, visit.t(&format!("output-standing-{}", name.replace('_', "-")))))
        .collect();
    let mut year_choices = vec![Choice::new("", visit.t("output-year-all"))];
    year_choices.extend(years(portfolio).map(|year| Choice::new(year.to_string(), year.to_string())));
    vec![
        select("by", "output-by", by_choices, by.as_str()),
        select("standing", "output-standing", standings, standing),
        select("year", "output-year", year_choices, year),
    ]
}

pub async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let portfolio = visit.portfolio(&plan).await?;
    let typed = Typed(query);
    let by = By::parse(typed.get("by")).unwrap_or_default();
    let (standing_name, standing) =
        *STANDINGS.iter().find(|(name, _)| *name == typed.get("standing")).unwrap_or(&("any", Standing::Any));
    let year = typed.get("year").parse::<i16>().ok().filter(|year| years(&portfolio).contains(year));
    let ready = year.map(|year| -> (Date, Date) { (date(year, 1, 1), date(year, 12, 31)) });
    let rollup = roll_up(&portfolio, Ask { by, standing, ready });

    let english = visit.lang.is_english();
    let columns = rollup.columns();
    let column_name = |column: &Option<Code>| match column {
        None => visit.t("output-several").into_owned(),
        Some(code) => match by {
            By::Sector => portfolio.plan.sector(code.as_str()).map(|s| s.name.get(english)),
            By::Area => portfolio.areas.get(code).map(|a| a.name.get(english)),
        }
        .unwrap_or(code.as_str())
        .to_owned(),
    };
    let year_text = year.map_or_else(String::new, |year| year.to_string());
    let as_of = typed.get("as_of");
    let link = |kind: &Code, column: &Option<Code>| {
        let column = column.as_ref().map_or("-", Code::as_str);
        let pairs = [
            ("by", by.as_str()),
            ("standing", standing_name),
            ("year", year_text.as_str()),
            ("as_of", as_of),
            ("kind", kind.as_str()),
            ("column", column),
        ];
        format!("{}#rows", with_query(&format!("/p/{plan}/outputs"), &pairs))
    };
    let lines = portfolio
        .plan
        .output_kinds
        .iter()
        .filter(|kind| rollup.cells.keys().any(|(held, _)| *held == kind.kind))
        .map(|kind| Line {
            name: kind.name.get(english).to_owned(),
            unit: kind.unit.get(english).to_owned(),
            cells: columns
                .iter()
                .map(|column| {
                    let cell = rollup.cells.get(&(kind.kind.clone(), column.clone()))?;
                    let args = [("kind", kind.name.get(english)), ("column", &column_name(column))];
                    let what = visit.tw("output-rows", &args);
                    Some(CellView {
                        sum: number(cell.sum),
                        link: link(&kind.kind, column),
                        label: format!("{what} {} {}", number(cell.sum), visit.t("output-open")),
                    })
                })
                .collect(),
            total: number(rollup.total(&kind.kind)),
        })
        .collect();
    let opened = Code::new(typed.get("kind")).ok().and_then(|kind| {
        let column = match typed.get("column") {
            "-" => None,
            column => Some(Code::new(column).ok()?),
        };
        let cell = rollup.cells.get(&(kind.clone(), column.clone()))?;
        let name = portfolio.plan.output_kind(kind.as_str()).map_or(kind.as_str(), |k| k.name.get(english));
        let count = cell.rows.len().to_string();
        Some(Opened {
            title: visit.tw("output-rows", &[("kind", name), ("column", &column_name(&column))]),
            count: visit.tw("output-rows-count", &[("count", &count)]),
            records: cell.rows.iter().filter_map(|row| record(&visit, &portfolio, row)).collect(),
        })
    });
    let page = OutputsPage {
        filters: filters(&visit, &portfolio, by, standing_name, &year_text),
        columns: columns.iter().map(column_name).collect(),
        lines,
        opened,
        plan: &plan,
        page: visit.page(visit.t("output-title")),
    };
    render(StatusCode::OK, &page)
}

fn record(visit: &Visit, portfolio: &Portfolio, row: &Row) -> Option<RecordLine> {
    let english = visit.lang.is_english();
    let named = |code: &Code| {
        let name = portfolio.project(code.as_str()).map_or(code.as_str(), |p| p.name.get(english));
        (code.to_string(), name.to_owned())
    };
    match row {
        Row::Project { code, quantity } => {
            Some(RecordLine { name: String::new(), quantity: number(*quantity), projects: vec![named(code)] })
        }
        Row::Group { group, members, quantity } => {
            let name = portfolio.plan.output_groups.iter().find(|(held, ..)| held.group == *group);
            let name = name.map_or(group.as_str(), |(held, ..)| held.name.get(english));
            let count = members.len().to_string();
            Some(RecordLine {
                name: visit.tw("output-group-of", &[("name", name), ("count", &count)]),
                quantity: number(*quantity),
                projects: members.iter().map(named).collect(),
            })
        }
        Row::Sector { .. } | Row::Observation { .. } | Row::Item { .. } => None,
    }
}
