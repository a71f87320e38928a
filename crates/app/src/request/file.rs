//! Taking a request in: masked, given a number, its limits begun, given to whoever has to take it.

use std::sync::Arc;

use domain::area::ancestors;
use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::history::{Lookup, View};
use domain::journal::{Entry, Seq};
use domain::plan::Plan;
use domain::preference::Language;
use domain::refusal::{Problem, Refusal};
use domain::request::call_back::{given, preset_of, received};
use domain::request::personal::mask;
use domain::request::pieces::SearchText;
use domain::request::question::{self, QuestionAnswer, tidy};
use domain::request::routing::{Routing, route};
use domain::request::{
    Channel, Intake, PhotoShows, Place, Point, Request, RequestFact, RequestKind, RequestStep, Urgency, Who,
};
use domain::source::Source;
use domain::subject::Subject;
use jiff::civil::DateTime;
use store::{PersonRow, PhotoOf, Tx};

use super::ahead::Decided;
use super::occasion::{Filing, Occasion};
use super::person::PersonalData;
use super::photo::{self, NewPhoto};
use super::program::request_token;
use super::protection::ProtectionKey;
use super::reader::{NewReader, add_reader};
use super::unread::{UnreadFile, note_of_unread};
use super::{by_resident, by_rules, rules_of};
use crate::App;
use crate::account::{hash, secret};
use crate::actor::Actor;
use crate::change::{Change, make};
use crate::error::AppError;

/// A request as it is brought.
#[derive(Debug, Clone, PartialEq)]
pub struct NewRequest {
    pub kind: RequestKind,
    pub channel: Channel,
    pub urgency: Urgency,
    /// What it is about; the beginning of the text where nothing is given.
    pub title: String,
    pub text: String,
    pub area: Option<Code>,
    pub address: String,
    pub point: Option<Point>,
    pub category: Option<Code>,
    /// Whether the program chose the category.
    pub suggested: bool,
    pub public: bool,
    /// Its number where it comes from: the same number comes in once.
    pub number: String,
    /// The program that brings it: its [`Program`](crate::Program)'s id.
    pub program: String,
    /// The request of which it is one of several matters.
    pub part_of: Option<Code>,
    /// What was answered to the category's questions.
    pub details: Vec<QuestionAnswer>,
    /// When it came in; now where nothing else is known.
    pub at: Option<DateTime>,
    pub person: PersonalData,
    /// The language that they are told in.
    pub language: Language,
    pub photos: Vec<NewPhoto>,
    /// Whether photos wait under the secret, to go with it.
    pub drafts: bool,
    /// Files with it that could not be read: those who work on it are told, and whoever asked.
    pub unread: Vec<UnreadFile>,
    /// The secret of its link, where whoever asks was given one before sending: sent twice, it is one request.
    pub secret: String,
    /// The secret that it was given where the same was sent a little earlier.
    pub earlier_secret: String,
    pub source: Source,
}

impl NewRequest {
    pub fn new(channel: Channel, text: impl Into<String>) -> Self {
        Self {
            kind: RequestKind::Complaint,
            channel,
            urgency: Urgency::Ordinary,
            title: String::new(),
            text: text.into(),
            area: None,
            address: String::new(),
            point: None,
            category: None,
            suggested: false,
            public: false,
            number: String::new(),
            program: String::new(),
            part_of: None,
            details: Vec::new(),
            at: None,
            person: PersonalData::default(),
            language: Language::Chinese,
            photos: Vec::new(),
            drafts: false,
            unread: Vec::new(),
            secret: String::new(),
            earlier_secret: String::new(),
            source: Source::default(),
        }
    }
}

