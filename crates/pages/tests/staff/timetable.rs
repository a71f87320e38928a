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

#[tokio::test(flavor = "multi_thread")]
async fn the_gantt_chart_shows_steps_links_and_an_earlier_timetable() {
    let site = site();
    let mut reader = site.sign_in("department").await;
    for lang in ["zh-CN", "en"] {
        reader.lang = lang;
        let bars = format!("{PLAN}/timetable/bars?as_of=2019-08-14");
        let projects = reader.get(&bars).await;
        projects.is(200).says("class=\"gantt-strip\"").says("class=\"today\"").says("class=\"flag short\"");
        assert_eq!(projects.missing_words(), Vec::<String>::new());
        let rows = |body: &str| body.matches("<li").count();
        let steps = reader.get(&format!("{bars}&level=steps&base=r1&zoom=weeks")).await;
        steps.is(200).says("class=\"tie drives\"").says("class=\"bar-base\"").says("class=\"lead\"");
        assert_eq!(steps.missing_words(), Vec::<String>::new());
        assert!(rows(&steps.body) > 8 * rows(&projects.body), "{}", rows(&steps.body));
        // Nobody needs to see the bars to know what they say.
        let said = if lang == "en" { "working days short" } else { "缺 " };
        steps.says(said);
        // Before the plan there is nothing to compare with: it is not offered, and said where it is asked for.
        assert!(!projects.body.contains("value=\"2018-08-14\""), "{}", projects.body);
        projects.says("value=\"2019-02-14\"");
        let missing = reader.get(&format!("{bars}&base=2018-08-14")).await;
        missing.is(200).says(if lang == "en" {
            "There is no timetable of that day"
        } else {
            "那一天还没有"
        });
        // One view and one page of the timetable are the ones that are looked at.
        let navs = |body: &str| {
            let navs = body.split("<nav class=\"days\"").skip(1).map(|nav| nav.split("</nav>").next());
            navs.map(|nav| nav.unwrap_or_default().matches("aria-current").count()).collect::<Vec<_>>()
        };
        assert_eq!(navs(&projects.body), [1]);
        assert_eq!(navs(&reader.get(&format!("{PLAN}/timetable")).await.body), [1, 1]);
        assert_eq!(navs(&reader.get(&format!("{PLAN}/timetable/changes")).await.body), [1]);
        // A project's own page draws the same picture, each row leading to its line below.
        let own = reader.get(&format!("{PLAN}/projects/HT-TRA-004/timetable?as_of=2019-08-14")).await;
        own.is(200).says("class=\"gantt-strip\"").says("href=\"#step-0\"").says("id=\"step-0\"");
        own.says("class=\"flag missed\"");
        // One project alone, on paper and as pictures.
        let one =
            format!("{PLAN}/timetable/bars.pdf?as_of=2019-08-14&q=HT-TRA-004&level=steps&base=2018-08-14");
        assert!(reader.get(&one).await.is(200).bytes.starts_with(b"%PDF-"));
        let archive = reader.get(&one.replace(".pdf", ".zip")).await;
        assert!(archive.is(200).bytes.starts_with(b"PK"));
    }
    for path in ["bars.pdf", "bars.zip", "roadmap", "work", "tasks.xlsx", "tasks.csv"] {
        site.sign_in("").await.get(&format!("{PLAN}/timetable/{path}")).await.is(303);
        reader.get(&format!("{PLAN}/timetable/{path}")).await.is(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_usual_duration_moves_every_project_of_its_kind() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let page = reader.get(&format!("{PLAN}/timetable/work")).await;
    page.is(200).says("record/usual_work?slot=usual_work");
    let form = format!("{PLAN}/record/usual_work");
    let slot = "usual_work/road/main_structure";
    let open = reader.get(&format!("{form}?slot={}", slot.replace('/', "%2F"))).await;
    open.is(200).says("main_structure");
    let version = open.value("version");
    let typed = |likely: &'static str, after: &'static str| {
        vec![
            ("version", version.clone()),
            ("slot", slot.to_owned()),
            ("kind", "road".to_owned()),
            ("step_code", "main_structure".to_owned()),
            ("low_days", "90".to_owned()),
            ("likely_days", likely.to_owned()),
            ("high_days", "2000".to_owned()),
            ("after_codes", after.to_owned()),
            ("source_unit", "bj-task-force".to_owned()),
        ]
    };
    let send = async |fields: Vec<(&str, String)>| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        reader.post(&form, &fields).await
    };
    // Numbers that fall, and steps that wait for each other.
    send(typed("20", "")).await.is(422).says("id=\"low_days-error\"");
    send(typed("100", "completion")).await.is(422).says("id=\"after_codes-error\"");
    // What it would move is shown first, with the limits kept: nothing is recorded before it is accepted.
    let shown = send(typed("1500", "")).await;
    shown.is(200).says("90/1500/2000").says("name=\"accepted\"").says("id=\"moved-title\"");
    assert!(!reader.get(&format!("{PLAN}/timetable/work")).await.body.contains("90 / 1500 / 2000"));
    let mut accepted = typed("1500", "");
    accepted.push(("accepted", "1".to_owned()));
    let saved = send(accepted).await;
    saved.is(303);
    let (path, query) = saved.location.split_once('?').unwrap();
    assert_eq!(path, format!("{PLAN}/timetable/work"));
    let told = reader.get(&format!("{path}?{query}")).await;
    told.is(200).says("90 / 1500 / 2000").says("What this change moved").says("/timetable\">");
    // With its ground, and the odds before and after.
    told.says("→ 90/1500/2000").says("% → <b>");
    // What others change afterwards is not this entry's doing.
    let moved = |body: &str| {
        let from = body.find("id=\"moved-now\"").expect("what moved");
        body[from..].split("</section>").next().unwrap_or_default().to_owned()
    };
    let other = format!("{PLAN}/projects/HT-HEA-003/edit/step_work");
    let version = reader.get(&other).await.value("version");
    let longer = [
        ("version", version.as_str()),
        ("step", "fit_out"),
        ("low_days", "900"),
        ("likely_days", "1000"),
        ("high_days", "1200"),
        ("source_unit", "bj-task-force"),
        ("accepted", "1"),
    ];
    reader.post(&other, &longer).await.is(303);
    assert_eq!(moved(&reader.get(&format!("{path}?{query}")).await.body), moved(&told.body));
    // The audit says which step of which kind it was.
    let entry = query.strip_prefix("saved=").and_then(|rest| rest.split('&').next()).expect("an entry");
    let audit = reader.get(&format!("/audit/{entry}")).await;
    audit.is(200).says("Main structure complete");
    assert!(!audit.body.contains(" main_structure"), "{}", audit.body);
    // The same address for somebody who looks at another entry's doing.
    reader.get(&format!("{path}?saved=1")).await.is(200);
    let department = site.sign_in("department").await;
    department.get(&form).await.is(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_that_would_never_end_is_left_out_and_told() {
    let site = site();
    let mut reader = site.sign_in("task-force").await;
    let project = format!("{PLAN}/projects/HT-TRA-004");
    // Here it is handed over before the trial; elsewhere after it.
    let form = format!("{project}/edit/step");
    let version = reader.get(&form).await.value("version");
    let later = [
        ("version", version.as_str()),
        ("step_code", "trial"),
        ("order", "145"),
        ("step_name_zh", "试运行"),
        ("source_unit", "bj-task-force"),
        ("accepted", "1"),
    ];
    reader.post(&form, &later).await.is(303);
    // The kind's own chain is in order with this; only the project's is not.
    let form = format!("{PLAN}/record/usual_work");
    let slot = "usual_work/road/handover";
    let version = reader.get(&format!("{form}?slot={}", slot.replace('/', "%2F"))).await.value("version");
    let usual = [
        ("version", version.as_str()),
        ("slot", slot),
        ("kind", "road"),
        ("step_code", "handover"),
        ("low_days", "5"),
        ("likely_days", "10"),
        ("high_days", "30"),
        ("after_codes", "trial"),
        ("source_unit", "bj-task-force"),
        ("accepted", "1"),
    ];
    reader.post(&form, &usual).await.is(303);
    for (lang, note, tag) in [
        ("zh-CN", "绕成了一圈。时间表没有计入这一等待", "1 处等待未计入"),
        ("en", "which itself waits for it, directly or by way of others", "1 wait left out"),
    ] {
        reader.lang = lang;
        reader.get(&format!("{project}/timetable")).await.is(200).says(note);
        let table = reader.get(&format!("{PLAN}/timetable")).await;
        table.is(200).says(tag);
        assert_eq!(table.body.matches(tag).count(), 1, "of the other projects nothing is left out");
        assert_eq!(table.missing_words(), Vec::<String>::new());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_working_calendar_is_checked_as_it_is_typed() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let form = format!("{PLAN}/record/work_calendar");
    let version = reader.get(&form).await.value("version");
    let mut typed = vec![
        ("version", version.as_str()),
        ("calendar_code", "school-terms"),
        ("name_zh", "寒暑假施工"),
        ("keeps_holidays", "no"),
        ("worked_days", "1 2 8"),
        ("closed_times", "02-25/07-05; 31-31/08-31"),
        ("source_unit", "bj-task-force"),
    ];
    let refused = reader.post(&form, &typed).await;
    refused.is(422).says("id=\"worked_days-error\"").says("id=\"closed_times-error\"");
    typed[4] = ("worked_days", "1234567");
    typed[5] = ("closed_times", "02-25/07-05; 09-01/01-15");
    // Nothing goes by it yet.
    reader.post(&form, &typed).await.is(200).says("No promise moves.").says("name=\"accepted\"");
    typed.push(("accepted", "1"));
    reader.post(&form, &typed).await.is(303);
    reader.get(&format!("{PLAN}/timetable/work")).await.is(200).says("02-25 – 07-05").says("school-terms");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timetable_goes_out_and_comes_in_again() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let form = format!("{PLAN}/projects/HT-HEA-003/edit/step_link");
    let version = reader.get(&form).await.value("version");
    let mut link = vec![
        ("version", version.as_str()),
        ("step", "in_use"),
        ("link_project", "HT-EDU-003"),
        ("before_step", "completion"),
        ("link_kind", "finish_to_start"),
        ("lag_days", "5"),
        ("link_held", "yes"),
        ("source_unit", "bj-task-force"),
    ];
    // What it would move is shown before it is accepted.
    reader.post(&form, &link).await.is(200).says("name=\"accepted\"");
    link.push(("accepted", "1"));
    let saved = reader.post(&form, &link).await;
    // One comes to where it is seen what the link moved.
    assert!(saved.is(303).location.starts_with(&format!("{PLAN}/projects/HT-HEA-003/timetable?saved=")));
    reader.get(&saved.location).await.is(200).says("id=\"moved-now\"");
    let file = reader.get(&format!("{PLAN}/timetable/mspdi.xml")).await;
    file.is(200);
    let bring = async |table: &str, name: &str, bytes: &[u8]| {
        let csrf = reader.csrf.clone();
        let parts: [(&str, &str, &[u8]); 3] =
            [("csrf", "", csrf.as_bytes()), ("table", "", table.as_bytes()), ("file", name, bytes)];
        reader.post_parts(&format!("{PLAN}/import"), &parts).await
    };
    // The timetable of the whole plan, in each of its forms, says nothing that is not on record.
    for name in ["mspdi.xml", "tasks.xlsx", "tasks.csv"] {
        let file = reader.get(&format!("{PLAN}/timetable/{name}")).await;
        for table in ["step_work", "step_links", "milestones"] {
            let answer = bring(table, name, &file.bytes).await;
            assert_eq!(answer.status, 303, "{name} {table}: {}", answer.body);
            let page = reader.get(&answer.location).await;
            page.is(200);
            assert!(page.body.contains("on record already"), "{name} {table}: {}", page.body);
            let drop = format!("{}/discard", answer.location);
            reader.post(&drop, &[]).await.is(303);
        }
    }
    // What was changed in it, and nothing else, is proposed: a promise is another day by now.
    let text = String::from_utf8(file.bytes.clone()).unwrap();
    let at = text.rfind("<Deadline>").unwrap() + "<Deadline>".len();
    let changed = format!("{}2031-12-31T17:00:00{}", &text[..at], &text[at + 19..]);
    let answer = bring("milestones", "plan.xml", changed.as_bytes()).await;
    let page = reader.get(&answer.is(303).location).await;
    // It is one row, and asks for the reason that the file does not have.
    page.is(200).says("One row needs mending").says("a reason is needed");
    // What is broken is told with its place, and nothing is kept.
    for (bytes, said) in [
        (&b"<Project xmlns=\"http://schemas.microsoft.com/project\"><Tasks>"[..], "Line 1"),
        (&b"<!DOCTYPE a [<!ENTITY b \"cc\">]><Project>&b;</Project>"[..], "DOCTYPE"),
        (&b"ERMHDR\t1\n%T\tTASK\n"[..], "cut off"),
    ] {
        bring("step_work", "plan.xml", bytes).await.is(422).says(said);
    }
    bring("projects", "plan.xml", &file.bytes).await.is(422).says("Work of steps");
}

/// Whether the box of a choice is there, and ticked.
fn ticked(body: &str, name: &str, value: &str) -> Option<bool> {
    let at = body.find(&format!("name=\"{name}\" value=\"{value}\""))?;
    Some(body[at..].split('>').next()?.ends_with(" checked"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_may_begin_at_once_does_so_after_its_days_were_edited() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let form = format!("{PLAN}/projects/HT-HEA-003/edit/step_work");
    let asked = format!("{form}?step=fit_out");
    // What is usual stands in the form of a project without a word of its own.
    let usual = reader.get(&asked).await;
    assert!(!usual.is(200).value("likely_days").is_empty());
    let version = usual.value("version");
    let mut typed = vec![
        ("version", version.as_str()),
        ("step", "fit_out"),
        ("low_days", "40"),
        ("likely_days", "60"),
        ("high_days", "90"),
        ("after_steps", "-"),
        ("source_unit", "bj-task-force"),
        ("accepted", "1"),
    ];
    // Nothing and something are not waited for at once.
    typed.push(("after_steps", "start"));
    reader.post(&form, &typed).await.is(422).says("id=\"after_steps-error\"");
    typed.pop();
    reader.post(&form, &typed).await.is(303);
    let held = async || {
        let plan = domain::code::Code::new("huitian-2018").unwrap();
        let portfolio = site.app.portfolio(&plan, app::read::Asked::default()).await.unwrap();
        let project = portfolio.project("HT-HEA-003").unwrap();
        project.work[&domain::code::Code::new("fit_out").unwrap()].clone()
    };
    assert_eq!(held().await.after, Some(Vec::new()));
    // The form shows it, and an edit of the days alone leaves it.
    let open = reader.get(&asked).await;
    assert_eq!(open.is(200).value("likely_days"), "60");
    assert_eq!(ticked(&open.body, "after_steps", "-"), Some(true));
    assert_eq!(ticked(&open.body, "after_steps", "start"), Some(false));
    let version = open.value("version");
    typed[0] = ("version", version.as_str());
    typed[3] = ("likely_days", "70");
    reader.post(&form, &typed).await.is(303);
    let now = held().await;
    assert_eq!((now.days.likely, now.after), (70, Some(Vec::new())));
    // The usual work of a kind says it in the same way.
    let usual = format!("{PLAN}/record/usual_work?slot=usual_work%2Froad%2Fmain_structure");
    let version = reader.get(&usual).await.value("version");
    let road = [
        ("version", version.as_str()),
        ("slot", "usual_work/road/main_structure"),
        ("kind", "road"),
        ("step_code", "main_structure"),
        ("low_days", "90"),
        ("likely_days", "100"),
        ("high_days", "200"),
        ("after_codes", "-"),
        ("source_unit", "bj-task-force"),
        ("accepted", "1"),
    ];
    reader.post(&format!("{PLAN}/record/usual_work"), &road).await.is(303);
    assert_eq!(reader.get(&usual).await.value("after_codes"), "-");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_about_an_item_leaves_the_timetable_and_moves_the_statement() {
    let site = site();
    let plan = domain::code::Code::new("huitian-2018").unwrap();
    let view = site.app.view(app::read::Asked::default()).await.unwrap();
    let held = async || site.app.timetable_dates(&plan, view).await.unwrap();
    let statement = async || site.app.statement_at(&plan, view).await.unwrap().1;
    let (first, told) = (held().await, statement().await);
    let give = async |subject: domain::subject::Subject, fact: domain::fact::Fact| {
        let change = app::Change {
            command: domain::command::Command::Record { subject, facts: vec![fact], expected: None },
            effective: None,
            source: domain::source::Source::default(),
            reason: "测试".to_owned(),
        };
        site.app.change(&app::Actor::operator(), change).await.unwrap();
    };
    let said = domain::item::ItemFact::Progress { text: "进展顺利".to_owned(), percent: None };
    let item = domain::code::Code::new("HT-DIR-005").unwrap();
    give(domain::subject::Subject::item(&plan, &item), said.into()).await;
    assert!(std::sync::Arc::ptr_eq(&first, &held().await), "a timetable made once more for an item's word");
    assert!(!std::sync::Arc::ptr_eq(&told, &statement().await), "a statement from before the item's word");
    // A project's word does move it.
    let name = domain::project::ProjectFact::Name(domain::named::Named::new("新名称", ""));
    let project = domain::code::Code::new("HT-HEA-003").unwrap();
    give(domain::subject::Subject::project(&plan, &project), name.into()).await;
    let now = held().await;
    assert!(!std::sync::Arc::ptr_eq(&first, &now));
    assert_eq!(now.portfolio.project("HT-HEA-003").unwrap().name.zh, "新名称");
}
