//! The goals of the text engine on the shared real messages, which the repository does not carry: without
//! them these tests say so and pass.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::text_files::{Folder, path_text as s, rows, succeed};

fn shared(name: &str) -> Option<PathBuf> {
    scratch::shared_data(format!("data/requests/{name}"))
}

#[test]
fn category_reaches_the_goals() {
    let (Some(labelled), Some(segmented)) =
        (shared("messages_labelled.csv"), shared("messages_segmented.csv"))
    else {
        return;
    };
    let measure = |more: &[&str]| -> (f64, f64) {
        let text = succeed(&[&["evaluate", "--in", s(&labelled), "--format", "json"], more].concat());
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        let surest = json["accuracy_on_surest"].as_array().unwrap();
        let at_80 = surest.iter().find(|p| p["surest"] == 0.8).unwrap()["accuracy"].as_f64().unwrap();
        (json["macro_f1"].as_f64().unwrap(), at_80)
    };
    let (f1, surest) = measure(&["--folds", "10"]);
    assert!(f1 >= 0.89 && surest >= 0.95, "labelled only: {f1} {surest}");
    let (f1, surest) = measure(&["--only-learn", s(&segmented)]);
    assert!(f1 >= 0.90 && surest >= 0.95, "with segmented: {f1} {surest}");
}

/// Members by rank.
fn issues(input: &Path, out: &Path, more: &[&str]) -> Vec<HashSet<String>> {
    succeed(&[&["hot-issues", "--in", s(input), "--out", s(out)], more].concat());
    let mut found: Vec<HashSet<String>> = Vec::new();
    for row in rows(out).1 {
        let rank: usize = row["rank"].parse().expect("a number");
        found.resize(found.len().max(rank), HashSet::new());
        found[rank - 1].insert(row["msg_id"].clone());
    }
    found
}

#[test]
fn hot_issues_hold_when_a_threshold_changes() {
    let Some(input) = shared("messages_unlabelled.csv") else { return };
    let folder = Folder::new("real-hot");
    let out = folder.path("out.csv");
    let base = issues(&input, &out, &[]);
    assert!(base.len() >= 50);
    let messages = 4326.0;
    let changes = [
        ["--join", "0.255"],
        ["--join", "0.345"],
        ["--mean", "0.17"],
        ["--mean", "0.23"],
        ["--matter", "0.068"],
        ["--matter", "0.092"],
        ["--unrelated", "0.1275"],
        ["--unrelated", "0.1725"],
        ["--body-share", "0.34"],
        ["--body-share", "0.46"],
        ["--name-weight", "0.85"],
        ["--name-weight", "1.15"],
        ["--quiet-days", "310"],
        ["--quiet-days", "420"],
        ["--least-heat", "3.4"],
        ["--least-heat", "4.6"],
    ];
    for change in changes {
        let changed = issues(&input, &out, &change);
        let largest = changed.iter().map(HashSet::len).max().unwrap();
        assert!((largest as f64) < 0.03 * messages, "{change:?}: one issue of {largest}");
        // The thirty hottest are found again.
        let same = |wanted: &HashSet<String>| {
            changed
                .iter()
                .map(|members| {
                    2.0 * members.intersection(wanted).count() as f64 / (members.len() + wanted.len()) as f64
                })
                .fold(0.0, f64::max)
        };
        let agreement = base[..30].iter().map(same).sum::<f64>() / 30.0;
        println!("{change:?}: agreement {agreement:.3}, largest {largest}");
        assert!(agreement >= 0.85, "{change:?}: {agreement:.3}");
    }
}
