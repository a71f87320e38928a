//! Importing tables by the pages: tried first, all or nothing, for those who may, whatever is brought.

use std::io::Write;

use app::import::Profile;
use domain::milestone::step;

use crate::project;
use crate::site::{Answer, PLAN, Reader, Site, head, site};

fn import() -> String {
    format!("{PLAN}/import")
}

async fn bring(reader: &Reader<'_>, table: &str, name: &str, bytes: &[u8]) -> Answer {
    let csrf = reader.csrf.clone();
    let parts: [(&str, &str, &[u8]); 3] =
        [("csrf", "", csrf.as_bytes()), ("table", "", table.as_bytes()), ("file", name, bytes)];
    reader.post_parts(&import(), &parts).await
}

/// Brings a file that can be read, and opens the page it leads to.
async fn brought(reader: &Reader<'_>, table: &str, text: &str) -> (String, Answer) {
    let answer = bring(reader, table, "ledger.csv", text.as_bytes()).await;
    answer.is(303);
    assert!(answer.location.starts_with(&format!("{}/", import())), "{}", answer.location);
    let page = reader.get(&answer.location).await;
    (answer.location, page)
}

async fn confirm(reader: &Reader<'_>, address: &str, page: &Answer) -> Answer {
    let told = ["new", "changed", "unchanged"].map(|name| (name, page.value(name)));
    let told: Vec<(&str, &str)> = told.iter().map(|(name, value)| (*name, value.as_str())).collect();
    reader.post(address, &told).await
}

const FORECASTS: &str = "project,step,aspect,date,source_title\n\
    HT-EDU-003,completion,forecast,2031-05,台账\n\
    HT-EDU-004,completion,forecast,2031-06,台账\n";

