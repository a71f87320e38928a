//! What is understood of residents' messages: how many a second, and with how much memory. Messages of residents are asked
//! where they lie beside the project; else, and where there are too few of them, made-up ones of their length.

#[path = "../../crates/text/tests/all/samples/mod.rs"]
mod samples;

use std::fs::File;
use std::hint::black_box;
use std::time::Instant;

use exchange::messages_csv::MessageReader;
use text::category::MessageText;
use text::duplicates::DuplicateIndex;
use text::hot_issues::{HotIssueParameters, HotIssueTracker, Voice, hot_issues};
use text::learning::{Example, LearningParameters, Lesson};
use text::model_file;
use text::places::{Gazetteer, Place};

use crate::alone::{self, Told};
use crate::results::{Goal, Results};

/// The model that ships with the program.
const SHIPPED: &[u8] = include_bytes!("../../crates/text/models/requests-zh.model");
const MESSAGES: usize = 100_000;
/// As many are held at once where only what comes of them counts.
const PIECE: usize = 5_000;
const NAMES: usize = 25_000;

struct Message {
    user: String,
    title: String,
    body: String,
    label: &'static str,
}

impl Message {
    fn text(&self) -> MessageText<'_> {
        MessageText { title: &self.title, body: &self.body }
    }

    fn voice(&self) -> Voice<'_> {
        Voice { user: &self.user, text: self.text(), time: None, supporters: 0 }
    }
}

/// Made-up messages, as long as residents' (about 240 characters in the median): each body is three of the rule's.
fn made(count: usize, seed: u64) -> Vec<Message> {
    let mut more = samples::background(2 * count, seed + 1_000_000).into_iter();
    let message = |sample: samples::Sample| {
        let rest: String = more.by_ref().take(2).map(|more| more.body).collect();
        Message {
            user: sample.user,
            title: sample.title,
            body: sample.body + rest.as_str(),
            label: sample.label,
        }
    };
    samples::background(count, seed).into_iter().map(message).collect()
}

/// Messages of residents, which are not part of the project.
fn real() -> anyhow::Result<Option<Vec<Message>>> {
    let mut out = Vec::new();
    for name in ["messages_labelled.csv", "messages_unlabelled.csv"] {
        let Some(file) = scratch::shared_data(format!("data/requests/{name}")) else { return Ok(None) };
        for row in MessageReader::new(File::open(file)?, &["user", "title", "body"])? {
            let row = row?;
            out.push(Message { user: row.user, title: row.title, body: row.body, label: "" });
        }
    }
    Ok(Some(out).filter(|out| !out.is_empty()))
}

/// How many a second, where a piece of work takes so many in.
fn rate(count: usize, work: impl FnOnce()) -> f64 {
    let begun = Instant::now();
    work();
    count as f64 / begun.elapsed().as_secs_f64()
}

fn characters(messages: &[Message]) -> usize {
    messages.iter().map(|message| message.body.chars().count()).sum::<usize>() / messages.len().max(1)
}

/// The category of message after message, by the shipped model; in a process of its own.
pub fn category(told: &mut Told) -> anyhow::Result<()> {
    let model = model_file::read(SHIPPED)?;
    let mut classifier = model.classifier();
    let real = real()?;
    told.add("real", real.as_ref().map_or(0, Vec::len) as f64);
    let (mut asked, mut plain, mut reasoned, mut letters) = (0, 0.0, 0.0, 0);
    for turn in 0..MESSAGES / PIECE {
        let fresh;
        let piece = match &real {
            Some(real) => real,
            None => {
                fresh = made(PIECE, turn as u64);
                &fresh
            }
        };
        letters += characters(piece) * piece.len();
        asked += piece.len();
        let begun = Instant::now();
        for message in piece {
            black_box(classifier.classify(message.text()));
        }
        plain += begun.elapsed().as_secs_f64();
        let begun = Instant::now();
        for message in piece {
            let answer = classifier.classify(message.text());
            black_box(classifier.reasons(message.text(), answer, 5));
        }
        reasoned += begun.elapsed().as_secs_f64();
    }
    told.add("characters", letters as f64 / asked as f64);
    told.add("plain", asked as f64 / plain);
    told.add("with reasons", asked as f64 / reasoned);
    Ok(())
}

