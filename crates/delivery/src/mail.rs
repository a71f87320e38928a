//! Mail by SMTP.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::{Duration, Instant, SystemTime};

use app::notify::{Carried, Letter};
use jiff::Timestamp;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters, TlsParametersBuilder,
};
use lettre::transport::smtp::extension::ClientId;

use tokio_rustls::TlsConnector;

use crate::settings::{Mail, Security};
use crate::transport;

/// A connection at rest is closed by many servers after some minutes, or asked for by none.
const REST_MOST: Duration = Duration::from_secs(20);
const ASK_AFTER: Duration = Duration::from_millis(500);
/// Servers bear only so many mails on one connection.
const MAILS_MOST: u32 = 100;

/// Sends over a few connections that are kept while there is mail. One on which anything failed or
/// was given up is never used again: nobody knows what it would take the next words for.
pub(crate) struct Mailer {
    settings: Mail,
    /// For encryption from the first byte, and for what begins without.
    connector: TlsConnector,
    tls: Option<TlsParameters>,
    hello: ClientId,
    /// The part of every Message-ID after the `@`.
    domain: String,
    at_rest: Mutex<Vec<(AsyncSmtpConnection, u32, Instant)>>,
}

/// No answer is to be sent by a program's reader, nor is one wanted.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".into())
    }
}

#[derive(Clone)]
struct ContentLanguage(String);

impl Header for ContentLanguage {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Content-Language")
    }

    fn parse(tag: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(tag.to_owned()))
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.clone())
    }
}

/// Where whoever gets it says that they want no more.
#[derive(Clone)]
struct ListUnsubscribe(String);

impl Header for ListUnsubscribe {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe")
    }

    fn parse(address: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(address.to_owned()))
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), format!("<{}>", self.0))
    }
}

/// By one press in the mail program, as RFC 8058 has it.
#[derive(Clone)]
struct OneClick;

impl Header for OneClick {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe-Post")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "List-Unsubscribe=One-Click".into())
    }
}

/// What a server said, without the address it said it about: that stands in no log and no queue.
fn without(said: String, address: &str) -> String {
    let lower = said.to_lowercase();
    let address = address.trim().to_lowercase();
    // Where making letters small moves them, the whole is left out.
    if address.is_empty() || !lower.contains(&address) {
        return said;
    }
    if lower.len() != said.len() { "…".into() } else { lower.replace(&address, "…") }
}

impl Mailer {
    /// `authorities` are the certificates that a server's must come from.
    pub fn new(settings: Mail, connector: TlsConnector, authorities: &[Vec<u8>]) -> Result<Self, Error> {
        let tls = match settings.security {
            Security::None | Security::Tls => None,
            Security::StartTls => {
                let builder: TlsParametersBuilder =
                    TlsParameters::builder(settings.host.clone()).certificate_store(CertificateStore::None);
                let mut with = builder;
                for certificate in authorities {
                    with = with.add_root_certificate(Certificate::from_der(certificate.clone())?);
                }
                Some(with.build_rustls()?)
            }
        };
        let domain = settings.from.email.domain().to_owned();
        let hello = ClientId::Domain(domain.clone());
        Ok(Self { settings, connector, tls, hello, domain, at_rest: Mutex::default() })
    }

    pub fn connections(&self) -> usize {
        self.settings.connections
    }

    /// Hands a mail to the server.
    pub async fn send(&self, letter: &Letter, now: Timestamp) -> Carried {
        let message = match self.message(letter, now) {
            Ok(message) => message,
            Err(why) => return Carried::Never(why),
        };
        let describe = |error: &Error| without(describe(error), &letter.to);
        match tokio::time::timeout(self.settings.timeout, self.transmit(&message)).await {
            Ok(Ok(())) => Carried::Done("250".into()),
            Ok(Err(Failure::Reaching(said))) => Carried::Later { said, asked: None },
            Ok(Err(Failure::Connecting(error))) => Carried::Later { said: describe(&error), asked: None },
            Ok(Err(Failure::Sending(error))) if error.is_permanent() => Carried::Never(describe(&error)),
            Ok(Err(Failure::Sending(error))) => Carried::Later { said: describe(&error), asked: None },
            Err(_) => Carried::Later { said: "the mail server did not answer in time".into(), asked: None },
        }
    }

