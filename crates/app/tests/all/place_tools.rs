//! What is asked on a map: who is within reach of a place, what a link does, where the next facilities should stand.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::town::{app, at, code, kind, put, put_layer, standard};
use app::App;
use app::place::base::{BaseMap, GroundKind};
use app::place::coverage::Way;
use app::place::layer::{Content, Home, Parcel, Parcels, Residences, Ways};
use app::place::links::LinkFault;
use app::place::siting::{SitingAsked, SitingFault, SitingModel};
use app::read::Asked;
use domain::area::{AreaFact, AreaLevel};
use domain::facility::{Ages, Circle, FacilityFact, FacilityKind, Metric, Site};
use domain::money::Fen;
use domain::named::Named;
use domain::plan::PlanFact;
use domain::portfolio::Portfolio;
use domain::request::Point;
use domain::subject::Subject;
use jiff::civil::date;

async fn town(app: &App) -> Arc<Portfolio> {
    let plan = code("p");
    let kind = kind("park", Named::new("公园", "Park"), None);
    let standard = standard("s", "park", Circle::Minutes10, Metric::Metres, 500);
    let name = PlanFact::Name(Named::new("计划", "Plan"));
    let period = PlanFact::Period { from: date(2018, 8, 1), to: date(2027, 12, 31) };
    let facts = vec![name.into(), period.into(), PlanFact::FacilityKind(kind).into()];
    put(app, Subject::plan(&plan), facts).await;
    put(app, Subject::plan(&plan), vec![PlanFact::FacilityStandard(standard).into()]).await;
    for area in ["north", "south"] {
        let name = AreaFact::Name(Named::new(area, area));
        let level = AreaFact::Level { level: AreaLevel::Subdistrict };
        put(app, Subject::area(&code(area)), vec![name.into(), level.into()]).await;
    }
    let park = vec![
        FacilityFact::Kind { kind: code("park") }.into(),
        FacilityFact::Site(Site::wgs84(at(0, 0))).into(),
    ];
    put(app, Subject::facility(&plan, &code("F-1")), park).await;
    app.portfolio(&plan, Asked::default()).await.unwrap()
}

async fn layer(app: &App, content: Content) -> Arc<Portfolio> {
    put_layer(app, &code("p"), &content).await;
    app.portfolio(&code("p"), Asked::default()).await.unwrap()
}

fn home(code_: &str, area: &str, at: Point, people: Option<u32>) -> Home {
    Home { code: code_.into(), community: code(area), at, stated: None, people, aged: Vec::new() }
}

async fn homes(app: &App) -> Arc<Portfolio> {
    let homes = vec![
        home("A", "south", at(300, 0), Some(40)),
        home("B", "north", at(0, 100), Some(100)),
        home("C", "north", at(900, 100), Some(7)),
    ];
    layer(app, Content::Residences(Residences { homes })).await
}

