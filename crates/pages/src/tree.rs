//! A hierarchy of units or areas as a flat list with depths, each after the one above it.

use std::collections::{BTreeMap, BTreeSet};

use domain::code::Code;

/// Orders the codes so that everything follows what is above it. Whatever hangs on nothing, or on a
/// circle, stands at the top.
pub fn ordered(parents: &BTreeMap<Code, Option<Code>>) -> Vec<(Code, usize)> {
    let mut children: BTreeMap<Option<&Code>, Vec<&Code>> = BTreeMap::new();
    for (code, parent) in parents {
        let parent = parent.as_ref().filter(|parent| parents.contains_key(*parent));
        children.entry(parent).or_default().push(code);
    }
    let mut out = Vec::with_capacity(parents.len());
    let mut seen: BTreeSet<&Code> = BTreeSet::new();
    let mut open: Vec<(&Code, usize)> =
        children.get(&None).into_iter().flatten().rev().map(|code| (*code, 0)).collect();
    // Members of a circle are reached from no top: they are appended as tops of their own.
    let mut left = parents.keys();
    loop {
        while let Some((code, depth)) = open.pop() {
            if !seen.insert(code) {
                continue;
            }
            out.push((code.clone(), depth));
            open.extend(children.get(&Some(code)).into_iter().flatten().rev().map(|c| (*c, depth + 1)));
        }
        match left.find(|code| !seen.contains(code)) {
            Some(code) => open.push((code, 0)),
            None => return out,
        }
    }
}

/// A code and everything below it.
pub fn below(code: &Code, parents: &BTreeMap<Code, Option<Code>>) -> BTreeSet<Code> {
    let mut out = BTreeSet::from([code.clone()]);
    loop {
        let more: Vec<Code> = parents
            .iter()
            .filter(|(code, parent)| {
                !out.contains(*code) && parent.as_ref().is_some_and(|parent| out.contains(parent))
            })
            .map(|(code, _)| code.clone())
            .collect();
        if more.is_empty() {
            return out;
        }
        out.extend(more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Code {
        Code::new(text).unwrap()
    }

    fn parents(pairs: &[(&str, &str)]) -> BTreeMap<Code, Option<Code>> {
        pairs
            .iter()
            .map(|(child, parent)| (code(child), (!parent.is_empty()).then(|| code(parent))))
            .collect()
    }

    #[test]
    fn everything_stands_once_below_its_parent() {
        let tree =
            parents(&[("city", ""), ("d1", "city"), ("d2", "city"), ("s", "d1"), ("stray", "nowhere")]);
        let order: Vec<(String, usize)> =
            ordered(&tree).into_iter().map(|(code, depth)| (code.to_string(), depth)).collect();
        let expected = [("city", 0), ("d1", 1), ("s", 2), ("d2", 1), ("stray", 0)];
        assert_eq!(order, expected.map(|(code, depth)| (code.to_owned(), depth)));
        assert_eq!(below(&code("d1"), &tree), BTreeSet::from([code("d1"), code("s")]));
    }

    #[test]
    fn a_circle_loses_nothing() {
        let tree = parents(&[("a", "b"), ("b", "a"), ("c", "")]);
        assert_eq!(ordered(&tree).len(), 3);
        assert_eq!(below(&code("a"), &tree).len(), 2);
    }
}
