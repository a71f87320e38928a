//! Every number of the three rates opens the requests that it was counted from: by whatever lines, as of whatever day, as
//! known whenever, and of what was published.

use std::collections::BTreeSet;

use app::Actor;
use app::read::Asked;
use app::request::{BehindNumber, NewRequest, RateNumber, RateQuestion, RatesBy, RequestAct, RequestPaging};
use domain::command::Command;
use domain::plan::PlanFact;
use domain::request::query::RequestQuery;
use domain::request::rate::{RateFormula, RateSide, Unreached};
use domain::request::{CallWay, RequestStep, Satisfaction, Solved};
use domain::source::Source;
use domain::subject::Subject;
use jiff::civil::{Date, date};
use scratch::Scratch;

use crate::place::{FIRST, Place, code, formula, judged, new, step};

const MARCH: (Date, Date) = (date(2019, 3, 1), date(2019, 3, 31));

/// A page of the requests behind a number.
fn page(place: &Place, number: &RateNumber, asked: Asked, paging: &RequestPaging) -> Option<BehindNumber> {
    let (plan, besides) = (code("p"), RequestQuery::default());
    place.runtime.block_on(place.app.requests_behind(&plan, number, besides, asked, paging)).unwrap()
}

/// All requests behind a number, page by page, and how many there are said to be.
fn behind(place: &Place, number: &RateNumber, asked: Asked) -> (u64, BTreeSet<String>) {
    let mut codes = BTreeSet::new();
    let mut paging = RequestPaging { limit: 2, ..RequestPaging::default() };
    loop {
        let found = page(place, number, asked, &paging).expect("a number").found;
        for row in &found.page.rows {
            assert!(codes.insert(row.code.to_string()), "{} twice", row.code);
        }
        paging.after = found.page.next;
        if paging.after.is_none() {
            assert!(!found.total.more);
            return (found.total.number, codes);
        }
    }
}

/// Holds every number of the page against the list that it opens; the names of the lines.
fn every_number_opens_its_requests(
    place: &Place,
    question: RateQuestion,
    asked: Asked,
) -> Vec<(String, u64)> {
    let found = place.runtime.block_on(place.app.request_rates(&code("p"), question, asked)).unwrap();
    let found = found.expect("a formula");
    let by = found.formula.counting();
    let lines = found.lines.iter().map(|line| (Some((question.by, line.group.clone())), line));
    for (line, held) in lines.chain([(None, &found.all)]) {
        for side in RateSide::ALL {
            let (from, to) = (question.from, question.to);
            let number = RateNumber { from, to, line: line.clone(), side, issue: None };
            let (total, codes) = behind(place, &number, asked);
            assert_eq!(total, codes.len() as u64, "{number:?}");
            if let Some(count) = held.rates.tally.on(side, &by) {
                assert_eq!(total, count, "{number:?}: {codes:?}");
            }
        }
    }
    found.lines.iter().map(|line| (line.group.clone(), line.rates.tally.due)).collect()
}

/// By whatever the lines of March are made.
fn every_line_opens_its_requests(place: &Place, asked: Asked) -> [Vec<(String, u64)>; 4] {
    RatesBy::ALL.map(|by| every_number_opens_its_requests(place, march(by), asked))
}

fn march(by: RatesBy) -> RateQuestion {
    RateQuestion { from: MARCH.0, to: MARCH.1, by }
}

/// A request about which all is said that may be.
fn answered(place: &Place, new: NewRequest, verdict: Option<(Solved, Satisfaction)>, late: bool) {
    let secret = new.secret.clone();
    let request = place.file(new.clone());
    if new.category.is_none() || new.area.is_none() {
        let (step, unit, reason) = (RequestStep::Assign, code("town-office"), String::new());
        place.act("desk", &request, RequestAct::Give { step, unit, reason }).unwrap();
    }
    place.act("town", &request, step(RequestStep::Accept)).unwrap();
    if !late {
        place
            .act("town", &request, RequestAct::Contact { way: CallWay::Phone, text: String::new() })
            .unwrap();
    }
    place.act("town", &request, RequestAct::Answer { text: "已换灯".into() }).unwrap();
    if let Some((solved, satisfaction)) = verdict {
        place.by_link(&secret, judged(solved, satisfaction, "说明")).unwrap();
    }
}

