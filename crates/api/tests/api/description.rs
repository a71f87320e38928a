//! The description: checked in, complete, and true to the table of operations.

use std::collections::BTreeSet;

use serde_json::Value;
use words::Lang;

use crate::site::operations;

#[test]
fn the_description_that_is_checked_in_is_the_one_that_is_served() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
    let held: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert!(
        held == api::document(),
        "docs/openapi.json is not what the code says: run `cargo run -p api --example openapi`"
    );
}

#[test]
fn every_operation_is_in_the_table_and_every_row_is_an_operation() {
    let described: BTreeSet<String> = operations(&api::document())
        .iter()
        .map(|(.., operation)| operation["operationId"].as_str().unwrap().to_owned())
        .collect();
    let listed: BTreeSet<String> = api::access::TABLE.iter().map(|(id, _)| (*id).to_owned()).collect();
    assert_eq!(described, listed);
    assert_eq!(listed.len(), api::access::TABLE.len(), "a row stands twice");
}

#[test]
fn every_operation_says_what_can_go_wrong() {
    let document = api::document();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    for (path, method, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap();
        let answers = operation["responses"].as_object().unwrap();
        let mut wanted = vec!["400", "429", "500"];
        if operation["security"].as_array().unwrap().iter().any(|way| way.get("token").is_some()) {
            wanted.extend(["401", "403", "503"]);
        }
        if path.contains('{') {
            wanted.push("404");
        }
        if method == "post" {
            wanted.extend(["409", "413", "415", "422", "507"]);
            assert!(operation["requestBody"]["content"]["application/json"]["example"].is_object(), "{id}");
        }
        if method == "post" && path.contains('{') && !id.starts_with("register") {
            wanted.extend(["412", "428"]);
            let conditions = operation["parameters"].to_string();
            assert!(conditions.contains("IfMatch"), "{id}");
        }
        for status in wanted {
            assert!(answers.contains_key(status), "{id} does not document {status}");
        }
        for (status, answer) in answers.iter().filter(|(status, _)| status.as_str() >= "400") {
            let answer = resolve(&document, answer);
            assert!(answer["content"]["application/problem+json"].is_object(), "{id} {status}");
        }
    }
}

fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap(),
        None => value,
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn walk(document: &Value, value: &Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| walk(document, item)),
            Value::Object(members) => {
                if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                    let place = reference.strip_prefix('#').unwrap();
                    assert!(document.pointer(place).is_some(), "{reference}");
                }
                members.values().for_each(|member| walk(document, member));
            }
            _ => {}
        }
    }
    let document = api::document();
    walk(&document, &document);
}

#[test]
fn bodies_take_no_stray_members_and_answers_leave_none_out() {
    let document = api::document();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        let Some(properties) = schema["properties"].as_object() else { continue };
        let closed = schema["additionalProperties"] == false;
        let required = schema["required"].as_array().map_or(0, Vec::len);
        assert!(closed || required == properties.len(), "{name}");
    }
}

#[test]
fn everything_is_said_in_both_languages() {
    let document = api::document();
    let mut keys = Vec::new();
    for (.., operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap();
        let kebab: String = id
            .chars()
            .flat_map(|c| if c.is_ascii_uppercase() { vec!['-', c.to_ascii_lowercase()] } else { vec![c] })
            .collect();
        keys.push(format!("api-op-{kebab}"));
        keys.push(format!("api-tag-name-{}", operation["tags"][0].as_str().unwrap()));
        for parameter in operation["parameters"].as_array().unwrap() {
            let name = resolve(&document, parameter)["name"].as_str().unwrap();
            keys.push(format!("api-param-{}", name.to_lowercase().replace('_', "-")));
        }
    }
    for kind in api::problem::Kind::ALL {
        keys.extend(["title", "detail", "about"].map(|part| format!("problem-{}-{part}", kind.key())));
    }
    for key in keys {
        for lang in Lang::ALL {
            assert!(words::has(lang, &key), "{key} is not said in {}", lang.tag());
        }
    }
}
