//! A drawn link put on the books by the pages, changed and withdrawn; what it does is told where there is a network.

use app::Actor;
use app::place::layer::{Content, Home, Residences, Ways};
use app::place::{LayerGround, NewLayer};
use domain::code::Code;
use domain::named::Named;
use domain::request::Point;
use jiff::civil::date;

use crate::SOURCE;
use crate::site::{PLAN, Site, site};

/// Two streets side by side that meet far in the west, and a home between them and a kindergarten's street.
async fn streets(site: &Site) {
    let node = |x: i32, y: i32| [1_163_362_000 + x, 400_702_000 + y];
    let ways = Ways {
        nodes: vec![node(0, 0), node(0, 20_000), node(-300_000, 0), node(-300_000, 20_000)],
        links: vec![[0, 2, 2_553_000], [1, 3, 2_553_000], [2, 3, 223_000]],
        one_way: Vec::new(),
    };
    let home = Home {
        code: "H-1".into(),
        community: Code::new("huoying").unwrap(),
        at: Point { longitude: 116_336_200, latitude: 40_070_200 },
        stated: None,
        people: Some(90),
        aged: Vec::new(),
    };
    for content in [Content::Network(ways), Content::Residences(Residences { homes: vec![home] })] {
        let name = Named::new("图层", "Layer");
        let ground = LayerGround { name, effective: Some(date(2022, 1, 1)), ..LayerGround::default() };
        let layer = NewLayer::of(&content, ground).unwrap();
        let plan = Code::new("huitian-2018").unwrap();
        site.app.put_layer(&Actor::operator(), &plan, layer).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drawn_link_is_put_on_the_books_and_shows_what_it_does() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let links = format!("{PLAN}/place/links");
    // The demonstration has no walking network: its bridge is on the books, and no effect is claimed.
    let page = reader.get(&links).await;
    page.is(200)
        .says("Chenjiaying East Bridge")
        .says("links change no coverage")
        .says("Cannot be worked out");
    assert_eq!(page.missing_words(), Vec::<String>::new());

    streets(&site).await;
    let drawn = reader.get(&format!("{links}?from=40.0702,116.3362&to=40.0722,116.3362")).await;
    drawn.is(200).says("Put this link on the books").says("has no effect");
    assert!(!drawn.body.contains("links change no coverage"));
    let address = drawn.body.split("href=\"").find(|rest| rest.contains("record/plan_link?link_from"));
    let address =
        address.and_then(|rest| rest.split('"').next()).unwrap().replace("&#38;", "&").replace("&amp;", "&");
    let form = reader.get(&address).await;
    form.is(200);
    assert_eq!(form.missing_words(), Vec::<String>::new());
    assert_eq!(form.value("link_from"), "40.0702, 116.3362");
    assert_eq!(form.value("link_to"), "40.0722, 116.3362");
    let record = format!("{PLAN}/record/plan_link");
    let version = form.value("version");
    let send = |more: &[(&'static str, &'static str)]| {
        let mut fields = vec![
            ("name_zh", "示例桥"),
            ("name_en", "Example bridge"),
            ("link_form", "bridge"),
            ("link_from", "40.0702, 116.3362"),
            ("link_to", "40.0722, 116.3362"),
            ("link_datum", "wgs84"),
            SOURCE,
        ];
        fields.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
        fields.extend(more);
        fields
    };
    let post = async |fields: Vec<(&'static str, &'static str)>| {
        let mut fields = fields;
        let held = reader.get(&record).await.value("version");
        let held = if held.is_empty() { version.clone() } else { held };
        fields.retain(|(name, _)| *name != "version");
        let mut all: Vec<(&str, &str)> = fields;
        all.push(("version", &held));
        reader.post(&record, &all).await
    };
    post(send(&[])).await.is(422).says("id=\"link_code-error\"");
    post(send(&[("link_code", "L-1"), ("link_to", "nowhere")])).await.is(422).says("id=\"link_to-error\"");
    post(send(&[("link_code", "L-1"), ("link_to", "40.0702, 116.3362")]))
        .await
        .is(422)
        .says("Both ends are one place");
    post(send(&[("link_code", "L-1"), ("link_metres", "100")]))
        .await
        .is(422)
        .says("id=\"link_metres-error\"");
    let made = post(send(&[("link_code", "L-1"), ("link_opens", "2023-05-01")])).await;
    made.is(303);
    let list = reader.get(&links).await;
    list.is(200).says("Example bridge").says("opens on").says("people newly in reach");
    assert_eq!(list.missing_words(), Vec::<String>::new());
    let held = reader.get(&format!("{links}.geojson")).await;
    let held: serde_json::Value = serde_json::from_str(&held.is(200).body).unwrap();
    let own = held["features"].as_array().unwrap().iter().find(|it| it["id"] == "L-1").unwrap();
    assert_eq!(
        (&own["geometry"]["type"], &own["properties"]["standing"]),
        (&"LineString".into(), &"open".into())
    );
    reader.get(&format!("{PLAN}/tables/links.csv")).await.is(200).says("L-1");
    reader.get(&format!("{PLAN}/place/map")).await.is(200).says("Example bridge");

    let edit = reader.get(&format!("{record}?slot=link/L-1")).await;
    edit.is(200);
    assert_eq!((edit.value("link_code"), edit.value("link_opens")), ("L-1".into(), "2023-05-01".into()));
    let withdraw = format!("{links}/withdraw/L-1");
    let form = reader.get(&withdraw).await;
    form.is(200).says("Example bridge");
    assert_eq!(form.missing_words(), Vec::<String>::new());
    let stranger = site.sign_in("department").await;
    stranger.get(&withdraw).await.is(403);
    assert!(!stranger.get(&links).await.body.contains("links/withdraw"));
    let today = form.value("effective");
    reader.post(&withdraw, &[("effective", "")]).await.is(422).says("id=\"effective-error\"");
    reader.post(&withdraw, &[("effective", today.as_str()), ("reason", "not built")]).await.is(303);
    reader.get(&withdraw).await.is(404);
    assert!(!reader.get(&links).await.body.contains("Example bridge"));
}
