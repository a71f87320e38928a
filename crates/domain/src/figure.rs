//! Figures: the numbers a plan publishes, each a query over records.

use std::collections::BTreeSet;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::item;
use crate::item::call::Call;
use crate::item::kind::{ItemKind, Level, Series};
use crate::item::ledger::{LedgerRow, RowKind};
use crate::milestone::step;
use crate::named::Named;
use crate::portfolio::Portfolio;
use crate::project::{Phase, Project};
use crate::source::Grade;
use crate::subject::Subject;

/// A figure's definition: data that comes with the plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FigureDefinition {
    pub id: Code,
    pub order: u32,
    pub group: Code,
    pub label: Named,
    pub unit: Named,
    pub query: Query,
    /// The rule in words, shown with the number.
    pub rule: Named,
    /// Kinds of facilities of which coverage says the same: the share of communities that have all of them in reach is
    /// worked out beside the figure, never in its place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<Code>,
}

/// The projects a figure is about. All given conditions must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Selection {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sector: Option<Code>,
    /// Only projects that have this output (on their own or in a group).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<Code>,
    #[serde(default)]
    pub standing: Standing,
}

/// Where a project must stand to be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    #[default]
    Any,
    /// Completed ones included.
    Started,
    Completed,
    InUse,
    /// Started and neither completed nor in use.
    UnderWay,
    /// Not started, start expected on or before the horizon.
    ToStart,
    /// Not started, start expected after the horizon.
    Later,
    /// Completion or use expected within the horizon's year, or done in it.
    Due,
}

/// Up to which day "to start" and "due" look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Horizon {
    /// The last day of the year of the statement.
    #[default]
    YearEnd,
    On(Date),
}

impl Horizon {
    pub fn day(self, as_of: Date) -> Date {
        match self {
            Self::YearEnd => as_of.last_of_year(),
            Self::On(day) => day,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "query", rename_all = "snake_case")]
pub enum Query {
    /// How many projects.
    Projects {
        #[serde(flatten)]
        selection: Selection,
        #[serde(default)]
        horizon: Horizon,
    },
    /// How many sectors have at least one project.
    Sectors,
    /// The sum of a net output over projects; groups are counted once.
    Output {
        kind: Code,
        #[serde(flatten)]
        selection: Selection,
        #[serde(default)]
        horizon: Horizon,
    },
    Baseline {
        indicator: Code,
    },
    Indicator {
        indicator: Code,
    },
    /// Items of the ledger.
    Items(ItemSelection),
    /// Records of a register that is not kept yet.
    Register {
        register: Code,
    },
}

/// The items a figure is about, and what of them is counted. All given conditions must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ItemSelection {
    pub kind: Vec<ItemKind>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<Series>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// Only those that are done: issued, cleared, solved.
    #[serde(default)]
    pub done: bool,
    /// Only calls that some called unit has answered, or come to: one that was raised a level, or called off
    /// again, has not been answered by that.
    #[serde(default)]
    pub answered: bool,
    #[serde(default)]
    pub count: Counted,
}

/// What of the items is counted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    #[default]
    Items,
    /// The distinct units that lead them.
    LeadUnits,
    /// The sum of a quantity that they brought.
    Quantity(Code),
}

impl ItemSelection {
    fn takes(&self, row: &LedgerRow) -> bool {
        matches!(&row.kind, RowKind::Item(kind) if self.kind.contains(kind))
            && row.standing != item::Standing::Withdrawn
            && (self.series.is_none() || self.series == row.series)
            && (self.level.is_none() || self.level == row.level)
            && (!self.done || row.standing == item::Standing::Done)
            && (!self.answered || row.call.as_ref().is_some_and(Call::is_answered))
    }

