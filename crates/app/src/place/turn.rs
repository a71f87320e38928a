//! Turns of heavy work on places: whatever is asked, no more than two jobs run at a time.

use store::StoreError;
use tokio::sync::OwnedSemaphorePermit;

use crate::App;
use crate::error::AppError;

impl App {
    /// A turn, held until it is dropped.
    pub(crate) async fn place_turn(&self) -> Result<OwnedSemaphorePermit, AppError> {
        let turns = self.inner.place_turns.clone();
        Ok(turns.acquire_owned().await.map_err(|_| StoreError::Stopped)?)
    }

    /// Works on places aside. The turn goes with the work: where its reader has left, it still ends before the next
    /// one begins. What is worth keeping is kept by the work itself, so that nothing is thrown away.
    pub(crate) async fn place_work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, AppError> {
        let turn = self.place_turn().await?;
        crate::aside(move || {
            let _turn = turn;
            work()
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::mpsc::channel;

    use jiff::civil::date;
    use scratch::Scratch;
    use store::Database;

    use crate::{App, FixedClock};

    #[tokio::test]
    async fn work_whose_reader_has_left_holds_its_turn() {
        let scratch = Scratch::sqlite();
        let clock = Arc::new(FixedClock::morning(date(2026, 11, 25)).unwrap());
        let app = App::new(Database::open(&scratch.address().parse().unwrap(), 0).unwrap(), clock);
        let (end, ended) = channel::<()>();
        let (begin, begun) = channel::<()>();
        let reader = tokio::spawn({
            let app = app.clone();
            async move {
                let work = move || {
                    begin.send(()).unwrap();
                    ended.recv().unwrap();
                };
                app.place_work(work).await
            }
        });
        tokio::task::spawn_blocking(move || begun.recv().unwrap()).await.unwrap();
        reader.abort();
        assert!(reader.await.unwrap_err().is_cancelled());
        assert_eq!(app.inner.place_turns.available_permits(), 1);
        end.send(()).unwrap();
        let both = app.inner.place_turns.acquire_many(2).await.unwrap();
        assert_eq!(both.num_permits(), 2);
    }
}
