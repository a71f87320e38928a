//! The design of a survey as TOML: which columns hold weights, strata and sampling units, and which
//! questions to estimate for which groups.
//!
//! ```toml
//! weights = "weight"            # column of the weights
//! strata  = "stratum"           # column, or list of columns
//! psu     = "community"         # primary sampling unit (cluster); leave out when people were drawn directly
//! fpc     = "communities"       # column: size of the population the units were drawn from (or a share ≤ 1)
//! groups  = ["area", "sex", "area*sex"]
//! missing = ["99", "refused"]
//!
//! [[questions]]
//! column = "felt"
//! text   = "Do you feel an improvement?"
//! kind   = "share"
//! labels = { 1 = "yes", 2 = "no", 3 = "unsure" }
//!
//! [[questions]]
//! column = "score"
//! kind   = "mean"
//! range  = [1, 5]
//!
//! [population_totals.sex]       # the weights are raked to these, and the error knows it
//! F = 51000
//! M = 49000
//! ```
//!
//! Keys are forgiving: `weights`, `weight`, `weight_column`, `pweight` … all mean the weights; keys may
//! stand at the top or in a table such as `[design]` or `[columns]`. A key that looks like a slip of a known
//! one is refused, other unknown keys are reported as notes.

mod keys;
mod question;

use survey::design::LonelyUnit;
use survey::estimate::{DeffBase, Freedom, Settings, ShareInterval};
use survey::spec::{PopulationSpec, Spec, StageSpec, TotalsSpec};
use thiserror::Error;
use toml::{Table, Value};

use keys::Key;

