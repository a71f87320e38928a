//! What is done with a request: each act composes the facts that belong together, as the request stands in the
//! very transaction.

use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::history::{Lookup, View};
use domain::item::Target;
use domain::journal::Seq;
use domain::plan::Plan;
use domain::refusal::{Problem, Refusal};
use domain::request::call_back::{called_back, given, preset_of, reopened};
use domain::request::merging::merged_into;
use domain::request::rate::RateRow;
use domain::request::routing::Routing;
use domain::request::rules::Preset;
use domain::request::telling::matter;
use domain::request::{
    AppealTerms, CallBack, CallWay, ExclusionGround, ModeratedPart, ModerationAct, ModerationGround,
    PhotoShows, Place, RateParts, RefusalGround, Request, RequestFact, RequestState, RequestStep,
    Satisfaction, Solved, Urgency, Who,
};
use domain::source::Source;
use domain::subject::Subject;
use jiff::civil::{Date, DateTime};
use store::{StoreError, Tx};

use super::claim::{is_claim, tell_of_claim};
use super::file::{is_private, routing};
use super::occasion::Doing;
use super::photo::{self, NewPhoto};
use super::telling::tell_of_step;
use super::{by_resident, rules_of};
use crate::App;
use crate::account::hash;
use crate::actor::Actor;
use crate::change::{Change, make};
use crate::error::AppError;

/// What somebody does with a request.
#[derive(Debug, Clone, PartialEq)]
pub enum RequestAct {
    /// Give it to a unit: for the first time, to another one, or so that it may not be handed back.
    Give {
        step: RequestStep,
        unit: Code,
        reason: String,
    },
    /// A move that needs no more than a reason.
    Step {
        step: RequestStep,
        reason: String,
    },
    AskResident {
        question: String,
    },
    PutOnBooks {
        link: Target,
        until: Date,
        reason: String,
    },
    Answer {
        text: String,
    },
    Reopen {
        reason: String,
    },
    Merge {
        master: Code,
    },
    Refuse {
        ground: RefusalGround,
        reason: String,
    },
    Contact {
        way: CallWay,
        text: String,
    },
    Note {
        text: String,
    },
    Word {
        text: String,
    },
    CallBack {
        way: CallWay,
        reached: bool,
        contacted: Option<bool>,
        solved: Option<Solved>,
        satisfaction: Option<Satisfaction>,
        text: String,
    },
    AskExtension {
        until: Date,
        reason: String,
    },
    DecideExtension {
        granted: bool,
        note: String,
    },
    /// The unit would have it wait for something, until a day.
    AskBooks {
        link: Target,
        until: Date,
        reason: String,
    },
    /// Granted, it goes on the books as was asked.
    DecideBooks {
        granted: bool,
        note: String,
    },
    AskExclusion {
        ground: ExclusionGround,
        reason: String,
        unit: Code,
    },
    /// Against what counts, by the unit that it counts against.
    Appeal {
        ground: ExclusionGround,
        parts: RateParts,
        reason: String,
        evidence: String,
    },
    /// Of what was asked for or appealed, for all of the rates that it names or for some.
    DecideExclusion {
        granted: bool,
        note: String,
        parts: Option<RateParts>,
    },
    WithdrawExclusion {
        reason: String,
    },
    AddPhotos {
        shows: PhotoShows,
        photos: Vec<NewPhoto>,
    },
    ReviewPhoto {
        photo: Code,
        shown: bool,
        reason: String,
    },
    Publish {
        shown: bool,
        reason: String,
    },
    /// Hide or edit what everybody reads, or undo what was done last.
    Moderate {
        act: ModerationAct,
        ground: ModerationGround,
        title: String,
        text: String,
    },
    /// Put other words in the place of a part that everybody reads; none leave it out.
    ModeratePart {
        part: ModeratedPart,
        ground: ModerationGround,
        text: String,
    },
    Categorise {
        category: Code,
        urgency: Urgency,
    },
    Locate {
        area: Code,
        address: String,
    },
    Support {
        unit: Code,
        active: bool,
    },
    Link {
        to: Target,
        held: bool,
    },
    /// File one of several matters as a request of its own, under whoever asked.
    Divide {
        text: String,
        category: Code,
    },
}

