//! The timetable as a picture: bars of projects and their steps, links, and what was so at an earlier moment.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::code::Code;
use domain::history::View;
use domain::named::Named;
use domain::portfolio::Portfolio;
use domain::subject::Subject;
use domain::timetabling::{Bars, Span, StepLinkKind};
use jiff::civil::Date;

use crate::App;
use crate::error::AppError;
use crate::timetable::PlanTimetable;

/// What the picture is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Baseline {
    #[default]
    None,
    /// The timetable of the day on which a revision of the plan was published.
    Revision(u32),
    /// The timetable of an earlier day.
    Day(Date),
}

impl Baseline {
    /// `r2` for a revision, else a day.
    pub fn parse(text: &str) -> Self {
        let revision = text.strip_prefix('r').and_then(|number| number.parse().ok()).map(Self::Revision);
        revision.or_else(|| text.parse().ok().map(Self::Day)).unwrap_or_default()
    }
}

impl std::fmt::Display for Baseline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::Revision(number) => write!(f, "r{number}"),
            Self::Day(day) => write!(f, "{day}"),
        }
    }
}

/// A row of the picture: a project, or a step of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub name: Named,
    pub start: Option<Date>,
    pub finish: Option<Date>,
    pub bars: Bars,
    pub base: Option<Span>,
    pub float: Option<i64>,
    /// The share of draws in which a project's promise holds.
    pub odds: Option<f64>,
    /// Nobody has said how long it takes, or some of its steps take.
    pub unknown: bool,
    /// Only a later step shows that it is done.
    pub implied: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    pub code: Code,
    pub line: Line,
    pub steps: Vec<Line>,
}

/// A link between two rows of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// Group and step.
    pub from: (usize, usize),
    pub to: (usize, usize),
    pub kind: StepLinkKind,
    pub lag: i64,
    pub driving: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Gantt {
    pub as_of: Date,
    /// The day whose timetable is drawn below the bars.
    pub baseline: Option<Date>,
    pub from: Date,
    pub to: Date,
    pub groups: Vec<Group>,
    pub links: Vec<Link>,
}

/// A picture shows so many years before the day looked at, and behind it.
const YEARS: (i16, i16) = (3, 6);

impl Gantt {
    /// The picture of some rows of a timetable, in their order.
    pub fn of(held: &PlanTimetable, rows: &[usize], base: Option<&PlanTimetable>) -> Self {
        let as_of = held.timetable.as_of;
        let odds = held.odds().ok();
        let earlier: BTreeMap<&Code, usize> = base
            .iter()
            .flat_map(|base| {
                base.rows.iter().enumerate().map(|(at, row)| (&base.portfolio.projects[row.project].code, at))
            })
            .collect();
        let groups: Vec<Group> = rows
            .iter()
            .map(|at| {
                let row = &held.rows[*at];
                let project = &held.portfolio.projects[row.project];
                let then = base.zip(earlier.get(&project.code)).map(|(base, at)| &base.rows[*at]);
                let steps = row.steps.iter().map(|step| {
                    let line = project.steps.iter().find(|line| line.step == step.step);
                    let implied = step.progress == domain::timetabling::Progress::Implied;
                    let before = then.and_then(|row| row.steps.iter().find(|held| held.step == step.step));
                    Line {
                        name: line
                            .map_or_else(|| Named::new(step.step.as_str(), ""), |line| line.name.clone()),
                        start: (!implied).then_some(step.start),
                        finish: Some(step.finish),
                        bars: step.bars(as_of),
                        base: before
                            .filter(|it| it.progress != domain::timetabling::Progress::Implied)
                            .map(|it| (it.start, it.finish)),
                        float: step.float,
                        odds: None,
                        unknown: step.unknown && !step.is_done(),
                        implied,
                    }
                });
                let span = row.span();
                let drawn = odds.and_then(|odds| odds.of(row.project));
                Group {
                    code: project.code.clone(),
                    line: Line {
                        name: project.name.clone(),
                        start: span.map(|span| span.0),
                        finish: span.map(|span| span.1),
                        bars: row.bars(as_of),
                        base: then.and_then(domain::timetabling::Row::span),
                        float: row.headline().and_then(|step| step.float),
                        odds: drawn.and_then(|drawn| drawn.on_time).map(|(share, _)| share),
                        unknown: row.unknown > 0,
                        implied: false,
                    },
                    steps: steps.collect(),
                }
            })
            .collect();
        let places: BTreeMap<usize, usize> = rows.iter().enumerate().map(|(at, row)| (*row, at)).collect();
        let ties = held.timetable.ties(&held.rows).into_iter();
        let links = ties.filter_map(|tie| {
            let place = |(row, step): (usize, usize)| Some((*places.get(&row)?, step));
            let (from, to) = (place(tie.from)?, place(tie.to)?);
            Some(Link { from, to, kind: tie.kind, lag: tie.lag, driving: tie.driving })
        });
        let (from, to) = bounds(&groups, as_of);
        Self {
            as_of,
            baseline: base.map(|base| base.timetable.as_of),
            from,
            to,
            links: links.collect(),
            groups,
        }
    }
}

