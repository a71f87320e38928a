//! Webhooks: signed, tried for a day, and never a way into an inner network.

use app::Actor;
use delivery::settings::Secret;
use jiff::SignedDuration;
use scratch::Scratch;

use crate::office::*;
use crate::sinks::WebSink;

fn dead(office: &Office) -> store::DeadJob {
    let found = office.runtime.block_on(office.app.dead_letters(&Actor::operator(), None, 9)).unwrap();
    assert_eq!(found.len(), 1);
    found.into_iter().next().unwrap()
}

#[test]
fn a_message_comes_signed_once_for_an_event() {
    let (office, web) = (Office::open(Scratch::sqlite()), WebSink::start(200, ""));
    let own = hook("own", web.port, "person:wang");
    let text = format!(
        "{}topics = [\"item\"]\n{own}topics = [\"meeting\"]\n{HERE}",
        hook("h", web.port, "unit:edu")
    );
    for _ in 0..2 {
        office.tell(&[unit("edu"), unit("other"), person("wang")], &notice("entry-1", false));
    }
    office.deliver_until(&settings(&text), "delivered", |o| o.sizes().open == 0);
    let got = web.got();
    assert_eq!(got.len(), 1, "nor does it go where its topic is not wanted");
    let header = |name: &str| {
        let line = got[0].headers.lines().find(|line| line.to_ascii_lowercase().starts_with(name)).unwrap();
        line.split_once(": ").unwrap().1.to_owned()
    };
    let timestamp: i64 = header("x-huitian-timestamp").parse().unwrap();
    let expected = format!("sha256={}", Secret::new("k").sign(timestamp, &got[0].body));
    assert_eq!(header("x-huitian-signature"), expected);
    assert_eq!((&*header("x-huitian-event"), &*got[0].path), ("entry-1", "/h"));
    assert!(got[0].body.contains("https://plan.example.org/p/huitian-2018"));
}

#[test]
fn one_that_fails_for_a_day_is_given_up_and_holds_up_no_other() {
    let (office, bad, good) =
        (Office::open(Scratch::sqlite()), WebSink::start(500, ""), WebSink::start(200, ""));
    let hang = WebSink::start(0, "");
    let text = format!(
        "{}{}{}{HERE}",
        hook("bad", bad.port, "unit:edu"),
        hook("good", good.port, "unit:edu"),
        hook("hang", hang.port, "unit:slow")
    );
    let settings = settings(&text);
    office.tell(&[unit("slow"), unit("edu")], &notice("entry-1", false));
    office.deliver_until(&settings, "the good one", |o| {
        good.got().len() == 1 && bad.got().len() == 1 && o.sizes().held == 0
    });
    for hours in 1..=8 {
        if office.sizes().dead > 0 {
            break;
        }
        let before = bad.got().len();
        for _ in 0..10 {
            office.forward(SignedDuration::from_mins(5));
        }
        office.forward(SignedDuration::from_hours(hours));
        office.deliver_until(&settings, "another try", |o| bad.got().len() > before && o.sizes().held == 0);
    }
    while office.sizes().dead < 2 {
        office.forward(SignedDuration::from_hours(5));
        let tries = bad.got().len() + hang.got().len();
        office.deliver_until(&settings, "another try", |o| {
            bad.got().len() + hang.got().len() > tries && o.sizes().held == 0 || o.sizes().dead == 2
        });
    }
    assert_eq!((bad.got().len(), good.got().len()), (15, 1));
    let dead = office.runtime.block_on(office.app.dead_letters(&Actor::operator(), None, 9)).unwrap();
    let answers: Vec<&str> = dead.iter().map(|job| job.answer.as_str()).collect();
    assert!(answers.iter().any(|answer| answer.starts_with("500 {")), "{answers:?}");
    assert!(answers.contains(&"no answer in time"), "{answers:?}");
    assert!(dead.iter().all(|job| job.tries == 15));
}

#[test]
fn a_redirection_is_not_followed() {
    let (office, inner) = (Office::open(Scratch::sqlite()), WebSink::start(200, ""));
    let web = WebSink::start(307, &format!("Location: http://127.0.0.1:{}/inner\r\n", inner.port));
    let text = format!("{}{HERE}", hook("h", web.port, "unit:edu"));
    office.tell(&[unit("edu")], &notice("entry-1", false));
    office.deliver_until(&settings(&text), "refused", |o| o.sizes().dead == 1);
    assert!(inner.got().is_empty());
    assert!(dead(&office).answer.starts_with("307"));
}

#[test]
fn an_inner_network_is_not_called_unless_it_is_named() {
    let (office, web) = (Office::open(Scratch::sqlite()), WebSink::start(200, ""));
    office.tell(&[unit("edu")], &notice("entry-1", false));
    let text = hook("h", web.port, "unit:edu").replace("127.0.0.1", "localhost");
    office.deliver_until(&settings(&text), "refused", |o| o.sizes().dead == 1);
    assert!(web.got().is_empty());
    let dead = dead(&office);
    assert!(dead.answer.contains("inner network"), "{}", dead.answer);
    assert!(!dead.answer.contains("localhost"), "an address may be a secret");
    // Once the operator has named it, what was refused is sent again.
    office.runtime.block_on(office.app.resend(&Actor::operator(), &dead.key)).unwrap();
    let named = format!("{text}[network]\nallow_private = [\"127.0.0.0/8\", \"::1\"]\n");
    office.deliver_until(&settings(&named), "delivered", |o| o.sizes().open == 0);
    assert_eq!(web.got().len(), 1);
}
