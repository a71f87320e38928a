//! XLSForm questionnaires (xlsform.org) as instruments.
//!
//! Read are the sheets `survey`, `choices` and `settings` with the question types text, integer, decimal,
//! range, select_one and select_multiple (also `or_other`), notes, groups with conditions, and groups shown as
//! a table (`table-list`), which become matrix questions. Labels may be in Chinese (`label::中文 (zh)`), English
//! (`label::English (en)`) or without a language. Limits in `constraint` of the forms `. >= 0 and . <= 120` and
//! `count-selected(.) <= 3` are understood; whatever is not is named in the notes. Loops (`begin_repeat`) are
//! refused: an answer sheet has one row.

mod sheet;

use std::io::Read;

use survey::condition::{Condition, ConditionError};
use survey::instrument::{Choice, Draft, Form, Instrument, InstrumentError, Question, Wording};
use thiserror::Error;

use sheet::{Line, Sheet};

#[derive(Debug, Error)]
pub enum XlsFormError {
    #[error("the file is no XLSX workbook: {0}; save the form as .xlsx")]
    NotXlsx(String),
    #[error("the sheet \"{0}\" is missing; an XLSForm has the sheets survey and choices")]
    NoSheet(&'static str),
    #[error("the sheet \"{sheet}\" has no column \"{column}\" in its first line")]
    NoColumn { sheet: &'static str, column: &'static str },
    #[error("line {line} of the sheet \"{sheet}\" has a cell of more than {most} characters; shorten it")]
    LongCell { sheet: &'static str, line: u32, most: usize },
    #[error("the file cannot be read: {0}")]
    File(#[from] std::io::Error),
    #[error(transparent)]
    Workbook(#[from] crate::sheet::ReadError),
    #[error(
        "line {line}: the loop \"{name}\" (begin_repeat) cannot be taken over, since an answer sheet has one line per \
         person; write its questions out, once for each turn, or leave them out"
    )]
    Loop { line: usize, name: String },
    #[error(
        "line {line}: the type \"{kind}\" cannot be asked here; use text, integer, decimal, range, select_one, \
         select_multiple or note"
    )]
    UnknownType { line: usize, kind: String },
    #[error("line {line}: the list \"{list}\" has no choices in the sheet choices")]
    NoList { line: usize, list: String },
    #[error("line {line}: a group ends that never began")]
    EndWithoutBegin { line: usize },
    #[error("the group \"{name}\" that begins in line {line} never ends")]
    NeverEnds { line: usize, name: String },
    #[error("line {line}: {error}")]
    Condition { line: usize, error: ConditionError },
    #[error("line {line}: the table \"{name}\" mixes lists of choices; all its questions use the same list")]
    MixedTable { line: usize, name: String },
    #[error(transparent)]
    Instrument(#[from] InstrumentError),
}

/// Something of a form that is not taken over; the rest is.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum XlsFormNote {
    /// Time, device and the like: nobody is asked for them.
    #[error("line {line}: {kind} asks nothing and is left out")]
    AsksNothing { line: usize, kind: String },
    #[error("line {line}: the note \"{name}\" is left out")]
    Text { line: usize, name: String },
    #[error("line {line}: the condition of the row \"{name}\" is left out")]
    RowCondition { line: usize, name: String },
    #[error("line {line}: the constraint \"{constraint}\" is not checked here")]
    Constraint { line: usize, constraint: String },
    #[error("line {line}: the {column} of \"{name}\" has no effect here")]
    Column { line: usize, column: &'static str, name: String },
    #[error("line {line}: the step {step} of the range is not checked here")]
    Step { line: usize, step: f64 },
}

/// An imported form, with what was left out.
#[derive(Debug, Clone, PartialEq)]
pub struct XlsForm {
    pub instrument: Instrument,
    pub notes: Vec<XlsFormNote>,
}

/// Reads a form.
///
/// # Errors
/// Files that are no XLSForm, loops, types that cannot be asked, and whatever the instrument refuses; all with the
/// line of the sheet `survey`.
pub fn read(input: impl Read) -> Result<XlsForm, XlsFormError> {
    let [survey, choices, settings] = sheet::open(input)?;
    let survey = survey.ok_or(XlsFormError::NoSheet("survey"))?;
    for column in ["type", "name"] {
        if !survey.has(column) {
            return Err(XlsFormError::NoColumn { sheet: "survey", column });
        }
    }
    let mut reader = Reader { choices: choices.unwrap_or_default(), ..Reader::default() };
    for line in survey.lines() {
        reader.line(&line)?;
    }
    if let Some(group) = reader.groups.pop() {
        return Err(XlsFormError::NeverEnds { line: group.line, name: group.name });
    }
    let settings = settings.unwrap_or_default();
    let first = settings.lines().next();
    let setting = |name: &str| first.as_ref().map(|line| line.get(name).to_owned()).unwrap_or_default();
    let title = setting("form_title");
    let id = setting("form_id");
    let draft = Draft {
        name: if id.is_empty() { title.clone() } else { id },
        version: setting("version"),
        title: sheet::in_its_language(&title),
        questions: reader.questions,
    };
    Ok(XlsForm { instrument: Instrument::new(draft)?, notes: reader.notes })
}

#[derive(Default)]
struct Reader {
    choices: Sheet,
    questions: Vec<Question>,
    groups: Vec<Group>,
    notes: Vec<XlsFormNote>,
}

/// A group that is open.
struct Group {
    line: usize,
    name: String,
    condition: Option<Condition>,
    table: Option<Table>,
}

/// A group shown as a table: it becomes one question.
struct Table {
    wording: Wording,
    required: bool,
    list: Option<String>,
    rows: Vec<Choice>,
}

/// Types that record circumstances and ask nothing.
const CIRCUMSTANCES: [&str; 14] = [
    "start",
    "end",
    "today",
    "deviceid",
    "device_id",
    "username",
    "phonenumber",
    "phone_number",
    "email",
    "simserial",
    "subscriberid",
    "audit",
    "calculate",
    "hidden",
];

impl Reader {
    fn line(&mut self, line: &Line<'_>) -> Result<(), XlsFormError> {
        let kind = line.get("type").split_whitespace().collect::<Vec<_>>().join(" ");
        if kind.is_empty() {
            return Ok(());
        }
        let lower = kind.to_lowercase();
        match lower.replace(' ', "_").as_str() {
            "begin_repeat" => {
                return Err(XlsFormError::Loop { line: line.number, name: line.get("name").to_owned() });
            }
            "begin_group" => return self.begin(line),
            "end_group" => return self.end(line),
            "end_repeat" => return Err(XlsFormError::EndWithoutBegin { line: line.number }),
            word if CIRCUMSTANCES.contains(&word) => {
                self.notes.push(XlsFormNote::AsksNothing { line: line.number, kind });
                return Ok(());
            }
            "note" => {
                let name = line.get("name").to_owned();
                self.notes.push(XlsFormNote::Text { line: line.number, name });
                return Ok(());
            }
            _ => {}
        }
        if let Some(table) = self.groups.iter().rposition(|group| group.table.is_some()) {
            return self.row(table, line, &lower, &kind);
        }
        let question = self.question(line, &lower, &kind)?;
        self.questions.push(question);
        Ok(())
    }

