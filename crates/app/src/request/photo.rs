//! Photos of requests: read aside from everything else, sealed, and shown to those who may see them.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::code::Code;
use domain::history::View;
use domain::refusal::{Problem, Refusal};
use domain::request::photo::PHOTOS_AT_ONCE;
use domain::request::{PhotoShows, Request, RequestFact};
use domain::subject::Subject;
use jiff::civil::DateTime;
use photo::{Photo, PhotoFault};
use sha2::{Digest, Sha256};
use store::{PhotoOf, PhotoSize, SealedPhoto, StoreError, Tx};

use super::protection::ProtectionKey;
use crate::App;
use crate::account::hash;
use crate::error::AppError;
use crate::read::Asked;

/// Photos that wait for their requests at once, and for how long each waits.
const DRAFTS_MOST: u64 = 2_000;
pub(super) const DRAFT_MICROS: i64 = 24 * 3_600 * 1_000_000;

/// A photo that was read, ready to be kept: sealed already, and known by the digest of what can be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPhoto {
    pub photo: Code,
    sealed: Arc<Sealed>,
}

#[derive(Debug, PartialEq, Eq)]
struct Sealed {
    key_id: String,
    picture: Vec<u8>,
    small: Vec<u8>,
    size: (u32, u32),
    small_size: (u32, u32),
}

