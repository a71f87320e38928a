//! Which earlier vectors lie near a new one, by cosine, without looking at all of them.
//!
//! An inverted index of each vector's heaviest entries: those that are left out are together shorter than
//! the least cosine asked for, so that no neighbour is missed (the bound of Bayardo, Ma, Srikant, "Scaling
//! up all pairs similarity search", WWW 2007).

/// A sparse vector of length 1, entries by descending weight.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UnitVector {
    entries: Vec<(u32, f32)>,
}

impl UnitVector {
    /// Scales to length 1 and sorts. Entries that are not positive are dropped; columns must be distinct.
    /// The lightest entries are left out as long as the others make up `keep` (0 to 1) of the squared
    /// length: they are the frequent n-grams that tell little and cost most in a search.
    pub fn new(mut entries: Vec<(u32, f32)>, keep: f32) -> Self {
        entries.retain(|(_, weight)| *weight > 0.0 && weight.is_finite());
        let length = entries.iter().map(|(_, w)| w * w).sum::<f32>().sqrt();
        for (_, weight) in &mut entries {
            *weight /= length;
        }
        entries.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let mut square = 0f32;
        let heaviest = entries.iter().take_while(|(_, weight)| {
            let wanted = square < keep;
            square += weight * weight;
            wanted
        });
        entries.truncate(heaviest.count());
        let length = entries.iter().map(|(_, w)| w * w).sum::<f32>().sqrt();
        for (_, weight) in &mut entries {
            *weight /= length;
        }
        Self { entries }
    }

    pub fn entries(&self) -> &[(u32, f32)] {
        &self.entries
    }

    /// The entries by column, for [`cosine`].
    pub fn by_column(&self) -> Vec<(u32, f32)> {
        let mut entries = self.entries.clone();
        entries.sort_unstable_by_key(|(column, _)| *column);
        entries
    }
}

/// The cosine of two unit vectors given by ascending columns.
pub fn cosine(a: &[(u32, f32)], b: &[(u32, f32)]) -> f32 {
    let (mut i, mut j, mut sum) = (0, 0, 0.0);
    while i < a.len() && j < b.len() {
        match a[i].0.cmp(&b[j].0) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                sum += a[i].1 * b[j].1;
                i += 1;
                j += 1;
            }
        }
    }
    sum
}

/// A vector added before and its cosine with the new one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbour {
    pub number: u32,
    pub cosine: f32,
}

/// Memory that a search reuses: one per thread.
#[derive(Debug, Default)]
pub struct Search {
    sums: Vec<f32>,
    touched: Vec<u32>,
    /// The vector asked about, spread out by column.
    spread: Vec<f32>,
}

/// Vectors added so far.
#[derive(Debug)]
pub struct NeighbourIndex {
    least: f32,
    /// Per column: who has it among its heaviest entries, and how heavy.
    holders: Vec<Vec<(u32, f32)>>,
    /// Per vector: the entries that were left out, by column.
    rest: Vec<Box<[(u32, f32)]>>,
    rest_length: Vec<f32>,
}

impl NeighbourIndex {
    /// `columns` bounds the column numbers; `least` is the cosine from which vectors are neighbours.
    pub fn new(columns: usize, least: f32) -> Self {
        Self {
            least: if least.is_nan() { 1.0 } else { least.clamp(0.05, 1.0) },
            holders: vec![Vec::new(); columns],
            rest: Vec::new(),
            rest_length: Vec::new(),
        }
    }

    pub fn len(&self) -> usize {
        self.rest.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// `each` gets the neighbours of a vector among those added. Columns out of bounds are ignored.
    pub fn find(&self, vector: &UnitVector, search: &mut Search, mut each: impl FnMut(Neighbour)) {
        let columns = self.holders.len();
        search.sums.resize(self.rest.len(), 0.0);
        search.spread.resize(columns, 0.0);
        let entries = || vector.entries.iter().copied().filter(|(c, _)| (*c as usize) < columns);
        for (column, weight) in entries() {
            search.spread[column as usize] = weight;
            for (holder, theirs) in &self.holders[column as usize] {
                let sum = &mut search.sums[*holder as usize];
                if *sum == 0.0 {
                    search.touched.push(*holder);
                }
                *sum += weight * theirs;
            }
        }
        for number in search.touched.drain(..) {
            let mut cosine = std::mem::take(&mut search.sums[number as usize]);
            if cosine + self.rest_length[number as usize] < self.least {
                continue;
            }
            for (column, weight) in &self.rest[number as usize] {
                cosine += search.spread[*column as usize] * weight;
            }
            if cosine >= self.least {
                each(Neighbour { number, cosine: cosine.min(1.0) });
            }
        }
        for (column, _) in entries() {
            search.spread[column as usize] = 0.0;
        }
    }

    /// Forgets all vectors, but keeps the memory.
    pub fn clear(&mut self, added: &[&UnitVector]) {
        for (column, _) in added.iter().flat_map(|vector| &vector.entries) {
            if let Some(holders) = self.holders.get_mut(*column as usize) {
                holders.clear();
            }
        }
        self.rest.clear();
        self.rest_length.clear();
    }

    /// Adds a vector and returns its number. Columns out of bounds are ignored.
    pub fn add(&mut self, vector: &UnitVector) -> u32 {
        let columns = self.holders.len();
        let entries = || vector.entries.iter().copied().filter(|(c, _)| (*c as usize) < columns);
        let number = self.rest.len() as u32;
        let mut left: f32 = entries().map(|(_, w)| w * w).sum();
        let mut rest = Vec::new();
        let bound = self.least * self.least;
        let mut rest_square = None;
        for (column, weight) in entries() {
            if left >= bound * 0.999 {
                self.holders[column as usize].push((number, weight));
            } else {
                rest_square.get_or_insert(left.max(0.0));
                rest.push((column, weight));
            }
            left -= weight * weight;
        }
        self.rest.push(rest.into_boxed_slice());
        self.rest_length.push(rest_square.unwrap_or(0.0).sqrt());
        number
    }
}
