//! An estimate by area, as a map shows it: in classes, with what is uncertain of it.

use std::collections::BTreeSet;

use domain::survey::{HeldWave, Questionnaire, ResultKind, ResultRow, Shown, WaveResults};
use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};
use survey::change::holm;
use survey::instrument::Form;
use survey::part::{Estimated, apart};

/// The classes that a map has at most.
const CLASSES_MOST: i64 = 4;
/// Chance alone sets one of all areas apart no more often.
const LEVEL: f64 = 0.05;
/// An interval is wide from here on: of a share, in the unit of shares; of a mean, as a part of its scale; of a number
/// without a scale, as a part of the estimate.
const WIDE_SHARE: f64 = 0.2;
const WIDE_OF_SCALE: f64 = 0.2;
const WIDE_OF_ESTIMATE: f64 = 0.4;

/// Something that a wave tells by area: a question, a row of a table of questions, an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedEstimate {
    pub question: String,
    pub row: Option<String>,
    pub kind: ResultKind,
    /// None for a mean.
    pub answer: Option<String>,
}

impl MappedEstimate {
    /// How an address names it: `question=answer`, or `question/row=answer`.
    pub fn key(&self) -> String {
        let row = self.row.as_deref().map_or_else(String::new, |row| format!("/{row}"));
        format!("{}{row}={}", self.question, self.answer.as_deref().unwrap_or_default())
    }

    fn is(&self, row: &ResultRow) -> bool {
        (&row.question, &row.row, row.kind, &row.answer)
            == (&self.question, &self.row, self.kind, &self.answer)
    }
}

/// How an area stands against the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgainstWhole {
    Higher,
    Lower,
    /// Chance alone could have set it so far apart, for so many areas.
    NotClear,
}

impl AgainstWhole {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Higher => "higher",
            Self::Lower => "lower",
            Self::NotClear => "not_clear",
        }
    }
}

/// What an area came to.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaEstimate {
    /// The answer, which is the code of the area.
    pub area: String,
    /// None where too few answered, or these could be worked out from it.
    pub found: Option<FoundEstimate>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FoundEstimate {
    pub shown: Shown,
    pub n: u64,
    pub against: AgainstWhole,
    /// Its interval is wide, or few are behind it.
    pub wide: bool,
    /// Which of the classes it is in, from 0.
    pub class: usize,
}

/// One estimate over all areas that were asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct ByArea {
    pub of: MappedEstimate,
    pub whole: Option<(Shown, u64)>,
    /// In the order of the answers.
    pub areas: Vec<AreaEstimate>,
    /// Lower and upper bounds of the classes, the lowest first; an estimate on a bound is in the upper one.
    pub classes: Vec<(Decimal, Decimal)>,
    /// Fewer people than these are few.
    pub few: u64,
}

/// The rows by area. What a wave is broken down by is no finding.
fn findings<'a>(held: &'a HeldWave, results: &'a WaveResults) -> impl Iterator<Item = &'a ResultRow> {
    let mut known: BTreeSet<&str> = held.wave.groupings().into_iter().collect();
    known.extend(held.wave.margins.iter().map(|margin| margin.question.as_str()));
    let area = held.wave.area.as_ref();
    results.rows.iter().filter(move |row| {
        row.group.as_ref().is_some_and(|(by, _)| Some(by) == area) && !known.contains(row.question.as_str())
    })
}

/// What of a wave can be shown by area, in the order of its questions.
pub fn mapped(held: &HeldWave, results: &WaveResults) -> Vec<MappedEstimate> {
    let mut seen = BTreeSet::new();
    findings(held, results)
        .filter(|row| seen.insert((&row.question, &row.row, row.kind.as_str(), &row.answer)))
        .map(|row| MappedEstimate {
            question: row.question.clone(),
            row: row.row.clone(),
            kind: row.kind,
            answer: row.answer.clone(),
        })
        .collect()
}

/// Whether anything of a wave can be shown by area.
pub fn is_mapped(held: &HeldWave, results: &WaveResults) -> bool {
    findings(held, results).next().is_some()
}

