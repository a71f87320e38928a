//! What a fact of a round has to keep.

use jiff::civil::Date;

use super::round::{Outcome, PointStanding, ReviewFact, Round, Verdict};
use crate::project::Project;
use crate::refusal::Problem;
use crate::timetabling::MOST_DAYS;

/// The longest limit that departments may be given, in working days.
const MOST_LIMIT: u16 = 120;
/// Most departments asked in one round.
const MOST_UNITS: usize = 60;

/// Everything wrong with a fact, with the project's rounds as they stood before it. Whether units are known is not
/// asked here.
pub fn faults(project: &Project, rounds: &[Round], number: u32, fact: &ReviewFact, on: Date) -> Vec<Problem> {
    let mut out = Vec::new();
    let round = rounds.iter().find(|round| round.number == number);
    match fact {
        ReviewFact::Opened { step, units, days } => {
            let gate =
                project.steps.iter().find(|line| line.step == *step).and_then(|line| line.gate.as_ref());
            if gate.is_none() {
                out.push(Problem::NoGate);
            }
            if units.is_empty() || units.len() > MOST_UNITS {
                out.push(Problem::Empty);
            }
            if units.iter().enumerate().any(|(at, unit)| units[..at].contains(unit)) {
                out.push(Problem::Twice);
            }
            if *days == 0 || *days > MOST_LIMIT {
                out.push(Problem::EstimateOrder(MOST_LIMIT));
            }
            let last = rounds.iter().map(|round| round.number).max().unwrap_or(0);
            if round.is_none() && number != last + 1 {
                out.push(Problem::RoundOrder { next: last + 1 });
            }
            let open = rounds.iter().find(|round| round.number != number && round.closed.is_none());
            if let Some(open) = open {
                out.push(Problem::RoundOpen { number: open.number });
            }
            // Who is asked and by when is settled once somebody has answered.
            if round.is_some_and(|round| !round.opinions.is_empty() || round.closed.is_some()) {
                out.push(Problem::Frozen);
            }
        }
        fact => match round {
            None => out.push(Problem::NoRound { number }),
            Some(round) if round.closed.is_some() => out.push(Problem::Frozen),
            Some(round) => within(round, fact, on, &mut out),
        },
    }
    out
}

fn within(round: &Round, fact: &ReviewFact, on: Date, out: &mut Vec<Problem>) {
    if on < round.opened {
        out.push(Problem::NotLater { than: round.opened });
    }
    if let Some(unit) = fact.word_of()
        && !round.units.contains(unit)
    {
        out.push(Problem::NotAsked { unit: unit.clone() });
    }
    match fact {
        ReviewFact::Opened { .. } => {}
        ReviewFact::Opinion { verdict, text, .. } => {
            if *verdict != Verdict::Agree && text.trim().is_empty() {
                out.push(Problem::Empty);
            }
        }
        ReviewFact::Point { number, text, days, standing, unit } => {
            if text.trim().is_empty() {
                out.push(Problem::Empty);
            }
            if *days > MOST_DAYS {
                out.push(Problem::EstimateOrder(MOST_DAYS));
            }
            let held = round.points.iter().find(|point| point.number == *number);
            let last = round.points.iter().map(|point| point.number).max().unwrap_or(0);
            match (held, standing) {
                (None, PointStanding::Settled(_)) => out.push(Problem::NothingPending),
                (None, PointStanding::Open) if *number != last + 1 => {
                    out.push(Problem::RoundOrder { next: last + 1 });
                }
                // A point is its department's own: nobody else raises or settles it under that number.
                (Some(held), _) if held.unit != *unit => out.push(Problem::NotAsked { unit: unit.clone() }),
                (Some(_), PointStanding::Settled(how)) if how.trim().is_empty() => out.push(Problem::Empty),
                _ => {}
            }
        }
        ReviewFact::Closed { outcome, text } => {
            if *outcome == Outcome::Passed {
                let open: Vec<u32> = round.open_points().map(|point| point.number).collect();
                if !open.is_empty() {
                    out.push(Problem::OpenPoints(open));
                }
                if round.against().next().is_some() {
                    out.push(Problem::Disagreement);
                }
                // Who is silent is taken to agree only with a word why.
                if round.silent().next().is_some() && text.trim().is_empty() {
                    out.push(Problem::SilentUnits);
                }
            } else if text.trim().is_empty() {
                out.push(Problem::ReasonRequired);
            }
        }
    }
}
