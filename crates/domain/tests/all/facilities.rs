//! Facilities: what the rules refuse, who may record what, and on which days one serves.

use crate::commands::{How, Journal, Wish, code, plan};
use domain::area::{ALIASES_MOST, Area, AreaFact};
use domain::authorize::authorize;
use domain::boundary::Boundary;
use domain::command::Command;
use domain::facility::{
    Checked, Circle, Facility, FacilityFact, FacilityKind, FacilityStandard, FacilityStanding, Metric,
    OnSite, ReachedBy, SeenOnSite, Site, SiteBoundary,
};
use domain::fact::Fact;
use domain::history::View;
use domain::journal::Hash;
use domain::layer::{LayerDigest, LayerKind, PlaceLayer};
use domain::milestone::Aspect;
use domain::named::Named;
use domain::plan::PlanFact;
use domain::policy::{Grant, Role, Scope};
use domain::portfolio::Portfolio;
use domain::project::ProjectFact;
use domain::refusal::{Problem, Reference, Refusal};
use domain::request::Point;
use domain::source::Grade;
use domain::subject::Subject;
use jiff::civil::{Date, date};
use proptest::prelude::*;

const BEGUN: Date = date(2018, 8, 1);
const INSIDE: Point = Point { longitude: 116_320_000, latitude: 40_070_000 };

fn give(journal: &mut Journal, subject: Subject, facts: Vec<Fact>) -> Result<(), Vec<Refusal>> {
    let reason = String::new();
    let wish = Wish { subject, facts, how: How::Put, effective: BEGUN, reason, grade: Grade::Reported };
    journal.give(&wish).map(|_| ())
}

fn kind(code_: &str, unit: Option<&str>, closed: bool) -> Fact {
    PlanFact::FacilityKind(FacilityKind {
        kind: code(code_),
        order: 1,
        name: Named::new(code_, ""),
        ages: None,
        capacity_unit: unit.map(|unit| Named::new(unit, "")),
        request_categories: Vec::new(),
        least_square_metres: None,
        closed,
    })
    .into()
}

fn standard() -> FacilityStandard {
    FacilityStandard {
        standard: code("near"),
        kind: code("kindergarten"),
        name: Named::new("标准", ""),
        circle: Circle::Minutes5,
        metric: Metric::Metres,
        value: 300.into(),
        valid_from: Some(date(2018, 12, 1)),
        valid_to: None,
        url: "https://example.org/standard".into(),
        checked: Some(Checked { on: date(2020, 1, 1), by: "张三".into() }),
    }
}

/// A plan with kinds of facilities, a town with a boundary, and a project.
fn journal() -> Journal {
    let mut journal = Journal::begun();
    let kinds = vec![
        kind("kindergarten", Some("学位"), false),
        kind("playground", None, false),
        kind("bath_house", None, true),
    ];
    give(&mut journal, Subject::plan(&plan()), kinds).unwrap();
    let boundary = "POLYGON ((116.3 40.06, 116.34 40.06, 116.34 40.08, 116.3 40.08, 116.3 40.06))";
    let boundary = Boundary::parse(boundary).unwrap();
    give(&mut journal, Subject::area(&code("town")), vec![AreaFact::Boundary { boundary }.into()]).unwrap();
    let project = vec![
        ProjectFact::Name(Named::new("幼儿园", "")).into(),
        ProjectFact::Sector { sector: code("education") }.into(),
        ProjectFact::Kind { kind: code("building") }.into(),
        ProjectFact::LeadUnit { unit: code("bureau") }.into(),
        ProjectFact::Place { areas: vec![code("town")], address: String::new() }.into(),
    ];
    give(&mut journal, Subject::project(&plan(), &code("P-1")), project).unwrap();
    journal
}

fn facility() -> Subject {
    Subject::facility(&plan(), &code("F-1"))
}

