//! What another server says of the requests that were passed on to it: numbers for tokens, how each stands, updates.
//! Everything is taken once, and a run that was stopped goes on where it was.

use app::App;
use app::request::{PassedOn, PeerWord};
use domain::code::Code;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::call::{CallFault, records, text};
use super::tell::is_ours;
use super::{Line, PeerError};

/// Requests that are asked for at once: their numbers stand in an address.
pub(super) const TOGETHER: usize = 50;
/// For how long a closed one is asked about: it may be opened again.
const CLOSED: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Updates are asked for from a while before the last one: servers' clocks differ, and each is taken once anyway.
const OVERLAP: SignedDuration = SignedDuration::from_hours(1);
/// The span that servers bear.
const SPAN: SignedDuration = SignedDuration::from_hours(90 * 24);
/// Updates of one answer from which on more may follow.
const FULL: usize = 1_000;
const ROUNDS_MOST: usize = 40;

/// What was new of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Synced {
    pub request: Code,
    pub number: String,
    pub said: String,
}

#[derive(Debug, Default)]
pub struct SyncReport {
    pub items: Vec<Synced>,
    /// Tokens that have a number now, and those that still wait.
    pub numbered: usize,
    pub waiting: usize,
    /// Requests of which nothing was new.
    pub unchanged: usize,
    /// What could not be asked for, and why.
    pub faults: Vec<(Code, String)>,
}

/// The moment after which those that a server closed are still spoken of.
pub(super) fn asked_about_from(app: &App) -> i64 {
    app.clock().now().as_microsecond().saturating_sub(micros(CLOSED))
}

/// Asks a server about what was passed on to it. In a dry run nothing is kept.
pub async fn sync(
    app: &App,
    line: &Line<'_>,
    dry_run: bool,
    progress: impl Fn(usize),
) -> Result<SyncReport, PeerError> {
    let peer = line.peer;
    let mut report = SyncReport::default();
    let closed_after = asked_about_from(app);
    let (mut after, mut looked, mut earliest) = (String::new(), 0, None::<i64>);
    loop {
        let some = app.passed_on_open((&peer.plan, &peer.id), closed_after, after.clone(), TOGETHER).await?;
        let Some(last) = some.last() else { break };
        after = last.request.to_string();
        looked += some.len();
        let mut numbered = Vec::new();
        for held in some {
            if held.number.is_empty() && !held.token.is_empty() {
                numbered.extend(resolve(app, line, held, dry_run, &mut report).await?);
            } else if !held.number.is_empty() {
                numbered.push(held);
            }
        }
        let unseen = numbered.iter().filter(|held| held.state.is_empty()).map(|held| held.sent_at);
        earliest = earliest.into_iter().chain(unseen).min();
        standing(app, line, numbered, dry_run, &mut report).await?;
        progress(looked);
    }
    if peer.updates {
        updates(app, line, earliest, dry_run, &mut report).await?;
    }
    Ok(report)
}

