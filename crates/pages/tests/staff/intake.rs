//! What residents send besides words: photos by every form, an address of mail that is confirmed by a link.

use std::sync::Arc;

use app::notify::{Carried, Parcel, Reach, lane};

use crate::site::{Answer, PLAN, Reader, Site, site};

const GIF: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\x10\x20\x30\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
const HEIC: &[u8] = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic";

/// Another picture: the same point in another colour.
fn gif(colour: u8) -> Vec<u8> {
    let mut out = GIF.to_vec();
    out[13] = colour;
    out
}

/// The form up to where the matter is told, with photos; gives its answer and its secret.
async fn matter(resident: &Reader<'_>, files: &[(&str, &[u8])]) -> (Answer, String) {
    let ask = format!("{PLAN}/ask");
    let place = [("step", "place"), ("area", "huoying-estate"), ("address", "东门")];
    let page = resident.post(&ask, &place).await;
    let key = page.is(200).value("key");
    let text = "东门的路灯坏了三天，晚上很黑";
    let mut parts: Vec<(&str, &str, &[u8])> = vec![
        ("step", "", b"matter"),
        ("key", "", key.as_bytes()),
        ("area", "", b"huoying-estate"),
        ("address", "", "东门".as_bytes()),
        ("kind", "", b"complaint"),
        ("text", "", text.as_bytes()),
    ];
    parts.extend(files.iter().map(|(name, bytes)| ("photo", *name, *bytes)));
    (resident.post_parts(&ask, &parts).await, key)
}

#[tokio::test(flavor = "multi_thread")]
async fn photos_go_with_a_request_and_are_shown_once_looked_at() {
    let site = site();
    let resident = site.sign_in("").await;
    let ask = format!("{PLAN}/ask");
    // One that is none takes nothing with it: the text and the good photo are kept.
    let (again, key) = matter(&resident, &[("灯.gif", GIF), ("IMG_1.HEIC", HEIC)]).await;
    again
        .is(422)
        .says("IMG_1.HEIC")
        .says("Most Compatible")
        .says("东门的路灯坏了三天")
        .says(".small.jpg?key=");
    let photo = again.body.split("/ask/photos/").nth(1).unwrap().split('.').next().unwrap().to_owned();
    let draft = resident.get(&format!("{PLAN}/ask/photos/{photo}.jpg?key={key}")).await;
    assert!(draft.is(200).bytes.starts_with(b"\xff\xd8\xff"));
    resident.get(&format!("{PLAN}/ask/photos/{photo}.jpg?key={}", "0".repeat(64))).await.is(404);
    // Taken out and put in again.
    let fields = |step: &'static str| {
        vec![
            ("step", step.to_owned()),
            ("key", key.clone()),
            ("area", "huoying-estate".to_owned()),
            ("kind", "complaint".to_owned()),
            ("text", "东门的路灯坏了三天，晚上很黑".to_owned()),
            ("drafts", "yes".to_owned()),
        ]
    };
    let send = async |extra: &[(&str, &str)], step| {
        let all = fields(step);
        let mut all: Vec<(&str, &str)> = all.iter().map(|(name, value)| (*name, value.as_str())).collect();
        all.extend(extra);
        resident.post(&ask, &all).await
    };
    let without = send(&[("drop", &photo)], "matter").await;
    assert!(!without.is(200).body.contains(".small.jpg"));
    let (with, key) = matter(&resident, &[("灯.gif", GIF)]).await;
    with.is(200).says(".small.jpg?key=");
    let sending = [
        ("step", "send"),
        ("key", &*key),
        ("area", "huoying-estate"),
        ("kind", "complaint"),
        ("text", "路灯坏了，很黑"),
        ("drafts", "yes"),
        ("category", "roads"),
        ("public", "yes"),
    ];
    let sent = resident.post(&ask, &sending).await;
    let mine = resident.get(&sent.is(303).location).await;
    let photo = mine
        .is(200)
        .says("Photo of the matter")
        .body
        .split("/my/photos/")
        .nth(1)
        .unwrap()
        .split('.')
        .next()
        .unwrap()
        .to_owned();
    assert!(mine.missing_words().is_empty(), "{:?}", mine.missing_words());
    let code = mine.body.split("class=\"code\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    // More by the link.
    let more = gif(200);
    let parts: [(&str, &str, &[u8]); 3] =
        [("key", "", key.as_bytes()), ("act", "", b"photos"), ("photo", "b.gif", &more)];
    resident.post_parts(&format!("{PLAN}/my"), &parts).await.is(303);
    let none: [(&str, &str, &[u8]); 2] = [("key", "", key.as_bytes()), ("act", "", b"photos")];
    resident.post_parts(&format!("{PLAN}/my"), &none).await.is(422).says("choose photos first");

    let public = format!("{PLAN}/voices/{code}/photos/{photo}.jpg");
    resident.get(&public).await.is(404);
    let desk = site.sign_in("desk").await;
    let one = format!("{PLAN}/requests/{code}");
    desk.get(&one).await.is(200).says(&format!("/photos/{photo}.jpg"));
    desk.post(&format!("{one}/publish"), &[]).await.is(303);
    resident.get(&public).await.is(404);
    let photos = format!("{one}/photos");
    let page = desk.get(&photos).await;
    page.is(200).says("Waits for a look");
    assert!(page.missing_words().is_empty(), "{:?}", page.missing_words());
    desk.post(&photos, &[("act", "show"), ("which", &photo)]).await.is(303);
    assert!(resident.get(&public).await.is(200).bytes.starts_with(b"\xff\xd8\xff"));
    resident.get(&format!("{PLAN}/voices/{code}")).await.is(200).says(&format!("{photo}.small.jpg"));
    desk.post(&photos, &[("act", "hide"), ("which", &photo)]).await.is(422);
    desk.post(&photos, &[("act", "hide"), ("which", &photo), ("reason", "a number plate")]).await.is(303);
    resident.get(&public).await.is(404);
    // Without the form's secret nothing is read, and units give evidence of what is theirs only.
    let forged: [(&str, &str, &[u8]); 2] = [("photo", "a.gif", GIF), ("csrf", "", b"x")];
    desk.post_parts(&photos, &forged).await.is(403);
    let district = site.sign_in("district").await;
    let csrf = district.csrf.clone();
    let done = gif(90);
    let evidence: [(&str, &str, &[u8]); 3] =
        [("csrf", "", csrf.as_bytes()), ("shows", "", b"after"), ("photo", "done.gif", &done)];
    district.post_parts(&photos, &evidence).await.is(303);
    resident.get(&sent.location).await.is(200).says("After the work");
    site.sign_in("").await.get(&format!("{photos}/{photo}.jpg")).await.is(303);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_desk_puts_photos_down_for_a_caller() {
    let site = site();
    let desk = site.sign_in("desk").await;
    let new = format!("{PLAN}/requests/new");
    let page = desk.get(&new).await;
    let key = page.is(200).says("multipart/form-data").value("key");
    let (csrf, text) = (desk.csrf.clone(), "水管爆了");
    let parts = |text: &'static str| -> Vec<(&str, &str, &[u8])> {
        vec![
            ("csrf", "", csrf.as_bytes()),
            ("key", "", key.as_bytes()),
            ("text", "", text.as_bytes()),
            ("area", "", b"huoying"),
            ("category", "", b"heating"),
        ]
    };
    let mut wrong = parts("");
    wrong.push(("photo", "a.gif", GIF));
    desk.post_parts(&new, &wrong).await.is(422).says("One photo has been received");
    let mut right = parts(text);
    right.push(("drafts", "", b"yes"));
    let filed = desk.post_parts(&new, &right).await;
    assert_eq!(desk.post_parts(&new, &right).await.location, filed.is(303).location, "sent twice, it is one");
    desk.get(&filed.location).await.is(200).says(".small.jpg");
}

