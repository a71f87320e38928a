//! One call of GeoReport, tried again for a while where the other side is only busy.

use std::borrow::Cow;
use std::time::Duration;

use delivery::http::{Call, HttpError, Limits, Method, Reply};
use serde_json::Value;
use url::Url;
use url::form_urlencoded::Serializer;

use super::{Line, PeerError};

/// How long a server may take, and how long its answer may be.
const TIME_MOST: Duration = Duration::from_secs(30);
const ANSWER_MOST: usize = 8 * 1024 * 1024;
/// A server that asks to be left alone for longer is asked the next time.
const WAIT_MOST: u32 = 30;
/// Characters of what a server says that are repeated.
const SAID_MOST: usize = 300;

/// How often a call is tried, and how long is waited before the second try; before each further one twice as long.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    pub tries: u32,
    pub wait: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self { tries: 3, wait: Duration::from_secs(1) }
    }
}

/// Why a call did not come to an answer that counts.
#[derive(Debug)]
pub(super) enum CallFault {
    /// The server says no to this one.
    Refused(String),
    /// It may go another time; whether it came there nobody knows.
    Later(String),
    /// Nothing will go with this server now.
    Stop(PeerError),
}

impl CallFault {
    /// The same for a call of which nothing depends on the one request.
    pub fn stop(self) -> PeerError {
        match self {
            Self::Refused(said) => PeerError::Answer { status: 400, said },
            Self::Later(said) => PeerError::Answer { status: 503, said },
            Self::Stop(error) => error,
        }
    }
}

/// What a member holds as text: programs write numbers for ids.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

/// The records of an answer: a bare list as the standard has it, or one that is wrapped, as some write it.
pub(super) fn records(value: Value) -> Vec<Value> {
    match value {
        Value::Array(records) => records,
        Value::Object(members) => {
            let inner = members.into_iter().map(|(_, value)| value);
            inner
                .flat_map(
                    |value| if value.is_array() || value.is_object() { records(value) } else { Vec::new() },
                )
                .collect()
        }
        _ => Vec::new(),
    }
}

