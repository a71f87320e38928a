//! The field desk.

use super::*;

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
    let called = async |outcome: &str, number: &str| {
        let counted = [("mode", "street"), ("outcome", outcome), ("number", number)];
        desk.post(&at("/w1/call-backs"), &counted).await
    };
    desk.get(&at("/w1")).await.is(200).says("Count call-backs").says("Nobody has been reached again yet");
    for (outcome, number) in [("confirmed", "9"), ("differs", "1"), ("not_reached", "2")] {
        called(outcome, number).await.is(303);
    }
    for number in ["-1", "many", "1.5", ""] {
        called("denied", number).await.is(422).says("Enter a whole number");
    }
    called("denied", "0").await.is(422).says("above zero");
    called("denied", "99999").await.is(422).says("10000 at most");
    called("refused", "1").await.is(422).says("Choose one of those listed");
    let one = [("mode", "street"), ("outcome", "denied"), ("number", "1")];
    site.sign_in("leader").await.post(&at("/w1/call-backs"), &one).await.is(403);
    let live = desk.get(&at("/w1/live")).await;
    live.is(200).says("90.0% of those reached again (95 % interval 59.6% – 98.2%)");
    force.get(&at("/w1")).await.is(200).says("70.0%").says("was asked, as put down");
    for lang in ["zh-CN", "en"] {
        let mut reader = site.sign_in("community").await;
        reader.lang = lang;
        assert_eq!(reader.get(&at("/w1")).await.is(200).missing_words(), Vec::<String>::new());
    }
    desk.post(&at("/w1/step"), &[("step", "close")]).await.is(403);
    force.post(&at("/w1/step"), &[("step", "close")]).await.is(303);
    site.sign_in("").await.get(&at("/w1/answer")).await.is(200).says("This survey ended");
    let late = fields("from-a-phone-without-a-net", "2026-11-21", "5");
    assert!(send(late).await.is(303).location.contains("done=kept"));
    force.get(&at("/w1/answers.csv")).await.is(422).says("there once the wave is frozen");
    force.post(&at("/w1/step"), &[("step", "freeze")]).await.is(303);
    let too_late = fields("from-a-phone-in-a-drawer", "2026-11-21", "5");
    assert!(send(too_late).await.is(303).location.contains("done=late"));
    force.get(&at("/w1")).await.is(200).says("8 sheets").says("Came too late to count");
    called("denied", "1").await.is(422).says("until it is frozen");

    // How it goes is looked up again; of those who run it.
    desk.get(&at("/w1/live")).await.is(200).says("<dd>8</dd>").says("refused");
    site.sign_in("").await.get(&at("/w1/live")).await.is(303);
    site.sign_in("leader").await.get(&at("/w1/live")).await.is(403);

    // Only those who run it see what it came to, until it is published.
    let public = site.sign_in("").await;
    public.get(&at("/w1/results")).await.is(404);
    let results = force.get(&at("/w1/results")).await;
    results.is(200).says("Not published yet").says("/w1/answers.csv").says("not for publication");
    // Each sheet, for those who run it alone.
    public.get(&at("/w1/answers.csv")).await.is(303);
    desk.get(&at("/w1/answers.csv")).await.is(403);
    let sheets = force.get(&at("/w1/answers.csv")).await;
    sheets.is(200).says("mode,weight,sex,felt,better/bus,better/park,better/school,points");
    assert_eq!(sheets.headers["cache-control"], "no-store");
    assert!(sheets.headers["content-disposition"].to_str().unwrap().contains("w1-answers.csv"));
    assert_eq!(sheets.body.lines().count(), 9, "eight sheets count");
    assert!(!sheets.body.contains("2026") && !sheets.body.contains("wish"), "{}", sheets.body);
    force.get(&at("/nowhere/answers.csv")).await.is(404);
    force.post(&at("/w1/step"), &[("step", "publish")]).await.is(303);
    let results = public.get(&at("/w1/results")).await;
    results.is(200).says("Have you noticed changes?").says("Design effect").says("class=\"reach\"");
    results.says("Response rate (RR1)").says("not drawn at random").says("anybody with the address");
    results.says("refused 3").says("72.7% (on the street)");
    results.says("was asked, as put down 9").says("90% of those reached again (95 % interval 59.6% – 98.2%)");
    public.get(&at("/w1/results?by=sex")).await.is(200).says("female").says("Break down by");
    let csv = public.get(&at("/w1/results.csv")).await;
    csv.is(200).says("wave,instrument,version,question").says("w1,felt,1,felt,,share,no");
    public.get(&at("/w1/codebook.csv")).await.is(200).says("points,scale,,打分,Points,5,好,good");
    let book = public.get(&at("/w1/codebook.csv")).await;
    book.says("Call-backs for review,9,").says("Agreement of call-backs,0.9,");
    book.says("RR1").says("0.727273").says("on the street").says("not drawn at random");
    assert!(!public.get(&at("/w1/results")).await.body.contains("answers.csv"));
    public.get(&at("/w1/answers.csv")).await.is(303);
    book.says("better,multiple,").says(",bus,公交,buses,better/bus").says("not in the file of answers");

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
