//! How the sample of a wave is drawn: what it has to stand up to, and a draw that anybody can repeat.
//!
//! Two stages: in each stratum, communities with probability proportional to their people; in each of them, people by
//! the homes in which they live, each with the same chance. What is asked for and the seed are kept with the wave; the
//! draw is worked out from them and the frame whenever it is looked at.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};
use survey::allocation::{AllocationError, Rule, Stratum, allocate};
use survey::random::Random;
use survey::sample_size::{Demands, Measure, SampleSize, SampleSizeError, sample_size};
use survey::selection::{FrameUnit, SelectedUnit, SelectionError, StratumPlan, simple_random, two_stages};

use crate::area::PEOPLE_MOST;
use crate::code::Code;
use crate::item::kind::texts;
use crate::layer::LayerDigest;
use crate::request::Point;

/// The most people that a sample may contact.
pub const CONTACTS_MOST: u64 = 100_000;
/// The most strata that a sample is drawn by.
pub const STRATA_MOST: usize = 1_000;

texts! {
    /// How contacts are divided among strata.
    SampleRule {
        /// By people: everybody counts the same.
        Proportional => "proportional",
        /// The same for each: strata are told equally well.
        Equal => "equal",
        /// By people and how much answers are expected to differ: the whole is told as well as can be.
        Neyman => "neyman",
    }
}

/// What a sample has to stand up to, and its seed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaveSample {
    /// Half the width of the interval of a share, in percent points.
    pub error: Decimal,
    /// In percent.
    pub confidence: Decimal,
    /// The share that is expected, in percent; 50 is the most demanding.
    pub share: Decimal,
    /// Shares that are expected in strata, in percent, where they are not the same: for [`SampleRule::Neyman`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<(Code, Decimal)>,
    /// By how much the variance is larger than that of a simple random sample.
    pub deff: Decimal,
    /// Of those who are contacted, how many answer, in percent.
    pub response: Decimal,
    pub rule: SampleRule,
    /// Contacts in each stratum at least; one is contacted in any case, or nobody would speak for it.
    pub minimum: u64,
    /// People who are contacted in each community.
    pub per_community: u64,
    pub seed: u64,
    /// The people of each stratum, as the sample was drawn from them: what its answers are weighted to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub strata: Vec<(Code, u64)>,
    /// The residences that the sample was drawn from; none where only the people of communities were known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub residences: Option<LayerDigest>,
}

impl Default for WaveSample {
    fn default() -> Self {
        Self {
            error: Decimal::from(5),
            confidence: Decimal::from(95),
            share: Decimal::from(50),
            shares: Vec::new(),
            deff: Decimal::new(15, 1),
            response: Decimal::from(50),
            rule: SampleRule::Proportional,
            minimum: 0,
            per_community: 20,
            seed: 1,
            strata: Vec::new(),
            residences: None,
        }
    }
}

/// Where people live, in the order of the frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameHome {
    pub code: String,
    pub at: Point,
    pub people: u64,
}

/// A community with its homes; none where only its people are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameCommunity {
    pub area: Code,
    pub stratum: Code,
    pub people: u64,
    pub homes: Vec<FrameHome>,
}

/// Whom a sample is drawn from. Where nobody counted people, every home counts one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frame {
    pub communities: Vec<FrameCommunity>,
    /// Whether people are counted, rather than homes.
    pub by_people: bool,
}

/// What is planned for a stratum.
#[derive(Debug, Clone, PartialEq)]
pub struct StratumLine {
    pub stratum: Code,
    pub people: u64,
    /// Communities of the frame, and how many of them are drawn.
    pub communities: usize,
    pub drawn: usize,
    /// People who are contacted in each of these.
    pub each: u64,
    /// People who are to be contacted in all, by the rule.
    pub contacts: u64,
}

/// A home of the sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawnHome {
    pub code: String,
    pub at: Point,
    pub people: u64,
}

