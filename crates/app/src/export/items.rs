//! Items as they were put on the books, and what was said of them since: read again unchanged.

use std::collections::{BTreeMap, BTreeSet};

use domain::code::Code;
use domain::fact::Fact;
use domain::history::RecordedFact;
use domain::item::kind::{ItemKind, Part};
use domain::item::query::LedgerQuery;
use domain::item::theme::ThemeMonth;
use domain::item::{ItemFact, Target};
use domain::policy::Action;
use jiff::civil::DateTime;
use rust_decimal::Decimal;
use store::ItemOrder;

use super::{Cell, ExportTable, Snapshot, columns};
use crate::App;
use crate::error::AppError;
use crate::table::{ITEM_KINDS, RECORDS, table};

pub(super) const ITEMS: ExportTable = ExportTable {
    name: "items",
    columns: columns!(
        [
            "code",
            "item_kind",
            "item_state",
            "name_zh",
            "name_en",
            "text",
            "matters",
            "number",
            "received",
            "due",
            "answer_by",
            "issuer",
            "caller",
            "lead_unit",
            "joint_leads",
            "supporting_units",
            "person",
            "item_level",
            "urgency",
            "series",
            "whistle_kind",
            "inspection_way",
            "slip_colour",
            "areas",
            "address",
            "sector",
            "period_from",
            "period_to",
            "held_at",
            "meeting_place",
            "links",
            "quantities"
        ],
        []
    ),
    access: Action::ReadStaff,
    importable: true,
    // Their rows come a few at a time.
    rows: |_, _| {},
};

pub(super) const ITEM_RECORDS: ExportTable = ExportTable {
    name: "item_records",
    columns: columns!(
        [
            "item",
            "item_record",
            "item_step",
            "item_state",
            "by",
            "unit",
            "person",
            "on",
            "at",
            "period_from",
            "period_to",
            "title",
            "name_en",
            "text",
            "url",
            "key",
            "accepted",
            "count",
            "percent",
            "quantity",
            "output_kind",
            "value",
            "to",
            "areas",
            "matters"
        ],
        []
    ),
    access: Action::ReadStaff,
    importable: true,
    rows: |_, _| {},
};

/// Several values in one cell.
pub(super) fn pairs(values: impl Iterator<Item = String>) -> String {
    values.collect::<Vec<_>>().join(";")
}

/// Entries that are read before their rows are given on.
const BATCH: usize = 2_000;

/// One entry's facts of an item, as far as they are visible.
struct Said {
    code: Code,
    facts: Vec<RecordedFact>,
}

/// Gives the rows of a table to `visit`: items in the order in which they came onto the books, what was said
/// of them in the order of the days, so that each row finds what it stands on when it is read again.
pub(super) async fn export<E: From<AppError>>(
    app: &App,
    snapshot: &Snapshot,
    registrations: bool,
    mut visit: impl FnMut(Vec<Cell>) -> Result<(), E>,
) -> Result<(), E> {
    let (plan, view) = (snapshot.portfolio.plan.code.clone(), snapshot.portfolio.view);
    // Reports and returns are composed, not brought.
    let composed = LedgerQuery { kinds: vec![ItemKind::Report, ItemKind::Return], ..LedgerQuery::default() };
    let composed = app.all_items(&snapshot.portfolio, &composed).await?;
    let composed: BTreeSet<Code> = composed.into_iter().map(|row| row.code).collect();
    let order = if registrations { ItemOrder::Entry } else { ItemOrder::Day };
    // Once for all: what is recorded meanwhile is not part of the snapshot.
    let seqs = {
        let plan = plan.clone();
        app.database().read_async(move |c| c.item_seqs(&plan, order)).await.map_err(AppError::from)?
    };
    for some in seqs.chunks(BATCH) {
        let (plan, some) = (plan.clone(), some.to_vec());
        let read = move |c: &mut store::Connection| c.item_entries(&plan, &some);
        let batch = app.database().read_async(read).await.map_err(AppError::from)?;
        for entry in batch.into_iter().filter(|entry| !composed.contains(&entry.code)) {
            let facts: Vec<RecordedFact> =
                entry.facts.into_iter().filter(|fact| fact.is_visible(view)).collect();
            let said = Said { code: entry.code, facts };
            match registrations {
                true => said.registration(snapshot).map(&mut visit).transpose()?,
                false => said.records(snapshot).into_iter().try_for_each(&mut visit).map(Some)?,
            };
        }
    }
    Ok(())
}

impl Said {
    fn kind(&self) -> Option<ItemKind> {
        self.facts.iter().find_map(|recorded| match &recorded.fact {
            Fact::Item(ItemFact::Kind { kind }) => Some(*kind),
            _ => None,
        })
    }

