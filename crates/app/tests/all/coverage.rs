//! Coverage in the use case: nobody is lost, nothing that is added makes it worse, and why somebody is left out is said.

use std::sync::Arc;

use crate::town::{TODAY, app, code, kind, put, put_layer, standard};
use app::evaluation::{Gain, evaluation_csv};
use app::paper::{Data, Format, Paper};
use app::place::coverage::{Asks, Basis, Cause, Coverage, CoverageAsked, GapState, Way, since};
use app::place::layer::{Content, Home, Residences, Ways};
use app::read::Asked;
use app::study::Subjected;
use app::{Actor, App, Change};
use domain::area::{AreaFact, AreaLevel};
use domain::code::Code;
use domain::command::Command;
use domain::facility::{
    Ages, Circle, FacilityFact, FacilityKind, Gap, GapAnswer, Metric, OfficialCount, SeenOnSite, Site,
};
use domain::fact::Fact;
use domain::item::ItemFact;
use domain::item::kind::{ItemKind, Series};
use domain::named::Named;
use domain::plan::PlanFact;
use domain::portfolio::Portfolio;
use domain::project::{Membership, ProjectFact};
use domain::report::{FoundGaps, GapTable, Part};
use domain::request::Point;
use domain::source::Source;
use domain::subject::Subject;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use words::Lang;

/// A point so many metres east of the town's middle: one thousandth of a degree is 85.1 m there.
fn east(metres: i32) -> Point {
    Point { longitude: 116_330_000 + metres * 10_000 / 851, latitude: 40_070_000 }
}

struct Town {
    app: App,
    plan: Code,
    _folder: tempfile::TempDir,
}

impl Town {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let app = app(folder.path());
        let town = Self { app, plan: code("p"), _folder: folder };
        for (area, zh) in [("a", "甲社区"), ("b", "乙社区")] {
            let facts = vec![
                AreaFact::Name(Named::new(zh, "")).into(),
                AreaFact::Level { level: AreaLevel::Community }.into(),
            ];
            town.put(Subject::area(&code(area)), facts).await;
        }
        let kind = |own: &str, unit| kind(own, Named::new(own, ""), unit);
        let standard =
            |own: &str, kind: &str, metric, value| standard(own, kind, Circle::Minutes5, metric, value);
        let facts = vec![
            PlanFact::Name(Named::new("计划", "Plan")).into(),
            PlanFact::Period { from: date(2018, 8, 1), to: date(2027, 12, 31) }.into(),
            PlanFact::Sector { sector: code("s"), order: 1, name: Named::new("领域", "") }.into(),
            PlanFact::FacilityKind(kind("shop", None)).into(),
            PlanFact::FacilityKind(kind("clinic", Some("床位"))).into(),
            PlanFact::FacilityStandard(standard("shop-500", "shop", Metric::Metres, 500)).into(),
            PlanFact::FacilityStandard(standard("clinic-10", "clinic", Metric::Minutes, 10)).into(),
        ];
        town.put(Subject::plan(&town.plan), facts).await;
        town
    }

    async fn put(&self, subject: Subject, facts: Vec<Fact>) {
        put(&self.app, subject, facts).await;
    }

    async fn say(&self, fact: PlanFact) {
        self.put(Subject::plan(&self.plan), vec![fact.into()]).await;
    }

    /// A facility so many metres east, with what else is said of it.
    async fn facility(&self, own: &str, kind: &str, metres: i32, more: Vec<FacilityFact>) {
        let mut facts: Vec<Fact> = vec![
            FacilityFact::Kind { kind: code(kind) }.into(),
            FacilityFact::Site(Site::wgs84(east(metres))).into(),
        ];
        facts.extend(more.into_iter().map(Fact::from));
        self.put(Subject::facility(&self.plan, &code(own)), facts).await;
    }

    async fn layer(&self, content: Content) {
        put_layer(&self.app, &self.plan, &content).await;
    }

    async fn homes(&self, homes: &[(&str, i32, Option<u32>)]) {
        let homes = homes.iter().enumerate().map(|(at, (community, metres, people))| Home {
            code: format!("{at:03}"),
            community: code(community),
            at: east(*metres),
            stated: None,
            people: *people,
            aged: Vec::new(),
        });
        self.layer(Content::Residences(Residences { homes: homes.collect() })).await;
    }

    async fn on(&self, day: Date) -> Arc<Portfolio> {
        self.app.portfolio(&self.plan, Asked { as_of: Some(day), known_at: None }).await.unwrap()
    }

    async fn coverage(&self, day: Date) -> (Arc<Portfolio>, Arc<Coverage>) {
        let portfolio = self.on(day).await;
        let found = self.app.coverage(&portfolio, CoverageAsked::default()).await.unwrap().unwrap();
        (portfolio, found)
    }
}

