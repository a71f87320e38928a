//! The rules of facilities and of the standards they are held against.

use rust_decimal::Decimal;

use super::Check;
use crate::area::{Area, ancestors};
use crate::boundary::{Boundary, Extent};
use crate::code::Code;
use crate::facility::{
    ENTRANCES_MOST, Facility, FacilityFact, FacilityStandard, Gap, GapAnswer, OfficialCount, OnSite,
    SeenOnSite,
};
use crate::fact::Fact;
use crate::history::View;
use crate::named::{NAME_MAX, TEXT_MAX};
use crate::refusal::{Problem, Reference};
use crate::subject::{Subject, SubjectKind};

/// How far outside of its area a site may lie: boundaries are drawn roughly.
const OUTSIDE_MOST: u64 = 1_000;

/// How far its entrances, and its point, may lie from a facility that is drawn: sources are rough.
const BESIDE_MOST: u64 = 200;
/// How far entrances may lie from a point that stands for a whole park.
const FROM_POINT_MOST: u64 = 3_000;

/// What of a facility lies too far from the rest of it, how far in metres, and how far it may.
fn too_far(facility: &Facility) -> Option<(&'static str, u64, u64)> {
    let site = facility.site?.at;
    let drawn = facility.boundary.as_ref().and_then(|held| held.boundary.extent());
    let most = if drawn.is_some() { BESIDE_MOST } else { FROM_POINT_MOST };
    let whole = drawn.or_else(|| Extent::of([site]))?;
    let entrances = facility.entrances.iter().map(|entrance| ("entrances", entrance.at));
    let points = std::iter::once(("site", site)).chain(entrances);
    let (what, metres) = points.map(|(what, at)| (what, whole.metres_to(at))).max_by_key(|(_, far)| *far)?;
    (metres > most).then_some((what, metres, most))
}

