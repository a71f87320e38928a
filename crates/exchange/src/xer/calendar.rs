//! P6 calendars: nested lists such as `(0||CalendarData()((0||DaysOfWeek()(…))(0||Exceptions()(…))))`.

use timetable::{Calendar, Day, DayHours};

use super::{Row, XerError, day_hours};
use timetable::moment::parse_clock;

/// Deepest nesting read; calendars need five.
const MAX_DEPTH: usize = 16;
/// Day 0 of the numbers in exceptions: 1899-12-30, as in spreadsheets.
const DAY_ZERO: i32 = -25_569;

/// One node of the structure: `(type||name(attributes)(children))`.
#[derive(Debug, Default)]
struct Node<'a> {
    name: &'a str,
    /// `key|value|key|value…`
    attributes: &'a str,
    children: Vec<Node<'a>>,
}

impl Node<'_> {
    fn child(&self, name: &str) -> Option<&Node<'_>> {
        self.children.iter().find(|c| c.name == name)
    }

    fn attribute(&self, key: &str) -> Option<&str> {
        let mut parts = self.attributes.split('|');
        while let (Some(k), Some(value)) = (parts.next(), parts.next()) {
            if k.trim() == key {
                return Some(value.trim());
            }
        }
        None
    }

    /// Working intervals among the children.
    fn hours(&self) -> Result<DayHours, String> {
        let mut spans = Vec::new();
        for child in &self.children {
            let (Some(from), Some(to)) = (child.attribute("s"), child.attribute("f")) else { continue };
            let clock = |text: &str| {
                parse_clock(text).ok_or_else(|| format!("“{text}” is not a time of day; write HH:MM"))
            };
            let (from, to) = (clock(from)?, clock(to)?);
            spans.push((from, if to == 0 { 1440 } else { to }));
        }
        day_hours(&spans).map_err(|e| e.to_string())
    }
}

/// Reads one row of the table CALENDAR.
pub(super) fn read(row: &Row<'_>) -> Result<(i64, Calendar), XerError> {
    let id = row.required_number("clndr_id")?;
    let name = row
        .text("clndr_name")
        .filter(|n| !n.is_empty())
        .map_or_else(|| format!("calendar {id}"), str::to_owned);
    let bad = |reason: String| XerError::Calendar { line: row.line, calendar: name.clone(), reason };
    let Some(data) = row.text("clndr_data").filter(|d| !d.is_empty()) else {
        // Without data P6 works the usual week.
        return Ok((id, Calendar::standard(&name)));
    };
    let root = parse(data).map_err(bad)?;
    let mut calendar = Calendar { name: name.clone(), ..Calendar::default() };
    if let Some(week) = root.child("DaysOfWeek") {
        for day in &week.children {
            // 1 = Sunday.
            let number = day.name.parse::<usize>().ok().filter(|n| (1..=7).contains(n));
            let number =
                number.ok_or_else(|| bad(format!("day of the week “{}”; expected 1 to 7", day.name)))?;
            calendar.week[(number + 5) % 7] = Some(day.hours().map_err(bad)?);
        }
    }
    for exception in root.child("Exceptions").map_or(&[][..], |e| &e.children) {
        let day = exception
            .attribute("d")
            .and_then(|d| d.parse::<i32>().ok())
            .and_then(|d| d.checked_add(DAY_ZERO));
        let day =
            day.ok_or_else(|| bad(format!("an exception without a day: “{}”", exception.attributes)))?;
        calendar.days.insert(Day(day), exception.hours().map_err(bad)?);
    }
    Ok((id, calendar))
}

fn parse(text: &str) -> Result<Node<'_>, String> {
    let start = text.find('(').ok_or("no structure of parentheses")?;
    let (node, _) = node(text, start, 0)?;
    Ok(node)
}

/// The node that begins at the parenthesis at `at`, and where it ends.
fn node(text: &str, at: usize, depth: usize) -> Result<(Node<'_>, usize), String> {
    if depth > MAX_DEPTH {
        return Err(format!("nested more than {MAX_DEPTH} deep"));
    }
    let cut_off = || "the structure ends in the middle".to_owned();
    let bytes = text.as_bytes();
    let head = at + 1;
    let open = text[head..].find('(').map(|p| head + p).ok_or_else(cut_off)?;
    let name = text[head..open].split("||").nth(1).unwrap_or_default().trim();
    let close = text[open..].find(')').map(|p| open + p).ok_or_else(cut_off)?;
    let attributes = &text[open + 1..close];
    let mut children = Vec::new();
    let mut position = close + 1;
    // The list of children, then the end of the node.
    let mut inside = false;
    loop {
        match bytes.get(position) {
            Some(b'(') if !inside => {
                inside = true;
                position += 1;
            }
            Some(b'(') => {
                let (child, end) = node(text, position, depth + 1)?;
                children.push(child);
                position = end;
            }
            Some(b')') if inside => {
                inside = false;
                position += 1;
            }
            Some(b')') => return Ok((Node { name, attributes, children }, position + 1)),
            Some(_) => position += 1,
            None => return Err(cut_off()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_week_and_exceptions() {
        let text = "(0||CalendarData()((0||DaysOfWeek()((0||1()())(0||2()((0||0(s|08:00|f|12:00)())(0||1(s|13:00|f|17:00)())))))\
                    (0||Exceptions()((0||0(d|43650)())(0||1(d|43651)((0||0(s|00:00|f|00:00)())))))))";
        let root = parse(text).unwrap();
        let week = root.child("DaysOfWeek").unwrap();
        assert_eq!(week.children[0].hours(), Ok(DayHours::free()));
        assert_eq!(week.children[1].hours(), Ok(DayHours::office()));
        let exceptions = root.child("Exceptions").unwrap();
        assert_eq!(exceptions.children.len(), 2);
        assert_eq!(Day(43650 + DAY_ZERO).to_string(), "2019-07-04");
        assert_eq!(exceptions.children[1].hours(), Ok(DayHours::whole_day()));
    }

    #[test]
    fn broken_structures_are_refused() {
        for text in ["", "x", "(0||a()", "(0||a(", "(0||a()((0||b()"] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse(&"(0||a()(".repeat(500)).is_err());
    }
}
