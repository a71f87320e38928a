//! A document of each kind, for tests and for the example. Everything in them is made up.

use document::xlsx::{Book, Sheet};
use document::{
    Align, Annex, Block, Cell, Column, Document, DocumentNumber, Form, FormRow, Imprint, Issue, Kind,
    Labelled, Labels, Language, Letterhead, List, ListStyle, Orientation, Paper, Properties, Row, Section,
    Series, Signature, Table, Text, TextSize, Tone,
};
use jiff::civil::date;
use rust_decimal::Decimal;

fn labelled(label: &str, text: &str) -> Labelled {
    Labelled { label: label.into(), text: text.into() }
}

fn section(blocks: Vec<Block>) -> Section {
    Section { blocks, ..Section::default() }
}

fn landscape(paper: Paper, blocks: Vec<Block>) -> Section {
    Section { paper, orientation: Orientation::Landscape, blocks }
}

pub fn base(language: Language, kind: Kind, mark: &str, title: &str) -> Document {
    Document {
        language,
        properties: Properties {
            author: "示例工作专班".into(),
            subject: "示例".into(),
            keywords: vec!["示例".into()],
            created: "2019-08-14T01:02:03Z".parse().expect("a moment"),
        },
        labels: Labels { annex: if language == Language::Chinese { "附件" } else { "Annex" }.into() },
        kind,
        head: Letterhead { mark: mark.into(), ..Letterhead::default() },
        title: title.into(),
        addressee: None,
        body: Vec::new(),
        signature: None,
        attendance: Vec::new(),
        note: None,
        annexes: Vec::new(),
        imprint: None,
    }
}

fn number(code: &str) -> DocumentNumber {
    DocumentNumber { code: code.into(), year: 2019, serial: 1 }
}

const PROSE: &str = "为落实年度任务，现将有关情况通报如下。截至2019年8月14日，全年计划实施项目108项，其中已开工67项、完工35项；\
    另有35项将于年底前开工（含“两上两下”审查的6项）。各责任单位要对照《年度任务清单》，逐项倒排工期，确保按期完成。";

pub fn official() -> Document {
    let kind = Kind::Official { number: Some(number("示政办发")), signer: None };
    let mut held = base(
        Language::Chinese,
        kind,
        "示例市人民政府办公室文件",
        "示例市人民政府办公室关于印发优化提升公共服务和基础设施行动计划2019年度实施项目表的通知",
    );
    held.head.urgency = Some("特急".into());
    held.addressee = Some("各区人民政府，市政府各委、办、局，各市属机构".into());
    let mut blocks = vec![Block::paragraph(PROSE)];
    for (first, seconds) in [("总体要求", ["工作原则", "工作目标"]), ("组织保障", ["加强统筹", "严格督查"])]
    {
        blocks.push(Block::heading(1, first));
        for second in seconds {
            blocks.push(Block::heading(2, second));
            blocks.push(Block::paragraph(
                Text::plain("市级部门和属地政府要加强协同，")
                    .strong("每周报告进度、每月调度一次")
                    .then("，重点项目即时调度。幼儿园新增学位3,810个，道路总长26.4公里，投资约7.58亿元，完成率52%。"),
            ));
        }
        blocks.push(Block::heading(3, "具体安排"));
        blocks.push(Block::List(List {
            style: ListStyle::Numbered,
            items: vec![
                "建立台账，一事一记、一项一表。".into(),
                "对逾期事项下发督办单；对两次逾期的，约谈主要负责人。".into(),
            ],
        }));
        blocks.push(Block::heading(4, "责任分工"));
        blocks.push(Block::List(List {
            style: ListStyle::Dashed,
            items: vec!["教育部门负责学校项目。".into(), "交通部门负责道路项目，联系人见项目表。".into()],
        }));
    }
    held.body = vec![section(blocks)];
    held.signature =
        Some(Signature {
            body: "示例市人民政府办公室".into(), date: date(2019, 8, 14), sealed: true
        });
    held.note = Some("此件公开发布".into());
    held.annexes = vec![
        Annex {
            title: "2019年度实施项目表".into(),
            sections: vec![landscape(Paper::A4, vec![projects(24, Language::Chinese)])],
        },
        Annex { title: "重点任务分工".into(), sections: vec![section(vec![Block::paragraph(PROSE)])] },
    ];
    held.imprint = Some(Imprint {
        copies: vec![labelled(
            "抄送",
            "市委各部门，市人大常委会办公室，市政协办公室，市监委，市高级人民法院，市人民检察院，各人民团体。",
        )],
        issued_by: "示例市人民政府办公室".into(),
        issued_on: "2019年8月14日印发".into(),
    });
    held
}

