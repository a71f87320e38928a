//! Sheets taken: checked, once, by links that lead nowhere, in time and late, in their quotas.

use super::*;

/// What wrote a row of PostgreSQL: each link came with its sheet, and all must have been laid with all since.
fn leaves_no_trail(app: &App, postgres: bool) {
    for table in ["survey_sheet", "survey_invitation"] {
        let sql = match postgres {
            true => format!("SELECT COUNT(DISTINCT xmin::text) FROM {table} WHERE wave = 'w1'"),
            false => format!("SELECT COUNT(DISTINCT wave) FROM {table} WHERE wave = 'w1'"),
        };
        assert_eq!(app.database().read(|c| c.first(&sql, &[], |row| row.int(0))).unwrap(), Some(1));
    }
}

fn a_sheet_is_checked_and_kept_once(scratch: Scratch) {
    let field = Field::open(scratch, WaveAccess::Anyone);
    let public = Actor::Public;
    assert_eq!(field.take(&public, "w1", sheet("s1", answers("f", "yes", 4.0))), Ok(Taken::Kept));
    assert_eq!(field.take(&public, "w1", sheet("s1", answers("f", "yes", 4.0))), Ok(Taken::Already));
    let other = sheet("s1", answers("f", "no", 4.0));
    assert_eq!(field.take(&public, "w1", other), Err(SheetFault::OtherAnswers));
    let outside = field.take(&public, "w1", sheet("s2", answers("f", "yes", 6.0)));
    assert!(
        matches!(&outside, Err(SheetFault::Problems(found)) if matches!(found[0], SheetProblem::Outside { .. }))
    );
    let mut not_asked = answers("f", "yes", 4.0);
    not_asked.insert("why".into(), Answer::Text("x".into()));
    assert!(matches!(field.take(&public, "w1", sheet("s3", not_asked)), Err(SheetFault::Problems(_))));
    let old = NewSheet { shown: asked(2).fingerprint(), ..sheet("s4", answers("f", "yes", 4.0)) };
    assert_eq!(field.take(&public, "w1", old), Err(SheetFault::OtherVersion));
    // Nobody but staff says that somebody was asked on the street.
    let street = on_street("s5", answers("m", "no", 2.0), DAY);
    let refused = field.wait(field.place.app.take_sheet(&public, &field.plan, &code("w1"), street.clone()));
    assert!(matches!(refused, Err(AppError::Refused(_))));
    assert_eq!(field.take(&field.person("asker"), "w1", street), Ok(Taken::Kept));
    let early = on_street("s6", answers("m", "no", 2.0), date(2019, 3, 1));
    assert_eq!(field.take(&field.person("asker"), "w1", early), Err(SheetFault::Day));
    let paper = NewSheet { mode: WaveMode::Paper, ..on_street("s7", answers("m", "no", 2.0), DAY) };
    assert_eq!(field.take(&field.person("asker"), "w1", paper), Err(SheetFault::Mode));
    // Numbers that lead to somebody are not kept.
    let mut why = answers("m", "no", 2.0);
    why.insert("why".into(), Answer::Text("请打 13812345678".into()));
    assert_eq!(field.take(&public, "w1", sheet("s8", why)), Ok(Taken::Kept));
    let (held, _) = field.wait(field.place.app.wave(&field.plan, "w1")).unwrap();
    let live = field.wait(field.place.app.live_wave(&field.plan, &held)).unwrap();
    assert_eq!((live.sheets(), live.late(), live.quotas[0].filled), (3, 0, 1));
    let kept = field
        .place
        .app
        .database()
        .read(|c| c.survey_sheet(&code("p"), &code("w1"), &code("s8")))
        .unwrap()
        .unwrap();
    assert!(!kept.answers.contains("13812345678"), "{}", kept.answers);
}

