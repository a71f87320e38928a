//! Codes that are free: the next number after those that items have.

use domain::code::Code;

use crate::error::{Result, damaged};
use crate::sql::{Connection, Param};

/// The longest number that is taken for one. What is longer was not given by counting.
const DIGITS: usize = 9;

/// The last of the codes that are a prefix and so many digits: as texts of one length are ordered as their
/// numbers are.
const LAST: &str = "SELECT code FROM item WHERE plan = $1 AND CAST(length(code) AS BIGINT) = $2 \
                    AND code >= $3 AND code <= $4 AND rtrim(code, '0123456789') = $5 \
                    AND until_day = '9999-12-31' ORDER BY code DESC LIMIT 1";

impl Connection {
    /// The next free code for an item, with its number: `DIR-2019-0042`. Codes that begin like it and go on
    /// otherwise do not count.
    pub fn next_item_code(&mut self, plan: &Code, prefix: &str) -> Result<(Code, u64)> {
        let stem = prefix.trim_end_matches(|letter: char| letter.is_ascii_digit());
        let mut number = 0;
        for digits in 1..=DIGITS {
            let [from, to] = ["0", "9"].map(|digit| format!("{prefix}{}", digit.repeat(digits)));
            let params = [
                Param::Text(plan.as_str()),
                Param::Int(from.len() as i64),
                Param::Text(&from),
                Param::Text(&to),
                Param::Text(stem),
            ];
            let last = self.first(LAST, &params, |row| Ok(row.text(0)?.to_owned()))?;
            let last = last.and_then(|code| code.strip_prefix(prefix)?.parse().ok());
            number = number.max(last.unwrap_or(0));
        }
        loop {
            number += 1;
            let code = Code::new(&format!("{prefix}{number:04}")).map_err(damaged)?;
            // A registration that was taken back leaves no row, but its code is used up.
            let taken = self.first(
                "SELECT 1 FROM fact WHERE scope = $1 AND kind = 'item' AND subject = $2 LIMIT 1",
                &[Param::Text(plan.as_str()), Param::Text(code.as_str())],
                |_| Ok(()),
            )?;
            if taken.is_none() {
                return Ok((code, number));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use scratch::Scratch;

    use super::*;
    use crate::database::Database;

    #[test]
    fn sqlite_finds_the_last_number_without_looking_at_others() {
        let scratch = Scratch::sqlite();
        let database = Database::open(&scratch.address().parse().unwrap(), 0).unwrap();
        let sql = format!("EXPLAIN QUERY PLAN {LAST}");
        let (from, to) = ("DIR-2019-0000", "DIR-2019-9999");
        let params = [Param::Text("p"), Param::Int(13), from.into(), to.into(), Param::Text("DIR-2019-")];
        let steps = database.read(|c| c.rows(&sql, &params, |row| Ok(row.text(3)?.to_owned()))).unwrap();
        assert!(steps[0].contains("item_by_length (plan=? AND <expr>=? AND code>? AND code<?)"), "{steps:?}");
        assert_eq!(steps.len(), 1, "{steps:?}");
    }
}
