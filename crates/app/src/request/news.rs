//! Telling those who work on requests what is new of them. Rounds read the journal once from where the last one ended, so
//! that taking requests in costs nothing for it, and gather what they find: each person hears one thing of each of their
//! units in a round, however many requests there are. What presses goes by rounds of its own, that come sooner.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::authorize::target_of_request;
use domain::code::Code;
use domain::history::{History, View};
use domain::journal::{Entry, Seq};
use domain::notice::{EventKey, Notice, NoticeError, Said, SitePath, Topic, Value};
use domain::request::{Request, RequestFact};
use domain::source::Grade;
use domain::subject::{Subject, SubjectKind};
use domain::telling::{Audience, Gathered, RequestMatter, Staff, is_news, may_be_news, of_request};
use jiff::civil::{Date, DateTime};
use store::{Connection, StoreError};

use crate::App;
use crate::error::AppError;
use crate::notify::{Recipient, tell, unit_name};

/// Entries that are read at once, and in one round at most; the next round goes on.
const PIECE: usize = 2_000;
const PIECES_MOST: usize = 50;

/// What goes together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewsLane {
    /// What has to be met within hours.
    Pressing,
    Usual,
}

impl NewsLane {
    fn as_str(self) -> &'static str {
        match self {
            Self::Pressing => "pressing",
            Self::Usual => "usual",
        }
    }

    fn takes(self, matter: RequestMatter, request: &Request) -> bool {
        matter.presses(request) == (self == Self::Pressing)
    }
}

/// What somebody is told, with the last entry that it came from.
#[derive(Default)]
struct Heap {
    gathered: Gathered,
    last: Seq,
    /// When the limit of each that is to be worked on runs out.
    due: BTreeMap<Code, DateTime>,
}

/// Who is told as whom: a person hears of each unit by itself.
type Heaps = BTreeMap<(Recipient, Audience), Heap>;

/// What was recorded since the last round: of each request by which entries and by whom.
struct Since {
    requests: BTreeMap<Code, Vec<(Seq, Code)>>,
    until: Seq,
}

impl Since {
    fn read(c: &mut Connection, plan: &Code, behind: Seq, today: Date) -> Result<Self, StoreError> {
        let mut out = Self { requests: BTreeMap::new(), until: behind };
        let head = c.head()?;
        for _ in 0..PIECES_MOST {
            let entries = c.entries_of_kind(plan, SubjectKind::Request, out.until, PIECE)?;
            let last = entries.last().map(|entry| entry.seq);
            let more = entries.len() == PIECE;
            for entry in entries.into_iter().filter(|entry| counts(entry, today)) {
                let by = (entry.seq, entry.draft.actor);
                out.requests.entry(entry.draft.subject.code).or_default().push(by);
            }
            match last.filter(|_| more) {
                Some(last) => out.until = last,
                None => {
                    out.until = last.map_or(head, |last| last.max(head));
                    break;
                }
            }
        }
        Ok(out)
    }
}

/// Whether an entry may be news. A past that was played is none, nor is what holds from long ago.
fn counts(entry: &Entry, today: Date) -> bool {
    let draft = &entry.draft;
    draft.source.grade != Grade::Illustrative
        && may_be_news(draft.event.facts())
        && is_news(&draft.event, draft.effective, today)
}

/// Finds out who is told what.
struct Round {
    plan: Code,
    lane: NewsLane,
    staff: Staff,
    history: Arc<History>,
}

impl Round {
    fn gather(&self, c: &mut Connection, since: &Since) -> Result<Heaps, StoreError> {
        let mut heaps = Heaps::new();
        let codes: Vec<Code> = since.requests.keys().cloned().collect();
        for some in codes.chunks(PIECE) {
            for held in c.whole_requests(&self.plan, some)? {
                let Some(request) = Request::at(&held, View::ALL) else { continue };
                let entries = &since.requests[&request.code];
                let by = |seq: Seq| entries.iter().find(|(at, _)| *at == seq);
                let facts = held.visible::<RequestFact>(View::ALL);
                let facts: Vec<(Seq, &Code, &RequestFact)> = facts
                    .filter_map(|held| by(held.seq).map(|(seq, actor)| (*seq, actor, held.fact)))
                    .collect();
                self.sort(&request, &facts, &mut heaps);
            }
        }
        Ok(heaps)
    }

    fn sort(&self, request: &Request, facts: &[(Seq, &Code, &RequestFact)], heaps: &mut Heaps) {
        let all: Vec<(&Code, &RequestFact)> = facts.iter().map(|(_, by, fact)| (*by, *fact)).collect();
        let Some(last) = facts.iter().map(|(seq, ..)| *seq).max() else { return };
        for (matter, audience) in of_request(request, &all) {
            if !self.lane.takes(matter, request) {
                continue;
            }
            // Whoever did all that is new knows of it.
            let known_to = |person: &Code| facts.iter().all(|(_, by, _)| *by == person);
            for to in self.recipients(request, &audience) {
                if matches!(&to, Recipient::Person(person) if known_to(person)) {
                    continue;
                }
                let heap = heaps.entry((to, audience.clone())).or_default();
                heap.gathered.add(matter, &request.code);
                heap.last = heap.last.max(last);
                heap.due.extend(request.limit().map(|(_, due)| (request.code.clone(), due)));
            }
        }
    }

