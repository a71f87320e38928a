//! Reading a file and writing what is kept of it.

use std::io::Cursor;

use image::codecs::gif::GifDecoder;
use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{DynamicImage, ExtendedColorType, ImageDecoder, ImageError, Limits, RgbImage};

use crate::kind::{Kind, kind};
use crate::{POINTS_MOST, PhotoFault, SIDE, SMALL_SIDE};

/// What one picture may take in memory while it is read: the most points with eight bits for each of four colours, and
/// some more.
const MEMORY_MOST: u64 = 320 * 1024 * 1024;
const SIDE_MOST: u32 = 30_000;
const QUALITY: u8 = 82;
const SMALL_QUALITY: u8 = 74;

/// A picture as it is kept: a JPEG that holds nothing but its points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub width: u32,
    pub height: u32,
    pub jpeg: Vec<u8>,
}

/// What is kept of a photo: to be looked at, and small.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo {
    pub picture: Picture,
    pub small: Picture,
}

/// Reads a file and makes what is kept of it. It takes up to a second or two and up to 320 MiB of memory:
/// callers see to how many are made at once, and where.
pub fn make(bytes: &[u8]) -> Result<Photo, PhotoFault> {
    let (image, orientation) = match kind(bytes)? {
        Kind::Jpeg => read(JpegDecoder::new(Cursor::new(bytes)))?,
        Kind::Png => read(PngDecoder::with_limits(Cursor::new(bytes), limits()))?,
        Kind::Webp => read(WebPDecoder::new(Cursor::new(bytes)))?,
        Kind::Gif => read(GifDecoder::new(Cursor::new(bytes)))?,
    };
    // Made smaller before it is turned, so that less is turned.
    let mut fitted = fit(image, SIDE);
    fitted.apply_orientation(orientation);
    let picture = on_white(&fitted);
    drop(fitted);
    let small = fit(DynamicImage::ImageRgb8(picture.clone()), SMALL_SIDE).into_rgb8();
    Ok(Photo { picture: write(&picture, QUALITY)?, small: write(&small, SMALL_QUALITY)? })
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MOST);
    limits.max_image_height = Some(SIDE_MOST);
    limits.max_alloc = Some(MEMORY_MOST);
    limits
}

fn read(decoder: Result<impl ImageDecoder, ImageError>) -> Result<(DynamicImage, Orientation), PhotoFault> {
    let mut decoder = decoder.map_err(fault)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > POINTS_MOST || width > SIDE_MOST || height > SIDE_MOST {
        return Err(PhotoFault::TooManyPoints);
    }
    decoder.set_limits(limits()).map_err(fault)?;
    // Limits are kept by decoders for what they need themselves, not for what they hand out.
    if decoder.total_bytes() > MEMORY_MOST {
        return Err(PhotoFault::TooManyPoints);
    }
    // A camera's note that makes no sense turns nothing.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let image = DynamicImage::from_decoder(decoder).map_err(fault)?;
    Ok((image, orientation))
}

fn fault(error: ImageError) -> PhotoFault {
    match error {
        ImageError::Limits(_) => PhotoFault::TooManyPoints,
        ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            PhotoFault::CutShort
        }
        _ => PhotoFault::Damaged,
    }
}

/// Makes it no larger than a side; what is small stays as it is.
fn fit(image: DynamicImage, side: u32) -> DynamicImage {
    if image.width().max(image.height()) <= side { image } else { image.thumbnail(side, side) }
}

/// What can be seen through is seen on white.
fn on_white(image: &DynamicImage) -> RgbImage {
    if !image.color().has_alpha() {
        return image.to_rgb8();
    }
    let over = image.to_rgba8();
    RgbImage::from_fn(over.width(), over.height(), |x, y| {
        let [red, green, blue, alpha] = over.get_pixel(x, y).0;
        let (alpha, rest) = (u16::from(alpha), 255 - u16::from(alpha));
        let mixed = |colour: u8| ((u16::from(colour) * alpha + 255 * rest) / 255) as u8;
        image::Rgb([mixed(red), mixed(green), mixed(blue)])
    })
}

fn write(image: &RgbImage, quality: u8) -> Result<Picture, PhotoFault> {
    let (width, height) = image.dimensions();
    if width == 0 || height == 0 {
        return Err(PhotoFault::Damaged);
    }
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, quality)
        .encode(image.as_raw(), width, height, ExtendedColorType::Rgb8)
        .map_err(|_| PhotoFault::Damaged)?;
    Ok(Picture { width, height, jpeg })
}
