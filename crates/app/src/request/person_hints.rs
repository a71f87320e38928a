//! Who asked, as far as those who handle a request need it to know whom they speak to: the rest is looked at with a
//! reason, and leaves a trace.

use domain::code::Code;
use domain::policy::Action;
use domain::subject::Subject;

use super::person::PersonalData;
use super::sms::{digits, without_country};
use crate::App;
use crate::actor::Actor;
use crate::error::AppError;

/// What stands where the rest is hidden.
const HIDDEN: &str = "***";

/// Of each what people recognise their own by; empty where nothing is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonHints {
    pub name: String,
    pub phone: String,
    pub email: String,
}

/// `李**`, `J***`.
fn name(name: &str) -> String {
    let first = name.trim().chars().next();
    first.map_or_else(String::new, |first| {
        let rest = if first.is_ascii() { HIDDEN } else { "**" };
        format!("{first}{rest}")
    })
}

/// `138****5678`; of a number of a city its end.
fn phone(phone: &str) -> String {
    let digits = digits(phone);
    let own = without_country(&digits);
    match own.len() {
        0 => String::new(),
        1..=6 => HIDDEN.into(),
        7..=10 => format!("****{}", &own[own.len() - 3..]),
        length => format!("{}****{}", &own[..3], &own[length - 4..]),
    }
}

/// `l***@***`: where somebody has their mail may be where they work.
fn email(email: &str) -> String {
    let first = email.trim().chars().next();
    first.map_or_else(String::new, |first| format!("{first}{HIDDEN}@{HIDDEN}"))
}

impl PersonalData {
    pub fn hints(&self) -> PersonHints {
        PersonHints { name: name(&self.name), phone: phone(&self.phone), email: email(&self.email) }
    }
}

impl App {
    /// What those who may look at who asked see without looking; nothing for others, and where it cannot be opened.
    pub async fn person_hints(
        &self,
        actor: &Actor,
        plan: &Code,
        code: &Code,
    ) -> Result<PersonHints, AppError> {
        let (_, target) = self.subject_and_target(&Subject::request(plan, code)).await?;
        let Some(key) = self.key().filter(|_| actor.may(Action::ReadPersonal, &target)) else {
            return Ok(PersonHints::default());
        };
        let (plan, code) = (plan.clone(), code.clone());
        let held = self.database().read_async(move |c| c.sealed_person(&plan, &code)).await?;
        let person = held.and_then(|held| key.person(&held).ok().flatten());
        Ok(person.map(|person| person.hints()).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_tell_one_from_another_and_nobody_who_it_is() {
        let hints = |name: &str, phone: &str, email: &str| {
            let person = PersonalData {
                name: name.into(),
                phone: phone.into(),
                email: email.into(),
                ..PersonalData::default()
            };
            let PersonHints { name, phone, email } = person.hints();
            [name, phone, email]
        };
        assert_eq!(hints("李建国", "138 1234 5678", "li@example.org"), ["李**", "138****5678", "l***@***"]);
        assert_eq!(hints("John Smith", "+86 13812345678", ""), ["J***", "138****5678", ""]);
        assert_eq!(hints("", "0086 13812345678", ""), ["", "138****5678", ""]);
        assert_eq!(hints("", "62345678", ""), ["", "****678", ""]);
        assert_eq!(hints(" ", "12345", " "), ["", "***", ""]);
        assert_eq!(hints("", "010-62345678", ""), ["", "010****5678", ""]);
    }
}
