//! The rhythm over three years with their make-up days: whatever the clock does, each rung is climbed once,
//! in its order and on its day.

use std::collections::{BTreeMap, BTreeSet};

use domain::code::Code;
use domain::item::goal::MeasuredWeeks;
use domain::item::kind::{ItemKind, Series};
use domain::item::ledger::LedgerRow;
use domain::item::light::{Light, LightRules};
use domain::item::{Item, ItemFact, State, Step};
use domain::journal::Seq;
use domain::plan::PlanFact;
use domain::refusal::Problem;
use domain::report::{Period, Rhythm};
use domain::rhythm::{
    Chase, InForce, PeriodStep, Recipient, ReturnContent, ReturnPart, RhythmRules, RuleFault, Rung,
    SlipRules, Turn, Wait, Watch, return_code, return_prefix,
};
use domain::subject::Subject;
use domain::workday;
use jiff::Span;
use jiff::civil::{Date, DateTime, date, datetime};
use proptest::prelude::*;

use super::books::{Books, DAY, code, complete, in_state, paths, step};

fn usual() -> InForce {
    InForce { since: date(2017, 1, 1), until: None, rules: RhythmRules::presets().swap_remove(0) }
}

/// An item of the kind in a state, with nothing chased.
fn item(kind: ItemKind, state: State) -> Item {
    let (first, path) = paths(kind)[&state].clone();
    in_state(kind, first, &path).item("x")
}

fn task(due: Date) -> Item {
    Item { due: Some(due), ..item(ItemKind::TrackedTask, State::InHand) }
}

/// One look at an item: what is due is done.
fn run(rhythm: &InForce, item: &mut Item, now: DateTime) -> Vec<(DateTime, Wait, Recipient)> {
    let done: Vec<Chase> = rhythm
        .due(item, now)
        .into_iter()
        .map(|planned| Chase {
            on: now.date(),
            watch: planned.watch,
            limit: planned.limit,
            after: planned.rung.after,
            to: planned.rung.to,
            slip: None,
            seq: Seq(0),
        })
        .collect();
    let out = done.iter().map(|it| (it.after.after(it.limit, rhythm.rules.at), it.after, it.to)).collect();
    item.chases.extend(done);
    out
}

/// The day so many working days after another, counted one by one.
fn counted(from: Date, n: i16) -> Date {
    let (mut day, mut left) = (from, n.abs());
    while left > 0 {
        day = if n < 0 { day.yesterday().unwrap() } else { day.tomorrow().unwrap() };
        left -= i16::from(workday::is_working(day));
    }
    day
}

fn plus(day: Date, days: i64) -> Date {
    day.checked_add(Span::new().days(days)).unwrap()
}

#[test]
fn presets_can_be_worked_by() {
    let presets = RhythmRules::presets();
    assert_eq!(presets.len(), 4);
    for set in &presets {
        assert_eq!(set.fault(), None, "{}", set.code);
        assert!(!set.name.en.is_empty() && !set.source.en.is_empty());
        assert!(Watch::ALL.iter().all(|watch| !set.ladder(*watch).is_empty()), "{}", set.code);
        assert_eq!(set.returns.len(), 4);
        let text = serde_json::to_string(set).unwrap();
        assert_eq!(serde_json::from_str::<RhythmRules>(&text).unwrap(), *set);
    }
    assert_eq!(RhythmRules::preset("suqian-2025").unwrap().ladder(Watch::Limit).len(), 2);
}

