//! The description as a page to read, the pages of the kinds of problem, and the document itself.
//!
//! Everything is written by the server in the reader's language; there is nothing to run and nothing from
//! elsewhere.

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use words::Lang;

use crate::access::{Access, access};
use crate::body::{Params, Place};
use crate::document::{TAGS, operations};
use crate::html::Html;
use crate::problem::{ApiError, Kind};
use crate::{Api, PREFIX, example};

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(get_openapi))
        .routes(routes!(get_docs))
        .routes(routes!(get_docs_style))
        .routes(routes!(list_problems))
        .routes(routes!(get_problem))
}

/// The language of a page.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct LangParams {
    /// The page's language, instead of the one that the browser asks for.
    #[param(required = false, pattern = "^(zh|en)$")]
    lang: Option<String>,
}

impl LangParams {
    fn lang(&self, headers: &HeaderMap) -> Result<Lang, ApiError> {
        match &self.lang {
            None => Ok(crate::problem::lang(headers)),
            Some(tag) => match tag.as_str() {
                "zh" => Ok(Lang::Zh),
                "en" => Ok(Lang::En),
                _ => Err(ApiError::parameter("lang", "lang")),
            },
        }
    }
}

/// This description, OpenAPI 3.1
#[utoipa::path(get, path = "/openapi.json", operation_id = "getOpenApi", tag = "about",
    responses((status = 200, description = "The description.", body = Value)))]
async fn get_openapi(State(api): State<Api>) -> Response {
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-cache")];
    (headers, api.description()).into_response()
}

/// This description as a page
#[utoipa::path(get, path = "/docs", operation_id = "getDocs", tag = "about",
    params(LangParams),
    responses((status = 200, description = "The page.", body = String, content_type = "text/html")))]
async fn get_docs(
    State(api): State<Api>,
    Params(params): Params<LangParams>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let lang = params.lang(&headers)?;
    let document = serde_json::from_slice(&api.description()).unwrap_or_default();
    Ok(page(lang, docs(&document, lang)))
}

/// The look of the API's pages
#[utoipa::path(get, path = "/docs.css", operation_id = "getDocsStyle", tag = "about",
    responses((status = 200, description = "The style sheet.", body = String, content_type = "text/css")))]
async fn get_docs_style() -> Response {
    let headers = [(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, "public, max-age=3600")];
    (headers, include_str!("docs.css")).into_response()
}

/// The kinds of problem there are
#[utoipa::path(get, path = "/problems", operation_id = "listProblems", tag = "about",
    params(LangParams),
    responses((status = 200, description = "The page.", body = String, content_type = "text/html")))]
async fn list_problems(Params(params): Params<LangParams>, headers: HeaderMap) -> Result<Response, ApiError> {
    let lang = params.lang(&headers)?;
    let title = words::text(lang, "api-problems");
    let mut html = Html::default();
    begin(&mut html, lang, &title, "/problems");
    html.open("main", &[("id", "main")]);
    html.element("p", &[], &words::text(lang, "api-problems-about"));
    html.open("dl", &[]);
    for kind in Kind::ALL {
        html.open("dt", &[]).open("a", &[("href", &with_lang(&kind.page(), lang))]);
        html.text(kind.status().as_str()).text(" ").text(&word(lang, kind, "title")).close("a").close("dt");
        html.element("dd", &[], &word(lang, kind, "detail"));
    }
    html.close("dl").close("main");
    end(&mut html);
    Ok(page(lang, html.finish()))
}

/// What a kind of problem means and what to do
#[utoipa::path(get, path = "/problems/{problem}", operation_id = "getProblem", tag = "about",
    params(("problem" = String, Path,), LangParams),
    responses((status = 200, description = "The page.", body = String, content_type = "text/html")))]
async fn get_problem(
    Place(key): Place<String>,
    Params(params): Params<LangParams>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let lang = params.lang(&headers)?;
    let kind = Kind::parse(&key).ok_or(ApiError::new(Kind::NotFound))?;
    let mut html = Html::default();
    begin(&mut html, lang, &word(lang, kind, "title"), &format!("/problems/{}", kind.key()));
    html.open("main", &[("id", "main")]);
    html.open("p", &[]).element("code", &[], kind.status().as_str());
    html.text(" ").element("code", &[], &kind.page()).close("p");
    html.element("p", &[], &word(lang, kind, "detail"));
    html.element("p", &[], &word(lang, kind, "about"));
    html.open("p", &[]).open("a", &[("href", &with_lang(&format!("{PREFIX}/problems"), lang))]);
    html.text(&words::text(lang, "api-problems")).close("a").close("p");
    html.close("main");
    end(&mut html);
    Ok(page(lang, html.finish()))
}

