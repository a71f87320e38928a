//! A whole plan at one point of view: the input of every figure, list and page.

use std::collections::BTreeMap;

use crate::area::{Area, AreaFact, upwards};
use crate::code::Code;
use crate::facility::Facility;
use crate::history::{History, View};
use crate::index::Index;
use crate::indicator::{Indicator, IndicatorFact};
use crate::plan::Plan;
use crate::project::Project;
use crate::subject::{Subject, SubjectKind, directory};
use crate::unit::{Unit, UnitFact};

#[derive(Debug, Clone, PartialEq)]
pub struct Portfolio {
    pub view: View,
    pub plan: Plan,
    /// All projects on the books, members of the plan or not, by code.
    pub projects: Vec<Project>,
    pub indicators: Vec<Indicator>,
    /// By code.
    pub indices: Vec<Index>,
    /// By code.
    pub facilities: Vec<Facility>,
    pub units: BTreeMap<Code, Unit>,
    pub areas: BTreeMap<Code, Area>,
}

impl Portfolio {
    /// An area and all that it lies in, going up.
    pub fn areas_above(&self, area: &Code) -> Vec<Code> {
        upwards(area, |area| self.areas.get(area)?.parent.clone())
    }

    /// An area and all below it.
    pub fn areas_below(&self, area: &Code) -> Vec<Code> {
        let mut out = vec![area.clone()];
        let mut at = 0;
        while let Some(upper) = out.get(at).cloned() {
            let below = self.areas.values().filter(|held| held.parent.as_ref() == Some(&upper));
            let below: Vec<Code> =
                below.map(|held| held.code.clone()).filter(|code| !out.contains(code)).collect();
            out.extend(below);
            at += 1;
        }
        out
    }

    /// `None` when the plan is not on the books at that point of view.
    pub fn at(history: &History, plan: &Code, view: View) -> Option<Self> {
        let plan = Plan::at(history.get(&Subject::plan(plan))?, view)?;
        let scope = plan.code.clone();
        let projects = history
            .of_kind(&scope, SubjectKind::Project)
            .filter_map(|history| Project::at(history, view))
            .collect();
        let indicators = history
            .of_kind(&scope, SubjectKind::Indicator)
            .filter(|history| history.exists(view))
            .map(|history| Indicator::at(&history.subject.code, history.visible::<IndicatorFact>(view)))
            .collect();
        let indices = history
            .of_kind(&scope, SubjectKind::Index)
            .filter_map(|history| Index::at(history, view))
            .collect();
        let facilities = history
            .of_kind(&scope, SubjectKind::Facility)
            .filter_map(|history| Facility::at(history, view))
            .collect();
        let units = history
            .of_kind(&directory(), SubjectKind::Unit)
            .filter(|history| history.exists(view))
            .map(|h| (h.subject.code.clone(), Unit::at(&h.subject.code, h.visible::<UnitFact>(view))))
            .collect();
        let areas = history
            .of_kind(&directory(), SubjectKind::Area)
            .filter(|history| history.exists(view))
            .map(|h| (h.subject.code.clone(), Area::at(&h.subject.code, h.visible::<AreaFact>(view))))
            .collect();
        Some(Self { view, plan, projects, indicators, indices, facilities, units, areas })
    }

    /// The projects that belong to the plan.
    pub fn members(&self) -> impl Iterator<Item = &Project> {
        self.projects.iter().filter(|project| project.is_member())
    }

    pub fn project(&self, code: &str) -> Option<&Project> {
        self.place(code).map(|at| &self.projects[at])
    }

    pub fn indicator(&self, code: &Code) -> Option<&Indicator> {
        self.indicators.iter().find(|held| held.code.as_ref() == Some(code))
    }

    /// The wave of a survey that a value of an indicator stands on: one of the plan's own, or one that is cited.
    pub fn wave_of(&self, indicator: &Code, key: &Code) -> Option<&Code> {
        let held = self.indicator(indicator)?;
        let baseline = held.baseline.as_ref().filter(|held| held.key == *key);
        let cited = || held.observation(key).or(baseline)?.wave.as_ref();
        held.measured.get(key).map(|measured| &measured.wave).or_else(cited)
    }

    /// Where a project stands among the projects.
    pub fn place(&self, code: &str) -> Option<usize> {
        self.projects.binary_search_by(|project| project.code.as_str().cmp(code)).ok()
    }
}
