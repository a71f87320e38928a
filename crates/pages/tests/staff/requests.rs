//! Requests as people meet them: from a resident's phone to an answer, a verdict and a rate.

use crate::site::{Answer, PLAN, Reader, site};

const TEXT: &str = "东门的路灯坏了三天，晚上很黑，请回电13812345678";

/// The fields of the form as it stands, with others in their place.
fn filled<'a>(page: &'a Answer, names: &[&'a str], given: &[(&'a str, &'a str)]) -> Vec<(&'a str, String)> {
    let kept = names.iter().map(|name| (*name, page.value(name)));
    let given = given.iter().map(|(name, value)| (*name, (*value).to_owned()));
    kept.chain(given).collect()
}

async fn send(reader: &Reader<'_>, path: &str, fields: &[(&str, String)]) -> Answer {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    reader.post(path, &fields).await
}

/// What is asked next of a resident who says where something is, and what.
async fn at_the_gate(resident: &Reader<'_>, text: &str) -> Answer {
    let ask = format!("{PLAN}/ask");
    let place = [("step", "place"), ("area", "huoying-estate"), ("address", "东门")];
    let matter = resident.post(&ask, &place).await;
    let said = [("step", "matter"), ("kind", "complaint"), ("text", text)];
    let said = filled(&matter, &["key", "area", "address"], &said);
    send(resident, &ask, &said).await
}

/// Files a request at the desk; where much the same is on the books, after it was shown.
async fn file(desk: &Reader<'_>, order: &[(&str, &str)]) -> bool {
    let new = format!("{PLAN}/requests/new");
    let first = desk.post(&new, order).await;
    if first.status == 303 {
        return false;
    }
    first.is(200).says("Same words").says("File it all the same");
    assert!(first.missing_words().is_empty(), "{:?}", first.missing_words());
    let looked = first.value("looked");
    let order: Vec<(&str, &str)> = order.iter().copied().chain([("looked", looked.as_str())]).collect();
    desk.post(&new, &order).await.is(303);
    true
}

/// Asks, and gives the address of one's own page.
async fn ask(resident: &Reader<'_>) -> String {
    let ask = format!("{PLAN}/ask");
    resident.get(&ask).await.is(200).says("Where is it?");
    resident.post(&ask, &[("step", "place")]).await.is(422).says("Choose a community");
    let place = [("step", "place"), ("area", "huoying-estate"), ("address", "东门")];
    let matter = resident.post(&ask, &place).await;
    matter.is(200).says("What happened");
    let kept = ["key", "area", "address"];
    let empty = filled(&matter, &kept, &[("step", "matter"), ("text", " ")]);
    send(resident, &ask, &empty).await.is(422).says("Say what it is about");
    let said = filled(&matter, &kept, &[("step", "matter"), ("kind", "complaint"), ("text", TEXT)]);
    let check = send(resident, &ask, &said).await;
    // What others would read is shown without the number; the words that decided are named.
    check.is(200).says("请回电***").says("路灯").says("Roads and street lamps");
    let kept = ["key", "area", "address", "kind", "text"];
    let wrong = [("step", "send"), ("category", "roads"), ("phone", "12")];
    send(resident, &ask, &filled(&check, &kept, &wrong)).await.is(422).says("phone number is not complete");
    let sending = [("step", "send"), ("category", "roads"), ("phone", "13812345678"), ("public", "yes")];
    let sent = send(resident, &ask, &filled(&check, &kept, &sending)).await;
    sent.is(303);
    // Sent twice, it is one request.
    let twice = send(resident, &ask, &filled(&check, &kept, &sending)).await;
    assert_eq!(twice.location, sent.location);
    sent.location
}

