//! Notices, preferences and feeds.

use std::collections::BTreeSet;

use domain::notice::{EventKey, Notice, Said, SitePath, Topic, Value};
use domain::preference::{Channel, Preferences, QuietHours, Rhythm};
use scratch::Scratch;
use store::{Database, Feed, HeldNotice, StoreError, Tx};

use crate::books::*;

crate::on_both!(
    a_person_is_told_once_about_one_event,
    notices_are_paged_counted_and_read,
    a_digest_holds_what_is_unread,
    old_notices_are_purged_in_batches,
    preferences_are_kept_and_replaced,
    feeds_are_found_by_hash_and_revoked,
);

pub fn event(text: &str) -> EventKey {
    EventKey::new(text).unwrap()
}

pub fn notice(key: &str) -> Notice {
    Notice {
        event: event(key),
        topic: Topic::Deadline,
        urgent: key == "urgent",
        subject: Some(project("A-1")),
        said: Said::new("notify-test").text("who", "王芳").with("n", Value::Number(3)),
        link: SitePath::new("/p/p/projects/A-1").unwrap(),
    }
}

pub fn write<T: Send + 'static>(
    database: &Database,
    work: impl FnMut(&mut Tx) -> Result<T, StoreError> + Send + 'static,
) -> T {
    database.write(work).unwrap()
}

pub fn tell(database: &Database, person: &str, key: &str, now: i64) -> bool {
    let (person, notice) = (code(person), notice(key));
    write(database, move |tx| tx.add_notice(&person, &notice, now))
}

fn page(database: &Database, unread: bool, before: Option<(i64, &str)>, limit: usize) -> Vec<String> {
    let before = before.map(|(time, key)| (time, event(key)));
    let found = database
        .read(|c| c.notices(&code("wang"), unread, before.as_ref().map(|(t, e)| (*t, e)), limit))
        .unwrap();
    found.into_iter().map(|held| held.notice.event.to_string()).collect()
}

fn a_person_is_told_once_about_one_event(scratch: &Scratch) {
    let database = open(scratch);
    assert!(tell(&database, "wang", "urgent", 5));
    assert!(!tell(&database, "wang", "urgent", 6));
    assert!(tell(&database, "li", "urgent", 6));
    let held = database.read(|c| c.notice(&code("wang"), &event("urgent"))).unwrap().unwrap();
    assert_eq!(held, HeldNotice { notice: notice("urgent"), created_at: 5, read_at: None });
    let mut plain = notice("plain");
    plain.subject = None;
    let stored = plain.clone();
    write(&database, move |tx| tx.add_notice(&code("wang"), &stored, 7));
    let held = database.read(|c| c.notice(&code("wang"), &event("plain"))).unwrap().unwrap();
    assert_eq!(held.notice, plain);
}

fn notices_are_paged_counted_and_read(scratch: &Scratch) {
    let database = open(scratch);
    for (key, now) in [("a", 1), ("b", 2), ("c", 2), ("d", 3)] {
        tell(&database, "wang", key, now);
    }
    tell(&database, "li", "x", 9);
    assert_eq!(page(&database, false, None, 3), ["d", "c", "b"]);
    assert_eq!(page(&database, false, Some((2, "c")), 3), ["b", "a"]);
    let unread = |most| database.read(|c| c.unread_notices(&code("wang"), most)).unwrap();
    assert_eq!((unread(100), unread(2)), (4, 2));
    let read = |key: &'static str| write(&database, move |tx| tx.read_notice(&code("wang"), &event(key), 20));
    assert!(read("c"));
    assert!(!read("c"), "once");
    assert!(!read("x"), "another's");
    assert_eq!(page(&database, true, None, 9), ["d", "b", "a"]);
    // What came after the list was shown stays unread.
    assert_eq!(write(&database, |tx| tx.read_all_notices(&code("wang"), 2, 21)), 2);
    assert_eq!(page(&database, true, None, 9), ["d"]);
    assert_eq!(database.read(|c| c.unread_notices(&code("li"), 9)).unwrap(), 1);
    let held = database.read(|c| c.notice(&code("wang"), &event("c"))).unwrap().unwrap();
    assert_eq!(held.read_at, Some(20));
}

