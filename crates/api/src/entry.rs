//! The journal: what changed, when, on what ground; and correcting an entry.
//!
//! Everyone may follow the plan's history. Who made an entry and why, remarks, and entries about people
//! are for those whose work it is; e-mail addresses stand in no entry that is shown.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use domain::code::Code;
use domain::fact::Fact;
use domain::history::{History, SubjectHistory, View};
use domain::journal::{Entry as DomainEntry, Event, Seq};
use domain::policy::{Action, Target};
use domain::subject::{Subject, SubjectKind, directory};
use serde::{Deserialize, Serialize};
use store::EntryFilter;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;
use crate::access::Caller;
use crate::answer::{Audience, Conditions, Ground, Outcome, Source, answer, list_tag, page};
use crate::asked::{Asked, Page, PageParams, ViewParams, found};
use crate::body::{Body, Params, Place};
use crate::fact::{AnyFact, Readers, readers};
use crate::problem::{ApiError, FieldError, Kind};
use crate::value::{CodeText, Day, Moment};
use crate::word::SubjectKindWord;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list_entries))
        .routes(routes!(get_entry))
        .routes(routes!(correct_entry))
}

/// What an entry is about.
#[derive(Debug, Serialize, ToSchema)]
struct About {
    /// The plan; `null` for areas, units and people.
    plan: Option<CodeText>,
    kind: SubjectKindWord,
    code: CodeText,
}

/// What happened.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum EventWord {
    /// The subject came onto the books.
    Registered,
    /// Facts of a subject on the books.
    Recorded,
    /// An earlier entry was wrong.
    Corrected,
}

/// An entry of the journal.
#[derive(Debug, Serialize, ToSchema)]
struct Entry {
    /// Its place in the journal.
    entry: u64,
    recorded_at: Moment,
    /// The day the facts hold from.
    effective: Day,
    subject: About,
    event: EventWord,
    /// The entry that this one corrects.
    corrects: Option<u64>,
    /// The entry by which this one was corrected: since then its facts no longer count.
    corrected_by: Option<u64>,
    facts: Vec<AnyFact>,
    /// How many facts are not shown to this caller.
    withheld: u32,
    source: Source,
    /// Who recorded it; for staff and the audit, `null` for others.
    actor: Option<CodeText>,
    /// Why; for staff and the audit, `null` for others.
    reason: Option<String>,
    /// The entry's link in the chain of the journal, SHA-256; for staff and the audit, `null` for
    /// others.
    hash: Option<String>,
}

/// Which entries.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct EntryParams {
    /// About this plan and everything in it.
    #[param(required = false)]
    plan: Option<CodeText>,
    /// About this kind of thing; with `code` exactly one thing.
    #[param(required = false)]
    kind: Option<SubjectKindWord>,
    /// The code of the thing; needs `kind`, and `plan` for what belongs to a plan.
    #[param(required = false)]
    code: Option<CodeText>,
    /// Recorded by this person; for those who may see the audit.
    #[param(required = false)]
    actor: Option<CodeText>,
    /// Recorded at or after this moment.
    #[param(required = false)]
    recorded_from: Option<Moment>,
    /// Recorded before this moment.
    #[param(required = false)]
    recorded_to: Option<Moment>,
}

/// What a caller may see of entries.
struct Eyes<'a> {
    caller: &'a Caller,
}

