//! Facilities: put on the books, changed, listed and given out, with the datum of their coordinates.

use app::{Actor, Change};
use domain::code::Code;
use domain::command::Command;
use domain::facility::{Datum, Facility, FacilityFact};
use domain::history::View;
use domain::request::Point;
use domain::source::Source;
use domain::subject::Subject;

use crate::SOURCE;
use crate::site::{PLAN, Site, site};

async fn facility(site: &Site, code: &str) -> Facility {
    let (plan, code) = (Code::new("huitian-2018").unwrap(), Code::new(code).unwrap());
    let history = site.app.subject(&Subject::facility(&plan, &code)).await.unwrap().unwrap();
    Facility::at(&history, View::ALL).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_facility_is_put_on_the_books_and_changed() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let form = format!("{PLAN}/place/facilities/new");
    let bare = reader.post(&form, &[("code", "F 1"), SOURCE]).await;
    bare.is(422)
        .says("id=\"code-error\"")
        .says("id=\"facility_kind-error\"")
        .says("id=\"longitude-error\"")
        .says("id=\"datum-error\"");
    let fields = |longitude: &'static str| {
        vec![
            ("code", "F-1"),
            ("facility_kind", "kindergarten"),
            ("longitude", longitude),
            ("latitude", "40.077185"),
            ("datum", "bd09"),
            ("area", "huilongguan"),
            ("facility_capacity", "90"),
            ("opens_on", "2019-09-01"),
            SOURCE,
        ]
    };
    reader.post(&form, &fields("216")).await.is(422).says("id=\"longitude-error\"");
    // In another city, whatever the datum.
    reader.post(&form, &fields("121.5")).await.is(422).says("outside of the area");
    let made = reader.post(&form, &fields("116.348984")).await;
    let page = reader.get(&made.is(303).location).await;
    page.is(200).says("Saved as entry").says("longitude 116.348984").says("90 places").says("300 m on foot");
    let held = facility(&site, "F-1").await;
    let at = held.site.unwrap().at;
    assert!((at.longitude - 116_336_200).abs() < 5 && (at.latitude - 40_070_200).abs() < 5, "{at:?}");
    assert_eq!(held.site.unwrap().source().datum, Datum::Bd09);

    let edit = format!("{PLAN}/place/facilities/F-1/edit");
    let opened = reader.get(&edit).await;
    assert_eq!(
        (opened.value("longitude"), opened.value("opens_on")),
        ("116.348984".into(), "2019-09-01".into())
    );
    let version = opened.value("version");
    let mut changed = fields("116.348984");
    changed.retain(|(name, _)| !["code", "opens_on"].contains(name));
    changed.extend([("version", version.as_str()), ("opens_on", ""), ("closes_on", "2030-01-01")]);
    reader.post(&edit, &changed).await.is(303);
    let held = facility(&site, "F-1").await;
    assert_eq!((held.opens, held.closes.map(|on| on.to_string())), (None, Some("2030-01-01".into())));
    // Only what was changed was recorded.
    assert_eq!(reader.get(&edit).await.value("facility_capacity"), "90");

    let list = reader.get(&format!("{PLAN}/place/facilities?kind=kindergarten&q=f-1")).await;
    list.is(200).says("1 facility").says("Kindergarten without a name (F-1)");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_park_has_a_boundary_and_gates() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    // Drawn on the map that the demonstration is of; nobody knows its gates.
    let one = format!("{PLAN}/place/facilities/OSM-33616744");
    reader.get(&one).await.is(200).says("Boundary").says(" m²").says("anywhere along its boundary");
    let map = reader.get(&format!("{PLAN}/place/map?layer=&layer=facilities&kind=&kind=park")).await;
    map.is(200).says("class=\"plot kind-").says("what it takes up, with its entrances");
    let file = reader.get(&format!("{PLAN}/place/facilities.geojson?kind=park")).await;
    let file: serde_json::Value = serde_json::from_str(&file.is(200).body).unwrap();
    let drawn = file["features"].as_array().unwrap().iter().find(|it| it["id"] == "OSM-33616744").unwrap();
    assert_eq!(
        (&drawn["geometry"]["type"], &drawn["properties"]["reached_by"]),
        (&"MultiPolygon".into(), &"boundary".into())
    );
    let at = facility(&site, "OSM-33616744").await.site.unwrap().at;
    assert_eq!(
        drawn["properties"]["point"],
        serde_json::json!([f64::from(at.longitude) / 1e6, f64::from(at.latitude) / 1e6])
    );
    let kind = reader.get(&format!("{PLAN}/place/coverage/kinds/park")).await;
    kind.is(200).says("0 at their entrances").says("along their boundary");

    let edit = format!("{one}/edit");
    let opened = reader.get(&edit).await;
    opened.is(200).says("Once one is given, distances are measured to entrances only");
    let wkt = facility(&site, "OSM-33616744").await.boundary.unwrap().boundary.to_wkt();
    opened.says(&wkt);
    let mut held: Vec<(&str, String)> = ["version", "name_zh", "longitude", "latitude", "licence"]
        .map(|name| (name, opened.value(name)))
        .into();
    held.push(("facility_boundary", wkt));
    held.extend(
        [("facility_kind", "park"), ("datum", "wgs84"), ("boundary_datum", "wgs84")]
            .map(|(name, value)| (name, value.to_owned())),
    );
    let send = async |more: &[(&str, &str)]| {
        let mut fields: Vec<(&str, &str)> = held
            .iter()
            .filter(|(name, _)| !more.iter().any(|(other, _)| other == name))
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        fields.extend(more);
        fields.push(SOURCE);
        reader.post(&edit, &fields).await
    };
    send(&[("entrances", "somewhere"), ("entrances_datum", "wgs84")])
        .await
        .is(422)
        .says("id=\"entrances-error\"");
    send(&[("entrances", "116.39 40.02")]).await.is(422).says("id=\"entrances_datum-error\"");
    let far = [("entrances", "116.30 40.10"), ("entrances_datum", "wgs84")];
    send(&far).await.is(422).says("id=\"entrances-error\"").says("lie together");
    let bow = "POLYGON ((116.38 40.01, 116.40 40.03, 116.40 40.01, 116.38 40.03, 116.38 40.01))";
    send(&[("facility_boundary", bow)]).await.is(422).says("The boundary crosses itself");
    let gate = format!(
        "{} {}\n{} {}",
        degrees(at.longitude),
        degrees(at.latitude),
        degrees(at.longitude + 900),
        degrees(at.latitude)
    );
    send(&[("entrances", &gate), ("entrances_datum", "wgs84")]).await.is(303);
    reader.get(&one).await.is(200).says("at 2 entrances");
    let held = facility(&site, "OSM-33616744").await;
    assert_eq!((held.entrances.len(), held.entrances[1].at.longitude), (2, at.longitude + 900));
    reader.get(&format!("{PLAN}/place/coverage/kinds/park")).await.is(200).says("1 at their entrances");
    let history = reader.get(&format!("{PLAN}/audit?kind=facility&code=OSM-33616744")).await;
    history.is(200).says("Entrances");
}

