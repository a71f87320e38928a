//! From the texts of a column to answers that can be estimated.

use thiserror::Error;

use crate::coded::Coded;
use crate::spec::{Kind, QuestionSpec, Unlisted};

/// Texts that mean "no answer" unless a question lists them among its answers.
const NO_ANSWER: [&str; 9] = ["NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", ".", "-"];

/// Numbers with more different values than this are means when the kind is not given.
const MOST_CATEGORIES: usize = 12;

#[derive(Debug, Clone, PartialEq, Error)]
pub enum AnswerError {
    #[error(
        "question \"{question}\": response {row} has \"{value}\", which is not a number; give the number of each \
         answer (values = {{ \"{value}\" = 1 }}), list \"{value}\" under missing, or make it a share"
    )]
    NotANumber { question: String, row: usize, value: String },
    #[error(
        "question \"{question}\": response {row} has {value}, outside its scale from {low} to {high}; correct it, \
         or list \"{value}\" under missing"
    )]
    OutsideScale { question: String, row: usize, value: String, low: f64, high: f64 },
    #[error(
        "question \"{question}\": {rows} responses (first: {row}) have \"{value}\", which is not among its answers \
         ({known}); add it to the labels, list it under missing, or set unlisted = \"keep\" or \"missing\""
    )]
    Unlisted { question: String, row: usize, rows: usize, value: String, known: String },
    #[error("question \"{question}\": the share is asked of \"{value}\", but its answers are {known}")]
    NoSuchAnswer { question: String, value: String, known: String },
    #[error("question \"{question}\": no response has an answer")]
    NoAnswers { question: String },
}

/// A column ready for estimation.
#[derive(Debug, Clone, PartialEq)]
pub enum Prepared {
    /// Shares of these labels (shown label beside); `first` rows only are results.
    Shares {
        column: Coded,
        shown: Vec<String>,
        results: usize,
    },
    /// One share per entry: option, shown label, and whether each response has it (label 0) or not.
    Options(Vec<(String, String, Coded)>),
    Numbers(Vec<f64>),
}

/// Reads a column of texts as the answers to a question.
///
/// # Errors
/// Answers outside the scale or the list of answers, texts where numbers are due.
pub fn prepare(column: Coded, question: &QuestionSpec, missing: &[String]) -> Result<Prepared, AnswerError> {
    let listed: Vec<&str> = question
        .labels
        .iter()
        .map(|(code, _)| code.as_str())
        .chain(question.scores.iter().map(|(code, _)| code.as_str()))
        .chain(question.share_of.iter().map(String::as_str))
        .collect();
    let gone: Vec<String> = column
        .labels()
        .iter()
        .filter(|label| {
            let named = question.missing.iter().chain(missing).any(|text| same(text, label));
            let usual = label.is_empty() || NO_ANSWER.contains(&label.as_str());
            named || usual && !listed.iter().any(|code| same(code, label))
        })
        .cloned()
        .collect();
    let column = if gone.is_empty() { column } else { column.without_labels(&gone) };
    if column.labels().is_empty() {
        return Err(AnswerError::NoAnswers { question: question.column.clone() });
    }
    match question.kind.unwrap_or_else(|| guess(&column, question)) {
        Kind::Mean => numbers(&column, question),
        Kind::Share => shares(column, question),
        Kind::Multiple => options(&column, question),
    }
}

/// The kind of a question that does not say.
pub fn guess(column: &Coded, question: &QuestionSpec) -> Kind {
    if !question.scores.is_empty() {
        return Kind::Mean;
    }
    if !question.labels.is_empty() || !question.share_of.is_empty() {
        return Kind::Share;
    }
    let counts = column.counts();
    let mut used =
        column.labels().iter().zip(&counts).filter(|(_, count)| **count > 0).map(|(label, _)| label);
    let numeric = used.all(|label| label.parse::<f64>().is_ok());
    if numeric && column.labels().len() > MOST_CATEGORIES { Kind::Mean } else { Kind::Share }
}

/// Whether two texts are one code: equal, or equal numbers ("1" and "1.0").
fn same(a: &str, b: &str) -> bool {
    a == b || matches!((a.parse::<f64>(), b.parse::<f64>()), (Ok(a), Ok(b)) if a == b)
}

fn first_row(column: &Coded, code: usize) -> usize {
    column.codes().iter().position(|&other| other as usize == code).unwrap_or(0) + 1
}

fn known(question: &QuestionSpec, column: &Coded) -> String {
    let list: Vec<String> = if question.labels.is_empty() {
        column.labels().iter().take(20).map(|label| format!("\"{label}\"")).collect()
    } else {
        question.labels.iter().map(|(code, _)| format!("\"{code}\"")).collect()
    };
    list.join(", ")
}