    fn recipients(&self, request: &Request, audience: &Audience) -> Vec<Recipient> {
        let target = target_of_request(&self.plan, request, &*self.history);
        let people = self.staff.of(audience, &target).cloned().map(Recipient::Person);
        let hook = match audience {
            Audience::Unit(unit) => Some(Recipient::Unit(unit.clone())),
            _ => None,
        };
        people.chain(hook).collect()
    }

    fn notice(&self, audience: &Audience, heap: &Heap) -> Result<Notice, NoticeError> {
        let plan = &self.plan;
        let (side, list) = match audience {
            Audience::Unit(unit) => (format!("unit/{unit}"), format!("unit={unit}&standing=open&order=due")),
            Audience::Desk => ("desk".to_owned(), "standing=desk".to_owned()),
            _ => ("above".to_owned(), "standing=asks".to_owned()),
        };
        let (said, link, subject) = match heap.gathered.one() {
            Some((matter, request)) => {
                let due = heap.due.get(request).map(|due| due.strftime("%Y-%m-%d %H:%M").to_string());
                let said = Said::new(format!("request-news-{}", matter.as_str().replace('_', "-")))
                    .text("code", request.as_str())
                    .text("due", due.unwrap_or_else(|| "—".into()));
                let link = format!("/p/{plan}/requests/{request}");
                (said, link, Subject::request(plan, request))
            }
            None => {
                let (count, work) = (heap.gathered.count(), heap.gathered.work());
                let key = match audience {
                    Audience::Unit(_) if count == work => "request-news-many-given",
                    Audience::Unit(_) => "request-news-many",
                    Audience::Desk => "request-news-many-desk",
                    _ => "request-news-many-above",
                };
                let number = |count: usize| Value::Number(i64::try_from(count).unwrap_or(i64::MAX));
                let said = Said::new(key).with("count", number(count)).with("work", number(work));
                (said, format!("/p/{plan}/requests?{list}"), Subject::plan(plan))
            }
        };
        let said = match audience {
            Audience::Unit(unit) => said.with("unit", Value::Named(unit_name(&*self.history, unit))),
            _ => said,
        };
        Ok(Notice {
            event: EventKey::new(format!("entry-{}/{}/{side}", heap.last, self.lane.as_str()))?,
            topic: Topic::Request,
            urgent: self.lane == NewsLane::Pressing,
            subject: Some(subject),
            said,
            link: SitePath::new(link)?,
        })
    }
}

impl App {
    /// Tells what is new since the last round of a lane; how many people. Doing it again, or from two servers, tells nobody
    /// twice. Before the first round nothing is news.
    pub async fn tell_request_news(&self, plan: &Code, lane: NewsLane) -> Result<usize, AppError> {
        if !self.inner.tells {
            return Ok(0);
        }
        let of = plan.clone();
        let (today, now) = (self.clock().today(), self.clock().now());
        let look = move |c: &mut Connection| {
            let (from, head) = (c.news_told(&of, lane.as_str())?, c.head()?);
            let since = match from.filter(|behind| *behind < head) {
                Some(behind) => Some(Since::read(c, &of, behind, today)?),
                None => None,
            };
            Ok::<_, StoreError>((from, head, since))
        };
        let (from, head, since) = self.database().read_async(look).await?;
        let of = plan.clone();
        let Some(behind) = from else {
            let begin = move |tx: &mut store::Tx| tx.tell_news(&of, lane.as_str(), (None, head));
            self.database().write_async(begin).await?;
            return Ok(0);
        };
        let Some(since) = since else { return Ok(0) };
        let until = since.until;
        // Most of what is recorded is not about requests: then nobody has to be looked for.
        let told = match since.requests.is_empty() {
            true => Vec::new(),
            false => self.request_news_since(plan, lane, since).await?,
        };
        self.database()
            .write_async(move |tx| {
                let mut people = 0;
                // Another server was quicker.
                if tx.tell_news(&of, lane.as_str(), (Some(behind), until))? {
                    for (to, notice) in &told {
                        people += tell(tx, notice, std::slice::from_ref(to), now)?;
                    }
                }
                Ok::<_, AppError>(people)
            })
            .await
    }

    /// Who is told what of what was recorded.
    async fn request_news_since(
        &self,
        plan: &Code,
        lane: NewsLane,
        since: Since,
    ) -> Result<Vec<(Recipient, Notice)>, AppError> {
        let (staff, history) = (self.staff().await?, self.history(plan).await?);
        let round = Round { plan: plan.clone(), lane, staff, history };
        let gather = move |c: &mut Connection| {
            let heaps = round.gather(c, &since)?;
            let told =
                heaps.iter().map(|((to, audience), heap)| Ok((to.clone(), round.notice(audience, heap)?)));
            let told: Result<Vec<_>, NoticeError> = told.collect();
            told.map_err(|error| StoreError::Damaged(error.to_string()))
        };
        Ok(self.database().read_async(gather).await?)
    }
}
