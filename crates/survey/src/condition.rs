//! Conditions on earlier answers: which questions are asked.
//!
//! Written as in XLSForm, `${age} >= 60 and selected(${needs}, 'lift')`: comparisons with numbers or codes,
//! `selected`, `and`, `or`, `not`, brackets. An unanswered question fulfils no comparison but `!=`, and
//! `${q} = ''` asks whether it is unanswered.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::sheet::Answer;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Condition {
    Compare {
        question: String,
        comparison: Comparison,
        value: Literal,
    },
    /// A choice of a multiple question is among the answers.
    Selected {
        question: String,
        code: String,
    },
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Comparison {
    /// Its sign.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::Unequal => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    Number(f64),
    Text(String),
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the condition \"{text}\" is not understood at \"{rest}\": {expected} is expected")]
pub struct ConditionError {
    pub text: String,
    pub rest: String,
    pub expected: &'static str,
}

impl Condition {
    /// Whether the condition holds; `answer` gives the answer to an earlier question.
    pub fn holds<'a>(&self, answer: &dyn Fn(&str) -> Option<&'a Answer>) -> bool {
        match self {
            Self::Compare { question, comparison, value } => compare(answer(question), *comparison, value),
            Self::Selected { question, code } => match answer(question) {
                Some(Answer::Choices(choices)) => choices.contains(code),
                Some(Answer::Choice(choice)) => choice == code,
                _ => false,
            },
            Self::All(parts) => parts.iter().all(|part| part.holds(answer)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(answer)),
            Self::Not(part) => !part.holds(answer),
        }
    }

    /// Names of the questions it looks at.
    pub fn questions(&self) -> Vec<&str> {
        match self {
            Self::Compare { question, .. } | Self::Selected { question, .. } => vec![question],
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::questions).collect(),
            Self::Not(part) => part.questions(),
        }
    }

    /// Questions and the codes they are compared with.
    pub fn codes(&self) -> Vec<(&str, &str)> {
        match self {
            Self::Compare { question, value: Literal::Text(code), .. } => vec![(question, code)],
            Self::Compare { .. } => Vec::new(),
            Self::Selected { question, code } => vec![(question, code)],
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::codes).collect(),
            Self::Not(part) => part.codes(),
        }
    }
}

fn compare(answer: Option<&Answer>, comparison: Comparison, value: &Literal) -> bool {
    use Comparison::{AtLeast, AtMost, Equal, Less, More, Unequal};
    let text = match answer {
        None => "",
        Some(Answer::Choice(text) | Answer::Text(text)) => text.as_str(),
        Some(Answer::Number(number)) => return compare_number(Some(*number), comparison, value),
        Some(Answer::Choices(_) | Answer::Matrix(_)) => return comparison == Unequal,
    };
    match value {
        Literal::Number(_) => compare_number(text.parse().ok(), comparison, value),
        Literal::Text(wanted) => match comparison {
            Equal => text == wanted,
            Unequal => text != wanted,
            Less | AtMost | More | AtLeast => false,
        },
    }
}

fn compare_number(number: Option<f64>, comparison: Comparison, value: &Literal) -> bool {
    let wanted = match value {
        Literal::Number(wanted) => Some(*wanted),
        Literal::Text(text) => text.parse().ok(),
    };
    let (Some(number), Some(wanted)) = (number, wanted) else { return comparison == Comparison::Unequal };
    match comparison {
        Comparison::Equal => number == wanted,
        Comparison::Unequal => number != wanted,
        Comparison::Less => number < wanted,
        Comparison::AtMost => number <= wanted,
        Comparison::More => number > wanted,
        Comparison::AtLeast => number >= wanted,
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |f: &mut fmt::Formatter<'_>, parts: &[Self], word: &str| {
            for (index, part) in parts.iter().enumerate() {
                if index > 0 {
                    write!(f, " {word} ")?;
                }
                match part {
                    Self::All(_) | Self::Any(_) => write!(f, "({part})")?,
                    _ => write!(f, "{part}")?,
                }
            }
            Ok(())
        };
        match self {
            Self::Compare { question, comparison, value } => {
                write!(f, "${{{question}}} {} {value}", comparison.as_str())
            }
            Self::Selected { question, code } => {
                write!(f, "selected(${{{question}}}, {})", Literal::Text(code.clone()))
            }
            Self::All(parts) => joined(f, parts, "and"),
            Self::Any(parts) => joined(f, parts, "or"),
            Self::Not(part) => write!(f, "not({part})"),
        }
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) if text.contains('\'') => write!(f, "\"{text}\""),
            Self::Text(text) => write!(f, "'{text}'"),
        }
    }
}

impl From<Condition> for String {
    fn from(condition: Condition) -> Self {
        condition.to_string()
    }
}

impl TryFrom<String> for Condition {
    type Error = ConditionError;

    fn try_from(text: String) -> Result<Self, ConditionError> {
        text.parse()
    }
}

impl FromStr for Condition {
    type Err = ConditionError;

    fn from_str(text: &str) -> Result<Self, ConditionError> {
        let mut parser = Parser { text, rest: text.trim_start(), depth: 0 };
        let condition = parser.any()?;
        if parser.rest.is_empty() { Ok(condition) } else { Err(parser.error("and, or, or the end")) }
    }
}

/// Brackets within brackets beyond this are refused rather than exhausting the stack.
const DEEPEST: usize = 50;

