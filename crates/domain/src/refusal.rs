//! Why a command is refused: typed, so that every language can say it and say what to do.

use jiff::civil::Date;

use crate::code::Code;
use crate::evaluation::EvaluationFault;
use crate::index::IndexFault;
use crate::item::goal::{GoalFault, hundredths};
use crate::item::theme::ThemeFault;
use crate::item::{Relation, State, Step};
use crate::journal::Seq;
use crate::policy::Action;
use crate::request::question::AnswerFault;
use crate::request::{ClaimState, ClaimStep, RequestState, RequestStep};
use crate::subject::{Subject, SubjectKind};
use crate::survey::SurveyFault;
use crate::timetabling::HolidayFault;

/// One thing wrong with a command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct Refusal {
    /// The slot of the fact at fault, or empty for the command as a whole.
    pub field: String,
    pub problem: Problem,
}

impl Refusal {
    pub fn whole(problem: Problem) -> Self {
        Self { field: String::new(), problem }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("{0} is not on the books")]
    UnknownSubject(Subject),
    #[error("{0} is already on the books")]
    AlreadyRegistered(Subject),
    #[error("changed meanwhile: entry {found}, not {expected}, is the last one")]
    ChangedMeanwhile { expected: Seq, found: Seq },
    #[error("not allowed: {}", .0.as_str())]
    NotAllowed(Action),
    #[error("nothing to record")]
    NoFacts,
    #[error("a fact of another kind than its subject")]
    WrongKind,
    #[error("{what} '{code}' is unknown")]
    UnknownReference { what: Reference, code: Code },
    #[error("'{0}' is missing")]
    Missing(&'static str),
    #[error("must not be empty")]
    Empty,
    #[error("at most {max} characters, here {found}")]
    TooLong { max: usize, found: usize },
    #[error("has a control character")]
    ControlCharacter,
    #[error("not an http or https address")]
    BadAddress,
    #[error("not an e-mail address")]
    BadEmail,
    #[error("three numbers of working days that do not fall, at most {0}")]
    EstimateOrder(u16),
    #[error("no working day is left")]
    NoWorkingDay,
    #[error("percent lies between 0 and 100")]
    PercentRange,
    #[error("must not be negative")]
    Negative,
    #[error("{later_step} {later} lies before {earlier_step} {earlier}")]
    DateOrder { earlier_step: String, earlier: String, later_step: String, later: String },
    #[error("{date} has not come yet: today is {today}")]
    Future { date: Date, today: Date },
    #[error("the period ends before it begins")]
    PeriodOrder,
    #[error("goes round in a circle: {}", join(.0))]
    Circular(Vec<Code>),
    #[error("these would wait for each other in a circle: {}", join(.0))]
    WaitingCircle(Vec<Code>),
    #[error("a reason is needed when a date the public was told moves")]
    ReasonRequired,
    #[error("entry {0} does not exist")]
    UnknownEntry(Seq),
    #[error("entry {entry} was already corrected by entry {by}")]
    AlreadyCorrected { entry: Seq, by: Seq },
    #[error("entry {0} is about another subject")]
    EntryOfOther(Seq),
    #[error("one name at a time, with nothing around it that separates names")]
    NotOneName,
    #[error("given twice")]
    Twice,
    #[error("an item's kind cannot change")]
    KindFixed,
    #[error("was issued and stays as it is")]
    Frozen,
    #[error("cannot {} from {}", .step.as_str(), .from.as_str())]
    IllegalMove { from: State, step: Step },
    #[error("matters without a task: {0:?}")]
    NotCovered(Vec<u32>),
    #[error("tasks still open: {}", join(.0))]
    OpenTasks(Vec<Code>),
    #[error("no evidence has been accepted")]
    NoEvidence,
    #[error("whoever gave the evidence does not judge it")]
    OwnEvidence,
    #[error("whoever is of a unit with a part in it does not judge it")]
    OwnerVerifies,
    #[error("whoever asked or decided first does not decide this")]
    OwnDecision,
    #[error("the limit for this was {limit}")]
    TooLate { limit: Date },
    #[error("must be later than {than}")]
    NotLater { than: Date },
    #[error("{date} is a day off; the next working day is {next}")]
    DayOff { date: Date, next: Date },
    #[error("a link '{}' is not allowed here", .relation.as_str())]
    RelationNotAllowed { relation: Relation },
    #[error("nothing waits for a decision")]
    NothingPending,
    #[error("what was asked for before waits for a decision")]
    WaitsForDecision,
    #[error("a mark lies between 1 and 5")]
    MarkRange,
    #[error("is the word of '{0}', who does not record it")]
    WordOfOther(Code),
    #[error("number {number} is that of '{by}'")]
    NumberTaken { number: u32, by: Code },
    #[error("late without a reason: {}", .0.join(", "))]
    Unexplained(Vec<String>),
    #[error("kept by the calendar, not written by hand")]
    ByCalendar,
    #[error("a ladder or period stands twice, a slip has no place there, or it closes before it is due")]
    BadRhythm,
    #[error("a veto stands with the lowest mark")]
    VetoMark,
    #[error("a veto needs its reason")]
    VetoReason,
    #[error("stands at the highest level")]
    HighestLevel,
    #[error("units have not answered: say why it ends without them")]
    SilentUnits,
    #[error("not while {}", .state.as_str())]
    NotInState { state: State },
    #[error("no approval step")]
    NoGate,
    #[error("the next number is {next}")]
    RoundOrder { next: u32 },
    #[error("round {number} is still open")]
    RoundOpen { number: u32 },
    #[error("there is no round {number}")]
    NoRound { number: u32 },
    #[error("'{unit}' was not asked")]
    NotAsked { unit: Code },
    #[error("points still open: {0:?}")]
    OpenPoints(Vec<u32>),
    #[error("a department disagrees")]
    Disagreement,
    #[error("change {0} of the scenario means nothing")]
    BadChange(usize),
    #[error("at most {0}")]
    TooMany(usize),
    #[error("at most {0} people")]
    TooManyPeople(u64),
    #[error("cannot {} from {}", .step.as_str(), .from.as_str())]
    IllegalRequestMove { from: RequestState, step: RequestStep },
    #[error("cannot {} what is {} in the rates", .step.as_str(), .from.as_str())]
    IllegalClaim { from: ClaimState, step: ClaimStep },
    #[error("counts against '{0}'")]
    CountsAgainst(Code),
    #[error("is left out of that already")]
    LeftOutAlready,
    #[error("not while {}", .state.as_str())]
    NotWhileRequest { state: RequestState },
    #[error("tells who somebody is: masked texts only")]
    Personal,
    #[error("was given so that it may not be handed back")]
    Forced,
    #[error("the unit has it already")]
    SameUnit,
    #[error("was handed back as often as may be")]
    ReturnedBefore,
    #[error("was handed back as often as may be: '{0}' takes it")]
    ToBackstop(Code),
    #[error("whoever asked was not called back on, and may say until {until} how it went")]
    CallBackFirst { until: Date },
    #[error("request '{0}' goes with another itself")]
    MergedItself(Code),
    #[error("other requests hold on to it: '{0}'")]
    HasMerged(Code),
    #[error("may not be shown to everybody")]
    Private,
    #[error("whoever asked was erased")]
    Erased,
    #[error("not a place on earth")]
    BadPoint,
    #[error("requests of this category need a telephone number or an address of mail")]
    ContactNeeded,
    #[error("the answer to '{question}' does not fit: {fault:?}")]
    Answer { question: Code, fault: AnswerFault },
    #[error("rules of requests that do not fit together: {0}")]
    BadRequestRules(&'static str),
    #[error("the goal does not fit: {0:?}")]
    BadGoal(GoalFault),
    #[error("the theme does not fit: {0:?}")]
    BadTheme(ThemeFault),
    #[error("the theme's month was not measured yet")]
    ThemeNotMeasured,
    #[error("the goal was not measured up to the last whole week")]
    GoalNotMeasured,
    #[error("the weeks that count are over on {from}")]
    GoalTooEarly { from: Date },
    #[error("the rate is {rate} hundredths, the target {target}")]
    GoalNotMet { rate: u32, target: u32 },
    #[error("nothing fills '{{{0}}}' in a template")]
    UnknownPlaceholder(String),
    #[error("lies {metres} m outside of '{area}'")]
    OutsideArea { area: Code, metres: u64 },
    #[error("lies {metres} m from the facility, at most {most} m are taken")]
    FarFromSite { metres: u64, most: u64 },
    #[error("both ends are one place")]
    SamePlace,
    #[error("the ends lie {metres} m apart, at most {most} m are taken")]
    EndsApart { metres: u64, most: u32 },
    #[error("the ends lie {metres} m apart: nobody walks less")]
    ShorterThanStraight { metres: u64 },
    #[error("the boundary crosses itself")]
    CrossesItself,
    #[error("must be above zero")]
    NotAboveZero,
    #[error("a share of up to 100%, up to 2 km to the network, 0.5 to 10 km an hour")]
    BadCoverageRules,
    #[error("facilities of kind '{0}' have no capacity")]
    NoCapacity(Code),
    #[error("no new facilities of kind '{0}' are taken")]
    KindClosed(Code),
    #[error("the layer is in force from {from} on")]
    LayerBegins { from: Date },
    #[error("no layer is in force")]
    NoLayer,
    #[error("what was seen then changed on {from}")]
    ChangedSince { from: Date },
    #[error("no paper of a year's holidays: {0}")]
    BadHolidays(HolidayFault),
    #[error("the version of the index makes no sense: {0:?}")]
    BadIndex(IndexFault),
    #[error("the survey does not fit: {0:?}")]
    BadSurvey(SurveyFault),
    #[error("an effect cannot be measured by that: {0:?}")]
    BadEvaluation(EvaluationFault),
}

/// What a code was to refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference {
    Plan,
    Project,
    Area,
    Unit,
    Sector,
    Campaign,
    Template,
    OutputKind,
    Part,
    Step,
    Indicator,
    Index,
    Figure,
    YearlyList,
    Observation,
    Item,
    Request,
    RequestCategory,
    RequestPreset,
    Evidence,
    Matter,
    WorkCalendar,
    WorkLimit,
    Revision,
    Facility,
    FacilityKind,
    FacilityStandard,
    Layer,
    Link,
    Questionnaire,
    Wave,
}

impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Reference {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Project => "project",
            Self::Area => "area",
            Self::Unit => "unit",
            Self::Sector => "sector",
            Self::Campaign => "campaign",
            Self::Template => "template",
            Self::OutputKind => "output_kind",
            Self::Part => "part",
            Self::Step => "step",
            Self::WorkCalendar => "work_calendar",
            Self::WorkLimit => "work_limit",
            Self::Revision => "revision",
            Self::Indicator => "indicator",
            Self::Index => "index",
            Self::Figure => "figure",
            Self::YearlyList => "yearly_list",
            Self::Observation => "observation",
            Self::Item => "item",
            Self::Request => "request",
            Self::RequestCategory => "request_category",
            Self::RequestPreset => "request_preset",
            Self::Evidence => "evidence",
            Self::Matter => "matter",
            Self::Facility => "facility",
            Self::FacilityKind => "facility_kind",
            Self::FacilityStandard => "facility_standard",
            Self::Layer => "layer",
            Self::Link => "plan_link",
            Self::Questionnaire => "questionnaire",
            Self::Wave => "wave",
        }
    }
}

