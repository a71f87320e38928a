//! How a wave goes while people are asked.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use domain::code::Code;
use domain::survey::{HeldWave, Wave, WaveQuota};
use store::{Connection, ContactCount, SheetCount, StoreError};
use survey::contact::{ContactOutcome, Rates};
use survey::sheet::{Answer, Answers};

use super::answer::outcome_name;
use super::fieldwork::Reached;
use crate::App;
use crate::error::AppError;

/// Sheets that are read at once.
const PAGE: usize = 2_000;
/// Waves of which it is known what they fill.
const LIVE_MOST: usize = 8;

/// A quota and how full it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveQuota {
    pub quota: WaveQuota,
    pub filled: u64,
}

/// What the sheets of a wave fill. They are only added to: as many are the same ones.
#[derive(Debug, Default)]
pub(crate) struct Filled {
    plan: String,
    wave: Option<Wave>,
    sheets: u64,
    /// How full each quota is.
    quotas: Vec<u64>,
    by_area: BTreeMap<String, u64>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct LiveWave {
    pub counts: Vec<SheetCount>,
    pub contacts: Vec<ContactCount>,
    /// Links that were made, and that were used.
    pub invitations: (u64, u64),
    pub quotas: Vec<LiveQuota>,
    /// Sheets by the answer to the question that asks for the area.
    pub by_area: BTreeMap<String, u64>,
    /// None where nobody knows how many were asked.
    pub rates: Option<Rates>,
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
            let counts = c.survey_counts(&plan, &wave.wave)?;
            let contacts = c.survey_contacts(&plan, &wave.wave)?;
            let invitations = c.survey_invitations(&plan, &wave.wave)?;
            let all: u64 = counts.iter().map(|count| count.number).sum();
            let filled = app.filled(c, &plan, &wave, all)?;
            let quotas = wave.quotas.iter().zip(&filled.quotas);
            let quotas: Vec<LiveQuota> =
                quotas.map(|(quota, filled)| LiveQuota { quota: quota.clone(), filled: *filled }).collect();
            let by_area = filled.by_area.clone();
            let reached = Reached { counts, contacts, invitations };
            let rates = reached.contacts(&wave).map(|contacts| contacts.rates(None));
            let Reached { counts, contacts, invitations } = reached;
            Ok::<_, StoreError>(LiveWave { counts, contacts, invitations, quotas, by_area, rates })
        };
        Ok(self.database().read_async(read).await?)
    }

    /// What the sheets of a wave fill, looked through again only when others came.
    fn filled(
        &self,
        c: &mut Connection,
        plan: &Code,
        wave: &Wave,
        sheets: u64,
    ) -> Result<Arc<Filled>, StoreError> {
        if wave.quotas.is_empty() && wave.area.is_none() {
            return Ok(Arc::default());
        }
        let held = || self.inner.live_waves.lock().unwrap_or_else(PoisonError::into_inner);
        let same =
            |of: &Filled| of.plan == plan.as_str() && of.wave.as_ref() == Some(wave) && of.sheets == sheets;
        if let Some(found) = held().iter().find(|of| same(of)) {
            return Ok(found.clone());
        }
        let filled = Arc::new(Filled::of(c, plan, wave, sheets)?);
        let mut held = held();
        held.retain(|of| of.plan != plan.as_str() || of.wave.as_ref().map(|it| &it.wave) != Some(&wave.wave));
        held.truncate(LIVE_MOST - 1);
        held.insert(0, filled.clone());
        Ok(filled)
    }
}

impl Filled {
    fn of(c: &mut Connection, plan: &Code, wave: &Wave, sheets: u64) -> Result<Self, StoreError> {
        let mut out = Self {
            plan: plan.to_string(),
            wave: Some(wave.clone()),
            sheets,
            quotas: vec![0; wave.quotas.len()],
            by_area: BTreeMap::new(),
        };
        let mut after = String::new();
        loop {
            let some = c.survey_sheets(plan, &wave.wave, &after, PAGE)?;
            let Some(last) = some.last() else { return Ok(out) };
            after = last.sheet.to_string();
            for held in some.iter().filter(|held| !held.late) {
                let answers: Answers = serde_json::from_str(&held.answers)
                    .map_err(|error| StoreError::Damaged(error.to_string()))?;
                let gave = |question: &str, code: &str| matches!(answers.get(question), Some(Answer::Choice(given)) if given == code);
                for (quota, filled) in wave.quotas.iter().zip(&mut out.quotas) {
                    let counts = quota.of.iter().all(|(question, code)| gave(question, code));
                    *filled += u64::from(counts);
                }
                if let Some(Answer::Choice(area)) = wave.area.as_ref().and_then(|name| answers.get(name)) {
                    *out.by_area.entry(area.clone()).or_default() += 1;
                }
            }
        }
    }
}
