//! Posts of community forums (直通车): a post is a request, or is added to one; each once, by its id there.

use std::collections::BTreeMap;

use ::place::datum::Datum;
use domain::bounds::Bounds;
use domain::code::Code;
use domain::history::View;
use domain::request::{Channel, Request, RequestKind, RequestState, RequestStep, Who};
use domain::source::Source;
use domain::subject::Subject;
use jiff::Timestamp;
use jiff::civil::DateTime;
use store::{ForumPost, Tx};

use super::act::RequestAct;
use super::file::{Made, NewRequest, clean, recorded};
use super::mail_intake::{TEXT_MOST, TITLE_MOST, cut, language_of};
use super::occasion::{Doing, Occasion};
use super::person::PersonalData;
use super::protection::ProtectionKey;
use super::signed::{self, SignatureFault, SignedMessage};
use super::whereabouts::{PlaceFault, Stated};
use super::{by_resident, by_rules};
use crate::App;
use crate::actor::Actor;
use crate::error::AppError;
use crate::read::Asked;
use crate::secret::Secret;

/// A post that is brought later than this counts from now: whoever has to answer could not know of it.
const DAY_SECONDS: i64 = 86_400;
const HOUR_MICROS: i64 = 3_600 * 1_000_000;
/// How often something is taken of one post: a page that counts its readers reads otherwise each time.
const TURNS_MOST: i64 = 20;
/// As many follow-ups are taken as new requests, times this.
const FOLLOWS_FOR_EACH: usize = 10;

/// A forum whose posts become requests of a plan: data of the installation.
#[derive(Debug, Clone)]
pub struct Forum {
    pub plan: Code,
    pub id: Code,
    pub name: String,
    /// What its messages are signed with; without one it sends none.
    pub secret: Option<Secret>,
    /// What its coordinates refer to.
    pub datum: Datum,
    /// Whether what is posted there may be shown to everybody here, once the desk has looked.
    pub public: bool,
    /// Its own words for categories.
    pub categories: BTreeMap<String, Code>,
    /// New requests taken within an hour.
    pub per_hour: usize,
}

/// What somebody posted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Post {
    /// One of a kind in its forum.
    pub id: String,
    /// The post of which this is a follow-up.
    pub follows: String,
    pub title: String,
    pub text: String,
    /// The name under which it was posted.
    pub author: String,
    pub link: String,
    /// When it was posted.
    pub at: Option<Timestamp>,
    /// In the forum's own words, or by its code.
    pub category: String,
    /// Where it is, in words.
    pub address: String,
    pub stated: Option<Stated>,
}

/// What became of a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PostTaken {
    /// With the secret of the link by which whoever asked acts.
    New { request: Code, secret: String },
    /// It follows another one, or says something else now.
    Added(Code),
    /// It came before and says nothing new.
    Again { request: Code, secret: String },
    /// What it became was erased: it does not come back.
    Erased,
    /// It says nothing.
    Empty,
    /// It follows a post that is not known here.
    UnknownPost,
    /// Its author, or the forum, has sent too many.
    TooMany,
    /// The very same signed message was taken before.
    Replayed,
}

/// What is known of a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PostKnown {
    New,
    /// It read otherwise when it came in.
    Changed(Code),
    Again(Code),
}

/// What became of a post, and what was found of its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostOutcome {
    pub taken: PostTaken,
    /// Longitude and latitude were swapped and put right.
    pub swapped: bool,
    /// The place was left aside: somebody has to ask where it is.
    pub misplaced: Option<PlaceFault>,
}

impl Forum {
    /// Whether a message was signed by the forum, and lately. `signature` is `sha256=` with hexadecimal digits.
    pub fn check(
        &self,
        timestamp: &str,
        signature: &str,
        body: &[u8],
        now: Timestamp,
    ) -> Result<SignedMessage, SignatureFault> {
        let secret = self.secret.as_ref().ok_or(SignatureFault::Wrong)?;
        let of = format!("{}\u{1f}{}", self.plan, self.id);
        signed::check((secret, &of), (timestamp, signature), body, now)
    }

    fn digest(&self, key: &ProtectionKey, of: &str, text: &str) -> String {
        key.digest(&format!("{of}\u{1f}{}\u{1f}{}\u{1f}{text}", self.plan, self.id))
    }

    /// By what a post is known, and what it says.
    fn known_by(&self, key: &ProtectionKey, id: &str, title: &str, text: &str) -> (String, String) {
        let said = format!("{title}\u{1f}{text}");
        (self.digest(key, "forum-post", id), self.digest(key, "forum-said", &said))
    }

