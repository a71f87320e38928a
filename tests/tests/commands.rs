//! The command line over the demonstration plan: figures, proof of the journal, backups, doctor.

#![allow(clippy::unwrap_used, reason = "a test fails where something is not as it should be")]

use std::io::Write;
use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::sync::LazyLock;

use end_to_end::{huitian, skipped};
use scratch::Scratch;
use serde_json::Value;
use tempfile::TempDir;

const DAY: &str = "2019-08-14";

/// The demonstration, loaded once and copied for each test.
static DEMO: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite://{}", folder.path().join("demo.db").display());
    good(&["demo", "--load-only", "--database", &address]);
    folder
});

struct Place(TempDir);

impl Place {
    fn demo() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for file in std::fs::read_dir(DEMO.path()).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), folder.path().join(file.file_name())).unwrap();
        }
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn address(&self) -> String {
        format!("sqlite://{}", self.path("demo.db").display())
    }

    fn sql(&self, sql: &str) {
        rusqlite::Connection::open(self.path("demo.db")).unwrap().execute_batch(sql).unwrap();
    }

    /// Imports one row or more of a table.
    fn import(&self, table: &str, csv: &str) {
        let file = self.path("rows.csv");
        std::fs::write(&file, csv).unwrap();
        let file = file.display().to_string();
        good(&["import", &file, "--table", table, "--plan", "huitian-2018", "--database", &self.address()]);
    }
}

