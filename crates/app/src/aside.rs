//! Work that takes a while is done beside the threads on which others wait.

use store::StoreError;

use crate::error::AppError;

/// Does work on a thread of its own.
pub async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, AppError> {
    Ok(tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::Stopped)?)
}
