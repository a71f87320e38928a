//! Projects and everything recorded of them.

use domain::code::Code;
use domain::evaluation::EvaluationChoice;
use domain::fact::Fact;
use domain::milestone::{Aspect, DelayReason};
use domain::output::{Basis, Stage};
use domain::project::{Membership, ProjectFact};
use domain::subject::Subject;

use super::{Cells, ColumnKind as K, Reading, Table, column};

const MEMBERSHIPS: &[&str] = &["member", "removed", "merged", "split", "moved"];
const ASPECTS: &[&str] = &["promised", "planned", "forecast", "actual"];
const CAUSES: &[&str] = &[
    "approval",
    "environmental_assessment",
    "land_clearance",
    "utilities",
    "design_change",
    "funds",
    "contractor",
    "weather_or_epidemic",
    "other",
    "not_stated",
];
const STAGES: &[&str] = &["planned", "approved", "built"];
const BASES: &[&str] = &["net", "gross"];

pub(super) const PROJECTS: Table = Table {
    name: "projects",
    columns: &[
        column("code", true, K::Code),
        column("name_zh", false, K::Text),
        column("name_en", false, K::Text),
        column("kind", false, K::Code),
        column("sector", false, K::Code),
        column("campaign", false, K::Code),
        column("lead_unit", false, K::Code),
        column("areas", false, K::Codes),
        column("address", false, K::Text),
        column("budget_yuan", false, K::Yuan),
        column("membership", false, K::OneOf(MEMBERSHIPS)),
        column("revision", false, K::Whole),
        column("other", false, K::Code),
    ],
    reading: Reading::Put(project),
};

fn project(cells: &mut Cells, plan: &Code) -> Option<(Subject, Vec<Fact>)> {
    let mut facts = Vec::new();
    facts.extend(cells.named("name_zh", "name_en").map(ProjectFact::Name));
    facts.extend(cells.code("kind").map(|kind| ProjectFact::Kind { kind }));
    facts.extend(cells.code("sector").map(|sector| ProjectFact::Sector { sector }));
    facts.extend(cells.code("campaign").map(|campaign| ProjectFact::Campaign { campaign }));
    facts.extend(cells.code("lead_unit").map(|unit| ProjectFact::LeadUnit { unit }));
    let (areas, address) = (cells.codes("areas"), cells.text("address"));
    if !areas.is_empty() || !address.is_empty() {
        facts.push(ProjectFact::Place { areas, address });
    }
    facts.extend(cells.yuan("budget_yuan").map(|fen| ProjectFact::Budget { fen }));
    let (revision, other) = (cells.whole("revision"), cells.code("other"));
    let membership = cells.word("membership", MEMBERSHIPS, Membership::parse);
    facts.extend(membership.map(|state| ProjectFact::Membership { state, revision, other }));
    of(cells.code("code")?, plan, facts)
}

pub(super) fn of(code: Code, plan: &Code, facts: Vec<ProjectFact>) -> Option<(Subject, Vec<Fact>)> {
    Some((Subject::project(plan, &code), facts.into_iter().map(Fact::from).collect()))
}

pub(super) const ALIASES: Table = Table {
    name: "aliases",
    columns: &[column("project", true, K::Code), column("alias", true, K::Text)],
    reading: Reading::Record(|cells, plan| {
        let alias = cells.text("alias");
        of(cells.code("project")?, plan, vec![ProjectFact::Alias { alias }])
    }),
};

pub(super) const LEAD_UNITS: Table = Table {
    name: "lead_units",
    columns: &[column("project", true, K::Code), column("unit", true, K::Code)],
    reading: Reading::Record(|cells, plan| {
        let unit = cells.code("unit");
        of(cells.code("project")?, plan, vec![ProjectFact::LeadUnit { unit: unit? }])
    }),
};

pub(super) const SUPPORTING_UNITS: Table = Table {
    name: "supporting_units",
    columns: &[
        column("project", true, K::Code),
        column("unit", true, K::Code),
        column("role", true, K::Code),
        column("active", false, K::YesNo),
    ],
    reading: Reading::Record(|cells, plan| {
        let (unit, role) = (cells.code("unit"), cells.code("role"));
        let active = cells.yes_no("active").unwrap_or(true);
        let fact = ProjectFact::SupportingUnit { unit: unit?, role: role?, active };
        of(cells.code("project")?, plan, vec![fact])
    }),
};

