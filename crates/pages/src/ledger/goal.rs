//! How many people still raise a matter, beside how few are to: the part of a task's page that is measured.

use domain::item::Item;
use domain::item::goal::{GoalStanding, hundredths};
use domain::portfolio::Portfolio;
use jiff::ToSpan;

use crate::page::Page;
use crate::visit::Visit;
use crate::words_of::{day, encode};

pub(super) struct WeekLine {
    pub label: String,
    pub people: u32,
    /// Of the most, in percent.
    pub length: u32,
    /// Whether it lies after the task was put on the books.
    pub counts: bool,
}

pub(super) struct GoalView {
    pub said: String,
    pub standing: String,
    pub met: bool,
    pub counted: String,
    /// The requests that are counted.
    pub address: String,
    pub weeks: Vec<WeekLine>,
}

pub(super) fn goal(visit: &Visit, page: &Page, portfolio: &Portfolio, item: &Item) -> Option<GoalView> {
    let goal = item.goal.as_ref()?;
    let lang = visit.lang;
    let said = visit.tw(
        "goal-said",
        &[
            ("baseline", &hundredths(goal.baseline)),
            ("target", &hundredths(goal.target)),
            ("weeks", &goal.weeks.to_string()),
        ],
    );
    let found = goal.standing(item.measured.as_ref(), item.received, portfolio.view.as_of);
    let standing = match found {
        GoalStanding::NotMeasured => visit.t("goal-not-measured").into_owned(),
        GoalStanding::TooEarly { from } => visit.tw("goal-too-early", &[("from", &day(lang, from))]),
        GoalStanding::Above { rate } => visit.tw("goal-above", &[("rate", &hundredths(rate))]),
        GoalStanding::Met { rate } => visit.tw("goal-met", &[("rate", &hundredths(rate))]),
    };
    let english = lang.is_english();
    let mut counted: Vec<String> = Vec::new();
    counted.extend(goal.categories().map(|code| {
        let held = portfolio.plan.request_category(code.as_str());
        held.map_or_else(|| code.to_string(), |held| held.name.get(english).to_owned())
    }));
    counted.extend(goal.areas.iter().map(|code| {
        let held = portfolio.areas.get(code);
        held.map_or_else(|| code.to_string(), |held| held.name.get(english).to_owned())
    }));
    counted.extend(goal.words.iter().map(|word| format!("“{word}”")));
    let mut query: Vec<String> = Vec::new();
    query.extend(goal.category.iter().map(|code| format!("category={code}")));
    // The list takes one area and one text: the first of each is where to begin.
    query.extend(goal.areas.first().map(|code| format!("area={code}")));
    query.extend(goal.words.first().map(|word| format!("q={}", encode(word))));
    let weeks = item.measured.as_ref().map_or_else(Vec::new, |measured| {
        let most = measured.people.iter().copied().max().unwrap_or(0).max(1);
        let number = measured.people.len() as i64;
        (0i64..)
            .zip(&measured.people)
            .map(|(at, people)| {
                let monday = measured.to.saturating_sub(((number - at) * 7 - 1).days());
                WeekLine {
                    label: day(lang, monday),
                    people: *people,
                    length: people * 100 / most,
                    counts: monday >= item.received,
                }
            })
            .collect()
    });
    Some(GoalView {
        said,
        standing,
        met: matches!(found, GoalStanding::Met { .. }),
        counted: counted.join(" · "),
        address: page.link(&format!("/requests?{}", query.join("&"))),
        weeks,
    })
}
