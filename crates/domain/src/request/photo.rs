//! Photos of a request: what they show, and who may see them.

use jiff::civil::DateTime;

use super::fact::RequestFact;
use super::kind::PhotoShows;
use super::state::Request;
use crate::code::Code;
use crate::journal::Seq;
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

/// What there is of photos after some facts, taken in the order in which they were recorded: whoever asked has sent
/// what was there when they were erased, and what came later stays.
pub(super) fn photos<'a>(facts: impl Iterator<Item = (Seq, &'a RequestFact)>) -> Vec<RequestPhoto> {
    let concerns = |fact: &RequestFact| {
        matches!(
            fact,
            RequestFact::Photo { .. } | RequestFact::PhotoReview { .. } | RequestFact::Erased { .. }
        )
    };
    let mut facts: Vec<(Seq, &RequestFact)> = facts.filter(|(_, fact)| concerns(fact)).collect();
    facts.sort_by_key(|(seq, _)| *seq);
    let mut out: Vec<RequestPhoto> = Vec::new();
    for (_, fact) in facts {
        match fact {
            RequestFact::Photo { photo, shows, at } => match out.iter_mut().find(|held| held.photo == *photo)
            {
                // Sent again after it was erased, it is there again, and nobody has looked yet.
                Some(held) if held.gone => {
                    (held.shows, held.at, held.shown, held.gone) = (*shows, *at, None, false);
                }
                Some(held) => (held.shows, held.at) = (*shows, *at),
                None => out.push(RequestPhoto {
                    photo: photo.clone(),
                    shows: *shows,
                    at: *at,
                    shown: None,
                    reason: String::new(),
                    gone: false,
                }),
            },
            RequestFact::PhotoReview { photo, shown, reason } => {
                if let Some(held) = out.iter_mut().find(|held| held.photo == *photo) {
                    held.shown = Some(*shown);
                    held.reason.clone_from(reason);
                }
            }
            RequestFact::Erased { .. } => {
                for held in out.iter_mut().filter(|held| held.shows == PhotoShows::Matter) {
                    held.gone = true;
                }
            }
            _ => {}
        }
    }
    out
}
