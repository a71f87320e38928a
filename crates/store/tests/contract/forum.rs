//! What came in from forums and went to other servers: posts are known again, signed messages for a time, how far a site
//! was read, and what was passed on.

use std::io::Cursor;

use scratch::Scratch;
use store::{Database, ForumPost, PassedOn, ReadMark, StoreError, TextMessage};

use crate::books::*;

crate::on_both!(
    texts_are_known_again_for_a_time_and_after_a_backup,
    posts_are_known_again_also_after_a_backup,
    messages_are_known_while_their_moment_is_believed,
    what_was_passed_on_is_found_by_request_and_by_number
);

fn post(id: &str, said: &str, created_at: i64) -> ForumPost {
    ForumPost {
        plan: plan(),
        forum: code("forum"),
        post: id.into(),
        request: code("190814-1"),
        said: said.into(),
        created_at,
        opened: id == "a",
        turns: 1,
    }
}

fn keep(database: &Database, held: ForumPost) {
    database.write::<_, StoreError>(move |tx| tx.keep_forum_post(&held)).unwrap();
}

fn posts_are_known_again_also_after_a_backup(scratch: &Scratch) {
    let database = open(scratch);
    keep(&database, post("a", "1", 5));
    keep(&database, post("b", "1", 7));
    // What it says now is kept, when it came in stays.
    keep(&database, post("a", "2", 9));
    let mut backup = Vec::new();
    database.backup(&mut backup, |_| ()).unwrap();
    let other = Scratch::sqlite();
    let restored = open(&other);
    restored.restore(Cursor::new(backup), |_| ()).unwrap();
    for database in [&database, &restored] {
        let find = |id: &str| database.read(|c| c.forum_post(&plan(), &code("forum"), id)).unwrap();
        assert_eq!(find("a"), Some(ForumPost { turns: 2, ..post("a", "2", 5) }));
        assert_eq!(find("c"), None);
        let other = database.read(|c| c.forum_post(&plan(), &code("other"), "a")).unwrap();
        assert_eq!(other, None);
        let since = |opened, at, most| {
            let of = (plan(), code("forum"));
            database.read(|c| c.forum_posts_since((&of.0, &of.1), opened, at, most)).unwrap()
        };
        assert_eq!((since(true, 5, 9), since(true, 6, 9), since(true, 5, 0)), (1, 0, 0));
        assert_eq!((since(false, 5, 9), since(false, 7, 9), since(false, 8, 9)), (1, 1, 0));
    }
    let mark = ReadMark { mark: "\"e1\"".into(), moment: "Wed, 14 Aug 2019 01:00:00 GMT".into(), read_at: 4 };
    for mark in [ReadMark::default(), mark.clone()] {
        database.write::<_, StoreError>(move |tx| tx.put_read_mark(&plan(), "forum", &mark)).unwrap();
    }
    assert_eq!(database.read(|c| c.read_mark(&plan(), "forum")).unwrap(), Some(mark));
    assert_eq!(database.read(|c| c.read_mark(&plan(), "other")).unwrap(), None);
}

fn texts_are_known_again_for_a_time_and_after_a_backup(scratch: &Scratch) {
    let database = open(scratch);
    let keep = |database: &Database, gateway: &str, message: &str, at: i64, since: i64| {
        let held = TextMessage { plan: plan(), gateway: code(gateway), message: message.into(), at };
        database.write::<_, StoreError>(move |tx| tx.keep_text_message(&held, since)).unwrap()
    };
    let since = |database: &Database, at: i64, most: usize| {
        let count = move |tx: &mut store::Tx| tx.text_messages_since((&plan(), &code("g")), at, most);
        database.write::<_, StoreError>(count).unwrap()
    };
    assert!(keep(&database, "g", "a", 5, 0) && keep(&database, "g", "b", 7, 0));
    // Again it is not new and counts from when it came first; at another gateway it is another one.
    assert!(!keep(&database, "g", "a", 9, 0) && keep(&database, "h", "a", 9, 0));
    let mut backup = Vec::new();
    database.backup(&mut backup, |_| ()).unwrap();
    let other = Scratch::sqlite();
    let restored = open(&other);
    restored.restore(Cursor::new(backup), |_| ()).unwrap();
    for database in [&database, &restored] {
        assert_eq!((since(database, 5, 9), since(database, 6, 9), since(database, 0, 1)), (2, 1, 1));
        assert!(!keep(database, "g", "b", 20, 0));
        // What is over its time is forgotten, of its own gateway alone.
        assert!(keep(database, "g", "c", 20, 7) && keep(database, "g", "a", 21, 7));
        assert_eq!(since(database, 0, 9), 3);
        assert!(!keep(database, "h", "a", 22, 0));
    }
}

fn messages_are_known_while_their_moment_is_believed(scratch: &Scratch) {
    let database = open(scratch);
    let keep = |digest: &'static str, until, now| {
        database.write::<_, StoreError>(move |tx| tx.keep_message(digest, until, now)).unwrap();
    };
    let knows =
        |digest: &'static str| database.write::<_, StoreError>(move |tx| tx.knows_message(digest)).unwrap();
    keep("a", 10, 1);
    keep("a", 10, 1);
    assert!(knows("a") && !knows("b"));
    keep("b", 20, 10);
    assert!(knows("a"));
    keep("c", 30, 11);
    assert!(!knows("a") && knows("b") && knows("c"));
}

fn what_was_passed_on_is_found_by_request_and_by_number(scratch: &Scratch) {
    let database = open(scratch);
    let one = |request: &str, number: &str, closed_at: i64| PassedOn {
        plan: plan(),
        server: code("city"),
        request: code(request),
        number: number.into(),
        token: String::new(),
        state: String::new(),
        fault: String::new(),
        tries: 1,
        sent_at: 3,
        closed_at,
        told: 4,
        telling_at: 0,
    };
    let keep = |held: PassedOn| {
        database.write::<_, StoreError>(move |tx| tx.keep_passed_on(&held)).unwrap();
    };
    for held in [one("r1", "", 0), one("r2", "7", 5), one("r3", "8", 50), one("r1", "6", 0)] {
        keep(held);
    }
    // How far it is told there does not go back.
    keep(PassedOn { told: 2, ..one("r2", "7", 5) });
    let mut backup = Vec::new();
    database.backup(&mut backup, |_| ()).unwrap();
    let other = Scratch::sqlite();
    let restored = open(&other);
    restored.restore(Cursor::new(backup), |_| ()).unwrap();
    for database in [&database, &restored] {
        let many: Vec<_> = (0..450).map(|n| code(&format!("r{n}"))).collect();
        let mut found = database.read(|c| c.passed_on(&plan(), &code("city"), &many)).unwrap();
        found.sort_by(|a, b| a.request.cmp(&b.request));
        assert_eq!(found, [one("r1", "6", 0), one("r2", "7", 5), one("r3", "8", 50)]);
        let by =
            |number: &str| database.read(|c| c.passed_on_by_number(&plan(), &code("city"), number)).unwrap();
        assert_eq!((by("8"), by(""), by("9")), (Some(one("r3", "8", 50)), None, None));
        let open = |after: &str, limit| -> Vec<String> {
            let read =
                database.read(|c| c.passed_on_open((&plan(), &code("city")), 10, after, limit)).unwrap();
            read.into_iter().map(|held| held.request.to_string()).collect()
        };
        assert_eq!(
            (open("", 9), open("r1", 9), open("", 1)),
            (vec!["r1".into(), "r3".into()], vec!["r3".into()], vec!["r1".to_owned()])
        );
    }
}