impl NewRequest {
    /// What it will be called, where it has a number.
    pub(super) fn code(&self) -> Option<Code> {
        let number = self.number.trim();
        if number.is_empty() { None } else { code_of(number).ok() }
    }
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filed {
    pub code: Code,
    /// It was on the books already: the same link or number came before.
    pub again: bool,
    /// It is known by its earlier secret.
    pub by_earlier: bool,
    pub unit: Option<Code>,
}

/// The characters of a title that is made from a text.
const TITLE: usize = 30;

pub(super) fn title_of(text: &str) -> String {
    let first = text.split(['。', '！', '？', '；', '\n', '!', '?']).find(|part| !part.trim().is_empty());
    let first = first.unwrap_or(text).trim();
    let mut out: String = first.chars().take(TITLE).collect();
    if first.chars().count() > TITLE {
        out.push('…');
    }
    out
}

/// Line ends of one kind, and no characters that cannot be seen.
pub(super) fn clean(text: &str) -> String {
    let kept = text.trim();
    // 0xc2 begins the other characters that cannot be seen.
    if kept.bytes().all(|byte| byte >= b' ' && byte != 0x7f && byte != 0xc2) {
        return kept.to_owned();
    }
    let kept = kept.replace("\r\n", "\n").replace('\r', "\n");
    kept.chars().map(|c| if c == '\t' { ' ' } else { c }).filter(|c| *c == '\n' || !c.is_control()).collect()
}

/// A text as it is recorded.
pub(crate) fn recorded(text: &str) -> String {
    mask(&clean(text))
}

/// The secret of a link that is the same whenever the same is sent: sent twice, it is one request. One of the
/// parts must be a secret itself.
pub fn repeatable_secret(parts: &[&str]) -> String {
    hash(&parts.join("\u{1f}"))
}

impl App {
    /// The secret of a link, to be handed out before a request is sent with it.
    pub fn request_secret(&self) -> String {
        secret()
    }

    /// Takes a request in. Residents need no account; staff need to be allowed to.
    pub async fn file_request(&self, actor: &Actor, plan: &Code, new: NewRequest) -> Result<Filed, AppError> {
        let mut filed = self.file_requests(actor, plan, vec![new]).await?;
        filed.pop().ok_or(AppError::NotFound)
    }

    /// Takes several in, all or none.
    pub async fn file_requests(
        &self,
        actor: &Actor,
        plan: &Code,
        new: Vec<NewRequest>,
    ) -> Result<Vec<Filed>, AppError> {
        let actor = if matches!(actor, Actor::Public) { by_resident() } else { actor.clone() };
        let (plan, occasion) = (plan.clone(), self.occasion());
        let made: Vec<Made> = match new.as_slice() {
            [one] => vec![self.made(&actor, &plan, one, &occasion)],
            // What one comes to may hang on those before it.
            all => all.iter().map(|new| Made::ready(new, &plan, occasion.key.as_ref())).collect(),
        };
        self.database()
            .write_async(move |tx| {
                let filing = occasion.filing(&actor, &plan);
                let each = new.iter().zip(&made);
                each.map(|(new, made)| filing.one(tx, new, made)).collect::<Result<Vec<Filed>, AppError>>()
            })
            .await
    }

    fn made(&self, actor: &Actor, plan: &Code, new: &NewRequest, on: &Occasion) -> Made {
        match self.decided_now(actor, plan, new, on) {
            Some((decided, as_of)) => Made::Decided(Box::new(decided), as_of),
            None => Made::ready(new, plan, on.key.as_ref()),
        }
    }
}

/// What could be made of a request before it is its turn to be written.
pub(super) enum Made {
    /// What it comes to, as of an entry.
    Decided(Box<Decided>, Seq),
    Ready(Box<Ready>),
}

impl Made {
    pub(super) fn ready(new: &NewRequest, plan: &Code, key: Option<&ProtectionKey>) -> Self {
        Self::Ready(Box::new(Ready::of(new, plan, key)))
    }
}

/// What is brought in words: as it was written, and without what tells who somebody is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Words {
    title: String,
    /// The title as it was written, where it tells who somebody is.
    heading: Option<String>,
    written: String,
    masked: String,
    address: String,
    masked_address: String,
}

