//! What is known of a subject, in two times: the day a fact holds (*as of*) and the entry that
//! recorded it (*known at*).

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::code::Code;
use crate::fact::{Fact, OfKind};
use crate::item::kind::Series;
use crate::journal::{Draft, Entry, Event, Hash, Seq};
use crate::plan::Plan;
use crate::project::ProjectFact;
use crate::request::RequestState;
use crate::source::Grade;
use crate::subject::{Subject, SubjectKind, directory};

/// The point from which things are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct View {
    /// The last effective day that counts.
    pub as_of: Date,
    /// The last entry that counts.
    pub known: Seq,
}

impl View {
    /// Everything on record, whatever day it holds from.
    pub const ALL: View = View { as_of: Date::MAX, known: Seq::LATEST };

    pub fn as_of(as_of: Date) -> Self {
        Self { as_of, known: Seq::LATEST }
    }
}

/// A fact as the journal brought it.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedFact {
    pub slot: Box<str>,
    pub effective: Date,
    pub seq: Seq,
    /// The correction since which it no longer counts.
    pub superseded: Option<Seq>,
    pub grade: Grade,
    pub fact: Fact,
}

impl RecordedFact {
    pub fn is_known(&self, known: Seq) -> bool {
        self.seq <= known && self.superseded.is_none_or(|by| by > known)
    }

    pub fn is_visible(&self, view: View) -> bool {
        self.effective <= view.as_of && self.is_known(view.known)
    }
}

/// A visible fact with what its reader may want to know of it.
#[derive(Debug, Clone, Copy)]
pub struct Held<'a, F> {
    pub fact: &'a F,
    pub effective: Date,
    pub seq: Seq,
    pub grade: Grade,
}

/// All facts of one subject, in the order slot, effective date, entry.
#[derive(Debug, Clone, PartialEq)]
pub struct SubjectHistory {
    pub subject: Subject,
    /// The last entry about it: changes are checked against it.
    pub version: Seq,
    /// The entry that put it on the books.
    pub registered: Seq,
    facts: Vec<RecordedFact>,
}

impl SubjectHistory {
    pub fn new(subject: Subject, registered: Seq) -> Self {
        Self { subject, version: registered, registered, facts: Vec::new() }
    }

    /// The subject of these facts; `None` without any. Its first and last entries are those that brought
    /// or withdrew them.
    pub fn from_facts(subject: Subject, mut facts: Vec<RecordedFact>) -> Option<Self> {
        facts.sort_by(|a, b| (&a.slot, a.effective, a.seq).cmp(&(&b.slot, b.effective, b.seq)));
        let registered = facts.iter().map(|fact| fact.seq).min()?;
        let version =
            facts.iter().map(|fact| fact.superseded.map_or(fact.seq, |by| by.max(fact.seq))).max()?;
        Some(Self { subject, version, registered, facts })
    }

    pub fn facts(&self) -> &[RecordedFact] {
        &self.facts
    }

    /// The facts of one slot, in the order of effective date, then entry.
    pub fn in_slot(&self, slot: &str) -> &[RecordedFact] {
        let from = self.facts.partition_point(|fact| *fact.slot < *slot);
        let count = self.facts[from..].partition_point(|fact| *fact.slot == *slot);
        &self.facts[from..from + count]
    }

    /// Takes in one fact, at its place: often the end, which is seen without searching a history that
    /// no cache of the processor holds.
    pub fn insert(&mut self, fact: RecordedFact) {
        let wanted = (&fact.slot, fact.effective, fact.seq);
        let before = |held: &RecordedFact| (&held.slot, held.effective, held.seq) <= wanted;
        let at = match self.facts.last() {
            Some(last) if !before(last) => self.facts.partition_point(before),
            _ => self.facts.len(),
        };
        self.facts.insert(at, fact);
    }

    /// The same subject with only some of its facts.
    pub fn only(&self, wanted: impl Fn(&Fact) -> bool) -> Self {
        Self {
            subject: self.subject.clone(),
            version: self.version,
            registered: self.registered,
            facts: self.facts.iter().filter(|held| wanted(&held.fact)).cloned().collect(),
        }
    }

    /// Marks the facts of a corrected entry.
    pub fn supersede(&mut self, entry: Seq, by: Seq) {
        for fact in &mut self.facts {
            if fact.seq == entry && fact.superseded.is_none() {
                fact.superseded = Some(by);
            }
        }
    }

    /// What would be known of a subject after some drafts, as if they were the journal's first entries.
    pub fn after(subject: &Subject, drafts: &[Draft]) -> Self {
        let mut history = Self::new(subject.clone(), Seq(1));
        for (seq, draft) in (1..).map(Seq).zip(drafts) {
            let draft = draft.clone();
            history.apply(&Entry { seq, recorded_at: Timestamp::UNIX_EPOCH, draft, hash: Hash::GENESIS });
        }
        history
    }

    /// Takes in an entry about this subject.
    pub fn apply(&mut self, entry: &Entry) {
        if let Event::Corrected { entry: wrong, .. } = entry.draft.event {
            self.supersede(wrong, entry.seq);
        }
        for fact in entry.draft.event.facts() {
            self.insert(RecordedFact {
                slot: fact.slot().into(),
                effective: entry.draft.effective,
                seq: entry.seq,
                superseded: None,
                grade: entry.draft.source.grade,
                fact: fact.clone(),
            });
        }
        self.version = entry.seq;
    }