fn a_link_works_once_and_nothing_leads_from_it_to_the_sheet(scratch: Scratch) {
    let field = Field::open(scratch, WaveAccess::Invited);
    let (app, plan, public) = (&field.place.app, &field.plan, Actor::Public);
    let refused = field.wait(app.invite(&field.person("asker"), plan, &code("w1"), 3));
    assert!(matches!(refused, Err(AppError::Refused(_))), "only those who run the survey invite");
    let links = field.wait(app.invite(&field.person("force"), plan, &code("w1"), 3)).unwrap();
    let with = |id: &str, link: &str| {
        let invitation = link.to_owned();
        NewSheet { invitation, ..sheet(id, answers("f", "yes", 4.0)) }
    };
    assert_eq!(field.take(&public, "w1", sheet("s0", answers("f", "yes", 4.0))), Err(SheetFault::NotInvited));
    let forged = with("s1", &"0".repeat(32));
    assert_eq!(field.take(&public, "w1", forged), Err(SheetFault::Invitation(Invitation::Unknown)));
    assert_eq!(field.take(&public, "w1", with("s2", &links[0])), Ok(Taken::Kept));
    // Sent again because the answer got lost on the way: nothing is doubled, and nobody is told off.
    assert_eq!(field.take(&public, "w1", with("s2", &links[0])), Ok(Taken::Already));
    assert_eq!(
        field.take(&public, "w1", with("s3", &links[0])),
        Err(SheetFault::Invitation(Invitation::Used))
    );
    // A link of another wave is none of this one.
    field.begin("w2", 1, WaveAccess::Invited);
    let others = field.wait(app.invite(&field.person("force"), plan, &code("w2"), 1)).unwrap();
    let crossed = with("s4", &others[0]);
    assert_eq!(field.take(&public, "w1", crossed), Err(SheetFault::Invitation(Invitation::Unknown)));

    // Everything that is kept, journal and backup: neither the secret nor its digest stands beside a sheet.
    let mut backup = Vec::new();
    app.database().backup(&mut backup, |_| ()).unwrap();
    let text = {
        use std::io::Read;
        let mut text = String::new();
        flate2::read::GzDecoder::new(&backup[..]).read_to_string(&mut text).unwrap();
        text
    };
    assert!(links.iter().all(|link| !text.contains(link.as_str())), "a secret is kept");
    let digests: Vec<String> = app
        .database()
        .read(|c| c.rows("SELECT invitation FROM survey_invitation", &[], |row| Ok(row.text(0)?.to_owned())))
        .unwrap();
    assert_eq!(digests.len(), 4);
    for digest in &digests {
        let beside: Vec<&str> = text.lines().filter(|line| line.contains(digest.as_str())).collect();
        assert_eq!(beside.len(), 1, "a link is named once");
        assert!(!beside[0].contains("s2") && !beside[0].contains("2019"), "{}", beside[0]);
    }
    let of_sheet: Vec<&str> = text.lines().filter(|line| line.contains("\"s2\"")).collect();
    assert_eq!(of_sheet.len(), 1, "the journal says nothing of a sheet");
    assert!(!of_sheet[0].contains(":2"), "no moment nearer than the day");
}

