//! What whoever asked says later is kept as what they said at first: what masking or cutting takes out of their words is
//! sealed with who they are.

use domain::code::Code;
use domain::request::RequestFact;
use domain::request::personal::mask;
use store::{PersonRow, Tx};

use super::occasion::Doing;
use super::person::PersonalData;
use crate::error::AppError;

/// No more of somebody's words is kept sealed, in characters.
const KEPT_MOST: usize = 200_000;

impl Doing<'_> {
    /// Keeps what masking takes out of what whoever asked says of their request.
    pub(super) fn keep_masked(
        &self,
        tx: &mut Tx,
        request: &Code,
        facts: &[RequestFact],
    ) -> Result<(), AppError> {
        let mut masked: Vec<&str> = Vec::new();
        for text in facts.iter().flat_map(RequestFact::texts) {
            // "Not solved" is said of the call-back and of the re-opening alike.
            if !masked.contains(&text) && mask(text) != text {
                masked.push(text);
            }
        }
        if masked.is_empty() { Ok(()) } else { self.keep_words(tx, request, &masked.join("\n")) }
    }

    /// Keeps words as they were written, with what is sealed of whoever asked; of one who was erased nothing.
    pub(super) fn keep_words(&self, tx: &mut Tx, request: &Code, written: &str) -> Result<(), AppError> {
        let plan = self.of.plan;
        let key = self.of.on.key.as_ref().ok_or(AppError::NoKey)?;
        let held = tx.sealed_person(plan, request)?;
        let known = held.is_some();
        let mut person = match held {
            Some(held) if held.erased_at.is_some() => return Ok(()),
            Some(held) => key.person(&held)?.unwrap_or_default(),
            None => PersonalData::default(),
        };
        if person.text.chars().count() > KEPT_MOST {
            return Ok(());
        }
        person.text = format!("{}\n\n{written}", person.text).trim().to_owned();
        let sealed = key.seal_person(plan, request, &person)?;
        if known {
            return Ok(tx.seal_again(plan, request, key.id(), &sealed)?);
        }
        Ok(tx.put_sealed_person(PersonRow {
            plan,
            request,
            key_id: key.id(),
            sealed: &sealed,
            asker: "",
            secret: "",
            token: "",
            created_at: self.of.on.now.as_microsecond(),
            erased_at: None,
        })?)
    }
}
