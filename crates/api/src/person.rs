//! People with an account: only for those who manage them.

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use domain::fact::Fact;
use domain::history::{SubjectHistory, View};
use domain::person::{Person as DomainPerson, PersonFact as DomainFact};
use domain::policy::{Action, Grant as DomainGrant, Target};
use domain::subject::{Subject, SubjectKind, directory};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::Caller;
use crate::answer::{
    Audience, Conditions, Ground, Outcome, Record, Registration, answer, list_tag, page, subject_tag,
};
use crate::asked::{Asked, Page, PageParams, ViewParams, ViewUsed, found};
use crate::body::{Body, Place};
use crate::fact::PersonFact;
use crate::problem::{ApiError, FieldError, Kind, What};
use crate::value::{CodeText, ScopeText, code};
use crate::word::RoleWord;
use crate::{Api, PREFIX};

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list_people, register_person))
        .routes(routes!(get_person))
        .routes(routes!(record_person_facts))
}

/// A role that a person holds.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Grant {
    role: RoleWord,
    scope: ScopeText,
}

impl From<&DomainGrant> for Grant {
    fn from(grant: &DomainGrant) -> Self {
        Self { role: grant.role.into(), scope: ScopeText(grant.scope.clone()) }
    }
}

/// A person in a list.
#[derive(Debug, Serialize, ToSchema)]
struct PersonLine {
    code: CodeText,
    name: String,
    unit: Option<CodeText>,
    roles: Vec<Grant>,
    active: bool,
    version: u64,
}

/// A person with an account.
#[derive(Debug, Serialize, ToSchema)]
struct Person {
    code: CodeText,
    name: String,
    email: String,
    unit: Option<CodeText>,
    roles: Vec<Grant>,
    /// Whether the person may sign in.
    active: bool,
    version: u64,
    view: ViewUsed,
}

/// People serve the whole installation: a role in one plan or area does not open their records.
fn open_to(caller: &Caller) -> Result<(), ApiError> {
    if caller.may(Action::ManagePeople, &Target::default()) {
        return Ok(());
    }
    let problem = domain::refusal::Problem::NotAllowed(Action::ManagePeople);
    let error = FieldError { field: String::new(), what: What::Problem(problem) };
    Err(ApiError::with(Kind::NotAllowed, vec![error]))
}

fn person(held: &SubjectHistory, view: View) -> DomainPerson {
    DomainPerson::at(&held.subject.code, held.visible::<DomainFact>(view))
}

/// People with an account
#[utoipa::path(get, path = "/people", operation_id = "listPeople", tag = "people",
    params(ViewParams, PageParams),
    responses((status = 200, description = "A page of people.", body = Page<PersonLine>)))]
async fn list_people(
    State(api): State<Api>,
    caller: Caller,
    conditions: Conditions,
    OriginalUri(uri): OriginalUri,
    asked: Asked,
) -> Result<Response, ApiError> {
    open_to(&caller)?;
    let history = api.directory().await?;
    let view = asked.pinned(&history);
    let held = history.of_kind(&directory(), SubjectKind::Person).filter(|held| held.exists(view)).collect();
    let list = asked.page(view, held, |held| {
        let person = person(held, view);
        PersonLine {
            code: (&person.code).into(),
            roles: person.grants.iter().map(Grant::from).collect(),
            unit: code(&person.unit),
            name: person.name,
            active: person.active,
            version: held.version.0,
        }
    });
    Ok(page(&conditions, &caller.0, &list_tag(view, Audience::Staff), &uri, list))
}

/// Puts a person on the books
///
/// A password is set apart, by the person's administrator at the machine or on the pages.
#[utoipa::path(post, path = "/people", operation_id = "registerPerson", tag = "people",
    request_body = Registration<PersonFact>,
    responses((status = 201, description = "The person is on the books.", body = Outcome)))]
async fn register_person(
    State(api): State<Api>,
    Caller(caller): Caller,
    Body(body): Body<Registration<PersonFact>>,
) -> Result<Response, ApiError> {
    let Registration { code: CodeText(code), facts, effective, source, reason } = body;
    let facts = facts.into_iter().map(|fact| Fact::Person(fact.into())).collect();
    let address = format!("{PREFIX}/people/{code}");
    api.register(&caller, Subject::person(&code), facts, Ground { effective, source, reason }, address).await
}

/// One person with roles and address
#[utoipa::path(get, path = "/people/{person}", operation_id = "getPerson", tag = "people",
    params(("person" = CodeText, Path,), ViewParams),
    responses((status = 200, description = "The person.", body = Person)))]
async fn get_person(
    State(api): State<Api>,
    caller: Caller,
    conditions: Conditions,
    Place(CodeText(code)): Place<CodeText>,
    asked: Asked,
) -> Result<Response, ApiError> {
    open_to(&caller)?;
    let history = api.directory().await?;
    let view = asked.pinned(&history);
    let held = found(history.get(&Subject::person(&code)).filter(|held| held.exists(view)))?;
    let used = asked.used(view);
    let person = person(held, view);
    let body = Person {
        code: (&person.code).into(),
        roles: person.grants.iter().map(Grant::from).collect(),
        unit: crate::value::code(&person.unit),
        name: person.name,
        email: person.email,
        active: person.active,
        version: held.version.0,
        view: used.clone(),
    };
    Ok(answer(&conditions, &caller.0, &subject_tag(held.version, view, Audience::Staff), &used, body))
}

/// Records facts of a person: name, address, unit, roles, whether they may sign in
#[utoipa::path(post, path = "/people/{person}/facts", operation_id = "recordPersonFacts", tag = "people",
    params(("person" = CodeText, Path,)),
    request_body = Record<PersonFact>,
    responses(
        (status = 201, description = "Recorded.", body = Outcome),
        (status = 200, description = "All of it was already on record.", body = Outcome)))]
async fn record_person_facts(
    State(api): State<Api>,
    caller: Caller,
    conditions: Conditions,
    Place(CodeText(code)): Place<CodeText>,
    Body(Record { facts, effective, source, reason }): Body<Record<PersonFact>>,
) -> Result<Response, ApiError> {
    open_to(&caller)?;
    let facts = facts.into_iter().map(|fact| Fact::Person(fact.into())).collect();
    let ground = Ground { effective, source, reason };
    api.record(&caller.0, &conditions, Subject::person(&code), facts, ground).await
}
