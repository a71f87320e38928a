//! The pieces by which a text is found: the same on every database.

use std::cmp::Ordering;

/// The most characters in words and pairs of one text that are read.
const READ_MOST: usize = 6_000;

/// The longest word that is looked for as it stands.
const WORD_MOST: usize = 24;

/// A text's pieces, each once: pairs of neighbouring characters of scripts without spaces (a character that stands
/// alone is half a pair), and the beginnings of words of the others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pieces {
    /// In order.
    pairs: Vec<Pair>,
    /// In order.
    words: Vec<String>,
}

/// What a request is found by, with its pieces as they are kept. Made before it is the request's turn to be written,
/// nobody waits for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchText {
    said: String,
    pieces: String,
}

impl SearchText {
    /// Of title, text, address, number and code.
    pub fn of(said: [&str; 5]) -> Self {
        let said = said.join(" ");
        let pieces = Pieces::of(&said).spaced();
        Self { said, pieces }
    }

    /// Its pieces, where it is of this.
    pub fn pieces_of(&self, said: [&str; 5]) -> Option<&str> {
        let mut left = self.said.as_str();
        for (at, part) in said.into_iter().enumerate() {
            left = left.strip_prefix(if at == 0 { "" } else { " " })?.strip_prefix(part)?;
        }
        left.is_empty().then_some(self.pieces.as_str())
    }

    pub fn into_pieces(self) -> String {
        self.pieces
    }
}

/// Two characters as one number, which sorts as they do: of one that stands alone the second is none, 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Pair(u64);

impl Pair {
    fn new(first: char, second: Option<char>) -> Self {
        Self(u64::from(first) << 32 | second.map_or(0, u64::from))
    }

    fn chars(self) -> [Option<char>; 2] {
        let part = |shift: u32| u32::try_from(self.0 >> shift & 0xffff_ffff).ok().filter(|code| *code > 0);
        [part(32), part(0)].map(|code| code.and_then(char::from_u32))
    }
}

/// A text on the way to its pieces.
#[derive(Default)]
struct Reading {
    found: Pieces,
    word: String,
    /// The character before, where it is written without spaces, and whether it is in a pair already.
    before: Option<(char, bool)>,
}

impl Reading {
    fn take(&mut self, c: char, dense: bool) {
        if dense {
            if let Some((first, _)) = self.before {
                self.found.pairs.push(Pair::new(first, Some(c)));
            }
            self.before = Some((c, self.before.is_some()));
        } else if let Some((alone, false)) = self.before.take() {
            self.found.pairs.push(Pair::new(alone, None));
        }
        if !dense && c.is_alphanumeric() {
            self.word.push(c);
        } else if !self.word.is_empty() {
            let end = self.word.char_indices().nth(WORD_MOST).map_or(self.word.len(), |(end, _)| end);
            self.found.words.push(self.word[..end].to_owned());
            self.word.clear();
        }
    }
}

