//! Links of the plan in the use case: a bridge that opens between two days shows in what changed, with each project and
//! by the end of the year; it makes nothing worse; in straight lines it changes nothing.

use std::sync::Arc;

use app::place::coverage::{Coverage, CoverageAsked, Way, YearEnd};
use app::place::layer::{Content, Home, Residences, Ways};
use app::place::links::LinkGain;
use app::read::Asked;
use app::{Actor, App};
use domain::area::{AreaFact, AreaLevel};
use domain::code::Code;
use domain::facility::{Circle, FacilityFact, Metric, Site};
use domain::layer::LayerKind;
use domain::link::{LinkForm, NewLink};
use domain::named::Named;
use domain::plan::PlanFact;
use domain::portfolio::Portfolio;
use domain::project::{Membership, ProjectFact};
use domain::request::Point;
use domain::subject::Subject;
use jiff::civil::{Date, date};
use proptest::prelude::*;

use crate::town::{TODAY, app, at, code, kind, put, put_layer, standard};

struct Town {
    app: App,
    plan: Code,
    _folder: tempfile::TempDir,
}

impl Town {
    /// Two streets of 2 km, 400 m apart, with a river between them and no way over it within the town. A hundred people
    /// live at the west end of the south, seven at its east end.
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let town = Self { app: app(folder.path()), plan: code("p"), _folder: folder };
        for area in ["a", "b"] {
            let level = AreaFact::Level { level: AreaLevel::Community };
            let facts = vec![AreaFact::Name(Named::new(area, "")).into(), level.into()];
            put(&town.app, Subject::area(&code(area)), facts).await;
        }
        let limit = standard("shop-600", "shop", Circle::Minutes5, Metric::Metres, 600);
        let facts = vec![
            PlanFact::Name(Named::new("计划", "Plan")).into(),
            PlanFact::Period { from: date(2018, 8, 1), to: date(2027, 12, 31) }.into(),
            PlanFact::Sector { sector: code("s"), order: 1, name: Named::new("领域", "") }.into(),
            PlanFact::FacilityKind(kind("shop", Named::new("商店", "Shop"), None)).into(),
            PlanFact::FacilityStandard(limit).into(),
        ];
        put(&town.app, Subject::plan(&town.plan), facts).await;
        for project in ["P-BRIDGE", "P-SHOP"] {
            let facts = vec![
                ProjectFact::Name(Named::new(project, "")).into(),
                ProjectFact::Membership { state: Membership::Member, revision: None, other: None }.into(),
                ProjectFact::Sector { sector: code("s") }.into(),
            ];
            put(&town.app, Subject::project(&town.plan, &code(project)), facts).await;
        }
        let home = |own: &str, area: &str, at: Point, people| Home {
            code: own.into(),
            community: code(area),
            at,
            stated: None,
            people: Some(people),
            aged: Vec::new(),
        };
        let homes = vec![home("1", "a", at(0, 0), 100), home("2", "b", at(2_000, 0), 7)];
        put_layer(&town.app, &town.plan, &Content::Residences(Residences { homes })).await;
        town.network().await;
        town
    }

    async fn network(&self) {
        let node = |point: Point| [point.longitude * 10, point.latitude * 10];
        let ways = Ways {
            nodes: vec![node(at(0, 0)), node(at(2_000, 0)), node(at(0, 400)), node(at(2_000, 400))],
            links: vec![[0, 1, 2_000_000], [2, 3, 2_000_000]],
            one_way: vec![],
        };
        put_layer(&self.app, &self.plan, &Content::Network(ways)).await;
    }

    async fn shop(&self, own: &str, at: Point, project: Option<&str>, opens: Option<Date>) {
        let facts = vec![
            FacilityFact::Kind { kind: code("shop") }.into(),
            FacilityFact::Site(Site::wgs84(at)).into(),
            FacilityFact::Project { project: project.map(code) }.into(),
            FacilityFact::Opens { on: opens }.into(),
        ];
        put(&self.app, Subject::facility(&self.plan, &code(own)), facts).await;
    }

    async fn link(&self, own: &str, held: Option<NewLink>) {
        let fact = PlanFact::Link { link: code(own), held };
        put(&self.app, Subject::plan(&self.plan), vec![fact.into()]).await;
    }

    async fn on(&self, day: Date) -> Arc<Portfolio> {
        self.app.portfolio(&self.plan, Asked { as_of: Some(day), known_at: None }).await.unwrap()
    }

    async fn year_end(&self) -> YearEnd {
        self.app.coverage_by_year_end(&self.on(TODAY).await).await.unwrap().unwrap()
    }

    async fn coverage(&self, day: Date) -> Arc<Coverage> {
        self.app.coverage(&self.on(day).await, CoverageAsked::default()).await.unwrap().unwrap()
    }
}

