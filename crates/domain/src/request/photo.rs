//! Photos of a request: what they show, and who may see them.

use jiff::civil::DateTime;

use super::kind::PhotoShows;
use super::state::Request;
use crate::code::Code;
use crate::refusal::Problem;

/// Photos that somebody may add at once.
pub const PHOTOS_AT_ONCE: usize = 5;
/// Photos of one request, whoever added them.
pub const PHOTOS_MOST: usize = 30;

/// A photo of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestPhoto {
    /// The digest of what can be seen.
    pub photo: Code,
    pub shows: PhotoShows,
    pub at: DateTime,
    /// Whether somebody has looked, and lets everybody see it.
    pub shown: Option<bool>,
    pub reason: String,
    /// It was erased with whoever sent it.
    pub gone: bool,
}

impl Request {
    pub fn photo(&self, photo: &Code) -> Option<&RequestPhoto> {
        self.photos.iter().find(|held| held.photo == *photo)
    }

    /// Photos that there still are, the earliest first.
    pub fn kept_photos(&self) -> impl Iterator<Item = &RequestPhoto> {
        self.photos.iter().filter(|held| !held.gone)
    }

    /// Photos that everybody may see: somebody has looked at the request and at the photo.
    pub fn public_photos(&self) -> impl Iterator<Item = &RequestPhoto> {
        let public = self.is_public();
        self.kept_photos().filter(move |held| public && held.shown == Some(true))
    }

    /// Photos that whoever asked may see: their own, and evidence that nobody has hidden.
    pub fn photos_of_asker(&self) -> impl Iterator<Item = &RequestPhoto> {
        self.kept_photos().filter(|held| held.shows == PhotoShows::Matter || held.shown != Some(false))
    }

    pub(super) fn added(&mut self, photo: &Code, shows: PhotoShows, at: DateTime) {
        match self.photos.iter_mut().find(|held| held.photo == *photo) {
            Some(held) => (held.shows, held.at) = (shows, at),
            None => self.photos.push(RequestPhoto {
                photo: photo.clone(),
                shows,
                at,
                shown: None,
                reason: String::new(),
                gone: false,
            }),
        }
    }

    pub(super) fn reviewed(&mut self, photo: &Code, shown: bool, reason: &str) {
        if let Some(held) = self.photos.iter_mut().find(|held| held.photo == *photo) {
            held.shown = Some(shown);
            reason.clone_into(&mut held.reason);
        }
    }

    /// What whoever asked has sent goes with what is known of them.
    pub(super) fn photos_erased(&mut self) {
        for held in self.photos.iter_mut().filter(|held| held.shows == PhotoShows::Matter) {
            held.gone = true;
        }
    }

    /// Why a photo cannot be added to the request as it was before.
    pub(super) fn photo_problem(&self, shows: PhotoShows) -> Option<Problem> {
        if self.photos.len() > PHOTOS_MOST {
            return Some(Problem::TooMany(PHOTOS_MOST));
        }
        // Evidence is that of whoever has it to do.
        let early = shows != PhotoShows::Matter && self.lead_unit.is_none();
        early.then_some(Problem::NotWhileRequest { state: self.state })
    }
}
