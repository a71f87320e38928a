//! Requests that are passed on to another server: to one of ours, and to one that somebody else wrote, in Python.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use app::request::{NewRequest, PassedOn, RequestAct, RequestDeed};
use app::{Actor, Clock, SystemClock};
use channels::Settings;
use channels::peer::{Line, Pace, Peer, PeerError, PushReport, SyncReport, push, sync};
use delivery::http::Http;
use domain::code::Code;
use domain::request::question::QuestionAnswer;
use domain::request::{CallWay, Channel, Request, RequestState, RequestStep, Solved};
use domain::source::Source;

use crate::seed::{Seed, code};

struct Ours {
    seed: Seed,
    http: Http,
}

fn desk() -> Actor {
    Actor::Person { person: code("desk"), name: "desk".into(), grants: Vec::new() }
}

fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock::new(None).unwrap())
}

impl Ours {
    async fn new() -> Self {
        let settings = Settings::parse("[network]\nallow_private = [\"127.0.0.1\"]\n", &|_| None).unwrap();
        Self { seed: Seed::new(clock()).await, http: Http::new(settings.network, None).unwrap() }
    }

    /// A request that everybody may read.
    async fn file(&self, number: &str, category: &str, text: &str) {
        self.file_answered(number, category, text, Vec::new()).await;
    }

    async fn file_answered(&self, number: &str, category: &str, text: &str, details: Vec<QuestionAnswer>) {
        let new = NewRequest {
            number: number.into(),
            category: Some(code(category)),
            area: Some(code("estate")),
            address: "东门".into(),
            public: true,
            details,
            ..NewRequest::new(Channel::Hotline, text)
        };
        self.seed.app.file_request(&desk(), &code("p"), new).await.unwrap();
        act(&self.seed, number, RequestAct::Publish { shown: true, reason: String::new() }).await;
    }

    async fn push(&self, peer: &Peer, dry_run: bool, again: bool) -> PushReport {
        let line = Line { peer, http: &self.http, pace: Pace { tries: 3, wait: Duration::ZERO } };
        push(&self.seed.app, &line, dry_run, again, |_| {}).await.unwrap()
    }

    async fn sync(&self, peer: &Peer, dry_run: bool) -> SyncReport {
        let line = Line { peer, http: &self.http, pace: Pace { tries: 3, wait: Duration::ZERO } };
        sync(&self.seed.app, &line, dry_run, |_| {}).await.unwrap()
    }

    async fn request(&self, number: &str) -> Request {
        self.seed.app.request(&code("p"), &code(number), app::read::Asked::default()).await.unwrap().0
    }

    async fn passed(&self, peer: &Peer, number: &str) -> PassedOn {
        let found = self.seed.app.passed_on(&code("p"), &peer.id, vec![code(number)]).await.unwrap();
        found.into_iter().next().unwrap()
    }
}

async fn act(seed: &Seed, number: &str, act: RequestAct) {
    let deed = RequestDeed { actor: desk(), request: code(number), act };
    seed.app.act_on_requests(&code("p"), vec![deed], Source::default()).await.unwrap();
}

/// Answers a request, for the unit that has it.
async fn answer(seed: &Seed, number: &str, text: &str) {
    let held = seed.app.request(&code("p"), &code(number), app::read::Asked::default()).await.unwrap().0;
    let mut acts = vec![RequestAct::Answer { text: text.into() }];
    if held.state == RequestState::Assigned {
        acts.insert(0, RequestAct::Step { step: RequestStep::Accept, reason: String::new() });
    }
    let deed = |act| RequestDeed { actor: Actor::operator(), request: code(number), act };
    let deeds = acts.into_iter().map(deed).collect();
    seed.app.act_on_requests(&code("p"), deeds, Source::default()).await.unwrap();
}

/// Whoever asked says that it is not solved.
async fn not_solved(seed: &Seed, number: &str, text: &str) {
    let call = RequestAct::CallBack {
        way: CallWay::Phone,
        reached: true,
        contacted: Some(true),
        solved: Some(Solved::No),
        satisfaction: None,
        text: text.into(),
    };
    act(seed, number, call).await;
}

fn told_later(report: &PushReport) -> Vec<(String, &'static str, &'static str)> {
    let told = report.told.iter().map(|told| (told.request.to_string(), told.status, told.outcome.as_str()));
    told.collect()
}

fn peer(port: u16, rest: &str) -> Peer {
    let text = format!(
        "[[open311]]\nid = \"city\"\nplan = \"p\"\nname = \"市级平台\"\n{}",
        rest.replace("PORT", &port.to_string())
    );
    Settings::parse(&text, &|_| None).unwrap().peers.remove(0)
}

