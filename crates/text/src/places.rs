//! Known places in a text, by name or alias, leftmost and longest first.

use std::collections::HashMap;

use daachorse::{CharwiseDoubleArrayAhoCorasick, CharwiseDoubleArrayAhoCorasickBuilder, MatchKind};
use thiserror::Error;

use crate::units::fold;

/// A place and all it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The register's own key.
    pub id: String,
    pub name: String,
    pub aliases: Vec<String>,
    /// Key or name of the area it lies in; empty when unknown. Tells places of the same name apart.
    pub parent: String,
}

/// Why a gazetteer cannot be built.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GazetteerError {
    #[error("place {row} has no name: give it one or remove the row")]
    NoName { row: usize },
    #[error("the gazetteer holds no place: give at least one")]
    Empty,
    #[error("the gazetteer cannot be indexed ({reason}): split it")]
    Index { reason: String },
}

/// A mention of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// Positions of the places it can mean among the gazetteer's; more than one when the text does not
    /// tell places of the same name apart.
    pub places: Vec<u32>,
    /// Byte range in the text.
    pub start: usize,
    pub end: usize,
}

/// Names and aliases, ready to be found.
pub struct Gazetteer {
    places: Vec<Place>,
    /// Per pattern: the places called so.
    called: Vec<Vec<u32>>,
    automaton: CharwiseDoubleArrayAhoCorasick<u32>,
}

impl std::fmt::Debug for Gazetteer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gazetteer").field("places", &self.places.len()).finish_non_exhaustive()
    }
}

impl Gazetteer {
    pub fn new(places: Vec<Place>) -> Result<Self, GazetteerError> {
        let mut numbers: HashMap<String, usize> = HashMap::new();
        let mut called: Vec<Vec<u32>> = Vec::new();
        for (row, place) in places.iter().enumerate() {
            if folded(&place.name).is_empty() {
                return Err(GazetteerError::NoName { row: row + 1 });
            }
            let derived = derived_aliases(&place.name);
            for name in std::iter::once(&place.name).chain(&place.aliases).chain(&derived) {
                let name = folded(name);
                // One letter is never a name.
                if name.chars().nth(1).is_none() {
                    continue;
                }
                let next = called.len();
                let number = *numbers.entry(name).or_insert(next);
                if number == next {
                    called.push(Vec::new());
                }
                if called[number].last() != Some(&(row as u32)) {
                    called[number].push(row as u32);
                }
            }
        }
        if numbers.is_empty() {
            return Err(GazetteerError::Empty);
        }
        let patterns = numbers.into_iter().map(|(name, number)| (name, number as u32));
        let automaton = CharwiseDoubleArrayAhoCorasickBuilder::new()
            .match_kind(MatchKind::LeftmostLongest)
            .build_with_values(patterns)
            .map_err(|error| GazetteerError::Index { reason: error.to_string() })?;
        Ok(Self { places, called, automaton })
    }

    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// A finder with its scratch memory: one per thread.
    pub fn finder(&self) -> Finder<'_> {
        Finder { gazetteer: self, text: String::new(), shifts: Vec::new() }
    }
}

/// Finds the places of a gazetteer in one text after another.
#[derive(Debug)]
pub struct Finder<'g> {
    gazetteer: &'g Gazetteer,
    text: String,
    /// Where folding changed the length of a character: folded offset after it, original offset.
    shifts: Vec<(usize, usize)>,
}

impl Finder<'_> {
    /// The mentions in `text`, in order, not overlapping.
    pub fn find(&mut self, text: &str) -> Vec<Mention> {
        self.text.clear();
        self.shifts.clear();
        for (at, c) in text.char_indices() {
            let folded = fold(c);
            self.text.push(folded);
            if folded.len_utf8() != c.len_utf8() {
                self.shifts.push((self.text.len(), at + c.len_utf8()));
            }
        }
        let gazetteer = self.gazetteer;
        let mut mentions: Vec<Mention> = Vec::new();
        for found in gazetteer.automaton.leftmost_find_iter(&self.text) {
            if !stands_alone(&self.text, found.start(), found.end()) {
                continue;
            }
            mentions.push(Mention {
                places: gazetteer.called[found.value() as usize].clone(),
                start: self.original(found.start()),
                end: self.original(found.end()),
            });
        }
        self.tell_apart(&mut mentions);
        mentions
    }

    fn original(&self, offset: usize) -> usize {
        match self.shifts.partition_point(|(folded, _)| *folded <= offset) {
            0 => offset,
            n => offset - self.shifts[n - 1].0 + self.shifts[n - 1].1,
        }
    }

    /// Of several places of one name, keeps those whose parent the text names too, or that lie in the area
    /// of another place the text names; all when that does not help.
    fn tell_apart(&self, mentions: &mut [Mention]) {
        if mentions.iter().all(|m| m.places.len() == 1) {
            return;
        }
        let places = &self.gazetteer.places;
        let sure: Vec<u32> = mentions.iter().filter(|m| m.places.len() == 1).map(|m| m.places[0]).collect();
        for mention in mentions.iter_mut().filter(|m| m.places.len() > 1) {
            let near: Vec<u32> = mention
                .places
                .iter()
                .copied()
                .filter(|candidate| {
                    let parent = &places[*candidate as usize].parent;
                    !parent.is_empty()
                        && sure.iter().any(|other| {
                            let other = &places[*other as usize];
                            other.id == *parent || other.name == *parent || other.parent == *parent
                        })
                })
                .collect();
            if !near.is_empty() {
                mention.places = near;
            }
        }
    }
}

/// A match that begins or ends inside a run of Latin letters or digits is none: `A3` is not in `A35`.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let joined = |before: Option<char>, after: Option<char>| matches!((before, after), (Some(b), Some(a)) if b.is_ascii_alphanumeric() && a.is_ascii_alphanumeric());
    !joined(text[..start].chars().next_back(), text[start..].chars().next())
        && !joined(text[..end].chars().next_back(), text[end..].chars().next())
}

/// What people say for an official name: the office's title falls away.
fn derived_aliases(name: &str) -> Vec<String> {
    const OFFICES: [&str; 6] = ["社区居委会", "居委会", "村委会", "居民委员会", "村民委员会", "街道办事处"];
    let mut out = Vec::new();
    for (office, keeps) in OFFICES.iter().zip(["社区", "", "村", "", "村", "街道"]) {
        if let Some(stem) = name.strip_suffix(office) {
            out.push(format!("{stem}{keeps}"));
            // Two characters alone (九台, 东村) are too often part of other words.
            if stem.chars().count() >= 3 {
                out.push(stem.to_owned());
            }
            break;
        }
    }
    out
}

fn folded(name: &str) -> String {
    name.trim().chars().map(fold).collect()
}
