//! The rules by which a plan's forecast is drawn.

use app::read::Asked;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::forecast::ForecastRules;
use domain::plan::PlanFact;
use domain::policy::Action;

use super::{change_of, may_manage};
use crate::editor::book::label_key;
use crate::editor::field::{Control, Field};
use crate::editor::page::{Filled, done, form_page, known_code};
use crate::editor::reader::{Mistake, Reader};
use crate::editor::sheet::{Sheet, is_forbidden, refused};
use crate::error::PageError;
use crate::visit::Visit;

async fn opened(visit: &Visit, plan: &str) -> Result<(Code, Sheet), PageError> {
    let plan = known_code(plan)?;
    if !may_manage(visit, &plan) {
        return Err(visit.forbidden(Action::ManagePlan));
    }
    let held = visit.app.portfolio(&plan, Asked::default()).await?;
    let rules = held.plan.forecast_rules();
    let number = |name: &str, value: String| {
        let key = format!("field-forecast-{name}");
        Field::new(visit.lang, name, &key, Control::Number).required().value(value)
    };
    let fields = vec![
        number("correlation", rules.correlation.to_string()),
        number("draws", rules.draws.to_string()),
        number("seed", rules.seed.to_string()),
        Field::new(visit.lang, "reason", &label_key("reason"), Control::Area),
    ];
    let home = format!("/p/{plan}/timetable/forecast");
    let mut sheet = Sheet::new(format!("{home}/rules"), home, visit.t("forecast-rules-save"))
        .group(visit.t("forecast-rules"), fields);
    sheet.intro = visit.t("forecast-rules-note").into_owned();
    Ok((plan, sheet))
}

pub(super) async fn show(visit: Visit, Path(plan): Path<String>) -> Result<Response, PageError> {
    let (_, sheet) = opened(&visit, &plan).await?;
    form_page(&visit, StatusCode::OK, visit.t("forecast-rules"), sheet)
}

pub(super) async fn save(
    visit: Visit,
    Path(plan): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let (plan, mut sheet) = opened(&visit, &plan).await?;
    sheet.refill(&typed);
    let mut reader = Reader::new(&typed);
    let correlation = reader.must("correlation", Reader::whole::<u8>);
    let draws = reader.must("draws", Reader::whole::<u32>);
    let seed = reader.must("seed", Reader::whole::<u64>);
    if correlation.is_some_and(|percent| percent > 100) {
        reader.fail("correlation", Mistake::NotAChoice);
    }
    let most = ForecastRules::FEWEST_DRAWS..=ForecastRules::MOST_DRAWS;
    if draws.is_some_and(|draws| !most.contains(&draws)) {
        reader.fail("draws", Mistake::NotAChoice);
    }
    let (Some(correlation), Some(draws), Some(seed), true) =
        (correlation, draws, seed, reader.mistakes.is_empty())
    else {
        sheet.mistakes(visit.lang, &reader.mistakes);
        return form_page(&visit, StatusCode::UNPROCESSABLE_ENTITY, visit.t("forecast-rules"), sheet);
    };
    let fact = PlanFact::ForecastRules(ForecastRules { correlation, draws, seed });
    let change = change_of(&visit, &plan, vec![fact], typed.get("reason"));
    let refusals = match visit.app.change(&visit.actor, change).await {
        Ok(receipt) => return Ok(done(&format!("/p/{plan}/timetable/forecast"), Some(&receipt))),
        Err(error) => refused(error)?,
    };
    for refusal in &refusals {
        let field = if refusal.field == "reason" { "reason" } else { "" };
        sheet.fault(field, words::refusal(visit.lang, refusal));
    }
    let status =
        if is_forbidden(&refusals) { StatusCode::FORBIDDEN } else { StatusCode::UNPROCESSABLE_ENTITY };
    form_page(&visit, status, visit.t("forecast-rules"), sheet)
}
