//! HTML for staff and residents: server-rendered, whole without JavaScript.

mod address;
mod admin;
mod area;
mod assets;
mod audit;
mod changes;
mod coordination;
mod correction;
mod directory;
mod editor;
mod error;
mod evaluation;
mod figures;
mod file_form;
mod form;
mod import;
mod index;
mod indicator;
mod indicator_chart;
mod indicator_edit;
mod lang_choice;
mod late;
mod ledger;
mod map;
mod notice;
mod output;
mod overview;
mod own_account;
mod page;
mod pager;
mod person;
mod place;
mod plan_edit;
mod project;
mod project_chart;
mod project_edit;
mod project_history;
mod project_track;
mod projects;
mod requests;
mod revision;
mod security;
mod session;
mod sign_in_rate;
mod staff;
mod survey;
mod tables;
mod template;
mod timetable;
mod tree;
mod unit;
mod unreadable;
mod visit;
mod visitor;
mod words_of;
mod yearly_list;

use std::sync::Arc;

use app::App;
use app::notify::Reach;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;

pub use error::PageError;
pub use page::{Page, PlanRef};
pub use sign_in_rate::{ClientAddress, line_of};
pub use unreadable::explain;
pub use visitor::Visitor;

/// What all pages share.
#[derive(Clone)]
pub struct PagesState {
    pub app: App,
    /// Cookies only over HTTPS.
    pub secure_cookies: bool,
    /// Shows the demonstration's sign-ins: names and the one password.
    pub demo: Option<DemoSignIns>,
    /// What the installation reaches people by.
    pub reach: Arc<Reach>,
}

/// The sign-ins of a demonstration: code, name; and their password.
#[derive(Debug, Clone)]
pub struct DemoSignIns {
    pub people: Vec<(String, String)>,
    pub password: String,
}

/// All pages.
pub fn router(state: PagesState) -> Router {
    Router::new()
        .merge(overview::routes())
        .merge(projects::routes())
        .merge(project::routes())
        .merge(figures::routes())
        .merge(session::routes())
        .merge(tables::routes())
        .merge(ledger::routes())
        .merge(timetable::routes())
        .merge(coordination::routes())
        .merge(notice::routes())
        .merge(place::routes())
        .merge(requests::routes())
        .merge(survey::routes())
        .merge(index::routes())
        .merge(evaluation::routes())
        .merge(staff::routes())
        .merge(assets::routes())
        .fallback(error::not_found)
        .layer(middleware::from_fn(error::in_reader_language))
        .layer(middleware::from_fn(unreadable::explain))
        .layer(middleware::from_fn_with_state(state.clone(), lang_choice::choose))
        .layer(middleware::from_fn(security::headers))
        .layer(DefaultBodyLimit::max(1024 * 1024))
        .with_state(state)
}
