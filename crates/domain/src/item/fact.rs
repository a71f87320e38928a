//! What can be recorded of an item.

use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::goal::{MeasuredWeeks, RequestGoal};
use super::kind::{
    Attendance, InspectionWay, ItemKind, Level, ObjectionTo, Part, Party, ReportInForm, Series, SlipColour,
    Urgency, WhistleKind,
};
use super::relation::{Relation, Target};
use super::theme::{MonthlyTheme, ThemeFigures};
use super::workflow::{State, Step};
use crate::code::Code;
use crate::named::Named;
use crate::rhythm::{Recipient, Wait, Watch};

/// One typed fact of an item. Facts with the same [`slot`](ItemFact::slot) follow each other in time;
/// the latest one holds. `by` is the person who recorded it; the rules fill it in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemFact {
    Kind {
        kind: ItemKind,
    },
    /// The state it begins in, where its kind leaves a choice.
    Begin {
        state: State,
    },
    Name(Named),
    /// What is wanted, or what happened.
    Text {
        text: String,
    },
    /// The number in its register, as on paper.
    Number {
        number: String,
    },
    Received {
        on: Date,
    },
    /// Who set it: a leader by name, or a unit.
    Issuer {
        #[serde(default, skip_serializing_if = "String::is_empty")]
        name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unit: Option<Code>,
    },
    Level {
        level: Level,
    },
    Urgency {
        urgency: Urgency,
    },
    Series {
        series: Series,
    },
    WhistleKind {
        whistle: WhistleKind,
    },
    InspectionWay {
        way: InspectionWay,
    },
    SlipColour {
        colour: SlipColour,
    },
    LeadUnit {
        unit: Code,
    },
    SupportingUnit {
        unit: Code,
        part: Part,
        active: bool,
    },
    /// The person in charge.
    Person {
        person: Code,
    },
    Place {
        areas: Vec<Code>,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        address: String,
    },
    Sector {
        sector: Code,
    },
    /// The last day that keeps the limit.
    Due {
        on: Date,
    },
    /// When units were called: what their answers and arrivals are timed from.
    CalledAt {
        at: DateTime,
    },
    /// By when units must be on the spot or have answered.
    AnswerBy {
        at: DateTime,
    },
    Period {
        from: Date,
        to: Date,
    },
    /// When and where a meeting is held.
    Appointment {
        at: DateTime,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        place: String,
    },
    Link {
        relation: Relation,
        to: Target,
        held: bool,
    },
    /// A numbered matter of a directive.
    Matter {
        number: u32,
        text: String,
    },
    /// The task that some of the directive's matters went to.
    Split {
        task: Code,
        matters: Vec<u32>,
    },
    /// A move along the life cycle.
    Move {
        step: Step,
        state: State,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Code>,
    },
    Objection {
        to: ObjectionTo,
        reason: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unit: Option<Code>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<Date>,
    },
    ExtensionAsked {
        until: Date,
        reason: String,
    },
    ExtensionDecided {
        granted: bool,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
    /// A dated report on how far it has come.
    Progress {
        text: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        percent: Option<Decimal>,
    },
    /// When it will be done as things stand.
    Forecast {
        on: Option<Date>,
    },
    Evidence {
        key: Code,
        title: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        url: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Code>,
    },
    EvidenceChecked {
        key: Code,
        accepted: bool,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Code>,
    },
    /// A called unit has seen a dispatch; its answer comes later.
    Acknowledged {
        unit: Code,
        at: DateTime,
    },
    /// A called unit's word that it is coming, or its answer.
    Answer {
        unit: Code,
        at: DateTime,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        text: String,
    },
    Arrival {
        unit: Code,
        at: DateTime,
        people: u32,
    },
    /// The caller's mark for a unit, 1 to 5, and the veto.
    Mark {
        unit: Code,
        mark: u8,
        veto: bool,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
    Outcome {
        solved: bool,
        text: String,
    },
    /// Something a good deed or report-in brought, in the plan's kinds of output.
    Quantity {
        kind: Code,
        quantity: Decimal,
    },
    /// Whom a good deed or report-in served, and how many people.
    Beneficiaries {
        #[serde(default, skip_serializing_if = "String::is_empty")]
        whom: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        people: Option<u32>,
    },
    /// How many people a unit sent to report in.
    People {
        people: u32,
    },
    ReportInForm {
        form: ReportInForm,
    },
    /// Which of the five parties lacks or gives it.
    Party {
        party: Party,
    },
    /// A word beside the light, with the day it stops being shown. The light itself does not change.
    Explanation {
        text: String,
        until: Date,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Code>,
    },
    Attendance {
        unit: Code,
        attendance: Attendance,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        name: String,
    },
    Agenda {
        point: u32,
        title: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        about: Option<Target>,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        text: String,
        /// What was asked for that the point takes up: the key of a point asked of the meeting, or of a
        /// matter in the return that the point is about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        asked: Option<Code>,
    },
    /// A unit asks for a point on a meeting's agenda.
    AgendaAsked {
        key: Code,
        unit: Code,
        title: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        about: Option<Target>,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        text: String,
    },
    Minutes {
        text: String,
    },
    /// A report's content as people edit it and as it was frozen: JSON of the report's own form.
    Content {
        content: String,
    },
    /// A reminder or escalation that the rhythm made, for the limit it counts from.
    Chased {
        watch: Watch,
        limit: DateTime,
        after: Wait,
        to: Recipient,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        slip: Option<Code>,
    },
    /// What few enough people raise counts as put right.
    Goal(RequestGoal),
    /// How many people raised it each week.
    Measured(MeasuredWeeks),
    /// What it is the theme of a month for.
    Theme(MonthlyTheme),
    /// What was measured of the theme, month by month.
    ThemeMeasured(ThemeFigures),
    /// A report as issued: its number, the view it was computed at, and the digest of its content.
    Issue {
        number: u32,
        as_of: Date,
        known: u64,
        digest: String,
    },
}

impl ItemFact {
    /// The line in time that this fact belongs to.
    pub fn slot(&self) -> String {
        match self {
            Self::Kind { .. } => "kind".into(),
            Self::Begin { .. } => "begin".into(),
            Self::Name(_) => "name".into(),
            Self::Text { .. } => "text".into(),
            Self::Number { .. } => "number".into(),
            Self::Received { .. } => "received".into(),
            Self::Issuer { .. } => "issuer".into(),
            Self::Level { .. } => "level".into(),
            Self::Urgency { .. } => "urgency".into(),
            Self::Series { .. } => "series".into(),
            Self::WhistleKind { .. } => "whistle_kind".into(),
            Self::InspectionWay { .. } => "inspection_way".into(),
            Self::SlipColour { .. } => "slip_colour".into(),
            Self::LeadUnit { .. } => "lead_unit".into(),
            Self::SupportingUnit { unit, .. } => format!("supporting_unit/{unit}"),
            Self::Person { .. } => "person".into(),
            Self::Place { .. } => "place".into(),
            Self::Sector { .. } => "sector".into(),
            Self::Due { .. } => "due".into(),
            Self::CalledAt { .. } => "called_at".into(),
            Self::AnswerBy { .. } => "answer_by".into(),
            Self::Period { .. } => "period".into(),
            Self::Appointment { .. } => "appointment".into(),
            Self::Link { relation, to, .. } => {
                format!("link/{}/{}/{}", relation.as_str(), to.kind().as_str(), to.code())
            }
            Self::Matter { number, .. } => format!("matter/{number:04}"),
            Self::Split { task, .. } => format!("split/{task}"),
            Self::Move { .. } => "state".into(),
            Self::Objection { .. } => "objection".into(),
            Self::ExtensionAsked { .. } => "extension_asked".into(),
            Self::ExtensionDecided { .. } => "extension_decided".into(),
            Self::Progress { .. } => "progress".into(),
            Self::Forecast { .. } => "forecast".into(),
            Self::Evidence { key, .. } => format!("evidence/{key}"),
            Self::EvidenceChecked { key, .. } => format!("evidence_checked/{key}"),
            Self::Acknowledged { unit, .. } => format!("acknowledged/{unit}"),
            Self::Answer { unit, .. } => format!("answer/{unit}"),
            Self::Arrival { unit, .. } => format!("arrival/{unit}"),
            Self::Mark { unit, .. } => format!("mark/{unit}"),
            Self::Outcome { .. } => "outcome".into(),
            Self::Quantity { kind, .. } => format!("quantity/{kind}"),
            Self::Beneficiaries { .. } => "beneficiaries".into(),
            Self::Goal(_) => "goal".into(),
            Self::Measured(_) => "measured".into(),
            Self::Theme(_) => "theme".into(),
            Self::ThemeMeasured(_) => "theme_measured".into(),
            Self::People { .. } => "people".into(),
            Self::ReportInForm { .. } => "report_in_form".into(),
            Self::Party { .. } => "party".into(),
            Self::Explanation { .. } => "explanation".into(),
            Self::Attendance { unit, .. } => format!("attendance/{unit}"),
            Self::Agenda { point, .. } => format!("agenda/{point:04}"),
            Self::AgendaAsked { key, .. } => format!("agenda_asked/{key}"),
            Self::Minutes { .. } => "minutes".into(),
            Self::Content { .. } => "content".into(),
            Self::Issue { .. } => "issue".into(),
            Self::Chased { watch, limit, after, to, .. } => {
                format!(
                    "chased/{}/{}/{after}/{}",
                    watch.as_str(),
                    limit.strftime("%Y-%m-%dT%H:%M"),
                    to.as_str()
                )
            }
        }
    }

    /// The unit whose word the fact is, where it is one unit's alone.
    pub fn word_of(&self) -> Option<&Code> {
        match self {
            Self::Acknowledged { unit, .. }
            | Self::Answer { unit, .. }
            | Self::Arrival { unit, .. }
            | Self::AgendaAsked { unit, .. } => Some(unit),
            _ => None,
        }
    }

    /// Who recorded it, for a fact that is somebody's own word.
    pub fn signer(&self) -> Option<&Code> {
        match self {
            Self::Move { by, .. }
            | Self::Evidence { by, .. }
            | Self::EvidenceChecked { by, .. }
            | Self::Explanation { by, .. } => by.as_ref(),
            _ => None,
        }
    }

    fn signature(&mut self) -> Option<&mut Option<Code>> {
        match self {
            Self::Move { by, .. }
            | Self::Evidence { by, .. }
            | Self::EvidenceChecked { by, .. }
            | Self::Explanation { by, .. } => Some(by),
            _ => None,
        }
    }

    /// The same fact, signed: it stays the word of whom it names, else it is that of the person who records
    /// it. Only whoever brings records of another register in may name somebody else.
    pub(crate) fn signed(mut self, actor: &Code) -> Self {
        if let Some(by) = self.signature() {
            by.get_or_insert_with(|| actor.clone());
        }
        self
    }

    /// The same fact with nobody named whose word it would be.
    pub fn unsigned(mut self) -> Self {
        if let Some(by) = self.signature() {
            *by = None;
        }
        self
    }
}
