//! Doing something with a request: what is offered to whom, its form, and what became of it.

use app::request::{RequestAct, Suggestions};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::authorize::item_registering;
use domain::code::Code;
use domain::item::{ItemKind, Target as Thing};
use domain::plan::Plan;
use domain::planned_date::parse_day;
use domain::policy::{Action, Target};
use domain::portfolio::Portfolio;
use domain::request::appeal::find as find_claim;
use domain::request::hints::{Hint, Question, hints};
use domain::request::rate::RateRow;
use domain::request::workflow;
use domain::request::{
    CallWay, ClaimState, ClaimStep, ClockKind, ExclusionGround, ModerationAct, ModerationGround, RateParts,
    RefusalGround, ReplyTemplate, Request, RequestState, RequestStep, Satisfaction, Solved, Urgency,
};
use domain::subject::Subject;
use store::EntryFilter;
use words::Lang;

use super::appeals::said;
use super::choices::{self, words_of};
use super::one::target;
use super::suggested::suggested;
use super::{hold, reply};
use crate::editor::book::Book;
use crate::editor::change::seen;
use crate::editor::field::{Choice, Control, Field, Typed};
use crate::editor::page::{Filled, known_code};
use crate::editor::sheet::{Sheet, is_conflict, meanwhile, refused, refused_status};
use crate::error::PageError;
use crate::ledger::act::source;
use crate::ledger::staff_only;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::{day, word};

/// That the hints to an answer were shown.
const LOOKED: &str = "1";

/// What may be done besides moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Step(RequestStep),
    Contact,
    Note,
    CallBack,
    AskExtension,
    DecideExtension,
    AskExclusion,
    DecideExclusion,
    Appeal,
    WithdrawExclusion,
    Publish,
    Hide,
    Edit,
    Undo,
    Categorise,
    Locate,
    Support,
    DropSupport,
    Link,
    DropLink,
    Divide,
}

const OTHERS: [(Act, &str); 20] = [
    (Act::Contact, "contact"),
    (Act::Note, "note"),
    (Act::CallBack, "call-back"),
    (Act::AskExtension, "ask-extension"),
    (Act::DecideExtension, "decide-extension"),
    (Act::AskExclusion, "ask-exclusion"),
    (Act::DecideExclusion, "decide-exclusion"),
    (Act::Appeal, "appeal"),
    (Act::WithdrawExclusion, "withdraw-exclusion"),
    (Act::Publish, "publish"),
    (Act::Hide, "hide"),
    (Act::Edit, "edit"),
    (Act::Undo, "undo"),
    (Act::Categorise, "categorise"),
    (Act::Locate, "locate"),
    (Act::Support, "support"),
    (Act::DropSupport, "drop-support"),
    (Act::Link, "link"),
    (Act::DropLink, "drop-link"),
    (Act::Divide, "divide"),
];

/// Something that may be done now.
pub(super) struct Offer {
    pub title: String,
    pub address: String,
    /// Done by one press, without a form.
    pub at_once: bool,
    /// Stands in the first row.
    pub first: bool,
    pub quiet: bool,
}

