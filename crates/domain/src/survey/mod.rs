//! Surveys of residents: questionnaires in versions, waves with their life cycle, and what a wave came to.
//!
//! What is asked and the design of a wave are facts of the plan. Answers are not: they belong to nobody and stand in
//! tables that are no projection of the journal, which holds their number and digest once the wave is frozen.

mod bridge;
mod check;
mod cited;
mod fault;
mod questionnaire;
mod results;
mod sample;
mod wave;

pub use bridge::SurveyBridge;
pub(crate) use check::{SurveyCheck, is_survey};
pub use cited::{CitedWave, HeldCited};
pub use fault::SurveyFault;
pub use questionnaire::{CHOICES_MOST, QUESTIONS_MOST, Questionnaire, single_codes};
pub use results::{CallBackAgreement, Fieldwork, ResultKind, ResultRow, Shown, WaveResults};
pub use sample::{
    CONTACTS_MOST, DrawnCommunity, DrawnHome, Frame, FrameCommunity, FrameHome, SampleFault, SamplePlan,
    SampleRule, StratumLine, WaveSample, call_backs,
};
pub use wave::{
    FrozenWave, HeldWave, MOVES, Wave, WaveAccess, WaveEvent, WaveMargin, WaveMode, WaveMove, WaveQuota,
    WaveState, WaveStep,
};
