//! The list of projects: filters, order, search.

use std::borrow::Cow;
use std::cmp::Ordering;

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use domain::area::{Area, AreaFact};
use domain::code::Code;
use domain::history::{History, View};
use domain::milestone::step;
use domain::plan::Plan;
use domain::project::{Membership, Project};
use domain::subject::{Subject, SubjectKind, directory};
use jiff::civil::Date;
use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use crate::Api;
use crate::access::Caller;
use crate::answer::{Audience, Conditions, list_tag, page};
use crate::asked::{Asked, Page, PageParams, ViewParams, found};
use crate::body::{Params, Place};
use crate::problem::ApiError;
use crate::project::is_late;
use crate::value::{Amount, CodeText, Name, When, code, codes};
use crate::word::{GradeWord, MembershipWord, PhaseWord};

/// Which projects. Parameters that may stand several times hold when one of their values does; all
/// others must hold together.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ProjectFilter {
    /// Words that must all occur in code, name or another name.
    #[param(max_length = 200, required = false)]
    q: Option<String>,
    #[serde(default)]
    #[param(required = false)]
    sector: Vec<CodeText>,
    #[serde(default)]
    #[param(required = false)]
    campaign: Vec<CodeText>,
    #[serde(default)]
    #[param(required = false)]
    kind: Vec<CodeText>,
    #[serde(default)]
    #[param(required = false)]
    phase: Vec<PhaseWord>,
    /// How it stands to the plan; `member` when not given.
    #[serde(default)]
    #[param(required = false)]
    membership: Vec<MembershipWord>,
    #[serde(default)]
    #[param(required = false)]
    grade: Vec<GradeWord>,
    /// Led or supported by this unit.
    #[param(required = false)]
    unit: Option<CodeText>,
    /// In this area or one below it.
    #[param(required = false)]
    area: Option<CodeText>,
    /// On this year's list.
    #[param(minimum = 1949, maximum = 2199, required = false)]
    year: Option<i16>,
    /// Only with a promise that has passed unkept, or only without.
    #[param(required = false)]
    late: Option<bool>,
    /// The order; with `-` before it, descending.
    #[param(required = false)]
    sort: Option<Sort>,
}

/// What projects are ordered by. Without a value they come last in either direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Code,
    Name,
    Sector,
    Phase,
    Slip,
    Percent,
    Start,
    Completion,
    InUse,
}

const KEYS: [(&str, Key); 9] = [
    ("code", Key::Code),
    ("name", Key::Name),
    ("sector", Key::Sector),
    ("phase", Key::Phase),
    ("slip", Key::Slip),
    ("percent", Key::Percent),
    ("start", Key::Start),
    ("completion", Key::Completion),
    ("in_use", Key::InUse),
];

/// An order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sort {
    key: Key,
    descending: bool,
}

fn sort_words() -> Vec<String> {
    KEYS.iter().flat_map(|(word, _)| [(*word).to_owned(), format!("-{word}")]).collect()
}

impl<'de> Deserialize<'de> for Sort {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        let word = text.strip_prefix('-').unwrap_or(&text);
        let descending = word.len() < text.len();
        KEYS.iter().find(|(held, _)| *held == word).map(|(_, key)| Self { key: *key, descending }).ok_or_else(
            || {
                D::Error::custom(format_args!(
                    "{mark}not-one-of{mark}{}",
                    sort_words().join(", "),
                    mark = crate::value::MARK
                ))
            },
        )
    }
}

impl PartialSchema for Sort {
    fn schema() -> RefOr<Schema> {
        RefOr::T(
            ObjectBuilder::new().schema_type(Type::String).enum_values(Some(sort_words())).build().into(),
        )
    }
}

impl ToSchema for Sort {}

/// A project in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProjectLine {
    code: CodeText,
    name: Name,
    kind: Option<CodeText>,
    sector: Option<CodeText>,
    campaign: Option<CodeText>,
    lead_unit: Option<CodeText>,
    areas: Vec<CodeText>,
    membership: MembershipWord,
    phase: PhaseWord,
    grade: GradeWord,
    percent: Option<Amount>,
    /// When the start on site is expected, or was.
    start: Option<When>,
    /// When completion is expected, or was.
    completion: Option<When>,
    /// When it is expected to be in use, or came into use.
    in_use: Option<When>,
    /// The largest slip over the public milestones.
    slip: Option<Slip>,
    late: bool,
    version: u64,
}

/// Days late against the first promise, and the step they belong to.
#[derive(Debug, Serialize, ToSchema)]
struct Slip {
    step: CodeText,
    days: i32,
}

impl ProjectLine {
    fn of(project: &Project, as_of: Date) -> Self {
        let expected = |step: &str| project.expected(step).map(When::from);
        Self {
            code: (&project.code).into(),
            name: (&project.name).into(),
            kind: code(&project.kind),
            sector: code(&project.sector),
            campaign: code(&project.campaign),
            lead_unit: code(&project.lead_unit),
            areas: codes(&project.areas),
            membership: project.membership.into(),
            phase: project.phase().into(),
            grade: project.grade.into(),
            percent: project.percent().map(|(_, percent)| Amount(percent)),
            start: expected(step::START),
            completion: expected(step::COMPLETION),
            in_use: expected(step::IN_USE),
            slip: project.worst_slip(as_of).map(|(step, days)| Slip { step: step.into(), days }),
            late: is_late(project, as_of),
            version: project.version.0,
        }
    }
}