    /// Every visible fact of the wanted kind, earlier ones of a slot before later ones: applying them
    /// in order leaves what holds.
    pub fn visible<'a, F: OfKind + 'a>(&'a self, view: View) -> impl Iterator<Item = Held<'a, F>> {
        self.facts.iter().filter(move |f| f.is_visible(view)).filter_map(|f| {
            Some(Held { fact: F::of(&f.fact)?, effective: f.effective, seq: f.seq, grade: f.grade })
        })
    }

    /// The grade of the subject itself: that of the entry that registered it.
    pub fn grade(&self) -> Grade {
        self.facts.iter().find(|f| f.seq == self.registered).map_or(Grade::Reported, |f| f.grade)
    }

    /// Whether it is on the books at the point of view.
    pub fn exists(&self, view: View) -> bool {
        self.facts.iter().any(|f| f.is_visible(view))
    }
}

/// Histories by subject: what a rule may look up.
pub trait Lookup {
    fn subject(&self, subject: &Subject) -> Option<Arc<SubjectHistory>>;

    /// A plan with everything on record. Whoever answers many commands keeps it between them: putting
    /// it together takes longer than checking a command against it.
    fn plan(&self, plan: &Code) -> Option<Arc<Plan>> {
        Plan::at(&*self.subject(&Subject::plan(plan))?, View::ALL).map(Arc::new)
    }

    /// The projects of a plan that have, or once had, words of their own about what their steps wait for.
    fn own_work(&self, plan: &Code) -> Vec<Code>;

    /// The areas that are drawn on maps.
    fn drawn_areas(&self) -> Vec<Code> {
        Vec::new()
    }

    /// The requests that were merged into this one (`true`) or are matters of it, with their states.
    fn requests_of(&self, _plan: &Code, _request: &Code) -> Vec<(Code, bool, RequestState)> {
        Vec::new()
    }

    /// The reports of a series that have a number. Only whoever decides on a change need know them: it is
    /// there that a number is taken.
    fn numbered(&self, _plan: &Code, _series: Series) -> Vec<(Code, u32)> {
        Vec::new()
    }
}

/// All subjects of a plan and of the directory, ready for any question.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    /// Shared with those who look at an earlier head, until there is something new.
    subjects: Arc<BTreeMap<Subject, Arc<SubjectHistory>>>,
    head: Seq,
    changed: Seq,
}

impl History {
    /// The last entry taken in.
    pub fn head(&self) -> Seq {
        self.head
    }

    pub fn set_head(&mut self, head: Seq) {
        self.head = head;
    }

    /// The last entry about one of its subjects: until there is another one, all answers stay the same, however far
    /// the journal goes on about others.
    pub fn changed(&self) -> Seq {
        self.changed
    }

    pub fn put(&mut self, history: SubjectHistory) {
        self.changed = self.changed.max(history.version);
        Arc::make_mut(&mut self.subjects).insert(history.subject.clone(), Arc::new(history));
    }

    /// Takes in the next entry of the journal.
    pub fn apply(&mut self, entry: &Entry) {
        let subject = &entry.draft.subject;
        let history = Arc::make_mut(&mut self.subjects)
            .entry(subject.clone())
            .or_insert_with(|| Arc::new(SubjectHistory::new(subject.clone(), entry.seq)));
        Arc::make_mut(history).apply(entry);
        self.head = entry.seq;
        self.changed = entry.seq;
    }

    pub fn get(&self, subject: &Subject) -> Option<&Arc<SubjectHistory>> {
        self.subjects.get(subject)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Arc<SubjectHistory>> {
        self.subjects.values()
    }

    /// The subjects of one kind in one scope, in the order of their codes.
    pub fn of_kind(&self, scope: &Code, kind: SubjectKind) -> impl Iterator<Item = &Arc<SubjectHistory>> {
        let from = Subject { scope: scope.clone(), kind, code: Code::new("0").expect("a literal code") };
        let scope = scope.clone();
        self.subjects
            .range(from..)
            .map(|(_, history)| history)
            .take_while(move |h| h.subject.kind == kind && h.subject.scope == scope)
    }
}

impl Lookup for History {
    fn subject(&self, subject: &Subject) -> Option<Arc<SubjectHistory>> {
        self.subjects.get(subject).cloned()
    }

    fn own_work(&self, plan: &Code) -> Vec<Code> {
        let own = |fact: &RecordedFact| ProjectFact::of(&fact.fact).is_some_and(ProjectFact::is_work);
        self.of_kind(plan, SubjectKind::Project)
            .filter(|history| history.facts().iter().any(own))
            .map(|history| history.subject.code.clone())
            .collect()
    }

    fn drawn_areas(&self) -> Vec<Code> {
        self.of_kind(&directory(), SubjectKind::Area)
            .filter(|history| !history.in_slot("boundary").is_empty())
            .map(|history| history.subject.code.clone())
            .collect()
    }
}
