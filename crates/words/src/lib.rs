//! Everything the program says, in Chinese and English, as Fluent messages.
//!
//! One file per area under `locales/`; both languages hold the same keys, which the tests check.

pub mod shown;

use std::borrow::Cow;
use std::sync::LazyLock;

use domain::refusal::{Problem, Refusal};
use domain::timetabling::TimetableError;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Lang {
    #[default]
    Zh,
    En,
}

impl Lang {
    pub const ALL: [Lang; 2] = [Lang::Zh, Lang::En];

    /// The BCP 47 tag, as in the `lang` attribute.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    pub fn is_english(self) -> bool {
        self == Self::En
    }

    /// Reads a tag such as `zh`, `zh-CN` or `en-GB`.
    pub fn parse(tag: &str) -> Option<Self> {
        match tag.split(['-', '_']).next()?.to_ascii_lowercase().as_str() {
            "zh" => Some(Self::Zh),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The best of an `Accept-Language` header; Chinese when nothing fits.
    pub fn negotiate(header: &str) -> Self {
        let mut best = (0.0f32, Self::Zh);
        for part in header.split(',') {
            let mut pieces = part.split(';');
            let tag = pieces.next().unwrap_or("").trim();
            let weight = pieces
                .find_map(|piece| piece.trim().strip_prefix("q="))
                .map_or(1.0, |q| q.parse().unwrap_or(0.0));
            if let Some(lang) = Self::parse(tag)
                && weight > best.0
            {
                best = (weight, lang);
            }
        }
        best.1
    }

    fn bundle(self) -> &'static FluentBundle<FluentResource> {
        match self {
            Self::Zh => &ZH,
            Self::En => &EN,
        }
    }
}

macro_rules! sources {
    ($dir:literal: $($file:literal),* $(,)?) => {
        &[$(($file, include_str!(concat!("../locales/", $dir, "/", $file, ".ftl")))),*]
    };
}

/// The files of a language; a new one is one line here.
macro_rules! every_source {
    ($tag:literal) => {
        sources!(
            $tag:
            "terms",
            "refusals",
            "doctor",
            "links",
            "figures",
            "pages",
            "import",
            "api",
            "staff",
            "items",
            "ledger",
            "coordination",
            "papers",
            "rhythm",
            "notify",
            "timetable",
            "scenario",
            "outlook",
            "evaluation",
            "holidays",
            "indices",
            "review",
            "requests",
            "photos",
            "askers",
            "voices",
            "request-rules",
            "request-work",
            "request-news",
            "appeals",
            "themes",
            "coverage",
            "surveys",
            "alerts",
            "public",
            "privacy",
            "channels",
            "place"
        )
    };
}

const ZH_SOURCES: &[(&str, &str)] = every_source!("zh-CN");
const EN_SOURCES: &[(&str, &str)] = every_source!("en");

static ZH: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| build("zh-CN", ZH_SOURCES));
static EN: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| build("en", EN_SOURCES));

fn build(tag: &str, sources: &[(&str, &str)]) -> FluentBundle<FluentResource> {
    let mut bundle = FluentBundle::new_concurrent(
        tag.parse().into_iter().collect::<Vec<unic_langid::LanguageIdentifier>>(),
    );
    // Isolation marks would stand in every exported text; our values never change direction.
    bundle.set_use_isolating(false);
    for (_, source) in sources {
        // A file with an error still gives its other messages; the tests refuse any error.
        let resource = match FluentResource::try_new((*source).to_owned()) {
            Ok(resource) | Err((resource, _)) => resource,
        };
        bundle.add_resource_overriding(resource);
    }
    bundle
}

/// A message without values. An unknown key is given back as it is, in brackets.
pub fn text(lang: Lang, key: &str) -> Cow<'static, str> {
    format(lang, key, None)
}

/// A message with values.
pub fn with(lang: Lang, key: &str, args: &[(&str, &str)]) -> String {
    let mut fluent = FluentArgs::new();
    for (name, value) in args {
        // Whole numbers choose plural forms; everything else stands as written.
        match value.parse::<i64>() {
            Ok(number) if number.to_string() == *value => fluent.set(*name, number),
            _ => fluent.set(*name, FluentValue::from((*value).to_owned())),
        }
    }
    format(lang, key, Some(&fluent)).into_owned()
}

