//! One residence or parcel put in, changed or taken out. All others of its layer stay as they are: what comes of it is a
//! layer from that day on, as if the whole had been brought again.

use std::sync::Arc;

use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::history::SubjectHistory;
use domain::journal::Seq;
use domain::layer::{HeldLayer, LayerKind};
use domain::named::Named;
use domain::plan::PlanFact;
use domain::portfolio::Portfolio;
use domain::refusal::{Problem, Refusal};
use domain::source::Grade;
use domain::subject::Subject;
use jiff::civil::Date;
use store::{PackedLayer, StoreError};
use words::Lang;

use super::layer::{Content, Parcels, Residences};
use super::{LayerGround, NewLayer};
use crate::App;
use crate::actor::Actor;
use crate::change::{Change, Receipt, make};
use crate::error::AppError;
use crate::import::{Profile, Resolver, RowProblem, Sheet, SheetRow, prepare, table_label};
use crate::table::{LayerPlace, Row, table};

/// A row of a layer's table: its columns by their names, each with its text.
pub type RowCells = Vec<(&'static str, String)>;

/// What becomes of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum RowWish {
    /// Put in, or in the place of the one with a code.
    Put { replaces: Option<String>, cells: Vec<(String, String)> },
    /// The one with a code is no longer part of the layer.
    TakeOut { code: String },
}

/// Why nothing came of it.
#[derive(Debug, Clone, PartialEq)]
pub enum RowFault {
    /// What is wrong with its cells.
    Cells(Vec<RowProblem>),
    /// Another one has the code.
    Taken,
    /// There is none with the code, or no longer.
    Gone,
    /// From a later day on the layer was brought anew: that one would be without the change.
    BroughtAnew {
        from: Date,
    },
    Refused(Vec<Refusal>),
}

/// Somebody else recorded something of the plan meanwhile: then it is tried again on what holds now.
const TRIES: usize = 4;

/// Both kinds of rows are kept in the order of their codes.
struct Ordered<'a, T> {
    rows: &'a mut Vec<T>,
    code: fn(&T) -> &str,
}

impl<T> Ordered<'_, T> {
    fn put(&mut self, replaces: Option<&str>, row: T) -> Result<(), RowFault> {
        if let Some(old) = replaces {
            self.take_out(old)?;
        }
        let code = self.code;
        match self.rows.binary_search_by(|held| code(held).cmp(code(&row))) {
            Ok(_) => Err(RowFault::Taken),
            Err(at) => {
                self.rows.insert(at, row);
                Ok(())
            }
        }
    }

    fn take_out(&mut self, wanted: &str) -> Result<(), RowFault> {
        let at = self.rows.binary_search_by(|held| (self.code)(held).cmp(wanted));
        self.rows.remove(at.map_err(|_| RowFault::Gone)?);
        Ok(())
    }
}

impl Content {
    fn empty(kind: LayerKind) -> Option<Self> {
        match kind {
            LayerKind::Residences => Some(Self::Residences(Residences::default())),
            LayerKind::Parcels => Some(Self::Parcels(Parcels::default())),
            LayerKind::Network | LayerKind::BaseMap => None,
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::Residences(held) => held.homes.is_empty(),
            Self::Parcels(held) => held.parcels.is_empty(),
            Self::Network(held) => held.nodes.is_empty(),
            Self::BaseMap(held) => held.features.is_empty(),
        }
    }

    fn put(&mut self, replaces: Option<&str>, place: LayerPlace) -> Result<(), RowFault> {
        match (self, place) {
            (Self::Residences(held), LayerPlace::Home(home)) => {
                Ordered { rows: &mut held.homes, code: |home| &home.code }.put(replaces, home)
            }
            (Self::Parcels(held), LayerPlace::Parcel(parcel)) => {
                Ordered { rows: &mut held.parcels, code: |parcel| &parcel.code }.put(replaces, parcel)
            }
            _ => Err(RowFault::Gone),
        }
    }

    fn take_out(&mut self, code: &str) -> Result<(), RowFault> {
        match self {
            Self::Residences(held) => {
                Ordered { rows: &mut held.homes, code: |home| &home.code }.take_out(code)
            }
            Self::Parcels(held) => {
                Ordered { rows: &mut held.parcels, code: |parcel| &parcel.code }.take_out(code)
            }
            Self::Network(_) | Self::BaseMap(_) => Err(RowFault::Gone),
        }
    }
}