    fn message(&self, letter: &Letter, now: Timestamp) -> Result<Message, String> {
        let address = letter.to.trim().parse().map_err(|_| "the address is none".to_owned())?;
        let mut message = Message::builder();
        if let (Some(to), Some(token)) = (&self.settings.reply_to, &letter.reply) {
            let marked = format!("{}+{token}@{}", to.user(), to.domain());
            message =
                message.reply_to(Mailbox::new(None, marked.parse().map_err(|_| "no address to answer to")?));
        }
        if let Some(stop) = &letter.stop {
            message = message.header(ListUnsubscribe(stop.clone())).header(OneClick);
        }
        message
            .from(self.settings.from.clone())
            .to(Mailbox::new(Some(letter.name.clone()).filter(|name| !name.is_empty()), address))
            .subject(letter.subject.clone())
            .message_id(Some(format!("<{}@{}>", letter.id, self.domain)))
            .date(SystemTime::UNIX_EPOCH + Duration::from_secs(now.as_second().max(0).unsigned_abs()))
            .header(AutoSubmitted)
            .header(ContentLanguage(letter.lang.to_owned()))
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text.clone())
            .map_err(|error| error.to_string())
    }

    async fn transmit(&self, message: &Message) -> Result<(), Failure> {
        let bytes = message.formatted();
        if let Some((mut connection, sent)) = self.rested().await {
            match connection.send(message.envelope(), &bytes).await {
                Ok(_) => {
                    self.rest(connection, sent + 1);
                    return Ok(());
                }
                // It has taken enough on this connection, and nothing of this mail.
                Err(error) if error.status().is_some_and(|code| u16::from(code) == 421) => {}
                Err(error) => return Err(Failure::Sending(error)),
            }
        }
        let mut connection = self.connect().await?;
        connection.send(message.envelope(), &bytes).await.map_err(Failure::Sending)?;
        self.rest(connection, 1);
        Ok(())
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Failure> {
        let implicit = (self.settings.security == Security::Tls).then_some(&self.connector);
        let stream = transport::connect(&self.settings.host, self.settings.port, implicit)
            .await
            .map_err(|error| Failure::Reaching(error.to_string()))?;
        let mut connection = AsyncSmtpConnection::connect_with_transport(stream, &self.hello).await?;
        if self.settings.security == Security::StartTls
            && let Some(tls) = self.tls.clone()
        {
            connection.starttls(tls, &self.hello).await?;
        }
        if let Some((user, password)) = &self.settings.login {
            let credentials = Credentials::new(user.clone(), password.reveal().to_owned());
            connection.auth(DEFAULT_MECHANISMS, &credentials).await?;
        }
        Ok(connection)
    }

    /// A connection at rest that is still good. It is asked when it has rested for a while: a mail
    /// that breaks off half-way might have been taken.
    async fn rested(&self) -> Option<(AsyncSmtpConnection, u32)> {
        loop {
            let (mut connection, sent, since) = {
                let mut at_rest = self.at_rest.lock().unwrap_or_else(PoisonError::into_inner);
                at_rest.retain(|(.., since)| since.elapsed() < REST_MOST);
                at_rest.pop()?
            };
            if since.elapsed() < ASK_AFTER || connection.test_connected().await {
                return Some((connection, sent));
            }
        }
    }

    fn rest(&self, connection: AsyncSmtpConnection, sent: u32) {
        let mut at_rest = self.at_rest.lock().unwrap_or_else(PoisonError::into_inner);
        if sent < MAILS_MOST && at_rest.len() < self.settings.connections {
            at_rest.push((connection, sent, Instant::now()));
        }
    }
}

enum Failure {
    Reaching(String),
    /// Before the mail was spoken of: it is not the mail's fault, whatever the server says.
    Connecting(Error),
    Sending(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Connecting(error)
    }
}

/// The error with what lies beneath it.
fn describe(error: &Error) -> String {
    let mut out = error.to_string();
    let mut below = std::error::Error::source(error);
    while let Some(error) = below {
        let text = error.to_string();
        if !out.contains(&text) {
            out.push_str(": ");
            out.push_str(&text);
        }
        below = error.source();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_says_does_not_name_whom_it_is_about() {
        let said = "550 5.1.1 <Li.Ming@Example.org>: Recipient address rejected".to_owned();
        assert_eq!(without(said, "li.ming@example.org"), "550 5.1.1 <…>: recipient address rejected");
        assert_eq!(without("451 later".into(), "li.ming@example.org"), "451 later");
        assert_eq!(without("İ li@example.org".into(), "li@example.org"), "…");
    }
}