const TONES: [(Tone, &str, &str); 4] = [
    (Tone::Green, "绿", "Green"),
    (Tone::Yellow, "黄", "Yellow"),
    (Tone::Red, "红", "Red"),
    (Tone::Grey, "暂停", "Suspended"),
];

/// A ledger with grouped heads.
pub fn projects(rows: usize, language: Language) -> Block {
    Block::Table(project_table(rows, language))
}

pub fn project_table(rows: usize, language: Language) -> Table {
    let chinese = language == Language::Chinese;
    let say = |zh: &str, en: &str| if chinese { zh.to_owned() } else { en.to_owned() };
    let columns = vec![
        Column::new(say("序号", "No."), 5, Align::Number),
        Column::new(say("项目", "Project"), 26, Align::Start),
        Column::new(say("责任单位", "Lead unit"), 16, Align::Start),
        Column::new(say("承诺", "Promised"), 14, Align::Centre).under(say("完工日期", "Completion")),
        Column::new(say("预计", "Forecast"), 14, Align::Centre).under(say("完工日期", "Completion")),
        Column::new(say("投资（万元）", "Cost (CNY m)"), 15, Align::Number),
        Column::new(say("进度", "Progress"), 9, Align::Number),
        Column::new(say("灯号", "Light"), 13, Align::Start),
        Column::new(say("存在问题及下一步措施", "Problem and next step"), 34, Align::Start),
    ];
    let mut held: Vec<Row> = (0..rows as i64)
        .map(|at| {
            let (tone, zh, en) = TONES[at as usize % 4];
            let problem = if at % 3 == 0 {
                say(
                    "电力迁改方案已经评审，涉及110千伏线路2条；需市规划自然资源部门于本月底前出具意见，逾期将影响主体结构封顶。",
                    "The plan for moving two 110 kV lines has been reviewed; the planning department must give its opinion by the end of the month, or topping out slips.",
                )
            } else {
                String::new()
            };
            Row::new([
                Cell::from(at + 1),
                Cell::from(say(&format!("示例{}号地块小学及幼儿园新建工程", at + 1), &format!("Primary school and kindergarten on plot {}", at + 1))),
                Cell::from(say("示例区教育委员会", "District education commission")),
                Cell::from(date(2019, 12, 31)),
                Cell::from(date(2020, 1 + (at % 12) as i8, 15)),
                Cell::Number(Decimal::new(1_234_567 + at * 1_003, 2)),
                Cell::Percent(Decimal::from(at * 7 % 101)),
                Cell::Signal { tone, text: say(zh, en) },
                Cell::from(problem),
            ])
        })
        .collect();
    let total: i64 = (0..rows as i64).map(|at| 1_234_567 + at * 1_003).sum();
    let mut sum = vec![Cell::Empty, Cell::from(say("合计", "Total"))];
    sum.extend([Cell::Empty, Cell::Empty, Cell::Empty, Cell::Number(Decimal::new(total, 2))]);
    held.push(Row::strong(sum));
    let caption = if chinese { None } else { Some("Table 1. Projects of the year".into()) };
    Table { caption, columns, rows: held, size: TextSize::Small }
}

