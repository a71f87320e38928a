//! How many of a kind people have to choose from: in straight lines, over the network, and with a link of the plan.

use std::sync::Arc;

use app::App;
use app::place::coverage::{Basis, Choice, Coverage, CoverageAsked, Way};
use app::place::layer::{Content, Home, Residences, Ways};
use app::read::Asked;
use domain::area::{AreaFact, AreaLevel};
use domain::code::Code;
use domain::facility::{Circle, FacilityFact, Metric, Site};
use domain::link::{LinkForm, NewLink};
use domain::named::Named;
use domain::plan::PlanFact;
use domain::portfolio::Portfolio;
use domain::request::Point;
use domain::subject::Subject;
use jiff::civil::date;

use crate::town::{app, at, code, kind, put, put_layer, standard};

/// The distance of the standard, in millimetres.
const LIMIT: u32 = 500_000;

struct Town {
    app: App,
    plan: Code,
    _folder: tempfile::TempDir,
}

impl Town {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let town = Self { app: app(folder.path()), plan: code("p"), _folder: folder };
        for area in ["a", "b"] {
            let level = AreaFact::Level { level: AreaLevel::Community };
            let facts = vec![AreaFact::Name(Named::new(area, "")).into(), level.into()];
            put(&town.app, Subject::area(&code(area)), facts).await;
        }
        let facts = vec![
            PlanFact::Name(Named::new("计划", "Plan")).into(),
            PlanFact::Period { from: date(2018, 8, 1), to: date(2027, 12, 31) }.into(),
            PlanFact::FacilityKind(kind("shop", Named::new("商店", "Shop"), None)).into(),
        ];
        put(&town.app, Subject::plan(&town.plan), facts).await;
        let near = standard("shop-500", "shop", Circle::Minutes5, Metric::Metres, 500);
        town.say(PlanFact::FacilityStandard(near)).await;
        town
    }

    async fn say(&self, fact: PlanFact) {
        put(&self.app, Subject::plan(&self.plan), vec![fact.into()]).await;
    }

    async fn shop(&self, own: &str, at: Point, entrances: &[Point]) {
        let mut facts = vec![
            FacilityFact::Kind { kind: code("shop") }.into(),
            FacilityFact::Site(Site::wgs84(at)).into(),
        ];
        if !entrances.is_empty() {
            let at = entrances.iter().copied().map(Site::wgs84).collect();
            facts.push(FacilityFact::Entrances { at }.into());
        }
        put(&self.app, Subject::facility(&self.plan, &code(own)), facts).await;
    }

    async fn homes(&self, homes: &[(&str, Point, Option<u32>)]) {
        let home = |(number, (area, at, people)): (usize, &(&str, Point, Option<u32>))| Home {
            code: number.to_string(),
            community: code(area),
            at: *at,
            stated: None,
            people: *people,
            aged: Vec::new(),
        };
        let homes = homes.iter().enumerate().map(home).collect();
        put_layer(&self.app, &self.plan, &Content::Residences(Residences { homes })).await;
    }

    /// A street to the east, one 100 m north of it, and 2 km from there the way between them.
    async fn streets(&self) {
        let node = |point: Point| [point.longitude * 10, point.latitude * 10];
        let ways = Ways {
            nodes: vec![node(at(0, 0)), node(at(2_000, 0)), node(at(2_000, 100)), node(at(0, 100))],
            links: vec![[0, 1, 2_000_000], [1, 2, 100_000], [2, 3, 2_000_000]],
            one_way: Vec::new(),
        };
        put_layer(&self.app, &self.plan, &Content::Network(ways)).await;
    }

    async fn choice(&self) -> (Arc<Portfolio>, Arc<Coverage>, Arc<Choice>) {
        let portfolio = self.app.portfolio(&self.plan, Asked::default()).await.unwrap();
        let coverage = self.app.coverage(&portfolio, CoverageAsked::default()).await.unwrap().unwrap();
        let choice = self.app.choice(&coverage, &code("shop"), LIMIT).await.unwrap().unwrap();
        // Whoever has one is covered, whoever has none or is not reached is not: nobody is lost or added.
        let kind = coverage.kind("shop").unwrap();
        let rule = &kind.rules[0];
        for (figure, choice) in rule.figures.iter().zip(&choice.communities) {
            let covered: u64 = choice.by_number[1..].iter().sum();
            assert_eq!(
                (figure.basis, figure.covered, figure.total()),
                (choice.basis, covered, choice.total())
            );
        }
        let whole = &choice.whole;
        assert_eq!((rule.whole.basis, rule.whole.total()), (whole.basis, whole.total()));
        let nearest: Vec<_> = choice.nearest.iter().map(|held| held[0]).collect();
        assert_eq!(nearest, kind.near);
        (portfolio, coverage, choice)
    }
}

/// The shops of a home by their codes, with whole metres.
fn told(portfolio: &Portfolio, choice: &Choice, home: usize) -> Vec<(String, u32)> {
    let code = |number: u32| portfolio.facilities[number as usize].code.to_string();
    let near = choice.nearest[home].iter().flatten();
    near.map(|near| (code(near.facility), (near.distance + 500) / 1_000)).collect()
}