fn micros(span: SignedDuration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

/// The number behind a token, where there is one now.
async fn resolve(
    app: &App,
    line: &Line<'_>,
    held: PassedOn,
    dry_run: bool,
    report: &mut SyncReport,
) -> Result<Option<PassedOn>, PeerError> {
    let token: String = url::form_urlencoded::byte_serialize(held.token.as_bytes()).collect();
    let answer = match line.read(&format!("tokens/{token}.json"), &[]).await {
        Ok(value) => records_of_token(value),
        Err(CallFault::Stop(error)) => return Err(error),
        Err(CallFault::Refused(said) | CallFault::Later(said)) => {
            report.faults.push((held.request, said));
            return Ok(None);
        }
    };
    if answer.is_empty() {
        report.waiting += 1;
        return Ok(None);
    }
    report.numbered += 1;
    let held = PassedOn { number: answer, ..held };
    if !dry_run {
        app.keep_passed_on(held.clone()).await?;
    }
    Ok(Some(held))
}

fn records_of_token(value: Value) -> String {
    records(value)
        .iter()
        .map(|record| text(&record["service_request_id"]))
        .find(|id| !id.is_empty())
        .unwrap_or_default()
}

/// How some requests stand there; what has changed is taken.
async fn standing(
    app: &App,
    line: &Line<'_>,
    some: Vec<PassedOn>,
    dry_run: bool,
    report: &mut SyncReport,
) -> Result<(), PeerError> {
    if some.is_empty() {
        return Ok(());
    }
    let peer = line.peer;
    let numbers = some.iter().map(|held| held.number.as_str()).collect::<Vec<_>>().join(",");
    let asked = [("service_request_id", numbers)];
    let found = records(line.read("requests.json", &asked).await.map_err(CallFault::stop)?);
    for held in some {
        let record = found.iter().find(|record| text(&record["service_request_id"]) == held.number);
        let Some(record) = record else {
            report.unchanged += 1;
            continue;
        };
        let (status, notes) = (text(&record["status"]).to_lowercase(), text(&record["status_notes"]));
        let parts = [status.as_str(), notes.as_str()];
        let said = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
        if said == held.state {
            report.unchanged += 1;
            continue;
        }
        let closed = status == "closed";
        // That it is open there is what was asked for, and updates say the rest in more words.
        let news = !peer.updates && (closed || !held.state.is_empty());
        let answers = peer.answers && closed && !notes.is_empty();
        let word = PeerWord {
            request: held.request.clone(),
            id: format!("state\u{1f}{}\u{1f}{said}\u{1f}{}", held.number, text(&record["updated_datetime"])),
            text: if answers { notes } else { said.clone() },
            answers,
        };
        if news {
            app.take_peer_word(&held.plan, &held.server, &peer.name, word, !dry_run).await?;
        }
        if !dry_run {
            let closed_at = if closed { app.clock().now().as_microsecond() } else { 0 };
            app.keep_passed_on(PassedOn { state: said.clone(), closed_at, ..held.clone() }).await?;
        }
        report.items.push(Synced { request: held.request, number: held.number, said });
    }
    Ok(())
}

/// Updates since the last one that was seen; from `earliest` where that is earlier, when a request was passed on that had
/// no number before.
async fn updates(
    app: &App,
    line: &Line<'_>,
    earliest: Option<i64>,
    dry_run: bool,
    report: &mut SyncReport,
) -> Result<(), PeerError> {
    let peer = line.peer;
    let now = app.clock().now();
    let mark = app.read_mark(&peer.plan, &peer.site()).await?.moment.parse::<Timestamp>().ok();
    let earliest = earliest.and_then(|at| Timestamp::from_microsecond(at).ok());
    let Some(from) = [mark, earliest].into_iter().flatten().min() else { return Ok(()) };
    let mut from = from.saturating_sub(OVERLAP).unwrap_or(from).min(now);
    let mut newest = mark;
    let moment = |at: Timestamp| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    for _ in 0..ROUNDS_MOST {
        let to = from.saturating_add(SPAN).unwrap_or(now).min(now);
        let asked = [("start_date", moment(from)), ("end_date", moment(to))];
        let answer = line.read("servicerequestupdates.json", &asked).await.map_err(CallFault::stop)?;
        let found: Vec<Update> = records(answer).iter().filter_map(Update::of).collect();
        let last = found.iter().filter_map(|update| update.at).max();
        for (number, update) in found.iter().enumerate() {
            let answers = peer.answers
                && update.closes()
                && !found[number + 1..].iter().any(|later| later.number == update.number && later.closes());
            take_update(app, line, update, answers, dry_run, report).await?;
        }
        newest = newest.max(last);
        match last.filter(|last| found.len() >= FULL && *last > from) {
            // There may be more of that moment.
            Some(last) => from = last,
            None if to >= now => break,
            None => from = to,
        }
    }
    if let Some(newest) = newest.filter(|_| !dry_run) {
        // It moves only forward.
        app.keep_read_mark(&peer.plan, &peer.site(), "", &newest.to_string()).await?;
    }
    Ok(())
}

/// An update as a server tells it.
struct Update {
    id: String,
    number: String,
    status: String,
    said: String,
    at: Option<Timestamp>,
}

impl Update {
    fn of(record: &Value) -> Option<Self> {
        let out = Self {
            id: text(&record["update_id"]),
            number: text(&record["service_request_id"]),
            status: text(&record["status"]).to_uppercase(),
            said: text(&record["description"]),
            at: text(&record["updated_datetime"]).parse().ok(),
        };
        (!out.id.is_empty() && !out.number.is_empty() && !out.said.is_empty()).then_some(out)
    }

    fn closes(&self) -> bool {
        matches!(self.status.as_str(), "CLOSED" | "FIXED")
    }
}

/// Takes an update where it is of a request that was passed on.
async fn take_update(
    app: &App,
    line: &Line<'_>,
    update: &Update,
    answers: bool,
    dry_run: bool,
    report: &mut SyncReport,
) -> Result<(), PeerError> {
    let peer = line.peer;
    let held = app.passed_on_by_number(&peer.plan, &peer.id, update.number.clone()).await?;
    // What was told there comes back among the rest.
    let Some(held) = held.filter(|held| !is_ours(held, &update.said)) else { return Ok(()) };
    let said = match update.status.is_empty() {
        true => update.said.clone(),
        false => format!("{} · {}", update.status, update.said),
    };
    let word = PeerWord {
        request: held.request.clone(),
        id: format!("update\u{1f}{}", update.id),
        text: if answers { update.said.clone() } else { said.clone() },
        answers,
    };
    if app.take_peer_word(&held.plan, &held.server, &peer.name, word, !dry_run).await? {
        report.items.push(Synced { request: held.request, number: held.number, said });
    }
    Ok(())
}
