//! What communities lack and what the five parties can give, some of it matched. The lists are not
//! published; the communities are real, all else is made up.

use domain::item::kind::{ItemKind, Level};
use domain::item::{ItemFact, Relation, Step, Target};

use super::book::{Book, Entry, START, both, code, example, lead, link, of, place, wd};
use super::themes::Phrase;

/// Community, its area, what it lacks.
type Need = (&'static str, &'static str, Phrase);

#[rustfmt::skip]
const NEEDS: [Need; 12] = [
    ("龙腾苑四区", "huilongguan", ("室内活动室", "a room for activities")),
    ("云趣园三区", "huilongguan", ("老年餐桌", "meals for older residents")),
    ("新康园", "huilongguan", ("电梯更新协商", "talks on renewing lifts")),
    ("流星花园三区", "huilongguan", ("儿童游乐场地", "a playground")),
    ("霍营小区", "huoying", ("停车位共享", "shared parking")),
    ("华龙苑南里", "huoying", ("垃圾分类驿站", "a waste-sorting point")),
    ("佳运园", "dongxiaokou", ("便民理发", "a barber close by")),
    ("天通苑东一区", "tiantongyuan-south", ("篮球场修缮", "repair of a basketball court")),
    ("天通苑西二区", "tiantongyuan-north", ("楼前照明", "lighting at entrances")),
    ("天通苑北一区", "tiantongyuan-north", ("就近体检", "health checks close by")),
    ("天通中苑", "tiantongyuan-north", ("室内运动场地", "indoor space for sports")),
    ("清水园", "tiantongyuan-north", ("绿地补植", "planting of bare ground")),
];

/// Who gives it, where, and what.
const RESOURCES: [(&str, &str, Phrase); 10] = [
    ("huilongguan-office", "huilongguan", ("党群活动中心夜间开放", "the party centre open in the evening")),
    ("huilongguan-office", "huilongguan", ("社会餐饮企业送餐", "meals delivered by a restaurant")),
    ("huilongguan-office", "huilongguan", ("物业企业专业评估", "a survey by a property manager")),
    ("huoying-office", "huoying", ("写字楼夜间车位", "parking of an office building at night")),
    ("huoying-office", "huoying", ("志愿者分类指导队", "volunteers who help sorting")),
    ("dongxiaokou-office", "dongxiaokou", ("职业学校义剪队", "hairdressing students")),
    ("tiantongyuan-south-office", "tiantongyuan-south", ("体育公益基金", "a fund for sports")),
    ("tiantongyuan-north-office", "tiantongyuan-north", ("驻区医院体检车", "a hospital’s health-check van")),
    ("tiantongyuan-north-office", "tiantongyuan-north", ("商场地下车库", "garage of a shopping centre")),
    ("tiantongyuan-north-office", "tiantongyuan-north", ("园艺社团", "a gardening club")),
];

/// Needs and what they were matched with: a resource, or a project of the plan.
const MATCHES: [(usize, Result<usize, &str>); 8] = [
    (0, Ok(0)),
    (1, Ok(1)),
    (2, Ok(2)),
    (3, Err("HT-CUL-001")),
    (4, Ok(3)),
    (5, Ok(4)),
    (9, Ok(7)),
    (10, Err("HT-CUL-002")),
];

pub(super) fn play(book: &mut Book) {
    let resources: Vec<Option<Entry>> = (0..)
        .zip(RESOURCES)
        .map(|(n, (office, area, (zh, en)))| {
            let facts = vec![
                example(&format!("可提供：{zh}"), &format!("offered: {en}")),
                ItemFact::Level { level: Level::District },
                lead(office),
                place(area, ""),
            ];
            let name = format!("HT-RES-{:03}", n + 1);
            book.register(wd(START, 20 + n * 6), of(office), &name, ItemKind::Resource, facts)
        })
        .collect();
    let mut resources = resources;
    for (n, need) in NEEDS.iter().enumerate() {
        let found = MATCHES.iter().find(|(of, _)| *of == n).map(|(_, with)| *with);
        needed(book, n as i32, need, found, &mut resources);
    }
}

fn needed(
    book: &mut Book,
    n: i32,
    (community, area, (zh, en)): &Need,
    found: Option<Result<usize, &str>>,
    resources: &mut [Option<Entry>],
) -> Option<()> {
    let office = format!("{area}-office");
    let day = wd(START, 85 + n * 5);
    let facts = vec![
        example(&format!("{community}：{zh}"), &format!("{community}: {en}")),
        ItemFact::Text {
            text: both("社区五方议事会提出。", "Raised by the community’s five parties.")
        },
        ItemFact::Level { level: Level::District },
        lead(&office),
        place(area, community),
        ItemFact::Sector { sector: code("social") },
    ];
    let name = format!("HT-NEED-{:03}", n + 1);
    let mut entry = book.register(day, of(&office), &name, ItemKind::Need, facts)?;
    let matched = wd(day, 8);
    let to = match found? {
        Ok(at) => {
            let resource = resources.get_mut(at)?.as_mut()?;
            book.step(matched, of(&office), resource, Step::Match, Vec::new())?;
            book.step(wd(matched, 15), of(&office), resource, Step::Meet, Vec::new())?;
            Target::Item(resource.code.clone())
        }
        Err(project) => Target::Project(code(project)),
    };
    book.step(matched, of(&office), &mut entry, Step::Match, vec![link(Relation::MatchedWith, to)])?;
    book.step(wd(matched, 15), of(&office), &mut entry, Step::Meet, Vec::new())
}
