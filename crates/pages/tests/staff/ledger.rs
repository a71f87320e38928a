//! Reports: where they come from, where they are issued, and their papers.

use crate::site::{PLAN, site};

#[tokio::test(flavor = "multi_thread")]
async fn a_report_comes_from_its_period_and_is_issued_on_its_own_page() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    // By hand it would have no numbers that could be issued.
    let choices = reader.get(&format!("{PLAN}/items/new")).await;
    assert!(!choices.is(200).body.contains("/items/new/report\""), "{}", choices.body);
    reader.get(&format!("{PLAN}/items/new/report")).await.is(403);
    let fields = [("series", "weekly"), ("from", "2026-11-16")];
    let drafted = reader.post(&format!("{PLAN}/reports"), &fields).await;
    let report = drafted.is(303).location.clone();
    assert_eq!(report, format!("{PLAN}/reports/REP-weekly-2026-W47"));
    reader.get(&report).await.is(200).says("name=\"section:summary\"");
    let item = report.replace("/reports/", "/items/");
    let page = reader.get(&item).await;
    page.is(200).says(&format!("href=\"{report}\""));
    assert!(!page.body.contains("step-issue"), "{}", page.body);
    let issue = reader.get(&format!("{item}/step-issue")).await;
    assert!(issue.status >= 400 && !issue.body.contains("<form method=\"post\""), "{}", issue.body);
    let version = reader.get(&report).await.value("version");
    reader.post(&report, &[("version", &version), ("issue", "1")]).await.is(303);
    let issued = reader.get(&report).await;
    assert!(!issued.is(200).body.contains("name=\"section:"), "{}", issued.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issued_report_comes_on_paper_for_staff_alone() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let report = format!("{PLAN}/reports/REP-weekly-2019-W10");
    for (file, begins) in [("docx", "PK"), ("xlsx", "PK"), ("pdf", "%PDF-")] {
        let path = format!("{report}/report.{file}");
        let paper = reader.get(&path).await;
        assert!(paper.is(200).bytes.starts_with(begins.as_bytes()), "{file}");
        let refused = site.sign_in("").await.get(&path).await;
        assert!(!refused.bytes.starts_with(begins.as_bytes()) && refused.status != 200, "{file}");
    }
    reader.get(&format!("{report}/report.odt")).await.is(404);
}
