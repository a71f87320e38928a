//! What requests say of a project: before and after, beside comparable areas, with the season taken out.
//!
//! Areas differ in size, so each is told in percent of its own monthly mean before the works.

use std::collections::BTreeMap;

use domain::code::Code;
use domain::evaluation::{EvaluationWindow, NoWindow};
use domain::portfolio::Portfolio;
use domain::request::public::suppressed;
use jiff::civil::Date;
use survey::effect::{Effect, EffectSettings, Scale, Series, effect};

use super::RequestPart;
use super::cells::Cells;
use super::chosen::Chosen;
use super::said::is_told;

/// Fewer requests before the works tell nothing of an area: it is left out and named.
pub const LEAST_BEFORE: u64 = 10;

/// Why requests say nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoEffect {
    Window(NoWindow),
    /// Nobody recorded where the project is.
    NoArea,
    /// No request and no task names the project, and nobody settled what it is about.
    NoCategory,
    /// Fewer than two areas to compare with.
    NoComparison,
    /// None of the areas reached had enough requests before.
    TooFew,
    /// No month of the year comes both before and after.
    NoSeason,
}

impl NoEffect {
    /// As programs read it; messages explain it under `evaluation-none-`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Window(NoWindow::NotDelivered) => "not_delivered",
            Self::Window(NoWindow::NoRegister) => "no_register",
            Self::Window(NoWindow::NothingBefore(_)) => "nothing_before",
            Self::Window(NoWindow::NothingAfter(_)) => "nothing_after",
            Self::NoArea => "no_area",
            Self::NoCategory => "no_category",
            Self::NoComparison => "no_comparison",
            Self::TooFew => "too_few",
            Self::NoSeason => "no_season",
        }
    }

    /// The day that its words name.
    pub fn day(&self) -> Option<Date> {
        match self {
            Self::Window(NoWindow::NothingBefore(day) | NoWindow::NothingAfter(day)) => Some(*day),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MonthPart {
    Before,
    /// The works, up to the delivery.
    LeftOut,
    After,
}

impl MonthPart {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::LeftOut => "left_out",
            Self::After => "after",
        }
    }
}

/// A count with whether everybody is told it: no small one follows from the sums that stand beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    pub count: u64,
    public: bool,
}

impl Counted {
    pub fn is_told(self, staff: bool) -> bool {
        staff || self.public
    }

    /// Counts whose sum is told.
    fn with_sum(counts: &[u64]) -> Vec<Self> {
        let hidden = suppressed(counts);
        counts.iter().zip(hidden).map(|(count, hidden)| Self { count: *count, public: !hidden }).collect()
    }

    /// A count that is in no sum.
    fn alone(count: u64) -> Self {
        Self { count, public: is_told(count, false) }
    }
}

/// Requests of an area before and after.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaRequests {
    pub area: Code,
    pub reached: bool,
    pub before: Counted,
    pub after: Counted,
    /// A month's mean before and after.
    pub mean_before: f64,
    pub mean_after: f64,
}

/// A month, of the areas reached and of those that they are compared with.
#[derive(Debug, Clone, PartialEq)]
pub struct MonthLine {
    pub month: Date,
    pub part: MonthPart,
    pub reached: Counted,
    pub compared: Counted,
    /// The mean over areas, in percent of what was usual for each before.
    pub reached_percent: f64,
    pub compared_percent: f64,
}

