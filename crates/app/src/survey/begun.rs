//! When somebody who answers by themselves began. What was begun while people were asked is taken however late it comes,
//! as what interviewers wrote down is: a phone may have been without a connection for a day.

use domain::code::Code;
use domain::survey::{HeldWave, WaveAccess, WaveMove, WaveState};
use jiff::civil::Date;

use super::SheetFault;
use crate::App;

impl App {
    /// What a page that asks says of its sheet: the day, in a form that only this installation makes. Empty where
    /// nobody is asked, or the installation has no key. What was said of it before stays.
    pub fn sheet_begun(&self, plan: &Code, held: &HeldWave, sheet: &Code, said: &str) -> String {
        if self.begun_on(plan, held, sheet, said).is_some() {
            return said.to_owned();
        }
        let today = self.clock().today();
        if held.asks_on(today) { self.begun_words(plan, held, sheet, today) } else { String::new() }
    }

    /// The day on which a sheet was begun, where that is known.
    pub(super) fn begun_on(&self, plan: &Code, held: &HeldWave, sheet: &Code, said: &str) -> Option<Date> {
        let day = said.split_once('.')?.0.parse::<Date>().ok()?;
        let ours = !said.is_empty() && self.begun_words(plan, held, sheet, day) == said;
        (ours && (held.wave.from..=held.wave.to).contains(&day)).then_some(day)
    }

    fn begun_words(&self, plan: &Code, held: &HeldWave, sheet: &Code, day: Date) -> String {
        let wave = &held.wave.wave;
        self.key().map_or_else(String::new, |key| {
            format!("{day}.{}", key.digest(&format!("survey-begun/{plan}/{wave}/{sheet}/{day}")))
        })
    }

    /// The day of a sheet that somebody fills in by themselves: today while people are asked; afterwards that on which
    /// it was begun. A link that works once stands for itself until the wave is frozen.
    ///
    /// # Errors
    /// [`SheetFault::NotAsking`].
    pub fn day_of_own(
        &self,
        plan: &Code,
        held: &HeldWave,
        (sheet, begun, invitation): (&Code, &str, &str),
    ) -> Result<Date, SheetFault> {
        let today = self.clock().today();
        if held.asks_on(today) {
            return Ok(today);
        }
        let state = held.state();
        if matches!(state, WaveState::Draft | WaveState::Withdrawn) {
            return Err(SheetFault::NotAsking);
        }
        if let Some(day) = self.begun_on(plan, held, sheet, begun) {
            return Ok(day);
        }
        let last = held.day_of(WaveMove::Close).unwrap_or(today).min(held.wave.to);
        let linked = held.wave.access == WaveAccess::Invited && !invitation.is_empty();
        if linked && state.takes_sheets() && last >= held.wave.from {
            Ok(last)
        } else {
            Err(SheetFault::NotAsking)
        }
    }
}
