//! What-if, forecasts, limits and joint reviews: who may do what, and what it leaves behind.

use crate::site::{PLAN, head, site};

const THEN: &str = "as_of=2019-08-14";

#[tokio::test(flavor = "multi_thread")]
async fn a_scenario_is_made_valued_and_adopted_and_touches_nothing_before() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let list = format!("{PLAN}/timetable/scenarios");
    let form = reader.get(&format!("{list}/new")).await;
    let version = form.is(200).value("version");
    reader.post(&format!("{list}/new"), &[("version", &version)]).await.is(422).says("name_zh-error");
    let named = [("version", version.as_str()), ("name_zh", "压缩审批"), ("name_en", "Quick approvals")];
    let made = reader.post(&format!("{list}/new"), &named).await;
    let one = made.is(303).location.clone();
    assert!(one.starts_with(&format!("{list}/S-")), "{one}");

    let version = reader.get(&one).await.is(200).value("version");
    let add = format!("{one}/add/shorten");
    let mut change = vec![
        ("version", version.as_str()),
        ("at", "plan"),
        ("steps", "approvals"),
        ("percent", "120"),
        ("at_most", ""),
    ];
    reader.post(&add, &change).await.is(422).says("percent-error");
    change[3] = ("percent", "50");
    reader.post(&add, &change).await.is(303);
    // With a version that was overtaken it is told so and shown again with the newest one.
    let shifts = format!("{one}/add/shifts");
    let mut stale = [("version", version.as_str()), ("at", "plan"), ("steps", "works"), ("shifts", "2")];
    let told = reader.post(&shifts, &stale).await;
    let fresh = told.is(409).value("version");
    assert_ne!(fresh, version);
    stale[0] = ("version", &fresh);
    stale[1] = ("at", "nowhere");
    reader.post(&shifts, &stale).await.is(422);

    let before = reader.get(&format!("{PLAN}/timetable?{THEN}")).await.body;
    let valued = reader.get(&format!("{one}?{THEN}")).await;
    valued.is(200).says("All approvals take 50 % of their time").says("What it is worth");
    assert!(valued.missing_words().is_empty(), "{:?}", valued.missing_words());
    let compared = reader.get(&format!("{list}/compare?with=S-1&with=S-2&with=S-3&{THEN}")).await;
    compared.is(200).says("Quick approvals").says("Promises that move");
    assert!(compared.missing_words().is_empty(), "{:?}", compared.missing_words());
    assert_eq!(reader.get(&format!("{PLAN}/timetable?{THEN}")).await.body.len(), before.len());

    // Adopting shows what it records, and asks for a reason.
    let adopt = format!("{one}/adopt");
    let shown = reader.get(&adopt).await;
    let version = shown.is(200).says("What will be recorded").value("version");
    let touched = shown.value("touched");
    // The steps of a kind are called by their names.
    assert!(!shown.body.contains("feasibility"), "{}", shown.body);
    let bare = [("version", version.as_str()), ("title_zh", "第四版")];
    reader.post(&adopt, &bare).await.is(422).says("reason-error");
    let done = [
        ("version", version.as_str()),
        ("touched", touched.as_str()),
        ("title_zh", "第四版：审批改革"),
        ("title_en", "Fourth version: approval reform"),
        ("reason", "市政府审批改革方案"),
    ];
    let at = head(&site);
    reader.post(&adopt, &done).await.is(303);
    assert!(head(&site) > at);
    reader.get(&one).await.is(200).says("adopted").says("Became revision 4");
    reader.get(&format!("{PLAN}/revisions")).await.says("Fourth version: approval reform");
    // It stays as it was.
    reader.get(&adopt).await.is(409);
    reader.post(&format!("{one}/add/shifts"), &done).await.is(422);

    // A department tries out and does not adopt; who does not work on the plan sees nothing of it.
    let department = site.sign_in("department").await;
    department.get(&format!("{list}/S-1")).await.is(200).says("Take out");
    department.get(&format!("{list}/S-1/adopt")).await.is(403);
    site.sign_in("auditor").await.get(&format!("{list}/new")).await.is(403);
    site.sign_in("").await.get(&list).await.is(303);
    reader.get(&format!("{list}/NO-SUCH")).await.is(404);
    reader.get(&format!("{list}/S-1/add/no-such")).await.is(404);
}

