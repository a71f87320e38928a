//! One request over HTTP, to an address that may be called, within a time.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::header::{CONNECTION, HOST, RETRY_AFTER, USER_AGENT};
use hyper_util::rt::TokioIo;
use jiff::SignedDuration;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use crate::network::Network;
use crate::webhook::{Answer, Request};

/// No answer is read further.
const ANSWER_MOST: usize = 16 * 1024;

/// Why there is no answer. None of it names the address, which may be a secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HttpError {
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
}

impl HttpError {
    /// Whether trying again cannot help.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::NotAllowed | Self::Plain)
    }
}

#[derive(Clone)]
pub(crate) struct Http {
    pub tls: TlsConnector,
    pub network: Arc<Network>,
}

impl Http {
    /// Posts a request and gives the answer. Redirections are not followed: they could lead anywhere.
    pub async fn post(&self, request: Request, most: Duration) -> Result<Answer, HttpError> {
        tokio::time::timeout(most, self.post_unbounded(request)).await.unwrap_or(Err(HttpError::Time))
    }

    async fn post_unbounded(&self, request: Request) -> Result<Answer, HttpError> {
        let encrypted = request.url.scheme() == "https";
        let stream = self.connect(&request.url, encrypted).await?;
        if !encrypted {
            return exchange(stream, request).await;
        }
        let name = match request.url.host() {
            Some(Host::Domain(name)) => ServerName::try_from(name.to_owned()),
            Some(Host::Ipv4(address)) => Ok(IpAddr::from(address).into()),
            Some(Host::Ipv6(address)) => Ok(IpAddr::from(address).into()),
            None => return Err(HttpError::Name("there is none".into())),
        }
        .map_err(|error| HttpError::Tls(error.to_string()))?;
        let stream =
            self.tls.connect(name, stream).await.map_err(|error| HttpError::Tls(error.to_string()))?;
        exchange(stream, request).await
    }

    /// Connects to an address that was looked at: asking for the name once more could give another.
    async fn connect(&self, url: &Url, encrypted: bool) -> Result<TcpStream, HttpError> {
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
            if !encrypted && !self.network.is_named(address.ip()) {
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

async fn exchange<S>(stream: S, request: Request) -> Result<Answer, HttpError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let broken = |error: hyper::Error| HttpError::Broken(error.to_string());
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    // Ends with the answer, or when this is given up.
    let mut carrying = tokio::task::JoinSet::new();
    carrying.spawn(connection);
    let url = request.url;
    let path = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    let host = match url.port() {
        Some(port) => format!("{}:{port}", url.host_str().unwrap_or_default()),
        None => url.host_str().unwrap_or_default().to_owned(),
    };
    let mut outgoing = hyper::Request::post(path)
        .header(HOST, host)
        .header(USER_AGENT, concat!("huitian/", env!("CARGO_PKG_VERSION")))
        .header(CONNECTION, "close");
    for (name, value) in &request.headers {
        outgoing = outgoing.header(*name, value);
    }
    let outgoing = outgoing
        .body(Full::new(Bytes::from(request.body)))
        .map_err(|_| HttpError::Broken("the request cannot be written".into()))?;
    let answer = sender.send_request(outgoing).await.map_err(broken)?;
    let status = answer.status().as_u16();
    let retry_after = answer
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.trim().parse::<u32>().ok())
        .map(|seconds| SignedDuration::from_secs(seconds.into()));
    // An answer that is too long or breaks off is an answer still.
    let body = match Limited::new(answer.into_body(), ANSWER_MOST).collect().await {
        Ok(body) => String::from_utf8_lossy(&body.to_bytes()).into_owned(),
        Err(_) => String::new(),
    };
    Ok(Answer { status, retry_after, body })
}
