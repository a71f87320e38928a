//! How a wave goes while people are asked.

use std::collections::BTreeMap;

use domain::code::Code;
use domain::survey::{HeldWave, WaveQuota};
use store::{ContactCount, SheetCount, StoreError};
use survey::contact::{ContactOutcome, Contacts, Rates};
use survey::sheet::{Answer, Answers};

use super::answer::{OUTCOMES, outcome_name};
use crate::App;
use crate::error::AppError;

/// Sheets that are read at once.
const PAGE: usize = 2_000;

/// A quota and how full it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveQuota {
    pub quota: WaveQuota,
    pub filled: u64,
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
    pub rates: Rates,
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
        let (plan, wave) = (plan.clone(), held.wave.clone());
        let read = move |c: &mut store::Connection| {
            let counts = c.survey_counts(&plan, &wave.wave)?;
            let contacts = c.survey_contacts(&plan, &wave.wave)?;
            let invitations = c.survey_invitations(&plan, &wave.wave)?;
            let mut quotas: Vec<LiveQuota> =
                wave.quotas.iter().map(|quota| LiveQuota { quota: quota.clone(), filled: 0 }).collect();
            let mut by_area: BTreeMap<String, u64> = BTreeMap::new();
            let mut after = (!quotas.is_empty() || wave.area.is_some()).then(String::new);
            while let Some(from) = &after {
                let some = c.survey_sheets(&plan, &wave.wave, from, PAGE)?;
                after = some.last().map(|last| last.sheet.to_string());
                for held in some.iter().filter(|held| !held.late) {
                    let answers: Answers = serde_json::from_str(&held.answers)
                        .map_err(|error| StoreError::Damaged(error.to_string()))?;
                    let gave = |question: &str, code: &str| matches!(answers.get(question), Some(Answer::Choice(given)) if given == code);
                    for quota in &mut quotas {
                        let counts = quota.quota.of.iter().all(|(question, code)| gave(question, code));
                        quota.filled += u64::from(counts);
                    }
                    if let Some(Answer::Choice(area)) = wave.area.as_ref().and_then(|name| answers.get(name))
                    {
                        *by_area.entry(area.clone()).or_default() += 1;
                    }
                }
            }
            let complete = counts.iter().filter(|count| !count.late).map(|count| count.number).sum();
            let mut all = Contacts { complete, ..Contacts::default() };
            for outcome in OUTCOMES {
                let name = outcome_name(outcome);
                let number =
                    contacts.iter().filter(|held| held.outcome == name).map(|held| held.number).sum();
                add(&mut all, outcome, number);
            }
            // Links that nobody used are people of whom nothing is known.
            all.unknown_eligible += invitations.0 - invitations.1.min(invitations.0);
            let rates = all.rates(None);
            Ok::<_, StoreError>(LiveWave { counts, contacts, invitations, quotas, by_area, rates })
        };
        Ok(self.database().read_async(read).await?)
    }
}

fn add(all: &mut Contacts, outcome: ContactOutcome, number: u64) {
    match outcome {
        ContactOutcome::Complete => all.complete += number,
        ContactOutcome::Partial => all.partial += number,
        ContactOutcome::Refused | ContactOutcome::BrokeOff => all.refused += number,
        ContactOutcome::NotReached => all.not_reached += number,
        ContactOutcome::Unable => all.unable += number,
        ContactOutcome::UnknownHousehold => all.unknown_household += number,
        ContactOutcome::UnknownEligible => all.unknown_eligible += number,
        ContactOutcome::NotEligible => all.not_eligible += number,
    }
}