impl Act {
    pub(super) fn key(self) -> String {
        match self {
            Self::Step(step) => format!("step-{}", step.as_str().replace('_', "-")),
            other => {
                OTHERS.iter().find(|(act, _)| *act == other).map_or(String::new(), |(_, key)| (*key).into())
            }
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        if let Some(step) = text.strip_prefix("step-") {
            return RequestStep::parse(&step.replace('-', "_")).map(Self::Step);
        }
        OTHERS.iter().find(|(_, key)| *key == text).map(|(act, _)| *act)
    }

    pub(super) fn title(self, lang: Lang) -> String {
        match self {
            Self::Step(step) => word(lang, "request-step", step.as_str()),
            other => words::text(lang, &format!("request-act-{}", other.key())).into_owned(),
        }
    }

    /// Whether it makes sense as the request stands.
    fn fits(self, visit: &Visit, request: &Request, plan: &Plan) -> bool {
        let claim = |step| find_claim(request.claim(), step).is_some();
        let has_unit = request.lead_unit.is_some();
        let pending = |granted: Option<Option<bool>>| granted == Some(None);
        match self {
            Self::Step(step) => request.leads_to(step).is_some(),
            Self::Note => true,
            Self::Contact => has_unit && (request.state.is_open() || request.state == RequestState::Merged),
            Self::CallBack => match request.state {
                RequestState::Answered => true,
                RequestState::Merged => request.answer().is_some(),
                _ => false,
            },
            Self::AskExtension => has_unit && request.state.is_open() && request.reopened == 0,
            Self::DecideExtension => pending(request.extension.as_ref().map(|it| it.granted)),
            Self::AskExclusion => {
                let due = request.due(ClockKind::Resolution).map(|due| due.date());
                claim(ClaimStep::Ask)
                    && request.first_resolution.is_some()
                    && due.is_none_or(|due| plan.first_published(due).is_none())
            }
            Self::DecideExclusion => request.claim().is_open(),
            Self::Appeal => {
                let today = visit.app.clock().today();
                claim(ClaimStep::Appeal)
                    && request
                        .appeal_window(plan)
                        .is_some_and(|(_, window)| (window.opens..=window.closes).contains(&today))
            }
            Self::WithdrawExclusion => claim(ClaimStep::Withdraw),
            // What moderation hid is shown again by undoing that.
            Self::Publish => request.may_be_public && request.published != Some(true) && !request.is_hidden(),
            Self::Hide => request.may_be_public && request.published != Some(false) && !request.is_hidden(),
            Self::Edit => request.is_public(),
            Self::Undo => !request.moderation.is_empty() && !request.wordless,
            Self::Categorise | Self::Locate => request.state.is_open(),
            Self::Support => has_unit && request.state.is_open(),
            Self::DropSupport => !request.supporting_units.is_empty() && request.state.is_open(),
            Self::Link => request.state != RequestState::Merged,
            // What it waits for stays with it while it waits.
            Self::DropLink => match request.state {
                RequestState::Merged => false,
                RequestState::OnTheBooks => request.links.len() > 1,
                _ => !request.links.is_empty(),
            },
            Self::Divide => request.state.is_open() && request.parent.is_none(),
        }
    }

    /// Any of these lets somebody do it.
    fn needs(self, request: &Request) -> Vec<Action> {
        match self {
            Self::Step(step) => workflow::find(request.state, step)
                .map_or(Vec::new(), |held| held.who.iter().filter_map(|who| who.needs()).collect()),
            Self::Contact | Self::Note => {
                vec![Action::HandleRequest, Action::TakeRequest, Action::SuperviseItem]
            }
            Self::Support | Self::DropSupport | Self::Link | Self::DropLink => {
                vec![Action::TakeRequest, Action::HandleRequest, Action::SuperviseItem]
            }
            Self::AskExtension | Self::AskExclusion | Self::Appeal | Self::WithdrawExclusion => {
                vec![Action::HandleRequest]
            }
            Self::DecideExtension | Self::DecideExclusion => vec![Action::SuperviseItem],
            Self::CallBack
            | Self::Publish
            | Self::Hide
            | Self::Edit
            | Self::Undo
            | Self::Categorise
            | Self::Locate
            | Self::Divide => {
                vec![Action::TakeRequest]
            }
        }
    }

    fn is_open_to(self, visit: &Visit, request: &Request, plan: &Plan, target: &Target) -> bool {
        // The unit that a request counts against need not have it any more.
        let of = match self {
            Self::Appeal => Some(request.appeal_window(plan).map(|(unit, _)| unit)),
            Self::AskExclusion => Some(RateRow::of(request).map(|row| row.unit)),
            Self::WithdrawExclusion => Some(request.open_claim().map(|claim| claim.unit.clone())),
            _ => None,
        };
        let target = match of {
            Some(lead_unit) => Target { lead_unit, supporting_units: Vec::new(), ..target.clone() },
            None => target.clone(),
        };
        self.fits(visit, request, plan)
            && self.needs(request).into_iter().any(|action| visit.actor.may(action, &target))
    }

    fn all(request: &Request) -> impl Iterator<Item = Self> + use<> {
        let steps: Vec<Self> = workflow::next(request.state).map(|held| Self::Step(held.step)).collect();
        steps.into_iter().chain(OTHERS.into_iter().map(|(act, _)| act))
    }

    fn is_first(self) -> bool {
        matches!(
            self,
            Self::Step(_) | Self::Contact | Self::CallBack | Self::DecideExtension | Self::DecideExclusion
        )
    }

    fn is_quiet(self) -> bool {
        matches!(
            self,
            Self::Step(
                RequestStep::AskReturn
                    | RequestStep::Refuse
                    | RequestStep::Withdraw
                    | RequestStep::Merge
                    | RequestStep::AskReopen
                    | RequestStep::RejectReturn
                    | RequestStep::RejectReopen
                    | RequestStep::Redispatch
                    | RequestStep::AskResident
                    | RequestStep::PutOnBooks
            )
        )
    }

    fn at_once(self) -> bool {
        matches!(
            self,
            Self::Publish
                | Self::Step(
                    RequestStep::Accept
                        | RequestStep::Start
                        | RequestStep::Resume
                        | RequestStep::Unmerge
                        | RequestStep::TakeOffBooks
                )
        )
    }

    fn fields(self, visit: &Visit, portfolio: &Portfolio, request: &Request) -> Vec<Field> {
        let lang = visit.lang;
        let field = |name: &str, control| {
            Field::new(lang, name, &format!("request-field-{}", name.replace('_', "-")), control)
        };
        let reason = || field("reason", Control::Area).required();
        let please = |list: Vec<Choice>| {
            let mut out = vec![Choice::new("", visit.t("choice-please"))];
            out.extend(list);
            Control::Select(out)
        };
        let ways = || {
            let all = CallWay::ALL.iter().filter(|way| **way != CallWay::Link).map(|way| way.as_str());
            Control::Select(words_of(lang, "call-way", all))
        };
        let decision = || {
            Control::Select(vec![
                Choice::new("yes", visit.t("request-field-granted")),
                Choice::new("no", visit.t("request-field-refused")),
            ])
        };
        let unknown = |list: Vec<Choice>| {
            let mut out = vec![Choice::new("", visit.t("request-field-unknown"))];
            out.extend(list);
            Control::Select(out)
        };
        let unit = || {
            let value = self.suggested_unit(portfolio, request);
            field("unit", Control::Select(choices::units(portfolio, lang, "choice-please")))
                .required()
                .value(value)
        };
        let today = visit.app.clock().today();
        let ground = || {
            let grounds = ModerationGround::ALL.iter().map(|it| it.as_str());
            field("moderation_ground", please(words_of(lang, "moderation-ground", grounds))).required()
        };
        match self {
            Self::Step(step) if step.gives() => {
                let why = field("reason", Control::Area);
                vec![unit(), if step.needs_reason() { why.required() } else { why }]
            }
            Self::Step(RequestStep::AskResident) => vec![field("question", Control::Area).required()],
            Self::Step(RequestStep::Answer) => vec![field("answer", Control::Area).required()],
            Self::Step(RequestStep::Refuse) => {
                let grounds = RefusalGround::ALL.iter().map(|it| it.as_str());
                vec![
                    field("ground", please(words_of(lang, "refusal-ground", grounds))).required(),
                    field("refuse_why", Control::Area).required(),
                ]
            }
            Self::Step(RequestStep::Merge) => vec![field("master", Control::Text).required()],
            Self::Step(RequestStep::PutOnBooks) => vec![
                field("link", Control::Text).required(),
                field("until", Control::Day).required(),
                field("reason", Control::Area),
            ],
            Self::Step(step) if step.needs_reason() => vec![reason()],
            Self::Step(_) => vec![field("reason", Control::Area)],
            Self::Contact => vec![field("way", ways()), field("text", Control::Area)],
            Self::Note => vec![field("text", Control::Area).required()],
            Self::CallBack => {
                let yes_no = vec![Choice::new("yes", visit.t("my-yes")), Choice::new("no", visit.t("my-no"))];
                let reached = Control::Select(vec![
                    Choice::new("yes", visit.t("request-field-reached")),
                    Choice::new("no", visit.t("request-event-unreached")),
                ]);
                vec![
                    field("way", ways()),
                    field("reached", reached).value("yes"),
                    field("contacted", unknown(yes_no)),
                    field(
                        "solved",
                        unknown(words_of(lang, "solved", Solved::ALL.iter().map(|it| it.as_str()))),
                    ),
                    field(
                        "satisfaction",
                        unknown(words_of(
                            lang,
                            "satisfaction",
                            Satisfaction::ALL.iter().map(|it| it.as_str()),
                        )),
                    ),
                    field("text", Control::Area),
                ]
            }
            Self::AskExtension => {
                let due = request.due(domain::request::ClockKind::Resolution).map_or(today, |due| due.date());
                let until = due.saturating_add(jiff::Span::new().days(7));
                vec![field("until", Control::Day).required().value(until.to_string()), reason()]
            }
            Self::DecideExtension => vec![field("decision", decision()), field("note", Control::Area)],
            Self::DecideExclusion => {
                let note = field("note", Control::Area);
                let parts = request.open_claim().map_or(RateParts::ALL, |claim| claim.parts);
                let choices = words_of(lang, "rate-part", parts.iter().map(|part| part.as_str()));
                let appealed = request.claim() == ClaimState::Appealed;
                vec![
                    field("decision", decision()),
                    field("granted_parts", Control::Checks(choices)).value(parts.to_text()),
                    if appealed { note.required() } else { note },
                ]
            }
            Self::AskExclusion | Self::Appeal => {
                let grounds = ExclusionGround::ALL.iter().map(|it| it.as_str());
                let mut out =
                    vec![field("ground", please(words_of(lang, "exclusion-ground", grounds))).required()];
                if self == Self::Appeal {
                    let left = RateParts::ALL.iter().filter(|part| !request.left_out().has(*part));
                    let choices = words_of(lang, "rate-part", left.map(|part| part.as_str()));
                    out.push(field("parts", Control::Checks(choices)).required());
                }
                out.push(reason());
                if self == Self::Appeal {
                    out.push(field("evidence", Control::Area).required());
                }
                out
            }
            Self::WithdrawExclusion => vec![reason()],
            Self::Publish => Vec::new(),
            Self::Hide if request.published == Some(true) => vec![ground()],
            Self::Hide => vec![reason()],
            Self::Edit => vec![
                ground(),
                field("title", Control::Text).required().value(request.shown_title()),
                field("public_text", Control::Area).required().value(request.shown_text()),
            ],
            Self::Undo => vec![ground()],
            Self::Categorise => {
                let category = request.category.as_ref().map(Code::to_string).unwrap_or_default();
                let urgencies = [Urgency::Ordinary, Urgency::Urgent, Urgency::Immediate];
                vec![
                    field("category", Control::Select(choices::categories(portfolio, lang, "choice-please")))
                        .required()
                        .value(category),
                    field(
                        "urgency",
                        Control::Select(words_of(lang, "urgency", urgencies.iter().map(|it| it.as_str()))),
                    )
                    .value(request.urgency.as_str()),
                ]
            }
            Self::Locate => {
                let area = request.areas.first().map(Code::to_string).unwrap_or_default();
                vec![
                    field("area", Control::Select(choices::all_areas(portfolio, lang, "ask-area-choose")))
                        .required()
                        .value(area),
                    field("address", Control::Text).value(request.address.clone()),
                ]
            }
            Self::Support => vec![unit()],
            Self::DropSupport => {
                let held = request.supporting_units.iter();
                let units = held
                    .map(|unit| Choice::new(unit.as_str(), choices::unit_name(portfolio, Some(unit), lang)));
                vec![field("unit", please(units.collect())).required()]
            }
            Self::Link => vec![field("link", Control::Text).required()],
            Self::DropLink => {
                let links = request.links.iter().map(|thing| {
                    let code = thing.code();
                    let name = portfolio.project(code.as_str()).map_or_else(String::new, |project| {
                        format!("{} ", project.name.get(lang.is_english()))
                    });
                    Choice::new(code.as_str(), format!("{name}{code}"))
                });
                vec![field("linked", please(links.collect())).required()]
            }
            Self::Divide => vec![
                field("matter", Control::Area).required(),
                field("category", Control::Select(choices::categories(portfolio, lang, "choice-please")))
                    .required(),
            ],
        }
    }

    /// Whom the rules would give it to, for the first time.
    fn suggested_unit(self, portfolio: &Portfolio, request: &Request) -> String {
        let Self::Step(RequestStep::Assign) = self else { return String::new() };
        let Some(rules) = &portfolio.plan.request_rules else { return String::new() };
        let areas = target(request, portfolio).areas;
        let at = request.received;
        domain::request::routing::route(rules, &areas, request.category.as_ref(), at).unit.to_string()
    }

    /// What was typed, as an act; else the field at fault. `lead` is the unit that has the request.
    pub(super) fn read(
        self,
        visit: &Visit,
        typed: &Typed,
        portfolio: &Portfolio,
        lead: Option<&Code>,
    ) -> Result<RequestAct, (&'static str, String)> {
        let text = |name: &str| typed.get(name).replace("\r\n", "\n");
        let missing = |name: &'static str| (name, visit.t("field-error-missing").into_owned());
        let must = |name: &'static str| match text(name) {
            given if given.is_empty() => Err(missing(name)),
            given => Ok(given),
        };
        let code = |name: &'static str| Code::new(typed.get(name)).map_err(|_| missing(name));
        let day = |name: &'static str| parse_day(typed.get(name)).ok_or_else(|| missing(name));
        let thing = |name: &'static str| {
            let code = code(name)?;
            // Projects are known by heart; whatever else has that code is an item.
            let project = portfolio.project(code.as_str()).is_some();
            Ok(if project { Thing::Project(code) } else { Thing::Item(code) })
        };
        let way = || CallWay::parse(typed.get("way")).unwrap_or(CallWay::Phone);
        let moderate = |act, title, text| {
            let ground = ModerationGround::parse(typed.get("moderation_ground"))
                .ok_or_else(|| missing("moderation_ground"))?;
            Ok(RequestAct::Moderate { act, ground, title, text })
        };
        let granted = typed.get("decision") == "yes";
        Ok(match self {
            Self::Step(step) if step.gives() => {
                RequestAct::Give { step, unit: code("unit")?, reason: text("reason") }
            }
            Self::Step(RequestStep::AskResident) => RequestAct::AskResident { question: must("question")? },
            Self::Step(RequestStep::Answer) => RequestAct::Answer { text: must("answer")? },
            Self::Step(RequestStep::Refuse) => RequestAct::Refuse {
                ground: RefusalGround::parse(typed.get("ground")).ok_or_else(|| missing("ground"))?,
                reason: must("refuse_why")?,
            },
            Self::Step(RequestStep::Merge) => RequestAct::Merge { master: code("master")? },
            Self::Step(RequestStep::PutOnBooks) => {
                RequestAct::PutOnBooks { link: thing("link")?, until: day("until")?, reason: text("reason") }
            }
            Self::Step(RequestStep::Reopen) => RequestAct::Reopen { reason: text("reason") },
            Self::Step(step) => RequestAct::Step { step, reason: text("reason") },
            Self::Contact => RequestAct::Contact { way: way(), text: text("text") },
            Self::Note => RequestAct::Note { text: must("text")? },
            Self::CallBack => RequestAct::CallBack {
                way: way(),
                reached: typed.get("reached") != "no",
                contacted: match typed.get("contacted") {
                    "yes" => Some(true),
                    "no" => Some(false),
                    _ => None,
                },
                solved: Solved::parse(typed.get("solved")),
                satisfaction: Satisfaction::parse(typed.get("satisfaction")),
                text: text("text"),
            },
            Self::AskExtension => RequestAct::AskExtension { until: day("until")?, reason: must("reason")? },
            Self::DecideExtension => RequestAct::DecideExtension { granted, note: text("note") },
            Self::AskExclusion => RequestAct::AskExclusion {
                ground: ExclusionGround::parse(typed.get("ground")).ok_or_else(|| missing("ground"))?,
                reason: must("reason")?,
                unit: lead.cloned().ok_or_else(|| missing("ground"))?,
            },
            Self::DecideExclusion => RequestAct::DecideExclusion {
                granted,
                note: text("note"),
                parts: Some(RateParts::parse(&typed.joined("granted_parts")).unwrap_or_default()),
            },
            Self::Appeal => RequestAct::Appeal {
                ground: ExclusionGround::parse(typed.get("ground")).ok_or_else(|| missing("ground"))?,
                parts: RateParts::parse(&typed.joined("parts"))
                    .filter(|parts| !parts.is_empty())
                    .ok_or_else(|| missing("parts"))?,
                reason: must("reason")?,
                evidence: must("evidence")?,
            },
            Self::WithdrawExclusion => RequestAct::WithdrawExclusion { reason: must("reason")? },
            Self::Publish => RequestAct::Publish { shown: true, reason: String::new() },
            Self::Hide if typed.has("moderation_ground") => {
                moderate(ModerationAct::Hide, String::new(), String::new())?
            }
            Self::Hide => RequestAct::Publish { shown: false, reason: must("reason")? },
            Self::Edit => moderate(ModerationAct::Edit, must("title")?, must("public_text")?)?,
            Self::Undo => moderate(ModerationAct::Undo, String::new(), String::new())?,
            Self::Categorise => RequestAct::Categorise {
                category: code("category")?,
                urgency: Urgency::parse(typed.get("urgency")).unwrap_or(Urgency::Ordinary),
            },
            Self::Locate => RequestAct::Locate { area: code("area")?, address: text("address") },
            Self::Support => RequestAct::Support { unit: code("unit")?, active: true },
            Self::DropSupport => RequestAct::Support { unit: code("unit")?, active: false },
            Self::Link => RequestAct::Link { to: thing("link")?, held: true },
            Self::DropLink => RequestAct::Link { to: thing("linked")?, held: false },
            Self::Divide => RequestAct::Divide { text: must("matter")?, category: code("category")? },
        })
    }
}

