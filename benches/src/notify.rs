//! Telling people: notices put down, worked out and mailed, to a mail server on this machine.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use app::notify::{Recipient, tell};
use app::{Actor, App, Change, Clock, SystemClock};
use delivery::{Courier, Settings};
use domain::command::Command;
use domain::notice::{EventKey, Notice, Said, SitePath, Topic};
use domain::person::PersonFact;
use domain::source::Source;
use domain::subject::Subject;
use scratch::Scratch;
use store::{Database, StoreError};

use crate::ledger::code;
use crate::results::{Goal, Results};

const PEOPLE: usize = 500;
const EVENTS: usize = 20;
const TOTAL: usize = PEOPLE * EVENTS;

/// A mail server that takes everything and counts it.
fn sink(taken: Arc<AtomicUsize>) -> anyhow::Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let taken = taken.clone();
            std::thread::spawn(move || talk(stream, &taken));
        }
    });
    Ok(port)
}

fn talk(stream: TcpStream, taken: &AtomicUsize) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let (mut out, mut lines) = (stream.try_clone()?, BufReader::new(stream).lines());
    out.write_all(b"220 sink\r\n")?;
    while let Some(Ok(line)) = lines.next() {
        match line.get(..4).unwrap_or_default() {
            "DATA" => {
                out.write_all(b"354 go on\r\n")?;
                lines.by_ref().map_while(Result::ok).take_while(|line| line != ".").for_each(drop);
                taken.fetch_add(1, Ordering::Relaxed);
                out.write_all(b"250 taken\r\n")?;
            }
            "EHLO" => out.write_all(b"250-sink\r\n250 8BITMIME\r\n")?,
            _ => out.write_all(b"250 ok\r\n")?,
        }
    }
    Ok(())
}

pub fn notify(results: &mut Results) -> anyhow::Result<()> {
    for (name, scratch) in [("SQLite", Some(Scratch::sqlite())), ("PostgreSQL", Scratch::postgres())] {
        let Some(scratch) = scratch else { continue };
        let rate = rate(&scratch)?;
        let what = format!("{name}, {TOTAL} notices put down, worked out and mailed");
        results.add(what, Goal::AtLeast(500.0), rate, "mails/s", "to a mail server that takes everything");
    }
    Ok(())
}

fn rate(scratch: &Scratch) -> anyhow::Result<f64> {
    let taken = Arc::new(AtomicUsize::new(0));
    let port = sink(taken.clone())?;
    let clock = Arc::new(SystemClock::new(None)?);
    let database = Database::open(&scratch.address().parse()?, clock.now().as_microsecond())?;
    let app = App::new(database.clone(), clock.clone());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let people: Vec<_> = (0..PEOPLE).map(|n| code(&format!("person-{n}"))).collect();
    let changes = people
        .iter()
        .map(|person| {
            let facts = vec![
                PersonFact::Name { name: format!("张{person}") }.into(),
                PersonFact::Email { email: format!("{person}@example.org") }.into(),
            ];
            let command = Command::Register { subject: Subject::person(person), facts };
            Change { command, effective: None, source: Source::default(), reason: String::new() }
        })
        .collect();
    runtime.block_on(app.change_all(&Actor::operator(), changes)).map_err(|(_, error)| error)?;
    let settings = format!(
        "site = \"https://plan.example.org\"\n[mail]\nhost = \"127.0.0.1\"\nport = {port}\n\
         security = \"none\"\nfrom = \"plan@example.org\"\n"
    );
    let courier = Courier::new(app.clone(), Settings::parse(&settings, &|_| None)?)?;

    let begun = Instant::now();
    let to: Vec<_> = people.into_iter().map(Recipient::Person).collect();
    for n in 0..EVENTS {
        let notice = Notice {
            event: EventKey::new(format!("entry-{n}/assigned"))?,
            topic: Topic::Item,
            urgent: false,
            subject: None,
            said: Said::new("notify-test").text("who", "市专班"),
            link: SitePath::new("/p/huitian-2018")?,
        };
        let (to, now) = (to.clone(), clock.now());
        database.write::<_, StoreError>(move |tx| tell(tx, &notice, &to, now))?;
    }
    let (stop, stopping) = tokio::sync::oneshot::channel::<()>();
    let running = runtime.spawn(courier.run(async { drop(stopping.await) }));
    while runtime.block_on(app.queue_sizes())?.open > 0 {
        anyhow::ensure!(begun.elapsed() < Duration::from_secs(300), "not all was delivered");
        std::thread::sleep(Duration::from_millis(50));
    }
    let seconds = begun.elapsed().as_secs_f64();
    drop(stop);
    runtime.block_on(running)?;
    anyhow::ensure!(taken.load(Ordering::Relaxed) == TOTAL, "{taken:?} mails of {TOTAL}");
    Ok(TOTAL as f64 / seconds)
}
