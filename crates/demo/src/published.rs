//! Items of the ledger that pages name, from a file of their own: `items.csv`.

use anyhow::{Context, anyhow};
use app::{Actor, Change};
use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::item::kind::Level;
use domain::item::{ItemFact, ItemKind};
use domain::named::Named;
use domain::planned_date::parse_day;
use domain::source::{Grade, Source};
use domain::subject::Subject;
use serde::Deserialize;

use crate::load::Dated;

#[derive(Deserialize)]
struct Row {
    code: String,
    kind: String,
    level: String,
    name_zh: String,
    name_en: String,
    issuer: String,
    lead_unit: String,
    areas: String,
    /// `kind=quantity`, separated by `;`.
    quantities: String,
    effective: String,
    recorded_on: String,
    grade: String,
    source_title: String,
    source_url: String,
    reason: String,
}

pub(crate) fn read(text: &str, plan: &Code) -> anyhow::Result<Vec<Dated>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader.deserialize::<Row>().zip(2..);
    rows.map(|(row, line)| row_of(row?, plan).with_context(|| format!("demo items.csv row {line}"))).collect()
}

fn row_of(row: Row, plan: &Code) -> anyhow::Result<Dated> {
    let day = |text: &str| parse_day(text).with_context(|| format!("'{text}' is no day"));
    let (effective, recorded_on) = (day(&row.effective)?, day(&row.recorded_on)?);
    let kind = ItemKind::parse(&row.kind).with_context(|| format!("kind '{}'", row.kind))?;
    let level = Level::parse(&row.level).with_context(|| format!("level '{}'", row.level))?;
    let codes = |text: &str| text.split(';').filter(|it| !it.is_empty()).map(Code::new).collect::<Vec<_>>();
    let mut facts = vec![
        ItemFact::Kind { kind },
        ItemFact::Name(Named::new(row.name_zh, row.name_en)),
        ItemFact::Level { level },
        ItemFact::Received { on: effective },
        ItemFact::Place {
            areas: codes(&row.areas).into_iter().collect::<Result<_, _>>()?,
            address: String::new(),
        },
    ];
    if !row.issuer.is_empty() {
        facts.push(ItemFact::Issuer { name: row.issuer, unit: None });
    }
    for unit in codes(&row.lead_unit) {
        facts.push(ItemFact::LeadUnit { unit: unit? });
    }
    for text in row.quantities.split(';').filter(|it| !it.is_empty()) {
        let (kind, quantity) = text.split_once('=').ok_or_else(|| anyhow!("quantity '{text}'"))?;
        facts.push(ItemFact::Quantity { kind: Code::new(kind)?, quantity: quantity.parse()? });
    }
    let command = Command::Register {
        subject: Subject::item(plan, &Code::new(&row.code)?),
        facts: facts.into_iter().map(Fact::from).collect(),
    };
    let grade = Grade::parse(&row.grade).with_context(|| format!("grade '{}'", row.grade))?;
    let source = Source { grade, title: row.source_title, url: row.source_url, unit: None };
    let change = Change { command, effective: Some(effective), source, reason: row.reason };
    Ok(Dated { day: recorded_on, place: format!("demo item {}", row.code), actor: Actor::operator(), change })
}
