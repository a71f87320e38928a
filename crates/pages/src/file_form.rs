//! Forms with files, read part by part: the form's secret comes first, so that nothing of a forged one is kept, and
//! no part is kept that is larger than it may be.

use axum::extract::Multipart;
use axum::extract::multipart::{Field, MultipartError, MultipartRejection};
use axum::http::StatusCode;

use crate::error::PageError;
use crate::visit::Visit;

/// The most of a part that somebody types or chooses, in bytes.
pub(crate) const TEXT_MOST: usize = 4 << 10;

/// A form as it comes in.
pub(crate) struct FileForm<'a> {
    visit: &'a Visit,
    parts: Multipart,
    checked: bool,
    too_large: bool,
}

/// A part behind the secret.
pub(crate) struct Part {
    pub name: String,
    /// The name of the file, where it is one.
    pub file: String,
    pub bytes: Vec<u8>,
    /// It was larger than it may be, and is not kept.
    pub too_large: bool,
}

impl Part {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).trim().to_owned()
    }
}

impl<'a> FileForm<'a> {
    pub fn open(visit: &'a Visit, parts: Result<Multipart, MultipartRejection>) -> Result<Self, PageError> {
        let parts = parts.map_err(|_| PageError::bad_request())?;
        Ok(Self { visit, parts, checked: false, too_large: false })
    }

    /// The next part; `most` says by its name how many bytes it may have. None follows a form that is larger than
    /// any may be: see [`is_too_large`](Self::is_too_large).
    pub async fn next(&mut self, most: impl Fn(&str) -> usize) -> Result<Option<Part>, PageError> {
        match self.part(most).await {
            Ok(part) => part,
            Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                self.too_large = true;
                Ok(None)
            }
            Err(_) => Err(PageError::bad_request()),
        }
    }

    /// Whether reading stopped because the form as a whole is larger than it may be.
    pub fn is_too_large(&self) -> bool {
        self.too_large
    }

    async fn part(
        &mut self,
        most: impl Fn(&str) -> usize,
    ) -> Result<Result<Option<Part>, PageError>, MultipartError> {
        let stale = || Err(PageError::stale_form().in_lang(self.visit.lang));
        while let Some(field) = self.parts.next_field().await? {
            let name = field.name().unwrap_or_default().to_owned();
            if name == "csrf" {
                let (token, _) = whole(field, TEXT_MOST).await?;
                if let Err(error) = self.visit.check_csrf(&String::from_utf8_lossy(&token)) {
                    return Ok(Err(error));
                }
                self.checked = true;
                continue;
            }
            if !self.checked {
                return Ok(stale());
            }
            let file = field.file_name().unwrap_or_default().to_owned();
            let (bytes, too_large) = whole(field, most(&name)).await?;
            return Ok(Ok(Some(Part { name, file, bytes, too_large })));
        }
        Ok(if self.checked { Ok(None) } else { stale() })
    }
}

/// A part's bytes, and whether it had more than it may have: then it is read to its end and none of it kept.
pub(crate) async fn whole(mut field: Field<'_>, most: usize) -> Result<(Vec<u8>, bool), MultipartError> {
    let (mut bytes, mut too_large) = (Vec::new(), false);
    while let Some(chunk) = field.chunk().await? {
        too_large |= bytes.len() + chunk.len() > most;
        if too_large {
            bytes = Vec::new();
        } else {
            bytes.extend_from_slice(&chunk);
        }
    }
    Ok((bytes, too_large))
}