    fn begin(&mut self, line: &Line<'_>) -> Result<(), XlsFormError> {
        let table = line.get("appearance").split_whitespace().any(|word| word == "table-list");
        self.groups.push(Group {
            line: line.number,
            name: line.get("name").to_owned(),
            condition: condition(line)?,
            table: table.then(|| Table {
                wording: line.wording("label"),
                required: false,
                list: None,
                rows: Vec::new(),
            }),
        });
        Ok(())
    }

    fn end(&mut self, line: &Line<'_>) -> Result<(), XlsFormError> {
        let Some(group) = self.groups.pop() else {
            return Err(XlsFormError::EndWithoutBegin { line: line.number });
        };
        let Some(table) = group.table else { return Ok(()) };
        let Some(list) = table.list else { return Ok(()) };
        let columns = self.list(group.line, &list)?;
        let condition = self.with_groups(group.condition);
        self.questions.push(Question {
            name: group.name,
            wording: table.wording,
            hint: Wording::default(),
            form: Form::Matrix { rows: table.rows, columns },
            required: table.required,
            condition,
        });
        Ok(())
    }

    /// A question inside a table is one of its rows.
    fn row(&mut self, table: usize, line: &Line<'_>, lower: &str, kind: &str) -> Result<(), XlsFormError> {
        let list = lower.strip_prefix("select_one ").map(|_| kind["select_one ".len()..].to_owned());
        let Some(list) = list else {
            return Err(XlsFormError::UnknownType { line: line.number, kind: format!("{kind} in a table") });
        };
        if condition(line)?.is_some() {
            let name = line.get("name").to_owned();
            self.notes.push(XlsFormNote::RowCondition { line: line.number, name });
        }
        let row = Choice { code: line.get("name").to_owned(), label: line.wording("label") };
        let name = self.groups[table].name.clone();
        if let Some(table) = &mut self.groups[table].table {
            if table.list.as_ref().is_some_and(|known| *known != list) {
                return Err(XlsFormError::MixedTable { line: line.number, name });
            }
            table.list = Some(list);
            table.required |= is_true(line.get("required"));
            table.rows.push(row);
        }
        Ok(())
    }

