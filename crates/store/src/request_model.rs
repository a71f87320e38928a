//! What the program has learnt of a plan's requests: models with their figures, which one is in use, and the
//! requests that there are to learn from.

use domain::code::Code;
use domain::request::learning::{ModelAsks, ModelFigures};
use serde::{Deserialize, Serialize};

use crate::error::{Result, damaged};
use crate::sql::{Connection, Param, Row};
use crate::writer::Tx;

/// A model without its weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldModel {
    pub plan: Code,
    pub asks: ModelAsks,
    /// From 1 on: 0 stands for the rules of the plan.
    pub number: u32,
    /// Microseconds since 1970.
    pub made_at: i64,
    pub made_by: Code,
    pub figures: ModelFigures,
}

/// That a model was taken into use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelUse {
    pub plan: Code,
    pub asks: ModelAsks,
    /// 0: the rules of the plan.
    pub number: u32,
    pub at: i64,
    pub person: Code,
    pub reason: String,
}

/// A request that was answered, with what people made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelledRow {
    pub code: Code,
    pub title: String,
    pub text: String,
    pub address: String,
    pub received: String,
    pub area: Option<Code>,
    /// What somebody said it is about; empty where only the program did.
    pub category: Option<Code>,
    pub unit: Option<Code>,
}

fn asks(text: &str) -> Result<ModelAsks> {
    ModelAsks::parse(text).ok_or_else(|| damaged(format!("'{text}' is nothing that a model says")))
}

fn small(value: i64) -> Result<u32> {
    u32::try_from(value).map_err(damaged)
}

const MODEL: &str = "plan, asks, number, made_at, made_by, figures";

fn model(row: &Row) -> Result<HeldModel> {
    Ok(HeldModel {
        plan: row.code(0)?,
        asks: asks(row.text(1)?)?,
        number: small(row.int(2)?)?,
        made_at: row.int(3)?,
        made_by: row.code(4)?,
        figures: serde_json::from_str(row.text(5)?).map_err(damaged)?,
    })
}

const USE: &str = "plan, asks, number, at, person, reason";

fn used(row: &Row) -> Result<ModelUse> {
    Ok(ModelUse {
        plan: row.code(0)?,
        asks: asks(row.text(1)?)?,
        number: small(row.int(2)?)?,
        at: row.int(3)?,
        person: row.code(4)?,
        reason: row.text(5)?.to_owned(),
    })
}

impl Connection {
    /// The newest models of a plan.
    pub fn request_models(&mut self, plan: &Code, asks: ModelAsks, most: usize) -> Result<Vec<HeldModel>> {
        let sql = format!(
            "SELECT {MODEL} FROM request_model WHERE plan = $1 AND asks = $2 ORDER BY number DESC LIMIT {most}"
        );
        self.rows(&sql, &[plan.as_str().into(), asks.as_str().into()], model)
    }

    pub fn request_model(&mut self, plan: &Code, asks: ModelAsks, number: u32) -> Result<Option<HeldModel>> {
        let sql = format!("SELECT {MODEL} FROM request_model WHERE plan = $1 AND asks = $2 AND number = $3");
        let params = [plan.as_str().into(), asks.as_str().into(), Param::Int(i64::from(number))];
        self.first(&sql, &params, model)
    }

    /// The model itself.
    pub fn request_model_body(
        &mut self,
        plan: &Code,
        asks: ModelAsks,
        number: u32,
    ) -> Result<Option<Vec<u8>>> {
        self.first(
            "SELECT body FROM request_model WHERE plan = $1 AND asks = $2 AND number = $3",
            &[plan.as_str().into(), asks.as_str().into(), Param::Int(i64::from(number))],
            |row| Ok(row.bytes(0)?.to_vec()),
        )
    }

    /// The number of the model in use; 0: the rules.
    pub fn request_model_in_use(&mut self, plan: &Code, asks: ModelAsks) -> Result<u32> {
        Ok(self.request_model_uses(plan, asks, 1)?.first().map_or(0, |used| used.number))
    }

    /// What was taken into use, the last first.
    pub fn request_model_uses(&mut self, plan: &Code, asks: ModelAsks, most: usize) -> Result<Vec<ModelUse>> {
        let sql = format!(
            "SELECT {USE} FROM request_model_use WHERE plan = $1 AND asks = $2 ORDER BY turn DESC LIMIT {most}"
        );
        self.rows(&sql, &[plan.as_str().into(), asks.as_str().into()], used)
    }

