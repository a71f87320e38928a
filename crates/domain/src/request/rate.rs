//! The three rates (响应率、解决率、满意率): from one row a request, by a dated formula.

use jiff::civil::Date;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use super::appeal::{RatePart, RateParts};
use super::kind::{Satisfaction, Solved};
use super::state::Request;
use crate::code::Code;
use crate::item::kind::texts;
use crate::named::Named;

texts! {
    /// How requests whose residents were not reached count.
    Unreached {
        LeaveOut => "leave_out",
        CountAsNo => "count_as_no",
    }
}

/// How much each rate weighs in the score of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weights {
    pub response: u16,
    pub resolution: u16,
    pub satisfaction: u16,
}

/// A version of the formula. What was computed by it names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateFormula {
    pub version: Code,
    pub name: Named,
    pub source: Named,
    pub from: Date,
    pub weights: Weights,
    /// What counts as satisfied.
    pub satisfied: Vec<Satisfaction>,
    pub unreached: Unreached,
    /// How much of a solution a partial one is, in hundredths.
    pub partly: u8,
    /// Below so many requests a unit is shown and not ranked.
    pub least: u32,
}

impl RateFormula {
    /// What of it says on which side of a rate a request stands.
    pub fn counting(&self) -> Counting {
        Counting { satisfied: self.satisfied.clone(), unreached: self.unreached }
    }

    pub fn is_sound(&self) -> bool {
        let Weights { response, resolution, satisfaction } = self.weights;
        u32::from(response) + u32::from(resolution) + u32::from(satisfaction) > 0
            && self.partly <= 100
            && !self.satisfied.is_empty()
    }
}

/// By what of a formula the sides of a rate are told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counting {
    pub satisfied: Vec<Satisfaction>,
    pub unreached: Unreached,
}

/// What a request adds to its unit's rates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateRow {
    /// The day its limit ran out: the period it counts in.
    pub due: Date,
    /// The unit that had it then.
    pub unit: Code,
    pub in_time: bool,
    pub reached: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub solved: Option<Solved>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub satisfaction: Option<Satisfaction>,
    /// The rates that it is left out of.
    #[serde(default)]
    pub left_out: RateParts,
}

impl RateRow {
    /// `None` for what no unit ever had, a question answered at once or what was refused at the desk, and while nobody
    /// knows when its limit runs out.
    pub fn of(request: &Request) -> Option<Self> {
        let due = request.first_due()?;
        let unit = request.lead_at(due)?.clone();
        let verdict = request.verdict();
        let response_due = request.due(super::kind::ClockKind::Response);
        let spoken = request.contact.map(|(at, _)| at);
        // What whoever asked says of it, once they are called back on.
        let said = verdict.and_then(|call| call.contacted);
        let in_time = match (spoken, response_due) {
            (Some(at), Some(due)) => at <= due,
            // A register that has no moments of it is taken at the word of those whom it called back on.
            (None, _) => request.unrecorded.has(RatePart::Response) && said == Some(true),
            _ => false,
        };
        Some(Self {
            due: due.date(),
            unit,
            // Whoever was not spoken to says so.
            in_time: in_time && said != Some(false),
            reached: verdict.is_some(),
            solved: verdict.and_then(|call| call.solved),
            satisfaction: verdict.and_then(|call| call.satisfaction),
            left_out: request.left_out().with(request.unknown_parts()),
        })
    }
}

impl Request {
    /// The rates that it cannot count in because the register that brought it does not say how it went, and nobody has
    /// since: what is unknown is no "no".
    pub fn unknown_parts(&self) -> RateParts {
        let verdict = self.verdict();
        let known = |part: RatePart| match part {
            RatePart::Response => {
                self.contact.is_some() || verdict.is_some_and(|call| call.contacted.is_some())
            }
            RatePart::Resolution => verdict.is_some_and(|call| call.solved.is_some()),
            RatePart::Satisfaction => verdict.is_some_and(|call| call.satisfaction.is_some()),
        };
        RateParts::of(self.unrecorded.iter().filter(|part| !known(*part)))
    }
}