#[tokio::test]
async fn unknown_is_not_none_and_causes_are_told() {
    let town = Town::new().await;
    let portfolio = town.on(TODAY).await;
    assert!(town.app.coverage(&portfolio, CoverageAsked::default()).await.unwrap().is_none());
    town.homes(&[("a", 0, Some(100)), ("a", 2_000, Some(50)), ("b", 4_000, Some(30)), ("b", 6_000, Some(7))])
        .await;
    town.facility("S1", "shop", 400, vec![]).await;
    town.facility("S2", "shop", 4_100, vec![FacilityFact::Closes { on: Some(date(2020, 1, 1)) }]).await;
    town.facility("S3", "shop", 6_100, vec![FacilityFact::Opens { on: Some(date(2030, 1, 1)) }]).await;

    // Nobody says how many shops there are: what is not near is not known.
    let (_, found) = town.coverage(TODAY).await;
    assert_eq!((found.way, &found.communities), (Way::Straight, &vec![code("a"), code("b")]));
    let shops = found.kind("shop").unwrap();
    let whole = shops.rules[0].whole;
    assert_eq!((whole.basis, whole.covered, whole.not_covered, whole.unknown), (Basis::People, 100, 0, 87));

    // The official count makes them gaps, each with its cause. Facilities in no area of the plan do not count as known.
    let areas = ["S1", "S2", "S3"];
    for own in areas {
        let fact = FacilityFact::Area { area: Some(code("a")) };
        town.put(Subject::facility(&town.plan, &code(own)), vec![fact.into()]).await;
    }
    town.say(PlanFact::OfficialCount(OfficialCount { kind: code("shop"), area: None, count: Some(1) })).await;
    let (portfolio, found) = town.coverage(TODAY).await;
    let held = &found.kind("shop").unwrap().rules[0];
    assert_eq!((held.whole.covered, held.whole.not_covered, held.whole.unknown), (100, 87, 0));
    assert_eq!(held.causes[0].each(), [(Cause::TooFar, 50)]);
    assert_eq!(held.causes[1].each(), [(Cause::Closed, 30), (Cause::Planned, 7)]);
    let gaps: Vec<_> =
        found.gaps(&portfolio).into_iter().filter(|line| line.gap.kind == code("shop")).collect();
    let told: Vec<_> =
        gaps.iter().map(|line| (line.gap.community.as_str(), line.state, line.concerned)).collect();
    assert_eq!(told, [("a", GapState::NotCovered, 50), ("b", GapState::NotCovered, 37)]);

    // An answer is a fact, and a community's own count goes before the plan's.
    let gap = Gap { community: code("b"), kind: code("shop"), standard: code("shop-500") };
    let answer = Some(GapAnswer::Refused { why: "近期搬迁".into() });
    town.say(PlanFact::GapAnswer { gap: gap.clone(), answer: answer.clone() }).await;
    let own = OfficialCount { kind: code("shop"), area: Some(code("b")), count: Some(9) };
    town.say(PlanFact::OfficialCount(own)).await;
    let (portfolio, found) = town.coverage(TODAY).await;
    let gaps = found.gaps(&portfolio);
    let held = gaps.iter().find(|line| line.gap == gap).unwrap();
    assert_eq!(
        (held.state, held.answer.as_ref().map(|held| &held.answer)),
        (GapState::Unknown, answer.as_ref())
    );

    // Before the closing the same people had a shop.
    let (_, before) = town.coverage(date(2019, 6, 1)).await;
    assert_eq!(before.kind("shop").unwrap().rules[0].figures[1].covered, 30);
}

