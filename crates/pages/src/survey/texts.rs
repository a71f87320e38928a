//! What people wrote in their own words, for those who run the survey.

use app::survey::{TEXTS_MOST, THEMED_MOST, Themes};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;

use domain::code::Code;
use domain::portfolio::Portfolio;

use super::answer::Opened;
use super::{managing, told};
use crate::editor::field::Typed;
use crate::error::PageError;
use crate::page::Page;
use crate::requests::choices::category_name;
use crate::visit::{Visit, render};

/// A theme with the number of its texts, and the address of these.
pub(crate) struct Theme {
    pub name: String,
    pub number: u64,
    pub share: String,
    pub here: String,
    pub chosen: bool,
}

struct Line {
    text: String,
    theme: String,
    /// How often it stands there, where it does more than once.
    times: String,
}

struct Texts {
    question: String,
    all: u64,
    most: String,
    themes: Vec<Theme>,
    /// How many were looked at, where not all were.
    looked: String,
    texts: Vec<Line>,
}

#[derive(Template)]
#[template(path = "survey/texts.html")]
struct TextsPage {
    page: Page,
    here: String,
    name: String,
    /// Why nothing is shown, where that is so.
    withheld: String,
    /// The theme whose texts are shown, where they are of one.
    theme: String,
    asked: Vec<Texts>,
}

/// Themes of texts with what each opens.
pub(crate) fn themes(
    visit: &Visit,
    portfolio: &Portfolio,
    of: &Themes,
    texts: &str,
    chosen: &str,
) -> Vec<Theme> {
    let share = |number: u64| match of.read {
        0 => String::new(),
        read => format!("{:.1} %", number as f64 * 100.0 / read as f64),
    };
    let mut out: Vec<Theme> = of
        .lines
        .iter()
        .map(|(theme, number)| Theme {
            name: category_name(portfolio, Some(theme), visit.lang),
            number: *number,
            share: share(*number),
            here: format!("{texts}?theme={theme}"),
            chosen: chosen == theme.as_str(),
        })
        .collect();
    if of.rest > 0 {
        let name = visit.t("texts-rest").into_owned();
        out.push(Theme { name, number: of.rest, share: share(of.rest), here: String::new(), chosen: false });
    }
    out
}

pub async fn show(
    visit: Visit,
    Path((plan, wave)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let opened = Opened::of(&visit, &plan, &wave).await?;
    managing(&visit, &opened.plan)?;
    let portfolio = visit.portfolio(&opened.plan).await?;
    let theme = Code::new(Typed(query).get("theme")).ok();
    let found =
        visit.app.wave_texts(&visit.actor, &opened.plan, &opened.held, &opened.asked, theme.as_ref()).await?;
    let most = TEXTS_MOST.to_string();
    let chosen = theme.as_ref().map_or("", Code::as_str);
    let here = format!("{}/texts", opened.here());
    let asked = found.into_iter().map(|of| Texts {
        question: opened
            .asked
            .asks
            .question(&of.question)
            .map_or_else(|| of.question.clone(), |question| told(visit.lang, &question.wording)),
        most: match theme {
            None if of.all as usize > of.texts.len() => visit.tw("texts-most", &[("most", &most)]),
            Some(_) if of.texts.len() == TEXTS_MOST => visit.tw("texts-most", &[("most", &most)]),
            _ => String::new(),
        },
        all: of.all,
        themes: themes(&visit, &portfolio, &of.themes, &here, chosen),
        looked: match of.all > THEMED_MOST as u64 {
            true => visit.tw("texts-looked", &[("most", &THEMED_MOST.to_string())]),
            false => String::new(),
        },
        // They are in order: the same lie together.
        texts: of
            .texts
            .chunk_by(|a, b| a == b)
            .filter_map(|same| {
                let written = same.first()?;
                let name = |theme| category_name(&portfolio, Some(theme), visit.lang);
                Some(Line {
                    text: written.text.clone(),
                    theme: written.theme.as_ref().map(name).unwrap_or_default(),
                    times: if same.len() > 1 { format!("×{}", same.len()) } else { String::new() },
                })
            })
            .collect(),
    });
    let page = TextsPage {
        here: opened.here(),
        name: opened.held.wave.name.get(visit.lang.is_english()).to_owned(),
        withheld: match (opened.held.tells_texts(), opened.held.state().is_frozen()) {
            (true, _) => String::new(),
            (false, true) => visit.tw("texts-too-few", &[("least", &opened.held.wave.least.to_string())]),
            (false, false) => visit.t("texts-not-over").into_owned(),
        },
        theme: match &theme {
            Some(theme) => category_name(&portfolio, Some(theme), visit.lang),
            None => String::new(),
        },
        asked: asked.collect(),
        page: visit.page(visit.t("texts-title")),
    };
    render(StatusCode::OK, &page)
}
