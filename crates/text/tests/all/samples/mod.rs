//! Made-up messages of the shape residents send: every sentence here is our own.

#![allow(dead_code)]

use text::random::SplitMix;

/// One made-up message with the truth about it.
#[derive(Debug, Clone)]
pub struct Sample {
    pub user: String,
    pub title: String,
    pub body: String,
    pub label: &'static str,
    /// Day of the year 2025, from 0.
    pub day: u32,
    /// The planted issue, if any.
    pub issue: Option<&'static str>,
}

const COMMUNITIES: [&str; 16] = [
    "晨曦园小区",
    "柳荫苑",
    "北辰家园",
    "云杉里社区",
    "望溪新村",
    "青禾公寓",
    "梧桐湾",
    "金谷花园",
    "松鹤庭院",
    "明湖城",
    "春藤小区",
    "百合苑",
    "东篱家园",
    "长岭新村",
    "映山红社区",
    "银帆公寓",
];

/// Category, matters, and what people add.
const MATTERS: [(&str, [&str; 4], [&str; 4]); 5] = [
    (
        "停车交通",
        ["夜里没有车位", "门口公交车太少", "路口红绿灯时间太短", "辅路上违停堵车"],
        [
            "下班回来要绕三圈才找到车位",
            "早高峰等公交等了半个钟头",
            "司机和行人都过不去路口",
            "车子停满人行道，走路都难",
        ],
    ),
    (
        "环境卫生",
        ["垃圾桶几天没人清运", "楼下饭馆油烟呛人", "河沟发黑发臭", "工地扬尘不盖网"],
        ["天热味道更大，苍蝇成群", "排烟管正对卧室窗户", "河水颜色像墨汁", "衣服晾出去就是一层灰"],
    ),
    (
        "教育文体",
        ["孩子上不了附近的小学", "幼儿园收费太高", "老师课外办补习班", "社区没有图书室和球场"],
        ["学位通知一直没有下来", "一个学期涨了两次学费", "班主任让家长交补课费", "放学后孩子没有地方打球"],
    ),
    (
        "劳动保障",
        ["工地拖欠工资", "公司不给上社保", "退休手续办了半年", "工伤没有人认定"],
        ["十几个工友等着钱回家", "劳动合同签了却没有参保", "养老金到现在没有发", "住院费用都是自己垫的"],
    ),
    (
        "医疗卫生",
        ["社区医院没有儿科", "医保卡不能刷", "疫苗预约不上", "急诊排队太久"],
        [
            "孩子发烧只能坐车去城里看病",
            "药店说医保结算系统坏了",
            "接种门诊每天只放十个号",
            "医生只有一个，病人坐满走廊",
        ],
    ),
];

const OPENINGS: [&str; 6] =
    ["您好，", "请有关部门看一看，", "我是这里的住户，", "反映一个情况：", "求助，", "再问一次，"];
const CLOSINGS: [&str; 6] =
    ["盼回复。", "希望早点解决。", "谢谢。", "什么时候能有个说法？", "大家都很着急。", "麻烦派人来看看。"];

/// What people say whatever the matter is.
const FILLERS: [&str; 30] = [
    "前天打过一次电话没有人接",
    "隔壁单元的邻居也这么说",
    "拍了照片可以发给你们",
    "去年冬天就提过这件事",
    "物业每次都说正在协调",
    "我母亲七十多岁腿脚不便",
    "周末回来一看还是老样子",
    "网上查了半天不知道归谁管",
    "前后跑了四五趟都没结果",
    "楼长把意见汇总交上去了",
    "新搬来的住户更不清楚",
    "附近几栋楼情况差不多",
    "听说别的城区早就办好了",
    "愿意配合你们到现场看",
    "请不要把我的号码公开",
    "这个月已经是第三回",
    "保安说他们做不了主",
    "业委会正在改选顾不上",
    "最难的是晚上九点以后",
    "下雨的时候格外明显",
    "孩子还小实在没有办法",
    "开会时答应过一个月内办",
    "我们不是为难工作人员",
    "能不能先给个临时办法",
    "原来的负责人调走了",
    "牌子上的电话是空号",
    "年初登记过姓名和门牌",
    "只想要一个明确的时间",
    "写信之前想了很久",
    "群里天天有人议论",
];