/// A street to the east from the park, one 100 m north of it, and 2 km from there the way between them.
async fn streets(app: &App) -> Arc<Portfolio> {
    let node = |point: Point| [point.longitude * 10, point.latitude * 10];
    let ways = Ways {
        nodes: vec![node(at(0, 0)), node(at(2_000, 0)), node(at(2_000, 100)), node(at(0, 100))],
        links: vec![[0, 1, 2_000_000], [1, 2, 100_000], [2, 3, 2_000_000]],
        one_way: Vec::new(),
    };
    layer(app, Content::Network(ways)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_reach_is_counted_over_ways_and_in_straight_lines_where_there_are_none() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path());
    let bare = town(&app).await;
    let found = app.reached(&bare, at(0, 0)).await.unwrap().unwrap();
    assert!(found.way == Way::Straight && !found.has_residences && !found.unreached);
    assert_eq!(found.bands.iter().map(|band| band.metres).collect::<Vec<_>>(), [400, 800, 1200]);
    assert_eq!(found.facilities[0].facility, code("F-1"));

    let settled = homes(&app).await;
    let found = app.reached(&settled, at(0, 0)).await.unwrap().unwrap();
    let people =
        |found: &app::place::reach::Reached| found.bands.iter().map(|it| it.people).collect::<Vec<_>>();
    assert_eq!(people(&found), [140, 140, 147]);

    let walked = streets(&app).await;
    let found = app.reached(&walked, at(0, 0)).await.unwrap().unwrap();
    assert_eq!(found.way, Way::Network);
    // The other street is 4 km away on foot.
    assert_eq!(people(&found), [40, 40, 40]);
    assert!(found.bands.iter().all(|band| band.shed_permille.unwrap() < 250 && !band.rings.is_empty()));
    let lost = app.reached(&walked, at(0, 5_000)).await.unwrap().unwrap();
    assert!(lost.unreached && lost.facilities.is_empty() && lost.bands[0].rings.is_empty());
    // The same question once more is the same answer, not another job.
    let again = app.reached(&walked, at(0, 0)).await.unwrap().unwrap();
    assert!(std::sync::Arc::ptr_eq(&found, &again));
    let told = |people| app::place::reach::Band { people, ..found.bands[0].clone() }.people_in_steps();
    assert_eq!(
        [0, 1, 9, 10, 14, 15, 147].map(told),
        [Some(0), None, None, Some(10), Some(10), Some(20), Some(150)]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_closes_the_gap_and_the_break_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path());
    let bare = town(&app).await;
    assert!(app.link_ground(&bare).await.unwrap().is_none());
    homes(&app).await;
    let portfolio = streets(&app).await;
    let ground = app.link_ground(&portfolio).await.unwrap().unwrap();
    let rail = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"kind":"railway","name":"13"},
        "geometry":{"type":"LineString","coordinates":[[116.29,40.07045],[116.33,40.07045]]}}]}"#;
    let barriers = BaseMap::from_geojson(rail).unwrap().barriers();
    let effect = app.link_effect(&ground, [at(0, 0), at(0, 100)], barriers.clone()).await.unwrap().unwrap();
    assert_eq!((effect.kinds[0].before, effect.kinds[0].after, effect.people), (40, 140, 147));
    assert_eq!(
        effect.gaining.iter().map(|(area, n)| (area.as_str(), *n)).collect::<Vec<_>>(),
        [("north", 100)]
    );
    let barrier = effect.barrier.unwrap();
    assert_eq!((barrier.kind, barrier.name.as_str()), (GroundKind::Railway, "13"));
    assert!(effect.detour.is_some_and(|far| (4_000_000..4_200_000).contains(&far)), "{:?}", effect.detour);
    // The same people, by the network's own search.
    assert!(!ground.is_ranked());
    let ranked = app.ranked_links(&ground, barriers).await.unwrap();
    assert_eq!((ranked.links[0].newly, ranked.links[0].helped, ranked.cut), (100, 100, false));
    assert!(Arc::ptr_eq(&ground, &app.link_ground(&portfolio).await.unwrap().unwrap()) && ground.is_ranked());

    let tried = async |ends| app.link_effect(&ground, ends, Vec::new()).await.unwrap();
    let off = tried([at(0, 0), at(0, 3_000)]).await;
    assert_eq!(off, Err(LinkFault::OffNetwork { end: 1, metres: 250 }));
    assert_eq!(tried([at(0, 0), at(0, 0)]).await, Err(LinkFault::NoLength));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_counts_those_whom_a_kind_is_for_and_another_base_map_is_looked_at_anew() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path());
    town(&app).await;
    let plan = code("p");
    let ages: Ages = "65+".parse().unwrap();
    let elderly = FacilityKind { ages: Some(ages), ..kind("care", Named::new("养老", "Care"), None) };
    put(&app, Subject::plan(&plan), vec![PlanFact::FacilityKind(elderly).into()]).await;
    let near = standard("c", "care", Circle::Minutes10, Metric::Metres, 500);
    put(&app, Subject::plan(&plan), vec![PlanFact::FacilityStandard(near).into()]).await;
    let care = vec![
        FacilityFact::Kind { kind: code("care") }.into(),
        FacilityFact::Site(Site::wgs84(at(0, 0))).into(),
    ];
    put(&app, Subject::facility(&plan, &code("F-2")), care).await;
    let mut old = home("B", "north", at(0, 100), Some(100));
    old.aged = vec![(ages, 30)];
    layer(&app, Content::Residences(Residences { homes: vec![old] })).await;
    let portfolio = streets(&app).await;
    let ground = app.link_ground(&portfolio).await.unwrap().unwrap();
    assert!(!ground.everybody);
    let effect = app.link_effect(&ground, [at(0, 0), at(0, 100)], Vec::new()).await.unwrap().unwrap();
    let told: Vec<_> = effect.kinds.iter().map(|it| (it.kind.as_str(), it.before, it.after)).collect();
    // A park is for all hundred, care for thirty of them.
    assert_eq!(told, [("care", 0, 30), ("park", 0, 100)]);
    assert_eq!((effect.helped, effect.gaining.values().sum::<u64>()), (100, 100));
    let ranked = app.ranked_links(&ground, Vec::new()).await.unwrap();
    assert_eq!((ranked.links[0].newly, ranked.links[0].helped), (130, 100));

    // What a link crosses goes by the base map: with another one it is another ground.
    let rail = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"kind":"railway"},
        "geometry":{"type":"LineString","coordinates":[[116.29,40.07045],[116.33,40.07045]]}}]}"#;
    let map = BaseMap::from_geojson(rail).unwrap();
    let barriers = map.barriers();
    let portfolio = layer(&app, Content::BaseMap(map)).await;
    let other = app.link_ground(&portfolio).await.unwrap().unwrap();
    assert!(!Arc::ptr_eq(&ground, &other) && !other.is_ranked());
    let ranked = app.ranked_links(&other, barriers).await.unwrap();
    assert_eq!(ranked.links[0].barrier.as_ref().map(|it| it.kind), Some(GroundKind::Railway));

    // Nobody counted another age: everybody stands in, and that is said.
    let young =
        FacilityKind { ages: "3-5".parse().ok(), ..kind("nursery", Named::new("托育", "Nursery"), None) };
    let near = standard("n", "nursery", Circle::Minutes10, Metric::Metres, 500);
    let facts = vec![PlanFact::FacilityKind(young).into()];
    put(&app, Subject::plan(&plan), facts).await;
    put(&app, Subject::plan(&plan), vec![PlanFact::FacilityStandard(near).into()]).await;
    let portfolio = app.portfolio(&plan, Asked::default()).await.unwrap();
    assert!(app.link_ground(&portfolio).await.unwrap().unwrap().everybody);
}