fn word(lang: Lang, kind: Kind, part: &str) -> String {
    words::text(lang, &format!("problem-{}-{part}", kind.key())).into_owned()
}

fn page(lang: Lang, html: String) -> Response {
    let mut response = (StatusCode::OK, html).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(lang.tag()));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
    );
    response
}

fn with_lang(address: &str, lang: Lang) -> String {
    format!("{address}?lang={}", if lang.is_english() { "en" } else { "zh" })
}

/// The head of a page with its title and the choice of language.
fn begin(html: &mut Html, lang: Lang, title: &str, here: &str) {
    html.raw("<!DOCTYPE html>").open("html", &[("lang", lang.tag())]);
    html.raw("<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
    html.element("title", &[], title);
    html.raw("<link rel=\"stylesheet\" href=\"/api/v1/docs.css\"></head><body>");
    html.element("a", &[("class", "skip"), ("href", "#main")], &words::text(lang, "api-skip"));
    html.raw("<header>").element("h1", &[], title).raw("<ul>");
    html.open("li", &[]).open("a", &[("href", &with_lang(&format!("{PREFIX}/docs"), lang))]);
    html.text(&words::text(lang, "api-title")).close("a").close("li");
    html.open("li", &[]).element("a", &[("href", "/api/v1/openapi.json")], "openapi.json").close("li");
    for (other, name) in [(Lang::Zh, "中文"), (Lang::En, "English")] {
        if other != lang {
            let address = with_lang(&format!("{PREFIX}{here}"), other);
            html.open("li", &[]);
            html.element("a", &[("href", &address), ("hreflang", other.tag()), ("lang", other.tag())], name);
            html.close("li");
        }
    }
    html.raw("</ul></header>");
}

fn end(html: &mut Html) {
    html.raw("</body></html>");
}

fn docs(document: &Value, lang: Lang) -> String {
    let t = |key: &str| words::text(lang, key).into_owned();
    let mut html = Html::default();
    begin(&mut html, lang, &t("api-title"), "/docs");
    html.open("div", &[("class", "frame")]);
    contents(&mut html, document, lang);
    html.open("main", &[("id", "main")]);
    introduction(&mut html, lang);
    for tag in TAGS {
        let id = format!("tag-{tag}");
        html.element("h2", &[("id", &id)], &t(&format!("api-tag-name-{tag}")));
        html.element("p", &[], &t(&format!("api-tag-{tag}")));
        for (path, method, operation) in operations(document).filter(|(.., op)| op["tags"][0] == tag) {
            show_operation(&mut html, document, path, method, operation, lang);
        }
    }
    html.element("h2", &[("id", "schemas")], &t("api-schemas"));
    html.element("p", &[], &t("api-schemas-about"));
    for (name, schema) in document["components"]["schemas"].as_object().into_iter().flatten() {
        show_schema(&mut html, name, schema, lang);
    }
    html.close("main").close("div");
    end(&mut html);
    html.finish()
}

fn contents(html: &mut Html, document: &Value, lang: Lang) {
    let t = |key: &str| words::text(lang, key).into_owned();
    html.open("nav", &[("aria-label", &t("api-contents"))]);
    for tag in TAGS {
        html.open("h2", &[]);
        html.element("a", &[("href", &format!("#tag-{tag}"))], &t(&format!("api-tag-name-{tag}")))
            .close("h2");
        html.raw("<ul>");
        for (.., operation) in operations(document).filter(|(.., op)| op["tags"][0] == tag) {
            let id = operation["operationId"].as_str().unwrap_or("");
            html.open("li", &[])
                .element("a", &[("href", &format!("#{id}"))], &summary(operation, lang))
                .close("li");
        }
        html.raw("</ul>");
    }
    html.open("h2", &[]).element("a", &[("href", "#schemas")], &t("api-schemas")).close("h2").close("nav");
}

fn introduction(html: &mut Html, lang: Lang) {
    for part in [
        "intro",
        "intro-tokens",
        "intro-view",
        "intro-pages",
        "intro-changes",
        "intro-problems",
        "intro-privacy",
    ] {
        html.open("p", &[]).prose(&words::text(lang, &format!("api-{part}"))).close("p");
    }
}

fn summary(operation: &Value, lang: Lang) -> String {
    let id = operation["operationId"].as_str().unwrap_or("");
    let key = format!("api-op-{}", kebab(id));
    if words::has(lang, &key) {
        return words::text(lang, &key).into_owned();
    }
    operation["summary"].as_str().unwrap_or(id).to_owned()
}

/// `listProjects` as the key of a message: `list-projects`.
pub(crate) fn kebab(id: &str) -> String {
    let mut out = String::new();
    for c in id.chars() {
        if c.is_ascii_uppercase() {
            out.push('-');
        }
        out.push(if c == '_' { '-' } else { c.to_ascii_lowercase() });
    }
    out
}

fn show_operation(
    html: &mut Html,
    document: &Value,
    path: &str,
    method: &'static str,
    operation: &Value,
    lang: Lang,
) {
    let t = |key: &str| words::text(lang, key).into_owned();
    let id = operation["operationId"].as_str().unwrap_or("");
    let heading = format!("{id}-title");
    html.open("section", &[("id", id), ("aria-labelledby", &heading)]);
    html.open("h3", &[("id", &heading)]).text(&summary(operation, lang)).close("h3");
    html.open("p", &[]).element(
        "span",
        &[("class", if method == "get" { "method get" } else { "method post" })],
        method,
    );
    html.text(" ").element("code", &[], path).close("p");
    if lang.is_english()
        && let Some(description) = operation["description"].as_str()
    {
        html.open("p", &[]).prose(description).close("p");
    }
    html.element("p", &[("class", "soft")], &needs(id, lang));
    show_parameters(html, document, id, operation, lang);
    if let Some(schema) = operation["requestBody"]["content"]["application/json"].get("schema") {
        html.open("p", &[]).text(&t("api-body")).text(" ");
        show_type(html, schema, 0);
        html.close("p");
    }
    show_answers(html, document, id, operation, lang);
    html.element("h4", &[], &t("api-example"));
    html.open("pre", &[("tabindex", "0")]).element("code", &[], &curl(path, method, operation)).close("pre");
    html.close("section");
}

/// Who may call an operation, in words.
fn needs(id: &str, lang: Lang) -> String {
    let named = |actions: &[domain::policy::Action]| {
        let names: Vec<String> = actions
            .iter()
            .map(|action| {
                words::text(lang, &format!("action-{}", action.as_str().replace('_', "-"))).into_owned()
            })
            .collect();
        names.join(if lang.is_english() { ", " } else { "、" })
    };
    match access(id) {
        Some(Access::Open | Access::Read(domain::policy::Action::ReadPublic)) => {
            words::text(lang, "api-needs-nothing").into_owned()
        }
        Some(Access::Read(action)) if app::TokenScope::Read.admits(action) => {
            words::with(lang, "api-needs-reader", &[("actions", &named(&[action]))])
        }
        Some(Access::Read(action)) => words::with(lang, "api-needs-token", &[("actions", &named(&[action]))]),
        Some(Access::Write(actions)) => words::with(lang, "api-needs-token", &[("actions", &named(actions))]),
        None => words::text(lang, "api-needs-impossible").into_owned(),
    }
}

/// Follows a reference within the document.
fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    value["$ref"]
        .as_str()
        .and_then(|reference| document.pointer(reference.trim_start_matches('#')))
        .unwrap_or(value)
}

