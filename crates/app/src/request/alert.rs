//! Alerts by mail for those without an account: what is published, answered or built in a place. An address is asked
//! first whether it is meant, is told in one mail a day or a week, and is let go of by a link.

use std::collections::{BTreeMap, BTreeSet};

use domain::code::Code;
use domain::fact::Fact;
use domain::history::View;
use domain::journal::Seq;
use domain::milestone::Aspect;
use domain::named::Named;
use domain::notice::EventKey;
use domain::portfolio::Portfolio;
use domain::preference::Language;
use domain::project::ProjectFact;
use domain::request::alert::{AROUND, AlertNews, AlertPlace, AlertWish, Seen};
use domain::request::{Request, RequestFact};
use domain::subject::SubjectKind;
use jiff::{Timestamp, ToSpan};
use store::{AreaAlert, Connection, StoreError, Tx};

use super::protection::ProtectionKey;
use super::reader::{reader_digest, same};
use crate::App;
use crate::error::AppError;
use crate::notify::errand::{AlertErrand, AlertLine, AlertMatter, Errand, lane};
use crate::notify::lang;
use crate::read::Asked;

/// How long an address may be confirmed, and how long it is known that one was given up.
const CONFIRM_SECONDS: i64 = 7 * 86_400;
const GONE_SECONDS: i64 = 30 * 86_400;
/// How long the link in a digest opens what an address wants.
const MANAGE_SECONDS: i64 = 30 * 86_400;
/// Wishes of one address, and of these as many that nobody has confirmed: whoever types a stranger's address can send
/// them no more mails.
pub const WISHES_MOST: usize = 10;
const UNCONFIRMED_MOST: usize = 2;
/// Addresses of one round, of one transaction, entries that a round reads, and lines of one mail.
const ROUND: usize = 1_000;
const TOGETHER: usize = 100;
const ENTRIES_MOST: usize = 50_000;
const LINES_MOST: usize = 50;
/// A step that was reached so many days ago is told no more.
const NEWS_DAYS: i64 = 62;

/// What a link of these mails is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertPurpose {
    Confirm,
    /// To see what the address wants, and to change that.
    Manage,
    Stop,
}

impl AlertPurpose {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Manage => "manage",
            Self::Stop => "stop",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Confirm, Self::Manage, Self::Stop].into_iter().find(|it| it.as_str() == text)
    }

    fn lasts(self) -> Option<i64> {
        match self {
            Self::Confirm => Some(CONFIRM_SECONDS),
            Self::Manage => Some(MANAGE_SECONDS),
            Self::Stop => None,
        }
    }
}

/// What became of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlertLinked {
    /// With the wish it is about, and the link by which all wishes of the address are seen.
    Good {
        wish: AlertWish,
        manage: String,
    },
    /// What it is for was done before.
    Used,
    Expired,
    /// It was not made here, or the address is known no longer.
    Unknown,
}

/// A wish as whoever has it sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnAlert {
    /// By which it is named in forms.
    pub alert: String,
    pub wish: AlertWish,
    pub language: String,
    pub created_at: Timestamp,
    pub confirmed: bool,
}

fn said(place: &AlertPlace) -> String {
    match place {
        AlertPlace::Plan => "plan".into(),
        AlertPlace::Area(area) => format!("area/{area}"),
        AlertPlace::Circle { middle, metres } => {
            format!("circle/{}/{}/{metres}", middle.longitude, middle.latitude)
        }
    }
}

fn seal(key: &ProtectionKey, purpose: AlertPurpose, plan: &Code, said: &str) -> String {
    key.digest(&format!("alert-link\u{1f}{}\u{1f}{plan}\u{1f}{said}", purpose.as_str()))
}

