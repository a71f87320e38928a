//! How a wave goes while people are asked.

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{MutexGuard, PoisonError};

use domain::code::Code;
use domain::survey::{HeldWave, Wave, WaveQuota};
use jiff::{SignedDuration, Timestamp};
use store::{Connection, ContactCount, SheetCount, StoreError, SurveySheet};
use survey::call_back::CallBacks;
use survey::contact::{ContactOutcome, Rates};
use survey::quota::{Quota, QuotaError, Quotas};
use survey::sheet::{Answer, Answers};

use super::answer::outcome_name;
use super::fieldwork::Reached;
use crate::App;
use crate::error::AppError;

/// Sheets that are read at once.
const PAGE: usize = 2_000;
/// Waves of which it is known what they fill.
const LIVE_MOST: usize = 8;
/// Sheets that came by way of another server are looked for no more often.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_secs(10);

/// A quota and how full it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveQuota {
    pub quota: WaveQuota,
    pub filled: u64,
}

/// What the sheets of a wave fill: looked through once, then counted as they come.
#[derive(Debug)]
pub(crate) struct Filled {
    plan: Code,
    wave: Wave,
    /// When all sheets were last looked through.
    read: Timestamp,
    /// The sheets that were looked at, late ones too, by prints of their ids: none is counted twice.
    seen: HashSet<u64>,
    /// None where they count nobody, which the rules keep off the books.
    quotas: Option<Quotas>,
    by_area: BTreeMap<String, u64>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct LiveWave {
    pub counts: Vec<SheetCount>,
    pub contacts: Vec<ContactCount>,
    pub call_backs: CallBacks,
    /// Links that were made, and that were used.
    pub invitations: (u64, u64),
    pub quotas: Vec<LiveQuota>,
    /// Sheets by the answer to the question that asks for the area.
    pub by_area: BTreeMap<String, u64>,
    /// None where nobody knows how many were asked.
    pub rates: Option<Rates>,
}

/// Whom the quota counts that would count somebody who answers so, and is full.
pub fn full_quota(quotas: &[LiveQuota], answers: &Answers) -> Option<Vec<(String, String)>> {
    let quotas = quotas.iter().map(|held| Quota {
        of: held.quota.of.clone(),
        target: held.quota.target,
        filled: held.filled,
    });
    match Quotas::new(quotas.collect()).ok()?.may_ask(&person(answers)) {
        Err(QuotaError::Full { of, .. }) => Some(of),
        _ => None,
    }
}

impl LiveWave {
    /// Sheets that count.
    pub fn sheets(&self) -> u64 {
        self.counts.iter().filter(|count| !count.late).map(|count| count.number).sum()
    }

    pub fn late(&self) -> u64 {
        self.counts.iter().filter(|count| count.late).map(|count| count.number).sum()
    }

    /// Contacts that ended in a way.
    pub fn ended(&self, outcome: ContactOutcome) -> u64 {
        let name = outcome_name(outcome);
        self.contacts.iter().filter(|held| held.outcome == name).map(|held| held.number).sum()
    }
}

impl App {
    /// How a wave goes. Answers are read only where quotas or areas are counted by them.
    pub async fn live_wave(&self, plan: &Code, held: &HeldWave) -> Result<LiveWave, AppError> {
        let (app, plan, wave) = (self.clone(), plan.clone(), held.wave.clone());
        let read = move |c: &mut Connection| {
            // Before they are counted: those of here that come meanwhile stand for none of elsewhere.
            let seen = app.seen_of(&plan, &wave);
            let counts = c.survey_counts(&plan, &wave.wave)?;
            let contacts = c.survey_contacts(&plan, &wave.wave)?;
            let invitations = c.survey_invitations(&plan, &wave.wave)?;
            let all: u64 = counts.iter().map(|count| count.number).sum();
            let (filled, by_area) = app.filled(c, &plan, &wave, seen >= all)?;
            let quotas = of_quotas(&wave, &filled);
            let reached = Reached::new(counts, contacts, invitations);
            let rates = reached.contacts(&wave).map(|contacts| contacts.rates(None));
            let Reached { counts, contacts, call_backs, invitations } = reached;
            Ok::<_, StoreError>(LiveWave {
                counts,
                contacts,
                call_backs,
                invitations,
                quotas,
                by_area,
                rates,
            })
        };
        Ok(self.database().read_async(read).await?)
    }

    /// How full the quotas of a wave are, for whoever has just sent a sheet: counted anew now and then only.
    pub async fn quotas_filled(&self, plan: &Code, held: &HeldWave) -> Result<Vec<LiveQuota>, AppError> {
        let wave = &held.wave;
        if wave.quotas.is_empty() {
            return Ok(Vec::new());
        }
        let now = self.clock().now();
        let known =
            self.filled_waves().iter().find(|of| of.is(plan, wave) && of.is_fresh(now)).map(Filled::told);
        match known {
            Some((filled, _)) => Ok(of_quotas(wave, &filled)),
            None => Ok(self.live_wave(plan, held).await?.quotas),
        }
    }