fn counts(language: Language) -> Block {
    let chinese = language == Language::Chinese;
    let say = |zh: &str, en: &str| if chinese { zh.to_owned() } else { en.to_owned() };
    let row = |zh: &str, en: &str, counts: [i64; 3]| {
        Row::new([Cell::from(say(zh, en))].into_iter().chain(counts.map(Cell::from)))
    };
    let mut rows = vec![
        row("教育", "Education", [32, 18, 9]),
        row("交通", "Transport", [28, 22, 6]),
        row("市政基础设施", "Municipal infrastructure", [19, 15, 8]),
    ];
    rows.push(Row { strong: true, ..row("合计", "Total", [79, 55, 23]) });
    Block::Table(Table {
        caption: Some(say("表1　分领域进展", "Table 1. Progress by sector")),
        columns: vec![
            Column::new(say("领域", "Sector"), 20, Align::Start),
            Column::new(say("项目数", "Projects"), 10, Align::Number),
            Column::new(say("开工", "Started"), 10, Align::Number),
            Column::new(say("完工", "Completed"), 10, Align::Number),
        ],
        rows,
        size: TextSize::Normal,
    })
}

fn series(body: &str) -> Series {
    Series { issue: Issue { number: 32, total: Some(51) }, body: body.into(), date: date(2019, 8, 14) }
}

pub fn report(rows: usize) -> Document {
    let mut held = base(
        Language::Chinese,
        Kind::Report(series("示例工作专班办公室")),
        "示例行动计划周报",
        "示例行动计划2019年第32周进展情况",
    );
    held.body = vec![
        section(vec![
            Block::heading(1, "总体进展"),
            Block::paragraph(PROSE),
            counts(Language::Chinese),
            Block::Note("口径：已开工含已完工；截至2019年8月14日18时，各项合计与台账一致。".into()),
            Block::heading(1, "本周开工和完工"),
            Block::paragraph("本周新开工2项、完工1项。“林萃路”南段主路贯通，比承诺日期提前12天。"),
            Block::heading(1, "存在问题"),
            Block::paragraph("管线迁改滞后的有3项，均已下发督办单——逾期5个工作日仍无正当理由的，予以通报……"),
        ]),
        landscape(Paper::A4, vec![projects(rows, Language::Chinese)]),
    ];
    held.imprint = Some(Imprint {
        copies: vec![labelled("报", "市委、市政府主要领导。"), labelled("送", "各成员单位。")],
        issued_by: "示例工作专班办公室".into(),
        issued_on: "2019年8月14日印发".into(),
    });
    held
}

pub fn minutes() -> Document {
    let mut held = base(
        Language::Chinese,
        Kind::Minutes(Series { issue: Issue { number: 7, total: None }, ..series("示例工作专班") }),
        "示例工作专班会议纪要",
        "研究部署第三季度重点项目调度工作",
    );
    held.body = vec![section(vec![
        Block::paragraph("2019年8月14日，市领导主持召开月度调度会。会议议定事项如下："),
        Block::heading(1, "关于道路项目"),
        Block::paragraph(PROSE),
        Block::heading(1, "关于学校项目"),
        Block::paragraph(PROSE),
    ])];
    held.attendance = vec![
        labelled(
            "出席",
            "王示例、李示例、张示例、赵示例、钱示例、孙示例、周示例、吴示例、郑示例、冯示例、陈示例",
        ),
        labelled("请假", "褚示例"),
        labelled("列席", "卫示例、蒋示例"),
    ];
    held
}

pub fn slip() -> Document {
    let mut held = base(
        Language::Chinese,
        Kind::Slip { number: number("示专督"), date: date(2019, 8, 14), tone: Tone::Red },
        "示例工作专班督办单",
        "关于加快办理110千伏线路迁改事项的督办",
    );
    held.body = vec![section(vec![Block::Form(Form {
        rows: vec![
            FormRow::new("督办类别", "红色督办").beside("关联事项", "任务2019-107"),
            FormRow::new("主责单位", "示例供电公司").beside("配合单位", "示例区住房和城乡建设委员会"),
            FormRow::new("办理时限", "2019年8月28日前").beside("联系人", "王示例　010-00000000"),
            FormRow::new(
                "督办事由",
                "该事项承诺于2019年7月31日前完成，目前仍未进场，影响学校项目主体结构施工，已逾期10个工作日。",
            ),
            FormRow::new("办理要求", "请于3个工作日内书面报告进展、原因和下一步措施，并明确完成时间。"),
            FormRow::new("办理结果", "").lines(3),
        ],
    })])];
    held.signature =
        Some(Signature { body: "示例工作专班办公室".into(), date: date(2019, 8, 14), sealed: true });
    held
}

