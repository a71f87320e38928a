//! Facts of a project.

use domain::evaluation::EvaluationChoice as DomainChoice;
use domain::milestone::{Gate as DomainGate, Limit as DomainLimit};
use domain::money::Fen;
use domain::project::ProjectFact as Domain;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::item::{ReviewFact, StepLink, Work};
use crate::value::{Amount, CodeText, Day, Name, When, code, codes, present};
use crate::word::{AspectWord, BasisWord, CauseWord, MembershipWord, StageWord};

/// One thing that can be recorded of a project.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ProjectFact {
    Name(Name),
    /// Another name the same project is known by.
    Alias {
        #[schema(max_length = 200)]
        alias: String,
    },
    /// The milestone template's code: building, road, utility, park, conversion …
    Kind {
        kind: CodeText,
    },
    Sector {
        sector: CodeText,
    },
    Campaign {
        campaign: CodeText,
    },
    /// The one unit that is responsible.
    LeadUnit {
        unit: CodeText,
    },
    SupportingUnit {
        unit: CodeText,
        role: CodeText,
        active: bool,
    },
    Place {
        areas: Vec<CodeText>,
        #[serde(default)]
        #[schema(max_length = 200)]
        address: String,
    },
    /// In fen, 1/100 yuan.
    Budget {
        #[schema(minimum = 0)]
        fen: i64,
    },
    /// In fen, 1/100 yuan.
    Funding {
        origin: CodeText,
        #[schema(minimum = 0)]
        fen: i64,
    },
    /// Whether the project belongs to the plan, since which revision and why.
    Membership {
        state: MembershipWord,
        #[serde(default)]
        revision: Option<u32>,
        #[serde(default)]
        other: Option<CodeText>,
    },
    Part {
        part: CodeText,
        name: Name,
    },
    /// A step of the project's milestone chain.
    Step {
        step: CodeText,
        order: u32,
        name: Name,
        #[serde(default)]
        gate: Option<Gate>,
    },
    /// A date of a step, of the whole project or of a part; `null` withdraws it.
    Milestone {
        aspect: AspectWord,
        #[serde(default)]
        part: Option<CodeText>,
        step: CodeText,
        #[serde(deserialize_with = "present")]
        #[schema(required = true)]
        date: Option<When>,
        #[serde(default)]
        cause: Option<CauseWord>,
    },
    /// The papers of an approval gate.
    GatePapers {
        step: CodeText,
        #[serde(default)]
        applied: Option<Day>,
        #[serde(default)]
        decided: Option<Day>,
        #[serde(default)]
        #[schema(max_length = 200)]
        number: String,
        #[serde(default)]
        granted: Option<bool>,
    },
    /// How long the work to a step takes in this project; `null` goes back to what is usual.
    StepWork {
        step: CodeText,
        #[serde(deserialize_with = "present")]
        #[schema(required = true)]
        work: Option<Work>,
    },
    /// What a step waits for besides its chain; `held: false` takes it back.
    StepLink {
        link: StepLink,
        held: bool,
    },
    /// What is said in a round of the joint review.
    Review {
        round: u32,
        fact: ReviewFact,
    },
    /// Percent complete of the whole or of a part; may go down.
    Progress {
        #[serde(default)]
        part: Option<CodeText>,
        percent: Amount,
    },
    /// A quantity that the project adds, of one stage and basis.
    Output {
        kind: CodeText,
        stage: StageWord,
        basis: BasisWord,
        quantity: Amount,
    },
    Suspended {
        suspended: bool,
        #[serde(default)]
        #[schema(max_length = 4000)]
        document: String,
    },
    Document {
        #[schema(max_length = 200)]
        title: String,
        #[schema(max_length = 2000)]
        url: String,
    },
    /// By which areas, categories and months its effect on requests is measured; what is left out goes the usual way.
    Evaluation(EvaluationChoice),
    /// What a page says of the project that fits no other fact. For staff only.
    Remark {
        #[schema(max_length = 4000)]
        text: String,
    },
}

