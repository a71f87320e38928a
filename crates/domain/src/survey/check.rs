//! The rules of surveys, checked on what a change would leave behind.

use rust_decimal::Decimal;
use survey::quota::{Quota, Quotas};

use super::cited::CitedWave;
use super::fault::SurveyFault;
use super::questionnaire::Questionnaire;
use super::wave::{HeldWave, Wave, WaveEvent, WaveMargin, WaveMode, WaveState, WaveStep};
use crate::code::Code;
use crate::fact::Fact;
use crate::named::{NAME_MAX, Named, TEXT_MAX};
use crate::plan::{Plan, PlanFact};
use crate::refusal::{Problem, Reference, Refusal};
use crate::validate::{name_problem, text_problem};

/// Addresses beside those of waves.
const RESERVED: [&str; 5] = ["new", "instruments", "compare", "bridges", "desk.js"];
/// Percent that were rounded add up to no more; a larger sum is of people.
const PERCENT_MOST: Decimal = Decimal::from_parts(102, 0, 0, false, 0);

pub(crate) fn is_survey(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::Plan(
            PlanFact::Questionnaire(_)
                | PlanFact::Wave(_)
                | PlanFact::WaveStep(_)
                | PlanFact::CitedWave(_)
                | PlanFact::SurveyBridge(_)
        )
    )
}

/// A plan before a change and after it.
pub(crate) struct SurveyCheck<'a> {
    pub before: Option<&'a Plan>,
    pub after: &'a Plan,
    pub refusals: &'a mut Vec<Refusal>,
}

