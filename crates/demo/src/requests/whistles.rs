//! Requests that were more than a subdistrict could settle alone: it called the departments to the spot.

use app::{Actor, App, Change};
use domain::code::Code;
use domain::command::Command;
use domain::history::View;
use domain::item::kind::{ItemKind, Level, Part, WhistleKind};
use domain::item::{ItemFact, Relation, Target};
use domain::request::{Request, RequestFact};
use domain::subject::Subject;
use domain::workday;
use jiff::Span;
use jiff::civil::{Date, date};

use crate::people;
use crate::registers::book::{END, code, example, illustrative, made_up, person};

/// The day on which an answered whistle of the register is said to have arisen from a request, and both: the answered
/// ones are as many as were published.
const ANSWERED: (Date, &str, &str) = (date(2019, 3, 12), "HT-R-0070", "HT-WHI-014");
/// The request for which a whistle is blown that nobody has answered by the end, working days before it.
const CALLED_FOR: (&str, i32) = ("HT-R-0262", -1);

/// Who is called: the first leads.
const CALLED: [&str; 2] = ["changping-housing", "changping-urban-management"];

pub(super) async fn keep(app: &App, plan: &Code, day: Date) -> anyhow::Result<()> {
    let (answered, request, whistle) = ANSWERED;
    if day == answered {
        link(app, plan, day, request, whistle).await?;
    }
    let (request, before) = CALLED_FOR;
    if day == workday::nth(END, before) {
        blow(app, plan, day, request).await?;
    }
    Ok(())
}

/// Who answers for a request's area, and what is recorded of it there.
fn linked(office: &Code, subject: Subject, to: &Code, day: Date) -> (Actor, Change) {
    let link = RequestFact::Link { to: Target::Item(to.clone()), held: true };
    let change = Change {
        command: Command::Record { subject, facts: vec![link.into()], expected: None },
        effective: Some(day),
        source: illustrative(),
        reason: String::new(),
    };
    (person(&people::liaison(office.as_str())), change)
}

async fn make(app: &App, acts: Vec<(Actor, Change)>, request: &str) -> anyhow::Result<()> {
    app.change_each(acts).await.map_err(|(at, error)| anyhow::anyhow!("act {at} of {request}: {error}"))?;
    Ok(())
}

async fn link(app: &App, plan: &Code, day: Date, request: &str, whistle: &str) -> anyhow::Result<()> {
    let (subject, item) = (Subject::request(plan, &code(request)), Subject::item(plan, &code(whistle)));
    let held = app.subject(&subject).await?.and_then(|held| Request::at(&held, View::ALL));
    let Some(office) = held.and_then(|held| held.lead_unit) else { return Ok(()) };
    let from =
        ItemFact::Link { relation: Relation::ArisesFrom, to: Target::Request(code(request)), held: true };
    let acts = vec![
        (person("task-force"), Change { effective: Some(day), ..made_up(item.clone(), vec![from], false) }),
        linked(&office, subject, &item.code, day),
    ];
    make(app, acts, request).await
}

async fn blow(app: &App, plan: &Code, day: Date, request: &str) -> anyhow::Result<()> {
    let subject = Subject::request(plan, &code(request));
    let held = app.subject(&subject).await?.and_then(|held| Request::at(&held, View::ALL));
    let Some((held, office)) = held.and_then(|held| held.lead_unit.clone().map(|unit| (held, unit))) else {
        return Ok(());
    };
    let item = Subject::item(plan, &code("HT-WHI-R1"));
    let called = day.at(9, 0, 0, 0);
    let after = |minutes: i64| called.saturating_add(Span::new().minutes(minutes));
    let supporting = ItemFact::SupportingUnit { unit: code(CALLED[1]), part: Part::Supporting, active: true };
    let facts = vec![
        ItemFact::Kind { kind: ItemKind::Whistle },
        example("居民反映问题需部门到场", "Residents’ matter that needs the departments on the spot"),
        ItemFact::Text { text: held.text.clone() },
        ItemFact::Number { number: "哨诉01".into() },
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
    let acts = vec![
        (person("task-force"), Change { effective: Some(day), ..made_up(item.clone(), facts, true) }),
        linked(&office, subject, &item.code, day),
    ];
    make(app, acts, request).await
}
