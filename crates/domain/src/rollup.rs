//! Outputs rolled up: what the projects add, by kind and by sector or area, in a span of time.
//!
//! A quantity that was published for several projects together is counted once, and only when all of
//! its members are counted; their own quantities of that kind are then left out. It stands in the
//! column its members share, or in none.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::code::Code;
use crate::figure::{Row, Standing};
use crate::milestone::step;
use crate::planned_date::PlannedDate;
use crate::portfolio::Portfolio;
use crate::project::Project;

/// What the columns are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum By {
    #[default]
    Sector,
    Area,
}

impl By {
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "sector" => Some(Self::Sector),
            "area" => Some(Self::Area),
            _ => None,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sector => "sector",
            Self::Area => "area",
        }
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ask {
    pub by: By,
    pub standing: Standing,
    /// Only projects that are or are to be ready within these days, first and last included.
    pub ready: Option<(Date, Date)>,
}

/// One cell: a kind of output in a column, with the records behind it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cell {
    pub rows: Vec<Row>,
    pub sum: Decimal,
}

/// The cells by kind of output and column; the column `None` holds what lies in several or in none.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rollup {
    pub cells: BTreeMap<(Code, Option<Code>), Cell>,
}

impl Rollup {
    /// The sum of a kind over all columns.
    pub fn total(&self, kind: &Code) -> Decimal {
        self.cells.iter().filter(|((held, _), _)| held == kind).map(|(_, cell)| cell.sum).sum()
    }

    /// The columns in use, in the order of their codes, the one for several last.
    pub fn columns(&self) -> Vec<Option<Code>> {
        let mut columns: Vec<Option<Code>> = self.cells.keys().map(|(_, column)| column.clone()).collect();
        columns.sort_by_key(|column| (column.is_none(), column.clone()));
        columns.dedup();
        columns
    }
}

/// The day a project's outputs are there: done or put to use, by the best word there is.
pub fn ready(project: &Project) -> Option<PlannedDate> {
    let done = [step::COMPLETION, step::IN_USE].iter().filter_map(|step| project.full_actual(step)).min();
    done.or_else(|| [step::COMPLETION, step::IN_USE].iter().find_map(|step| project.expected(step)))
}

fn column(project: &Project, by: By) -> Option<Code> {
    match by {
        By::Sector => project.sector.clone(),
        By::Area => match project.areas.as_slice() {
            [area] => Some(area.clone()),
            _ => None,
        },
    }
}

/// Rolls up the outputs of a plan's projects.
pub fn roll_up(portfolio: &Portfolio, ask: Ask) -> Rollup {
    let horizon = portfolio.view.as_of.last_of_year();
    let taken: Vec<&Project> = portfolio
        .members()
        .filter(|project| ask.standing.holds(project, horizon))
        .filter(|project| {
            ask.ready.is_none_or(|(from, to)| {
                ready(project).is_some_and(|day| from <= day.last() && day.last() <= to)
            })
        })
        .collect();
    let mut out = Rollup::default();
    let mut add = |kind: &Code, column: Option<Code>, row: Row, quantity: Decimal| {
        let cell = out.cells.entry((kind.clone(), column)).or_default();
        cell.sum += quantity;
        cell.rows.push(row);
    };
    let mut grouped: Vec<(&Code, &Code)> = Vec::new();
    for (group, ..) in &portfolio.plan.output_groups {
        let members: Vec<&Project> = group
            .members
            .iter()
            .filter_map(|member| taken.iter().find(|p| p.code == *member).copied())
            .collect();
        if members.len() != group.members.len() || members.is_empty() {
            continue;
        }
        grouped.extend(group.members.iter().map(|member| (&group.kind, member)));
        let first = column(members[0], ask.by);
        let shared = members.iter().all(|member| column(member, ask.by) == first);
        let row = Row::Group {
            group: group.group.clone(),
            members: group.members.clone(),
            quantity: group.quantity,
        };
        add(&group.kind, first.filter(|_| shared), row, group.quantity);
    }
    for project in taken {
        let mut kinds: Vec<&Code> = project.outputs.iter().map(|line| &line.kind).collect();
        kinds.sort();
        kinds.dedup();
        for kind in kinds {
            if grouped.contains(&(kind, &project.code)) {
                continue;
            }
            if let Some(line) = project.output(kind.as_str()) {
                let row = Row::Project { code: project.code.clone(), quantity: line.quantity };
                add(kind, column(project, ask.by), row, line.quantity);
            }
        }
    }
    out
}
