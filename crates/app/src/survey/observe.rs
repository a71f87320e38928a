//! What a wave came to as an observation of an indicator, with its error.

use domain::code::Code;
use domain::command::Command;
use domain::indicator::{IndicatorFact, Instrument, Measured};
use domain::refusal::{Problem, Reference, Refusal};
use domain::source::Source;
use domain::subject::Subject;
use domain::survey::{ResultKind, ResultRow, WaveMove};
use rust_decimal::Decimal;
use survey::instrument::Form;

use crate::App;
use crate::actor::Actor;
use crate::change::{Change, Receipt};
use crate::error::AppError;

/// An estimate of the whole sample, by its question and answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PickedEstimate {
    pub question: String,
    /// None for the mean.
    pub answer: Option<String>,
}

impl PickedEstimate {
    pub fn is(&self, row: &ResultRow) -> bool {
        let mean = row.kind == ResultKind::Mean;
        row.group.is_none()
            && row.row.is_none()
            && row.question == self.question
            && mean == self.answer.is_none()
            && row.answer == self.answer
    }
}

/// By what a figure of a question was come by: what was asked otherwise is never set against it.
fn instrument(code: &Code, asked: &str) -> Code {
    let short: String = code.as_str().chars().take(40).collect();
    Code::new(&format!("{short}.{}", &asked[..8.min(asked.len())])).unwrap_or_else(|_| code.clone())
}

impl App {
    /// Records an estimate of a frozen wave as an observation of an indicator, on the last day on which people were asked.
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
        let row = results.rows.iter().find(|row| picked.is(row));
        let shown = row.and_then(|row| Some((row, row.shown?)));
        let question = asked.asks.question(&picked.question);
        let (Some((row, shown)), Some(question)) = (shown, question) else {
            return Err(unknown(Reference::Wave, wave));
        };
        let print = question.fingerprint().to_string();
        let (factor, scale) = match (row.kind, &question.form) {
            (ResultKind::Mean, Form::Scale { high, .. }) => (Decimal::ONE, format!("points_of_{high}")),
            (ResultKind::Mean, _) => (Decimal::ONE, "mean".to_owned()),
            _ => (Decimal::ONE_HUNDRED, "percent".to_owned()),
        };
        let of = |value: Decimal| (value * factor).round_dp(2).normalize();
        let scale = Code::new(&scale).unwrap_or_else(|_| Code::new("mean").expect("a literal code"));
        // One that was closed early speaks of the day on which it was.
        let on = held.day_of(WaveMove::Close).map_or(held.wave.to, |day| day.min(held.wave.to));
        let facts = vec![
            IndicatorFact::Observation {
                key: wave.clone(),
                on,
                value: of(shown.estimate),
                instrument: Instrument { instrument: instrument(&held.wave.instrument, &print), scale },
                approximate: false,
                area: None,
                wave: None,
            }
            .into(),
            IndicatorFact::Measured(Measured {
                key: wave.clone(),
                wave: wave.clone(),
                question: picked.question.clone(),
                answer: picked.answer.clone(),
                asked: print,
                std_error: of(shown.std_error),
                low: of(shown.low),
                high: of(shown.high),
                n: row.n,
            })
            .into(),
        ];
        let (mut source, reason) = ground;
        source.grade = held.grade;
        source.title = format!("{} / {}", held.wave.name.zh, held.wave.name.get(true));
        let subject = Subject::indicator(plan, indicator);
        let command = Command::Record { subject, facts, expected: None };
        self.change(actor, Change { command, effective: Some(on), source, reason }).await
    }
}
