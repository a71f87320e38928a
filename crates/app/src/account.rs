//! Signing in: passwords, sessions, lock-out, API tokens.

use std::sync::PoisonError;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use domain::code::Code;
use domain::history::View;
use domain::person::Person;
use domain::policy::Action;
use domain::subject::{Subject, directory};
use store::{ApiToken, Session, StoreError};

use crate::App;
use crate::actor::Actor;
use crate::error::AppError;

/// Wrong passwords before an account is locked.
const FREE_ATTEMPTS: i64 = 5;
/// The first lock lasts this long; each further wrong password doubles it, up to an hour.
const LOCK_SECONDS: i64 = 60;
const LOCK_MOST_SECONDS: i64 = 3_600;
/// A session ends after this long without use, and at the latest after the second span.
const IDLE_MICROS: i64 = 8 * 3_600 * 1_000_000;
const SESSION_MICROS: i64 = 24 * 3_600 * 1_000_000;
/// How often the last use of a session is written down.
const TOUCH_MICROS: i64 = 5 * 60 * 1_000_000;
const PASSWORD_MIN: usize = 10;
const PASSWORD_MAX: usize = 200;
/// The longest an API token may live.
pub(crate) const TOKEN_MOST_DAYS: i64 = 366;

/// A browser that has just signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The secret for the cookie; only its hash is kept.
    pub token: String,
    pub actor: Actor,
}

/// What a program's token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TokenScope {
    Read,
    Write,
    /// Brings residents' requests, and nothing else: for programs of others.
    Requests,
}

impl TokenScope {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Requests => "requests",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Read, Self::Write, Self::Requests].into_iter().find(|scope| scope.as_str() == text)
    }

    pub fn admits(self, action: Action) -> bool {
        let reads =
            matches!(action, Action::ReadPublic | Action::ReadStaff | Action::ReadAudit | Action::Export);
        match self {
            Self::Read => reads,
            Self::Write => true,
            Self::Requests => false,
        }
    }
}

/// A program that brings residents' requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// Whose key it has, and the key's name: a key with a new end is still the same program's.
    pub id: String,
    pub name: String,
}

impl Program {
    fn of(token: ApiToken) -> Self {
        // No code has a slash in it.
        Self { id: format!("{}/{}", token.person, token.name.trim()), name: token.name }
    }
}

/// A token as it is shown once.
#[derive(Debug, Clone)]
pub struct NewToken {
    pub secret: String,
    pub token: ApiToken,
}

impl App {
    /// Checks a password and opens a session. Wrong ones are counted, and lock the account for a
    /// while; the answer does not tell whether the name or the password was wrong.
    pub async fn sign_in(&self, person: &str, password: &str) -> Result<SignedIn, AppError> {
        let now = self.clock().now().as_microsecond();
        let code = Code::new(person.trim()).ok();
        let account = match &code {
            Some(code) => {
                let code = code.clone();
                self.database().read_apart_async(move |c| c.account(&code)).await?
            }
            None => None,
        };
        if let Some(account) = &account
            && account.locked_until > now
        {
            return Err(AppError::Locked { seconds: (account.locked_until - now) / 1_000_000 + 1 });
        }
        let stored = account.as_ref().map(|account| account.password.clone());
        let good = self.check_password(password.to_owned(), stored).await?;
        let (Some(code), Some(account)) = (code, account) else { return Err(AppError::WrongPassword) };
        if !good {
            let failures = account.failures + 1;
            let locked_until = match failures - FREE_ATTEMPTS {
                over if over < 0 => 0,
                over => {
                    let seconds = (LOCK_SECONDS << over.min(10)).min(LOCK_MOST_SECONDS);
                    now + seconds * 1_000_000
                }
            };
            self.database().write_async(move |tx| tx.set_attempts(&code, failures, locked_until)).await?;
            return Err(AppError::WrongPassword);
        }
        let actor = self.actor(&code).await?.ok_or(AppError::WrongPassword)?;
        let token = secret();
        let session = Session {
            token_hash: hash(&token),
            person: code.clone(),
            csrf: secret(),
            created_at: now,
            seen_at: now,
            expires_at: now + IDLE_MICROS,
        };
        self.database()
            .write_async(move |tx| {
                tx.set_attempts(&code, 0, 0)?;
                tx.open_session(&session)
            })
            .await?;
        Ok(SignedIn { token, actor })
    }