fn kindergarten() -> Vec<Fact> {
    vec![
        FacilityFact::Kind { kind: code("kindergarten") }.into(),
        FacilityFact::Site(Site::wgs84(INSIDE)).into(),
        FacilityFact::Area { area: Some(code("town")) }.into(),
    ]
}

fn refused(journal: &mut Journal, facts: Vec<Fact>) -> Vec<Problem> {
    let refusals = give(journal, facility(), facts).unwrap_err();
    refusals.into_iter().map(|refusal| refusal.problem).collect()
}

#[test]
fn what_people_call_an_area_is_a_list_of_single_names() {
    let mut journal = journal();
    let town = || Subject::area(&code("town"));
    let called = |names: &[&str]| -> Vec<Fact> {
        vec![AreaFact::Aliases { names: names.iter().map(|name| (*name).to_owned()).collect() }.into()]
    };
    let held = |journal: &Journal| {
        let history = journal.history.get(&town()).unwrap();
        Area::at(&code("town"), history.visible::<AreaFact>(View::ALL)).aliases
    };
    // Whoever recorded an area before said nothing of it.
    assert!(held(&journal).is_empty());
    give(&mut journal, town(), called(&["老镇", "Old Town"])).unwrap();
    assert_eq!(held(&journal), ["老镇", "Old Town"]);
    let many: Vec<String> = (0..=ALIASES_MOST).map(|at| format!("老镇{at}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for (names, problem) in [
        (&["老镇", "老镇"][..], Problem::Twice),
        (&[""], Problem::Empty),
        (&["老镇、镇上"], Problem::NotOneName),
        (&["老镇\n镇上"], Problem::NotOneName),
        (&[" 老镇"], Problem::NotOneName),
        (&["老\u{7}镇"], Problem::ControlCharacter),
        (&[&"老".repeat(201)], Problem::TooLong { max: 200, found: 201 }),
        (&many, Problem::TooMany(ALIASES_MOST)),
    ] {
        let refusals = give(&mut journal, town(), called(names)).unwrap_err();
        let problems: Vec<(&str, &Problem)> =
            refusals.iter().map(|it| (it.field.as_str(), &it.problem)).collect();
        assert_eq!(problems, [("aliases", &problem)], "{names:?}");
    }
    give(&mut journal, town(), called(&many[..ALIASES_MOST])).unwrap();
    give(&mut journal, town(), called(&[])).unwrap();
    assert!(held(&journal).is_empty());
    let written = serde_json::to_string(&AreaFact::Aliases { names: vec!["老镇".into()] }).unwrap();
    assert_eq!(written, r#"{"aliases":{"names":["老镇"]}}"#);
}

#[test]
fn a_facility_needs_a_kind_and_a_place_and_no_name() {
    let mut journal = journal();
    assert_eq!(
        refused(&mut journal, vec![FacilityFact::Name(Named::new("一", "")).into()]),
        [Problem::Missing("facility_kind"), Problem::Missing("site")]
    );
    give(&mut journal, facility(), kindergarten()).unwrap();
    let portfolio = Portfolio::at(&journal.history, &plan(), View::as_of(BEGUN)).unwrap();
    let held = portfolio.facility("F-1").unwrap();
    assert_eq!(held.name, None);
    assert_eq!(portfolio.standing_of(held), FacilityStanding::Open);
}

#[test]
fn what_cannot_be_is_refused() {
    let mut journal = journal();
    let with = |fact: FacilityFact| {
        let fact = Fact::from(fact);
        let mut facts = kindergarten();
        facts.retain(|held| held.slot() != fact.slot());
        facts.push(fact);
        facts
    };
    let unknown = Problem::UnknownReference { what: Reference::FacilityKind, code: code("school") };
    assert_eq!(refused(&mut journal, with(FacilityFact::Kind { kind: code("school") })), [unknown]);
    let closed = Problem::KindClosed(code("bath_house"));
    assert_eq!(refused(&mut journal, with(FacilityFact::Kind { kind: code("bath_house") })), [closed]);
    let at = |longitude, latitude| FacilityFact::Site(Site::wgs84(Point { longitude, latitude }));
    // Longitude and latitude swapped; in the sea; no place on earth.
    for site in [at(40_070_000, 80_320_000), at(121_000_000, 38_900_000)] {
        let found = refused(&mut journal, with(site));
        assert!(matches!(&found[..], [Problem::OutsideArea { metres: 100_000.., .. }]), "{found:?}");
    }
    assert!(refused(&mut journal, with(at(40_070_000, 116_320_000))).contains(&Problem::BadPoint));
    // Boundaries are drawn roughly: next to one is as good as inside.
    give(&mut journal, facility(), with(at(116_347_000, 40_070_000))).unwrap();

    let mut period = kindergarten();
    period.push(FacilityFact::Opens { on: Some(date(2020, 9, 1)) }.into());
    period.push(FacilityFact::Closes { on: Some(date(2020, 9, 1)) }.into());
    assert_eq!(refused(&mut journal, period), [Problem::PeriodOrder, Problem::PeriodOrder][..1]);
    let mut places = with(FacilityFact::Kind { kind: code("playground") });
    places.push(FacilityFact::Capacity { amount: Some(90) }.into());
    assert_eq!(refused(&mut journal, places), [Problem::NoCapacity(code("playground"))]);
}

#[test]
fn what_is_withdrawn_leaves_no_half_of_a_facility() {
    let mut journal = journal();
    give(&mut journal, facility(), kindergarten()).unwrap();
    give(&mut journal, facility(), vec![FacilityFact::Capacity { amount: Some(90) }.into()]).unwrap();
    let correct = |back, facts| Wish {
        subject: facility(),
        facts,
        how: How::Correct(back),
        effective: BEGUN,
        reason: "wrong".into(),
        grade: Grade::Reported,
    };
    let refusals = journal.give(&correct(1, vec![])).unwrap_err();
    assert!(refusals.iter().any(|it| it.problem == Problem::Missing("facility_kind")), "{refusals:?}");
    journal.give(&correct(0, vec![])).unwrap();
    let held = Facility::at(journal.history.get(&facility()).unwrap(), View::ALL).unwrap();
    assert_eq!(held.capacity, None);
}

fn seen(by: &str, on: Date, capacity: bool) -> SeenOnSite {
    SeenOnSite { on, by: by.into(), capacity }
}

#[test]
fn what_was_seen_on_site_lapses_when_place_or_kind_changes_after_it() {
    let mut journal = journal();
    give(&mut journal, facility(), kindergarten()).unwrap();
    let on = date(2019, 5, 6);
    let say = |journal: &mut Journal, facts: Vec<FacilityFact>, effective| {
        let facts = facts.into_iter().map(Fact::from).collect();
        let reason = String::new();
        journal.give(&Wish {
            subject: facility(),
            facts,
            how: How::Put,
            effective,
            reason,
            grade: Grade::Reported,
        })
    };
    let held = |journal: &Journal, day| {
        Facility::at(journal.history.get(&facility()).unwrap(), View::as_of(day)).unwrap().on_site
    };
    assert_eq!(held(&journal, on), OnSite::Never);
    let marked = FacilityFact::OnSite { seen: Some(seen("张三", on, false)) };
    say(&mut journal, vec![marked.clone()], on).unwrap();
    assert_eq!(held(&journal, on), OnSite::Seen(seen("张三", on, false)));
    assert_eq!(held(&journal, BEGUN), OnSite::Never);

    // What is neither place nor kind leaves the mark; a capacity that is said later was not counted then.
    say(&mut journal, vec![FacilityFact::Capacity { amount: Some(90) }], on).unwrap();
    let counted = FacilityFact::OnSite { seen: Some(seen("李四", on, true)) };
    say(&mut journal, vec![counted], on).unwrap();
    assert_eq!(held(&journal, on), OnSite::Seen(seen("李四", on, true)));
    say(&mut journal, vec![FacilityFact::Capacity { amount: Some(80) }], on).unwrap();
    assert_eq!(held(&journal, on), OnSite::Seen(seen("李四", on, false)));

    // A move that takes effect later lapses it from then on, and so does a kind that is said otherwise.
    let moved = Point { latitude: INSIDE.latitude + 900, ..INSIDE };
    let later = date(2019, 8, 1);
    say(&mut journal, vec![FacilityFact::Site(Site::wgs84(moved))], later).unwrap();
    assert!(held(&journal, on).is_seen());
    assert_eq!(held(&journal, later), OnSite::Lapsed(seen("李四", on, false)));
    // Corrected and seen in one go, it is seen.
    let again = Point { latitude: INSIDE.latitude + 800, ..INSIDE };
    let both = vec![
        FacilityFact::Site(Site::wgs84(again)),
        FacilityFact::OnSite { seen: Some(seen("王五", later, false)) },
    ];
    say(&mut journal, both, later).unwrap();
    assert!(held(&journal, later).is_seen());
    say(&mut journal, vec![FacilityFact::OnSite { seen: None }], later).unwrap();
    assert_eq!(held(&journal, later), OnSite::Never);

    let future = say(
        &mut journal,
        vec![FacilityFact::OnSite { seen: Some(seen("", date(2999, 1, 1), false)) }],
        later,
    );
    let problems: Vec<Problem> = future.unwrap_err().into_iter().map(|it| it.problem).collect();
    assert!(matches!(problems[..], [Problem::Future { .. }, Problem::Empty]), "{problems:?}");
    let mut bare = kindergarten();
    bare.push(FacilityFact::OnSite { seen: Some(seen("张三", BEGUN, true)) }.into());
    let other = Subject::facility(&plan(), &code("F-2"));
    let refusals = give(&mut journal, other, bare).unwrap_err();
    assert_eq!(refusals.into_iter().map(|it| it.problem).collect::<Vec<_>>(), [Problem::Missing("capacity")]);
}

#[test]
fn a_visit_before_a_change_says_nothing_of_what_is_there_since() {
    let mut journal = journal();
    let mut whole = kindergarten();
    whole.push(FacilityFact::Capacity { amount: Some(90) }.into());
    give(&mut journal, facility(), whole).unwrap();
    let say = |journal: &mut Journal, facts: Vec<FacilityFact>, effective| {
        let facts = facts.into_iter().map(Fact::from).collect();
        let reason = String::new();
        let how = How::Put;
        let wish = Wish { subject: facility(), facts, how, effective, reason, grade: Grade::Reported };
        let given = journal.give(&wish).map(|_| ());
        given.map_err(|refusals| refusals.into_iter().map(|it| it.problem).collect::<Vec<_>>())
    };
    let marked = |on, capacity| FacilityFact::OnSite { seen: Some(seen("张三", on, capacity)) };
    let (before, moved, after) = (date(2019, 5, 1), date(2019, 6, 1), date(2019, 7, 1));
    // What holds from the day it was registered may have been seen before that.
    say(&mut journal, vec![marked(date(2018, 7, 1), true)], BEGUN).unwrap();
    let elsewhere = Point { latitude: INSIDE.latitude + 900, ..INSIDE };
    say(&mut journal, vec![FacilityFact::Site(Site::wgs84(elsewhere))], moved).unwrap();
    let late = Err(vec![Problem::ChangedSince { from: moved }]);
    assert_eq!(say(&mut journal, vec![marked(before, false)], after), late);
    // Of the days before the move it says something.
    assert_eq!(say(&mut journal, vec![marked(before, false)], before), Ok(()));
    assert_eq!(say(&mut journal, vec![marked(moved, false)], after), Ok(()));
    // A capacity that changed matters to who counted it.
    say(&mut journal, vec![FacilityFact::Capacity { amount: Some(60) }], after).unwrap();
    let late = Err(vec![Problem::ChangedSince { from: after }]);
    assert_eq!(say(&mut journal, vec![marked(moved, true)], after), late);
    assert_eq!(say(&mut journal, vec![marked(moved, false)], after), Ok(()));
}

#[test]
fn a_layer_is_withdrawn_from_a_day_on_which_it_is_in_force() {
    let mut journal = journal();
    let layer = |held| PlanFact::Layer { layer: LayerKind::Network, held };
    let ways = |digest| PlaceLayer {
        digest: LayerDigest(Hash([digest; 32])),
        name: Named::new("路网", ""),
        count: 1,
        links: None,
        people: None,
        licence: String::new(),
    };
    let say = |journal: &mut Journal, held, effective| {
        let (subject, facts) = (Subject::plan(&plan()), vec![layer(held).into()]);
        let reason = String::new();
        let how = How::Put;
        let given = journal.give(&Wish { subject, facts, how, effective, reason, grade: Grade::Reported });
        given.map(|_| ()).map_err(|refusals| refusals.into_iter().map(|it| it.problem).collect::<Vec<_>>())
    };
    let (first, second) = (date(2019, 1, 1), date(2019, 6, 1));
    assert_eq!(say(&mut journal, None, first), Err(vec![Problem::NoLayer]));
    say(&mut journal, Some(ways(1)), first).unwrap();
    let early = |from| Err(vec![Problem::LayerBegins { from }]);
    assert_eq!(say(&mut journal, None, BEGUN), early(first));
    say(&mut journal, Some(ways(2)), second).unwrap();
    assert_eq!(say(&mut journal, None, date(2019, 3, 1)), early(second));
    assert_eq!(say(&mut journal, None, second), Ok(()));
    let layers = |day| {
        let portfolio = Portfolio::at(&journal.history, &plan(), View::as_of(day)).unwrap();
        portfolio.plan.layers.get(&LayerKind::Network).map(|held| held.layer.digest)
    };
    assert_eq!(layers(date(2019, 5, 31)), Some(ways(1).digest));
    assert_eq!(layers(second), None);
}

#[test]
fn standards_are_sound_and_checked_only_against_a_text() {
    let mut journal = journal();
    let mut try_it = |held: FacilityStandard| {
        let fact = PlanFact::FacilityStandard(held).into();
        give(&mut journal, Subject::plan(&plan()), vec![fact])
            .map_err(|refusals| refusals.into_iter().map(|it| it.problem).collect::<Vec<_>>())
    };
    let sound = standard();
    assert!(sound.is_checked());
    assert_eq!(try_it(sound.clone()), Ok(()));
    let text = String::new();
    let unread = FacilityStandard { url: text, ..sound.clone() };
    assert!(!unread.is_checked());
    assert_eq!(try_it(unread), Err(vec![Problem::Missing("source_url")]));
    let nothing = FacilityStandard { value: 0.into(), ..sound.clone() };
    assert_eq!(try_it(nothing), Err(vec![Problem::NotAboveZero]));
    let backwards = FacilityStandard { valid_to: Some(date(2018, 12, 1)), ..sound.clone() };
    assert_eq!(try_it(backwards), Err(vec![Problem::PeriodOrder]));
    let early = Checked { on: date(2999, 1, 1), by: "张三".into() };
    let early = try_it(FacilityStandard { checked: Some(early), ..sound }).unwrap_err();
    assert!(matches!(early[..], [Problem::Future { .. }]));
    let portfolio = Portfolio::at(&journal.history, &plan(), View::ALL).unwrap();
    let count = |day| portfolio.plan.standards_of("kindergarten", day).count();
    assert_eq!([count(date(2018, 11, 30)), count(date(2018, 12, 1))], [0, 1]);
}

#[test]
fn facilities_are_the_business_of_their_area_and_of_who_leads_their_project() {
    let mut journal = journal();
    let may = |journal: &Journal, role, scope, facts: Vec<Fact>| {
        let grants = [Grant { role, scope }];
        let command = Command::Put { subject: facility(), facts };
        authorize(&grants, &command, &journal.history).is_ok()
    };
    let town = || Scope::Area(code("town"));
    let bureau = || Scope::Unit(code("bureau"));
    let mut of_project = kindergarten();
    of_project.push(FacilityFact::Project { project: Some(code("P-1")) }.into());
    let mut nowhere = kindergarten();
    nowhere.retain(|fact| fact.slot() != "area");
    for _ in ["to be registered", "on the books"] {
        assert!(may(&journal, Role::Subdistrict, town(), kindergarten()));
        assert!(may(&journal, Role::DistrictTaskForce, Scope::Area(code("district")), kindergarten()));
        assert!(!may(&journal, Role::Subdistrict, Scope::Area(code("elsewhere")), kindergarten()));
        assert!(!may(&journal, Role::Community, town(), kindergarten()));
        give(&mut journal, facility(), of_project.clone()).unwrap();
        assert!(may(&journal, Role::Department, bureau(), of_project.clone()));
    }
    let journal = self::journal();
    assert!(!may(&journal, Role::Department, bureau(), kindergarten()));
    // Without a word about its area it lies in the one that is drawn around it.
    assert!(may(&journal, Role::Subdistrict, town(), nowhere.clone()));
    nowhere.retain(|fact| fact.slot() != "site");
    let beyond = Point { longitude: 116_400_000, ..INSIDE };
    nowhere.push(FacilityFact::Site(Site::wgs84(beyond)).into());
    assert!(!may(&journal, Role::Subdistrict, town(), nowhere.clone()));
    nowhere.push(FacilityFact::Project { project: Some(code("P-1")) }.into());
    assert!(may(&journal, Role::Subdistrict, town(), nowhere));
}

proptest! {
    /// It serves from the day it opens, or from its project's use, to the day before it closes.
    #[test]
    fn a_facility_serves_on_the_days_between(
        opens in prop::option::of(0i32..900),
        closes in prop::option::of(901i32..1_800),
        in_use in prop::option::of(0i32..900),
        of_project in any::<bool>(),
        day in 0i32..2_000,
    ) {
        let on = |days: i32| BEGUN.saturating_add(jiff::Span::new().days(days));
        let mut journal = journal();
        let mut facts = kindergarten();
        facts.extend(opens.map(|it| FacilityFact::Opens { on: Some(on(it)) }.into()));
        facts.extend(closes.map(|it| FacilityFact::Closes { on: Some(on(it)) }.into()));
        facts.extend(of_project.then(|| FacilityFact::Project { project: Some(code("P-1")) }.into()));
        give(&mut journal, facility(), facts).unwrap();
        if let Some(in_use) = in_use {
            let fact = ProjectFact::Milestone {
                aspect: Aspect::Actual,
                part: None,
                step: code("in_use"),
                date: Some(on(in_use).to_string().parse().unwrap()),
                cause: None,
            };
            give(&mut journal, Subject::project(&plan(), &code("P-1")), vec![fact.into()]).unwrap();
        }
        let portfolio = Portfolio::at(&journal.history, &plan(), View::as_of(on(day))).unwrap();
        let held = portfolio.facility("F-1").unwrap();
        let begins = match (opens, of_project, in_use) {
            (Some(opens), ..) => Some(opens),
            (None, true, in_use) => in_use,
            (None, false, _) => Some(0),
        };
        let expected = if closes.is_some_and(|closes| day >= closes) {
            FacilityStanding::Closed
        } else if begins.is_some_and(|begins| day >= begins) {
            FacilityStanding::Open
        } else {
            FacilityStanding::Planned
        };
        prop_assert_eq!(portfolio.standing_of(held), expected);
        // Without a word on its area, the boundary tells.
        let unstated = Facility { area: None, ..held.clone() };
        prop_assert_eq!(portfolio.area_of(&unstated).map(|area| area.code.as_str()), Some("town"));
    }
}

#[test]
fn boundary_and_entrances_lie_together_and_tell_where_a_facility_is_reached() {
    let mut journal = journal();
    give(&mut journal, facility(), kindergarten()).unwrap();
    let held = |journal: &Journal| {
        let portfolio = Portfolio::at(&journal.history, &plan(), View::as_of(BEGUN)).unwrap();
        portfolio.facility("F-1").unwrap().clone()
    };
    assert_eq!(held(&journal).reached_by(), Some(ReachedBy::Point));
    let drawn = |text: &str| {
        let boundary = SiteBoundary::wgs84(Boundary::parse(text).unwrap());
        FacilityFact::Boundary { boundary: Some(boundary) }.into()
    };
    let entrances = |points: &[(i32, i32)]| {
        let at = points
            .iter()
            .map(|(longitude, latitude)| Site::wgs84(Point { longitude: *longitude, latitude: *latitude }));
        FacilityFact::Entrances { at: at.collect() }.into()
    };
    let square = "POLYGON ((116.318 40.068, 116.322 40.068, 116.322 40.072, 116.318 40.072, 116.318 40.068))";
    let bow = "POLYGON ((116.318 40.068, 116.322 40.072, 116.322 40.068, 116.318 40.072, 116.318 40.068))";
    assert_eq!(refused(&mut journal, vec![drawn(bow)]), [Problem::CrossesItself]);
    // A boundary somewhere else, and a gate of another facility; without a boundary a gate may be farther away.
    let elsewhere = square.replace("40.0", "40.1");
    let found = refused(&mut journal, vec![drawn(&elsewhere)]);
    assert!(matches!(found[..], [Problem::FarFromSite { metres: 10_000..12_000, most: 200 }]), "{found:?}");
    give(&mut journal, facility(), vec![entrances(&[(116_328_000, 40_070_000)])]).unwrap();
    let found = refused(&mut journal, vec![drawn(square)]);
    assert!(matches!(found[..], [Problem::FarFromSite { metres: 500..520, most: 200 }]), "{found:?}");
    give(&mut journal, facility(), vec![entrances(&[])]).unwrap();
    give(&mut journal, facility(), vec![drawn(square)]).unwrap();
    assert_eq!(held(&journal).reached_by(), Some(ReachedBy::Boundary));
    let gates = [(116_318_000, 40_070_000), (116_322_500, 40_071_000)];
    give(&mut journal, facility(), vec![entrances(&gates)]).unwrap();
    assert_eq!(held(&journal).reached_by(), Some(ReachedBy::Entrances));
    // Where it is moved to has to fit as well.
    let away = FacilityFact::Site(Site::wgs84(Point { longitude: 116_330_000, latitude: 40_070_000 })).into();
    let found = refused(&mut journal, vec![away]);
    assert!(matches!(found[..], [Problem::FarFromSite { .. }]), "{found:?}");
    let many: Vec<(i32, i32)> = (0..101).map(|at| (116_318_000 + at, 40_070_000)).collect();
    assert_eq!(refused(&mut journal, vec![entrances(&many)]), [Problem::TooMany(100)]);
    let off = entrances(&[(116_318_000, 91_000_000)]);
    assert!(refused(&mut journal, vec![off]).contains(&Problem::BadPoint));
    // Areas cross themselves as little.
    let boundary = Boundary::parse(bow).unwrap();
    let area = give(&mut journal, Subject::area(&code("town")), vec![AreaFact::Boundary { boundary }.into()]);
    assert!(area.unwrap_err().iter().any(|refusal| refusal.problem == Problem::CrossesItself));
    // The word is taken back.
    give(&mut journal, facility(), vec![entrances(&[])]).unwrap();
    give(&mut journal, facility(), vec![FacilityFact::Boundary { boundary: None }.into()]).unwrap();
    assert_eq!(held(&journal).reached_by(), Some(ReachedBy::Point));
}
