//! Surveys: forms, designs, answers, totals, bridges, conditions.

use exchange::{bridges, population_totals, responses, survey_design, xlsform};
use fuzz::{Target, Wrapping, campaign, magnitude, shape};
use rust_xlsxwriter::Workbook;
use survey::condition::Condition;
use survey::instrument::Fingerprint;
use survey::tabulate::{margins, tabulate};

use crate::{same, told};

/// An XLSForm with a group, a table, conditions and a range.
fn form() -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheets: [(&str, &[&[&str]]); 3] = [
        (
            "survey",
            &[
                &["type", "name", "label::中文 (zh)", "relevant", "constraint", "appearance", "parameters"],
                &["select_one yn", "felt", "您感到改善吗?"],
                &["begin_group", "more", "更多", "${felt} = '1'"],
                &["select_multiple yn", "needs", "需要什么?", "", "count-selected(.) <= 2"],
                &["integer", "age", "年龄", "${felt} != ''", ". >= 18 and . < 120"],
                &["end_group"],
                &["range", "score", "打分", "", "", "", "start=1 end=5 step=1"],
                &["begin group", "services", "服务", "", "", "table-list"],
                &["select_one yn", "bus", "公交"],
                &["end group"],
            ],
        ),
        ("choices", &[&["list_name", "name", "label"], &["yn", "1", "是"], &["yn", "2", "否"]]),
        ("settings", &[&["form_title", "form_id"], &["回天调查", "huitian"]]),
    ];
    for (name, lines) in sheets {
        let sheet = workbook.add_worksheet();
        sheet.set_name(name).unwrap();
        for (row, line) in lines.iter().enumerate() {
            for (column, cell) in line.iter().enumerate() {
                sheet.write(row as u32, column as u16, *cell).unwrap();
            }
        }
    }
    workbook.save_to_buffer().unwrap()
}

#[test]
fn xls_form() {
    campaign(&Target {
        name: "xlsform",
        seeds: vec![form()],
        tokens: &[
            "begin_group",
            "end_group",
            "begin_repeat",
            "select_one yn",
            "select_multiple İ",
            "range",
            "count-selected(.)",
            "${felt}",
            "not(",
            "(((",
            "start=9223372036854775807 end=-1 step=0",
            "table-list",
            "label::English (en)",
            ". &lt; 1e308",
            "<si><t>",
            "</t></si>",
            "<c r=\"XFD1048576\"><v>1</v></c>",
            "<v>99</v>",
            "count=\"4294967295\"",
            "<mergeCell ref=\"A1:XFD9\"/>",
        ],
        wrapping: Wrapping::Zip,
        read: |bytes| {
            let answer = xlsform::read(bytes);
            if let Ok(form) = &answer {
                let draft = survey::instrument::Draft::from(form.instrument.clone());
                let text = serde_json::to_string(&draft).map_err(|error| error.to_string())?;
                let again: survey::instrument::Draft =
                    serde_json::from_str(&text).map_err(|error| format!("instrument: {error}"))?;
                let again = survey::instrument::Instrument::new(again).map_err(|error| error.to_string())?;
                same("instrument", &form.instrument, &again)?;
            }
            Ok(told(&answer, |form| {
                [form.instrument.questions().len(), form.notes.len()].map(magnitude).join(" ")
            }))
        },
    });
}

const RESPONSES: &str = "a,w,q,multi\nx,1,3,x y\ny,2.5,5,\nx,1e2,NA,y\n";

