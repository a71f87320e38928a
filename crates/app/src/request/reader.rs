//! Those who are told of a request by mail: their addresses, sealed; and the links in their mails, each for one
//! purpose, that nobody can make without the key.

use domain::code::Code;
use domain::notice::EventKey;
use domain::preference::Language;
use jiff::Timestamp;
use store::{Connection, RequestReader, StoreError, Tx};

use super::protection::ProtectionKey;
use crate::App;
use crate::error::AppError;
use crate::notify::errand::{Errand, ReaderErrand, ReaderMatter, lane};
use crate::notify::lang;

/// How long an address may be confirmed, and how long a mail's link opens the request.
pub(super) const CONFIRM_SECONDS: i64 = 7 * 86_400;
const OPEN_SECONDS: i64 = 30 * 86_400;

/// What a link in a mail is for: it does nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailPurpose {
    /// To say that the address is one's own.
    Confirm,
    /// To look at the request.
    Open,
    /// To be told nothing more.
    Stop,
}

impl MailPurpose {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Open => "open",
            Self::Stop => "stop",
        }
    }

    fn lasts(self) -> Option<i64> {
        match self {
            Self::Confirm => Some(CONFIRM_SECONDS),
            Self::Open => Some(OPEN_SECONDS),
            Self::Stop => None,
        }
    }
}

/// Where a link in a mail leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailDoor {
    /// To one's own request, by the secret of its link.
    Mine(String),
    /// To one that everybody may read.
    Public(Code),
    /// Nowhere: it is no longer shown, or its link is gone.
    Gone,
}

/// What became of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailLinked {
    Good(MailDoor),
    /// It was used before; what it is for is done.
    Used(MailDoor),
    /// Its time is over; a new one can be had.
    Expired,
    /// It was not made here, or the address is known no longer.
    Unknown,
}

/// What a link says, once its seal was found to be good.
struct Held {
    request: Code,
    reader: String,
    until: i64,
}

/// The digest by which an address is known.
pub(crate) fn reader_digest(key: &ProtectionKey, address: &str) -> String {
    key.digest(&format!("mail-reader\u{1f}{}", address.trim().to_lowercase()))
}

fn seal(key: &ProtectionKey, purpose: MailPurpose, plan: &Code, said: &str) -> String {
    key.digest(&format!("mail-link\u{1f}{}\u{1f}{plan}\u{1f}{said}", purpose.as_str()))
}

/// What answers to our mails are known by, in their Message-ID or their address: which request they belong to.
pub(crate) fn reply_token(key: &ProtectionKey, plan: &Code, request: &Code) -> String {
    let digest = key.digest(&format!("mail-reply\u{1f}{plan}\u{1f}{request}"));
    format!("{request}.{}", &digest[..16])
}

/// The request that an answer belongs to.
pub(crate) fn request_of_reply(key: &ProtectionKey, plan: &Code, token: &str) -> Option<Code> {
    let (code, _) = token.rsplit_once('.')?;
    let code = Code::new(code).ok()?;
    same(&reply_token(key, plan, &code), token).then_some(code)
}

/// Whether two texts are the same, in a time that does not tell how much of them is.
pub(super) fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

/// The path of a link in a mail.
pub(crate) fn link(
    key: &ProtectionKey,
    purpose: MailPurpose,
    (plan, request, reader): (&Code, &Code, &str),
    now: Timestamp,
) -> String {
    let until = purpose.lasts().map_or(0, |seconds| now.as_second() + seconds);
    let said = format!("{request}.{reader}.{until}");
    let seal = seal(key, purpose, plan, &said);
    format!("/p/{plan}/mail/{}?t={said}.{seal}", purpose.as_str())
}

fn read(key: &ProtectionKey, purpose: MailPurpose, plan: &Code, token: &str) -> Option<Held> {
    let (said, given) = token.rsplit_once('.')?;
    if !same(&seal(key, purpose, plan, said), given) {
        return None;
    }
    let (rest, until) = said.rsplit_once('.')?;
    let (request, reader) = rest.rsplit_once('.')?;
    Some(Held { request: Code::new(request).ok()?, reader: reader.to_owned(), until: until.parse().ok()? })
}

/// An address opened again.
pub(crate) fn address(key: &ProtectionKey, held: &RequestReader) -> Option<String> {
    let opened = key.open(&sealed_in(&held.plan, &held.request, &held.reader), &held.sealed)?;
    String::from_utf8(opened).ok()
}

