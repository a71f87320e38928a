//! Sending a form's change: what to do when someone else was quicker or the rules say no.

use app::{Actor, App, AppError, Change, Receipt};
use axum::http::StatusCode;
use domain::command::Command;
use domain::fact::Fact;
use domain::history::SubjectHistory;
use domain::journal::Seq;
use domain::policy::Scope;
use domain::subject::Subject;
use store::EntryFilter;

use super::book::Book;
use super::field::{Control, Typed};
use super::sheet::{Ground, Sheet, Slots, is_conflict, meanwhile, merge, refused, refused_status};

/// How many entries a conflict lists; more than these and the history page tells the rest.
const MEANWHILE_MOST: usize = 20;

/// The version that a form's writer saw.
pub fn seen(typed: &Typed) -> Seq {
    Seq(typed.get("version").parse().unwrap_or(0))
}

/// The unit a person reports for: their unit scope, or none when there is not exactly one.
pub fn own_unit(actor: &Actor) -> String {
    let mut units = actor.grants().iter().filter_map(|grant| match &grant.scope {
        Scope::Unit(unit) => Some(unit),
        _ => None,
    });
    match (units.next(), units.next()) {
        (Some(unit), None) => unit.to_string(),
        _ => String::new(),
    }
}

impl Sheet {
    fn values(&self) -> Vec<(String, String)> {
        let fields = self.groups.iter().flat_map(|group| &group.fields);
        fields.map(|field| (field.name.clone(), field.value.clone())).collect()
    }

    fn is_joined(&self, name: &str) -> bool {
        let mut fields = self.groups.iter().flat_map(|group| &group.fields);
        fields.any(|field| field.name == name && matches!(field.control, Control::Checks(_)))
    }
}

/// When the subject changed after the form was opened: the form again, with the newest values where
/// nothing was typed, everything that was typed where something was, and what others recorded.
/// `build` makes the form as it stands at an entry.
pub async fn reconcile(
    app: &App,
    book: &Book,
    history: &SubjectHistory,
    typed: &mut Typed,
    build: impl Fn(Seq) -> Sheet,
) -> Result<Option<Sheet>, AppError> {
    let seen = seen(typed);
    if seen == history.version {
        return Ok(None);
    }
    let (before, mut sheet) = (build(seen), build(Seq::LATEST));
    let both = merge(&before.values(), &sheet.values(), typed, |name| sheet.is_joined(name));
    sheet.refill(typed);
    for (name, value) in both {
        if let Some(field) = sheet.field_mut(&name) {
            let mut theirs = field.clone();
            theirs.value = value;
            let shown = theirs.shown(book.lang);
            field.meanwhile = words::with(book.lang, "edit-meanwhile", &[("value", &shown)]);
        }
    }
    let filter = EntryFilter { subject: Some(history.subject.clone()), ..EntryFilter::default() };
    let entries = app.entries(filter, None, MEANWHILE_MOST).await?;
    sheet.meanwhile = meanwhile(book, &app.signers().await?, &entries.items, seen);
    sheet.submit = words::text(book.lang, "edit-save-again").into_owned();
    Ok(Some(sheet))
}

/// What became of a change.
pub enum Sent {
    Done(Receipt),
    /// The form again, with what is wrong.
    Again(StatusCode, Box<Sheet>),
    /// Someone else was quicker by a hair: read afresh and [`reconcile`].
    Conflict,
}

/// A change as a form makes it.
pub struct Wanted {
    pub command: Command,
    pub ground: Ground,
    pub slots: Slots,
}

/// Records facts of a subject that was seen at a version.
pub fn record(subject: Subject, facts: Vec<Fact>, seen: Seq) -> Command {
    Command::Record { subject, facts, expected: Some(seen) }
}

/// Makes the change, or puts the refusals into the form.
pub async fn send(
    app: &App,
    actor: &Actor,
    book: &Book,
    sheet: Sheet,
    wanted: Wanted,
) -> Result<Sent, AppError> {
    let change = Change {
        command: wanted.command,
        effective: wanted.ground.effective,
        source: wanted.ground.source,
        reason: wanted.ground.reason,
    };
    let error = match app.change(actor, change).await {
        Ok(receipt) => return Ok(Sent::Done(receipt)),
        Err(error) => error,
    };
    let refusals = refused(error)?;
    if is_conflict(&refusals) {
        return Ok(Sent::Conflict);
    }
    let mut sheet = sheet;
    sheet.refusals(book.lang, &refusals, &wanted.slots);
    Ok(Sent::Again(refused_status(&refusals), Box::new(sheet)))
}
