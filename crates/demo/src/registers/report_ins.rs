//! City departments that reported in: 32 of them, 274 times with those that came to whistles, as published.
//! Which departments, when and for what is published nowhere and made up here; so are the district units.

use domain::item::kind::ItemKind;
use domain::item::{ItemFact, Relation, Target};
use jiff::civil::Date;

use super::book::{Book, START, both, code, example, lead, level, link, of, place, wd};
use super::themes::Phrase;

/// A department, how often it reported in unasked, and for what.
type Department = (&'static str, i32, [Phrase; 2]);

#[rustfmt::skip]
pub(super) const DEPARTMENTS: [Department; 32] = [
    ("bj-drc", 19, [("到街道了解项目堵点", "asking subdistricts what holds projects up"), ("现场协调项目前期手续", "settling approvals on the spot")]),
    ("bj-planning", 16, [("到社区讲解规划方案", "explaining plans in communities"), ("现场核对用地边界", "checking site boundaries")]),
    ("bj-transport", 16, [("现场优化公交线路", "looking at bus routes on the spot"), ("研究停车疏堵方案", "working on parking and bottlenecks")]),
    ("bj-education", 14, [("到学校调研学位需求", "asking schools about places"), ("组织名师到校教研", "teachers visiting for joint lessons")]),
    ("bj-health", 13, [("到社区卫生服务中心指导", "advising community health centres"), ("组织专家进社区", "specialists visiting communities")]),
    ("bj-social-work", 13, [("指导社区议事协商", "helping communities to consult"), ("走访养老驿站", "visiting stations for older people")]),
    ("bj-housing", 13, [("指导物业管理", "advising on property management"), ("排查房屋安全", "checking buildings for safety")]),
    ("bj-urban-management", 12, [("检查垃圾分类", "checking waste sorting"), ("巡查供热管线", "walking the heating mains")]),
    ("bj-water", 11, [("排查积水点", "looking for flooding spots"), ("检查自备井置换", "checking the replacement of wells")]),
    ("bj-commerce", 9, [("走访便民商业网点", "visiting shops of daily needs"), ("商议早餐点布局", "placing breakfast stalls")]),
    ("bj-culture-tourism", 8, [("商议文化活动安排", "planning cultural events"), ("指导综合文化中心", "advising the culture centre")]),
    ("bj-sports", 8, [("勘查健身器材点位", "choosing spots for fitness equipment"), ("指导社区健身团队", "advising fitness groups")]),
    ("bj-landscaping", 8, [("现场指导绿地养护", "advising on green spaces"), ("商议公园出入口", "placing park entrances")]),
    ("bj-ecology", 7, [("巡查扬尘和噪声", "checking dust and noise"), ("监测河道水质", "measuring river water")]),
    ("bj-major-projects", 7, [("现场调度重点工程", "seeing to major works on site"), ("协调轨道施工占道", "settling road space for metro works")]),
    ("bj-hospital-authority", 7, [("协调院区扩建", "helping the hospital extension"), ("安排专家出诊", "arranging specialists’ hours")]),
    ("bj-police", 7, [("群租房联合核查", "joint checks of shared flats"), ("社区警务宣传", "community policing")]),
    ("bj-traffic-police", 7, [("疏导学校周边交通", "directing traffic at schools"), ("完善路口标线", "repainting crossings")]),
    ("bj-fire", 6, [("打通消防通道", "opening fire lanes"), ("消防演练进社区", "fire drills in communities")]),
    ("bj-law-enforcement", 6, [("整治占道经营", "street vending put in order"), ("夜间施工检查", "checks of building at night")]),
    ("bj-market", 6, [("检查食品安全", "checking food safety"), ("检查电梯安全", "checking lift safety")]),
    ("bj-emergency", 5, [("检查燃气和地下空间安全", "checking gas and basements"), ("指导应急预案", "advising on emergency plans")]),
    ("bj-finance", 5, [("了解项目资金需求", "asking what projects need"), ("讲解资金拨付流程", "explaining how funds are paid")]),
    ("bj-hrss", 5, [("就业服务进社区", "job services in communities"), ("社保政策咨询", "advice on social insurance")]),
    ("bj-justice", 5, [("法律咨询进社区", "legal advice in communities"), ("指导人民调解", "advising mediators")]),
    ("bj-economy-it", 4, [("排查通信信号盲区", "looking for gaps in mobile signal"), ("指导智慧社区建设", "advising on digital services")]),
    ("bj-science", 4, [("科普活动进社区", "science days in communities"), ("对接治理创新需求", "matching ideas for governance")]),
    ("bj-civil-defence", 4, [("研究人防车位利用", "using civil-defence parking"), ("检查地下空间", "checking basements")]),
    ("bj-healthcare-security", 3, [("医保政策进社区", "health insurance explained"), ("走访定点医疗机构", "visiting contracted clinics")]),
    ("bj-state-assets", 3, [("协调市属企业用地", "settling land of city companies"), ("走访驻区企业", "visiting companies of the area")]),
    ("bj-disabled", 3, [("走访残疾人家庭", "visiting families with disabilities"), ("检查无障碍设施", "checking step-free access")]),
    ("bj-statistics", 3, [("居民需求入户调查", "asking households what they need"), ("核对公共服务数据", "checking service data")]),
];

const AREAS: [&str; 5] =
    ["huilongguan", "huoying", "dongxiaokou", "tiantongyuan-north", "tiantongyuan-south"];
/// Working days from the first to the last report-in.
const SPAN: i32 = 236;

/// Numbers report-ins in the order in which they are written.
#[derive(Default)]
pub(super) struct ReportIns(u32);

impl ReportIns {
    /// A unit that came because it was called.
    pub(super) fn respond(&mut self, book: &mut Book, day: Date, unit: &str, area: &str, to: &Target) {
        let facts = vec![
            example("应哨到场处置", "came to a whistle"),
            ItemFact::Text {
                text: both(
                    "应街道召集到现场，参加处置。",
                    "Called by the subdistrict, took part on the spot.",
                ),
            },
            link(Relation::Responds, to.clone()),
        ];
        self.write(book, day, unit, area, facts);
    }

    fn write(&mut self, book: &mut Book, day: Date, unit: &str, area: &str, mut facts: Vec<ItemFact>) {
        let name = format!("HT-REP-{:03}", self.0 + 1);
        facts.extend([
            ItemFact::Received { on: day },
            lead(unit),
            ItemFact::Level { level: level(unit) },
            place(area, ""),
            ItemFact::Period { from: day, to: day },
            ItemFact::People { people: 2 + self.0 % 5 },
        ]);
        if book.register(day, of(unit), &name, ItemKind::ReportIn, facts).is_some() {
            self.0 += 1;
        }
    }
}

/// The report-ins that nobody called for.
pub(super) fn play(book: &mut Book, numbers: &mut ReportIns) {
    let total: i32 = DEPARTMENTS.iter().map(|(_, count, _)| count).sum();
    // In turn: each round takes one visit of every department that still has some.
    let rounds = DEPARTMENTS.iter().map(|(_, count, _)| *count).max().unwrap_or(0);
    let turns = (0..rounds).flat_map(|round| {
        DEPARTMENTS
            .iter()
            .filter(move |(_, count, _)| round < *count)
            .map(move |department| (round, department))
    });
    for (at, (round, (unit, _, purposes))) in (0..).zip(turns) {
        let day = wd(START, 4 + at * SPAN / total);
        let (zh, en) = purposes[round as usize % purposes.len()];
        let area = AREAS[(at as usize * 3 + round as usize) % AREAS.len()];
        let text = both(
            "到街镇和社区现场服务，问题当场答复或带回办理。",
            "On the spot; matters answered there or taken back.",
        );
        let facts = vec![
            example(&format!("主动报到：{zh}"), &format!("reporting in: {en}")),
            ItemFact::Text { text },
            ItemFact::Sector { sector: code("social") },
        ];
        numbers.write(book, day, unit, area, facts);
    }
}
