//! Service gaps as a report holds them: by kind with what changed, and the lines of the register.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::area::Area;
use domain::code::Code;
use domain::facility::{FacilityStandard, GapAnswer, Metric};
use domain::item::Item;
use domain::named::Named;
use domain::portfolio::Portfolio;
use domain::report::{FoundGaps, GAPS_LISTED, GapIssue, GapRow, GapSum, GapTable};
use domain::subject::Subject;
use words::Lang;

use super::coverage::{
    Basis, Completeness, Coverage, CoverageAsked, Difference, DifferenceLine, GapLine, KindCoverage, Way,
};
use super::evidence::{Evidence, Reader};
use super::{COVERED, is_illustrative, licences};
use crate::App;
use crate::error::AppError;

/// What a standard asks for, with the level it is set for.
pub fn standard_text(lang: Lang, portfolio: &Portfolio, held: &FacilityStandard) -> String {
    let circle = words::shown::word(lang, "circle", held.circle.as_str());
    let rule = standard_rule(lang, portfolio, held);
    words::with(lang, "standard-line", &[("circle", &circle), ("rule", &rule)])
}

/// What a standard asks for.
pub fn standard_rule(lang: Lang, portfolio: &Portfolio, held: &FacilityStandard) -> String {
    let unit = portfolio.plan.facility_kind(held.kind.as_str()).and_then(|kind| kind.capacity_unit.as_ref());
    let unit = unit.map_or("", |unit| unit.get(lang.is_english()));
    let key = match held.metric {
        Metric::Metres => "standard-metres",
        Metric::Minutes => "standard-minutes",
        Metric::PerThousand => "standard-per-thousand",
    };
    words::with(lang, key, &[("value", &words::shown::number(held.value)), ("unit", unit)])
}

fn both(text: impl Fn(Lang) -> String) -> Named {
    Named::new(text(Lang::Zh), text(Lang::En))
}

impl App {
    /// What a table of gaps finds on the day of a portfolio.
    pub(crate) async fn gap_table(
        &self,
        portfolio: &Arc<Portfolio>,
        table: &GapTable,
    ) -> Result<FoundGaps, AppError> {
        let since = table.since.min(portfolio.view.as_of);
        let before = self.portfolio_since(&portfolio.plan.code, since, None).await?;
        let difference = self.coverage_difference(&before, portfolio, CoverageAsked::default()).await?;
        let Some(difference) = difference else {
            return Ok(FoundGaps { no_residences: true, ..FoundGaps::default() });
        };
        let communities = difference.after.communities.clone();
        let evidence = self.gap_evidence(portfolio, &communities, Reader::Staff).await?;
        let (of, asked) = (portfolio.clone(), table.clone());
        let finding = move || {
            Finding { portfolio: &of, table: &asked, difference: &difference, evidence: &evidence }.found()
        };
        let mut found = self.place_work(finding).await?;
        let mut names: BTreeMap<Code, Named> = BTreeMap::new();
        for line in &mut found.lines {
            let Some(GapAnswer::Item { item }) = &line.answer else { continue };
            if !names.contains_key(item) {
                names.insert(item.clone(), self.item_name(portfolio, item).await?);
            }
            line.answered_by = names.get(item).cloned().unwrap_or_default();
        }
        Ok(found)
    }

    /// What an item is called at a portfolio's point of view; nothing where it was not on the books.
    async fn item_name(&self, portfolio: &Portfolio, item: &Code) -> Result<Named, AppError> {
        let history = self.subject(&Subject::item(&portfolio.plan.code, item)).await?;
        let held = history.and_then(|history| Item::at(&history, portfolio.view));
        Ok(held.map_or_else(Named::default, |held| held.name))
    }
}

