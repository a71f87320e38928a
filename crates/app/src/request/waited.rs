//! What waits for somebody's word and was left behind: files to be imported, photos of forms that were never sent,
//! addresses of followers that nobody confirmed. It goes when its time is over, whether or not anybody comes.

use store::{Connection, LeftBehind, StoreError};

use super::photo::DRAFT_MICROS;
use super::reader::CONFIRM_SECONDS;
use crate::App;
use crate::error::AppError;

impl App {
    /// Lets go of what was left behind, and writes over it; how much it was.
    pub async fn clear_what_waited(&self) -> Result<u64, AppError> {
        let now = self.clock().now().as_microsecond();
        let over = LeftBehind {
            uploads: now,
            drafts: now - DRAFT_MICROS,
            followers: now - CONFIRM_SECONDS * 1_000_000,
        };
        // Most rounds find nothing: others have the writer for themselves.
        let left = self.database().read_async(move |c: &mut Connection| c.is_left_behind(over)).await?;
        if !left {
            return Ok(0);
        }
        Ok(self.database().write_async::<_, StoreError>(move |tx| tx.clear_left_behind(over)).await?)
    }
}
