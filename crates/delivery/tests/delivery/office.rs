//! An installation with people in it, whose clock is set by hand.

use std::sync::Arc;
use std::time::{Duration, Instant};

use app::notify::{Recipient, tell};
use app::{Actor, App, Change, FixedClock};
use delivery::{Courier, Settings};
use domain::code::Code;
use domain::command::Command;
use domain::notice::{EventKey, Notice, Said, SitePath, Topic};
use domain::person::PersonFact;
use domain::source::Source;
use domain::subject::Subject;
use jiff::{SignedDuration, Timestamp};
use scratch::Scratch;
use store::{Database, QueueSizes, StoreError};

pub struct Office {
    pub app: App,
    pub clock: Arc<FixedClock>,
    pub runtime: tokio::runtime::Runtime,
    _scratch: Scratch,
}

pub fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

pub fn settings(text: &str) -> Settings {
    let text = format!("site = \"https://plan.example.org\"\n{text}");
    Settings::parse(&text, &|_| None).unwrap()
}

pub fn mail_to(port: u16) -> String {
    format!(
        "[mail]\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"none\"\n\
         from = \"回天 <plan@example.org>\"\ntimeout_seconds = 1\n"
    )
}

pub fn hook(id: &str, port: u16, audience: &str) -> String {
    format!(
        "[[webhook]]\nid = \"{id}\"\npreset = \"signed\"\naddress = \"http://127.0.0.1:{port}/{id}\"\n\
         secret = \"k\"\naudience = \"{audience}\"\ntimeout_seconds = 1\n"
    )
}

pub const HERE: &str = "[network]\nallow_private = [\"127.0.0.1\"]\n";

pub fn notice(event: &str, urgent: bool) -> Notice {
    Notice {
        event: EventKey::new(event).unwrap(),
        topic: Topic::Item,
        urgent,
        subject: None,
        said: Said::new("notify-test").text("who", "王芳"),
        link: SitePath::new("/p/huitian-2018").unwrap(),
    }
}

impl Office {
    pub fn open(scratch: Scratch) -> Self {
        let start: Timestamp = "2019-08-14T02:00:00Z".parse().unwrap();
        let clock = Arc::new(FixedClock::new(start).unwrap());
        let database = Database::open(&scratch.address().parse().unwrap(), 0).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        Self { app: App::new(database, clock.clone()), clock, runtime, _scratch: scratch }
    }

    pub fn hire(&self, person: &str) {
        hire(&self.app, &self.runtime, person);
    }

    pub fn tell(&self, to: &[Recipient], notice: &Notice) -> usize {
        let (to, notice, now) = (to.to_vec(), notice.clone(), app::Clock::now(&*self.clock));
        self.app.database().write::<_, StoreError>(move |tx| tell(tx, &notice, &to, now)).unwrap()
    }

    pub fn forward(&self, by: SignedDuration) {
        self.clock.set(app::Clock::now(&*self.clock) + by);
    }

    pub fn sizes(&self) -> QueueSizes {
        self.runtime.block_on(self.app.queue_sizes()).unwrap()
    }

    /// Delivers until something holds.
    pub fn deliver_until(&self, settings: &Settings, what: &str, holds: impl Fn(&Self) -> bool) {
        let courier = Courier::new(self.app.clone(), settings.clone()).unwrap();
        let (stop, stopping) = tokio::sync::oneshot::channel::<()>();
        let running = self.runtime.spawn(courier.run(async { drop(stopping.await) }));
        let begun = Instant::now();
        while !holds(self) {
            assert!(begun.elapsed() < Duration::from_secs(60), "{what}: {:?}", self.sizes());
            std::thread::sleep(Duration::from_millis(10));
        }
        drop(stop);
        self.runtime.block_on(running).unwrap();
    }
}

pub fn hire(app: &App, runtime: &tokio::runtime::Runtime, person: &str) {
    let facts = vec![
        PersonFact::Name { name: format!("张{person}") }.into(),
        PersonFact::Email { email: format!("{person}@example.org") }.into(),
    ];
    let command = Command::Register { subject: Subject::person(&code(person)), facts };
    let change = Change { command, effective: None, source: Source::default(), reason: String::new() };
    runtime.block_on(app.change(&Actor::operator(), change)).unwrap();
}

pub fn person(name: &str) -> Recipient {
    Recipient::Person(code(name))
}

pub fn unit(name: &str) -> Recipient {
    Recipient::Unit(code(name))
}