fn sealed_in(plan: &Code, request: &Code, reader: &str) -> String {
    format!("mail/{plan}/{request}/{reader}")
}

/// Somebody who wants to be told.
pub(crate) struct NewReader<'a> {
    pub address: &'a str,
    pub language: Language,
    pub follows: bool,
    /// Whether files that came from there could not be read.
    pub unread: bool,
}

/// Keeps an address that wants to be told of a request, and asks there whether it does. Asked once: whoever types a
/// stranger's address can send them one mail and no more.
pub(crate) fn add_reader(
    tx: &mut Tx,
    key: &ProtectionKey,
    plan: &Code,
    request: &Code,
    new: &NewReader,
    now: Timestamp,
) -> Result<bool, AppError> {
    let address = new.address.trim();
    let reader = reader_digest(key, address);
    let sealed = key.seal(&sealed_in(plan, request, &reader), address.as_bytes()).ok_or(AppError::Sealed)?;
    let at = now.as_microsecond();
    let held = RequestReader {
        plan: plan.clone(),
        request: request.clone(),
        reader: reader.clone(),
        follows: new.follows,
        language: lang(new.language).tag().to_owned(),
        key_id: key.id().to_owned(),
        sealed,
        created_at: at,
        confirmed_at: None,
        stopped_at: None,
    };
    if !tx.put_reader(&held)? {
        return Ok(false);
    }
    let matter = if new.unread { ReaderMatter::ConfirmUnread } else { ReaderMatter::Confirm };
    ask(tx, plan, request, reader, "confirm", matter, at)?;
    Ok(true)
}

/// Puts a mail down that is not about news.
fn ask(
    tx: &mut Tx,
    plan: &Code,
    request: &Code,
    reader: String,
    event: &str,
    matter: ReaderMatter,
    at: i64,
) -> Result<(), AppError> {
    let event = EventKey::new(event).map_err(|error| StoreError::Damaged(error.to_string()))?;
    let errand = ReaderErrand { plan: plan.clone(), request: request.clone(), reader, event, matter };
    Ok(tx.enqueue(&Errand::Reader(errand).job(lane::ROUTE, at), at)?)
}

impl App {
    /// Follows a published request by mail, once the address was confirmed.
    pub async fn follow_by_mail(
        &self,
        plan: &Code,
        request: &Code,
        address: &str,
        language: Language,
    ) -> Result<(), AppError> {
        self.public_request(plan, request).await?;
        let key = self.key().cloned().ok_or(AppError::NoKey)?;
        let (plan, request, address) = (plan.clone(), request.clone(), address.to_owned());
        let now = self.clock().now();
        self.database()
            .write_async(move |tx| {
                let new = NewReader { address: &address, language, follows: true, unread: false };
                add_reader(tx, &key, &plan, &request, &new, now).map(drop)
            })
            .await
    }

    /// What a link would do, without doing it: programs that look through mails open every one.
    pub async fn look_at_mail_link(
        &self,
        plan: &Code,
        purpose: MailPurpose,
        token: &str,
    ) -> Result<MailLinked, AppError> {
        let Some(key) = self.key() else { return Ok(MailLinked::Unknown) };
        let Some(held) = read(key, purpose, plan, token) else { return Ok(MailLinked::Unknown) };
        let (of, request, reader) = (plan.clone(), held.request.clone(), held.reader.clone());
        let find = move |c: &mut Connection| c.request_reader(&of, &request, &reader);
        let Some(known) = self.database().read_async(find).await? else { return Ok(MailLinked::Unknown) };
        let used = match purpose {
            MailPurpose::Confirm => known.confirmed_at.is_some(),
            MailPurpose::Stop => known.stopped_at.is_some(),
            MailPurpose::Open => false,
        };
        let over = purpose.lasts().is_some() && held.until < self.clock().now().as_second();
        Ok(match (used, over) {
            // A link that was used opens nothing: whoever finds it later sees that it was.
            (true, _) => MailLinked::Used(MailDoor::Gone),
            (false, true) => MailLinked::Expired,
            (false, false) if purpose == MailPurpose::Stop => MailLinked::Good(MailDoor::Gone),
            (false, false) => MailLinked::Good(self.door(&known).await?),
        })
    }