impl Words {
    fn of(new: &NewRequest) -> Self {
        let (written, address) = (clean(&new.text), clean(&new.address));
        let masked = mask(&written);
        let (title, heading) = match clean(&new.title) {
            title if title.is_empty() => (title_of(&masked), None),
            title => {
                let masked = mask(&title);
                let heading = (masked != title).then_some(title);
                (masked, heading)
            }
        };
        let masked_address = mask(&address.replace('\n', " "));
        Self { title, heading, written, masked, address, masked_address }
    }

    /// What is kept apart from the journal.
    pub(super) fn person(&self, new: &NewRequest) -> PersonalData {
        let mut person = new.person.clone();
        if person.text.is_empty() {
            match &self.heading {
                Some(heading) => person.text = format!("{heading}\n\n{}", self.written),
                None if self.masked != self.written => person.text.clone_from(&self.written),
                None => {}
            }
        }
        let masked = |answer: &&QuestionAnswer| answer.values.iter().any(|value| mask(value) != *value);
        person.answers.extend(new.details.iter().filter(masked).cloned());
        if mask(&self.address) != self.address {
            person.address.clone_from(&self.address);
        }
        if !person.email.is_empty() {
            person.link.clone_from(&new.secret);
        }
        person
    }
}

/// Who asked, as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sealed {
    key_id: String,
    sealed: Vec<u8>,
    asker: String,
}

impl Sealed {
    fn of(person: &PersonalData, key: &ProtectionKey, plan: &Code, code: &Code) -> Result<Self, AppError> {
        let sealed = key.seal_person(plan, code, person)?;
        let contact = person.contact();
        let asker = if contact.is_empty() { String::new() } else { key.digest(&contact) };
        Ok(Self { key_id: key.id().to_owned(), sealed, asker })
    }
}

/// What can be made of a request before it is its turn to be written: others wait for the writer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ready {
    pub(super) words: Words,
    pub(super) sealed: Option<Sealed>,
    /// What it is found by, of one that has a number.
    found_by: Option<Arc<SearchText>>,
}

impl Ready {
    /// Of one that has a number, and with a key, who asked is sealed already.
    pub(super) fn of(new: &NewRequest, plan: &Code, key: Option<&ProtectionKey>) -> Self {
        let code = new.code();
        let mut ready = Self::sealed(new, plan, key, code.as_ref());
        ready.find_by(new, code.as_ref());
        ready
    }

    /// Of one that will be called so, where that is known; without what it is found by.
    pub(super) fn sealed(
        new: &NewRequest,
        plan: &Code,
        key: Option<&ProtectionKey>,
        code: Option<&Code>,
    ) -> Self {
        let words = Words::of(new);
        let sealed = key.zip(code).and_then(|(key, code)| {
            let person = words.person(new);
            if person.is_empty() { None } else { Sealed::of(&person, key, plan, code).ok() }
        });
        Self { words, sealed, found_by: None }
    }

    fn find_by(&mut self, new: &NewRequest, code: Option<&Code>) {
        let words = &self.words;
        self.found_by = code.map(|code| {
            let number = new.number.trim();
            let said = [words.title.as_str(), &words.masked, &words.masked_address, number, code.as_str()];
            Arc::new(SearchText::of(said))
        });
    }
}

/// What a number stands as in an address; one that cannot stand there is known by its digest.
pub(super) fn code_of(number: &str) -> Result<Code, AppError> {
    let digest = || format!("n-{}", hash(number).chars().take(20).collect::<String>());
    let wrong = |_| Refusal { field: "number".into(), problem: Problem::Empty };
    Code::new(number).or_else(|_| Code::new(&digest())).map_err(wrong).map_err(AppError::from)
}

/// Prepares for some requests that come in with numbers: most of them are new.
pub(crate) fn look_ahead<'a>(
    tx: &mut Tx,
    plan: &Code,
    new: impl Iterator<Item = &'a NewRequest>,
) -> Result<(), AppError> {
    let numbers = new.map(|new| new.number.trim()).filter(|number| !number.is_empty());
    let codes: Vec<Code> = numbers.filter_map(|number| code_of(number).ok()).collect();
    Ok(tx.look_ahead(plan, &codes)?)
}

