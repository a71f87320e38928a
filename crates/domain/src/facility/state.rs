//! A facility as of a day, as known at a moment, and whether it serves on a day.

use jiff::civil::Date;

use super::entrances::ReachedBy;
use super::fact::{FacilityFact, SeenOnSite, Site, SiteBoundary};
use crate::area::Area;
use crate::code::Code;
use crate::history::{Held, SubjectHistory, View};
use crate::journal::Seq;
use crate::milestone::step;
use crate::named::Named;
use crate::portfolio::Portfolio;
use crate::project::Project;
use crate::request::Point;
use crate::source::Grade;

/// Whether a facility serves on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FacilityStanding {
    /// It is to open later, or its project is not in use yet.
    Planned,
    Open,
    Closed,
}

impl FacilityStanding {
    pub const ALL: [FacilityStanding; 3] = [Self::Planned, Self::Open, Self::Closed];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.as_str() == text)
    }

    /// Of what opened, and closes, on a day.
    pub fn of(opened: Opened, closes: Option<Date>, on: Date) -> Self {
        if closes.is_some_and(|closes| closes <= on) {
            return Self::Closed;
        }
        match opened {
            Opened::On(day) if day > on => Self::Planned,
            Opened::NotInUse => Self::Planned,
            Opened::On(_) | Opened::Unknown => Self::Open,
        }
    }
}

/// Whether somebody has seen on site what is said of a facility.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum OnSite {
    #[default]
    Never,
    /// Its place or kind was said otherwise since.
    Lapsed(SeenOnSite),
    /// Of the place and kind that are on record. Where its capacity was said otherwise since, that one is not counted.
    Seen(SeenOnSite),
}

impl OnSite {
    /// The words by which lists ask for it.
    pub const WORDS: [&str; 3] = ["seen", "lapsed", "never"];

    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Seen(_) => "seen",
            Self::Lapsed(_) => "lapsed",
            Self::Never => "never",
        }
    }

    pub fn is_seen(&self) -> bool {
        matches!(self, Self::Seen(_))
    }
}

/// What was seen last, with the facts that it was said of.
#[derive(Default)]
struct Looked {
    seen: Option<(Date, Seq, SeenOnSite)>,
    kind: Option<(Date, Seq)>,
    site: Option<(Date, Seq)>,
    capacity: Option<(Date, Seq)>,
}

impl Looked {
    fn take(&mut self, held: &Held<'_, FacilityFact>) {
        let when = Some((held.effective, held.seq));
        match held.fact {
            FacilityFact::Kind { .. } => self.kind = when,
            FacilityFact::Site(_) => self.site = when,
            FacilityFact::Capacity { .. } => self.capacity = when,
            FacilityFact::OnSite { seen } => {
                self.seen = seen.clone().map(|seen| (held.effective, held.seq, seen));
            }
            _ => {}
        }
    }

