//! The API's own description: OpenAPI 3.1, generated from the handlers.
//!
//! What every operation of a sort has in common (security, conditions, errors) is added here from the table
//! of operations, so that no handler can forget it.

use serde_json::{Map, Value, json};
use utoipa::OpenApi;
use words::Lang;

use crate::access::{Access, access, security};
use crate::example;
use crate::ledger_filter::LedgerSort;
use crate::problem::{ApiError, Kind, PROBLEM_JSON, ProblemBody, ProblemField};
use crate::project_list::Sort;
use crate::value::KnownAt;

const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

#[derive(OpenApi)]
#[openapi(components(schemas(ProblemBody, ProblemField, KnownAt, Sort, LedgerSort)))]
struct Base;

/// The frame into which the handlers' descriptions come.
pub(crate) fn base() -> utoipa::openapi::OpenApi {
    Base::openapi()
}

/// Every operation with its address and method.
pub(crate) fn operations(document: &Value) -> impl Iterator<Item = (&str, &'static str, &Value)> {
    document["paths"].as_object().into_iter().flatten().flat_map(|(path, item)| {
        METHODS.iter().filter_map(move |method| Some((path.as_str(), *method, item.get(method)?)))
    })
}

/// The tags in the order in which they are read.
pub(crate) const TAGS: [&str; 11] = [
    "plans",
    "projects",
    "ledger",
    "indicators",
    "facilities",
    "figures",
    "surveys",
    "journal",
    "directory",
    "people",
    "about",
];

/// Completes what the handlers say of themselves.
pub(crate) fn complete(generated: &utoipa::openapi::OpenApi) -> Result<Value, serde_json::Error> {
    let mut document = serde_json::to_value(generated)?;
    let english = |key: &str| words::text(Lang::En, key).into_owned();
    document["info"] = json!({
        "title": "Huitian API",
        "version": "1.0.0",
        "description": english("api-intro"),
        "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
    });
    document["servers"] = json!([{ "url": "/" }]);
    document["tags"] = TAGS
        .iter()
        .map(|tag| json!({ "name": tag, "description": english(&format!("api-tag-{tag}")) }))
        .collect();
    let components = &mut document["components"];
    if let Some(schemas) = components["schemas"].as_object_mut() {
        tidy(schemas);
    }
    components["securitySchemes"] = json!({ "token": {
        "type": "http", "scheme": "bearer", "description": english("api-token-about"),
    }});
    components["responses"] = responses();
    components["headers"] = headers();
    components["parameters"] = parameters();
    if let Some(paths) = document["paths"].as_object_mut() {
        for item in paths.values_mut() {
            for method in METHODS {
                if let Some(operation) = item.get_mut(method).and_then(Value::as_object_mut) {
                    finish(operation, method);
                }
            }
        }
    }
    Ok(document)
}

/// Says of the schemas what the generator cannot know: lists name what they hold instead of spelling it
/// out, facts take no stray members, and answers leave nothing out.
fn tidy(schemas: &mut Map<String, Value>) {
    let names: Vec<String> = schemas.keys().cloned().collect();
    for (name, schema) in schemas.iter_mut() {
        let held = name.split_once('_').map(|(_, held)| held).filter(|held| names.iter().any(|n| n == held));
        if let Some(held) = held {
            for list in ["items", "facts"] {
                if let Some(list) = schema["properties"].get_mut(list) {
                    list["items"] = json!({ "$ref": format!("#/components/schemas/{held}") });
                }
            }
        }
        bound(schema, if name == "Limit" { u16::MAX.into() } else { u32::MAX });
        if name.ends_with("Fact") || name == "Limit" || name == "FigureQuery" {
            close(schema);
        } else if schema["additionalProperties"] != false {
            require_all(schema);
        }
    }
}

fn close(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(close),
        Value::Object(members) => {
            if members.contains_key("properties") {
                members.insert("additionalProperties".into(), false.into());
            }
            members.values_mut().for_each(close);
        }
        _ => {}
    }
}

/// Counts have an upper bound that the generator does not name.
fn bound(schema: &mut Value, most: u32) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(|item| bound(item, most)),
        Value::Object(members) => {
            if members.get("format").is_some_and(|format| format == "int32")
                && members.get("minimum").is_some_and(|least| *least == 0)
            {
                members.remove("format");
                members.insert("maximum".into(), most.into());
            }
            members.values_mut().for_each(|member| bound(member, most));
        }
        _ => {}
    }
}

fn require_all(schema: &mut Value) {
    if let Some(properties) = schema["properties"].as_object() {
        let names: Vec<&String> = properties.keys().collect();
        schema["required"] = json!(names);
    }
}