/// The path of a link in a mail.
pub(crate) fn alert_link(
    key: &ProtectionKey,
    purpose: AlertPurpose,
    (plan, alert): (&Code, &str),
    now: Timestamp,
) -> String {
    let until = purpose.lasts().map_or(0, |seconds| now.as_second() + seconds);
    let said = format!("{alert}.{until}");
    let seal = seal(key, purpose, plan, &said);
    format!("/p/{plan}/alerts/{}?t={said}.{seal}", purpose.as_str())
}

/// The wish that a link is about, and until when it holds.
fn read(key: &ProtectionKey, purpose: AlertPurpose, plan: &Code, token: &str) -> Option<(String, i64)> {
    let (said, given) = token.rsplit_once('.')?;
    if !same(&seal(key, purpose, plan, said), given) {
        return None;
    }
    let (alert, until) = said.rsplit_once('.')?;
    Some((alert.to_owned(), until.parse().ok()?))
}

fn sealed_in(plan: &Code, alert: &str) -> String {
    format!("alert/{plan}/{alert}")
}

/// An address opened again.
pub(crate) fn alert_address(key: &ProtectionKey, held: &AreaAlert) -> Option<String> {
    let opened = key.open(&sealed_in(&held.plan, &held.alert), &held.sealed)?;
    String::from_utf8(opened).ok()
}

/// What a wish is about, in words.
pub fn alert_name(portfolio: &Portfolio, wish: &AlertWish, lang: words::Lang) -> String {
    let english = lang.is_english();
    let place = match &wish.place {
        AlertPlace::Plan => words::text(lang, "alert-place-plan").into_owned(),
        AlertPlace::Area(code) => {
            portfolio.areas.get(code).map_or_else(|| code.to_string(), |it| it.name.get(english).to_owned())
        }
        AlertPlace::Circle { middle, metres } => {
            let degrees = |value: i32| format!("{:.4}", f64::from(value) / 1e6);
            let args = [
                ("metres", metres.to_string()),
                ("latitude", degrees(middle.latitude)),
                ("longitude", degrees(middle.longitude)),
            ];
            let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
            words::with(lang, "alert-place-circle", &args)
        }
    };
    match &wish.category {
        None => place,
        Some(code) => {
            let held = portfolio.plan.request_category(code.as_str());
            let name = held.map_or_else(|| code.to_string(), |held| held.name.get(english).to_owned());
            words::with(lang, "alert-place-category", &[("place", &place), ("category", &name)])
        }
    }
}

/// Where everybody may know that something is.
fn seen(portfolio: &Portfolio, areas: &[Code], category: Option<&Code>) -> Seen {
    let mut all: Vec<Code> = Vec::new();
    for area in areas {
        let mut next = Some(area.clone());
        while let Some(code) = next.filter(|code| !all.contains(code)) {
            next = portfolio.areas.get(&code).and_then(|area| area.parent.clone());
            all.push(code);
        }
    }
    Seen { areas: all, point: None, category: category.cloned() }
}

pub(crate) fn seen_of(portfolio: &Portfolio, request: &Request) -> Seen {
    let place = portfolio.public_place(
        request.category.as_ref(),
        request.areas.first(),
        &request.address,
        request.point,
    );
    let held = seen(portfolio, &request.areas, request.category.as_ref());
    Seen { point: place.point.filter(|_| !place.blurred), ..held }
}

/// What happened after an entry: each thing with the last entry of each kind of news, in order.
struct Happened {
    requests: BTreeMap<Code, BTreeMap<AlertNews, Seq>>,
    works: Vec<(Code, Code, Seq)>,
    /// The last entry that was read.
    until: Seq,
}