fn run(args: &[&str]) -> Output {
    huitian(args).output().expect("the built program: run `cargo build`")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn good(args: &[&str]) -> String {
    let output = run(args);
    assert!(output.status.success(), "{args:?}: {}{}", text(&output.stderr), text(&output.stdout));
    text(&output.stdout)
}

/// What a command that fails says, and its exit status.
fn bad(args: &[&str]) -> (i32, String) {
    let output = run(args);
    assert!(!output.status.success(), "{args:?} succeeded: {}", text(&output.stdout));
    (output.status.code().unwrap(), format!("{}{}", text(&output.stdout), text(&output.stderr)))
}

fn statement(address: &str, args: &[&str]) -> Vec<Value> {
    let mut all = vec!["statement", "--format", "json", "--plan", "huitian-2018", "--database", address];
    all.extend(args);
    serde_json::from_str(&good(&all)).unwrap()
}

fn verified(address: &str) -> Value {
    serde_json::from_str(&good(&["verify", "--format", "json", "--database", address])).unwrap()
}

#[test]
fn the_statement_equals_the_published_figures() {
    let place = Place::demo();
    let figures = statement(&place.address(), &["--as-of", DAY]);
    let ids: std::collections::BTreeSet<&str> =
        figures.iter().map(|figure| figure["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), figures.len());
    for figure in &figures {
        assert!(figure["published"].is_number(), "{figure}");
        assert_eq!(figure["value"].as_f64(), figure["published"].as_f64(), "{figure}");
        assert!(figure["records"].as_u64().unwrap() > 0, "{figure}");
        // Every record behind it can be listed.
        let id = figure["id"].as_str().unwrap();
        let rows = good(&[
            "statement",
            "--as-of",
            DAY,
            "--format",
            "json",
            "--rows",
            id,
            "--plan",
            "huitian-2018",
            "--database",
            &place.address(),
        ]);
        let rows: Vec<Value> = serde_json::from_str(&rows).unwrap();
        let counted = rows.iter().filter(|row| row["row"] != "group").count() as u64;
        assert_eq!(Some(counted), figure["records"].as_u64(), "{id}");
    }
    assert_eq!(figures.len(), 48);
}

#[test]
fn another_reading_of_the_journal_counts_the_same() {
    let place = Place::demo();
    let backup = place.path("demo.backup").display().to_string();
    good(&["backup", "--out", &backup, "--database", &place.address()]);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../demo/check.py");
    let python = std::process::Command::new("python3").args([script, "--journal", &backup, DAY]).output();
    let Ok(checked) = python else {
        assert!(skipped("python3"));
        return;
    };
    let said = format!("{}{}", text(&checked.stdout), text(&checked.stderr));
    assert!(checked.status.success(), "{said}");
    for figure in statement(&place.address(), &["--as-of", DAY]) {
        let id = figure["id"].as_str().unwrap();
        let line = said.lines().find(|line| line.split_whitespace().next() == Some(id));
        let line = line.unwrap_or_else(|| panic!("check.py does not count {id}"));
        let counted: f64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
        assert_eq!(Some(counted), figure["value"].as_f64(), "{line}");
        if line.ends_with("records") {
            let records: u64 = line.split_whitespace().rev().nth(1).unwrap().parse().unwrap();
            assert_eq!(Some(records), figure["records"].as_u64(), "{line}");
        }
    }
}

#[test]
fn every_format_and_language_prints_the_same_numbers() {
    let place = Place::demo();
    let json = statement(&place.address(), &["--as-of", DAY]);
    let csv = good(&["statement", "--as-of", DAY, "--format", "csv", "--database", &place.address()]);
    assert_eq!(csv.lines().count(), json.len() + 1);
    for (figure, line) in json.iter().zip(csv.lines().skip(1)) {
        let cells: Vec<&str> = line.split(',').collect();
        assert_eq!(cells[0], figure["id"].as_str().unwrap());
        assert_eq!(cells[1].parse::<f64>().ok(), figure["value"].as_f64());
    }
    let english = good(&["statement", "--as-of", DAY, "--lang", "en", "--database", &place.address()]);
    let chinese = good(&["statement", "--as-of", DAY, "--lang", "zh", "--database", &place.address()]);
    assert_ne!(english, chinese);
    assert_eq!(english.lines().count(), chinese.lines().count());
}

#[test]
fn a_statement_whose_sums_do_not_close_is_refused_with_the_rows_named() {
    let place = Place::demo();
    place.import(
        "projects",
        "code,name_zh,kind,sector,membership,effective\nZZ-1,没有日期的项目,building,education,member,2019-01-01\n",
    );
    let (status, said) = bad(&["statement", "--as-of", DAY, "--lang", "en", "--database", &place.address()]);
    assert_eq!(status, 4);
    assert!(said.contains("ZZ-1"), "{said}");
    assert!(said.contains("have neither started nor any expected start"), "{said}");
    assert!(said.contains("the books hold"), "{said}");
    // As it was known before that row came, it still can be issued.
    let known = statement(&place.address(), &["--as-of", DAY, "--known-at", "2024-12-31"]);
    assert!(known.iter().any(|figure| figure["value"].is_number()));
}

#[test]
fn known_at_shows_what_was_known_whatever_came_later() {
    let place = Place::demo();
    let at = ["--as-of", DAY, "--known-at", "2021-06-30"];
    let before = statement(&place.address(), &at);
    let now = statement(&place.address(), &["--as-of", DAY]);
    place.import(
        "baselines",
        "indicator,on,value,instrument,scale\nkindergarten_fee,2018-08-01,6300,highest_fee,yuan_per_month\n",
    );
    assert_eq!(statement(&place.address(), &at), before);
    assert_ne!(statement(&place.address(), &["--as-of", DAY]), now, "the change shows today");
    // Before the plan was on the books there is nothing to state.
    let early = ["statement", "--as-of", DAY, "--known-at", "2001-01-01", "--database", &place.address()];
    let (status, said) = bad(&early);
    assert_eq!(status, 1);
    assert!(said.contains("not on the books"), "{said}");
}

#[test]
fn verify_names_what_was_tampered_with() {
    let place = Place::demo();
    let sound = verified(&place.address());
    assert_eq!((&sound["sound"], sound["faults"].as_array().unwrap().len()), (&Value::Bool(true), 0));
    for (sql, expected) in [
        (
            "UPDATE entry SET reason = reason || '.' WHERE seq = 17",
            "entry 17, or the link to it, was altered",
        ),
        ("DELETE FROM entry WHERE seq BETWEEN 30 AND 32", "entries 30 to 32 are missing"),
        ("DELETE FROM entry WHERE seq = (SELECT MAX(seq) FROM entry)", "its head says"),
    ] {
        let place = Place::demo();
        place.sql(sql);
        let (status, said) = bad(&["verify", "--database", &place.address()]);
        assert_eq!(status, 1);
        assert!(said.contains(expected) && said.contains("NOT SOUND"), "{sql}: {said}");
        let (status, said) = bad(&["doctor", "--lang", "en", "--database", &place.address()]);
        assert_eq!(status, 1);
        assert!(said.contains("The journal was altered"), "{said}");
    }
}

#[test]
fn rebuild_says_whether_projections_had_gone_astray() {
    let place = Place::demo();
    assert!(good(&["rebuild", "--database", &place.address()]).contains("identical"));
    place.sql("DELETE FROM fact WHERE seq = 40");
    let (status, said) = bad(&["rebuild", "--database", &place.address()]);
    assert_eq!(status, 3, "{said}");
    assert!(good(&["rebuild", "--database", &place.address()]).contains("identical"));
    assert_eq!(statement(&place.address(), &["--as-of", DAY]), {
        let fresh = Place::demo();
        statement(&fresh.address(), &["--as-of", DAY])
    });
}

#[test]
fn a_backup_moves_an_installation_to_the_other_database_and_back() {
    let place = Place::demo();
    let figures = statement(&place.address(), &["--as-of", DAY]);
    let proof = verified(&place.address());
    let file = place.path("demo.backup").display().to_string();
    good(&["backup", "--out", &file, "--database", &place.address()]);
    let (_, said) = bad(&["backup", "--out", &file, "--database", &place.address()]);
    assert!(said.contains("exists already"), "{said}");
    let (_, said) = bad(&["restore", "--from", &file, "--database", &place.address()]);
    assert!(said.contains("restore into an empty one"), "{said}");
    assert!(!place.path("demo.backup.part").exists());

    let back = Scratch::sqlite();
    let mut from = file.clone();
    if let Some(server) = Scratch::postgres() {
        good(&["restore", "--from", &file, "--database", server.address()]);
        assert_eq!(verified(server.address()), proof);
        assert_eq!(statement(server.address(), &["--as-of", DAY]), figures);
        assert!(good(&["doctor", "--lang", "en", "--database", server.address()]).contains("in order"));
        from = place.path("server.backup").display().to_string();
        good(&["backup", "--out", &from, "--database", server.address()]);
    }
    good(&["restore", "--from", &from, "--database", back.address()]);
    assert_eq!(verified(back.address()), proof);
    assert_eq!(statement(back.address(), &["--as-of", DAY]), figures);

    let whole = std::fs::read(&file).unwrap();
    let cut = place.path("cut.backup");
    std::fs::write(&cut, &whole[..whole.len() / 2]).unwrap();
    let empty = Scratch::sqlite();
    let (status, _) = bad(&["restore", "--from", &cut.display().to_string(), "--database", empty.address()]);
    assert_eq!(status, 1);
    assert_eq!(verified(empty.address())["entries"], 0);
    let (_, said) = bad(&["restore", "--from", "/nowhere/a.backup", "--database", empty.address()]);
    assert!(said.contains("cannot read /nowhere/a.backup"), "{said}");
}

#[test]
fn the_demonstration_is_the_same_on_postgres_and_loads_once() {
    let Some(scratch) = Scratch::postgres() else { return };
    good(&["demo", "--load-only", "--database", scratch.address()]);
    let place = Place::demo();
    assert_eq!(
        statement(scratch.address(), &["--as-of", DAY]),
        statement(&place.address(), &["--as-of", DAY])
    );
    for address in [scratch.address(), place.address().as_str()] {
        let before = verified(address);
        let again = run(&["demo", "--load-only", "--database", address]);
        assert!(again.status.success());
        assert!(text(&again.stderr).contains("already on the books"));
        assert_eq!(verified(address), before);
    }
}

#[test]
fn accounts_are_added_given_roles_and_new_passwords() {
    let place = Place::demo();
    let address = place.address();
    let with_password = |args: &[&str], password: &str| {
        let mut all = vec!["account", "--database", &address];
        all.extend(args);
        let mut command = huitian(&all);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A refused command may be gone before it has read its input.
        child.stdin.take().unwrap().write_all(password.as_bytes()).unwrap_or_default();
        child.wait_with_output().unwrap()
    };
    let add =
        ["add", "wang", "--name", "王芳", "--role", "department", "--scope", "unit:changping-education"];
    let weak = with_password(&add, "short\n");
    assert!(!weak.status.success());
    let added =
        with_password(&["add", "li", "--name", "李", "--role", "auditor"], "a long enough password\n");
    assert!(added.status.success(), "{}", text(&added.stderr));
    let twice =
        with_password(&["add", "li", "--name", "李", "--role", "auditor"], "a long enough password\n");
    assert!(!twice.status.success() && text(&twice.stderr).contains("already on the books"));
    let nobody = with_password(&["password", "nobody"], "a long enough password\n");
    assert!(!nobody.status.success() && text(&nobody.stderr).contains("no active person 'nobody'"));
    let stranger = with_password(&["role", "li", "--role", "emperor"], "");
    assert!(text(&stranger.stderr).contains("municipal_task_force"), "{}", text(&stranger.stderr));
    let nowhere = with_password(&["role", "li", "--role", "auditor", "--scope", "unit:nowhere"], "");
    assert!(text(&nowhere.stderr).contains("'nowhere' is unknown"), "{}", text(&nowhere.stderr));
    assert!(with_password(&["role", "li", "--role", "auditor", "--end"], "").status.success());
    assert!(with_password(&["password", "li"], "another long password\n").status.success());
    assert_eq!(verified(&address)["sound"], true);
}

#[test]
fn papers_are_written_by_their_kind() {
    let place = Place::demo();
    let address = place.address();
    let paper = |args: &[&str], file: &str| {
        let out = place.path(file).display().to_string();
        let mut all = vec!["paper"];
        all.extend(args);
        all.extend(["--database", &address, "--lang", "en", "--out", &out]);
        run(&all)
    };
    for (args, file, begins) in [
        (&["report", "REP-weekly-2019-W10"][..], "week.docx", "PK"),
        (&["report", "HT-SR-03"], "special.xlsx", "PK"),
        (&["pack", "HT-MD-08"], "pack.docx", "PK"),
        (&["minutes", "HT-MD-08", "--as-of", DAY], "minutes.docx", "PK"),
        (&["ledger", "--where", "kind=tracked_task&light=red", "--as-of", DAY], "red.xlsx", "PK"),
        (&["timetable", "--as-of", DAY], "timetable.docx", "PK"),
        (&["gantt", "--steps", "--compare", "r1", "--as-of", DAY], "bars.zip", "PK"),
        (&["gantt", "--as-of", DAY], "bars.pdf", "%PDF-"),
        (&["statement", "--as-of", DAY, "--format", "xlsx"], "statement", "PK"),
    ] {
        let done = paper(args, file);
        assert!(done.status.success(), "{args:?}: {}", text(&done.stderr));
        let bytes = std::fs::read(place.path(file)).unwrap();
        assert!(bytes.starts_with(begins.as_bytes()) && bytes.len() > 5_000, "{file}");
    }
    for (args, file, said) in [
        (&["minutes", "HT-MD-08"][..], "minutes.xlsx", "no such paper"),
        (&["slip", "HT-MD-08"], "slip.docx", "no such paper"),
        (&["report"], "report.docx", "<CODE>"),
        (&["timetable"], "timetable", "--format"),
        (&["timetable", "--steps"], "steps.pdf", "Gantt"),
        (&["gantt", "--compare", "soon"], "soon.pdf", "--compare"),
        (&["gantt"], "bars.docx", "no such paper"),
        (&["statement", "--where", "kind=visit"], "statement.docx", "--where"),
    ] {
        let refused = paper(args, file);
        assert!(!refused.status.success(), "{args:?}");
        assert!(text(&refused.stderr).contains(said), "{args:?}: {}", text(&refused.stderr));
        assert!(!place.path(file).exists(), "{file} is not left half written");
    }
}

#[test]
fn bad_addresses_say_what_to_do() {
    for (address, expected) in [
        ("mysql://there", "neither sqlite://FILE nor postgres://"),
        ("sqlite:///nowhere/at/all.db", "no such file"),
        ("postgres://huitian@%2Fnowhere/at_all", "huitian doctor"),
        ("postgres://huitian:secret@127.0.0.1:1/x", "huitian doctor"),
    ] {
        let (status, said) = bad(&["statement", "--database", address]);
        assert_eq!(status, 1, "{address}");
        assert!(said.contains(expected), "{address}: {said}");
        assert!(!said.contains("secret"), "a password is never shown: {said}");
    }
    let place = Place::demo();
    std::fs::write(place.path("demo.db"), "this is no database, but long enough to look at".repeat(100))
        .unwrap();
    let (_, said) = bad(&["doctor", "--lang", "en", "--database", &place.address()]);
    assert!(said.contains("cannot be opened") || said.contains("cannot be read"), "{said}");
    let (_, said) = bad(&["statement", "--as-of", "14.8.2019", "--database", "sqlite://x.db"]);
    assert!(said.contains("--as-of"), "{said}");
    let place = Place::demo();
    let (_, said) = bad(&["statement", "--plan", "nothing", "--database", &place.address()]);
    assert!(said.contains("there are: huitian-2018"), "{said}");
    let (_, said) = bad(&["statement", "--as-of", DAY, "--rows", "nothing", "--database", &place.address()]);
    assert!(said.contains("no figure 'nothing'"), "{said}");
}

#[test]
fn doctor_finds_a_whole_installation_in_order() {
    let place = Place::demo();
    let said = good(&["doctor", "--lang", "en", "--database", &place.address()]);
    for expected in ["as this program expects", "file is sound", "journal is sound", "in order"] {
        assert!(said.contains(expected), "{said}");
    }
    place.sql("INSERT INTO migration VALUES (9999, 0, '')");
    let (_, said) = bad(&["doctor", "--lang", "en", "--database", &place.address()]);
    assert!(said.contains("Use a newer program"), "{said}");
    let (_, said) = bad(&["demo", "--load-only", "--database", &place.address()]);
    assert!(said.contains("9999"), "{said}");
}

#[test]
fn the_rhythm_says_what_it_would_do_and_does_it_once() {
    let place = Place::demo();
    let address = place.address();
    let rhythm = |args: &[&str]| {
        let mut all = vec!["rhythm"];
        all.extend(args);
        all.extend(["--plan", "huitian-2018", "--database", &address]);
        good(&all)
    };
    let deeds = |args: &[&str]| -> Vec<Value> {
        let runs: Value = serde_json::from_str(&rhythm(args)).unwrap();
        runs[0]["deeds"].as_array().unwrap().clone()
    };
    let rules: Value = serde_json::from_str(&rhythm(&["rules"])).unwrap();
    assert_eq!(rules["since"], "2019-07-01");
    // The day after the demonstration's last: a week opens, limits come near and pass.
    let trial = deeds(&["run", "--on", "2019-08-16", "--dry-run", "--format", "json"]);
    assert!(trial.iter().any(|deed| deed["did"] == "opened" && deed["period"] == "2019-W33"), "{trial:?}");
    assert!(trial.iter().filter(|deed| deed["did"] == "chased").count() > 2);
    let before = verified(&address);
    assert_eq!(trial, deeds(&["run", "--on", "2019-08-16", "--dry-run", "--format", "json"]));
    assert_eq!(verified(&address), before, "a trial writes nothing");
    let done = deeds(&["run", "--on", "2019-08-16", "--format", "json"]);
    assert_eq!(done.len(), trial.len());
    assert_eq!(deeds(&["run", "--on", "2019-08-16", "--format", "json"]), [] as [Value; 0]);
    let (code, why) = bad(&["rhythm", "run", "--on", "2199-01-01", "--database", &address]);
    assert!(code != 0 && why.contains("--dry-run"), "{why}");
    rhythm(&["start", "--set", "suqian-2025", "--since", "2019-09-02"]);
    let rules: Value = serde_json::from_str(&rhythm(&["rules"])).unwrap();
    assert_eq!(rules["rules"]["code"], "suqian-2025");
    let (_, why) = bad(&["rhythm", "start", "--set", "none", "--database", &address]);
    assert!(why.contains("sanming-2017"), "{why}");
    // What was published stays as it was.
    let day = ["--as-of", DAY];
    assert!(
        statement(&address, &day)
            .iter()
            .all(|line| line["published"].is_null() || line["value"] == line["published"])
    );
}
