//! Taking a sheet: checked against what was asked, kept once, and nobody's.

use domain::code::Code;
use domain::policy::Action;
use domain::refusal::{Problem, Refusal};
use domain::request::personal::mask;
use domain::survey::{HeldWave, SurveyFault, WaveAccess, WaveMode, WaveState};
use jiff::civil::Date;
use store::{ContactCount, Invitation, StoreError, SurveySheet};
use survey::call_back::CallBackOutcome;
use survey::contact::ContactOutcome;
use survey::sheet::{Answer, Answers, Sheet, SheetError, SheetProblem};

use super::fieldwork::call_back_name;
use super::live::counts_sheets;
use super::survey_target;
use crate::App;
use crate::actor::Actor;
use crate::error::AppError;
use crate::read::Asked;

/// Links that are made at once.
pub const INVITATIONS_MOST: usize = 20_000;
/// Contacts, and call-backs, that are put down at once.
const CONTACTS_MOST: u64 = 10_000;

/// A sheet as it was filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct NewSheet {
    /// Made at random where it was filled in.
    pub sheet: Code,
    pub mode: WaveMode,
    /// The day on which it was filled in; today where none is given.
    pub day: Option<Date>,
    /// The fingerprint of the questionnaire that was shown.
    pub shown: String,
    pub answers: Answers,
    /// The secret of a link.
    pub invitation: String,
    /// What the page said of its beginning, where somebody answered by themselves; see [`App::sheet_begun`].
    pub begun: String,
}

/// What became of a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    Kept,
    /// It had come before; nothing was doubled.
    Already,
    /// It came when the wave was frozen: it is kept, and does not count.
    Late,
}

/// Why a sheet is not taken.
#[derive(Debug, Clone, PartialEq)]
pub enum SheetFault {
    /// Nobody is asked: not yet, or not any more.
    NotAsking,
    /// Only those with a link are asked.
    NotInvited,
    /// The link was used, or is none.
    Invitation(Invitation),
    /// The wave does not ask in that way.
    Mode,
    /// Filled in on a day on which nobody was asked.
    Day,
    /// Something else was asked when it was filled in.
    OtherVersion,
    Problems(Vec<SheetProblem>),
    /// Another sheet came under the same id.
    OtherAnswers,
}

impl App {
    /// An id for a sheet, and the secret of a link.
    pub fn random_code(&self) -> Code {
        let secret: String = crate::account::secret().chars().take(32).collect();
        Code::new(&secret).unwrap_or_else(|_| Code::new("sheet").expect("a literal code"))
    }

    fn invitation_digest(&self, plan: &Code, wave: &Code, secret: &str) -> Result<String, AppError> {
        let key = self.key().ok_or(AppError::NoKey)?;
        Ok(key.digest(&format!("survey/{plan}/{wave}/{secret}")))
    }

    /// What a link is good for.
    pub async fn survey_invitation(
        &self,
        plan: &Code,
        wave: &Code,
        secret: &str,
    ) -> Result<Invitation, AppError> {
        if secret.is_empty() {
            return Ok(Invitation::Unknown);
        }
        let digest = self.invitation_digest(plan, wave, secret)?;
        let (plan, wave) = (plan.clone(), wave.clone());
        Ok(self.database().read_async(move |c| c.survey_invitation(&plan, &wave, &digest)).await?)
    }

    /// Makes links that work once. They are told here and never again: only their digests are kept.
    pub async fn invite(
        &self,
        actor: &Actor,
        plan: &Code,
        wave: &Code,
        number: usize,
    ) -> Result<Vec<String>, AppError> {
        let may = actor.may(Action::ManageSurveys, &survey_target(plan));
        if !may {
            return Err(Refusal::whole(Problem::NotAllowed(Action::ManageSurveys)).into());
        }
        let (held, _) = self.wave(plan, wave.as_str()).await?;
        if !matches!(held.state(), WaveState::Draft | WaveState::Open) {
            return Err(Refusal::whole(Problem::Frozen).into());
        }
        if number == 0 || number > INVITATIONS_MOST {
            let problem = Problem::TooMany(INVITATIONS_MOST);
            return Err(Refusal { field: "number".into(), problem }.into());
        }
        let secrets: Vec<String> = (0..number).map(|_| self.random_code().to_string()).collect();
        let mut digests = secrets
            .iter()
            .map(|secret| self.invitation_digest(plan, wave, secret))
            .collect::<Result<Vec<String>, _>>()?;
        digests.sort_unstable();
        let (plan, wave) = (plan.clone(), wave.clone());
        self.database().write_async(move |tx| tx.add_invitations(&plan, &wave, &digests)).await?;
        Ok(secrets)
    }

