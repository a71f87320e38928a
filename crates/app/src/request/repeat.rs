//! Requests that say what one says already: anywhere in a plan and whatever became of them, and those of the same person.
//!
//! Candidates come from the index in which texts are found anyway (`requests_sharing`), so that nothing more is kept of a
//! request; how alike they are is then told exactly, as `huitian text duplicates` does.

use std::collections::BTreeSet;

use domain::code::Code;
use domain::journal::Seq;
use domain::request::pieces::Pieces;
use domain::request::query::{RequestPaging, RequestQuery};
use domain::request::{Request, RequestRow};
use store::{Connection, StoreError};
use text::duplicates::similarity;

use super::person::PersonalData;
use super::suggest::{ALIKE, COMPARED, FARTHER, alike, said_by};
use crate::App;
use crate::error::AppError;
use crate::read::Asked;

/// Texts from which on two say the same.
const SAME: f32 = 0.5;
/// Of one person two that have less in common than this are about the same matter all the same.
const SAME_PERSON: f64 = 0.2;
/// Letters below which a text says too little without its place.
const LONG: usize = 20;
/// Candidates that are compared, and requests of the same person.
const CANDIDATES: usize = 60;
const OWN_MOST: usize = 50;
const SHOWN: usize = 5;

/// A request that is like another one.
#[derive(Debug, Clone, PartialEq)]
pub struct LikeRequest {
    pub row: RequestRow,
    /// The words are the same, or nearly.
    pub same_words: bool,
    pub same_person: bool,
}

/// What somebody says now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SaidNow {
    pub address: String,
    pub title: String,
    pub text: String,
}

impl SaidNow {
    fn whole(&self) -> String {
        format!("{} {} {}", self.address, self.title, self.text)
    }

    /// How alike a request is: by what it says, with its place where it says little.
    fn similarity(&self, row: &RequestRow) -> f32 {
        let is_long = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).nth(LONG - 1).is_some();
        match is_long(&self.text) && is_long(&row.text) {
            true => similarity(&self.text, &row.text),
            false => similarity(&self.whole(), &said_by(row)),
        }
    }
}

/// What says the same, the most alike first, then what else the same person asked about the matter.
fn repeats(
    c: &mut Connection,
    (plan, own): (&Code, Option<Seq>),
    said: &SaidNow,
    asker: &str,
    leaves: impl Fn(&RequestRow) -> bool,
) -> Result<Vec<LikeRequest>, StoreError> {
    let pieces = Pieces::of(&said.whole());
    let candidates = c.requests_sharing((plan, own), &pieces.all(), CANDIDATES)?;
    let mut found: Vec<(f64, RequestRow)> = candidates
        .into_iter()
        .filter(|row| !leaves(row))
        .map(|row| (f64::from(said.similarity(&row)), row))
        .filter(|(alike, _)| *alike >= f64::from(SAME))
        .collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| b.1.received.cmp(&a.1.received)));
    found.truncate(SHOWN);
    let codes: Vec<Code> = found.iter().map(|(_, row)| row.code.clone()).collect();
    let askers = if asker.is_empty() { Default::default() } else { c.askers_of(plan, &codes)? };
    let same_person = |row: &RequestRow| askers.get(&row.code).is_some_and(|held| held == asker);
    let mut out: Vec<LikeRequest> = found
        .into_iter()
        .map(|(_, row)| LikeRequest { same_person: same_person(&row), same_words: true, row })
        .collect();
    let known: BTreeSet<&Code> = codes.iter().collect();
    let mut own = c.requests_sent_by(plan, asker, OWN_MOST)?;
    own.retain(|code| !known.contains(code));
    if own.is_empty() {
        return Ok(out);
    }
    let query = RequestQuery { codes: own, ..RequestQuery::default() };
    let paging = RequestPaging { limit: OWN_MOST, ..RequestPaging::default() };
    let mut rows = c.requests(plan, &query, &paging)?.rows;
    rows.retain(|row| !leaves(row));
    let about = alike(rows, &said.whole(), SAME_PERSON).into_iter();
    out.extend(about.map(|(row, _)| LikeRequest { row, same_words: false, same_person: true }));
    Ok(out)
}

impl App {
    /// What is like a request, for those who work on it: what says the same, what else the same person asked about the
    /// matter, and the open ones around it that are alike. Those that it goes with already are left out.
    pub async fn requests_like(&self, plan: &Code, request: &Request) -> Result<Vec<LikeRequest>, AppError> {
        let portfolio = self.portfolio(plan, Asked::default()).await?;
        let metres = super::rules_of(&portfolio.plan)?.near_metres.saturating_mul(FARTHER);
        let (plan, own, parent, master) =
            (plan.clone(), request.code.clone(), request.parent.clone(), request.master.clone());
        let (point, area, registered) = (request.point, request.areas.first().cloned(), request.registered);
        let said = SaidNow {
            address: request.address.clone(),
            title: request.title.clone(),
            text: request.text.clone(),
        };
        let read = move |c: &mut Connection| {
            let leaves = |row: &RequestRow| {
                row.code == own
                    || row.parent.as_ref() == Some(&own)
                    || row.master.as_ref() == Some(&own)
                    || parent.as_ref() == Some(&row.code)
                    || master.as_ref() == Some(&row.code)
            };
            let asker = c.sealed_person(&plan, &own)?.map(|held| held.asker).unwrap_or_default();
            let mut out = repeats(c, (&plan, Some(registered)), &said, &asker, leaves)?;
            let mut near = match point {
                Some(_) => c.requests_near(&plan, (point, metres), None, None, COMPARED)?,
                None => Vec::new(),
            };
            // Of many no point is known: those are of the same area at most.
            for row in c.requests_near(&plan, (None, 0), area.as_ref(), None, COMPARED)? {
                if near.iter().all(|held| held.code != row.code) {
                    near.push(row);
                }
            }
            near.retain(|row| !leaves(row) && out.iter().all(|held| held.row.code != row.code));
            let near = alike(near, &said.whole(), ALIKE).into_iter();
            out.extend(near.map(|(row, _)| LikeRequest { row, same_words: false, same_person: false }));
            Ok::<_, StoreError>(out)
        };
        Ok(self.database().read_async(read).await?)
    }

    /// What says already what somebody is about to file, and what else the same person asked about the matter.
    pub async fn requests_saying(
        &self,
        plan: &Code,
        said: SaidNow,
        person: &PersonalData,
    ) -> Result<Vec<LikeRequest>, AppError> {
        let contact = person.contact();
        let asker = match self.key() {
            Some(key) if !contact.is_empty() => key.digest(&contact),
            _ => String::new(),
        };
        let said = SaidNow {
            address: super::recorded(&said.address),
            title: super::recorded(&said.title),
            text: super::recorded(&said.text),
        };
        let plan = plan.clone();
        let read = move |c: &mut Connection| repeats(c, (&plan, None), &said, &asker, |_| false);
        Ok(self.database().read_async(read).await?)
    }
}