/// What was begun while people were asked is taken when the connection is back, and only that.
fn what_was_begun_in_time_is_taken_however_late_it_comes(scratch: Scratch) {
    let field = Field::open(scratch, WaveAccess::Anyone);
    let (app, plan, public) = (&field.place.app, &field.plan, Actor::Public);
    let held = |name: &str| field.wait(app.wave(plan, name)).unwrap().0;
    let begin = |name: &str, id: &str| {
        let begun = app.sheet_begun(plan, &held(name), &code(id), "");
        NewSheet { begun, ..sheet(id, answers(if id.ends_with('m') { "m" } else { "f" }, "yes", 4.0)) }
    };
    for (at, sex) in ["f", "m", "f", "m", "f"].into_iter().enumerate() {
        let new = sheet(&format!("s{at}"), answers(sex, "yes", 4.0));
        assert_eq!(field.take(&public, "w1", new), Ok(Taken::Kept));
    }
    let (offline, drawer, never) = (begin("w1", "off"), begin("w1", "drawer"), begin("w1", "never"));
    assert!(offline.begun.starts_with("2019-03-06."), "{}", offline.begun);
    field.place.day(date(2019, 3, 7), 9);
    // Gone on with on another day, it still began on its own.
    assert_eq!(app.sheet_begun(plan, &held("w1"), &code("off"), &offline.begun), offline.begun);
    field.step("w1", WaveEvent::Closed).unwrap();
    field.place.day(date(2019, 3, 9), 9);
    assert!(begin("w1", "afterwards").begun.is_empty(), "nothing begins any more");
    for begun in ["", "2019-03-06", "2019-03-06.00000000000000000000000000000000", &drawer.begun] {
        let forged = NewSheet { begun: begun.into(), ..offline.clone() };
        assert_eq!(field.take(&public, "w1", forged), Err(SheetFault::NotAsking), "{begun}");
    }
    assert_eq!(field.take(&public, "w1", offline.clone()), Ok(Taken::Kept));
    let kept = app.database().read(|c| c.survey_sheet(plan, &code("w1"), &code("off"))).unwrap().unwrap();
    assert_eq!((kept.day, kept.late), (DAY, false), "of the day on which it was begun");
    assert_eq!(field.wait(app.live_wave(plan, &held("w1"))).unwrap().rates, None, "of nobody knows how many");
    field.freeze("w1").unwrap();
    assert_eq!(held("w1").frozen().unwrap().sheets, 6, "it came before the counting");
    let results = field.wait(app.wave_results(plan, &held("w1"))).unwrap().unwrap();
    let kept = results.fieldwork.as_deref().unwrap();
    assert_eq!((kept.response_1, kept.response_3, kept.rated.len()), (None, None, 0));
    assert_eq!(field.take(&public, "w1", offline), Ok(Taken::Already));
    assert_eq!(field.take(&public, "w1", drawer), Ok(Taken::Late));
    assert_eq!(field.wait(app.live_wave(plan, &held("w1"))).unwrap().late(), 1);
    // What was begun in one wave is nothing in another, and a withdrawn one keeps nothing.
    field.begin("w3", 1, WaveAccess::Anyone);
    let withdrawn = begin("w3", "gone");
    field.step("w3", WaveEvent::Closed).unwrap();
    assert_eq!(field.take(&public, "w3", never), Err(SheetFault::NotAsking));
    field.step("w3", WaveEvent::Withdrawn).unwrap();
    assert_eq!(field.take(&public, "w3", withdrawn), Err(SheetFault::NotAsking));
}

fn a_link_that_nobody_used_is_taken_until_the_counting(scratch: Scratch) {
    let postgres = scratch.is_postgres();
    let field = Field::open(scratch, WaveAccess::Invited);
    let (app, plan, public) = (&field.place.app, &field.plan, Actor::Public);
    let links = field.wait(app.invite(&field.person("force"), plan, &code("w1"), 9)).unwrap();
    let with = |at: usize, begun: &str| {
        let new = sheet(&format!("l{at}"), answers(if at.is_multiple_of(2) { "f" } else { "m" }, "yes", 4.0));
        NewSheet { invitation: links[at].clone(), begun: begun.into(), ..new }
    };
    let held = || field.wait(app.wave(plan, "w1")).unwrap().0;
    let begun = app.sheet_begun(plan, &held(), &code("l7"), "");
    for at in 0..5 {
        assert_eq!(field.take(&public, "w1", with(at, "")), Ok(Taken::Kept));
    }
    field.step("w1", WaveEvent::Closed).unwrap();
    field.place.day(date(2019, 3, 9), 9);
    assert_eq!(field.take(&public, "w1", with(5, "")), Ok(Taken::Kept));
    let kept = app.database().read(|c| c.survey_sheet(plan, &code("w1"), &code("l5"))).unwrap().unwrap();
    assert_eq!(kept.day, DAY, "the last day on which people were asked");
    leaves_no_trail(app, postgres);
    let used = NewSheet { sheet: code("again"), ..with(0, "") };
    assert_eq!(field.take(&public, "w1", used), Err(SheetFault::Invitation(Invitation::Used)));
    let none = NewSheet { invitation: String::new(), ..with(6, "") };
    assert_eq!(field.take(&public, "w1", none), Err(SheetFault::NotAsking));
    field.freeze("w1").unwrap();
    assert_eq!(held().frozen().unwrap().sheets, 6);
    // Six of nine who were given a link; of the other three nothing is known.
    let results = field.wait(app.wave_results(plan, &held())).unwrap().unwrap();
    let kept = results.fieldwork.as_deref().unwrap();
    assert_eq!((kept.links, kept.response_1), ((9, 6), Some(Decimal::new(666_667, 6))));
    assert_eq!(field.take(&public, "w1", with(8, "")), Err(SheetFault::NotAsking), "begun nobody knows when");
    assert_eq!(field.take(&public, "w1", with(7, &begun)), Ok(Taken::Late));
    // One that comes after the counting stands alone no more than the others.
    leaves_no_trail(app, postgres);
}