#[test]
fn design_with_its_estimates() {
    campaign(&Target {
        name: "design",
        seeds: [
            "[design]\nweights = \"w\"\nstrata = \"a\"\nconfidence = 0.95\nmin_base = 1\n[[questions]]\ncolumn = \"q\"\nkind = \"mean\"\n",
            "weights = \"w\"\npsu = { column = \"a\" }\nfpc = { x = 10, y = 10 }\nlonely_psu = \"centre\"\ngroups = [[\"a\"]]\n\
             questions = [\"q\"]\npopulation_totals = [{ column = \"a\", totals = { x = 3, y = 4 } }]\n",
        ]
        .map(|text| text.into())
        .to_vec(),
        tokens: &[
            "[[questions]]", "[population_totals.a]", "weights", "strata", "psu", "ssu", "fpc", "groups", "missing", "range", "labels",
            "share_of", "values", "\"multiple\"", "\"share\"", "nan", "inf", "[1, 5]", "[", "{", "=", "\"\"\"", "confidence", "deff",
        ],
        wrapping: Wrapping::Plain,
        read: |bytes| {
            let answer = survey_design::read(&String::from_utf8_lossy(bytes));
            let Ok(design) = &answer else { return Ok(told(&answer, |_| String::new())) };
            let table = responses::read(RESPONSES.as_bytes(), None).map_err(|error| error.to_string())?;
            Ok(told(&tabulate(&design.spec, &table.columns, 1), |found| magnitude(found.rows.len()).to_owned()))
        },
    });
}

#[test]
fn answers_and_totals() {
    campaign(&Target {
        name: "responses",
        seeds: [
            RESPONSES,
            "variable,category,total\na,x,100\na,y,50%\na*q,x*3,7\n",
            "a;q;total\nx;3;1,000\ny;5;2\n",
            "变量,类别,人数\na,x,100\n",
        ]
        .map(|text| text.into())
        .to_vec(),
        tokens: &[
            "variable", "category", "total", "share", "a*q", "x*3", "%", ",", ";", "\t", "\"", "\n", "1e999",
            "NA",
        ],
        wrapping: Wrapping::Plain,
        read: |bytes| {
            let table = responses::read(bytes, None);
            let heading = told(&responses::heading(bytes), |names| magnitude(names.len()).to_owned());
            let known = ["a", "w", "q"].map(str::to_owned);
            let totals = population_totals::read(bytes, &known);
            if let Ok(totals) = &totals {
                let own = responses::read(RESPONSES.as_bytes(), None).map_err(|error| error.to_string())?;
                if let Ok(margins) = margins(totals, &own.columns, own.rows as f64)
                    && let Ok(raked) = survey::rake::rake(&[1.0; 3], &margins, &Default::default())
                    && !raked.weights.iter().all(|weight| weight.is_finite() && *weight >= 0.0)
                {
                    return Err(format!("weights {:?}", raked.weights));
                }
            }
            let table = told(&table, |table| [table.rows, table.names.len()].map(magnitude).join(" "));
            Ok([table, heading, told(&totals, |totals| magnitude(totals.len()).to_owned())].join(" "))
        },
    });
}

#[test]
fn bridges_between_surveys() {
    campaign(&Target {
        name: "bridges",
        seeds: vec![
            b"[q1]\nintercept = 0.0\nslope = 0.1\nstd_error = 0.2\nreason = \"both asked\"\n".to_vec(),
        ],
        tokens: &[
            "[bridges]",
            "[",
            "=",
            "nan",
            "inf",
            "-inf",
            "1e999",
            "reason = \"\"",
            "slope",
            "std_error = -1",
        ],
        wrapping: Wrapping::Plain,
        read: |bytes| {
            let answer = bridges::read(&String::from_utf8_lossy(bytes));
            Ok(told(&answer, |found| magnitude(found.len()).to_owned()))
        },
    });
}

#[test]
fn condition() {
    campaign(&Target {
        name: "condition",
        seeds: [
            "${felt} = '1' and not(${age} >= 18.5 or selected(${needs}, 'lift'))",
            "${a} != \"\" and (${b} < -2)",
        ]
        .map(|text| text.into())
        .to_vec(),
        tokens: &[
            "${a}",
            "selected(",
            "not(",
            "(",
            ")",
            " and ",
            " or ",
            "=",
            "!=",
            "<=",
            "'",
            "\"",
            "1e999",
            "-",
            ",",
            ".",
        ],
        wrapping: Wrapping::Plain,
        read: |bytes| {
            let text = String::from_utf8_lossy(bytes);
            let answer = text.parse::<Condition>();
            if let Ok(condition) = &answer {
                let written = condition.to_string();
                same("condition", &answer, &written.parse())?;
            }
            Ok(told(&answer, shape) + if text.parse::<Fingerprint>().is_ok() { "f" } else { "" })
        },
    });
}
