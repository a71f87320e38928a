//! Journal, projections, accounts and sessions on SQLite and PostgreSQL: the only SQL there is.
//!
//! All writing goes through one writer per process (see [`writer`]), which commits what many callers
//! want in one transaction; all reading sees one consistent snapshot. Every statement is one that
//! both databases understand.

mod account;
mod area_alert;
mod asked;
mod asking;
mod backup;
mod database;
mod doctor;
mod entries;
mod error;
mod facts;
mod feed;
mod forum;
mod free_code;
mod journal;
mod ledger;
mod ledger_then;
mod listing;
mod migrate;
mod notice;
mod paged;
mod place_layer;
mod postgres;
mod queue;
mod rebuild;
mod redact;
mod request;
mod request_claim;
mod request_history;
mod request_hold;
mod request_list;
mod request_model;
mod request_passed;
mod request_person;
mod request_photo;
mod request_privacy;
mod request_reached;
mod request_reader;
mod request_signs;
mod request_update;
mod request_voices;
mod rhythm;
mod saved_list;
mod sql;
mod sqlite;
mod statements;
mod survey;
mod tail;
mod tls;
mod upload;
mod verify;
mod writer;

pub use account::{Account, ApiToken, Session};
pub use area_alert::AreaAlert;
pub use backup::BackupError;
pub use database::{Address, Database};
pub use doctor::{Finding, Severity, examine};
pub use entries::{EntryFilter, Page};
pub use error::{Result, StoreError};
pub use facts::LIGHT_TOPICS;
pub use feed::Feed;
pub use forum::{ForumPost, ReadMark};
pub use ledger::BackLink;
pub use ledger_then::{ItemEntry, ItemOrder};
pub use listing::LedgerPage;
pub use notice::HeldNotice;
pub use place_layer::{LayerTooLarge, PackedLayer};
pub use queue::{DeadJob, Job, NewJob, Outcome, QueueSizes};
pub use rebuild::RebuildReport;
pub use request_claim::{ClaimQuery, ClaimRow};
pub use request_history::RequestEntry;
pub use request_list::{RateBy, RequestPage, RequestsFound};
pub use request_model::{HeldModel, LabelledRow, ModelUse};
pub use request_passed::PassedOn;
pub use request_person::SealedPerson;
pub use request_photo::{PhotoOf, PhotoSize, SealedPhoto};
pub use request_privacy::{Deletion, Flagged, Moderated, Overdue};
pub use request_reader::RequestReader;
pub use request_signs::{SignRow, SignTally, TallyBy};
pub use request_update::RequestUpdate;
pub use request_voices::VoiceRow;
pub use rhythm::OpenItem;
pub use sql::{Connection, Param, Row};
pub use survey::{ContactCount, Invitation, SheetCount, SurveySheet};
pub use upload::{Kept, Upload, UploadRoom};
pub use verify::{VerifyFault, VerifyReport};
pub use writer::Tx;

/// Digests as they are kept and shown.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