/// A town with requests of a week, in communities, in the town alone, and nobody knows where; of one category and of none.
fn fill(place: &Place) {
    use Satisfaction::{BasicallySatisfied, Dissatisfied, Satisfied, VerySatisfied};
    let verdicts = [
        Some((Solved::Yes, VerySatisfied)),
        Some((Solved::Partly, Satisfied)),
        Some((Solved::Yes, BasicallySatisfied)),
        Some((Solved::No, Dissatisfied)),
        None,
    ];
    for (at, verdict) in (0..15).zip(verdicts.iter().cycle()) {
        place.day(FIRST.saturating_add(jiff::Span::new().days(i64::from(at) / 2)), 9);
        let secret = format!("{at:043}");
        let mut new = new(&format!("路灯不亮 {at}"), &secret);
        new.area = [Some("estate"), Some("town"), None][at as usize % 3].map(code);
        new.category = Some(code("lamps")).filter(|_| at % 4 != 3);
        if new.category.is_none() {
            new.text = format!("说不清的事情 {at}");
        }
        answered(place, new, *verdict, at % 5 == 1);
    }
}

fn numbers_are_those_of_their_lists(scratch: Scratch) {
    let place = Place::open(scratch);
    fill(&place);
    place.day(date(2019, 3, 15), 9);
    let known = Asked { as_of: None, known_at: Some(place.clock_now()) };
    let early = Asked { as_of: Some(date(2019, 3, 14)), known_at: None };
    let before = every_line_opens_its_requests(&place, known);
    // The limits of the last days have not run out yet.
    let [units, ..] = every_line_opens_its_requests(&place, Asked::default());
    let [earlier, ..] = every_line_opens_its_requests(&place, early);
    assert!(earlier[0].1 < units[0].1, "{earlier:?} {units:?}");
    // What is said later changes what is known then of nothing.
    place.day(date(2019, 3, 20), 9);
    let moved = place.found(&RequestQuery { text: "路灯不亮 2".into(), ..RequestQuery::default() });
    for request in moved {
        let act =
            RequestAct::Categorise { category: code("water"), urgency: domain::request::Urgency::Ordinary };
        place.act("desk", &code(&request), act).unwrap();
        let act = RequestAct::AskExclusion {
            ground: domain::request::ExclusionGround::Ended,
            reason: "终结".into(),
            unit: code("town-office"),
        };
        place.act("town", &code(&request), act).unwrap();
        let act = RequestAct::DecideExclusion { granted: true, note: "同意".into(), parts: None };
        place.act("office", &code(&request), act).unwrap();
    }
    let last = &format!("{:043}", 14);
    place.by_link(last, judged(Solved::No, Satisfaction::VeryDissatisfied, "没有修好")).unwrap();
    let after = every_line_opens_its_requests(&place, known);
    // The fold is that of the day of the moment, on which all that was due by then is due.
    assert_eq!(before.map(|lines| lines.len()), after.map(|lines| lines.len()));
    every_line_opens_its_requests(&place, Asked::default());
    // A formula with levels of its own, in which whoever was not reached says no.
    let formula = RateFormula {
        version: code("v2"),
        from: date(2019, 3, 1),
        satisfied: vec![Satisfaction::VerySatisfied, Satisfaction::BasicallySatisfied],
        unreached: Unreached::CountAsNo,
        ..formula()
    };
    let facts = vec![PlanFact::RateFormula(formula).into()];
    place.change(Command::Record { subject: Subject::plan(&code("p")), facts, expected: None });
    for asked in [Asked::default(), known, early] {
        every_line_opens_its_requests(&place, asked);
    }
}

fn areas_stand_beside_those_of_their_level(scratch: Scratch) {
    let place = Place::open(scratch);
    fill(&place);
    place.day(date(2019, 4, 2), 9);
    let lines = |by| every_number_opens_its_requests(&place, march(by), Asked::default());
    let named = |name: &str, due| (name.to_owned(), due);
    // A subdistrict has all of its communities; what nobody put into any stands apart, and is not ranked.
    assert_eq!(lines(RatesBy::Subdistrict), [named("town", 10), named("", 5)]);
    assert_eq!(lines(RatesBy::Community), [named("estate", 5), named("", 10)]);
    let community = march(RatesBy::Community);
    let found = place.runtime.block_on(place.app.request_rates(&code("p"), community, Asked::default()));
    let found = found.unwrap().unwrap();
    let ranks: Vec<Option<usize>> = found.lines.iter().map(|line| line.rank).collect();
    assert_eq!(ranks, [Some(1), None]);
    let open = place.runtime.block_on(place.app.open_rates(&code("p"), community, words::Lang::Zh));
    let told: Vec<(String, Option<u64>)> =
        open.unwrap().lines.iter().map(|line| (line.code.clone(), line.due)).collect();
    assert_eq!(told, [("estate".to_owned(), Some(5)), (String::new(), Some(10))]);
}