fn parcel(code_: &str, at: Point, cost: Option<i64>) -> Parcel {
    Parcel {
        code: code_.into(),
        name: String::new(),
        at,
        stated: None,
        shape: None,
        square_metres: 1_000,
        kinds: vec![code("park")],
        cost: cost.map(Fen),
        available_on: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parcels_are_chosen_beside_what_serves_already_and_clashing_floors_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path());
    town(&app).await;
    streets(&app).await;
    let asked = |model| SitingAsked {
        kind: code("park"),
        model,
        count: Some(1),
        budget: None,
        metres: Some(500),
        floor_permille: None,
        floors: BTreeMap::new(),
        least_square_metres: None,
    };
    let homes = homes(&app).await;
    let none = app.site_facilities(&homes, asked(SitingModel::MostPeople)).await.unwrap();
    assert_eq!(none, Err(SitingFault::NoParcels));
    let parcels = vec![
        parcel("P-1", at(100, 100), Some(900)),
        parcel("P-2", at(1_000, 100), Some(100)),
        parcel("P-3", at(350, 0), None),
    ];
    let portfolio = layer(&app, Content::Parcels(Parcels { parcels })).await;
    let run = async |asked| app.site_facilities(&portfolio, asked).await.unwrap();

    // The south has its park: only the north gains.
    let most = run(asked(SitingModel::MostPeople)).await.unwrap();
    assert!(most.proven && most.way == Way::Network);
    assert_eq!((most.objective, most.bound, most.chosen[0].code.as_str()), (140, 140, "P-1"));
    assert_eq!(most.next, Some(("P-2".into(), 7)));
    let areas: Vec<_> = most.communities.iter().map(|(area, it)| (area.as_str(), *it)).collect();
    assert_eq!(areas, [("north", (0, 100, 107)), ("south", (40, 40, 40))]);
    let poor = SitingAsked { budget: Some(Fen(500)), count: None, ..asked(SitingModel::MostPeople) };
    let most = run(poor).await.unwrap();
    assert_eq!((most.objective, most.cost, most.unpriced), (47, Fen(100), 1));
    let fewest = run(asked(SitingModel::FewestSites)).await.unwrap();
    assert_eq!((fewest.objective, fewest.out_of_reach), (2, 0));
    let least = run(SitingAsked { metres: None, ..asked(SitingModel::LeastWalking) }).await.unwrap();
    // 40 people walk 300 m to the park that is there, 100 walk 100 m and 7 walk 800 m to the new one.
    assert_eq!((least.chosen[0].code.as_str(), least.objective.abs_diff(27_600) < 100), ("P-1", true));
    // Who is out of reach is still one of the community.
    let near = run(SitingAsked { metres: Some(60), ..asked(SitingModel::LeastWalking) }).await.unwrap();
    let areas: Vec<_> = near.communities.iter().map(|(area, it)| (area.as_str(), *it)).collect();
    assert_eq!(areas, [("north", (0, 0, 107)), ("south", (0, 40, 40))]);
    assert_eq!(near.out_of_reach, 107);
    // A budget says nothing of the fewest sites.
    let rich = SitingAsked { budget: Some(Fen(1)), ..asked(SitingModel::FewestSites) };
    assert_eq!(run(rich).await.unwrap(), fewest);

    let floors = SitingAsked { floor_permille: Some(1_000), ..asked(SitingModel::MostPeople) };
    let clash = SitingFault::FloorsClash(vec![("north".into(), 107, 100)]);
    assert_eq!(run(floors.clone()).await, Err(clash));
    // A share of its own goes before the common one, whether it asks for more, for less, or for nothing.
    let with = |own: &[(&str, u16)], common| SitingAsked {
        floors: own.iter().map(|(area, share)| (code(area), *share)).collect(),
        floor_permille: common,
        ..floors.clone()
    };
    for eased in [with(&[("north", 0)], Some(1_000)), with(&[("north", 930)], Some(1_000))] {
        assert_eq!(run(eased).await.unwrap().chosen[0].code, "P-1");
    }
    let clash = |asked| SitingFault::FloorsClash(vec![("north".into(), asked, 100)]);
    assert_eq!(run(with(&[("north", 940)], Some(1))).await, Err(clash(101)));
    // Without a common one the others have none.
    assert_eq!(run(with(&[("north", 1_000)], None)).await, Err(clash(107)));
    assert_eq!(run(with(&[("south", 1_000)], None)).await.unwrap().chosen[0].code, "P-1");
    let nobody = Err(SitingFault::NobodyThere(code("elsewhere")));
    assert_eq!(run(with(&[("elsewhere", 500)], None)).await, nobody);
    let none = SitingAsked { count: None, ..asked(SitingModel::MostPeople) };
    assert_eq!(run(none).await, Err(SitingFault::Unlimited));
    let nowhere = SitingAsked { metres: None, ..asked(SitingModel::MostPeople) };
    assert_eq!(run(nowhere).await, Err(SitingFault::NoDistance));
}

