//! The addresses of the pages on which work is done and checked.

use axum::Router;
use axum::routing::{get, post};

use crate::{
    PagesState, admin, area, audit, correction, directory, indicator, indicator_edit, output, own_account,
    person, plan_edit, project_edit, revision, template, unit, yearly_list,
};

pub(crate) fn routes() -> Router<PagesState> {
    plan_pages()
        .merge(audit_pages())
        .merge(admin_pages())
        .merge(account_pages())
        .merge(crate::import::routes())
}

fn plan_pages() -> Router<PagesState> {
    Router::new()
        .route("/p/{plan}/projects/new", get(project_edit::new).post(project_edit::create))
        .route("/p/{plan}/projects/{code}/edit", get(project_edit::hub))
        .route("/p/{plan}/projects/{code}/edit/{form}", get(project_edit::show).post(project_edit::save))
        .route("/p/{plan}/record/{topic}", get(plan_edit::show).post(plan_edit::save))
        .route("/p/{plan}/revisions", get(revision::list))
        .route("/p/{plan}/lists", get(yearly_list::list))
        .route("/p/{plan}/lists/{year}/{issue}", get(yearly_list::show))
        .route("/p/{plan}/indicators", get(indicator::list))
        .route("/p/{plan}/indicators/new", get(indicator_edit::new).post(indicator_edit::create))
        .route("/p/{plan}/indicators/{code}", get(indicator::show))
        .route("/p/{plan}/indicators/{code}/{form}", get(indicator_edit::show).post(indicator_edit::save))
        .route("/p/{plan}/units", get(unit::list))
        .route("/p/{plan}/units/{code}", get(unit::show))
        .route("/p/{plan}/areas", get(area::list))
        .route("/p/{plan}/areas/{code}", get(area::show))
        .route("/p/{plan}/outputs", get(output::show))
        .route("/p/{plan}/templates", get(template::list))
        .route("/p/{plan}/templates/{code}", get(template::show).post(template::save))
}

fn audit_pages() -> Router<PagesState> {
    Router::new()
        .route("/p/{plan}/audit", get(audit::list))
        .route("/audit", get(audit::list))
        .route("/audit/{seq}", get(audit::entry))
        .route("/audit/{seq}/correct", get(correction::show).post(correction::save))
}

fn admin_pages() -> Router<PagesState> {
    Router::new()
        .route("/admin", get(admin::show))
        .route("/admin/people", get(person::list))
        .route("/admin/people/new", get(person::new).post(person::create))
        .route("/admin/people/{code}", get(person::show))
        .route("/admin/people/{code}/edit", get(person::edit).post(person::save))
        .route("/admin/people/{code}/role", post(person::role))
        .route("/admin/people/{code}/password", post(person::password))
        .route("/admin/people/{code}/active", post(person::active))
        .route("/admin/{half}", get(directory::list))
        .route("/admin/{half}/new", get(directory::new).post(directory::create))
        .route("/admin/{half}/{code}", get(directory::show).post(directory::save))
}

fn account_pages() -> Router<PagesState> {
    Router::new()
        .route("/account", get(own_account::show))
        .route("/account/password", post(own_account::password))
        .route("/account/tokens", post(own_account::new_token))
        .route("/account/tokens/{id}/revoke", post(own_account::revoke))
}
