//! The made-up registers of the plan's first year: what the published totals are counted from where no
//! page names the records. Everything is played through the policy and the rules, by the people whose part
//! it is; nothing is random.

pub(crate) mod book;
mod deeds;
pub(crate) mod directives;
mod inspections;
mod meetings;
mod parties;
mod report_ins;
mod tasks;
pub(crate) mod themes;
mod whistles;

pub(crate) use book::Book;

/// All registers, in an order in which links find what they lead to.
pub(crate) fn play(book: &mut Book) {
    let mut slips = tasks::Slips::default();
    directives::play(book, &mut slips);
    inspections::play(book, &mut slips);
    meetings::play(book, &mut slips);
    let mut numbers = report_ins::ReportIns::default();
    whistles::play(book, &mut numbers);
    report_ins::play(book, &mut numbers);
    deeds::play(book);
    parties::play(book);
}