fn happened(c: &mut Connection, plan: &Code, behind: Seq) -> Result<Happened, StoreError> {
    let head = c.head()?;
    let mut out = Happened { requests: BTreeMap::new(), works: Vec::new(), until: head };
    for kind in [SubjectKind::Request, SubjectKind::Project] {
        let entries = c.entries_of_kind(plan, kind, behind, ENTRIES_MOST)?;
        if entries.len() == ENTRIES_MOST {
            // The rest is told by the next mail.
            out.until = entries.last().map_or(out.until, |entry| entry.seq.min(out.until));
        }
        for entry in entries {
            let code = &entry.draft.subject.code;
            for fact in entry.draft.event.facts() {
                match fact {
                    Fact::Request(fact) => {
                        let news = match fact {
                            RequestFact::Publication { shown: true, .. } => AlertNews::Published,
                            RequestFact::Answer { .. } => AlertNews::Answered,
                            RequestFact::Told { .. } => AlertNews::Reached,
                            _ => continue,
                        };
                        out.requests.entry(code.clone()).or_default().insert(news, entry.seq);
                    }
                    Fact::Project(ProjectFact::Milestone { aspect: Aspect::Actual, step, date, .. })
                        if date.is_some() =>
                    {
                        out.works.push((code.clone(), step.clone(), entry.seq));
                    }
                    _ => {}
                }
            }
        }
    }
    let until = out.until;
    out.works.retain(|(.., seq)| *seq <= until);
    for news in out.requests.values_mut() {
        news.retain(|_, seq| *seq <= until);
    }
    Ok(out)
}

/// The lines of one mail.
fn lines(
    portfolio: &Portfolio,
    happened: &Happened,
    shown: &BTreeMap<Code, Seen>,
    held: &AreaAlert,
) -> (Vec<AlertLine>, u32) {
    let mut out: Vec<(Seq, AlertLine)> = Vec::new();
    for (code, news) in &happened.requests {
        if !shown.get(code).is_some_and(|seen| held.wish.takes(seen)) {
            continue;
        }
        let new: BTreeSet<AlertNews> =
            news.iter().filter(|(_, seq)| **seq > held.told).map(|(news, _)| *news).collect();
        let last = news.values().max().copied().unwrap_or_default();
        if !new.is_empty() {
            out.push((last, AlertLine::Request { code: code.clone(), news: new.into_iter().collect() }));
        }
    }
    for (code, step, seq) in &happened.works {
        let Some(project) = portfolio.project(code.as_str()).filter(|_| *seq > held.told) else { continue };
        // A project is of no category; where it lies is told by its areas.
        if held.wish.category.is_some() || !held.wish.takes(&seen(portfolio, &project.areas, None)) {
            continue;
        }
        // A past that is put on the books later is no news.
        let today = portfolio.view.as_of;
        let since = today.saturating_sub(NEWS_DAYS.days());
        let done = project.reached(step.as_str()).map(|date| date.first());
        let done = done.is_some_and(|on| (since..=today).contains(&on));
        let line = AlertLine::Works { project: code.clone(), step: step.clone() };
        if done && !out.iter().any(|(_, held)| *held == line) {
            out.push((*seq, line));
        }
    }
    out.sort_by_key(|held| std::cmp::Reverse(held.0));
    // As many as one mail tells; of the others only how many there are.
    let left = u32::try_from(out.len().saturating_sub(LINES_MOST)).unwrap_or(u32::MAX);
    (out.into_iter().take(LINES_MOST).map(|(_, line)| line).collect(), left)
}

impl App {
    /// Keeps a wish, and asks at the address whether it is meant. What is said to whoever asked is always the same: it is
    /// told to nobody what an address wants.
    pub async fn ask_for_alert(
        &self,
        plan: &Code,
        address: &str,
        wish: AlertWish,
        language: Language,
    ) -> Result<(), AppError> {
        let portfolio = self.portfolio(plan, Asked::default()).await?;
        let key = self.key().cloned().ok_or(AppError::NoKey)?;
        let sound = match &wish.place {
            AlertPlace::Plan => true,
            AlertPlace::Area(area) => portfolio.areas.contains_key(area),
            AlertPlace::Circle { middle, metres } => AROUND.contains(metres) && middle.is_on_earth(),
        };
        let known = wish.category.as_ref().is_none_or(|code| {
            portfolio.plan.request_category(code.as_str()).is_some_and(|held| !held.private)
        });
        if !sound || !known {
            return Err(AppError::NotFound);
        }
        let (plan, address, now) = (plan.clone(), address.trim().to_owned(), self.clock().now());
        self.database().write_async(move |tx| ask(tx, &key, &plan, &address, &wish, language, now)).await
    }

