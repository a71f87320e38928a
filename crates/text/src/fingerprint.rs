//! What a message is about, as a sparse vector: its title's n-grams and the rarest of its body's.
//!
//! The title names place and matter in a dozen words; the body repeats them among much else. So the
//! title's 2- and 3-grams carry most of the weight and the body adds its most telling n-grams.

use crate::category::MessageText;
use crate::hashing::NumberMap;
use crate::neighbours::UnitVector;
use crate::ngrams::{SEED, bucket, extend};
use crate::place_phrase::mark_names;
use crate::units::{BREAK, Unit, push_units};

/// Columns are 2^BITS: collisions of rare n-grams stay rare up to some 10⁵ distinct ones.
const BITS: u8 = 20;

/// Number of columns of every fingerprint.
pub const COLUMNS: usize = 1 << BITS;

/// Share of the squared length of a fingerprint that is kept for the search.
const HEAVIEST: f32 = 0.9;

/// How title and body are weighed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FingerprintParameters {
    /// Share of the body in the similarity, 0 to 1.
    pub body_share: f32,
    /// So many of the body's n-grams are kept.
    pub body_terms: usize,
    /// Only so many units of the body are read.
    pub body_units: usize,
    /// N-grams that stand where the names of places stand weigh up to 1 + this times as much.
    pub name_weight: f32,
}

impl Default for FingerprintParameters {
    fn default() -> Self {
        Self { body_share: 0.4, body_terms: 30, body_units: 400, name_weight: 1.0 }
    }
}

/// What a fingerprint shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aspect {
    /// Place and matter, the place in front.
    Whole,
    /// The matter: what may be the name of a place fades out.
    Matter,
}

/// Counts in how many messages each n-gram occurs.
#[derive(Debug)]
pub struct Frequencies {
    parameters: FingerprintParameters,
    messages: u32,
    /// Hashes of the texts counted.
    counted: NumberMap<u64, ()>,
    title: Vec<u32>,
    body: Vec<u32>,
    /// In how many titles an n-gram stood where names of places stand.
    named: Vec<u32>,
}

/// Memory that fingerprinting reuses: one per thread.
#[derive(Debug, Default)]
pub struct Scratch {
    units: Vec<Unit>,
    title: Vec<u32>,
    body: Vec<u32>,
    named: Vec<u32>,
    marks: Vec<bool>,
}

impl Frequencies {
    pub fn new(parameters: FingerprintParameters) -> Self {
        Self {
            parameters,
            messages: 0,
            counted: NumberMap::default(),
            title: vec![0; COLUMNS],
            body: vec![0; COLUMNS],
            named: vec![0; COLUMNS],
        }
    }

    /// Takes note of a message. Copies of one noted before change nothing: a flood of them must not make
    /// its own words look common.
    pub fn add(&mut self, text: MessageText<'_>, scratch: &mut Scratch) {
        self.columns(text, scratch);
        let hash = scratch.title.iter().chain(&scratch.body).fold(SEED, |hash, column| extend(hash, *column));
        if self.counted.insert(hash, ()).is_some() {
            return;
        }
        self.messages += 1;
        let lists = [
            (&scratch.title, &mut self.title),
            (&scratch.body, &mut self.body),
            (&scratch.named, &mut self.named),
        ];
        for (list, counts) in lists {
            for run in list.chunk_by(|a, b| a == b) {
                counts[run[0] as usize] += 1;
            }
        }
    }

    /// The fingerprint of a message, with the frequencies known so far.
    pub fn fingerprint(&self, text: MessageText<'_>, aspect: Aspect, scratch: &mut Scratch) -> UnitVector {
        self.columns(text, scratch);
        self.fingerprint_of_last(aspect, scratch)
    }

