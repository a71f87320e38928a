//! The life of something that is handled as a task: assigned, taken up, reported on, evidenced, checked,
//! cleared; with what goes differently in some of them.

use domain::item::kind::{ObjectionTo, SlipColour, Urgency};
use domain::item::{ItemFact, ItemKind, Relation, Step, Target};
use jiff::civil::Date;

use super::book::{
    Book, Entry, both, checked, code, evidence, example, lead, level, link, of, person, progress, wd,
};

/// What happens to a task on its way.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Course {
    Plain,
    /// Its evidence is sent back once.
    Returned,
    /// The unit objects, and the task goes to another.
    Moved,
    /// The unit objects to the date in vain.
    Kept,
    Extended,
    /// An extension is refused, and it comes late.
    Refused,
    Late,
    /// Rests while something else has to be done first.
    Suspended,
    /// Nothing more is heard of it.
    Stuck,
}

pub(super) struct Task<'a> {
    pub entry: Entry,
    pub unit: &'a str,
    /// Takes it when the first unit's objection is upheld.
    pub other: &'a str,
    pub due: Option<Date>,
    pub urgency: Urgency,
    pub course: Course,
    /// Days between the limit and the report, and other small differences.
    pub turn: i32,
}

/// Slips that the office sent by hand, numbered in the order in which they went out.
#[derive(Default)]
pub(super) struct Slips(u32);

impl Slips {
    fn send(&mut self, book: &mut Book, on: Date, task: &Entry, unit: &str, colour: SlipColour) {
        // From then on they are issued by the calendar.
        if on >= crate::rhythm::SINCE {
            return;
        }
        let (zh, en) = match colour {
            SlipColour::Blue => ("督办提示单（蓝）", "reminder slip (blue)"),
            SlipColour::Orange => ("督办预警单（橙）", "warning slip (orange)"),
            SlipColour::Red => ("督办催办单（红）", "supervision slip (red)"),
        };
        let number = self.0 + 1;
        let facts = vec![
            example(&format!("{zh}第{number}号"), &format!("{en} no. {number}")),
            ItemFact::Number { number: format!("督单{number:03}") },
            ItemFact::SlipColour { colour },
            ItemFact::Received { on },
            lead(unit),
            ItemFact::Level { level: level(unit) },
            link(Relation::Supervises, Target::Item(task.code.clone())),
        ];
        let name = format!("HT-SLP-{number:03}");
        let Some(mut slip) = book.register(on, person("supervision"), &name, ItemKind::Slip, facts) else {
            return;
        };
        self.0 = number;
        book.step(wd(on, 1), of(unit), &mut slip, Step::Sign, Vec::new());
    }
}