impl ProjectFilter {
    fn takes(&self, project: &Project, view: View, below: &[Code], listed: Option<&[Code]>) -> bool {
        let one = |wanted: &[CodeText], held: &Option<Code>| {
            wanted.is_empty() || held.as_ref().is_some_and(|held| wanted.iter().any(|code| code.0 == *held))
        };
        let members = match self.membership.as_slice() {
            [] => project.membership == Membership::Member,
            wanted => wanted.iter().any(|word| word.0 == project.membership),
        };
        members
            && one(&self.sector, &project.sector)
            && one(&self.campaign, &project.campaign)
            && one(&self.kind, &project.kind)
            && (self.phase.is_empty() || self.phase.iter().any(|word| word.0 == project.phase()))
            && (self.grade.is_empty() || self.grade.iter().any(|word| word.0 == project.grade))
            && self.unit.as_ref().is_none_or(|unit| {
                project.lead_unit.as_ref() == Some(&unit.0)
                    || project.supporting_units.iter().any(|(held, _)| *held == unit.0)
            })
            && (self.area.is_none() || project.areas.iter().any(|area| below.contains(area)))
            && listed.is_none_or(|listed| listed.contains(&project.code))
            && self.late.is_none_or(|late| late == is_late(project, view.as_of))
            && self.says(project)
    }

    fn says(&self, project: &Project) -> bool {
        let Some(q) = &self.q else { return true };
        let q = q.to_lowercase();
        let texts: Vec<String> = [project.code.as_str(), &project.name.zh, &project.name.en]
            .into_iter()
            .chain(project.aliases.iter().map(String::as_str))
            .map(str::to_lowercase)
            .collect();
        q.split_whitespace().all(|word| texts.iter().any(|text| text.contains(word)))
    }
}

impl Sort {
    fn compare(self, a: &Project, b: &Project, plan: &Plan, as_of: Date) -> Ordering {
        let place = |project: &Project| {
            let sector = project.sector.as_ref()?;
            plan.sectors.iter().position(|held| held.code == *sector)
        };
        let order = match self.key {
            Key::Code => self.turn(Some(&a.code), Some(&b.code)),
            Key::Name => self.turn(Some(&a.name.zh), Some(&b.name.zh)),
            Key::Sector => self.turn(place(a), place(b)),
            Key::Phase => self.turn(Some(a.phase()), Some(b.phase())),
            Key::Slip => {
                let days = |project: &Project| project.worst_slip(as_of).map(|(_, days)| days);
                self.turn(days(a), days(b))
            }
            Key::Percent => {
                let percent = |project: &Project| project.percent().map(|(_, percent)| percent);
                self.turn(percent(a), percent(b))
            }
            Key::Start => self.turn(a.expected(step::START), b.expected(step::START)),
            Key::Completion => self.turn(a.expected(step::COMPLETION), b.expected(step::COMPLETION)),
            Key::InUse => self.turn(a.expected(step::IN_USE), b.expected(step::IN_USE)),
        };
        order.then_with(|| a.code.cmp(&b.code))
    }

    fn turn<T: Ord>(self, a: Option<T>, b: Option<T>) -> Ordering {
        match (a, b) {
            (Some(a), Some(b)) if self.descending => b.cmp(&a),
            (Some(a), Some(b)) => a.cmp(&b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        }
    }
}

/// The area and all areas below it.
fn below(history: &History, area: &Code, view: View) -> Vec<Code> {
    let areas: Vec<Area> = history
        .of_kind(&directory(), SubjectKind::Area)
        .filter(|history| history.exists(view))
        .map(|history| Area::at(&history.subject.code, history.visible::<AreaFact>(view)))
        .collect();
    let mut out = vec![area.clone()];
    let mut at = 0;
    while let Some(upper) = out.get(at).cloned() {
        for child in areas.iter().filter(|held| held.parent.as_ref() == Some(&upper)) {
            if !out.contains(&child.code) {
                out.push(child.code.clone());
            }
        }
        at += 1;
    }
    out
}

/// Projects of a plan
///
/// Filters that may stand several times (`sector=education&sector=health`) hold when one of their values
/// does; different filters must hold together.
#[utoipa::path(get, path = "/plans/{plan}/projects", operation_id = "listProjects", tag = "projects",
    params(("plan" = CodeText, Path,), ProjectFilter, ViewParams, PageParams),
    responses((status = 200, description = "A page of projects.", body = Page<ProjectLine>)))]
pub(crate) async fn list_projects(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    OriginalUri(uri): OriginalUri,
    Place(CodeText(code)): Place<CodeText>,
    Params(filter): Params<ProjectFilter>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let history = api.history(&code).await?;
    let view = asked.pinned(&history);
    let portfolio = api.app().portfolio_at(&code, view).await?;
    let plan = &portfolio.plan;
    if filter.year.is_some_and(|year| !(1949..=2199).contains(&year)) {
        return Err(ApiError::parameter("year", "out-of-range"));
    }
    let below = filter.area.as_ref().map_or_else(Vec::new, |area| below(&history, &area.0, view));
    let listed: Option<Vec<Code>> = filter.year.map(|year| {
        // A later issue of a year's list takes the place of an earlier one.
        let list = plan.lists.iter().rfind(|list| list.year == year);
        list.map_or_else(Vec::new, |list| list.entries.iter().map(|entry| entry.project.clone()).collect())
    });
    let mut projects: Vec<&Project> = portfolio
        .projects
        .iter()
        .filter(|project| filter.takes(project, view, &below, listed.as_deref()))
        .collect();
    if let Some(sort) = filter.sort {
        projects.sort_by(|a, b| sort.compare(a, b, plan, view.as_of));
    }
    let list = asked.page(view, projects, |project| ProjectLine::of(project, view.as_of));
    found(history.get(&Subject::plan(&code)))?;
    Ok(page(&conditions, &caller, &list_tag(view, Audience::Public), &uri, list))
}
