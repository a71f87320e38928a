//! What there is to call, and where.

use words::Lang;

use crate::Server;
use crate::fault::Fault;
use crate::form::Node;
use crate::jurisdiction;

/// The day on which the answers last took another shape.
const CHANGESET: &str = "2026-11-26T00:00:00+08:00";
const SPECIFICATION: &str = "http://wiki.open311.org/GeoReport_v2";

pub async fn discovery(server: &Server, site: &str, lang: Lang) -> Result<Node, Fault> {
    let held = jurisdiction::all(&server.app).await?;
    let contact = held.iter().map(|held| held.contact()).find(|contact| !contact.is_empty());
    let endpoint = |kind: &'static str, path: &str| {
        let formats = ["text/xml", "application/json"].map(Node::text).to_vec();
        Node::Record(vec![
            ("specification", Node::text(SPECIFICATION)),
            ("url", Node::text(format!("{site}{path}"))),
            ("changeset", Node::text(CHANGESET)),
            ("type", Node::text(kind)),
            ("formats", Node::List("format", formats)),
        ])
    };
    Ok(Node::Record(vec![
        ("changeset", Node::text(CHANGESET)),
        ("contact", Node::text(contact.map_or_else(|| site.to_owned(), str::to_owned))),
        ("key_service", Node::text(words::text(lang, "open311-key-service"))),
        (
            "endpoints",
            Node::List(
                "endpoint",
                vec![endpoint("production", crate::PRODUCTION), endpoint("test", crate::TEST)],
            ),
        ),
    ]))
}
