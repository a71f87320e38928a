//! From sheets to estimates: columns of answers, weights to known totals, shares and means with their error.

use std::collections::{BTreeMap, BTreeSet};

use domain::code::Code;
use domain::survey::{Questionnaire, ResultKind, ResultRow, Shown, Wave, WaveMargin, WaveResults};
use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};
use survey::coded::{Coded, CodedBuilder};
use survey::estimate::{Outcome, Settings};
use survey::instrument::{Form, Question};
use survey::rake::RakeError;
use survey::sheet::{Answer, Answers};
use survey::spec::{Kind, QuestionSpec, Spec, TotalsSpec};
use survey::tabulate::{Table, TabulateError, tabulate};

/// Estimates of one wave: more rows than these are nobody's reading.
pub const ROWS_MOST: usize = 60_000;
/// Between the name of a table of questions and its row.
const ROW_MARK: char = '\u{1f}';
/// Between the answers that were ticked together.
pub(super) const TICK_MARK: &str = "\u{1e}";

/// The column of a question, or of one row of a table of questions.
pub(super) fn column_name(question: &str, row: Option<&str>) -> String {
    row.map_or_else(|| question.to_owned(), |row| format!("{question}{ROW_MARK}{row}"))
}

/// Why there are no estimates.
#[derive(Debug, Clone, PartialEq)]
pub enum EstimateFault {
    NoSheets,
    /// Nobody gave an answer for which a total is known.
    EmptyCell {
        question: String,
        code: String,
    },
    /// No weights meet all totals.
    NotMet {
        question: String,
        code: String,
    },
    /// Weights that would count a sheet very often.
    Exploding {
        people: usize,
        of: String,
    },
    /// Totals that no weights within the bounds meet.
    TooTight {
        question: String,
        code: String,
    },
    TooManyRows,
    /// Anything else, in the words of the engine.
    Other(String),
}

/// The columns of a wave's sheets, filled sheet by sheet.
pub(super) struct Columns {
    names: Vec<Column>,
}

struct Column {
    name: String,
    builder: CodedBuilder,
    texts: bool,
}

impl Columns {
    pub fn of(asked: &Questionnaire) -> Self {
        let mut names = Vec::new();
        for question in asked.asks.questions() {
            let rows: Vec<String> = match &question.form {
                Form::Matrix { rows, .. } => {
                    rows.iter().map(|row| column_name(&question.name, Some(&row.code))).collect()
                }
                _ => vec![question.name.clone()],
            };
            let texts = matches!(question.form, Form::Text { .. });
            names.extend(rows.into_iter().map(|name| Column {
                name,
                builder: CodedBuilder::default(),
                texts,
            }));
        }
        Self { names }
    }

    pub fn push(&mut self, answers: &Answers) {
        for column in self.names.iter_mut().filter(|column| !column.texts) {
            let (name, row) = match column.name.split_once(ROW_MARK) {
                Some((name, row)) => (name, Some(row)),
                None => (column.name.as_str(), None),
            };
            let value = match (answers.get(name), row) {
                (Some(Answer::Choice(code)), None) => Some(code.clone()),
                (Some(Answer::Choices(codes)), None) if !codes.is_empty() => Some(codes.join(TICK_MARK)),
                (Some(Answer::Number(number)), None) => Some(number.to_string()),
                (Some(Answer::Matrix(cells)), Some(row)) => cells.get(row).cloned(),
                _ => None,
            };
            column.builder.push(value.as_deref());
        }
    }

    pub fn finish(self) -> BTreeMap<String, Coded> {
        let all = self.names.into_iter().filter(|column| !column.texts);
        all.map(|column| (column.name, column.builder.finish())).collect()
    }
}

/// Estimates everything a wave asks for. `sheets` are the sheets that were pushed.
pub(super) fn estimate(
    wave: &Wave,
    asked: &Questionnaire,
    columns: Columns,
    sheets: u64,
) -> Result<WaveResults, EstimateFault> {
    if sheets == 0 {
        return Err(EstimateFault::NoSheets);
    }
    let columns = columns.finish();
    let (spec, unreached) = spec_of(wave, asked, &columns);
    let table = tabulate(&spec, &columns, 2).map_err(fault)?;
    Ok(WaveResults { unreached, ..results(table, sheets, u64::from(wave.least))? })
}

