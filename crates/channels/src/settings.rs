//! Which forums, gateways and servers there are: one TOML file, the same on every server of an installation. Secrets stand in it or
//! where it says, never in the database.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use app::Secret;
use app::request::{Datum, Forum, SmsGateway};
use delivery::http::Http;
use delivery::network::Network;
use delivery::settings::{NetworkFile, SecretFile, SettingsError, read_file, web_address};
use delivery::sms::Gateway;
use domain::code::Code;
use domain::preference::Language;
use jiff::SignedDuration;
use jiff::civil::Date;
use serde::Deserialize;

use crate::peer::{AttributeValue, Peer};
use crate::pull::FeedSource;

/// A file as `huitian channels example` shows it.
pub const EXAMPLE: &str = r#"[[forum]]
id = "community-site"                    # posts are sent to /channels/PLAN/community-site
plan = "huitian-2018"
name = "社区网直通车"
secret = { env = "FORUM_SECRET" }        # or { file = "/run/secrets/forum" }, or the text itself
coordinates = "gcj02"                    # what its coordinates refer to: wgs84 (default), gcj02 or bd09
public = true                            # what is posted there may be shown here once the desk has looked
per_hour = 600                           # new requests taken within an hour

[forum.categories]                       # the forum's own words for categories
"停车" = "parking"

[[forum]]                                # another one, which sends nothing: its posts are read here
id = "estate-board"
plan = "huitian-2018"
name = "小区论坛"

[forum.feed]
address = "https://forum.example.org/feed.json"    # JSON Feed, RSS or Atom; or { env = … } where it is a secret
every_minutes = 15
oldest_days = 14                         # older posts are left where they are

[[sms]]                                  # a gateway of short messages, for call-backs
id = "texts"                             # answers of residents are sent to /channels/PLAN/sms/texts
plan = "huitian-2018"
name = "短信网关"
secret = { env = "SMS_SECRET" }          # messages are signed with it, both ways
address = "https://sms.example.org/send" # questions are posted there, { id, phone, text, language }; none are sent when left out
language = "zh-CN"                       # in which it asks; or "en"
per_hour = 600                           # answers taken within an hour

[[open311]]                              # a server that requests are passed on to
id = "city"
plan = "huitian-2018"
name = "市级平台"
address = "https://open311.example.org/open311/v2"
jurisdiction = "city.example"
key = { env = "CITY_KEY" }
areas = ["tiantongyuan-north"]           # only these and what lies in them; everywhere when left out
since = "2019-08-01"                     # only what was received from that day on
updates = true                           # it tells updates and takes them (servicerequestupdates): not solved, withdrawn
words = true                             # it is told, masked, what whoever asked says later; nothing of it when left out
answers = true                           # its closing words are the answer here
every_minutes = 30                       # by itself while a server runs; only by command when left out

[open311.services]                       # our categories and what each is called there; others stay here
parking = "PARKING"

[open311.attributes.PARKING]             # what that service asks besides: a fixed text, or an answer given here
REPORTED_BY = "huitian"
VEHICLE = { answer = "vehicle" }         # the code of a question of our category

[network]
allow_private = ["10.1.2.0/24"]          # inner networks that may be called; none by default
"#;

/// New requests of a forum within an hour where nothing else is said.
const PER_HOUR: usize = 600;
/// Shorter secrets can be guessed.
const SECRET_LEAST: usize = 16;

/// What an installation is joined to.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    pub forums: Vec<Forum>,
    /// Gateways of short messages.
    pub texts: Vec<TextLine>,
    /// The forums that are read.
    pub feeds: Vec<FeedSource>,
    /// Servers that requests are passed on to.
    pub peers: Vec<Peer>,
    pub network: Network,
    pub ca_file: Option<PathBuf>,
}

