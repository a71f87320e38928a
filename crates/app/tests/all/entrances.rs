//! Facilities that are more than a point: reached at their entrances or along their boundary by everything that counts
//! distances, and each counted once.

use std::sync::Arc;

use app::export::{self, Cell};
use app::import::{ImportReport, Mode, Profile, Resolver, Sheet, SheetRow, prepare};
use app::place::coverage::{Coverage, CoverageAsked, ReachedCounts};
use app::place::layer::{Content, Home, Parcel, Parcels, Residences, Ways};
use app::place::siting::{SitingAsked, SitingModel};
use app::read::Asked;
use app::table::table;
use app::{Actor, App};
use domain::area::{AreaFact, AreaLevel};
use domain::boundary::Boundary;
use domain::facility::{Circle, Datum, Facility, FacilityFact, Metric, Site, SiteBoundary};
use domain::named::Named;
use domain::plan::PlanFact;
use domain::portfolio::Portfolio;
use domain::request::Point;
use domain::subject::Subject;
use jiff::civil::date;
use proptest::prelude::*;

use crate::town::{app, at, code, kind, put, put_layer, standard};

fn wkt(corners: &[(i32, i32)]) -> String {
    let corner = |(east, north): &(i32, i32)| {
        let at = at(*east, *north);
        format!("{:.6} {:.6}", f64::from(at.longitude) / 1e6, f64::from(at.latitude) / 1e6)
    };
    format!("POLYGON (({}))", corners.iter().map(corner).collect::<Vec<_>>().join(", "))
}

/// A park of 1,600 m by 400 m between two streets.
const PARK: [(i32, i32); 5] = [(200, 10), (1_800, 10), (1_800, 410), (200, 410), (200, 10)];

fn boundary() -> FacilityFact {
    drawn(&PARK)
}

fn drawn(corners: &[(i32, i32)]) -> FacilityFact {
    FacilityFact::Boundary { boundary: Some(SiteBoundary::wgs84(Boundary::parse(&wkt(corners)).unwrap())) }
}

fn entrances(points: &[Point]) -> FacilityFact {
    FacilityFact::Entrances { at: points.iter().copied().map(Site::wgs84).collect() }
}

async fn say(app: &App, own: &str, facts: Vec<FacilityFact>) -> Arc<Portfolio> {
    let facts = facts.into_iter().map(Into::into).collect();
    put(app, Subject::facility(&code("p"), &code(own)), facts).await;
    portfolio(app).await
}

async fn portfolio(app: &App) -> Arc<Portfolio> {
    app.portfolio(&code("p"), Asked::default()).await.unwrap()
}

/// A park by its middle, streets to its south (at 0) and north (at 420), joined in the east at 3,000 m.
async fn town(app: &App) {
    let standard = standard("s", "park", Circle::Minutes10, Metric::Metres, 500);
    let facts = vec![
        PlanFact::Name(Named::new("计划", "Plan")).into(),
        PlanFact::Period { from: date(2018, 8, 1), to: date(2027, 12, 31) }.into(),
        PlanFact::FacilityKind(kind("park", Named::new("公园", "Park"), Some("人"))).into(),
        PlanFact::FacilityStandard(standard).into(),
    ];
    put(app, Subject::plan(&code("p")), facts).await;
    for area in ["north", "south"] {
        let name = AreaFact::Name(Named::new(area, area));
        let level = AreaFact::Level { level: AreaLevel::Subdistrict };
        put(app, Subject::area(&code(area)), vec![name.into(), level.into()]).await;
    }
    let middle = Site::wgs84(at(1_000, 210));
    let facts = vec![
        FacilityFact::Kind { kind: code("park") },
        FacilityFact::Site(middle),
        FacilityFact::Capacity { amount: Some(120) },
    ];
    say(app, "F-1", facts).await;
    let home = |own: &str, area: &str, at: Point, people: u32| Home {
        code: own.into(),
        community: code(area),
        at,
        stated: None,
        people: Some(people),
        aged: Vec::new(),
    };
    // Near the south-western gate, in the middle of the north, and far in the east.
    let homes = vec![
        home("A", "south", at(150, -20), 100),
        home("B", "north", at(1_000, 440), 60),
        home("C", "south", at(2_900, -20), 7),
    ];
    put_layer(app, &code("p"), &Content::Residences(Residences { homes })).await;
    let node = |point: Point| [point.longitude * 10, point.latitude * 10];
    let ways = Ways {
        nodes: vec![node(at(0, 0)), node(at(3_000, 0)), node(at(3_000, 420)), node(at(0, 420))],
        links: vec![[0, 1, 3_000_000], [1, 2, 420_000], [2, 3, 3_000_000]],
        one_way: Vec::new(),
    };
    put_layer(app, &code("p"), &Content::Network(ways)).await;
}

