//! What a text is about by the words that a plan gives its categories.

use domain::code::Code;
use domain::portfolio::Portfolio;
use text::words::WordList;

use super::suggest::{SuggestedBy, Suggestion};

/// The most categories that are suggested.
const MOST: usize = 3;

/// The words of a plan's open categories, ready to be found.
pub(crate) struct CategoryWords {
    /// By position in the list: the category's number, and the word as it is written.
    words: Vec<(usize, String)>,
    categories: Vec<Code>,
    list: WordList,
}

impl CategoryWords {
    pub(crate) fn of(portfolio: &Portfolio) -> Self {
        let open = portfolio.plan.request_categories.iter().filter(|category| !category.closed);
        let (mut words, mut categories) = (Vec::new(), Vec::new());
        for category in open {
            words.extend(category.words.iter().map(|word| (categories.len(), word.clone())));
            categories.push(category.category.clone());
        }
        let list = WordList::new(words.iter().map(|(_, word)| word.as_str()));
        Self { words, categories, list }
    }

    /// Categories by the words of theirs that stand in a text: longer words say more.
    pub(crate) fn suggest(&self, text: &str) -> Vec<Suggestion> {
        let mut because: Vec<Vec<String>> = vec![Vec::new(); self.categories.len()];
        for (category, word) in self.list.find(text).into_iter().map(|at| &self.words[at as usize]) {
            because[*category].push(word.clone());
        }
        let mut found: Vec<(Suggestion, f64)> = self
            .categories
            .iter()
            .zip(because)
            .filter(|(_, because)| !because.is_empty())
            .map(|(category, because)| {
                let weight = because.iter().map(|word| weight(word)).sum();
                let by = SuggestedBy::Words;
                (Suggestion { category: category.clone(), confidence: 0.0, because, by }, weight)
            })
            .collect();
        let all: f64 = found.iter().map(|(_, weight)| weight).sum();
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.category.cmp(&b.0.category)));
        let shares = found.into_iter().map(|(held, weight)| Suggestion { confidence: weight / all, ..held });
        shares.take(MOST).collect()
    }
}

fn weight(word: &str) -> f64 {
    let letters = word.chars().count() as f64;
    if word.is_ascii() { letters / 3.0 } else { letters }
}