/// A request as an act finds it.
struct Found<'a> {
    request: &'a Request,
    plan: &'a Plan,
    preset: &'a Preset,
    at: DateTime,
    who: Who,
}

impl RequestAct {
    /// Whether it needs no account.
    fn is_open_to_whoever_asked(&self) -> bool {
        matches!(
            self,
            Self::Word { .. }
                | Self::CallBack { .. }
                | Self::Reopen { .. }
                | Self::AddPhotos { shows: PhotoShows::Matter, .. }
                | Self::Step {
                    step: RequestStep::Withdraw | RequestStep::AskReopen | RequestStep::Close,
                    ..
                }
        )
    }

    /// Whether it is about how the request counts in its unit's rates.
    fn is_claim(&self) -> bool {
        matches!(self, Self::AskExclusion { .. } | Self::Appeal { .. } | Self::DecideExclusion { .. })
    }

    fn facts(self, found: &Found, lookup: &dyn Lookup) -> Result<Vec<RequestFact>, AppError> {
        let Found { request, plan, preset, at, who } = *found;
        let moved = |step: RequestStep, reason: String| -> Result<RequestFact, AppError> {
            let problem = Problem::IllegalRequestMove { from: request.state, step };
            let state = request.leads_to(step).ok_or(Refusal { field: "state".into(), problem })?;
            Ok(RequestFact::Move {
                step,
                state,
                at,
                unit: None,
                reason,
                ground: None,
                master: None,
                until: None,
            })
        };
        Ok(match self {
            Self::Give { step, unit, reason } => {
                let problem = Problem::IllegalRequestMove { from: request.state, step };
                request.leads_to(step).ok_or(Refusal { field: "state".into(), problem })?;
                let supporting = request.supporting_units.clone();
                given(
                    Some(request),
                    step,
                    &Routing { unit, supporting, by_backstop: false },
                    preset,
                    at,
                    reason,
                )
            }
            Self::Step { step, reason } => vec![moved(step, reason)?],
            Self::AskResident { question } => vec![moved(RequestStep::AskResident, question)?],
            Self::PutOnBooks { link, until, reason } => {
                let booked = moved(RequestStep::PutOnBooks, reason)?;
                on_the_books(request, booked, link, until)
            }
            Self::Answer { text } => {
                vec![moved(RequestStep::Answer, String::new())?, RequestFact::Answer { at, text }]
            }
            // By their link they take back what they withdrew. Of an answer they say how it went, which counts.
            Self::Reopen { .. } if who == Who::Resident && request.state != RequestState::Withdrawn => {
                let problem = Problem::IllegalRequestMove { from: request.state, step: RequestStep::Reopen };
                return Err(Refusal { field: "state".into(), problem }.into());
            }
            Self::Reopen { reason } => {
                moved(RequestStep::Reopen, String::new())?;
                reopened(request, preset, at, reason)
            }
            Self::Merge { master } => {
                let merged = moved(RequestStep::Merge, String::new())?;
                let history = lookup.subject(&Subject::request(&plan.code, &master));
                match history.and_then(|history| Request::at(&history, View::ALL)) {
                    Some(held) => merged_into(request, &held, preset, at),
                    // The rules say what is wrong with it.
                    None => vec![to_master(merged, master)],
                }
            }
            Self::Refuse { ground, reason } => {
                let mut refused = moved(RequestStep::Refuse, reason)?;
                if let RequestFact::Move { ground: held, .. } = &mut refused {
                    *held = Some(ground);
                }
                vec![refused]
            }
            Self::Contact { way, text } => vec![RequestFact::Contact { at, way, text }],
            Self::Note { text } => vec![RequestFact::Note { at, text }],
            Self::Word { text } => {
                let mut facts = vec![RequestFact::Word { at, text }];
                // Whoever was asked has answered: it goes on.
                if request.state == RequestState::WaitingForResident {
                    facts.push(moved(RequestStep::Resume, String::new())?);
                }
                facts
            }
            Self::CallBack { way, reached, contacted, solved, satisfaction, text } => {
                let (contacted, solved, satisfaction) =
                    if reached { (contacted, solved, satisfaction) } else { (None, None, None) };
                let reason = text.clone();
                let call = CallBack { at, way, reached, contacted, solved, satisfaction, text };
                if solved == Some(Solved::No) && reason.trim().is_empty() {
                    return Err(Refusal { field: "reason".into(), problem: Problem::ReasonRequired }.into());
                }
                let parts = lookup.requests_of(&plan.code, &request.code);
                let divided = parts.iter().any(|(_, merged, state)| !merged && state.is_open());
                called_back((request, divided), call, who, rules_of(plan)?, preset, reason)
            }
            Self::AskExtension { until, reason } => {
                vec![RequestFact::ExtensionAsked { number: request.next_extension(), until, reason }]
            }
            Self::DecideExtension { granted, note } => {
                let number = request.open_extension().map_or(1, |ask| ask.number);
                vec![RequestFact::ExtensionDecided { number, granted, note }]
            }
            Self::AskBooks { link, until, reason } => {
                vec![RequestFact::BooksAsked { number: request.next_booking(), link, until, reason }]
            }
            Self::DecideBooks { granted, note } => {
                let open = request.open_booking();
                let number = open.map_or(1, |(_, ask)| ask.number);
                let mut facts = vec![RequestFact::BooksDecided { number, granted, note }];
                if let Some((link, ask)) = open.filter(|_| granted) {
                    let booked = moved(RequestStep::PutOnBooks, ask.reason.clone())?;
                    facts.extend(on_the_books(request, booked, link.clone(), ask.until));
                }
                facts
            }
            Self::AskExclusion { ground, reason, unit } => vec![RequestFact::ExclusionAsked {
                number: request.next_claim(),
                ground,
                reason,
                // It counts against whoever had it when its limit ran out.
                unit: RateRow::of(request).map_or(unit, |row| row.unit),
                parts: RateParts::ALL,
                evidence: String::new(),
                appeal: None,
            }],
            Self::Appeal { ground, parts, reason, evidence } => {
                let problem = Problem::NotWhileRequest { state: request.state };
                let (unit, _) =
                    request.appeal_window(plan).ok_or(Refusal { field: "state".into(), problem })?;
                let decide_by = rules_of(plan)?.appeals.decide_by(at.date());
                let appeal = Some(AppealTerms { at, decide_by });
                let number = request.next_claim();
                vec![RequestFact::ExclusionAsked { number, ground, reason, unit, parts, evidence, appeal }]
            }
            Self::DecideExclusion { granted, note, parts } => {
                let open = request.open_claim();
                let number = open.map_or(1, |claim| claim.number);
                let all = open.map(|claim| claim.parts);
                let parts = parts.filter(|_| granted).filter(|parts| Some(*parts) != all);
                vec![RequestFact::ExclusionDecided { number, granted, note, parts }]
            }
            Self::WithdrawExclusion { reason } => {
                let number = request.open_claim().map_or(1, |claim| claim.number);
                vec![RequestFact::ExclusionWithdrawn { number, reason }]
            }
            Self::AddPhotos { shows, photos } => {
                let mut facts = photo::added(Some(request), &photos, shows, at)?;
                // A photo is an answer as well as a word is.
                if who == Who::Resident
                    && !facts.is_empty()
                    && request.state == RequestState::WaitingForResident
                {
                    facts.push(moved(RequestStep::Resume, String::new())?);
                }
                facts
            }
            Self::ReviewPhoto { photo, shown, reason } => {
                vec![RequestFact::PhotoReview { photo, shown, reason }]
            }
            // Saying once more that it is shown would be no change, and not refused by the rules.
            Self::Publish { shown: true, .. } if request.is_hidden() => {
                return Err(Refusal { field: "moderation".into(), problem: Problem::NothingPending }.into());
            }
            Self::Publish { shown, reason } => vec![RequestFact::Publication { shown, reason }],
            Self::Moderate { act, ground, title, text } => {
                vec![RequestFact::Moderation { at, act, ground, title, text, part: None }]
            }
            Self::ModeratePart { part, ground, text } => vec![RequestFact::Moderation {
                at,
                act: ModerationAct::Edit,
                ground,
                title: String::new(),
                text,
                part: Some(part),
            }],
            Self::Categorise { category, urgency } => {
                let mut facts = vec![
                    RequestFact::Category { category: category.clone(), suggested: false },
                    RequestFact::Urgency { urgency },
                ];
                facts.extend(self::placed(found, lookup, &request.areas, Some(&category), urgency)?);
                // What nobody may read is read no longer.
                if request.published == Some(true) && is_private(plan, Some(&category)) {
                    let reason = words::both("request-hidden-by-category", &[]);
                    facts.push(RequestFact::Publication { shown: false, reason });
                }
                facts
            }
            Self::Locate { area, address } => {
                let areas = vec![area];
                let place = Place { areas: areas.clone(), address, point: request.point };
                let mut facts = vec![RequestFact::Place(place)];
                facts.extend(placed(found, lookup, &areas, request.category.as_ref(), request.urgency)?);
                facts
            }
            Self::Support { unit, active } => vec![RequestFact::SupportingUnit { unit, active }],
            Self::Link { to, held } => vec![RequestFact::Link { to, held }],
            // What is divided off says so itself.
            Self::Divide { .. } => Vec::new(),
        })
    }
}

