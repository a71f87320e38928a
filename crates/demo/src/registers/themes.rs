//! What the made-up directives, tasks and inspections are about: the matters that residents of the area
//! were publicly said to raise, with units that such matters would go to.

pub(crate) struct Theme {
    pub zh: &'static str,
    pub en: &'static str,
    pub lead: &'static str,
    /// Takes a part in it, and leads the further tasks.
    pub second: &'static str,
    pub sector: &'static str,
    pub area: &'static str,
    /// The project of the plan that it serves.
    pub project: &'static str,
}

/// Two languages of one phrase.
pub(super) type Phrase = (&'static str, &'static str);

#[allow(clippy::too_many_arguments, reason = "one row of a table")]
const fn theme(
    zh: &'static str,
    en: &'static str,
    lead: &'static str,
    second: &'static str,
    sector: &'static str,
    area: &'static str,
    project: &'static str,
) -> Theme {
    Theme { zh, en, lead, second, sector, area, project }
}

#[rustfmt::skip]
pub(super) const THEMES: &[Theme] = &[
    theme("小区周边停车难", "parking around housing estates", "bj-transport", "changping-transport", "transport", "huilongguan", ""),
    theme("地铁站外共享单车淤积", "shared bicycles piled up at metro stations", "changping-urban-management", "huoying-office", "transport", "huoying", ""),
    theme("断头路打通", "missing road links", "bj-planning", "changping-planning", "transport", "dongxiaokou", "HT-TRA-005"),
    theme("早晚高峰公交接驳", "bus connections at peak hours", "bj-transport", "changping-transport", "transport", "tiantongyuan-north", ""),
    theme("快速路前期手续", "approvals for the expressway", "bj-planning", "bj-drc", "transport", "tiantongyuan-south", "HT-TRA-004"),
    theme("自行车专用路运营管理", "running the bicycle-only road", "bj-transport", "huilongguan-office", "transport", "huilongguan", "HT-TRA-001"),
    theme("秋季入学学位供给", "school places for the autumn", "bj-education", "changping-education", "education", "huilongguan", "HT-EDU-001"),
    theme("普惠性幼儿园收费", "fees of affordable kindergartens", "changping-education", "bj-education", "education", "tiantongyuan-south", ""),
    theme("引进优质学校建设", "building the schools brought in", "changping-education", "changping-planning", "education", "tiantongyuan-north", "HT-EDU-002"),
    theme("社区卫生服务中心开诊准备", "opening of community health centres", "changping-health", "bj-health", "health", "huoying", "HT-HEA-001"),
    theme("医院扩建前期手续", "approvals for the hospital extension", "bj-hospital-authority", "bj-health", "health", "huilongguan", "HT-HEA-005"),
    theme("文化体育设施开放准备", "opening of culture and sports facilities", "changping-culture-tourism", "changping-sports", "culture_sports", "tiantongyuan-north", "HT-CUL-003"),
    theme("体育公园周边环境", "surroundings of the sports park", "changping-sports", "huilongguan-office", "culture_sports", "huilongguan", "HT-CUL-001"),
    theme("社区养老服务", "services for older residents", "bj-social-work", "changping-civil-affairs", "elderly_care", "dongxiaokou", ""),
    theme("残疾人托养服务", "day care for people with disabilities", "changping-disabled", "changping-civil-affairs", "elderly_care", "tiantongyuan-south", ""),
    theme("自备井置换", "replacement of private wells", "bj-water", "changping-water", "municipal", "huilongguan", "HT-MUN-005"),
    theme("再生水厂建设条件", "conditions for the reclaimed-water plant", "bj-water", "changping-water", "municipal", "dongxiaokou", "HT-MUN-004"),
    theme("配电网增容", "more capacity in the power network", "grid-changping", "changping-urban-management", "municipal", "huilongguan", "HT-MUN-003"),
    theme("公园绿地夜间照明", "lighting of parks at night", "bj-landscaping", "changping-landscaping", "greening", "dongxiaokou", "HT-GRE-002"),
    theme("消防通道占用", "blocked fire lanes", "changping-fire", "tiantongyuan-south-office", "social", "tiantongyuan-south", ""),
    theme("违法建设治理", "illegal structures", "changping-planning", "tiantongyuan-north-office", "social", "tiantongyuan-north", ""),
    theme("群租房整治", "overcrowded shared flats", "bj-housing", "changping-housing", "social", "tiantongyuan-north", ""),
    theme("物业服务与电梯更新", "property management and lift renewal", "bj-housing", "changping-housing", "social", "huilongguan", ""),
    theme("生活垃圾分类", "sorting of household waste", "bj-urban-management", "changping-urban-management", "social", "huoying", ""),
    theme("夜间施工噪声", "noise of building at night", "bj-ecology", "dongxiaokou-office", "social", "dongxiaokou", ""),
];

/// What the tasks split out of a directive ask for.
pub(super) const TASKS: &[Phrase] = &[
    ("摸清底数、建立台账", "take stock and keep a list"),
    ("制定整治方案和时间表", "draw up measures and a timetable"),
    ("协调办理前期手续", "coordinate the approvals"),
    ("集中整治并组织回访", "put right and call residents back"),
    ("完善长效管理机制", "settle how it is kept in order"),
    ("公示进展、回应居民关切", "publish progress and answer residents"),
    ("补充设施并投入使用", "add what is missing and bring it into use"),
];

pub(super) const DIRECTIVES: &[Phrase] = &[
    ("关于{}的批示", "directive on {}"),
    ("关于回天地区{}情况反映的批示", "directive on a paper about {}"),
    ("关于抓紧解决{}问题的批示", "directive to settle {} soon"),
    ("关于{}工作进展的批示", "directive on progress with {}"),
];

/// Words of a phrase put into a pattern's place.
pub(super) fn fill(pattern: Phrase, zh: &str, en: &str) -> (String, String) {
    (pattern.0.replace("{}", zh), pattern.1.replace("{}", en))
}
