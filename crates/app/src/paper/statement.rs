//! The statement: every figure with its value, what was published, the number of its records and the
//! signatures of those who answer for it. Not written while a sum does not close.

use document::{Align, Annex, Block, Cell, Form, FormRow, Kind, Row, Table, TextSize};
use domain::code::Code;
use domain::portfolio::Portfolio;
use domain::statement::Statement;
use rust_decimal::Decimal;
use words::Lang;

use super::scribe::{Scribe, portrait};
use super::{Data, PaperError};
use crate::App;
use crate::read::Asked;

impl App {
    pub(super) async fn statement_paper(
        &self,
        plan: &Code,
        lang: Lang,
        asked: Asked,
        book: bool,
    ) -> Result<Data, PaperError> {
        let (portfolio, statement) = self.statement(plan, asked).await?;
        if !statement.closes() {
            return Err(PaperError::DoesNotClose(statement.faults.clone()));
        }
        let scribe = Scribe { lang, portfolio: &portfolio };
        let day = portfolio.view.as_of;
        let date = scribe.day(day);
        let title = scribe.tw("paper-statement-title", &[("plan", &scribe.plan_name())]);
        let agree = statement.figures.iter().filter(|it| it.value.is_some() && it.value == it.published);
        let note = scribe.tw(
            "paper-statement-note",
            &[
                ("date", &date),
                ("count", &statement.figures.len().to_string()),
                ("agree", &agree.count().to_string()),
            ],
        );
        let table = table(&scribe, &portfolio, &statement);
        if book {
            let rules = rules(&scribe, &portfolio);
            let sheets = vec![
                scribe.sheet(scribe.t("paper-statement"), title.clone(), Some(note.clone()), table),
                scribe.sheet(scribe.t("paper-statement-rules"), title, Some(note), rules),
            ];
            return Ok(Data::Book(scribe.book(day, sheets)));
        }
        let sign =
            |key: &str| FormRow::new(scribe.t(key), "").beside(scribe.t("paper-statement-signed-on"), "");
        let mut out = scribe.document(Kind::Plain, "", title, day);
        out.body = vec![portrait(vec![
            Block::Note(note),
            Block::Table(table),
            Block::Form(Form {
                rows: vec![
                    sign("paper-statement-made-by").lines(2),
                    sign("paper-statement-checked-by").lines(2),
                    sign("paper-statement-head").lines(2),
                ],
            }),
        ])];
        out.annexes = vec![Annex {
            title: scribe.t("paper-statement-rules"),
            sections: vec![portrait(vec![Block::Table(self::rules(&scribe, &portfolio))])],
        }];
        Ok(Data::Document(Box::new(out)))
    }
}

fn table(scribe: &Scribe<'_>, portfolio: &Portfolio, statement: &Statement) -> Table {
    let english = scribe.english();
    let all: Vec<_> = statement.figures.iter().zip(&portfolio.plan.figures).collect();
    let number_cell =
        |value: Option<Decimal>| value.map_or(Cell::Empty, |value| Cell::Number(value.normalize()));
    let mut rows = Vec::new();
    let mut number = 0i64;
    for group in groups(portfolio) {
        let sector = portfolio.plan.sector(group.as_str());
        let name = sector.map_or_else(
            || scribe.word("group", group.as_str()),
            |sector| sector.name.get(english).to_owned(),
        );
        rows.push(Row::strong([Cell::Empty, Cell::from(name)]).kept());
        for (figure, held) in all.iter().filter(|(_, held)| held.group == *group) {
            number += 1;
            let verdict = match (figure.value, figure.published) {
                (None, _) => "statement-not-recorded",
                (Some(_), None) => "figure-alone",
                (Some(value), Some(published)) if value == published => "figure-agrees",
                _ => "figure-differs",
            };
            rows.push(Row::new([
                Cell::from(number),
                Cell::from(held.label.get(english)),
                number_cell(figure.value),
                number_cell(figure.published),
                Cell::from(held.unit.get(english)),
                Cell::from(scribe.t(verdict)),
                Cell::from(i64::try_from(figure.records()).unwrap_or(i64::MAX)),
            ]));
        }
    }
    Table {
        caption: None,
        columns: vec![
            scribe.column("paper-head-no", 8, Align::Centre),
            scribe.column("statement-figure", 36, Align::Start),
            scribe.column("statement-value", 14, Align::Number),
            scribe.column("statement-published", 14, Align::Number),
            scribe.column("head-unit", 16, Align::Centre),
            scribe.column("figure-compared", 14, Align::Centre),
            scribe.column("statement-records", 11, Align::Number),
        ],
        rows,
        size: TextSize::Small,
    }
}

/// The groups of figures in the order in which they first come.
fn groups(portfolio: &Portfolio) -> Vec<&Code> {
    let mut out: Vec<&Code> = Vec::new();
    for held in &portfolio.plan.figures {
        if !out.contains(&&held.group) {
            out.push(&held.group);
        }
    }
    out
}

/// The rule of each figure in words, in the same order.
fn rules(scribe: &Scribe<'_>, portfolio: &Portfolio) -> Table {
    let english = scribe.english();
    let figures = &portfolio.plan.figures;
    let ordered =
        groups(portfolio).into_iter().flat_map(|group| figures.iter().filter(move |it| it.group == *group));
    let rows = (1i64..).zip(ordered).map(|(number, held)| {
        Row::new([
            Cell::from(number),
            Cell::from(held.label.get(english)),
            Cell::from(held.rule.get(english)),
        ])
    });
    Table {
        caption: None,
        columns: vec![
            scribe.column("paper-head-no", 8, Align::Centre),
            scribe.column("statement-figure", 34, Align::Start),
            scribe.column("paper-head-rule", 70, Align::Start),
        ],
        rows: rows.collect(),
        size: TextSize::Small,
    }
}
