//! Items: one of them, putting it on the books, recording facts and moves of it, and why it exists.

use app::ledger::TraceLine;
use axum::extract::State;
use axum::response::Response;
use domain::code::Code;
use domain::fact::Fact;
use domain::history::View;
use domain::item::ledger::LedgerRow;
use domain::item::{Item as DomainItem, ItemFact as DomainFact, Target, workflow};
use domain::refusal::{Problem, Refusal};
use domain::subject::Subject;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::Caller;
use crate::answer::{
    Audience, Conditions, Ground, Outcome, Record, Registration, Source, answer, list_tag, subject_tag,
};
use crate::asked::{Asked, ViewParams, ViewUsed, found};
use crate::body::{Body, Place};
use crate::fact::ItemFact;
use crate::item_shape::Item;
use crate::ledger::LedgerLine;
use crate::problem::ApiError;
use crate::value::{CodeText, Day};
use crate::word::{ItemStepWord, RelationWord, SubjectKindWord};
use crate::{Api, PREFIX};

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(register_item))
        .routes(routes!(get_item))
        .routes(routes!(get_item_trace))
        .routes(routes!(record_item_facts))
        .routes(routes!(record_item_move))
}

/// Puts an item on the books
///
/// One of the facts is its `kind`. Who may do it goes by the kind: a leader's directive by those who
/// instruct, a whistle by the unit that blows it, a report-in by the unit itself.
#[utoipa::path(post, path = "/plans/{plan}/items", operation_id = "registerItem", tag = "ledger",
    params(("plan" = CodeText, Path,)),
    request_body = Registration<ItemFact>,
    responses((status = 201, description = "The item is on the books.", body = Outcome)))]
async fn register_item(
    State(api): State<Api>,
    Caller(caller): Caller,
    Place(CodeText(plan)): Place<CodeText>,
    Body(body): Body<Registration<ItemFact>>,
) -> Result<Response, ApiError> {
    let Registration { code: CodeText(code), facts, effective, source, reason } = body;
    api.history(&plan).await?;
    let facts = facts.into_iter().map(|fact| Fact::Item(fact.0)).collect();
    let address = format!("{PREFIX}/plans/{plan}/items/{code}");
    let ground = Ground { effective, source, reason };
    api.register(&caller, Subject::item(&plan, &code), facts, ground, address).await
}

/// An item at the asked point of view.
async fn find(api: &Api, plan: &Code, code: &Code, view: View) -> Result<DomainItem, ApiError> {
    let history = found(api.app().subject(&Subject::item(plan, code)).await?)?;
    found(DomainItem::at(&history, view))
}

/// One item with everything that was said of it
#[utoipa::path(get, path = "/plans/{plan}/items/{item}", operation_id = "getItem", tag = "ledger",
    params(("plan" = CodeText, Path,), ("item" = CodeText, Path,), ViewParams),
    responses((status = 200, description = "The item.", body = Item)))]
async fn get_item(
    State(api): State<Api>,
    caller: Caller,
    conditions: Conditions,
    Place((CodeText(plan), CodeText(code))): Place<(CodeText, CodeText)>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let view = api.view(&plan, &asked).await?;
    caller.staff_of(&plan)?;
    let item = find(&api, &plan, &code, view).await?;
    let judge = api.app().portfolio_at(&plan, view).await?.plan.lights().on(view.as_of);
    let row = LedgerRow::of_item(&item);
    let used = asked.used(view);
    let line = LedgerLine::of(&row, judge.judge(&row));
    let body = Item::of((&plan).into(), &item, line, used.clone());
    Ok(answer(&conditions, &caller.0, &subject_tag(item.version, view, Audience::Staff), &used, body))
}

/// A thing on a trace.
#[derive(Debug, Serialize, ToSchema)]
struct TraceStep {
    kind: SubjectKindWord,
    code: CodeText,
    relation: RelationWord,
    /// The thing one step nearer to where the trace begins.
    nearer_kind: SubjectKindWord,
    nearer: CodeText,
    /// How many links away it is.
    steps: u64,
    /// Its row of the ledger; `null` for an indicator.
    line: Option<LedgerLine>,
}

/// Why an item exists and what came of it, nearest first.
#[derive(Debug, Serialize, ToSchema)]
struct ItemTrace {
    origins: Vec<TraceStep>,
    outcomes: Vec<TraceStep>,
    view: ViewUsed,
}

/// Why an item exists and what came of it
#[utoipa::path(get, path = "/plans/{plan}/items/{item}/trace", operation_id = "getItemTrace", tag = "ledger",
    params(("plan" = CodeText, Path,), ("item" = CodeText, Path,), ViewParams),
    responses((status = 200, description = "The trace.", body = ItemTrace)))]
