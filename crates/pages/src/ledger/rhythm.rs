//! The rules of the rhythm: printed as they act, and put into force.

use app::Change;
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::command::Command;
use domain::plan::PlanFact;
use domain::policy::{Action, Target};
use domain::rhythm::{InForce, RhythmRules, Watch};
use domain::subject::Subject;
use jiff::civil::Date;

use super::act::source;
use super::chase::{effect, wait};
use super::list::staff_only;
use crate::editor::book::label_key;
use crate::editor::field::{Choice, Control, Field, Typed};
use crate::editor::page::{Filled, done, known_code, saved};
use crate::editor::reader::{Mistake, Reader};
use crate::editor::sheet::{Sheet, refused, refused_status};
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::{day, word};

struct RungLine {
    when: String,
    who: String,
    effect: String,
    slip: &'static str,
}

struct Ladder {
    key: &'static str,
    title: String,
    note: String,
    rungs: Vec<RungLine>,
}

struct PeriodLine {
    every: String,
    opens: String,
    due: String,
    closes: String,
    report: String,
}

struct SetLine {
    name: String,
    source: String,
    version: String,
    ladder: Vec<String>,
    here: bool,
}

#[derive(Template)]
#[template(path = "ledger/rhythm.html")]
struct RhythmPage {
    page: Page,
    saved: String,
    name: String,
    source: String,
    version: String,
    standing: String,
    acts: bool,
    at: String,
    /// How slips are numbered, and by when they are signed for.
    slips: String,
    ladders: Vec<Ladder>,
    periods: Vec<PeriodLine>,
    sets: Vec<SetLine>,
    sheet: Option<Sheet>,
    /// Where the rhythm is ended; empty where it is not kept or may not be.
    stop: String,
}

fn target(plan: &Code) -> Target {
    Target { plan: Some(plan.clone()), ..Target::default() }
}

pub async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    staff_only(&visit)?;
    let saved = saved(visit.lang, &Typed(query));
    shown(&visit, &plan, StatusCode::OK, saved, None).await
}

async fn shown(
    visit: &Visit,
    plan: &Code,
    status: StatusCode,
    saved: String,
    filled: Option<Sheet>,
) -> Result<Response, PageError> {
    let lang = visit.lang;
    let portfolio = visit.portfolio(plan).await?;
    let page = visit.page(visit.t("rhythm-title"));
    let held = portfolio.plan.rhythm.as_ref();
    let presets = RhythmRules::presets();
    // Without rules in force the recommended ones are shown: what would happen.
    let rules = held.map_or(&presets[0], |held| &held.rules);
    let may = visit.actor.may(Action::ManagePlan, &target(plan)) && !page.is_past();
    let acts = held.is_some_and(|held| held.acts_on(page.as_of));
    let standing = held.map_or_else(
        || visit.t("rhythm-not").into_owned(),
        |held| match held.until {
            Some(until) if until < page.as_of => visit.tw("rhythm-over", &[("until", &day(lang, until))]),
            Some(until) => {
                let (since, until) = (day(lang, held.since), day(lang, until));
                visit.tw("rhythm-in-force-until", &[("since", &since), ("until", &until)])
            }
            None => visit.tw("rhythm-in-force", &[("since", &day(lang, held.since))]),
        },
    );
    let shown = RhythmPage {
        saved,
        name: rules.name.get(lang.is_english()).to_owned(),
        source: rules.source.get(lang.is_english()).to_owned(),
        version: visit.tw("rhythm-version", &[("version", &rules.version.to_string())]),
        standing,
        acts,
        at: visit.tw("rhythm-at", &[("time", &rules.at.strftime("%H:%M").to_string())]),
        slips: visit.tw(
            "rhythm-slips",
            &[("number", &rules.slips.numbered(page.as_of.year(), 1)), ("n", &rules.slips.sign.to_string())],
        ),
        ladders: Watch::ALL.iter().map(|watch| ladder(visit, rules, *watch)).collect(),
        periods: rules
            .returns
            .iter()
            .map(|rule| {
                let on = |n: u16| visit.tw("rhythm-on-day", &[("n", &n.to_string())]);
                PeriodLine {
                    every: word(lang, "rhythm-every", rule.every.as_str()),
                    opens: visit.tw("rhythm-opens-on", &[("n", &rule.opens.to_string())]),
                    due: on(rule.due),
                    closes: on(rule.closes),
                    report: visit.tw(
                        if rule.report { "rhythm-drafted" } else { "rhythm-not-drafted" },
                        &[("n", &rules.report_within(rule.every).to_string())],
                    ),
                }
            })
            .collect(),
        sets: presets
            .iter()
            .map(|set| SetLine {
                name: set.name.get(lang.is_english()).to_owned(),
                source: set.source.get(lang.is_english()).to_owned(),
                version: visit.tw("rhythm-version", &[("version", &set.version.to_string())]),
                ladder: ladder(visit, set, Watch::Limit)
                    .rungs
                    .into_iter()
                    .map(|rung| {
                        let comma = page.comma();
                        let effect = if rung.effect.is_empty() {
                            String::new()
                        } else {
                            format!("{comma}{}", rung.effect)
                        };
                        format!("{}{comma}{}{effect}", rung.when, rung.who)
                    })
                    .collect(),
                here: held.is_some_and(|held| held.rules == *set),
            })
            .collect(),
        sheet: filled.or_else(|| may.then(|| sheet(visit, plan, held))),
        stop: if may && acts { format!("/p/{plan}/rhythm") } else { String::new() },
        page,
    };
    render(status, &shown)
}

