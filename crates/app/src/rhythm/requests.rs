//! Reminders and escalation of residents' requests: the same ladder as that of items.

use std::sync::Arc;

use domain::authorize::target_of;
use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::history::View;
use domain::item::Target;
use domain::named::Named;
use domain::plan::Plan;
use domain::portfolio::Portfolio;
use domain::request::query::{RequestOrder, RequestPaging, RequestQuery};
use domain::request::{Request, RequestFact, RequestRow, RequestState, Watching};
use domain::rhythm::{Planned, Recipient as Rung, Watch};
use domain::subject::Subject;
use store::Tx;

use super::chase::{About, done, issue};
use super::people::People;
use super::{Deed, Turn, told};
use crate::App;
use crate::error::AppError;
use crate::read::Asked;

/// Requests looked at, and then done, at once.
const BATCH: usize = 200;
/// Where something was asked of the office that takes requests in.
const ASKED: [RequestState; 2] = [RequestState::ReturnAsked, RequestState::ReopenAsked];
/// Requests done in one transaction: others want the writer too.
const TOGETHER: usize = 20;

/// Which of the rows that a pass finds are its own.
type Takes<'a> = &'a (dyn Fn(&RequestRow) -> bool + Sync);

impl App {
    /// Reminds and escalates whatever is due about requests.
    pub(super) async fn chase_requests(
        &self,
        turn: &Turn,
        trial: bool,
        deeds: &mut Vec<Deed>,
    ) -> Result<(), AppError> {
        let portfolio = self.portfolio(&turn.plan, Asked::default()).await?;
        if portfolio.plan.request_rules.is_none() {
            return Ok(());
        }
        let people = Arc::new(self.people().await?);
        let horizon = turn.rules.horizon(turn.day).at(23, 59, 59, 0);
        let running = RequestQuery { late_at: Some(horizon), ..RequestQuery::default() };
        let booked = RequestQuery { states: vec![RequestState::OnTheBooks], ..RequestQuery::default() };
        // What offices have to decide has no limit of its own in the lists.
        let asked = RequestQuery { states: ASKED.to_vec(), ..RequestQuery::default() };
        let above = RequestQuery { asks: true, ..RequestQuery::default() };
        // Those are looked at once, for all that they are watched for.
        let elsewhere = |row: &RequestRow| {
            let runs = !row.state.pauses() && row.limit.is_some_and(|(_, due)| due < horizon);
            runs || row.state == RequestState::OnTheBooks
        };
        let passes: [(RequestQuery, Takes); 4] = [
            (running, &|row| !ASKED.contains(&row.state)),
            (booked, &|_| true),
            (asked, &|_| true),
            (above, &|row| !elsewhere(row)),
        ];
        for (query, takes) in passes {
            let mut paging =
                RequestPaging { order: RequestOrder::Due, limit: BATCH, ..RequestPaging::default() };
            loop {
                let page = self.requests(&turn.plan, &query, &paging).await?;
                let codes: Vec<Code> =
                    page.rows.into_iter().filter(|row| takes(row)).map(|row| row.code).collect();
                let looked = self.look_at_requests(turn, codes, &portfolio).await?;
                if trial {
                    deeds.extend(looked.into_iter().flat_map(|(_, would)| would));
                } else {
                    let codes: Vec<Code> = looked.into_iter().map(|(code, _)| code).collect();
                    for some in codes.chunks(TOGETHER) {
                        deeds.extend(self.chase_some_requests(turn, some, &portfolio, &people).await?);
                    }
                }
                paging.after = page.next;
                if paging.after.is_none() {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Those about which something is due, with what.
    async fn look_at_requests(
        &self,
        turn: &Turn,
        codes: Vec<Code>,
        portfolio: &Arc<Portfolio>,
    ) -> Result<Vec<(Code, Vec<Deed>)>, AppError> {
        let (turn, portfolio) = (turn.clone(), portfolio.clone());
        self.database()
            .read_async(move |c| {
                let mut out = Vec::new();
                for code in codes {
                    let history = c.subject(&Subject::request(&turn.plan, &code))?;
                    let Some(request) = history.and_then(|held| Request::at(&held, View::ALL)) else {
                        continue;
                    };
                    let Some(by) = Watching::of(&portfolio.plan, &request) else { continue };
                    let due = turn.rules.due_of_request(&request, by, turn.at);
                    if !due.is_empty() {
                        let would = due.iter().map(|planned| deed(&code, planned, None, 0)).collect();
                        out.push((code, would));
                    }
                }
                Ok::<_, AppError>(out)
            })
            .await
    }

    async fn chase_some_requests(
        &self,
        turn: &Turn,
        codes: &[Code],
        portfolio: &Arc<Portfolio>,
        people: &Arc<People>,
    ) -> Result<Vec<Deed>, AppError> {
        let (turn, codes, people) = (turn.clone(), codes.to_vec(), people.clone());
        let portfolio = portfolio.clone();
        self.database()
            .write_async(move |tx| {
                let mut deeds = Vec::new();
                for code in &codes {
                    one(tx, &turn, code, &portfolio.plan, &people, &mut deeds)?;
                }
                Ok::<_, AppError>(deeds)
            })
            .await
    }
}

/// What was done, or would be: in a trial a slip has no number, only a colour.
fn deed(code: &Code, planned: &Planned, slip: Option<&Code>, told: usize) -> Deed {
    let colour = planned.rung.slip.map(|colour| colour.as_str().to_owned());
    Deed::RequestChased {
        request: code.clone(),
        watch: planned.watch,
        limit: planned.limit,
        after: planned.rung.after,
        to: planned.rung.to,
        slip: slip.map(Code::to_string).or(colour),
        told,
    }
}

/// Does what is due about one request, as it stands in this very transaction.
fn one(
    tx: &mut Tx,
    turn: &Turn,
    code: &Code,
    plan: &Plan,
    people: &People,
    deeds: &mut Vec<Deed>,
) -> Result<(), AppError> {
    let subject = Subject::request(&turn.plan, code);
    let Some(request) = tx.subject(&subject)?.and_then(|held| Request::at(&held, View::ALL)) else {
        return Ok(());
    };
    let Some(by) = Watching::of(plan, &request) else { return Ok(()) };
    let target = tx.with_lookup(|lookup| target_of(&subject, lookup))?;
    let about = About {
        thing: Target::Request(code.clone()),
        // By its number: a title is the resident's own words, and what is said of it stays when they are erased.
        name: Named::new(code.as_str(), code.as_str()),
        path: format!("/p/{}/requests/{code}", turn.plan),
        lead_unit: request.lead_unit.clone(),
        level: None,
        sector: None,
    };
    let units: Vec<Code> = request.lead_unit.iter().cloned().collect();
    for planned in turn.rules.due_of_request(&request, by, turn.at) {
        let rung = planned.rung;
        let slip = match rung.slip {
            Some(colour) if about.lead_unit.is_some() => Some(issue(tx, turn, &about, &planned, colour)?),
            _ => None,
        };
        let fact = RequestFact::Chased {
            watch: planned.watch,
            limit: planned.limit,
            after: rung.after,
            to: rung.to,
            slip: slip.as_ref().map(|(slip, _)| slip.clone()),
        };
        let command =
            Command::Record { subject: subject.clone(), facts: vec![Fact::from(fact)], expected: None };
        let Some(entry) = done(tx, turn, command, String::new())? else { continue };
        let notice = told::chased(&turn.plan, &about, &planned, turn.at, entry)?;
        let to = match planned.watch {
            Watch::Desk => people.of_desk_rung(rung.to, &target),
            _ => people.of_rung(rung.to, &units, &target),
        };
        let mut told = turn.tell(tx, &notice, &to)?;
        if let (Some((slip, seq)), Some(colour)) = (&slip, rung.slip) {
            let notice = told::slip(&turn.plan, slip, colour, &about, *seq)?;
            told += turn.tell(tx, &notice, &people.of_rung(Rung::Unit, &units, &target))?;
        }
        deeds.push(deed(code, &planned, slip.as_ref().map(|(slip, _)| slip), told));
    }
    Ok(())
}