fn a_wave_that_is_withdrawn_leaves_no_trail(scratch: Scratch) {
    let postgres = scratch.is_postgres();
    let field = Field::open(scratch, WaveAccess::Invited);
    let app = &field.place.app;
    let links = field.wait(app.invite(&field.person("force"), &field.plan, &code("w1"), 3)).unwrap();
    for (at, link) in links.iter().enumerate() {
        let new = sheet(&format!("s{at}"), answers("f", "yes", 4.0));
        let new = NewSheet { invitation: link.clone(), ..new };
        assert_eq!(field.take(&Actor::Public, "w1", new), Ok(Taken::Kept));
    }
    field.step("w1", WaveEvent::Withdrawn).unwrap();
    let (plan, wave) = (field.plan.clone(), code("w1"));
    assert_eq!(app.database().read(|c| c.survey_invitations(&plan, &wave)).unwrap(), (3, 3));
    leaves_no_trail(app, postgres);
}

/// Quotas fill as sheets come, without all being looked through again; what came by way of another server is found
/// after a while.
fn quotas_fill_as_sheets_come(scratch: Scratch) {
    let field = Field::open(scratch, WaveAccess::Anyone);
    let (app, plan) = (&field.place.app, &field.plan);
    let live = || {
        let (held, _) = field.wait(app.wave(plan, "w1")).unwrap();
        field.wait(app.live_wave(plan, &held)).unwrap()
    };
    let take = |id: &str, sex: &str| {
        let new = sheet(id, answers(sex, "yes", 4.0));
        assert!(field.take(&Actor::Public, "w1", new).is_ok());
    };
    let woman = answers("f", "no", 1.0);
    take("q0", "f");
    assert_eq!((live().quotas[0].filled, full_quota(&live().quotas, &woman)), (1, None));
    for (id, sex) in [("q1", "f"), ("q1", "f"), ("q2", "m"), ("q3", "f")] {
        take(id, sex);
    }
    assert_eq!((live().quotas[0].filled, live().sheets()), (3, 4), "the same one twice, once counted");
    // Changed behind the back of this program: nothing is read again at once, and all of it later.
    let (plan_, wave) = (plan.clone(), code("w1"));
    let elsewhere = |id: &'static str| {
        let (plan, wave) = (plan_.clone(), wave.clone());
        let answers = serde_json::to_string(&answers("f", "yes", 4.0)).unwrap();
        let held =
            SurveySheet { plan, wave, sheet: code(id), mode: WaveMode::Web, day: DAY, late: false, answers };
        app.database().write::<_, StoreError>(move |tx| tx.keep_sheet(&held)).unwrap();
    };
    elsewhere("e0");
    assert_eq!((live().quotas[0].filled, live().sheets()), (3, 5));
    field.place.day(DAY, 10);
    let found = live();
    assert_eq!(
        (found.quotas[0].filled, full_quota(&found.quotas, &woman)),
        (4, Some(vec![("sex".into(), "f".into())]))
    );
    assert_eq!(full_quota(&found.quotas, &answers("m", "yes", 4.0)), None, "of men there is no quota");
}

on_both!(
    a_sheet_is_checked_and_kept_once,
    a_link_works_once_and_nothing_leads_from_it_to_the_sheet,
    what_was_begun_in_time_is_taken_however_late_it_comes,
    a_link_that_nobody_used_is_taken_until_the_counting,
    a_wave_that_is_withdrawn_leaves_no_trail,
    quotas_fill_as_sheets_come
);