/// What the people of an area make up of all who answered a question, as weighted: their share of all sheets, by how
/// many of them answered against how many of all did. Without one of these numbers, as counted.
fn share_of(results: &WaveResults, (area, code): (&str, &str), n: u64, all: u64) -> f64 {
    let asked = || results.rows.iter().filter(|row| row.question == area && row.row.is_none());
    let whole = asked().find(|row| row.group.is_none() && row.answer.as_deref() == Some(code));
    let told = whole.and_then(|row| Some((row.shown?.estimate.to_f64()?, row.n)));
    let here = asked().find(|row| {
        row.n > 0 && row.group.as_ref().is_some_and(|(by, of)| (by.as_str(), of.as_str()) == (area, code))
    });
    let (n, all) = (n as f64, all.max(1) as f64);
    if n >= all {
        return 1.0;
    }
    let share = match (told, here.map(|row| row.n as f64)) {
        (Some((told, sheets)), Some(here)) if sheets > 0 => told * (n / here) / (all / sheets as f64),
        _ => n / all,
    };
    // Somebody else answered, too.
    share.min(1.0 - 1.0 / all)
}

fn estimated(shown: &Shown) -> Option<Estimated> {
    Some(Estimated {
        estimate: shown.estimate.to_f64()?,
        std_error: shown.std_error.to_f64()?,
        df: shown.df.and_then(|df| df.to_f64()).unwrap_or(f64::INFINITY),
    })
}

/// From where on an interval is wide, by the form of the question.
fn widest(kind: ResultKind, form: Option<&Form>, estimate: f64) -> f64 {
    match (kind, form) {
        (ResultKind::Mean, Some(Form::Scale { low, high, .. })) => {
            f64::from(high.saturating_sub(*low)) * WIDE_OF_SCALE
        }
        (ResultKind::Mean, _) => estimate.abs() * WIDE_OF_ESTIMATE,
        _ => WIDE_SHARE,
    }
}

/// What an estimate can be at least and at most, by the form of the question.
fn limits(kind: ResultKind, form: Option<&Form>) -> (f64, f64) {
    match (kind, form) {
        (ResultKind::Mean, Some(Form::Scale { low, high, .. })) => (f64::from(*low), f64::from(*high)),
        (ResultKind::Mean, _) => (f64::NEG_INFINITY, f64::INFINITY),
        _ => (0.0, 1.0),
    }
}

/// Up to four classes of one width, whose bounds are round numbers, that hold all estimates; none goes on beyond what an
/// estimate can be.
fn classes(values: &[f64], (lowest, highest): (f64, f64)) -> Vec<(Decimal, Decimal)> {
    let (least, most) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| {
        (least.min(*value), most.max(*value))
    });
    if !(least.is_finite() && most.is_finite()) {
        return Vec::new();
    }
    for exponent in -2..=18 {
        for unit in [1.0, 2.0, 5.0] {
            let step = unit * 10_f64.powi(exponent);
            let mut first = (least / step + 1e-9).floor();
            let count = ((most / step - 1e-9).ceil() - first).max(1.0);
            if count > CLASSES_MOST as f64 {
                continue;
            }
            // Where all are as high as can be, they are at the top of a class.
            if first * step > highest - step / 2.0 {
                first -= 1.0;
            }
            let bound = |at: i64| {
                let bound = ((first + at as f64) * step).max(lowest).min(highest);
                Decimal::from_f64(bound).map(|it| it.round_dp(2))
            };
            return (0..count as i64).filter_map(|at| bound(at).zip(bound(at + 1))).collect();
        }
    }
    Vec::new()
}

fn class_of(classes: &[(Decimal, Decimal)], value: Decimal) -> usize {
    classes.iter().rposition(|(from, _)| value >= *from).unwrap_or(0)
}

