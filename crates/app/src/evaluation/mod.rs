//! Evaluation: what was promised, what was delivered, whether it is used, and whether people felt it; of a project, of a
//! sector and of the plan.
//!
//! Nothing is stored: it follows from the portfolio, from the counts of requests and from published waves. What is not
//! recorded is told as such.

mod cells;
mod chosen;
mod effect;
mod felt;
mod file;
mod measured;
mod report;
pub mod said;
mod sum;
mod summary;

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::code::Code;
use domain::evaluation::{EvaluationWindow, Kept, KeptStep, delivered, kept, kept_steps};
use domain::history::{SubjectHistory, View};
use domain::item::{Item, ItemFact, ItemKind, Standing, State, Target};
use domain::named::Named;
use domain::planned_date::PlannedDate;
use domain::portfolio::Portfolio;
use domain::project::Project;
use jiff::civil::Date;

pub use chosen::Chosen;
pub use effect::{AreaRequests, Counted, LEAST_BEFORE, MonthLine, MonthPart, NoEffect, RequestEffect};
pub use felt::{Felt, FeltGroup, NoFelt};
pub use file::evaluation_csv;
pub(crate) use measured::MeasuredCache;
pub(crate) use sum::last_day;
pub use sum::{NO_SECTOR, PlanEvaluation, ProjectLine, SectorLine};
pub use summary::summary;
pub use survey::effect::{Effect, Limit, Placebo};

use crate::App;
use crate::error::AppError;
use crate::place::coverage::{Basis, ProjectGain, ProjectsEffect};
use crate::read::Asked;

/// Whom the facilities of a project brought within reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gain {
    /// Nobody said where people live.
    NoResidences,
    /// No facility that serves on the day is of this project.
    NoFacility,
    Of(ProjectGain, Basis),
}

impl Gain {
    /// The part of one project, in what all of them are counted in.
    fn of(effect: Option<&ProjectsEffect>, project: &Code) -> Self {
        let Some(effect) = effect else { return Self::NoResidences };
        let held = effect.projects.iter().find(|held| held.project == *project);
        held.map_or(Self::NoFacility, |held| Self::Of(held.clone(), effect.basis))
    }
}

/// A task on the ledger that names the project.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskLine {
    pub code: Code,
    pub kind: ItemKind,
    pub name: Named,
    pub state: State,
    /// The first day it was to be done by.
    pub due: Option<Date>,
    pub finished: Option<Date>,
    pub kept: Kept,
}

/// What requests say of a project.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestPart {
    pub chosen: Chosen,
    /// None where the outcome says why.
    pub window: Option<EvaluationWindow>,
    pub outcome: Result<RequestEffect, NoEffect>,
}

/// One project, by the four questions.
#[derive(Debug, Clone)]
pub struct ProjectEvaluation {
    pub project: Code,
    pub kept: Kept,
    pub delivered: Option<PlannedDate>,
    pub steps: Vec<KeptStep>,
    /// Up to a hundred.
    pub tasks: Vec<TaskLine>,
    pub gain: Gain,
    pub requests: RequestPart,
    pub felt: Result<Felt, NoFelt>,
}

/// The categories of requests that name each project, the commonest first.
type Linked = BTreeMap<Code, Vec<Code>>;

impl App {
    /// A project by the four questions, at a point of view.
    ///
    /// # Errors
    /// The plan or the project is not on the books then.
    pub async fn project_evaluation(
        &self,
        plan: &Code,
        project: &str,
        asked: Asked,
    ) -> Result<ProjectEvaluation, AppError> {
        self.project_evaluation_at(plan, project, self.view(asked).await?).await
    }