impl Check<'_> {
    pub(super) fn facility_fact(&mut self, fact: &FacilityFact) {
        match fact {
            FacilityFact::Name(name) => self.name(name),
            FacilityFact::Kind { kind } => {
                let held = self.plan.as_ref().and_then(|plan| plan.facility_kind(kind.as_str()));
                match held.map(|held| held.closed) {
                    None => self.require(false, Reference::FacilityKind, kind),
                    Some(true) => self.refuse(Problem::KindClosed(kind.clone())),
                    Some(false) => {}
                }
            }
            FacilityFact::Site(site) => {
                let points = [Some(site.at), site.stated.map(|stated| stated.at)];
                if points.iter().flatten().any(|point| !point.is_on_earth()) {
                    self.refuse(Problem::BadPoint);
                }
            }
            FacilityFact::Boundary { boundary } => {
                boundary.iter().for_each(|held| self.boundary(&held.boundary));
            }
            FacilityFact::Entrances { at } => {
                if at.len() > ENTRANCES_MOST {
                    self.refuse(Problem::TooMany(ENTRANCES_MOST));
                }
                let points = at.iter().flat_map(|site| [Some(site.at), site.stated.map(|stated| stated.at)]);
                if points.flatten().any(|point| !point.is_on_earth()) {
                    self.refuse(Problem::BadPoint);
                }
            }
            FacilityFact::Area { area } => area.iter().for_each(|area| self.area(area)),
            FacilityFact::Project { project } => project.iter().for_each(|project| self.project(project)),
            FacilityFact::Licence { notice } => self.text(notice, TEXT_MAX, false),
            FacilityFact::OnSite { seen } => {
                if let Some(seen) = seen {
                    self.not_future(seen.on);
                    self.text(&seen.by, NAME_MAX, true);
                    self.seen_before_a_change(seen);
                }
            }
            // Checked on the whole, below.
            FacilityFact::Capacity { .. } | FacilityFact::Opens { .. } | FacilityFact::Closes { .. } => {}
        }
    }

    /// A ring that crosses itself encloses nothing that can be said.
    pub(super) fn boundary(&mut self, boundary: &Boundary) {
        if boundary.crosses_itself() {
            self.refuse(Problem::CrossesItself);
        }
    }

    /// Whoever was there before the place, the kind or a capacity that was counted changed saw the earlier one.
    fn seen_before_a_change(&mut self, seen: &SeenOnSite) {
        let day = self.context.effective;
        let changed = |slot: &&str| {
            let held = self.after.in_slot(slot).iter();
            let held: Vec<_> = held.filter(|it| it.superseded.is_none() && it.effective <= day).collect();
            let now = held.last()?;
            let other = held.iter().rposition(|it| it.fact != now.fact)?;
            held.get(other + 1).map(|it| it.effective)
        };
        let slots = ["kind", "site", "capacity"];
        let counted = if seen.capacity { &slots[..] } else { &slots[..2] };
        if let Some(from) = counted.iter().filter_map(changed).max().filter(|from| seen.on < *from) {
            self.refuse(Problem::ChangedSince { from });
        }
    }

    /// What goes together: opening and closing, capacity and kind, site and area.
    pub(super) fn facility(&mut self, facts: &[Fact], withdrawn: &[Fact]) {
        if self.subject.kind != SubjectKind::Facility {
            return;
        }
        let Some(facility) = Facility::at(self.after, View::ALL) else { return };
        let touched = |slots: &[&str]| {
            facts.iter().chain(withdrawn).map(Fact::slot).find(|slot| slots.contains(&slot.as_str()))
        };
        if let Some(slot) = touched(&["kind", "site"])
            && (facility.kind.is_none() || facility.site.is_none())
        {
            let what = if facility.kind.is_none() { "facility_kind" } else { "site" };
            self.field = slot;
            self.refuse(Problem::Missing(what));
        }
        if let Some(slot) = touched(&["opens", "closes"])
            && let (Some(opens), Some(closes)) = (facility.opens, facility.closes)
            && closes <= opens
        {
            self.field = slot;
            self.refuse(Problem::PeriodOrder);
        }
        if let Some(slot) = touched(&["capacity", "kind"])
            && facility.capacity.is_some()
            && let Some(kind) = &facility.kind
            && let Some(held) = self.plan.as_ref().and_then(|plan| plan.facility_kind(kind.as_str()))
            && held.capacity_unit.is_none()
        {
            let kind = kind.clone();
            self.field = slot;
            self.refuse(Problem::NoCapacity(kind));
        }
        if let Some(slot) = touched(&["on_site", "capacity"])
            && let OnSite::Seen(seen) = &facility.on_site
            && seen.capacity
            && facility.capacity.is_none()
        {
            self.field = slot;
            self.refuse(Problem::Missing("capacity"));
        }
        if let Some(slot) = touched(&["site", "boundary", "entrances"])
            && let Some((far, metres, most)) = too_far(&facility)
        {
            self.field = touched(&[far]).unwrap_or(slot);
            self.refuse(Problem::FarFromSite { metres, most });
        }
        if let Some(slot) = touched(&["site", "area"])
            && let (Some(site), Some(area)) = (facility.site, &facility.area)
            && let Some((area, extent)) = self.extent_around(area)
        {
            let metres = extent.metres_to(site.at);
            if metres > OUTSIDE_MOST {
                self.field = slot;
                self.refuse(Problem::OutsideArea { area, metres });
            }
        }
    }

    /// The box around an area, or around the nearest one above it that has a boundary.
    fn extent_around(&self, area: &Code) -> Option<(Code, Extent)> {
        ancestors(area, self.lookup, View::ALL).into_iter().find_map(|code| {
            let history = self.lookup.subject(&Subject::area(&code))?;
            let held = Area::at(&code, history.visible(View::ALL));
            Some((code, held.boundary?.extent()?))
        })
    }

    pub(super) fn standard(&mut self, standard: &FacilityStandard) {
        self.name(&standard.name);
        self.facility_kind(&standard.kind);
        if standard.value <= Decimal::ZERO {
            self.refuse(Problem::NotAboveZero);
        }
        if let (Some(from), Some(to)) = (standard.valid_from, standard.valid_to)
            && to <= from
        {
            self.refuse(Problem::PeriodOrder);
        }
        if !standard.url.is_empty() {
            self.address(&standard.url);
        }
        if let Some(checked) = &standard.checked {
            self.not_future(checked.on);
            self.text(&checked.by, NAME_MAX, true);
            // What nobody can look up cannot have been compared with anything.
            if standard.url.is_empty() {
                self.refuse(Problem::Missing("source_url"));
            }
        }
    }

    pub(super) fn official_count(&mut self, held: &OfficialCount) {
        self.facility_kind(&held.kind);
        held.area.iter().for_each(|area| self.area(area));
    }

    pub(super) fn gap(&mut self, gap: &Gap, answer: Option<&GapAnswer>) {
        self.area(&gap.community);
        self.facility_kind(&gap.kind);
        let standard = &gap.standard;
        self.in_plan(Reference::FacilityStandard, standard, |plan| {
            plan.facility_standard(standard.as_str()).is_some_and(|held| held.kind == gap.kind)
        });
        match answer {
            Some(GapAnswer::Project { project }) => self.project(project),
            Some(GapAnswer::Item { item }) => {
                let known = self.known(&Subject::item(&self.subject.scope, item));
                self.require(known, Reference::Item, item);
            }
            Some(GapAnswer::Refused { why }) => self.text(why, TEXT_MAX, true),
            None => {}
        }
    }

    fn facility_kind(&mut self, kind: &Code) {
        self.in_plan(Reference::FacilityKind, kind, |plan| plan.facility_kind(kind.as_str()).is_some());
    }
}