impl Eyes<'_> {
    fn target(scope: &Code) -> Target {
        let plan = (*scope != directory()).then(|| scope.clone());
        Target { plan, ..Target::default() }
    }

    fn audit(&self, scope: &Code) -> bool {
        self.caller.may(Action::ReadAudit, &Self::target(scope))
    }

    fn staff(&self, scope: &Code) -> bool {
        self.caller.may(Action::ReadStaff, &Self::target(scope))
    }

    /// Entries about people are for the audit and for those who manage people, those about items for all who
    /// work on the plan.
    fn sees(&self, subject: &Subject) -> bool {
        match subject.kind {
            SubjectKind::Person => {
                self.audit(&subject.scope) || self.caller.may(Action::ManagePeople, &Target::default())
            }
            SubjectKind::Item | SubjectKind::Request => self.staff(&subject.scope),
            _ => true,
        }
    }

    fn show(&self, entry: &DomainEntry, corrected_by: Option<Seq>) -> Entry {
        let draft = &entry.draft;
        let staff = self.staff(&draft.subject.scope);
        // Who changed what, and why, is also what the audit is about; remarks are not.
        let audit = staff || self.audit(&draft.subject.scope);
        let (shown, hidden): (Vec<&Fact>, Vec<&Fact>) =
            draft.event.facts().iter().partition(|fact| match readers(fact) {
                Readers::Everyone => true,
                Readers::Staff => staff,
                Readers::Nobody => false,
            });
        Entry {
            entry: entry.seq.0,
            recorded_at: Moment(entry.recorded_at),
            effective: draft.effective.into(),
            subject: About {
                plan: (draft.subject.scope != directory()).then(|| (&draft.subject.scope).into()),
                kind: draft.subject.kind.into(),
                code: (&draft.subject.code).into(),
            },
            event: match draft.event {
                Event::Registered { .. } => EventWord::Registered,
                Event::Recorded { .. } => EventWord::Recorded,
                Event::Corrected { .. } => EventWord::Corrected,
            },
            corrects: draft.event.corrects().map(|seq| seq.0),
            corrected_by: corrected_by.map(|seq| seq.0),
            facts: shown.into_iter().map(AnyFact::from).collect(),
            withheld: u32::try_from(hidden.len()).unwrap_or(u32::MAX),
            source: (&draft.source).into(),
            actor: audit.then(|| (&draft.actor).into()),
            reason: audit.then(|| draft.reason.clone()),
            hash: audit.then(|| entry.hash.to_string()),
        }
    }
}

impl EntryParams {
    fn filter(&self, asked: &Asked, eyes: &Eyes) -> Result<EntryFilter, ApiError> {
        let plan = self.plan.as_ref().map(|plan| plan.0.clone());
        let scope = |kind: SubjectKind| match (&plan, kind.is_directory()) {
            (None, true) => Ok(directory()),
            (Some(_), true) => Err(ApiError::parameter("plan", "directory-has-no-plan")),
            (Some(plan), false) => Ok(plan.clone()),
            (None, false) => Err(ApiError::parameter("plan", "plan-needed")),
        };
        let subject = match (&self.kind, &self.code) {
            (Some(kind), Some(code)) => {
                Some(Subject { scope: scope(kind.0)?, kind: kind.0, code: code.0.clone() })
            }
            (None, Some(_)) => return Err(ApiError::parameter("kind", "kind-needed")),
            _ => None,
        };
        if self.actor.is_some() && !eyes.audit(plan.as_ref().unwrap_or(&directory())) {
            return Err(ApiError::with(
                Kind::NotAllowed,
                vec![FieldError::new("actor", "actor-is-for-audit")],
            ));
        }
        let in_directory = self.kind.is_some_and(|kind| kind.0.is_directory());
        if in_directory && plan.is_some() {
            return Err(ApiError::parameter("plan", "directory-has-no-plan"));
        }
        Ok(EntryFilter {
            scope: if in_directory { Some(directory()) } else { plan },
            subject,
            actor: self.actor.as_ref().map(|actor| actor.0.clone()),
            recorded_from: self.recorded_from.as_ref().map(|moment| moment.0),
            recorded_to: self.recorded_to.as_ref().map(|moment| moment.0),
            known: Some(asked.view.known),
            ..EntryFilter::default()
        })
    }
}

/// Which entries were corrected, by what was known at an entry.
struct Corrections<'a> {
    api: &'a Api,
    known: Seq,
    histories: HashMap<Code, Arc<History>>,
    items: HashMap<Subject, SubjectHistory>,
}