#[tokio::test]
async fn residences_are_counted_where_people_are_not_known() {
    let town = Town::new().await;
    town.homes(&[("a", 0, Some(100)), ("b", 4_000, None)]).await;
    town.facility("S1", "shop", 400, vec![]).await;
    let (_, found) = town.coverage(TODAY).await;
    let held = &found.kind("shop").unwrap().rules[0];
    assert_eq!((held.figures[0].basis, held.figures[1].basis), (Basis::People, Basis::Residences));
    assert_eq!((held.whole.basis, held.whole.covered, held.whole.total()), (Basis::Residences, 1, 2));
    // A part of which all are known is told in people, unless residences are wanted; causes go with it.
    assert_eq!(held.whole_causes.each(), [(Cause::TooFar, 1)]);
    assert_eq!((held.over(&[0], false).0.covered, held.over(&[0], true).0.covered), (100, 1));
    assert_eq!(held.over(&[0, 1], false), (held.whole, held.whole_causes));
}

#[tokio::test]
async fn too_little_for_a_thousand_is_a_gap_and_what_is_not_known_is_told() {
    let town = Town::new().await;
    let facts = vec![
        AreaFact::Name(Named::new("c", "")).into(),
        AreaFact::Level { level: AreaLevel::Community }.into(),
    ];
    town.put(Subject::area(&code("c")), facts).await;
    let enough = standard("beds", "clinic", Circle::Community, Metric::PerThousand, 500);
    town.say(PlanFact::FacilityStandard(enough)).await;
    town.homes(&[("a", 0, Some(100)), ("a", 2_000, Some(20)), ("b", 9_000, Some(50))]).await;
    let (portfolio, found) = town.coverage(TODAY).await;
    assert_eq!(found.without_residences, [code("c")]);
    let of = |found: &Coverage, portfolio: &Portfolio| -> Vec<(String, GapState, u64, Asks)> {
        let lines = found.gaps(portfolio).into_iter().filter(|line| line.gap.standard == code("beds"));
        lines.map(|line| (line.gap.community.to_string(), line.state, line.concerned, line.asks)).collect()
    };
    let asks = |has: Option<i64>| Asks::PerThousand { asked: 500.into(), has: has.map(Into::into) };
    // There is none, as far as anybody knows.
    let told = [
        ("a".into(), GapState::Unknown, 120, asks(Some(0))),
        ("b".into(), GapState::Unknown, 50, asks(Some(0))),
    ];
    assert_eq!(of(&found, &portfolio), told);

    let clinic = |places| {
        vec![FacilityFact::Capacity { amount: Some(places) }, FacilityFact::Area { area: Some(code("a")) }]
    };
    town.facility("C1", "clinic", 100, clinic(60)).await;
    town.say(PlanFact::OfficialCount(OfficialCount { kind: code("clinic"), area: None, count: Some(1) }))
        .await;
    let (portfolio, found) = town.coverage(TODAY).await;
    // Sixty for a hundred in reach, of the 120 who live there; nothing for the others.
    let told = [("b".into(), GapState::NotCovered, 50, asks(Some(0)))];
    let (short, enough): (Vec<_>, Vec<_>) =
        of(&found, &portfolio).into_iter().partition(|(area, ..)| area == "b");
    assert_eq!(short, told);
    assert!(enough.is_empty(), "{enough:?}");
    let supply = &found.kind("clinic").unwrap().supplies[0];
    assert_eq!(supply.per_thousand, [Some(500.into()), Some(0.into())]);
    let line = found.gaps(&portfolio).into_iter().find(|line| line.gap.standard == code("beds")).unwrap();
    assert_eq!(line.causes.each(), [(Cause::TooFew, 50)]);

    // Half of the homes have the nearest one within 100 m, and none at all is farther than any.
    let clinics = found.kind("clinic").unwrap();
    assert_eq!(found.half_way(clinics, [0, 1].into_iter()).map(|it| (it + 500) / 1_000), Some(100));
    let far = found.half_way_beyond(clinics, 1, 500_000).map(|it| (it + 500) / 1_000);
    assert!(far.is_some_and(|far| (8_898..=8_902).contains(&far)), "{far:?}");

    // Of whom nobody knows is told beside those who have a full one.
    town.say(PlanFact::OfficialCount(OfficialCount { kind: code("clinic"), area: None, count: Some(9) }))
        .await;
    let (portfolio, found) = town.coverage(TODAY).await;
    let line = found.gaps(&portfolio).into_iter().find(|line| {
        line.gap.kind == code("clinic")
            && line.gap.standard != code("beds")
            && line.gap.community == code("a")
    });
    let line = line.unwrap();
    assert_eq!((line.state, line.full, line.unknown), (GapState::Full, 100, 20));

    // All are known to have it only where somebody lives on record.
    let count = found.communities_with([code("shop")].iter());
    assert_eq!((count.covered, count.not_covered, count.unknown), (0, 0, 3));
}

