//! What a calendar feed shows: days on which something is due, and meetings.

use domain::code::Code;
use domain::history::View;
use domain::item::kind::ItemKind;
use domain::item::ledger::{LedgerRow, RowKind};
use domain::item::query::{LedgerQuery, Sort};
use domain::item::workflow::Standing;
use domain::item::{Item, State};
use domain::named::Named;
use domain::policy::{Action, Scope, Target};
use domain::subject::Subject;
use domain::telling::item_path;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime};

use super::Covers;
use crate::App;
use crate::actor::Actor;
use crate::error::AppError;
use crate::ledger::Paging;
use crate::read::Asked;

/// What passed longer ago, or comes later, is in no feed.
const PAST_DAYS: i32 = 60;
const AHEAD_DAYS: i32 = 400;
/// The most that a feed holds of each plan; what is due first comes first.
const LINES_MOST: usize = 500;
const MEETINGS_MOST: usize = 200;

/// When a line of a calendar is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moment {
    Due(Date),
    /// The last day that keeps the promises a step leads to.
    Latest(Date),
    Meeting {
        at: DateTime,
        place: String,
        cancelled: bool,
    },
}

/// One line of a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarLine {
    /// The same for the same thing, whatever changes about it.
    pub id: String,
    pub version: u64,
    pub name: Named,
    /// Of a milestone: its step.
    pub step: Option<Code>,
    pub path: String,
    pub moment: Moment,
}

impl App {
    /// What a calendar shows to a person; in the order of time.
    pub async fn calendar(&self, actor: &Actor, covers: &Covers) -> Result<Vec<CalendarLine>, AppError> {
        let mut out = Vec::new();
        for plan in self.plans().await? {
            if matches!(covers, Covers::Plan(wanted) if *wanted != plan) {
                continue;
            }
            let works = Target { plan: Some(plan.clone()), ..Target::default() };
            if actor.may(Action::ReadStaff, &works) {
                self.lines_of(&plan, actor, covers, &mut out).await?;
            }
        }
        out.sort_by_key(|line| match &line.moment {
            Moment::Due(on) | Moment::Latest(on) => on.at(0, 0, 0, 0),
            Moment::Meeting { at, .. } => *at,
        });
        Ok(out)
    }

    async fn lines_of(
        &self,
        plan: &Code,
        actor: &Actor,
        covers: &Covers,
        out: &mut Vec<CalendarLine>,
    ) -> Result<(), AppError> {
        let today = self.clock().today();
        let around = (today.checked_sub(PAST_DAYS.days()).ok(), today.checked_add(AHEAD_DAYS.days()).ok());
        // What is one's own: led or supported by one's units, or in one's own charge.
        let mut queries = Vec::new();
        let open = LedgerQuery { standings: vec![Standing::Open], due: around, ..LedgerQuery::default() };
        match covers {
            Covers::Plan(_) => {
                queries.push(LedgerQuery { projects: false, milestones: true, kinds: due_kinds(), ..open })
            }
            Covers::Unit(unit) => {
                let unit = Some(unit.clone());
                queries.push(LedgerQuery { milestones: true, kinds: due_kinds(), unit, ..open });
            }
            Covers::Own => {
                for unit in self.units_of(actor).await? {
                    let unit = Some(unit);
                    queries.push(LedgerQuery { milestones: true, kinds: due_kinds(), unit, ..open.clone() });
                }
                let person = actor.person().cloned();
                queries.push(LedgerQuery { kinds: due_kinds(), person, ..open });
            }
        }
        let paging = Paging { sort: Sort::Due, descending: false, after: None, limit: LINES_MOST };
        for query in &queries {
            for (row, _) in self.ledger(plan, query, &paging, Asked::default()).await?.rows {
                let line = due_line(plan, row);
                out.extend(line.filter(|line| !out.iter().any(|held| held.id == line.id)));
            }
        }
        self.latest_days(plan, actor, covers, out).await?;
        self.dated_meetings(plan, actor, covers, out).await
    }

