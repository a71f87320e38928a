//! The rules of links: two places, in reach of each other, opened before they close.

use super::Check;
use crate::code::Code;
use crate::fact::Fact;
use crate::history::RecordedFact;
use crate::journal::Seq;
use crate::link::{EndsSeen, LINK_MOST, LINKS_MOST, NewLink};
use crate::named::NAME_MAX;
use crate::plan::PlanFact;
use crate::refusal::{Problem, Reference};

impl Check<'_> {
    pub(super) fn link(&mut self, code: &Code, link: &NewLink) {
        self.name(&link.name);
        let stated = link.ends.iter().filter_map(|end| end.stated.map(|stated| stated.at));
        if link.points().into_iter().chain(stated).any(|point| !point.is_on_earth()) {
            self.refuse(Problem::BadPoint);
            return;
        }
        let metres = link.straight();
        if metres == 0 {
            self.refuse(Problem::SamePlace);
        }
        if metres > u64::from(LINK_MOST) {
            self.refuse(Problem::EndsApart { metres, most: LINK_MOST });
        }
        match link.metres {
            // What is rounded differs by one.
            Some(stated) if u64::from(stated) + 1 < metres => {
                self.refuse(Problem::ShorterThanStraight { metres });
            }
            Some(stated) if stated > 2 * LINK_MOST => {
                self.refuse(Problem::EndsApart { metres: stated.into(), most: 2 * LINK_MOST });
            }
            _ => {}
        }
        if let (Some(opens), Some(closes)) = (link.opens, link.closes)
            && closes <= opens
        {
            self.refuse(Problem::PeriodOrder);
        }
        link.project.iter().for_each(|project| self.project(project));
        if let Some(seen) = &link.seen {
            self.not_future(seen.on);
            self.text(&seen.by, NAME_MAX, true);
            self.seen_before_the_ends(seen);
        }
        let others =
            self.plan.as_ref().map_or(0, |plan| plan.links.iter().filter(|held| held.code != *code).count());
        if others >= LINKS_MOST {
            self.refuse(Problem::TooMany(LINKS_MOST));
        }
    }

    /// Whoever was there before the ends were said otherwise saw the earlier ones.
    fn seen_before_the_ends(&mut self, seen: &EndsSeen) {
        let day = self.context.effective;
        let held: Vec<_> = self
            .after
            .in_slot(&self.field)
            .iter()
            .filter(|it| it.superseded.is_none() && it.effective <= day)
            .filter_map(|it| match &it.fact {
                Fact::Plan(PlanFact::Link { held: Some(link), .. }) => Some((link.points(), it.effective)),
                _ => None,
            })
            .collect();
        let Some((now, _)) = held.last() else { return };
        let other = held.iter().rposition(|(ends, _)| ends != now);
        if let Some((_, from)) = other.and_then(|at| held.get(at + 1))
            && seen.on < *from
        {
            self.refuse(Problem::ChangedSince { from: *from });
        }
    }

    pub(super) fn link_withdrawn(&mut self, code: &Code) {
        let day = self.context.effective;
        let before =
            |it: &&RecordedFact| it.superseded.is_none() && it.seq != Seq::LATEST && it.effective <= day;
        let last = self.after.in_slot(&self.field).iter().rfind(before);
        let held =
            last.is_some_and(|it| matches!(&it.fact, Fact::Plan(PlanFact::Link { held: Some(_), .. })));
        self.require(held, Reference::Link, code);
    }
}
