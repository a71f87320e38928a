//! Everything that is kept of whoever asked, for them: what is sealed, what was recorded with by whom it was in kind,
//! what moderation did, and who looked.

use std::collections::BTreeSet;

use domain::code::Code;
use domain::fact::Fact;
use domain::history::SubjectHistory;
use domain::journal::{Entry, Event, Seq};
use domain::policy::Action;
use domain::refusal::{Problem, Refusal};
use domain::request::{RESIDENT, ROUTING, RequestPhoto, Retention};
use domain::subject::Subject;
use jiff::Timestamp;
use serde::Serialize;
use store::{Connection, PhotoOf, StoreError};

use super::person::PersonalData;
use super::photo;
use super::reader::address;
use crate::App;
use crate::actor::Actor;
use crate::aside::aside;
use crate::error::AppError;
use crate::read::Asked;

/// One entry of the journal about the request.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CopiedEntry {
    pub entry: u64,
    pub recorded_at: String,
    pub effective: String,
    /// `you`, `rules` or `office`: who works there is their own matter.
    pub by: &'static str,
    pub reason: String,
    /// As it stands in the journal.
    pub said: serde_json::Value,
}

/// That somebody looked at who asked.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CopiedLook {
    pub at: String,
    pub reason: String,
}

/// An address to which mail of the request goes; empty where it wants nothing more.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CopiedAddress {
    pub address: String,
    pub since: String,
    pub confirmed: Option<String>,
    pub stopped: Option<String>,
}

/// A photo that whoever asked may see.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CopiedPhoto {
    /// Its file beside the copy.
    pub file: String,
    pub shows: &'static str,
    pub at: String,
    #[serde(skip)]
    pub jpeg: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OwnCopy {
    pub plan: Code,
    pub request: Code,
    pub made_at: String,
    /// What is sealed, opened.
    pub kept: PersonalData,
    /// Whether a link is kept, and since when anything is.
    pub has_link: bool,
    pub kept_since: Option<String>,
    pub entries: Vec<CopiedEntry>,
    pub looks: Vec<CopiedLook>,
    pub mailed: Vec<CopiedAddress>,
    pub photos: Vec<CopiedPhoto>,
    pub followers: u64,
    /// How long each kind is kept by the plan's rules.
    pub kept_for: Vec<Retention>,
    /// The same of each matter that it was divided into.
    pub matters: Vec<OwnCopy>,
}

impl App {
    /// For whoever asked, by their link.
    pub async fn own_copy_by_link(&self, plan: &Code, secret: &str) -> Result<OwnCopy, AppError> {
        let code = self.request_of_link(plan, secret).await?;
        self.own_copy(plan, &code).await
    }

    /// For whoever asked, by somebody who made sure who it is and says how; it is put down as a look.
    pub async fn own_copy_for(
        &self,
        actor: &Actor,
        plan: &Code,
        code: &Code,
        checked: &str,
    ) -> Result<OwnCopy, AppError> {
        let (_, target) = self.subject_and_target(&Subject::request(plan, code)).await?;
        if !actor.may(Action::TakeRequest, &target) {
            return Err(Refusal::whole(Problem::NotAllowed(Action::TakeRequest)).into());
        }
        self.reveal(actor, plan, code, checked).await?;
        for matter in self.matters_of(plan, code).await? {
            self.reveal(actor, plan, &matter, checked).await?;
        }
        self.own_copy(plan, code).await
    }

    /// The matters that a request was divided into.
    async fn matters_of(&self, plan: &Code, code: &Code) -> Result<Vec<Code>, AppError> {
        let (plan, code) = (plan.clone(), code.clone());
        let parts = self.database().read_async(move |c: &mut Connection| c.requests_of(&plan, &code)).await?;
        Ok(parts.into_iter().filter(|(_, merged, _)| !merged).map(|(code, ..)| code).collect())
    }

    async fn own_copy(&self, plan: &Code, code: &Code) -> Result<OwnCopy, AppError> {
        let mut copy = self.copy_of(plan, code, "").await?;
        for matter in self.matters_of(plan, code).await? {
            copy.matters.push(self.copy_of(plan, &matter, &format!("{matter}/")).await?);
        }
        Ok(copy)
    }

