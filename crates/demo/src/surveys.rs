//! Three waves of a survey that nobody was asked in: made up, so that questionnaires, answering and results can be
//! seen. The method and the sample of the surveys that were held in the area are not published.

use anyhow::{Context, anyhow};
use app::survey::{FreezeFault, NewSheet};
use app::{Actor, App, Change};
use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::indicator::{AskedBy, IndicatorFact};
use domain::named::Named;
use domain::subject::Subject;
use domain::survey::{Questionnaire, Wave, WaveAccess, WaveEvent, WaveMargin, WaveMode, WaveQuota};
use jiff::civil::{Date, date};
use rust_decimal::Decimal;
use survey::instrument::{Choice, Draft, Form, Instrument, Question, Wording};
use survey::random::Random;
use survey::sheet::{Answer, Answers};

use crate::registers::book::illustrative;

/// The days on which something of a survey happens.
const FIRST: Date = date(2019, 6, 14);
const SECOND: Date = date(2019, 12, 20);
const LAST: Date = date(2026, 1, 5);

/// So many write something; the second wave has three times as many sheets.
const WRITTEN: u32 = 180;

pub(crate) fn days() -> [Date; 3] {
    [FIRST, SECOND, LAST]
}

const AREAS: [(&str, &str, &str); 5] = [
    ("huilongguan", "回龙观", "Huilongguan"),
    ("huoying", "霍营", "Huoying"),
    ("dongxiaokou", "东小口", "Dongxiaokou"),
    ("tiantongyuan-north", "天通苑北", "Tiantongyuan North"),
    ("tiantongyuan-south", "天通苑南", "Tiantongyuan South"),
];
const AGES: [(&str, &str, &str); 3] = [
    ("18-39", "18—39 岁", "18 to 39"),
    ("40-59", "40—59 岁", "40 to 59"),
    ("60+", "60 岁及以上", "60 and over"),
];
const SEXES: [(&str, &str, &str); 2] = [("f", "女", "female"), ("m", "男", "male")];
const FELT: [(&str, &str, &str); 3] =
    [("much", "变化明显", "clearly"), ("some", "有一些变化", "somewhat"), ("none", "没感觉到", "not at all")];
const BETTER: [(&str, &str, &str); 6] = [
    ("traffic", "出行", "getting about"),
    ("schools", "上学", "schools"),
    ("health", "看病", "health care"),
    ("parks", "公园绿地", "parks"),
    ("elderly", "养老", "care of the elderly"),
    ("order", "环境秩序", "tidiness and order"),
];
const NEAR: [(&str, &str, &str); 3] =
    [("bus", "公交地铁", "bus and underground"), ("clinic", "社区医院", "clinic"), ("park", "公园", "park")];
const HOW: [(&str, &str, &str); 3] =
    [("good", "方便", "easy"), ("fair", "一般", "fair"), ("poor", "不方便", "hard")];

/// What somebody may have written, by how often.
const WISHES: [(&str, u32); 10] = [
    ("多建停车位，晚上回家没地方停", 24),
    ("小区里乱停车太多，消防通道都堵了", 20),
    ("物业只收费不管事，电梯老坏", 16),
    ("门禁坏了很久，希望物业尽快修", 12),
    ("垃圾桶满了没人清运，夏天异味大", 14),
    ("垃圾分类点离得远，路上脏", 10),
    ("夜里施工噪声大，孩子睡不着", 6),
    ("想要一个能散步的小公园", 5),
    ("希望早晚高峰多开几趟车到地铁站", 5),
    ("没什么", 2),
];

fn choices(of: &[(&str, &str, &str)]) -> Vec<Choice> {
    of.iter().map(|(code, zh, en)| Choice { code: (*code).into(), label: Wording::new(zh, en) }).collect()
}

fn question(name: &str, zh: &str, en: &str, form: Form, required: bool) -> Question {
    let hint = Wording::default();
    Question { name: name.into(), wording: Wording::new(zh, en), hint, form, required, condition: None }
}

