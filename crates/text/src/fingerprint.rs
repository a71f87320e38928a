//! What a message is about, as a sparse vector: its title's n-grams and the rarest of its body's.
//!
//! The title names place and matter in a dozen words; the body repeats them among much else. So the
//! title's 2- and 3-grams carry most of the weight and the body adds its most telling n-grams.

use crate::category::MessageText;
use crate::neighbours::UnitVector;
use crate::ngrams::{SEED, bucket, extend};
use crate::units::{BREAK, Unit, push_units};

/// Columns are 2^BITS: collisions of rare n-grams stay rare up to some 10⁵ distinct ones.
const BITS: u8 = 20;

/// Number of columns of every fingerprint.
pub const COLUMNS: usize = 1 << BITS;

/// How title and body are weighed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FingerprintParameters {
    /// Share of the body in the similarity, 0 to 1.
    pub body_share: f32,
    /// So many of the body's n-grams are kept.
    pub body_terms: usize,
    /// Only so many units of the body are read.
    pub body_units: usize,
    /// N-grams in more than this share of all titles say nothing.
    pub most_titles: f32,
}

impl Default for FingerprintParameters {
    fn default() -> Self {
        Self { body_share: 0.3, body_terms: 30, body_units: 400, most_titles: 0.3 }
    }
}

/// Counts in how many messages each n-gram occurs.
#[derive(Debug)]
pub struct Frequencies {
    parameters: FingerprintParameters,
    messages: u32,
    title: Vec<u32>,
    body: Vec<u32>,
    scratch: Scratch,
}

#[derive(Debug, Default)]
struct Scratch {
    units: Vec<Unit>,
    title: Vec<u32>,
    body: Vec<u32>,
}

impl Frequencies {
    pub fn new(parameters: FingerprintParameters) -> Self {
        Self {
            parameters,
            messages: 0,
            title: vec![0; COLUMNS],
            body: vec![0; COLUMNS],
            scratch: Scratch::default(),
        }
    }

    /// Takes note of a message.
    pub fn add(&mut self, text: MessageText<'_>) {
        let mut scratch = std::mem::take(&mut self.scratch);
        self.columns(text, &mut scratch);
        self.messages += 1;
        for (list, counts) in [(&mut scratch.title, &mut self.title), (&mut scratch.body, &mut self.body)] {
            list.dedup();
            for column in list {
                counts[*column as usize] += 1;
            }
        }
        self.scratch = scratch;
    }

    /// The fingerprint of a message, with the frequencies known so far.
    pub fn fingerprint(&mut self, text: MessageText<'_>) -> UnitVector {
        let mut scratch = std::mem::take(&mut self.scratch);
        self.columns(text, &mut scratch);
        let total = self.messages.max(1) as f32;
        let most = (total * self.parameters.most_titles).max(5.0);
        let mut entries =
            weigh(&scratch.title, &self.title, total, most, 1, usize::MAX, 1.0 - self.parameters.body_share);
        // N-grams of one body only can match nothing and would crowd out the others.
        let body = weigh(
            &scratch.body,
            &self.body,
            total,
            most,
            2,
            self.parameters.body_terms,
            self.parameters.body_share,
        );
        // Title and body n-grams live in the same columns but never meet: the seeds differ.
        for (column, weight) in body {
            match entries.iter_mut().find(|(c, _)| *c == column) {
                Some(entry) => entry.1 += weight,
                None => entries.push((column, weight)),
            }
        }
        self.scratch = scratch;
        UnitVector::new(entries)
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
        push_columns(&scratch.units, SEED, &mut scratch.title);
        if self.parameters.body_share > 0.0 {
            scratch.units.clear();
            push_units(head(text.body, self.parameters.body_units), &mut scratch.units, None);
            push_columns(&scratch.units, !SEED, &mut scratch.body);
        }
        scratch.title.sort_unstable();
        scratch.body.sort_unstable();
    }
}

fn push_columns(units: &[Unit], seed: u64, into: &mut Vec<u32>) {
    for start in 0..units.len() {
        let mut hash = seed;
        for (length, unit) in units[start..].iter().take(3).enumerate() {
            if *unit == BREAK {
                break;
            }
            hash = extend(hash, *unit);
            if length > 0 {
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
    most: f32,
    fewest: u32,
    keep: usize,
    share: f32,
) -> Vec<(u32, f32)> {
    let mut entries: Vec<(u32, f32)> = Vec::with_capacity(columns.len());
    for run in columns.chunk_by(|a, b| a == b) {
        let messages = frequency[run[0] as usize].max(1);
        if messages >= fewest && messages as f32 <= most {
            let idf = ((1.0 + total) / (1.0 + messages as f32)).ln() + 1.0;
            entries.push((run[0], (1.0 + (run.len() as f32).ln()) * idf));
        }
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