#[tokio::test]
async fn people_and_residences_are_not_added_up() {
    let town = Town::new().await;
    let ages = Ages::new(60, None).unwrap();
    let old = FacilityKind { ages: Some(ages), ..kind("canteen", Named::new("canteen", ""), None) };
    town.say(PlanFact::FacilityKind(old)).await;
    let near = standard("canteen-500", "canteen", Circle::Minutes5, Metric::Metres, 500);
    town.say(PlanFact::FacilityStandard(near)).await;
    let home = |own: &str, metres, people, aged: u32| Home {
        code: own.into(),
        community: code("a"),
        at: east(metres),
        stated: None,
        people,
        aged: vec![(ages, aged)],
    };
    let opened = || vec![FacilityFact::Opens { on: Some(date(2020, 1, 1)) }];
    town.facility("C1", "canteen", 100, opened()).await;
    let gained = async |homes: Vec<Home>| {
        town.layer(Content::Residences(Residences { homes })).await;
        let (before, after) = (town.on(date(2019, 1, 1)).await, town.on(TODAY).await);
        let found = town.app.coverage_difference(&before, &after, CoverageAsked::default()).await;
        let found = found.unwrap().unwrap();
        (found.basis, found.gaining.clone())
    };
    let known = vec![home("1", 0, Some(100), 30), home("2", 50, Some(10), 5)];
    assert_eq!(gained(known).await, (Basis::People, vec![35]));
    // Of one home only those of some ages were counted: two residences gain, not 30 people and more.
    let half = vec![home("1", 0, Some(100), 30), home("2", 50, None, 5)];
    assert_eq!(gained(half).await, (Basis::Residences, vec![2]));
}

#[tokio::test]
async fn a_kind_for_ages_of_which_nobody_lives_there_is_passed_over() {
    let town = Town::new().await;
    let ages = Ages::new(3, Some(5)).unwrap();
    let young = FacilityKind { ages: Some(ages), ..kind("nursery", Named::new("nursery", ""), None) };
    town.say(PlanFact::FacilityKind(young)).await;
    let near = standard("nursery-500", "nursery", Circle::Minutes5, Metric::Metres, 500);
    town.say(PlanFact::FacilityStandard(near)).await;
    let homes = [("a", 0, 0), ("b", 200, 5)].map(|(community, metres, aged)| Home {
        code: community.into(),
        community: code(community),
        at: east(metres),
        stated: None,
        people: Some(100),
        aged: vec![(ages, aged)],
    });
    town.layer(Content::Residences(Residences { homes: homes.into() })).await;
    town.facility("S1", "shop", 100, vec![]).await;
    let (_, found) = town.coverage(TODAY).await;
    let count = |kinds: &[Code]| {
        let count = found.communities_with(kinds.iter());
        (count.covered, count.not_covered, count.unknown)
    };
    assert_eq!(count(&[code("shop"), code("nursery")]), (1, 0, 1));
    assert_eq!(count(&[code("nursery")]), (0, 0, 2));
    // Of a kind that no standard is in force for nothing is known.
    assert_eq!(count(&[code("shop"), code("school")]), (0, 0, 2));
}

