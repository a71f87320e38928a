//! Writes the API's description to `docs/openapi.json`: `cargo run -p api --example openapi`.

fn main() -> std::io::Result<()> {
    let mut text = serde_json::to_string_pretty(&api::document())?;
    text.push('\n');
    std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json"), text)
}
