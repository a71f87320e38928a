//! What the server serves: pages and API.

use std::sync::Arc;

use app::App;
use app::notify::Reach;
use axum::Router;
use pages::{DemoSignIns, PagesState};

use crate::server::Config;

pub fn routes(app: App, config: &Config, reach: Arc<Reach>) -> Router {
    let demo = config.demo.then(|| DemoSignIns {
        people: ::demo::PEOPLE
            .iter()
            .map(|person| (person.code.to_owned(), person.name.to_owned()))
            .collect(),
        password: ::demo::PASSWORD.to_owned(),
    });
    pages::router(PagesState { app: app.clone(), secure_cookies: config.secure_cookies, demo, reach })
        .merge(::channels::router(app.clone()))
        .merge(open311::router(app.clone(), config.secure_cookies))
        .merge(api::router(app))
}
