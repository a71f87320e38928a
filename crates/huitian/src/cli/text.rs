//! `huitian text …`: categories, near-duplicates, hot issues and places of residents' messages.

mod category;
mod duplicates;
mod files;
mod hot_issues;
mod measure;
mod places;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum TextCommand {
    /// Learn the categories of messages from labelled ones
    Learn(category::LearnArgs),
    /// Measure how well categories are told, on messages never learnt from
    Evaluate(measure::EvaluateArgs),
    /// Give each message its category, with confidence
    Classify(category::ClassifyArgs),
    /// Find messages that say nearly the same
    Duplicates(duplicates::DuplicatesArgs),
    /// Find what many people raise about one place in one period
    HotIssues(hot_issues::HotIssuesArgs),
    /// Find the known places that messages name
    Places(places::PlacesArgs),
}

pub fn run(command: TextCommand) -> anyhow::Result<()> {
    match command {
        TextCommand::Learn(args) => category::learn(args),
        TextCommand::Evaluate(args) => measure::evaluate(args),
        TextCommand::Classify(args) => category::classify(args),
        TextCommand::Duplicates(args) => duplicates::run(args),
        TextCommand::HotIssues(args) => hot_issues::run(args),
        TextCommand::Places(args) => places::run(args),
    }
}
