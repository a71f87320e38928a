//! Freezing a wave: counted, estimated and sealed in one transaction, once.

use std::sync::Arc;

use domain::code::Code;
use domain::plan::PlanFact;
use domain::policy::Action;
use domain::refusal::{Problem, Refusal};
use domain::source::Source;
use domain::survey::{
    FrozenWave, HeldWave, Questionnaire, SurveyFault, Wave, WaveEvent, WaveResults, WaveState, WaveStep,
};
use jiff::Timestamp;
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use store::{StoreError, SurveySheet, Tx};
use survey::sheet::Answers;

use super::estimate::{Columns, EstimateFault, estimate};
use super::fieldwork::Reached;
use super::{of_plan, survey_target};
use crate::App;
use crate::actor::Actor;
use crate::change::{Receipt, make};
use crate::error::AppError;

/// Sheets that are read at once.
pub(super) const PAGE: usize = 2_000;

/// Why a wave is not frozen.
#[derive(Debug, Clone)]
pub enum FreezeFault {
    Estimate(EstimateFault),
    App(AppError),
}

impl<E: Into<AppError>> From<E> for FreezeFault {
    fn from(error: E) -> Self {
        Self::App(error.into())
    }
}

/// Sheets as they are counted: their number, their digest and their answers.
pub(super) struct Counted {
    sheets: u64,
    sha: Sha256,
    pub columns: Columns,
}

impl Counted {
    pub fn new(asked: &Questionnaire) -> Self {
        Self { sheets: 0, sha: Sha256::new(), columns: Columns::of(asked) }
    }

    pub fn add(&mut self, held: &SurveySheet) -> Result<(), StoreError> {
        let answers: Answers =
            serde_json::from_str(&held.answers).map_err(|error| StoreError::Damaged(error.to_string()))?;
        for text in [held.sheet.as_str(), held.mode.as_str(), &held.day.to_string(), &held.answers] {
            self.sha.update((text.len() as u64).to_be_bytes());
            self.sha.update(text.as_bytes());
        }
        self.columns.push(&answers);
        self.sheets += 1;
        Ok(())
    }

    pub fn digest(&self) -> String {
        self.sha.clone().finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Visits the sheets that count, in the order of their ids.
pub(super) fn each(
    mut page: impl FnMut(&str) -> Result<Vec<SurveySheet>, StoreError>,
    mut visit: impl FnMut(&SurveySheet) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut after = String::new();
    loop {
        let some = page(&after)?;
        let Some(last) = some.last() else { return Ok(()) };
        after = last.sheet.to_string();
        some.iter().filter(|held| !held.late).try_for_each(&mut visit)?;
    }
}

impl App {
    /// What a wave comes to by the sheets that are there now.
    pub async fn estimate_wave(
        &self,
        plan: &Code,
        held: &HeldWave,
        asked: &Questionnaire,
    ) -> Result<Result<WaveResults, EstimateFault>, AppError> {
        let (results, _) = self.estimated(plan, held, asked).await?;
        Ok(results)
    }

    /// The same, with the digest of the sheets.
    async fn estimated(
        &self,
        plan: &Code,
        held: &HeldWave,
        asked: &Questionnaire,
    ) -> Result<(Result<WaveResults, EstimateFault>, String), AppError> {
        let (plan, wave, asked) = (plan.clone(), held.wave.clone(), asked.clone());
        let (counted, reached) = {
            let (wave, asked) = (wave.wave.clone(), asked.clone());
            let read = move |c: &mut store::Connection| {
                let mut counted = Counted::new(&asked);
                each(|after| c.survey_sheets(&plan, &wave, after, PAGE), |held| counted.add(held))?;
                let counts = c.survey_counts(&plan, &wave)?;
                let contacts = c.survey_contacts(&plan, &wave)?;
                let reached = Reached::new(counts, contacts, c.survey_invitations(&plan, &wave)?);
                Ok::<_, StoreError>((counted, reached))
            };
            self.database().read_async(read).await?
        };
        let digest = counted.digest();
        let work = move || {
            let found = estimate(&wave, &asked, counted.columns, counted.sheets);
            let fieldwork = Some(Box::new(reached.kept(&wave)));
            (found.map(|results| WaveResults { fieldwork, ..results }), digest)
        };
        crate::aside(work).await
    }

    /// Freezes a closed wave. It is estimated first, aside from everything else; should another sheet come in
    /// between, it is estimated anew with all of them.
    pub async fn freeze_wave(
        &self,
        actor: &Actor,
        plan: &Code,
        wave: &Code,
        ground: (Source, String),
    ) -> Result<Receipt, FreezeFault> {
        if !actor.may(Action::ManageSurveys, &survey_target(plan)) {
            return Err(AppError::from(Refusal::whole(Problem::NotAllowed(Action::ManageSurveys))).into());
        }
        let (held, asked) = self.wave(plan, wave.as_str()).await?;
        if held.state() != WaveState::Closed {
            let step = domain::survey::WaveMove::Freeze;
            let fault = SurveyFault::IllegalMove { from: held.state(), step };
            return Err(AppError::from(Refusal::whole(Problem::BadSurvey(fault))).into());
        }
        loop {
            let (found, sheets_digest) = self.estimated(plan, &held, &asked).await?;
            let results = Arc::new(found.map_err(FreezeFault::Estimate)?);
            let (now, today) = (self.clock().now(), self.clock().today());
            let wanted = Wanted {
                actor: actor.clone(),
                plan: plan.clone(),
                design: held.wave.clone(),
                results,
                sheets_digest,
                ground: ground.clone(),
            };
            let done = self.database().write_async(move |tx| wanted.freeze(tx, now, today)).await?;
            if let Some(receipt) = done {
                return Ok(receipt);
            }
        }
    }
}

struct Wanted {
    actor: Actor,
    plan: Code,
    design: Wave,
    results: Arc<WaveResults>,
    sheets_digest: String,
    ground: (Source, String),
}

impl Wanted {
    /// Seals what is there; nothing where more sheets are there than were estimated, or other contacts. Sheets are only
    /// added to: as many are the same ones.
    fn freeze(&self, tx: &mut Tx, now: Timestamp, today: Date) -> Result<Option<Receipt>, AppError> {
        let wave = &self.design.wave;
        let counts = tx.survey_counts(&self.plan, wave)?;
        let sheets: u64 = counts.iter().filter(|count| !count.late).map(|count| count.number).sum();
        let contacts = tx.survey_contacts(&self.plan, wave)?;
        let invitations = tx.survey_invitations(&self.plan, wave)?;
        let fieldwork = Reached::new(counts, contacts, invitations).kept(&self.design);
        if sheets != self.results.sheets || self.results.fieldwork.as_deref() != Some(&fieldwork) {
            return Ok(None);
        }
        let frozen = FrozenWave {
            sheets,
            sheets_digest: self.sheets_digest.clone(),
            results_digest: self.results.digest(),
        };
        let step = WaveStep { wave: wave.clone(), event: WaveEvent::Frozen(frozen) };
        let (source, reason) = self.ground.clone();
        let change = of_plan(&self.plan, PlanFact::WaveStep(step).into(), source, reason);
        let receipt = make(tx, &self.actor, &change, now, today)?;
        let body =
            serde_json::to_string(&*self.results).map_err(|error| StoreError::Damaged(error.to_string()))?;
        tx.keep_survey_results(&self.plan, wave, &body)?;
        tx.shuffle_survey(&self.plan, wave)?;
        Ok(Some(receipt))
    }
}
