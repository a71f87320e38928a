//! The rules of an indicator's facts.

use survey::instrument::{Form, Question};

use super::Check;
use crate::code::Code;
use crate::history::View;
use crate::indicator::{AskedBy, Indicator, IndicatorFact};
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
            IndicatorFact::Baseline { on, wave, .. } => {
                self.not_future(*on);
                self.cited(wave.as_ref());
            }
            IndicatorFact::Observation { on, area, wave, .. } => {
                self.not_future(*on);
                area.iter().for_each(|area| self.area(area));
                self.cited(wave.as_ref());
            }
            IndicatorFact::AskedBy(asked) => self.asked_by(asked),
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

    fn cited(&mut self, wave: Option<&Code>) {
        if let Some(wave) = wave {
            self.in_plan(Reference::Wave, wave, |plan| plan.cited_wave(wave.as_str()).is_some());
        }
    }

    /// Some version of the questionnaire has the question, with the answer that is named.
    fn asked_by(&mut self, asked: &AskedBy) {
        let code = &asked.instrument;
        self.in_plan(Reference::Questionnaire, code, |plan| {
            plan.questionnaires.iter().any(|held| held.instrument == *code)
        });
        let (question, answer) = (&asked.question, asked.answer.as_deref());
        let versions = self.plan.iter().flat_map(|plan| &plan.questionnaires);
        let questions = versions
            .filter(|held| held.instrument == *code)
            .filter_map(|held| held.asks.question(question))
            .filter(|question| has_figure(question, answer));
        let questions: Vec<&Question> = questions.collect();
        // All others than none are everybody.
        if questions.is_empty() || asked.others && answer.is_none() {
            let question = question.clone();
            self.refuse(Problem::BadSurvey(match answer {
                Some(code) => SurveyFault::NoChoice { question, code: code.to_owned() },
                None => SurveyFault::NoQuestion { question },
            }));
        } else if asked.others && questions.iter().any(|held| matches!(held.form, Form::Multiple { .. })) {
            // Who ticked it may have ticked others as well.
            self.refuse(Problem::BadSurvey(SurveyFault::NoOthers { question: question.clone() }));
        }
    }
}

/// Whether a question comes to such a figure: the share of an answer, or with none a mean.
fn has_figure(question: &Question, answer: Option<&str>) -> bool {
    let is = |code: &str| answer == Some(code);
    match &question.form {
        Form::Single { choices } | Form::Multiple { choices, .. } => {
            choices.iter().any(|held| is(&held.code))
        }
        Form::Scale { low, high, .. } => {
            answer.is_none_or(|code| (*low..=*high).any(|at| at.to_string() == code))
        }
        Form::Number { .. } => answer.is_none(),
        Form::Text { .. } | Form::Matrix { .. } => false,
    }
}