/// What is to be estimated of a wave's columns, and the strata that no sheet came from.
pub(super) fn spec_of(
    wave: &Wave,
    asked: &Questionnaire,
    columns: &BTreeMap<String, Coded>,
) -> (Spec, Vec<String>) {
    let answered = |name: &str| columns.get(name).is_some_and(|column| column.missing() < column.len());
    let mut questions = Vec::new();
    for question in asked.asks.questions() {
        questions.extend(specs(question).into_iter().filter(|spec| answered(&spec.column)));
    }
    let (totals, unreached) = match of_strata(wave, asked) {
        Some((name, people)) => match columns.get(name) {
            Some(column) => reached(name, people, column),
            None => (None, Vec::new()),
        },
        None => (None, Vec::new()),
    };
    let spec = Spec {
        // Communities were drawn first, and no sheet tells which it is of: what strata and totals gain is not known to
        // be more than what communities cost, so that it is not taken, and the cost is what was planned for it.
        weights_only: wave.sample.is_some(),
        questions,
        groups: wave
            .groupings()
            .into_iter()
            .filter(|name| answered(name))
            .map(|name| vec![name.to_owned()])
            .collect(),
        totals: wave
            .margins
            .iter()
            .map(|margin| TotalsSpec { columns: vec![margin.question.clone()], totals: shares(margin) })
            .chain(totals)
            .collect(),
        bounds: wave.trim.map(|percent| (0.0, f64::from(percent) / 100.0)),
        settings: Settings {
            min_base: wave.least as usize,
            inflation: planned_deff(wave).and_then(|deff| deff.to_f64()).unwrap_or(1.0),
            ..Settings::default()
        },
        ..Spec::default()
    };
    (spec, unreached)
}

/// What is added to the variance of a sample for the communities that were drawn: its planned design effect, at least
/// 1. None where the wave keeps no design.
pub fn planned_deff(wave: &Wave) -> Option<Decimal> {
    wave.sample.as_ref().map(|sample| sample.deff.max(Decimal::ONE))
}

/// The question whose answers are the strata that the sample was drawn by, with their people. None where answers and
/// strata are not the same: then the design says nothing of a sheet.
fn drawn_by<'a>(wave: &'a Wave, asked: &Questionnaire) -> Option<(&'a str, &'a [(Code, u64)])> {
    let (name, sample) = (wave.area.as_deref()?, wave.sample.as_ref()?);
    let choices = asked.always(name).ok()?;
    let known = |code: &str| sample.strata.iter().any(|(stratum, _)| stratum.as_str() == code);
    let same = choices.len() == sample.strata.len() && choices.iter().all(|choice| known(&choice.code));
    same.then_some((name, sample.strata.as_slice()))
}

/// Whether answers are weighted to the people of the strata that the sample was drawn by.
pub fn is_weighted_by_strata(wave: &Wave, asked: &Questionnaire) -> bool {
    of_strata(wave, asked).is_some()
}

/// The people of the strata, where they are totals of their own: where the wave names none for the question.
fn of_strata<'a>(wave: &'a Wave, asked: &Questionnaire) -> Option<(&'a str, &'a [(Code, u64)])> {
    let (name, people) = drawn_by(wave, asked)?;
    (!wave.margins.iter().any(|margin| margin.question == name)).then_some((name, people))
}

/// The people of the strata that sheets came from, as totals, and the strata that none came from. A wave is not to be
/// lost with one of them: what it says is said of the others.
fn reached(name: &str, people: &[(Code, u64)], column: &Coded) -> (Option<TotalsSpec>, Vec<String>) {
    let (there, gone): (Vec<_>, Vec<_>) =
        people.iter().partition(|(code, _)| column.labels().iter().any(|label| label == code.as_str()));
    let sum = there.iter().map(|(_, people)| *people as f64).sum::<f64>().max(1.0);
    let share = |(code, people): &(Code, u64)| (vec![code.to_string()], *people as f64 / sum);
    let totals: Vec<(Vec<String>, f64)> = there.into_iter().map(share).collect();
    let spec = (!totals.is_empty()).then(|| TotalsSpec { columns: vec![name.to_owned()], totals });
    (spec, gone.into_iter().map(|(code, _)| code.to_string()).collect())
}