#[derive(Debug, Clone, PartialEq, Error)]
pub enum SurveyDesignError {
    #[error("the design is not TOML: {0}")]
    NotToml(String),
    #[error("{place}: {found} where {expected} is expected")]
    Unexpected { place: String, found: String, expected: &'static str },
    #[error("unknown key \"{key}\": did you mean \"{meant}\"?")]
    Slip { key: String, meant: &'static str },
    #[error("\"{first}\" and \"{second}\" both mean {meaning}: keep one of them")]
    Twice { first: String, second: String, meaning: &'static str },
    #[error("{place}: \"{found}\" is not known; give one of {expected}")]
    UnknownWord { place: String, found: String, expected: &'static str },
    #[error("{place} has no column: name the column of the responses, such as column = \"q1\"")]
    NoColumn { place: String },
    #[error("the secondary sampling unit is given without the primary one: add psu = \"…\"")]
    StageWithoutFirst,
}

/// A design as read, with remarks on keys that were not understood.
#[derive(Debug, Clone, PartialEq)]
pub struct SurveyDesign {
    pub spec: Spec,
    pub notes: Vec<String>,
}

/// Responses below this number are not shown unless the design says otherwise: with fewer, a reader
/// could guess at single answers.
pub const SMALLEST_BASE: usize = 5;

/// Reads a design.
///
/// # Errors
/// Text that is no TOML, values of another type than expected, slips of known keys.
pub fn read(text: &str) -> Result<SurveyDesign, SurveyDesignError> {
    let table: Table =
        text.parse().map_err(|error: toml::de::Error| SurveyDesignError::NotToml(error.to_string()))?;
    let mut reader = Reader::default();
    reader.table("", &table)?;
    reader.finish()
}

#[derive(Default)]
struct Reader {
    spec: Spec,
    first: StageSpec,
    second: StageSpec,
    totals_value: Option<Value>,
    confidence: Option<f64>,
    min_base: Option<usize>,
    share_interval: ShareInterval,
    deff_base: DeffBase,
    freedom: Freedom,
    seen: Vec<(Key, String)>,
    notes: Vec<String>,
}

impl Reader {
    fn table(&mut self, prefix: &str, table: &Table) -> Result<(), SurveyDesignError> {
        for (name, value) in table {
            let place = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
            if let Value::Table(inner) = value
                && keys::is_section(name)
            {
                self.table(&place, inner)?;
                continue;
            }
            match Key::of(name) {
                Some(Key::Remark) => {}
                Some(key) => {
                    if let Some((_, first)) = self.seen.iter().find(|(seen, _)| *seen == key) {
                        let first = first.clone();
                        return Err(SurveyDesignError::Twice {
                            first,
                            second: place,
                            meaning: key.meaning(),
                        });
                    }
                    self.seen.push((key, place.clone()));
                    self.key(key, &place, value)?;
                }
                None => match Key::near(name) {
                    Some(meant) => return Err(SurveyDesignError::Slip { key: place, meant }),
                    None => self.notes.push(format!("the key \"{place}\" is not known and has no effect")),
                },
            }
        }
        Ok(())
    }

    fn key(&mut self, key: Key, place: &str, value: &Value) -> Result<(), SurveyDesignError> {
        match key {
            Key::Weights => self.spec.weights = column(place, value)?,
            Key::Strata => {
                self.spec.strata = columns(place, value)?;
                self.population_inside(place, value)?;
            }
            Key::Psu => {
                self.units(place, value)?;
                self.population_inside(place, value)?;
            }
            Key::Ssu => self.second.units = column(place, value)?,
            Key::Fpc => self.population(place, value)?,
            Key::SecondFpc => self.second.population = population(place, value)?,
            Key::Questions => self.spec.questions = question::read_all(place, value)?,
            Key::Groups => self.spec.groups = groups(place, value)?,
            // A single number, or a column, is the size of the population and not its make-up.
            Key::Totals if matches!(value, Value::Integer(_) | Value::Float(_) | Value::String(_)) => {
                self.population(place, value)?;
            }
            Key::Totals => self.totals_value = Some(value.clone()),
            Key::Missing => self.spec.missing = texts(place, value)?,
            Key::Confidence => {
                let level = number(place, value)?;
                self.confidence = Some(if level > 1.0 { level / 100.0 } else { level });
            }
            Key::Alpha => self.confidence = Some(1.0 - number(place, value)?),
            Key::MinBase => self.min_base = Some(whole(place, value)?),
            Key::Lonely => {
                self.spec.lonely = match word(place, value)?.as_str() {
                    "refuse" | "fail" | "error" => LonelyUnit::Refuse,
                    "certainty" | "skip" | "remove" | "ignore" => LonelyUnit::Certainty,
                    "centre" | "center" | "centered" | "centred" | "adjust" => LonelyUnit::Centre,
                    found => return Err(unknown(place, found, "refuse, certainty, centre")),
                };
            }
            Key::Interval => {
                self.share_interval = match word(place, value)?.as_str() {
                    "logit" => ShareInterval::Logit,
                    "linear" | "wald" | "normal" | "symmetric" => ShareInterval::Linear,
                    found => return Err(unknown(place, found, "logit, linear")),
                };
            }
            Key::Deff => self.deff_base = deff_base(place, value)?,
            Key::Freedom => {
                self.freedom = match word(place, value)?.as_str() {
                    "group" | "domain" => Freedom::Group,
                    "design" => Freedom::Design,
                    "normal" | "infinite" | "inf" | "z" => Freedom::Normal,
                    found => return Err(unknown(place, found, "group, design, normal")),
                };
            }
            Key::Remark => {}
        }
        Ok(())
    }

    /// `psu = "a"`, or `psu = ["a", "b"]` for the stages.
    fn units(&mut self, place: &str, value: &Value) -> Result<(), SurveyDesignError> {
        let names = columns(place, value)?;
        let mut names = names.into_iter();
        self.first.units = names.next();
        if let Some(second) = names.next() {
            self.second.units = Some(second);
        }
        match names.next() {
            None => Ok(()),
            Some(_) => Err(unexpected(place, value, "one column, or two for two stages")),
        }
    }

    /// `[strata] column = "h"` may carry its population beside the column.
    fn population_inside(&mut self, place: &str, value: &Value) -> Result<(), SurveyDesignError> {
        let Value::Table(table) = value else { return Ok(()) };
        for (name, value) in table {
            if keys::is_column(name) {
                continue;
            }
            match Key::of(name) {
                Some(Key::Fpc | Key::Totals) => self.population(&format!("{place}.{name}"), value)?,
                Some(Key::Remark) => {}
                _ => self.notes.push(format!("the key \"{place}.{name}\" is not known and has no effect")),
            }
        }
        Ok(())
    }

    /// `fpc = "a"`, `fpc = ["a", "b"]` for two stages, `fpc = 1200`, or `[fpc]` with a number per stratum.
    fn population(&mut self, place: &str, value: &Value) -> Result<(), SurveyDesignError> {
        if let Value::Array(stages) = value {
            let mut stages = stages.iter();
            if let Some(first) = stages.next() {
                self.first.population = population(place, first)?;
            }
            if let Some(second) = stages.next() {
                self.second.population = population(place, second)?;
            }
            return match stages.next() {
                None => Ok(()),
                Some(_) => Err(unexpected(place, value, "one column, or two for two stages")),
            };
        }
        self.first.population = population(place, value)?;
        Ok(())
    }

    fn finish(mut self) -> Result<SurveyDesign, SurveyDesignError> {
        if self.second != StageSpec::default() && self.first.units.is_none() {
            return Err(SurveyDesignError::StageWithoutFirst);
        }
        if let Some(value) = self.totals_value.take() {
            self.spec.totals = totals("population_totals", &value, &self.spec.strata)?;
        }
        if self.first != StageSpec::default() {
            self.spec.stages.push(self.first);
        }
        if self.second != StageSpec::default() {
            self.spec.stages.push(self.second);
        }
        self.spec.settings = Settings {
            confidence: self.confidence.unwrap_or(0.95),
            min_base: self.min_base.unwrap_or(SMALLEST_BASE),
            share_interval: self.share_interval,
            deff_base: self.deff_base,
            freedom: self.freedom,
            ..Settings::default()
        };
        Ok(SurveyDesign { spec: self.spec, notes: self.notes })
    }
}

fn deff_base(place: &str, value: &Value) -> Result<DeffBase, SurveyDesignError> {
    if let Value::Boolean(_) = value {
        return Ok(DeffBase::AsDesigned);
    }
    match word(place, value)?.as_str() {
        "as_designed" | "auto" | "design" => Ok(DeffBase::AsDesigned),
        "replace" | "with_replacement" | "wr" => Ok(DeffBase::WithReplacement),
        "without_replacement" | "no_replace" | "wor" => Ok(DeffBase::WithoutReplacement),
        found => Err(unknown(place, found, "as_designed, with_replacement, without_replacement")),
    }
}

/// Groupings: `"area"`, `["area", "sex"]`, `"area*sex"` or `["area", ["area", "sex"]]` for combinations.
fn groups(place: &str, value: &Value) -> Result<Vec<Vec<String>>, SurveyDesignError> {
    let combination = |text: &str| text.split(['*', '×', ':']).map(|part| part.trim().to_owned()).collect();
    let Value::Array(list) = value else {
        return match value {
            Value::String(text) if is_none(text) => Ok(Vec::new()),
            Value::String(text) => Ok(vec![combination(text)]),
            // [groups] area = "Area" : the keys are the columns.
            Value::Table(table) => Ok(table.keys().map(|name| combination(name)).collect()),
            _ => Err(unexpected(place, value, "a column or a list of columns")),
        };
    };
    list.iter()
        .map(|entry| match entry {
            Value::String(text) => Ok(combination(text)),
            Value::Array(_) => columns(place, entry),
            Value::Table(table) => {
                let named = table.iter().find(|(name, _)| keys::is_column(name));
                match named {
                    Some((_, value)) => columns(place, value),
                    None => Err(SurveyDesignError::NoColumn { place: place.to_owned() }),
                }
            }
            _ => Err(unexpected(place, entry, "a column or a list of columns")),
        })
        .collect()
}

fn population(place: &str, value: &Value) -> Result<Option<PopulationSpec>, SurveyDesignError> {
    match value {
        Value::String(text) if is_none(text) => Ok(None),
        Value::String(text) => Ok(Some(PopulationSpec::Column(text.trim().to_owned()))),
        Value::Integer(_) | Value::Float(_) => Ok(Some(PopulationSpec::Same(number(place, value)?))),
        Value::Boolean(false) => Ok(None),
        Value::Table(table) => {
            if let Some((name, value)) = table.iter().find(|(name, _)| keys::is_column(name))
                && let Value::String(_) = value
            {
                return population(&format!("{place}.{name}"), value);
            }
            let per_stratum = table
                .iter()
                .map(|(name, value)| Ok((name.clone(), number(&format!("{place}.{name}"), value)?)))
                .collect::<Result<_, _>>()?;
            Ok(Some(PopulationSpec::PerStratum(per_stratum)))
        }
        _ => Err(unexpected(place, value, "a column, a number, or a number per stratum")),
    }
}

/// `[population_totals.sex] F = 1`, `[[population_totals]] column = "sex" totals = {…}`, or
/// `[population_totals] north = 1` for the strata.
fn totals(place: &str, value: &Value, strata: &[String]) -> Result<Vec<TotalsSpec>, SurveyDesignError> {
    match value {
        Value::Table(table)
            if table.values().all(|value| !matches!(value, Value::Table(_) | Value::Array(_))) =>
        {
            if strata.is_empty() {
                let expected = "the column first, as in [population_totals.sex] F = 51000 M = 49000,";
                return Err(unexpected(place, value, expected));
            }
            Ok(vec![one_total(place, strata.to_vec(), value)?])
        }
        Value::Table(table) => table
            .iter()
            .map(|(name, value)| {
                let columns = name.split(['*', '×', ':']).map(|part| part.trim().to_owned()).collect();
                one_total(&format!("{place}.{name}"), columns, value)
            })
            .collect(),
        Value::Array(list) => list
            .iter()
            .enumerate()
            .map(|(index, entry)| {
                let place = format!("{place}[{index}]");
                let Value::Table(table) = entry else {
                    return Err(unexpected(&place, entry, "a table with column and totals"));
                };
                let named = table.iter().find(|(name, value)| keys::is_column(name) && !value.is_table());
                let Some((_, named)) = named else { return Err(SurveyDesignError::NoColumn { place }) };
                let columns = columns(&place, named)?;
                match table.iter().find(|(_, value)| value.is_table() || value.is_array()) {
                    Some((name, value)) => one_total(&format!("{place}.{name}"), columns, value),
                    None => Err(unexpected(&place, entry, "totals = { category = number }")),
                }
            })
            .collect(),
        _ => Err(unexpected(place, value, "a table of categories and totals per column")),
    }
}

/// Totals of one margin: `{F = 1, M = 2}` or `[{category = "F", total = 1}, …]`.
fn one_total(place: &str, columns: Vec<String>, value: &Value) -> Result<TotalsSpec, SurveyDesignError> {
    let split = |text: &str| -> Vec<String> {
        if columns.len() > 1 {
            text.split(['*', '×', ':']).map(|part| part.trim().to_owned()).collect()
        } else {
            vec![text.trim().to_owned()]
        }
    };
    let totals = match value {
        Value::Table(table) => table
            .iter()
            .map(|(name, value)| Ok((split(name), number(&format!("{place}.{name}"), value)?)))
            .collect::<Result<Vec<_>, SurveyDesignError>>()?,
        Value::Array(list) => list
            .iter()
            .map(|entry| {
                let expected = "category and total, as in { category = \"F\", total = 51000 }";
                let Value::Table(table) = entry else { return Err(unexpected(place, entry, expected)) };
                let total = table
                    .iter()
                    .find(|(name, _)| ["total", "population", "count", "share", "n"].contains(&name.as_str()))
                    .or_else(|| table.iter().find(|(_, value)| value.is_float() || value.is_integer()));
                let Some((total_name, total)) = total else { return Err(unexpected(place, entry, expected)) };
                let category = table.iter().find(|(name, _)| *name != total_name);
                let Some((_, category)) = category else { return Err(unexpected(place, entry, expected)) };
                Ok((split(&text(place, category)?), number(place, total)?))
            })
            .collect::<Result<Vec<_>, _>>()?,
        _ => return Err(unexpected(place, value, "a total per category, as in { F = 51000, M = 49000 }")),
    };
    Ok(TotalsSpec { columns, totals })
}

fn is_none(text: &str) -> bool {
    ["", "none", "null"].contains(&text.trim().to_lowercase().as_str())
}

fn column(place: &str, value: &Value) -> Result<Option<String>, SurveyDesignError> {
    match value {
        Value::String(text) if is_none(text) => Ok(None),
        Value::String(text) => Ok(Some(text.trim().to_owned())),
        Value::Array(list) if list.len() == 1 => column(place, &list[0]),
        Value::Table(table) => match table.iter().find(|(name, _)| keys::is_column(name)) {
            Some((name, value)) => column(&format!("{place}.{name}"), value),
            None => Err(SurveyDesignError::NoColumn { place: place.to_owned() }),
        },
        _ => Err(unexpected(place, value, "the name of a column in quotes")),
    }
}

fn columns(place: &str, value: &Value) -> Result<Vec<String>, SurveyDesignError> {
    match value {
        Value::Array(list) => Ok(list
            .iter()
            .map(|value| column(place, value))
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .flatten()
            .collect()),
        _ => Ok(column(place, value)?.into_iter().collect()),
    }
}

/// A code: text, number or truth value, as the responses would write it.
fn text(place: &str, value: &Value) -> Result<String, SurveyDesignError> {
    match value {
        Value::String(text) => Ok(text.trim().to_owned()),
        Value::Integer(number) => Ok(number.to_string()),
        Value::Float(number) => Ok(number.to_string()),
        Value::Boolean(truth) => Ok(truth.to_string()),
        _ => Err(unexpected(place, value, "a text or a number")),
    }
}

fn texts(place: &str, value: &Value) -> Result<Vec<String>, SurveyDesignError> {
    match value {
        Value::Array(list) => list.iter().map(|value| text(place, value)).collect(),
        _ => Ok(vec![text(place, value)?]),
    }
}

fn word(place: &str, value: &Value) -> Result<String, SurveyDesignError> {
    Ok(text(place, value)?.to_lowercase().replace(['-', ' '], "_"))
}

fn number(place: &str, value: &Value) -> Result<f64, SurveyDesignError> {
    let found = match value {
        Value::Integer(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        Value::String(text) => {
            let text = text.trim();
            match text.strip_suffix('%') {
                Some(bare) => bare.trim().parse().ok().map(|percent: f64| percent / 100.0),
                None => text.parse().ok(),
            }
        }
        _ => None,
    };
    found.filter(|number| number.is_finite()).ok_or_else(|| unexpected(place, value, "a number"))
}

fn whole(place: &str, value: &Value) -> Result<usize, SurveyDesignError> {
    let found = number(place, value)?;
    if found >= 0.0 && found.fract() == 0.0 && found < 1e15 {
        Ok(found as usize)
    } else {
        Err(unexpected(place, value, "a whole number"))
    }
}

fn unexpected(place: &str, found: &Value, expected: &'static str) -> SurveyDesignError {
    let mut found = found.to_string();
    if found.chars().count() > 60 {
        found = found.chars().take(60).chain(['…']).collect();
    }
    SurveyDesignError::Unexpected { place: place.to_owned(), found, expected }
}

fn unknown(place: &str, found: &str, expected: &'static str) -> SurveyDesignError {
    SurveyDesignError::UnknownWord { place: place.to_owned(), found: found.to_owned(), expected }
}

#[cfg(test)]
mod tests {
    use survey::spec::Kind;

    use super::*;

    fn spec(text: &str) -> Spec {
        let design = read(text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(design.notes, Vec::<String>::new());
        design.spec
    }

    #[test]
    fn one_design_in_many_words() {
        let plain = spec(
            "weights = \"w\"\nstrata = \"h\"\npsu = \"c\"\nfpc = \"N\"\ngroups = [\"area\"]\n[[questions]]\n\
             column = \"q\"\nkind = \"share\"\nlabels = { 1 = \"yes\", 2 = \"no\" }\n",
        );
        assert_eq!(plain.questions[0].labels[1], ("2".into(), "no".into()));
        for other in [
            "[design]\nweight_column = \"w\"\nstratum = [\"h\"]\ncluster = \"c\"\nfpc_col = \"N\"\ndomains = \"area\"\n\
             [questions.q]\ntype = \"proportion\"\nvalue_labels = { \"1\" = \"yes\", \"2\" = \"no\" }\n",
            "[columns]\nweight = \"w\"\nstrata_column = \"h\"\npsu_column = \"c\"\nfpc = { column = \"N\" }\n\
             [[groups]]\ncolumn = \"area\"\n[[question]]\nid = \"q\"\nkind = \"share\"\n\
             values = [{ value = 1, label = \"yes\" }, { value = 2, label = \"no\" }]\n",
            "title = \"wave 1\"\n[weights]\ncolumn = \"w\"\n[sample]\nstrata = { column = \"h\" }\npsu = [\"c\"]\n\
             population = \"N\"\ngroup_by = [\"area\"]\n[questions]\nq = { kind = \"prop\", levels = { yes = 1, no = 2 } }\n",
        ] {
            assert_eq!(spec(other), plain, "{other}");
        }
    }

    #[test]
    fn the_documented_example_reads() {
        let lines = include_str!("survey_design.rs").lines().map(|line| line.trim_start_matches("//!"));
        let example: Vec<&str> = lines
            .skip_while(|line| line.trim() != "```toml")
            .skip(1)
            .take_while(|line| line.trim() != "```")
            .collect();
        let found = spec(&example.join("\n"));
        assert_eq!((found.questions.len(), found.groups.len(), found.totals.len()), (2, 3, 1));
        assert_eq!(found.columns().len(), 8);
    }

    #[test]
    fn lists_of_questions() {
        let found = spec("questions = [\"a\", \"b\"]\n");
        assert_eq!(found.questions.len(), 2);
        let found = spec("[questions]\nb = \"mean\"\na = \"share\"\n");
        assert_eq!(found.questions[0].column, "b");
        assert_eq!(found.questions[0].kind, Some(Kind::Mean));
        let found = spec("[[questions]]\nname = \"a\"\nkind = \"scale\"\nscale = \"1-5\"\nmissing = 9\n");
        assert_eq!(found.questions[0].range, Some((1.0, 5.0)));
        assert_eq!(found.questions[0].missing, ["9"]);
    }

    #[test]
    fn two_stages_and_totals() {
        let found = spec(
            "psu = [\"p\", \"s\"]\nfpc = [\"N\", \"M\"]\nstrata = \"h\"\nconfidence = 90\nquestions = [\"q\"]\n\
             [population_totals.sex]\nF = 51\nM = 49\n[population_totals.\"sex*age\"]\n\"F*old\" = 3\n",
        );
        assert_eq!(found.stages.len(), 2);
        assert_eq!(found.settings.confidence, 0.9);
        assert_eq!(found.totals[1].columns, ["sex", "age"]);
        assert_eq!(found.totals[1].totals[0].0, ["F", "old"]);
        let same = spec(
            "strata = \"h\"\nquestions = [\"q\"]\n[[margins]]\nvariable = \"sex\"\ntotals = { F = 51, M = 49 }\n",
        );
        assert_eq!(same.totals[0], found.totals[0]);
        let strata = spec("strata = \"h\"\nquestions = [\"q\"]\n[population]\nnorth = 5\nsouth = 6\n");
        assert_eq!(strata.totals[0].columns, ["h"]);
        let inside = spec(
            "questions = [\"q\"]\n[strata]\ncolumn = \"h\"\n[strata.population]\nnorth = 5\nsouth = 6\n",
        );
        assert!(matches!(inside.stages[0].population, Some(PopulationSpec::PerStratum(_))));
        let fpc = spec("strata = \"h\"\nquestions = [\"q\"]\n[fpc]\nnorth = 5\nsouth = 6\n");
        assert!(matches!(fpc.stages[0].population, Some(PopulationSpec::PerStratum(_))));
    }

    #[test]
    fn errors_say_what_is_expected() {
        for (text, part) in [
            ("wieghts = \"w\"", "did you mean \"weights\""),
            ("weights = 5", "the name of a column"),
            ("weights = \"a\"\nweight = \"b\"", "both mean the weights"),
            ("questions = [5]", "a question: a column name"),
            ("[[questions]]\nkind = \"share\"", "has no column"),
            ("[[questions]]\ncolumn = \"q\"\nkind = \"median\"", "share, mean, multiple"),
            ("[[questions]]\ncolumn = \"q\"\nlables = { 1 = \"a\" }", "did you mean \"labels\""),
            ("confidence = \"high\"", "a number"),
            ("= 3", "not TOML"),
            ("[population_totals]\nF = 1", "the column first"),
            ("ssu = \"b\"", "without the primary one"),
        ] {
            let error = read(text).expect_err(text).to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
        let design = read("colour = \"red\"\nquestions = [\"q\"]").expect("reads");
        assert_eq!(design.notes.len(), 1);
    }
}