fn categories(results: &mut Results) -> anyhow::Result<()> {
    let told = alone::run("category")?;
    let whose = match told.get("real")? {
        0.0 => "made-up messages".to_owned(),
        count => format!("{count:.0} messages of residents, again and again"),
    };
    let beside = format!("the shipped model; {whose}, {:.0} characters in the mean", told.get("characters")?);
    let goal = Goal::AtLeast(10_000.0);
    results.add("category of a message, one core", goal, told.get("plain")?, "messages/s", beside);
    let reasoned = told.get("with reasons")?;
    results.add("… with the words that decided", Goal::None, reasoned, "messages/s", "");
    told.memory(results, 150.0)
}

fn learning(results: &mut Results, messages: &[Message]) -> anyhow::Result<()> {
    let examples: Vec<Example<'_>> =
        messages.iter().take(4_000).map(|it| Example { text: it.text(), label: it.label }).collect();
    let begun = Instant::now();
    let lesson = Lesson::prepare(&examples, &[], LearningParameters::default())?;
    black_box(lesson.learn(&lesson.rotate(), Vec::new()));
    let what = "learning from 4,000 messages, five parts and the whole";
    results.add(what, Goal::None, begun.elapsed().as_secs_f64(), "s", "made-up messages");
    Ok(())
}

fn duplicates(results: &mut Results, messages: &[Message], whose: &str) {
    let mut index = DuplicateIndex::new(0.5);
    let mut pairs = 0;
    let many = rate(messages.len(), || {
        pairs = messages.iter().map(|message| index.add(&message.body).len()).sum();
    });
    let beside = format!("{} {whose}, {pairs} pairs found", messages.len());
    results.add("near-duplicates, one core", Goal::AtLeast(8_000.0), many, "messages/s", beside);
}

fn places(results: &mut Results, messages: &[Message]) -> anyhow::Result<()> {
    let place = |number: usize| Place {
        id: number.to_string(),
        name: format!("{}里{number}号院", ["晨曦", "柳荫", "北辰", "云杉"][number % 4]),
        aliases: Vec::new(),
        parent: String::new(),
    };
    let gazetteer = Gazetteer::new((0..NAMES).map(place).collect())?;
    let mut finder = gazetteer.finder();
    let many = rate(messages.len(), || {
        for message in messages {
            black_box((finder.find(&message.title), finder.find(&message.body)));
        }
    });
    let what = format!("place names against {NAMES} of them, one core");
    let beside = format!("made-up messages, {} characters in the mean", characters(messages));
    results.add(what, Goal::AtLeast(100_000.0), many, "messages/s", beside);
    Ok(())
}

fn issues(results: &mut Results, messages: &[Message]) {
    let voices: Vec<Voice<'_>> = messages.iter().map(Message::voice).collect();
    let begun = Instant::now();
    let found = hot_issues(&voices, HotIssueParameters::default()).len();
    let seconds = begun.elapsed().as_secs_f64();
    let what = format!("hot issues of {} messages, all cores", voices.len());
    results.add(what, Goal::AtMost(5.0), seconds, "s", format!("made-up messages, {found} issues"));
    let mut tracker = HotIssueTracker::new(HotIssueParameters::default());
    let (past, new) = voices.split_at(voices.len() / 2);
    for voice in past {
        tracker.learn(voice.text);
    }
    tracker.add_all(past);
    let many = rate(new.len(), || {
        for voice in new {
            tracker.observe(*voice);
        }
    });
    let beside = format!("after {} before them", past.len());
    results.add("… one after another, one core", Goal::AtLeast(50_000.0), many, "messages/s", beside);
}

pub fn texts(results: &mut Results) -> anyhow::Result<()> {
    categories(results)?;
    let messages = made(MESSAGES, 1);
    learning(results, &messages)?;
    duplicates(results, &messages, "made-up messages");
    if let Some(real) = real()? {
        duplicates(results, &real, "messages of residents");
    }
    places(results, &messages)?;
    issues(results, &messages);
    Ok(())
}
