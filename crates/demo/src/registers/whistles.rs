//! Whistles of the five subdistricts and towns: 22 answered, as published, and two blown on the last days.
//! What each was blown for is published nowhere and made up here.

use domain::item::kind::{ItemKind, Level, Part, WhistleKind};
use domain::item::{ItemFact, Step, Target};
use domain::workday;
use jiff::Span;
use jiff::civil::{Date, DateTime};

use super::book::{Book, END, Entry, START, both, code, example, lead, of, person, place, supporting, wd};
use super::report_ins::ReportIns;

/// What it is blown for, who leads the answer, who else is called.
type Call = (WhistleKind, &'static str, &'static str, &'static str, &'static [&'static str]);

#[rustfmt::skip]
const CALLS: [Call; 12] = [
    (WhistleKind::Request, "小区门前道路违停", "cars parked in front of an estate’s gate", "bj-traffic-police", &["changping-transport"]),
    (WhistleKind::JointEnforcement, "群租房联合整治", "joint checks of overcrowded flats", "changping-housing", &["changping-police", "changping-fire"]),
    (WhistleKind::KeyWork, "道路断点腾退", "clearing the site of a missing road link", "bj-planning", &["changping-transport"]),
    (WhistleKind::Emergency, "供水管线爆裂", "a burst water main", "bj-water", &["changping-water", "changping-urban-management"]),
    (WhistleKind::JointEnforcement, "占道经营整治", "street vending", "bj-law-enforcement", &["changping-commerce"]),
    (WhistleKind::Request, "夜间施工扰民", "building at night", "bj-ecology", &["changping-housing"]),
    (WhistleKind::Request, "供热温度不达标", "flats too cold", "bj-urban-management", &["changping-urban-management"]),
    (WhistleKind::JointEnforcement, "地下空间违规使用", "basements used against the rules", "bj-civil-defence", &["changping-fire"]),
    (WhistleKind::KeyWork, "幼儿园开园手续", "papers for opening a kindergarten", "changping-education", &["changping-fire"]),
    (WhistleKind::Request, "电梯停运", "lifts out of service", "bj-market", &["changping-housing"]),
    (WhistleKind::JointEnforcement, "违法建设拆除", "removal of an illegal structure", "changping-planning", &["bj-law-enforcement", "changping-police"]),
    (WhistleKind::Emergency, "汛期积水点抢险", "flooding in a storm", "bj-water", &["changping-transport"]),
];

/// Subdistricts and towns with the areas they answer for.
const CALLERS: [(&str, &str); 5] = [
    ("huilongguan-office", "huilongguan"),
    ("tiantongyuan-north-office", "tiantongyuan-north"),
    ("dongxiaokou-office", "dongxiaokou"),
    ("huoying-office", "huoying"),
    ("tiantongyuan-south-office", "tiantongyuan-south"),
];

const SPOTS: [&str; 5] = ["东门外", "地铁站旁", "小学路口", "商业街", "三号院"];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Solved,
    /// Solved after it was raised to the city.
    RaisedAndSolved,
    /// Raised, and not solved yet.
    Raised,
    Handling,
    /// Nobody has answered yet.
    Called,
}

pub(super) fn play(book: &mut Book, numbers: &mut ReportIns) {
    for n in 0..24 {
        let (ending, day) = match n {
            8 => (Ending::RaisedAndSolved, wd(START, 8 + n * 10)),
            20 => (Ending::Raised, wd(END, -9)),
            21 => (Ending::Handling, wd(END, -2)),
            22 | 23 => (Ending::Called, wd(END, n - 23)),
            _ => (Ending::Solved, wd(START, 8 + n * 10)),
        };
        whistle(book, numbers, n, day, ending);
    }
}

fn whistle(book: &mut Book, numbers: &mut ReportIns, n: i32, day: Date, ending: Ending) -> Option<()> {
    let index = n as usize;
    let (kind, zh, en, first, others) = CALLS[index * 5 % CALLS.len()];
    let (caller, area) = CALLERS[index % CALLERS.len()];
    // The subdistrict with people of its own in the demonstration is called for by them.
    let calling = || if area == "tiantongyuan-north" { person("subdistrict") } else { of(caller) };
    let called = day.at(9, 0, 0, 0);
    let minutes = if kind == WhistleKind::Emergency { 30 } else { 120 };
    let after = |minutes: i64| -> DateTime { called.saturating_add(Span::new().minutes(minutes)) };
    let mut facts = vec![
        example(zh, en),
        ItemFact::Text {
            text: both(
                "街道难以单独解决，请到现场处置。",
                "More than the subdistrict can settle alone; please come.",
            ),
        },
        ItemFact::Number { number: format!("哨{:03}", n + 1) },
        ItemFact::Received { on: day },
        ItemFact::Issuer { name: String::new(), unit: Some(code(caller)) },
        ItemFact::WhistleKind { whistle: kind },
        ItemFact::Level { level: Level::District },
        ItemFact::CalledAt { at: called },
        ItemFact::AnswerBy { at: after(minutes) },
        lead(first),
        place(area, SPOTS[index % SPOTS.len()]),
        ItemFact::Sector { sector: code("social") },
    ];
    facts.extend(others.iter().map(|unit| supporting(unit, Part::Supporting)));
    let name = format!("HT-WHI-{:03}", n + 1);
    let mut entry = book.register(day, calling(), &name, ItemKind::Whistle, facts)?;
    if ending == Ending::Called {
        return None;
    }

    // Most come within the limit; now and then one does not.
    let slow = n % 7 == 5;
    let answer =
        |unit: &str, at: i64| ItemFact::Answer { unit: code(unit), at: after(at), text: String::new() };
    let arrival =
        |unit: &str, at: i64, people: u32| ItemFact::Arrival { unit: code(unit), at: after(at), people };
    let coming = if slow { minutes + 40 } else { minutes - 8 };
    let to = Target::Item(entry.code.clone());
    book.step(day, of(first), &mut entry, Step::Answer, vec![answer(first, 5 + i64::from(n))])?;
    for (unit, at) in others.iter().zip(6..) {
        book.record(day, of(unit), &entry, vec![answer(unit, at + i64::from(n))])?;
    }
    if ending == Ending::Raised {
        let reason = both("涉及产权单位，区级协调不成", "the owner is beyond what the district can move");
        return book.step_because(wd(day, 2), calling(), &mut entry, Step::Raise, Vec::new(), reason);
    }
    if ending == Ending::RaisedAndSolved {
        let reason = both("需市级部门统筹", "needs the city’s departments");
        book.step_because(wd(day, 1), calling(), &mut entry, Step::Raise, Vec::new(), reason)?;
        let city = vec![ItemFact::Level { level: Level::City }, supporting("bj-housing", Part::Supporting)];
        book.record(wd(day, 1), person("task-force"), &entry, city)?;
    }
    let there = if ending == Ending::RaisedAndSolved { wd(day, 2) } else { day };
    book.step(there, of(first), &mut entry, Step::Arrive, vec![arrival(first, coming, 2 + n as u32 % 3)])?;
    numbers.respond(book, there, first, area, &to);
    for unit in others {
        book.record(there, of(unit), &entry, vec![arrival(unit, minutes - 4, 2)])?;
        numbers.respond(book, there, unit, area, &to);
    }
    if ending == Ending::RaisedAndSolved {
        book.record(there, of("bj-housing"), &entry, vec![arrival("bj-housing", minutes - 20, 3)])?;
    }
    book.step(there, of(first), &mut entry, Step::Handle, Vec::new())?;
    if ending == Ending::Handling {
        return None;
    }
    let mut called: Vec<&str> = others.to_vec();
    if ending == Ending::RaisedAndSolved {
        called.push("bj-housing");
    }
    settle(book, &mut entry, n, wd(there, 1 + n % 4), &calling, first, &called, slow)
}

/// Solved, and judged by whoever called.
#[allow(clippy::too_many_arguments, reason = "what is judged")]
fn settle(
    book: &mut Book,
    entry: &mut Entry,
    n: i32,
    day: Date,
    calling: &dyn Fn() -> app::Actor,
    first: &str,
    others: &[&str],
    slow: bool,
) -> Option<()> {
    let text = both("现场问题已处置，回访居民无异议", "settled on the spot; residents called back agree");
    let outcome = ItemFact::Outcome { solved: true, text };
    book.step(day, calling(), entry, Step::Solve, vec![outcome])?;
    let veto = n == 12;
    let mark = |unit: &str, mark: u8, veto: bool| {
        let note = if veto {
            both("到场后无权决定，影响处置", "came without the power to decide")
        } else {
            String::new()
        };
        ItemFact::Mark { unit: code(unit), mark, veto, note }
    };
    let best = if slow { 3 } else { 5 - (n % 2) as u8 };
    let mut marks = vec![mark(first, best, false)];
    marks.extend(others.iter().zip(0..).map(|(unit, at)| {
        let vetoed = veto && at == 0;
        mark(unit, if vetoed { 1 } else { 4 }, vetoed)
    }));
    book.step(workday::nth(day, 1), calling(), entry, Step::Mark, marks)
}
