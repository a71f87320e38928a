//! `text hot-issues`.

use std::path::PathBuf;

use clap::Args;
use exchange::messages_csv::parse_time;
use text::hot_issues::{HotIssueParameters, Voice, hot_issues};

use text::linkage::LinkageRule;

use super::files::{Table, messages, text_of};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  huitian text hot-issues --in messages.csv --out issues.csv
  huitian text hot-issues --in messages.csv --out - --top 5

Output: CSV, a row per message, with columns rank,heat,people,title,place,first,last,msg_id. Heat is the
number of distinct people who wrote, plus half the square root of the number of supporters (pro_votes).
A hot issue is a proposal: a person confirms it.")]
pub struct HotIssuesArgs {
    /// Messages: CSV with columns msg_id, user, title, time, body, and pro_votes when known; - is standard input
    #[arg(long = "in", value_name = "FILE")]
    input: PathBuf,
    /// Where to write the table; - is standard output
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Only the N hottest
    #[arg(long, value_name = "N")]
    top: Option<usize>,
    /// Least heat of an issue
    #[arg(long, value_name = "H", default_value_t = HotIssueParameters::default().least_heat)]
    least_heat: f64,
    /// Similarity of the middles of two groups of messages from which they are one issue (0 to 1)
    #[arg(long, value_name = "S", default_value_t = HotIssueParameters::default().linkage.least_cosine)]
    join: f64,
    /// Least mean similarity of their messages (0 to 1)
    #[arg(long, value_name = "S", default_value_t = HotIssueParameters::default().linkage.least_mean)]
    mean: f64,
    /// Similarity below which two messages count as unrelated (0.05 to 1)
    #[arg(long, value_name = "S", default_value_t = HotIssueParameters::default().least_similarity)]
    unrelated: f32,
    /// Share of the body in the similarity (0 to 1)
    #[arg(long, value_name = "S", default_value_t = HotIssueParameters::default().fingerprint.body_share)]
    body_share: f32,
    /// Similarity of matter from which messages about one place are one issue (0 to 1)
    #[arg(long, value_name = "S", default_value_t = HotIssueParameters::default().matter.least_cosine)]
    matter: f64,
    /// How much more the names of places weigh (0 or more)
    #[arg(long, value_name = "W", default_value_t = HotIssueParameters::default().fingerprint.name_weight)]
    name_weight: f32,
    /// Days without a message after which the matter is a new issue
    #[arg(long, value_name = "DAYS", default_value_t = HotIssueParameters::default().quiet_days)]
    quiet_days: i64,
}

pub fn run(args: HotIssuesArgs) -> anyhow::Result<()> {
    let rows = messages(&args.input, &["body"])?;
    let mut untimed = 0usize;
    let voices: Vec<Voice<'_>> = rows
        .iter()
        .map(|row| {
            let time = parse_time(&row.time);
            untimed += usize::from(time.is_none());
            Voice { user: &row.user, text: text_of(row), time, supporters: row.supporters }
        })
        .collect();
    if untimed > 0 {
        eprintln!("{untimed} of {} messages have no readable time; they join issues without one", rows.len());
    }
    let mut parameters = HotIssueParameters {
        least_similarity: args.unrelated,
        linkage: LinkageRule { least_cosine: args.join, least_mean: args.mean },
        quiet_days: args.quiet_days,
        least_heat: args.least_heat,
        ..HotIssueParameters::default()
    };
    parameters.fingerprint.body_share = args.body_share;
    parameters.matter.least_cosine = args.matter;
    parameters.fingerprint.name_weight = args.name_weight;
    let issues = hot_issues(&voices, parameters);
    let columns = ["rank", "heat", "people", "title", "place", "first", "last", "msg_id"];
    let mut table = Table::create(&args.out, &columns)?;
    for (at, issue) in issues.iter().take(args.top.unwrap_or(usize::MAX)).enumerate() {
        let rank = (at + 1).to_string();
        let heat = format!("{:.2}", issue.heat);
        let people = issue.people.to_string();
        let day = |time: Option<jiff::civil::DateTime>| time.map_or(String::new(), |t| t.date().to_string());
        let (first, last) = (day(issue.first), day(issue.last));
        for member in &issue.members {
            let id = match rows[*member].id.as_str() {
                "" => (member + 1).to_string(),
                id => id.to_owned(),
            };
            table.row([&rank, &heat, &people, &issue.title, &issue.place, &first, &last, &id])?;
        }
    }
    table.finish()
}
