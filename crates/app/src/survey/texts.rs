//! What people wrote in their own words, and what it is about.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, PoisonError};

use domain::code::Code;
use domain::policy::Action;
use domain::refusal::{Problem, Refusal};
use domain::request::RequestCategory;
use domain::survey::{FrozenWave, HeldWave, Questionnaire};
use jiff::civil::Date;
use store::{Connection, StoreError};
use survey::instrument::Form;
use survey::sheet::{Answer, Answers};

use super::survey_target;
use crate::App;
use crate::actor::Actor;
use crate::error::AppError;
use crate::read::Asked;
use crate::request::Understanding;

const PAGE: usize = 2_000;
/// Texts of one question, or of one theme of it, that are read at once.
pub const TEXTS_MOST: usize = 500;
/// Texts of one question whose themes are told apart. Sheets lie in no order: these stand for all.
pub const THEMED_MOST: usize = 50_000;
/// Waves whose texts are told by theme at once: the last ones.
const WAVES_MOST: usize = 8;

/// What somebody wrote, with the theme that it is surely about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Written {
    pub text: String,
    pub theme: Option<Code>,
}

/// What was written to a question, in the order of the texts themselves: equal places under two questions mean nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaveTexts {
    pub question: String,
    /// As many as are read at once.
    pub texts: Vec<Written>,
    /// How many there are.
    pub all: u64,
    pub themes: Themes,
}

/// How many texts are about what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Themes {
    /// Texts that were looked at.
    pub read: u64,
    /// Themes by their number, the most frequent first. None is told of which there are fewer than is shown of people.
    pub lines: Vec<(Code, u64)>,
    /// Texts of other themes, and of none that is sure.
    pub rest: u64,
}

impl Themes {
    fn of(counts: &BTreeMap<Option<Code>, u64>, least: u64) -> Self {
        let read = counts.values().sum();
        let mut lines: Vec<(Code, u64)> = counts
            .iter()
            .filter(|(_, number)| **number >= least)
            .filter_map(|(theme, number)| Some((theme.clone()?, *number)))
            .collect();
        lines.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let rest = |lines: &[(Code, u64)]| read - lines.iter().map(|(_, number)| number).sum::<u64>();
        // What is left over would be a small group, too.
        while (1..least).contains(&rest(&lines)) && lines.pop().is_some() {}
        Self { read, rest: rest(&lines), lines }
    }
}

/// What a wave's texts are about.
#[derive(Debug, Clone, PartialEq)]
pub struct WaveThemes {
    pub held: HeldWave,
    /// Each question that asks for a text, with the number of texts.
    pub questions: Vec<(String, Themes)>,
}

/// The texts of a frozen wave, understood as they are now.
#[derive(Debug)]
struct Understood {
    by: By,
    questions: Vec<Texts>,
}

/// What texts were read, and by what they were understood.
#[derive(Debug, PartialEq)]
struct By {
    frozen: FrozenWave,
    model: Option<u32>,
    categories: Vec<RequestCategory>,
}

#[derive(Debug, Default)]
struct Texts {
    question: String,
    all: u64,
    some: Vec<Written>,
    of: BTreeMap<Option<Code>, Vec<String>>,
    counts: BTreeMap<Option<Code>, u64>,
}

/// Those lately asked for. A frozen wave stays as it is: only what texts are understood by changes.
#[derive(Debug, Default)]
pub(crate) struct TextsCache(VecDeque<((Code, Code), Arc<Understood>)>);

impl TextsCache {
    const MOST: usize = 32;

    fn get(&mut self, of: &(Code, Code), by: &By) -> Option<Arc<Understood>> {
        let at = self.0.iter().position(|(held, understood)| held == of && understood.by == *by)?;
        let held = self.0.remove(at)?;
        self.0.push_back(held);
        self.0.back().map(|(_, understood)| understood.clone())
    }

