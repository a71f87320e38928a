//! Indices: what each comes to by area and period, and every value open down to its observations.

mod chart;
mod edit;
mod list;
mod show;
mod value;

use std::sync::Arc;

use app::AppError;
use axum::Router;
use axum::routing::get;
use domain::code::Code;
use domain::index::{HeldVersion, Index, IndexValues, Span, rounded};
use domain::indicator::Indicator;
use domain::policy::{Action, Target};
use domain::portfolio::Portfolio;
use words::Lang;

use crate::PagesState;
use crate::editor::field::{Choice, Typed};
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::page::Page;
use crate::visit::Visit;
use crate::words_of::{encode, number};

pub(crate) fn routes() -> Router<PagesState> {
    Router::new()
        .route("/p/{plan}/indices", get(list::show))
        .route("/p/{plan}/indices/new", get(edit::new).post(edit::create))
        .route("/p/{plan}/indices/{code}", get(show::show))
        .route("/p/{plan}/indices/{code}/values/{span}", get(value::show))
        .route("/p/{plan}/indices/{code}/edit/{form}", get(edit::show).post(edit::save))
}

fn may_manage(visit: &Visit, plan: &Code) -> bool {
    let target = Target { plan: Some(plan.clone()), ..Target::default() };
    visit.actor.may(Action::ManageIndicators, &target)
}

/// A score or a value of an index: one decimal.
fn points(value: Option<f64>) -> String {
    value.map_or_else(|| "—".into(), |value| number(rounded(value)))
}

/// Points with their sign.
fn signed(value: f64) -> String {
    let rounded = rounded(value);
    let sign = if rounded.is_sign_positive() && !rounded.is_zero() { "+" } else { "" };
    format!("{sign}{}", number(rounded)).replace('-', "−")
}

/// A share as whole percent.
fn share(value: f64) -> String {
    format!("{}%", number(rounded(value * 100.0)))
}

fn area_name(lang: Lang, portfolio: &Portfolio, area: Option<&Code>) -> String {
    match area {
        None => words::text(lang, "index-whole").into_owned(),
        Some(code) => portfolio
            .areas
            .get(code)
            .map_or(code.as_str(), |area| area.name.get(lang.is_english()))
            .to_owned(),
    }
}

fn indicator<'a>(portfolio: &'a Portfolio, code: &Code) -> Option<&'a Indicator> {
    portfolio.indicators.iter().find(|held| held.code.as_ref() == Some(code))
}

fn indicator_name(lang: Lang, portfolio: &Portfolio, code: &Code) -> String {
    let name = indicator(portfolio, code).and_then(|held| held.name.as_ref());
    name.map_or(code.as_str(), |name| name.get(lang.is_english())).to_owned()
}

/// Names of what is missing, in one line.
fn missing_names<'a>(visit: &Visit, portfolio: &Portfolio, codes: impl Iterator<Item = &'a Code>) -> String {
    let names: Vec<String> = codes.map(|code| indicator_name(visit.lang, portfolio, code)).collect();
    names.join(crate::words_of::comma(visit.lang))
}

/// An index as it is asked for: a version of it, and an area.
struct Opened {
    plan: Code,
    portfolio: Arc<Portfolio>,
    index: Index,
    version: HeldVersion,
    values: Arc<IndexValues>,
    area: Option<Code>,
}

impl Opened {
    async fn of(visit: &Visit, plan: &str, code: &str, typed: &Typed) -> Result<Self, PageError> {
        let (plan, code) = (known_code(plan)?, known_code(code)?);
        let portfolio = visit.portfolio(&plan).await?;
        let index =
            portfolio.indices.iter().find(|index| index.code == code).ok_or(AppError::NotFound)?.clone();
        let asked = typed.get("version");
        let version = if asked.is_empty() { index.in_force() } else { index.version(asked) };
        let version = version.ok_or(AppError::NotFound)?.clone();
        let values = visit.app.index_values(&portfolio, &code, &version).await?;
        let values = values.ok_or_else(|| PageError::unwritten().in_lang(visit.lang))?;
        let area = match typed.get("area") {
            "" => None,
            text => Some(
                Code::new(text)
                    .ok()
                    .filter(|area| values.areas().contains(area))
                    .ok_or(AppError::NotFound)?,
            ),
        };
        Ok(Self { plan, portfolio, index, version, values, area })
    }

    fn is_in_force(&self) -> bool {
        self.index.in_force() == Some(&self.version)
    }

    fn address(&self) -> String {
        format!("/indices/{}", self.index.code)
    }

    /// What an address has to say to come back to the same version and another area.
    fn query(&self, area: Option<&Code>) -> String {
        let version = (!self.is_in_force()).then(|| format!("version={}", self.version.version.version));
        let area = area.map(|area| format!("area={}", encode(area.as_str())));
        version.into_iter().chain(area).collect::<Vec<_>>().join("&")
    }

    /// The page of one value.
    fn value_link(&self, page: &Page, area: Option<&Code>, span: Span, from: Option<Span>) -> String {
        let mut query = self.query(area);
        if let Some(from) = from {
            query.push_str(&format!("{}from={from}", if query.is_empty() { "" } else { "&" }));
        }
        let mark = if query.is_empty() { "" } else { "?" };
        page.link(&format!("{}/values/{span}{mark}{query}", self.address()))
    }

    /// The whole and every area that has values, as choices.
    fn areas(&self, lang: Lang) -> Vec<Choice> {
        let all = std::iter::once(None).chain(self.values.areas().into_iter().map(Some));
        all.map(|area| Choice::new(area.map_or("", Code::as_str), area_name(lang, &self.portfolio, area)))
            .collect()
    }
}
