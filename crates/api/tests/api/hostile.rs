//! Whatever is asked for, and however, is answered or refused with a reason.

use axum::body::Body;
use axum::http::{Method, Request};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::site::{Site, address, site};

/// All operations of the description: method, address, whether it takes a body.
fn operations() -> Vec<(Method, String, bool)> {
    let description = api::document();
    let mut out = Vec::new();
    for (path, methods) in description["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let Ok(verb) = method.to_uppercase().parse() else { continue };
            let Some(id) = operation["operationId"].as_str() else { continue };
            out.push((verb, address(path, id), operation.get("requestBody").is_some()));
        }
    }
    assert!(out.len() > 30, "{}", out.len());
    out
}

/// Parameters as they should be, as they should not, and as nobody would think of.
fn query() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "as_of",
        "known_at",
        "limit",
        "cursor",
        "sort",
        "phase",
        "sector",
        "late",
        "year",
        "kind",
        "code",
        "plan",
        "q",
        "actor",
        "recorded_from",
        "lang",
        "area",
        "text",
        "unit",
        "item",
        "light",
        "standing",
        "due_from",
        "projects",
        "series",
        "",
    ]);
    let value = prop_oneof![
        prop::sample::select(vec![
            "2019-08-14",
            "2019-08-14T10:00:00Z",
            "-999999-01-01",
            "9999-12-31",
            "0",
            "-1",
            "500",
            "501",
            "18446744073709551616",
            "c1.1.1.2019-08-14.0000000000000000",
            "-slip",
            "transport",
            "true",
            "project",
            "huitian-2018",
            "%00",
            "%ff",
            "%",
            "%E5%AD%A6",
            "a%26b",
            "+",
            "",
        ])
        .prop_map(str::to_owned),
        "[a-zA-Z0-9%._~+*'-]{0,40}",
    ];
    prop::collection::vec((name, value), 0..5).prop_map(|pairs| {
        pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
    })
}

/// Bodies near what is asked for, and far.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("1e999".to_owned()),
        Just("-1".to_owned()),
        Just("\"\"".to_owned()),
        Just("\"2019-08-14\"".to_owned()),
        Just("\"\\u0000\"".to_owned()),
        Just("\"\\ud800\"".to_owned()),
        Just("\"start\"".to_owned()),
        "\"[^\"\\\\\\p{C}]{0,12}\"",
    ];
    let key = prop::sample::select(vec![
        "facts",
        "effective",
        "source",
        "reason",
        "grade",
        "title",
        "code",
        "name",
        "zh",
        "en",
        "kind",
        "step",
        "date",
        "aspect",
        "part",
        "value",
        "membership",
        "progress",
        "milestone",
        "accept",
        "entry",
        "fact",
    ]);
    let json = leaf.prop_recursive(4, 24, 5, move |inner| {
        let pair = (key.clone(), inner.clone()).prop_map(|(key, value)| format!("\"{key}\":{value}"));
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(|list| format!("[{}]", list.join(","))),
            prop::collection::vec(pair, 0..5).prop_map(|pairs| format!("{{{}}}", pairs.join(","))),
        ]
    });
    prop_oneof![
        8 => json.prop_map(String::into_bytes),
        1 => (1usize..5_000).prop_map(|depth| "[".repeat(depth).into_bytes()),
        1 => prop::collection::vec(any::<u8>(), 0..60),
    ]
}

async fn ask(site: &Site, token: Option<&str>, method: Method, place: &str, body: Vec<u8>) -> u16 {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("/api/v1{place}"))
        .header("content-type", "application/json")
        .header("if-match", "\"1\"");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    // What is no address never arrives.
    let Ok(request) = request.body(Body::from(body)) else { return 400 };
    let answer = site.call(request).await;
    let status = answer.status.as_u16();
    if status >= 400 {
        assert_eq!(answer.header("content-type"), "application/problem+json", "{place}: {}", answer.text);
    }
    status
}

#[test]
fn any_question_and_any_change_is_answered_or_refused() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (site, token) = runtime.block_on(async {
        let site = site();
        let token = site.writer("task-force").await;
        (site, token)
    });
    let operations = operations();
    let seconds = std::env::var("HUITIAN_FUZZ_SECONDS").ok().and_then(|text| text.parse::<u32>().ok());
    // Some forty questions a second.
    let cases = seconds.map_or(150, |seconds| seconds.saturating_mul(40));
    let mut runner =
        TestRunner::new(ProptestConfig { cases, failure_persistence: None, ..Default::default() });
    let strategy = (prop::sample::select(operations), query(), body(), any::<bool>());
    let run = runner.run(&strategy, |((method, path, takes), query, body, signed_in)| {
        let place = if query.is_empty() { path } else { format!("{path}?{query}") };
        let token = signed_in.then_some(token.as_str());
        let body = if takes { body } else { Vec::new() };
        let status = runtime.block_on(ask(&site, token, method.clone(), &place, body));
        prop_assert!(status < 500, "{method} {place}: {status}");
        Ok(())
    });
    run.unwrap_or_else(|error| panic!("{error}"));
}
