//! Running prepared rows in one transaction.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::authorize::target_of;
use domain::code::Code;
use domain::command::Command;
use domain::fact::{Fact, OfKind};
use domain::history::{SubjectHistory, View};
use domain::item::ItemFact;
use domain::journal::{Entry, Event, Seq};
use domain::policy::{Action, Target};
use domain::project::ProjectFact;
use domain::refusal::{Problem, Refusal};
use domain::subject::{Subject, SubjectKind};
use domain::telling::Staff;
use jiff::Timestamp;
use jiff::civil::Date;
use store::{ReadyRequest, StoreError, Tx};

use super::layers::run_layer;
use super::prepare::{Prepared, PreparedRow};
use super::report::{
    ImportReport, LISTED_MOST, Outcome, ProblemKind, Recorded, RowProblem, RowReport, named_fields,
};
use super::telling::{Touched, tell_of};
use crate::App;
use crate::actor::Actor;
use crate::change::{Change, make};
use crate::error::AppError;
use crate::request::{MadeOrder, NotTaken, Occasion, Order, Taken, look_ahead};
use crate::table::{Row, Table};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Find out what it would come to, and change nothing.
    DryRun,
    /// Record all rows, or none when any is wrong.
    Apply,
    /// Record the rows that are right, and name the others.
    ApplyGood,
}

/// Told now and then how many rows are done.
pub type Progress = Arc<dyn Fn(u64) + Send + Sync>;

/// Rows between two reports of progress.
const STRIDE: usize = 256;
/// Orders that are looked for at once before they are taken in.
const LOOKED_AHEAD: usize = 1_024;
/// Problems of this many rows are named; more help nobody.
const PROBLEMS_MOST: usize = 10_000;

/// How the transaction ended.
pub(super) enum Ended {
    Undone(Box<ImportReport>),
    Failed(AppError),
}

impl Ended {
    /// The report of a run, whether it was kept or undone.
    pub(super) fn report(outcome: Result<ImportReport, Self>) -> Result<ImportReport, AppError> {
        match outcome {
            Ok(report) => Ok(report),
            Err(Self::Undone(report)) => Ok(*report),
            Err(Self::Failed(error)) => Err(error),
        }
    }
}

impl From<StoreError> for Ended {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl App {
    /// Tries or makes an import. All rows are tried, so that every mistake is found at once; they are
    /// kept only in [`Mode::Apply`] and when none is wrong, in one transaction.
    pub async fn import(
        &self,
        actor: &Actor,
        prepared: Prepared,
        mode: Mode,
        progress: Option<Progress>,
    ) -> Result<ImportReport, AppError> {
        if !actor.may_somewhere(Action::Import) {
            return Err(Refusal::whole(Problem::NotAllowed(Action::Import)).into());
        }
        let prepared = self.filled_in(prepared, actor).await?;
        let actor = actor.clone();
        let occasion = self.import_occasion();
        let staff = self.told_of_import(&prepared, mode).await?;
        // Thousands of rows are let go of here and not by the writer, for whom others wait.
        let prepared = Arc::new(prepared);
        let lent = Arc::downgrade(&prepared);
        let outcome = self
            .database()
            .write_async(move |tx| {
                let now = occasion.now;
                // Nobody waits any more for what was never begun.
                let prepared = lent.upgrade().ok_or(StoreError::Stopped)?;
                let Ran { report, touched } = run(tx, &actor, &prepared, mode, &occasion, progress.as_ref())?;
                if report.applied {
                    told(tx, &report, &touched, &actor, staff.as_ref(), now)?;
                    return Ok(report);
                }
                // Failing after writing is what undoes it.
                tx.writing();
                Err(Ended::Undone(Box::new(report)))
            })
            .await;
        // Nor does whoever brings the next ones wait for that.
        drop(tokio::task::spawn_blocking(move || drop(prepared)));
        Ended::report(outcome)
    }