    fn evaluate(&self, items: &[LedgerRow]) -> (Option<Decimal>, Vec<Row>) {
        let taken = items.iter().filter(|row| self.takes(row));
        let rows: Vec<Row> = taken
            .filter_map(|row| {
                let quantity = match &self.count {
                    Counted::Items | Counted::LeadUnits => Decimal::ONE,
                    Counted::Quantity(kind) => row.quantities.iter().find(|(held, _)| held == kind)?.1,
                };
                Some(Row::Item {
                    code: row.code.clone(),
                    name: row.name.clone(),
                    unit: row.lead_unit.clone(),
                    grade: row.grade,
                    quantity,
                })
            })
            .collect();
        let value = match self.count {
            Counted::Items => Decimal::from(rows.len()),
            Counted::LeadUnits => {
                let units: BTreeSet<&Code> = rows
                    .iter()
                    .filter_map(|row| match row {
                        Row::Item { unit, .. } => unit.as_ref(),
                        _ => None,
                    })
                    .collect();
                Decimal::from(units.len())
            }
            Counted::Quantity(_) => rows.iter().fold(Decimal::ZERO, |sum, row| match row {
                Row::Item { quantity, .. } => sum + quantity,
                _ => sum,
            }),
        };
        (Some(value), rows)
    }
}

/// The kinds of item that a plan's figures count.
pub fn kinds_counted(figures: &[FigureDefinition]) -> Vec<ItemKind> {
    let kinds = figures.iter().filter_map(|figure| match &figure.query {
        Query::Items(selection) => Some(&selection.kind),
        _ => None,
    });
    kinds.flatten().copied().collect::<BTreeSet<_>>().into_iter().collect()
}

/// A record behind a figure.
#[derive(Debug, Clone, PartialEq)]
pub enum Row {
    Project { code: Code, quantity: Decimal },
    Group { group: Code, members: Vec<Code>, quantity: Decimal },
    Sector { code: Code, projects: usize },
    Observation { indicator: Code, key: Code, on: Date, value: Decimal },
    Item { code: Code, name: Named, unit: Option<Code>, grade: Grade, quantity: Decimal },
}

/// A figure's value with everything it stands on.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    pub id: Code,
    /// `None`: not yet recorded.
    pub value: Option<Decimal>,
    pub published: Option<Decimal>,
    pub rows: Vec<Row>,
}

impl Figure {
    /// How many records stand behind it; a group's members are records too.
    pub fn records(&self) -> usize {
        self.rows
            .iter()
            .map(|row| match row {
                Row::Group { members, .. } => members.len(),
                _ => 1,
            })
            .sum()
    }
}

impl Standing {
    pub fn holds(self, project: &Project, horizon: Date) -> bool {
        let expected_start = || project.expected(step::START).map(|date| date.last());
        match self {
            Self::Any => true,
            Self::Started => project.is_started(),
            Self::Completed => project.is_completed(),
            Self::InUse => project.is_in_use(),
            Self::UnderWay => matches!(project.phase(), Phase::UnderWay | Phase::PartlyInUse),
            Self::ToStart => !project.is_started() && expected_start().is_some_and(|day| day <= horizon),
            Self::Later => !project.is_started() && expected_start().is_some_and(|day| day > horizon),
            Self::Due => [step::COMPLETION, step::IN_USE].iter().any(|step| {
                project
                    .expected(step)
                    .is_some_and(|date| date.last() <= horizon && date.last().year() == horizon.year())
            }),
        }
    }
}

impl Selection {
    fn takes(&self, portfolio: &Portfolio, project: &Project, horizon: Date) -> bool {
        project.is_member()
            && self.sector.as_ref().is_none_or(|sector| project.sector.as_ref() == Some(sector))
            && self.output.as_ref().is_none_or(|kind| {
                project.output(kind.as_str()).is_some()
                    || portfolio
                        .plan
                        .output_groups
                        .iter()
                        .any(|(group, ..)| group.kind == *kind && group.members.contains(&project.code))
            })
            && self.standing.holds(project, horizon)
    }
}