/// Requests of a group, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    pub due: u64,
    pub excluded: u64,
    /// Of those that count.
    pub in_time: u64,
    pub called: u64,
    pub solved: u64,
    pub partly: u64,
    pub unsolved: u64,
    /// From best to worst.
    pub satisfaction: [u64; 5],
    /// Of those that count, the ones left out of one or two of the rates: of response, resolution, satisfaction.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub apart: [u64; 3],
}

fn is_zero(apart: &[u64; 3]) -> bool {
    *apart == [0; 3]
}

impl Tally {
    pub fn add(&mut self, row: &RateRow, count: u64) {
        self.due += count;
        if row.left_out.is_all() {
            self.excluded += count;
            return;
        }
        row.left_out.iter().for_each(|part| self.apart[part as usize] += count);
        let counts = |part: RatePart| !row.left_out.has(part);
        self.in_time += if row.in_time && counts(RatePart::Response) { count } else { 0 };
        self.called += if row.reached { count } else { 0 };
        match row.solved.filter(|_| counts(RatePart::Resolution)) {
            Some(Solved::Yes) => self.solved += count,
            Some(Solved::Partly) => self.partly += count,
            Some(Solved::No) => self.unsolved += count,
            None => {}
        }
        if let Some(level) = row.satisfaction.filter(|_| counts(RatePart::Satisfaction)) {
            self.satisfaction[level as usize] += count;
        }
    }

    pub fn remove(&mut self, row: &RateRow) {
        let mut one = Self::default();
        one.add(row, 1);
        self.due -= one.due;
        self.excluded -= one.excluded;
        self.in_time -= one.in_time;
        self.called -= one.called;
        self.solved -= one.solved;
        self.partly -= one.partly;
        self.unsolved -= one.unsolved;
        for (held, less) in self.satisfaction.iter_mut().zip(one.satisfaction) {
            *held -= less;
        }
        for (held, less) in self.apart.iter_mut().zip(one.apart) {
            *held -= less;
        }
    }

    pub fn merge(&mut self, other: &Self) {
        self.due += other.due;
        self.excluded += other.excluded;
        self.in_time += other.in_time;
        self.called += other.called;
        self.solved += other.solved;
        self.partly += other.partly;
        self.unsolved += other.unsolved;
        for (held, more) in self.satisfaction.iter_mut().zip(other.satisfaction) {
            *held += more;
        }
        for (held, more) in self.apart.iter_mut().zip(other.apart) {
            *held += more;
        }
    }

    /// How many stand on a side; nothing of the side that no count is kept of.
    pub fn on(&self, side: RateSide, by: &Counting) -> Option<u64> {
        let content: u64 = by.satisfied.iter().map(|level| self.satisfaction[*level as usize]).sum();
        let judged: u64 = self.satisfaction.iter().sum();
        let solved = self.solved + self.partly;
        let less = |said: u64, hits: u64, part: RatePart| match by.unreached {
            Unreached::LeaveOut => said.saturating_sub(hits),
            Unreached::CountAsNo => self.base_of(part).saturating_sub(hits),
        };
        Some(match side {
            RateSide::Due => self.due,
            RateSide::Excluded => self.excluded,
            RateSide::PartlyExcluded => return None,
            RateSide::InTime => self.in_time,
            RateSide::NotInTime => self.base_of(RatePart::Response).saturating_sub(self.in_time),
            RateSide::Solved => solved,
            RateSide::NotSolved => less(solved + self.unsolved, solved, RatePart::Resolution),
            RateSide::Satisfied => content,
            RateSide::NotSatisfied => less(judged, content, RatePart::Satisfaction),
        })
    }

    /// What counts.
    pub fn base(&self) -> u64 {
        self.due - self.excluded
    }