fn told(report: &PushReport) -> Vec<(String, &'static str)> {
    let mut out: Vec<(String, &str)> =
        report.items.iter().map(|item| (item.request.to_string(), item.outcome.as_str())).collect();
    out.sort();
    out
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_instance_of_ours_takes_them_and_answers() {
    let (ours, other) = (Ours::new().await, Seed::new(clock()).await);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let router = open311::router(other.app.clone(), false);
    tokio::spawn(async move { axum::serve(listener, router).await });
    let peer = peer(
        port,
        &format!(
            "address = \"http://127.0.0.1:PORT/open311/v2\"\njurisdiction = \"huitian.example\"\nkey = \"{}\"\n\
             updates = true\nanswers = true\n[open311.services]\nPARKING = \"PARKING\"\nNOISE = \"NOISE\"\n",
            other.key
        ),
    );
    ours.file("a-1", "PARKING", "消防通道停满车").await;
    ours.file("a-2", "NOISE", "半夜施工").await;
    ours.file("a-3", "GARBAGE", "垃圾没人清").await;
    let would = ours.push(&peer, true, false).await;
    assert_eq!(told(&would), [("a-1".into(), "would_send"), ("a-2".into(), "would_send")]);
    let sent = ours.push(&peer, false, false).await;
    assert_eq!(told(&sent), [("a-1".into(), "sent"), ("a-2".into(), "waiting")]);
    let again = ours.push(&peer, false, true).await;
    assert_eq!((again.items.len(), again.known), (0, 2));

    // The number of what only has a token comes when somebody has looked there.
    let first = ours.sync(&peer, false).await;
    assert_eq!((first.numbered, first.waiting), (0, 1));
    let theirs = ours.passed(&peer, "a-1").await.number;
    let (held, _) = other
        .app
        .request(&code("p"), &Code::new(&theirs).unwrap(), app::read::Asked::default())
        .await
        .unwrap();
    assert!(held.text.starts_with("消防通道停满车") && held.text.contains("[p/a-1]"), "{}", held.text);
    act(&other, &theirs, RequestAct::Publish { shown: true, reason: String::new() }).await;
    answer(&other, &theirs, "已划线并安排巡查").await;

    // It was given to a unit that has not accepted it.
    assert_eq!(ours.request("a-1").await.state, RequestState::Assigned);
    let tried = ours.sync(&peer, true).await;
    assert!(!tried.items.is_empty() && ours.request("a-1").await.answers.is_empty());
    ours.sync(&peer, false).await;
    let answered = ours.request("a-1").await;
    assert_eq!(answered.state, RequestState::Answered);
    assert_eq!(answered.answers.last().unwrap().1, "已划线并安排巡查");
    let notes = answered.notes.len();
    let steps: Vec<RequestStep> = answered.moves.iter().map(|moved| moved.step).collect();
    assert_eq!(steps, [RequestStep::Assign, RequestStep::Accept, RequestStep::Answer]);
    let quiet = ours.sync(&peer, false).await;
    assert_eq!((quiet.items, ours.request("a-1").await.notes.len()), (Vec::new(), notes));

    // Whoever asked says that it is not solved: that goes there, once, and is answered there anew.
    not_solved(&ours.seed, "a-1", "一辆也没少").await;
    act(&ours.seed, "a-1", RequestAct::Word { text: "今天又堵了".into() }).await;
    let would = ours.push(&peer, true, false).await;
    assert_eq!(told_later(&would), [("a-1".into(), "REOPEN", "would_send")]);
    let sent = ours.push(&peer, false, false).await;
    assert_eq!(told_later(&sent), [("a-1".into(), "REOPEN", "sent")]);
    assert!(ours.push(&peer, false, false).await.told.is_empty());
    let there = other.app.request(&code("p"), &code(&theirs), app::read::Asked::default()).await.unwrap().0;
    assert_eq!(there.state, RequestState::Reopened);
    let said = &there.moves.last().unwrap().reason;
    assert!(said.starts_with("已重新办理") && !said.contains("一辆也没少"), "{said}");
    // What was said is told where the file says so: what was said meanwhile, too.
    let open = Peer { words: true, ..peer.clone() };
    act(&ours.seed, "a-1", RequestAct::Word { text: "晚上也堵".into() }).await;
    let sent = ours.push(&open, false, false).await;
    assert_eq!(told_later(&sent), [("a-1".into(), "OPEN", "sent"), ("a-1".into(), "OPEN", "sent")]);
    let there = other.app.request(&code("p"), &code(&theirs), app::read::Asked::default()).await.unwrap().0;
    let first_line = |(_, text): &(_, String)| text.lines().next().unwrap_or_default().to_owned();
    assert_eq!(there.words.iter().map(first_line).collect::<Vec<_>>(), ["今天又堵了", "晚上也堵"]);
    answer(&other, &theirs, "已加装护栏").await;
    ours.sync(&peer, false).await;
    let answered = ours.request("a-1").await;
    assert_eq!((answered.state, answered.answers.len()), (RequestState::Answered, 2));
}

/// Of what nobody may read here any more nothing is told; what was withdrawn is, and what the other side does not take is
/// a note.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_withdrawn_here_is_told_there_once() {
    let Some(python) = Python::start() else { return };
    let ours = Ours::new().await;
    let peer = python.peer(KEY, "updates = true\nwords = true\n[open311.services]\nPARKING = \"ROADS\"\n");
    for (number, text) in [("c-1", "路面塌陷"), ("c-2", "井盖松动"), ("c-3", "护栏断裂"), ("c-4", "路灯不亮")]
    {
        ours.file(number, "PARKING", text).await;
    }
    ours.push(&peer, false, false).await;
    let withdraw = || RequestAct::Step { step: RequestStep::Withdraw, reason: String::new() };
    act(&ours.seed, "c-1", withdraw()).await;
    // Its answer is lost: the next run finds that it came there.
    act(&ours.seed, "c-2", RequestAct::Word { text: "LOST 更松了".into() }).await;
    act(&ours.seed, "c-2", withdraw()).await;
    act(&ours.seed, "c-3", RequestAct::Publish { shown: false, reason: "含隐私".into() }).await;
    act(&ours.seed, "c-3", withdraw()).await;
    act(&ours.seed, "c-4", RequestAct::Word { text: "NEVER".into() }).await;
    let first = ours.push(&peer, false, false).await;
    let told = |number: &str, status, outcome| (number.to_owned(), status, outcome);
    let wanted =
        [told("c-1", "CANCELLED", "sent"), told("c-2", "OPEN", "later"), told("c-4", "OPEN", "refused")];
    assert_eq!(told_later(&first), wanted);
    assert!(!first.is_good());
    let second = ours.push(&peer, false, false).await;
    assert_eq!(told_later(&second), [told("c-2", "OPEN", "found"), told("c-2", "CANCELLED", "sent")]);
    assert!(ours.push(&peer, false, false).await.told.is_empty());
    let held = python.control(&ours.http, "list", "").await;
    let sent: Vec<&str> =
        held["updates"].as_array().unwrap().iter().filter_map(|update| update["status"].as_str()).collect();
    assert_eq!(sent, ["CANCELLED", "OPEN", "CANCELLED"]);
    let notes = ours.request("c-4").await.notes;
    assert_eq!(notes.last().unwrap().1, "市级平台 · 对方未接收 OPEN：description is not taken");
    // What was told there comes back with the rest, and is no news.
    let notes = ours.request("c-2").await.notes.len();
    ours.sync(&peer, false).await;
    assert_eq!(ours.request("c-2").await.notes.len(), notes);
}

