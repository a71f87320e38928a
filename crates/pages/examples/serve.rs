//! Serves the pages alone, for looking at them while working on them:
//!
//! `cargo run -p pages --example serve -- sqlite:///tmp/demo.db 8090`
//!
//! An address without a database file loads the demonstration into it first.

use std::sync::Arc;

use app::{App, Clock, SystemClock};
use pages::{DemoSignIns, PagesState};
use store::{Address, Database};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut given = std::env::args().skip(1);
    let address = given.next().unwrap_or_else(|| "sqlite:///tmp/huitian-pages.db".to_owned());
    let port: u16 = given.next().map_or(Ok(8090), |text| text.parse())?;
    let clock = Arc::new(SystemClock::new(None)?);
    let database = Database::open(&address.parse::<Address>()?, clock.now().as_microsecond())?;
    let app = App::new(database.clone(), clock.clone());
    if app.plans().await?.is_empty() {
        demo::load(&database, clock, |_, _| {}).await?;
    }
    let people = demo::PEOPLE.iter().map(|p| (p.code.to_owned(), p.name.to_owned())).collect();
    let sign_ins = DemoSignIns { people, password: demo::PASSWORD.to_owned() };
    let router = pages::router(PagesState {
        app,
        secure_cookies: false,
        demo: Some(sign_ins),
        reach: Default::default(),
    });
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}/", listener.local_addr()?);
    axum::serve(listener, router).await?;
    Ok(())
}
