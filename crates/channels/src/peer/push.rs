//! Passing requests on: only what everybody may read here, each once. It is put down before it is sent that it is, so that
//! a run that was stopped in the middle asks the other side first before it sends again.

use std::borrow::Cow;

use app::App;
use app::request::{OpenRequest, PassedOn, states_of};
use domain::code::Code;
use domain::request::query::{RequestAfter, RequestQuery};
use domain::request::question::QuestionAnswer;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use words::Lang;

use super::call::{CallFault, records, text};
use super::tell::{ToldThere, tell};
use super::{AttributeValue, Line, Peer, PeerError};

/// Requests that are looked at together.
const TOGETHER: usize = 200;
/// Characters of a description that the standard allows, less those of our own number.
const TEXT_MOST: usize = 3_800;
/// How far around the moment of sending the other side is asked whether a request came there.
const AROUND: SignedDuration = SignedDuration::from_hours(2);

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PushOutcome {
    /// It has a number there.
    Sent(String),
    /// The number comes later.
    Waiting(String),
    /// It had come there before, though nobody had heard so.
    Found(String),
    /// It would be sent, were this no dry run.
    Would,
    /// The server says no, and why: it is not sent again by itself.
    Refused(String),
    /// It is sent the next time.
    Later(String),
    /// Nobody may read it any more: it stays here.
    Gone,
}

