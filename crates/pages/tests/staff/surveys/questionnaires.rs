//! Questionnaires brought or written, and what is wrong with them.

use super::*;

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
