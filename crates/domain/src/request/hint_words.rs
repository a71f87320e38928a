//! The words by which an answer says what was done, when, and where.
//!
//! Chinese is looked through for words as they stand, which other words may hold: so nothing shorter is listed than tells
//! something (天 stands in 天通苑, 周 in 周边, 路 in 路灯), and days and streets are known by what stands around them. In
//! English a word is known by its beginning or as a whole.

/// What is done: 已更换 and 将更换 are found by 更换.
const MEASURES: &[&str] = &[
    "修", "更换", "换成", "清理", "清运", "清除", "清掏", "拆除", "约谈", "督促", "责令", "整改", "整治",
    "安排", "检查", "巡查", "巡逻", "施划", "安装", "增设", "加装", "新增", "增加", "设置", "调整", "协调",
    "核实", "联系", "开通", "恢复", "处理", "办理", "处罚", "查处", "立案", "冲洗", "关停", "建设", "开工",
    "施工", "改造", "纳入", "列入", "组织", "派人", "派员", "指派", "疏导", "拖离", "登记", "排除",
];
/// What holds one of them and is none.
const NO_MEASURES: &[&str] = &["联系电话", "联系方式", "与我们联系", "联系我们", "装修", "登记的诉求"];

const MEASURE_STEMS: &[&str] = &[
    "repair", "replac", "mend", "fix", "clean", "remov", "install", "paint", "patrol", "arrang", "check",
    "inspect", "adjust", "restor", "increas", "register", "wash", "build", "resurfac",
];
const MEASURE_WORDS: &[&str] = &[
    "add",
    "adds",
    "added",
    "adding",
    "clear",
    "cleared",
    "clearing",
    "order",
    "ordered",
    "fined",
    "fines",
    "built",
    "will",
    "send",
    "sends",
    "sent",
    "run",
    "runs",
    "running",
    "ran",
    "emptied",
    "emptying",
    "taken down",
    "set up",
    "called in",
];

/// Days without a number.
const DAYS: &[&str] = &[
    "今天",
    "今日",
    "今晚",
    "今早",
    "今年",
    "明天",
    "明日",
    "明晚",
    "明早",
    "明年",
    "昨天",
    "昨日",
    "昨晚",
    "前天",
    "后天",
    "当天",
    "当日",
    "当晚",
    "当场",
    "即日",
    "立即",
    "月底",
    "月初",
    "月中",
    "月内",
    "年底",
    "年内",
    "年初",
    "上旬",
    "中旬",
    "下旬",
    "本周",
    "下周",
    "上周",
    "本月",
    "下月",
    "上月",
    "周末",
    "星期",
    "每天",
    "每日",
    "每晚",
    "每周",
    "每月",
    "夜间",
    "高峰时段",
    "早高峰",
    "晚高峰",
    "春节",
    "国庆",
    "元旦",
    "中秋",
    "节前",
    "暑假",
    "寒假",
    "开学前",
    "汛期",
    "供暖季",
    "采暖季",
];
const DAY_WORDS: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "day",
    "days",
    "daily",
    "week",
    "weeks",
    "weekly",
    "weekend",
    "month",
    "months",
    "hour",
    "hours",
    "night",
    "nights",
    "morning",
    "evening",
    "today",
    "tomorrow",
    "tonight",
    "yesterday",
    "immediately",
    "this year",
    "next year",
    "by the end of",
];

/// What numbers count that are days.
const COUNTED: &[&str] =
    &["工作日", "自然日", "季度", "星期", "小时", "分钟", "年", "月", "日", "天", "周", "晚"];
/// What stands behind one of them where it is part of another word: 周边, 日常, 天通苑, 月季, 年级.
const OTHER: &[char] = &['边', '围', '常', '用', '通', '季', '级', '会'];

const PLACES: &[&str] = &[
    "小区",
    "社区",
    "胡同",
    "号楼",
    "号院",
    "单元",
    "门口",
    "东门",
    "西门",
    "南门",
    "北门",
    "东侧",
    "西侧",
    "南侧",
    "北侧",
    "两侧",
    "沿线",
    "路口",
    "路段",
    "天桥",
    "大桥",
    "立交桥",
    "地铁站",
    "车站",
    "公园",
    "园区",
    "广场",
    "学校",
    "停车场",
    "出入口",
    "楼道",
    "院内",
    "现场",
    "周边",
    "大街",
];
const PLACE_WORDS: &[&str] = &[
    "street",
    "streets",
    "road",
    "roads",
    "gate",
    "gates",
    "building",
    "buildings",
    "square",
    "bridge",
    "station",
    "crossing",
    "crossings",
    "estate",
    "school",
    "on the spot",
];
/// What stands before 路 or 街 where they are no name's end, and behind it where it begins another word.
const BEFORE_ROAD: &[char] = &[
    '道', '马', '公', '铁', '线', '电', '管', '水', '油', '思', '网', '半', '一', '上', '过', '走', '让',
    '占', '修', '问', '的', '该', '此', '条', '段', '沿', '盏', '和', '与', '及', '对', '坏', '换',
];
const BEHIND_ROAD: &[char] = &['灯', '面', '障', '程', '径', '线', '过', '况', '政', '牌', '网', '人', '道'];

