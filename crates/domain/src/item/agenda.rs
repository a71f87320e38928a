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
}

/// What an agenda is proposed from.
pub struct Material<'a> {
    pub meeting: &'a Item,
    /// The last meeting of the series, and its decisions.
    pub last: Option<&'a Item>,
    pub decisions: &'a [LedgerRow],
    /// What is open, each with its light.
    pub open: &'a [(LedgerRow, Light)],
}

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
    let Material { meeting, last, decisions, open } = material;
    let mut out: Vec<Proposal> = Vec::new();
    let mut add = |ground: Ground, title: &str, about: Option<&Target>, text: &str, unit: Option<&Code>| {
        let held = meeting.agenda.iter().any(|(_, point)| match about {
            Some(about) => point.about.as_ref() == Some(about),
            None => point.title == title,
        });
        if held {
            return;
        }
        let same = |it: &&mut Proposal| match about {
            Some(about) => it.about.as_ref() == Some(about),
            None => it.about.is_none() && it.title == title,
        };
        match out.iter_mut().find(same) {
            Some(proposal) if proposal.grounds.contains(&ground) => {}
            Some(proposal) => proposal.grounds.push(ground),
            None => out.push(Proposal {
                grounds: vec![ground],
                title: title.to_owned(),
                about: about.cloned(),
                text: text.to_owned(),
                unit: unit.cloned(),
            }),
        }
    };
    for asked in &meeting.asked {
        let point = &asked.point;
        add(Ground::Asked, &point.title, point.about.as_ref(), &point.text, Some(&asked.unit));
    }
    for row in decisions.iter().filter(|row| matches!(row.standing, Standing::Open | Standing::Suspended)) {
        let about = Target::Item(row.code.clone());
        add(Ground::Undone, &row.name.zh, Some(&about), "", row.lead_unit.as_ref());
    }
    for (_, point) in last.iter().flat_map(|last| &last.agenda) {
        let row = point
            .about
            .as_ref()
            .and_then(|about| open.iter().find(|(row, _)| target(row).as_ref() == Some(about)));
        if let Some((row, _)) = row {
            add(Ground::CarriedOver, &point.title, point.about.as_ref(), "", row.lead_unit.as_ref());
        }
    }
    for ground in [Ground::Raised, Ground::Objected, Ground::Red, Ground::Amber] {
        for (row, _) in open.iter().filter(|(row, light)| grounds(row, *light).any(|it| it == ground)) {
            if let Some(about) = target(row) {
                add(ground, &row.name.zh, Some(&about), "", row.lead_unit.as_ref());
            }
        }
    }
    out.truncate(most);
    out
}
