//! The rhythm of the demonstration: from July 2019 on reminders, escalation and slips are the program's own,
//! by rules on the books; units sign and return as units do, most in time. All of it is made up.

use std::collections::BTreeMap;

use app::rhythm::Deed;
use app::{Actor, App, Change};
use domain::code::Code;
use domain::command::Command;
use domain::item::kind::Series;
use domain::item::{ItemFact, State, Step};
use domain::named::Named;
use domain::plan::PlanFact;
use domain::report::Period;
use domain::rhythm::{InForce, Recipient, ReturnContent, ReturnPart, RhythmRules, return_code};
use domain::source::Grade;
use domain::subject::Subject;
use domain::workday;
use jiff::civil::{Date, date};

use crate::load::Dated;
use crate::people;
use crate::registers::book::{END, both, code, illustrative, made_up, person};

/// The first day of the rhythm, a Monday.
pub(crate) const SINCE: Date = date(2019, 7, 1);
/// The last day of the plan's round: the rhythm ends with it.
const UNTIL: Date = date(2020, 12, 31);

/// Matters that units ask to have decided, in turn.
const ASKS: [(&str, &str); 4] = [
    ("请市级协调产权单位移交用地", "please have the owner hand over the site"),
    ("请明确管线迁改的牵头单位", "please name the unit that leads the moving of pipes"),
    ("请协调临时导行方案审批", "please settle the approval of the temporary traffic plan"),
    ("请落实年度追加资金", "please secure this year’s additional funds"),
];

/// The rules, put on the books some days before.
pub(crate) fn rules(plan: &Code) -> Dated {
    let mut rules = RhythmRules::presets().swap_remove(0);
    rules.code = code("huitian-2018");
    rules.name = Named::new("回天地区督办节奏（示例）", "Rhythm of the Huitian area (example)");
    rules.source =
        Named::new("为演示而设，以推荐规则为底", "Made up for the demonstration after the recommended rules");
    // What became of each whistle is told by the registers.
    for rung in rules.ladders.values_mut().flatten() {
        rung.raise = false;
    }
    for rule in &mut rules.returns {
        // Months are spoken of at the dispatch meeting.
        rule.report &= rule.series() != Series::Monthly;
    }
    let day = workday::nth(SINCE, -3);
    let fact = PlanFact::Rhythm(InForce { since: SINCE, until: Some(UNTIL), rules });
    let command = Command::Record { subject: Subject::plan(plan), facts: vec![fact.into()], expected: None };
    let change = Change { command, effective: Some(day), source: illustrative(), reason: String::new() };
    Dated { day, place: "demo rhythm".into(), actor: Actor::operator(), change }
}

/// The days on which the rhythm is kept: every working day.
pub(crate) fn days() -> impl Iterator<Item = Date> {
    let first = workday::at_or_after(SINCE);
    std::iter::successors(Some(first), |day| Some(workday::nth(*day, 1))).take_while(|day| *day <= END)
}

/// What units are about to do.
#[derive(Default)]
pub(crate) struct Units {
    slips: BTreeMap<Date, Vec<(Code, Code)>>,
    returns: BTreeMap<Date, Vec<Own>>,
    /// Everybody who can sign for a unit.
    signers: Vec<Code>,
}

/// A unit's return on its way.
struct Own {
    unit: Code,
    series: Series,
    period: Period,
    turn: usize,
}

impl Units {
    pub(crate) fn new(signers: Vec<Code>) -> Self {
        Self { signers, ..Self::default() }
    }