    fn question(&mut self, line: &Line<'_>, lower: &str, kind: &str) -> Result<Question, XlsFormError> {
        let name = line.get("name").to_owned();
        let mut form = match lower.split_once(' ') {
            Some(("select_one" | "select_multiple", _)) => {
                let mut words = kind.split(' ').skip(1);
                let list = words.next().unwrap_or_default();
                let mut choices = self.list(line.number, list)?;
                if words.any(|word| word == "or_other") {
                    choices.push(Choice { code: "other".into(), label: Wording::new("其他", "Other") });
                }
                if lower.starts_with("select_one") {
                    Form::Single { choices }
                } else {
                    Form::Multiple { choices, least: None, most: None }
                }
            }
            _ => match lower {
                "text" | "string" => Form::Text { longest: None },
                "integer" | "int" => Form::Number { least: None, most: None, whole: true },
                "decimal" => Form::Number { least: None, most: None, whole: false },
                "range" => self.range(line),
                _ => {
                    return Err(XlsFormError::UnknownType { line: line.number, kind: kind.to_owned() });
                }
            },
        };
        let constraint = line.get("constraint");
        if !constraint.is_empty() && !limit(&mut form, constraint) {
            let constraint = constraint.to_owned();
            self.notes.push(XlsFormNote::Constraint { line: line.number, constraint });
        }
        for column in ["choice_filter", "calculation", "default"] {
            if !line.get(column).is_empty() {
                self.notes.push(XlsFormNote::Column { line: line.number, column, name: name.clone() });
            }
        }
        Ok(Question {
            name,
            wording: line.wording("label"),
            hint: line.wording("hint"),
            form,
            required: is_true(line.get("required")),
            condition: self.with_groups(condition(line)?),
        })
    }

    /// `start=1 end=5 step=1`: a scale when its points are whole numbers.
    fn range(&mut self, line: &Line<'_>) -> Form {
        let parameters = line.get("parameters").replace([';', ','], " ");
        let get = |wanted: &str| {
            let mut pairs = parameters.split_whitespace().filter_map(|pair| pair.split_once('='));
            pairs.find(|(name, _)| *name == wanted).and_then(|(_, value)| value.parse::<f64>().ok())
        };
        let (start, end, step) =
            (get("start").unwrap_or(1.0), get("end").unwrap_or(10.0), get("step").unwrap_or(1.0));
        let whole = |value: f64| value.fract() == 0.0 && value.abs() < 1e9;
        if step == 1.0 && whole(start) && whole(end) {
            let (low_label, high_label) = (Wording::default(), Wording::default());
            return Form::Scale { low: start as i32, high: end as i32, low_label, high_label };
        }
        self.notes.push(XlsFormNote::Step { line: line.number, step });
        Form::Number { least: Some(start), most: Some(end), whole: false }
    }

