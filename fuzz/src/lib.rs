//! Hostile inputs for everything that reads a file or a text from outside.
//!
//! A [`Target`] is a reader with sound inputs to begin from. [`campaign`] damages them, again and again,
//! and watches that reading never panics, never takes long, never takes much memory, and keeps what the
//! reader promises (what is written is read back the same). An input that was answered in a new way
//! joins those to begin from, so that damage goes deeper than the first check. It runs on stable Rust as
//! a test of each target:
//!
//! - `HUITIAN_FUZZ_SECONDS=3600` runs each target so long instead of a second or two, from other random
//!   numbers each time; `HUITIAN_FUZZ_SEED` repeats a run.
//! - An input at fault is kept under `target/fuzz`; `HUITIAN_FUZZ_INPUT=FILE` reads that one alone.

mod bounds;
mod campaign;
mod mutate;
mod random;
mod wrap;

pub use campaign::{Target, campaign};
pub use wrap::{Wrapping, gzip, zip};

/// What an answer looks like without numbers and with texts cut short: answers of one shape are not new.
pub fn shape(answer: &impl std::fmt::Debug) -> String {
    /// Enough of a text to tell reasons apart, too little for all that an input may repeat in it.
    const TEXT: usize = 24;
    let mut out = String::new();
    let (mut within, mut escaped) = (None, false);
    for character in format!("{answer:?}").chars() {
        match (character, within) {
            _ if escaped => escaped = false,
            ('\\', Some(_)) => escaped = true,
            ('"', _) => within = if within.is_some() { None } else { Some(0) },
            (_, Some(length)) => {
                if length < TEXT && (character.is_ascii_alphabetic() || character == ' ') {
                    out.push(character);
                }
                within = Some(length + 1);
            }
            (character, None) if character.is_ascii_digit() => {}
            (character, None) => out.push(character),
        }
        if out.len() > 160 {
            break;
        }
    }
    out
}

/// How large something is, roughly.
pub fn magnitude(count: usize) -> &'static str {
    const NAMES: [&str; 6] = ["none", "one", "few", "some", "many", "very many"];
    NAMES[match count {
        0 => 0,
        1 => 1,
        2..5 => 2,
        5..20 => 3,
        20..200 => 4,
        _ => 5,
    }]
}

#[cfg(test)]
mod tests {
    #[test]
    fn answers_of_one_shape() {
        let answer = |line: u32, text: &str| Err::<(), _>((line, text.to_owned(), Some(1.5)));
        let reason = "this names a reason at length, then a value:";
        let of = |line, value: &str| super::shape(&answer(line, &format!("{reason} \"{value}\"")));
        assert_eq!(of(1, "a"), of(20, "b"));
        assert_ne!(of(1, "a"), super::shape(&answer(1, "that is another")));
        assert_ne!(of(1, "a"), super::shape(&Some(1)));
    }
}
