use std::io::Cursor;

use rust_xlsxwriter::Workbook;
use survey::sheet::{Answer, Sheet};

use super::*;

/// A workbook of the given sheets.
fn workbook(sheets: &[(&str, &[&[&str]])]) -> Cursor<Vec<u8>> {
    let mut workbook = Workbook::new();
    for (name, lines) in sheets {
        let sheet = workbook.add_worksheet();
        sheet.set_name(*name).expect("name");
        for (row, line) in lines.iter().enumerate() {
            for (column, cell) in line.iter().enumerate() {
                let (row, column) = (row as u32, column as u16);
                match cell.parse::<f64>() {
                    Ok(number) => sheet.write(row, column, number).expect("cell"),
                    Err(_) => sheet.write(row, column, *cell).expect("cell"),
                };
            }
        }
    }
    Cursor::new(workbook.save_to_buffer().expect("workbook"))
}

const HEAD: &[&str] = &[
    "type",
    "name",
    "label::中文 (zh)",
    "label::English (en)",
    "required",
    "relevant",
    "constraint",
    "appearance",
    "parameters",
];
const CHOICES: &[&[&str]] = &[
    &["list_name", "name", "label::中文 (zh)", "label::English (en)"],
    &["yn", "1", "是", "Yes"],
    &["yn", "2", "否", "No"],
    &["needs", "lift", "电梯", "Lift"],
    &["needs", "shop", "商店", "Shop"],
];

fn form(lines: &[&[&str]]) -> Result<XlsForm, XlsFormError> {
    let mut survey = vec![HEAD];
    survey.extend(lines);
    let settings: &[&[&str]] = &[&["form_title", "form_id", "version"], &["回天调查", "huitian", "2026"]];
    read(workbook(&[("survey", &survey), ("choices", CHOICES), ("settings", settings)]))
}

#[test]
fn reads_a_form() {
    let found = form(&[
        &["start", "start"],
        &["note", "hello", "您好", "Hello"],
        &["select_one yn", "felt", "您感到改善吗?", "Do you feel an improvement?", "yes"],
        &["begin_group", "more", "更多", "More", "", "${felt} = '1'"],
        &["select_multiple needs", "needs", "需要什么?", "What is needed?", "", "", "count-selected(.) <= 2"],
        &["integer", "age", "年龄", "Age", "", "${felt} != ''", ". >= 18 and . < 120"],
        &["end_group"],
        &["range", "score", "打分", "Score", "", "", "", "", "start=1 end=5 step=1"],
        &["begin group", "services", "服务", "Services", "", "", "", "table-list"],
        &["select_one yn", "bus", "公交", "Bus"],
        &["select_one yn", "clinic", "诊所", "Clinic"],
        &["end group"],
        &["text", "wish", "您的愿望", "Your wish", "", "", "regex(., 'x')"],
    ])
    .expect("reads");
    let instrument = &found.instrument;
    assert_eq!((instrument.name(), instrument.version()), ("huitian", "2026"));
    assert_eq!(instrument.title().zh, "回天调查");
    let names: Vec<&str> = instrument.questions().iter().map(|question| question.name.as_str()).collect();
    assert_eq!(names, ["felt", "needs", "age", "score", "services", "wish"]);
    let question = |name: &str| instrument.question(name).expect("question");
    assert!(question("felt").required);
    assert_eq!(question("felt").wording, Wording::new("您感到改善吗?", "Do you feel an improvement?"));
    let Form::Single { choices } = &question("felt").form else { panic!("single") };
    assert_eq!(choices[0].code, "1", "numbers are codes without a decimal point");
    assert!(matches!(question("needs").form, Form::Multiple { most: Some(2), .. }));
    assert!(matches!(
        question("age").form,
        Form::Number { least: Some(18.0), most: Some(119.0), whole: true }
    ));
    assert_eq!(
        question("age").condition.as_ref().map(ToString::to_string).as_deref(),
        Some("${felt} = '1' and ${felt} != ''")
    );
    assert!(matches!(question("score").form, Form::Scale { low: 1, high: 5, .. }));
    let Form::Matrix { rows, columns } = &question("services").form else { panic!("matrix") };
    assert_eq!((rows.len(), columns.len()), (2, 2));
    let notes: Vec<String> = found.notes.iter().map(ToString::to_string).collect();
    assert_eq!(
        notes,
        [
            "line 2: start asks nothing and is left out",
            "line 3: the note \"hello\" is left out",
            "line 14: the constraint \"regex(., 'x')\" is not checked here"
        ]
    );
    let answers = [("felt".to_owned(), Answer::Choice("2".into())), ("age".to_owned(), Answer::Number(30.0))];
    let sheet = Sheet::check(instrument, instrument.fingerprint(), answers.into_iter().collect());
    assert!(sheet.is_err(), "age is not asked after no");
}

