//! What in a text tells who somebody is, and the text without it.
//!
//! Found are telephone and identity numbers, bank cards, e-mail addresses, account names, number plates,
//! flats and rooms, and names where the words around them say that they are names. A name without such
//! words is not found: that is why texts are also looked at by a person before everybody may read them.

use std::ops::Range;
use std::sync::LazyLock;

mod number;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PersonalKind {
    Phone,
    IdNumber,
    Card,
    Email,
    Account,
    Plate,
    Home,
    Name,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Personal {
    pub kind: PersonalKind,
    pub range: Range<usize>,
}

/// What stands where something personal stood.
pub(super) const MASK: &str = "***";

/// The text with everything personal replaced. Masking what is masked changes nothing.
pub fn mask(text: &str) -> String {
    let mut text = text.to_owned();
    // What stood before and behind something masked may tell more once it stands together.
    while let Some(fewer) = masked_once(&text) {
        text = fewer;
    }
    text
}

/// `None` when nothing personal was found.
fn masked_once(text: &str) -> Option<String> {
    let found = find(text);
    if found.is_empty() {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for personal in found {
        out.push_str(&text[at..personal.range.start]);
        out.push_str(MASK);
        at = personal.range.end;
    }
    out.push_str(&text[at..]);
    Some(out)
}

/// Everything personal in a text, in order, without overlaps.
pub fn find(text: &str) -> Vec<Personal> {
    let mut chars: Vec<(usize, char)> = Vec::with_capacity(text.len());
    chars.extend(text.char_indices().map(|(at, c)| (at, fold(c))));
    let scan = Scan { chars, end: text.len() };
    let mut out: Vec<(usize, usize, PersonalKind)> = Vec::new();
    let mut at = 0;
    while at < scan.chars.len() {
        // Most characters of a text lead to nothing, which one look tells.
        if !may_begin(scan.c(at)) {
            at += 1;
            continue;
        }
        match scan.at(at) {
            Some((from, to, kind)) if to > from => {
                // A name is found behind the words that lead to it.
                out.push((from, to, kind));
                at = to;
            }
            _ => at += 1,
        }
    }
    out.into_iter().map(|(from, to, kind)| Personal { kind, range: scan.byte(from)..scan.byte(to) }).collect()
}

/// Full-width digits and letters as their plain forms, so that writing them otherwise hides nothing.
fn fold(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{00a0}' | '\u{3000}' => ' ',
        c => c,
    }
}

/// A bit for each character beyond ASCII, up to the last of plane 0, with which something personal may begin.
static BEGINNINGS: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let mut bits = vec![0; 0x1_0000 / 64];
    let words = LEADS.iter().chain(&ACCOUNTS).filter_map(|word| word.chars().next());
    for c in words.chain(PROVINCES.chars()).chain(SURNAMES.chars()) {
        let at = c as usize;
        if let Some(word) = bits.get_mut(at / 64) {
            *word |= 1 << (at % 64);
        }
    }
    bits
});

/// Whether something personal may begin with a character.
fn may_begin(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || matches!(c, '+' | '(');
    }
    let at = c as usize;
    BEGINNINGS.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
}

struct Scan {
    chars: Vec<(usize, char)>,
    end: usize,
}

type Found = (usize, usize, PersonalKind);

const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";

/// The surnames that most people have; a rarer one is found after words such as 我叫.
const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤";

/// Words after a surname that make it and what stands between a name.
const TITLES: [&str; 8] = ["先生", "女士", "小姐", "阿姨", "大爷", "大妈", "师傅", "同志"];

/// Words before a name.
const LEADS: [&str; 12] = [
    "我叫",
    "我的名字是",
    "我的名字叫",
    "本人姓名",
    "姓名是",
    "姓名:",
    "姓名：",
    "联系人:",
    "联系人：",
    "联系人是",
    "业主姓名",
    "名叫",
];
const ENGLISH_LEADS: [&str; 7] =
    ["my name is ", "i am called ", "name: ", "contact: ", "mr. ", "mrs. ", "ms. "];

const ACCOUNTS: [&str; 6] = ["微信号", "微信", "wechat", "qq号", "qq", "扣扣"];

/// Words after a number that make it part of a home.
const ROOMS: [&str; 4] = ["室", "房间", "号房", "户"];
const ENGLISH_ROOMS: [&str; 8] =
    ["apartment ", "apt. ", "apt ", "flat ", "room ", "unit ", "suite ", "house no. "];

impl Scan {
    fn byte(&self, at: usize) -> usize {
        self.chars.get(at).map_or(self.end, |(byte, _)| *byte)
    }

    fn c(&self, at: usize) -> char {
        self.chars.get(at).map_or('\0', |(_, c)| *c)
    }

    fn before(&self, at: usize) -> char {
        if at == 0 { '\0' } else { self.c(at - 1) }
    }

