//! Who is covered, who is not, and of whom it is not known: by community, for one kind and standard.
//!
//! Unknown is a value. Missing data never makes anybody uncovered, and nobody is left out: the three
//! sums always add up to the whole.

/// How complete the data of a kind are: facilities known against an official count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Completeness {
    pub known: u64,
    /// Nothing where no official count is at hand: then completeness is unknown, not full.
    pub official: Option<u64>,
}

impl Completeness {
    /// Whether at least `threshold` thousandths of the official count are known.
    #[must_use]
    pub fn reaches(&self, threshold: u16) -> bool {
        self.official.is_some_and(|official| {
            u128::from(self.known) * 1000 >= u128::from(official) * u128::from(threshold)
        })
    }

    /// Known ÷ official; nothing without an official count above 0.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        self.official.filter(|&official| official > 0).map(|official| self.known as f64 / official as f64)
    }
}

/// What is known about a residence (a demand point) for one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Residence {
    /// Number of its community.
    pub community: usize,
    /// People of the kind's demand group; nothing where not known.
    pub people: Option<u32>,
    /// Whether it lies on the network (see [`crate::snap`]).
    pub reached: bool,
    /// Distance to the nearest open facility, access legs included; nothing where none was found.
    pub nearest: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    Covered,
    NotCovered,
    Unknown(Why),
}

/// Why a state is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Why {
    /// The data of the kind are not complete enough, or nobody says how complete they are.
    Incomplete,
    /// The residence is further from the network than the cap.
    Unreached,
}

/// The state of a residence under a limit (inclusive). `threshold` in thousandths.
#[must_use]
pub fn state(residence: &Residence, limit: u32, completeness: Completeness, threshold: u16) -> State {
    match residence.nearest {
        Some(distance) if distance <= limit => State::Covered,
        _ if !residence.reached => State::Unknown(Why::Unreached),
        _ if completeness.reaches(threshold) => State::NotCovered,
        _ => State::Unknown(Why::Incomplete),
    }
}

/// What a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Basis {
    People,
    /// The people of at least one residence are not known: only residences can be counted.
    Residences,
}

impl Basis {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Residences => "residences",
        }
    }
}

/// Coverage of one community.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figure {
    pub basis: Basis,
    pub covered: u64,
    pub not_covered: u64,
    pub unknown: u64,
    /// The part of `unknown` that is not on the network.
    pub unreached: u64,
}

impl Figure {
    #[must_use]
    pub fn total(&self) -> u64 {
        self.covered + self.not_covered + self.unknown
    }

    /// Everybody in the community is known to be covered.
    #[must_use]
    pub fn full(&self) -> bool {
        self.total() > 0 && self.covered == self.total()
    }
}

/// Figures by community number for one kind under one limit. Residences of communities beyond
/// `communities` are passed over.
#[must_use]
pub fn figures(
    communities: usize,
    residences: &[Residence],
    limit: u32,
    completeness: Completeness,
    threshold: u16,
) -> Vec<Figure> {
    let empty = Figure { basis: Basis::People, covered: 0, not_covered: 0, unknown: 0, unreached: 0 };
    let mut figures = vec![empty; communities];
    for residence in residences.iter().filter(|residence| residence.people.is_none()) {
        if let Some(figure) = figures.get_mut(residence.community) {
            figure.basis = Basis::Residences;
        }
    }
    for residence in residences {
        let Some(figure) = figures.get_mut(residence.community) else { continue };
        let weight = match figure.basis {
            Basis::People => residence.people.map_or(0, u64::from),
            Basis::Residences => 1,
        };
        match state(residence, limit, completeness, threshold) {
            State::Covered => figure.covered += weight,
            State::NotCovered => figure.not_covered += weight,
            State::Unknown(why) => {
                figure.unknown += weight;
                figure.unreached += if why == Why::Unreached { weight } else { 0 };
            }
        }
    }
    figures
}

/// How many communities are fully covered by every kind of a list: the figure that plans state as
/// "basic services in so many communities".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CommunityCount {
    pub covered: usize,
    pub not_covered: usize,
    pub unknown: usize,
}

