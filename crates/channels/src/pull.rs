//! Posts that are read from a forum's feed: once for their id, only what is new since the last time where the forum can
//! say so.

use std::time::Duration;

use app::request::{Forum, PlaceFault, Post, PostKnown, PostTaken, Stated};
use app::{App, AppError, Secret};
use delivery::http::{Http, HttpError, Limits};
use domain::code::Code;
use domain::request::personal::mask;
use exchange::feed::{FEED_MOST, FeedError, FeedItem, read};
use jiff::{SignedDuration, Timestamp};
use url::Url;

/// How long a forum may take to answer, and how often it may lead elsewhere.
const TIME_MOST: Duration = Duration::from_secs(30);
const LEADS_MOST: usize = 3;
const LINK_MOST: usize = 2_000;

/// Where a forum's posts are read.
#[derive(Debug, Clone)]
pub struct FeedSource {
    pub forum: Forum,
    /// Its address, which may hold a secret.
    pub address: Secret,
    pub every: SignedDuration,
    /// Older posts are left where they are.
    pub oldest: SignedDuration,
    /// Whether it is read without encryption, so that others on the way could write in it.
    pub plain: bool,
}

/// Why a feed was not read. None of it names the address.
#[derive(Debug, thiserror::Error)]
pub enum PullError {
    #[error("the address of the feed is none")]
    Address,
    #[error(transparent)]
    Http(#[from] HttpError),
    #[error("the forum answered {0}")]
    Status(u16),
    #[error(transparent)]
    Feed(#[from] FeedError),
    #[error(transparent)]
    App(#[from] AppError),
}

/// What a reading came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pulled {
    /// The forum says that nothing has changed.
    pub unchanged: bool,
    pub items: Vec<PulledItem>,
    /// Older than is taken.
    pub old: usize,
    /// Beyond the most that are read, or without anything that tells them from others.
    pub left_out: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PulledItem {
    pub id: String,
    /// Masked: it is printed and logged.
    pub title: String,
    pub outcome: Outcome,
    pub swapped: bool,
    pub misplaced: Option<PlaceFault>,
}

/// What became, or in a dry run would become, of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    New(Option<Code>),
    Added(Code),
    Again(Code),
    Erased,
    Empty,
    /// Too many came: it is read again the next time.
    TooMany,
    /// The rules refuse it, and say why.
    Refused(String),
}

impl Outcome {
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::New(_) => "new",
            Self::Added(_) => "added",
            Self::Again(_) => "again",
            Self::Erased => "erased",
            Self::Empty => "empty",
            Self::TooMany => "too_many",
            Self::Refused(_) => "refused",
        }
    }

    pub fn request(&self) -> Option<&Code> {
        match self {
            Self::New(request) => request.as_ref(),
            Self::Added(request) | Self::Again(request) => Some(request),
            _ => None,
        }
    }
}

impl Pulled {
    pub fn count(&self, of: &str) -> usize {
        self.items.iter().filter(|item| item.outcome.as_str() == of).count()
    }
}

/// The name under which it is kept how far a forum was read.
fn site(forum: &Code) -> String {
    format!("feed/{forum}")
}

fn post(forum: &Forum, item: FeedItem) -> Post {
    let known = |word: &&String| forum.categories.contains_key(word.trim());
    let category = item.categories.iter().find(known).or(item.categories.first()).cloned();
    let link = Some(item.link).filter(|link| {
        link.chars().count() <= LINK_MOST && (link.starts_with("http://") || link.starts_with("https://"))
    });
    Post {
        id: item.id,
        follows: String::new(),
        title: item.title,
        text: item.text,
        author: item.author,
        link: link.unwrap_or_default(),
        at: item.at,
        category: category.unwrap_or_default(),
        address: String::new(),
        stated: item.place.and_then(|(longitude, latitude)| Stated::new(longitude, latitude, forum.datum)),
    }
}

/// Whether a reading of a feed is due, and is this server's.
pub async fn is_due(app: &App, source: &FeedSource) -> Result<bool, AppError> {
    app.claim_reading(&source.forum.plan, &site(&source.forum.id), source.every).await
}

