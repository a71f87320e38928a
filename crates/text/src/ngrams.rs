//! Hashed n-grams of units with their counts.

use crate::units::{BREAK, Unit};

/// Which n-grams are counted and into how many buckets they are hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NgramShape {
    /// Longest n-gram, in units: 1 to 4.
    pub longest: u8,
    /// Buckets are 2^bits: 8 to 22.
    pub bits: u8,
}

impl NgramShape {
    pub fn buckets(self) -> usize {
        1 << self.bits
    }
}

/// One step of the hash of an n-gram: the hash of its first units and the next one.
#[inline]
pub fn extend(hash: u64, unit: Unit) -> u64 {
    (hash ^ u64::from(unit)).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29)
}

/// Start value of the hash of an n-gram.
pub const SEED: u64 = 0x5851_F42D_4C95_7F2D;

#[inline]
pub fn bucket(hash: u64, bits: u8) -> u32 {
    (hash.wrapping_mul(0xD6E8_FEB8_6659_FD93) >> (64 - u32::from(bits))) as u32
}

/// Calls `each(bucket, first unit, length)` for every n-gram of `units`.
#[inline]
pub fn each_ngram(units: &[Unit], shape: NgramShape, mut each: impl FnMut(u32, usize, usize)) {
    for start in 0..units.len() {
        let mut hash = SEED;
        for (length, unit) in units[start..].iter().take(usize::from(shape.longest)).enumerate() {
            if *unit == BREAK {
                break;
            }
            hash = extend(hash, *unit);
            each(bucket(hash, shape.bits), start, length + 1);
        }
    }
}

/// Counts n-grams of one text after another without allocating: a counter per bucket and the list of
/// the buckets touched.
#[derive(Debug)]
pub struct NgramCounter {
    shape: NgramShape,
    counts: Vec<u16>,
    touched: Vec<u32>,
}

impl NgramCounter {
    pub fn new(shape: NgramShape) -> Self {
        Self { shape, counts: vec![0; shape.buckets()], touched: Vec::new() }
    }

    /// The buckets of `units` with their counts; in order of first appearance.
    pub fn count(&mut self, units: &[Unit], mut each: impl FnMut(u32, u16)) {
        let (counts, touched) = (&mut self.counts, &mut self.touched);
        each_ngram(units, self.shape, |bucket, _, _| {
            let count = &mut counts[bucket as usize];
            if *count == 0 {
                touched.push(bucket);
            }
            *count = count.saturating_add(1);
        });
        for bucket in touched.drain(..) {
            each(bucket, std::mem::take(&mut counts[bucket as usize]));
        }
    }
}
