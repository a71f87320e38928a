//! Five parties governing a community: what is lacking beside what can be given, and why the two may fit.

use std::collections::BTreeSet;

use super::fact::ItemFact;
use super::ledger::LedgerRow;
use super::relation::{Relation, Target};
use super::state::Item;
use super::workflow::{self, Step};
use crate::code::Code;

/// How far a need is from a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Nearness {
    Far,
    /// Under the same subdistrict or town.
    Near,
    SameCommunity,
}

/// A resource that may meet a need, and what speaks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    pub need: Code,
    pub resource: Code,
    pub nearness: Nearness,
    /// Both are of the same kind of matter.
    pub same_kind: bool,
    /// Words that both names have in common.
    pub words: Vec<String>,
}

impl Suggestion {
    /// The weight by which suggestions are ordered: words say most, then the place, then the kind.
    fn weight(&self) -> usize {
        let place = match self.nearness {
            Nearness::Far => 0,
            Nearness::Near => 1,
            Nearness::SameCommunity => 2,
        };
        3 * self.words.len().min(3) + place + usize::from(self.same_kind)
    }
}

/// Pairs that may fit: not far from each other, and of one kind or with words in common. The best first,
/// at most so many for a need.
pub fn suggest(
    needs: &[&LedgerRow],
    resources: &[&LedgerRow],
    nearness: impl Fn(&Code, &Code) -> Nearness,
    most: usize,
) -> Vec<Suggestion> {
    let offered: Vec<(&LedgerRow, Words)> = resources.iter().map(|row| (*row, Words::of(row))).collect();
    let mut out = Vec::new();
    for need in needs {
        let wanted = Words::of(need);
        let mut found: Vec<Suggestion> = offered
            .iter()
            .filter_map(|(row, words)| {
                let pairs = need.areas.iter().flat_map(|a| row.areas.iter().map(move |b| (a, b)));
                let nearness = pairs.map(|(a, b)| nearness(a, b)).max().unwrap_or(Nearness::Far);
                let same_kind = need.sector.is_some() && need.sector == row.sector;
                let suggestion = Suggestion {
                    need: need.code.clone(),
                    resource: row.code.clone(),
                    nearness,
                    same_kind,
                    words: wanted.common(words),
                };
                let fits = nearness > Nearness::Far && (same_kind || !suggestion.words.is_empty());
                fits.then_some(suggestion)
            })
            .collect();
        found.sort_by(|a, b| b.weight().cmp(&a.weight()).then_with(|| a.resource.cmp(&b.resource)));
        found.truncate(most);
        out.extend(found);
    }
    out
}

/// Said of anything that is lacking or offered, so it tells nothing.
const COMMON: [&str; 10] =
    ["社区", "小区", "居民", "提供", "需求", "资源", "服务", "with", "from", "offered"];

/// The words of a name: runs of Chinese characters, and English words.
struct Words {
    runs: Vec<Vec<char>>,
    pairs: BTreeSet<[char; 2]>,
    english: BTreeSet<String>,
}

impl Words {
    fn of(row: &LedgerRow) -> Self {
        // Before a colon stand places and marks, not the matter.
        let matter = |name: &str| name.rsplit(['：', ':']).next().unwrap_or(name).to_lowercase();
        let (zh, en) = (matter(&row.name.zh), matter(&row.name.en));
        let runs: Vec<Vec<char>> = zh
            .split(|c: char| !('\u{4e00}'..='\u{9fff}').contains(&c))
            .map(|run| run.chars().collect())
            .collect();
        let pairs = runs.iter().flat_map(|run| run.windows(2)).map(|two| [two[0], two[1]]);
        let pairs = pairs.filter(|two| !COMMON.contains(&two.iter().collect::<String>().as_str())).collect();
        let english = en
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| word.is_ascii() && word.len() >= 4 && !COMMON.contains(word))
            .map(str::to_owned)
            .collect();
        Self { runs, pairs, english }
    }

    /// What both have: the longest pieces of this one's Chinese, then English words.
    fn common(&self, other: &Self) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        for run in &self.runs {
            let mut piece = String::new();
            for (at, two) in run.windows(2).enumerate() {
                if other.pairs.contains(two) && self.pairs.contains(two) {
                    if piece.is_empty() {
                        piece.push(run[at]);
                    }
                    piece.push(run[at + 1]);
                } else if !piece.is_empty() {
                    out.push(std::mem::take(&mut piece));
                }
            }
            if !piece.is_empty() {
                out.push(piece);
            }
        }
        // A translation of the same word is not a second one.
        if out.is_empty() {
            out.extend(self.english.intersection(&other.english).cloned());
        }
        out.dedup();
        out
    }
}

fn moved(item: &Item, step: Step) -> Option<ItemFact> {
    workflow::find(item.kind, item.state, step).map(|held| ItemFact::Move { step, state: held.to, by: None })
}

/// A need is matched with what will meet it.
pub fn match_need(need: &Item, with: Target) -> Vec<ItemFact> {
    let link = ItemFact::Link { relation: Relation::MatchedWith, to: with, held: true };
    [link].into_iter().chain(moved(need, Step::Match)).collect()
}

/// What a match makes of the resource: one that already serves another need stays as it is.
pub fn match_resource(resource: &Item) -> Vec<ItemFact> {
    moved(resource, Step::Match).into_iter().collect()
}

/// A need is met.
pub fn meet(item: &Item) -> Vec<ItemFact> {
    moved(item, Step::Meet).into_iter().collect()
}

/// A match that came to nothing is undone: the need is open again.
pub fn part_need(need: &Item) -> Vec<ItemFact> {
    let links = need.linked(Relation::MatchedWith).cloned();
    let links = links.map(|to| ItemFact::Link { relation: Relation::MatchedWith, to, held: false });
    links.chain(moved(need, Step::SendBack)).collect()
}

/// A resource that serves no need any more is offered again.
pub fn release(resource: &Item) -> Vec<ItemFact> {
    moved(resource, Step::SendBack).into_iter().collect()
}
