//! What a request comes to, worked out before it is its turn to be written: others wait for the writer. It holds where
//! nothing has changed meanwhile of what it was decided by, and nobody else is called so.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use domain::code::Code;
use domain::command::{Context, decide};
use domain::history::{History, Lookup, SubjectHistory};
use domain::journal::Seq;
use domain::plan::Plan;
use domain::subject::{Subject, SubjectKind};
use jiff::civil::DateTime;
use store::{ReadyRequest, Tx};

use super::file::{NewRequest, Ready, Sealed, code_of};
use super::occasion::{Filing, Occasion};
use crate::App;
use crate::actor::Actor;
use crate::change::Change;
use crate::error::AppError;

/// So many numbers that will be given next are looked for at once.
const NUMBERS_AHEAD: u64 = 64;

/// What this process goes by in deciding ahead.
#[derive(Debug, Default)]
pub(crate) struct AheadCache {
    /// Plans with everything on record, as of a version of each.
    wholes: Mutex<HashMap<Code, (Seq, Arc<Plan>)>>,
    /// The last number that a request was given.
    number: AtomicU64,
}

/// A new request as it will be written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Decided {
    pub request: ReadyRequest,
    /// Who asked, where there is anything to keep.
    pub sealed: Option<Sealed>,
    /// Whom it goes to.
    pub unit: Option<Code>,
}

/// A plan's records by which is decided what becomes of its requests, as of one entry.
#[derive(Debug, Clone)]
pub(crate) struct Records {
    plan: Code,
    history: Arc<History>,
    whole: Arc<Plan>,
}

/// The records, with what is decided of one request so far.
struct Ahead<'a> {
    by: &'a Records,
    request: Option<Arc<SubjectHistory>>,
}

impl Lookup for Ahead<'_> {
    fn subject(&self, subject: &Subject) -> Option<Arc<SubjectHistory>> {
        match subject.kind {
            SubjectKind::Request => self.request.clone().filter(|held| held.subject == *subject),
            _ => self.by.history.subject(subject),
        }
    }

    fn plan(&self, plan: &Code) -> Option<Arc<Plan>> {
        if *plan == self.by.plan { Some(self.by.whole.clone()) } else { self.by.history.plan(plan) }
    }

    fn own_work(&self, plan: &Code) -> Vec<Code> {
        self.by.history.own_work(plan)
    }

    fn drawn_areas(&self) -> Vec<Code> {
        self.by.history.drawn_areas()
    }
}

/// What a request is called and by whom it is brought, with the unit that it was given to elsewhere, and when.
pub(super) struct Brought<'a> {
    pub filing: Filing<'a>,
    pub code: &'a Code,
    pub handed: Option<(&'a Code, DateTime)>,
}

impl Records {
    pub fn of(plan: &Code, history: Arc<History>, whole: Arc<Plan>) -> Self {
        Self { plan: plan.clone(), history, whole }
    }

    /// The last entry that they tell of.
    pub fn as_of(&self) -> Seq {
        self.history.head()
    }

    /// What a new request comes to, with what was done with it elsewhere, of one that somebody was given or nobody. `None`
    /// where that hangs on more than the plan's records, or it is refused: what is wrong is said when it is its turn.
    pub fn decided(
        &self,
        brought: &Brought,
        (new, ready): (&NewRequest, &Ready),
        past: impl FnOnce(bool) -> Vec<Change>,
    ) -> Option<Decided> {
        let Brought { filing, code, handed } = brought;
        // Of anybody with an account it is asked at the moment of writing what they may.
        let Actor::Operator(operator) = filing.actor else { return None };
        if new.part_of.is_some() || !new.photos.is_empty() || new.drafts {
            return None;
        }
        // Who asked cannot be kept without a key.
        if ready.sealed.is_none() && !ready.words.person(new).is_empty() {
            return None;
        }
        let mut ahead = Ahead { by: self, request: None };
        let (facts, unit) = filing.facts(&ahead, new, ready, *handed).ok()?;
        let registered = filing.registered(code, new, facts);
        let mut changes = std::iter::once(registered).chain(past(unit.is_some())).peekable();
        let mut drafts = Vec::new();
        while let Some(change) = changes.next() {
            let context = Context {
                today: filing.on.today,
                actor: operator.clone(),
                effective: change.effective?,
                source: change.source,
                reason: change.reason,
            };
            drafts.extend(decide(&change.command, &context, &ahead).ok()?);
            if changes.peek().is_some() {
                let subject = change.command.subject();
                ahead.request = Some(Arc::new(SubjectHistory::after(subject, &drafts)));
            }
        }
        Some(Decided { request: ReadyRequest::of(drafts)?, sealed: ready.sealed.clone(), unit })
    }
}

