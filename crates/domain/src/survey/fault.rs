//! What is wrong with a questionnaire or a wave.

use super::wave::{WaveMove, WaveState};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SurveyFault {
    /// Too many questions or choices, or texts that are too long.
    TooLarge,
    /// A question, or the whole, says nothing in Chinese.
    NoChinese {
        question: String,
    },
    /// A wave that was opened asks this version: what it asks stays as it is.
    InUse {
        wave: String,
    },
    /// The wave was opened: its design stays as it is.
    WaveFixed,
    IllegalMove {
        from: WaveState,
        step: WaveMove,
    },
    /// A question that the questionnaire does not have.
    NoQuestion {
        question: String,
    },
    /// A question that is not answered by one of its choices.
    NotSingle {
        question: String,
    },
    /// A question that somebody may leave out.
    NotAlways {
        question: String,
    },
    /// An answer that the question does not have.
    NoChoice {
        question: String,
        code: String,
    },
    /// All other answers than one, of a question that takes several at once.
    NoOthers {
        question: String,
    },
    /// Totals that miss an answer, give one twice, or are not above zero.
    BadTotals {
        question: String,
    },
    /// Totals in people that add up to different numbers.
    DifferentPopulations {
        first: String,
        other: String,
    },
    /// Quotas given twice, or for nobody.
    BadQuotas,
    NoMode,
    /// A group of fewer than two has no error, and hides nobody.
    BadLeast,
    /// Weights that are cut below what they are on average.
    BadTrim,
    /// A number of the sample's design that cannot be.
    BadSample,
    /// A code that is the address of another page.
    Reserved,
    /// The code of another wave, of the plan's own or cited.
    CodeTaken,
    /// The questionnaire is another one than was looked at.
    AskedOtherwise,
    /// What a frozen wave came to is not what its record says.
    Broken,
    BadBridge,
    /// A wave is frozen by counting its sheets, not by saying so.
    ByHand,
    /// Contacts and call-backs are counted from the opening of a wave until it is frozen.
    NotCounting,
    /// Sheets are given out once no more are counted.
    NotFrozen,
    /// Fewer people answered than anything is shown of.
    TooFewSheets {
        least: u32,
    },
    /// Nobody is asked in this way.
    OtherMode,
}

impl SurveyFault {
    pub(crate) fn key(&self) -> &'static str {
        match self {
            Self::TooLarge => "survey-too-large",
            Self::NoChinese { .. } => "survey-no-chinese",
            Self::InUse { .. } => "survey-in-use",
            Self::WaveFixed => "survey-wave-fixed",
            Self::IllegalMove { .. } => "survey-illegal-move",
            Self::NoQuestion { .. } => "survey-no-question",
            Self::NotSingle { .. } => "survey-not-single",
            Self::NotAlways { .. } => "survey-not-always",
            Self::NoChoice { .. } => "survey-no-choice",
            Self::NoOthers { .. } => "survey-no-others",
            Self::BadTotals { .. } => "survey-bad-totals",
            Self::DifferentPopulations { .. } => "survey-populations",
            Self::BadQuotas => "survey-bad-quotas",
            Self::NoMode => "survey-no-mode",
            Self::BadLeast => "survey-bad-least",
            Self::BadTrim => "survey-bad-trim",
            Self::BadSample => "survey-bad-sample",
            Self::Reserved => "survey-reserved",
            Self::CodeTaken => "survey-code-taken",
            Self::AskedOtherwise => "survey-asked-otherwise",
            Self::Broken => "survey-broken",
            Self::BadBridge => "survey-bad-bridge",
            Self::ByHand => "survey-by-hand",
            Self::NotCounting => "survey-not-counting",
            Self::OtherMode => "survey-other-mode",
            Self::NotFrozen => "survey-not-frozen",
            Self::TooFewSheets { .. } => "survey-too-few-sheets",
        }
    }

    pub(crate) fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::NoChinese { question }
            | Self::NoQuestion { question }
            | Self::NotSingle { question }
            | Self::NotAlways { question }
            | Self::NoOthers { question }
            | Self::BadTotals { question } => vec![("question", question.clone())],
            Self::NoChoice { question, code } => vec![("question", question.clone()), ("code", code.clone())],
            Self::DifferentPopulations { first, other } => {
                vec![("first", first.clone()), ("other", other.clone())]
            }
            Self::InUse { wave } => vec![("wave", wave.clone())],
            Self::IllegalMove { from, step } => {
                vec![("wave_state", from.as_str().into()), ("wave_move", step.as_str().into())]
            }
            Self::TooFewSheets { least } => vec![("least", least.to_string())],
            _ => Vec::new(),
        }
    }
}
