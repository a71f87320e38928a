//! The part `.dbf`: the fields of each record, as texts.

use encoding_rs::{BIG5, Encoding, GB18030, UTF_8};
use serde_json::{Map, Value};

use super::{ShapefileError, broken};
use crate::encoding::is_plainly_utf8;
use crate::sheet::Limits;

const PART: &str = ".dbf";
const HEAD: usize = 32;

struct Field {
    name: String,
    kind: u8,
    from: usize,
    length: usize,
}

/// The properties of each record; nothing for one that was deleted.
pub(super) fn read(
    bytes: &[u8],
    cpg: Option<&[u8]>,
    limits: &Limits,
) -> Result<Vec<Option<Map<String, Value>>>, ShapefileError> {
    let cut = || broken(PART, "it is cut short");
    let head = bytes.get(..HEAD).ok_or_else(cut)?;
    let two = |at: usize| usize::from(u16::from_le_bytes([head[at], head[at + 1]]));
    let count = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
    let (begin, length) = (two(8), two(10));
    if count > limits.rows {
        return Err(ShapefileError::TooManyRows { max: limits.rows });
    }
    let described = bytes.get(HEAD..begin).ok_or_else(cut)?;
    let rows = bytes.get(begin..).ok_or_else(cut)?;
    if length == 0 || count.checked_mul(length).is_none_or(|size| size > rows.len()) {
        return Err(cut());
    }
    let rows: Vec<&[u8]> = rows.chunks_exact(length).take(count).collect();
    let encoding = encoding(cpg, head[29], &rows, described)?;
    let fields = fields(described, length, encoding, limits)?;
    rows.iter()
        .zip(1..)
        .map(|(row, record)| {
            if row[0] == b'*' {
                return Ok(None);
            }
            let properties = fields.iter().map(|field| {
                let own = &row[field.from..field.from + field.length];
                let text = value(field.kind, own, encoding).ok_or(ShapefileError::Encoding { record })?;
                Ok((field.name.clone(), if text.is_empty() { Value::Null } else { Value::String(text) }))
            });
            properties.collect::<Result<Map<_, _>, _>>().map(Some)
        })
        .collect()
}

/// The bytes of a field's name in its description.
fn name_of(described: &[u8]) -> &[u8] {
    described.get(..11).unwrap_or_default().split(|byte| *byte == 0).next().unwrap_or_default()
}

/// How texts are written: as the part `.cpg` says, else as the table's own mark, else as they look.
fn encoding(
    cpg: Option<&[u8]>,
    mark: u8,
    rows: &[&[u8]],
    described: &[u8],
) -> Result<&'static Encoding, ShapefileError> {
    if let Some(said) = cpg {
        let said = String::from_utf8_lossy(said);
        let said = said.trim_start_matches('\u{feff}').trim();
        let plain = said.to_ascii_lowercase().replace(['-', '_', ' '], "");
        let plain = plain.trim_start_matches("ansi").trim_start_matches("cp").trim_start_matches("oem");
        return match plain {
            "utf8" | "65001" => Ok(UTF_8),
            "936" | "gbk" | "gb2312" | "gb18030" | "54936" | "eucn" | "euccn" => Ok(GB18030),
            "950" | "big5" => Ok(BIG5),
            // A bare number names a page of Windows, or of ISO 8859.
            other => Encoding::for_label(said.as_bytes())
                .or_else(|| Encoding::for_label(format!("windows-{other}").as_bytes()))
                .or_else(|| {
                    Encoding::for_label(format!("iso-8859-{}", other.trim_start_matches("8859")).as_bytes())
                })
                .ok_or_else(|| ShapefileError::UnknownEncoding { name: said.chars().take(40).collect() }),
        };
    }
    Ok(match mark {
        0x4d | 0x7a => GB18030,
        0x4f | 0x78 => BIG5,
        _ if is_plainly_utf8(pieces(rows, described)) => UTF_8,
        // It holds GBK and GB 2312; what is written in neither is in plain letters, which it holds as well.
        _ => GB18030,
    })
}

/// The fields of each record, and their names, one by one: each ends where its room ends.
fn pieces<'a>(rows: &'a [&'a [u8]], described: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    let described = move || described.chunks_exact(32).take_while(|own| own[0] != 0x0d);
    let widths: Vec<usize> = described().map(|own| usize::from(own[16])).collect();
    let of_row = move |row: &&'a [u8]| {
        let mut rest = row.get(1..).unwrap_or_default();
        let own: Vec<&'a [u8]> = widths
            .iter()
            .map(|width| {
                let (own, behind) = rest.split_at(rest.len().min(*width));
                rest = behind;
                own
            })
            .collect();
        own
    };
    rows.iter().flat_map(of_row).chain(described().map(name_of))
}

fn fields(
    described: &[u8],
    length: usize,
    encoding: &'static Encoding,
    limits: &Limits,
) -> Result<Vec<Field>, ShapefileError> {
    // The first byte of a record tells whether it was deleted.
    let mut from = 1usize;
    let mut out: Vec<Field> = Vec::new();
    for own in described.chunks_exact(32).take_while(|own| own[0] != 0x0d) {
        if out.len() + 3 > limits.columns {
            return Err(ShapefileError::TooManyColumns { max: limits.columns });
        }
        let name =
            text(name_of(own), encoding).ok_or_else(|| broken(PART, "the name of a field cannot be read"))?;
        let field = Field { name, kind: own[11], from, length: usize::from(own[16]) };
        from += field.length;
        if from > length {
            return Err(broken(PART, format!("the field {} is longer than its record", field.name)));
        }
        if field.name.is_empty() || out.iter().any(|held| held.name == field.name) {
            return Err(broken(PART, format!("two fields are called '{}', or one has no name", field.name)));
        }
        out.push(field);
    }
    Ok(out)
}

