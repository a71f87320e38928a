//! Layers: a file of residences, parcels or ways becomes one layer and one fact, or nothing; what is kept is read again.

use crate::town::{app, code, kind, put};
use app::import::{ImportReport, Mode, Profile, Resolver, Sheet, SheetRow, prepare};
use app::place::layer::{Content, HOMES_MOST, Home, Residences, Ways};
use app::place::{LayerGround, NewLayer, RowFault, RowWish, WayFault, ways};
use app::read::Asked;
use app::table::table;
use app::{Actor, App, AppError, Change};
use domain::area::{AreaFact, AreaLevel};
use domain::boundary::Boundary;
use domain::code::Code;
use domain::command::Command;
use domain::facility::Datum;
use domain::journal::Hash;
use domain::layer::{LayerDigest, LayerKind, PlaceLayer};
use domain::named::Named;
use domain::plan::PlanFact;
use domain::refusal::{Problem, Reference};
use domain::source::{Grade, Source};
use domain::subject::Subject;
use jiff::civil::{Date, date};
use place::network::{Direction, Link};
use place::point::Point;

const TOWN: &str = "POLYGON ((116.30 40.06, 116.34 40.06, 116.34 40.09, 116.30 40.09, 116.30 40.06))";

/// A town with a boundary, and a community in it without one.
async fn plan(app: &App) -> Code {
    let plan = code("p");
    put(
        app,
        Subject::area(&code("town")),
        vec![
            AreaFact::Name(Named::new("镇", "Town")).into(),
            AreaFact::Level { level: AreaLevel::Subdistrict }.into(),
            AreaFact::Boundary { boundary: Boundary::parse(TOWN).unwrap() }.into(),
        ],
    )
    .await;
    put(
        app,
        Subject::area(&code("east")),
        vec![
            AreaFact::Name(Named::new("东社区", "East")).into(),
            AreaFact::Level { level: AreaLevel::Community }.into(),
            AreaFact::Parent { parent: Some(code("town")) }.into(),
        ],
    )
    .await;
    let kind = kind("park", Named::new("公园", "Park"), None);
    let facts = vec![
        PlanFact::Name(Named::new("计划", "Plan")).into(),
        PlanFact::Period { from: date(2018, 8, 1), to: date(2027, 12, 31) }.into(),
        PlanFact::FacilityKind(kind).into(),
    ];
    put(app, Subject::plan(&plan), facts).await;
    plan
}

fn sheet(text: &str) -> Sheet {
    let rows = text
        .lines()
        .zip(1..)
        .map(|(line, number)| SheetRow { number, cells: line.split('|').map(str::to_owned).collect() });
    Sheet { name: String::new(), rows: rows.collect(), faults: Vec::new() }
}

async fn import(app: &App, plan: &Code, name: &str, text: &str, mode: Mode) -> ImportReport {
    let portfolio = app.portfolio(plan, Asked::default()).await.unwrap();
    let (table, today) = (table(name).unwrap(), app.clock().today());
    let resolver = Resolver::of(&portfolio);
    let prepared = prepare(table, plan, &sheet(text), &Profile::default(), &resolver, today).unwrap();
    app.import(&Actor::operator(), prepared, mode, None).await.unwrap()
}

fn problems(report: &ImportReport) -> Vec<(u32, &'static str)> {
    report.problems.iter().map(|problem| (problem.row, problem.key())).collect()
}

async fn homes(app: &App, plan: &Code, as_of: Option<Date>) -> Vec<Home> {
    let portfolio = app.portfolio(plan, Asked { as_of, known_at: None }).await.unwrap();
    app.layers(&portfolio).await.unwrap().residences.map_or(Vec::new(), |held| held.homes.clone())
}

const HEAD: &str = "code|area|longitude|latitude|datum|people|aged_3_5|licence|grade\n";