/// A report on gaps: an area's own facilities and official count, names of its day, and what its papers say.
#[tokio::test]
async fn a_report_on_gaps_of_one_area_counts_what_is_there() {
    let town = Town::new().await;
    town.homes(&[("a", 0, Some(100)), ("a", 2_000, Some(50)), ("b", 4_000, Some(30))]).await;
    let lies_in = |area: &str| vec![FacilityFact::Area { area: Some(code(area)) }];
    town.facility("S1", "shop", 400, lies_in("a")).await;
    for (own, metres) in [("S2", 6_000), ("S3", 6_100)] {
        town.facility(own, "shop", metres, lies_in("b")).await;
    }
    for (area, count) in [(None, 3), (Some(code("a")), 1)] {
        let count = OfficialCount { kind: code("shop"), area, count: Some(count) };
        town.say(PlanFact::OfficialCount(count)).await;
    }
    let directive = |name: &str| vec![ItemFact::Name(Named::new(name, "")).into()];
    let item = Subject::item(&town.plan, &code("D-1"));
    let kind = vec![ItemFact::Kind { kind: ItemKind::Directive }.into()];
    town.put(item.clone(), [kind, directive("旧名")].concat()).await;
    let command = Command::Record { subject: item, facts: directive("新名"), expected: None };
    let renamed = Some(date(2026, 11, 24));
    let change = Change { command, effective: renamed, source: Source::default(), reason: String::new() };
    town.app.change(&Actor::operator(), change).await.unwrap();
    let gap = Gap { community: code("a"), kind: code("shop"), standard: code("shop-500") };
    town.say(PlanFact::GapAnswer { gap, answer: Some(GapAnswer::Item { item: code("D-1") }) }).await;

    let asked = |area: Option<&str>| GapTable {
        title: Named::new("商店缺口", "Where shops are missing"),
        kind: Some(code("shop")),
        area: area.map(code),
        since: date(2019, 1, 1),
        found: None,
    };
    let part = Part {
        gaps: vec![asked(None), asked(Some("a"))],
        ..Part::of(Named::new("情况", "Facts"), Named::new("如下。", "As follows."))
    };
    let subjected = Subjected {
        series: Series::Special,
        name: Named::new("服务缺口专报", "Gaps in services"),
        period: (date(2026, 11, 1), date(2026, 11, 20)),
        about: None,
    };
    let (actor, source) = (Actor::operator(), Source::default());
    let report = town.app.draft_study(&actor, &town.plan, subjected, vec![part], &source).await.unwrap();
    let held = town.app.study(&town.plan, &report).await.unwrap();
    let found: Vec<&FoundGaps> = held.study.gaps().map(|table| table.found.as_ref().unwrap()).collect();
    let known: Vec<_> = found.iter().map(|found| (found.sums[0].known, found.sums[0].official)).collect();
    assert_eq!(known, [(3, Some(3)), (1, Some(1))]);
    let told: Vec<Vec<_>> = found
        .iter()
        .map(|found| found.lines.iter().map(|line| (line.area.zh.as_str(), line.concerned)).collect())
        .collect();
    assert_eq!(told, [vec![("甲社区", 50), ("乙社区", 30)], vec![("甲社区", 50)]]);
    assert_eq!(found[1].lines[0].answered_by.zh, "旧名");

    let paper = Paper::Report(report);
    for (lang, words) in [
        (Lang::Zh, ["商店缺口", "甲社区", "旧名", "1 / 1"]),
        (Lang::En, ["Where shops are missing", "甲社区", "旧名", "1 / 1"]),
    ] {
        for (format, begins) in
            [(Format::Docx, b"PK".as_slice()), (Format::Xlsx, b"PK"), (Format::Pdf, b"%PDF")]
        {
            let data = town.app.paper(&town.plan, &paper, format, lang, Asked::default()).await.unwrap();
            let said = match &data {
                Data::Document(document) => format!("{:?}", document.body),
                Data::Book(book) => format!("{book:?}"),
                Data::Chart(chart) => panic!("{chart:?}"),
            };
            for word in words {
                assert!(said.contains(word), "{format:?} says nothing of {word}: {said}");
            }
            assert!(data.write(format).unwrap().starts_with(begins));
        }
    }
}

