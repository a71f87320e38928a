//! Answer sheets of surveys, links that work once, how contacts ended, and what frozen waves came to.
//!
//! No value here leads from a sheet to an invitation: the two tables share nothing but plan and wave, neither holds a
//! moment, and SQLite lays both in the order of random texts. PostgreSQL lays rows as they are written and marks them
//! with their transaction: until [`Tx::shuffle_survey`] lays them anew, when a wave is closed or withdrawn, with each sheet
//! that comes by a link after that, and when it is frozen, whoever reads the database itself could tell which belong
//! together.

use domain::code::Code;
use domain::survey::WaveMode;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::error::{Result, damaged};
use crate::sql::{Connection, Param, Row};
use crate::writer::Tx;

/// A filled-in sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SurveySheet {
    pub plan: Code,
    pub wave: Code,
    /// Made at random by whoever filled it in: the same sheet sent again is the same sheet.
    pub sheet: Code,
    pub mode: WaveMode,
    /// The day on which it was filled in.
    pub day: Date,
    /// Came when the wave was frozen, and does not count.
    pub late: bool,
    /// Answers by question, as JSON.
    pub answers: String,
}

/// How many sheets came by a mode on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SheetCount {
    pub mode: WaveMode,
    pub day: Date,
    pub late: bool,
    pub number: u64,
}

/// How many contacts ended in a way on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactCount {
    pub day: Date,
    pub mode: WaveMode,
    pub outcome: String,
    pub number: u64,
}

/// What trying a link comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invitation {
    /// It works, once.
    Unused,
    Used,
    /// Nobody was invited by it.
    Unknown,
}

fn mode(text: &str) -> Result<WaveMode> {
    WaveMode::parse(text).ok_or_else(|| damaged(format!("'{text}' is no way of asking")))
}

fn day(text: &str) -> Result<Date> {
    text.parse().map_err(damaged)
}

fn number(value: i64) -> Result<u64> {
    u64::try_from(value).map_err(damaged)
}

const SHEET: &str = "plan, wave, sheet, mode, day, late, answers";

fn sheet(row: &Row) -> Result<SurveySheet> {
    Ok(SurveySheet {
        plan: row.code(0)?,
        wave: row.code(1)?,
        sheet: row.code(2)?,
        mode: mode(row.text(3)?)?,
        day: day(row.text(4)?)?,
        late: row.int(5)? != 0,
        answers: row.text(6)?.to_owned(),
    })
}

impl Connection {
    pub fn survey_sheet(&mut self, plan: &Code, wave: &Code, id: &Code) -> Result<Option<SurveySheet>> {
        let sql = format!("SELECT {SHEET} FROM survey_sheet WHERE plan = $1 AND wave = $2 AND sheet = $3");
        self.first(&sql, &[plan.as_str().into(), wave.as_str().into(), id.as_str().into()], sheet)
    }

    /// Sheets of a wave in the order of their ids, from after one on.
    pub fn survey_sheets(
        &mut self,
        plan: &Code,
        wave: &Code,
        after: &str,
        most: usize,
    ) -> Result<Vec<SurveySheet>> {
        let sql = format!(
            "SELECT {SHEET} FROM survey_sheet WHERE plan = $1 AND wave = $2 AND sheet > $3 ORDER BY sheet LIMIT {most}"
        );
        self.rows(&sql, &[plan.as_str().into(), wave.as_str().into(), after.into()], sheet)
    }

    /// How many sheets of a wave there are, by mode and day.
    pub fn survey_counts(&mut self, plan: &Code, wave: &Code) -> Result<Vec<SheetCount>> {
        self.rows(
            "SELECT mode, day, late, COUNT(*) FROM survey_sheet WHERE plan = $1 AND wave = $2 \
             GROUP BY mode, day, late ORDER BY day, mode, late",
            &[plan.as_str().into(), wave.as_str().into()],
            |row| {
                Ok(SheetCount {
                    mode: mode(row.text(0)?)?,
                    day: day(row.text(1)?)?,
                    late: row.int(2)? != 0,
                    number: number(row.int(3)?)?,
                })
            },
        )
    }