/// What limits the numbers of a table, each a sentence.
pub fn notes(lang: Lang, held: &GapTable, found: &FoundGaps) -> Vec<String> {
    let say = |key: &str, args: &[(&str, &str)]| words::with(lang, key, args);
    let mut out = vec![say("gaps-since", &[("day", &words::shown::day(lang, held.since))])];
    if found.all_lines > found.lines.len() {
        let (all, listed) = (found.all_lines.to_string(), found.lines.len().to_string());
        out.push(say("gaps-listed", &[("all", &all), ("listed", &listed)]));
    }
    if found.straight {
        out.push(say("coverage-straight", &[]));
    }
    if found.illustrative {
        out.push(say("coverage-illustrative", &[]));
    }
    if found.without_residences > 0 {
        out.push(say("coverage-without", &[("count", &found.without_residences.to_string())]));
    }
    if found.sums.iter().any(|sum| !sum.checked) {
        out.push(say("gaps-unchecked", &[]));
    }
    if let Some((from, to)) = found.requests_in {
        let (from, to) = (words::shown::day(lang, from), words::shown::day(lang, to));
        out.push(say("gap-requests-note", &[("from", &from), ("to", &to)]));
    }
    if !found.notices.is_empty() {
        out.push(format!("{} {}", say("facility-data-of", &[]), found.notices.join(" · ")));
    }
    out
}

/// What becomes of a gap, in words.
pub fn row_answer(lang: Lang, row: &GapRow) -> String {
    let named = |code: &Code| match row.answered_by.get(lang.is_english()) {
        "" => code.to_string(),
        name => name.to_owned(),
    };
    match &row.answer {
        None => words::text(lang, "gap-answered-no").into_owned(),
        Some(GapAnswer::Project { project }) => named(project),
        Some(GapAnswer::Item { item }) => named(item),
        Some(GapAnswer::Refused { why }) => words::with(lang, "gap-refused", &[("why", why)]),
    }
}

/// Residents' requests beside a gap, and the hot issues that were confirmed of them, in words.
pub fn row_requests(lang: Lang, row: &GapRow) -> String {
    let Some(requests) = row.requests else { return "—".into() };
    let issue = |held: &GapIssue| match held.name.get(lang.is_english()) {
        "" => held.item.to_string(),
        name => name.to_owned(),
    };
    let issues: Vec<String> = row.issues.iter().map(issue).collect();
    if issues.is_empty() {
        return requests.to_string();
    }
    let issues = issues.join(&words::text(lang, "import-list-comma"));
    words::with(lang, "gap-requests-with", &[("count", &requests.to_string()), ("issues", &issues)])
}

/// Why there is a gap, in words.
pub fn row_causes(lang: Lang, row: &GapRow) -> String {
    let each = row.causes.iter().map(|(cause, count)| {
        let cause = words::text(lang, &format!("cause-{}", cause.replace('_', "-")));
        words::with(lang, "coverage-cause", &[("cause", &cause), ("count", &count.to_string())])
    });
    each.collect::<Vec<_>>().join(&words::text(lang, "import-list-comma"))
}

struct Finding<'a> {
    portfolio: &'a Portfolio,
    table: &'a GapTable,
    difference: &'a Difference,
    evidence: &'a Evidence,
}

