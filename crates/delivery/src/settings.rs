//! Where mail and webhooks go: one TOML file, the same on every server of an installation.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use app::Secret;
use app::notify::{Reach, ReachedHook, Recipient};
use domain::code::Code;
use domain::notice::Topic;
use domain::preference::Language;
use lettre::message::Mailbox;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use crate::network::{Block, Network};
use crate::webhook::Preset;

/// A file as `--help` shows it.
pub const EXAMPLE: &str = r#"site = "https://plan.example.org"        # where links in messages lead

[mail]
host = "smtp.example.org"
from = "回天 <plan@example.org>"
security = "starttls"                    # or "tls", or "none"
reply_to = "requests@plan.example.org"    # where answers of residents go; they come as requests+…@
user = "plan"
password = { env = "SMTP_PASSWORD" }     # or { file = "/run/secrets/smtp" }, or the text itself

[[webhook]]
id = "education-group"
preset = "wecom"                         # or "dingtalk", "feishu", "signed"
address = { env = "WECOM_ROBOT" }        # its address is a secret too
audience = "unit:city-education"         # or "person:CODE"
topics = ["deadline", "meeting"]         # all when left out
language = "zh-CN"                       # or "en"

[network]
allow_private = ["10.1.2.0/24"]          # inner networks that webhooks may lie in; none by default
ca_file = "/etc/huitian/ca.pem"          # further certificate authorities
"#;

#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("{}: {error}", path.display())]
    Read { path: PathBuf, error: std::io::Error },
    #[error("{0}")]
    Form(String),
    #[error("{field}: {why}")]
    Value { field: String, why: String },
}

#[derive(Debug, Clone)]
pub struct Settings {
    /// Without a slash at its end.
    pub site: String,
    pub mail: Option<Mail>,
    pub webhooks: Vec<Webhook>,
    pub network: Network,
    pub ca_file: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// Encrypted from the first byte.
    Tls,
    /// Encrypted before anything is said; a server that cannot is not spoken to.
    StartTls,
    None,
}

#[derive(Debug, Clone)]
pub struct Mail {
    pub host: String,
    pub port: u16,
    pub security: Security,
    pub login: Option<(String, Secret)>,
    pub from: Mailbox,
    /// Where answers of residents go: with a mark between its name and the `@`, by which they are known again.
    pub reply_to: Option<lettre::Address>,
    /// Connections used at once.
    pub connections: usize,
    /// The longest that one mail may take.
    pub timeout: Duration,
}

#[derive(Debug, Clone)]
pub struct Webhook {
    pub id: Code,
    pub preset: Preset,
    pub address: Secret,
    pub secret: Option<Secret>,
    pub audience: Recipient,
    pub topics: BTreeSet<Topic>,
    pub language: Language,
    pub timeout: Duration,
}

impl Default for Settings {
    /// Nobody is reached but on the site.
    fn default() -> Self {
        Self {
            site: "http://localhost".into(),
            mail: None,
            webhooks: Vec::new(),
            network: Network::default(),
            ca_file: None,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    site: String,
    mail: Option<MailFile>,
    #[serde(default)]
    webhook: Vec<WebhookFile>,
    #[serde(default)]
    network: NetworkFile,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MailFile {
    host: String,
    port: Option<u16>,
    #[serde(default = "starttls")]
    security: Security,
    user: Option<String>,
    password: Option<SecretFile>,
    from: String,
    reply_to: Option<String>,
    #[serde(default = "four")]
    connections: usize,
    #[serde(default = "half_a_minute")]
    timeout_seconds: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WebhookFile {
    id: Code,
    preset: Preset,
    address: SecretFile,
    secret: Option<SecretFile>,
    audience: String,
    #[serde(default)]
    topics: BTreeSet<Topic>,
    #[serde(default)]
    language: Language,
    #[serde(default = "ten")]
    timeout_seconds: u64,
}

/// Which addresses may be called, as a file says it.
#[derive(Debug, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct NetworkFile {
    allow_private: Vec<String>,
    ca_file: Option<PathBuf>,
}

impl NetworkFile {
    /// The network, and the file with further certificate authorities.
    pub fn check(self) -> Result<(Network, Option<PathBuf>), SettingsError> {
        let blocks = self.allow_private.iter().map(|block| block.parse::<Block>());
        let allow_private =
            blocks.collect::<Result<_, _>>().map_err(|error| value("network.allow_private", error))?;
        Ok((Network { allow_private }, self.ca_file))
    }
}

/// A secret's text, or where it is kept.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum SecretFile {
    Text(String),
    Env { env: String },
    File { file: PathBuf },
}

fn starttls() -> Security {
    Security::StartTls
}

fn four() -> usize {
    4
}

fn half_a_minute() -> u64 {
    30
}

fn ten() -> u64 {
    10
}

fn value(field: &str, why: impl fmt::Display) -> SettingsError {
    SettingsError::Value { field: field.to_owned(), why: why.to_string() }
}

/// Reads a file of settings. The line at fault may hold a secret: only what is wrong is said, and where.
pub fn read_file<T: DeserializeOwned>(text: &str) -> Result<T, SettingsError> {
    toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(0, |span| text[..span.start.min(text.len())].lines().count().max(1));
        SettingsError::Form(format!("line {line}: {}", error.message()))
    })
}

