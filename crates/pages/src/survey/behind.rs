//! The surveys behind a figure or an indicator: waves that are cited, and what the plan's own waves say beside them.

use app::survey::OwnFound;
use app::survey::said::{answer_label, figure, question_label};
use app::{App, AppError};
use domain::indicator::Indicator;
use domain::portfolio::Portfolio;
use domain::source::Grade;
use domain::survey::HeldCited;
use words::Lang;

use crate::page::Page;

/// A wave that others held, in short.
pub(crate) struct CitedLine {
    pub name: String,
    pub address: String,
    pub told: String,
    pub untold: String,
    pub grade: Grade,
}

/// What a wave of the plan's own came to.
pub(crate) struct OwnLine {
    pub wave: String,
    pub address: String,
    pub grade: Grade,
    pub until: String,
    /// What was asked, and whose share it is.
    pub asked: String,
    pub estimate: String,
    /// Why there is no estimate.
    pub none: &'static str,
    pub reach: String,
    pub people: String,
}

/// What the plan's own waves came to, as it stands together.
#[derive(Default)]
pub(crate) struct OwnLines(pub Vec<OwnLine>);

impl OwnLines {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of them is made up for a demonstration.
    pub fn any_made_up(&self) -> bool {
        self.0.iter().any(|line| line.grade == Grade::Illustrative)
    }
}

pub(crate) fn cited_line(page: &Page, held: &HeldCited) -> CitedLine {
    let english = page.lang.is_english();
    CitedLine {
        name: held.cited.name.get(english).to_owned(),
        address: page.link(&format!("/surveys/{}", held.cited.wave)),
        told: page.day(&held.cited.told),
        untold: held.cited.untold.get(english).to_owned(),
        grade: held.grade,
    }
}

/// What the plan's own published waves say of an indicator.
pub(crate) async fn own_lines(
    app: &App,
    page: &Page,
    portfolio: &Portfolio,
    indicator: &Indicator,
) -> Result<OwnLines, AppError> {
    let lang: Lang = page.lang;
    let found = app.own_figures(portfolio, indicator).await?;
    let line = |held: &app::survey::OwnFigure| {
        let wave = &held.wave.wave;
        let asked = portfolio.plan.questionnaire(&wave.instrument, wave.version);
        let question = asked.and_then(|asked| asked.asks.question(&held.asked.question));
        let answer = match &held.asked.answer {
            None => words::text(lang, "results-mean").into_owned(),
            Some(answer) => answer_label(question, Some(answer), lang),
        };
        let key = if held.asked.others { "own-wave-all-but" } else { "own-wave-answer" };
        let asked = question_label(question, (&held.asked.question, None), lang);
        let nothing = String::new;
        let (estimate, reach, people, none) = match held.found {
            OwnFound::Shown { kind, shown, n } => {
                let of = |value| figure(kind, value);
                let reach = format!("{} – {}", of(shown.low), of(shown.high));
                (of(shown.estimate), reach, n.to_string(), "")
            }
            OwnFound::TooFew => (nothing(), nothing(), nothing(), "results-hidden"),
            OwnFound::Damaged => (nothing(), nothing(), nothing(), "own-wave-damaged"),
        };
        OwnLine {
            wave: wave.name.get(lang.is_english()).to_owned(),
            address: page.link(&format!("/surveys/{}/results", wave.wave)),
            grade: held.wave.grade,
            until: page.day(&wave.to),
            asked: words::with(lang, key, &[("question", &asked), ("answer", &answer)]),
            estimate,
            none,
            reach,
            people,
        }
    };
    Ok(OwnLines(found.iter().map(line).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_is_made_up_is_told_wherever_it_stands() {
        let line = |grade| OwnLine {
            wave: String::new(),
            address: String::new(),
            grade,
            until: String::new(),
            asked: String::new(),
            estimate: String::new(),
            none: "results-hidden",
            reach: String::new(),
            people: String::new(),
        };
        let told = |grades: &[Grade]| OwnLines(grades.iter().copied().map(line).collect()).any_made_up();
        assert!(
            told(&[Grade::Reported, Grade::Illustrative]) && told(&[Grade::Illustrative, Grade::Reported])
        );
        assert!(!told(&[Grade::Reported, Grade::Published]) && !told(&[]));
    }
}
