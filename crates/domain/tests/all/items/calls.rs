//! Calls, agendas and five parties: what units' words come to, and what is proposed from what is on the books.

use domain::command::Command;
use domain::item::agenda::{Ground, Material, minutes_due, propose};
use domain::item::call::{self, Call, Count, Punctuality, counted, tallies};
use domain::item::kind::{Level, Part, Series, WhistleKind};
use domain::item::ledger::LedgerRow;
use domain::item::light::Light;
use domain::item::limit::LimitRules;
use domain::item::parties::{Nearness, match_need, part_need, suggest};
use domain::item::{ItemFact, ItemKind, Relation, Standing, State, Step, Target};
use domain::named::Named;
use domain::refusal::Problem;
use domain::rhythm::ReturnAsk;
use domain::subject::Subject;
use jiff::civil::{DateTime, datetime};

use super::books::{Books, DAY, TODAY, code, step};

fn at(hour: i8, minute: i8) -> DateTime {
    datetime(2018, 9, 10, hour, minute, 0, 0)
}

fn named(kind: ItemKind, name: &str) -> Vec<ItemFact> {
    vec![
        ItemFact::Kind { kind },
        ItemFact::Name(Named::new(name, "")),
        ItemFact::LeadUnit { unit: code("bureau") },
    ]
}

/// Called at nine by the town office, due at half past.
fn called(books: &mut Books, item: &str, kind: ItemKind) {
    let mut facts = named(kind, "占道");
    facts.extend([
        ItemFact::SupportingUnit { unit: code("helper"), part: Part::Supporting, active: true },
        ItemFact::Issuer { name: String::new(), unit: Some(code("town-office")) },
        ItemFact::CalledAt { at: at(9, 0) },
        ItemFact::AnswerBy { at: at(9, 30) },
    ]);
    if kind == ItemKind::Whistle {
        facts.push(ItemFact::WhistleKind { whistle: WhistleKind::Emergency });
    }
    books.register(item, facts).unwrap();
}

fn say(books: &mut Books, item: &str, facts: Vec<ItemFact>) {
    books.record("inspector", DAY, item, facts).unwrap();
}

#[track_caller]
fn refused(outcome: Result<(), Vec<Problem>>, wanted: &Problem) {
    let problems = outcome.expect_err("must be refused");
    assert!(problems.contains(wanted), "{problems:?}");
}

fn because(books: &mut Books, reason: &str, item: &str, facts: Vec<ItemFact>) -> Result<(), Vec<Problem>> {
    let command = Command::Record {
        subject: Subject::item(&code("p"), &code(item)),
        facts: facts.into_iter().map(Into::into).collect(),
        expected: None,
    };
    books.give_because("inspector", DAY, reason, &command)
}

#[test]
fn each_called_unit_is_timed_and_judged_for_itself() {
    let mut books = Books::new();
    called(&mut books, "w", ItemKind::Whistle);
    let said = call::acknowledge(&books.item("w"), code("bureau"), at(9, 2));
    say(&mut books, "w", said);
    assert_eq!(books.item("w").state, State::Answered);
    let said = call::arrive(&books.item("w"), code("bureau"), at(9, 30), 3);
    say(&mut books, "w", said);
    // The second one there finds the whistle moved on: its word moves nothing.
    let said = call::arrive(&books.item("w"), code("helper"), at(9, 31), 1);
    assert_eq!(said.len(), 1);
    say(&mut books, "w", said);
    let item = books.item("w");
    let call = Call::of(&item).unwrap();
    let now = at(12, 0);
    let stood: Vec<_> =
        call.units.iter().map(|unit| (call.punctuality(unit, now), call.minutes(unit))).collect();
    assert_eq!(stood, [(Punctuality::InTime, Some(30)), (Punctuality::Late, Some(31))]);

    let solved = ItemFact::Outcome { solved: true, text: "已解决".into() };
    say(&mut books, "w", vec![solved, step(Step::Solve, State::Solved)]);
    let mark = |unit: &str, mark: u8, veto: bool, note: &str| ItemFact::Mark {
        unit: code(unit),
        mark,
        veto,
        note: note.into(),
    };
    let done = step(Step::Mark, State::Marked);
    let record = |books: &mut Books, facts| books.record("inspector", DAY, "w", facts);
    let one = vec![mark("bureau", 5, false, ""), done.clone()];
    refused(record(&mut books, one), &Problem::Missing("mark"));
    let high = vec![mark("bureau", 5, false, ""), mark("helper", 4, true, "无权处置"), done.clone()];
    refused(record(&mut books, high), &Problem::VetoMark);
    let silent = vec![mark("bureau", 5, false, ""), mark("helper", 1, true, " "), done.clone()];
    refused(record(&mut books, silent), &Problem::VetoReason);
    record(&mut books, vec![mark("bureau", 5, false, ""), mark("helper", 1, true, "无权处置"), done])
        .unwrap();

    let rows = [LedgerRow::of_item(&books.item("w"))];
    let records = tallies(&rows, now);
    let of = |unit: &str| records.iter().find(|tally| tally.unit == code(unit)).unwrap();
    assert_eq!((of("bureau").punctual(), of("bureau").mean_tenths()), (Some(100), Some(50)));
    assert_eq!((of("helper").punctual(), of("helper").is_vetoed()), (Some(0), true));
    for tally in &records {
        for (count, n) in &tally.counts {
            let behind = rows.iter().filter(|row| counted(row, &tally.unit, *count, now)).count();
            assert_eq!(behind, *n, "{count:?} opens its rows");
        }
    }
}

