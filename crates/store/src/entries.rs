//! Entries as readers ask for them: newest first, narrowed, a page at a time.

use domain::code::Code;
use domain::journal::{Entry, Seq};
use domain::subject::{Subject, SubjectKind, directory};
use jiff::Timestamp;

use crate::error::Result;
use crate::journal::{COLUMNS, entry};
use crate::sql::{Connection, Param};

/// Which entries are wanted; all given conditions must hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EntryFilter {
    pub scope: Option<Code>,
    pub subject: Option<Subject>,
    /// Where no whole subject is given: only subjects of a kind, or with a code.
    pub kind: Option<SubjectKind>,
    pub code: Option<Code>,
    pub actor: Option<Code>,
    pub recorded_from: Option<Timestamp>,
    pub recorded_to: Option<Timestamp>,
    /// Only entries up to this one: the journal as it was known.
    pub known: Option<Seq>,
}

/// A page of a list that is read backwards from the newest.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Ask for entries before this one to read on.
    pub next: Option<Seq>,
}

/// A statement under construction.
#[derive(Default)]
struct Conditions<'a> {
    texts: Vec<String>,
    params: Vec<Param<'a>>,
}

impl<'a> Conditions<'a> {
    /// A condition with `?` for each value.
    fn add(&mut self, condition: &str, values: &[Param<'a>]) {
        let mut condition = condition.to_owned();
        for value in values {
            self.params.push(*value);
            condition = condition.replacen('?', &format!("${}", self.params.len()), 1);
        }
        self.texts.push(condition);
    }
}

impl Connection {
    /// Entries newest first, before `before`, at most `limit`.
    pub fn entries(
        &mut self,
        filter: &EntryFilter,
        before: Option<Seq>,
        limit: usize,
    ) -> Result<Page<Entry>> {
        // What is narrowed lies in certain parts of an index, one for each scope and kind. The newest of
        // each are the newest of all.
        let parts = self.parts(filter)?;
        let from = filter.recorded_from.map(|from| self.known_before(from)).transpose()?;
        let until = filter.recorded_to.map(|to| self.known_before(to)).transpose()?;
        let known = filter.known.filter(|known| *known != Seq::LATEST);
        let code = filter.subject.as_ref().map(|subject| &subject.code).or(filter.code.as_ref());
        let mut items: Vec<Entry> = Vec::new();
        for part in &parts {
            let mut asked = Conditions::default();
            if let Some((scope, kind)) = part {
                let place = [Param::Text(kind.as_str()), Param::Text(scope.as_str())];
                asked.add("kind = ? AND scope = ?", &place);
                if let Some(code) = code {
                    let code = Param::Text(code.as_str());
                    let [kind, scope] = place;
                    asked.add(
                        "seq IN (SELECT seq FROM fact WHERE scope = ? AND kind = ? AND subject = ? \
                         UNION SELECT superseded FROM fact WHERE scope = ? AND kind = ? AND subject = ? \
                         AND superseded IS NOT NULL)",
                        &[scope, kind, code, scope, kind, code],
                    );
                }
            }
            if let Some(actor) = &filter.actor {
                asked.add("actor = ?", &[Param::Text(actor.as_str())]);
            }
            if let Some(from) = from {
                asked.add("seq > ?", &[Param::from(from.0)]);
            }
            if let Some(until) = until.into_iter().chain(known).min() {
                asked.add("seq <= ?", &[Param::from(until.0)]);
            }
            if let Some(before) = before {
                asked.add("seq < ?", &[Param::from(before.0)]);
            }
            asked.add("1 = 1 ORDER BY seq DESC LIMIT ?", &[Param::Int(limit as i64 + 1)]);
            let sql = format!("SELECT {COLUMNS} FROM entry WHERE {}", asked.texts.join(" AND "));
            items.extend(self.rows(&sql, &asked.params, entry)?);
        }
        items.sort_by_key(|entry| std::cmp::Reverse(entry.seq));
        let next = (items.len() > limit).then(|| {
            items.truncate(limit);
            items.last().map_or(Seq(0), |entry| entry.seq)
        });
        Ok(Page { items, next })
    }

    /// The last entry that was recorded before a moment.
    fn known_before(&mut self, moment: Timestamp) -> Result<Seq> {
        let earlier = Timestamp::from_microsecond(moment.as_microsecond().saturating_sub(1));
        self.known_at(earlier.unwrap_or(Timestamp::MIN))
    }

    fn parts(&mut self, filter: &EntryFilter) -> Result<Vec<Option<(Code, SubjectKind)>>> {
        if let Some(subject) = &filter.subject {
            return Ok(vec![Some((subject.scope.clone(), subject.kind))]);
        }
        if filter.scope.is_none() && filter.kind.is_none() && filter.code.is_none() {
            return Ok(vec![None]);
        }
        let scopes = match &filter.scope {
            Some(scope) => vec![scope.clone()],
            None => self.plans()?.into_iter().chain([directory()]).collect(),
        };
        let kinds = filter.kind.map_or_else(|| SubjectKind::ALL.to_vec(), |kind| vec![kind]);
        let parts = scopes.iter().flat_map(|scope| kinds.iter().map(|kind| Some((scope.clone(), *kind))));
        Ok(parts.collect())
    }
}
