//! Clients that others wrote, as they are published, against the server: every call they can make.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::seed::Seed;
use app::SystemClock;

/// A Python that has the clients. Where everything is demanded they must be there, unless the set-up of the tests
/// has said that it could not fetch them.
fn python() -> Option<PathBuf> {
    let build = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target");
    let python = build.join("open311/bin/python");
    if python.is_file() {
        return Some(python);
    }
    let needed = std::env::var_os("HUITIAN_REQUIRE_ALL").is_some();
    let could_not = build.join("open311.missing").is_file();
    assert!(!needed || could_not, "clients of Open311 are needed: run `cargo xtask setup`");
    println!("skipped: no clients in target/open311; `cargo xtask setup` fetches them where it can");
    None
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_of_others_read_bring_and_are_refused() {
    let Some(python) = python() else { return };
    let seed = Seed::new(Arc::new(SystemClock::new(None).unwrap())).await;
    seed.requests().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = open311::router(seed.app.clone(), false);
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/exchange/open311-schemas");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/clients.py");
    let key = seed.key.clone();
    let output = tokio::task::spawn_blocking(move || {
        let mut command = std::process::Command::new(python);
        command.arg(script).arg(format!("http://{address}/open311")).arg(key);
        if schemas.is_dir() {
            command.arg(schemas);
        }
        command.output()
    })
    .await
    .unwrap()
    .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    println!("{said}");
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    serving.abort();
}
