//! One project in the words of the standard.

use std::collections::BTreeMap;

use domain::code::Code;
use domain::history::SubjectHistory;
use domain::milestone::{Track, step};
use domain::output::Stage;
use domain::planned_date::{PlannedDate, Precision};
use domain::portfolio::Portfolio;
use domain::project::{OutputLine, Phase, Project};
use domain::source::Grade;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::model::{self, Location, Metric, Milestone, Observation, Organization, Period};
use super::package::day_start;
use super::settings::Settings;

/// The only metric of the standard's list that is not about money.
const PROGRESS: &str = "physicalProgress";
const ILLUSTRATIVE: &str = "示例数据,非公开事实 / Illustrative, not a public fact";

pub(super) struct Teller<'a> {
    pub portfolio: &'a Portfolio,
    pub settings: &'a Settings,
    pub zone: &'a TimeZone,
}

impl Teller<'_> {
    pub fn project(&self, project: &Project, history: &SubjectHistory) -> model::Project {
        let plan = &self.portfolio.plan;
        let lookup = |map: &BTreeMap<String, String>, key: Option<&Code>| {
            key.and_then(|key| map.get(key.as_str())).cloned().unwrap_or_default()
        };
        let lead = project.lead_unit.as_ref();
        let campaign = project
            .campaign
            .as_ref()
            .and_then(|code| plan.campaigns.iter().find(|campaign| campaign.code == *code));
        let start = project.first_actual(step::START).or(project.expected(step::START));
        let end = project.expected(step::COMPLETION).or(project.expected(step::IN_USE));
        let in_use = project.first_actual(step::IN_USE);
        model::Project {
            id: format!("{}-{}", self.settings.prefix, project.code),
            language: self.settings.language.clone(),
            identifiers: vec![model::SimpleIdentifier {
                id: project.code.to_string(),
                scheme: plan.code.to_string(),
            }],
            public_authority: lead.map(|lead| self.organization(lead, &[])).unwrap_or_default(),
            title: project.name.zh.clone(),
            description: self.description(project, history),
            status: self.settings.statuses.get(project.phase().as_str()).cloned().unwrap_or_default(),
            r#type: lookup(&self.settings.types, project.kind.as_ref()),
            sector: project
                .sector
                .as_ref()
                .and_then(|sector| self.settings.sectors.get(sector.as_str()))
                .cloned()
                .unwrap_or_default(),
            purpose: campaign.map(|campaign| campaign.name.zh.clone()).unwrap_or_default(),
            budget: project.budget.map(|fen| model::Budget {
                amount: Some(self.yuan(&fen.to_string())),
                description: self.mark(grade_of(history, self, "budget")),
            }),
            period: self.period(start, end),
            implementation_period: self.period(start, project.expected(step::COMPLETION)),
            completion_period: self.period(
                project.full_actual(step::COMPLETION),
                project.full_actual(step::COMPLETION).and(project.expected(step::IN_USE)),
            ),
            asset_lifetime: self.period(in_use, None),
            locations: self.locations(project),
            parties: self.parties(project),
            forecasts: self.metric("预期成果", self.outputs(project, |stage| stage != Stage::Built)),
            metrics: self.metric("实际进展", {
                let mut all = self.progress(project);
                all.extend(self.outputs(project, |stage| stage == Stage::Built));
                all
            }),
            milestones: self.milestones(project, history),
            completion: self.completion(project),
            documents: self.documents(project),
            policy_alignment: model::PolicyAlignment {
                policies: vec!["infrastructurePlan".into()],
                description: plan.name.zh.clone(),
            },
            benefits: self.benefits(project),
        }
    }

    fn mark(&self, grade: Option<Grade>) -> String {
        if grade == Some(Grade::Illustrative) { ILLUSTRATIVE.into() } else { String::new() }
    }

    /// What kind of record it is, then which of its pieces are made up, then where it stands.
    fn description(&self, project: &Project, history: &SubjectHistory) -> String {
        let mut lines = vec![match project.grade {
            Grade::Illustrative => format!("【{ILLUSTRATIVE}】"),
            Grade::Published => "项目见于公开文件 / The project stands in a public document".into(),
            Grade::Reported => "由责任单位报送 / Reported by the responsible unit".into(),
        }];
        if project.grade != Grade::Illustrative {
            let pieces = [
                ("lead_unit", "责任单位 lead unit"),
                ("milestone", "部分节点 some milestones"),
                ("output", "部分产出 some outputs"),
                ("progress", "进度 progress"),
                ("budget", "预算 budget"),
            ];
            let made_up: Vec<&str> = pieces
                .iter()
                .filter(|(topic, _)| grade_of(history, self, topic) == Some(Grade::Illustrative))
                .map(|(_, name)| *name)
                .collect();
            if !made_up.is_empty() {
                lines.push(format!("示例部分 / Illustrative: {}", made_up.join(", ")));
            }
        }
        if project.phase() == Phase::Suspended {
            lines.push("暂停 / Suspended".into());
        }
        if project.phase() == Phase::PartlyInUse {
            lines.push("部分投用 / Partly in use".into());
        }
        lines.join("\n")
    }

    fn organization(&self, code: &Code, roles: &[&str]) -> Organization {
        let name = self.portfolio.units.get(code).map_or(code.as_str(), |unit| unit.name.zh.as_str());
        Organization {
            id: code.to_string(),
            name: name.to_owned(),
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        }
    }

    fn parties(&self, project: &Project) -> Vec<Organization> {
        let mut out: Vec<Organization> = Vec::new();
        let mut add = |unit: &Code, role: &str| match out.iter_mut().find(|held| held.id == unit.as_str()) {
            Some(held) if held.roles.iter().any(|has| has == role) => {}
            Some(held) => held.roles.push(role.to_owned()),
            None => out.push(self.organization(unit, &[role])),
        };
        if let Some(lead) = &project.lead_unit {
            add(lead, "publicAuthority");
        }
        for (unit, role) in &project.supporting_units {
            add(unit, self.settings.roles.get(role.as_str()).map_or("interestedParty", String::as_str));
        }
        out
    }

    fn locations(&self, project: &Project) -> Vec<Location> {
        let address = |locality: &str| model::Address {
            street_address: project.address.clone(),
            locality: locality.to_owned(),
            region: self.settings.region.clone(),
            country_name: self.settings.country.clone(),
        };
        if project.areas.is_empty() && !project.address.is_empty() {
            let description = project.address.clone();
            return vec![Location { id: "site".into(), description, address: address("") }];
        }
        project
            .areas
            .iter()
            .map(|code| {
                let name = self.portfolio.areas.get(code).map_or(code.as_str(), |area| area.name.zh.as_str());
                Location { id: code.to_string(), description: name.to_owned(), address: address(name) }
            })
            .collect()
    }

    fn yuan(&self, amount: &str) -> model::Value {
        // Whole numbers and two decimals: what a JSON number holds exactly enough for any budget.
        let amount = amount.strip_suffix(".00").unwrap_or(amount);
        let number = amount
            .parse::<i64>()
            .map(serde_json::Number::from)
            .ok()
            .or_else(|| amount.parse::<f64>().ok().and_then(serde_json::Number::from_f64));
        model::Value { amount: number, currency: "CNY".into() }
    }

    fn date(&self, date: PlannedDate) -> String {
        day_start(date.last(), self.zone)
    }

    fn period(&self, from: Option<PlannedDate>, to: Option<PlannedDate>) -> Period {
        let to = to.filter(|to| from.is_none_or(|from| from.first() <= to.last()));
        Period {
            start_date: from.map(|from| day_start(from.first(), self.zone)).unwrap_or_default(),
            end_date: to.map(|to| self.date(to)).unwrap_or_default(),
        }
    }

    fn metric(&self, title: &str, observations: Vec<Observation>) -> Vec<Metric> {
        if observations.is_empty() {
            return Vec::new();
        }
        let numbered = observations.into_iter().zip(1u32..).map(|(mut observation, number)| {
            observation.id = number.to_string();
            observation
        });
        vec![Metric { id: PROGRESS.into(), title: title.into(), observations: numbered.collect() }]
    }

    fn progress(&self, project: &Project) -> Vec<Observation> {
        let mut out = Vec::new();
        for (part, values) in &project.progress {
            for (day, percent) in values {
                let day = day_start(*day, self.zone);
                out.push(Observation {
                    period: Period { start_date: day.clone(), end_date: day },
                    measure: percent.normalize().to_string(),
                    unit: model::Unit { name: "%".into() },
                    dimensions: part.iter().map(|part| ("part", self.part(project, part))).collect(),
                    ..Observation::default()
                });
            }
        }
        out
    }

    fn part(&self, project: &Project, code: &Code) -> String {
        let held = project.parts.iter().find(|(held, _)| held == code);
        held.map_or_else(|| code.to_string(), |(_, name)| name.zh.clone())
    }

    fn outputs(&self, project: &Project, wanted: impl Fn(Stage) -> bool) -> Vec<Observation> {
        let lines = project.outputs.iter().filter(|line| wanted(line.stage));
        lines.map(|line| self.output(line)).collect()
    }

    fn output(&self, line: &OutputLine) -> Observation {
        let (kind, unit) = self.kind(&line.kind);
        Observation {
            measure: line.quantity.normalize().to_string(),
            unit: model::Unit { name: unit },
            dimensions: [
                ("output", kind),
                ("outputCode", line.kind.to_string()),
                ("stage", line.stage.as_str().to_owned()),
                ("basis", line.basis.as_str().to_owned()),
            ]
            .into(),
            notes: self.mark(Some(line.grade)),
            ..Observation::default()
        }
    }

    /// Name and unit of a kind of output.
    fn kind(&self, code: &Code) -> (String, String) {
        match self.portfolio.plan.output_kind(code.as_str()) {
            Some(kind) => (kind.name.zh.clone(), kind.unit.zh.clone()),
            None => (code.to_string(), String::new()),
        }
    }

    fn benefits(&self, project: &Project) -> Vec<model::Benefit> {
        let mut out: Vec<model::Benefit> = Vec::new();
        for line in &project.outputs {
            // One benefit a kind: its net quantity at the furthest stage.
            if project.output(line.kind.as_str()) != Some(line) {
                continue;
            }
            let (kind, unit) = self.kind(&line.kind);
            out.push(model::Benefit {
                title: format!("{kind} {} {unit}", line.quantity.normalize()).trim().to_owned(),
                description: self.mark(Some(line.grade)),
            });
        }
        out
    }

    fn milestones(&self, project: &Project, history: &SubjectHistory) -> Vec<Milestone> {
        let as_of = self.portfolio.view.as_of;
        let mut out: Vec<Milestone> = Vec::new();
        let order = |step: &Code| project.steps.iter().find(|line| line.step == *step).map(|line| line.order);
        let mut tracks: Vec<_> = project.tracks.iter().filter(|(_, track)| !track.is_empty()).collect();
        tracks.sort_by_key(|((part, step), _)| (part.clone(), order(step), step.clone()));
        for ((part, step), track) in tracks {
            let line = project.steps.iter().find(|line| line.step == *step);
            let name = line.map_or(step.as_str(), |line| line.name.zh.as_str());
            let whole = part.is_none();
            let is_gate = line.is_some_and(|line| line.gate.is_some());
            let code = match self.settings.milestones.get(step.as_str()) {
                Some(code) => code.clone(),
                None if is_gate => "projectApproval".into(),
                None => String::new(),
            };
            let due = track.promised().or(track.planned).or(track.forecast);
            let status = if track.actual.is_some() {
                "met"
            } else if whole && project.first_actual(step.as_str()).is_some() {
                "partiallyMet"
            } else if due.is_some_and(|due| due.last() < as_of) {
                "notMet"
            } else {
                "scheduled"
            };
            let slot_end = format!("/{}/{step}", part.as_ref().map_or("-", Code::as_str));
            out.push(Milestone {
                id: part.as_ref().map_or_else(|| step.to_string(), |part| format!("{part}/{step}")),
                title: match part {
                    Some(part) => format!("{}:{name}", self.part(project, part)),
                    None => name.to_owned(),
                },
                r#type: if is_gate { "approval" } else { "delivery" }.into(),
                description: self.track(track, as_of, milestone_grade(history, self, &slot_end)),
                code,
                due_date: due.map(|due| self.date(due)).unwrap_or_default(),
                date_met: track.actual.map(|actual| self.date(actual)).unwrap_or_default(),
                status: status.into(),
            });
        }
        out
    }

    /// Promise, forecast and actual as they were given, with the slip.
    fn track(&self, track: &Track, as_of: Date, grade: Option<Grade>) -> String {
        let mut out = Vec::new();
        if let Some(first) = track.first_promised() {
            out.push(format!("最初承诺 first promised {first}"));
            if let Some(standing) = track.promised().filter(|standing| *standing != first) {
                out.push(format!("现行承诺 now promised {standing}"));
            }
        }
        if let Some(forecast) = track.forecast.filter(|_| track.actual.is_none()) {
            out.push(format!("预计 forecast {forecast}"));
        }
        // A day says itself in the date; anything coarser would look more exact there than it is.
        if let Some(actual) = track.actual.filter(|actual| actual.precision() != Precision::Day) {
            out.push(format!("实际 actual {actual}"));
        }
        if let Some(days) = track.slip_days(as_of).filter(|days| *days != 0) {
            out.push(format!("推迟 slip {days} d"));
        }
        let mark = self.mark(grade);
        if !mark.is_empty() {
            out.push(mark);
        }
        out.join("; ")
    }

    fn completion(&self, project: &Project) -> model::Completion {
        let Some(end) = project.full_actual(step::COMPLETION) else { return model::Completion::default() };
        let slip =
            project.track(step::COMPLETION).and_then(|track| track.slip_days(self.portfolio.view.as_of));
        model::Completion {
            end_date: self.date(end),
            end_date_details: match slip {
                Some(days) if days != 0 => format!("推迟 slip {days} d"),
                _ => String::new(),
            },
        }
    }

    fn documents(&self, project: &Project) -> Vec<model::Document> {
        project
            .documents
            .iter()
            .zip(1u32..)
            .map(|((title, url), number)| model::Document {
                id: number.to_string(),
                title: title.clone(),
                url: percent_encoded(url),
                language: self.settings.language.clone(),
            })
            .collect()
    }
}

/// RFC 3986 takes ASCII only, and not all of it.
fn percent_encoded(url: &str) -> String {
    let mut out = String::with_capacity(url.len());
    for byte in url.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The worst grade of the visible facts of a topic, the first word of their slots.
fn grade_of(history: &SubjectHistory, teller: &Teller, topic: &str) -> Option<Grade> {
    worst(history, teller, |slot| slot.split('/').next() == Some(topic))
}

fn milestone_grade(history: &SubjectHistory, teller: &Teller, slot_end: &str) -> Option<Grade> {
    worst(history, teller, |slot| slot.starts_with("milestone/") && slot.ends_with(slot_end))
}

fn worst(history: &SubjectHistory, teller: &Teller, fits: impl Fn(&str) -> bool) -> Option<Grade> {
    let view = teller.portfolio.view;
    history
        .facts()
        .iter()
        .filter(|fact| fact.is_visible(view) && fits(&fact.slot))
        .map(|fact| fact.grade)
        .max()
}