struct Parser<'a> {
    text: &'a str,
    rest: &'a str,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn error(&self, expected: &'static str) -> ConditionError {
        let rest = if self.rest.is_empty() { "the end" } else { self.rest };
        ConditionError { text: self.text.to_owned(), rest: rest.to_owned(), expected }
    }

    fn sign(&mut self, sign: &str) -> bool {
        match self.rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }

    fn need(&mut self, sign: &str, expected: &'static str) -> Result<(), ConditionError> {
        if self.sign(sign) { Ok(()) } else { Err(self.error(expected)) }
    }

    fn word(&mut self, word: &str) -> bool {
        let next = |rest: &str| rest.chars().next().is_none_or(|c| !c.is_alphanumeric() && c != '_');
        match self.rest.strip_prefix(word) {
            Some(rest) if next(rest) => {
                self.rest = rest.trim_start();
                true
            }
            _ => false,
        }
    }

    fn any(&mut self) -> Result<Condition, ConditionError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.error("fewer brackets within brackets"));
        }
        let mut parts = vec![self.all()?];
        while self.word("or") {
            parts.push(self.all()?);
        }
        self.depth -= 1;
        Ok(one_or(parts, Condition::Any))
    }

    fn all(&mut self) -> Result<Condition, ConditionError> {
        let mut parts = vec![self.part()?];
        while self.word("and") {
            parts.push(self.part()?);
        }
        Ok(one_or(parts, Condition::All))
    }

    fn part(&mut self) -> Result<Condition, ConditionError> {
        if self.word("not") {
            self.need("(", "(")?;
            let inner = self.any()?;
            self.need(")", ")")?;
            return Ok(Condition::Not(Box::new(inner)));
        }
        if self.word("selected") {
            self.need("(", "(")?;
            let question = self.question()?;
            self.need(",", ",")?;
            let Literal::Text(code) = self.literal()? else { return Err(self.error("a code in quotes")) };
            self.need(")", ")")?;
            return Ok(Condition::Selected { question, code });
        }
        if self.sign("(") {
            let inner = self.any()?;
            self.need(")", ")")?;
            return Ok(inner);
        }
        let question = self.question()?;
        let signs = [
            ("!=", Comparison::Unequal),
            ("<=", Comparison::AtMost),
            (">=", Comparison::AtLeast),
            ("=", Comparison::Equal),
            ("<", Comparison::Less),
            (">", Comparison::More),
        ];
        for (sign, comparison) in signs {
            if self.sign(sign) {
                let value = self.literal()?;
                return Ok(Condition::Compare { question, comparison, value });
            }
        }
        Err(self.error("one of = != < <= > >="))
    }

    fn question(&mut self) -> Result<String, ConditionError> {
        let inside = self.rest.strip_prefix("${").and_then(|rest| rest.split_once('}'));
        match inside {
            Some((name, rest)) if !name.trim().is_empty() => {
                self.rest = rest.trim_start();
                Ok(name.trim().to_owned())
            }
            _ => Err(self.error("a question as ${name}")),
        }
    }

    fn literal(&mut self) -> Result<Literal, ConditionError> {
        for quote in ['\'', '"'] {
            if let Some((text, rest)) = self.rest.strip_prefix(quote).and_then(|rest| rest.split_once(quote))
            {
                self.rest = rest.trim_start();
                return Ok(Literal::Text(text.to_owned()));
            }
        }
        let end = self
            .rest
            .find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '-'))
            .unwrap_or(self.rest.len());
        match self.rest[..end].parse::<f64>() {
            Ok(number) if number.is_finite() => {
                self.rest = self.rest[end..].trim_start();
                Ok(Literal::Number(number))
            }
            _ => Err(self.error("a number or a text in quotes")),
        }
    }
}

fn one_or(mut parts: Vec<Condition>, many: fn(Vec<Condition>) -> Condition) -> Condition {
    if parts.len() == 1 { parts.remove(0) } else { many(parts) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn holds(text: &str, answers: &[(&str, Answer)]) -> bool {
        let answers: BTreeMap<&str, Answer> = answers.iter().cloned().collect();
        let condition: Condition = text.parse().unwrap_or_else(|error| panic!("{error}"));
        let again: Condition = condition.to_string().parse().expect("what is written can be read");
        assert_eq!(again, condition);
        condition.holds(&|name| answers.get(name))
    }

    #[test]
    fn evaluates() {
        let age = ("age", Answer::Number(61.0));
        let needs = ("needs", Answer::Choices(vec!["lift".into(), "shop".into()]));
        let felt = ("felt", Answer::Choice("yes".into()));
        let all = [age, needs, felt];
        assert!(holds("${age} >= 60 and selected(${needs}, 'lift')", &all));
        assert!(!holds("${age} < 60 or ${felt} = 'no'", &all));
        assert!(holds("not(${age} < 60 or ${felt} = \"no\")", &all));
        assert!(holds("(${age}=61)and(${felt}!='no')", &all));
        assert!(holds("${felt} = 'no' or ${age} > 1 and ${age} <= 61", &all));
        assert!(holds("${none} = ''", &all));
        assert!(holds("${none} != 'x'", &all));
        assert!(!holds("${none} > 3", &all));
    }

    #[test]
    fn says_where_it_stumbles() {
        for (text, part) in [
            ("", "${name}"),
            ("${a}", "one of ="),
            ("${a} = ", "a number"),
            ("${a} = 1 ${b} = 2", "and, or"),
            ("count-selected(${a}) > 1", "${name}"),
            ("selected(${a}, 1)", "a code in quotes"),
            ("(${a} = 1", ")"),
        ] {
            let error = text.parse::<Condition>().expect_err(text).to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
        assert!("(".repeat(10_000).parse::<Condition>().is_err());
    }

    proptest! {
        #[test]
        fn never_panics(text in "[$a{}()='\" <>!andornotselected,0-9.-]{0,60}") {
            if let Ok(condition) = text.parse::<Condition>() {
                prop_assert_eq!(condition.to_string().parse::<Condition>(), Ok(condition));
            }
        }
    }
}
