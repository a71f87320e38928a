//! Indices as fields of a form: dimensions and indicators are typed as lines of text.

use domain::index::{Aggregation, IndexFact, IndexFault, IndexPeriod, IndexVersion, text};
use domain::refusal::Problem;

use super::reader::{Mistake, Reader};
use super::topic::{INDEX_VERSION, NAMED};
use super::values::{Described, Values, named, opt};

/// A version's values in the order of its topic's fields.
pub fn version(held: &IndexVersion) -> Values {
    vec![
        ("index_version_code", held.version.to_string()),
        ("index_period", held.period.as_str().to_owned()),
        ("index_aggregation", held.aggregation.as_str().to_owned()),
        ("least_coverage", opt(&held.least_coverage)),
        ("index_parts", text::to_text(&held.dimensions)),
    ]
}

pub(super) fn described(fact: &IndexFact) -> Described {
    match fact {
        IndexFact::Name(name) => (&NAMED, named("name_zh", "name_en", name)),
        IndexFact::Version(held) => (&INDEX_VERSION, version(held)),
    }
}

pub(super) fn read(topic: &str, r: &mut Reader<'_>) -> Option<IndexFact> {
    match topic {
        "name" => r.named("name_zh", "name_en").map(IndexFact::Name),
        "index_version" => {
            let version = r.must("index_version_code", Reader::code);
            let period = r.must("index_period", |r, f| r.word(f, IndexPeriod::parse));
            let aggregation = r.must("index_aggregation", |r, f| r.word(f, Aggregation::parse));
            let least_coverage = r.whole("least_coverage");
            let lines = r.must("index_parts", |r, f| Some(r.long(f)));
            let dimensions = match text::parse(&lines?) {
                Ok(dimensions) => Some(dimensions),
                Err(text::BadLine(line)) => {
                    r.fail("index_parts", Mistake::NotIndexLine(line));
                    None
                }
            };
            Some(IndexFact::Version(IndexVersion {
                version: version?,
                period: period?,
                aggregation: aggregation?,
                least_coverage,
                dimensions: dimensions?,
            }))
        }
        _ => None,
    }
}

/// The field that a problem of a version is about; `None` for topics of other sorts.
pub(super) fn field_of(topic: &str, problem: &Problem) -> Option<&'static str> {
    (topic == "index_version").then_some(match problem {
        Problem::BadIndex(IndexFault::Coverage) => "least_coverage",
        Problem::Missing(_) => "index_version_code",
        _ => "index_parts",
    })
}
