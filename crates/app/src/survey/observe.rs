//! What a wave came to as an observation of an indicator, with its error.

use std::collections::BTreeMap;

use domain::area::Area;
use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::indicator::{IndicatorFact, Instrument, Measured};
use domain::journal::Hash;
use domain::refusal::{Problem, Reference, Refusal};
use domain::source::Source;
use domain::subject::Subject;
use domain::survey::{HeldWave, ResultKind, ResultRow, Shown, WaveMove};
use rust_decimal::Decimal;
use survey::instrument::Form;

use crate::App;
use crate::actor::Actor;
use crate::change::{Change, Receipt};
use crate::error::AppError;
use crate::read::Asked;

/// An estimate of the whole sample, by its question and answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PickedEstimate {
    pub question: String,
    /// The row of a table of questions.
    pub row: Option<String>,
    /// None for the mean.
    pub answer: Option<String>,
    /// With what it came to in each area that enough people answered from.
    pub by_area: bool,
}

impl PickedEstimate {
    /// Whether a row is this estimate, of whichever group.
    fn asks(&self, row: &ResultRow) -> bool {
        let mean = row.kind == ResultKind::Mean;
        row.row == self.row
            && row.question == self.question
            && mean == self.answer.is_none()
            && row.answer == self.answer
    }

    pub fn is(&self, row: &ResultRow) -> bool {
        row.group.is_none() && self.asks(row)
    }
}

/// The area that a row is about: its group is an answer to the wave's question for the area, and the code of one.
pub fn area_of<'a>(held: &HeldWave, row: &'a ResultRow, areas: &BTreeMap<Code, Area>) -> Option<&'a str> {
    let (question, answer) = row.group.as_ref()?;
    let asked = held.wave.area.as_ref() == Some(question);
    let known = || Code::new(answer).is_ok_and(|code| areas.contains_key(&code));
    (asked && known()).then_some(answer.as_str())
}

/// The key of an observation: the wave, and of an area that, too, as long as a code may be.
fn key_of(wave: &Code, area: &Code) -> Code {
    let whole = format!("{wave}.{area}");
    Code::new(&whole).unwrap_or_else(|_| {
        let short: String = wave.as_str().chars().take(30).collect();
        let print: String = Hash::of(whole.into_bytes()).to_string().chars().take(32).collect();
        Code::new(&format!("{short}.{print}")).unwrap_or_else(|_| wave.clone())
    })
}

/// By what a figure of a question was come by: what was asked otherwise is never set against it.
fn instrument(code: &Code, asked: &str) -> Code {
    let short: String = code.as_str().chars().take(40).collect();
    Code::new(&format!("{short}.{}", &asked[..8.min(asked.len())])).unwrap_or_else(|_| code.clone())
}

impl App {
    /// Records an estimate of a frozen wave as an observation of an indicator, and of its areas where that is picked, all
    /// in one change, on the last day on which people were asked.
    pub async fn observe_wave(
        &self,
        actor: &Actor,
        plan: &Code,
        wave: &Code,
        (indicator, picked): (&Code, &PickedEstimate),
        ground: (Source, String),
    ) -> Result<Receipt, AppError> {
        let (held, asked) = self.wave(plan, wave.as_str()).await?;
        let unknown = |what, code: &Code| {
            let problem = Problem::UnknownReference { what, code: code.clone() };
            AppError::from(Refusal { field: "estimate".into(), problem })
        };
        let results = self.wave_results(plan, &held).await?.ok_or_else(|| unknown(Reference::Wave, wave))?;
        let portfolio = self.portfolio(plan, Asked::default()).await?;
        let whole = results.rows.iter().filter(|row| picked.is(row)).map(|row| (None, row));
        let by_area = results.rows.iter().filter(|row| picked.by_area && picked.asks(row));
        let by_area = by_area
            .filter_map(|row| Some((Some(Code::new(area_of(&held, row, &portfolio.areas)?).ok()?), row)));
        let mut rows: Vec<(Option<Code>, &ResultRow, Shown)> =
            whole.chain(by_area).filter_map(|(area, row)| Some((area, row, row.shown?))).collect();
        // The whole stands first: the areas are its parts.
        rows.sort_by(|(one, ..), (other, ..)| one.cmp(other));
        let first = rows.first().filter(|(area, ..)| area.is_none()).map(|(_, row, _)| row.kind);
        let (Some(kind), Some(question)) = (first, asked.asks.question(&picked.question)) else {
            return Err(unknown(Reference::Wave, wave));
        };
        let print = question.fingerprint().to_string();
        let (factor, scale) = match (kind, &question.form) {
            (ResultKind::Mean, Form::Scale { high, .. }) => (Decimal::ONE, format!("points_of_{high}")),
            (ResultKind::Mean, _) => (Decimal::ONE, "mean".to_owned()),
            _ => (Decimal::ONE_HUNDRED, "percent".to_owned()),
        };
        let of = |value: Decimal| (value * factor).round_dp(2).normalize();
        let scale = Code::new(&scale).unwrap_or_else(|_| Code::new("mean").expect("a literal code"));
        // One that was closed early speaks of the day on which it was.
        let on = held.day_of(WaveMove::Close).map_or(held.wave.to, |day| day.min(held.wave.to));
        let instrument = Instrument { instrument: instrument(&held.wave.instrument, &print), scale };
        let facts = rows.into_iter().flat_map(|(area, row, shown)| {
            let key = area.as_ref().map_or_else(|| wave.clone(), |area| key_of(wave, area));
            let measured = Measured {
                key: key.clone(),
                wave: wave.clone(),
                question: picked.question.clone(),
                row: picked.row.clone(),
                answer: picked.answer.clone(),
                asked: print.clone(),
                std_error: of(shown.std_error),
                low: of(shown.low),
                high: of(shown.high),
                n: row.n,
            };
            let observation = IndicatorFact::Observation {
                key,
                on,
                value: of(shown.estimate),
                instrument: instrument.clone(),
                approximate: false,
                area,
                wave: None,
            };
            [observation.into(), IndicatorFact::Measured(measured).into()]
        });
        let facts: Vec<Fact> = facts.collect();
        let (mut source, reason) = ground;
        source.grade = held.grade;
        source.title = format!("{} / {}", held.wave.name.zh, held.wave.name.get(true));
        let subject = Subject::indicator(plan, indicator);
        let command = Command::Record { subject, facts, expected: None };
        self.change(actor, Change { command, effective: Some(on), source, reason }).await
    }
}
