//! Telling of early warnings: those who supervise hear once of each theme and community that more people asked about
//! in the last whole week than usual weeks explain.

use std::sync::PoisonError;

use domain::authorize::target_of;
use domain::code::Code;
use domain::named::Named;
use domain::notice::{EventKey, Notice, NoticeError, Said, SitePath, Topic, Value};
use domain::portfolio::Portfolio;
use domain::subject::Subject;
use domain::telling::Audience;
use jiff::civil::Date;
use store::{StoreError, Tx};

use super::monitor::{Monitor, MonitorBy, MonitorLine, MonitorQuestion};
use crate::App;
use crate::error::AppError;
use crate::notify::{Recipient, tell};
use crate::read::Asked;

/// Weeks that are shown: the one under way and the whole one before it.
const WEEKS: usize = 2;

/// What a theme or a community is called.
fn name(portfolio: &Portfolio, by: MonitorBy, group: &str) -> Option<Named> {
    match by {
        MonitorBy::Theme => portfolio.plan.request_category(group).map(|held| held.name.clone()),
        MonitorBy::Community => portfolio.areas.get(&Code::new(group).ok()?).map(|held| held.name.clone()),
        MonitorBy::Channel => None,
    }
}

fn notice(
    plan: &Code,
    (by, name): (MonitorBy, Named),
    line: &MonitorLine,
    (monday, judged): (Date, usize),
) -> Option<Result<Notice, NoticeError>> {
    let (usual, people) = (line.usual.filter(|_| line.warns)?, line.weeks.get(judged)?.people);
    let said = Said::new("monitor-told-warning")
        .with("name", Value::Named(name))
        .with("from", Value::Date(monday))
        .with("people", Value::Number(people.into()))
        .with("most", Value::Number(usual.limit.into()));
    let made = || {
        Ok(Notice {
            event: EventKey::new(format!("warning/{plan}/{}/{}/{monday}", by.as_str(), line.group))?,
            topic: Topic::Request,
            urgent: false,
            subject: Some(Subject::plan(plan)),
            said,
            link: SitePath::new(format!("/p/{plan}/requests/monitor?by={}", by.as_str()))?,
        })
    };
    Some(made())
}

fn notices(
    plan: &Code,
    portfolio: &Portfolio,
    by: MonitorBy,
    found: &Monitor,
) -> Result<Vec<Notice>, AppError> {
    let Some((judged, monday)) = found.judged.and_then(|at| Some((at, *found.weeks.get(at)?))) else {
        return Ok(Vec::new());
    };
    let warning = |line: &MonitorLine| {
        let name = name(portfolio, by, &line.group)?;
        notice(plan, (by, name), line, (monday, judged))
    };
    let made: Result<Vec<Notice>, NoticeError> = found.lines.iter().filter_map(warning).collect();
    made.map_err(|error| AppError::Store(StoreError::Damaged(error.to_string())))
}

impl App {
    /// Tells of the warnings of the last whole week, and returns how many notices that made. Requests of it may still
    /// come in, so it is looked at once each day; nobody is told of the same twice.
    pub async fn tell_warnings(&self, plan: &Code) -> Result<usize, AppError> {
        let today = self.clock().today();
        if self.warned_on(plan) == Some(today) {
            return Ok(0);
        }
        let portfolio = self.portfolio(plan, Asked::default()).await?;
        let mut all = Vec::new();
        for by in [MonitorBy::Theme, MonitorBy::Community] {
            let asked = MonitorQuestion {
                last: today,
                weeks: WEEKS,
                by,
                category: None,
                areas: Vec::new(),
                channel: None,
            };
            all.extend(notices(plan, &portfolio, by, &*self.monitor(plan, asked).await?)?);
        }
        let told = if all.is_empty() { 0 } else { self.tell_supervisors(plan, all).await? };
        self.inner.warned.lock().unwrap_or_else(PoisonError::into_inner).insert(plan.clone(), today);
        Ok(told)
    }

    fn warned_on(&self, plan: &Code) -> Option<Date> {
        self.inner.warned.lock().unwrap_or_else(PoisonError::into_inner).get(plan).copied()
    }

    async fn tell_supervisors(&self, plan: &Code, notices: Vec<Notice>) -> Result<usize, AppError> {
        let (staff, now, subject) = (self.staff().await?, self.clock().now(), Subject::plan(plan));
        self.database()
            .write_async(move |tx: &mut Tx| {
                let target = tx.with_lookup(|lookup| target_of(&subject, lookup))?;
                let people = staff.of(&Audience::Supervisors(None), &target);
                let to: Vec<Recipient> = people.cloned().map(Recipient::Person).collect();
                let mut told = 0;
                for notice in &notices {
                    told += tell(tx, notice, &to, now)?;
                }
                Ok::<_, AppError>(told)
            })
            .await
    }
}
