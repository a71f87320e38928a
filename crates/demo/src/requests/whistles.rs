//! Requests that were more than a subdistrict could settle alone: it called the departments to the spot.

use app::{App, Change};
use domain::code::Code;
use domain::command::Command;
use domain::history::View;
use domain::item::kind::{ItemKind, Level, Part, WhistleKind};
use domain::item::{ItemFact, Relation, State, Step, Target};
use domain::request::{Request, RequestFact};
use domain::subject::Subject;
use domain::workday;
use jiff::Span;
use jiff::civil::Date;

use crate::people;
use crate::registers::book::{END, code, example, illustrative, made_up, person};

/// Which request, working days before the end, and whether the departments came.
const CALLS: [(&str, i32, bool); 2] = [("HT-R-0240", -9, true), ("HT-R-0262", -1, false)];

/// Who is called: the first leads.
const CALLED: [&str; 2] = ["changping-housing", "changping-urban-management"];

pub(super) async fn keep(app: &App, plan: &Code, day: Date) -> anyhow::Result<()> {
    for (number, (request, before, came)) in (1..).zip(CALLS) {
        if day == workday::nth(END, before) {
            whistle(app, plan, day, number, request, came).await?;
        }
    }
    Ok(())
}

async fn whistle(
    app: &App,
    plan: &Code,
    day: Date,
    number: u32,
    request: &str,
    came: bool,
) -> anyhow::Result<()> {
    let subject = Subject::request(plan, &code(request));
    let held = app.subject(&subject).await?.and_then(|held| Request::at(&held, View::ALL));
    let Some((held, office)) = held.and_then(|held| held.lead_unit.clone().map(|unit| (held, unit))) else {
        return Ok(());
    };
    let item = Subject::item(plan, &code(&format!("HT-WHI-R{number}")));
    let called = day.at(9, 0, 0, 0);
    let after = |minutes: i64| called.saturating_add(Span::new().minutes(minutes));
    let supporting = ItemFact::SupportingUnit { unit: code(CALLED[1]), part: Part::Supporting, active: true };
    let facts = vec![
        ItemFact::Kind { kind: ItemKind::Whistle },
        example("居民反映问题需部门到场", "Residents’ matter that needs the departments on the spot"),
        ItemFact::Text { text: held.text.clone() },
        ItemFact::Number { number: format!("哨诉{number:02}") },
        ItemFact::Received { on: day },
        ItemFact::Issuer { name: String::new(), unit: Some(office.clone()) },
        ItemFact::WhistleKind { whistle: WhistleKind::Request },
        ItemFact::Level { level: Level::District },
        ItemFact::CalledAt { at: called },
        ItemFact::AnswerBy { at: after(120) },
        ItemFact::LeadUnit { unit: code(CALLED[0]) },
        supporting,
        ItemFact::Place { areas: held.areas.clone(), address: held.address.clone() },
        ItemFact::Link { relation: Relation::ArisesFrom, to: Target::Request(held.code.clone()), held: true },
    ];
    let caller = person(&people::liaison(office.as_str()));
    let link = RequestFact::Link { to: Target::Item(item.code.clone()), held: true };
    let record = |facts| Change { effective: Some(day), ..made_up(item.clone(), facts, false) };
    let mut acts = vec![
        (person("task-force"), Change { effective: Some(day), ..made_up(item.clone(), facts, true) }),
        (
            caller,
            Change {
                command: Command::Record { subject, facts: vec![link.into()], expected: None },
                effective: Some(day),
                source: illustrative(),
                reason: String::new(),
            },
        ),
    ];
    if came {
        let unit = |at: usize| code(CALLED[at]);
        let answer =
            |at: usize, minutes| ItemFact::Answer { unit: unit(at), at: after(minutes), text: String::new() };
        let arrival =
            |at: usize, minutes, people| ItemFact::Arrival { unit: unit(at), at: after(minutes), people };
        let step = |step, state| ItemFact::Move { step, state, by: None };
        let own = |at: usize| person(&people::liaison(CALLED[at]));
        acts.push((own(0), record(vec![answer(0, 12), step(Step::Answer, State::Answered)])));
        acts.push((own(1), record(vec![answer(1, 20)])));
        acts.push((own(0), record(vec![arrival(0, 95, 3), step(Step::Arrive, State::Arrived)])));
        acts.push((own(1), record(vec![arrival(1, 110, 2)])));
    }
    app.change_each(acts).await.map_err(|(at, error)| anyhow::anyhow!("act {at} of {request}: {error}"))?;
    Ok(())
}
