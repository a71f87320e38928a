//! A project as of a day, as known at a moment.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::fact::{Membership, ProjectFact};
use crate::code::Code;
use crate::evaluation::EvaluationChoice;
use crate::history::{Held, SubjectHistory, View};
use crate::journal::Seq;
use crate::milestone::{Aspect, Gate, Track, step};
use crate::money::Fen;
use crate::named::Named;
use crate::output::{Basis, Stage};
use crate::planned_date::PlannedDate;
use crate::review::Round;
use crate::source::Grade;
use crate::timetabling::{StepLink, Work};

/// Where a project stands, derived from its milestones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Not started.
    ToStart,
    /// Started, neither complete nor in use.
    UnderWay,
    /// A part, or a whole not yet complete, is in use.
    PartlyInUse,
    Completed,
    InUse,
    Suspended,
    /// No longer of this plan.
    Left,
}

impl Phase {
    pub const ALL: [Phase; 7] = [
        Self::ToStart,
        Self::UnderWay,
        Self::PartlyInUse,
        Self::Completed,
        Self::InUse,
        Self::Suspended,
        Self::Left,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::ToStart => "to_start",
            Self::UnderWay => "under_way",
            Self::PartlyInUse => "partly_in_use",
            Self::Completed => "completed",
            Self::InUse => "in_use",
            Self::Suspended => "suspended",
            Self::Left => "left",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.as_str() == text)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct StepLine {
    pub step: Code,
    pub order: u32,
    pub name: Named,
    pub gate: Option<Gate>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct GatePapers {
    pub applied: Option<Date>,
    pub decided: Option<Date>,
    pub number: String,
    pub granted: Option<bool>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct OutputLine {
    pub kind: Code,
    pub stage: Stage,
    pub basis: Basis,
    pub quantity: Decimal,
    pub seq: Seq,
    pub grade: Grade,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Project {
    pub code: Code,
    /// The entry that any change must have seen.
    pub version: Seq,
    /// Of the entry that put it on the books.
    pub grade: Grade,
    pub name: Named,
    pub aliases: Vec<String>,
    pub kind: Option<Code>,
    pub sector: Option<Code>,
    pub campaign: Option<Code>,
    pub lead_unit: Option<Code>,
    /// Unit and role.
    pub supporting_units: Vec<(Code, Code)>,
    pub areas: Vec<Code>,
    pub address: String,
    pub budget: Option<Fen>,
    pub funding: Vec<(Code, Fen)>,
    pub membership: Membership,
    pub since_revision: Option<u32>,
    pub membership_other: Option<Code>,
    pub parts: Vec<(Code, Named)>,
    pub steps: Vec<StepLine>,
    /// Dates by part (`None`: the whole) and step.
    pub tracks: BTreeMap<(Option<Code>, Code), Track>,
    pub gates: BTreeMap<Code, GatePapers>,
    /// How long the work to a step takes here, where it differs from the template.
    pub work: BTreeMap<Code, Work>,
    /// What steps wait for besides their chain.
    pub links: Vec<StepLink>,
    /// Rounds of the joint review.
    pub reviews: Vec<Round>,
    /// Percent complete by part, in order of date.
    pub progress: BTreeMap<Option<Code>, Vec<(Date, Decimal)>>,
    pub outputs: Vec<OutputLine>,
    pub suspended: Option<String>,
    pub documents: Vec<(String, String)>,
    pub remarks: Vec<(Date, String)>,
    /// How its effect is measured, with the entry that says so; none: the usual way.
    pub evaluation: Option<(EvaluationChoice, Seq)>,
}

impl Project {
    /// The project at the point of view; `None` before it is on the books.
    pub fn at(history: &SubjectHistory, view: View) -> Option<Self> {
        if !history.exists(view) {
            return None;
        }
        let code = history.subject.code.clone();
        let mut out = Self {
            name: Named::new(code.as_str(), ""),
            code,
            version: history.version,
            grade: history.grade(),
            aliases: Vec::new(),
            kind: None,
            sector: None,
            campaign: None,
            lead_unit: None,
            supporting_units: Vec::new(),
            areas: Vec::new(),
            address: String::new(),
            budget: None,
            funding: Vec::new(),
            membership: Membership::Member,
            since_revision: None,
            membership_other: None,
            parts: Vec::new(),
            steps: Vec::new(),
            tracks: BTreeMap::new(),
            gates: BTreeMap::new(),
            work: BTreeMap::new(),
            links: Vec::new(),
            reviews: Vec::new(),
            progress: BTreeMap::new(),
            outputs: Vec::new(),
            suspended: None,
            documents: Vec::new(),
            remarks: Vec::new(),
            evaluation: None,
        };
        let mut member = false;
        for held in history.visible::<ProjectFact>(view) {
            member |= matches!(held.fact, ProjectFact::Membership { .. });
            out.take(held);
        }
        out.steps.sort_by(|a, b| (a.order, &a.step).cmp(&(b.order, &b.step)));
        // A project that entered the books for planning only is not yet of the plan.
        if !member {
            out.membership = Membership::Removed;
        }
        Some(out)
    }

    fn take(&mut self, held: Held<'_, ProjectFact>) {
        let Held { fact, effective, seq, grade } = held;
        match fact {
            ProjectFact::Name(name) => self.name = name.clone(),
            ProjectFact::Alias { alias } => push_new(&mut self.aliases, alias.clone()),
            ProjectFact::Kind { kind } => self.kind = Some(kind.clone()),
            ProjectFact::Sector { sector } => self.sector = Some(sector.clone()),
            ProjectFact::Campaign { campaign } => self.campaign = Some(campaign.clone()),
            ProjectFact::LeadUnit { unit } => self.lead_unit = Some(unit.clone()),
            ProjectFact::SupportingUnit { unit, role, active } => {
                self.supporting_units.retain(|held| held != &(unit.clone(), role.clone()));
                if *active {
                    self.supporting_units.push((unit.clone(), role.clone()));
                }
            }
            ProjectFact::Place { areas, address } => {
                self.areas = areas.clone();
                self.address = address.clone();
            }
            ProjectFact::Budget { fen } => self.budget = Some(*fen),
            ProjectFact::Funding { origin, fen } => {
                self.funding.retain(|(held, _)| held != origin);
                self.funding.push((origin.clone(), *fen));
            }
            ProjectFact::Membership { state, revision, other } => {
                self.membership = *state;
                self.since_revision = *revision;
                self.membership_other = other.clone();
            }
            ProjectFact::Part { part, name } => {
                self.parts.retain(|(held, _)| held != part);
                self.parts.push((part.clone(), name.clone()));
            }
            ProjectFact::Step { step, order, name, gate } => {
                self.steps.retain(|line| line.step != *step);
                self.steps.push(StepLine {
                    step: step.clone(),
                    order: *order,
                    name: name.clone(),
                    gate: gate.clone(),
                });
            }
            ProjectFact::Milestone { aspect, part, step, date, cause } => {
                let track = self.tracks.entry((part.clone(), step.clone())).or_default();
                match (aspect, date) {
                    (Aspect::Promised, Some(date)) => track.promises.push((effective, *date)),
                    // A withdrawn promise stays on record with its facts; the one before it stood in
                    // for nothing, so only the current word is taken back.
                    (Aspect::Promised, None) => {
                        track.promises.pop();
                    }
                    (Aspect::Planned, date) => track.planned = *date,
                    (Aspect::Forecast, date) => track.forecast = *date,
                    (Aspect::Actual, date) => track.actual = *date,
                }
                if cause.is_some() {
                    track.cause = *cause;
                }
            }
            ProjectFact::GatePapers { step, applied, decided, number, granted } => {
                self.gates.insert(
                    step.clone(),
                    GatePapers {
                        applied: *applied,
                        decided: *decided,
                        number: number.clone(),
                        granted: *granted,
                    },
                );
            }
            ProjectFact::StepWork { step, work } => {
                match work {
                    Some(work) => self.work.insert(step.clone(), work.clone()),
                    None => self.work.remove(step),
                };
            }
            ProjectFact::StepLink { link, held } => {
                self.links.retain(|other| !other.is_between(link));
                if *held {
                    self.links.push(link.clone());
                }
            }
            ProjectFact::Review { round, fact } => Round::take(&mut self.reviews, *round, fact, effective),
            ProjectFact::Progress { part, percent } => {
                self.progress.entry(part.clone()).or_default().push((effective, *percent));
            }
            ProjectFact::Output { kind, stage, basis, quantity } => {
                self.outputs.retain(|line| (&line.kind, line.stage, line.basis) != (kind, *stage, *basis));
                self.outputs.push(OutputLine {
                    kind: kind.clone(),
                    stage: *stage,
                    basis: *basis,
                    quantity: *quantity,
                    seq,
                    grade,
                });
            }
            ProjectFact::Suspended { suspended, document } => {
                self.suspended = suspended.then(|| document.clone());
            }
            ProjectFact::Document { title, url } => {
                push_new(&mut self.documents, (title.clone(), url.clone()));
            }
            ProjectFact::Evaluation(choice) => {
                self.evaluation = (!choice.is_usual()).then(|| (choice.clone(), seq));
            }
            ProjectFact::Remark { text } => self.remarks.push((effective, text.clone())),
        }
    }

    pub fn is_member(&self) -> bool {
        self.membership == Membership::Member
    }

    /// The dates of a step of the whole project.
    pub fn track(&self, step: &str) -> Option<&Track> {
        self.tracks.iter().find(|((part, s), _)| part.is_none() && s.as_str() == step).map(|(_, t)| t)
    }

    fn part_tracks<'a>(&'a self, step: &'a str) -> impl Iterator<Item = (&'a Code, &'a Track)> {
        self.tracks.iter().filter_map(move |((part, s), track)| {
            (s.as_str() == step).then_some(track).and_then(|t| part.as_ref().map(|p| (p, t)))
        })
    }

    /// When the step was first done, in the whole or in any part.
    pub fn first_actual(&self, step: &str) -> Option<PlannedDate> {
        let whole = self.track(step).and_then(|track| track.actual);
        self.part_tracks(step).filter_map(|(_, track)| track.actual).chain(whole).min()
    }

    /// When the step was done throughout: recorded of the whole, or of every part.
    pub fn full_actual(&self, step: &str) -> Option<PlannedDate> {
        if let Some(actual) = self.track(step).and_then(|track| track.actual) {
            return Some(actual);
        }
        if self.parts.is_empty() {
            return None;
        }
        let mut latest = None;
        for (part, _) in &self.parts {
            let actual = self.part_tracks(step).find(|(p, _)| *p == part)?.1.actual?;
            latest = latest.max(Some(actual));
        }
        latest
    }

    /// When a step was reached: a start with the first part that began, for work on a part is work begun; all else
    /// with the last part.
    pub fn reached(&self, step: &str) -> Option<PlannedDate> {
        if step == step::START { self.first_actual(step) } else { self.full_actual(step) }
    }

    /// Started, completed ones included: a completion on record says that it had begun.
    pub fn is_started(&self) -> bool {
        self.first_actual(step::START).is_some() || self.is_completed()
    }

    pub fn is_completed(&self) -> bool {
        self.full_actual(step::COMPLETION).is_some()
    }

    pub fn is_in_use(&self) -> bool {
        self.full_actual(step::IN_USE).is_some()
    }

    /// The day the whole is or was expected to reach a step, by the best word there is.
    pub fn expected(&self, step: &str) -> Option<PlannedDate> {
        self.full_actual(step).or_else(|| self.track(step).and_then(Track::expected))
    }

    pub fn phase(&self) -> Phase {
        if !self.is_member() {
            Phase::Left
        } else if self.is_in_use() {
            Phase::InUse
        } else if self.is_completed() {
            Phase::Completed
        } else if self.suspended.is_some() {
            Phase::Suspended
        } else if self.first_actual(step::IN_USE).is_some() {
            Phase::PartlyInUse
        } else if self.is_started() {
            Phase::UnderWay
        } else {
            Phase::ToStart
        }
    }

    /// The largest slip in days over the public milestones, with its step.
    pub fn worst_slip(&self, as_of: Date) -> Option<(&Code, i32)> {
        self.tracks
            .iter()
            .filter(|((part, step), _)| {
                part.is_none()
                    && [step::START, step::COMPLETION, step::IN_USE, step::OPENING].contains(&step.as_str())
            })
            .filter_map(|((_, step), track)| Some((step, track.slip_days(as_of)?)))
            .max_by_key(|(_, days)| *days)
    }

    /// The latest percent complete of the whole.
    pub fn percent(&self) -> Option<(Date, Decimal)> {
        self.progress.get(&None).and_then(|values| values.last().copied())
    }

    /// The net quantity of an output, at its furthest stage.
    pub fn output(&self, kind: &str) -> Option<&OutputLine> {
        self.outputs
            .iter()
            .filter(|line| line.kind.as_str() == kind && line.basis == Basis::Net)
            .max_by_key(|line| line.stage)
    }
}

fn push_new<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}
