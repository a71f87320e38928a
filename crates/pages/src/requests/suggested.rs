//! What a request's text speaks for, with how sure that is and the words that decided.

use app::request::{SuggestedBy, Suggestions};
use domain::portfolio::Portfolio;
use domain::request::{Request, RequestState};

use super::choices::{category_name, unit_name};
use crate::visit::Visit;
use crate::words_of::comma;

pub(super) struct Suggested {
    pub title: String,
    /// How sure, by what, because of which words.
    pub lines: Vec<String>,
}

fn percent(confidence: f64) -> String {
    format!("{}%", (confidence * 100.0).round().clamp(0.0, 99.0))
}

/// What is worth telling of a request as it stands: a category that nobody has given, a unit that it is not with.
pub(super) fn suggested(
    visit: &Visit,
    portfolio: &Portfolio,
    request: &Request,
    found: &Suggestions,
) -> Vec<Suggested> {
    let mut out = Vec::new();
    let open = request.state.is_open();
    let unseen = request.category.is_none() || request.suggested;
    if let Some(best) = found.categories.first().filter(|_| open && unseen) {
        let name = category_name(portfolio, Some(&best.category), visit.lang);
        let mut lines = vec![by(visit, best.by, best.confidence)];
        lines.extend(because(visit, &best.because));
        if !best.is_sure() {
            lines.push(visit.t("suggest-unsure").into_owned());
        }
        if let Some(other) = found.categories.get(1) {
            let name = category_name(portfolio, Some(&other.category), visit.lang);
            lines.push(visit.tw("suggest-other", &[("name", &name)]));
        }
        out.push(Suggested { title: visit.tw("suggest-category", &[("name", &name)]), lines });
    }
    let may_go = matches!(
        request.state,
        RequestState::Received | RequestState::Assigned | RequestState::ReturnAsked | RequestState::Reopened
    );
    let unit = found.unit.as_ref().filter(|it| may_go && request.lead_unit.as_ref() != Some(&it.unit));
    if let Some(unit) = unit {
        let name = unit_name(portfolio, Some(&unit.unit), visit.lang);
        let mut lines = vec![by(visit, SuggestedBy::Model(unit.model), unit.confidence)];
        lines.extend(because(visit, &unit.because));
        out.push(Suggested { title: visit.tw("suggest-unit", &[("name", &name)]), lines });
    }
    out
}

fn by(visit: &Visit, by: SuggestedBy, confidence: f64) -> String {
    let sure = visit.tw("suggest-confidence", &[("percent", &percent(confidence))]);
    let by = match by {
        SuggestedBy::Words => visit.t("suggest-by-words").into_owned(),
        SuggestedBy::Model(number) => visit.tw("suggest-by-model", &[("number", &number.to_string())]),
    };
    format!("{sure} · {by}")
}

fn because(visit: &Visit, words: &[String]) -> Option<String> {
    let words = words.join(comma(visit.lang));
    (!words.is_empty()).then(|| visit.tw("suggest-because", &[("words", &words)]))
}