    fn at(&self, at: usize) -> Option<Found> {
        let c = self.c(at);
        if c.is_ascii_digit() {
            let before = self.before(at);
            if before.is_ascii_digit() {
                return None;
            }
            let apart = if is_word(before) { None } else { self.email(at).or_else(|| self.home(at)) };
            return apart.or_else(|| self.number(at));
        }
        if c == '(' {
            return self.bracketed(at);
        }
        if c == '+' && self.c(at + 1).is_ascii_digit() {
            return self.number(at);
        }
        if c.is_ascii_alphanumeric() && !is_word(self.before(at)) {
            if let Some(found) = self.email(at) {
                return Some(found);
            }
            return self.english(at).or_else(|| self.account(at));
        }
        if PROVINCES.contains(c)
            && let Some(found) = self.plate(at)
        {
            return Some(found);
        }
        self.account(at).or_else(|| self.name(at))
    }

    /// A run of digits without anything between.
    fn run(&self, from: usize) -> usize {
        (from..).take_while(|at| self.c(*at).is_ascii_digit()).count()
    }

    /// `3号楼2单元501室`, `3-2-501`, `12 号院 5 号楼 101`: where somebody lives. A building alone is a place.
    fn home(&self, from: usize) -> Option<Found> {
        let mut at = from;
        let mut parts = 0;
        let mut deep = false;
        loop {
            let run = self.run(at);
            if run == 0 || run > 4 {
                break;
            }
            let after = self.skip_space(at + run);
            if let Some(word) = ROOMS.iter().find(|word| self.is(after, word)) {
                // 户 counts households as often as it names one.
                if *word != "户" || parts > 0 {
                    return Some((from, after + word.chars().count(), PersonalKind::Home));
                }
                break;
            }
            let building =
                ["号楼", "栋", "幢", "号院", "座", "楼", "#"].iter().find(|word| self.is(after, word));
            if let Some(word) = building {
                parts += 1;
                at = self.skip_space(after + word.chars().count());
                continue;
            }
            let entrance = ["单元", "门"].iter().find(|word| self.is(after, word));
            if let Some(word) = entrance {
                parts += 1;
                deep = true;
                at = self.skip_space(after + word.chars().count());
                if self.run(at) == 0 {
                    return (parts > 1).then_some((from, at, PersonalKind::Home));
                }
                continue;
            }
            if self.c(after) == '-' && self.run(after + 1) > 0 && (1..=2).contains(&run) && parts < 3 {
                parts += 1;
                at = after + 1;
                continue;
            }
            // What would be the flat begins somebody's number.
            if parts > 0 && self.mobile(at).is_some() {
                return (deep && parts > 1).then_some((from, at, PersonalKind::Home));
            }
            // The flat's own number at the end.
            let flat = (3..=4).contains(&run) && !is_word(self.c(at + run));
            let dashed = self.before(at) == '-' && parts >= 2;
            if flat && (deep || dashed || (parts > 0 && self.before(at) != '-')) {
                return Some((from, at + run, PersonalKind::Home));
            }
            break;
        }
        None
    }

    fn skip_space(&self, at: usize) -> usize {
        if self.c(at) == ' ' { at + 1 } else { at }
    }

    /// Whether a word stands here, whatever its case.
    fn is(&self, at: usize, word: &str) -> bool {
        word.chars().enumerate().all(|(offset, c)| self.c(at + offset).to_ascii_lowercase() == fold(c))
    }