/// Everything that this reader may do now.
pub(super) fn offers(visit: &Visit, request: &Request, plan: &Plan, target: &Target) -> Vec<Offer> {
    let here =
        target.plan.as_ref().map(|plan| format!("/p/{plan}/requests/{}", request.code)).unwrap_or_default();
    Act::all(request)
        .filter(|act| act.is_open_to(visit, request, plan, target))
        .map(|act| Offer {
            title: act.title(visit.lang),
            address: format!("{here}/{}", act.key()),
            at_once: act.at_once(),
            first: act.is_first(),
            quiet: act.is_quiet(),
        })
        .chain(whistle(visit, request, target))
        .collect()
}

/// What is more than one office can settle: the departments are called to the spot.
fn whistle(visit: &Visit, request: &Request, target: &Target) -> Option<Offer> {
    let plan = target.plan.as_ref()?;
    let may = visit.actor.may(item_registering(ItemKind::Whistle), target);
    (may && request.state.is_open() && request.lead_unit.is_some()).then(|| Offer {
        title: visit.t("request-act-whistle").into_owned(),
        address: format!("/p/{plan}/items/new/whistle?request={}", request.code),
        at_once: false,
        first: true,
        quiet: true,
    })
}

/// A request with what its forms need.
struct Opened {
    plan: Code,
    code: Code,
    act: Act,
    request: Request,
    portfolio: std::sync::Arc<Portfolio>,
    /// What its text speaks for, where that is what is decided.
    found: Suggestions,
}

