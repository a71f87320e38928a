//! Exclusions and appeals: the list of them at a point of view, and whom they are told to.

use domain::authorize::target_of;
use domain::code::Code;
use domain::fact::Fact;
use domain::history::{SubjectHistory, View};
use domain::journal::Seq;
use domain::notice::{EventKey, Notice, NoticeError, Said, SitePath, Topic, Value};
use domain::request::rate::RateRow;
use domain::request::{ClaimState, Exclusion, Request, RequestFact};
use domain::subject::Subject;
use domain::telling::{Audience, Staff};
use jiff::Timestamp;
use jiff::civil::Date;
use store::{ClaimQuery, StoreError, Tx};

use crate::App;
use crate::error::AppError;
use crate::notify::{Recipient, tell, unit_name};
use crate::read::Asked;

/// As many stand on a page.
pub const CLAIM_PAGE: usize = 50;
/// As many are read at once while a page is filled for an earlier point of view.
const BATCH: usize = 200;
/// As many are looked through for one page of an earlier point of view.
const LOOKED_MOST: usize = 5_000;

/// What is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClaimQuestion {
    pub states: Vec<ClaimState>,
    pub unit: Option<Code>,
    /// Only those of requests whose limit ran out within these days.
    pub due: Option<(Date, Date)>,
    pub before: Option<Seq>,
}

/// One of them with its request.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimLine {
    pub request: Code,
    pub title: String,
    /// The day its limit ran out.
    pub due: Option<Date>,
    pub claim: Exclusion,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct ClaimPage {
    pub lines: Vec<ClaimLine>,
    /// Behind which entry the next page begins.
    pub next: Option<Seq>,
}

impl ClaimQuestion {
    /// Whether a claim is meant, as it stood at a point of view.
    fn takes(&self, claim: &Exclusion, due: Option<Date>) -> bool {
        let state = claim.state();
        (self.states.is_empty() || state.is_some_and(|state| self.states.contains(&state)))
            && self.unit.as_ref().is_none_or(|unit| claim.unit == *unit)
            && self.due.is_none_or(|(from, to)| due.is_some_and(|due| (from..=to).contains(&due)))
    }
}

fn line(history: &SubjectHistory, view: View, asked: Seq) -> Option<ClaimLine> {
    let request = Request::at(history, view)?;
    let claim = request.exclusions.iter().find(|claim| claim.asked == asked)?.clone();
    let due = RateRow::of(&request).map(|row| row.due);
    Some(ClaimLine { title: request.shown_title().to_owned(), due, claim, request: request.code })
}

impl App {
    /// A page of exclusions and appeals, the latest first: as they are, or as they stood.
    pub async fn request_claims(
        &self,
        plan: &Code,
        question: &ClaimQuestion,
        asked: Asked,
    ) -> Result<ClaimPage, AppError> {
        let view = self.view(asked).await?;
        let latest = asked == Asked::default();
        let (plan, question) = (plan.clone(), question.clone());
        let read = move |c: &mut store::Connection| {
            let mut out = ClaimPage::default();
            let mut before = question.before;
            let mut looked = 0;
            loop {
                // How a claim stood earlier is not in its row: only whose it is.
                let query = ClaimQuery {
                    states: if latest { question.states.clone() } else { Vec::new() },
                    unit: question.unit.clone(),
                    due: if latest { question.due } else { None },
                    before,
                };
                let rows = c.request_claims(&plan, &query, BATCH)?;
                let codes: Vec<Code> = rows.iter().map(|row| row.request.clone()).collect();
                let histories = c.whole_requests(&plan, &codes)?;
                for row in &rows {
                    if out.lines.len() == CLAIM_PAGE {
                        out.next = out.lines.last().map(|line| line.claim.asked);
                        return Ok(out);
                    }
                    let history = histories.iter().find(|held| held.subject.code == row.request);
                    let found = history.and_then(|history| line(history, view, row.asked));
                    out.lines.extend(found.filter(|line| question.takes(&line.claim, line.due)));
                }
                looked += rows.len();
                before = rows.last().map(|row| row.asked);
                if rows.len() < BATCH || looked >= LOOKED_MOST {
                    out.next = before.filter(|_| rows.len() == BATCH);
                    return Ok::<_, StoreError>(out);
                }
            }
        };
        Ok(self.database().read_async(read).await?)
    }