/// The day from which the layer was last brought anew, where that is after a day.
fn brought_anew(history: &SubjectHistory, kind: LayerKind, after: Date) -> Option<Date> {
    let slot = PlanFact::Layer { layer: kind, held: None }.slot();
    let later = history.in_slot(&slot).iter().filter(|held| {
        let brings = matches!(held.fact, Fact::Plan(PlanFact::Layer { held: Some(_), .. }));
        brings && held.superseded.is_none() && held.effective > after
    });
    later.map(|held| held.effective).max()
}

/// Reads a row as one of a sheet of its own, so that it is checked as sheets are.
fn read(
    portfolio: &Portfolio,
    kind: LayerKind,
    cells: &[(String, String)],
    today: Date,
) -> Result<LayerPlace, RowFault> {
    let table = table(kind.as_str()).ok_or(RowFault::Gone)?;
    let names = cells.iter().map(|(name, _)| name.clone()).collect();
    let texts = cells.iter().map(|(_, text)| text.clone()).collect();
    let rows = vec![SheetRow { number: 1, cells: names }, SheetRow { number: 2, cells: texts }];
    let sheet = Sheet { rows, ..Sheet::default() };
    let profile = Profile { header_row: Some(1), ..Profile::default() };
    let resolver = Resolver::of(portfolio);
    let Ok(mut ready) = prepare(table, &portfolio.plan.code, &sheet, &profile, &resolver, today) else {
        return Err(RowFault::Gone);
    };
    if !ready.problems.is_empty() {
        return Err(RowFault::Cells(ready.problems));
    }
    match ready.rows.pop().map(|row| row.asks) {
        Some(Row::Place(row)) => Ok(row.of),
        _ => Err(RowFault::Gone),
    }
}

/// A layer's content, or that there is no longer any.
type Made = (Option<PackedLayer>, Change);

/// What a wish comes to.
struct Changing {
    plan: Code,
    kind: LayerKind,
    held: Option<HeldLayer>,
    /// The version of the plan that this stands on.
    version: Seq,
    said: LayerGround,
}

impl Changing {
    fn change(&self, mut content: Content, wish: &RowWish, row: Option<LayerPlace>) -> Result<Made, Fault> {
        match (wish, row) {
            (RowWish::Put { replaces, .. }, Some(row)) => content.put(replaces.as_deref(), row)?,
            (RowWish::TakeOut { code }, _) => content.take_out(code)?,
            (RowWish::Put { .. }, None) => return Err(RowFault::Gone.into()),
        }
        let mut said = self.said.clone();
        match &self.held {
            Some(held) => {
                said.name = held.layer.name.clone();
                said.licence.clone_from(&held.layer.licence);
                // One true row among made-up ones does not make them true.
                if held.grade == Grade::Illustrative {
                    said.source.grade = Grade::Illustrative;
                }
            }
            None => {
                let label = |lang| table_label(lang, self.kind.as_str());
                said.name = Named::new(label(Lang::Zh), label(Lang::En));
            }
        }
        let expected = Some(self.version);
        let subject = Subject::plan(&self.plan);
        if content.is_empty() {
            let facts: Vec<Fact> = vec![PlanFact::Layer { layer: self.kind, held: None }.into()];
            let command = Command::Record { subject, facts, expected };
            let LayerGround { effective, source, reason, .. } = said;
            return Ok((None, Change { command, effective, source, reason }));
        }
        let new = NewLayer::of(&content, said)?;
        let mut change = new.change(&self.plan);
        change.command = Command::Record { subject, facts: change.command.facts().to_vec(), expected };
        Ok((Some(new.packed), change))
    }
}

/// What stops a change: a fault of the row, or of the program's ground.
enum Fault {
    Row(RowFault),
    App(AppError),
}

impl From<RowFault> for Fault {
    fn from(fault: RowFault) -> Self {
        Self::Row(fault)
    }
}

impl From<AppError> for Fault {
    fn from(error: AppError) -> Self {
        Self::App(error)
    }
}

