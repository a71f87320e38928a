//! Calendars in iCalendar (RFC 5545), as calendar programs subscribe to them.

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Timestamp, ToSpan};

/// The longest a line may be, in bytes without its end.
const LINE_MOST: usize = 75;
const ZONE: &str = "Asia/Shanghai";

/// A calendar with its entries.
#[derive(Debug, Clone, PartialEq)]
pub struct Calendar {
    pub name: String,
    /// The site's host: it makes the entries' identities unique in the world.
    pub host: String,
    /// When the calendar was made.
    pub made: Timestamp,
    pub entries: Vec<Entry>,
}

/// Something in a calendar.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The same for the same thing, whatever changes about it.
    pub id: String,
    /// Grows with every change; the version of what it stands for does.
    pub sequence: u64,
    /// When it was last changed.
    pub changed: Timestamp,
    pub title: String,
    pub details: String,
    pub place: String,
    pub link: String,
    pub time: Time,
    pub cancelled: bool,
    /// So long before it begins the reader is reminded.
    pub reminders: Vec<SignedDuration>,
}

/// When something is, by the clocks of Beijing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Time {
    /// A deadline, or another whole day.
    Day(Date),
    /// From one day to another, both included.
    Days(Date, Date),
    Hours(DateTime, DateTime),
}

/// Writes a calendar; the entries stand in the order given.
pub fn write(calendar: &Calendar) -> String {
    let mut out = Lines(String::new());
    out.plain("BEGIN:VCALENDAR");
    out.plain("VERSION:2.0");
    out.plain("PRODID:-//Huitian//Huitian//ZH");
    out.plain("CALSCALE:GREGORIAN");
    out.plain("METHOD:PUBLISH");
    out.text("X-WR-CALNAME", &calendar.name);
    out.plain(&format!("X-WR-TIMEZONE:{ZONE}"));
    out.plain("REFRESH-INTERVAL;VALUE=DURATION:PT1H");
    zone(&mut out);
    for entry in &calendar.entries {
        event(&mut out, entry, calendar);
    }
    out.plain("END:VCALENDAR");
    out.0
}

/// Beijing's clocks have not been moved since 1991.
fn zone(out: &mut Lines) {
    for line in [
        "BEGIN:VTIMEZONE",
        "TZID:Asia/Shanghai",
        "BEGIN:STANDARD",
        "DTSTART:19910915T010000",
        "TZOFFSETFROM:+0800",
        "TZOFFSETTO:+0800",
        "TZNAME:CST",
        "END:STANDARD",
        "END:VTIMEZONE",
    ] {
        out.plain(line);
    }
}

fn event(out: &mut Lines, entry: &Entry, calendar: &Calendar) {
    out.plain("BEGIN:VEVENT");
    out.text("UID", &format!("{}@{}", entry.id, calendar.host));
    out.plain(&format!("DTSTAMP:{}", utc(calendar.made)));
    out.plain(&format!("LAST-MODIFIED:{}", utc(entry.changed)));
    out.plain(&format!("SEQUENCE:{}", entry.sequence));
    match entry.time {
        Time::Day(day) => days(out, day, day),
        Time::Days(first, last) => days(out, first, last.max(first)),
        Time::Hours(begin, end) => {
            out.plain(&format!("DTSTART;TZID={ZONE}:{}", begin.strftime("%Y%m%dT%H%M%S")));
            out.plain(&format!("DTEND;TZID={ZONE}:{}", end.max(begin).strftime("%Y%m%dT%H%M%S")));
        }
    }
    out.text("SUMMARY", &entry.title);
    for (name, value) in [("DESCRIPTION", &entry.details), ("LOCATION", &entry.place)] {
        if !value.is_empty() {
            out.text(name, value);
        }
    }
    if !entry.link.is_empty() {
        // An address is no text: nothing in it is escaped, and no line break may be in it.
        out.plain(&format!("URL:{}", entry.link.replace(|c: char| c.is_control() || c == ' ', "")));
    }
    out.plain(if entry.cancelled { "STATUS:CANCELLED" } else { "STATUS:CONFIRMED" });
    // A deadline takes nobody's time.
    let free = entry.cancelled || !matches!(entry.time, Time::Hours(..));
    out.plain(if free { "TRANSP:TRANSPARENT" } else { "TRANSP:OPAQUE" });
    for before in entry.reminders.iter().filter(|_| !entry.cancelled) {
        out.plain("BEGIN:VALARM");
        out.plain("ACTION:DISPLAY");
        out.plain(&format!("TRIGGER:-PT{}M", before.as_mins().max(0)));
        out.text("DESCRIPTION", &entry.title);
        out.plain("END:VALARM");
    }
    out.plain("END:VEVENT");
}

