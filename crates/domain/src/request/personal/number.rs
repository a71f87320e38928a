//! Numbers by which somebody is reached or known, as people write them: in groups, behind a word, beside a date.

use super::{Found, PersonalKind, Scan, is_word};

/// More digits than any such number has.
const DIGITS: usize = 24;
/// A group of fewer digits that stands beside others is a day, a house or a price as likely as a part of a number.
const GROUP: usize = 3;

/// Digits with one blank, hyphen or dot between some of them.
struct Digits {
    held: [u8; DIGITS],
    /// Of each group: how many digits there are up to its end, and where that is.
    groups: [(usize, usize); DIGITS],
    count: usize,
}

impl Digits {
    /// Those of the first groups, and where they end.
    fn first(&self, count: usize) -> (&[u8], usize) {
        let (len, end) = self.groups[count - 1];
        (&self.held[..len], end)
    }

    /// Whether the first groups can be parts of one number: what stands before it for the country may be short.
    fn are_parts(&self, count: usize) -> bool {
        let mut before = 0;
        self.groups[..count].iter().enumerate().all(|(at, (len, _))| {
            let group = &self.held[before..*len];
            before = *len;
            group.len() >= GROUP || count == 1 || at == 0 && (group == b"86" || group == b"0")
        })
    }

    /// `010-62345678`, `0431 8888 8888`, `01062345678`.
    fn is_landline(&self, count: usize) -> bool {
        let (digits, _) = self.first(count);
        let area = self.groups[0].0;
        let own = digits.len() - area;
        digits[0] == b'0'
            && match (count, area, digits.get(1)) {
                (1, 10..=12, _) => true,
                (2.., 3, Some(b'1'..=b'2')) | (2.., 4, Some(b'3'..=b'9')) => (7..=8).contains(&own),
                _ => false,
            }
    }
}

fn is_mobile(digits: &[u8]) -> bool {
    matches!(digits, [b'1', b'3'..=b'9', ..]) && digits.len() == 11
}

/// A mobile, be it with what is dialled before it.
fn is_dialled_mobile(digits: &[u8]) -> bool {
    is_mobile(digits)
        || ["0086", "86", "0"].iter().any(|code| digits.strip_prefix(code.as_bytes()).is_some_and(is_mobile))
}

impl Scan {
    fn digits(&self, from: usize) -> Digits {
        let mut out = Digits { held: [0; DIGITS], groups: [(0, 0); DIGITS], count: 0 };
        let (mut at, mut len) = (from, 0);
        while self.c(at).is_ascii_digit() {
            while self.c(at).is_ascii_digit() || matches!(self.c(at), 'x' | 'X') && len == 17 {
                let Some(place) = out.held.get_mut(len) else { return out };
                *place = self.c(at) as u8;
                len += 1;
                at += 1;
            }
            out.groups[out.count] = (len, at);
            out.count += 1;
            if !matches!(self.c(at), '-' | ' ' | '.') {
                break;
            }
            at += 1;
        }
        out
    }

    /// A number that begins here: all that is written in a row, else as many of its groups as make one.
    pub(super) fn number(&self, from: usize) -> Option<Found> {
        let plus = self.c(from) == '+';
        let digits = self.digits(from + usize::from(plus));
        let counts = (1..=digits.count).rev();
        let found = counts.clone().find_map(|count| {
            let (_, end) = digits.first(count);
            Some((end, self.kind(&digits, count, from)?))
        });
        let abroad = || {
            let (all, end) = counts.map(|count| digits.first(count)).find(|(all, _)| all.len() <= 15)?;
            (plus && all.len() >= 8 && !is_word(self.c(end))).then_some((end, PersonalKind::Phone))
        };
        let (mut end, kind) = found.or_else(abroad)?;
        // Another one may begin within what looks like one.
        for (_, ends) in &digits.groups[..digits.count] {
            if *ends < end {
                end = end.max(self.mobile(*ends + 1).unwrap_or(end));
            }
        }
        Some((from, end, kind))
    }

    /// Where a mobile ends that begins here, alone or in groups.
    pub(super) fn mobile(&self, from: usize) -> Option<usize> {
        let digits = self.digits(from);
        let of =
            (1..=digits.count).find(|count| is_mobile(digits.first(*count).0) && digits.are_parts(*count));
        of.map(|count| digits.first(count).1)
    }