impl ByArea {
    /// An estimate of a wave by its areas; `None` where the wave asks for no area.
    pub fn of(
        held: &HeldWave,
        asked: &Questionnaire,
        results: &WaveResults,
        of: MappedEstimate,
    ) -> Option<Self> {
        let area = held.wave.area.as_ref()?;
        let form = asked.asks.question(&of.question).map(|question| &question.form);
        let choices = asked.single(area).ok()?;
        let own = |row: &&ResultRow| of.is(row);
        let whole = results.rows.iter().filter(own).find(|row| row.group.is_none());
        let whole = whole.and_then(|row| Some((row.shown?, row.n)));
        let shown: Vec<(&str, Option<(Shown, u64)>)> = choices
            .iter()
            .map(|choice| {
                let row = results.rows.iter().filter(own).find(|row| {
                    row.group.as_ref().is_some_and(|(by, code)| (by, code) == (area, &choice.code))
                });
                (choice.code.as_str(), row.and_then(|row| Some((row.shown?, row.n))))
            })
            .collect();
        let chances: Vec<Option<f64>> = shown
            .iter()
            .map(|(code, found)| {
                let ((shown, n), (all, people)) = ((*found)?, whole?);
                apart(estimated(&shown)?, estimated(&all)?, share_of(results, (area, code), n, people))
            })
            .collect();
        // All areas are looked at together: the more there are, the further one has to stand out.
        let told: Vec<f64> = chances.iter().flatten().copied().collect();
        let mut judged = holm(&told).into_iter();
        let judged: Vec<Option<f64>> =
            chances.iter().map(|chance| chance.and_then(|_| judged.next())).collect();
        let values: Vec<f64> = shown
            .iter()
            .filter_map(|(_, found)| found.and_then(|(shown, _)| shown.estimate.to_f64()))
            .collect();
        let classes = classes(&values, limits(of.kind, form));
        let few = 2 * u64::from(held.wave.least);
        let areas = shown.iter().zip(judged).map(|((code, found), judged)| {
            let found = found.map(|(shown, n)| {
                let clear = judged.is_some_and(|p| p < LEVEL);
                let higher = whole.is_some_and(|(all, _)| shown.estimate > all.estimate);
                let width = (shown.high - shown.low).to_f64().unwrap_or(f64::INFINITY);
                let estimate = shown.estimate.to_f64().unwrap_or_default();
                FoundEstimate {
                    shown,
                    n,
                    against: match (clear, higher) {
                        (false, _) => AgainstWhole::NotClear,
                        (true, true) => AgainstWhole::Higher,
                        (true, false) => AgainstWhole::Lower,
                    },
                    wide: n < few || width > widest(of.kind, form, estimate),
                    class: class_of(&classes, shown.estimate),
                }
            });
            AreaEstimate { area: (*code).to_owned(), found }
        });
        Some(Self { areas: areas.collect(), of, whole, classes, few })
    }

    /// How many areas stand clearly above the whole, clearly below it, and neither; and of how many too few answered.
    pub fn counts(&self) -> [usize; 4] {
        let standing = |wanted| {
            let found = self.areas.iter().filter_map(|area| area.found);
            found.filter(|found| found.against == wanted).count()
        };
        let hidden = self.areas.iter().filter(|area| area.found.is_none()).count();
        [
            standing(AgainstWhole::Higher),
            standing(AgainstWhole::Lower),
            standing(AgainstWhole::NotClear),
            hidden,
        ]
    }
}

#[cfg(test)]
mod tests {
    use domain::journal::Seq;
    use domain::source::Grade;
    use domain::survey::Wave;

    use super::super::sketched::{self, single};
    use super::*;

    fn bounds(values: &[f64]) -> Vec<(String, String)> {
        bounds_within(values, (f64::NEG_INFINITY, f64::INFINITY))
    }

    fn bounds_within(values: &[f64], limits: (f64, f64)) -> Vec<(String, String)> {
        let text = |it: Decimal| it.normalize().to_string();
        classes(values, limits).into_iter().map(|(from, to)| (text(from), text(to))).collect()
    }

