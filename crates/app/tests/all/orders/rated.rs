//! What orders of a register come to in the three rates: what it records counts, and what it has no columns for is left
//! out, and neither a yes nor a no.

use app::Actor;
use app::import::Mode;
use app::read::Asked;
use app::request::{RateQuestion, RatesBy, RequestAct};
use domain::command::Command;
use domain::person::PersonFact;
use domain::plan::PlanFact;
use domain::policy::{Grant, Role, Scope};
use domain::request::rate::{RateFormula, Rates, Share, Unreached};
use domain::request::{RatePart, RateParts, RequestState, Solved};
use domain::source::Source;
use domain::subject::Subject;
use jiff::civil::date;
use scratch::Scratch;

use super::{Place, code};

const BARE: &[&str] = &["工单编号", "受理时间", "主要内容", "分类", "办理单位", "转办时间", "办结时间"];
const FULL: &[&str] = &[
    "工单编号",
    "受理时间",
    "主要内容",
    "分类",
    "办理单位",
    "转办时间",
    "办结时间",
    "联系时间",
    "回访时间",
    "是否接通",
    "是否联系",
    "是否解决",
    "是否满意",
];

fn row(number: &'static str, rest: &[&'static str]) -> Vec<&'static str> {
    let mut row = vec![
        number,
        "2019-08-01 09:00",
        "小区停水",
        "供水",
        "自来水公司",
        "2019-08-01 10:00",
        "2019-08-03 16:00",
    ];
    row.extend(rest);
    row
}

fn import(place: &Place, head: &[&str], rows: &[Vec<&str>]) -> app::import::ImportReport {
    let all: Vec<&[&str]> = std::iter::once(head).chain(rows.iter().map(Vec::as_slice)).collect();
    let report = place.import(&all, Mode::ApplyGood);
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    report
}

/// What is wrong with the rows, by their columns.
fn wrong_in(place: &Place, rows: &[&[&str]]) -> Vec<String> {
    let report = place.import(rows, Mode::ApplyGood);
    report.problems.iter().map(|it| format!("{} {}", it.column, it.key())).collect()
}

fn rates(place: &Place, unreached: Unreached) -> Rates {
    let formula = RateFormula { unreached, ..crate::place::formula() };
    let facts = vec![PlanFact::RateFormula(formula.clone()).into()];
    place.change(Command::Record { subject: Subject::plan(&code("p")), facts, expected: None });
    let question = RateQuestion { from: date(2019, 8, 1), to: date(2019, 8, 31), by: RatesBy::Unit };
    let found = place.runtime.block_on(place.app.request_rates(&code("p"), question, Asked::default()));
    let found = found.unwrap().expect("a formula");
    assert_eq!(found.formula.unreached, unreached);
    found.lines.iter().find(|line| line.group == "water").expect("the unit").rates
}

fn said(share: Share) -> String {
    share.percent().map_or_else(|| "none".to_owned(), |value| format!("{value} of {}", share.of))
}

fn what_a_register_records_counts(scratch: Scratch) {
    let place = Place::open(scratch);
    let rows = [
        row("1", &["2019-08-01 15:00", "2019-08-05 10:00", "是", "是", "已解决", "满意"]),
        // Too late, and not solved.
        row("2", &["2019-08-03 15:00", "2019-08-05 10:00", "", "是", "否", "不满意"]),
        // Nobody spoke to them, and nobody was reached; what else stands there nobody said.
        row("3", &["", "2019-08-05 10:00", "否", "", "否", "否"]),
        // In time, and whoever asked says that they were not spoken to.
        row("4", &["2019-08-01 15:00", "", "", "否", "部分解决", "基本满意"]),
    ];
    import(&place, FULL, &rows);
    let counts = rates(&place, Unreached::LeaveOut);
    assert_eq!(said(counts.response), "25.00 of 4");
    assert_eq!(said(counts.resolution), "50.00 of 3");
    assert_eq!(said(counts.satisfaction), "33.33 of 3");
    let counts = rates(&place, Unreached::CountAsNo);
    assert_eq!(said(counts.resolution), "37.50 of 4");
    assert_eq!(said(counts.satisfaction), "25.00 of 4");
    // Whoever is helped is done with; the register's keeper takes up what is not.
    let states = ["1", "2", "3", "4"].map(|number| place.one(number).state);
    use RequestState::{Answered, Closed};
    assert_eq!(states, [Closed, Answered, Answered, Closed]);
    let one = place.one("1");
    assert_eq!(one.contact.map(|(at, _)| at), Some(date(2019, 8, 1).at(15, 0, 0, 0)));
    assert_eq!(
        one.verdict().map(|call| (call.at, call.solved)),
        Some((date(2019, 8, 5).at(10, 0, 0, 0), Some(Solved::Yes)))
    );
    assert_eq!(place.one("4").verdict().map(|call| call.at), Some(date(2019, 8, 3).at(16, 0, 0, 0)));
    // Brought again it is nothing new.
    assert_eq!(import(&place, FULL, &rows).counts.unchanged, 4);
    let report = place.app.database().rebuild(|_| {}).unwrap();
    assert_eq!(report.before, report.after);
}

