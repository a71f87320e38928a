//! What the demonstration's special and research reports say. Their number is published and their text is
//! not: the words are made up and say so, the figures and tables are asked of the ledger itself.

use domain::item::asking::Asking;
use domain::named::Named;
use domain::report::{Exhibit, Part, Show, Study};
use jiff::civil::Date;

use crate::registers::themes::Theme;

fn named(zh: impl Into<String>, en: impl Into<String>) -> Named {
    Named::new(zh, en)
}

fn part(zh: &str, en: &str, text: Named, exhibits: Vec<Exhibit>) -> Part {
    Part { exhibits, ..Part::of(named(zh, en), text) }
}

fn exhibit(zh: impl Into<String>, en: impl Into<String>, show: Show, asking: Asking) -> Exhibit {
    Exhibit { title: named(zh, en), show, asking, found: None }
}

/// Everything of a sector that was ever on the books by then.
fn of_sector(sector: &str) -> Asking {
    Asking { sector: sector.into(), standing: "all".into(), ..Asking::default() }
}

/// Causes and ways out, told in turn: no two neighbouring reports say the same.
const CAUSES: [(&str, &str); 4] = [
    (
        "一是事项跨市区两级，责任边界要逐项明确；二是现场条件核实不够细，前期方案与实际有出入；三是居民意见分散，缺少统一的收集渠道。",
        "The matter lies between city and district, and duties have to be set point by point. Conditions on the spot were not looked at closely enough, so the first proposal did not fit. Residents’ views came in by many ways and were not brought together.",
    ),
    (
        "一是手续环节较多，前后衔接占用时间；二是配合单位的进度没有列入同一时间表；三是资金渠道需要市区共同落实。",
        "There are many steps of approval, and time is lost between them. The dates of supporting units do not stand in one timetable. Funds have to be found by city and district together.",
    ),
    (
        "一是需求增长快于设施供给；二是现有空间分散在不同产权单位手中，协调成本高；三是日常管理力量不足，问题容易反复。",
        "Needs grow faster than facilities. Rooms and plots belong to different owners, which takes long to settle. Too few people look after things from day to day, so that problems come back.",
    ),
    (
        "一是施工与通行、入学等时点相互影响；二是相邻工程共用管线走廊，需要统一排期；三是信息通报不及时，居民不了解安排。",
        "Works, traffic and the beginning of term stand in each other’s way. Neighbouring works share one corridor of pipes and need one order of dates. Residents are told late what is planned.",
    ),
];
const OPTIONS: [(&str, &str); 3] = [
    (
        "方案一：由主责单位会同属地先行解决影响面最大的点位，其余列入下一季度；投入小、见效快，但不能一次解决全部问题。\n方案二：统一设计、一次实施，年内完成；需要追加资金，并请相关单位同步办理手续。\n建议采用方案一，同时启动方案二的前期工作。",
        "First way: the lead unit and the subdistrict settle the places that concern most residents, the others follow next quarter. It costs little and is soon felt, but does not settle all.\nSecond way: one design, carried out at once within the year. It needs further funds, and approvals side by side.\nWe propose the first, and preparing the second meanwhile.",
    ),
    (
        "方案一：维持现有分工，由工作专班每周调度一次，逐项销账。\n方案二：成立由市级部门牵头的小组，集中一个月解决手续问题，再交回属地管理。\n建议采用方案二，期满后评估。",
        "First way: leave duties as they are, and go through the list every week until each point is cleared.\nSecond way: a group led by the city’s department settles the approvals within a month and hands back to the subdistrict.\nWe propose the second, to be judged at its end.",
    ),
    (
        "方案一：利用现有场地临时改善，三个月内完成。\n方案二：结合年度项目一并建设，时间较长，但可以长期使用。\n建议先按方案一缓解，再按方案二纳入下一年度项目。",
        "First way: improve what there is for the time being, within three months.\nSecond way: build it together with a project of the yearly list; it takes longer and lasts.\nWe propose the first for relief, and the second for next year’s list.",
    ),
];