/// By what the effect of a project on requests is measured.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EvaluationChoice {
    /// Areas that the project reaches, each with all below it.
    #[schema(max_items = 400)]
    pub reached: Vec<CodeText>,
    /// Areas that they are compared with: none, or at least two.
    #[schema(max_items = 400)]
    pub compared: Vec<CodeText>,
    /// Categories of requests.
    pub categories: Vec<CodeText>,
    /// Months before the works.
    #[schema(minimum = 1, maximum = 60)]
    pub before: Option<u16>,
    /// Months from the works to the delivery, left out.
    #[schema(maximum = 60)]
    pub left_out: Option<u16>,
    /// Months since the delivery.
    #[schema(minimum = 1, maximum = 60)]
    pub after: Option<u16>,
}

impl From<&DomainChoice> for EvaluationChoice {
    fn from(choice: &DomainChoice) -> Self {
        Self {
            reached: codes(&choice.reached),
            compared: codes(&choice.compared),
            categories: codes(&choice.categories),
            before: choice.before,
            left_out: choice.left_out,
            after: choice.after,
        }
    }
}

impl From<EvaluationChoice> for DomainChoice {
    fn from(choice: EvaluationChoice) -> Self {
        let own = |codes: Vec<CodeText>| codes.into_iter().map(|code| code.0).collect();
        Self {
            reached: own(choice.reached),
            compared: own(choice.compared),
            categories: own(choice.categories),
            before: choice.before,
            left_out: choice.left_out,
            after: choice.after,
        }
    }
}

/// An approval that must be had before the next step.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// Who decides.
    pub authority: Name,
    /// The document that is granted.
    pub document: Name,
    /// The statutory limit, where one is known.
    #[serde(default)]
    pub limit: Option<Limit>,
}

/// A statutory time limit with its unit.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    Days(u16),
    WorkingDays(u16),
}

impl From<&DomainGate> for Gate {
    fn from(gate: &DomainGate) -> Self {
        Self {
            authority: (&gate.authority).into(),
            document: (&gate.document).into(),
            limit: gate.limit.map(|limit| match limit {
                DomainLimit::Days(days) => Limit::Days(days),
                DomainLimit::WorkingDays(days) => Limit::WorkingDays(days),
            }),
        }
    }
}

impl From<Gate> for DomainGate {
    fn from(gate: Gate) -> Self {
        Self {
            authority: gate.authority.into(),
            document: gate.document.into(),
            limit: gate.limit.map(|limit| match limit {
                Limit::Days(days) => DomainLimit::Days(days),
                Limit::WorkingDays(days) => DomainLimit::WorkingDays(days),
            }),
        }
    }
}

impl From<ProjectFact> for Domain {
    fn from(fact: ProjectFact) -> Self {
        use ProjectFact as F;
        let opt = |code: Option<CodeText>| code.map(|code| code.0);
        match fact {
            F::Name(name) => Domain::Name(name.into()),
            F::Alias { alias } => Domain::Alias { alias },
            F::Kind { kind } => Domain::Kind { kind: kind.0 },
            F::Sector { sector } => Domain::Sector { sector: sector.0 },
            F::Campaign { campaign } => Domain::Campaign { campaign: campaign.0 },
            F::LeadUnit { unit } => Domain::LeadUnit { unit: unit.0 },
            F::SupportingUnit { unit, role, active } => {
                Domain::SupportingUnit { unit: unit.0, role: role.0, active }
            }
            F::Place { areas, address } => {
                Domain::Place { areas: areas.into_iter().map(|area| area.0).collect(), address }
            }
            F::Budget { fen } => Domain::Budget { fen: Fen(fen) },
            F::Funding { origin, fen } => Domain::Funding { origin: origin.0, fen: Fen(fen) },
            F::Membership { state, revision, other } => {
                Domain::Membership { state: state.0, revision, other: opt(other) }
            }
            F::Part { part, name } => Domain::Part { part: part.0, name: name.into() },
            F::Step { step, order, name, gate } => {
                Domain::Step { step: step.0, order, name: name.into(), gate: gate.map(Into::into) }
            }
            F::Milestone { aspect, part, step, date, cause } => Domain::Milestone {
                aspect: aspect.0,
                part: opt(part),
                step: step.0,
                date: date.map(|date| date.0),
                cause: cause.map(|cause| cause.0),
            },
            F::GatePapers { step, applied, decided, number, granted } => Domain::GatePapers {
                step: step.0,
                applied: applied.map(|day| day.0),
                decided: decided.map(|day| day.0),
                number,
                granted,
            },
            F::StepWork { step, work } => Domain::StepWork { step: step.0, work: work.map(|work| work.0) },
            F::StepLink { link, held } => Domain::StepLink { link: link.0, held },
            F::Review { round, fact } => Domain::Review { round, fact: fact.0 },
            F::Progress { part, percent } => Domain::Progress { part: opt(part), percent: percent.0 },
            F::Output { kind, stage, basis, quantity } => {
                Domain::Output { kind: kind.0, stage: stage.0, basis: basis.0, quantity: quantity.0 }
            }
            F::Suspended { suspended, document } => Domain::Suspended { suspended, document },
            F::Document { title, url } => Domain::Document { title, url },
            F::Evaluation(choice) => Domain::Evaluation(choice.into()),
            F::Remark { text } => Domain::Remark { text },
        }
    }
}

