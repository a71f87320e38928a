//! Residents' messages as CSV: UTF-8, with a header row, columns in any order.
//!
//! Known columns: `msg_id`, `user`, `title`, `time`, `body`, `label`, `pro_votes`, or `tokens_stopworded`
//! in place of the body (words separated by blanks), or `row` in place of the id. The Chinese headings of
//! hotline exports are understood too. Unknown columns are ignored.

use std::io::Read;

use jiff::civil::{Date, DateTime, Time};
use thiserror::Error;

/// One message as it stands in the file. Columns the file lacks are empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MessageRow {
    pub id: String,
    pub user: String,
    pub title: String,
    /// As written; see [`parse_time`].
    pub time: String,
    pub body: String,
    pub label: String,
    pub supporters: u32,
    /// Line of the file at which the row begins, from 1.
    pub line: u64,
}

/// What is wrong with a file, where, and how to mend it.
#[derive(Debug, Error)]
pub enum MessagesCsvError {
    #[error("the file is empty: give a CSV file with a header row")]
    Empty,
    #[error(
        "the header has no column '{wanted}' (found: {found}): add it or rename the column that holds it"
    )]
    NoColumn { wanted: &'static str, found: String },
    #[error("the header names column '{name}' twice: remove or rename one")]
    TwiceNamed { name: &'static str },
    #[error("line {line}: the text is not UTF-8: save the file as 'CSV UTF-8' and try again")]
    NotUtf8 { line: u64 },
    #[error("line {line}: {problem}")]
    Row { line: u64, problem: String },
    #[error("cannot read: {0}")]
    Read(#[from] std::io::Error),
}

/// The fields of a row and the headings that mean them.
const HEADINGS: [(&str, &[&str]); 7] = [
    ("msg_id", &["msg_id", "row", "id", "留言编号", "工单编号", "诉求编号", "编号"]),
    ("user", &["user", "留言用户", "来电人", "用户", "诉求人"]),
    ("title", &["title", "留言主题", "标题", "主题"]),
    ("time", &["time", "留言时间", "受理时间", "时间"]),
    ("body", &["body", "tokens_stopworded", "留言详情", "主要内容", "内容", "诉求内容"]),
    ("label", &["label", "一级标签", "分类", "标签"]),
    ("pro_votes", &["pro_votes", "点赞数"]),
];

/// Reads rows one after another.
pub struct MessageReader<R> {
    csv: csv::Reader<R>,
    columns: [Option<usize>; HEADINGS.len()],
    record: csv::ByteRecord,
}

impl<R> std::fmt::Debug for MessageReader<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MessageReader").field("columns", &self.columns).finish_non_exhaustive()
    }
}

impl<R: Read> MessageReader<R> {
    /// Reads the header. `needed` names the columns that must be there, of `msg_id`, `user`, `title`,
    /// `time`, `body`, `label`, `pro_votes`.
    pub fn new(input: R, needed: &[&'static str]) -> Result<Self, MessagesCsvError> {
        let mut csv = csv::ReaderBuilder::new().flexible(true).from_reader(input);
        let header = csv.byte_headers().map_err(|error| locate(error, 1))?.clone();
        if header.is_empty() || header.iter().all(<[u8]>::is_empty) {
            return Err(MessagesCsvError::Empty);
        }
        let mut columns = [None; HEADINGS.len()];
        let mut ranks = [None; HEADINGS.len()];
        let mut found = Vec::new();
        for (at, bytes) in header.iter().enumerate() {
            let name = std::str::from_utf8(bytes).map_err(|_| MessagesCsvError::NotUtf8 { line: 1 })?;
            let name = name.trim_start_matches('\u{FEFF}').trim().to_lowercase();
            for (field, (known, names)) in HEADINGS.iter().enumerate() {
                let Some(rank) = names.iter().position(|n| *n == name) else { continue };
                match ranks[field] {
                    Some(taken) if taken == rank => return Err(MessagesCsvError::TwiceNamed { name: known }),
                    // A file may have both a number of its own and the row: the first heading listed counts.
                    Some(taken) if taken < rank => {}
                    _ => (ranks[field], columns[field]) = (Some(rank), Some(at)),
                }
            }
            found.push(name);
        }
        for wanted in needed {
            let field = HEADINGS.iter().position(|(name, _)| name == wanted);
            if field.is_none_or(|field| columns[field].is_none()) {
                return Err(MessagesCsvError::NoColumn { wanted, found: found.join(", ") });
            }
        }
        Ok(Self { csv, columns, record: csv::ByteRecord::new() })
    }

    fn field(&self, field: usize, line: u64) -> Result<String, MessagesCsvError> {
        let bytes = self.columns[field].and_then(|at| self.record.get(at)).unwrap_or_default();
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text.to_owned()),
            Err(_) => Err(MessagesCsvError::NotUtf8 { line }),
        }
    }

    fn row(&self, line: u64) -> Result<MessageRow, MessagesCsvError> {
        let votes = self.field(6, line)?;
        let supporters = match votes.trim() {
            "" => 0,
            number => number.parse().map_err(|_| MessagesCsvError::Row {
                line,
                problem: format!("pro_votes is '{number}', it must be a whole number from 0"),
            })?,
        };
        Ok(MessageRow {
            id: self.field(0, line)?.trim().to_owned(),
            user: self.field(1, line)?.trim().to_owned(),
            title: self.field(2, line)?,
            time: self.field(3, line)?,
            body: self.field(4, line)?,
            label: self.field(5, line)?.trim().to_owned(),
            supporters,
            line,
        })
    }
}