async fn coverage(app: &App) -> Arc<Coverage> {
    app.coverage(&portfolio(app).await, CoverageAsked::default()).await.unwrap().unwrap()
}

/// Whole metres from each home to the nearest park.
fn metres(found: &Coverage) -> Vec<Option<u32>> {
    let near = found.kind("park").unwrap().near.iter();
    near.map(|near| near.map(|near| (near.distance + 500) / 1_000)).collect()
}

fn within(found: Option<u32>, least: u32, most: u32) -> bool {
    found.is_some_and(|found| (least..=most).contains(&found))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_park_is_as_near_as_its_border_or_its_gates() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path());
    town(&app).await;
    // By its middle alone it is reached from the street that the point meets: hundreds of metres away.
    let found = coverage(&app).await;
    let far = metres(&found);
    assert!(far[0].is_none_or(|far| far > 900), "{far:?}");
    let told = |found: &Coverage| found.kind("park").unwrap().reached;
    assert_eq!(told(&found), ReachedCounts { point: 1, ..ReachedCounts::default() });

    // Both streets pass its border within 30 m.
    say(&app, "F-1", vec![boundary()]).await;
    let found = coverage(&app).await;
    assert_eq!(told(&found), ReachedCounts { boundary: 1, ..ReachedCounts::default() });
    let near = metres(&found);
    assert!(within(near[0], 60, 90) && within(near[1], 20, 45) && within(near[2], 1_100, 1_150), "{near:?}");
    let held = &found.kind("park").unwrap().rules[0];
    assert_eq!((held.whole.covered, held.whole.total()), (160, 167));

    // A gate in the south-east: now it is far from everybody but the east.
    let gate = at(1_800, 10);
    say(&app, "F-1", vec![entrances(&[gate])]).await;
    let found = coverage(&app).await;
    assert_eq!(told(&found), ReachedCounts { entrances: 1, ..ReachedCounts::default() });
    let near = metres(&found);
    assert!(within(near[0], 1_650, 1_700) && within(near[2], 1_100, 1_150), "{near:?}");
    assert!(within(near[1], 3_600, 3_700), "the long way round: {near:?}");
    // And one in the north-west, which is nearer to some and farther from nobody.
    let portfolio = say(&app, "F-1", vec![entrances(&[gate, at(200, 410)])]).await;
    let found = coverage(&app).await;
    let now = metres(&found);
    assert!(within(now[1], 810, 850) && now[0] == near[0] && now[2] == near[2], "{now:?}");

    // One facility with two gates: its places are shared out once, and everybody goes to it once.
    let capacity = found.kind("park").unwrap().capacity.clone().unwrap();
    assert_eq!((capacity.known, capacity.places, capacity.loads.len()), (1, 120, 1));
    assert_eq!(capacity.loads[0].load.people, 167);
    let supplied: f64 =
        capacity.access.iter().zip([100.0, 60.0, 7.0]).map(|(access, people)| access * people).sum();
    assert!((supplied - 120.0).abs() < 1e-9, "{supplied}");

    // What is within reach of a place, seen from the other side.
    let reached = app.reached(&portfolio, at(1_700, -20)).await.unwrap().unwrap();
    assert_eq!(reached.facilities.len(), 1);
    assert!((115_000..140_000).contains(&reached.facilities[0].millimetres), "{:?}", reached.facilities);
    let nothing = app.reached(&portfolio, at(0, -20)).await.unwrap().unwrap();
    assert!(nothing.facilities.is_empty(), "1,850 m: {:?}", nothing.facilities);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_street_a_little_farther_from_the_border_makes_the_way_a_little_longer() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path());
    town(&app).await;
    // So far from both streets; the last one is out of reach of them, and so is its middle.
    let mut last = None;
    for apart in [29, 31, 60, 200] {
        let (south, north) = (apart, 420 - apart);
        let corners = [(200, south), (1_800, south), (1_800, north), (200, north), (200, south)];
        say(&app, "F-1", vec![drawn(&corners)]).await;
        let found = coverage(&app).await;
        assert_eq!(
            found.kind("park").unwrap().reached,
            ReachedCounts { boundary: 1, ..ReachedCounts::default() },
            "{apart} m"
        );
        let near: Vec<u32> = metres(&found).into_iter().flatten().collect();
        // A, B and C walk along the street and across to the border.
        let walked = [50 + 20 + apart, 20 + apart, 1_100 + 20 + apart].map(|metres| metres as u32);
        assert!(
            near.len() == 3 && near.iter().zip(walked).all(|(near, walked)| near.abs_diff(walked) <= 12),
            "{apart} m: {near:?} {walked:?}"
        );
        // What is reached from a place is the same from the other side, whether coverage was worked out before or not.
        let placed = app.reached(&portfolio(&app).await, at(150, -20)).await.unwrap().unwrap();
        let anew = crate::town::app(folder.path());
        let first = anew.reached(&portfolio(&anew).await, at(150, -20)).await.unwrap().unwrap();
        assert_eq!(placed, first, "{apart} m");
        let far = placed.facilities[0].millimetres;
        assert!(near[0].abs_diff(far / 1_000) <= 1, "{apart} m: {near:?} {far}");
        assert!(last.is_none_or(|last| last < far), "{apart} m: {last:?} {far}");
        last = Some(far);
    }
    // Out of reach of any way by its border: its point is left, which is none the nearer. A park is where its border is,
    // so the point moves along.
    let corners = [(200, -400), (1_800, -400), (1_800, -300), (200, -300), (200, -400)];
    let middle = FacilityFact::Site(Site::wgs84(at(1_000, -350)));
    say(&app, "F-1", vec![drawn(&corners), middle]).await;
    assert_eq!(coverage(&app).await.kind("park").unwrap().reached.boundary, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn links_and_sites_know_gates_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path());
    town(&app).await;
    let portfolio = say(&app, "F-1", vec![boundary(), entrances(&[at(1_800, 10)])]).await;
    let ground = app.link_ground(&portfolio).await.unwrap().unwrap();
    let ends = [at(1_200, 0), at(1_200, 420)];
    let effect = app.link_effect(&ground, ends, Vec::new()).await.unwrap().unwrap();
    // The north walks 200 m, crosses, and has another 600 m to the gate.
    assert_eq!((effect.kinds[0].before, effect.kinds[0].after), (0, 0));
    let closer = [at(1_700, 0), at(1_300, 420)];
    let effect = app.link_effect(&ground, closer, Vec::new()).await.unwrap().unwrap();
    assert_eq!((effect.kinds[0].before, effect.kinds[0].after), (0, 0), "{effect:?}");
    // Another gate is another ground: what was kept of the first is not asked.
    let portfolio = say(&app, "F-1", vec![entrances(&[at(1_800, 10), at(1_000, 10)])]).await;
    let other = app.link_ground(&portfolio).await.unwrap().unwrap();
    assert!(!Arc::ptr_eq(&ground, &other));
    let effect = app.link_effect(&other, [at(1_000, 0), at(1_000, 420)], Vec::new()).await.unwrap().unwrap();
    assert_eq!((effect.kinds[0].before, effect.kinds[0].after), (0, 60), "{effect:?}");

    // The park serves whom its border serves: the parcel there adds nobody.
    let parcel = |own: &str, at: Point| Parcel {
        code: own.into(),
        name: String::new(),
        at,
        stated: None,
        shape: None,
        square_metres: 1_000,
        kinds: vec![code("park")],
        cost: None,
        available_on: None,
    };
    let parcels = vec![parcel("P-1", at(1_000, 430)), parcel("P-2", at(2_800, 0))];
    put_layer(&app, &code("p"), &Content::Parcels(Parcels { parcels })).await;
    let asked = SitingAsked {
        kind: code("park"),
        model: SitingModel::MostPeople,
        count: Some(1),
        budget: None,
        metres: Some(500),
        floor_permille: None,
        floors: std::collections::BTreeMap::new(),
        least_square_metres: None,
    };
    for (gates, chosen, covered) in [(vec![at(1_800, 10)], "P-1", 60), (Vec::new(), "P-2", 167)] {
        let portfolio = say(&app, "F-1", vec![entrances(&gates)]).await;
        let found = app.site_facilities(&portfolio, asked.clone()).await.unwrap().unwrap();
        assert_eq!((found.chosen[0].code.as_str(), found.objective), (chosen, covered), "{found:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    /// The nearest entrance of all, on foot and in straight lines; one more makes no time worse.
    #[test]
    fn an_entrance_more_makes_nothing_worse(
        gates in prop::collection::vec((0i32..2_000, -40i32..440), 2..6), walked in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let app = app(folder.path());
            town(&app).await;
            if !walked {
                let layer = domain::layer::LayerKind::Network;
                app.withdraw_layer(&Actor::operator(), &code("p"), layer, None, String::new()).await.unwrap();
            }
            let points: Vec<Point> = gates.iter().map(|(east, north)| at(*east, *north)).collect();
            let distances = async |points: &[Point]| {
                say(&app, "F-1", vec![entrances(points)]).await;
                let found = coverage(&app).await;
                let near = found.kind("park").unwrap().near.clone();
                near.into_iter().map(|near| near.map_or(u32::MAX, |near| near.distance)).collect::<Vec<_>>()
            };
            let all = distances(&points).await;
            let fewer = distances(&points[1..]).await;
            assert!(all.iter().zip(&fewer).all(|(all, fewer)| all <= fewer), "{all:?} {fewer:?}");
            let mut brute = vec![u32::MAX; all.len()];
            for point in &points {
                for (least, own) in brute.iter_mut().zip(distances(&[*point]).await) {
                    *least = own.min(*least);
                }
            }
            assert_eq!(all, brute);
        });
    }
}

