//! Who may do what: the one place that decides.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::code::Code;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Keeps accounts, units and areas of the installation; has no say in the plan.
    Administrator,
    MunicipalTaskForce,
    DistrictTaskForce,
    Department,
    Subdistrict,
    Community,
    SupervisionOffice,
    Leader,
    Auditor,
    /// Takes residents' requests, gives them out and calls back (热线、接诉即办调度).
    RequestDesk,
}

impl Role {
    pub const ALL: [Role; 10] = [
        Self::Administrator,
        Self::MunicipalTaskForce,
        Self::DistrictTaskForce,
        Self::Department,
        Self::Subdistrict,
        Self::Community,
        Self::SupervisionOffice,
        Self::Leader,
        Self::Auditor,
        Self::RequestDesk,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::MunicipalTaskForce => "municipal_task_force",
            Self::DistrictTaskForce => "district_task_force",
            Self::Department => "department",
            Self::Subdistrict => "subdistrict",
            Self::Community => "community",
            Self::SupervisionOffice => "supervision_office",
            Self::Leader => "leader",
            Self::Auditor => "auditor",
            Self::RequestDesk => "request_desk",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

/// How far a role reaches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "scope", content = "code", rename_all = "snake_case")]
pub enum Scope {
    Everything,
    Plan(Code),
    Area(Code),
    Unit(Code),
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everything => f.write_str("everything"),
            Self::Plan(code) => write!(f, "plan:{code}"),
            Self::Area(code) => write!(f, "area:{code}"),
            Self::Unit(code) => write!(f, "unit:{code}"),
        }
    }
}

impl Scope {
    /// Reads `everything`, `plan:CODE`, `area:CODE` or `unit:CODE`.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "everything" {
            return Some(Self::Everything);
        }
        let (kind, code) = text.split_once(':')?;
        let code = Code::new(code).ok()?;
        match kind {
            "plan" => Some(Self::Plan(code)),
            "area" => Some(Self::Area(code)),
            "unit" => Some(Self::Unit(code)),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Grant {
    pub role: Role,
    pub scope: Scope,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// What anyone may see: the plan, its projects, indicators and published figures.
    ReadPublic,
    /// Working pages: reasons, remarks, people of a unit.
    ReadStaff,
    /// Who changed what.
    ReadAudit,
    /// Put a project on the books or take it off.
    ManageProjects,
    /// Names, places, budget, units, parts and steps of a project.
    DescribeProject,
    /// Forecasts, progress, what has happened, outputs.
    ReportProgress,
    /// A date the public was told.
    MovePromise,
    /// Sectors, revisions, lists, templates, output kinds, figures.
    ManagePlan,
    ManageIndicators,
    RecordObservation,
    AcceptObservation,
    CorrectEntry,
    Import,
    Export,
    IssueStatement,
    ManageDirectory,
    ManagePeople,
    /// Put a leader's instruction on the books.
    Instruct,
    /// Split, assign, check, clear: what the supervision office and the task forces do with items.
    SuperviseItem,
    /// Take up, report on, give evidence for, answer: what units do with items that concern them.
    HandleItem,
    /// Blow a whistle, mark and veto what came of it.
    CallUnits,
    /// Issue a report or leave one out.
    IssueReport,
    /// Take residents' requests in, give them out, merge, refuse, publish, call back.
    TakeRequest,
    /// Accept a resident's request, speak to the resident, answer.
    HandleRequest,
    /// See who asked.
    ReadPersonal,
    /// Try out changes that touch nothing.
    TryScenario,
    /// Put facilities on the books, and say what is known of them.
    ManageFacilities,
    /// Questionnaires and waves of surveys: write, open, close, freeze and publish them.
    ManageSurveys,
    /// Ask people and take down what they say; see how a wave goes.
    CollectAnswers,
}

impl Action {
    pub const ALL: [Action; 29] = [
        Self::ReadPublic,
        Self::ReadStaff,
        Self::ReadAudit,
        Self::ManageProjects,
        Self::DescribeProject,
        Self::ReportProgress,
        Self::MovePromise,
        Self::ManagePlan,
        Self::ManageIndicators,
        Self::RecordObservation,
        Self::AcceptObservation,
        Self::CorrectEntry,
        Self::Import,
        Self::Export,
        Self::IssueStatement,
        Self::ManageDirectory,
        Self::ManagePeople,
        Self::Instruct,
        Self::SuperviseItem,
        Self::HandleItem,
        Self::CallUnits,
        Self::IssueReport,
        Self::TakeRequest,
        Self::HandleRequest,
        Self::ReadPersonal,
        Self::TryScenario,
        Self::ManageFacilities,
        Self::ManageSurveys,
        Self::CollectAnswers,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReadPublic => "read_public",
            Self::ReadStaff => "read_staff",
            Self::ReadAudit => "read_audit",
            Self::ManageProjects => "manage_projects",
            Self::DescribeProject => "describe_project",
            Self::ReportProgress => "report_progress",
            Self::MovePromise => "move_promise",
            Self::ManagePlan => "manage_plan",
            Self::ManageIndicators => "manage_indicators",
            Self::RecordObservation => "record_observation",
            Self::AcceptObservation => "accept_observation",
            Self::CorrectEntry => "correct_entry",
            Self::Import => "import",
            Self::Export => "export",
            Self::IssueStatement => "issue_statement",
            Self::ManageDirectory => "manage_directory",
            Self::ManagePeople => "manage_people",
            Self::Instruct => "instruct",
            Self::SuperviseItem => "supervise_item",
            Self::HandleItem => "handle_item",
            Self::CallUnits => "call_units",
            Self::IssueReport => "issue_report",
            Self::TakeRequest => "take_request",
            Self::HandleRequest => "handle_request",
            Self::ReadPersonal => "read_personal",
            Self::TryScenario => "try_scenario",
            Self::ManageFacilities => "manage_facilities",
            Self::ManageSurveys => "manage_surveys",
            Self::CollectAnswers => "collect_answers",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == text)
    }
}

