//! Area alerts: asked for by anybody, confirmed by a link, told once in a digest of what everybody may read, ended by a
//! press, and kept sealed.

use std::sync::Arc;

use app::notify::{Carried, Letter, Parcel, Reach};
use app::request::{AlertLinked, AlertPurpose, RequestAct};
use domain::preference::Language;
use domain::request::alert::{AlertPlace, AlertRhythm, AlertWish};
use domain::request::{KeptKind, ModerationAct, ModerationGround, Point, RequestStep, Retention};
use jiff::civil::date;
use scratch::Scratch;

use crate::place::{FIRST, Place, code, new, step};

const MIDDLE: Point = Point { longitude: 116_340_000, latitude: 40_070_000 };

fn wish(place: AlertPlace, every: AlertRhythm) -> AlertWish {
    AlertWish { place, category: None, every }
}

fn ask(place: &Place, address: &str, wish: AlertWish) {
    place.runtime.block_on(place.app.ask_for_alert(&code("p"), address, wish, Language::Chinese)).unwrap();
}

/// Carries what is in the queue; every letter that is handed to the mail server.
fn mails(place: &Place) -> Vec<Letter> {
    let reach = Arc::new(Reach { mail: true, ..Reach::default() });
    let mut out = Vec::new();
    let block = &place.runtime;
    let jobs = block.block_on(place.app.claim("route", "s", 100)).unwrap();
    block.block_on(place.app.route(jobs, "s", reach)).unwrap();
    let jobs = block.block_on(place.app.claim("mail", "s", 100)).unwrap();
    for (job, parcel) in block.block_on(place.app.parcels(jobs, "https://h.example")).unwrap() {
        if let Parcel::Letter(letter) = parcel {
            out.push(letter);
        }
        block.block_on(place.app.carried(job, "s", Carried::Done(String::new()))).unwrap();
    }
    out
}

/// The token of the first link of a purpose in a text.
fn token(letter: &Letter, purpose: AlertPurpose) -> String {
    let start = format!("/p/p/alerts/{}?t=", purpose.as_str());
    let (_, rest) = letter.text.split_once(&start).unwrap_or_else(|| panic!("{}", letter.text));
    rest.split_whitespace().next().unwrap().to_owned()
}

fn follow(place: &Place, purpose: AlertPurpose, token: &str) -> AlertLinked {
    place.runtime.block_on(place.app.use_alert_link(&code("p"), purpose, token)).unwrap()
}

fn send(place: &Place) -> usize {
    place.runtime.block_on(place.app.send_alerts(&code("p"))).unwrap()
}

fn published(place: &Place, text: &str, point: Option<Point>) -> domain::code::Code {
    let mut new = new(text, "");
    new.point = point;
    let request = place.file(new);
    place.act("desk", &request, RequestAct::Publish { shown: true, reason: String::new() }).unwrap();
    request
}

fn count(place: &Place, table: &str) -> i64 {
    let sizes = place.app.database().read(|c| c.table_sizes()).unwrap();
    sizes.iter().find(|(name, _)| *name == table).unwrap().1
}

