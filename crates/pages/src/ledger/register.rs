//! Putting an item on the books.

use app::request::matter_name;
use app::{AppError, Change};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::authorize::item_registering;
use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::history::{SubjectHistory, View};
use domain::item::kind::{
    InspectionWay, ItemKind, Level, Part, Party, ReportInForm, Series, Urgency, WhistleKind,
};
use domain::item::{End, Item, ItemFact, Relation, Target};
use domain::journal::Seq;
use domain::named::Named;
use domain::request::{Request, RequestFact};
use domain::subject::Subject;
use jiff::civil::DateTime;
use words::Lang;

use super::act::source;
use super::form::{Form, field_of, level_field, moment, must, must_text};
use super::from_gap::{FromGap, GapAt};
use super::from_point::{FromPoint, PointAt};
use super::line::register_of;
use super::list::staff_only;
use crate::editor::book::{Book, label_key};
use crate::editor::change::own_unit;
use crate::editor::field::{Choice, Control, Field, Typed};
use crate::editor::page::{Filled, done, form_page, known_code};
use crate::editor::reader::{Mistake, Reader};
use crate::editor::sheet::{Sheet, refused, refused_status};
use crate::editor::topic::Pick;
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::word;

/// The kinds that a person may put on the books. Reports and returns come from their periods, and slips
/// from what they remind of.
pub fn may_register(visit: &Visit) -> impl Iterator<Item = ItemKind> + '_ {
    ItemKind::ALL
        .iter()
        .copied()
        .filter(|kind| !matches!(kind, ItemKind::Report | ItemKind::Return | ItemKind::Slip))
        .filter(|kind| visit.actor.may_somewhere(item_registering(*kind)))
}

#[derive(Template)]
#[template(path = "ledger/choose.html")]
struct ChoosePage {
    page: Page,
    kinds: Vec<(String, String, String)>,
}

pub async fn choose(visit: Visit, Path(plan): Path<String>) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    staff_only(&visit)?;
    visit.portfolio(&plan).await?;
    let kinds = may_register(&visit)
        .map(|kind| {
            let key = kind.as_str().replace('_', "-");
            (
                format!("/p/{plan}/items/new/{key}"),
                word(visit.lang, "item-kind", kind.as_str()),
                visit.t(&format!("item-about-{key}")).into_owned(),
            )
        })
        .collect();
    render(StatusCode::OK, &ChoosePage { page: visit.page(visit.t("item-add")), kinds })
}

/// Where an item of a kind begins: what it is linked to from the start.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct Origin {
    from: String,
    relation: String,
    /// The area that it is put on the books for.
    area: String,
    /// The resident's request that it arises from.
    request: String,
}

struct Opened {
    book: Book,
    plan: Code,
    kind: ItemKind,
    blank: Item,
    title: String,
    /// What it begins at, with the version that was looked at.
    origin: Option<(Item, Relation)>,
    /// The resident's request that it arises from.
    request: Option<Request>,
    /// The point of a joint review that it is about.
    point: Option<FromPoint>,
    /// The gap that it sees to.
    gap: Option<FromGap>,
}

impl Opened {
    async fn new(
        visit: &Visit,
        plan: &str,
        kind: &str,
        from: &Origin,
        (at, gap): (&PointAt, &GapAt),
    ) -> Result<Self, PageError> {
        let plan = known_code(plan)?;
        staff_only(visit)?;
        let kind = ItemKind::parse(&kind.replace('-', "_")).ok_or(AppError::NotFound)?;
        if !may_register(visit).any(|held| held == kind) {
            return Err(visit.forbidden(item_registering(kind)));
        }
        let portfolio = visit.app.portfolio(&plan, app::read::Asked::default()).await?;
        let name = word(visit.lang, "item-kind", kind.as_str());
        let origin = match (Code::new(&from.from), Relation::parse(&from.relation)) {
            (Ok(code), Some(relation)) => {
                let (item, _) = visit.app.item(&plan, &code, app::read::Asked::default()).await?;
                Some((item, relation))
            }
            _ => None,
        };
        let request = match Code::new(&from.request) {
            Ok(code) if Relation::ArisesFrom.allows(kind, End::Request) => {
                Some(visit.app.request(&plan, &code, app::read::Asked::default()).await?.0)
            }
            _ => None,
        };
        let today = visit.app.clock().today();
        let gap = if kind.is_task() { FromGap::find(visit, &portfolio, gap).await? } else { None };
        Ok(Self {
            gap,
            origin,
            request,
            point: FromPoint::find(visit.lang, &portfolio, at, today).filter(|_| kind.is_task()),
            book: Book::of_plan(visit.lang, portfolio),
            blank: blank(&plan, kind).ok_or(AppError::NotFound)?,
            title: visit.tw("item-register", &[("kind", &name)]),
            plan,
            kind,
        })
    }