fn bridge(east: i32, project: Option<&str>, opens: Option<Date>) -> NewLink {
    NewLink {
        name: Named::new("东桥", "East bridge"),
        form: LinkForm::Bridge,
        ends: [at(east, 0), at(east, 400)].map(Site::wgs84),
        metres: None,
        opens,
        closes: None,
        project: project.map(code),
        seen: None,
    }
}

fn metres(found: &Arc<Coverage>) -> Vec<Option<u32>> {
    let near = found.kind("shop").unwrap().near.iter();
    near.map(|near| near.map(|near| (near.distance + 500) / 1_000)).collect()
}

fn near(found: Option<u32>, wanted: u32) -> bool {
    found.is_some_and(|found| found.abs_diff(wanted) <= 3)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bridge_that_opens_between_two_days_is_what_changed() {
    let town = Town::new().await;
    town.shop("S", at(100, 400), None, None).await;
    let opens = date(2021, 5, 1);
    town.link("L-1", Some(bridge(100, Some("P-BRIDGE"), Some(opens)))).await;
    // 100 m along the street, 400 m over the bridge.
    let before = town.coverage(date(2021, 4, 30)).await;
    assert_eq!((before.way, metres(&before)), (Way::Network, vec![None, None]));
    let after = town.coverage(opens).await;
    let found = metres(&after);
    assert!(near(found[0], 500) && near(found[1], 1_900 + 400), "{found:?}");
    assert_eq!(after.kind("shop").unwrap().rules[0].whole.covered, 100);

    let (then, now) = (town.on(date(2021, 4, 30)).await, town.on(TODAY).await);
    let asked = CoverageAsked::default();
    let change = town.app.coverage_difference(&then, &now, asked).await.unwrap().unwrap();
    assert_eq!((&change.kinds[0].gained, change.kinds[0].lost_whole()), (&vec![100, 0], 0));
    assert_eq!(change.gaining, [100, 0]);
    let effect = town.app.coverage_by_projects(&now).await.unwrap().unwrap();
    let told: Vec<_> =
        effect.projects.iter().map(|held| (held.project.as_str(), held.alone, held.last)).collect();
    assert_eq!((told, effect.together), (vec![("P-BRIDGE", 100, 100)], 100));

    // What is within reach of the shop, whether it was placed before or not.
    let reached = town.app.reached(&now, at(100, 400)).await.unwrap().unwrap();
    assert_eq!(reached.bands.last().unwrap().people, 100);
    assert_eq!(town.app.reached(&then, at(100, 400)).await.unwrap().unwrap().bands[2].people, 0);

    // What the link does, from either side of its opening; and a drawn one beside it.
    for day in [date(2021, 4, 30), TODAY] {
        let ground = town.app.link_ground(&town.on(day).await).await.unwrap().unwrap();
        let gains = town.app.link_gains(&ground).await.unwrap();
        assert_eq!(gains, [Some(LinkGain { gaining: 100, helped: 100 })], "{day}");
    }
    let ground = town.app.link_ground(&now).await.unwrap().unwrap();
    let drawn = town.app.link_effect(&ground, [at(300, 0), at(300, 400)], vec![]).await.unwrap().unwrap();
    assert_eq!(
        (drawn.kinds[0].before, drawn.kinds[0].after, drawn.helped),
        (100, 100, 0),
        "the bridge is nearer"
    );
    let drawn = town.app.link_effect(&ground, [at(2_000, 0), at(400, 400)], vec![]).await.unwrap().unwrap();
    assert_eq!(drawn.helped, 0, "who is out of reach stays so");

    // Longer on foot than straight: stairs, ramps.
    let long = NewLink { metres: Some(650), ..bridge(100, Some("P-BRIDGE"), Some(opens)) };
    town.link("L-1", Some(long)).await;
    let found = town.coverage(TODAY).await;
    assert!(near(metres(&found)[0], 750), "{:?}", metres(&found));
    assert_eq!(found.kind("shop").unwrap().rules[0].whole.covered, 0);
    // Off the network it joins nothing, and is told so.
    let off = NewLink { ends: [at(100, 0), at(100, 900)].map(Site::wgs84), ..bridge(100, None, Some(opens)) };
    town.link("L-1", Some(off)).await;
    assert_eq!(metres(&town.coverage(TODAY).await), [None, None]);
    let ground = town.app.link_ground(&town.on(TODAY).await).await.unwrap().unwrap();
    assert_eq!(town.app.link_gains(&ground).await.unwrap(), [None]);
    town.link("L-1", None).await;
    assert!(town.on(TODAY).await.plan.links.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bridge_and_a_shop_that_need_each_other() {
    let town = Town::new().await;
    let day = Some(date(2021, 5, 1));
    town.shop("S", at(100, 400), Some("P-SHOP"), day).await;
    town.link("L-1", Some(bridge(100, Some("P-BRIDGE"), day))).await;
    let effect = town.app.coverage_by_projects(&town.on(TODAY).await).await.unwrap().unwrap();
    let told: Vec<_> =
        effect.projects.iter().map(|held| (held.project.as_str(), held.alone, held.last)).collect();
    // Neither helps anybody alone, and without either all is lost.
    assert_eq!(told, [("P-BRIDGE", 0, 100), ("P-SHOP", 0, 100)]);
    assert_eq!((effect.together, effect.shared), (100, 100));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_the_year_waits_for_the_project_of_a_link() {
    let town = Town::new().await;
    town.shop("S", at(100, 400), None, None).await;
    // A stated day by then is certain, and a project of which nothing is known brings nothing.
    town.link("L-1", Some(bridge(100, Some("P-BRIDGE"), Some(date(2026, 12, 20))))).await;
    let found = town.year_end().await;
    assert_eq!((found.now, found.expected, found.unknown.len()), (0, 100.0, 0));
    town.link("L-1", Some(bridge(100, Some("P-BRIDGE"), None))).await;
    let found = town.year_end().await;
    let waits: Vec<&Code> = found.odds.iter().map(|(code, _)| code).chain(&found.unknown).collect();
    assert_eq!((found.now, waits), (0, vec![&code("P-BRIDGE")]), "{found:?}");
    assert!(found.expected <= 100.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_straight_lines_a_link_changes_nothing() {
    let town = Town::new().await;
    town.shop("S", at(100, 400), None, None).await;
    let layer = LayerKind::Network;
    town.app.withdraw_layer(&Actor::operator(), &town.plan, layer, None, String::new()).await.unwrap();
    let before = metres(&town.coverage(TODAY).await);
    town.link("L-1", Some(bridge(100, Some("P-BRIDGE"), Some(date(2021, 5, 1))))).await;
    let after = town.coverage(TODAY).await;
    assert_eq!((after.way, metres(&after)), (Way::Straight, before));
    let effect = town.app.coverage_by_projects(&town.on(TODAY).await).await.unwrap().unwrap();
    assert_eq!((effect.projects.len(), effect.together), (0, 0));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    /// However many links there are: one more makes nobody's way longer, and takes nobody's service away.
    #[test]
    fn one_more_link_makes_nothing_worse(
        links in prop::collection::vec((0i32..2_000, -150i32..550, 0i32..2_000, -150i32..550), 1..5),
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        runtime.block_on(async {
            let town = Town::new().await;
            town.shop("S", at(700, 400), None, None).await;
            town.shop("T", at(1_400, 0), None, None).await;
            let mut last = town.coverage(TODAY).await;
            for (number, (east, north, to_east, to_north)) in links.iter().enumerate() {
                let ends = [at(*east, *north), at(*to_east, *to_north)].map(Site::wgs84);
                if ends[0] == ends[1] {
                    continue;
                }
                let link = NewLink { ends, ..bridge(0, None, Some(date(2021, 5, 1))) };
                town.link(&format!("L-{number}"), Some(link)).await;
                let now = town.coverage(TODAY).await;
                let far = |found: &Coverage| -> Vec<u32> {
                    let near = found.kind("shop").unwrap().near.clone();
                    near.into_iter().map(|near| near.map_or(u32::MAX, |near| near.distance)).collect()
                };
                assert!(far(&now).iter().zip(far(&last)).all(|(now, last)| *now <= last), "{number}");
                let covered = |found: &Coverage| found.kind("shop").unwrap().rules[0].whole.covered;
                assert!(covered(&now) >= covered(&last));
                last = now;
            }
        });
    }
}