#[test]
fn says_what_cannot_be_taken_over() {
    let error = |lines: &[&[&str]]| form(lines).expect_err("refused").to_string();
    let text = error(&[&["begin_repeat", "children", "孩子", "Children"], &["end_repeat"]]);
    assert!(text.contains("line 2") && text.contains("loop \"children\""), "{text}");
    assert!(error(&[&["geopoint", "where", "哪里", "Where"]]).contains("\"geopoint\" cannot be asked"));
    assert!(error(&[&["select_one none", "a", "甲", "A"]]).contains("list \"none\""));
    assert!(error(&[&["end_group"]]).contains("never began"));
    assert!(error(&[&["begin_group", "g"], &["text", "a", "甲", "A"]]).contains("never ends"));
    let text = error(&[&["text", "a", "甲", "A", "", "${b} > today()"]]);
    assert!(text.contains("line 2") && text.contains("today()"), "{text}");
    let text = error(&[&["text", "a", "甲", "A", "", "${b} > 1"], &["integer", "b", "乙", "B"]]);
    assert!(text.contains("not asked before"), "{text}");
    assert!(error(&[&["text", "a"]]).contains("no wording"));
    assert!(error(&[&["text", "a", "甲", "A"], &["text", "a", "乙", "B"]]).contains("used twice"));
}

#[test]
fn other_files_are_refused() {
    assert!(matches!(read(Cursor::new(b"type,name\n".to_vec())), Err(XlsFormError::NotXlsx(_))));
    assert!(matches!(read(workbook(&[("other", &[&["type"]])])), Err(XlsFormError::NoSheet("survey"))));
    assert!(matches!(
        read(workbook(&[("survey", &[&["kind", "name"]])])),
        Err(XlsFormError::NoColumn { column: "type", .. })
    ));
}

#[test]
fn the_dot_of_a_number_is_no_answer() {
    assert_eq!(replace_dot(". >= 0.5 and .<=1.5"), "${.} >= 0.5 and ${.}<=1.5");
    assert_eq!(replace_dot(".>.5"), "${.}>.5");
}

/// Two cells at the far corners of a sheet: seventeen thousand million cells, were all between them kept.
#[test]
fn far_cells_take_no_memory_for_what_lies_between() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("survey").expect("name");
    sheet.write(0, 0, "type").expect("cell");
    sheet.write(1_048_575, 16_383, "far").expect("cell");
    let bytes = workbook.save_to_buffer().expect("workbook");
    let error = read(bytes.as_slice()).expect_err("refused").to_string();
    assert!(error.contains("columns"), "{error}");
}

#[test]
fn a_workbook_packed_too_well_is_refused() {
    let mut pieces = zip::ZipArchive::new(workbook(&[("survey", &[HEAD])])).expect("archive");
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..pieces.len() {
        out.raw_copy_file(pieces.by_index_raw(at).expect("piece")).expect("copied");
    }
    out.start_file("xl/more.xml", zip::write::SimpleFileOptions::default()).expect("piece");
    std::io::Write::write_all(&mut out, &vec![b' '; 8 << 20]).expect("written");
    let packed = out.finish().expect("finished").into_inner();
    assert!(matches!(read(packed.as_slice()), Err(XlsFormError::Workbook(_))));
}
