//! What the server serves: pages and API.

use app::App;
use axum::Router;
use pages::{DemoSignIns, PagesState};

use crate::server::Config;

pub fn routes(app: App, config: &Config) -> Router {
    let demo = config.demo.then(|| DemoSignIns {
        people: ::demo::PEOPLE
            .iter()
            .map(|person| (person.code.to_owned(), person.name.to_owned()))
            .collect(),
        password: ::demo::PASSWORD.to_owned(),
    });
    pages::router(PagesState { app: app.clone(), secure_cookies: config.secure_cookies, demo })
        .merge(api::router(app))
}
