//! Whether the places of a file can be right: not far from all that the plan is about, and in the datum that the file
//! says. Chinese map services deliver coordinates that lie some 550 m or 1.3 km away: unseen, each would be a wrong
//! distance for good.

use std::collections::{BTreeMap, HashMap};

use domain::boundary::{Boundary, Extent};
use domain::code::Code;
use domain::facility::{Datum, FacilityFact, Site, Stated};
use domain::fact::OfKind;
use domain::named::Named;

use super::prepare::{Prepared, PreparedRow};
use super::report::{ProblemKind, RowProblem};
use super::resolve::Resolver;
use crate::place::map::position;
use crate::place::{engine, engine_point, site};
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
    /// Where the only one of its kind and name is, by what is on the books.
    namesake: Option<domain::request::Point>,
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
        let mut odd: Vec<(u32, CellProblem)> = Vec::new();
        for datum in Datum::ALL {
            let of: Vec<&Placed> = placed
                .iter()
                .filter(|held| held.site.source().datum == datum && !wrong.contains_key(&held.row))
                .collect();
            let Some(first) = of.first() else { continue };
            if let Some(problem) = other_datum(datum, &of) {
                wrong.insert(first.row, ("datum", problem));
            } else if let Some(problem) = outside_plan(datum, &of, &resolver.drawn_boundaries()) {
                odd.push((first.row, problem));
            }
        }
        let named = |row: u32, field: &str, problem: CellProblem| RowProblem {
            row,
            column: self.heading(field).to_owned(),
            field: field.to_owned(),
            value: String::new(),
            kind: ProblemKind::Cell(problem),
        };
        let problems: Vec<RowProblem> =
            wrong.into_iter().map(|(row, (field, problem))| named(row, field, problem)).collect();
        let notices: Vec<RowProblem> =
            odd.into_iter().map(|(row, problem)| named(row, "datum", problem)).collect();
        self.notices.extend(notices);
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
        return Some(Placed { row: row.row, site, boundary, known: None, namesake: None });
    }
    let command = &row.asks.change()?.command;
    let (mut site, mut area): (Option<Site>, Option<&Code>) = (None, None);
    let (mut kind, mut name): (Option<&Code>, Option<&Named>) = (None, None);
    for fact in command.facts().iter().filter_map(FacilityFact::of) {
        match fact {
            FacilityFact::Site(held) => site = Some(*held),
            FacilityFact::Area { area: held } => area = held.as_ref(),
            FacilityFact::Kind { kind: held } => kind = Some(held),
            FacilityFact::Name(held) => name = Some(held),
            _ => {}
        }
    }
    Some(Placed {
        row: row.row,
        site: site?,
        boundary: area.and_then(|area| resolver.boundaries.get(area)),
        known: resolver.sites.get(&command.subject().code).copied(),
        namesake: kind.zip(name).and_then(|(kind, name)| resolver.namesake(kind, name)),
    })
}

/// Whether the places of one stated datum speak for another: by the areas they are said to lie in, by where the same
/// facilities are on the books, or by a shift that they share against those of the same kind and name.
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
    let found =
        by_areas().or_else(by_books).map(|(likely, outside, checked)| (likely.as_str(), outside, checked));
    let (likely, outside, checked) = found.or_else(|| by_names(stated, of))?;
    Some(CellProblem::OtherDatum { likely, outside, checked })
}

/// A name that several bear in the file says nothing of which is which.
fn by_names(stated: Datum, of: &[&Placed]) -> Option<(&'static str, usize, usize)> {
    let mut bearers: HashMap<domain::request::Point, usize> = HashMap::new();
    for at in of.iter().filter_map(|held| held.namesake) {
        *bearers.entry(at).or_default() += 1;
    }
    let pairs: Vec<([f64; 2], place::point::Point)> = of
        .iter()
        .filter(|held| held.known.is_none())
        .filter_map(|held| {
            Some((held.site.source().at, held.namesake.filter(|at| bearers.get(at) == Some(&1))?))
        })
        .filter_map(|(at, known)| Some((position(at), engine_point(known)?)))
        .collect();
    let finding = place::datum::check(engine(stated), &pairs)?;
    // Without the datum's shift they have to be the same: others of the name lie apart by any distance.
    let speaks = pairs.len() >= OUTSIDE_LEAST && finding.likely_metres <= MOVED as f64;
    speaks.then_some((finding.likely.as_str(), pairs.len(), pairs.len()))
}