    /// Orders say what their texts say, and places become a layer.
    pub(super) async fn filled_in(
        &self,
        mut prepared: Prepared,
        actor: &Actor,
    ) -> Result<Prepared, AppError> {
        if prepared.table.layer().is_some() {
            return crate::aside(move || prepared.make_layer().map(|()| prepared)).await?;
        }
        if prepared.filled || !prepared.table.is_of_orders() {
            return Ok(prepared);
        }
        let understanding = self.understanding(&prepared.plan).await?;
        // Thousands of texts are read for the words of every category: not where others wait.
        let actor = actor.clone();
        crate::aside(move || {
            prepared.fill_in(&understanding, &actor);
            prepared
        })
        .await
    }

    /// What every row of a run stands on; who is told of an import is told of it as a whole.
    pub(crate) fn import_occasion(&self) -> Occasion {
        Occasion { tells: false, ..self.occasion() }
    }

    /// The people of whom some may have to be told of an import; none of a trial, or of a past that is played.
    pub(super) async fn told_of_import(
        &self,
        prepared: &Prepared,
        mode: Mode,
    ) -> Result<Option<Staff>, AppError> {
        let of_item = |change: &Change| change.command.subject().kind == SubjectKind::Item;
        let items = prepared.rows.iter().any(|row| row.asks.change().is_some_and(of_item));
        Ok(match mode {
            Mode::Apply if self.inner.tells && items => Some(self.staff().await?),
            _ => None,
        })
    }
}

/// Tells those whom an import concerns that was applied.
pub(super) fn told(
    tx: &mut Tx,
    report: &ImportReport,
    touched: &Touched,
    actor: &Actor,
    staff: Option<&Staff>,
    now: Timestamp,
) -> Result<(), Ended> {
    if let (Some(staff), Some((first, _))) = (staff, report.span) {
        tell_of(tx, touched, first, actor, staff, now).map_err(Ended::Failed)?;
    }
    Ok(())
}

/// A run's report, with the items that it recorded something of.
pub(super) struct Ran {
    pub report: ImportReport,
    pub touched: Touched,
}

pub(super) fn run(
    tx: &mut Tx,
    actor: &Actor,
    prepared: &Prepared,
    mode: Mode,
    occasion: &Occasion,
    progress: Option<&Progress>,
) -> Result<Ran, Ended> {
    let mut touched = Touched::new();
    if prepared.table.layer().is_some() {
        return Ok(Ran { report: run_layer(tx, actor, prepared, mode, occasion)?, touched });
    }
    let mut report = prepared.report(mode);
    let mut wrong: BTreeSet<u32> = report.problems.iter().map(|problem| problem.row).collect();
    // Half an order must not stay on the books: then nothing does.
    let mut halved = false;
    let as_decided = match prepared.decided {
        Some(of) if of.today == occasion.today => tx.decides_as_after(&prepared.plan, of.seen)?,
        _ => false,
    };
    let order = in_order(&prepared.rows);
    for (done, at) in order.iter().copied().enumerate() {
        if done % LOOKED_AHEAD == 0 {
            let next =
                order[done..].iter().take(LOOKED_AHEAD).filter_map(|at| match &prepared.rows[*at].asks {
                    Row::Order(order) => Some(&order.new),
                    Row::Change(_) | Row::Place(_) => None,
                });
            look_ahead(tx, &prepared.plan, next).map_err(Ended::Failed)?;
        }
        let PreparedRow { row, asks } = &prepared.rows[at];
        if done % STRIDE == 0
            && let Some(progress) = progress
        {
            progress(done as u64);
        }
        let listed = at < LISTED_MOST;
        let done = match asks {
            Row::Change(change) => run_row(tx, actor, change, occasion, listed).map_err(NotTaken::from),
            Row::Order(order) => run_order(tx, actor, &prepared.plan, (order, as_decided), occasion, listed),
            // Places are no change by themselves: their layer was made above.
            Row::Place(_) => continue,
        };
        match done {
            Ok(done) => {
                match done.outcome {
                    Outcome::New => report.counts.new += 1,
                    Outcome::Changed => report.counts.changed += 1,
                    Outcome::Unchanged | Outcome::Refused => report.counts.unchanged += 1,
                }
                report.entries += done.entries;
                if done.entries > 0 && done.subject.kind == SubjectKind::Item {
                    *touched.entry(done.subject.clone()).or_default() |= done.outcome == Outcome::New;
                }
                report.span = match (report.span, done.span) {
                    (Some((first, _)), Some((_, last))) => Some((first, last)),
                    (held, new) => new.or(held),
                };
                if listed {
                    report.rows.push(RowReport {
                        row: *row,
                        subject: Some(done.subject),
                        outcome: done.outcome,
                        recorded: done.recorded,
                    });
                }
            }
            Err(NotTaken { error: AppError::Refused(refusals), begun }) => {
                halved |= begun;
                wrong.insert(*row);
                if report.problems.len() < PROBLEMS_MOST {
                    report.problems.extend(refusals.into_iter().map(|r| refused(prepared, *row, asks, r)));
                }
            }
            Err(NotTaken { error, .. }) => return Err(Ended::Failed(error)),
        }
    }
    report.close(&wrong);
    report.applied = match mode {
        Mode::DryRun => false,
        Mode::Apply => wrong.is_empty(),
        Mode::ApplyGood => !halved,
    };
    Ok(Ran { report, touched })
}

/// The places of the rows in the order in which they are run: orders as they came in, whatever order their file has. What
/// lies together in time lies together in the database's indexes.
fn in_order(rows: &[PreparedRow]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|at| match &rows[*at].asks {
        Row::Order(order) => order.new.at,
        Row::Change(_) | Row::Place(_) => None,
    });
    order
}

