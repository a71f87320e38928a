//! Requests that have much in common with a text, wherever in a plan they are and whatever became of them: found by the
//! pieces that texts are found by anyway. How alike they are is for others to say.

use std::collections::HashMap;

use domain::code::Code;
use domain::journal::Seq;
use domain::request::RequestRow;

use crate::error::Result;
use crate::request::{COLUMNS, PIECES, row};
use crate::sql::{Connection, Param};
use crate::statements::places;

/// Pieces of a text that are looked up, spread over all of it.
const LOOKED_UP: usize = 24;
/// A piece that more requests have says little: they are not read any further.
const RARE_MOST: usize = 400;
/// With fewer rare pieces than this, frequent ones are looked up together.
const RARE_LEAST: usize = 3;
/// Groups in which they are, so that a text that differs in some is found by the others, and what is read of each.
const GROUPS: usize = 3;
const TOGETHER_MOST: usize = 100;
/// How often as many as are wanted are read, where most are of other plans.
const ROUNDS: usize = 8;

/// So many of them, evenly spread.
fn spread(pieces: &[String], most: usize) -> Vec<&str> {
    let count = pieces.len().min(most);
    (0..count).map(|at| pieces[at * pieces.len() / count].as_str()).collect()
}

impl Connection {
    /// The numbers of texts that have all of some pieces. However many they are, no more than `most` are read.
    fn having(&mut self, pieces: &[&str], most: usize) -> Result<Vec<i64>> {
        let quoted = |mark: char, between: &str| {
            let one = |piece: &&str| format!("{mark}{piece}{mark}");
            pieces.iter().map(one).collect::<Vec<_>>().join(between)
        };
        let (sql, wanted) = match self.is_postgres() {
            // Planned as if all were read, it goes by the index, and stops all the same where enough are found.
            true => (
                format!(
                    "WITH found AS MATERIALIZED (SELECT rowid FROM {PIECES} WHERE pieces @@ \
                     CAST(CAST($1 AS TEXT) AS tsquery)) SELECT rowid FROM found LIMIT {most}"
                ),
                quoted('\'', " & "),
            ),
            false => (
                format!("SELECT rowid FROM {PIECES} WHERE {PIECES} MATCH $1 LIMIT {most}"),
                quoted('"', " AND "),
            ),
        };
        self.rows(&sql, &[Param::Text(&wanted)], |row| row.int(0))
    }

    /// Requests of a plan, other than `own`, that have most of a text's rare pieces, or many of its frequent ones where it has no rare ones;
    /// those with most in common first. A look costs the same however many requests there are: so many pieces, each read
    /// no further than tells that it is frequent.
    pub fn requests_sharing(
        &mut self,
        (plan, own): (&Code, Option<Seq>),
        pieces: &[String],
        limit: usize,
    ) -> Result<Vec<RequestRow>> {
        let own = own.map(|own| own.0 as i64);
        let looked_up = spread(pieces, LOOKED_UP);
        let mut common: HashMap<i64, u32> = HashMap::new();
        let (mut rare, mut frequent) = (0, Vec::new());
        for piece in looked_up {
            let found = self.having(&[piece], RARE_MOST + 1)?;
            if found.len() > RARE_MOST {
                frequent.push(piece);
                continue;
            }
            let mut others = found.into_iter().filter(|id| Some(*id) != own).peekable();
            rare += usize::from(others.peek().is_some());
            for id in others {
                *common.entry(id).or_default() += 1;
            }
        }
        if rare < RARE_LEAST && !frequent.is_empty() {
            for group in 0..GROUPS.min(frequent.len()) {
                let some: Vec<&str> = frequent.iter().skip(group).step_by(GROUPS).copied().collect();
                for id in self.having(&some, TOGETHER_MOST)?.into_iter().filter(|id| Some(*id) != own) {
                    *common.entry(id).or_default() += some.len() as u32;
                }
            }
        }
        let mut found: Vec<(i64, u32)> = common.into_iter().collect();
        found.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(b.0.cmp(&a.0)));
        let found: Vec<i64> = found.into_iter().map(|(id, _)| id).collect();
        let mut rows = Vec::new();
        // Texts of all plans lie together: the others' take nobody's place.
        for some in found.chunks(limit.max(1)).take(ROUNDS) {
            rows.extend(self.rows_of(plan, some)?);
            if rows.len() >= limit {
                break;
            }
        }
        rows.truncate(limit);
        Ok(rows)
    }

    fn rows_of(&mut self, plan: &Code, ids: &[i64]) -> Result<Vec<RequestRow>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let places = places(1, ids.len());
        let mut params = vec![Param::Text(plan.as_str())];
        params.extend(ids.iter().cycle().take(places.len()).map(|id| Param::Int(*id)));
        let sql = format!("SELECT {COLUMNS} FROM request WHERE id IN ({}) AND plan = $1", places.join(", "));
        let mut rows = self.rows(&sql, &params, row)?;
        let place = |row: &RequestRow| ids.iter().position(|id| *id == row.registered.0 as i64);
        rows.sort_by_key(place);
        Ok(rows)
    }

    /// Who asked some requests: a digest each, that says nothing but who is the same.
    pub fn askers_of(&mut self, plan: &Code, requests: &[Code]) -> Result<HashMap<Code, String>> {
        if requests.is_empty() {
            return Ok(HashMap::new());
        }
        let places = places(1, requests.len());
        let mut params = vec![Param::Text(plan.as_str())];
        params.extend(requests.iter().cycle().take(places.len()).map(|code| Param::Text(code.as_str())));
        let sql = format!(
            "SELECT request, asker FROM request_person WHERE plan = $1 AND request IN ({}) AND asker <> ''",
            places.join(", ")
        );
        let found = self.rows(&sql, &params, |row| Ok((row.code(0)?, row.text(1)?.to_owned())))?;
        Ok(found.into_iter().collect())
    }
}
