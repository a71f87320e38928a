//! How text becomes a row of units: the atoms n-grams are made of.
//!
//! A unit is one Chinese character, or one whole run of Latin letters and digits (lower-cased), so that
//! `A3区` is `a3` + `区`, and English text is compared by words. Everything else (blanks,
//! punctuation, emoji, control characters) only breaks the row: n-grams never reach across a break.

/// A unit is a number: the scalar value for a single character, a hash with the top bit set for a run of
/// Latin letters and digits. `BREAK` stands where the row is interrupted.
pub type Unit = u32;

/// Interrupts n-grams.
pub const BREAK: Unit = 0;

/// Set on the units made from a run of Latin letters and digits.
const RUN: u32 = 0x8000_0000;

/// Longest run kept as one unit, in characters; the rest of a longer run (spam, encoded data) is a
/// further unit, so that no input makes a unit of unbounded cost.
const LONGEST_RUN: u32 = 32;

/// Appends the units of `text` to `into`, and the byte offset at which each starts to `starts` when asked.
pub fn push_units(text: &str, into: &mut Vec<Unit>, mut starts: Option<&mut Vec<u32>>) {
    let mut run_hash = 0u32;
    let mut run_length = 0u32;
    let mut run_start = 0usize;
    let mut digits_only = true;
    let close = |into: &mut Vec<Unit>,
                 starts: &mut Option<&mut Vec<u32>>,
                 hash: &mut u32,
                 length: &mut u32,
                 digits: &mut bool,
                 start: usize| {
        if *length > 0 {
            // Numbers say little by their value and much by their length (a price, a year, a telephone).
            let unit = if *digits { RUN | *length } else { RUN | (*hash | 0x100) };
            into.push(unit);
            if let Some(starts) = starts {
                starts.push(start as u32);
            }
        }
        *hash = 0;
        *length = 0;
        *digits = true;
    };
    for (at, original) in text.char_indices() {
        let c = fold(original);
        if c.is_ascii_alphanumeric() {
            if run_length == 0 {
                run_start = at;
            }
            if run_length == LONGEST_RUN {
                close(into, &mut starts, &mut run_hash, &mut run_length, &mut digits_only, run_start);
                run_start = at;
            }
            digits_only &= c.is_ascii_digit();
            run_hash = (run_hash.rotate_left(5) ^ u32::from(c as u8)).wrapping_mul(0x9E37_79B1);
            run_length += 1;
            continue;
        }
        close(into, &mut starts, &mut run_hash, &mut run_length, &mut digits_only, run_start);
        let unit = if matches!(c, '\u{4E00}'..='\u{9FFF}') || c.is_alphabetic() { c as u32 } else { BREAK };
        // Several breaks in a row are one.
        if unit != BREAK || into.last().is_some_and(|last| *last != BREAK) {
            into.push(unit);
            if let Some(starts) = &mut starts {
                starts.push(at as u32);
            }
        }
    }
    close(into, &mut starts, &mut run_hash, &mut run_length, &mut digits_only, run_start);
}

/// Full-width forms become the ordinary ones, capitals become small.
pub fn fold(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    match c {
        '\u{3000}' => ' ',
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c).to_ascii_lowercase(),
        _ => c,
    }
}
