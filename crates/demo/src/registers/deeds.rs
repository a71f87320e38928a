//! Good deeds beyond the published ones: of the 17 city departments the statement names four (they stand in
//! `items.csv`); the other 13 and what they did are made up here, with a few of district units.

use domain::item::kind::ItemKind;
use domain::item::{ItemFact, State, Step};
use rust_decimal::Decimal;

use super::book::{Book, END, START, both, code, example, lead, level, of, place, wd};
use super::themes::Phrase;

/// Unit, area, what was done, and what it came to in the plan's kinds of output.
type Deed = (&'static str, &'static str, Phrase, Option<(&'static str, u32)>);

#[rustfmt::skip]
const DEEDS: &[Deed] = &[
    ("bj-health", "huilongguan", ("专家义诊进社区", "free clinics in communities"), Some(("free_clinics", 24))),
    ("bj-health", "tiantongyuan-south", ("家庭急救培训", "first-aid lessons for families"), None),
    ("bj-hospital-authority", "tiantongyuan-north", ("市属医院专家门诊下沉", "specialists’ hours in health centres"), Some(("free_clinics", 16))),
    ("bj-transport", "huoying", ("增设公交微循环站点", "stops for short bus routes"), None),
    ("bj-transport", "tiantongyuan-north", ("早高峰定制公交", "booked buses at the morning peak"), None),
    ("bj-housing", "dongxiaokou", ("老旧楼体外墙除险", "loose outer walls made safe"), None),
    ("bj-urban-management", "huilongguan", ("更换破损果皮箱和路灯", "broken bins and street lamps replaced"), None),
    ("bj-water", "tiantongyuan-south", ("家庭水质免费检测", "free tests of tap water"), None),
    ("bj-landscaping", "dongxiaokou", ("居民认养花园", "gardens tended by residents"), None),
    ("bj-hrss", "tiantongyuan-north", ("家门口招聘会", "job fairs close to home"), Some(("job_fairs", 6))),
    ("bj-hrss", "huilongguan", ("技能培训进社区", "skills training in communities"), None),
    ("bj-justice", "huoying", ("周末法律咨询", "legal advice at weekends"), Some(("legal_advice", 40))),
    ("bj-justice", "tiantongyuan-south", ("社区法律顾问值班", "hours of a community lawyer"), None),
    ("bj-social-work", "huilongguan", ("社会工作者结对社区", "social workers paired with communities"), None),
    ("bj-disabled", "dongxiaokou", ("入户无障碍改造", "step-free changes in homes"), None),
    ("bj-science", "huoying", ("科普大篷车进校园", "science van at schools"), None),
    ("bj-economy-it", "tiantongyuan-north", ("补建室内通信信号", "mobile signal indoors"), None),
    ("bj-economy-it", "huilongguan", ("老年人智能手机课堂", "smartphone lessons for older residents"), None),
    ("changping-commerce", "huilongguan", ("蔬菜直通车进小区", "vegetable vans at housing estates"), None),
    ("changping-health", "tiantongyuan-north", ("社区中医义诊", "Chinese-medicine clinics in communities"), Some(("free_clinics", 10))),
    ("changping-culture-tourism", "dongxiaokou", ("流动图书车", "mobile library"), None),
];

/// Promised and not done yet: they are not counted.
const PROMISED: &[Deed] = &[
    ("bj-landscaping", "huilongguan", ("口袋公园增设座椅", "benches in pocket parks"), None),
    ("changping-sports", "huoying", ("健身步道修补", "running paths repaired"), None),
];

pub(super) fn play(book: &mut Book) {
    let span = 225 / DEEDS.len() as i32;
    for (n, deed) in (0..).zip(DEEDS) {
        // Every third was promised before it was done.
        write(book, n, deed, n % 3 == 1, wd(START, 12 + n * span), true);
    }
    for (n, deed) in (DEEDS.len() as i32..).zip(PROMISED) {
        write(book, n, deed, true, wd(END, -20), false);
    }
}

fn write(
    book: &mut Book,
    n: i32,
    (unit, area, (zh, en), brought): &Deed,
    promised: bool,
    day: jiff::civil::Date,
    done: bool,
) -> Option<()> {
    let mut facts = vec![
        example(&format!("办实事：{zh}"), &format!("good deed: {en}")),
        ItemFact::Text { text: both("为居民办的一件实事。", "Something practical for residents.") },
        ItemFact::Received { on: day },
        lead(unit),
        ItemFact::Level { level: level(unit) },
        place(area, ""),
        ItemFact::Sector { sector: code("social") },
        ItemFact::Beneficiaries {
            whom: both("社区居民", "residents of the community"),
            people: Some(120 + 35 * n as u32),
        },
    ];
    let quantity = brought
        .map(|(kind, quantity)| ItemFact::Quantity { kind: code(kind), quantity: Decimal::from(quantity) });
    let name = format!("HT-DEED-{:03}", n + 5);
    if !promised {
        facts.extend(quantity);
        return book.register(day, of(unit), &name, ItemKind::GoodDeed, facts).map(|_| ());
    }
    facts.extend([ItemFact::Begin { state: State::Planned }, ItemFact::Due { on: wd(day, 30) }]);
    let mut entry = book.register(day, of(unit), &name, ItemKind::GoodDeed, facts)?;
    if !done {
        return None;
    }
    let done = wd(day, 9 + n);
    if done > END {
        return None;
    }
    book.step(done, of(unit), &mut entry, Step::Close, quantity.into_iter().collect())
}