pub(super) const PARTS: Table = Table {
    name: "parts",
    columns: &[
        column("project", true, K::Code),
        column("part", true, K::Code),
        column("name_zh", true, K::Text),
        column("name_en", false, K::Text),
    ],
    reading: Reading::Record(|cells, plan| {
        let (part, name) = (cells.code("part"), cells.named("name_zh", "name_en"));
        of(cells.code("project")?, plan, vec![ProjectFact::Part { part: part?, name: name? }])
    }),
};

pub(super) const MILESTONES: Table = Table {
    name: "milestones",
    columns: &[
        column("project", true, K::Code),
        column("part", false, K::Code),
        column("step", true, K::Code),
        column("aspect", true, K::OneOf(ASPECTS)),
        column("date", false, K::PlannedDate),
        column("cause", false, K::OneOf(CAUSES)),
    ],
    reading: Reading::Record(|cells, plan| {
        let (part, step) = (cells.code("part"), cells.code("step"));
        let aspect = cells.word("aspect", ASPECTS, Aspect::parse);
        let date = cells.date("date");
        let cause = cells.word("cause", CAUSES, DelayReason::parse);
        let fact = ProjectFact::Milestone { aspect: aspect?, part, step: step?, date, cause };
        of(cells.code("project")?, plan, vec![fact])
    }),
};

pub(super) const PROGRESS: Table = Table {
    name: "progress",
    columns: &[
        column("project", true, K::Code),
        column("part", false, K::Code),
        column("percent", true, K::Number),
    ],
    reading: Reading::Record(|cells, plan| {
        let (part, percent) = (cells.code("part"), cells.number("percent"));
        of(cells.code("project")?, plan, vec![ProjectFact::Progress { part, percent: percent? }])
    }),
};

pub(super) const OUTPUTS: Table = Table {
    name: "outputs",
    columns: &[
        column("project", true, K::Code),
        column("kind", true, K::Code),
        column("stage", true, K::OneOf(STAGES)),
        column("basis", false, K::OneOf(BASES)),
        column("quantity", true, K::Number),
    ],
    reading: Reading::Record(|cells, plan| {
        let (kind, quantity) = (cells.code("kind"), cells.number("quantity"));
        let stage = cells.word("stage", STAGES, Stage::parse);
        let basis = cells.word("basis", BASES, Basis::parse).unwrap_or_default();
        let fact = ProjectFact::Output { kind: kind?, stage: stage?, basis, quantity: quantity? };
        of(cells.code("project")?, plan, vec![fact])
    }),
};

pub(super) const DOCUMENTS: Table = Table {
    name: "documents",
    columns: &[column("project", true, K::Code), column("title", true, K::Text), column("url", true, K::Url)],
    reading: Reading::Record(|cells, plan| {
        let (title, url) = (cells.text("title"), cells.text("url"));
        of(cells.code("project")?, plan, vec![ProjectFact::Document { title, url }])
    }),
};

pub(super) const EVALUATIONS: Table = Table {
    name: "evaluations",
    columns: &[
        column("project", true, K::Code),
        column("reached", false, K::Codes),
        column("compared", false, K::Codes),
        column("categories", false, K::Codes),
        column("months_before", false, K::Whole),
        column("months_left_out", false, K::Whole),
        column("months_after", false, K::Whole),
    ],
    reading: Reading::Record(|cells, plan| {
        let choice = EvaluationChoice {
            reached: cells.codes("reached"),
            compared: cells.codes("compared"),
            categories: cells.codes("categories"),
            before: cells.whole("months_before"),
            left_out: cells.whole("months_left_out"),
            after: cells.whole("months_after"),
        };
        of(cells.code("project")?, plan, vec![ProjectFact::Evaluation(choice)])
    }),
};

pub(super) const REMARKS: Table = Table {
    name: "remarks",
    columns: &[column("project", true, K::Code), column("text", true, K::Text)],
    reading: Reading::Record(|cells, plan| {
        let text = cells.text("text");
        of(cells.code("project")?, plan, vec![ProjectFact::Remark { text }])
    }),
};
