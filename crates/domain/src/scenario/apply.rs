//! From a plan and a list of changes to the plan as it would be, and to the facts that make it so.

use crate::code::Code;
use crate::fact::Fact;
use crate::milestone::Gate;
use crate::named::Named;
use crate::plan::PlanFact;
use crate::portfolio::Portfolio;
use crate::project::ProjectFact;
use crate::subject::Subject;
use crate::timetabling::{Closed, Estimate, Work, WorkCalendar, waits_for, way};

use super::change::{Change, Place, Shorter, Steps};

/// Why a change does nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoEffect {
    /// Nothing of the plan is what it speaks of.
    Nothing,
    /// The step does not come after the other one.
    NotAfter,
    /// Everything it speaks of is that way already.
    Already,
}

impl NoEffect {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::NotAfter => "not_after",
            Self::Already => "already",
        }
    }
}

/// A portfolio as it would be.
#[derive(Debug, Clone)]
pub struct Applied {
    pub portfolio: Portfolio,
    /// For each change in order: why it does nothing, if it does nothing.
    pub without_effect: Vec<Option<NoEffect>>,
}

/// Applies changes in order.
pub fn apply(base: &Portfolio, changes: &[Change]) -> Applied {
    let mut portfolio = base.clone();
    let without_effect = changes
        .iter()
        .map(|change| {
            let mut hand = Hand { portfolio: &mut portfolio, changed: false };
            let problem = hand.change(change);
            problem.or((!hand.changed).then_some(NoEffect::Already))
        })
        .collect();
    Applied { portfolio, without_effect }
}

/// What has to be recorded so that one portfolio's work becomes the other's; the plan's own facts first.
pub fn facts(before: &Portfolio, after: &Portfolio) -> Vec<(Subject, Vec<Fact>)> {
    let (was, is) = (&before.plan, &after.plan);
    let mut of_plan: Vec<Fact> = Vec::new();
    // Calendars come first: work refers to them.
    for calendar in is.calendars.iter().filter(|calendar| !was.calendars.contains(calendar)) {
        of_plan.push(PlanFact::WorkCalendar(calendar.clone()).into());
    }
    for ((template, step), work) in &is.usual_work {
        let place = (template.clone(), step.clone());
        if was.usual_work.get(&place) != Some(work) {
            let (template, step) = place;
            of_plan.push(PlanFact::UsualWork { template, step, work: Some(work.clone()) }.into());
        }
    }
    for limit in is.work_limits.iter().filter(|limit| !was.work_limits.contains(limit)) {
        of_plan.push(PlanFact::WorkLimit { limit: limit.limit.clone(), held: Some(limit.clone()) }.into());
    }
    let mut out = Vec::new();
    if !of_plan.is_empty() {
        out.push((Subject::plan(&is.code), of_plan));
    }
    for project in &after.projects {
        let old = before.project(project.code.as_str());
        let changed = project
            .work
            .iter()
            .filter(|(step, work)| old.is_none_or(|old| old.work.get(*step) != Some(*work)));
        let facts: Vec<Fact> = changed
            .map(|(step, work)| ProjectFact::StepWork { step: step.clone(), work: Some(work.clone()) }.into())
            .collect();
        if !facts.is_empty() {
            out.push((Subject::project(&is.code, &project.code), facts));
        }
    }
    out
}

/// A chain of steps in which work is changed: a template's, or a project's own.
enum Chain {
    Template(usize),
    /// With whether every change of the chain becomes the project's own word.
    Project(usize, bool),
}

struct Hand<'a> {
    portfolio: &'a mut Portfolio,
    /// Whether anything is otherwise by now.
    changed: bool,
}