fn a_digest_holds_what_is_unread(scratch: &Scratch) {
    let database = open(scratch);
    for (key, now) in [("b", 2), ("a", 3), ("read", 1), ("next", 4), ("none", 5)] {
        tell(&database, "wang", key, now);
    }
    tell(&database, "li", "b", 1);
    for (key, digest) in [("a", "one"), ("b", "one"), ("read", "one"), ("next", "two")] {
        write(&database, move |tx| tx.put_into_digest(&code("wang"), &event(key), digest));
    }
    write(&database, |tx| tx.read_notice(&code("wang"), &event("read"), 9));
    let digest = |name: &str, limit| {
        let found = database.read(|c| c.digest_notices(&code("wang"), name, limit)).unwrap();
        found.into_iter().map(|held| held.notice.event.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(digest("one", 9), ["b", "a"]);
    assert_eq!(digest("one", 1), ["b"]);
    assert_eq!(digest("two", 9), ["next"]);
    assert!(digest("", 9).is_empty(), "no digest is not a digest");
}

fn old_notices_are_purged_in_batches(scratch: &Scratch) {
    let database = open(scratch);
    for (key, now) in [("a", 1), ("b", 2), ("c", 3), ("d", 10)] {
        tell(&database, "wang", key, now);
    }
    assert_eq!(write(&database, |tx| tx.purge_notices(10, 2)), 2);
    assert_eq!(page(&database, false, None, 9), ["d", "c"]);
    assert_eq!(write(&database, |tx| tx.purge_notices(10, 2)), 1);
    assert_eq!(write(&database, |tx| tx.purge_notices(10, 2)), 0);
}

pub fn some_preferences() -> Preferences {
    let mut preferences = Preferences {
        rhythm: Rhythm::Weekly,
        quiet: Some(QuietHours {
            from: jiff::civil::time(22, 0, 0, 0),
            until: jiff::civil::time(7, 30, 0, 0),
        }),
        ..Preferences::default()
    };
    preferences.channels.insert(Topic::Meeting, BTreeSet::from([Channel::Email]));
    preferences
}

fn preferences_are_kept_and_replaced(scratch: &Scratch) {
    let database = open(scratch);
    let held = || database.read(|c| c.preferences(&code("wang"))).unwrap();
    assert_eq!(held(), Preferences::default());
    for preferences in [some_preferences(), Preferences { rhythm: Rhythm::Daily, ..Preferences::default() }] {
        let stored = preferences.clone();
        write(&database, move |tx| tx.set_preferences(&code("wang"), &stored, 5));
        assert_eq!(held(), preferences);
    }
}

pub fn feed(id: &str, created_at: i64) -> Feed {
    Feed {
        id: id.into(),
        person: code("wang"),
        covers: "unit:city-education".into(),
        hash: format!("hash-{id}"),
        created_at,
        revoked_at: None,
    }
}

fn feeds_are_found_by_hash_and_revoked(scratch: &Scratch) {
    let database = open(scratch);
    for (id, at) in [("f1", 1), ("f2", 2)] {
        write(&database, move |tx| tx.add_feed(&feed(id, at)));
    }
    assert_eq!(database.read(|c| c.feed_by_hash("hash-f1")).unwrap(), Some(feed("f1", 1)));
    assert_eq!(database.read(|c| c.feed_by_hash("f1")).unwrap(), None);
    let revoke = |person: &'static str| write(&database, move |tx| tx.revoke_feed(&code(person), "f1", 9));
    assert!(!revoke("li"), "nobody revokes another's feed");
    assert!(revoke("wang"));
    assert!(!revoke("wang"), "once");
    let feeds = database.read(|c| c.feeds(&code("wang"))).unwrap();
    assert_eq!(feeds, [feed("f2", 2), Feed { revoked_at: Some(9), ..feed("f1", 1) }]);
}
