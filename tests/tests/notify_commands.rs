//! `huitian notify`: telling somebody, what waits, what could not be delivered.

#![allow(clippy::unwrap_used, reason = "a test fails where something is not as it should be")]

use std::io::Write;
use std::process::{Command, Stdio};

use end_to_end::huitian;
use tempfile::TempDir;

struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        let mut adding = place
            .command(&["account", "add", "wang", "--name", "王芳", "--role", "auditor"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("the built program: run `cargo build`");
        adding.stdin.take().unwrap().write_all("a-long-password-2019\n".as_bytes()).unwrap();
        assert!(adding.wait().unwrap().success());
        place
    }

    fn address(&self) -> String {
        format!("sqlite://{}", self.0.path().join("h.db").display())
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = huitian(args);
        command.env("HUITIAN_DATABASE", self.address());
        command
    }

    fn run(&self, args: &[&str]) -> (bool, String, String) {
        let output = self.command(args).output().expect("the built program: run `cargo build`");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.success(), text(&output.stdout), text(&output.stderr))
    }

    fn good(&self, args: &[&str]) -> String {
        let (good, out, err) = self.run(args);
        assert!(good, "{args:?}: {err}{out}");
        out
    }

    fn sql(&self, sql: &str) {
        rusqlite::Connection::open(self.0.path().join("h.db")).unwrap().execute_batch(sql).unwrap();
    }
}

#[test]
fn what_is_told_waits_fails_and_is_sent_again() {
    let place = Place::new();
    assert_eq!(place.good(&["notify", "status"]), "open 0\nheld 0\ndead 0\n");
    place.good(&["notify", "test", "wang"]);
    place.good(&["notify", "test", "wang"]);
    assert_eq!(place.good(&["notify", "status"]), "open 2\nheld 0\ndead 0\n");
    assert_eq!(place.good(&["notify", "dead"]), "");
    // As a server leaves them that could not deliver.
    place.sql("UPDATE job SET settled_at = 1, outcome = 'dead', answer = '550 no such box', tries = 3");
    let dead = place.good(&["notify", "dead"]);
    assert_eq!(dead.lines().count(), 2, "{dead}");
    assert!(dead.lines().all(|line| line.ends_with("3 tries\t550 no such box")), "{dead}");
    assert_eq!(place.good(&["notify", "dead", "--limit", "1"]).lines().count(), 1);
    let key = dead.split('\t').next().unwrap();
    place.good(&["notify", "resend", key]);
    assert_eq!(place.good(&["notify", "status"]), "open 1\nheld 0\ndead 1\n");
    let (good, _, error) = place.run(&["notify", "resend", key]);
    assert!(!good && error.contains("is not among what could not be delivered"), "{error}");
    assert_eq!(place.good(&["notify", "resend", "--all"]), "1\n");
    assert_eq!(place.good(&["notify", "status"]), "open 2\nheld 0\ndead 0\n");
    place.sql("UPDATE job SET settled_at = 1, outcome = 'dead', answer = 'gone', tries = 1");
    place.good(&["notify", "discard", key]);
    assert_eq!(place.good(&["notify", "status"]), "open 0\nheld 0\ndead 1\n");
}

#[test]
fn mistakes_are_said() {
    let place = Place::new();
    let (good, _, error) = place.run(&["notify", "test", "nobody"]);
    assert!(!good && error.contains("there is no active person 'nobody'"), "{error}");
    let (good, _, error) = place.run(&["notify", "discard", "mail/x"]);
    assert!(!good && error.contains("'mail/x'"), "{error}");
    let (good, _, _) = place.run(&["notify", "resend"]);
    assert!(!good, "which one?");
    assert!(place.good(&["notify", "example"]).contains("[[webhook]]"));
    assert_eq!(place.good(&["notify", "status"]), "open 0\nheld 0\ndead 0\n");
}
