//! Hot issues: one matter that many people raise in one place and time. The program finds them, a person
//! confirms one, and it becomes a task on the books or belongs to a project; every request of it is then linked,
//! so that whoever asked sees what came of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::item::goal::RequestGoal;
use domain::item::kind::{ItemKind, Level, Part};
use domain::item::workflow::Standing;
use domain::item::{Item, ItemFact, State, Step, Target};
use domain::named::Named;
use domain::request::RequestFact;
use domain::source::Source;
use domain::subject::Subject;
use jiff::Span;
use jiff::civil::{Date, DateTime};
use store::{Connection, StoreError, VoiceRow};
use text::category::MessageText;
use text::hot_issues::{HotIssueParameters, Voice, hot_issues};

use crate::App;
use crate::account::hash;
use crate::actor::Actor;
use crate::change::Change;
use crate::error::AppError;
use crate::read::Asked;

/// Requests that are looked at together: the newest ones of the period.
pub(super) const VOICES_MOST: usize = 100_000;
/// Requests that are linked at once to what a matter becomes.
const LINKED_MOST: usize = 20_000;
/// Looking through more than this many is kept for a while.
const MANY: usize = 5_000;
const KEPT_MINUTES: i64 = 10;
/// Areas that a task is put down for.
const AREAS_MOST: usize = 5;

/// One matter, as the requests of a period show it.
#[derive(Debug, Clone, PartialEq)]
pub struct HotMatter {
    /// The number of its first request, by which it is found again.
    pub key: Code,
    pub title: String,
    pub heat: f64,
    pub people: usize,
    pub followers: u64,
    pub first: DateTime,
    pub last: DateTime,
    /// People who wrote in its last fortnight, and in the one before.
    pub recent: usize,
    pub earlier: usize,
    /// What most of its requests are about, and who handles most.
    pub category: Option<Code>,
    pub unit: Option<Code>,
    /// Where they are, the area with most of them first.
    pub areas: Vec<(Code, usize)>,
    /// Its requests, the earliest first.
    pub requests: Vec<Code>,
    /// How many of them came in each week of the period.
    pub weeks: Vec<u32>,
    /// What requests of it have led to, with how many did.
    pub led_to: Vec<(Target, u64)>,
}

impl HotMatter {
    /// Where a task about it lies.
    fn place(&self) -> Option<ItemFact> {
        let areas = self.main_areas();
        (!areas.is_empty()).then(|| ItemFact::Place { areas, address: String::new() })
    }

    /// The areas with most of it.
    pub fn main_areas(&self) -> Vec<Code> {
        self.areas.iter().take(AREAS_MOST).map(|(area, _)| area.clone()).collect()
    }

    /// What it is made of, in short: when that has changed, somebody looks again before anything is done.
    pub fn digest(&self) -> String {
        let mut parts: Vec<&str> = self.requests.iter().map(Code::as_str).collect();
        parts.extend(self.led_to.iter().map(|(thing, _)| thing.code().as_str()));
        hash(&parts.join(" "))
    }
}

/// What a period's requests come to.
#[derive(Debug, Clone, PartialEq)]
pub struct HotMatters {
    pub from: Date,
    pub to: Date,
    /// Requests that were looked through, and when.
    pub looked: usize,
    pub at: DateTime,
    pub matters: Vec<HotMatter>,
}

/// The last answers, while they hold: for a large register a new one takes seconds.
#[derive(Debug, Default)]
pub(crate) struct HotCache(BTreeMap<(Code, Date, Date), Arc<HotMatters>>);

/// Periods that are kept.
const CACHED: usize = 8;

/// What a confirmed matter becomes.
#[derive(Debug, Clone, PartialEq)]
pub enum HotOutcome {
    Task(HotTask),
    /// It is seen to by something that is on the books already.
    Held(Target),
    /// It is not taken up: put on the books with the reason, and withdrawn.
    Refused {
        name: String,
        reason: String,
    },
}

/// A task that a matter becomes, with its unit and its date.
#[derive(Debug, Clone, PartialEq)]
pub struct HotTask {
    pub name: String,
    pub text: String,
    pub lead_unit: Code,
    pub supporting: Vec<Code>,
    pub level: Level,
    pub due: Date,
    /// How few people may raise it still, for it to count as put right.
    pub goal: Option<RequestGoal>,
}