fn numbers(column: &Coded, question: &QuestionSpec) -> Result<Prepared, AnswerError> {
    let counts = column.counts();
    let mut values = Vec::with_capacity(column.labels().len());
    for (code, label) in column.labels().iter().enumerate() {
        let score = question.scores.iter().find(|(code, _)| same(code, label)).map(|(_, score)| *score);
        let plain = || label.parse::<f64>().ok().filter(|value| value.is_finite());
        let value = match score.or_else(plain) {
            Some(value) => value,
            None if counts[code] == 0 => f64::NAN,
            None => {
                return Err(AnswerError::NotANumber {
                    question: question.column.clone(),
                    row: first_row(column, code),
                    value: label.clone(),
                });
            }
        };
        let (low, high) = question.range.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
        if counts[code] > 0 && (value < low || value > high) {
            return Err(AnswerError::OutsideScale {
                question: question.column.clone(),
                row: first_row(column, code),
                value: label.clone(),
                low,
                high,
            });
        }
        if score.is_none() {
            check_listed(column, question, code, counts[code])?;
        }
        values.push(value);
    }
    let rows = column.codes().iter().map(|&code| values.get(code as usize).copied().unwrap_or(f64::NAN));
    Ok(Prepared::Numbers(rows.collect()))
}

/// Refuses an answer that the labels do not list.
fn check_listed(
    column: &Coded,
    question: &QuestionSpec,
    code: usize,
    rows: usize,
) -> Result<(), AnswerError> {
    let label = &column.labels()[code];
    if question.labels.is_empty()
        || question.unlisted != Unlisted::Refuse
        || rows == 0
        || question.labels.iter().any(|(code, _)| same(code, label))
    {
        return Ok(());
    }
    Err(AnswerError::Unlisted {
        question: question.column.clone(),
        row: first_row(column, code),
        rows,
        value: label.clone(),
        known: known(question, column),
    })
}

fn shares(column: Coded, question: &QuestionSpec) -> Result<Prepared, AnswerError> {
    let counts = column.counts();
    let mut dropped = Vec::new();
    for (code, label) in column.labels().iter().enumerate() {
        check_listed(&column, question, code, counts[code])?;
        let listed = question.labels.iter().any(|(code, _)| same(code, label));
        if !question.labels.is_empty() && !listed && question.unlisted == Unlisted::Missing {
            dropped.push(label.clone());
        }
        if let (Some((low, high)), Ok(value)) = (question.range, label.parse::<f64>())
            && counts[code] > 0
            && (value < low || value > high)
        {
            return Err(AnswerError::OutsideScale {
                question: question.column.clone(),
                row: first_row(&column, code),
                value: label.clone(),
                low,
                high,
            });
        }
    }
    let column = column.without_labels(&dropped);
    if !question.share_of.is_empty() {
        return share_of(&column, question);
    }
    // Codes of the file where they occur ("1.0"), else of the design.
    let first: Vec<String> = question
        .labels
        .iter()
        .map(|(code, _)| column.labels().iter().find(|label| same(code, label)).unwrap_or(code).clone())
        .collect();
    let column = if first.is_empty() { column.sorted() } else { column.sorted().with_first_labels(&first) };
    let shown: Vec<String> = column.labels().iter().map(|label| shown(question, label).to_owned()).collect();
    // An indicator without labels is the share of its ones: the share of noughts says nothing more.
    if question.labels.is_empty() && column.labels().iter().all(|label| label == "0" || label == "1") {
        let column = column.with_first_labels(&["1".to_owned()]);
        return Ok(Prepared::Shares { column, shown: vec!["1".to_owned()], results: 1 });
    }
    let results = column.labels().len();
    Ok(Prepared::Shares { column, shown, results })
}

fn shown<'a>(question: &'a QuestionSpec, label: &'a str) -> &'a str {
    question.labels.iter().find(|(code, _)| same(code, label)).map_or(label, |(_, shown)| shown.as_str())
}

/// The share of some answers together.
fn share_of(column: &Coded, question: &QuestionSpec) -> Result<Prepared, AnswerError> {
    let of = |label: &str| {
        question.share_of.iter().any(|value| same(value, label) || value == shown(question, label))
    };
    for value in &question.share_of {
        let is = |label: &str| same(value, label) || value == shown(question, label);
        let listed = question.labels.iter().any(|(code, _)| is(code));
        if !listed && !column.labels().iter().any(|label| is(label)) {
            return Err(AnswerError::NoSuchAnswer {
                question: question.column.clone(),
                value: value.clone(),
                known: known(question, column),
            });
        }
    }
    let name = question.share_of.join("+");
    let shown = question.share_of.iter().map(|code| shown(question, code)).collect::<Vec<_>>().join(" + ");
    let column = split(column, of, &name);
    Ok(Prepared::Shares { column, shown: vec![shown], results: 1 })
}

/// Two labels: those for which `is` holds, and the others.
fn split(column: &Coded, is: impl Fn(&str) -> bool, name: &str) -> Coded {
    let inside: Vec<u32> = column.labels().iter().map(|label| u32::from(!is(label))).collect();
    let codes =
        column.codes().iter().map(|&code| inside.get(code as usize).copied().unwrap_or(Coded::MISSING));
    Coded::from_codes(codes.collect(), vec![name.to_owned(), "other".to_owned()]).unwrap_or_default()
}