    /// Takes a sheet: from anybody who is asked, or from those who ask people.
    pub async fn take_sheet(
        &self,
        actor: &Actor,
        plan: &Code,
        wave: &Code,
        new: NewSheet,
    ) -> Result<Result<Taken, SheetFault>, AppError> {
        if new.mode.is_by_staff() && !Self::may_collect(actor, plan) {
            return Err(Refusal::whole(Problem::NotAllowed(Action::CollectAnswers)).into());
        }
        let portfolio = self.portfolio(plan, Asked::default()).await?;
        let held = portfolio.plan.wave(wave.as_str()).ok_or(AppError::NotFound)?;
        let asked = portfolio.plan.questionnaire(&held.wave.instrument, held.wave.version);
        let asked = asked.ok_or(AppError::NotFound)?;
        let today = self.clock().today();
        let day = match self.sheet_day(plan, held, &new, today) {
            Ok(day) => day,
            Err(fault) => return Ok(Err(fault)),
        };
        let late_too = new.mode.is_by_staff() || self.begun_on(plan, held, &new.sheet, &new.begun).is_some();
        let Ok(shown) = new.shown.parse() else { return Ok(Err(SheetFault::OtherVersion)) };
        let checked = match Sheet::check(&asked.asks, shown, new.answers) {
            Ok(sheet) => sheet,
            Err(SheetError::OtherVersion { .. }) => return Ok(Err(SheetFault::OtherVersion)),
            Err(SheetError::Problems(problems)) => return Ok(Err(SheetFault::Problems(problems))),
        };
        let answers: Answers =
            checked.answers().iter().map(|(name, answer)| (name.clone(), masked(answer))).collect();
        // Where anybody is asked, nobody needs a link, and none is used up.
        let digest = match (held.wave.access, new.invitation.as_str()) {
            (WaveAccess::Anyone, _) | (_, "") => None,
            (WaveAccess::Invited, secret) => Some(self.invitation_digest(plan, wave, secret)?),
        };
        let sheet = SurveySheet {
            plan: plan.clone(),
            wave: wave.clone(),
            sheet: new.sheet,
            mode: new.mode,
            day,
            late: false,
            answers: serde_json::to_string(&answers)
                .map_err(|error| StoreError::Damaged(error.to_string()))?,
        };
        let counted = counts_sheets(&held.wave).then(|| sheet.clone());
        let kept = move |tx: &mut store::Tx<'_>| keep(tx, &sheet, digest.as_deref(), late_too);
        let taken = self.database().write_async(kept).await?;
        if let (Some(sheet), Ok(taken @ (Taken::Kept | Taken::Late))) = (counted, &taken) {
            self.fill(&held.wave, &SurveySheet { late: *taken == Taken::Late, ..sheet });
        }
        Ok(taken)
    }

    /// The day of a sheet, where people were asked in this way on it.
    fn sheet_day(
        &self,
        plan: &Code,
        held: &HeldWave,
        new: &NewSheet,
        today: Date,
    ) -> Result<Date, SheetFault> {
        let wave = &held.wave;
        if !wave.modes.contains(&new.mode) {
            return Err(SheetFault::Mode);
        }
        if new.mode.is_by_staff() {
            // What was filled in while people were asked is not lost, however late it comes.
            if matches!(held.state(), WaveState::Draft | WaveState::Withdrawn) {
                return Err(SheetFault::NotAsking);
            }
            let day = new.day.unwrap_or(today);
            return if (wave.from..=wave.to.min(today)).contains(&day) {
                Ok(day)
            } else {
                Err(SheetFault::Day)
            };
        }
        let day = self.day_of_own(plan, held, (&new.sheet, &new.begun, &new.invitation))?;
        if new.day.is_some_and(|told| told != day) {
            return Err(SheetFault::NotAsking);
        }
        if wave.access == WaveAccess::Invited && new.invitation.is_empty() {
            return Err(SheetFault::NotInvited);
        }
        Ok(day)
    }

    /// Counts contacts that ended without a sheet.
    pub async fn count_contacts(
        &self,
        actor: &Actor,
        plan: &Code,
        wave: &Code,
        (mode, outcome, number): (WaveMode, ContactOutcome, u64),
    ) -> Result<(), AppError> {
        self.count_ended(actor, plan, wave, (mode, outcome_name(outcome).to_owned(), number)).await
    }

    /// Counts call-backs by which contacts are checked; `mode` is how those had been asked who are called back.
    pub async fn count_call_backs(
        &self,
        actor: &Actor,
        plan: &Code,
        wave: &Code,
        (mode, outcome, number): (WaveMode, CallBackOutcome, u64),
    ) -> Result<(), AppError> {
        self.count_ended(actor, plan, wave, (mode, call_back_name(outcome), number)).await
    }