/// Asks, and gives the address of one's own page and the number.
async fn asked(resident: &Reader<'_>) -> (String, String) {
    let mine = ask(resident).await;
    let page = resident.get(&mine).await;
    let code = page.is(200).body.split("class=\"code\">").nth(1).unwrap().split('<').next().unwrap();
    (mine, code.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_phone_to_a_rate() {
    let site = site();
    let resident = site.sign_in("").await;
    let (mine, code) = asked(&resident).await;
    let page = resident.get(&mine).await;
    page.is(200).says("Keep the number").says("Huoying Subdistrict Office");
    assert!(page.missing_words().is_empty(), "{:?}", page.missing_words());
    assert!(!page.body.contains("13812345678"));
    let one = format!("{PLAN}/requests/{code}");
    let my = format!("{PLAN}/my");
    let key = mine.split("key=").nth(1).unwrap().to_owned();
    // Without the link nobody sees it, and others' pages do not name it.
    resident.get(&format!("{PLAN}/my?key=wrong")).await.is(404);
    resident.get(&format!("{PLAN}/voices/{code}")).await.is(404);
    resident.get(&one).await.is(303);

    let district = site.sign_in("district").await;
    district.get(&one).await.is(200).says("***").says("Accept");
    district.post(&format!("{one}/step-ask-return"), &[("reason", "")]).await.is(422);
    district.post(&format!("{one}/step-ask-return"), &[("reason", "not ours")]).await.is(303);
    let desk = site.sign_in("desk").await;
    let given = [("unit", "changping-urban-management"), ("reason", "lamps are theirs")];
    desk.post(&format!("{one}/step-redispatch"), &given).await.is(303);
    desk.post(&format!("{one}/step-accept"), &[]).await.is(403);
    desk.post(&format!("{one}/publish"), &[]).await.is(303);
    resident.get(&format!("{PLAN}/voices/{code}")).await.is(200).says("请回电***");
    for (act, fields) in [("step-accept", vec![]), ("contact", vec![("way", "phone"), ("text", "called")])] {
        district.post(&format!("{one}/{act}"), &fields).await.is(303);
    }
    // What an answer may still lack is said once, and refuses nothing.
    let answer = format!("{one}/step-answer");
    district
        .post(&answer, &[("answer", "The lamp was replaced.")])
        .await
        .is(200)
        .says("It names no day or limit")
        .says("Send as it is");
    district.post(&answer, &[("answer", "The lamp was replaced."), ("looked", "1")]).await.is(303);
    resident.get(&mine).await.is(200).says("The lamp was replaced.").says("Is it solved?");
    // What is added later nobody has looked at: it is between whoever asked and the office.
    let key_of = || ("key", key.clone());
    let added = [("act", "add".to_owned()), ("word", "隔壁的人又来了".to_owned()), key_of()];
    send(&resident, &my, &added).await.is(303);
    resident.get(&mine).await.is(200).says("隔壁的人又来了");
    district.get(&one).await.is(200).says("隔壁的人又来了");
    let public = resident.get(&format!("{PLAN}/voices/{code}")).await;
    assert!(!public.is(200).body.contains("隔壁的人又来了"));
    let judge = |solved: &'static str, why: &'static str| {
        vec![("act", "judge"), ("solved", solved), ("satisfaction", "satisfied"), ("why", why)]
    };
    let with_key = |mut fields: Vec<(&'static str, &'static str)>, key: &str| {
        let mut all: Vec<(&str, String)> = fields.drain(..).map(|(n, v)| (n, v.to_owned())).collect();
        all.push(("key", key.to_owned()));
        all
    };
    send(&resident, &my, &with_key(judge("no", ""), &key)).await.is(422).says("Say what is still wrong");
    send(&resident, &my, &with_key(judge("no", "still dark"), &key)).await.is(303);
    district.get(&one).await.is(200).says("Taken up again").says("still dark");
    let rates =
        format!("{PLAN}/requests?side=not_solved&rate_from=2026-11-01&rate_to=2026-12-31&as_of=2026-12-31");
    desk.get(&rates).await.is(200).says(&code);
    district
        .post(&format!("{one}/step-answer"), &[("answer", "Now it burns."), ("looked", "1")])
        .await
        .is(303);
    send(&resident, &my, &with_key(judge("yes", ""), &key)).await.is(303);
    resident.get(&mine).await.is(200).says("Closed");
    assert!(!desk.get(&rates).await.is(200).body.contains(&code));
    desk.get(&rates.replace("not_solved", "solved")).await.is(200).says(&code);
    // It falls due in December; the page of a period says so.
    let page =
        desk.get(&format!("{PLAN}/requests/rates?from=2026-11-01&to=2026-12-31&as_of=2026-12-31")).await;
    page.is(200).says("100.00%");
}

#[tokio::test(flavor = "multi_thread")]
async fn matters_are_divided_off_help_is_called_and_what_helped_comes_off() {
    let site = site();
    let resident = site.sign_in("").await;
    let (mine, code) = asked(&resident).await;
    let one = format!("{PLAN}/requests/{code}");
    let desk = site.sign_in("desk").await;

    // One of several matters by itself, which whoever asked sees with theirs.
    let divide = format!("{one}/divide");
    let first = desk.get(&one).await;
    first.is(200).says("File one matter by itself");
    assert!(!first.body.contains("Take a supporting unit off"));
    desk.get(&divide).await.is(200).says("The matter").says("under whoever asked");
    desk.post(&divide, &[("matter", ""), ("category", "heating")]).await.is(422);
    desk.post(&divide, &[("matter", "A pipe burst"), ("category", "")]).await.is(422);
    site.sign_in("community").await.post(&divide, &[("matter", "x"), ("category", "heating")]).await.is(403);
    desk.post(&divide, &[("matter", "A pipe burst"), ("category", "heating")]).await.is(303);
    let divided = desk.get(&one).await;
    divided.is(200).says("A pipe burst").says("One matter is handled by itself as");
    assert!(divided.missing_words().is_empty(), "{:?}", divided.missing_words());
    let own = resident.get(&mine).await;
    own.is(200).says("handled in parts").says("A pipe burst");
    assert!(own.missing_words().is_empty() && !own.body.contains("handled by itself as"));
    let matter = divided.body.split("A pipe burst").next().unwrap();
    let matter = matter.rsplit("/requests/").next().unwrap().split('"').next().unwrap().to_owned();
    let matter = format!("{PLAN}/requests/{matter}");
    let part = desk.get(&matter).await;
    part.is(200).says("Part of");
    assert!(!part.body.contains("File one matter by itself"));
    desk.get(&format!("{matter}/divide")).await.is(409);

    // Units that help are put on, and taken off again.
    let help = [("unit", "changping-urban-management")];
    desk.post(&format!("{one}/drop-support"), &help).await.is(409);
    desk.post(&format!("{one}/support"), &help).await.is(303);
    desk.get(&one).await.is(200).says("Take a supporting unit off");
    desk.post(&format!("{one}/drop-support"), &[("unit", "")]).await.is(422);
    desk.post(&format!("{one}/drop-support"), &help).await.is(303);
    desk.post(&format!("{one}/drop-support"), &help).await.is(409);

    // A whistle from a request begins with its words and place, and stands with it once it is blown.
    let office = site.sign_in("task-force").await;
    let form = format!("{PLAN}/items/new/whistle?request={code}");
    let blank = office.get(&form).await;
    blank.is(200);
    assert_eq!(blank.value("request"), code);
    let kept = ["name_zh", "received", "request"];
    let given = [
        ("whistle", "emergency"),
        ("text", "The lamp at the east gate is out"),
        ("caller", "huoying-office"),
        ("lead_unit", "changping-urban-management"),
        ("areas", "huoying-estate"),
    ];
    let whistle = format!("{PLAN}/items/new/whistle");
    send(&office, &whistle, &filled(&blank, &kept, &given[1..])).await.is(422);
    let blown = send(&office, &whistle, &filled(&blank, &kept, &given)).await;
    blown.is(303);
    let number = blown.location.split('?').next().unwrap().rsplit('/').next().unwrap().to_owned();
    office.get(&one).await.is(200).says(&number);
    office.get(&format!("{PLAN}/items/{number}")).await.is(200).says(&format!("/requests/{code}"));

    // What it led to is taken off as well; and what was refused is reviewed by whoever asked.
    let drop = format!("{one}/drop-link");
    desk.get(&drop).await.is(200).says(&number);
    desk.post(&drop, &[("linked", &number)]).await.is(303);
    desk.post(&drop, &[("linked", &number)]).await.is(409);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_those_who_go_along_say_is_read_where_it_is_handled_and_goes_with_them() {
    let site = site();
    let resident = site.sign_in("").await;
    let (_, master) = asked(&resident).await;
    let (mine, same) = asked(&resident).await;
    let key = mine.split("key=").nth(1).unwrap().to_owned();
    let (one, other) = (format!("{PLAN}/requests/{master}"), format!("{PLAN}/requests/{same}"));
    let my = format!("{PLAN}/my");
    let own = |fields: &[(&'static str, &str)]| -> Vec<(&'static str, String)> {
        let typed = fields.iter().map(|(name, value)| (*name, (*value).to_owned()));
        typed.chain([("key", key.clone())]).collect()
    };
    let desk = site.sign_in("desk").await;

    // One matter is taken apart from it before it goes along.
    let divided = [("matter", "A pipe burst"), ("category", "heating")];
    desk.post(&format!("{other}/divide"), &divided).await.is(303);
    let page = desk.get(&other).await;
    let matter = page.is(200).body.split("A pipe burst").next().unwrap();
    let matter = matter.rsplit("/requests/").next().unwrap().split('"').next().unwrap().to_owned();
    send(&resident, &my, &own(&[("act", "withdraw"), ("reason", "asked by a neighbour")])).await.is(303);
    // Of what is not over yet nothing is erased, and it is said what.
    let erase = own(&[("act", "erase"), ("erase", "yes")]);
    let refused = send(&resident, &my, &erase).await;
    refused.is(422).says("have not ended yet").says(&matter);
    assert!(refused.missing_words().is_empty(), "{:?}", refused.missing_words());
    desk.get(&other).await.is(200).says("请回电***");

    let (mine, along) = asked(&resident).await;
    let key = mine.split("key=").nth(1).unwrap().to_owned();
    let merge = format!("{PLAN}/requests/{along}/step-merge");
    desk.post(&merge, &[("master", &master)]).await.is(303);
    let word = [("act", "add".to_owned()), ("word", "第三根灯杆也不亮".to_owned()), ("key", key.clone())];
    send(&resident, &my, &word).await.is(303);
    for lang in ["en", "zh-CN"] {
        let mut desk = site.sign_in("desk").await;
        desk.lang = lang;
        let page = desk.get(&one).await;
        page.is(200).says("第三根灯杆也不亮");
        assert!(page.missing_words().is_empty(), "{:?}", page.missing_words());
    }
    desk.get(&one).await.is(200).says(&format!("Whoever asked {along} (merged) has added something"));
    let erase = [("act", "erase".to_owned()), ("erase", "yes".to_owned()), ("key", key)];
    send(&resident, &my, &erase).await.is(200).says("Everything of yours is erased");
    let page = desk.get(&one).await;
    assert!(!page.is(200).body.contains("第三根灯杆"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_category_asks_is_answered_before_anything_is_shown() {
    let site = site();
    let resident = site.sign_in("").await;
    let ask = format!("{PLAN}/ask");
    let details = at_the_gate(&resident, "垃圾桶三天没清，味道很大").await;
    details.is(200).says("What is the matter").says("fetched");
    let kept = ["key", "area", "address", "kind", "text", "category", "asked"];
    let empty = send(&resident, &ask, &filled(&details, &kept, &[("step", "details")])).await;
    empty.is(422).says("needs an answer").says("href=\"#answer-what\"");
    let answered = [("step", "details"), ("answer-what", "full"), ("answer-days", "3，请找张三13812345678")];
    let wrong = send(&resident, &ask, &filled(&details, &kept, &answered)).await;
    wrong.is(422).says("takes a number");
    let answered = [("step", "details"), ("answer-what", "full"), ("answer-days", "3")];
    let check = send(&resident, &ask, &filled(&details, &kept, &answered)).await;
    // What others will read has the answers in it.
    check.is(200).says("Bins not emptied").says("name=\"public\"");
    let kept = ["key", "area", "address", "kind", "text", "asked", "answer-what", "answer-days"];
    let sending = [("step", "send"), ("category", "garbage"), ("public", "yes")];
    let sent = send(&resident, &ask, &filled(&check, &kept, &sending)).await;
    resident.get(&sent.is(303).location).await.is(200).says("Bins not emptied");
    // Another category asks what it asks.
    let other = [("step", "send"), ("category", "garbage"), ("asked", "roads")];
    let kept = ["key", "area", "address", "kind", "text"];
    send(&resident, &ask, &filled(&check, &kept, &other)).await.is(200).says("What is the matter");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hot_issue_is_confirmed_once() {
    let site = site();
    let desk = site.sign_in("desk").await;
    for at in 1..=6 {
        let (text, number) =
            (format!("霍营小区东门的路灯已经{at}天不亮了，晚上回家看不见路"), format!("HOT-{at}"));
        let order = [
            ("text", text.as_str()),
            ("area", "huoying"),
            ("category", "roads"),
            ("number", number.as_str()),
        ];
        assert_eq!(file(&desk, &order).await, at > 1, "the desk is shown what says the same");
    }
    let staff = site.sign_in("task-force").await;
    let list = staff.get(&format!("{PLAN}/requests/hot?days=30")).await;
    list.is(200).says("requests/hot/HOT-1?days=30").says("Nothing yet");
    let one = format!("{PLAN}/requests/hot/HOT-1");
    staff.get(&format!("{one}?days=30")).await.is(200).says("Confirm and act on it");
    let confirm = format!("{one}/confirm?days=30");
    let form = staff.get(&confirm).await;
    let seen = form.is(200).value("seen");
    let typed = |unit: &'static str| {
        vec![
            ("seen", seen.clone()),
            ("outcome", "task".to_owned()),
            ("name", "东门路灯整改".to_owned()),
            ("text", "基线六件，目标两件以下".to_owned()),
            ("lead_unit", unit.to_owned()),
            ("level", "district".to_owned()),
            ("due", "2027-03-31".to_owned()),
        ]
    };
    send(&staff, &confirm, &typed("")).await.is(422).says("id=\"lead_unit-error\"");
    send(&desk, &confirm, &typed("changping-urban-management")).await.is(403);
    send(&staff, &confirm, &typed("changping-urban-management")).await.is(303);
    // Twice it is not: somebody looks again first.
    send(&staff, &confirm, &typed("changping-urban-management")).await.is(409).says("changed meanwhile");
    let matter = staff.get(&format!("{one}?days=30")).await;
    matter.is(200).says("/items/TSK-").says("6 requests");
    staff.get(&format!("{PLAN}/requests/HOT-3")).await.is(200).says("/items/TSK-");
    staff.get(&format!("{PLAN}/requests/hot/HOT-2?days=30")).await.is(404);
    // It goes on: what comes later belongs to the same task.
    let more = [
        ("text", "霍营小区东门的路灯已经7天不亮了，晚上回家看不见路"),
        ("area", "huoying"),
        ("category", "roads"),
        ("number", "HOT-7"),
    ];
    file(&desk, &more).await;
    let form = staff.get(&confirm).await;
    form.is(200).says("Part of the task that it became already");
    assert!(form.missing_words().is_empty(), "{:?}", form.missing_words());
    let task = form.body.split("value=\"TSK-").nth(1).unwrap().split('"').next().unwrap();
    let (seen, task) = (form.value("seen"), format!("TSK-{task}"));
    let held = [("seen", seen.clone()), ("outcome", "item".to_owned()), ("item", "TSK-none".to_owned())];
    send(&staff, &confirm, &held).await.is(422).says("id=\"item-error\"");
    let held = [("seen", seen), ("outcome", "item".to_owned()), ("item", task.clone())];
    send(&staff, &confirm, &held).await.is(303);
    staff.get(&format!("{PLAN}/requests/HOT-7")).await.is(200).says(&format!("/items/{task}"));
    // A report names its days.
    let today = site.app.clock().today();
    let named = staff.get(&format!("{one}?from={today}&to={today}")).await;
    named.is(200).says(&format!("hot?from={today}&#38;to={today}")).says("7 requests");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asked_is_shown_with_a_trace() {
    let site = site();
    let resident = site.sign_in("").await;
    let (mine, code) = asked(&resident).await;
    let one = format!("{PLAN}/requests/{code}");
    let desk = site.sign_in("desk").await;
    desk.post(&format!("{one}/person"), &[("why", "")]).await.is(422);
    desk.post(&format!("{one}/person"), &[("why", "call back")]).await.is(200).says("13812345678");
    let auditor = site.sign_in("auditor").await;
    let seen = auditor.get(&one).await;
    assert!(!seen.is(200).body.contains("name=\"why\""));
    auditor.post(&format!("{one}/person"), &[("why", "curious")]).await.is(422);
    desk.post(&format!("{one}/person"), &[("act", "erase"), ("why", "asked for")])
        .await
        .is(200)
        .says("erased");
    resident.get(&mine).await.is(404);
    desk.get(&one).await.is(200).says("erased");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_requests_has_its_words() {
    let site = site();
    for person in ["", "desk", "task-force", "department"] {
        for lang in ["en", "zh-CN"] {
            let mut reader = site.sign_in(person).await;
            reader.lang = lang;
            for path in [
                "/ask",
                "/voices",
                "/voices/HT-R-0002",
                "/requests",
                "/requests?standing=late&order=due",
                "/requests/new",
                "/requests/HT-R-0010",
                "/requests/rates?from=2019-02-01&to=2019-06-30",
                "/requests/rates?from=2019-02-01&to=2019-06-30&by=community",
                "/requests?side=due&rate_from=2019-02-01&rate_to=2019-06-30&rate_by=unit&rate_line=huoying-office",
            ] {
                let page = reader.get(&format!("{PLAN}{path}")).await;
                assert!(page.missing_words().is_empty(), "{path}: {:?}", page.missing_words());
                assert!([200, 303, 403].contains(&page.status), "{path}: {}", page.status);
            }
        }
    }
    let csv = site.sign_in("").await.get(&format!("{PLAN}/voices.csv")).await;
    csv.is(200).says("service_request_id,requested_datetime").says("HT-R-0002");
    // A hotline's caller is filed for, and what is wrong is said at its field.
    let desk = site.sign_in("desk").await;
    let new = format!("{PLAN}/requests/new");
    desk.post(&new, &[("text", ""), ("area", "")]).await.is(422).says("Say what it is about");
    let order =
        [("text", "Water pipe burst"), ("area", "huoying"), ("category", "heating"), ("number", "W-77")];
    desk.post(&new, &order).await.is(303);
    desk.get(&format!("{PLAN}/requests/W-77")).await.is(200).says("Water pipe burst");
    site.sign_in("department").await.post(&new, &order).await.is(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_each_is_done_as_it_was_looked_at() {
    let site = site();
    let desk = site.sign_in("desk").await;
    for number in ["BULK-1", "BULK-2"] {
        let text = format!("霍营小区西门的井盖松了，{number}");
        let order = [("text", text.as_str()), ("area", "huoying"), ("category", "roads"), ("number", number)];
        file(&desk, &order).await;
    }
    let bulk = format!("{PLAN}/requests/bulk");
    let form = desk.get(&format!("{bulk}?act=note&code=BULK-1&code=BULK-2")).await;
    form.is(200).says("BULK-1").says("BULK-2");
    let versions = ["version-BULK-1", "version-BULK-2"].map(|name| form.value(name));
    // Somebody is quicker with one of them.
    let note = [("text", "已电话核实")];
    desk.post(&format!("{PLAN}/requests/BULK-1/note"), &note).await.is(303);
    let fields = [
        ("act", "note"),
        ("code", "BULK-1"),
        ("code", "BULK-2"),
        ("version-BULK-1", versions[0].as_str()),
        ("version-BULK-2", versions[1].as_str()),
        ("text", "一并处理"),
    ];
    desk.post(&bulk, &fields).await.is(200).says("Done: now").says("changed this record after you opened it");
    let of = |number: &str| format!("{PLAN}/requests/{number}");
    assert!(!desk.get(&of("BULK-1")).await.is(200).body.contains("一并处理"));
    desk.get(&of("BULK-2")).await.is(200).says("一并处理");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_like_a_request_is_shown_to_whoever_may_merge_and_merged_from_there() {
    let site = site();
    let desk = site.sign_in("desk").await;
    for (number, text) in
        [("LIKE-1", "霍营小区北门的充电桩坏了没人修"), ("LIKE-2", "霍营小区北门充电桩坏了，一直没人修")]
    {
        let order = [("text", text), ("area", "huoying"), ("category", "roads"), ("number", number)];
        file(&desk, &order).await;
    }
    let (one, two) = (format!("{PLAN}/requests/LIKE-1"), format!("{PLAN}/requests/LIKE-2"));
    let prefilled = format!("{two}/step-merge?master=LIKE-1");
    for (lang, heading) in [("en", "Similar requests"), ("zh-CN", "类似诉求")] {
        let mut desk = site.sign_in("desk").await;
        desk.lang = lang;
        let page = desk.get(&two).await;
        page.is(200).says(heading).says("霍营小区北门的充电桩坏了没人修").says(&prefilled);
        assert!(page.missing_words().is_empty(), "{:?}", page.missing_words());
        // The form names them too, and takes no number that cannot be one.
        let form = desk.get(&format!("{two}/step-merge")).await;
        form.is(200).says(heading).says(&prefilled);
        assert!(form.missing_words().is_empty(), "{:?}", form.missing_words());
    }
    let form = desk.get(&prefilled).await;
    assert_eq!(form.is(200).value("master"), "LIKE-1");
    assert_eq!(desk.get(&format!("{two}/step-merge?master=%3Cb%3E")).await.is(200).value("master"), "");
    // A refusal keeps them beside the form.
    let version = form.value("version");
    let wrong = [("version", version.as_str()), ("master", "LIKE-2")];
    desk.post(&format!("{two}/step-merge"), &wrong).await.is(422).says(&prefilled);
    // Whoever may not merge is not shown them, neither are residents.
    let heading = "Similar requests";
    assert!(!site.sign_in("department").await.get(&two).await.is(200).body.contains(heading));
    desk.post(&format!("{two}/publish"), &[]).await;
    assert!(!site.sign_in("").await.get(&format!("{PLAN}/voices/LIKE-2")).await.body.contains(heading));
    let fields = [("version", version.as_str()), ("master", "LIKE-1")];
    desk.post(&format!("{two}/step-merge"), &fields).await.is(303);
    // What goes with it already stands elsewhere, and of what was merged nothing is looked for.
    for path in [&one, &two] {
        assert!(!desk.get(path).await.is(200).body.contains(heading));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_asks_for_more_time_and_the_books_and_somebody_above_decides() {
    let site = site();
    let resident = site.sign_in("").await;
    let (_, code) = asked(&resident).await;
    let one = format!("{PLAN}/requests/{code}");
    let given = [("unit", "changping-education"), ("reason", "lamps of a school")];
    site.sign_in("desk").await.post(&format!("{one}/step-redispatch"), &given).await.is(303);
    let unit = site.sign_in("department").await;
    // It stands on the unit's own desk.
    unit.get(&format!("{PLAN}/desk")).await.is(200).says("Open requests of my unit").says(&code);
    for step in ["step-accept", "step-start"] {
        unit.post(&format!("{one}/{step}"), &[]).await.is(303);
    }
    let extend = format!("{one}/ask-extension");
    unit.post(&extend, &[("until", "2027-01-15"), ("reason", "")]).await.is(422);
    unit.post(&extend, &[("until", "2027-01-15"), ("reason", "A part is on its way")]).await.is(303);
    unit.get(&extend).await.is(409);
    unit.get(&format!("{one}/decide-extension")).await.is(403);
    let office = site.sign_in("supervision").await;
    let list = format!("{PLAN}/requests?standing=asks");
    office.get(&list).await.is(200).says(&code).says("Asking for more time or the books");
    let decide = format!("{one}/decide-extension");
    let form = office.get(&decide).await;
    form.is(200).says("A part is on its way");
    assert!(form.missing_words().is_empty(), "{:?}", form.missing_words());
    office.post(&decide, &[("decision", "yes"), ("note", "")]).await.is(303);
    assert!(!office.get(&list).await.is(200).body.contains(&code));

    let books = format!("{one}/ask-books");
    let link = [("link", "HT-TRA-017"), ("until", "2027-12-31"), ("reason", "")];
    unit.post(&books, &link).await.is(422);
    let link = [link[0], link[1], ("reason", "With the road")];
    unit.post(&books, &link).await.is(303);
    unit.get(&one).await.is(200).says("With the road").says("not decided yet");
    let decide = format!("{one}/decide-books");
    office.get(&decide).await.is(200).says("With the road");
    office.post(&decide, &[("decision", "no"), ("note", "")]).await.is(422);
    office.post(&decide, &[("decision", "yes"), ("note", "")]).await.is(303);
    let page = unit.get(&one).await;
    page.is(200).says("On the books");
    assert!(page.missing_words().is_empty(), "{:?}", page.missing_words());
    let off = format!("{one}/step-take-off-books");
    unit.post(&off, &[("reason", "")]).await.is(422);
    unit.post(&off, &[("reason", "The road is under way")]).await.is(303);
    let mut zh = site.sign_in("supervision").await;
    zh.lang = "zh-CN";
    let page = zh.get(&one).await;
    assert!(page.is(200).missing_words().is_empty(), "{:?}", page.missing_words());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_to_do_in_danger_is_read_before_anything_is_sent() {
    let site = site();
    let resident = site.sign_in("").await;
    let ask = format!("{PLAN}/ask");
    let check = at_the_gate(&resident, "门口那边一直这样，没人管").await;
    check.is(200);
    let kept = ["key", "area", "address", "kind", "text"];
    let sending = [("step", "send"), ("category", "heating")];
    let first = send(&resident, &ask, &filled(&check, &kept, &sending)).await;
    first.is(422).says("Read the notice of this category before you send").says("name=\"warned\"");
    assert!(first.missing_words().is_empty(), "{:?}", first.missing_words());
    let kept = ["key", "area", "address", "kind", "text", "warned"];
    send(&resident, &ask, &filled(&first, &kept, &sending)).await.is(303);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_goes_with_a_refused_one_may_ask_for_the_review() {
    let site = site();
    let resident = site.sign_in("").await;
    let desk = site.sign_in("desk").await;
    let file = |number: &'static str| {
        let desk = &desk;
        async move {
            let text = format!("说不清在哪里的一件事，{number}");
            let order = [("text", text.as_str()), ("address", "不详"), ("number", number)];
            desk.post(&format!("{PLAN}/requests/new"), &order).await.is(303);
        }
    };
    file("REF-1").await;
    let (mine, same) = asked(&resident).await;
    let key = mine.split("key=").nth(1).unwrap().to_owned();
    desk.post(&format!("{PLAN}/requests/{same}/step-merge"), &[("master", "REF-1")]).await.is(303);
    let refuse = [("ground", "outside_area"), ("refuse_why", "Ask the district next to us")];
    desk.post(&format!("{PLAN}/requests/REF-1/step-refuse"), &refuse).await.is(303);
    let page = resident.get(&mine).await;
    page.is(200).says("name=\"act\" value=\"again\"");
    assert!(page.missing_words().is_empty(), "{:?}", page.missing_words());
    let again = |why: &'static str| {
        vec![("key", key.clone()), ("act", "again".to_owned()), ("again", why.to_owned())]
    };
    let my = format!("{PLAN}/my");
    send(&resident, &my, &again("")).await.is(422);
    send(&resident, &my, &again("It is inside the district")).await.is(303);
    desk.get(&format!("{PLAN}/requests?standing=desk")).await.is(200).says("REF-1");
    let page = resident.get(&mine).await;
    assert!(!page.is(200).body.contains("name=\"act\" value=\"again\""));
}
