//! Mail over TLS: encrypted from the first byte or by STARTTLS, and never to a server that cannot prove
//! itself.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use scratch::Scratch;

use crate::office::*;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Begin {
    Encrypted,
    StartTls,
    /// Says that it cannot encrypt.
    Plain,
}

/// A mail server with a certificate of its own; what it was told before and after it was encrypted.
struct Sink {
    port: u16,
    in_clear: Arc<Mutex<Vec<String>>>,
    taken: Arc<Mutex<usize>>,
}

impl Sink {
    fn start(begin: Begin, made: &rcgen::CertifiedKey<rcgen::KeyPair>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let sink = Self { port, in_clear: Arc::default(), taken: Arc::default() };
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let (config, in_clear, taken) = (Arc::new(config), sink.in_clear.clone(), sink.taken.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (config, in_clear, taken) = (config.clone(), in_clear.clone(), taken.clone());
                // A client that turns away is what some tests are about.
                std::thread::spawn(move || drop(talk(begin, stream, config, &in_clear, &taken)));
            }
        });
        sink
    }

    fn taken(&self) -> usize {
        *self.taken.lock().unwrap()
    }
}

fn talk(
    begin: Begin,
    mut stream: TcpStream,
    config: Arc<ServerConfig>,
    in_clear: &Mutex<Vec<String>>,
    taken: &Mutex<usize>,
) -> std::io::Result<()> {
    if begin != Begin::Encrypted {
        stream.write_all(b"220 sink\r\n")?;
        let mut lines = BufReader::new(stream.try_clone()?);
        loop {
            let mut line = String::new();
            if lines.read_line(&mut line)? == 0 {
                return Ok(());
            }
            in_clear.lock().unwrap().push(line.trim().to_owned());
            match (begin, line.trim()) {
                (Begin::StartTls, "STARTTLS") => {
                    stream.write_all(b"220 go on\r\n")?;
                    break;
                }
                (Begin::StartTls, _) => stream.write_all(b"250-sink\r\n250 STARTTLS\r\n")?,
                _ => stream.write_all(b"250 sink\r\n")?,
            }
        }
    }
    let connection = ServerConnection::new(config).map_err(std::io::Error::other)?;
    let mut stream = StreamOwned::new(connection, stream);
    if begin == Begin::Encrypted {
        stream.write_all(b"220 sink\r\n")?;
    }
    loop {
        let line = read_line(&mut stream)?;
        match line.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" => stream.write_all(b"250-sink\r\n250 AUTH PLAIN\r\n")?,
            "AUTH" => stream.write_all(b"235 ok\r\n")?,
            "DATA" => {
                stream.write_all(b"354 go on\r\n")?;
                while read_line(&mut stream)? != "." {}
                *taken.lock().unwrap() += 1;
                stream.write_all(b"250 taken\r\n")?;
            }
            "QUIT" => return stream.write_all(b"221 bye\r\n"),
            _ => stream.write_all(b"250 ok\r\n")?,
        }
    }
}

fn read_line(stream: &mut impl Read) -> std::io::Result<String> {
    let mut line = Vec::new();
    let mut byte = [0];
    loop {
        stream.read_exact(&mut byte)?;
        if byte[0] == b'\n' {
            break;
        }
        line.push(byte[0]);
    }
    Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
}

fn certificate(host: &str) -> rcgen::CertifiedKey<rcgen::KeyPair> {
    rcgen::generate_simple_self_signed(vec![host.to_owned()]).unwrap()
}

fn mail(port: u16, security: &str, ca: Option<&Path>) -> String {
    let ca = ca.map_or(String::new(), |path| format!("[network]\nca_file = \"{}\"\n", path.display()));
    format!(
        "[mail]\nhost = \"localhost\"\nport = {port}\nsecurity = \"{security}\"\nuser = \"plan\"\n\
         password = \"secret\"\nfrom = \"回天 <plan@example.org>\"\ntimeout_seconds = 2\n{ca}"
    )
}

/// What the queue was told of the one mail that was tried.
fn last_answer(office: &Office) -> String {
    let found = office.app.database().read(|c| {
        c.rows("SELECT answer FROM job WHERE lane = 'mail' AND answer <> ''", &[], |row| {
            Ok(row.text(0)?.to_owned())
        })
    });
    found.unwrap().pop().unwrap_or_default()
}

#[test]
fn mail_is_encrypted_either_way() {
    let made = certificate("localhost");
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, made.cert.pem()).unwrap();
    for (begin, security) in [(Begin::Encrypted, "tls"), (Begin::StartTls, "starttls")] {
        let (office, sink) = (Office::open(Scratch::sqlite()), Sink::start(begin, &made));
        office.hire("wang");
        office.tell(&[person("wang")], &notice("entry-1", false));
        let settings = settings(&mail(sink.port, security, Some(&ca)));
        office.deliver_until(&settings, security, |office| office.sizes().open == 0);
        assert_eq!((sink.taken(), office.sizes().dead), (1, 0), "{security}");
        let clear = sink.in_clear.lock().unwrap().clone();
        assert!(clear.iter().all(|line| line.starts_with("EHLO") || line == "STARTTLS"), "{clear:?}");
    }
}

#[test]
fn a_server_that_cannot_prove_itself_gets_nothing() {
    let (right, wrong) = (certificate("localhost"), certificate("mail.elsewhere.example"));
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, made: &rcgen::CertifiedKey<rcgen::KeyPair>| {
        let path = folder.path().join(name);
        std::fs::write(&path, made.cert.pem()).unwrap();
        path
    };
    let (right_ca, wrong_ca) = (file("right.pem", &right), file("wrong.pem", &wrong));
    for (begin, security) in [(Begin::Encrypted, "tls"), (Begin::StartTls, "starttls")] {
        // By an authority that nobody named; and for another name.
        for (made, ca, what) in [(&right, &wrong_ca, "unknown"), (&wrong, &wrong_ca, "another name")] {
            let (office, sink) = (Office::open(Scratch::sqlite()), Sink::start(begin, made));
            office.hire("wang");
            office.tell(&[person("wang")], &notice("entry-1", false));
            let settings = settings(&mail(sink.port, security, Some(ca)));
            office.deliver_until(&settings, what, |office| !last_answer(office).is_empty());
            let answer = last_answer(&office).to_lowercase();
            assert!(answer.contains("certificate"), "{security}, {what}: {answer}");
            assert_eq!((sink.taken(), office.sizes().open), (0, 1), "it is tried again later");
        }
    }
    // One that cannot encrypt is not spoken to in clear.
    let (office, sink) = (Office::open(Scratch::sqlite()), Sink::start(Begin::Plain, &right));
    office.hire("wang");
    office.tell(&[person("wang")], &notice("entry-1", false));
    let settings = settings(&mail(sink.port, "starttls", Some(&right_ca)));
    office.deliver_until(&settings, "no encryption", |office| !last_answer(office).is_empty());
    let clear = sink.in_clear.lock().unwrap().clone();
    assert!(clear.iter().all(|line| !line.starts_with("AUTH") && !line.starts_with("MAIL")), "{clear:?}");
    assert_eq!(sink.taken(), 0);
}
