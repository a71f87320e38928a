//! `huitian import` and `huitian export`, as anyone runs them, over the demonstration plan.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::LazyLock;

/// The demonstration plan, loaded once and copied for each test.
static DEMO: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite://{}", folder.path().join("demo.db").display());
    let loaded = huitian(&["demo", "--load-only", "--database", &address]);
    assert!(loaded.status.success(), "{}", String::from_utf8_lossy(&loaded.stderr));
    folder
});

fn huitian(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_huitian"));
    command.args(args).env_remove("HUITIAN_DATABASE").env("LANG", "en_GB.UTF-8").env_remove("LC_ALL");
    command.output().unwrap()
}

/// A folder to work in, and a database with the demonstration.
pub(crate) struct Place {
    folder: tempfile::TempDir,
    pub(crate) address: String,
}

impl Place {
    /// A copy in SQLite.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for file in std::fs::read_dir(DEMO.path()).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), folder.path().join(file.file_name())).unwrap();
        }
        let address = format!("sqlite://{}", folder.path().join("demo.db").display());
        Self { folder, address }
    }

    /// One of its own in PostgreSQL, where that is installed.
    pub(crate) fn postgres() -> Option<Self> {
        let address = scratch::Scratch::postgres()?.address().to_owned();
        let place = Self { folder: tempfile::tempdir().unwrap(), address };
        place.good(&["demo", "--load-only"]);
        Some(place)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn database(&self) -> store::Database {
        store::Database::open(&self.address.parse().unwrap(), 0).unwrap()
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_huitian"));
        command.args(args).args(["--database", &self.address]);
        command.current_dir(self.folder.path()).env("LANG", "en_GB.UTF-8").env_remove("LC_ALL");
        command
    }

    pub(crate) fn good(&self, args: &[&str]) -> String {
        let output = self.run(args);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{args:?}: {errors}{}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stdout).unwrap()
    }

    pub(crate) fn json(&self, args: &[&str]) -> serde_json::Value {
        serde_json::from_str(&self.good(args)).unwrap()
    }

    fn entries(&self) -> u64 {
        self.json(&["verify", "--format", "json"])["entries"].as_u64().unwrap()
    }

    fn requests(&self) -> usize {
        requests(&self.database())
    }
}

/// Requests on the books.
pub(crate) fn requests(database: &store::Database) -> usize {
    let plan = domain::code::Code::new("huitian-2018").unwrap();
    let query = domain::request::query::RequestQuery::default();
    database.read(|c| c.request_count(&plan, &query, 100_000_000)).unwrap().number as usize
}

fn records(text: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
    (header, rows)
}

#[test]
fn every_table_is_exported_in_every_format() {
    let place = Place::new();
    for format in ["csv", "json", "xlsx"] {
        place.good(&["export", "all", "--as-of", "2019-08-14", "--format", format, "--out", format]);
    }
    let (mut tables, mut rows_of_projects) = (0, 0);
    for file in std::fs::read_dir(place.path("csv")).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let (header, rows) = records(&std::fs::read_to_string(&path).unwrap());
        assert!(header.iter().any(|column| column == "grade"), "{name}");
        let json: Vec<serde_json::Map<String, serde_json::Value>> =
            serde_json::from_str(&place.text(&format!("json/{name}.json"))).unwrap();
        assert_eq!(json.len(), rows.len(), "{name}");
        let workbook = std::fs::read(place.path(&format!("xlsx/{name}.xlsx"))).unwrap();
        let sheet = exchange::sheet::read(&workbook, None, &[], &exchange::sheet::Limits::default()).unwrap();
        assert_eq!(sheet.rows.len(), rows.len() + 1, "{name}");
        assert_eq!(sheet.rows[0].cells, header, "{name}");
        tables += 1;
        if name == "projects" {
            rows_of_projects = rows.len();
        }
    }
    assert_eq!((tables, rows_of_projects), (app::export::TABLES.len(), 108));

    // What the statement command says is what its table says.
    let statement = place.json(&["statement", "--as-of", "2019-08-14", "--format", "json"]);
    let exported: Vec<serde_json::Value> = serde_json::from_str(&place.text("json/statement.json")).unwrap();
    for (said, row) in statement.as_array().unwrap().iter().zip(&exported) {
        assert_eq!((&said["id"], &said["value"]), (&row["figure"], &row["value"]));
        assert_eq!((&said["published"], &said["records"]), (&row["published"], &row["records"]));
    }
    // Another day and another state of knowledge give other tables.
    let early = place.good(&["export", "promises", "--as-of", "2019-08-14", "--known-at", "2018-12-31"]);
    let late = place.good(&["export", "promises", "--as-of", "2019-08-14"]);
    assert!(records(&early).1.len() < records(&late).1.len());
    // Labels and the byte order mark are for people.
    let labelled = place.good(&["export", "projects", "--labels", "--bom", "--lang", "zh"]);
    assert!(labelled.starts_with("\u{feff}项目编码,项目名称"), "{}", &labelled[..60]);
    assert!(!place.run(&["export", "nothing"]).status.success());
}

