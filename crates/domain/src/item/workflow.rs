//! The life cycles of items: one table of allowed moves with who may make them.
//!
//! The states of directives and tasks follow the usual procedure of supervision offices (立项, 交办,
//! 异议, 承办, 反馈, 审结, 呈报, 销账, 归档); inspections that of the regulation on government
//! inspection (State Council order 733); whistles the four steps answered, arrived, handled, solved.

use super::kind::{ItemKind, texts};
use crate::policy::Action;

texts! {
    State {
        Registered => "registered",
        Assigned => "assigned",
        Objected => "objected",
        InHand => "in_hand",
        Reported => "reported",
        Verified => "verified",
        Presented => "presented",
        Cleared => "cleared",
        Filed => "filed",
        Suspended => "suspended",
        Withdrawn => "withdrawn",
        Planned => "planned",
        Ordered => "ordered",
        Concluded => "concluded",
        UnderReview => "under_review",
        Rectifying => "rectifying",
        Called => "called",
        Answered => "answered",
        Arrived => "arrived",
        Handling => "handling",
        Solved => "solved",
        Raised => "raised",
        Marked => "marked",
        Recorded => "recorded",
        Held => "held",
        Minuted => "minuted",
        Open => "open",
        Submitted => "submitted",
        Excused => "excused",
        /// Not returned by the day on which its period closed.
        Missed => "missed",
        Draft => "draft",
        Issued => "issued",
        Skipped => "skipped",
        /// A slip that is not signed for yet.
        Sent => "sent",
        Signed => "signed",
        Matched => "matched",
        Met => "met",
    }
}

texts! {
    /// A move from state to state.
    Step {
        Assign => "assign",
        Object => "object",
        UpholdObjection => "uphold_objection",
        RejectObjection => "reject_objection",
        TakeUp => "take_up",
        ReportDone => "report_done",
        SendBack => "send_back",
        Verify => "verify",
        Present => "present",
        Clear => "clear",
        File => "file",
        Suspend => "suspend",
        Resume => "resume",
        Withdraw => "withdraw",
        Order => "order",
        Conclude => "conclude",
        AskReview => "ask_review",
        DecideReview => "decide_review",
        Rectify => "rectify",
        Recheck => "recheck",
        Answer => "answer",
        Arrive => "arrive",
        Handle => "handle",
        Solve => "solve",
        Raise => "raise",
        Mark => "mark",
        Hold => "hold",
        Minute => "minute",
        Submit => "submit",
        Excuse => "excuse",
        Issue => "issue",
        Skip => "skip",
        Sign => "sign",
        Match => "match",
        Meet => "meet",
        Close => "close",
    }
}

texts! {
    /// How an item stands, whatever its kind.
    Standing { Open => "open", Done => "done", Suspended => "suspended", Withdrawn => "withdrawn" }
}

impl State {
    pub fn standing(self) -> Standing {
        match self {
            Self::Suspended => Standing::Suspended,
            Self::Withdrawn | Self::Skipped | Self::Excused | Self::Missed => Standing::Withdrawn,
            Self::Cleared
            | Self::Filed
            | Self::Solved
            | Self::Marked
            | Self::Recorded
            | Self::Minuted
            | Self::Submitted
            | Self::Issued
            | Self::Signed
            | Self::Met => Standing::Done,
            _ => Standing::Open,
        }
    }
}

/// One allowed move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    pub kinds: &'static [ItemKind],
    pub from: State,
    pub step: Step,
    pub to: State,
    /// What the policy must allow the person who makes it.
    pub needs: Action,
}

const fn row(kinds: &'static [ItemKind], from: State, step: Step, to: State, needs: Action) -> Move {
    Move { kinds, from, step, to, needs }
}

use Action::{CallUnits, HandleItem, IssueReport, SuperviseItem};
use ItemKind as K;
use State as S;
use Step as T;

const TASKS: &[ItemKind] = &ItemKind::TASKS;
const DIRECTIVE: &[ItemKind] = &[K::Directive];
const SUPERVISED: &[ItemKind] = &[K::Directive, K::TrackedTask, K::Finding, K::Decision];
const INSPECTION: &[ItemKind] = &[K::Inspection];
const WHISTLE: &[ItemKind] = &[K::Whistle];
const DISPATCH: &[ItemKind] = &[K::Dispatch];
const MEETING: &[ItemKind] = &[K::Meeting];
const RETURN: &[ItemKind] = &[K::Return];
const REPORT: &[ItemKind] = &[K::Report];
const SLIP: &[ItemKind] = &[K::Slip];
const PARTIES: &[ItemKind] = &[K::Need, K::Resource];
const DEED: &[ItemKind] = &[K::GoodDeed];