#[test]
fn rules_that_cannot_be_worked_by_are_refused() {
    let faulty = |change: &dyn Fn(&mut RhythmRules)| {
        let mut rhythm = usual();
        change(&mut rhythm.rules);
        let mut books = Books::new();
        let command = domain::command::Command::Record {
            subject: Subject::plan(&code("p")),
            facts: vec![PlanFact::Rhythm(rhythm.clone()).into()],
            expected: None,
        };
        (rhythm.rules.fault(), books.give("operator", DAY, &command))
    };
    assert_eq!(faulty(&|_| {}), (None, Ok(())));
    let rung = |to| Rung { after: Wait::WorkingDays(1), to, slip: None, raise: true };
    type Spoiling<'a> = &'a dyn Fn(&mut RhythmRules);
    let cases: [(Spoiling, RuleFault); 7] = [
        (&|r| r.returns[0].closes = r.returns[0].due, RuleFault::Order),
        (&|r| r.returns.push(r.returns[0].clone()), RuleFault::Twice),
        (&|r| r.ladders.get_mut(&Watch::Limit).unwrap().push(rung(Recipient::City)), RuleFault::Misplaced),
        (
            &|r| {
                let ladder = r.ladders.get_mut(&Watch::Return).unwrap();
                ladder.push(ladder[0].clone());
            },
            RuleFault::Twice,
        ),
        (&|r| r.returns[0].report_due = Some(0), RuleFault::Order),
        (&|r| r.slips.sign = 0, RuleFault::Slips),
        (&|r| r.slips.number = "督单〔{year}〕".into(), RuleFault::Slips),
    ];
    for (change, fault) in cases {
        assert_eq!(faulty(change), (Some(fault), Err(vec![Problem::BadRhythm])));
    }
}

#[test]
fn reports_and_slips_go_by_the_plans_rules_and_as_usual_where_they_are_silent() {
    let mut rules = usual().rules;
    let due = |rules: &RhythmRules| {
        [Rhythm::Week, Rhythm::Month, Rhythm::Quarter, Rhythm::Year]
            .map(|every| rules.report_due(Period::containing(every, date(2018, 9, 30))))
    };
    // The National Day holidays of 2018 lasted until 7 October; the year's report has ten working days.
    let as_usual = [date(2018, 10, 9), date(2018, 10, 9), date(2018, 10, 12), date(2019, 1, 15)];
    assert_eq!(due(&rules), as_usual);
    rules.returns.iter_mut().for_each(|rule| rule.report_due = None);
    assert_eq!(due(&rules), as_usual);
    rules.returns.clear();
    assert_eq!(due(&rules), as_usual);
    rules.returns = RhythmRules::usual().returns.clone();
    rules.returns[0].report_due = Some(1);
    assert_eq!(due(&rules), [date(2018, 10, 8), as_usual[1], as_usual[2], as_usual[3]]);

    assert_eq!(rules.slips.sign_by(date(2018, 9, 30)), date(2018, 10, 8));
    assert_eq!(rules.slips.numbered(2018, 7), "督单〔2018〕7号");
    rules.slips = SlipRules { sign: 2, number: "回天督〔{year}〕{number}号".into() };
    assert_eq!(rules.slips.sign_by(date(2018, 9, 30)), date(2018, 10, 9));
    assert_eq!(rules.slips.numbered(2018, 7), "回天督〔2018〕7号");
    // Rules that were written before these were data hold as they did.
    let mut said = serde_json::to_value(usual().rules).unwrap();
    said.as_object_mut().unwrap().remove("slips");
    said["returns"][0].as_object_mut().unwrap().remove("report_due");
    let read: RhythmRules = serde_json::from_value(said).unwrap();
    assert_eq!((due(&read), read.slips), (as_usual, SlipRules::default()));
}