fn sheet(text: &str) -> Sheet {
    let cells = |line: &str| line.split('|').map(str::to_owned).collect();
    let rows = text.lines().zip(1..).map(|(line, number)| SheetRow { number, cells: cells(line) });
    Sheet { name: String::new(), rows: rows.collect(), faults: Vec::new() }
}

async fn import(app: &App, sheet: &Sheet) -> ImportReport {
    let (table, today) = (table("facilities").unwrap(), app.clock().today());
    let resolver = Resolver::of(&*portfolio(app).await);
    let prepared = prepare(table, &code("p"), sheet, &Profile::default(), &resolver, today).unwrap();
    app.import(&Actor::operator(), prepared, Mode::Apply, None).await.unwrap()
}

fn problems(report: &ImportReport) -> Vec<(u32, String, &'static str)> {
    report.problems.iter().map(|it| (it.row, it.field.clone(), it.key())).collect()
}

/// The exported table as a sheet to import.
async fn exported(app: &App) -> Sheet {
    let snapshot = app.snapshot(&code("p"), Asked::default(), false, true).await.unwrap();
    let table = export::table("facilities").unwrap();
    let mut rows = vec![table.columns.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()];
    table.each(&snapshot, &mut |row| rows.push(row.into_iter().map(text).collect()));
    let rows = rows.into_iter().zip(1..).map(|(cells, number)| SheetRow { number, cells });
    Sheet { name: String::new(), rows: rows.collect(), faults: Vec::new() }
}

