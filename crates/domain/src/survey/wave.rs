//! A wave of a survey: its design, and its life from draft to published.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::sample::WaveSample;
use crate::code::Code;
use crate::item::kind::texts;
use crate::journal::Seq;
use crate::named::Named;
use crate::source::Grade;

texts! {
    /// How somebody is asked.
    WaveMode {
        /// By link, on their own phone or computer.
        Web => "web",
        Telephone => "telephone",
        /// By an interviewer who meets them.
        Street => "street",
        /// On paper, typed in later.
        Paper => "paper",
    }
}

impl WaveMode {
    /// Whether staff fill in the sheet.
    pub fn is_by_staff(self) -> bool {
        self != Self::Web
    }
}

texts! {
    /// Who may answer by themselves.
    WaveAccess {
        /// Whoever has the address.
        Anyone => "anyone",
        /// Whoever has a link that works once.
        Invited => "invited",
    }
}

texts! {
    WaveState {
        Draft => "draft",
        Open => "open",
        /// Nobody is asked any more; sheets that were filled in before may still come in.
        Closed => "closed",
        /// Counted, estimated, and never changed again.
        Frozen => "frozen",
        Published => "published",
        Withdrawn => "withdrawn",
    }
}

texts! {
    WaveMove {
        Open => "open",
        Close => "close",
        Freeze => "freeze",
        Publish => "publish",
        Withdraw => "withdraw",
    }
}

/// The life of a wave: state, step, state. There is no way back.
pub const MOVES: [(WaveState, WaveMove, WaveState); 7] = [
    (WaveState::Draft, WaveMove::Open, WaveState::Open),
    (WaveState::Open, WaveMove::Close, WaveState::Closed),
    (WaveState::Closed, WaveMove::Freeze, WaveState::Frozen),
    (WaveState::Frozen, WaveMove::Publish, WaveState::Published),
    (WaveState::Draft, WaveMove::Withdraw, WaveState::Withdrawn),
    (WaveState::Open, WaveMove::Withdraw, WaveState::Withdrawn),
    (WaveState::Closed, WaveMove::Withdraw, WaveState::Withdrawn),
];

impl WaveState {
    /// Where a step leads from here.
    pub fn after(self, step: WaveMove) -> Option<WaveState> {
        MOVES.iter().find(|(from, by, _)| (*from, *by) == (self, step)).map(|(.., to)| *to)
    }

    pub fn moves(self) -> impl Iterator<Item = WaveMove> {
        MOVES.into_iter().filter(move |(from, ..)| *from == self).map(|(_, step, _)| step)
    }

    /// Whether sheets that were filled in while it was open are taken.
    pub fn takes_sheets(self) -> bool {
        matches!(self, Self::Open | Self::Closed)
    }

    pub fn is_frozen(self) -> bool {
        matches!(self, Self::Frozen | Self::Published)
    }
}

/// So many people who gave these answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaveQuota {
    /// Question and answer; all must hold.
    pub of: Vec<(String, String)>,
    pub target: u64,
}

/// What is known of the whole population: so many, or such a share, for each answer of a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaveMargin {
    pub question: String,
    pub totals: Vec<(String, Decimal)>,
    /// Where the numbers are from.
    pub source: String,
}

/// The design of a wave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wave {
    pub wave: Code,
    pub name: Named,
    pub instrument: Code,
    pub version: u32,
    /// The days on which people are asked.
    pub from: Date,
    pub to: Date,
    /// Whom the sample stands for, and how it is drawn.
    pub frame: Named,
    pub modes: Vec<WaveMode>,
    pub access: WaveAccess,
    /// The question whose answers are areas, where one asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<String>,
    /// Questions by whose answers results are broken down.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quotas: Vec<WaveQuota>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub margins: Vec<WaveMargin>,
    /// No weight is more than so many percent of the mean weight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trim: Option<u32>,
    /// Nothing is shown of fewer people.
    pub least: u32,
    /// How its sample is drawn, where it is drawn at random.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<Box<WaveSample>>,
}

