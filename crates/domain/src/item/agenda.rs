//! Meetings: when their papers are due, and what an agenda is proposed from.

use jiff::Span;
use jiff::civil::{Date, DateTime};

use super::kind::{ItemKind, texts};
use super::ledger::{LedgerRow, RowKind};
use super::light::Light;
use super::relation::Target;
use super::state::Item;
use super::workflow::{Standing, State};
use crate::code::Code;
use crate::named::{NAME_MAX, Named};
use crate::rhythm::ReturnAsk;

/// Minutes go out within a day of the meeting.
const MINUTES_WITHIN: i64 = 24;

/// When a meeting's minutes are due.
pub fn minutes_due(held_at: DateTime) -> DateTime {
    held_at.saturating_add(Span::new().hours(MINUTES_WITHIN))
}

/// The next day that a meeting has to keep: that of being held, then that of its minutes.
pub(super) fn next_due(item: &Item) -> Option<Date> {
    let (at, _) = item.appointment.as_ref().filter(|_| item.kind == ItemKind::Meeting)?;
    Some(match item.state {
        State::Held | State::Minuted => minutes_due(*at).date(),
        _ => at.date(),
    })
}

texts! {
    /// Why a point is proposed, in the order in which points are put.
    Ground {
        /// A unit asked for it.
        Asked => "asked",
        /// A decision of the last meeting that is not carried out.
        Undone => "undone",
        /// A point of the last meeting whose matter is still open.
        CarriedOver => "carried_over",
        /// A unit asks in its return to have it decided.
        InReturn => "in_return",
        /// A whistle that was raised a level.
        Raised => "raised",
        /// A unit objects to its duty or date.
        Objected => "objected",
        Red => "red",
        Amber => "amber",
    }
}

/// A point that might stand on the agenda. A person takes it, puts it elsewhere or leaves it.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// Every reason for it, the weightiest first.
    pub grounds: Vec<Ground>,
    pub title: String,
    pub about: Option<Target>,
    pub text: String,
    pub unit: Option<Code>,
    /// What was asked for that it takes up, and the return in which it was, by name.
    pub asked: Option<Code>,
    pub in_return: Option<Named>,
}

impl Proposal {
    fn new(title: &str, about: Option<&Target>, unit: Option<&Code>) -> Self {
        Self {
            grounds: Vec::new(),
            title: title.to_owned(),
            about: about.cloned(),
            text: String::new(),
            unit: unit.cloned(),
            asked: None,
            in_return: None,
        }
    }

    /// What a return asks for: its first line is what the point is called.
    fn asked_in(ask: &ReturnAsk) -> Self {
        let line = ask.text.lines().next().unwrap_or_default().trim();
        let title: String = line.chars().take(NAME_MAX).collect();
        let text = if title == ask.text.trim() { String::new() } else { ask.text.clone() };
        Self {
            text,
            asked: Some(ask.key.clone()),
            in_return: Some(ask.name.clone()),
            ..Self::new(&title, Some(&Target::Item(ask.in_return.clone())), Some(&ask.unit))
        }
    }

    /// Whether a point puts the same matter: the one that was asked for, else one about the same thing, or
    /// of the same title where it is about nothing. A return asks for several matters.
    fn is_put_by(&self, title: &str, about: Option<&Target>, asked: Option<&Code>) -> bool {
        let same_asked = self.asked.is_some() && self.asked.as_ref() == asked;
        match (&self.about, about) {
            (Some(own), Some(other)) => own == other && (self.in_return.is_none() || same_asked),
            (None, None) => same_asked || self.title == title,
            _ => false,
        }
    }
}

/// What an agenda is proposed from.
pub struct Material<'a> {
    pub meeting: &'a Item,
    /// The last meeting of the series, and its decisions.
    pub last: Option<&'a Item>,
    pub decisions: &'a [LedgerRow],
    /// What units asked for in the returns that came since.
    pub returned: &'a [ReturnAsk],
    /// What is open, each with its light.
    pub open: &'a [(LedgerRow, Light)],
}