/// Counts communities from the figures of several kinds, each a list by community: covered where every
/// kind covers everybody whom it is for, not covered where some kind is known not to, unknown in between
/// and where nobody lives whom any kind is for.
#[must_use]
pub fn communities_covered(kinds: &[Vec<Figure>]) -> CommunityCount {
    let communities = kinds.iter().map(Vec::len).max().unwrap_or(0);
    let mut count = CommunityCount::default();
    for community in 0..communities {
        let all = || kinds.iter().map(|figures| figures.get(community));
        if all().any(|figure| figure.is_some_and(|figure| figure.not_covered > 0)) {
            count.not_covered += 1;
        } else if all().all(|figure| figure.is_some_and(|figure| figure.full() || figure.total() == 0))
            && all().flatten().any(Figure::full)
        {
            count.covered += 1;
        } else {
            count.unknown += 1;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FULL: Completeness = Completeness { known: 9, official: Some(10) };

    fn home(nearest: Option<u32>, reached: bool) -> Residence {
        Residence { community: 0, people: Some(10), reached, nearest }
    }

    #[test]
    fn the_three_states() {
        let state = |home: Residence, completeness| state(&home, 300, completeness, 900);
        let open = Completeness { known: 9, official: None };
        let thin = Completeness { known: 8, official: Some(10) };
        assert_eq!(state(home(Some(300), true), thin), State::Covered);
        assert_eq!(state(home(Some(301), true), FULL), State::NotCovered);
        assert_eq!(state(home(None, true), FULL), State::NotCovered);
        assert_eq!(state(home(Some(301), true), thin), State::Unknown(Why::Incomplete));
        assert_eq!(state(home(None, true), open), State::Unknown(Why::Incomplete));
        assert_eq!(state(home(None, false), FULL), State::Unknown(Why::Unreached));
    }

    #[test]
    fn residences_are_counted_where_people_are_not_known() {
        let unknown = Residence { people: None, ..home(None, true) };
        let figure = figures(1, &[home(Some(1), true), unknown], 300, FULL, 900)[0];
        assert_eq!((figure.basis, figure.covered, figure.not_covered), (Basis::Residences, 1, 1));
    }

    #[test]
    fn an_empty_community_is_unknown() {
        let figures = figures(2, &[home(Some(1), true)], 300, FULL, 900);
        assert_eq!(figures[1].total(), 0);
        let count = communities_covered(&[figures.clone(), figures]);
        assert_eq!(count, CommunityCount { covered: 1, not_covered: 0, unknown: 1 });
    }

    #[test]
    fn a_kind_for_nobody_who_lives_there_keeps_no_community_back() {
        let nobody = Residence { people: Some(0), ..home(None, true) };
        let covered = figures(1, &[home(Some(1), true)], 300, FULL, 900);
        let for_nobody = figures(1, &[nobody], 300, FULL, 900);
        let count = communities_covered(&[covered.clone(), for_nobody]);
        assert_eq!(count, CommunityCount { covered: 1, not_covered: 0, unknown: 0 });
        // Of a kind that says nothing of a community at all nothing is known.
        assert_eq!(communities_covered(&[covered, Vec::new()]).unknown, 1);
    }

    proptest! {
        #[test]
        fn nobody_is_lost(
            homes in prop::collection::vec(
                (0usize..3, prop::option::weighted(0.9, 0u32..100), any::<bool>(), prop::option::of(0u32..600)),
                0..20,
            ),
            official in prop::option::of(0u64..20),
        ) {
            let homes: Vec<Residence> = homes
                .into_iter()
                .map(|(community, people, reached, nearest)| Residence { community, people, reached, nearest })
                .collect();
            let figures = figures(3, &homes, 300, Completeness { known: 9, official }, 900);
            for (community, figure) in figures.iter().enumerate() {
                let own = homes.iter().filter(|home| home.community == community);
                let total: u64 = match figure.basis {
                    Basis::People => own.map(|home| u64::from(home.people.unwrap())).sum(),
                    Basis::Residences => own.count() as u64,
                };
                prop_assert_eq!(figure.total(), total);
                prop_assert!(figure.unreached <= figure.unknown);
            }
        }
    }
}
