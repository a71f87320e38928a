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
    // A broken place far behind the beginning stops the reading there, and says where.
    let mut broken = "编号,内容\n".repeat(50_000).into_bytes();
    broken.extend_from_slice(b"\xff\xff\xff,x\n");
    let error = pieces(&broken, 1_000).unwrap_err();
    assert!(matches!(error, ReadError::Encoding { line, .. } if line > 1), "{error:?}");
}
