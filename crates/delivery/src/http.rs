//! One call over HTTP, to an address that may be called, within a time and a size.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
pub use hyper::Method;
use hyper::body::Bytes;
use hyper::header::{CONNECTION, HOST, HeaderMap, LOCATION, RETRY_AFTER, USER_AGENT};
use hyper_util::rt::TokioIo;
use jiff::SignedDuration;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use crate::courier::CourierError;
use crate::network::Network;
use crate::tls;
use crate::webhook::{Answer, Request};

/// No answer is read further.
const ANSWER_MOST: usize = 16 * 1024;

/// Why there is no answer. None of it names the address, which may be a secret.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    #[error("the address lies in an inner network that is not allowed")]
    NotAllowed,
    #[error("without encryption only inner networks that are named are called")]
    Plain,
    #[error("the host's name has no address: {0}")]
    Name(String),
    #[error("cannot connect: {0}")]
    Connect(String),
    #[error("no encrypted connection: {0}")]
    Tls(String),
    #[error("the connection broke: {0}")]
    Broken(String),
    #[error("no answer in time")]
    Time,
    #[error("the answer is too long")]
    TooLong,
    #[error("it leads elsewhere too often, or to where nobody may be led")]
    Led,
}

impl HttpError {
    /// Whether trying again cannot help.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::NotAllowed | Self::Plain | Self::Led)
    }
}

/// What is sent.
#[derive(Debug, Clone)]
pub struct Call {
    pub method: Method,
    pub url: Url,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

/// Within what.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub time: Duration,
    /// Bytes of the answer.
    pub bytes: usize,
    /// Whether the open internet is called without encryption.
    pub plain: bool,
}

/// What was answered.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    /// Its body, or why it could not be read to its end.
    pub body: Result<Vec<u8>, HttpError>,
}

impl Reply {
    /// A header's text; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// How long the other side asks to be left alone, in seconds.
    pub fn retry_after(&self) -> Option<u32> {
        self.header(RETRY_AFTER.as_str()).trim().parse().ok()
    }
}

/// Calls addresses that may be called.
#[derive(Clone)]
pub struct Http {
    pub(crate) tls: TlsConnector,
    pub(crate) network: Arc<Network>,
}

impl Http {
    pub fn new(network: Network, ca_file: Option<&Path>) -> Result<Self, CourierError> {
        let (_, roots) = tls::authorities(ca_file)?;
        Ok(Self { tls: tls::connector(roots)?, network: Arc::new(network) })
    }

    /// Posts a request and gives the answer. Redirections are not followed: they could lead anywhere.
    pub(crate) async fn post(&self, request: Request, most: Duration) -> Result<Answer, HttpError> {
        let Request { url, headers, body } = request;
        let call = Call { method: Method::POST, url, headers, body: body.into_bytes() };
        let limits = Limits { time: most, bytes: ANSWER_MOST, plain: false };
        let reply = self.send(call, limits).await?;
        Ok(Answer {
            status: reply.status,
            retry_after: reply.retry_after().map(|seconds| SignedDuration::from_secs(seconds.into())),
            // An answer that is too long or breaks off is an answer still.
            body: reply
                .body
                .map_or_else(|_| String::new(), |body| String::from_utf8_lossy(&body).into_owned()),
        })
    }

    /// Sends a call and gives the answer, wherever it leads.
    pub async fn send(&self, call: Call, limits: Limits) -> Result<Reply, HttpError> {
        let time = limits.time;
        tokio::time::timeout(time, self.send_unbounded(call, limits)).await.unwrap_or(Err(HttpError::Time))
    }

