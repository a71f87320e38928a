//! What a short message answers to the question that was asked: a number or a word, and what is said besides. Whatever
//! could mean something else is no answer.

use domain::request::{Satisfaction, Solved};

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    pub solved: Option<Solved>,
    pub satisfaction: Option<Satisfaction>,
    /// What was said besides.
    pub rest: String,
}

/// Characters between an answer and what follows it.
fn parts(c: char) -> bool {
    c.is_whitespace() || c.is_ascii_punctuation() || "，。、；：！？～…（）“”‘’《》【】·．－／".contains(c)
}

const SOLVED: [(Solved, &[&str]); 3] = [
    (
        Solved::Yes,
        &["1", "是", "是的", "解决", "解决了", "已解决", "已经解决", "已经解决了", "yes", "y", "solved"],
    ),
    (Solved::Partly, &["2", "部分", "部分解决", "部分解决了", "partly", "partially"]),
    (
        Solved::No,
        &[
            "3",
            "否",
            "不是",
            "没有",
            "没解决",
            "未解决",
            "没有解决",
            "还没解决",
            "还没有解决",
            "不解决",
            "no",
            "n",
            "not solved",
            "unsolved",
        ],
    ),
];

const SATISFIED: [(Satisfaction, &[&str]); 3] = [
    (Satisfaction::Satisfied, &["1", "是", "是的", "满意", "yes", "y", "satisfied"]),
    (Satisfaction::BasicallySatisfied, &["2", "基本满意", "一般", "fairly", "fairly satisfied"]),
    (
        Satisfaction::Dissatisfied,
        &["3", "否", "不是", "不满意", "no", "n", "not satisfied", "dissatisfied", "unsatisfied"],
    ),
];

/// As it is compared: digits and letters of full width are those of half width.
fn plain(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => {
            let half = char::from_u32(c as u32 - 0xfee0);
            // What is said besides keeps its marks.
            half.filter(char::is_ascii_alphanumeric).unwrap_or(c)
        }
        c => c,
    };
    text.chars().map(narrow).collect::<String>().trim_matches(parts).to_owned()
}

/// The answer at the beginning of a text, of those that are known, and what follows it. The longest one counts.
fn first<'a, T: Copy>(text: &'a str, known: &[(T, &[&str])]) -> Option<(T, &'a str)> {
    let mut found: Option<(T, usize)> = None;
    for (answer, words) in known {
        for word in *words {
            let Some(head) = text.get(..word.len()).filter(|head| head.eq_ignore_ascii_case(word)) else {
                continue;
            };
            let ends = text[head.len()..].chars().next().is_none_or(parts);
            if ends && found.is_none_or(|(_, length)| word.len() > length) {
                found = Some((*answer, word.len()));
            }
        }
    }
    found.map(|(answer, length)| (answer, &text[length..]))
}

/// Whether what follows an answer is words: a further number could mean anything.
fn is_besides(rest: &str) -> bool {
    !rest.trim_start_matches(parts).starts_with(|c: char| c.is_ascii_digit())
}

fn said(rest: &str) -> String {
    rest.trim_matches(|c: char| c.is_whitespace() || "，。、；：,;:.-".contains(c)).to_owned()
}

/// Two digits, which are two answers.
fn two(text: &str) -> Option<Reply> {
    let [one @ b'1'..=b'3', two @ b'1'..=b'3', ..] = text.as_bytes() else { return None };
    let (rest, of) = (&text[2..], |digit: &u8| usize::from(digit - b'1'));
    if !rest.chars().next().is_none_or(parts) || !is_besides(rest) {
        return None;
    }
    let (solved, satisfaction) = (Some(SOLVED[of(one)].0), Some(SATISFIED[of(two)].0));
    Some(Reply { solved, satisfaction, rest: said(rest) })
}

/// An answer to whether it is solved, and, where it is given along, to how satisfied somebody is: `1`, `3 还在漏水`,
/// `11`, `是，满意`.
pub(super) fn solved(text: &str) -> Option<Reply> {
    let text = plain(text);
    if let Some(reply) = two(&text) {
        return Some(reply);
    }
    let (solved, rest) = first(&text, &SOLVED)?;
    let after = rest.trim_start_matches(parts);
    let (satisfaction, rest) = match first(after, &SATISFIED) {
        Some((satisfaction, rest)) => (Some(satisfaction), rest),
        None => (None, rest),
    };
    is_besides(rest).then(|| Reply { solved: Some(solved), satisfaction, rest: said(rest) })
}

/// An answer to how satisfied somebody is.
pub(super) fn satisfied(text: &str) -> Option<Reply> {
    let text = plain(text);
    let (satisfaction, rest) = first(&text, &SATISFIED)?;
    is_besides(rest).then(|| Reply { solved: None, satisfaction: Some(satisfaction), rest: said(rest) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(solved: Solved, satisfaction: Option<Satisfaction>, rest: &str) -> Option<Reply> {
        Some(Reply { solved: Some(solved), satisfaction, rest: rest.into() })
    }

    #[test]
    fn whether_it_is_solved() {
        for text in ["1", " １ ", "1.", "是", "是的！", "解决了", "YES", "Yes.", "y"] {
            assert_eq!(solved(text), reply(Solved::Yes, None, ""), "{text}");
        }
        assert_eq!(solved("2"), reply(Solved::Partly, None, ""));
        assert_eq!(solved("部分解决，还差两盏灯"), reply(Solved::Partly, None, "还差两盏灯"));
        for text in ["3", "否", "没有", "没有解决", "no", "Not solved"] {
            assert_eq!(solved(text), reply(Solved::No, None, ""), "{text}");
        }
        assert_eq!(solved("3 还在漏水，3楼最重"), reply(Solved::No, None, "还在漏水，3楼最重"));
        assert_eq!(solved("否。没人来过"), reply(Solved::No, None, "没人来过"));
    }

    #[test]
    fn both_at_once() {
        let good = reply(Solved::Yes, Some(Satisfaction::Satisfied), "");
        for text in ["11", "1 1", "1,1", "是，满意", "１１", "yes, satisfied"] {
            assert_eq!(solved(text), good, "{text}");
        }
        assert_eq!(solved("33 没人来"), reply(Solved::No, Some(Satisfaction::Dissatisfied), "没人来"));
        assert_eq!(solved("1 3"), reply(Solved::Yes, Some(Satisfaction::Dissatisfied), ""));
    }

    #[test]
    fn how_satisfied() {
        let of = |text| satisfied(text).and_then(|reply| reply.satisfaction);
        assert_eq!(of("1"), Some(Satisfaction::Satisfied));
        assert_eq!(of("基本满意"), Some(Satisfaction::BasicallySatisfied));
        assert_eq!(of("3，太慢"), Some(Satisfaction::Dissatisfied));
        assert_eq!(of("不满意"), Some(Satisfaction::Dissatisfied));
        assert_eq!(of("no"), Some(Satisfaction::Dissatisfied));
        assert_eq!(of("谢谢"), None);
    }

    #[test]
    fn what_could_mean_something_else_is_no_answer() {
        for text in [
            "",
            "谢谢",
            "3楼还没修",
            "1号楼好了",
            "4",
            "0",
            "14",
            "111",
            "13812345678",
            "2024",
            "1 2 3",
            "3.5",
            "是不是修好了",
            "not yet",
            "none",
            "满意",
            "1/2/3",
            "没有人来过",
            "nope",
        ] {
            assert_eq!(solved(text), None, "{text}");
        }
        assert_eq!(satisfied("1 2"), None);
    }
}
