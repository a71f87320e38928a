//! Updates of requests, as mySociety extended the standard: what happened to published ones, and what a program
//! adds to those that it brought.

use app::AppError;
use app::request::{OpenUpdates, ProgramUpdate, ProgramWish, UpdateSpan};
use axum::http::StatusCode;
use domain::code::Code;
use domain::journal::Seq;
use domain::request::RequestState;
use jiff::ToSpan;
use words::Lang;

use crate::Server;
use crate::asked::Asked;
use crate::bring::program;
use crate::fault::Fault;
use crate::find::Found;
use crate::form::Node;
use crate::jurisdiction::Jurisdiction;

/// Updates of one answer, those that pages pass over, and the days of one span.
const MOST: usize = 1_000;
const SKIP_MOST: usize = 10_000;
const DAYS: i64 = 90;
/// More entries than any journal has.
const ENTRY_MOST: usize = i64::MAX as usize;
/// Characters of a program's number for an update.
const NUMBER_MOST: usize = 200;
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

/// What was recorded of published requests in a span of time, in the order in which it was.
pub async fn list(server: &Server, held: &Jurisdiction, asked: &Asked, lang: Lang) -> Result<Found, Fault> {
    let zone = server.app.clock().zone().clone();
    let now = server.app.wall();
    let start = asked.moment("start_date", &zone)?;
    let end = asked.moment("end_date", &zone)?.unwrap_or(now);
    let start = start.unwrap_or_else(|| end.saturating_sub(1.days()));
    if end < start {
        return Err(Fault::bad("start_date must not be later than end_date"));
    }
    let mut warnings = Vec::new();
    let last = start.saturating_add(DAYS.days());
    if end > last {
        warnings.push(format!("a span is at most {DAYS} days: end_date was taken as {last}"));
    }
    let limit = asked.whole("page_size", MOST)?.unwrap_or(MOST);
    let page = asked.whole("page", SKIP_MOST + 1)?.unwrap_or(1);
    let skip = (page - 1) * limit;
    if skip > SKIP_MOST {
        let said = "go on with the after that the Warning of the first page names";
        return Err(Fault::bad(format!("pages reach over at most {SKIP_MOST} updates: {said}")));
    }
    let behind = Seq(asked.whole("after", ENTRY_MOST)?.unwrap_or(0) as u64);
    let span = UpdateSpan { from: start, to: end.min(last), behind, skip, limit };
    let OpenUpdates { updates, next } = server.app.open_updates(&held.plan, span, lang).await?;
    if let Some(next) = next {
        let said = "go on with the same dates and, instead of a page,";
        warnings.push(format!("more updates follow: {said} after={next}"));
    }
    let updates = updates.into_iter().map(|update| {
        Node::Record(vec![
            ("update_id", Node::text(update.id)),
            ("service_request_id", Node::text(update.request.as_str())),
            ("status", Node::text(status(update.state))),
            ("updated_datetime", Node::text(update.datetime)),
            ("description", Node::text(update.description)),
            ("media_url", Node::Null),
            ("external_status_code", Node::text(update.state.as_str())),
        ])
    });
    Ok(Found::new(Node::List("request_update", updates.collect()), &warnings))
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
    if asked.get("update_id").is_some_and(|number| number.chars().count() > NUMBER_MOST) {
        errors.push(format!("update_id must have at most {NUMBER_MOST} characters"));
    }
    if text.chars().count() > TEXT_MOST {
        errors.push(format!("description must have at most {TEXT_MOST} characters"));
    }
    if !errors.is_empty() {
        return Err(Fault { status: StatusCode::BAD_REQUEST, errors });
    }
    let unknown = || Fault::not_found("service_request_id is not known here");
    let code = Code::new(asked.get("service_request_id").unwrap_or_default()).map_err(|_| unknown())?;
    match server.app.request_of_program(&held.plan, &code, &program).await {
        Err(AppError::NotFound) => return Err(unknown()),
        found => found?,
    };
    let number = asked.get("update_id").unwrap_or_default().to_owned();
    let told = Node::Record(vec![("update_id", Node::text(number.clone()))]);
    if !test {
        let update = ProgramUpdate { number, wish: wish(&word), text };
        server.app.update_by_program(&held.plan, &code, &program, update).await?;
    }
    Ok(Node::List("request_update", vec![told]))
}

/// What a word of the extension wants of the request; all others only tell something.
fn wish(word: &str) -> ProgramWish {
    match word {
        "REOPEN" => ProgramWish::Reopen,
        "FIXED" => ProgramWish::Solved,
        "CANCELLED" => ProgramWish::Withdraw,
        _ => ProgramWish::Nothing,
    }
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
