//! What was recorded of published requests, one thing after the other, for programs that keep up with it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::code::Code;
use domain::history::{SubjectHistory, View};
use domain::journal::Seq;
use domain::portfolio::Portfolio;
use domain::request::{ModeratedPart, Request, RequestFact, RequestState};
use jiff::civil::DateTime;
use jiff::{Timestamp, ToSpan};
use store::{Connection, RequestEntry, StoreError};
use words::Lang;

use super::open_data::with_offset;
use super::open_history::moved;
use crate::App;
use crate::error::AppError;
use crate::read::Asked;

/// Entries that are looked at together, and the most times for one answer: most requests may be such as nobody
/// may read.
const ROUND: usize = 1_000;
const ROUNDS: usize = 50;
/// Entries whose requests are read together.
const TOGETHER: usize = 200;

/// Which updates are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateSpan {
    /// Recorded within these seconds, both included.
    pub from: DateTime,
    pub to: DateTime,
    /// Only what was recorded behind this entry.
    pub behind: Seq,
    /// Updates that are passed over, and how many are told; what was recorded at once is told at once.
    pub skip: usize,
    pub limit: usize,
}

/// One thing that was recorded. It has the moment of its recording: so nothing comes in later for a time that a
/// program has read already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenUpdate {
    /// One of a kind on this server.
    pub id: String,
    pub request: Code,
    /// The state it was in from then on.
    pub state: RequestState,
    pub datetime: String,
    pub description: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenUpdates {
    pub updates: Vec<OpenUpdate>,
    /// The entry behind which to go on, where there is more to be looked at.
    pub next: Option<Seq>,
}

/// What an entry says that everybody may read, with the entry that said it first: the move, then the answer that
/// was given with it.
enum Told {
    Move(Seq, RequestState, Option<Code>),
    Answer(Seq, String),
}

impl Told {
    fn order(&self) -> (Seq, bool) {
        match self {
            Self::Move(seq, ..) => (*seq, false),
            Self::Answer(seq, _) => (*seq, true),
        }
    }
}

/// The entry from which on everybody may read what another one recorded: itself where the request was shown then,
/// else the one that showed it.
fn told_by(shown: &[(Seq, bool)], seq: Seq) -> Option<Seq> {
    let then = shown.iter().rfind(|(at, _)| *at <= seq).is_some_and(|(_, shown)| *shown);
    if then { Some(seq) } else { shown.iter().find(|(at, shown)| *at > seq && *shown).map(|(at, _)| *at) }
}

/// What an entry tells: what it records, and what happened before it where it is the one that showed the request.
fn told(entry: &RequestEntry, history: &SubjectHistory, request: &Request) -> Vec<Told> {
    let mut shown: Vec<(Seq, bool)> = history
        .visible::<RequestFact>(View::ALL)
        .filter_map(|held| match held.fact {
            RequestFact::Publication { shown, .. } => Some((held.seq, *shown)),
            _ => None,
        })
        .collect();
    shown.sort_unstable();
    let said = history.visible::<RequestFact>(View::ALL);
    let mut out: Vec<Told> = said
        .filter(|held| held.seq <= entry.seq && told_by(&shown, held.seq) == Some(entry.seq))
        .filter_map(|held| match held.fact {
            RequestFact::Move { state, unit, .. } => Some(Told::Move(held.seq, *state, unit.clone())),
            RequestFact::Answer { text, .. } => {
                let other = request.replaced(&ModeratedPart::Answer(held.seq));
                Some(Told::Answer(held.seq, other.unwrap_or(text).to_owned()))
            }
            _ => None,
        })
        .collect();
    out.sort_by_key(Told::order);
    out
}

/// An answer that is being gathered.
struct Walk {
    skip: usize,
    limit: usize,
    portfolio: Arc<Portfolio>,
    found: Vec<(RequestEntry, Told)>,
}

impl Walk {
    /// Takes in what some entries say; the entry behind which to go on, once there is enough.
    fn take(
        &mut self,
        connection: &mut Connection,
        plan: &Code,
        entries: &[RequestEntry],
    ) -> Result<Option<Seq>, StoreError> {
        let codes: BTreeSet<&Code> = entries.iter().map(|entry| &entry.code).collect();
        let codes: Vec<Code> = codes.into_iter().cloned().collect();
        let histories = connection.whole_requests(plan, &codes)?;
        let shown = |held| {
            let request = Request::at(held, View::ALL)?;
            self.portfolio.plan.shows(&request).then_some((&held.subject.code, (held, request)))
        };
        let histories: BTreeMap<&Code, (&SubjectHistory, Request)> =
            histories.iter().filter_map(shown).collect();
        for entry in entries {
            let mut said = histories
                .get(&entry.code)
                .map_or_else(Vec::new, |(held, request)| told(entry, held, request));
            let over = self.skip.min(said.len());
            said.drain(..over);
            self.skip -= over;
            if said.is_empty() {
                continue;
            }
            if self.found.len() >= self.limit {
                return Ok(Some(Seq(entry.seq.0 - 1)));
            }
            self.found.extend(said.into_iter().map(|told| (entry.clone(), told)));
        }
        Ok(None)
    }
}

impl App {
    /// What was recorded of published requests, in the order in which it was.
    pub async fn open_updates(
        &self,
        plan: &Code,
        span: UpdateSpan,
        lang: Lang,
    ) -> Result<OpenUpdates, AppError> {
        let portfolio = self.portfolio(plan, Asked::default()).await?;
        let zone = self.clock().zone().clone();
        let before = |at: DateTime| {
            let moment = zone.to_timestamp(at).unwrap_or(Timestamp::MAX);
            moment.checked_sub(1.microsecond()).unwrap_or(Timestamp::MIN)
        };
        let (from, to) = (before(span.from), before(span.to.saturating_add(1.second())));
        let (of, held) = (plan.clone(), portfolio.clone());
        let read = move |c: &mut Connection| {
            let (mut behind, until) = (c.known_at(from)?.max(span.behind), c.known_at(to)?);
            let mut walk =
                Walk { skip: span.skip, limit: span.limit, portfolio: held.clone(), found: Vec::new() };
            for _ in 0..ROUNDS {
                let mut entries = c.request_entries(&of, (behind, until), ROUND)?;
                let Some(last) = entries.last().map(|entry| entry.seq) else {
                    return Ok((walk.found, None));
                };
                entries.retain(|entry| entry.shown);
                for some in entries.chunks(TOGETHER) {
                    if let Some(next) = walk.take(c, &of, some)? {
                        return Ok((walk.found, Some(next)));
                    }
                }
                behind = last;
            }
            Ok::<_, StoreError>((walk.found, Some(behind)))
        };
        let (found, next) = self.database().read_async(read).await?;
        let updates = found.into_iter().map(|(entry, told)| {
            let (kind, seq, state, description) = match told {
                Told::Move(seq, state, unit) => {
                    ("s", seq, state, moved(&portfolio, state, unit.as_ref(), lang))
                }
                Told::Answer(seq, text) => ("a", seq, RequestState::Answered, text),
            };
            OpenUpdate {
                id: format!("{}-{seq}-{kind}", entry.code),
                state,
                datetime: with_offset(&zone, zone.to_datetime(entry.recorded_at)),
                description,
                request: entry.code,
            }
        });
        Ok(OpenUpdates { updates: updates.collect(), next })
    }
}
