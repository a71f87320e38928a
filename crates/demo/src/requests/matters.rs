//! What people of the demonstration bring, and where: made up, and said to be.

use domain::request::RequestKind::{self, Complaint, Help, Question, Suggestion};

/// A matter that people bring, where it is handled, and what may come of it.
pub(super) struct Matter {
    pub category: &'static str,
    pub kind: RequestKind,
    /// The text; `{}` is the place.
    pub zh: &'static str,
    pub en: &'static str,
    pub answer: (&'static str, &'static str),
    /// What is answered to the question of its category that must be.
    pub what: Option<&'static str>,
}

const fn matter(
    category: &'static str,
    kind: RequestKind,
    zh: &'static str,
    en: &'static str,
    answer: (&'static str, &'static str),
) -> Matter {
    Matter { category, kind, zh, en, answer, what: None }
}

impl Matter {
    const fn of(self, what: &'static str) -> Self {
        Self { what: Some(what), ..self }
    }
}

pub(super) const MATTERS: [Matter; 16] = [
    matter(
        "parking",
        Complaint,
        "{}消防通道每晚停满车，救护车进不来，希望划线并派人管理。",
        "Cars block the fire lane at {} every night; please mark it and send somebody.",
        ("已施划禁停标线，安排夜间巡查。", "No-parking lines were painted and patrols go round at night."),
    ),
    matter(
        "parking",
        Suggestion,
        "{}周边停车位太少，建议把桥下空地改成夜间停车场。",
        "There are too few parking places around {}; the ground under the bridge could be used at night.",
        (
            "与产权单位协商，桥下空地夜间开放 60 个车位。",
            "The owner agreed: 60 places under the bridge are open at night.",
        ),
    ),
    matter(
        "building",
        Complaint,
        "{}一层住户在楼前私自搭建平房，挡住了消防通道。",
        "A shed was put up in front of the building at {} without leave and blocks the fire lane.",
        (
            "现场核实后已限期拆除，占用的通道已恢复。",
            "It was checked on the spot and taken down; the lane is free again.",
        ),
    ),
    matter(
        "property",
        Complaint,
        "{}的电梯一个月坏了三次，物业说没有维修资金。",
        "The lift at {} broke down three times in a month; the manager says there is no money.",
        (
            "已督促物业更换曳引机，应急维修资金已拨付。",
            "The manager has replaced the machine; emergency funds were paid out.",
        ),
    ),
    matter(
        "property",
        Help,
        "{}的门禁坏了两个星期，外人随便进出，老人不放心。",
        "The entrance door at {} has been broken for two weeks and anybody walks in.",
        ("门禁已更换，并增加了夜间值守。", "The door was replaced and somebody keeps watch at night."),
    ),
    matter(
        "noise",
        Complaint,
        "{}对面工地夜里十二点还在施工，影响休息。",
        "The site opposite {} works past midnight.",
        (
            "已约谈施工单位，夜间停止产生噪声的作业。",
            "The contractor was called in; noisy work stops at night.",
        ),
    ),
    matter(
        "noise",
        Complaint,
        "{}广场每天早晨五点放音响，孩子没法睡觉。",
        "Loudspeakers start at five every morning on the square at {}.",
        (
            "与领队约定早七点后开始，音量不超过六十分贝。",
            "The group now begins after seven and keeps the volume down.",
        ),
    ),
    matter(
        "garbage",
        Complaint,
        "{}的垃圾桶三天没清，夏天味道很大。",
        "The bins at {} have not been emptied for three days.",
        (
            "已改为每日清运两次，桶站周边完成冲洗。",
            "They are emptied twice a day now and the place was washed.",
        ),
    )
    .of("full"),
    matter(
        "garbage",
        Suggestion,
        "{}没有大件垃圾的投放点，旧沙发堆在楼道里。",
        "There is no place for bulky waste at {}; old sofas stand in the stairs.",
        ("新设大件垃圾暂存点，每周六清运。", "A place for bulky waste was set up, emptied every Saturday."),
    )
    .of("bulky"),
    matter(
        "roads",
        Complaint,
        "{}门口的路面塌了一块，晚上骑车很危险。",
        "Part of the road in front of {} has sunk; cycling at night is dangerous.",
        ("路面已修复，管线回填重新夯实。", "The road was mended and the ground over the pipes compacted."),
    ),
    matter(
        "roads",
        Help,
        "{}到地铁站的路上路灯不亮，下班的人都摸黑走。",
        "The street lamps between {} and the station are out; people walk home in the dark.",
        ("更换故障灯具十二盏，线路已检修。", "Twelve lamps were replaced and the line checked."),
    ),
    matter(
        "transport",
        Suggestion,
        "{}早高峰公交等半小时，建议增加到地铁站的摆渡车。",
        "At {} the morning bus takes half an hour to come; a shuttle to the station would help.",
        ("早高峰增发区间车，间隔缩短到八分钟。", "Extra buses run in the morning, eight minutes apart."),
    ),
    matter(
        "heating",
        Help,
        "{}连续三天停水，家里有老人和孩子，请尽快恢复。",
        "{} has been without water for three days; there are old people and children.",
        ("爆管已抢修，当晚恢复供水。", "The burst pipe was mended and water ran the same evening."),
    ),
    matter(
        "rental",
        Complaint,
        "{}有人把三居室隔成八间出租，用电很不安全。",
        "At {} a flat was split into eight rooms to let, with unsafe wiring.",
        (
            "联合检查后已拆除隔断，线路整改完毕。",
            "After a joint check the walls were taken out and the wiring mended.",
        ),
    ),
    matter(
        "services",
        Question,
        "{}的孩子今年上小学，应当到哪里登记？",
        "Where do children at {} register for primary school this year?",
        (
            "五月到户籍所在地的学校登记，所需材料已短信告知。",
            "In May at the school of the registered address; the list was sent by text message.",
        ),
    ),
    matter(
        "services",
        Suggestion,
        "{}附近没有菜市场，老人买菜要走半小时。",
        "There is no market near {}; old people walk half an hour.",
        (
            "便民菜车每天上午进社区，固定菜店正在选址。",
            "A vegetable van comes every morning; a site for a shop is being chosen.",
        ),
    ),
];