    /// What holds from a later day, or was said by a later entry, nobody has looked at.
    fn outcome(self) -> OnSite {
        let Some((on, by, mut seen)) = self.seen else { return OnSite::Never };
        let later = |(effective, seq): &(Date, Seq)| *seq > by || (*seq != by && *effective > on);
        seen.capacity &= !self.capacity.as_ref().is_some_and(later);
        match [&self.kind, &self.site].into_iter().flatten().any(later) {
            true => OnSite::Lapsed(seen),
            false => OnSite::Seen(seen),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Facility {
    pub code: Code,
    pub version: Seq,
    /// The entry that put it on the books, and its grade.
    pub registered: Seq,
    pub grade: Grade,
    pub name: Option<Named>,
    /// Of a facility on the books both are known: what has none is not registered.
    pub kind: Option<Code>,
    pub site: Option<Site>,
    pub boundary: Option<SiteBoundary>,
    pub entrances: Vec<Site>,
    pub area: Option<Code>,
    pub capacity: Option<u32>,
    pub opens: Option<Date>,
    pub closes: Option<Date>,
    pub project: Option<Code>,
    pub licence: String,
    pub on_site: OnSite,
}

impl Facility {
    /// `None` where it is not on the books at the point of view.
    pub fn at(history: &SubjectHistory, view: View) -> Option<Self> {
        if !history.exists(view) {
            return None;
        }
        let mut out = Self {
            code: history.subject.code.clone(),
            version: history.version,
            registered: history.registered,
            grade: history.grade(),
            name: None,
            kind: None,
            site: None,
            boundary: None,
            entrances: Vec::new(),
            area: None,
            capacity: None,
            opens: None,
            closes: None,
            project: None,
            licence: String::new(),
            on_site: OnSite::Never,
        };
        let mut looked = Looked::default();
        for held in history.visible::<FacilityFact>(view) {
            looked.take(&held);
            match held.fact {
                FacilityFact::Name(name) => out.name = Some(name.clone()),
                FacilityFact::Kind { kind } => out.kind = Some(kind.clone()),
                FacilityFact::Site(site) => out.site = Some(*site),
                FacilityFact::Boundary { boundary } => out.boundary.clone_from(boundary),
                FacilityFact::Entrances { at } => out.entrances.clone_from(at),
                FacilityFact::Area { area } => out.area.clone_from(area),
                FacilityFact::Capacity { amount } => out.capacity = *amount,
                FacilityFact::Opens { on } => out.opens = *on,
                FacilityFact::Closes { on } => out.closes = *on,
                FacilityFact::Project { project } => out.project.clone_from(project),
                FacilityFact::Licence { notice } => out.licence.clone_from(notice),
                FacilityFact::OnSite { .. } => {}
            }
        }
        out.on_site = looked.outcome();
        Some(out)
    }

    /// At what it is reached on foot: at its entrances, else along its boundary, else at its point. Where entrances are
    /// known only they count: behind the rest of its boundary there may be a fence.
    pub fn reached_by(&self) -> Option<ReachedBy> {
        if !self.entrances.is_empty() {
            Some(ReachedBy::Entrances)
        } else if self.boundary.is_some() {
            Some(ReachedBy::Boundary)
        } else {
            self.site.map(|_| ReachedBy::Point)
        }
    }

    /// How it stands on a day, beside the project that builds it. Without a word of its own it serves from the
    /// project's use on, not from its completion; one that nobody knows the opening of counts as always there. A
    /// day that is known only to the month or year has come when it is over.
    pub fn standing(&self, on: Date, project: Option<&Project>) -> FacilityStanding {
        FacilityStanding::of(self.opened(project), self.closes, on)
    }

    pub fn opened(&self, project: Option<&Project>) -> Opened {
        match (self.opens, &self.project) {
            (Some(day), _) => Opened::On(day),
            (None, None) => Opened::Unknown,
            (None, Some(_)) => Opened::by_project(project),
        }
    }
}

/// Since when a facility serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opened {
    On(Date),
    /// Nobody knows.
    Unknown,
    /// The project that builds it is not in use.
    NotInUse,
}

impl Opened {
    /// Of what a project builds and nobody said a day of: the project's use.
    pub(crate) fn by_project(project: Option<&Project>) -> Self {
        let in_use = project.and_then(|project| project.full_actual(step::IN_USE));
        in_use.map_or(Self::NotInUse, |date| Self::On(date.last()))
    }
}

impl Portfolio {
    pub fn facility(&self, code: &str) -> Option<&Facility> {
        let at = self.facilities.binary_search_by(|held| held.code.as_str().cmp(code)).ok()?;
        self.facilities.get(at)
    }

    /// How a facility stands on the day that is looked at.
    pub fn standing_of(&self, facility: &Facility) -> FacilityStanding {
        facility.standing(self.view.as_of, self.project_of(facility))
    }

    /// The project that builds a facility.
    pub fn project_of(&self, facility: &Facility) -> Option<&Project> {
        facility.project.as_ref().and_then(|code| self.project(code.as_str()))
    }

    /// The area a facility lies in: as it is said, else the finest one whose boundary holds it.
    pub fn area_of(&self, facility: &Facility) -> Option<&Area> {
        match (&facility.area, facility.site) {
            (Some(area), _) => self.areas.get(area),
            (None, Some(site)) => self.area_at(site.at),
            (None, None) => None,
        }
    }

    /// The smallest area whose boundary holds a place.
    pub fn area_at(&self, at: Point) -> Option<&Area> {
        let bounded = self.areas.values().filter(|area| area.active);
        bounded
            .filter(|area| area.boundary.as_ref().is_some_and(|held| held.holds(at)))
            .max_by_key(|area| area.level)
    }
}
