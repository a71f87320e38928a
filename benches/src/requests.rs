//! Residents' requests through the built program: a register of a million work orders, sixteen people asking at
//! once, and the pages over what there is.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use app::{App, SystemClock, TokenScope};
use jiff::ToSpan;
use store::Database;

use crate::append::{CLIENTS, Sharing, rate};
use crate::ledger::code;
use crate::results::{Goal, Results, median, millis};
use crate::server::{Running, huitian};

/// Orders of the register: HUITIAN_BENCH_ORDERS for fewer, when only the way is to be tried.
const ORDERS: usize = 1_000_000;
const PLAN: &str = "huitian-2018";
/// How long people ask, and pages are read.
const TURN: Duration = Duration::from_secs(4);
const TURNS: usize = 3;

const WHERE: [&str; 12] = [
    "天通苑北街道",
    "霍营街道",
    "回龙观街道",
    "东小口镇",
    "龙泽园街道",
    "史各庄街道",
    "天通苑南街道",
    "北七家镇",
    "云趣园三区",
    "流星花园",
    "天通西苑",
    "龙腾苑四区",
];
const WHAT: [(&str, &str); 12] = [
    ("消防通道被占", "消防通道长期被私家车占满，救护车开不进来"),
    ("夜间施工噪声", "工地夜里十一点以后还在打桩，老人孩子睡不着"),
    ("路灯不亮", "门前这段路的路灯坏了好几盏，晚上走路看不清"),
    ("物业不作为", "电梯三天两头停，物业只收费不管事"),
    ("垃圾清运不及时", "垃圾桶满了没人收，气味很大，苍蝇也多"),
    ("违法建设", "一层住户私自搭建阳光房，挡住了楼上采光"),
    ("群租房扰民", "隔断间住了十几个人，半夜进进出出"),
    ("公交线路太少", "早高峰等车要四十分钟，挤不上去"),
    ("暖气不热", "室温只有十五度，报修两次没人上门"),
    ("学位不够", "片区幼儿园报不上名，最近的也要坐三站车"),
    ("污水外溢", "井盖往外冒水，流到人行道上结了冰"),
    ("烧烤油烟", "楼下摊点每晚油烟直冲窗户，衣服都不敢晾"),
];
const WISH: [&str; 6] = [
    "请尽快派人到现场看一看",
    "希望给个明确的时间",
    "请协调有关部门一起处理",
    "麻烦回电说明办理情况",
    "居民多次反映没有结果",
    "希望今年能列入计划",
];

/// A text as people write, different for each number.
fn text(at: usize) -> (String, String) {
    let pick =
        |salt: usize, of: usize| (at.wrapping_mul(2_654_435_761).wrapping_add(salt * 40_503) >> 7) % of;
    let (place, (title, matter)) = (WHERE[pick(1, WHERE.len())], WHAT[pick(2, WHAT.len())]);
    let (gate, building) = (["东门", "西门", "北口", "南侧", "广场"][pick(3, 5)], 1 + pick(4, 90));
    let text = format!(
        "{place}{building}号楼{gate}：{matter}。从{}月{}日开始，已经{}天了，附近{}多户受影响，{}。{}。",
        1 + pick(5, 12),
        1 + pick(6, 28),
        2 + pick(7, 60),
        10 + pick(8, 400),
        WHAT[pick(9, WHAT.len())].1,
        WISH[pick(10, WISH.len())],
    );
    (format!("{place}{gate}{title}"), text)
}

/// How a register is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ordered {
    /// As orders came in, which is how hotlines give theirs out.
    ByTime,
    /// Each month's anyhow: what lies together in indexes comes apart.
    Anyhow,
}

