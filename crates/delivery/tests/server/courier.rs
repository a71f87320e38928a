//! One server as the tests start and kill it: `courier DATABASE SETTINGS`. Ends with its input.

use std::path::Path;
use std::sync::Arc;

use app::{App, Clock, SystemClock};
use delivery::{Courier, Settings};
use store::Database;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let (Some(database), Some(settings)) = (args.next(), args.next()) else {
        return Err("courier DATABASE SETTINGS".into());
    };
    let clock = SystemClock::new(None)?;
    let database = Database::open(&database.parse()?, clock.now().as_microsecond())?;
    let app = App::new(database, Arc::new(clock));
    let courier = Courier::new(app, Settings::read(Path::new(&settings))?)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let input =
            tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink()));
        courier.run(async { drop(input.await) }).await;
    });
    Ok(())
}