impl Hand<'_> {
    fn change(&mut self, change: &Change) -> Option<NoEffect> {
        match change {
            Change::Capacity { limit, capacity } => {
                let held = self.portfolio.plan.work_limits.iter_mut().find(|held| held.limit == *limit);
                match held {
                    Some(held) => {
                        self.changed |= held.capacity != *capacity;
                        held.capacity = *capacity;
                    }
                    None => return Some(NoEffect::Nothing),
                }
                None
            }
            Change::Start { project, step, on } => {
                let at = Place::Project(project.clone());
                self.each(&at, &Steps::Step(step.clone()), &mut |_, work| Work {
                    not_before: Some(*on),
                    ..work.clone()
                })
            }
            Change::Shorten { at, steps, to } => {
                self.each(at, steps, &mut |_, work| Work { days: shortened(work.days, *to), ..work.clone() })
            }
            Change::Shifts { at, steps, shifts } => self.each(at, steps, &mut |_, work| {
                let by = u16::from((*shifts).max(1));
                Work { days: scaled(work.days, |days| days.div_ceil(by)), ..work.clone() }
            }),
            Change::Close { at, steps, closed } => {
                self.calendars(at, steps, &|base| with_closed(base, *closed))
            }
            Change::WorkThrough { at, steps } => self.calendars(at, steps, &through),
            Change::Merge { at, step, into } => self.reorder(at, step, into, true),
            Change::Together { at, step, with } => self.reorder(at, step, with, false),
        }
    }

    /// The chains of a place. Projects come first: their own words are changed from what their template still says.
    fn chains(&self, at: &Place) -> Vec<Chain> {
        let plan = &self.portfolio.plan;
        let of_kind = |kind: Option<&Code>| {
            let templates = plan.templates.iter().enumerate();
            let templates = templates.filter(|(_, held)| kind.is_none_or(|kind| held.code == *kind));
            let projects = self.portfolio.projects.iter().enumerate().filter(|(_, project)| {
                project.is_member() && kind.is_none_or(|kind| project.kind.as_ref() == Some(kind))
            });
            let own = projects.map(|(at, _)| Chain::Project(at, false));
            own.chain(templates.map(|(at, _)| Chain::Template(at))).collect()
        };
        match at {
            Place::Plan => of_kind(None),
            Place::Kind(kind) => of_kind(Some(kind)),
            Place::Project(code) => {
                let at = self.portfolio.projects.iter().position(|project| project.code == *code);
                at.map(|at| Chain::Project(at, true)).into_iter().collect()
            }
        }
    }

    /// The steps of a chain with their gates, in order.
    fn steps(&self, chain: &Chain) -> Vec<(Code, Option<Gate>)> {
        match chain {
            Chain::Template(at) => {
                let steps = &self.portfolio.plan.templates[*at].steps;
                steps.iter().map(|step| (step.step.clone(), step.gate.clone())).collect()
            }
            Chain::Project(at, _) => {
                let steps = &self.portfolio.projects[*at].steps;
                steps.iter().map(|step| (step.step.clone(), step.gate.clone())).collect()
            }
        }
    }

    /// The work to a step that a change of this chain would change.
    fn work(&self, chain: &Chain, step: &Code) -> Option<Work> {
        let plan = &self.portfolio.plan;
        match chain {
            Chain::Template(at) => {
                plan.usual_work.get(&(plan.templates[*at].code.clone(), step.clone())).cloned()
            }
            Chain::Project(at, true) => plan.work(&self.portfolio.projects[*at], step).cloned(),
            Chain::Project(at, false) => self.portfolio.projects[*at].work.get(step).cloned(),
        }
    }

    fn put(&mut self, chain: &Chain, step: &Code, work: Work) {
        let old = match chain {
            Chain::Template(at) => {
                let template = self.portfolio.plan.templates[*at].code.clone();
                self.portfolio.plan.usual_work.insert((template, step.clone()), work.clone())
            }
            Chain::Project(at, _) => self.portfolio.projects[*at].work.insert(step.clone(), work.clone()),
        };
        self.changed |= old != Some(work);
    }

    /// Changes the work of every step that is meant.
    fn each(
        &mut self,
        at: &Place,
        steps: &Steps,
        change: &mut dyn FnMut(&mut Portfolio, &Work) -> Work,
    ) -> Option<NoEffect> {
        let mut any = false;
        for chain in self.chains(at) {
            for (step, gate) in self.steps(&chain) {
                if !means(steps, &step, gate.as_ref()) {
                    continue;
                }
                if let Some(work) = self.work(&chain, &step) {
                    any = true;
                    let changed = change(self.portfolio, &work);
                    if changed != work {
                        self.put(&chain, &step, changed);
                    }
                }
            }
        }
        (!any).then_some(NoEffect::Nothing)
    }

    /// Puts work into a calendar made from the one it is in.
    fn calendars(
        &mut self,
        at: &Place,
        steps: &Steps,
        made: &dyn Fn(&WorkCalendar) -> WorkCalendar,
    ) -> Option<NoEffect> {
        self.each(at, steps, &mut |portfolio, work| {
            // A step that takes no time is worked in no calendar.
            if work.days.high == 0 {
                return work.clone();
            }
            let calendars = &mut portfolio.plan.calendars;
            let held = work.calendar.as_ref();
            let base = held.and_then(|code| calendars.iter().find(|it| it.calendar == *code).cloned());
            let base = base.unwrap_or_else(national);
            let wanted = made(&base);
            if same_days(&base, &wanted) {
                return work.clone();
            }
            // One that keeps the same days already stands.
            let code = match calendars.iter().find(|it| same_days(it, &wanted)) {
                Some(found) => found.calendar.clone(),
                None => {
                    let taken = |code: &Code| calendars.iter().any(|it| it.calendar == *code);
                    let numbered = (2..).map(|n| grown(&wanted.calendar, &format!("-{n}")));
                    let free = std::iter::once(wanted.calendar.clone()).chain(numbered);
                    let code = free.into_iter().find(|code| !taken(code)).unwrap_or(wanted.calendar.clone());
                    calendars.push(WorkCalendar { calendar: code.clone(), ..wanted });
                    code
                }
            };
            Work { calendar: Some(code), ..work.clone() }
        })
    }

    /// Lets a step run beside an earlier one, or come with it.
    fn reorder(&mut self, at: &Place, step: &Code, earlier: &Code, merge: bool) -> Option<NoEffect> {
        let (mut any, mut after) = (false, false);
        for chain in self.chains(at) {
            let steps = self.steps(&chain);
            let follows = matches!(chain, Chain::Project(_, false));
            let own = match chain {
                Chain::Project(at, _) => Chain::Project(at, true),
                template => template,
            };
            let place = |code: &Code| steps.iter().position(|(held, _)| held == code);
            let (Some(_), Some(_)) = (place(step), place(earlier)) else { continue };
            let (Some(of_step), Some(of_earlier)) = (self.work(&own, step), self.work(&own, earlier)) else {
                continue;
            };
            let codes: Vec<Code> = steps.iter().map(|(code, _)| code.clone()).collect();
            let waits = |hand: &Self, code: &Code| -> Vec<Code> {
                let work = hand.work(&own, code);
                waits_for(codes.iter(), code, work.as_ref()).into_iter().cloned().collect()
            };
            // A project follows its template unless it has a word of its own about who is reordered.
            let has_own = |hand: &Self| {
                let Chain::Project(at, _) = own else { return true };
                let said = &hand.portfolio.projects[at].work;
                said.keys().any(|code| code == step || code == earlier || waits(hand, code).contains(step))
            };
            if follows && !has_own(self) {
                continue;
            }
            any = true;
            if way(step, earlier, &mut |code| waits(self, code)).is_none() {
                continue;
            }
            after = true;
            let old = waits(self, step);
            let new = if merge { vec![earlier.clone()] } else { waits(self, earlier) };
            if old == new {
                // Beside each other already; a merge still has its durations to settle.
                if !merge {
                    continue;
                }
            }
            // Whoever waited for the step still waits for all that it waited for.
            for code in codes.iter().filter(|code| *code != step) {
                let mut waiting = waits(self, code);
                if !waiting.contains(step) {
                    continue;
                }
                let before = waiting.clone();
                for more in old.iter().chain([earlier]) {
                    if !waiting.contains(more) && more != code {
                        waiting.push(more.clone());
                    }
                }
                if let (true, Some(work)) = (waiting != before, self.work(&own, code)) {
                    self.put(&own, code, Work { after: Some(waiting), ..work });
                }
            }
            let days = of_step.days;
            let nothing = Estimate { low: 0, likely: 0, high: 0 };
            let changed = Work { after: Some(new), days: if merge { nothing } else { days }, ..of_step };
            self.put(&own, step, changed);
            if merge {
                let longer = longer(of_earlier.days, days);
                self.put(&own, earlier, Work { days: longer, ..of_earlier });
            }
        }
        match (any, after) {
            (false, _) => Some(NoEffect::Nothing),
            (true, false) => Some(NoEffect::NotAfter),
            (true, true) => None,
        }
    }
}

