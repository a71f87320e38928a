//! The addresses the program answers, as its source says.

use std::path::Path;

use anyhow::Context;
use serde_json::Value;

/// Every path that `crates/pages` answers to GET.
pub fn of_pages() -> anyhow::Result<Vec<String>> {
    let mut out = Vec::new();
    read_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/pages/src"), &mut out)?;
    out.sort();
    anyhow::ensure!(out.len() > 30, "only {} addresses found: are routes made in another way?", out.len());
    Ok(out)
}

fn read_folder(folder: &Path, out: &mut Vec<String>) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            read_folder(&path, out)?;
        } else {
            let text = std::fs::read_to_string(&path)?;
            read(&text, out).with_context(|| path.display().to_string())?;
        }
    }
    Ok(())
}

/// Takes the paths out of `.route("/path", get(…).post(…))`; any other way to add one is a failure,
/// for a page would slip through.
fn read(source: &str, out: &mut Vec<String>) -> anyhow::Result<()> {
    for other in [".nest(", ".route_service(", ".nest_service("] {
        anyhow::ensure!(!source.contains(other), "{other} hides addresses from the tests of all pages");
    }
    for call in source.split(".route(").skip(1) {
        let rest = call.trim_start().strip_prefix('"').context("a path that is no plain text")?;
        let (path, rest) = rest.split_once('"').context("a path without end")?;
        let mut depth = 1;
        let end = rest.find(|c| {
            depth += i32::from(c == '(') - i32::from(c == ')');
            depth == 0
        });
        let handlers = &rest[..end.context("a route without end")?];
        anyhow::ensure!(handlers.contains("get(") || handlers.contains("post("), "{path}: {handlers}");
        if handlers.contains("get(") {
            out.push(path.to_owned());
        }
    }
    Ok(())
}

/// Every path of the API that is answered with a page for people, as its description says.
pub fn of_api_pages(description: &Value) -> Vec<String> {
    let paths = description["paths"].as_object().into_iter().flatten();
    paths
        .filter(|(_, path)| path["get"]["responses"]["200"]["content"].get("text/html").is_some())
        .map(|(path, _)| if path.starts_with("/api") { path.clone() } else { format!("/api/v1{path}") })
        .collect()
}

/// Which route answers an address: the one with the fewest gaps, from the left.
pub fn answering<'a>(routes: &'a [String], address: &str) -> Option<&'a str> {
    let path = address.split('?').next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').collect();
    let fits = |route: &&String| {
        let wanted: Vec<&str> = route.split('/').collect();
        wanted.len() == parts.len() && wanted.iter().zip(&parts).all(|(w, p)| w.starts_with('{') || w == p)
    };
    let gaps =
        |route: &&String| -> Vec<bool> { route.split('/').map(|part| part.starts_with('{')).collect() };
    routes.iter().filter(fits).min_by_key(gaps).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_read_from_the_source_and_found_again() {
        let source = r#"Router::new().route("/", get(|| async { x() })).route("/a/{b}",
            get(show).post(save)).route( "/a/new", get(new)).route("/a/{b}/gone", post(gone))"#;
        let mut out = Vec::new();
        read(source, &mut out).unwrap();
        assert_eq!(out, ["/", "/a/{b}", "/a/new"]);
        assert_eq!(answering(&out, "/a/new?x=1"), Some("/a/new"));
        assert_eq!(answering(&out, "/a/old"), Some("/a/{b}"));
        assert_eq!(answering(&out, "/a/old/gone"), None);
        assert!(read("r.nest(\"/x\", other())", &mut out).is_err());
        assert!(read("r.route(PATH, get(x))", &mut out).is_err());
    }
}