    /// Reads what stands at an address, and where it leads so many times at most: each place is one that may be called,
    /// and never one without encryption from one with it.
    pub async fn get(
        &self,
        mut url: Url,
        headers: &[(&'static str, String)],
        limits: Limits,
        leads: usize,
    ) -> Result<Reply, HttpError> {
        for _ in 0..=leads {
            let call =
                Call { method: Method::GET, url: url.clone(), headers: headers.to_vec(), body: Vec::new() };
            let reply = self.send(call, limits).await?;
            if !matches!(reply.status, 301 | 302 | 303 | 307 | 308) {
                return Ok(reply);
            }
            let next = url.join(reply.header(LOCATION.as_str())).map_err(|_| HttpError::Led)?;
            let safe = next.scheme() == "https" || next.scheme() == "http" && url.scheme() == "http";
            if !safe {
                return Err(HttpError::Led);
            }
            url = next;
        }
        Err(HttpError::Led)
    }

    async fn send_unbounded(&self, call: Call, limits: Limits) -> Result<Reply, HttpError> {
        let encrypted = call.url.scheme() == "https";
        let stream = self.connect(&call.url, encrypted || limits.plain).await?;
        if !encrypted {
            return exchange(stream, call, limits.bytes).await;
        }
        let name = match call.url.host() {
            Some(Host::Domain(name)) => ServerName::try_from(name.to_owned()),
            Some(Host::Ipv4(address)) => Ok(IpAddr::from(address).into()),
            Some(Host::Ipv6(address)) => Ok(IpAddr::from(address).into()),
            None => return Err(HttpError::Name("there is none".into())),
        }
        .map_err(|error| HttpError::Tls(error.to_string()))?;
        let stream =
            self.tls.connect(name, stream).await.map_err(|error| HttpError::Tls(error.to_string()))?;
        exchange(stream, call, limits.bytes).await
    }

    /// Connects to an address that was looked at: asking for the name once more could give another.
    async fn connect(&self, url: &Url, anywhere: bool) -> Result<TcpStream, HttpError> {
        let port = url.port_or_known_default().unwrap_or(443);
        let found: Vec<SocketAddr> = match url.host() {
            Some(Host::Ipv4(address)) => vec![(address, port).into()],
            Some(Host::Ipv6(address)) => vec![(address, port).into()],
            Some(Host::Domain(name)) => tokio::net::lookup_host((name, port))
                .await
                .map_err(|error| HttpError::Name(error.to_string()))?
                .collect(),
            None => Vec::new(),
        };
        if found.is_empty() {
            return Err(HttpError::Name("there is none".into()));
        }
        let allowed = found.iter().filter(|address| self.network.allows(address.ip()));
        let mut last = HttpError::NotAllowed;
        for address in allowed {
            if !anywhere && !self.network.is_named(address.ip()) {
                last = HttpError::Plain;
                continue;
            }
            match TcpStream::connect(address).await {
                Ok(stream) => return Ok(stream),
                Err(error) => last = HttpError::Connect(error.to_string()),
            }
        }
        Err(last)
    }
}

async fn exchange<S>(stream: S, call: Call, most: usize) -> Result<Reply, HttpError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let broken = |error: hyper::Error| HttpError::Broken(error.to_string());
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    // Ends with the answer, or when this is given up.
    let mut carrying = tokio::task::JoinSet::new();
    carrying.spawn(connection);
    let url = call.url;
    let path = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    let host = match url.port() {
        Some(port) => format!("{}:{port}", url.host_str().unwrap_or_default()),
        None => url.host_str().unwrap_or_default().to_owned(),
    };
    let mut outgoing = hyper::Request::builder()
        .method(call.method)
        .uri(path)
        .header(HOST, host)
        .header(USER_AGENT, concat!("huitian/", env!("CARGO_PKG_VERSION")))
        .header(CONNECTION, "close");
    for (name, value) in &call.headers {
        outgoing = outgoing.header(*name, value);
    }
    let outgoing = outgoing
        .body(Full::new(Bytes::from(call.body)))
        .map_err(|_| HttpError::Broken("the request cannot be written".into()))?;
    let answer = sender.send_request(outgoing).await.map_err(broken)?;
    let (parts, body) = answer.into_parts();
    let body = match Limited::new(body, most).collect().await {
        Ok(body) => Ok(body.to_bytes().to_vec()),
        Err(error) if error.is::<LengthLimitError>() => Err(HttpError::TooLong),
        Err(error) => Err(HttpError::Broken(error.to_string())),
    };
    Ok(Reply { status: parts.status.as_u16(), headers: parts.headers, body })
}
