//! What units asked of the task force in a stretch of days: more time, another duty, a second look.

use domain::code::Code;
use domain::history::View;
use domain::item::{Item, Step};
use domain::report::{Ask, AskKind};
use jiff::civil::Date;

use crate::App;
use crate::error::AppError;

/// Items that are read at once.
const PAGE: usize = 500;

impl App {
    /// What units asked from one day to another, both included, with what had been answered by then.
    pub(crate) async fn asks(&self, plan: &Code, (from, to): (Date, Date)) -> Result<Vec<Ask>, AppError> {
        let asked_of = plan.clone();
        let codes = self.database().read_async(move |c| c.asking_items(&asked_of, (from, to))).await?;
        let mut out = Vec::new();
        for some in codes.chunks(PAGE) {
            let items = self.items_without_content(plan, some, View::as_of(to)).await?;
            out.extend(items.values().flat_map(|item| of_item(item, (from, to))));
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