pub(super) struct Done {
    pub subject: Subject,
    pub outcome: Outcome,
    pub entries: usize,
    pub span: Option<(Seq, Seq)>,
    pub recorded: Vec<Recorded>,
}

pub(super) fn run_row(
    tx: &mut Tx,
    actor: &Actor,
    change: &Change,
    occasion: &Occasion,
    listed: bool,
) -> Result<Done, AppError> {
    let (now, today) = (occasion.now, occasion.today);
    let subject = change.command.subject();
    if !matches!(actor, Actor::Operator(_)) && !subject.kind.is_directory() {
        let target = tx.with_lookup(|lookup| target_of(subject, lookup))?;
        if !actor.may(Action::Import, &target) {
            return Err(Refusal::whole(Problem::NotAllowed(Action::Import)).into());
        }
    }
    let held = tx.subject(subject)?;
    let remaining = held.as_deref().and_then(|held| without_known(held, change, today));
    // Held on to only where it is needed: what is held by two must be copied when the entry comes in.
    let held = held.filter(|_| listed);
    if let Some(other) = word_of_other(actor, remaining.as_ref().unwrap_or(change)) {
        return Err(Refusal { field: "by".into(), problem: Problem::WordOfOther(other) }.into());
    }
    let receipt = match &remaining {
        Some(change) if change.command.facts().is_empty() => {
            return Ok(Done::unchanged(subject.clone()));
        }
        Some(fewer) => make(tx, actor, fewer, now, today)?,
        None => make(tx, actor, change, now, today)?,
    };
    Ok(Done::of(subject.clone(), &receipt.entries, held.as_deref(), listed))
}

