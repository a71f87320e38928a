//! What surveys of the plan's own say of an indicator, beside what was observed of it.

use domain::indicator::{AskedBy, Indicator};
use domain::portfolio::Portfolio;
use domain::survey::{HeldWave, ResultKind, Shown, WaveResults};
use rust_decimal::Decimal;

use super::{Damaged, PickedEstimate};
use crate::App;
use crate::error::AppError;

/// The figure of a published wave that asks for what an indicator measures.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnFigure {
    pub wave: HeldWave,
    pub asked: AskedBy,
    pub found: OwnFound,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnFound {
    /// With the people behind it.
    Shown { kind: ResultKind, shown: Shown, n: u64 },
    /// Too few answered.
    TooFew,
    /// What is kept of the wave is not what was frozen.
    Damaged,
}

/// The share of everybody else: as uncertain, and the other way round.
fn of_others(shown: Shown) -> Shown {
    let one = Decimal::ONE;
    Shown { estimate: one - shown.estimate, low: one - shown.high, high: one - shown.low, ..shown }
}

/// The figure of everybody together; `None` where the wave does not ask for it.
fn figure(results: &WaveResults, asked: &AskedBy) -> Option<OwnFound> {
    let (question, answer) = (asked.question.clone(), asked.answer.clone());
    let picked = PickedEstimate { question, row: None, answer, by_area: false };
    let row = results.rows.iter().find(|row| picked.is(row))?;
    // Of a question that takes several answers, who did not give one did not give all the others.
    if asked.others && row.kind == ResultKind::Multiple {
        return None;
    }
    let shown = row.shown.map(|shown| if asked.others { of_others(shown) } else { shown });
    Some(shown.map_or(OwnFound::TooFew, |shown| OwnFound::Shown { kind: row.kind, shown, n: row.n }))
}

impl App {
    /// What the published waves of the plan's own came to for an indicator, the earliest first. They are no observations
    /// of it, and nothing that was published is changed by them.
    pub async fn own_figures(
        &self,
        portfolio: &Portfolio,
        indicator: &Indicator,
    ) -> Result<Vec<OwnFigure>, AppError> {
        let plan = &portfolio.plan;
        let mut out = Vec::new();
        for asked in &indicator.asked_by {
            let held = plan
                .waves
                .iter()
                .filter(|held| held.shows_results(false) && held.wave.instrument == asked.instrument);
            for held in held {
                let found = match self.sound_results(&plan.code, held).await? {
                    None => None,
                    Some(Ok(results)) => figure(&results, asked),
                    Some(Err(Damaged)) => {
                        let put = plan.questionnaire(&held.wave.instrument, held.wave.version);
                        let asks = put.is_some_and(|put| put.asks.question(&asked.question).is_some());
                        asks.then_some(OwnFound::Damaged)
                    }
                };
                let figure = |found| OwnFigure { wave: held.clone(), asked: asked.clone(), found };
                out.extend(found.map(figure));
            }
        }
        out.sort_by(|a, b| (a.wave.wave.to, &a.wave.wave.wave).cmp(&(b.wave.wave.to, &b.wave.wave.wave)));
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_else_is_as_uncertain_the_other_way_round() {
        let of = |hundredths| Decimal::new(hundredths, 2);
        let none =
            Shown { estimate: of(20), std_error: of(3), low: of(14), high: of(28), deff: None, df: None };
        let others = of_others(none);
        assert_eq!(
            (others.estimate, others.low, others.high, others.std_error),
            (of(80), of(72), of(86), of(3))
        );
        assert_eq!(of_others(others), none);
    }
}
