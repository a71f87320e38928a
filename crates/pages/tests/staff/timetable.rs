//! The timetable: who sees it, what moves it, and what is refused.

use crate::site::{PLAN, site};

#[tokio::test(flavor = "multi_thread")]
async fn a_longer_step_moves_the_finish_and_is_taken_back() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let project = format!("{PLAN}/projects/HT-HEA-003");
    let timetable = format!("{project}/timetable");
    let finish = |body: &str| {
        let after = body.split("<dd class=\"date\">").nth(2).unwrap_or_default();
        after.split("</dd>").next().unwrap_or_default().to_owned()
    };
    let before = reader.get(&timetable).await;
    let usual = finish(&before.is(200).body);
    assert!(!usual.is_empty());
    let form = format!("{project}/edit/step_work");
    let version = reader.get(&format!("{form}?step=fit_out")).await.value("version");
    let typed = [
        ("version", version.as_str()),
        ("step", "fit_out"),
        ("low_days", "900"),
        ("likely_days", "1000"),
        ("high_days", "900"),
        ("source_unit", "bj-task-force"),
    ];
    // Numbers that fall are no estimate.
    let refused = reader.post(&form, &typed).await;
    refused.is(422).says("id=\"low_days-error\"");
    let mut typed = typed.to_vec();
    typed[4] = ("high_days", "1200");
    // What it would move is shown, with its ground, before anything is recorded.
    let shown = reader.post(&form, &typed).await;
    shown.is(200).says("→ 900/1000/1200").says("name=\"accepted\"");
    assert_eq!(finish(&reader.get(&timetable).await.body), usual);
    typed.push(("accepted", "1"));
    reader.post(&form, &typed).await.is(303);
    let longer = reader.get(&timetable).await;
    longer.is(200).says("900 / 1000 / 1200");
    assert_ne!(finish(&longer.body), usual);
    // A circle would never end.
    let link = format!("{project}/edit/step_link");
    let version = reader.get(&link).await.value("version");
    let circle = [
        ("version", version.as_str()),
        ("step", "start"),
        ("before_step", "completion"),
        ("link_kind", "finish_to_start"),
        ("link_held", "yes"),
        ("source_unit", "bj-task-force"),
    ];
    reader.post(&link, &circle).await.is(422).says("id=\"before_step-error\"");
    // Back to what is usual.
    let version = reader.get(&form).await.value("version");
    let back = [
        ("version", version.as_str()),
        ("step", "fit_out"),
        ("source_unit", "bj-task-force"),
        ("accepted", "1"),
    ];
    reader.post(&form, &back).await.is(303);
    assert_eq!(finish(&reader.get(&timetable).await.body), usual);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_timetable_is_for_those_who_work_on_the_plan() {
    let site = site();
    let reader = site.sign_in("department").await;
    reader.get(&format!("{PLAN}/timetable")).await.is(200);
    reader.get(&format!("{PLAN}/projects/NO-SUCH/timetable")).await.is(404);
    let file = reader.get(&format!("{PLAN}/timetable/mspdi.xml?as_of=2019-08-14")).await;
    file.is(200).says("<Deadline>2019-12-31T17:00:00</Deadline>");
    assert!(!file.body.contains("<Deadline>2049"), "a deadline nobody promised");
    for path in [
        "timetable",
        "timetable/bars",
        "timetable/board",
        "timetable/mspdi.xml",
        "projects/HT-TRA-004/timetable",
    ] {
        site.sign_in("").await.get(&format!("{PLAN}/{path}")).await.is(303);
    }
}
