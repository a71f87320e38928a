//! Every reader of files and texts from outside, one target each.

#![allow(clippy::unwrap_used, reason = "seeds are sound, or nothing is to be learnt")]

mod backups;
mod intake;
mod ledger;
mod messages;
mod places;
mod plans;
mod sheets;
mod surveys;

use fuzz::shape;

/// The shape of an answer with which all is well, whatever it is.
fn told<T, E: std::fmt::Debug>(answer: &Result<T, E>, what: impl FnOnce(&T) -> String) -> String {
    match answer {
        Ok(found) => what(found),
        Err(error) => shape(error),
    }
}

/// Whether what was written is read back the same; else from where on it differs.
fn same<T: PartialEq + std::fmt::Debug>(what: &str, written: &T, read: &T) -> Result<(), String> {
    if written == read {
        return Ok(());
    }
    let (written, read) = (format!("{written:?}"), format!("{read:?}"));
    let at = written.chars().zip(read.chars()).take_while(|(a, b)| a == b).count();
    let from = |text: &str| text.chars().skip(at.saturating_sub(100)).take(300).collect::<String>();
    Err(format!("{what}: … {} … is read back as … {} …", from(&written), from(&read)))
}
