//! Meetings: the last one, what its decisions came to, the proposed agenda, and minutes with decisions.

use std::collections::BTreeSet;

use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::item::agenda::{Material, Proposal, propose};
use domain::item::kind::Part;
use domain::item::ledger::{LedgerRow, RowKind};
use domain::item::light::Light;
use domain::item::query::{LedgerQuery, Sort};
use domain::item::{Item, ItemFact, ItemKind, Relation, Standing, State, Step, Target};
use domain::named::Named;
use domain::source::Source;
use domain::subject::Subject;
use jiff::civil::Date;
use jiff::{Span, Timestamp};

use super::item_at;
use crate::App;
use crate::actor::Actor;
use crate::change::{Change, Receipt};
use crate::error::AppError;
use crate::ledger::{PAGE_MOST, Paging, project_row};
use crate::read::Asked;

/// Decisions of one meeting that are shown.
const DECISIONS_MOST: usize = 200;
/// Points that are proposed.
const PROPOSALS_MOST: usize = 50;
/// Without a meeting before it, a meeting goes back so many days for what came in.
const ASKS_BACK: i64 = 31;

/// What a meeting decides: an item with its owner and date.
#[derive(Debug, Clone, PartialEq)]
pub struct NewDecision {
    pub name: Named,
    pub text: String,
    pub lead_unit: Code,
    pub supporting: Vec<Code>,
    pub due: Date,
    /// What the point was about that it was decided on.
    pub about: Option<Target>,
}

impl App {
    /// Meetings held or planned from one day to another, in the order in which they are held.
    pub async fn meetings(
        &self,
        plan: &Code,
        (from, to): (Date, Date),
        asked: Asked,
    ) -> Result<Vec<LedgerRow>, AppError> {
        let portfolio = self.portfolio(plan, asked).await?;
        // A meeting that was held is due with its minutes, a day later.
        let until = to.tomorrow().unwrap_or(to);
        let query = LedgerQuery {
            kinds: vec![ItemKind::Meeting],
            due: (Some(from), Some(until)),
            ..LedgerQuery::default()
        };
        let mut rows = self.all_items(&portfolio, &query).await?;
        rows.retain(|row| row.held_at.is_some_and(|at| at.date() >= from && at.date() <= to));
        rows.sort_by(|a, b| (a.held_at, &a.code).cmp(&(b.held_at, &b.code)));
        Ok(rows)
    }

    /// The meeting that this one follows: the one it says it does, else the last of its series.
    pub async fn meeting_before(
        &self,
        plan: &Code,
        meeting: &Item,
        asked: Asked,
    ) -> Result<Option<Item>, AppError> {
        let view = self.view(asked).await?;
        let named = meeting.linked(Relation::CarriedOver).find_map(|to| match to {
            Target::Item(code) => Some(code.clone()),
            _ => None,
        });
        let code = match named {
            Some(code) => Some(code),
            None => self.last_of_series(plan, meeting, asked).await?,
        };
        let Some(code) = code else { return Ok(None) };
        let plan = plan.clone();
        Ok(self.database().read_async(move |c| item_at(c, &plan, &code, view)).await?)
    }

    async fn last_of_series(
        &self,
        plan: &Code,
        meeting: &Item,
        asked: Asked,
    ) -> Result<Option<Code>, AppError> {
        let (Some((at, _)), Some(series)) = (&meeting.appointment, meeting.series) else { return Ok(None) };
        let query = LedgerQuery {
            kinds: vec![ItemKind::Meeting],
            series: Some(series),
            standings: vec![Standing::Open, Standing::Done],
            due: (None, Some(at.date())),
            ..LedgerQuery::default()
        };
        let paging = Paging { sort: Sort::Due, descending: true, after: None, limit: 10 };
        let found = self.ledger(plan, &query, &paging, asked).await?.rows;
        // One that is still to be held has left nothing yet.
        let took_place = [State::Held, State::Minuted].map(State::as_str);
        let earlier = found.into_iter().map(|(row, _)| row).filter(|row| row.code != meeting.code);
        let mut held = earlier.filter(|row| row.held_at.is_some_and(|held| held < *at));
        Ok(held.find(|row| took_place.contains(&row.state.as_str())).map(|row| row.code))
    }

