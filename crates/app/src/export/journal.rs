//! The journal as a table.

use domain::journal::Entry;
use domain::policy::Action;

use super::{Cell, ExportTable};

pub(super) const ENTRIES: ExportTable = ExportTable {
    name: "entries",
    columns: &[
        "seq",
        "recorded_at",
        "effective",
        "actor",
        "subject_kind",
        "subject",
        "event",
        "corrects",
        "facts",
        "grade",
        "source_title",
        "source_url",
        "source_unit",
        "reason",
        "hash",
    ],
    access: Action::ReadAudit,
    importable: false,
    // Its rows come page by page.
    rows: |_, _| {},
};

/// One entry as a row of `entries`.
pub fn entry_row(entry: &Entry) -> Vec<Cell> {
    let draft = &entry.draft;
    vec![
        Cell::whole(entry.seq),
        Cell::text(entry.recorded_at.to_string()),
        Cell::Day(draft.effective),
        Cell::text(&draft.actor),
        Cell::text(draft.subject.kind.as_str()),
        Cell::text(&draft.subject.code),
        Cell::text(draft.event.name()),
        draft.event.corrects().map_or(Cell::Empty, Cell::whole),
        Cell::text(serde_json::to_string(draft.event.facts()).unwrap_or_default()),
        Cell::text(draft.source.grade.as_str()),
        Cell::text(&draft.source.title),
        Cell::text(&draft.source.url),
        Cell::code(draft.source.unit.as_ref()),
        Cell::text(&draft.reason),
        Cell::text(entry.hash.to_string()),
    ]
}