/// Every allowed move. Anything that is not here is refused.
pub const MOVES: &[Move] = &[
    // Directives and tasks.
    row(SUPERVISED, S::Registered, T::Assign, S::Assigned, SuperviseItem),
    row(SUPERVISED, S::Assigned, T::Object, S::Objected, HandleItem),
    row(SUPERVISED, S::Objected, T::UpholdObjection, S::Registered, SuperviseItem),
    row(SUPERVISED, S::Objected, T::RejectObjection, S::Assigned, SuperviseItem),
    row(SUPERVISED, S::Assigned, T::TakeUp, S::InHand, HandleItem),
    row(SUPERVISED, S::InHand, T::ReportDone, S::Reported, HandleItem),
    row(SUPERVISED, S::Reported, T::SendBack, S::InHand, SuperviseItem),
    row(SUPERVISED, S::Reported, T::Verify, S::Verified, SuperviseItem),
    row(SUPERVISED, S::Verified, T::SendBack, S::InHand, SuperviseItem),
    row(DIRECTIVE, S::Verified, T::Present, S::Presented, SuperviseItem),
    row(DIRECTIVE, S::Presented, T::SendBack, S::InHand, SuperviseItem),
    row(DIRECTIVE, S::Presented, T::Clear, S::Cleared, SuperviseItem),
    row(TASKS, S::Verified, T::Clear, S::Cleared, SuperviseItem),
    row(SUPERVISED, S::Cleared, T::File, S::Filed, SuperviseItem),
    row(SUPERVISED, S::Assigned, T::Suspend, S::Suspended, SuperviseItem),
    row(SUPERVISED, S::InHand, T::Suspend, S::Suspended, SuperviseItem),
    row(SUPERVISED, S::Suspended, T::Resume, S::InHand, SuperviseItem),
    row(SUPERVISED, S::Registered, T::Withdraw, S::Withdrawn, SuperviseItem),
    row(SUPERVISED, S::Assigned, T::Withdraw, S::Withdrawn, SuperviseItem),
    row(SUPERVISED, S::InHand, T::Withdraw, S::Withdrawn, SuperviseItem),
    row(SUPERVISED, S::Suspended, T::Withdraw, S::Withdrawn, SuperviseItem),
    // Inspections.
    row(INSPECTION, S::Planned, T::Order, S::Ordered, SuperviseItem),
    row(INSPECTION, S::Planned, T::Withdraw, S::Withdrawn, SuperviseItem),
    row(INSPECTION, S::Ordered, T::Conclude, S::Concluded, SuperviseItem),
    row(INSPECTION, S::Ordered, T::Withdraw, S::Withdrawn, SuperviseItem),
    row(INSPECTION, S::Concluded, T::AskReview, S::UnderReview, HandleItem),
    row(INSPECTION, S::UnderReview, T::DecideReview, S::Concluded, SuperviseItem),
    row(INSPECTION, S::Concluded, T::Rectify, S::Rectifying, SuperviseItem),
    row(INSPECTION, S::Rectifying, T::Recheck, S::Concluded, SuperviseItem),
    row(INSPECTION, S::Concluded, T::Clear, S::Cleared, SuperviseItem),
    row(INSPECTION, S::Cleared, T::File, S::Filed, SuperviseItem),
    // Whistles.
    row(WHISTLE, S::Called, T::Answer, S::Answered, HandleItem),
    row(WHISTLE, S::Called, T::Arrive, S::Arrived, HandleItem),
    row(WHISTLE, S::Answered, T::Arrive, S::Arrived, HandleItem),
    row(WHISTLE, S::Arrived, T::Handle, S::Handling, HandleItem),
    row(WHISTLE, S::Arrived, T::Solve, S::Solved, CallUnits),
    row(WHISTLE, S::Handling, T::Solve, S::Solved, CallUnits),
    row(WHISTLE, S::Called, T::Raise, S::Raised, CallUnits),
    row(WHISTLE, S::Answered, T::Raise, S::Raised, CallUnits),
    row(WHISTLE, S::Arrived, T::Raise, S::Raised, CallUnits),
    row(WHISTLE, S::Handling, T::Raise, S::Raised, CallUnits),
    row(WHISTLE, S::Raised, T::Answer, S::Answered, HandleItem),
    row(WHISTLE, S::Raised, T::Arrive, S::Arrived, HandleItem),
    row(WHISTLE, S::Raised, T::Solve, S::Solved, CallUnits),
    row(WHISTLE, S::Solved, T::Mark, S::Marked, CallUnits),
    row(WHISTLE, S::Called, T::Withdraw, S::Withdrawn, CallUnits),
    row(WHISTLE, S::Answered, T::Withdraw, S::Withdrawn, CallUnits),
    // Instant dispatch.
    row(DISPATCH, S::Called, T::Close, S::Cleared, SuperviseItem),
    row(DISPATCH, S::Called, T::Withdraw, S::Withdrawn, SuperviseItem),
    // Meetings.
    row(MEETING, S::Planned, T::Hold, S::Held, SuperviseItem),
    row(MEETING, S::Planned, T::Withdraw, S::Withdrawn, SuperviseItem),
    row(MEETING, S::Held, T::Minute, S::Minuted, SuperviseItem),
    // Returns and reports.
    row(RETURN, S::Open, T::Submit, S::Submitted, HandleItem),
    row(RETURN, S::Open, T::Excuse, S::Excused, SuperviseItem),
    row(RETURN, S::Submitted, T::SendBack, S::Open, SuperviseItem),
    // Better late than never.
    row(RETURN, S::Open, T::Close, S::Missed, SuperviseItem),
    row(RETURN, S::Missed, T::Submit, S::Submitted, HandleItem),
    row(RETURN, S::Missed, T::Excuse, S::Excused, SuperviseItem),
    row(REPORT, S::Draft, T::Issue, S::Issued, IssueReport),
    row(REPORT, S::Draft, T::Skip, S::Skipped, IssueReport),
    // Slips.
    row(SLIP, S::Sent, T::Sign, S::Signed, HandleItem),
    // The five parties' lists.
    row(PARTIES, S::Open, T::Match, S::Matched, HandleItem),
    row(PARTIES, S::Matched, T::Meet, S::Met, HandleItem),
    row(PARTIES, S::Matched, T::SendBack, S::Open, HandleItem),
    row(PARTIES, S::Open, T::Withdraw, S::Withdrawn, HandleItem),
    // Good deeds: what is promised is recorded when it was done.
    row(DEED, S::Planned, T::Close, S::Recorded, HandleItem),
    row(DEED, S::Planned, T::Withdraw, S::Withdrawn, HandleItem),
];

