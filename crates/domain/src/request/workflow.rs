//! The life of a request: one table of allowed moves with who may make them.

use crate::item::kind::texts;
use crate::policy::Action;

texts! {
    RequestState {
        Received => "received",
        Assigned => "assigned",
        ReturnAsked => "return_asked",
        Accepted => "accepted",
        InProgress => "in_progress",
        WaitingForResident => "waiting_for_resident",
        OnTheBooks => "on_the_books",
        Answered => "answered",
        ReopenAsked => "reopen_asked",
        Reopened => "reopened",
        Closed => "closed",
        Merged => "merged",
        Refused => "refused",
        Withdrawn => "withdrawn",
    }
}

texts! {
    RequestStep {
        /// Give it to a unit for the first time.
        Assign => "assign",
        /// Give it to another unit (改派, 提级).
        Redispatch => "redispatch",
        /// Give it to a unit that may not hand it back (强制派单).
        Force => "force",
        Accept => "accept",
        AskReturn => "ask_return",
        RejectReturn => "reject_return",
        Start => "start",
        AskResident => "ask_resident",
        Resume => "resume",
        PutOnBooks => "put_on_books",
        TakeOffBooks => "take_off_books",
        Answer => "answer",
        Close => "close",
        AskReopen => "ask_reopen",
        RejectReopen => "reject_reopen",
        Reopen => "reopen",
        Merge => "merge",
        Unmerge => "unmerge",
        Refuse => "refuse",
        Withdraw => "withdraw",
    }
}

texts! {
    /// Who makes a move.
    Who {
        /// The office that takes requests in, gives them out and calls back.
        Desk => "desk",
        /// The unit that has it.
        Lead => "lead",
        /// The office above the unit.
        Above => "above",
        /// Whoever asked, by the request's own link.
        Resident => "resident",
        /// A rule: routing, or a limit that ran out.
        Timer => "timer",
    }
}

impl Who {
    /// What the policy must allow the person who acts so; nothing for those who have no account.
    pub fn needs(self) -> Option<Action> {
        match self {
            Self::Desk => Some(Action::TakeRequest),
            Self::Lead => Some(Action::HandleRequest),
            Self::Above => Some(Action::SuperviseItem),
            Self::Resident | Self::Timer => None,
        }
    }
}

/// Where a move leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To {
    State(RequestState),
    /// To the state in which the pause or merging found it.
    Back,
}

/// One allowed move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestMove {
    pub from: RequestState,
    pub step: RequestStep,
    pub to: To,
    pub who: &'static [Who],
}

use RequestState as S;
use RequestStep as T;
use Who::{Above, Desk, Lead, Resident, Timer};

const fn row(from: S, step: T, to: S, who: &'static [Who]) -> RequestMove {
    RequestMove { from, step, to: To::State(to), who }
}

const fn back(from: S, step: T, who: &'static [Who]) -> RequestMove {
    RequestMove { from, step, to: To::Back, who }
}

