//! Inspections of the supervision office, some jointly with the task force: 46 handled, as published, and
//! three still going on. What each looked at is published nowhere and made up here.

use domain::item::kind::{InspectionWay, ItemKind, Level, Part, Urgency};
use domain::item::{ItemFact, Relation, Step, Target};
use jiff::civil::Date;

use super::book::{
    Book, END, Entry, START, both, code, example, lead, level, link, of, person, place, supporting, wd,
};
use super::tasks::{self, Course, Slips, Task};
use super::themes::{Phrase, THEMES, Theme, fill};

const HANDLED: i32 = 46;
/// Still going on at the end of the registers: how far each has come, and how many working days before.
const GOING_ON: [(Stage, i32); 3] = [(Stage::Rectifying, 9), (Stage::Ordered, 3), (Stage::Planned, 1)];

const WAYS: [InspectionWay; 5] = [
    InspectionWay::Unannounced,
    InspectionWay::Announced,
    InspectionWay::Hearing,
    InspectionWay::Papers,
    InspectionWay::Talks,
];

const SUBJECTS: [Phrase; 3] = [
    ("{}落实情况督查", "inspection of what was done about {}"),
    ("{}问题整改“回头看”", "second look at {}"),
    ("{}专项督查", "special inspection of {}"),
];

const FINDINGS: [Phrase; 6] = [
    ("现场公示信息未更新", "notices on site are out of date"),
    ("责任分工不清、台账缺项", "duties unclear, gaps in the list"),
    ("个别点位整改后反弹", "single spots have slipped back"),
    ("施工围挡占用人行道", "hoardings stand on the footway"),
    ("居民意见未逐一回访", "residents were not all called back"),
    ("进度滞后于倒排工期", "progress behind the back-schedule"),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Planned,
    Ordered,
    Rectifying,
    Handled,
}

pub(super) fn play(book: &mut Book, slips: &mut Slips) {
    let mut findings = 0;
    for n in 0..HANDLED {
        let day = wd(START, 3 + n * 9 / 2);
        inspection(book, slips, n, day, Stage::Handled, &mut findings);
    }
    for (n, (stage, days)) in (HANDLED..).zip(GOING_ON) {
        inspection(book, slips, n, wd(END, -days), stage, &mut findings);
    }
}

fn inspection(
    book: &mut Book,
    slips: &mut Slips,
    n: i32,
    day: Date,
    until: Stage,
    findings: &mut u32,
) -> Option<()> {
    let index = n as usize;
    let theme = &THEMES[(index * 11 + 3) % THEMES.len()];
    let office = || person("supervision");
    let joint = n % 3 == 1;
    let (zh, en) = fill(SUBJECTS[index % SUBJECTS.len()], theme.zh, theme.en);
    let text = both(
        "看现场、查台账、问居民，核对任务落实情况。",
        "Site, list and residents: whether what was set has been done.",
    );
    let mut facts = vec![
        example(&zh, &en),
        ItemFact::Text { text },
        ItemFact::Number { number: format!("督查{:03}", n + 1) },
        ItemFact::Received { on: day },
        ItemFact::Issuer { name: String::new(), unit: Some(code("bj-supervision-office")) },
        ItemFact::Level { level: Level::City },
        ItemFact::InspectionWay { way: WAYS[index % WAYS.len()] },
        lead("bj-supervision-office"),
        supporting(theme.lead, Part::Supporting),
        place(theme.area, ""),
        ItemFact::Sector { sector: code(theme.sector) },
        ItemFact::Due { on: wd(day, 25) },
    ];
    if joint {
        facts.push(supporting("bj-task-force", Part::JointLead));
    }
    let name = format!("HT-INS-{:03}", n + 1);
    let mut entry = book.register(day, office(), &name, ItemKind::Inspection, facts)?;
    if until == Stage::Planned {
        return None;
    }
    book.step(wd(day, 1), office(), &mut entry, Step::Order, Vec::new())?;
    if until == Stage::Ordered {
        return None;
    }
    let concluded = wd(day, 3);
    let count = if until == Stage::Rectifying { 2 } else { [1, 2, 0][index % 3] };
    let outcome = if count == 0 {
        ItemFact::Outcome { solved: true, text: both("落实到位", "done as set") }
    } else {
        ItemFact::Outcome {
            solved: false,
            text: both("发现问题，限期整改", "found wanting; to be put right"),
        }
    };
    book.step(concluded, office(), &mut entry, Step::Conclude, vec![outcome])?;
    let mut settled = concluded;
    if n % 20 == 11 {
        settled = review(book, &mut entry, theme, concluded)?;
    }
    if count > 0 {
        let begun = wd(settled, 1);
        book.step(begun, office(), &mut entry, Step::Rectify, Vec::new())?;
        let mut last = Some(begun);
        for _ in 0..count {
            *findings += 1;
            let cleared = finding(book, slips, &entry, theme, begun, *findings);
            last = last.zip(cleared).map(|(a, b)| a.max(b));
        }
        settled = wd(last?, 1);
        let outcome =
            ItemFact::Outcome { solved: true, text: both("复查合格", "re-checked and found right") };
        book.step(settled, office(), &mut entry, Step::Recheck, vec![outcome])?;
    }
    book.step(wd(settled, 1), office(), &mut entry, Step::Clear, Vec::new())?;
    if n % 2 == 0 {
        book.step(wd(settled, 6), office(), &mut entry, Step::File, Vec::new())?;
    }
    Some(())
}

/// The unit asks for a review; people who did not write the conclusion decide on it.
fn review(book: &mut Book, entry: &mut Entry, theme: &Theme, concluded: Date) -> Option<Date> {
    let text = both("申请复核：现场情况已有变化", "review asked for: the site has changed since");
    book.record(wd(concluded, 2), of(theme.lead), entry, vec![ItemFact::Progress { text, percent: None }])?;
    book.step(wd(concluded, 2), of(theme.lead), entry, Step::AskReview, Vec::new())?;
    let decided = wd(concluded, 5);
    book.step(decided, person("task-force"), entry, Step::DecideReview, Vec::new())?;
    Some(decided)
}

fn finding(
    book: &mut Book,
    slips: &mut Slips,
    inspection: &Entry,
    theme: &'static Theme,
    begun: Date,
    finding: u32,
) -> Option<Date> {
    let (zh, en) = FINDINGS[finding as usize % FINDINGS.len()];
    // The inspected unit puts right what is its own, the second unit the rest.
    let (unit, other) =
        if finding.is_multiple_of(4) { (theme.second, theme.lead) } else { (theme.lead, theme.second) };
    let due = wd(begun, 7);
    let facts = vec![
        example(&format!("{}：{zh}", theme.zh), &format!("{}: {en}", theme.en)),
        ItemFact::Received { on: begun },
        ItemFact::Issuer { name: String::new(), unit: Some(code("bj-supervision-office")) },
        ItemFact::Level { level: level(unit) },
        lead(unit),
        place(theme.area, ""),
        ItemFact::Sector { sector: code(theme.sector) },
        ItemFact::Due { on: due },
        link(Relation::FoundBy, Target::Item(inspection.code.clone())),
    ];
    let name = format!("HT-FND-{finding:03}");
    let entry = book.register(begun, person("supervision"), &name, ItemKind::Finding, facts)?;
    let course = match finding % 14 {
        5 => Course::Returned,
        9 => Course::Late,
        _ => Course::Plain,
    };
    let urgency = Urgency::Ordinary;
    tasks::play(
        book,
        slips,
        begun,
        Task { entry, unit, other, due: Some(due), urgency, course, turn: finding as i32 },
    )
}
