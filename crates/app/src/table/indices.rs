//! Indices and what they are made of.

use domain::index::{Aggregation, IndexFact, IndexPeriod, IndexVersion, text};
use domain::subject::Subject;

use super::cells::CellProblem;
use super::{ColumnKind as K, Reading, Table, column};

const PERIODS: &[&str] = &["year", "quarter", "month"];
const AGGREGATIONS: &[&str] = &["arithmetic", "geometric"];

pub(super) const INDEX_VERSIONS: Table = Table {
    name: "index_versions",
    columns: &[
        column("index", true, K::Code),
        column("name_zh", false, K::Text),
        column("name_en", false, K::Text),
        column("version", true, K::Code),
        column("index_period", true, K::OneOf(PERIODS)),
        column("index_aggregation", true, K::OneOf(AGGREGATIONS)),
        column("least_coverage", false, K::Whole),
        column("index_parts", true, K::Text),
    ],
    reading: Reading::Put(|cells, plan| {
        let index = cells.code("index");
        let name = cells.named("name_zh", "name_en").map(IndexFact::Name);
        let version = cells.code("version");
        let period = cells.word("index_period", PERIODS, IndexPeriod::parse);
        let aggregation = cells.word("index_aggregation", AGGREGATIONS, Aggregation::parse);
        let least_coverage = cells.whole("least_coverage");
        let dimensions =
            cells.parsed("index_parts", CellProblem::NotIndexParts, |lines| text::parse(lines).ok());
        if !cells.errors().is_empty() {
            return None;
        }
        let made = IndexVersion {
            version: version?,
            period: period?,
            aggregation: aggregation?,
            least_coverage,
            dimensions: dimensions?,
        };
        let facts = name.into_iter().chain([IndexFact::Version(made)]).map(Into::into).collect();
        Some((Subject::index(plan, &index?), facts))
    }),
};
