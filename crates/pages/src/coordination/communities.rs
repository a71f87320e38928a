//! Five parties over all communities: what each lacks and offers, and how much of it found its match.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::area::AreaLevel;
use domain::code::Code;
use domain::item::ItemKind;
use domain::item::ledger::{LedgerRow, RowKind};
use domain::item::workflow::State;

use crate::editor::page::known_code;
use crate::error::PageError;
use crate::ledger::list::staff_only;
use crate::page::Page;
use crate::tree::ordered;
use crate::visit::{Visit, render};

#[derive(Default, Clone, Copy)]
struct Counts {
    needs: usize,
    open: usize,
    matched: usize,
    met: usize,
    resources: usize,
}

struct Row {
    name: String,
    address: String,
    depth: usize,
    counts: Counts,
}

#[derive(Template)]
#[template(path = "coordination/communities.html")]
struct CommunitiesPage {
    page: Page,
    rows: Vec<Row>,
    total: Counts,
}

impl Counts {
    fn add(&mut self, row: &LedgerRow) {
        if row.kind == RowKind::Item(ItemKind::Resource) {
            self.resources += 1;
            return;
        }
        self.needs += 1;
        match State::parse(&row.state) {
            Some(State::Met) => self.met += 1,
            Some(State::Matched) => self.matched += 1,
            _ => self.open += 1,
        }
    }
}

pub async fn show(visit: Visit, Path(plan): Path<String>) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    staff_only(&visit)?;
    let portfolio = visit.portfolio(&plan).await?;
    let rows = visit.app.needs_and_resources(&plan, visit.asked).await?;
    let page = visit.page(visit.t("communities-title"));
    let (mut by_area, mut total) = (BTreeMap::<&Code, Counts>::new(), Counts::default());
    for row in &rows {
        total.add(row);
        for area in &row.areas {
            by_area.entry(area).or_default().add(row);
        }
    }
    // Communities, and whatever else has something on its lists, under the areas they lie in.
    let is_shown = |code: &Code| {
        by_area.contains_key(code)
            || portfolio.areas.get(code).is_some_and(|area| {
                area.active && matches!(area.level, Some(AreaLevel::Community | AreaLevel::Subdistrict))
            })
    };
    let parents: BTreeMap<Code, Option<Code>> = portfolio
        .areas
        .iter()
        .filter(|(code, _)| is_shown(code))
        .map(|(code, area)| (code.clone(), area.parent.clone().filter(|parent| is_shown(parent))))
        .collect();
    let rows = ordered(&parents)
        .into_iter()
        .filter_map(|(code, depth)| {
            let area = portfolio.areas.get(&code)?;
            Some(Row {
                name: area.name.get(visit.lang.is_english()).to_owned(),
                address: page.link(&format!("/communities/{code}")),
                depth,
                counts: by_area.get(&code).copied().unwrap_or_default(),
            })
        })
        .collect();
    render(StatusCode::OK, &CommunitiesPage { rows, total, page })
}