/// A web address; what is wrong with one is said without showing it, since it may be a secret.
pub fn web_address(field: &str, address: &str) -> Result<Url, SettingsError> {
    let url = Url::parse(address).map_err(|error| value(field, error))?;
    match matches!(url.scheme(), "http" | "https") && url.host().is_some() {
        true => Ok(url),
        false => Err(value(field, "it is no web address")),
    }
}

impl SecretFile {
    pub fn read(self, field: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<Secret, SettingsError> {
        let text = match self {
            Self::Text(text) => text,
            Self::Env { env: name } => {
                env(&name).ok_or_else(|| value(field, format!("the variable {name} is not set")))?
            }
            Self::File { file } => std::fs::read_to_string(&file)
                .map_err(|error| value(field, format!("{}: {error}", file.display())))?,
        };
        let text = text.trim_end_matches(['\r', '\n']);
        if text.is_empty() { Err(value(field, "it is empty")) } else { Ok(Secret::new(text)) }
    }
}

impl Settings {
    pub fn read(path: &Path) -> Result<Self, SettingsError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| SettingsError::Read { path: path.to_owned(), error })?;
        Self::parse(&text, &|name| std::env::var(name).ok())
    }

    /// Reads a file's text; `env` looks variables up.
    pub fn parse(text: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let file: File = read_file(text)?;
        let site = Url::parse(&file.site).map_err(|error| value("site", error))?;
        if !matches!(site.scheme(), "http" | "https") || site.query().is_some() {
            return Err(value("site", "it is no web address"));
        }
        let (network, ca_file) = file.network.check()?;
        let mut out = Self {
            site: site.as_str().trim_end_matches('/').to_owned(),
            mail: file.mail.map(|mail| mail.check(env)).transpose()?,
            webhooks: Vec::new(),
            network,
            ca_file,
        };
        for hook in file.webhook {
            if out.webhooks.iter().any(|other| other.id == hook.id) {
                return Err(value("webhook.id", format!("{} is there twice", hook.id)));
            }
            out.webhooks.push(hook.check(env)?);
        }
        Ok(out)
    }

    /// What the installation can reach people by.
    pub fn reach(&self) -> Reach {
        let hooks = self.webhooks.iter().map(|hook| ReachedHook {
            id: hook.id.clone(),
            audience: hook.audience.clone(),
            topics: hook.topics.clone(),
        });
        Reach { mail: self.mail.is_some(), hooks: hooks.collect(), gateways: Vec::new() }
    }
}

