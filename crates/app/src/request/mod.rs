//! Residents' requests: taken in, handled, called back on, read and rated.

mod act;
mod batch;
mod file;
mod hold;
mod hot;
mod keep;
mod open_data;
mod open_history;
mod open_update;
mod order;
mod person;
mod program;
mod protection;
mod rates;
mod read;
mod suggest;

pub use act::{Acted, RequestAct};
pub use batch::RequestDeed;
pub use domain::request::query::RequestPaging;
pub use file::{Filed, NewRequest, repeatable_secret};
pub(crate) use file::{Filing, recorded};
pub use hold::Holder;
pub(crate) use hot::HotCache;
pub use hot::{HotMatter, HotMatters, HotOutcome, HotTask};
pub use open_data::{OpenPage, OpenRequest, as_csv, states_of};
pub use open_history::{OpenDetail, OpenHistory, OpenNote};
pub use open_update::{OpenUpdate, OpenUpdates, UpdateSpan};
pub use order::Order;
pub(crate) use order::{NotTaken, fill_in};
pub use person::PersonalData;
pub use program::{ProgramUpdate, ProgramWish, request_token};
pub use protection::{KeyError, ProtectionKey};
pub use rates::{RateLine, RatePage, RateQuestion};
pub use read::{RequestCounts, SKIP_MOST};
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
