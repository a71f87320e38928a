//! Residents' requests: taken in, handled, called back on, read and rated.

mod act;
mod batch;
mod erase;
mod file;
mod hot;
mod keep;
mod moderate;
mod open_data;
mod open_history;
mod open_rates;
mod open_update;
mod order;
mod own_copy;
mod person;
mod program;
mod protection;
mod public;
mod rates;
mod read;
mod retain;
mod suggest;

pub use act::RequestAct;
pub use batch::RequestDeed;
pub use domain::request::query::RequestPaging;
pub use erase::Erase;
pub use file::{Filed, NewRequest, repeatable_secret};
pub(crate) use file::{Filing, recorded};
pub(crate) use hot::HotCache;
pub use hot::{HotMatter, HotMatters, HotOutcome, HotTask};
pub use moderate::{LOG_PAGE, ModerationLine};
pub use open_data::{FIELDS, OpenBatch, OpenPage, OpenRequest, OpenVersion, csv_head, csv_rows, states_of};
pub use open_history::{OpenDetail, OpenHistory, OpenNote};
pub use open_rates::{OpenRate, OpenRates, RATE_DAYS_MOST, RATE_FIELDS, rates_csv};
pub use open_update::{OpenUpdate, OpenUpdates, UpdateSpan};
pub use order::Order;
pub(crate) use order::{NotTaken, fill_in};
pub use own_copy::{CopiedEntry, CopiedLook, OwnCopy};
pub use person::PersonalData;
pub use program::{ProgramUpdate, ProgramWish, request_token};
pub use protection::{KeyError, ProtectionKey};
pub use rates::{RateLine, RatePage, RateQuestion};
pub use read::{RequestCounts, SKIP_MOST};
pub use retain::{DeletionRecord, RetainLine, Retained};
pub use store::{RateBy, RequestPage};
pub use suggest::{Suggestion, Suggestions};

use domain::request::{RequestRules, resident, routing_actor};

use crate::actor::Actor;
use crate::error::AppError;

/// Whoever asked, by the link that only they have.
pub fn by_resident() -> Actor {
    Actor::Operator(resident())
}

/// The rules themselves.
pub(crate) fn by_rules() -> Actor {
    Actor::Operator(routing_actor())
}

/// A plan that takes requests has rules for them.
pub(crate) fn rules_of(plan: &domain::plan::Plan) -> Result<&RequestRules, AppError> {
    plan.request_rules.as_ref().ok_or(AppError::NotFound)
}
