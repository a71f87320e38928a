//! By what a forecast is drawn, and a forecast as it is kept.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::code::Code;
use crate::journal::Hash;
use crate::portfolio::Portfolio;
use crate::timetabling::{Odds, Row, Timetable};

/// How a plan's forecasts are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ForecastRules {
    /// What the lateness of one authority's decisions has in common, in percent: 0 for luck of its own in every
    /// project, 100 for one and the same.
    pub correlation: u8,
    pub draws: u32,
    pub seed: u64,
}

impl ForecastRules {
    pub const FEWEST_DRAWS: u32 = 100;
    pub const MOST_DRAWS: u32 = 100_000;

    /// What a plan that says nothing goes by. The correlation is chosen, not measured: with 30 the spread of the
    /// number of kept promises is far wider than by independent luck, and the expected number nearly the same.
    pub fn usual() -> Self {
        Self { correlation: 30, draws: 10_000, seed: 2018 }
    }

    pub fn is_sound(self) -> bool {
        self.correlation <= 100 && (Self::FEWEST_DRAWS..=Self::MOST_DRAWS).contains(&self.draws)
    }
}

/// What was said of one promise.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct KeptPromise {
    pub project: Code,
    pub step: Code,
    pub promised: Date,
    /// The share of draws in which it holds, in thousandths.
    pub permille: u16,
    pub p50: Date,
    pub p80: Date,
}

/// A forecast on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptForecast {
    /// The day the plan was looked at.
    pub on: Date,
    pub rules: ForecastRules,
    /// Of everything it was drawn from: two with the same digest, rules and program are the same.
    pub digest: String,
    pub promises: Vec<KeptPromise>,
}

/// The forecast of a timetable, as it is put on record: the promises that were open.
pub fn keep(portfolio: &Portfolio, timetable: &Timetable, rows: &[Row], odds: &Odds) -> KeptForecast {
    let promises = rows
        .iter()
        .filter_map(|row| {
            let drawn = odds.of(row.project)?;
            let promised = drawn.promise.filter(|day| *day >= timetable.as_of)?;
            let (share, _) = drawn.on_time?;
            Some(KeptPromise {
                project: portfolio.projects[row.project].code.clone(),
                step: row.headline()?.step.clone(),
                promised,
                // A share of a probability: from 0 to 1000.
                permille: (share.clamp(0.0, 1.0) * 1000.0).round() as u16,
                p50: drawn.p50,
                p80: drawn.p80,
            })
        })
        .collect();
    KeptForecast {
        on: timetable.as_of,
        rules: portfolio.plan.forecast_rules(),
        digest: fingerprint(portfolio, timetable, rows),
        promises,
    }
}

/// A digest of what a forecast is drawn from.
pub fn fingerprint(portfolio: &Portfolio, timetable: &Timetable, rows: &[Row]) -> String {
    let mut hash = Sha256::new();
    let mut line = |text: String| {
        hash.update(text.as_bytes());
        hash.update(b"\n");
    };
    line(format!("{} {} {:?}", timetable.as_of, timetable.calendar_version, portfolio.plan.forecast_rules()));
    for (place, paper) in &portfolio.plan.holidays {
        line(format!("{place:?} {:?}", paper.days));
    }
    for calendar in &portfolio.plan.calendars {
        line(format!(
            "{} {} {:?} {:?}",
            calendar.calendar, calendar.holidays, calendar.week, calendar.closed
        ));
    }
    for row in rows {
        let project = &portfolio.projects[row.project];
        for step in &row.steps {
            let work = portfolio.plan.work(project, &step.step);
            let dates = (step.start, step.finish, step.actual, step.stated, step.promised);
            let gate =
                project.steps.iter().find(|line| line.step == step.step).and_then(|it| it.gate.as_ref());
            let authority = gate.map(|gate| &gate.authority);
            let place = format!("{}/{}", project.code, step.step);
            line(format!("{place} {work:?} {:?} {dates:?} {authority:?}", step.progress));
        }
        line(format!("{:?}", project.links));
    }
    Hash(hash.finalize().into()).to_string()
}