impl HotTask {
    /// What is put down of it: where the matter is, and that it is given out at once.
    fn facts(&self, matter: &HotMatter, today: Date) -> Vec<Fact> {
        let mut facts = vec![
            ItemFact::Kind { kind: ItemKind::TrackedTask },
            ItemFact::Name(Named::new(self.name.clone(), "")),
            ItemFact::Text { text: self.text.clone() },
            ItemFact::Received { on: today },
            ItemFact::Level { level: self.level },
            ItemFact::LeadUnit { unit: self.lead_unit.clone() },
            ItemFact::Due { on: self.due },
            ItemFact::Move { step: Step::Assign, state: State::Assigned, by: None },
        ];
        facts.extend(self.supporting.iter().filter(|unit| **unit != self.lead_unit).map(|unit| {
            ItemFact::SupportingUnit { unit: unit.clone(), part: Part::Supporting, active: true }
        }));
        facts.extend(self.goal.clone().map(ItemFact::Goal));
        facts.extend(matter.place());
        facts.into_iter().map(Fact::from).collect()
    }
}

/// What is put down of a matter that is not taken up.
fn refused(matter: &HotMatter, name: &str, reason: &str, today: Date) -> Vec<Fact> {
    let mut facts = vec![
        ItemFact::Kind { kind: ItemKind::TrackedTask },
        ItemFact::Name(Named::new(name, "")),
        ItemFact::Text { text: reason.to_owned() },
        ItemFact::Received { on: today },
        ItemFact::Level { level: Level::District },
        ItemFact::Move { step: Step::Withdraw, state: State::Withdrawn, by: None },
    ];
    facts.extend(matter.place());
    facts.into_iter().map(Fact::from).collect()
}

/// What they say, with how many say it, the most first.
fn counted<'a>(values: impl Iterator<Item = Option<&'a Code>>) -> Vec<(Code, usize)> {
    let mut counts: BTreeMap<&Code, usize> = BTreeMap::new();
    for code in values.flatten() {
        *counts.entry(code).or_default() += 1;
    }
    let mut out: Vec<(Code, usize)> = counts.into_iter().map(|(code, count)| (code.clone(), count)).collect();
    out.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    out
}

/// What most of them say.
fn most<'a>(values: impl Iterator<Item = Option<&'a Code>>) -> Option<Code> {
    counted(values).into_iter().next().map(|(code, _)| code)
}

fn found(rows: &[VoiceRow], from: Date, weeks: usize) -> Vec<HotMatter> {
    let voices: Vec<Voice> = rows
        .iter()
        .map(|row| Voice {
            user: &row.asker,
            text: MessageText { title: &row.title, body: &row.text },
            time: Some(row.received),
            supporters: row.followers,
        })
        .collect();
    let issues = hot_issues(&voices, HotIssueParameters::default());
    let matter = |issue: text::hot_issues::HotIssue| {
        let mut members: Vec<&VoiceRow> = issue.members.iter().filter_map(|at| rows.get(*at)).collect();
        members.sort_by(|a, b| a.received.cmp(&b.received).then_with(|| a.code.cmp(&b.code)));
        let (first, last) = (members.first()?, members.last()?);
        let mut by_week = vec![0u32; weeks];
        for row in &members {
            let days = (row.received.date() - from).get_days();
            if let Some(week) = by_week.get_mut(usize::try_from(days / 7).unwrap_or(usize::MAX)) {
                *week += 1;
            }
        }
        Some(HotMatter {
            key: first.code.clone(),
            title: issue.title,
            heat: issue.heat,
            people: issue.people,
            followers: issue.supporters,
            first: first.received,
            last: last.received,
            recent: issue.recent_people,
            earlier: issue.earlier_people,
            category: most(members.iter().map(|row| row.category.as_ref())),
            unit: most(members.iter().map(|row| row.unit.as_ref())),
            areas: counted(members.iter().map(|row| row.area.as_ref())),
            requests: members.iter().map(|row| row.code.clone()).collect(),
            weeks: by_week,
            led_to: Vec::new(),
        })
    };
    issues.into_iter().filter_map(matter).collect()
}