fn asked() -> anyhow::Result<Questionnaire> {
    let single = |of| Form::Single { choices: choices(of) };
    let better = Form::Multiple { choices: choices(&BETTER), least: None, most: Some(3) };
    let scale = Form::Scale {
        low: 1,
        high: 10,
        low_label: Wording::new("很不满意", "not at all"),
        high_label: Wording::new("很满意", "very"),
    };
    let near = Form::Matrix { rows: choices(&NEAR), columns: choices(&HOW) };
    let mut questions = vec![
        question("area", "您住在哪里？", "Where do you live?", single(&AREAS), true),
        question("sex", "您的性别？", "Are you …", single(&SEXES), true),
        question("age", "您的年龄？", "How old are you?", single(&AGES), true),
        question(
            "felt",
            "您感觉到回天地区这些年的变化了吗？",
            "Have you noticed changes in the area?",
            single(&FELT),
            true,
        ),
        question("better", "哪些方面变好了？", "What has become better?", better, false),
        question(
            "satisfied",
            "总的来说，您对居住的地方满意吗？",
            "All in all, how satisfied are you with where you live?",
            scale,
            true,
        ),
        question(
            "near",
            "从您家去这些地方方便吗？",
            "How easy is it to reach these from your home?",
            near,
            false,
        ),
        question(
            "wish",
            "您最希望再改善什么？",
            "What would you like to be improved next?",
            Form::Text { longest: Some(300) },
            false,
        ),
    ];
    questions[4].hint = Wording::new("最多选三项。", "Up to three.");
    questions[4].condition = Some("${felt} = 'much' or ${felt} = 'some'".parse()?);
    let title = Wording::new("回天地区居民感受调查（演示）", "How residents feel (demonstration)");
    let draft = Draft { name: "huitian-felt".into(), version: "1".into(), title, questions };
    Ok(Questionnaire { instrument: Code::new("huitian-felt")?, version: 1, asks: Instrument::new(draft)? })
}

fn margin(question: &str, totals: &[(&str, i64)]) -> WaveMargin {
    let totals = totals.iter().map(|(code, share)| ((*code).to_owned(), Decimal::from(*share))).collect();
    WaveMargin {
        question: question.into(),
        totals,
        source: "演示用的比例 / shares made up for the demonstration".into(),
    }
}

fn wave(code: &str, name: Named, from: Date, to: Date, access: WaveAccess) -> anyhow::Result<Wave> {
    let quotas =
        AGES.iter().map(|(age, ..)| WaveQuota { of: vec![("age".into(), (*age).into())], target: 60 });
    Ok(Wave {
        wave: Code::new(code)?,
        name,
        instrument: Code::new("huitian-felt")?,
        version: 1,
        from,
        to,
        frame: Named::new(
            "演示：没有访问任何人，答卷由程序生成。",
            "A demonstration: nobody was asked, and the sheets are made by the program.",
        ),
        modes: vec![WaveMode::Web, WaveMode::Telephone, WaveMode::Street, WaveMode::Paper],
        access,
        area: Some("area".into()),
        groups: vec!["age".into(), "sex".into()],
        quotas: quotas.collect(),
        margins: vec![
            margin("sex", &[("f", 49), ("m", 51)]),
            margin("age", &[("18-39", 46), ("40-59", 36), ("60+", 18)]),
        ],
        trim: Some(400),
        least: 20,
        sample: None,
    })
}

/// One of several, by their weights.
fn pick<'a>(random: &mut Random, of: &[(&'a str, &str, &str)], weights: &[u32]) -> &'a str {
    let all: u32 = weights.iter().sum();
    let mut at = random.below(u64::from(all.max(1))) as u32;
    for ((code, ..), weight) in of.iter().zip(weights) {
        if at < *weight {
            return code;
        }
        at -= weight;
    }
    of.first().map_or("", |(code, ..)| code)
}

/// How much more, or less, of the change is noticed in some areas, where it is noticed at all.
fn of_area(area: &str, better: u32) -> u32 {
    match area {
        "tiantongyuan-north" => better * 5 / 2,
        "dongxiaokou" => 0,
        _ => better,
    }
}

fn sheet(random: &mut Random, better: u32) -> Answers {
    let choice = |code: &str| Answer::Choice(code.to_owned());
    let area = pick(random, &AREAS, &[30, 15, 20, 20, 15]);
    let better = of_area(area, better);
    let felt = pick(random, &FELT, &[20 + better, 45, 35_u32.saturating_sub(better / 2)]);
    let mut out = Answers::from([
        ("area".to_owned(), choice(area)),
        ("sex".to_owned(), choice(pick(random, &SEXES, &[60, 40]))),
        ("age".to_owned(), choice(pick(random, &AGES, &[35, 35, 30]))),
        ("felt".to_owned(), choice(felt)),
    ]);
    if felt != "none" {
        let mut ticked: Vec<String> =
            (0..2).map(|_| pick(random, &BETTER, &[30, 15, 12, 25, 8, 18]).to_owned()).collect();
        ticked.sort();
        ticked.dedup();
        out.insert("better".into(), Answer::Choices(ticked));
    }
    let base = if felt == "none" { 4 } else { 6 };
    let points = (base + random.below(4) + u64::from(better / 15)).min(10);
    out.insert("satisfied".into(), Answer::Number(points as f64));
    let cells =
        NEAR.iter().map(|(row, ..)| ((*row).to_owned(), pick(random, &HOW, &[45, 35, 20]).to_owned()));
    out.insert("near".into(), Answer::Matrix(cells.collect()));
    out
}

/// Half of the people wrote something.
fn wish(random: &mut Random) -> Option<Answer> {
    let all: u32 = WISHES.iter().map(|(_, weight)| weight).sum();
    let mut at = random.below(u64::from(all * 2)) as u32;
    for (text, weight) in WISHES {
        if at < weight {
            return Some(Answer::Text(text.to_owned()));
        }
        at -= weight;
    }
    None
}

