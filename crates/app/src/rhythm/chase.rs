//! Reminders, escalation and slips.

use std::borrow::Borrow;
use std::sync::Arc;

use domain::authorize::target_of;
use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::history::{SubjectHistory, View};
use domain::item::kind::{ItemKind, Level, SlipColour};
use domain::item::{Item, ItemFact, Relation, Standing, State, Step, Target};
use domain::named::Named;
use domain::portfolio::Portfolio;
use domain::request::Request;
use domain::rhythm::{Planned, Recipient as Rung, Watch, slipped};
use domain::subject::Subject;
use domain::telling::item_path;
use domain::unit::Unit;
use domain::workday;
use jiff::civil::Date;
use store::{OpenItem, StoreError, Tx};
use words::Lang;

use super::people::People;
use super::told::{self, units_of};
use super::{Deed, Turn, actor};
use crate::App;
use crate::change::{Change, make};
use crate::error::AppError;
use crate::ledger::code_prefix;

/// Items looked at, and then done, at once.
const BATCH: usize = 200;
/// Items done in one transaction: others want the writer too.
const TOGETHER: usize = 20;

/// Kinds that are watched for their limit.
const LIMITED: [ItemKind; 9] = [
    ItemKind::Directive,
    ItemKind::TrackedTask,
    ItemKind::Finding,
    ItemKind::Decision,
    ItemKind::Return,
    ItemKind::Report,
    ItemKind::Slip,
    ItemKind::Whistle,
    ItemKind::Dispatch,
];

impl App {
    /// Reminds and escalates whatever is due.
    pub(super) async fn chase(
        &self,
        turn: &Turn,
        trial: bool,
        deeds: &mut Vec<Deed>,
    ) -> Result<(), AppError> {
        let people = Arc::new(self.people().await?);
        let horizon = turn.rules.horizon(turn.today());
        for (kinds, due_by) in [(&LIMITED[..], Some(horizon)), (&[ItemKind::Meeting][..], None)] {
            let mut after: Option<OpenItem> = None;
            loop {
                let (looked, last) = self.look(turn, kinds, due_by, after).await?;
                if trial {
                    // What its period's closing would end is not chased any more.
                    let closed = |code: &Code| {
                        deeds
                            .iter()
                            .any(|deed| matches!(deed, Deed::Missed { returns } if returns.contains(code)))
                    };
                    let left = looked.iter().filter(|(code, _)| !closed(code));
                    let would: Vec<Deed> = left.flat_map(|(_, would)| would.clone()).collect();
                    deeds.extend(would);
                } else {
                    let codes: Vec<Code> = looked.into_iter().map(|(code, _)| code).collect();
                    for some in codes.chunks(TOGETHER) {
                        deeds.extend(self.chase_some(turn, some.to_vec(), people.clone()).await?);
                    }
                }
                match last {
                    Some(last) => after = Some(last),
                    None => break,
                }
            }
        }
        Ok(())
    }

    /// A page of open items: those about which something is due, with what; and where the next begins.
    async fn look(
        &self,
        turn: &Turn,
        kinds: &[ItemKind],
        due_by: Option<Date>,
        after: Option<OpenItem>,
    ) -> Result<(Vec<(Code, Vec<Deed>)>, Option<OpenItem>), AppError> {
        let (turn, kinds) = (turn.clone(), kinds.to_vec());
        self.database()
            .read_async(move |c| {
                let found = c.open_items(&turn.plan, &kinds, turn.day, due_by, after.as_ref(), BATCH)?;
                let mut out = Vec::new();
                for OpenItem { code, .. } in &found {
                    let history = c.subject(&Subject::item(&turn.plan, code))?;
                    let Some(item) = history.and_then(|held| Item::at(&held, View::ALL)) else { continue };
                    if is_moot(&turn.plan, &item, |subject| c.subject(subject))? {
                        continue;
                    }
                    let due = turn.rules.due(&item, turn.at);
                    if !due.is_empty() {
                        out.push((code.clone(), due.iter().map(|it| would(&item, it)).collect()));
                    }
                }
                let last = (found.len() == BATCH).then(|| found.into_iter().next_back()).flatten();
                Ok::<_, AppError>((out, last))
            })
            .await
    }

    async fn chase_some(
        &self,
        turn: &Turn,
        codes: Vec<Code>,
        people: Arc<People>,
    ) -> Result<Vec<Deed>, AppError> {
        let turn = turn.clone();
        self.database()
            .write_async(move |tx| {
                let mut deeds = Vec::new();
                for code in &codes {
                    one(tx, &turn, code, &people, &mut deeds)?;
                }
                Ok::<_, AppError>(deeds)
            })
            .await
    }

