//! Calls: whistles and instant dispatches. Each called unit answers for itself, and is timed for itself.

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::fact::ItemFact;
use super::kind::{ItemKind, WhistleKind, texts};
use super::ledger::LedgerRow;
use super::state::Item;
use super::workflow::{self, Standing, Step};
use crate::code::Code;

/// What became of a call, as its row of the ledger holds it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whistle: Option<WhistleKind>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub called_at: Option<DateTime>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_by: Option<DateTime>,
    /// Whether units must come: to a dispatch an answer is enough.
    pub on_the_spot: bool,
    pub units: Vec<CalledUnit>,
}

/// One called unit, the lead unit first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalledUnit {
    pub unit: Code,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<DateTime>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<DateTime>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrived: Option<DateTime>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<u8>,
    #[serde(default)]
    pub veto: bool,
}

/// Whether a unit was in time. A whistle asks units to be on the spot, a dispatch to have answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Punctuality {
    /// The time has not run out.
    Awaited,
    /// It has, and the unit has not come or answered.
    Overdue,
    InTime,
    Late,
}

texts! {
    /// What a figure about called units counts. Each figure opens the calls of which it holds.
    Count {
        Called => "called",
        Answered => "answered",
        Arrived => "arrived",
        InTime => "in_time",
        Late => "late",
        /// The time has run out and the unit has not come.
        Missing => "missing",
        Marked => "marked",
        Vetoed => "vetoed",
    }
}

impl Call {
    /// `None` for items that call nobody.
    pub fn of(item: &Item) -> Option<Self> {
        if !matches!(item.kind, ItemKind::Whistle | ItemKind::Dispatch) {
            return None;
        }
        let units = item.all_units().map(|unit| {
            let line = item.units.get(unit).cloned().unwrap_or_default();
            CalledUnit {
                unit: unit.clone(),
                acknowledged: line.acknowledged,
                answered: line.answered.map(|(at, _)| at),
                arrived: line.arrived.map(|(at, _)| at),
                people: line.arrived.map(|(_, people)| people),
                mark: line.mark.as_ref().map(|(mark, ..)| *mark),
                veto: line.mark.is_some_and(|(_, veto, _)| veto),
            }
        });
        Some(Self {
            whistle: item.whistle,
            called_at: item.called_at,
            answer_by: item.answer_by,
            on_the_spot: item.kind == ItemKind::Whistle,
            units: units.collect(),
        })
    }

    /// Whether some called unit has answered or come.
    pub fn is_answered(&self) -> bool {
        self.units.iter().any(|unit| unit.answered.is_some() || unit.arrived.is_some())
    }

    /// What is timed of a unit: its arrival, or its answer where nobody has to come.
    fn timed(&self, unit: &CalledUnit) -> Option<DateTime> {
        if self.on_the_spot { unit.arrived } else { unit.answered }
    }

    pub fn punctuality(&self, unit: &CalledUnit, now: DateTime) -> Punctuality {
        let limit = self.answer_by;
        match self.timed(unit) {
            Some(at) if limit.is_some_and(|limit| at > limit) => Punctuality::Late,
            Some(_) => Punctuality::InTime,
            None if limit.is_some_and(|limit| now > limit) => Punctuality::Overdue,
            None => Punctuality::Awaited,
        }
    }

    /// Minutes from the call to the arrival or answer, where both are on record.
    pub fn minutes(&self, unit: &CalledUnit) -> Option<i64> {
        let (from, to) = (self.called_at?, self.timed(unit)?);
        Some(from.duration_until(to).as_mins())
    }

    pub fn counts(&self, unit: &CalledUnit, count: Count, now: DateTime) -> bool {
        match count {
            Count::Called => true,
            Count::Answered => unit.answered.is_some(),
            Count::Arrived => unit.arrived.is_some(),
            Count::InTime => self.punctuality(unit, now) == Punctuality::InTime,
            Count::Late => self.punctuality(unit, now) == Punctuality::Late,
            Count::Missing => self.punctuality(unit, now) == Punctuality::Overdue,
            Count::Marked => unit.mark.is_some(),
            Count::Vetoed => unit.veto,
        }
    }
}