/// What an action would touch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Target {
    pub plan: Option<Code>,
    pub lead_unit: Option<Code>,
    pub supporting_units: Vec<Code>,
    /// The unit that called the others, for a whistle.
    pub caller: Option<Code>,
    /// The areas it lies in, with all areas above them.
    pub areas: Vec<Code>,
}

/// How a role may do an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    No,
    /// Within the grant's scope; a unit scope covers what the unit leads or supports.
    InScope,
    /// As above, but a unit scope covers only what the unit leads.
    AsLead,
}

/// The policy table.
pub fn reach(role: Role, action: Action) -> Reach {
    use Action as A;
    use Reach::{AsLead, InScope, No};
    use Role as R;
    match (role, action) {
        (_, A::ReadPublic | A::Export) => InScope,
        (R::Administrator, A::ManageDirectory | A::ManagePeople | A::ReadAudit) => InScope,
        (R::Administrator, _) => No,
        (_, A::ReadStaff) => InScope,
        (R::MunicipalTaskForce, A::ManagePeople) => No,
        (R::MunicipalTaskForce, _) => InScope,
        (
            R::DistrictTaskForce,
            A::DescribeProject
            | A::ReportProgress
            | A::RecordObservation
            | A::Import
            | A::CorrectEntry
            | A::ReadAudit
            | A::SuperviseItem
            | A::HandleItem
            | A::CallUnits
            | A::IssueReport
            | A::TakeRequest
            | A::HandleRequest
            | A::ReadPersonal
            | A::TryScenario
            | A::ManageFacilities
            | A::CollectAnswers,
        ) => InScope,
        (R::Department | R::Subdistrict | R::SupervisionOffice | R::Leader, A::TryScenario) => InScope,
        (R::Department | R::Subdistrict | R::Community, A::HandleItem) => InScope,
        (R::Department | R::Subdistrict | R::Community, A::HandleRequest | A::ReadPersonal) => InScope,
        (R::Subdistrict | R::RequestDesk, A::TakeRequest) => InScope,
        (R::RequestDesk, A::ReadPersonal | A::Import) => InScope,
        (R::Subdistrict | R::Community | R::RequestDesk, A::CollectAnswers) => InScope,
        (R::Subdistrict, A::CallUnits | A::ManageFacilities) => InScope,
        (R::Department, A::ManageFacilities) => AsLead,
        (R::SupervisionOffice, A::Instruct | A::SuperviseItem | A::IssueReport) => InScope,
        (R::Leader, A::Instruct) => InScope,
        (R::Department, A::DescribeProject | A::CorrectEntry) => AsLead,
        (R::Department | R::Subdistrict, A::ReportProgress) => InScope,
        (R::Department | R::Subdistrict, A::RecordObservation) => InScope,
        (R::Subdistrict, A::DescribeProject | A::CorrectEntry) => AsLead,
        (R::SupervisionOffice, A::ReadAudit) => InScope,
        (R::Leader, A::ReadAudit) => InScope,
        (R::Auditor, A::ReadAudit) => InScope,
        _ => No,
    }
}

/// Whether someone with these grants may do `action` to `target`. Without an account only what
/// anyone may see is allowed.
pub fn allows(grants: &[Grant], action: Action, target: &Target) -> bool {
    action == Action::ReadPublic
        || grants.iter().any(|grant| {
            let reach = reach(grant.role, action);
            reach != Reach::No && covers(&grant.scope, reach, action, target)
        })
}

