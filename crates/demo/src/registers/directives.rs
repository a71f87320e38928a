//! Directives of city leaders, and the tasks split out of them: 78 and 107, as published. What each was
//! about is published nowhere and made up here.

use domain::code::Code;
use domain::item::kind::{ItemKind, Level, Part, Urgency};
use domain::item::limit::LimitRules;
use domain::item::{ItemFact, Relation, Step, Target};
use jiff::civil::Date;

use super::book::{
    Book, Entry, START, both, code, example, lead, level, link, of, person, place, progress, supporting, wd,
};
use super::tasks::{self, Course, Slips, Task};
use super::themes::{DIRECTIVES, TASKS, THEMES, Theme, fill};

const COUNT: i32 = 78;
/// How many tasks each directive is split into, over and over: 8 for 6 directives.
const SPLIT: [u32; 6] = [1, 2, 1, 0, 2, 2];
/// Directives whose matter came back, answered by a new one: the later and the earlier.
const AGAIN: [(i32, i32); 2] = [(40, 10), (63, 29)];
/// Tasks whose problem came back, and when a new task was set.
const REOPENED: [(u32, i32); 3] = [(12, 70), (37, 130), (58, 190)];

pub(super) fn play(book: &mut Book, slips: &mut Slips) {
    let limits = LimitRules::usual();
    let mut tasks = 0;
    let mut clearings = Vec::new();
    for n in 0..COUNT {
        directive(book, slips, &limits, n, &mut tasks, &mut clearings);
    }
    for (at, (old, days)) in (0..).zip(REOPENED) {
        reopened(book, slips, &clearings, old, wd(START, days), tasks + 1 + at);
    }
}

/// A task's number with its theme and directive, for those that come back.
type Clearing = (u32, &'static Theme, i32);

/// The `n`-th directive: its code, what it is about, the day it came in.
pub(crate) fn nth(n: i32) -> (Code, &'static Theme, Date) {
    let theme = &THEMES[n as usize * 7 % THEMES.len()];
    (code(&format!("HT-DIR-{:03}", n + 1)), theme, wd(START, n * 3 + n / 8))
}

fn directive(
    book: &mut Book,
    slips: &mut Slips,
    limits: &LimitRules,
    n: i32,
    tasks: &mut u32,
    clearings: &mut Vec<Clearing>,
) -> Option<()> {
    let index = n as usize;
    let (number, theme, received) = nth(n);
    let urgency = match n {
        _ if n % 13 == 9 => Urgency::Long,
        _ if n % 9 == 4 => Urgency::Urgent,
        _ => Urgency::Ordinary,
    };
    let split = SPLIT[index % SPLIT.len()];
    let due = limits.due(urgency, received);
    let (zh, en) = fill(DIRECTIVES[index % DIRECTIVES.len()], theme.zh, theme.en);
    let mut facts = vec![
        example(&zh, &en),
        ItemFact::Text {
            text: both("请有关单位研究办理，及时反馈。", "To be studied and settled; report back."),
        },
        ItemFact::Number { number: format!("回天督〔{}〕{}号", received.year(), n + 1) },
        ItemFact::Received { on: received },
        ItemFact::Issuer { name: "市主要领导".into(), unit: None },
        ItemFact::Level { level: Level::City },
        ItemFact::Urgency { urgency },
        lead(theme.lead),
        supporting(theme.second, Part::Supporting),
        place(theme.area, ""),
        ItemFact::Sector { sector: code(theme.sector) },
    ];
    // The directive itself is reported on when its tasks are cleared.
    facts.extend(due.map(|due| ItemFact::Due { on: wd(due, if split == 0 { 0 } else { 8 }) }));
    facts.extend((1..=split).map(|number| {
        let (zh, en) = TASKS[(index + number as usize) % TASKS.len()];
        ItemFact::Matter { number, text: both(zh, en) }
    }));
    facts.extend(
        AGAIN
            .iter()
            .find(|(later, _)| *later == n)
            .map(|(_, earlier)| link(Relation::Reopens, Target::Item(nth(*earlier).0))),
    );
    let mut entry =
        book.register(received, person("supervision"), number.as_str(), ItemKind::Directive, facts)?;

    let assigned = if urgency == Urgency::Urgent { received } else { wd(received, 1) };
    let mut open = Vec::new();
    for number in 1..=split {
        *tasks += 1;
        clearings.push((*tasks, theme, n));
        open.push(task(book, &entry, theme, urgency, received, assigned, due, *tasks, number)?);
    }
    let splits: Vec<ItemFact> = (1..=split)
        .zip(&open)
        .map(|(number, task)| ItemFact::Split { task: task.entry.code.clone(), matters: vec![number] })
        .collect();
    if !splits.is_empty() {
        book.record(assigned, person("supervision"), &entry, splits)?;
    }
    book.step(assigned, person("supervision"), &mut entry, Step::Assign, Vec::new())?;
    let taken = if urgency == Urgency::Urgent { assigned } else { wd(assigned, 1) };
    book.step(taken, of(theme.lead), &mut entry, Step::TakeUp, Vec::new())?;

    let mut ready = Some(taken);
    for task in open {
        let cleared = tasks::play(book, slips, assigned, task);
        ready = ready.zip(cleared).map(|(a, b)| a.max(b));
    }
    if split == 0 {
        ready = own(book, &entry, theme, taken, due);
    }
    finish(book, &mut entry, theme, wd(ready?, 1), n)
}

/// A directive without tasks is done by its lead unit itself.
fn own(book: &mut Book, entry: &Entry, theme: &Theme, taken: Date, due: Option<Date>) -> Option<Date> {
    let mut day = taken;
    let weeks = if due.is_none() { 5 } else { 1 };
    for week in 1..=weeks {
        day = wd(day, if due.is_none() { 5 } else { 1 });
        let line = progress("已研究并提出办理意见", "studied, with a proposal how to settle it", week * 18);
        book.record(day, of(theme.lead), entry, vec![line])?;
    }
    Some(due.map_or(day, |due| wd(due, -1).max(day)))
}

fn finish(book: &mut Book, entry: &mut Entry, theme: &Theme, reported: Date, n: i32) -> Option<()> {
    let office = || person("supervision");
    book.step(reported, of(theme.lead), entry, Step::ReportDone, Vec::new())?;
    book.step(wd(reported, 1), office(), entry, Step::Verify, Vec::new())?;
    book.step(wd(reported, 2), office(), entry, Step::Present, Vec::new())?;
    book.step(wd(reported, 4), office(), entry, Step::Clear, Vec::new())?;
    if n % 2 == 0 {
        book.step(wd(reported, 9), office(), entry, Step::File, Vec::new())?;
    }
    Some(())
}

#[allow(clippy::too_many_arguments, reason = "what a task takes over from its directive")]
fn task(
    book: &mut Book,
    directive: &Entry,
    theme: &'static Theme,
    urgency: Urgency,
    received: Date,
    assigned: Date,
    due: Option<Date>,
    task: u32,
    number: u32,
) -> Option<Task<'static>> {
    let ordinary = urgency == Urgency::Ordinary;
    let course = match task {
        88 | 93 | 96 => Course::Stuck,
        _ if !ordinary => Course::Plain,
        46 => Course::Suspended,
        _ if task % 17 == 5 => Course::Moved,
        _ if task % 17 == 11 => Course::Kept,
        _ if task % 13 == 4 => Course::Extended,
        _ if task % 26 == 1 => Course::Refused,
        _ if task % 19 == 7 => Course::Late,
        _ if task % 11 == 6 => Course::Returned,
        _ => Course::Plain,
    };
    let (unit, other) = if number == 1 { (theme.lead, theme.second) } else { (theme.second, theme.lead) };
    let aspect = TASKS[task as usize % TASKS.len()];
    let facts = facts_of(theme, aspect, unit, received, urgency, due, task, &directive.code);
    let name = format!("HT-TSK-{task:03}");
    let entry = book.register(assigned, person("supervision"), &name, ItemKind::TrackedTask, facts)?;
    Some(Task { entry, unit, other, due, urgency, course, turn: task as i32 })
}

