//! Learning from what people decided about a plan's requests: a new model, measured beside the one in use and
//! the plan's rules on requests that none of them has seen, and taken into use by a person.

use std::collections::BTreeMap;

use domain::code::Code;
use domain::policy::{Action, Target};
use domain::portfolio::Portfolio;
use domain::refusal::{Problem, Refusal};
use domain::request::learning::{
    LEAST_EACH, LEAST_HELD_OUT, LEAST_LEARNT, LabelFigures, Measured, ModelAsks, ModelFigures, NotTaken,
    SURE, is_held_out, may_be_used,
};
use jiff::civil::DateTime;
use store::{Connection, HeldModel, LabelledRow, ModelUse, StoreError, Tx};
use text::category::{CategoryModel, MessageText};
use text::evaluation::{Answer, Evaluation};
use text::grouping::same_message_groups;
use text::learning::{Example, LearningParameters, Lesson};
use text::model_file;

use super::category_words::CategoryWords;
use super::models::{Models, said};
use super::suggest::sure_by_words;
use crate::App;
use crate::actor::Actor;
use crate::error::AppError;
use crate::read::Asked;

/// Requests that are learnt from: the newest.
const LEARNT_MOST: usize = 20_000;
/// Models and uses that are told of.
const TOLD: usize = 100;
/// An n-gram in fewer requests is left out: no model may give away what one person wrote.
const FEWEST: u32 = 3;

/// What there is to learn from, and whether it is enough.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Material {
    /// Requests that say different things, to be learnt from and to be asked about, of categories or units that
    /// have enough.
    pub learnt: usize,
    pub held_out: usize,
    /// Categories or units with enough of them.
    pub labels: usize,
    /// Those with too few, with how many they have.
    pub left_out: Vec<(Code, u32)>,
}

impl Material {
    pub fn is_enough(&self) -> bool {
        self.labels >= 2 && self.learnt >= LEAST_LEARNT && self.held_out >= LEAST_HELD_OUT
    }
}

/// What learning came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Learnt {
    /// Nothing was learnt: there is too little.
    TooFew(Material),
    /// A new model is kept, and not in use.
    Model(HeldModel),
}

/// What was learnt so far.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelBook {
    /// 0: the rules of the plan.
    pub in_use: u32,
    /// The newest first.
    pub models: Vec<HeldModel>,
    pub uses: Vec<ModelUse>,
}

/// What became of taking a model into use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModelTaken {
    InUse,
    Not(NotTaken),
}

/// A request as it is learnt from.
struct Sample {
    label: Code,
    title: String,
    body: String,
    /// Title and words as they were written, for the rules.
    written: String,
    area: Option<Code>,
    category: Option<Code>,
    received: Option<DateTime>,
    held_out: bool,
}

impl Sample {
    fn text(&self) -> MessageText<'_> {
        MessageText { title: &self.title, body: &self.body }
    }

    fn of(row: LabelledRow, asks: ModelAsks, portfolio: &Portfolio) -> Option<Self> {
        let label = match asks {
            ModelAsks::Category => row.category.clone(),
            ModelAsks::Unit => row.unit.clone(),
        }?;
        let (title, body) = said(asks, portfolio, (&row.title, &row.text), (&row.address, row.area.as_ref()));
        Some(Self {
            label,
            title,
            body,
            written: format!("{}\n{}", row.title, row.text),
            area: row.area,
            category: row.category,
            received: row.received.parse().ok(),
            held_out: is_held_out(&row.code),
        })
    }
}

