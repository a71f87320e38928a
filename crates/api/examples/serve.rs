//! Serves the API alone over a fresh demonstration, for trying programs against it. The database is thrown
//! away at the end: `cargo run -p api --example serve -- 127.0.0.1:8090`.

use std::sync::Arc;

use app::{App, SystemClock, TokenScope};
use domain::code::Code;
use store::{Address, Database};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let listen = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8090".into());
    let dir = tempfile::tempdir()?;
    let clock = Arc::new(SystemClock::new(None)?);
    let database = Database::open(&Address::Sqlite(dir.path().join("api.db")), 0)?;
    demo::load(&database, clock.clone(), |_, _| {}).await?;
    let app = App::new(database, clock);
    for person in demo::PEOPLE {
        let scopes = [TokenScope::Read, TokenScope::Write];
        let token = app.new_api_token(&Code::new(person.code)?, "example", &scopes, 1).await?;
        println!("{} {}", person.code, token.secret);
    }
    let listener = tokio::net::TcpListener::bind(&listen).await?;
    println!("http://{listen}{}/docs", api::PREFIX);
    Ok(axum::serve(listener, api::router(app)).await?)
}
