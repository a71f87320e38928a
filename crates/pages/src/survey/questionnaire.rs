//! A version of a questionnaire as those who answer see it, with its fingerprints.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::policy::Action;

use super::question::{Shown, shown};
use super::{may_collect, may_manage, told};
use crate::editor::field::Typed;
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};

#[derive(Template)]
#[template(path = "survey/questionnaire.html")]
struct QuestionnairePage {
    page: Page,
    name: String,
    code: String,
    version: u32,
    fingerprint: String,
    /// Where the next version is written, for those who may.
    next: String,
    questions: Vec<Shown>,
    /// Name, condition and fingerprint of each.
    particulars: Vec<(String, String, String)>,
}

pub async fn show(
    visit: Visit,
    Path((plan, code, version)): Path<(String, String, u32)>,
) -> Result<Response, PageError> {
    let (plan, code) = (known_code(&plan)?, known_code(&code)?);
    if !may_manage(&visit, &plan) && !may_collect(&visit, &plan) {
        return Err(visit.forbidden(Action::ManageSurveys));
    }
    let portfolio = visit.portfolio(&plan).await?;
    let held = portfolio.plan.questionnaire(&code, version).ok_or(app::AppError::NotFound)?;
    let questions = held.asks.questions();
    let places: Vec<usize> = (0..questions.len()).collect();
    let page = QuestionnairePage {
        name: told(visit.lang, held.asks.title()),
        code: code.to_string(),
        version,
        fingerprint: held.fingerprint(),
        next: match may_manage(&visit, &plan) {
            true => format!("/p/{plan}/surveys/instruments/build?from={code}&version={version}"),
            false => String::new(),
        },
        questions: shown(held, &places, &Typed::default(), &[], visit.lang),
        particulars: questions
            .iter()
            .map(|question| {
                let condition = question.condition.as_ref().map(ToString::to_string).unwrap_or_default();
                (question.name.clone(), condition, question.fingerprint().to_string())
            })
            .collect(),
        page: visit.page(told(visit.lang, held.asks.title())),
    };
    render(StatusCode::OK, &page)
}
