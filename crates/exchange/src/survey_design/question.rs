//! The questions of a design.

use survey::spec::{Kind, QuestionSpec, Unlisted};
use toml::{Table, Value};

use super::keys::distance;
use super::{SurveyDesignError, number, text, texts, unexpected, unknown, word};

const EXPECTED: &str = "a question: a column name in quotes, or a table with column, kind and labels";

/// A list of columns or tables, or a table keyed by column.
pub(super) fn read_all(place: &str, value: &Value) -> Result<Vec<QuestionSpec>, SurveyDesignError> {
    match value {
        Value::Array(list) => list
            .iter()
            .enumerate()
            .map(|(index, entry)| read(&format!("{place}[{}]", index + 1), None, entry))
            .collect(),
        // One question as [question] column = "q1".
        Value::Table(table) if table.iter().any(|(name, value)| name == "column" && value.is_str()) => {
            Ok(vec![read(place, None, value)?])
        }
        Value::Table(table) => table
            .iter()
            .map(|(column, entry)| read(&format!("{place}.{column}"), Some(column), entry))
            .collect(),
        Value::String(column) => Ok(vec![named(column)]),
        _ => Err(unexpected(place, value, EXPECTED)),
    }
}

fn named(column: &str) -> QuestionSpec {
    QuestionSpec { column: column.trim().to_owned(), ..QuestionSpec::default() }
}

fn read(place: &str, key: Option<&str>, value: &Value) -> Result<QuestionSpec, SurveyDesignError> {
    match (value, key) {
        (Value::Table(table), _) => from_table(place, key, table),
        // [questions] q1 = "share"
        (Value::String(kind), Some(column)) => {
            Ok(QuestionSpec { kind: Some(read_kind(place, kind)?), ..named(column) })
        }
        (Value::String(column), None) => Ok(named(column)),
        _ => Err(unexpected(place, value, EXPECTED)),
    }
}

fn read_kind(place: &str, found: &str) -> Result<Kind, SurveyDesignError> {
    let plain = found.trim().to_lowercase().replace(['-', ' '], "_");
    let kind = match plain.as_str() {
        "share" | "shares" | "proportion" | "proportions" | "prop" | "percent" | "percentage" | "pct"
        | "categorical" | "category" | "single" | "single_choice" | "nominal" | "select_one" | "choice"
        | "factor" | "binary" | "boolean" | "bool" | "yes_no" | "占比" | "比例" => Kind::Share,
        "mean" | "means" | "average" | "avg" | "numeric" | "number" | "scale" | "rating" | "likert"
        | "continuous" | "score" | "integer" | "decimal" | "float" | "均值" | "平均" => Kind::Mean,
        "multiple" | "multi" | "multiple_choice" | "select_multiple" | "multiple_response" | "checkbox"
        | "多选" => Kind::Multiple,
        _ => return Err(unknown(place, found, "share, mean, multiple")),
    };
    Ok(kind)
}

const COLUMN: &[&str] =
    &["column", "col", "variable", "var", "field", "name", "id", "code", "question", "key", "列"];
const TEXT: &[&str] = &["text", "wording", "title", "label", "description", "题目", "说明"];
const KIND: &[&str] =
    &["kind", "type", "measure", "statistic", "stat", "estimate", "param", "parameter", "scale_type", "类型"];
const MISSING: &[&str] =
    &["missing", "missing_values", "missing_codes", "na", "na_values", "no_answer", "缺失"];
const SHARE_OF: &[&str] = &[
    "share_of",
    "positive",
    "positives",
    "success",
    "target",
    "level",
    "category",
    "answer",
    "value",
    "of",
    "top",
    "top_box",
    "positive_values",
    "count",
    "event",
];
const LABELS: &[&str] = &[
    "labels",
    "value_labels",
    "values",
    "levels",
    "categories",
    "choices",
    "options",
    "codes",
    "answers",
    "标签",
];
const SCORES: &[&str] = &["scores", "recode", "numbers"];
const RANGE: &[&str] = &["range", "scale", "bounds"];
const LOW: &[&str] = &["min", "low", "minimum"];
const HIGH: &[&str] = &["max", "high", "maximum"];
const UNLISTED: &[&str] = &["unlisted", "other", "others", "unlisted_values"];
const SEPARATOR: &[&str] = &["separator", "delimiter", "sep"];
const REMARK: &[&str] = &["note", "notes", "comment", "unit", "required", "version"];
const ALL: [&[&str]; 13] =
    [COLUMN, TEXT, KIND, MISSING, SHARE_OF, LABELS, SCORES, RANGE, LOW, HIGH, UNLISTED, SEPARATOR, REMARK];

fn plain(name: &str) -> String {
    name.trim().to_lowercase().replace(['-', ' '], "_")
}

/// Refuses slips of known keys; other unknown keys are remarks.
fn check_keys(place: &str, table: &Table) -> Result<(), SurveyDesignError> {
    for name in table.keys() {
        let word = plain(name);
        if ALL.iter().any(|words| words.contains(&word.as_str())) {
            continue;
        }
        let near = ALL.iter().flat_map(|words| words.iter()).find(|known| {
            word.chars().count() > 3
                && distance(&word, known, 1 + usize::from(word.chars().count() > 6)).is_some()
        });
        if let Some(meant) = near {
            return Err(SurveyDesignError::Slip { key: format!("{place}.{name}"), meant });
        }
    }
    Ok(())
}