impl Opened {
    async fn new(visit: &Visit, plan: &str, code: &str, act: &str) -> Result<Self, PageError> {
        let (plan, code) = (known_code(plan)?, known_code(code)?);
        let act = Act::parse(act).ok_or(app::AppError::NotFound)?;
        staff_only(visit)?;
        let now = app::read::Asked::default();
        let portfolio = visit.app.portfolio(&plan, now).await?;
        let (request, _) = visit.app.request(&plan, &code, now).await?;
        let found = match act {
            Act::Categorise => visit.app.suggest_of_request(&plan, &request).await?,
            Act::Step(step) if step.gives() => visit.app.suggest_of_request(&plan, &request).await?,
            _ => Suggestions::default(),
        };
        Ok(Self { plan, code, act, request, portfolio, found })
    }

    fn allowed(&self, visit: &Visit) -> Result<(), PageError> {
        let plan = &self.portfolio.plan;
        if !self.act.fits(visit, &self.request, plan) {
            return Err(PageError::not_now().in_lang(visit.lang));
        }
        let target = target(&self.request, &self.portfolio);
        match self.act.needs(&self.request).first() {
            Some(_) if self.act.is_open_to(visit, &self.request, plan, &target) => Ok(()),
            Some(action) => Err(visit.forbidden(*action)),
            None => Err(PageError::not_now().in_lang(visit.lang)),
        }
    }