#[tokio::test]
async fn residences_become_one_layer_or_none() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path());
    let plan = plan(&app).await;
    let good = format!(
        "{HEAD}B|东社区|116.326|40.0712|wgs84|120|7|示例|illustrative\nA||116.31|40.07|wgs84|80||示例|illustrative\n"
    );
    let tried = import(&app, &plan, "residences", &good, Mode::DryRun).await;
    assert_eq!((tried.counts.new, tried.applied, problems(&tried)), (2, false, vec![]));
    assert!(homes(&app, &plan, None).await.is_empty());
    let made = import(&app, &plan, "residences", &good, Mode::Apply).await;
    assert_eq!((made.counts.new, made.entries, made.applied), (2, 1, true));
    let held = homes(&app, &plan, None).await;
    assert_eq!(held.iter().map(|home| home.code.as_str()).collect::<Vec<_>>(), ["A", "B"]);
    // Where none is named, the finest area that is drawn around it.
    assert_eq!([&held[0].community, &held[1].community], [&code("town"), &code("east")]);
    assert_eq!(held[1].people_for("3-5".parse().ok()), (Some(7), false));
    let again = import(&app, &plan, "residences", &good, Mode::Apply).await;
    assert_eq!((again.counts.unchanged, again.entries), (2, 0));
    let portfolio = app.portfolio(&plan, Asked::default()).await.unwrap();
    let layer = &portfolio.plan.layers[&LayerKind::Residences];
    assert_eq!((layer.layer.people, layer.grade), (Some(200), Grade::Illustrative));
    assert_eq!(layer.layer.licence, "示例");

    // One wrong row, and nothing of the file is taken.
    let bad = format!(
        "{HEAD}A|east|116.31|40.07|wgs84|1|2||\nA|east|116.31|40.07|wgs84|1|||\nC|nowhere|116.31|40.07|wgs84|1|||\n\
         D|east|40.07|116.31|wgs84|1|||\nE|east|116.31|40.07|wgs84|-5|||\nF|east|116.31|40.07||5|||\n\
         G||121.4|31.2|wgs84|5|||\nH|east|116.45|40.07|wgs84|5|||\n"
    );
    let report = import(&app, &plan, "residences", &bad, Mode::Apply).await;
    assert!(!report.applied);
    let expected = [
        (2, "cell-more-than-all"),
        (4, "cell-unknown-area"),
        (5, "cell-not-degrees"),
        (6, "cell-not-a-whole-number"),
        (7, "cell-missing"),
        (8, "cell-missing"),
        (9, "cell-outside-areas"),
    ];
    assert_eq!(problems(&report), expected);
    // Ages that cannot be: without all, more than wider ones, apart and together more than all.
    let ages = "code|area|longitude|latitude|datum|people|aged_3_5|aged_0_12|aged_60|aged_65\n\
                A|east|116.31|40.07|wgs84||4|||\nB|east|116.31|40.07|wgs84|100|9|8||\n\
                C|east|116.31|40.07|wgs84|100||60|41|\nD|east|116.31|40.07|wgs84|100|20|60|40|30\n\
                E|east|116.31|40.07|wgs84|100|||30|31\nF|east|116.31|40.07|wgs84|x|4|||\n";
    let report = import(&app, &plan, "residences", ages, Mode::Apply).await;
    let expected = [
        (2, "cell-ages-alone"),
        (3, "cell-more-than-wider"),
        (4, "cell-fewer-than-ages"),
        (6, "cell-more-than-wider"),
        (7, "cell-not-a-whole-number"),
    ];
    assert_eq!((problems(&report), report.applied), (expected.to_vec(), false));
    let twice = format!("{HEAD}A|east|116.31|40.07|wgs84|1|||\nA|east|116.32|40.07|wgs84|1|||\n");
    let report = import(&app, &plan, "residences", &twice, Mode::Apply).await;
    assert_eq!(problems(&report), [(3, "import-twin")]);
    assert_eq!(homes(&app, &plan, None).await.len(), 2);
}

#[tokio::test]
async fn a_datum_that_is_not_the_stated_one_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path());
    let plan = plan(&app).await;
    // Along the eastern border, given in GCJ-02: 530 m to the east and 150 m to the north of where they are.
    let row = |at: u32| {
        let (longitude, latitude) = (116.3385 + 0.0062, 40.062 + 0.002 * f64::from(at) + 0.0014);
        format!("H{at}|east|{longitude:.6}|{latitude:.6}|DATUM|10|||\n")
    };
    let rows: String = (0..10).map(row).collect();
    let said = |datum: &str| format!("{HEAD}{}", rows.replace("DATUM", datum));
    let wrong = import(&app, &plan, "residences", &said("wgs84"), Mode::Apply).await;
    assert_eq!(problems(&wrong), [(2, "cell-other-datum")]);
    let right = import(&app, &plan, "residences", &said("gcj02"), Mode::Apply).await;
    assert!(right.applied, "{:?}", problems(&right));
    let held = homes(&app, &plan, None).await;
    assert!((held[0].at.longitude - 116_338_500).abs() < 300, "{:?}", held[0]);
    assert_eq!(held[0].stated.map(|stated| stated.datum), Some(Datum::Gcj02));
}