fn show_parameters(html: &mut Html, document: &Value, id: &str, operation: &Value, lang: Lang) {
    let t = |key: &str| words::text(lang, key).into_owned();
    let Some(parameters) = operation["parameters"].as_array().filter(|list| !list.is_empty()) else { return };
    let label = format!("{} {id}", t("api-parameters"));
    html.open("div", &[("class", "scroll"), ("tabindex", "0"), ("role", "region"), ("aria-label", &label)]);
    html.raw("<table>").element("caption", &[], &t("api-parameters")).raw("<thead><tr>");
    for head in ["api-name", "api-where", "api-type", "api-meaning"] {
        html.element("th", &[("scope", "col")], &t(head));
    }
    html.raw("</tr></thead><tbody>");
    for parameter in parameters.iter().map(|parameter| resolve(document, parameter)) {
        let name = parameter["name"].as_str().unwrap_or("");
        let place = parameter["in"].as_str().unwrap_or("query");
        html.raw("<tr>").open("th", &[("scope", "row")]).element("code", &[], name);
        if parameter["required"] == true {
            html.text(" *");
        }
        html.close("th");
        html.element("td", &[], &t(&format!("api-in-{place}"))).open("td", &[]);
        show_type(html, &parameter["schema"], 0);
        html.close("td").open("td", &[]);
        let key = format!("api-param-{}", name.to_lowercase().replace('_', "-"));
        if words::has(lang, &key) {
            html.prose(&t(&key));
        } else {
            html.prose(parameter["description"].as_str().unwrap_or(""));
        }
        html.close("td").raw("</tr>");
    }
    html.raw("</tbody></table></div>");
}

