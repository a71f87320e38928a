//! Who may call what: the table of all operations, and the layer that keeps it.
//!
//! An operation that is not in the table is open to nobody. The table says who may call an operation at
//! all; whether a change is allowed to *this* project or unit is decided by the one policy, inside the
//! change's own transaction.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use app::{Actor, TokenScope};
use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::policy::{Action, Target};
use serde_json::Value;

use crate::Api;
use crate::problem::{ApiError, FieldError, Kind};

/// What an operation needs of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Documents about the API itself.
    Open,
    /// A reading caller who may do this; anyone for what is public.
    Read(Action),
    /// A token with the scope `write` of someone who may do one of these somewhere.
    Write(&'static [Action]),
}

use Action as A;

const PLAN: &[Action] = &[A::ManagePlan];
const DIRECTORY: &[Action] = &[A::ManageDirectory];
const PEOPLE: &[Action] = &[A::ManagePeople];
/// What is done with items: which of it a fact needs is decided by the item's kind and state.
const ITEMS: &[Action] = &[A::Instruct, A::SuperviseItem, A::HandleItem, A::CallUnits, A::IssueReport];
const FACILITIES: &[Action] = &[A::ManageFacilities];
const INDICATORS: &[Action] = &[A::ManageIndicators];

/// Every operation there is.
pub const TABLE: &[(&str, Access)] = &[
    ("getOpenApi", Access::Open),
    ("getDocs", Access::Open),
    ("getDocsStyle", Access::Open),
    ("listProblems", Access::Open),
    ("getProblem", Access::Open),
    ("getCaller", Access::Read(A::ReadPublic)),
    ("listPlans", Access::Read(A::ReadPublic)),
    ("registerPlan", Access::Write(PLAN)),
    ("getPlan", Access::Read(A::ReadPublic)),
    ("recordPlanFacts", Access::Write(PLAN)),
    ("listRevisions", Access::Read(A::ReadPublic)),
    ("getRevision", Access::Read(A::ReadPublic)),
    ("listYearlyLists", Access::Read(A::ReadPublic)),
    ("getYearlyList", Access::Read(A::ReadPublic)),
    ("listProjects", Access::Read(A::ReadPublic)),
    ("registerProject", Access::Write(&[A::ManageProjects])),
    ("getProject", Access::Read(A::ReadPublic)),
    (
        "recordProjectFacts",
        Access::Write(&[A::ManageProjects, A::DescribeProject, A::ReportProgress, A::MovePromise]),
    ),
    ("listMilestones", Access::Read(A::ReadPublic)),
    ("recordMilestone", Access::Write(&[A::ReportProgress, A::MovePromise])),
    ("listProgress", Access::Read(A::ReadPublic)),
    ("recordProgress", Access::Write(&[A::ReportProgress])),
    ("listOutputs", Access::Read(A::ReadPublic)),
    ("recordOutput", Access::Write(&[A::ReportProgress])),
    ("listTimetable", Access::Read(A::ReadStaff)),
    ("listTimetableSteps", Access::Read(A::ReadStaff)),
    ("listIndicators", Access::Read(A::ReadPublic)),
    ("registerIndicator", Access::Write(INDICATORS)),
    ("getIndicator", Access::Read(A::ReadPublic)),
    (
        "recordIndicatorFacts",
        Access::Write(&[A::ManageIndicators, A::RecordObservation, A::AcceptObservation]),
    ),
    ("listObservations", Access::Read(A::ReadPublic)),
    ("recordObservation", Access::Write(&[A::RecordObservation])),
    ("acceptObservation", Access::Write(&[A::AcceptObservation])),
    ("listIndices", Access::Read(A::ReadPublic)),
    ("registerIndex", Access::Write(INDICATORS)),
    ("getIndex", Access::Read(A::ReadPublic)),
    ("recordIndexFacts", Access::Write(INDICATORS)),
    ("listIndexValues", Access::Read(A::ReadPublic)),
    ("listFacilities", Access::Read(A::ReadPublic)),
    ("listLayers", Access::Read(A::ReadPublic)),
    ("listCoverage", Access::Read(A::ReadPublic)),
    ("listGaps", Access::Read(A::ReadPublic)),
    ("getReach", Access::Read(A::ReadPublic)),
    ("getCoverageChange", Access::Read(A::ReadPublic)),
    ("tryLink", Access::Read(A::ReadStaff)),
    ("listMissingLinks", Access::Read(A::ReadStaff)),
    ("listPlanLinks", Access::Read(A::ReadPublic)),
    ("findSites", Access::Read(A::ReadStaff)),
    ("listEvaluations", Access::Read(A::ReadPublic)),
    ("getEvaluation", Access::Read(A::ReadPublic)),
    ("listWaves", Access::Read(A::ReadPublic)),
    ("getWave", Access::Read(A::ReadPublic)),
    ("listEstimates", Access::Read(A::ReadPublic)),
    ("listWaveChanges", Access::Read(A::ReadPublic)),
    ("exportWave", Access::Read(A::ReadPublic)),
    ("registerFacility", Access::Write(FACILITIES)),
    ("getFacility", Access::Read(A::ReadPublic)),
    ("recordFacilityFacts", Access::Write(FACILITIES)),
    ("listLedger", Access::Read(A::ReadStaff)),
    ("exportLedger", Access::Read(A::ReadStaff)),
    ("countLights", Access::Read(A::ReadStaff)),
    ("getRules", Access::Read(A::ReadPublic)),
    ("registerItem", Access::Write(ITEMS)),
    ("getItem", Access::Read(A::ReadStaff)),
    ("getItemTrace", Access::Read(A::ReadStaff)),
    ("recordItemFacts", Access::Write(ITEMS)),
    ("recordItemMove", Access::Write(ITEMS)),
    ("listReports", Access::Read(A::ReadStaff)),
    ("getReport", Access::Read(A::ReadStaff)),
    ("listUnits", Access::Read(A::ReadPublic)),
    ("registerUnit", Access::Write(DIRECTORY)),
    ("getUnit", Access::Read(A::ReadPublic)),
    ("recordUnitFacts", Access::Write(DIRECTORY)),
    ("listAreas", Access::Read(A::ReadPublic)),
    ("registerArea", Access::Write(DIRECTORY)),
    ("getArea", Access::Read(A::ReadPublic)),
    ("recordAreaFacts", Access::Write(DIRECTORY)),
    ("listPeople", Access::Read(A::ManagePeople)),
    ("registerPerson", Access::Write(PEOPLE)),
    ("getPerson", Access::Read(A::ManagePeople)),
    ("recordPersonFacts", Access::Write(PEOPLE)),
    ("listFigures", Access::Read(A::ReadPublic)),
    ("getFigure", Access::Read(A::ReadPublic)),
    ("getStatement", Access::Read(A::ReadPublic)),
    ("listEntries", Access::Read(A::ReadPublic)),
    ("getEntry", Access::Read(A::ReadPublic)),
    ("correctEntry", Access::Write(&[A::CorrectEntry])),
];

