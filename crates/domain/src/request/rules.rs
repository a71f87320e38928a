//! How a plan handles requests: categories, limits, whom they go to. Data, with the day it holds from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::clock::TimeLimit;
use super::kind::Urgency;
use super::privacy::PrivacyRules;
use super::public::ShownPlace;
use super::question::{Question, questions_fault};
use super::routing::Route;
use crate::code::Code;
use crate::named::Named;

/// What requests are about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestCategory {
    pub category: Code,
    pub order: u32,
    pub name: Named,
    /// What falls under it, for whoever chooses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Named>,
    /// Words that speak for it in a text, in both languages.
    #[serde(default)]
    pub words: Vec<String>,
    /// The limits it goes by.
    pub preset: Code,
    /// Requests of it are shown to nobody.
    #[serde(default)]
    pub private: bool,
    /// How exactly everybody sees where they are.
    #[serde(default, skip_serializing_if = "is_exact")]
    pub shown_place: ShownPlace,
    /// What must be said first, as where to call in danger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<Named>,
    /// Whoever asks by a program is told the number only once somebody has looked.
    #[serde(default)]
    pub batch: bool,
    /// No longer offered.
    #[serde(default)]
    pub closed: bool,
    /// What is asked beyond the text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<Question>,
}

fn is_exact(shown: &ShownPlace) -> bool {
    *shown == ShownPlace::Exact
}

impl RequestCategory {
    /// One that is offered to everybody, with nothing asked beyond the text.
    pub fn new(category: Code, order: u32, name: Named, preset: Code) -> Self {
        Self {
            category,
            order,
            name,
            about: None,
            words: Vec::new(),
            preset,
            private: false,
            shown_place: ShownPlace::Exact,
            warning: None,
            batch: false,
            closed: false,
            questions: Vec::new(),
        }
    }

    /// What is inconsistent in it.
    pub fn fault(&self) -> Option<&'static str> {
        questions_fault(&self.questions)
    }

    pub fn question(&self, code: &Code) -> Option<&Question> {
        self.questions.iter().find(|question| question.question == *code)
    }
}

/// A set of limits under a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preset {
    pub preset: Code,
    pub name: Named,
    /// From the receipt until a unit has it.
    pub assignment: TimeLimit,
    /// From the assignment until the resident was spoken to.
    pub response: TimeLimit,
    /// From the assignment until the answer.
    pub resolution: TimeLimit,
    /// From the re-opening until the next answer.
    pub reopened: TimeLimit,
}

/// The rules as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestRules {
    pub name: Named,
    /// Where they come from: the paper or office.
    pub source: Named,
    pub presets: Vec<Preset>,
    /// The limits where a category names none that is known.
    pub usual: Code,
    /// The limits of what is urgent, whatever its category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgent: Option<Code>,
    /// Tried in order; the first that fits decides.
    pub routes: Vec<Route>,
    /// The office that answers for each area.
    #[serde(default)]
    pub offices: BTreeMap<Code, Code>,
    /// Who answers for what nobody else has to take (兜底).
    pub backstop: Code,
    /// How long a question to the resident stands before the clock runs again.
    pub resident_days: u16,
    /// How long after an answer it can be called back on by the link, and closes by itself.
    pub call_back_days: u16,
    /// How long after it was closed it may be asked to be taken up again.
    pub reopen_days: u16,
    /// How often a resident's "not solved" re-opens it without anybody deciding.
    pub free_reopens: u8,
    /// How near others count as the same place, in metres.
    pub near_metres: u32,
    /// The name by which programs ask for this plan's requests; its code where none is given.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub jurisdiction: String,
    /// Whom those who write programs can ask, as an address of mail or a page.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub contact: String,
    /// How long what tells who asked is kept.
    #[serde(default, skip_serializing_if = "is_silent")]
    pub privacy: PrivacyRules,
}

fn is_silent(rules: &PrivacyRules) -> bool {
    *rules == PrivacyRules::default()
}

impl RequestRules {
    pub fn preset(&self, code: &Code) -> Option<&Preset> {
        self.presets.iter().find(|preset| preset.preset == *code)
    }

    /// The limits that a request goes by.
    pub fn limits(&self, category: Option<&RequestCategory>, urgency: Urgency) -> Option<&Preset> {
        let urgent = matches!(urgency, Urgency::Urgent | Urgency::Immediate);
        let pressing = self.urgent.as_ref().filter(|_| urgent).and_then(|code| self.preset(code));
        pressing
            .or_else(|| category.and_then(|category| self.preset(&category.preset)))
            .or_else(|| self.preset(&self.usual))
    }

    /// What is inconsistent in them.
    pub fn fault(&self) -> Option<&'static str> {
        let known = |code: &Code| self.preset(code).is_some();
        let mut codes: Vec<&Code> = self.presets.iter().map(|preset| &preset.preset).collect();
        codes.sort_unstable();
        if codes.windows(2).any(|pair| pair[0] == pair[1]) {
            return Some("presets");
        }
        if !known(&self.usual) || self.urgent.as_ref().is_some_and(|code| !known(code)) {
            return Some("usual");
        }
        self.privacy.fault()
    }
}
