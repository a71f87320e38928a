//! Coverage by the pages: what is made up and what is a straight line is said, a network is looked at before it is put
//! on the books, and a gap is answered by a task.

use std::collections::BTreeSet;

use app::Actor;
use app::place::layer::{Content, Home, Parcel, Parcels, Residences, Ways};
use app::place::{LayerGround, NewLayer};
use domain::code::Code;
use domain::layer::LayerKind;
use domain::named::Named;
use domain::request::Point;
use domain::source::{Grade, Source};
use jiff::civil::date;

use crate::SOURCE;
use crate::site::{Answer, PLAN, Reader, Site, head, site};

fn network() -> String {
    format!("{PLAN}/place/layers/network")
}

async fn bring(reader: &Reader<'_>, nodes: &str, edges: &str, source: &str) -> Answer {
    bring_in(reader, nodes, edges, source, "wgs84").await
}

async fn bring_in(reader: &Reader<'_>, nodes: &str, edges: &str, source: &str, datum: &str) -> Answer {
    let csrf = reader.csrf.clone();
    let parts: [(&str, &str, &[u8]); 5] = [
        ("csrf", "", csrf.as_bytes()),
        ("source_title", "", source.as_bytes()),
        ("datum", "", datum.as_bytes()),
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
        .filter_map(|feature| feature["properties"]["all"].as_u64())
        .sum();
    assert_eq!(people, 863_000);
}

/// The cells of a line; names may hold commas.
fn cells(line: &str) -> Vec<String> {
    let (mut out, mut quoted) = (vec![String::new()], false);
    for sign in line.chars() {
        match sign {
            '"' => quoted = !quoted,
            ',' if !quoted => out.push(String::new()),
            sign => out.last_mut().unwrap().push(sign),
        }
    }
    out
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_goes_out_as_files_and_a_published_figure_stands_beside_what_coverage_says() {
    let site = site();
    let reader = site.sign_in("").await;
    let page = reader.get(&format!("{PLAN}/place/coverage/change?from=2021-01-01")).await;
    page.is(200).says("change.csv?from=2021-01-01");
    let csv = reader.get(&format!("{PLAN}/place/coverage/change.csv?from=2021-01-01")).await;
    let lines: Vec<&str> = csv.is(200).body.lines().collect();
    assert!(lines[0].starts_with("\u{feff}row,from,to,area,") && lines.len() > 8, "{}", csv.body);
    let width = lines[0].split(',').count();
    let of = |row: &str| -> Vec<Vec<String>> {
        let own = lines.iter().filter(|line| line.starts_with(&format!("{row},")));
        own.map(|line| cells(line)).inspect(|cells| assert_eq!(cells.len(), width, "{cells:?}")).collect()
    };
    let column =
        |name: &str| lines[0].trim_start_matches('\u{feff}').split(',').position(|it| it == name).unwrap();
    let number = |cells: &[String], name: &str| cells[column(name)].parse::<i64>().unwrap();
    let json = reader.get(&format!("{PLAN}/place/coverage/change.json?from=2021-01-01")).await;
    let json: serde_json::Value = serde_json::from_str(&json.is(200).body).unwrap();
    assert_eq!(
        (&json["illustrative"], json["rows"].as_array().unwrap().len()),
        (&true.into(), of("coverage").len())
    );
    // What projects did adds up as it does on the page, and the file says the same as the other one.
    let (projects, gained) = (of("project"), number(&of("together")[0], "alone"));
    let alone: i64 = projects.iter().map(|cells| number(cells, "alone")).sum();
    assert_eq!(alone + number(&of("shared")[0], "alone"), gained);
    let effect = &json["effect"];
    assert_eq!(
        (effect["together"].as_i64(), effect["projects"].as_array().unwrap().len()),
        (Some(gained), projects.len())
    );
    for (cells, held) in projects.iter().zip(effect["projects"].as_array().unwrap()) {
        let told = (cells[column("project")].as_str(), number(cells, "given_others"));
        assert_eq!(told, (held["project"].as_str().unwrap(), held["given_others"].as_i64().unwrap()));
        page.says(&cells[column("project_name")]);
    }
    let year = &of("year_end")[0];
    assert_eq!(year[column("to")], "2026-12-31");
    let [low, middle, high] = ["low", "middle", "high"].map(|name| number(year, name));
    assert!(number(year, "covered_before") > 0 && low <= middle && middle <= high);
    assert_eq!(
        of("odds").len(),
        json["year_end"]["odds"].as_array().unwrap().len()
            + json["year_end"]["without_odds"].as_array().unwrap().len()
    );
    page.says("What the columns hold").says(">given_others<");
    for row in json["rows"].as_array().unwrap() {
        let of = |name: &str| row[name].as_u64().unwrap();
        assert_eq!(of("covered_before") + of("gained"), of("covered_after") + of("lost"), "{row}");
    }
    reader.get(&format!("{PLAN}/place/coverage/change.csv?from=2999-01-01")).await.is(400);
    let figure = reader.get(&format!("{PLAN}/figures/retail_coverage")).await;
    figure.is(200).says("Worked out from coverage on this day").says("have all 7 services");
    figure.says("Not on the books, or without a standard of distance").says("Household services");
    let before = reader.get(&format!("{PLAN}/figures/retail_coverage?as_of=2019-08-14")).await;
    before.is(200).says("the figure cannot be worked out from coverage");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_special_report_tells_where_services_fall_short() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let fields =
        [("series", "special"), ("name_zh", "服务短板专报"), ("from", "2021-11-01"), ("to", "2021-11-30")];
    let report = reader.post(&format!("{PLAN}/reports/new"), &fields).await.is(303).location.clone();
    let drafted = reader.get(&report).await;
    let version = drafted.is(200).says("Add service gaps").value("version");
    let mut ask = vec![
        ("version", version.as_str()),
        ("study_day", "2021-11-30"),
        ("do", "add-gaps"),
        ("part", "1"),
        ("gaps_zh", "服务短板情况"),
        ("gaps_en", "Service gaps"),
        ("gap_kind", "vegetable_shop"),
        ("gaps_since", "2999-01-01"),
    ];
    reader.post(&report, &ask).await.is(422).says("Enter a day that is not after the one looked at.");
    ask.last_mut().unwrap().1 = "2018-08-14";
    reader.post(&report, &ask).await.is(303);
    let filled = reader.get(&report).await;
    filled.is(200).says("Vegetable shop or market").says("Known / official").says("15 / 249");
    filled.says("value=\"remove-gaps:1:1\"").says("made up for the demonstration").says("straight lines");
    assert_eq!(filled.missing_words(), Vec::<String>::new());
    let version = filled.value("version");
    let issue = [("version", version.as_str()), ("text_zh-1", "情况。"), ("do", "issue")];
    reader.post(&report, &issue).await.is(303);
    let issued = reader.get(&report).await;
    issued.is(200).says("15 / 249").says("Not answered");
    // What is answered later is not in a report that was issued.
    let form = format!("{PLAN}/record/gap_answer");
    let gap = [
        ("area", "huoying"),
        ("facility_kind", "vegetable_shop"),
        ("gap_standard", "circle-vegetable"),
        SOURCE,
    ];
    let opened = reader
        .get(&format!("{form}?area=huoying&facility_kind=vegetable_shop&gap_standard=circle-vegetable"))
        .await;
    let version = opened.value("version");
    let mut answer = gap.to_vec();
    answer.extend([
        ("gap_refused", "no land is left"),
        ("version", version.as_str()),
        ("effective", "2021-11-30"),
    ]);
    reader.post(&form, &answer).await.is(303);
    let again = reader.get(&report).await;
    assert!(!again.is(200).body.contains("no land is left"), "frozen");
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
    let unsaid = bring_in(&reader, &nodes, &edges, "Survey office", "").await;
    unsaid.is(422).says("Say what the coordinates refer to").says("id=\"datum-error\"");
    let answer = bring(&reader, &nodes, &edges, "Survey office").await;
    answer.is(303);
    let page = reader.get(&answer.location).await;
    page.is(200).says("1 with 2 nodes").says("The largest parts cut off").says("116.3351, 40.0701");
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

/// A layer of the plan with its own notice.
async fn put_layer(site: &Site, content: &Content, licence: &str, grade: Grade) {
    let source = Source { title: "survey".into(), grade, ..Source::default() };
    let ground = LayerGround {
        name: Named::new("图层", "Layer"),
        licence: licence.into(),
        effective: Some(date(2026, 1, 1)),
        source,
        ..LayerGround::default()
    };
    let layer = NewLayer::of(content, ground).unwrap();
    let plan = Code::new("huitian-2018").unwrap();
    site.app.put_layer(&Actor::operator(), &plan, layer).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_repeats_the_notices_of_what_it_was_worked_out_from_and_no_others() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let at = Point { longitude: 116_336_000, latitude: 40_070_000 };
    let community = Code::new("huoying").unwrap();
    let home = Home { code: "1".into(), community, at, stated: None, people: Some(9), aged: Vec::new() };
    let homes = Content::Residences(Residences { homes: vec![home] });
    let ways = Ways {
        nodes: vec![[1_163_300_000, 400_700_000], [1_163_500_000, 400_700_000]],
        links: vec![[0, 1, 1_702_000]],
        one_way: Vec::new(),
    };
    let parcel = Parcel {
        code: "L-1".into(),
        name: String::new(),
        at,
        stated: None,
        shape: None,
        square_metres: 12_000,
        kinds: vec![Code::new("park").unwrap()],
        cost: None,
        available_on: None,
    };
    let parcels = Content::Parcels(Parcels { parcels: vec![parcel] });
    // Two layers of one office, and one that only siting is worked out from.
    put_layer(&site, &homes, "© Town office", Grade::Reported).await;
    put_layer(&site, &Content::Network(ways), "© Town office", Grade::Reported).await;
    put_layer(&site, &parcels, "© Land office", Grade::Illustrative).await;
    let plan = Code::new("huitian-2018").unwrap();
    let portfolio = site.app.portfolio(&plan, app::read::Asked::default()).await.unwrap();
    let of_facilities: BTreeSet<&str> = portfolio.facilities.iter().map(|it| it.licence.as_str()).collect();
    let of_facilities: Vec<&str> = of_facilities.into_iter().filter(|notice| !notice.is_empty()).collect();
    assert!(!of_facilities.is_empty());
    let siting = "siting.json?of=park&model=max_cover&number=1&metres=500";
    for (file, layers, illustrative) in [
        ("reach.geojson?point=40.07,116.336", vec!["© Town office"], false),
        ("coverage.geojson?kind=park", vec!["© Town office"], false),
        ("coverage/change.json", vec!["© Town office"], false),
        (siting, vec!["© Land office", "© Town office"], true),
    ] {
        let answer = reader.get(&format!("{PLAN}/place/{file}")).await;
        let held: serde_json::Value = serde_json::from_str(&answer.is(200).body).unwrap();
        let mut told: Vec<&str> =
            held["licence"].as_array().unwrap().iter().map(|notice| notice.as_str().unwrap()).collect();
        told.sort_unstable();
        let mut wanted = [layers, of_facilities.clone()].concat();
        wanted.sort_unstable();
        assert_eq!((told, &held["illustrative"]), (wanted, &illustrative.into()), "{file}");
    }
    // Pages say of the same layers whether they are made up.
    let made_up = "made up for the demonstration";
    reader.get(&format!("{PLAN}/place/{}", siting.replace(".json", ""))).await.is(200).says(made_up);
    // The land that one needs is that of its kind, else what is asked.
    let page = |land: &str| format!("{PLAN}/place/{}{land}", siting.replace(".json", ""));
    reader.get(&page("")).await.is(200).says("No parcel is smaller than the 10,000 m²");
    reader.get(&page("&land=0")).await.is(200).says("made up").says("id=\"land\"");
    reader.get(&page("&land=12001")).await.is(422).says("The only parcel that may take it is smaller");
    reader.get(&page("&land=much")).await.is(422).says("Land at least");
    let reach = reader.get(&format!("{PLAN}/place/reach?point=40.07,116.336")).await;
    assert!(!reach.is(200).body.contains(made_up), "parcels are not asked about reach");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_base_map_is_looked_at_put_on_the_books_and_withdrawn() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let bring = |file: &'static str, datum: &'static str| {
        let csrf = reader.csrf.clone();
        let reader = &reader;
        async move {
            let parts: [(&str, &str, &[u8]); 4] = [
                ("csrf", "", csrf.as_bytes()),
                ("source_title", "", b"Survey office"),
                ("datum", "", datum.as_bytes()),
                ("file", "ground.geojson", file.as_bytes()),
            ];
            reader.post_parts(&format!("{PLAN}/place/layers/base-map"), &parts).await
        }
    };
    const GROUND: &str = r#"{"type":"FeatureCollection","features":[
        {"type":"Feature","properties":{"kind":"railway","name":"13"},"geometry":{"type":"LineString",
         "coordinates":[[116.33,40.07],[116.34,40.07]]}}]}"#;
    const ROAD: &str = r#"{"type":"FeatureCollection","features":[
        {"type":"Feature","properties":{"kind":"road"},"geometry":{"type":"LineString",
         "coordinates":[[116.33,40.07],[116.34,40.07]]}}]}"#;
    const SHANGHAI: &str = r#"{"type":"FeatureCollection","features":[
        {"type":"Feature","properties":{"kind":"railway"},"geometry":{"type":"LineString",
         "coordinates":[[121.4,31.2],[121.5,31.2]]}}]}"#;
    bring(GROUND, "").await.is(422).says("Say what the coordinates refer to");
    bring("{}", "wgs84").await.is(422).says("no GeoJSON FeatureCollection");
    bring(ROAD, "wgs84").await.is(422).says("Feature 1 has the kind “road”");
    bring(SHANGHAI, "wgs84").await.is(422).says("Is it the map of another city");
    let before = head(&site);
    let answer = bring(GROUND, "gcj02").await;
    let page = reader.get(&answer.is(303).location).await;
    page.is(200).says("ground.geojson").says("Railway");
    assert_eq!(page.missing_words(), Vec::<String>::new());
    assert_eq!(head(&site), before, "looking writes nothing");
    reader.post(&answer.location, &[]).await.is(303);
    assert_eq!(head(&site), before + 1);
    let list = reader.get(&format!("{PLAN}/place/layers")).await;
    list.is(200).says("place/layers/withdraw/base-map");
    let withdraw = format!("{PLAN}/place/layers/withdraw/base-map");
    let form = reader.get(&withdraw).await;
    form.is(200).says("No longer in force from");
    assert_eq!(form.missing_words(), Vec::<String>::new());
    reader.post(&withdraw, &[("effective", "")]).await.is(422).says("id=\"effective-error\"");
    let today = form.value("effective");
    reader.post(&withdraw, &[("effective", today.as_str()), ("reason", "wrong city")]).await.is(303);
    reader.get(&withdraw).await.is(404);
    let stranger = site.sign_in("department").await;
    stranger.get(&format!("{PLAN}/place/layers/withdraw/residences")).await.is(403);
    stranger.get(&format!("{PLAN}/place/layers/base-map")).await.is(403);
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
    register.is(200).says("Not closed: no land is left").says("Residents’ requests, 12 months");
    let community = reader.get(&format!("{PLAN}/place/coverage/communities/huoying?as_of=2022-06-30")).await;
    let number = community.is(200).says("Requests of the categories that belong to the kind").body.clone();
    // As many as the list that the number opens.
    let link = number.split("href=\"").find(|rest| rest.contains("/requests?category=services")).unwrap();
    let (link, rest) = link.split_once('"').unwrap();
    let number = rest.split_once('>').unwrap().1.split('<').next().unwrap();
    let list = reader.get(&link.replace("&#38;", "&").replace("&amp;", "&")).await;
    list.is(200).says(&format!("{number} requests"));
    let public = site.sign_in("").await;
    let seen = public.get(&format!("{PLAN}/place/gaps?kind=park&area=huoying")).await;
    seen.is(200).says("Published requests of the categories that belong to the kind");
    assert_eq!(seen.missing_words(), Vec::<String>::new());
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