    /// As [`project_evaluation`](Self::project_evaluation), at a point of view that is already settled.
    pub async fn project_evaluation_at(
        &self,
        plan: &Code,
        project: &str,
        view: View,
    ) -> Result<ProjectEvaluation, AppError> {
        let portfolio = self.portfolio_at(plan, view).await?;
        let held = portfolio.project(project).ok_or(AppError::NotFound)?;
        let as_of = view.as_of;
        let requests = self.requests_of(plan, view, Some(&held.code)).await?;
        let requests = requests.get(&held.code).cloned().ok_or(AppError::NotFound)?;
        let reached = requests.chosen.reached.clone();
        Ok(ProjectEvaluation {
            project: held.code.clone(),
            kept: kept(held, as_of),
            delivered: delivered(held),
            steps: kept_steps(held, as_of),
            tasks: self.tasks_of(&portfolio, held).await?,
            gain: self.gain(&portfolio, &held.code).await?,
            felt: self.felt_of(&portfolio, held, &reached).await?,
            requests,
        })
    }

    /// What on the ledger is there for a project, and how it was kept. What was withdrawn or let go is not owed.
    async fn tasks_of(&self, portfolio: &Portfolio, project: &Project) -> Result<Vec<TaskLine>, AppError> {
        let plan = &portfolio.plan.code;
        let links = self.links_to(plan, &Target::Project(project.code.clone())).await?;
        let codes: Vec<Code> = links.into_iter().map(|link| link.item).collect();
        let view = portfolio.view;
        let line = |history: SubjectHistory| {
            let item = Item::at(&history, view).filter(|item| item.standing() != Standing::Withdrawn)?;
            let mut dues = history.visible::<ItemFact>(view).filter_map(|held| match held.fact {
                ItemFact::Due { on } => Some(*on),
                _ => None,
            });
            let (due, finished) = (dues.next(), item.finished());
            Some(TaskLine {
                kept: Kept::of(due.map(PlannedDate::from), finished.map(PlannedDate::from), view.as_of),
                due,
                finished,
                kind: item.kind,
                state: item.state,
                name: item.name,
                code: item.code,
            })
        };
        Ok(self.item_histories(plan, &codes).await?.into_values().filter_map(line).collect())
    }

    async fn gain(&self, portfolio: &Arc<Portfolio>, project: &Code) -> Result<Gain, AppError> {
        Ok(Gain::of(self.coverage_by_projects(portfolio).await?.as_deref(), project))
    }

    /// What requests that name projects are about, and the matters of tasks that are there for them.
    async fn linked(&self, portfolio: &Portfolio, project: Option<&Code>) -> Result<Linked, AppError> {
        let (plan, known) = (portfolio.plan.code.clone(), portfolio.view.known);
        let only = project.cloned();
        let read = move |c: &mut store::Connection| c.linked_categories(&plan, only.as_ref(), known);
        let mut out = Linked::new();
        for (project, category, _) in self.database().read_async(read).await? {
            out.entry(project).or_default().push(category);
        }
        // Themes of months and hot issues that a project is to settle.
        let plan = &portfolio.plan.code;
        for item in self.rectifications(plan, portfolio.view).await? {
            let categories = item.theme.iter().flat_map(|theme| &theme.categories);
            let categories: Vec<&Code> =
                categories.chain(item.goal.iter().flat_map(|goal| goal.categories())).collect();
            for (_, to) in &item.links {
                let Target::Project(code) = to else { continue };
                if project.is_some_and(|project| project != code) {
                    continue;
                }
                let held = out.entry(code.clone()).or_default();
                for category in &categories {
                    if !held.contains(category) {
                        held.push((*category).clone());
                    }
                }
            }
        }
        Ok(out)
    }

    /// Tasks that are measured by requests.
    async fn rectifications(&self, plan: &Code, view: View) -> Result<Vec<domain::item::Item>, AppError> {
        const AT_ONCE: usize = 500;
        let wanted = plan.clone();
        let read = move |c: &mut store::Connection| {
            let mut codes = c.items_with_goals(&wanted)?;
            codes.extend(c.items_with_themes(&wanted)?);
            Ok::<_, store::StoreError>(codes)
        };
        let mut codes = self.database().read_async(read).await?;
        codes.sort_unstable();
        codes.dedup();
        let mut out = Vec::new();
        for some in codes.chunks(AT_ONCE) {
            out.extend(self.items_without_content(plan, some, view).await?.into_values());
        }
        Ok(out)
    }
}