impl<R: Read> Iterator for MessageReader<R> {
    type Item = Result<MessageRow, MessagesCsvError>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = self.csv.position().line();
        match self.csv.read_byte_record(&mut self.record) {
            Ok(false) => None,
            Ok(true) => {
                let line = self.record.position().map_or(line, csv::Position::line);
                Some(self.row(line))
            }
            Err(error) => Some(Err(locate(error, line))),
        }
    }
}

fn locate(error: csv::Error, line: u64) -> MessagesCsvError {
    let line = error.position().map_or(line, csv::Position::line);
    match error.into_kind() {
        csv::ErrorKind::Io(error) => MessagesCsvError::Read(error),
        csv::ErrorKind::Utf8 { .. } => MessagesCsvError::NotUtf8 { line },
        other => MessagesCsvError::Row { line, problem: format!("{other:?}") },
    }
}

/// A moment as residents' files write it: `2020/1/4 11:17:46`, `2017-06-08 17:31`, `2019/8/1`,
/// `2019-08-01T10:00:00`. `None` for anything else.
pub fn parse_time(text: &str) -> Option<DateTime> {
    let text = text.trim();
    let (date, time) = text.split_once([' ', 'T', '\u{3000}']).unwrap_or((text, ""));
    let mut parts = date.split(['/', '-', '.']);
    let year = parts.next()?.parse().ok()?;
    let month = parts.next()?.parse().ok()?;
    let day = parts.next()?.parse().ok()?;
    if parts.next().is_some() {
        return None;
    }
    let date = Date::new(year, month, day).ok()?;
    let time = time.trim();
    if time.is_empty() {
        return Some(date.to_datetime(Time::midnight()));
    }
    let mut parts = time.split(':');
    let hour = parts.next()?.parse().ok()?;
    let minute = parts.next()?.parse().ok()?;
    let second = match parts.next() {
        None => 0,
        Some(second) => second.split('.').next()?.parse().ok()?,
    };
    if parts.next().is_some() {
        return None;
    }
    Some(date.to_datetime(Time::new(hour, minute, second, 0).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_columns_in_any_order_with_byte_order_mark_and_quoted_line_breaks() {
        let text = "\u{FEFF}label,body,msg_id,pro_votes\n交通运输,\"路灯不亮,\n很黑\",7,3\n";
        let rows: Vec<_> =
            MessageReader::new(text.as_bytes(), &["msg_id", "body"]).unwrap().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].id, "7");
        assert_eq!(rows[0].body, "路灯不亮,\n很黑");
        assert_eq!(rows[0].label, "交通运输");
        assert_eq!(rows[0].supporters, 3);
        assert_eq!(rows[0].line, 2);
    }

    #[test]
    fn names_the_missing_column_and_what_was_found() {
        let error = MessageReader::new("a,b\n1,2\n".as_bytes(), &["body"]).unwrap_err().to_string();
        assert!(error.contains("'body'") && error.contains("a, b"), "{error}");
    }

    #[test]
    fn names_the_line_that_is_not_utf8() {
        let mut bytes = b"msg_id,body\n1,ok\n2,".to_vec();
        bytes.extend_from_slice(&[0xC4, 0xE3, 0xBA, 0xC3, b'\n']);
        let error = MessageReader::new(bytes.as_slice(), &["body"])
            .unwrap()
            .find_map(Result::err)
            .map(|e| e.to_string())
            .unwrap();
        assert!(error.contains("line 3"), "{error}");
    }

    #[test]
    fn names_the_line_of_a_bad_number() {
        let text = "body,pro_votes\nx,1\ny,many\n";
        let error = MessageReader::new(text.as_bytes(), &["body"]).unwrap().find_map(Result::err).unwrap();
        assert_eq!(error.to_string(), "line 3: pro_votes is 'many', it must be a whole number from 0");
    }

    #[test]
    fn short_rows_have_empty_fields() {
        let rows: Vec<_> =
            MessageReader::new("body,title\nx\n".as_bytes(), &[]).unwrap().map(Result::unwrap).collect();
        assert_eq!((rows[0].body.as_str(), rows[0].title.as_str()), ("x", ""));
    }

    #[test]
    fn of_two_headings_for_one_thing_the_first_listed_counts() {
        let text = "row,msg_id,body\n1,m7,x\n";
        let rows: Vec<_> =
            MessageReader::new(text.as_bytes(), &["msg_id"]).unwrap().map(Result::unwrap).collect();
        assert_eq!(rows[0].id, "m7");
    }

    #[test]
    fn an_empty_file_and_a_doubled_heading_are_refused() {
        assert!(matches!(MessageReader::new(&b""[..], &[]), Err(MessagesCsvError::Empty)));
        let twice = MessageReader::new("body,body\n".as_bytes(), &[]).unwrap_err();
        assert!(twice.to_string().contains("twice"));
    }

    #[test]
    fn times_as_residents_files_write_them() {
        let wanted = "2020-01-04T11:17:46".parse::<DateTime>().ok();
        assert_eq!(parse_time("2020/1/4 11:17:46"), wanted);
        assert_eq!(parse_time(" 2020-01-04T11:17:46.5 "), wanted);
        assert_eq!(parse_time("2020/1/4"), "2020-01-04T00:00:00".parse().ok());
        for bad in ["", "2020/13/1", "昨天", "2020/1/4 25:00", "2020/1", "1/2/3/4", "2020/1/4 1:2:3:4"] {
            assert_eq!(parse_time(bad), None, "{bad}");
        }
    }
}
