//! The waves of a plan's surveys, and for those who run them the questionnaires.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::source::Grade;
use domain::survey::{HeldWave, WaveAccess, WaveMode, WaveState};

use super::behind::{CitedLine, cited_line};
use super::{may_collect, may_manage, told};
use crate::editor::field::Typed;
use crate::editor::page::{known_code, saved};
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::day;

pub(super) struct Line {
    pub code: String,
    pub name: String,
    pub state: WaveState,
    pub period: String,
    pub instrument: String,
    pub grade: Grade,
    /// Whether anybody may answer now.
    pub asks: bool,
    pub told: bool,
}

struct Asked {
    code: String,
    version: u32,
    title: String,
    questions: usize,
    waves: usize,
}

#[derive(Template)]
#[template(path = "survey/list.html")]
struct ListPage {
    page: Page,
    saved: String,
    may_manage: bool,
    may_collect: bool,
    lines: Vec<Line>,
    /// Waves that others held.
    cited: Vec<CitedLine>,
    asked: Vec<Asked>,
}

pub(super) fn line(visit: &Visit, held: &HeldWave) -> Line {
    let wave = &held.wave;
    let comma = if visit.lang.is_english() { " – " } else { "—" };
    let today = visit.app.clock().today();
    Line {
        code: wave.wave.to_string(),
        name: wave.name.get(visit.lang.is_english()).to_owned(),
        state: held.state(),
        period: format!("{}{comma}{}", day(visit.lang, wave.from), day(visit.lang, wave.to)),
        instrument: format!("{}/{}", wave.instrument, wave.version),
        grade: held.grade,
        asks: held.asks_on(today) && wave.access == WaveAccess::Anyone && wave.modes.contains(&WaveMode::Web),
        told: held.state() == WaveState::Published,
    }
}

pub async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let portfolio = visit.portfolio(&plan).await?;
    let (may_manage, may_collect) = (may_manage(&visit, &plan), may_collect(&visit, &plan));
    let held = portfolio.plan.waves.iter().rev().filter(|held| may_manage || held.is_public());
    let lines = held.map(|held| line(&visit, held)).collect();
    let asked = portfolio.plan.questionnaires.iter().filter(|_| may_manage).map(|held| Asked {
        code: held.instrument.to_string(),
        version: held.version,
        title: told(visit.lang, held.asks.title()),
        questions: held.asks.questions().len(),
        waves: portfolio
            .plan
            .waves
            .iter()
            .filter(|wave| (&wave.wave.instrument, wave.wave.version) == (&held.instrument, held.version))
            .count(),
    });
    let page = visit.page(visit.t("surveys-title"));
    let shown = ListPage {
        saved: saved(visit.lang, &Typed(query)),
        may_manage,
        may_collect,
        lines,
        cited: portfolio.plan.cited_waves.iter().rev().map(|held| cited_line(&page, held)).collect(),
        asked: asked.collect(),
        page,
    };
    render(StatusCode::OK, &shown)
}