/// Communities with where in them: area, words, and a point near it, in millionths of a degree.
pub(super) const PLACES: [(&str, &str, &str, (i32, i32)); 12] = [
    ("longtengyuan-4", "龙腾苑四区东门", "the east gate of Longtengyuan No. 4", (116_322_000, 40_062_000)),
    ("yunquyuan-3", "云趣园三区", "Yunquyuan No. 3", (116_341_000, 40_062_500)),
    ("xinkangyuan", "新康园小区北侧", "the north side of Xinkangyuan", (116_312_000, 40_066_000)),
    ("liuxing-garden-3", "流星花园三区", "Liuxing Garden No. 3", (116_348_000, 40_066_000)),
    ("huoying-estate", "霍营小区", "Huoying Estate", (116_360_000, 40_076_000)),
    ("hualongyuan-south", "华龙苑南里", "Hualongyuan South", (116_352_000, 40_082_000)),
    ("jiayunyuan", "佳运园", "Jiayunyuan", (116_385_000, 40_060_000)),
    ("tiantongyuan-east-1", "天通苑东一区", "Tiantongyuan East No. 1", (116_418_000, 40_061_000)),
    (
        "tiantongyuan-north",
        "天通苑北街道文化广场",
        "the culture square of Tiantongyuan North",
        (116_418_000, 40_071_000),
    ),
    ("huilongguan", "回龙观西大街路口", "the corner of Huilongguan West Street", (116_330_000, 40_063_000)),
    ("huoying", "霍营地铁站南口", "the south exit of Huoying station", (116_367_000, 40_071_500)),
    ("dongxiaokou", "东小口森林公园南门", "the south gate of Dongxiaokou park", (116_375_000, 40_045_000)),
];