fn text(cell: Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) | Cell::Number(text) => text,
        Cell::Day(day) => day.to_string(),
        Cell::Bool(yes) => yes.to_string(),
    }
}

async fn facility(app: &App, own: &str) -> Facility {
    portfolio(app).await.facility(own).unwrap().clone()
}

const HEAD: &str = "code|name_zh|kind|longitude|latitude|datum|boundary|entrances|capacity\n";

#[tokio::test]
async fn boundaries_and_entrances_come_in_with_their_datum_and_go_out_as_they_came() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path());
    town(&app).await;
    let square = wkt(&[(5_000, 0), (5_400, 0), (5_400, 300), (5_000, 300), (5_000, 0)]);
    let good = format!(
        "{HEAD}G-1|一|park|||gcj02|{square}|116.358750 40.071; 116.3634 40.0712|\n\
         W-1|二|park|116.302|40.071|wgs84||116.3022 40.0711|5\nP-1|三|park|116.31|40.07|wgs84|||\n"
    );
    let made = import(&app, &sheet(&good)).await;
    assert!(made.applied, "{:?}", problems(&made));
    let held = facility(&app, "G-1").await;
    // Moved some 550 m, all of it; what the source said is kept.
    let drawn = held.boundary.clone().unwrap();
    assert_eq!(drawn.source(), (Datum::Gcj02, &Boundary::parse(&square).unwrap()));
    assert!(drawn.boundary.holds(held.site.unwrap().at), "it stands inside of what it takes up");
    assert_eq!((held.entrances.len(), held.entrances[1].source().at.longitude), (2, 116_363_400));
    assert!((5_500..7_000).contains(&(116_363_400 - held.entrances[1].at.longitude)), "{:?}", held.entrances);
    // The same again is nothing, and so is what was exported.
    for again in [sheet(&good), exported(&app).await] {
        let report = import(&app, &again).await;
        assert_eq!((report.entries, problems(&report)), (0, vec![]));
    }
    // A row without them takes nothing back.
    let bare = format!("{HEAD}G-1|新名|park||||||\n");
    assert!(import(&app, &sheet(&bare)).await.applied);
    assert_eq!(facility(&app, "G-1").await.boundary, Some(drawn));

    let bow = wkt(&[(0, 0), (400, 300), (400, 0), (0, 300), (0, 0)]);
    let far = wkt(&[(50_000, 0), (50_400, 0), (50_400, 300), (50_000, 0)]);
    let bad = format!(
        "{HEAD}B-1||park|||wgs84|{bow}||\nB-2||park|116.302|40.071||||\nB-3||park|||wgs84|POLYGON ((1 1))||\n\
         B-4||park|116.302|40.071|wgs84||40.071 116.302|\n\
         B-6||park|116.302|40.071|wgs84|||-4\nB-7||park|||wgs84|{far}|116.302 40.071|\n\
         B-8||park||||{square}||\n"
    );
    let report = import(&app, &sheet(&bad)).await;
    let expected = [
        (2, "boundary", "cell-crosses-itself"),
        (3, "datum", "cell-missing"),
        (4, "boundary", "cell-not-a-boundary"),
        (5, "entrances", "cell-not-entrances"),
        (6, "capacity", "cell-not-a-whole-number"),
        (8, "datum", "cell-missing"),
    ];
    let found = problems(&report);
    for (row, field, key) in expected {
        assert!(found.contains(&(row, field.to_owned(), key)), "{row} {field} {key}: {found:?}");
    }
    assert!(found.iter().any(|(row, field, _)| *row == 7 && field == "entrances"), "{found:?}");
    assert!(!report.applied);
    assert!(
        portfolio(&app).await.facility("B-6").is_none(),
        "one row is wrong, and nothing of the file is taken"
    );
}