/// Whether a row is one of those that a figure about a unit stands on. What was called off counts nowhere.
pub fn counted(row: &LedgerRow, unit: &Code, count: Count, now: DateTime) -> bool {
    row.standing != Standing::Withdrawn
        && row.call.as_ref().is_some_and(|call| {
            call.units.iter().any(|held| held.unit == *unit && call.counts(held, count, now))
        })
}

/// A unit's record over several calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    pub unit: Code,
    pub counts: Vec<(Count, usize)>,
    /// The sum of its marks.
    pub marks: u64,
}

impl Tally {
    pub fn count(&self, wanted: Count) -> usize {
        self.counts.iter().find(|(count, _)| *count == wanted).map_or(0, |(_, n)| *n)
    }

    /// The share of arrivals in time among those whose time has run out or who have come, in per cent.
    pub fn punctual(&self) -> Option<usize> {
        let judged = self.count(Count::InTime) + self.count(Count::Late) + self.count(Count::Missing);
        (judged > 0).then(|| (self.count(Count::InTime) * 100 + judged / 2) / judged)
    }

    /// The mean mark in tenths, rounded.
    pub fn mean_tenths(&self) -> Option<u64> {
        let marked = self.count(Count::Marked) as u64;
        (marked > 0).then(|| (self.marks * 10 + marked / 2) / marked)
    }

    /// One veto outweighs every mark.
    pub fn is_vetoed(&self) -> bool {
        self.count(Count::Vetoed) > 0
    }
}

/// Each unit's record over the rows, those called most often first.
pub fn tallies(rows: &[LedgerRow], now: DateTime) -> Vec<Tally> {
    let live = || rows.iter().filter(|row| row.standing != Standing::Withdrawn);
    let calls = || live().filter_map(|row| row.call.as_ref());
    let mut units: Vec<&Code> = calls().flat_map(|call| call.units.iter().map(|held| &held.unit)).collect();
    units.sort_unstable();
    units.dedup();
    let mut out: Vec<Tally> =
        units.into_iter().map(|unit| Tally { unit: unit.clone(), counts: Vec::new(), marks: 0 }).collect();
    for tally in &mut out {
        let of = || {
            calls()
                .flat_map(|call| call.units.iter().map(move |held| (call, held)))
                .filter(|(_, held)| held.unit == tally.unit)
        };
        tally.counts = Count::ALL
            .iter()
            .map(|count| (*count, of().filter(|(call, held)| call.counts(held, *count, now)).count()))
            .collect();
        tally.marks = of().filter_map(|(_, held)| held.mark).map(u64::from).sum();
    }
    out.sort_by(|a, b| (b.count(Count::Called), &a.unit).cmp(&(a.count(Count::Called), &b.unit)));
    out
}

fn with_step(item: &Item, step: Step, fact: ItemFact) -> Vec<ItemFact> {
    let moved = workflow::find(item.kind, item.state, step).map(|held| ItemFact::Move {
        step,
        state: held.to,
        by: None,
    });
    [fact].into_iter().chain(moved).collect()
}

/// A unit says that it has seen the call, and the move this brings about: to a whistle it answers that it
/// is coming.
pub fn acknowledge(item: &Item, unit: Code, at: DateTime) -> Vec<ItemFact> {
    match item.kind {
        ItemKind::Whistle => answer(item, unit, at, String::new()),
        _ => vec![ItemFact::Acknowledged { unit, at }],
    }
}

/// A unit's answer; whoever answers has seen the call.
pub fn answer(item: &Item, unit: Code, at: DateTime, text: String) -> Vec<ItemFact> {
    let seen = item.units.get(&unit).is_some_and(|line| line.acknowledged.is_some());
    let mut facts = Vec::new();
    if item.kind == ItemKind::Dispatch && !seen {
        facts.push(ItemFact::Acknowledged { unit: unit.clone(), at });
    }
    facts.extend(with_step(item, Step::Answer, ItemFact::Answer { unit, at, text }));
    facts
}

/// A unit is on the spot.
pub fn arrive(item: &Item, unit: Code, at: DateTime, people: u32) -> Vec<ItemFact> {
    with_step(item, Step::Arrive, ItemFact::Arrival { unit, at, people })
}
