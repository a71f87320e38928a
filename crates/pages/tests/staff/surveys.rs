//! A wave in the browser's forms: brought, designed, answered, kept, frozen, read and compared.

use app::Actor;
use app::place::layer::{Content, Home, Residences};
use app::place::{LayerGround, NewLayer};
use axum::http::HeaderValue;
use domain::code::Code;
use domain::named::Named;
use domain::request::Point;
use domain::source::Source;
use domain::survey::{Wave, WaveSample, WaveState};

use crate::site::{Answer, PLAN, Site, site};

/// What the command line writes of a questionnaire, or its inner part.
const ASKED: &str = r#"{"name":"felt","version":"1","title":{"zh":"感受","en":"How you feel"},"questions":[
 {"name":"sex","wording":{"zh":"性别","en":"Sex"},"required":true,"form":{"kind":"single","choices":[
   {"code":"f","label":{"zh":"女","en":"female"}},{"code":"m","label":{"zh":"男","en":"male"}}]}},
 {"name":"felt","wording":{"zh":"感觉到变化吗","en":"Have you noticed changes?"},"required":true,"form":{"kind":"single","choices":[
   {"code":"yes","label":{"zh":"有","en":"yes"}},{"code":"no","label":{"zh":"没有","en":"no"}}]}},
 {"name":"better","wording":{"zh":"哪些好了","en":"What is better?"},"condition":"${felt} = 'yes'","form":{"kind":"multiple","least":null,"most":2,"choices":[
   {"code":"bus","label":{"zh":"公交","en":"buses"}},{"code":"park","label":{"zh":"公园","en":"parks"}},{"code":"school","label":{"zh":"学校","en":"schools"}}]}},
 {"name":"points","wording":{"zh":"打分","en":"Points"},"required":true,"form":{"kind":"scale","low":1,"high":5,"low_label":{"zh":"差","en":"bad"},"high_label":{"zh":"好","en":"good"}}},
 {"name":"wish","wording":{"zh":"希望","en":"Wish"},"form":{"kind":"text","longest":20}}]}"#;

fn at(path: &str) -> String {
    format!("{PLAN}/surveys{path}")
}

async fn state(site: &Site, wave: &str) -> WaveState {
    let (held, _) = site.app.wave(&Code::new("huitian-2018").unwrap(), wave).await.unwrap();
    held.state()
}

async fn brought(site: &Site, json: &str, version: &str) -> Answer {
    let reader = site.sign_in("task-force").await;
    let parts = [
        ("csrf", "", reader.csrf.as_bytes()),
        ("code", "", b"felt"),
        ("version", "", version.as_bytes()),
        ("file", "felt.json", json.as_bytes()),
    ];
    reader.post_parts(&at("/instruments/new"), &parts).await
}

fn design<'a>(code: &'a str, access: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("code", code),
        ("name_zh", "一轮"),
        ("name_en", "A wave"),
        ("asked", "felt/1"),
        ("from", "2026-11-01"),
        ("to", "2026-12-31"),
        ("frame_zh", "全体居民"),
        ("frame_en", "All residents"),
        ("modes", "web"),
        ("modes", "street"),
        ("access", access),
        ("quotas", "sex=f: 3"),
        ("area", ""),
        ("groups", "sex"),
        ("margins", "sex：f＝51，m＝49｜Census"),
        ("trim", ""),
        ("least", "2"),
    ]
}

