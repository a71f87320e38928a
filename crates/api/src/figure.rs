//! Figures, the records behind them, and the statement.

use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse, Response};
use domain::code::Code;
use domain::figure::{Figure as DomainFigure, FigureDefinition, Row as DomainRow};
use domain::history::View;
use domain::portfolio::Portfolio;
use domain::statement::{Fault as DomainFault, Statement as DomainStatement};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;
use crate::access::Caller;
use crate::answer::{Audience, Conditions, answer, list_tag};
use crate::asked::{Asked, Page, PageParams, ViewParams, ViewUsed, found};
use crate::body::Place;
use crate::problem::{ApiError, FieldError, Kind, What};
use crate::value::{Amount, CodeText, Day, Name, codes};

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list_figures))
        .routes(routes!(get_figure))
        .routes(routes!(get_statement))
}

/// A figure with its value.
#[derive(Debug, Serialize, ToSchema)]
struct Figure {
    id: CodeText,
    group: CodeText,
    label: Name,
    unit: Name,
    /// The rule by which it is counted, in words.
    rule: Name,
    /// Computed from the records; `null` where they are not kept yet.
    value: Option<Amount>,
    /// What was published for it, up to the day.
    published: Option<Amount>,
    /// How many records stand behind it.
    records: u64,
}

/// A sum that does not close, and the projects at fault.
#[derive(Debug, Serialize, ToSchema)]
struct Fault {
    /// A word that does not change with the language.
    code: String,
    projects: Vec<CodeText>,
}

/// Every figure of the plan, issued because all sums close.
#[derive(Debug, Serialize, ToSchema)]
struct Statement {
    plan: CodeText,
    name: Name,
    figures: Vec<Figure>,
    view: ViewUsed,
}

/// The figures with what keeps them from being issued.
#[derive(Debug, Serialize, ToSchema)]
struct Figures {
    items: Vec<Figure>,
    /// The cursor of the next page; `null` on the last one.
    next: Option<String>,
    total: Option<u64>,
    view: ViewUsed,
    /// Whether all sums close, so that the statement may be issued.
    closes: bool,
    faults: Vec<Fault>,
}

/// A record behind a figure.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Row {
    Project {
        code: CodeText,
        name: Name,
        quantity: Amount,
    },
    /// A quantity that was published for several projects together.
    Group {
        group: CodeText,
        members: Vec<CodeText>,
        quantity: Amount,
    },
    Sector {
        code: CodeText,
        projects: u64,
    },
    Observation {
        indicator: CodeText,
        key: CodeText,
        on: Day,
        value: Amount,
        /// The wave of a survey that it stands on: of the plan's own, or cited.
        wave: Option<CodeText>,
    },
    Item {
        item: CodeText,
        name: Name,
        /// The unit that leads it.
        unit: Option<CodeText>,
        quantity: Amount,
    },
}

/// A figure with the records that make it.
#[derive(Debug, Serialize, ToSchema)]
struct FigureRows {
    figure: Figure,
    items: Vec<Row>,
    /// The cursor of the next page; `null` on the last one.
    next: Option<String>,
    total: Option<u64>,
    view: ViewUsed,
}

fn shown(definition: &FigureDefinition, figure: &DomainFigure) -> Figure {
    Figure {
        id: (&figure.id).into(),
        group: (&definition.group).into(),
        label: (&definition.label).into(),
        unit: (&definition.unit).into(),
        rule: (&definition.rule).into(),
        value: figure.value.map(Amount),
        published: figure.published.map(Amount),
        records: figure.records() as u64,
    }
}

fn figures(portfolio: &Portfolio, statement: &DomainStatement) -> Vec<Figure> {
    portfolio.plan.figures.iter().zip(&statement.figures).map(|(held, figure)| shown(held, figure)).collect()
}

fn row(row: &DomainRow, portfolio: &Portfolio) -> Row {
    match row {
        DomainRow::Project { code, quantity } => Row::Project {
            code: code.into(),
            name: portfolio
                .project(code.as_str())
                .map_or_else(|| Name { zh: code.to_string(), en: String::new() }, |p| (&p.name).into()),
            quantity: Amount(*quantity),
        },
        DomainRow::Group { group, members, quantity } => {
            Row::Group { group: group.into(), members: codes(members), quantity: Amount(*quantity) }
        }
        DomainRow::Sector { code, projects } => Row::Sector { code: code.into(), projects: *projects as u64 },
        DomainRow::Observation { indicator, key, on, value } => Row::Observation {
            indicator: indicator.into(),
            key: key.into(),
            on: (*on).into(),
            value: Amount(*value),
            wave: portfolio.wave_of(indicator, key).map(CodeText::from),
        },
        DomainRow::Item { code, name, unit, quantity, .. } => Row::Item {
            item: code.into(),
            name: name.into(),
            unit: unit.as_ref().map(Into::into),
            quantity: Amount(*quantity),
        },
    }
}