pub fn access(operation: &str) -> Option<Access> {
    TABLE.iter().find(|(id, _)| *id == operation).map(|(_, access)| *access)
}

/// An operation as the layer sees it.
#[derive(Debug, Clone)]
struct Operation {
    access: Option<Access>,
    parameters: BTreeSet<String>,
}

/// All operations by method and address.
#[derive(Debug, Default)]
pub(crate) struct Operations(HashMap<(Method, String), Operation>);

impl Operations {
    /// Reads them from the API's own description.
    pub(crate) fn of(document: &Value) -> Self {
        let mut out = HashMap::new();
        for (path, method, operation) in crate::document::operations(document) {
            let parameters = operation["parameters"]
                .as_array()
                .into_iter()
                .flatten()
                .filter(|parameter| parameter["in"] == "query")
                .filter_map(|parameter| parameter["name"].as_str().map(str::to_owned))
                .collect();
            let access = operation["operationId"].as_str().and_then(access);
            if let Ok(method) = Method::from_bytes(method.to_ascii_uppercase().as_bytes()) {
                out.insert((method, path.to_owned()), Operation { access, parameters });
            }
        }
        Self(out)
    }

    fn find(&self, method: &Method, path: &str) -> Option<&Operation> {
        let method = if method == Method::HEAD { Method::GET } else { method.clone() };
        self.0.get(&(method, path.to_owned()))
    }
}

/// Who calls.
#[derive(Debug, Clone)]
pub(crate) struct Caller(pub Actor);

