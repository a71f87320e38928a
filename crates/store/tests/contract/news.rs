//! Up to where those who work on requests were told what is new of them: moved on by one server alone.

use domain::journal::Seq;
use scratch::Scratch;
use store::{Database, StoreError};

use crate::books::{code, open, plan};

crate::on_both!(a_lane_is_moved_on_once_from_where_it_was_seen);

fn a_lane_is_moved_on_once_from_where_it_was_seen(scratch: &Scratch) {
    let database = open(scratch);
    let told = |lane: &str| database.read(|c| c.news_told(&plan(), lane)).unwrap();
    let moved = |database: &Database, lane: &'static str, from, to| {
        database.write::<_, StoreError>(move |tx| tx.tell_news(&plan(), lane, (from, Seq(to)))).unwrap()
    };
    assert_eq!(told("usual"), None);
    assert!(moved(&database, "usual", None, 7) && !moved(&database, "usual", None, 8));
    assert!(moved(&database, "usual", Some(Seq(7)), 9));
    assert!(!moved(&database, "usual", Some(Seq(7)), 11), "another one was quicker");
    assert_eq!((told("usual"), told("pressing")), (Some(Seq(9)), None));
    // Each plan has its own.
    let other = database.read(|c| c.news_told(&code("other"), "usual")).unwrap();
    assert_eq!(other, None);
}