/// Who wants to see a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhotoReader<'a> {
    /// Whoever comes by.
    Everybody(&'a Code),
    /// Whoever asked, by the secret of the link.
    Asker(&'a str),
    /// Those who work on it.
    Staff(&'a Code),
    /// Whoever is about to ask, by the secret that their request will be sent with.
    Draft(&'a str),
}

/// What became of photos that are to wait for their request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drafted {
    Kept,
    TooMany,
}

pub(super) fn place(photo: &Code) -> String {
    format!("photo/{photo}")
}

impl NewPhoto {
    fn of(made: &Photo, key: &ProtectionKey) -> Option<Self> {
        let digest = Sha256::digest(&made.picture.jpeg);
        let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let photo = Code::new(&digits).ok()?;
        let seal = |bytes: &[u8]| key.seal(&place(&photo), bytes);
        let sealed = Sealed {
            key_id: key.id().to_owned(),
            picture: seal(&made.picture.jpeg)?,
            small: seal(&made.small.jpeg)?,
            size: (made.picture.width, made.picture.height),
            small_size: (made.small.width, made.small.height),
        };
        Some(Self { photo, sealed: Arc::new(sealed) })
    }

    fn keep(&self, tx: &mut Tx, plan: &Code, of: PhotoOf, now: i64) -> Result<(), StoreError> {
        let sealed = &self.sealed;
        tx.put_photo(
            of,
            &SealedPhoto {
                plan: plan.clone(),
                photo: self.photo.clone(),
                key_id: sealed.key_id.clone(),
                picture: sealed.picture.clone(),
                small: sealed.small.clone(),
                size: sealed.size,
                small_size: sealed.small_size,
                created_at: now,
                shown: false,
            },
        )
    }
}

/// Keeps what can be seen on photos, within the change that adds them.
pub(super) fn keep(
    tx: &mut Tx,
    plan: &Code,
    request: &Code,
    photos: &[NewPhoto],
    now: i64,
) -> Result<(), StoreError> {
    // In their order, also where all came at once.
    for (number, new) in photos.iter().enumerate() {
        new.keep(tx, plan, PhotoOf::Request(request), now + number as i64)?;
    }
    Ok(())
}

/// What is recorded of photos that are added. One that is there already stays as it is.
pub(super) fn added(
    held: Option<&Request>,
    photos: &[NewPhoto],
    shows: PhotoShows,
    at: DateTime,
) -> Result<Vec<RequestFact>, AppError> {
    if photos.len() > PHOTOS_AT_ONCE {
        let problem = Problem::TooMany(PHOTOS_AT_ONCE);
        return Err(Refusal { field: "photo".into(), problem }.into());
    }
    let new = photos
        .iter()
        .filter(|new| held.is_none_or(|held| held.kept_photos().all(|held| held.photo != new.photo)));
    Ok(new.map(|new| RequestFact::Photo { photo: new.photo.clone(), shows, at }).collect())
}

/// Takes away for good what whoever asked has sent.
pub(super) fn erase(tx: &mut Tx, plan: &Code, request: &Code) -> Result<(), AppError> {
    let held = tx.subject(&Subject::request(plan, request))?;
    let Some(request) = held.and_then(|held| Request::at(&held, View::ALL)) else { return Ok(()) };
    for held in request.photos.iter().filter(|held| held.shows == PhotoShows::Matter) {
        tx.drop_photo(plan, PhotoOf::Request(&request.code), &held.photo)?;
    }
    Ok(())
}

impl App {
    /// Reads a file that somebody sent as a photo. Few are read at once, aside from everything else: each may take
    /// hundreds of megabytes while it is.
    pub async fn read_photo(&self, bytes: Vec<u8>) -> Result<Result<NewPhoto, PhotoFault>, AppError> {
        let key = self.key().cloned().ok_or(AppError::NoKey)?;
        let _turn = self.inner.photos.acquire().await.map_err(|_| AppError::Store(StoreError::Stopped))?;
        let made = tokio::task::spawn_blocking(move || match photo::make(&bytes) {
            Ok(made) => NewPhoto::of(&made, &key).map(Ok).ok_or(AppError::Sealed),
            Err(fault) => Ok(Err(fault)),
        });
        made.await.map_err(|_| AppError::Store(StoreError::Stopped))?
    }

    /// Keeps photos until the request is sent that they belong to, with the same secret.
    pub async fn draft_photos(
        &self,
        plan: &Code,
        secret: &str,
        photos: Vec<NewPhoto>,
    ) -> Result<Drafted, AppError> {
        let (plan, draft, now) = (plan.clone(), hash(secret), self.clock().now().as_microsecond());
        self.database()
            .write_async(move |tx| {
                let of = PhotoOf::Draft(&draft);
                let held = tx.photo_sizes(&plan, of)?;
                let new: Vec<&NewPhoto> =
                    photos.iter().filter(|new| held.iter().all(|held| held.photo != new.photo)).collect();
                if held.len() + new.len() > PHOTOS_AT_ONCE {
                    return Ok(Drafted::TooMany);
                }
                // Whoever fills what is kept shuts nobody out: what waited longest goes.
                tx.clear_drafts(now - DRAFT_MICROS, DRAFTS_MOST.saturating_sub(new.len() as u64))?;
                for (number, new) in new.into_iter().enumerate() {
                    new.keep(tx, &plan, of, now + number as i64)?;
                }
                Ok::<_, AppError>(Drafted::Kept)
            })
            .await
    }

    /// The photos that wait for a request, in the order in which they came.
    pub async fn drafted_photos(&self, plan: &Code, secret: &str) -> Result<Vec<PhotoSize>, AppError> {
        let (plan, draft) = (plan.clone(), hash(secret));
        Ok(self.database().read_async(move |c| c.photo_sizes(&plan, PhotoOf::Draft(&draft))).await?)
    }

    /// Throws a photo away that waits for its request.
    pub async fn drop_drafted_photo(&self, plan: &Code, secret: &str, photo: &Code) -> Result<(), AppError> {
        let (plan, draft, photo) = (plan.clone(), hash(secret), photo.clone());
        Ok(self
            .database()
            .write_async(move |tx| tx.drop_photo(&plan, PhotoOf::Draft(&draft), &photo))
            .await?)
    }

    /// How large the small pictures of a request's photos are.
    pub async fn photo_sizes(
        &self,
        plan: &Code,
        request: &Code,
    ) -> Result<BTreeMap<Code, (u32, u32)>, AppError> {
        let (plan, request) = (plan.clone(), request.clone());
        let read = move |c: &mut store::Connection| c.photo_sizes(&plan, PhotoOf::Request(&request));
        let found = self.database().read_async(read).await?;
        Ok(found.into_iter().map(|held| (held.photo, held.small_size)).collect())
    }

    /// The photos that everybody may see of some published requests.
    pub async fn shown_photos(
        &self,
        plan: &Code,
        requests: Vec<String>,
    ) -> Result<Vec<(Code, Code)>, AppError> {
        let plan = plan.clone();
        let read = move |c: &mut store::Connection| {
            let requests: Vec<&str> = requests.iter().map(String::as_str).collect();
            c.shown_photos(&plan, &requests)
        };
        Ok(self.database().read_async(read).await?)
    }

    /// A photo as JPEG, to be looked at or small, for somebody who may see it.
    pub async fn photo(
        &self,
        plan: &Code,
        reader: PhotoReader<'_>,
        photo: &Code,
        small: bool,
    ) -> Result<Vec<u8>, AppError> {
        let (request, draft) = match reader {
            PhotoReader::Draft(secret) => (None, hash(secret)),
            PhotoReader::Asker(secret) => (Some(self.request_of_link(plan, secret).await?), String::new()),
            PhotoReader::Everybody(code) | PhotoReader::Staff(code) => (Some(code.clone()), String::new()),
        };
        if let Some(code) = &request {
            let (held, _) = self.request(plan, code, Asked::default()).await?;
            let may = match reader {
                PhotoReader::Everybody(_) => {
                    let portfolio = self.portfolio(plan, Asked::default()).await?;
                    portfolio.plan.shows(&held) && held.public_photos().any(|held| held.photo == *photo)
                }
                PhotoReader::Asker(_) => held.photos_of_asker().any(|held| held.photo == *photo),
                PhotoReader::Staff(_) => held.kept_photos().any(|held| held.photo == *photo),
                PhotoReader::Draft(_) => false,
            };
            if !may {
                return Err(AppError::NotFound);
            }
        }
        let (plan, wanted) = (plan.clone(), photo.clone());
        let read = move |c: &mut store::Connection| {
            let of = request.as_ref().map_or(PhotoOf::Draft(&draft), PhotoOf::Request);
            c.photo_bytes(&plan, of, &wanted, small)
        };
        let sealed = self.database().read_async(read).await?.ok_or(AppError::NotFound)?;
        let opened = self.key().ok_or(AppError::NoKey)?.open(&place(photo), &sealed);
        opened.ok_or(AppError::Sealed)
    }
}
