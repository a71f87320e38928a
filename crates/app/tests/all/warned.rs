//! Those who supervise are warned once of what more people ask about than usual weeks explain.

use domain::notice::Notice;
use jiff::ToSpan;
use scratch::Scratch;

use crate::place::{FIRST, Place, code, new};

fn warnings(place: &Place, person: &str) -> Vec<Notice> {
    let inbox = place.runtime.block_on(place.app.inbox(&code(person), false, None, 50)).unwrap();
    let all = inbox.notices.into_iter().map(|held| held.notice);
    all.filter(|notice| notice.said.key == "monitor-told-warning").collect()
}

fn those_who_supervise_are_warned_once(scratch: Scratch) {
    let place = Place::open(scratch);
    let tell = || place.runtime.block_on(place.app.tell_warnings(&code("p"))).unwrap();
    let ask = |week: i64, number: usize| {
        place.day(FIRST.saturating_add((7 * week).days()), 9);
        for at in 0..number {
            place.file(new(&format!("路灯第{week}周第{at}处不亮"), &format!("s{week}-{at}")));
        }
    };
    for week in 0..10 {
        ask(week, 1);
    }
    // One in each week is what is usual.
    place.day(FIRST.saturating_add(70.days()), 9);
    assert_eq!(tell(), 0);
    ask(10, 9);
    // The week is not over, and nothing was looked for twice on a day.
    assert_eq!(tell(), 0);
    place.day(FIRST.saturating_add(77.days()), 9);
    assert_eq!(tell(), 2, "of the theme and of the community");
    let found = warnings(&place, "office");
    let mut links: Vec<&str> = found.iter().map(|notice| notice.link.as_str()).collect();
    links.sort_unstable();
    assert_eq!(links, ["/p/p/requests/monitor?by=community", "/p/p/requests/monitor?by=theme"]);
    let said = app::notify::say(words::Lang::En, &found[0].said);
    assert!(said.contains('9'), "{said}");
    // On another day of the same week nobody hears of it again, and those who handle requests never.
    assert_eq!(tell(), 0);
    place.day(FIRST.saturating_add(78.days()), 9);
    assert_eq!(tell(), 0);
    assert_eq!((warnings(&place, "office").len(), warnings(&place, "town").len()), (2, 0));
}

on_both!(those_who_supervise_are_warned_once);