    /// What a link would do, without doing it.
    pub async fn look_at_alert_link(
        &self,
        plan: &Code,
        purpose: AlertPurpose,
        token: &str,
    ) -> Result<AlertLinked, AppError> {
        let Some(key) = self.key() else { return Ok(AlertLinked::Unknown) };
        let Some((alert, until)) = read(key, purpose, plan, token) else { return Ok(AlertLinked::Unknown) };
        let (of, digest) = (plan.clone(), alert.clone());
        let held = self.database().read_async(move |c: &mut Connection| c.area_alert(&of, &digest)).await?;
        let Some(held) = held else { return Ok(AlertLinked::Unknown) };
        let now = self.clock().now();
        let over = purpose.lasts().is_some() && until < now.as_second();
        let used =
            held.stopped_at.is_some() || purpose == AlertPurpose::Confirm && held.confirmed_at.is_some();
        Ok(match (used, over) {
            (true, _) => AlertLinked::Used,
            (false, true) => AlertLinked::Expired,
            (false, false) => AlertLinked::Good {
                manage: alert_link(key, AlertPurpose::Manage, (plan, &alert), now),
                wish: held.wish,
            },
        })
    }

    /// Confirms, or lets go of, what a link is about.
    pub async fn use_alert_link(
        &self,
        plan: &Code,
        purpose: AlertPurpose,
        token: &str,
    ) -> Result<AlertLinked, AppError> {
        let looked = self.look_at_alert_link(plan, purpose, token).await?;
        let AlertLinked::Good { wish, .. } = &looked else { return Ok(looked) };
        let Some((alert, _)) = self.key().and_then(|key| read(key, purpose, plan, token)) else {
            return Ok(AlertLinked::Unknown);
        };
        let zone = self.clock().zone().clone();
        let (plan, now, every, wall) =
            (plan.clone(), self.clock().now().as_microsecond(), wish.every, self.wall());
        let next = zone.to_timestamp(every.next(wall)).map_or(now, |at| at.as_microsecond());
        let first = self
            .database()
            .write_async::<_, StoreError>(move |tx| match purpose {
                AlertPurpose::Confirm => {
                    let head = tx.reading()?.head()?;
                    tx.confirm_alert(&plan, &alert, (head, next), now)
                }
                AlertPurpose::Stop => tx.stop_alert(&plan, &alert, now),
                AlertPurpose::Manage => Ok(true),
            })
            .await?;
        Ok(if first { looked } else { AlertLinked::Used })
    }

    /// Everything that the address of a link wants in a plan: all that is kept of it besides the address itself.
    pub async fn own_alerts(&self, plan: &Code, token: &str) -> Result<Vec<OwnAlert>, AppError> {
        let (plan, reader) = self.reader_of_alert(plan, token).await?;
        let held = self.database().read_async(move |c| c.alerts_of_reader(&plan, &reader)).await?;
        Ok(held
            .into_iter()
            .map(|held| OwnAlert {
                created_at: Timestamp::from_microsecond(held.created_at).unwrap_or(Timestamp::UNIX_EPOCH),
                confirmed: held.confirmed_at.is_some(),
                alert: held.alert,
                wish: held.wish,
                language: held.language,
            })
            .collect())
    }