/// Reads a forum's feed and takes in what is new. In a dry run nothing is kept. `progress` is told the number of an item
/// and how many there are.
pub async fn pull(
    app: &App,
    http: &Http,
    source: &FeedSource,
    dry_run: bool,
    progress: impl Fn(usize, usize),
) -> Result<Pulled, PullError> {
    let forum = &source.forum;
    let url = Url::parse(source.address.reveal()).map_err(|_| PullError::Address)?;
    let held = app.read_mark(&forum.plan, &site(&forum.id)).await?;
    let accept = "application/feed+json, application/rss+xml, application/atom+xml, application/json, \
                  application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1";
    let mut headers = vec![("accept", accept.to_owned())];
    if !dry_run {
        let since = [("if-none-match", &held.mark), ("if-modified-since", &held.moment)];
        headers.extend(
            since.into_iter().filter(|(_, said)| !said.is_empty()).map(|(n, said)| (n, said.clone())),
        );
    }
    let limits = Limits { time: TIME_MOST, bytes: FEED_MOST, plain: source.plain };
    let reply = http.get(url, &headers, limits, LEADS_MOST).await?;
    match reply.status {
        304 => return Ok(Pulled { unchanged: true, ..Pulled::default() }),
        200 => {}
        status => return Err(PullError::Status(status)),
    }
    let (mark, moment) = (reply.header("etag").to_owned(), reply.header("last-modified").to_owned());
    let feed = read(&reply.body?, app.clock().zone())?;
    let oldest = app.clock().now().checked_sub(source.oldest).unwrap_or(Timestamp::MIN);
    let mut out = Pulled { left_out: feed.left_out, ..Pulled::default() };
    let (mut items, old): (Vec<FeedItem>, Vec<FeedItem>) =
        feed.items.into_iter().partition(|item| item.at.is_none_or(|at| at >= oldest));
    out.old = old.len();
    // As they were posted: feeds begin with the latest.
    items.reverse();
    items.sort_by_key(|item| item.at);
    let all = items.len();
    for (number, item) in items.into_iter().enumerate() {
        progress(number, all);
        out.items.push(one(app, forum, post(forum, item), dry_run).await?);
    }
    progress(all, all);
    // What was held up stands in what the forum says next, too.
    if !dry_run && out.count("too_many") + out.count("refused") == 0 {
        app.keep_read_mark(&forum.plan, &site(&forum.id), &mark, &moment).await?;
    }
    Ok(out)
}

async fn one(app: &App, forum: &Forum, post: Post, dry_run: bool) -> Result<PulledItem, AppError> {
    let (id, title) = (post.id.clone(), mask(&post.title));
    let item = |outcome| PulledItem { id, title, outcome, swapped: false, misplaced: None };
    if dry_run {
        return Ok(item(match app.know_post(forum, &post).await? {
            PostKnown::New => Outcome::New(None),
            PostKnown::Changed(request) => Outcome::Added(request),
            PostKnown::Again(request) => Outcome::Again(request),
        }));
    }
    let told = match app.take_post(forum, post, None).await {
        Ok(told) => told,
        // One that the rules refuse holds up no other.
        Err(AppError::Refused(refusals)) => {
            let why = refusals.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
            return Ok(item(Outcome::Refused(why)));
        }
        Err(error) => return Err(error),
    };
    let outcome = match told.taken {
        PostTaken::New { request, .. } => Outcome::New(Some(request)),
        PostTaken::Added(request) => Outcome::Added(request),
        PostTaken::Again { request, .. } => Outcome::Again(request),
        PostTaken::Erased => Outcome::Erased,
        PostTaken::TooMany => Outcome::TooMany,
        // Nothing in a feed follows anything, or is signed.
        PostTaken::Empty | PostTaken::UnknownPost | PostTaken::Replayed => Outcome::Empty,
    };
    Ok(PulledItem { swapped: told.swapped, misplaced: told.misplaced, ..item(outcome) })
}