/// Whether places that are in no area by what is said of them lie outside of all, and would lie inside by another datum.
/// What serves the plan's people may well lie beyond its border: this is told, and decides nothing.
fn outside_plan(stated: Datum, of: &[&Placed], areas: &[(&Boundary, Extent)]) -> Option<CellProblem> {
    let asked: Vec<_> = of.iter().filter(|held| held.boundary.is_none()).collect();
    if asked.len() < OUTSIDE_LEAST || areas.is_empty() {
        return None;
    }
    let outside = |datum: Datum| {
        let lies = |at| areas.iter().any(|(area, extent)| extent.holds(at) && area.holds(at));
        let found = |held: &&&Placed| site(Stated { datum, at: held.site.source().at });
        asked.iter().filter(|held| !found(held).is_some_and(|site| lies(site.at))).count()
    };
    let found = outside(stated);
    let others = Datum::ALL.into_iter().filter(|datum| *datum != stated);
    let (likely, left) = others.map(|datum| (datum, outside(datum))).min_by_key(|(_, left)| *left)?;
    let speaks = found >= OUTSIDE_LEAST && left * 3 < found;
    let checked = asked.len();
    speaks.then_some(CellProblem::OutsideByDatum { likely: likely.as_str(), outside: found, checked })
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
                    namesake: None,
                }
            })
            .collect();
        other_datum(stated, &placed.iter().collect::<Vec<_>>())
    }

    fn likely(problem: Option<CellProblem>) -> Option<&'static str> {
        match problem? {
            CellProblem::OtherDatum { likely, .. } | CellProblem::OutsideByDatum { likely, .. } => {
                Some(likely)
            }
            other => panic!("{other:?}"),
        }
    }

    /// Facilities said to lie in no area, whose namesakes are on the books `apart` millionths of a degree away.
    fn of_names(given: Datum, stated: Datum, count: i32, apart: i32) -> Option<CellProblem> {
        let placed: Vec<Placed> = (0..count)
            .map(|at| {
                let truth = Point { longitude: 116_301_000 + 950 * at, latitude: 40_061_000 + 700 * at };
                let at = crate::place::shifted(given, truth);
                let site = site(Stated { datum: stated, at }).unwrap();
                let namesake = Some(Point { latitude: truth.latitude + apart, ..truth });
                Placed { row: at.longitude as u32, site, boundary: None, known: None, namesake }
            })
            .collect();
        other_datum(stated, &placed.iter().collect::<Vec<_>>())
    }

    #[test]
    fn a_shift_that_namesakes_share_is_a_datum_and_any_other_distance_is_none() {
        for given in Datum::ALL {
            for stated in Datum::ALL {
                let expected = (given != stated).then_some(given.as_str());
                assert_eq!(likely(of_names(given, stated, 5, 0)), expected, "{stated:?}");
                // Mapped twice by different hands.
                assert_eq!(likely(of_names(given, stated, 5, 300)), expected, "{stated:?}");
                assert_eq!(of_names(given, stated, 2, 0), None);
            }
        }
        // Branches of the same name two kilometres away, whatever the datum.
        assert_eq!(of_names(Datum::Gcj02, Datum::Wgs84, 5, 20_000), None);
    }

    #[test]
    fn places_outside_of_all_areas_that_another_datum_puts_inside_are_told() {
        let town = Boundary::parse(TOWN).unwrap();
        let areas = [(&town, town.extent().unwrap())];
        // Along the eastern border, on its inner side; the shift leads across it.
        let told = |given: Datum, stated: Datum, count: i32, areas: &[_]| {
            let placed: Vec<Placed> = (0..count)
                .map(|at| {
                    let truth = Point { longitude: 116_338_500, latitude: 40_064_000 + 600 * at };
                    let at = crate::place::shifted(given, truth);
                    let site = site(Stated { datum: stated, at }).unwrap();
                    Placed { row: 2, site, boundary: None, known: None, namesake: None }
                })
                .collect();
            likely(outside_plan(stated, &placed.iter().collect::<Vec<_>>(), areas))
        };
        assert_eq!(told(Datum::Gcj02, Datum::Wgs84, 30, &areas), Some("gcj02"));
        assert_eq!(told(Datum::Bd09, Datum::Gcj02, 30, &areas), Some("bd09"));
        assert_eq!(told(Datum::Gcj02, Datum::Gcj02, 30, &areas), None);
        assert_eq!(told(Datum::Gcj02, Datum::Wgs84, 2, &areas), None);
        assert_eq!(told(Datum::Gcj02, Datum::Wgs84, 30, &[]), None);
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