/// Plays a registered task from its assignment; the day it was cleared, if it was.
pub(super) fn play(book: &mut Book, slips: &mut Slips, assigned: Date, task: Task) -> Option<Date> {
    let Task { mut entry, mut unit, other, due, urgency, course, turn } = task;
    let office = || person("supervision");
    let entry = &mut entry;
    book.step(assigned, office(), entry, Step::Assign, Vec::new())?;
    let mut taken = if urgency == Urgency::Urgent { assigned } else { wd(assigned, 1) };
    if matches!(course, Course::Moved | Course::Kept) {
        let facts = if course == Course::Moved {
            let reason = both("主要职责在另一单位", "the duty is mainly another unit's");
            ItemFact::Objection { to: ObjectionTo::Duty, reason, unit: Some(code(other)), due: None }
        } else {
            let reason = both("现场勘查需要更多时间", "the site survey takes longer");
            ItemFact::Objection { to: ObjectionTo::Date, reason, unit: None, due: due.map(|due| wd(due, 5)) }
        };
        book.step(taken, of(unit), entry, Step::Object, vec![facts])?;
        let decided = wd(taken, 1);
        if course == Course::Moved {
            book.step(decided, office(), entry, Step::UpholdObjection, Vec::new())?;
            book.record(decided, office(), entry, vec![lead(other)])?;
            book.step(decided, office(), entry, Step::Assign, Vec::new())?;
            unit = other;
        } else {
            book.step(decided, office(), entry, Step::RejectObjection, Vec::new())?;
        }
        taken = wd(decided, 1);
    }
    book.step(taken, of(unit), entry, Step::TakeUp, Vec::new())?;

    let mut ready = taken;
    if course == Course::Suspended {
        let stopped = wd(taken, 1);
        let reason = both("须待管线迁改完成", "pipes have to be moved first");
        book.step_because(stopped, office(), entry, Step::Suspend, Vec::new(), reason)?;
        ready = wd(stopped, 12);
        book.step(ready, office(), entry, Step::Resume, Vec::new())?;
    }
    if urgency == Urgency::Long {
        for week in 1..=6 {
            ready = wd(ready, 5);
            let line = progress("按周推进，已完成本周安排", "done what was set for the week", week * 15);
            book.record(ready, of(unit), entry, vec![line])?;
        }
    } else if urgency == Urgency::Ordinary {
        ready = wd(ready, 2);
        let line =
            progress("已到现场核实并明确分工", "seen on site, work divided", 30 + i64::from(turn % 4) * 10);
        book.record(ready, of(unit), entry, vec![line])?;
    }
    let mut limit = due.unwrap_or_else(|| wd(ready, 5));
    if matches!(course, Course::Extended | Course::Refused) {
        let (asked, until) = (ready.min(limit), wd(limit, 6));
        let reason = both("涉及单位多，方案需再征求居民意见", "many units; residents are to be asked again");
        book.record(asked, of(unit), entry, vec![ItemFact::ExtensionAsked { until, reason }])?;
        ready = wd(asked, 1);
        let granted = course == Course::Extended;
        let mut facts = vec![ItemFact::ExtensionDecided { granted, note: String::new() }];
        if granted {
            facts.push(ItemFact::Due { on: until });
            limit = until;
        }
        book.record(ready, office(), entry, facts)?;
    }
    if turn % 10 == 3 && course == Course::Plain && due.is_some() {
        slips.send(book, wd(limit, -3).max(ready), entry, unit, SlipColour::Blue);
    }
    let late = match course {
        Course::Late | Course::Refused => 3 + turn % 6,
        Course::Stuck => i32::MAX,
        _ => 0,
    };
    if late > 1 {
        slips.send(book, wd(limit, 1), entry, unit, SlipColour::Orange);
    }
    if late > 6 {
        slips.send(book, wd(limit, 6), entry, unit, SlipColour::Red);
    }
    if course == Course::Stuck {
        let on = wd(limit, 2);
        let forecast = ItemFact::Forecast { on: Some(wd(limit, 60)) };
        let text =
            both("场地腾退未完成，正与产权单位商谈", "the site is not cleared; talks with its owner go on");
        book.record(on, of(unit), entry, vec![forecast])?;
        book.record(on, of(unit), entry, vec![ItemFact::Explanation { text, until: wd(on, 20), by: None }])?;
        return None;
    }
    let reported = if late > 0 { wd(limit, late) } else { wd(limit, -(turn % 3)) };
    close(book, entry, unit, reported.max(ready), course == Course::Returned)
}

/// Evidence, report, check and clearing.
fn close(book: &mut Book, entry: &mut Entry, unit: &str, reported: Date, returned: bool) -> Option<Date> {
    let office = || person("supervision");
    let first = evidence("photos", "整改前后现场照片", "photographs before and after");
    book.record(reported, of(unit), entry, vec![first])?;
    book.step(reported, of(unit), entry, Step::ReportDone, Vec::new())?;
    let mut seen = wd(reported, 1);
    let mut key = "photos";
    if returned {
        let note = "照片未反映整改后情况 / the photographs do not show it put right";
        book.record(seen, office(), entry, vec![checked(key, false, note)])?;
        book.step_because(seen, office(), entry, Step::SendBack, Vec::new(), note.into())?;
        let again = wd(seen, 3);
        key = "call-back";
        let second =
            evidence(key, "居民回访记录和复查照片", "call-back record and photographs of the re-check");
        book.record(again, of(unit), entry, vec![second])?;
        book.step(again, of(unit), entry, Step::ReportDone, Vec::new())?;
        seen = wd(again, 2);
    }
    book.record(seen, office(), entry, vec![checked(key, true, "")])?;
    book.step(seen, office(), entry, Step::Verify, Vec::new())?;
    let cleared = wd(seen, 1);
    book.step(cleared, person("task-force"), entry, Step::Clear, Vec::new())?;
    Some(cleared)
}