    /// The person behind a session cookie, with the session's form secret; `None` when it is unknown
    /// or has expired.
    pub async fn session(&self, token: &str) -> Result<Option<(Actor, String)>, AppError> {
        let now = self.clock().now().as_microsecond();
        let hashed = hash(token);
        let found = self.database().read_apart_async(move |c| c.session(&hashed)).await?;
        let Some(session) = found.filter(|session| session.expires_at > now) else { return Ok(None) };
        if now - session.seen_at > TOUCH_MICROS {
            let hashed = session.token_hash.clone();
            let expires = (now + IDLE_MICROS).min(session.created_at + SESSION_MICROS);
            self.database().write_async(move |tx| tx.touch_session(&hashed, now, expires)).await?;
        }
        Ok(self.actor(&session.person).await?.map(|actor| (actor, session.csrf)))
    }

    pub async fn sign_out(&self, token: &str) -> Result<(), AppError> {
        let hashed = hash(token);
        Ok(self.database().write_async(move |tx| tx.close_session(&hashed)).await?)
    }

    /// An active person with the roles held now.
    pub async fn actor(&self, person: &Code) -> Result<Option<Actor>, AppError> {
        let directory = self.history(&directory()).await?;
        Ok(directory
            .get(&Subject::person(person))
            .filter(|history| history.exists(View::ALL))
            .map(|history| Person::at(person, history.visible(View::ALL)))
            .filter(|person| person.active)
            .map(|person| Actor::Person { person: person.code, name: person.name, grants: person.grants }))
    }

    /// Sets a person's password and ends all of their sessions. The caller has checked who may.
    pub async fn set_password(&self, person: &Code, password: &str) -> Result<(), AppError> {
        let length = password.chars().count();
        let repeated = password.chars().collect::<std::collections::BTreeSet<_>>().len() < 4;
        if !(PASSWORD_MIN..=PASSWORD_MAX).contains(&length)
            || repeated
            || password.eq_ignore_ascii_case(person.as_str())
        {
            return Err(AppError::WeakPassword);
        }
        let hashed = self.hash_password(password.to_owned()).await?;
        let (person, now) = (person.clone(), self.clock().now().as_microsecond());
        Ok(self.database().write_async(move |tx| tx.set_password(&person, &hashed, now)).await?)
    }

    /// Makes an API token for a person; its secret is shown this once.
    pub async fn new_api_token(
        &self,
        person: &Code,
        name: &str,
        scopes: &[TokenScope],
        days: i64,
    ) -> Result<NewToken, AppError> {
        let now = self.clock().now().as_microsecond();
        let secret = format!("huitian_{}", secret());
        let token = ApiToken {
            id: self::secret().chars().take(12).collect(),
            person: person.clone(),
            name: name.chars().filter(|c| !c.is_control()).take(100).collect(),
            hash: hash(&secret),
            scopes: scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(","),
            created_at: now,
            expires_at: now + days.clamp(1, TOKEN_MOST_DAYS) * 86_400_000_000,
            revoked_at: None,
        };
        let stored = token.clone();
        self.database().write_async(move |tx| tx.add_api_token(&stored)).await?;
        Ok(NewToken { secret, token })
    }

    pub async fn api_tokens(&self, person: &Code) -> Result<Vec<ApiToken>, AppError> {
        let person = person.clone();
        Ok(self.database().read_apart_async(move |c| c.api_tokens(&person)).await?)
    }

    pub async fn revoke_api_token(&self, person: &Code, id: &str) -> Result<bool, AppError> {
        let (person, id, now) = (person.clone(), id.to_owned(), self.clock().now().as_microsecond());
        Ok(self.database().write_async(move |tx| tx.revoke_api_token(&person, &id, now)).await?)
    }

