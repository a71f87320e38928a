//! Rows of a sparse matrix, one after another.

/// Compressed sparse rows of `f32`.
#[derive(Debug, Clone, Default)]
pub struct SparseRows {
    ends: Vec<usize>,
    columns: Vec<u32>,
    values: Vec<f32>,
}

impl SparseRows {
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    pub fn push(&mut self, entries: impl IntoIterator<Item = (u32, f32)>) {
        for (column, value) in entries {
            self.columns.push(column);
            self.values.push(value);
        }
        self.ends.push(self.columns.len());
    }

    /// Columns and values of a row; empty beyond the last.
    pub fn row(&self, row: usize) -> (&[u32], &[f32]) {
        let Some(&end) = self.ends.get(row) else { return (&[], &[]) };
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        (&self.columns[start..end], &self.values[start..end])
    }
}