impl Wave {
    /// Whether some who answered came by themselves, and were drawn by nobody.
    pub fn is_self_selected(&self) -> bool {
        self.access == WaveAccess::Anyone && self.modes.contains(&WaveMode::Web)
    }

    /// Groupings of the results: the area first, each once.
    pub fn groupings(&self) -> Vec<&str> {
        let mut out: Vec<&str> = Vec::new();
        for name in self.area.iter().chain(&self.groups) {
            if !out.contains(&name.as_str()) {
                out.push(name);
            }
        }
        out
    }
}

/// What a wave came to: the sheets that count, and its results, by their digests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenWave {
    pub sheets: u64,
    pub sheets_digest: String,
    pub results_digest: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaveEvent {
    /// With the fingerprint of what is asked.
    Opened {
        asked: String,
    },
    Closed,
    Frozen(FrozenWave),
    Published,
    Withdrawn,
}

impl WaveEvent {
    pub fn step(&self) -> WaveMove {
        match self {
            Self::Opened { .. } => WaveMove::Open,
            Self::Closed => WaveMove::Close,
            Self::Frozen(_) => WaveMove::Freeze,
            Self::Published => WaveMove::Publish,
            Self::Withdrawn => WaveMove::Withdraw,
        }
    }
}

/// A step of a wave's life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaveStep {
    pub wave: Code,
    pub event: WaveEvent,
}

/// A wave with what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldWave {
    pub wave: Wave,
    /// The entry that last said how it is designed, and its grade.
    pub seq: Seq,
    pub grade: Grade,
    /// Each with its day; no step is made twice.
    pub events: Vec<(WaveEvent, Date)>,
}

impl HeldWave {
    fn has(&self, step: WaveMove) -> bool {
        self.events.iter().any(|(event, _)| event.step() == step)
    }

    pub fn state(&self) -> WaveState {
        if self.has(WaveMove::Withdraw) {
            return WaveState::Withdrawn;
        }
        let steps = [WaveMove::Open, WaveMove::Close, WaveMove::Freeze, WaveMove::Publish];
        steps
            .into_iter()
            .take_while(|step| self.has(*step))
            .fold(WaveState::Draft, |state, step| state.after(step).unwrap_or(state))
    }

    /// Whether everybody may see it: while people are asked, and after.
    pub fn is_public(&self) -> bool {
        use WaveState as S;
        matches!(self.state(), S::Open | S::Closed | S::Frozen | S::Published)
    }

    /// Whether what it came to is shown: to everybody once it is published, before that to whoever runs surveys.
    pub fn shows_results(&self, manages: bool) -> bool {
        let state = self.state();
        state == WaveState::Published || manages && state.is_frozen()
    }

    /// The day of a step.
    pub fn day_of(&self, step: WaveMove) -> Option<Date> {
        self.events.iter().find(|(event, _)| event.step() == step).map(|(_, day)| *day)
    }

    /// The fingerprint of what was asked, once it was opened.
    pub fn asked(&self) -> Option<&str> {
        self.events.iter().find_map(|(event, _)| match event {
            WaveEvent::Opened { asked } => Some(asked.as_str()),
            _ => None,
        })
    }

    pub fn frozen(&self) -> Option<&FrozenWave> {
        self.events.iter().find_map(|(event, _)| match event {
            WaveEvent::Frozen(frozen) => Some(frozen),
            _ => None,
        })
    }

    /// Whether what people wrote, or each of their sheets, may be read: it is over, and enough of them answered.
    pub fn tells_texts(&self) -> bool {
        self.frozen().is_some_and(|frozen| frozen.sheets >= u64::from(self.wave.least))
    }

    /// Whether people are asked on a day.
    pub fn asks_on(&self, day: Date) -> bool {
        self.state() == WaveState::Open && (self.wave.from..=self.wave.to).contains(&day)
    }
}
