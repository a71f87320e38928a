//! Several acts in order, all or none: what an import brings, or a past that is played.

use domain::code::Code;
use domain::request::Who;
use domain::source::Source;

use super::act::RequestAct;
use crate::App;
use crate::actor::Actor;
use crate::error::AppError;

/// One act: who does it, what for.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestDeed {
    pub actor: Actor,
    pub request: Code,
    pub act: RequestAct,
}

impl App {
    pub async fn act_on_requests(
        &self,
        plan: &Code,
        deeds: Vec<RequestDeed>,
        source: Source,
    ) -> Result<(), AppError> {
        let (plan, occasion) = (plan.clone(), self.occasion());
        self.database()
            .write_async(move |tx| {
                for deed in &deeds {
                    let resident = deed.actor == super::by_resident();
                    let who = if resident { Who::Resident } else { Who::Desk };
                    let doing = occasion.filing(&deed.actor, &plan).doing(who, &source);
                    doing.one(tx, &deed.request, deed.act.clone())?;
                }
                Ok::<_, AppError>(())
            })
            .await
    }
}