    /// What was decided at a meeting or dispatch, each as it stands.
    pub async fn decisions_at(
        &self,
        plan: &Code,
        meeting: &Code,
        asked: Asked,
    ) -> Result<Vec<LedgerRow>, AppError> {
        let view = self.view(asked).await?;
        let (plan, meeting) = (plan.clone(), Target::Item(meeting.clone()));
        let mut rows = self
            .database()
            .read_async(move |c| {
                let mut rows = Vec::new();
                for link in c.links_to(&plan, &meeting, DECISIONS_MOST)? {
                    if link.relation == Relation::DecidedAt
                        && let Some(item) = item_at(c, &plan, &link.item, view)?
                    {
                        rows.push(LedgerRow::of_item(&item));
                    }
                }
                Ok::<_, store::StoreError>(rows)
            })
            .await?;
        rows.sort_by(|a, b| a.code.cmp(&b.code));
        Ok(rows)
    }

    /// Points for a meeting's agenda: what units asked for, what the last meeting left, what stands badly.
    pub async fn agenda_proposals(
        &self,
        plan: &Code,
        meeting: &Item,
        asked: Asked,
    ) -> Result<Vec<Proposal>, AppError> {
        let last = self.meeting_before(plan, meeting, asked).await?;
        let decisions = match &last {
            Some(last) => self.decisions_at(plan, &last.code, asked).await?,
            None => Vec::new(),
        };
        let today = self.clock().today();
        let since = since(last.as_ref(), today);
        let returned = self.asked_between(plan, (since, today), asked).await?;
        let lit = LedgerQuery {
            projects: true,
            kinds: ItemKind::ALL.to_vec(),
            standings: vec![Standing::Open],
            lights: vec![Light::Red, Light::Orange, Light::Yellow],
            ..LedgerQuery::default()
        };
        let called = LedgerQuery {
            kinds: vec![ItemKind::Whistle],
            standings: vec![Standing::Open],
            ..LedgerQuery::default()
        };
        // Where there are more than a page, what has waited longest is looked at.
        let paging = Paging { sort: Sort::Due, descending: false, after: None, limit: PAGE_MOST };
        let mut open = self.ledger(plan, &lit, &paging, asked).await?.rows;
        open.extend(self.ledger(plan, &called, &paging, asked).await?.rows);
        // The matters of the last meeting, lit or not.
        let portfolio = self.portfolio(plan, asked).await?;
        let judge = portfolio.plan.lights().on(portfolio.view.as_of);
        let about: BTreeSet<Code> = last
            .iter()
            .flat_map(|last| &last.agenda)
            .filter_map(|(_, point)| match &point.about {
                Some(Target::Item(code)) => Some(code.clone()),
                _ => None,
            })
            .collect();
        let (wanted, view) = (plan.clone(), portfolio.view);
        let items = self
            .database()
            .read_async(move |c| {
                let mut rows = Vec::new();
                for code in about {
                    rows.extend(item_at(c, &wanted, &code, view)?.map(|item| LedgerRow::of_item(&item)));
                }
                Ok::<_, store::StoreError>(rows)
            })
            .await?;
        open.extend(
            items.into_iter().map(|row| (judge.judge(&row), row)).map(|(verdict, row)| (row, verdict)),
        );
        let floats = self.floats(&portfolio, &judge).await?;
        for (_, point) in last.iter().flat_map(|last| &last.agenda) {
            if let Some(Target::Project(code)) = &point.about
                && let Some(project) = portfolio.project(code.as_str())
            {
                let row = project_row(&portfolio, project, &floats);
                let verdict = judge.judge(&row);
                open.push((row, verdict));
            }
        }
        let mut seen = BTreeSet::new();
        let open: Vec<(LedgerRow, Light)> = open
            .into_iter()
            .filter(|(row, _)| row.standing == Standing::Open && seen.insert(row.id()))
            .filter(|(row, _)| !matches!(row.kind, RowKind::Milestone { .. }))
            .map(|(row, verdict)| (row, verdict.light))
            .collect();
        let material = Material {
            meeting,
            last: last.as_ref(),
            decisions: &decisions,
            returned: &returned,
            open: &open,
        };
        Ok(propose(&material, PROPOSALS_MOST))
    }

