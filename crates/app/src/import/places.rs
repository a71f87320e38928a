//! Whether the places of a file can be right: not far from all that the plan is about, and in the datum that the file
//! says. Chinese map services deliver coordinates that lie some 550 m or 1.3 km away: unseen, each would be a wrong
//! distance for good.

use std::collections::BTreeMap;

use domain::boundary::{Boundary, Extent};
use domain::code::Code;
use domain::facility::{Datum, FacilityFact, Site, Stated};
use domain::fact::OfKind;

use super::prepare::{Prepared, PreparedRow};
use super::report::{ProblemKind, RowProblem};
use super::resolve::Resolver;
use crate::place::site;
use crate::table::{CellProblem, LayerPlace, Row};

/// Facilities beyond the border matter to those who live at it; another city's do not.
const FAR: u64 = 20_000;
/// So many places outside of the area they are said to be in are no coincidence, where another datum explains them.
const OUTSIDE_LEAST: usize = 3;
/// A facility that moves so far was another one before, or is read in another datum.
const MOVED: u64 = 200;

struct Placed<'a> {
    row: u32,
    site: Site,
    boundary: Option<&'a Boundary>,
    /// Where it is by what is on the books.
    known: Option<domain::request::Point>,
}

impl Prepared {
    /// Names facilities far away, and datums that cannot be right.
    pub(super) fn name_places(&mut self, resolver: &Resolver) {
        if !self.table.is_of_places() {
            return;
        }
        let placed: Vec<Placed> = self.rows.iter().filter_map(|row| placed(row, resolver)).collect();
        let extents = resolver.boundaries.values().filter_map(Boundary::extent);
        let mut wrong: BTreeMap<u32, (&str, CellProblem)> = BTreeMap::new();
        if let Some(whole) = extents.reduce(Extent::and) {
            for held in &placed {
                if whole.metres_to(held.site.at) > FAR {
                    wrong.insert(held.row, ("longitude", CellProblem::OutsideAreas));
                }
            }
        }
        for datum in Datum::ALL {
            let of: Vec<&Placed> = placed
                .iter()
                .filter(|held| held.site.source().datum == datum && !wrong.contains_key(&held.row))
                .collect();
            if let (Some(first), Some(problem)) = (of.first(), other_datum(datum, &of)) {
                wrong.insert(first.row, ("datum", problem));
            }
        }
        let problems: Vec<RowProblem> = wrong
            .into_iter()
            .map(|(row, (field, problem))| RowProblem {
                row,
                column: self.heading(field).to_owned(),
                field: field.to_owned(),
                value: String::new(),
                kind: ProblemKind::Cell(problem),
            })
            .collect();
        if !problems.is_empty() {
            self.leave_out(problems);
        }
    }
}

fn placed<'a>(row: &PreparedRow, resolver: &'a Resolver) -> Option<Placed<'a>> {
    if let Row::Place(place) = &row.asks {
        let (site, area) = match &place.of {
            LayerPlace::Home(home) => (Site { at: home.at, stated: home.stated }, Some(&home.community)),
            LayerPlace::Parcel(parcel) => (Site { at: parcel.at, stated: parcel.stated }, None),
        };
        let boundary = area.and_then(|area| resolver.boundaries.get(area));
        return Some(Placed { row: row.row, site, boundary, known: None });
    }
    let command = &row.asks.change()?.command;
    let (mut site, mut area): (Option<Site>, Option<&Code>) = (None, None);
    for fact in command.facts().iter().filter_map(FacilityFact::of) {
        match fact {
            FacilityFact::Site(held) => site = Some(*held),
            FacilityFact::Area { area: held } => area = held.as_ref(),
            _ => {}
        }
    }
    Some(Placed {
        row: row.row,
        site: site?,
        boundary: area.and_then(|area| resolver.boundaries.get(area)),
        known: resolver.sites.get(&command.subject().code).copied(),
    })
}

/// Whether the places of one stated datum speak for another: by the areas they are said to lie in, or by where the same
/// facilities are on the books.
fn other_datum(stated: Datum, of: &[&Placed]) -> Option<CellProblem> {
    let bounded: Vec<_> = of.iter().filter_map(|held| Some((held, held.boundary?))).collect();
    let outside = |datum: Datum| {
        let lies = |held: &Placed, boundary: &Boundary| {
            site(Stated { datum, at: held.site.source().at }).is_some_and(|site| boundary.holds(site.at))
        };
        bounded.iter().filter(|(held, boundary)| !lies(held, boundary)).count()
    };
    let by_areas = || {
        let found = outside(stated);
        let others = Datum::ALL.into_iter().filter(|datum| *datum != stated);
        let (likely, left) = others.map(|datum| (datum, outside(datum))).min_by_key(|(_, left)| *left)?;
        (found >= OUTSIDE_LEAST && left * 3 < found).then_some((likely, found, bounded.len()))
    };
    let known: Vec<_> = of.iter().filter_map(|held| Some((held, held.known?))).collect();
    let by_books = || {
        let metres = |datum: Datum| {
            let mut apart: Vec<u64> = known
                .iter()
                .filter_map(|(held, known)| {
                    let found = site(Stated { datum, at: held.site.source().at })?.at;
                    Some(Extent::of([*known])?.metres_to(found))
                })
                .collect();
            apart.sort_unstable();
            apart.get(apart.len() / 2).copied().unwrap_or(0)
        };
        let moved = metres(stated);
        let others = Datum::ALL.into_iter().filter(|datum| *datum != stated);
        let (likely, left) = others.map(|datum| (datum, metres(datum))).min_by_key(|(_, left)| *left)?;
        let speaks = known.len() >= OUTSIDE_LEAST && moved > MOVED && left * 3 < moved;
        speaks.then_some((likely, known.len(), known.len()))
    };
    let (likely, outside, checked) = by_areas().or_else(by_books)?;
    Some(CellProblem::OtherDatum { likely: likely.as_str(), outside, checked })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::request::Point;

    const TOWN: &str = "POLYGON ((116.30 40.06, 116.34 40.06, 116.34 40.09, 116.30 40.09, 116.30 40.06))";

    /// Forty places all over a town, given in one datum and said to be in another.
    fn found(given: Datum, stated: Datum, known: bool, bounded: bool) -> Option<CellProblem> {
        let town = Boundary::parse(TOWN).unwrap();
        let shift = crate::place::shifted;
        let placed: Vec<Placed> = (0..40)
            .map(|at| {
                let truth = Point { longitude: 116_301_000 + 950 * at, latitude: 40_061_000 + 700 * at };
                Placed {
                    row: at as u32,
                    site: site(Stated { datum: stated, at: shift(given, truth) }).unwrap(),
                    boundary: bounded.then_some(&town),
                    known: known.then_some(truth),
                }
            })
            .collect();
        other_datum(stated, &placed.iter().collect::<Vec<_>>())
    }

    #[test]
    fn a_datum_that_is_not_the_stated_one_is_found_by_areas_and_by_the_books() {
        for given in Datum::ALL {
            for stated in Datum::ALL {
                for (known, bounded) in [(true, false), (false, true), (true, true)] {
                    let problem = found(given, stated, known, bounded);
                    match problem {
                        None => assert_eq!(given, stated),
                        Some(CellProblem::OtherDatum { likely, .. }) => {
                            assert_eq!(likely, given.as_str(), "{stated:?}");
                        }
                        other => panic!("{other:?}"),
                    }
                }
                assert_eq!(found(given, stated, false, false), None);
            }
        }
    }
}