/// A register of a hotline, of eight months.
fn register(path: &Path, orders: usize, ordered: Ordered) -> anyhow::Result<()> {
    let first = jiff::civil::date(2026, 1, 1).at(0, 0, 0, 0);
    let minutes = 240 * 24 * 60;
    let mut out = BufWriter::new(File::create(path)?);
    writeln!(out, "number,received,title,text,asker,phone")?;
    for at in 0..orders {
        let (title, text) = text(at);
        let minute = match ordered {
            Ordered::ByTime => at * minutes / orders,
            Ordered::Anyhow => {
                let (month, in_month) = (at * 8 / orders, minutes / 8);
                month * in_month + at % 30 * 1_440 + at % 24 * 60 + at / 24 % 60
            }
        };
        let received = (first + (minute as i64).minutes()).strftime("%Y-%m-%d %H:%M");
        writeln!(out, "{:08},{received},{title},{text},王{at},139{at:08}", 20_000_000 + at)?;
    }
    Ok(out.flush()?)
}

/// The most memory that a process had, in megabytes, looked at while it runs.
fn most_megabytes(child: &mut Child) -> anyhow::Result<f64> {
    let mut most: f64 = 0.0;
    while child.try_wait()?.is_none() {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let held = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = held.and_then(|held| held.trim().trim_end_matches(" kB").trim().parse::<f64>().ok());
        most = kilobytes.map_or(most, |kilobytes| most.max(kilobytes / 1_024.0));
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(most)
}

pub fn requests(results: &mut Results) -> anyhow::Result<()> {
    let orders = std::env::var("HUITIAN_BENCH_ORDERS").ok().and_then(|n| n.parse().ok()).unwrap_or(ORDERS);
    let program = huitian()?;
    // Pages over a register that was taken in before: ten millions take as many minutes.
    if let Ok(database) = std::env::var("HUITIAN_BENCH_BOOKS") {
        return reading(results, &program, &database);
    }
    let folder = tempfile::tempdir()?;
    let database = demonstration(&program, folder.path(), "h.db")?;
    asking(results, &program, &database, folder.path())?;
    let (rate, memory) = taken_in(&program, &database, folder.path(), (orders, Ordered::ByTime))?;
    let goal = || Goal::AtLeast(20_000.0);
    results.add(format!("{orders} work orders taken in"), goal(), rate, "orders/s", TAKEN_IN);
    results.add("… memory of the process", Goal::AtMost(500.0), memory, "MB", "");
    reading(results, &program, &database)?;
    std::fs::remove_file(folder.path().join("h.db"))?;
    let apart = demonstration(&program, folder.path(), "anyhow.db")?;
    let (rate, _) = taken_in(&program, &apart, folder.path(), (orders, Ordered::Anyhow))?;
    let beside = "a register in which a month's orders stand anyhow";
    results.add(
        format!("{orders} work orders taken in that are in no order"),
        goal(),
        rate,
        "orders/s",
        beside,
    );
    Ok(())
}

/// The address of a database with the demonstration.
fn demonstration(program: &PathBuf, folder: &Path, name: &str) -> anyhow::Result<String> {
    let database = format!("sqlite://{}", folder.join(name).display());
    let demo = ["demo", "--load-only", "--database", &database];
    let loaded = Command::new(program).args(demo).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    anyhow::ensure!(loaded.success(), "the demonstration was not loaded");
    Ok(database)
}

const TAKEN_IN: &str = "looked through, then each order through mapping, words, names, masks, rules, routing, journal, \
                        rows, search";

/// Takes a register in: orders a second, and the most megabytes.
fn taken_in(
    program: &PathBuf,
    database: &str,
    folder: &Path,
    (orders, ordered): (usize, Ordered),
) -> anyhow::Result<(f64, f64)> {
    let sheet = folder.join("orders.csv");
    register(&sheet, orders, ordered)?;
    let begun = Instant::now();
    let mut child = Command::new(program)
        .args(["import", "--table", "requests", "--database", database])
        .arg(&sheet)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let memory = most_megabytes(&mut child)?;
    anyhow::ensure!(child.wait()?.success(), "the register was not taken in");
    let rate = orders as f64 / begun.elapsed().as_secs_f64();
    std::fs::remove_file(&sheet)?;
    Ok((rate, memory))
}

/// A server of its own, with a proxy in front that tells clients apart.
fn serve(program: &PathBuf, database: &str) -> anyhow::Result<(Running, u16)> {
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let child = Command::new(program)
        .args(["serve", "--insecure-cookies", "--trusted-proxies", "1", "--database", database])
        .args(["--listen", &format!("127.0.0.1:{port}")])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let running = Running(child);
    let begun = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        anyhow::ensure!(begun.elapsed() < Duration::from_secs(20), "no answer");
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok((running, port))
}

/// A connection that stays open.
struct Client(BufReader<TcpStream>);

/// Clients come from many addresses: one would be slowed down.
static ADDRESS: AtomicU64 = AtomicU64::new(0);

impl Client {
    fn to(port: u16) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(Self(BufReader::new(stream)))
    }

    /// Sends a request and reads the answer whole; its status.
    fn call(&mut self, method: &str, path: &str, body: &str) -> anyhow::Result<u16> {
        let n = ADDRESS.fetch_add(1, Ordering::Relaxed) / 100;
        let from = format!("10.{}.{}.{}", n >> 16 & 255, n >> 8 & 255, n & 255);
        let kind = if body.is_empty() { "" } else { "Content-Type: application/x-www-form-urlencoded\r\n" };
        // In one piece, as clients send it.
        let asked = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-For: {from}\r\n{kind}Content-Length: \
             {}\r\n\r\n{body}",
            body.len()
        );
        self.0.get_mut().write_all(asked.as_bytes())?;
        let mut line = String::new();
        self.0.read_line(&mut line)?;
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok()).context("no status")?;
        let (mut length, mut chunked) = (None, false);
        loop {
            line.clear();
            self.0.read_line(&mut line)?;
            let header = line.trim().to_ascii_lowercase();
            if header.is_empty() {
                break;
            }
            if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse::<usize>().ok();
            }
            chunked |= header.starts_with("transfer-encoding:");
        }
        while chunked {
            line.clear();
            self.0.read_line(&mut line)?;
            let size = usize::from_str_radix(line.trim(), 16)?;
            self.skip(size + 2)?;
            chunked = size > 0;
        }
        self.skip(length.unwrap_or_default())?;
        Ok(status)
    }

    fn skip(&mut self, bytes: usize) -> anyhow::Result<()> {
        std::io::copy(&mut self.0.by_ref().take(bytes as u64), &mut std::io::sink())?;
        Ok(())
    }
}

fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        out.push('%');
        out.extend([byte >> 4, byte & 15].map(|digit| char::from(b"0123456789ABCDEF"[usize::from(digit)])));
    }
    out
}

/// Sixteen programs that each bring one request after the other, beside sixteen bare writers.
fn asking(results: &mut Results, program: &PathBuf, database: &str, folder: &Path) -> anyhow::Result<()> {
    let app =
        App::new(Database::open_existing(&database.parse()?)?, std::sync::Arc::new(SystemClock::new(None)?));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let token = runtime.block_on(app.new_api_token(&code("desk"), "bench", &[TokenScope::Requests], 1))?;
    drop(app);
    let (_running, port) = serve(program, database)?;
    let sharing = Sharing::start(&folder.join("sharing.db"))?;
    let clients = (0..CLIENTS).map(|_| Ok(Mutex::new(Client::to(port)?)));
    let clients = clients.collect::<anyhow::Result<Vec<_>>>()?;
    let (number, times) = (AtomicU64::new(0), Mutex::new(Vec::new()));
    let (mut ours, mut bare, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TURNS {
        let many = rate(CLIENTS, TURN, |client, _| {
            let at = number.fetch_add(1, Ordering::Relaxed) as usize;
            let (_, text) = text(5_000_000 + at);
            let body = format!(
                "api_key={}&service_code=parking&lat=40.{:06}&long=116.{:06}&description={}&phone=139{at:08}",
                token.secret,
                70_000 + at % 20_000,
                330_000 + at % 60_000,
                encoded(&text)
            );
            let begun = Instant::now();
            let mut connection = clients[client].lock().map_err(|_| anyhow::anyhow!("a client failed"))?;
            let status = connection.call("POST", "/open311/v2/requests.json", &body)?;
            anyhow::ensure!(status == 201 || status == 200, "status {status}");
            times.lock().map_err(|_| anyhow::anyhow!("a client failed"))?.push(millis(begun.elapsed()));
            Ok(())
        })?;
        let shared = rate(CLIENTS, TURN, |_, _| sharing.insert())?;
        ours.push(many);
        bare.push(shared);
        ratios.push(many / shared * 100.0);
    }
    let mut times = times.into_inner().unwrap_or_default();
    times.sort_by(f64::total_cmp);
    let p99 = times.get(times.len() * 99 / 100).copied().unwrap_or(f64::NAN);
    let beside =
        "Open311 over HTTP: key, place, category, mask, person sealed, rules, routing, journal, rows, search";
    results.add(
        "requests brought by 16 clients, each durable",
        Goal::AtLeast(3_000.0),
        median(ours),
        "/s",
        beside,
    );
    results.add("… the slowest of a hundred", Goal::AtMost(50.0), p99, "ms", "");
    let beside = format!("{} rows/s", crate::results::number(median(bare)));
    results.add("… beside 16 bare writers sharing commits", Goal::AtLeast(10.0), median(ratios), "%", beside);
    Ok(())
}

/// Pages that everybody reads, and what programs read: each asked for the first time, and such as others asked for since
/// the last change.
fn reading(results: &mut Results, program: &PathBuf, database: &str) -> anyhow::Result<()> {
    let (_running, port) = serve(program, database)?;
    let clients = (0..CLIENTS).map(|_| Ok(Mutex::new(Client::to(port)?)));
    let clients = clients.collect::<anyhow::Result<Vec<_>>>()?;
    let paths: Vec<String> = [
        format!("/p/{PLAN}/voices?"),
        format!("/p/{PLAN}/voices?q={}&", encoded("路灯")),
        format!("/p/{PLAN}/voices?q={}&", encoded("烧烤 油烟")),
        format!("/p/{PLAN}/open-data/rates.csv?"),
        "/open311/v2/requests.json?page_size=20&".to_owned(),
    ]
    .into();
    let (next, times) = (AtomicU64::new(0), Mutex::new(vec![Vec::new(); paths.len()]));
    let read = |client: usize, again: bool| -> anyhow::Result<()> {
        let turn = next.fetch_add(1, Ordering::Relaxed) as usize;
        let at = turn % paths.len();
        // Nothing was asked for by this address before: what it says besides is passed over.
        let path = format!("{}turn={}", paths[at], if again { 0 } else { turn + 1 });
        let begun = Instant::now();
        let mut connection = clients[client].lock().map_err(|_| anyhow::anyhow!("a client failed"))?;
        let status = connection.call("GET", &path, "")?;
        anyhow::ensure!(status == 200, "{path}: status {status}");
        times.lock().map_err(|_| anyhow::anyhow!("a client failed"))?[at].push(millis(begun.elapsed()));
        Ok(())
    };
    // One after the other first: what a page takes, not what waiting for others does.
    let alone = Instant::now();
    while alone.elapsed() < TURN {
        read(0, false)?;
    }
    let mut all = Vec::new();
    for (path, times) in
        paths.iter().zip(times.lock().map_err(|_| anyhow::anyhow!("a client failed"))?.iter_mut())
    {
        eprintln!("    {path}: {:.2} ms", median(times.clone()));
        all.append(times);
    }
    all.sort_by(f64::total_cmp);
    let p99 = all.get(all.len() * 99 / 100).copied().unwrap_or(f64::NAN);
    let beside = "each asked for the first time";
    results.add(
        "lists, searches and rates over them, the slowest of a hundred",
        Goal::AtMost(50.0),
        p99,
        "ms",
        beside,
    );
    let pages = rate(CLIENTS, TURN, |client, _| read(client, false))?;
    results.add("… by 16 clients", Goal::AtLeast(2_000.0), pages, "pages/s", beside);
    let pages = rate(CLIENTS, TURN, |client, _| read(client, true))?;
    let beside = "as others asked for since the last change";
    results.add("… by 16 clients", Goal::AtLeast(2_000.0), pages, "pages/s", beside);
    Ok(())
}
