//! The themes of months (每月一题): what is proposed by the figures of requests, what a person decided, and what is
//! measured of each, month by month.

use std::collections::BTreeMap;

use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::item::goal::RequestGoal;
use domain::item::kind::{ItemKind, Level, Part};
use domain::item::theme::{
    COMPARED, CategoryMonth, MonthlyTheme, ThemeFigures, ThemeMonth, ThemeProposal, last_whole_month,
    proposals,
};
use domain::item::workflow::Standing;
use domain::item::{Item, ItemFact, Relation, State, Step, Target};
use domain::journal::Seq;
use domain::named::Named;
use domain::request::rate::Tally;
use domain::source::Source;
use domain::subject::Subject;
use jiff::ToSpan;
use jiff::civil::Date;
use store::{BackLink, Connection, RateBy, StoreError};

use crate::App;
use crate::actor::Actor;
use crate::change::{Change, Receipt};
use crate::error::AppError;
use crate::read::Asked;

/// As many themes are read of a plan.
const THEMES_MOST: usize = 500;

/// A theme that is put on the books: a decision to be carried out, with what is told of it.
#[derive(Debug, Clone, PartialEq)]
pub struct NewTheme {
    pub name: Named,
    pub theme: MonthlyTheme,
    pub lead_unit: Code,
    pub supporting: Vec<Code>,
    pub level: Level,
    pub due: Date,
    pub goal: Option<RequestGoal>,
    /// The meeting that decided on it.
    pub meeting: Option<Code>,
    /// Projects that settle it.
    pub projects: Vec<Code>,
}

impl NewTheme {
    /// What is put down of it.
    pub fn facts(&self, today: Date) -> Vec<Fact> {
        let text = if self.theme.measures.zh.is_empty() { &self.theme.about } else { &self.theme.measures };
        let mut facts = vec![
            ItemFact::Kind { kind: ItemKind::Decision },
            ItemFact::Name(self.name.clone()),
            ItemFact::Text { text: text.zh.clone() },
            ItemFact::Received { on: today },
            ItemFact::Level { level: self.level },
            ItemFact::LeadUnit { unit: self.lead_unit.clone() },
            ItemFact::Due { on: self.due },
            ItemFact::Theme(self.theme.clone()),
            ItemFact::Move { step: Step::Assign, state: State::Assigned, by: None },
        ];
        facts.extend(self.supporting.iter().filter(|unit| **unit != self.lead_unit).map(|unit| {
            ItemFact::SupportingUnit { unit: unit.clone(), part: Part::Supporting, active: true }
        }));
        facts.extend(self.projects.iter().map(|project| ItemFact::Link {
            relation: Relation::Serves,
            to: Target::Project(project.clone()),
            held: true,
        }));
        facts.extend(self.meeting.iter().map(|meeting| ItemFact::Link {
            relation: Relation::DecidedAt,
            to: Target::Item(meeting.clone()),
            held: true,
        }));
        facts.extend(self.goal.clone().map(ItemFact::Goal));
        facts.into_iter().map(Fact::from).collect()
    }
}

/// What speaks for which category as the theme after a month.
#[derive(Debug, Clone, PartialEq)]
pub struct ThemeProposals {
    /// The first day of the month that was counted.
    pub month: Date,
    /// All requests of it.
    pub all: u64,
    pub lines: Vec<ThemeProposal>,
}

fn month_text(month: Date) -> String {
    month.strftime("%Y-%m").to_string()
}

