//! The plan's figures inside a report: frozen with the rows they stand on.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::figure::{Figure, FigureDefinition, Row};
use crate::item::kind::texts;
use crate::named::Named;
use crate::portfolio::Portfolio;

/// Rows of one figure that a report holds; how many there are is told besides.
const ROWS_MOST: usize = 500;

texts! {
    /// What a row of a figure is.
    RowOf {
        Project => "project",
        /// Several projects for which one quantity was published.
        Group => "group",
        /// A project of the group before it.
        Member => "member",
        Sector => "sector",
        Indicator => "indicator",
        Item => "item",
    }
}

/// A record that a figure stood on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StatedRow {
    pub of: RowOf,
    pub code: Code,
    pub name: Named,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Decimal>,
}

/// One of the plan's figures on the last day of the period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stated {
    pub id: Code,
    pub label: Named,
    pub unit: Named,
    pub value: Option<Decimal>,
    /// What was published of it by then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<Decimal>,
    pub records: usize,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<StatedRow>,
}

impl Stated {
    pub fn of(portfolio: &Portfolio, definition: &FigureDefinition, figure: &Figure) -> Self {
        let rows = figure.rows.iter().flat_map(|row| rows(portfolio, row)).take(ROWS_MOST);
        Self {
            id: figure.id.clone(),
            label: definition.label.clone(),
            unit: definition.unit.clone(),
            value: figure.value,
            published: figure.published,
            records: figure.records(),
            rows: rows.collect(),
        }
    }
}

fn rows(portfolio: &Portfolio, row: &Row) -> Vec<StatedRow> {
    let nameless = |code: &Code| Named::new(code.as_str(), "");
    let project = |of, code: &Code, quantity| StatedRow {
        of,
        code: code.clone(),
        name: portfolio.project(code.as_str()).map_or_else(|| nameless(code), |held| held.name.clone()),
        quantity,
    };
    let one = |of, code: &Code, name: Option<Named>, quantity| {
        vec![StatedRow { of, code: code.clone(), name: name.unwrap_or_else(|| nameless(code)), quantity }]
    };
    match row {
        Row::Project { code, quantity } => vec![project(RowOf::Project, code, Some(*quantity))],
        Row::Group { group, members, quantity } => {
            let held = portfolio.plan.output_groups.iter().find(|(held, ..)| held.group == *group);
            let name = held.map(|(held, ..)| held.name.clone());
            let mut out = one(RowOf::Group, group, name, Some(*quantity));
            out.extend(members.iter().map(|member| project(RowOf::Member, member, None)));
            out
        }
        Row::Sector { code, projects } => {
            let name = portfolio.plan.sector(code.as_str()).map(|sector| sector.name.clone());
            one(RowOf::Sector, code, name, Some(Decimal::from(*projects)))
        }
        Row::Observation { indicator, value, .. } => {
            let held = portfolio.indicators.iter().find(|held| held.code.as_ref() == Some(indicator));
            one(RowOf::Indicator, indicator, held.and_then(|held| held.name.clone()), Some(*value))
        }
        Row::Item { code, name, quantity, .. } => one(RowOf::Item, code, Some(name.clone()), Some(*quantity)),
    }
}