/// A community of the sample.
#[derive(Debug, Clone, PartialEq)]
pub struct DrawnCommunity {
    pub area: Code,
    pub stratum: Code,
    /// The chance of the community to be drawn.
    pub probability: f64,
    /// People who are contacted in it.
    pub people: u64,
    /// How many people each of them stands for.
    pub weight: f64,
    /// Where they live; none where only the people of the community are known.
    pub homes: Vec<DrawnHome>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct SamplePlan {
    pub size: SampleSize,
    pub population: u64,
    pub strata: Vec<StratumLine>,
    pub drawn: Vec<DrawnCommunity>,
}

/// Why there is no sample.
#[derive(Debug, Clone, PartialEq)]
pub enum SampleFault {
    /// Nobody is known to live anywhere.
    NoFrame,
    /// A number of the design that cannot be, by the name of its field.
    Number(&'static str),
    /// More contacts than are taken, or than there are people.
    TooMany { contacts: u64, most: u64 },
    /// The least numbers of the strata alone are more than the whole.
    TooFew { contacts: u64, least: u64 },
    /// A stratum that the frame does not have.
    NoStratum(Code),
}

impl SampleFault {
    pub fn key(&self) -> &'static str {
        match self {
            Self::NoFrame => "sample-no-frame",
            Self::Number(_) => "sample-bad-number",
            Self::TooMany { .. } => "sample-too-many",
            Self::TooFew { .. } => "sample-too-few",
            Self::NoStratum(_) => "sample-no-stratum",
        }
    }

    /// The field of the design that it is about.
    pub fn field(&self) -> &'static str {
        match self {
            Self::Number(field) => field,
            Self::TooFew { .. } => "minimum",
            Self::NoStratum(_) => "shares",
            Self::NoFrame | Self::TooMany { .. } => "error",
        }
    }
}

fn float(value: Decimal) -> f64 {
    value.to_f64().unwrap_or_default()
}

fn within(field: &'static str, value: Decimal, low: i64, high: i64) -> Result<(), SampleFault> {
    let good = value > Decimal::from(low) && value <= Decimal::from(high);
    if good { Ok(()) } else { Err(SampleFault::Number(field)) }
}

/// Each stratum once, and no more than may be.
fn once<'a>(field: &'static str, strata: impl ExactSizeIterator<Item = &'a Code>) -> Result<(), SampleFault> {
    let all = strata.len();
    let good = all <= STRATA_MOST && strata.collect::<BTreeSet<_>>().len() == all;
    if good { Ok(()) } else { Err(SampleFault::Number(field)) }
}

fn people_of<'a>(communities: impl IntoIterator<Item = &'a &'a FrameCommunity>) -> u64 {
    communities.into_iter().fold(0, |sum, held| sum.saturating_add(held.people))
}

impl WaveSample {
    /// Whether its numbers can be.
    ///
    /// # Errors
    /// The first that cannot.
    pub fn check(&self) -> Result<(), SampleFault> {
        within("error", self.error, 0, 50)?;
        within("share", self.share, 0, 99)?;
        within("confidence", self.confidence, 49, 99)?;
        within("deff", self.deff, 0, 20)?;
        within("response", self.response, 0, 100)?;
        if !(1..=1_000).contains(&self.per_community) {
            return Err(SampleFault::Number("per_community"));
        }
        once("shares", self.shares.iter().map(|(stratum, _)| stratum))?;
        for (_, share) in &self.shares {
            within("shares", *share, 0, 99)?;
        }
        once("strata", self.strata.iter().map(|(stratum, _)| stratum))?;
        if self.strata.iter().any(|(_, people)| !(1..=PEOPLE_MOST).contains(people)) {
            return Err(SampleFault::Number("strata"));
        }
        Ok(())
    }

    /// The design alone, without what it was drawn from.
    #[must_use]
    pub fn design(&self) -> Self {
        Self { strata: Vec::new(), residences: None, ..self.clone() }
    }

    /// Whether a plan has the strata, with their people, that were kept with the design.
    pub fn has_strata_of(&self, plan: &SamplePlan) -> bool {
        let strata = plan.strata.iter().map(|line| (&line.stratum, line.people));
        strata.eq(self.strata.iter().map(|(stratum, people)| (stratum, *people)))
    }

