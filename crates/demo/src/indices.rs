//! Two indices. One joins published figures of the plan under two of the headings of 七有五性, as far as there are
//! figures: the city publishes neither its indicators nor its weights, so that weights and scoring are made up, and what
//! was not published is missing. The other is made up throughout, by subdistrict and year.

use app::{Actor, Change};
use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::index::{Aggregation, IndexFact, IndexPeriod, IndexVersion, text};
use domain::indicator::{Direction, IndicatorFact, Instrument};
use domain::named::Named;
use domain::subject::Subject;
use jiff::civil::{Date, date};
use rust_decimal::Decimal;

use crate::load::Dated;
use crate::registers::book::{code, illustrative};

const FIRST_VERSION: &str = "\
# 幼有所育 | Childcare | 1
kindergarten_fee | lowest_fee / yuan_per_month | lower | range 600 6200 | 1 | 示例计分：两端取三年行动计划一周年公布的收费
# 宜居性 | Liveability | 1
congestion_hours | traffic_monitoring / hours_per_day | lower | range 0 12 | 1 | 示例计分
# 便利性 | Convenience | 1
retail_coverage | community_count / percent | higher | range 0 100 | 1 | 示例：等权
retail_chain_rate | outlet_count / percent | higher | range 0 100 | 1 | 示例：等权
";

const ADDED: &str = "\
# 学有所教 | Education | 1
education_places_added | announced / places | higher | target 0 5850 | 1 | 示例计分：目标取 2019 年公布的新增学位之和
# 老有所养 | Care of the elderly | 1
elderly_stations | announced / stations | higher | range 0 40 | 1 | 示例计分
# 公正性 | Fairness | 1
hotline_response | hotline_callback / percent | higher | range 0 100 | 1 | 示例：等权
";

const LIVING: &str = "\
# 幼有所育 | Childcare | 1
example_childcare | example_count / per_thousand | higher | target 0 4.5 | 1 | 目标：国家提出 2025 年每千人口 4.5 个托位；权重为示例
# 便利性 | Convenience | 1
example_shops_near | example_count / percent | higher | range 40 100 | 1 | 示例
# 宜居性 | Liveability | 1
example_green | example_count / m2_per_resident | higher | range 4 16 | 2 | 示例
example_days | example_count / days | lower | range 1 15 | 1 | 示例
";

const AREAS: [&str; 5] =
    ["huilongguan", "huoying", "dongxiaokou", "tiantongyuan-north", "tiantongyuan-south"];
const YEARS: [i16; 3] = [2018, 2019, 2020];

/// An indicator that is made up, with values in tenths: of the whole, then of the areas, for the first year; and
/// what each year adds.
struct MadeUp {
    code: &'static str,
    name: (&'static str, &'static str),
    unit: (&'static str, &'static str),
    scale: &'static str,
    direction: Direction,
    sector: &'static str,
    tenths: [i64; 6],
    yearly: [i64; 6],
}

const MADE_UP: [MadeUp; 4] = [
    MadeUp {
        code: "example_childcare",
        name: ("每千人托位数", "Childcare places per 1,000 people"),
        unit: ("个/千人", "per 1,000"),
        scale: "per_thousand",
        direction: Direction::Up,
        sector: "education",
        tenths: [14, 18, 11, 9, 15, 12],
        yearly: [6, 7, 8, 4, 6, 5],
    },
    MadeUp {
        code: "example_shops_near",
        name: ("步行 15 分钟内有菜店的居民", "People with a grocery within 15 minutes on foot"),
        unit: ("%", "%"),
        scale: "percent",
        direction: Direction::Up,
        sector: "social",
        tenths: [710, 780, 690, 600, 740, 720],
        yearly: [60, 45, 80, 95, 40, 50],
    },
    MadeUp {
        code: "example_green",
        name: ("人均公园绿地", "Park area per resident"),
        unit: ("平方米", "m²"),
        scale: "m2_per_resident",
        direction: Direction::Up,
        sector: "greening",
        tenths: [72, 80, 64, 92, 66, 58],
        yearly: [9, 10, 14, 6, 8, 7],
    },
    MadeUp {
        code: "example_days",
        name: ("诉求平均办理天数", "Average days to answer a request"),
        unit: ("天", "days"),
        scale: "days",
        direction: Direction::Down,
        sector: "social",
        tenths: [86, 79, 92, 98, 84, 80],
        yearly: [-14, -12, -16, -11, -17, 6],
    },
];

