//! What is like a request, for those who decide about them: what says the same anywhere and whenever, what else the same person
//! asked, and what is open around it. The desk is shown it before it files one.

use app::request::LikeRequest;
use domain::policy::{Action, Target};
use domain::portfolio::Portfolio;
use domain::request::{Request, RequestState, RequestStep};

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
    /// How it is like it: that the words are the same, that the person is.
    pub why: Vec<String>,
    /// The form that merges into it; empty where it cannot be.
    pub merge: String,
}

pub(super) fn told(visit: &Visit, portfolio: &Portfolio, like: LikeRequest, merge: String) -> Similar {
    let LikeRequest { row, same_words, same_person } = like;
    let why = [(same_words, "request-similar-words"), (same_person, "request-similar-person")];
    Similar {
        why: why.into_iter().filter(|(is, _)| *is).map(|(_, key)| visit.t(key).into_owned()).collect(),
        merge,
        state: row.state.as_str(),
        state_name: word(visit.lang, "request-state", row.state.as_str()),
        received: moment(visit.lang, row.received),
        place: place(portfolio, row.area.as_ref(), &row.address, visit.lang),
        code: row.code.to_string(),
        title: row.title,
    }
}

/// That one is of the same person is told to those who may look at who asked it; what is like it by that alone, too.
pub(super) fn may_know(visit: &Visit, portfolio: &Portfolio, like: LikeRequest) -> Option<LikeRequest> {
    let row = &like.row;
    let target = Target {
        plan: Some(portfolio.plan.code.clone()),
        lead_unit: row.lead_unit.clone(),
        areas: row.area.iter().flat_map(|area| portfolio.areas_above(area)).collect(),
        ..Target::default()
    };
    match like {
        like if !like.same_person || visit.actor.may(Action::ReadPersonal, &target) => Some(like),
        like if like.same_words => Some(LikeRequest { same_person: false, ..like }),
        _ => None,
    }
}

pub(super) async fn similar(
    visit: &Visit,
    portfolio: &Portfolio,
    request: &Request,
) -> Result<Vec<Similar>, PageError> {
    let (plan, merge) = (&portfolio.plan, Act::Step(RequestStep::Merge));
    let target = target(request, portfolio);
    // Of other requests only those learn something here who decide about them.
    if !visit.actor.may(Action::TakeRequest, &target) {
        return Ok(Vec::new());
    }
    let merges = merge.is_open_to(visit, request, plan, &target);
    let found = visit.app.requests_like(&plan.code, request).await?;
    let form = format!("/p/{}/requests/{}/{}", plan.code, request.code, merge.key());
    let known = found.into_iter().filter_map(|like| may_know(visit, portfolio, like));
    let shown = known.map(|like| {
        // One that ended is looked at, and what goes with another one is no place to go to.
        let into = merges && like.row.state.is_open() && like.row.state != RequestState::Merged;
        let into = if into { format!("{form}?master={}", like.row.code) } else { String::new() };
        told(visit, portfolio, like, into)
    });
    Ok(shown.collect())
}
