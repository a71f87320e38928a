//! What is like a request, for whoever may merge them.

use domain::portfolio::Portfolio;
use domain::request::{Request, RequestStep};

use super::act::Act;
use super::choices::place;
use super::one::target;
use crate::error::PageError;
use crate::visit::Visit;
use crate::words_of::{moment, word};

pub(super) struct Similar {
    pub code: String,
    pub title: String,
    pub state: &'static str,
    pub state_name: String,
    pub received: String,
    pub place: String,
    /// The form that merges into it.
    pub merge: String,
}

/// Nothing is looked for where nothing may be merged.
pub(super) async fn similar(
    visit: &Visit,
    portfolio: &Portfolio,
    request: &Request,
) -> Result<Vec<Similar>, PageError> {
    let (plan, merge) = (&portfolio.plan, Act::Step(RequestStep::Merge));
    if !merge.is_open_to(visit, request, plan, &target(request, portfolio)) {
        return Ok(Vec::new());
    }
    let found = visit.app.requests_like(&plan.code, request).await?;
    let form = format!("/p/{}/requests/{}/{}", plan.code, request.code, merge.key());
    let shown = found.into_iter().map(|row| Similar {
        merge: format!("{form}?master={}", row.code),
        state: row.state.as_str(),
        state_name: word(visit.lang, "request-state", row.state.as_str()),
        received: moment(visit.lang, row.received),
        place: place(portfolio, row.area.as_ref(), &row.address, visit.lang),
        code: row.code.to_string(),
        title: row.title,
    });
    Ok(shown.collect())
}