#[test]
fn exported_tables_change_nothing_when_imported_again() {
    let place = Place::new();
    let before = place.entries();
    let tables = [
        "areas",
        "units",
        "projects",
        "aliases",
        "lead_units",
        "supporting_units",
        "parts",
        "milestones",
        "progress",
        "outputs",
        "documents",
        "evaluations",
        "remarks",
        "indicators",
        "baselines",
        "targets",
        "observations",
        "accepted",
        "list_entries",
        "facility_kinds",
        "facility_standards",
        "facilities",
    ];
    place.good(&["export", "all", "--format", "xlsx", "--labels", "--lang", "zh", "--out", "x"]);
    place.good(&["export", "all", "--format", "csv", "--out", "c"]);
    for table in tables {
        for file in [format!("x/{table}.xlsx"), format!("c/{table}.csv")] {
            let report = place.json(&["import", &file, "--table", table, "--format", "json"]);
            assert_eq!(report["entries"], 0, "{file}: {report}");
            assert_eq!(report["counts"]["refused"], 0, "{file}");
        }
    }
    assert_eq!(place.entries(), before);
}

/// Twenty-five places of the town in GCJ-02, as a map service would give them.
fn shifted_places() -> String {
    let features: Vec<String> = (0..25)
        .map(|at| {
            // 530 m to the east, 160 m to the north of where they are.
            let (longitude, latitude) = (116.352 + 0.00075 * f64::from(at) + 0.0062, 40.083 + 0.0014);
            format!(
                r#"{{"type":"Feature","id":"NEW-{at}","properties":{{"kind":"park","area":"huoying","name":"公园{at}"}},
                "geometry":{{"type":"Point","coordinates":[{longitude:.6},{latitude:.6}]}}}}"#
            )
        })
        .collect();
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}