impl Finding<'_> {
    fn found(&self) -> FoundGaps {
        let coverage = &*self.difference.after;
        let below = self.table.area.as_ref().map(|area| self.portfolio.areas_below(area));
        let within = |code: &Code| below.as_ref().is_none_or(|below| below.contains(code));
        let communities: Vec<usize> =
            (0..coverage.communities.len()).filter(|at| within(&coverage.communities[*at])).collect();
        let asked = |kind: &Code| self.table.kind.as_ref().is_none_or(|wanted| wanted == kind);
        let mut lines = coverage.gaps(self.portfolio);
        lines.retain(|line| asked(&line.gap.kind) && within(&line.gap.community));
        FoundGaps {
            no_residences: false,
            straight: coverage.way == Way::Straight,
            illustrative: is_illustrative(self.portfolio, &COVERED),
            without_residences: coverage.without_residences.iter().filter(|code| within(code)).count(),
            sums: self
                .difference
                .lines()
                .filter(|line| asked(&line.held.kind))
                .filter_map(|line| self.sum(coverage, line, &communities))
                .collect(),
            requests_in: (!self.evidence.categories.is_empty())
                .then_some((self.evidence.from, self.evidence.to)),
            all_lines: lines.len(),
            lines: lines.iter().take(GAPS_LISTED).map(|line| self.line(line)).collect(),
            notices: licences(self.portfolio, &COVERED),
        }
    }

    fn kind(&self, code: &Code) -> Named {
        let held = self.portfolio.plan.facility_kind(code.as_str());
        held.map_or_else(|| Named::new(code.as_str(), ""), |kind| kind.name.clone())
    }

    fn area(&self, code: &Code) -> Option<&Area> {
        self.portfolio.areas.get(code)
    }

    /// One rule over the communities that are asked for. Where residences are counted for the whole, they are for a
    /// part of it: who gained is counted so.
    fn sum(&self, coverage: &Coverage, line: DifferenceLine, communities: &[usize]) -> Option<GapSum> {
        let DifferenceLine { held, rule } = line;
        let kind = coverage.kind(held.kind.as_str())?;
        let standard = held.rule.standard.as_ref()?;
        let by_residences = held.basis == Basis::Residences;
        let (figure, _) = rule.over(communities, by_residences);
        let of = |all: &[u64]| communities.iter().filter_map(|at| all.get(*at)).sum();
        let completeness = self.completeness(kind);
        Some(GapSum {
            kind: self.kind(&held.kind),
            rule: both(|lang| standard_text(lang, self.portfolio, standard)),
            checked: standard.is_checked(),
            by_residences: figure.basis == Basis::Residences,
            covered: figure.covered,
            not_covered: figure.not_covered,
            unknown: figure.unknown,
            gained: of(&held.gained),
            lost: of(&held.lost),
            known: completeness.known,
            official: completeness.official,
        })
    }

    /// How many facilities of a kind are known, and how many there are officially, in the area that is asked for.
    fn completeness(&self, kind: &KindCoverage) -> Completeness {
        let Some(area) = &self.table.area else { return kind.whole.completeness };
        let below = self.portfolio.areas_below(area);
        let lies_below = |at: &&usize| {
            let lies_in = self.portfolio.area_of(&self.portfolio.facilities[**at]);
            lies_in.is_some_and(|lies_in| below.contains(&lies_in.code))
        };
        let official = self.portfolio.plan.official_counts.get(&(kind.kind.clone(), Some(area.clone())));
        Completeness {
            known: kind.open.iter().filter(lies_below).count() as u64,
            official: official.map(|held| u64::from(held.count)),
        }
    }

    fn line(&self, line: &GapLine) -> GapRow {
        let gap = &line.gap;
        let area = self.area(&gap.community);
        let standard = self.portfolio.plan.facility_standard(gap.standard.as_str());
        let answer = line.answer.as_ref().map(|held| held.answer.clone());
        let answered_by = match &answer {
            Some(GapAnswer::Project { project }) => self.portfolio.project(project.as_str()),
            Some(GapAnswer::Item { .. } | GapAnswer::Refused { .. }) | None => None,
        };
        let evidence = self.evidence.of(gap).cloned().unwrap_or_default();
        GapRow {
            community: gap.community.clone(),
            area: area.map_or_else(|| Named::new(gap.community.as_str(), ""), |area| area.name.clone()),
            kind: self.kind(&gap.kind),
            rule: standard
                .map_or_else(Named::default, |held| both(|lang| standard_text(lang, self.portfolio, held))),
            state: line.state.as_str().to_owned(),
            by_residences: line.basis == Basis::Residences,
            concerned: line.concerned,
            unknown: line.unknown,
            all: line.all,
            causes: line.causes.each().into_iter().map(|(it, many)| (it.as_str().to_owned(), many)).collect(),
            answer,
            answered_by: answered_by.map_or_else(Named::default, |project| project.name.clone()),
            requests: evidence.requests,
            issues: evidence
                .issues
                .into_iter()
                .map(|held| GapIssue { item: held.item, name: held.name, requests: held.requests })
                .collect(),
        }
    }
}