    /// By what its author's requests are known as theirs.
    fn account(&self, author: &str) -> String {
        if author.is_empty() { String::new() } else { format!("{}/{author}", self.id) }
    }
}

/// A post on its way in, with all that was found of it.
struct Incoming {
    forum: Forum,
    /// The post's digest and that of the one it follows, where it follows one.
    post: String,
    follows: Option<String>,
    said: String,
    asker: String,
    /// Title and text as they were posted; masked and cut where they are added to a request.
    whole: String,
    /// Its text alone.
    words: String,
    /// What is for those who work on it, besides: what was said of category and place that nobody knows here.
    aside: String,
    new: NewRequest,
    signed: Option<SignedMessage>,
    on: Occasion,
}

impl App {
    /// Says which forums there are. Only the first time counts.
    pub fn open_forums(&self, forums: Vec<Forum>) {
        drop(self.inner.forums.set(forums));
    }

    pub fn forums(&self) -> &[Forum] {
        self.inner.forums.get().map_or(&[], Vec::as_slice)
    }

    async fn forum_post(&self, forum: &Forum, id: String) -> Result<Option<ForumPost>, AppError> {
        let (plan, of) = (forum.plan.clone(), forum.id.clone());
        Ok(self.database().read_async(move |c| c.forum_post(&plan, &of, &id)).await?)
    }

    /// What a post would be, without taking it in.
    pub async fn know_post(&self, forum: &Forum, post: &Post) -> Result<PostKnown, AppError> {
        let key = self.key().ok_or(AppError::NoKey)?;
        let (title, text) = (clean(&post.title).replace('\n', " "), clean(&post.text));
        let (id, said) = forum.known_by(key, post.id.trim(), &title, &text);
        Ok(match self.forum_post(forum, id).await? {
            None => PostKnown::New,
            Some(held) if held.said == said => PostKnown::Again(held.request),
            Some(held) => PostKnown::Changed(held.request),
        })
    }

    /// From when a post counts that was made at a moment: from then, unless it is brought late, or before its time.
    fn counted_from(&self, at: Timestamp) -> Option<DateTime> {
        let late = self.clock().now().as_second() - at.as_second();
        (0..=DAY_SECONDS)
            .contains(&late)
            .then(|| self.clock().zone().to_datetime(at))
            .and_then(|at| at.with().subsec_nanosecond(0).build().ok())
    }