fn degrees(millionths: i32) -> String {
    format!("{:.6}", f64::from(millionths) / 1e6)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_seen_on_site_is_marked_until_the_place_changes() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let one = format!("{PLAN}/place/facilities/FAC-ELD-S1");
    reader.get(&one).await.is(200).says("Seen on site").says("not yet");
    let form = format!("{one}/on-site");
    let opened = reader.get(&form).await;
    opened.is(200).says("the mark lapses when either is changed later");
    let version = opened.value("version");
    let wrong = [("version", version.as_str()), ("seen_on", "2999-01-01"), ("seen_by", "霍营街道"), SOURCE];
    reader.post(&form, &wrong).await.is(422).says("id=\"seen_on-error\"");
    let fields = [("version", version.as_str()), ("seen_on", "2026-11-20"), ("seen_by", "霍营街道"), SOURCE];
    reader.post(&form, &fields).await.is(303);
    let page = reader.get(&one).await;
    page.is(200).says("by 霍营街道 on").says("place and kind are right");
    let list = format!("{PLAN}/place/facilities?on_site=seen");
    reader.get(&list).await.is(200).says("FAC-ELD-S1").says("1 facility");
    // Somebody else moves it: it has to be looked at again.
    let subject = Subject::facility(&Code::new("huitian-2018").unwrap(), &Code::new("FAC-ELD-S1").unwrap());
    let held = facility(&site, "FAC-ELD-S1").await.site.unwrap().at;
    let at = Point { latitude: held.latitude + 900, ..held };
    let facts = vec![FacilityFact::Site(domain::facility::Site::wgs84(at)).into()];
    let command = Command::Record { subject, facts, expected: None };
    let change = Change { command, effective: None, source: Source::default(), reason: String::new() };
    site.app.change(&Actor::operator(), change).await.unwrap();
    reader.get(&one).await.is(200).says("changed since it was seen").says("has to be looked at again");
    reader.get(&list).await.is(200).says("No facility is as asked.");
    // Staff of another area may not say it.
    site.sign_in("community").await.get(&form).await.is(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_open_goes_by_the_day_and_files_carry_their_notice() {
    let site = site();
    let reader = site.sign_in("").await;
    // Its project came into use on 26 August 2019.
    let one = format!("{PLAN}/place/facilities/FAC-EDU-005");
    reader.get(&format!("{one}?as_of=2019-08-25")).await.is(200).says("once its project is in use");
    reader
        .get(&format!("{one}?as_of=2019-08-26"))
        .await
        .is(200)
        .says("<span class=\"tag in_use\">Open</span>");
    let count = |answer: &str| answer.matches("\"type\":\"Feature\"").count();
    let open = format!("{PLAN}/place/facilities.geojson?kind=kindergarten&standing=open");
    let before = reader.get(&format!("{open}&as_of=2019-08-25")).await;
    let after = reader.get(&format!("{open}&as_of=2019-09-30")).await;
    assert!(count(&before.body) + 7 <= count(&after.body), "{} {}", count(&before.body), count(&after.body));
    after.is(200).says("OpenStreetMap contributors").says("\"datum\":\"wgs84\"");
    reader.get(&format!("{PLAN}/place?as_of=2019-09-30")).await.is(200).says("not checked");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_map_is_a_picture_with_the_same_as_a_table() {
    let site = site();
    let reader = site.sign_in("").await;
    let map = format!("{PLAN}/place/map");
    let whole = reader.get(&map).await;
    whole.is(200).says("© OpenStreetMap contributors, ODbL").says("class=\"dot kind-0 open\"");
    assert!(whole.missing_words().is_empty(), "{:?}", whole.missing_words());
    // Only what is ticked is drawn and counted.
    let parks = reader.get(&format!("{map}?layer=&layer=facilities&kind=&kind=park")).await;
    let dots = |answer: &crate::site::Answer| answer.body.matches("<circle class=\"dot ").count();
    assert!(dots(&parks) > 10 && dots(&parks) < dots(&whole) / 2, "{} {}", dots(&parks), dots(&whole));
    // Only the key has one.
    assert_eq!(parks.body.matches("class=\"mark project\"").count(), 1);
    let nothing = reader.get(&format!("{map}?layer=")).await;
    assert!(dots(&nothing) < 25, "only the boxes and the key are left: {}", dots(&nothing));
    // A kindergarten of a project is planned before the project is in use.
    let kept = "layer=&layer=facilities&kind=kindergarten";
    let before = reader.get(&format!("{map}?{kept}&as_of=2019-08-25")).await;
    let after = reader.get(&format!("{map}?{kept}&as_of=2019-09-30")).await;
    let planned = |answer: &crate::site::Answer| answer.body.matches("kind-0 planned").count();
    assert!(planned(&before) > planned(&after), "{} {}", planned(&before), planned(&after));
    // Nonsense in an address is the whole map.
    reader.get(&format!("{map}?at=x&zoom=-7&kind=none&layer=none")).await.is(200);

    let areas = reader.get(&format!("{map}/areas.geojson")).await;
    areas.is(200).says("\"level\":\"subdistrict\"").says("OpenStreetMap contributors");
    let projects = reader.get(&format!("{map}/projects.geojson")).await;
    projects.is(200).says("\"near_by\":true").says("\"near_by\":false");
}
