//! The pages of a long list: which part of it is shown, and where the others are.

use std::ops::Range;

/// A link to a page.
pub(crate) struct PageLink {
    pub(crate) number: usize,
    pub(crate) address: String,
    pub(crate) is_here: bool,
}

pub(crate) struct Pager {
    /// The lines that are shown, of all.
    pub(crate) shown: Range<usize>,
    pub(crate) total: usize,
    pub(crate) previous: Option<String>,
    pub(crate) next: Option<String>,
    /// `None` where pages are left out.
    pub(crate) pages: Vec<Option<PageLink>>,
}

impl Pager {
    /// The page of so many lines that is asked for: of what is no page, the nearest.
    pub(crate) fn of(asked: &str, total: usize, size: usize, address: impl Fn(usize) -> String) -> Self {
        let last = total.div_ceil(size).max(1);
        let here = asked.parse::<usize>().unwrap_or(1).clamp(1, last);
        let skip = (here - 1) * size;
        let link = |number| PageLink { number, address: address(number), is_here: number == here };
        Self {
            shown: skip..(skip + size).min(total),
            total,
            previous: (here > 1).then(|| address(here - 1)),
            next: (here < last).then(|| address(here + 1)),
            pages: named(here, last).into_iter().map(|number| number.map(link)).collect(),
        }
    }

    /// What of a list is shown.
    pub(crate) fn part<'a, T>(&self, list: &'a [T]) -> &'a [T] {
        list.get(self.shown.clone()).unwrap_or_default()
    }

    /// Whether there is more than one page.
    pub(crate) fn turns(&self) -> bool {
        self.previous.is_some() || self.next.is_some()
    }

    /// The first line shown, counted from 1; 0 of none.
    pub(crate) fn first(&self) -> usize {
        if self.total == 0 { 0 } else { self.shown.start + 1 }
    }

    pub(crate) fn last(&self) -> usize {
        self.shown.end
    }
}

/// The pages that are named: the first, the last, and those around the one shown.
fn named(here: usize, last: usize) -> Vec<Option<usize>> {
    let mut out = Vec::new();
    let mut before = 0;
    for number in (1..=last).filter(|n| *n == 1 || *n == last || n.abs_diff(here) <= 1) {
        if number > before + 1 {
            out.push(None);
        }
        out.push(Some(number));
        before = number;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pager_names_the_ends_and_the_neighbours() {
        assert_eq!(named(1, 1), [Some(1)]);
        assert_eq!(named(2, 3), [Some(1), Some(2), Some(3)]);
        assert_eq!(named(6, 20), [Some(1), None, Some(5), Some(6), Some(7), None, Some(20)]);
    }

    #[test]
    fn a_page_shows_its_part_and_leads_to_its_neighbours() {
        let lines: Vec<usize> = (0..45).collect();
        let of = |asked: &str, total| Pager::of(asked, total, 20, |number| format!("/{number}"));
        let middle = of("2", 45);
        assert_eq!((middle.part(&lines), middle.first(), middle.last()), (&lines[20..40], 21, 40));
        assert_eq!((middle.previous.as_deref(), middle.next.as_deref()), (Some("/1"), Some("/3")));
        let here: Vec<usize> =
            middle.pages.iter().flatten().filter(|link| link.is_here).map(|link| link.number).collect();
        assert_eq!(here, [2]);
        let end = of("99", 45);
        assert_eq!((end.part(&lines), end.next.is_none()), (&lines[40..], true));
        assert!(of("nothing", 45).previous.is_none() && of("0", 45).previous.is_none());
        let none = of("3", 0);
        assert_eq!((none.part(&lines), none.first(), none.last(), none.turns()), (&lines[..0], 0, 0, false));
        assert!(!of("1", 20).turns() && of("1", 21).turns());
    }
}
