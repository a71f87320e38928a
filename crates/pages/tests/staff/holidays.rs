//! Years of the national calendar: a file fills in the form, what it moves is shown, and it is recorded and counted by.

use crate::site::{PLAN, Reader, site};

/// A notice that takes more of the spring than any real one: it is to move something.
const NEXT: &str = r#"{"year": 2027, "papers": ["https://www.gov.cn/zhengce/zhengceku/202611/content_1.htm"], "days": [
    {"name": "春节", "date": "2027-02-05", "isOffDay": true}, {"name": "春节", "date": "2027-01-31", "isOffDay": false}]}"#;

async fn bring(reader: &Reader<'_>, bytes: &[u8]) -> crate::site::Answer {
    let csrf = reader.csrf.clone();
    let parts: [(&str, &str, &[u8]); 2] = [("csrf", "", csrf.as_bytes()), ("file", "2027.json", bytes)];
    reader.post_parts(&format!("{PLAN}/timetable/holidays"), &parts).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_year_is_read_previewed_recorded_and_withdrawn() {
    let site = site();
    let mut reader = site.sign_in("task-force").await;
    let home = format!("{PLAN}/timetable/holidays");
    let form = format!("{PLAN}/record/holidays");
    let before = reader.get(&home).await;
    // 2027 and 2028 are provisional, 2026 stands on its paper.
    before.is(200).says("Provisional").says("content_7047091");
    assert_eq!(before.body.matches("class=\"tag warn\"").count(), 2);
    // The file fills in the form, with the day its address tells, no later than today.
    let read = bring(&reader, NEXT.as_bytes()).await;
    read.is(200).says("not recorded yet");
    assert_eq!(read.value("published_on"), "2026-11-25");
    assert_eq!(read.value("effective"), "2026-11-25");
    assert!(read.body.contains("2027-01-31 work 春节\n2027-02-05 off 春节"));
    let version = read.value("version");
    let days = "2027-01-31 班 春节\n2027-03-01/2027-04-30 休 春节";
    let mut typed = vec![
        ("version", version.as_str()),
        ("year", "2027"),
        ("published_on", "2026-11-06"),
        ("paper_url", "https://www.gov.cn/zhengce/zhengceku/202611/content_1.htm"),
        ("holiday_days", "2027-01-31 班 春节\n2027-02-30 休 春节"),
        ("source_unit", "bj-task-force"),
    ];
    reader.post(&form, &typed).await.is(422).says("id=\"holiday_days-error\"");
    typed[4] = ("holiday_days", "2027-01-31 班 春节\n2029-02-01 休 春节");
    reader.post(&form, &typed).await.is(422).says("2029-02-01 is neither in the year");
    typed[4] = ("holiday_days", days);
    typed[2] = ("published_on", "2026-12-06");
    reader.post(&form, &typed).await.is(422).says("id=\"published_on-error\"");
    typed[2] = ("published_on", "2026-11-06");
    // What it changes of the days, which promises it moves and why, before anything is recorded.
    for (lang, said) in [
        (
            "en",
            [
                "Working days of 2027:",
                "No longer worked:",
                "Now worked: 1 January 2027",
                "the working days of the notice",
            ],
        ),
        ("zh-CN", ["2027 年工作日由 248 天变为", "改为不上班：", "改为上班：2027", "公布的放假安排"]),
    ] {
        reader.lang = lang;
        let shown = reader.post(&form, &typed).await;
        shown.is(200).says("name=\"accepted\"");
        for said in said {
            shown.says(said);
        }
        assert_eq!(shown.missing_words(), Vec::<String>::new());
    }
    reader.lang = "en";
    assert!(!reader.get(&home).await.body.contains("recorded in this plan"));
    typed.push(("accepted", "1"));
    let saved = reader.post(&form, &typed).await;
    assert!(saved.is(303).location.starts_with(&format!("{home}?saved=")));
    let now = reader.get(&saved.location).await;
    now.is(200).says("recorded in this plan").says("id=\"moved-now\"");
    assert_eq!(now.body.matches("class=\"tag warn\"").count(), 2, "2028 and 2029 now");
    // Going out and coming in again changes nothing.
    for end in ["json", "csv", "xlsx"] {
        let file = reader.get(&format!("{home}/2027.{end}")).await;
        file.is(200);
        let again = bring(&reader, &file.bytes).await;
        assert_eq!(again.is(200).value("published_on"), "2026-11-06");
        let version = again.value("version");
        let lines = "2027-01-31 work 春节\n2027-03-01/2027-04-30 off 春节";
        assert!(again.body.contains(lines), "{end}");
        let mut same = typed.clone();
        same[0] = ("version", version.as_str());
        let effective = again.value("effective");
        same.push(("effective", &effective));
        reader.post(&form, &same).await.is(303);
    }
    // Emptied, it is withdrawn: what that moves is shown again.
    let edit = reader.get(&format!("{form}?slot=holidays%2F2027%2F2026-11-06")).await;
    let version = edit.is(200).value("version");
    typed[0] = ("version", version.as_str());
    typed[4] = ("holiday_days", "");
    typed.pop();
    reader.post(&form, &typed).await.is(200).says("withdrawn").says("Now worked:").says("name=\"accepted\"");
    typed.push(("accepted", "1"));
    reader.post(&form, &typed).await.is(303);
    assert!(!reader.get(&home).await.body.contains("recorded in this plan"));
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_hold_no_year_are_told_and_others_may_not_bring_one() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    for (bytes, said) in [
        (&b"{\"year\": 2027, \"days\": [}"[..], "Line 1"),
        (&b"{\"year\": 2027, \"papers\": [], \"days\": []}"[..], "not out yet"),
        (&b"date,name\n2027-01-01,x\n"[..], "no column kind"),
        (&b"date,kind,name\n2027-13-01,off,x\n"[..], "2 · date"),
        (&b""[..], "Choose a file"),
        (&[0u8; 4096][..], "text file"),
    ] {
        bring(&reader, bytes).await.is(422).says(said);
    }
    let large = vec![b' '; (1 << 20) + 10];
    bring(&reader, &large).await.is(422).says("larger than 1 MB");
    // A year that is known already moves nothing.
    let file = reader.get(&format!("{PLAN}/timetable/holidays/2026.json")).await;
    let read = bring(&reader, &file.bytes).await;
    assert_eq!(read.is(200).value("published_on"), "2025-11-30");
    for path in ["2026.pdf", "2040.json", "x.csv"] {
        reader.get(&format!("{PLAN}/timetable/holidays/{path}")).await.is(404);
    }
    let other = site.sign_in("department").await;
    other.get(&format!("{PLAN}/timetable/holidays")).await.is(200);
    bring(&other, NEXT.as_bytes()).await.is(403);
}
