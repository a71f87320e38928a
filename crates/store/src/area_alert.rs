//! Who wants to be told by mail of what happens in a place, and since when they were.

use domain::code::Code;
use domain::journal::{Entry, Seq};
use domain::request::Point;
use domain::request::alert::{AlertPlace, AlertRhythm, AlertWish};
use domain::subject::SubjectKind;

use crate::error::{Result, damaged};
use crate::sql::{Connection, Param, Row};
use crate::writer::Tx;

/// One wish of one address. `alert` is a keyed digest of both, `reader` one of the address, `sealed` the address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AreaAlert {
    pub plan: Code,
    pub alert: String,
    pub reader: String,
    pub wish: AlertWish,
    /// The language as people choose it: `zh-CN` or `en`.
    pub language: String,
    pub key_id: String,
    pub sealed: Vec<u8>,
    pub created_at: i64,
    /// When whoever reads it said so by the link.
    pub confirmed_at: Option<i64>,
    /// When nothing more was wanted; the address is gone from then on.
    pub stopped_at: Option<i64>,
    /// The last entry that they were told of.
    pub told: Seq,
    /// When the next mail is due; 0 while the address is not confirmed.
    pub next_at: i64,
}

const COLUMNS: &str = "plan, alert, reader, area, longitude, latitude, metres, category, rhythm, language, key_id, \
     sealed, created_at, confirmed_at, stopped_at, told, next_at";

fn alert(row: &Row) -> Result<AreaAlert> {
    let number = |at: usize| i32::try_from(row.int(at)?).map_err(damaged);
    let metres = u32::try_from(row.int(6)?).map_err(damaged)?;
    let place = match (row.opt_code(3)?, metres) {
        (Some(area), _) => AlertPlace::Area(area),
        (None, 0) => AlertPlace::Plan,
        (None, metres) => {
            AlertPlace::Circle { middle: Point { longitude: number(4)?, latitude: number(5)? }, metres }
        }
    };
    let every = AlertRhythm::parse(row.text(8)?).ok_or_else(|| damaged("an unknown rhythm"))?;
    Ok(AreaAlert {
        plan: row.code(0)?,
        alert: row.text(1)?.to_owned(),
        reader: row.text(2)?.to_owned(),
        wish: AlertWish { place, category: row.opt_code(7)?, every },
        language: row.text(9)?.to_owned(),
        key_id: row.text(10)?.to_owned(),
        sealed: row.bytes(11)?.to_vec(),
        created_at: row.int(12)?,
        confirmed_at: row.opt_int(13)?,
        stopped_at: row.opt_int(14)?,
        told: Seq(row.int(15)?.max(0) as u64),
        next_at: row.int(16)?,
    })
}

impl Connection {
    pub fn area_alert(&mut self, plan: &Code, digest: &str) -> Result<Option<AreaAlert>> {
        self.first(
            &format!("SELECT {COLUMNS} FROM area_alert WHERE plan = $1 AND alert = $2"),
            &[plan.as_str().into(), digest.into()],
            alert,
        )
    }

    /// All wishes of one address that were not given up, the latest first.
    pub fn alerts_of_reader(&mut self, plan: &Code, reader: &str) -> Result<Vec<AreaAlert>> {
        self.rows(
            &format!(
                "SELECT {COLUMNS} FROM area_alert WHERE plan = $1 AND reader = $2 AND stopped_at IS NULL \
                 ORDER BY created_at DESC, alert LIMIT 200"
            ),
            &[plan.as_str().into(), reader.into()],
            alert,
        )
    }

    /// Those whose mail is due, those that wait longest first.
    pub fn due_alerts(&mut self, plan: &Code, now: i64, limit: usize) -> Result<Vec<AreaAlert>> {
        self.rows(
            &format!(
                "SELECT {COLUMNS} FROM area_alert WHERE plan = $1 AND next_at > 0 AND next_at <= $2 \
                 ORDER BY next_at, alert LIMIT {limit}"
            ),
            &[plan.as_str().into(), Param::Int(now)],
            alert,
        )
    }

    /// What was recorded of a plan's subjects of a kind after an entry, in order.
    pub fn entries_of_kind(
        &mut self,
        plan: &Code,
        kind: SubjectKind,
        behind: Seq,
        limit: usize,
    ) -> Result<Vec<Entry>> {
        self.rows(
            &format!(
                "SELECT {} FROM entry WHERE kind = $1 AND scope = $2 AND seq > $3 ORDER BY seq LIMIT {limit}",
                crate::journal::COLUMNS
            ),
            &[kind.as_str().into(), plan.as_str().into(), Param::from(behind.0)],
            crate::journal::entry,
        )
    }

    /// All of them in the order of their places, for a backup.
    pub(crate) fn each_alert(&mut self, visit: &mut dyn FnMut(AreaAlert)) -> Result<()> {
        let sql = format!("SELECT {COLUMNS} FROM area_alert ORDER BY plan, alert");
        self.each(&sql, &[], &mut |row| {
            visit(alert(row)?);
            Ok(())
        })
    }
}