    fn here(&self) -> String {
        format!("/p/{}/requests/{}", self.plan, self.code)
    }

    fn sheet(&self, visit: &Visit) -> Sheet {
        let title = self.act.title(visit.lang);
        let mut sheet = Sheet::new(format!("{}/{}", self.here(), self.act.key()), self.here(), title.clone());
        sheet.intro = self.request.title.clone();
        sheet = sheet.hidden("version", self.request.version.to_string());
        let mut sheet = sheet.group(title, self.act.fields(visit, &self.portfolio, &self.request));
        self.propose(visit, &mut sheet);
        if let Some(group) = sheet.groups.first_mut()
            && let Some(note) = self.claimed(visit)
        {
            group.note = note;
        }
        if self.act == Act::Step(RequestStep::Answer)
            && let Some(group) = sheet.groups.first_mut()
        {
            group.note = visit.t("hint-good-answer").into_owned();
        }
        sheet
    }

    /// What is to be decided, or until when it may be asked for.
    fn claimed(&self, visit: &Visit) -> Option<String> {
        match self.act {
            Act::DecideExclusion => {
                let claim = self.request.open_claim()?;
                Some(said(visit, &self.portfolio, claim).join("\n"))
            }
            Act::Appeal => {
                let (_, window) = self.request.appeal_window(&self.portfolio.plan)?;
                Some(visit.tw("appeal-until", &[("day", &day(visit.lang, window.closes))]))
            }
            _ => None,
        }
    }