    /// Whether a model was in use before.
    pub fn request_model_was_used(&mut self, plan: &Code, asks: ModelAsks, number: u32) -> Result<bool> {
        let found = self.first(
            "SELECT turn FROM request_model_use WHERE plan = $1 AND asks = $2 AND number = $3 LIMIT 1",
            &[plan.as_str().into(), asks.as_str().into(), Param::Int(i64::from(number))],
            |row| row.int(0),
        )?;
        Ok(found.is_some())
    }

    /// Requests that were answered, the newest first. Merged ones are left out: one handling, one answer.
    pub fn labelled_requests(&mut self, plan: &Code, most: usize) -> Result<Vec<LabelledRow>> {
        let mut all = Vec::new();
        // One state at a time: each is read in its order from the index.
        for state in ["closed", "answered"] {
            let sql = format!(
                "SELECT code, title, body, address, received, area, category, suggested, lead_unit \
                 FROM request WHERE plan = $1 AND state = $2 ORDER BY received DESC, code DESC LIMIT {most}"
            );
            all.extend(self.rows(&sql, &[plan.as_str().into(), state.into()], |row| {
                Ok(LabelledRow {
                    code: row.code(0)?,
                    title: row.text(1)?.to_owned(),
                    text: row.text(2)?.to_owned(),
                    address: row.text(3)?.to_owned(),
                    received: row.text(4)?.to_owned(),
                    area: row.opt_code(5)?,
                    category: row.opt_code(6)?.filter(|_| row.int(7).is_ok_and(|suggested| suggested == 0)),
                    unit: row.opt_code(8)?,
                })
            })?);
        }
        all.sort_by(|a, b| b.received.cmp(&a.received).then_with(|| b.code.cmp(&a.code)));
        all.truncate(most);
        Ok(all)
    }

    /// All models in the order of their places, one after the other, for a backup.
    pub(crate) fn each_model(&mut self, visit: &mut dyn FnMut(HeldModel, Vec<u8>)) -> Result<()> {
        let all =
            self.rows(&format!("SELECT {MODEL} FROM request_model ORDER BY plan, asks, number"), &[], model)?;
        for held in all {
            let body = self.request_model_body(&held.plan, held.asks, held.number)?.unwrap_or_default();
            visit(held, body);
        }
        Ok(())
    }

    /// Everything that was taken into use, in order, for a backup.
    pub(crate) fn each_model_use(&mut self, visit: &mut dyn FnMut(ModelUse)) -> Result<()> {
        let sql = format!("SELECT {USE} FROM request_model_use ORDER BY plan, asks, turn");
        for held in self.rows(&sql, &[], used)? {
            visit(held);
        }
        Ok(())
    }
}

impl Tx<'_> {
    /// Keeps a model under the next number, which is returned; one that has a number keeps it.
    pub fn keep_request_model(&mut self, held: &HeldModel, body: &[u8]) -> Result<u32> {
        let place = [Param::Text(held.plan.as_str()), Param::Text(held.asks.as_str())];
        let number = match held.number {
            0 => {
                let last = self.connection.first(
                    "SELECT COALESCE(MAX(number), 0) FROM request_model WHERE plan = $1 AND asks = $2",
                    &place,
                    |row| row.int(0),
                )?;
                small(last.unwrap_or(0) + 1)?
            }
            number => number,
        };
        let figures = serde_json::to_string(&held.figures).map_err(damaged)?;
        self.writing().send(
            "INSERT INTO request_model (plan, asks, number, made_at, made_by, figures, body) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            &[
                place[0],
                place[1],
                Param::Int(i64::from(number)),
                Param::Int(held.made_at),
                held.made_by.as_str().into(),
                Param::Text(&figures),
                Param::Bytes(body),
            ],
        )?;
        Ok(number)
    }

    /// Takes a model into use, or goes back to one.
    pub fn use_request_model(&mut self, held: &ModelUse) -> Result<()> {
        let place = [Param::Text(held.plan.as_str()), Param::Text(held.asks.as_str())];
        let turn = self.connection.first(
            "SELECT COALESCE(MAX(turn), 0) + 1 FROM request_model_use WHERE plan = $1 AND asks = $2",
            &place,
            |row| row.int(0),
        )?;
        self.writing().send(
            "INSERT INTO request_model_use (plan, asks, turn, number, at, person, reason) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            &[
                place[0],
                place[1],
                Param::Int(turn.unwrap_or(1)),
                Param::Int(i64::from(held.number)),
                Param::Int(held.at),
                held.person.as_str().into(),
                Param::Text(&held.reason),
            ],
        )
    }
}
