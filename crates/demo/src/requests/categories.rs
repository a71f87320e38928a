//! What requests of the demonstration are about.

use domain::named::Named;
use domain::request::question::{AnswerChoice, AnswerKind, Question};
use domain::request::{RequestCategory, ShownPlace};

use crate::registers::book::code;

fn category(at: u32, name: &str, zh: &str, en: &str, preset: &str, words: &[&str]) -> RequestCategory {
    RequestCategory {
        words: words.iter().map(|word| (*word).to_owned()).collect(),
        ..RequestCategory::new(code(name), at, Named::new(zh, en), code(preset))
    }
}

/// What is asked when the bins are full.
fn garbage() -> Vec<Question> {
    let choice =
        |name: &str, zh: &str, en: &str| AnswerChoice { choice: code(name), name: Named::new(zh, en) };
    let question = |name: &str, kind, zh: &str, en: &str, required, choices| Question {
        question: code(name),
        kind,
        name: Named::new(zh, en),
        about: None,
        required,
        private: false,
        choices,
    };
    vec![
        question(
            "tip",
            AnswerKind::Remark,
            "大件垃圾请先与物业预约清运时间。",
            "Please arrange with the property manager when bulky waste is fetched.",
            false,
            Vec::new(),
        ),
        question(
            "what",
            AnswerKind::One,
            "是哪种情况",
            "What is the matter",
            true,
            vec![
                choice("full", "桶满未清", "Bins not emptied"),
                choice("bulky", "大件垃圾堆放", "Bulky waste left"),
                choice("dirty", "地面脏、有异味", "Dirty ground or smell"),
            ],
        ),
        question("days", AnswerKind::Number, "已持续几天", "For how many days", false, Vec::new()),
    ]
}

pub(super) fn categories() -> Vec<RequestCategory> {
    let mut all = vec![
        category(
            10,
            "parking",
            "停车管理",
            "Parking",
            "usual",
            &["停车", "车位", "乱停", "占道停", "消防通道", "僵尸车", "parking", "parked", "fire lane"],
        ),
        category(
            20,
            "building",
            "违法建设",
            "Illegal construction",
            "complex",
            &[
                "违建",
                "私搭",
                "搭建",
                "违法建设",
                "加建",
                "拆除",
                "平房",
                "without leave",
                "illegal construction",
                "shed",
            ],
        ),
        category(
            30,
            "property",
            "物业管理",
            "Property management",
            "usual",
            &[
                "物业",
                "电梯",
                "门禁",
                "业委会",
                "物业费",
                "维修资金",
                "保安",
                "property",
                "lift",
                "elevator",
                "entrance door",
            ],
        ),
        category(
            40,
            "noise",
            "噪声扰民",
            "Noise",
            "usual",
            &["噪声", "噪音", "扰民", "音响", "施工", "广场舞", "工地", "noise", "loud", "loudspeaker"],
        ),
        category(
            50,
            "garbage",
            "垃圾和环境卫生",
            "Garbage and cleaning",
            "usual",
            &[
                "垃圾",
                "清运",
                "异味",
                "臭味",
                "保洁",
                "大件垃圾",
                "脏",
                "garbage",
                "bins",
                "waste",
                "rubbish",
            ],
        ),
        category(
            60,
            "roads",
            "道路和路灯",
            "Roads and street lamps",
            "usual",
            &[
                "路灯",
                "路面",
                "坑",
                "塌",
                "井盖",
                "人行道",
                "积水",
                "street lamp",
                "road",
                "pothole",
                "pavement",
            ],
        ),
        category(
            70,
            "transport",
            "公共交通",
            "Public transport",
            "complex",
            &["公交", "地铁拥挤", "摆渡车", "等车", "拥堵", "红绿灯", "bus", "crowded metro", "shuttle"],
        ),
        category(
            80,
            "heating",
            "水电气热",
            "Water, power, gas, heat",
            "utility",
            &[
                "停水",
                "停电",
                "停气",
                "暖气",
                "供暖",
                "不热",
                "漏水",
                "爆管",
                "燃气",
                "without water",
                "power cut",
                "heating",
                "gas leak",
            ],
        ),
        category(
            90,
            "rental",
            "群租和流动人口",
            "Group rentals",
            "complex",
            &["群租", "隔断", "隔成", "出租屋", "地下室", "group rental", "split into"],
        ),
        category(
            100,
            "services",
            "便民和公共服务",
            "Public services",
            "usual",
            &[
                "入学",
                "幼儿园",
                "小学",
                "菜市场",
                "买菜",
                "医院",
                "社保",
                "养老",
                "school",
                "market",
                "clinic",
            ],
        ),
        category(
            110,
            "conduct",
            "工作作风",
            "Conduct of officials",
            "complex",
            &["态度", "推诿", "作风", "不作为", "rude", "refused to help"],
        ),
    ];
    for held in &mut all {
        match held.category.as_str() {
            "heating" => {
                held.warning = Some(Named::new(
                    "燃气泄漏请先关阀、离开现场，再拨打 96777 或 119。",
                    "If gas leaks: close the valve, leave, then call 96777 or 119.",
                ))
            }
            "conduct" => held.private = true,
            // Who lets to whom is told of the neighbourhood, not of the door.
            "rental" => held.shown_place = ShownPlace::Area,
            "noise" => held.shown_place = ShownPlace::Grid { metres: 500 },
            // Somebody looks before a number is given.
            "building" => held.batch = true,
            "garbage" => held.questions = garbage(),
            _ => {}
        }
    }
    all
}
