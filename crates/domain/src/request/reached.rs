//! What those who asked are told: what was reached by the project or item that their request led to.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::code::Code;
use crate::fact::Fact;
use crate::history::{RecordedFact, SubjectHistory, View};
use crate::item::workflow::Standing;
use crate::item::{ItemFact, Target};
use crate::journal::Seq;
use crate::milestone::Aspect;
use crate::planned_date::days_between;
use crate::project::ProjectFact;
use crate::telling::NEWS_DAYS;

/// Something that was reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    pub of: Target,
    /// The step of the project; nothing where the item itself is done.
    pub step: Option<Code>,
    pub on: Date,
    /// The entry since which it is known: whoever was linked later knew it already. A date that is put right later is
    /// no news; what was taken back and is reached again is.
    pub seq: Seq,
}

impl Reached {
    /// Whether it was news on the day of its entry: what was filled in long after was not.
    pub fn was_news(&self, recorded: Date) -> bool {
        days_between(self.on, recorded) <= NEWS_DAYS
    }
}

/// The entry since which something holds without a break, by the facts of a slot in their order.
fn since(facts: &[&RecordedFact], view: View, holds: impl Fn(&Fact) -> bool) -> Option<Seq> {
    let known: BTreeSet<Seq> = facts.iter().flat_map(|it| [Some(it.seq), it.superseded]).flatten().collect();
    known.into_iter().filter(|known| *known <= view.known).fold(None, |since, known| {
        let last = facts.iter().rfind(|it| it.is_visible(View { known, ..view }));
        if last.is_some_and(|it| holds(&it.fact)) { since.or(Some(known)) } else { None }
    })
}

/// What a project or item has reached by a day, in the order in which it was recorded. Steps of a project's parts
/// are the project's own matter; a date that was taken back was not reached.
pub fn reached(history: &SubjectHistory, today: Date) -> Vec<Reached> {
    let Some(of) = Target::of(&history.subject) else { return Vec::new() };
    let view = View::as_of(today);
    let mut out: Vec<Reached> = match &of {
        Target::Project(_) => {
            let mut steps: BTreeMap<&Code, Vec<&RecordedFact>> = BTreeMap::new();
            for held in history.facts() {
                if let Some((step, _)) = actual(&held.fact) {
                    steps.entry(step).or_default().push(held);
                }
            }
            let by_today = |fact: &Fact| actual(fact).and_then(|(_, on)| on).filter(|on| *on <= today);
            let done = |(step, facts): (&Code, Vec<&RecordedFact>)| {
                let last = facts.iter().rfind(|it| it.is_visible(view))?;
                let on = by_today(&last.fact)?;
                let seq = since(&facts, view, |fact| by_today(fact).is_some())?;
                Some(Reached { of: of.clone(), step: Some(step.clone()), on, seq })
            };
            steps.into_iter().filter_map(done).collect()
        }
        Target::Item(_) => {
            let is_move = |it: &&RecordedFact| matches!(it.fact, Fact::Item(ItemFact::Move { .. }));
            let moves: Vec<&RecordedFact> = history.facts().iter().filter(is_move).collect();
            let done = |fact: &Fact| match fact {
                Fact::Item(ItemFact::Move { state, .. }) => state.standing() == Standing::Done,
                _ => false,
            };
            let last = moves.iter().rfind(|it| it.is_visible(view)).filter(|it| done(&it.fact));
            last.zip(since(&moves, view, done))
                .map(|(last, seq)| Reached { of: of.clone(), step: None, on: last.effective, seq })
                .into_iter()
                .collect()
        }
        Target::Indicator(_) | Target::Request(_) => Vec::new(),
    };
    out.sort_by_key(|reached| reached.seq);
    out
}

/// A step of a project itself, with when it was reached; no day where that was taken back.
fn actual(fact: &Fact) -> Option<(&Code, Option<Date>)> {
    match fact {
        Fact::Project(ProjectFact::Milestone { aspect: Aspect::Actual, part: None, step, date, .. }) => {
            Some((step, date.as_ref().map(|date| date.first())))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::planned_date::PlannedDate;
    use crate::source::Grade;
    use crate::subject::Subject;

    const TODAY: Date = date(2019, 6, 30);

    fn code(text: &str) -> Code {
        Code::new(text).unwrap()
    }

    fn fact(seq: u64, on: Option<Date>) -> RecordedFact {
        let fact = Fact::Project(ProjectFact::Milestone {
            aspect: Aspect::Actual,
            part: None,
            step: code("start"),
            date: on.map(PlannedDate::day),
            cause: None,
        });
        RecordedFact {
            slot: fact.slot().into(),
            effective: date(2019, 1, 1).saturating_add(jiff::Span::new().days(seq as i64)),
            seq: Seq(seq),
            superseded: None,
            grade: Grade::Reported,
            fact,
        }
    }

    fn told(facts: Vec<RecordedFact>) -> Option<(Date, u64)> {
        let subject = Subject::project(&code("p"), &code("road"));
        let history = SubjectHistory::from_facts(subject, facts).unwrap();
        reached(&history, TODAY).first().map(|it| (it.on, it.seq.0))
    }

    #[test]
    fn a_date_that_is_put_right_is_known_since_it_was_first_said() {
        let (may, june) = (date(2019, 5, 20), date(2019, 6, 1));
        assert_eq!(told(vec![fact(3, Some(may))]), Some((may, 3)));
        // Said anew, and corrected.
        assert_eq!(told(vec![fact(3, Some(may)), fact(5, Some(june))]), Some((june, 3)));
        let wrong = RecordedFact { superseded: Some(Seq(5)), ..fact(3, Some(may)) };
        assert_eq!(told(vec![wrong.clone(), fact(5, Some(june))]), Some((june, 3)));
        // Taken back, and reached again.
        assert_eq!(told(vec![fact(3, Some(may)), fact(4, None)]), None);
        assert_eq!(told(vec![fact(3, Some(may)), fact(4, None), fact(6, Some(june))]), Some((june, 6)));
        assert_eq!(told(vec![wrong, fact(6, Some(june))]), Some((june, 6)));
    }

    #[test]
    fn what_was_filled_in_long_after_was_no_news() {
        let one = |on| Reached { of: Target::Project(code("road")), step: None, on, seq: Seq(1) };
        assert!(one(TODAY).was_news(TODAY) && one(date(2019, 5, 30)).was_news(TODAY));
        assert!(!one(date(2018, 10, 1)).was_news(TODAY));
    }

    proptest! {
        #[test]
        fn it_is_known_since_an_entry_from_which_on_it_held(days in prop::collection::vec(0u8..3, 1..12)) {
            let said = |at: usize| match days[at] {
                0 => None,
                more => Some(date(2019, 5, more as i8)),
            };
            let facts: Vec<RecordedFact> = (0..days.len()).map(|at| fact(at as u64 + 1, said(at))).collect();
            let behind_last_no = days.iter().rposition(|day| *day == 0).map_or(0, |at| at + 1);
            let wanted = (behind_last_no < days.len()).then(|| behind_last_no as u64 + 1);
            prop_assert_eq!(told(facts).map(|(_, seq)| seq), wanted);
        }
    }
}