fn a_published_number_opens_what_it_was_counted_from(scratch: Scratch) {
    let place = Place::open(scratch);
    fill(&place);
    place.day(date(2019, 4, 2), 9);
    let ground = (Source::default(), "公布".to_owned());
    place.runtime.block_on(place.app.freeze_rates(&Actor::operator(), &code("p"), MARCH, ground)).unwrap();
    // Afterwards the formula is another one, and somebody says more.
    place.day(date(2019, 4, 3), 9);
    let last = &format!("{:043}", 14);
    place.by_link(last, judged(Solved::Yes, Satisfaction::VerySatisfied, "")).unwrap();
    let formula =
        RateFormula { version: code("v2"), satisfied: vec![Satisfaction::Dissatisfied], ..formula() };
    let facts = vec![PlanFact::RateFormula(formula).into()];
    place.change(Command::Record { subject: Subject::plan(&code("p")), facts, expected: None });
    let portfolio = place.runtime.block_on(place.app.portfolio(&code("p"), Asked::default())).unwrap();
    let (held, _) = portfolio.plan.issues(MARCH.0, MARCH.1).next().unwrap();
    let by = held.formula.counting();
    for side in RateSide::ALL {
        for line in &held.lines {
            let line_of = Some((RatesBy::Unit, line.unit.to_string()));
            let number = RateNumber { from: MARCH.0, to: MARCH.1, line: line_of, side, issue: Some(1) };
            let (total, _) = behind(&place, &number, Asked::default());
            let paging = RequestPaging { limit: 2, ..RequestPaging::default() };
            let published = page(&place, &number, Asked::default(), &paging).unwrap().published;
            assert_eq!(published, line.tally.on(side, &by));
            assert!(published.is_none_or(|published| published == total), "{side:?}: {published:?} {total}");
        }
    }
    let paging = RequestPaging::default();
    // Only the units' numbers were published, and that of all of them together.
    let one = held.lines.first().unwrap().unit.to_string();
    let other = (RatesBy::Category, one);
    for (line, published) in [(None, Some(15)), (Some(other), None)] {
        let number = RateNumber { from: MARCH.0, to: MARCH.1, line, side: RateSide::Due, issue: Some(1) };
        let found = page(&place, &number, Asked::default(), &paging);
        assert_eq!(found.and_then(|found| found.published), published);
    }
    let number = RateNumber { from: MARCH.0, to: MARCH.1, line: None, side: RateSide::Due, issue: Some(2) };
    assert_eq!(page(&place, &number, Asked::default(), &paging), None, "there is no such issue");
}

fn whole_months_are_held_against_whole_months(scratch: Scratch) {
    let place = Place::open(scratch);
    // The limit runs out on the first of March: of a month of 31 days, 31 days before it begin in February.
    for (at, day) in (0..).zip([date(2019, 2, 20), date(2019, 2, 22), date(2019, 3, 4)]) {
        place.day(day, 9);
        let secret = format!("{at:043}");
        let verdict =
            Some((Solved::Yes, if at == 1 { Satisfaction::Dissatisfied } else { Satisfaction::Satisfied }));
        answered(&place, new(&format!("路灯不亮 {at}"), &secret), verdict, false);
    }
    place.day(date(2019, 5, 2), 9);
    let of = |from: Date, to: Date| {
        let question = RateQuestion { from, to, by: RatesBy::Unit };
        place
            .runtime
            .block_on(place.app.request_rates(&code("p"), question, Asked::default()))
            .unwrap()
            .unwrap()
    };
    let february = of(date(2019, 2, 1), date(2019, 2, 28)).all;
    let march = of(MARCH.0, MARCH.1).all;
    let april = of(date(2019, 4, 1), date(2019, 4, 30)).all;
    assert_eq!((february.rates.tally.due, march.rates.tally.due), (1, 2));
    assert_eq!((march.before, april.before), (february.score, march.score));
}

on_both!(
    numbers_are_those_of_their_lists,
    areas_stand_beside_those_of_their_level,
    a_published_number_opens_what_it_was_counted_from,
    whole_months_are_held_against_whole_months,
);