/// A gateway, and where questions are sent.
#[derive(Debug, Clone)]
pub struct TextLine {
    pub gateway: SmsGateway,
    /// Without one it only passes on what residents send.
    pub address: Option<Secret>,
    pub language: Language,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    forum: Vec<ForumFile>,
    #[serde(default)]
    sms: Vec<TextFile>,
    #[serde(default)]
    open311: Vec<PeerFile>,
    #[serde(default)]
    network: NetworkFile,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ForumFile {
    id: Code,
    plan: Code,
    name: String,
    secret: Option<SecretFile>,
    #[serde(default)]
    coordinates: String,
    #[serde(default)]
    public: bool,
    per_hour: Option<usize>,
    #[serde(default)]
    categories: BTreeMap<String, Code>,
    feed: Option<FeedFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TextFile {
    id: Code,
    plan: Code,
    name: String,
    secret: SecretFile,
    address: Option<SecretFile>,
    #[serde(default)]
    language: Language,
    per_hour: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PeerFile {
    id: Code,
    plan: Code,
    name: String,
    address: String,
    #[serde(default)]
    jurisdiction: String,
    key: SecretFile,
    services: BTreeMap<Code, String>,
    #[serde(default)]
    attributes: BTreeMap<String, BTreeMap<String, AttributeFile>>,
    #[serde(default)]
    areas: Vec<Code>,
    since: Option<Date>,
    #[serde(default)]
    updates: bool,
    #[serde(default)]
    words: bool,
    #[serde(default)]
    answers: bool,
    every_minutes: Option<u32>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum AttributeFile {
    Fixed(String),
    Answer(AnswerFile),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswerFile {
    answer: Code,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FeedFile {
    address: SecretFile,
    #[serde(default = "quarter_of_an_hour")]
    every_minutes: u32,
    #[serde(default = "fortnight")]
    oldest_days: u32,
    /// Whether it may be read without encryption.
    #[serde(default)]
    plain: bool,
}

fn quarter_of_an_hour() -> u32 {
    15
}

fn fortnight() -> u32 {
    14
}

pub(crate) fn wrong(field: &str, why: impl fmt::Display) -> SettingsError {
    SettingsError::Value { field: field.to_owned(), why: why.to_string() }
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
        let (network, ca_file) = file.network.check()?;
        let mut out = Self { network, ca_file, ..Self::default() };
        let mut seen = BTreeSet::new();
        for mut forum in file.forum {
            if !seen.insert((forum.plan.clone(), forum.id.clone())) {
                return Err(wrong("forum.id", format!("{} is there twice", forum.id)));
            }
            let feed = forum.feed.take();
            let forum = forum.check(env)?;
            // The same post by two ways would be two: each gives it another name and other words.
            if feed.is_some() && forum.secret.is_some() {
                let why = "a forum sends its posts signed, or is read: give a secret or a feed, not both";
                return Err(wrong(&format!("forum {}", forum.id), why));
            }
            if let Some(feed) = feed {
                out.feeds.push(feed.check(&forum, env)?);
            }
            out.forums.push(forum);
        }
        let mut seen = BTreeSet::new();
        for text in file.sms {
            if !seen.insert((text.plan.clone(), text.id.clone())) {
                return Err(wrong("sms.id", format!("{} is there twice", text.id)));
            }
            out.texts.push(text.check(env)?);
        }
        let mut seen = BTreeSet::new();
        for peer in file.open311 {
            if !seen.insert((peer.plan.clone(), peer.id.clone())) {
                return Err(wrong("open311.id", format!("{} is there twice", peer.id)));
            }
            out.peers.push(peer.check(env)?);
        }
        Ok(out)
    }
}

impl Settings {
    /// The gateways of which texts are taken.
    pub fn gateways(&self) -> Vec<SmsGateway> {
        self.texts.iter().map(|line| line.gateway.clone()).collect()
    }

    /// The gateways to which questions are handed.
    pub fn sending(&self, http: &Http) -> Vec<Gateway> {
        let lines = self.texts.iter().filter_map(|line| {
            Some(Gateway {
                plan: line.gateway.plan.clone(),
                id: line.gateway.id.clone(),
                address: line.address.clone()?,
                secret: line.gateway.secret.clone(),
                language: line.language,
                http: http.clone(),
            })
        });
        lines.collect()
    }
}

/// The secret that messages are signed with.
fn shared(
    field: &str,
    secret: SecretFile,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Secret, SettingsError> {
    let secret = secret.read(field, env)?;
    match secret.reveal().len() < SECRET_LEAST {
        true => Err(wrong(field, format!("it needs {SECRET_LEAST} characters"))),
        false => Ok(secret),
    }
}

impl TextFile {
    fn check(self, env: &dyn Fn(&str) -> Option<String>) -> Result<TextLine, SettingsError> {
        let field = |name: &str| format!("sms {}: {name}", self.id);
        let secret = shared(&field("secret"), self.secret, env)?;
        let address = self.address.map(|address| address.read(&field("address"), env)).transpose()?;
        if let Some(address) = &address {
            web_address(&field("address"), address.reveal())?;
        }
        if self.name.trim().is_empty() {
            return Err(wrong(&field("name"), "it is empty"));
        }
        let gateway = SmsGateway {
            plan: self.plan,
            name: self.name.trim().to_owned(),
            secret,
            per_hour: self.per_hour.unwrap_or(PER_HOUR),
            id: self.id,
        };
        Ok(TextLine { gateway, address, language: self.language })
    }
}

impl PeerFile {
    fn check(self, env: &dyn Fn(&str) -> Option<String>) -> Result<Peer, SettingsError> {
        let field = |name: &str| format!("open311 {}: {name}", self.id);
        let address = web_address(&field("address"), &self.address)?;
        if address.query().is_some() {
            return Err(wrong(
                &field("address"),
                "it ends where requests.json would follow, without a question mark",
            ));
        }
        if self.services.values().any(|code| code.trim().is_empty()) {
            return Err(wrong(&field("services"), "each category needs the service_code of the other side"));
        }
        if let Some(service) =
            self.attributes.keys().find(|code| !self.services.values().any(|it| it == *code))
        {
            let why = format!("{service} is the service_code of no category");
            return Err(wrong(&field("attributes"), why));
        }
        let told = |value: AttributeFile| match value {
            AttributeFile::Fixed(text) => AttributeValue::Fixed(text),
            AttributeFile::Answer(AnswerFile { answer }) => AttributeValue::Answer(answer),
        };
        let attributes = self.attributes.into_iter().map(|(service, asked)| {
            (service, asked.into_iter().map(|(code, value)| (code, told(value))).collect())
        });
        Ok(Peer {
            attributes: attributes.collect(),
            key: self.key.read(&field("key"), env)?,
            plan: self.plan,
            name: self.name.trim().to_owned(),
            address,
            jurisdiction: self.jurisdiction,
            services: self.services,
            areas: self.areas,
            since: self.since,
            updates: self.updates,
            words: self.words,
            answers: self.answers,
            every: self.every_minutes.map(|minutes| SignedDuration::from_mins(minutes.max(1).into())),
            id: self.id,
        })
    }
}

impl FeedFile {
    fn check(self, forum: &Forum, env: &dyn Fn(&str) -> Option<String>) -> Result<FeedSource, SettingsError> {
        let field = format!("forum {}: feed.address", forum.id);
        let address = self.address.read(&field, env)?;
        let url = web_address(&field, address.reveal())?;
        if url.scheme() == "http" && !self.plain {
            return Err(wrong(
                &field,
                "it has no encryption: others could write in it; say plain = true to read it all the same",
            ));
        }
        Ok(FeedSource {
            forum: forum.clone(),
            address,
            every: SignedDuration::from_mins(self.every_minutes.max(1).into()),
            oldest: SignedDuration::from_hours(i64::from(self.oldest_days) * 24),
            plain: self.plain,
        })
    }
}

impl ForumFile {
    fn check(self, env: &dyn Fn(&str) -> Option<String>) -> Result<Forum, SettingsError> {
        let field = |name: &str| format!("forum {}: {name}", self.id);
        let secret = self.secret.map(|secret| shared(&field("secret"), secret, env)).transpose()?;
        let datum = match self.coordinates.as_str() {
            "" => Datum::default(),
            text => {
                Datum::parse(text).ok_or_else(|| wrong(&field("coordinates"), "one of wgs84, gcj02, bd09"))?
            }
        };
        if self.name.trim().is_empty() {
            return Err(wrong(&field("name"), "it is empty"));
        }
        Ok(Forum {
            plan: self.plan,
            id: self.id,
            name: self.name.trim().to_owned(),
            secret,
            datum,
            public: self.public,
            categories: self.categories,
            per_hour: self.per_hour.unwrap_or(PER_HOUR),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(name: &str) -> Option<String> {
        ["FORUM_SECRET", "CITY_KEY", "SMS_SECRET"].contains(&name).then(|| "a very secret text\n".into())
    }

    #[test]
    fn the_example_is_sound_and_its_secret_is_not_shown() {
        let settings = Settings::parse(EXAMPLE, &env).unwrap();
        let forum = &settings.forums[0];
        assert_eq!((forum.id.as_str(), forum.datum, forum.per_hour), ("community-site", Datum::Gcj02, 600));
        assert_eq!(forum.secret.as_ref().unwrap().reveal(), "a very secret text");
        assert_eq!(forum.categories["停车"].as_str(), "parking");
        assert_eq!((settings.feeds.len(), settings.feeds[0].every), (1, SignedDuration::from_mins(15)));
        let asked = &settings.peers[0].attributes["PARKING"];
        assert_eq!(asked["REPORTED_BY"], AttributeValue::Fixed("huitian".into()));
        assert_eq!(asked["VEHICLE"], AttributeValue::Answer(Code::new("vehicle").unwrap()));
        let text = &settings.texts[0];
        assert_eq!((text.gateway.id.as_str(), text.gateway.per_hour), ("texts", 600));
        assert_eq!(text.address.as_ref().unwrap().reveal(), "https://sms.example.org/send");
        assert!(!format!("{settings:?}").contains("a very secret"));
    }

    #[test]
    fn what_is_wrong_is_said_without_the_secret() {
        let refused = |from: &str, to: &str| {
            assert!(EXAMPLE.contains(from), "{from}");
            Settings::parse(&EXAMPLE.replace(from, to), &env).unwrap_err().to_string()
        };
        assert!(refused("FORUM_SECRET", "NONE_SUCH").contains("NONE_SUCH is not set"));
        assert!(refused("\"gcj02\"", "\"mars\"").contains("coordinates"));
        assert!(refused("public", "open").contains("line"));
        let said = refused("{ env = \"FORUM_SECRET\" }", "\"top-secret\"");
        assert!(said.contains("16 characters") && !said.contains("top-secret"), "{said}");
        assert!(refused("https://forum", "http://forum").contains("encryption"));
        assert!(refused("https://forum", "ftp://forum").contains("no web address"));
        assert!(refused("open311/v2", "open311/v2?x=1").contains("open311 city: address"));
        assert!(refused("\"PARKING\"", "\" \"").contains("service_code"));
        assert!(
            refused("attributes.PARKING", "attributes.NOISE").contains("NOISE is the service_code of no")
        );
        assert!(refused("{ answer", "{ question").contains("line"));
        assert!(refused("https://sms", "ftp://sms").contains("sms texts: address"));
        let (before, _) = EXAMPLE.split_once("[[open311]]").unwrap();
        let (_, gateway) = before.split_once("[[sms]]").unwrap();
        for (again, said) in [(before.to_owned(), "forum.id"), (format!("[[sms]]{gateway}"), "sms.id")] {
            let refused = Settings::parse(&format!("{EXAMPLE}{again}"), &env).unwrap_err().to_string();
            assert!(refused.contains(said) && refused.contains("twice"), "{refused}");
        }
        // A gateway and a forum are told apart by more than their names.
        assert!(Settings::parse(&EXAMPLE.replace("\"texts\"", "\"community-site\""), &env).is_ok());
    }
}
