//! An item as the API shows it, with everything that was said of it.

use domain::item::workflow;
use domain::item::{Item as DomainItem, State};
use jiff::civil::{Date, DateTime};
use serde::Serialize;
use utoipa::ToSchema;

use crate::asked::ViewUsed;
use crate::ledger::{Counted, LedgerLine, Linked};
use crate::value::{Amount, CodeText, Day, code, codes};
use crate::word::{
    ActionWord, AttendanceWord, ColourWord, ItemPartWord, ItemStateWord, ItemStepWord, ObjectionWord,
    SubjectKindWord, UrgencyWord, WayWord, WhistleWord,
};

/// A unit with a part in an item.
#[derive(Debug, Serialize, ToSchema)]
struct ItemUnit {
    unit: CodeText,
    part: ItemPartWord,
}

/// A numbered matter of a directive.
#[derive(Debug, Serialize, ToSchema)]
struct ItemMatter {
    number: u32,
    text: String,
    /// The tasks it went to.
    tasks: Vec<CodeText>,
}

/// A move that was made.
#[derive(Debug, Serialize, ToSchema)]
struct ItemMove {
    on: Day,
    step: ItemStepWord,
    to: ItemStateWord,
    by: Option<CodeText>,
    entry: u64,
}

/// A move that the table allows from where the item stands.
#[derive(Debug, Serialize, ToSchema)]
struct NextMove {
    step: ItemStepWord,
    to: ItemStateWord,
    needs: ActionWord,
}

/// An objection to duty or date.
#[derive(Debug, Serialize, ToSchema)]
struct ItemObjection {
    on: Day,
    to: ObjectionWord,
    reason: String,
    /// The unit that is proposed instead.
    unit: Option<CodeText>,
    /// The date that is proposed instead.
    due: Option<Day>,
}

/// An extension that was asked for.
#[derive(Debug, Serialize, ToSchema)]
struct ItemExtension {
    asked_on: Day,
    until: Day,
    reason: String,
    decided_on: Option<Day>,
    /// `null`: not decided yet.
    granted: Option<bool>,
    note: String,
}

/// A dated report on how far it has come.
#[derive(Debug, Serialize, ToSchema)]
struct ItemProgress {
    on: Day,
    text: String,
    percent: Option<Amount>,
    entry: u64,
}

/// A piece of evidence and what came of it.
#[derive(Debug, Serialize, ToSchema)]
struct ItemEvidence {
    key: CodeText,
    title: String,
    url: String,
    on: Day,
    by: Option<CodeText>,
    /// `null`: not looked at yet.
    accepted: Option<bool>,
    judged_by: Option<CodeText>,
    note: String,
}

/// What one called unit did.
#[derive(Debug, Serialize, ToSchema)]
struct ItemCall {
    unit: CodeText,
    /// In the plan's time zone.
    answered: Option<String>,
    answer: String,
    arrived: Option<String>,
    people: Option<u32>,
    mark: Option<u8>,
    veto: Option<bool>,
    note: String,
}

/// Whether it was solved, and how.
#[derive(Debug, Serialize, ToSchema)]
struct ItemOutcome {
    solved: bool,
    text: String,
}

/// A word beside the light; it does not change it.
#[derive(Debug, Serialize, ToSchema)]
struct ItemExplanation {
    text: String,
    until: Day,
    by: Option<CodeText>,
}

/// Days from and to, both included.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Days {
    pub from: Day,
    pub to: Day,
}

/// When and where a meeting is held.
#[derive(Debug, Serialize, ToSchema)]
struct ItemAppointment {
    at: String,
    place: String,
}

/// Who came to a meeting.
#[derive(Debug, Serialize, ToSchema)]
struct ItemAttendance {
    unit: CodeText,
    attendance: AttendanceWord,
    name: String,
}

/// A point of a meeting's agenda. `asked` is the key of what it takes up: of a point asked of the meeting, or of
/// a matter in the return it is about.
#[derive(Debug, Serialize, ToSchema)]
struct ItemPoint {
    point: u32,
    title: String,
    text: String,
    about_kind: Option<SubjectKindWord>,
    about: Option<CodeText>,
    asked: Option<CodeText>,
}