    /// The row that puts the item on the books.
    fn registration(&self, snapshot: &Snapshot) -> Option<Vec<Cell>> {
        self.kind().filter(|kind| ITEM_KINDS.contains(&kind.as_str()))?;
        let first = self.facts.first()?;
        let mut cells = Cells::new("items");
        cells.put("code", Cell::code(Some(&self.code)));
        for fact in self.facts.iter().filter_map(item_fact) {
            cells.register(fact);
        }
        Some(cells.row(snapshot, first))
    }

    /// A row for each fact that no registration holds.
    fn records(&self, snapshot: &Snapshot) -> Vec<Vec<Cell>> {
        let registered = self.kind().is_some();
        let mut facts: Vec<&RecordedFact> = self.facts.iter().collect();
        // A move stands on what was said with it.
        facts.sort_by_key(|recorded| matches!(recorded.fact, Fact::Item(ItemFact::Move { .. })));
        facts
            .into_iter()
            .filter_map(|recorded| {
                let fact = item_fact(recorded)?;
                if registered && Cells::new("items").register(fact) {
                    return None;
                }
                let mut cells = Cells::new("item_records");
                cells.put("item", Cell::code(Some(&self.code)));
                cells.record(fact).then(|| cells.row(snapshot, recorded))
            })
            .collect()
    }
}

fn item_fact(recorded: &RecordedFact) -> Option<&ItemFact> {
    match &recorded.fact {
        Fact::Item(fact) => Some(fact),
        _ => None,
    }
}

/// The cells of a row by their columns.
struct Cells {
    table: &'static str,
    cells: BTreeMap<&'static str, Cell>,
}

fn target(to: &Target) -> String {
    format!("{}:{}", to.kind().as_str(), to.code())
}

fn moment(at: &DateTime) -> Cell {
    Cell::text(at.strftime("%Y-%m-%d %H:%M:%S").to_string())
}

impl Cells {
    fn new(table: &'static str) -> Self {
        Self { table, cells: BTreeMap::new() }
    }

    fn put(&mut self, column: &'static str, cell: Cell) {
        self.cells.insert(column, cell);
    }

    fn text(&mut self, column: &'static str, text: impl AsRef<str>) {
        self.put(column, Cell::text(text));
    }

    /// Adds to a cell that holds several values.
    fn add(&mut self, column: &'static str, value: &str, between: &str) {
        let joined = match self.cells.get(column) {
            Some(Cell::Text(held)) => format!("{held}{between}{value}"),
            _ => value.to_owned(),
        };
        self.text(column, joined);
    }

    fn row(mut self, snapshot: &Snapshot, recorded: &RecordedFact) -> Vec<Cell> {
        let columns = table(self.table).map_or(&[][..], |table| table.columns);
        let mut row: Vec<Cell> =
            columns.iter().map(|column| self.cells.remove(column.name).unwrap_or_default()).collect();
        row.extend(snapshot.common(recorded.effective, recorded.seq, recorded.grade));
        row
    }

    /// Puts a fact into the columns of a registration; false where they cannot hold it as it is.
    fn register(&mut self, fact: &ItemFact) -> bool {
        match fact {
            ItemFact::Kind { kind } => self.text("item_kind", kind.as_str()),
            ItemFact::Begin { state } => self.text("item_state", state.as_str()),
            ItemFact::Name(name) => {
                self.text("name_zh", &name.zh);
                self.text("name_en", &name.en);
            }
            ItemFact::Text { text } if !text.is_empty() => self.text("text", text),
            ItemFact::Matter { number, text } if text.trim() == text && !text.contains('\n') => {
                self.add("matters", &format!("{number}. {text}"), "\n");
            }
            ItemFact::Number { number } if !number.is_empty() => self.text("number", number),
            ItemFact::Received { on } => self.put("received", Cell::Day(*on)),
            ItemFact::Due { on } => self.put("due", Cell::Day(*on)),
            ItemFact::AnswerBy { at } => self.put("answer_by", moment(at)),
            ItemFact::Issuer { name, unit } if !name.is_empty() || unit.is_some() => {
                self.text("issuer", name);
                self.put("caller", Cell::code(unit.as_ref()));
            }
            ItemFact::LeadUnit { unit } => self.put("lead_unit", Cell::code(Some(unit))),
            ItemFact::SupportingUnit { unit, part, active: true } => {
                let column = match part {
                    Part::JointLead => "joint_leads",
                    Part::Supporting => "supporting_units",
                };
                self.add(column, unit.as_str(), ";");
            }
            ItemFact::Person { person } => self.put("person", Cell::code(Some(person))),
            ItemFact::Level { level } => self.text("item_level", level.as_str()),
            ItemFact::Urgency { urgency } => self.text("urgency", urgency.as_str()),
            ItemFact::Series { series } => self.text("series", series.as_str()),
            ItemFact::WhistleKind { whistle } => self.text("whistle_kind", whistle.as_str()),
            ItemFact::InspectionWay { way } => self.text("inspection_way", way.as_str()),
            ItemFact::SlipColour { colour } => self.text("slip_colour", colour.as_str()),
            ItemFact::Place { areas, address } if !areas.is_empty() || !address.is_empty() => {
                self.text("areas", pairs(areas.iter().map(ToString::to_string)));
                self.text("address", address);
            }
            ItemFact::Sector { sector } => self.put("sector", Cell::code(Some(sector))),
            ItemFact::Period { from, to } => {
                self.put("period_from", Cell::Day(*from));
                self.put("period_to", Cell::Day(*to));
            }
            ItemFact::Appointment { at, place } => {
                self.put("held_at", moment(at));
                self.text("meeting_place", place);
            }
            ItemFact::Link { relation, to, held: true } => {
                self.add("links", &format!("{}:{}", relation.as_str(), target(to)), ";");
            }
            ItemFact::Quantity { kind, quantity } => {
                self.add("quantities", &format!("{kind}={}", quantity.normalize()), ";");
            }
            _ => return false,
        }
        true
    }

