//! "Someone else is working on it": whoever opens a form about a request is seen by others for a while. It warns
//! and stops nobody; what is saved meanwhile is told as a conflict.

use domain::code::Code;
use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};

use crate::App;
use crate::actor::Actor;
use crate::error::AppError;

/// How long somebody counts as working on it after opening a form.
const HELD: SignedDuration = SignedDuration::from_mins(10);

/// Somebody who has a form about a request open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    pub person: Code,
    pub until: DateTime,
}

impl App {
    /// Notes that somebody has a form about a request open, and says who else has.
    pub async fn hold_request(
        &self,
        actor: &Actor,
        plan: &Code,
        code: &Code,
    ) -> Result<Vec<Holder>, AppError> {
        if let Some(person) = actor.person().cloned() {
            let now = self.clock().now();
            let until = now.saturating_add(HELD).unwrap_or(now).as_microsecond();
            let (plan, code, now) = (plan.clone(), code.clone(), now.as_microsecond());
            self.database()
                .write_async(move |tx| tx.hold_request((&plan, &code), &person, until, now))
                .await?;
        }
        self.request_holders(actor, plan, code).await
    }

    /// Who else has a form about a request open now.
    pub async fn request_holders(
        &self,
        actor: &Actor,
        plan: &Code,
        code: &Code,
    ) -> Result<Vec<Holder>, AppError> {
        let now = self.clock().now().as_microsecond();
        let (plan, code) = (plan.clone(), code.clone());
        let held = self.database().read_async(move |c| c.request_holders(&plan, &code, now)).await?;
        let zone = self.clock().zone();
        let own = actor.person();
        let others = held.into_iter().filter(|(person, _)| Some(person) != own);
        Ok(others
            .filter_map(|(person, until)| {
                let until = Timestamp::from_microsecond(until).ok()?;
                Some(Holder { person, until: zone.to_datetime(until) })
            })
            .collect())
    }

    /// Notes that somebody is done with it.
    pub async fn release_request(&self, actor: &Actor, plan: &Code, code: &Code) -> Result<(), AppError> {
        let Some(person) = actor.person().cloned() else { return Ok(()) };
        let (plan, code) = (plan.clone(), code.clone());
        Ok(self.database().write_async(move |tx| tx.release_request(&plan, &code, &person)).await?)
    }
}