async fn forecast(site: &Site, code: &str) -> Option<String> {
    project(site, code).await.track(step::COMPLETION)?.forecast.map(|date| date.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_tried_then_imported_once() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    reader.get(&import()).await.is(200).says("enctype=\"multipart/form-data\"").says("projects.xlsx");
    let before = head(&site);
    let (address, page) = brought(&reader, "milestones", FORECASTS).await;
    page.is(200).says("No mistakes found").says("ledger.csv").says("May 2031").says("Import 2 rows");
    assert_eq!(page.missing_words(), Vec::<String>::new());
    assert_eq!(head(&site), before, "trying writes nothing");

    confirm(&reader, &address, &page).await.is(303);
    let done = reader.get(&address).await;
    done.is(200).says("2 entries were written").says("audit?actor=task-force");
    assert_eq!(head(&site), before + 2);
    let audit = done.body.split("href=\"").find(|link| link.contains("/audit?actor=")).unwrap();
    let audit = audit.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
    reader.get(&audit).await.is(200).says(&format!("/audit/{}\"", before + 2));
    // Sent again, from a second window: the same outcome, nothing written.
    confirm(&reader, &address, &page).await.is(303);
    reader.get(&format!("{address}/columns")).await.is(303);
    assert_eq!(head(&site), before + 2);

    let (_, again) = brought(&reader, "milestones", FORECASTS).await;
    again.says("on record already");
    assert!(!again.body.contains("name=\"unchanged\""), "there is nothing to confirm");
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_are_listed_with_row_column_and_cure_and_nothing_is_written() {
    let site = site();
    let mut reader = site.sign_in("task-force").await;
    let before = head(&site);
    let text = "项目编号,环节,口径,日期\nHT-EDU-003,完工,预测,2031-05\n\
                HT-NO-999,完工,预测,2031-05\nHT-EDU-003,开工,预测,<b>soon</b>\n";
    let (address, page) = brought(&reader, "milestones", text).await;
    page.is(200).says("2 rows need").says("id=\"row-3\"").says("id=\"row-4\"").says("HT-NO-999");
    page.says("&#60;b&#62;soon").says("Not a date").says("Upload again");
    assert!(!page.body.contains("name=\"new\""), "no way to confirm");
    let refused = reader.post(&address, &[("new", "0"), ("changed", "1"), ("unchanged", "0")]).await;
    refused.is(303);
    assert_eq!(head(&site), before);

    let list = reader.get(&format!("{address}/mistakes.csv")).await;
    list.is(200).says("HT-NO-999").says("soon");
    let marked = reader.get(&format!("{address}/annotated.xlsx")).await;
    assert!(marked.bytes.starts_with(b"PK"));
    assert_eq!(reader.get(&format!("{address}/annotated.json")).await.status, 404);
    assert_eq!(reader.get(&format!("{address}/secrets.csv")).await.status, 404);

    reader.lang = "zh-CN";
    reader.get(&address).await.says("有 2 行需要修改").says("不是日期");
    reader.post(&format!("{address}/discard"), &[]).await.is(303);
    reader.get(&address).await.is(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_that_are_not_recognised_are_chosen_and_remembered() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let text = "2026年台账,,,\n甲,乙,丙,丁\nHT-EDU-003,完工,2031-07,x\n";
    let (address, page) = brought(&reader, "milestones", text).await;
    page.is(303);
    let columns = reader.get(&page.location).await;
    columns.is(422).says("Which column is which").says("2026年台账").says("lack");
    let form = format!("{address}/columns");
    let moved =
        reader.post(&form, &[("laid_out_by", &columns.value("laid_out_by")), ("header_row", "2")]).await;
    moved.is(303);
    let columns = reader.get(&form).await;
    columns.says("A “甲”, such as “HT-EDU-003”");
    let laid_out_by = columns.value("laid_out_by");
    let chosen = [
        ("laid_out_by", laid_out_by.as_str()),
        ("header_row", "2"),
        ("column-project", "甲"),
        ("column-step", "乙"),
        ("column-date", "丙"),
    ];
    // The kind of date is neither in the file nor said.
    reader.post(&form, &chosen).await.is(422).says("column-aspect-error");
    let twice = [&chosen[..], &[("column-aspect", "甲")]].concat();
    reader.post(&form, &twice).await.is(422).says("taken for another field").says("value=\"2\"");
    let forged = [&chosen[..], &[("column-aspect", "戊")]].concat();
    reader.post(&form, &forged).await.is(422);
    let with_aspect = text.replace(",x\n", ",预测\n");
    let (address, _) = brought(&reader, "milestones", &with_aspect).await;
    let form = format!("{address}/columns");
    reader.post(&form, &[("laid_out_by", "1:"), ("header_row", "2")]).await.is(303);
    let all = [&chosen[..], &[("column-aspect", "丁"), ("constant-grade", "reported")]].concat();
    reader.post(&form, &all).await.is(303);
    let page = reader.get(&address).await;
    page.is(200).says("No mistakes found").says("July 2031");

    let saved = reader.get(&format!("{address}/profile.toml")).await;
    let profile = Profile::parse(&saved.body).unwrap();
    assert_eq!(profile.table.as_deref(), Some("milestones"));
    assert_eq!((profile.header_row, profile.columns["丙"].as_str()), (Some(2), "date"));
    assert_eq!(profile.constants["grade"], "reported");
    let csrf = reader.csrf.clone();
    let parts: [(&str, &str, &[u8]); 4] = [
        ("csrf", "", csrf.as_bytes()),
        ("table", "", b""),
        ("file", "next.csv", with_aspect.as_bytes()),
        ("profile", "profile.toml", saved.body.as_bytes()),
    ];
    let next = reader.post_parts(&import(), &parts).await;
    reader.get(&next.location).await.is(200).says("No mistakes found");
    confirm(&reader, &address, &page).await.is(303);
    assert_eq!(forecast(&site, "HT-EDU-003").await.as_deref(), Some("2031-07"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_its_owners_and_nobody_elses() {
    let site = site();
    let (owner, other) = (site.sign_in("task-force").await, site.sign_in("district").await);
    let (address, page) = brought(&owner, "milestones", FORECASTS).await;
    let before = head(&site);
    for path in ["", "/columns", "/mistakes.csv", "/profile.toml"] {
        other.get(&format!("{address}{path}")).await.is(404);
        let elsewhere = address.replace("huitian-2018", "huitian-2021");
        owner.get(&format!("{elsewhere}{path}")).await.is(404);
    }
    confirm(&other, &address, &page).await.is(404);
    other.post(&format!("{address}/discard"), &[]).await.is(404);
    other.post(&format!("{address}/columns"), &[("header_row", "1")]).await.is(404);
    for id in ["0", "../audit", &"0".repeat(32), "%00"] {
        let answer = owner.get(&format!("{}/{id}", import())).await;
        assert!([404, 400].contains(&answer.status), "{id}: {}", answer.status);
    }
    assert_eq!(head(&site), before);
    owner.get(&address).await.is(200);

    // Whoever may not import is told why; whoever is nobody is asked to sign in.
    for person in ["department", "subdistrict", "community", "supervision", "leader", "auditor", "admin"] {
        let reader = site.sign_in(person).await;
        reader.get(&import()).await.is(403);
        bring(&reader, "milestones", "a.csv", FORECASTS.as_bytes()).await.is(403);
    }
    let nobody = site.sign_in("").await;
    let answer = nobody.get(&import()).await;
    assert!(answer.location.starts_with("/sign-in?back="), "{answer:?}");
    let answer = bring(&nobody, "milestones", "a.csv", FORECASTS.as_bytes()).await;
    assert!(answer.location.starts_with("/sign-in"), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ends_between_loses_nothing() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let (address, page) = brought(&reader, "milestones", FORECASTS).await;
    let before = head(&site);
    reader.post("/sign-out", &[]).await.is(303);
    let answer = confirm(&reader, &address, &page).await;
    assert!(answer.location.starts_with("/sign-in"), "{answer:?}");
    assert_eq!(head(&site), before);
    let again = site.sign_in("task-force").await;
    let page = again.get(&address).await;
    // The old session's form secret is worth nothing in the new one.
    again.post_as_is(&address, &[("csrf", &reader.csrf), ("new", "0")]).await.is(403);
    confirm(&again, &address, &page).await.is(303);
    assert_eq!(head(&site), before + 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_row_passes_the_policy() {
    let site = site();
    let reader = site.sign_in("district").await;
    let before = head(&site);
    // A promise is not the district's to move; a forecast is.
    let (address, page) =
        brought(&reader, "milestones", &FORECASTS.replace("4,completion,forecast", "4,completion,promised"))
            .await;
    page.is(200).says("One row needs").says("id=\"row-3\"");
    reader.post(&address, &[("new", "0"), ("changed", "2"), ("unchanged", "0")]).await.is(303);
    assert_eq!(head(&site), before, "all or nothing");
    let (address, page) = brought(&reader, "milestones", FORECASTS).await;
    confirm(&reader, &address, &page).await.is(303);
    assert_eq!(head(&site), before + 2);
    // Areas and units are not the district's either: they are not offered.
    let offered = reader.get(&import()).await;
    assert!(!offered.body.contains("value=\"units\""));
    bring(&reader, "units", "u.csv", b"code,name_zh\nx,y\n").await.is(422).says("table-error");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_meanwhile_is_shown_before_it_is_imported() {
    let site = site();
    let (slow, quick) = (site.sign_in("task-force").await, site.sign_in("district").await);
    let (address, page) = brought(&slow, "milestones", FORECASTS).await;
    let one = FORECASTS.lines().take(2).collect::<Vec<_>>().join("\n");
    let (other, theirs) = brought(&quick, "milestones", &one).await;
    confirm(&quick, &other, &theirs).await.is(303);
    let before = head(&site);
    let answer = confirm(&slow, &address, &page).await;
    assert!(answer.location.ends_with("?overtaken=1"), "{answer:?}");
    assert_eq!(head(&site), before);
    let now = slow.get(&answer.location).await;
    now.says("Others updated records").says("name=\"unchanged\" value=\"1\"");
    confirm(&slow, &address, &now).await.is(303);
    assert_eq!(head(&site), before + 1);
}

fn zip(name: &str, content: &[u8]) -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    let mut zip = zip::ZipWriter::new(&mut out);
    zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(content).unwrap();
    zip.finish().unwrap();
    out.into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_cannot_be_read_is_named_in_the_readers_language() {
    let site = site();
    let mut reader = site.sign_in("task-force").await;
    let bomb = zip("xl/workbook.xml", &vec![b' '; 80 << 20]);
    assert!(bomb.len() < 1 << 20);
    let old = [&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1][..], &[0; 600]].concat();
    let broken = [FORECASTS.as_bytes(), "天通苑".repeat(9).as_bytes(), &[0xff, 0xfe, 0x80], b"\n"].concat();
    let image = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    let rows = format!("project,step\n{}", "HT-EDU-003,start\n".repeat(20_001));
    let cases: [(&str, Vec<u8>, &str, &str); 8] = [
        ("empty.csv", Vec::new(), "The file is empty", "文件是空的"),
        ("blank.csv", b"\n\n,,\n".to_vec(), "The file is empty", "文件是空的"),
        ("bomb.xlsx", bomb, "packed more than", "压缩比"),
        ("not.xlsx", zip("a.txt", b"hello"), "cannot be opened", "打不开"),
        ("old.xls", old, "old workbook", "旧格式"),
        ("broken.csv", broken, "Broken text in line", "编码已损坏"),
        ("image.csv", image, "Not a text file", "不是文本文件"),
        ("long.csv", rows.into_bytes(), "More than 20000 rows", "超过 20000 行"),
    ];
    for (lang, at) in [("en", 0), ("zh-CN", 1)] {
        reader.lang = lang;
        for (name, bytes, en, zh) in &cases {
            let answer = bring(&reader, "milestones", name, bytes).await;
            answer.is(422).says([en, zh][at]).says("id=\"file-error\"").says("value=\"milestones\" selected");
        }
        let answer = bring(&reader, "milestones", "large.csv", &vec![b'a'; (20 << 20) + 1]).await;
        answer.is(413).says(["larger than 20 MB", "超过 20 MB"][at]);
        let answer = bring(&reader, "milestones", "huge.csv", &vec![b'a'; 81 << 20]).await;
        answer.is(413).says(["larger than 20 MB", "超过 20 MB"][at]);
    }
    // Elsewhere nothing as large is taken.
    reader.lang = "en";
    let elsewhere = reader.post("/account/password", &[("password", &"a".repeat(2 << 20))]).await;
    assert!([400, 413].contains(&elsewhere.status));

    // A cell of ten megabytes and a formula gone wrong are mistakes of their rows.
    let long = format!(
        "project,step,aspect,date,reason\nHT-EDU-003,completion,forecast,2031-05,{}\n",
        "字".repeat(10 << 18)
    );
    let (_, page) = brought(&reader, "milestones", &long).await;
    page.is(200).says("One row needs").says("Too long").says("id=\"row-2\"");
    assert!(page.body.len() < 100_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_that_say_too_little_or_are_forged_are_refused() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let csrf = reader.csrf.clone();
    let csrf = ("csrf", "", csrf.as_bytes());
    let (table, file) = (("table", "", &b"milestones"[..]), ("file", "a.csv", FORECASTS.as_bytes()));
    reader.post_parts(&import(), &[csrf, table]).await.is(422).says("Choose a file");
    reader.post_parts(&import(), &[csrf, file]).await.is(422).says("Choose a table");
    let unknown = ("table", "", &b"people"[..]);
    reader.post_parts(&import(), &[csrf, unknown, file]).await.is(422).says("Choose a table");
    let profile = ("profile", "p.toml", &b"table = 'units'"[..]);
    reader.post_parts(&import(), &[csrf, table, file, profile]).await.is(422).says("profile-error");
    let large = vec![b'#'; 300 << 10];
    let profile = ("profile", "p.toml", large.as_slice());
    reader.post_parts(&import(), &[csrf, table, file, profile]).await.is(422).says("too large");

    let before = head(&site);
    reader.post_parts(&import(), &[table, file]).await.is(403);
    reader.post_parts(&import(), &[table, file, csrf]).await.is(403);
    let other = site.sign_in("district").await;
    let theirs = ("csrf", "", other.csrf.as_bytes());
    reader.post_parts(&import(), &[theirs, table, file]).await.is(403);
    reader.post(&import(), &[("table", "milestones")]).await.is(400);
    assert_eq!(head(&site), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn templates_and_present_rows_come_back_unchanged() {
    let site = site();
    let mut reader = site.sign_in("task-force").await;
    for lang in ["zh-CN", "en"] {
        reader.lang = lang;
        for table in app::table::TABLES {
            let template = reader.get(&format!("{}/templates/{}.xlsx", import(), table.name)).await;
            template.is(200);
            let sheet =
                sheets::read(&template.bytes, None, table, &exchange::sheet::Limits::default()).unwrap();
            assert_eq!(sheet.sheet.rows[0].cells.len(), table.columns.len() + app::table::COMMON.len());
        }
        for table in ["projects", "milestones", "observations", "list_entries"] {
            let rows = reader.get(&format!("{PLAN}/tables/{table}.xlsx")).await;
            let answer = bring(&reader, table, "rows.xlsx", &rows.bytes).await;
            let page = reader.get(&answer.location).await;
            page.is(200).says(if lang == "en" { "on record already" } else { "没有什么要写入" });
        }
    }
    reader.get(&format!("{}/templates/people.xlsx", import())).await.is(404);
    reader.get(&format!("{}/templates/projects.csv", import())).await.is(404);
}
