//! What is done with a request: which acts there are, and what is offered to whom.

use domain::authorize::item_registering;
use domain::item::ItemKind;
use domain::plan::Plan;
use domain::policy::{Action, Target};
use domain::request::appeal::find as find_claim;
use domain::request::rate::RateRow;
use domain::request::workflow;
use domain::request::{ClaimStep, ClockKind, Request, RequestState, RequestStep};
use words::Lang;

use crate::visit::Visit;
use crate::words_of::word;

/// What may be done besides moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Step(RequestStep),
    Contact,
    Note,
    CallBack,
    AskExtension,
    DecideExtension,
    AskBooks,
    DecideBooks,
    AskExclusion,
    DecideExclusion,
    Appeal,
    WithdrawExclusion,
    Publish,
    Hide,
    Edit,
    EditPart,
    Undo,
    Categorise,
    Locate,
    Support,
    DropSupport,
    Link,
    DropLink,
    Divide,
}

const OTHERS: [(Act, &str); 23] = [
    (Act::Contact, "contact"),
    (Act::Note, "note"),
    (Act::CallBack, "call-back"),
    (Act::AskExtension, "ask-extension"),
    (Act::DecideExtension, "decide-extension"),
    (Act::AskBooks, "ask-books"),
    (Act::DecideBooks, "decide-books"),
    (Act::AskExclusion, "ask-exclusion"),
    (Act::DecideExclusion, "decide-exclusion"),
    (Act::Appeal, "appeal"),
    (Act::WithdrawExclusion, "withdraw-exclusion"),
    (Act::Publish, "publish"),
    (Act::Hide, "hide"),
    (Act::Edit, "edit"),
    (Act::EditPart, "edit-part"),
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
    pub(super) fn fits(self, visit: &Visit, request: &Request, plan: &Plan) -> bool {
        let claim = |step| find_claim(request.claim(), step).is_some();
        let has_unit = request.lead_unit.is_some();
        match self {
            // Whoever asked is called back on first, or has had their days.
            Self::Step(RequestStep::Close) => {
                let days = plan.request_rules.as_ref().map_or(0, |rules| rules.call_back_days);
                request.leads_to(RequestStep::Close).is_some()
                    && request.may_be_closed(days, visit.app.clock().today())
            }
            Self::Step(step) => request.leads_to(step).is_some(),
            Self::Note => true,
            Self::Contact => has_unit && (request.state.is_open() || request.state == RequestState::Merged),
            Self::CallBack => match request.state {
                RequestState::Answered => true,
                RequestState::Merged => request.answer().is_some(),
                _ => false,
            },
            Self::AskExtension => {
                let most = plan.request_rules.as_ref().map_or(0, |rules| u32::from(rules.extensions_most));
                has_unit
                    && request.state.is_open()
                    && request.reopened == 0
                    && request.open_extension().is_none()
                    && request.next_extension() <= most
            }
            Self::DecideExtension => request.open_extension().is_some(),
            Self::AskBooks => {
                request.leads_to(RequestStep::PutOnBooks).is_some() && request.open_booking().is_none()
            }
            // It may be refused while something is asked of whoever made the request, too.
            Self::DecideBooks => request.open_booking().is_some(),
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
            Self::EditPart => request.is_public() && !request.public_parts(plan).is_empty(),
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
    pub(super) fn needs(self, request: &Request) -> Vec<Action> {
        match self {
            Self::Step(step) => workflow::find(request.state, step)
                .map_or(Vec::new(), |held| held.who.iter().filter_map(|who| who.needs()).collect()),
            Self::Contact | Self::Note => {
                vec![Action::HandleRequest, Action::TakeRequest, Action::SuperviseItem]
            }
            Self::Support | Self::DropSupport | Self::Link | Self::DropLink => {
                vec![Action::TakeRequest, Action::HandleRequest, Action::SuperviseItem]
            }
            Self::AskExtension
            | Self::AskBooks
            | Self::AskExclusion
            | Self::Appeal
            | Self::WithdrawExclusion => vec![Action::HandleRequest],
            Self::DecideExtension | Self::DecideBooks | Self::DecideExclusion => {
                vec![Action::SuperviseItem]
            }
            Self::CallBack
            | Self::Publish
            | Self::Hide
            | Self::Edit
            | Self::EditPart
            | Self::Undo
            | Self::Categorise
            | Self::Locate
            | Self::Divide => {
                vec![Action::TakeRequest]
            }
        }
    }

    pub(super) fn is_open_to(self, visit: &Visit, request: &Request, plan: &Plan, target: &Target) -> bool {
        // The unit that a request counts against need not have it any more.
        let of = match self {
            Self::Appeal => Some(request.appeal_window(plan).map(|(unit, _)| unit)),
            Self::AskExclusion => Some(RateRow::of(request).map(|row| row.unit)),
            Self::WithdrawExclusion => Some(request.open_claim().map(|claim| claim.unit.clone())),
            _ => None,
        };
        let target = match of {
            Some(lead_unit) => Target { lead_unit, supporting_units: Vec::new(), ..target.clone() },
            // One unit leads: those who help it do not move it.
            None if matches!(self, Self::Step(_) | Self::AskExtension | Self::AskBooks) => {
                Target { supporting_units: Vec::new(), ..target.clone() }
            }
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
            Self::Step(_)
                | Self::Contact
                | Self::CallBack
                | Self::DecideExtension
                | Self::DecideBooks
                | Self::DecideExclusion
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
                    RequestStep::Accept | RequestStep::Start | RequestStep::Resume | RequestStep::Unmerge
                )
        )
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