    /// What the calendar has in store for an item, for its page: the ladder with what became of it.
    pub async fn ladder<'a>(
        &self,
        portfolio: &'a Portfolio,
        item: &Item,
    ) -> Result<Vec<Planned<'a>>, AppError> {
        let Some(rules) = &portfolio.plan.rhythm else { return Ok(Vec::new()) };
        let (mut some, mut open) = (false, false);
        for about in slipped(item) {
            let Some(held) = self.subject(&about.subject(&portfolio.plan.code)).await? else { continue };
            some = true;
            open |= is_in_hand(about, &held, portfolio.view);
        }
        if some && !open {
            return Ok(Vec::new());
        }
        let (now, day) = (self.wall(), portfolio.view.as_of);
        Ok(rules.ladder_of(item, if day < now.date() { day.at(23, 59, 59, 0) } else { now }))
    }
}

/// Whether an item is a slip about nothing that is still in hand.
fn is_moot<H: Borrow<SubjectHistory>>(
    plan: &Code,
    item: &Item,
    mut found: impl FnMut(&Subject) -> Result<Option<H>, StoreError>,
) -> Result<bool, StoreError> {
    let (mut some, mut open) = (false, false);
    for about in slipped(item) {
        let Some(held) = found(&about.subject(plan))? else { continue };
        some = true;
        open |= is_in_hand(about, held.borrow(), View::ALL);
    }
    Ok(some && !open)
}

/// Whether what a slip is about still has somebody to do it.
fn is_in_hand(about: &Target, held: &SubjectHistory, view: View) -> bool {
    match about {
        Target::Request(_) => Request::at(held, view).is_some_and(|request| request.state.is_open()),
        _ => Item::at(held, view).is_some_and(|item| item.state.standing() == Standing::Open),
    }
}

fn would(item: &Item, planned: &Planned) -> Deed {
    Deed::Chased {
        item: item.code.clone(),
        watch: planned.watch,
        limit: planned.limit,
        after: planned.rung.after,
        to: planned.rung.to,
        slip: planned.rung.slip.map(|colour| colour.as_str().to_owned()),
        raised: planned.rung.raise,
        told: 0,
    }
}

/// Does what is due about one item, as it stands in this very transaction.
fn one(
    tx: &mut Tx,
    turn: &Turn,
    code: &Code,
    people: &People,
    deeds: &mut Vec<Deed>,
) -> Result<(), AppError> {
    let subject = Subject::item(&turn.plan, code);
    let Some(item) = tx.subject(&subject)?.and_then(|held| Item::at(&held, View::ALL)) else {
        return Ok(());
    };
    if is_moot(&turn.plan, &item, |subject| tx.subject(subject))? {
        return Ok(());
    }
    let target = tx.with_lookup(|lookup| target_of(&subject, lookup))?;
    for planned in turn.rules.due(&item, turn.at) {
        let rung = planned.rung;
        let slip = match rung.slip {
            Some(colour) if item.lead_unit.is_some() => {
                Some(issue(tx, turn, &About::of_item(&turn.plan, &item), &planned, colour)?)
            }
            _ => None,
        };
        let mut facts = vec![ItemFact::Chased {
            watch: planned.watch,
            limit: planned.limit,
            after: rung.after,
            to: rung.to,
            slip: slip.as_ref().map(|(slip, _)| slip.clone()),
        }];
        if rung.raise {
            facts.push(ItemFact::Move { step: Step::Raise, state: State::Raised, by: None });
            if item.level == Some(Level::District) {
                facts.push(ItemFact::Level { level: Level::City });
            }
        }
        let reason = match rung.raise {
            true => {
                let limit = planned.limit.strftime("%Y-%m-%d %H:%M").to_string();
                words::both("rhythm-nobody-answered", &[("limit", &limit)])
            }
            false => String::new(),
        };
        let command = Command::Record {
            subject: subject.clone(),
            facts: facts.into_iter().map(Fact::from).collect(),
            expected: None,
        };
        let receipt = done(tx, turn, command, reason)?;
        let Some(entry) = receipt else { continue };
        let units = units_of(&item, planned.watch, rung.to);
        let mut to = people.of_rung(rung.to, &units, &target);
        if rung.raise {
            // Whoever called is told that it was raised.
            to.extend(item.caller.iter().flat_map(|caller| people.of_unit(caller)));
        }
        let about = About::of_item(&turn.plan, &item);
        let notice = told::chased(&turn.plan, &about, &planned, turn.at, entry)?;
        let mut told = turn.tell(tx, &notice, &to)?;
        if let (Some((slip, seq)), Some(colour)) = (&slip, rung.slip) {
            let notice = told::slip(&turn.plan, slip, colour, &about, *seq)?;
            let signers = people.of_rung(Rung::Unit, &units_of(&item, planned.watch, Rung::Unit), &target);
            told += turn.tell(tx, &notice, &signers)?;
        }
        deeds.push(Deed::Chased {
            item: code.clone(),
            watch: planned.watch,
            limit: planned.limit,
            after: rung.after,
            to: rung.to,
            slip: slip.map(|(slip, _)| slip.to_string()),
            raised: rung.raise,
            told,
        });
    }
    Ok(())
}

