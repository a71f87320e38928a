//! Joint meetings, monthly and instant dispatches, and what they decided. That they were held is published;
//! their number, days, agenda and decisions are not, and made up here.

use domain::item::kind::{Attendance, ItemKind, Level, Part, Series, Urgency};
use domain::item::{ItemFact, Relation, Step, Target};
use domain::workday;
use jiff::Span;
use jiff::civil::{Date, date};

use super::book::{
    Book, END, Entry, both, code, example, lead, level, link, of, person, place, supporting, wd,
};
use super::tasks::{self, Course, Slips, Task};
use super::themes::{THEMES, Theme};

/// The joint meeting's days: when the plan began, at the turn of the year, in summer.
const JOINT: [Date; 3] = [date(2018, 9, 5), date(2019, 1, 16), date(2019, 6, 19)];
/// Themes that were put to all sides at once, and working days before the end of the registers.
const INSTANT: [(usize, i32); 5] = [(15, 210), (3, 160), (10, 95), (19, 41), (4, 1)];

/// Who sits at the table besides the units that the agenda is about.
const ALWAYS: [&str; 3] = ["bj-task-force", "bj-drc", "changping-task-force"];

#[derive(Default)]
struct Decisions(u32);

pub(super) fn play(book: &mut Book, slips: &mut Slips) {
    let mut decisions = Decisions::default();
    for (n, day) in JOINT.into_iter().enumerate() {
        meeting(book, slips, &mut decisions, Series::Joint, n, day, None);
    }
    let mut last: Option<Entry> = None;
    for month in 0..12 {
        // The last Thursday's week: the 25th of each month, or the next working day.
        let day = date(2018, 8, 25).saturating_add(Span::new().months(month));
        let day = workday::at_or_after(day);
        last = meeting(book, slips, &mut decisions, Series::Dispatch, month as usize, day, last.as_ref());
    }
    under_way(book, last.as_ref());
    for (n, (theme, before)) in (1..).zip(INSTANT) {
        instant(book, slips, &mut decisions, n, &THEMES[theme], wd(END, -before));
    }
}

fn meeting(
    book: &mut Book,
    slips: &mut Slips,
    decisions: &mut Decisions,
    series: Series,
    n: usize,
    day: Date,
    before: Option<&Entry>,
) -> Option<Entry> {
    let joint = series == Series::Joint;
    let number = n + 1;
    let (zh, en, prefix, room) = if joint {
        (
            format!("市级联席会第{number}次会议"),
            format!("joint meeting no. {number}"),
            "HT-JM",
            "市发展改革委会议室",
        )
    } else {
        (format!("第{number}次月调度会"), format!("monthly dispatch no. {number}"), "HT-MD", "昌平区会议中心")
    };
    let themes: Vec<&Theme> =
        (0..3).map(|at| &THEMES[(n * 3 + at + if joint { 1 } else { 0 }) % THEMES.len()]).collect();
    let mut facts = vec![
        example(&zh, &en),
        ItemFact::Number { number: number.to_string() },
        ItemFact::Series { series },
        ItemFact::Level { level: Level::City },
        ItemFact::Appointment { at: day.at(14, 30, 0, 0), place: room.into() },
        lead("bj-task-force"),
    ];
    facts.extend(before.map(|before| link(Relation::CarriedOver, Target::Item(before.code.clone()))));
    facts.extend((1..).zip(&themes).map(|(point, theme)| ItemFact::Agenda {
        point,
        title: both(theme.zh, theme.en),
        about: (!theme.project.is_empty()).then(|| Target::Project(code(theme.project))),
        text: String::new(),
        asked: None,
    }));
    let name = format!("{prefix}-{number:02}");
    let called = wd(day, -4);
    let mut entry = book.register(called, person("task-force"), &name, ItemKind::Meeting, facts)?;
    let mut present: Vec<&str> = ALWAYS.to_vec();
    for theme in &themes {
        for unit in [theme.lead, theme.second] {
            if !present.contains(&unit) {
                present.push(unit);
            }
        }
    }
    let attendance = present.iter().enumerate().map(|(at, unit)| ItemFact::Attendance {
        unit: code(unit),
        attendance: match (at + n) % 9 {
            8 if at > 2 => Attendance::Excused,
            7 if at > 2 => Attendance::Observing,
            _ => Attendance::Present,
        },
        name: String::new(),
    });
    book.step(day, person("task-force"), &mut entry, Step::Hold, attendance.collect())?;
    let text = both(
        "会议听取各议题进展，明确责任单位和时限；未办结事项结转下次会议。",
        "Progress was heard on each point, units and dates were set; open points go to the next meeting.",
    );
    let minuted = wd(day, 1);
    book.step(minuted, person("task-force"), &mut entry, Step::Minute, vec![ItemFact::Minutes { text }])?;
    for theme in themes.iter().take(2) {
        decide(book, slips, decisions, &entry, theme, minuted);
    }
    Some(entry)
}

