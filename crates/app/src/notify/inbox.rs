//! A person's notices on the site, and how the person wants to be told elsewhere.

use domain::code::Code;
use domain::notice::EventKey;
use domain::preference::Preferences;
use store::HeldNotice;

use crate::App;
use crate::error::AppError;

/// What is unread is counted up to here: more is "99+".
pub const UNREAD_MOST: usize = 100;
const PAGE_MOST: usize = 200;

/// A page of notices, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Inbox {
    pub notices: Vec<HeldNotice>,
    /// Ask for those before this one to read on.
    pub next: Option<(i64, EventKey)>,
}

impl App {
    /// A person's notices from before the one that is named by its time and event.
    pub async fn inbox(
        &self,
        person: &Code,
        unread_only: bool,
        before: Option<(i64, EventKey)>,
        limit: usize,
    ) -> Result<Inbox, AppError> {
        let (person, limit) = (person.clone(), limit.clamp(1, PAGE_MOST));
        let mut notices = self
            .database()
            .read_async(move |c| {
                let before = before.as_ref().map(|(time, event)| (*time, event));
                c.notices(&person, unread_only, before, limit + 1)
            })
            .await?;
        let more = notices.len() > limit;
        notices.truncate(limit);
        let last = notices.last().filter(|_| more);
        let next = last.map(|held| (held.created_at, held.notice.event.clone()));
        Ok(Inbox { notices, next })
    }

    /// How many notices a person has not read, counted up to a hundred.
    pub async fn unread(&self, person: &Code) -> Result<i64, AppError> {
        let person = person.clone();
        Ok(self.database().read_async(move |c| c.unread_notices(&person, UNREAD_MOST)).await?)
    }

    /// Marks a notice as read; false when there is none or it was read before.
    pub async fn mark_read(&self, person: &Code, event: &EventKey) -> Result<bool, AppError> {
        let (person, event) = (person.clone(), event.clone());
        let now = self.clock().now().as_microsecond();
        Ok(self.database().write_async(move |tx| tx.read_notice(&person, &event, now)).await?)
    }

    /// Marks all as read that the person had when the list was shown; returns how many.
    pub async fn mark_all_read(&self, person: &Code, shown_at: i64) -> Result<u64, AppError> {
        let (person, now) = (person.clone(), self.clock().now().as_microsecond());
        Ok(self.database().write_async(move |tx| tx.read_all_notices(&person, shown_at, now)).await?)
    }

    pub async fn preferences(&self, person: &Code) -> Result<Preferences, AppError> {
        let person = person.clone();
        Ok(self.database().read_async(move |c| c.preferences(&person)).await?)
    }

    /// Sets how a person is told from now on; what is on its way already goes as it was decided.
    pub async fn set_preferences(&self, person: &Code, preferences: Preferences) -> Result<(), AppError> {
        let (person, now) = (person.clone(), self.clock().now().as_microsecond());
        Ok(self.database().write_async(move |tx| tx.set_preferences(&person, &preferences, now)).await?)
    }
}