    /// Takes a post in.
    pub async fn take_post(
        &self,
        forum: &Forum,
        post: Post,
        signed: Option<SignedMessage>,
    ) -> Result<PostOutcome, AppError> {
        let key = self.key().cloned().ok_or(AppError::NoKey)?;
        let (title, text) = (clean(&post.title).replace('\n', " "), clean(&post.text));
        let plain = |taken| PostOutcome { taken, swapped: false, misplaced: None };
        let number = post.id.trim();
        if number.is_empty() || title.is_empty() && text.is_empty() {
            return Ok(plain(PostTaken::Empty));
        }
        let secret = forum.digest(&key, "forum-link", number);
        let (id, said) = forum.known_by(&key, number, &title, &text);
        if signed.is_none() {
            // Most of what stands in a feed stood there before.
            let held = self.forum_post(forum, id.clone()).await?;
            if let Some(held) = held.filter(|held| held.said == said) {
                return Ok(plain(PostTaken::Again { request: held.request, secret }));
            }
        }
        let portfolio = self.portfolio(&forum.plan, Asked::default()).await?;
        let located = post
            .stated
            .filter(|stated| !stated.is_nothing())
            .map(|stated| stated.locate(&Bounds::of(portfolio.areas.values())));
        let point = located.and_then(Result::ok).map(|located| located.point);
        let account = forum.account(post.author.trim());
        let mut person = PersonalData {
            name: cut(&clean(&post.author), TITLE_MOST),
            account: account.clone(),
            post: post.link.clone(),
            ..PersonalData::default()
        };
        let asker = if account.is_empty() { String::new() } else { key.digest(&person.contact()) };
        let named = forum.categories.get(post.category.trim()).cloned();
        let named = named.or_else(|| Code::new(post.category.trim()).ok());
        let category = named
            .filter(|code| portfolio.plan.request_category(code.as_str()).is_some_and(|held| !held.closed));
        let mut aside = Vec::new();
        if category.is_none() && !post.category.trim().is_empty() {
            aside.push(words::both("forum-said-category", &[("said", &*recorded(post.category.trim()))]));
        }
        if let (Some(stated), Some(Err(_))) = (post.stated, located) {
            aside.push(words::both("forum-said-place", &[("said", &*stated.to_string())]));
        }
        // Masked before it is cut: a number that is cut in two would not be seen as one.
        let heading = cut(&recorded(&title), TITLE_MOST);
        let whole = [title.as_str(), text.as_str()].map(str::trim);
        let whole = whole.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n");
        let words = if text.is_empty() { title.clone() } else { text };
        let found = self
            .suggest_for_request(&forum.plan, &format!("{heading} {words}"), &post.address, None, point)
            .await?;
        let shown = cut(&recorded(&words), TEXT_MOST);
        if shown != words || heading != title {
            person.text.clone_from(&whole);
        }
        let suggested = category.is_none().then(|| found.sure().map(|best| best.category.clone())).flatten();
        let told = clean(&post.address);
        let address = cut(&recorded(&told), TITLE_MOST);
        if address != told {
            person.address = told;
        }
        let nowhere = found.area.is_none() && address.is_empty() && point.is_none();
        let new = NewRequest {
            kind: RequestKind::Complaint,
            title: heading,
            suggested: suggested.is_some(),
            category: category.or(suggested),
            area: found.area.clone(),
            // Somebody has to ask where it is.
            address: if nowhere { "—".into() } else { address },
            point,
            public: forum.public,
            at: post.at.and_then(|at| self.counted_from(at)),
            language: language_of(&format!("{title}{words}")),
            person,
            secret: secret.clone(),
            source: Source { title: forum.name.clone(), ..Source::default() },
            ..NewRequest::new(Channel::DirectChannel, shown.clone())
        };
        let follows = post.follows.trim();
        let incoming = Incoming {
            forum: forum.clone(),
            post: id,
            follows: (!follows.is_empty()).then(|| forum.digest(&key, "forum-post", follows)),
            said,
            asker: asker.clone(),
            whole,
            words,
            aside: aside.join("\n"),
            new,
            signed,
            on: self.occasion(),
        };
        let flood = !asker.is_empty() && self.has_sent_enough(&forum.plan, asker).await?;
        let taken = self.database().write_async(move |tx| incoming.take(tx, flood)).await?;
        // Of what is added to a request, the place is that of the request.
        let located = located.filter(|_| matches!(taken, PostTaken::New { .. }));
        Ok(PostOutcome {
            taken,
            swapped: matches!(located, Some(Ok(located)) if located.swapped),
            misplaced: located.and_then(Result::err),
        })
    }
}

impl Incoming {
    fn take(&self, tx: &mut Tx, flood: bool) -> Result<PostTaken, AppError> {
        let (plan, forum) = (&self.forum.plan, &self.forum.id);
        if let Some(signed) = &self.signed
            && signed.was_taken(tx)?
        {
            return Ok(PostTaken::Replayed);
        }
        let taken = match (tx.forum_post(plan, forum, &self.post)?, &self.follows) {
            (Some(held), _) if self.request(tx, &held.request)?.erased => PostTaken::Erased,
            (Some(held), _) if held.said == self.said || held.turns >= TURNS_MOST => {
                PostTaken::Again { request: held.request, secret: self.new.secret.clone() }
            }
            // It reads otherwise now.
            (Some(held), follows) => {
                let own = follows.is_none() || self.is_of_asker(tx, &held.request)?;
                self.add(tx, held.request, own)?
            }
            (None, Some(follows)) => match tx.forum_post(plan, forum, follows)? {
                // Only whoever asked may be gone: what others say of it is not.
                Some(held) if self.request(tx, &held.request)?.wordless => PostTaken::Erased,
                Some(_) if self.are_enough(tx, false, self.forum.per_hour * FOLLOWS_FOR_EACH)? => {
                    return Ok(PostTaken::TooMany);
                }
                Some(held) => {
                    let own = self.is_of_asker(tx, &held.request)?;
                    self.add(tx, held.request, own)?
                }
                // The other one may still come: then the same message is taken.
                None => return Ok(PostTaken::UnknownPost),
            },
            (None, None) => {
                if flood || self.are_enough(tx, true, self.forum.per_hour)? {
                    return Ok(PostTaken::TooMany);
                }
                self.file(tx)?
            }
        };
        if let Some(signed) = &self.signed {
            signed.keep(tx, self.on.now)?;
        }
        Ok(taken)
    }

