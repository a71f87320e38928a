//! All rows of a file as one layer: found places without an area, what does not go together, the layer that comes of it.

use std::collections::{BTreeSet, HashMap};

use domain::boundary::Boundary;
use domain::code::Code;
use domain::layer::LayerKind;
use domain::named::{NAME_MAX, Named, TEXT_MAX};
use domain::plan::PlanFact;
use domain::refusal::Reference;
use domain::request::Point;
use domain::source::Grade;
use store::Tx;
use words::Lang;

use super::names::table_label;
use super::prepare::Prepared;
use super::report::{ImportReport, Outcome, ProblemKind, RowProblem, RowReport};
use super::resolve::Resolver;
use super::run::{Done, Ended, Mode, run_row};
use crate::actor::Actor;
use crate::change::Change;
use crate::error::AppError;
use crate::place::layer::{Content, Parcels, Residences};
use crate::place::{LayerGround, NewLayer};
use crate::request::Occasion;
use crate::table::{CellProblem, LayerPlace, LayerRow, Row, is_placed};

/// A home lies at most so far from the area it is said to belong to: boundaries are drawn roughly.
const OUTSIDE_MOST: u64 = 1_000;

/// The layer that a file's rows make, with the change that puts it on the books.
#[derive(Debug, Clone)]
pub(crate) struct MadeLayer {
    new: NewLayer,
    change: Change,
}

impl Prepared {
    /// Finds the areas of homes by where they lie, and names rows that cannot be part of the layer.
    pub(super) fn settle_layer(&mut self, resolver: &Resolver) {
        let Some(kind) = self.table.layer() else { return };
        let mut problems: Vec<RowProblem> = Vec::new();
        let mut codes: HashMap<String, u32> = HashMap::new();
        let mut first: Option<(u32, LayerRow)> = None;
        for held in &mut self.rows {
            let Row::Place(row) = &mut held.asks else { continue };
            let mut name = |field: &str, value: &str, kind: ProblemKind| {
                problems.push(RowProblem {
                    row: held.row,
                    column: String::new(),
                    field: field.to_owned(),
                    value: value.chars().take(60).collect(),
                    kind,
                });
            };
            let earlier = *codes.entry(row.of.code().to_owned()).or_insert(held.row);
            if earlier != held.row {
                name("code", row.of.code(), ProblemKind::Twin { first: earlier });
                continue;
            }
            match &mut row.of {
                LayerPlace::Home(home) => {
                    if !is_placed(&home.community) {
                        match resolver.area_at(home.at) {
                            Some(area) => home.community = area.clone(),
                            None => {
                                name("area", "", ProblemKind::Cell(CellProblem::Missing));
                                continue;
                            }
                        }
                    } else if !resolver.knows_area(&home.community) {
                        let what = Reference::Area;
                        let problem = CellProblem::Unknown { what };
                        name("area", home.community.as_str(), ProblemKind::Cell(problem));
                        continue;
                    }
                    let boundary = resolver.boundaries.get(&home.community);
                    if boundary.is_some_and(|held| metres_outside(held, home.at) > OUTSIDE_MOST) {
                        name("longitude", "", ProblemKind::Cell(CellProblem::OutsideAreas));
                        continue;
                    }
                }
                LayerPlace::Parcel(parcel) => {
                    if let Some(kind) = parcel.kinds.iter().find(|kind| !resolver.knows_kind(kind)) {
                        let problem = CellProblem::Unknown { what: Reference::FacilityKind };
                        name("kinds", kind.as_str(), ProblemKind::Cell(problem));
                        continue;
                    }
                }
            }
            match &first {
                None => first = Some((held.row, (**row).clone())),
                Some((at, said)) => {
                    if let Some(field) = differs(said, row) {
                        let problem = CellProblem::OtherThanFirst { row: *at };
                        name(field, "", ProblemKind::Cell(problem));
                    }
                }
            }
        }
        for problem in &mut problems {
            problem.column = self.heading(&problem.field).to_owned();
        }
        let most = match kind {
            LayerKind::Parcels => crate::place::layer::PARCELS_MOST,
            LayerKind::Residences | LayerKind::Network | LayerKind::BaseMap => {
                crate::place::layer::HOMES_MOST
            }
        };
        if self.rows.len() > most {
            problems.push(RowProblem {
                row: self.rows[most].row,
                column: String::new(),
                field: String::new(),
                value: self.rows.len().to_string(),
                kind: ProblemKind::Cell(CellProblem::TooManyRows { max: most }),
            });
            problems.sort_by_key(|problem| problem.row);
        }
        if !problems.is_empty() {
            self.leave_out(problems);
        }
    }

