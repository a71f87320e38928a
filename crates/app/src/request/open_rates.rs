//! The three rates and the time to an answer as open data, by unit, category or area. What few people stand behind is
//! not told.

use std::collections::BTreeMap;

use domain::code::Code;
use domain::portfolio::Portfolio;
use domain::request::public::{SMALL, suppressed};
use domain::request::rate::Share;
use jiff::civil::DateTime;
use rust_decimal::Decimal;
use serde::Serialize;
use store::StoreError;
use words::Lang;

use super::open_data::csv_line;
use super::rate_lines::{Lines, RatesBy};
use super::rates::{RateLine, RateQuestion};
use crate::App;
use crate::error::AppError;
use crate::read::Asked;

/// The columns of the table, in their order.
pub const RATE_FIELDS: [&str; 16] = [
    "by",
    "code",
    "name",
    "from",
    "to",
    "due",
    "response_rate",
    "response_of",
    "resolution_rate",
    "resolution_of",
    "satisfaction_rate",
    "satisfaction_of",
    "score",
    "answered",
    "median_days_to_answer",
    "suppressed",
];

/// One group's line. Nothing is said where fewer than [`SMALL`] requests stand behind it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OpenRate {
    pub by: &'static str,
    pub code: String,
    pub name: String,
    pub from: String,
    pub to: String,
    pub due: Option<u64>,
    pub response_rate: Option<Decimal>,
    pub response_of: Option<u64>,
    pub resolution_rate: Option<Decimal>,
    pub resolution_of: Option<u64>,
    pub satisfaction_rate: Option<Decimal>,
    pub satisfaction_of: Option<u64>,
    pub score: Option<Decimal>,
    pub answered: Option<u64>,
    pub median_days_to_answer: Option<Decimal>,
    pub suppressed: bool,
}

/// A table with the formula that it goes by.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OpenRates {
    /// The formula's version; empty while the plan has none.
    pub formula: String,
    pub formula_name: String,
    pub lines: Vec<OpenRate>,
}

impl OpenRate {
    fn cells(&self) -> [String; 16] {
        let count = |value: Option<u64>| value.map(|value| value.to_string()).unwrap_or_default();
        let number = |value: Option<Decimal>| value.map(|value| value.to_string()).unwrap_or_default();
        [
            self.by.to_owned(),
            self.code.clone(),
            self.name.clone(),
            self.from.clone(),
            self.to.clone(),
            count(self.due),
            number(self.response_rate),
            count(self.response_of),
            number(self.resolution_rate),
            count(self.resolution_of),
            number(self.satisfaction_rate),
            count(self.satisfaction_of),
            number(self.score),
            count(self.answered),
            number(self.median_days_to_answer),
            self.suppressed.to_string(),
        ]
    }
}

/// The lines as a table of text.
pub fn rates_csv(rates: &OpenRates) -> String {
    let mut out = format!("\u{feff}{}", csv_line(RATE_FIELDS.map(str::to_owned)));
    out.extend(rates.lines.iter().map(|line| csv_line(line.cells())));
    out
}

/// Days from one moment to another, to a tenth.
fn days(from: DateTime, to: DateTime) -> Option<i64> {
    let seconds = to.duration_since(from).as_secs().max(0);
    (seconds + 4_320).checked_div(8_640)
}

/// The value in the middle, of tenths; nothing of few.
fn median(tenths: &mut [i64]) -> Option<Decimal> {
    tenths.sort_unstable();
    let middle = tenths.get(tenths.len() / 2).filter(|_| tenths.len() as u64 >= SMALL)?;
    Some(Decimal::new(*middle, 1))
}

