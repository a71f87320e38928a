//! Surveys: answering on a phone, the field desk, waves as they go, and what they came to.

mod answer;
mod answering;
pub(crate) mod behind;
mod bring;
mod build;
mod cited;
mod compare;
mod design;
mod draft;
mod field;
mod list;
mod map;
mod question;
mod questionnaire;
mod results;
mod said;
mod sample;
pub(crate) mod texts;
mod wave;

use app::survey::ComparedLine;
pub(crate) use app::survey::said::told;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use domain::code::Code;
use domain::plan::Plan;
use domain::policy::{Action, Target};
use domain::survey::{HeldWave, Questionnaire, Wave};
use words::Lang;

use crate::PagesState;
use crate::error::PageError;
use crate::visit::Visit;

pub(crate) fn routes() -> Router<PagesState> {
    let file = DefaultBodyLimit::max(bring::BODY_MOST);
    Router::new()
        .route("/p/{plan}/surveys", get(list::show))
        .route("/p/{plan}/surveys/desk.js", get(crate::assets::desk_worker))
        .route("/p/{plan}/surveys/new", get(design::new).post(design::create))
        .route("/p/{plan}/surveys/compare", get(compare::show).post(compare::bridge))
        .route("/p/{plan}/surveys/instruments/new", get(bring::show).post(bring::save).layer(file))
        .route("/p/{plan}/surveys/instruments/build", get(build::show).post(build::save))
        .route("/p/{plan}/surveys/instruments/{code}/{version}", get(questionnaire::show))
        .route("/p/{plan}/surveys/{wave}", get(wave::show))
        .route("/p/{plan}/surveys/{wave}/live", get(wave::live_part))
        .route("/p/{plan}/surveys/{wave}/edit", get(design::edit).post(design::save))
        .route("/p/{plan}/surveys/{wave}/step", post(wave::step))
        .route("/p/{plan}/surveys/{wave}/contacts", post(wave::contacts))
        .route("/p/{plan}/surveys/{wave}/call-backs", post(wave::call_backs))
        .route("/p/{plan}/surveys/{wave}/invitations", post(wave::invite))
        .route("/p/{plan}/surveys/{wave}/answer", get(answer::show).post(answer::save))
        .route("/p/{plan}/surveys/{wave}/field", get(field::show).post(field::save))
        .route("/p/{plan}/surveys/{wave}/results", get(results::show).post(results::observe))
        .route("/p/{plan}/surveys/{wave}/map", get(map::show))
        .route("/p/{plan}/surveys/{wave}/sample", get(sample::show).post(sample::keep))
        .route("/p/{plan}/surveys/{wave}/sample.csv", get(sample::csv))
        .route("/p/{plan}/surveys/{wave}/texts", get(texts::show))
        .route("/p/{plan}/surveys/{wave}/answers.csv", get(results::answers))
        .route("/p/{plan}/surveys/{wave}/{file}", get(results::file))
}

pub(crate) use compare::Line as FeltLine;

/// A figure of two waves in words, wherever it is shown.
pub(crate) fn felt_line(lang: Lang, plan: &Plan, after: &HeldWave, compared: &ComparedLine) -> FeltLine {
    compare::line(lang, plan.questionnaire(&after.wave.instrument, after.wave.version), compared)
}

fn target(plan: &Code) -> Target {
    Target { plan: Some(plan.clone()), ..Target::default() }
}

fn may_manage(visit: &Visit, plan: &Code) -> bool {
    visit.actor.may(Action::ManageSurveys, &target(plan))
}

fn may_collect(visit: &Visit, plan: &Code) -> bool {
    visit.actor.may(Action::CollectAnswers, &target(plan))
}

/// Who may not run surveys is sent away.
fn managing(visit: &Visit, plan: &Code) -> Result<(), PageError> {
    if may_manage(visit, plan) { Ok(()) } else { Err(visit.forbidden(Action::ManageSurveys)) }
}

/// That answers are weighted to the people of the strata, where they are.
fn by_strata(visit: &Visit, wave: &Wave, asked: &Questionnaire) -> Option<String> {
    app::survey::is_weighted_by_strata(wave, asked).then(|| visit.t("sample-weights").into_owned())
}