    /// Lets go of one wish of the address of a link, or of all of them.
    pub async fn stop_own_alert(
        &self,
        plan: &Code,
        token: &str,
        alert: Option<String>,
    ) -> Result<(), AppError> {
        let (plan, reader) = self.reader_of_alert(plan, token).await?;
        let now = self.clock().now().as_microsecond();
        self.database()
            .write_async::<_, AppError>(move |tx| {
                for held in tx.alerts_of_reader(&plan, &reader)? {
                    if alert.as_ref().is_none_or(|alert| held.alert == *alert) {
                        tx.stop_alert(&plan, &held.alert, now)?;
                    }
                }
                Ok(())
            })
            .await
    }

    async fn reader_of_alert(&self, plan: &Code, token: &str) -> Result<(Code, String), AppError> {
        let purpose = AlertPurpose::Manage;
        let key = self.key().ok_or(AppError::NotFound)?;
        let (alert, until) = read(key, purpose, plan, token).ok_or(AppError::NotFound)?;
        if until < self.clock().now().as_second() {
            return Err(AppError::NotFound);
        }
        let of = plan.clone();
        let held = self.database().read_async(move |c: &mut Connection| c.area_alert(&of, &alert)).await?;
        let reader = held.map(|held| held.reader).filter(|reader| !reader.is_empty());
        Ok((plan.clone(), reader.ok_or(AppError::NotFound)?))
    }

    /// Puts down the mails that are due, each once, whichever server does so; how many. What nobody confirmed in time
    /// goes.
    pub async fn send_alerts(&self, plan: &Code) -> Result<usize, AppError> {
        let now = self.clock().now();
        let back = |seconds: i64| now.as_microsecond() - seconds * 1_000_000;
        let (unconfirmed, stopped) = (back(CONFIRM_SECONDS), back(GONE_SECONDS));
        let of = plan.clone();
        self.database()
            .write_async::<_, StoreError>(move |tx| tx.purge_alerts(&of, unconfirmed, stopped))
            .await?;
        let of = plan.clone();
        let due = self.database().read_async(move |c| c.due_alerts(&of, now.as_microsecond(), ROUND)).await?;
        let Some(behind) = due.iter().map(|held| held.told).min() else { return Ok(0) };
        let portfolio = self.portfolio(plan, Asked::default()).await?;
        let (of, held_portfolio) = (plan.clone(), portfolio.clone());
        let (happened, shown) = self
            .database()
            .read_async(move |c| {
                let happened = happened(c, &of, behind)?;
                let codes: Vec<Code> = happened.requests.keys().cloned().collect();
                let histories = c.whole_requests(&of, &codes)?;
                let requests = histories.iter().filter_map(|held| Request::at(held, View::ALL));
                let shown: BTreeMap<Code, Seen> = requests
                    .filter(|request| held_portfolio.plan.shows(request))
                    .map(|request| (request.code.clone(), seen_of(&held_portfolio, &request)))
                    .collect();
                Ok::<_, StoreError>((happened, shown))
            })
            .await?;
        let zone = self.clock().zone().clone();
        let wall = self.wall();
        let until = happened.until;
        // Every address against all that happened: not where others wait.
        let compared = tokio::task::spawn_blocking(move || {
            let mail = |held: AreaAlert| {
                let next = zone.to_timestamp(held.wish.every.next(wall));
                let next = next.map_or(i64::MAX, |at| at.as_microsecond());
                let lines = lines(&portfolio, &happened, &shown, &held);
                (held, next, lines)
            };
            due.into_iter().map(mail).collect::<Vec<_>>()
        });
        let mails = compared.await.map_err(|_| StoreError::Stopped)?;
        let mut put = 0;
        for some in mails.chunks(TOGETHER) {
            let (some, at) = (some.to_vec(), now.as_microsecond());
            put += self
                .database()
                .write_async::<_, AppError>(move |tx| {
                    let mut put = 0;
                    for (held, next, (lines, left)) in &some {
                        // Another server was quicker, or it was given up meanwhile.
                        if !tx.told_alert(held, (until.max(held.told), *next))? || lines.is_empty() {
                            continue;
                        }
                        let event = format!("digest/{}", held.next_at);
                        let matter = AlertMatter::Digest { lines: lines.clone(), left: *left };
                        errand(tx, &held.plan, held.alert.clone(), &event, matter, at)?;
                        put += 1;
                    }
                    Ok(put)
                })
                .await?;
        }
        Ok(put)
    }
}

