//! Coverage by the pages: what is made up and what is a straight line is said, a network is looked at before it is put
//! on the books, and a gap is answered by a task.

use domain::layer::LayerKind;

use crate::SOURCE;
use crate::site::{Answer, PLAN, Reader, head, site};

fn network() -> String {
    format!("{PLAN}/place/layers/network")
}

async fn bring(reader: &Reader<'_>, nodes: &str, edges: &str, source: &str) -> Answer {
    let csrf = reader.csrf.clone();
    let parts: [(&str, &str, &[u8]); 4] = [
        ("csrf", "", csrf.as_bytes()),
        ("source_title", "", source.as_bytes()),
        ("nodes", "nodes.csv", nodes.as_bytes()),
        ("edges", "edges.csv", edges.as_bytes()),
    ];
    reader.post_parts(&network(), &parts).await
}

/// A grid of streets all over the area, and a street that hangs together with nothing.
fn streets() -> (String, String) {
    let (mut nodes, mut edges) = ("id,lon,lat\n".to_owned(), "u,v,length_m\n".to_owned());
    let name = |x: u32, y: u32| format!("{x}-{y}");
    for x in 0..60 {
        for y in 0..40 {
            let (lon, lat) = (116.25 + 0.003 * f64::from(x), 40.03 + 0.0025 * f64::from(y));
            nodes.push_str(&format!("{},{lon:.5},{lat:.5}\n", name(x, y)));
            if x > 0 {
                edges.push_str(&format!("{},{},255.2\n", name(x - 1, y), name(x, y)));
            }
            if y > 0 {
                edges.push_str(&format!("{},{},278\n", name(x, y - 1), name(x, y)));
            }
        }
    }
    nodes.push_str("apart-1,116.3351,40.0701\napart-2,116.3361,40.0701\n");
    edges.push_str("apart-1,apart-2,85.1\n");
    (nodes, edges)
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_say_what_they_stand_on() {
    let site = site();
    let reader = site.sign_in("").await;
    let page = reader.get(&format!("{PLAN}/place/coverage")).await;
    page.is(200)
        .says("made up for the demonstration")
        .says("straight lines")
        .says("15 known of 249 officially");
    page.says("no official count").says("tables/coverage.csv").says("url(#bar-unknown)");
    let before = reader.get(&format!("{PLAN}/place/coverage?as_of=2019-12-31")).await;
    before.is(200).says("Where people live is not on the books");
    reader.get(&format!("{PLAN}/place/coverage/kinds/park?as_of=2019-12-31")).await.is(404);
    reader.get(&format!("{PLAN}/place/coverage/communities/nowhere")).await.is(404);
    let own = reader.get(&format!("{PLAN}/place/coverage?limit=500")).await;
    own.is(200).says("A distance of your own: at most 500 m");
    // Limits that lie closer together would tell single homes apart.
    let close = reader.get(&format!("{PLAN}/place/coverage?limit=512")).await;
    close.is(200).says("A distance of your own: at most 500 m");
    let map = reader.get(&format!("{PLAN}/place/coverage.geojson?kind=park")).await;
    let map: serde_json::Value = serde_json::from_str(&map.is(200).body).unwrap();
    assert_eq!((&map["illustrative"], &map["distance_by"]), (&true.into(), &"straight".into()));
    let people: u64 = map["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|feature| feature["properties"]["all"].as_u64().unwrap())
        .sum();
    assert_eq!(people, 863_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_is_looked_at_put_on_the_books_and_walked_on() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let before = head(&site);
    let (nodes, edges) = streets();
    bring(&reader, &nodes, &edges, "").await.is(422).says("Say where it comes from");
    bring(&reader, "id,lon,lat\na,121.4,31.2\nb,121.5,31.2\n", "u,v,length_m\na,b,9000\n", "x")
        .await
        .is(422)
        .says("Is it the map of another city?");
    bring(&reader, &nodes, "u,v,length_m\n0-0,none,1\n", "x").await.is(422).says("The edges cannot be read");
    let answer = bring(&reader, &nodes, &edges, "Survey office").await;
    answer.is(303);
    let page = reader.get(&answer.location).await;
    page.is(200).says("1 with 2 nodes");
    assert_eq!(page.missing_words(), Vec::<String>::new());
    assert_eq!(head(&site), before, "looking writes nothing");
    let other = site.sign_in("district").await;
    assert_ne!(other.get(&answer.location).await.status, 200);
    reader.post(&answer.location, &[]).await.is(303);
    assert_eq!(head(&site), before + 1);
    reader.get(&format!("{PLAN}/place/layers")).await.is(200).says("Walking network");
    let walked = reader.get(&format!("{PLAN}/place/coverage")).await;
    walked.is(200);
    assert!(!walked.body.contains("straight lines"), "a network is in force");
    let plan = domain::code::Code::new("huitian-2018").unwrap();
    let portfolio = site.app.portfolio(&plan, app::read::Asked::default()).await.unwrap();
    assert!(portfolio.plan.layers.contains_key(&LayerKind::Network));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_is_refused_with_a_reason_and_shown_in_the_register() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let form = format!("{PLAN}/record/gap_answer");
    let asked = format!("{form}?area=huoying&facility_kind=park&gap_standard=gb50180-park");
    let opened = reader.get(&asked).await;
    let version = opened.is(200).says("Why it is not closed").value("version");
    let send = |more: &[(&'static str, &'static str)]| {
        let gap = [("area", "huoying"), ("facility_kind", "park"), ("gap_standard", "gb50180-park"), SOURCE];
        let mut fields: Vec<(&str, String)> = gap.map(|(name, value)| (name, value.to_owned())).to_vec();
        fields.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        fields.push(("version", version.clone()));
        fields
    };
    let twice = send(&[("gap_project", "HT-EDU-003"), ("gap_refused", "no land")]);
    let twice: Vec<(&str, &str)> = twice.iter().map(|(name, value)| (*name, value.as_str())).collect();
    reader.post(&form, &twice).await.is(422).says("Only one of them");
    let once = send(&[("gap_refused", "no land is left")]);
    let once: Vec<(&str, &str)> = once.iter().map(|(name, value)| (*name, value.as_str())).collect();
    reader.post(&form, &once).await.is(303);
    let register = reader.get(&format!("{PLAN}/place/gaps?kind=park&area=huoying")).await;
    register.is(200).says("Not closed: no land is left");
    // Whoever had the form for a task open is told, and what was written is kept.
    let open = [
        ("gap_area", "huoying"),
        ("gap_kind", "park"),
        ("gap_standard", "gb50180-park"),
        ("name_zh", "补公园短板"),
    ];
    let late = reader.post(&format!("{PLAN}/items/new/tracked-task"), &open).await;
    late.is(422).says("somebody has answered it meanwhile").says("补公园短板");
    let task = format!("{PLAN}/items/new/tracked-task?gap_area=huoying&gap_kind=pharmacy");
    let task = reader.get(&format!("{task}&gap_standard=circle-pharmacy")).await;
    task.is(200).says("close the gap of Pharmacy").says("name=\"gap_kind\"");
}