#[tokio::test]
async fn facilities_in_the_sea_of_another_datum_or_with_less_than_nothing_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path());
    let plan = plan(&app).await;
    let head = "code|kind|longitude|latitude|datum|area|capacity\n";
    let rows = "F1|park|121.0|38.9|wgs84||\nF2|park|116.32|40.07|wgs84||\nF3|school|116.32|40.07|wgs84||\n\
                F4|park|116.32|40.07|wgs84||-4\nF5|park|40.07|116.32|wgs84||\nF6|park|116.32||wgs84||\n";
    let report = import(&app, &plan, "facilities", &format!("{head}{rows}"), Mode::Apply).await;
    let found = problems(&report);
    for expected in [
        (2, "cell-outside-areas"),
        (5, "cell-not-a-whole-number"),
        (6, "cell-not-degrees"),
        (7, "cell-missing"),
    ] {
        assert!(found.contains(&expected), "{expected:?}: {found:?}");
    }
    assert!(found.iter().any(|(row, _)| *row == 4) && !found.iter().any(|(row, _)| *row == 3), "{found:?}");
    let held = app.portfolio(&plan, Asked::default()).await.unwrap();
    assert!(!report.applied && held.facilities.is_empty());
    // Along the eastern border, given in GCJ-02 and said to be WGS 84: all of them lie beyond it.
    let row = |at: u32| {
        let (longitude, latitude) = (116.3385 + 0.0062, 40.062 + 0.002 * f64::from(at) + 0.0014);
        format!("G{at}|park|{longitude:.6}|{latitude:.6}|DATUM|town|\n")
    };
    let rows: String = (0..10).map(row).collect();
    let said = |datum: &str| format!("{head}{}", rows.replace("DATUM", datum));
    let wrong = import(&app, &plan, "facilities", &said("wgs84"), Mode::Apply).await;
    assert!(problems(&wrong).contains(&(2, "cell-other-datum")) && !wrong.applied, "{:?}", problems(&wrong));
    let right = import(&app, &plan, "facilities", &said("gcj02"), Mode::Apply).await;
    assert!(right.applied, "{:?}", problems(&right));
}

#[tokio::test]
async fn new_facilities_without_an_area_are_held_against_their_namesakes() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path());
    let plan = plan(&app).await;
    let head = "code|name_zh|kind|longitude|latitude|datum\n";
    let rows = |letter: &str, datum: &str, shift: (f64, f64)| -> String {
        let row = |at: u32| {
            let longitude = 116.305 + 0.006 * f64::from(at) + shift.0;
            let latitude = 40.062 + 0.005 * f64::from(at) + shift.1;
            format!("{letter}{at}|第{at}公园|park|{longitude:.6}|{latitude:.6}|{datum}\n")
        };
        (0..5).map(row).collect()
    };
    let known = format!("{head}{}", rows("A", "wgs84", (0.0, 0.0)));
    assert!(import(&app, &plan, "facilities", &known, Mode::Apply).await.applied);
    // The same parks under other codes, in the middle of the town: only their names tell that they are shifted.
    let gcj = (0.0061, 0.0014);
    let wrong = format!("{head}{}", rows("B", "wgs84", gcj));
    let wrong = import(&app, &plan, "facilities", &wrong, Mode::Apply).await;
    assert_eq!((problems(&wrong), wrong.applied), (vec![(2, "cell-other-datum")], false));
    let right = format!("{head}{}", rows("B", "gcj02", gcj));
    let right = import(&app, &plan, "facilities", &right, Mode::Apply).await;
    assert!(right.applied && right.notices.is_empty(), "{:?}", problems(&right));
}

