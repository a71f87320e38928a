//! Planted issues among unrelated messages.

use crate::samples::{Sample, background, issues};
use jiff::ToSpan;
use jiff::civil::{DateTime, date};
use proptest::prelude::*;
use text::category::MessageText;
use text::hot_issues::{HotIssue, HotIssueParameters, HotIssueTracker, Voice, hot_issues};

fn time(day: u32) -> Option<DateTime> {
    date(2025, 1, 1).at(9, 0, 0, 0).checked_add(i64::from(day).days()).ok()
}

fn voices(samples: &[Sample]) -> Vec<Voice<'_>> {
    samples
        .iter()
        .map(|s| Voice {
            user: &s.user,
            text: MessageText { title: &s.title, body: &s.body },
            time: time(s.day),
            supporters: 0,
        })
        .collect()
}

fn planted() -> Vec<Sample> {
    let mut all = issues(18, 3);
    all.extend(background(600, 4));
    all
}

/// Best F1 of any found issue for each planted one.
fn agreement(samples: &[Sample], found: &[HotIssue]) -> Vec<f64> {
    ["搅拌", "断水", "群租"]
        .iter()
        .map(|issue| {
            let wanted = samples.iter().filter(|s| s.issue == Some(issue)).count();
            found
                .iter()
                .map(|f| {
                    let hits = f.members.iter().filter(|m| samples[**m].issue == Some(issue)).count();
                    2.0 * hits as f64 / (wanted + f.members.len()) as f64
                })
                .fold(0.0, f64::max)
        })
        .collect()
}

#[test]
fn finds_the_planted_issues_with_place_period_and_people() {
    let samples = planted();
    let found = hot_issues(&voices(&samples), HotIssueParameters::default());
    let agreement = agreement(&samples, &found);
    assert!(agreement.iter().all(|f1| *f1 >= 0.9), "{agreement:?}");
    let first = &found[0];
    assert!(first.people >= 17 && first.heat >= 17.0);
    let issue = found.iter().find(|f| f.title.contains("搅拌站")).unwrap();
    assert_eq!(issue.place, "星河湾小区");
    let (first, last) = (issue.first.unwrap(), issue.last.unwrap());
    assert!(first >= time(60).unwrap() && last <= time(81).unwrap());
    assert_eq!(Some(first), voices(&samples)[issue.first_report].time);
    assert!(issue.recent_people + issue.earlier_people <= issue.people * 2);
    assert!(found.windows(2).all(|pair| pair[0].heat >= pair[1].heat));
}

