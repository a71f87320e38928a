//! The rhythm (节奏): what the calendar itself asks for. Reminders before a limit, a ladder of escalation
//! after it, slips, and the periods for which units return what they did.
//!
//! Rules are data of a plan. What is due at a moment follows from an item's dates, its state and what was
//! done already; nothing here looks at a clock, so that a server which was off catches up by asking later.

mod chase;
mod periods;
mod returned;
mod rules;

pub use chase::{Chase, Planned, Turn, slipped, watched};
pub use periods::{PeriodStep, return_code, return_prefix};
pub use returned::{ReturnAsk, ReturnContent, ReturnLine, ReturnPart};
pub use rules::{InForce, Recipient, ReturnRules, RhythmRules, RuleFault, Rung, SlipRules, Wait, Watch};

/// The name under which the journal keeps what the rhythm did: nobody signs in by it.
pub const ACTOR: &str = "rhythm";

pub fn actor() -> crate::code::Code {
    crate::code::Code::new(ACTOR).expect("a literal code")
}