    /// One day: what units do, and what the calendar then asks for.
    pub(crate) async fn keep(&mut self, app: &App, plan: &Code, day: Date) -> anyhow::Result<()> {
        let mut acts = Vec::new();
        for (slip, unit) in self.slips.remove(&day).unwrap_or_default() {
            let signed = ItemFact::Move { step: Step::Sign, state: State::Signed, by: None };
            acts.push(act(plan, &slip, &unit, vec![signed]));
        }
        let mut together: BTreeMap<Period, Vec<Own>> = BTreeMap::new();
        for own in self.returns.remove(&day).unwrap_or_default() {
            together.entry(own.period).or_default().push(own);
        }
        for (period, own) in together {
            let units: Vec<Code> = own.iter().map(|own| own.unit.clone()).collect();
            let contents = app.compose_returns(plan, &units, period, period.to.min(day)).await?;
            for (own, mut content) in own.into_iter().zip(contents) {
                write(&mut content, own.turn);
                let facts = vec![
                    ItemFact::Content { content: content.to_text() },
                    ItemFact::Move { step: Step::Submit, state: State::Submitted, by: None },
                ];
                let code = return_code(own.series, period, &own.unit);
                acts.push(act(plan, &code, &own.unit, facts));
            }
        }
        app.change_each(acts).await.map_err(|(_, error)| error)?;
        let run = app.run_rhythm_as(plan, day.at(9, 0, 0, 0), false, Grade::Illustrative).await?;
        for deed in run.deeds {
            self.answer(app, plan, day, deed).await?;
        }
        Ok(())
    }

    /// What units make of what they are asked.
    async fn answer(&mut self, app: &App, plan: &Code, day: Date, deed: Deed) -> anyhow::Result<()> {
        match deed {
            Deed::Chased { slip: Some(slip), to, .. } | Deed::RequestChased { slip: Some(slip), to, .. } => {
                let slip = Code::new(&slip)?;
                let (item, _) = app.item(plan, &slip, app::read::Asked::default()).await?;
                let Some(unit) = item.lead_unit.filter(|unit| self.signers.contains(unit)) else {
                    return Ok(());
                };
                // The reddest are signed for at once; the one in the demonstration's own hands waits.
                let days = i32::from(to != Recipient::SupervisionOffice);
                if day < workday::nth(END, -6) || unit.as_str() != "changping-education" {
                    self.slips.entry(workday::nth(day, days.max(1))).or_default().push((slip, unit));
                }
            }
            Deed::Opened { period, series, units } => {
                let Some(series) = Series::parse(series) else { return Ok(()) };
                let Some(rhythm) = domain::report::Rhythm::of(series) else { return Ok(()) };
                let now = Period::containing(rhythm, day);
                let period = [now, now.previous()].into_iter().find(|held| held.name() == period);
                let Some(period) = period else { return Ok(()) };
                for (at, unit) in units.into_iter().enumerate() {
                    if !self.signers.contains(&unit) {
                        continue;
                    }
                    let turn = at * 5 + period.from.day().unsigned_abs() as usize + at / 3;
                    let after = match turn % 13 {
                        7 if !turn.is_multiple_of(3) => continue,
                        3 | 11 => 2,
                        _ => 1,
                    };
                    // The last week's of the department that signs in here is left for its visitor to fill.
                    let last = period.to > workday::nth(END, -4);
                    if last && unit.as_str() == "changping-education" {
                        continue;
                    }
                    let on = workday::nth(period.to, after);
                    self.returns.entry(on).or_default().push(Own { unit, series, period, turn });
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// What whoever answers for a unit does.
fn act(plan: &Code, item: &Code, unit: &Code, facts: Vec<ItemFact>) -> (Actor, Change) {
    let change = made_up(Subject::item(plan, item), facts, false);
    (person(&people::liaison(unit.as_str())), change)
}

/// What a unit says to what the ledger says of it.
fn write(content: &mut ReturnContent, turn: usize) {
    for (at, line) in content.lines.iter_mut().enumerate() {
        line.said = match line.part {
            ReturnPart::Late => both(
                "场地腾退未完成，已与产权单位约定下月中旬前移交",
                "the site is not cleared; its owner has agreed to hand it over by the middle of next month",
            ),
            ReturnPart::InHand if (turn + at).is_multiple_of(3) => {
                both("按计划推进，下周完成现场核查", "as planned; to be checked on site next week")
            }
            _ => String::new(),
        };
    }
    content.next = both("推进在办事项，销账到期任务", "go on with what is in hand, clear what falls due");
    if turn % 11 == 4 {
        let (zh, en) = ASKS[turn % ASKS.len()];
        content.asks.push(both(zh, en));
    }
}
