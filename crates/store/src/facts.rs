//! The projection that reading stands on: every fact with its two times.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::code::Code;
use domain::history::{History, Lookup, RecordedFact, SubjectHistory, View};
use domain::item::kind::Series;
use domain::journal::{Entry, Event, Seq};
use domain::plan::Plan;
use domain::project::ProjectFact;
use domain::request::RequestState;
use domain::source::Grade;
use domain::subject::{DIRECTORY, Subject, SubjectKind};
use jiff::civil::Date;

use crate::error::{Result, StoreError};
use crate::sql::{Connection, Param, Row};
use crate::writer::Tx;

/// The first word of slots that a statement or overview never asks for: leaving them out makes the
/// first answer of a cold process quick.
pub const LIGHT_TOPICS: [&str; 6] = ["progress", "remark", "document", "alias", "budget", "funding"];

/// Writes an entry's facts. Those of requests, of which each has few entries among millions, are read from the entries.
pub(crate) fn project(connection: &mut Connection, entry: &Entry) -> Result<()> {
    let Subject { scope, kind, code } = &entry.draft.subject;
    if *kind == SubjectKind::Request {
        return Ok(());
    }
    let place = [Param::Text(scope.as_str()), Param::Text(kind.as_str()), Param::Text(code.as_str())];
    let [scope, kind, code] = place;
    if let Event::Corrected { entry: wrong, .. } = &entry.draft.event {
        connection.send(
            "UPDATE fact SET superseded = $1 \
             WHERE scope = $2 AND kind = $3 AND subject = $4 AND seq = $5 AND superseded IS NULL",
            &[Param::from(entry.seq.0), scope, kind, code, Param::from(wrong.0)],
        )?;
    }
    let effective = entry.draft.effective.to_string();
    for fact in entry.draft.event.facts() {
        let slot = fact.slot();
        let topic = slot.split_once('/').map_or(slot.as_str(), |(topic, _)| topic);
        let body = serde_json::to_string(fact)
            .map_err(|error| StoreError::Unreadable { seq: entry.seq.0, why: error.to_string() })?;
        connection.send(
            "INSERT INTO fact (scope, kind, subject, slot, effective, seq, topic, grade, body) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            &[
                scope,
                kind,
                code,
                Param::Text(&slot),
                Param::Text(&effective),
                Param::from(entry.seq.0),
                Param::Text(topic),
                Param::Text(entry.draft.source.grade.as_str()),
                Param::Text(&body),
            ],
        )?;
    }
    Ok(())
}

pub(crate) const COLUMNS: &str = "subject, slot, effective, seq, superseded, grade, body";

/// Word for word as its index says and without DISTINCT: SQLite would read all facts of the projects otherwise.
const OWN_WORK: &str =
    "SELECT subject FROM fact WHERE scope = $1 AND kind = $2 AND topic IN ('step_link', 'step_work')";

const DRAWN_AREAS: &str =
    "SELECT DISTINCT subject FROM fact WHERE scope = $1 AND kind = $2 AND slot = 'boundary' ORDER BY subject";

/// Reads the fact columns of a row that begins with the subject's code.
pub(crate) fn fact(row: &Row) -> Result<RecordedFact> {
    let seq = row.int(3)? as u64;
    let unreadable = |why: String| StoreError::Unreadable { seq, why };
    Ok(RecordedFact {
        slot: row.text(1)?.into(),
        effective: row.text(2)?.parse::<Date>().map_err(|error| unreadable(error.to_string()))?,
        seq: Seq(seq),
        superseded: row.opt_int(4)?.map(|seq| Seq(seq as u64)),
        grade: Grade::parse(row.text(5)?).ok_or_else(|| unreadable("unknown grade".into()))?,
        fact: serde_json::from_str(row.text(6)?).map_err(|error| unreadable(error.to_string()))?,
    })
}

/// Leaves only facts of no light topic; whether what is left changes a subject without such facts.
fn is_heavy(event: &mut Event, held: Option<&Arc<SubjectHistory>>) -> bool {
    let (Event::Registered { facts } | Event::Recorded { facts } | Event::Corrected { facts, .. }) = event;
    facts.retain(|fact| {
        let slot = fact.slot();
        let topic = slot.split_once('/').map_or(slot.as_str(), |(topic, _)| topic);
        !LIGHT_TOPICS.contains(&topic)
    });
    !facts.is_empty()
        || event.corrects().zip(held).is_some_and(|(wrong, held)| held.facts().iter().any(|f| f.seq == wrong))
}

