//! `text learn` and `text classify`.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use exchange::messages_csv::{MessageReader, MessageRow};
use text::category::{CategoryModel, Classification};
use text::learning::{Example, LearningParameters, Lesson};
use text::{evaluation::Evaluation, model_file};

use super::files::{Progress, Table, input, messages, replace, text_of};

/// The model that ships with the program.
const SHIPPED: &[u8] = include_bytes!("../../../../text/models/requests-zh.model");

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  huitian text learn --in labelled.csv --model requests.model
  huitian text learn --in labelled.csv --in corrections.csv --only-learn segmented.csv --model requests.model

Input: CSV in UTF-8 with a header; columns body (or tokens_stopworded), label, and title when known.
The model is measured before it is written. One that is clearly worse than the model it would replace is
refused; the replaced one is kept beside it with the ending .previous.")]
pub struct LearnArgs {
    /// Labelled messages (repeat for several files)
    #[arg(long = "in", required = true, value_name = "FILE")]
    inputs: Vec<PathBuf>,
    /// Labelled messages that help to learn but are not asked about when measuring
    #[arg(long, value_name = "FILE")]
    only_learn: Vec<PathBuf>,
    /// Where to write the model
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    /// Drop n-grams that occur in fewer messages
    #[arg(long, default_value_t = LearningParameters::default().fewest_messages)]
    fewest_messages: u32,
    /// Parts of the rotation that measures the model
    #[arg(long, default_value_t = LearningParameters::default().folds)]
    folds: usize,
    /// What the messages are and who may use them, for the model card
    #[arg(long, default_value = "not stated")]
    source: String,
    /// Replace the model even if the new one is worse
    #[arg(long)]
    force: bool,
}

pub fn learn(args: LearnArgs) -> anyhow::Result<()> {
    let parameters = LearningParameters {
        fewest_messages: args.fewest_messages,
        folds: args.folds,
        ..LearningParameters::default()
    };
    let rows = labelled(&args.inputs)?;
    let helpers = labelled(&args.only_learn)?;
    let (lesson, measured) = measure(&rows, &helpers, parameters)?;
    let mut card = vec![
        ("task".to_owned(), "category of a resident's message".to_owned()),
        ("source".to_owned(), args.source.clone()),
        (
            "method".to_owned(),
            format!(
                "hashed character 1-{}-grams in {} buckets, linear SVM (squared hinge, cost {}), 8-bit weights",
                parameters.shape.longest,
                parameters.shape.buckets(),
                parameters.svm.cost
            ),
        ),
        ("messages".to_owned(), (rows.len() + helpers.len()).to_string()),
        ("distinct_messages".to_owned(), lesson.distinct_messages().to_string()),
        ("fewest_messages_per_ngram".to_owned(), args.fewest_messages.to_string()),
        (
            "measured_on".to_owned(),
            format!(
                "{} messages, {} parts in rotation, messages that say the same never on both sides",
                measured.answers.len(),
                parameters.folds
            ),
        ),
    ];
    card.extend(scores(&measured));
    let model = lesson.learn(&measured, card);
    take_into_use(&args, &measured, &model_file::write(&model))?;
    for (key, value) in model.card() {
        println!("{key}: {value}");
    }
    Ok(())
}

/// Prepares labelled rows and measures by rotation.
pub fn measure(
    rows: &[MessageRow],
    helpers: &[MessageRow],
    parameters: LearningParameters,
) -> anyhow::Result<(Lesson, Evaluation)> {
    let examples: Vec<Example<'_>> = rows.iter().map(example).collect();
    let helpers: Vec<Example<'_>> = helpers.iter().map(example).collect();
    let lesson = Lesson::prepare(&examples, &helpers, parameters)?;
    let measured = lesson.rotate();
    Ok((lesson, measured))
}

fn example(row: &MessageRow) -> Example<'_> {
    Example { text: text_of(row), label: &row.label }
}

/// Reads labelled rows; a row without label or text is named and refused.
pub fn labelled(paths: &[PathBuf]) -> anyhow::Result<Vec<MessageRow>> {
    let mut all = Vec::new();
    for path in paths {
        for row in messages(path, &["body", "label"])? {
            if row.label.is_empty() {
                bail!(
                    "{}: line {}: the label is empty: give one or remove the row",
                    path.display(),
                    row.line
                );
            }
            all.push(row);
        }
    }
    Ok(all)
}

/// The measures by name, as they stand on a card.
pub fn scores(measured: &Evaluation) -> Vec<(String, String)> {
    [
        ("macro_f1", measured.macro_f1()),
        ("accuracy", measured.accuracy()),
        ("accuracy_top_two", measured.top_two()),
        ("accuracy_on_surest_80_percent", measured.accuracy_on_surest(0.8)),
        ("accuracy_on_surest_50_percent", measured.accuracy_on_surest(0.5)),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), format!("{value:.4}")))
    .collect()
}

