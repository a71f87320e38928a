//! Making a change: policy, rules and journal in one transaction.

use domain::authorize::authorize;
use domain::code::Code;
use domain::command::{Command, Context, decide};
use domain::fact::{Fact, OfKind};
use domain::history::{Lookup, View};
use domain::journal::{Draft, Entry, Seq};
use domain::person::Person;
use domain::plan::PlanFact;
use domain::policy::{Action, Grant};
use domain::refusal::{Problem, Reference, Refusal};
use domain::request::{Request, RequestFact, RequestStep};
use domain::source::Source;
use domain::subject::{Subject, SubjectKind};
use domain::survey::{SurveyFault, WaveEvent};
use jiff::Timestamp;
use jiff::civil::Date;
use store::Tx;

use crate::App;
use crate::actor::Actor;
use crate::error::AppError;
use crate::notify::{might_concern, tell_of};

/// A command with the ground it stands on.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    pub command: Command,
    /// The day the facts hold from; today when not given.
    pub effective: Option<Date>,
    pub source: Source,
    pub reason: String,
}

/// What a change came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Receipt {
    /// The entries written; none when all of it already held.
    pub entries: Vec<Entry>,
    /// The subject's version now.
    pub version: Seq,
}

impl App {
    /// Makes one change, or says everything that is wrong with it.
    pub async fn change(&self, actor: &Actor, change: Change) -> Result<Receipt, AppError> {
        let mut receipts = self.change_all(actor, vec![change]).await.map_err(|(_, error)| error)?;
        receipts.pop().ok_or(AppError::NotFound)
    }

    /// Makes several changes, all or none. An error names the change it is about, by its place.
    pub async fn change_all(
        &self,
        actor: &Actor,
        changes: Vec<Change>,
    ) -> Result<Vec<Receipt>, (usize, AppError)> {
        self.change_each(changes.into_iter().map(|change| (actor.clone(), change)).collect()).await
    }

    /// Makes changes of several people in order, all or none, and tells those whom they concern.
    pub async fn change_each(
        &self,
        changes: Vec<(Actor, Change)>,
    ) -> Result<Vec<Receipt>, (usize, AppError)> {
        for (at, (_, change)) in changes.iter().enumerate() {
            not_by_hand(change).map_err(|error| (at, error))?;
        }
        let concerns = self.inner.tells && changes.iter().any(|(_, change)| might_concern(change));
        let staff = match concerns {
            true => Some(self.staff().await.map_err(|error| (0, error))?),
            false => None,
        };
        let (now, today) = (self.clock().now(), self.clock().today());
        self.database()
            .write_async(move |tx| {
                let mut receipts = Vec::with_capacity(changes.len());
                for (at, (actor, change)) in changes.iter().enumerate() {
                    let receipt = make(tx, actor, change, now, today).map_err(|error| Placed(at, error))?;
                    if let Some(staff) = &staff {
                        tell_of(tx, &receipt, actor, staff, (now, today))
                            .map_err(|error| Placed(at, error))?;
                    }
                    receipts.push(receipt);
                }
                Ok(receipts)
            })
            .await
            .map_err(|Placed(at, error)| (at, error))
    }

    /// Tries several changes in order and undoes them all: what an import would come to. Every change
    /// is tried, so that all mistakes are found at once.
    pub async fn try_all(
        &self,
        actor: &Actor,
        changes: Vec<Change>,
    ) -> Result<Vec<Result<Receipt, AppError>>, AppError> {
        let (actor, now, today) = (actor.clone(), self.clock().now(), self.clock().today());
        let outcome = self
            .database()
            .write_async(move |tx| {
                let mut outcomes = Vec::with_capacity(changes.len());
                for change in &changes {
                    match make(tx, &actor, change, now, today) {
                        Err(AppError::Store(error)) => return Err(Tried::Failed(AppError::Store(error))),
                        outcome => outcomes.push(outcome),
                    }
                }
                // Failing after writing is what undoes it.
                tx.writing();
                Err::<(), _>(Tried::Undone(outcomes))
            })
            .await;
        match outcome {
            Err(Tried::Undone(outcomes)) => Ok(outcomes),
            Err(Tried::Failed(error)) => Err(error),
            Ok(()) => Ok(Vec::new()),
        }
    }
}

/// An error with the place of the change it is about.
struct Placed(usize, AppError);

impl From<store::StoreError> for Placed {
    fn from(error: store::StoreError) -> Self {
        Self(0, error.into())
    }
}

enum Tried {
    Undone(Vec<Result<Receipt, AppError>>),
    Failed(AppError),
}

impl From<store::StoreError> for Tried {
    fn from(error: store::StoreError) -> Self {
        Self::Failed(error.into())
    }
}

/// What counting sheets came to is said by what counts them.
fn not_by_hand(change: &Change) -> Result<(), AppError> {
    let frozen = |fact: &Fact| {
        let Fact::Plan(PlanFact::WaveStep(step)) = fact else { return false };
        matches!(step.event, WaveEvent::Frozen(_))
    };
    match change.command.facts().iter().find(|fact| frozen(fact)) {
        Some(fact) => {
            Err(Refusal { field: fact.slot(), problem: Problem::BadSurvey(SurveyFault::ByHand) }.into())
        }
        None => Ok(()),
    }
}