    fn keep(&mut self, of: (Code, Code), understood: Arc<Understood>) {
        self.0.retain(|(held, _)| *held != of);
        if self.0.len() >= Self::MOST {
            self.0.pop_front();
        }
        self.0.push_back((of, understood));
    }
}

/// A wave's texts by question: how many there are, and as many as are understood.
fn texts_of_sheets(
    c: &mut Connection,
    (plan, wave): (&Code, &Code),
    questions: &[String],
) -> Result<Vec<(u64, Vec<String>)>, StoreError> {
    let mut out: Vec<(u64, Vec<String>)> = vec![(0, Vec::new()); questions.len()];
    let mut after = String::new();
    loop {
        let some = c.survey_sheets(plan, wave, &after, PAGE)?;
        let Some(last) = some.last() else { return Ok(out) };
        after = last.sheet.to_string();
        for held in some.iter().filter(|held| !held.late) {
            let mut answers: Answers = serde_json::from_str(&held.answers)
                .map_err(|error| StoreError::Damaged(error.to_string()))?;
            for (question, (all, texts)) in questions.iter().zip(&mut out) {
                let Some(Answer::Text(text)) = answers.remove(question) else { continue };
                *all += 1;
                if texts.len() < THEMED_MOST {
                    texts.push(text);
                }
            }
        }
    }
}

impl Texts {
    /// Texts with what each is about. They take a while: nobody else waits for them.
    fn of(question: String, all: u64, texts: Vec<String>, understanding: &Understanding) -> Self {
        let mut out = Self { question, all, ..Self::default() };
        for text in texts {
            let theme = understanding.theme(&text);
            *out.counts.entry(theme.clone()).or_default() += 1;
            let told = out.of.entry(theme.clone()).or_default();
            if told.len() < TEXTS_MOST {
                told.push(text.clone());
            }
            if out.some.len() < TEXTS_MOST {
                out.some.push(Written { text, theme });
            }
        }
        out.some.sort_unstable();
        out.of.values_mut().for_each(|texts| texts.sort_unstable());
        out
    }
}

/// The questions that ask for a text.
fn texts_of(asked: &Questionnaire) -> Vec<String> {
    let questions = asked.asks.questions().iter();
    let texts = questions.filter(|question| matches!(question.form, Form::Text { .. }));
    texts.map(|question| question.name.clone()).collect()
}

impl App {
    /// Texts of a wave that is over, of all themes or of one: while people are asked, the last one to come would be told
    /// from the others. None where fewer people answered than anything is shown of.
    pub async fn wave_texts(
        &self,
        actor: &Actor,
        plan: &Code,
        held: &HeldWave,
        asked: &Questionnaire,
        theme: Option<&Code>,
    ) -> Result<Vec<WaveTexts>, AppError> {
        if !actor.may(Action::ManageSurveys, &survey_target(plan)) {
            return Err(Refusal::whole(Problem::NotAllowed(Action::ManageSurveys)).into());
        }
        let names = texts_of(asked);
        if names.is_empty() || !held.tells_texts() {
            let none =
                |question| WaveTexts { question, texts: Vec::new(), all: 0, themes: Themes::default() };
            return Ok(names.into_iter().map(none).collect());
        }
        let understood = self.understood(plan, held, names).await?;
        let told = understood.questions.iter().map(|of| {
            let themes = Themes::of(&of.counts, u64::from(held.wave.least));
            let texts = match theme {
                None => of.some.clone(),
                Some(theme) if themes.lines.iter().any(|(told, _)| told == theme) => {
                    let of_theme = of.of.get(&Some(theme.clone())).into_iter().flatten();
                    of_theme.map(|text| Written { text: text.clone(), theme: Some(theme.clone()) }).collect()
                }
                Some(_) => Vec::new(),
            };
            WaveTexts { question: of.question.clone(), texts, all: of.all, themes }
        });
        Ok(told.collect())
    }