#[tokio::test(flavor = "multi_thread")]
async fn parcels_that_are_too_small_are_no_sites_and_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path());
    town(&app).await;
    streets(&app).await;
    homes(&app).await;
    let sized =
        |name: &str, x, square_metres| Parcel { square_metres, ..parcel(name, at(x, 100), Some(100)) };
    let parcels = vec![sized("P-1", 100, 999), sized("P-2", 1_000, 1_000), sized("P-3", 900, 400)];
    let portfolio = layer(&app, Content::Parcels(Parcels { parcels })).await;
    let asked = |least_square_metres| SitingAsked {
        kind: code("park"),
        model: SitingModel::MostPeople,
        count: Some(1),
        budget: None,
        metres: Some(500),
        floor_permille: None,
        floors: BTreeMap::new(),
        least_square_metres,
    };
    let chosen = async |portfolio: &Arc<Portfolio>, least| {
        let found = app.site_facilities(portfolio, asked(least)).await.unwrap()?;
        let code = found.chosen[0].code.clone();
        Ok::<_, SitingFault>((code, found.too_small, found.candidates.len(), found.least_square_metres))
    };
    // Best by people is the smaller one.
    assert_eq!(chosen(&portfolio, None).await, Ok(("P-1".into(), 0, 3, None)));
    assert_eq!(chosen(&portfolio, Some(999)).await, Ok(("P-1".into(), 1, 2, Some(999))));
    assert_eq!(chosen(&portfolio, Some(1_000)).await, Ok(("P-2".into(), 2, 1, Some(1_000))));
    let none = SitingFault::TooSmall { parcels: 3, least: 1_001 };
    assert_eq!(chosen(&portfolio, Some(1_001)).await, Err(none));
    // What the kind says holds where nobody asks otherwise.
    let large =
        FacilityKind { least_square_metres: Some(1_000), ..kind("park", Named::new("公园", "Park"), None) };
    put(&app, Subject::plan(&portfolio.plan.code), vec![PlanFact::FacilityKind(large).into()]).await;
    let portfolio = app.portfolio(&portfolio.plan.code, Asked::default()).await.unwrap();
    assert_eq!(chosen(&portfolio, None).await, Ok(("P-2".into(), 2, 1, Some(1_000))));
    assert_eq!(chosen(&portfolio, Some(0)).await, Ok(("P-1".into(), 0, 3, None)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_is_too_large_is_refused_before_anything_is_measured() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path());
    town(&app).await;
    let spread = |number: i32| at(number % 100 * 30, number / 100 * 30);
    let homes = (0..12_500).map(|number| home(&format!("{number:05}"), "south", spread(number), Some(1)));
    layer(&app, Content::Residences(Residences { homes: homes.collect() })).await;
    let parcels = (0..1_000).map(|number| parcel(&format!("{number:04}"), spread(number * 7), None));
    let portfolio = layer(&app, Content::Parcels(Parcels { parcels: parcels.collect() })).await;
    let asked = SitingAsked {
        kind: code("park"),
        model: SitingModel::LeastWalking,
        count: Some(5),
        budget: None,
        metres: None,
        floor_permille: None,
        floors: BTreeMap::new(),
        least_square_metres: None,
    };
    let found = app.site_facilities(&portfolio, asked).await.unwrap();
    assert_eq!(found, Err(SitingFault::TooLarge { homes: 12_500, parcels: 1_000 }));
}
