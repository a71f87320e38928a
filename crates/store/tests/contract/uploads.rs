//! Files that wait: each for its owner only, for a time, within bounds.

use scratch::Scratch;
use store::{Database, Kept, LeftBehind, RequestReader, StoreError, Upload, UploadRoom};

use crate::books::*;

crate::on_both!(
    a_file_waits_for_its_owner,
    files_make_room,
    a_finished_file_is_finished_once,
    what_was_left_behind_goes
);

const ROOM: UploadRoom = UploadRoom { of_person: 2, bytes: 100 };

fn upload(id: &str, person: &str, created_at: i64, bytes: usize) -> Upload {
    Upload {
        id: id.into(),
        person: code(person),
        scope: code("plan"),
        name: "台账.xlsx".into(),
        note: "{}".into(),
        finished: false,
        key_id: "key".into(),
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
    assert!(held.finished && held.body.is_empty() && held.key_id.is_empty());
    assert_eq!(held.note, "done");
    assert_eq!(keep(&database, &upload("b", "li", 20, 100)), Kept::Yes, "it takes no room");
}

fn what_was_left_behind_goes(scratch: &Scratch) {
    let database = open(scratch);
    keep(&database, &upload("a", "zhang", 10, 30));
    keep(&database, &upload("b", "zhang", 60, 30));
    let reader = |reader: &str, follows, created_at| RequestReader {
        plan: code("plan"),
        request: code("r"),
        reader: reader.into(),
        follows,
        language: "en".into(),
        key_id: "key".into(),
        sealed: vec![7],
        created_at,
        confirmed_at: None,
        stopped_at: None,
    };
    let readers = ["old", "confirmed", "stopped", "asked", "new"];
    database
        .write::<_, StoreError>(move |tx| {
            for name in readers {
                tx.put_reader(&reader(name, name != "asked", if name == "new" { 90 } else { 10 }))?;
            }
            tx.confirm_reader(&code("plan"), &code("r"), "confirmed", 20)?;
            tx.stop_reader(&code("plan"), &code("r"), "stopped", 20)?;
            Ok(())
        })
        .unwrap();
    let over = LeftBehind { uploads: 120, drafts: 0, followers: 50 };
    let is_left = |database: &Database| database.read(|c| c.is_left_behind(over)).unwrap();
    assert!(is_left(&database));
    let gone = database.write::<_, StoreError>(move |tx| tx.clear_left_behind(over)).unwrap();
    assert_eq!((gone, is_left(&database)), (2, false));
    assert_eq!(held(&database, "a", "zhang", 20), None);
    assert!(held(&database, "b", "zhang", 20).is_some());
    let of = |name: &str| database.read(|c| c.request_reader(&code("plan"), &code("r"), name)).unwrap();
    assert_eq!(readers.map(|name| of(name).is_some()), [false, true, true, true, true]);
    let stopped = of("stopped").unwrap();
    assert!(stopped.sealed.is_empty() && stopped.key_id.is_empty() && stopped.stopped_at == Some(20));
    assert!(!database.read(|c| c.sealing_keys()).unwrap().iter().any(|(key, _)| key.is_empty()));
}
