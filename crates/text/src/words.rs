//! Which of many words stand in a text, in one pass over it.

use std::collections::HashMap;

use daachorse::CharwiseDoubleArrayAhoCorasick;

/// Words to look for, whatever the case of their letters.
pub struct WordList {
    /// Each different word with the positions at which it was given.
    words: Vec<(String, Vec<u32>)>,
    /// Nothing where there are no words, or more than it can hold: then they are looked for one by one.
    automaton: Option<CharwiseDoubleArrayAhoCorasick<u32>>,
}

impl std::fmt::Debug for WordList {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WordList").field("words", &self.words.len()).finish_non_exhaustive()
    }
}

/// Letters made small; signs that have no small form, as Chinese ones, are passed on as they are.
fn small(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_ascii() => out.push(c.to_ascii_lowercase()),
            '\u{2e80}'..='\u{a4cf}' => out.push(c),
            c => out.extend(c.to_lowercase()),
        }
    }
    out
}

impl WordList {
    pub fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let mut numbers: HashMap<String, usize> = HashMap::new();
        let mut held: Vec<(String, Vec<u32>)> = Vec::new();
        for (at, word) in (0u32..).zip(words) {
            let word = small(word);
            if word.is_empty() {
                continue;
            }
            let number = *numbers.entry(word).or_insert_with_key(|word| {
                held.push((word.clone(), Vec::new()));
                held.len() - 1
            });
            held[number].1.push(at);
        }
        let patterns = (0u32..).zip(&held).map(|(number, (word, _))| (word.as_str(), number));
        Self { automaton: CharwiseDoubleArrayAhoCorasick::with_values(patterns).ok(), words: held }
    }

    /// The positions of the words that stand in a text, ascending. Of a word in Latin letters, none goes on before it:
    /// `park` stands in `parking` and not in `sparks`.
    pub fn find(&self, text: &str) -> Vec<u32> {
        let text = small(text);
        let mut seen = vec![false; self.words.len()];
        let begins = |at: usize, word: &str| {
            let before = text[..at].chars().next_back();
            !word.is_ascii() || !before.is_some_and(|c| c.is_ascii_alphanumeric())
        };
        match &self.automaton {
            Some(automaton) => {
                for found in automaton.find_overlapping_iter(&text) {
                    let number = found.value() as usize;
                    seen[number] = seen[number] || begins(found.start(), &self.words[number].0);
                }
            }
            None => {
                for (seen, (word, _)) in seen.iter_mut().zip(&self.words) {
                    *seen = text.match_indices(word.as_str()).any(|(at, _)| begins(at, word));
                }
            }
        }
        let found = seen.into_iter().zip(&self.words).filter(|(seen, _)| *seen);
        let mut positions: Vec<u32> =
            found.flat_map(|(_, (_, positions))| positions.iter().copied()).collect();
        positions.sort_unstable();
        positions
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_are_found_whatever_their_case_and_not_within_others() {
        let list = WordList::new(["停车", "Park", "车", "park", "", "路灯"]);
        assert_eq!(list.find("小区停车难，PARKING full"), [0, 1, 2, 3]);
        assert_eq!(list.find("sparks"), [0u32; 0]);
        assert_eq!(list.find("sparks of a park"), [1, 3]);
        assert_eq!(list.find(""), [0u32; 0]);
        assert_eq!(WordList::new([]).find("停车"), [0u32; 0]);
    }

    proptest! {
        #[test]
        fn one_pass_finds_what_looking_for_each_finds(
            words in prop::collection::vec("[abAB停车]{0,3}", 0..8), text in "[abAB停车 ÄΣ]{0,24}",
        ) {
            let list = WordList::new(words.iter().map(String::as_str));
            let one_by_one = WordList { automaton: None, words: list.words.clone() };
            prop_assert_eq!(list.find(&text), one_by_one.find(&text));
        }
    }
}
