//! Two whole servers on one PostgreSQL, under concurrent edits.

#![allow(clippy::unwrap_used, reason = "a test fails where something is not as it should be")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};

use app::{App, SystemClock, TokenScope};
use domain::code::Code;
use domain::journal::Seq;
use end_to_end::http::{Answer, send};
use end_to_end::{Running, huitian, site_address};
use scratch::Scratch;
use serde_json::{Value, json};
use store::{Database, EntryFilter, StoreError};

const PLAN: &str = "huitian-2018";
const PROJECTS: [&str; 3] = ["HT-EDU-001", "HT-EDU-002", "HT-TRA-004"];
const CLIENTS: usize = 8;
const CHANGES: usize = 12;

struct Servers {
    scratch: Scratch,
    addresses: [String; 2],
    running: Vec<Option<Running>>,
    key: tempfile::TempDir,
}

impl Servers {
    fn start() -> Option<Self> {
        let scratch = Scratch::postgres()?;
        let loaded = huitian(&["demo", "--load-only", "--database", scratch.address()])
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(loaded.success());
        // Both seal with the same key, kept where nothing stays behind.
        let key = tempfile::tempdir().unwrap();
        // They start at the same time, as after a power cut.
        let (one, two) = std::thread::scope(|scope| {
            let start = || scope.spawn(|| serve(&scratch, "127.0.0.1:0", key.path()));
            let (one, two) = (start(), start());
            (one.join().unwrap(), two.join().unwrap())
        });
        let (running, addresses) = ([Some(one.0), Some(two.0)].into(), [one.1, two.1]);
        Some(Self { scratch, addresses, running, key })
    }

    fn database(&self) -> Database {
        Database::open_existing(&self.scratch.address().parse().unwrap()).unwrap()
    }

    fn token(&self, person: &str) -> String {
        let app = App::new(self.database(), Arc::new(SystemClock::new(None).unwrap()));
        let scopes = [TokenScope::Read, TokenScope::Write];
        let person = Code::new(person).unwrap();
        let made = app.new_api_token(&person, "test", &scopes, 1);
        tokio::runtime::Runtime::new().unwrap().block_on(made).unwrap().secret
    }

    fn command(&self, args: &[&str]) -> (bool, String) {
        let mut all = args.to_vec();
        all.extend(["--database", self.scratch.address()]);
        let output = huitian(&all).output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

fn serve(scratch: &Scratch, address: &str, key: &Path) -> (Running, String) {
    let mut command = huitian(&["serve", "--insecure-cookies", "--trusted-proxies", "1"]);
    command.args(["--database", scratch.address(), "--listen", address]);
    command.arg("--protected-key").arg(key.join("huitian.key"));
    Running::answering(&mut command, site_address).unwrap()
}

/// A client with an address of its own, as a proxy would tell it.
struct Client<'a> {
    token: &'a str,
    from: String,
}

impl Client<'_> {
    fn send(&self, server: &str, method: &str, path: &str, tag: &str, body: &str) -> anyhow::Result<Answer> {
        let bearer = format!("Bearer {}", self.token);
        let mut headers = vec![
            ("Authorization", bearer.as_str()),
            ("Content-Type", "application/json"),
            ("X-Forwarded-For", self.from.as_str()),
        ];
        if !tag.is_empty() {
            headers.push(("If-Match", tag));
        }
        send(server, method, path, &headers, body)
    }
}

/// A change that a server acknowledged: the version it was made from and the one it made.
#[derive(Debug, Clone)]
struct Made {
    project: &'static str,
    mark: String,
    from: String,
}

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

/// Signs in as the task force; gives the session's cookie.
fn sign_in(server: &str) -> String {
    let page = send(server, "GET", "/sign-in", &[], "").unwrap();
    let form = format!("csrf={}&name=task-force&password=huitian-demo-2018", hidden(&page.body, "csrf"));
    let signed_in = send(server, "POST", "/sign-in", &[("Cookie", &page.cookies()), FORM], &form).unwrap();
    assert_eq!(signed_in.status, 303, "{}", signed_in.body);
    signed_in.cookies()
}

/// What a form on a page sends along.
fn hidden(page: &str, name: &str) -> String {
    let field = page.split(&format!("name=\"{name}\" value=\"")).nth(1);
    field.unwrap_or_else(|| panic!("no {name}: {page}")).split('"').next().unwrap().to_owned()
}

