//! What can be recorded of a project.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::evaluation::EvaluationChoice;
use crate::milestone::{Aspect, DelayReason, Gate};
use crate::money::Fen;
use crate::named::Named;
use crate::output::{Basis, Stage};
use crate::planned_date::PlannedDate;
use crate::review::ReviewFact;
use crate::timetabling::{StepLink, Work};

/// One typed fact of a project. Facts with the same [`slot`](ProjectFact::slot) follow each other in
/// time; the latest one holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProjectFact {
    Name(Named),
    /// Another name the same project is known by.
    Alias {
        alias: String,
    },
    /// The milestone template's code: building, road, utility, park, conversion …
    Kind {
        kind: Code,
    },
    Sector {
        sector: Code,
    },
    Campaign {
        campaign: Code,
    },
    LeadUnit {
        unit: Code,
    },
    SupportingUnit {
        unit: Code,
        role: Code,
        active: bool,
    },
    Place {
        areas: Vec<Code>,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        address: String,
    },
    Budget {
        fen: Fen,
    },
    Funding {
        origin: Code,
        fen: Fen,
    },
    /// Whether the project belongs to the plan, since which revision and why.
    Membership {
        state: Membership,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        revision: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        other: Option<Code>,
    },
    Part {
        part: Code,
        name: Named,
    },
    /// A step of the project's milestone chain.
    Step {
        step: Code,
        order: u32,
        name: Named,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gate: Option<Gate>,
    },
    /// A date of a step, of the whole project or of a part; `None` withdraws it.
    Milestone {
        aspect: Aspect,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        part: Option<Code>,
        step: Code,
        date: Option<PlannedDate>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cause: Option<DelayReason>,
    },
    /// The papers of an approval gate.
    GatePapers {
        step: Code,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        applied: Option<Date>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        decided: Option<Date>,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        number: String,
        granted: Option<bool>,
    },
    /// How long the work to a step takes in this project; `None` goes back to what the template says.
    StepWork {
        step: Code,
        work: Option<Work>,
    },
    /// What a step waits for besides its chain.
    StepLink {
        link: StepLink,
        held: bool,
    },
    /// What is said in a round of the joint review.
    Review {
        round: u32,
        fact: ReviewFact,
    },
    /// Percent complete of the whole or of a part, 0 to 100; may go down.
    Progress {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        part: Option<Code>,
        percent: Decimal,
    },
    /// A quantity that the project adds, of one stage and basis.
    Output {
        kind: Code,
        stage: Stage,
        basis: Basis,
        quantity: Decimal,
    },
    Suspended {
        suspended: bool,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        document: String,
    },
    Document {
        title: String,
        url: String,
    },
    /// By which areas, categories and months its effect on requests is measured.
    Evaluation(EvaluationChoice),
    /// What a page says of the project that fits no other fact.
    Remark {
        text: String,
    },
}

/// How a project stands to its plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Membership {
    Member,
    Removed,
    /// Its content went into `other`.
    Merged,
    /// It was divided; the pieces name it as `other`.
    Split,
    /// It went to another round of the plan.
    Moved,
}

impl Membership {
    pub const ALL: [Membership; 5] = [Self::Member, Self::Removed, Self::Merged, Self::Split, Self::Moved];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Removed => "removed",
            Self::Merged => "merged",
            Self::Split => "split",
            Self::Moved => "moved",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

impl ProjectFact {
    /// Whether it says how long a step takes or what it waits for.
    pub fn is_work(&self) -> bool {
        matches!(self, Self::StepWork { .. } | Self::StepLink { .. })
    }

    /// The line in time that this fact belongs to.
    pub fn slot(&self) -> String {
        let whole = |part: &Option<Code>| part.as_ref().map_or("-".to_owned(), |p| p.to_string());
        match self {
            Self::Name(_) => "name".into(),
            Self::Alias { alias } => format!("alias/{alias}"),
            Self::Kind { .. } => "kind".into(),
            Self::Sector { .. } => "sector".into(),
            Self::Campaign { .. } => "campaign".into(),
            Self::LeadUnit { .. } => "lead_unit".into(),
            Self::SupportingUnit { unit, role, .. } => format!("supporting_unit/{unit}/{role}"),
            Self::Place { .. } => "place".into(),
            Self::Budget { .. } => "budget".into(),
            Self::Funding { origin, .. } => format!("funding/{origin}"),
            Self::Membership { .. } => "membership".into(),
            Self::Part { part, .. } => format!("part/{part}"),
            Self::Step { step, .. } => format!("step/{step}"),
            Self::Milestone { aspect, part, step, .. } => {
                format!("milestone/{}/{}/{step}", aspect.as_str(), whole(part))
            }
            Self::GatePapers { step, .. } => format!("gate/{step}"),
            Self::StepWork { step, .. } => format!("step_work/{step}"),
            Self::StepLink { link, .. } => {
                format!("step_link/{}/{}/{}", link.step, whole(&link.project), link.before)
            }
            Self::Review { round, fact } => fact.slot(*round),
            Self::Progress { part, .. } => format!("progress/{}", whole(part)),
            Self::Output { kind, stage, basis, .. } => {
                format!("output/{kind}/{}/{}", stage.as_str(), basis.as_str())
            }
            Self::Suspended { .. } => "suspended".into(),
            Self::Document { url, .. } => format!("document/{url}"),
            Self::Evaluation(_) => "evaluation".into(),
            Self::Remark { .. } => "remark".into(),
        }
    }
}