impl Connection {
    /// One subject by the facts that are in their places.
    pub(crate) fn placed(&mut self, subject: &Subject) -> Result<Option<SubjectHistory>> {
        if subject.kind == SubjectKind::Request {
            return self.request_history(subject);
        }
        let facts = self.rows(
            &format!("SELECT {COLUMNS} FROM fact WHERE scope = $1 AND kind = $2 AND subject = $3"),
            &[
                Param::Text(subject.scope.as_str()),
                Param::Text(subject.kind.as_str()),
                Param::Text(subject.code.as_str()),
            ],
            fact,
        )?;
        Ok(SubjectHistory::from_facts(subject.clone(), facts))
    }

    /// Everything of the given scopes. With `light`, facts of [`LIGHT_TOPICS`] are left out.
    pub fn history(&mut self, scopes: &[Code], light: bool) -> Result<History> {
        let mut history = History::default();
        let head = self.head()?;
        for scope in scopes {
            self.load_scope(scope, light, &mut history)?;
        }
        for mut entry in self.tail_entries()? {
            let subject = &entry.draft.subject;
            if !subject.kind.is_portfolio() || !scopes.contains(&subject.scope) {
                continue;
            }
            if light && !is_heavy(&mut entry.draft.event, history.get(subject)) {
                continue;
            }
            history.apply(&entry);
        }
        history.set_head(head);
        Ok(history)
    }

    fn load_scope(&mut self, scope: &Code, light: bool, history: &mut History) -> Result<()> {
        for kind in SubjectKind::ALL.into_iter().filter(|kind| kind.is_portfolio()) {
            let place = [Param::Text(scope.as_str()), Param::Text(kind.as_str())];
            let mut facts: Vec<(Code, Vec<RecordedFact>)> = Vec::new();
            let without = if light {
                let topics = LIGHT_TOPICS.map(|topic| format!("'{topic}'")).join(", ");
                format!(" AND topic NOT IN ({topics})")
            } else {
                String::new()
            };
            let mut last: Option<(Code, Vec<RecordedFact>)> = None;
            self.each(
                &format!(
                    "SELECT {COLUMNS} FROM fact WHERE scope = $1 AND kind = $2{without} ORDER BY subject"
                ),
                &place,
                &mut |row| {
                    let recorded = fact(row)?;
                    let code = row.text(0)?;
                    match &mut last {
                        Some((held, list)) if held.as_str() == code => list.push(recorded),
                        _ => {
                            let code = Code::new(code).map_err(|error| StoreError::Unreadable {
                                seq: recorded.seq.0,
                                why: error.to_string(),
                            })?;
                            if let Some((held, list)) = last.replace((code, vec![recorded])) {
                                facts.push((held, list));
                            }
                        }
                    }
                    Ok(())
                },
            )?;
            facts.extend(last);
            for (code, list) in facts {
                let subject = Subject { scope: scope.clone(), kind, code };
                if let Some(held) = SubjectHistory::from_facts(subject, list) {
                    history.put(held);
                }
            }
        }
        Ok(())
    }

    /// The projects of a plan that have, or once had, words of their own about their steps, by what is placed;
    /// once for each such fact.
    fn placed_own_work(&mut self, plan: &Code) -> Result<Vec<Code>> {
        self.rows(
            OWN_WORK,
            &[Param::Text(plan.as_str()), Param::Text(SubjectKind::Project.as_str())],
            |row| row.code(0),
        )
    }

    fn placed_drawn_areas(&mut self) -> Result<Vec<Code>> {
        let place = [Param::Text(DIRECTORY), Param::Text(SubjectKind::Area.as_str())];
        self.rows(DRAWN_AREAS, &place, |row| {
            Code::new(row.text(0)?).map_err(|error| StoreError::Damaged(error.to_string()))
        })
    }

    /// The codes of all plans.
    pub fn plans(&mut self) -> Result<Vec<Code>> {
        self.rows(
            "SELECT scope FROM entry WHERE kind = $1 GROUP BY scope ORDER BY MIN(seq)",
            &[Param::Text("plan")],
            |row| row.code(0),
        )
    }
}

