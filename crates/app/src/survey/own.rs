//! What surveys of the plan's own say of an indicator, beside what was observed of it.

use domain::indicator::{AskedBy, Indicator};
use domain::portfolio::Portfolio;
use domain::survey::{HeldWave, ResultKind, Shown, WaveResults, WaveState};
use rust_decimal::Decimal;

use crate::App;
use crate::error::AppError;

/// The figure of a published wave that asks for what an indicator measures.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnFigure {
    pub wave: HeldWave,
    pub asked: AskedBy,
    pub kind: ResultKind,
    /// With the people behind it; none where too few answered.
    pub found: Option<(Shown, u64)>,
}

/// The share of everybody else: as uncertain, and the other way round.
fn of_others(shown: Shown) -> Shown {
    let one = Decimal::ONE;
    Shown { estimate: one - shown.estimate, low: one - shown.high, high: one - shown.low, ..shown }
}

/// The figure of everybody together; `None` where the wave does not ask for it.
fn figure(results: &WaveResults, asked: &AskedBy) -> Option<(ResultKind, Option<(Shown, u64)>)> {
    let mut rows = results.rows.iter().filter(|row| row.group.is_none() && row.row.is_none());
    let row = rows.find(|row| {
        row.question == asked.question
            && row.answer == asked.answer
            && (row.kind == ResultKind::Mean) == asked.answer.is_none()
    })?;
    let shown = row.shown.map(|shown| if asked.others { of_others(shown) } else { shown });
    Some((row.kind, shown.map(|shown| (shown, row.n))))
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
            let held = plan.waves.iter().filter(|held| {
                held.state() == WaveState::Published && held.wave.instrument == asked.instrument
            });
            for held in held {
                let Some(results) = self.wave_results(&plan.code, held).await? else { continue };
                let Some((kind, found)) = figure(&results, asked) else { continue };
                out.push(OwnFigure { wave: held.clone(), asked: asked.clone(), kind, found });
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