    /// When an entry was made, where it is on the books.
    pub async fn recorded_at(&self, seq: domain::journal::Seq) -> Result<Option<Timestamp>, AppError> {
        Ok(self.entry(seq).await?.map(|entry| entry.recorded_at))
    }

    /// Puts what a meeting decided on the books, each with its owner and date, and issues its minutes where
    /// there are any to issue: all in one transaction, or nothing.
    pub async fn decide_at(
        &self,
        actor: &Actor,
        plan: &Code,
        meeting: Change,
        decisions: &[NewDecision],
    ) -> Result<Receipt, (usize, AppError)> {
        let code = meeting.command.subject().code.clone();
        let changes = |first: &Code| {
            let mut changes = vec![meeting.clone()];
            for (at, decision) in decisions.iter().enumerate() {
                let own = following(first, at).ok_or((at + 1, AppError::NotFound))?;
                changes.push(decided(plan, &code, own, decision, &meeting.source, self.clock().today()));
            }
            Ok(changes)
        };
        let (_, receipts) = self.change_numbered(actor, plan, ItemKind::Decision, changes).await?;
        receipts.into_iter().next().ok_or((0, AppError::NotFound))
    }
}

/// From which day on a meeting sees to what came in: from that of the meeting before.
pub(crate) fn since(last: Option<&Item>, day: Date) -> Date {
    let held = last.and_then(|last| last.appointment.as_ref()).map(|(at, _)| at.date());
    held.filter(|held| *held < day).unwrap_or_else(|| day.saturating_sub(Span::new().days(ASKS_BACK)))
}

/// The `n`-th code after one that ends in a number.
fn following(first: &Code, n: usize) -> Option<Code> {
    let (head, number) = first.as_str().rsplit_once('-')?;
    let number = number.parse::<usize>().ok()?.checked_add(n)?;
    Code::new(&format!("{head}-{number:04}")).ok()
}

fn decided(
    plan: &Code,
    meeting: &Code,
    code: Code,
    decision: &NewDecision,
    source: &Source,
    today: Date,
) -> Change {
    let link = |relation, to| ItemFact::Link { relation, to, held: true };
    let mut facts = vec![
        ItemFact::Kind { kind: ItemKind::Decision },
        ItemFact::Name(decision.name.clone()),
        ItemFact::Received { on: today },
        ItemFact::LeadUnit { unit: decision.lead_unit.clone() },
        ItemFact::Due { on: decision.due },
        link(Relation::DecidedAt, Target::Item(meeting.clone())),
        // Its owner has it from the moment it is decided.
        ItemFact::Move { step: Step::Assign, state: State::Assigned, by: None },
    ];
    if !decision.text.is_empty() {
        facts.push(ItemFact::Text { text: decision.text.clone() });
    }
    facts.extend(
        decision.supporting.iter().filter(|unit| **unit != decision.lead_unit).map(|unit| {
            ItemFact::SupportingUnit { unit: unit.clone(), part: Part::Supporting, active: true }
        }),
    );
    facts.extend(decision.about.as_ref().and_then(|about| match about {
        // Carrying a decision out serves the project it is about.
        Target::Project(_) => Some(link(Relation::Serves, about.clone())),
        Target::Item(_) => Some(link(Relation::ArisesFrom, about.clone())),
        Target::Indicator(_) | Target::Request(_) => None,
    }));
    Change {
        command: Command::Register {
            subject: Subject::item(plan, &code),
            facts: facts.into_iter().map(Fact::from).collect(),
        },
        effective: None,
        source: source.clone(),
        reason: String::new(),
    }
}