/// Totals as shares of their sum: only shares and means come out, so that people, percent and rounded numbers go
/// together.
fn shares(margin: &WaveMargin) -> Vec<(Vec<String>, f64)> {
    let number = |total: &Decimal| total.to_f64().unwrap_or_default();
    let sum: f64 = margin.totals.iter().map(|(_, total)| number(total)).sum();
    let sum = if sum > 0.0 { sum } else { 1.0 };
    margin.totals.iter().map(|(code, total)| (vec![code.clone()], number(total) / sum)).collect()
}

/// What is estimated of a question: one line, or one for each row of a table of questions; a scale has its mean and
/// the share of each point.
fn specs(question: &Question) -> Vec<QuestionSpec> {
    let coded = |codes: Vec<String>| codes.into_iter().map(|code| (code.clone(), code)).collect();
    let of = |column: String, kind: Kind, labels: Vec<(String, String)>| QuestionSpec {
        column,
        kind: Some(kind),
        labels,
        ..QuestionSpec::default()
    };
    let codes = |choices: &[survey::instrument::Choice]| -> Vec<String> {
        choices.iter().map(|choice| choice.code.clone()).collect()
    };
    let name = || question.name.clone();
    match &question.form {
        Form::Single { choices } => vec![of(name(), Kind::Share, coded(codes(choices)))],
        Form::Multiple { choices, .. } => {
            let spec = of(name(), Kind::Multiple, coded(codes(choices)));
            vec![QuestionSpec { separator: Some(TICK_MARK.to_owned()), ..spec }]
        }
        Form::Scale { low, high, .. } => {
            let points = coded((*low..=*high).map(|point| point.to_string()).collect());
            vec![of(name(), Kind::Mean, Vec::new()), of(name(), Kind::Share, points)]
        }
        Form::Number { .. } => vec![of(name(), Kind::Mean, Vec::new())],
        Form::Text { .. } => Vec::new(),
        Form::Matrix { rows, columns } => rows
            .iter()
            .map(|row| {
                let column = column_name(&question.name, Some(&row.code));
                of(column, Kind::Share, coded(codes(columns)))
            })
            .collect(),
    }
}

fn results(table: Table, sheets: u64, least: u64) -> Result<WaveResults, EstimateFault> {
    if table.rows.len() > ROWS_MOST {
        return Err(EstimateFault::TooManyRows);
    }
    let mut rows = table
        .rows
        .into_iter()
        .map(|row| {
            let (question, part) = match row.question.split_once(ROW_MARK) {
                Some((question, part)) => (question.to_owned(), Some(part.to_owned())),
                None => (row.question.clone(), None),
            };
            let kind = match row.kind {
                Kind::Share => ResultKind::Share,
                Kind::Mean => ResultKind::Mean,
                Kind::Multiple => ResultKind::Multiple,
            };
            let (n, shown) = match row.outcome {
                Outcome::Suppressed { n } => (n, None),
                Outcome::Shown(found) => (found.n, shown(&found)),
            };
            ResultRow {
                question,
                row: part,
                kind,
                group: row.group_by.first().map(|by| (by.clone(), row.group.clone())),
                answer: row.level,
                n: n as u64,
                shown,
            }
        })
        .collect::<Vec<_>>();
    hide_remainders(&mut rows, least);
    let report = table.raked;
    Ok(WaveResults {
        sheets,
        weighted: report.is_some(),
        weights_deff: report
            .as_ref()
            .map_or(Some(Decimal::ONE), |report| six(report.deff_after))
            .unwrap_or_default(),
        trimmed: report.map_or(0, |report| report.trimmed as u64),
        unreached: Vec::new(),
        fieldwork: None,
        rows,
    })
}

/// Hides what could be worked out: where fewer than `least` people, but some, are left of the whole without the groups
/// that are shown, the smallest of these is hidden with them. Of what is hidden no number is told.
fn hide_remainders(rows: &mut [ResultRow], least: u64) {
    let asked = |row: &ResultRow| (row.question.clone(), row.row.clone(), row.kind.as_str());
    let mut whole = BTreeMap::new();
    let mut groupings = BTreeMap::<_, BTreeMap<String, u64>>::new();
    for row in rows.iter().filter(|row| row.shown.is_some()) {
        match &row.group {
            None => {
                whole.insert(asked(row), row.n);
            }
            Some((by, group)) => {
                groupings.entry((asked(row), by.clone())).or_default().insert(group.clone(), row.n);
            }
        }
    }
    let mut hidden = BTreeSet::new();
    for ((asked, by), groups) in groupings {
        let left = whole.get(&asked).map_or(0, |n| n.saturating_sub(groups.values().sum()));
        let smallest = groups.into_iter().min_by_key(|(_, n)| *n);
        if let Some((group, _)) = smallest.filter(|_| (1..least).contains(&left)) {
            hidden.insert((asked, by, group));
        }
    }
    for row in rows {
        let with_others = row
            .group
            .as_ref()
            .is_some_and(|(by, group)| hidden.contains(&(asked(row), by.clone(), group.clone())));
        if with_others {
            row.shown = None;
        }
        if row.shown.is_none() {
            row.n = 0;
        }
    }
}

