//! Commands: what someone wants changed, and the rule that turns it into journal entries.

use jiff::civil::Date;

use crate::code::Code;
use crate::fact::{Fact, OfKind};
use crate::forecast::KeptForecast;
use crate::history::{Lookup, SubjectHistory, View};
use crate::indicator::IndicatorFact;
use crate::item::ItemFact;
use crate::journal::{Draft, Event, Seq};
use crate::milestone::Aspect;
use crate::plan::PlanFact;
use crate::project::{Project, ProjectFact};
use crate::refusal::{Problem, Refusal};
use crate::source::Source;
use crate::subject::{Subject, SubjectKind};
use crate::timetabling::StepLink;
use crate::validate;

/// What is wanted.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Put a subject on the books.
    Register { subject: Subject, facts: Vec<Fact> },
    /// Register it, or record the facts when it is already on the books: what an import row wants.
    Put { subject: Subject, facts: Vec<Fact> },
    /// Record facts of it. `expected` is the version the writer saw; another one is a conflict.
    Record { subject: Subject, facts: Vec<Fact>, expected: Option<Seq> },
    /// An entry was wrong: withdraw its facts and put these in their place.
    Correct { subject: Subject, entry: Seq, facts: Vec<Fact>, expected: Option<Seq> },
}

impl Command {
    pub fn subject(&self) -> &Subject {
        match self {
            Self::Register { subject, .. }
            | Self::Put { subject, .. }
            | Self::Record { subject, .. }
            | Self::Correct { subject, .. } => subject,
        }
    }

    /// Whether it would put its subject on the books.
    pub fn registers(&self, on_books: bool) -> bool {
        match self {
            Self::Register { .. } => true,
            Self::Put { .. } => !on_books,
            Self::Record { .. } | Self::Correct { .. } => false,
        }
    }

    /// Leaves nobody named whose word a fact would be: it is then that of whoever gives the command.
    pub fn unsigned(&mut self) {
        let (Self::Register { facts, .. }
        | Self::Put { facts, .. }
        | Self::Record { facts, .. }
        | Self::Correct { facts, .. }) = self;
        for fact in facts {
            if let Fact::Item(item) = fact {
                *item = item.clone().unsigned();
            }
        }
    }

    pub fn facts(&self) -> &[Fact] {
        match self {
            Self::Register { facts, .. }
            | Self::Put { facts, .. }
            | Self::Record { facts, .. }
            | Self::Correct { facts, .. } => facts,
        }
    }
}

/// Whoever works at the machine's own console, and is nobody of the plan.
pub const OPERATOR: &str = "operator";

/// Who wants it, when, on what ground.
#[derive(Debug, Clone, PartialEq)]
pub struct Context {
    pub today: Date,
    pub actor: Code,
    /// The day the facts hold from, where a fact does not name its own.
    pub effective: Date,
    pub source: Source,
    pub reason: String,
}