    /// The fingerprint of the message last noted or fingerprinted with this scratch memory.
    pub(crate) fn fingerprint_of_last(&self, aspect: Aspect, scratch: &mut Scratch) -> UnitVector {
        let total = self.messages.max(1) as f32;
        let name_weight = self.parameters.name_weight;
        let (titles, named) = (&self.title, &self.named);
        let boost = |column: u32| {
            let name = named[column as usize] as f32 / titles[column as usize].max(1) as f32;
            match aspect {
                Aspect::Whole => 1.0 + name_weight * name,
                Aspect::Matter => (1.0 - name).max(0.0),
            }
        };
        let (keep, share, heaviest) = match aspect {
            Aspect::Whole => (self.parameters.body_terms, self.parameters.body_share, HEAVIEST),
            Aspect::Matter => (2 * self.parameters.body_terms, 0.5, 1.0),
        };
        let mut entries = weigh(&scratch.title, titles, total, usize::MAX, 1.0 - share, boost);
        // A body's n-gram tells something when titles use it; how telling it is, bodies say.
        scratch.body.retain(|column| titles[*column as usize] >= 2);
        let body = weigh(&scratch.body, &self.body, total, keep, share, boost);
        // A generic title meets the telling titles of others through its body: the columns are the same.
        for (column, weight) in body {
            match entries.iter_mut().find(|(c, _)| *c == column) {
                Some(entry) => entry.1 += weight,
                None => entries.push((column, weight)),
            }
        }
        UnitVector::new(entries, heaviest)
    }

    /// Columns of title and body, ascending, with repetitions.
    fn columns(&self, text: MessageText<'_>, scratch: &mut Scratch) {
        scratch.title.clear();
        scratch.body.clear();
        scratch.units.clear();
        push_units(text.title, &mut scratch.units, None);
        let untitled = scratch.units.is_empty();
        if untitled {
            // A message without a title (a hotline order) says its matter at the beginning.
            push_units(head(text.body, 40), &mut scratch.units, None);
        }
        push_columns(&scratch.units, &mut scratch.title, |_, _| true);
        mark_names(&scratch.units, &mut scratch.marks);
        scratch.named.clear();
        let marks = &scratch.marks;
        push_columns(&scratch.units, &mut scratch.named, |first, last| {
            marks[first..=last].iter().all(|m| *m)
        });
        scratch.named.sort_unstable();
        if self.parameters.body_share > 0.0 {
            scratch.units.clear();
            push_units(head(text.body, self.parameters.body_units), &mut scratch.units, None);
            push_columns(&scratch.units, &mut scratch.body, |_, _| true);
        }
        scratch.title.sort_unstable();
        scratch.body.sort_unstable();
    }
}

/// The columns of the 2- and 3-grams that `keep`(first unit, last unit).
fn push_columns(units: &[Unit], into: &mut Vec<u32>, keep: impl Fn(usize, usize) -> bool) {
    for start in 0..units.len() {
        let mut hash = SEED;
        for (length, unit) in units[start..].iter().take(3).enumerate() {
            if *unit == BREAK {
                break;
            }
            hash = extend(hash, *unit);
            if length > 0 && keep(start, start + length) {
                into.push(bucket(hash, BITS));
            }
        }
    }
}

/// tf-idf of ascending `columns`, the heaviest `keep`, scaled so that the squares add up to `share`.
fn weigh(
    columns: &[u32],
    frequency: &[u32],
    total: f32,
    keep: usize,
    share: f32,
    boost: impl Fn(u32) -> f32,
) -> Vec<(u32, f32)> {
    let mut entries: Vec<(u32, f32)> = Vec::with_capacity(columns.len());
    for run in columns.chunk_by(|a, b| a == b) {
        let messages = frequency[run[0] as usize].max(1);
        let idf = ((1.0 + total) / (1.0 + messages as f32)).ln() + 1.0;
        entries.push((run[0], (1.0 + (run.len() as f32).ln()) * idf * boost(run[0])));
    }
    if entries.len() > keep {
        entries.select_nth_unstable_by(keep, |a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        entries.truncate(keep);
    }
    let square: f32 = entries.iter().map(|(_, w)| w * w).sum();
    if square > 0.0 {
        let scale = (share / square).sqrt();
        for (_, weight) in &mut entries {
            *weight *= scale;
        }
    }
    entries
}

/// The first `most` characters.
fn head(text: &str, most: usize) -> &str {
    text.char_indices().nth(most).map_or(text, |(at, _)| &text[..at])
}