    /// What counts in one of the rates.
    pub fn base_of(&self, part: RatePart) -> u64 {
        self.base() - self.apart[part as usize]
    }
}

/// A share, exact: no score where there is nothing to divide by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// In hundredths of a request, since part of a solution may count.
    hits: u64,
    pub of: u64,
}

impl Share {
    fn percent_exact(self) -> Option<Decimal> {
        (self.of > 0).then(|| Decimal::from(self.hits) / Decimal::from(self.of))
    }

    /// In percent, rounded half up to two places.
    pub fn percent(self) -> Option<Decimal> {
        self.percent_exact().map(rounded)
    }
}

fn rounded(value: Decimal) -> Decimal {
    let mut value = value.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    value.rescale(2);
    value
}

/// The three rates of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    pub tally: Tally,
    pub response: Share,
    pub resolution: Share,
    pub satisfaction: Share,
}

impl Rates {
    pub fn of(tally: Tally, formula: &RateFormula) -> Self {
        let answered = tally.solved + tally.partly + tally.unsolved;
        let judged: u64 = tally.satisfaction.iter().sum();
        let content: u64 = formula.satisfied.iter().map(|level| tally.satisfaction[*level as usize]).sum();
        let of = |count: u64, part: RatePart| match formula.unreached {
            Unreached::LeaveOut => count,
            Unreached::CountAsNo => tally.base_of(part),
        };
        Self {
            tally,
            response: Share { hits: tally.in_time * 100, of: tally.base_of(RatePart::Response) },
            resolution: Share {
                hits: tally.solved * 100 + tally.partly * u64::from(formula.partly),
                of: of(answered, RatePart::Resolution),
            },
            satisfaction: Share { hits: content * 100, of: of(judged, RatePart::Satisfaction) },
        }
    }

    /// The score of all three, rounded once at the end; none while one of them has no score.
    pub fn score(&self, formula: &RateFormula) -> Option<Decimal> {
        let Weights { response, resolution, satisfaction } = formula.weights;
        let all = Decimal::from(u32::from(response) + u32::from(resolution) + u32::from(satisfaction));
        let parts =
            [(self.response, response), (self.resolution, resolution), (self.satisfaction, satisfaction)];
        let mut sum = Decimal::ZERO;
        for (share, weight) in parts.into_iter().filter(|(_, weight)| *weight > 0) {
            sum += share.percent_exact()? * Decimal::from(weight);
        }
        (!all.is_zero()).then(|| rounded(sum / all))
    }
}

/// Ranks by score, best first: equal scores share a rank, and what may not be ranked has none.
pub fn ranks(scores: &[(Option<Decimal>, u64)], least: u32) -> Vec<Option<usize>> {
    let counts = |(score, base): &(Option<Decimal>, u64)| score.filter(|_| *base >= u64::from(least));
    scores
        .iter()
        .map(|own| {
            let own = counts(own)?;
            let better = scores.iter().filter_map(counts).filter(|other| *other > own).count();
            Some(better + 1)
        })
        .collect()
}

/// Which requests stand behind a number of a group's rates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateSide {
    /// All that fell due.
    Due,
    Excluded,
    /// Left out of one or two of the rates.
    PartlyExcluded,
    InTime,
    NotInTime,
    Solved,
    NotSolved,
    Satisfied,
    NotSatisfied,
}