    /// Puts a fact into the columns of a record; false for what is not brought by sheets.
    fn record(&mut self, fact: &ItemFact) -> bool {
        let slot = fact.slot();
        let topic = slot.split('/').next().unwrap_or_default();
        let what = if topic == "state" { "move" } else { topic };
        let Some(what) = RECORDS.iter().find(|record| **record == what) else { return false };
        self.text("item_record", what);
        self.describe(fact);
        self.say(fact);
        if let Some(by) = fact.signer() {
            self.put("by", Cell::code(Some(by)));
        }
        true
    }

    fn describe(&mut self, fact: &ItemFact) {
        match fact {
            ItemFact::Name(name) => {
                self.text("title", &name.zh);
                self.text("name_en", &name.en);
            }
            ItemFact::Text { text } | ItemFact::Minutes { text } => self.text("text", text),
            ItemFact::Number { number } => self.text("title", number),
            ItemFact::Received { on } | ItemFact::Due { on } => self.put("on", Cell::Day(*on)),
            ItemFact::Issuer { name, unit } => {
                self.text("title", name);
                self.put("unit", Cell::code(unit.as_ref()));
            }
            ItemFact::Level { level } => self.text("value", level.as_str()),
            ItemFact::Urgency { urgency } => self.text("value", urgency.as_str()),
            ItemFact::Series { series } => self.text("value", series.as_str()),
            ItemFact::WhistleKind { whistle } => self.text("value", whistle.as_str()),
            ItemFact::InspectionWay { way } => self.text("value", way.as_str()),
            ItemFact::SlipColour { colour } => self.text("value", colour.as_str()),
            ItemFact::LeadUnit { unit } => self.put("unit", Cell::code(Some(unit))),
            ItemFact::SupportingUnit { unit, part, active } => {
                self.put("unit", Cell::code(Some(unit)));
                self.text("value", part.as_str());
                self.put("accepted", Cell::Bool(*active));
            }
            ItemFact::Person { person } => self.put("person", Cell::code(Some(person))),
            ItemFact::Place { areas, address } => {
                self.text("areas", pairs(areas.iter().map(ToString::to_string)));
                self.text("text", address);
            }
            ItemFact::Sector { sector } => self.text("value", sector),
            ItemFact::AnswerBy { at } | ItemFact::CalledAt { at } => self.put("at", moment(at)),
            ItemFact::Goal(goal) => {
                let rate = |hundredths: u32| Cell::decimal(Decimal::new(i64::from(hundredths), 2));
                self.put("count", Cell::whole(u32::from(goal.weeks)));
                self.put("quantity", rate(goal.baseline));
                self.put("percent", rate(goal.target));
                self.text("value", pairs(goal.categories().map(ToString::to_string)));
                self.text("areas", pairs(goal.areas.iter().map(ToString::to_string)));
                self.text("text", goal.words.join(";"));
            }
            ItemFact::Theme(theme) => {
                self.put("on", Cell::Day(theme.month));
                self.text("value", pairs(theme.categories.iter().map(ToString::to_string)));
                self.text("title", &theme.about.zh);
                self.text("text", serde_json::to_string(theme).unwrap_or_default());
            }
            ItemFact::ThemeMeasured(figures) => {
                self.put("on", Cell::Day(figures.to));
                let month = |it: &ThemeMonth| format!("{}={}", it.month.strftime("%Y-%m"), it.requests);
                self.text("text", pairs(figures.months.iter().map(month)));
            }
            ItemFact::Measured(measured) => {
                self.put("on", Cell::Day(measured.to));
                self.text("text", pairs(measured.people.iter().map(ToString::to_string)));
            }
            ItemFact::Beneficiaries { whom, people } => {
                self.text("title", whom);
                self.put("count", people.map_or(Cell::Empty, Cell::whole));
            }
            ItemFact::People { people } => self.put("count", Cell::whole(people)),
            ItemFact::ReportInForm { form } => self.text("value", form.as_str()),
            ItemFact::Party { party } => self.text("value", party.as_str()),
            ItemFact::Period { from, to } => {
                self.put("period_from", Cell::Day(*from));
                self.put("period_to", Cell::Day(*to));
            }
            ItemFact::Appointment { at, place } => {
                self.put("at", moment(at));
                self.text("title", place);
            }
            ItemFact::Link { relation, to, held } => {
                self.text("value", relation.as_str());
                self.text("to", target(to));
                self.put("accepted", Cell::Bool(*held));
            }
            ItemFact::Matter { number, text } => {
                self.put("count", Cell::whole(number));
                self.text("text", text);
            }
            ItemFact::Split { task, matters } => {
                self.put("key", Cell::code(Some(task)));
                self.text("matters", pairs(matters.iter().map(ToString::to_string)));
            }
            _ => {}
        }
    }