    /// How many links of a wave were made, and how many were used.
    pub fn survey_invitations(&mut self, plan: &Code, wave: &Code) -> Result<(u64, u64)> {
        let found = self.first(
            "SELECT COUNT(*), COUNT(CASE WHEN used = 1 THEN 1 END) FROM survey_invitation WHERE plan = $1 AND wave = $2",
            &[plan.as_str().into(), wave.as_str().into()],
            |row| Ok((number(row.int(0)?)?, number(row.int(1)?)?)),
        )?;
        Ok(found.unwrap_or_default())
    }

    pub fn survey_invitation(&mut self, plan: &Code, wave: &Code, invitation: &str) -> Result<Invitation> {
        let used = self.first(
            "SELECT used FROM survey_invitation WHERE plan = $1 AND wave = $2 AND invitation = $3",
            &[plan.as_str().into(), wave.as_str().into(), invitation.into()],
            |row| row.int(0),
        )?;
        Ok(match used {
            None => Invitation::Unknown,
            Some(0) => Invitation::Unused,
            Some(_) => Invitation::Used,
        })
    }

    pub fn survey_contacts(&mut self, plan: &Code, wave: &Code) -> Result<Vec<ContactCount>> {
        self.rows(
            "SELECT day, mode, outcome, number FROM survey_contact WHERE plan = $1 AND wave = $2 \
             ORDER BY day, mode, outcome",
            &[plan.as_str().into(), wave.as_str().into()],
            |row| {
                Ok(ContactCount {
                    day: day(row.text(0)?)?,
                    mode: mode(row.text(1)?)?,
                    outcome: row.text(2)?.to_owned(),
                    number: number(row.int(3)?)?,
                })
            },
        )
    }

    /// What a frozen wave came to.
    pub fn survey_results(&mut self, plan: &Code, wave: &Code) -> Result<Option<String>> {
        self.first(
            "SELECT body FROM survey_result WHERE plan = $1 AND wave = $2",
            &[plan.as_str().into(), wave.as_str().into()],
            |row| Ok(row.text(0)?.to_owned()),
        )
    }

    /// All sheets in the order of their places, for a backup.
    pub(crate) fn each_sheet(&mut self, visit: &mut dyn FnMut(SurveySheet)) -> Result<()> {
        let sql = format!("SELECT {SHEET} FROM survey_sheet ORDER BY plan, wave, sheet");
        self.each(&sql, &[], &mut |row| {
            visit(sheet(row)?);
            Ok(())
        })
    }

    /// All links in the order of their digests, for a backup.
    pub(crate) fn each_invitation(&mut self, visit: &mut dyn FnMut(Code, Code, &str, bool)) -> Result<()> {
        self.each(
            "SELECT plan, wave, invitation, used FROM survey_invitation ORDER BY plan, wave, invitation",
            &[],
            &mut |row| {
                visit(row.code(0)?, row.code(1)?, row.text(2)?, row.int(3)? != 0);
                Ok(())
            },
        )
    }

    /// Waves of which contacts were counted, and those that have results, for a backup.
    pub(crate) fn survey_waves(&mut self, table: &'static str) -> Result<Vec<(Code, Code)>> {
        self.rows(&format!("SELECT DISTINCT plan, wave FROM {table} ORDER BY plan, wave"), &[], |row| {
            Ok((row.code(0)?, row.code(1)?))
        })
    }
}