fn what_a_register_has_no_columns_for_is_left_out(scratch: Scratch) {
    let place = Place::open(scratch);
    let rows = [row("1", &[]), row("2", &[])];
    import(&place, BARE, &rows);
    for unreached in [Unreached::LeaveOut, Unreached::CountAsNo] {
        let counts = rates(&place, unreached);
        assert_eq!((counts.tally.due, counts.tally.excluded), (2, 2));
        let all = [counts.response, counts.resolution, counts.satisfaction];
        assert_eq!(all.map(said), ["none", "none", "none"]);
    }
    assert_eq!(place.one("1").unknown_parts(), RateParts::ALL);
    // The same register, with what whoever asked was asked since: what is known counts.
    let head: Vec<&str> = BARE.iter().copied().chain(["是否联系", "是否满意"]).collect();
    let later = [row("1", &["是", "满意"]), row("2", &["", ""])];
    let report = import(&place, &head, &later);
    assert_eq!((report.counts.changed, report.counts.unchanged), (1, 1));
    let counts = rates(&place, Unreached::CountAsNo);
    assert_eq!((counts.tally.due, counts.tally.excluded), (2, 1));
    assert_eq!(said(counts.response), "100.00 of 1");
    assert_eq!((said(counts.resolution), said(counts.satisfaction)), ("none".into(), "100.00 of 1".into()));
    assert_eq!(place.one("1").unknown_parts(), RateParts::of([RatePart::Resolution]));
    let report = place.app.database().rebuild(|_| {}).unwrap();
    assert_eq!(report.before, report.after);
}

fn an_open_order_is_no_more_than_what_is_done_with_it_here(scratch: Scratch) {
    let place = Place::open(scratch);
    let mut open = row("1", &["2019-08-01 15:00", "", "", "是", "否", "否"]);
    open[6] = "";
    import(&place, FULL, &[open]);
    let held = place.one("1");
    assert_eq!(
        (held.state, held.call_backs.len(), held.unrecorded),
        (RequestState::Assigned, 0, RateParts::NONE)
    );
    assert!(held.contact.is_some());
    // Somebody was called back on of an order that has no answer: that is a mistake.
    let mut wrong = row("2", &["", "2019-08-05 10:00", "是", "", "是", ""]);
    wrong[6] = "";
    assert_eq!(wrong_in(&place, &[FULL, &wrong]), ["办结时间 cell-missing"]);
    // Nor is anybody spoken to before they asked, or called back before the answer.
    let wrong = row("3", &["2019-07-31 10:00", "2019-08-02 10:00", "是", "", "是", ""]);
    assert_eq!(wrong_in(&place, &[FULL, &wrong]), ["联系时间 cell-too-early", "回访时间 cell-too-early"]);
}

fn a_bare_day_is_no_earlier_than_what_came_before_on_it(scratch: Scratch) {
    let place = Place::open(scratch);
    let mut days = row("1", &["2019-08-01", "2019-08-03", "是", "是", "是", "满意"]);
    days[5] = "2019-08-01";
    import(&place, FULL, &[days.clone()]);
    let held = place.one("1");
    assert_eq!(held.contact.map(|(at, _)| at), Some(held.received));
    assert_eq!(held.verdict().map(|call| call.at), held.answer().map(|(at, _)| *at));
    // Another day is another day, and midnight is what it says.
    (days[0], days[8]) = ("2", "2019-08-02");
    let midnight = row("3", &["2019-08-01 00:00", "", "", "", "", ""]);
    let hour = row("4", &["2019-08-01T08", "", "", "", "", ""]);
    let wrong = wrong_in(&place, &[FULL, &days, &midnight, &hour]);
    assert_eq!(wrong, ["回访时间 cell-too-early", "联系时间 cell-too-early", "联系时间 cell-too-early"]);
}

fn what_was_divided_here_stays_open_until_its_matters_are_done(scratch: Scratch) {
    let place = Place::open(scratch);
    let mut open = row("1", &["", "", "", "", "", ""]);
    open[6] = "";
    import(&place, FULL, &[open]);
    let divide = RequestAct::Divide { text: "另一处也漏水".into(), category: code("water") };
    let (operator, plan, one) = (Actor::operator(), code("p"), code("1"));
    let done = place.app.act_on_request(&operator, &plan, &one, divide, Source::default());
    place.runtime.block_on(done).unwrap();
    // The others of the file are taken in all the same.
    let solved = |number| row(number, &["2019-08-01 15:00", "2019-08-05 10:00", "是", "是", "是", "满意"]);
    let report = import(&place, FULL, &[solved("1"), solved("2")]);
    assert!(report.applied);
    let states = ["1", "2"].map(|number| place.one(number).state);
    assert_eq!(states, [RequestState::Answered, RequestState::Closed]);
    assert_eq!(place.one("1").call_backs.len(), 1);
}

fn a_register_is_brought_by_whoever_works_for_one_of_its_units(scratch: Scratch) {
    let place = Place::open(scratch);
    let (clerk, role, scope) = (code("clerk"), Role::RequestDesk, Scope::Everything);
    let facts = vec![
        PersonFact::Name { name: "办事员".into() }.into(),
        PersonFact::Unit { unit: code("water") }.into(),
        PersonFact::Role { role, scope: scope.clone(), held: true }.into(),
    ];
    place.register(Subject::person(&clerk), facts);
    let actor =
        Actor::Person { person: clerk, name: "办事员".into(), grants: vec![Grant { role, scope }] };
    let solved = row("1", &["2019-08-01 15:00", "2019-08-05 10:00", "是", "是", "是", "满意"]);
    let prepared = place.read(place.app.clock().today(), &[FULL, &solved]);
    let report = place.app.import(&actor, prepared, Mode::Apply, None);
    let report = place.runtime.block_on(report).unwrap();
    assert!(report.applied, "{:?}", report.problems);
    let held = place.one("1");
    assert_eq!((held.state, held.call_backs.len()), (RequestState::Closed, 1));
}

on_both!(
    a_bare_day_is_no_earlier_than_what_came_before_on_it,
    what_was_divided_here_stays_open_until_its_matters_are_done,
    a_register_is_brought_by_whoever_works_for_one_of_its_units,
    what_a_register_records_counts,
    what_a_register_has_no_columns_for_is_left_out,
    an_open_order_is_no_more_than_what_is_done_with_it_here,
);