    fn say(&mut self, fact: &ItemFact) {
        match fact {
            ItemFact::Move { step, state, .. } => {
                self.text("item_step", step.as_str());
                self.text("item_state", state.as_str());
            }
            ItemFact::Progress { text, percent } => {
                self.text("text", text);
                self.put("percent", percent.map_or(Cell::Empty, Cell::decimal));
            }
            ItemFact::Evidence { key, title, url, .. } => {
                self.put("key", Cell::code(Some(key)));
                self.text("title", title);
                self.text("url", url);
            }
            ItemFact::EvidenceChecked { key, accepted, note, .. } => {
                self.put("key", Cell::code(Some(key)));
                self.put("accepted", Cell::Bool(*accepted));
                self.text("text", note);
            }
            ItemFact::Forecast { on } => self.put("on", on.map_or(Cell::Empty, Cell::Day)),
            ItemFact::ExtensionAsked { until, reason } => {
                self.put("on", Cell::Day(*until));
                self.text("text", reason);
            }
            ItemFact::ExtensionDecided { granted, note } => {
                self.put("accepted", Cell::Bool(*granted));
                self.text("text", note);
            }
            ItemFact::Objection { to, reason, unit, due } => {
                self.text("value", to.as_str());
                self.text("text", reason);
                self.put("unit", Cell::code(unit.as_ref()));
                self.put("on", due.map_or(Cell::Empty, Cell::Day));
            }
            ItemFact::Answer { unit, at, text } => {
                self.put("unit", Cell::code(Some(unit)));
                self.put("at", moment(at));
                self.text("text", text);
            }
            ItemFact::Acknowledged { unit, at } => {
                self.put("unit", Cell::code(Some(unit)));
                self.put("at", moment(at));
            }
            ItemFact::Arrival { unit, at, people } => {
                self.put("unit", Cell::code(Some(unit)));
                self.put("at", moment(at));
                self.put("count", Cell::whole(people));
            }
            ItemFact::Mark { unit, mark, veto, note } => {
                self.put("unit", Cell::code(Some(unit)));
                self.put("count", Cell::whole(mark));
                self.put("accepted", Cell::Bool(*veto));
                self.text("text", note);
            }
            ItemFact::Outcome { solved, text } => {
                self.put("accepted", Cell::Bool(*solved));
                self.text("text", text);
            }
            ItemFact::Quantity { kind, quantity } => {
                self.put("output_kind", Cell::code(Some(kind)));
                self.put("quantity", Cell::decimal(*quantity));
            }
            ItemFact::Explanation { text, until, .. } => {
                self.text("text", text);
                self.put("on", Cell::Day(*until));
            }
            ItemFact::Attendance { unit, attendance, name } => {
                self.put("unit", Cell::code(Some(unit)));
                self.text("value", attendance.as_str());
                self.text("title", name);
            }
            ItemFact::Agenda { point, title, about, text, asked } => {
                self.put("count", Cell::whole(point));
                self.put("key", Cell::code(asked.as_ref()));
                self.text("title", title);
                self.text("to", about.as_ref().map(target).unwrap_or_default());
                self.text("text", text);
            }
            ItemFact::AgendaAsked { key, unit, title, about, text } => {
                self.put("key", Cell::code(Some(key)));
                self.put("unit", Cell::code(Some(unit)));
                self.text("title", title);
                self.text("to", about.as_ref().map(target).unwrap_or_default());
                self.text("text", text);
            }
            _ => {}
        }
    }
}