fn six(value: f64) -> Option<Decimal> {
    Decimal::from_f64(value).map(|value| value.round_dp(6).normalize())
}

fn shown(found: &survey::estimate::Estimate) -> Option<Shown> {
    Some(Shown {
        estimate: six(found.estimate)?,
        std_error: six(found.std_error)?,
        low: six(found.ci_low)?,
        high: six(found.ci_high)?,
        deff: found.deff.and_then(six),
        df: Some(found.df).filter(|df| df.is_finite()).and_then(six),
    })
}

fn fault(error: TabulateError) -> EstimateFault {
    let TabulateError::Rake(error) = error else { return EstimateFault::Other(error.to_string()) };
    match error {
        RakeError::EmptyCell { margin, category, .. } => {
            EstimateFault::EmptyCell { question: margin, code: category }
        }
        RakeError::NotMet { margin, category, .. } => {
            EstimateFault::NotMet { question: margin, code: category }
        }
        RakeError::Exploding { rows, categories, .. } => {
            EstimateFault::Exploding { people: rows, of: categories }
        }
        RakeError::BoundsTooTight { margin, category, .. } => {
            EstimateFault::TooTight { question: margin, code: category }
        }
        other => EstimateFault::Other(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use domain::survey::WaveSample;
    use proptest::prelude::*;

    use super::super::sketched::{self, single};
    use super::*;

    fn row(group: Option<usize>, answer: &str, n: u64, least: u64) -> ResultRow {
        let one = Decimal::ONE;
        let shown = Shown { estimate: one, std_error: one, low: one, high: one, deff: None, df: None };
        ResultRow {
            question: "felt".into(),
            row: None,
            kind: ResultKind::Share,
            group: group.map(|group| ("area".to_owned(), group.to_string())),
            answer: Some(answer.into()),
            n,
            shown: (n >= least).then_some(shown),
        }
    }

    #[test]
    fn totals_in_people_and_in_percent_are_the_same_shares() {
        let margin = |totals: [i64; 2]| WaveMargin {
            question: "sex".into(),
            totals: ["f", "m"].map(str::to_owned).into_iter().zip(totals.map(Decimal::from)).collect(),
            source: String::new(),
        };
        let expected = vec![(vec!["f".to_owned()], 0.6), (vec!["m".to_owned()], 0.4)];
        for totals in [[60, 40], [3_000, 2_000], [6, 4]] {
            assert_eq!(shares(&margin(totals)), expected);
        }
    }

    /// Ten sheets of a large stratum, which all say the same, and ten of a small one.
    fn drawn(areas: &[&str], sample: Option<WaveSample>) -> WaveResults {
        let asked = sketched::asked(vec![single("area", areas), single("felt", &["yes", "no"])]);
        let wave =
            Wave { area: Some("area".into()), least: 2, sample: sample.map(Box::new), ..sketched::wave() };
        let mut columns = Columns::of(&asked);
        for at in 0..20 {
            let (area, felt) =
                if at < 10 { ("east", "yes") } else { ("west", if at < 15 { "no" } else { "yes" }) };
            let answer = |code: &str| Answer::Choice(code.into());
            columns.push(&Answers::from([("area".into(), answer(area)), ("felt".into(), answer(felt))]));
        }
        estimate(&wave, &asked, columns, 20).unwrap()
    }

    #[test]
    fn answers_are_weighted_to_the_strata_that_the_sample_was_drawn_by() {
        let yes = |results: &WaveResults| {
            let row = results.rows.iter().find(|row| {
                row.question == "felt" && row.group.is_none() && row.answer.as_deref() == Some("yes")
            });
            row.and_then(|row| row.shown).unwrap()
        };
        let two = &["east", "west"][..];
        let plain = drawn(two, None);
        assert!(!plain.weighted);
        assert_eq!(yes(&plain).estimate, Decimal::new(75, 2));
        let sample = |strata: &[(&str, u64)], deff: i64| {
            let strata = strata.iter().map(|(code, people)| (Code::new(code).unwrap(), *people)).collect();
            Some(WaveSample { strata, deff: Decimal::from(deff), ..WaveSample::default() })
        };
        let found = drawn(two, sample(&[("east", 900), ("west", 100)], 1));
        // All of nine tenths, and half of one.
        assert!(found.weighted && found.unreached.is_empty());
        assert_eq!(yes(&found).estimate, Decimal::new(95, 2));
        // Nothing is gained by strata, within which communities were drawn: by them it would be 0.0167.
        assert_eq!(yes(&found).std_error, Decimal::new(26_258, 6));
        // What communities were planned to cost is paid; less than nothing is not.
        let dear = drawn(two, sample(&[("east", 900), ("west", 100)], 4));
        let twice = yes(&dear).std_error - yes(&found).std_error * Decimal::TWO;
        assert!(twice.abs() <= Decimal::new(2, 6), "{twice}");
        assert!(yes(&dear).low < yes(&found).low && yes(&dear).high > yes(&found).high);
        assert_eq!(drawn(two, sample(&[("east", 900), ("west", 100)], 0)), found);
        // Where answers and strata are not the same, the design says nothing of whom a sheet stands for.
        let other = drawn(two, sample(&[("east", 900), ("south", 100)], 1));
        assert_eq!(other, plain);
    }

    #[test]
    fn a_stratum_without_a_sheet_is_told_and_the_others_are_weighted() {
        let three = &["east", "north", "west"][..];
        let strata = [("east", 900), ("north", 5_000), ("west", 100)];
        let strata = strata.map(|(code, people)| (Code::new(code).unwrap(), people)).to_vec();
        let found = drawn(three, Some(WaveSample { strata, ..WaveSample::default() }));
        assert_eq!(found.unreached, ["north"]);
        let row = found.rows.iter().find(|row| {
            row.question == "felt" && row.group.is_none() && row.answer.as_deref() == Some("yes")
        });
        assert_eq!(row.and_then(|row| row.shown).unwrap().estimate, Decimal::new(95, 2));
    }

    #[test]
    fn the_smallest_of_the_others_is_hidden_with_a_small_group() {
        let mut rows: Vec<ResultRow> = [(None, 33), (Some(0), 20), (Some(1), 10), (Some(2), 3)]
            .into_iter()
            .flat_map(|(group, n)| ["yes", "no"].map(|answer| row(group, answer, n, 5)))
            .collect();
        hide_remainders(&mut rows, 5);
        let told: Vec<(u64, bool)> = rows.iter().map(|row| (row.n, row.shown.is_some())).collect();
        let (shown, hidden) = (|n| [(n, true), (n, true)], [(0, false), (0, false)]);
        assert_eq!(told, [shown(33), shown(20), hidden, hidden].concat());
    }

    proptest! {
        /// Whoever takes what is shown from the whole is left with nobody, or with enough people; and nothing is
        /// hidden where nothing could be worked out.
        #[test]
        fn nobody_is_worked_out_from_the_whole(
            groups in prop::collection::vec(0_u64..40, 1..7), unsaid in 0_u64..6, least in 2_u64..20,
        ) {
            let n: u64 = groups.iter().sum::<u64>() + unsaid;
            let mut rows = vec![row(None, "yes", n, least)];
            rows.extend(groups.iter().enumerate().map(|(at, n)| row(Some(at), "yes", *n, least)));
            let small: u64 = unsaid + groups.iter().filter(|n| **n < least).sum::<u64>();
            let before = rows.clone();
            hide_remainders(&mut rows, least);
            prop_assert!(rows.iter().all(|row| row.shown.is_some() || row.n == 0));
            prop_assert_eq!(rows[0].shown, before[0].shown);
            let shown = rows.iter().skip(1).map(|row| row.n).sum::<u64>();
            let left = n - shown;
            prop_assert!(n < least || left == 0 || left >= least || shown == 0, "{rows:?}");
            if small == 0 || small >= least {
                prop_assert!(rows.iter().zip(&before).all(|(after, before)| after.shown == before.shown));
            }
        }
    }
}
