//! Call-backs by short message: what is answered to the question that a gateway sent, by the number it comes from. Each
//! message counts once, and what it is answered does not tell whether anybody knows the number.

use domain::code::Code;
use domain::history::View;
use domain::notice::EventKey;
use domain::request::{CallWay, Request, RequestState, Solved, Who};
use domain::source::Source;
use domain::subject::Subject;
use jiff::civil::{Date, DateTime};
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use store::{StoreError, TextMessage, Tx};

use super::act::RequestAct;
use super::file::clean;
use super::mail_intake::{TEXT_MOST, cut};
use super::occasion::Occasion;
use super::protection::ProtectionKey;
use super::signed::{self, SignatureFault, SignedMessage};
use super::sms_reply::{Reply, satisfied, solved};
use super::{by_resident, rules_of};
use crate::App;
use crate::error::AppError;
use crate::notify::errand::{AskErrand, Errand, lane};
use crate::secret::Secret;

const HOUR_MICROS: i64 = 3_600 * 1_000_000;
/// A message that comes again is known for so long.
const KEPT_MICROS: i64 = 90 * 24 * HOUR_MICROS;
/// So many of somebody's newest requests are looked at.
const REQUESTS_MOST: usize = 20;
/// Words that are added to a request by message in a day; what comes on top is left.
const WORDS_A_DAY: usize = 20;

/// A gateway that takes and sends short messages for a plan: data of the installation.
#[derive(Debug, Clone)]
pub struct SmsGateway {
    pub plan: Code,
    pub id: Code,
    pub name: String,
    /// What messages are signed with, both ways.
    pub secret: Secret,
    /// Messages that count within an hour.
    pub per_hour: usize,
}

/// A message that somebody sent to a gateway.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IncomingText {
    /// One of a kind at its gateway.
    pub id: String,
    pub phone: String,
    pub text: String,
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextTaken {
    /// It was taken, whatever it came to: whoever sends it does not learn whose number it is.
    Taken,
    /// The gateway has sent too many.
    TooMany,
    /// The very same signed message was taken before.
    Replayed,
}

/// What somebody is asked by message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SmsQuestion {
    Solved,
    Satisfied,
}

impl SmsQuestion {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Solved => "solved",
            Self::Satisfied => "satisfied",
        }
    }
}

impl SmsGateway {
    /// Whether a message was signed by the gateway, and lately.
    pub fn check(
        &self,
        timestamp: &str,
        signature: &str,
        body: &[u8],
        now: Timestamp,
    ) -> Result<SignedMessage, SignatureFault> {
        let of = format!("{}\u{1f}sms/{}", self.plan, self.id);
        signed::check((&self.secret, &of), (timestamp, signature), body, now)
    }
}

pub(super) fn digits(phone: &str) -> String {
    phone.chars().filter(char::is_ascii_digit).collect()
}

/// Whether it says that it is a number of another country: by its digits it may look like one of here.
pub(super) fn is_foreign(phone: &str) -> bool {
    phone.trim().starts_with('+') && !digits(phone).starts_with("86")
}

pub(super) fn without_country(digits: &str) -> &str {
    let rest = digits.strip_prefix("00").unwrap_or(digits);
    rest.strip_prefix("86").filter(|rest| rest.len() == 11).unwrap_or(digits)
}

/// The number of a mobile phone, as a gateway takes it; `None` for what is none.
pub(crate) fn mobile(phone: &str) -> Option<String> {
    if is_foreign(phone) {
        return None;
    }
    let digits = digits(phone);
    let number = without_country(&digits);
    let (first, second) = (number.as_bytes().first()?, number.as_bytes().get(1)?);
    (number.len() == 11 && *first == b'1' && matches!(second, b'3'..=b'9')).then(|| number.to_owned())
}

/// By what somebody with a number may be known, however they wrote it; nobody is where no message can come from it.
fn known_as(key: &ProtectionKey, phone: &str) -> Vec<String> {
    let Some(number) = mobile(phone) else { return Vec::new() };
    ["", "86", "0086"].iter().map(|country| key.digest(&format!("{country}{number}"))).collect()
}

