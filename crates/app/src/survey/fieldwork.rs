//! How people were reached, and the rates that follow (AAPOR), where it is known how many were asked; and what they
//! said when they were called back.

use domain::survey::{CallBackAgreement, Fieldwork, Wave, WaveAccess, WaveMode};
use rust_decimal::Decimal;
use store::{ContactCount, SheetCount};
use survey::call_back::{CallBackOutcome, CallBacks};
use survey::contact::{ContactOutcome, Contacts};

use super::answer::{OUTCOMES, outcome_name};

/// Call-backs lie beside contacts, under names that no contact has: no rate counts them.
const CALL_BACK: &str = "call_back_";

/// The name under which call-backs that ended so are kept.
pub(super) fn call_back_name(outcome: CallBackOutcome) -> String {
    format!("{CALL_BACK}{}", outcome.as_str())
}

fn call_back_of(name: &str) -> Option<CallBackOutcome> {
    name.strip_prefix(CALL_BACK).and_then(CallBackOutcome::parse)
}

/// What was put down of a wave besides the answers.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reached {
    pub counts: Vec<SheetCount>,
    pub contacts: Vec<ContactCount>,
    pub call_backs: CallBacks,
    /// Links that were made, and that were used.
    pub invitations: (u64, u64),
}

impl Reached {
    /// Of what is kept: contacts and call-backs are told from each other.
    pub fn new(counts: Vec<SheetCount>, kept: Vec<ContactCount>, invitations: (u64, u64)) -> Self {
        let mut call_backs = CallBacks::default();
        let mut contacts = Vec::with_capacity(kept.len());
        for held in kept {
            match call_back_of(&held.outcome) {
                Some(outcome) => call_backs.add(outcome, held.number),
                None => contacts.push(held),
            }
        }
        Self { counts, contacts, call_backs, invitations }
    }

    /// The ways of asking of which it is known how many were asked: all of a wave that asks by links, once there are
    /// any; else those whose contacts were counted. Sheets from elsewhere are of nobody knows how many.
    fn rated(&self, wave: &Wave) -> Vec<WaveMode> {
        let counted = |mode: WaveMode| self.contacts.iter().any(|held| held.mode == mode && held.number > 0);
        let linked = wave.access == WaveAccess::Invited && self.invitations.0 > 0;
        let rated = |mode: &WaveMode| counted(*mode) || linked;
        wave.modes.iter().copied().filter(rated).collect()
    }

    /// Contacts by how they ended, those with a sheet among them; none where nobody knows how many were asked.
    pub fn contacts(&self, wave: &Wave) -> Option<Contacts> {
        let rated = self.rated(wave);
        if rated.is_empty() {
            return None;
        }
        let sheets = self.counts.iter().filter(|count| !count.late && rated.contains(&count.mode));
        let complete = sheets.map(|count| count.number).sum();
        let mut all = Contacts { complete, ..Contacts::default() };
        for outcome in OUTCOMES {
            add(&mut all, outcome, self.ended(outcome));
        }
        if wave.access == WaveAccess::Invited {
            // Links that nobody used are people of whom nothing is known.
            all.unknown_eligible += self.invitations.0.saturating_sub(self.invitations.1);
        }
        Some(all)
    }

    fn ended(&self, outcome: ContactOutcome) -> u64 {
        let name = outcome_name(outcome);
        self.contacts.iter().filter(|held| held.outcome == name).map(|held| held.number).sum()
    }

    /// The same as it is kept with the results.
    pub fn kept(&self, wave: &Wave) -> Fieldwork {
        let rates = self.contacts(wave).map(|contacts| contacts.rates(None));
        let six = |rate: Option<f64>| {
            rate.and_then(Decimal::from_f64_retain).map(|rate| rate.round_dp(6).normalize())
        };
        let agreement = self.call_backs.agreement().and_then(|found| {
            let [rate, low, high] = [found.rate, found.low, found.high].map(|number| six(Some(number)));
            Some(CallBackAgreement { rate: rate?, low: low?, high: high? })
        });
        let sheets = |mode: WaveMode| {
            let counts = self.counts.iter().filter(|count| !count.late && count.mode == mode);
            counts.map(|count| count.number).sum()
        };
        Fieldwork {
            access: wave.access,
            modes: wave.modes.iter().map(|mode| (*mode, sheets(*mode))).collect(),
            links: self.invitations,
            contacts: OUTCOMES
                .into_iter()
                .map(|outcome| (outcome_name(outcome).to_owned(), self.ended(outcome)))
                .filter(|(_, number)| *number > 0)
                .collect(),
            rated: if rates.is_some() { self.rated(wave) } else { Vec::new() },
            response_1: six(rates.and_then(|rates| rates.response_1)),
            response_3: six(rates.and_then(|rates| rates.response_3)),
            call_backs: CallBackOutcome::ALL
                .into_iter()
                .map(|outcome| (outcome.as_str().to_owned(), self.call_backs.ended(outcome)))
                .filter(|(_, number)| *number > 0)
                .collect(),
            agreement,
        }
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