    #[test]
    fn classes_lie_on_round_numbers_and_hold_all_estimates() {
        let of = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect()
        };
        assert_eq!(
            bounds(&[0.213, 0.25, 0.391]),
            of(&[("0.2", "0.25"), ("0.25", "0.3"), ("0.3", "0.35"), ("0.35", "0.4")])
        );
        // What lies on a bound opens no class of its own at the top.
        assert_eq!(bounds(&[0.0, 1.0]), of(&[("0", "0.5"), ("0.5", "1")]));
        assert_eq!(bounds(&[0.5]), of(&[("0.5", "0.51")]));
        assert_eq!(bounds(&[6.12, 7.05]), of(&[("6", "6.5"), ("6.5", "7"), ("7", "7.5")]));
        assert_eq!(
            bounds(&[-3.0, 12_000.0]),
            of(&[("-5000", "0"), ("0", "5000"), ("5000", "10000"), ("10000", "15000")])
        );
        assert!(
            bounds(&[]).is_empty() && bounds(&[f64::NAN]).is_empty() && bounds(&[f64::INFINITY]).is_empty()
        );
    }

    #[test]
    fn no_class_goes_beyond_what_an_estimate_can_be() {
        let of = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        assert_eq!(bounds_within(&[1.0], (0.0, 1.0)), [of("0.99", "1")]);
        assert_eq!(bounds_within(&[0.0], (0.0, 1.0)), [of("0", "0.01")]);
        assert_eq!(bounds_within(&[5.0, 5.0], (1.0, 5.0)), [of("4.99", "5")]);
        assert_eq!(
            bounds_within(&[1.2, 4.9], (1.0, 5.0)),
            [of("1", "2"), of("2", "3"), of("3", "4"), of("4", "5")]
        );
        assert_eq!(
            bounds_within(&[1.2, 6.9], (1.0, 7.0)),
            [of("1", "2"), of("2", "4"), of("4", "6"), of("6", "7")]
        );
        assert_eq!(class_of(&classes(&[1.0], (0.0, 1.0)), Decimal::ONE), 0);
    }

    #[test]
    fn an_estimate_on_a_bound_is_in_the_upper_class() {
        let held = classes(&[0.213, 0.391], (0.0, 1.0));
        let at = |thousandths| class_of(&held, Decimal::new(thousandths, 3));
        assert_eq!([at(213), at(249), at(250), at(391)], [0, 0, 1, 3]);
        assert_eq!(class_of(&classes(&[0.0, 1.0], (0.0, 1.0)), Decimal::ONE), 1);
    }

    const AREAS: [&str; 4] = ["a", "b", "c", "d"];

    fn asked() -> Questionnaire {
        sketched::asked(vec![single("area", &AREAS), single("felt", &["yes", "no"])])
    }

    fn held() -> HeldWave {
        let wave = Wave { area: Some("area".into()), ..sketched::wave() };
        HeldWave { wave, seq: Seq(1), grade: Grade::Reported, events: Vec::new() }
    }

    /// The share of an answer, with the error of a simple sample.
    fn row(question: &str, answer: &str, group: Option<&str>, (permille, n): (i64, u64)) -> ResultRow {
        let share = permille as f64 / 1_000.0;
        let error = (share * (1.0 - share) / n as f64).sqrt();
        let of = |value: f64| Decimal::from_f64(value).unwrap().round_dp(6);
        let shown = Shown {
            estimate: of(share),
            std_error: of(error),
            low: of(share - 1.96 * error),
            high: of(share + 1.96 * error),
            deff: None,
            df: None,
        };
        ResultRow {
            question: question.into(),
            row: None,
            kind: ResultKind::Share,
            group: group.map(|group| ("area".to_owned(), group.to_owned())),
            answer: Some(answer.into()),
            n: if n < 20 { 0 } else { n },
            shown: (n >= 20).then_some(shown),
        }
    }

    fn made(rows: Vec<ResultRow>) -> WaveResults {
        WaveResults {
            sheets: 400,
            weighted: false,
            weights_deff: Decimal::ONE,
            trimmed: 0,
            unreached: Vec::new(),
            fieldwork: None,
            rows,
        }
    }

    #[test]
    fn an_area_stands_out_where_chance_does_not_explain_it() {
        // 400 people: a says yes far more often than all, b as often, c somewhat less and of few, d too few.
        let mut rows = vec![row("felt", "yes", None, (400, 400))];
        rows.extend(
            [("a", 650, 100), ("b", 400, 230), ("c", 300, 30), ("d", 500, 12)]
                .map(|(area, permille, n)| row("felt", "yes", Some(area), (permille, n))),
        );
        rows.extend(
            [("a", 250), ("b", 575), ("c", 75)].map(|(area, share)| row("area", area, None, (share, 400))),
        );
        let results = made(rows);
        let all = mapped(&held(), &results);
        assert!(is_mapped(&held(), &results));
        assert_eq!(all.iter().map(MappedEstimate::key).collect::<Vec<_>>(), ["felt=yes"]);
        let found = ByArea::of(&held(), &asked(), &results, all[0].clone()).unwrap();
        let told: Vec<_> = found
            .areas
            .iter()
            .map(|area| {
                (area.area.as_str(), area.found.map(|found| (found.against, found.wide, found.class)))
            })
            .collect();
        assert_eq!(
            told,
            [
                ("a", Some((AgainstWhole::Higher, false, 3))),
                ("b", Some((AgainstWhole::NotClear, false, 1))),
                // Thirty people are fewer than twice twenty, and their interval is wide.
                ("c", Some((AgainstWhole::NotClear, true, 0))),
                ("d", None),
            ]
        );
        assert_eq!(found.counts(), [1, 0, 2, 1]);
        assert_eq!((found.few, found.classes.len()), (40, 4));
        let elsewhere = HeldWave { wave: Wave { area: None, ..held().wave }, ..held() };
        assert!(mapped(&elsewhere, &results).is_empty() && !is_mapped(&elsewhere, &results));
        assert_eq!(ByArea::of(&elsewhere, &asked(), &results, all[0].clone()), None);
    }

    #[test]
    fn an_area_makes_up_of_the_whole_what_it_does_of_those_who_answered() {
        // A question that was put to those who said no: 100 of the 100 people of a, and 20 of the 300 elsewhere.
        let mut rows = vec![row("felt", "yes", None, (550, 120))];
        rows.extend(
            [("a", 600, 100), ("b", 300, 20)]
                .map(|(area, permille, n)| row("felt", "yes", Some(area), (permille, n))),
        );
        let sheets = [("a", 250, 100), ("b", 575, 230), ("c", 175, 70)];
        rows.extend(sheets.map(|(area, share, _)| row("area", area, None, (share, 400))));
        let found = |rows: &[ResultRow]| {
            let results = made(rows.to_vec());
            let shares = [("a", 100), ("b", 20)].map(|(code, n)| share_of(&results, ("area", code), n, 120));
            let of = mapped(&held(), &results).remove(0);
            let by = ByArea::of(&held(), &asked(), &results, of).unwrap();
            let against = |at: usize| by.areas[at].found.map(|found| found.against);
            (shares.map(|share| (share * 1e6).round() / 1e6), [against(0), against(1)])
        };
        let expected = [Some(AgainstWhole::Higher), Some(AgainstWhole::Lower)];
        // Without the number of sheets of each area, as counted.
        assert_eq!(found(&rows), ([0.833_333, 0.166_667], expected));
        rows.extend(sheets.map(|(area, _, n)| row("area", area, Some(area), (1_000, n))));
        assert_eq!(found(&rows), ([0.833_333, 0.166_667], expected));
        // People of b count twice: they make up more of those who answered, too.
        for held in rows.iter_mut().filter(|row| row.question == "area" && row.group.is_none()) {
            let doubled = if held.answer.as_deref() == Some("b") { 730 } else { 159 };
            held.shown = held.shown.map(|shown| Shown { estimate: Decimal::new(doubled, 3), ..shown });
        }
        let ([a, b], _) = found(&rows);
        assert!((a - 0.159 / 0.3).abs() < 1e-6 && (b - 0.730 * 20.0 / 230.0 / 0.3).abs() < 1e-6, "{a} {b}");
        // Only people of one area answered: nothing is left to set it against.
        let one = made(rows);
        assert_eq!(share_of(&one, ("area", "a"), 120, 120), 1.0);
        // Weights say more than all of those who answered: one of them was of another area.
        assert_eq!(share_of(&one, ("area", "b"), 119, 120), 1.0 - 1.0 / 120.0);
    }
}
