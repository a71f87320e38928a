//! The forms of what is done with a request: their fields, and what was typed into them.

use app::request::RequestAct;
use domain::code::Code;
use domain::item::Target as Thing;
use domain::planned_date::parse_day;
use domain::portfolio::Portfolio;
use domain::request::{
    CallWay, ClaimState, ClockKind, ExclusionGround, ModeratedPart, ModerationAct, ModerationGround,
    RateParts, RefusalGround, Request, RequestStep, Satisfaction, Solved, Urgency,
};

use super::act::Act;
use super::choices::{self, words_of};
use super::one::target;
use super::public_parts;
use crate::editor::field::{Choice, Control, Field, Typed};
use crate::visit::Visit;

impl Act {
    pub(super) fn fields(self, visit: &Visit, portfolio: &Portfolio, request: &Request) -> Vec<Field> {
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
                let due = request.due(ClockKind::Resolution).map_or(today, |due| due.date());
                let until = due.saturating_add(jiff::Span::new().days(7));
                vec![field("until", Control::Day).required().value(until.to_string()), reason()]
            }
            Self::DecideExtension | Self::DecideBooks => {
                vec![field("decision", decision()), field("note", Control::Area)]
            }
            Self::AskBooks => vec![
                field("link", Control::Text).required(),
                field("until", Control::Day).required(),
                reason(),
            ],
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
            Self::EditPart => vec![
                ground(),
                field("public_part", please(public_parts::choices(&portfolio.plan, request, lang)))
                    .required(),
                field("other_words", Control::Area),
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
        let ground = || {
            ModerationGround::parse(typed.get("moderation_ground"))
                .ok_or_else(|| missing("moderation_ground"))
        };
        let moderate = |act, title, text| Ok(RequestAct::Moderate { act, ground: ground()?, title, text });
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
            Self::AskBooks => {
                RequestAct::AskBooks { link: thing("link")?, until: day("until")?, reason: must("reason")? }
            }
            Self::DecideBooks => RequestAct::DecideBooks { granted, note: text("note") },
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
            Self::EditPart => RequestAct::ModeratePart {
                part: ModeratedPart::parse(typed.get("public_part")).ok_or_else(|| missing("public_part"))?,
                ground: ground()?,
                text: text("other_words"),
            },
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
    /// The field of its form that a refusal is told at; none where it is told of the whole form.
    pub(super) fn field_of(self, refused: &str) -> &str {
        match refused {
            "reason" if self == Self::Step(RequestStep::Refuse) => "refuse_why",
            "part" => "public_part",
            "state" | "moderation" | "publication" | "parent" => "",
            claim if claim.starts_with("exclusion_") => "",
            asked if asked.starts_with("extension_") || asked.starts_with("books_") => "",
            "parts" if self == Self::DecideExclusion => "granted_parts",
            "text" if self == Self::Edit => "public_text",
            "title" | "text" | "intake" if self == Self::Divide => "matter",
            other => other,
        }
    }
}