/// The figures of a plan at the asked point of view.
async fn find(
    api: &Api,
    plan: &Code,
    asked: &Asked,
) -> Result<(std::sync::Arc<Portfolio>, std::sync::Arc<DomainStatement>, View), ApiError> {
    let view = api.view(plan, asked).await?;
    let (portfolio, statement) = api.app().statement_at(plan, view).await?;
    Ok((portfolio, statement, view))
}

/// Figures of a plan, whether or not the statement may be issued
#[utoipa::path(get, path = "/plans/{plan}/figures", operation_id = "listFigures", tag = "figures",
    params(("plan" = CodeText, Path,), ViewParams, PageParams),
    responses((status = 200, description = "A page of figures, with the sums that do not close.",
        body = Figures)))]
async fn list_figures(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    OriginalUri(uri): OriginalUri,
    Place(CodeText(plan)): Place<CodeText>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let (portfolio, statement, view) = find(&api, &plan, &asked).await?;
    let Page { items, next, total, view: used } =
        asked.page(view, figures(&portfolio, &statement), |figure| figure);
    let body = Figures {
        items,
        next: next.clone(),
        total,
        view: used.clone(),
        closes: statement.closes(),
        faults: statement
            .faults
            .iter()
            .map(|fault| Fault { code: fault.key().to_owned(), projects: codes(fault.projects()) })
            .collect(),
    };
    let tag = list_tag(view, Audience::Public);
    Ok(crate::answer::paged(&conditions, &caller, &tag, &uri, next.as_deref(), &used, body))
}

/// One figure with the records behind it
#[utoipa::path(get, path = "/plans/{plan}/figures/{figure}", operation_id = "getFigure", tag = "figures",
    params(("plan" = CodeText, Path,), ("figure" = CodeText, Path,), ViewParams, PageParams),
    responses((status = 200, description = "The figure with a page of its records.", body = FigureRows)))]
async fn get_figure(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    OriginalUri(uri): OriginalUri,
    Place((CodeText(plan), CodeText(id))): Place<(CodeText, CodeText)>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let (portfolio, statement, view) = find(&api, &plan, &asked).await?;
    let mut pairs = portfolio.plan.figures.iter().zip(&statement.figures);
    let (definition, figure) = found(pairs.find(|(_, figure)| figure.id == id))?;
    let Page { items, next, total, view: used } =
        asked.page(view, figure.rows.iter().collect(), |held| row(held, &portfolio));
    let figure = shown(definition, figure);
    let body = FigureRows { figure, items, next: next.clone(), total, view: used.clone() };
    let tag = list_tag(view, Audience::Public);
    Ok(crate::answer::paged(&conditions, &caller, &tag, &uri, next.as_deref(), &used, body))
}

/// The statement: every figure, issued only when all sums close
///
/// Where a sum does not close it is refused with 409, naming the projects at fault.
#[utoipa::path(get, path = "/plans/{plan}/statement", operation_id = "getStatement", tag = "figures",
    params(("plan" = CodeText, Path,), ViewParams),
    responses(
        (status = 200, description = "The statement.", body = Statement),
        (status = 409, description = "A sum does not close.", body = crate::problem::ProblemBody,
            content_type = "application/problem+json")))]
async fn get_statement(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    Place(CodeText(plan)): Place<CodeText>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let (portfolio, statement, view) = find(&api, &plan, &asked).await?;
    if !statement.closes() {
        let errors = statement.faults.iter().map(refused).collect();
        return Ok(ApiError::with(Kind::StatementNotIssued, errors).into_response());
    }
    let used = asked.used(view);
    let body = Statement {
        plan: (&plan).into(),
        name: (&portfolio.plan.name).into(),
        figures: figures(&portfolio, &statement),
        view: used.clone(),
    };
    Ok(answer(&conditions, &caller, &list_tag(view, Audience::Public), &used, body))
}

/// A fault as one of a problem's errors; its message is that of the statement itself.
fn refused(fault: &DomainFault) -> FieldError {
    let mut args = vec![("count", fault.projects().len().to_string())];
    if let DomainFault::Declared { declared, counted } = fault {
        args.extend([("declared", declared.to_string()), ("counted", counted.to_string())]);
    }
    let projects: Vec<&str> = fault.projects().iter().map(Code::as_str).collect();
    FieldError { field: projects.join(","), what: What::Fault(fault.key(), args) }
}