/// Those that are learnt from and asked about, of labels that have enough, and what they come to. A request that
/// says the same as one that is learnt from is not asked about.
fn sift(samples: Vec<Sample>) -> (Vec<Sample>, Material) {
    let texts: Vec<MessageText<'_>> = samples.iter().map(Sample::text).collect();
    let groups = same_message_groups(&texts);
    let mut learnt: BTreeMap<u32, ()> = BTreeMap::new();
    let mut distinct: BTreeMap<&Code, Vec<u32>> = BTreeMap::new();
    for (sample, group) in samples.iter().zip(&groups) {
        let own = distinct.entry(&sample.label).or_default();
        if !sample.held_out {
            learnt.insert(*group, ());
            own.push(*group);
        }
    }
    let mut material = Material::default();
    let mut enough = Vec::new();
    for (label, mut own) in distinct {
        own.sort_unstable();
        own.dedup();
        if own.len() >= LEAST_EACH {
            enough.push(label.clone());
            material.learnt += own.len();
        } else {
            material.left_out.push((label.clone(), own.len() as u32));
        }
    }
    material.labels = enough.len();
    let keeps: Vec<bool> = samples
        .iter()
        .zip(&groups)
        .map(|(sample, group)| match sample.held_out {
            // One of a label that the model cannot say counts against it.
            true => !learnt.contains_key(group),
            false => enough.binary_search(&sample.label).is_ok(),
        })
        .collect();
    let kept: Vec<Sample> =
        samples.into_iter().zip(keeps).filter(|(_, keep)| *keep).map(|(sample, _)| sample).collect();
    material.held_out = kept.iter().filter(|sample| sample.held_out).count();
    (kept, material)
}

/// An answer: what it says, and whether it is sure. Nothing said is wrong.
type Said = Option<(Code, bool)>;

/// What answers are worth, over the labels that were asked about.
fn measured(asked: &[&Sample], answers: &[Said]) -> (Measured, Evaluation) {
    // What is said without being known as a label is wrong in any case: it stands under no label of its own.
    let mut labels: Vec<String> = asked.iter().map(|sample| sample.label.to_string()).collect();
    labels.push(String::new());
    labels.sort();
    labels.dedup();
    let place = |label: &str| labels.binary_search_by(|held| held.as_str().cmp(label)).unwrap_or(0) as u16;
    let rows: Vec<Answer> = asked
        .iter()
        .zip(answers)
        .map(|(sample, said)| {
            let best = said.as_ref().map_or(0, |(label, _)| place(label.as_str()));
            Answer { wanted: place(sample.label.as_str()), best, second: best, margin: 0.0 }
        })
        .collect();
    let sure = asked.iter().zip(answers).filter_map(|(sample, said)| {
        said.as_ref().filter(|(_, sure)| *sure).map(|(label, _)| *label == sample.label)
    });
    let (mut all, mut right) = (0u32, 0u32);
    for hit in sure {
        all += 1;
        right += u32::from(hit);
    }
    let evaluation = Evaluation::new(labels, rows);
    let whole = |share: f64| (share * 10_000.0).round() as u32;
    let share = |part: u32, of: usize| if of == 0 { 0 } else { whole(f64::from(part) / of as f64) };
    let measured = Measured {
        asked: asked.len() as u32,
        macro_f1: whole(evaluation.macro_f1()),
        accuracy: whole(evaluation.accuracy()),
        sure: share(all, asked.len()),
        sure_right: share(right, all as usize),
    };
    (measured, evaluation)
}

fn by_model(model: &CategoryModel, asked: &[&Sample]) -> Vec<Said> {
    let mut classifier = model.classifier();
    let say = |sample: &&Sample| {
        let answer = classifier.classify(sample.text());
        let label = Code::new(model.label(answer.best)).ok()?;
        Some((label, answer.confidence >= SURE))
    };
    asked.iter().map(say).collect()
}

/// What the plan's rules say: words of categories, routes to units.
fn by_rules(asks: ModelAsks, portfolio: &Portfolio, asked: &[&Sample]) -> Vec<Said> {
    let words = CategoryWords::of(portfolio);
    let say = |sample: &&Sample| match asks {
        ModelAsks::Category => {
            let best = words.suggest(&sample.written).into_iter().next()?;
            let sure = sure_by_words(best.confidence);
            Some((best.category, sure))
        }
        ModelAsks::Unit => {
            let rules = portfolio.plan.request_rules.as_ref()?;
            let areas = areas_of(portfolio, sample.area.as_ref());
            let to =
                domain::request::routing::route(rules, &areas, sample.category.as_ref(), sample.received?);
            Some((to.unit, !to.by_backstop))
        }
    };
    asked.iter().map(say).collect()
}

/// An area with those that it lies in.
pub(super) fn areas_of(portfolio: &Portfolio, area: Option<&Code>) -> Vec<Code> {
    let mut out: Vec<Code> = Vec::new();
    let mut next = area.cloned();
    while let Some(code) = next.filter(|code| !out.contains(code)) {
        next = portfolio.areas.get(&code).and_then(|area| area.parent.clone());
        out.push(code);
    }
    out
}

