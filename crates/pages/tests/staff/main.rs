//! Staff pages over the demonstration plan: who may, what is checked, and that nothing typed is lost.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on may stop")]

mod audit;
mod choice;
mod coverage;
mod evaluation;
mod foresight;
mod holidays;
mod importing;
mod indicators;
mod indices;
mod intake;
mod item_correction;
mod ledger;
mod links;
mod models;
mod notices;
mod opening;
mod people;
mod places;
mod projects;
mod requests;
mod rhythm;
mod saved_lists;
mod site;
mod surveys;
mod templates;
mod timetable;

use domain::code::Code;
use domain::history::View;
use domain::project::Project;
use domain::subject::Subject;
use site::Site;

const PROJECT: &str = "/p/huitian-2018/projects/HT-EDU-003";
const SOURCE: (&str, &str) = ("source_title", "A letter of the education commission");

async fn project(site: &Site, code: &str) -> Project {
    let (plan, code) = (Code::new("huitian-2018").unwrap(), Code::new(code).unwrap());
    let history = site.app.subject(&Subject::project(&plan, &code)).await.unwrap().unwrap();
    Project::at(&history, View::ALL).unwrap()
}
