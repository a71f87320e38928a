//! The entrance to administration.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use domain::policy::Action;

use crate::error::PageError;
use crate::page::Page;
use crate::revision::may_manage;
use crate::visit::{Visit, render};

struct Entrance {
    address: String,
    title: String,
    note: String,
}

#[derive(Template)]
#[template(path = "admin/admin.html")]
struct AdminPage {
    page: Page,
    entrances: Vec<Entrance>,
}

pub async fn show(visit: Visit) -> Result<Response, PageError> {
    let mut entrances = Vec::new();
    let mut add = |address: String, key: &str, of: &str| {
        let title = visit.t(&format!("admin-{key}"));
        entrances.push(Entrance {
            address,
            title: if of.is_empty() { title.into_owned() } else { format!("{title} · {of}") },
            note: visit.t(&format!("admin-{key}-note")).into_owned(),
        });
    };
    if visit.actor.may_somewhere(Action::ManagePeople) {
        add("/admin/people".into(), "people", "");
        add("/admin/delivery".into(), "delivery", "");
    }
    if visit.actor.may_somewhere(Action::ManageDirectory) {
        add("/admin/units".into(), "units", "");
        add("/admin/areas".into(), "areas", "");
    }
    for plan in visit.app.plans().await? {
        if may_manage(&visit, &plan) {
            add(format!("/p/{plan}/templates"), "templates", plan.as_str());
        }
    }
    if entrances.is_empty() {
        return Err(visit.forbidden(Action::ManageDirectory));
    }
    render(StatusCode::OK, &AdminPage { page: visit.page(visit.t("admin-title")), entrances })
}