/// Plays what happens on a day.
pub(crate) async fn keep(app: &App, plan: &Code, day: Date) -> anyhow::Result<()> {
    let operator = Actor::operator();
    let ground = || (illustrative(), String::new());
    let asked = asked()?;
    let opened = WaveEvent::Opened { asked: asked.fingerprint() };
    if day == LAST {
        let name =
            Named::new("居民感受调查（演示，可以试填）", "How residents feel (demonstration, to be tried)");
        let tried = Named::new(
            "演示：可以试填，答卷不代表任何地方。",
            "A demonstration to be tried: the answers say nothing of any place.",
        );
        let held = wave("felt-open", name, LAST, date(2035, 12, 31), WaveAccess::Anyone)?;
        let held = Wave { frame: tried.clone(), ..held };
        app.record_wave(&operator, plan, held, ground()).await?;
        app.step_wave(&operator, plan, &Code::new("felt-open")?, opened, ground()).await?;
        let name =
            Named::new("下一轮感受调查（演示，尚在准备）", "The next wave (demonstration, being prepared)");
        let next = wave("felt-next", name, date(2027, 5, 1), date(2027, 5, 31), WaveAccess::Invited)?;
        let next = Wave { frame: tried, ..next };
        app.record_wave(&operator, plan, next, ground()).await?;
        return Ok(());
    }
    let first = day == FIRST;
    let (code, name) = match first {
        true => ("felt-2019-1", Named::new("2019 年春季感受调查（演示）", "Spring 2019 (demonstration)")),
        false => ("felt-2019-2", Named::new("2019 年冬季感受调查（演示）", "Winter 2019 (demonstration)")),
    };
    let (seed, better, sheets) = if first { (7, 0, WRITTEN) } else { (11, 30, 3 * WRITTEN) };
    let from = day.checked_sub(jiff::Span::new().days(20))?;
    app.record_questionnaire(&operator, plan, asked.clone(), ground()).await?;
    let held = wave(code, name, from, day, WaveAccess::Anyone)?;
    let code = held.wave.clone();
    app.record_wave(&operator, plan, held, ground()).await?;
    app.step_wave(&operator, plan, &code, opened, ground()).await?;
    let (mut random, mut wishes) = (Random::new(seed), Random::new(seed + 100));
    for at in 0..sheets {
        let mode = [WaveMode::Street, WaveMode::Telephone, WaveMode::Paper][at as usize % 3];
        let on = from.checked_add(jiff::Span::new().days(i64::from(at % 20)))?;
        let new = NewSheet {
            sheet: Code::new(&format!("demo-{:016x}", random.bits()))?,
            mode,
            day: Some(on),
            shown: asked.fingerprint(),
            answers: {
                let mut answers = sheet(&mut random, better);
                let wish = if at < WRITTEN { wish(&mut wishes) } else { None };
                answers.extend(wish.map(|wish| ("wish".to_owned(), wish)));
                answers
            },
            invitation: String::new(),
            begun: String::new(),
        };
        let taken = app.take_sheet(&operator, plan, &code, new).await?;
        taken.map_err(|fault| anyhow!("a sheet of {code}: {fault:?}"))?;
    }
    app.step_wave(&operator, plan, &code, WaveEvent::Closed, ground()).await?;
    let frozen = app.freeze_wave(&operator, plan, &code, ground()).await;
    frozen
        .map_err(|fault| match fault {
            FreezeFault::Estimate(fault) => anyhow!("{fault:?}"),
            FreezeFault::App(error) => anyhow!(error),
        })
        .with_context(|| format!("freezing {code}"))?;
    app.step_wave(&operator, plan, &code, WaveEvent::Published, ground()).await?;
    if !first {
        for (indicator, asked_by) in asks() {
            let subject = Subject::indicator(plan, &Code::new(indicator)?);
            let command = Command::Record { subject, facts: vec![asked_by], expected: None };
            let effective = Some(date(2019, 8, 14));
            let reason = "演示的问法与公布的调查不同，只并列，不比较。/ The demonstration asks otherwise than the \
                          published survey: the figures stand side by side and are not compared.";
            let change = Change { command, effective, source: illustrative(), reason: reason.to_owned() };
            app.change(&operator, change).await?;
        }
    }
    Ok(())
}

/// Which questions ask for what the published surveys are said to have measured.
fn asks() -> Vec<(&'static str, Fact)> {
    let by = |question: &str, answer: Option<&str>| {
        let instrument = Code::new("huitian-felt").expect("a literal code");
        let answer = answer.map(str::to_owned);
        let others = answer.is_some();
        IndicatorFact::AskedBy(AskedBy { instrument, question: question.to_owned(), answer, others }).into()
    };
    vec![
        ("perceived_effect", by("felt", Some("none"))),
        ("approval_satisfaction", by("satisfied", None)),
        ("satisfaction", by("satisfied", None)),
    ]
}
