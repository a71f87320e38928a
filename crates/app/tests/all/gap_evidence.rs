//! What residents say of a gap: their requests by community and kind, as the list that the number opens, with the hot
//! issues that were confirmed; everybody is not told small numbers.

use std::sync::Arc;

use app::Actor;
use app::place::evidence::{Evidence, Reader};
use app::read::Asked;
use app::request::{NewRequest, RequestAct};
use domain::area::{AreaFact, AreaLevel};
use domain::code::Code;
use domain::command::Command;
use domain::facility::FacilityKind;
use domain::item::kind::ItemKind;
use domain::item::{ItemFact, Target};
use domain::named::Named;
use domain::plan::PlanFact;
use domain::portfolio::Portfolio;
use domain::request::query::RequestQuery;
use domain::request::{Channel, RequestFact};
use domain::subject::Subject;
use jiff::civil::{Date, date};
use scratch::Scratch;

use crate::place::{Place, code};

const TODAY: Date = date(2021, 6, 10);
const COMMUNITIES: [&str; 3] = ["estate", "mill", "lake"];

fn kind(name: &str, categories: &[&str]) -> FacilityKind {
    FacilityKind {
        kind: code(name),
        order: 1,
        name: Named::new(name, ""),
        ages: None,
        capacity_unit: None,
        request_categories: categories.iter().map(|held| code(held)).collect(),
        least_square_metres: None,
        closed: false,
    }
}

fn town(scratch: Scratch) -> Place {
    let place = Place::open(scratch);
    for (area, parent, level) in [
        ("mill", "town", AreaLevel::Community),
        ("lake", "town", AreaLevel::Community),
        ("yard", "estate", AreaLevel::Community),
    ] {
        let facts = vec![
            AreaFact::Name(Named::new(area, area)).into(),
            AreaFact::Level { level }.into(),
            AreaFact::Parent { parent: Some(code(parent)) }.into(),
        ];
        place.register(Subject::area(&code(area)), facts);
    }
    let facts = vec![
        PlanFact::FacilityKind(kind("lamp", &["lamps"])).into(),
        PlanFact::FacilityKind(kind("utility", &["lamps", "water"])).into(),
        PlanFact::FacilityKind(kind("park", &[])).into(),
    ];
    place.change(Command::Record { subject: Subject::plan(&code("p")), facts, expected: None });
    place.day(TODAY, 12);
    place
}

/// Requests of a day in an area.
fn file(place: &Place, category: &str, area: &str, on: Date, count: usize) -> Vec<Code> {
    let new = |at: usize| NewRequest {
        area: Some(code(area)),
        category: Some(code(category)),
        public: true,
        at: Some(on.at(10, 0, 0, 0)),
        ..NewRequest::new(Channel::Hotline, format!("这里缺灯 {area} {category} {on} {at}"))
    };
    let all = (0..count).map(new).collect();
    let made = place.runtime.block_on(place.app.file_requests(&Actor::operator(), &code("p"), all));
    made.unwrap().into_iter().map(|made| made.code).collect()
}

fn portfolio(place: &Place, as_of: Option<Date>) -> Arc<Portfolio> {
    let asked = Asked { as_of, ..Asked::default() };
    place.runtime.block_on(place.app.portfolio(&code("p"), asked)).unwrap()
}

fn look(place: &Place, as_of: Option<Date>, reader: Reader) -> Arc<Evidence> {
    let communities = COMMUNITIES.map(code);
    let portfolio = portfolio(place, as_of);
    place.runtime.block_on(place.app.gap_evidence(&portfolio, &communities, reader)).unwrap()
}

fn requests(found: &Evidence, kind: &str) -> [Option<u64>; 3] {
    COMMUNITIES.map(|community| found.at(&code(community), &code(kind)).and_then(|held| held.requests))
}

/// Each number is that of the list it opens.
fn as_listed(place: &Place, found: &Evidence, as_of: Option<Date>) {
    let portfolio = portfolio(place, as_of);
    for (kind, categories) in &found.categories {
        for community in COMMUNITIES {
            let query = RequestQuery {
                categories: categories.clone(),
                areas: portfolio.areas_below(&code(community)),
                received_from: Some(found.from.at(0, 0, 0, 0)),
                received_to: Some(found.to.at(23, 59, 59, 0)),
                ..RequestQuery::default()
            };
            let listed = place.runtime.block_on(place.app.request_count(&code("p"), &query)).unwrap();
            assert_eq!(found.at(&code(community), kind).unwrap().requests, Some(listed.number), "{kind}");
        }
    }
}

