//! A long text file, read in pieces, says what it says when it is read at once.

use std::io::Cursor;

use encoding_rs::{GB18030, UTF_8};
use exchange::delimited::{Pieces, read};
use exchange::sheet::{Limits, ReadError, Row};
use proptest::prelude::*;

fn pieces(bytes: &[u8], rows: usize) -> Result<Vec<Row>, ReadError> {
    let mut file = Pieces::new(Cursor::new(bytes.to_vec()), rows, Limits::default())?;
    let mut out: Vec<Row> = Vec::new();
    while let Some(piece) = file.next() {
        let piece = piece?;
        let first = out.is_empty();
        file.headings_in(1);
        // Later pieces begin with the headings again.
        out.extend(piece.rows.into_iter().skip(usize::from(!first)));
    }
    Ok(out)
}

fn cell() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "路灯", "x,y", "two\nlines", "say \"so\"", "🚲", "0", "三天不亮，请来看"])
        .prop_map(str::to_owned)
}

proptest! {
    #[test]
    fn pieces_together_are_the_whole(
        body in prop::collection::vec(prop::collection::vec(cell(), 3), 1..40),
        rows in 1usize..9,
        gb in any::<bool>(),
        ended in any::<bool>(),
    ) {
        let mut text = String::from("number,text,more\n");
        for row in &body {
            let cells: Vec<String> = row.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
            text.push_str(&cells.join(","));
            text.push('\n');
        }
        if !ended {
            text.pop();
        }
        let encoding = if gb { GB18030 } else { UTF_8 };
        let (bytes, _, _) = encoding.encode(&text);
        let whole = read(&bytes, &Limits::default()).unwrap();
        prop_assert_eq!(pieces(&bytes, rows).unwrap(), whole.rows);
    }

    #[test]
    fn a_broken_byte_is_named_wherever_it_is(at in 0usize..140_000, byte in 0x80u8..=0xff) {
        let mut bytes = "编号,内容\n".repeat(10_000).into_bytes();
        bytes[at] = byte;
        let limits = Limits::default();
        let held = read(&bytes, &limits);
        let long = pieces(&bytes, 4_000);
        prop_assert_eq!(long.err(), held.err());
    }
}

#[test]
fn how_a_long_file_is_written_is_found_out() {
    let text = "编号;内容\n1;路灯\n2;漏水\n";
    let marked = [b"\xef\xbb\xbf".as_slice(), text.as_bytes()].concat();
    let wide: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    for bytes in [text.as_bytes().to_vec(), marked, wide, GB18030.encode(text).0.into_owned()] {
        let rows = pieces(&bytes, 1).unwrap();
        assert_eq!(rows.len(), 3);
        assert_eq!((rows[2].number, rows[2].cells[1].as_str()), (3, "漏水"));
    }
    assert_eq!(pieces(b"", 5), Err(ReadError::Empty));
    assert_eq!(pieces(b"a,b\x00c", 5), Err(ReadError::Binary));
}

#[test]
fn a_broken_place_is_named_as_in_a_file_that_is_held() {
    let text = "编号,内容\n".repeat(50_000);
    let far = [text.as_bytes(), b"\xff\xff\xff,x\n"].concat();
    assert_eq!(pieces(&far, 1_000), Err(ReadError::Encoding { byte: text.len() + 1, line: 50_001 }));
    // A byte that is missing in the middle makes no file of another encoding.
    let mut fewer = text.clone().into_bytes();
    fewer.remove(14 * 30_000 + 1);
    let error = pieces(&fewer, 1_000).unwrap_err();
    assert_eq!(error, ReadError::Encoding { byte: 14 * 30_000 + 1, line: 30_001 });
    assert_eq!(read(&fewer, &Limits::default()), Err(error.clone()));
    // With a mark, too, and where the file ends within a character.
    let marked = [b"\xef\xbb\xbf".as_slice(), fewer.as_slice()].concat();
    assert_eq!(pieces(&marked, 1_000), Err(ReadError::Encoding { byte: 14 * 30_000 + 4, line: 30_001 }));
    let short = &text.as_bytes()[..text.len() - 2];
    assert_eq!(pieces(short, 1_000), Err(ReadError::Encoding { byte: text.len() - 3, line: 50_000 }));
    // What is neither is told where it is broken, not where it ceases to be UTF-8.
    let mut neither = GB18030.encode(&text).0.into_owned();
    let line = neither.len() / 50_000;
    neither[line * 20_000] = 0xff;
    assert_eq!(pieces(&neither, 1_000), Err(ReadError::Encoding { byte: line * 20_000 + 1, line: 20_001 }));
}

#[test]
fn headings_may_stand_far_below() {
    let mut text = (1..=30).map(|row| format!("note {row}\n")).collect::<String>();
    text.push_str("number,text\n");
    text.extend((32..=200).map(|row| format!("{row},x\n")));
    let mut file = Pieces::new(Cursor::new(text.into_bytes()), 50, Limits::default()).unwrap();
    let mut begin = Vec::new();
    while let Some(piece) = file.next() {
        file.headings_in(31);
        let piece = piece.unwrap();
        begin.push((piece.rows[0].number, piece.rows[1].number));
        if begin.len() > 1 {
            assert_eq!(piece.rows[0].cells, ["number", "text"]);
        }
    }
    assert_eq!(begin, [(1, 2), (31, 51), (31, 101), (31, 151)]);
}