/// Three different ones.
fn fillers(random: &mut SplitMix) -> String {
    let mut order: Vec<&str> = FILLERS.to_vec();
    random.shuffle(&mut order);
    order[..3].join("，")
}

/// Messages that have nothing to do with one another.
pub fn background(count: usize, seed: u64) -> Vec<Sample> {
    let mut random = SplitMix::new(seed);
    (0..count)
        .map(|number| {
            let (label, matters, details) = &MATTERS[random.below(MATTERS.len())];
            let which = random.below(4);
            let place = COMMUNITIES[random.below(COMMUNITIES.len())];
            let block = random.below(60) + 1;
            let title = format!("{place}{block}号楼{}", matters[which]);
            let body = format!(
                "{}{place}{block}号楼{}。{}。{}。{}{}",
                OPENINGS[random.below(OPENINGS.len())],
                matters[which],
                details[which],
                fillers(&mut random),
                details[random.below(4)],
                CLOSINGS[random.below(CLOSINGS.len())]
            );
            let day = random.below(365) as u32;
            Sample { user: format!("u{number}"), title, body, label, day, issue: None }
        })
        .collect()
}

/// Name, place, category, titles, details.
type Planted = (&'static str, &'static str, &'static str, [&'static str; 5], [&'static str; 4]);

/// The planted issues: many people, one place, one matter, three weeks.
const ISSUES: [Planted; 3] = [
    (
        "搅拌",
        "星河湾小区",
        "环境卫生",
        [
            "星河湾小区旁边的混凝土搅拌站噪音大",
            "投诉星河湾小区附近搅拌站粉尘污染",
            "星河湾小区业主反对建搅拌站",
            "请关停星河湾小区门口的搅拌站",
            "搅拌站昼夜轰鸣，星河湾小区没法住",
        ],
        [
            "混凝土搅拌站昼夜不停",
            "搅拌站的粉尘落满阳台",
            "搅拌车一辆接一辆从门口过",
            "搅拌站离最近的楼只有八十米",
        ],
    ),
    (
        "断水",
        "紫藤花园",
        "环境卫生",
        [
            "紫藤花园高层连续停水",
            "紫藤花园二次供水水泵坏了没人修",
            "紫藤花园停水五天物业不管",
            "什么时候恢复紫藤花园供水",
            "紫藤花园自来水断断续续",
        ],
        [
            "高层自来水一滴都没有",
            "供水泵房的水泵坏了",
            "物业让等通知，停水到现在",
            "老人提着桶去楼下接自来水",
        ],
    ),
    (
        "群租",
        "锦绣里社区",
        "停车交通",
        [
            "锦绣里社区群租房隔断太多",
            "举报锦绣里社区一套房住二十人的群租",
            "锦绣里社区群租扰民还有火灾隐患",
            "锦绣里社区群租房什么时候清理",
            "群租房东把锦绣里社区房子打成隔断",
        ],
        [
            "一套三居室打成八个隔断群租",
            "群租的人半夜进进出出",
            "楼道里群租客的电动车堵着门",
            "隔断群租没有消防设施",
        ],
    ),
];

/// `people` messages on each planted issue.
pub fn issues(people: usize, seed: u64) -> Vec<Sample> {
    let mut random = SplitMix::new(seed);
    let mut out = Vec::new();
    for (at, (issue, place, label, titles, details)) in ISSUES.iter().enumerate() {
        for person in 0..people {
            let title = titles[random.below(titles.len())].to_owned();
            let body = format!(
                "{}我住{place}，{}。{}。{}。{}",
                OPENINGS[random.below(OPENINGS.len())],
                details[random.below(4)],
                fillers(&mut random),
                details[random.below(4)],
                CLOSINGS[random.below(CLOSINGS.len())]
            );
            out.push(Sample {
                user: format!("{issue}{person}"),
                title,
                body,
                label,
                day: 60 + 70 * at as u32 + random.below(21) as u32,
                issue: Some(issue),
            });
        }
    }
    out
}