fn requests_of_a_year_stand_beside_a_gap(scratch: Scratch) {
    let place = town(scratch);
    file(&place, "lamps", "estate", date(2020, 6, 11), 2);
    file(&place, "lamps", "estate", date(2020, 6, 10), 4);
    file(&place, "lamps", "yard", date(2021, 1, 31), 3);
    file(&place, "lamps", "yard", TODAY, 1);
    file(&place, "water", "mill", date(2020, 12, 1), 5);
    file(&place, "lamps", "town", date(2021, 2, 1), 7);
    let found = look(&place, None, Reader::Staff);
    assert_eq!((found.from, found.to), (date(2020, 6, 11), TODAY));
    assert_eq!(requests(&found, "lamp"), [Some(6), Some(0), Some(0)]);
    assert_eq!(requests(&found, "utility"), [Some(6), Some(5), Some(0)]);
    assert_eq!(requests(&found, "park"), [None; 3], "no category belongs to it");
    as_listed(&place, &found, None);
    let earlier = look(&place, Some(date(2020, 12, 15)), Reader::Staff);
    assert_eq!(requests(&earlier, "utility"), [Some(6), Some(5), Some(0)]);
    as_listed(&place, &earlier, Some(date(2020, 12, 15)));
    let now = portfolio(&place, None);
    let none = place.runtime.block_on(place.app.gap_evidence(&now, &[], Reader::Staff)).unwrap();
    assert_eq!(none.at(&code("estate"), &code("lamp")), None);
}

fn everybody_sees_what_is_published_and_no_small_number(scratch: Scratch) {
    let place = town(scratch);
    let publish = |requests: &[Code]| {
        for request in requests {
            let act = RequestAct::Publish { shown: true, reason: String::new() };
            place.act("desk", request, act).unwrap();
        }
    };
    let [estate, mill, lake] = [("estate", 12), ("mill", 6), ("lake", 8)]
        .map(|(area, count)| file(&place, "lamps", area, date(2021, 3, 3), count));
    assert_eq!(requests(&look(&place, None, Reader::Everybody), "lamp"), [Some(0); 3]);
    publish(&estate[..9]);
    publish(&mill);
    assert_eq!(requests(&look(&place, None, Reader::Everybody), "lamp"), [Some(9), Some(6), Some(0)]);
    // With the sum the small one would be known: the next larger one is not told either.
    publish(&lake[..2]);
    assert_eq!(requests(&look(&place, None, Reader::Everybody), "lamp"), [Some(9), None, None]);
    assert_eq!(requests(&look(&place, None, Reader::Staff), "lamp"), [Some(12), Some(6), Some(8)]);
}

fn no_small_number_follows_from_kinds_that_share_categories_or_from_areas_in_each_other(scratch: Scratch) {
    let place = town(scratch);
    for (category, area, count) in [
        ("lamps", "estate", 9),
        ("lamps", "mill", 6),
        ("lamps", "lake", 8),
        ("water", "estate", 2),
        ("water", "mill", 7),
        ("water", "lake", 11),
    ] {
        for request in file(&place, category, area, date(2021, 3, 3), count) {
            place.act("desk", &request, RequestAct::Publish { shown: true, reason: String::new() }).unwrap();
        }
    }
    let found = look(&place, None, Reader::Everybody);
    assert_eq!(requests(&found, "lamp"), [Some(9), Some(6), Some(8)]);
    // Eleven of both less nine of one were two of the other; so were all of the other less those of the other areas.
    assert_eq!(requests(&found, "utility"), [None, None, Some(19)]);
    assert_eq!(requests(&look(&place, None, Reader::Staff), "utility"), [Some(11), Some(13), Some(19)]);
    // The town is what lies in it and the rest: of it nothing is told, and what lies in it is told as before.
    let now = portfolio(&place, None);
    let around = ["estate", "mill", "lake", "town"].map(code);
    let ask = |reader| place.runtime.block_on(place.app.gap_evidence(&now, &around, reader)).unwrap();
    let (everybody, staff) = (ask(Reader::Everybody), ask(Reader::Staff));
    assert_eq!(requests(&everybody, "lamp"), [Some(9), Some(6), Some(8)]);
    let of_town = |found: &Evidence| found.at(&code("town"), &code("lamp")).unwrap().requests;
    assert_eq!((of_town(&everybody), of_town(&staff)), (None, Some(23)));
}

fn a_category_that_is_private_now_is_counted_for_nobody_on_an_earlier_day(scratch: Scratch) {
    let place = town(scratch);
    for request in file(&place, "lamps", "estate", date(2021, 3, 3), 9) {
        place.act("desk", &request, RequestAct::Publish { shown: true, reason: String::new() }).unwrap();
    }
    let before = date(2021, 6, 9);
    assert_eq!(requests(&look(&place, Some(before), Reader::Everybody), "lamp"), [Some(9), Some(0), Some(0)]);
    let mut lamps = portfolio(&place, None).plan.request_category("lamps").unwrap().clone();
    lamps.private = true;
    let facts = vec![PlanFact::RequestCategory(lamps).into()];
    place.change(Command::Record { subject: Subject::plan(&code("p")), facts, expected: None });
    assert!(!portfolio(&place, Some(before)).plan.request_category("lamps").unwrap().private);
    for as_of in [Some(before), None] {
        let found = look(&place, as_of, Reader::Everybody);
        assert_eq!(requests(&found, "lamp"), [None; 3], "{as_of:?}");
        assert_eq!(found.categories.get(&code("utility")), Some(&vec![code("water")]));
        assert_eq!(requests(&look(&place, as_of, Reader::Staff), "lamp")[0], Some(9));
    }
}