fn ladder(visit: &Visit, rules: &RhythmRules, watch: Watch) -> Ladder {
    let lang = visit.lang;
    let note = format!("rhythm-watch-note-{}", watch.as_str());
    Ladder {
        key: watch.as_str(),
        title: visit.t(&format!("rhythm-watch-{}", watch.as_str())).into_owned(),
        note: if words::has(lang, &note) { visit.t(&note).into_owned() } else { String::new() },
        rungs: rules
            .ladder(watch)
            .iter()
            .map(|rung| RungLine {
                when: wait(lang, rung.after),
                who: word(lang, "recipient", rung.to.as_str()),
                effect: effect(lang, rung),
                slip: rung.slip.map_or("", |colour| colour.as_str()),
            })
            .collect(),
    }
}

fn sheet(visit: &Visit, plan: &Code, held: Option<&InForce>) -> Sheet {
    let lang = visit.lang;
    let here = format!("/p/{plan}/rhythm");
    let field = |name: &str, key: &str, control| Field::new(lang, name, key, control);
    let choices: Vec<Choice> = RhythmRules::presets()
        .iter()
        .map(|set| Choice::new(set.code.as_str(), set.name.get(lang.is_english())))
        .collect();
    let present = held.map_or("usual", |held| held.rules.code.as_str()).to_owned();
    // One that has ended is put into force anew without its old end.
    let today = visit.app.clock().today();
    let until = held
        .and_then(|held| held.until)
        .filter(|until| *until >= today)
        .map_or_else(String::new, |until| until.to_string());
    let fields = vec![
        field("set", "rhythm-set", Control::Select(choices)).required().value(present),
        field("since", "rhythm-since", Control::Day).required().value(today.to_string()),
        field("until", "rhythm-until", Control::Day).value(until),
        field("reason", &label_key("reason"), Control::Area),
    ];
    let mut sheet =
        Sheet::new(here.clone(), here, visit.t("rhythm-save")).group(visit.t("rhythm-start"), fields);
    sheet.groups[0].note = visit.t("rhythm-start-note").into_owned();
    sheet
}

pub async fn save(
    visit: Visit,
    Path(plan): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    staff_only(&visit)?;
    if !visit.actor.may(Action::ManagePlan, &target(&plan)) {
        return Err(visit.forbidden(Action::ManagePlan));
    }
    let portfolio = visit.app.portfolio(&plan, app::read::Asked::default()).await?;
    let held = portfolio.plan.rhythm.clone();
    let mut sheet = sheet(&visit, &plan, held.as_ref());
    let wanted = if typed.has("stop") {
        let today = visit.app.clock().today();
        held.map(|held| InForce { until: Some(today.max(held.since)), ..held })
            .ok_or_else(|| PageError::not_now().in_lang(visit.lang))?
    } else {
        sheet.refill(&typed);
        let mut reader = Reader::new(&typed);
        let set = reader.word("set", RhythmRules::preset);
        let since: Option<Date> = reader.day("since");
        let until = reader.day("until");
        if since.is_none() && reader.mistakes.is_empty() {
            reader.fail("since", Mistake::Missing);
        }
        let (Some(rules), Some(since), true) = (set, since, reader.mistakes.is_empty()) else {
            if reader.mistakes.is_empty() {
                reader.fail("set", Mistake::NotAChoice);
            }
            sheet.mistakes(visit.lang, &reader.mistakes);
            return shown(&visit, &plan, StatusCode::UNPROCESSABLE_ENTITY, String::new(), Some(sheet)).await;
        };
        InForce { since, until, rules }
    };
    let change = Change {
        command: Command::Record {
            subject: Subject::plan(&plan),
            facts: vec![PlanFact::Rhythm(wanted).into()],
            expected: None,
        },
        effective: None,
        source: source(&visit),
        reason: typed.get("reason").replace("\r\n", "\n"),
    };
    let refusals = match visit.app.change(&visit.actor, change).await {
        Ok(receipt) => return Ok(done(&format!("/p/{plan}/rhythm"), Some(&receipt))),
        Err(error) => refused(error)?,
    };
    for refusal in &refusals {
        let field = if refusal.field == "rhythm" { "until" } else { refusal.field.as_str() };
        sheet.fault(field, words::refusal(visit.lang, refusal));
    }
    shown(&visit, &plan, refused_status(&refusals), String::new(), Some(sheet)).await
}
