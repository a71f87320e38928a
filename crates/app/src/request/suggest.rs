//! What a text suggests: its category with the words that decided, its place, and who asked the same.

use domain::area::AreaLevel;
use domain::code::Code;
use domain::portfolio::Portfolio;
use domain::request::query::{likeness, pieces};
use domain::request::{Point, RequestRow};
use store::Connection;
use text::places::{Gazetteer, Place};

use crate::App;
use crate::error::AppError;
use crate::read::Asked;

/// A category that a text speaks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    pub category: Code,
    /// How much of what was found speaks for it, 0 to 1.
    pub confidence: f64,
    pub because: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Suggestions {
    /// The best first. Empty when nothing speaks for any.
    pub categories: Vec<Suggestion>,
    pub area: Option<Code>,
    /// Open requests nearby that everybody may read, the most alike first, with how alike they are.
    pub similar: Vec<(RequestRow, f64)>,
}

/// Below this, a person chooses: the first two are too close.
const SURE: f64 = 0.6;
/// Requests nearby that are compared.
const COMPARED: usize = 200;
const SHOWN: usize = 5;
/// Less alike than this, it is another matter.
const ALIKE: f64 = 0.08;

impl Suggestions {
    /// The category that may be set without asking.
    pub fn sure(&self) -> Option<&Suggestion> {
        self.categories.first().filter(|best| best.confidence >= SURE)
    }
}

/// Categories by the words of theirs that stand in a text: longer words say more.
pub(crate) fn categories(portfolio: &Portfolio, text: &str) -> Vec<Suggestion> {
    let text = text.to_lowercase();
    let mut found: Vec<(Suggestion, f64)> = portfolio
        .plan
        .request_categories
        .iter()
        .filter(|category| !category.closed)
        .filter_map(|category| {
            let because: Vec<String> =
                category.words.iter().filter(|word| names(&text, &word.to_lowercase())).cloned().collect();
            let weight: f64 = because.iter().map(|word| weight(word)).sum();
            let suggestion = Suggestion { category: category.category.clone(), confidence: 0.0, because };
            (weight > 0.0).then_some((suggestion, weight))
        })
        .collect();
    let all: f64 = found.iter().map(|(_, weight)| weight).sum();
    found.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.category.cmp(&b.0.category)));
    found.into_iter().map(|(held, weight)| Suggestion { confidence: weight / all, ..held }).take(3).collect()
}

fn weight(word: &str) -> f64 {
    let letters = word.chars().count() as f64;
    if word.is_ascii() { letters / 3.0 } else { letters }
}

/// Whether a word stands in a text; one of letters only where no letter goes on.
fn names(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        !word.is_ascii() || !letter(text[..at].chars().next_back())
    })
}

/// The finest area that a text names.
pub(crate) fn area(portfolio: &Portfolio, text: &str) -> Option<Code> {
    let areas: Vec<&domain::area::Area> = portfolio
        .areas
        .values()
        .filter(|area| matches!(area.level, Some(AreaLevel::Subdistrict | AreaLevel::Community)))
        .collect();
    let places = areas
        .iter()
        .map(|area| Place {
            id: area.code.to_string(),
            name: area.name.zh.clone(),
            aliases: std::iter::once(area.name.en.clone()).filter(|name| !name.is_empty()).collect(),
            parent: area.parent.as_ref().map(Code::to_string).unwrap_or_default(),
        })
        .collect();
    let gazetteer = Gazetteer::new(places).ok()?;
    let mut finder = gazetteer.finder();
    let mentioned = finder.find(text);
    let found = mentioned
        .iter()
        .filter(|mention| mention.places.len() == 1)
        .filter_map(|mention| areas.get(*mention.places.first()? as usize).copied());
    let finest = found.min_by_key(|area| i32::from(area.level != Some(AreaLevel::Community)));
    finest.map(|area| area.code.clone())
}

impl App {
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
        let rules = super::rules_of(&portfolio.plan)?;
        let said = format!("{address} {text}");
        let named = area.cloned().or_else(|| self::area(&portfolio, &said));
        let metres = rules.near_metres;
        let (plan, near) = (plan.clone(), named.clone());
        let around = self
            .database()
            .read_async(move |c: &mut Connection| {
                c.requests_near(&plan, (point, metres), near.as_ref(), true, COMPARED)
            })
            .await?;
        let own = pieces(&said);
        let mut similar: Vec<(RequestRow, f64)> = around
            .into_iter()
            .map(|row| {
                let other = pieces(&format!("{} {} {}", row.address, row.title, row.text));
                let alike = likeness(&own, &other);
                (row, alike)
            })
            .filter(|(_, alike)| *alike >= ALIKE)
            .collect();
        similar.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| b.0.received.cmp(&a.0.received)));
        similar.truncate(SHOWN);
        Ok(Suggestions { categories: categories(&portfolio, text), area: named, similar })
    }
}
