//! Sheets of a survey that sixteen people send at once, each checked, masked and kept for good before it is thanked for.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use app::survey::{NewSheet, Taken};
use app::{Actor, App, SystemClock};
use domain::survey::{Questionnaire, WaveMode};
use store::Database;
use survey::instrument::{Form, Question};
use survey::sheet::{Answer, Answers};

use crate::append::{CLIENTS, Sharing, rate};
use crate::ledger::code;
use crate::results::{Goal, Results, median, number};
use crate::server::huitian;

const PLAN: &str = "huitian-2018";
/// A wave of the demonstration that anybody may answer.
const WAVE: &str = "felt-open";
const TURN: Duration = Duration::from_secs(3);
const TURNS: usize = 3;

/// What somebody answers, different for each.
fn answer(question: &Question, at: u64) -> Option<Answer> {
    let at = usize::try_from(at).ok()?;
    let salt = question.name.len() + at;
    Some(match &question.form {
        Form::Single { choices } => Answer::Choice(choices.get(salt % choices.len())?.code.clone()),
        Form::Multiple { choices, .. } => {
            Answer::Choices(vec![choices.get(salt % choices.len())?.code.clone()])
        }
        Form::Scale { low, high, .. } => {
            Answer::Number(f64::from(low + (salt % 1_000) as i32 % (high - low + 1)))
        }
        Form::Number { least, .. } => Answer::Number(least.unwrap_or(1.0)),
        Form::Text { .. } => Answer::Text(format!("第{at}次看到路灯不亮，晚上走路看不清")),
        Form::Matrix { rows, columns } => {
            let column = columns.get(salt % columns.len())?;
            Answer::Matrix(rows.iter().map(|row| (row.code.clone(), column.code.clone())).collect())
        }
    })
}

fn answers(asked: &Questionnaire, at: u64) -> Answers {
    let always = asked.asks.questions().iter().filter(|question| question.condition.is_none());
    always.filter_map(|question| Some((question.name.clone(), answer(question, at)?))).collect()
}

pub fn sheets(results: &mut Results) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let database = format!("sqlite://{}", folder.path().join("h.db").display());
    let demo = ["demo", "--load-only", "--database", &database];
    let loaded = Command::new(huitian()?).args(demo).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    anyhow::ensure!(loaded.success(), "the demonstration was not loaded");
    let app = App::new(Database::open_existing(&database.parse()?)?, Arc::new(SystemClock::new(None)?));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let (plan, wave) = (code(PLAN), code(WAVE));
    let (_, asked) = runtime.block_on(app.wave(&plan, WAVE))?;
    let shown = asked.asks.fingerprint().to_string();
    let sharing = Sharing::start(&folder.path().join("sharing.db"))?;
    let next = AtomicU64::new(0);
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        ours.push(rate(CLIENTS, TURN, |_, _| {
            let new = NewSheet {
                sheet: app.random_code(),
                mode: WaveMode::Web,
                day: None,
                shown: shown.clone(),
                answers: answers(&asked, next.fetch_add(1, Ordering::Relaxed)),
                invitation: String::new(),
                begun: String::new(),
            };
            let taken = runtime.block_on(app.take_sheet(&Actor::Public, &plan, &wave, new))?;
            anyhow::ensure!(taken == Ok(Taken::Kept), "a sheet was not kept: {taken:?}");
            Ok(())
        })?);
        bare.push(rate(CLIENTS, TURN, |_, _| sharing.insert())?);
    }
    let beside = format!(
        "{} answers each, checked and masked; 16 bare writers sharing commits: {} rows/s",
        answers(&asked, 0).len(),
        number(median(bare))
    );
    let what = "sheets of a survey sent by 16 people, each durable";
    results.add(what, Goal::AtLeast(2_000.0), median(ours), "sheets/s", beside);
    Ok(())
}
