//! What people wrote in their own words.

use domain::code::Code;
use domain::policy::Action;
use domain::refusal::{Problem, Refusal};
use domain::survey::{HeldWave, Questionnaire};
use store::StoreError;
use survey::instrument::Form;
use survey::sheet::{Answer, Answers};

use super::survey_target;
use crate::App;
use crate::actor::Actor;
use crate::error::AppError;

const PAGE: usize = 2_000;
/// Texts of one question that are read at once.
pub const TEXTS_MOST: usize = 500;

/// What was written to a question, in the order of the texts themselves: equal places under two questions mean nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaveTexts {
    pub question: String,
    /// As many as are read at once.
    pub texts: Vec<String>,
    /// How many there are.
    pub all: u64,
}

impl App {
    /// Texts of a wave that is over: while people are asked, the last one to come would be told from the others. None
    /// where fewer people answered than anything is shown of.
    pub async fn wave_texts(
        &self,
        actor: &Actor,
        plan: &Code,
        held: &HeldWave,
        asked: &Questionnaire,
    ) -> Result<Vec<WaveTexts>, AppError> {
        if !actor.may(Action::ManageSurveys, &survey_target(plan)) {
            return Err(Refusal::whole(Problem::NotAllowed(Action::ManageSurveys)).into());
        }
        let questions = asked.asks.questions().iter();
        let texts = questions.filter(|question| matches!(question.form, Form::Text { .. }));
        let mut out: Vec<WaveTexts> = texts
            .map(|question| WaveTexts { question: question.name.clone(), texts: Vec::new(), all: 0 })
            .collect();
        if out.is_empty() || !held.tells_texts() {
            return Ok(out);
        }
        let (plan, wave) = (plan.clone(), held.wave.wave.clone());
        let read = move |c: &mut store::Connection| {
            let mut after = String::new();
            loop {
                let some = c.survey_sheets(&plan, &wave, &after, PAGE)?;
                let Some(last) = some.last() else {
                    out.iter_mut().for_each(|of| of.texts.sort_unstable());
                    return Ok::<_, StoreError>(out);
                };
                after = last.sheet.to_string();
                for held in some.iter().filter(|held| !held.late) {
                    let answers: Answers = serde_json::from_str(&held.answers)
                        .map_err(|error| StoreError::Damaged(error.to_string()))?;
                    for of in &mut out {
                        let Some(Answer::Text(text)) = answers.get(&of.question) else { continue };
                        of.all += 1;
                        if of.texts.len() < TEXTS_MOST {
                            of.texts.push(text.clone());
                        }
                    }
                }
            }
        };
        Ok(self.database().read_async(read).await?)
    }
}
