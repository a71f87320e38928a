//! A command that somebody gives on a day, decided by the rules and recorded.

use domain::code::Code;
use domain::command::{Command, Context, decide};
use domain::history::History;
use domain::journal::{Entry, Hash};
use domain::refusal::Refusal;
use domain::source::Source;
use jiff::Timestamp;
use jiff::civil::Date;

pub fn decided(
    history: &mut History,
    today: Date,
    actor: &str,
    command: &Command,
) -> Result<(), Vec<Refusal>> {
    let context = Context {
        today,
        actor: Code::new(actor).unwrap(),
        effective: today,
        source: Source::default(),
        reason: String::new(),
    };
    for draft in decide(command, &context, history)? {
        let seq = history.head().next();
        history.apply(&Entry { seq, recorded_at: Timestamp::UNIX_EPOCH, draft, hash: Hash::GENESIS });
    }
    Ok(())
}
