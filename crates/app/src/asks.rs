//! What units asked of the task force in a stretch of days: more time, another duty, a second look.

use std::collections::BTreeSet;

use domain::code::Code;
use domain::fact::Fact;
use domain::history::View;
use domain::item::{Item, ItemFact, Step};
use domain::journal::Entry;
use domain::report::{Ask, AskKind};
use domain::subject::{Subject, SubjectKind};
use jiff::civil::Date;
use store::EntryFilter;

use crate::App;
use crate::error::AppError;

/// Entries that are read at once, how often, and the items that are told.
const PAGE: usize = 500;
const PAGES: usize = 40;
const ITEMS_MOST: usize = 200;

fn asks_for_something(entry: &Entry) -> bool {
    entry.draft.event.facts().iter().any(|fact| {
        matches!(
            fact,
            Fact::Item(
                ItemFact::ExtensionAsked { .. }
                    | ItemFact::Objection { .. }
                    | ItemFact::Move { step: Step::AskReview, .. }
            )
        )
    })
}

impl App {
    /// What units asked from one day to another, both included, with what had been answered by then.
    pub(crate) async fn asks(&self, plan: &Code, (from, to): (Date, Date)) -> Result<Vec<Ask>, AppError> {
        let eve = from.yesterday().unwrap_or(from);
        let filter = EntryFilter {
            scope: Some(plan.clone()),
            kind: Some(SubjectKind::Item),
            recorded_from: Some(self.clock().end_of(eve)),
            effective_to: Some(to),
            ..EntryFilter::default()
        };
        let (mut items, mut before) = (BTreeSet::new(), None);
        for _ in 0..PAGES {
            let page = self.entries(filter.clone(), before, PAGE).await?;
            let asking = page.items.into_iter().filter(asks_for_something);
            items.extend(asking.map(|entry| entry.draft.subject.code));
            before = page.next;
            if before.is_none() || items.len() >= ITEMS_MOST {
                break;
            }
        }
        let mut out = Vec::new();
        for code in items.into_iter().take(ITEMS_MOST) {
            let history = self.subject(&Subject::item(plan, &code)).await?;
            if let Some(item) = history.and_then(|history| Item::at(&history, View::as_of(to))) {
                out.extend(of_item(&item, (from, to)));
            }
        }
        out.sort_by(|a, b| (a.on, &a.code).cmp(&(b.on, &b.code)));
        Ok(out)
    }
}

fn of_item(item: &Item, (from, to): (Date, Date)) -> Vec<Ask> {
    let within = |on: Date| (from..=to).contains(&on);
    let ask = |on, kind, until, reason: &str, granted| Ask {
        code: item.code.clone(),
        name: item.name.clone(),
        unit: item.lead_unit.clone(),
        kind,
        on,
        until,
        reason: reason.to_owned(),
        granted,
    };
    let mut out: Vec<Ask> = item
        .extensions
        .iter()
        .filter(|it| within(it.asked))
        .map(|it| {
            let granted = it.decided.as_ref().map(|(_, granted, _)| *granted);
            ask(it.asked, AskKind::Extension, Some(it.until), &it.reason, granted)
        })
        .collect();
    let answer =
        |on: Date, yes: Step, no: Option<Step>| {
            let mut later = item.moves.iter().filter(|moved| moved.on >= on);
            later.find_map(|moved| {
                if moved.step == yes { Some(true) } else { (Some(moved.step) == no).then_some(false) }
            })
        };
    out.extend(item.objection.iter().filter(|it| within(it.on)).map(|it| {
        let granted = answer(it.on, Step::UpholdObjection, Some(Step::RejectObjection));
        ask(it.on, AskKind::Objection(it.to), it.due, &it.reason, granted)
    }));
    let reviews = item.moves.iter().filter(|it| it.step == Step::AskReview && within(it.on));
    out.extend(reviews.map(|it| {
        let granted = answer(it.on, Step::DecideReview, None);
        ask(it.on, AskKind::Review, None, "", granted)
    }));
    out
}