/// What the other side asks of its services, it is told: the same of all, or what was answered here.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_other_side_asks_is_told() {
    let (ours, other) = (Ours::new().await, Seed::new(clock()).await);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let router = open311::router(other.app.clone(), false);
    tokio::spawn(async move { axum::serve(listener, router).await });
    let with = |attributes: &str| {
        let rest = "address = \"http://127.0.0.1:PORT/open311/v2\"\njurisdiction = \"huitian.example\"\n";
        let services = "[open311.services]\nGARBAGE = \"GARBAGE\"\n";
        peer(port, &format!("{rest}key = \"{}\"\n{services}{attributes}", other.key))
    };
    let answer = |question: &str, values: &[&str]| QuestionAnswer {
        question: code(question),
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    };
    let details = vec![answer("KIND", &["spill"]), answer("SPOTS", &["a", "b"])];
    ours.file_answered("a-1", "GARBAGE", "垃圾没人清", details).await;
    // It does not take it without the answer that it needs.
    assert_eq!(told(&ours.push(&with(""), false, false).await), [("a-1".into(), "refused")]);
    let asked = "[open311.attributes.GARBAGE]\nKIND = { answer = \"KIND\" }\nSPOTS = { answer = \"SPOTS\" }\n\
                 DAYS = \"3\"\nTIP = { answer = \"TIP\" }\n";
    let peer = with(asked);
    assert_eq!(told(&ours.push(&peer, false, true).await), [("a-1".into(), "sent")]);
    let theirs = Code::new(&ours.passed(&peer, "a-1").await.number).unwrap();
    let held = other.app.request(&code("p"), &theirs, app::read::Asked::default()).await.unwrap().0;
    let told = [answer("DAYS", &["3"]), answer("KIND", &["spill"]), answer("SPOTS", &["a", "b"])];
    assert_eq!(held.details, told);
}