impl MailFile {
    fn check(self, env: &dyn Fn(&str) -> Option<String>) -> Result<Mail, SettingsError> {
        let password = self.password.map(|password| password.read("mail.password", env)).transpose()?;
        let login = match (self.user, password) {
            (Some(user), Some(password)) => Some((user, password)),
            (None, None) => None,
            _ => return Err(value("mail", "user and password belong together")),
        };
        if login.is_some()
            && self.security == Security::None
            && !matches!(&*self.host, "localhost" | "127.0.0.1")
        {
            return Err(value("mail.security", "a password is not sent without encryption"));
        }
        let port = match self.security {
            Security::Tls => 465,
            Security::StartTls => 587,
            Security::None => 25,
        };
        Ok(Mail {
            host: self.host,
            port: self.port.unwrap_or(port),
            security: self.security,
            login,
            from: self.from.parse().map_err(|error| value("mail.from", error))?,
            reply_to: self
                .reply_to
                .map(|address| address.parse().map_err(|error| value("mail.reply_to", error)))
                .transpose()?,
            connections: self.connections.clamp(1, 64),
            timeout: Duration::from_secs(self.timeout_seconds.clamp(1, 600)),
        })
    }
}

impl WebhookFile {
    fn check(self, env: &dyn Fn(&str) -> Option<String>) -> Result<Webhook, SettingsError> {
        let field = |name: &str| format!("webhook {}: {name}", self.id);
        let address = self.address.read(&field("address"), env)?;
        web_address(&field("address"), address.reveal())?;
        let secret = self.secret.map(|secret| secret.read(&field("secret"), env)).transpose()?;
        if secret.is_none() && self.preset == Preset::Signed {
            return Err(value(&field("secret"), "a signed webhook needs one"));
        }
        let audience = Recipient::parse(&self.audience)
            .ok_or_else(|| value(&field("audience"), "unit:CODE or person:CODE"))?;
        Ok(Webhook {
            preset: self.preset,
            address,
            secret,
            audience,
            topics: self.topics,
            language: self.language,
            timeout: Duration::from_secs(self.timeout_seconds.clamp(1, 120)),
            id: self.id,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(name: &str) -> Option<String> {
        match name {
            "SMTP_PASSWORD" => Some("top-secret\n".into()),
            "WECOM_ROBOT" => Some("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=top-secret".into()),
            _ => None,
        }
    }

    #[test]
    fn the_example_is_sound_and_its_secrets_are_not_shown() {
        let settings = Settings::parse(EXAMPLE, &env).unwrap();
        let mail = settings.mail.as_ref().unwrap();
        assert_eq!((mail.port, mail.security), (587, Security::StartTls));
        assert_eq!(mail.login.as_ref().unwrap().1.reveal(), "top-secret");
        assert_eq!(settings.site, "https://plan.example.org");
        assert_eq!(settings.webhooks[0].topics, BTreeSet::from([Topic::Deadline, Topic::Meeting]));
        assert!(!format!("{settings:?}").contains("top-secret"));
    }

    #[test]
    fn what_is_wrong_is_said_without_the_secret() {
        let refused = |from: &str, to: &str| {
            assert!(EXAMPLE.contains(from), "{from}");
            Settings::parse(&EXAMPLE.replace(from, to), &env).unwrap_err().to_string()
        };
        assert!(refused("SMTP_PASSWORD", "NONE_SUCH").contains("NONE_SUCH is not set"));
        assert!(refused("\"starttls\"", "\"none\"").contains("mail.security"));
        assert!(refused("user = \"plan\"", "").contains("belong together"));
        assert!(refused("requests@plan.example.org", "requests").contains("mail.reply_to"));
        assert!(refused("\"wecom\"", "\"signed\"").contains("needs one"));
        assert!(refused("unit:city-education", "city-education").contains("audience"));
        assert!(refused("10.1.2.0/24", "10.1.2.0/240").contains("allow_private"));
        assert!(refused("https://plan.example.org", "plan").contains("site"));
        let said = refused("{ env = \"WECOM_ROBOT\" }", "\"ftp://top-secret\"");
        assert!(said.contains("no web address") && !said.contains("top-secret"), "{said}");
        let said = refused("password = { env = \"SMTP_PASSWORD\" }", "password = 'top-secret' x");
        assert!(said.starts_with("line 9") && !said.contains("top-secret"), "{said}");
        assert!(refused("topics", "topic").contains("line"));
    }
}
