//! Forms with photos: what was typed, and files read one after the other as they come in, so that no more than one
//! lies in memory for each sender. A file that is refused takes nothing else with it.

use std::net::IpAddr;
use std::sync::LazyLock;

use app::AppError;
use app::request::{NewPhoto, PHOTO_BYTES_MOST, PHOTOS_AT_ONCE};
use axum::body::{Body, to_bytes};
use axum::extract::multipart::{Field, Multipart};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header;
use words::Lang;

use crate::PagesState;
use crate::editor::field::Typed;
use crate::error::PageError;
use crate::file_form::whole;
use crate::sign_in_rate::{SignInRate, client};
use crate::visitor::Visitor;

/// A whole form: more files than are taken are read over and told, not broken off.
pub(super) const BODY_MOST: usize = 256 * 1024 * 1024;
const TYPED_MOST: usize = 1024 * 1024;
const TEXT_MOST: usize = 64 * 1024;
const FIELDS_MOST: usize = 200;
/// The field that files come in.
pub(super) const FIELD: &str = "photo";
/// How much of a file's name is said.
const NAME: usize = 40;

/// Photos that one address may send: twenty at once, then one each quarter of a minute.
static FLOOD: LazyLock<SignInRate> = LazyLock::new(SignInRate::default);
/// And in a day: many may share an address, and none fills alone what is kept for all.
static DAILY: LazyLock<SignInRate> = LazyLock::new(|| SignInRate::a_day(300));

/// What a browser sent.
#[derive(Debug, Default)]
pub(super) struct Brought {
    pub typed: Typed,
    pub photos: Vec<NewPhoto>,
    /// What is wrong with files, for whoever sent them.
    pub faults: Vec<String>,
}

/// A form of somebody who has signed in, its secret checked before any file is read.
pub(super) struct BroughtByStaff(pub Brought);

impl FromRequest<PagesState> for Brought {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &PagesState) -> Result<Self, PageError> {
        Receiving::of(request, state, false).await
    }
}

impl FromRequest<PagesState> for BroughtByStaff {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &PagesState) -> Result<Self, PageError> {
        Receiving::of(request, state, true).await.map(Self)
    }
}

struct Receiving<'a> {
    state: &'a PagesState,
    visitor: Visitor,
    /// Whoever may send too many.
    address: Option<IpAddr>,
    staff: bool,
    /// Files so far.
    files: usize,
    out: Brought,
}

impl Receiving<'_> {
    async fn of(request: Request, state: &PagesState, staff: bool) -> Result<Brought, PageError> {
        let (mut parts, body) = request.into_parts();
        let visitor = Visitor::from_request_parts(&mut parts, state).await?;
        let public = matches!(visitor.actor, app::Actor::Public);
        if staff && public {
            return Err(PageError::sign_in(&visitor.here));
        }
        let address = client(&parts.extensions).filter(|_| public);
        let lang = visitor.lang;
        let unreadable = || PageError::bad_request().in_lang(lang);
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        if !kind.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
            let bytes = to_bytes(body, TYPED_MOST).await.map_err(|_| unreadable())?;
            let request = Request::from_parts(parts, Body::from(bytes));
            let form = axum::Form::<Vec<(String, String)>>::from_request(request, state).await;
            let typed = Typed(form.map_err(|_| unreadable())?.0);
            if staff {
                visitor.check_csrf(typed.get("csrf"))?;
            }
            return Ok(Brought { typed, ..Brought::default() });
        }
        let multipart = Multipart::from_request(Request::from_parts(parts, body), state).await;
        let multipart = multipart.map_err(|_| unreadable())?;
        let mut receiving = Receiving { state, visitor, address, staff, files: 0, out: Brought::default() };
        receiving.all(multipart).await?;
        Ok(receiving.out)
    }

    fn lang(&self) -> Lang {
        self.visitor.lang
    }

    fn unreadable(&self) -> PageError {
        PageError::bad_request().in_lang(self.lang())
    }

    async fn all(&mut self, mut multipart: Multipart) -> Result<(), PageError> {
        let mut checked = !self.staff;
        while let Some(field) = multipart.next_field().await.map_err(|_| self.unreadable())? {
            let name = field.name().unwrap_or_default().to_owned();
            if !checked && name != "csrf" {
                return Err(PageError::stale_form().in_lang(self.lang()));
            }
            if name == FIELD {
                self.file(field).await?;
                continue;
            }
            let (bytes, too_long) = whole(field, TEXT_MOST).await.map_err(|_| self.unreadable())?;
            if too_long || self.out.typed.0.len() >= FIELDS_MOST {
                return Err(self.unreadable());
            }
            let value = String::from_utf8_lossy(&bytes).into_owned();
            if !checked {
                self.visitor.check_csrf(value.trim())?;
                checked = true;
            }
            self.out.typed.0.push((name, value));
        }
        Ok(())
    }

    fn sends_too_many(&self) -> bool {
        let now = self.state.app.clock().now();
        FLOOD.take(self.address, now).is_err() || DAILY.take(self.address, now).is_err()
    }

    async fn file(&mut self, field: Field<'_>) -> Result<(), PageError> {
        let name = field.file_name().unwrap_or_default().to_owned();
        // What is more than is taken is not kept on the way either.
        let most = if self.files < PHOTOS_AT_ONCE { PHOTO_BYTES_MOST } else { 0 };
        let (bytes, too_large) = whole(field, most).await.map_err(|_| self.unreadable())?;
        if name.is_empty() && bytes.is_empty() && !too_large {
            // Browsers send a field without a file where none was chosen.
            return Ok(());
        }
        self.files += 1;
        let shown = shown_name(&name);
        let said = |key: &str, args: &[(&str, &str)]| words::with(self.visitor.lang, key, args);
        let fault = if self.files > PHOTOS_AT_ONCE {
            let most = PHOTOS_AT_ONCE.to_string();
            let told = said("photo-too-many", &[("most", &most)]);
            // Once is enough.
            Some(told).filter(|told| !self.out.faults.contains(told))
        } else if too_large {
            Some(said("photo-fault-too-large", &[("name", &shown)]))
        } else if self.sends_too_many() {
            Some(said("photo-too-often", &[]))
        } else {
            match self.state.app.read_photo(bytes).await {
                Ok(Ok(photo)) => {
                    self.out.photos.push(photo);
                    None
                }
                Ok(Err(fault)) => Some(said(&format!("photo-fault-{}", fault.as_str()), &[("name", &shown)])),
                Err(AppError::NoKey) => Some(said("photo-no-key", &[])),
                Err(error) => return Err(error.into()),
            }
        };
        self.out.faults.extend(fault);
        Ok(())
    }
}

/// A file's name as it is said: its beginning, without what cannot be seen.
fn shown_name(name: &str) -> String {
    let kept: Vec<char> = name.chars().filter(|c| !c.is_control()).collect();
    match kept.len() {
        0 => "?".into(),
        n if n > NAME => kept[..NAME].iter().chain(['…'].iter()).collect(),
        _ => kept.into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_said_short_and_clean() {
        assert_eq!(shown_name("照片\u{7}.jpg"), "照片.jpg");
        assert_eq!(shown_name(""), "?");
        assert_eq!(shown_name(&"长".repeat(90)).chars().count(), NAME + 1);
    }
}