impl SurveyCheck<'_> {
    /// Checks what is given, and that nothing an open wave stands on was changed or withdrawn.
    pub(crate) fn facts(&mut self, facts: &[Fact]) {
        for fact in facts {
            let Fact::Plan(plan_fact) = fact else { continue };
            let slot = fact.slot();
            match plan_fact {
                PlanFact::Questionnaire(held) => {
                    if let Some(fault) = held.fault() {
                        self.refuse(&slot, fault);
                    }
                }
                PlanFact::Wave(wave) => self.wave(&slot, wave),
                PlanFact::WaveStep(step) => self.step(&slot, step),
                PlanFact::CitedWave(cited) => self.cited(&slot, cited),
                PlanFact::SurveyBridge(bridge) => {
                    if !bridge.is_sound() {
                        self.refuse(&slot, SurveyFault::BadBridge);
                    }
                    self.text(&slot, &bridge.line.reason);
                }
                _ => {}
            }
        }
        self.standing();
    }

    fn refuse(&mut self, field: &str, fault: SurveyFault) {
        self.problem(field, Problem::BadSurvey(fault));
    }

    fn problem(&mut self, field: &str, problem: Problem) {
        self.refusals.push(Refusal { field: field.to_owned(), problem });
    }

    fn name(&mut self, field: &str, name: &Named) {
        if let Some(problem) = name_problem(name) {
            self.problem(field, problem);
        }
    }

    fn text(&mut self, field: &str, text: &str) {
        if text.trim().is_empty() {
            self.problem(field, Problem::Empty);
        } else if let Some(problem) = text_problem(text, NAME_MAX) {
            self.problem(field, problem);
        }
    }

    fn wave(&mut self, slot: &str, wave: &Wave) {
        self.name(&format!("{slot}/name"), &wave.name);
        self.name(&format!("{slot}/frame"), &wave.frame);
        self.code(&format!("{slot}/wave"), &wave.wave, self.after.cited_wave(wave.wave.as_str()).is_some());
        if wave.to < wave.from {
            self.problem(&format!("{slot}/to"), Problem::PeriodOrder);
        }
        let mut modes: Vec<WaveMode> = wave.modes.clone();
        modes.sort_unstable();
        modes.dedup();
        if modes.is_empty() || modes.len() != wave.modes.len() {
            self.refuse(&format!("{slot}/modes"), SurveyFault::NoMode);
        }
        if wave.least < 2 {
            self.refuse(&format!("{slot}/least"), SurveyFault::BadLeast);
        }
        if wave.trim.is_some_and(|trim| trim <= 100) {
            self.refuse(&format!("{slot}/trim"), SurveyFault::BadTrim);
        }
        if wave.sample.as_ref().is_some_and(|sample| sample.check().is_err()) {
            self.refuse(&format!("{slot}/sample"), SurveyFault::BadSample);
        }
        let Some(asked) = self.after.questionnaire(&wave.instrument, wave.version).cloned() else {
            let code = wave.instrument.clone();
            let problem = Problem::UnknownReference { what: Reference::Questionnaire, code };
            return self.problem(&format!("{slot}/version"), problem);
        };
        for (part, fault) in design_faults(wave, &asked) {
            self.refuse(&format!("{slot}/{part}"), fault);
        }
        for margin in &wave.margins {
            self.text(&format!("{slot}/margins"), &margin.source);
        }
    }

    /// A wave has an address of its own, also beside those that are cited.
    fn code(&mut self, field: &str, wave: &Code, taken: bool) {
        if RESERVED.contains(&wave.as_str()) {
            self.refuse(field, SurveyFault::Reserved);
        }
        if taken {
            self.refuse(field, SurveyFault::CodeTaken);
        }
    }

    fn cited(&mut self, slot: &str, cited: &CitedWave) {
        self.name(slot, &cited.name);
        self.code(slot, &cited.wave, self.after.wave(cited.wave.as_str()).is_some());
        let untold = [&cited.untold.zh, &cited.untold.en];
        if let Some(problem) = untold.into_iter().find_map(|text| text_problem(text, TEXT_MAX)) {
            self.problem(slot, problem);
        }
        if !cited.is_in_order() {
            self.problem(slot, Problem::PeriodOrder);
        }
    }

    fn step(&mut self, slot: &str, step: &WaveStep) {
        let Some(held) = self.after.wave(step.wave.as_str()) else {
            let code = step.wave.clone();
            return self.problem(slot, Problem::UnknownReference { what: Reference::Wave, code });
        };
        let from = self.state_before(held);
        let fault = match (&step.event, from.after(step.event.step())) {
            (event, None) => Some(SurveyFault::IllegalMove { from, step: event.step() }),
            (WaveEvent::Opened { asked }, _) => {
                let found = self.after.questionnaire(&held.wave.instrument, held.wave.version);
                let same = found.is_some_and(|found| found.fingerprint() == *asked);
                (!same).then_some(SurveyFault::AskedOtherwise)
            }
            _ => None,
        };
        if let Some(fault) = fault {
            self.refuse(slot, fault);
        }
    }

    fn state_before(&self, held: &HeldWave) -> WaveState {
        let before = self.before.and_then(|plan| plan.wave(held.wave.wave.as_str()));
        before.map_or(WaveState::Draft, HeldWave::state)
    }

    /// What was opened stays as it was: the design, what is asked, and the steps.
    fn standing(&mut self) {
        let Some(before) = self.before else { return };
        for held in before.waves.iter().filter(|held| held.state() != WaveState::Draft) {
            let wave = &held.wave;
            let after = self.after.wave(wave.wave.as_str());
            if after.is_none_or(|after| after.wave != *wave) {
                self.refuse(&format!("wave/{}", wave.wave), SurveyFault::WaveFixed);
                continue;
            }
            if after.is_some_and(|after| {
                held.events.iter().any(|(event, _)| !after.events.iter().any(|(other, _)| other == event))
            }) {
                self.refuse(&format!("wave/{}", wave.wave), SurveyFault::WaveFixed);
            }
            let asked = |plan: &Plan| plan.questionnaire(&wave.instrument, wave.version).cloned();
            if asked(before) != asked(self.after) {
                let slot = format!("questionnaire/{}/{}", wave.instrument, wave.version);
                self.refuse(&slot, SurveyFault::InUse { wave: wave.wave.to_string() });
            }
        }
        // A draft whose questionnaire goes, or asks something else by now, would ask what its design does not fit.
        for held in self.after.waves.iter().filter(|held| held.state() == WaveState::Draft) {
            let field = format!("wave/{}", held.wave.wave);
            // Said once: by the fact that is at fault, where it is given.
            if self.refusals.iter().any(|held| held.field.starts_with(&field)) {
                continue;
            }
            let asked = self.after.questionnaire(&held.wave.instrument, held.wave.version);
            let problem = match asked {
                None => {
                    let code = held.wave.instrument.clone();
                    Some(Problem::UnknownReference { what: Reference::Questionnaire, code })
                }
                Some(asked) => design_faults(&held.wave, asked)
                    .into_iter()
                    .next()
                    .map(|(_, fault)| Problem::BadSurvey(fault)),
            };
            if let Some(problem) = problem {
                self.problem(&field, problem);
            }
        }
    }
}

