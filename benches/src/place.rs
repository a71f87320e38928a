//! Places in the product with the walking network of a city: a link drawn on the map, coverage worked out and its pages,
//! where the next facilities should stand.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use app::place::coverage::CoverageAsked;
use app::place::layer::{Content, Home, Parcel, Parcels, Residences, Ways};
use app::place::siting::{SitingAsked, SitingModel};
use app::place::{LayerGround, NewLayer};
use app::read::Asked;
use app::{Actor, App, Change};
use domain::area::{AreaFact, AreaLevel};
use domain::boundary::Boundary;
use domain::code::Code;
use domain::command::Command as Said;
use domain::facility::{Circle, FacilityFact, FacilityKind, FacilityStandard, Metric, Site, SiteBoundary};
use domain::fact::Fact;
use domain::named::Named;
use domain::plan::PlanFact;
use domain::portfolio::Portfolio;
use domain::request::Point;
use domain::source::Source;
use domain::subject::Subject;
use exchange::network_csv::{Edge, Nodes};
use jiff::civil::{Date, date};
use store::{Address, Database};

use crate::ledger::{clock, code};
use crate::results::{Goal, Results, median, millis};
use crate::server::{Running, free_port, get, huitian};

const HOMES: usize = 20_000;
const KINDS: usize = 12;
/// Facilities of each kind, every tenth of them with a second entrance, and every tenth with a boundary.
const EACH: usize = 200;
const COMMUNITIES: usize = 40;
const FROM: Date = date(2026, 1, 1);

/// The city's network, which lies beside the project and not in it.
fn city() -> anyhow::Result<(Nodes, Vec<Edge>)> {
    let open = |part: &str| {
        let file = scratch::shared_data(format!("data/place/networks/porto_portugal_simp_{part}.csv"));
        Ok::<_, anyhow::Error>(File::open(file.context("name the folder of shared data by HUITIAN_SHARED")?)?)
    };
    let nodes = Nodes::read(open("nodes")?)?;
    let edges = nodes.read_edges(open("edges")?)?;
    Ok((nodes, edges))
}

/// Places spread over the city by a fixed rule.
struct Spread<'a>(&'a [[f64; 2]]);

impl Spread<'_> {
    /// Some metres beside a node.
    fn at(&self, number: usize) -> Point {
        let [longitude, latitude] = self.0[number * 7_919 % self.0.len()];
        let millionths = |degrees: f64| (degrees * 1e6).round() as i32;
        Point { longitude: millionths(longitude) + 100, latitude: millionths(latitude) + 100 }
    }
}

fn community(number: usize) -> Code {
    code(&format!("c-{:02}", number % COMMUNITIES))
}

fn homes(spread: &Spread, count: usize) -> Content {
    let home = |number: usize| Home {
        code: format!("{number:05}"),
        community: community(number),
        at: spread.at(number * 3 + 1),
        stated: None,
        people: Some(10 + (number * 7_919 % 91) as u32),
        aged: Vec::new(),
    };
    Content::Residences(Residences { homes: (0..count).map(home).collect() })
}

fn parcels(spread: &Spread, count: usize) -> Content {
    let parcel = |number: usize| Parcel {
        code: format!("{number:04}"),
        name: String::new(),
        at: spread.at(number * 5 + 7),
        stated: None,
        shape: None,
        square_metres: 1_000,
        kinds: vec![code("k-00")],
        cost: None,
        available_on: None,
    };
    Content::Parcels(Parcels { parcels: (0..count).map(parcel).collect() })
}

fn network(nodes: &Nodes, edges: &[Edge]) -> Content {
    let ten_millionths = |degrees: f64| (degrees * 1e7).round() as i32;
    Content::Network(Ways {
        nodes: nodes.points.iter().map(|point| point.map(ten_millionths)).collect(),
        links: edges.iter().map(|edge| [edge.from, edge.to, edge.millimetres]).collect(),
        one_way: Vec::new(),
    })
}

fn registration(subject: Subject, facts: Vec<Fact>) -> (Actor, Change) {
    let command = Said::Register { subject, facts };
    let change = Change { command, effective: Some(FROM), source: Source::default(), reason: String::new() };
    (Actor::operator(), change)
}

fn plan_facts() -> Vec<Fact> {
    let mut facts: Vec<Fact> = vec![
        PlanFact::Name(Named::new("城市计划", "City plan")).into(),
        PlanFact::Period { from: FROM, to: date(2027, 12, 31) }.into(),
    ];
    for number in 0..KINDS {
        let kind = code(&format!("k-{number:02}"));
        facts.push(
            PlanFact::FacilityKind(FacilityKind {
                kind: kind.clone(),
                order: number as u32,
                name: Named::new(format!("第{number}类"), format!("Kind {number}")),
                ages: None,
                capacity_unit: None,
                closed: false,
                least_square_metres: None,
                request_categories: Vec::new(),
            })
            .into(),
        );
        facts.push(
            PlanFact::FacilityStandard(FacilityStandard {
                standard: code(&format!("s-{number:02}")),
                kind,
                name: Named::new("标准", "Standard"),
                circle: Circle::Minutes15,
                metric: Metric::Metres,
                value: 1_200.into(),
                valid_from: None,
                valid_to: None,
                url: String::new(),
                checked: None,
            })
            .into(),
        );
    }
    facts
}