/// Makes a change in the rhythm's own name; the entry it came to.
pub(super) fn done(
    tx: &mut Tx,
    turn: &Turn,
    command: Command,
    reason: String,
) -> Result<Option<domain::journal::Seq>, AppError> {
    let change = Change { command, effective: Some(turn.today()), source: turn.source.clone(), reason };
    let receipt = make(tx, &actor(), &change, turn.now, turn.today())?;
    Ok(receipt.entries.last().map(|entry| entry.seq))
}

/// What somebody is reminded of, or gets a slip about.
pub(super) struct About {
    pub thing: Target,
    pub name: Named,
    /// Where it is read.
    pub path: String,
    pub lead_unit: Option<Code>,
    pub level: Option<Level>,
    pub sector: Option<Code>,
}

impl About {
    fn of_item(plan: &Code, item: &Item) -> Self {
        Self {
            thing: Target::Item(item.code.clone()),
            name: item.name.clone(),
            path: item_path(plan, item.kind, &item.code),
            lead_unit: item.lead_unit.clone(),
            level: item.level,
            sector: item.sector.clone(),
        }
    }
}

/// Puts a slip on the books: numbered, for the lead unit to sign for.
pub(super) fn issue(
    tx: &mut Tx,
    turn: &Turn,
    item: &About,
    planned: &Planned,
    colour: SlipColour,
) -> Result<(Code, domain::journal::Seq), AppError> {
    let (slips, year) = (&turn.rules.rules.slips, turn.today().year());
    let prefix = code_prefix(ItemKind::Slip, turn.today());
    let (code, number) = tx.reading()?.next_item_code(&turn.plan, &prefix)?;
    let name = |lang: Lang| {
        let colour = words::text(lang, &format!("slip-colour-{}", colour.as_str()));
        let about = item.name.get(lang.is_english());
        let (colour, number) = (colour.as_ref(), number.to_string());
        let long =
            words::with(lang, "slip-name", &[("colour", colour), ("number", &number), ("about", about)]);
        if long.chars().count() <= domain::named::NAME_MAX { long } else { format!("{colour} {number}") }
    };
    let mut facts = vec![
        ItemFact::Kind { kind: ItemKind::Slip },
        ItemFact::Name(Named::new(name(Lang::Zh), name(Lang::En))),
        ItemFact::Number { number: slips.numbered(year, number) },
        ItemFact::SlipColour { colour },
        ItemFact::Received { on: turn.today() },
        ItemFact::Due { on: slips.sign_by(turn.today()) },
        ItemFact::Text { text: text(turn, item, planned, colour) },
        ItemFact::Link { relation: Relation::Supervises, to: item.thing.clone(), held: true },
    ];
    facts.extend(item.lead_unit.clone().map(|unit| ItemFact::LeadUnit { unit }));
    facts.extend(item.level.map(|level| ItemFact::Level { level }));
    facts.extend(item.sector.clone().map(|sector| ItemFact::Sector { sector }));
    // It lies where its unit does: whoever answers for that area alone signs for it.
    let unit = match &item.lead_unit {
        Some(unit) => tx.subject(&Subject::unit(unit))?.map(|held| Unit::at(unit, held.visible(View::ALL))),
        None => None,
    };
    if let Some(area) = unit.and_then(|unit| unit.area) {
        facts.push(ItemFact::Place { areas: vec![area], address: String::new() });
    }
    let subject = Subject::item(&turn.plan, &code);
    let command = Command::Register { subject, facts: facts.into_iter().map(Fact::from).collect() };
    let seq = done(tx, turn, command, String::new())?;
    seq.map(|seq| (code, seq)).ok_or_else(|| damaged("a slip was on the books already"))
}

/// What the slip says, as paper does: for good.
fn text(turn: &Turn, item: &About, planned: &Planned, colour: SlipColour) -> String {
    let (limit, today) = (planned.limit.date(), turn.today());
    let days = workday::between(limit, today);
    let next = turn.rules.rules.next_slip(planned.watch, planned.rung.after, planned.limit);
    let last = next.map_or_else(String::new, |(on, _)| on.to_string());
    let kind = match planned.watch {
        Watch::Return => "return",
        Watch::Request | Watch::Books | Watch::Desk | Watch::Asked => "request",
        _ => "item",
    };
    let moment = if days > 0 { "late" } else { "ahead" };
    let said = |lang: Lang| {
        let args = [
            ("name", item.name.get(lang.is_english())),
            ("due", &limit.to_string()),
            ("days", &days.abs().to_string()),
            ("colour", &words::text(lang, &format!("slip-colour-{}", colour.as_str()))),
        ];
        let mut text = words::with(lang, &format!("slip-says-{kind}-{moment}"), &args);
        if !last.is_empty() && days > 0 {
            if lang == Lang::En {
                text.push(' ');
            }
            text.push_str(&words::with(lang, "slip-says-final", &[("last", &last)]));
        }
        text
    };
    format!("{}\n{}", said(Lang::Zh), said(Lang::En))
}

fn damaged(error: impl std::fmt::Display) -> AppError {
    StoreError::Damaged(error.to_string()).into()
}
