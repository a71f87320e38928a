//! Which areas a project reaches, which they are compared with, and what its requests are about: as people settled it, or
//! the usual way.

use std::collections::BTreeSet;

use domain::area::AreaLevel;
use domain::code::Code;
use domain::evaluation::{EvaluationChoice, EvaluationWindow, delivered};
use domain::journal::Seq;
use domain::portfolio::Portfolio;
use domain::project::Project;

/// By what a project was measured; printed with every figure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chosen {
    /// What people settled, with the entry that says so.
    pub settled: Option<(EvaluationChoice, Seq)>,
    pub reached: Vec<Code>,
    pub compared: Vec<Code>,
    pub categories: Vec<Code>,
    /// Areas that were left out, each with a project of the same sector that was delivered there in the window.
    pub left_out: Vec<(Code, Code)>,
    /// Projects of the same sector, delivered in the window, whose place is told so roughly that it may be either side.
    pub unclear: Vec<Code>,
    /// Matters that only staff may see: everybody is told nothing of them.
    pub private: bool,
}

/// The finest areas that an area is made of: its communities, or itself where none is known.
fn finest(portfolio: &Portfolio, areas: &[Code]) -> Vec<Code> {
    let mut out = BTreeSet::new();
    for area in areas {
        let below = portfolio.areas_below(area);
        let is_community = |code: &&Code| {
            let held = portfolio.areas.get(*code);
            held.is_some_and(|held| held.active && held.level == Some(AreaLevel::Community))
        };
        let communities: Vec<Code> = below.iter().filter(is_community).cloned().collect();
        if communities.is_empty() {
            out.insert(area.clone());
        }
        out.extend(communities);
    }
    out.into_iter().collect()
}

/// The areas that hold an area, without itself.
fn holders(portfolio: &Portfolio, area: &Code) -> BTreeSet<Code> {
    let above = |code: &Code| portfolio.areas.get(code).and_then(|held| held.parent.clone());
    let mut out = BTreeSet::new();
    let mut at = above(area);
    while let Some(code) = at.filter(|code| code != area && !out.contains(code)) {
        at = above(&code);
        out.insert(code);
    }
    out
}

/// Areas of the same level as those that are reached, without them, without what holds one of them, and without what
/// holds another: nothing counts on both sides, or twice on one.
fn candidates(portfolio: &Portfolio, reached: &[Code]) -> Vec<Code> {
    let level = |code: &Code| portfolio.areas.get(code).and_then(|held| held.level);
    let levels: BTreeSet<Option<AreaLevel>> = reached.iter().map(level).collect();
    let near: BTreeSet<Code> = reached.iter().flat_map(|area| portfolio.areas_below(area)).collect();
    let other = |code: &&Code| {
        let held = portfolio.areas.get(*code);
        levels.contains(&level(code)) && !near.contains(*code) && held.is_some_and(|held| held.active)
    };
    let mut out: Vec<Code> = portfolio.areas.keys().filter(other).cloned().collect();
    let over: BTreeSet<Code> = reached.iter().chain(&out).flat_map(|area| holders(portfolio, area)).collect();
    out.retain(|code| !over.contains(code));
    out
}

impl Chosen {
    pub(super) fn of(
        portfolio: &Portfolio,
        project: &Project,
        linked: &[Code],
        window: Option<&EvaluationWindow>,
    ) -> Self {
        let settled = project.evaluation.clone();
        let choice = settled.as_ref().map(|(choice, _)| choice.clone()).unwrap_or_default();
        let or = |given: Vec<Code>, usual: &dyn Fn() -> Vec<Code>| {
            if given.is_empty() { usual() } else { given }
        };
        let categories = or(choice.categories, &|| linked.to_vec());
        let private = categories.iter().any(|code| {
            portfolio.plan.request_category(code.as_str()).is_none_or(|category| category.private)
        });
        let mut out = Self {
            reached: or(choice.reached, &|| finest(portfolio, &project.areas)),
            compared: choice.compared,
            categories,
            private,
            settled,
            ..Self::default()
        };
        if out.compared.is_empty() {
            out.compared = candidates(portfolio, &out.reached);
            if let Some(window) = window {
                out.leave_out(portfolio, project, window);
            }
        }
        out
    }

    /// Takes out where others of the sector were delivered meanwhile.
    fn leave_out(&mut self, portfolio: &Portfolio, project: &Project, window: &EvaluationWindow) {
        let meanwhile = |other: &&Project| {
            other.code != project.code
                && other.sector == project.sector
                && delivered(other).is_some_and(|on| window.place(on.last()).is_some())
        };
        for other in portfolio.members().filter(meanwhile) {
            let areas: BTreeSet<Code> =
                other.areas.iter().flat_map(|area| portfolio.areas_below(area)).collect();
            if areas.is_empty() || self.reached.iter().all(|area| areas.contains(area)) {
                self.unclear.push(other.code.clone());
                continue;
            }
            let (out, kept) =
                std::mem::take(&mut self.compared).into_iter().partition(|area| areas.contains(area));
            self.compared = kept;
            let out: Vec<Code> = out;
            self.left_out.extend(out.into_iter().map(|area| (area, other.code.clone())));
        }
    }
}
