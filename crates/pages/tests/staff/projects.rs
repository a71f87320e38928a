//! Forms of a project: mistakes, what others changed meanwhile, dates that move, and a new project.

use domain::code::Code;

use crate::site::{PLAN, site};
use crate::{PROJECT, SOURCE, project};

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