impl App {
    /// A row of a layer in force, as its sheet has it.
    pub async fn layer_row(
        &self,
        portfolio: &Portfolio,
        kind: LayerKind,
        code: &str,
    ) -> Result<Option<RowCells>, AppError> {
        let layers = self.layers(portfolio).await?;
        Ok(match kind {
            LayerKind::Residences => layers.residences.and_then(|held| {
                let at = held.homes.binary_search_by(|home| home.code.as_str().cmp(code)).ok()?;
                Some(crate::export::home_cells(&held.homes[at]))
            }),
            LayerKind::Parcels => layers.parcels.and_then(|held| {
                let at = held.parcels.binary_search_by(|parcel| parcel.code.as_str().cmp(code)).ok()?;
                Some(crate::export::parcel_cells(&held.parcels[at]))
            }),
            LayerKind::Network | LayerKind::BaseMap => None,
        })
    }

    /// Puts a row in, changes it or takes it out, in the layer of the day from which it is to hold. `said` is what stands
    /// behind the change; name and notice of the layer stay. Whatever others record meanwhile stays, too.
    pub async fn change_layer_row(
        &self,
        actor: &Actor,
        plan: &Code,
        kind: LayerKind,
        wish: RowWish,
        said: LayerGround,
    ) -> Result<Result<Receipt, RowFault>, AppError> {
        let wish = Arc::new(wish);
        for _ in 0..TRIES {
            match self.try_layer_row(actor, plan, kind, &wish, said.clone()).await? {
                Err(RowFault::Refused(refusals))
                    if refusals.iter().any(|it| matches!(it.problem, Problem::ChangedMeanwhile { .. })) => {}
                outcome => return Ok(outcome),
            }
        }
        Err(StoreError::Conflict("the plan changed all the while".into()).into())
    }

    async fn try_layer_row(
        &self,
        actor: &Actor,
        plan: &Code,
        kind: LayerKind,
        wish: &Arc<RowWish>,
        said: LayerGround,
    ) -> Result<Result<Receipt, RowFault>, AppError> {
        // The version first: what is read after it is at least as new.
        let (history, _) = self.subject_and_target(&Subject::plan(plan)).await?;
        let (version, today) = (history.version, self.clock().today());
        let day = said.effective.unwrap_or(today);
        if let Some(from) = brought_anew(&history, kind, day) {
            return Ok(Err(RowFault::BroughtAnew { from }));
        }
        let portfolio = self.portfolio_since(plan, day, None).await?;
        let held = portfolio.plan.layers.get(&kind).cloned();
        let content = match &held {
            Some(held) => self.layer_content(plan, kind, held.layer.digest).await?,
            None => Content::empty(kind).ok_or(AppError::NotFound)?,
        };
        let changing = Changing { plan: plan.clone(), kind, held, version, said };
        let wish = wish.clone();
        // A city's residences are written down anew.
        let made = self.place_work(move || {
            let row = match &*wish {
                RowWish::Put { cells, .. } => Some(read(&portfolio, kind, cells, today)?),
                RowWish::TakeOut { .. } => None,
            };
            changing.change(content, &wish, row)
        });
        let (packed, change) = match made.await? {
            Ok(made) => made,
            Err(Fault::Row(fault)) => return Ok(Err(fault)),
            Err(Fault::App(AppError::Refused(refusals))) => return Ok(Err(RowFault::Refused(refusals))),
            Err(Fault::App(error)) => return Err(error),
        };
        let (actor, plan) = (actor.clone(), plan.clone());
        let now = self.clock().now();
        let put = self.database().write_async(move |tx| {
            if let Some(packed) = &packed {
                tx.keep_layer(&plan, packed)?;
            }
            make(tx, &actor, &change, now, today)
        });
        match put.await {
            Ok(receipt) => Ok(Ok(receipt)),
            Err(AppError::Refused(refusals)) => Ok(Err(RowFault::Refused(refusals))),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stay_in_the_order_of_their_codes() {
        let mut rows: Vec<String> = ["b", "d"].map(str::to_owned).to_vec();
        let mut held = Ordered { rows: &mut rows, code: |row: &String| row };
        held.put(None, "c".into()).unwrap();
        assert_eq!(held.put(None, "d".into()), Err(RowFault::Taken));
        held.put(Some("d"), "a".into()).unwrap();
        // Its own code is no other one's.
        held.put(Some("b"), "b".into()).unwrap();
        assert_eq!(held.put(Some("x"), "y".into()), Err(RowFault::Gone));
        assert_eq!(held.take_out("x"), Err(RowFault::Gone));
        held.take_out("c").unwrap();
        assert_eq!(rows, ["a", "b"]);
    }
}