/// A message in both languages, for what is written down once and read by everybody.
pub fn both(key: &str, args: &[(&str, &str)]) -> String {
    format!("{} / {}", with(Lang::Zh, key, args), with(Lang::En, key, args))
}

/// Whether there is such a message.
pub fn has(lang: Lang, key: &str) -> bool {
    lang.bundle().has_message(key)
}

fn format(lang: Lang, key: &str, args: Option<&FluentArgs>) -> Cow<'static, str> {
    let bundle = lang.bundle();
    match bundle.get_message(key).and_then(|message| message.value()) {
        Some(pattern) => bundle.format_pattern(pattern, args, &mut Vec::new()),
        None => Cow::Owned(format!("[{key}]")),
    }
}

/// What is wrong and what to do, in the reader's language.
pub fn problem(lang: Lang, problem: &Problem) -> String {
    let args: Vec<(&str, String)> = problem
        .args()
        .into_iter()
        .map(|(name, value)| {
            // Kinds, steps and actions are said in words.
            let word = match name {
                "kind" => format!("subject-{value}"),
                "what" => format!("reference-{value}"),
                "action" => format!("action-{value}"),
                "earlier_step" | "later_step" => format!("step-{value}"),
                "from" | "state" => format!("item-state-{value}"),
                "step" => format!("item-step-{value}"),
                "relation" => format!("relation-{value}"),
                "request_from" => format!("request-state-{value}"),
                "request_step" => format!("request-step-{value}"),
                "wave_state" => format!("wave-state-{value}"),
                "wave_move" => format!("wave-move-{value}"),
                "claim_state" => format!("claim-state-{value}"),
                "claim_step" => format!("claim-step-{value}"),
                _ => return (name, value),
            };
            let word = word.replace('_', "-");
            (name, if has(lang, &word) { text(lang, &word).into_owned() } else { value })
        })
        .collect();
    let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
    with(lang, &format!("refusal-{}", problem.key()), &args)
}

/// Why there is no timetable, in the reader's language.
pub fn timetable_error(lang: Lang, error: &TimetableError) -> String {
    let (key, args) = match error {
        TimetableError::Plan(error) => (error.key(), error.args()),
        other => ("timetable-error-other", vec![("why", other.to_string())]),
    };
    let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
    with(lang, key, &args)
}

/// A refusal with the field it concerns.
pub fn refusal(lang: Lang, refusal: &Refusal) -> String {
    problem(lang, &refusal.problem)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn keys(source: &str) -> BTreeSet<&str> {
        source
            .lines()
            .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()))
            .filter_map(|line| line.split_once('=').map(|(key, _)| key.trim()))
            .collect()
    }

    #[test]
    fn every_file_is_sound_and_both_languages_say_the_same_things() {
        for ((file, zh), (_, en)) in ZH_SOURCES.iter().zip(EN_SOURCES) {
            for source in [zh, en] {
                if let Err((_, errors)) = FluentResource::try_new((*source).to_owned()) {
                    panic!("{file}: {errors:?}");
                }
            }
            let (zh, en) = (keys(zh), keys(en));
            assert!(!zh.is_empty(), "{file} is empty");
            assert_eq!(zh, en, "{file}: keys differ");
        }
    }

    #[test]
    fn no_key_is_said_twice() {
        let mut seen = BTreeSet::new();
        for (file, source) in ZH_SOURCES {
            for line in source.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase())) {
                let key = line.split_once('=').map(|(key, _)| key.trim()).unwrap_or(line);
                assert!(seen.insert(key), "{file}: {key} a second time");
            }
        }
    }

    #[test]
    fn languages_are_negotiated() {
        assert_eq!(Lang::negotiate("en-GB,en;q=0.9,zh;q=0.8"), Lang::En);
        assert_eq!(Lang::negotiate("fr,zh-TW;q=0.7,en;q=0.3"), Lang::Zh);
        assert_eq!(Lang::negotiate(""), Lang::Zh);
    }
}