/// Every allowed move. Anything that is not here is refused.
pub const MOVES: &[RequestMove] = &[
    row(S::Received, T::Assign, S::Assigned, &[Desk, Timer]),
    row(S::Received, T::Answer, S::Answered, &[Desk]),
    row(S::Received, T::Refuse, S::Refused, &[Desk]),
    row(S::Received, T::Merge, S::Merged, &[Desk]),
    row(S::Received, T::AskResident, S::WaitingForResident, &[Desk]),
    row(S::Received, T::Withdraw, S::Withdrawn, &[Desk, Resident]),
    row(S::Assigned, T::Accept, S::Accepted, &[Lead]),
    row(S::Assigned, T::AskReturn, S::ReturnAsked, &[Lead]),
    row(S::Assigned, T::Redispatch, S::Assigned, &[Desk, Above]),
    row(S::Assigned, T::Merge, S::Merged, &[Desk]),
    row(S::Assigned, T::Withdraw, S::Withdrawn, &[Desk, Resident]),
    row(S::ReturnAsked, T::Redispatch, S::Assigned, &[Desk, Above]),
    row(S::ReturnAsked, T::RejectReturn, S::Assigned, &[Desk, Above]),
    row(S::ReturnAsked, T::Force, S::Assigned, &[Desk, Above]),
    row(S::Accepted, T::Start, S::InProgress, &[Lead]),
    row(S::Accepted, T::AskResident, S::WaitingForResident, &[Lead]),
    row(S::Accepted, T::Answer, S::Answered, &[Lead]),
    row(S::Accepted, T::Merge, S::Merged, &[Desk]),
    row(S::Accepted, T::Withdraw, S::Withdrawn, &[Desk, Resident]),
    row(S::InProgress, T::AskResident, S::WaitingForResident, &[Lead]),
    row(S::InProgress, T::PutOnBooks, S::OnTheBooks, &[Above]),
    row(S::InProgress, T::Redispatch, S::Assigned, &[Desk, Above]),
    row(S::InProgress, T::Answer, S::Answered, &[Lead]),
    row(S::InProgress, T::Merge, S::Merged, &[Desk]),
    row(S::InProgress, T::Withdraw, S::Withdrawn, &[Desk, Resident]),
    back(S::WaitingForResident, T::Resume, &[Desk, Lead, Resident, Timer]),
    row(S::WaitingForResident, T::Answer, S::Answered, &[Lead]),
    row(S::WaitingForResident, T::Withdraw, S::Withdrawn, &[Desk, Resident]),
    row(S::OnTheBooks, T::TakeOffBooks, S::InProgress, &[Lead, Above]),
    row(S::OnTheBooks, T::Answer, S::Answered, &[Lead]),
    row(S::Answered, T::Close, S::Closed, &[Desk, Resident, Timer]),
    row(S::Answered, T::AskReopen, S::ReopenAsked, &[Resident]),
    row(S::Answered, T::Reopen, S::Reopened, &[Desk, Resident]),
    row(S::ReopenAsked, T::Reopen, S::Reopened, &[Desk]),
    row(S::ReopenAsked, T::RejectReopen, S::Closed, &[Desk]),
    row(S::Reopened, T::Accept, S::Accepted, &[Lead]),
    row(S::Reopened, T::Start, S::InProgress, &[Lead]),
    row(S::Reopened, T::Answer, S::Answered, &[Lead]),
    row(S::Reopened, T::Redispatch, S::Assigned, &[Desk, Above]),
    row(S::Closed, T::AskReopen, S::ReopenAsked, &[Desk, Resident]),
    // Whoever asked the one that it goes with took that back: the rules take it apart.
    back(S::Merged, T::Unmerge, &[Desk, Timer]),
    // Whoever asked wants it reviewed.
    row(S::Refused, T::AskReopen, S::ReopenAsked, &[Resident]),
    // The review was upheld: it is to be given out.
    row(S::Refused, T::Reopen, S::Reopened, &[Above]),
    row(S::Withdrawn, T::Reopen, S::Reopened, &[Desk, Resident]),
];

/// The move that `step` makes from `from`, if it is allowed.
pub fn find(from: RequestState, step: RequestStep) -> Option<&'static RequestMove> {
    MOVES.iter().find(|it| it.from == from && it.step == step)
}

/// What may be done next.
pub fn next(from: RequestState) -> impl Iterator<Item = &'static RequestMove> {
    MOVES.iter().filter(move |it| it.from == from)
}

impl RequestState {
    /// Whether somebody still has to do something before the resident has an answer.
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Answered | Self::Closed | Self::Merged | Self::Refused | Self::Withdrawn)
            && self != Self::ReopenAsked
    }

    /// Whether the limits stand still.
    pub fn pauses(self) -> bool {
        matches!(self, Self::WaitingForResident | Self::OnTheBooks | Self::Merged)
    }

    /// States that are left for the one in which they were entered.
    pub(crate) fn remembers(self) -> bool {
        matches!(self, Self::WaitingForResident | Self::Merged)
    }
}

impl RequestStep {
    /// Whether the move names the unit that gets the request.
    pub fn gives(self) -> bool {
        matches!(self, Self::Assign | Self::Redispatch | Self::Force)
    }

    /// Whether whoever makes the move must say why.
    pub fn needs_reason(self) -> bool {
        matches!(
            self,
            Self::AskReturn
                | Self::RejectReturn
                | Self::Redispatch
                | Self::Force
                | Self::AskResident
                | Self::Refuse
                | Self::AskReopen
                | Self::RejectReopen
                | Self::Reopen
                | Self::TakeOffBooks
        )
    }
}
