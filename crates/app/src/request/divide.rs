//! A request that holds several matters: each becomes one of its own, given out by itself, under whoever asked.

use domain::code::Code;
use domain::refusal::{Problem, Refusal};
use domain::request::Request;
use store::Tx;

use super::file::{NewRequest, Ready};
use super::occasion::Doing;
use super::person::PersonalData;
use crate::error::AppError;

impl Doing<'_> {
    /// Files one of the matters of a request; the number that it gets. Its limits begin now: those of the request go on
    /// as they are, and are what whoever asked waits for.
    pub(super) fn divide(
        &self,
        tx: &mut Tx,
        parent: &Request,
        text: String,
        category: Code,
    ) -> Result<Code, AppError> {
        if !parent.state.is_open() {
            let problem = Problem::NotWhileRequest { state: parent.state };
            return Err(Refusal { field: "state".into(), problem }.into());
        }
        let new = NewRequest {
            kind: parent.kind,
            urgency: parent.urgency,
            area: parent.areas.first().cloned(),
            address: parent.address.clone(),
            point: parent.point,
            category: Some(category),
            public: parent.may_be_public,
            person: self.asker(tx, &parent.code)?,
            part_of: Some(parent.code.clone()),
            source: self.source.clone(),
            ..NewRequest::new(parent.channel, text)
        };
        let ready = Ready::of(&new, self.of.plan, None);
        Ok(self.of.register(tx, &new, &ready, String::new(), None)?.0.code)
    }

    /// Who asked, to be sealed with another request of theirs: without their words and the link, which stay where they
    /// are.
    fn asker(&self, tx: &mut Tx, of: &Code) -> Result<PersonalData, AppError> {
        let held = tx.sealed_person(self.of.plan, of)?.filter(|held| !held.sealed.is_empty());
        let Some(held) = held else { return Ok(PersonalData::default()) };
        let key = self.of.on.key.as_ref().ok_or(AppError::NoKey)?;
        let person = key.person(&held)?.unwrap_or_default();
        Ok(PersonalData { text: String::new(), answers: Vec::new(), link: String::new(), ..person })
    }
}
