//! Entries as readers ask for them: newest first, narrowed, a page at a time.

use domain::code::Code;
use domain::journal::{Entry, Seq};
use domain::subject::{Subject, SubjectKind, directory};
use jiff::Timestamp;
use jiff::civil::Date;

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
    /// Only what took effect by this day.
    pub effective_to: Option<Date>,
    /// Only entries beyond this one: what was recorded since.
    pub after: Option<Seq>,
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

/// The stretch of the journal that is looked at.
#[derive(Debug, Clone, Copy, Default)]
struct Stretch<'a> {
    after: Option<Seq>,
    until: Option<Seq>,
    before: Option<Seq>,
    effective_to: Option<&'a str>,
}

/// Asks for the newest `most` entries of a part of the journal, or of the whole.
fn statement<'a>(
    filter: &'a EntryFilter,
    part: Option<&'a (Code, SubjectKind)>,
    stretch: Stretch<'a>,
    most: i64,
) -> (String, Vec<Param<'a>>) {
    let mut params: Vec<Param> = Vec::new();
    let mut put = |value| {
        params.push(value);
        format!("${}", params.len())
    };
    let ends = [(">", stretch.after), ("<=", stretch.until), ("<", stretch.before)];
    let ends = ends.map(|(sign, end)| end.map(|end| format!(" {sign} {}", put(Param::from(end.0)))));
    let within =
        |column: &str| -> String { ends.iter().flatten().map(|end| format!(" AND {column}{end}")).collect() };
    let most = put(Param::Int(most));
    let mut conditions = within("seq");
    if let Some((scope, kind)) = part {
        let code = filter.subject.as_ref().map(|subject| &subject.code).or(filter.code.as_ref());
        // A request's entries have an index of their own, which is for this very word.
        let own_index = code.is_some() && *kind == SubjectKind::Request;
        let scope = put(Param::Text(scope.as_str()));
        let kind = if own_index { "'request'".to_owned() } else { put(Param::Text(kind.as_str())) };
        conditions.push_str(&format!(" AND kind = {kind} AND scope = {scope}"));
        let code = code.map(|code| put(Param::Text(code.as_str())));
        if let Some(code) = code.as_ref().filter(|_| own_index) {
            conditions.push_str(&format!(" AND subject = {code}"));
        }
        if let Some(code) = code.filter(|_| !own_index) {
            let facts = format!("FROM fact WHERE scope = {scope} AND kind = {kind} AND subject = {code}");
            // No more of them are read than are wanted, unless some fall away for what else is asked.
            let newest = match (&filter.actor, stretch.effective_to) {
                (None, None) => format!(" ORDER BY seq DESC LIMIT {most}"),
                _ => String::new(),
            };
            // A subject's entries are those of its facts, those that took facts back, and the tail's.
            conditions.push_str(&format!(
                " AND seq IN (SELECT seq FROM (SELECT seq {facts}{} UNION \
                 SELECT superseded {facts} AND superseded IS NOT NULL{} UNION \
                 SELECT seq FROM entry WHERE scope = {scope} AND kind = {kind} AND subject = {code}{} \
                 AND {}) AS own{newest})",
                within("seq"),
                within("superseded"),
                within("seq"),
                crate::tail::WITHIN,
            ));
        }
    }
    if let Some(actor) = &filter.actor {
        conditions.push_str(&format!(" AND actor = {}", put(Param::Text(actor.as_str()))));
    }
    if let Some(day) = stretch.effective_to {
        conditions.push_str(&format!(" AND effective <= {}", put(Param::Text(day))));
    }
    let sql = format!("SELECT {COLUMNS} FROM entry WHERE 1 = 1{conditions} ORDER BY seq DESC LIMIT {most}");
    (sql, params)
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
        let after = from.into_iter().chain(filter.after).max();
        let until = filter.recorded_to.map(|to| self.known_before(to)).transpose()?;
        let known = filter.known.filter(|known| *known != Seq::LATEST);
        let until = until.into_iter().chain(known).min();
        let effective_to = filter.effective_to.map(|day| day.to_string());
        let stretch = Stretch { after, until, before, effective_to: effective_to.as_deref() };
        let mut items: Vec<Entry> = Vec::new();
        for part in &parts {
            let (sql, params) = statement(filter, part.as_ref(), stretch, limit as i64 + 1);
            items.extend(self.rows(&sql, &params, entry)?);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::Database;
    use crate::error::StoreError;
    use scratch::Scratch;

    const LONG: i64 = 20_000;

    /// A journal in which one project has few entries among many others', and one many.
    fn journal(scratch: &Scratch) -> Database {
        let database = Database::open(&scratch.address().parse().unwrap(), 0).unwrap();
        let fill = |tx: &mut crate::Tx| {
            let connection = tx.writing();
            let event = "as long as entries are ".repeat(20);
            for seq in 1..=LONG {
                let subject = match seq {
                    seq if seq % 2_500 == 0 => "few".to_owned(),
                    seq if seq % 2 == 0 => "many".to_owned(),
                    seq => format!("other-{}", seq % 300),
                };
                let subject = Param::Text(&subject);
                connection.send(
                    "INSERT INTO entry (seq, recorded_at, effective, actor, scope, kind, subject, event, \
                     source, reason, hash) VALUES ($1, $1, '2020-01-01', 'someone', 'p', 'project', $2, \
                     $3, '', '', '')",
                    &[Param::Int(seq), subject, Param::Text(&event)],
                )?;
                connection.send(
                    "INSERT INTO fact (scope, kind, subject, slot, effective, seq, topic, grade, body) \
                     VALUES ('p', 'project', $2, 'progress', '2020-01-01', $1, 'progress', '', '')",
                    &[Param::Int(seq), subject],
                )?;
            }
            let all = [Param::Int(LONG)];
            connection
                .execute("UPDATE chain SET seq = $1, projected = $1, listed = $1 WHERE id = 1", &all)?;
            Ok::<_, StoreError>(())
        };
        database.write(fill).unwrap();
        // Ways are chosen by what the tables hold.
        database.write(|tx| tx.writing().batch("ANALYZE")).unwrap();
        database
    }

    fn of(code: &str) -> (EntryFilter, (Code, SubjectKind)) {
        let filter = EntryFilter { code: Some(Code::new(code).unwrap()), ..EntryFilter::default() };
        (filter, (Code::new("p").unwrap(), SubjectKind::Project))
    }

    #[test]
    fn sqlite_finds_a_subjects_entries_by_indexes() {
        let scratch = Scratch::sqlite();
        let database = journal(&scratch);
        for (code, stretch) in [("few", Stretch::default()), ("many", cut())] {
            let (filter, part) = of(code);
            let (sql, params) = statement(&filter, Some(&part), stretch, 51);
            let sql = format!("EXPLAIN QUERY PLAN {sql}");
            let plan = database.read(|c| c.rows(&sql, &params, |row| Ok(row.text(3)?.to_owned()))).unwrap();
            let entries: Vec<&String> = plan.iter().filter(|step| step.contains("entry")).collect();
            // One by one, but for the tail and the journal's end.
            let few = |step: &str| ["rowid=?", "seq>?", "rowid>?"].iter().any(|by| step.contains(by));
            assert!(entries.iter().all(|step| few(step) || *step == "SEARCH entry"), "{plan:?}");
            assert!(!entries.is_empty() && !plan.iter().any(|step| step.contains("SCAN fact")), "{plan:?}");
        }
    }

    #[test]
    fn postgres_reads_no_more_entries_than_are_wanted() {
        let Some(scratch) = Scratch::postgres() else { return };
        let database = journal(&scratch);
        // The server counts from one report of its statistics to the next, across transactions.
        let read = |c: &mut Connection| {
            let sql =
                "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'entry'";
            Ok::<_, StoreError>(c.first(sql, &[], |row| row.int(0))?.unwrap_or_default())
        };
        // More often than the server makes a plan for given values only.
        for _ in 0..8 {
            for (code, stretch) in
                [("few", Stretch::default()), ("many", Stretch::default()), ("many", cut())]
            {
                let (filter, part) = of(code);
                let (sql, params) = statement(&filter, Some(&part), stretch, 51);
                let (found, read) = database
                    .read::<_, StoreError>(|c| {
                        let before = read(c)?;
                        let found = c.rows(&sql, &params, |row| row.int(0))?.len() as i64;
                        Ok((found, read(c)? - before))
                    })
                    .unwrap();
                assert_eq!(found, if code == "few" { 8 } else { 51 });
                // And the journal's end, which is the tail's.
                assert!((found..=found + 3).contains(&read), "{read} entries read for {found} of {code}");
            }
        }
    }

    fn cut() -> Stretch<'static> {
        let (after, until, before) = (Some(Seq(100)), Some(Seq(13_000)), Some(Seq(12_500)));
        Stretch { after, until, before, effective_to: None }
    }
}
