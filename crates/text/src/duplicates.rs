//! Near-duplicates: texts that share at least half of their 4-character shingles.
//!
//! Shingles are taken over letters and digits only, so that blanks and punctuation do not matter.
//! Candidates come from MinHash signatures in bands (Broder 1997; Leskovec, Rajaraman, Ullman, "Mining of
//! Massive Datasets", ch. 3); each is then checked by the exact Jaccard similarity, so that no pair is
//! reported wrongly. With 60 bands of 3 a pair at 0.5 is missed with probability 0.0003.

use crate::grouping::common;
use crate::hashing::NumberMap;
use crate::random::SplitMix;
use crate::units::fold;

const BANDS: usize = 60;
const ROWS: usize = 3;
const HASHES: usize = BANDS * ROWS;
const SHINGLE: usize = 4;

/// In a flood of copies each newcomer is compared with so many of the first and of the last members of a
/// band's bucket: enough to be linked, without work that grows with the square of the flood.
const CROWD: usize = 32;

/// The share of equal signature parts estimates the similarity with a standard error of at most
/// √(¼ / 180) = 0.037; a candidate whose estimate is more than this below the threshold is not compared
/// exactly. Texts put together from the same few phrases make many such candidates.
const ESTIMATE_SLACK: f32 = 0.14;

/// Two near-duplicates: positions in the order of adding, `earlier < later`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Duplicate {
    pub earlier: u32,
    pub later: u32,
    /// Exact Jaccard similarity of the shingle sets, 0 to 1.
    pub similarity: f32,
}

/// Texts added so far, ready to be asked.
#[derive(Debug)]
pub struct DuplicateIndex {
    least: f32,
    multipliers: Vec<(u32, u32)>,
    shingles: Vec<Box<[u32]>>,
    /// The low byte of each part of the signatures.
    signatures: Vec<[u8; HASHES]>,
    buckets: Vec<NumberMap<u32, Vec<u32>>>,
    seen: Vec<u32>,
    round: u32,
}

impl DuplicateIndex {
    /// `least` is the similarity from which two texts are near-duplicates; below 0.3 the bands begin to
    /// miss pairs, so it is held between 0.3 and 1.
    pub fn new(least: f32) -> Self {
        let mut random = SplitMix::new(0x6D69_6E68_6173_6821);
        let multipliers =
            (0..HASHES).map(|_| (random.next_u64() as u32 | 1, random.next_u64() as u32)).collect();
        Self {
            least: if least.is_nan() { 0.5 } else { least.clamp(0.3, 1.0) },
            multipliers,
            shingles: Vec::new(),
            signatures: Vec::new(),
            buckets: vec![NumberMap::default(); BANDS],
            seen: Vec::new(),
            round: 0,
        }
    }

    pub fn len(&self) -> usize {
        self.shingles.len()
    }

    pub fn is_empty(&self) -> bool {
        self.shingles.is_empty()
    }

    /// Adds a text and returns its near-duplicates among the texts added before, most similar first.
    pub fn add(&mut self, text: &str) -> Vec<Duplicate> {
        let own = shingles(text);
        let signature = self.signature(&own);
        let found = self.compare(&own, &signature);
        let number = self.shingles.len() as u32;
        if !own.is_empty() {
            for (band, bucket) in self.buckets.iter_mut().enumerate() {
                bucket.entry(key(&signature, band)).or_default().push(number);
            }
        }
        self.shingles.push(own);
        self.signatures.push(low_bytes(&signature));
        self.seen.push(0);
        found
    }

    /// The near-duplicates of a text that is not added, most similar first. `later` is the position the
    /// text would get.
    pub fn similar(&mut self, text: &str) -> Vec<Duplicate> {
        let own = shingles(text);
        let signature = self.signature(&own);
        self.compare(&own, &signature)
    }

