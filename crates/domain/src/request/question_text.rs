//! A category's questions as lines of text, for a form's field and a sheet's cell.
//!
//! A question is a line `code | kind | 中文 | English`, with `!` before the code where it must be answered and `~` where
//! the answer is not for everybody; the lines below it that begin with `-` are its choices: `- code | 中文 | English`. A line that begins with `?` says
//! how the question is to be understood: `? 中文 | English`.

use super::question::{AnswerChoice, AnswerKind, Question};
use crate::code::Code;
use crate::named::Named;

/// The number of the first line that cannot be read, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadLine(pub usize);

pub fn to_text(questions: &[Question]) -> String {
    let mut out = Vec::new();
    for question in questions {
        let must = if question.required { "!" } else { "" };
        let inner = if question.private { "~" } else { "" };
        let name = both(&question.name);
        out.push(format!("{must}{inner}{} | {} | {name}", question.question, question.kind.as_str()));
        out.extend(question.about.iter().map(|about| format!("? {}", both(about))));
        for choice in &question.choices {
            out.push(format!("- {} | {}", choice.choice, both(&choice.name)));
        }
    }
    out.join("\n")
}

/// A name in both languages; a stroke that belongs to it is marked, lines are joined.
fn both(name: &Named) -> String {
    let marked = |text: &str| {
        let mut out = String::new();
        for sign in text.chars() {
            if matches!(sign, '|' | '｜' | '\\') {
                out.push('\\');
            }
            out.push(if sign == '\n' { ' ' } else { sign });
        }
        out
    };
    format!("{} | {}", marked(&name.zh), marked(&name.en))
}

/// The parts between strokes that are not marked.
fn parts(line: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut signs = line.chars().peekable();
    while let Some(sign) = signs.next() {
        // A mark only before what is marked: elsewhere it is what somebody typed.
        let marked = sign == '\\' && matches!(signs.peek(), Some('|' | '｜' | '\\'));
        match sign {
            '|' | '｜' => out.push(String::new()),
            sign => {
                let part = out.last_mut().expect("there is one");
                part.push(if marked { signs.next().unwrap_or(sign) } else { sign });
            }
        }
    }
    out.iter().map(|part| part.trim().to_owned()).collect()
}

pub fn parse(text: &str) -> Result<Vec<Question>, BadLine> {
    let mut out: Vec<Question> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if !line.is_empty() {
            read(line, &mut out).ok_or(BadLine(number))?;
        }
    }
    Ok(out)
}

fn read(line: &str, out: &mut Vec<Question>) -> Option<()> {
    let named = |parts: &[String]| match parts {
        [zh] if !zh.is_empty() => Some(Named::new(zh.as_str(), "")),
        [zh, en] if !zh.is_empty() => Some(Named::new(zh.as_str(), en.as_str())),
        _ => None,
    };
    if let Some(about) = line.strip_prefix(['?', '？']) {
        out.last_mut()?.about = Some(named(&parts(about))?);
        return Some(());
    }
    if let Some(choice) = line.strip_prefix('-') {
        let parts = parts(choice);
        let (code, name) = (Code::new(parts.first()?).ok()?, named(parts.get(1..)?)?);
        out.last_mut()?.choices.push(AnswerChoice { choice: code, name });
        return Some(());
    }
    let marks = line.find(|sign| !matches!(sign, '!' | '！' | '~' | '～')).unwrap_or(line.len());
    let (marks, line) = line.split_at(marks);
    let parts = parts(line);
    out.push(Question {
        question: Code::new(parts.first()?).ok()?,
        kind: AnswerKind::parse(parts.get(1)?)?,
        name: named(parts.get(2..)?)?,
        about: None,
        required: marks.contains(['!', '！']),
        private: marks.contains(['~', '～']),
        choices: Vec::new(),
    });
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_read_as_they_are_written() {
        let text = "!what | singlevaluelist | 哪种情况 | What is it\n? 只选一项 | Choose one\n- full | 桶满 | Full\n\
                    - dirty | 脏 | \ndays | number | 几天 | How long\n～！plate | string | 车牌号";
        let read = parse(text).unwrap();
        assert_eq!(parse("plate | string | 车牌号").map(|read| read[0].private), Ok(false));
        assert_eq!(read.len(), 3);
        assert!(read[2].required && read[2].private && !read[0].private);
        assert!(read[0].required && read[0].choices.len() == 2 && read[0].about.is_some());
        assert_eq!(parse(&to_text(&read)), Ok(read));
        assert_eq!(parse(""), Ok(Vec::new()));
    }

    #[test]
    fn strokes_in_a_name_belong_to_it() {
        let mut read = parse("where | string | 楼 | Block").unwrap();
        read[0].name = Named::new("楼|单元｜房", r"Block|unit\room");
        assert_eq!(parse(&to_text(&read)), Ok(read));
        assert_eq!(parse(r"where | string | A\B | Block").unwrap()[0].name.zh, r"A\B");
    }

    #[test]
    fn the_line_at_fault_is_told() {
        assert_eq!(parse("- full | 桶满"), Err(BadLine(1)));
        assert_eq!(parse("what | text | 什么 | What\nwhat next"), Err(BadLine(2)));
        assert_eq!(parse("what | poem | 什么 | What"), Err(BadLine(1)));
    }
}