/// Computes one figure over a plan as of its day, with the items of the ledger on that day.
pub fn evaluate(definition: &FigureDefinition, portfolio: &Portfolio, items: &[LedgerRow]) -> Figure {
    let as_of = portfolio.view.as_of;
    let (value, rows) = match &definition.query {
        Query::Projects { selection, horizon } => {
            let rows: Vec<Row> = selected(selection, *horizon, portfolio)
                .map(|project| Row::Project { code: project.code.clone(), quantity: Decimal::ONE })
                .collect();
            (Some(Decimal::from(rows.len())), rows)
        }
        Query::Sectors => {
            let rows: Vec<Row> = portfolio
                .plan
                .sectors
                .iter()
                .map(|sector| Row::Sector {
                    code: sector.code.clone(),
                    projects: portfolio
                        .members()
                        .filter(|project| project.sector.as_ref() == Some(&sector.code))
                        .count(),
                })
                .filter(|row| !matches!(row, Row::Sector { projects: 0, .. }))
                .collect();
            (Some(Decimal::from(rows.len())), rows)
        }
        Query::Output { kind, selection, horizon } => output(kind, selection, *horizon, portfolio),
        Query::Baseline { indicator } => observation(indicator, portfolio, true),
        Query::Indicator { indicator } => observation(indicator, portfolio, false),
        Query::Items(selection) => selection.evaluate(items),
        Query::Register { .. } => (None, Vec::new()),
    };
    let published = portfolio
        .plan
        .published
        .range((definition.id.clone(), Date::MIN)..=(definition.id.clone(), as_of))
        .next_back()
        .map(|(_, value)| *value);
    Figure { id: definition.id.clone(), value, published, rows }
}

fn selected<'a>(
    selection: &'a Selection,
    horizon: Horizon,
    portfolio: &'a Portfolio,
) -> impl Iterator<Item = &'a Project> {
    let horizon = horizon.day(portfolio.view.as_of);
    portfolio.projects.iter().filter(move |project| selection.takes(portfolio, project, horizon))
}

fn output(
    kind: &Code,
    selection: &Selection,
    horizon: Horizon,
    portfolio: &Portfolio,
) -> (Option<Decimal>, Vec<Row>) {
    let projects: Vec<&Project> = selected(selection, horizon, portfolio).collect();
    let mut rows = Vec::new();
    let mut grouped: Vec<&Code> = Vec::new();
    for (group, ..) in &portfolio.plan.output_groups {
        let all_in = group.members.iter().all(|member| projects.iter().any(|p| p.code == *member));
        if group.kind == *kind && all_in {
            grouped.extend(&group.members);
            rows.push(Row::Group {
                group: group.group.clone(),
                members: group.members.clone(),
                quantity: group.quantity,
            });
        }
    }
    for project in projects {
        if grouped.contains(&&project.code) {
            continue;
        }
        if let Some(line) = project.output(kind.as_str()) {
            rows.push(Row::Project { code: project.code.clone(), quantity: line.quantity });
        }
    }
    let sum = rows.iter().fold(Decimal::ZERO, |sum, row| match row {
        Row::Project { quantity, .. } | Row::Group { quantity, .. } => sum + quantity,
        _ => sum,
    });
    (Some(sum), rows)
}

fn observation(indicator: &Code, portfolio: &Portfolio, baseline: bool) -> (Option<Decimal>, Vec<Row>) {
    let Some(indicator) = portfolio.indicators.iter().find(|i| i.code.as_ref() == Some(indicator)) else {
        return (None, Vec::new());
    };
    let observation = if baseline { indicator.baseline.as_ref() } else { indicator.latest() };
    match (observation, &indicator.code) {
        (Some(observation), Some(code)) => (
            Some(observation.value),
            vec![Row::Observation {
                indicator: code.clone(),
                key: observation.key.clone(),
                on: observation.on,
                value: observation.value,
            }],
        ),
        _ => (None, Vec::new()),
    }
}

impl Row {
    /// The subjects whose pages show this record.
    pub fn subjects(&self, plan: &Code) -> Vec<Subject> {
        match self {
            Self::Project { code, .. } => vec![Subject::project(plan, code)],
            Self::Group { members, .. } => members.iter().map(|m| Subject::project(plan, m)).collect(),
            Self::Sector { .. } => vec![Subject::plan(plan)],
            Self::Observation { indicator, .. } => vec![Subject::indicator(plan, indicator)],
            Self::Item { code, .. } => vec![Subject::item(plan, code)],
        }
    }
}
