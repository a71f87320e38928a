//! Whom a change concerns, and what each of them is told.
//!
//! A change comes to [`Matter`]s, each for [`Audience`]s that are said by units, roles and the person in
//! charge. [`Staff`] says who they are; whoever made the change is never told of it, and nobody is told of
//! one change twice.

mod imports;
mod items;
mod projects;
mod requests;
mod staff;

use std::collections::BTreeSet;

use jiff::civil::Date;

pub use imports::{Brought, Share, Shares, of_import};
pub use items::of_item;
pub use projects::of_project;
pub use requests::{Gathered, RequestMatter, may_be_news, of_request};
pub use staff::Staff;

use crate::code::Code;
use crate::fact::Fact;
use crate::item::kind::{ItemKind, Level};
use crate::journal::Event;
use crate::milestone::Aspect;
use crate::notice::{Said, Topic};
use crate::policy::Target;
use crate::project::ProjectFact;

/// What holds from longer ago was not news when it was recorded: the past that is put on the books later
/// tells nobody.
pub(crate) const NEWS_DAYS: i32 = 31;

/// Who is to be told, as units and roles say it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Audience {
    /// Those who work for a unit, and its own webhooks.
    Unit(Code),
    Person(Code),
    /// Those who supervise items of the level: the supervision office, for a district's items the district's
    /// task force; the city's where there is nobody else.
    Supervisors(Option<Level>),
    /// The task force above the one that could not solve it.
    Above(Option<Level>),
    /// Those who steer the plan and read its reports.
    Readers,
    /// Those who take residents' requests in and give them out; whoever else may where there is nobody of that office.
    Desk,
}

/// One thing to tell, and to whom.
#[derive(Debug, Clone, PartialEq)]
pub struct Matter {
    /// Names it within its change.
    pub name: &'static str,
    pub topic: Topic,
    pub urgent: bool,
    pub said: Said,
    pub to: BTreeSet<Audience>,
}

/// A matter with the people and the units that are told of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Telling {
    pub matter: Matter,
    pub people: BTreeSet<Code>,
    /// Told by their own webhooks.
    pub units: BTreeSet<Code>,
}

/// Who is told what of a change. The first matter that concerns somebody is the one they are told of.
pub fn tellings(matters: Vec<Matter>, staff: &Staff, target: &Target, actor: Option<&Code>) -> Vec<Telling> {
    let mut told: BTreeSet<Code> = actor.cloned().into_iter().collect();
    let mut told_units = BTreeSet::new();
    let mut out = Vec::new();
    for matter in matters {
        let mut people = BTreeSet::new();
        let mut units = BTreeSet::new();
        for audience in &matter.to {
            people.extend(staff.of(audience, target).filter(|person| !told.contains(*person)).cloned());
            if let Audience::Unit(unit) = audience
                && !told_units.contains(unit)
            {
                units.insert(unit.clone());
            }
        }
        told.extend(people.iter().cloned());
        told_units.extend(units.iter().cloned());
        if !people.is_empty() || !units.is_empty() {
            out.push(Telling { matter, people, units });
        }
    }
    out
}

/// Whether anyone might have to be told: asked before the subject is looked at.
pub fn may_concern(facts: &[Fact], corrects: bool) -> bool {
    facts.iter().any(|fact| match fact {
        Fact::Item(_) => true,
        Fact::Project(ProjectFact::Milestone { aspect: Aspect::Promised, .. }) => true,
        Fact::Project(_) => corrects,
        _ => false,
    }) || (corrects && facts.is_empty())
}

/// Whether an entry is news on a day. A correction always is: it changes what is held to be so now.
pub fn is_news(event: &Event, effective: Date, today: Date) -> bool {
    event.corrects().is_some() || crate::planned_date::days_between(effective, today) <= NEWS_DAYS
}

/// The page of an item.
pub fn item_path(plan: &Code, kind: ItemKind, code: &Code) -> String {
    let pages = match kind {
        ItemKind::Return => "returns",
        ItemKind::Report => "reports",
        ItemKind::Slip => "slips",
        _ => "items",
    };
    format!("/p/{plan}/{pages}/{code}")
}
