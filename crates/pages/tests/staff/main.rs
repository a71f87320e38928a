//! Staff pages over the demonstration plan: who may, what is checked, and that nothing typed is lost.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on may stop")]

mod coverage;
mod foresight;
mod holidays;
mod importing;
mod intake;
mod item_correction;
mod ledger;
mod models;
mod notices;
mod places;
mod requests;
mod rhythm;
mod saved_lists;
mod site;
mod surveys;
mod timetable;

use domain::code::Code;
use domain::history::View;
use domain::project::Project;
use domain::subject::{Subject, SubjectKind};
use site::{PLAN, Site, head, site};

const PROJECT: &str = "/p/huitian-2018/projects/HT-EDU-003";
const SOURCE: (&str, &str) = ("source_title", "A letter of the education commission");

async fn project(site: &Site, code: &str) -> Project {
    let (plan, code) = (Code::new("huitian-2018").unwrap(), Code::new(code).unwrap());
    let history = site.app.subject(&Subject::project(&plan, &code)).await.unwrap().unwrap();
    Project::at(&history, View::ALL).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_opens_in_both_languages_with_all_its_words() {
    let site = site();
    let head = head(&site);
    let plan = |path: &str| format!("{PLAN}{path}");
    let mut paths: Vec<(&str, String)> = [
        "/projects/new",
        "/projects/HT-EDU-003/edit",
        "/projects/HT-EDU-003/edit/milestone?step=completion&part=&aspect=promised",
        "/record/revision",
        "/record/yearly_list",
        "/record/list_entry?year=2020&issue=1",
        "/record/period",
        "/revisions",
        "/revisions?from=1&to=2",
        "/revisions?from=1&to=now",
        "/lists",
        "/lists/2020/1",
        "/indicators",
        "/indicators/new",
        "/indicators/cycle_path_length",
        "/indicators/satisfaction",
        "/indicators/perceived_effect",
        "/indicators/cycle_path_length/observation",
        "/indicators/cycle_path_length/accepted?on=2019-05-31",
        "/indicators/cycle_path_length/baseline",
        "/indicators/cycle_path_length/target",
        "/indicators/cycle_path_length/particulars",
        "/units",
        "/units/changping-education",
        "/areas",
        "/areas/huitian",
        "/place",
        "/place?as_of=2019-12-31",
        "/place/facilities",
        "/place/facilities?kind=kindergarten&area=huoying&standing=open&q=示例",
        "/place/facilities/new",
        "/place/facilities/FAC-EDU-005",
        "/place/facilities/FAC-ELD-S1?as_of=2019-01-01",
        "/place/facilities/FAC-ELD-S1/edit",
        "/place/facilities/FAC-ELD-S1/on-site",
        "/place/facilities?on_site=never",
        "/figures/retail_coverage",
        "/place/coverage",
        "/place/coverage?as_of=2019-12-31",
        "/place/coverage?limit=500",
        "/place/coverage/kinds/vegetable_shop",
        "/place/coverage/communities/huoying",
        "/place/coverage/change?from=2018-08-16",
        "/place/gaps?gap_state=unknown",
        "/place/layers",
        "/place/layers/network",
        "/place/layers/base-map",
        "/place/layers/withdraw/residences",
        "/record/official_count",
        "/record/coverage_rules",
        "/record/gap_answer?area=huoying&facility_kind=park&gap_standard=gb50180-park",
        "/items/new/tracked-task?gap_area=huoying&gap_kind=park&gap_standard=gb50180-park",
        "/record/facility_kind?slot=facility_kind/kindergarten",
        "/record/facility_standard?slot=facility_standard/gb50180-park",
        "/outputs",
        "/outputs?by=area&standing=completed&year=2019",
        "/outputs?by=sector&standing=any&kind=kindergarten_places&column=education",
        "/templates",
        "/templates/new",
        "/templates/building",
        "/audit",
        "/audit?kind=project&code=HT-EDU-003",
        "/ledger",
        "/ledger?standing=all&kind=tracked_task&sort=received&order=down",
        "/desk",
        "/items/new",
        "/items/HT-DIR-005",
        "/items/HT-DIR-005/trace",
        "/items/HT-DIR-005/link",
        "/items/REP-weekly-2019-W10",
        "/reports",
        "/reports/REP-weekly-2019-W10",
        "/timetable",
        "/timetable?only=late&as_of=2019-08-14",
        "/timetable?only=done&sector=education&q=kindergarten",
        "/timetable/bars?as_of=2019-08-14",
        "/timetable/board?as_of=2019-08-14&year=2019",
        "/projects/HT-EDU-001/timetable",
        "/projects/HT-HEA-004/timetable?as_of=2019-08-14&step=ground_level&days=20",
    ]
    .iter()
    .map(|path| ("task-force", plan(path)))
    .collect();
    for form in ["particulars", "milestone", "progress", "output", "gate", "suspended", "document", "remark"]
    {
        paths.push(("task-force", format!("{PROJECT}/edit/{form}")));
    }
    for form in
        ["supporting_unit", "funding", "part", "step", "step_work", "step_link", "alias", "membership"]
    {
        paths.push(("task-force", format!("{PROJECT}/edit/{form}")));
    }
    for kind in SubjectKind::ALL {
        let seq = site.entry_about(kind, None).await;
        let who = if kind.is_directory() { "admin" } else { "task-force" };
        paths.push((who, format!("/audit/{seq}")));
        // Items have forms of their own.
        if kind != SubjectKind::Item && who == "task-force" {
            paths.push((who, format!("/audit/{seq}/correct")));
        }
    }
    paths.push(("admin", format!("/audit/{head}")));
    for path in [
        "/admin",
        "/admin/people",
        "/admin/people/new",
        "/admin/people/department",
        "/admin/people/department/edit",
        "/admin/units",
        "/admin/units/new",
        "/admin/units/changping-education",
        "/admin/areas",
        "/admin/areas/new",
        "/admin/areas/huitian",
        "/account",
        "/audit?kind=person",
    ] {
        paths.push(("admin", path.to_owned()));
    }
    let mut readers = Vec::new();
    for person in ["task-force", "admin"] {
        readers.push((person, site.sign_in(person).await));
    }
    for lang in ["zh-CN", "en"] {
        for (person, path) in &paths {
            let reader = &mut readers.iter_mut().find(|(held, _)| held == person).unwrap().1;
            reader.lang = lang;
            let answer = reader.get(path).await;
            assert_eq!(answer.status, 200, "{lang} {path}: {}", answer.body);
            assert_eq!(answer.missing_words(), Vec::<String>::new(), "{lang} {path}");
            answer.says(&format!("<html lang=\"{lang}\""));
        }
    }
}

/// 200: opens; 403: told why not; 303: to sign in first.
#[tokio::test(flavor = "multi_thread")]
async fn each_role_reaches_its_pages_and_no_others() {
    let site = site();
    let people = [
        "",
        "task-force",
        "district",
        "department",
        "subdistrict",
        "community",
        "supervision",
        "leader",
        "auditor",
        "admin",
    ];
    let edit = "/p/huitian-2018/projects/HT-EDU-003/edit";
    let promise = format!("{edit}/milestone?step=completion&part=&aspect=promised");
    let forecast = format!("{edit}/milestone?step=completion&part=&aspect=forecast");
    let entry = format!("/audit/{}", site.entry_about(SubjectKind::Project, Some("HT-EDU-003")).await);
    // One letter for each person above: o opens, f forbidden, s sign in.
    let pages: &[(&str, &str)] = &[
        ("/p/huitian-2018/units", "oooooooooo"),
        ("/p/huitian-2018/indicators", "oooooooooo"),
        ("/p/huitian-2018/outputs", "oooooooooo"),
        ("/p/huitian-2018/revisions", "oooooooooo"),
        ("/p/huitian-2018/projects/new", "soffffffff"),
        (&format!("{edit}/particulars"), "soooffffff"),
        (&forecast, "soooffffff"),
        (&promise, "soffffffff"),
        ("/p/huitian-2018/record/revision", "soffffffff"),
        ("/p/huitian-2018/indicators/population/observation", "soffffffff"),
        ("/p/huitian-2018/place/facilities/FAC-EDU-005", "oooooooooo"),
        ("/p/huitian-2018/place/facilities/FAC-EDU-005/edit", "soooffffff"),
        ("/p/huitian-2018/place/facilities/FAC-EDU-005/on-site", "soooffffff"),
        ("/p/huitian-2018/place/layers/base-map", "soffffffff"),
        ("/p/huitian-2018/place/layers/withdraw/residences", "soffffffff"),
        ("/p/huitian-2018/record/facility_standard", "soffffffff"),
        ("/p/huitian-2018/place/coverage", "oooooooooo"),
        ("/p/huitian-2018/place/layers/network", "soffffffff"),
        ("/p/huitian-2018/record/gap_answer", "soffffffff"),
        ("/p/huitian-2018/templates/building", "soffffffff"),
        ("/p/huitian-2018/import", "soofffffff"),
        ("/p/huitian-2018/audit", "soofffoooo"),
        (&entry, "soofffoooo"),
        (&format!("{entry}/correct"), "soooffffff"),
        ("/admin", "sofffffffo"),
        ("/admin/people", "sffffffffo"),
        ("/admin/units", "sofffffffo"),
        ("/account", "sooooooooo"),
    ];
    let mut got = String::new();
    let mut expected = String::new();
    for (path, row) in pages {
        let mut line = String::new();
        for person in people {
            let answer = site.sign_in(person).await.get(path).await;
            line.push(match (answer.status, answer.location.starts_with("/sign-in")) {
                (200, _) => 'o',
                (403, _) => 'f',
                (303, true) => 's',
                other => panic!("{person} {path}: {other:?}"),
            });
        }
        got.push_str(&format!("{path} {line}\n"));
        expected.push_str(&format!("{path} {row}\n"));
    }
    assert_eq!(got, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_stand_at_their_fields_and_typed_values_stay() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let form = format!("{PROJECT}/edit/output");
    let version = reader.get(&form).await.value("version");
    let answer = reader
        .post(
            &form,
            &[
                ("version", &version),
                ("output_kind", "school_places"),
                ("stage", "built"),
                ("basis", "net"),
                ("quantity", "many"),
                ("reason", "typed <b>here</b>"),
            ],
        )
        .await;
    answer.is(422).says("quantity-error").says("value=\"many\"").says("Enter a number");
    answer.says("Choose the reporting unit").says("href=\"#quantity\"").says("typed &#60;b&#62;here");

    // What only the rules can know comes back to its field as well.
    let answer = reader
        .post(
            &form,
            &[
                ("version", &version),
                ("output_kind", "school_places"),
                ("stage", "built"),
                ("basis", "net"),
                ("quantity", "-5"),
                SOURCE,
            ],
        )
        .await;
    answer.is(422).says("must not be negative").says("id=\"quantity-error\"");
    let answer = reader
        .post(
            &format!("{PROJECT}/edit/document"),
            &[
                ("version", &version),
                ("document_title", "Plan"),
                ("document_url", "javascript:alert(1)"),
                SOURCE,
            ],
        )
        .await;
    answer.is(422).says("id=\"document_url-error\"");
    // A name cannot be taken away, nor a sector.
    let answer = reader
        .post(&format!("{PROJECT}/edit/particulars"), &[("version", &version), ("name_zh", ""), SOURCE])
        .await;
    answer.is(422).says("id=\"name_zh-error\"").says("id=\"sector-error\"").says("cannot be emptied");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overtaken_form_keeps_what_was_typed_and_takes_over_the_rest() {
    let site = site();
    let (first, second) = (site.sign_in("task-force").await, site.sign_in("district").await);
    let form = format!("{PROJECT}/edit/particulars");
    let opened = first.get(&form).await;
    let version = opened.value("version");
    let before = project(&site, "HT-EDU-003").await;
    let fields = |name_en: &'static str, address: &'static str, version: &str| {
        let mut out: Vec<(String, String)> = vec![
            ("version".into(), version.into()),
            ("name_zh".into(), before.name.zh.clone()),
            ("name_en".into(), name_en.into()),
            ("address".into(), address.into()),
            (SOURCE.0.into(), SOURCE.1.into()),
        ];
        for (name, value) in [
            ("kind", &before.kind),
            ("sector", &before.sector),
            ("campaign", &before.campaign),
            ("lead_unit", &before.lead_unit),
        ] {
            out.push((name.into(), value.as_ref().map_or(String::new(), ToString::to_string)));
        }
        out.extend(before.areas.iter().map(|area| ("areas".to_owned(), area.to_string())));
        out
    };
    let pairs = |fields: &[(String, String)]| -> Vec<(String, String)> { fields.to_vec() };
    let theirs = pairs(&fields("Changed by the district", "1 East Road", &version));
    let theirs: Vec<(&str, &str)> = theirs.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    second.post(&form, &theirs).await.is(303);

    // The first writer had changed the English name alone.
    let mine = pairs(&fields("Changed by the task force", "", &version));
    let mine: Vec<(&str, &str)> = mine.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let conflict = first.post(&form, &mine).await;
    conflict.is(409).says("Someone changed this record").says("district").says("Changed by the district");
    assert_eq!(conflict.value("name_en"), "Changed by the task force");
    conflict.says("Meanwhile changed to: Changed by the district");
    assert_eq!(conflict.value("address"), "1 East Road", "left alone: the newest value");
    assert_ne!(conflict.value("version"), version);

    let again = pairs(&fields("Changed by the task force", "1 East Road", &conflict.value("version")));
    let again: Vec<(&str, &str)> = again.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    first.post(&form, &again).await.is(303);
    let after = project(&site, "HT-EDU-003").await;
    assert_eq!(
        (after.name.en.as_str(), after.address.as_str()),
        ("Changed by the task force", "1 East Road")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn moving_a_public_date_asks_why_and_shows_both_dates() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let list = reader.get(&format!("{PROJECT}/edit/milestone")).await;
    list.is(200).says("Choose the date to record").says("aspect=promised");
    let held = project(&site, "HT-EDU-003").await;
    let ((_, step), track) = held.tracks.iter().find(|(_, track)| track.promised().is_some()).unwrap();
    let (step, old) = (step.to_string(), track.promised().unwrap().to_string());
    let form = format!("{PROJECT}/edit/milestone");
    let opened = reader.get(&format!("{form}?step={step}&part=&aspect=promised")).await;
    opened.is(200).says("This date was promised to the public").says(&old);
    let version = opened.value("version");
    let typed = [
        ("version", version.as_str()),
        ("step", &step),
        ("part", ""),
        ("aspect", "promised"),
        ("date", "2031-05"),
        ("cause", "funds"),
        SOURCE,
    ];
    let refused = reader.post(&form, &typed).await;
    refused.is(422).says("id=\"reason-error\"").says(&old).says("2031-05").says("days later");
    assert_eq!(refused.value("date"), "2031-05");
    let mut with_reason = typed.to_vec();
    with_reason.push(("reason", "The land was cleared late."));
    reader.post(&form, &with_reason).await.is(303);
    let after = project(&site, "HT-EDU-003").await;
    let track = after.tracks.get(&(None, Code::new(&step).unwrap())).unwrap();
    assert_eq!(track.promised().unwrap().to_string(), "2031-05");
    assert!(track.promises.len() > 1, "the old promise stays");

    // A forecast needs no reason, an impossible date is told at its field.
    let version = reader.get(&format!("{form}?step={step}&part=&aspect=forecast")).await.value("version");
    let forecast = |date: &'static str| {
        vec![
            ("version", version.as_str()),
            ("step", step.as_str()),
            ("part", ""),
            ("aspect", "forecast"),
            ("date", date),
            SOURCE,
        ]
    };
    reader.post(&form, &forecast("2031-13")).await.is(422).says("id=\"date-error\"");
    reader.post(&form, &forecast("2031-Q2")).await.is(303);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_without_its_secret_changes_nothing() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let head = site.app.database().read(|c| c.head()).unwrap();
    let form = format!("{PROJECT}/edit/remark");
    let fields = [("version", "1"), ("text", "forged"), SOURCE];
    reader.post_as_is(&form, &fields).await.is(403);
    let forged = [("csrf", "0000"), ("text", "forged"), SOURCE];
    reader.post_as_is(&form, &forged).await.is(403);
    reader
        .post_as_is("/account/tokens", &[("token_name", "x"), ("token_scope", "read"), ("token_days", "9")])
        .await
        .is(403);
    let stranger = site.sign_in("").await;
    assert!(stranger.post(&form, &fields).await.is(303).location.starts_with("/sign-in"));
    assert_eq!(site.app.database().read(|c| c.head()).unwrap(), head);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_project_begins_with_its_template() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let form = format!("{PLAN}/projects/new");
    let bare = reader.post(&form, &[("code", "HT NEW"), ("name_zh", "新学校")]).await;
    bare.is(422).says("id=\"code-error\"").says("id=\"sector-error\"").says("id=\"lead_unit-error\"");
    let fields = [
        ("code", "HT-NEW-001"),
        ("name_zh", "新学校"),
        ("kind", "building"),
        ("sector", "education"),
        ("lead_unit", "changping-education"),
        ("areas", "huitian"),
        ("areas", "huoying"),
        SOURCE,
    ];
    let made = reader.post(&form, &fields).await;
    assert!(made.is(303).location.contains("/projects/HT-NEW-001/edit?saved="));
    reader.get(&made.location).await.is(200).says("Saved as entry");
    let held = project(&site, "HT-NEW-001").await;
    assert!(held.is_member() && held.steps.len() > 5 && held.areas.len() == 2);
    // The same code again is told at the code.
    reader.post(&form, &fields).await.is(422).says("already on the books").says("id=\"code-error\"");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_names_the_entry_and_both_stay() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let form = format!("{PROJECT}/edit/progress");
    let version = reader.get(&form).await.value("version");
    let saved = reader.post(&form, &[("version", &version), ("percent", "95"), SOURCE]).await;
    let seq = saved.is(303).location.rsplit('=').next().unwrap().to_owned();
    reader.get(&format!("/audit/{seq}")).await.is(200).says("Correct this entry").says("95");
    let correct = format!("/audit/{seq}/correct");
    let opened = reader.get(&correct).await;
    assert_eq!(opened.is(200).value("f0-percent"), "95");
    let version = opened.value("version");
    let typed = [
        ("version", version.as_str()),
        ("f0-part", ""),
        ("f0-percent", "59"),
        ("f0-withdraw", "no"),
        ("effective", "2026-11-25"),
        SOURCE,
    ];
    reader.post(&correct, &typed).await.is(422).says("id=\"reason-error\"");
    let mut wrong = typed.to_vec();
    wrong[2] = ("f0-percent", "590");
    wrong.push(("reason", "Digits swapped"));
    reader.post(&correct, &wrong).await.is(422).says("id=\"f0-percent-error\"");
    let mut right = typed.to_vec();
    right.push(("reason", "Digits swapped"));
    let done = reader.post(&correct, &right).await;
    let by = done.is(303).location.rsplit('=').next().unwrap().to_owned();
    reader.get(&format!("/audit/{seq}")).await.says(&format!("Corrected by entry {by}"));
    reader.get(&format!("/audit/{by}")).await.says(&format!("Corrects entry {seq}")).says("Digits swapped");
    assert_eq!(project(&site, "HT-EDU-003").await.percent().unwrap().1.to_string(), "59");
    reader.get(&correct).await.says("already corrected");
    // A second correction of the same entry is refused.
    let version = reader.get(&correct).await.value("version");
    right[0] = ("version", &version);
    reader.post(&correct, &right).await.is(422).says("already corrected");
}

#[tokio::test(flavor = "multi_thread")]
async fn units_and_areas_are_kept_without_circles() {
    let site = site();
    let reader = site.sign_in("admin").await;
    let made = reader
        .post(
            "/admin/units/new",
            &[
                ("code", "new-office"),
                ("name_zh", "新设办公室"),
                ("unit_level", "district"),
                ("parent_unit", "changping-education"),
                ("active", "yes"),
                SOURCE,
            ],
        )
        .await;
    made.is(303);
    let opened = reader.get("/admin/areas/huitian").await;
    let version = opened.value("version");
    let circle = reader
        .post(
            "/admin/areas/huitian",
            &[
                ("version", &version),
                ("name_zh", "回天地区"),
                ("name_en", "Huitian area"),
                ("area_level", "district"),
                ("parent_area", "huoying"),
                ("population", "851000"),
                ("boundary", "POLYGON ((116.3 40.05, 116.4 40.05, 116.4 40.1, 116.3 40.05))"),
                ("active", "yes"),
                SOURCE,
            ],
        )
        .await;
    circle.is(422).says("id=\"parent_area-error\"").says("circle").says("huitian → huoying → huitian");
    circle.says("option value=\"huoying\" selected");
}

#[tokio::test(flavor = "multi_thread")]
async fn people_get_roles_and_passwords_and_lose_them() {
    let site = site();
    let admin = site.sign_in("admin").await;
    admin
        .post(
            "/admin/people/new",
            &[("code", "newcomer"), ("person_name", "新人"), ("email", "not-an-address")],
        )
        .await
        .is(422)
        .says("id=\"email-error\"");
    let made = admin
        .post(
            "/admin/people/new",
            &[("code", "newcomer"), ("person_name", "新人"), ("email", "n@example.org")],
        )
        .await;
    assert!(made.is(303).location.starts_with("/admin/people/newcomer"));
    let page = "/admin/people/newcomer";
    let version = admin.get(page).await.value("version");
    let give = format!("{page}/role");
    admin.post(&give, &[("version", &version), ("role", "auditor"), ("scope", "")]).await.is(422);
    admin
        .post(&give, &[("version", &version), ("role", "auditor"), ("scope", "everything"), ("held", "yes")])
        .await
        .is(303);
    let set = format!("{page}/password");
    admin.post(&set, &[("password", "short"), ("password_again", "short")]).await.is(422).says("too short");
    admin
        .post(&set, &[("password", "a good long one"), ("password_again", "another long one")])
        .await
        .is(422)
        .says("id=\"password_again-error\"");
    admin.post(&set, &[("password", "a good long one"), ("password_again", "a good long one")]).await.is(303);
    let newcomer = site.sign_in_with("newcomer", "a good long one").await;
    newcomer.get("/audit").await.is(200);
    let version = admin.get(page).await.value("version");
    admin
        .post(&give, &[("version", &version), ("role", "auditor"), ("scope", "everything"), ("held", "no")])
        .await
        .is(303);
    newcomer.get("/audit").await.is(403);
    let version = admin.get(page).await.value("version");
    admin.post(&format!("{page}/active"), &[("version", &version), ("active", "no")]).await.is(303);
    assert!(newcomer.get("/account").await.is(303).location.starts_with("/sign-in"));
    // Nobody locks themselves out.
    admin.post("/admin/people/admin/active", &[("active", "no")]).await.is(422);
    admin
        .post(
            "/admin/people/admin/role",
            &[("role", "administrator"), ("scope", "everything"), ("held", "no")],
        )
        .await
        .is(422);
}

#[tokio::test(flavor = "multi_thread")]
async fn ones_own_password_and_tokens() {
    let site = site();
    let reader = site.sign_in("leader").await;
    let fields = |now: &'static str| {
        [("password_now", now), ("password", "a brand new one"), ("password_again", "a brand new one")]
    };
    reader.post("/account/password", &fields("wrong")).await.is(422).says("id=\"password_now-error\"");
    let made = reader
        .post("/account/tokens", &[("token_name", "my sheet"), ("token_scope", "read"), ("token_days", "30")])
        .await;
    made.is(200).says("huitian_").says("my sheet");
    let secret: String = made
        .body
        .split("huitian_")
        .nth(1)
        .unwrap()
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric())
        .collect();
    let secret = format!("huitian_{secret}");
    assert!(site.app.token_actor(&secret).await.unwrap().is_some());
    let page = reader.get("/account").await;
    assert!(!page.body.contains("huitian_"), "shown once");
    let id = page.body.split("/account/tokens/").nth(1).unwrap().split('/').next().unwrap().to_owned();
    // Another's token is not there to be revoked.
    site.sign_in("auditor").await.post(&format!("/account/tokens/{id}/revoke"), &[]).await.is(404);
    reader.post(&format!("/account/tokens/{id}/revoke"), &[]).await.is(303);
    assert!(site.app.token_actor(&secret).await.unwrap().is_none());
    reader
        .post("/account/tokens", &[("token_name", ""), ("token_scope", "all"), ("token_days", "9999")])
        .await
        .is(422)
        .says("id=\"token_name-error\"")
        .says("id=\"token_days-error\"");
    reader.post("/account/password", &fields(demo::PASSWORD)).await.is(303);
    site.sign_in_with("leader", "a brand new one").await.get("/account").await.is(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn indicators_keep_every_source_and_refuse_false_comparisons() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let fee = reader.get(&format!("{PLAN}/indicators/kindergarten_fee")).await;
    fee.is(200).says("Different instruments are not compared");
    let trips = format!("{PLAN}/indicators/cycle_path_length");
    reader.get(&trips).await.says("6.5").says("5.46").says("Accepted because").says("Set aside");
    let form = format!("{trips}/observation");
    let version = reader.get(&form).await.value("version");
    let fields = |key: &'static str, value: &'static str| {
        [
            ("version", version.as_str()),
            ("observation_key", key),
            ("on", "2026-01-01"),
            ("value", value),
            ("instrument", "stated_length"),
            ("scale", "km"),
            ("approximate", "no"),
            SOURCE,
        ]
        .to_vec()
    };
    reader.post(&form, &fields("one", "6.6")).await.is(303);
    let version = reader.get(&form).await.value("version");
    let mut two = fields("two", "7.1");
    two[0] = ("version", &version);
    reader.post(&form, &two).await.is(303);
    let page = reader.get(&trips).await;
    page.says("On one day sources disagree").says("7.1");
    let accept = format!("{trips}/accepted?on=2026-01-01&observation_key=two");
    let opened = reader.get(&accept).await;
    assert_eq!(opened.value("observation_key"), "two");
    let version = opened.value("version");
    let form = format!("{trips}/accepted");
    let fields = [("version", version.as_str()), ("on", "2026-01-01"), ("observation_key", "two"), SOURCE];
    reader.post(&form, &fields).await.is(422).says("id=\"because-error\"");
    let mut right = fields.to_vec();
    right.push(("because", "Measured on the spot"));
    reader.post(&form, &right).await.is(303);
    let page = reader.get(&trips).await;
    page.says("Measured on the spot").says("6.6");
    assert!(!page.body.contains("On one day sources disagree"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_becomes_a_new_version_of_itself() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let form = format!("{PLAN}/templates/new");
    let version = reader.get(&form).await.value("version");
    let fields = [
        ("version", version.as_str()),
        ("code", "bridge"),
        ("name_zh", "桥梁"),
        ("s0-step_code", "completion"),
        ("s0-order", "20"),
        ("s0-step_name_zh", "完工"),
        ("s1-step_code", "start"),
        ("s1-order", "10"),
        ("s1-step_name_zh", "开工"),
        ("s1-authority_zh", "发改委"),
        SOURCE,
    ];
    let half = reader.post(&form, &fields).await;
    half.is(422).says("id=\"s1-paper_zh-error\"");
    let mut whole = fields.to_vec();
    whole.push(("s1-paper_zh", "批复"));
    reader.post(&form, &whole).await.is(303);
    let plan = Code::new("huitian-2018").unwrap();
    let portfolio = site.app.portfolio(&plan, app::read::Asked::default()).await.unwrap();
    let template = portfolio.plan.template("bridge").unwrap();
    let steps: Vec<&str> = template.steps.iter().map(|step| step.step.as_str()).collect();
    assert_eq!(steps, ["start", "completion"]);
    assert!(template.steps[0].gate.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_filters_and_pages() {
    let site = site();
    let reader = site.sign_in("auditor").await;
    let first = reader.get("/audit").await;
    first.is(200).says("Earlier entries");
    let project = reader.get("/audit?kind=project&code=HT-EDU-003").await;
    project.says("Entry");
    assert!(!project.body.contains("/projects/HT-EDU-004\""));
    reader.get("/audit?actor=nobody").await.says("No entries match");
    reader.get("/audit?from=yesterday").await.is(200).says("Write a day as year-month-day");
    // A day before the plan was on the books is told from a plan that never was.
    let early = reader.get(&format!("{PLAN}/units?as_of=2017-01-01")).await;
    let never = reader.get("/p/nowhere/units").await;
    assert!(early.status == 404 && never.status == 404 && early.body != never.body);
    reader.get("/audit/0").await.is(404);
    reader.get("/audit/abc").await.is(404);
    reader.get("/audit/1").await.is(200).says(&"0".repeat(64));
}
