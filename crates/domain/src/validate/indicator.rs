//! The rules of an indicator's facts.

use super::Check;
use crate::history::View;
use crate::indicator::{Indicator, IndicatorFact};
use crate::named::TEXT_MAX;
use crate::refusal::{Problem, Reference};
use crate::survey::SurveyFault;

impl Check<'_> {
    pub(super) fn indicator_fact(&mut self, fact: &IndicatorFact) {
        match fact {
            IndicatorFact::Name(name) | IndicatorFact::Unit(name) => self.name(name),
            IndicatorFact::Direction { .. } | IndicatorFact::Target { .. } => {}
            IndicatorFact::Sector { sector } => {
                self.in_plan(Reference::Sector, sector, |plan| plan.sector(sector.as_str()).is_some());
            }
            IndicatorFact::Baseline { on, .. } => self.not_future(*on),
            IndicatorFact::Observation { on, area, .. } => {
                self.not_future(*on);
                area.iter().for_each(|area| self.area(area));
            }
            IndicatorFact::Measured(measured) => {
                let held = self.plan.as_ref().and_then(|plan| plan.wave(measured.wave.as_str()).cloned());
                let frozen = held.as_ref().is_some_and(|held| held.state().is_frozen());
                self.require(frozen, Reference::Wave, &measured.wave);
                let asked = self.plan.as_ref().zip(held).and_then(|(plan, held)| {
                    let found = plan.questionnaire(&held.wave.instrument, held.wave.version)?;
                    found.asks.question(&measured.question).map(|question| question.fingerprint().to_string())
                });
                if frozen && asked.as_ref() != Some(&measured.asked) {
                    let question = measured.question.clone();
                    self.refuse(Problem::BadSurvey(SurveyFault::NoQuestion { question }));
                }
                let indicator = Indicator::at(&self.subject.code, self.after.visible(View::ALL));
                let known = indicator.observation(&measured.key).is_some();
                self.require(known, Reference::Observation, &measured.key);
            }
            IndicatorFact::Accepted { on, key, because, area } => {
                self.text(because, TEXT_MAX, true);
                let indicator = Indicator::at(&self.subject.code, self.after.visible(View::ALL));
                let series = indicator.series(area.as_ref());
                let known = series.is_some_and(|held| held.on(*on).any(|held| held.key == *key));
                self.require(known, Reference::Observation, key);
            }
        }
    }
}