    fn compare(&mut self, own: &[u32], signature: &[u32; HASHES]) -> Vec<Duplicate> {
        let mut found = Vec::new();
        if own.is_empty() {
            return found;
        }
        self.round = self.round.wrapping_add(1);
        let later = self.shingles.len() as u32;
        let low = low_bytes(signature);
        let least_equal = ((self.least - ESTIMATE_SLACK) * HASHES as f32).ceil() as u32;
        for (band, bucket) in self.buckets.iter().enumerate() {
            let Some(members) = bucket.get(&key(signature, band)) else { continue };
            let (head, tail) = members.split_at(members.len().min(CROWD));
            for earlier in head.iter().chain(&tail[tail.len().saturating_sub(CROWD)..]) {
                let seen = &mut self.seen[*earlier as usize];
                if *seen == self.round {
                    continue;
                }
                *seen = self.round;
                if equal_parts(&low, &self.signatures[*earlier as usize]) < least_equal {
                    continue;
                }
                let similarity = jaccard(own, &self.shingles[*earlier as usize], self.least);
                if similarity >= self.least {
                    found.push(Duplicate { earlier: *earlier, later, similarity });
                }
            }
        }
        found.sort_by(|a, b| b.similarity.total_cmp(&a.similarity).then(a.earlier.cmp(&b.earlier)));
        found
    }

    fn signature(&self, shingles: &[u32]) -> [u32; HASHES] {
        let mut least = [u32::MAX; HASHES];
        for shingle in shingles {
            for (least, (factor, term)) in least.iter_mut().zip(&self.multipliers) {
                // Multiply-shift, with the strong high half folded onto the low one.
                let hash = shingle.wrapping_mul(*factor).wrapping_add(*term);
                *least = (*least).min(hash ^ (hash >> 15));
            }
        }
        least
    }
}

/// All pairs of near-duplicates among `texts`.
pub fn near_duplicates<'a>(texts: impl IntoIterator<Item = &'a str>, least: f32) -> Vec<Duplicate> {
    let mut index = DuplicateIndex::new(least);
    texts.into_iter().flat_map(|text| index.add(text)).collect()
}

/// How alike two texts are, exactly: the share of shingles that both have, 0 to 1.
pub fn similarity(a: &str, b: &str) -> f32 {
    let (a, b) = (shingles(a), shingles(b));
    if a.is_empty() || b.is_empty() { 0.0 } else { jaccard(&a, &b, 0.0) }
}

/// The distinct shingles, ascending. A text of fewer than four letters and digits is one shingle; a text
/// without any has none and is nobody's duplicate.
fn shingles(text: &str) -> Box<[u32]> {
    let mut window = [0u32; SHINGLE];
    let mut length = 0usize;
    let mut out = Vec::with_capacity(text.len() / 3);
    for c in text.chars().map(fold).filter(|c| c.is_alphanumeric()) {
        window.rotate_left(1);
        window[SHINGLE - 1] = c as u32;
        length += 1;
        if length >= SHINGLE {
            out.push(mix(&window));
        }
    }
    if (1..SHINGLE).contains(&length) {
        out.push(mix(&window));
    }
    out.sort_unstable();
    out.dedup();
    out.into_boxed_slice()
}

fn mix(window: &[u32; SHINGLE]) -> u32 {
    let mut hash = 0x243F_6A88_85A3_08D3u64;
    for c in window {
        hash = (hash ^ u64::from(*c)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        hash ^= hash >> 29;
    }
    (hash >> 32) as u32
}

fn jaccard(a: &[u32], b: &[u32], least: f32) -> f32 {
    // The sizes alone bound the similarity.
    let (small, large) = (a.len().min(b.len()), a.len().max(b.len()));
    if (small as f32) < least * large as f32 {
        return 0.0;
    }
    let shared = common(a, b);
    shared as f32 / (a.len() + b.len() - shared) as f32
}

fn low_bytes(signature: &[u32; HASHES]) -> [u8; HASHES] {
    signature.map(|part| part as u8)
}

fn equal_parts(a: &[u8; HASHES], b: &[u8; HASHES]) -> u32 {
    // Parts of 60 keep the count in a byte, so that the compiler compares many at once.
    a.chunks_exact(60)
        .zip(b.chunks_exact(60))
        .map(|(a, b)| u32::from(a.iter().zip(b).map(|(a, b)| u8::from(a == b)).sum::<u8>()))
        .sum()
}

fn key(signature: &[u32; HASHES], band: usize) -> u32 {
    let rows = &signature[band * ROWS..(band + 1) * ROWS];
    let mut hash = 0x1319_8A2E_0370_7344u64;
    for row in rows {
        hash = (hash ^ u64::from(*row)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        hash ^= hash >> 31;
    }
    (hash >> 32) as u32
}
