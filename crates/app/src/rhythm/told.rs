//! What people are told by the rhythm.

use domain::code::Code;
use domain::item::{Item, ItemKind};
use domain::journal::Seq;
use domain::notice::{EventKey, Notice, NoticeError, Said, SitePath, Topic, Value};
use domain::portfolio::Portfolio;
use domain::report::Period;
use domain::rhythm::{Planned, Recipient, Watch};
use domain::subject::Subject;
use domain::telling;
use domain::workday;
use jiff::civil::{Date, DateTime};
use store::StoreError;

use super::chase::About;

fn notice(
    plan: &Code,
    (kind, code): (ItemKind, &Code),
    event: String,
    (topic, urgent): (Topic, bool),
    said: Said,
) -> Result<Notice, StoreError> {
    let link = telling::item_path(plan, kind, code);
    notice_of(Subject::item(plan, code), link, event, (topic, urgent), said)
}

fn notice_of(
    subject: Subject,
    link: String,
    event: String,
    (topic, urgent): (Topic, bool),
    said: Said,
) -> Result<Notice, StoreError> {
    let bad = |error: NoticeError| StoreError::Damaged(error.to_string());
    Ok(Notice {
        event: EventKey::new(event).map_err(bad)?,
        topic,
        urgent,
        subject: Some(subject),
        said,
        link: SitePath::new(link).map_err(bad)?,
    })
}

/// A reminder or escalation, as a sentence.
pub(super) fn chased(
    plan: &Code,
    item: &About,
    planned: &Planned,
    now: DateTime,
    seq: Seq,
) -> Result<Notice, StoreError> {
    let (watch, limit) = (planned.watch, planned.limit);
    let days = workday::between(now.date(), limit.date());
    let raised = planned.rung.raise;
    let when = match (watch, days) {
        (Watch::Whistle, _) if raised => "raised",
        (Watch::Whistle | Watch::Dispatch | Watch::Minutes, _) => "late",
        // Limits of requests end within a day.
        (Watch::Request | Watch::Desk | Watch::Asked, 0) if now > limit => "late",
        (_, days) if days > 0 => "ahead",
        (_, 0) if now.date() <= limit.date() => "on",
        _ => "late",
    };
    let topic = match watch {
        Watch::Limit
        | Watch::Whistle
        | Watch::Dispatch
        | Watch::Slip
        | Watch::Request
        | Watch::Books
        | Watch::Desk
        | Watch::Asked => Topic::Deadline,
        Watch::Return | Watch::Report => Topic::Report,
        Watch::Minutes => Topic::Meeting,
    };
    let said = Said::new(format!("rhythm-told-{}-{when}", watch.as_str()))
        .with("name", Value::Named(item.name.clone()))
        .with("due", Value::Date(limit.date()))
        .text("time", limit.strftime("%H:%M").to_string())
        .with("days", Value::Number(i64::from(days.abs().max(1))));
    let event = format!("entry-{seq}/{}", planned.rung.to.as_str());
    let urgent = watch == Watch::Whistle;
    notice_of(item.thing.subject(plan), item.path.clone(), event, (topic, urgent), said)
}

/// A unit has got a slip to sign for.
pub(super) fn slip(
    plan: &Code,
    slip: &Code,
    colour: domain::item::kind::SlipColour,
    item: &About,
    seq: Seq,
) -> Result<Notice, StoreError> {
    let said = Said::new("rhythm-told-slip")
        .with("colour", Value::Word(format!("slip-colour-{}", colour.as_str())))
        .with("name", Value::Named(item.name.clone()));
    notice(plan, (ItemKind::Slip, slip), format!("entry-{seq}/slip"), (Topic::Deadline, false), said)
}

/// A unit is asked for its return.
pub(super) fn asked(
    plan: &Code,
    code: &Code,
    period: Period,
    due: Date,
    seq: Seq,
) -> Result<Notice, StoreError> {
    let said =
        Said::new("rhythm-told-return-open").text("period", period.name()).with("due", Value::Date(due));
    notice(plan, (ItemKind::Return, code), format!("entry-{seq}/return-open"), (Topic::Report, false), said)
}

/// The name of a unit as a sentence has it; its code where it has no name.
pub(super) fn unit_name(portfolio: &Portfolio, unit: &Code, english: bool) -> String {
    portfolio.units.get(unit).map_or_else(|| unit.to_string(), |held| held.name.get(english).to_owned())
}

/// Whom a rung is for when it is not the item's lead unit alone.
pub(super) fn units_of(item: &Item, watch: Watch, to: Recipient) -> Vec<Code> {
    match (watch, to) {
        (Watch::Dispatch, Recipient::Unit | Recipient::UnitLeader) => item.unanswered().cloned().collect(),
        (Watch::Whistle, Recipient::Unit | Recipient::UnitLeader) => item.all_units().cloned().collect(),
        _ => item.lead_unit.iter().cloned().collect(),
    }
}
