//! Short messages, handed to a gateway that sends them: JSON `{id, phone, text, language}`, signed as webhooks of our own
//! are. What a gateway answers is not kept: it may repeat the number.

use app::notify::{Carried, ShortMessage};
use domain::code::Code;
use domain::preference::Language;
use jiff::Timestamp;
use serde_json::json;
use url::Url;

use crate::http::Http;
use crate::settings::Secret;
use crate::webhook::{Answer, Preset, Request, judge};

/// The longest that a gateway may take.
pub(crate) const TIMEOUT: std::time::Duration = std::time::Duration::from_secs(10);

/// A gateway, how it is called and in which language it asks.
#[derive(Clone)]
pub struct Gateway {
    pub plan: Code,
    pub id: Code,
    /// It may hold a secret.
    pub address: Secret,
    pub secret: Secret,
    pub language: Language,
    pub http: Http,
}

/// Makes the request for a message, at a moment.
pub(crate) fn request(gateway: &Gateway, text: &ShortMessage, now: Timestamp) -> Result<Request, String> {
    let url = Url::parse(gateway.address.reveal()).map_err(|error| error.to_string())?;
    let ShortMessage { id, phone, text, lang } = text;
    let body = json!({ "id": id, "phone": phone, "text": text, "language": lang }).to_string();
    let timestamp = now.as_second();
    let headers = vec![
        ("content-type", "application/json; charset=utf-8".to_owned()),
        ("x-huitian-event", id.clone()),
        ("x-huitian-timestamp", timestamp.to_string()),
        ("x-huitian-signature", format!("sha256={}", gateway.secret.sign(timestamp, &body))),
    ];
    Ok(Request { url, headers, body })
}

/// What an answer means, by its status alone.
pub(crate) fn judged(answer: Answer) -> Carried {
    judge(Preset::Signed, &Answer { body: String::new(), ..answer })
}
