//! The evaluation of a plan as a table for programs: one project a row.

use domain::code::Code;

use super::{Gain, PlanEvaluation};
use crate::request::csv_line;

const COLUMNS: [&str; 24] = [
    "project",
    "name_zh",
    "name_en",
    "sector",
    "kept",
    "days_behind",
    "delivered",
    "budget_yuan",
    "gain_alone",
    "gain_last",
    "gain_counted",
    "categories",
    "reached",
    "compared",
    "settled_by_entry",
    "months_before",
    "months_left_out",
    "months_after",
    "requests_effect_percent",
    "ci_low",
    "ci_high",
    "permutation_p",
    "p_of_all_projects",
    "no_effect_because",
];

fn codes(codes: &[Code]) -> String {
    codes.iter().map(Code::as_str).collect::<Vec<_>>().join(";")
}

/// UTF-8, comma-separated, with a header. What requests say of matters that only staff may see is told with `staff`.
pub fn evaluation_csv(found: &PlanEvaluation, staff: bool) -> String {
    let mut out = csv_line(COLUMNS);
    for line in &found.lines {
        let name = found.portfolio.project(line.project.as_str()).map(|project| project.name.clone());
        let name = name.unwrap_or_default();
        let part = &line.requests;
        let told = staff || !part.chosen.private;
        let gain = match &line.gain {
            Gain::Of(gain, basis) => {
                [gain.alone.to_string(), gain.last.to_string(), basis.as_str().to_owned()]
            }
            _ => Default::default(),
        };
        let months = part.window.as_ref().filter(|_| told).map(|window| {
            let (works, start) = (window.works_at(), window.start_at());
            [works, start - works, window.count() - start].map(|months| months.to_string())
        });
        let number = |value: f64| format!("{value:.4}");
        let effect = part.outcome.as_ref().ok().filter(|_| told).map(|held| {
            let found = &held.found;
            [found.effect, found.ci_low, found.ci_high, found.permutation_p].map(number)
        });
        let mut cells = vec![
            line.project.to_string(),
            name.zh,
            name.en,
            line.sector.as_ref().map_or_else(String::new, Code::to_string),
            line.kept.as_str().to_owned(),
            line.kept.days().map_or_else(String::new, |days| days.to_string()),
            line.delivered.map_or_else(String::new, |on| on.to_string()),
            line.budget.map_or_else(String::new, |fen| fen.to_string()),
        ];
        cells.extend(gain);
        let chosen =
            [codes(&part.chosen.categories), codes(&part.chosen.reached), codes(&part.chosen.compared)];
        cells.extend(chosen.map(|text| if told { text } else { String::new() }));
        let settled = part.chosen.settled.as_ref().filter(|_| told);
        cells.push(settled.map_or_else(String::new, |(_, entry)| entry.0.to_string()));
        cells.extend(months.unwrap_or_default());
        cells.extend(effect.unwrap_or_default());
        cells.push(line.judged.filter(|_| told).map_or_else(String::new, number));
        cells.push(match &part.outcome {
            _ if !told => "staff_only".to_owned(),
            Ok(_) => String::new(),
            Err(why) => why.as_str().to_owned(),
        });
        out.push_str(&csv_line(cells));
    }
    out
}
