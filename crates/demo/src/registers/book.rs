//! Writing made-up items: who does what to which item on which day, checked later by the policy and the
//! rules like anybody's entry.

use app::{Actor, Change};
use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::item::kind::{Level, Part};
use domain::item::{ItemFact, ItemKind, Relation, State, Step, Target, workflow};
use domain::named::Named;
use domain::source::{Grade, Source};
use domain::subject::Subject;
use domain::workday;
use jiff::civil::{Date, date};

use crate::load::Dated;
use crate::people;

/// The registers are played up to the day of the statement.
pub(crate) const END: Date = date(2019, 8, 14);
/// The first working day after the plan was published.
pub(super) const START: Date = date(2018, 8, 17);

pub(crate) struct Book {
    plan: Code,
    acts: Vec<Dated>,
}

/// An item while its life is being written.
pub(crate) struct Entry {
    pub code: Code,
    pub(super) kind: ItemKind,
    state: State,
}

/// A code of the demonstration's own making.
pub(crate) fn code(text: &str) -> Code {
    Code::new(text).expect("the demonstration's codes are codes")
}

/// The `n`-th working day after.
pub(super) fn wd(from: Date, n: i32) -> Date {
    workday::nth(from, n)
}

/// A text in both languages, as the demonstration's reasons are.
pub(crate) fn both(zh: &str, en: &str) -> String {
    format!("{zh} / {en}")
}

/// A made-up name says that it is one.
pub(crate) fn example(zh: &str, en: &str) -> ItemFact {
    ItemFact::Name(Named::new(format!("示例：{zh}"), format!("Example: {en}")))
}

pub(super) fn lead(unit: &str) -> ItemFact {
    ItemFact::LeadUnit { unit: code(unit) }
}

pub(super) fn supporting(unit: &str, part: Part) -> ItemFact {
    ItemFact::SupportingUnit { unit: code(unit), part, active: true }
}

pub(super) fn place(area: &str, address: &str) -> ItemFact {
    ItemFact::Place { areas: vec![code(area)], address: address.into() }
}

pub(super) fn link(relation: Relation, to: Target) -> ItemFact {
    ItemFact::Link { relation, to, held: true }
}

pub(crate) fn evidence(key: &str, zh: &str, en: &str) -> ItemFact {
    ItemFact::Evidence { key: code(key), title: both(zh, en), url: String::new(), by: None }
}

pub(crate) fn checked(key: &str, accepted: bool, note: &str) -> ItemFact {
    ItemFact::EvidenceChecked { key: code(key), accepted, note: note.into(), by: None }
}

pub(super) fn progress(zh: &str, en: &str, percent: i64) -> ItemFact {
    ItemFact::Progress { text: both(zh, en), percent: Some(percent.into()) }
}

/// The level that a unit's work is reported at.
pub(super) fn level(unit: &str) -> Level {
    if unit.starts_with("bj-") { Level::City } else { Level::District }
}

/// Someone of the demonstration's people.
pub(crate) fn person(name: &str) -> Actor {
    Actor::Person { person: code(name), name: name.into(), grants: Vec::new() }
}

/// Whoever answers for a unit.
pub(super) fn of(unit: &str) -> Actor {
    person(&people::liaison(unit))
}

/// Changes to made-up items stand on no document.
pub(crate) fn made_up(subject: Subject, facts: Vec<ItemFact>, registers: bool) -> Change {
    let facts: Vec<Fact> = facts.into_iter().map(Fact::from).collect();
    let command = if registers {
        Command::Register { subject, facts }
    } else {
        Command::Record { subject, facts, expected: None }
    };
    Change { command, effective: None, source: illustrative(), reason: String::new() }
}

/// What stands behind made-up records.
pub(crate) fn illustrative() -> Source {
    let title = both("为演示而设", "Made up for the demonstration");
    Source { grade: Grade::Illustrative, title, ..Source::default() }
}

impl Book {
    pub(crate) fn new(plan: Code) -> Self {
        Self { plan, acts: Vec::new() }
    }

    /// All changes noted.
    pub(crate) fn into_acts(self) -> Vec<Dated> {
        self.acts
    }

    /// Notes a change; `None` when its day lies after the end of the registers.
    fn act(&mut self, day: Date, actor: Actor, subject: Subject, mut change: Change) -> Option<()> {
        (day <= END).then(|| {
            change.effective = Some(day);
            self.acts.push(Dated { day, place: format!("demo registers: {subject}"), actor, change });
        })
    }

    pub(crate) fn register(
        &mut self,
        day: Date,
        actor: Actor,
        name: &str,
        kind: ItemKind,
        facts: Vec<ItemFact>,
    ) -> Option<Entry> {
        let code = code(name);
        let subject = Subject::item(&self.plan, &code);
        let mut all = vec![ItemFact::Kind { kind }];
        let state = facts.iter().find_map(|fact| match fact {
            ItemFact::Begin { state } => Some(*state),
            _ => None,
        });
        all.extend(facts);
        self.act(day, actor, subject.clone(), made_up(subject, all, true))?;
        Some(Entry { code, kind, state: state.unwrap_or(kind.first_states()[0]) })
    }

    pub(super) fn record(
        &mut self,
        day: Date,
        actor: Actor,
        entry: &Entry,
        facts: Vec<ItemFact>,
    ) -> Option<()> {
        let subject = Subject::item(&self.plan, &entry.code);
        self.act(day, actor, subject.clone(), made_up(subject, facts, false))
    }

    /// A move together with the facts that it needs.
    pub(crate) fn step(
        &mut self,
        day: Date,
        actor: Actor,
        entry: &mut Entry,
        step: Step,
        facts: Vec<ItemFact>,
    ) -> Option<()> {
        self.step_because(day, actor, entry, step, facts, String::new())
    }

    pub(crate) fn step_because(
        &mut self,
        day: Date,
        actor: Actor,
        entry: &mut Entry,
        step: Step,
        mut facts: Vec<ItemFact>,
        reason: String,
    ) -> Option<()> {
        // A move that the table does not know is left to the rules to refuse.
        let state = workflow::find(entry.kind, entry.state, step).map_or(entry.state, |it| it.to);
        facts.push(ItemFact::Move { step, state, by: None });
        let subject = Subject::item(&self.plan, &entry.code);
        let mut change = made_up(subject.clone(), facts, false);
        change.reason = reason;
        self.act(day, actor, subject, change)?;
        entry.state = state;
        Some(())
    }
}
