//! Residents' requests: taken in, handled, called back on, read and rated.

mod act;
mod ahead;
mod alert;
mod batch;
mod behind;
mod category_words;
mod claim;
mod divide;
mod erase;
mod file;
mod forum;
mod goal;
mod hold;
mod hot;
mod hotline;
mod keep;
mod kept_words;
mod learn;
mod mail_intake;
mod matter_name;
mod merging;
mod models;
mod moderate;
mod monitor;
mod named_places;
mod news;
mod occasion;
mod open_data;
mod open_history;
mod open_rates;
mod open_update;
mod order;
mod own_copy;
mod passing;
mod person;
mod person_hints;
mod photo;
mod program;
mod protection;
mod public;
mod rate_lines;
mod rates;
mod reached;
mod read;
mod reader;
mod reading;
mod repeat;
mod retain;
mod signed;
mod sms;
mod sms_reply;
mod suggest;
mod telling;
mod theme;
mod unread;
mod waited;
mod warned;
mod whereabouts;

pub use self::photo::{Drafted, NewPhoto, PhotoReader};
pub use ::photo::{BYTES_MOST as PHOTO_BYTES_MOST, POINTS_MOST as PHOTO_POINTS_MOST, PhotoFault};
pub use ::place::datum::Datum;
pub use act::{Acted, RequestAct};
pub(crate) use ahead::AheadCache;
pub use alert::{AlertLinked, AlertPurpose, OwnAlert, WISHES_MOST, alert_name};
pub(crate) use alert::{alert_address, alert_link, step_name as alert_step_name};
pub use batch::RequestDeed;
pub use behind::{BehindNumber, RateNumber};
pub use claim::{CLAIM_PAGE, ClaimLine, ClaimPage, ClaimQuestion};
pub use domain::request::photo::{PHOTOS_AT_ONCE, PHOTOS_MOST};
pub use domain::request::query::RequestPaging;
pub use erase::Erase;
pub use file::{Filed, NewRequest, repeatable_secret};
pub(crate) use file::{look_ahead, recorded};
pub use forum::{Forum, Post, PostKnown, PostOutcome, PostTaken};
pub use hold::Holder;
pub(crate) use hot::HotCache;
pub use hot::{HotMatter, HotMatters, HotOutcome, HotTask};
pub use hotline::{HotlineSpan, matters_since};
pub use learn::{Learnt, Material, ModelBook, ModelTaken};
pub use mail_intake::{IncomingMail, MailTaken};
pub use matter_name::matter_name;
pub(crate) use models::{ModelCache, Models};
pub use moderate::{LOG_PAGE, ModerationLine};
pub(crate) use monitor::MonitorCache;
pub use monitor::{Count, Monitor, MonitorBy, MonitorLine, MonitorQuestion};
pub use news::NewsLane;
pub(crate) use occasion::Occasion;
pub use open_data::{
    FIELDS, OpenBatch, OpenPage, OpenRequest, OpenVersion, cell as csv_cell, csv_head, csv_line, csv_rows,
    states_of,
};
pub use open_history::{OpenDetail, OpenHistory, OpenNote};
pub use open_rates::{OpenRate, OpenRates, RATE_FIELDS, rates_csv};
pub use open_update::{OpenUpdate, OpenUpdates, UpdateSpan};
pub(crate) use order::{DecidedAsOf, MadeOrder, NotTaken, Taken};
pub use order::{Order, Understanding};
pub use own_copy::{CopiedAddress, CopiedEntry, CopiedLook, CopiedPhoto, OwnCopy};
pub use passing::{PeerNews, PeerNewsKind, PeerWord};
pub use person::PersonalData;
pub use person_hints::PersonHints;
pub use program::{ProgramUpdate, ProgramWish, request_token};
pub use protection::{KeyError, ProtectionKey};
pub(crate) use public::DrawnCache;
pub use public::{DRAWN_MOST, Drawn};
pub use rate_lines::RatesBy;
pub use rates::{RateLine, RatePage, RateQuestion};
pub use read::{RequestCounts, SKIP_MOST};
pub use reader::{MailDoor, MailLinked, MailPurpose};
pub(crate) use reader::{address as reader_address, link as mail_link, reply_token};
pub use repeat::{LikeRequest, SaidNow};
pub use retain::{DeletionRecord, RetainLine, Retained};
pub use signed::{CLOCKS_APART, SignatureFault, SignedMessage};
pub use sms::{IncomingText, SmsGateway, TextTaken};
pub(crate) use sms::{SmsQuestion, awaited, mobile};
pub use store::{HeldModel, ModelUse, PassedOn, PhotoSize, RequestPage, RequestsFound};
pub(crate) use suggest::PlanWordsCache;
pub use suggest::{SuggestedBy, Suggestion, Suggestions, UnitSuggestion};
pub use theme::{NewTheme, ThemeProposals};
pub use unread::UnreadFile;
pub use whereabouts::{Located, PlaceFault, Stated};

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
