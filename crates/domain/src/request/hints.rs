//! What an answer to a resident may still lack, for whoever is about to send it. Hints and not rules: words are
//! looked for, and whoever writes knows better.

use std::collections::BTreeSet;

use super::hint_words::{says_what, says_when, says_where, without};
use super::kind::RequestKind;
use super::pieces::Pieces;
use crate::item::kind::texts;

texts! {
    Hint {
        /// Too little to tell anybody anything.
        Short => "short",
        /// It shares too few words with what was asked.
        OffTopic => "off_topic",
        /// It does not say what was or will be done.
        NoMeasure => "no_measure",
        /// It does not say when.
        NoDate => "no_date",
        /// It does not say where.
        NoPlace => "no_place",
        /// More than half of it is what is written to everybody.
        Stock => "stock",
        /// It says what an earlier answer said, and the request was taken up again.
        SameAsBefore => "same_as_before",
    }
}

/// What an answer is held against.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    pub kind: RequestKind,
    pub title: &'a str,
    pub text: &'a str,
    pub address: &'a str,
    /// What the areas are called in which it lies.
    pub areas: &'a [&'a str],
    /// What was answered before.
    pub answers: &'a [&'a str],
}

/// Characters of Chinese and words of other languages below which an answer is short. A word says about as much as
/// two characters.
const SHORT: usize = 20;
/// One piece in so many of an answer stands in what it answers, and no more than so many need to. Of two thousand
/// real answers nine in a hundred fall below, of answers to other questions seventy-three.
const ANSWERED: usize = 20;
const ANSWERED_MOST: usize = 6;
/// Two answers with this part of their pieces in common are the same.
const SAME: f64 = 0.9;

/// What is written to everybody.
const STOCK: &[&str] = &[
    "您好",
    "你好",
    "收悉",
    "来信",
    "来电",
    "留言",
    "反映的问题",
    "感谢您",
    "谢谢您",
    "对我们工作",
    "关心",
    "支持",
    "理解",
    "监督",
    "如有疑问",
    "请拨打",
    "咨询电话",
    "现答复如下",
    "现回复如下",
    "回复如下",
    "高度重视",
    "相关部门",
    "进一步",
    "祝您",
    "生活愉快",
    "特此回复",
    "网友",
    "市民",
    "dear",
    "thank you for",
    "your letter",
    "your message",
    "for your support",
    "sincerely",
    "if you have any questions",
    "relevant departments",
];

/// Pieces that say nothing of a matter.
const EMPTY: &[&str] = &[
    "我们", "您好", "你好", "问题", "反映", "情况", "希望", "请问", "谢谢", "感谢", "有关", "部门", "相关",
    "已经", "没有", "现在", "the", "and", "for", "with", "that", "this", "has", "have", "was", "are", "you",
    "please", "our", "not", "from",
];

fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphanumeric()).count()
}

/// How much a text says: a character each of scripts without spaces, two for a word of the others.
fn length(text: &str) -> usize {
    let han = text.chars().filter(|c| c.is_alphanumeric() && !c.is_ascii() && *c >= '\u{2E80}').count();
    let words =
        text.split(|c: char| !c.is_alphanumeric() || c >= '\u{2E80}').filter(|w| !w.is_empty()).count();
    han + 2 * words
}

fn matter(text: &str) -> BTreeSet<String> {
    Pieces::of(text)
        .spaced()
        .split(' ')
        .filter(|piece| !EMPTY.contains(piece) && piece.chars().count() > 1)
        .map(str::to_owned)
        .collect()
}

