//! Links of a plan: what the rules refuse, and on which days people walk over one.

use crate::commands::{How, Journal, Wish, code, plan};
use domain::facility::{FacilityStanding, Site};
use domain::history::View;
use domain::link::{EndsSeen, LinkForm, NewLink};
use domain::milestone::Aspect;
use domain::named::Named;
use domain::plan::PlanFact;
use domain::portfolio::Portfolio;
use domain::project::ProjectFact;
use domain::refusal::{Problem, Reference, Refusal};
use domain::request::Point;
use domain::source::Grade;
use domain::subject::Subject;
use jiff::civil::{Date, date};

const BEGUN: Date = date(2018, 8, 1);

fn at(longitude: i32) -> Site {
    Site::wgs84(Point { longitude, latitude: 40_070_000 })
}

/// A bridge of some 170 m.
fn bridge() -> NewLink {
    NewLink {
        name: Named::new("东桥", "East bridge"),
        form: LinkForm::Bridge,
        ends: [at(116_320_000), at(116_322_000)],
        metres: None,
        opens: None,
        closes: None,
        project: None,
        seen: None,
    }
}

fn give(journal: &mut Journal, on: Date, held: Option<NewLink>) -> Result<(), Vec<Refusal>> {
    let facts = vec![PlanFact::Link { link: code("L-1"), held }.into()];
    let (subject, reason) = (Subject::plan(&plan()), String::new());
    let wish = Wish { subject, facts, how: How::Put, effective: on, reason, grade: Grade::Reported };
    journal.give(&wish).map(|_| ())
}

fn problems(link: NewLink) -> Vec<Problem> {
    let refusals = give(&mut Journal::begun(), BEGUN, Some(link)).err().unwrap_or_default();
    refusals.into_iter().map(|refusal| refusal.problem).collect()
}

fn on(journal: &Journal, day: Date) -> Portfolio {
    Portfolio::at(&journal.history, &plan(), View::as_of(day)).unwrap()
}

#[test]
fn what_a_link_cannot_be() {
    assert_eq!(problems(bridge()), []);
    let same = NewLink { ends: [at(116_320_000), at(116_320_000)], ..bridge() };
    assert_eq!(problems(same), [Problem::SamePlace]);
    let far = NewLink { ends: [at(116_320_000), at(116_390_000)], ..bridge() };
    assert!(matches!(problems(far)[..], [Problem::EndsApart { metres: 5_900..6_000, most: 5_000 }]));
    let off = NewLink { ends: [at(116_320_000), at(181_000_000)], ..bridge() };
    assert_eq!(problems(off), [Problem::BadPoint]);
    let short = NewLink { metres: Some(160), ..bridge() };
    assert_eq!(problems(short), [Problem::ShorterThanStraight { metres: 170 }]);
    assert_eq!(problems(NewLink { metres: Some(170), ..bridge() }), []);
    let long = NewLink { metres: Some(10_001), ..bridge() };
    assert_eq!(problems(long), [Problem::EndsApart { metres: 10_001, most: 10_000 }]);
    let day = Some(date(2020, 1, 1));
    assert_eq!(problems(NewLink { opens: day, closes: day, ..bridge() }), [Problem::PeriodOrder]);
    let nobodys = NewLink { project: Some(code("P-9")), ..bridge() };
    assert_eq!(
        problems(nobodys),
        [Problem::UnknownReference { what: Reference::Project, code: code("P-9") }]
    );
    let seen = Some(EndsSeen { on: date(2999, 1, 1), by: String::new() });
    assert!(matches!(problems(NewLink { seen, ..bridge() })[..], [Problem::Future { .. }, Problem::Empty]));
}

#[test]
fn a_link_opens_on_its_day_or_with_its_project_and_never_by_itself() {
    let mut journal = Journal::begun();
    let project = Subject::project(&plan(), &code("P-1"));
    let facts = vec![
        ProjectFact::Name(Named::new("桥", "")).into(),
        ProjectFact::Sector { sector: code("education") }.into(),
        ProjectFact::Kind { kind: code("building") }.into(),
        ProjectFact::LeadUnit { unit: code("bureau") }.into(),
    ];
    let wish = |facts, effective| Wish {
        subject: project.clone(),
        facts,
        how: How::Put,
        effective,
        reason: String::new(),
        grade: Grade::Reported,
    };
    journal.give(&wish(facts, BEGUN)).unwrap();
    let standing = |journal: &Journal, day: Date| {
        let portfolio = on(journal, day);
        portfolio.plan.link("L-1").map(|held| portfolio.link_standing(&held.link))
    };
    let later = date(2024, 6, 1);

    give(&mut journal, BEGUN, Some(bridge())).unwrap();
    assert_eq!(standing(&journal, later), Some(FacilityStanding::Planned), "nobody said that it opens");
    let of_project = NewLink { project: Some(code("P-1")), ..bridge() };
    give(&mut journal, BEGUN, Some(of_project.clone())).unwrap();
    assert_eq!(standing(&journal, later), Some(FacilityStanding::Planned), "its project is not in use");
    let used = ProjectFact::Milestone {
        step: code("in_use"),
        part: None,
        aspect: Aspect::Actual,
        date: Some(date(2021, 5, 1).into()),
        cause: None,
    };
    journal.give(&wish(vec![used.into()], date(2021, 5, 1))).unwrap();
    assert_eq!(standing(&journal, date(2021, 4, 30)), Some(FacilityStanding::Planned));
    assert_eq!(standing(&journal, date(2021, 5, 1)), Some(FacilityStanding::Open));
    // A stated day wins.
    let stated = NewLink { opens: Some(date(2022, 1, 1)), closes: Some(date(2023, 1, 1)), ..of_project };
    give(&mut journal, BEGUN, Some(stated)).unwrap();
    let told =
        [date(2021, 12, 31), date(2022, 1, 1), date(2023, 1, 1)].map(|day| standing(&journal, day).unwrap());
    assert_eq!(told, [FacilityStanding::Planned, FacilityStanding::Open, FacilityStanding::Closed]);
    // Withdrawn from a day on, it was there before.
    give(&mut journal, date(2022, 6, 1), None).unwrap();
    assert_eq!(standing(&journal, date(2022, 5, 31)), Some(FacilityStanding::Open));
    assert_eq!(standing(&journal, date(2022, 6, 1)), None);
    let again = give(&mut Journal::begun(), BEGUN, None).unwrap_err();
    assert_eq!(again[0].problem, Problem::UnknownReference { what: Reference::Link, code: code("L-1") });
}

#[test]
fn who_saw_the_earlier_ends_has_not_seen_the_new_ones() {
    let mut journal = Journal::begun();
    let seen = Some(EndsSeen { on: date(2019, 3, 1), by: "街道".into() });
    give(&mut journal, BEGUN, Some(NewLink { seen: seen.clone(), ..bridge() })).unwrap();
    let moved = NewLink { ends: [at(116_320_000), at(116_323_000)], seen, ..bridge() };
    let found = give(&mut journal, date(2020, 1, 1), Some(moved.clone())).unwrap_err();
    assert_eq!(found[0].problem, Problem::ChangedSince { from: date(2020, 1, 1) });
    let seen = Some(EndsSeen { on: date(2020, 1, 2), by: "街道".into() });
    give(&mut journal, date(2020, 1, 1), Some(NewLink { seen, ..moved })).unwrap();
}
