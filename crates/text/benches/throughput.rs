//! Messages per second of each part, on made-up messages of the length residents write.
//!
//! `cargo bench -p huitian-text` prints a line per part; `HUITIAN_BENCH_MESSAGES` sets how many messages.

#[path = "../tests/all/samples/mod.rs"]
mod samples;

use std::time::Instant;

use text::category::MessageText;
use text::duplicates::DuplicateIndex;
use text::hot_issues::{HotIssueParameters, HotIssueTracker, Voice, hot_issues};
use text::learning::{Example, LearningParameters, Lesson};
use text::places::{Gazetteer, Place};

fn main() {
    // `cargo test --benches` only checks that this builds and starts.
    if std::env::args().any(|a| a == "--test") {
        return;
    }
    let count = std::env::var("HUITIAN_BENCH_MESSAGES").ok().and_then(|n| n.parse().ok()).unwrap_or(100_000);
    // Bodies are made as long as real ones (about 240 characters in the median) by joining made-up ones.
    let mut samples = samples::background(count, 1);
    let extra = samples::background(2 * count, 2);
    for (sample, more) in samples.iter_mut().zip(extra.chunks(2)) {
        for part in more {
            sample.body.push_str(&part.body);
        }
    }
    let texts: Vec<MessageText<'_>> =
        samples.iter().map(|s| MessageText { title: &s.title, body: &s.body }).collect();
    let letters: usize = samples.iter().map(|s| s.body.chars().count()).sum();
    println!("{count} messages, {} characters each in the mean", letters / count.max(1));

    let examples: Vec<Example<'_>> = samples
        .iter()
        .zip(&texts)
        .take(4000)
        .map(|(s, text)| Example { text: *text, label: s.label })
        .collect();
    let model = timed("learn, five parts and the whole", examples.len(), || {
        let lesson = Lesson::prepare(&examples, &[], LearningParameters::default()).expect("samples teach");
        lesson.learn(&lesson.rotate(), Vec::new())
    });
    timed("classify, one core", count, || {
        let mut classifier = model.classifier();
        texts.iter().map(|text| classifier.classify(*text).best).sum::<usize>()
    });
    timed("classify with reasons, one core", count, || {
        let mut classifier = model.classifier();
        texts
            .iter()
            .map(|text| {
                let answer = classifier.classify(*text);
                classifier.reasons(*text, answer, 5).len()
            })
            .sum::<usize>()
    });
    timed("near-duplicates, one core", count, || {
        let mut index = DuplicateIndex::new(0.5);
        texts.iter().map(|text| index.add(text.body).len()).sum::<usize>()
    });
    let places = (0..25_000)
        .map(|n| Place {
            id: n.to_string(),
            name: format!("{}里{n}号院", ["晨曦", "柳荫", "北辰", "云杉"][n % 4]),
            aliases: Vec::new(),
            parent: String::new(),
        })
        .collect();
    let gazetteer = Gazetteer::new(places).expect("names are given");
    timed("places against 25,000 names, one core", count, || {
        let mut finder = gazetteer.finder();
        texts.iter().map(|text| finder.find(text.title).len() + finder.find(text.body).len()).sum::<usize>()
    });
    let voices: Vec<Voice<'_>> = samples
        .iter()
        .zip(&texts)
        .map(|(s, text)| Voice { user: &s.user, text: *text, time: None, supporters: 0 })
        .collect();
    timed("hot issues, all cores", count, || hot_issues(&voices, HotIssueParameters::default()).len());
    let mut tracker = HotIssueTracker::new(HotIssueParameters::default());
    let (past, new) = voices.split_at(voices.len() / 2);
    for voice in past {
        tracker.learn(voice.text);
    }
    tracker.add_all(past);
    timed("hot issues, one after another, one core", new.len(), || {
        for voice in new {
            tracker.observe(*voice);
        }
    });
}

#[allow(clippy::disallowed_methods)]
fn timed<R>(what: &str, count: usize, work: impl FnOnce() -> R) -> R {
    let begun = Instant::now();
    let result = std::hint::black_box(work());
    let seconds = begun.elapsed().as_secs_f64();
    println!("{what}: {seconds:.2} s, {:.0} messages/s", count as f64 / seconds);
    result
}