/// A square of some 200 m around a place.
fn square(at: Point) -> Boundary {
    // 100 m at the latitude of the city.
    let (east, north) = (1_195, 899);
    let corners = [(-east, -north), (east, -north), (east, north), (-east, north), (-east, -north)];
    let corner = |(east, north): (i32, i32)| {
        let degrees = |millionths: i32| f64::from(millionths) / 1e6;
        format!("{:.6} {:.6}", degrees(at.longitude + east), degrees(at.latitude + north))
    };
    let text = format!("POLYGON (({}))", corners.map(corner).join(", "));
    Boundary::parse(&text).expect("a square is a boundary")
}

fn facility(plan: &Code, spread: &Spread, number: usize) -> (Actor, Change) {
    let at = spread.at(number * 37);
    let mut facts: Vec<Fact> = vec![
        FacilityFact::Kind { kind: code(&format!("k-{:02}", number % KINDS)) }.into(),
        FacilityFact::Site(Site::wgs84(at)).into(),
    ];
    if number.is_multiple_of(10) {
        let other = Point { longitude: at.longitude + 2_000, ..at };
        facts.push(FacilityFact::Entrances { at: vec![Site::wgs84(at), Site::wgs84(other)] }.into());
    }
    if number % 10 == 5 {
        let boundary = Some(SiteBoundary::wgs84(square(at)));
        facts.push(FacilityFact::Boundary { boundary }.into());
    }
    registration(Subject::facility(plan, &code(&format!("F-{number:05}"))), facts)
}

async fn put(app: &App, plan: &Code, content: &Content) -> anyhow::Result<()> {
    let ground = LayerGround {
        name: Named::new("图层", "Layer"),
        effective: Some(FROM),
        source: Source { title: "bench".into(), ..Source::default() },
        ..LayerGround::default()
    };
    app.put_layer(&Actor::operator(), plan, NewLayer::of(content, ground)?).await?;
    Ok(())
}

/// A city with 20,000 homes and twelve kinds of facilities, and one of 500 homes and 100 parcels.
async fn found(app: &App) -> anyhow::Result<()> {
    let (nodes, edges) = city()?;
    let spread = Spread(&nodes.points);
    let (city, small) = (code("city"), code("small"));
    let mut changes: Vec<(Actor, Change)> = (0..COMMUNITIES)
        .map(|number| {
            let name = AreaFact::Name(Named::new(format!("第{number}社区"), ""));
            let level = AreaFact::Level { level: AreaLevel::Community };
            registration(Subject::area(&community(number)), vec![name.into(), level.into()])
        })
        .collect();
    changes.extend([&city, &small].map(|plan| registration(Subject::plan(plan), plan_facts())));
    changes.extend((0..KINDS * EACH).map(|number| facility(&city, &spread, number)));
    app.change_each(changes).await.map_err(|(_, error)| error)?;
    let ways = network(&nodes, &edges);
    for (plan, people, ground) in [(&city, HOMES, 500), (&small, 500, 100)] {
        for content in [&ways, &homes(&spread, people), &parcels(&spread, ground)] {
            put(app, plan, content).await?;
        }
    }
    Ok(())
}

async fn portfolio(app: &App, plan: &str) -> anyhow::Result<Arc<Portfolio>> {
    Ok(app.portfolio(&code(plan), Asked::default()).await?)
}

pub fn place(results: &mut Results) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("city.db");
    let address = Address::Sqlite(file.clone());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        found(&App::new(Database::open(&address, 0)?, clock()?)).await?;
        let open = || anyhow::Ok(App::new(Database::open_existing(&address)?, clock()?));
        coverage(results, open).await?;
        let app = open()?;
        links(results, &app).await?;
        siting(results, &app).await
    })?;
    pages(results, &file)
}

async fn coverage(results: &mut Results, open: impl Fn() -> anyhow::Result<App>) -> anyhow::Result<()> {
    let (mut cold, mut warm) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        let app = open()?;
        let plan = portfolio(&app, "city").await?;
        for times in [&mut cold, &mut warm] {
            let begun = Instant::now();
            let found = app.coverage(&plan, CoverageAsked::default()).await?.context("no coverage")?;
            times.push(millis(begun.elapsed()));
            let people: u64 = found.kinds.iter().map(|kind| kind.rules[0].whole.covered).sum();
            anyhow::ensure!(found.kinds.len() == KINDS && people > 0, "nobody is covered");
        }
    }
    let size = format!("62,874 nodes, {HOMES} homes, {KINDS} kinds of {EACH}");
    results.add(
        format!("coverage of a city, cold: {size}"),
        Goal::None,
        median(cold),
        "ms",
        "layers read first",
    );
    results.add("… once it is worked out", Goal::AtMost(1.0), median(warm), "ms", "");
    Ok(())
}

