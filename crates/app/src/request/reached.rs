//! Telling those who asked: when the project or item that their requests led to reaches something, it is said on
//! each request, once.

use domain::code::Code;
use domain::command::Command;
use domain::item::Target;
use domain::named::Named;
use domain::notice::{EventKey, NoticeError, Said, SitePath, Value};
use domain::request::RequestFact;
use domain::request::reached::{Reached, reached};
use domain::source::Source;
use domain::subject::Subject;
use store::{Connection, StoreError, Tx};

use super::by_rules;
use super::telling::{AskerNews, mail_news};
use crate::App;
use crate::change::{Change, make};
use crate::error::AppError;
use crate::read::Asked;

/// Requests that are told of in one transaction, and in one round at most; the next round goes on.
const AT_ONCE: usize = 200;
const ROUND: usize = 5_000;

impl App {
    /// Tells everybody who asked for what was reached by now; how many requests were told. Doing it again, or from
    /// two servers, tells nobody twice.
    pub async fn tell_what_was_reached(&self, plan: &Code, source: Source) -> Result<usize, AppError> {
        let wanted = plan.clone();
        let targets = self.database().read_async(move |c: &mut Connection| c.linked_targets(&wanted)).await?;
        let today = self.clock().today();
        let mut told = 0;
        for (target, since) in targets {
            let Some(history) = self.subject(&target.subject(plan)).await? else { continue };
            for one in reached(&history, today).into_iter().filter(|one| one.seq > since) {
                while told < ROUND {
                    let (more, all) = self.tell_of(plan, &one, &source).await?;
                    told += more;
                    if all {
                        break;
                    }
                }
            }
        }
        Ok(told)
    }

    /// What is mailed of it: projects are public, items are working papers.
    async fn news_of(&self, plan: &Code, reached: &Reached) -> Result<Option<AskerNews>, AppError> {
        let word = reached.step.as_ref().map_or("done", Code::as_str);
        let damaged = |error: NoticeError| AppError::Store(StoreError::Damaged(error.to_string()));
        let event = EventKey::new(format!("entry-{}/{word}", reached.seq)).map_err(damaged)?;
        let (said, link) = match (&reached.of, &reached.step) {
            (Target::Project(code), Some(step)) => {
                let portfolio = self.portfolio(plan, Asked::default()).await?;
                let Some(project) = portfolio.project(code.as_str()) else { return Ok(None) };
                let step = project.steps.iter().find(|line| line.step == *step);
                let step = step.map_or_else(|| Named::new(word, word), |line| line.name.clone());
                let said = Said::new("told-mail-step")
                    .with("name", Value::Named(project.name.clone()))
                    .with("step", Value::Named(step));
                let link = SitePath::new(format!("/p/{plan}/projects/{code}")).map_err(damaged)?;
                (said, Some(link))
            }
            _ => (Said::new("told-mail-done"), None),
        };
        Ok(Some(AskerNews { event, said: said.with("on", Value::Date(reached.on)), link }))
    }

    /// Tells some of what was reached: how many were told, and whether those were all.
    async fn tell_of(
        &self,
        plan: &Code,
        reached: &Reached,
        source: &Source,
    ) -> Result<(usize, bool), AppError> {
        let (now, today) = (self.clock().now(), self.clock().today());
        let at = self.wall_second();
        // Mostly nobody waits: nothing is written then. A project's past that is filled in is nobody's news.
        let (wanted, of) = (plan.clone(), reached.clone());
        let waits = move |c: &mut Connection| match c.requests_to_tell(&wanted, &of, 1)?.is_empty() {
            true => Ok(None),
            false => c.recorded_at(of.seq),
        };
        let recorded = self.database().read_async(waits).await?;
        let day = |at: jiff::Timestamp| self.clock().zone().to_datetime(at).date();
        if !recorded.is_some_and(|at| reached.was_news(day(at))) {
            return Ok((0, true));
        }
        let (plan, reached, source) = (plan.clone(), reached.clone(), source.clone());
        let (news, tells) = (self.news_of(&plan, &reached).await?, self.inner.tells);
        self.database()
            .write_async(move |tx: &mut Tx| {
                let found = tx.reading()?.requests_to_tell(&plan, &reached, AT_ONCE)?;
                let all = found.len() < AT_ONCE;
                let mut told = 0;
                for code in found {
                    // Those who asked the same are told the same.
                    let merged = tx.requests_of(&plan, &code)?;
                    let merged = merged.into_iter().filter(|(_, merged, _)| *merged).map(|(code, ..)| code);
                    for request in std::iter::once(code).chain(merged) {
                        let fact = RequestFact::Told {
                            at,
                            of: reached.of.clone(),
                            step: reached.step.clone(),
                            on: reached.on,
                        };
                        let change = Change {
                            command: Command::Record {
                                subject: Subject::request(&plan, &request),
                                facts: vec![fact.into()],
                                expected: None,
                            },
                            effective: Some(today),
                            source: source.clone(),
                            reason: String::new(),
                        };
                        make(tx, &by_rules(), &change, now, today)?;
                        if let Some(news) = news.as_ref().filter(|_| tells) {
                            mail_news(tx, &plan, &request, news, now)?;
                        }
                        told += 1;
                    }
                }
                Ok::<_, AppError>((told, all))
            })
            .await
    }
}
