//! Files that wait: each for its owner only, for a time, within bounds.

use scratch::Scratch;
use store::{Database, Kept, StoreError, Upload, UploadRoom};

use crate::books::*;

crate::on_both!(a_file_waits_for_its_owner, files_make_room, a_finished_file_is_finished_once);

const ROOM: UploadRoom = UploadRoom { of_person: 2, bytes: 100 };

fn upload(id: &str, person: &str, created_at: i64, bytes: usize) -> Upload {
    Upload {
        id: id.into(),
        person: code(person),
        scope: code("plan"),
        name: "台账.xlsx".into(),
        note: "{}".into(),
        finished: false,
        body: (0..bytes).map(|n| (n * 7) as u8).collect(),
        created_at,
        expires_at: created_at + 100,
    }
}

fn keep(database: &Database, upload: &Upload) -> Kept {
    let upload = upload.clone();
    database.write::<_, StoreError>(move |tx| tx.keep_upload(&upload, ROOM)).unwrap()
}

fn held(database: &Database, id: &str, person: &str, now: i64) -> Option<Upload> {
    database.read(|c| c.upload(id, &code(person), now)).unwrap()
}

fn a_file_waits_for_its_owner(scratch: &Scratch) {
    let database = open(scratch);
    let file = upload("a", "zhang", 10, 80);
    assert_eq!(keep(&database, &file), Kept::Yes);
    assert_eq!(held(&database, "a", "zhang", 109), Some(file.clone()));
    assert_eq!(held(&database, "a", "li", 20), None, "nobody else's");
    assert_eq!(held(&database, "a", "zhang", 110), None, "its time is over");
    let note = |person: &'static str| {
        database.write::<_, StoreError>(move |tx| tx.note_upload("a", &code(person), "noted")).unwrap()
    };
    assert!(!note("li"));
    assert!(note("zhang"));
    assert_eq!(held(&database, "a", "zhang", 20), Some(Upload { note: "noted".into(), ..file }));
    database.write::<_, StoreError>(|tx| tx.drop_upload("a", &code("li"))).unwrap();
    assert!(held(&database, "a", "zhang", 20).is_some());
    database.write::<_, StoreError>(|tx| tx.drop_upload("a", &code("zhang"))).unwrap();
    assert_eq!(held(&database, "a", "zhang", 20), None);
}

fn files_make_room(scratch: &Scratch) {
    let database = open(scratch);
    for (id, at) in [("a", 10), ("b", 20), ("c", 30)] {
        assert_eq!(keep(&database, &upload(id, "zhang", at, 30)), Kept::Yes);
    }
    assert_eq!(held(&database, "a", "zhang", 31), None, "a person's oldest file makes room");
    assert!(held(&database, "b", "zhang", 31).is_some());
    assert_eq!(keep(&database, &upload("d", "li", 40, 41)), Kept::NoRoom);
    assert!(held(&database, "b", "zhang", 41).is_some(), "nobody else's file is thrown away");
    assert_eq!(keep(&database, &upload("d", "li", 40, 40)), Kept::Yes);
    // All of the earlier ones but the last have ended.
    assert_eq!(keep(&database, &upload("e", "wang", 135, 60)), Kept::Yes);
    assert_eq!(held(&database, "b", "zhang", 31), None, "cleared away");
}

fn a_finished_file_is_finished_once(scratch: &Scratch) {
    let database = open(scratch);
    keep(&database, &upload("a", "zhang", 10, 80));
    let finish = |note: &'static str| {
        database.write::<_, StoreError>(move |tx| tx.finish_upload("a", &code("zhang"), note)).unwrap()
    };
    assert!(finish("done"));
    assert!(!finish("again"));
    assert!(!database.write::<_, StoreError>(|tx| tx.note_upload("a", &code("zhang"), "more")).unwrap());
    let held = held(&database, "a", "zhang", 20).unwrap();
    assert!(held.finished && held.body.is_empty());
    assert_eq!(held.note, "done");
    assert_eq!(keep(&database, &upload("b", "li", 20, 100)), Kept::Yes, "it takes no room");
}