fn from_table(place: &str, key: Option<&str>, table: &Table) -> Result<QuestionSpec, SurveyDesignError> {
    check_keys(place, table)?;
    let get = |names: &[&str]| {
        let found = names.iter().find_map(|want| table.iter().find(|(name, _)| plain(name) == *want));
        found.map(|(name, value)| (format!("{place}.{name}"), value))
    };
    // Under a key of its own, "name" is a title unless "column" says where the answers are.
    let column = match (get(if key.is_some() { &COLUMN[..5] } else { COLUMN }), key) {
        (Some((place, value)), _) => text(&place, value)?,
        (None, Some(key)) => key.to_owned(),
        (None, None) => return Err(SurveyDesignError::NoColumn { place: place.to_owned() }),
    };
    let mut question = named(&column);
    question.text = get(TEXT).map(|(place, value)| text(&place, value)).transpose()?;
    if let Some((place, value)) = get(KIND) {
        question.kind = Some(read_kind(&place, &text(&place, value)?)?);
    }
    if let Some((place, value)) = get(MISSING) {
        question.missing = texts(&place, value)?;
    }
    if let Some((place, value)) = get(SHARE_OF)
        && !value.is_table()
    {
        question.share_of = texts(&place, value)?;
    }
    if let Some((place, value)) = get(LABELS) {
        read_labels(&place, value, &mut question)?;
    }
    if let Some((place, Value::Table(scores))) = get(SCORES) {
        for (code, value) in scores {
            question.scores.push((code.clone(), number(&format!("{place}.{code}"), value)?));
        }
    }
    question.range = read_range(&get)?;
    if let Some((place, value)) = get(UNLISTED) {
        question.unlisted = match word(&place, value)?.as_str() {
            "refuse" | "error" | "fail" => Unlisted::Refuse,
            "keep" => Unlisted::Keep,
            "missing" | "drop" | "ignore" => Unlisted::Missing,
            found => return Err(unknown(&place, found, "refuse, keep, missing")),
        };
    }
    if let Some((place, value)) = get(SEPARATOR) {
        let Value::String(separator) = value else {
            return Err(unexpected(&place, value, "a text in quotes"));
        };
        question.separator = Some(separator.clone());
    }
    Ok(question)
}

type Found<'a> = Option<(String, &'a Value)>;

fn read_range<'a>(get: &impl Fn(&[&str]) -> Found<'a>) -> Result<Option<(f64, f64)>, SurveyDesignError> {
    if let Some((place, value)) = get(RANGE) {
        let ends = match value {
            Value::Array(ends) => match ends.as_slice() {
                [low, high] => Some((number(&place, low)?, number(&place, high)?)),
                // A scale may list all its points.
                [low, .., high] => Some((number(&place, low)?, number(&place, high)?)),
                _ => None,
            },
            Value::String(text) => {
                let ends =
                    text.split_once("..").or_else(|| text.split_once('-')).or_else(|| text.split_once('–'));
                ends.and_then(|(low, high)| {
                    Some((low.trim().parse().ok()?, high.trim_start_matches('=').trim().parse().ok()?))
                })
            }
            _ => None,
        };
        return match ends {
            Some((low, high)) if low < high => Ok(Some((low, high))),
            _ => Err(unexpected(&place, value, "the two ends of the scale, as in [1, 5]")),
        };
    }
    let low = get(LOW).map(|(place, value)| number(&place, value)).transpose()?;
    let high = get(HIGH).map(|(place, value)| number(&place, value)).transpose()?;
    Ok(match (low, high) {
        (None, None) => None,
        (low, high) => Some((low.unwrap_or(f64::NEG_INFINITY), high.unwrap_or(f64::INFINITY))),
    })
}

/// `{ 1 = "yes" }`, `["yes", "no"]`, `[{ value = 1, label = "yes" }]`, or `{ yes = 1 }`: for a mean the
/// number an answer counts for, for a share the code behind a label.
fn read_labels(place: &str, value: &Value, question: &mut QuestionSpec) -> Result<(), SurveyDesignError> {
    let is_number = |value: &Value| value.is_integer() || value.is_float();
    match value {
        Value::Table(table) if !table.is_empty() && table.values().all(is_number) => {
            for (name, value) in table {
                let place = format!("{place}.{name}");
                if question.kind == Some(Kind::Mean) {
                    question.scores.push((name.clone(), number(&place, value)?));
                } else {
                    question.labels.push((text(&place, value)?, name.clone()));
                }
            }
        }
        Value::Table(table) => {
            for (code, label) in table {
                question.labels.push((code.clone(), text(&format!("{place}.{code}"), label)?));
            }
        }
        Value::Array(list) => {
            for entry in list {
                let (code, label) = match entry {
                    Value::Table(table) => {
                        let get = |names: &[&str]| names.iter().find_map(|name| table.get(*name));
                        let code = get(&["value", "code", "name", "id", "key"]);
                        let Some(code) = code else {
                            return Err(unexpected(place, entry, "{ value = 1, label = \"yes\" }"));
                        };
                        let code = text(place, code)?;
                        let label = get(&["label", "text", "title"]).map(|label| text(place, label));
                        (code.clone(), label.transpose()?.unwrap_or(code))
                    }
                    _ => {
                        let code = text(place, entry)?;
                        (code.clone(), code)
                    }
                };
                question.labels.push((code, label));
            }
        }
        _ => return Err(unexpected(place, value, "labels, as in { 1 = \"yes\", 2 = \"no\" }")),
    }
    Ok(())
}
