//! Somebody answers by themselves: step by step, by a link, in time or late.

use super::*;

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
