//! How a plan handles requests: categories, limits, whom they go to. Data, with the day it holds from.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::appeal::AppealRules;
use super::clock::TimeLimit;
use super::kind::Urgency;
use super::privacy::PrivacyRules;
use super::public::ShownPlace;
use super::question::{Question, questions_fault};
use super::reply::ReplyTemplate;
use super::routing::{Route, RouteTo};
use crate::code::Code;
use crate::journal::Seq;
use crate::named::Named;
use crate::plan::{PlanFact, put};

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
    /// Whoever asks leaves a telephone number or an address of mail.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub needs_contact: bool,
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

impl Preset {
    /// A week to answer, a day for what comes before it.
    pub fn usual(preset: Code, name: Named) -> Self {
        Self {
            preset,
            name,
            assignment: TimeLimit::Hours(24),
            response: TimeLimit::Hours(24),
            resolution: TimeLimit::Days(7),
            reopened: TimeLimit::Days(3),
            decision: a_day(),
        }
    }
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
            needs_contact: false,
            closed: false,
            questions: Vec::new(),
        }
    }

    /// Its words as forms and sheets have them: a word may be several, as "fire lane".
    pub fn words_text(&self) -> String {
        self.words.join("; ")
    }

    pub fn parse_words(text: &str) -> Vec<String> {
        let words = text.split([';', '；', ',', '，', '、', '\n']).map(str::trim);
        words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
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
    /// From what was asked of the office, to take it back from a unit or to take it up again, until it is decided.
    #[serde(default = "a_day")]
    pub decision: TimeLimit,
}

fn a_day() -> TimeLimit {
    TimeLimit::Hours(24)
}

/// What holds for all requests of a plan, besides the lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestSettings {
    pub name: Named,
    /// Where they come from: the paper or office.
    pub source: Named,
    /// The limits where a category names none that is known.
    pub usual: Code,
    /// The limits of what is urgent, whatever its category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgent: Option<Code>,
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
    /// What is on the books is looked at again after so many months.
    #[serde(default = "monthly")]
    pub books_months: u8,
    /// How often more time may be asked for, each time of somebody who decides.
    #[serde(default = "twice")]
    pub extensions_most: u8,
    /// The name by which programs ask for this plan's requests; its code where none is given.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub jurisdiction: String,
    /// Whom those who write programs can ask, as an address of mail or a page.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub contact: String,
    /// How long appeals against what counts may be filed and take.
    #[serde(default, skip_serializing_if = "AppealRules::is_usual")]
    pub appeals: AppealRules,
    /// How long what tells who asked is kept.
    #[serde(default, skip_serializing_if = "is_silent")]
    pub privacy: PrivacyRules,
}

fn is_silent(rules: &PrivacyRules) -> bool {
    *rules == PrivacyRules::default()
}

fn monthly() -> u8 {
    1
}

fn twice() -> u8 {
    2
}

impl RequestSettings {
    /// With the usual days, for those who only name their own.
    pub fn new(name: Named, source: Named, usual: Code, backstop: Code) -> Self {
        Self {
            name,
            source,
            usual,
            urgent: None,
            backstop,
            resident_days: 5,
            call_back_days: 14,
            reopen_days: 30,
            free_reopens: 1,
            near_metres: 250,
            books_months: monthly(),
            extensions_most: twice(),
            jurisdiction: String::new(),
            contact: String::new(),
            appeals: AppealRules::default(),
            privacy: PrivacyRules::default(),
        }
    }

    /// What is inconsistent in them.
    pub fn fault(&self) -> Option<&'static str> {
        if self.books_months == 0 || self.near_metres == 0 || !self.appeals.is_sound() {
            return Some("days");
        }
        self.privacy.fault()
    }
}

/// The rules as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestRules {
    #[serde(flatten)]
    pub settings: RequestSettings,
    pub presets: Vec<Preset>,
    /// Tried in order; the first that fits decides.
    pub routes: Vec<Route>,
    /// The office that answers for each area.
    #[serde(default)]
    pub offices: BTreeMap<Code, Code>,
    /// Texts to begin from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replies: Vec<ReplyTemplate>,
}

