//! Updates of requests, as mySociety extended the standard: what happened to published ones, and what a program
//! adds to those that it brought.

use app::read::Asked as View;
use app::request::{OpenNote, RequestAct, RequestPaging};
use axum::http::StatusCode;
use domain::code::Code;
use domain::request::query::RequestQuery;
use domain::request::{CallWay, RequestState, RequestStep, Solved};
use jiff::ToSpan;
use words::Lang;

use crate::Server;
use crate::asked::Asked;
use crate::bring::program;
use crate::fault::Fault;
use crate::form::Node;
use crate::jurisdiction::Jurisdiction;

/// Requests that are looked at for one answer, newest first, and the days of one span.
const MOST: usize = 500;
const DAYS: i64 = 90;
const TEXT_MOST: usize = 2_000;
const WORDS: [&str; 13] = [
    "OPEN",
    "CLOSED",
    "FIXED",
    "IN_PROGRESS",
    "ACTION_SCHEDULED",
    "INVESTIGATING",
    "DUPLICATE",
    "NOT_COUNCILS_RESPONSIBILITY",
    "NO_FURTHER_ACTION",
    "INTERNAL_REFERRAL",
    "FOR_TRIAGE",
    "CANCELLED",
    "REOPEN",
];

/// A state in the words of the extension.
fn status(state: RequestState) -> &'static str {
    match state {
        RequestState::Received => "FOR_TRIAGE",
        RequestState::Assigned | RequestState::Accepted | RequestState::WaitingForResident => "OPEN",
        RequestState::ReturnAsked => "INTERNAL_REFERRAL",
        RequestState::InProgress => "IN_PROGRESS",
        RequestState::OnTheBooks => "ACTION_SCHEDULED",
        RequestState::Answered | RequestState::Closed | RequestState::ReopenAsked => "CLOSED",
        RequestState::Reopened => "REOPEN",
        RequestState::Merged => "DUPLICATE",
        RequestState::Refused => "NO_FURTHER_ACTION",
        RequestState::Withdrawn => "CANCELLED",
    }
}

/// What happened to published requests in a span of time, in the order in which it did.
pub async fn list(server: &Server, held: &Jurisdiction, asked: &Asked, lang: Lang) -> Result<Node, Fault> {
    let zone = server.app.clock().zone().clone();
    let now = server.app.wall();
    let start = asked.moment("start_date", &zone)?;
    let end = asked.moment("end_date", &zone)?.unwrap_or(now);
    let start = start.unwrap_or_else(|| end.saturating_sub(1.days()));
    if end < start {
        return Err(Fault::bad("start_date must not be later than end_date"));
    }
    let end = end.min(start.saturating_add(DAYS.days()));
    let query = RequestQuery { moved_from: Some(start), ..RequestQuery::default() };
    let paging = RequestPaging { limit: MOST, ..RequestPaging::default() };
    let mut found: Vec<(String, OpenNote)> = Vec::new();
    for row in server.app.open_page(&held.plan, &query, &paging, lang).await? {
        let Ok(code) = Code::new(&row.service_request_id) else { continue };
        let history = server.app.open_history(&held.plan, &code, lang).await?;
        let within = history.notes.into_iter().filter(|note| note.at >= start && note.at <= end);
        found.extend(within.map(|note| (row.service_request_id.clone(), note)));
    }
    found.sort_by(|a, b| a.1.at.cmp(&b.1.at).then_with(|| a.0.cmp(&b.0)));
    let updates = found.into_iter().map(|(number, note)| {
        Node::Record(vec![
            ("update_id", Node::text(note.id)),
            ("service_request_id", Node::text(number)),
            ("status", Node::text(status(note.state))),
            ("updated_datetime", Node::text(note.datetime)),
            ("description", Node::text(note.description)),
            ("media_url", Node::Null),
            ("external_status_code", Node::text(note.state.as_str())),
        ])
    });
    Ok(Node::List("request_update", updates.collect()))
}

/// Adds to a request what its program heard from whoever asked.
pub async fn add(server: &Server, held: &Jurisdiction, asked: &Asked, test: bool) -> Result<Node, Fault> {
    let program = program(server, asked).await?;
    let mut errors: Vec<String> =
        ["service_request_id", "update_id", "status", "updated_datetime", "description"]
            .iter()
            .filter(|name| asked.get(name).is_none())
            .map(|name| format!("{name} required"))
            .collect();
    let word = asked.get("status").unwrap_or_default().to_ascii_uppercase();
    if !word.is_empty() && !WORDS.contains(&word.as_str()) {
        errors.push(format!("status must be one of {}", WORDS.join(", ")));
    }
    if let Err(fault) = asked.moment("updated_datetime", &server.app.clock().zone().clone()) {
        errors.extend(fault.errors);
    }
    let text = asked.get("description").unwrap_or_default().to_owned();
    if text.chars().count() > TEXT_MOST {
        errors.push(format!("description must have at most {TEXT_MOST} characters"));
    }
    if !errors.is_empty() {
        return Err(Fault { status: StatusCode::BAD_REQUEST, errors });
    }
    let unknown = || Fault::not_found("service_request_id is not known here");
    let code = Code::new(asked.get("service_request_id").unwrap_or_default()).map_err(|_| unknown())?;
    let (request, _) = server.app.request(&held.plan, &code, View::default()).await.map_err(|_| unknown())?;
    // A program speaks for those who asked through it, and for nobody else.
    if request.program != program.id {
        return Err(unknown());
    }
    let given = asked.get("update_id").unwrap_or_default().to_owned();
    let told =
        |id: String| Node::List("request_update", vec![Node::Record(vec![("update_id", Node::text(id))])]);
    let masked = domain::request::personal::mask(&text);
    let again = request.words.last().is_some_and(|(_, last)| *last == masked);
    if test || again {
        return Ok(told(given));
    }
    let answered = matches!(request.state, RequestState::Answered | RequestState::Closed);
    let act = match word.as_str() {
        "REOPEN" if request.state == RequestState::Answered => RequestAct::CallBack {
            way: CallWay::Link,
            reached: true,
            contacted: None,
            solved: Some(Solved::No),
            satisfaction: None,
            text,
        },
        "REOPEN" if answered => RequestAct::Step { step: RequestStep::AskReopen, reason: text },
        "FIXED" if request.state == RequestState::Answered => RequestAct::CallBack {
            way: CallWay::Link,
            reached: true,
            contacted: None,
            solved: Some(Solved::Yes),
            satisfaction: None,
            text,
        },
        "CANCELLED" if request.state.is_open() => {
            RequestAct::Step { step: RequestStep::Withdraw, reason: text }
        }
        _ => RequestAct::Word { text },
    };
    server.app.act_by_program(&held.plan, &code, &program, act).await?;
    Ok(told(given))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_a_word_of_the_extension() {
        for state in RequestState::ALL {
            assert!(WORDS.contains(&status(*state)), "{state:?}");
        }
    }
}