    fn filled_waves(&self) -> MutexGuard<'_, Vec<Filled>> {
        self.inner.live_waves.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The sheets of a wave that are counted here already.
    fn seen_of(&self, plan: &Code, wave: &Wave) -> u64 {
        let held = self.filled_waves();
        held.iter().find(|of| of.is(plan, wave)).map_or(0, |of| of.seen.len() as u64)
    }

    /// How full the quotas of a wave are, and its sheets by area. They are looked through again only when others came by
    /// way of another server: where not `all` are counted here.
    fn filled(
        &self,
        c: &mut Connection,
        plan: &Code,
        wave: &Wave,
        all: bool,
    ) -> Result<(Vec<u64>, BTreeMap<String, u64>), StoreError> {
        if !counts_sheets(wave) {
            return Ok(Default::default());
        }
        let now = self.clock().now();
        if let Some(of) = self.filled_waves().iter_mut().find(|of| of.is(plan, wave)) {
            if all {
                of.read = now;
            }
            if all || of.is_fresh(now) {
                return Ok(of.told());
            }
        }
        let filled = Filled::of(c, plan, wave, now)?;
        let told = filled.told();
        let mut held = self.filled_waves();
        held.retain(|of| of.plan != *plan || of.wave.wave != wave.wave);
        held.truncate(LIVE_MOST - 1);
        held.insert(0, filled);
        Ok(told)
    }

    /// Counts a sheet that was just kept.
    pub(super) fn fill(&self, wave: &Wave, sheet: &SurveySheet) {
        if let Some(of) = self.filled_waves().iter_mut().find(|of| of.is(&sheet.plan, wave)) {
            // One that cannot be read is told where all are looked through.
            let _ = of.add(sheet);
        }
    }
}

fn of_quotas(wave: &Wave, filled: &[u64]) -> Vec<LiveQuota> {
    let quotas = wave.quotas.iter().zip(filled);
    quotas.map(|(quota, filled)| LiveQuota { quota: quota.clone(), filled: *filled }).collect()
}

/// Whether anything is counted by what the sheets of a wave say.
pub(super) fn counts_sheets(wave: &Wave) -> bool {
    !wave.quotas.is_empty() || wave.area.is_some()
}

/// The answers by which quotas count somebody.
fn person(answers: &Answers) -> Vec<(String, String)> {
    let of = |(question, answer): (&String, &Answer)| match answer {
        Answer::Choice(code) => Some((question.clone(), code.clone())),
        _ => None,
    };
    answers.iter().filter_map(of).collect()
}

impl Filled {
    fn of(c: &mut Connection, plan: &Code, wave: &Wave, read: Timestamp) -> Result<Self, StoreError> {
        let quotas = wave.quotas.iter().map(|of| Quota { of: of.of.clone(), target: of.target, filled: 0 });
        let mut out = Self {
            plan: plan.clone(),
            wave: wave.clone(),
            read,
            seen: HashSet::new(),
            quotas: Quotas::new(quotas.collect()).ok(),
            by_area: BTreeMap::new(),
        };
        let mut after = String::new();
        loop {
            let some = c.survey_sheets(plan, &wave.wave, &after, PAGE)?;
            let Some(last) = some.last() else { return Ok(out) };
            after = last.sheet.to_string();
            some.iter().try_for_each(|held| out.add(held))?;
        }
    }

    fn is(&self, plan: &Code, wave: &Wave) -> bool {
        self.plan == *plan && self.wave == *wave
    }

    /// Whether it was looked through so lately that sheets of another server may wait.
    fn is_fresh(&self, now: Timestamp) -> bool {
        now.duration_since(self.read) < AGAIN_AFTER
    }

    fn add(&mut self, held: &SurveySheet) -> Result<(), StoreError> {
        let mut print = DefaultHasher::new();
        held.sheet.hash(&mut print);
        if !self.seen.insert(print.finish()) || held.late {
            return Ok(());
        }
        let answers: Answers =
            serde_json::from_str(&held.answers).map_err(|error| StoreError::Damaged(error.to_string()))?;
        if let Some(quotas) = &mut self.quotas {
            quotas.count(&person(&answers));
        }
        if let Some(Answer::Choice(area)) = self.wave.area.as_ref().and_then(|name| answers.get(name)) {
            *self.by_area.entry(area.clone()).or_default() += 1;
        }
        Ok(())
    }

    fn told(&self) -> (Vec<u64>, BTreeMap<String, u64>) {
        let quotas = self.quotas.iter().flat_map(Quotas::quotas).map(|quota| quota.filled);
        (quotas.collect(), self.by_area.clone())
    }
}
