//! Taking requests in by mail: a mail is a request, or an answer to what was mailed about one; each once.

use domain::code::Code;
use domain::history::View;
use domain::preference::Language;
use domain::request::personal::mask;
use domain::request::{Channel, PhotoShows, Request, RequestKind, Who};
use domain::source::Source;
use domain::subject::Subject;
use store::RequestUpdate;

use super::act::RequestAct;
use super::file::{NewRequest, clean, recorded};
use super::person::PersonalData;
use super::photo::NewPhoto;
use super::protection::ProtectionKey;
use super::reader::request_of_reply;
use super::unread::{UnreadFile, note_of_unread};
use super::{PHOTOS_AT_ONCE, by_resident, by_rules};
use crate::App;
use crate::account::hash;
use crate::actor::Actor;
use crate::error::AppError;
use crate::read::Asked;

/// The name under which mails are known that were added to a request.
const PROGRAM: &str = "mail";
/// Characters of a text that are recorded; the rest stays with what was written, sealed.
pub(super) const TEXT_MOST: usize = 3_900;
pub(super) const TITLE_MOST: usize = 150;
/// Requests that one address may send in a day.
const A_DAY: usize = 30;
const DAY_MICROS: i64 = 86_400 * 1_000_000;

/// A mail that somebody wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IncomingMail {
    /// Its Message-ID, or a digest of it where it has none.
    pub id: String,
    pub from: String,
    pub name: String,
    pub to: Vec<String>,
    pub subject: String,
    /// All it says: what a new request says, be it passed on from somebody.
    pub text: String,
    /// What was written for this mail: what an answer adds.
    pub own: String,
    /// The mails that it answers to.
    pub answers: Vec<String>,
    pub photos: Vec<NewPhoto>,
    /// Files with it that could not be read.
    pub unread: Vec<UnreadFile>,
}

/// What became of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailTaken {
    New(Code),
    /// It was added to the request that it answers to.
    Added(Code),
    /// It came before.
    Again(Code),
    /// The address has sent too many today.
    TooMany,
    /// It says nothing and shows nothing.
    Empty,
    /// There is nothing to it but files that could not be read.
    Unreadable,
}

impl IncomingMail {
    /// The request of ours that it answers to.
    fn answered(&self, key: &ProtectionKey, plan: &Code) -> Option<Code> {
        self.tokens(plan).find_map(|token| request_of_reply(key, plan, &token))
    }

    /// Of the link of what becomes of it. Whoever wrote the mail knows its name: the secret is made with the key.
    fn secret(&self, key: &ProtectionKey, plan: &Code) -> String {
        key.digest(&format!("mail-intake\u{1f}{plan}\u{1f}{}\u{1f}{}", self.from, self.id))
    }

    /// What it answers to may be known by: the mark in an address that it was sent to, or in the name of a mail.
    fn tokens(&self, plan: &Code) -> impl Iterator<Item = String> {
        let of_addresses = self.to.iter().filter_map(|to| {
            let (local, _) = to.split_once('@')?;
            local.split_once('+').map(|(_, token)| token.to_owned())
        });
        let start = format!(".{plan}.");
        let of_mails = self.answers.iter().filter_map(move |id| {
            let (local, _) = id.trim_matches(['<', '>']).split_once('@')?;
            local.split_once(&start).map(|(_, token)| token.to_owned())
        });
        of_addresses.chain(of_mails).collect::<Vec<_>>().into_iter()
    }
}

/// The language of whoever wrote something.
pub(super) fn language_of(text: &str) -> Language {
    let han = text.chars().filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c)).count();
    let chinese = han * 4 >= text.chars().filter(|c| c.is_alphabetic()).count();
    if chinese { Language::Chinese } else { Language::English }
}

pub(super) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

impl App {
    /// What becomes of a mail whatever photos come with it; `None` where it is to be taken in. Photos take long to
    /// read: not for mails that were taken before, or of which there are too many.
    pub async fn know_mail(&self, plan: &Code, mail: &IncomingMail) -> Result<Option<MailTaken>, AppError> {
        let key = self.key().ok_or(AppError::NoKey)?;
        if mail.answered(key, plan).is_some() {
            return Ok(None);
        }
        match self.request_of_link(plan, &mail.secret(key, plan)).await {
            Ok(code) => return Ok(Some(MailTaken::Again(code))),
            Err(AppError::NotFound) => {}
            Err(error) => return Err(error),
        }
        let person = PersonalData { email: mail.from.clone(), ..PersonalData::default() };
        let enough = self.has_sent_enough(plan, key.digest(&person.contact())).await?;
        Ok(enough.then_some(MailTaken::TooMany))
    }

