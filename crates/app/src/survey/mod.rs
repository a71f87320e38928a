//! Surveys: asking people, keeping what they answered, and what a wave comes to.

pub mod answer;
mod begun;
mod by_area;
mod compare;
mod estimate;
mod fieldwork;
mod files;
mod freeze;
mod live;
mod microdata;
mod observe;
mod own;
mod results;
pub mod said;
mod sample;
#[cfg(test)]
mod sketched;
mod texts;

pub use answer::{NewSheet, SheetFault, Taken};
pub use by_area::{AgainstWhole, AreaEstimate, ByArea, MappedEstimate, is_mapped, mapped};
pub use compare::{CompareFault, ComparedLine, compared, judge, judged};
pub use estimate::{EstimateFault, is_weighted_by_strata, planned_deff};
pub use files::{codebook, results_csv, text_csv};
pub use freeze::FreezeFault;
pub(crate) use live::Filled;
pub use live::{LiveQuota, LiveWave, full_quota};
pub use microdata::Microdata;
pub use observe::{PickedEstimate, area_of};
pub use own::{OwnFigure, OwnFound};
pub(crate) use results::{Damaged, ResultsCache};
pub use sample::SampleFrame;
pub(crate) use texts::TextsCache;
pub use texts::{TEXTS_MOST, THEMED_MOST, Themes, WaveTexts, WaveThemes, Written};

use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::plan::PlanFact;
use domain::policy::{Action, Target};
use domain::source::Source;
use domain::subject::Subject;
use domain::survey::{HeldWave, Questionnaire, Wave, WaveEvent, WaveStep};

use crate::App;
use crate::actor::Actor;
use crate::change::{Change, Receipt};
use crate::error::AppError;
use crate::read::Asked;

/// What surveys of a plan touch.
pub fn survey_target(plan: &Code) -> Target {
    Target { plan: Some(plan.clone()), ..Target::default() }
}

impl App {
    /// A wave with what it asks.
    pub async fn wave(&self, plan: &Code, wave: &str) -> Result<(HeldWave, Questionnaire), AppError> {
        let portfolio = self.portfolio(plan, Asked::default()).await?;
        let held = portfolio.plan.wave(wave).ok_or(AppError::NotFound)?;
        let asked = portfolio
            .plan
            .questionnaire(&held.wave.instrument, held.wave.version)
            .ok_or(AppError::NotFound)?;
        Ok((held.clone(), asked.clone()))
    }

    /// Puts a version of a questionnaire on record.
    pub async fn record_questionnaire(
        &self,
        actor: &Actor,
        plan: &Code,
        held: Questionnaire,
        ground: (Source, String),
    ) -> Result<Receipt, AppError> {
        self.record_of_survey(actor, plan, PlanFact::Questionnaire(held), ground).await
    }

    /// Puts the design of a wave on record.
    pub async fn record_wave(
        &self,
        actor: &Actor,
        plan: &Code,
        wave: Wave,
        ground: (Source, String),
    ) -> Result<Receipt, AppError> {
        self.record_of_survey(actor, plan, PlanFact::Wave(wave), ground).await
    }

    /// A step of a wave's life; freezing is [`freeze_wave`](Self::freeze_wave).
    pub async fn step_wave(
        &self,
        actor: &Actor,
        plan: &Code,
        wave: &Code,
        event: WaveEvent,
        ground: (Source, String),
    ) -> Result<Receipt, AppError> {
        let ends = matches!(event, WaveEvent::Closed | WaveEvent::Withdrawn);
        let step = WaveStep { wave: wave.clone(), event };
        let receipt = self.record_of_survey(actor, plan, PlanFact::WaveStep(step), ground).await?;
        if ends {
            // What the order of rows would tell need not be kept longer. Who was late lays them anew again.
            let (plan, wave) = (plan.clone(), wave.clone());
            let lay = move |tx: &mut store::Tx<'_>| tx.shuffle_survey(&plan, &wave);
            self.database().write_async(lay).await?;
        }
        Ok(receipt)
    }

    /// Declares how figures of a question that was asked otherwise are set beside others.
    pub async fn record_bridge(
        &self,
        actor: &Actor,
        plan: &Code,
        bridge: domain::survey::SurveyBridge,
        ground: (Source, String),
    ) -> Result<Receipt, AppError> {
        self.record_of_survey(actor, plan, PlanFact::SurveyBridge(bridge), ground).await
    }

    async fn record_of_survey(
        &self,
        actor: &Actor,
        plan: &Code,
        fact: PlanFact,
        (source, reason): (Source, String),
    ) -> Result<Receipt, AppError> {
        self.change(actor, of_plan(plan, fact.into(), source, reason)).await
    }

    /// Whether somebody may ask people and put down what they say.
    pub(crate) fn may_collect(actor: &Actor, plan: &Code) -> bool {
        actor.may(Action::CollectAnswers, &survey_target(plan))
    }
}

fn of_plan(plan: &Code, fact: Fact, source: Source, reason: String) -> Change {
    let command = Command::Record { subject: Subject::plan(plan), facts: vec![fact], expected: None };
    Change { command, effective: None, source, reason }
}
