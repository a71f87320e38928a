//! The ledger (台账): one row for everything to be delivered, whatever its origin.

use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::agenda;
use super::call::Call;
use super::fact::ItemFact;
use super::kind::{ItemKind, Level, Party, Series, SlipColour, Urgency, texts};
use super::relation::{Relation, Target};
use super::state::Item;
use super::workflow::Standing;
use crate::code::Code;
use crate::history::{SubjectHistory, View};
use crate::milestone::{Track, step};
use crate::named::Named;
use crate::project::{Phase, Project};
use crate::source::Grade;
use crate::unit::UnitLevel;

/// What a row stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowKind {
    Item(ItemKind),
    Project,
    /// A dated step of a project, of the whole or of a part.
    Milestone {
        part: Option<Code>,
        step: Code,
    },
}

impl RowKind {
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Item(kind) => kind.as_str(),
            Self::Project => "project",
            Self::Milestone { .. } => "milestone",
        }
    }
}

texts! {
    /// What has become of an item's evidence.
    EvidenceStanding { None => "none", Waiting => "waiting", Returned => "returned", Accepted => "accepted" }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LedgerRow {
    pub kind: RowKind,
    /// The item's or the project's.
    pub code: Code,
    pub grade: Grade,
    pub name: Named,
    pub number: String,
    pub level: Option<Level>,
    pub series: Option<Series>,
    pub lead_unit: Option<Code>,
    pub supporting_units: Vec<Code>,
    /// The unit that called or set it.
    pub caller: Option<Code>,
    pub issuer: String,
    pub person: Option<Code>,
    pub areas: Vec<Code>,
    pub sector: Option<Code>,
    /// Why it exists: the first link that leads back.
    pub origin: Option<(Relation, Target)>,
    pub received: Option<Date>,
    pub due: Option<Date>,
    pub forecast: Option<Date>,
    pub finished: Option<Date>,
    pub state: String,
    pub standing: Standing,
    /// Reported on every week until it is closed.
    pub weekly: bool,
    pub last_report: Option<Date>,
    pub progress: String,
    pub evidence: EvidenceStanding,
    /// Of projects and milestones, where a light asks for it: working days to spare before the promise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub float: Option<i64>,
    pub quantities: Vec<(Code, Decimal)>,
    pub solved: Option<bool>,
    /// Of a slip.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<SlipColour>,
    /// An explanation beside the light, and its last day.
    pub explanation: Option<(String, Date)>,
    /// Who was called and what they did, for a whistle or a dispatch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<Call>,
    /// When a meeting is held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_at: Option<DateTime>,
    /// How many people it served.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub served: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<Party>,
    /// What a need was matched with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub matched: Vec<Target>,
}

/// Why an item exists: of a decision, first of all where it was decided.
fn origin(item: &Item) -> Option<(Relation, Target)> {
    let origins = item.links.iter().filter(|(relation, _)| relation.is_origin());
    origins.min_by_key(|(relation, _)| *relation != Relation::DecidedAt).cloned()
}

impl LedgerRow {
    pub fn of_item(item: &Item) -> Self {
        let last = item.progress.last();
        let evidence = match item.evidence.last().map(|line| &line.checked) {
            None => EvidenceStanding::None,
            Some(None) => EvidenceStanding::Waiting,
            Some(Some((true, ..))) => EvidenceStanding::Accepted,
            Some(Some((false, ..))) => EvidenceStanding::Returned,
        };
        Self {
            kind: RowKind::Item(item.kind),
            code: item.code.clone(),
            grade: item.grade,
            name: item.name.clone(),
            number: item.number.clone(),
            level: item.level,
            series: item.series,
            lead_unit: item.lead_unit.clone(),
            supporting_units: item.supporting_units.iter().map(|(unit, _)| unit.clone()).collect(),
            caller: item.caller.clone(),
            issuer: item.issuer.clone(),
            person: item.person.clone(),
            areas: item.areas.clone(),
            sector: item.sector.clone(),
            origin: origin(item),
            received: Some(item.received),
            due: item.due.or(item.answer_by.map(|at| at.date())).or(agenda::next_due(item)),
            forecast: item.forecast,
            finished: item.finished(),
            state: item.state.as_str().into(),
            standing: item.standing(),
            weekly: item.urgency == Urgency::Long,
            last_report: last.map(|line| line.on),
            progress: last.map(|line| line.text.clone()).unwrap_or_default(),
            evidence,
            float: None,
            quantities: item.quantities.clone(),
            solved: item.outcome.as_ref().map(|(solved, _)| *solved),
            colour: item.colour,
            explanation: item.explanation.as_ref().map(|(text, until, _)| (text.clone(), *until)),
            call: Call::of(item),
            held_at: item.appointment.as_ref().map(|(at, _)| *at),
            served: item.beneficiaries.as_ref().and_then(|(_, people)| *people),
            party: item.party,
            matched: item.linked(Relation::MatchedWith).cloned().collect(),
        }
    }

    /// A project as of the view it was made at: due when its completion was promised.
    pub fn of_project(project: &Project, level: Option<UnitLevel>) -> Self {
        let wanted = [step::COMPLETION, step::IN_USE]
            .into_iter()
            .filter_map(|step| project.tracks.get(&(None, Code::new(step).ok()?)))
            .find(|track| track.promised().is_some() || track.actual.is_some());
        let phase = project.phase();
        let standing = match phase {
            Phase::Completed | Phase::InUse => Standing::Done,
            Phase::Suspended => Standing::Suspended,
            Phase::Left => Standing::Withdrawn,
            Phase::ToStart | Phase::UnderWay | Phase::PartlyInUse => Standing::Open,
        };
        let latest = project.progress.get(&None).and_then(|line| line.last());
        let mut row = Self::of_track(project, level, wanted);
        row.kind = RowKind::Project;
        row.standing = standing;
        row.state = phase.as_str().into();
        if standing != Standing::Done {
            row.finished = None;
        }
        row.last_report = latest.map(|(on, _)| *on);
        row.progress = latest.map(|(_, percent)| format!("{percent} %")).unwrap_or_default();
        row
    }

    /// The promised steps of a project, each as a row of its own.
    pub fn of_milestones(project: &Project, level: Option<UnitLevel>) -> Vec<Self> {
        let name_of = |step: &Code, part: &Option<Code>| {
            let step = project.steps.iter().find(|line| line.step == *step).map(|line| &line.name);
            let part = part.as_ref().and_then(|p| project.parts.iter().find(|(held, _)| held == p));
            let join = |english: bool| {
                let words = [Some(&project.name), part.map(|(_, name)| name), step];
                words.into_iter().flatten().map(|name| name.get(english)).collect::<Vec<_>>().join(" · ")
            };
            Named::new(join(false), join(true))
        };
        project
            .tracks
            .iter()
            .filter(|(_, track)| track.promised().is_some())
            .map(|((part, step), track)| {
                let mut row = Self::of_track(project, level, Some(track));
                row.kind = RowKind::Milestone { part: part.clone(), step: step.clone() };
                row.name = name_of(step, part);
                row
            })
            .collect()
    }

    fn of_track(project: &Project, level: Option<UnitLevel>, track: Option<&Track>) -> Self {
        let done = track.and_then(|track| track.actual).map(|date| date.last());
        let level = match level {
            Some(UnitLevel::City) => Some(Level::City),
            Some(UnitLevel::District | UnitLevel::Subdistrict | UnitLevel::Community) => {
                Some(Level::District)
            }
            _ => None,
        };
        let suspended = project.suspended.is_some();
        let standing = match (done, suspended, project.is_member()) {
            (Some(_), ..) => Standing::Done,
            (None, _, false) => Standing::Withdrawn,
            (None, true, true) => Standing::Suspended,
            (None, false, true) => Standing::Open,
        };
        Self {
            kind: RowKind::Project,
            code: project.code.clone(),
            grade: project.grade,
            name: project.name.clone(),
            number: String::new(),
            level,
            series: None,
            lead_unit: project.lead_unit.clone(),
            supporting_units: project.supporting_units.iter().map(|(unit, _)| unit.clone()).collect(),
            caller: None,
            issuer: String::new(),
            person: None,
            areas: project.areas.clone(),
            sector: project.sector.clone(),
            origin: None,
            received: track.and_then(|track| track.promises.first()).map(|(on, _)| *on),
            due: track.and_then(Track::promised).map(|date| date.last()),
            forecast: track.and_then(|track| track.forecast).map(|date| date.last()),
            finished: done,
            state: standing.as_str().into(),
            standing,
            weekly: false,
            last_report: None,
            progress: String::new(),
            evidence: EvidenceStanding::None,
            float: None,
            quantities: Vec::new(),
            solved: None,
            colour: None,
            explanation: None,
            call: None,
            held_at: None,
            served: None,
            party: None,
            matched: Vec::new(),
        }
    }

    /// What tells the row from every other of its plan.
    pub fn id(&self) -> String {
        match &self.kind {
            RowKind::Item(_) => self.code.to_string(),
            RowKind::Project => format!("{}/", self.code),
            RowKind::Milestone { part, step } => {
                format!("{}/{}/{step}", self.code, part.as_ref().map_or("-", Code::as_str))
            }
        }
    }

    /// Whether the unit leads or supports it.
    pub fn concerns(&self, unit: &Code) -> bool {
        self.lead_unit.as_ref() == Some(unit) || self.supporting_units.contains(unit)
    }
}

/// A row and the days it holds for, at all that is known now.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    pub from: Date,
    /// The first day it no longer holds; `None`: it still does.
    pub until: Option<Date>,
    pub row: LedgerRow,
}

/// The rows of an item through time: what any past day's ledger shows of it.
pub fn spans(history: &SubjectHistory) -> Vec<Span> {
    let mut days: Vec<Date> = history.visible::<ItemFact>(View::ALL).map(|held| held.effective).collect();
    days.sort_unstable();
    days.dedup();
    let mut out: Vec<Span> = Vec::with_capacity(days.len());
    for day in days {
        let Some(item) = Item::at(history, View::as_of(day)) else { continue };
        let row = LedgerRow::of_item(&item);
        match out.last_mut() {
            Some(last) if last.row == row => {}
            last => {
                if let Some(last) = last {
                    last.until = Some(day);
                }
                out.push(Span { from: day, until: None, row });
            }
        }
    }
    out
}