/// It waits until a day for what will settle it.
fn on_the_books(request: &Request, mut booked: RequestFact, link: Target, day: Date) -> Vec<RequestFact> {
    if let RequestFact::Move { until, .. } = &mut booked {
        *until = Some(day);
    }
    let mut facts = vec![booked];
    if !request.links.contains(&link) {
        facts.push(RequestFact::Link { to: link, held: true });
    }
    facts
}

fn to_master(mut merged: RequestFact, to: Code) -> RequestFact {
    if let RequestFact::Move { master, .. } = &mut merged {
        *master = Some(to);
    }
    merged
}

/// What was waiting for a place or a category goes to whoever has to take it, once both are known. Limits
/// that run already are those of the new category, from where they began.
fn placed(
    found: &Found,
    lookup: &dyn Lookup,
    areas: &[Code],
    category: Option<&Code>,
    urgency: Urgency,
) -> Result<Vec<RequestFact>, AppError> {
    let Found { request, plan, at, .. } = *found;
    let rules = rules_of(plan)?;
    let Some(preset) = preset_of(rules, &plan.request_categories, category, urgency) else {
        return Ok(Vec::new());
    };
    if request.waits_for_a_unit() && !areas.is_empty() && category.is_some() {
        let to = routing(lookup, plan, areas, category, at)?;
        let (step, reason) = match request.state {
            RequestState::Received => (RequestStep::Assign, String::new()),
            _ => (RequestStep::Redispatch, words::both("request-given-once-placed", &[])),
        };
        return Ok(given(Some(request), step, &to, preset, at, reason));
    }
    use domain::request::ClockKind;
    let clock = |kind: ClockKind, limit| {
        let running = request.clocks.get(&kind)?;
        (running.preset != preset.preset && request.taken_up.is_none()).then(|| {
            RequestFact::Clock(domain::request::clock::Clock {
                clock: kind,
                preset: preset.preset.clone(),
                limit,
                from: running.from,
            })
        })
    };
    let clocks = [
        // What nobody has yet is to be given out within the new limit, too.
        clock(ClockKind::Assignment, preset.assignment).filter(|_| request.state == RequestState::Received),
        clock(ClockKind::Response, preset.response),
        clock(ClockKind::Resolution, preset.resolution),
    ];
    Ok(clocks.into_iter().flatten().collect())
}