#[tokio::test]
async fn parcels_that_only_another_datum_puts_inside_the_plan_are_told_and_taken() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path());
    let plan = plan(&app).await;
    // On the inner side of the eastern border, given in GCJ-02.
    let row = |at: u32| {
        let (longitude, latitude) = (116.3385 + 0.0062, 40.062 + 0.002 * f64::from(at) + 0.0014);
        format!("P{at}|{longitude:.6}|{latitude:.6}|DATUM|900\n")
    };
    let rows: String = (0..10).map(row).collect();
    let said = |datum: &str| {
        format!("code|longitude|latitude|datum|square_metres\n{}", rows.replace("DATUM", datum))
    };
    let odd = import(&app, &plan, "parcels", &said("wgs84"), Mode::DryRun).await;
    let told: Vec<_> = odd.notices.iter().map(|held| (held.row, held.key())).collect();
    assert_eq!((problems(&odd), told), (Vec::new(), vec![(2, "cell-outside-by-datum")]));
    for lang in [words::Lang::Zh, words::Lang::En] {
        let text = odd.notices[0].message(lang);
        assert!(text.contains("10") && text.contains("gcj02"), "{text}");
    }
    let right = import(&app, &plan, "parcels", &said("gcj02"), Mode::Apply).await;
    assert!(right.applied && right.notices.is_empty(), "{:?}", problems(&right));
}

#[test]
fn a_layer_of_too_many_points_is_refused_with_how_many_there_may_be() {
    let home = |number: usize| Home {
        code: format!("{number:07}"),
        community: code("east"),
        at: domain::request::Point { longitude: 116_320_000, latitude: 40_070_000 },
        stated: None,
        people: None,
        aged: Vec::new(),
    };
    let homes = (0..=HOMES_MOST).map(home).collect();
    let made = NewLayer::of(&Content::Residences(Residences { homes }), LayerGround::default());
    let Err(AppError::Refused(refusals)) = made else { panic!("too many") };
    assert_eq!(refusals[0].problem, Problem::TooMany(HOMES_MOST));
}

#[tokio::test]
async fn parcels_have_an_area_and_do_not_cross_themselves() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path());
    let plan = plan(&app).await;
    let head = "code|name|longitude|latitude|boundary|datum|square_metres|kinds|cost_yuan|available_on\n";
    let square = "POLYGON ((116.30 40.06, 116.31 40.06, 116.31 40.07, 116.30 40.07, 116.30 40.06))";
    let bow = "POLYGON ((116.30 40.06, 116.31 40.07, 116.31 40.06, 116.30 40.07, 116.30 40.06))";
    let good =
        format!("{head}P1|一号|||{square}|wgs84||公园|12.50|2020-01-01\nP2||116.32|40.07||wgs84|3000|||\n");
    let made = import(&app, &plan, "parcels", &good, Mode::Apply).await;
    assert!(made.applied, "{:?}", made.problems);
    let portfolio = app.portfolio(&plan, Asked::default()).await.unwrap();
    let held = app.layers(&portfolio).await.unwrap().parcels.unwrap();
    assert_eq!(held.parcels[0].kinds, [code("park")]);
    assert_eq!((held.parcels[0].cost.unwrap().0, held.parcels[1].square_metres), (1_250, 3_000));
    assert!((940_000..960_000).contains(&held.parcels[0].square_metres));
    let bad = format!(
        "{head}P1||||{bow}|wgs84|||||\nP2||116.32|40.07||wgs84||||\nP3||116.32|40.07||wgs84|5|school||\n\
         P4||116.32|40.07||wgs84|5||-1|\nP5|||||wgs84|5|||\n"
    );
    let report = import(&app, &plan, "parcels", &bad, Mode::Apply).await;
    let expected = [
        (2, "cell-crosses-itself"),
        (3, "cell-missing"),
        (4, "cell-unknown-facility-kind"),
        (5, "cell-not-yuan"),
        (6, "cell-missing"),
    ];
    assert_eq!((problems(&report), report.applied), (expected.to_vec(), false));
}

fn line(from: [f64; 2], count: u32) -> (Vec<Point>, Vec<Link>) {
    let points = (0..count).map(|at| Point::new(from[0] + 0.001 * f64::from(at), from[1]).unwrap()).collect();
    let link = |from| Link { from, to: from + 1, length: 85_000, direction: Direction::Both };
    (points, (0..count - 1).map(link).collect())
}