/// Turns a command into the entries that carry it out, or says everything that is wrong with it.
///
/// An empty result means that all of it already holds: recording it again changes nothing.
pub fn decide(command: &Command, context: &Context, lookup: &dyn Lookup) -> Result<Vec<Draft>, Vec<Refusal>> {
    let subject = command.subject();
    let held = lookup.subject(subject);
    let on_books = held.as_ref().is_some_and(|history| history.exists(View::ALL));
    let registers = command.registers(on_books);
    let mut refusals = Vec::new();
    let mut refuse = |problem| refusals.push(Refusal::whole(problem));

    match command {
        Command::Register { .. } if on_books => {
            return Err(vec![Refusal::whole(Problem::AlreadyRegistered(subject.clone()))]);
        }
        Command::Register { .. } | Command::Put { .. } => {}
        Command::Record { expected, .. } | Command::Correct { expected, .. } => {
            let Some(history) = held.as_ref().filter(|_| on_books) else {
                return Err(vec![Refusal::whole(Problem::UnknownSubject(subject.clone()))]);
            };
            if let Some(expected) = expected.filter(|expected| *expected != history.version) {
                refuse(Problem::ChangedMeanwhile { expected, found: history.version });
            }
        }
    }
    if let Command::Correct { entry, .. } = command {
        let facts = held.as_ref().map(|history| history.facts()).unwrap_or_default();
        match facts.iter().find(|fact| fact.seq == *entry) {
            None => refuse(Problem::UnknownEntry(*entry)),
            Some(fact) => {
                if let Some(by) = fact.superseded {
                    refuse(Problem::AlreadyCorrected { entry: *entry, by });
                }
            }
        }
        if context.reason.trim().is_empty() {
            refuse(Problem::ReasonRequired);
        }
    } else if command.facts().is_empty() {
        refuse(Problem::NoFacts);
    }

    // What no longer holds when nothing takes its place.
    let withdrawn: Vec<Fact> = match (command, &held) {
        (Command::Correct { entry, .. }, Some(history)) => {
            let facts = history.facts().iter().filter(|fact| fact.seq == *entry);
            facts.map(|fact| fact.fact.clone()).collect()
        }
        _ => Vec::new(),
    };
    let touched: Vec<&Fact> = command.facts().iter().chain(&withdrawn).collect();
    // The subject as it would be: rules are checked on the outcome, not on the wish.
    let mut after = held.as_ref().map_or_else(
        || SubjectHistory::new(subject.clone(), Seq::LATEST),
        |history| history.only(|fact| is_ground(fact, &touched)),
    );
    if let Command::Correct { entry, .. } = command {
        after.supersede(*entry, Seq::LATEST);
    }
    let mut facts = if registers { with_template_steps(command, lookup) } else { command.facts().to_vec() };
    for fact in &mut facts {
        if let Fact::Item(item) = fact {
            let signer = first_signer(command, held.as_deref(), item).unwrap_or(&context.actor).clone();
            *item = item.clone().signed(&signer);
        }
    }
    validate::given_once(&facts, context, &mut refusals);
    if !matches!(command, Command::Correct { .. }) {
        if let Some(held) = &held {
            facts.retain(|fact| !already_holds(held, fact, context));
        }
        if facts.is_empty() && refusals.is_empty() && !command.facts().is_empty() {
            return Ok(Vec::new());
        }
    }
    for fact in &facts {
        after.insert(crate::history::RecordedFact {
            slot: fact.slot().into(),
            effective: effective_of(fact, context),
            seq: Seq::LATEST,
            superseded: None,
            grade: context.source.grade,
            fact: fact.clone(),
        });
    }
    validate::text(&context.reason, "reason", &mut refusals);
    validate::source(&context.source, lookup, &mut refusals);
    let subject_after = validate::Outcome { subject, after: &after, before: held.as_deref() };
    validate::facts(subject_after, &facts, &withdrawn, context, lookup, &mut refusals);
    if registers {
        validate::registration(subject, &facts, &mut refusals);
    }
    if context.reason.trim().is_empty() && moves_promise(held.as_deref(), &facts) {
        refusals.push(Refusal { field: "reason".into(), problem: Problem::ReasonRequired });
    }
    if refusals.is_empty() { Ok(drafts(command, registers, facts, context)) } else { Err(refusals) }
}

/// Whose word a corrected fact was: whoever puts right how it was written down does not take it over.
fn first_signer<'a>(
    command: &Command,
    held: Option<&'a SubjectHistory>,
    fact: &ItemFact,
) -> Option<&'a Code> {
    let Command::Correct { entry, .. } = command else { return None };
    let wrong = held?.in_slot(&fact.slot()).iter().find(|recorded| recorded.seq == *entry)?;
    ItemFact::of(&wrong.fact)?.signer()
}