/// The errors that an operation may answer with, by the kinds of problem.
fn statuses(access: Access, reads: bool, conditional: bool, named: bool, body: bool) -> Vec<u16> {
    let mut out = vec![400, 429, 500];
    if access != Access::Open {
        out.extend([401, 403, 503]);
    }
    if named {
        out.push(404);
    }
    if !reads {
        out.extend([409, 507]);
    }
    if body {
        out.extend([413, 415, 422]);
    }
    if conditional {
        out.extend([404, 412, 428]);
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// Whether an operation changes something that is on the books.
pub(crate) fn is_conditional(id: &str) -> bool {
    ["record", "accept", "correct"].iter().any(|verb| id.starts_with(verb))
}

fn finish(operation: &mut Map<String, Value>, method: &str) {
    let id = operation.get("operationId").and_then(Value::as_str).unwrap_or("").to_owned();
    let access = access(&id).unwrap_or(Access::Open);
    operation.insert("security".into(), security(access));
    let reads = method == "get";
    let conditional = is_conditional(&id);
    let body = operation.contains_key("requestBody");
    let json = access != Access::Open && id != "getCaller";

    let mut parameters = operation.get("parameters").and_then(Value::as_array).cloned().unwrap_or_default();
    for parameter in &mut parameters {
        describe(parameter);
    }
    let named = parameters.iter().any(|parameter| parameter["in"] == "path");
    let reference = |name: &str| json!({ "$ref": format!("#/components/parameters/{name}") });
    if conditional {
        parameters.push(reference("IfMatch"));
    }
    if reads && json {
        parameters.push(reference("IfNoneMatch"));
    }
    parameters.push(reference("AcceptLanguage"));
    operation.insert("parameters".into(), parameters.into());

    if let Some(example) = example::body(&id)
        && let Some(content) =
            operation.get_mut("requestBody").map(|body| &mut body["content"]["application/json"])
    {
        content["example"] = example;
    }
    let Some(answers) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
    if json {
        for (status, answer) in answers.iter_mut().filter(|(status, _)| status.starts_with('2')) {
            answer["headers"] = answer_headers(reads, status == "201");
        }
        if reads {
            answers.insert("304".into(), json!({ "$ref": "#/components/responses/NotModified" }));
        }
    }
    for status in statuses(access, reads, conditional, named, body) {
        answers
            .entry(status.to_string())
            .or_insert_with(|| json!({ "$ref": format!("#/components/responses/Problem{status}") }));
    }
}

fn describe(parameter: &mut Value) {
    let Some(name) = parameter["name"].as_str() else { return };
    let key = format!("api-param-{}", name.replace('_', "-"));
    if parameter.get("description").is_none() && words::has(Lang::En, &key) {
        parameter["description"] = words::text(Lang::En, &key).into();
    }
}

fn answer_headers(reads: bool, created: bool) -> Value {
    let mut out = Map::new();
    let mut add = |name: &str, component: &str| {
        out.insert(name.into(), json!({ "$ref": format!("#/components/headers/{component}") }));
    };
    add("ETag", "ETag");
    if reads {
        add("Huitian-As-Of", "HuitianAsOf");
        add("Huitian-Known-At", "HuitianKnownAt");
        add("Huitian-Entry", "HuitianEntry");
    }
    if created {
        add("Location", "Location");
    }
    out.into()
}

/// One response for every status that problems come with, naming the kinds it may be.
fn responses() -> Value {
    let mut out = Map::new();
    out.insert(
        "NotModified".into(),
        json!({ "description": words::text(Lang::En, "api-not-modified"), "headers": answer_headers(true, false) }),
    );
    for kind in Kind::ALL {
        let status = kind.status().as_u16();
        let name = format!("Problem{status}");
        let line =
            format!("{}: {}", kind.key(), words::text(Lang::En, &format!("problem-{}-title", kind.key())));
        if let Some(held) = out.get_mut(&name) {
            let before = held["description"].as_str().unwrap_or("").to_owned();
            held["description"] = format!("{before}; {line}").into();
            continue;
        }
        let mut response = json!({
            "description": line,
            "content": { PROBLEM_JSON: {
                "schema": { "$ref": "#/components/schemas/Problem" },
                "example": example_problem(kind),
            } },
        });
        match status {
            401 | 403 => {
                response["headers"] =
                    json!({ "WWW-Authenticate": { "$ref": "#/components/headers/Challenge" } });
            }
            429 | 503 => {
                response["headers"] = json!({ "Retry-After": { "$ref": "#/components/headers/RetryAfter" } });
            }
            _ => {}
        }
        out.insert(name, response);
    }
    out.into()
}

fn example_problem(kind: Kind) -> Value {
    crate::problem::example(&ApiError::new(kind))
}

fn headers() -> Value {
    let header = |key: &str, schema: Value| json!({ "description": words::text(Lang::En, &format!("api-header-{key}")), "schema": schema });
    json!({
        "ETag": header("etag", json!({ "type": "string" })),
        "HuitianAsOf": header("as-of", json!({ "type": "string", "format": "date" })),
        "HuitianKnownAt": header("known-at", json!({ "type": "string", "format": "date-time" })),
        "HuitianEntry": header("entry", json!({ "type": "integer", "minimum": 0 })),
        "Location": header("location", json!({ "type": "string", "format": "uri-reference" })),
        "Challenge": header("challenge", json!({ "type": "string" })),
        "RetryAfter": header("retry-after", json!({ "type": "integer", "minimum": 0 })),
    })
}

fn parameters() -> Value {
    let header = |name: &str, key: &str, required: bool, example: &str| {
        json!({
            "name": name, "in": "header", "required": required,
            "description": words::text(Lang::En, &format!("api-param-{key}")),
            "schema": { "type": "string" },
            "example": example,
        })
    };
    json!({
        "IfMatch": header("If-Match", "if-match", true, "\"v1842\""),
        "IfNoneMatch": header("If-None-Match", "if-none-match", false, "\"v1842.2019-08-14.p\""),
        "AcceptLanguage": header("Accept-Language", "accept-language", false, "en"),
    })
}