    fn form(&self, visit: &Visit) -> Form<'_> {
        let now = visit.app.wall();
        Form { book: &self.book, item: &self.blank, own_unit: own_unit(&visit.actor), now }
    }

    /// Choices that must be made though the rules could do without.
    fn missing(&self, facts: &[ItemFact]) -> Vec<&'static str> {
        let has = |wanted: &str| facts.iter().any(|fact| fact.slot() == wanted);
        let asked: &[(&str, &'static str)] = match self.kind {
            ItemKind::Whistle => &[("whistle_kind", "whistle")],
            ItemKind::Need | ItemKind::Resource => &[("party", "party")],
            ItemKind::Meeting => &[("series", "series"), ("appointment", "held_at")],
            _ => &[],
        };
        asked.iter().filter(|(slot, _)| !has(slot)).map(|(_, field)| *field).collect()
    }

    /// The directive that the new task is split from.
    fn directive(&self) -> Option<&Item> {
        let (item, relation) = self.origin.as_ref()?;
        (item.kind == ItemKind::Directive && *relation == Relation::SplitFrom).then_some(item)
    }

    fn sheet(&self, visit: &Visit, origin: &Origin) -> Sheet {
        let lang = visit.lang;
        let form = self.form(visit);
        let field =
            |name: &str, control| Field::new(lang, name, &label_key(&format!("item_{name}")), control);
        let pick = |list: &str, values: &mut dyn Iterator<Item = &'static str>| {
            let mut choices = vec![Choice::new("", words::text(lang, "choice-please"))];
            choices.extend(values.map(|value| Choice::new(value, word(lang, list, value))));
            Control::Select(choices)
        };
        let units = |present: &str| {
            let mut units = self.book.choices(Pick::Unit, present);
            units.insert(0, Choice::new("", words::text(lang, "choice-none")));
            Control::Select(units)
        };
        let today = visit.app.clock().today();
        let own = form.own_unit.clone();
        let kind = self.kind;
        let mut what = vec![
            field("name_zh", Control::Text).required(),
            field("name_en", Control::Text),
            field("number", Control::Text),
            field("text", Control::Area),
            field("received", Control::Day).required().value(today.to_string()),
        ];
        if let Some(directive) = self.directive() {
            let open = directive.uncovered();
            let choices = directive
                .matters
                .iter()
                .map(|(number, text)| Choice::new(number.to_string(), format!("{number}. {text}")));
            let present: Vec<String> = open.iter().map(u32::to_string).collect();
            what.insert(0, field("covers", Control::Checks(choices.collect())).value(present.join(";")));
        }
        match kind {
            ItemKind::Directive => {
                what.push(field("issuer_name", Control::Text).required());
                what.push(field("matters", Control::Area));
            }
            ItemKind::Visit => what.push(field("issuer_name", Control::Text).required()),
            ItemKind::Whistle => {
                what.push(
                    field(
                        "whistle",
                        pick("whistle-kind", &mut WhistleKind::ALL.iter().map(|it| it.as_str())),
                    )
                    .required(),
                );
                what.push(field("caller", units(&own)).required().value(self.caller(visit, &own)));
            }
            ItemKind::Inspection => what.push(
                field("way", pick("inspection-way", &mut InspectionWay::ALL.iter().map(|it| it.as_str())))
                    .required(),
            ),
            ItemKind::Dispatch => what.push(field("caller", units(&own)).value(&own)),
            ItemKind::ReportIn => {
                let forms = pick("report-in-form", &mut ReportInForm::ALL.iter().map(|it| it.as_str()));
                what.push(field("form", forms));
                what.push(field("from", Control::Day).value(today.to_string()));
                what.push(field("to", Control::Day).value(today.to_string()));
                what.push(field("sent", Control::Number).value("1"));
            }
            ItemKind::Need | ItemKind::Resource => {
                what.push(
                    field("party", pick("party", &mut Party::ALL.iter().map(|it| it.as_str()))).required(),
                );
                let mut sectors = self.book.choices(Pick::Sector, "");
                sectors.insert(0, Choice::new("", words::text(lang, "choice-none")));
                what.push(field("sector", Control::Select(sectors)));
            }
            ItemKind::Meeting => {
                let series = [Series::Joint, Series::Dispatch];
                what.push(
                    field("series", pick("series", &mut series.iter().map(|it| it.as_str()))).required(),
                );
                what.push(field("held_at", Control::Moment).required().value(moment(form.now)));
                what.push(field("meeting_place", Control::Text));
                what.push(field("chair", Control::Text));
            }
            ItemKind::GoodDeed => {
                let mut kinds = self.book.choices(Pick::OutputKind, "");
                kinds.insert(0, Choice::new("", words::text(lang, "choice-none")));
                what.push(field("quantity_kind", Control::Select(kinds)));
                what.push(field("quantity", Control::Number));
                what.push(field("whom", Control::Text));
                what.push(field("served", Control::Number));
            }
            _ => {}
        }
        let mut who = Vec::new();
        if kind != ItemKind::Visit {
            // A unit puts on the books what it leads itself.
            let leads_own = item_registering(kind) == domain::policy::Action::HandleItem;
            let present = if leads_own { own.as_str() } else { "" };
            let mut lead = field("lead_unit", units(present)).value(present);
            lead.required = kind.needs_lead() || kind.is_task();
            who.push(lead);
            if !matches!(kind, ItemKind::Need | ItemKind::Resource) {
                who.push(field("supporting", Control::Checks(self.book.choices(Pick::Unit, ""))));
            }
            who.push(level_field(&form));
        }
        let mut when = Vec::new();
        if kind.is_task() || kind == ItemKind::Directive || kind == ItemKind::Inspection {
            when.push(
                field("urgency", pick("urgency", &mut Urgency::ALL.iter().map(|it| it.as_str())))
                    .value(Urgency::Ordinary.as_str()),
            );
            when.push(field("due", Control::Day));
        }
        if matches!(kind, ItemKind::Whistle | ItemKind::Dispatch) {
            let by = field("answer_by", Control::Moment);
            // How long units have follows from what a whistle is blown for.
            when.push(if kind == ItemKind::Whistle { by } else { by.required() });
        }
        let mut place = vec![form.areas().value(&origin.area), field("address", Control::Text)];
        if let Some(request) = &self.request {
            let name = self.name_of(request);
            begin(&mut what, "name_zh", &name.zh);
            begin(&mut what, "name_en", &name.en);
            begin(&mut what, "text", &visit.tw("item-of-request", &[("code", request.code.as_str())]));
            let helping: Vec<&str> = request.supporting_units.iter().map(Code::as_str).collect();
            begin(&mut who, "supporting", &helping.join(";"));
            let areas: Vec<&str> = request.areas.iter().map(Code::as_str).collect();
            begin(&mut place, "areas", &areas.join(";"));
        }
        let here = format!("/p/{}/items/new/{}", self.plan, kind.as_str().replace('_', "-"));
        let mut sheet =
            Sheet::new(here, format!("/p/{}/ledger", self.plan), words::text(lang, "item-register-submit"))
                .hidden("origin", &origin.from)
                .hidden("relation", &origin.relation)
                .hidden("request", &origin.request)
                .group(visit.t("item-group-what"), what);
        if !who.is_empty() {
            sheet = sheet.group(visit.t("item-group-who"), who);
        }
        if !when.is_empty() {
            sheet = sheet.group(visit.t("item-group-when"), when);
        }
        let sheet = sheet.group(visit.t("item-group-where"), place);
        match (&self.point, &self.gap) {
            (Some(point), _) => point.fill(sheet),
            (None, Some(gap)) => gap.fill(sheet),
            (None, None) => sheet,
        }
    }

    /// What an item of a request is called: not by its words, which may be erased there.
    fn name_of(&self, request: &Request) -> Named {
        let said = |lang| format!("{} {}", words::text(lang, "subject-request"), request.code);
        let before = Named::new(said(Lang::Zh), said(Lang::En));
        match &self.book.portfolio {
            Some(portfolio) => {
                matter_name(portfolio, before, request.category.as_ref(), request.areas.first())
            }
            None => before,
        }
    }

    /// Whoever calls: the reader's own unit, else the one that answers for the area the reader answers for.
    fn caller(&self, visit: &Visit, own: &str) -> String {
        if !own.is_empty() {
            return own.to_owned();
        }
        let areas: Vec<&Code> = visit
            .actor
            .grants()
            .iter()
            .filter_map(|grant| match &grant.scope {
                domain::policy::Scope::Area(area) => Some(area),
                _ => None,
            })
            .collect();
        let offices = |area: &Code| {
            let unit = self.book.units.values().find(|unit| unit.active && unit.area.as_ref() == Some(area));
            unit.map(|unit| unit.code.to_string())
        };
        areas.into_iter().find_map(offices).unwrap_or_default()
    }

    /// When units are called, and by when they are to be there or to have answered.
    fn limit(&self, reader: &mut Reader<'_>, now: DateTime) -> Vec<ItemFact> {
        if !matches!(self.kind, ItemKind::Whistle | ItemKind::Dispatch) {
            return Vec::new();
        }
        let whistle = reader.word("whistle", WhistleKind::parse);
        let arrival = self.book.portfolio.as_ref().zip(whistle);
        let by = reader.moment("answer_by");
        let by = by.or_else(|| arrival.map(|(held, kind)| held.plan.limits().arrival.by(kind, now)));
        if by.is_none() && self.kind == ItemKind::Dispatch {
            must(reader, "answer_by", |r| r.moment("answer_by"));
        }
        let called = ItemFact::CalledAt { at: now };
        [called].into_iter().chain(by.map(|at| ItemFact::AnswerBy { at })).collect()
    }

    fn read(&self, reader: &mut Reader<'_>, now: DateTime) -> Vec<ItemFact> {
        let kind = self.kind;
        let mut facts = vec![ItemFact::Kind { kind }];
        let zh = must_text(reader, "name_zh");
        let en = reader.text("name_en").to_owned();
        facts.extend(zh.map(|zh| ItemFact::Name(Named { zh, en })));
        let text = |reader: &mut Reader<'_>, field: &str| {
            let text = reader.long(field);
            (!text.is_empty()).then_some(text)
        };
        facts.extend(text(reader, "number").map(|number| ItemFact::Number { number }));
        facts.extend(text(reader, "text").map(|text| ItemFact::Text { text }));
        facts.extend(must(reader, "received", |r| r.day("received")).map(|on| ItemFact::Received { on }));
        let name = match reader.text("chair") {
            "" => reader.text("issuer_name").to_owned(),
            chair => chair.to_owned(),
        };
        let unit = reader.code("caller");
        if !name.is_empty() || unit.is_some() {
            facts.push(ItemFact::Issuer { name, unit });
        }
        let matters = reader.long("matters");
        let lines = matters.lines().map(str::trim).filter(|line| !line.is_empty());
        facts.extend(
            (1u32..).zip(lines).map(|(number, line)| ItemFact::Matter { number, text: line.to_owned() }),
        );
        facts.extend(
            reader.word("whistle", WhistleKind::parse).map(|whistle| ItemFact::WhistleKind { whistle }),
        );
        facts.extend(reader.word("form", ReportInForm::parse).map(|form| ItemFact::ReportInForm { form }));
        facts.extend(reader.word("party", Party::parse).map(|party| ItemFact::Party { party }));
        facts.extend(reader.code("sector").map(|sector| ItemFact::Sector { sector }));
        facts.extend(reader.whole("sent").map(|people| ItemFact::People { people }));
        let whom = reader.text("whom").to_owned();
        let people = reader.whole("served");
        if !whom.is_empty() || people.is_some() {
            facts.push(ItemFact::Beneficiaries { whom, people });
        }
        let (from, to) = (reader.day("from"), reader.day("to"));
        facts.extend(from.or(to).zip(to.or(from)).map(|(from, to)| ItemFact::Period { from, to }));
        facts.extend(reader.word("way", InspectionWay::parse).map(|way| ItemFact::InspectionWay { way }));
        facts.extend(reader.word("series", Series::parse).map(|series| ItemFact::Series { series }));
        facts.extend(reader.word("level", Level::parse).map(|level| ItemFact::Level { level }));
        facts.extend(reader.word("urgency", Urgency::parse).map(|urgency| ItemFact::Urgency { urgency }));
        let place = reader.text("meeting_place").to_owned();
        facts.extend(reader.moment("held_at").map(|at| ItemFact::Appointment { at, place }));
        let quantity = (reader.code("quantity_kind"), reader.number("quantity"));
        if let (Some(kind), Some(quantity)) = quantity {
            facts.push(ItemFact::Quantity { kind, quantity });
        }
        let lead = reader.code("lead_unit");
        facts.extend(lead.clone().map(|unit| ItemFact::LeadUnit { unit }));
        let supporting = reader.codes("supporting").into_iter().filter(|unit| lead.as_ref() != Some(unit));
        facts.extend(supporting.map(|unit| ItemFact::SupportingUnit {
            unit,
            part: Part::Supporting,
            active: true,
        }));
        facts.extend(reader.day("due").map(|on| ItemFact::Due { on }));
        facts.extend(self.limit(reader, now));
        let areas = reader.codes("areas");
        let address = reader.text("address").to_owned();
        if !areas.is_empty() || !address.is_empty() {
            facts.push(ItemFact::Place { areas, address });
        }
        if let Some((item, relation)) = &self.origin {
            let to = Target::Item(item.code.clone());
            facts.push(ItemFact::Link { relation: *relation, to, held: true });
        }
        if let Some(request) = &self.request {
            let to = Target::Request(request.code.clone());
            facts.push(ItemFact::Link { relation: Relation::ArisesFrom, to, held: true });
        }
        facts.extend(self.point.as_ref().map(FromPoint::link));
        facts
    }
}