/// Learns and measures; nothing where there is too little.
fn learnt(
    asks: ModelAsks,
    portfolio: &Portfolio,
    rows: Vec<LabelledRow>,
    in_use: (u32, Option<&CategoryModel>),
) -> Result<(ModelFigures, Vec<u8>), Material> {
    let samples = rows.into_iter().filter_map(|row| Sample::of(row, asks, portfolio)).collect();
    let (samples, material) = sift(samples);
    if !material.is_enough() {
        return Err(material);
    }
    let (asked, taught): (Vec<&Sample>, Vec<&Sample>) = samples.iter().partition(|sample| sample.held_out);
    let examples: Vec<Example<'_>> =
        taught.iter().map(|sample| Example { text: sample.text(), label: sample.label.as_str() }).collect();
    let parameters = LearningParameters { fewest_messages: FEWEST, ..LearningParameters::default() };
    let Ok(lesson) = Lesson::prepare(&examples, &[], parameters) else { return Err(material) };
    // Turned about among what is learnt from: what the confidence is fitted to.
    let turned = lesson.rotate();
    let card = vec![
        ("task".to_owned(), format!("{} of a request", asks.as_str())),
        ("messages".to_owned(), taught.len().to_string()),
        ("distinct_messages".to_owned(), lesson.distinct_messages().to_string()),
        ("fewest_messages_per_ngram".to_owned(), FEWEST.to_string()),
    ];
    let model = lesson.learn(&turned, card);
    let (own, evaluation) = measured(&asked, &by_model(&model, &asked));
    let rules = measured(&asked, &by_rules(asks, portfolio, &asked)).0;
    let against = match in_use.1 {
        Some(model) => measured(&asked, &by_model(model, &asked)).0,
        None => rules,
    };
    let number = |label: &str| taught.iter().filter(|sample| sample.label.as_str() == label).count() as u32;
    let scores = evaluation.categories();
    let labels = model
        .labels()
        .iter()
        .filter_map(|label| {
            let score = scores.iter().find(|score| score.label == *label);
            Some(LabelFigures {
                label: Code::new(label).ok()?,
                learnt: number(label),
                asked: score.map_or(0, |score| score.messages as u32),
                f1: score.map_or(0, |score| (score.f1 * 10_000.0).round() as u32),
            })
        })
        .collect();
    let figures = ModelFigures {
        learnt: taught.len() as u32,
        distinct: lesson.distinct_messages() as u32,
        labels,
        left_out: material.left_out,
        measured: own,
        rules,
        against: in_use.0,
        in_use: against,
    };
    Ok((figures, model_file::write(&model)))
}

fn may_learn(actor: &Actor, plan: &Code) -> Result<(), AppError> {
    let target = Target { plan: Some(plan.clone()), ..Target::default() };
    if matches!(actor, Actor::Operator(_)) || actor.may(Action::TakeRequest, &target) {
        return Ok(());
    }
    Err(Refusal::whole(Problem::NotAllowed(Action::TakeRequest)).into())
}

/// Whose word it is.
fn named(actor: &Actor) -> Result<Code, AppError> {
    match actor {
        Actor::Operator(name) => Ok(name.clone()),
        other => other.person().cloned().ok_or(AppError::NotFound),
    }
}

impl App {
    /// What was learnt of a plan's requests, and what is in use.
    pub async fn request_models(&self, plan: &Code, asks: ModelAsks) -> Result<ModelBook, AppError> {
        let plan = plan.clone();
        self.database()
            .read_async(move |c: &mut Connection| {
                Ok(ModelBook {
                    in_use: c.request_model_in_use(&plan, asks)?,
                    models: c.request_models(&plan, asks, TOLD)?,
                    uses: c.request_model_uses(&plan, asks, TOLD)?,
                })
            })
            .await
    }

    async fn labelled(&self, plan: &Code) -> Result<Vec<LabelledRow>, AppError> {
        let plan = plan.clone();
        self.database()
            .read_async(move |c: &mut Connection| Ok(c.labelled_requests(&plan, LEARNT_MOST)?))
            .await
    }