impl Tx<'_> {
    pub fn area_alert(&mut self, plan: &Code, digest: &str) -> Result<Option<AreaAlert>> {
        self.connection.area_alert(plan, digest)
    }

    pub fn alerts_of_reader(&mut self, plan: &Code, reader: &str) -> Result<Vec<AreaAlert>> {
        self.connection.alerts_of_reader(plan, reader)
    }

    /// Keeps a wish in the place of the same one that was given up before; whether it was new.
    pub fn put_alert(&mut self, held: &AreaAlert) -> Result<bool> {
        let (area, middle, metres) = match &held.wish.place {
            AlertPlace::Plan => ("", None, 0),
            AlertPlace::Area(area) => (area.as_str(), None, 0),
            AlertPlace::Circle { middle, metres } => ("", Some(*middle), *metres),
        };
        let new = self.writing().execute(
            "INSERT INTO area_alert (plan, alert, reader, area, longitude, latitude, metres, category, rhythm, \
             language, key_id, sealed, created_at, confirmed_at, stopped_at, told, next_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) \
             ON CONFLICT (plan, alert) DO UPDATE SET reader = excluded.reader, rhythm = excluded.rhythm, \
             language = excluded.language, key_id = excluded.key_id, sealed = excluded.sealed, \
             created_at = excluded.created_at, confirmed_at = NULL, stopped_at = NULL, told = excluded.told, \
             next_at = excluded.next_at WHERE area_alert.stopped_at IS NOT NULL",
            &[
                held.plan.as_str().into(),
                Param::Text(&held.alert),
                Param::Text(&held.reader),
                area.into(),
                Param::Int(middle.map_or(0, |it| i64::from(it.longitude))),
                Param::Int(middle.map_or(0, |it| i64::from(it.latitude))),
                Param::Int(i64::from(metres)),
                held.wish.category.as_ref().map_or("", Code::as_str).into(),
                held.wish.every.as_str().into(),
                Param::Text(&held.language),
                Param::Text(&held.key_id),
                Param::Bytes(&held.sealed),
                Param::Int(held.created_at),
                held.confirmed_at.into(),
                held.stopped_at.into(),
                Param::from(held.told.0),
                Param::Int(held.next_at),
            ],
        )?;
        Ok(new > 0)
    }

    /// Puts down that whoever reads the address said so; whether it was the first time. What was recorded before is no
    /// news to them.
    pub fn confirm_alert(
        &mut self,
        plan: &Code,
        digest: &str,
        (told, next_at): (Seq, i64),
        now: i64,
    ) -> Result<bool> {
        let changed = self.writing().execute(
            "UPDATE area_alert SET confirmed_at = $3, told = $4, next_at = $5 WHERE plan = $1 AND alert = $2 \
             AND confirmed_at IS NULL AND stopped_at IS NULL",
            &[plan.as_str().into(), digest.into(), Param::Int(now), Param::from(told.0), Param::Int(next_at)],
        )?;
        Ok(changed > 0)
    }

    /// Lets go of an address that wants nothing more; whether it had wanted something.
    pub fn stop_alert(&mut self, plan: &Code, digest: &str, now: i64) -> Result<bool> {
        self.overwrite()?;
        let changed = self.writing().execute(
            "UPDATE area_alert SET stopped_at = $3, sealed = $4, key_id = '', reader = '', next_at = 0 \
             WHERE plan = $1 AND alert = $2 AND stopped_at IS NULL",
            &[plan.as_str().into(), digest.into(), Param::Int(now), Param::Bytes(&[])],
        )?;
        Ok(changed > 0)
    }

    /// Puts down up to where an address was told, unless somebody else has done so for this mail.
    pub fn told_alert(&mut self, held: &AreaAlert, (told, next_at): (Seq, i64)) -> Result<bool> {
        let changed = self.writing().execute(
            "UPDATE area_alert SET told = $3, next_at = $4 WHERE plan = $1 AND alert = $2 AND next_at = $5 \
             AND stopped_at IS NULL",
            &[
                held.plan.as_str().into(),
                Param::Text(&held.alert),
                Param::from(told.0),
                Param::Int(next_at),
                Param::Int(held.next_at),
            ],
        )?;
        Ok(changed > 0)
    }

    /// Forgets those that nobody confirmed in time, and those that were given up before; how many went.
    pub fn purge_alerts(&mut self, plan: &Code, unconfirmed: i64, stopped: i64) -> Result<u64> {
        self.overwrite()?;
        let gone = self.writing().execute(
            "DELETE FROM area_alert WHERE plan = $1 AND (confirmed_at IS NULL AND stopped_at IS NULL \
             AND created_at < $2 OR stopped_at < $3)",
            &[plan.as_str().into(), Param::Int(unconfirmed), Param::Int(stopped)],
        )?;
        Ok(gone)
    }
}