/// What is told when an act is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acted {
    pub state: RequestState,
    /// Others to whom the same answer went.
    pub others: usize,
}

impl App {
    /// Does something with a request, for somebody with an account.
    pub async fn act_on_request(
        &self,
        actor: &Actor,
        plan: &Code,
        code: &Code,
        act: RequestAct,
        source: Source,
    ) -> Result<Acted, AppError> {
        self.act_on_request_seen(actor, plan, (code, None), act, source).await
    }

    /// As [`act_on_request`](Self::act_on_request), for somebody who saw the request at a version: what others
    /// recorded since is a conflict.
    pub async fn act_on_request_seen(
        &self,
        actor: &Actor,
        plan: &Code,
        (code, seen): (&Code, Option<Seq>),
        act: RequestAct,
        source: Source,
    ) -> Result<Acted, AppError> {
        let who = if matches!(act, RequestAct::CallBack { .. }) { Who::Desk } else { Who::Lead };
        self.act(actor.clone(), who, plan, (code, seen), act, source).await
    }

    /// Does something for whoever asked, by the secret of their link.
    pub async fn act_by_link(&self, plan: &Code, secret: &str, act: RequestAct) -> Result<Acted, AppError> {
        let code = self.request_of_link(plan, secret).await?;
        if !act.is_open_to_whoever_asked() {
            return Err(AppError::NotFound);
        }
        self.act(by_resident(), Who::Resident, plan, (&code, None), act, Source::default()).await
    }