impl Tx<'_> {
    /// Keeps a sheet; whether it was not there before. One that is there stays as it is.
    pub fn keep_sheet(&mut self, held: &SurveySheet) -> Result<bool> {
        let written = self.writing().execute(
            "INSERT INTO survey_sheet (plan, wave, sheet, mode, day, late, answers) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (plan, wave, sheet) DO NOTHING",
            &[
                held.plan.as_str().into(),
                held.wave.as_str().into(),
                held.sheet.as_str().into(),
                held.mode.as_str().into(),
                Param::Text(&held.day.to_string()),
                Param::Int(i64::from(held.late)),
                Param::Text(&held.answers),
            ],
        )?;
        Ok(written > 0)
    }

    pub fn survey_sheet(&mut self, plan: &Code, wave: &Code, id: &Code) -> Result<Option<SurveySheet>> {
        self.connection.survey_sheet(plan, wave, id)
    }

    /// Whether the wave was counted and estimated, within a change.
    pub fn is_survey_frozen(&mut self, plan: &Code, wave: &Code) -> Result<bool> {
        let found = self.connection.first(
            "SELECT 1 FROM survey_result WHERE plan = $1 AND wave = $2",
            &[plan.as_str().into(), wave.as_str().into()],
            |_| Ok(()),
        )?;
        Ok(found.is_some())
    }

    /// How many sheets there are, within the change that freezes them.
    pub fn survey_counts(&mut self, plan: &Code, wave: &Code) -> Result<Vec<SheetCount>> {
        self.connection.survey_counts(plan, wave)
    }

    /// Contacts and links, within the change that freezes the wave.
    pub fn survey_contacts(&mut self, plan: &Code, wave: &Code) -> Result<Vec<ContactCount>> {
        self.connection.survey_contacts(plan, wave)
    }

    pub fn survey_invitations(&mut self, plan: &Code, wave: &Code) -> Result<(u64, u64)> {
        self.connection.survey_invitations(plan, wave)
    }

    pub fn add_invitations(&mut self, plan: &Code, wave: &Code, invitations: &[String]) -> Result<()> {
        for invitation in invitations {
            self.put_invitation(plan, wave, invitation, false)?;
        }
        Ok(())
    }

    pub(crate) fn put_invitation(
        &mut self,
        plan: &Code,
        wave: &Code,
        invitation: &str,
        used: bool,
    ) -> Result<()> {
        self.writing().send(
            "INSERT INTO survey_invitation (plan, wave, invitation, used) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (plan, wave, invitation) DO NOTHING",
            &[plan.as_str().into(), wave.as_str().into(), invitation.into(), Param::Int(i64::from(used))],
        )
    }

    /// Uses a link; what it was before.
    pub fn use_invitation(&mut self, plan: &Code, wave: &Code, invitation: &str) -> Result<Invitation> {
        let found = self.connection.survey_invitation(plan, wave, invitation)?;
        if found == Invitation::Unused {
            self.writing().send(
                "UPDATE survey_invitation SET used = 1 WHERE plan = $1 AND wave = $2 AND invitation = $3",
                &[plan.as_str().into(), wave.as_str().into(), invitation.into()],
            )?;
        }
        Ok(found)
    }

    /// Counts contacts that ended in a way.
    pub fn count_contacts(&mut self, plan: &Code, wave: &Code, held: &ContactCount) -> Result<()> {
        let number = i64::try_from(held.number).unwrap_or(i64::MAX);
        self.writing().send(
            "INSERT INTO survey_contact (plan, wave, day, mode, outcome, number) VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (plan, wave, day, mode, outcome) DO UPDATE SET number = survey_contact.number + excluded.number",
            &[
                plan.as_str().into(),
                wave.as_str().into(),
                Param::Text(&held.day.to_string()),
                held.mode.as_str().into(),
                Param::Text(&held.outcome),
                Param::Int(number),
            ],
        )
    }

    /// Keeps what a wave came to; once.
    pub fn keep_survey_results(&mut self, plan: &Code, wave: &Code, body: &str) -> Result<()> {
        self.writing().send(
            "INSERT INTO survey_result (plan, wave, body) VALUES ($1, $2, $3)",
            &[plan.as_str().into(), wave.as_str().into(), body.into()],
        )
    }

    /// Lays the rows of a wave in the order of their keys. PostgreSQL keeps rows as they were written, and by which
    /// transaction: beside each other these would tell which link brought which sheet.
    pub fn shuffle_survey(&mut self, plan: &Code, wave: &Code) -> Result<()> {
        let connection = self.writing();
        if !connection.is_postgres() {
            return Ok(());
        }
        for (table, key) in [("survey_sheet", "sheet"), ("survey_invitation", "invitation")] {
            // Codes are letters, digits and marks that mean nothing in SQL.
            let of = format!("plan = '{plan}' AND wave = '{wave}'");
            connection.batch(&format!(
                "CREATE TEMPORARY TABLE laid ON COMMIT DROP AS SELECT * FROM {table} WHERE {of}; \
                 DELETE FROM {table} WHERE {of}; \
                 INSERT INTO {table} SELECT * FROM laid ORDER BY {key}; DROP TABLE laid"
            ))?;
        }
        Ok(())
    }
}