/// Whether it holds one of some words as it stands.
fn holds(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

/// Whether one of some words begins a word of it; where it is `whole`, ends it, too.
fn has_words(text: &str, words: &[&str], whole: bool) -> bool {
    let stands = |word: &&str| {
        text.match_indices(*word).any(|(at, _)| {
            let (before, behind) = (&text[..at], &text[at + word.len()..]);
            let apart = |c: Option<char>| !c.is_some_and(|c| c.is_ascii_alphanumeric());
            apart(before.chars().next_back()) && (!whole || apart(behind.chars().next()))
        })
    };
    words.iter().any(stands)
}

/// A text without some names: as they are written, and without what kind of place they are.
pub(super) fn without<'a>(said: &str, names: impl Iterator<Item = &'a str>) -> String {
    const KINDS: [&str; 5] = ["社区", "街道", "小区", "地区", "镇"];
    let mut held: Vec<String> = Vec::new();
    for name in names.map(|name| name.trim().to_lowercase()) {
        let stem = KINDS.iter().find_map(|kind| name.strip_suffix(kind)).unwrap_or(&name).to_owned();
        // One that stands for a day as well is taken out only as a name: with what kind of place it is.
        if KINDS.iter().any(|kind| name.ends_with(kind)) && holds(&stem, DAYS) {
            held.extend(KINDS.iter().map(|kind| format!("{stem}{kind}")));
        } else if stem.chars().count() > 1 {
            held.push(stem);
        }
        // Of "12 Kiln Road" the number says nothing.
        let street = name.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
        if street.starts_with(|c: char| c.is_ascii_alphabetic()) {
            held.push(street.to_owned());
        }
        held.push(name);
    }
    held.retain(|name| name.chars().count() > 1);
    held.sort_by_key(|name| std::cmp::Reverse(name.len()));
    held.iter().fold(said.to_owned(), |said, name| said.replace(name.as_str(), " "))
}

/// Whether it says what was or will be done.
pub(super) fn says_what(said: &str) -> bool {
    let said = NO_MEASURES.iter().fold(said.to_owned(), |said, other| said.replace(other, " "));
    holds(&said, MEASURES) || has_words(&said, MEASURE_STEMS, false) || has_words(&said, MEASURE_WORDS, true)
}

fn is_number(c: char) -> bool {
    c.is_ascii_digit() || ('０'..='９').contains(&c) || "〇零一二三四五六七八九十百两几数半".contains(c)
}

/// Whether a number of days, hours or months stands in it, a day of the week, a clock's time or a written date.
fn counts_days(said: &str) -> bool {
    let chars: Vec<char> = said.chars().collect();
    let at = |place: usize| chars.get(place).copied();
    let begins = |place: usize, word: &str| word.chars().enumerate().all(|(n, c)| at(place + n) == Some(c));
    (0..chars.len()).any(|place| {
        if chars[place] == '周' {
            return at(place + 1).is_some_and(|c| "一二三四五六日".contains(c))
                && !at(place + 2).is_some_and(|c| OTHER.contains(&c));
        }
        if !is_number(chars[place]) || place > 0 && is_number(chars[place - 1]) {
            return false;
        }
        let digits = chars[place..].iter().take_while(|c| is_number(**c)).count();
        let mut next = place + digits;
        let is_ascii = chars[place].is_ascii_digit();
        if let (true, Some(mark), Some(then)) = (is_ascii, at(next), at(next + 1))
            && then.is_ascii_digit()
            && (mark == ':' || digits == 4 && matches!(mark, '-' | '/' | '.'))
        {
            return true;
        }
        while at(next).is_some_and(|c| matches!(c, ' ' | '个' | '多' | '余')) {
            next += 1;
        }
        COUNTED.iter().any(|word| {
            begins(next, word) && !at(next + word.chars().count()).is_some_and(|c| OTHER.contains(&c))
        })
    })
}

/// May is a month beside a number or behind "in" and "of", and else another word.
fn names_may(said: &str) -> bool {
    let words: Vec<&str> =
        said.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let dated = |word: Option<&&str>| word.is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    words.iter().enumerate().any(|(at, word)| {
        let before = at.checked_sub(1).and_then(|at| words.get(at));
        *word == "may"
            && (dated(before)
                || dated(words.get(at + 1))
                || matches!(before, Some(&"in" | &"of" | &"early" | &"late")))
    })
}

/// Whether it says when.
pub(super) fn says_when(said: &str) -> bool {
    holds(said, DAYS) || counts_days(said) || has_words(said, DAY_WORDS, true) || names_may(said)
}

/// Whether the name of a road or a street ends somewhere in it.
fn names_road(said: &str) -> bool {
    let chars: Vec<char> = said.chars().collect();
    let is_name = |c: char| c >= '\u{4E00}' && c.is_alphabetic();
    (2..chars.len()).any(|at| {
        matches!(chars[at], '路' | '街')
            && is_name(chars[at - 1])
            && is_name(chars[at - 2])
            && !BEFORE_ROAD.contains(&chars[at - 1])
            && !chars.get(at + 1).is_some_and(|c| BEHIND_ROAD.contains(c))
    })
}

/// Whether it says where.
pub(super) fn says_where(said: &str) -> bool {
    holds(said, PLACES) || names_road(said) || has_words(said, PLACE_WORDS, true)
}