/// A report to the leaders on the matter of a directive: facts, causes, what can be done, what is asked for.
pub(crate) fn special(turn: usize, theme: &Theme, units: (&Named, &Named), as_of: Date) -> Study {
    let (lead, second) = units;
    let (cause_zh, cause_en) = CAUSES[turn % CAUSES.len()];
    let (options_zh, options_en) = OPTIONS[turn % OPTIONS.len()];
    let facts = named(
        format!(
            "本报告文字为演示而设。收到关于{zh}的批示后，{lead}牵头，{second}配合，会同属地到现场核实，将办理要求分解到任务并明确时限。本领域挂账事项和亮灯情况由台账统计如下。",
            zh = theme.zh,
            lead = lead.zh,
            second = second.zh,
        ),
        format!(
            "The words of this report are made up for the demonstration. After the directive on {en}, {lead} with {second} and the subdistrict looked at the places, and split what was wanted into tasks with dates. What is on the books of this sector, and how it is lit, follows from the ledger.",
            en = theme.en,
            lead = lead.get(true),
            second = second.get(true),
        ),
    );
    let request = named(
        format!("请批示是否同意上述建议，并请{}按时限落实、每周报告进展，由督查部门跟踪到销账。", lead.zh),
        format!(
            "Please decide on the proposal. {} would carry it out within the limits and report every week; the supervision office would follow it until it is cleared.",
            lead.get(true)
        ),
    );
    let matter =
        Asking { q: theme.zh.into(), standing: "all".into(), sort: "due".into(), ..Asking::default() };
    let open = Asking { sector: theme.sector.into(), ..Asking::default() };
    let red = Asking { light: "red".into(), ..open.clone() };
    Study {
        as_of,
        parts: vec![
            part(
                "基本情况",
                "The facts",
                facts,
                vec![
                    exhibit(
                        format!("{}相关事项", theme.zh),
                        format!("Items about {}", theme.en),
                        Show::Rows,
                        matter,
                    ),
                    exhibit(
                        "本领域在办事项中亮红灯的",
                        "Open items of the sector that are red",
                        Show::Count,
                        red,
                    ),
                ],
            ),
            part(
                "原因分析",
                "Causes",
                named(cause_zh, cause_en),
                vec![exhibit(
                    "本领域在办事项按主责单位统计",
                    "Open items of the sector by lead unit",
                    Show::Units,
                    open,
                )],
            ),
            part("对策建议", "What can be done", named(options_zh, options_en), Vec::new()),
            part("请示事项", "What is asked for", request, Vec::new()),
        ],
    }
}

/// A report of research into a sector: question, method, findings, proposals, sources.
pub(crate) fn research(sector: &str, zh: &str, en: &str, as_of: Date) -> Study {
    let all = of_sector(sector);
    let directives = Asking { kind: "directive".into(), ..all.clone() };
    let projects = Asking { kind: "project".into(), ..all.clone() };
    let late = Asking { sector: sector.into(), light: "red".into(), ..Asking::default() };
    Study {
        as_of,
        parts: vec![
            part(
                "调研问题",
                "Question",
                named(
                    format!(
                        "本报告文字为演示而设。围绕{zh}，回答三个问题：居民反映集中在哪里，已经办了什么，还缺什么。"
                    ),
                    format!(
                        "The words of this report are made up for the demonstration. About {en} it asks: what do residents raise most, what has been done, and what is missing?"
                    ),
                ),
                Vec::new(),
            ),
            part(
                "调研方法",
                "Method",
                named(
                    "查阅台账记录，与属地和主责单位座谈，到项目现场核对；统计口径为截至本报告日期登记在册的全部事项，不作推算。",
                    "We read the ledger, talked with subdistricts and lead units, and went to the places. What is counted is everything on the books on the day of this report; nothing is extrapolated.",
                ),
                vec![exhibit("本领域在册事项", "Items of the sector on the books", Show::Count, all.clone())],
            ),
            part(
                "主要发现",
                "Findings",
                named(
                    "从类型看，批示和督办任务是推动工作的主要抓手；从亮灯看，超期主要集中在需要多个单位配合的事项；从单位看，任务分布不均。",
                    "By kind, directives and tasks are what moves the work. By light, what is overdue mostly needs several units. By unit, the work is spread unevenly.",
                ),
                vec![
                    exhibit(
                        "本领域事项按类型和亮灯统计",
                        "Items by kind and light",
                        Show::Lights,
                        all.clone(),
                    ),
                    exhibit("本领域事项按主责单位统计", "Items by lead unit", Show::Units, all),
                    exhibit("本领域批示", "Directives of the sector", Show::Rows, directives),
                ],
            ),
            part(
                "工作建议",
                "Proposals",
                named(
                    "一是对红灯事项逐项明确牵头单位和新的时限，经批准后公布；二是把跨单位事项列入月调度；三是将反复出现的问题转为项目，纳入下一年度清单。",
                    "Name a lead unit and a new date for each red item, and publish it once it is approved. Take what needs several units to the monthly dispatch. Make projects of what comes back, and put them on next year’s list.",
                ),
                vec![exhibit("亮红灯的在办事项", "Open items that are red", Show::Rows, late)],
            ),
            part(
                "资料来源",
                "Sources",
                named(
                    "台账、项目时间表和已公开的年度任务。下表所列项目的日期以公开发布为准。",
                    "The ledger, the timetable of projects and the published yearly lists. Dates of the projects below are those that were published.",
                ),
                vec![exhibit("本领域项目", "Projects of the sector", Show::Rows, projects)],
            ),
        ],
    }
}