    /// Takes a mail in.
    pub async fn take_mail(&self, plan: &Code, mail: IncomingMail) -> Result<MailTaken, AppError> {
        let key = self.key().cloned().ok_or(AppError::NoKey)?;
        let text = clean(&mail.text);
        let answered = mail.answered(&key, plan);
        // The subject of an answer is that of what it answers to.
        let says = match &answered {
            Some(_) => !clean(&mail.own).is_empty(),
            None => !text.is_empty() || !clean(&mail.subject).is_empty(),
        };
        if !says && mail.photos.is_empty() && !mail.unread.is_empty() {
            return Ok(MailTaken::Unreadable);
        }
        if text.is_empty() && clean(&mail.subject).is_empty() && mail.photos.is_empty() {
            return Ok(MailTaken::Empty);
        }
        if let Some(code) = answered {
            return self.add_mail(plan, code, mail).await;
        }
        if let Some(known) = self.know_mail(plan, &mail).await? {
            return Ok(known);
        }
        let secret = mail.secret(&key, plan);
        let mut person = PersonalData { name: mail.name, email: mail.from, ..PersonalData::default() };
        // Masked before it is cut: a number that is cut in two would not be seen as one.
        let subject = cut(&recorded(&mail.subject).replace('\n', " "), TITLE_MOST);
        let said = if text.is_empty() { clean(&mail.subject) } else { text };
        let said = if said.is_empty() { "—".to_owned() } else { said };
        let found = self.suggest_for_request(plan, &format!("{subject} {said}"), "", None, None).await?;
        // The whole is kept, sealed.
        let shown = cut(&recorded(&said), TEXT_MOST);
        let heading = clean(&mail.subject).replace('\n', " ");
        if subject != heading && said != heading {
            person.text = format!("{heading}\n\n{said}");
        } else if shown != said {
            person.text.clone_from(&said);
        }
        let new = NewRequest {
            kind: RequestKind::Complaint,
            title: subject.clone(),
            category: found.sure().map(|best| best.category.clone()),
            suggested: found.sure().is_some(),
            area: found.area.clone(),
            // Somebody has to ask where it is.
            address: if found.area.is_none() { "—".into() } else { String::new() },
            language: language_of(&format!("{subject}{said}")),
            person,
            photos: mail.photos.into_iter().take(PHOTOS_AT_ONCE).collect(),
            unread: mail.unread,
            secret,
            source: Source { title: "E-mail".into(), ..Source::default() },
            ..NewRequest::new(Channel::Email, shown)
        };
        let filed = self.file_request(&Actor::Public, plan, new).await?;
        Ok(if filed.again { MailTaken::Again(filed.code) } else { MailTaken::New(filed.code) })
    }

    pub(super) async fn has_sent_enough(&self, plan: &Code, asker: String) -> Result<bool, AppError> {
        let (plan, since) = (plan.clone(), self.clock().now().as_microsecond() - DAY_MICROS);
        let read = move |c: &mut store::Connection| {
            let mut recent = 0;
            for request in c.requests_sent_by(&plan, &asker, A_DAY)? {
                recent += usize::from(
                    c.sealed_person(&plan, &request)?.is_some_and(|person| person.created_at >= since),
                );
            }
            Ok::<_, store::StoreError>(recent >= A_DAY)
        };
        Ok(self.database().read_async(read).await?)
    }

    /// Adds an answer to its request.
    async fn add_mail(&self, plan: &Code, code: Code, mail: IncomingMail) -> Result<MailTaken, AppError> {
        self.request(plan, &code, Asked::default()).await?;
        let occasion = self.occasion();
        let kept = RequestUpdate {
            plan: plan.clone(),
            request: code.clone(),
            program: PROGRAM.into(),
            number: hash(&mail.id),
            created_at: occasion.now.as_microsecond(),
        };
        let written = clean(&mail.own);
        let text = cut(&mask(&written), TEXT_MOST);
        let photos: Vec<NewPhoto> = mail.photos.into_iter().take(PHOTOS_AT_ONCE).collect();
        let unread = note_of_unread(&mail.unread);
        let new = self
            .database()
            .write_async(move |tx| {
                if tx.knows_update(&kept)? {
                    return Ok(false);
                }
                let held = tx.subject(&Subject::request(&kept.plan, &kept.request))?;
                let request =
                    held.and_then(|held| Request::at(&held, View::ALL)).ok_or(AppError::NotFound)?;
                // What was erased does not come back by an old mail.
                if request.erased {
                    return Err(AppError::NotFound);
                }
                let (actor, source) = (by_resident(), Source { title: "E-mail".into(), ..Source::default() });
                let doing = occasion.filing(&actor, &kept.plan).doing(Who::Resident, &source);
                if !text.is_empty() {
                    doing.one(tx, &kept.request, RequestAct::Word { text: text.clone() })?;
                    if text != written {
                        doing.keep_words(tx, &kept.request, &written)?;
                    }
                }
                if !photos.is_empty() {
                    let act = RequestAct::AddPhotos { shows: PhotoShows::Matter, photos: photos.clone() };
                    doing.one(tx, &kept.request, act)?;
                }
                if let Some(act) = unread.clone() {
                    let rules = by_rules();
                    let filing = occasion.filing(&rules, &kept.plan);
                    filing.doing(Who::Desk, &source).one(tx, &kept.request, act)?;
                }
                tx.keep_update(&kept)?;
                Ok::<_, AppError>(true)
            })
            .await?;
        Ok(if new { MailTaken::Added(code) } else { MailTaken::Again(code) })
    }
}