/// What a field begins with.
fn begin(fields: &mut [Field], name: &str, value: &str) {
    if let Some(field) = fields.iter_mut().find(|field| field.name == name) {
        value.clone_into(&mut field.value);
    }
}

/// An item of the kind with nothing on record, for the forms.
fn blank(plan: &Code, kind: ItemKind) -> Option<Item> {
    let subject = Subject::item(plan, &Code::new("new").ok()?);
    let fact = domain::history::RecordedFact {
        slot: "kind".into(),
        effective: jiff::civil::Date::MIN,
        seq: Seq(0),
        superseded: None,
        grade: domain::source::Grade::Reported,
        fact: ItemFact::Kind { kind }.into(),
    };
    Item::at(&SubjectHistory::from_facts(subject, vec![fact])?, View::ALL)
}

pub async fn show(
    visit: Visit,
    Path((plan, kind)): Path<(String, String)>,
    Query(origin): Query<Origin>,
    Query(at): Query<PointAt>,
    Query(gap): Query<GapAt>,
) -> Result<Response, PageError> {
    let opened = Opened::new(&visit, &plan, &kind, &origin, (&at, &gap)).await?;
    let sheet = opened.sheet(&visit, &origin);
    form_page(&visit, StatusCode::OK, opened.title.clone(), sheet)
}