    /// Makes the layer of the rows that are left; nothing where there are none. It takes a while for a city.
    pub(super) fn make_layer(&mut self) -> Result<(), AppError> {
        let Some(kind) = self.table.layer() else { return Ok(()) };
        let said = self.rows.iter().find_map(|row| match &row.asks {
            Row::Place(row) => Some((**row).clone()),
            Row::Change(_) | Row::Order(_) => None,
        });
        let Some(said) = said else { return Ok(()) };
        let mut grade = said.source.grade;
        let (mut homes, mut parcels) = (Vec::new(), Vec::new());
        let mut notices: Vec<String> = Vec::new();
        for row in &self.rows {
            let Row::Place(row) = &row.asks else { continue };
            if row.source.grade == Grade::Illustrative {
                grade = Grade::Illustrative;
            }
            if !row.licence.is_empty() && !notices.contains(&row.licence) {
                notices.push(row.licence.clone());
            }
            match &row.of {
                LayerPlace::Home(home) => homes.push(home.clone()),
                LayerPlace::Parcel(parcel) => parcels.push(parcel.clone()),
            }
        }
        homes.sort_by(|a, b| a.code.cmp(&b.code));
        parcels.sort_by(|a, b| a.code.cmp(&b.code));
        let content = match kind {
            LayerKind::Parcels => Content::Parcels(Parcels { parcels }),
            LayerKind::Residences | LayerKind::Network | LayerKind::BaseMap => {
                Content::Residences(Residences { homes })
            }
        };
        let label = |lang| table_label(lang, self.table.name);
        let name = match said.source.title.is_empty() {
            true => Named::new(label(Lang::Zh), label(Lang::En)),
            false => Named::new(said.source.title.chars().take(NAME_MAX).collect::<String>(), ""),
        };
        let ground = LayerGround {
            name,
            licence: notices.join(" · ").chars().take(TEXT_MAX).collect(),
            effective: said.effective,
            source: domain::source::Source { grade, ..said.source },
            reason: said.reason,
        };
        let new = NewLayer::of(&content, ground)?;
        let change = new.change(&self.plan);
        self.layer = Some(MadeLayer { new, change });
        Ok(())
    }
}

/// How far a point lies outside a boundary, by the box around it.
fn metres_outside(boundary: &Boundary, at: Point) -> u64 {
    if boundary.holds(at) { 0 } else { boundary.extent().map_or(0, |extent| extent.metres_to(at)) }
}

/// What a row says of the whole layer otherwise than the first one.
fn differs(first: &LayerRow, row: &LayerRow) -> Option<&'static str> {
    let checks = [
        ("effective", first.effective == row.effective),
        ("source_title", first.source.title == row.source.title),
        ("source_url", first.source.url == row.source.url),
        ("source_unit", first.source.unit == row.source.unit),
        ("reason", first.reason == row.reason),
    ];
    checks.into_iter().find(|(_, same)| !same).map(|(field, _)| field)
}

/// Tries or makes a layer: its content and the fact that names it.
pub(super) fn run_layer(
    tx: &mut Tx,
    actor: &Actor,
    prepared: &Prepared,
    mode: Mode,
    occasion: &Occasion,
) -> Result<ImportReport, Ended> {
    let mut report = prepared.report(mode);
    if let Some(made) = &prepared.layer {
        let row = prepared.rows.first().map_or(0, |row| row.row);
        // Both or neither: a run that is not applied is undone as a whole.
        tx.keep_layer(&prepared.plan, &made.new.packed)?;
        match run_row(tx, actor, &made.change, occasion, true) {
            Ok(done) => {
                let Done { subject, outcome, entries: wrote, span: of, recorded } = done;
                let before = recorded.iter().any(|said| {
                    use domain::fact::Fact;
                    matches!(&said.before, Some(Fact::Plan(PlanFact::Layer { held: Some(_), .. })))
                });
                let (outcome, count) = match outcome {
                    Outcome::Unchanged | Outcome::Refused => {
                        (Outcome::Unchanged, &mut report.counts.unchanged)
                    }
                    _ if before => (Outcome::Changed, &mut report.counts.changed),
                    _ => (Outcome::New, &mut report.counts.new),
                };
                *count += prepared.rows.len();
                (report.entries, report.span) = (wrote, of);
                report.rows.push(RowReport { row, subject: Some(subject), outcome, recorded });
            }
            Err(AppError::Refused(refusals)) => {
                report.problems.extend(refusals.into_iter().map(|refusal| RowProblem {
                    row,
                    column: String::new(),
                    field: refusal.field.chars().take(60).collect(),
                    value: String::new(),
                    kind: ProblemKind::Refused(refusal),
                }));
            }
            Err(error) => return Err(Ended::Failed(error)),
        }
    }
    let wrong: BTreeSet<u32> = report.problems.iter().map(|problem| problem.row).collect();
    report.close(&wrong);
    // A layer without some of its rows is another layer.
    report.applied = mode != Mode::DryRun && wrong.is_empty();
    Ok(report)
}

impl Resolver {
    /// The finest area that is drawn around a point.
    fn area_at(&self, at: Point) -> Option<&Code> {
        let held = self
            .drawn
            .iter()
            .filter(|(code, _)| self.boundaries.get(code).is_some_and(|boundary| boundary.holds(at)));
        held.max_by_key(|(_, level)| *level).map(|(code, _)| code)
    }

    fn knows_area(&self, code: &Code) -> bool {
        self.areas.contains(code)
    }

    fn knows_kind(&self, code: &Code) -> bool {
        self.kinds.contains(code)
    }
}