impl RequestRules {
    /// The shortest whole: one set of limits, and every request to the office of its area, or to the one that stands
    /// behind all of them.
    pub fn of_offices(
        name: Named,
        source: Named,
        usual: Preset,
        offices: BTreeMap<Code, Code>,
        backstop: Code,
    ) -> Self {
        let any = Code::new("any").expect("a literal code");
        Self {
            settings: RequestSettings::new(name, source, usual.preset.clone(), backstop),
            presets: vec![usual],
            routes: vec![Route::new(any, 10, RouteTo::AreaOffice)],
            offices,
            replies: Vec::new(),
        }
    }
}

impl std::ops::Deref for RequestRules {
    type Target = RequestSettings;

    fn deref(&self) -> &RequestSettings {
        &self.settings
    }
}

/// The rules as they gather from facts: whole sets, and pieces that were said one at a time. A whole set takes the
/// place of what was said before it; a piece only of itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct RulesInPieces {
    said: Vec<(Date, Seq, PlanFact)>,
    settings: Option<RequestSettings>,
    pub(crate) presets: Vec<Preset>,
    routes: Vec<Route>,
    offices: BTreeMap<Code, Code>,
    replies: Vec<ReplyTemplate>,
}

impl RulesInPieces {
    /// Notes a fact: those of a plan come slot by slot, not as they were said.
    pub(crate) fn say(&mut self, effective: Date, seq: Seq, fact: &PlanFact) {
        self.said.push((effective, seq, fact.clone()));
    }

    /// Takes what was noted, in the order in which it holds.
    pub(crate) fn gather(&mut self) {
        let mut said = std::mem::take(&mut self.said);
        // Said in one breath, pieces complete the whole.
        said.sort_by_key(|(effective, seq, fact)| {
            (*effective, *seq, !matches!(fact, PlanFact::RequestRules(_)))
        });
        for (_, _, fact) in said {
            self.take(fact);
        }
    }

    fn take(&mut self, fact: PlanFact) {
        match fact {
            PlanFact::RequestRules(rules) => {
                let RequestRules { settings, presets, mut routes, offices, replies } = rules;
                for (place, route) in (1..).zip(&mut routes) {
                    route.place(place);
                }
                *self =
                    Self { said: Vec::new(), settings: Some(settings), presets, routes, offices, replies };
            }
            PlanFact::RequestSettings(settings) => self.settings = Some(settings),
            PlanFact::RequestPreset(preset) => {
                let code = preset.preset.clone();
                put(&mut self.presets, |held| held.preset == code, preset);
            }
            PlanFact::RequestRoute(route) => {
                let code = route.route.clone();
                put(&mut self.routes, |held| held.route == code, route);
            }
            PlanFact::RequestOffice { area, unit: Some(unit) } => {
                self.offices.insert(area, unit);
            }
            PlanFact::RequestOffice { area, unit: None } => {
                self.offices.remove(&area);
            }
            PlanFact::RequestReply(reply) => {
                let code = reply.reply.clone();
                put(&mut self.replies, |held| held.reply == code, reply);
            }
            _ => {}
        }
    }

    /// The rules, once what holds for all is known.
    pub(crate) fn rules(&self) -> Option<RequestRules> {
        let Self { settings, mut presets, mut routes, offices, mut replies, .. } = self.clone();
        presets.sort_by(|a, b| a.preset.cmp(&b.preset));
        routes.sort_by_key(|route| route.order);
        replies.sort_by_key(|reply| reply.order);
        Some(RequestRules { settings: settings?, presets, routes, offices, replies })
    }
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
        fn twice<'a>(codes: impl Iterator<Item = &'a Code>) -> bool {
            let mut met = BTreeSet::new();
            !codes.into_iter().all(|code| met.insert(code))
        }
        let known = |code: &Code| self.preset(code).is_some();
        if twice(self.presets.iter().map(|preset| &preset.preset)) {
            return Some("presets");
        }
        if !known(&self.usual) || self.urgent.as_ref().is_some_and(|code| !known(code)) {
            return Some("usual");
        }
        // Those without a name get one of their own each.
        if twice(self.routes.iter().filter(|route| route.is_named()).map(|route| &route.route)) {
            return Some("routes");
        }
        if twice(self.replies.iter().map(|reply| &reply.reply)) {
            return Some("replies");
        }
        self.settings.fault()
    }
}
