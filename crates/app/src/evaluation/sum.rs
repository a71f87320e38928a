//! Sectors and the whole plan: how many projects kept their promise, what they cost, and what was measured of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::code::Code;
use domain::evaluation::{Kept, KeptCounts, delivered, kept};
use domain::history::View;
use domain::money::Fen;
use domain::plan::PlanFact;
use domain::planned_date::PlannedDate;
use domain::portfolio::Portfolio;
use domain::subject::Subject;
use jiff::civil::Date;
use survey::effect::judged_together;

use super::felt::{Felt, NoFelt};
use super::{Gain, RequestPart};
use crate::App;
use crate::error::AppError;
use crate::place::coverage::Basis;
use crate::read::Asked;

/// A project among others.
#[derive(Debug, Clone)]
pub struct ProjectLine {
    pub project: Code,
    pub sector: Option<Code>,
    pub kept: Kept,
    pub delivered: Option<PlannedDate>,
    pub budget: Option<Fen>,
    pub gain: Gain,
    pub requests: RequestPart,
    /// How likely chance alone is, allowing for how many projects are looked at.
    pub judged: Option<f64>,
}

impl ProjectLine {
    /// Whether its effect on requests is more than chance.
    pub fn is_clear(&self) -> bool {
        self.judged.is_some_and(|p| p < 0.05)
    }

    /// The effect, where there is one.
    pub fn effect(&self) -> Option<&super::Effect> {
        self.requests.outcome.as_ref().ok().map(|held| &held.found)
    }

    /// The effect, where it is of matters that everybody may see.
    pub fn public_effect(&self) -> Option<&super::Effect> {
        self.effect().filter(|_| !self.requests.chosen.private)
    }
}

/// Projects of a sector, or all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SectorLine {
    /// None: the plan as a whole, or what is in no sector.
    pub sector: Option<Code>,
    pub counts: KeptCounts,
    /// What the projects with a recorded budget cost together, and how many those are.
    pub budget: Fen,
    pub budgets: u64,
    /// Projects that brought a service within the reach of somebody.
    pub gaining: u64,
    /// Projects whose effect on requests that are public was measured, and of them those with clearly fewer and clearly more.
    pub measured: u64,
    pub fewer: u64,
    pub more: u64,
}

impl SectorLine {
    fn add(&mut self, line: &ProjectLine) {
        self.counts.add(line.kept);
        if let Some(budget) = line.budget {
            self.budget = Fen(self.budget.0.saturating_add(budget.0));
            self.budgets += 1;
        }
        self.gaining += u64::from(matches!(&line.gain, Gain::Of(gain, _) if gain.alone > 0));
        if let Some(effect) = line.public_effect() {
            self.measured += 1;
            self.fewer += u64::from(line.is_clear() && effect.effect < 0.0);
            self.more += u64::from(line.is_clear() && effect.effect > 0.0);
        }
    }
}

/// All projects of a plan, or of one sector.
#[derive(Debug, Clone)]
pub struct PlanEvaluation {
    pub portfolio: Arc<Portfolio>,
    pub lines: Vec<ProjectLine>,
    /// In the order of the plan; what is in no sector last.
    pub sectors: Vec<SectorLine>,
    pub whole: SectorLine,
    /// People or residences within reach by all projects together, and what several of them share.
    pub reach: Option<(i64, i64, Basis)>,
    pub felt: Result<Felt, NoFelt>,
}

impl PlanEvaluation {
    /// What was delivered in a year, and what was due by then and is not done.
    pub fn of_year(&self, year: i16) -> impl Iterator<Item = &ProjectLine> {
        self.lines.iter().filter(move |line| {
            matches!(line.kept, Kept::Overdue(_)) || line.delivered.is_some_and(|on| on.last().year() == year)
        })
    }
}

/// How those ask for projects in no sector who ask for one; no code is like it.
pub const NO_SECTOR: &str = "-";

/// The most years of a plan that are reported on.
const YEARS_MOST: usize = 60;

/// The last day that a report of a year looks at.
pub(crate) fn last_day(year: i16, today: Date) -> Date {
    Date::new(year, 12, 31).map_or(today, |last| last.min(today))
}

impl App {
    /// The plan as the report of a year looks at it: on its last day, or today while it is under way.
    ///
    /// # Errors
    /// The plan is not on the books then, or has no such year.
    pub async fn year_evaluation(
        &self,
        plan: &Code,
        year: i16,
        asked: Asked,
    ) -> Result<PlanEvaluation, AppError> {
        let view = self.view(asked).await?;
        let portfolio = self.portfolio_at(plan, view).await?;
        if !self.evaluation_years(&portfolio).await?.contains(&year) {
            return Err(AppError::NotFound);
        }
        let view = View { as_of: last_day(year, view.as_of), known: view.known };
        self.plan_evaluation_at(plan, None, view).await
    }