impl Filing<'_> {
    /// Takes one in, once for its link and its number.
    pub(super) fn one(&self, tx: &mut Tx, new: &NewRequest, made: &Made) -> Result<Filed, AppError> {
        let [link, earlier] = [&new.secret, &new.earlier_secret]
            .map(|secret| if secret.is_empty() { String::new() } else { hash(secret) });
        if let Some((of, code, by_earlier)) = tx.request_by_secrets([&earlier, &link])? {
            // A link belongs to one plan.
            if of != *self.plan {
                return Err(AppError::NotFound);
            }
            return Ok(Filed { code, again: true, by_earlier, unit: None });
        }
        let filed = match made {
            Made::Decided(decided, as_of) if self.holds(tx, new, (decided, *as_of))? => {
                self.write_decided(tx, new, decided, &link)?;
                let (code, unit) = (decided.request.subject().code.clone(), decided.unit.clone());
                Filed { code, again: false, by_earlier: false, unit }
            }
            Made::Decided(..) => {
                let ready = Ready::of(new, self.plan, self.on.key.as_ref());
                self.decide(tx, new, &ready, link)?
            }
            Made::Ready(ready) => self.decide(tx, new, ready, link)?,
        };
        if let Some(act) = note_of_unread(&new.unread).filter(|_| !filed.again) {
            let rules = by_rules();
            self.on.filing(&rules, self.plan).doing(Who::Desk, &new.source).one(tx, &filed.code, act)?;
        }
        let address = new.person.email.trim();
        let told = self.on.tells && !address.is_empty() && !filed.again;
        if let Some(key) = self.on.key.as_ref().filter(|_| told) {
            let unread = !new.unread.is_empty();
            let reader = NewReader { address, language: new.language, follows: false, unread };
            add_reader(tx, key, self.plan, &filed.code, &reader, self.on.now)?;
        }
        Ok(filed)
    }

    /// Decides what one comes to now.
    fn decide(&self, tx: &mut Tx, new: &NewRequest, ready: &Ready, link: String) -> Result<Filed, AppError> {
        if let Some(held) = self.known(tx, new)? {
            return Ok(Filed { code: held.code, again: true, by_earlier: false, unit: None });
        }
        let plan = tx.with_lookup(|lookup| lookup.plan(self.plan))?.ok_or(AppError::NotFound)?;
        self.contact(&plan, new)?;
        Ok(self.register(tx, new, ready, link, None)?.0)
    }

    /// Where the category needs it, whoever brings one says how to reach who asked. A post of a forum has its author,
    /// a mail its sender; what was taken down elsewhere is as it is.
    pub(super) fn contact(&self, plan: &Plan, new: &NewRequest) -> Result<(), AppError> {
        let reached = [&new.person.phone, &new.person.email].iter().any(|way| !way.trim().is_empty());
        let asked = !matches!(new.channel, Channel::DirectChannel | Channel::Email);
        let Some(category) = new.category.as_ref().filter(|_| asked && !reached) else { return Ok(()) };
        match plan.request_category(category.as_str()) {
            Some(held) if held.needs_contact => {
                Err(Refusal { field: "phone".into(), problem: Problem::ContactNeeded }.into())
            }
            _ => Ok(()),
        }
    }

    /// The request that came with the same number before.
    pub(super) fn known(&self, tx: &mut Tx, new: &NewRequest) -> Result<Option<Request>, AppError> {
        let number = new.number.trim();
        if number.is_empty() {
            return Ok(None);
        }
        let subject = Subject::request(self.plan, &code_of(number)?);
        let Some(history) = tx.subject(&subject)? else { return Ok(None) };
        match Request::at(&history, View::ALL) {
            Some(held) if held.number == number => Ok(Some(held)),
            // This site has given the number to another one: being called the same does not make them the same.
            _ => Err(Refusal { field: "number".into(), problem: Problem::AlreadyRegistered(subject) }.into()),
        }
    }

    /// Puts one on the books. `handed` names the unit that it was given to elsewhere, and when.
    pub(super) fn register(
        &self,
        tx: &mut Tx,
        new: &NewRequest,
        ready: &Ready,
        link: String,
        handed: Option<(&Code, DateTime)>,
    ) -> Result<(Filed, Vec<Entry>), AppError> {
        let code = self.code(tx, new)?;
        let (mut facts, unit) = tx.with_lookup(|lookup| self.facts(lookup, new, ready, handed))??;
        let at = new.at.unwrap_or(self.on.wall);
        facts.extend(photo::added(None, &new.photos, PhotoShows::Matter, at)?);
        if new.drafts {
            for held in tx.photo_sizes(self.plan, PhotoOf::Draft(&link))? {
                facts.push(RequestFact::Photo { photo: held.photo, shows: PhotoShows::Matter, at });
            }
        }
        let change = self.registered(&code, new, facts);
        tx.expect_found_by(ready.found_by.clone());
        let receipt = make(tx, self.actor, &change, self.on.now, self.on.today);
        tx.expect_found_by(None);
        let receipt = receipt?;
        photo::keep(tx, self.plan, &code, &new.photos, self.on.now.as_microsecond())?;
        if new.drafts {
            tx.settle_drafts(self.plan, &link, &code)?;
        }
        self.keep_person(tx, new, ready, &code, &link)?;
        Ok((Filed { code, again: false, by_earlier: false, unit }, receipt.entries))
    }

    /// What puts one on the books.
    pub(super) fn registered(&self, code: &Code, new: &NewRequest, facts: Vec<RequestFact>) -> Change {
        let subject = Subject::request(self.plan, code);
        Change {
            command: Command::Register { subject, facts: facts.into_iter().map(Fact::from).collect() },
            effective: Some(new.at.unwrap_or(self.on.wall).date()),
            source: new.source.clone(),
            reason: String::new(),
        }
    }

    /// The number that people name it by: its own where it has one, else the day and a number nobody else has.
    pub(super) fn code(&self, tx: &mut Tx, new: &NewRequest) -> Result<Code, AppError> {
        let number = new.number.trim();
        if !number.is_empty() {
            return code_of(number);
        }
        let mut next = tx.head().next();
        loop {
            let code = code_of(&self.numbered(new, next))?;
            if tx.subject(&Subject::request(self.plan, &code))?.is_none() {
                return Ok(code);
            }
            // An order brought it along.
            next = next.next();
        }
    }

    /// What is said of a new one, and the unit that it goes to.
    pub(super) fn facts(
        &self,
        lookup: &dyn Lookup,
        new: &NewRequest,
        Ready { words, .. }: &Ready,
        handed: Option<(&Code, DateTime)>,
    ) -> Result<(Vec<RequestFact>, Option<Code>), AppError> {
        let plan = lookup.plan(self.plan).ok_or(AppError::NotFound)?;
        let rules = rules_of(&plan)?;
        let at = new.at.unwrap_or(self.on.wall);
        let intake = Intake {
            kind: new.kind,
            channel: new.channel,
            at,
            title: words.title.clone(),
            text: words.masked.clone(),
            number: new.number.trim().to_owned(),
            program: new.program.clone(),
            public: new.public && !is_private(&plan, new.category.as_ref()),
        };
        let areas: Vec<Code> = new.area.iter().cloned().collect();
        let mut facts = vec![
            RequestFact::Intake(intake),
            RequestFact::Place(Place {
                areas: areas.clone(),
                address: words.masked_address.clone(),
                point: new.point,
            }),
        ];
        facts.extend(
            new.category.clone().map(|category| RequestFact::Category { category, suggested: new.suggested }),
        );
        facts.extend(new.part_of.clone().map(|request| RequestFact::Parent { request, held: true }));
        let details = tidy(new.details.clone());
        if let Some(category) = new.category.as_ref().and_then(|code| plan.request_category(code.as_str())) {
            // Whoever asks here can answer; what was taken down elsewhere is as it is.
            let complete = matches!(new.channel, Channel::Site | Channel::Open311) && new.part_of.is_none();
            let faults = question::faults(category, &details, complete);
            if !faults.is_empty() {
                let refusals = faults.into_iter().map(|(question, fault)| Refusal {
                    field: format!("details/{question}"),
                    problem: Problem::Answer { question, fault },
                });
                return Err(AppError::Refused(refusals.collect()));
            }
        }
        if !details.is_empty() {
            facts.push(RequestFact::Details { answers: details }.masked());
        }
        if new.urgency != Urgency::Ordinary {
            facts.push(RequestFact::Urgency { urgency: new.urgency });
        }
        let preset = preset_of(rules, &plan.request_categories, new.category.as_ref(), new.urgency)
            .ok_or(AppError::NotFound)?;
        facts.push(received(preset, at));
        if let Some((unit, when)) = handed {
            let to = Routing { unit: unit.clone(), supporting: Vec::new(), by_backstop: false };
            facts.extend(given(None, RequestStep::Assign, &to, preset, when, String::new()));
            return Ok((facts, Some(to.unit)));
        }
        // Without a place or a category somebody has to look first.
        if new.category.is_none() || new.area.is_none() {
            return Ok((facts, None));
        }
        let to = routing(lookup, &plan, &areas, new.category.as_ref(), at)?;
        let unit = to.unit.clone();
        facts.extend(given(None, RequestStep::Assign, &to, preset, at, String::new()));
        Ok((facts, Some(unit)))
    }

    /// Keeps who asked apart from the journal.
    pub(super) fn keep_person(
        &self,
        tx: &mut Tx,
        new: &NewRequest,
        ready: &Ready,
        code: &Code,
        secret: &str,
    ) -> Result<(), AppError> {
        let made = match &ready.sealed {
            Some(_) => None,
            None => match ready.words.person(new) {
                person if person.is_empty() => None,
                person => {
                    let key = self.on.key.as_ref().ok_or(AppError::NoKey)?;
                    Some(Sealed::of(&person, key, self.plan, code)?)
                }
            },
        };
        self.put_person(tx, new, ready.sealed.as_ref().or(made.as_ref()), code, secret)
    }

    /// Keeps who asked, sealed, with the link that leads to the request.
    pub(super) fn put_person(
        &self,
        tx: &mut Tx,
        new: &NewRequest,
        sealed: Option<&Sealed>,
        code: &Code,
        secret: &str,
    ) -> Result<(), AppError> {
        if sealed.is_none() && secret.is_empty() {
            return Ok(());
        }
        let opens = new.channel == Channel::Open311 && !new.secret.is_empty();
        let token = if opens { hash(&request_token(&new.secret)) } else { String::new() };
        let held = PersonRow {
            plan: self.plan,
            request: code,
            key_id: sealed.map_or("", |held| &held.key_id),
            sealed: sealed.map_or(&[], |held| &held.sealed),
            asker: sealed.map_or("", |held| &held.asker),
            secret,
            token: &token,
            created_at: self.on.now.as_microsecond(),
            erased_at: None,
        };
        Ok(tx.put_sealed_person(held)?)
    }
}

pub(super) fn is_private(plan: &Plan, category: Option<&Code>) -> bool {
    category
        .is_some_and(|code| plan.request_categories.iter().any(|held| held.category == *code && held.private))
}

/// Whom the plan's rules give it to.
pub(super) fn routing(
    lookup: &dyn Lookup,
    plan: &Plan,
    areas: &[Code],
    category: Option<&Code>,
    at: DateTime,
) -> Result<Routing, AppError> {
    let rules = rules_of(plan)?;
    let all: Vec<Code> = areas.iter().flat_map(|area| ancestors(area, lookup, View::ALL)).collect();
    Ok(route(rules, &all, category, at))
}