    /// The copy of one request; its photos are files in a folder.
    async fn copy_of(&self, plan: &Code, code: &Code, folder: &str) -> Result<OwnCopy, AppError> {
        let portfolio = self.portfolio(plan, Asked::default()).await?;
        let (held, history) = self.request(plan, code, Asked::default()).await?;
        let (of, request) = (plan.clone(), code.clone());
        let photos: Vec<RequestPhoto> = held.photos_of_asker().cloned().collect();
        let read = move |c: &mut Connection| {
            let seqs = entries_of(&history);
            let entries = seqs.iter().map(|seq| c.entry(*seq)).collect::<Result<Vec<_>, _>>()?;
            let mut seen = Vec::new();
            for photo in photos {
                let bytes = c.photo_bytes(&of, PhotoOf::Request(&request), &photo.photo, false)?;
                seen.extend(bytes.map(|bytes| (photo, bytes)));
            }
            let person = c.sealed_person(&of, &request)?;
            let (looks, followers) = (c.reveals(&of, &request)?, c.followers(&of, &request)?);
            Ok::<_, StoreError>((entries, person, looks, followers, c.readers_of_asker(&of, &request)?, seen))
        };
        let (entries, held, looks, followers, readers, seen) = self.database().read_async(read).await?;
        let key = self.key().cloned().ok_or(AppError::NoKey)?;
        let person = held.as_ref().map(|held| key.person(held)).transpose()?;
        let mut kept = person.flatten().unwrap_or_default();
        let mut mailed = Vec::new();
        for held in &readers {
            mailed.push(CopiedAddress {
                // Of one that wants nothing more only that is kept.
                address: match held.stopped_at {
                    Some(_) => String::new(),
                    None => address(&key, held).ok_or(AppError::Sealed)?,
                },
                since: moment(held.created_at),
                confirmed: held.confirmed_at.map(moment),
                stopped: held.stopped_at.map(moment),
            });
        }
        let folder = folder.to_owned();
        // Some thirty photos are opened: not where others wait.
        let opened = aside(move || {
            let photo = |(number, (photo, bytes)): (usize, (RequestPhoto, Vec<u8>))| {
                Some(CopiedPhoto {
                    file: format!("{folder}photos/{}.jpg", number + 1),
                    shows: photo.shows.as_str(),
                    at: photo.at.to_string(),
                    jpeg: key.open(&photo::place(&photo.photo), &bytes)?,
                })
            };
            seen.into_iter().enumerate().map(photo).collect::<Option<Vec<_>>>()
        });
        let photos = opened.await?.ok_or(AppError::Sealed)?;
        // By it whoever asked acts: whoever else holds the copy must not.
        kept.link.clear();
        Ok(OwnCopy {
            plan: plan.clone(),
            request: code.clone(),
            made_at: self.clock().now().to_string(),
            kept,
            has_link: held.as_ref().is_some_and(|held| !held.secret.is_empty()),
            kept_since: held.map(|held| moment(held.created_at)),
            entries: entries
                .into_iter()
                .flatten()
                .filter_map(for_asker)
                .map(|entry| CopiedEntry {
                    entry: entry.seq.0,
                    recorded_at: entry.recorded_at.to_string(),
                    effective: entry.draft.effective.to_string(),
                    by: match entry.draft.actor.as_str() {
                        RESIDENT => "you",
                        ROUTING => "rules",
                        _ => "office",
                    },
                    reason: match entry.draft.actor.as_str() {
                        RESIDENT => entry.draft.reason.clone(),
                        _ => String::new(),
                    },
                    said: serde_json::to_value(&entry.draft.event).unwrap_or_default(),
                })
                .collect(),
            mailed,
            photos,
            looks: looks.into_iter().map(|(_, at, reason)| CopiedLook { at: moment(at), reason }).collect(),
            followers,
            kept_for: portfolio
                .plan
                .request_rules
                .as_ref()
                .map(|rules| rules.settings.privacy.keep.clone())
                .unwrap_or_default(),
            matters: Vec::new(),
        })
    }
}

fn moment(at: i64) -> String {
    Timestamp::from_microsecond(at).map_or_else(|_| String::new(), |at| at.to_string())
}

/// An entry without what those who work on it say among themselves; nothing where it is nothing else.
fn for_asker(mut entry: Entry) -> Option<Entry> {
    let (Event::Registered { facts } | Event::Recorded { facts } | Event::Corrected { facts, .. }) =
        &mut entry.draft.event;
    *facts = std::mem::take(facts)
        .into_iter()
        .filter_map(|fact| match fact {
            Fact::Request(fact) => fact.for_asker().map(Fact::Request),
            other => Some(other),
        })
        .collect();
    (!facts.is_empty()).then_some(entry)
}

fn entries_of(history: &SubjectHistory) -> BTreeSet<Seq> {
    history.facts().iter().flat_map(|held| std::iter::once(held.seq).chain(held.superseded)).collect()
}