    fn share_of(&self, stratum: &Code) -> f64 {
        let own = self.shares.iter().find(|(held, _)| held == stratum).map(|(_, share)| *share);
        float(own.unwrap_or(self.share)) / 100.0
    }

    fn size(&self, population: u64) -> Result<SampleSize, SampleFault> {
        let demands = Demands {
            error: float(self.error) / 100.0,
            confidence: float(self.confidence) / 100.0,
            deff: float(self.deff),
            population: Some(population as f64),
            response_rate: float(self.response) / 100.0,
        };
        sample_size(Measure::Share { share: float(self.share) / 100.0 }, &demands).map_err(
            |error| match error {
                // Its own numbers were looked at: what is left is a population of one.
                SampleSizeError::OutOfRange { .. } => SampleFault::NoFrame,
            },
        )
    }

    /// Size, allocation and draw.
    ///
    /// # Errors
    /// See [`SampleFault`].
    pub fn plan(&self, frame: &Frame) -> Result<SamplePlan, SampleFault> {
        self.check()?;
        let lived_in: Vec<&FrameCommunity> =
            frame.communities.iter().filter(|held| held.people > 0).collect();
        let mut strata: BTreeMap<&Code, Vec<&FrameCommunity>> = BTreeMap::new();
        for held in &lived_in {
            strata.entry(&held.stratum).or_default().push(held);
        }
        if let Some((stratum, _)) = self.shares.iter().find(|(stratum, _)| !strata.contains_key(stratum)) {
            return Err(SampleFault::NoStratum(stratum.clone()));
        }
        let population = people_of(&lived_in);
        let size = self.size(population)?;
        if size.contacts > CONTACTS_MOST.min(population) {
            let most = CONTACTS_MOST.min(population);
            return Err(SampleFault::TooMany { contacts: size.contacts, most });
        }
        let mut lines = self.strata(&strata, size.contacts)?;
        // Whether enough people live in the communities is only known once they are drawn.
        let mut selected = self.select(&lived_in, &lines)?;
        while extend(&mut lines, &lived_in, &selected) {
            selected = self.select(&lived_in, &lines)?;
        }
        let drawn = self.draw(&lived_in, selected)?;
        Ok(SamplePlan { size, population, strata: lines, drawn })
    }

    fn strata(
        &self,
        strata: &BTreeMap<&Code, Vec<&FrameCommunity>>,
        contacts: u64,
    ) -> Result<Vec<StratumLine>, SampleFault> {
        let asked: Vec<Stratum> = strata
            .iter()
            .map(|(stratum, held)| {
                let share = self.share_of(stratum);
                Stratum {
                    name: stratum.to_string(),
                    population: people_of(held),
                    deviation: (share * (1.0 - share)).sqrt(),
                    cost: 1.0,
                }
            })
            .collect();
        let rule = match self.rule {
            SampleRule::Proportional => Rule::Proportional,
            SampleRule::Equal => Rule::Equal,
            SampleRule::Neyman => Rule::Neyman,
        };
        let parts = allocate(contacts, &asked, rule, self.minimum.max(1)).map_err(|error| match error {
            AllocationError::NoStrata | AllocationError::BadStratum { .. } => SampleFault::NoFrame,
            AllocationError::TooMany { total, population } => {
                SampleFault::TooMany { contacts: total, most: population }
            }
            AllocationError::TooFew { total, minimum } => {
                SampleFault::TooFew { contacts: total, least: minimum }
            }
        })?;
        let lines = strata.iter().zip(parts).map(|((stratum, held), contacts)| {
            let wanted = contacts.div_ceil(self.per_community) as usize;
            // Where there are fewer communities than that, more people are contacted in each.
            let drawn = wanted.min(held.len());
            StratumLine {
                stratum: (*stratum).clone(),
                people: people_of(held),
                communities: held.len(),
                drawn,
                each: if drawn == 0 { 0 } else { contacts.div_ceil(drawn as u64) },
                contacts,
            }
        });
        Ok(lines.collect())
    }