    /// What people wrote about in the waves that asked within some days, the last wave first.
    pub async fn survey_themes(
        &self,
        plan: &Code,
        (from, to): (Date, Date),
    ) -> Result<Vec<WaveThemes>, AppError> {
        let portfolio = self.portfolio(plan, Asked::default()).await?;
        let mut held: Vec<&HeldWave> = portfolio.plan.waves.iter().collect();
        held.retain(|held| held.tells_texts() && held.wave.from <= to && held.wave.to >= from);
        held.sort_by(|a, b| b.wave.to.cmp(&a.wave.to).then_with(|| a.wave.wave.cmp(&b.wave.wave)));
        let mut out = Vec::new();
        for held in held {
            let asked = portfolio.plan.questionnaire(&held.wave.instrument, held.wave.version);
            let names = asked.map(texts_of).unwrap_or_default();
            if names.is_empty() {
                continue;
            }
            let understood = self.understood(plan, held, names).await?;
            let least = u64::from(held.wave.least);
            let themes = |of: &Texts| (of.question.clone(), Themes::of(&of.counts, least));
            out.push(WaveThemes {
                held: held.clone(),
                questions: understood.questions.iter().map(themes).collect(),
            });
            if out.len() == WAVES_MOST {
                break;
            }
        }
        Ok(out)
    }

    /// The texts of a frozen wave, read and understood once; one wave at a time, also where its reader has left.
    async fn understood(
        &self,
        plan: &Code,
        held: &HeldWave,
        questions: Vec<String>,
    ) -> Result<Arc<Understood>, AppError> {
        let frozen = held.frozen().ok_or(AppError::NotFound)?.clone();
        let understanding = self.understanding(plan).await?;
        let (model, categories) = understanding.themes_by();
        let by = By { frozen, model, categories: categories.to_vec() };
        let of = (plan.clone(), held.wave.wave.clone());
        let held = |app: &Self| app.texts_cache().get(&of, &by);
        if let Some(found) = held(self) {
            return Ok(found);
        }
        // Somebody may have read it while this one waited.
        let turn = self.inner.texts_turn.clone().lock_owned().await;
        if let Some(found) = held(self) {
            return Ok(found);
        }
        let app = self.clone();
        let work = move || {
            let _turn = turn;
            let texts = app.database().read(|c| texts_of_sheets(c, (&of.0, &of.1), &questions))?;
            let questions = questions.into_iter().zip(texts);
            let questions =
                questions.map(|(question, (all, texts))| Texts::of(question, all, texts, &understanding));
            let understood = Arc::new(Understood { by, questions: questions.collect() });
            app.texts_cache().keep(of, understood.clone());
            Ok(understood)
        };
        crate::aside(work).await?
    }

    fn texts_cache(&self) -> std::sync::MutexGuard<'_, TextsCache> {
        self.inner.survey_texts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_small_group_is_told_and_none_is_found_by_taking_away() {
        let code = |text: &str| Some(Code::new(text).unwrap());
        let themes = |counts: &[(&str, u64)]| {
            let counts = counts
                .iter()
                .map(|(theme, number)| (if theme.is_empty() { None } else { code(theme) }, *number));
            let found = Themes::of(&counts.collect(), 5);
            let lines: Vec<(String, u64)> =
                found.lines.iter().map(|(theme, number)| (theme.to_string(), *number)).collect();
            (lines, found.rest, found.read)
        };
        let line = |theme: &str, number| (theme.to_owned(), number);
        assert_eq!(
            themes(&[("noise", 9), ("roads", 20)]),
            (vec![line("roads", 20), line("noise", 9)], 0, 29)
        );
        assert_eq!(
            themes(&[("noise", 9), ("roads", 20), ("parks", 4), ("", 3)]),
            (vec![line("roads", 20), line("noise", 9)], 7, 36)
        );
        // Three are left over: with the smallest theme they are enough.
        assert_eq!(themes(&[("noise", 9), ("roads", 20), ("", 3)]), (vec![line("roads", 20)], 12, 32));
        assert_eq!(themes(&[("noise", 6), ("", 2)]), (vec![], 8, 8));
        assert_eq!(themes(&[]), (vec![], 0, 0));
    }
}