/// Subjects that the writer has lately loaded, kept in step with what it appends.
#[derive(Default)]
pub(crate) struct SubjectCache {
    subjects: HashMap<Subject, Option<Arc<SubjectHistory>>, foldhash::fast::RandomState>,
    /// Plans as of a version of their subject.
    plans: HashMap<Code, (Seq, Arc<Plan>)>,
    /// The last entries about what plans are looked up in.
    changed: HashMap<Code, Seq>,
}

impl SubjectCache {
    /// More subjects than these are forgotten all at once; a task force's day touches far fewer.
    const MOST: usize = 4096;

    pub(crate) fn clear(&mut self) {
        self.subjects.clear();
        self.plans.clear();
        self.changed.clear();
    }

    pub(crate) fn forget(&mut self, subject: &Subject) {
        self.subjects.remove(subject);
    }

    pub(crate) fn apply(&mut self, entry: &Entry) {
        let subject = &entry.draft.subject;
        if subject.kind.is_portfolio() {
            let concerned = self
                .changed
                .iter_mut()
                .filter(|(plan, _)| subject.kind.is_directory() || **plan == subject.scope);
            concerned.for_each(|(_, changed)| *changed = entry.seq);
        }
        // A subject that is not held will be loaded, with this entry, when someone asks.
        match self.subjects.get_mut(subject) {
            Some(Some(history)) => Arc::make_mut(history).apply(entry),
            Some(held @ None) => {
                let mut history = SubjectHistory::new(subject.clone(), entry.seq);
                history.apply(entry);
                *held = Some(Arc::new(history));
            }
            None => {}
        }
    }
}

impl Tx<'_> {
    /// One subject as of this very moment.
    pub fn subject(&mut self, subject: &Subject) -> Result<Option<Arc<SubjectHistory>>> {
        if let Some(held) = self.cache.subjects.get(subject) {
            return Ok(held.clone());
        }
        let placed = self.connection.placed(subject)?;
        let loaded = self.whole_tail()?.follow(subject, placed).map(Arc::new);
        if self.cache.subjects.len() >= SubjectCache::MOST {
            self.cache.clear();
        }
        self.cache.subjects.insert(subject.clone(), loaded.clone());
        Ok(loaded)
    }

    /// Finds out at once which of many requests are new, so that none of those has to be looked for by itself.
    pub fn look_ahead(&mut self, plan: &Code, codes: &[Code]) -> Result<()> {
        let known = self.connection.known_requests(plan, codes)?;
        if self.cache.subjects.len() + codes.len() > SubjectCache::MOST {
            self.cache.subjects.clear();
        }
        for code in codes.iter().filter(|code| !known.contains(code.as_str())) {
            self.cache.subjects.entry(Subject::request(plan, code)).or_insert(None);
        }
        Ok(())
    }

    /// Whether no request of a plan is called so. Where that is not known yet, it is found out of others with it, that will be
    /// asked for next.
    pub fn is_new_request(
        &mut self,
        plan: &Code,
        code: &Code,
        next: impl FnOnce() -> Vec<Code>,
    ) -> Result<bool> {
        let subject = Subject::request(plan, code);
        if !self.cache.subjects.contains_key(&subject) {
            let codes: Vec<Code> = std::iter::once(code.clone()).chain(next()).collect();
            self.look_ahead(plan, &codes)?;
        }
        match self.cache.subjects.get(&subject) {
            Some(held) => Ok(held.is_none()),
            None => Ok(false),
        }
    }

    /// The last entry about a subject of a plan or the directory that plans are looked up in.
    pub(crate) fn portfolio_changed(&mut self, plan: &Code) -> Result<Seq> {
        if let Some(changed) = self.cache.changed.get(plan) {
            return Ok(*changed);
        }
        let changed = self.connection.portfolio_changed(plan.as_str())?;
        self.cache.changed.insert(plan.clone(), changed);
        Ok(changed)
    }

    /// The projects of a plan with words of their own about their steps, by their codes.
    fn own_work(&mut self, plan: &Code) -> Result<Vec<Code>> {
        let mut found = self.connection.placed_own_work(plan)?;
        found.extend(self.whole_tail()?.projects(plan, ProjectFact::is_work));
        found.sort();
        found.dedup();
        Ok(found)
    }

    /// The areas with a boundary, by their codes.
    fn drawn_areas(&mut self) -> Result<Vec<Code>> {
        let mut found = self.connection.placed_drawn_areas()?;
        found.extend(self.whole_tail()?.drawn_areas());
        found.sort();
        found.dedup();
        Ok(found)
    }

    /// Lets the domain's rules look subjects up in this transaction.
    pub fn with_lookup<T>(&mut self, rule: impl FnOnce(&dyn Lookup) -> T) -> Result<T> {
        let lookup = TxLookup { tx: Mutex::new((self, None)) };
        let outcome = rule(&lookup);
        match lookup.tx.into_inner().unwrap_or_else(PoisonError::into_inner).1 {
            Some(error) => Err(error),
            None => Ok(outcome),
        }
    }
}

