//! One community: its five parties' needs, resources and projects, what may fit, and matching it.

use app::coordination::Community;
use app::{AppError, Receipt};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::item::kind::Party;
use domain::item::ledger::LedgerRow;
use domain::item::parties::{Nearness, Suggestion};
use domain::item::workflow::{Standing, State};
use domain::item::{ItemKind, Target as Thing};
use domain::policy::{Action, Target};
use domain::portfolio::Portfolio;

use crate::editor::field::Typed;
use crate::editor::page::{Filled, done, known_code, saved};
use crate::editor::sheet::{refused, refused_status};
use crate::error::PageError;
use crate::ledger::act::source;
use crate::ledger::item::with_those_above;
use crate::ledger::line::unit_name;
use crate::ledger::list::{Choice, staff_only};
use crate::ledger::register::may_register;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::word;

struct Need {
    code: String,
    name: String,
    address: String,
    kind: String,
    place: String,
    state: String,
    met: bool,
    matched: Vec<(String, String)>,
    /// What may be done with it.
    may: bool,
    is_matched: bool,
}

struct Resource {
    name: String,
    address: String,
    kind: String,
    place: String,
    unit: String,
    state: String,
}

/// One of the five, with its lists; the last holds what no party was named for.
struct PartyLists {
    id: &'static str,
    name: String,
    needs: Vec<Need>,
    resources: Vec<Resource>,
}

struct Offer {
    need: String,
    need_name: String,
    with: String,
    resource: String,
    address: String,
    grounds: Vec<String>,
    may: bool,
}

struct Line {
    name: String,
    address: String,
    state: String,
}

#[derive(Template)]
#[template(path = "coordination/community.html")]
struct CommunityPage {
    page: Page,
    saved: String,
    faults: Vec<String>,
    here: String,
    above: Option<(String, String)>,
    parties: Vec<PartyLists>,
    offers: Vec<Offer>,
    projects: Vec<Line>,
    /// What a need may be matched with by hand.
    choices: Vec<Choice>,
    add_need: String,
    add_resource: String,
}