/// Makes a change within a transaction.
pub(crate) fn make(
    tx: &mut Tx,
    actor: &Actor,
    change: &Change,
    now: Timestamp,
    today: Date,
) -> Result<Receipt, AppError> {
    // Nobody speaks for another. Only of items is it said whose word something is.
    let signs = change.command.subject().kind == SubjectKind::Item && !matches!(actor, Actor::Operator(_));
    let own = signs.then(|| {
        let mut own = change.clone();
        own.command.unsigned();
        own
    });
    let change = own.as_ref().unwrap_or(change);
    let context = Context {
        today,
        actor: name_of(actor).ok_or_else(|| not_allowed(&change.command))?,
        effective: change.effective.unwrap_or(today),
        source: change.source.clone(),
        reason: change.reason.clone(),
    };
    if !matches!(actor, Actor::Operator(_)) {
        not_ones_own(tx, &context.actor, &change.command)?;
    }
    with_their_content(tx, &change.command)?;
    let drafts = tx.with_lookup(|lookup| {
        if !matches!(actor, Actor::Operator(_)) {
            authorize(&grants_now(actor, lookup), &change.command, lookup)?;
            if let Actor::Token { scopes, .. } = actor
                && !scopes.iter().any(|scope| scope.admits(Action::ReportProgress))
            {
                return Err(not_allowed(&change.command));
            }
        }
        decide(&change.command, &context, lookup).map_err(AppError::Refused)
    })??;
    let entries =
        drafts.into_iter().map(|draft: Draft| tx.append(draft, now)).collect::<Result<Vec<Entry>, _>>()?;
    let version = match entries.last() {
        Some(entry) => entry.seq,
        None => tx.subject(change.command.subject())?.map_or(Seq(0), |history| history.version),
    };
    Ok(Receipt { entries, version })
}

/// Whoever asked for something about a request does not decide it, and whoever refused one does not decide the review,
/// whatever else they may do: who it was stands in the entry, and not in what is said.
fn not_ones_own(tx: &mut Tx, actor: &Code, command: &Command) -> Result<(), AppError> {
    let decided = |fact: &Fact| {
        let of: fn(&Request) -> Option<Seq> = match RequestFact::of(fact)? {
            RequestFact::ExclusionDecided { .. } => |held| held.open_claim().map(|claim| claim.asked),
            RequestFact::ExtensionDecided { .. } => |held| held.open_extension().map(|ask| ask.asked),
            RequestFact::BooksDecided { .. } => |held| held.open_booking().map(|(_, ask)| ask.asked),
            RequestFact::Move { step: RequestStep::Reopen | RequestStep::RejectReopen, .. } => {
                Request::refusal_under_review
            }
            _ => return None,
        };
        Some((fact.slot(), of))
    };
    let mut decisions = command.facts().iter().filter_map(decided).peekable();
    if decisions.peek().is_none() {
        return Ok(());
    }
    let held = tx.subject(command.subject())?.and_then(|held| Request::at(&held, View::ALL));
    let Some(held) = held else { return Ok(()) };
    for (slot, of) in decisions {
        let Some(asked) = of(&held) else { continue };
        if tx.reading()?.entry(asked)?.is_some_and(|entry| entry.draft.actor == *actor) {
            return Err(Refusal { field: slot, problem: Problem::OwnDecision }.into());
        }
    }
    Ok(())
}

/// A layer is named only where content of its kind is kept: a fact without it would be a promise that nobody can keep.
fn with_their_content(tx: &mut Tx, command: &Command) -> Result<(), AppError> {
    for fact in command.facts() {
        let Fact::Plan(PlanFact::Layer { layer: kind, held: Some(layer) }) = fact else { continue };
        if !tx.reading()?.has_layer(&command.subject().scope, *kind, layer.digest)? {
            let code =
                Code::new(&layer.digest.to_string()).unwrap_or_else(|_| command.subject().code.clone());
            let problem = Problem::UnknownReference { what: Reference::Layer, code };
            return Err(Refusal { field: fact.slot(), problem }.into());
        }
    }
    Ok(())
}

fn name_of(actor: &Actor) -> Option<Code> {
    match actor {
        Actor::Public => None,
        Actor::Operator(name) => Some(name.clone()),
        Actor::Person { person, .. } | Actor::Token { person, .. } => Some(person.clone()),
    }
}

/// The roles the person holds in this very transaction: one revoked a moment ago no longer counts.
fn grants_now(actor: &Actor, lookup: &dyn Lookup) -> Vec<Grant> {
    let Some(person) = actor.person() else { return Vec::new() };
    lookup
        .subject(&Subject::person(person))
        .map(|history| Person::at(person, history.visible(View::ALL)))
        .filter(|person| person.active)
        .map_or(Vec::new(), |person| person.grants)
}

fn not_allowed(command: &Command) -> AppError {
    let action = match command {
        Command::Register { .. } | Command::Put { .. } => Action::ManageProjects,
        Command::Record { .. } => Action::ReportProgress,
        Command::Correct { .. } => Action::CorrectEntry,
    };
    Refusal::whole(Problem::NotAllowed(action)).into()
}