fn errand(
    tx: &mut Tx,
    plan: &Code,
    alert: String,
    event: &str,
    matter: AlertMatter,
    at: i64,
) -> Result<(), AppError> {
    let event = EventKey::new(event).map_err(|error| StoreError::Damaged(error.to_string()))?;
    let errand = AlertErrand { plan: plan.clone(), alert, event, matter };
    Ok(tx.enqueue(&Errand::Alert(errand).job(lane::ROUTE, at), at)?)
}

fn ask(
    tx: &mut Tx,
    key: &ProtectionKey,
    plan: &Code,
    address: &str,
    wish: &AlertWish,
    language: Language,
    now: Timestamp,
) -> Result<(), AppError> {
    let reader = reader_digest(key, address);
    let about = wish.category.as_ref().map_or("", Code::as_str);
    let alert =
        key.digest(&format!("alert\u{1f}{plan}\u{1f}{reader}\u{1f}{}\u{1f}{about}", said(&wish.place)));
    let held = tx.alerts_of_reader(plan, &reader)?;
    let unconfirmed = held.iter().filter(|held| held.confirmed_at.is_none()).count();
    if held.len() >= WISHES_MOST || unconfirmed >= UNCONFIRMED_MOST {
        return Ok(());
    }
    let at = now.as_microsecond();
    let sealed = key.seal(&sealed_in(plan, &alert), address.as_bytes()).ok_or(AppError::Sealed)?;
    let new = AreaAlert {
        plan: plan.clone(),
        alert: alert.clone(),
        reader,
        wish: wish.clone(),
        language: lang(language).tag().to_owned(),
        key_id: key.id().to_owned(),
        sealed,
        created_at: at,
        confirmed_at: None,
        stopped_at: None,
        told: Seq(0),
        next_at: 0,
    };
    // The same wish, asked for once more, is asked about once: until it was given up.
    if !tx.put_alert(&new)? {
        return Ok(());
    }
    errand(tx, plan, alert, &format!("confirm/{at}"), AlertMatter::Confirm, at)
}

/// The name of a step as a digest says it.
pub(crate) fn step_name(portfolio: &Portfolio, project: &Code, step: &Code) -> Option<(Named, Named)> {
    let project = portfolio.project(project.as_str())?;
    let line = project.steps.iter().find(|line| line.step == *step)?;
    Some((project.name.clone(), line.name.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_for_one_purpose_one_plan_and_one_wish() {
        let key = ProtectionKey::random();
        let plan = Code::new("p").unwrap();
        let now = Timestamp::from_second(1_000_000).unwrap();
        let path = alert_link(&key, AlertPurpose::Stop, (&plan, "abc"), now);
        let token = path.strip_prefix("/p/p/alerts/stop?t=").unwrap();
        assert_eq!(read(&key, AlertPurpose::Stop, &plan, token), Some(("abc".into(), 0)));
        assert_eq!(read(&key, AlertPurpose::Confirm, &plan, token), None);
        assert_eq!(read(&key, AlertPurpose::Stop, &Code::new("q").unwrap(), token), None);
        assert_eq!(read(&ProtectionKey::random(), AlertPurpose::Stop, &plan, token), None);
        for at in 0..token.len() {
            let mut forged = token.as_bytes().to_vec();
            forged[at] = if forged[at] == b'0' { b'1' } else { b'0' };
            let forged = String::from_utf8(forged).unwrap();
            assert_eq!(read(&key, AlertPurpose::Stop, &plan, &forged), None, "{forged}");
        }
    }
}