impl Pieces {
    pub fn of(text: &str) -> Self {
        let mut reading = Reading::default();
        // As many as there can be, so that none are moved while they are found.
        reading.found.pairs.reserve(text.len().min(READ_MOST * 3) / 3 + 1);
        let mut left = READ_MOST;
        'read: for c in text.chars() {
            let dense = is_dense(c);
            // Most characters have no other case, which asking the tables of all scripts would take long to tell.
            if dense || c.is_ascii() {
                if left == 0 {
                    break;
                }
                left -= 1;
                reading.take(c.to_ascii_lowercase(), dense);
                continue;
            }
            for c in c.to_lowercase() {
                if left == 0 {
                    break 'read;
                }
                left -= 1;
                reading.take(c, is_dense(c));
            }
        }
        reading.take(' ', false);
        let mut found = reading.found;
        found.pairs.sort_unstable();
        found.pairs.dedup();
        found.words.sort_unstable();
        found.words.dedup();
        found
    }

    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty() && self.words.is_empty()
    }

    /// All of them behind one another, each written by `put`.
    fn joined(&self, between: &str, put: impl Fn(&mut String, &[&str])) -> String {
        let mut out = String::with_capacity(self.pairs.len() * 7 + self.words.len() * 8);
        let (mut first, mut second) = ([0; 4], [0; 4]);
        for pair in &self.pairs {
            if !out.is_empty() {
                out.push_str(between);
            }
            let [a, b] = pair.chars();
            let a = a.map_or("", |a| a.encode_utf8(&mut first));
            let b = b.map_or("", |b| b.encode_utf8(&mut second));
            put(&mut out, &[a, b]);
        }
        for word in &self.words {
            if !out.is_empty() {
                out.push_str(between);
            }
            put(&mut out, &[word]);
        }
        out
    }

    /// All of them, with blanks between.
    pub fn spaced(&self) -> String {
        self.joined(" ", |out, parts| parts.iter().for_each(|part| out.push_str(part)))
    }

    /// All of them, one by one.
    pub fn all(&self) -> Vec<String> {
        self.spaced().split(' ').filter(|piece| !piece.is_empty()).map(str::to_owned).collect()
    }

    /// All of them, each between quotation marks, joined by a word of a query. No piece has a mark in it.
    pub fn quoted(&self, mark: char, between: &str) -> String {
        self.joined(between, |out, parts| {
            out.push(mark);
            parts.iter().for_each(|part| out.push_str(part));
            out.push(mark);
        })
    }

    /// How alike two texts are: the share of pieces that both have, 0 to 1.
    pub fn likeness(&self, other: &Self) -> f64 {
        let both = common(&self.pairs, &other.pairs) + common(&self.words, &other.words);
        let all = self.len() + other.len() - both;
        if all == 0 { 0.0 } else { both as f64 / all as f64 }
    }

    fn len(&self) -> usize {
        self.pairs.len() + self.words.len()
    }
}

/// How many two ordered lists have in common.
fn common<T: Ord>(a: &[T], b: &[T]) -> usize {
    let (mut at, mut count) = (0, 0);
    for piece in a {
        while b.get(at).is_some_and(|other| other < piece) {
            at += 1;
        }
        match b.get(at).map(|other| other.cmp(piece)) {
            Some(Ordering::Equal) => count += 1,
            Some(_) => {}
            None => break,
        }
    }
    count
}

/// Scripts that are written without spaces between words.
fn is_dense(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_fall_into_pieces() {
        assert_eq!(Pieces::of("路灯不亮, Lamp 3 区 lamp").spaced(), "不亮 区 灯不 路灯 3 lamp");
        assert_eq!(Pieces::of("路B灯").quoted('"', " AND "), "\"灯\" AND \"路\" AND \"b\"");
        assert!(Pieces::of("  。，").is_empty() && Pieces::of("  。，").spaced().is_empty());
        assert_eq!(Pieces::of(&"x".repeat(30)).spaced(), "x".repeat(WORD_MOST));
    }

    #[test]
    fn alike_texts_are_told_from_others() {
        let lamp = Pieces::of("天通苑北街道东门路灯不亮");
        let same = Pieces::of("天通苑北街道东门的路灯不亮了");
        let other = Pieces::of("楼下烧烤摊油烟大");
        assert!(lamp.likeness(&same) > 0.6 && lamp.likeness(&other) < 0.1);
        assert!((lamp.likeness(&lamp) - 1.0).abs() < f64::EPSILON);
        assert!(Pieces::default().likeness(&Pieces::default()).abs() < f64::EPSILON);
    }

    proptest! {
        #[test]
        fn a_part_of_a_text_is_found_by_its_pieces(before in "[路灯不亮a-c ]{0,6}", part in "[路灯不亮]{2,5}", after in "[。, ]{0,3}") {
            let all = Pieces::of(&format!("{before}{part}{after}"));
            let wanted = Pieces::of(&part);
            prop_assert_eq!(common(&wanted.pairs, &all.pairs), wanted.pairs.len());
        }

        #[test]
        fn likeness_is_that_of_sets(a in "[路灯不亮abc ，]{0,20}", b in "[路灯不亮abc ，]{0,20}") {
            let (a, b) = (Pieces::of(&a), Pieces::of(&b));
            let set = |pieces: &Pieces| -> BTreeSet<String> { pieces.spaced().split_whitespace().map(str::to_owned).collect() };
            let (x, y) = (set(&a), set(&b));
            let all = x.union(&y).count();
            let expected = if all == 0 { 0.0 } else { x.intersection(&y).count() as f64 / all as f64 };
            prop_assert!((a.likeness(&b) - expected).abs() < 1e-12);
            prop_assert!((a.likeness(&b) - b.likeness(&a)).abs() < 1e-12);
        }
    }
}