    /// Whether so many posts became requests, or were added to some, within the last hour.
    fn are_enough(&self, tx: &mut Tx, opened: bool, most: usize) -> Result<bool, AppError> {
        let since = self.on.now.as_microsecond() - HOUR_MICROS;
        Ok(tx.forum_posts_since((&self.forum.plan, &self.forum.id), opened, since, most)? >= most)
    }

    fn request(&self, tx: &mut Tx, code: &Code) -> Result<Request, AppError> {
        let held = tx.subject(&Subject::request(&self.forum.plan, code))?;
        held.and_then(|held| Request::at(&held, View::ALL)).ok_or(AppError::NotFound)
    }

    /// Whether its author is whoever asked.
    fn is_of_asker(&self, tx: &mut Tx, request: &Code) -> Result<bool, AppError> {
        let held = tx.sealed_person(&self.forum.plan, request)?;
        Ok(!self.asker.is_empty() && held.is_some_and(|held| held.asker == self.asker))
    }

    fn keep(&self, tx: &mut Tx, request: &Code, opened: bool) -> Result<(), AppError> {
        Ok(tx.keep_forum_post(&ForumPost {
            plan: self.forum.plan.clone(),
            forum: self.forum.id.clone(),
            post: self.post.clone(),
            request: request.clone(),
            said: self.said.clone(),
            created_at: self.on.now.as_microsecond(),
            opened,
            turns: 1,
        })?)
    }

    fn file(&self, tx: &mut Tx) -> Result<PostTaken, AppError> {
        let actor = by_resident();
        let filing = self.on.filing(&actor, &self.forum.plan);
        let made = Made::ready(&self.new, &self.forum.plan, None);
        let filed = filing.one(tx, &self.new, &made)?;
        self.keep(tx, &filed.code, true)?;
        if !self.aside.is_empty() && !filed.again {
            self.note(tx, &filed.code, &self.aside)?;
        }
        let secret = self.new.secret.clone();
        Ok(match filed.again {
            true => PostTaken::Again { request: filed.code, secret },
            false => PostTaken::New { request: filed.code, secret },
        })
    }

    fn doing<'a>(&'a self, actor: &'a Actor, who: Who) -> Doing<'a> {
        self.on.filing(actor, &self.forum.plan).doing(who, &self.new.source)
    }

    /// Something for those who work on a request.
    fn note(&self, tx: &mut Tx, request: &Code, text: &str) -> Result<(), AppError> {
        let text = cut(text, TEXT_MOST);
        self.doing(&by_rules(), Who::Desk).one(tx, request, RequestAct::Note { text })?;
        Ok(())
    }

    /// Adds its words to a request: as whoever asked, which reaches the one that theirs goes with; or, where somebody
    /// else follows, as a note for those who work on it, of what was merged on the one that goes on. Of what has ended
    /// whoever asked wishes that it be looked at again.
    fn add(&self, tx: &mut Tx, first: Code, own: bool) -> Result<PostTaken, AppError> {
        let (mut code, mut request) = (first.clone(), self.request(tx, &first)?);
        while !own
            && request.state == RequestState::Merged
            && let Some(master) = request.master.clone()
        {
            request = self.request(tx, &master)?;
            code = master;
        }
        // A title that stands there already is not said again.
        let said = if self.new.title == request.title { &self.words } else { &self.whole };
        let text = cut(&recorded(said), TEXT_MOST);
        if own {
            let resident = by_resident();
            let doing = self.doing(&resident, Who::Resident);
            let again = RequestAct::Step { step: RequestStep::AskReopen, reason: text.clone() };
            let asked = match request.state.is_open() || request.leads_to(RequestStep::AskReopen).is_none() {
                true => false,
                // Too late for that, they are words all the same.
                false => match doing.one(tx, &code, again) {
                    Ok(_) => true,
                    Err(AppError::Refused(_)) => false,
                    Err(error) => return Err(error),
                },
            };
            if !asked {
                doing.one(tx, &code, RequestAct::Word { text: text.clone() })?;
            }
        } else {
            self.note(tx, &code, &format!("{}\n{text}", words::both("forum-others-say", &[])))?;
        }
        if own && text != *said {
            self.doing(&by_resident(), Who::Resident).keep_words(tx, &first, &self.whole)?;
        }
        self.keep(tx, &first, false)?;
        Ok(PostTaken::Added(code))
    }
}
