//! The three rates of a period, by unit, category or area: every number opens its requests.

use app::request::{RateBy, RateLine, RateQuestion};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::planned_date::parse_day;
use domain::portfolio::Portfolio;
use domain::request::rate::Share;
use rust_decimal::Decimal;
use words::Lang;

use super::choices::{area_name, category_name, unit_name};
use crate::editor::field::{Choice, Typed};
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::ledger::staff_only;
use crate::page::Page;
use crate::visit::{Visit, render};

struct Cell {
    value: String,
    base: String,
    address: String,
    less: String,
}

struct Row {
    rank: String,
    name: String,
    due: Cell,
    excluded: Cell,
    response: Cell,
    resolution: Cell,
    satisfaction: Cell,
    score: String,
    change: String,
    better: bool,
    worse: bool,
}

#[derive(Template)]
#[template(path = "requests/rates.html")]
struct RatesPage {
    page: Page,
    from: String,
    to: String,
    by: &'static str,
    bys: Vec<Choice>,
    formula: String,
    source: String,
    rows: Vec<Row>,
    all: Option<Row>,
    has_formula: bool,
}

pub async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    staff_only(&visit)?;
    let typed = Typed(query);
    let portfolio = visit.portfolio(&plan).await?;
    let lang = visit.lang;
    let today = portfolio.view.as_of;
    let first = today.first_of_month();
    let from = parse_day(typed.get("from")).unwrap_or(first);
    let to = parse_day(typed.get("to")).unwrap_or_else(|| today.last_of_month()).max(from);
    let by = RateBy::parse(typed.get("by")).unwrap_or(RateBy::Unit);
    let question = RateQuestion { from, to, by };
    let found = visit.app.request_rates(&plan, question, visit.asked).await?;
    let here = Here { plan: &plan, portfolio: &portfolio, question, lang };
    let page = visit.page(visit.t("rates-title"));
    let shown = RatesPage {
        from: from.to_string(),
        to: to.to_string(),
        by: by.as_str(),
        bys: RateBy::ALL
            .iter()
            .map(|by| Choice::new(by.as_str(), visit.t(&format!("rates-by-{}", by.as_str()))))
            .collect(),
        formula: found.as_ref().map_or_else(String::new, |found| {
            let formula = &found.formula;
            visit.tw(
                "rates-formula",
                &[
                    ("name", formula.name.get(lang.is_english())),
                    ("version", formula.version.as_str()),
                    ("from", &formula.from.to_string()),
                    ("response", &formula.weights.response.to_string()),
                    ("resolution", &formula.weights.resolution.to_string()),
                    ("satisfaction", &formula.weights.satisfaction.to_string()),
                    ("least", &formula.least.to_string()),
                ],
            )
        }),
        source: found.as_ref().map_or_else(String::new, |found| {
            visit.tw("rates-formula-source", &[("source", found.formula.source.get(lang.is_english()))])
        }),
        rows: found.iter().flat_map(|found| &found.lines).map(|line| here.row(line)).collect(),
        all: found.as_ref().filter(|found| found.all.rates.tally.due > 0).map(|found| {
            let mut row = here.row(&found.all);
            row.name = visit.t("rates-all").into_owned();
            row
        }),
        has_formula: found.is_some(),
        page,
    };
    render(StatusCode::OK, &shown)
}

struct Here<'a> {
    plan: &'a Code,
    portfolio: &'a Portfolio,
    question: RateQuestion,
    lang: Lang,
}

impl Here<'_> {
    fn t(&self, key: &str) -> String {
        words::text(self.lang, key).into_owned()
    }

    fn list(&self, line: &RateLine, side: &str) -> String {
        let RateQuestion { from, to, by } = self.question;
        let group = match (line.group.as_str(), by) {
            ("", _) => String::new(),
            (group, RateBy::Unit) => format!("&rate_unit={group}"),
            (group, RateBy::Category) => format!("&category={group}"),
            (group, RateBy::Area) => format!("&area={group}"),
        };
        format!("/p/{}/requests?side={side}&rate_from={from}&rate_to={to}{group}", self.plan)
    }

    fn cell(&self, line: &RateLine, share: Share, hit: &str, miss: &str) -> Cell {
        Cell {
            value: share.percent().map_or_else(|| self.t("rates-no-score"), |value| format!("{value}%")),
            base: words::with(self.lang, "rates-of", &[("of", &share.of.to_string())]),
            address: self.list(line, hit),
            less: self.list(line, miss),
        }
    }

    fn count(&self, line: &RateLine, count: u64, side: &str) -> Cell {
        Cell {
            value: count.to_string(),
            base: String::new(),
            address: if count > 0 { self.list(line, side) } else { String::new() },
            less: String::new(),
        }
    }

    fn row(&self, line: &RateLine) -> Row {
        let code = Code::new(&line.group).ok();
        let name = match self.question.by {
            _ if code.is_none() => self.t("rates-unknown"),
            RateBy::Unit => unit_name(self.portfolio, code.as_ref(), self.lang),
            RateBy::Category => category_name(self.portfolio, code.as_ref(), self.lang),
            RateBy::Area => area_name(self.portfolio, code.as_ref(), self.lang),
        };
        let rates = line.rates;
        let change = line.score.zip(line.before).map(|(now, before)| now - before);
        let said =
            |key: &str, points: Decimal| words::with(self.lang, key, &[("points", &points.to_string())]);
        Row {
            rank: line.rank.map_or_else(String::new, |rank| rank.to_string()),
            name,
            due: self.count(line, rates.tally.due, "due"),
            excluded: self.count(line, rates.tally.excluded, "excluded"),
            response: self.cell(line, rates.response, "in_time", "not_in_time"),
            resolution: self.cell(line, rates.resolution, "solved", "not_solved"),
            satisfaction: self.cell(line, rates.satisfaction, "satisfied", "not_satisfied"),
            score: line.score.map_or_else(|| self.t("rates-no-score"), |score| score.to_string()),
            better: change.is_some_and(|change| change > Decimal::ZERO),
            worse: change.is_some_and(|change| change < Decimal::ZERO),
            change: match change {
                Some(up) if up > Decimal::ZERO => said("rates-change-up", up),
                Some(down) if down < Decimal::ZERO => said("rates-change-down", down.abs()),
                Some(_) => self.t("rates-change-none"),
                None => String::new(),
            },
        }
    }
}