/// Puts the new model in place of the old one, unless it is clearly worse.
fn take_into_use(args: &LearnArgs, measured: &Evaluation, bytes: &[u8]) -> anyhow::Result<()> {
    let path = &args.model;
    if let Ok(old_bytes) = std::fs::read(path) {
        let old = model_file::read(&old_bytes).with_context(|| {
            format!("{} exists but is not a model: choose another name or remove it", path.display())
        })?;
        let before: Option<f64> =
            old.card().iter().find(|(key, _)| key == "macro_f1").and_then(|(_, value)| value.parse().ok());
        let now = measured.macro_f1();
        if let Some(before) = before.filter(|before| now < before - 0.01)
            && !args.force
        {
            bail!(
                "the new model has macro-F1 {now:.4}, the one in {} has {before:.4}: not replaced; check the \
                 new labels, or use --force",
                path.display()
            );
        }
        let mut previous = path.clone().into_os_string();
        previous.push(".previous");
        replace(Path::new(&previous), &old_bytes)?;
    }
    replace(path, bytes)
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  huitian text classify --in messages.csv --out categories.csv
  huitian text classify --model requests.model --in messages.csv --out categories.csv --why 5
  huitian text classify --in messages.csv --out - --sure-from 0.8

Output: CSV with columns msg_id,label,confidence,second_label; confidence is the probability that label is
right. With --sure-from the label is empty where the confidence is lower: a person decides between the
candidates of the further columns. With --why the words that decided follow.")]
pub struct ClassifyArgs {
    /// Model written by `text learn`; without it the model that ships with the program
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Messages: CSV with columns msg_id, body, and title when known; - is standard input
    #[arg(long = "in", value_name = "FILE")]
    input: PathBuf,
    /// Where to write the table; - is standard output
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Leave the label empty below this confidence (0 to 1)
    #[arg(long, value_name = "P")]
    sure_from: Option<f32>,
    /// Add the N pieces of text that decided
    #[arg(long, value_name = "N", default_value_t = 0)]
    why: usize,
}

/// Messages classified at a time: enough to keep all cores busy, little enough to keep memory flat.
const BATCH: usize = 8192;

pub fn classify(args: ClassifyArgs) -> anyhow::Result<()> {
    if let Some(least) = args.sure_from.filter(|least| !(0.0..=1.0).contains(least)) {
        bail!("--sure-from is {least}, it must be from 0 to 1");
    }
    let model = model(args.model.as_deref())?;
    let place = || args.input.display().to_string();
    let mut reader = MessageReader::new(input(&args.input)?, &["body"]).with_context(place)?;
    let mut columns = vec!["msg_id", "label", "confidence", "second_label"];
    if args.sure_from.is_some() {
        columns.push("best_label");
    }
    if args.why > 0 {
        columns.push("why");
    }
    let mut table = Table::create(&args.out, &columns)?;
    let mut progress = Progress::new("messages classified");
    let mut done = 0usize;
    loop {
        let batch: Vec<MessageRow> =
            reader.by_ref().take(BATCH).collect::<Result<_, _>>().with_context(place)?;
        if batch.is_empty() {
            break;
        }
        for (row, (answer, why)) in batch.iter().zip(answers(&model, &batch, args.why)) {
            done += 1;
            let id = if row.id.is_empty() { done.to_string() } else { row.id.clone() };
            let confidence = format!("{:.4}", answer.confidence);
            let sure = args.sure_from.is_none_or(|least| answer.confidence >= least);
            let label = if sure { model.label(answer.best) } else { "" };
            let mut fields = vec![id.as_str(), label, &confidence, model.label(answer.second)];
            if args.sure_from.is_some() {
                fields.push(model.label(answer.best));
            }
            if args.why > 0 {
                fields.push(&why);
            }
            table.row(fields)?;
        }
        progress.at(done.next_multiple_of(512));
    }
    table.finish()
}

/// Classifies a batch on all cores; answers in the order of the rows.
fn answers(model: &CategoryModel, batch: &[MessageRow], why: usize) -> Vec<(Classification, String)> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let each = batch.len().div_ceil(cores).max(1);
    let one_part = |part: &[MessageRow]| -> Vec<(Classification, String)> {
        let mut classifier = model.classifier();
        part.iter()
            .map(|row| {
                let text = text_of(row);
                let answer = classifier.classify(text);
                let reasons = if why > 0 { classifier.reasons(text, answer, why) } else { Vec::new() };
                let words: Vec<&str> = reasons.iter().map(|reason| reason.words.as_str()).collect();
                (answer, words.join("|"))
            })
            .collect()
    };
    if batch.len() < 256 {
        return one_part(batch);
    }
    std::thread::scope(|scope| {
        let tasks: Vec<_> = batch.chunks(each).map(|part| scope.spawn(move || one_part(part))).collect();
        tasks
            .into_iter()
            .flat_map(|task| task.join().unwrap_or_else(|p| std::panic::resume_unwind(p)))
            .collect()
    })
}

/// The model of a file, or the shipped one.
pub fn model(path: Option<&Path>) -> anyhow::Result<CategoryModel> {
    match path {
        None => model_file::read(SHIPPED).context("the shipped model"),
        Some(path) => {
            let bytes = std::fs::read(path).with_context(|| format!("cannot open {}", path.display()))?;
            model_file::read(&bytes).with_context(|| path.display().to_string())
        }
    }
}