fn show_answers(html: &mut Html, document: &Value, id: &str, operation: &Value, lang: Lang) {
    let t = |key: &str| words::text(lang, key).into_owned();
    let label = format!("{} {id}", t("api-answers"));
    html.open("div", &[("class", "scroll"), ("tabindex", "0"), ("role", "region"), ("aria-label", &label)]);
    html.raw("<table>").element("caption", &[], &t("api-answers")).raw("<thead><tr>");
    for head in ["api-status", "api-meaning", "api-type"] {
        html.element("th", &[("scope", "col")], &t(head));
    }
    html.raw("</tr></thead><tbody>");
    for (status, answer) in operation["responses"].as_object().into_iter().flatten() {
        let answer = resolve(document, answer);
        html.raw("<tr>")
            .open("th", &[("scope", "row")])
            .element("code", &[], status)
            .close("th")
            .open("td", &[]);
        let problems: Vec<Kind> =
            Kind::ALL.into_iter().filter(|kind| kind.status().as_str() == status).collect();
        if problems.is_empty() {
            html.prose(&t(&format!("api-answer-{status}")));
        }
        for (at, kind) in problems.into_iter().enumerate() {
            if at > 0 {
                html.raw("<br>");
            }
            html.element("a", &[("href", &with_lang(&kind.page(), lang))], &word(lang, kind, "title"));
        }
        html.close("td").open("td", &[]);
        for (media, content) in answer["content"].as_object().into_iter().flatten() {
            html.element("code", &[], media).text(" ");
            show_type(html, &content["schema"], 0);
        }
        html.close("td").raw("</tr>");
    }
    html.raw("</tbody></table></div>");
}

/// How deep a type is spelt out in a line; what lies deeper has a name of its own.
const DEPTH_MOST: usize = 4;

/// A type in one line, with links to the schemas it names.
fn show_type(html: &mut Html, schema: &Value, depth: usize) {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap_or("");
        html.element("a", &[("href", &format!("#schema-{name}"))], name);
        return;
    }
    if depth >= DEPTH_MOST {
        html.text("…");
        return;
    }
    for several in ["oneOf", "anyOf", "allOf"] {
        if let Some(items) = schema[several].as_array() {
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    html.text(if several == "allOf" { " & " } else { " | " });
                }
                show_type(html, item, depth + 1);
            }
            return;
        }
    }
    if let Some(words) = schema["enum"].as_array() {
        for (at, word) in words.iter().enumerate() {
            if at > 0 {
                html.text(" | ");
            }
            html.element("code", &[], &word.as_str().map_or_else(|| word.to_string(), str::to_owned));
        }
        return;
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(name) => vec![name],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => vec![],
    };
    if types.contains(&"array") {
        html.text("[");
        show_type(html, &schema["items"], depth + 1);
        html.text("]");
        return;
    }
    if let Some(properties) = schema["properties"].as_object() {
        html.text("{ ");
        for (at, (name, property)) in properties.iter().enumerate() {
            if at > 0 {
                html.text(", ");
            }
            html.element("code", &[], name).text(": ");
            show_type(html, property, depth + 1);
        }
        html.text(" }");
        return;
    }
    let mut line = types.join(" | ");
    for bound in ["format", "minimum", "maximum", "minLength", "maxLength", "pattern", "default"] {
        if let Some(value) = schema.get(bound) {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            line = format!("{line} {bound}: {value}");
        }
    }
    html.text(line.trim());
}