struct Python(Child, u16);

impl Drop for Python {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

impl Python {
    fn start() -> Option<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/server.py");
        let started =
            Command::new("python3").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let Ok(mut child) = started else {
            scratch::skip("python3");
            return None;
        };
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().parse().unwrap();
        Some(Self(child, port))
    }

    async fn control(&self, http: &Http, path: &str, body: &str) -> serde_json::Value {
        let call = delivery::http::Call {
            method: delivery::http::Method::POST,
            url: format!("http://127.0.0.1:{}/control/{path}", self.1).parse().unwrap(),
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
        };
        let limits = delivery::http::Limits { time: Duration::from_secs(5), bytes: 1_000_000, plain: false };
        serde_json::from_slice(&http.send(call, limits).await.unwrap().body.unwrap()).unwrap()
    }

    fn peer(&self, key: &str, rest: &str) -> Peer {
        peer(
            self.1,
            &format!(
                "address = \"http://127.0.0.1:PORT/v2/\"\njurisdiction = \"city.example\"\nkey = \"{key}\"\n{rest}"
            ),
        )
    }
}

const KEY: &str = "key-of-the-city";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_of_others_that_is_busy_says_no_and_loses_answers() {
    let Some(python) = Python::start() else { return };
    let ours = Ours::new().await;
    let services = |parking: &str, noise: &str| {
        format!("updates = true\n[open311.services]\nPARKING = \"{parking}\"\nNOISE = \"{noise}\"\n")
    };
    ours.file("b-1", "PARKING", "路面塌陷").await;
    let wrong = ours.push(&python.peer("another key", &services("ROADS", "LATER")), false, false).await;
    assert!(
        matches!(&wrong.stopped, Some(PeerError::Key(said)) if said.contains("…")),
        "{:?}",
        wrong.stopped
    );
    let closed = ours.push(&python.peer(KEY, &services("CLOSED", "LATER")), false, true).await;
    assert_eq!(told(&closed), [("b-1".into(), "refused")]);
    assert!(closed.items[0].outcome.said().contains("takes nothing at present"));
    // What was refused is left until somebody says so.
    let busy = python.peer(KEY, &services("BUSY", "LATER"));
    assert_eq!(ours.push(&busy, false, false).await.refused_before, 1);
    assert_eq!(told(&ours.push(&busy, false, true).await), [("b-1".into(), "sent")]);

    // An answer that is lost: the next run finds what came there, and sends nothing twice.
    let peer = python.peer(KEY, &services("ROADS", "LATER"));
    ours.file("b-2", "PARKING", "LOST 井盖丢失").await;
    ours.file("b-3", "NOISE", "施工噪声").await;
    assert_eq!(
        told(&ours.push(&peer, false, false).await),
        [("b-2".into(), "later"), ("b-3".into(), "waiting")]
    );
    assert_eq!(told(&ours.push(&peer, false, false).await), [("b-2".into(), "found")]);
    let held = python.control(&ours.http, "list", "").await;
    assert_eq!(held["requests"].as_array().unwrap().len(), 3);

    let first = ours.sync(&peer, false).await;
    assert_eq!((first.waiting, first.numbered), (1, 0));
    python.control(&ours.http, "number", "").await;
    let number = ours.passed(&peer, "b-2").await.number;
    python.control(&ours.http, "close", &format!("id={number}&notes=%E5%B7%B2%E8%A1%A5%E8%A3%85")).await;
    let second = ours.sync(&peer, false).await;
    assert_eq!((second.numbered, second.waiting), (1, 0));
    let noted = ours.request("b-2").await;
    let notes: Vec<&str> = noted.notes.iter().map(|note| note.1.as_str()).collect();
    assert_eq!(notes, ["市级平台 · INVESTIGATING · 已派员", "市级平台 · CLOSED · 已补装"]);
    assert!(noted.answers.is_empty(), "its words are no answer here unless it was said so");
    assert!(ours.passed(&peer, "b-2").await.closed_at > 0);
    assert_eq!(ours.sync(&peer, false).await.items, Vec::new());
    assert_eq!(ours.request("b-2").await.notes.len(), 2);
}
