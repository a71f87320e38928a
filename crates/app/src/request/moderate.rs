//! Moderation: what readers report, what the desk does about it, and the public log of that: what and why, never the
//! words.

use domain::code::Code;
use domain::journal::Seq;
use domain::request::{ModerationAct, ModerationGround};
use jiff::civil::DateTime;
use store::{Flagged, Moderated};

use crate::App;
use crate::error::AppError;

/// Lines of one page of the log.
pub const LOG_PAGE: usize = 50;
/// What readers reported, as far as it is listed.
const FLAGGED: usize = 500;

/// One line of the public log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModerationLine {
    pub seq: Seq,
    pub at: DateTime,
    pub act: ModerationAct,
    pub ground: ModerationGround,
    /// The request, where everybody may read it now.
    pub request: Option<Code>,
}

impl App {
    /// A reader reports a published request; once for each reader.
    pub async fn flag_request(
        &self,
        plan: &Code,
        code: &Code,
        reader: &str,
        ground: ModerationGround,
    ) -> Result<(), AppError> {
        self.public_request(plan, code).await?;
        let now = self.clock().now().as_microsecond();
        let reader = self.key().map_or_else(|| crate::account::hash(reader), |key| key.digest(reader));
        let (plan, code) = (plan.clone(), code.clone());
        Ok(self.database().write_async(move |tx| tx.flag((&plan, &code), &reader, ground, now)).await?)
    }

    /// What readers reported of a request and nobody has seen to.
    pub async fn flags_of_request(
        &self,
        plan: &Code,
        code: &Code,
    ) -> Result<Vec<(ModerationGround, u64)>, AppError> {
        let (plan, code) = (plan.clone(), code.clone());
        Ok(self.database().read_async(move |c| c.flags_of(&plan, &code)).await?)
    }

    /// What readers reported of requests and nobody has seen to, what is reported most first.
    pub async fn flagged_requests(
        &self,
        plan: &Code,
    ) -> Result<Vec<(Code, Vec<(ModerationGround, u64)>)>, AppError> {
        let plan = plan.clone();
        let found = self.database().read_async(move |c| c.flagged(&plan, FLAGGED)).await?;
        let mut out: Vec<(Code, Vec<(ModerationGround, u64)>)> = Vec::new();
        for Flagged { request, ground, count, .. } in found {
            match out.iter_mut().find(|(code, _)| *code == request) {
                Some((_, grounds)) => grounds.push((ground, count)),
                None => out.push((request, vec![(ground, count)])),
            }
        }
        Ok(out)
    }

    /// A page of the public log, behind an entry; and behind which the next one begins.
    pub async fn moderation_log(
        &self,
        plan: &Code,
        before: Option<Seq>,
    ) -> Result<(Vec<ModerationLine>, Option<Seq>), AppError> {
        let portfolio = self.portfolio(plan, crate::read::Asked::default()).await?;
        let of = plan.clone();
        let before = before.unwrap_or(Seq::LATEST);
        let mut found: Vec<Moderated> =
            self.database().read_async(move |c| c.moderated(&of, before, LOG_PAGE + 1)).await?;
        let more = found.len() > LOG_PAGE;
        found.truncate(LOG_PAGE);
        let next = found.last().filter(|_| more).map(|line| line.seq);
        let (of, codes) = (plan.clone(), found.iter().map(|line| line.request.clone()).collect::<Vec<_>>());
        let histories = self.database().read_async(move |c| c.whole_requests(&of, &codes)).await?;
        let public: Vec<Code> = histories
            .iter()
            .filter_map(|held| domain::request::Request::at(held, domain::history::View::ALL))
            .filter(|request| portfolio.plan.shows(request))
            .map(|request| request.code)
            .collect();
        let lines = found.into_iter().map(|Moderated { seq, request, act, ground, at }| ModerationLine {
            seq,
            at,
            act,
            ground,
            request: Some(request).filter(|request| public.contains(request)),
        });
        Ok((lines.collect(), next))
    }
}