/// The text of the one mail that is to go out.
async fn letter(site: &Site) -> String {
    let reach = Arc::new(Reach { mail: true, ..Reach::default() });
    let jobs = site.app.claim(lane::ROUTE, "test", 100).await.unwrap();
    site.app.route(jobs, "test", reach).await.unwrap();
    let jobs = site.app.claim(lane::MAIL, "test", 100).await.unwrap();
    let mut texts = Vec::new();
    for (job, parcel) in site.app.parcels(jobs, "").await.unwrap() {
        if let Parcel::Letter(letter) = parcel {
            texts.push(letter.text);
        }
        site.app.carried(job, "test", Carried::Done(String::new())).await.unwrap();
    }
    assert_eq!(texts.len(), 1, "{texts:?}");
    texts.remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_confirmed_by_a_link() {
    let site = site();
    let resident = site.sign_in("").await;
    let ask = format!("{PLAN}/ask");
    let fields = |email: &'static str| {
        [
            ("step", "send"),
            ("area", "huoying-estate"),
            ("kind", "complaint"),
            ("text", "路灯坏了"),
            ("category", "roads"),
            ("email", email),
        ]
    };
    resident.post(&ask, &fields("nobody")).await.is(422).says("e-mail");
    let sent = resident.post(&ask, &fields("li@example.org")).await;
    resident.get(&sent.is(303).location).await.is(200).says("A mail was sent");
    let text = letter(&site).await;
    let link = text.lines().find(|line| line.contains("/mail/confirm?t=")).unwrap().to_owned();
    // A program that looks through mails opens it: nothing happens.
    resident.get(&link).await.is(200).says("It is mine");
    let page = resident.get(&link).await;
    page.is(200).says("It is mine");
    assert!(page.missing_words().is_empty(), "{:?}", page.missing_words());
    resident.get(&format!("{link}0")).await.is(404).says("not right");
    resident.get(&link.replace("confirm", "open")).await.is(404);
    let (path, token) = link.split_once("?t=").unwrap();
    resident.post_as_is(path, &[("t", token)]).await.is(200).says("Confirmed").says("/my?key=");
    // Used: kind, and it opens nothing.
    let used = resident.post_as_is(path, &[("t", token)]).await;
    assert!(!used.is(200).says("has been used").body.contains("/my?key="));
    resident.post_as_is(path, &[("t", token), ("fresh", "yes")]).await.is(200).says("in a few minutes");
    let fresh = letter(&site).await;
    let open = fresh.lines().find(|line| line.contains("/mail/open?t=")).unwrap();
    let stop = fresh.lines().find(|line| line.contains("/mail/stop?t=")).unwrap();
    assert_eq!(resident.get(open).await.is(303).location, sent.location.replace("sent=1&mail=1&", ""));
    // As mail programs do it, by one press.
    resident.post_as_is(stop, &[("List-Unsubscribe", "One-Click")]).await.is(200).says("no more mail");
    resident.get(stop).await.is(200).says("nothing left to do");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_is_pressed_on_the_map_without_a_script() {
    let site = site();
    let resident = site.sign_in("").await;
    let ask = format!("{PLAN}/ask");
    let form = resident.get(&ask).await;
    form.is(200).says("Or show the place on the map").says("type=\"image\" name=\"spot\"");
    assert!(form.missing_words().is_empty(), "{:?}", form.missing_words());
    for size in ["spot", "spot-wide"] {
        let start = format!("{ask}/map.svg?size={size}&");
        assert!(form.body.replace("&#38;", "&").replace("&amp;", "&").contains(&start), "{start}");
        for asked in ["", "at=40.07,116.36&zoom=4&pin=40.07,116.36", "at=x&zoom=99&pin=1,2"] {
            let picture = resident.get(&format!("{start}{asked}")).await;
            assert!(picture.is(200).body.starts_with("<svg"), "{asked}");
        }
    }
    resident.get(&format!("{ask}/map.svg?size=huge")).await.is(404);

    let place = |fields: &[(&'static str, &'static str)]| [&[("step", "place")], fields].concat();
    let pressed = resident.post(&ask, &place(&[("spot.x", "164"), ("spot.y", "164")])).await;
    pressed.is(200).says("Chosen on the map").says("Where is it?");
    let (longitude, latitude) = (pressed.value("longitude"), pressed.value("latitude"));
    let degrees = |text: &str| text.parse::<f64>().unwrap();
    assert!((116.2..116.5).contains(&degrees(&longitude)) && (40.0..40.2).contains(&degrees(&latitude)));
    assert!(pressed.body.contains(" selected>"), "its area is chosen as well");
    // Nearer to it, and pressed in the same spot, the middle: it is the same place.
    let held = [("step", "place"), ("longitude", longitude.as_str()), ("latitude", latitude.as_str())];
    let nearer = resident.post(&ask, &[&held[..], &[("look", "map-nearer")]].concat()).await;
    assert_eq!(nearer.is(200).value("map-zoom"), "2");
    let (at, zoom) = (nearer.value("map-at"), nearer.value("map-zoom"));
    let view = [("map-at", at.as_str()), ("map-zoom", zoom.as_str())];
    let middle = [("spot-wide.x", "336"), ("spot-wide.y", "210")];
    let again = resident.post(&ask, &[&held[..1], &view[..], &middle[..]].concat()).await;
    assert!((degrees(&again.is(200).value("longitude")) - degrees(&longitude)).abs() < 2e-5);
    assert!((degrees(&again.value("latitude")) - degrees(&latitude)).abs() < 2e-5);
    let back = resident.post(&ask, &[&held[..], &[("look", "forget")]].concat()).await;
    assert!(back.is(200).value("longitude").is_empty() && !back.body.contains("Chosen on the map"));
    // On with it: nothing else has to be said.
    resident.post(&ask, &held).await.is(200).says("What happened");

    // A button that was not pressed by hand is none: the keyboard's Enter goes on.
    let entered = [("spot.x", "0"), ("spot.y", "0")];
    resident.post(&ask, &place(&entered)).await.is(422).says("Choose a community");
    let named = [("spot.x", "0"), ("spot.y", "0"), ("area", "huoying-estate")];
    resident.post(&ask, &place(&named)).await.is(200).says("What happened");
    // Beside everything that is drawn, and where the plan is not at all.
    let beside = resident.post(&ask, &place(&[("spot.x", "2"), ("spot.y", "326")])).await;
    beside.is(422).says("lies outside of the communities");
    for (longitude, latitude) in [("121.47", "31.23"), ("0", "0")] {
        let far = resident.post(&ask, &place(&[("longitude", longitude), ("latitude", latitude)])).await;
        far.is(422).says("too far from the areas of the plan");
        assert!(far.value("longitude").is_empty());
    }
}
