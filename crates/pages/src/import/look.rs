//! Looking through a file: what it says as the table it is taken for.

use app::AppError;
use app::import::{FILE_MOST, Prepared, Profile, Resolver, Sheet, prepare};
use app::read::Asked;
use app::table::Table;
use domain::code::Code;
use exchange::sheet::{Limits, ReadError};
use sheets::Incoming;
use store::StoreError;
use tokio::sync::Semaphore;

use super::Case;
use crate::error::PageError;
use crate::visit::Visit;

/// Files looked through at a time: each may take much memory and a whole core.
static TURNS: Semaphore = Semaphore::const_new(2);

/// Rows that are looked through while someone waits for a page. Larger files are for the command line,
/// or divided.
const ROWS_MOST: usize = 20_000;

fn limits() -> Limits {
    Limits {
        bytes: FILE_MOST as u64,
        unpacked: 128 << 20,
        rows: ROWS_MOST,
        text: 64 << 20,
        ..Limits::default()
    }
}

/// What looking came to.
pub(super) enum Looked {
    /// Not even its cells can be read.
    Unreadable(ReadError),
    /// Its columns are not understood.
    Unclear {
        why: String,
    },
    Ready {
        prepared: Box<Prepared>,
        sheet: Box<Sheet>,
    },
}

/// Reads the sheet of a file.
pub(super) async fn read(
    bytes: Vec<u8>,
    table: &'static Table,
    name: Option<String>,
) -> Result<Result<Incoming, ReadError>, PageError> {
    in_turn(move || sheets::read(&bytes, name.as_deref(), table, &limits())).await
}

/// Looks through a waiting file.
pub(super) async fn look(visit: &Visit, case: &Case) -> Result<Looked, PageError> {
    let profile = case.waiting.reading.profile.clone();
    look_at(visit, &case.plan, case.table, case.waiting.bytes.clone(), profile).await
}

pub(super) async fn look_at(
    visit: &Visit,
    plan: &Code,
    table: &'static Table,
    bytes: Vec<u8>,
    profile: Profile,
) -> Result<Looked, PageError> {
    let portfolio = visit.app.portfolio(plan, Asked::default()).await?;
    let (lang, today) = (visit.lang, visit.app.clock().today());
    let name = profile.sheet.clone();
    let mut incoming = match read(bytes, table, name).await? {
        Ok(incoming) => incoming,
        Err(error) => return Ok(Looked::Unreadable(error)),
    };
    // A timetable that this plan gave out says nothing by what was left as it was.
    let own = match &incoming.plan {
        Some(origin) => visit.app.timetable_made_for(plan, origin.as_of()).await?,
        None => None,
    };
    let plan = plan.clone();
    in_turn(move || {
        let mut held = 0;
        if let (Some(origin), Some(own)) = (incoming.plan, own) {
            let (plan, dates) = own.timetable.for_export();
            held = origin.leave_out(&mut incoming.sheet, table, &plan, &dates);
        }
        let resolver = Resolver::of(&portfolio);
        match prepare(table, &plan, &incoming.sheet, &profile, &resolver, today) {
            Ok(prepared) => Looked::Ready {
                prepared: Box::new(prepared.with_held(held)),
                sheet: Box::new(incoming.sheet),
            },
            Err(error) => Looked::Unclear { why: error.message(lang, table) },
        }
    })
    .await
}

async fn in_turn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, PageError> {
    let stopped = || PageError::from(AppError::Store(StoreError::Stopped));
    let _turn = TURNS.acquire().await.map_err(|_| stopped())?;
    tokio::task::spawn_blocking(work).await.map_err(|_| stopped())
}