    /// How many stand in each state now.
    pub async fn claim_counts(&self, plan: &Code) -> Result<Vec<(ClaimState, u64)>, AppError> {
        let plan = plan.clone();
        Ok(self.database().read_async(move |c| c.claim_counts(&plan)).await?)
    }

    /// The requests of a period that count otherwise because of what was granted after an entry.
    pub async fn granted_since(
        &self,
        plan: &Code,
        due: (Date, Date),
        known: Seq,
    ) -> Result<Vec<Code>, AppError> {
        let query = ClaimQuery {
            states: vec![ClaimState::LeftOut, ClaimState::Upheld],
            due: Some(due),
            ..ClaimQuery::default()
        };
        let plan = plan.clone();
        let read = move |c: &mut store::Connection| {
            let rows = c.request_claims(&plan, &query, domain::request::frozen::BECAUSE_MOST)?;
            let codes: Vec<Code> = rows.iter().map(|row| row.request.clone()).collect();
            let histories = c.whole_requests(&plan, &codes)?;
            let new = |history: &&SubjectHistory| {
                let decided =
                    |fact: &RequestFact| matches!(fact, RequestFact::ExclusionDecided { granted: true, .. });
                history.visible::<RequestFact>(View::ALL).any(|held| held.seq > known && decided(held.fact))
            };
            let mut codes: Vec<Code> =
                histories.iter().filter(new).map(|held| held.subject.code.clone()).collect();
            codes.sort_unstable();
            codes.dedup();
            Ok::<_, StoreError>(codes)
        };
        Ok(self.database().read_async(read).await?)
    }
}

/// Tells those who decide of an appeal, and the unit of what was decided.
pub(super) fn tell_of_claim(
    tx: &mut Tx,
    (plan, code): (&Code, &Code),
    facts: &[Fact],
    staff: &Staff,
    (actor, entry): (Option<&Code>, Seq),
    now: Timestamp,
) -> Result<(), AppError> {
    let subject = Subject::request(plan, code);
    let Some(request) = tx.subject(&subject)?.and_then(|held| Request::at(&held, View::ALL)) else {
        return Ok(());
    };
    let Some(claim) = request.exclusions.last() else { return Ok(()) };
    let unit = tx.with_lookup(|lookup| unit_name(lookup, &claim.unit))?;
    let said =
        |key: &str| Said::new(key).text("code", code.as_str()).with("unit", Value::Named(unit.clone()));
    let (said, audience) = match facts.iter().filter_map(of).next() {
        Some(RequestFact::ExclusionAsked { appeal: Some(terms), .. }) => {
            let said = said("claim-told-appeal").with("due", Value::Date(terms.decide_by));
            (said, Audience::Supervisors(None))
        }
        Some(RequestFact::ExclusionAsked { .. }) => (said("claim-told-asked"), Audience::Supervisors(None)),
        Some(RequestFact::ExclusionDecided { .. }) => {
            let word = claim.state().unwrap_or(ClaimState::Counted).as_str().replace('_', "-");
            let said = said("claim-told-decided").with("state", Value::Word(format!("claim-state-{word}")));
            (said, Audience::Unit(claim.unit.clone()))
        }
        _ => return Ok(()),
    };
    let bad = |error: NoticeError| StoreError::Damaged(error.to_string());
    let notice = Notice {
        event: EventKey::new(format!("entry-{entry}/claim")).map_err(bad)?,
        topic: Topic::Request,
        urgent: false,
        said,
        link: SitePath::new(format!("/p/{plan}/requests/{code}")).map_err(bad)?,
        subject: Some(subject.clone()),
    };
    let target = tx.with_lookup(|lookup| target_of(&subject, lookup))?;
    let people = staff.of(&audience, &target).filter(|person| Some(*person) != actor);
    let to: Vec<Recipient> = people.cloned().map(Recipient::Person).collect();
    tell(tx, &notice, &to, now)?;
    Ok(())
}

fn of(fact: &Fact) -> Option<&RequestFact> {
    match fact {
        Fact::Request(fact) => Some(fact),
        _ => None,
    }
}

/// Whether facts are about how a request counts.
pub(super) fn is_claim(facts: &[Fact]) -> bool {
    facts
        .iter()
        .filter_map(of)
        .any(|fact| matches!(fact, RequestFact::ExclusionAsked { .. } | RequestFact::ExclusionDecided { .. }))
}