/// An order is taken in as one that comes in by itself.
fn run_order(
    tx: &mut Tx,
    actor: &Actor,
    plan: &Code,
    (order, as_decided): (&Order, bool),
    occasion: &Occasion,
    listed: bool,
) -> Result<Done, NotTaken> {
    let of_plan = Target { plan: Some(plan.clone()), ..Target::default() };
    if !matches!(actor, Actor::Operator(_)) && !actor.may(Action::Import, &of_plan) {
        return Err(AppError::from(Refusal::whole(Problem::NotAllowed(Action::Import))).into());
    }
    let (code, taken) = occasion.filing(actor, plan).order(tx, order, as_decided)?;
    let subject = Subject::request(plan, &code);
    Ok(match (&taken, &order.made) {
        (Taken::Written(entries), _) => Done::of(subject, entries, None, listed),
        (Taken::AsDecided(first, last), Some(MadeOrder::Decided(decided))) => {
            Done::as_decided(subject, &decided.request, (*first, *last), listed)
        }
        (Taken::AsDecided(..), _) => Done::unchanged(subject),
    })
}

impl Done {
    fn unchanged(subject: Subject) -> Self {
        Self { subject, outcome: Outcome::Unchanged, entries: 0, span: None, recorded: Vec::new() }
    }

    /// What entries about a subject came to, beside what was held of it.
    fn of(subject: Subject, entries: &[Entry], held: Option<&SubjectHistory>, listed: bool) -> Self {
        let outcome = match entries.first().map(|entry| &entry.draft.event) {
            None => return Self::unchanged(subject),
            Some(Event::Registered { .. }) => Outcome::New,
            Some(_) => Outcome::Changed,
        };
        let facts = entries
            .iter()
            .filter(|_| listed)
            .flat_map(|entry| entry.draft.event.facts().iter().map(|fact| (entry.draft.effective, fact)));
        let recorded = facts
            .map(|(effective, fact)| {
                let slot = fact.slot();
                let before = held.and_then(|held| last(held, &slot, effective)).cloned();
                Recorded { slot, effective, before, after: fact.clone() }
            })
            .collect();
        let span = entries.first().zip(entries.last()).map(|(a, b)| (a.seq, b.seq));
        Self { subject, outcome, entries: entries.len(), span, recorded }
    }

    /// A new request as it was decided before.
    fn as_decided(subject: Subject, decided: &ReadyRequest, span: (Seq, Seq), listed: bool) -> Self {
        let facts = if listed { decided.facts() } else { Vec::new() };
        let recorded = facts.into_iter().map(|(effective, after)| {
            let slot = after.slot();
            Recorded { slot, effective, before: None, after }
        });
        let (recorded, entries) = (recorded.collect(), decided.entries());
        Self { subject, outcome: Outcome::New, entries, span: Some(span), recorded }
    }
}

/// Whose word a row brings that is not the importer's own. The machine's operator brings in registers that
/// were kept elsewhere, with the names in them.
fn word_of_other(actor: &Actor, change: &Change) -> Option<Code> {
    let own = match actor {
        Actor::Operator(_) => return None,
        actor => actor.person(),
    };
    let signers = change.command.facts().iter().filter_map(ItemFact::of).filter_map(ItemFact::signer);
    signers.into_iter().find(|signer| Some(*signer) != own).cloned()
}

/// Whether exactly this was said of an item on the day; whose word it was counts where the row names it.
fn item_said(held: &SubjectHistory, fact: &ItemFact, day: Option<Date>) -> bool {
    held.in_slot(&fact.slot()).iter().any(|recorded| {
        let same = |recorded: &ItemFact| {
            recorded == fact || (fact.signer().is_none() && recorded.clone().unsigned() == *fact)
        };
        recorded.superseded.is_none()
            && day.is_none_or(|day| recorded.effective == day)
            && ItemFact::of(&recorded.fact).is_some_and(same)
    })
}

/// The last fact of a slot that holds on a day.
fn last<'a>(held: &'a SubjectHistory, slot: &str, day: Date) -> Option<&'a Fact> {
    let view = View::as_of(day);
    held.in_slot(slot).iter().rfind(|fact| fact.is_visible(view)).map(|fact| &fact.fact)
}