    /// The request that a link leads to.
    pub async fn request_of_link(&self, plan: &Code, secret: &str) -> Result<Code, AppError> {
        let digest = hash(secret);
        let found = self.database().read_async(move |c| c.request_by_secret(&digest)).await?;
        found.filter(|(of, _)| of == plan).map(|(_, code)| code).ok_or(AppError::NotFound)
    }

    pub(super) async fn act(
        &self,
        actor: Actor,
        who: Who,
        plan: &Code,
        (code, seen): (&Code, Option<Seq>),
        act: RequestAct,
        source: Source,
    ) -> Result<Acted, AppError> {
        let (plan, code, occasion) = (plan.clone(), code.clone(), self.occasion());
        let staff = if occasion.tells && act.is_claim() { Some(self.staff().await?) } else { None };
        self.database()
            .write_async(move |tx| {
                let filing = occasion.filing(&actor, &plan);
                let doing = Doing { staff: staff.as_ref(), ..filing.doing(who, &source) };
                if let Some(expected) = seen {
                    let held = tx.subject(&Subject::request(&plan, &code))?.ok_or(AppError::NotFound)?;
                    let found = held.version;
                    if found != expected {
                        return Err(Refusal::whole(Problem::ChangedMeanwhile { expected, found }).into());
                    }
                }
                doing.one(tx, &code, act.clone())
            })
            .await
    }
}