fn options(column: &Coded, question: &QuestionSpec) -> Result<Prepared, AnswerError> {
    let separator = question.separator.clone().unwrap_or_else(|| {
        let found = [";", "；", "|", ",", "，", "、"];
        let found = found.iter().find(|mark| column.labels().iter().any(|label| label.contains(**mark)));
        (*found.unwrap_or(&" ")).to_owned()
    });
    let parts = |label: &str| -> Vec<String> {
        label
            .split(separator.as_str())
            .map(|part| part.trim().to_owned())
            .filter(|part| !part.is_empty())
            .collect()
    };
    let mut names: Vec<String> = question.labels.iter().map(|(code, _)| code.clone()).collect();
    let declared = names.len();
    let counts = column.counts();
    for (code, label) in column.labels().iter().enumerate() {
        for part in parts(label) {
            if names.iter().any(|name| same(name, &part)) {
                continue;
            }
            if declared > 0 && question.unlisted == Unlisted::Refuse && counts[code] > 0 {
                return Err(AnswerError::Unlisted {
                    question: question.column.clone(),
                    row: first_row(column, code),
                    rows: counts[code],
                    value: part,
                    known: known(question, column),
                });
            }
            if declared == 0 || question.unlisted == Unlisted::Keep {
                names.push(part);
            }
        }
    }
    if declared == 0 {
        names.sort();
    }
    let options = names.into_iter().map(|name| {
        let has = |label: &str| parts(label).iter().any(|part| same(part, &name));
        let column = split(column, has, &name);
        let shown = shown(question, &name).to_owned();
        (name, shown, column)
    });
    Ok(Prepared::Options(options.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(column: &str) -> QuestionSpec {
        QuestionSpec { column: column.into(), ..QuestionSpec::default() }
    }

    fn coded(values: &[&str]) -> Coded {
        Coded::from_texts(values.iter().map(|value| Some(*value)))
    }

    #[test]
    fn an_indicator_is_one_share() {
        let Ok(Prepared::Shares { column, results, .. }) =
            prepare(coded(&["0", "1", "NA", "1"]), &question("q"), &[])
        else {
            panic!("shares")
        };
        assert_eq!(results, 1);
        assert_eq!(column.codes(), [1, 0, Coded::MISSING, 0]);
    }

    #[test]
    fn unlisted_answers_are_refused_kept_or_dropped() {
        let mut q = question("q");
        q.labels = vec![("1".into(), "yes".into()), ("2".into(), "no".into())];
        let column = coded(&["1", "2", "9", "1.0"]);
        assert!(matches!(prepare(column.clone(), &q, &[]), Err(AnswerError::Unlisted { row: 3, .. })));
        assert!(prepare(column.clone(), &q, &["9".into()]).is_ok());
        q.unlisted = Unlisted::Keep;
        let Ok(Prepared::Shares { shown, .. }) = prepare(column.clone(), &q, &[]) else { panic!("shares") };
        assert!(shown.contains(&"9".to_owned()));
        q.unlisted = Unlisted::Missing;
        let Ok(Prepared::Shares { column, .. }) = prepare(column, &q, &[]) else { panic!("shares") };
        assert_eq!(column.missing(), 1);
    }

    #[test]
    fn means_want_numbers_inside_the_scale() {
        let mut q = question("q");
        q.kind = Some(Kind::Mean);
        assert!(matches!(
            prepare(coded(&["4", "good"]), &q, &[]),
            Err(AnswerError::NotANumber { row: 2, .. })
        ));
        q.range = Some((1.0, 5.0));
        assert!(matches!(prepare(coded(&["4", "7"]), &q, &[]), Err(AnswerError::OutsideScale { .. })));
        q.scores = vec![("good".into(), 5.0)];
        let Ok(Prepared::Numbers(values)) = prepare(coded(&["4", "good"]), &q, &[]) else {
            panic!("numbers")
        };
        assert_eq!(values, [4.0, 5.0]);
    }

    #[test]
    fn several_answers_in_one_cell() {
        let mut q = question("q");
        q.kind = Some(Kind::Multiple);
        let Ok(Prepared::Options(options)) = prepare(coded(&["a b", "b", "c a"]), &q, &[]) else {
            panic!("options")
        };
        let names: Vec<&str> = options.iter().map(|(name, ..)| name.as_str()).collect();
        assert_eq!(names, ["a", "b", "c"]);
        assert_eq!(options[0].2.codes(), [0, 1, 0]);
    }

    #[test]
    fn the_share_of_named_answers() {
        let mut q = question("q");
        q.share_of = vec!["4".into(), "5".into()];
        let Ok(Prepared::Shares { column, results, .. }) = prepare(coded(&["1", "4", "5"]), &q, &[]) else {
            panic!("shares")
        };
        assert_eq!((column.codes(), results), (&[1, 0, 0][..], 1));
        q.share_of = vec!["9".into()];
        assert!(matches!(prepare(coded(&["1"]), &q, &[]), Err(AnswerError::NoSuchAnswer { .. })));
    }
}