impl Caller {
    pub(crate) fn may(&self, action: Action, target: &Target) -> bool {
        self.0.may(action, target)
    }

    /// Whether working pages of a plan are open to the caller.
    pub(crate) fn is_staff(&self, plan: &domain::code::Code) -> bool {
        self.may(Action::ReadStaff, &Target { plan: Some(plan.clone()), ..Target::default() })
    }

    /// Working papers of a plan are for those who work on it.
    pub(crate) fn staff_of(&self, plan: &domain::code::Code) -> Result<(), ApiError> {
        if self.is_staff(plan) { Ok(()) } else { Err(closed(&self.0, false)) }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(parts.extensions.get::<Caller>().cloned().unwrap_or(Self(Actor::Public)))
    }
}

/// Finds out who calls and whether the operation is open to them.
pub(crate) async fn keep(State(api): State<Api>, mut request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let operation = path.and_then(|path| api.operations().find(request.method(), &path).cloned());
    // No operation: nothing there, or not with this method; the router says so.
    let Some(operation) = operation else { return next.run(request).await };
    if let Err(error) = known_parameters(&operation, request.uri().query().unwrap_or("")) {
        return error.into_response();
    }
    match admit(&api, &operation, request.headers().get(AUTHORIZATION).cloned()).await {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(error) => error.into_response(),
    }
}

async fn admit(api: &Api, operation: &Operation, token: Option<HeaderValue>) -> Result<Caller, ApiError> {
    let access = operation.access.ok_or(ApiError::new(Kind::NotAllowed))?;
    if access == Access::Open {
        return Ok(Caller(Actor::Public));
    }
    let actor = actor(api, token).await?;
    match access {
        Access::Open => {}
        Access::Read(action) => {
            if !actor.may(action, &Target::default()) && !actor.may_somewhere(action) {
                return Err(closed(&actor, action == Action::ManagePeople));
            }
        }
        Access::Write(actions) => {
            if !actions.iter().any(|action| actor.may_somewhere(*action)) {
                return Err(closed(&actor, true));
            }
        }
    }
    Ok(Caller(actor))
}

/// Why an operation is not open.
fn closed(actor: &Actor, needs_write: bool) -> ApiError {
    ApiError::new(match actor {
        Actor::Public => Kind::AuthenticationRequired,
        Actor::Token { scopes, .. } if needs_write && !scopes.contains(&TokenScope::Write) => {
            Kind::InsufficientScope
        }
        _ => Kind::NotAllowed,
    })
}

async fn actor(api: &Api, header: Option<HeaderValue>) -> Result<Actor, ApiError> {
    let Some(header) = header else { return Ok(Actor::Public) };
    let secret = header
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, secret)| secret.trim())
        .filter(|secret| (1..=512).contains(&secret.len()));
    let Some(secret) = secret else { return Err(ApiError::new(Kind::InvalidToken)) };
    api.app().token_actor(secret).await?.ok_or(ApiError::new(Kind::InvalidToken))
}

/// A misspelt parameter would be ignored without a word, and the answer be another than was asked for.
fn known_parameters(operation: &Operation, query: &str) -> Result<(), ApiError> {
    let mut wrong: BTreeMap<String, FieldError> = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let key = match operation.parameters.contains(name) {
            false => "parameter-unknown",
            // Nothing to search for, and the beginning of a walk.
            true if !value.is_empty() || ["q", "cursor"].contains(&name) => continue,
            true => "parameter-empty",
        };
        let shown: String = name.chars().take(60).collect();
        wrong.insert(shown.clone(), FieldError::new(shown, key));
    }
    if wrong.is_empty() {
        return Ok(());
    }
    Err(ApiError::with(Kind::InvalidParameter, wrong.into_values().take(20).collect()))
}

/// The table with its words, for the description.
pub(crate) fn security(access: Access) -> Value {
    match access {
        Access::Open => serde_json::json!([{}]),
        Access::Read(Action::ReadPublic) => serde_json::json!([{}, { "token": ["read"] }]),
        Access::Read(action) if TokenScope::Read.admits(action) => serde_json::json!([{ "token": ["read"] }]),
        Access::Read(_) | Access::Write(_) => serde_json::json!([{ "token": ["write"] }]),
    }
}
