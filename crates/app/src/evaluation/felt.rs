//! What people felt: the change between two published waves, in the areas reached or as a whole.

use std::collections::BTreeSet;

use domain::code::Code;
use domain::evaluation::delivered;
use domain::plan::Plan;
use domain::portfolio::Portfolio;
use domain::project::Project;
use domain::survey::{HeldWave, ResultKind, ResultRow, WaveResults};
use survey::instrument::Form;

use crate::App;
use crate::error::AppError;
use crate::survey::{ComparedLine, compared, judge};

/// Why nothing is known of what people felt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoFelt {
    NotDelivered,
    /// No published wave asked people before, or since.
    NoWaveBefore,
    NoWaveAfter,
    /// What is kept of such a wave is not what was frozen.
    Damaged,
}

impl NoFelt {
    pub fn key(self) -> &'static str {
        match self {
            Self::NotDelivered => "evaluation-felt-not-delivered",
            Self::NoWaveBefore => "evaluation-felt-no-wave-before",
            Self::NoWaveAfter => "evaluation-felt-no-wave-after",
            Self::Damaged => "evaluation-felt-damaged",
        }
    }
}

/// What people of one area said, or all.
#[derive(Debug, Clone, PartialEq)]
pub struct FeltGroup {
    /// None: everybody who was asked.
    pub area: Option<Code>,
    /// Means, and of each question with choices the share of the first.
    pub lines: Vec<ComparedLine>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Felt {
    pub before: HeldWave,
    pub after: HeldWave,
    pub groups: Vec<FeltGroup>,
}

fn published(portfolio: &Portfolio) -> impl DoubleEndedIterator<Item = &HeldWave> {
    let mut waves: Vec<&HeldWave> =
        portfolio.plan.waves.iter().filter(|held| held.shows_results(false)).collect();
    waves.sort_by_key(|held| (held.wave.to, held.wave.wave.clone()));
    waves.into_iter()
}

/// Whether a row tells a question in one figure.
fn is_head(plan: &Plan, held: &HeldWave, row: &ResultRow) -> bool {
    let asked = plan.questionnaire(&held.wave.instrument, held.wave.version);
    let Some(question) = asked.and_then(|asked| asked.asks.question(&row.question)) else { return false };
    if row.kind == ResultKind::Mean {
        return true;
    }
    let first = match &question.form {
        Form::Single { choices } => choices.first(),
        Form::Matrix { columns, .. } => columns.first(),
        _ => None,
    };
    let groupings = held.wave.groupings();
    first.is_some_and(|choice| row.answer.as_deref() == Some(choice.code.as_str()))
        && !groupings.contains(&row.question.as_str())
}

/// The areas among the answers of a wave that hold one of those reached, or lie in it.
fn areas_asked(portfolio: &Portfolio, held: &HeldWave, results: &WaveResults, reached: &[Code]) -> Vec<Code> {
    let Some(question) = &held.wave.area else { return Vec::new() };
    let named: BTreeSet<&String> = results
        .rows
        .iter()
        .filter_map(|row| row.group.as_ref().filter(|(by, _)| by == question))
        .map(|(_, answer)| answer)
        .collect();
    let codes = named.into_iter().filter_map(|answer| Code::new(answer).ok());
    codes
        .filter(|area| {
            let below = portfolio.areas_below(area);
            reached.iter().any(|code| below.contains(code) || portfolio.areas_below(code).contains(area))
        })
        .collect()
}

impl App {
    /// What changed for people between the last published wave before a project was delivered and the first since.
    pub(super) async fn felt_of(
        &self,
        portfolio: &Portfolio,
        project: &Project,
        reached: &[Code],
    ) -> Result<Result<Felt, NoFelt>, AppError> {
        let Some(delivered) = delivered(project) else { return Ok(Err(NoFelt::NotDelivered)) };
        let before = |held: &&HeldWave| held.wave.to < delivered.first();
        let since = |held: &&HeldWave| held.wave.from > delivered.last();
        // The first since that was asked before as well.
        let paired = published(portfolio).filter(since).find_map(|after| {
            let same = |held: &&HeldWave| before(held) && held.wave.instrument == after.wave.instrument;
            Some((published(portfolio).rfind(same)?, after))
        });
        let after = paired.map(|(_, after)| after).or_else(|| published(portfolio).find(since));
        self.between(portfolio, paired.map(|(before, _)| before), after, reached).await
    }

    /// What changed between the last two published waves of one instrument, in the areas reached and as a whole.
    pub(super) async fn felt_lately(
        &self,
        portfolio: &Portfolio,
        reached: &[Code],
    ) -> Result<Result<Felt, NoFelt>, AppError> {
        let waves: Vec<&HeldWave> = published(portfolio).rev().collect();
        let paired = waves.iter().enumerate().find_map(|(at, after)| {
            let same = |held: &&&HeldWave| held.wave.instrument == after.wave.instrument;
            Some((*waves[at + 1..].iter().find(same)?, *after))
        });
        let after = paired.map(|(_, after)| after).or(waves.first().copied());
        self.between(portfolio, paired.map(|(before, _)| before), after, reached).await
    }

    async fn between(
        &self,
        portfolio: &Portfolio,
        before: Option<&HeldWave>,
        after: Option<&HeldWave>,
        reached: &[Code],
    ) -> Result<Result<Felt, NoFelt>, AppError> {
        let Some(after) = after else { return Ok(Err(NoFelt::NoWaveAfter)) };
        let Some(before) = before else { return Ok(Err(NoFelt::NoWaveBefore)) };
        let plan = &portfolio.plan;
        let old = self.sound_results(&plan.code, before).await?;
        let new = self.sound_results(&plan.code, after).await?;
        let Some(old) = old else { return Ok(Err(NoFelt::NoWaveBefore)) };
        let Some(new) = new else { return Ok(Err(NoFelt::NoWaveAfter)) };
        let (Ok(old), Ok(new)) = (old, new) else { return Ok(Err(NoFelt::Damaged)) };
        let mut asked: Vec<Option<Code>> =
            areas_asked(portfolio, after, &new, reached).into_iter().map(Some).collect();
        asked.push(None);
        let groups = asked.into_iter().map(|area| {
            let group = area.as_ref().zip(after.wave.area.as_ref());
            let group = group.map(|(area, question)| (question.clone(), area.to_string()));
            let lines = compared(plan, (before, &*old), (after, &*new), group.as_ref());
            let lines = lines.into_iter().filter(|line| is_head(plan, after, &line.after)).collect();
            FeltGroup { area, lines }
        });
        let mut groups: Vec<FeltGroup> = groups.filter(|group| !group.lines.is_empty()).collect();
        // By what is shown, in all areas together.
        judge(groups.iter_mut().flat_map(|group| &mut group.lines));
        Ok(Ok(Felt { before: before.clone(), after: after.clone(), groups }))
    }
}