pub async fn save(
    visit: Visit,
    Path((plan, kind)): Path<(String, String)>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let origin = origin(&typed);
    let at = PointAt {
        project: typed.get("project").to_owned(),
        round: typed.get("round").to_owned(),
        point: typed.get("point").to_owned(),
    };
    let gap = GapAt::of(&typed);
    let opened = Opened::new(&visit, &plan, &kind, &origin, (&at, &gap)).await?;
    let mut sheet = opened.sheet(&visit, &origin);
    sheet.refill(&typed);
    let mut reader = Reader::new(&typed);
    let mut facts = opened.read(&mut reader, visit.app.wall_second());
    for required in opened.missing(&facts) {
        reader.fail(required, Mistake::Missing);
    }
    // The gap was answered while the form was open: what was written is kept, and sent once more it is a plain task.
    let answered = gap.is_given() && opened.kind.is_task() && opened.gap.is_none();
    if answered {
        sheet.fault("", visit.t("gap-answered-meanwhile").into_owned());
    }
    if answered || !reader.mistakes.is_empty() {
        sheet.mistakes(visit.lang, &reader.mistakes);
        return form_page(&visit, StatusCode::UNPROCESSABLE_ENTITY, opened.title.clone(), sheet);
    }
    let covered: Vec<u32> =
        typed.joined("covers").split(';').filter_map(|number| number.parse().ok()).collect();
    // The limit goes by urgency where none was typed.
    let has_due = facts.iter().any(|fact| matches!(fact, ItemFact::Due { .. }));
    if let Some(portfolio) = opened.book.portfolio.as_ref().filter(|_| !has_due) {
        let urgency = facts.iter().find_map(|fact| match fact {
            ItemFact::Urgency { urgency } => Some(*urgency),
            _ => None,
        });
        let received = facts.iter().find_map(|fact| match fact {
            ItemFact::Received { on } => Some(*on),
            _ => None,
        });
        if let (Some(urgency), Some(received)) = (urgency, received) {
            let due = portfolio.plan.limits().due(urgency, received);
            facts.extend(due.map(|on| ItemFact::Due { on }));
        }
    }
    let changes = |code: &Code| {
        let change = Change {
            command: Command::Register {
                subject: Subject::item(&opened.plan, code),
                facts: facts.iter().cloned().map(Fact::from).collect(),
            },
            effective: None,
            source: source(&visit),
            reason: String::new(),
        };
        // A task and what it covers of its directive come onto the books together.
        let mut changes = vec![change];
        changes.extend(opened.directive().map(|directive| Change {
            command: Command::Record {
                subject: Subject::item(&opened.plan, &directive.code),
                facts: vec![ItemFact::Split { task: code.clone(), matters: covered.clone() }.into()],
                expected: None,
            },
            effective: None,
            source: source(&visit),
            reason: String::new(),
        }));
        changes.extend(opened.gap.as_ref().map(|gap| gap.answer(&opened.plan, code, source(&visit))));
        // The request shows what it led to from the same moment.
        changes.extend(opened.request.as_ref().map(|request| Change {
            command: Command::Record {
                subject: Subject::request(&opened.plan, &request.code),
                facts: vec![RequestFact::Link { to: Target::Item(code.clone()), held: true }.into()],
                expected: None,
            },
            effective: None,
            source: source(&visit),
            reason: String::new(),
        }));
        Ok(changes)
    };
    let refusals = match visit.app.change_numbered(&visit.actor, &opened.plan, opened.kind, changes).await {
        Ok((code, receipts)) => {
            let page = format!("/p/{}/{}/{code}", opened.plan, register_of(opened.kind));
            return Ok(done(&page, receipts.first()));
        }
        Err((_, error)) => refused(error)?,
    };
    for refusal in &refusals {
        sheet.fault(&field_of(&refusal.field), words::refusal(visit.lang, refusal));
    }
    form_page(&visit, refused_status(&refusals), opened.title.clone(), sheet)
}

fn origin(typed: &Typed) -> Origin {
    Origin {
        from: typed.get("origin").to_owned(),
        relation: typed.get("relation").to_owned(),
        area: typed.get("areas").to_owned(),
        request: typed.get("request").to_owned(),
    }
}