#[test]
fn who_does_not_come_is_missed_when_the_time_has_run_out() {
    let mut books = Books::new();
    called(&mut books, "w", ItemKind::Whistle);
    let row = LedgerRow::of_item(&books.item("w"));
    let missing = |now| counted(&row, &code("helper"), Count::Missing, now);
    assert!(!missing(at(9, 30)) && missing(at(9, 31)));
    assert_eq!(tallies(std::slice::from_ref(&row), at(9, 0))[0].punctual(), None, "nobody is judged yet");
    because(&mut books, "误报", "w", vec![step(Step::Withdraw, State::Withdrawn)]).unwrap();
    let row = LedgerRow::of_item(&books.item("w"));
    assert_eq!(row.standing, Standing::Withdrawn);
    assert!(tallies(&[row], at(12, 0)).is_empty(), "what was called off counts nowhere");
}

#[test]
fn a_word_is_neither_before_the_call_nor_ahead_of_today_nor_of_nobody() {
    let mut books = Books::new();
    called(&mut books, "w", ItemKind::Whistle);
    let arrive = |at, people| ItemFact::Arrival { unit: code("bureau"), at, people };
    let record = |books: &mut Books, fact| books.record("worker", DAY, "w", vec![fact]);
    refused(record(&mut books, arrive(at(8, 59), 1)), &Problem::PeriodOrder);
    refused(record(&mut books, arrive(at(9, 10), 0)), &Problem::Empty);
    let tomorrow = TODAY.tomorrow().unwrap();
    let ahead = Problem::Future { date: tomorrow, today: TODAY };
    refused(record(&mut books, arrive(tomorrow.at(9, 0, 0, 0), 1)), &ahead);
    let seen = ItemFact::Acknowledged { unit: code("bureau"), at: at(9, 1) };
    refused(record(&mut books, seen), &Problem::WrongKind);
}

#[test]
fn a_whistle_is_raised_to_the_city_and_no_further() {
    let mut books = Books::new();
    called(&mut books, "w", ItemKind::Whistle);
    let raise = vec![ItemFact::Level { level: Level::City }, step(Step::Raise, State::Raised)];
    because(&mut books, "区级协调不成", "w", raise.clone()).unwrap();
    let said = call::acknowledge(&books.item("w"), code("bureau"), at(9, 20));
    say(&mut books, "w", said);
    refused(because(&mut books, "再提级", "w", raise), &Problem::HighestLevel);
}