/// On the last day a joint meeting was held whose minutes are still to come, and the next dispatch is planned.
fn under_way(book: &mut Book, before: Option<&Entry>) -> Option<()> {
    let meeting = |zh: &str, en: &str, number: &str, series, at, place: &str| {
        vec![
            example(zh, en),
            ItemFact::Number { number: number.into() },
            ItemFact::Series { series },
            ItemFact::Level { level: Level::City },
            ItemFact::Appointment { at, place: place.into() },
            lead("bj-task-force"),
        ]
    };
    let morning = END.at(9, 30, 0, 0);
    let mut facts = meeting(
        "市级联席会第4次会议",
        "joint meeting no. 4",
        "4",
        Series::Joint,
        morning,
        "市发展改革委会议室",
    );
    facts.extend((1..).zip(&THEMES[..2]).map(|(point, theme)| ItemFact::Agenda {
        point,
        title: both(theme.zh, theme.en),
        about: (!theme.project.is_empty()).then(|| Target::Project(code(theme.project))),
        text: String::new(),
        asked: None,
    }));
    let mut held = book.register(wd(END, -4), person("task-force"), "HT-JM-04", ItemKind::Meeting, facts)?;
    let present = ALWAYS.iter().map(|unit| ItemFact::Attendance {
        unit: code(unit),
        attendance: Attendance::Present,
        name: String::new(),
    });
    book.step(END, person("task-force"), &mut held, Step::Hold, present.collect())?;
    let at = date(2019, 8, 26).at(14, 30, 0, 0);
    let mut facts =
        meeting("第13次月调度会", "monthly dispatch no. 13", "13", Series::Dispatch, at, "昌平区会议中心");
    facts.extend(before.map(|before| link(Relation::CarriedOver, Target::Item(before.code.clone()))));
    let planned = book.register(wd(END, -2), person("task-force"), "HT-MD-13", ItemKind::Meeting, facts)?;
    let asked = ItemFact::AgendaAsked {
        key: code("a1"),
        unit: code("changping-education"),
        title: both("幼儿园开园手续的联合办理", "papers for opening kindergartens, handled jointly"),
        about: None,
        text: String::new(),
    };
    book.record(END, of("changping-education"), &planned, vec![asked])
}

/// What was decided is an item of its own, cleared like a task.
fn decide(
    book: &mut Book,
    slips: &mut Slips,
    decisions: &mut Decisions,
    at: &Entry,
    theme: &Theme,
    day: Date,
) -> Option<Date> {
    let number = decisions.0 + 1;
    let due = wd(day, 12);
    let unit = theme.lead;
    let facts = vec![
        example(&format!("{}：会议议定事项", theme.zh), &format!("{}: as decided", theme.en)),
        ItemFact::Received { on: day },
        ItemFact::Issuer { name: String::new(), unit: Some(code("bj-task-force")) },
        ItemFact::Level { level: level(unit) },
        lead(unit),
        place(theme.area, ""),
        ItemFact::Sector { sector: code(theme.sector) },
        ItemFact::Due { on: due },
        link(Relation::DecidedAt, Target::Item(at.code.clone())),
    ];
    let name = format!("HT-DEC-{number:03}");
    let entry = book.register(day, person("supervision"), &name, ItemKind::Decision, facts)?;
    decisions.0 = number;
    let course = match number % 12 {
        4 => Course::Returned,
        9 => Course::Extended,
        _ => Course::Plain,
    };
    let task = Task {
        entry,
        unit,
        other: theme.second,
        due: Some(due),
        urgency: Urgency::Ordinary,
        course,
        turn: number as i32,
    };
    tasks::play(book, slips, day, task)
}

/// One matter put to its units at once, answered and decided on.
fn instant(
    book: &mut Book,
    slips: &mut Slips,
    decisions: &mut Decisions,
    n: u32,
    theme: &Theme,
    day: Date,
) -> Option<Date> {
    let called = day.at(9, 0, 0, 0);
    let by = wd(day, 2);
    let facts = vec![
        example(&format!("即时调度：{}", theme.zh), &format!("instant dispatch: {}", theme.en)),
        ItemFact::Text { text: both("请两日内答复办理意见。", "Please answer within two days.") },
        ItemFact::Received { on: day },
        ItemFact::Issuer { name: String::new(), unit: Some(code("bj-task-force")) },
        ItemFact::Level { level: Level::City },
        ItemFact::CalledAt { at: called },
        ItemFact::AnswerBy { at: by.at(18, 0, 0, 0) },
        lead(theme.lead),
        supporting(theme.second, Part::Supporting),
        place(theme.area, ""),
        ItemFact::Sector { sector: code(theme.sector) },
    ];
    let name = format!("HT-DIS-{n:02}");
    let mut entry = book.register(day, person("task-force"), &name, ItemKind::Dispatch, facts)?;
    for (unit, hours) in [(theme.lead, 6), (theme.second, 30)] {
        let at = called.saturating_add(Span::new().hours(hours));
        let text = both("已研究，方案附后", "studied; a proposal is enclosed");
        let seen =
            ItemFact::Acknowledged { unit: code(unit), at: called.saturating_add(Span::new().hours(1)) };
        book.record(day, of(unit), &entry, vec![seen])?;
        let answer = ItemFact::Answer { unit: code(unit), at, text };
        let answered = workday::at_or_after(at.date());
        book.record(answered, of(unit), &entry, vec![answer])?;
    }
    let text = both("各方意见一致，形成决定", "all agree; it is decided");
    let outcome = ItemFact::Outcome { solved: true, text };
    book.step(by, person("task-force"), &mut entry, Step::Close, vec![outcome])?;
    decide(book, slips, decisions, &entry, theme, by)
}