impl App {
    /// A plan's records as this process last saw them, where it did.
    fn records_seen(&self, plan: &Code) -> Option<Records> {
        let history = self.history_seen(plan)?;
        let version = history.get(&Subject::plan(plan))?.version;
        let mut wholes = self.inner.ahead.wholes.lock().unwrap_or_else(PoisonError::into_inner);
        let whole = match wholes.get(plan) {
            Some((of, whole)) if *of == version => whole.clone(),
            _ => {
                // Putting it together takes longer than deciding by it.
                let whole = history.plan(plan)?;
                wholes.insert(plan.clone(), (version, whole.clone()));
                whole
            }
        };
        Some(Records::of(plan, history, whole))
    }

    /// A number that no request has been given here. Where another server gave it to one, that is seen as it is written.
    fn next_number(&self) -> Option<u64> {
        let last = self.database().last_written()?.0;
        let next = |held: u64| held.max(last) + 1;
        let given = &self.inner.ahead.number;
        given.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |held| Some(next(held))).ok().map(next)
    }

    /// What one comes to that somebody without an account brings now, as of which entry.
    pub(super) fn decided_now(
        &self,
        actor: &Actor,
        plan: &Code,
        new: &NewRequest,
        on: &Occasion,
    ) -> Option<(Decided, Seq)> {
        let records = self.records_seen(plan)?;
        let filing = on.filing(actor, plan);
        filing.contact(&records.whole, new).ok()?;
        let code = match new.number.trim() {
            "" => code_of(&filing.numbered(new, Seq(self.next_number()?))).ok()?,
            number => code_of(number).ok()?,
        };
        let ready = Ready::sealed(new, plan, on.key.as_ref(), Some(&code));
        let brought = Brought { filing, code: &code, handed: None };
        let decided = records.decided(&brought, (new, &ready), |_| Vec::new())?;
        Some((decided, records.as_of()))
    }
}

impl Filing<'_> {
    /// What people name one by that has no number of its own: the day and a number nobody else has.
    pub(super) fn numbered(&self, new: &NewRequest, number: Seq) -> String {
        let day = new.at.unwrap_or(self.on.wall).strftime("%y%m%d");
        format!("{day}-{number}")
    }

    /// Whether what was decided of one still holds.
    pub(super) fn holds(
        &self,
        tx: &mut Tx,
        new: &NewRequest,
        (decided, as_of): (&Decided, Seq),
    ) -> Result<bool, AppError> {
        if !tx.decides_as_after(self.plan, as_of)? {
            return Ok(false);
        }
        let code = &decided.request.subject().code;
        // The next ones will be called so.
        let next = || {
            let given = code.as_str().rsplit_once('-').filter(|_| new.number.trim().is_empty());
            let number = given.and_then(|(day, number)| Some((day, number.parse::<u64>().ok()?)));
            let next = |(day, number): (&str, u64)| {
                let numbers = 1..NUMBERS_AHEAD;
                numbers.filter_map(|more| Code::new(&format!("{day}-{}", number + more)).ok()).collect()
            };
            number.map_or_else(Vec::new, next)
        };
        Ok(tx.is_new_request(self.plan, code, next)?)
    }

    /// Writes one as it was decided: its entries' numbers, from the first to the last.
    pub(super) fn write_decided(
        &self,
        tx: &mut Tx,
        new: &NewRequest,
        decided: &Decided,
        link: &str,
    ) -> Result<(Seq, Seq), AppError> {
        let span = tx.append_ready(&decided.request, self.on.now)?;
        self.put_person(tx, new, decided.sealed.as_ref(), &decided.request.subject().code, link)?;
        Ok(span)
    }
}