impl RateSide {
    pub const ALL: [RateSide; 9] = [
        Self::Due,
        Self::Excluded,
        Self::PartlyExcluded,
        Self::InTime,
        Self::NotInTime,
        Self::Solved,
        Self::NotSolved,
        Self::Satisfied,
        Self::NotSatisfied,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Excluded => "excluded",
            Self::PartlyExcluded => "partly_excluded",
            Self::InTime => "in_time",
            Self::NotInTime => "not_in_time",
            Self::Solved => "solved",
            Self::NotSolved => "not_solved",
            Self::Satisfied => "satisfied",
            Self::NotSatisfied => "not_satisfied",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|side| side.as_str() == text)
    }

    /// The rate that it is a side of.
    pub fn part(self) -> Option<RatePart> {
        match self {
            Self::Due | Self::Excluded | Self::PartlyExcluded => None,
            Self::InTime | Self::NotInTime => Some(RatePart::Response),
            Self::Solved | Self::NotSolved => Some(RatePart::Resolution),
            Self::Satisfied | Self::NotSatisfied => Some(RatePart::Satisfaction),
        }
    }

    /// Whether a request stands on this side. Where whoever was not reached counts as a "no", they stand among those.
    pub fn takes(self, row: &RateRow, by: &Counting) -> bool {
        let unreached = by.unreached == Unreached::CountAsNo;
        let content = row.satisfaction.is_some_and(|level| by.satisfied.contains(&level));
        if self.part().is_some_and(|part| row.left_out.has(part)) {
            return false;
        }
        match self {
            Self::Due => true,
            Self::Excluded => row.left_out.is_all(),
            Self::PartlyExcluded => !row.left_out.is_empty() && !row.left_out.is_all(),
            Self::InTime => row.in_time,
            Self::NotInTime => !row.in_time,
            Self::Solved => matches!(row.solved, Some(Solved::Yes | Solved::Partly)),
            Self::NotSolved => row.solved.map_or(unreached, |solved| solved == Solved::No),
            Self::Satisfied => content,
            Self::NotSatisfied => !content && (unreached || row.satisfaction.is_some()),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use jiff::civil::date;

    pub(crate) fn formula() -> RateFormula {
        RateFormula {
            version: Code::new("example-1").unwrap(),
            name: Named::new("示例", "Example"),
            source: Named::new("示例", "Example"),
            from: date(2019, 1, 1),
            weights: Weights { response: 30, resolution: 35, satisfaction: 35 },
            satisfied: vec![
                Satisfaction::VerySatisfied,
                Satisfaction::Satisfied,
                Satisfaction::BasicallySatisfied,
            ],
            unreached: Unreached::LeaveOut,
            partly: 50,
            least: 10,
        }
    }

    #[test]
    fn a_worked_example() {
        // 40 due, 2 excluded, 37 in time; 30 answered call-backs, 24 solved, 27 satisfied.
        let tally = Tally {
            due: 40,
            excluded: 2,
            in_time: 37,
            called: 30,
            solved: 24,
            partly: 0,
            unsolved: 6,
            satisfaction: [10, 10, 7, 2, 1],
            apart: [0; 3],
        };
        let rates = Rates::of(tally, &formula());
        assert_eq!(rates.response.percent().unwrap().to_string(), "97.37");
        assert_eq!(rates.resolution.percent().unwrap().to_string(), "80.00");
        assert_eq!(rates.satisfaction.percent().unwrap().to_string(), "90.00");
        assert_eq!(rates.score(&formula()).unwrap().to_string(), "88.71");
    }

    #[test]
    fn nothing_to_divide_by_is_no_score() {
        let rates = Rates::of(Tally::default(), &formula());
        assert_eq!(rates.response.percent(), None);
        assert_eq!(rates.score(&formula()), None);
        let only_due = Tally { due: 3, in_time: 3, ..Tally::default() };
        let rates = Rates::of(only_due, &formula());
        assert_eq!(rates.response.percent().unwrap().to_string(), "100.00");
        assert_eq!(rates.score(&formula()), None);
    }

    #[test]
    fn ties_share_a_rank_and_few_requests_give_none() {
        let score = |text: &str| Some(text.parse::<Decimal>().unwrap());
        let given = [(score("90"), 20), (score("95"), 20), (score("90"), 30), (score("99"), 3), (None, 50)];
        assert_eq!(ranks(&given, 10), [Some(2), Some(1), Some(2), None, None]);
    }
}
