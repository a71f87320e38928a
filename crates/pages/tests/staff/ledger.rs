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
async fn papers_are_offered_on_the_page_of_the_thing_and_given_to_staff_alone() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    for (page, papers) in [
        ("/reports/REP-weekly-2019-W10", vec!["report.docx", "report.pdf", "report.xlsx"]),
        ("/reports/HT-SR-03", vec!["report.docx", "report.pdf", "report.xlsx"]),
        ("/items/HT-MD-08", vec!["pack.docx", "pack.pdf", "pack.xlsx", "minutes.docx", "minutes.pdf"]),
        ("/ledger?as_of=2019-08-14&kind=inspection", vec!["ledger.docx", "ledger.pdf", "ledger.xlsx"]),
        (
            "/projects?as_of=2019-08-14&sector=health",
            vec!["timetable.docx", "timetable.pdf", "timetable.xlsx"],
        ),
        ("/figures?as_of=2019-08-14", vec!["statement.docx", "statement.pdf", "statement.xlsx"]),
    ] {
        let shown = reader.get(&format!("{PLAN}{page}")).await;
        let links: Vec<String> = shown
            .is(200)
            .body
            .split("href=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .filter(|link| link.contains("/papers/"))
            .map(|link| link.replace("&#38;", "&").replace("&amp;", "&"))
            .collect();
        let names: Vec<&str> =
            links.iter().filter_map(|link| link.split('?').next()?.rsplit('/').next()).collect();
        assert_eq!(names, papers, "{page}");
        for link in &links {
            let begins = if link.contains(".pdf") { "%PDF-" } else { "PK" };
            let paper = reader.get(link).await;
            assert!(paper.is(200).bytes.starts_with(begins.as_bytes()), "{link}");
            let refused = site.sign_in("").await.get(link).await;
            assert!(!refused.bytes.starts_with(begins.as_bytes()) && refused.status != 200, "{link}");
        }
        // Who only reads is offered none.
        let public = site.sign_in("").await.get(&format!("{PLAN}{page}")).await;
        assert!(!public.body.contains("/papers/"), "{page}");
    }
    for none in
        ["REP-weekly-2019-W10/report.odt", "HT-DIR-005/report.pdf", "HT-MD-08/slip.pdf", "nothing.pdf"]
    {
        reader.get(&format!("{PLAN}/papers/{none}")).await.is(404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_special_report_is_begun_written_filled_and_issued_on_the_web() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let begin = format!("{PLAN}/reports/new");
    reader.get(&format!("{PLAN}/reports")).await.is(200).says(&format!("href=\"{begin}\""));
    reader.get(&begin).await.is(200).says("name=\"about\"");
    let mut fields =
        vec![("series", "special"), ("name_zh", ""), ("from", "2019-08-01"), ("to", "2019-08-14")];
    reader.post(&begin, &fields).await.is(422).says("name_zh-error");
    fields[1].1 = "关于停车秩序的专报";
    fields.push(("about", "HT-DIR-999"));
    reader.post(&begin, &fields).await.is(422).says("about-error");
    fields.last_mut().unwrap().1 = "HT-DIR-005";
    let report = reader.post(&begin, &fields).await.is(303).location.clone();
    let drafted = reader.get(&report).await;
    drafted.is(200).says("name=\"text_zh-4\"").says("2019-08-14");
    assert_eq!(drafted.missing_words(), Vec::<String>::new());

    // A table with what was written meanwhile.
    let version = drafted.value("version");
    let table = [
        ("version", version.as_str()),
        ("study_day", "2019-08-14"),
        ("text_zh-1", "现场核实。\r\n共三处。"),
        ("do", "add-exhibit"),
        ("part", "1"),
        ("exhibit_zh", "督查问题按主责单位统计"),
        ("show", "units"),
        ("kind", "finding"),
        ("standing", "all"),
    ];
    reader.post(&report, &table).await.is(303);
    let filled = reader.get(&report).await;
    filled.is(200).says("督查问题按主责单位统计").says("value=\"remove-exhibit:1:1\"");
    filled.says("<table class=\"counts\">").says("ledger?kind=finding");
    let version = filled.value("version");
    // Nothing typed is lost when it cannot be kept.
    let nameless = [("version", version.as_str()), ("title_zh-1", ""), ("text_zh-2", "原因"), ("do", "save")];
    reader.post(&report, &nameless).await.is(422).says("原因</textarea>");
    let stale = [("version", "1"), ("text_zh-2", "原因"), ("do", "save")];
    reader.post(&report, &stale).await.is(409);
    // Others may not, whatever they send.
    let stranger = site.sign_in("department").await;
    stranger.post(&report, &[("version", version.as_str()), ("do", "issue")]).await.is(403);
    stranger.get(&begin).await.is(403);

    let issue = [("version", version.as_str()), ("text_zh-2", "责任不清。"), ("do", "issue")];
    reader.post(&report, &issue).await.is(303);
    let issued = reader.get(&report).await;
    issued.is(200).says("责任不清。").says("共三处。").says("<code>");
    assert!(!issued.body.contains("<textarea"), "frozen");
    issued.says("No. 18");
    let mut chinese = site.sign_in("task-force").await;
    chinese.lang = "zh-CN";
    let read = chinese.get(&report).await;
    assert_eq!(read.is(200).missing_words(), Vec::<String>::new());
    read.says("第 18 期");
    // It stands among its series, and its item leads to it.
    reader.get(&format!("{PLAN}/reports")).await.is(200).says(&format!("href=\"{report}\""));
    reader.get(&report.replace("/reports/", "/items/")).await.is(200).says(&format!("href=\"{report}\""));
}
