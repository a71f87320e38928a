//! The summary of a year's evaluation in words: the page and the paper begin with it.

use words::Lang;
use words::shown::day;

use super::PlanEvaluation;
use domain::evaluation::Kept;

/// What was kept, what the year brought, and what requests say; one paragraph each.
pub fn summary(lang: Lang, found: &PlanEvaluation, year: i16) -> Vec<String> {
    let (counts, whole) = (&found.whole.counts, &found.whole);
    let said = |key: &str, args: &[(&str, String)]| {
        let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
        words::with(lang, key, &args)
    };
    let delivered = found.of_year(year).filter(|line| !matches!(line.kept, Kept::Overdue(_))).count();
    vec![
        said(
            "evaluation-summary",
            &[
                ("date", day(lang, found.portfolio.view.as_of)),
                ("all", counts.all().to_string()),
                ("promised", counts.promised().to_string()),
                ("on_time", counts.on_time.to_string()),
                ("late", counts.late.to_string()),
                ("overdue", counts.overdue.to_string()),
                ("not_due", counts.not_due.to_string()),
                ("done_unpromised", counts.done_unpromised.to_string()),
            ],
        ),
        said(
            "evaluation-summary-year",
            &[("delivered", delivered.to_string()), ("overdue", counts.overdue.to_string())],
        ),
        match whole.measured {
            0 => said("evaluation-effects-none", &[]),
            measured => said(
                "evaluation-summary-effects",
                &[
                    ("measured", measured.to_string()),
                    ("fewer", whole.fewer.to_string()),
                    ("more", whole.more.to_string()),
                ],
            ),
        },
    ]
}