impl<'a> Corrections<'a> {
    fn new(api: &'a Api, known: Seq) -> Self {
        Self { api, known, histories: HashMap::new(), items: HashMap::new() }
    }

    /// Reads the items that some entries are about, a plan's all at once.
    async fn gather(&mut self, entries: &[&DomainEntry]) -> Result<(), ApiError> {
        let mut wanted: BTreeMap<&Code, BTreeSet<&Code>> = BTreeMap::new();
        for subject in entries.iter().map(|entry| &entry.draft.subject) {
            if subject.kind == SubjectKind::Item {
                wanted.entry(&subject.scope).or_default().insert(&subject.code);
            }
        }
        for (plan, codes) in wanted {
            let codes: Vec<Code> = codes.into_iter().cloned().collect();
            let held = self.api.app().item_histories(plan, &codes).await?;
            self.items.extend(held.into_values().map(|history| (history.subject.clone(), history)));
        }
        Ok(())
    }

    async fn of(&mut self, entry: &DomainEntry) -> Result<Option<Seq>, ApiError> {
        let subject = &entry.draft.subject;
        if subject.kind == SubjectKind::Item {
            return Ok(self.superseded(self.items.get(subject), entry));
        }
        if subject.kind == SubjectKind::Request {
            let held = self.api.app().subject(subject).await?;
            return Ok(self.superseded(held.as_ref(), entry));
        }
        let history = match self.histories.get(&subject.scope) {
            Some(history) => history.clone(),
            None => {
                let history = match subject.scope == directory() {
                    true => self.api.directory().await?,
                    false => self.api.history(&subject.scope).await?,
                };
                self.histories.insert(subject.scope.clone(), history.clone());
                history
            }
        };
        Ok(self.superseded(history.get(subject).map(|history| &**history), entry))
    }

    fn superseded(&self, history: Option<&SubjectHistory>, entry: &DomainEntry) -> Option<Seq> {
        let facts = history.map(SubjectHistory::facts).unwrap_or_default();
        let superseded = facts.iter().find(|fact| fact.seq == entry.seq).and_then(|fact| fact.superseded);
        superseded.filter(|by| *by <= self.known)
    }
}

/// How often one request looks further when what it found is not for its reader.
const LOOKS_MOST: usize = 4;

/// Entries of the journal, newest first
///
/// With `as_of`, only entries whose facts hold on or before that day; without it all. A page may hold fewer
/// entries than `limit` and still have a next one.
#[utoipa::path(get, path = "/entries", operation_id = "listEntries", tag = "journal",
    params(EntryParams, ViewParams, PageParams),
    responses((status = 200, description = "A page of entries.", body = Page<Entry>)))]
async fn list_entries(
    State(api): State<Api>,
    caller: Caller,
    conditions: Conditions,
    OriginalUri(uri): OriginalUri,
    Params(params): Params<EntryParams>,
    mut asked: Asked,
) -> Result<Response, ApiError> {
    let eyes = Eyes { caller: &caller };
    // The head is fixed before reading: what is recorded meanwhile belongs to the next walk.
    let head = api.directory().await?.head();
    asked.view.known = asked.view.known.min(head);
    let filter = params.filter(&asked, &eyes)?;
    let kind = params.kind.map(|kind| kind.0);
    let wanted = |entry: &DomainEntry| {
        eyes.sees(&entry.draft.subject)
            && kind.is_none_or(|kind| entry.draft.subject.kind == kind)
            && asked.as_of_given.is_none_or(|day| entry.draft.effective <= day)
    };
    let mut corrections = Corrections::new(&api, asked.view.known);
    let mut before = asked.position.map(Seq);
    let mut items: Vec<Entry> = Vec::new();
    for _ in 0..LOOKS_MOST {
        let found = api.app().entries(filter.clone(), before, asked.limit - items.len()).await?;
        let taken: Vec<&DomainEntry> = found.items.iter().filter(|entry| wanted(entry)).collect();
        corrections.gather(&taken).await?;
        for entry in taken {
            items.push(eyes.show(entry, corrections.of(entry).await?));
        }
        before = found.next;
        if before.is_none() || items.len() == asked.limit {
            break;
        }
    }
    let view = asked.view;
    let next = before.map(|before| asked.cursor(view, before.0));
    let list = Page { items, next, total: None, view: asked.used(view) };
    Ok(page(&conditions, &caller.0, &list_tag(view, audience(&caller)), &uri, list))
}

