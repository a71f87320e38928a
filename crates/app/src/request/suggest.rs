//! What a text suggests: its category with the words that decided, its place, and who asked the same.

use std::sync::{Arc, OnceLock, PoisonError, Weak};

use domain::bounds::Bounds;
use domain::code::Code;
use domain::portfolio::Portfolio;
use domain::request::learning::SURE;
use domain::request::pieces::Pieces;
use domain::request::{Point, Request, RequestRow};
use store::Connection;

use super::Models;
use super::category_words::CategoryWords;
use super::named_places::Areas;
use crate::App;
use crate::aside::aside;
use crate::error::AppError;
use crate::read::Asked;

/// What speaks for a suggestion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SuggestedBy {
    /// The words of the categories.
    Words,
    /// The model of that number.
    Model(u32),
}

/// A category that a text speaks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    pub category: Code,
    /// By words: how much of what was found speaks for it; by a model: the probability that it is right. 0 to 1.
    pub confidence: f64,
    pub because: Vec<String>,
    pub by: SuggestedBy,
}

/// A unit that will have to handle a request, as a model is sure of it.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitSuggestion {
    pub unit: Code,
    pub confidence: f64,
    pub because: Vec<String>,
    /// The model's number.
    pub model: u32,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Suggestions {
    /// The best first. Empty when nothing speaks for any.
    pub categories: Vec<Suggestion>,
    pub unit: Option<UnitSuggestion>,
    pub area: Option<Code>,
    /// Open requests nearby that everybody may read, the most alike first, with how alike they are.
    pub similar: Vec<(RequestRow, f64)>,
}

/// Below this share of the words, a person chooses: the first two are too close.
const SURE_BY_WORDS: f64 = 0.6;
/// Requests nearby that are compared.
pub(super) const COMPARED: usize = 200;
const SHOWN: usize = 5;
/// So many times farther around a place those who work on a request are shown what is like it.
pub(super) const FARTHER: u32 = 4;
/// Less alike than this, it is another matter.
pub(super) const ALIKE: f64 = 0.08;

impl Suggestion {
    /// Whether it may be set without asking.
    pub fn is_sure(&self) -> bool {
        match self.by {
            SuggestedBy::Words => sure_by_words(self.confidence),
            SuggestedBy::Model(_) => self.confidence >= f64::from(SURE),
        }
    }
}

pub(super) fn sure_by_words(confidence: f64) -> bool {
    confidence >= SURE_BY_WORDS
}

impl Suggestions {
    /// The category that may be set without asking.
    pub fn sure(&self) -> Option<&Suggestion> {
        self.categories.first().filter(|best| best.is_sure())
    }
}

/// What a text is about: as the model in use says where it is sure, else by the words of the categories, else the
/// two between which the model wavers.
pub(crate) fn suggested(
    portfolio: &Portfolio,
    models: &Models,
    words: &CategoryWords,
    title: &str,
    text: &str,
) -> Vec<Suggestion> {
    let learnt = models.categories(portfolio, title, text);
    if learnt.first().is_some_and(Suggestion::is_sure) {
        return learnt;
    }
    // A title may say what the text does not: "the lamp is out", "please see to it".
    let by_words = words.suggest(&format!("{title}\n{text}"));
    if by_words.first().is_some_and(Suggestion::is_sure) || learnt.is_empty() { by_words } else { learnt }
}

/// By what texts are understood: names of places, and words of categories.
pub(crate) struct PlanWords {
    pub areas: Areas,
    pub categories: CategoryWords,
}

/// Those of portfolios lately asked for: what finds words in texts is made once, and not for every text.
#[derive(Default)]
pub(crate) struct PlanWordsCache(Vec<(Weak<Portfolio>, WordsPlace)>);

/// Where words are put by whoever first asks for them.
type WordsPlace = Arc<OnceLock<Arc<PlanWords>>>;

impl PlanWordsCache {
    /// Portfolios whose words are kept.
    const MOST: usize = 4;

    /// Where the words of a portfolio are kept; whoever comes first makes them there, and nobody waits for those of others.
    fn place_of(&mut self, portfolio: &Arc<Portfolio>) -> WordsPlace {
        self.0.retain(|(held, _)| held.strong_count() > 0);
        let found = self.0.iter().find(|(held, _)| std::ptr::eq(held.as_ptr(), Arc::as_ptr(portfolio)));
        if let Some((_, place)) = found {
            return place.clone();
        }
        let place = Arc::default();
        self.0.truncate(Self::MOST - 1);
        self.0.insert(0, (Arc::downgrade(portfolio), Arc::clone(&place)));
        place
    }
}