#[tokio::test(flavor = "multi_thread")]
async fn a_residence_is_put_in_changed_and_taken_out_by_forms() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let rows = format!("{PLAN}/place/rows/residences");
    let edit = format!("{rows}/edit");
    reader.get(&format!("{PLAN}/place/rows/network")).await.is(404);
    reader.get(&format!("{edit}?code=T-1")).await.is(404);
    let fresh = reader.get(&edit).await;
    assert_eq!(fresh.is(200).missing_words(), Vec::<String>::new());
    let typed = |people: &'static str| {
        vec![
            ("code", "T-1"),
            ("area", "huoying"),
            ("longitude", "116.336"),
            ("latitude", "40.07"),
            ("datum", "wgs84"),
            ("people", people),
            ("effective", "2026-01-01"),
            ("grade", "reported"),
        ]
    };
    let before = head(&site);
    // What stands behind it is asked for, and a wrong number told at its field.
    reader.post(&edit, &typed("90")).await.is(422).says("id=\"source_title-error\"");
    let sourced = |people| [typed(people), vec![("source_title", "Street office")]].concat();
    reader.post(&edit, &sourced("many")).await.is(422).says("id=\"people-error\"").says("value=\"many\"");
    assert_eq!(head(&site), before);
    let done = reader.post(&edit, &sourced("90")).await;
    assert!(done.is(303).location.starts_with(&rows), "{}", done.location);
    let list = reader.get(&rows).await;
    list.is(200).says("T-1").says(">90<");
    assert_eq!(list.missing_words(), Vec::<String>::new());
    reader.get(&format!("{rows}?q=nothing-like-it")).await.is(200).says("None.");
    // By its code, or by the name of its area, in small letters or wide ones.
    for wanted in ["t-1", "huoying", "%EF%BC%B4-1"] {
        reader.get(&format!("{rows}?q={wanted}")).await.is(200).says("T-1");
    }
    reader.get(&format!("{PLAN}/place/layers")).await.is(200).says("place/rows/residences");
    // Its own form has it as it is, and another of its code is refused.
    let own = format!("{edit}?code=T-1");
    reader.get(&own).await.is(200).says("value=\"116.336\"").says("value=\"90\"");
    reader.post(&edit, &sourced("80")).await.is(422).says("id=\"code-error\"");
    reader.post(&own, &sourced("80")).await.is(303);
    reader.get(&rows).await.is(200).says(">80<");
    // The layer that holds since then would be without it.
    let early = sourced("70").into_iter().map(|(name, text)| match name {
        "effective" => (name, "2025-12-31"),
        name => (name, text),
    });
    let early: Vec<(&str, &str)> = early.collect();
    reader.post(&own, &early).await.is(422).says("id=\"effective-error\"").says("or a later day");
    let leave = format!("{rows}/take-out?code=T-1");
    reader.get(&leave).await.is(200).says("no longer part of the layer");
    let behind = [("effective", "2026-02-01"), ("source_title", "Street office"), ("grade", "reported")];
    reader.post(&leave, &behind).await.is(303);
    reader.post(&leave, &behind).await.is(404);
    assert!(!reader.get(&rows).await.is(200).body.contains("T-1"));
}
