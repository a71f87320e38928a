//! A supervision slip in its colour: what is wanted, and the part that the unit signs and sends back.

use document::{Block, DocumentNumber, Form, FormRow, Kind, Tone};
use domain::code::Code;
use domain::item::kind::{ItemKind, SlipColour};
use domain::item::{Item, Relation, Step, Target};
use domain::portfolio::Portfolio;
use words::Lang;

use super::scribe::{Scribe, portrait};
use super::{Data, PaperError};
use crate::App;
use crate::read::Asked;

/// Lines that are left for writing by hand.
const ANSWER_LINES: u8 = 3;

impl App {
    pub(super) async fn slip_paper(
        &self,
        plan: &Code,
        code: &Code,
        lang: Lang,
        asked: Asked,
    ) -> Result<Data, PaperError> {
        let portfolio = self.portfolio(plan, asked).await?;
        let (item, _) = self.item(plan, code, asked).await?;
        if item.kind != ItemKind::Slip {
            return Err(PaperError::NotThere);
        }
        let mut about = Vec::new();
        for target in item.linked(Relation::Supervises) {
            about.push(match target {
                Target::Item(code) => self.item(plan, code, asked).await?.0.name,
                target => named(&portfolio, target),
            });
        }
        let scribe = Scribe { lang, portfolio: &portfolio };
        let english = scribe.english();
        let about: Vec<&str> = about.iter().map(|name| name.get(english)).collect();
        let about = about.join(words::shown::comma(lang));
        Ok(Data::Document(Box::new(document(&scribe, &item, &about))))
    }
}

fn named(portfolio: &Portfolio, target: &Target) -> domain::named::Named {
    let project = portfolio.project(target.code().as_str());
    project.map_or_else(|| domain::named::Named::new(target.code().as_str(), ""), |held| held.name.clone())
}

/// The number in its register: the digits at its end.
pub(super) fn serial(item: &Item) -> u32 {
    let digits = |text: &str| {
        let text = text.trim_end_matches(|c: char| !c.is_ascii_digit());
        text.rsplit(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse().ok())
    };
    digits(&item.number).or_else(|| digits(item.code.as_str())).unwrap_or(0)
}

/// 回天督〔2019〕1号 read back; else the code's own number under the register's word.
fn number(scribe: &Scribe<'_>, item: &Item) -> DocumentNumber {
    let parsed = item.number.split_once(['〔', '[']).and_then(|(code, rest)| {
        let (year, rest) = rest.split_once(['〕', ']'])?;
        let serial: String = rest.chars().filter(char::is_ascii_digit).collect();
        Some(DocumentNumber {
            code: code.trim().to_owned(),
            year: year.parse().ok()?,
            serial: serial.parse().ok()?,
        })
    });
    parsed.unwrap_or_else(|| DocumentNumber {
        code: scribe.t("paper-slip-code"),
        year: item.received.year(),
        serial: serial(item),
    })
}

fn document(scribe: &Scribe<'_>, item: &Item, about: &str) -> document::Document {
    let english = scribe.english();
    let colour = item.colour.unwrap_or(SlipColour::Blue);
    let tone = match colour {
        SlipColour::Blue => Tone::Blue,
        SlipColour::Orange => Tone::Orange,
        SlipColour::Red => Tone::Red,
    };
    let date = item.received;
    let office = scribe.office(item.caller.as_ref());
    let supporting = item.supporting_units.iter().map(|(unit, _)| unit);
    let due = item.due.map_or_else(|| scribe.t("paper-slip-no-due"), |due| scribe.day(due));
    let to = item.lead_unit.as_ref().map_or_else(String::new, |unit| scribe.unit(unit));
    let row = |key: &str, text: String| FormRow::new(scribe.t(key), text);
    let mut rows = vec![
        row("paper-slip-kind", scribe.word("slip-colour", colour.as_str()))
            .beside(scribe.t("field-item-due"), due),
        row("head-lead-unit", to.clone()),
    ];
    let supporting = scribe.units(supporting);
    if !supporting.is_empty() {
        rows.push(row("unit-part-supporting", supporting));
    }
    rows.push(row("paper-slip-about", about.to_owned()));
    rows.push(row("paper-slip-text", item.text.clone()).lines(2));
    let signed = item.moves.iter().find(|moved| moved.step == Step::Sign);
    let mut back = vec![
        row("paper-slip-back", scribe.t("paper-slip-back-note")),
        row("paper-slip-received-by", to).beside(
            scribe.t("paper-slip-received-on"),
            signed.map_or_else(String::new, |moved| scribe.day(moved.on)),
        ),
        row("paper-slip-signature", String::new()).beside(scribe.t("paper-slip-phone"), String::new()),
    ];
    let answers: Vec<&str> = item.progress.iter().map(|line| line.text.as_str()).collect();
    back.push(row("paper-slip-answer", answers.join("\n")).lines(ANSWER_LINES));
    back.push(
        row("paper-slip-head", String::new()).lines(2).beside(scribe.t("paper-slip-seal"), String::new()),
    );
    let kind = Kind::Slip { number: number(scribe, item), date, tone };
    let mark = format!("paper-mark-slip-{}", colour.as_str());
    let mut out = scribe.document(kind, &mark, item.name.get(english).to_owned(), date);
    out.body = vec![portrait(vec![
        Block::Form(Form { rows }),
        Block::Note(scribe.tw("paper-slip-from", &[("office", &office), ("date", &scribe.day(date))])),
        Block::Form(Form { rows: back }),
    ])];
    out
}