fn is_told(found: &[(String, u32)], wanted: &[(&str, u32)]) -> bool {
    let same = |((code, far), (wanted, metres)): (&(String, u32), &(&str, u32))| {
        code == wanted && far.abs_diff(*metres) <= 3
    };
    found.len() == wanted.len() && found.iter().zip(wanted).all(same)
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_counted_by_how_many_they_have_and_a_shop_with_two_doors_is_one() {
    let town = Town::new().await;
    town.shop("S-1", at(100, 0), &[]).await;
    town.shop("S-2", at(290, 0), &[]).await;
    town.shop("S-3", at(450, 0), &[at(450, 0), at(440, 0)]).await;
    town.homes(&[
        ("a", at(0, 0), Some(100)),
        ("a", at(2_000, 0), Some(50)),
        ("b", at(850, 0), Some(30)),
        ("b", at(620, 0), Some(7)),
    ])
    .await;
    let (portfolio, coverage, choice) = town.choice().await;
    assert_eq!((coverage.way, choice.whole.basis), (Way::Straight, Basis::People));
    assert_eq!(choice.in_reach, [Some(3), Some(0), Some(1), Some(2)]);
    let by_number: Vec<_> = choice.communities.iter().map(|figure| figure.by_number).collect();
    assert_eq!(by_number, [[50, 0, 0, 100], [0, 30, 7, 0]]);
    assert_eq!((choice.whole.by_number, choice.whole.unreached), ([50, 30, 7, 100], 0));
    let found = told(&portfolio, &choice, 3);
    assert!(is_told(&found, &[("S-3", 170), ("S-2", 330), ("S-1", 520)]), "{found:?}");
    // Half of a community have the second one within that: here one of two.
    let second = choice.communities[0].second.unwrap();
    assert!(second.abs_diff(290_000) <= 3_000, "{second}");
    // Worked out once for all who ask.
    let again = town.app.choice(&coverage, &code("shop"), LIMIT).await.unwrap().unwrap();
    assert!(Arc::ptr_eq(&choice, &again));
    assert_eq!(town.app.choice(&coverage, &code("shop"), LIMIT + 1).await.unwrap(), None);
    assert_eq!(town.app.choice(&coverage, &code("bank"), LIMIT).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn residences_are_counted_where_people_are_not_known() {
    let town = Town::new().await;
    town.shop("S-1", at(100, 0), &[]).await;
    let homes = [("a", at(0, 0), Some(100)), ("b", at(200, 0), None), ("b", at(5_000, 0), Some(9))];
    town.homes(&homes).await;
    let (_, _, choice) = town.choice().await;
    let told: Vec<_> = choice.communities.iter().map(|figure| (figure.basis, figure.by_number)).collect();
    assert_eq!(told, [(Basis::People, [0, 100, 0, 0]), (Basis::Residences, [1, 1, 0, 0])]);
    assert_eq!((choice.whole.basis, choice.whole.by_number), (Basis::Residences, [1, 2, 0, 0]));
    assert_eq!(choice.whole.second, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn over_ways_it_is_what_is_walked_and_a_link_gives_more_to_choose_from() {
    let town = Town::new().await;
    town.shop("S-1", at(200, 0), &[]).await;
    town.shop("S-2", at(100, 100), &[]).await;
    let homes = [("a", at(0, 0), Some(40)), ("b", at(300, 100), Some(9)), ("b", at(0, 5_000), Some(2))];
    town.homes(&homes).await;
    town.streets().await;
    let (portfolio, coverage, choice) = town.choice().await;
    // The other street is 4 km away on foot; who lies off the network has what nobody knows.
    assert_eq!((coverage.way, &choice.in_reach), (Way::Network, &vec![Some(1), Some(1), None]));
    assert_eq!((choice.whole.by_number, choice.whole.unreached), ([0, 49, 0, 0], 2));
    assert!(is_told(&told(&portfolio, &choice, 0), &[("S-1", 200), ("S-2", 4_000)]));

    let link = NewLink {
        name: Named::new("小桥", "Bridge"),
        form: LinkForm::Bridge,
        ends: [at(0, 0), at(0, 100)].map(Site::wgs84),
        metres: None,
        opens: Some(date(2020, 1, 1)),
        closes: None,
        project: None,
        seen: None,
    };
    town.say(PlanFact::Link { link: code("L-1"), held: Some(link) }).await;
    let (portfolio, _, choice) = town.choice().await;
    assert_eq!(choice.in_reach, [Some(2), Some(1), None]);
    assert_eq!(choice.whole.by_number, [0, 9, 40, 0]);
    let found = told(&portfolio, &choice, 0);
    // With the same distance the first in the order of the plan goes first; both are 200 m and some.
    let mut codes: Vec<&str> = found.iter().map(|(code, _)| code.as_str()).collect();
    codes.sort_unstable();
    assert_eq!(codes, ["S-1", "S-2"]);
    assert!(found.iter().all(|(_, metres)| metres.abs_diff(200) <= 3), "{found:?}");
}