    /// What an answer may still lack.
    fn hints(&self, answer: &str) -> Vec<Hint> {
        let names: Vec<&str> = target(&self.request, &self.portfolio)
            .areas
            .iter()
            .filter_map(|code| self.portfolio.areas.get(code))
            .flat_map(|area| [area.name.zh.as_str(), area.name.en.as_str()])
            .collect();
        let answers: Vec<&str> = self.request.answers.iter().map(|(_, text)| text.as_str()).collect();
        let question = Question {
            kind: self.request.kind,
            title: &self.request.title,
            text: &self.request.text,
            address: &self.request.address,
            areas: &names,
            answers: &answers,
        };
        hints(question, answer)
    }

    /// Puts what the text speaks for where it is decided, with the words that decided.
    fn propose(&self, visit: &Visit, sheet: &mut Sheet) {
        if let Some(best) = self.found.sure().filter(|_| self.act == Act::Categorise)
            && self.request.category.is_none()
            && let Some(field) = sheet.field_mut("category")
        {
            field.value = best.category.to_string();
        }
        let said = suggested(visit, &self.portfolio, &self.request, &self.found);
        let lines: Vec<String> =
            said.into_iter().map(|it| format!("{} · {}", it.title, it.lines.join(" · "))).collect();
        if let Some(group) = sheet.groups.first_mut() {
            group.note = lines.join("\n");
        }
    }

