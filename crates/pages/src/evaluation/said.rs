//! How an effect and a promise are coloured; colours never stand alone.

use app::evaluation::Effect;
pub use app::evaluation::said::*;
use domain::evaluation::Kept;

/// How clear it is, and which way.
pub fn class(effect: &Effect) -> &'static str {
    match effect {
        effect if !is_clear(effect) => "calm",
        effect if effect.effect < 0.0 => "good",
        _ => "warn",
    }
}

/// The tag that a promise's standing is shown by.
pub fn kept_class(held: Kept) -> &'static str {
    match held {
        Kept::OnTime | Kept::DoneUnpromised => "completed",
        Kept::Late(_) => "warn",
        Kept::Overdue(_) => "late",
        Kept::NotDue | Kept::OpenUnpromised => "",
    }
}