    /// Does what a link is for.
    pub async fn use_mail_link(
        &self,
        plan: &Code,
        purpose: MailPurpose,
        token: &str,
    ) -> Result<MailLinked, AppError> {
        let looked = self.look_at_mail_link(plan, purpose, token).await?;
        let MailLinked::Good(door) = looked else { return Ok(looked) };
        let held = self.key().and_then(|key| read(key, purpose, plan, token));
        let Some(Held { request, reader, .. }) = held else { return Ok(MailLinked::Unknown) };
        let (plan, now) = (plan.clone(), self.clock().now().as_microsecond());
        let first = self
            .database()
            .write_async::<_, StoreError>(move |tx| match purpose {
                MailPurpose::Confirm => tx.confirm_reader(&plan, &request, &reader, now),
                MailPurpose::Stop => tx.stop_reader(&plan, &request, &reader, now),
                MailPurpose::Open => Ok(true),
            })
            .await?;
        // Of two who press at once, one comes second.
        Ok(if first { MailLinked::Good(door) } else { MailLinked::Used(MailDoor::Gone) })
    }

    /// Sends a new link to the address that an old one was sent to; once a day.
    pub async fn fresh_mail_link(
        &self,
        plan: &Code,
        purpose: MailPurpose,
        token: &str,
    ) -> Result<(), AppError> {
        let key = self.key().ok_or(AppError::NoKey)?;
        let held = read(key, purpose, plan, token).ok_or(AppError::NotFound)?;
        let (plan, now, today) = (plan.clone(), self.clock().now(), self.clock().today());
        self.database()
            .write_async(move |tx| {
                let known = tx.request_reader(&plan, &held.request, &held.reader)?;
                let known = known.filter(|known| known.stopped_at.is_none()).ok_or(AppError::NotFound)?;
                let (event, matter) = match known.confirmed_at {
                    Some(_) => (format!("link/{today}"), ReaderMatter::Link),
                    None => (format!("confirm/{today}"), ReaderMatter::Confirm),
                };
                ask(tx, &plan, &held.request, held.reader.clone(), &event, matter, now.as_microsecond())
            })
            .await
    }

    async fn door(&self, known: &RequestReader) -> Result<MailDoor, AppError> {
        let (plan, request) = (&known.plan, &known.request);
        if known.follows {
            return match self.public_request(plan, request).await {
                Ok(_) => Ok(MailDoor::Public(request.clone())),
                Err(AppError::NotFound) => Ok(MailDoor::Gone),
                Err(error) => Err(error),
            };
        }
        let (of, code) = (plan.clone(), request.clone());
        let held = self.database().read_async(move |c| c.sealed_person(&of, &code)).await?;
        let opened = held.zip(self.key()).and_then(|(held, key)| key.person(&held).ok().flatten());
        let link = opened.map(|person| person.link).filter(|link| !link.is_empty());
        Ok(link.map_or(MailDoor::Gone, MailDoor::Mine))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_for_one_purpose_one_plan_and_one_request() {
        let key = ProtectionKey::random();
        let code = |text: &str| Code::new(text).unwrap();
        let (plan, request) = (code("p"), code("n-1.2"));
        let reader = reader_digest(&key, " Li@Example.org");
        assert_eq!(reader, reader_digest(&key, "li@example.org"));
        let now = Timestamp::from_second(1_000_000).unwrap();
        let path = link(&key, MailPurpose::Confirm, (&plan, &request, &reader), now);
        let token = path.strip_prefix("/p/p/mail/confirm?t=").unwrap();
        let held = read(&key, MailPurpose::Confirm, &plan, token).unwrap();
        assert_eq!(
            (held.request, held.reader, held.until),
            (request.clone(), reader, 1_000_000 + CONFIRM_SECONDS)
        );
        assert!(read(&key, MailPurpose::Stop, &plan, token).is_none());
        assert!(read(&key, MailPurpose::Confirm, &code("q"), token).is_none());
        assert!(read(&ProtectionKey::random(), MailPurpose::Confirm, &plan, token).is_none());
        for at in 0..token.len() {
            let mut forged = token.as_bytes().to_vec();
            forged[at] = if forged[at] == b'0' { b'1' } else { b'0' };
            let forged = String::from_utf8(forged).unwrap();
            assert!(read(&key, MailPurpose::Confirm, &plan, &forged).is_none(), "{forged}");
        }
        let token = reply_token(&key, &plan, &request);
        assert_eq!(request_of_reply(&key, &plan, &token), Some(request));
        assert_eq!(request_of_reply(&key, &code("q"), &token), None);
        for forged in ["", ".", "n-1.2", "n-1.2.0000000000000000"] {
            assert_eq!(request_of_reply(&key, &plan, forged), None);
        }
    }
}