    /// What the first groups are.
    fn kind(&self, digits: &Digits, count: usize, from: usize) -> Option<PersonalKind> {
        let (all, end) = digits.first(count);
        let (whole, parts) = (count == digits.count, digits.are_parts(count));
        if !whole && !parts {
            return None;
        }
        if is_dialled_mobile(all) {
            return Some(PersonalKind::Phone);
        }
        // Letters beside other digits make them the number of a thing.
        let named = is_word(self.before(from)) && self.c(from) != '+' && !self.called_phone(from);
        if named || is_word(self.c(end)) {
            return None;
        }
        let text = std::str::from_utf8(all).ok()?;
        Some(match all.len() {
            _ if digits.is_landline(count) => PersonalKind::Phone,
            13..=15 if all.starts_with(b"0086") => PersonalKind::Phone,
            18 if is_birth(&text[6..14]) => PersonalKind::IdNumber,
            15 if is_birth(&format!("19{}", &text[6..12])) => PersonalKind::IdNumber,
            16..=19 if parts && luhn(all) => PersonalKind::Card,
            // A city's own number, where it is called one.
            7 | 8 if parts && self.called_phone(from) => PersonalKind::Phone,
            _ => return None,
        })
    }

    /// `(010)62345678`.
    pub(super) fn bracketed(&self, from: usize) -> Option<Found> {
        let area = self.run(from + 1);
        let close = from + 1 + area;
        if self.c(from + 1) != '0' || !(3..=4).contains(&area) || self.c(close) != ')' {
            return None;
        }
        let apart = usize::from(matches!(self.c(close + 1), ' ' | '-'));
        let digits = self.digits(close + 1 + apart);
        let own = |count: &usize| (7..=8).contains(&digits.first(*count).0.len()) && digits.are_parts(*count);
        let count = (1..=digits.count).rev().find(own)?;
        Some((from, digits.first(count).1, PersonalKind::Phone))
    }

    fn called_phone(&self, at: usize) -> bool {
        let before: String = (at.saturating_sub(8)..at).map(|at| self.c(at).to_ascii_lowercase()).collect();
        ["电话", "座机", "手机", "tel", "phone", "call "].iter().any(|word| before.contains(word))
    }
}

/// `19800131`: a day somebody may have been born on.
fn is_birth(text: &str) -> bool {
    let number = |range: std::ops::Range<usize>| text.get(range).and_then(|part| part.parse::<u32>().ok());
    matches!(number(0..4), Some(1900..=2099))
        && matches!(number(4..6), Some(1..=12))
        && matches!(number(6..8), Some(1..=31))
}

fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| {
            let value = u32::from(digit.wrapping_sub(b'0'));
            if at.is_multiple_of(2) { value } else { value * 2 / 10 + value * 2 % 10 }
        })
        .sum();
    digits.iter().all(u8::is_ascii_digit) && sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::super::mask;
    use proptest::prelude::*;

    #[test]
    fn a_number_is_found_whatever_stands_beside_it() {
        for (text, masked) in [
            ("13812345678 3号楼门口", "*** 3号楼门口"),
            ("13812345678 2019年8月", "*** 2019年8月"),
            ("2019.8 13812345678", "2019.8 ***"),
            ("138-1234-5678 3号楼", "*** 3号楼"),
            ("3-2-138-1234-5678", "3-2-***"),
            ("010-62345678-801", "***-801"),
            ("010-62345678 3号楼", "*** 3号楼"),
            ("110105194912310021 2019年", "*** 2019年"),
            ("TEL13812345678", "TEL***"),
            ("phone13812345678", "phone***"),
            ("TEL010-62345678", "TEL***"),
            ("加V13812345678", "加V***"),
            ("13812345678QQ同号", "***QQ同号"),
            ("008613812345678", "***"),
            ("0086-10-62345678", "***"),
            ("+8613812345678 3号楼", "*** 3号楼"),
            ("+1 212 555 1234", "***"),
            ("联系（010）62345678", "联系***"),
            ("(0431) 8888-8888", "***"),
            ("电话62345678 3号楼", "电话*** 3号楼"),
            ("邮箱123456789@qq.com", "邮箱***"),
            ("0311 138 1234 5678", "***"),
        ] {
            assert_eq!(mask(text), masked, "{text}");
        }
    }

    #[test]
    fn other_numbers_stay() {
        for text in [
            "工单GD20190814000123",
            "工单20190814-000123 3号楼",
            "电话2019-08-14打不通",
            "2019-08-14 10-20-30",
            "2019-08-14 2019-08-15",
            "物业费2019年1380.50元",
            "1 3 5 7 9 11 13 15 17 19号楼",
            "（2019）第138号",
            "投资1.38亿元，面积13800.5平方米",
            "n-3f20190814000123ab",
        ] {
            assert_eq!(mask(text), text);
        }
    }

    proptest! {
        #[test]
        fn mobile_numbers_are_always_found(
            (head, middle, tail) in ("1[3-9][0-9]", "[0-9]{4}", "[0-9]{4}"),
            between in "[-. ]?",
            before in "[a-zA-Z_]{0,4}|[0-9]{1,6}[-. ]|[，。 路（]",
            after in "[a-zA-Z_]{0,4}|[-. ][0-9]{1,6}|[，。 路）]",
        ) {
            let number = format!("{head}{between}{middle}{between}{tail}");
            let masked = mask(&format!("{before}{number}{after}"));
            prop_assert!(!masked.contains(&format!("{middle}{between}{tail}")), "{}", masked);
        }
    }
}