impl ItemKind {
    /// The states an item may be registered in; the first is the usual one.
    pub fn first_states(self) -> &'static [State] {
        match self {
            Self::Directive | Self::TrackedTask | Self::Finding | Self::Decision => &[S::Registered],
            Self::Inspection | Self::Meeting => &[S::Planned],
            Self::Whistle | Self::Dispatch => &[S::Called],
            Self::ReportIn | Self::Visit => &[S::Recorded],
            Self::GoodDeed => &[S::Recorded, S::Planned],
            Self::Return | Self::Need | Self::Resource => &[S::Open],
            Self::Report => &[S::Draft],
            Self::Slip => &[S::Sent],
        }
    }

    /// Whether an item of this kind is ever in the state.
    pub fn has_state(self, state: State) -> bool {
        self.first_states().contains(&state)
            || MOVES.iter().any(|it| it.kinds.contains(&self) && (it.from == state || it.to == state))
    }
}

/// The move that `step` makes from `from`, if it is allowed.
pub fn find(kind: ItemKind, from: State, step: Step) -> Option<&'static Move> {
    MOVES.iter().find(|it| it.kinds.contains(&kind) && it.from == from && it.step == step)
}

/// The move by which `step` led to a state: whoever may make it may say again that it was made.
pub fn made(kind: ItemKind, step: Step, to: State) -> Option<&'static Move> {
    MOVES.iter().find(|it| it.kinds.contains(&kind) && it.step == step && it.to == to)
}

/// What may be done next.
pub fn next(kind: ItemKind, from: State) -> impl Iterator<Item = &'static Move> {
    MOVES.iter().filter(move |it| it.kinds.contains(&kind) && it.from == from)
}