fn what_was_gathered_is_kept_until_something_is_recorded(scratch: Scratch) {
    let place = town(scratch);
    file(&place, "lamps", "estate", date(2021, 3, 3), 2);
    let (now, communities) = (portfolio(&place, None), COMMUNITIES.map(code));
    let ask = |communities: &[Code], reader| {
        place.runtime.block_on(place.app.gap_evidence(&now, communities, reader)).unwrap()
    };
    let staff = ask(&communities, Reader::Staff);
    assert!(Arc::ptr_eq(&staff, &ask(&communities, Reader::Staff)));
    // Nobody is told what was gathered for another reader, for other communities or on another day.
    assert_eq!(requests(&ask(&communities, Reader::Everybody), "lamp")[0], Some(0));
    assert_eq!(requests(&ask(&communities[..1], Reader::Staff), "lamp"), [Some(2), None, None]);
    file(&place, "lamps", "estate", date(2021, 3, 4), 1);
    assert_eq!(requests(&ask(&communities, Reader::Staff), "lamp")[0], Some(3));
}

fn hot_issues_are_tasks_that_several_requests_led_to(scratch: Scratch) {
    let place = town(scratch);
    let item = |name: &str, kind: ItemKind| {
        let facts = vec![
            ItemFact::Kind { kind }.into(),
            ItemFact::Name(Named::new(name, "")).into(),
            ItemFact::Received { on: TODAY }.into(),
        ];
        place.register(Subject::item(&code("p"), &code(name)), facts);
    };
    item("t-lamps", ItemKind::TrackedTask);
    item("t-one", ItemKind::TrackedTask);
    item("d-lamps", ItemKind::Directive);
    item("a-few", ItemKind::Directive);
    let link = |requests: &[Code], name: &str| {
        for request in requests {
            let to = Target::Item(code(name));
            let facts = vec![RequestFact::Link { to, held: true }.into()];
            let subject = Subject::request(&code("p"), request);
            place.change(Command::Record { subject, facts, expected: None });
        }
    };
    let estate = file(&place, "lamps", "estate", date(2021, 3, 3), 4);
    let mill = file(&place, "lamps", "mill", date(2021, 3, 4), 3);
    link(&estate[..3], "t-lamps");
    link(&mill[..1], "t-lamps");
    link(&mill[1..2], "t-one");
    link(&estate, "d-lamps");
    link(&mill[2..], "a-few");
    // Those with most first: what were beyond the most that are read were the fewest.
    let days = (date(2020, 6, 11), TODAY);
    let led = place.app.database().read(|c| c.led_counts(&code("p"), days, &[code("lamps")])).unwrap();
    let led: Vec<(&str, u64)> = led.iter().map(|held| (held.item.as_str(), held.placed.number)).collect();
    assert_eq!(led, [("d-lamps", 4), ("t-lamps", 3), ("a-few", 1), ("t-lamps", 1), ("t-one", 1)]);
    let found = look(&place, None, Reader::Staff);
    let told = |community: &str| -> Vec<(String, u64)> {
        let held = found.at(&code(community), &code("lamp")).unwrap();
        held.issues.iter().map(|held| (held.name.zh.clone(), held.requests)).collect()
    };
    assert_eq!(told("estate"), [("t-lamps".to_owned(), 3)]);
    assert_eq!(told("mill"), [("t-lamps".to_owned(), 1)]);
    assert!(told("lake").is_empty());
    let public = look(&place, None, Reader::Everybody);
    assert!(public.at(&code("estate"), &code("lamp")).unwrap().issues.is_empty(), "tasks are working papers");
    // It was no task on a day before it was put on the books.
    let before = look(&place, Some(date(2021, 3, 10)), Reader::Staff);
    assert!(before.at(&code("estate"), &code("lamp")).unwrap().issues.is_empty());
}

on_both!(
    requests_of_a_year_stand_beside_a_gap,
    everybody_sees_what_is_published_and_no_small_number,
    a_category_that_is_private_now_is_counted_for_nobody_on_an_earlier_day,
    no_small_number_follows_from_kinds_that_share_categories_or_from_areas_in_each_other,
    what_was_gathered_is_kept_until_something_is_recorded,
    hot_issues_are_tasks_that_several_requests_led_to
);
