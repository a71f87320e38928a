//! Mail: once for each person and event, and in spite of servers that fail.

use std::collections::BTreeSet;

use app::Actor;
use domain::preference::{Preferences, QuietHours, Rhythm};
use jiff::SignedDuration;
use scratch::Scratch;

use crate::office::*;
use crate::sinks::{MailSink, Manner, WebSink};

#[test]
fn everyone_gets_one_mail_about_one_event() {
    let (office, sink) = (Office::open(Scratch::sqlite()), MailSink::start(Manner::Takes));
    let people: Vec<String> = (0..30).map(|n| format!("p{n}")).collect();
    people.iter().for_each(|name| office.hire(name));
    let to: Vec<_> = people.iter().map(|name| person(name)).collect();
    assert_eq!(office.tell(&to, &notice("entry-1", false)), 30);
    assert_eq!(office.tell(&to, &notice("entry-1", false)), 0, "they know");
    office.deliver_until(&settings(&mail_to(sink.port)), "all delivered", |o| o.sizes().open == 0);
    let got = sink.got();
    assert_eq!(got.len(), 30);
    assert_eq!(got.iter().map(|mail| &mail.to).collect::<BTreeSet<_>>().len(), 30);
    assert_eq!(got.iter().map(|mail| &mail.id).collect::<BTreeSet<_>>().len(), 30);
    assert!(got[0].id.starts_with('<') && got[0].id.ends_with("@example.org>"), "{}", got[0].id);
    assert!(got[0].text.contains("Auto-Submitted: auto-generated"));
    assert_eq!(office.sizes().dead, 0);
}

#[test]
fn who_cannot_be_reached_is_still_told_on_the_site() {
    let (office, sink) = (Office::open(Scratch::sqlite()), MailSink::start(Manner::Takes));
    // Nobody by this name, and someone who has read it in the meantime.
    office.hire("reader");
    office.tell(&[person("ghost"), person("reader")], &notice("entry-1", false));
    let event = notice("entry-1", false).event;
    assert!(office.runtime.block_on(office.app.mark_read(&code("reader"), &event)).unwrap());
    office.deliver_until(&settings(&mail_to(sink.port)), "all settled", |o| o.sizes().open == 0);
    assert!(sink.got().is_empty());
    assert_eq!(office.runtime.block_on(office.app.unread(&code("ghost"))).unwrap(), 1);
}

#[test]
fn a_server_that_refuses_for_now_is_asked_again() {
    let (office, sink) = (Office::open(Scratch::sqlite()), MailSink::start(Manner::Answers(451)));
    office.hire("wang");
    office.tell(&[person("wang")], &notice("entry-1", false));
    let settings = settings(&mail_to(sink.port));
    let tried = |o: &Office, n| {
        let tries = "SELECT tries FROM job WHERE key = 'mail/wang/entry-1' AND holder = ''";
        o.app.database().read(|c| c.first(tries, &[], |row| row.int(0))).unwrap() == Some(n)
    };
    office.deliver_until(&settings, "tried", |o| tried(o, 1));
    sink.set(Manner::Takes);
    office.forward(SignedDuration::from_secs(20));
    office.deliver_until(&settings, "not before its time", |o| tried(o, 1));
    assert!(sink.got().is_empty());
    office.forward(SignedDuration::from_secs(40));
    office.deliver_until(&settings, "delivered", |o| o.sizes().open == 0);
    assert_eq!(sink.got().len(), 1);
}