/// Makes a scenario with one change, and gives its address.
async fn with_change(reader: &crate::site::Reader<'_>, kind: &str, change: &[(&str, &str)]) -> String {
    let new = format!("{PLAN}/timetable/scenarios/new");
    let version = reader.get(&new).await.value("version");
    let named = [("version", version.as_str()), ("name_zh", "试一试"), ("name_en", "A trial")];
    let one = reader.post(&new, &named).await.is(303).location.clone();
    let version = reader.get(&one).await.value("version");
    let fields: Vec<_> = [("version", version.as_str())].into_iter().chain(change.iter().copied()).collect();
    reader.post(&format!("{one}/add/{kind}"), &fields).await.is(303);
    one
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_valued_is_what_is_adopted() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let half = [("at", "project:HT-HEA-003"), ("steps", "step:fit_out"), ("percent", "50"), ("at_most", "")];
    let one = with_change(&reader, "shorten", &half).await;
    let adopt = format!("{one}/adopt");
    let shown = reader.get(&adopt).await;
    let (version, touched) = (shown.is(200).value("version"), shown.value("touched"));
    assert_ne!(touched, "0");
    // Somebody says meanwhile how long the step takes: half of it is another number.
    let form = format!("{PLAN}/projects/HT-HEA-003/edit/step_work");
    let own = reader.get(&form).await.value("version");
    let longer = [
        ("version", own.as_str()),
        ("step", "fit_out"),
        ("low_days", "300"),
        ("likely_days", "400"),
        ("high_days", "500"),
        ("source_unit", "bj-task-force"),
        ("accepted", "1"),
    ];
    reader.post(&form, &longer).await.is(303);
    let word = |touched: &str| {
        [
            ("version", version.clone()),
            ("touched", touched.to_owned()),
            ("title_zh", "第四版".to_owned()),
            ("reason", "试行".to_owned()),
        ]
    };
    let send = async |fields: [(&str, String); 4]| {
        reader.post(&adopt, &fields.each_ref().map(|(name, value)| (*name, value.as_str()))).await
    };
    let told = send(word(&touched)).await;
    told.is(409).says("200");
    let fresh = told.value("touched");
    assert_ne!(fresh, touched);
    // Seen with the other number, it is adopted.
    send(word(&fresh)).await.is(303);
    let plan = domain::code::Code::new("huitian-2018").unwrap();
    let held = site.app.portfolio(&plan, app::read::Asked::default()).await.unwrap();
    let fit_out = domain::code::Code::new("fit_out").unwrap();
    assert_eq!(held.project("HT-HEA-003").unwrap().work[&fit_out].days.likely, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_capacity_is_worth_something_once_limits_are_kept() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let one = with_change(&reader, "capacity", &[("limit", "review-planning"), ("capacity", "30")]).await;
    let valued = reader.get(&format!("{one}?{THEN}")).await;
    valued.is(200).says("reckoned with all limits of capacity kept");
    valued.says("Design reviews of the planning commission: 3 → 30 at once");
    assert!(valued.missing_words().is_empty(), "{:?}", valued.missing_words());
    let code = one.rsplit('/').next().unwrap();
    let beside = reader.get(&format!("{PLAN}/timetable/scenarios/compare?with={code}&{THEN}")).await;
    beside.is(200).says("reckoned with all limits of capacity kept");
    assert!(!beside.body.contains("No promise moves."), "{}", beside.body);
    // Other changes are valued without limits, as before.
    reader.get(&format!("{PLAN}/timetable/scenarios/S-1?{THEN}")).await.is(200);
    let free = reader.get(&format!("{PLAN}/timetable/scenarios/compare?with=S-1&{THEN}")).await;
    assert!(!free.is(200).body.contains("reckoned with all limits"), "{}", free.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_winter_stop_begins_with_what_the_plans_calendars_say() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let plan = domain::code::Code::new("huitian-2018").unwrap();
    let held = site.app.portfolio(&plan, app::read::Asked::default()).await.unwrap();
    let closed = held.plan.calendars.iter().flat_map(|calendar| &calendar.closed).next();
    let form = reader.get(&format!("{PLAN}/timetable/scenarios/S-1/add/close")).await;
    let expected = closed.map_or_else(String::new, |closed| closed.from.to_string());
    assert_eq!(form.is(200).value("from"), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_are_taken_out_and_scenarios_copied_withdrawn_and_taken_up_again() {
    let site = site();
    let reader = site.sign_in("district").await;
    let one = format!("{PLAN}/timetable/scenarios/S-2");
    let act = |version: String, act: &'static str| vec![("version", version), ("act", act.to_owned())];
    let post = async |fields: Vec<(&'static str, String)>| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        reader.post(&one, &fields).await
    };
    let version = async || reader.get(&one).await.value("version");
    let mut fields = act(version().await, "remove");
    fields.push(("at", "0".into()));
    let before = reader.get(&one).await.body.matches("name=\"at\"").count();
    post(fields).await.is(303);
    assert_eq!(reader.get(&one).await.body.matches("name=\"at\"").count(), before - 1);
    let copied = post(act(version().await, "copy")).await;
    assert!(copied.is(303).location.contains("/S-3?saved="), "{}", copied.location);
    post(act(version().await, "withdraw")).await.is(303);
    let withdrawn = reader.get(&one).await;
    withdrawn.says("withdrawn").says("Take up again");
    assert!(!withdrawn.body.contains("Take out"));
    post(act(version().await, "reopen")).await.is(303);
    post(act(version().await, "no-such")).await.is(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_forecast_is_drawn_by_rules_kept_and_held_against_what_came() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let path = format!("{PLAN}/timetable/forecast");
    let then = reader.get(&format!("{path}?{THEN}")).await;
    then.is(200).says("Promises kept by 31 December 2019").says("Steps that cost most").says("seed 2018");
    assert!(then.missing_words().is_empty(), "{:?}", then.missing_words());
    reader.get(&format!("{path}?{THEN}&year=2021")).await.is(200).says("Promises kept by 31 December 2021");
    let rules = format!("{path}/rules");
    let bad = [("correlation", "101"), ("draws", "10"), ("seed", "7")];
    reader.post(&rules, &bad).await.is(422).says("correlation-error").says("draws-error");
    let good = [("correlation", "60"), ("draws", "2000"), ("seed", "7")];
    reader.post(&rules, &good).await.is(303);
    reader.get(&path).await.is(200).says("From 2000 draws with seed 7").says("60 %");
    reader.post(&path, &[]).await.is(303);
    reader.get(&path).await.says("25 November 2026");
    for (person, status) in [("department", 403), ("leader", 403)] {
        site.sign_in(person).await.post(&path, &[]).await.is(status);
        site.sign_in(person).await.get(&rules).await.is(status);
    }
    let back = reader.get(&format!("{PLAN}/timetable/calibration")).await;
    // The road promised for 2019 and not started for years is among what was forecast.
    back.is(200).says("Brier score").says("Forecasts that were kept").says("3 forecasts");
    assert!(back.missing_words().is_empty(), "{:?}", back.missing_words());
    let young = reader.get(&format!("{PLAN}/timetable/calibration?as_of=2018-09-01")).await;
    young.is(200).says("No promise that could have been forecast is settled yet.");
    let changed = reader.get(&format!("{PLAN}/timetable/changes?{THEN}&since=2019-03-01")).await;
    changed.is(200).says("Then (1 March 2019) and now").says("done on");
    assert!(changed.missing_words().is_empty(), "{:?}", changed.missing_words());
    // Odds are told before and after, as wherever timetables are compared.
    changed.says("% → <b>");
    // Whoever looks from what was known earlier is told of nothing that was recorded later.
    let early = format!("{PLAN}/timetable/changes?as_of=2019-08-14&known_at=2018-12-01&since=2019-03-01");
    let since = reader.get(&early).await;
    assert!(!since.is(200).body.contains("done on"), "{}", since.body);
    reader
        .get(&format!("{PLAN}/timetable/changes?as_of=2018-08-20&since=2018-01-01"))
        .await
        .is(200)
        .says("was not on record on that day");
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_are_set_shown_where_they_bind_and_withdrawn() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let path = format!("{PLAN}/timetable/limits");
    let shown = reader.get(&format!("{path}?{THEN}")).await;
    shown.is(200).says("Design reviews of the planning commission").says("Finishes put off by limits");
    assert!(shown.missing_words().is_empty(), "{:?}", shown.missing_words());
    let form = format!("{path}/new");
    reader
        .post(&form, &[("name_zh", "审图"), ("by", "unit:nobody"), ("capacity", "0")])
        .await
        .is(422)
        .says("capacity-error");
    let wanted = [("name_zh", "审图能力"), ("by", "authority:住房城乡建设部门"), ("capacity", "1")];
    reader.post(&form, &wanted).await.is(303);
    reader.get(&format!("{form}?limit=L-1")).await.is(200).says("审图能力");
    reader.get(&path).await.says("审图能力");
    reader.post(&format!("{path}/L-1"), &[]).await.is(303);
    assert!(!reader.get(&path).await.body.contains("审图能力"));
    reader.post(&format!("{path}/L-1"), &[]).await.is(404);
    site.sign_in("department").await.get(&form).await.is(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_joint_review_is_opened_answered_by_departments_and_closed() {
    let site = site();
    let force = site.sign_in("task-force").await;
    let list = force.get(&format!("{PLAN}/timetable/reviews?{THEN}")).await;
    list.is(200).says("overdue").says("Changping");
    assert!(list.missing_words().is_empty(), "{:?}", list.missing_words());
    let shown = force.get(&format!("{PLAN}/projects/HT-MUN-016/reviews/1?{THEN}")).await;
    shown.is(200).says("agrees on conditions").says("All open points together");
    assert!(shown.missing_words().is_empty(), "{:?}", shown.missing_words());
    force.get(&format!("{PLAN}/projects/HT-MUN-016/reviews/1")).await.is(200).says("Passed");
    force.get(&format!("{PLAN}/projects/HT-MUN-016/reviews/7")).await.is(404);

    // A project that has no round: the task force asks two departments.
    let project = format!("{PLAN}/projects/HT-TRA-004");
    let form = format!("{project}/reviews/new");
    let version = force.get(&form).await.is(200).value("version");
    let mut opening =
        vec![("version", version.as_str()), ("step", "design"), ("days", "10"), ("effective", "2026-11-20")];
    force.post(&form, &opening).await.is(422);
    // A day that cannot be read, or none, is asked for: it is not today.
    for day in ["soon", ""] {
        opening[3] = ("effective", day);
        force.post(&form, &opening).await.is(422).says("effective-error");
    }
    opening[3] = ("effective", "2026-11-20");
    opening.extend([("units", "changping-education"), ("units", "bj-traffic-police")]);
    let opened = force.post(&form, &opening).await;
    let round = format!("{project}/reviews/1");
    assert!(opened.is(303).location.starts_with(&round), "{}", opened.location);
    force.post(&form, &opening).await.is(409);

    // The department speaks for itself alone.
    let department = site.sign_in("department").await;
    let own = department.get(&round).await;
    own.is(200).says("opinion?unit=changping-education");
    assert!(!own.body.contains("opinion?unit=bj-traffic-police") && !own.body.contains("/close"));
    let say = format!("{round}/opinion");
    let version = department.get(&format!("{say}?unit=changping-education")).await.is(200).value("version");
    let mut word = vec![
        ("version", version.as_str()),
        ("unit", "changping-education"),
        ("verdict", "conditional"),
        ("effective", "2026-11-23"),
    ];
    department.post(&say, &word).await.is(422).says("text-error");
    word.push(("text", "校门口需设过街设施"));
    word[3] = ("effective", "2026-11-3x");
    department.post(&say, &word).await.is(422).says("effective-error");
    word[3] = ("effective", "2026-11-23");
    department.post(&say, &word).await.is(303);
    word[1] = ("unit", "bj-traffic-police");
    let version = department.get(&say).await.value("version");
    word[0] = ("version", version.as_str());
    department.post(&say, &word).await.is(403);
    let raise = format!("{round}/point");
    let point = [
        ("version", version.as_str()),
        ("unit", "changping-education"),
        ("text", "补充过街天桥方案"),
        ("days", "400"),
        ("effective", "2026-11-24"),
    ];
    let mut undated = point.to_vec();
    undated.pop();
    department.post(&raise, &undated).await.is(422).says("effective-error");
    department.post(&raise, &point).await.is(303);
    let costing = force.get(&round).await;
    costing.is(200).says("补充过街天桥方案").says("400 working days");
    // The task that a point asks for begins with what the point says, and arises from the project.
    costing.says("/items/new/tracked-task?project=HT-TRA-004");
    let form = format!("{PLAN}/items/new/tracked-task");
    let open = force.get(&format!("{form}?project=HT-TRA-004&round=1&point=1")).await;
    assert_eq!(open.is(200).value("name_zh"), "补充过街天桥方案");
    let due = domain::workday::nth(jiff::civil::date(2026, 11, 24), 400).to_string();
    assert_eq!(open.value("due"), due);
    open.says("value=\"changping-education\" selected").says("raised by");
    let task = [
        ("name_zh", "补充过街天桥方案"),
        ("received", "2026-11-25"),
        ("lead_unit", "changping-education"),
        ("urgency", "ordinary"),
        ("due", due.as_str()),
        ("project", "HT-TRA-004"),
        ("round", "1"),
        ("point", "1"),
    ];
    let saved = force.post(&form, &task).await;
    force.get(&saved.is(303).location).await.is(200).says("HT-TRA-004").says("补充过街天桥方案");
    // A point that is not there fills nothing in.
    let empty = force.get(&format!("{form}?project=HT-TRA-004&round=1&point=9")).await;
    assert_eq!(empty.is(200).value("name_zh"), "");

    // It does not pass while a point is open.
    let close = format!("{round}/close");
    let version = force.get(&close).await.is(200).value("version");
    let pass = |version: &str| {
        [
            ("version", version.to_owned()),
            ("outcome", "passed".into()),
            ("text", "无异议".into()),
            ("effective", "2026-11-25".into()),
        ]
    };
    let post = async |fields: [(&str, String); 4]| {
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        force.post(&close, &fields).await
    };
    let mut undated = pass(&version);
    undated[3].1 = "25th".into();
    post(undated).await.is(422).says("effective-error");
    post(pass(&version)).await.is(422).says("Points still open: 1");
    let version = department.get(&format!("{raise}?number=1")).await.is(200).value("version");
    let mut settled = point.to_vec();
    settled[0] = ("version", version.as_str());
    settled.extend([("number", "1"), ("settled", "已纳入设计")]);
    department.post(&raise, &settled).await.is(303);
    let version = force.get(&close).await.value("version");
    post(pass(&version)).await.is(303);
    force.get(&round).await.says("Passed");
    department.get(&say).await.is(409);
}

#[tokio::test(flavor = "multi_thread")]
async fn measured_durations_are_taken_over_after_what_they_move_was_shown() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let path = format!("{PLAN}/timetable/durations");
    let shown = reader.get(&path).await;
    shown.is(200).says("Measured durations");
    assert!(shown.missing_words().is_empty(), "{:?}", shown.missing_words());
    let Some(at) = shown.body.find("name=\"template\" value=\"") else {
        panic!("nothing was measured: {}", shown.body)
    };
    let value = |from: &str| from.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let rest = &shown.body[at..];
    let template = value(rest);
    let step = value(&rest[rest.find("name=\"step\"").unwrap()..]);
    let typed = [("template", template.as_str()), ("step", step.as_str())];
    let at = head(&site);
    reader.post(&path, &typed).await.is(200).says("name=\"accepted\"");
    assert_eq!(head(&site), at);
    let mut typed = typed.to_vec();
    typed.push(("accepted", "1"));
    reader.post(&path, &typed).await.is(303);
    assert_eq!(head(&site), at + 1);
    reader.post(&path, &[("template", "building"), ("step", "no-such")]).await.is(404);
}