fn remark_form(project: &str) -> String {
    format!("/p/{PLAN}/projects/{project}/edit/remark")
}

/// Who writes to a project, and by which door.
enum Writer<'a> {
    Program(Client<'a>, String),
    /// A page's form with its session, secret and version.
    Person(&'a str, String, String),
}

impl<'a> Writer<'a> {
    /// Looks at the project as it stands, by one of the servers.
    fn open(servers: &Servers, n: usize, project: &str, token: &'a str, session: &'a str) -> Self {
        let server = &servers.addresses[n % 2];
        let client = Client { token, from: format!("10.0.2.{}", n + 1) };
        if n % 4 < 2 {
            let seen = client.send(server, "GET", &address(project), "", "").unwrap();
            return Self::Program(client, seen.header("etag").unwrap().to_owned());
        }
        let headers = [("Cookie", session), ("X-Forwarded-For", client.from.as_str())];
        let page = send(server, "GET", &remark_form(project), &headers, "").unwrap();
        Self::Person(session, hidden(&page.body, "csrf"), hidden(&page.body, "version"))
    }

    /// Writes a remark; says whether it was taken, or else that someone was quicker.
    fn write(&self, server: &str, project: &str, mark: &str) -> bool {
        let (answer, taken) = match self {
            Self::Program(client, tag) => {
                let body = json!({ "facts": [{ "remark": { "text": mark } }], "reason": "test" }).to_string();
                let path = format!("{}/facts", address(project));
                (client.send(server, "POST", &path, tag, &body).unwrap(), 201)
            }
            Self::Person(session, csrf, version) => {
                let text = mark.replace(' ', "+");
                let form = format!("csrf={csrf}&version={version}&text={text}&source_title=test&reason=test");
                (
                    send(server, "POST", &remark_form(project), &[("Cookie", session), FORM], &form).unwrap(),
                    303,
                )
            }
        };
        assert!(
            answer.status == taken || matches!(answer.status, 409 | 412),
            "{}: {}",
            answer.status,
            answer.body
        );
        answer.status == taken
    }
}

/// Lets every writer loose at once, each through the other server than the one it looked at.
fn all_at_once(servers: &Servers, writers: &[(Writer, &str, String)]) -> Vec<bool> {
    let start = Barrier::new(writers.len());
    std::thread::scope(|scope| {
        let running: Vec<_> = writers
            .iter()
            .enumerate()
            .map(|(n, (writer, project, mark))| {
                let (start, server) = (&start, &servers.addresses[(n + 1) % 2]);
                scope.spawn(move || {
                    start.wait();
                    writer.write(server, project, mark)
                })
            })
            .collect();
        running.into_iter().map(|writer| writer.join().unwrap()).collect()
    })
}

fn address(project: &str) -> String {
    format!("/api/v1/plans/{PLAN}/projects/{project}")
}

/// Remarks of the projects by their text, with the entry that holds each and the one before it.
fn journal(
    database: &Database,
    projects: impl IntoIterator<Item = impl AsRef<str>>,
) -> BTreeMap<(String, String), Vec<(u64, u64)>> {
    let mut found: BTreeMap<(String, String), Vec<(u64, u64)>> = BTreeMap::new();
    for project in projects {
        let project = project.as_ref();
        let code = Code::new(project).unwrap();
        let subject = domain::subject::Subject::project(&Code::new(PLAN).unwrap(), &code);
        let filter = EntryFilter { subject: Some(subject), ..EntryFilter::default() };
        let mut entries = database.read(|c| c.entries(&filter, None, 10_000)).unwrap().items;
        entries.reverse();
        for pair in entries.windows(2) {
            for fact in pair[1].draft.event.facts() {
                if let domain::fact::Fact::Project(domain::project::ProjectFact::Remark { text }) = fact
                    && text.starts_with("client ")
                {
                    let key = (project.to_owned(), text.clone());
                    found.entry(key).or_default().push((pair[0].seq.0, pair[1].seq.0));
                }
            }
        }
    }
    found
}

#[test]
fn concurrent_edits_lose_nothing_and_one_server_may_die() {
    let Some(mut servers) = Servers::start() else { return };
    let token = servers.token("task-force");
    let (conflicts, uncertain) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let dead = AtomicBool::new(false);
    let made_by_all = AtomicUsize::new(0);
    let addresses = servers.addresses.clone();
    let made: Vec<Made> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|n| {
                let (token, addresses) = (token.as_str(), &addresses);
                let (conflicts, uncertain, dead) = (&conflicts, &uncertain, &dead);
                let made_by_all = &made_by_all;
                scope.spawn(move || {
                    let client = Client { token, from: format!("10.0.0.{}", n + 1) };
                    let mut made = Vec::new();
                    let mut tries = 0;
                    while made.len() < CHANGES {
                        tries += 1;
                        assert!(tries < 4_000, "client {n} gets nowhere");
                        // Each client goes to both servers in turn, until one is gone.
                        let server =
                            &addresses[if dead.load(Ordering::SeqCst) { 1 } else { (n + tries) % 2 }];
                        let project = PROJECTS[(n + made.len()) % PROJECTS.len()];
                        let Ok(seen) = client.send(server, "GET", &address(project), "", "") else {
                            continue;
                        };
                        assert_eq!(seen.status, 200, "{}", seen.body);
                        let tag = seen.header("etag").unwrap().to_owned();
                        let mark = format!("client {n} change {} try {tries}", made.len());
                        let body = json!({ "facts": [{ "remark": { "text": mark } }], "reason": "test" });
                        let path = format!("{}/facts", address(project));
                        match client.send(server, "POST", &path, &tag, &body.to_string()) {
                            Ok(answer) if answer.status == 201 => {
                                made.push(Made { project, mark, from: tag });
                                made_by_all.fetch_add(1, Ordering::SeqCst);
                            }
                            Ok(answer) if matches!(answer.status, 409 | 412) => {
                                conflicts.fetch_add(1, Ordering::SeqCst);
                            }
                            Ok(answer) => panic!("{}: {}", answer.status, answer.body),
                            // Cut off: it may have been made or not.
                            Err(_) => {
                                uncertain.fetch_add(1, Ordering::SeqCst);
                            }
                        }
                    }
                    made
                })
            })
            .collect();
        while made_by_all.load(Ordering::SeqCst) < CLIENTS * CHANGES / 2 {
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        // One server is killed outright in the middle of it all.
        servers.running[0] = None;
        dead.store(true, Ordering::SeqCst);
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    });
    assert_eq!(made.len(), CLIENTS * CHANGES);
    assert!(conflicts.load(Ordering::SeqCst) > 0, "the two never met: the test shows nothing");

    // Every acknowledged change stands in the journal exactly once, and on what its writer had seen.
    let held = journal(&servers.database(), PROJECTS);
    for change in &made {
        let entries = &held[&(change.project.to_owned(), change.mark.clone())];
        assert_eq!(entries.len(), 1, "{change:?}");
        assert!(change.from.contains(&entries[0].0.to_string()), "{change:?} stands on {entries:?}");
    }
    let beyond = held.len() - made.len();
    assert!(beyond <= uncertain.load(Ordering::SeqCst), "{beyond} changes that nobody made");

    // The dead one comes back and both show the same.
    servers.running[0] = Some(serve(&servers.scratch, &servers.addresses[0], servers.key.path()).0);
    let client = Client { token: &token, from: "10.0.1.1".into() };
    for project in PROJECTS {
        let [a, b] = servers.addresses.clone().map(|server| {
            let answer = client.send(&server, "GET", &address(project), "", "").unwrap();
            let mut body: Value = serde_json::from_str(&answer.body).unwrap();
            // It names the end of the journal as well, which a server's own rhythm may move on meanwhile.
            body.as_object_mut().unwrap().remove("view");
            (answer.header("etag").unwrap().to_owned(), body)
        });
        assert_eq!(a, b);
    }
    let (sound, said) = servers.command(&["verify"]);
    assert!(sound, "{said}");
    let (rebuilt, said) = servers.command(&["rebuild"]);
    assert!(rebuilt, "{said}");
}

