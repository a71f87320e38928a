//! Photos from outside made harmless.
//!
//! What somebody sends is read within limits of bytes, points and memory, turned upright as the camera says, and
//! written anew as JPEG, once to be looked at and once small. Nothing else of the file is left: no place, no
//! device, no name, no hidden second file. The place that a camera noted is dropped, too, and never offered: people
//! ask for help where they stand, and send pictures that they took at home.

mod jpeg;
mod kind;
mod made;

pub use kind::{Kind, kind};
pub use made::{Photo, Picture, make};

/// The largest file that is read: phones write up to about fifteen million bytes.
pub const BYTES_MOST: usize = 20 * 1024 * 1024;
/// The most points (width times height): a phone's largest picture of 50 million fits.
pub const POINTS_MOST: u64 = 64_000_000;
/// The longer side of what is kept, in points.
pub const SIDE: u32 = 2_048;
/// The longer side of the small picture.
pub const SMALL_SIDE: u32 = 480;

/// Why a file is not taken, for whoever sent it to do something about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhotoFault {
    #[error("the file is empty")]
    Empty,
    #[error("the file is larger than {} bytes", BYTES_MOST)]
    TooLarge,
    #[error("the picture has more than {} points", POINTS_MOST)]
    TooManyPoints,
    #[error("a picture of a kind that browsers do not show: HEIC or AVIF")]
    Heic,
    #[error("not a picture in JPEG, PNG, WebP or GIF")]
    NotAPicture,
    #[error("the file is a picture and something else at once")]
    Polyglot,
    #[error("the file ends too early")]
    CutShort,
    #[error("the picture is damaged")]
    Damaged,
}

impl PhotoFault {
    /// A word for it, as words are looked up by.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLarge => "too-large",
            Self::TooManyPoints => "too-many-points",
            Self::Heic => "heic",
            Self::NotAPicture => "not-a-picture",
            Self::Polyglot => "polyglot",
            Self::CutShort => "cut-short",
            Self::Damaged => "damaged",
        }
    }
}