    /// The step whose text may begin from a template.
    fn replies_to(&self) -> Option<RequestStep> {
        match self.act {
            Act::Step(step) if ReplyTemplate::STEPS.contains(&step) => Some(step),
            _ => None,
        }
    }

    async fn form(
        &self,
        visit: &Visit,
        status: StatusCode,
        sheet: Sheet,
        (chosen, used): (&str, String),
    ) -> Result<Response, PageError> {
        let title = format!("{} · {}", self.act.title(visit.lang), self.code);
        let holders = visit.app.hold_request(&visit.actor, &self.plan, &self.code).await?;
        let replies = self
            .replies_to()
            .map_or_else(Vec::new, |step| reply::choices(&self.portfolio, &self.request, step, visit.lang));
        let shown = ActPage {
            page: visit.page(&title),
            title,
            code: self.code.to_string(),
            here: self.here(),
            holders: hold::told(visit, holders).await?,
            replies,
            chosen: chosen.to_owned(),
            used,
            sheet,
        };
        render(status, &shown)
    }

    /// The form again, with what others recorded while it was open.
    async fn conflict(&self, visit: &Visit, typed: &Typed, mut sheet: Sheet) -> Result<Response, PageError> {
        let book = Book::of_plan(visit.lang, self.portfolio.clone());
        let subject = Subject::request(&self.plan, &self.code);
        let filter = EntryFilter { subject: Some(subject), ..EntryFilter::default() };
        let entries = visit.app.entries(filter, None, MEANWHILE_MOST).await?;
        let signers = visit.app.signers().await?;
        sheet.meanwhile = meanwhile(&book, &signers, &entries.items, seen(typed));
        sheet.submit = visit.t("edit-save-again").into_owned();
        self.form(visit, StatusCode::CONFLICT, sheet, ("", String::new())).await
    }
}

/// As many of what others recorded are listed; the history tells the rest.
const MEANWHILE_MOST: usize = 20;

