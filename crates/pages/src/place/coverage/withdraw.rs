//! Taking a layer off the books from a day on.

use app::AppError;
use app::read::Asked;
use axum::extract::Path;
use axum::response::Response;
use domain::code::Code;
use domain::layer::LayerKind;

use super::layers::{address, enter};
use crate::editor::page::Filled;
use crate::error::PageError;
use crate::place::leaving::Leaving;
use crate::visit::Visit;
use crate::words_of::word;

/// The layer of an address; only one that is in force can be withdrawn.
async fn leaving(visit: &Visit, plan: &str, layer: &str) -> Result<(Code, LayerKind, Leaving), PageError> {
    let (plan, _) = enter(visit, plan).await?;
    let layer = LayerKind::parse(&layer.replace('-', "_")).ok_or(AppError::NotFound)?;
    let portfolio = visit.app.portfolio(&plan, Asked::default()).await?;
    let held = portfolio.plan.layers.get(&layer).ok_or(AppError::NotFound)?;
    let list = format!("/p/{plan}/place/layers");
    let leaving = Leaving {
        name: held.layer.name.get(visit.lang.is_english()).to_owned(),
        action: format!("{list}/withdraw/{}", address(layer)),
        list,
        title: "layer-withdraw",
        from: "layer-withdraw-from",
        intro: visit.tw("layer-withdraw-note", &[("layer", &word(visit.lang, "layer", layer.as_str()))]),
    };
    Ok((plan, layer, leaving))
}

pub async fn show(visit: Visit, Path((plan, layer)): Path<(String, String)>) -> Result<Response, PageError> {
    let (.., leaving) = leaving(&visit, &plan, &layer).await?;
    leaving.show(&visit)
}

pub async fn take(
    visit: Visit,
    Path((plan, layer)): Path<(String, String)>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let (plan, layer, leaving) = leaving(&visit, &plan, &layer).await?;
    let leave = async |effective, reason| {
        visit.app.withdraw_layer(&visit.actor, &plan, layer, Some(effective), reason).await
    };
    leaving.take(&visit, &typed, leave).await
}