impl App {
    fn words_place(&self, portfolio: &Arc<Portfolio>) -> WordsPlace {
        self.inner.plan_words.lock().unwrap_or_else(PoisonError::into_inner).place_of(portfolio)
    }

    pub(super) fn words_of(&self, portfolio: &Arc<Portfolio>) -> Arc<PlanWords> {
        let made =
            || Arc::new(PlanWords { areas: Areas::of(portfolio), categories: CategoryWords::of(portfolio) });
        self.words_place(portfolio).get_or_init(made).clone()
    }

    /// The same where others wait: a plan may have many places.
    pub(super) async fn words_aside(&self, portfolio: &Arc<Portfolio>) -> Result<Arc<PlanWords>, AppError> {
        if let Some(made) = self.words_place(portfolio).get() {
            return Ok(made.clone());
        }
        let (app, portfolio) = (self.clone(), portfolio.clone());
        aside(move || app.words_of(&portfolio)).await
    }

    /// The area that a text names, or that a facility lies in which it names, else the one that is drawn around a point.
    pub async fn area_of_request(
        &self,
        plan: &Code,
        text: &str,
        address: &str,
        point: Option<Point>,
    ) -> Result<Option<Code>, AppError> {
        let portfolio = self.portfolio(plan, Asked::default()).await?;
        let words = self.words_aside(&portfolio).await?;
        let around = point.and_then(|point| Bounds::of(portfolio.areas.values()).area(point));
        Ok(words.areas.find(&format!("{address} {text}"), around))
    }

    /// What a text suggests before it is sent.
    pub async fn suggest_for_request(
        &self,
        plan: &Code,
        text: &str,
        address: &str,
        area: Option<&Code>,
        point: Option<Point>,
    ) -> Result<Suggestions, AppError> {
        let portfolio = self.portfolio(plan, Asked::default()).await?;
        let metres = super::rules_of(&portfolio.plan)?.near_metres;
        let (app, plan, area) = (self.clone(), plan.clone(), area.cloned());
        let address = address.to_owned();
        let (text, said) = (text.to_owned(), format!("{address} {text}"));
        // Before a connection is taken: whoever comes first makes them.
        let words = self.words_aside(&portfolio).await?;
        // Texts are compared beside the reading, not where others wait.
        self.database()
            .read_async(move |c: &mut Connection| {
                let area = area.or_else(|| {
                    let around = point.and_then(|point| Bounds::of(portfolio.areas.values()).area(point));
                    words.areas.find(&said, around)
                });
                let publicly = portfolio.plan.publicly();
                let around =
                    c.requests_near(&plan, (point, metres), area.as_ref(), Some(&publicly), COMPARED)?;
                let around = around.into_iter().map(|row| portfolio.seen_by_everybody(row)).collect();
                let similar = alike(around, &said, ALIKE);
                let models = app.models_of(c, &plan)?;
                // What it will read is masked and has a title when it is on the books.
                let text = super::recorded(&text);
                let title = super::file::title_of(&text);
                Ok(Suggestions {
                    categories: suggested(&portfolio, &models, &words.categories, &title, &text),
                    unit: models.unit(&portfolio, (&title, &text), (&address, area.as_ref())),
                    area,
                    similar,
                })
            })
            .await
    }
}

impl App {
    /// What a request on the books speaks for: for whoever decides about it.
    pub async fn suggest_of_request(&self, plan: &Code, request: &Request) -> Result<Suggestions, AppError> {
        let portfolio = self.portfolio(plan, Asked::default()).await?;
        let models = self.request_models_in_use(plan).await?;
        let plan_words = self.words_aside(&portfolio).await?;
        let words = (request.title.as_str(), request.text.as_str());
        let area = request.areas.first();
        Ok(Suggestions {
            categories: suggested(&portfolio, &models, &plan_words.categories, words.0, words.1),
            unit: models.unit(&portfolio, words, (&request.address, area)),
            area: None,
            similar: Vec::new(),
        })
    }
}

/// What a request says of its matter, with its place.
pub(super) fn said_by(row: &RequestRow) -> String {
    format!("{} {} {}", row.address, row.title, row.text)
}

/// Those of some requests that are so much like a text, the most alike first.
pub(super) fn alike(requests: Vec<RequestRow>, said: &str, least: f64) -> Vec<(RequestRow, f64)> {
    let own = Pieces::of(said);
    let mut similar: Vec<(RequestRow, f64)> = requests
        .into_iter()
        .map(|row| {
            let alike = own.likeness(&Pieces::of(&said_by(&row)));
            (row, alike)
        })
        .filter(|(_, alike)| *alike >= least)
        .collect();
    similar.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| b.0.received.cmp(&a.0.received)));
    similar.truncate(SHOWN);
    similar
}