    /// Learns a new model from the requests that were answered, and measures it. It is kept, and not yet in use.
    pub async fn learn_requests(
        &self,
        actor: &Actor,
        plan: &Code,
        asks: ModelAsks,
    ) -> Result<Learnt, AppError> {
        may_learn(actor, plan)?;
        let made_by = named(actor)?;
        let portfolio = self.portfolio(plan, Asked::default()).await?;
        let rows = self.labelled(plan).await?;
        let models = self.request_models_in_use(plan).await?;
        // Learning takes seconds: not where others wait.
        let outcome = tokio::task::spawn_blocking(move || {
            let Models { category, unit } = &models;
            let held = match asks {
                ModelAsks::Category => category,
                ModelAsks::Unit => unit,
            };
            let in_use = held.as_ref().map_or((0, None), |(number, model)| (*number, Some(&**model)));
            learnt(asks, &portfolio, rows, in_use)
        })
        .await
        .map_err(|_| StoreError::Stopped)?;
        let (figures, body) = match outcome {
            Ok(found) => found,
            Err(material) => return Ok(Learnt::TooFew(material)),
        };
        let made_at = self.clock().now().as_microsecond();
        let mut held = HeldModel { plan: plan.clone(), asks, number: 0, made_at, made_by, figures };
        let keeping = held.clone();
        held.number = self
            .database()
            .write_async(move |tx: &mut Tx| Ok::<_, AppError>(tx.keep_request_model(&keeping, &body)?))
            .await?;
        Ok(Learnt::Model(held))
    }

    /// Takes a model into use, or goes back to one that was, or to the rules (0): by the word of a person.
    pub async fn use_request_model(
        &self,
        actor: &Actor,
        plan: &Code,
        (asks, number): (ModelAsks, u32),
        reason: &str,
    ) -> Result<ModelTaken, AppError> {
        may_learn(actor, plan)?;
        let person = named(actor)?;
        let used = ModelUse {
            plan: plan.clone(),
            asks,
            number,
            at: self.clock().now().as_microsecond(),
            person,
            reason: super::recorded(reason),
        };
        self.database()
            .write_async(move |tx: &mut Tx| {
                let c = tx.reading()?;
                let in_use = c.request_model_in_use(&used.plan, asks)?;
                if number == in_use {
                    return Ok(ModelTaken::InUse);
                }
                if number > 0 {
                    let held = c.request_model(&used.plan, asks, number)?.ok_or(AppError::NotFound)?;
                    let was = c.request_model_was_used(&used.plan, asks, number)?;
                    if let Err(not) = may_be_used(&held.figures, in_use, was) {
                        return Ok(ModelTaken::Not(not));
                    }
                }
                tx.use_request_model(&used)?;
                Ok::<_, AppError>(ModelTaken::InUse)
            })
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(label: &str, text: &str, held_out: bool) -> Sample {
        Sample {
            label: Code::new(label).expect("a code"),
            title: String::new(),
            body: text.to_owned(),
            written: text.to_owned(),
            area: None,
            category: None,
            received: None,
            held_out,
        }
    }

    #[test]
    fn what_says_the_same_as_something_learnt_is_not_asked_about() {
        let said = "三号楼东侧的路灯坏了一个星期一直没有人来修理";
        let all = vec![
            sample("lamps", said, false),
            sample("lamps", said, true),
            sample("lamps", "地铁口旁边的公交站牌被车撞歪了请扶正", true),
        ];
        let (kept, material) = sift(all);
        assert_eq!(material.held_out, 1);
        // One request is too few to learn a category from, and what is asked about it counts.
        assert_eq!(material.left_out, [(Code::new("lamps").expect("a code"), 1)]);
        assert_eq!(kept.len(), 1);
    }

    #[test]
    fn silence_is_wrong_and_sureness_is_counted_apart() {
        let all = [sample("a", "x", true), sample("b", "y", true), sample("a", "z", true)];
        let asked: Vec<&Sample> = all.iter().collect();
        let code = |text: &str| Code::new(text).expect("a code");
        let (measured, _) = measured(&asked, &[Some((code("a"), true)), None, Some((code("b"), false))]);
        assert_eq!((measured.asked, measured.accuracy), (3, 3_333));
        assert_eq!((measured.sure, measured.sure_right), (3_333, 10_000));
    }
}