    fn select(
        &self,
        communities: &[&FrameCommunity],
        lines: &[StratumLine],
    ) -> Result<Vec<SelectedUnit>, SampleFault> {
        let units: Vec<FrameUnit> = communities
            .iter()
            .map(|held| FrameUnit {
                name: held.area.to_string(),
                stratum: held.stratum.to_string(),
                people: held.people,
            })
            .collect();
        let plan: BTreeMap<String, StratumPlan> = lines
            .iter()
            .map(|line| {
                (line.stratum.to_string(), StratumPlan { units: line.drawn, people_per_unit: line.each })
            })
            .collect();
        two_stages(&units, &plan, self.seed).map_err(|_| SampleFault::NoFrame)
    }

    fn draw(
        &self,
        communities: &[&FrameCommunity],
        selected: Vec<SelectedUnit>,
    ) -> Result<Vec<DrawnCommunity>, SampleFault> {
        let lost = |_: SelectionError| SampleFault::NoFrame;
        // The second stage has a stream of its own, so that it does not hang on how the first one used its numbers.
        let mut random = Random::new(self.seed ^ 0x5eed);
        let mut out = Vec::with_capacity(selected.len());
        for unit in selected {
            let held = communities[unit.index];
            out.push(DrawnCommunity {
                area: held.area.clone(),
                stratum: held.stratum.clone(),
                probability: unit.probability,
                people: unit.people,
                weight: unit.weight,
                homes: homes(held, unit.people, &mut random).map_err(lost)?,
            });
        }
        Ok(out)
    }
}

/// Where the communities drawn have fewer people than are to be contacted, draws further ones, so that each still gives
/// about as many as the design asks for; where all are drawn, contacts more in each. False where nothing is missing.
fn extend(lines: &mut [StratumLine], communities: &[&FrameCommunity], selected: &[SelectedUnit]) -> bool {
    let mut sizes: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for unit in selected {
        sizes.entry(&unit.stratum).or_default().push(communities[unit.index].people);
    }
    let mut changed = false;
    for line in lines {
        let Some(sizes) = sizes.get(line.stratum.as_str()) else { continue };
        let reached =
            |each: u64| sizes.iter().fold(0_u64, |sum, people| sum.saturating_add(each.min(*people)));
        let missing = line.contacts.saturating_sub(reached(line.each));
        if missing == 0 {
            continue;
        }
        if line.drawn < line.communities {
            let further = missing.div_ceil(line.each.max(1)) as usize;
            line.drawn = line.drawn.saturating_add(further).min(line.communities);
        } else {
            let (mut low, mut high) = (line.each, line.contacts);
            while low < high {
                let middle = low + (high - low) / 2;
                if reached(middle) < line.contacts { low = middle + 1 } else { high = middle }
            }
            // All people of the stratum are at least as many as its contacts: this is the end of it.
            if line.each == low {
                continue;
            }
            line.each = low;
        }
        changed = true;
    }
    changed
}

/// The homes of people who are drawn from all of a community, each with the same chance.
fn homes(held: &FrameCommunity, people: u64, random: &mut Random) -> Result<Vec<DrawnHome>, SelectionError> {
    let all: u64 = held.homes.iter().map(|home| home.people).sum();
    if held.homes.is_empty() {
        return Ok(Vec::new());
    }
    let drawn = simple_random(all as usize, people.min(all) as usize, random)?;
    let mut out: Vec<DrawnHome> = Vec::new();
    let (mut at, mut until) = (0, held.homes[0].people);
    let mut last = usize::MAX;
    for person in drawn {
        while person as u64 >= until {
            at += 1;
            until += held.homes[at].people;
        }
        if last == at
            && let Some(home) = out.last_mut()
        {
            home.people += 1;
            continue;
        }
        last = at;
        let home = &held.homes[at];
        out.push(DrawnHome { code: home.code.clone(), at: home.at, people: 1 });
    }
    Ok(out)
}

