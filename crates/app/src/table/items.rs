//! Items as a register has them: one row puts one on the books.

use domain::code::Code;
use domain::fact::Fact;
use domain::item::kind::{InspectionWay, ItemKind, Level, Part, Series, SlipColour, Urgency, WhistleKind};
use domain::item::{ItemFact, Relation, State, Target};
use domain::subject::{Subject, SubjectKind};

use super::{CellProblem, Cells, ColumnKind as K, Reading, Table, column};

/// Reports and returns are composed by the program, not brought.
pub const KINDS: &[&str] = &[
    "directive",
    "tracked_task",
    "inspection",
    "finding",
    "decision",
    "whistle",
    "report_in",
    "good_deed",
    "visit",
    "meeting",
    "dispatch",
    "slip",
    "need",
    "resource",
];
const STATES: &[&str] = &["registered", "planned", "called", "recorded", "open", "issued", "sent"];
pub(super) const LEVELS: &[&str] = &["city", "district"];
pub(super) const URGENCIES: &[&str] = &["ordinary", "urgent", "immediate", "long"];
pub(super) const SERIES: &[&str] =
    &["weekly", "monthly", "quarterly", "special", "research", "annual", "evaluation", "joint", "dispatch"];
pub(super) const WHISTLES: &[&str] = &["request", "key_work", "joint_enforcement", "emergency"];
pub(super) const WAYS: &[&str] =
    &["self_check", "hearing", "announced", "unannounced", "talks", "papers", "leads", "summons", "online"];
pub(super) const COLOURS: &[&str] = &["blue", "orange", "red"];

pub(super) const ITEMS: Table = Table {
    name: "items",
    columns: &[
        column("code", true, K::Code),
        column("item_kind", false, K::OneOf(KINDS)),
        column("item_state", false, K::OneOf(STATES)),
        column("name_zh", false, K::Text),
        column("name_en", false, K::Text),
        column("text", false, K::Text),
        column("matters", false, K::Text),
        column("number", false, K::Text),
        column("received", false, K::Day),
        column("due", false, K::Day),
        column("answer_by", false, K::Moment),
        column("issuer", false, K::Text),
        column("caller", false, K::Code),
        column("lead_unit", false, K::Code),
        column("joint_leads", false, K::Codes),
        column("supporting_units", false, K::Codes),
        column("person", false, K::Code),
        column("item_level", false, K::OneOf(LEVELS)),
        column("urgency", false, K::OneOf(URGENCIES)),
        column("series", false, K::OneOf(SERIES)),
        column("whistle_kind", false, K::OneOf(WHISTLES)),
        column("inspection_way", false, K::OneOf(WAYS)),
        column("slip_colour", false, K::OneOf(COLOURS)),
        column("areas", false, K::Codes),
        column("address", false, K::Text),
        column("sector", false, K::Code),
        column("period_from", false, K::Day),
        column("period_to", false, K::Day),
        column("held_at", false, K::Moment),
        column("meeting_place", false, K::Text),
        column("links", false, K::Text),
        column("quantities", false, K::Text),
    ],
    reading: Reading::Put(item),
};

/// The column that a refusal about an item is about.
pub(super) fn column_of(topic: &str) -> &str {
    match topic {
        "kind" => "item_kind",
        "begin" | "state" => "item_state",
        "name" => "name_zh",
        "level" => "item_level",
        "supporting_unit" => "supporting_units",
        "place" => "areas",
        "period" => "period_to",
        "appointment" => "held_at",
        "link" => "links",
        "matter" => "matters",
        "quantity" => "quantities",
        "source" => "source_url",
        other => other,
    }
}

fn item(cells: &mut Cells, plan: &Code) -> Option<(Subject, Vec<Fact>)> {
    let mut facts = Vec::new();
    facts.extend(cells.word("item_kind", KINDS, ItemKind::parse).map(|kind| ItemFact::Kind { kind }));
    facts.extend(cells.word("item_state", STATES, State::parse).map(|state| ItemFact::Begin { state }));
    facts.extend(cells.named("name_zh", "name_en").map(ItemFact::Name));
    let text = cells.text("text");
    facts.extend((!text.is_empty()).then_some(ItemFact::Text { text }));
    facts.extend(matters(&cells.text("matters")));
    let number = cells.text("number");
    facts.extend((!number.is_empty()).then_some(ItemFact::Number { number }));
    facts.extend(cells.day("received").map(|on| ItemFact::Received { on }));
    facts.extend(cells.day("due").map(|on| ItemFact::Due { on }));
    facts.extend(cells.moment("answer_by").map(|at| ItemFact::AnswerBy { at }));
    let (name, unit) = (cells.text("issuer"), cells.code("caller"));
    facts.extend((!name.is_empty() || unit.is_some()).then_some(ItemFact::Issuer { name, unit }));
    facts.extend(cells.code("lead_unit").map(|unit| ItemFact::LeadUnit { unit }));
    for (column, part) in [("joint_leads", Part::JointLead), ("supporting_units", Part::Supporting)] {
        let units = cells.codes(column).into_iter();
        facts.extend(units.map(|unit| ItemFact::SupportingUnit { unit, part, active: true }));
    }
    facts.extend(cells.code("person").map(|person| ItemFact::Person { person }));
    facts.extend(cells.word("item_level", LEVELS, Level::parse).map(|level| ItemFact::Level { level }));
    facts.extend(
        cells.word("urgency", URGENCIES, Urgency::parse).map(|urgency| ItemFact::Urgency { urgency }),
    );
    facts.extend(cells.word("series", SERIES, Series::parse).map(|series| ItemFact::Series { series }));
    facts.extend(
        cells
            .word("whistle_kind", WHISTLES, WhistleKind::parse)
            .map(|whistle| ItemFact::WhistleKind { whistle }),
    );
    facts.extend(
        cells.word("inspection_way", WAYS, InspectionWay::parse).map(|way| ItemFact::InspectionWay { way }),
    );
    facts.extend(
        cells.word("slip_colour", COLOURS, SlipColour::parse).map(|colour| ItemFact::SlipColour { colour }),
    );
    let (areas, address) = (cells.codes("areas"), cells.text("address"));
    facts.extend((!areas.is_empty() || !address.is_empty()).then_some(ItemFact::Place { areas, address }));
    facts.extend(cells.code("sector").map(|sector| ItemFact::Sector { sector }));
    facts.extend(period(cells));
    let (at, place) = (cells.moment("held_at"), cells.text("meeting_place"));
    facts.extend(at.map(|at| ItemFact::Appointment { at, place }));
    facts.extend(links(cells));
    facts.extend(quantities(cells));
    Some((Subject::item(plan, &cells.code("code")?), facts.into_iter().map(Fact::from).collect()))
}

