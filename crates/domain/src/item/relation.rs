//! Typed links between items, projects and indicators, and which are allowed.

use serde::{Deserialize, Serialize};

use super::kind::{ItemKind, texts};
use crate::code::Code;
use crate::subject::{Subject, SubjectKind};

texts! {
    /// Read from the item that holds the link: a task is *split from* a directive.
    Relation {
        SplitFrom => "split_from",
        ArisesFrom => "arises_from",
        FoundBy => "found_by",
        DecidedAt => "decided_at",
        Serves => "serves",
        Supervises => "supervises",
        Reopens => "reopens",
        Responds => "responds",
        CarriedOver => "carried_over",
        MatchedWith => "matched_with",
        ReturnFor => "return_for",
    }
}

/// What a link points to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    Item(Code),
    Project(Code),
    Indicator(Code),
    /// A resident's request.
    Request(Code),
}

impl Target {
    pub fn code(&self) -> &Code {
        match self {
            Self::Item(code) | Self::Project(code) | Self::Indicator(code) | Self::Request(code) => code,
        }
    }

    pub fn kind(&self) -> SubjectKind {
        match self {
            Self::Item(_) => SubjectKind::Item,
            Self::Project(_) => SubjectKind::Project,
            Self::Indicator(_) => SubjectKind::Indicator,
            Self::Request(_) => SubjectKind::Request,
        }
    }

    pub fn subject(&self, plan: &Code) -> Subject {
        Subject { scope: plan.clone(), kind: self.kind(), code: self.code().clone() }
    }

    /// `None` for kinds that nothing links to.
    pub fn of(subject: &Subject) -> Option<Self> {
        let code = subject.code.clone();
        match subject.kind {
            SubjectKind::Item => Some(Self::Item(code)),
            SubjectKind::Project => Some(Self::Project(code)),
            SubjectKind::Indicator => Some(Self::Indicator(code)),
            SubjectKind::Request => Some(Self::Request(code)),
            _ => None,
        }
    }
}

/// What stands at the far end of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Item(ItemKind),
    Project,
    Indicator,
    Request,
}

impl Relation {
    /// Links that lead from a thing back to why it exists; they never go round.
    pub fn is_origin(self) -> bool {
        !matches!(self, Self::Serves | Self::MatchedWith)
    }

    /// The table of allowed links.
    pub fn allows(self, from: ItemKind, to: End) -> bool {
        use ItemKind as K;
        match (self, to) {
            (Self::SplitFrom, End::Item(K::Directive)) => from == K::TrackedTask,
            (Self::SplitFrom, End::Item(K::TrackedTask)) => from == K::TrackedTask,
            (Self::ArisesFrom, End::Project) => true,
            // What residents asked for is taken up: on the spot at once, or as a task, a finding or a decision.
            (Self::ArisesFrom, End::Request) => {
                matches!(
                    from,
                    K::Whistle | K::TrackedTask | K::Inspection | K::Finding | K::Decision | K::GoodDeed
                )
            }
            (Self::Supervises, End::Request) => from == K::Slip,
            (Self::ArisesFrom, End::Item(to)) => {
                matches!(
                    from,
                    K::Directive
                        | K::TrackedTask
                        | K::Inspection
                        | K::Dispatch
                        | K::Meeting
                        | K::Report
                        | K::GoodDeed
                        | K::Whistle
                ) && !matches!(to, K::Return | K::Resource)
                    // A decision is about a matter; what a unit asks for in a return is one.
                    || from == K::Decision && !matches!(to, K::Report | K::Slip | K::Resource)
            }
            (Self::FoundBy, End::Item(K::Inspection)) => from == K::Finding,
            (Self::DecidedAt, End::Item(K::Meeting | K::Dispatch)) => from == K::Decision,
            (Self::Serves, End::Project | End::Indicator) => true,
            (Self::Serves, End::Item(K::Need)) => !matches!(from, K::Need | K::Resource),
            (Self::Supervises, End::Project) => from == K::Slip,
            (Self::Supervises, End::Item(to)) => {
                from == K::Slip && (to.is_task() || matches!(to, K::Directive | K::Whistle | K::Return))
            }
            (Self::Reopens, End::Item(to)) => from == to && (from.is_task() || from == K::Directive),
            (Self::Responds, End::Item(K::Whistle | K::Dispatch)) => from == K::ReportIn,
            (Self::CarriedOver, End::Item(K::Meeting)) => matches!(from, K::Meeting | K::Decision),
            (Self::MatchedWith, End::Item(K::Resource)) => from == K::Need,
            (Self::MatchedWith, End::Project) => from == K::Need,
            (Self::ReturnFor, End::Item(K::Report)) => from == K::Return,
            _ => false,
        }
    }
}
