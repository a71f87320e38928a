//! Files as phones, programs and ill-meaning people send them.

#![allow(clippy::unwrap_used, reason = "a test fails where something is not as it should be")]

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage, RgbaImage};
use photo::{BYTES_MOST, Kind, PhotoFault, SIDE, SMALL_SIDE, kind, make};
use proptest::prelude::*;

/// The left half red, the right half blue.
fn halves(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(
        width,
        height,
        |x, _| if x < width / 2 { Rgb([220, 20, 20]) } else { Rgb([20, 20, 220]) },
    )
}

fn written(image: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(image.clone()).write_to(&mut out, format).unwrap();
    out.into_inner()
}

fn jpeg(width: u32, height: u32) -> Vec<u8> {
    written(&halves(width, height), ImageFormat::Jpeg)
}

/// A JPEG with what a camera notes: turned by so much, taken at the Huitian community, by a phone.
fn noted(width: u32, height: u32, orientation: u16) -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        let mut out = Vec::new();
        out.extend(tag.to_le_bytes());
        out.extend(kind.to_le_bytes());
        out.extend(count.to_le_bytes());
        out.extend(value);
        out
    };
    let mut tiff = b"II*\0\x08\0\0\0".to_vec();
    tiff.extend(3u16.to_le_bytes());
    tiff.extend(entry(0x010f, 2, 4, *b"Tel\0"));
    tiff.extend(entry(0x0112, 3, 1, [orientation as u8, 0, 0, 0]));
    tiff.extend(entry(0x8825, 4, 1, 50u32.to_le_bytes()));
    tiff.extend(0u32.to_le_bytes());
    tiff.extend(1u16.to_le_bytes());
    tiff.extend(entry(0x0001, 2, 2, *b"N\0\0\0"));
    tiff.extend(0u32.to_le_bytes());
    tiff.extend(b"GPS-40.07-116.36");
    let plain = jpeg(width, height);
    let mut out = plain[..2].to_vec();
    out.extend([0xff, 0xe1]);
    out.extend(((tiff.len() + 8) as u16).to_be_bytes());
    out.extend(b"Exif\0\0");
    out.extend(tiff);
    out.extend(&plain[2..]);
    out
}

fn seen(jpeg: &[u8]) -> RgbImage {
    image::load_from_memory_with_format(jpeg, ImageFormat::Jpeg).unwrap().to_rgb8()
}

fn is_red(image: &RgbImage, x: u32, y: u32) -> bool {
    let [red, _, blue] = image.get_pixel(x, y).0;
    red > 150 && blue < 100
}

#[test]
fn every_kind_is_read_and_written_as_jpeg() {
    let image = halves(300, 200);
    for (format, expected) in [
        (ImageFormat::Jpeg, Kind::Jpeg),
        (ImageFormat::Png, Kind::Png),
        (ImageFormat::WebP, Kind::Webp),
        (ImageFormat::Gif, Kind::Gif),
    ] {
        let bytes = written(&image, format);
        assert_eq!(kind(&bytes), Ok(expected));
        let made = make(&bytes).unwrap();
        let again = seen(&made.picture.jpeg);
        assert_eq!(again.dimensions(), (300, 200), "{format:?}");
        assert!(is_red(&again, 10, 100) && !is_red(&again, 290, 100), "{format:?}");
    }
}

#[test]
fn it_stands_upright_and_tells_nothing_of_where_and_by_whom() {
    // What a camera held on its side notes: to be turned a quarter to the right.
    let bytes = noted(300, 200, 6);
    assert!(bytes.windows(3).any(|three| three == b"GPS") && bytes.windows(4).any(|four| four == b"Exif"));
    let made = make(&bytes).unwrap();
    assert_eq!((made.picture.width, made.picture.height), (200, 300));
    let upright = seen(&made.picture.jpeg);
    assert!(is_red(&upright, 100, 10) && !is_red(&upright, 100, 290), "the left side is now at the top");
    for kept in [&made.picture.jpeg, &made.small.jpeg] {
        for word in [b"Exif".as_slice(), b"GPS", b"Tel", b"http", b"ICC"] {
            assert!(!kept.windows(word.len()).any(|found| found == word));
        }
    }
    // A note that makes no sense turns nothing.
    assert_eq!(make(&noted(300, 200, 99)).unwrap().picture.width, 300);
}

#[test]
fn large_ones_are_made_smaller_and_small_ones_stay() {
    let made = make(&jpeg(4_000, 1_000)).unwrap();
    assert_eq!((made.picture.width, made.picture.height), (SIDE, 512));
    assert_eq!((made.small.width, made.small.height), (SMALL_SIDE, 120));
    let made = make(&jpeg(40, 30)).unwrap();
    assert_eq!((made.picture.width, made.small.width), (40, 40));
    assert_eq!(make(&jpeg(9_000, 2)).unwrap().small.height, 1);
}