impl App {
    /// The rates of a period and the time to an answer, as everybody may know them.
    pub async fn open_rates(
        &self,
        plan: &Code,
        question: RateQuestion,
        lang: Lang,
    ) -> Result<OpenRates, AppError> {
        let portfolio = self.portfolio(plan, Asked::default()).await?;
        let found = self.request_rates(plan, question, Asked::default()).await?;
        let Some(found) = found else {
            return Ok(OpenRates { formula: String::new(), formula_name: String::new(), lines: Vec::new() });
        };
        let (of, RateQuestion { from, to, by }) = (plan.clone(), question);
        let lines = Lines::new(&portfolio, by);
        let mut times: BTreeMap<String, Vec<i64>> = self
            .database()
            .read_async(move |c| {
                let mut out: BTreeMap<String, Vec<i64>> = BTreeMap::new();
                c.answer_times(&of, (from, to), by.kept(), &mut |group, received, answered| {
                    let Some(held) = days(received, answered) else { return };
                    let group = lines.line(group);
                    match out.get_mut(group) {
                        Some(list) => list.push(held),
                        None => drop(out.insert(group.to_owned(), vec![held])),
                    }
                })?;
                Ok::<_, StoreError>(out)
            })
            .await?;
        let bases: Vec<u64> = found.lines.iter().map(|line| line.rates.tally.base()).collect();
        let mut hidden = suppressed(&bases);
        if by == RatesBy::Community {
            let above = RateQuestion { by: RatesBy::Subdistrict, ..question };
            if let Some(above) = self.request_rates(plan, above, Asked::default()).await? {
                hide_within(&portfolio, &found.lines, &above.lines, &mut hidden);
            }
        }
        let lines = found.lines.iter().zip(hidden).map(|(line, hidden)| {
            let mut answered = times.remove(&line.group).unwrap_or_default();
            told(&portfolio, question, line, hidden, &mut answered, lang)
        });
        Ok(OpenRates {
            lines: lines.collect(),
            formula: found.formula.version.to_string(),
            formula_name: found.formula.name.get(lang.is_english()).to_owned(),
        })
    }
}

/// What communities of a subdistrict come to together is told of that, too: nor may the rest of each give one of them
/// away.
fn hide_within(portfolio: &Portfolio, lines: &[RateLine], above: &[RateLine], hidden: &mut [bool]) {
    let of = Lines::new(portfolio, RatesBy::Subdistrict);
    for upper in above {
        let own: Vec<usize> = (0..lines.len())
            .filter(|at| !lines[*at].group.is_empty() && of.line(&lines[*at].group) == upper.group)
            .collect();
        let mut bases: Vec<u64> = own.iter().map(|at| lines[*at].rates.tally.base()).collect();
        // With what lies in none of them.
        bases.push(upper.rates.tally.base().saturating_sub(bases.iter().sum()));
        for (at, hides) in own.iter().zip(suppressed(&bases)) {
            hidden[*at] |= hides;
        }
    }
}

fn told(
    portfolio: &Portfolio,
    RateQuestion { from, to, by }: RateQuestion,
    line: &RateLine,
    hidden: bool,
    answered: &mut [i64],
    lang: Lang,
) -> OpenRate {
    let rates = &line.rates;
    let open = |share: Share| (!hidden && share.of >= SMALL).then_some(share);
    let [response, resolution, satisfaction] =
        [rates.response, rates.resolution, rates.satisfaction].map(open);
    let percent = |share: Option<Share>| share.and_then(|share| share.percent());
    let of = |share: Option<Share>| share.map(|share| share.of);
    let enough = !hidden && answered.len() as u64 >= SMALL;
    OpenRate {
        by: by.as_str(),
        code: line.group.clone(),
        name: name(portfolio, by, &line.group, lang),
        from: from.to_string(),
        to: to.to_string(),
        due: (!hidden).then_some(rates.tally.base()),
        response_rate: percent(response),
        response_of: of(response),
        resolution_rate: percent(resolution),
        resolution_of: of(resolution),
        satisfaction_rate: percent(satisfaction),
        satisfaction_of: of(satisfaction),
        score: line
            .score
            .filter(|_| !hidden && [response, resolution, satisfaction].iter().all(Option::is_some)),
        answered: enough.then_some(answered.len() as u64),
        median_days_to_answer: if enough { median(answered) } else { None },
        suppressed: hidden,
    }
}

fn name(portfolio: &Portfolio, by: RatesBy, group: &str, lang: Lang) -> String {
    let english = lang.is_english();
    let named = match by {
        RatesBy::Unit => portfolio.units.get(group).map(|it| it.name.get(english)),
        RatesBy::Category => portfolio.plan.request_category(group).map(|it| it.name.get(english)),
        RatesBy::Subdistrict | RatesBy::Community => {
            portfolio.areas.get(group).map(|it| it.name.get(english))
        }
    };
    named.unwrap_or(group).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_middle_of_few_is_not_told() {
        assert_eq!(median(&mut [1, 2, 3, 4]), None);
        assert_eq!(median(&mut [50, 10, 30, 20, 40]), Some(Decimal::new(30, 1)));
        let from = date(2019, 3, 4).at(9, 0, 0, 0);
        assert_eq!(days(from, date(2019, 3, 5).at(21, 0, 0, 0)), Some(15));
        assert_eq!(days(from, from), Some(0));
    }
}
