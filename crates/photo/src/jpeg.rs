//! Where a JPEG ends. Its reader fills up with grey what is missing: whoever sent half a picture would not be told.

use crate::PhotoFault;

/// The place behind the picture's end mark, found by walking its parts.
pub(crate) fn end(bytes: &[u8]) -> Result<usize, PhotoFault> {
    let mut at = 2;
    loop {
        // Any number of bytes FF may stand before a mark.
        let mark = loop {
            match bytes.get(at) {
                Some(0xff) => at += 1,
                Some(mark) => break *mark,
                None => return Err(PhotoFault::CutShort),
            }
        };
        if bytes[at - 1] != 0xff {
            return Err(PhotoFault::Damaged);
        }
        at += 1;
        match mark {
            0xd9 => return Ok(at),
            // Marks that stand alone.
            0x01 | 0xd0..=0xd8 => continue,
            _ => {}
        }
        let length = bytes.get(at..at + 2).ok_or(PhotoFault::CutShort)?;
        let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
        if length < 2 {
            return Err(PhotoFault::Damaged);
        }
        at += length;
        if mark == 0xda {
            at = scan_end(bytes, at)?;
        }
    }
}

/// The next mark behind packed points: in them FF is followed by 00, or by a mark to start afresh from.
fn scan_end(bytes: &[u8], from: usize) -> Result<usize, PhotoFault> {
    let mut at = from;
    while let Some(found) = bytes.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == 0xff)) {
        at += found;
        match bytes.get(at + 1) {
            Some(0x00 | 0xd0..=0xd7) => at += 2,
            Some(0xff) => at += 1,
            Some(_) => return Ok(at),
            None => break,
        }
    }
    Err(PhotoFault::CutShort)
}