#[test]
fn what_can_be_seen_through_is_seen_on_white() {
    let image = RgbaImage::from_pixel(8, 8, image::Rgba([0, 0, 0, 0]));
    let mut out = Cursor::new(Vec::new());
    DynamicImage::ImageRgba8(image).write_to(&mut out, ImageFormat::Png).unwrap();
    let made = make(&out.into_inner()).unwrap();
    assert!(seen(&made.picture.jpeg).pixels().all(|pixel| pixel.0.iter().all(|colour| *colour > 250)));
}

#[test]
fn what_is_no_picture_is_told_apart() {
    let mut heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec();
    heic.resize(4_000, 7);
    for (bytes, fault) in [
        (Vec::new(), PhotoFault::Empty),
        (heic, PhotoFault::Heic),
        (b"%PDF-1.7 something".to_vec(), PhotoFault::NotAPicture),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(), PhotoFault::NotAPicture),
        (b"BM a bitmap".to_vec(), PhotoFault::NotAPicture),
        (b"\xff\xd8\xff".to_vec(), PhotoFault::CutShort),
        (vec![0xff; BYTES_MOST + 1], PhotoFault::TooLarge),
    ] {
        assert_eq!(make(&bytes), Err(fault));
    }
}

#[test]
fn two_things_at_once_are_refused() {
    let archive = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif] {
        let bytes = written(&halves(60, 40), format);
        for tail in [archive.as_slice(), b"<script>alert(1)</script>", b"<?PHP echo 1;", b"%PDF-1.4"] {
            assert_eq!(make(&[&bytes, tail].concat()), Err(PhotoFault::Polyglot), "{format:?}");
        }
    }
    // Phones put a film or a second picture behind a JPEG, and words of XML into it.
    let film = [jpeg(60, 40), b"MotionPhoto_Data\0\0\0\x18ftypmp42".to_vec()].concat();
    assert!(make(&film).is_ok());
    // Behind a PNG there is nothing.
    let png = written(&halves(60, 40), ImageFormat::Png);
    assert_eq!(make(&[&png, b"x".as_slice()].concat()), Err(PhotoFault::Polyglot));
    assert_eq!(make(&[b"GIF", png.as_slice()].concat()), Err(PhotoFault::NotAPicture));
}

#[test]
fn bombs_are_told_by_their_size_before_they_are_opened() {
    // A PNG of a few hundred bytes that says it has four billion points.
    let mut png = written(&halves(2, 2), ImageFormat::Png);
    png[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
    let check = crc(&png[12..29]);
    png[29..33].copy_from_slice(&check.to_be_bytes());
    assert_eq!(make(&png), Err(PhotoFault::TooManyPoints));
    // One whose points are few enough, but eight bytes each.
    png[16..24].copy_from_slice(&[0, 0, 0x1f, 0x40, 0, 0, 0x1f, 0x40]);
    png[24..26].copy_from_slice(&[16, 6]);
    let check = crc(&png[12..29]);
    png[29..33].copy_from_slice(&check.to_be_bytes());
    assert_eq!(make(&png), Err(PhotoFault::TooManyPoints));
    // A GIF and a JPEG that say so.
    let mut gif = written(&halves(2, 2), ImageFormat::Gif);
    gif[6..10].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
    assert_eq!(make(&gif), Err(PhotoFault::TooManyPoints));
    let mut bytes = jpeg(2, 2);
    let frame = bytes.windows(2).position(|mark| mark == [0xff, 0xc0]).unwrap();
    bytes[frame + 5..frame + 9].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
    assert_eq!(make(&bytes), Err(PhotoFault::TooManyPoints));
}

/// The check of a PNG's chunk.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 },
        )
    })
}

#[test]
fn half_a_file_is_told() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let bytes = written(&halves(400, 300), format);
        for share in [3, 5, 9] {
            let part = &bytes[..bytes.len() * share / 10];
            assert_eq!(make(part), Err(PhotoFault::CutShort), "{format:?} {share}");
        }
    }
    let gif = written(&halves(400, 300), ImageFormat::Gif);
    assert!(make(&gif[..gif.len() / 2]).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever bytes are changed: a fault, or a picture within its bounds that is read again.
    #[test]
    fn damaged_files_never_do_harm(
        format in 0usize..4,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        cut in any::<prop::sample::Index>(),
        whole in any::<bool>(),
    ) {
        let format = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif][format];
        let mut bytes = written(&halves(48, 36), format);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if !whole {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(made) = make(&bytes) {
            prop_assert!(made.picture.width <= SIDE && made.picture.height <= SIDE);
            prop_assert_eq!(seen(&made.small.jpeg).dimensions(), (made.small.width, made.small.height));
        }
    }
}
