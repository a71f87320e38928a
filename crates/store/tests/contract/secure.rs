//! The way to a PostgreSQL server, encrypted and not: what each `sslmode` takes and what it refuses.

use std::path::PathBuf;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use scratch::{Durability, Server};
use store::{Address, Database, StoreError};
use tempfile::TempDir;

use crate::books::*;

/// The name that the server's certificates are made for. Tests go to it by the number of this machine.
const HOST: &str = "ledger.example";

struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: String,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), certificate }
    }

    /// A server's certificate and its key.
    fn vouch(&self, change: impl FnOnce(&mut CertificateParams)) -> (String, String) {
        let mut params = CertificateParams::new(vec![HOST.to_owned()]).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        (params.signed_by(&key, &self.issuer).unwrap().pem(), key.serialize_pem())
    }
}

struct Net {
    server: Server,
    folder: TempDir,
}

impl Net {
    fn start() -> Option<Self> {
        Some(Self {
            server: Server::start_on_port(Durability::Relaxed)?,
            folder: tempfile::tempdir().unwrap(),
        })
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let file = self.folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        file
    }

    /// The server's address by its port, under a name.
    fn address(&self, host: &str, settings: &str) -> String {
        let port = self.server.port();
        format!("postgres://huitian@{host}:{port}/postgres?hostaddr=127.0.0.1{settings}")
    }

    fn open(&self, host: &str, settings: &str) -> Result<Database, StoreError> {
        Database::open(&self.address(host, settings).parse()?, 1)
    }

    fn refused(&self, host: &str, settings: &str) -> String {
        match self.open(host, settings).err() {
            Some(StoreError::Insecure(why)) => why,
            other => panic!("{settings}: {other:?}"),
        }
    }
}

/// Whether the server sees the connection encrypted.
fn is_encrypted(database: &Database) -> bool {
    let sql = "SELECT COUNT(*) FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl";
    database.read(|c| c.first(sql, &[], |row| row.int(0))).unwrap() == Some(1)
}

/// What the doctor says of the way to the server.
fn way(address: &str) -> &'static str {
    let findings = store::examine(&address.parse().unwrap());
    findings.iter().find(|finding| finding.key.starts_with("connection-")).unwrap().key
}

#[test]
fn each_mode_takes_what_it_says_and_refuses_the_rest() {
    let Some(net) = Net::start() else { return };
    let authority = Authority::new();
    let root = format!("&sslrootcert={}", net.file("root.pem", &authority.certificate).display());
    let other = format!("&sslrootcert={}", net.file("other.pem", &Authority::new().certificate).display());

    // A server that does not encrypt.
    for settings in ["", "&sslmode=prefer", "&sslmode=disable"] {
        assert!(!is_encrypted(&net.open(HOST, settings).unwrap()), "{settings}");
    }
    assert_eq!(way(&net.address(HOST, "")), "connection-plain");
    for mode in ["require", "verify-ca", "verify-full"] {
        let why = net.refused(HOST, &format!("&sslmode={mode}{root}"));
        assert!(why.contains("does not encrypt") && why.contains("ssl = on"), "{why}");
    }

    let (certificate, key) = authority.vouch(|_| ());
    net.server.encrypt(&certificate, &key);
    assert!(!is_encrypted(&net.open(HOST, "&sslmode=disable").unwrap()));
    // Encrypted, whoever answers.
    for settings in ["", "&sslmode=prefer", "&sslmode=require"] {
        for host in [HOST, "another.example"] {
            assert!(is_encrypted(&net.open(host, settings).unwrap()), "{settings} {host}");
        }
        assert_eq!(way(&net.address(HOST, settings)), "connection-unverified");
    }
    // Known by the root, and by the name where that is asked.
    for settings in ["&sslmode=verify-full", "", "&sslmode=verify-ca", "&sslmode=require"] {
        let settings = format!("{settings}{root}");
        assert!(is_encrypted(&net.open(HOST, &settings).unwrap()), "{settings}");
        assert_eq!(way(&net.address(HOST, &settings)), "connection-encrypted");
    }
    for mode in ["verify-ca", "require"] {
        assert!(is_encrypted(&net.open("another.example", &format!("&sslmode={mode}{root}")).unwrap()));
    }
    let why = net.refused("another.example", &format!("&sslmode=verify-full{root}"));
    assert!(why.contains("does not name the host") && why.contains("subjectAltName"), "{why}");
    assert!(why.contains("another.example"), "{why}");
    // Known by no root.
    for mode in ["verify-full", "verify-ca", "require"] {
        let why = net.refused(HOST, &format!("&sslmode={mode}{other}"));
        assert!(why.contains("other.pem") && why.contains("sslrootcert="), "{why}");
    }
    let findings = store::examine(&net.address(HOST, &other).parse().unwrap());
    assert_eq!(findings[0].key, "database-unreachable");
    assert!(findings[0].args.iter().any(|(_, text)| text.contains("has not signed")), "{findings:?}");
}

#[test]
fn a_certificate_that_has_run_out_is_refused_and_said_so() {
    let Some(net) = Net::start() else { return };
    let authority = Authority::new();
    let root = format!("&sslrootcert={}", net.file("root.pem", &authority.certificate).display());
    let (certificate, key) = authority.vouch(|params| params.not_after = rcgen::date_time_ymd(2020, 1, 1));
    net.server.encrypt(&certificate, &key);
    for mode in ["verify-full", "verify-ca"] {
        let why = net.refused(HOST, &format!("&sslmode={mode}{root}"));
        assert!(why.contains("not valid today") && why.contains("renew"), "{why}");
    }
    assert!(is_encrypted(&net.open(HOST, "&sslmode=require").unwrap()));
}

#[test]
fn a_server_may_vouch_for_itself() {
    let Some(net) = Net::start() else { return };
    let made = rcgen::generate_simple_self_signed(vec![HOST.to_owned()]).unwrap();
    let root = net.file("server.pem", &made.cert.pem());
    net.server.encrypt(&made.cert.pem(), &made.signing_key.serialize_pem());
    let settings = format!("&sslmode=verify-full&sslrootcert={}", root.display());
    let database = net.open(HOST, &settings).unwrap();
    // Writing, and every reader, goes the same way.
    fill(&database);
    assert!(is_encrypted(&database));
    assert_whole(&database, 9);
    // An authority's own certificate is none for a server.
    let mut params = CertificateParams::new(vec![HOST.to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap().pem();
    let root = net.file("authority.pem", &certificate);
    net.server.encrypt(&certificate, &key.serialize_pem());
    let why = net.refused(HOST, &format!("&sslmode=verify-full&sslrootcert={}", root.display()));
    assert!(why.contains("certificate of its own"), "{why}");
}

#[test]
fn a_root_that_cannot_be_read_is_named() {
    let Some(net) = Net::start() else { return };
    let made = rcgen::generate_simple_self_signed(vec![HOST.to_owned()]).unwrap();
    net.server.encrypt(&made.cert.pem(), &made.signing_key.serialize_pem());
    for file in [net.folder.path().join("missing.pem"), net.file("empty.pem", "nothing")] {
        let why = net.refused(HOST, &format!("&sslmode=verify-full&sslrootcert={}", file.display()));
        assert!(why.contains(&file.display().to_string()) && why.contains("PEM"), "{why}");
    }
}

#[test]
fn a_socket_needs_no_encryption() {
    let Some(server) = Server::start_on_port(Durability::Relaxed) else { return };
    let address = format!("{}?sslmode=verify-full", server.create_database());
    drop(Database::open(&address.parse::<Address>().unwrap(), 1).unwrap());
    assert_eq!(way(&address), "connection-local");
}