/// Whole days; the end is the first day that no longer belongs to it.
fn days(out: &mut Lines, first: Date, last: Date) {
    out.plain(&format!("DTSTART;VALUE=DATE:{}", first.strftime("%Y%m%d")));
    if let Ok(after) = last.checked_add(1.day()) {
        out.plain(&format!("DTEND;VALUE=DATE:{}", after.strftime("%Y%m%d")));
    }
}

fn utc(moment: Timestamp) -> String {
    moment.strftime("%Y%m%dT%H%M%SZ").to_string()
}

struct Lines(String);

impl Lines {
    /// A property whose value is a text.
    fn text(&mut self, name: &str, value: &str) {
        let mut line = format!("{name}:");
        let mut characters = value.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '\\' | ';' | ',' => line.extend(['\\', character]),
                '\r' if characters.peek() == Some(&'\n') => {}
                '\r' | '\n' => line.push_str("\\n"),
                '\t' => line.push(' '),
                character if character.is_control() => {}
                character => line.push(character),
            }
        }
        self.plain(&line);
    }

    /// A line, folded so that no part is too long and no character is torn.
    fn plain(&mut self, line: &str) {
        let mut length = 0;
        for character in line.chars() {
            if length + character.len_utf8() > LINE_MOST {
                self.0.push_str("\r\n ");
                length = 1;
            }
            length += character.len_utf8();
            self.0.push(character);
        }
        self.0.push_str("\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(super) fn unfolded(text: &str) -> String {
        text.replace("\r\n ", "")
    }

    fn entry(title: &str, time: Time) -> Entry {
        Entry {
            id: "item-1".into(),
            sequence: 3,
            changed: Timestamp::UNIX_EPOCH,
            title: title.into(),
            details: String::new(),
            place: String::new(),
            link: String::new(),
            time,
            cancelled: false,
            reminders: vec![],
        }
    }

    fn written(entry: Entry) -> String {
        let made = Timestamp::UNIX_EPOCH;
        write(&Calendar { name: "回天".into(), host: "h".into(), made, entries: vec![entry] })
    }

    #[test]
    fn a_day_ends_where_the_next_begins() {
        let text = written(entry("a", Time::Day(jiff::civil::date(2019, 12, 31))));
        assert!(text.contains("DTSTART;VALUE=DATE:20191231\r\nDTEND;VALUE=DATE:20200101\r\n"));
        assert!(text.contains("UID:item-1@h\r\n") && text.contains("SEQUENCE:3\r\n"));
    }

    #[test]
    fn nothing_written_into_a_text_becomes_a_property() {
        let mut bad = entry("a\r\nATTENDEE:b;c,d\\e\nf", Time::Day(jiff::civil::date(2019, 1, 1)));
        bad.link = "https://s/\r\nATTENDEE:x".into();
        let text = unfolded(&written(bad));
        assert!(text.contains("SUMMARY:a\\nATTENDEE:b\\;c\\,d\\\\e\\nf\r\n"), "{text}");
        assert!(!text.contains("\nATTENDEE"));
    }

    proptest! {
        #[test]
        fn lines_are_short_and_characters_whole(title in "\\PC{0,200}|(回|天|😀|a){0,120}") {
            let text = written(entry(&title, Time::Day(jiff::civil::date(2019, 1, 1))));
            for line in text.split_terminator("\r\n") {
                prop_assert!(line.len() <= LINE_MOST && !line.contains(['\r', '\n']));
            }
            let plain = written(entry("x", Time::Day(jiff::civil::date(2019, 1, 1))));
            let folded = unfolded(&text).lines().count();
            prop_assert_eq!(folded, unfolded(&plain).lines().count());
        }
    }
}