/// What is asked of whoever made a request, as it stands on a day, and since when: within its call-back window, until
/// they have answered.
pub(crate) fn awaited(request: &Request, days: u16, today: Date) -> Option<(SmsQuestion, DateTime)> {
    let answered = request.answer().map(|(at, _)| *at);
    // What was said of an earlier answer is not said of this one.
    let call = request.verdict().filter(|call| answered.is_none_or(|at| call.at >= at));
    let (question, since) = match (request.state, call) {
        (RequestState::Answered, None) => (SmsQuestion::Solved, request.since),
        (RequestState::Merged, None) => (SmsQuestion::Solved, answered?),
        // Somebody closed it while the answer to the question was on its way.
        (RequestState::Closed, None) if request.may_be_judged(days, today) => {
            (SmsQuestion::Solved, answered?)
        }
        // Whoever is not helped is not asked how content they are. What was divided stays answered.
        (RequestState::Merged | RequestState::Closed | RequestState::Answered, Some(call))
            if call.way == CallWay::Sms
                && call.solved.is_some_and(|solved| !solved.reopens())
                && call.satisfaction.is_none() =>
        {
            (SmsQuestion::Satisfied, call.at)
        }
        _ => return None,
    };
    let ends = since.date().saturating_add(Span::new().days(i64::from(days)));
    (today <= ends).then_some((question, since))
}

/// Puts down that somebody is asked by message, once for an event: who is reached is worked out when it is sent.
pub(super) fn ask(
    tx: &mut Tx,
    plan: &Code,
    request: &Code,
    event: &EventKey,
    question: SmsQuestion,
    now: Timestamp,
) -> Result<(), StoreError> {
    // What a register brought is called back on by whoever keeps it.
    let held = tx.sealed_person(plan, request)?;
    if held.is_none_or(|held| held.secret.is_empty() || held.asker.is_empty()) {
        return Ok(());
    }
    let (plan, request, event) = (plan.clone(), request.clone(), event.clone());
    let at = now.as_microsecond();
    tx.enqueue(&Errand::Ask(AskErrand { plan, request, event, question }).job(lane::ROUTE, at), at)?;
    Ok(())
}

impl App {
    /// Says which gateways there are. Only the first time counts.
    pub fn open_gateways(&self, gateways: Vec<SmsGateway>) {
        drop(self.inner.gateways.set(gateways));
    }

    pub fn gateways(&self) -> &[SmsGateway] {
        self.inner.gateways.get().map_or(&[], Vec::as_slice)
    }

    /// Takes a message in.
    pub async fn take_text(
        &self,
        gateway: &SmsGateway,
        text: IncomingText,
        signed: SignedMessage,
    ) -> Result<TextTaken, AppError> {
        let key = self.key().ok_or(AppError::NoKey)?;
        let of = |what: &str| format!("{what}\u{1f}{}\u{1f}{}", gateway.plan, gateway.id);
        let incoming = Incoming {
            known_as: known_as(key, &text.phone),
            id: key.digest(&format!("{}\u{1f}{}", of("sms-message"), text.id.trim())),
            text: clean(&text.text),
            gateway: gateway.clone(),
            signed,
            on: self.occasion(),
        };
        self.database().write_async(move |tx| incoming.take(tx)).await
    }
}

/// A message on its way in.
struct Incoming {
    gateway: SmsGateway,
    known_as: Vec<String>,
    id: String,
    text: String,
    signed: SignedMessage,
    on: Occasion,
}

impl Incoming {
    fn take(&self, tx: &mut Tx) -> Result<TextTaken, AppError> {
        let (plan, gateway) = (&self.gateway.plan, &self.gateway.id);
        if self.signed.was_taken(tx)? {
            return Ok(TextTaken::Replayed);
        }
        let (since, most) = (self.on.now.as_microsecond() - HOUR_MICROS, self.gateway.per_hour);
        if tx.text_messages_since((plan, gateway), since, most)? >= most {
            return Ok(TextTaken::TooMany);
        }
        self.signed.keep(tx, self.on.now)?;
        // Whatever it comes to: what is counted tells nobody whose number is known.
        let message = TextMessage {
            plan: plan.clone(),
            gateway: gateway.clone(),
            message: self.id.clone(),
            at: self.on.now.as_microsecond(),
        };
        if tx.keep_text_message(&message, message.at - KEPT_MICROS)?
            && let Some((code, request, question)) = self.asked(tx)?
        {
            self.answer(tx, &code, &request, question)?;
        }
        Ok(TextTaken::Taken)
    }

