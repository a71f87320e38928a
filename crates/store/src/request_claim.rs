//! What units ask about how requests count in their rates: a row for each, so that they are listed without looking
//! through all requests. Made from the facts.

use domain::code::Code;
use domain::journal::Seq;
use domain::request::{ClaimState, Exclusion, ExclusionGround, RateParts, Request};
use domain::subject::Subject;
use jiff::civil::Date;

use crate::error::{Result, damaged};
use crate::sql::{Connection, Param, Row};

/// One row, as it stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimRow {
    pub request: Code,
    pub asked: Seq,
    pub asked_on: Date,
    pub unit: Code,
    pub ground: ExclusionGround,
    pub parts: RateParts,
    pub appeal: bool,
    /// Nothing once it was withdrawn.
    pub state: Option<ClaimState>,
    /// The last day for the decision of an appeal.
    pub decide_by: Option<Date>,
    pub decided_on: Option<Date>,
}

/// What is wanted of them; all given conditions must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClaimQuery {
    pub states: Vec<ClaimState>,
    pub unit: Option<Code>,
    /// Only those of requests whose limit ran out within these days, both included.
    pub due: Option<(Date, Date)>,
    /// Only those of before this entry.
    pub before: Option<Seq>,
}

const COLUMNS: &str = "held.request, held.asked, held.asked_on, held.unit, held.ground, held.parts, held.appeal, \
     held.state, held.decide_by, held.decided_on";

const WITHDRAWN: &str = "withdrawn";

fn state_text(claim: &Exclusion) -> &'static str {
    claim.state().map_or(WITHDRAWN, ClaimState::as_str)
}

/// Puts a request's rows in the place of those it had.
pub(crate) fn project(
    connection: &mut Connection,
    subject: &Subject,
    request: Option<&Request>,
) -> Result<()> {
    let (plan, code) = (Param::Text(subject.scope.as_str()), Param::Text(subject.code.as_str()));
    connection.send("DELETE FROM request_claim WHERE plan = $1 AND request = $2", &[plan, code])?;
    for claim in request.into_iter().flat_map(|request| &request.exclusions) {
        let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
        let (asked_on, decided_on) = (claim.asked_on.to_string(), day(claim.decided_on));
        let decide_by = day(claim.appeal.map(|terms| terms.decide_by));
        connection.send(
            "INSERT INTO request_claim (plan, asked, request, asked_on, unit, ground, parts, appeal, state, \
             decide_by, decided_on) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            &[
                plan,
                Param::from(claim.asked.0),
                code,
                Param::Text(&asked_on),
                claim.unit.as_str().into(),
                claim.ground.as_str().into(),
                Param::Int(i64::from(claim.parts.bits())),
                Param::Int(i64::from(claim.appeal.is_some())),
                state_text(claim).into(),
                Param::Text(&decide_by),
                Param::Text(&decided_on),
            ],
        )?;
    }
    Ok(())
}

fn row(row: &Row) -> Result<ClaimRow> {
    let day = |at: usize| match row.text(at)? {
        "" => Ok(None),
        text => text.parse::<Date>().map(Some).map_err(damaged),
    };
    let state = match row.text(7)? {
        WITHDRAWN => None,
        text => Some(ClaimState::parse(text).ok_or_else(|| damaged("an unknown state in the rates"))?),
    };
    Ok(ClaimRow {
        request: row.code(0)?,
        asked: Seq(row.int(1)? as u64),
        asked_on: day(2)?.ok_or_else(|| damaged("a claim without its day"))?,
        unit: row.code(3)?,
        ground: ExclusionGround::parse(row.text(4)?).ok_or_else(|| damaged("an unknown ground"))?,
        parts: RateParts::from_bits(u8::try_from(row.int(5)?).unwrap_or_default()),
        appeal: row.int(6)? != 0,
        state,
        decide_by: day(8)?,
        decided_on: day(9)?,
    })
}

impl Connection {
    /// A page of them, the latest first.
    pub fn request_claims(&mut self, plan: &Code, query: &ClaimQuery, limit: usize) -> Result<Vec<ClaimRow>> {
        let before = i64::try_from(query.before.unwrap_or(Seq::LATEST).0).unwrap_or(i64::MAX);
        let mut params = vec![Param::Text(plan.as_str()), Param::Int(before)];
        let mut wanted = "held.plan = $1 AND held.asked < $2".to_owned();
        let mut joined = "";
        let days = query.due.map(|(from, to)| (from.to_string(), to.to_string()));
        if !query.states.is_empty() {
            let places: Vec<String> =
                (0..query.states.len()).map(|at| format!("${}", params.len() + 1 + at)).collect();
            wanted.push_str(&format!(" AND held.state IN ({})", places.join(", ")));
            params.extend(query.states.iter().map(|state| Param::Text(state.as_str())));
        }
        if let Some(unit) = &query.unit {
            params.push(Param::Text(unit.as_str()));
            wanted.push_str(&format!(" AND held.unit = ${}", params.len()));
        }
        if let Some((from, to)) = &days {
            joined = " JOIN request ON request.plan = held.plan AND request.code = held.request";
            params.push(Param::Text(from));
            wanted.push_str(&format!(" AND request.rate_due >= ${}", params.len()));
            params.push(Param::Text(to));
            wanted.push_str(&format!(" AND request.rate_due <= ${}", params.len()));
        }
        let sql = format!(
            "SELECT {COLUMNS} FROM request_claim AS held{joined} WHERE {wanted} \
             ORDER BY held.asked DESC, held.request DESC LIMIT {limit}"
        );
        self.rows(&sql, &params, row)
    }

    /// How many there are in each state; those withdrawn are not counted.
    pub fn claim_counts(&mut self, plan: &Code) -> Result<Vec<(ClaimState, u64)>> {
        let found = self.rows(
            "SELECT state, COUNT(*) FROM request_claim WHERE plan = $1 GROUP BY state",
            &[plan.as_str().into()],
            |row| Ok((ClaimState::parse(row.text(0)?), row.int(1)?.max(0) as u64)),
        )?;
        Ok(found.into_iter().filter_map(|(state, count)| Some((state?, count))).collect())
    }

    pub(crate) fn each_claim_row(&mut self, visit: &mut dyn FnMut(&[&str])) -> Result<()> {
        self.each(
            "SELECT plan, asked, request, asked_on, unit, ground, parts, appeal, state, decide_by, decided_on \
             FROM request_claim ORDER BY plan, asked, request",
            &[],
            &mut |row| {
                for at in 0..11 {
                    match at {
                        1 | 6 | 7 => visit(&[&row.int(at)?.to_string()]),
                        _ => visit(&[row.text(at)?]),
                    }
                }
                Ok(())
            },
        )
    }
}
