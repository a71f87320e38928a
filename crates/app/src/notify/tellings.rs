//! Telling people of a change, in its own transaction.

use domain::authorize::target_of;
use domain::code::Code;
use domain::fact::Fact;
use domain::history::{Lookup, View};
use domain::item::{Item, ItemFact};
use domain::journal::Seq;
use domain::named::Named;
use domain::notice::{EventKey, Notice, NoticeError, SitePath};
use domain::person::Person;
use domain::project::Project;
use domain::subject::{Subject, SubjectKind, directory};
use domain::telling::{self, Staff, Telling, may_concern};
use domain::unit::Unit;
use jiff::Timestamp;
use jiff::civil::Date;
use store::{StoreError, Tx};

use super::{Recipient, tell};
use crate::App;
use crate::actor::Actor;
use crate::change::{Change, Receipt};
use crate::error::AppError;

impl App {
    /// Everybody with an account, as of now.
    pub(crate) async fn staff(&self) -> Result<Staff, AppError> {
        let directory = directory();
        let history = self.history(&directory).await?;
        let people = history.of_kind(&directory, SubjectKind::Person);
        Ok(Staff::new(people.map(|held| Person::at(&held.subject.code, held.visible(View::ALL)))))
    }
}

/// Whether a change might concern somebody: asked before the people are read.
pub(crate) fn might_concern(change: &Change) -> bool {
    let corrects = matches!(change.command, domain::command::Command::Correct { .. });
    may_concern(change.command.facts(), corrects)
}

/// Tells those whom a change concerns.
pub(crate) fn tell_of(
    tx: &mut Tx,
    receipt: &Receipt,
    actor: &Actor,
    staff: &Staff,
    (now, today): (Timestamp, Date),
) -> Result<(), AppError> {
    let news =
        |entry: &&domain::journal::Entry| telling::is_news(&entry.draft.event, entry.draft.effective, today);
    let (Some(first), Some(last)) = (receipt.entries.first(), receipt.entries.iter().rfind(news)) else {
        return Ok(());
    };
    let subject = last.draft.subject.clone();
    let Some(history) = tx.subject(&subject)? else { return Ok(()) };
    let then = View { known: Seq(first.seq.0.saturating_sub(1)), ..View::ALL };
    let facts: Vec<&Fact> =
        receipt.entries.iter().filter(news).flat_map(|entry| entry.draft.event.facts()).collect();
    let (matters, path) = match subject.kind {
        SubjectKind::Item => {
            let Some(item) = Item::at(&history, View::ALL) else { return Ok(()) };
            let before = Item::at(&history, then);
            let facts: Vec<&ItemFact> = facts
                .into_iter()
                .filter_map(|fact| if let Fact::Item(fact) = fact { Some(fact) } else { None })
                .collect();
            let matters = tx.with_lookup(|lookup| {
                telling::of_item(before.as_ref(), &item, &facts, &|unit| unit_name(lookup, unit))
            })?;
            (matters, telling::item_path(&subject.scope, item.kind, &item.code))
        }
        SubjectKind::Project => {
            let Some(project) = Project::at(&history, View::ALL) else { return Ok(()) };
            let matters = telling::of_project(Project::at(&history, then).as_ref(), &project);
            (matters, format!("/p/{}/projects/{}", subject.scope, subject.code))
        }
        _ => return Ok(()),
    };
    if matters.is_empty() {
        return Ok(());
    }
    let target = tx.with_lookup(|lookup| target_of(&subject, lookup))?;
    for told in telling::tellings(matters, staff, &target, actor.person()) {
        let (notice, to) = notice(told, &subject, last.seq, &path).map_err(damaged)?;
        tell(tx, &notice, &to, now)?;
    }
    Ok(())
}

fn notice(
    told: Telling,
    subject: &Subject,
    seq: Seq,
    path: &str,
) -> Result<(Notice, Vec<Recipient>), NoticeError> {
    let Telling { matter, people, units } = told;
    let notice = Notice {
        event: EventKey::new(format!("entry-{seq}/{}", matter.name))?,
        topic: matter.topic,
        urgent: matter.urgent,
        subject: Some(subject.clone()),
        said: matter.said,
        link: SitePath::new(path)?,
    };
    let people = people.into_iter().map(Recipient::Person);
    Ok((notice, people.chain(units.into_iter().map(Recipient::Unit)).collect()))
}

pub(crate) fn unit_name(lookup: &dyn Lookup, unit: &Code) -> Named {
    match lookup.subject(&Subject::unit(unit)) {
        Some(history) => Unit::at(unit, history.visible(View::ALL)).name,
        None => Named::new(unit.as_str(), ""),
    }
}

fn damaged(error: NoticeError) -> AppError {
    StoreError::Damaged(error.to_string()).into()
}