impl Doing<'_> {
    pub(super) fn one(&self, tx: &mut Tx, code: &Code, act: RequestAct) -> Result<Acted, AppError> {
        let subject = Subject::request(self.of.plan, code);
        let held = tx.subject(&subject)?.ok_or(AppError::NotFound)?;
        let request = Request::at(&held, View::ALL).ok_or(AppError::NotFound)?;
        // Nothing of theirs comes back, be it a photo whose fact stands there still.
        if request.erased && self.who == Who::Resident {
            return Err(Refusal { field: "erased".into(), problem: Problem::Erased }.into());
        }
        let act = match act {
            RequestAct::Divide { text, category } => {
                let matter = self.divide(tx, &request, text, category)?;
                let text = words::both("request-divided-into", &[("code", matter.as_str())]);
                RequestAct::Note { text }
            }
            act => act,
        };
        if let RequestAct::Step { step: RequestStep::AskReopen, reason } = &act
            && self.who == Who::Resident
            && request.state == RequestState::Merged
        {
            return self.ask_review(tx, &request, reason);
        }
        let settles = matches!(
            act,
            RequestAct::Moderate { .. } | RequestAct::ModeratePart { .. } | RequestAct::Publish { .. }
        );
        let photos = match &act {
            RequestAct::AddPhotos { photos, .. } => photos.clone(),
            _ => Vec::new(),
        };
        let facts = tx.with_lookup(|lookup| {
            let plan = lookup.plan(self.of.plan).ok_or(AppError::NotFound)?;
            let rules = rules_of(&plan)?;
            let preset =
                preset_of(rules, &plan.request_categories, request.category.as_ref(), request.urgency)
                    .ok_or(AppError::NotFound)?;
            let found = Found { request: &request, plan: &plan, preset, at: self.of.on.wall, who: self.who };
            act.facts(&found, lookup)
        })??;
        if facts.is_empty() && !photos.is_empty() {
            // All of them are on record; what can be seen on them may have gone with its time.
            photo::keep(tx, self.of.plan, code, &photos, self.of.on.now.as_microsecond())?;
            tx.show_photos(self.of.plan, &request)?;
            return Ok(Acted { state: request.state, others: 0 });
        }
        let knows = self.who == Who::Resident;
        let seq = self.record(tx, self.of.actor, code, facts.clone(), (Some(&request), knows))?;
        if knows {
            self.keep_masked(tx, code, &facts)?;
        }
        photo::keep(tx, self.of.plan, code, &photos, self.of.on.now.as_microsecond())?;
        if settles {
            tx.settle_flags(self.of.plan, code, self.of.on.now.as_microsecond())?;
        }
        let others = self.tell_those_merged(tx, &request, &facts, seq)?;
        self.tell_master(tx, &request, &facts)?;
        let after = tx.subject(&subject)?.and_then(|held| Request::at(&held, View::ALL));
        let after = after.ok_or(StoreError::Stopped)?;
        if !photos.is_empty() {
            tx.show_photos(self.of.plan, &after)?;
        }
        Ok(Acted { state: after.state, others })
    }

    /// Records something of a request; the entry that says it. Whoever asked is told, unless they know.
    pub(super) fn record(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        code: &Code,
        facts: Vec<RequestFact>,
        (before, knows): (Option<&Request>, bool),
    ) -> Result<Option<Seq>, AppError> {
        let facts: Vec<RequestFact> = facts.into_iter().map(RequestFact::masked).collect();
        let matter = matter(before, &facts).filter(|_| self.of.on.tells && !knows);
        let change = Change {
            command: Command::Record {
                subject: Subject::request(self.of.plan, code),
                facts: facts.into_iter().map(Fact::from).collect(),
                expected: None,
            },
            effective: Some(self.of.on.today),
            source: self.source.clone(),
            reason: String::new(),
        };
        let receipt = make(tx, actor, &change, self.of.on.now, self.of.on.today)?;
        if let (Some(staff), Some(entry)) = (self.staff, receipt.entries.last())
            && is_claim(change.command.facts())
        {
            let by = (actor.person(), entry.seq);
            tell_of_claim(tx, (self.of.plan, code), change.command.facts(), staff, by, self.of.on.now)?;
        }
        if let (Some(matter), Some(entry)) = (matter, receipt.entries.last()) {
            tell_of_step(tx, self.of.plan, code, entry.seq, matter, self.of.on.now)?;
        }
        Ok(receipt.entries.last().map(|entry| entry.seq))
    }
}
