//! The audit, and entries that are corrected from it.

use crate::site::{PLAN, site};
use crate::{PROJECT, SOURCE, project};

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_names_the_entry_and_both_stay() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let form = format!("{PROJECT}/edit/progress");
    let version = reader.get(&form).await.value("version");
    let saved = reader.post(&form, &[("version", &version), ("percent", "95"), SOURCE]).await;
    let seq = saved.is(303).location.rsplit('=').next().unwrap().to_owned();
    reader.get(&format!("/audit/{seq}")).await.is(200).says("Correct this entry").says("95");
    let correct = format!("/audit/{seq}/correct");
    let opened = reader.get(&correct).await;
    assert_eq!(opened.is(200).value("f0-percent"), "95");
    let version = opened.value("version");
    let typed = [
        ("version", version.as_str()),
        ("f0-part", ""),
        ("f0-percent", "59"),
        ("f0-withdraw", "no"),
        ("effective", "2026-11-25"),
        SOURCE,
    ];
    reader.post(&correct, &typed).await.is(422).says("id=\"reason-error\"");
    let mut wrong = typed.to_vec();
    wrong[2] = ("f0-percent", "590");
    wrong.push(("reason", "Digits swapped"));
    reader.post(&correct, &wrong).await.is(422).says("id=\"f0-percent-error\"");
    let mut right = typed.to_vec();
    right.push(("reason", "Digits swapped"));
    let done = reader.post(&correct, &right).await;
    let by = done.is(303).location.rsplit('=').next().unwrap().to_owned();
    reader.get(&format!("/audit/{seq}")).await.says(&format!("Corrected by entry {by}"));
    reader.get(&format!("/audit/{by}")).await.says(&format!("Corrects entry {seq}")).says("Digits swapped");
    assert_eq!(project(&site, "HT-EDU-003").await.percent().unwrap().1.to_string(), "59");
    reader.get(&correct).await.says("already corrected");
    // A second correction of the same entry is refused.
    let version = reader.get(&correct).await.value("version");
    right[0] = ("version", &version);
    reader.post(&correct, &right).await.is(422).says("already corrected");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_filters_and_pages() {
    let site = site();
    let reader = site.sign_in("auditor").await;
    let first = reader.get("/audit").await;
    first.is(200).says("Earlier entries");
    let project = reader.get("/audit?kind=project&code=HT-EDU-003").await;
    project.says("Entry");
    assert!(!project.body.contains("/projects/HT-EDU-004\""));
    reader.get("/audit?actor=nobody").await.says("No entries match");
    reader.get("/audit?from=yesterday").await.is(200).says("Write a day as year-month-day");
    // A day before the plan was on the books is told from a plan that never was.
    let early = reader.get(&format!("{PLAN}/units?as_of=2017-01-01")).await;
    let never = reader.get("/p/nowhere/units").await;
    assert!(early.status == 404 && never.status == 404 && early.body != never.body);
    reader.get("/audit/0").await.is(404);
    reader.get("/audit/abc").await.is(404);
    reader.get("/audit/1").await.is(200).says(&"0".repeat(64));
}
