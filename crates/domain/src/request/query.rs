//! What a list of requests is asked for, and the words by which a text is found.

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime};

use super::fact::Point;
use super::kind::{Channel, RequestKind};
use super::public::Publicly;
use super::rate::RateSide;
use super::workflow::RequestState;
use crate::code::Code;
use crate::item::Target;

/// What is wanted; all given conditions must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestQuery {
    pub text: String,
    pub states: Vec<RequestState>,
    pub kind: Option<RequestKind>,
    pub channel: Option<Channel>,
    pub categories: Vec<Code>,
    pub unit: Option<Code>,
    /// An area with all below it.
    pub areas: Vec<Code>,
    /// Received within these moments, both included.
    pub received_from: Option<DateTime>,
    pub received_to: Option<DateTime>,
    /// Moved last within these moments, both included.
    pub moved_from: Option<DateTime>,
    pub moved_to: Option<DateTime>,
    /// Those with one of these numbers.
    pub codes: Vec<Code>,
    /// Around a point, in metres.
    pub near: Option<(Point, u32)>,
    /// Between two corners: the south-western and the north-eastern one.
    pub within: Option<(Point, Point)>,
    /// Open, and the limit had run out by this moment.
    pub late_at: Option<DateTime>,
    /// Only what everybody may read, and only by what everybody sees of it.
    pub published: Option<Publicly>,
    /// That may be shown and nobody has looked at yet.
    pub unlooked: bool,
    /// Merged into this one.
    pub master: Option<Code>,
    pub parent: Option<Code>,
    pub link: Option<Target>,
    pub rate: Option<RateQuery>,
}

/// Requests behind a number of the rates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateQuery {
    pub from: Date,
    pub to: Date,
    pub unit: Option<Code>,
    pub side: RateSide,
}

/// How a list is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RequestOrder {
    /// The newest first.
    #[default]
    Received,
    /// What runs out first; only what is open.
    Due,
    /// What moved last first.
    Moved,
}

impl RequestOrder {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Due => "due",
            Self::Moved => "moved",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Received, Self::Due, Self::Moved].into_iter().find(|order| order.as_str() == text)
    }
}

/// How a page is ordered, where it begins and how long it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestPaging {
    pub order: RequestOrder,
    pub after: Option<RequestAfter>,
    /// Rows that are left out before it, for programs that ask for pages by number.
    pub skip: usize,
    pub limit: usize,
}

/// Where a page begins: behind this row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestAfter {
    pub key: String,
    pub code: Code,
}

/// The most pieces of one text that are kept for finding it.
const PIECES_MOST: usize = 2_000;

/// The pieces by which a text is found: pairs of neighbouring characters of scripts without spaces, and the
/// beginnings of words of the others. The same on every database.
pub fn pieces(text: &str) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    each_word(text, |word, whole| {
        if out.len() >= PIECES_MOST {
            return;
        }
        if whole {
            out.insert(word.to_owned());
        } else {
            let chars: Vec<char> = word.chars().collect();
            if let [only] = chars[..] {
                out.insert(only.to_string());
            }
            out.extend(chars.windows(2).map(|pair| pair.iter().collect::<String>()));
        }
    });
    out
}

/// The longest word that is looked for as it stands.
const WORD_MOST: usize = 24;

/// Words of letters and digits (`whole`), and runs of characters written without spaces.
fn each_word(text: &str, mut each: impl FnMut(&str, bool)) {
    let mut word = String::new();
    let mut whole = true;
    for c in text.chars().flat_map(char::to_lowercase).chain([' ']) {
        let dense = is_dense(c);
        let letter = dense || c.is_alphanumeric();
        if !word.is_empty() && (!letter || dense == whole) {
            if whole {
                word = word.chars().take(WORD_MOST).collect();
            }
            each(&word, whole);
            word.clear();
        }
        if letter {
            whole = !dense;
            word.push(c);
        }
    }
}

/// Scripts that are written without spaces between words.
fn is_dense(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

/// How alike two texts are: the share of pieces that both have, 0 to 1.
pub fn likeness(a: &BTreeSet<String>, b: &BTreeSet<String>) -> f64 {
    let both = a.intersection(b).count();
    let all = a.len() + b.len() - both;
    if all == 0 { 0.0 } else { both as f64 / all as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_fall_into_pieces() {
        let found: Vec<String> = pieces("路灯不亮, Lamp 3 区").into_iter().collect();
        assert_eq!(found, ["3", "lamp", "不亮", "区", "灯不", "路灯"]);
        assert!(pieces("  。，").is_empty());
    }

    #[test]
    fn alike_texts_are_told_from_others() {
        let lamp = pieces("天通苑北街道东门路灯不亮");
        let same = pieces("天通苑北街道东门的路灯不亮了");
        let other = pieces("楼下烧烤摊油烟大");
        assert!(likeness(&lamp, &same) > 0.6 && likeness(&lamp, &other) < 0.1);
        assert!((likeness(&lamp, &lamp) - 1.0).abs() < f64::EPSILON);
    }
}