    async fn count_ended(
        &self,
        actor: &Actor,
        plan: &Code,
        wave: &Code,
        (mode, outcome, number): (WaveMode, String, u64),
    ) -> Result<(), AppError> {
        if !Self::may_collect(actor, plan) {
            return Err(Refusal::whole(Problem::NotAllowed(Action::CollectAnswers)).into());
        }
        let (held, _) = self.wave(plan, wave.as_str()).await?;
        if !held.state().takes_sheets() {
            return Err(Refusal::whole(Problem::BadSurvey(SurveyFault::NotCounting)).into());
        }
        if !mode.is_by_staff() || !held.wave.modes.contains(&mode) {
            let problem = Problem::BadSurvey(SurveyFault::OtherMode);
            return Err(Refusal { field: "mode".into(), problem }.into());
        }
        let problem = match number {
            0 => Some(Problem::NotAboveZero),
            1..=CONTACTS_MOST => None,
            _ => Some(Problem::TooMany(CONTACTS_MOST as usize)),
        };
        if let Some(problem) = problem {
            return Err(Refusal { field: "number".into(), problem }.into());
        }
        let count = ContactCount { day: self.clock().today(), mode, outcome, number };
        let (plan, wave) = (plan.clone(), wave.clone());
        Ok(self.database().write_async(move |tx| tx.count_contacts(&plan, &wave, &count)).await?)
    }
}

/// Contacts that end without a sheet; those with one are the sheets themselves.
pub const OUTCOMES: [ContactOutcome; 7] = [
    ContactOutcome::Refused,
    ContactOutcome::BrokeOff,
    ContactOutcome::NotReached,
    ContactOutcome::Unable,
    ContactOutcome::UnknownHousehold,
    ContactOutcome::UnknownEligible,
    ContactOutcome::NotEligible,
];

/// The name under which an outcome is kept.
pub fn outcome_name(outcome: ContactOutcome) -> &'static str {
    match outcome {
        ContactOutcome::Complete => "complete",
        ContactOutcome::Partial => "partial",
        ContactOutcome::Refused => "refused",
        ContactOutcome::BrokeOff => "broke_off",
        ContactOutcome::NotReached => "not_reached",
        ContactOutcome::Unable => "unable",
        ContactOutcome::UnknownHousehold => "unknown_household",
        ContactOutcome::UnknownEligible => "unknown_eligible",
        ContactOutcome::NotEligible => "not_eligible",
    }
}

/// Free texts without what tells who somebody is.
fn masked(answer: &Answer) -> Answer {
    match answer {
        Answer::Text(text) => Answer::Text(mask(text)),
        other => other.clone(),
    }
}

/// Keeps a sheet, and uses its link. Nothing is written before all is known to be in order.
fn keep(
    tx: &mut store::Tx,
    sheet: &SurveySheet,
    invitation: Option<&str>,
    late_too: bool,
) -> Result<Result<Taken, SheetFault>, StoreError> {
    if let Some(held) = tx.survey_sheet(&sheet.plan, &sheet.wave, &sheet.sheet)? {
        let same = held.answers == sheet.answers && held.mode == sheet.mode;
        return Ok(if same { Ok(Taken::Already) } else { Err(SheetFault::OtherAnswers) });
    }
    let late = tx.is_survey_frozen(&sheet.plan, &sheet.wave)?;
    if late && !late_too {
        return Ok(Err(SheetFault::NotAsking));
    }
    if let Some(invitation) = invitation {
        match tx.use_invitation(&sheet.plan, &sheet.wave, invitation)? {
            Invitation::Unused => {}
            found => return Ok(Err(SheetFault::Invitation(found))),
        }
    }
    tx.keep_sheet(&SurveySheet { late, ..sheet.clone() })?;
    if invitation.is_some() && !is_open(tx, &sheet.plan, &sheet.wave)? {
        // It comes alone: what wrote link and sheet must not tell, until the freezing or for good, which belong together.
        tx.shuffle_survey(&sheet.plan, &sheet.wave)?;
    }
    Ok(Ok(if late { Taken::Late } else { Taken::Kept }))
}

fn is_open(tx: &mut store::Tx, plan: &Code, wave: &Code) -> Result<bool, StoreError> {
    let plan = tx.with_lookup(|lookup| lookup.plan(plan))?;
    Ok(plan.is_some_and(|plan| plan.wave(wave.as_str()).map(HeldWave::state) == Some(WaveState::Open)))
}
