//! A hotline's register of three years about one matter, made up: so that a project can be evaluated by the requests
//! before and after it. In three communities they become fewer once the example kindergarten is in use.

use app::import::SheetRow;
use app::{Actor, Change};
use domain::code::Code;
use domain::command::Command;
use domain::evaluation::EvaluationChoice;
use domain::project::ProjectFact;
use domain::subject::Subject;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use survey::random::Random;

use crate::load::Dated;
use crate::registers::book::{code, illustrative};

/// The day on which the register is brought in, and what is compared is settled.
pub(crate) const BROUGHT: Date = date(2022, 10, 10);
/// Its months.
const FIRST: Date = date(2019, 9, 1);
const MONTHS: i64 = 37;
/// The example project, and the first whole month of its use.
const PROJECT: &str = "HT-EDU-019";
const USED: Date = date(2021, 10, 1);

/// Communities with what is usual in a month, in hundredths; the first three are those that it reaches.
const AREAS: [(&str, &str, u64); 12] = [
    ("tiantongyuan-north-1", "天通苑北一区", 330),
    ("tiantong-central", "天通中苑", 270),
    ("qingshuiyuan", "清水园", 240),
    ("tiantongyuan-west-2", "天通苑西二区", 310),
    ("tiantongyuan-east-1", "天通苑东一区", 290),
    ("jiayunyuan", "佳运园", 220),
    ("huoying-estate", "霍营小区", 260),
    ("hualongyuan-south", "华龙苑南里", 230),
    ("longtengyuan-4", "龙腾苑四区", 300),
    ("yunquyuan-3", "云趣园三区", 280),
    ("xinkangyuan", "新康园", 210),
    ("liuxing-garden-3", "流星花园三区", 250),
];
const REACHED: usize = 3;

/// In hundredths of what is usual: most is asked before the school year begins.
const SEASON: [u64; 12] = [80, 70, 90, 100, 110, 150, 160, 150, 100, 70, 60, 60];

const COLUMNS: [&str; 11] = [
    "number",
    "received",
    "text",
    "request_kind",
    "category",
    "area",
    "address",
    "answered",
    "answer",
    "grade",
    "source_title",
];

/// The register as a sheet: the same every time.
pub(crate) fn sheet() -> Vec<SheetRow> {
    let mut random = Random::new(29);
    let mut rows = vec![COLUMNS.map(str::to_owned).to_vec()];
    for month in (0..MONTHS).map(|at| FIRST.saturating_add(at.months())) {
        for (at, (area, address, usual)) in AREAS.iter().enumerate() {
            let eased = at < REACHED && month >= USED;
            let mean = usual * SEASON[usize::from(month.month().unsigned_abs()) - 1] / 100;
            let mean = if eased { mean * 60 / 100 } else { mean };
            // Whole numbers around the mean, drawn a little wider than chance alone would round them.
            let count = (mean + random.below(160)).saturating_sub(30) / 100;
            for _ in 0..count {
                let received = month.saturating_add((random.below(27) as i64).days());
                let answered = received.saturating_add(3.days());
                let number = format!("HT-O-{:04}", rows.len());
                rows.push(vec![
                    number,
                    format!("{received} 10:{:02}", random.below(60)),
                    format!(
                        "示例：{address}的孩子上幼儿园要排队，希望附近增加普惠学位。\nExample: children at {address} wait for \
                         a kindergarten place; more are needed nearby."
                    ),
                    "suggestion".to_owned(),
                    "services".to_owned(),
                    (*area).to_owned(),
                    (*address).to_owned(),
                    format!("{answered} 16:00"),
                    "已告知招生范围和在建幼儿园情况 / told of the catchment and of what is being built".to_owned(),
                    "illustrative".to_owned(),
                    illustrative().title,
                ]);
            }
        }
    }
    rows.into_iter().zip(1..).map(|(cells, number)| SheetRow { number, cells }).collect()
}

/// What is compared for the example project, with the reason.
pub(crate) fn choice(plan: &Code) -> Dated {
    let choice = EvaluationChoice {
        reached: AREAS[..REACHED].iter().map(|(area, ..)| code(area)).collect(),
        compared: AREAS[REACHED..].iter().map(|(area, ..)| code(area)).collect(),
        categories: vec![code("services")],
        left_out: Some(1),
        ..EvaluationChoice::default()
    };
    let command = Command::Record {
        subject: Subject::project(plan, &code(PROJECT)),
        facts: vec![ProjectFact::Evaluation(choice).into()],
        expected: None,
    };
    let reason = "示例：假定招生范围为这三个社区；入园诉求不受施工影响，因此只略去投用当月。诉求为编造。/ Example: these three \
                  communities are taken to be its catchment; asking for places does not depend on the works, so only the \
                  month of opening is left out. The requests are made up.";
    let change = Change { command, effective: Some(BROUGHT), source: illustrative(), reason: reason.into() };
    Dated { day: BROUGHT, place: "demo evaluation".into(), actor: Actor::operator(), change }
}