#[tokio::test]
async fn what_was_seen_on_site_is_counted_beside_what_is_known() {
    let town = Town::new().await;
    town.homes(&[("a", 0, Some(100))]).await;
    let seen = SeenOnSite { on: date(2018, 8, 1), by: "街道".into(), capacity: false };
    let area = || FacilityFact::Area { area: Some(code("a")) };
    town.facility("S1", "shop", 400, vec![area(), FacilityFact::OnSite { seen: Some(seen) }]).await;
    town.facility("S2", "shop", 500, vec![area()]).await;
    let (_, found) = town.coverage(TODAY).await;
    let shops = found.kind("shop").unwrap();
    assert_eq!((shops.whole.completeness.known, shops.whole.seen, shops.counted[0].seen), (2, 1, 1));
}

#[tokio::test]
async fn over_a_network_distances_are_walked_and_islands_have_no_link() {
    let town = Town::new().await;
    town.homes(&[("a", 0, Some(100)), ("a", 900, Some(50)), ("b", 40_000, Some(30))]).await;
    town.facility("S1", "shop", 400, vec![FacilityFact::Area { area: Some(code("a")) }]).await;
    town.say(PlanFact::OfficialCount(OfficialCount { kind: code("shop"), area: None, count: Some(1) })).await;
    let node = |metres: i32| {
        let at = east(metres);
        [at.longitude * 10, at.latitude * 10]
    };
    // From 0 to 600 m in a line; 800 to 1,000 m lies apart.
    let ways = Ways {
        nodes: vec![node(0), node(600), node(800), node(1_000)],
        links: vec![[0, 1, 600_000], [2, 3, 200_000]],
        one_way: vec![],
    };
    town.layer(Content::Network(ways)).await;
    let (_, found) = town.coverage(TODAY).await;
    assert_eq!((found.way, found.unreached_homes, found.unreached_facilities), (Way::Network, 1, 0));
    assert_eq!(found.island_homes, 1, "the one at 900 m");
    let held = &found.kind("shop").unwrap().rules[0];
    assert_eq!((held.figures[0].covered, held.figures[0].not_covered), (100, 50));
    assert_eq!(held.causes[0].each(), [(Cause::NoLink, 50)]);
    assert_eq!((held.figures[1].unknown, held.figures[1].unreached), (30, 30));
}