#[test]
fn what_is_refused_for_good_waits_for_somebody() {
    let (office, sink) = (Office::open(Scratch::sqlite()), MailSink::start(Manner::Answers(550)));
    office.hire("wang");
    office.tell(&[person("wang")], &notice("entry-1", false));
    let settings = settings(&mail_to(sink.port));
    office.deliver_until(&settings, "dead", |o| o.sizes().dead == 1);
    let actor = Actor::operator();
    let dead = office.runtime.block_on(office.app.dead_letters(&actor, None, 9)).unwrap();
    assert!(dead[0].answer.contains("not this one"), "{}", dead[0].answer);
    let stranger = office.runtime.block_on(office.app.dead_letters(&Actor::Public, None, 9));
    assert!(stranger.is_err(), "they name people");
    sink.set(Manner::Takes);
    office.runtime.block_on(office.app.resend(&actor, &dead[0].key)).unwrap();
    office.deliver_until(&settings, "delivered", |o| o.sizes().open == 0);
    assert_eq!((sink.got().len(), office.sizes().dead), (1, 0));
}

#[test]
fn a_server_that_hangs_or_is_gone_holds_up_no_webhook() {
    for manner in [Some(Manner::Hangs), None] {
        let (office, web) = (Office::open(Scratch::sqlite()), WebSink::start(200, ""));
        office.hire("wang");
        let port = match manner {
            Some(manner) => MailSink::start(manner).port,
            // A port that nobody listens on any more.
            None => std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port(),
        };
        for n in 0..20 {
            office.tell(&[person("wang"), unit("edu")], &notice(&format!("entry-{n}"), false));
        }
        let text = format!("{}{}{HERE}", mail_to(port), hook("h", web.port, "unit:edu"));
        office.deliver_until(&settings(&text), "webhooks", |_| web.got().len() == 20);
        assert_eq!(office.sizes().dead, 0);
    }
}

#[test]
fn a_connection_that_breaks_off_repeats_the_same_mail() {
    let (office, sink) = (Office::open(Scratch::sqlite()), MailSink::start(Manner::BreaksOff));
    office.hire("wang");
    office.tell(&[person("wang")], &notice("entry-1", false));
    let settings = settings(&mail_to(sink.port));
    office.deliver_until(&settings, "tried", |o| sink.got().len() == 1 && o.sizes().held == 0);
    sink.set(Manner::Takes);
    office.forward(SignedDuration::from_mins(1));
    office.deliver_until(&settings, "delivered", |o| o.sizes().open == 0);
    // Nobody can know whether the first was taken; a mail program shows both as one.
    let ids: BTreeSet<String> = sink.got().into_iter().map(|mail| mail.id).collect();
    assert_eq!((sink.got().len(), ids.len()), (2, 1));
}

#[test]
fn digests_gather_and_quiet_hours_are_kept_but_not_by_what_is_urgent() {
    let (office, sink) = (Office::open(Scratch::sqlite()), MailSink::start(Manner::Takes));
    let night = QuietHours { from: jiff::civil::time(9, 0, 0, 0), until: jiff::civil::time(20, 0, 0, 0) };
    for (name, preferences) in [
        ("daily", Preferences { rhythm: Rhythm::Daily, ..Preferences::default() }),
        ("quiet", Preferences { quiet: Some(night), ..Preferences::default() }),
    ] {
        office.hire(name);
        office.runtime.block_on(office.app.set_preferences(&code(name), preferences)).unwrap();
    }
    let both = [person("daily"), person("quiet")];
    for n in 0..5 {
        office.tell(&both, &notice(&format!("entry-{n}"), false));
    }
    office.tell(&both, &notice("urgent", true));
    let settings = settings(&mail_to(sink.port));
    // Six urgent or due now; five wait until the evening, and one digest until the morning.
    office.deliver_until(&settings, "the urgent ones", |o| o.sizes().open == 6 && o.sizes().held == 0);
    assert_eq!(sink.got().len(), 2);
    office.forward(SignedDuration::from_hours(10));
    office.deliver_until(&settings, "the evening", |o| o.sizes().open == 1);
    assert_eq!(sink.got().len(), 7);
    office.forward(SignedDuration::from_hours(13));
    office.deliver_until(&settings, "the morning", |o| o.sizes().open == 0);
    let digest = sink.got().pop().unwrap();
    assert_eq!((sink.got().len(), &*digest.to), (8, "daily@example.org"));
}
