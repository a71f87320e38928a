//! Requests counted by month, area and category, as they are or as they were known.

use std::collections::{BTreeMap, BTreeSet};

use domain::code::Code;
use domain::history::View;
use domain::request::{Request, RequestRow};
use jiff::civil::Date;
use store::{Connection, StoreError};

/// By category: month, area, number.
#[derive(Debug, Default)]
pub(super) struct Cells(BTreeMap<Code, BTreeMap<(Date, Option<Code>), u64>>);

impl Cells {
    /// Reads the months from one to another, of some categories. At an earlier point of view, requests that changed since
    /// count as they stood.
    pub fn read(
        c: &mut Connection,
        plan: &Code,
        (first, last): (Date, Date),
        categories: &BTreeSet<Code>,
        then: Option<View>,
    ) -> Result<Self, StoreError> {
        let mut out = Self::default();
        let wanted: Vec<Code> = categories.iter().cloned().collect();
        if wanted.is_empty() {
            return Ok(out);
        }
        for cell in c.request_cells(plan, (first, last), &wanted)? {
            *out.0.entry(cell.category).or_default().entry((cell.month, cell.area)).or_default() +=
                cell.number;
        }
        let Some(view) = then else { return Ok(out) };
        let inside = |row: &RequestRow| {
            let month = row.received.date().first_of_month();
            let category = row.category.as_ref().filter(|held| categories.contains(*held))?;
            let is_within = month >= first && month <= last;
            is_within.then(|| (category.clone(), (month, row.area.clone())))
        };
        c.each_changed_request(plan, view, &mut |row, history| {
            if let Some((category, place)) = inside(&row)
                && let Some(number) = out.0.get_mut(&category).and_then(|held| held.get_mut(&place))
            {
                *number = number.saturating_sub(1);
            }
            if let Some(request) = history.and_then(|history| Request::at(&history, view))
                && let Some((category, place)) = inside(&RequestRow::of(&request))
            {
                *out.0.entry(category).or_default().entry(place).or_default() += 1;
            }
            Ok(())
        })?;
        Ok(out)
    }

    /// Month, area and number of what is in some categories.
    pub fn of<'a>(&'a self, categories: &'a [Code]) -> impl Iterator<Item = (Date, Option<&'a Code>, u64)> {
        categories
            .iter()
            .filter_map(|category| self.0.get(category))
            .flatten()
            .map(|((month, area), number)| (*month, area.as_ref(), *number))
    }
}