fn means(steps: &Steps, step: &Code, gate: Option<&Gate>) -> bool {
    match steps {
        Steps::Step(code) => code == step,
        Steps::Authority(name) => gate.is_some_and(|gate| gate.authority.zh == *name),
        Steps::Approvals => gate.is_some(),
        Steps::Works => gate.is_none(),
    }
}

fn scaled(days: Estimate, by: impl Fn(u16) -> u16) -> Estimate {
    Estimate { low: by(days.low), likely: by(days.likely), high: by(days.high) }
}

fn shortened(days: Estimate, to: Shorter) -> Estimate {
    match to {
        Shorter::Percent(percent) => scaled(days, |days| {
            // What takes time still takes a day.
            let share = (u32::from(days) * u32::from(percent)).div_ceil(100);
            u16::try_from(share).unwrap_or(days).min(days)
        }),
        Shorter::AtMost(most) => scaled(days, |days| days.min(most)),
    }
}

fn longer(a: Estimate, b: Estimate) -> Estimate {
    Estimate { low: a.low.max(b.low), likely: a.likely.max(b.likely), high: a.high.max(b.high) }
}

/// The national working days as a calendar of the plan.
fn national() -> WorkCalendar {
    WorkCalendar {
        calendar: Code::new("national").expect("a literal code"),
        name: Named::new("国家法定工作日", "National working days"),
        holidays: true,
        week: [true, true, true, true, true, false, false],
        closed: Vec::new(),
    }
}