    /// A token by its digest, as it is now. Programs call again and again: theirs is read once, until tokens are given out
    /// or taken back.
    async fn token(&self, hashed: String) -> Result<Option<ApiToken>, AppError> {
        let moved = self.tokens_moved().await?;
        let cache = || self.inner.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(held) = cache().find(moved, &hashed) {
            return Ok(Some(held));
        }
        let wanted = hashed.clone();
        let found = self.database().read_apart_async(move |c| c.api_token_by_hash(&wanted)).await?;
        if let Some(found) = &found {
            cache().keep(moved, hashed, found.clone());
        }
        Ok(found)
    }

    /// The person's program behind a bearer token.
    pub async fn token_actor(&self, secret: &str) -> Result<Option<Actor>, AppError> {
        let now = self.clock().now().as_microsecond();
        let hashed = hash(secret);
        let found = self.token(hashed).await?;
        let Some(token) = found.filter(|token| token.revoked_at.is_none() && token.expires_at > now) else {
            return Ok(None);
        };
        let scopes = token.scopes.split(',').filter_map(TokenScope::parse).collect();
        Ok(match self.actor(&token.person).await? {
            Some(Actor::Person { person, name, grants }) => {
                Some(Actor::Token { person, name, grants, scopes })
            }
            _ => None,
        })
    }

    /// The program behind a key that brings residents' requests, while whoever it was given to has an account.
    pub async fn program(&self, secret: &str) -> Result<Option<Program>, AppError> {
        if secret.is_empty() || secret.len() > 512 {
            return Ok(None);
        }
        let now = self.clock().now().as_microsecond();
        let hashed = hash(secret);
        let found = self.token(hashed).await?;
        let brings = |scopes: &str| {
            scopes.split(',').filter_map(TokenScope::parse).any(|scope| scope == TokenScope::Requests)
        };
        let Some(token) = found
            .filter(|token| token.revoked_at.is_none() && token.expires_at > now && brings(&token.scopes))
        else {
            return Ok(None);
        };
        let held = self.actor(&token.person).await?;
        Ok(held.map(|_| Program::of(token)))
    }

    async fn hash_password(&self, password: String) -> Result<String, AppError> {
        let _turn = self.inner.hashing.acquire().await.map_err(|_| StoreError::Stopped)?;
        tokio::task::spawn_blocking(move || {
            let mut salt = [0u8; 16];
            getrandom::fill(&mut salt).map_err(|error| StoreError::Statement(error.to_string()))?;
            Argon2::default()
                .hash_password_with_salt(password.as_bytes(), &salt)
                .map(|hash| hash.to_string())
                .map_err(|error| StoreError::Statement(error.to_string()).into())
        })
        .await
        .unwrap_or_else(|_| Err(StoreError::Stopped.into()))
    }

    /// Whether the password is the stored one. Without a stored one the same work is done, so that the
    /// time taken does not tell which names exist.
    async fn check_password(&self, password: String, stored: Option<String>) -> Result<bool, AppError> {
        let _turn = self.inner.hashing.acquire().await.map_err(|_| StoreError::Stopped)?;
        tokio::task::spawn_blocking(move || {
            let Some(stored) = stored else {
                drop(Argon2::default().hash_password_with_salt(password.as_bytes(), &[7u8; 16]));
                return Ok(false);
            };
            let parsed =
                PasswordHash::new(&stored).map_err(|error| StoreError::Damaged(error.to_string()))?;
            Ok(password.chars().count() <= PASSWORD_MAX
                && Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
        })
        .await
        .unwrap_or_else(|_| Err(StoreError::Stopped.into()))
    }
}

/// 256 random bits, written in letters and digits that go into cookies and headers as they are.
pub(crate) fn secret() -> String {
    let mut bytes = [0u8; 32];
    // Without randomness nothing may be called a secret.
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Secrets are 256 random bits, so a plain digest is enough to keep them from being read back.
pub(crate) fn hash(secret: &str) -> String {
    domain::journal::Hash::of(secret).to_string()
}