/// Which of a numbered list of contacts are called back: so many of `all`, by a seed. The list is the field's own; no
/// sheet is told by it.
#[must_use]
pub fn call_backs(all: u64, wanted: u64, seed: u64) -> Vec<u64> {
    let (all, wanted) = (all.min(CONTACTS_MOST), wanted.min(all).min(CONTACTS_MOST));
    let drawn = simple_random(all as usize, wanted as usize, &mut Random::new(seed)).unwrap_or_default();
    drawn.into_iter().map(|at| at as u64 + 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame() -> Frame {
        let community = |area: &str, stratum: &str, homes: &[u64]| FrameCommunity {
            area: Code::new(area).unwrap(),
            stratum: Code::new(stratum).unwrap(),
            people: homes.iter().sum(),
            homes: homes
                .iter()
                .enumerate()
                .map(|(at, people)| FrameHome {
                    code: format!("{area}-{at}"),
                    at: Point { longitude: 0, latitude: 0 },
                    people: *people,
                })
                .collect(),
        };
        let many = |at: u64| [200 + at, 0, 300, 500];
        let mut communities: Vec<FrameCommunity> =
            (0..30).map(|at| community(&format!("n{at:02}"), "north", &many(at))).collect();
        communities.extend((0..10).map(|at| community(&format!("s{at:02}"), "south", &many(at))));
        communities.push(community("empty", "south", &[0]));
        Frame { communities, by_people: true }
    }

    #[test]
    fn size_allocation_and_draw_agree_and_the_seed_repeats_them() {
        let sample = WaveSample { deff: Decimal::ONE, response: Decimal::from(100), ..WaveSample::default() };
        let plan = sample.plan(&frame()).unwrap();
        assert_eq!(plan, sample.plan(&frame()).unwrap());
        assert_ne!(plan.drawn, WaveSample { seed: 2, ..sample.clone() }.plan(&frame()).unwrap().drawn);
        // 385 of a very large population, a little less of forty thousand.
        assert_eq!(plan.population, 40_480);
        assert_eq!((plan.size.responses, plan.size.contacts), (381, 381));
        assert_eq!(plan.strata.iter().map(|line| line.contacts).sum::<u64>(), 381);
        let north = &plan.strata[0];
        // 381 × 30,435 / 40,480 is 286.46, and the larger remainder lies in the south.
        assert_eq!((north.stratum.as_str(), north.contacts, north.drawn, north.each), ("north", 286, 15, 20));
        for held in &plan.drawn {
            assert_eq!(held.homes.iter().map(|home| home.people).sum::<u64>(), held.people);
            assert!(held.homes.iter().all(|home| !home.code.ends_with("-1")), "nobody lives there");
        }
        // Everybody has the same chance within a stratum, and the weights add up to its people.
        let weights: Vec<f64> = plan
            .drawn
            .iter()
            .filter(|held| held.stratum.as_str() == "north")
            .map(|held| held.weight)
            .collect();
        assert!(weights.iter().all(|weight| (weight - weights[0]).abs() < 1e-6), "{weights:?}");
        let sum: f64 = plan.drawn.iter().map(|held| held.weight * held.people as f64).sum();
        assert!((sum - 40_480.0).abs() < 1e-3, "{sum}");
    }

    #[test]
    fn rules_divide_otherwise_and_floors_are_kept() {
        let base = WaveSample::default();
        let contacts = |sample: &WaveSample| -> Vec<u64> {
            sample.plan(&frame()).unwrap().strata.iter().map(|line| line.contacts).collect()
        };
        let equal = contacts(&WaveSample { rule: SampleRule::Equal, ..base.clone() });
        assert!(equal[0].abs_diff(equal[1]) <= 1);
        let shares = vec![(Code::new("south").unwrap(), Decimal::from(5))];
        let neyman = contacts(&WaveSample { rule: SampleRule::Neyman, shares, ..base.clone() });
        assert!(neyman[1] < contacts(&base)[1], "where nearly all answer alike, fewer are asked");
        assert_eq!(contacts(&WaveSample { minimum: 500, ..base.clone() })[1], 500);
    }

    #[test]
    fn whatever_cannot_be_is_told_by_its_field() {
        let base = WaveSample::default();
        let fault = |sample: WaveSample| sample.plan(&frame()).unwrap_err();
        let field = |sample: WaveSample| fault(sample).field();
        assert_eq!(field(WaveSample { error: Decimal::ZERO, ..base.clone() }), "error");
        assert_eq!(field(WaveSample { confidence: Decimal::ONE_HUNDRED, ..base.clone() }), "confidence");
        assert_eq!(field(WaveSample { deff: Decimal::ZERO, ..base.clone() }), "deff");
        assert_eq!(field(WaveSample { response: Decimal::from(101), ..base.clone() }), "response");
        assert_eq!(field(WaveSample { per_community: 0, ..base.clone() }), "per_community");
        assert_eq!(field(WaveSample { minimum: 5_000, ..base.clone() }), "minimum");
        let west = vec![(Code::new("west").unwrap(), Decimal::from(5))];
        assert_eq!(fault(WaveSample { shares: west, ..base.clone() }).key(), "sample-no-stratum");
        assert_eq!(base.plan(&Frame::default()).unwrap_err(), SampleFault::NoFrame);
        let many = WaveSample { error: Decimal::new(1, 1), ..base };
        assert!(matches!(fault(many), SampleFault::TooMany { .. }));
    }

    #[test]
    fn small_communities_still_give_the_whole_sample_and_no_stratum_is_left_out() {
        let community = |at: u64, stratum: &str, people: u64| FrameCommunity {
            area: Code::new(&format!("{stratum}-{at:03}")).unwrap(),
            stratum: Code::new(stratum).unwrap(),
            people,
            homes: Vec::new(),
        };
        let mut communities: Vec<FrameCommunity> =
            (0..200).map(|at| community(at, "many", 3 + at % 5)).collect();
        communities.push(community(0, "large", 100_000));
        communities.push(community(0, "tiny", 2));
        communities.extend((0..4).map(|at| community(at, "few", 90 + at * 200)));
        let frame = Frame { communities, by_people: true };
        let sample = WaveSample { rule: SampleRule::Equal, ..WaveSample::default() };
        for sample in [sample.clone(), WaveSample { rule: SampleRule::Proportional, ..sample }] {
            let plan = sample.plan(&frame).unwrap();
            for line in &plan.strata {
                let own = || plan.drawn.iter().filter(|held| held.stratum == line.stratum);
                let people: u64 = own().map(|held| held.people).sum();
                assert!(line.contacts > 0 && people >= line.contacts, "{line:?} {people}");
                assert_eq!(own().count(), line.drawn);
            }
        }
    }

    #[test]
    fn what_no_estimate_could_use_is_refused() {
        let strata = |pairs: &[(&str, u64)]| WaveSample {
            strata: pairs.iter().map(|(code, people)| (Code::new(code).unwrap(), *people)).collect(),
            ..WaveSample::default()
        };
        assert_eq!(strata(&[("a", 1), ("b", PEOPLE_MOST)]).check(), Ok(()));
        for bad in [strata(&[("a", 1), ("a", 2)]), strata(&[("a", 0)]), strata(&[("a", u64::MAX)])] {
            assert_eq!(bad.check(), Err(SampleFault::Number("strata")));
        }
        let one = (Code::new("a").unwrap(), Decimal::from(5));
        let twice = WaveSample { shares: vec![one.clone(), one], ..WaveSample::default() };
        assert_eq!(twice.check(), Err(SampleFault::Number("shares")));
        let all = (0..=STRATA_MOST).map(|at| (Code::new(&format!("s{at}")).unwrap(), 1)).collect();
        assert!(WaveSample { strata: all, ..WaveSample::default() }.check().is_err());
        // What was recorded of areas before there was a bound does not overflow.
        let mut frame = frame();
        frame.communities.iter_mut().for_each(|held| (held.people, held.homes) = (u64::MAX, Vec::new()));
        assert_eq!(WaveSample::default().plan(&frame).unwrap().population, u64::MAX);
    }

    #[test]
    fn calls_back_are_numbers_of_the_list_each_once() {
        let drawn = call_backs(500, 25, 3);
        assert_eq!(drawn.len(), 25);
        assert!(drawn.windows(2).all(|pair| pair[0] < pair[1]) && drawn[24] <= 500 && drawn[0] >= 1);
        assert_eq!(drawn, call_backs(500, 25, 3));
        assert_eq!(call_backs(3, 10, 1), [1, 2, 3]);
    }
}