async fn opened(site: &Site, code: &str, access: &str) {
    let force = site.sign_in("task-force").await;
    brought(site, ASKED, "1").await.is(303);
    force.post(&at("/new"), &design(code, access)).await.is(303);
    force.post(&at(&format!("/{code}/step")), &[("step", "open")]).await.is(303);
    assert_eq!(state(site, code).await, WaveState::Open);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_questionnaire_is_brought_and_told_what_is_wrong_with_it() {
    let site = site();
    let force = site.sign_in("task-force").await;
    force.get(&at("/instruments/new")).await.is(200).says("XLSForm");
    let desk = site.sign_in("community").await;
    desk.get(&at("/instruments/new")).await.is(403);
    brought(&site, "not a form", "1").await.is(422).says("This is no XLSForm").says("id=\"file-error\"");
    brought(&site, ASKED, "none").await.is(422).says("whole number from 1 on");
    let foreign = ASKED.replace("\"zh\":\"打分\"", "\"zh\":\"\"");
    brought(&site, &foreign, "1").await.is(422).says("“points”").says("have no Chinese words");
    let made = brought(&site, ASKED, "1").await;
    let shown = force.get(&made.is(303).location).await;
    shown.is(200).says("Have you noticed changes?").says("${felt} = &#39;yes&#39;");
    // It may still be changed, until a wave asks it.
    brought(&site, &ASKED.replace("buses", "coaches"), "1").await.is(303);
    force.post(&at("/new"), &design("w1", "anyone")).await.is(303);
    force.post(&at("/w1/step"), &[("step", "open")]).await.is(303);
    brought(&site, ASKED, "1").await.is(422).says("The wave w1 asks this version");
    brought(&site, ASKED, "2").await.is(303);
}

/// A workbook with a sheet of questions and one of choices.
fn xlsform(questions: &[[&str; 5]]) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let head = [["type", "name", "label::中文 (zh)", "label::English (en)", "constraint"]];
    let choices =
        [["list_name", "name", "label::中文 (zh)", "label::English (en)", ""], ["yn", "y", "是", "Yes", ""]];
    let settings = [["form_title", "form_id", "version", "", ""], ["身边", "near", "1", "", ""]];
    let sheets = [
        ("survey", [&head[..], questions].concat()),
        ("choices", choices.to_vec()),
        ("settings", settings.to_vec()),
    ];
    for (name, lines) in sheets {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        for (row, line) in lines.iter().enumerate() {
            for (column, cell) in line.iter().enumerate() {
                sheet.write(row as u32, column as u16, *cell).unwrap();
            }
        }
    }
    book.save_to_buffer().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_form_loses_is_told_before_it_is_recorded() {
    let site = site();
    let force = site.sign_in("task-force").await;
    let (form, csrf) = (at("/instruments/new"), ("csrf", "", force.csrf.as_bytes()));
    let (code, version) = (("code", "", b"near".as_slice()), ("version", "", b"1".as_slice()));
    let noted = xlsform(&[
        ["start", "began", "", "", ""],
        ["note", "hello", "您好", "Hello", ""],
        ["select_one yn", "bus", "有公交吗", "Is there a bus?", ""],
        ["text", "wish", "愿望", "Your wish", "regex(., 'x')"],
    ]);
    let told = force.post_parts(&form, &[csrf, code, version, ("file", "near.xlsx", &noted)]).await;
    told.is(200).says("Not taken over").says("Line 3: the note “hello”").says("“start” asks nothing");
    told.says("Line 5: the constraint “regex(., &#39;x&#39;)”")
        .says("Record all the same")
        .says("value=\"near\"");
    let recorded = at("/instruments/near/1");
    force.get(&recorded).await.is(404);
    let read = unquoted(&told.value("read"));
    let done = force.post_parts(&form, &[csrf, code, version, ("read", "", read.as_bytes())]).await;
    assert!(done.is(303).location.ends_with("/instruments/near/1"), "{}", done.location);
    force.get(&recorded).await.is(200).says("Is there a bus?").says("Your wish");
    // Another file that is chosen then takes its place.
    let plain = xlsform(&[["text", "else", "别的", "Something else", ""]]);
    let parts = [csrf, code, version, ("read", "", read.as_bytes()), ("file", "near.xlsx", &plain)];
    force.post_parts(&form, &parts).await.is(303);
    force.get(&recorded).await.is(200).says("Something else");
    let looped = xlsform(&[
        ["begin_repeat", "children", "孩子", "Children", ""],
        ["text", "name", "姓名", "Name", ""],
        ["end_repeat", "", "", "", ""],
    ]);
    let refused = force.post_parts(&form, &[csrf, code, version, ("file", "near.xlsx", &looped)]).await;
    refused.is(422).says("Line 2: the loop “children”").says("id=\"file-error\"");
    let mut chinese = site.sign_in("task-force").await;
    chinese.lang = "zh-CN";
    let csrf = ("csrf", "", chinese.csrf.as_bytes());
    let told = chinese.post_parts(&form, &[csrf, code, version, ("file", "near.xlsx", &noted)]).await;
    told.is(200).says("没有带入的内容").says("仍然保存");
    assert_eq!(told.missing_words(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_questionnaires_form_is_bounded_and_its_secret_comes_first() {
    let site = site();
    let force = site.sign_in("task-force").await;
    let (form, csrf) = (at("/instruments/new"), ("csrf", "", force.csrf.as_bytes()));
    let (code, version) = (("code", "", b"felt".as_slice()), ("version", "", b"1".as_slice()));
    let file = ("file", "felt.json", ASKED.as_bytes());
    for megabytes in [2, 4] {
        let large = vec![b'a'; (megabytes << 20) + 1];
        let told = force.post_parts(&form, &[csrf, code, version, ("file", "felt.json", &large)]).await;
        told.is(422).says("more than 2 MB").says("id=\"file-error\"");
        if megabytes == 2 {
            told.says("value=\"felt\"");
        }
    }
    force.post_parts(&form, &[code, version, file]).await.is(403);
    force.post_parts(&form, &[code, version, file, csrf]).await.is(403);
    force.post_parts(&form, &[("csrf", "", b"0000"), code, version, file]).await.is(403);
    force.post_parts(&form, &[csrf, code, version, file]).await.is(303);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_design_that_cannot_be_is_shown_again_with_what_was_typed() {
    let site = site();
    brought(&site, ASKED, "1").await.is(303);
    let force = site.sign_in("task-force").await;
    force.get(&at("/new")).await.is(200).says("felt/1");
    let with = |name: &'static str, value: &'static str| {
        let mut fields = design("w1", "anyone");
        fields.retain(|(held, _)| *held != name);
        fields.push((name, value));
        fields
    };
    force
        .post(&at("/new"), &with("quotas", "everybody"))
        .await
        .is(422)
        .says("Line 1 is no quota")
        .says("全体居民");
    force
        .post(&at("/new"), &with("margins", "sex: f=51 | Census"))
        .await
        .is(422)
        .says("one total above zero for every answer");
    force.post(&at("/new"), &with("groups", "age")).await.is(422).says("no question “age”");
    force.post(&at("/new"), &with("to", "2026-01-01")).await.is(422).says("id=\"to-error\"");
    for taken in ["instruments", "desk.js"] {
        force.post(&at("/new"), &with("code", taken)).await.is(422).says("address of another page");
    }
    force.post(&at("/new"), &design("w1", "anyone")).await.is(303);
    force.post(&at("/new"), &design("w1", "anyone")).await.is(422).says("taken");
    force.get(&at("/w1/edit")).await.is(200).says("sex: f=51, m=49 | Census");
    force.post(&at("/w1/step"), &[("step", "close")]).await.is(422).says("the wave is draft");
    site.sign_in("").await.get(&at("/w1/answer?thanks=1")).await.is(404);
    force.post(&at("/w1/step"), &[("step", "open")]).await.is(303);
    force.get(&at("/w1/edit")).await.is(409);
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_answers_step_by_step_without_scripts() {
    let site = site();
    opened(&site, "w1", "anyone").await;
    let public = site.sign_in("").await;
    let first = public.get(&at("/w1/answer")).await;
    first.is(200).says("How you feel").says("anonymous").says("Sex").says("Have you noticed changes?");
    assert!(!first.body.contains("What is better?"), "asked only after an answer");
    let (sheet, shown) = (first.value("sheet"), first.value("shown"));
    let send = async |fields: &[(&str, &str)]| {
        let mut all = vec![("sheet", sheet.as_str()), ("shown", shown.as_str())];
        all.extend(fields);
        public.post_as_is(&at("/w1/answer"), &all).await
    };
    let missing = send(&[("at", "0"), ("go", "next"), ("q1", "yes")]).await;
    missing.is(422).says("Please answer this question").says("href=\"#q0\"").says("value=\"yes\" checked");
    let second = send(&[("at", "0"), ("go", "next"), ("q0", "f"), ("q1", "yes")]).await;
    second.is(200).says("What is better?").says("name=\"q0\" value=\"f\"");
    let many = send(&[
        ("at", "1"),
        ("go", "next"),
        ("q0", "f"),
        ("q1", "yes"),
        ("q2", "bus"),
        ("q2", "park"),
        ("q2", "school"),
        ("q3", "4"),
    ])
    .await;
    many.is(422).says("Tick 0 to 2 answers");
    let all = [("q0", "f"), ("q1", "yes"), ("q2", "bus"), ("q3", "4"), ("q4", "更多树 13812345678")];
    let go = |step: &'static str, at: &'static str| [&[("at", at), ("go", step)][..], &all[..]].concat();
    let review = send(&go("next", "1")).await;
    review.is(200).says("Your answers").says("buses").says("更多树");
    // Back to a question, and what was said stands there.
    send(&go("to-0", "2")).await.is(200).says("value=\"f\" checked");
    // Reading on in another language keeps all, at the same step, and finds no fault with what is not answered yet.
    let chinese = send(&[("at", "0"), ("go", "lang-zh"), ("q1", "yes")]).await;
    chinese.is(200).says("lang=\"zh-CN\"").says("value=\"yes\" checked").says("lang-en");
    assert!(
        chinese.headers.get_all("set-cookie").iter().any(|it| it.to_str().unwrap().contains("lang=zh-CN"))
    );
    assert!(!chinese.body.contains("role=\"alert\""), "nothing is told of what is still to be answered");
    send(&go("lang-zh", "2")).await.is(200).says("更多树").says("go\" value=\"send\"");
    for from in [("sec-fetch-site", "cross-site"), ("origin", "https://other.example"), ("origin", "null")] {
        let mut fields = vec![("sheet", sheet.as_str()), ("shown", shown.as_str())];
        fields.extend(go("send", "2"));
        public.post_from(&at("/w1/answer"), &fields, &[from]).await.is(403);
    }
    let sent = send(&go("send", "2")).await;
    assert!(sent.is(303).location.ends_with("/w1/answer?thanks=1"), "{}", sent.location);
    public.get(&sent.location).await.is(200).says("Thank you");
    // The connection broke before the answer came: sent again, it is the same sheet.
    assert!(send(&go("send", "2")).await.is(303).location.ends_with("thanks=1"));
    let force = site.sign_in("task-force").await;
    let live = force.get(&at("/w1")).await;
    live.is(200).says("<dd>1</dd>").says("1 / 3");
    // Whoever answers sees nothing of how it goes.
    let seen = public.get(&at("/w1")).await;
    assert!(!seen.is(200).body.contains("How it goes"));
}

#[tokio::test(flavor = "multi_thread")]
async fn links_are_given_once_and_work_once() {
    let site = site();
    opened(&site, "w1", "invited").await;
    let (force, public) = (site.sign_in("task-force").await, site.sign_in("").await);
    public.get(&at("/w1/answer")).await.is(200).says("personal link");
    site.sign_in("community").await.post(&at("/w1/invitations"), &[("number", "2")]).await.is(403);
    force.post(&at("/w1/invitations"), &[("number", "0")]).await.is(422);
    let file = force.post(&at("/w1/invitations"), &[("number", "2")]).await;
    let links: Vec<String> = file
        .is(200)
        .body
        .lines()
        .skip(1)
        // The whole address, as it is written to people.
        .filter_map(|line| line.split_once(",http://localhost"))
        .map(|(_, to)| to.to_owned())
        .collect();
    assert_eq!(links.len(), 2);
    let first = public.get(&links[0]).await;
    // The address goes nowhere else and stays nowhere.
    assert_eq!(
        (&first.headers["referrer-policy"], &first.headers["cache-control"]),
        (&HeaderValue::from_static("no-referrer"), &HeaderValue::from_static("no-store"))
    );
    let (sheet, shown, invitation) =
        (first.is(200).value("sheet"), first.value("shown"), first.value("invitation"));
    let fields = [
        ("sheet", sheet.as_str()),
        ("shown", &shown),
        ("invitation", &invitation),
        ("at", "2"),
        ("go", "send"),
        ("q0", "m"),
        ("q1", "no"),
        ("q3", "2"),
    ];
    let foreign = [("sec-fetch-site", "cross-site"), ("origin", "null")];
    public.post_from(&at("/w1/answer"), &fields, &foreign).await.is(403);
    // Such a page has browsers tell no origin, and old ones do not say that it is the same, either.
    let silent = [("origin", "null")];
    let sent = public.post_from(&at("/w1/answer"), &fields, &silent).await;
    assert!(sent.is(303).location.ends_with("thanks=1"));
    let here = [("sec-fetch-site", "same-origin"), ("origin", "null")];
    let again = public.post_from(&at("/w1/answer"), &fields, &here).await;
    assert!(again.is(303).location.ends_with("thanks=1"));
    public.get(&links[0]).await.is(200).says("used already");
    let other: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| match *name {
            "sheet" => ("sheet", "0123456789abcdef0123456789abcdef"),
            name => (name, *value),
        })
        .collect();
    let refused = public.post_as_is(&at("/w1/answer"), &other).await;
    refused.is(409).says("used already").says("<dd>no").says("data-untaken");
    public.get(&at(&format!("/w1/answer?invitation={}", "0".repeat(32)))).await.is(200).says("personal link");
    force.get(&at("/w1")).await.is(200).says("Links used");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_begun_in_time_is_taken_after_the_end_and_the_rest_is_shown_again() {
    let site = site();
    opened(&site, "w1", "anyone").await;
    let (force, public) = (site.sign_in("task-force").await, site.sign_in("").await);
    let first = public.get(&at("/w1/answer")).await;
    first.is(200).says("data-kept-answers=\"huitian-2018/w1\"");
    let (sheet, shown, begun) = (first.value("sheet"), first.value("shown"), first.value("begun"));
    let send = async |sheet: &str, begun: &str, go: &str| {
        let head = [("sheet", sheet), ("shown", &shown), ("begun", begun), ("at", "2"), ("go", go)];
        let said = [("q0", "f"), ("q1", "yes"), ("q2", "bus"), ("q3", "4"), ("q4", "更多树")];
        public.post_as_is(&at("/w1/answer"), &[&head[..], &said[..]].concat()).await
    };
    let other = public.get(&at("/w1/answer")).await;
    force.post(&at("/w1/step"), &[("step", "close")]).await.is(303);
    // Whoever comes now is told so, and may still hand in what waits on the device.
    public.get(&at("/w1/answer")).await.is(200).says("This survey ended").says("data-kept-answers");
    // A step on the way is still taken, and what it began with goes along.
    send(&sheet, &begun, "back").await.is(200).says(&begun).says("value=\"4\" checked");
    let sent = send(&sheet, &begun, "send").await;
    assert!(sent.is(303).location.ends_with("/w1/answer?thanks=1"), "{}", sent.location);
    assert!(send(&sheet, &begun, "send").await.is(303).location.ends_with("thanks=1"), "the same one");
    for (sheet, begun) in
        [("0123456789abcdef0123456789abcdef", &begun), (&other.value("sheet"), &String::new())]
    {
        let lost = send(sheet, begun, "send").await;
        lost.is(409).says("This survey ended").says("could not be taken").says("更多树").says("buses");
        lost.says("data-untaken").says(&format!("name=\"sheet\" value=\"{sheet}\""));
        assert!(!lost.body.contains("value=\"send\""), "it can go nowhere");
        assert!(!lost.body.contains("name=\"begun\""), "nothing begins any more");
    }
    for at_ in 0..2 {
        let man = [
            ("sheet", format!("sheet-of-a-man-{at_}")),
            ("shown", shown.clone()),
            ("mode", "street".into()),
            ("day", "2026-11-21".into()),
            ("q0", "m".into()),
            ("q1", "no".into()),
            ("q3", "2".into()),
        ];
        let man: Vec<(&str, &str)> = man.iter().map(|(name, value)| (*name, value.as_str())).collect();
        force.post(&at("/w1/field"), &man).await.is(303);
    }
    force.post(&at("/w1/step"), &[("step", "freeze")]).await.is(303);
    let late = send(&other.value("sheet"), &other.value("begun"), "send").await;
    assert!(late.is(303).location.ends_with("thanks=late"), "{}", late.location);
    public.get(&late.location).await.is(200).says("not part of its results");
    let told = force.get(&at("/w1")).await;
    told.is(200).says("3 sheets").says("Came too late to count").says("nobody counted how many were asked");
    let mut chinese = site.sign_in("").await;
    chinese.lang = "zh-CN";
    for page in ["/w1/answer", "/w1/answer?thanks=late", "/felt-open/answer"] {
        assert_eq!(chinese.get(&at(page)).await.is(200).missing_words(), Vec::<String>::new(), "{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_field_desk_keeps_sheets_once_also_those_that_come_late() {
    let site = site();
    opened(&site, "w1", "anyone").await;
    site.sign_in("").await.get(&at("/w1/field")).await.is(303);
    site.sign_in("leader").await.get(&at("/w1/field")).await.is(403);
    let desk = site.sign_in("community").await;
    let form = desk.get(&at("/w1/field")).await;
    form.is(200).says("data-when=").says("female").says("0</b> / 3");
    form.says("data-worker=\"/p/huitian-2018/surveys/desk.js\"");
    let worker = desk.get(&at("/desk.js")).await;
    assert!(worker.is(200).headers["content-type"].to_str().unwrap().starts_with("text/javascript"));
    assert_eq!(worker.headers["content-security-policy"], "default-src 'none'; connect-src 'self'");
    form.says("data-quota=\"[[&#34;q0&#34;,&#34;f&#34;]]\"");
    let (sheet, shown) = (form.value("sheet"), form.value("shown"));
    let fields = |sheet: &str, day: &str, points: &str| -> Vec<(String, String)> {
        [
            ("sheet", sheet),
            ("shown", &shown),
            ("mode", "street"),
            ("day", day),
            ("q0", "f"),
            ("q1", "no"),
            // Hidden by what was answered before it, and left out.
            ("q2", "bus"),
            ("q3", points),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    };
    let send = async |fields: Vec<(String, String)>| {
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        desk.post(&at("/w1/field"), &fields).await
    };
    send(fields(&sheet, "2026-11-20", "9"))
        .await
        .is(422)
        .says("number from 1 to 5")
        .says("value=\"f\" checked");
    let force = site.sign_in("task-force").await;
    send(fields(&sheet, "2026-11-26", "3")).await.is(422).says("not later than today");
    let kept = send(fields(&sheet, "2026-11-20", "3")).await;
    assert!(kept.is(303).location.contains("done=kept"));
    let again = send(fields(&sheet, "2026-11-20", "3")).await;
    assert!(again.is(303).location.contains("done=already"));
    // It stays open while it could not be frozen: no man has answered yet, and their share is known.
    force
        .post(&at("/w1/step"), &[("step", "close")])
        .await
        .is(422)
        .says("Nobody has answered “male” to “Sex”");
    assert_eq!(state(&site, "w1").await, WaveState::Open);
    for at_ in 0..5 {
        let mut man = fields(&format!("sheet-of-a-man-{at_}"), "2026-11-21", "4");
        man[4].1 = "m".into();
        assert!(send(man).await.is(303).location.contains("done=kept"));
    }
    let woman = fields("sheet-of-a-woman", "2026-11-21", "2");
    assert!(send(woman).await.is(303).location.contains("done=kept"));
    desk.post(&at("/w1/contacts"), &[("mode", "street"), ("outcome", "refused"), ("number", "3")])
        .await
        .is(303);
    force.get(&at("/w1")).await.is(200).says("70.0%");
    desk.post(&at("/w1/step"), &[("step", "close")]).await.is(403);
    force.post(&at("/w1/step"), &[("step", "close")]).await.is(303);
    site.sign_in("").await.get(&at("/w1/answer")).await.is(200).says("This survey ended");
    let late = fields("from-a-phone-without-a-net", "2026-11-21", "5");
    assert!(send(late).await.is(303).location.contains("done=kept"));
    force.post(&at("/w1/step"), &[("step", "freeze")]).await.is(303);
    let too_late = fields("from-a-phone-in-a-drawer", "2026-11-21", "5");
    assert!(send(too_late).await.is(303).location.contains("done=late"));
    force.get(&at("/w1")).await.is(200).says("8 sheets").says("Came too late to count");

    // How it goes is looked up again; of those who run it.
    desk.get(&at("/w1/live")).await.is(200).says("<dd>8</dd>").says("refused");
    site.sign_in("").await.get(&at("/w1/live")).await.is(303);
    site.sign_in("leader").await.get(&at("/w1/live")).await.is(403);

    // Only those who run it see what it came to, until it is published.
    let public = site.sign_in("").await;
    public.get(&at("/w1/results")).await.is(404);
    force.get(&at("/w1/results")).await.is(200).says("Not published yet");
    force.post(&at("/w1/step"), &[("step", "publish")]).await.is(303);
    let results = public.get(&at("/w1/results")).await;
    results.is(200).says("Have you noticed changes?").says("Design effect").says("class=\"reach\"");
    results.says("Response rate (RR1)").says("not drawn at random").says("anybody with the address");
    results.says("refused 3").says("72.7% (on the street)");
    public.get(&at("/w1/results?by=sex")).await.is(200).says("female").says("Break down by");
    let csv = public.get(&at("/w1/results.csv")).await;
    csv.is(200).says("wave,instrument,version,question").says("w1,felt,1,felt,,share,no");
    public.get(&at("/w1/codebook.csv")).await.is(200).says("points,scale,,打分,Points,5,好,good");
    let book = public.get(&at("/w1/codebook.csv")).await;
    book.says("RR1").says("0.727273").says("on the street").says("not drawn at random");
    public.get(&at("/w1/answers.csv")).await.is(404);

    // A figure of it becomes an observation, told with its error, and each page leads to the other.
    let fields = [("estimate", "felt=no"), ("indicator", "satisfaction")];
    public.post_as_is(&at("/w1/results"), &fields).await.is(303);
    desk.post(&at("/w1/results"), &fields).await.is(403);
    force
        .post(&at("/w1/results"), &[("estimate", "felt=perhaps"), ("indicator", "satisfaction")])
        .await
        .is(422);
    force.post(&at("/w1/results"), &fields).await.is(303);
    let indicator = public.get(&format!("{PLAN}/indicators/satisfaction?as_of=2026-12-31")).await;
    indicator.is(200).says("/surveys/w1/results").says("8 people");
    public.get(&at("/w1/results")).await.is(200).says("/indicators/satisfaction");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_group_is_told_and_what_was_answered_is_kept() {
    let site = site();
    opened(&site, "w1", "anyone").await;
    let desk = site.sign_in("community").await;
    let shown = desk.get(&at("/w1/field")).await.value("shown");
    let fields = |sheet: &str| {
        let day = ("day", "2026-11-20");
        let said = [("q0", "f"), ("q1", "no"), ("q3", "3")].map(|(name, value)| (name, value.to_owned()));
        let head = [("sheet", sheet.to_owned()), ("shown", shown.clone()), ("mode", "street".to_owned())];
        [&head[..], &said[..], &[(day.0, day.1.to_owned())]].concat()
    };
    let send = async |sheet: &str, more: &[(&str, &str)], from: &[(&str, &str)]| {
        let fields = fields(sheet);
        let csrf = [("csrf", desk.csrf.as_str())];
        let all = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .chain(csrf)
            .chain(more.iter().copied());
        desk.post_from(&at("/w1/field"), &all.collect::<Vec<_>>(), from).await
    };
    let script = [("x-requested-by-script", "1")];
    for (number, filled) in [("one", "[1]"), ("two", "[2]"), ("three", "[3]")] {
        let kept = send(&format!("sheet-of-woman-{number}"), &[], &script).await;
        kept.is(200).says(&format!("\"filled\":{filled}")).says("\"taken\":\"kept\"");
    }
    // Without scripts it is told once, with everything that was typed.
    let told = send("sheet-of-woman-four", &[], &[]).await;
    told.is(422).says("“female”: enough have answered").says("Keep this sheet all the same");
    told.says("value=\"f\" checked").says("value=\"sheet-of-woman-four\"");
    let kept = send("sheet-of-woman-four", &[("full", "yes")], &[]).await;
    assert!(kept.is(303).location.contains("done=kept"));
    desk.get(&at("/w1/field")).await.is(200).says("4</b> / 3").says("full");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demonstration_shows_results_and_what_changed() {
    let site = site();
    let (public, force) = (site.sign_in("").await, site.sign_in("task-force").await);
    let list = public.get(&at("")).await;
    list.is(200).says("Spring 2019").says("Take part").says("illustrative");
    let results = public.get(&at("/felt-2019-1/results?by=area")).await;
    results.is(200).says("made up to show").says("withheld to protect small groups").says("Huilongguan");
    // What it came to is recorded of indicators by area, too, and the page says of how many.
    let results = force.get(&at("/felt-2019-2/results")).await;
    results.is(200).says("name=\"by_area\"").says("by telephone");
    let fields = [("estimate", "felt=much"), ("indicator", "satisfaction"), ("by_area", "yes")];
    force.post(&at("/felt-2019-2/results"), &fields).await.is(303);
    public.get(&at("/felt-2019-2/results")).await.is(200).says("also by area (");
    let compared = public.get(&at("/compare")).await;
    compared.is(200).says("more than chance").says("points").says("judged together (Holm)");
    let group =
        compared.body.split("<option value=\"area=").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let part =
        public.get(&at(&format!("/compare?from=felt-2019-1&to=felt-2019-2&group=area%3D{group}"))).await;
    part.is(200).says(&format!("<option value=\"area={group}\" selected>"));
    let nobody = public.get(&at("/compare?from=felt-2019-1&to=felt-2019-2&group=area%3Dnowhere")).await;
    nobody.is(200).says("<option value=\"\" selected>").says("more than chance");
    for (page, lang) in [
        ("", "zh"),
        ("/compare", "zh"),
        ("/felt-2019-1/results", "zh"),
        ("/felt-open", "en"),
        ("/felt-open/answer", "zh"),
    ] {
        let mut reader = site.sign_in("").await;
        reader.lang = if lang == "zh" { "zh-CN" } else { "en" };
        let answer = reader.get(&at(page)).await;
        assert_eq!(answer.is(200).missing_words(), Vec::<String>::new(), "{page}");
    }
    public.get(&at("/felt-2019-2/texts")).await.is(303);
    site.sign_in("community").await.get(&at("/felt-2019-2/texts")).await.is(403);
    let texts = force.get(&at("/felt-2019-2/texts")).await;
    texts.is(200).says("?theme=parking").says("Parking").says("Something else, or not certain");
    let parking = force.get(&at("/felt-2019-2/texts?theme=parking")).await;
    parking.is(200).says("Texts about Parking").says("停车位");
    assert!(!parking.body.contains("电梯老坏"), "of another theme");
    let few = force.get(&at("/felt-2019-2/texts?theme=noise")).await;
    few.is(200).says("Nobody wrote anything");
    // What is watched week by week shows them beside what came in; only those who run surveys read the texts.
    let watched = format!("{PLAN}/requests/monitor?as_of=2019-12-28");
    force.get(&watched).await.is(200).says("In surveys, in their own words").says("/texts?theme=parking");
    let desk = site.sign_in("desk").await.get(&watched).await;
    desk.is(200).says("Winter 2019").says("Parking");
    assert!(!desk.body.contains("/texts?theme="), "not for those who do not run surveys");
    for page in [
        "",
        "/felt-2019-2/texts",
        "/felt-open",
        "/felt-open/field",
        "/instruments/huitian-felt/1",
        "/new",
        "/instruments/new",
    ] {
        assert_eq!(force.get(&at(page)).await.is(200).missing_words(), Vec::<String>::new(), "{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_questionnaire_is_written_question_by_question() {
    let site = site();
    let build = at("/instruments/build");
    site.sign_in("").await.get(&build).await.is(303);
    site.sign_in("desk").await.get(&build).await.is(403);
    let force = site.sign_in("task-force").await;
    let empty = force.get(&build).await;
    empty.is(200).says("The questionnaire has no question yet");
    let send = async |draft: &str, fields: &[(&str, &str)]| {
        let mut all = vec![("draft", draft), ("code", "noise"), ("version", "1")];
        all.extend(fields);
        force.post(&build, &all).await
    };
    let draft = unquoted(&empty.value("draft"));
    let title = [("title_zh", "噪声"), ("title_en", "Noise")];
    let new = send(&draft, &[&title[..], &[("go", "add"), ("kind", "single")]].concat()).await;
    new.is(200).says("A new question").says("One on each line").says("name=\"at\" value=\"0\"");
    let draft = unquoted(&new.value("draft"));
    // What is wrong is told at its field, and what was typed stands there.
    let typed = [("go", "keep"), ("at", "0"), ("kind", "single"), ("name", "heard")];
    let wrong = send(&draft, &[&typed[..], &[("wording_zh", "夜里吵吗？")]].concat()).await;
    wrong.is(422).says("has no answers to choose").says("夜里吵吗？").says("href=\"#choices\"");
    let answers = [
        ("wording_zh", "夜里吵吗？"),
        ("choices", "often | 经常 | Often\nnever | 从不 | Never"),
        ("required", "yes"),
    ];
    let list = send(&draft, &[&typed[..], &answers[..]].concat()).await;
    list.is(200).says("夜里吵吗？").says("value=\"often\"").says("class=\"pick\"");
    let draft = unquoted(&list.value("draft"));
    let typed = [
        ("go", "keep"),
        ("at", "1"),
        ("kind", "text"),
        ("name", "what"),
        ("wording_zh", "什么声音？"),
        ("wording_en", "What do you hear?"),
        ("condition", "${heard} = 'often'"),
        ("longest", "100"),
    ];
    let list = send(&draft, &typed).await;
    list.is(200).says("What do you hear?").says("heard");
    let draft = unquoted(&list.value("draft"));
    // Behind its own condition it cannot be asked; moved back, it can.
    let turned = send(&draft, &[("go", "up-1")]).await;
    turned.is(200).says("which is not asked before it");
    let turned = unquoted(&turned.value("draft"));
    send(&turned, &[("go", "record")]).await.is(422).says("href=\"#questions\"");
    let back = unquoted(&send(&turned, &[("go", "down-0")]).await.value("draft"));
    assert_eq!(back, draft);
    send(&draft, &[("go", "edit-1")]).await.is(200).says("Questions before this one").says("&#39;often&#39;");
    let file = send(&draft, &[("go", "file")]).await;
    let file: serde_json::Value = serde_json::from_str(&file.is(200).body).unwrap();
    assert_eq!((&file["name"], &file["questions"][1]["name"]), (&"noise".into(), &"what".into()));
    force.post(&build, &[("draft", "{"), ("go", "look")]).await.is(400);
    // A scale that nobody could be asked is not drawn, and not recorded.
    let wide = [
        ("go", "keep"),
        ("at", "2"),
        ("kind", "scale"),
        ("name", "wide"),
        ("wording_zh", "打分"),
        ("low", "-2000000000"),
        ("high", "2000000000"),
    ];
    let wide = send(&draft, &wide).await;
    assert!(!wide.is(200).body.contains("class=\"pick\""), "no preview");
    send(&unquoted(&wide.value("draft")), &[("go", "record")]).await.is(422).says("href=\"#questions\"");
    send(&draft, &[("go", "record"), ("version", "none")]).await;
    let done = send(&draft, &[("go", "record")]).await;
    assert!(done.is(303).location.ends_with("/instruments/noise/1"), "{}", done.location);
    let held = force.get(&done.location).await;
    held.is(200).says("What do you hear?").says("build?from=noise");
    // Nobody was asked yet: it may still be put otherwise.
    let other = unquoted(&send(&draft, &[("go", "drop-1")]).await.value("draft"));
    send(&other, &[("go", "record")]).await.is(303);
    assert!(!force.get(&done.location).await.is(200).body.contains("What do you hear?"));
    send(&draft, &[("go", "record")]).await.is(303);
    let next = force.get(&format!("{build}?from=noise&version=1")).await;
    next.is(200).says("name=\"version\" value=\"2\"").says("What do you hear?");
    force.get(&format!("{build}?from=nothing&version=1")).await.is(404);
    let mut chinese = site.sign_in("task-force").await;
    chinese.lang = "zh-CN";
    for page in [build.clone(), format!("{build}?from=noise&version=1")] {
        assert_eq!(chinese.get(&page).await.is(200).missing_words(), Vec::<String>::new());
    }
}

/// A value as a browser reads it from the page.
fn unquoted(value: &str) -> String {
    value
        .replace("&#34;", "\"")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
        .replace("&#38;", "&")
}

/// A wave of its own that is opened with a sample.
async fn opened_with(site: &Site, sample: WaveSample) {
    let force = site.sign_in("task-force").await;
    brought(site, ASKED, "1").await.is(303);
    force.post(&at("/new"), &design("lost", "anyone")).await.is(303);
    let plan = Code::new("huitian-2018").unwrap();
    let (held, _) = site.app.wave(&plan, "lost").await.unwrap();
    let wave = Wave { sample: Some(Box::new(sample)), ..held.wave };
    let ground = (Source::default(), String::new());
    site.app.record_wave(&Actor::operator(), &plan, wave, ground).await.unwrap();
    force.post(&at("/lost/step"), &[("step", "open")]).await.is(303);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_is_worked_out_drawn_and_kept_with_its_wave() {
    let site = site();
    let force = site.sign_in("task-force").await;
    let sample = at("/felt-next/sample");
    // 385 of a very large population, one and a half times that by the design effect, half of whom answer.
    let page = force.get(&sample).await;
    page.is(200).says("385").says("Communities and homes drawn").says("name=\"seed\" value=\"1\"");
    let asked = "error=10&deff=1&response=100&rule=equal&per_community=5&seed=7";
    let page = force.get(&format!("{sample}?{asked}")).await;
    page.is(200).says("value=\"7\"").says("Keep this design with the wave");
    let csv = force.get(&format!("{sample}.csv?{asked}")).await;
    csv.is(200).says("stratum,stratum_name,community");
    let people = |text: &str| -> u64 {
        text.lines().skip(1).map(|line| line.rsplit(',').nth(1).unwrap().parse::<u64>().unwrap()).sum()
    };
    let drawn = people(&csv.body);
    assert!((96..=160).contains(&drawn), "{drawn} people");
    assert_eq!(force.get(&format!("{sample}.csv?{asked}")).await.body, csv.body, "the seed repeats it");
    assert_ne!(
        force.get(&format!("{sample}.csv?{}", asked.replace("seed=7", "seed=8"))).await.body,
        csv.body
    );
    for (query, field) in [
        ("error=0", "#error"),
        ("error=many", "#error"),
        ("confidence=100", "#confidence"),
        ("response=0", "#response"),
        ("minimum=90000", "#minimum"),
        ("shares=nowhere%3D5", "#shares"),
    ] {
        let told = force.get(&format!("{sample}?{query}")).await;
        told.is(422).says(&format!("href=\"{field}\""));
    }
    let fields: Vec<(&str, &str)> = asked.split('&').filter_map(|pair| pair.split_once('=')).collect();
    force.post(&sample, &fields).await.is(303);
    force.get(&sample).await.is(200).says("This is the design kept with the wave").says("value=\"7\"");
    let (held, _) = site.app.wave(&Code::new("huitian-2018").unwrap(), "felt-next").await.unwrap();
    let kept = held.wave.sample.unwrap();
    assert!(kept.seed == 7 && kept.strata.len() > 1 && kept.strata.iter().all(|(_, people)| *people > 0));
    // Editing the rest of the design keeps it; an open wave keeps everything.
    force.get(&at("/felt-open/sample")).await.is(200);
    force.post(&at("/felt-open/sample"), &fields).await.is(422);
    // Once the wave is open it stays drawn from what it was drawn from, whatever is brought.
    let list = force.get(&format!("{sample}.csv")).await;
    force.post(&at("/felt-next/step"), &[("step", "open")]).await.is(303);
    let plan = Code::new("huitian-2018").unwrap();
    let home = Home {
        code: "only".into(),
        community: kept.strata[0].0.clone(),
        at: Point { longitude: 116_390_000, latitude: 40_040_000 },
        stated: None,
        people: Some(90_000),
        aged: Vec::new(),
    };
    let content = Content::Residences(Residences { homes: vec![home] });
    let ground = LayerGround { name: Named::new("居民", "Residents"), ..LayerGround::default() };
    site.app.put_layer(&Actor::operator(), &plan, NewLayer::of(&content, ground).unwrap()).await.unwrap();
    assert_eq!(force.get(&format!("{sample}.csv")).await.is(200).body, list.body);
    force.get(&sample).await.is(200).says("This is the design kept with the wave");
    // Where that cannot be had any more, no other list passes for it.
    opened_with(&site, WaveSample { strata: vec![(Code::new("gone").unwrap(), 5)], ..*kept }).await;
    let lost = force.get(&at("/lost/sample.csv")).await;
    lost.is(409).says("can no longer be drawn again");
    force.get(&at("/lost/sample")).await.is(200).says("can no longer be drawn again");
    let calls = force.get(&format!("{sample}?calls_all=40&calls_wanted=3&calls_seed=5")).await;
    calls.is(200).says("role=\"status\"");
    // Whom a survey will ask is for those who run it.
    let mut other = site.sign_in("department").await;
    other.get(&sample).await.is(403);
    other.get(&format!("{sample}.csv")).await.is(403);
    other.lang = "zh-CN";
    let mut zh = site.sign_in("task-force").await;
    zh.lang = "zh-CN";
    zh.get(&sample).await.is(200).says("抽中的社区和住处");
}

#[tokio::test(flavor = "multi_thread")]
async fn estimates_are_drawn_by_area_with_what_is_uncertain_of_them() {
    let site = site();
    let public = site.sign_in("").await;
    public.get(&at("/felt-2019-2/results")).await.is(200).says("/felt-2019-2/map");
    let map = public.get(&at("/felt-2019-2/map?of=felt%3Dmuch")).await;
    map.is(200)
        .says("Everybody together")
        .says("<option value=\"felt=much\" selected>")
        .says("made up to show");
    // One area clearly above, one clearly below; what is seen is said as well.
    map.says("Clearly above the whole: 1 area").says("Clearly below: 1 area").says("clearly higher");
    map.says("class=\"estimated class-3 clear\"").says("▲").says("▼").says("no clear difference");
    map.says("Tiantongyuan North: ").says("OpenStreetMap");
    assert!(map.body.contains("class=\"stripes\""), "a wide interval is striped");
    // Of few, nothing is told, in the picture or below.
    let few = public.get(&at("/felt-2019-1/map?of=better%3Dschools")).await;
    few.is(200)
        .says("too few answered, not shown")
        .says("estimated withheld")
        .says("too few answers, not shown");
    let mean = public.get(&at("/felt-2019-2/map?of=satisfied%3D")).await;
    mean.is(200).says("wider than a fifth of the scale").says("<option value=\"satisfied=\" selected>");
    // Nonsense shows the first question; a wave that nobody may see yet has no map.
    public.get(&at("/felt-2019-2/map?of=%3Cscript%3E")).await.is(200).says("value=\"felt=much\" selected");
    public.get(&at("/felt-open/map")).await.is(404);
    public.get(&at("/nowhere/map")).await.is(404);
    for lang in ["zh-CN", "en"] {
        let mut reader = site.sign_in("").await;
        reader.lang = lang;
        for page in ["/felt-2019-2/map", "/felt-2019-1/map?of=better%3Dschools", "/plan-effect-2019"] {
            let answer = reader.get(&at(page)).await;
            assert_eq!(answer.is(200).missing_words(), Vec::<String>::new(), "{page}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn published_figures_open_to_the_waves_they_stand_on() {
    let site = site();
    let public = site.sign_in("").await;
    let figure = public.get(&format!("{PLAN}/figures/perceived_effect_after?as_of=2020-01-31")).await;
    figure.is(200).says("87.5").says("The survey behind it").says("/surveys/plan-effect-2019");
    // The plan's own waves stand beside it, with their error, and change nothing.
    figure.says("all but “not at all”").says("Spring 2019").says("Winter 2019").says("illustrative");
    let before = public.get(&format!("{PLAN}/figures/perceived_effect_before?as_of=2020-01-31")).await;
    before.is(200).says("48.53").says("/surveys/plan-effect-before");
    let wave = public.get(&at("/plan-effect-2019?as_of=2020-01-31")).await;
    wave.is(200).says("Not published").says("fgw.beijing.gov.cn").says("87.5 %").says("about 90 %");
    wave.says("/figures/perceived_effect_after").says("/figures/approval_satisfaction");
    public.get(&at("/plan-effect-2019?as_of=2018-12-31")).await.is(404);
    public
        .get(&at("?as_of=2020-01-31"))
        .await
        .is(200)
        .says("Cited surveys")
        .says("/surveys/plan-effect-2019");
    let indicator = public.get(&format!("{PLAN}/indicators/perceived_effect?as_of=2020-01-31")).await;
    indicator.is(200).says("/surveys/plan-effect-before").says("What the plan’s own surveys say");
    // Recorded by whoever runs surveys; what names it has to know it.
    public.get(&format!("{PLAN}/record/cited_wave")).await.is(303);
    site.sign_in("community").await.get(&format!("{PLAN}/record/cited_wave")).await.is(403);
    let force = site.sign_in("task-force").await;
    force.get(&format!("{PLAN}/record/cited_wave")).await.is(200).says("What was not published");
}

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
