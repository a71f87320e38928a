//! Correcting a wrong entry: its facts as a form, each kept, changed or withdrawn.

use std::sync::Arc;

use app::AppError;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::command::Command;
use domain::fact::Fact;
use domain::history::SubjectHistory;
use domain::journal::{Entry, Seq};
use domain::policy::Action;
use domain::subject::SubjectKind;

use crate::audit::{address_of, book_of, number};
use crate::editor::book::{Book, label_key};
use crate::editor::change::{Sent, Wanted, own_unit, reconcile, seen, send};
use crate::editor::field::{Choice, Control, Field, Typed};
use crate::editor::page::{Filled, TRIES, done, form_page};
use crate::editor::reader::{Mistake, Reader, read};
use crate::editor::sheet::{Group, Sheet, Slots, ground_fields, read_ground};
use crate::editor::values::{described, topic_of};
use crate::error::PageError;
use crate::visit::Visit;

struct Wrong {
    entry: Entry,
    history: Arc<SubjectHistory>,
    book: Book,
    /// The page to go back to.
    back: String,
}

impl Wrong {
    async fn open(visit: &Visit, seq: u64) -> Result<Self, PageError> {
        let entry = visit.app.entry(Seq(seq)).await?.ok_or(AppError::NotFound)?;
        let subject = &entry.draft.subject;
        let (history, target) = visit.app.subject_and_target(subject).await?;
        if !visit.actor.may(Action::CorrectEntry, &target) {
            return Err(visit.forbidden(Action::CorrectEntry));
        }
        let book = book_of(visit, subject).await?;
        // Not everyone who may correct may read the audit: they come from the item's own history.
        let back = match subject.kind {
            SubjectKind::Item | SubjectKind::Request if !visit.actor.may(Action::ReadAudit, &target) => {
                address_of(subject)
            }
            _ => format!("/audit/{seq}"),
        };
        Ok(Self { entry, history, book, back })
    }

    fn facts(&self) -> &[Fact] {
        self.entry.draft.event.facts()
    }

    fn corrected_by(&self) -> Option<Seq> {
        self.history.facts().iter().find(|fact| fact.seq == self.entry.seq).and_then(|fact| fact.superseded)
    }

    fn title(&self, visit: &Visit) -> String {
        visit.tw("correct-title", &[("entry", &self.entry.seq.to_string())])
    }

    fn sheet(&self, visit: &Visit) -> Sheet {
        let lang = visit.lang;
        let action = format!("/audit/{}/correct", self.entry.seq);
        let mut sheet = Sheet::new(action, &self.back, visit.t("correct-submit"))
            .hidden("version", self.history.version.to_string());
        sheet.intro = visit.t("correct-intro").into_owned();
        sheet.danger = true;
        for (at, fact) in self.facts().iter().enumerate() {
            let prefix = format!("f{at}-");
            let number = (at + 1).to_string();
            let topic = self.book.topic_name(fact);
            let mut group = Group {
                legend: visit.tw("correct-fact", &[("number", &number), ("topic", &topic)]),
                note: String::new(),
                fields: Vec::new(),
                pairs: true,
            };
            let (described_as, held) = described(fact);
            for spec in described_as.fields {
                let value = held.iter().find(|(name, _)| *name == spec.name).map_or("", |(_, v)| v);
                group.fields.push(self.book.field(spec, &prefix, value));
            }
            if group.fields.is_empty() {
                group.note = format!("{} {}", self.book.line(fact), visit.t("correct-kept"));
            }
            let choices = vec![
                Choice::new("no", visit.t("correct-keep")),
                Choice::new("yes", visit.t("field-withdraw")),
            ];
            let name = format!("{prefix}withdraw");
            group
                .fields
                .push(Field::new(lang, name, &label_key("withdraw"), Control::Select(choices)).value("no"));
            sheet.groups.push(group);
        }
        let mut ground = ground_fields(&self.book, self.entry.draft.effective, &own_unit(&visit.actor));
        let source = &self.entry.draft.source;
        for field in &mut ground {
            match field.name.as_str() {
                "source_title" => field.value = source.title.clone(),
                "source_url" => field.value = source.url.clone(),
                "source_unit" => {
                    if let Some(unit) = &source.unit {
                        field.value = unit.to_string();
                    }
                }
                "reason" => field.required = true,
                _ => {}
            }
        }
        sheet.group(visit.t("edit-ground"), ground)
    }

    /// The facts that are to stand instead.
    fn read(&self, typed: &Typed, slots: &mut Slots) -> (Vec<Fact>, Vec<(String, Mistake)>) {
        let mut facts = Vec::new();
        let mut mistakes = Vec::new();
        for (at, fact) in self.facts().iter().enumerate() {
            let prefix = format!("f{at}-");
            if typed.get(&format!("{prefix}withdraw")) == "yes" {
                continue;
            }
            let topic = topic_of(fact);
            if topic.fields.is_empty() {
                facts.push(fact.clone());
                continue;
            }
            let mut reader = Reader::prefixed(typed, &prefix);
            if let Some(fact) = read(self.entry.draft.subject.kind, topic.key, &mut reader) {
                slots.note(&fact, &prefix);
                facts.push(fact);
            }
            mistakes.append(&mut reader.mistakes);
        }
        (facts, mistakes)
    }
}

pub async fn show(visit: Visit, Path(seq): Path<String>) -> Result<Response, PageError> {
    let wrong = Wrong::open(&visit, number(&seq)?).await?;
    let mut sheet = wrong.sheet(&visit);
    if let Some(by) = wrong.corrected_by() {
        sheet.fault("", visit.tw("correct-already", &[("entry", &by.to_string())]));
    }
    form_page(&visit, StatusCode::OK, wrong.title(&visit), sheet)
}

pub async fn save(
    visit: Visit,
    Path(seq): Path<String>,
    Filled(mut typed): Filled,
) -> Result<Response, PageError> {
    let seq = number(&seq)?;
    for _ in 0..TRIES {
        let wrong = Wrong::open(&visit, seq).await?;
        let title = wrong.title(&visit);
        let build = |_| wrong.sheet(&visit);
        if let Some(sheet) = reconcile(&visit.app, &wrong.book, &wrong.history, &mut typed, build).await? {
            return form_page(&visit, StatusCode::CONFLICT, title, sheet);
        }
        let mut sheet = wrong.sheet(&visit);
        sheet.refill(&typed);
        let mut slots = Slots::default();
        let (facts, mut mistakes) = wrong.read(&typed, &mut slots);
        let mut reader = Reader::new(&typed);
        let ground = read_ground(&mut reader);
        mistakes.append(&mut reader.mistakes);
        if !mistakes.is_empty() {
            sheet.mistakes(visit.lang, &mistakes);
            return form_page(&visit, StatusCode::UNPROCESSABLE_ENTITY, title, sheet);
        }
        let subject = wrong.entry.draft.subject.clone();
        let expected = Some(seen(&typed));
        let command = Command::Correct { subject, entry: wrong.entry.seq, facts, expected };
        let wanted = Wanted { command, ground, slots };
        match send(&visit.app, &visit.actor, &wrong.book, sheet, wanted).await? {
            Sent::Done(receipt) => return Ok(done(&wrong.back, Some(&receipt))),
            Sent::Again(status, sheet) => return form_page(&visit, status, title, *sheet),
            Sent::Conflict => {}
        }
    }
    Err(PageError::busy())
}