#[test]
fn places_come_in_as_geojson_and_the_datum_is_asked_for_and_checked() {
    let place = Place::new();
    let before = place.entries();
    std::fs::write(place.path("parks.geojson"), shifted_places()).unwrap();
    let import = |datum: &[&str]| {
        let args = ["import", "parks.geojson", "--table", "facilities", "--format", "json", "--dry-run"];
        let output = place.run(&[&args, datum].concat());
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (status, told) = import(&[]);
    assert_eq!(status, Some(4));
    assert!(told.contains("cell-missing"), "{told}");
    let (status, told) = import(&["--datum", "wgs84"]);
    assert_eq!(status, Some(4), "{told}");
    assert!(told.contains("cell-other-datum") && told.contains("gcj02"), "{told}");
    let (status, told) = import(&["--datum", "gcj02"]);
    assert_eq!(status, Some(0), "{told}");
    assert_eq!(place.entries(), before);

    let args = ["import", "parks.geojson", "--table", "facilities", "--format", "json", "--datum", "gcj02"];
    assert_eq!(place.json(&args)["counts"]["new"], 25);
    assert_eq!(place.json(&args)["entries"], 0);
    std::fs::write(
        place.path("far.csv"),
        "code,kind,longitude,latitude,datum\nX-1,park,40.07,116.33,wgs84\n",
    )
    .unwrap();
    let output = place.run(&["import", "far.csv", "--table", "facilities"]);
    assert_eq!(output.status.code(), Some(4), "{}", String::from_utf8_lossy(&output.stdout));
    let cut = &shifted_places()[..300];
    std::fs::write(place.path("cut.geojson"), cut).unwrap();
    let output = place.run(&["import", "cut.geojson", "--table", "facilities", "--datum", "wgs84"]);
    assert!(!output.status.success());
}

#[test]
fn mistakes_are_reported_and_nothing_is_imported() {
    let place = Place::new();
    let before = place.entries();
    let file = "项目编码,节点,日期性质,节点日期,说明理由\n\
                HT-EDU-003,开工,预计,2030年3月,因故\n\
                HT-EDU-003,开工,预计,2030年4月,因故\n\
                XX-1,开工,预计,2030,\n\
                HT-EDU-004,竣工验收,实际,2199-01-01,\n\
                HT-EDU-004,完工,预计,不久,\n";
    let (bytes, _, _) = encoding(file);
    std::fs::write(place.path("in.csv"), bytes).unwrap();
    for (report, annotated) in [("r.csv", "a.csv"), ("r.xlsx", "a.xlsx"), ("r.json", "a2.csv")] {
        let output = place.run(&[
            "import",
            "in.csv",
            "--table",
            "milestones",
            "--report",
            report,
            "--annotated",
            annotated,
            "--lang",
            "zh",
        ]);
        assert_eq!(output.status.code(), Some(4), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(String::from_utf8_lossy(&output.stdout).contains("没有导入任何内容"));
    }
    assert_eq!(place.entries(), before);
    let (header, rows) = records(&place.text("r.csv"));
    assert_eq!(header, ["row", "column", "field", "value", "problem", "message"]);
    let keys: Vec<(&str, &str)> = rows.iter().map(|row| (row[0].as_str(), row[4].as_str())).collect();
    assert_eq!(
        keys,
        [("3", "import-twin"), ("4", "unknown-subject"), ("5", "future"), ("6", "cell-not-a-date")]
    );
    assert_eq!(rows[3][1], "节点日期");
    assert!(rows[0][5].contains("第 2 行"), "{}", rows[0][5]);
    let report: serde_json::Value = serde_json::from_str(&place.text("r.json")).unwrap();
    assert_eq!(report["problems"].as_array().unwrap().len(), 4);
    assert_eq!(report["applied"], false);
    let annotated = std::fs::read(place.path("a.xlsx")).unwrap();
    let sheet = exchange::sheet::read(&annotated, None, &[], &exchange::sheet::Limits::default()).unwrap();
    assert_eq!(sheet.rows.len(), 6);
    assert!(sheet.rows[5].cells[6].contains("2019-10-13"), "{:?}", sheet.rows[5]);
    // The annotated file, mended, is imported as it is.
    let mended: String = place
        .text("a.csv")
        .lines()
        .filter(|line| !["2030年4月", "XX-1", "2199", "不久"].iter().any(|wrong| line.contains(wrong)))
        .map(|line| format!("{line}\n"))
        .collect();
    std::fs::write(place.path("mended.csv"), mended).unwrap();
    let tried =
        place.json(&["import", "mended.csv", "--table", "milestones", "--dry-run", "--format", "json"]);
    assert_eq!((&tried["applied"], &tried["counts"]["changed"]), (&false.into(), &1.into()));
    assert_eq!(place.entries(), before);
    place.good(&["import", "mended.csv", "--table", "milestones"]);
    assert_eq!(place.entries(), before + 1);
}

/// The text in GB18030, as spreadsheet programs in China save CSV.
fn encoding(text: &str) -> (Vec<u8>, (), ()) {
    let (bytes, _, bad) = encoding_rs::GB18030.encode(text);
    assert!(!bad);
    (bytes.into_owned(), (), ())
}

#[test]
fn a_template_is_filled_in_and_imported_with_a_profile() {
    let place = Place::new();
    for (lang, sheet, first) in [("zh", "项目", "项目编码"), ("en", "Projects", "Project code")] {
        place_template(&place, lang, sheet, first);
    }
    std::fs::write(
        place.path("p.toml"),
        "table = \"projects\"\n[columns]\n\"工程号\" = \"code\"\n[constants]\ngrade = \"reported\"\n\
         [values.membership]\n\"在管\" = \"member\"\n",
    )
    .unwrap();
    std::fs::write(
        place.path("new.csv"),
        "工程号,项目名称,项目类型,所属领域,责任单位,预算,状态\nNEW-1,新项目,building,教育,昌平区教委,\"1,200万元\",在管\n",
    )
    .unwrap();
    place.good(&["import", "new.csv", "--profile", "p.toml", "--as", "task-force"]);
    let (header, rows) = records(&place.good(&["export", "projects"]));
    let row = rows.iter().find(|row| row[0] == "NEW-1").unwrap();
    let cell = |name: &str| row[header.iter().position(|held| held == name).unwrap()].as_str();
    assert_eq!(cell("sector"), "education");
    assert_eq!(cell("lead_unit_code"), "changping-education");
    assert_eq!(cell("budget_yuan"), "12000000.00");
    // It has no date to start at: the statement does not close, and its tables are not given out.
    let statement = place.run(&["export", "statement", "--out", "s.csv"]);
    assert_eq!(statement.status.code(), Some(4));
    assert!(!place.path("s.csv").exists());
    // Someone who may not is told so, and nothing is written.
    let before = place.entries();
    let refused = place.run(&["import", "new.csv", "--profile", "p.toml", "--as", "auditor"]);
    assert!(!refused.status.success());
    assert_eq!(place.entries(), before);
}

fn place_template(place: &Place, lang: &str, sheet: &str, first: &str) {
    let name = format!("{lang}.xlsx");
    place.good_without_database(&["import", "--template", "projects", "--out", &name, "--lang", lang]);
    let bytes = std::fs::read(place.path(&name)).unwrap();
    let limits = exchange::sheet::Limits::default();
    let read = exchange::sheet::read(&bytes, None, &[], &limits).unwrap();
    assert_eq!((read.name.as_str(), read.rows[0].cells[0].as_str()), (sheet, first));
    assert_eq!(read.sheets.len(), 3);
}

impl Place {
    fn good_without_database(&self, args: &[&str]) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_huitian"));
        let output = command.args(args).current_dir(self.folder.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn hostile_files_are_refused_with_a_sentence() {
    let place = Place::new();
    std::fs::write(place.path("old.xls"), [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0]).unwrap();
    std::fs::write(
        place.path("broken.csv"),
        b"code,name_zh\nA-1,\xe5\xad\xa6\xe6\xa0\xa1\xe5\xad\xa6\xe6\xa0\xa1\xe5\xad\xff\n",
    )
    .unwrap();
    std::fs::write(place.path("empty.csv"), b"").unwrap();
    std::fs::write(place.path("other.csv"), b"colour,size\nred,3\n").unwrap();
    std::fs::write(place.path("big.csv"), vec![b'a'; 33 << 20]).unwrap();
    std::fs::write(place.path("cell.csv"), format!("code,name_zh\nA-1,{}\n", "x".repeat(10 << 20))).unwrap();
    for (file, words) in [
        ("old.xls", "Save it as .xlsx"),
        ("broken.csv", "line 2"),
        ("empty.csv", "empty"),
        ("other.csv", "Project code (code)"),
        ("big.csv", "Divide it"),
        ("missing.csv", "cannot read"),
    ] {
        let output = place.run(&["import", file, "--table", "projects"]);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{file}");
        assert!(errors.contains(words), "{file}: {errors}");
    }
    let output = place.run(&["import", "cell.csv", "--table", "projects"]);
    assert_eq!(output.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&output.stdout).contains("at most 8"), "{output:?}");
}

#[test]
fn a_file_with_mistakes_is_looked_through_first() {
    let place = Place::new();
    let before = place.requests();
    // Nothing of it is taken in unless that is wanted.
    std::fs::write(
        place.path("bad.csv"),
        "工单编号,受理时间,主要内容\nB1,2019-05-01 09:00,路灯\nB2,never,路灯\n",
    )
    .unwrap();
    let bad = ["import", "bad.csv", "--table", "requests"];
    let output = place.run(&bad);
    assert_eq!(output.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&output.stdout).contains("never"), "{output:?}");
    assert_eq!(place.requests(), before);
    let output = place.run(&[&bad[..], &["--skip-wrong", "--report", "left-out.csv"]].concat());
    assert_eq!(output.status.code(), Some(4));
    assert_eq!(place.requests() - before, 1);
    assert!(place.text("left-out.csv").contains("never"));
    assert_eq!(
        place.run(&["import", "in.csv", "--table", "projects", "--skip-wrong"]).status.code(),
        Some(1)
    );
}

#[test]
fn a_long_file_is_told_as_far_as_it_was_taken_in() {
    // The first piece ends with row 5,000; the headings stand below a preamble, in row 12.
    const FIRST: usize = 4_988;
    const ROWS: usize = 5_040;
    let place = Place::new();
    std::fs::write(place.path("p.toml"), "table = \"requests\"\nheader_row = 12\n").unwrap();
    let write = |number: &str, unit: &str| {
        let mut text: String = (1..12).map(|row| format!("说明{row}\n")).collect();
        text.push_str("工单编号,受理时间,主要内容,办理单位,办结时间,办理结果\n");
        for row in 13..13 + ROWS {
            let (number, unit) = if row == 5_050 { (number, unit) } else { ("", "") };
            let own = format!("G{row}");
            let number = if number.is_empty() { own.as_str() } else { number };
            text.push_str(&format!(
                "{number},2019-05-01 09:00,回龙观西大街路灯不亮,{unit},2019-06-01 10:00,已修复\n"
            ));
        }
        std::fs::write(place.path("long.csv"), text).unwrap();
    };
    let run = |more: &[&str]| {
        let args = ["import", "long.csv", "--profile", "p.toml", "--lang", "en", "--piece", "5000"];
        let output = place.run(&[&args[..], more].concat());
        assert_eq!(output.status.code(), Some(4), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let json = |more: &[&str]| -> serde_json::Value {
        serde_json::from_str(&run(&[&["--format", "json"][..], more].concat())).unwrap()
    };
    let counts = |report: &serde_json::Value| {
        ["new", "unchanged", "refused"].map(|name| report["counts"][name].as_u64().unwrap() as usize)
    };
    let before = place.requests();
    // What only the rules find wrong is found by trying, not by looking through.
    write("", "nobody");
    let tried = json(&["--dry-run"]);
    assert_eq!((counts(&tried), place.requests()), ([ROWS - 1, 0, 1], before));
    let stopped = json(&[]);
    assert_eq!(counts(&stopped), [FIRST, 0, 1]);
    assert_eq!((&stopped["stopped_at_row"], &stopped["applied"]), (&5_001.into(), &true.into()));
    assert_eq!(stopped["problems"][0]["row"], 5_050);
    assert_eq!(place.requests(), before + FIRST);
    let said = run(&[]);
    assert!(said.contains("Rows taken in: 4988; entries written: 0."), "{said}");
    assert!(said.contains("the piece that begins in row 5001") && !said.contains("Nothing was"), "{said}");
    let tried = json(&["--dry-run"]);
    assert_eq!(counts(&tried), [ROWS - FIRST - 1, FIRST, 1]);
    // A number that stands in an earlier piece is named like one of the same piece.
    write("G13", "");
    let tried = json(&["--dry-run"]);
    let twin = &tried["problems"][0];
    assert_eq!((&twin["row"], &twin["problem"]), (&5_050.into(), &"import-twin".into()));
    assert!(twin["message"].as_str().unwrap().contains("row 13"), "{twin}");
    assert_eq!(counts(&json(&[]))[2], 1);
    assert_eq!(place.requests(), before + FIRST, "nothing of a file with mistakes");
}

#[test]
fn formulas_are_harmless_in_exports() {
    let place = Place::new();
    std::fs::write(place.path("in.csv"), "project,text\nHT-EDU-001,=cmd|' /C calc'!A0\n").unwrap();
    place.good(&["import", "in.csv", "--table", "remarks"]);
    let (_, rows) = records(&place.good(&["export", "remarks"]));
    assert!(rows.iter().any(|row| row[1] == "'=cmd|' /C calc'!A0"), "{rows:?}");
    place.good(&["export", "remarks", "--out", "r.csv"]);
    let again = place.json(&["import", "r.csv", "--table", "remarks", "--format", "json"]);
    assert_eq!(again["entries"], 0);
}

/// The standard's own checker, where it and the schema are there: `HUITIAN_SHARED` names the folder of
/// shared data, `HUITIAN_PYTHON` a Python with libcoveoc4ids.
#[test]
fn the_oc4ids_package_is_valid() {
    let place = Place::new();
    for (plan, day) in
        [("huitian-2018", "2019-08-14"), ("huitian-2018", "2026-11-25"), ("huitian-2021", "2022-12-31")]
    {
        let file = format!("{plan}-{day}.json");
        place.good(&["export", "oc4ids", "--plan", plan, "--as-of", day, "--out", &file]);
        let package: serde_json::Value = serde_json::from_str(&place.text(&file)).unwrap();
        let projects = package["projects"].as_array().unwrap();
        let (_, members) = records(&place.good(&["export", "projects", "--plan", plan, "--as-of", day]));
        assert!(!projects.is_empty() && projects.len() <= members.len());
        for project in projects {
            assert!(project["id"].as_str().unwrap().starts_with("oc4ids-abcdef-"));
            assert!(project["status"].is_string() && project["description"].is_string(), "{project}");
        }
        let Some(check) = scratch::shared_data("data/exchange/oc4ids_check.py") else { return };
        let python = std::env::var("HUITIAN_PYTHON").unwrap_or_else(|_| "python3".into());
        let library = Command::new(&python).args(["-c", "import libcoveoc4ids"]).output();
        if !library.is_ok_and(|output| output.status.success()) {
            eprintln!("skipped: no Python with libcoveoc4ids");
            return;
        }
        let output = Command::new(&python).arg(&check).arg(place.path(&file)).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}");
        assert!(said.contains("validation errors 0 | additional checks 0"), "{said}");
        assert!(said.contains("not in closed codelist [] | not in open codelist []"), "{said}");
    }
}