pub async fn show(
    visit: Visit,
    Path((plan, area)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let (plan, area) = (known_code(&plan)?, known_code(&area)?);
    staff_only(&visit)?;
    let said = saved(visit.lang, &Typed(query));
    page(&visit, StatusCode::OK, &plan, &area, said, Vec::new()).await
}

pub async fn save(
    visit: Visit,
    Path((plan, area)): Path<(String, String)>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let (plan, area) = (known_code(&plan)?, known_code(&area)?);
    staff_only(&visit)?;
    let need = known_code(typed.get("need"))?;
    match act(&visit, &plan, &need, &typed).await {
        Ok(receipt) => Ok(done(&format!("/p/{plan}/communities/{area}"), Some(&receipt))),
        Err(error) => {
            let refusals = refused(error)?;
            let faults = refusals.iter().map(|it| words::refusal(visit.lang, it)).collect();
            page(&visit, refused_status(&refusals), &plan, &area, String::new(), faults).await
        }
    }
}

async fn act(visit: &Visit, plan: &Code, need: &Code, typed: &Typed) -> Result<Receipt, AppError> {
    let (app, actor, source) = (&visit.app, &visit.actor, source(visit));
    match typed.get("act") {
        "match" => {
            let with = match typed.get("with").split_once(':') {
                Some(("item", code)) => Code::new(code).map(Thing::Item),
                Some(("project", code)) => Code::new(code).map(Thing::Project),
                _ => return Err(AppError::NotFound),
            };
            app.match_need(actor, plan, need, with.map_err(|_| AppError::NotFound)?, &source).await
        }
        "meet" => app.meet_need(actor, plan, need, &source).await,
        "part" => {
            let reason = typed.get("reason").replace("\r\n", "\n");
            app.part_need(actor, plan, need, &reason, &source).await
        }
        _ => Err(AppError::NotFound),
    }
}

async fn page(
    visit: &Visit,
    status: StatusCode,
    plan: &Code,
    area: &Code,
    saved: String,
    faults: Vec<String>,
) -> Result<Response, PageError> {
    let portfolio = visit.portfolio(plan).await?;
    let community = visit.app.community(plan, area, visit.asked).await?;
    let english = visit.lang.is_english();
    let held = portfolio.areas.get(area).ok_or(AppError::NotFound)?;
    let name = held.name.get(english).to_owned();
    let page = visit.page(visit.tw("community-title", &[("name", &name)]));
    let lists = Lists { visit, page: &page, portfolio: &portfolio, community: &community };
    let adds = |kind: ItemKind, path: &str| {
        if !page.is_past() && may_register(visit).any(|held| held == kind) {
            format!("/p/{plan}/items/new/{path}?area={area}")
        } else {
            String::new()
        }
    };
    let above = held.parent.as_ref().and_then(|parent| portfolio.areas.get(parent));
    let shown = CommunityPage {
        saved,
        faults,
        here: format!("/p/{plan}/communities/{area}"),
        above: above.map(|above| {
            (above.name.get(english).to_owned(), page.link(&format!("/communities/{}", above.code)))
        }),
        parties: lists.parties(),
        offers: lists.offers(),
        projects: lists.projects(area),
        choices: lists.choices(area),
        add_need: adds(ItemKind::Need, "need"),
        add_resource: adds(ItemKind::Resource, "resource"),
        page: page.clone(),
    };
    render(status, &shown)
}

/// Where an entry of the lists stands: open, matched or met.
fn standing_of(row: &LedgerRow, open: &'static str) -> &'static str {
    match State::parse(&row.state) {
        Some(State::Matched) => "communities-matched",
        Some(State::Met) => "communities-met",
        _ => open,
    }
}

struct Lists<'a> {
    visit: &'a Visit,
    page: &'a Page,
    portfolio: &'a Portfolio,
    community: &'a Community,
}

impl Lists<'_> {
    fn english(&self) -> bool {
        self.visit.lang.is_english()
    }

    fn name<'r>(&self, row: &'r LedgerRow) -> &'r str {
        row.name.get(self.english())
    }

    fn address(&self, row: &LedgerRow) -> String {
        self.page.link(&format!("/items/{}", row.code))
    }

    fn kind(&self, row: &LedgerRow) -> String {
        let sector = row.sector.as_ref().and_then(|code| self.portfolio.plan.sector(code.as_str()));
        sector.map_or_else(String::new, |sector| sector.name.get(self.english()).to_owned())
    }

    fn place(&self, row: &LedgerRow) -> String {
        let names = row.areas.iter().filter_map(|code| self.portfolio.areas.get(code));
        let names: Vec<&str> = names.map(|area| area.name.get(self.english())).collect();
        names.join(self.page.comma())
    }

    /// Whether the reader may match a need.
    fn may(&self, row: &LedgerRow) -> bool {
        let target = Target {
            plan: Some(self.portfolio.plan.code.clone()),
            lead_unit: row.lead_unit.clone(),
            supporting_units: row.supporting_units.clone(),
            caller: row.caller.clone(),
            areas: with_those_above(&row.areas, self.portfolio),
        };
        !self.page.is_past() && self.visit.actor.may(Action::HandleItem, &target)
    }

    fn parties(&self) -> Vec<PartyLists> {
        let of = |party: Option<Party>| {
            let key = party.map_or("none", Party::as_str);
            let mine = move |row: &&LedgerRow| row.party == party;
            PartyLists {
                id: key,
                name: word(self.visit.lang, "party", key),
                needs: self.community.needs.iter().filter(mine).map(|row| self.need(row)).collect(),
                resources: self
                    .community
                    .resources
                    .iter()
                    .filter(mine)
                    .map(|row| self.resource(row))
                    .collect(),
            }
        };
        let named = Party::ALL.iter().map(|party| of(Some(*party)));
        let none = Some(of(None)).filter(|lists| !(lists.needs.is_empty() && lists.resources.is_empty()));
        named.chain(none).collect()
    }

    fn need(&self, row: &LedgerRow) -> Need {
        let matched = row.matched.iter().map(|to| match to {
            Thing::Project(code) => (
                self.portfolio
                    .project(code.as_str())
                    .map_or_else(|| code.to_string(), |project| project.name.get(self.english()).to_owned()),
                self.page.link(&format!("/projects/{code}")),
            ),
            other => {
                let held = self.community.nearby.iter().find(|held| held.code == *other.code());
                let name = held.map_or_else(|| other.code().to_string(), |held| self.name(held).to_owned());
                (name, self.page.link(&format!("/items/{}", other.code())))
            }
        });
        let state = State::parse(&row.state);
        Need {
            code: row.code.to_string(),
            name: self.name(row).to_owned(),
            address: self.address(row),
            kind: self.kind(row),
            place: self.place(row),
            state: self.visit.t(standing_of(row, "communities-open")).into_owned(),
            met: row.standing == Standing::Done,
            matched: matched.collect(),
            may: row.standing == Standing::Open && self.may(row),
            is_matched: state == Some(State::Matched),
        }
    }

    fn resource(&self, row: &LedgerRow) -> Resource {
        let unit = row.lead_unit.as_ref().map(|unit| unit_name(self.portfolio, unit, self.visit.lang));
        Resource {
            name: self.name(row).to_owned(),
            address: self.address(row),
            kind: self.kind(row),
            place: self.place(row),
            unit: unit.unwrap_or_default(),
            state: self.visit.t(standing_of(row, "community-offered")).into_owned(),
        }
    }

    /// What may fit, each with what speaks for it.
    fn offers(&self) -> Vec<Offer> {
        let offer = |it: &Suggestion| {
            let need = self.community.needs.iter().find(|row| row.code == it.need)?;
            let resource = self.community.nearby.iter().find(|row| row.code == it.resource)?;
            Some(Offer {
                need: it.need.to_string(),
                need_name: self.name(need).to_owned(),
                with: format!("item:{}", it.resource),
                resource: self.name(resource).to_owned(),
                address: self.address(resource),
                grounds: self.grounds(it, need),
                may: self.may(need) && self.may(resource),
            })
        };
        self.community.suggestions.iter().filter_map(offer).collect()
    }

    fn grounds(&self, it: &Suggestion, need: &LedgerRow) -> Vec<String> {
        let visit = self.visit;
        let mut out = Vec::new();
        match it.nearness {
            Nearness::SameCommunity => out.push(visit.t("fit-same-community").into_owned()),
            Nearness::Near => out.push(visit.t("fit-near").into_owned()),
            Nearness::Far => {}
        }
        if it.same_kind {
            out.push(visit.tw("fit-same-kind", &[("kind", &self.kind(need))]));
        }
        if !it.words.is_empty() {
            out.push(visit.tw("fit-words", &[("words", &it.words.join(self.page.comma()))]));
        }
        out
    }

    /// Projects of the plan in the community; for an area without any of its own, those around it.
    fn local_projects(&self, area: &Code) -> Vec<&domain::project::Project> {
        let above = self.portfolio.areas.get(area).and_then(|held| held.parent.clone());
        let own: Vec<&domain::project::Project> =
            self.portfolio.members().filter(|project| project.areas.contains(area)).collect();
        match above {
            Some(above) if own.is_empty() => {
                self.portfolio.members().filter(|project| project.areas.contains(&above)).collect()
            }
            _ => own,
        }
    }

    fn projects(&self, area: &Code) -> Vec<Line> {
        self.local_projects(area)
            .into_iter()
            .map(|project| Line {
                name: project.name.get(self.english()).to_owned(),
                address: self.page.link(&format!("/projects/{}", project.code)),
                state: word(self.visit.lang, "phase", project.phase().as_str()),
            })
            .collect()
    }

    fn choices(&self, area: &Code) -> Vec<Choice> {
        let free = self.community.resources.iter().chain(&self.community.nearby);
        let mut out: Vec<Choice> = free
            .filter(|row| row.standing == Standing::Open)
            .map(|row| Choice {
                value: format!("item:{}", row.code),
                label: self.name(row).to_owned(),
                chosen: false,
            })
            .collect();
        out.sort_by(|a, b| a.value.cmp(&b.value));
        out.dedup_by(|a, b| a.value == b.value);
        out.extend(self.local_projects(area).into_iter().map(|project| Choice {
            value: format!("project:{}", project.code),
            label: project.name.get(self.english()).to_owned(),
            chosen: false,
        }));
        out
    }
}