    /// The request about which whoever has the number was asked last, and what.
    fn asked(&self, tx: &mut Tx) -> Result<Option<(Code, Request, SmsQuestion)>, AppError> {
        let plan = &self.gateway.plan;
        let of_plan = tx.with_lookup(|lookup| lookup.plan(plan))?.ok_or(AppError::NotFound)?;
        let days = rules_of(&of_plan)?.call_back_days;
        let mut found: Option<(DateTime, Code, Request, SmsQuestion)> = None;
        for asker in &self.known_as {
            for code in tx.requests_sent_by(plan, asker, REQUESTS_MOST)? {
                let held = tx.subject(&Subject::request(plan, &code))?;
                let Some(request) = held.and_then(|held| Request::at(&held, View::ALL)) else { continue };
                if let Some((question, since)) = awaited(&request, days, self.on.today)
                    && found.as_ref().is_none_or(|(best, ..)| since > *best)
                {
                    found = Some((since, code, request, question));
                }
            }
        }
        Ok(found.map(|(_, code, request, question)| (code, request, question)))
    }

    fn answer(
        &self,
        tx: &mut Tx,
        code: &Code,
        request: &Request,
        question: SmsQuestion,
    ) -> Result<(), AppError> {
        let reply = match question {
            SmsQuestion::Solved => solved(&self.text),
            // Rates go by the last call-back: what was said before goes with it.
            SmsQuestion::Satisfied => satisfied(&self.text)
                .map(|reply| Reply { solved: request.verdict().and_then(|call| call.solved), ..reply }),
        };
        let Some(Reply { solved, satisfaction, rest }) = reply else {
            return self.word(tx, code, request);
        };
        let unsaid = solved == Some(Solved::No) && rest.is_empty();
        let act = RequestAct::CallBack {
            way: CallWay::Sms,
            reached: true,
            contacted: None,
            solved,
            satisfaction,
            text: match unsaid {
                true => words::both("sms-said-not-solved", &[]),
                false => cut(&clean(&rest), TEXT_MOST),
            },
        };
        match self.does(tx, code, act) {
            Ok(()) => {}
            // The rules want it otherwise: what was said is kept all the same.
            Err(AppError::Refused(_)) => return self.word(tx, code, request),
            Err(error) => return Err(error),
        }
        if self.on.tells && satisfaction.is_none() && solved.is_some_and(|solved| !solved.reopens()) {
            let event = EventKey::new(format!("sms-{}/{code}/satisfied", self.id))
                .map_err(|error| AppError::Store(StoreError::Damaged(error.to_string())))?;
            ask(tx, &self.gateway.plan, code, &event, SmsQuestion::Satisfied, self.on.now)?;
        }
        Ok(())
    }

    /// What is no answer is a word of whoever asked.
    fn word(&self, tx: &mut Tx, code: &Code, request: &Request) -> Result<(), AppError> {
        let yesterday = self.on.wall.saturating_sub(Span::new().days(1));
        let lately = request.words.iter().filter(|(at, _)| *at > yesterday).count();
        let text = cut(&clean(&self.text), TEXT_MOST);
        if text.is_empty() || lately >= WORDS_A_DAY {
            return Ok(());
        }
        match self.does(tx, code, RequestAct::Word { text }) {
            // It cannot be told to whoever sent it: they would learn what stands behind the number.
            Err(AppError::Refused(_)) | Ok(()) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn does(&self, tx: &mut Tx, code: &Code, act: RequestAct) -> Result<(), AppError> {
        let (actor, source) = (by_resident(), Source::default());
        let doing = self.on.filing(&actor, &self.gateway.plan).doing(Who::Resident, &source);
        doing.one(tx, code, act).map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mobiles_are_known_however_they_are_written() {
        for text in ["13812345678", "138-1234-5678", "+86 138 1234 5678", "008613812345678"] {
            assert_eq!(mobile(text).as_deref(), Some("13812345678"), "{text}");
        }
        for text in ["", "010-62345678", "12345", "12812345678", "+1 415 555 0100", "138123456789"] {
            assert_eq!(mobile(text), None, "{text}");
        }
        let key = ProtectionKey::random();
        for text in ["+8613812345678", "138 1234 5678"] {
            for kept in ["13812345678", "8613812345678", "008613812345678"] {
                assert!(known_as(&key, text).contains(&key.digest(kept)), "{text} {kept}");
            }
        }
        // Its digits are those of a mobile of here.
        assert_eq!(known_as(&key, "+1 415 555 0100"), Vec::<String>::new());
    }
}