impl PushOutcome {
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Sent(_) => "sent",
            Self::Waiting(_) => "waiting",
            Self::Found(_) => "found",
            Self::Would => "would_send",
            Self::Refused(_) => "refused",
            Self::Later(_) => "later",
            Self::Gone => "gone",
        }
    }

    /// The number or token there, or what was wrong.
    pub fn said(&self) -> &str {
        match self {
            Self::Sent(said)
            | Self::Waiting(said)
            | Self::Found(said)
            | Self::Refused(said)
            | Self::Later(said) => said,
            Self::Would | Self::Gone => "",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    pub request: Code,
    pub service: String,
    pub outcome: PushOutcome,
}

#[derive(Debug, Default)]
pub struct PushReport {
    pub items: Vec<Pushed>,
    /// Passed on before.
    pub known: usize,
    /// Refused before, and left.
    pub refused_before: usize,
    /// What was said here later of those that were passed on.
    pub told: Vec<ToldThere>,
    /// Why it stopped before its end.
    pub stopped: Option<PeerError>,
}

impl PushReport {
    pub fn count(&self, of: &str) -> usize {
        self.items.iter().filter(|item| item.outcome.as_str() == of).count()
    }

    /// The same of what was said later.
    pub fn count_told(&self, of: &str) -> usize {
        self.told.iter().filter(|told| told.outcome.as_str() == of).count()
    }

    pub fn is_good(&self) -> bool {
        let missed = |of| self.count(of) + self.count_told(of);
        self.stopped.is_none() && missed("refused") + missed("later") == 0
    }
}

/// By what our number is found in a description there.
pub(super) fn reference(plan: &Code, request: &str) -> String {
    format!("[{plan}/{request}]")
}

fn query(peer: &Peer) -> RequestQuery {
    RequestQuery {
        categories: peer.services.keys().cloned().collect(),
        areas: peer.areas.clone(),
        states: states_of(true),
        received_from: peer.since.map(|day| day.at(0, 0, 0, 0)),
        ..RequestQuery::default()
    }
}

/// Passes on what was not passed on yet; with `again` also what was refused. Then it tells what was said later of what was
/// passed on, where the server has updates. `progress` is told how many were looked at.
pub async fn push(
    app: &App,
    line: &Line<'_>,
    dry_run: bool,
    again: bool,
    progress: impl Fn(usize),
) -> Result<PushReport, PeerError> {
    let mut report = PushReport::default();
    if !line.peer.services.is_empty() {
        new_ones(app, line, (dry_run, again), &mut report, progress).await?;
    }
    if line.peer.updates && report.stopped.is_none() {
        report.stopped = tell(app, line, dry_run, &mut report.told).await.err();
    }
    Ok(report)
}

async fn new_ones(
    app: &App,
    line: &Line<'_>,
    (dry_run, again): (bool, bool),
    report: &mut PushReport,
    progress: impl Fn(usize),
) -> Result<(), PeerError> {
    let peer = line.peer;
    let (query, mut after, mut looked) = (query(peer), None::<RequestAfter>, 0);
    loop {
        let batch = app.open_batch(&peer.plan, &query, after, TOGETHER, Lang::Zh).await?;
        let codes: Vec<Code> =
            batch.rows.iter().filter_map(|row| Code::new(&row.service_request_id).ok()).collect();
        let held = app.passed_on(&peer.plan, &peer.id, codes).await?;
        for row in &batch.rows {
            progress(looked);
            looked += 1;
            let before = held.iter().find(|held| held.request.as_str() == row.service_request_id);
            match before {
                Some(before) if !before.number.is_empty() || !before.token.is_empty() => {
                    report.known += 1;
                    continue;
                }
                Some(before) if !before.fault.is_empty() && !again => {
                    report.refused_before += 1;
                    continue;
                }
                _ => {}
            }
            let Some(service) = Code::new(&row.service_code).ok().and_then(|code| peer.services.get(&code))
            else {
                continue;
            };
            let Ok(request) = Code::new(&row.service_request_id) else { continue };
            let outcome = match dry_run {
                true => PushOutcome::Would,
                false => match one(app, line, row, &request, service, before).await {
                    Ok(outcome) => outcome,
                    Err(stopped) => {
                        report.stopped = Some(stopped);
                        return Ok(());
                    }
                },
            };
            report.items.push(Pushed { request, service: service.clone(), outcome });
        }
        after = batch.next;
        if after.is_none() {
            return Ok(());
        }
    }
}

async fn one(
    app: &App,
    line: &Line<'_>,
    row: &OpenRequest,
    request: &Code,
    service: &str,
    before: Option<&PassedOn>,
) -> Result<PushOutcome, PeerError> {
    let peer = line.peer;
    let now = app.clock().now();
    let mut held = PassedOn {
        plan: peer.plan.clone(),
        server: peer.id.clone(),
        request: request.clone(),
        number: String::new(),
        token: String::new(),
        state: String::new(),
        fault: String::new(),
        tries: before.map_or(0, |before| before.tries) + 1,
        sent_at: now.as_microsecond(),
        closed_at: 0,
        told: before.map_or(0, |before| before.told),
        telling_at: 0,
    };
    // It may have come there, and the answer not here.
    if let Some(before) = before.filter(|before| before.fault.is_empty()) {
        match find(line, request, service, before.sent_at).await {
            Ok(Some(number)) => {
                held.number.clone_from(&number);
                held.sent_at = before.sent_at;
                app.keep_passed_on(held).await?;
                return Ok(PushOutcome::Found(number));
            }
            Ok(None) => {}
            Err(CallFault::Stop(error)) => return Err(error),
            Err(CallFault::Refused(said) | CallFault::Later(said)) => return Ok(PushOutcome::Later(said)),
        }
    }
    // It may have been hidden or withdrawn while others were sent.
    let shown = match app.public_request(&peer.plan, request).await {
        Ok(shown) => shown,
        Err(app::AppError::NotFound) => return Ok(PushOutcome::Gone),
        Err(error) => return Err(error.into()),
    };
    // What was said since it came in is told as such, where it is told at all: a description is for everybody to read.
    let told = if peer.words { shown.registered } else { shown.version };
    held.told = i64::try_from(told.0).unwrap_or(i64::MAX);
    let asked = peer.attributes.get(service);
    let portfolio = app.portfolio(&peer.plan, app::read::Asked::default()).await?;
    let category = shown.category.as_ref().and_then(|code| portfolio.plan.request_category(code.as_str()));
    // What an earlier category asked is shown to nobody.
    let asks =
        |answer: &QuestionAnswer| category.is_some_and(|held| held.question(&answer.question).is_some());
    let answers: Vec<QuestionAnswer> = shown.details.into_iter().filter(asks).collect();
    let mut form = form(peer, row, request, service);
    form.extend(asked.into_iter().flatten().flat_map(|(code, value)| attribute(code, value, &answers)));
    app.keep_passed_on(held.clone()).await?;
    let answer = line.send("requests.json", &form).await;
    let outcome = match answer {
        Ok(value) => taken(value),
        Err(CallFault::Refused(said)) => PushOutcome::Refused(said),
        Err(CallFault::Later(said)) => PushOutcome::Later(said),
        Err(CallFault::Stop(error)) => {
            // Whoever does not take the key has taken nothing.
            held.fault = error.to_string();
            app.keep_passed_on(held).await?;
            return Err(error);
        }
    };
    match &outcome {
        PushOutcome::Sent(number) => held.number.clone_from(number),
        PushOutcome::Waiting(token) => held.token.clone_from(token),
        PushOutcome::Refused(said) => held.fault.clone_from(said),
        // Nobody knows: it is asked for the next time.
        _ => return Ok(outcome),
    }
    app.keep_passed_on(held).await?;
    Ok(outcome)
}

/// A field of a form.
pub(super) type Field = (Cow<'static, str>, String);

/// What the other side asks of a service, as the standard names it: once for each of several values.
fn attribute(code: &str, value: &AttributeValue, answers: &[QuestionAnswer]) -> Vec<Field> {
    let values: &[String] = match value {
        AttributeValue::Fixed(value) => std::slice::from_ref(value),
        AttributeValue::Answer(question) => {
            answers.iter().find(|held| held.question == *question).map_or(&[], |held| &held.values)
        }
    };
    let several = if values.len() > 1 { "[]" } else { "" };
    let field = |value: &String| (format!("attribute[{code}]{several}").into(), value.clone());
    values.iter().map(field).collect()
}

fn form(peer: &Peer, row: &OpenRequest, request: &Code, service: &str) -> Vec<Field> {
    let reference = reference(&peer.plan, request.as_str());
    let said = match row.title.trim() {
        title if title.is_empty() || row.description.contains(title) => row.description.clone(),
        title => format!("{title}\n{}", row.description),
    };
    let said: String = said.chars().take(TEXT_MOST).collect();
    let degrees = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    vec![
        ("service_code".into(), service.to_owned()),
        ("lat".into(), degrees(row.lat)),
        ("long".into(), degrees(row.long)),
        // Where there is neither point nor address the other side would take nothing.
        (
            "address_string".into(),
            if row.address.is_empty() && row.lat.is_none() { "—".into() } else { row.address.clone() },
        ),
        ("description".into(), format!("{said}\n{reference}")),
        // The same each time: who sends again is known again.
        ("device_id".into(), reference),
    ]
}

fn taken(value: Value) -> PushOutcome {
    let records = records(value);
    let Some(record) = records.first() else { return PushOutcome::Later("it answered with nothing".into()) };
    match (text(&record["service_request_id"]), text(&record["token"])) {
        (number, _) if !number.is_empty() => PushOutcome::Sent(number),
        (_, token) if !token.is_empty() => PushOutcome::Waiting(token),
        _ => PushOutcome::Later("it answered with neither number nor token".into()),
    }
}

/// The span around a moment of sending, as it is asked for.
pub(super) fn around(sent_at: i64) -> [(&'static str, String); 2] {
    let sent = Timestamp::from_microsecond(sent_at).unwrap_or(Timestamp::UNIX_EPOCH);
    let moment = |at: Timestamp| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    [
        ("start_date", moment(sent.saturating_sub(AROUND).unwrap_or(sent))),
        ("end_date", moment(sent.saturating_add(AROUND).unwrap_or(sent))),
    ]
}

/// The number of a request that may have come there around a moment.
async fn find(
    line: &Line<'_>,
    request: &Code,
    service: &str,
    sent_at: i64,
) -> Result<Option<String>, CallFault> {
    let [start, end] = around(sent_at);
    let asked = [("service_code", service.to_owned()), start, end];
    let reference = reference(&line.peer.plan, request.as_str());
    let found = records(line.read("requests.json", &asked).await?);
    let ours = |record: &&Value| text(&record["description"]).contains(&reference);
    Ok(found.iter().find(ours).map(|record| text(&record["service_request_id"])).filter(|id| !id.is_empty()))
}