/// From the first of the earliest month to the end of the latest, with the day looked at within.
fn bounds(groups: &[Group], as_of: Date) -> (Date, Date) {
    let (mut from, mut to) = (as_of, as_of);
    for line in groups.iter().flat_map(|group| group.steps.iter().chain([&group.line])) {
        let spans = [line.bars.done, line.bars.ahead, line.base].into_iter().flatten();
        for (first, last) in spans.chain(line.bars.promise.map(|(day, _)| (day, day))) {
            from = from.min(first);
            to = to.max(last);
        }
    }
    let years = |years: i16| jiff::Span::new().years(years);
    let from = from.max(as_of.saturating_sub(years(YEARS.0)));
    let to = to.min(as_of.saturating_add(years(YEARS.1)));
    (from.first_of_month(), to.last_of_month())
}

impl App {
    /// The timetable a picture is compared with; `None` where there is none, such as before the plan.
    pub async fn baseline(
        &self,
        held: &PlanTimetable,
        baseline: Baseline,
    ) -> Result<Option<Arc<PlanTimetable>>, AppError> {
        let view = held.portfolio.view;
        let on = match baseline {
            Baseline::None => None,
            Baseline::Revision(number) => {
                held.portfolio.plan.revisions.iter().find(|held| held.number == number).map(|held| held.on)
            }
            Baseline::Day(day) => Some(day),
        };
        let Some(on) = on.filter(|day| *day < view.as_of) else { return Ok(None) };
        // What that day's timetable would be with what is known now: records that came late count.
        let plan = held.portfolio.plan.code.clone();
        match self.timetable_dates(&plan, View { as_of: on, known: view.known }).await {
            Ok(base) => Ok(Some(base)),
            Err(AppError::NotFound | AppError::Timetable(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The first day on which a plan was on the books, as a reader knows it.
    pub async fn first_day(&self, portfolio: &Portfolio) -> Result<Option<Date>, AppError> {
        let plan = &portfolio.plan.code;
        let history = self.history(plan).await?;
        let facts = history.get(&Subject::plan(plan)).map_or(&[][..], |held| held.facts());
        let known = facts.iter().filter(|fact| fact.is_known(portfolio.view.known));
        Ok(known.map(|fact| fact.effective).min())
    }
}

/// The days between which a link is drawn: the end of the earlier step that holds, and that of the later one
/// which is held. None where one of them has no days of its own.
pub fn ends(kind: StepLinkKind, from: &Line, to: &Line) -> Option<(Date, Date)> {
    if from.implied || to.implied {
        return None;
    }
    let before = |day: Date| day.yesterday().unwrap_or(day);
    let left = match kind {
        StepLinkKind::FinishToStart | StepLinkKind::FinishToFinish => from.finish?,
        StepLinkKind::StartToStart | StepLinkKind::StartToFinish => before(from.start?),
    };
    let right = match kind {
        StepLinkKind::FinishToStart | StepLinkKind::StartToStart => to.start?,
        StepLinkKind::FinishToFinish | StepLinkKind::StartToFinish => to.finish?,
    };
    Some((left, right))
}