impl Line<'_> {
    fn url(&self, path: &str, query: &[(&str, String)]) -> Result<Url, PeerError> {
        let base = self.peer.address.as_str().trim_end_matches('/');
        let mut url = Url::parse(&format!("{base}/{path}"))
            .map_err(|error| PeerError::Unread(format!("its address: {error}")))?;
        let own = [("jurisdiction_id", self.peer.jurisdiction.clone())];
        let given = query.iter().chain(&own).filter(|(_, value)| !value.is_empty());
        let mut pairs = url.query_pairs_mut();
        for (name, value) in given {
            pairs.append_pair(name, value);
        }
        drop(pairs);
        Ok(url)
    }

    /// What stands at an address.
    pub(super) async fn read(&self, path: &str, query: &[(&str, String)]) -> Result<Value, CallFault> {
        let url = self.url(path, query).map_err(CallFault::Stop)?;
        self.call(Method::GET, url, String::new()).await
    }

    /// Sends a form.
    pub(super) async fn send(&self, path: &str, form: &[(Cow<'_, str>, String)]) -> Result<Value, CallFault> {
        let url = self.url(path, &[]).map_err(CallFault::Stop)?;
        self.call(Method::POST, url, self.body(form)).await
    }

    fn body(&self, form: &[(Cow<'_, str>, String)]) -> String {
        let mut body = Serializer::new(String::new());
        let own = [
            ("api_key".into(), self.peer.key.reveal().to_owned()),
            ("jurisdiction_id".into(), self.peer.jurisdiction.clone()),
        ];
        for (name, value) in own.iter().chain(form).filter(|(_, value)| !value.is_empty()) {
            body.append_pair(name, value);
        }
        body.finish()
    }

    async fn call(&self, method: Method, url: Url, body: String) -> Result<Value, CallFault> {
        let mut wait = self.pace.wait;
        let mut round = 1;
        loop {
            let missed = match self.once(method.clone(), url.clone(), body.clone()).await {
                Ok(value) => return Ok(value),
                Err(missed) => missed,
            };
            // What may have come there is not sent twice: the other side may not know it again.
            let again = missed.untaken || method == Method::GET;
            let asked = missed.wait.unwrap_or(0);
            if !matches!(missed.fault, CallFault::Later(_)) || !again || asked > WAIT_MOST {
                return Err(missed.fault);
            }
            if round >= self.pace.tries {
                return Err(missed.fault);
            }
            tokio::time::sleep(wait.max(Duration::from_secs(asked.into()))).await;
            (wait, round) = (wait * 2, round + 1);
        }
    }

    async fn once(&self, method: Method, url: Url, body: String) -> Result<Value, Missed> {
        let mut headers = vec![("accept", "application/json".to_owned())];
        if method == Method::POST {
            headers.push(("content-type", "application/x-www-form-urlencoded; charset=utf-8".to_owned()));
        }
        let call = Call { method, url, headers, body: body.into_bytes() };
        // An inner network that is named is called without encryption too; the key never goes over the open one so.
        let limits = Limits { time: TIME_MOST, bytes: ANSWER_MOST, plain: false };
        match self.http.send(call, limits).await {
            Ok(reply) => self.judge(reply),
            Err(error) if error.is_final() => Err(Missed::of(CallFault::Stop(error.into()))),
            Err(error) => {
                let untaken = matches!(error, HttpError::Connect(_) | HttpError::Name(_) | HttpError::Tls(_));
                Err(Missed { untaken, ..Missed::of(CallFault::Later(error.to_string())) })
            }
        }
    }

    fn judge(&self, reply: Reply) -> Result<Value, Missed> {
        let (status, wait) = (reply.status, reply.retry_after());
        let bytes = match reply.body {
            Ok(bytes) => bytes,
            Err(HttpError::TooLong) => {
                return Err(Missed::of(CallFault::Stop(PeerError::Unread("it is too long".into()))));
            }
            Err(error) => return Err(Missed::of(CallFault::Later(error.to_string()))),
        };
        let value: Option<Value> = serde_json::from_slice(&bytes).ok();
        if (200..300).contains(&status) {
            let unread = || Missed::of(CallFault::Later("what it answered is no JSON".into()));
            return value.ok_or_else(unread);
        }
        let described: Vec<String> =
            value.map(records).unwrap_or_default().iter().map(|it| text(&it["description"])).collect();
        let said = described.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join("; ");
        let said: String = said.replace(self.peer.key.reveal(), "…").chars().take(SAID_MOST).collect();
        let said = if said.is_empty() { format!("status {status}") } else { said };
        let untaken = matches!(status, 429 | 503);
        let fault = match status {
            401 | 403 => CallFault::Stop(PeerError::Key(said)),
            408 | 429 | 500..=599 => CallFault::Later(said),
            // Where another address is meant, somebody has to say so in the file.
            _ => CallFault::Refused(said),
        };
        Err(Missed { fault, untaken, wait })
    }
}

/// A try that came to no answer that counts.
struct Missed {
    fault: CallFault,
    /// Nothing of it was taken there, for sure.
    untaken: bool,
    /// How long the other side asks to be left alone, in seconds.
    wait: Option<u32>,
}

impl Missed {
    fn of(fault: CallFault) -> Self {
        Self { fault, untaken: false, wait: None }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_are_read_bare_and_wrapped() {
        let one = json!({ "service_request_id": 7 });
        for value in
            [json!([one]), json!({ "requests": [one] }), json!({ "service_requests": { "request": [one] } })]
        {
            let found = records(value);
            assert_eq!(found.len(), 1);
            assert_eq!(text(&found[0]["service_request_id"]), "7");
        }
        assert!(records(json!("x")).is_empty() && records(json!({ "a": "b" })).is_empty());
    }
}