/// A period has both its ends.
pub(super) fn period(cells: &mut Cells) -> Option<ItemFact> {
    let (from, to) = (cells.day("period_from"), cells.day("period_to"));
    match (from, to) {
        (Some(from), Some(to)) => Some(ItemFact::Period { from, to }),
        (Some(_), None) => {
            cells.require("period_to");
            None
        }
        (None, Some(_)) => {
            cells.require("period_from");
            None
        }
        (None, None) => None,
    }
}

/// One matter a line; what is not numbered goes on from the one before.
fn matters(text: &str) -> Vec<ItemFact> {
    let mut last = 0;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (number, rest) = line.split_at(digits);
            let rest = rest.trim_start().strip_prefix(['.', '\u{ff0e}', '\u{3001}', ')', '\u{ff09}']);
            let numbered = rest.and_then(|rest| Some((number.parse().ok()?, rest.trim_start())));
            let (number, text) = numbered.unwrap_or((last + 1, line));
            last = number;
            ItemFact::Matter { number, text: text.to_owned() }
        })
        .collect()
}

/// What a link leads to, as `item:HT-DIR-001`; an item where no kind is named.
pub(super) fn target(text: &str) -> Option<Target> {
    let (kind, code) = text.trim().split_once(':').unwrap_or(("item", text));
    let kind = SubjectKind::parse(kind.trim())?;
    let code = Code::new(code.trim()).ok()?;
    Target::of(&Subject { scope: domain::subject::directory(), kind, code })
}

/// `split_from:item:HT-DIR-001; serves:project:HT-EDU-001`.
fn links(cells: &mut Cells) -> Vec<ItemFact> {
    let parse = |text: &str| {
        let parts = text.split([';', '\u{ff1b}', '\n']).map(str::trim).filter(|part| !part.is_empty());
        parts
            .map(|part| {
                let (relation, to) = part.split_once(':')?;
                let relation = Relation::parse(relation.trim())?;
                Some(ItemFact::Link { relation, to: target(to)?, held: true })
            })
            .collect::<Option<Vec<_>>>()
    };
    cells.parsed("links", CellProblem::NotALink, parse).unwrap_or_default()
}

/// `vegetable_outlets=3; performances=12`.
fn quantities(cells: &mut Cells) -> Vec<ItemFact> {
    let parse = |text: &str| {
        let parts = text.split([';', '\u{ff1b}', '\n']).map(str::trim).filter(|part| !part.is_empty());
        parts
            .map(|part| {
                let (kind, quantity) = part.split_once('=')?;
                let quantity = quantity.trim().parse().ok()?;
                Some(ItemFact::Quantity { kind: Code::new(kind.trim()).ok()?, quantity })
            })
            .collect::<Option<Vec<_>>>()
    };
    cells.parsed("quantities", CellProblem::NotANumber, parse).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_of_words_are_those_of_the_domain() {
        let first = |kind: &ItemKind| kind.first_states().iter().map(|state| state.as_str());
        let kinds: Vec<ItemKind> = KINDS.iter().map(|kind| ItemKind::parse(kind).unwrap()).collect();
        assert_eq!(KINDS.len() + 2, ItemKind::ALL.len());
        for state in kinds.iter().flat_map(first) {
            assert!(STATES.contains(&state), "{state}");
        }
        assert_eq!(LEVELS, Level::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>());
        assert_eq!(URGENCIES, Urgency::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>());
        assert_eq!(SERIES, Series::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>());
        assert_eq!(WHISTLES, WhistleKind::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>());
        assert_eq!(WAYS, InspectionWay::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>());
        assert_eq!(COLOURS, SlipColour::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>());
    }

    #[test]
    fn matters_are_numbered_as_they_are_written_or_in_their_order() {
        let read = |text: &str| -> Vec<(u32, String)> {
            let matter = |fact| match fact {
                ItemFact::Matter { number, text } => (number, text),
                other => panic!("{other:?}"),
            };
            matters(text).into_iter().map(matter).collect()
        };
        assert_eq!(
            read("修路\n\n 2、建校\n7. 种树\n通车"),
            [(1, "修路".into()), (2, "建校".into()), (7, "种树".into()), (8, "通车".into())]
        );
        assert_eq!(read("3 所学校"), [(1, "3 所学校".into())]);
        assert!(read(" \n").is_empty());
    }
}