/// A report's number and the digest of what it says.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ItemIssue {
    pub number: u32,
    /// The last effective day that counted.
    pub as_of: Day,
    /// The last entry of the journal that counted.
    pub entry: u64,
    /// SHA-256 of the content's text.
    pub digest: String,
}

/// An item with everything that was said of it. Times of day are those of the plan's zone.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Item {
    plan: CodeText,
    /// The item's row of the ledger: its name, units, dates, state and light.
    line: LedgerLine,
    text: String,
    urgency: UrgencyWord,
    whistle: Option<WhistleWord>,
    way: Option<WayWord>,
    colour: Option<ColourWord>,
    units: Vec<ItemUnit>,
    address: String,
    answer_by: Option<String>,
    period: Option<Days>,
    appointment: Option<ItemAppointment>,
    links: Vec<Linked>,
    matters: Vec<ItemMatter>,
    state: ItemStateWord,
    moves: Vec<ItemMove>,
    /// What the table of moves allows next; the policy says to whom, the rules under which conditions.
    next: Vec<NextMove>,
    objection: Option<ItemObjection>,
    extensions: Vec<ItemExtension>,
    progress: Vec<ItemProgress>,
    evidence: Vec<ItemEvidence>,
    calls: Vec<ItemCall>,
    outcome: Option<ItemOutcome>,
    quantities: Vec<Counted>,
    explanation: Option<ItemExplanation>,
    attendance: Vec<ItemAttendance>,
    agenda: Vec<ItemPoint>,
    minutes: String,
    issue: Option<ItemIssue>,
    version: u64,
    view: ViewUsed,
}

fn clock(at: &DateTime) -> String {
    at.to_string()
}

fn day(date: Date) -> Day {
    date.into()
}

pub(crate) fn issue(item: &DomainItem) -> Option<ItemIssue> {
    item.issued.as_ref().map(|issued| ItemIssue {
        number: issued.number,
        as_of: day(issued.as_of),
        entry: issued.known.0,
        digest: issued.digest.clone(),
    })
}

fn next(item: &DomainItem, state: State) -> Vec<NextMove> {
    workflow::next(item.kind, state)
        .map(|held| NextMove { step: held.step.into(), to: held.to.into(), needs: held.needs.into() })
        .collect()
}