#[tokio::test]
async fn a_network_is_cut_to_the_plan_and_another_citys_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path());
    let plan = plan(&app).await;
    let portfolio = app.portfolio(&plan, Asked::default()).await.unwrap();
    let (shanghai, links) = line([121.4, 31.2], 4);
    assert!(matches!(ways(&shanghai, &links, &portfolio), Err(WayFault::Elsewhere { nodes: 4 })));
    assert!(matches!(ways(&shanghai, &[], &portfolio), Err(WayFault::Nothing)));
    let (points, links) = line([116.32, 40.07], 200);
    let (made, found) = ways(&points, &links, &portfolio).unwrap();
    assert_eq!((found.nodes + found.beyond, found.in_areas), (200, Some(20)));
    assert_eq!((found.links, found.islands), (found.nodes - 1, 0));
    let new = NewLayer::of(&Content::from(made), LayerGround::default()).unwrap();
    let ground = LayerGround { name: Named::new("路网", ""), ..LayerGround::default() };
    let nameless = app.put_layer(&Actor::operator(), &plan, new.clone()).await;
    assert!(matches!(nameless, Err(AppError::Refused(_))));
    let digest = new.packed.digest();
    let (of, kept) = (plan.clone(), app.database());
    assert!(!kept.read(|c| c.has_layer(&of, LayerKind::Network, digest)).unwrap());
    let named = NewLayer { layer: PlaceLayer { name: ground.name, ..new.layer.clone() }, ..new };
    app.put_layer(&Actor::operator(), &plan, named.clone()).await.unwrap();
    let portfolio = app.portfolio(&plan, Asked::default()).await.unwrap();
    let walk = app.layers(&portfolio).await.unwrap().network.unwrap();
    assert_eq!(walk.network.node_count(), found.nodes);
    // What is kept as a network is not named as residences.
    let fact = PlanFact::Layer { layer: LayerKind::Residences, held: Some(named.layer.clone()) };
    let command = Command::Record { subject: Subject::plan(&plan), facts: vec![fact.into()], expected: None };
    let change = Change { command, effective: None, source: Source::default(), reason: String::new() };
    let Err(AppError::Refused(refusals)) = app.change(&Actor::operator(), change).await else { panic!() };
    assert!(matches!(refusals[0].problem, Problem::UnknownReference { what: Reference::Layer, .. }));

    // As of the day before there was none; once it is withdrawn there is none again, and what was stays answerable.
    let before = Asked { as_of: Some(date(2026, 11, 24)), known_at: None };
    assert!(app.portfolio(&plan, before).await.unwrap().plan.layers.is_empty());
    app.withdraw_layer(&Actor::operator(), &plan, LayerKind::Network, None, String::new()).await.unwrap();
    assert!(app.portfolio(&plan, Asked::default()).await.unwrap().plan.layers.is_empty());
}

#[tokio::test]
async fn islands_are_told_with_where_they_lie_and_who_is_on_them_alone() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path());
    let plan = plan(&app).await;
    // A street of 20 nodes, one of 3 that is 100 m north of it, and one of 5 far north.
    let mut points = Vec::new();
    let mut links = Vec::new();
    for (from, count) in [([116.31, 40.065], 20), ([116.315, 40.066], 3), ([116.312, 40.085], 5)] {
        let (own, between) = line(from, count);
        let first = points.len() as u32;
        points.extend(own);
        links.extend(between.into_iter().map(|it| Link { from: it.from + first, to: it.to + first, ..it }));
    }
    let head = "code|area|longitude|latitude|datum|people\n";
    // On the main street, beside the short one with the main one in reach, and on the far one.
    let homes = format!(
        "{head}H1|east|116.311|40.0649|wgs84|10\nH2|east|116.316|40.0662|wgs84|10\nH3|east|116.313|40.0851|wgs84|10\n"
    );
    assert!(import(&app, &plan, "residences", &homes, Mode::Apply).await.applied);
    let shop =
        "code|kind|longitude|latitude|datum\nF1|park|116.314|40.0852|wgs84\nF2|park|116.311|40.065|wgs84\n";
    assert!(import(&app, &plan, "facilities", shop, Mode::Apply).await.applied);
    let portfolio = app.portfolio(&plan, Asked::default()).await.unwrap();
    let (made, found) = ways(&points, &links, &portfolio).unwrap();
    assert_eq!((found.islands, found.island_nodes), (2, 8));
    let bytes = Content::from(made).encode().unwrap();
    let (_, again, islands) = app.waiting_network(&portfolio, bytes).await.unwrap().unwrap();
    assert_eq!((again.islands, islands.homes, islands.facilities), (2, 1, 1));
    let told: Vec<_> = islands.largest.iter().map(|it| (it.nodes, it.homes, it.facilities)).collect();
    assert_eq!(told, [(5, 1, 1), (3, 0, 0)]);
    let far = &islands.largest[0];
    assert_eq!(far.at.map(|at| (at.longitude, at.latitude)), Some((116_314_000, 40_085_000)));
    assert!(far.area.is_some());
}