#[test]
fn a_dispatch_closes_with_an_outcome_and_without_the_silent_only_for_a_reason() {
    let mut books = Books::new();
    called(&mut books, "d", ItemKind::Dispatch);
    let said = call::answer(&books.item("d"), code("bureau"), at(9, 10), "同意".into());
    say(&mut books, "d", said);
    let line = books.item("d").units[&code("bureau")].clone();
    assert_eq!(line.acknowledged, Some(at(9, 10)), "whoever answers has seen it");
    assert_eq!(books.item("d").state, State::Called);
    let close = step(Step::Close, State::Cleared);
    let outcome = ItemFact::Outcome { solved: true, text: "一致".into() };
    refused(because(&mut books, "不再等待", "d", vec![close.clone()]), &Problem::Missing("outcome"));
    refused(because(&mut books, "", "d", vec![outcome.clone(), close.clone()]), &Problem::SilentUnits);
    because(&mut books, "不再等待", "d", vec![outcome, close]).unwrap();
    let row = LedgerRow::of_item(&books.item("d"));
    assert!(counted(&row, &code("helper"), Count::Missing, at(12, 0)), "it stays on record as late");
}

#[test]
fn a_whistle_that_was_raised_is_not_answered_by_that() {
    let mut books = Books::new();
    called(&mut books, "w", ItemKind::Whistle);
    because(&mut books, "无人应哨", "w", vec![step(Step::Raise, State::Raised)]).unwrap();
    let answered = |books: &Books| Call::of(&books.item("w")).unwrap().is_answered();
    assert!(!answered(&books));
    let item = books.item("w");
    say(&mut books, "w", call::answer(&item, code("bureau"), at(11, 0), String::new()));
    assert!(answered(&books), "late, but answered");
}

#[test]
fn how_soon_units_must_come_goes_by_the_kind_of_whistle() {
    let limits = LimitRules::usual().arrival;
    assert_eq!(limits.by(WhistleKind::Emergency, at(9, 0)), at(9, 30));
    assert_eq!(limits.by(WhistleKind::Request, at(9, 0)), at(11, 0));
}

#[test]
fn an_agenda_is_proposed_from_what_was_asked_left_or_stands_badly() {
    let mut books = Books::new();
    let meeting = |books: &mut Books, item: &str, on: DateTime| {
        let mut facts = named(ItemKind::Meeting, "调度会");
        facts.push(ItemFact::Series { series: Series::Dispatch });
        facts.push(ItemFact::Appointment { at: on, place: String::new() });
        books.register(item, facts).unwrap();
    };
    meeting(&mut books, "m1", at(9, 0));
    meeting(&mut books, "m2", at(9, 0));
    for item in ["t1", "t2", "t3"] {
        books.register(item, named(ItemKind::TrackedTask, item)).unwrap();
    }
    let mut decision = named(ItemKind::Decision, "决定");
    decision.push(ItemFact::Link { relation: Relation::DecidedAt, to: Target::Item(code("m1")), held: true });
    books.register("d1", decision).unwrap();
    let point = |point, item: &str| ItemFact::Agenda {
        point,
        title: item.into(),
        about: Some(Target::Item(code(item))),
        text: String::new(),
        asked: None,
    };
    say(&mut books, "m1", vec![point(1, "t1")]);
    let asked = ItemFact::AgendaAsked {
        key: code("a1"),
        unit: code("helper"),
        title: "联合办理".into(),
        about: None,
        text: String::new(),
    };
    let mut filled = named(ItemKind::Return, "周填报");
    filled.push(ItemFact::Series { series: Series::Weekly });
    filled.push(ItemFact::Period { from: DAY, to: DAY });
    books.register("r", filled).unwrap();
    // Taken up under other words, what a return asks for is not proposed again; what else it asks for is.
    let taken = ItemFact::Agenda {
        point: 2,
        title: "场地如何腾退".into(),
        about: Some(Target::Item(code("r"))),
        text: String::new(),
        asked: Some(code("r1")),
    };
    say(&mut books, "m2", vec![asked.clone(), point(1, "t3"), taken]);
    let ask = |key: &str, text: &str| ReturnAsk {
        unit: code("lead"),
        in_return: code("r"),
        name: Named::new("周填报", "weekly return"),
        key: code(key),
        on: None,
        text: text.into(),
    };
    let returned = [ask("r1", "请协调场地腾退"), ask("r2", "请明确主体\n道路与管线由谁实施"), ask("r3", " ")];
    let row = |item: &str| LedgerRow::of_item(&books.item(item));
    let open = [
        (row("t1"), Light::Red),
        (row("t2"), Light::Yellow),
        (row("t3"), Light::Red),
        (row("d1"), Light::Red),
        (row("m2"), Light::Red),
    ];
    let (last, next) = (books.item("m1"), books.item("m2"));
    let decisions = [row("d1")];
    let material = Material {
        meeting: &next,
        last: Some(&last),
        decisions: &decisions,
        returned: &returned,
        open: &open,
    };
    let proposal = propose(&material, 10).into_iter().find(|it| it.grounds == [Ground::InReturn]).unwrap();
    assert_eq!((proposal.asked, proposal.about), (Some(code("r2")), Some(Target::Item(code("r")))));
    assert_eq!(proposal.text, "请明确主体\n道路与管线由谁实施", "what does not fit the title is kept");
    assert_eq!(proposal.in_return.unwrap().en, "weekly return");
    let proposed: Vec<_> = propose(&material, 10).into_iter().map(|it| (it.title, it.grounds)).collect();
    let wanted = [
        ("联合办理", vec![Ground::Asked]),
        ("决定", vec![Ground::Undone, Ground::Red]),
        ("t1", vec![Ground::CarriedOver, Ground::Red]),
        ("请明确主体", vec![Ground::InReturn]),
        ("t2", vec![Ground::Amber]),
    ];
    assert_eq!(proposed, wanted.map(|(title, grounds)| (title.to_owned(), grounds)));
    assert_eq!(propose(&material, 2).len(), 2);
    // Nothing is asked for once the meeting is held.
    books.record("inspector", DAY, "m2", vec![step(Step::Hold, State::Held)]).unwrap();
    let again = ItemFact::AgendaAsked {
        key: code("a2"),
        unit: code("helper"),
        title: "另一事".into(),
        about: None,
        text: String::new(),
    };
    let outcome = books.record("worker", DAY, "m2", vec![again]);
    refused(outcome, &Problem::NotInState { state: State::Held });
}