fn covers(scope: &Scope, reach: Reach, action: Action, target: &Target) -> bool {
    match scope {
        Scope::Everything => true,
        Scope::Plan(plan) => target.plan.as_ref() == Some(plan),
        // Reading, and trying out, is not narrowed to one's own area or unit: all work from one ledger.
        Scope::Area(_) | Scope::Unit(_)
            if matches!(
                action,
                Action::ReadStaff
                    | Action::ReadAudit
                    | Action::Export
                    | Action::TryScenario
                    | Action::CollectAnswers
            ) =>
        {
            true
        }
        Scope::Area(area) => target.areas.contains(area),
        // Who called judges; who was called does not.
        Scope::Unit(unit) if action == Action::CallUnits => target.caller.as_ref() == Some(unit),
        Scope::Unit(unit) => {
            target.lead_unit.as_ref() == Some(unit)
                || (reach == Reach::InScope && target.supporting_units.contains(unit))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Code {
        Code::new(text).unwrap()
    }

    fn target() -> Target {
        Target {
            plan: Some(code("p")),
            lead_unit: Some(code("lead")),
            supporting_units: vec![code("help")],
            caller: Some(code("town")),
            areas: vec![code("town"), code("district")],
        }
    }

    /// Role × action as people would read it: `.` no, `s` in scope, `l` only as lead unit.
    const TABLE: [(Role, &str); 10] = [
        // Pub Stf Aud Prj Dsc Prg Prm Pln Ind Obs Acc Cor Imp Exp Stm Dir Ppl Ins Sup Hnd Cal Iss Tak Hdl Per Try Fac Srv Ask
        (Role::Administrator, "s.s..........s.ss............"),
        (Role::MunicipalTaskForce, "ssssssssssssssss.ssssssssssss"),
        (Role::DistrictTaskForce, "sss.ss...s.sss....sssssssss.s"),
        (Role::Department, "ss..ls...s.l.s.....s...sssl.."),
        (Role::Subdistrict, "ss..ls...s.l.s.....ss.sssss.s"),
        (Role::Community, "ss...........s.....s...ss...s"),
        (Role::SupervisionOffice, "sss..........s...ss..s...s..."),
        (Role::Leader, "sss..........s...s.......s..."),
        (Role::Auditor, "sss..........s..............."),
        (Role::RequestDesk, "ss..........ss........s.s...s"),
    ];

    #[test]
    fn the_table_is_the_policy() {
        for (role, row) in TABLE {
            let got: String = Action::ALL
                .iter()
                .map(|action| match reach(role, *action) {
                    Reach::No => '.',
                    Reach::InScope => 's',
                    Reach::AsLead => 'l',
                })
                .collect();
            assert_eq!(got, row, "{role:?}");
        }
    }

    #[test]
    fn every_role_action_and_scope() {
        let scopes = [
            (Scope::Everything, true, true),
            (Scope::Plan(code("p")), true, true),
            (Scope::Plan(code("q")), false, false),
            (Scope::Area(code("district")), true, true),
            (Scope::Area(code("elsewhere")), false, false),
            (Scope::Unit(code("lead")), true, true),
            (Scope::Unit(code("help")), true, false),
            (Scope::Unit(code("town")), false, false),
            (Scope::Unit(code("stranger")), false, false),
        ];
        for role in Role::ALL {
            for action in Action::ALL {
                for (scope, in_scope, as_lead) in &scopes {
                    let grants = [Grant { role, scope: scope.clone() }];
                    let reads_all = matches!(
                        action,
                        Action::ReadStaff
                            | Action::ReadAudit
                            | Action::Export
                            | Action::TryScenario
                            | Action::CollectAnswers
                    ) && matches!(scope, Scope::Area(_) | Scope::Unit(_));
                    let expected = action == Action::ReadPublic
                        || match reach(role, action) {
                            Reach::InScope
                                if action == Action::CallUnits && matches!(scope, Scope::Unit(_)) =>
                            {
                                *scope == Scope::Unit(code("town"))
                            }
                            Reach::No => false,
                            Reach::InScope => *in_scope || reads_all,
                            Reach::AsLead => *as_lead,
                        };
                    assert_eq!(allows(&grants, action, &target()), expected, "{role:?} {action:?} {scope}");
                }
            }
        }
    }

    #[test]
    fn without_an_account_only_public_pages() {
        for action in Action::ALL {
            assert_eq!(allows(&[], action, &target()), action == Action::ReadPublic, "{action:?}");
        }
    }
}