/// A text without the blanks that fill its field. A character that the end of the field cut through is left out.
fn text(bytes: &[u8], encoding: &'static Encoding) -> Option<String> {
    let end = bytes.iter().rposition(|byte| !matches!(byte, 0 | b' ')).map_or(0, |at| at + 1);
    let own = &bytes[..end];
    let read = |own: &[u8]| {
        let text = encoding.decode_without_bom_handling_and_without_replacement(own)?;
        Some(text.trim().to_owned())
    };
    (0..=3usize.min(own.len())).find_map(|cut| {
        // Only what fills its field can have been cut.
        if cut > 0 && end < bytes.len() { None } else { read(&own[..own.len() - cut]) }
    })
}

/// A decimal number without an exponent and without zeros that say nothing, as other programs do not write it:
/// `9.00000000000e+001` is 90. Nothing where there is nothing to change, or where it is no number.
fn shortest(text: &str) -> Option<String> {
    /// More than any measure has.
    const EXPONENT_MOST: i32 = 40;
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.parse::<i32>().ok()?)),
        None => (rest, None),
    };
    if exponent.is_none() && !mantissa.contains('.') {
        return None;
    }
    let exponent = exponent.unwrap_or(0);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut digits = format!("{whole}{fraction}");
    if digits.is_empty()
        || !digits.bytes().all(|byte| byte.is_ascii_digit())
        || !(-EXPONENT_MOST..=EXPONENT_MOST).contains(&exponent)
    {
        return None;
    }
    // Zeros on either side, until the point lies among the digits.
    let shift = exponent.unsigned_abs() as usize;
    let point = if exponent < 0 {
        digits.insert_str(0, &"0".repeat(shift));
        whole.len()
    } else {
        digits.push_str(&"0".repeat(shift));
        whole.len() + shift
    };
    let (whole, fraction) = digits.split_at_checked(point)?;
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    let sign = if whole == "0" && fraction.is_empty() { "" } else { sign };
    let dot = if fraction.is_empty() { "" } else { "." };
    Some(format!("{sign}{whole}{dot}{fraction}"))
}

fn value(kind: u8, own: &[u8], encoding: &'static Encoding) -> Option<String> {
    let plain = || String::from_utf8_lossy(own).trim_matches(['\0', ' ']).to_owned();
    Some(match kind {
        b'C' => text(own, encoding)?,
        b'N' | b'F' => {
            let number = plain();
            shortest(&number).unwrap_or(number)
        }
        b'D' => {
            let day = plain();
            match day.len() == 8 && day.bytes().all(|byte| byte.is_ascii_digit()) {
                true if day == "00000000" => String::new(),
                true => format!("{}-{}-{}", &day[..4], &day[4..6], &day[6..]),
                false => day,
            }
        }
        b'L' => match own.first() {
            Some(b'T' | b't' | b'Y' | b'y') => "true".to_owned(),
            Some(b'F' | b'f' | b'N' | b'n') => "false".to_owned(),
            _ => String::new(),
        },
        b'I' | b'+' if own.len() == 4 => i32::from_le_bytes([own[0], own[1], own[2], own[3]]).to_string(),
        // Memos and times of other programs: nothing that is imported has one.
        _ => String::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_however_they_are_written() {
        let read = |text: &str| value(b'F', text.as_bytes(), UTF_8).unwrap();
        for (written, number) in [
            (" 9.00000000000e+001", "90"),
            ("1234.00000000000", "1234"),
            ("1.16336200000e+002", "116.3362"),
            ("-2.50000000000e-003", "-0.0025"),
            ("12.50", "12.5"),
            ("+.5", "0.5"),
            ("-0.000", "0"),
            ("1E3", "1000"),
            // As they are: nothing in them says too much, or they are no numbers.
            ("90", "90"),
            ("0110", "0110"),
            ("", ""),
            ("*****", "*****"),
            ("1.2.3", "1.2.3"),
            ("1e999", "1e999"),
            (".", "."),
        ] {
            assert_eq!(read(written), number, "{written}");
        }
    }

    #[test]
    fn a_character_that_its_field_cuts_through_does_not_make_a_table_less_utf8() {
        // Two fields of four bytes: a whole character and the beginning of the next one.
        let mut described = [0u8; 64];
        (described[16], described[48]) = (4, 4);
        let name = &"回天".as_bytes()[..4];
        let row = [b" ".as_slice(), name, name].concat();
        assert!(std::ptr::eq(encoding(None, 0, &[&row], &described).unwrap(), UTF_8));
        let (gbk, ..) = GB18030.encode("回天");
        let row = [b" ".as_slice(), &gbk, &gbk].concat();
        assert!(std::ptr::eq(encoding(None, 0, &[&row], &described).unwrap(), GB18030));
    }
}
