//! Sheets of surveys: once each, nobody's, and in every backup.

use std::io::Cursor;

use domain::survey::WaveMode;
use jiff::civil::date;
use scratch::Scratch;
use store::{ContactCount, Database, Invitation, StoreError, SurveySheet};

use crate::books::*;

crate::on_both!(
    a_sheet_is_kept_once,
    a_link_works_once_and_leads_to_no_sheet,
    contacts_are_counted,
    surveys_come_back_from_a_backup,
);

fn sheet(id: &str, answers: &str) -> SurveySheet {
    SurveySheet {
        plan: plan(),
        wave: code("w1"),
        sheet: code(id),
        mode: WaveMode::Web,
        day: date(2019, 8, 14),
        late: false,
        answers: answers.into(),
    }
}

fn keep(database: &Database, held: &SurveySheet) -> bool {
    let held = held.clone();
    database.write::<_, StoreError>(move |tx| tx.keep_sheet(&held)).unwrap()
}

fn a_sheet_is_kept_once(scratch: &Scratch) {
    let database = open(scratch);
    assert!(keep(&database, &sheet("b", r#"{"q":1}"#)));
    assert!(keep(&database, &sheet("a", r#"{"q":2}"#)));
    // Sent again, with whatever in it: the first stays.
    assert!(!keep(&database, &sheet("b", r#"{"q":3}"#)));
    let other = SurveySheet { wave: code("w2"), ..sheet("b", "{}") };
    assert!(keep(&database, &other));
    let all = database.read(|c| c.survey_sheets(&plan(), &code("w1"), "", 10)).unwrap();
    assert_eq!(all, [sheet("a", r#"{"q":2}"#), sheet("b", r#"{"q":1}"#)]);
    let rest = database.read(|c| c.survey_sheets(&plan(), &code("w1"), "a", 10)).unwrap();
    assert_eq!(rest.len(), 1);
    let late = SurveySheet { late: true, mode: WaveMode::Street, ..sheet("c", "{}") };
    keep(&database, &late);
    let counts = database.read(|c| c.survey_counts(&plan(), &code("w1"))).unwrap();
    assert_eq!(
        counts.iter().map(|it| (it.mode, it.late, it.number)).collect::<Vec<_>>(),
        [(WaveMode::Street, true, 1), (WaveMode::Web, false, 2)]
    );
}

fn a_link_works_once_and_leads_to_no_sheet(scratch: &Scratch) {
    let database = open(scratch);
    let links: Vec<String> = (0..40).map(|at| format!("{:02x}", at * 37 % 251)).collect();
    let made = links.clone();
    database.write::<_, StoreError>(move |tx| tx.add_invitations(&plan(), &code("w1"), &made)).unwrap();
    // Each link is used with a sheet, one after the other.
    for (at, link) in links.iter().take(20).enumerate() {
        let (link, held) = (link.clone(), sheet(&format!("s{:02}", at * 13 % 20), "{}"));
        let used = database.write::<_, StoreError>(move |tx| {
            tx.keep_sheet(&held)?;
            tx.use_invitation(&plan(), &code("w1"), &link)
        });
        assert_eq!(used.unwrap(), Invitation::Unused);
    }
    let tried = |link: &str| {
        let link = link.to_owned();
        database.write::<_, StoreError>(move |tx| tx.use_invitation(&plan(), &code("w1"), &link)).unwrap()
    };
    assert_eq!((tried(&links[3]), tried("nobody")), (Invitation::Used, Invitation::Unknown));
    let counted = database.read(|c| c.survey_invitations(&plan(), &code("w1"))).unwrap();
    assert_eq!(counted, (40, 20));
    // What a table of links holds is the link and whether it was used: no moment, no day, no number, no sheet.
    let columns = |table: &str| -> Vec<String> {
        let sql = if scratch.is_postgres() {
            format!(
                "SELECT column_name::text FROM information_schema.columns WHERE table_name = '{table}' \
                 AND table_schema = current_schema() ORDER BY column_name"
            )
        } else {
            format!("SELECT name FROM pragma_table_info('{table}') ORDER BY name")
        };
        database.read(|c| c.rows(&sql, &[], |row| Ok(row.text(0)?.to_owned()))).unwrap()
    };
    assert_eq!(columns("survey_invitation"), ["invitation", "plan", "used", "wave"]);
    assert_eq!(columns("survey_sheet"), ["answers", "day", "late", "mode", "plan", "sheet", "wave"]);
    database.write::<_, StoreError>(|tx| tx.shuffle_survey(&plan(), &code("w1"))).unwrap();
    // Nor does the order in which rows lie tell which belong together, nor what wrote them.
    let lying = |table: &str, key: &str| -> Vec<String> {
        let order = if scratch.is_postgres() { " ORDER BY ctid" } else { "" };
        let sql = format!("SELECT {key} FROM {table} WHERE plan = '{}'{order}", plan());
        database.read(|c| c.rows(&sql, &[], |row| Ok(row.text(0)?.to_owned()))).unwrap()
    };
    for (table, key) in [("survey_sheet", "sheet"), ("survey_invitation", "invitation")] {
        let found = lying(table, key);
        assert!(found.is_sorted(), "{table}: {found:?}");
        if scratch.is_postgres() {
            let sql = format!("SELECT COUNT(DISTINCT xmin::text) FROM {table}");
            assert_eq!(database.read(|c| c.first(&sql, &[], |row| row.int(0))).unwrap(), Some(1));
        } else {
            // Such a table has no numbers of rows that would follow the order of writing.
            let sql = format!("SELECT rowid FROM {table}");
            assert!(database.read(|c| c.rows(&sql, &[], |row| row.int(0))).is_err());
        }
    }
    assert_eq!(database.read(|c| c.survey_invitations(&plan(), &code("w1"))).unwrap(), (40, 20));
}

fn contacts(outcome: &str, number: u64) -> ContactCount {
    ContactCount { day: date(2019, 8, 14), mode: WaveMode::Telephone, outcome: outcome.into(), number }
}

fn contacts_are_counted(scratch: &Scratch) {
    let database = open(scratch);
    for held in [contacts("refused", 2), contacts("not_reached", 1), contacts("refused", 3)] {
        database.write::<_, StoreError>(move |tx| tx.count_contacts(&plan(), &code("w1"), &held)).unwrap();
    }
    let found = database.read(|c| c.survey_contacts(&plan(), &code("w1"))).unwrap();
    assert_eq!(found, [contacts("not_reached", 1), contacts("refused", 5)]);
}

fn surveys_come_back_from_a_backup(scratch: &Scratch) {
    let database = open(scratch);
    fill(&database);
    keep(&database, &sheet("a", r#"{"q":"好"}"#));
    database
        .write::<_, StoreError>(|tx| {
            tx.add_invitations(&plan(), &code("w1"), &["aa".into(), "bb".into()])?;
            tx.use_invitation(&plan(), &code("w1"), "bb")?;
            tx.count_contacts(&plan(), &code("w1"), &contacts("refused", 4))?;
            tx.keep_survey_results(&plan(), &code("w1"), "{}")
        })
        .unwrap();
    let mut file = Vec::new();
    database.backup(&mut file, |_| ()).unwrap();
    let other = if scratch.is_postgres() { Scratch::postgres().unwrap() } else { Scratch::sqlite() };
    let again = open(&other);
    again.restore(Cursor::new(file), |_| ()).unwrap();
    let all = again.read(|c| c.survey_sheets(&plan(), &code("w1"), "", 10)).unwrap();
    assert_eq!(all, [sheet("a", r#"{"q":"好"}"#)]);
    let tried = |link: &str| again.read(|c| c.survey_invitation(&plan(), &code("w1"), link)).unwrap();
    assert_eq!((tried("aa"), tried("bb")), (Invitation::Unused, Invitation::Used));
    let found = again.read(|c| c.survey_contacts(&plan(), &code("w1"))).unwrap();
    assert_eq!(found, [contacts("refused", 4)]);
    assert_eq!(again.read(|c| c.survey_results(&plan(), &code("w1"))).unwrap().as_deref(), Some("{}"));
    assert_eq!(again.read(|c| c.survey_results(&plan(), &code("w2"))).unwrap(), None);
}
