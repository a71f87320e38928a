//! Who asked: shown to those who need it, with a trace; erased for good.

use domain::code::Code;
use domain::policy::Action;
use domain::refusal::{Problem, Refusal};
use domain::request::question::QuestionAnswer;
use domain::subject::Subject;
use serde::{Deserialize, Serialize};
use store::SealedPerson;

use super::protection::{KeyError, ProtectionKey};
use super::sms::{digits, is_foreign};
use crate::App;
use crate::actor::Actor;
use crate::error::AppError;

/// What is kept apart from the journal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonalData {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub phone: String,
    #[serde(default)]
    pub email: String,
    /// The address as it was given, with whose home it is.
    #[serde(default)]
    pub address: String,
    /// The words as they were written.
    #[serde(default)]
    pub text: String,
    /// What was answered to the category's questions, where masking takes something out of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<QuestionAnswer>,
    /// By what a forum knows them: the forum and the name there.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub account: String,
    /// The address of what they posted.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub post: String,
    /// The secret of their link, where mails lead there.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub link: String,
}

impl PersonalData {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What tells one person from another.
    pub(crate) fn contact(&self) -> String {
        let digits = digits(&self.phone);
        let phone = if is_foreign(&self.phone) { format!("+{digits}") } else { digits };
        let email = self.email.trim();
        match (phone.is_empty(), email.is_empty()) {
            (false, _) => phone,
            (true, false) => email.to_lowercase(),
            (true, true) => self.account.clone(),
        }
    }
}

fn place(plan: &Code, request: &Code) -> String {
    format!("{plan}/{request}")
}

impl ProtectionKey {
    /// Who asked, to be kept with a request: opened with another one it is refused.
    pub(crate) fn seal_person(
        &self,
        plan: &Code,
        request: &Code,
        person: &PersonalData,
    ) -> Result<Vec<u8>, AppError> {
        let plain = serde_json::to_vec(person).map_err(|_| AppError::Sealed)?;
        self.seal(&place(plan, request), &plain).ok_or(AppError::Sealed)
    }

    /// Who asked, as it was sealed; nobody where they were erased, or told nothing of themselves.
    pub(crate) fn person(&self, held: &SealedPerson) -> Result<Option<PersonalData>, AppError> {
        if held.sealed.is_empty() {
            return Ok(None);
        }
        let opened = self.open(&place(&held.plan, &held.request), &held.sealed).ok_or(AppError::Sealed)?;
        serde_json::from_slice(&opened).map(Some).map_err(|_| AppError::Sealed)
    }
}

impl App {
    /// Gives the application the key for what is sealed. Only the first one counts.
    pub fn protect(&self, key: ProtectionKey) {
        drop(self.inner.key.set(key));
    }

    pub(crate) fn key(&self) -> Option<&ProtectionKey> {
        self.inner.key.get()
    }

    /// Whether the database holds anything that was sealed with another key than the file's.
    pub fn check_key(&self, path: &std::path::Path) -> Result<(), AppError> {
        let own = self.key().map(ProtectionKey::id).unwrap_or_default();
        if !self.database().read(|c| c.is_sealed_otherwise(own))? {
            return Ok(());
        }
        let keys = self.database().read(|c| c.sealing_keys())?;
        let strange: i64 = keys.iter().filter(|(id, _)| id != own).map(|(_, count)| count).sum();
        if strange > 0 {
            return Err(KeyError::Other { path: path.display().to_string(), count: strange }.into());
        }
        Ok(())
    }

    /// Who asked, for somebody who may see it; that they looked, and why, is put down.
    pub async fn reveal(
        &self,
        actor: &Actor,
        plan: &Code,
        code: &Code,
        reason: &str,
    ) -> Result<PersonalData, AppError> {
        let (_, target) = self.subject_and_target(&Subject::request(plan, code)).await?;
        if !actor.may(Action::ReadPersonal, &target) {
            return Err(Refusal::whole(Problem::NotAllowed(Action::ReadPersonal)).into());
        }
        if reason.trim().is_empty() {
            return Err(Refusal { field: "reason".into(), problem: Problem::ReasonRequired }.into());
        }
        let person =
            actor.person().cloned().unwrap_or_else(|| Code::new("operator").expect("a literal code"));
        let (at, reason) = (self.clock().now().as_microsecond(), reason.trim().to_owned());
        let found = {
            let (plan, code) = (plan.clone(), code.clone());
            self.database()
                .write_async(move |tx| {
                    tx.log_reveal(&plan, &code, &person, at, &reason)?;
                    tx.sealed_person(&plan, &code)
                })
                .await?
        };
        let Some(held) = found.filter(|held| !held.sealed.is_empty()) else {
            return Ok(PersonalData::default());
        };
        let key = self.key().ok_or(AppError::Sealed)?;
        Ok(key.person(&held)?.unwrap_or_default())
    }

    /// Whether anything is kept of whoever asked.
    pub async fn keeps_person(&self, plan: &Code, code: &Code) -> Result<bool, AppError> {
        let (plan, code) = (plan.clone(), code.clone());
        let held = self.database().read_async(move |c| c.sealed_person(&plan, &code)).await?;
        Ok(held.is_some_and(|held| !held.sealed.is_empty()))
    }

    /// Who looked at who asked: person, moment in microseconds, reason.
    pub async fn reveals(&self, plan: &Code, code: &Code) -> Result<Vec<(String, i64, String)>, AppError> {
        let (plan, code) = (plan.clone(), code.clone());
        Ok(self.database().read_async(move |c| c.reveals(&plan, &code)).await?)
    }
}