/// Looked at every morning, an item is reminded of and escalated on exactly the days that counting gives.
#[test]
fn every_limit_of_three_years_climbs_the_whole_ladder_day_by_day() {
    let rhythm = usual();
    let mut day = date(2018, 1, 1);
    let mut climbed = 0;
    while day < date(2021, 1, 1) {
        if workday::is_working(day) {
            let mut item = task(day);
            let mut got = Vec::new();
            for back in -20..20 {
                let now = plus(day, back).at(9, 0, 0, 0);
                got.extend(
                    run(&rhythm, &mut item, now).into_iter().map(|(_, after, to)| (now.date(), after, to)),
                );
                assert_eq!(run(&rhythm, &mut item, now), [], "nothing twice");
            }
            let expected: Vec<(Date, Wait, Recipient)> = rhythm
                .rules
                .ladder(Watch::Limit)
                .iter()
                .map(|rung| {
                    let Wait::WorkingDays(n) = rung.after else { panic!("a limit counts in days") };
                    (counted(day, n), rung.after, rung.to)
                })
                .collect();
            assert_eq!(got, expected, "due {day}");
            climbed += 1;
        }
        day = day.tomorrow().unwrap();
    }
    assert!(climbed > 740, "{climbed}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// However the server is looked after: off for days, run every hour, its clock put back, the limit
    /// moved in the middle.
    #[test]
    fn nothing_is_done_twice_early_or_out_of_order(
        start in 0i64..1_060,
        hours in proptest::collection::vec(-60i64..130, 1..40),
        moved in proptest::option::of((0usize..40, 1i32..12)),
        paused in proptest::option::of(0i64..20),
    ) {
        let mut rhythm = usual();
        let due = workday::at_or_after(plus(date(2018, 1, 1), start));
        rhythm.until = paused.map(|days| plus(due, days - 5));
        let mut item = task(due);
        let mut now = plus(due, -9).at(7, 0, 0, 0);
        let mut back = false;
        let mut runs: Vec<(DateTime, Date)> = Vec::new();
        let mut last: BTreeMap<DateTime, DateTime> = BTreeMap::new();
        let mut keys = BTreeSet::new();
        for (at, step) in hours.iter().enumerate() {
            now = now.checked_add(Span::new().hours(*step)).unwrap();
            back |= *step < 0;
            if let Some((_, days)) = moved.filter(|(when, _)| *when == at) {
                item.due = Some(workday::nth(due, days));
            }
            let limit = item.due.unwrap();
            runs.push((now, limit));
            let (seq, before) = (limit.at(0, 0, 0, 0), item.chases.len());
            for (moment, after, to) in run(&rhythm, &mut item, now) {
                prop_assert!(moment <= now, "{moment} is done at {now}");
                prop_assert!(workday::is_working(moment.date()));
                prop_assert!(rhythm.acts_on(moment.date()) && rhythm.acts_on(now.date()));
                prop_assert!(!after.is_ahead() || now.date() <= limit);
                prop_assert!(keys.insert((seq, after, to)), "{after:?} twice");
                if let Wait::WorkingDays(n) = after {
                    prop_assert_eq!(moment.date(), counted(limit, n));
                }
                let earlier = last.insert(seq, moment);
                prop_assert!(earlier.is_none_or(|earlier| earlier <= moment), "out of order");
            }
            // The rules call the facts by one name: what is told from another is another fact.
            let slots: BTreeSet<String> = item.chases[before..].iter().map(|it| fact(it).slot()).collect();
            prop_assert_eq!(slots.len(), item.chases.len() - before);
        }
        // Whatever was reached in the end was done, unless somebody had the rhythm rest.
        let (end, limit) = runs.iter().copied().max().unwrap();
        if rhythm.until.is_none() && item.due == Some(limit) {
            for rung in rhythm.rules.ladder(Watch::Limit) {
                let moment = rung.after.after(limit.at(0, 0, 0, 0), rhythm.rules.at);
                let looked = runs.iter().any(|(now, of)| *of == limit && moment <= *now && now.date() <= limit);
                let done = keys.contains(&(limit.at(0, 0, 0, 0), rung.after, rung.to));
                if rung.after.is_ahead() {
                    prop_assert!(back || done == looked, "{rung:?}");
                } else {
                    prop_assert_eq!(done, moment <= end, "{:?} at {}", rung, end);
                }
            }
        }
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Periods over three years, with a server that is off for some days now and then.
    #[test]
    fn periods_open_once_and_close_after(off in proptest::collection::vec((0i64..1_100, 1i64..6), 0..40)) {
        let rhythm = usual();
        let away = |day: i64| off.iter().any(|(from, days)| (*from..from + days).contains(&day));
        let mut opened: BTreeMap<Period, Date> = BTreeMap::new();
        let (mut drafted, mut closed) = (BTreeSet::new(), BTreeSet::new());
        for n in (0..1_100).filter(|n| !away(*n)) {
            let now = plus(date(2018, 1, 1), n).at(9, 0, 0, 0);
            for (rule, period, step) in rhythm.steps(None, now) {
                match step {
                    PeriodStep::Open => {
                        prop_assert!(rule.opens_on(period).unwrap() <= now.date());
                        prop_assert!(now.date() < rule.closes_on(period) && !closed.contains(&period));
                        opened.entry(period).or_insert(now.date());
                    }
                    PeriodStep::Draft => {
                        prop_assert!(period.is_over(now.date()));
                        drafted.insert(period);
                    }
                    PeriodStep::Close => {
                        prop_assert!(rule.closes_on(period) <= now.date());
                        closed.insert(period);
                    }
                }
            }
        }
        // Five days off in a row never hide a week from its opening to its closing.
        let mut week = Period::containing(Rhythm::Week, date(2018, 1, 8));
        let rule = &rhythm.rules.returns[0];
        while week.to < date(2020, 12, 1) {
            let opens = rule.opens_on(week);
            let works = (0..7).any(|n| workday::is_working(plus(week.from, n)));
            prop_assert_eq!(opens.is_some(), works, "{}", week.name());
            let seen = |day: Date| date(2018, 1, 1).until(day).map(|s| i64::from(s.get_days())).unwrap();
            if let Some(opens) = opens {
                prop_assert!(week.from <= opens && opens <= week.to && workday::is_working(opens));
                if !away(seen(opens)) {
                    prop_assert_eq!(opened.get(&week), Some(&opens), "{}", week.name());
                }
                let mut alive = seen(opens)..seen(rule.closes_on(week));
                prop_assert_eq!(opened.contains_key(&week), alive.any(|n| !away(n)), "{}", week.name());
                prop_assert!(drafted.contains(&week) && closed.contains(&week), "{}", week.name());
            } else {
                prop_assert!(!opened.contains_key(&week) && !drafted.contains(&week));
            }
            week = week.next();
        }
    }
}

fn fact(chase: &Chase) -> ItemFact {
    ItemFact::Chased {
        watch: chase.watch,
        limit: chase.limit,
        after: chase.after,
        to: chase.to,
        slip: chase.slip.clone(),
    }
}

#[test]
fn only_what_is_in_the_units_own_hands_is_chased() {
    let rhythm = usual();
    let now = datetime(2019, 12, 2, 9, 0, 0, 0);
    for kind in ItemKind::ALL {
        for state in paths(*kind).keys() {
            let mut item = item(*kind, *state);
            item.due = Some(date(2019, 9, 2));
            item.answer_by = Some(datetime(2019, 9, 2, 11, 0, 0, 0));
            item.units.clear();
            let watched = match (kind, state) {
                (
                    ItemKind::Directive | ItemKind::TrackedTask | ItemKind::Finding | ItemKind::Decision,
                    State::Assigned | State::Objected | State::InHand,
                ) => Some(Watch::Limit),
                (ItemKind::Return, State::Open) => Some(Watch::Return),
                (ItemKind::Report, State::Draft) => Some(Watch::Report),
                (ItemKind::Whistle, State::Called) => Some(Watch::Whistle),
                (ItemKind::Dispatch, State::Called) => Some(Watch::Dispatch),
                (ItemKind::Meeting, State::Held) => Some(Watch::Minutes),
                (ItemKind::Slip, State::Sent) => Some(Watch::Slip),
                _ => None,
            };
            let due = rhythm.due(&item, now);
            assert_eq!(due.first().map(|planned| planned.watch), watched, "{kind:?} {state:?}");
            if let Some(watch) = watched {
                let late = rhythm.rules.ladder(watch).iter().filter(|rung| !rung.after.is_ahead()).count();
                assert_eq!(due.len(), late, "{kind:?}: a reminder after the limit is none");
            }
        }
    }
}

#[test]
fn minutes_and_answers_count_by_the_clock() {
    let rhythm = usual();
    let mut whistle = item(ItemKind::Whistle, State::Called);
    whistle.answer_by = Some(datetime(2019, 3, 2, 11, 0, 0, 0));
    let at = |hour, minute| datetime(2019, 3, 2, hour, minute, 0, 0);
    assert_eq!(run(&rhythm, &mut whistle, at(10, 59)), []);
    assert_eq!(run(&rhythm, &mut whistle, at(11, 29)).len(), 1);
    let both = run(&rhythm, &mut whistle, at(13, 0));
    assert_eq!(
        both.iter().map(|(_, _, to)| *to).collect::<Vec<_>>(),
        [Recipient::UnitLeader, Recipient::District]
    );

    let mut dispatch = item(ItemKind::Dispatch, State::Called);
    dispatch.answer_by = Some(at(11, 0));
    assert_eq!(run(&rhythm, &mut dispatch, at(12, 0)), [], "all units have answered");
    dispatch.units.remove(&code("helper"));
    assert_eq!(run(&rhythm, &mut dispatch, at(12, 0)).len(), 1);

    let mut meeting = item(ItemKind::Meeting, State::Held);
    let held = meeting.moves.last().unwrap().on;
    meeting.appointment = Some((held.at(14, 0, 0, 0), String::new()));
    assert_eq!(run(&rhythm, &mut meeting, plus(held, 1).at(13, 59, 0, 0)), []);
    assert_eq!(run(&rhythm, &mut meeting, plus(held, 1).at(14, 0, 0, 0)).len(), 1);
}

#[test]
fn what_fell_due_before_the_rhythm_began_is_not_made_up_for() {
    let mut rhythm = usual();
    let due = date(2019, 3, 4);
    rhythm.since = workday::nth(due, 4);
    let item = task(due);
    let turns: Vec<Turn> =
        rhythm.ladder_of(&item, workday::nth(due, 5).at(9, 0, 0, 0)).iter().map(|it| it.turn).collect();
    let lapsed = Turn::Lapsed;
    assert_eq!(turns, [lapsed, lapsed, lapsed, lapsed, Turn::Due, Turn::Coming]);
}

#[test]
fn only_the_calendar_reminds_by_the_calendar() {
    let mut books = Books::new();
    let facts = complete(ItemKind::TrackedTask).into_iter().map(Into::into).collect();
    books.write(Subject::item(&code("p"), &code("t")), facts);
    let rhythm = usual();
    let chased = ItemFact::Chased {
        watch: Watch::Limit,
        limit: datetime(2019, 8, 14, 0, 0, 0, 0),
        after: Wait::WorkingDays(1),
        to: Recipient::UnitLeader,
        slip: None,
    };
    assert_eq!(books.record("inspector", DAY, "t", vec![chased.clone()]), Err(vec![Problem::ByCalendar]));
    let measured = ItemFact::Measured(MeasuredWeeks { to: DAY, people: vec![0; 8] });
    assert_eq!(books.record("inspector", DAY, "t", vec![measured]), Err(vec![Problem::ByCalendar]));
    books.record("rhythm", DAY, "t", vec![chased.clone()]).unwrap();
    let before = books.history.clone();
    books.record("rhythm", DAY, "t", vec![chased]).unwrap();
    assert_eq!(books.history, before, "the same rung again is no news");
    let item = books.item("t");
    assert_eq!(item.chases.len(), 1);
    assert!(rhythm.rules.next_slip(Watch::Limit, Wait::WorkingDays(1), item.chases[0].limit).is_some());
}

fn row(item: &str, change: impl FnOnce(&mut LedgerRow)) -> LedgerRow {
    let mut books = Books::new();
    books.write(
        Subject::item(&code("p"), &code(item)),
        complete(ItemKind::TrackedTask).into_iter().map(Into::into).collect(),
    );
    let mut row = LedgerRow::of_item(&books.item(item));
    change(&mut row);
    row
}

#[test]
fn a_return_begins_with_what_the_ledger_says() {
    let week = Period::containing(Rhythm::Week, date(2019, 3, 6));
    let rows = [
        row("late", |row| row.due = Some(date(2019, 3, 8))),
        row("on-its-day", |row| row.due = Some(date(2019, 3, 10))),
        row("done", |row| {
            row.standing = domain::item::Standing::Done;
            row.finished = Some(date(2019, 3, 5));
        }),
        row("done-before", |row| {
            row.standing = domain::item::Standing::Done;
            row.finished = Some(date(2019, 3, 1));
        }),
        row("of-others", |row| row.lead_unit = Some(code("helper"))),
    ];
    let judge = LightRules::usual().on(week.to);
    let mut content = ReturnContent::compose(&code("bureau"), week, &rows, &judge);
    let parts: Vec<(&str, ReturnPart)> = content.lines.iter().map(|l| (l.id.as_str(), l.part)).collect();
    assert_eq!(
        parts,
        [("done", ReturnPart::Done), ("late", ReturnPart::Late), ("on-its-day", ReturnPart::InHand)]
    );
    assert_eq!(content.lines[1].light, Light::Red);
    assert_eq!(ReturnContent::owing(&rows), [code("bureau"), code("helper")]);

    let mut books = Books::new();
    let facts = vec![
        ItemFact::Kind { kind: ItemKind::Return },
        ItemFact::Name(domain::named::Named::new("填报", "")),
        ItemFact::Series { series: Series::Weekly },
        ItemFact::Period { from: week.from, to: week.to },
        ItemFact::LeadUnit { unit: code("bureau") },
        ItemFact::Due { on: date(2019, 3, 11) },
    ];
    books.register("r", facts).unwrap();
    let submit = |content: &ReturnContent| {
        vec![ItemFact::Content { content: content.to_text() }, step(Step::Submit, State::Submitted)]
    };
    let nothing = books.record("worker", DAY, "r", vec![step(Step::Submit, State::Submitted)]);
    assert_eq!(nothing, Err(vec![Problem::Missing("content")]));
    let unsaid = books.record("worker", DAY, "r", submit(&content));
    assert_eq!(unsaid, Err(vec![Problem::Unexplained(vec!["late".into()]), Problem::Missing("next")]));

    let mut draft = content.clone();
    draft.lines[1].said = "场地未腾退".into();
    draft.next = "继续推进".into();
    draft.asks = vec!["请明确腾退主体".into()];
    content.keep(&draft);
    assert_eq!(content, draft);
    assert_eq!(ReturnContent::parse(&content.to_text()), Some(content.clone()));
    books.record("worker", DAY, "r", submit(&content)).unwrap();
    let again = books.record("worker", DAY, "r", vec![ItemFact::Content { content: "{}".into() }]);
    assert!(matches!(again.unwrap_err()[..], [Problem::IllegalMove { from: State::Submitted, .. }]));
}

#[test]
fn returns_have_codes_of_their_own() {
    let week = Period::containing(Rhythm::Week, date(2019, 3, 6));
    let plain = return_code(Series::Weekly, week, &code("bureau"));
    assert_eq!(plain.as_str(), "RET-weekly-2019-W10-bureau");
    let long = |end: &str| Code::new(&format!("{}{end}", "a".repeat(60))).unwrap();
    let (one, other) =
        (return_code(Series::Weekly, week, &long("x")), return_code(Series::Weekly, week, &long("y")));
    assert_ne!(one, other);
    assert!(
        one.as_str().starts_with(&return_prefix(Series::Weekly, week)) && one.as_str().len() <= Code::MAX
    );
}
