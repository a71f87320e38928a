//! Damage to bytes: what transfers, editors, other programs and ill will do to a file.

use crate::random::Random;

/// No input is longer: time and memory are measured against it.
pub const LONGEST: usize = 64 << 10;

/// Bytes on which formats turn.
const BYTES: &[u8] = b"\0\x01\x7f\x80\xff\n\r\t \"',;:|<>&()[]{}=.-+/\\%#0129eEaTZ";

/// Numbers at the end of some range.
const NUMBERS: &[&str] = &[
    "0",
    "-1",
    "-0",
    "1",
    "127",
    "255",
    "32768",
    "65536",
    "2147483647",
    "2147483648",
    "-2147483649",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "18446744073709551616",
    "99999999999999999999999999999999",
    "1e308",
    "1e999",
    "-1e-400",
    "0.1",
    "1.0000000000000000000000000000001",
    "NaN",
    "inf",
    "0x10",
    "1,000",
    "9999-12-31",
    "0000-00-00",
    "2020-02-30",
    "",
];

/// Texts that are strange anywhere.
const TEXTS: &[&str] =
    &["\u{feff}", "\u{202e}", "𠀀", "é", "e\u{301}", "İ", "ß", "回天", "\u{3000}", "\u{ad}"];

/// A damaged copy of one of `pool`.
pub fn mutate(random: &mut Random, pool: &[Vec<u8>], tokens: &[&str]) -> Vec<u8> {
    let mut bytes = random.pick(pool).cloned().unwrap_or_default();
    for _ in 0..1 << random.below(4) {
        once(random, &mut bytes, pool, tokens);
        bytes.truncate(LONGEST);
    }
    bytes
}

fn once(random: &mut Random, bytes: &mut Vec<u8>, pool: &[Vec<u8>], tokens: &[&str]) {
    let at = random.below(bytes.len() + 1);
    match random.below(13) {
        0 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
        1 => {
            if let (Some(byte), Some(other)) = (bytes.get_mut(at), random.pick(BYTES)) {
                *byte = *other;
            }
        }
        2 => insert(bytes, at, &random.next().to_le_bytes()[..random.below(8)]),
        3 => drop(bytes.drain(random.range(bytes.len()))),
        4 => bytes.truncate(at),
        // A block a second time, elsewhere or many times over.
        5 => {
            let block = bytes[random.range(bytes.len())].to_vec();
            let times = if random.below(8) == 0 { LONGEST / block.len().max(1) } else { 1 };
            insert(bytes, at, &block.repeat(times.min(1 << random.below(14))));
        }
        6 => {
            let block: Vec<u8> = bytes.drain(random.range(bytes.len())).collect();
            let at = random.below(bytes.len() + 1);
            insert(bytes, at, &block);
        }
        // Part of another input.
        7 => {
            if let Some(other) = random.pick(pool) {
                let block = other[random.range(other.len())].to_vec();
                insert(bytes, at, &block);
            }
        }
        8 => {
            if let Some(token) = random.pick(tokens) {
                insert(bytes, at, token.as_bytes());
            }
        }
        // Depth: an opening without its end.
        9 => {
            let token = random.pick(tokens).map_or(&b"("[..], |token| token.as_bytes());
            insert(bytes, at, &token.repeat(1 << random.below(12)));
        }
        10 => replace_number(random, bytes, at),
        11 => {
            let text = random.pick(TEXTS).copied().unwrap_or_default();
            insert(bytes, at, text.as_bytes());
        }
        // One word of the format in the place of another.
        _ => {
            let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
            let from = bytes[..at].iter().rposition(|byte| !word(byte)).map_or(0, |end| end + 1);
            let to = at + bytes[at..].iter().take_while(|byte| word(byte)).count();
            let other = random.pick(tokens).copied().unwrap_or_default();
            bytes.splice(from..to, other.bytes());
        }
    }
}

fn insert(bytes: &mut Vec<u8>, at: usize, block: &[u8]) {
    let room = LONGEST.saturating_sub(bytes.len());
    bytes.splice(at..at, block.iter().take(room).copied());
}

/// Puts a strange number in the place of the next one.
fn replace_number(random: &mut Random, bytes: &mut Vec<u8>, at: usize) {
    let digits = bytes[at..].iter().position(u8::is_ascii_digit);
    let Some(from) = digits.map(|found| at + found) else { return };
    let to = from + bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let number = random.pick(NUMBERS).copied().unwrap_or_default();
    bytes.splice(from..to, number.bytes());
}