fn same_days(a: &WorkCalendar, b: &WorkCalendar) -> bool {
    (a.holidays, a.week, &a.closed) == (b.holidays, b.week, &b.closed)
}

fn with_closed(base: &WorkCalendar, closed: Closed) -> WorkCalendar {
    let mut out = base.clone();
    if out.closed.contains(&closed) {
        return out;
    }
    out.closed.push(closed);
    let (from, to) = (closed.from, closed.to);
    let suffix = format!("-{from}-{to}").replace("--", "-");
    out.calendar = grown(&base.calendar, &suffix);
    let english = if base.name.en.is_empty() { base.calendar.as_str() } else { &base.name.en };
    out.name = Named::new(
        format!("{}（{from}至{to}停工）", base.name.zh),
        format!("{english}, closed {from} to {to}"),
    );
    out
}

fn through(base: &WorkCalendar) -> WorkCalendar {
    let mut out = base.clone();
    if out.closed.is_empty() {
        return out;
    }
    out.closed.clear();
    out.calendar = grown(&base.calendar, "-through");
    let english = if base.name.en.is_empty() { base.calendar.as_str() } else { &base.name.en };
    out.name = Named::new(format!("{}（不停工）", base.name.zh), format!("{english}, worked through"));
    out
}

/// A longer code; the beginning gives way where the whole would be too long.
fn grown(base: &Code, suffix: &str) -> Code {
    let room = Code::MAX.saturating_sub(suffix.len());
    let head: String = base.as_str().chars().take(room).collect();
    Code::new(&format!("{head}{suffix}")).unwrap_or_else(|_| base.clone())
}
