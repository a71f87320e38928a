//! What came in from forums: posts are known again, signed messages for a time, and how far a site was read.

use std::io::Cursor;

use scratch::Scratch;
use store::{Database, ForumPost, ReadMark, StoreError};

use crate::books::*;

crate::on_both!(posts_are_known_again_also_after_a_backup, messages_are_known_while_their_moment_is_believed);

fn post(id: &str, said: &str, created_at: i64) -> ForumPost {
    ForumPost {
        plan: plan(),
        forum: code("forum"),
        post: id.into(),
        request: code("190814-1"),
        said: said.into(),
        created_at,
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
        assert_eq!(find("a"), Some(post("a", "2", 5)));
        assert_eq!(find("c"), None);
        let other = database.read(|c| c.forum_post(&plan(), &code("other"), "a")).unwrap();
        assert_eq!(other, None);
        let since =
            |at, most| database.read(|c| c.forum_posts_since(&plan(), &code("forum"), at, most)).unwrap();
        assert_eq!((since(5, 9), since(6, 9), since(5, 1), since(8, 9)), (2, 1, 1, 0));
    }
    let mark = ReadMark { mark: "\"e1\"".into(), moment: "Wed, 14 Aug 2019 01:00:00 GMT".into(), read_at: 4 };
    for mark in [ReadMark::default(), mark.clone()] {
        database.write::<_, StoreError>(move |tx| tx.put_read_mark(&plan(), "forum", &mark)).unwrap();
    }
    assert_eq!(database.read(|c| c.read_mark(&plan(), "forum")).unwrap(), Some(mark));
    assert_eq!(database.read(|c| c.read_mark(&plan(), "other")).unwrap(), None);
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