#[tokio::test]
async fn a_layer_whose_content_nobody_brought_cannot_be_named() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path());
    let plan = plan(&app).await;
    let digest = LayerDigest(Hash([9; 32]));
    let layer = PlaceLayer {
        digest,
        name: Named::new("路网", ""),
        count: 1,
        links: None,
        people: None,
        licence: String::new(),
    };
    let fact = PlanFact::Layer { layer: LayerKind::Network, held: Some(layer) };
    let command = Command::Record { subject: Subject::plan(&plan), facts: vec![fact.into()], expected: None };
    let change = Change { command, effective: None, source: Source::default(), reason: String::new() };
    let Err(AppError::Refused(refusals)) = app.change(&Actor::operator(), change).await else { panic!() };
    let problem = Problem::UnknownReference { what: Reference::Layer, code: code(&digest.to_string()) };
    assert_eq!(refusals[0].problem, problem);
    assert!(Ways::default().walk().is_ok());
}

/// What stands behind a change of one row.
fn said(effective: Date) -> LayerGround {
    LayerGround {
        effective: Some(effective),
        source: Source { title: "on site".into(), ..Source::default() },
        ..LayerGround::default()
    }
}

fn put_row(replaces: Option<&str>, cells: &[(&str, &str)]) -> RowWish {
    let cells = cells.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    RowWish::Put { replaces: replaces.map(str::to_owned), cells }
}

#[tokio::test]
async fn rows_are_put_in_changed_and_taken_out_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path());
    let plan = plan(&app).await;
    let (actor, kind) = (Actor::operator(), LayerKind::Residences);
    let rows = "A|east|116.31|40.07|wgs84|90|4|© Office|illustrative\nC||116.32|40.07|wgs84|||© Office|illustrative\n";
    assert!(import(&app, &plan, "residences", &format!("{HEAD}{rows}"), Mode::Apply).await.applied);
    let change = async |wish: RowWish, on: Date| {
        app.change_layer_row(&actor, &plan, kind, wish, said(on)).await.unwrap()
    };
    let today = app.clock().today();
    let row =
        [("code", "B"), ("area", ""), ("longitude", "116.33"), ("latitude", "40.08"), ("datum", "wgs84")];
    let people = |many| [&row[..], &[("people", many), ("aged_3_5", "7")]].concat();
    change(put_row(None, &people("70")), today).await.unwrap();
    let held = homes(&app, &plan, None).await;
    assert_eq!(held.iter().map(|it| it.code.as_str()).collect::<Vec<_>>(), ["A", "B", "C"]);
    // Found by where it lies; the others are as they were.
    assert_eq!((held[1].community.as_str(), held[1].people, held[0].people), ("town", Some(70), Some(90)));
    let portfolio = app.portfolio(&plan, Asked::default()).await.unwrap();
    let layer = &portfolio.plan.layers[&kind];
    assert_eq!((layer.layer.licence.as_str(), layer.grade), ("© Office", Grade::Illustrative));
    // As a sheet has it, and back again.
    let cells = app.layer_row(&portfolio, kind, "B").await.unwrap().unwrap();
    let cells: Vec<(&str, &str)> = cells
        .iter()
        .filter(|(name, _)| *name != "licence")
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    let before = homes(&app, &plan, None).await;
    assert!(
        change(put_row(Some("B"), &cells), today).await.unwrap().entries.is_empty(),
        "it says nothing new"
    );
    assert_eq!(homes(&app, &plan, None).await, before);
    // What is wrong is told at its column, and nothing is changed.
    let wrong = change(put_row(None, &people("5")), today).await;
    let Err(RowFault::Cells(problems)) = wrong else { panic!("{wrong:?}") };
    assert_eq!(problems.iter().map(|it| it.field.as_str()).collect::<Vec<_>>(), ["aged_3_5"]);
    assert_eq!(change(put_row(None, &row), today).await, Err(RowFault::Taken));
    assert_eq!(change(put_row(Some("X"), &row), today).await, Err(RowFault::Gone));
    assert_eq!(change(RowWish::TakeOut { code: "X".into() }, today).await, Err(RowFault::Gone));
    // Given another code, it is not there twice.
    let renamed = [&[("code", "D")][..], &row[1..]].concat();
    change(put_row(Some("B"), &renamed), today).await.unwrap();
    for code in ["A", "C"] {
        change(RowWish::TakeOut { code: code.into() }, today).await.unwrap();
    }
    assert_eq!(homes(&app, &plan, None).await.iter().map(|it| it.code.as_str()).collect::<Vec<_>>(), ["D"]);
    // With the last one the layer goes.
    change(RowWish::TakeOut { code: "D".into() }, today).await.unwrap();
    let portfolio = app.portfolio(&plan, Asked::default()).await.unwrap();
    assert!(!portfolio.plan.layers.contains_key(&kind));
    change(put_row(None, &row), today).await.unwrap();
    assert_eq!(homes(&app, &plan, None).await.len(), 1);
}

