//! Taking a layer off the books from a day on.

use app::AppError;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::layer::LayerKind;

use super::layers::{address, enter};
use crate::editor::field::{Control, Field};
use crate::editor::page::{Filled, done, form_page};
use crate::editor::reader::Reader;
use crate::editor::sheet::{Sheet, refused};
use crate::error::PageError;
use crate::visit::Visit;
use crate::words_of::word;

/// The layer of an address; only one that is in force can be withdrawn.
async fn open(visit: &Visit, plan: &str, layer: &str) -> Result<(Code, LayerKind, Sheet), PageError> {
    let (plan, _) = enter(visit, plan).await?;
    let layer = LayerKind::parse(&layer.replace('-', "_")).ok_or(AppError::NotFound)?;
    let portfolio = visit.app.portfolio(&plan, app::read::Asked::default()).await?;
    let held = portfolio.plan.layers.get(&layer).ok_or(AppError::NotFound)?;
    let lang = visit.lang;
    let fields = vec![
        Field::new(lang, "effective", "layer-withdraw-from", Control::Day)
            .required()
            .value(visit.app.clock().today().to_string()),
        Field::new(lang, "reason", "network-reason", Control::Text),
    ];
    let list = format!("/p/{plan}/place/layers");
    let mut sheet =
        Sheet::new(format!("{list}/withdraw/{}", address(layer)), list, visit.t("layer-withdraw"))
            .group(held.layer.name.get(lang.is_english()), fields);
    sheet.intro = visit.tw("layer-withdraw-note", &[("layer", &word(lang, "layer", layer.as_str()))]);
    sheet.danger = true;
    Ok((plan, layer, sheet))
}

pub async fn show(visit: Visit, Path((plan, layer)): Path<(String, String)>) -> Result<Response, PageError> {
    let (.., sheet) = open(&visit, &plan, &layer).await?;
    form_page(&visit, StatusCode::OK, visit.t("layer-withdraw"), sheet)
}

pub async fn take(
    visit: Visit,
    Path((plan, layer)): Path<(String, String)>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let (plan, layer, mut sheet) = open(&visit, &plan, &layer).await?;
    sheet.refill(&typed);
    let mut reader = Reader::new(&typed);
    let effective = reader.must("effective", Reader::day);
    let reason = reader.text("reason").to_owned();
    sheet.mistakes(visit.lang, &reader.mistakes);
    if effective.is_some() && !sheet.has_faults() {
        match visit.app.withdraw_layer(&visit.actor, &plan, layer, effective, reason).await {
            Ok(receipt) => return Ok(done(&format!("/p/{plan}/place/layers"), Some(&receipt))),
            Err(error) => {
                for refusal in refused(error)? {
                    sheet.fault("effective", words::refusal(visit.lang, &refusal));
                }
            }
        }
    }
    form_page(&visit, StatusCode::UNPROCESSABLE_ENTITY, visit.t("layer-withdraw"), sheet)
}