/// Ends of links that are drawn: from a home to a place some hundred metres away.
fn drawn(spread: &Spread, number: usize) -> [Point; 2] {
    let from = spread.at(number * 11 + 5);
    [from, Point { longitude: from.longitude + 2_500, latitude: from.latitude + 1_500 }]
}

async fn links(results: &mut Results, app: &App) -> anyhow::Result<()> {
    let plan = portfolio(app, "city").await?;
    let begun = Instant::now();
    let ground = app.link_ground(&plan).await?.context("nothing to try links on")?;
    let first = millis(begun.elapsed());
    let (nodes, _) = city()?;
    let spread = Spread(&nodes.points);
    let (mut times, mut helped) = (Vec::new(), 0);
    for number in 0..200 {
        let begun = Instant::now();
        let found = app.link_effect(&ground, drawn(&spread, number), Vec::new()).await?;
        // Where an end lies too far from any way there is nothing to measure.
        let Ok(effect) = found else { continue };
        times.push(millis(begun.elapsed()));
        helped += usize::from(effect.helped > 0);
    }
    anyhow::ensure!(times.len() >= 100 && helped > 20, "{} links, {helped} help", times.len());
    let worst = times.iter().copied().fold(0.0, f64::max);
    let beside = format!(
        "median {:.1} ms; {} links, {helped} of them help somebody",
        median(times.clone()),
        times.len()
    );
    let what = format!("effect of a drawn link, the worst: {HOMES} homes, {KINDS} kinds");
    results.add(what, Goal::AtMost(200.0), worst, "ms", beside);
    results.add("… what does not hang on the link, once a day", Goal::None, first, "ms", "");
    Ok(())
}

fn asked(model: SitingModel, count: u32, metres: Option<u32>) -> SitingAsked {
    SitingAsked {
        kind: code("k-00"),
        model,
        count: Some(count),
        budget: None,
        metres,
        floor_permille: None,
        floors: std::collections::BTreeMap::new(),
        least_square_metres: None,
    }
}

async fn siting(results: &mut Results, app: &App) -> anyhow::Result<()> {
    let plan = portfolio(app, "small").await?;
    let walking = SitingModel::LeastWalking;
    // Fewer than these do not bring everybody within ten kilometres of one.
    for (what, count, asked) in [
        ("25 of 100 parcels for 500 homes, least walking", 25, asked(walking, 25, None)),
        ("10 of them, most people within 1,000 m", 10, asked(SitingModel::MostPeople, 10, Some(1_000))),
    ] {
        let mut times = Vec::new();
        let mut proven = true;
        for _ in 0..3 {
            let begun = Instant::now();
            let found = app.site_facilities(&plan, asked.clone()).await?;
            times.push(millis(begun.elapsed()));
            let found = found.map_err(|fault| anyhow::anyhow!("{what}: {fault:?}"))?;
            proven &= found.proven && found.chosen.len() == count;
        }
        anyhow::ensure!(proven, "{what}: not proven");
        results.add(what, Goal::None, median(times), "ms", "proven; distances over the network included");
    }
    // Too large to be proven in the time there is: an answer with its bound when it is over, whatever is asked.
    let plan = portfolio(app, "city").await?;
    let begun = Instant::now();
    let found = app.site_facilities(&plan, asked(walking, 40, None)).await?;
    let took = begun.elapsed();
    let beside = match found {
        Ok(found) if found.proven => "proven".to_owned(),
        Ok(found) => {
            let apart = found.objective.abs_diff(found.bound) as f64 * 100.0 / found.objective.max(1) as f64;
            format!("{apart:.2} % above its bound")
        }
        Err(fault) => format!("{fault:?}"),
    };
    let what = format!("40 of 500 parcels for {HOMES} homes, least walking, given up after 12 s");
    results.add(what, Goal::AtMost(14.0), took.as_secs_f64(), "s", beside);
    Ok(())
}

fn pages(results: &mut Results, database: &Path) -> anyhow::Result<()> {
    let (program, port) = (huitian()?, free_port()?);
    let child = Command::new(&program)
        .args(["serve", "--insecure-cookies", "--database", &format!("sqlite://{}", database.display())])
        .args(["--listen", &format!("127.0.0.1:{port}")])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let _running = Running(child);
    let begun = Instant::now();
    while get(port, "/p/city").is_none() {
        anyhow::ensure!(begun.elapsed() < Duration::from_secs(20), "no answer");
        std::thread::sleep(Duration::from_millis(5));
    }
    let page = |path: &str| {
        let begun = Instant::now();
        let answer = get(port, path).context("no answer")?;
        let took = millis(begun.elapsed());
        let head = answer.lines().next().unwrap_or_default();
        anyhow::ensure!(head.starts_with("HTTP/1.1 200"), "{path}: {head}");
        anyhow::Ok(took)
    };
    let first = page("/p/city/place/coverage")?;
    let again = (0..20).map(|_| page("/p/city/place/coverage")).collect::<anyhow::Result<Vec<_>>>()?;
    results.add(
        "the page of coverage, the first time",
        Goal::AtMost(3_000.0),
        first,
        "ms",
        "layers read, ways walked",
    );
    results.add("… repeated", Goal::AtMost(50.0), median(again), "ms", "");
    Ok(())
}