/// The change without what is on record already, or `None` when nothing of it is. The rules drop facts
/// that hold for the day that is given; here two more are known again: facts of a row without a day,
/// which would otherwise be new with every day the file is run, and remarks, several of which stand
/// side by side.
fn without_known(held: &SubjectHistory, change: &Change, today: Date) -> Option<Change> {
    let known = |fact: &Fact| match (fact, change.effective) {
        (Fact::Project(ProjectFact::Remark { .. }), day) => {
            held.in_slot(&fact.slot()).iter().any(|recorded| {
                recorded.superseded.is_none()
                    && day.is_none_or(|day| recorded.effective == day)
                    && recorded.fact == *fact
            })
        }
        (Fact::Item(fact), day) => item_said(held, fact, day),
        (_, None) => last(held, &fact.slot(), today) == Some(fact),
        (_, Some(_)) => false,
    };
    let facts = change.command.facts();
    if !facts.iter().any(known) {
        return None;
    }
    let facts: Vec<Fact> = facts.iter().filter(|fact| !known(fact)).cloned().collect();
    let mut change = change.clone();
    match &mut change.command {
        Command::Register { facts: held, .. }
        | Command::Put { facts: held, .. }
        | Command::Record { facts: held, .. }
        | Command::Correct { facts: held, .. } => *held = facts,
    }
    Some(change)
}

fn refused(prepared: &Prepared, row: u32, asks: &Row, refusal: Refusal) -> RowProblem {
    let change = asks.change();
    let known = match asks {
        Row::Change(change) => change.command.subject().code.to_string(),
        Row::Order(order) => order.new.number.clone(),
        Row::Place(row) => row.of.code().to_owned(),
    };
    let field = match &refusal.problem {
        // A reference that leads nowhere is named by the column that holds it.
        Problem::UnknownReference { code, .. } => match (change, asks) {
            (Some(change), _) => column_holding(prepared.table, change, code.as_str()),
            (None, Row::Order(order)) => order.column_holding(code),
            (None, Row::Change(_) | Row::Place(_)) => None,
        },
        Problem::UnknownSubject(_) => prepared.table.columns.first().map(|column| column.name),
        _ => None,
    }
    .or_else(|| prepared.table.column_of(&refusal));
    let (column, field) = match field {
        Some(field) => (prepared.heading(field).to_owned(), field.to_owned()),
        None => (String::new(), refusal.field.chars().take(60).collect()),
    };
    let value = match &refusal.problem {
        Problem::UnknownReference { code, .. } => code.to_string(),
        Problem::UnknownSubject(subject) => subject.code.to_string(),
        Problem::Future { date, .. } => date.to_string(),
        // Of other problems the message says what it is about.
        _ if column.is_empty() => known,
        _ => String::new(),
    };
    RowProblem { row, column, field, value, kind: ProblemKind::Refused(refusal) }
}

/// The column that a code of the change came from, by the name of the fact's field.
fn column_holding(table: &Table, change: &Change, code: &str) -> Option<&'static str> {
    if change.source.unit.as_ref().is_some_and(|unit| unit.as_str() == code) {
        return Some("source_unit");
    }
    for fact in change.command.facts() {
        let value = serde_json::to_value(fact).ok()?;
        let Some((name, fields)) = named_fields(&value) else { continue };
        let holds = |value: &serde_json::Value| match value {
            serde_json::Value::String(text) => text == code,
            serde_json::Value::Array(items) => items.iter().any(|item| item.as_str() == Some(code)),
            _ => false,
        };
        let field =
            fields.as_object()?.iter().find(|(_, value)| holds(value)).map(|(field, _)| field.as_str());
        let Some(field) = field else { continue };
        // A field is called as its column, or `unit` where the fact is named like the column.
        let found = table.columns.iter().map(|column| column.name).find(|column| *column == field);
        let found = found.or_else(|| table.columns.iter().map(|c| c.name).find(|column| *column == name));
        if found.is_some() {
            return found;
        }
    }
    None
}