#[test]
fn minutes_are_due_a_day_after_the_meeting() {
    assert_eq!(minutes_due(at(14, 30)), datetime(2018, 9, 11, 14, 30, 0, 0));
    let mut books = Books::new();
    let mut facts = named(ItemKind::Meeting, "联席会");
    facts.push(ItemFact::Appointment { at: at(14, 30), place: String::new() });
    books.register("m", facts).unwrap();
    assert_eq!(LedgerRow::of_item(&books.item("m")).due, Some(DAY));
    books.record("inspector", DAY, "m", vec![step(Step::Hold, State::Held)]).unwrap();
    assert_eq!(LedgerRow::of_item(&books.item("m")).due, Some(DAY.tomorrow().unwrap()));
}

#[test]
fn a_resource_is_suggested_for_a_need_with_what_speaks_for_it() {
    let mut books = Books::new();
    let mut put = |item: &str, kind, name: &str, area: &str| {
        let mut facts = named(kind, name);
        facts.push(ItemFact::Place { areas: vec![code("town")], address: area.into() });
        books.register(item, facts).unwrap();
        let mut row = LedgerRow::of_item(&books.item(item));
        row.areas = vec![code(area)];
        row
    };
    let need = put("n1", ItemKind::Need, "清水园：绿地补植", "a");
    let close = put("r1", ItemKind::Resource, "可提供：园艺社团养护绿地", "a");
    let other = put("r2", ItemKind::Resource, "可提供：商场车库", "a");
    let far = put("r3", ItemKind::Resource, "可提供：绿地认养", "z");
    let near = |a: &domain::code::Code, b: &domain::code::Code| {
        if a == b { Nearness::SameCommunity } else { Nearness::Far }
    };
    let found = suggest(&[&need], &[&other, &far, &close], near, 3);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((&found[0].resource, &found[0].words), (&code("r1"), &vec!["绿地".to_owned()]));

    let with = Target::Item(code("r1"));
    let facts = match_need(&books.item("n1"), with.clone());
    say(&mut books, "n1", facts);
    assert_eq!(books.item("n1").linked(Relation::MatchedWith).collect::<Vec<_>>(), [&with]);
    let facts = part_need(&books.item("n1"));
    refused(because(&mut books, "", "n1", facts.clone()), &Problem::ReasonRequired);
    because(&mut books, "对方撤回", "n1", facts).unwrap();
    let need = books.item("n1");
    assert_eq!((need.state, need.linked(Relation::MatchedWith).count()), (State::Open, 0));
}
