//! Sealing what tells who somebody is, with a key that is kept in a file outside the database.

use std::io::Write;
use std::path::Path;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::account::hash;
use crate::secret::unhex;

const NONCE: usize = 24;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("the key file {path} cannot be read or written: {why}")]
    File { path: String, why: String },
    #[error("the key file {0} holds no key of 64 hexadecimal digits")]
    Content(String),
    #[error("the key file {0} can be read by others: allow only its owner to (mode 0600)")]
    Open(String),
    #[error(
        "{count} records are sealed with a key that {path} does not hold: bring the file it was sealed with"
    )]
    Other { path: String, count: i64 },
}

/// The key. Its id tells, in the database, what was sealed with which.
#[derive(Clone)]
pub struct ProtectionKey {
    key: [u8; 32],
    id: String,
}

impl std::fmt::Debug for ProtectionKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProtectionKey").field("id", &self.id).finish_non_exhaustive()
    }
}

impl ProtectionKey {
    fn of(key: [u8; 32]) -> Self {
        let digits: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        let id = hash(&format!("huitian-key-{digits}")).chars().take(16).collect();
        Self { key, id }
    }

    /// A new one: for tests, and for an installation that begins.
    pub fn random() -> Self {
        let mut key = [0; 32];
        getrandom::fill(&mut key).expect("the operating system gives random bytes");
        Self::of(key)
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    /// Reads the file; makes it, for its owner only, where there is none.
    pub fn from_file(path: &Path) -> Result<Self, KeyError> {
        let shown = path.display().to_string();
        let failed = |error: std::io::Error| KeyError::File { path: shown.clone(), why: error.to_string() };
        match std::fs::read_to_string(path) {
            Ok(text) => {
                private(path, &shown)?;
                let key = unhex(text.trim()).and_then(|bytes| bytes.try_into().ok());
                key.map(Self::of).ok_or(KeyError::Content(shown))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let made = Self::random();
                let digits: String = made.key.iter().map(|byte| format!("{byte:02x}")).collect();
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
                // Written whole before it has its name: of two servers that start at once one makes it, and
                // the other never reads half of it. Temporary files are made for their owner only.
                let mut file =
                    tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(failed)?;
                file.write_all(format!("{digits}\n").as_bytes()).map_err(failed)?;
                file.as_file().sync_all().map_err(failed)?;
                match file.persist_noclobber(path) {
                    Ok(_) => Ok(made),
                    Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => {
                        Self::from_file(path)
                    }
                    Err(error) => Err(failed(error.error)),
                }
            }
            Err(error) => Err(failed(error)),
        }
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(self.key))
    }

    /// Seals bytes for one place: opened elsewhere they are refused.
    pub(crate) fn seal(&self, place: &str, plain: &[u8]) -> Option<Vec<u8>> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).ok()?;
        let payload = Payload { msg: plain, aad: place.as_bytes() };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload).ok()?;
        Some([nonce.as_slice(), &sealed].concat())
    }

    /// `None` when they were sealed with another key, for another place, or were changed.
    pub(crate) fn open(&self, place: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        let payload = Payload { msg: sealed, aad: place.as_bytes() };
        self.cipher().decrypt(&XNonce::from(*nonce), payload).ok()
    }

    /// A digest that nobody can make, or try guesses against, without the key.
    pub(crate) fn digest(&self, text: &str) -> String {
        let mut mac =
            <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&self.key).expect("any key is long enough");
        mac.update(b"huitian-asker-1:");
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(unix)]
fn private(path: &Path, shown: &str) -> Result<(), KeyError> {
    use std::os::unix::fs::PermissionsExt;
    let failed = |error: std::io::Error| KeyError::File { path: shown.to_owned(), why: error.to_string() };
    let mode = std::fs::metadata(path).map_err(failed)?.permissions().mode();
    if mode & 0o077 == 0 { Ok(()) } else { Err(KeyError::Open(shown.to_owned())) }
}

#[cfg(not(unix))]
fn private(_: &Path, _: &str) -> Result<(), KeyError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_only_with_its_key_and_in_its_place() {
        let key = ProtectionKey::random();
        let sealed = key.seal("p/1", "张三".as_bytes()).unwrap();
        assert_eq!(key.open("p/1", &sealed).as_deref(), Some("张三".as_bytes()));
        assert_eq!(key.open("p/2", &sealed), None);
        assert_eq!(ProtectionKey::random().open("p/1", &sealed), None);
        let mut changed = sealed.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(key.open("p/1", &changed), None);
        assert_eq!(key.open("p/1", &sealed[..10]), None);
        assert_ne!(key.seal("p/1", b"x"), key.seal("p/1", b"x"));
        assert_ne!(key.digest("1"), key.digest("2"));
    }

    #[test]
    fn the_file_is_made_once_and_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let made = ProtectionKey::from_file(&path).unwrap();
        assert_eq!(ProtectionKey::from_file(&path).unwrap().id(), made.id());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
            assert!(matches!(ProtectionKey::from_file(&path), Err(KeyError::Open(_))));
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        std::fs::write(&path, "no key").unwrap();
        assert!(matches!(ProtectionKey::from_file(&path), Err(KeyError::Content(_))));
    }

    #[test]
    fn of_many_that_start_at_once_all_hold_one_key() {
        for _ in 0..50 {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("key");
            let ids: std::collections::BTreeSet<String> = std::thread::scope(|scope| {
                let all: Vec<_> = (0..8).map(|_| scope.spawn(|| ProtectionKey::from_file(&path))).collect();
                all.into_iter().map(|one| one.join().unwrap().unwrap().id).collect()
            });
            assert_eq!(ids.len(), 1);
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        }
    }
}