impl MonthLine {
    /// What it was of what is usual, on the side of the areas reached or of the others: `None` where it would tell a
    /// small count.
    pub fn percent(&self, reached: bool, staff: bool) -> Option<f64> {
        let (count, percent) = match reached {
            true => (self.reached, self.reached_percent),
            false => (self.compared, self.compared_percent),
        };
        count.is_told(staff).then_some(percent)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct RequestEffect {
    /// Those reached first.
    pub areas: Vec<AreaRequests>,
    /// Areas left out for their few requests before.
    pub too_few: Vec<(Code, u64)>,
    pub months: Vec<MonthLine>,
    /// Requests of the window that lie in no area of either side, or nobody knows where.
    pub elsewhere: u64,
    /// In percent of what was usual.
    pub found: Effect,
}

impl RequestEffect {
    /// Requests before and after, of one side.
    pub fn totals(&self, reached: bool) -> (u64, u64) {
        let side = self.areas.iter().filter(|area| area.reached == reached);
        side.fold((0, 0), |(before, after), area| (before + area.before.count, after + area.after.count))
    }
}

pub(super) fn part(
    portfolio: &Portfolio,
    chosen: Chosen,
    window: Result<EvaluationWindow, NoWindow>,
    cells: &Cells,
) -> RequestPart {
    let outcome =
        window.map_err(NoEffect::Window).and_then(|window| measure(portfolio, &chosen, &window, cells));
    RequestPart { chosen, window: window.ok(), outcome }
}

/// The counts of one area by month.
struct Counts {
    area: Code,
    reached: bool,
    months: Vec<u64>,
}

impl Counts {
    fn sum(&self, months: std::ops::Range<usize>) -> u64 {
        self.months[months].iter().sum()
    }
}

/// The counts of one side by month. Those before the works have a sum that is told, and those since the delivery.
fn by_month(kept: &[Counts], reached: bool, (works, start, len): (usize, usize, usize)) -> Vec<Counted> {
    let side = || kept.iter().filter(move |counts| counts.reached == reached);
    let of = |months: std::ops::Range<usize>| -> Vec<u64> {
        months.map(|at| side().map(|counts| counts.months[at]).sum()).collect()
    };
    let mut out = Counted::with_sum(&of(0..works));
    out.extend(of(works..start).into_iter().map(Counted::alone));
    out.extend(Counted::with_sum(&of(start..len)));
    out
}

/// The counts of some months by area. Those of one side have a sum that is told.
fn by_area(kept: &[Counts], months: std::ops::Range<usize>) -> Vec<Counted> {
    let of = |reached: bool| -> Vec<u64> {
        let side = kept.iter().filter(|counts| counts.reached == reached);
        side.map(|counts| counts.sum(months.clone())).collect()
    };
    let mut sides = [true, false].map(|reached| Counted::with_sum(&of(reached)).into_iter());
    let next = |counts: &Counts| sides[usize::from(!counts.reached)].next();
    kept.iter().filter_map(next).collect()
}

/// The counts of some areas, each with all below it; and how many requests are in none of them.
fn counted(
    portfolio: &Portfolio,
    chosen: &Chosen,
    window: &EvaluationWindow,
    cells: &Cells,
) -> (Vec<Counts>, u64) {
    let sides = [(&chosen.reached, true), (&chosen.compared, false)];
    let mut out: Vec<Counts> = Vec::new();
    let mut place: BTreeMap<Code, usize> = BTreeMap::new();
    let mut elsewhere = 0;
    for (areas, reached) in sides {
        for area in areas {
            for code in portfolio.areas_below(area) {
                place.entry(code).or_insert(out.len());
            }
            out.push(Counts { area: area.clone(), reached, months: vec![0; window.count()] });
        }
    }
    for (month, area, number) in cells.of(&chosen.categories) {
        let Some(month) = window.place(month) else { continue };
        match area.and_then(|area| place.get(area)) {
            Some(at) => out[*at].months[month] += number,
            None => elsewhere += number,
        }
    }
    (out, elsewhere)
}

fn measure(
    portfolio: &Portfolio,
    chosen: &Chosen,
    window: &EvaluationWindow,
    cells: &Cells,
) -> Result<RequestEffect, NoEffect> {
    if chosen.reached.is_empty() {
        return Err(NoEffect::NoArea);
    }
    if chosen.categories.is_empty() {
        return Err(NoEffect::NoCategory);
    }
    if chosen.compared.len() < 2 {
        return Err(NoEffect::NoComparison);
    }
    let (works, start, len) = (window.works_at(), window.start_at(), window.count());
    let (all, elsewhere) = counted(portfolio, chosen, window, cells);
    let (kept, few): (Vec<Counts>, Vec<Counts>) =
        all.into_iter().partition(|counts| counts.sum(0..works) >= LEAST_BEFORE);
    if !kept.iter().any(|counts| counts.reached) {
        return Err(NoEffect::TooFew);
    }
    if kept.iter().filter(|counts| !counts.reached).count() < 2 {
        return Err(NoEffect::NoComparison);
    }
    let usual = |counts: &Counts| counts.sum(0..works) as f64 / works as f64;
    let percent = |counts: &Counts, month: usize| counts.months[month] as f64 / usual(counts) * 100.0;
    let series: Vec<Series> = kept
        .iter()
        .map(|counts| Series {
            area: counts.area.to_string(),
            treated: counts.reached,
            values: (0..len).map(|month| Some(percent(counts, month))).collect(),
        })
        .collect();
    let settings =
        EffectSettings { start, leave_out: start - works, scale: Scale::Level, ..EffectSettings::default() };
    let found = effect(&series, &settings).map_err(|_| NoEffect::NoSeason)?;
    let spans = (works, start, len);
    let (reached, compared) = (by_month(&kept, true, spans), by_month(&kept, false, spans));
    let months = window
        .months()
        .enumerate()
        .map(|(at, month)| {
            let side = |reached: bool| kept.iter().filter(move |counts| counts.reached == reached);
            let mean = |reached: bool| {
                side(reached).map(|counts| percent(counts, at)).sum::<f64>() / side(reached).count() as f64
            };
            MonthLine {
                month,
                part: match at {
                    at if at < works => MonthPart::Before,
                    at if at < start => MonthPart::LeftOut,
                    _ => MonthPart::After,
                },
                reached: reached[at],
                compared: compared[at],
                reached_percent: mean(true),
                compared_percent: mean(false),
            }
        })
        .collect();
    let (before, after) = (by_area(&kept, 0..works), by_area(&kept, start..len));
    let area = |(counts, (before, after)): (&Counts, (Counted, Counted))| AreaRequests {
        area: counts.area.clone(),
        reached: counts.reached,
        before,
        after,
        mean_before: usual(counts),
        mean_after: counts.sum(start..len) as f64 / (len - start) as f64,
    };
    Ok(RequestEffect {
        areas: kept.iter().zip(before.into_iter().zip(after)).map(area).collect(),
        too_few: few.iter().map(|counts| (counts.area.clone(), counts.sum(0..works))).collect(),
        months,
        elsewhere,
        found,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(area: &str, reached: bool, months: &[u64]) -> Counts {
        Counts { area: Code::new(area).unwrap(), reached, months: months.to_vec() }
    }

    fn told(counts: &[Counted]) -> Vec<bool> {
        counts.iter().map(|count| count.is_told(false)).collect()
    }

    #[test]
    fn no_small_month_follows_from_the_sums() {
        // Three months before, one left out, four since.
        let spans = (3, 4, 8);
        let kept = [
            counts("r1", true, &[6, 2, 9, 3, 1, 8, 1, 20]),
            counts("r2", true, &[4, 1, 5, 4, 0, 2, 0, 10]),
            counts("c1", false, &[7, 8, 9, 0, 1, 0, 1, 3]),
        ];
        let reached = by_month(&kept, true, spans);
        assert_eq!(reached.iter().map(|it| it.count).collect::<Vec<_>>(), [10, 3, 14, 7, 1, 10, 1, 30]);
        // The sum of 27 less the others would be the 3; two of one each would be what 42 leaves.
        assert_eq!(told(&reached), [false, false, true, true, false, false, false, true]);
        assert!(reached.iter().all(|count| count.is_told(true)));
        // All of a sum of 5 would be known by the month that is none.
        assert_eq!(
            told(&by_month(&kept, false, spans)),
            [true, true, true, true, false, false, false, false]
        );
        // A small one that is in no sum hides no other.
        let alone = [counts("r1", true, &[9, 3, 8, 9])];
        assert_eq!(told(&by_month(&alone, true, (1, 3, 4))), [true, false, true, true]);
    }

    #[test]
    fn no_small_area_follows_from_the_sums() {
        let kept = [
            counts("r1", true, &[12, 3]),
            counts("c1", false, &[11, 2]),
            counts("r2", true, &[10, 9]),
            counts("c2", false, &[15, 30]),
            counts("r3", true, &[10, 40]),
            counts("c3", false, &[10, 0]),
        ];
        assert_eq!(told(&by_area(&kept, 0..1)), [true; 6]);
        let after = by_area(&kept, 1..2);
        assert_eq!(after.iter().map(|it| it.count).collect::<Vec<_>>(), [3, 2, 9, 30, 40, 0]);
        assert_eq!(told(&after), [false, false, false, false, true, true]);
    }
}