impl From<SubjectKind> for Reference {
    fn from(kind: SubjectKind) -> Self {
        match kind {
            SubjectKind::Plan => Self::Plan,
            SubjectKind::Project => Self::Project,
            SubjectKind::Indicator => Self::Indicator,
            SubjectKind::Index => Self::Index,
            SubjectKind::Item => Self::Item,
            SubjectKind::Request => Self::Request,
            SubjectKind::Facility => Self::Facility,
            SubjectKind::Area => Self::Area,
            SubjectKind::Unit => Self::Unit,
            SubjectKind::Person => Self::Unit,
        }
    }
}

impl Problem {
    /// The key under which messages explain the problem.
    pub fn key(&self) -> &'static str {
        match self {
            Self::UnknownSubject(_) => "unknown-subject",
            Self::AlreadyRegistered(_) => "already-registered",
            Self::ChangedMeanwhile { .. } => "changed-meanwhile",
            Self::NotAllowed(_) => "not-allowed",
            Self::NoFacts => "no-facts",
            Self::WrongKind => "wrong-kind",
            Self::UnknownReference { .. } => "unknown-reference",
            Self::Missing(_) => "missing",
            Self::Empty => "empty",
            Self::TooLong { .. } => "too-long",
            Self::ControlCharacter => "control-character",
            Self::BadAddress => "bad-address",
            Self::BadEmail => "bad-email",
            Self::EstimateOrder(_) => "estimate-order",
            Self::NoWorkingDay => "no-working-day",
            Self::PercentRange => "percent-range",
            Self::Negative => "negative",
            Self::DateOrder { .. } => "date-order",
            Self::Future { .. } => "future",
            Self::PeriodOrder => "period-order",
            Self::Circular(_) => "circular",
            Self::WaitingCircle(_) => "waiting-circle",
            Self::ReasonRequired => "reason-required",
            Self::UnknownEntry(_) => "unknown-entry",
            Self::AlreadyCorrected { .. } => "already-corrected",
            Self::EntryOfOther(_) => "entry-of-other",
            Self::Twice => "twice",
            Self::KindFixed => "kind-fixed",
            Self::Frozen => "frozen",
            Self::IllegalMove { .. } => "illegal-move",
            Self::NotCovered(_) => "not-covered",
            Self::OpenTasks(_) => "open-tasks",
            Self::NoEvidence => "no-evidence",
            Self::OwnEvidence => "own-evidence",
            Self::OwnerVerifies => "owner-verifies",
            Self::OwnDecision => "own-decision",
            Self::TooLate { .. } => "too-late",
            Self::NotLater { .. } => "not-later",
            Self::DayOff { .. } => "day-off",
            Self::RelationNotAllowed { .. } => "relation-not-allowed",
            Self::NothingPending => "nothing-pending",
            Self::WaitsForDecision => "waits-for-decision",
            Self::MarkRange => "mark-range",
            Self::NumberTaken { .. } => "number-taken",
            Self::Unexplained(_) => "unexplained",
            Self::ByCalendar => "by-calendar",
            Self::BadRhythm => "bad-rhythm",
            Self::VetoMark => "veto-mark",
            Self::VetoReason => "veto-reason",
            Self::HighestLevel => "highest-level",
            Self::SilentUnits => "silent-units",
            Self::NotInState { .. } => "not-in-state",
            Self::WordOfOther(_) => "word-of-other",
            Self::NoGate => "no-gate",
            Self::RoundOrder { .. } => "round-order",
            Self::RoundOpen { .. } => "round-open",
            Self::NoRound { .. } => "no-round",
            Self::NotAsked { .. } => "not-asked",
            Self::OpenPoints(_) => "open-points",
            Self::Disagreement => "disagreement",
            Self::BadChange(_) => "bad-change",
            Self::TooMany(_) => "too-many",
            Self::TooManyPeople(_) => "too-many-people",
            Self::IllegalRequestMove { .. } => "illegal-request-move",
            Self::IllegalClaim { .. } => "illegal-claim",
            Self::CountsAgainst(_) => "counts-against",
            Self::LeftOutAlready => "left-out-already",
            Self::NotWhileRequest { .. } => "not-while-request",
            Self::Personal => "personal",
            Self::Forced => "forced",
            Self::SameUnit => "same-unit",
            Self::ReturnedBefore => "returned-before",
            Self::ToBackstop(_) => "to-backstop",
            Self::CallBackFirst { .. } => "call-back-first",
            Self::MergedItself(_) => "merged-itself",
            Self::HasMerged(_) => "has-merged",
            Self::Private => "private",
            Self::Erased => "erased",
            Self::BadPoint => "bad-point",
            Self::ContactNeeded => "contact-needed",
            Self::Answer { fault, .. } => fault.key(),
            Self::BadRequestRules(_) => "bad-request-rules",
            Self::BadGoal(fault) => fault.key(),
            Self::BadTheme(fault) => fault.key(),
            Self::ThemeNotMeasured => "theme-not-measured",
            Self::GoalNotMeasured => "goal-not-measured",
            Self::GoalTooEarly { .. } => "goal-too-early",
            Self::GoalNotMet { .. } => "goal-not-met",
            Self::UnknownPlaceholder(_) => "unknown-placeholder",
            Self::BadHolidays(fault) => fault.key(),
            Self::OutsideArea { .. } => "outside-area",
            Self::FarFromSite { .. } => "far-from-site",
            Self::SamePlace => "same-place",
            Self::EndsApart { .. } => "ends-apart",
            Self::ShorterThanStraight { .. } => "shorter-than-straight",
            Self::CrossesItself => "crosses-itself",
            Self::NotOneName => "not-one-name",
            Self::NotAboveZero => "not-above-zero",
            Self::BadCoverageRules => "bad-coverage-rules",
            Self::NoCapacity(_) => "no-capacity",
            Self::KindClosed(_) => "kind-closed",
            Self::LayerBegins { .. } => "layer-begins",
            Self::NoLayer => "no-layer",
            Self::ChangedSince { .. } => "changed-since",
            Self::BadIndex(fault) => fault.key(),
            Self::BadSurvey(fault) => fault.key(),
            Self::BadEvaluation(fault) => fault.key(),
        }
    }

    /// The values that a message may name.
    pub fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::UnknownSubject(subject) | Self::AlreadyRegistered(subject) => {
                vec![("kind", subject.kind.as_str().into()), ("code", subject.code.to_string())]
            }
            Self::ChangedMeanwhile { expected, found } => {
                vec![("expected", expected.to_string()), ("found", found.to_string())]
            }
            Self::NotAllowed(action) => vec![("action", action.as_str().into())],
            Self::UnknownReference { what, code } => {
                vec![("what", what.as_str().into()), ("code", code.to_string())]
            }
            Self::EstimateOrder(most) => vec![("most", most.to_string())],
            Self::Missing(what) => vec![("what", (*what).into())],
            Self::TooLong { max, found } => vec![("max", max.to_string()), ("found", found.to_string())],
            Self::DateOrder { earlier_step, earlier, later_step, later } => vec![
                ("earlier_step", earlier_step.clone()),
                ("earlier", earlier.clone()),
                ("later_step", later_step.clone()),
                ("later", later.clone()),
            ],
            Self::Future { date, today } => vec![("date", date.to_string()), ("today", today.to_string())],
            Self::IllegalMove { from, step } => {
                vec![("from", from.as_str().into()), ("step", step.as_str().into())]
            }
            Self::NotCovered(matters) => {
                let numbers = matters.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
                vec![("matters", numbers)]
            }
            Self::RoundOrder { next } => vec![("next", next.to_string())],
            Self::RoundOpen { number } | Self::NoRound { number } => vec![("number", number.to_string())],
            Self::NotAsked { unit } => vec![("unit", unit.to_string())],
            Self::OpenPoints(points) => {
                vec![("points", points.iter().map(u32::to_string).collect::<Vec<_>>().join(", "))]
            }
            Self::BadChange(at) => vec![("at", at.to_string())],
            Self::TooMany(most) => vec![("most", most.to_string())],
            Self::TooManyPeople(most) => vec![("most", most.to_string())],
            Self::OpenTasks(tasks) => {
                vec![("tasks", tasks.iter().map(Code::as_str).collect::<Vec<_>>().join(", "))]
            }
            Self::Unexplained(rows) => vec![("rows", rows.join(", "))],
            Self::TooLate { limit } => vec![("limit", limit.to_string())],
            Self::NotLater { than } => vec![("than", than.to_string())],
            Self::DayOff { date, next } => vec![("date", date.to_string()), ("next", next.to_string())],
            Self::NotInState { state } => vec![("state", state.as_str().into())],
            Self::RelationNotAllowed { relation } => vec![("relation", relation.as_str().into())],
            Self::WordOfOther(person) => vec![("person", person.to_string())],
            Self::NumberTaken { number, by } => {
                vec![("number", number.to_string()), ("by", by.to_string())]
            }
            Self::Circular(path) | Self::WaitingCircle(path) => vec![("path", join(path))],
            Self::Answer { question, .. } => vec![("question", question.to_string())],
            Self::IllegalRequestMove { from, step } => {
                vec![("request_from", from.as_str().into()), ("request_step", step.as_str().into())]
            }
            Self::IllegalClaim { from, step } => {
                vec![("claim_state", from.as_str().into()), ("claim_step", step.as_str().into())]
            }
            Self::CountsAgainst(unit) | Self::ToBackstop(unit) => vec![("unit", unit.to_string())],
            Self::CallBackFirst { until } => vec![("until", until.to_string())],
            Self::NotWhileRequest { state } => vec![("request_from", state.as_str().into())],
            Self::MergedItself(code) | Self::HasMerged(code) => vec![("code", code.to_string())],
            Self::BadHolidays(fault) => fault.day().map(|day| ("day", day.to_string())).into_iter().collect(),
            Self::BadIndex(fault) => fault.args(),
            Self::BadSurvey(fault) => fault.args(),
            Self::BadRequestRules(what) => vec![("what", (*what).into())],
            Self::OutsideArea { area, metres } => {
                vec![("area", area.to_string()), ("metres", metres.to_string())]
            }
            Self::FarFromSite { metres, most } => {
                vec![("metres", metres.to_string()), ("most", most.to_string())]
            }
            Self::EndsApart { metres, most } => {
                vec![("metres", metres.to_string()), ("most", most.to_string())]
            }
            Self::ShorterThanStraight { metres } => vec![("metres", metres.to_string())],
            Self::NoCapacity(kind) | Self::KindClosed(kind) => vec![("code", kind.to_string())],
            Self::GoalTooEarly { from } | Self::LayerBegins { from } | Self::ChangedSince { from } => {
                vec![("from", from.to_string())]
            }
            Self::GoalNotMet { rate, target } => {
                vec![("rate", hundredths(*rate)), ("target", hundredths(*target))]
            }
            Self::UnknownPlaceholder(name) => vec![("name", name.clone())],
            Self::UnknownEntry(entry) | Self::EntryOfOther(entry) => vec![("entry", entry.to_string())],
            Self::AlreadyCorrected { entry, by } => {
                vec![("entry", entry.to_string()), ("by", by.to_string())]
            }
            _ => Vec::new(),
        }
    }
}

fn join(path: &[Code]) -> String {
    path.iter().map(Code::as_str).collect::<Vec<_>>().join(" → ")
}
