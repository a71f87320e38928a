//! How far sites of others were read, kept so that several servers and runs read each once.

use domain::code::Code;
use jiff::SignedDuration;
use store::ReadMark;

use crate::App;
use crate::error::AppError;

impl App {
    /// How far a site was read for a plan.
    pub async fn read_mark(&self, plan: &Code, site: &str) -> Result<ReadMark, AppError> {
        let (plan, site) = (plan.clone(), site.to_owned());
        Ok(self.database().read_async(move |c| c.read_mark(&plan, &site)).await?.unwrap_or_default())
    }

    /// Takes the reading of a site upon this server, where it is due: whether it is.
    pub async fn claim_reading(
        &self,
        plan: &Code,
        site: &str,
        every: SignedDuration,
    ) -> Result<bool, AppError> {
        let (plan, site, now) = (plan.clone(), site.to_owned(), self.clock().now().as_microsecond());
        let every = i64::try_from(every.as_micros()).unwrap_or(i64::MAX);
        let claimed = self.database().write_async(move |tx| {
            let held = tx.read_mark(&plan, &site)?.unwrap_or_default();
            // A clock that was put back must not keep a site unread.
            if held.read_at <= now && held.read_at.saturating_add(every) > now {
                return Ok::<_, store::StoreError>(false);
            }
            tx.put_read_mark(&plan, &site, &ReadMark { read_at: now, ..held })?;
            Ok(true)
        });
        Ok(claimed.await?)
    }

    /// Keeps how far a site was read.
    pub async fn keep_read_mark(
        &self,
        plan: &Code,
        site: &str,
        mark: &str,
        moment: &str,
    ) -> Result<(), AppError> {
        let (plan, site) = (plan.clone(), site.to_owned());
        let read_at = self.clock().now().as_microsecond();
        let held = ReadMark { mark: mark.to_owned(), moment: moment.to_owned(), read_at };
        Ok(self.database().write_async(move |tx| tx.put_read_mark(&plan, &site, &held)).await?)
    }
}