impl From<&Domain> for ProjectFact {
    fn from(fact: &Domain) -> Self {
        match fact {
            Domain::Name(name) => Self::Name(name.into()),
            Domain::Alias { alias } => Self::Alias { alias: alias.clone() },
            Domain::Kind { kind } => Self::Kind { kind: kind.into() },
            Domain::Sector { sector } => Self::Sector { sector: sector.into() },
            Domain::Campaign { campaign } => Self::Campaign { campaign: campaign.into() },
            Domain::LeadUnit { unit } => Self::LeadUnit { unit: unit.into() },
            Domain::SupportingUnit { unit, role, active } => {
                Self::SupportingUnit { unit: unit.into(), role: role.into(), active: *active }
            }
            Domain::Place { areas, address } => Self::Place { areas: codes(areas), address: address.clone() },
            Domain::Budget { fen } => Self::Budget { fen: fen.0 },
            Domain::Funding { origin, fen } => Self::Funding { origin: origin.into(), fen: fen.0 },
            Domain::Membership { state, revision, other } => {
                Self::Membership { state: (*state).into(), revision: *revision, other: code(other) }
            }
            Domain::Part { part, name } => Self::Part { part: part.into(), name: name.into() },
            Domain::Step { step, order, name, gate } => Self::Step {
                step: step.into(),
                order: *order,
                name: name.into(),
                gate: gate.as_ref().map(Into::into),
            },
            Domain::Milestone { aspect, part, step, date, cause } => Self::Milestone {
                aspect: (*aspect).into(),
                part: code(part),
                step: step.into(),
                date: date.map(Into::into),
                cause: cause.map(Into::into),
            },
            Domain::GatePapers { step, applied, decided, number, granted } => Self::GatePapers {
                step: step.into(),
                applied: applied.map(Into::into),
                decided: decided.map(Into::into),
                number: number.clone(),
                granted: *granted,
            },
            Domain::StepWork { step, work } => {
                Self::StepWork { step: step.into(), work: work.clone().map(Work) }
            }
            Domain::StepLink { link, held } => Self::StepLink { link: StepLink(link.clone()), held: *held },
            Domain::Review { round, fact } => Self::Review { round: *round, fact: ReviewFact(fact.clone()) },
            Domain::Progress { part, percent } => {
                Self::Progress { part: code(part), percent: Amount(*percent) }
            }
            Domain::Output { kind, stage, basis, quantity } => Self::Output {
                kind: kind.into(),
                stage: (*stage).into(),
                basis: (*basis).into(),
                quantity: Amount(*quantity),
            },
            Domain::Suspended { suspended, document } => {
                Self::Suspended { suspended: *suspended, document: document.clone() }
            }
            Domain::Document { title, url } => Self::Document { title: title.clone(), url: url.clone() },
            Domain::Evaluation(choice) => Self::Evaluation(choice.into()),
            Domain::Remark { text } => Self::Remark { text: text.clone() },
        }
    }
}