fn dated(day: Date, subject: Subject, facts: Vec<Fact>, registers: bool) -> Dated {
    let command = if registers {
        Command::Register { subject, facts }
    } else {
        Command::Record { subject, facts, expected: None }
    };
    let change = Change { command, effective: Some(day), source: illustrative(), reason: String::new() };
    Dated { day, place: "demo indices".into(), actor: Actor::operator(), change }
}

fn named((zh, en): (&str, &str)) -> Named {
    Named::new(format!("示例：{zh}"), format!("Example: {en}"))
}

fn version(code_text: &str, least_coverage: Option<u8>, lines: &str) -> anyhow::Result<Fact> {
    let version = IndexVersion {
        version: code(code_text),
        period: IndexPeriod::Year,
        aggregation: Aggregation::Arithmetic,
        least_coverage,
        dimensions: text::parse(lines)?,
    };
    Ok(IndexFact::Version(version).into())
}

/// What was observed of a year. One area has no count of childcare places in the last one.
fn observations(held: &MadeUp, year: i16) -> Vec<Fact> {
    let places = std::iter::once(None).chain(AREAS.into_iter().map(Some));
    let since = i64::from(year - YEARS[0]);
    let rows = places.zip(held.tenths).zip(held.yearly).filter(|((area, _), _)| {
        !(held.code == "example_childcare" && year == YEARS[2] && *area == Some("tiantongyuan-south"))
    });
    rows.map(|((area, first), yearly)| {
        IndicatorFact::Observation {
            key: code(
                &area.map_or_else(|| format!("example-{year}"), |area| format!("example-{year}-{area}")),
            ),
            on: date(year, 12, 31),
            value: Decimal::new(first + since * yearly, 1),
            instrument: Instrument { instrument: code("example_count"), scale: code(held.scale) },
            approximate: false,
            area: area.map(code),
            wave: None,
        }
        .into()
    })
    .collect()
}

/// Indices, and the indicators that are made up for one of them, by the day on which they were known.
pub(crate) fn play(plan: &Code) -> anyhow::Result<Vec<Dated>> {
    let mut out = Vec::new();
    for held in &MADE_UP {
        let subject = Subject::indicator(plan, &code(held.code));
        let facts = vec![
            IndicatorFact::Name(named(held.name)).into(),
            IndicatorFact::Unit(Named::new(held.unit.0, held.unit.1)).into(),
            IndicatorFact::Direction { direction: held.direction }.into(),
            IndicatorFact::Sector { sector: code(held.sector) }.into(),
        ];
        out.push(dated(date(2018, 12, 31), subject.clone(), facts, true));
        for year in YEARS {
            out.push(dated(date(year + 1, 1, 15), subject.clone(), observations(held, year), false));
        }
    }
    let living = Subject::index(plan, &code("example-living"));
    let name = IndexFact::Name(named(("街道生活指数", "Index of living by subdistrict"))).into();
    out.push(dated(date(2019, 1, 15), living, vec![name, version("2019", None, LIVING)?], true));
    let haves = Subject::index(plan, &code("seven-haves"));
    let name = IndexFact::Name(named(("七有五性指数", "Seven haves and five qualities"))).into();
    let first = vec![name, version("2019", Some(60), FIRST_VERSION)?];
    out.push(dated(date(2019, 9, 1), haves.clone(), first, true));
    let later = version("2021", Some(60), &format!("{FIRST_VERSION}{ADDED}"))?;
    out.push(dated(date(2021, 7, 21), haves, vec![later], false));
    Ok(out)
}