    /// The last days of steps by the timetable: of the units' own projects each step under way or to come, of a whole
    /// plan the next step of each project. What is promised for itself is due, and stands there already.
    async fn latest_days(
        &self,
        plan: &Code,
        actor: &Actor,
        covers: &Covers,
        out: &mut Vec<CalendarLine>,
    ) -> Result<(), AppError> {
        let units = match covers {
            Covers::Plan(_) => None,
            Covers::Unit(unit) => Some(vec![unit.clone()]),
            Covers::Own => Some(self.units_of(actor).await?),
        };
        let held = match self.timetable_dates(plan, self.view(Asked::default()).await?).await {
            Ok(held) => held,
            // What makes no timetable, or is not on the books yet, has no last days.
            Err(AppError::Timetable(_) | AppError::NotFound) => return Ok(()),
            Err(error) => return Err(error),
        };
        let today = self.clock().today();
        let last = today.checked_add(AHEAD_DAYS.days()).unwrap_or(today);
        let mut lines = Vec::new();
        for row in &held.rows {
            let project = &held.portfolio.projects[row.project];
            let concerned = |unit: &Code| {
                project.lead_unit.as_ref() == Some(unit)
                    || project.supporting_units.iter().any(|(held, _)| held == unit)
            };
            let steps: Vec<_> = match &units {
                None => row.next().into_iter().collect(),
                Some(units) if units.iter().any(concerned) => {
                    row.steps.iter().filter(|step| !step.is_done()).collect()
                }
                Some(_) => Vec::new(),
            };
            for step in steps.into_iter().filter(|step| step.promised.is_none()) {
                let Some(on) = step.late_finish.filter(|on| (today..=last).contains(on)) else { continue };
                lines.push(CalendarLine {
                    id: format!("{plan}/{}/{}/latest", project.code, step.step),
                    version: version_of(on),
                    name: project.name.clone(),
                    step: Some(step.step.clone()),
                    path: format!("/p/{plan}/projects/{}/timetable", project.code),
                    moment: Moment::Latest(on),
                });
            }
        }
        lines.sort_by_key(|line| match line.moment {
            Moment::Latest(on) | Moment::Due(on) => Some(on),
            Moment::Meeting { .. } => None,
        });
        lines.truncate(LINES_MOST);
        out.extend(lines);
        Ok(())
    }

    async fn dated_meetings(
        &self,
        plan: &Code,
        actor: &Actor,
        covers: &Covers,
        out: &mut Vec<CalendarLine>,
    ) -> Result<(), AppError> {
        let today = self.clock().today();
        let units = match covers {
            Covers::Plan(_) => None,
            Covers::Unit(unit) => Some(vec![unit.clone()]),
            Covers::Own => Some(self.units_of(actor).await?),
        };
        // A unit's calendar shows what the unit is asked to, not what its reader is.
        let own = actor.person().filter(|_| *covers == Covers::Own).cloned();
        let query = LedgerQuery { kinds: vec![ItemKind::Meeting], ..LedgerQuery::default() };
        let paging = Paging { sort: Sort::Received, descending: true, after: None, limit: MEETINGS_MOST };
        let rows = self.ledger(plan, &query, &paging, Asked::default()).await?.rows;
        let from = today.checked_sub(PAST_DAYS.days()).unwrap_or(today);
        let plan = plan.clone();
        let lines = self
            .database()
            .read_async(move |c| {
                let mut lines = Vec::new();
                for (row, _) in rows {
                    let history = c.subject(&Subject::item(&plan, &row.code))?;
                    let Some(item) = history.and_then(|held| Item::at(&held, View::ALL)) else { continue };
                    let asked = units.as_ref().is_none_or(|units| {
                        item.all_units()
                            .chain(item.attendance.iter().map(|(unit, ..)| unit))
                            .any(|it| units.contains(it))
                            || own.is_some() && item.person == own
                    });
                    if let (Some((at, place)), true) = (&item.appointment, asked)
                        && at.date() >= from
                    {
                        lines.push(CalendarLine {
                            id: format!("{plan}/{}", item.code),
                            version: item.version.0,
                            name: item.name.clone(),
                            step: None,
                            path: item_path(&plan, item.kind, &item.code),
                            moment: Moment::Meeting {
                                at: *at,
                                place: place.clone(),
                                cancelled: item.state == State::Withdrawn,
                            },
                        });
                    }
                }
                Ok::<_, AppError>(lines)
            })
            .await?;
        out.extend(lines);
        Ok(())
    }

    /// The units that a person works for.
    pub async fn units_of(&self, actor: &Actor) -> Result<Vec<Code>, AppError> {
        let Some(person) = actor.person() else { return Ok(Vec::new()) };
        let history = self.subject(&Subject::person(person)).await?;
        let held = history.map(|held| domain::person::Person::at(person, held.visible(View::ALL)));
        let mut units: Vec<Code> = held.and_then(|person| person.unit).into_iter().collect();
        for grant in actor.grants() {
            if let Scope::Unit(unit) = &grant.scope
                && !units.contains(unit)
            {
                units.push(unit.clone());
            }
        }
        Ok(units)
    }
}

/// Kinds that have a day on which they are due; a meeting has its appointment.
fn due_kinds() -> Vec<ItemKind> {
    ItemKind::ALL.iter().copied().filter(|kind| *kind != ItemKind::Meeting).collect()
}

/// A day as a number that grows with it.
fn version_of(day: Date) -> u64 {
    day.to_string().bytes().filter(u8::is_ascii_digit).fold(0, |n, b| n * 10 + u64::from(b - b'0'))
}

fn due_line(plan: &Code, row: LedgerRow) -> Option<CalendarLine> {
    let due = row.due?;
    let (path, step) = match &row.kind {
        RowKind::Item(kind) => (item_path(plan, *kind, &row.code), None),
        RowKind::Project => (format!("/p/{plan}/projects/{}", row.code), None),
        RowKind::Milestone { step, .. } => (format!("/p/{plan}/projects/{}", row.code), Some(step.clone())),
    };
    Some(CalendarLine {
        id: format!("{plan}/{}", row.id()),
        version: version_of(due),
        name: row.name,
        step,
        path,
        moment: Moment::Due(due),
    })
}