async fn get_item_trace(
    State(api): State<Api>,
    caller: Caller,
    conditions: Conditions,
    Place((CodeText(plan), CodeText(code))): Place<(CodeText, CodeText)>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let view = api.view(&plan, &asked).await?;
    caller.staff_of(&plan)?;
    find(&api, &plan, &code, view).await?;
    let trace = api.app().trace_at(&plan, &Target::Item(code), view).await?;
    let judge = api.app().portfolio_at(&plan, view).await?.plan.lights().on(view.as_of);
    let step = |line: &TraceLine| TraceStep {
        kind: line.thing.kind().into(),
        code: line.thing.code().into(),
        relation: line.relation.into(),
        nearer_kind: line.nearer.kind().into(),
        nearer: line.nearer.code().into(),
        steps: line.steps as u64,
        line: line.row.as_ref().map(|row| LedgerLine::of(row, judge.judge(row))),
    };
    let used = asked.used(view);
    let body = ItemTrace {
        origins: trace.origins.iter().map(step).collect(),
        outcomes: trace.outcomes.iter().map(step).collect(),
        view: used.clone(),
    };
    Ok(answer(&conditions, &caller.0, &list_tag(view, Audience::Staff), &used, body))
}

/// Records facts of an item
///
/// A move may stand among them as a fact; what else it needs (evidence, an answer, an outcome) may come with
/// it. The table of moves decides.
#[utoipa::path(post, path = "/plans/{plan}/items/{item}/facts", operation_id = "recordItemFacts",
    tag = "ledger", params(("plan" = CodeText, Path,), ("item" = CodeText, Path,)),
    request_body = Record<ItemFact>,
    responses(
        (status = 201, description = "Recorded.", body = Outcome),
        (status = 200, description = "All of it was already on record.", body = Outcome)))]
async fn record_item_facts(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    Place((CodeText(plan), CodeText(code))): Place<(CodeText, CodeText)>,
    Body(Record { facts, effective, source, reason }): Body<Record<ItemFact>>,
) -> Result<Response, ApiError> {
    let facts = facts.into_iter().map(|fact| Fact::Item(fact.0)).collect();
    let ground = Ground { effective, source, reason };
    api.record(&caller, &conditions, Subject::item(&plan, &code), facts, ground).await
}

/// A move to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewMove {
    step: ItemStepWord,
    /// What the move needs besides, or is to be recorded with it.
    #[serde(default)]
    #[schema(max_items = 499)]
    facts: Vec<ItemFact>,
    /// The day it was made; today when not given.
    #[serde(default)]
    on: Option<Day>,
    #[serde(default)]
    source: Option<Source>,
    /// Why; needed for moves that lead away from the goal.
    #[serde(default)]
    #[schema(max_length = 4000)]
    reason: String,
}

/// Makes a move along an item's life cycle
///
/// The state it leads to follows from the table of moves; one that is not there is refused.
#[utoipa::path(post, path = "/plans/{plan}/items/{item}/moves", operation_id = "recordItemMove",
    tag = "ledger", params(("plan" = CodeText, Path,), ("item" = CodeText, Path,)),
    request_body = NewMove,
    responses(
        (status = 201, description = "The move is made.", body = Outcome),
        (status = 200, description = "It was already made.", body = Outcome)))]
async fn record_item_move(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    Place((CodeText(plan), CodeText(code))): Place<(CodeText, CodeText)>,
    Body(body): Body<NewMove>,
) -> Result<Response, ApiError> {
    let NewMove { step, facts, on, source, reason } = body;
    let item = find(&api, &plan, &code, View::ALL).await?;
    let step = step.0;
    let day = on.as_ref().map_or_else(|| api.app().clock().today(), |day| day.0);
    let made = item.moves.last().filter(|moved| moved.step == step && moved.on == day);
    let allowed = workflow::find(item.kind, item.state, step).map(|held| held.to);
    let Some(state) = made.map(|moved| moved.to).or(allowed) else {
        let problem = Problem::IllegalMove { from: item.state, step };
        return Err(vec![Refusal { field: "state".into(), problem }].into());
    };
    let mut all: Vec<Fact> = facts.into_iter().map(|fact| Fact::Item(fact.0)).collect();
    // Said again after it was made, the move is that of whoever made it.
    let by = made.and_then(|moved| moved.by.clone());
    all.push(DomainFact::Move { step, state, by }.into());
    let ground = Ground { effective: on, source, reason };
    api.record(&caller, &conditions, Subject::item(&plan, &code), all, ground).await
}