#[test]
fn a_session_is_good_on_both_and_a_role_ends_on_both_at_once() {
    let Some(servers) = Servers::start() else { return };
    let [one, two] = &servers.addresses;
    let session = sign_in(one);
    let audit = format!("/p/{PLAN}/audit");
    for server in [one, two] {
        assert_eq!(send(server, "GET", &audit, &[("Cookie", &session)], "").unwrap().status, 200);
    }
    let (ended, said) =
        servers.command(&["account", "role", "task-force", "--role", "municipal_task_force", "--end"]);
    assert!(ended, "{said}");
    for server in [two, one] {
        assert_eq!(send(server, "GET", &audit, &[("Cookie", &session)], "").unwrap().status, 403);
    }
}

#[test]
fn of_all_who_saw_one_version_one_is_taken_whatever_the_door() {
    let Some(servers) = Servers::start() else { return };
    let token = servers.token("task-force");
    let session = sign_in(&servers.addresses[0]);
    let open = |n: usize, project: &str| Writer::open(&servers, n, project, &token, &session);
    let mut taken = Vec::new();

    // The same project: one is taken, all others hear that somebody was quicker.
    for round in 0..12 {
        let project = PROJECTS[round % PROJECTS.len()];
        let writers: Vec<_> =
            (0..CLIENTS).map(|n| (open(n, project), project, format!("client {n} round {round}"))).collect();
        let outcomes = all_at_once(&servers, &writers);
        let won: Vec<_> = writers.iter().zip(outcomes).filter(|(_, taken)| *taken).collect();
        assert_eq!(won.len(), 1, "round {round}");
        let ((_, project, mark), _) = won[0];
        taken.push(((*project).to_owned(), mark.clone()));
    }

    // Different projects: nobody is in anybody's way.
    let client = Client { token: &token, from: "10.0.3.1".into() };
    let list = format!("/api/v1/plans/{PLAN}/projects?limit=40");
    let list = client.send(&servers.addresses[1], "GET", &list, "", "").unwrap();
    let list: Value = serde_json::from_str(&list.body).unwrap();
    let codes: Vec<String> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["code"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(codes.len(), 40);
    let writers: Vec<_> = codes
        .iter()
        .enumerate()
        .map(|(n, project)| (open(n, project), project.as_str(), format!("client {n} alone")))
        .collect();
    assert!(all_at_once(&servers, &writers).into_iter().all(|taken| taken));
    taken.extend(writers.iter().map(|(_, project, mark)| ((*project).to_owned(), mark.clone())));

    // The journal holds what was taken, each once, and nothing else; its numbers have no gaps.
    let database = servers.database();
    let projects: BTreeSet<&str> = codes.iter().map(String::as_str).chain(PROJECTS).collect();
    let held = journal(&database, projects);
    assert!(held.values().all(|entries| entries.len() == 1), "{held:?}");
    taken.sort();
    assert_eq!(held.into_keys().collect::<Vec<_>>(), taken);
    let (head, entries) = database
        .read::<_, StoreError>(|c| Ok((c.head()?, c.entries_after(Seq(0), usize::MAX >> 1)?)))
        .unwrap();
    assert!(entries.iter().map(|entry| entry.seq.0).eq(1..=head.0));
    for (command, says) in [("verify", ""), ("rebuild", "identical")] {
        let (good, said) = servers.command(&[command]);
        assert!(good && said.contains(says), "{said}");
    }
}

/// Two units answer one whistle at the same moment, each at another server: both words are taken down, and
/// both servers show both.
#[test]
fn units_answer_one_call_at_two_servers() {
    let Some(servers) = Servers::start() else { return };
    let session = sign_in(&servers.addresses[0]);
    let page = format!("/p/{PLAN}/whistles/HT-WHI-023");
    let opened = send(&servers.addresses[0], "GET", &page, &[("Cookie", &session)], "").unwrap();
    let secret = hidden(&opened.body, "csrf");
    let ready = Barrier::new(2);
    std::thread::scope(|scope| {
        for (server, unit) in servers.addresses.iter().zip(["bj-planning", "changping-transport"]) {
            let (ready, session, secret, page) = (&ready, &session, &secret, &page);
            scope.spawn(move || {
                let form = format!("csrf={secret}&act=acknowledge&unit={unit}");
                ready.wait();
                let answer = send(server, "POST", page, &[("Cookie", session), FORM], &form).unwrap();
                assert_eq!(answer.status, 303, "{unit}: {}", answer.body);
            });
        }
    });
    let live = format!("/p/{PLAN}/calls/HT-WHI-023/live");
    for server in &servers.addresses {
        let shown = send(server, "GET", &live, &[("Cookie", &session)], "").unwrap();
        assert_eq!(shown.status, 200, "{}", shown.body);
        assert_eq!(shown.body.matches("data-label=\"应答\">20").count(), 2, "{}", shown.body);
    }
}
