//! Passwords, sessions and tokens.

use scratch::Scratch;
use store::{Account, ApiToken, Database, Session, StoreError};

use crate::books::*;

crate::on_both!(passwords_lock_and_change, sessions_open_move_and_end, tokens_are_found_and_revoked);

/// Gives someone a password and reads the account back.
pub fn account(database: &Database, person: &str) -> Account {
    let person = code(person);
    let name = person.clone();
    database
        .write::<_, StoreError>(move |tx| {
            tx.set_password(&name, "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA", 5)
        })
        .unwrap();
    database.read(|c| c.account(&person)).unwrap().unwrap()
}

pub fn token(database: &Database, person: &str, id: &str, revoked: bool) -> ApiToken {
    let token = ApiToken {
        id: id.into(),
        person: code(person),
        name: "报表".into(),
        hash: format!("hash-{id}"),
        scopes: "read,write".into(),
        created_at: 10,
        expires_at: 1_000,
        revoked_at: revoked.then_some(20),
    };
    let stored = token.clone();
    database
        .write::<_, StoreError>(move |tx| {
            tx.add_api_token(&stored)?;
            if let Some(at) = stored.revoked_at {
                assert!(tx.revoke_api_token(&stored.person, &stored.id, at)?);
            }
            Ok(())
        })
        .unwrap();
    token
}

fn session(token: &str, person: &str, expires_at: i64) -> Session {
    Session {
        token_hash: token.into(),
        person: code(person),
        csrf: "form".into(),
        created_at: 50,
        seen_at: 50,
        expires_at,
    }
}

fn open_session(database: &Database, session: &Session) {
    let session = session.clone();
    database.write::<_, StoreError>(move |tx| tx.open_session(&session)).unwrap();
}

fn held(database: &Database, token: &str) -> Option<Session> {
    database.read(|c| c.session(token)).unwrap()
}

fn passwords_lock_and_change(scratch: &Scratch) {
    let database = open(scratch);
    assert_eq!(database.read(|c| c.account(&code("zhang"))).unwrap(), None);
    let first = account(&database, "zhang");
    assert_eq!((first.failures, first.locked_until, first.changed_at), (0, 0, 5));
    database.write::<_, StoreError>(|tx| tx.set_attempts(&code("zhang"), 6, 99)).unwrap();
    let locked = database.read(|c| c.account(&code("zhang"))).unwrap().unwrap();
    assert_eq!((locked.failures, locked.locked_until), (6, 99));
    open_session(&database, &session("s", "zhang", 900));
    database.write::<_, StoreError>(|tx| tx.set_password(&code("zhang"), "new", 7)).unwrap();
    let changed = database.read(|c| c.account(&code("zhang"))).unwrap().unwrap();
    assert_eq!((changed.password.as_str(), changed.failures, changed.locked_until), ("new", 0, 0));
    assert_eq!(held(&database, "s"), None, "a new password ends the person's sessions");
}

fn sessions_open_move_and_end(scratch: &Scratch) {
    let database = open(scratch);
    let (a, b, old) = (session("a", "zhang", 900), session("b", "li", 900), session("old", "li", 49));
    [&old, &a, &b].into_iter().for_each(|session| open_session(&database, session));
    assert_eq!((held(&database, "a"), held(&database, "b")), (Some(a.clone()), Some(b)));
    assert_eq!(held(&database, "old"), None, "expired sessions are cleared away");
    database.write::<_, StoreError>(|tx| tx.touch_session("a", 60, 950)).unwrap();
    assert_eq!(held(&database, "a"), Some(Session { seen_at: 60, expires_at: 950, ..a }));
    database.write::<_, StoreError>(|tx| tx.close_session("a")).unwrap();
    assert_eq!(held(&database, "a"), None);
    database.write::<_, StoreError>(|tx| tx.close_sessions_of(&code("li"))).unwrap();
    assert_eq!(held(&database, "b"), None);
}

fn tokens_are_found_and_revoked(scratch: &Scratch) {
    let database = open(scratch);
    let first = token(&database, "zhang", "t1", false);
    assert_eq!(database.read(|c| c.api_token_by_hash("hash-t1")).unwrap(), Some(first.clone()));
    assert_eq!(database.read(|c| c.api_token_by_hash("hash-t9")).unwrap(), None);
    assert_eq!(database.read(|c| c.api_tokens(&code("zhang"))).unwrap(), [first]);
    assert_eq!(database.read(|c| c.api_tokens(&code("li"))).unwrap(), []);
    let revoke = |person: &'static str, now| {
        database.write::<_, StoreError>(move |tx| tx.revoke_api_token(&code(person), "t1", now)).unwrap()
    };
    assert!(!revoke("li", 30), "nobody revokes another's token");
    assert!(revoke("zhang", 31));
    assert!(!revoke("zhang", 32), "once");
    let found = database.read(|c| c.api_token_by_hash("hash-t1")).unwrap().unwrap();
    assert_eq!(found.revoked_at, Some(31));
}
