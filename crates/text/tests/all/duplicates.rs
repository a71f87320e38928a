//! Near-duplicates against an exact comparison of all pairs.

use crate::samples;

use std::collections::HashSet;

use proptest::prelude::*;
use text::duplicates::{DuplicateIndex, near_duplicates, similarity};
use text::random::SplitMix;

/// The definition, written down plainly.
fn jaccard(a: &str, b: &str) -> f64 {
    let shingles = |text: &str| -> HashSet<Vec<char>> {
        let letters: Vec<char> =
            text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        if letters.is_empty() {
            return HashSet::new();
        }
        if letters.len() < 4 {
            return HashSet::from([letters]);
        }
        letters.windows(4).map(<[char]>::to_vec).collect()
    };
    let (a, b) = (shingles(a), shingles(b));
    let shared = a.intersection(&b).count();
    let union = a.len() + b.len() - shared;
    if union == 0 { 0.0 } else { shared as f64 / union as f64 }
}

#[test]
fn finds_what_an_exact_comparison_of_all_pairs_finds() {
    // Messages and versions of them with more and more characters changed.
    let mut random = SplitMix::new(9);
    let mut texts: Vec<String> = Vec::new();
    for sample in samples::background(120, 11) {
        texts.push(sample.body.clone());
        for changes in [1, 3, 6] {
            let mut letters: Vec<char> = sample.body.chars().collect();
            for _ in 0..changes {
                let at = random.below(letters.len());
                letters[at] = '某';
            }
            texts.push(letters.into_iter().collect());
        }
    }
    let found: HashSet<(u32, u32)> = near_duplicates(texts.iter().map(String::as_str), 0.5)
        .into_iter()
        .map(|pair| (pair.earlier, pair.later))
        .collect();
    let mut wanted = HashSet::new();
    for b in 0..texts.len() {
        for a in 0..b {
            if jaccard(&texts[a], &texts[b]) >= 0.5 {
                wanted.insert((a as u32, b as u32));
            }
        }
    }
    assert!(wanted.len() > 300, "{}", wanted.len());
    assert!(found.is_subset(&wanted), "pairs that are none: {:?}", found.difference(&wanted));
    let recall = found.len() as f64 / wanted.len() as f64;
    assert!(recall >= 0.99, "recall {recall}");
}

#[test]
fn blanks_punctuation_width_and_case_do_not_matter() {
    let pairs = near_duplicates(["停车难，A3区 ABC 小区!", "停车难 ａ3区abc小区"], 0.5);
    assert_eq!(pairs.len(), 1);
    assert_eq!(pairs[0].similarity, 1.0);
}

#[test]
fn texts_without_letters_are_nobodys_duplicate() {
    assert!(near_duplicates(["", "", "！！！", "…", "😀"], 0.5).is_empty());
}

#[test]
fn a_flood_of_copies_stays_linked_and_cheap() {
    let mut index = DuplicateIndex::new(0.5);
    let mut pairs = 0;
    for number in 0..3000 {
        let found = index.add("同一条留言反复发送，内容完全一样，没有任何变化。");
        assert_eq!(found.is_empty(), number == 0);
        pairs += found.len();
    }
    assert!(pairs <= 3000 * 128, "{pairs}");
}

#[test]
fn asking_does_not_add() {
    let mut index = DuplicateIndex::new(0.5);
    index.add("锅炉房夜里噪声大，影响老人休息");
    assert_eq!(index.similar("锅炉房夜里噪声很大，影响老人休息").len(), 1);
    assert_eq!(index.len(), 1);
}

proptest! {
    #[test]
    fn every_reported_similarity_is_exact(a in "[一-十停车难噪音]{0,30}", b in "[一-十停车难噪音]{0,30}") {
        prop_assert!((f64::from(similarity(&a, &b)) - jaccard(&a, &b)).abs() < 1e-6);
        let pairs = near_duplicates([a.as_str(), b.as_str()], 0.5);
        for pair in &pairs {
            prop_assert!((f64::from(pair.similarity) - jaccard(&a, &b)).abs() < 1e-6);
        }
        prop_assert_eq!(pairs.len() == 1 && pairs[0].similarity >= 0.5, !pairs.is_empty());
    }
}
