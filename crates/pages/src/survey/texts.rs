//! What people wrote in their own words, for those who run the survey.

use app::survey::TEXTS_MOST;
use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::answer::Opened;
use super::{managing, told};
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};

struct Texts {
    question: String,
    all: u64,
    most: String,
    texts: Vec<String>,
}

#[derive(Template)]
#[template(path = "survey/texts.html")]
struct TextsPage {
    page: Page,
    here: String,
    name: String,
    /// Why nothing is shown, where that is so.
    withheld: String,
    asked: Vec<Texts>,
}

pub async fn show(visit: Visit, Path((plan, wave)): Path<(String, String)>) -> Result<Response, PageError> {
    let opened = Opened::of(&visit, &plan, &wave).await?;
    managing(&visit, &opened.plan)?;
    let found = visit.app.wave_texts(&visit.actor, &opened.plan, &opened.held, &opened.asked).await?;
    let most = TEXTS_MOST.to_string();
    let asked = found.into_iter().map(|of| Texts {
        question: opened
            .asked
            .asks
            .question(&of.question)
            .map_or_else(|| of.question.clone(), |question| told(visit.lang, &question.wording)),
        most: if of.all as usize > of.texts.len() {
            visit.tw("texts-most", &[("most", &most)])
        } else {
            String::new()
        },
        all: of.all,
        texts: of.texts,
    });
    let page = TextsPage {
        here: opened.here(),
        name: opened.held.wave.name.get(visit.lang.is_english()).to_owned(),
        withheld: match (opened.held.tells_texts(), opened.held.state().is_frozen()) {
            (true, _) => String::new(),
            (false, true) => visit.tw("texts-too-few", &[("least", &opened.held.wave.least.to_string())]),
            (false, false) => visit.t("texts-not-over").into_owned(),
        },
        asked: asked.collect(),
        page: visit.page(visit.t("texts-title")),
    };
    render(StatusCode::OK, &page)
}