/// A threshold by its name and how it is set.
type Knob = (&'static str, fn(&mut HotIssueParameters, f64));

#[test]
fn no_threshold_is_brittle() {
    let samples = planted();
    let voices = voices(&samples);
    let knobs: [Knob; 10] = [
        ("least_similarity", |p, f| p.least_similarity *= f as f32),
        ("linkage.least_cosine", |p, f| p.linkage.least_cosine *= f),
        ("linkage.least_mean", |p, f| p.linkage.least_mean *= f),
        ("matter.least_cosine", |p, f| p.matter.least_cosine *= f),
        ("matter.least_mean", |p, f| p.matter.least_mean *= f),
        ("quiet_days", |p, f| p.quiet_days = (p.quiet_days as f64 * f) as i64),
        ("least_heat", |p, f| p.least_heat *= f),
        ("body_share", |p, f| p.fingerprint.body_share *= f as f32),
        ("body_terms", |p, f| p.fingerprint.body_terms = (p.fingerprint.body_terms as f64 * f) as usize),
        ("name_weight", |p, f| p.fingerprint.name_weight *= f as f32),
    ];
    for (name, set) in knobs {
        for factor in [0.85, 1.15] {
            let mut parameters = HotIssueParameters::default();
            set(&mut parameters, factor);
            let found = hot_issues(&voices, parameters);
            let agreement = agreement(&samples, &found);
            assert!(agreement.iter().all(|f1| *f1 >= 0.85), "{name} × {factor}: {agreement:?}");
            let largest = found.iter().map(|f| f.members.len()).max().unwrap();
            assert!(largest <= samples.len() / 10, "{name} × {factor}: one issue of {largest}");
        }
    }
}

#[test]
fn one_tireless_writer_is_not_hot() {
    let mut samples = issues(18, 3);
    for sample in &mut samples {
        sample.user = "same".to_owned();
    }
    samples.extend(background(300, 4));
    let found = hot_issues(&voices(&samples), HotIssueParameters::default());
    assert!(found.iter().all(|f| f.members.iter().all(|m| samples[*m].issue.is_none())), "{found:?}");
}

#[test]
fn one_letter_with_many_supporters_is_hot_but_damped() {
    let samples = background(200, 4);
    let mut voices = voices(&samples);
    voices[17].supporters = 900;
    let found = hot_issues(&voices, HotIssueParameters::default());
    let issue = found.iter().find(|f| f.members.contains(&17)).unwrap();
    assert_eq!(issue.supporters, 900);
    assert!((issue.heat - issue.people as f64 - 15.0).abs() < 1e-9, "{}", issue.heat);
}

#[test]
fn the_same_matter_after_long_silence_is_a_new_issue() {
    let mut samples = issues(24, 3);
    samples.retain(|s| s.issue == Some("断水"));
    for (at, sample) in samples.iter_mut().enumerate() {
        sample.day = if at % 2 == 0 { sample.day } else { sample.day + 200 };
    }
    samples.extend(background(300, 4));
    let count = |quiet_days: i64| {
        let parameters = HotIssueParameters { quiet_days, ..HotIssueParameters::default() };
        let found = hot_issues(&voices(&samples), parameters);
        found.iter().filter(|f| f.members.iter().any(|m| samples[*m].issue.is_some())).count()
    };
    assert_eq!(count(400), 1);
    assert_eq!(count(100), 2);
}

#[test]
fn two_matters_of_one_place_are_two_issues() {
    let mut samples = issues(15, 3);
    samples.retain(|s| s.issue != Some("群租"));
    for sample in &mut samples {
        sample.title = sample.title.replace("紫藤花园", "星河湾小区");
        sample.body = sample.body.replace("紫藤花园", "星河湾小区");
        sample.day = 100;
    }
    samples.extend(background(300, 4));
    let found = hot_issues(&voices(&samples), HotIssueParameters::default());
    let agreement = agreement(&samples, &found);
    assert!(agreement[0] >= 0.85 && agreement[1] >= 0.85, "{agreement:?}");
}

#[test]
fn messages_one_by_one_or_together_give_the_same() {
    let samples = planted();
    let voices = voices(&samples);
    let mut tracker = HotIssueTracker::new(HotIssueParameters::default());
    for voice in &voices {
        tracker.learn(voice.text);
    }
    for voice in &voices {
        tracker.add(*voice);
    }
    assert_eq!(tracker.len(), voices.len());
    assert_eq!(tracker.issues(), hot_issues(&voices, HotIssueParameters::default()));
}

#[test]
fn observing_is_learning_and_adding() {
    let samples = planted();
    let (mut two, mut one) = (
        HotIssueTracker::new(HotIssueParameters::default()),
        HotIssueTracker::new(HotIssueParameters::default()),
    );
    for voice in voices(&samples) {
        two.learn(voice.text);
        two.add(voice);
        one.observe(voice);
    }
    assert_eq!(one.issues(), two.issues());
    assert!(one.issues().len() >= 3);
}

#[test]
fn a_flood_of_copies_is_one_issue_of_its_people() {
    let text = MessageText {
        title: "东门路灯全坏了", body: "东门一排路灯都不亮，走路看不见。"
    };
    let users: Vec<String> = (0..50).map(|n| format!("p{n}")).collect();
    let voices: Vec<Voice<'_>> =
        (0..20_000).map(|n| Voice { user: &users[n % 50], text, time: time(1), supporters: 0 }).collect();
    let found = hot_issues(&voices, HotIssueParameters::default());
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].people, found[0].members.len()), (50, 20_000));
}

#[test]
fn messages_without_user_time_or_title_are_taken() {
    let mut samples = issues(10, 3);
    samples.extend(background(100, 4));
    let mut voices = voices(&samples);
    for voice in &mut voices {
        voice.user = "";
        voice.time = None;
        voice.text.title = "";
    }
    let found = hot_issues(&voices, HotIssueParameters::default());
    assert!(!found.is_empty());
    assert!(found.iter().all(|f| f.first.is_none() && !f.title.is_empty() && f.people == f.members.len()));
    assert!(hot_issues(&[], HotIssueParameters::default()).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_messages_break_it(
        raw in proptest::collection::vec(
            ("[ab]{0,1}", "[A3区市县小苑路东西停水噪\\PC]{0,12}", "\\PC{0,40}", proptest::option::of(0u32..800), any::<u32>()),
            0..30,
        )
    ) {
        let voices: Vec<Voice<'_>> = raw
            .iter()
            .map(|(user, title, body, day, supporters)| Voice {
                user,
                text: MessageText { title, body },
                time: day.and_then(time),
                supporters: *supporters,
            })
            .collect();
        let found = hot_issues(&voices, HotIssueParameters::default());
        let mut seen = vec![false; voices.len()];
        for issue in &found {
            prop_assert!(issue.heat >= 4.0 && issue.people <= issue.members.len());
            for member in &issue.members {
                prop_assert!(!std::mem::replace(&mut seen[*member], true), "in two issues");
            }
        }
    }
}
