//! A four-ary minimum heap of small copyable keys.
//!
//! Four children share a cache line of `u64` keys, which makes sweeps over road networks faster than
//! with the binary heap of the standard library. Equal keys leave in no promised order; the sweeps
//! never depend on it.

const ARITY: usize = 4;

#[derive(Debug, Clone)]
pub(crate) struct MinHeap<K> {
    keys: Vec<K>,
}

impl<K: Ord + Copy> MinHeap<K> {
    pub(crate) fn new() -> Self {
        Self { keys: Vec::new() }
    }

    pub(crate) fn clear(&mut self) {
        self.keys.clear();
    }

    pub(crate) fn push(&mut self, key: K) {
        let mut hole = self.keys.len();
        self.keys.push(key);
        while hole > 0 {
            let parent = (hole - 1) / ARITY;
            if self.keys[parent] <= key {
                break;
            }
            self.keys[hole] = self.keys[parent];
            hole = parent;
        }
        self.keys[hole] = key;
    }

    pub(crate) fn pop(&mut self) -> Option<K> {
        let last = self.keys.pop()?;
        let Some(&top) = self.keys.first() else { return Some(last) };
        let len = self.keys.len();
        let mut hole = 0;
        loop {
            let first = hole * ARITY + 1;
            if first >= len {
                break;
            }
            let mut best = first;
            let mut best_key = self.keys[first];
            for (offset, &key) in self.keys[first..len.min(first + ARITY)].iter().enumerate().skip(1) {
                if key < best_key {
                    best = first + offset;
                    best_key = key;
                }
            }
            if last <= best_key {
                break;
            }
            self.keys[hole] = best_key;
            hole = best;
        }
        self.keys[hole] = last;
        Some(top)
    }
}

#[cfg(test)]
mod tests {
    use super::MinHeap;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn leaves_in_order(keys in prop::collection::vec(any::<u16>(), 0..300)) {
            let mut heap = MinHeap::new();
            for &key in &keys {
                heap.push(key);
            }
            let mut expected = keys.clone();
            expected.sort_unstable();
            let left: Vec<u16> = std::iter::from_fn(|| heap.pop()).collect();
            prop_assert_eq!(left, expected);
        }
    }
}
