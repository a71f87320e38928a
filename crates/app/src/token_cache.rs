//! Tokens of programs that lately called.

use std::collections::HashMap;

use store::ApiToken;

/// Tokens by their digests, as of when tokens were last given out or taken back.
#[derive(Default)]
pub(crate) struct TokenCache {
    moved: (u64, i64),
    held: HashMap<String, ApiToken>,
}

impl TokenCache {
    /// More programs than call at one time.
    const MOST: usize = 1_024;

    pub fn find(&self, moved: (u64, i64), digest: &str) -> Option<ApiToken> {
        if self.moved == moved { self.held.get(digest).cloned() } else { None }
    }

    /// Keeps one that was read when tokens had moved so often, or later.
    pub fn keep(&mut self, moved: (u64, i64), digest: String, token: ApiToken) {
        if self.moved != moved || self.held.len() >= Self::MOST {
            self.held.clear();
            self.moved = moved;
        }
        self.held.insert(digest, token);
    }
}
