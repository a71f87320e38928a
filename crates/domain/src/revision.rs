//! Two versions of a plan compared: which projects came, went, merged, split or changed their name.

use crate::code::Code;
use crate::named::Named;
use crate::portfolio::Portfolio;
use crate::project::Membership;

/// What became of a project from the earlier version to the later one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Move {
    Added,
    /// A piece of a project that was divided.
    SplitFrom(Code),
    Removed,
    MergedInto(Option<Code>),
    /// Divided; the pieces name it.
    Split(Vec<Code>),
    /// Went to another round of the plan.
    Moved(Option<Code>),
    Renamed {
        from: Named,
        to: Named,
    },
}

impl Move {
    /// The name under which messages explain it.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::SplitFrom(_) => "split-from",
            Self::Removed => "removed",
            Self::MergedInto(_) => "merged",
            Self::Split(_) => "split",
            Self::Moved(_) => "moved",
            Self::Renamed { .. } => "renamed",
        }
    }
}

/// Everything that differs, in the order of the projects' codes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    pub before: usize,
    pub after: usize,
    pub moves: Vec<(Code, Move)>,
}

/// Compares the members of a plan at two points of view.
pub fn compare(before: &Portfolio, after: &Portfolio) -> Comparison {
    let was = |code: &Code| before.project(code.as_str()).filter(|project| project.is_member());
    let mut moves = Vec::new();
    for project in &after.projects {
        let code = &project.code;
        match (was(code), project.is_member()) {
            (None, true) => {
                let piece_of = project.membership_other.clone().filter(|other| was(other).is_some());
                moves.push((code.clone(), piece_of.map_or(Move::Added, Move::SplitFrom)));
            }
            (Some(old), true) if old.name != project.name => {
                moves
                    .push((code.clone(), Move::Renamed { from: old.name.clone(), to: project.name.clone() }));
            }
            (Some(_), false) => {
                let other = project.membership_other.clone();
                let gone = match project.membership {
                    Membership::Merged => Move::MergedInto(other),
                    Membership::Split => Move::Split(
                        after
                            .members()
                            .filter(|piece| piece.membership_other.as_ref() == Some(code))
                            .map(|piece| piece.code.clone())
                            .collect(),
                    ),
                    Membership::Moved => Move::Moved(other),
                    Membership::Member | Membership::Removed => Move::Removed,
                };
                moves.push((code.clone(), gone));
            }
            _ => {}
        }
    }
    Comparison { before: before.members().count(), after: after.members().count(), moves }
}