#[tokio::test]
async fn two_days_projects_and_capacity() {
    let town = Town::new().await;
    town.homes(&[("a", 0, Some(100)), ("b", 3_000, Some(50))]).await;
    let project = |own: &str| Subject::project(&town.plan, &code(own));
    for own in ["P1", "P2"] {
        let facts = vec![
            ProjectFact::Name(Named::new(own, "")).into(),
            ProjectFact::Sector { sector: code("s") }.into(),
        ];
        town.put(project(own), facts).await;
    }
    let built = |project: &str, on: Date| {
        vec![
            FacilityFact::Opens { on: Some(on) },
            FacilityFact::Project { project: Some(code(project)) },
            FacilityFact::Capacity { amount: Some(60) },
        ]
    };
    // Two projects serve the same hundred people, one of them the other fifty as well.
    town.facility("C1", "clinic", 100, built("P1", date(2020, 5, 1))).await;
    town.facility("C2", "clinic", 200, built("P2", date(2021, 5, 1))).await;
    town.facility("C3", "clinic", 3_100, built("P2", date(2021, 5, 1))).await;
    let (before, after) = (town.on(date(2019, 1, 1)).await, town.on(TODAY).await);
    let asked = CoverageAsked::default();
    let change = town.app.coverage_difference(&before, &after, asked).await.unwrap().unwrap();
    let clinics = change.kinds.iter().find(|held| held.kind == code("clinic")).unwrap();
    assert_eq!((&clinics.gained, clinics.lost_whole()), (&vec![100, 50], 0));
    assert_eq!(change.gaining, [100, 50]);
    let effect = town.app.coverage_by_projects(&after).await.unwrap().unwrap();
    let told: Vec<_> =
        effect.projects.iter().map(|held| (held.project.as_str(), held.alone, held.last)).collect();
    assert_eq!(told, [("P1", 100, 0), ("P2", 150, 50)]);
    assert_eq!((effect.together, effect.shared), (150, -100));
    let year = town.app.coverage_by_year_end(&after).await.unwrap().unwrap();
    assert_eq!((year.now, year.expected, year.by), (150, 150.0, date(2026, 12, 31)));

    let (portfolio, found) = town.coverage(TODAY).await;
    let kind = found.kind("clinic").unwrap();
    let capacity = kind.capacity.as_ref().unwrap();
    assert_eq!((capacity.known, capacity.places, capacity.people), (3, 180, 150));
    let full: Vec<Option<bool>> = capacity.loads.iter().map(|held| held.load.full()).collect();
    assert_eq!(full, [Some(true), Some(false), Some(false)]);
    let supplied: f64 =
        capacity.access.iter().zip([100.0, 50.0]).map(|(access, people)| access * people).sum();
    assert!((supplied - 180.0).abs() < 1e-9, "{supplied}");
    let gaps = found.gaps(&portfolio);
    let held = gaps.iter().find(|line| line.gap.kind == code("clinic")).unwrap();
    assert_eq!((held.state, held.concerned), (GapState::Full, 100));

    // Limits of one's own push out nothing that everybody asks for, and what was worked out is kept.
    for limit in [100, 150, 200, 250, 300, 350] {
        let own = CoverageAsked { limit: Some(limit) };
        assert!(town.app.coverage(&portfolio, own).await.unwrap().is_some());
    }
    let again = town.app.coverage(&portfolio, CoverageAsked::default()).await.unwrap().unwrap();
    assert!(Arc::ptr_eq(&found, &again));
    assert_eq!(town.app.coverage_by_year_end(&portfolio).await.unwrap().unwrap(), year);
}

#[tokio::test]
async fn a_day_is_compared_with_one_a_year_before_within_the_plan() {
    let town = Town::new().await;
    let usual = async |day: Date| since(&*town.on(day).await, None).unwrap();
    assert_eq!(usual(TODAY).await, date(2025, 11, 25));
    assert_eq!(usual(date(2019, 2, 1)).await, date(2018, 8, 1), "the first day of the plan");
    let portfolio = town.on(TODAY).await;
    for (given, wanted) in [(date(2018, 1, 1), true), (TODAY, true), (date(2026, 11, 26), false)] {
        assert_eq!(since(&portfolio, Some(given)), wanted.then_some(given));
    }
}

