//! The indices of a plan, each with what it came to last.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::index::{Index, IndexValues};
use domain::portfolio::Portfolio;

use super::{may_manage, missing_names, points, share};
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};

struct Row {
    code: String,
    name: String,
    version: String,
    /// The latest period in which anything was observed.
    span: String,
    value: String,
    coverage: String,
    missing: String,
    illustrative: bool,
}

#[derive(Template)]
#[template(path = "index/list.html")]
struct ListPage {
    page: Page,
    rows: Vec<Row>,
    may_manage: bool,
}

fn row(visit: &Visit, portfolio: &Portfolio, index: &Index, values: Option<&IndexValues>) -> Row {
    let version = index.in_force();
    let cell = values.and_then(|values| values.of_area(None).next_back());
    Row {
        code: index.code.to_string(),
        name: index.name.get(visit.lang.is_english()).to_owned(),
        version: version.map_or_else(String::new, |held| held.version.version.to_string()),
        span: cell.map_or_else(String::new, |cell| cell.span.to_string()),
        value: points(cell.and_then(|cell| cell.value)),
        coverage: cell.map_or_else(|| "—".into(), |cell| share(cell.coverage)),
        missing: cell.map_or_else(String::new, |cell| {
            missing_names(visit, portfolio, cell.missing().map(|(code, _)| code))
        }),
        illustrative: cell.is_some_and(|cell| cell.illustrative),
    }
}

pub async fn show(visit: Visit, Path(plan): Path<String>) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let portfolio = visit.portfolio(&plan).await?;
    let mut rows = Vec::with_capacity(portfolio.indices.len());
    for index in &portfolio.indices {
        let values = match index.in_force() {
            Some(version) => visit.app.index_values(&portfolio, &index.code, version).await?,
            None => None,
        };
        rows.push(row(&visit, &portfolio, index, values.as_deref()));
    }
    let body =
        ListPage { rows, may_manage: may_manage(&visit, &plan), page: visit.page(visit.t("index-title")) };
    render(StatusCode::OK, &body)
}