fn an_area_is_told_of_once_and_only_what_is_shown(scratch: Scratch) {
    let place = Place::open(scratch);
    place.day(FIRST, 9);
    published(&place, "先前的一件", None);
    ask(&place, "Li@example.org", wish(AlertPlace::Area(code("town")), AlertRhythm::Day));
    // The same once more, in other letters: one mail.
    ask(&place, " li@EXAMPLE.org ", wish(AlertPlace::Area(code("town")), AlertRhythm::Week));
    let asked = mails(&place);
    let [confirm] = &asked[..] else { panic!("one mail: {asked:?}") };
    assert_eq!((confirm.to.as_str(), confirm.stop.is_none()), ("Li@example.org", true));
    // Nothing but the question comes before it was confirmed.
    place.day(FIRST.tomorrow().unwrap(), 9);
    assert_eq!((send(&place), mails(&place).len()), (0, 0));
    let token_of = token(confirm, AlertPurpose::Confirm);
    assert!(matches!(follow(&place, AlertPurpose::Stop, &token_of), AlertLinked::Unknown));
    assert!(matches!(follow(&place, AlertPurpose::Confirm, &token_of), AlertLinked::Good { .. }));
    assert_eq!(follow(&place, AlertPurpose::Confirm, &token_of), AlertLinked::Used);
    let shown = published(&place, "路灯不亮", None);
    let hidden = published(&place, "这件要隐去", None);
    let mut silent = new("没有公开", "");
    silent.public = false;
    place.file(silent);
    place.act("town", &shown, step(RequestStep::Accept)).unwrap();
    place.act("town", &shown, RequestAct::Answer { text: "已换灯".into() }).unwrap();
    assert_eq!(send(&place), 0, "not before the morning");
    place.day(date(2019, 3, 6), 8);
    assert_eq!((send(&place), send(&place)), (1, 0), "once");
    // What is hidden before the mail is made is not in it.
    place
        .act(
            "desk",
            &hidden,
            RequestAct::Moderate {
                act: ModerationAct::Hide,
                ground: ModerationGround::Personal,
                title: String::new(),
                text: String::new(),
            },
        )
        .unwrap();
    let told = mails(&place);
    let [digest] = &told[..] else { panic!("one digest: {told:?}") };
    assert!(digest.text.contains("路灯不亮") && digest.text.contains(&format!("/voices/{shown}")));
    assert!(digest.text.contains("新公开") && digest.text.contains("已答复"));
    for not in ["先前的一件", "这件要隐去", "没有公开"] {
        assert!(!digest.text.contains(not), "{not}");
    }
    assert!(digest.stop.as_ref().is_some_and(|stop| stop.contains("/alerts/stop?t=")));
    // Nothing new, no mail.
    place.day(date(2019, 3, 7), 8);
    assert_eq!((send(&place), mails(&place).len()), (0, 0));
    // What is kept is seen and ended by the link; the address goes at once.
    let manage = token(digest, AlertPurpose::Manage);
    let own = place.runtime.block_on(place.app.own_alerts(&code("p"), &manage)).unwrap();
    assert_eq!(own.len(), 1);
    published(&place, "又一件", None);
    assert!(matches!(
        follow(&place, AlertPurpose::Stop, &token(digest, AlertPurpose::Stop)),
        AlertLinked::Good { .. }
    ));
    place.day(date(2019, 3, 8), 8);
    assert_eq!((send(&place), mails(&place).len()), (0, 0));
    assert!(place.runtime.block_on(place.app.own_alerts(&code("p"), &manage)).is_err());
    let keys = place.app.database().read(|c| c.sealing_keys()).unwrap();
    assert!(keys.iter().all(|(_, count)| *count == 0) || keys.is_empty(), "{keys:?}");
    // It may be asked for again.
    ask(&place, "li@example.org", wish(AlertPlace::Area(code("town")), AlertRhythm::Day));
    assert_eq!(mails(&place).len(), 1);
}

fn a_circle_finds_what_is_near_and_strangers_get_few_mails(scratch: Scratch) {
    let place = Place::open(scratch);
    place.day(FIRST, 9);
    let circle = AlertPlace::Circle { middle: MIDDLE, metres: 500 };
    ask(&place, "a@example.org", wish(circle, AlertRhythm::Week));
    let confirm = mails(&place).remove(0);
    follow(&place, AlertPurpose::Confirm, &token(&confirm, AlertPurpose::Confirm));
    let near = Point { longitude: MIDDLE.longitude + 2_000, ..MIDDLE };
    let far = Point { longitude: MIDDLE.longitude + 20_000, ..MIDDLE };
    published(&place, "近处路灯", Some(near));
    published(&place, "远处路灯", Some(far));
    published(&place, "不知何处", None);
    place.day(date(2019, 3, 10), 23);
    assert_eq!(send(&place), 0, "on Mondays");
    place.day(date(2019, 3, 11), 8);
    assert_eq!(send(&place), 1);
    let digest = mails(&place).remove(0);
    assert!(digest.text.contains("近处路灯"));
    assert!(!digest.text.contains("远处路灯") && !digest.text.contains("不知何处"));
    // Whoever types a stranger's address can send them two mails and no more.
    for area in ["town", "estate", "district"] {
        ask(&place, "stranger@example.org", wish(AlertPlace::Area(code(area)), AlertRhythm::Day));
    }
    assert_eq!(mails(&place).len(), 2);
    // A place that is none, and a radius that is not offered, are refused.
    for bad in [
        AlertPlace::Area(code("nowhere")),
        AlertPlace::Circle { middle: MIDDLE, metres: 50_000 },
        AlertPlace::Circle { middle: Point { longitude: 999_000_000, latitude: 0 }, metres: 500 },
    ] {
        let wish = wish(bad, AlertRhythm::Day);
        let plan = code("p");
        let asked = place.app.ask_for_alert(&plan, "b@example.org", wish, Language::English);
        assert!(place.runtime.block_on(asked).is_err());
    }
    // Backups hold them as they are, and what nobody confirmed goes after a week.
    assert_eq!(count(&place, "area_alert"), 3);
    place.day(date(2019, 3, 19), 9);
    send(&place);
    assert_eq!(count(&place, "area_alert"), 1);
    // What is over its time goes by the plan's rules.
    place.day(date(2021, 3, 19), 9);
    let keep = vec![Retention { kind: KeptKind::Follower, days: 30 }];
    let gone = place.runtime.block_on(place.app.retain(&code("p"), Some(keep), false)).unwrap();
    assert_eq!((gone.gone(), count(&place, "area_alert")), (1, 0));
}

on_both!(
    an_area_is_told_of_once_and_only_what_is_shown,
    a_circle_finds_what_is_near_and_strangers_get_few_mails
);