    /// The years that a plan can be reported on by the day of a portfolio, the last first: those in whose end it was on the
    /// books.
    pub async fn evaluation_years(&self, portfolio: &Portfolio) -> Result<Vec<i16>, AppError> {
        // What was promised is delivered for years after the plan has ended.
        let Some((from, _)) = portfolio.plan.period else { return Ok(Vec::new()) };
        let (plan, view) = (&portfolio.plan.code, portfolio.view);
        let history = self.history(plan).await?;
        let known = View { as_of: Date::MAX, known: view.known };
        let books = history.get(&Subject::plan(plan));
        let begun = books.and_then(|held| held.visible::<PlanFact>(known).map(|fact| fact.effective).min());
        let first = begun.map_or(from.year(), |begun| begun.year().max(from.year()));
        Ok((first..=view.as_of.year()).rev().take(YEARS_MOST).collect())
    }

    /// The plan by the four questions, at a point of view; of one sector, where it is named, or of [`NO_SECTOR`].
    ///
    /// # Errors
    /// The plan is not on the books then, or has no such sector.
    pub async fn plan_evaluation(
        &self,
        plan: &Code,
        sector: Option<&str>,
        asked: Asked,
    ) -> Result<PlanEvaluation, AppError> {
        self.plan_evaluation_at(plan, sector, self.view(asked).await?).await
    }

    /// As [`plan_evaluation`](Self::plan_evaluation), at a point of view that is already settled.
    pub async fn plan_evaluation_at(
        &self,
        plan: &Code,
        sector: Option<&str>,
        view: View,
    ) -> Result<PlanEvaluation, AppError> {
        let portfolio = self.portfolio_at(plan, view).await?;
        if sector.is_some_and(|code| code != NO_SECTOR && portfolio.plan.sector(code).is_none()) {
            return Err(AppError::NotFound);
        }
        let wanted =
            |held: Option<&Code>| sector.is_none_or(|asked| asked == held.map_or(NO_SECTOR, Code::as_str));
        let parts = self.requests_of(plan, view, None).await?;
        let gains = self.coverage_by_projects(&portfolio).await?;
        let mut lines: Vec<ProjectLine> = Vec::with_capacity(parts.len());
        for project in portfolio.members() {
            let Some(requests) = parts.get(&project.code).cloned() else { continue };
            lines.push(ProjectLine {
                project: project.code.clone(),
                sector: project.sector.clone(),
                kept: kept(project, view.as_of),
                delivered: delivered(project),
                budget: project.budget,
                gain: Gain::of(gains.as_deref(), &project.code),
                requests,
                judged: None,
            });
        }
        let found: Vec<_> = lines.iter().filter_map(|line| line.effect().cloned()).collect();
        let mut judged = judged_together(&found).into_iter();
        for line in lines.iter_mut().filter(|line| line.requests.outcome.is_ok()) {
            line.judged = judged.next();
        }
        // How many are looked at is the same whichever of them are shown.
        lines.retain(|line| wanted(line.sector.as_ref()));
        let mut by_sector: BTreeMap<Option<Code>, SectorLine> = BTreeMap::new();
        let mut whole = SectorLine::default();
        for line in &lines {
            let held = by_sector.entry(line.sector.clone());
            held.or_insert_with(|| SectorLine { sector: line.sector.clone(), ..SectorLine::default() })
                .add(line);
            whole.add(line);
        }
        let order = portfolio.plan.sectors.iter().map(|sector| Some(sector.code.clone()));
        let mut sectors: Vec<SectorLine> = order.filter_map(|code| by_sector.remove(&code)).collect();
        sectors.extend(by_sector.into_values());
        // Of one sector: also what people say where its projects are. Matters that are not public name no areas.
        let told = lines
            .iter()
            .filter(|line| sector.is_some() && line.delivered.is_some() && !line.requests.chosen.private);
        let reached: BTreeSet<Code> = told.flat_map(|line| &line.requests.chosen.reached).cloned().collect();
        let reached: Vec<Code> = reached.into_iter().collect();
        let felt = self.felt_lately(&portfolio, &reached).await?;
        Ok(PlanEvaluation {
            lines,
            sectors,
            whole,
            reach: gains.map(|gains| (gains.together, gains.shared, gains.basis)),
            felt,
            portfolio,
        })
    }
}
