//! Lines: nothing is lost, the rules of marks hold, and no line is wider than it may be.

use document::breaking::{Atom, break_lines, may_break, never_ends_a_line, never_starts_a_line};
use proptest::prelude::*;

fn atoms(text: &str) -> Vec<Atom> {
    text.chars()
        .map(|c| {
            let mut atom = Atom::new(c, if c.is_ascii() { 500 } else { 1_000 });
            if "，。）》”".contains(c) {
                atom.droppable = 500;
            }
            atom
        })
        .collect()
}

fn texts() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "政",
        "府",
        "办",
        "公",
        "室",
        "，",
        "。",
        "、",
        "；",
        "（",
        "）",
        "《",
        "》",
        "“",
        "”",
        "——",
        "……",
        "％",
        " ",
        "  ",
        "\n",
        "plan",
        "2019",
        "3,810",
        "52%",
        "(a)",
        "re-use",
        "https://example.org/a-very/long/address",
        "¥",
        "№",
        "\u{a0}",
    ]);
    prop::collection::vec(pieces, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn lines_keep_everything_and_the_rules(text in texts(), first in 1..12i32, rest in 1..30i32) {
        let atoms = atoms(&text);
        let (first, rest) = (first * 1_000, rest * 1_000);
        let lines = break_lines(&atoms, first, rest);
        let mut at = 0;
        for (n, line) in lines.iter().enumerate() {
            // Only blanks fall between lines.
            prop_assert!(atoms[at..line.atoms.start].iter().all(|atom| atom.character.is_whitespace()));
            let measure = if n == 0 { first } else { rest };
            prop_assert!(line.width <= measure || line.atoms.len() == 1, "{} > {measure}", line.width);
            let sum: i32 = atoms[line.atoms.clone()].iter().map(|atom| atom.width).sum();
            prop_assert!(line.width == sum || line.width == sum - 500);
            prop_assert!(atoms[line.atoms.clone()].iter().all(|atom| atom.character != '\n'));
            at = line.atoms.end;
        }
        prop_assert!(atoms[at..].iter().all(|atom| atom.character.is_whitespace()));
        for pair in lines.windows(2) {
            let (end, start) = (pair[0].atoms.end, pair[1].atoms.start);
            if pair[0].last || end == 0 {
                continue;
            }
            let broken = |at: usize| may_break(atoms[at - 1].character, atoms[at].character);
            // A break against the rules is taken only where the line has none that keeps them.
            if broken(start) {
                prop_assert!(!never_starts_a_line(atoms[start].character));
                prop_assert!(end < start || !never_ends_a_line(atoms[end - 1].character));
            } else {
                let legal = (pair[0].atoms.start + 1..start).find(|at| broken(*at));
                prop_assert_eq!(legal, None, "{:?}", text);
            }
        }
    }
}

fn broken(text: &str, characters: i32) -> Vec<String> {
    let atoms = atoms(text);
    let text =
        |line: &std::ops::Range<usize>| atoms[line.clone()].iter().map(|atom| atom.character).collect();
    break_lines(&atoms, characters * 1_000, characters * 1_000).iter().map(|line| text(&line.atoms)).collect()
}

#[test]
fn marks_stay_with_what_they_belong_to() {
    // A closing mark gives half of its square to stay; a second one takes a character along.
    assert_eq!(broken("一二三四五。六", 6), ["一二三四五。", "六"]);
    assert_eq!(broken("一二三四五六）。七", 6), ["一二三四五", "六）。七"]);
    assert_eq!(broken("一二三四五（六）", 6), ["一二三四五", "（六）"]);
    assert_eq!(broken("一二三四五——六", 6), ["一二三四", "五——六"]);
    assert_eq!(broken("共有3,810个", 4), ["共有", "3,810个"]);
    assert_eq!(broken("于2019年8月", 4), ["于2019年", "8月"]);
    assert_eq!(broken("截至2018月", 3), ["截至", "2018月"]);
    assert_eq!(broken("a word broken", 3), ["a word", "broken"]);
    assert_eq!(broken("one\ntwo", 9), ["one", "two"]);
}
