//! What whoever asked may read of what is said about their request.

use super::fact::RequestFact;
use super::workflow::RequestState;

impl RequestState {
    /// Whether whoever asked reads why it came to this: questions, refusals, and why it was put on the books or closed
    /// concern them; why units hand it to and fro concerns those.
    pub fn tells_asker_why(self) -> bool {
        matches!(
            self,
            Self::WaitingForResident | Self::Refused | Self::OnTheBooks | Self::Closed | Self::Answered
        )
    }
}

impl RequestFact {
    /// The fact as whoever asked may read it: without what those who work on it say among themselves; nothing where it
    /// is nothing else.
    pub fn for_asker(mut self) -> Option<Self> {
        if self.is_internal() {
            return None;
        }
        match &mut self {
            Self::Move { state, reason, .. } if !state.tells_asker_why() => reason.clear(),
            Self::Contact { text, .. } | Self::ExtensionAsked { reason: text, .. } => text.clear(),
            Self::ExtensionDecided { note, .. } => note.clear(),
            Self::Publication { reason, .. } | Self::PhotoReview { reason, .. } => reason.clear(),
            // What they said themselves is theirs; what somebody put down of it is not.
            Self::CallBack(call) if !call.way.is_own() => {
                call.text.clear();
                call.contacted = None;
            }
            _ => {}
        }
        Some(self)
    }
}