    fn email(&self, from: usize) -> Option<Found> {
        let local = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '%');
        let mut at = from;
        while local(self.c(at)) {
            at += 1;
        }
        if self.c(at) != '@' {
            return None;
        }
        let host = at + 1;
        at = host;
        while self.c(at).is_ascii_alphanumeric() || matches!(self.c(at), '.' | '-') {
            at += 1;
        }
        while at > host && matches!(self.before(at), '.' | '-') {
            at -= 1;
        }
        let dotted = (host..at).any(|at| self.c(at) == '.');
        dotted.then_some((from, at, PersonalKind::Email))
    }

    fn plate(&self, from: usize) -> Option<Found> {
        if !self.c(from + 1).is_ascii_alphabetic() {
            return None;
        }
        let mut at = from + 2;
        if matches!(self.c(at), '·' | '-' | ' ' | '•') {
            at += 1;
        }
        let run = (at..).take_while(|at| self.c(*at).is_ascii_alphanumeric()).count();
        let numbered = (at..at + run).any(|at| self.c(at).is_ascii_digit());
        ((5..=6).contains(&run) && numbered).then_some((from, at + run, PersonalKind::Plate))
    }

    /// What follows 微信, QQ and the like.
    fn account(&self, from: usize) -> Option<Found> {
        let word = ACCOUNTS.iter().find(|word| self.is(from, word))?;
        let mut at = from + word.chars().count();
        while matches!(self.c(at), ':' | ' ' | '是' | '为') {
            at += 1;
        }
        let run = (at..)
            .take_while(|at| self.c(*at).is_ascii_alphanumeric() || matches!(self.c(*at), '_' | '-'))
            .count();
        (run >= 5).then_some((at, at + run, PersonalKind::Account))
    }

    fn english(&self, from: usize) -> Option<Found> {
        if let Some(word) = ENGLISH_ROOMS.iter().find(|word| self.is(from, word)) {
            let mut at = from + word.chars().count();
            if self.c(at) == '#' {
                at += 1;
            }
            let run =
                (at..).take_while(|at| self.c(*at).is_ascii_alphanumeric() || self.c(*at) == '-').count();
            let numbered = (at..at + run).any(|at| self.c(at).is_ascii_digit());
            return (numbered && run <= 6).then_some((at, at + run, PersonalKind::Home));
        }
        let word = ENGLISH_LEADS.iter().find(|word| self.is(from, word))?;
        let start = from + word.chars().count();
        let (mut at, mut end, mut names) = (start, start, 0);
        while names < 3 && self.c(at).is_ascii_uppercase() {
            while self.c(at).is_alphabetic() || matches!(self.c(at), '\'' | '-' | '’') {
                at += 1;
            }
            names += 1;
            end = at;
            if self.c(at) != ' ' {
                break;
            }
            at += 1;
        }
        (names > 0).then_some((start, end, PersonalKind::Name))
    }

    fn name(&self, from: usize) -> Option<Found> {
        if let Some(word) = LEADS.iter().find(|word| self.is(from, word)) {
            let mut start = from + word.chars().count();
            while matches!(self.c(start), ' ' | ':') {
                start += 1;
            }
            let run = (start..).take_while(|at| is_han(self.c(*at))).count();
            // A name has two or three characters; what goes on is a sentence that only begins so.
            let length = match run {
                2 | 3 => run,
                0 | 1 => return None,
                _ if SURNAMES.contains(self.c(start)) => 3,
                _ => return None,
            };
            return Some((start, start + length, PersonalKind::Name));
        }
        if !SURNAMES.contains(self.c(from)) {
            return None;
        }
        // 王某某先生 and 王建国先生, but 王先生 tells nobody.
        (1..=2).find_map(|given| {
            let title = from + 1 + given;
            let is_name = (from + 1..title).all(|at| is_han(self.c(at)) && self.c(at) != '某');
            let titled = TITLES.iter().any(|word| self.is(title, word));
            (is_name && titled).then_some((from, title, PersonalKind::Name))
        })
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn is_han(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_tells_who_somebody_is_goes() {
        for (text, masked) in [
            ("请回电13812345678，谢谢", "请回电***，谢谢"),
            ("电话138-1234-5678。", "电话***。"),
            ("电话１３８１２３４５６７８", "电话***"),
            ("+86 138 1234 5678", "***"),
            ("座机010-62345678", "座机***"),
            ("物业电话62345678不通", "物业电话***不通"),
            ("身份证11010519491231002X，", "身份证***，"),
            ("卡号4111111111111111", "卡号***"),
            ("write to jo.doe@example.org.", "write to ***."),
            ("我叫李建国，住在这里", "我叫***，住在这里"),
            ("王小明先生多次来电", "***先生多次来电"),
            ("联系人：赵六", "联系人：***"),
            ("My name is John Smith and I live here", "My name is *** and I live here"),
            ("Ms. Lee called", "Ms. *** called"),
            ("我住3号楼2单元501室", "我住***"),
            ("龙腾苑四区3号楼2单元501漏水", "龙腾苑四区***漏水"),
            ("家在3-2-501", "家在***"),
            ("Apt 1203 is flooded", "Apt *** is flooded"),
            ("车牌京A12345占用消防通道", "车牌***占用消防通道"),
            ("新能源京AD12345", "新能源***"),
            ("微信：abc_12345", "微信：***"),
        ] {
            assert_eq!(mask(text), masked, "{text}");
        }
    }

    #[test]
    fn what_tells_nobody_stays() {
        for text in [
            "三号楼前的路灯不亮",
            "12345热线回复很慢",
            "3号楼门口积水",
            "回龙观西大街100号路口",
            "2019年8月14日下午3点",
            "王先生反映噪声",
            "影响居民500户",
            "共1200平方米",
            "地铁13号线霍营站",
            "The lamp at 15 Main Street has been out since 2019-08-14",
            "our unit is cold",
            "工单编号20190814000123",
        ] {
            assert_eq!(mask(text), text);
        }
    }

    #[test]
    fn all_that_may_begin_is_looked_at() {
        let words = LEADS.iter().chain(&ACCOUNTS).chain(&ENGLISH_LEADS).chain(&ENGLISH_ROOMS);
        let first = words.filter_map(|word| word.chars().next());
        for c in first.chain(PROVINCES.chars()).chain(SURNAMES.chars()).chain(['+', '0', 'x']) {
            assert!(may_begin(c), "{c}");
        }
        assert!(!may_begin('的') && !may_begin('，') && !may_begin(' ') && !may_begin('😀'));
    }

    proptest! {
        #[test]
        fn masked_text_holds_nothing_more(text in "[0-9\\- 号楼单元室我叫王李明a-z@.:：+京A-Z]{0,60}") {
            let once = mask(&text);
            prop_assert_eq!(mask(&once), once.clone());
        }

        #[test]
        fn any_text_is_survived(text: String) {
            for personal in find(&text) {
                prop_assert!(text.get(personal.range).is_some());
            }
        }
    }
}