    fn list(&self, line: usize, list: &str) -> Result<Vec<Choice>, XlsFormError> {
        let of_list = |choice: &Line<'_>| {
            let name = choice.get("list_name");
            (if name.is_empty() { choice.get("list name") } else { name }) == list
        };
        let choices: Vec<Choice> = self
            .choices
            .lines()
            .filter(of_list)
            .map(|choice| {
                let code = choice.get("name");
                let code = if code.is_empty() { choice.get("value") } else { code };
                Choice { code: code.to_owned(), label: choice.wording("label") }
            })
            .collect();
        if choices.is_empty() {
            return Err(XlsFormError::NoList { line, list: list.to_owned() });
        }
        Ok(choices)
    }

    /// The conditions of all open groups and an own one.
    fn with_groups(&self, own: Option<Condition>) -> Option<Condition> {
        let mut parts: Vec<Condition> =
            self.groups.iter().filter_map(|group| group.condition.clone()).chain(own).collect();
        match parts.len() {
            0 => None,
            1 => parts.pop(),
            _ => Some(Condition::All(parts)),
        }
    }
}

fn condition(line: &Line<'_>) -> Result<Option<Condition>, XlsFormError> {
    let text = line.get("relevant");
    let text = if text.is_empty() { line.get("relevance") } else { text };
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|error| XlsFormError::Condition { line: line.number, error })
}

fn is_true(text: &str) -> bool {
    ["yes", "true", "true()", "1"].contains(&text.to_lowercase().as_str())
}

/// Takes limits over from a constraint; false, and nothing changed, when it says anything else.
fn limit(form: &mut Form, constraint: &str) -> bool {
    // The parser of conditions reads "." as a question.
    let multiple = matches!(form, Form::Multiple { .. });
    let text =
        if multiple { constraint.replace("count-selected(.)", "${.}") } else { replace_dot(constraint) };
    let Ok(condition) = text.parse::<Condition>() else { return false };
    let parts = match condition {
        Condition::All(parts) => parts,
        other => vec![other],
    };
    let mut changed = form.clone();
    parts.iter().all(|part| limit_one(&mut changed, part)) && {
        *form = changed;
        true
    }
}

/// Replaces the dot that stands for the answer, not those within numbers.
fn replace_dot(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let digit =
        |index: Option<usize>| index.and_then(|index| chars.get(index)).is_some_and(char::is_ascii_digit);
    let mut out = String::new();
    for (index, c) in chars.iter().enumerate() {
        if *c == '.' && !digit(index.checked_sub(1)) && !digit(Some(index + 1)) {
            out.push_str("${.}");
        } else {
            out.push(*c);
        }
    }
    out
}

fn limit_one(form: &mut Form, part: &Condition) -> bool {
    use survey::condition::{Comparison, Literal};
    let Condition::Compare { question, comparison, value: Literal::Number(value) } = part else {
        return false;
    };
    if question != "." {
        return false;
    }
    match form {
        Form::Number { least, most, whole } => {
            // Beyond a number means from the next whole one.
            let step = f64::from(u8::from(*whole));
            match comparison {
                Comparison::AtLeast => *least = Some(*value),
                Comparison::AtMost => *most = Some(*value),
                Comparison::More if *whole => *least = Some(value.floor() + step),
                Comparison::Less if *whole => *most = Some(value.ceil() - step),
                _ => return false,
            }
            true
        }
        Form::Multiple { least, most, .. } if value.fract() == 0.0 && (0.0..1e6).contains(value) => {
            let count = *value as u32;
            match comparison {
                Comparison::AtLeast => *least = Some(count),
                Comparison::AtMost => *most = Some(count),
                Comparison::More => *least = Some(count + 1),
                Comparison::Less if count > 0 => *most = Some(count - 1),
                Comparison::Equal => (*least, *most) = (Some(count), Some(count)),
                _ => return false,
            }
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