/// Points that returns may ask for on one agenda: what stands badly must find its place too.
const RETURNED_MOST: usize = 20;

/// The thing that a row stands for, where it can be a point.
pub fn target(row: &LedgerRow) -> Option<Target> {
    match row.kind {
        RowKind::Item(
            ItemKind::Meeting
            | ItemKind::Return
            | ItemKind::Report
            | ItemKind::Slip
            | ItemKind::Need
            | ItemKind::Resource,
        )
        | RowKind::Milestone { .. } => None,
        RowKind::Item(_) => Some(Target::Item(row.code.clone())),
        RowKind::Project => Some(Target::Project(row.code.clone())),
    }
}

fn grounds(row: &LedgerRow, light: Light) -> impl Iterator<Item = Ground> {
    let is_whistle = row.kind == RowKind::Item(ItemKind::Whistle);
    [
        (is_whistle && row.state == State::Raised.as_str()).then_some(Ground::Raised),
        (row.state == State::Objected.as_str()).then_some(Ground::Objected),
        matches!(light, Light::Red | Light::Orange).then_some(Ground::Red),
        (light == Light::Yellow).then_some(Ground::Amber),
    ]
    .into_iter()
    .flatten()
}

/// The points to choose from, at most so many. What is on the agenda already is not proposed again, and
/// what several grounds speak for is proposed once.
pub fn propose(material: &Material<'_>, most: usize) -> Vec<Proposal> {
    let Material { meeting, last, decisions, returned, open } = material;
    let mut out: Vec<Proposal> = Vec::new();
    let mut add = |ground: Ground, new: Proposal| {
        let held = meeting
            .agenda
            .iter()
            .any(|(_, point)| new.is_put_by(&point.title, point.about.as_ref(), point.asked.as_ref()));
        if held {
            return;
        }
        let same = |it: &&mut Proposal| new.is_put_by(&it.title, it.about.as_ref(), it.asked.as_ref());
        match out.iter_mut().find(same) {
            Some(proposal) if proposal.grounds.contains(&ground) => {}
            Some(proposal) => proposal.grounds.push(ground),
            None => out.push(Proposal { grounds: vec![ground], ..new }),
        }
    };
    for asked in &meeting.asked {
        let point = &asked.point;
        let new = Proposal::new(&point.title, point.about.as_ref(), Some(&asked.unit));
        add(Ground::Asked, Proposal { text: point.text.clone(), asked: Some(asked.key.clone()), ..new });
    }
    for row in decisions.iter().filter(|row| matches!(row.standing, Standing::Open | Standing::Suspended)) {
        let about = Target::Item(row.code.clone());
        add(Ground::Undone, Proposal::new(&row.name.zh, Some(&about), row.lead_unit.as_ref()));
    }
    for (_, point) in last.iter().flat_map(|last| &last.agenda) {
        let row = point
            .about
            .as_ref()
            .and_then(|about| open.iter().find(|(row, _)| target(row).as_ref() == Some(about)));
        if let Some((row, _)) = row {
            let new = Proposal::new(&point.title, point.about.as_ref(), row.lead_unit.as_ref());
            add(Ground::CarriedOver, new);
        }
    }
    for ask in returned.iter().filter(|ask| !ask.text.trim().is_empty()).take(RETURNED_MOST) {
        add(Ground::InReturn, Proposal::asked_in(ask));
    }
    for ground in [Ground::Raised, Ground::Objected, Ground::Red, Ground::Amber] {
        for (row, _) in open.iter().filter(|(row, light)| grounds(row, *light).any(|it| it == ground)) {
            if let Some(about) = target(row) {
                add(ground, Proposal::new(&row.name.zh, Some(&about), row.lead_unit.as_ref()));
            }
        }
    }
    out.truncate(most);
    out
}
