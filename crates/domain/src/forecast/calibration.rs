//! Past forecasts against what came true.
//!
//! A forecast is good when of the promises that were given seven chances in ten, seven in ten held. Whether it is
//! sharp besides shows in the Brier score: the mean squared distance between what was said and what came.

use jiff::civil::Date;

use super::kept::KeptForecast;
use crate::code::Code;
use crate::portfolio::Portfolio;

/// What became of a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Kept(Date),
    /// Done after its day, or not done yet although the day has passed.
    Broken(Option<Date>),
    /// Its day has not come.
    Pending,
    /// The project has left the plan, or nothing tells.
    Unknown,
}

/// One thing that was said, with what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    pub on: Date,
    pub project: Code,
    pub step: Code,
    pub promised: Date,
    pub share: f64,
    pub p50: Date,
    pub p80: Date,
    pub verdict: Verdict,
}

/// Forecasts whose chances lay within a tenth.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Bin {
    pub said: usize,
    pub kept: usize,
    /// The mean of the chances that were given.
    pub mean: f64,
}

impl Bin {
    pub fn share_kept(&self) -> Option<f64> {
        (self.said > 0).then(|| self.kept as f64 / self.said as f64)
    }
}

/// How a number of forecasts came true.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Calibration {
    pub said: Vec<Said>,
    /// By tenths of the chance given, the least first.
    pub bins: [Bin; 10],
    /// Those that are settled.
    pub settled: usize,
    pub kept: usize,
    pub pending: usize,
    /// Mean squared distance; `None` while nothing is settled. 0 is perfect.
    pub brier: Option<f64>,
    /// The score of always giving the share that came true: a forecast that knows something lies below.
    pub base: Option<f64>,
    /// How often it was done by the day that half, and four in five, of the draws had reached.
    pub by_p50: Option<f64>,
    pub by_p80: Option<f64>,
}

/// What became of a promise, as the plan now stands.
pub fn verdict(now: &Portfolio, project: &Code, step: &Code, promised: Date) -> Verdict {
    let Some(project) = now.project(project.as_str()).filter(|project| project.is_member()) else {
        return Verdict::Unknown;
    };
    match project.reached(step.as_str()).map(|date| date.last()) {
        Some(day) if day <= promised => Verdict::Kept(day),
        Some(day) => Verdict::Broken(Some(day)),
        None if promised < now.view.as_of => Verdict::Broken(None),
        None => Verdict::Pending,
    }
}

/// Holds kept forecasts against what came true by now.
pub fn calibration<'a>(
    forecasts: impl IntoIterator<Item = &'a KeptForecast>,
    now: &Portfolio,
) -> Calibration {
    let mut out = Calibration::default();
    let (mut squares, mut halves, mut fifths) = (0.0, 0usize, 0usize);
    for forecast in forecasts {
        for promise in &forecast.promises {
            let share = f64::from(promise.permille.min(1000)) / 1000.0;
            let verdict = verdict(now, &promise.project, &promise.step, promise.promised);
            let settled = match verdict {
                Verdict::Kept(_) => Some(true),
                Verdict::Broken(_) => Some(false),
                Verdict::Pending | Verdict::Unknown => None,
            };
            if let Some(kept) = settled {
                let bin = &mut out.bins[((share * 10.0) as usize).min(9)];
                bin.said += 1;
                bin.kept += usize::from(kept);
                bin.mean += share;
                out.settled += 1;
                out.kept += usize::from(kept);
                squares += (share - f64::from(u8::from(kept))).powi(2);
                let done = match verdict {
                    Verdict::Kept(day) | Verdict::Broken(Some(day)) => day,
                    _ => Date::MAX,
                };
                halves += usize::from(done <= promise.p50);
                fifths += usize::from(done <= promise.p80);
            }
            out.pending += usize::from(verdict == Verdict::Pending);
            out.said.push(Said {
                on: forecast.on,
                project: promise.project.clone(),
                step: promise.step.clone(),
                promised: promise.promised,
                share,
                p50: promise.p50,
                p80: promise.p80,
                verdict,
            });
        }
    }
    for bin in out.bins.iter_mut().filter(|bin| bin.said > 0) {
        bin.mean /= bin.said as f64;
    }
    if out.settled > 0 {
        let count = out.settled as f64;
        let share = out.kept as f64 / count;
        out.brier = Some(squares / count);
        out.base = Some(share * (1.0 - share));
        out.by_p50 = Some(halves as f64 / count);
        out.by_p80 = Some(fifths as f64 / count);
    }
    out
}
