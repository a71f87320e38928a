//! The page of the description and the pages of problems.

use crate::site::{operations, site};

/// Elements that hold nothing.
const VOID: [&str; 4] = ["meta", "link", "br", "!DOCTYPE"];

/// Whether every element is closed in the order in which they were opened.
fn check_nesting(html: &str) {
    let mut open: Vec<String> = Vec::new();
    for piece in html.split('<').skip(1) {
        let tag = piece.split('>').next().unwrap();
        let name = tag.split_whitespace().next().unwrap();
        if let Some(name) = name.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "before {piece}");
        } else if !VOID.contains(&name) {
            open.push(name.to_owned());
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[tokio::test]
async fn the_page_lists_every_operation_in_both_languages_without_scripts() {
    let site = site();
    for (lang, tag, said) in [("zh", "zh-CN", "一个项目"), ("en", "en", "One project")] {
        let page = site.get(&format!("/docs?lang={lang}")).await.expect(200);
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(page.header("content-language"), tag);
        assert!(page.header("content-security-policy").contains("default-src 'none'"));
        assert!(page.text.contains(&format!("<html lang=\"{tag}\">")));
        assert!(page.text.contains(said));
        for foreign in ["<script", "style=", " onclick", "src=\"http", "[api-", "[problem-", "[action-"] {
            assert!(!page.text.contains(foreign), "{lang}: {foreign}");
        }
        check_nesting(&page.text);
        for (path, _, operation) in operations(&api::document()) {
            let id = operation["operationId"].as_str().unwrap();
            assert!(page.text.contains(&format!("id=\"{id}\"")), "{id}");
            assert!(page.text.contains(&format!("<code>{path}</code>")), "{path}");
        }
        // Every link within the page leads somewhere, and no two places share a name.
        let mut ids: Vec<&str> =
            page.text.split(" id=\"").skip(1).map(|p| p.split('"').next().unwrap()).collect();
        for link in page.text.split("href=\"#").skip(1) {
            let target = link.split('"').next().unwrap();
            assert!(ids.contains(&target), "{target}");
        }
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }
    let page = site.get_with("/docs", &[("accept-language", "en-GB,en;q=0.9")]).await.expect(200);
    assert_eq!(page.header("content-language"), "en");
    site.get("/docs?lang=fr").await.expect(400);
    let style = site.get("/docs.css").await.expect(200);
    assert!(style.header("content-type").starts_with("text/css"));
}

#[tokio::test]
async fn every_kind_of_problem_has_its_page() {
    let site = site();
    let list = site.get("/problems?lang=en").await.expect(200);
    check_nesting(&list.text);
    for kind in api::problem::Kind::ALL {
        assert!(list.text.contains(&format!("{}?lang=en", kind.page())));
        for lang in ["zh", "en"] {
            let page = site.get(&format!("/problems/{}?lang={lang}", kind.key())).await.expect(200);
            check_nesting(&page.text);
            assert!(page.text.contains(&kind.page()) && !page.text.contains("[problem-"));
        }
    }
    site.get("/problems/no-such").await.expect(404);
}

#[tokio::test]
async fn the_description_is_served() {
    let site = site();
    let answer = site.get("/openapi.json").await.expect(200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert!(answer.body == api::document());
}
