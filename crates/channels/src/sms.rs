//! Short messages that residents send, passed on by a gateway and signed as posts are: `POST /channels/PLAN/sms/GATEWAY`
//! with `{id, phone, text}`. They answer the question whether a request is solved (call-back). Whoever passes one on does
//! not learn whether anybody knows the number: what is taken is answered alike.

use app::App;
use app::request::{IncomingText, SmsGateway, TextTaken};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::code::Code;
use serde::Deserialize;
use serde_json::json;

use crate::problem::{Fault, not_here, parsed, signature, unbelieved};

/// Characters of an id, of a number and of a text.
const LINE_MOST: usize = 200;
const PHONE_MOST: usize = 40;
const TEXT_MOST: usize = 2_000;
/// Digits of a number: no country has fewer or more.
const DIGITS: std::ops::RangeInclusive<usize> = 3..=20;

/// A message's body.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    id: String,
    phone: String,
    text: String,
}

pub(crate) async fn take(
    State(app): State<App>,
    Path((plan, gateway)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Fault> {
    let codes = Code::new(&plan).ok().zip(Code::new(&gateway).ok());
    let held: Option<&SmsGateway> =
        codes.and_then(|(plan, id)| app.gateways().iter().find(|held| held.plan == plan && held.id == id));
    let gateway = held.ok_or_else(|| not_here("gateway"))?.clone();
    let (timestamp, signature) = signature(&headers);
    let signed = gateway.check(timestamp, signature, &body, app.clock().now()).map_err(unbelieved)?;
    let text = read(&body)?;
    match app.take_text(&gateway, text, signed).await? {
        TextTaken::Taken => {
            let kind = [
                (header::CONTENT_TYPE, "application/json; charset=utf-8"),
                (header::CACHE_CONTROL, "no-store"),
            ];
            Ok((StatusCode::ACCEPTED, kind, json!({ "outcome": "taken" }).to_string()).into_response())
        }
        TextTaken::TooMany => {
            let detail = "the gateway has sent too many: send it again later, signed again";
            Err(Fault::new(StatusCode::TOO_MANY_REQUESTS, "too-many", detail))
        }
        TextTaken::Replayed => {
            let detail = "this very message was taken already: whoever sends again signs again";
            Err(Fault::new(StatusCode::CONFLICT, "replayed", detail))
        }
    }
}

/// Everything that is wrong is said at once.
fn read(body: &[u8]) -> Result<IncomingText, Fault> {
    let Message { id, phone, text } = parsed(body, "text")?;
    let mut errors = Vec::new();
    for (field, said, most) in
        [("id", &id, LINE_MOST), ("phone", &phone, PHONE_MOST), ("text", &text, TEXT_MOST)]
    {
        if said.chars().count() > most {
            errors.push((field.to_owned(), format!("at most {most} characters")));
        }
    }
    if id.trim().is_empty() {
        errors.push(("id".into(), "it must not be empty".into()));
    }
    if !DIGITS.contains(&phone.chars().filter(char::is_ascii_digit).count()) {
        errors.push(("phone".into(), "the number that it was sent from, in digits".into()));
    }
    if errors.is_empty() {
        return Ok(IncomingText { id, phone, text });
    }
    let detail = "some members of the message do not fit";
    Err(Fault { errors, ..Fault::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail) })
}
