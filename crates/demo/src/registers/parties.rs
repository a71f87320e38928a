//! What communities lack and what the five parties can give, some of it matched. The lists are not
//! published; the communities are real, all else is made up.

use domain::item::kind::{ItemKind, Level, Party};
use domain::item::{ItemFact, Relation, Step, Target};

use super::book::{Book, Entry, START, both, code, example, lead, link, of, place, wd};
use super::themes::Phrase;

/// Community, its name, the subdistrict or town it lies in, who of the five lacks it, the kind of matter, what it lacks.
type Need = (&'static str, &'static str, &'static str, Party, &'static str, Phrase);

#[rustfmt::skip]
const NEEDS: [Need; 12] = [
    ("longtengyuan-4", "龙腾苑四区", "huilongguan", Party::ResidentsCommittee, "culture_sports", ("室内活动室", "a room for activities")),
    ("yunquyuan-3", "云趣园三区", "huilongguan", Party::ResidentsCommittee, "elderly_care", ("老年餐桌", "meals for older residents")),
    ("xinkangyuan", "新康园", "huilongguan", Party::OwnersCommittee, "social", ("电梯更新协商", "talks on renewing lifts")),
    ("liuxing-garden-3", "流星花园三区", "huilongguan", Party::ResidentsCommittee, "social", ("儿童游乐场地", "a playground")),
    ("huoying-estate", "霍营小区", "huoying", Party::PropertyManager, "transport", ("停车位共享", "shared parking")),
    ("hualongyuan-south", "华龙苑南里", "huoying", Party::PropertyManager, "social", ("垃圾分类驿站", "a waste-sorting point")),
    ("jiayunyuan", "佳运园", "dongxiaokou", Party::SocialOrganisation, "social", ("便民理发", "a barber close by")),
    ("tiantongyuan-east-1", "天通苑东一区", "tiantongyuan-south", Party::OwnersCommittee, "culture_sports", ("篮球场修缮", "repair of a basketball court")),
    ("tiantongyuan-west-2", "天通苑西二区", "tiantongyuan-north", Party::PropertyManager, "municipal", ("楼前照明", "lighting at entrances")),
    ("tiantongyuan-north-1", "天通苑北一区", "tiantongyuan-north", Party::PartyOrganisation, "health", ("就近体检", "health checks close by")),
    ("tiantong-central", "天通中苑", "tiantongyuan-north", Party::PartyOrganisation, "culture_sports", ("室内运动场地", "indoor space for sports")),
    ("qingshuiyuan", "清水园", "tiantongyuan-north", Party::ResidentsCommittee, "greening", ("绿地补植", "planting of bare ground")),
];

/// Who answers for it, where it is, who of the five gives it, the kind of matter, and what it is.
type Resource = (&'static str, &'static str, Party, &'static str, Phrase);

#[rustfmt::skip]
const RESOURCES: [Resource; 10] = [
    ("huilongguan-office", "longtengyuan-4", Party::PartyOrganisation, "culture_sports", ("党群活动中心夜间开放", "the party centre open in the evening")),
    ("huilongguan-office", "huilongguan", Party::SocialOrganisation, "elderly_care", ("社会餐饮企业送餐", "meals delivered by a restaurant")),
    ("huilongguan-office", "xinkangyuan", Party::PropertyManager, "social", ("物业企业专业评估", "a survey by a property manager")),
    ("huoying-office", "huoying", Party::SocialOrganisation, "transport", ("写字楼夜间车位", "parking of an office building at night")),
    ("huoying-office", "hualongyuan-south", Party::ResidentsCommittee, "social", ("志愿者分类指导队", "volunteers who help sorting")),
    ("dongxiaokou-office", "dongxiaokou", Party::SocialOrganisation, "social", ("职业学校义剪队", "hairdressing students")),
    ("tiantongyuan-south-office", "tiantongyuan-south", Party::SocialOrganisation, "culture_sports", ("体育公益基金", "a fund for sports")),
    ("tiantongyuan-north-office", "tiantongyuan-north", Party::SocialOrganisation, "health", ("驻区医院体检车", "a hospital’s health-check van")),
    ("tiantongyuan-north-office", "tiantongyuan-west-2", Party::PropertyManager, "transport", ("商场地下车库", "garage of a shopping centre")),
    ("tiantongyuan-north-office", "qingshuiyuan", Party::SocialOrganisation, "greening", ("园艺社团养护绿地", "a gardening club that tends green ground")),
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
        .map(|(n, (office, area, party, sector, (zh, en)))| {
            let facts = vec![
                example(&format!("可提供：{zh}"), &format!("offered: {en}")),
                ItemFact::Level { level: Level::District },
                lead(office),
                place(area, ""),
                ItemFact::Sector { sector: code(sector) },
                ItemFact::Party { party },
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
    (community, called, area, party, sector, (zh, en)): &Need,
    found: Option<Result<usize, &str>>,
    resources: &mut [Option<Entry>],
) -> Option<()> {
    let office = format!("{area}-office");
    let day = wd(START, 85 + n * 5);
    let facts = vec![
        example(&format!("{called}：{zh}"), &format!("{called}: {en}")),
        ItemFact::Text {
            text: both("社区五方议事会提出。", "Raised by the community’s five parties.")
        },
        ItemFact::Level { level: Level::District },
        lead(&office),
        place(community, ""),
        ItemFact::Sector { sector: code(sector) },
        ItemFact::Party { party: *party },
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