fn show_schema(html: &mut Html, name: &str, schema: &Value, lang: Lang) {
    let t = |key: &str| words::text(lang, key).into_owned();
    html.element("h3", &[("id", &format!("schema-{name}"))], name);
    if lang.is_english()
        && let Some(about) = schema["description"].as_str()
    {
        html.element("p", &[], about);
    }
    let mut members: Vec<(&str, &Value, bool)> = Vec::new();
    let required = |schema: &Value, name: &str| {
        schema["required"].as_array().is_some_and(|list| list.iter().any(|held| held == name))
    };
    let all = schema["allOf"].as_array().map_or_else(|| vec![schema], |list| list.iter().collect());
    for part in all {
        for (member, property) in part["properties"].as_object().into_iter().flatten() {
            members.push((member, property, required(part, member)));
        }
    }
    let choices = schema["oneOf"].as_array();
    if members.is_empty() && choices.is_none() {
        html.open("p", &[]);
        show_type(html, schema, 0);
        html.close("p");
        return;
    }
    if let Some(choices) = choices {
        html.element("p", &[], &t("api-one-of")).raw("<ul>");
        for choice in choices {
            html.open("li", &[]);
            show_type(html, choice, 0);
            html.close("li");
        }
        html.raw("</ul>");
        return;
    }
    let label = format!("{} {name}", t("api-members"));
    html.open("div", &[("class", "scroll"), ("tabindex", "0"), ("role", "region"), ("aria-label", &label)]);
    html.raw("<table>").element("caption", &[], &t("api-members")).raw("<thead><tr>");
    for head in ["api-name", "api-type", "api-meaning"] {
        html.element("th", &[("scope", "col")], &t(head));
    }
    html.raw("</tr></thead><tbody>");
    for (member, property, required) in members {
        html.raw("<tr>").open("th", &[("scope", "row")]).element("code", &[], member);
        if required {
            html.text(" *");
        }
        html.close("th").open("td", &[]);
        show_type(html, property, 0);
        html.close("td").open("td", &[]);
        let key = format!("api-member-{}", kebab(member));
        if words::has(lang, &key) {
            html.prose(&t(&key));
        } else if lang.is_english() {
            html.prose(property["description"].as_str().unwrap_or(""));
        }
        html.close("td").raw("</tr>");
    }
    html.raw("</tbody></table></div>");
}

/// The call as one would type it.
fn curl(path: &str, method: &str, operation: &Value) -> String {
    let id = operation["operationId"].as_str().unwrap_or("");
    let mut out = String::from("curl");
    if method == "post" {
        out.push_str(" -X POST");
    }
    out.push_str(&format!(" 'http://127.0.0.1:8080{}{}'", address(path, id), example::query(id)));
    match access(id) {
        Some(Access::Write(_)) => out.push_str(" \\\n  -H 'Authorization: Bearer TOKEN'"),
        Some(Access::Read(action)) if action != domain::policy::Action::ReadPublic => {
            out.push_str(" \\\n  -H 'Authorization: Bearer TOKEN'");
        }
        _ => {}
    }
    if crate::document::is_conditional(id) {
        out.push_str(" \\\n  -H 'If-Match: \"v1842\"'");
    }
    if let Some(body) = example::body(id) {
        let body = serde_json::to_string_pretty(&body).unwrap_or_default();
        out.push_str(&format!(" \\\n  -H 'Content-Type: application/json' \\\n  -d '{body}'"));
    }
    out
}

/// An address with example values in its places.
pub(crate) fn address(path: &str, operation: &str) -> String {
    let mut out = String::new();
    for piece in path.split('/').skip(1) {
        let name = piece.strip_prefix('{').and_then(|piece| piece.strip_suffix('}'));
        out.push('/');
        out.push_str(name.map_or(piece, |name| example::place(operation, name)));
    }
    out
}
