//! The models of requests in use: read once, looked up by their number at every use.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use domain::code::Code;
use domain::portfolio::Portfolio;
use domain::request::learning::{ModelAsks, SURE};
use store::{Connection, StoreError};
use text::category::{CategoryModel, MessageText};
use text::model_file;

use super::suggest::{SuggestedBy, Suggestion, UnitSuggestion};
use crate::App;
use crate::error::AppError;

/// What is in use, by its number.
pub(crate) type InUse = Option<(u32, Arc<CategoryModel>)>;

/// The models of one plan.
#[derive(Debug, Clone, Default)]
pub(crate) struct Models {
    pub category: InUse,
    pub unit: InUse,
}

/// The last one that was used, for each question: a model never changes under its number.
#[derive(Debug, Default)]
pub(crate) struct ModelCache(BTreeMap<(Code, ModelAsks), (u32, Arc<CategoryModel>)>);

/// Plans with models in memory: each takes some megabytes.
const CACHED: usize = 8;
/// Words that are told as having decided.
const REASONS: usize = 5;

/// What a model reads of a request: for units also where it is.
pub(super) fn said(
    asks: ModelAsks,
    portfolio: &Portfolio,
    (title, text): (&str, &str),
    (address, area): (&str, Option<&Code>),
) -> (String, String) {
    match asks {
        ModelAsks::Category => (title.to_owned(), text.to_owned()),
        ModelAsks::Unit => {
            let area = area.and_then(|code| portfolio.areas.get(code));
            let (zh, en) = area.map_or(("", ""), |area| (area.name.zh.as_str(), area.name.en.as_str()));
            (title.to_owned(), format!("{zh}\n{en}\n{address}\n{text}"))
        }
    }
}

impl Models {
    /// What the category's model says, the best first. Nothing where there is no model, or it knows nothing of the
    /// text.
    pub(super) fn categories(&self, portfolio: &Portfolio, title: &str, text: &str) -> Vec<Suggestion> {
        let Some((number, model)) = &self.category else { return Vec::new() };
        let message = MessageText { title, body: text };
        let mut classifier = model.classifier();
        let answer = classifier.classify(message);
        if answer.confidence == 0.0 {
            return Vec::new();
        }
        let because = classifier.reasons(message, answer, REASONS);
        let because: Vec<String> = because.into_iter().map(|reason| reason.words).collect();
        let open =
            |label| portfolio.plan.request_category(model.label(label)).is_some_and(|held| !held.closed);
        // One that is not offered any more makes room for nobody: of the second it is not known how likely it is.
        if !open(answer.best) {
            return Vec::new();
        }
        [(answer.best, answer.confidence, because), (answer.second, 0.0, Vec::new())]
            .into_iter()
            .filter_map(|(label, confidence, because)| {
                let held = portfolio.plan.request_category(model.label(label))?;
                (!held.closed).then(|| Suggestion {
                    category: held.category.clone(),
                    confidence: f64::from(confidence),
                    because,
                    by: SuggestedBy::Model(*number),
                })
            })
            .collect()
    }

    /// The unit that will have to handle it, where the model is sure.
    pub(super) fn unit(
        &self,
        portfolio: &Portfolio,
        words: (&str, &str),
        place: (&str, Option<&Code>),
    ) -> Option<UnitSuggestion> {
        let (number, model) = self.unit.as_ref()?;
        let (title, body) = said(ModelAsks::Unit, portfolio, words, place);
        let message = MessageText { title: &title, body: &body };
        let mut classifier = model.classifier();
        let answer = classifier.classify(message);
        let unit = Code::new(model.label(answer.best)).ok()?;
        if answer.confidence < SURE || !portfolio.units.get(&unit).is_some_and(|unit| unit.active) {
            return None;
        }
        let because = classifier.reasons(message, answer, REASONS);
        Some(UnitSuggestion {
            unit,
            confidence: f64::from(answer.confidence),
            because: because.into_iter().map(|reason| reason.words).collect(),
            model: *number,
        })
    }
}

impl App {
    /// The models that are in use now.
    pub(crate) fn models_of(&self, c: &mut Connection, plan: &Code) -> Result<Models, StoreError> {
        Ok(Models {
            category: self.model_of(c, plan, ModelAsks::Category)?,
            unit: self.model_of(c, plan, ModelAsks::Unit)?,
        })
    }

    pub(crate) async fn request_models_in_use(&self, plan: &Code) -> Result<Models, AppError> {
        let (app, plan) = (self.clone(), plan.clone());
        self.database()
            .read_async(move |c: &mut Connection| Ok::<_, AppError>(app.models_of(c, &plan)?))
            .await
    }

    fn model_of(&self, c: &mut Connection, plan: &Code, asks: ModelAsks) -> Result<InUse, StoreError> {
        let number = c.request_model_in_use(plan, asks)?;
        if number == 0 {
            return Ok(None);
        }
        let place = (plan.clone(), asks);
        let held = self.model_cache().0.get(&place).filter(|(held, _)| *held == number).cloned();
        if held.is_some() {
            return Ok(held);
        }
        let Some(body) = c.request_model_body(plan, asks, number)? else { return Ok(None) };
        let model = model_file::read(&body).map_err(|error| StoreError::Damaged(error.to_string()))?;
        let held = (number, Arc::new(model));
        let mut cache = self.model_cache();
        if cache.0.len() >= CACHED {
            cache.0.clear();
        }
        cache.0.insert(place, held.clone());
        Ok(Some(held))
    }

    fn model_cache(&self) -> std::sync::MutexGuard<'_, ModelCache> {
        self.inner.models.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