#[allow(clippy::too_many_arguments, reason = "what is known of a task when it is set")]
fn facts_of(
    theme: &Theme,
    (zh, en): (&str, &str),
    unit: &str,
    received: Date,
    urgency: Urgency,
    due: Option<Date>,
    task: u32,
    directive: &Code,
) -> Vec<ItemFact> {
    let mut facts = vec![
        example(&format!("{}：{zh}", theme.zh), &format!("{}: {en}", theme.en)),
        ItemFact::Number { number: format!("回天办〔{}〕{task}号", received.year()) },
        ItemFact::Received { on: received },
        ItemFact::Issuer { name: String::new(), unit: Some(code("bj-supervision-office")) },
        ItemFact::Level { level: level(unit) },
        ItemFact::Urgency { urgency },
        lead(unit),
        place(theme.area, ""),
        ItemFact::Sector { sector: code(theme.sector) },
        link(Relation::SplitFrom, Target::Item(directive.clone())),
    ];
    if !theme.project.is_empty() {
        facts.push(link(Relation::Serves, Target::Project(code(theme.project))));
    }
    facts.extend(due.map(|on| ItemFact::Due { on }));
    facts
}

/// A problem that came back is a new task, linked to the cleared one.
fn reopened(
    book: &mut Book,
    slips: &mut Slips,
    known: &[Clearing],
    old: u32,
    day: Date,
    task: u32,
) -> Option<Date> {
    let (_, theme, n) = known.iter().find(|(number, ..)| *number == old)?;
    let due = wd(day, 10);
    let aspect = ("问题反弹，重新整治", "it came back; to be put right again");
    let mut facts = facts_of(theme, aspect, theme.lead, day, Urgency::Ordinary, Some(due), task, &nth(*n).0);
    facts.push(link(Relation::Reopens, Target::Item(code(&format!("HT-TSK-{old:03}")))));
    let name = format!("HT-TSK-{task:03}");
    let entry = book.register(day, person("supervision"), &name, ItemKind::TrackedTask, facts)?;
    let task = Task {
        entry,
        unit: theme.lead,
        other: theme.second,
        due: Some(due),
        urgency: Urgency::Ordinary,
        course: Course::Plain,
        turn: task as i32,
    };
    tasks::play(book, slips, wd(day, 1), task)
}