/// What an answer may still lack. Nothing of an empty one: it is not there yet.
pub fn hints(question: Question<'_>, answer: &str) -> Vec<Hint> {
    let said = answer.trim().to_lowercase();
    if said.is_empty() {
        return Vec::new();
    }
    let asks = matches!(question.kind, RequestKind::Question);
    let praise = question.kind == RequestKind::Praise;
    let own = matter(&said);
    let mut out = Vec::new();
    if length(&said) < SHORT {
        out.push(Hint::Short);
    }
    let asked = matter(&format!("{} {} {}", question.title, question.text, question.address).to_lowercase());
    if own.intersection(&asked).count() < (own.len() / ANSWERED).clamp(1, ANSWERED_MOST) {
        out.push(Hint::OffTopic);
    }
    // What was only asked is answered by what is so, not by what is done; praise by thanks.
    if !asks && !praise {
        // A name may hold any word: that of an estate may be "tomorrow".
        let rest = without(&said, question.areas.iter().copied().chain([question.address]));
        if !says_what(&rest) {
            out.push(Hint::NoMeasure);
        }
        if !says_when(&rest) {
            out.push(Hint::NoDate);
        }
        let address = matter(&question.address.to_lowercase());
        let named = rest != said;
        // Where nobody knows where it is, there is no place to name.
        let somewhere = !question.areas.is_empty() || !question.address.trim().is_empty();
        if somewhere && !named && own.is_disjoint(&address) && !says_where(&rest) {
            out.push(Hint::NoPlace);
        }
    }
    let stock: usize = STOCK.iter().map(|word| said.matches(word).count() * letters(word)).sum();
    if stock * 2 > letters(&said) && !praise {
        out.push(Hint::Stock);
    }
    let again = question.answers.iter().any(|before| {
        let before = matter(&before.to_lowercase());
        let common = own.intersection(&before).count();
        let all = own.union(&before).count();
        all > 0 && common as f64 >= SAME * all as f64
    });
    if again {
        out.push(Hint::SameAsBefore);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LAMP: Question<'_> = Question {
        kind: RequestKind::Complaint,
        title: "路灯不亮",
        text: "新康园北侧到地铁站的路灯一个星期不亮，下班的人都摸黑走。",
        address: "新康园北侧",
        areas: &["新康园社区"],
        answers: &[],
    };

    #[test]
    fn a_good_answer_lacks_nothing() {
        let good = "8 月 12 日已更换新康园北侧故障路灯十二盏，线路同步检修，当晚恢复照明。";
        assert_eq!(hints(LAMP, good), []);
        let english = Question {
            text: "The street lamps between Xinkangyuan and the station are out.",
            title: "Lamps out",
            address: "Xinkangyuan",
            ..LAMP
        };
        let good = "Twelve lamps at Xinkangyuan were replaced on 12 August and the line was checked the same evening.";
        assert_eq!(hints(english, good), []);
    }

    #[test]
    fn each_hint_has_its_ground() {
        assert_eq!(hints(LAMP, "  "), []);
        let all = hints(LAMP, "收到");
        for hint in [Hint::Short, Hint::OffTopic, Hint::NoMeasure, Hint::NoDate, Hint::NoPlace] {
            assert!(all.contains(&hint), "{hint:?}");
        }
        let thanks = "您好，您的来信收悉，您反映的问题我们高度重视，感谢您对我们工作的关心、支持和理解，祝您生活愉快！";
        assert!(hints(LAMP, thanks).contains(&Hint::Stock));
        let elsewhere = "幼儿园学位已于九月开放登记，请在三单元门口办理报名手续，材料清单另附。";
        assert_eq!(hints(LAMP, elsewhere), [Hint::OffTopic]);
        let said = "已更换新康园北侧故障路灯十二盏，当晚恢复照明。";
        let again = Question {
            answers: &["已更换新康园北侧故障路灯十二盏，当晚恢复照明"], ..LAMP
        };
        assert_eq!(hints(again, said), [Hint::SameAsBefore]);
    }

    /// What an answer says and what it lacks, by the name of the place or whatever it holds of numbers.
    #[test]
    fn names_and_numbers_are_neither_measures_nor_days_nor_places() {
        let of = |title, text, address, areas| Question { title, text, address, areas, ..LAMP };
        let tian = of("路灯不亮", "楼前路灯坏了，老人出门害怕。", "天通苑北一区", &["天通苑北街道"]);
        let tomorrow = of("垃圾没人清", "垃圾桶满了没人清运。", "", &["明天社区"]);
        let english = Question {
            title: "Lamps out",
            text: "The street lamps in Tomorrow Estate are out, and nobody comes.",
            address: "12 Tomorrow Estate",
            ..LAMP
        };
        use Hint::{NoDate, NoMeasure, NoPlace};
        let table: &[(Question<'_>, &str, &[Hint])] = &[
            (tian, "天通苑北一区的路灯问题我们已经知悉，请您耐心等待。", &[NoMeasure, NoDate]),
            (tian, "您反映的路灯问题已更换灯具，感谢您的监督。", &[NoDate, NoPlace]),
            (tian, "经说明情况，路灯日常维护由周边物业负责，已督促更换灯泡。", &[NoDate]),
            (tian, "3号楼前的路灯已更换，有事请拨打12345。", &[NoDate]),
            (tian, "天通苑北一区路灯已修复，今晚起正常照明。", &[]),
            (tian, "三个工作日内更换单元门口的路灯。", &[]),
            (tian, "月底前对立汤路沿线路灯统一检修。", &[]),
            (tian, "2019年8月底前完成天通苑的路灯改造。", &[]),
            (tian, "路灯线路故障已于周五排除，路面同步修复。", &[NoPlace]),
            (tian, "两周内由派出所和物业共同说明路灯情况。", &[NoMeasure, NoPlace]),
            (tomorrow, "明天社区的垃圾已清运，垃圾桶已更换。", &[NoDate]),
            (tomorrow, "明天小区的垃圾明天清运完毕。", &[]),
            (
                english,
                "The address in Tomorrow Estate was granted to the lamp office, which may see to the lamps.",
                &[NoMeasure, NoDate],
            ),
            (english, "We added three lamps at the gate of the estate on 12 May.", &[]),
            (english, "The lamps were replaced within the estate, room 305.", &[NoDate]),
            (english, "The lamps will be replaced in two weeks.", &[NoPlace]),
        ];
        for (question, answer, wanted) in table {
            let found: Vec<Hint> = hints(*question, answer)
                .into_iter()
                .filter(|hint| matches!(hint, NoMeasure | NoDate | NoPlace))
                .collect();
            assert_eq!(found, *wanted, "{answer}");
        }
    }

    #[test]
    fn what_is_only_asked_needs_no_measure() {
        let asked = Question {
            kind: RequestKind::Question,
            text: "孩子今年上小学，应当到哪里登记？",
            title: "入学登记",
            address: "",
            ..LAMP
        };
        assert_eq!(hints(asked, "小学入学由户籍所在地的学校受理，材料清单见区教委网站入学专栏。"), []);
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(answer in "\\PC{0,200}", text in "\\PC{0,200}") {
            let asked = Question { text: &text, ..LAMP };
            let found = hints(asked, &answer);
            let mut once = found.clone();
            once.dedup();
            prop_assert_eq!(&once, &found);
            // What was asked, said back, is at least about the matter.
            if !matter(&text.to_lowercase()).is_empty() {
                prop_assert!(!hints(asked, &text).contains(&Hint::OffTopic));
            }
        }
    }
}