pub fn letter() -> Document {
    let mut held = base(
        Language::Chinese,
        Kind::Letter { number: Some(number("示专函")) },
        "示例工作专班办公室",
        "关于商请提供项目资料的函",
    );
    held.addressee = Some("示例区发展改革委".into());
    held.body = vec![section((0..6).map(|_| Block::paragraph(PROSE)).collect())];
    held.signature =
        Some(Signature { body: "示例专班办".into(), date: date(2019, 8, 14), sealed: false });
    held
}

pub fn english() -> Document {
    let mut held = base(
        Language::English,
        Kind::Report(series("Office of the task force")),
        "Weekly Report",
        "Progress of the action plan, week 32 of 2019",
    );
    held.addressee = Some("To the members of the joint meeting".into());
    let prose = "By 14 August 2019 the plan held 108 projects: 67 had started, 35 of them were completed, and 35 more \
        are due to start by the end of the year. The forecast of 安立路 moved by twelve working days; its environmental \
        assessment is being revised, and the “fast track” (re-assessment in 30 days) has been asked for.";
    held.body = vec![section(vec![
        Block::heading(1, "Overview"),
        Block::paragraph(prose),
        Block::heading(2, "By sector"),
        counts(Language::English),
        Block::Note(
            "Started includes completed. As of 14 August 2019, 18:00; all sums agree with the ledger.".into(),
        ),
        Block::heading(2, "Problems"),
        Block::heading(3, "Utilities"),
        Block::paragraph(
            Text::plain("Three projects wait for power lines to be moved. ")
                .strong("A red slip was issued")
                .then(" to the power company."),
        ),
        Block::heading(4, "Next steps"),
        Block::List(List {
            style: ListStyle::Numbered,
            items: vec![prose.into(), "Call the units together.".into()],
        }),
        Block::List(List {
            style: ListStyle::Dashed,
            items: vec!["Report weekly.".into(), "Verify on site.".into()],
        }),
    ])];
    held.signature =
        Some(Signature { body: "Office of the task force".into(), date: date(2019, 8, 14), sealed: false });
    held.annexes = vec![Annex {
        title: "Projects of the year".into(),
        sections: vec![landscape(Paper::A4, vec![projects(24, Language::English)])],
    }];
    held.imprint = Some(Imprint {
        copies: vec![labelled(
            "Copies",
            "municipal task force; district task force; members of the joint meeting",
        )],
        issued_by: "Office of the task force".into(),
        issued_on: "Issued on 14 August 2019".into(),
    });
    held
}

pub fn all() -> Vec<(&'static str, Document)> {
    vec![
        ("official", official()),
        ("report", report(40)),
        ("minutes", minutes()),
        ("slip", slip()),
        ("letter", letter()),
        ("english", english()),
    ]
}

pub fn ledger(language: Language) -> Book {
    let chinese = language == Language::Chinese;
    let say = |zh: &str, en: &str| if chinese { zh.to_owned() } else { en.to_owned() };
    let mut table = project_table(60, language);
    if let Some(row) = table.rows.first_mut() {
        row.cells[8] = Cell::from("=HYPERLINK(\"http://example.org\")");
    }
    Book {
        language,
        properties: base(language, Kind::Letter { number: None }, "", "").properties,
        sheets: vec![Sheet {
            name: say("台账", "Ledger"),
            title: say("示例行动计划台账", "Ledger of the action plan: 100 % & more"),
            note: Some(say("截至2019年8月14日", "As of 14 August 2019")),
            table,
            paper: if chinese { Paper::A3 } else { Paper::A4 },
            orientation: Orientation::Landscape,
            frozen_columns: 2,
        }],
    }
}