/// Entity tags of staff differ from those of the public.
fn audience(caller: &Caller) -> Audience {
    match caller.0.person() {
        Some(_) => Audience::Staff,
        None => Audience::Public,
    }
}

/// An entry that the caller may see at the asked point of view.
async fn find(api: &Api, caller: &Caller, number: u64) -> Result<DomainEntry, ApiError> {
    let number = found(i64::try_from(number).ok().map(|_| Seq(number)))?;
    let entry = found(api.app().entry(number).await?)?;
    found(Eyes { caller }.sees(&entry.draft.subject).then_some(entry))
}

/// One entry of the journal
#[utoipa::path(get, path = "/entries/{entry}", operation_id = "getEntry", tag = "journal",
    params(("entry" = u64, Path,), ViewParams),
    responses((status = 200, description = "The entry.", body = Entry)))]
async fn get_entry(
    State(api): State<Api>,
    caller: Caller,
    conditions: Conditions,
    Place(number): Place<u64>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let entry = find(&api, &caller, number).await?;
    let visible =
        entry.seq <= asked.view.known && asked.as_of_given.is_none_or(|day| entry.draft.effective <= day);
    found(visible.then_some(()))?;
    let head = api.directory().await?.head();
    let view = View { as_of: asked.view.as_of, known: asked.view.known.min(head) };
    let used = asked.used(view);
    let mut corrections = Corrections::new(&api, view.known);
    corrections.gather(&[&entry]).await?;
    let corrected_by = corrections.of(&entry).await?;
    let tag = list_tag(view, audience(&caller));
    let shown = Eyes { caller: &caller }.show(&entry, corrected_by);
    Ok(answer(&conditions, &caller.0, &tag, &used, shown))
}

/// What is to stand in place of a wrong entry.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Correction {
    /// The facts that hold instead; none withdraws the entry.
    #[schema(max_items = 500)]
    facts: Vec<AnyFact>,
    /// The day they hold from; that of the wrong entry when not given.
    #[serde(default)]
    effective: Option<Day>,
    #[serde(default)]
    source: Option<Source>,
    /// What was wrong.
    #[schema(min_length = 1, max_length = 4000)]
    reason: String,
}

/// Corrects an entry
///
/// The wrong entry stays in the journal; from now on its facts no longer count. `If-Match` holds the version
/// of the subject that the entry is about.
#[utoipa::path(post, path = "/entries/{entry}/correction", operation_id = "correctEntry", tag = "journal",
    params(("entry" = u64, Path,)),
    request_body = Correction,
    responses((status = 201, description = "Corrected.", body = Outcome)))]
async fn correct_entry(
    State(api): State<Api>,
    caller: Caller,
    conditions: Conditions,
    Place(number): Place<u64>,
    Body(body): Body<Correction>,
) -> Result<Response, ApiError> {
    let entry = find(&api, &caller, number).await?;
    let ground = Ground {
        effective: Some(body.effective.unwrap_or(Day(entry.draft.effective))),
        source: body.source,
        reason: body.reason,
    };
    let facts = body.facts.into_iter().map(Fact::from).collect();
    api.correct(&caller.0, &conditions, entry.draft.subject, entry.seq, facts, ground).await
}
