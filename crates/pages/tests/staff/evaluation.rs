//! The report on a year.

use crate::site::{PLAN, site};

#[tokio::test(flavor = "multi_thread")]
async fn a_report_on_a_year_is_begun_written_and_issued() {
    let site = site();
    let begin = format!("{PLAN}/evaluation/years/2020/report");
    site.sign_in("community").await.post(&begin, &[]).await.is(403);
    let force = site.sign_in("task-force").await;
    force.get(&format!("{PLAN}/evaluation/years/2019")).await.is(200).says("No. 1").says("REP-2020-0001");
    force.post(&format!("{PLAN}/evaluation/years/1990/report"), &[]).await.is(404);
    let report = force.post(&begin, &[]).await.is(303).location.clone();
    assert_eq!(force.post(&begin, &[]).await.is(303).location, report, "a draft that is there goes on");
    let draft = force.get(&report).await;
    draft
        .is(200)
        .says("Figures as of 31 December 2020")
        .says("Promises")
        .says("Add the evaluation of a year");
    let version = draft.body.split("name=\"version\" value=\"").nth(1).unwrap();
    let version = version.split('"').next().unwrap().to_owned();
    let unwritten = force.post(&report, &[("version", &version), ("do", "issue")]).await;
    unwritten.is(422).says("Nothing is written yet");
    let public = site.sign_in("").await.get(&format!("{PLAN}/evaluation/years/2020")).await;
    assert!(!public.is(200).body.contains("/reports/"), "reports are for those who work on the plan");
}
