//! Reminders and escalation in words: a rung of the ladder, and what became of it for an item.

use domain::item::Item;
use domain::portfolio::Portfolio;
use domain::rhythm::{Chase, Planned, Rung, Turn, Wait};
use words::Lang;

use crate::error::PageError;
use crate::page::Page;
use crate::visit::Visit;
use crate::words_of::{day, word};

/// A rung that an item is on, or was.
pub struct ChaseLine {
    pub when: String,
    pub rule: String,
    pub who: String,
    pub came: String,
    /// For the eye: done, due, coming, lapsed.
    pub class: &'static str,
    pub slip: String,
    pub slip_address: String,
}

/// What the calendar did and has in store for an item.
pub struct Chases {
    /// Whether anything is, or was, in store at all.
    pub shown: bool,
    pub limit: String,
    pub lines: Vec<ChaseLine>,
    /// Done for limits that no longer count.
    pub earlier: Vec<ChaseLine>,
    pub none: String,
    pub rules: String,
}

/// How long after a limit.
pub fn wait(lang: Lang, wait: Wait) -> String {
    let (key, n) = match wait {
        Wait::WorkingDays(0) => ("wait-on", 0),
        Wait::WorkingDays(n) if n < 0 => ("wait-ahead", i64::from(-n)),
        Wait::WorkingDays(n) => ("wait-days", i64::from(n)),
        Wait::Minutes(n) if n > 0 && n % 60 == 0 => ("wait-hours", i64::from(n / 60)),
        Wait::Minutes(n) => ("wait-minutes", i64::from(n)),
        Wait::Hours(n) if n < 0 => ("wait-hours-ahead", -i64::from(n)),
        Wait::Hours(n) => ("wait-hours", i64::from(n)),
    };
    words::with(lang, key, &[("n", &n.to_string())])
}

/// What happens on a rung besides telling somebody.
pub fn effect(lang: Lang, rung: &Rung) -> String {
    let mut out = Vec::new();
    if let Some(colour) = rung.slip {
        out.push(words::with(lang, "chase-slip", &[("colour", &word(lang, "slip-colour", colour.as_str()))]));
    }
    if rung.raise {
        out.push(words::text(lang, "chase-raise").into_owned());
    }
    out.join(crate::words_of::comma(lang))
}

pub async fn chases(
    visit: &Visit,
    page: &Page,
    portfolio: &Portfolio,
    item: &Item,
) -> Result<Chases, PageError> {
    let lang = visit.lang;
    let ladder = visit.app.ladder(portfolio, item).await?;
    let (lines, earlier) = chase_lines(page, &ladder, &item.chases);
    let limit = ladder
        .first()
        .map(|planned| words::with(lang, "chase-limit", &[("day", &day(lang, planned.limit.date()))]));
    let rhythm = portfolio.plan.rhythm.as_ref();
    Ok(Chases {
        shown: !ladder.is_empty() || !earlier.is_empty(),
        limit: limit.unwrap_or_default(),
        none: visit.t(if rhythm.is_none() { "chase-none-in-force" } else { "chase-none" }).into_owned(),
        rules: rhythm.map_or_else(String::new, |held| held.rules.name.get(lang.is_english()).to_owned()),
        lines,
        earlier,
    })
}

/// The rungs of a ladder with what became of each; and what was done for limits that no longer count.
pub(crate) fn chase_lines(
    page: &Page,
    ladder: &[Planned],
    held: &[Chase],
) -> (Vec<ChaseLine>, Vec<ChaseLine>) {
    let lang = page.lang;
    let rule = |rung: &Rung| {
        let (wait, effect) = (wait(lang, rung.after), effect(lang, rung));
        if effect.is_empty() { wait } else { format!("{wait}{}{effect}", crate::words_of::comma(lang)) }
    };
    let slip_of = |slip: Option<&domain::code::Code>| {
        slip.map_or_else(Default::default, |slip| (slip.to_string(), page.link(&format!("/slips/{slip}"))))
    };
    let on_ladder = |chase: &&Chase| {
        ladder.iter().any(|planned| (planned.watch, planned.limit) == (chase.watch, chase.limit))
    };
    let lines = ladder
        .iter()
        .map(|planned| {
            let (came, class) = match planned.turn {
                Turn::Done(on) => (words::with(lang, "chase-done", &[("day", &day(lang, on))]), "done"),
                Turn::Due => (words::text(lang, "chase-due").into_owned(), "due"),
                Turn::Coming => (words::text(lang, "chase-coming").into_owned(), "coming"),
                Turn::Lapsed => (words::text(lang, "chase-lapsed").into_owned(), "lapsed"),
            };
            let done = held.iter().find(|chase| {
                (chase.watch, chase.limit, chase.after, chase.to)
                    == (planned.watch, planned.limit, planned.rung.after, planned.rung.to)
            });
            let (slip, slip_address) = slip_of(done.and_then(|chase| chase.slip.as_ref()));
            let time = match planned.rung.after {
                Wait::WorkingDays(_) => String::new(),
                Wait::Minutes(_) | Wait::Hours(_) => planned.at.strftime(" %H:%M").to_string(),
            };
            ChaseLine {
                when: format!("{}{time}", day(lang, planned.at.date())),
                rule: rule(planned.rung),
                who: word(lang, "recipient", planned.rung.to.as_str()),
                came,
                class,
                slip,
                slip_address,
            }
        })
        .collect();
    let earlier = held
        .iter()
        .filter(|chase| !on_ladder(chase))
        .map(|chase| {
            let (slip, slip_address) = slip_of(chase.slip.as_ref());
            let limit = words::with(lang, "chase-limit", &[("day", &day(lang, chase.limit.date()))]);
            ChaseLine {
                when: day(lang, chase.on),
                rule: format!("{limit}{}{}", crate::words_of::comma(lang), wait(lang, chase.after)),
                who: word(lang, "recipient", chase.to.as_str()),
                came: words::with(lang, "chase-done", &[("day", &day(lang, chase.on))]),
                class: "done",
                slip,
                slip_address,
            }
        })
        .collect::<Vec<_>>();
    (lines, earlier)
}