fn to_u32(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// What some months' requests of some categories came to. `partly`: how much of a solution a partial one is, by the
/// formula of the rates.
fn months(
    c: &mut Connection,
    plan: &Code,
    categories: &[Code],
    months: &[Date],
    partly: impl Fn(Date) -> u8,
) -> Result<Vec<ThemeMonth>, StoreError> {
    let (Some(first), Some(last)) = (months.first(), months.last()) else { return Ok(Vec::new()) };
    let counts = c.category_months(plan, &month_text(*first), &month_text(*last))?;
    let is_of = |code: &str| categories.iter().any(|category| category.as_str() == code);
    months
        .iter()
        .map(|month| {
            let text = month_text(*month);
            let requests = counts.iter().filter(|(held, code, _)| *held == text && is_of(code));
            let mut tally = Tally::default();
            let days = (*month, month.last_of_month());
            for (group, held) in c.rate_tallies(plan, days, RateBy::Category)? {
                if is_of(&group) {
                    tally.merge(&held);
                }
            }
            Ok(ThemeMonth {
                month: *month,
                requests: to_u32(requests.map(|(.., count)| count).sum()),
                judged: to_u32(tally.solved + tally.partly + tally.unsolved),
                solved: to_u32(tally.solved * 100 + tally.partly * u64::from(partly(days.1))),
            })
        })
        .collect()
}

impl App {
    /// What the requests of the last whole month by a day say about which matter to take up next.
    pub async fn theme_proposals(&self, plan: &Code, by: Date) -> Result<ThemeProposals, AppError> {
        let month = last_whole_month(by);
        let back = |months: usize| month.saturating_sub((months as i64).months());
        let (first, last) = (month_text(back(COMPARED)), month_text(month));
        let plan = plan.clone();
        let counts = self.database().read_async(move |c| c.category_months(&plan, &first, &last)).await?;
        let mut by_category: BTreeMap<Code, CategoryMonth> = BTreeMap::new();
        let mut all = 0;
        for (held, code, count) in counts {
            all += if held == month_text(month) { count } else { 0 };
            // What nobody has put into a category is no matter.
            let Ok(category) = Code::new(&code) else { continue };
            let line = by_category.entry(category.clone()).or_insert_with(|| CategoryMonth {
                category,
                now: 0,
                before: [0; COMPARED],
            });
            match (0..=COMPARED).find(|at| month_text(back(*at)) == held) {
                Some(0) => line.now += to_u32(count),
                Some(at) => line.before[at - 1] += to_u32(count),
                None => {}
            }
        }
        let lines = proposals(&by_category.into_values().collect::<Vec<_>>(), all);
        Ok(ThemeProposals { month, all, lines })
    }

    /// The themes on the books at a point of view, the latest month first.
    pub async fn themes(&self, plan: &Code, asked: Asked) -> Result<Vec<Item>, AppError> {
        let view = self.view(asked).await?;
        let wanted = plan.clone();
        let mut codes =
            self.database().read_async(move |c: &mut Connection| c.items_with_themes(&wanted)).await?;
        codes.truncate(THEMES_MOST);
        let items = self.items_without_content(plan, &codes, view).await?;
        let mut items: Vec<Item> = items.into_values().filter(|item| item.theme.is_some()).collect();
        let month = |item: &Item| item.theme.as_ref().map(|theme| theme.month);
        items.sort_by(|a, b| month(b).cmp(&month(a)).then_with(|| a.code.cmp(&b.code)));
        Ok(items)
    }

    /// Those that everybody may read.
    pub async fn public_themes(&self, plan: &Code) -> Result<Vec<Item>, AppError> {
        let mut items = self.themes(plan, Asked::default()).await?;
        items.retain(|item| item.theme.as_ref().is_some_and(|theme| theme.shown));
        Ok(items)
    }

    /// What was measured of a theme; while it is open, as it is now.
    pub async fn theme_figures(&self, plan: &Code, item: &Item) -> Result<Vec<ThemeMonth>, AppError> {
        let Some(theme) = &item.theme else { return Ok(Vec::new()) };
        match (&item.theme_figures, item.state.standing()) {
            (Some(held), Standing::Done | Standing::Withdrawn) => Ok(held.months.clone()),
            _ => self.count_theme(plan, theme).await,
        }
    }

    /// What on the ledger names a thing as its ground, up to a hundred.
    pub async fn links_to(&self, plan: &Code, to: &Target) -> Result<Vec<BackLink>, AppError> {
        let (plan, to) = (plan.clone(), to.clone());
        Ok(self.database().read_async(move |c: &mut Connection| c.links_to(&plan, &to, 100)).await?)
    }

    async fn count_theme(&self, plan: &Code, theme: &MonthlyTheme) -> Result<Vec<ThemeMonth>, AppError> {
        let portfolio = self.portfolio(plan, Asked::default()).await?;
        let (plan, categories) = (plan.clone(), theme.categories.clone());
        let wanted = theme.months(self.clock().today());
        let read = move |c: &mut Connection| {
            let partly = |day| portfolio.plan.rate_formula(day).map_or(0, |formula| formula.partly);
            months(c, &plan, &categories, &wanted, partly)
        };
        Ok(self.database().read_async(read).await?)
    }

    /// Puts a theme on the books.
    pub async fn set_theme(
        &self,
        actor: &Actor,
        plan: &Code,
        theme: &NewTheme,
        source: Source,
    ) -> Result<Code, AppError> {
        let facts = theme.facts(self.clock().today());
        let change = |code: &Code| {
            Ok(vec![Change {
                command: Command::Register { subject: Subject::item(plan, code), facts: facts.clone() },
                effective: None,
                source: source.clone(),
                reason: String::new(),
            }])
        };
        let numbered = self.change_numbered(actor, plan, ItemKind::Decision, change).await;
        Ok(numbered.map_err(|(_, error)| error)?.0)
    }

    /// Says something else of a theme: what is told of it, or whether everybody may read it.
    pub async fn tell_theme(
        &self,
        actor: &Actor,
        plan: &Code,
        (code, seen): (&Code, Seq),
        theme: MonthlyTheme,
        source: Source,
    ) -> Result<Receipt, AppError> {
        let command = Command::Record {
            subject: Subject::item(plan, code),
            facts: vec![ItemFact::Theme(theme).into()],
            expected: Some(seen),
        };
        self.change(actor, Change { command, effective: None, source, reason: String::new() }).await
    }

    /// Measures the open themes of a plan up to the last whole month, each once a month; how many were measured.
    pub async fn measure_themes(&self, plan: &Code, source: Source) -> Result<usize, AppError> {
        let today = self.clock().today();
        let to = last_whole_month(today).last_of_month();
        let mut measured = 0;
        for item in self.themes(plan, Asked::default()).await? {
            let Some(theme) = &item.theme else { continue };
            let last = theme.months(today).last().map(|month| month.last_of_month());
            let done = item.theme_figures.as_ref().is_some_and(|held| Some(held.to) >= last);
            if done || item.state.standing() != Standing::Open || theme.month > to {
                continue;
            }
            let Some(last) = last else { continue };
            let figures = ThemeFigures { to: last, months: self.count_theme(plan, theme).await? };
            let change = Change {
                command: Command::Record {
                    subject: Subject::item(plan, &item.code),
                    facts: vec![ItemFact::ThemeMeasured(figures).into()],
                    expected: Some(item.version),
                },
                effective: None,
                source: source.clone(),
                reason: String::new(),
            };
            match self.change(&crate::rhythm::actor(), change).await {
                Ok(_) => measured += 1,
                // Somebody was quicker: the next round sees to it.
                Err(AppError::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(measured)
    }
}
