//! Revisions of the plan: what was published when, and what changed between two of them.

use app::read::Asked;
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::plan::Revision;
use domain::policy::{Action, Target};
use domain::portfolio::Portfolio;
use domain::revision::{Move, compare};
use jiff::civil::Date;

use crate::editor::field::{Choice, Control, Field, Typed};
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::comma;

struct Row {
    number: u32,
    title: String,
    on: String,
    declared: String,
    counted: usize,
    seq: String,
}

struct MoveLine {
    code: String,
    name: String,
    what: String,
    key: &'static str,
}

struct Compared {
    title: String,
    counts: String,
    moves: Vec<MoveLine>,
}

#[derive(Template)]
#[template(path = "revisions/list.html")]
struct ListPage<'a> {
    page: Page,
    plan: &'a Code,
    rows: Vec<Row>,
    chosen: Vec<Field>,
    compared: Option<Compared>,
    may_manage: bool,
    may_audit: bool,
}

/// The plan on the day a revision was published, with what is known of that day now.
async fn at(visit: &Visit, plan: &Code, on: Date) -> Result<std::sync::Arc<Portfolio>, PageError> {
    let asked = Asked { as_of: Some(on), known_at: visit.asked.known_at };
    Ok(visit.app.portfolio(plan, asked).await?)
}

/// Whether someone may change the plan itself.
pub fn may_manage(visit: &Visit, plan: &Code) -> bool {
    let target = Target { plan: Some(plan.clone()), ..Target::default() };
    visit.actor.may(Action::ManagePlan, &target)
}

pub async fn list(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let portfolio = visit.portfolio(&plan).await?;
    let english = visit.lang.is_english();
    let revisions = &portfolio.plan.revisions;
    let mut rows = Vec::with_capacity(revisions.len());
    for revision in revisions {
        let then = at(&visit, &plan, revision.on).await?;
        rows.push(Row {
            number: revision.number,
            title: revision.title.get(english).to_owned(),
            on: revision.on.to_string(),
            declared: revision.declared.map_or_else(|| "—".into(), |declared| declared.to_string()),
            counted: then.members().count(),
            seq: revision.seq.to_string(),
        });
    }
    let typed = Typed(query);
    let label = |revision: &Revision| format!("{} · {}", revision.number, revision.title.get(english));
    let now = visit.t("revision-now").into_owned();
    let mut choices: Vec<Choice> =
        revisions.iter().map(|r| Choice::new(r.number.to_string(), label(r))).collect();
    choices.push(Choice::new("now", now.clone()));
    let pick = |name: &str, otherwise: Option<&Revision>| {
        let value = typed.get(name);
        if choices.iter().any(|choice| choice.value == value) {
            value.to_owned()
        } else {
            otherwise.map_or_else(|| "now".into(), |revision| revision.number.to_string())
        }
    };
    let last = revisions.len().saturating_sub(1);
    let from = pick("from", revisions.get(last.saturating_sub(1)));
    let to = pick("to", revisions.get(last));
    // Whatever the order they were chosen in, the earlier one comes first.
    let day = |value: &str| {
        revisions
            .iter()
            .find(|revision| revision.number.to_string() == value)
            .map_or(portfolio.view.as_of, |revision| revision.on)
    };
    let (from, to) = if day(&from) > day(&to) { (to, from) } else { (from, to) };
    let compared = if typed.has("from") || typed.has("to") {
        let (before, after) = (at(&visit, &plan, day(&from)).await?, at(&visit, &plan, day(&to)).await?);
        let name = |value: &str| choices.iter().find(|c| c.value == value).map_or("", |c| c.label.as_str());
        let comparison = compare(&before, &after);
        let args = [
            ("before", comparison.before.to_string()),
            ("after", comparison.after.to_string()),
            ("moves", comparison.moves.len().to_string()),
        ];
        let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Some(Compared {
            title: visit.tw("revision-compared", &[("from", name(&from)), ("to", name(&to))]),
            counts: visit.tw("revision-counts", &args),
            moves: comparison
                .moves
                .iter()
                .map(|(code, change)| MoveLine {
                    code: code.to_string(),
                    name: project_name(&after, code, english),
                    what: in_words(&visit, &after, change),
                    key: change.key(),
                })
                .collect(),
        })
    } else {
        None
    };
    let select = |name: &str, key: &str, value: String| {
        Field::new(visit.lang, name, key, Control::Select(choices.clone())).value(value)
    };
    let chosen = vec![select("from", "revision-from", from), select("to", "revision-to", to)];
    let page = ListPage {
        rows,
        chosen,
        compared,
        may_manage: may_manage(&visit, &plan),
        may_audit: visit.actor.may_somewhere(Action::ReadAudit),
        plan: &plan,
        page: visit.page(visit.t("revision-title")),
    };
    render(StatusCode::OK, &page)
}

pub fn project_name(portfolio: &Portfolio, code: &Code, english: bool) -> String {
    portfolio.project(code.as_str()).map_or(code.as_str(), |project| project.name.get(english)).to_owned()
}

fn in_words(visit: &Visit, after: &Portfolio, change: &Move) -> String {
    let english = visit.lang.is_english();
    let name = |code: &Code| project_name(after, code, english);
    match change {
        Move::Added | Move::Removed | Move::Moved(_) => {
            visit.t(&format!("move-{}", change.key())).into_owned()
        }
        Move::SplitFrom(other) => visit.tw("move-split-from", &[("other", &name(other))]),
        Move::MergedInto(Some(other)) => visit.tw("move-merged", &[("other", &name(other))]),
        Move::MergedInto(None) => visit.t("move-merged-unnamed").into_owned(),
        Move::Split(pieces) if pieces.is_empty() => visit.t("move-split-unnamed").into_owned(),
        Move::Split(pieces) => {
            let names: Vec<String> = pieces.iter().map(name).collect();
            visit.tw("move-split", &[("other", &names.join(comma(visit.lang)))])
        }
        Move::Renamed { from, to } => {
            visit.tw("move-renamed", &[("from", from.get(english)), ("to", to.get(english))])
        }
    }
}
