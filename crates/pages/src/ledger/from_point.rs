//! A task that is opened for an open point of a project's joint review: the form begins with what the point says.

use domain::code::Code;
use domain::item::{ItemFact, Relation, Target};
use domain::portfolio::Portfolio;
use domain::review::Point;
use jiff::civil::Date;
use words::Lang;

use crate::editor::sheet::Sheet;
use crate::timetable::settled_by;

/// The longest title that is made of a point's text, in characters.
const TITLE_MOST: usize = 60;

/// The address of a point, as a form's query and hidden fields carry it.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct PointAt {
    pub project: String,
    pub round: String,
    pub point: String,
}

/// What the form begins with.
pub(super) struct FromPoint {
    at: PointAt,
    project: Code,
    title: String,
    text: String,
    unit: String,
    supporting: String,
    areas: String,
    due: Date,
}

impl FromPoint {
    /// The point an address names, while it is open.
    pub(super) fn find(lang: Lang, portfolio: &Portfolio, at: &PointAt, today: Date) -> Option<Self> {
        let project = portfolio.project(&at.project)?;
        let (number, point): (u32, u32) = (at.round.parse().ok()?, at.point.parse().ok()?);
        let round = project.reviews.iter().find(|round| round.number == number)?;
        let point: &Point = round.points.iter().find(|held| held.number == point && held.is_open())?;
        let english = lang.is_english();
        let unit = portfolio.units.get(&point.unit).map(|unit| unit.name.get(english).to_owned());
        let unit = unit.unwrap_or_else(|| point.unit.to_string());
        let values = [
            ("project", project.name.get(english)),
            ("round", &at.round),
            ("point", &at.point),
            ("unit", &unit),
            ("text", &point.text),
        ];
        let lead = project.lead_unit.as_ref().filter(|lead| **lead != point.unit);
        let place = project.areas.iter().map(Code::as_str).collect::<Vec<_>>().join(";");
        Some(Self {
            at: at.clone(),
            project: project.code.clone(),
            title: title(&point.text),
            text: words::with(lang, "review-task-text", &values),
            unit: point.unit.to_string(),
            supporting: lead.map_or_else(String::new, Code::to_string),
            areas: place,
            due: settled_by(point, today),
        })
    }

    pub(super) fn fill(&self, sheet: Sheet) -> Sheet {
        let mut sheet = sheet
            .hidden("project", &self.at.project)
            .hidden("round", &self.at.round)
            .hidden("point", &self.at.point);
        for (name, value) in [
            ("name_zh", &self.title),
            ("text", &self.text),
            ("lead_unit", &self.unit),
            ("supporting", &self.supporting),
            ("areas", &self.areas),
            ("due", &self.due.to_string()),
        ] {
            if let Some(field) = sheet.field_mut(name) {
                value.clone_into(&mut field.value);
            }
        }
        sheet
    }

    /// The task arises from the project under review.
    pub(super) fn link(&self) -> ItemFact {
        ItemFact::Link {
            relation: Relation::ArisesFrom,
            to: Target::Project(self.project.clone()),
            held: true,
        }
    }
}

/// The point's first sentence, cut where a title may not be longer.
fn title(text: &str) -> String {
    let first = text.trim().split(['\n', '。', '；', ';']).next().unwrap_or_default().trim();
    if first.chars().count() <= TITLE_MOST {
        return first.to_owned();
    }
    let cut: String = first.chars().take(TITLE_MOST - 1).collect();
    format!("{}…", cut.trim_end())
}

#[cfg(test)]
mod tests {
    use super::title;

    #[test]
    fn titles_are_first_sentences() {
        assert_eq!(title(" 红线与规划道路重叠。请先调整用地。"), "红线与规划道路重叠");
        assert_eq!(title("One line; another"), "One line");
        let long = title(&"字".repeat(200));
        assert_eq!((long.chars().count(), long.ends_with('…')), (60, true));
    }
}