/// What of a design does not fit what is asked, with the part of the design.
fn design_faults(wave: &Wave, asked: &Questionnaire) -> Vec<(&'static str, SurveyFault)> {
    let mut out = Vec::new();
    let mut note = |part, outcome: Result<(), SurveyFault>| {
        if let Err(fault) = outcome {
            out.push((part, fault));
        }
    };
    if let Some(name) = &wave.area {
        note("area", asked.single(name).map(drop));
    }
    for name in &wave.groups {
        note("groups", asked.single(name).map(drop));
    }
    for margin in &wave.margins {
        note("margins", totals(margin, asked));
    }
    note("margins", populations(&wave.margins));
    let mut quotas = Vec::new();
    for quota in &wave.quotas {
        for (question, code) in &quota.of {
            let known = asked.always(question).and_then(|choices| {
                let there = choices.iter().any(|choice| choice.code == *code);
                let (question, code) = (question.clone(), code.clone());
                if there { Ok(()) } else { Err(SurveyFault::NoChoice { question, code }) }
            });
            note("quotas", known);
        }
        if quota.target == 0 {
            note("quotas", Err(SurveyFault::BadQuotas));
        }
        quotas.push(Quota { of: quota.of.clone(), target: quota.target, filled: 0 });
    }
    note("quotas", Quotas::new(quotas).map(drop).map_err(|_| SurveyFault::BadQuotas));
    out
}

fn totals(margin: &WaveMargin, asked: &Questionnaire) -> Result<(), SurveyFault> {
    let choices = asked.always(&margin.question)?;
    let bad = || SurveyFault::BadTotals { question: margin.question.clone() };
    for (code, total) in &margin.totals {
        if !choices.iter().any(|choice| choice.code == *code) {
            let (question, code) = (margin.question.clone(), code.clone());
            return Err(SurveyFault::NoChoice { question, code });
        }
        // Of an answer that nobody gives by the totals, the first who gives it could not be weighted.
        if *total <= Decimal::ZERO {
            return Err(bad());
        }
    }
    let mut codes: Vec<&str> = margin.totals.iter().map(|(code, _)| code.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    let whole = codes.len() == choices.len() && codes.len() == margin.totals.len();
    if whole { Ok(()) } else { Err(bad()) }
}

/// One population has one size. Shares, whose sum is about 1 or 100, say nothing of it.
fn populations(margins: &[WaveMargin]) -> Result<(), SurveyFault> {
    let sum = |margin: &WaveMargin| {
        margin.totals.iter().fold(Decimal::ZERO, |sum, (_, total)| sum.saturating_add(*total))
    };
    let mut people = margins.iter().filter(|margin| sum(margin) > PERCENT_MOST);
    let Some(first) = people.next() else { return Ok(()) };
    match people.find(|other| sum(other) != sum(first)) {
        None => Ok(()),
        Some(other) => Err(SurveyFault::DifferentPopulations {
            first: first.question.clone(),
            other: other.question.clone(),
        }),
    }
}