impl App {
    /// The matters that many people raised within some days, the hottest first.
    pub async fn hot_matters(&self, plan: &Code, from: Date, to: Date) -> Result<Arc<HotMatters>, AppError> {
        let at = self.wall_second();
        let key = (plan.clone(), from, to);
        let fresh = |held: &HotMatters| {
            held.looked > MANY && at <= held.at.saturating_add(Span::new().minutes(KEPT_MINUTES))
        };
        let held = self.hot_cache().0.get(&key).filter(|held| fresh(held)).cloned();
        if let Some(held) = held {
            return Ok(held);
        }
        let (wanted, period) = (plan.clone(), (from.at(0, 0, 0, 0), to.at(23, 59, 59, 0)));
        let read = move |c: &mut Connection| c.request_voices(&wanted, period, None, VOICES_MOST);
        let rows = self.database().read_async(read).await?;
        let looked = rows.len();
        let weeks = usize::try_from((to - from).get_days() / 7 + 1).unwrap_or(1);
        // Grouping a hundred thousand takes seconds: not where others wait.
        let mut matters = tokio::task::spawn_blocking(move || found(&rows, from, weeks))
            .await
            .map_err(|_| StoreError::Stopped)?;
        let codes: Vec<Vec<Code>> = matters.iter().map(|matter| matter.requests.clone()).collect();
        let wanted = plan.clone();
        let led = self
            .database()
            .read_async(move |c: &mut Connection| {
                codes.iter().map(|codes| c.request_targets(&wanted, codes)).collect::<Result<Vec<_>, _>>()
            })
            .await?;
        for (matter, led) in matters.iter_mut().zip(led) {
            matter.led_to = led;
        }
        let all = Arc::new(HotMatters { from, to, looked, at, matters });
        let mut cache = self.hot_cache();
        if cache.0.len() >= CACHED {
            cache.0.clear();
        }
        cache.0.insert(key, all.clone());
        Ok(all)
    }

    /// Matters are found anew at their next reading.
    pub(super) fn forget_hot_matters(&self) {
        self.hot_cache().0.clear();
    }

    fn hot_cache(&self) -> std::sync::MutexGuard<'_, HotCache> {
        self.inner.hot.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// What requests of a matter have led to and is still open: it may go on, and then belongs there, too.
    pub async fn open_items_of(&self, plan: &Code, matter: &HotMatter) -> Result<Vec<Item>, AppError> {
        let codes = matter.led_to.iter().filter_map(|(thing, _)| match thing {
            Target::Item(code) => Some(code.clone()),
            _ => None,
        });
        let codes: Vec<Code> = codes.collect();
        let view = self.view(Asked::default()).await?;
        let items = self.items_without_content(plan, &codes, view).await?;
        Ok(items.into_values().filter(|item| item.state.standing() == Standing::Open).collect())
    }

    /// Confirms a matter: it becomes a task, or belongs to what is on the books already, and its requests are
    /// linked to that, all or nothing: those that are not yet. What it became.
    pub async fn confirm_matter(
        &self,
        actor: &Actor,
        plan: &Code,
        matter: &HotMatter,
        outcome: HotOutcome,
        source: Source,
    ) -> Result<Target, AppError> {
        let before = match &outcome {
            HotOutcome::Held(target) => {
                let (plan, target, requests) = (plan.clone(), target.clone(), matter.requests.clone());
                self.database().read_async(move |c| c.linked_to(&plan, &target, &requests)).await?
            }
            HotOutcome::Task(_) | HotOutcome::Refused { .. } => BTreeSet::new(),
        };
        let linked = |target: &Target| {
            let link = |request: &Code| Change {
                command: Command::Record {
                    subject: Subject::request(plan, request),
                    facts: vec![RequestFact::Link { to: target.clone(), held: true }.into()],
                    expected: None,
                },
                effective: None,
                source: source.clone(),
                reason: String::new(),
            };
            let new = matter.requests.iter().rev().filter(|request| !before.contains(*request));
            new.take(LINKED_MOST).map(link).collect::<Vec<Change>>()
        };
        let target = match &outcome {
            HotOutcome::Held(target) => {
                self.change_all(actor, linked(target)).await.map_err(|(_, error)| error)?;
                target.clone()
            }
            HotOutcome::Task(_) | HotOutcome::Refused { .. } => {
                let today = self.clock().today();
                let (facts, reason) = match &outcome {
                    HotOutcome::Task(task) => (task.facts(matter, today), String::new()),
                    HotOutcome::Refused { name, reason } => {
                        (refused(matter, name, reason, today), reason.clone())
                    }
                    HotOutcome::Held(_) => (Vec::new(), String::new()),
                };
                let changes = |code: &Code| {
                    let mut changes = vec![Change {
                        command: Command::Register {
                            subject: Subject::item(plan, code),
                            facts: facts.clone(),
                        },
                        effective: None,
                        source: source.clone(),
                        reason: reason.clone(),
                    }];
                    changes.extend(linked(&Target::Item(code.clone())));
                    Ok(changes)
                };
                let numbered = self.change_numbered(actor, plan, ItemKind::TrackedTask, changes).await;
                Target::Item(numbered.map_err(|(_, error)| error)?.0)
            }
        };
        self.hot_cache().0.clear();
        Ok(target)
    }
}