/// Rules see plain look-ups; a failure of the database is kept and reported after the rule.
struct TxLookup<'a, 'b> {
    tx: Mutex<(&'a mut Tx<'b>, Option<StoreError>)>,
}

impl Lookup for TxLookup<'_, '_> {
    fn subject(&self, subject: &Subject) -> Option<Arc<SubjectHistory>> {
        let mut guard = self.tx.lock().unwrap_or_else(PoisonError::into_inner);
        match guard.0.subject(subject) {
            Ok(found) => found,
            Err(error) => {
                guard.1.get_or_insert(error);
                None
            }
        }
    }

    fn plan(&self, plan: &Code) -> Option<Arc<Plan>> {
        let history = self.subject(&Subject::plan(plan))?;
        let mut guard = self.tx.lock().unwrap_or_else(PoisonError::into_inner);
        let plans = &mut guard.0.cache.plans;
        if let Some((version, held)) = plans.get(plan)
            && *version == history.version
        {
            return Some(held.clone());
        }
        let fresh = Arc::new(Plan::at(&history, View::ALL)?);
        plans.insert(plan.clone(), (history.version, fresh.clone()));
        Some(fresh)
    }

    fn own_work(&self, plan: &Code) -> Vec<Code> {
        let mut guard = self.tx.lock().unwrap_or_else(PoisonError::into_inner);
        match guard.0.own_work(plan) {
            Ok(found) => found,
            Err(error) => {
                guard.1.get_or_insert(error);
                Vec::new()
            }
        }
    }

    fn drawn_areas(&self) -> Vec<Code> {
        let mut guard = self.tx.lock().unwrap_or_else(PoisonError::into_inner);
        match guard.0.drawn_areas() {
            Ok(found) => found,
            Err(error) => {
                guard.1.get_or_insert(error);
                Vec::new()
            }
        }
    }

    fn requests_of(&self, plan: &Code, request: &Code) -> Vec<(Code, bool, RequestState)> {
        let mut guard = self.tx.lock().unwrap_or_else(PoisonError::into_inner);
        match guard.0.connection.requests_of(plan, request) {
            Ok(found) => found,
            Err(error) => {
                guard.1.get_or_insert(error);
                Vec::new()
            }
        }
    }

    fn numbered(&self, plan: &Code, series: Series) -> Vec<(Code, u32)> {
        let mut guard = self.tx.lock().unwrap_or_else(PoisonError::into_inner);
        match guard.0.connection.numbered_reports(plan, series) {
            Ok(found) => found,
            Err(error) => {
                guard.1.get_or_insert(error);
                Vec::new()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::Database;
    use scratch::Scratch;

    #[test]
    fn sqlite_finds_projects_with_own_work_by_their_index_alone() {
        let scratch = Scratch::sqlite();
        let database = Database::open(&scratch.address().parse().unwrap(), 0).unwrap();
        let (sql, params) = (format!("EXPLAIN QUERY PLAN {OWN_WORK}"), ["p", "project"].map(Param::Text));
        let plan = database.read(|c| c.rows(&sql, &params, |row| Ok(row.text(3)?.to_owned()))).unwrap();
        assert!(plan.len() == 1 && plan[0].contains("COVERING INDEX fact_of_work"), "{plan:?}");
    }
}