/// Whether new facts are checked against this one: a report about a project is not compared with all
/// that was ever reported of it.
fn is_ground(held: &Fact, new: &[&Fact]) -> bool {
    let project = || new.iter().filter_map(|fact| ProjectFact::of(fact));
    match held {
        Fact::Project(ProjectFact::Part { part, .. }) => {
            project().any(|fact| part_named(fact) == Some(part))
        }
        // Whether steps wait for each other in a circle shows only in the whole chain.
        Fact::Project(
            ProjectFact::Step { .. }
            | ProjectFact::StepWork { .. }
            | ProjectFact::StepLink { .. }
            | ProjectFact::Kind { .. },
        ) if project().any(waits) => true,
        Fact::Project(ProjectFact::Step { .. } | ProjectFact::Review { .. })
            if project().any(|fact| matches!(fact, ProjectFact::Review { .. })) =>
        {
            true
        }
        Fact::Project(ProjectFact::Step { step, .. }) => {
            project().any(|fact| step_named(fact) == Some(step))
        }
        Fact::Project(ProjectFact::Milestone { aspect, part, .. }) => project().any(|fact| {
            matches!(fact, ProjectFact::Milestone { aspect: of, part: at, .. } if of == aspect && at == part)
        }),
        Fact::Project(_) => false,
        Fact::Indicator(IndicatorFact::Observation { .. }) => {
            let rests = |fact: &IndicatorFact| {
                matches!(fact, IndicatorFact::Accepted { .. } | IndicatorFact::Measured(_))
            };
            new.iter().filter_map(|fact| IndicatorFact::of(fact)).any(rests)
        }
        // Each version stands by itself.
        Fact::Indicator(_) | Fact::Index(_) => false,
        // An item's or a request's next move depends on all that went before.
        Fact::Item(_) | Fact::Request(_) => true,
        Fact::Plan(
            PlanFact::ListEntry { .. } | PlanFact::PublishedFigure { .. } | PlanFact::Forecast(_),
        ) => false,
        Fact::Plan(_) => true,
        // When it opens and closes, and where it lies, go together.
        Fact::Facility(_) => true,
        // Areas and units are looked up where one refers to another.
        Fact::Area(_) | Fact::Unit(_) | Fact::Person(_) => false,
    }
}

/// Whether what steps wait for may be otherwise with the fact, or without it.
pub(crate) fn waits(fact: &ProjectFact) -> bool {
    fact.is_work() || matches!(fact, ProjectFact::Kind { .. } | ProjectFact::Step { .. })
}

/// The part that a fact refers to.
fn part_named(fact: &ProjectFact) -> Option<&Code> {
    match fact {
        ProjectFact::Milestone { part, .. } | ProjectFact::Progress { part, .. } => part.as_ref(),
        _ => None,
    }
}

/// The step that a fact refers to.
fn step_named(fact: &ProjectFact) -> Option<&Code> {
    match fact {
        ProjectFact::Milestone { step, .. }
        | ProjectFact::GatePapers { step, .. }
        | ProjectFact::StepWork { step, .. }
        | ProjectFact::StepLink { link: StepLink { step, .. }, .. } => Some(step),
        _ => None,
    }
}

/// Whether facts speak of a project's parts, steps or dates.
pub(crate) fn needs_schedule<'a>(facts: impl IntoIterator<Item = &'a Fact>) -> bool {
    facts.into_iter().filter_map(ProjectFact::of).any(|fact| {
        part_named(fact).is_some()
            || step_named(fact).is_some()
            || waits(fact)
            || matches!(fact, ProjectFact::Review { .. })
    })
}

/// Whether exactly this fact is already on record for its day.
fn already_holds(history: &SubjectHistory, fact: &Fact, context: &Context) -> bool {
    let (slot, effective) = (fact.slot(), effective_of(fact, context));
    history
        .in_slot(&slot)
        .iter()
        .rfind(|held| held.superseded.is_none() && held.effective <= effective)
        .is_some_and(|held| held.fact == *fact && (held.effective == effective || !is_dated(fact)))
}

/// Facts that say something about one day: saying it again of another day is a new fact.
fn is_dated(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::Project(
            ProjectFact::Progress { .. } | ProjectFact::Remark { .. } | ProjectFact::Milestone { .. }
        ) | Fact::Item(
            ItemFact::Progress { .. } | ItemFact::ExtensionAsked { .. } | ItemFact::ExtensionDecided { .. }
        ) | Fact::Request(_)
    )
}