impl Item {
    pub(crate) fn of(plan: CodeText, item: &DomainItem, line: LedgerLine, view: ViewUsed) -> Self {
        Self {
            plan,
            line,
            text: item.text.clone(),
            urgency: item.urgency.into(),
            whistle: item.whistle.map(Into::into),
            way: item.way.map(Into::into),
            colour: item.colour.map(Into::into),
            units: item
                .supporting_units
                .iter()
                .map(|(unit, part)| ItemUnit { unit: unit.into(), part: (*part).into() })
                .collect(),
            address: item.address.clone(),
            answer_by: item.answer_by.as_ref().map(clock),
            period: item.period.map(|(from, to)| Days { from: day(from), to: day(to) }),
            appointment: item
                .appointment
                .as_ref()
                .map(|(at, place)| ItemAppointment { at: clock(at), place: place.clone() }),
            links: item
                .links
                .iter()
                .map(|(relation, to)| Linked {
                    relation: (*relation).into(),
                    kind: to.kind().into(),
                    code: to.code().into(),
                })
                .collect(),
            matters: matters(item),
            state: item.state.into(),
            moves: item
                .moves
                .iter()
                .map(|moved| ItemMove {
                    on: day(moved.on),
                    step: moved.step.into(),
                    to: moved.to.into(),
                    by: code(&moved.by),
                    entry: moved.seq.0,
                })
                .collect(),
            next: next(item, item.state),
            objection: item.objection.as_ref().map(|held| ItemObjection {
                on: day(held.on),
                to: held.to.into(),
                reason: held.reason.clone(),
                unit: code(&held.unit),
                due: held.due.map(day),
            }),
            extensions: extensions(item),
            progress: item
                .progress
                .iter()
                .map(|line| ItemProgress {
                    on: day(line.on),
                    text: line.text.clone(),
                    percent: line.percent.map(Amount),
                    entry: line.seq.0,
                })
                .collect(),
            evidence: evidence(item),
            calls: calls(item),
            outcome: item
                .outcome
                .as_ref()
                .map(|(solved, text)| ItemOutcome { solved: *solved, text: text.clone() }),
            quantities: item
                .quantities
                .iter()
                .map(|(kind, quantity)| Counted { kind: kind.into(), quantity: Amount(*quantity) })
                .collect(),
            explanation: item.explanation.as_ref().map(|(text, until, by)| ItemExplanation {
                text: text.clone(),
                until: day(*until),
                by: code(by),
            }),
            attendance: item
                .attendance
                .iter()
                .map(|(unit, attendance, name)| ItemAttendance {
                    unit: unit.into(),
                    attendance: (*attendance).into(),
                    name: name.clone(),
                })
                .collect(),
            agenda: item
                .agenda
                .iter()
                .map(|(point, held)| ItemPoint {
                    point: *point,
                    title: held.title.clone(),
                    text: held.text.clone(),
                    about_kind: held.about.as_ref().map(|about| about.kind().into()),
                    about: held.about.as_ref().map(|about| about.code().into()),
                    asked: held.asked.as_ref().map(Into::into),
                })
                .collect(),
            minutes: item.minutes.clone(),
            issue: issue(item),
            version: item.version.0,
            view,
        }
    }
}

fn matters(item: &DomainItem) -> Vec<ItemMatter> {
    let tasks = |number: u32| -> Vec<_> {
        let went = item.splits.iter().filter(|(_, matters)| matters.contains(&number));
        went.map(|(task, _)| task.clone()).collect()
    };
    item.matters
        .iter()
        .map(|(number, text)| ItemMatter {
            number: *number,
            text: text.clone(),
            tasks: codes(&tasks(*number)),
        })
        .collect()
}

fn extensions(item: &DomainItem) -> Vec<ItemExtension> {
    item.extensions
        .iter()
        .map(|held| {
            let decided = held.decided.as_ref();
            ItemExtension {
                asked_on: day(held.asked),
                until: day(held.until),
                reason: held.reason.clone(),
                decided_on: decided.map(|(on, ..)| day(*on)),
                granted: decided.map(|(_, granted, _)| *granted),
                note: decided.map(|(.., note)| note.clone()).unwrap_or_default(),
            }
        })
        .collect()
}

fn evidence(item: &DomainItem) -> Vec<ItemEvidence> {
    item.evidence
        .iter()
        .map(|line| {
            let checked = line.checked.as_ref();
            ItemEvidence {
                key: (&line.key).into(),
                title: line.title.clone(),
                url: line.url.clone(),
                on: day(line.on),
                by: code(&line.by),
                accepted: checked.map(|(accepted, ..)| *accepted),
                judged_by: checked.and_then(|(_, by, _)| code(by)),
                note: checked.map(|(.., note)| note.clone()).unwrap_or_default(),
            }
        })
        .collect()
}

fn calls(item: &DomainItem) -> Vec<ItemCall> {
    item.units
        .iter()
        .map(|(unit, line)| ItemCall {
            unit: unit.into(),
            answered: line.answered.as_ref().map(|(at, _)| clock(at)),
            answer: line.answered.as_ref().map(|(_, text)| text.clone()).unwrap_or_default(),
            arrived: line.arrived.as_ref().map(|(at, _)| clock(at)),
            people: line.arrived.as_ref().map(|(_, people)| *people),
            mark: line.mark.as_ref().map(|(mark, ..)| *mark),
            veto: line.mark.as_ref().map(|(_, veto, _)| *veto),
            note: line.mark.as_ref().map(|(.., note)| note.clone()).unwrap_or_default(),
        })
        .collect()
}