#[tokio::test]
async fn a_row_is_changed_in_the_layer_of_the_day_from_which_it_is_to_hold() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path());
    let plan = plan(&app).await;
    let (actor, kind, today) = (Actor::operator(), LayerKind::Residences, app.clock().today());
    let homes_of = |codes: &[&str]| {
        let home = |own: &&str| Home {
            code: (*own).into(),
            community: code("east"),
            at: domain::request::Point { longitude: 116_310_000, latitude: 40_070_000 },
            stated: None,
            people: Some(9),
            aged: Vec::new(),
        };
        Content::Residences(Residences { homes: codes.iter().map(home).collect() })
    };
    let bring = async |codes: &[&str], on: Date| {
        let ground = LayerGround { name: Named::new("居住点", "Homes"), ..said(on) };
        app.put_layer(&actor, &plan, NewLayer::of(&homes_of(codes), ground).unwrap()).await.unwrap();
    };
    let take_out = async |own: &str, on: Date| {
        let wish = RowWish::TakeOut { code: own.into() };
        app.change_layer_row(&actor, &plan, kind, wish, said(on)).await.unwrap()
    };
    let held = async |on: Date| -> Vec<String> {
        homes(&app, &plan, Some(on)).await.into_iter().map(|home| home.code).collect()
    };
    let days = |many: i64| today.checked_add(jiff::Span::new().days(many)).unwrap();
    // Three homes long ago; two of others from ten days ahead on.
    bring(&["A", "B", "C"], days(-30)).await;
    bring(&["D", "E"], days(10)).await;
    for early in [days(-40), days(-20), today, days(9)] {
        assert_eq!(take_out("A", early).await, Err(RowFault::BroughtAnew { from: days(10) }), "{early}");
    }
    // What begins later is changed where it holds, and not what holds today.
    take_out("D", days(10)).await.unwrap();
    assert_eq!(take_out("A", days(11)).await, Err(RowFault::Gone));
    assert_eq!(
        (held(today).await, held(days(10)).await),
        (vec!["A".into(), "B".into(), "C".into()], vec!["E".into()])
    );

    // Withdrawn since: an earlier day stands on what held then, though none is in force today.
    let folder = tempfile::tempdir().unwrap();
    let app = crate::town::app(folder.path());
    let plan = self::plan(&app).await;
    let ground = LayerGround { name: Named::new("居住点", "Homes"), ..said(days(-30)) };
    app.put_layer(&actor, &plan, NewLayer::of(&homes_of(&["A", "B"]), ground).unwrap()).await.unwrap();
    app.withdraw_layer(&actor, &plan, kind, Some(days(-5)), String::new()).await.unwrap();
    let wish = RowWish::TakeOut { code: "A".into() };
    app.change_layer_row(&actor, &plan, kind, wish, said(days(-20))).await.unwrap().unwrap();
    let held = async |on: Date| homes(&app, &plan, Some(on)).await.len();
    assert_eq!((held(days(-21)).await, held(days(-20)).await, held(days(-5)).await), (2, 1, 0));
}

#[tokio::test]
async fn two_who_change_rows_at_once_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path());
    let plan = plan(&app).await;
    let (actor, today) = (Actor::operator(), app.clock().today());
    let one = |code: &str| {
        put_row(
            None,
            &[
                ("code", code),
                ("area", "east"),
                ("longitude", "116.31"),
                ("latitude", "40.07"),
                ("datum", "wgs84"),
            ],
        )
    };
    let change =
        |code: &str| app.change_layer_row(&actor, &plan, LayerKind::Residences, one(code), said(today));
    let (a, b, c) = tokio::join!(change("A"), change("B"), change("C"));
    assert!([a, b, c].into_iter().all(|made| made.unwrap().is_ok()));
    assert_eq!(homes(&app, &plan, None).await.len(), 3);
}