#[derive(Template)]
#[template(path = "requests/act.html")]
struct ActPage {
    page: Page,
    title: String,
    code: String,
    here: String,
    holders: Vec<String>,
    replies: Vec<Choice>,
    chosen: String,
    /// What is said once a template was filled in.
    used: String,
    sheet: Sheet,
}

pub async fn show(
    visit: Visit,
    Path((plan, code, act)): Path<(String, String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let opened = Opened::new(&visit, &plan, &code, &act).await?;
    opened.allowed(&visit)?;
    let (mut sheet, typed) = (opened.sheet(&visit), Typed(query));
    let chosen = typed.get("reply");
    let mut used = String::new();
    if let Some(step) = opened.replies_to().filter(|_| !chosen.is_empty()) {
        match reply::filled(&opened.portfolio, &opened.request, step, chosen, visit.lang) {
            Some((name, text)) => {
                if let Some(field) = sheet.field_mut(reply::field_of(step)) {
                    field.value = text;
                }
                used = visit.tw("reply-used", &[("name", &name)]);
            }
            None => sheet.fault("", visit.t("reply-none-fits").into_owned()),
        }
    }
    opened.form(&visit, StatusCode::OK, sheet, (chosen, used)).await
}

pub async fn save(
    visit: Visit,
    Path((plan, code, act)): Path<(String, String, String)>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let opened = Opened::new(&visit, &plan, &code, &act).await?;
    // What others did meanwhile may have made the act impossible: that is told, not only refused.
    let expected = typed.has("version").then(|| seen(&typed));
    let changed = expected.is_some_and(|seen| seen != opened.request.version);
    if !changed {
        opened.allowed(&visit)?;
    }
    let mut sheet = opened.sheet(&visit);
    sheet.refill(&typed);
    if changed {
        return opened.conflict(&visit, &typed, sheet).await;
    }
    let nothing = || ("", String::new());
    let wanted = match opened.act.read(&visit, &typed, &opened.portfolio, opened.request.lead_unit.as_ref()) {
        Ok(wanted) => wanted,
        Err((field, message)) => {
            sheet.fault(field, message);
            return opened.form(&visit, StatusCode::UNPROCESSABLE_ENTITY, sheet, nothing()).await;
        }
    };
    if let RequestAct::Answer { text } = &wanted {
        // Once: whoever has read the hints knows better.
        let hints = opened.hints(text);
        if !hints.is_empty() && typed.get("looked") != LOOKED {
            let key = |hint: &Hint| format!("hint-{}", hint.as_str().replace('_', "-"));
            sheet.hints = hints.iter().map(|hint| visit.t(&key(hint)).into_owned()).collect();
            sheet.submit = visit.t("hint-send-anyway").into_owned();
            sheet = sheet.hidden("looked", LOOKED);
            return opened.form(&visit, StatusCode::OK, sheet, nothing()).await;
        }
    }
    let at = (&opened.code, expected);
    let done = visit.app.act_on_request_seen(&visit.actor, &opened.plan, at, wanted, source(&visit)).await;
    match done {
        Ok(acted) => {
            visit.app.release_request(&visit.actor, &opened.plan, &opened.code).await?;
            let to = format!("{}?done=1&others={}", opened.here(), acted.others);
            Ok(Redirect::to(&to).into_response())
        }
        Err(error) => {
            let refusals = refused(error)?;
            if is_conflict(&refusals) {
                // Somebody was quicker by a hair.
                let afresh = Opened::new(&visit, &plan, &code, &act).await?;
                let mut sheet = afresh.sheet(&visit);
                sheet.refill(&typed);
                return afresh.conflict(&visit, &typed, sheet).await;
            }
            for refusal in &refusals {
                let field = match refusal.field.as_str() {
                    "reason" if opened.act == Act::Step(RequestStep::Refuse) => "refuse_why",
                    "state" | "moderation" | "publication" => "",
                    claim if claim.starts_with("exclusion_") => "",
                    "parts" if opened.act == Act::DecideExclusion => "granted_parts",
                    "text" if opened.act == Act::Edit => "public_text",
                    "title" | "text" | "intake" if opened.act == Act::Divide => "matter",
                    "parent" => "",
                    other => other,
                };
                sheet.fault(field, words::refusal(visit.lang, refusal));
            }
            opened.form(&visit, refused_status(&refusals), sheet, nothing()).await
        }
    }
}
