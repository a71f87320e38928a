//! Telling those whom an import concerns: each once, of all their items together.

use std::collections::BTreeMap;

use domain::code::Code;
use domain::history::View;
use domain::item::Item;
use domain::journal::Seq;
use domain::notice::{EventKey, Notice, NoticeError, Said, SitePath, Topic, Value};
use domain::subject::Subject;
use domain::telling::{Brought, Share, Staff, of_import};
use jiff::Timestamp;
use store::{StoreError, Tx};

use crate::actor::Actor;
use crate::error::AppError;
use crate::notify::{Recipient, tell, unit_name};

/// The items that rows recorded something of, and whether they were put on the books.
pub(super) type Touched = BTreeMap<Subject, bool>;

/// Tells of the items that an import touched, within its transaction. `first` is its first entry: what is
/// brought once more changes nothing, and has none.
pub(super) fn tell_of(
    tx: &mut Tx,
    touched: &Touched,
    first: Seq,
    actor: &Actor,
    staff: &Staff,
    now: Timestamp,
) -> Result<(), AppError> {
    let Some(plan) = touched.keys().next().map(|subject| subject.scope.clone()) else { return Ok(()) };
    let mut brought = Vec::with_capacity(touched.len());
    for (subject, is_new) in touched {
        let item = tx.subject(subject)?.and_then(|held| Item::at(&held, View::ALL));
        brought.extend(item.map(|item| Brought { item, is_new: *is_new }));
    }
    let shares = of_import(&brought, staff, actor.person());
    let people = shares.people.into_iter().map(|(code, share)| (Recipient::Person(code), share));
    let units = shares.units.into_iter().map(|(code, share)| (Recipient::Unit(code), share));
    for (recipient, share) in people.chain(units) {
        let said = said(tx, &share)?;
        let notice =
            notice(&plan, first, said, &share).map_err(|error| StoreError::Damaged(error.to_string()))?;
        tell(tx, &notice, &[recipient], now)?;
    }
    Ok(())
}

fn said(tx: &mut Tx, share: &Share) -> Result<Said, StoreError> {
    let what = match (share.new, share.changed) {
        (_, 0) => "new",
        (0, _) => "changed",
        _ => "both",
    };
    let number = |count: usize| Value::Number(i64::try_from(count).unwrap_or(i64::MAX));
    let whose = if share.units.is_empty() { "own-" } else { "" };
    let said = Said::new(format!("told-import-{whose}{what}"))
        .with("new", number(share.new))
        .with("changed", number(share.changed));
    let mut units = share.units.iter();
    Ok(match (units.next(), units.next()) {
        (Some(unit), None) => {
            let name = tx.with_lookup(|lookup| unit_name(lookup, unit))?;
            said.with("unit", Value::Named(name))
        }
        (Some(_), Some(_)) => said.with("unit", Value::Word("told-import-units".into())),
        (None, _) => said,
    })
}

fn notice(plan: &Code, first: Seq, said: Said, share: &Share) -> Result<Notice, NoticeError> {
    Ok(Notice {
        event: EventKey::new(format!("entry-{first}/imported"))?,
        topic: Topic::Item,
        urgent: false,
        subject: Some(Subject::plan(plan)),
        said,
        link: SitePath::new(path(plan, share))?,
    })
}

/// The list of the ledger on which they stand; the desk has what no list of one unit shows.
fn path(plan: &Code, share: &Share) -> String {
    let mut units = share.units.iter();
    let (Some(unit), None) = (units.next(), units.next()) else { return format!("/p/{plan}/desk") };
    let mut kinds = share.kinds.iter();
    let kind = match (kinds.next(), kinds.next()) {
        (Some(kind), None) => format!("&kind={}", kind.as_str()),
        _ => String::new(),
    };
    format!("/p/{plan}/ledger?unit={unit}{kind}&sort=received&order=down")
}