#[tokio::test]
async fn what_projects_brought_is_told_in_what_it_was_counted_in() {
    let town = Town::new().await;
    let ages: Ages = "0-3".parse().unwrap();
    let nursery = FacilityKind { ages: Some(ages), ..kind("nursery", Named::new("nursery", ""), None) };
    town.say(PlanFact::FacilityKind(nursery)).await;
    let limit = standard("nursery-300", "nursery", Circle::Minutes5, Metric::Metres, 300);
    town.say(PlanFact::FacilityStandard(limit)).await;
    let facts = vec![
        ProjectFact::Name(Named::new("P", "")).into(),
        ProjectFact::Membership { state: Membership::Member, revision: None, other: None }.into(),
        ProjectFact::Sector { sector: code("s") }.into(),
    ];
    town.put(Subject::project(&town.plan, &code("P")), facts).await;
    // Of one home nobody knows how many live there, but the children of both were counted.
    let home = |own: &str, metres: i32, people, children| Home {
        code: own.into(),
        community: code("a"),
        at: east(metres),
        stated: None,
        people,
        aged: vec![(ages, children)],
    };
    let homes = vec![home("0", 0, Some(100), 7), home("1", 100, None, 4)];
    town.layer(Content::Residences(Residences { homes })).await;
    // A facility of a project that is not in use yet would serve nobody.
    let built = || {
        let on = Some(date(2024, 5, 1));
        vec![FacilityFact::Project { project: Some(code("P")) }, FacilityFact::Opens { on }]
    };
    town.facility("N", "nursery", 50, built()).await;
    let brought = || async {
        let asked = Asked { as_of: Some(TODAY), known_at: None };
        let one = town.app.project_evaluation(&town.plan, "P", asked).await.unwrap().gain;
        let all = town.app.plan_evaluation(&town.plan, None, asked).await.unwrap();
        let csv = evaluation_csv(&all, true);
        let Gain::Of(gain, basis) = one.clone() else { panic!("{one:?}") };
        assert_eq!((&all.lines[0].gain, all.reach), (&one, Some((gain.alone, 0, basis))));
        assert!(csv.contains(&format!(",{},{},{},", gain.alone, gain.last, basis.as_str())), "{csv}");
        (gain.alone, basis)
    };
    assert_eq!(brought().await, (11, Basis::People));
    // A kind for everybody: of one home it is not known how many, so homes are counted, for all kinds.
    town.facility("S", "shop", 50, built()).await;
    assert_eq!(brought().await, (4, Basis::Residences));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// Sums add up to the people, and one more facility turns nobody from covered to anything else.
    #[test]
    fn nobody_is_lost_and_nothing_added_makes_it_worse(
        homes in prop::collection::vec((any::<bool>(), 0i32..8_000, prop::option::weighted(0.9, 0u32..300)), 1..12),
        shops in prop::collection::vec(0i32..8_000, 0..5),
        more in 0i32..8_000,
        official in prop::option::of(0u32..6),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let town = Town::new().await;
            let named: Vec<(&str, i32, Option<u32>)> =
                homes.iter().map(|(a, at, people)| (if *a { "a" } else { "b" }, *at, *people)).collect();
            town.homes(&named).await;
            for (number, at) in shops.iter().enumerate() {
                town.facility(&format!("S{number}"), "shop", *at, vec![]).await;
            }
            let count = OfficialCount { kind: code("shop"), area: None, count: official };
            town.say(PlanFact::OfficialCount(count)).await;
            let (_, before) = town.coverage(TODAY).await;
            town.facility("MORE", "shop", more, vec![]).await;
            let (_, after) = town.coverage(TODAY).await;
            let of = |found: &Coverage| found.kind("shop").unwrap().rules[0].clone();
            for found in [&before, &after] {
                for (number, figure) in of(found).figures.iter().enumerate() {
                    let own = found.homes_of(number).map(|home| found.residences.homes[home].people);
                    let all: u64 = match figure.basis {
                        Basis::People => own.map(|people| u64::from(people.unwrap())).sum(),
                        Basis::Residences => own.count() as u64,
                    };
                    assert_eq!(figure.total(), all);
                }
            }
            for (then, now) in of(&before).figures.iter().zip(&of(&after).figures) {
                assert!(now.covered >= then.covered);
            }
            let (near_then, near_now) = (&before.kind("shop").unwrap().near, &after.kind("shop").unwrap().near);
            for (then, now) in near_then.iter().zip(near_now) {
                assert!(then.is_none_or(|then| now.is_some_and(|now| now.distance <= then.distance)));
            }
        });
    }
}
