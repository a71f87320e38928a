//! Known places in texts.

use proptest::prelude::*;
use text::places::{Gazetteer, GazetteerError, Place};

fn place(id: &str, name: &str, aliases: &[&str], parent: &str) -> Place {
    Place {
        id: id.to_owned(),
        name: name.to_owned(),
        aliases: aliases.iter().map(|a| (*a).to_owned()).collect(),
        parent: parent.to_owned(),
    }
}

fn gazetteer() -> Gazetteer {
    Gazetteer::new(vec![
        place("1", "天通苑", &["TTY"], ""),
        place("2", "天通苑北二区", &["天北二"], "1"),
        place("3", "龙泽苑社区居委会", &[], "回龙观"),
        place("4", "中心公园", &[], "回龙观"),
        place("5", "中心公园", &[], "1"),
        place("6", "A3区", &[], ""),
    ])
    .expect("names are given")
}

fn found(text: &str) -> Vec<(String, Vec<String>)> {
    let gazetteer = gazetteer();
    gazetteer
        .finder()
        .find(text)
        .into_iter()
        .map(|m| {
            let ids = m.places.iter().map(|p| gazetteer.places()[*p as usize].id.clone()).collect();
            (text[m.start..m.end].to_owned(), ids)
        })
        .collect()
}

fn one(words: &str, id: &str) -> (String, Vec<String>) {
    (words.to_owned(), vec![id.to_owned()])
}

#[test]
fn the_longest_name_wins_and_aliases_count() {
    assert_eq!(found("住天通苑北二区，不是天通苑"), [one("天通苑北二区", "2"), one("天通苑", "1")]);
    assert_eq!(found("天北二停车难"), [one("天北二", "2")]);
}

#[test]
fn the_title_of_an_office_falls_away() {
    assert_eq!(found("龙泽苑社区门口"), [one("龙泽苑社区", "3")]);
    assert_eq!(found("龙泽苑门口"), [one("龙泽苑", "3")]);
    assert_eq!(found("龙泽苑社区居委会门口"), [one("龙泽苑社区居委会", "3")]);
}

#[test]
fn width_and_case_do_not_matter_and_positions_are_those_of_the_text() {
    assert_eq!(found("在ｔｔｙ和tty"), [one("ｔｔｙ", "1"), one("tty", "1")]);
    assert_eq!(found("（ａ３区）龙泽苑"), [one("ａ３区", "6"), one("龙泽苑", "3")]);
}

#[test]
fn no_match_inside_a_longer_code() {
    assert_eq!(found("BA3区 TTYL"), []);
    assert_eq!(found("A3区"), [one("A3区", "6")]);
}

#[test]
fn places_of_one_name_are_told_apart_by_their_surroundings() {
    let both = |text: &str| found(text).into_iter().find(|(w, _)| w == "中心公园").unwrap().1;
    assert_eq!(both("中心公园太吵"), ["4", "5"]);
    assert_eq!(both("天通苑的中心公园太吵"), ["5"]);
    assert_eq!(both("龙泽苑旁边的中心公园太吵"), ["4"]);
}

#[test]
fn an_empty_gazetteer_or_name_is_refused() {
    assert_eq!(Gazetteer::new(vec![]).unwrap_err(), GazetteerError::Empty);
    let nameless = vec![place("1", "东里", &[], ""), place("2", " ", &[], "")];
    assert_eq!(Gazetteer::new(nameless).unwrap_err(), GazetteerError::NoName { row: 2 });
    assert_eq!(Gazetteer::new(vec![place("1", "东", &[], "")]).unwrap_err(), GazetteerError::Empty);
}

proptest! {
    #[test]
    fn mentions_lie_in_the_text_in_order(text in "[天通苑北二区龙泽中心公园A3ＡＢ ，\\PC]{0,60}") {
        let gazetteer = gazetteer();
        let mut end = 0;
        for mention in gazetteer.finder().find(&text) {
            prop_assert!(mention.start >= end && mention.end > mention.start);
            prop_assert!(text.get(mention.start..mention.end).is_some());
            prop_assert!(!mention.places.is_empty());
            end = mention.end;
        }
    }
}
