//! The rules of a version: it makes sense by itself, and its indicators are the plan's.

use super::{IndexFact, IndexFault, IndexVersion, WEIGHT_MOST};
use crate::history::{Lookup, View};
use crate::named::TEXT_MAX;
use crate::refusal::{Problem, Reference, Refusal};
use crate::subject::Subject;
use crate::validate::{name_problem, text_problem};

/// Checks a fact of an index.
pub(crate) fn check(fact: &IndexFact, subject: &Subject, lookup: &dyn Lookup, refusals: &mut Vec<Refusal>) {
    let field = fact.slot();
    let mut refuse = |problem| refusals.push(Refusal { field: field.clone(), problem });
    match fact {
        IndexFact::Name(name) => {
            if let Some(problem) = name_problem(name) {
                refuse(problem);
            }
        }
        IndexFact::Version(version) => problems(version, subject, lookup).into_iter().for_each(refuse),
    }
}

fn problems(version: &IndexVersion, subject: &Subject, lookup: &dyn Lookup) -> Vec<Problem> {
    let mut out: Vec<Problem> =
        version.dimensions.iter().filter_map(|dimension| name_problem(&dimension.name)).collect();
    if let Err(fault) = version.engine() {
        out.push(Problem::BadIndex(fault));
        return out;
    }
    let dimensions = version.dimensions.iter().map(|held| (held.weight, held.name.zh.as_str()));
    let weights = dimensions.chain(version.parts().map(|(_, part)| (part.weight, part.indicator.as_str())));
    for (_, name) in weights.filter(|(weight, _)| *weight > WEIGHT_MOST) {
        out.push(Problem::BadIndex(IndexFault::Heavy { name: name.to_owned() }));
    }
    for name in version.dimensions.iter().flat_map(|held| [&held.name.zh, &held.name.en]) {
        if name.contains(['|', '｜', '\n']) || name.trim() != name {
            out.push(Problem::BadIndex(IndexFault::Line { name: name.clone() }));
        }
    }
    for (_, part) in version.parts() {
        out.extend(text_problem(&part.source, TEXT_MAX));
        if part.source.contains('\n') || part.source.trim() != part.source {
            out.push(Problem::BadIndex(IndexFault::Line { name: part.source.clone() }));
        }
        let indicator = Subject::indicator(&subject.scope, &part.indicator);
        if lookup.subject(&indicator).is_none_or(|history| !history.exists(View::ALL)) {
            out.push(Problem::UnknownReference { what: Reference::Indicator, code: part.indicator.clone() });
        }
    }
    out
}
