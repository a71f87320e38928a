//! The statement: every figure beside what was published, issued only when its sums close.

use crate::code::Code;
use crate::figure::{Figure, Horizon, Standing, evaluate};
use crate::item::ledger::LedgerRow;
use crate::milestone::step;
use crate::portfolio::Portfolio;

#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    pub figures: Vec<Figure>,
    pub faults: Vec<Fault>,
}

/// A sum that does not close, and the rows at fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// total = started + to start + later fails by these projects, which have no start date at all.
    NoStartDate { projects: Vec<Code> },
    /// Completed before it started.
    CompletedBeforeStart { projects: Vec<Code> },
    /// The sectors do not add up to the whole: these projects have none, or one that is not the plan's.
    NoSector { projects: Vec<Code> },
    /// The plan's revision declares another number of projects than the books hold.
    Declared { declared: u32, counted: usize },
    /// A project is in two groups of one kind of output, which would count it twice.
    CountedTwice { kind: Code, projects: Vec<Code> },
    /// A group names projects that are not of the plan.
    StrayMembers { group: Code, projects: Vec<Code> },
}

impl Fault {
    /// The name under which messages explain it.
    pub fn key(&self) -> &'static str {
        match self {
            Self::NoStartDate { .. } => "no-start-date",
            Self::CompletedBeforeStart { .. } => "completed-before-start",
            Self::NoSector { .. } => "no-sector",
            Self::Declared { .. } => "declared",
            Self::CountedTwice { .. } => "counted-twice",
            Self::StrayMembers { .. } => "stray-members",
        }
    }

    pub fn projects(&self) -> &[Code] {
        match self {
            Self::Declared { .. } => &[],
            Self::NoStartDate { projects }
            | Self::CompletedBeforeStart { projects }
            | Self::NoSector { projects }
            | Self::CountedTwice { projects, .. }
            | Self::StrayMembers { projects, .. } => projects,
        }
    }
}

impl Statement {
    /// The plan's figures, with the items of the ledger on its day.
    pub fn of(portfolio: &Portfolio, items: &[LedgerRow]) -> Self {
        Self {
            figures: portfolio.plan.figures.iter().map(|figure| evaluate(figure, portfolio, items)).collect(),
            faults: faults(portfolio),
        }
    }

    /// Whether it may be issued.
    pub fn closes(&self) -> bool {
        self.faults.is_empty()
    }
}

/// Every sum that fails, with the rows at fault.
pub fn faults(portfolio: &Portfolio) -> Vec<Fault> {
    let horizon = Horizon::YearEnd.day(portfolio.view.as_of);
    let pick = |wrong: &dyn Fn(&crate::project::Project) -> bool| -> Vec<Code> {
        portfolio.members().filter(|p| wrong(p)).map(|p| p.code.clone()).collect()
    };
    let mut out = Vec::new();

    let projects = pick(&|p| {
        !p.is_started() && !Standing::ToStart.holds(p, horizon) && !Standing::Later.holds(p, horizon)
    });
    if !projects.is_empty() {
        out.push(Fault::NoStartDate { projects });
    }

    let projects = pick(&|p| match (p.first_actual(step::START), p.full_actual(step::COMPLETION)) {
        (Some(start), Some(completion)) => start.first() > completion.last(),
        _ => false,
    });
    if !projects.is_empty() {
        out.push(Fault::CompletedBeforeStart { projects });
    }

    let projects =
        pick(&|p| p.sector.as_ref().is_none_or(|sector| portfolio.plan.sector(sector.as_str()).is_none()));
    if !projects.is_empty() {
        out.push(Fault::NoSector { projects });
    }

    if let Some(declared) = portfolio.plan.revision().and_then(|revision| revision.declared) {
        let counted = portfolio.members().count();
        if counted != declared as usize {
            out.push(Fault::Declared { declared, counted });
        }
    }

    let groups = &portfolio.plan.output_groups;
    for (at, (group, ..)) in groups.iter().enumerate() {
        let twice: Vec<Code> = groups[..at]
            .iter()
            .filter(|(other, ..)| other.kind == group.kind)
            .flat_map(|(other, ..)| other.members.iter().filter(|m| group.members.contains(m)).cloned())
            .collect();
        if !twice.is_empty() {
            out.push(Fault::CountedTwice { kind: group.kind.clone(), projects: twice });
        }
        let stray: Vec<Code> = group
            .members
            .iter()
            .filter(|member| portfolio.project(member.as_str()).is_none_or(|p| !p.is_member()))
            .cloned()
            .collect();
        if !stray.is_empty() {
            out.push(Fault::StrayMembers { group: group.group.clone(), projects: stray });
        }
    }
    out
}