/// The day a fact holds from: its own date where it has one, else the command's.
pub fn effective_of(fact: &Fact, context: &Context) -> Date {
    match fact {
        // Given to the month or year, it has happened by today at the latest.
        Fact::Project(ProjectFact::Milestone { aspect: Aspect::Actual, date: Some(date), .. }) => {
            date.last().min(context.today.max(date.first()))
        }
        Fact::Indicator(
            IndicatorFact::Observation { on, .. }
            | IndicatorFact::Baseline { on, .. }
            | IndicatorFact::Accepted { on, .. },
        ) => *on,
        Fact::Plan(PlanFact::PublishedFigure { on, .. } | PlanFact::Forecast(KeptForecast { on, .. })) => *on,
        _ => context.effective,
    }
}

/// A new project begins with the steps of its kind's template.
fn with_template_steps(command: &Command, lookup: &dyn Lookup) -> Vec<Fact> {
    let mut facts = command.facts().to_vec();
    let subject = command.subject();
    let has_steps = facts.iter().any(|f| matches!(f, Fact::Project(ProjectFact::Step { .. })));
    let kind = facts.iter().find_map(|fact| match fact {
        Fact::Project(ProjectFact::Kind { kind }) => Some(kind.clone()),
        _ => None,
    });
    if let (false, Some(kind)) = (has_steps, kind)
        && let Some(plan) = lookup.plan(&subject.scope)
        && let Some(template) = plan.template(kind.as_str())
    {
        facts.extend(template.steps.iter().zip(1u32..).map(|(step, order)| {
            Fact::Project(ProjectFact::Step {
                step: step.step.clone(),
                order: order * 10,
                name: step.name.clone(),
                gate: step.gate.clone(),
            })
        }));
    }
    facts
}

/// Whether a promise that stands would be replaced by another date.
fn moves_promise(held: Option<&SubjectHistory>, facts: &[Fact]) -> bool {
    let promised =
        |fact: &Fact| matches!(fact, Fact::Project(ProjectFact::Milestone { aspect: Aspect::Promised, .. }));
    if !facts.iter().any(promised) {
        return false;
    }
    let Some(project) = held.and_then(|history| Project::at(history, View::ALL)) else {
        return false;
    };
    facts.iter().any(|fact| match fact {
        Fact::Project(ProjectFact::Milestone { aspect: Aspect::Promised, part, step, date, .. }) => project
            .tracks
            .get(&(part.clone(), step.clone()))
            .and_then(|track| track.promised())
            .is_some_and(|standing| Some(standing) != *date),
        _ => false,
    })
}

/// One entry per effective day, in the order the facts were given.
fn drafts(command: &Command, registers: bool, facts: Vec<Fact>, context: &Context) -> Vec<Draft> {
    let mut by_day: Vec<(Date, Vec<Fact>)> = Vec::new();
    for fact in facts {
        let day = effective_of(&fact, context);
        match by_day.iter_mut().find(|(held, _)| *held == day) {
            Some((_, facts)) => facts.push(fact),
            None => by_day.push((day, vec![fact])),
        }
    }
    if by_day.is_empty() {
        by_day.push((context.effective, Vec::new()));
    }
    by_day
        .into_iter()
        .enumerate()
        .map(|(at, (effective, facts))| Draft {
            effective,
            actor: context.actor.clone(),
            subject: command.subject().clone(),
            event: match command {
                _ if registers && at == 0 => Event::Registered { facts },
                Command::Correct { entry, .. } if at == 0 => Event::Corrected { entry: *entry, facts },
                _ => Event::Recorded { facts },
            },
            source: context.source.clone(),
            reason: context.reason.trim().to_owned(),
        })
        .collect()
}

/// Which kinds of subject a plan's scope holds.
pub(crate) fn scope_is_right(subject: &Subject) -> bool {
    let in_directory = subject.scope.as_str() == crate::subject::DIRECTORY;
    subject.kind.is_directory() == in_directory
        && (subject.kind != SubjectKind::Plan || subject.scope == subject.code)
}
