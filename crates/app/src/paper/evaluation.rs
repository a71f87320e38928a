//! The annual evaluation report: a summary, promises by sector, the year's projects, effects on requests with their limits,
//! and what people felt; what was compared for each effect stands in an annex.

use document::xlsx::Sheet;
use document::{Align, Annex, Block, Cell, Kind, List, ListStyle, Row, Table, Text, TextSize};
use domain::code::Code;
use rust_decimal::Decimal;
use words::Lang;
use words::shown;

use super::scribe::{Scribe, landscape, portrait};
use super::{Data, PaperError};
use crate::App;
use crate::evaluation::{Gain, PlanEvaluation, ProjectLine, SectorLine, said, summary};
use crate::read::Asked;
use crate::survey::said as survey;

impl App {
    pub(super) async fn evaluation_paper(
        &self,
        plan: &Code,
        year: i16,
        lang: Lang,
        asked: Asked,
        book: bool,
    ) -> Result<Data, PaperError> {
        let found = self.year_evaluation(plan, year, asked).await?;
        let scribe = Scribe { lang, portfolio: &found.portfolio };
        let paper = Yearly { scribe: &scribe, found: &found, year };
        Ok(if book { paper.book() } else { paper.document() })
    }
}

/// The most rows of one table that a report freezes.
const FROZEN_MOST: usize = 500;

pub(super) struct Yearly<'a> {
    pub scribe: &'a Scribe<'a>,
    pub found: &'a PlanEvaluation,
    pub year: i16,
}

/// A table of the evaluation, with what limits it; without rows, with why there are none.
pub(super) struct Part {
    pub title: String,
    pub table: Table,
    pub notes: Vec<String>,
}

fn whole(number: u64) -> Cell {
    Cell::from(i64::try_from(number).unwrap_or(i64::MAX))
}

impl Yearly<'_> {
    fn title(&self) -> String {
        let year = self.year.to_string();
        self.scribe.tw("paper-evaluation-title", &[("plan", &self.scribe.plan_name()), ("year", &year)])
    }

    fn name(&self, code: &Code) -> String {
        let held = self.found.portfolio.project(code.as_str());
        held.map_or(code.as_str(), |project| project.name.get(self.scribe.english())).to_owned()
    }

    fn area(&self, code: &Code) -> String {
        let held = self.found.portfolio.areas.get(code);
        held.map_or(code.as_str(), |area| area.name.get(self.scribe.english())).to_owned()
    }

    fn list(&self, names: Vec<String>) -> String {
        names.join(shown::comma(self.scribe.lang))
    }

    /// A paper goes from hand to hand: it tells what everybody may see.
    fn measured(&self) -> impl Iterator<Item = (&ProjectLine, &crate::evaluation::Effect)> {
        self.found.lines.iter().filter_map(|line| Some((line, line.public_effect()?)))
    }

    fn sectors(&self) -> Table {
        let s = self.scribe;
        let row = |line: &SectorLine, name: String| {
            let counts = &line.counts;
            Row::new([
                Cell::from(name),
                whole(counts.all()),
                whole(counts.on_time),
                whole(counts.late),
                whole(counts.overdue),
                whole(counts.not_due),
                Cell::from(s.tw(
                    "evaluation-unpromised-cell",
                    &[
                        ("done", &counts.done_unpromised.to_string()),
                        ("open", &counts.open_unpromised.to_string()),
                    ],
                )),
                if line.budgets == 0 { Cell::Empty } else { Cell::Number(Decimal::new(line.budget.0, 2)) },
                whole(line.gaining),
                whole(line.measured),
            ])
        };
        let name = |code: Option<&Code>| {
            let held = code.and_then(|code| self.found.portfolio.plan.sector(code.as_str()));
            held.map_or_else(|| s.t("evaluation-no-sector"), |held| held.name.get(s.english()).to_owned())
        };
        let mut rows: Vec<Row> =
            self.found.sectors.iter().map(|line| row(line, name(line.sector.as_ref()))).collect();
        rows.push(row(&self.found.whole, s.t("evaluation-all")));
        Table {
            caption: None,
            columns: vec![
                s.column("evaluation-sector", 20, Align::Start),
                s.column("evaluation-head-projects", 9, Align::Number),
                s.column("evaluation-head-on-time", 9, Align::Number),
                s.column("evaluation-head-late", 9, Align::Number),
                s.column("evaluation-head-overdue", 9, Align::Number),
                s.column("evaluation-head-not-due", 9, Align::Number),
                s.column("evaluation-head-unpromised", 18, Align::Start),
                s.column("evaluation-head-budget", 18, Align::Number),
                s.column("evaluation-head-gaining", 9, Align::Number),
                s.column("evaluation-head-measured", 9, Align::Number),
            ],
            rows,
            size: TextSize::Small,
        }
    }

    fn projects(&self) -> Table {
        let s = self.scribe;
        let row = |(number, line): (i64, &ProjectLine)| {
            Row::new([
                Cell::from(number),
                Cell::from(self.name(&line.project)),
                Cell::from(said::kept(s.lang, line.kept)),
                Cell::from(said::behind(s.lang, line.kept)),
                line.delivered.map_or(Cell::Empty, |on| Cell::from(shown::planned(s.lang, on))),
                match &line.gain {
                    Gain::Of(gain, _) => Cell::Number(Decimal::from(gain.alone)),
                    _ => Cell::Empty,
                },
                line.public_effect()
                    .map_or(Cell::Empty, |effect| Cell::from(format!("{}%", said::signed(effect.effect)))),
            ])
        };
        Table {
            caption: None,
            columns: vec![
                s.column("paper-head-no", 8, Align::Centre),
                s.column("evaluation-projects", 40, Align::Start),
                s.column("evaluation-kept", 22, Align::Start),
                s.column("head-slip", 14, Align::Start),
                s.column("evaluation-head-delivered", 16, Align::Start),
                s.column("evaluation-head-gain", 14, Align::Number),
                s.column("evaluation-head-effect", 14, Align::Start),
            ],
            rows: (1..).zip(self.found.of_year(self.year)).map(row).collect(),
            size: TextSize::Small,
        }
    }

    fn effects(&self) -> Table {
        let s = self.scribe;
        let row = |(line, effect): (&ProjectLine, &crate::evaluation::Effect)| {
            let placebo = effect.before.map(|held| format!("{}%", said::signed(held.effect)));
            Row::new([
                Cell::from(self.name(&line.project)),
                Cell::from(format!("{}%", said::signed(effect.effect))),
                Cell::from(said::interval(s.lang, effect)),
                Cell::from(said::chance(effect.permutation_p)),
                placebo.map_or(Cell::Empty, Cell::from),
                line.judged.map_or(Cell::Empty, |p| Cell::from(said::chance(p))),
            ])
        };
        Table {
            caption: None,
            columns: vec![
                s.column("evaluation-projects", 40, Align::Start),
                s.column("evaluation-figure-effect", 15, Align::Start),
                s.column("evaluation-figure-interval", 22, Align::Start),
                s.column("evaluation-figure-permutation", 17, Align::Start),
                s.column("evaluation-figure-placebo", 15, Align::Start),
                s.column("evaluation-head-judged", 14, Align::Start),
            ],
            rows: self.measured().map(row).collect(),
            size: TextSize::Small,
        }
    }

    /// What was compared for each effect: categories, areas and months.
    fn choices(&self) -> Table {
        let s = self.scribe;
        let plan = &self.found.portfolio.plan;
        let row = |(line, _): (&ProjectLine, &crate::evaluation::Effect)| {
            let chosen = &line.requests.chosen;
            let category = |code: &Code| {
                let held = plan.request_category(code.as_str());
                held.map_or(code.as_str(), |held| held.name.get(s.english())).to_owned()
            };
            let areas = |codes: &[Code]| self.list(codes.iter().map(|code| self.area(code)).collect());
            let months = line.requests.window.map_or_else(String::new, |window| {
                let month = |day| shown::month_of(s.lang, day);
                format!("{} – {}", month(window.first), month(window.last))
            });
            let how = match &chosen.settled {
                None => s.t("evaluation-choice-usual"),
                Some((_, entry)) => s.tw("evaluation-choice-settled", &[("entry", &entry.0.to_string())]),
            };
            Row::new([
                Cell::from(self.name(&line.project)),
                Cell::from(self.list(chosen.categories.iter().map(category).collect())),
                Cell::from(areas(&chosen.reached)),
                Cell::from(areas(&chosen.compared)),
                Cell::from(months),
                Cell::from(how),
            ])
        };
        Table {
            caption: None,
            columns: vec![
                s.column("evaluation-projects", 26, Align::Start),
                s.column("evaluation-choice-categories", 16, Align::Start),
                s.column("evaluation-choice-reached", 22, Align::Start),
                s.column("evaluation-choice-compared", 34, Align::Start),
                s.column("evaluation-head-month", 18, Align::Start),
                s.column("evaluation-choice", 14, Align::Start),
            ],
            rows: self.measured().map(row).collect(),
            size: TextSize::Tiny,
        }
    }

    fn felt(&self) -> Result<Table, String> {
        let s = self.scribe;
        let felt = self.found.felt.as_ref().map_err(|why| s.t(why.key()))?;
        let asked =
            self.found.portfolio.plan.questionnaire(&felt.after.wave.instrument, felt.after.wave.version);
        let mut rows = Vec::new();
        for line in felt.groups.iter().filter(|group| group.area.is_none()).flat_map(|group| &group.lines) {
            let row = &line.after;
            let row_kind = row.kind;
            let question = asked.and_then(|asked| asked.asks.question(&row.question));
            let answer = match row_kind {
                domain::survey::ResultKind::Mean => s.t("results-mean"),
                _ => survey::answer_label(question, row.answer.as_deref(), s.lang),
            };
            let figure = |row: Option<&domain::survey::ResultRow>| {
                let shown = row.and_then(|row| row.shown);
                shown.map_or_else(|| "—".to_owned(), |held| survey::figure(row_kind, held.estimate))
            };
            let change = match &line.change {
                Err(fault) => s.t(fault.key()),
                Ok(change) => {
                    let said = |value: f64| survey::difference(row_kind, value);
                    match change.tested {
                        None => said(change.difference),
                        Some(tested) => s.tw(
                            "evaluation-felt-change",
                            &[
                                ("change", &said(change.difference)),
                                ("low", &said(tested.ci_low)),
                                ("high", &said(tested.ci_high)),
                            ],
                        ),
                    }
                }
            };
            rows.push(Row::new([
                Cell::from(survey::question_label(question, (&row.question, row.row.as_deref()), s.lang)),
                Cell::from(answer),
                Cell::from(figure(line.before.as_ref())),
                Cell::from(figure(Some(row))),
                Cell::from(change),
            ]));
        }
        Ok(Table {
            caption: None,
            columns: vec![
                s.column("questionnaire-questions-one", 40, Align::Start),
                s.column("results-answer", 18, Align::Start),
                s.column("compare-before", 14, Align::Start),
                s.column("compare-after", 14, Align::Start),
                s.column("compare-change", 26, Align::Start),
            ],
            rows,
            size: TextSize::Small,
        })
    }

    /// Every limit of every effect, each once.
    fn limits(&self) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        for (line, effect) in self.measured() {
            for held in said::limits(self.scribe.lang, &line.requests, effect, false) {
                if !out.contains(&held) {
                    out.push(held);
                }
            }
        }
        out
    }

    /// What was kept, what the year brought, and whom it reached.
    pub(super) fn summary(&self) -> Vec<String> {
        let mut out = summary(self.scribe.lang, self.found, self.year);
        out.push(self.reach());
        out
    }

    /// The tables of the evaluation, in their order: as many, with as many notes, in each language.
    pub(super) fn parts(&self) -> Vec<Part> {
        let s = self.scribe;
        let part = |key: &str, mut table: Table, mut notes: Vec<String>| {
            let all = table.rows.len();
            if all > FROZEN_MOST {
                table.rows.truncate(FROZEN_MOST);
                let args = [("all", all.to_string()), ("listed", FROZEN_MOST.to_string())];
                let args = args.each_ref().map(|(name, value)| (*name, value.as_str()));
                notes.push(s.tw("paper-evaluation-listed", &args));
            }
            Part { title: s.t(key), table, notes }
        };
        let projects = self.projects();
        let none = if projects.rows.is_empty() { vec![s.t("evaluation-year-none")] } else { Vec::new() };
        let effects = self.effects();
        let limits = match effects.rows.is_empty() {
            true => vec![s.t("evaluation-effects-none")],
            false => {
                vec![s.t("evaluation-how-text"), s.t("evaluation-effects-note"), self.limits().join(" ")]
            }
        };
        let (felt, note) = match self.felt() {
            Ok(table) => (table, s.t("evaluation-felt-note")),
            Err(why) => (Table::default(), why),
        };
        let mut out = vec![
            part("paper-evaluation-sectors", self.sectors(), vec![s.t("evaluation-closes")]),
            part("paper-evaluation-projects", projects, none),
            part("paper-evaluation-effects", effects, limits),
            part("paper-evaluation-felt", felt, vec![note]),
        ];
        if self.measured().next().is_some() {
            out.push(part("paper-evaluation-choices", self.choices(), Vec::new()));
        }
        out
    }

    fn document(&self) -> Data {
        let s = self.scribe;
        let day = self.found.portfolio.view.as_of;
        let mut out = s.document(Kind::Plain, "", self.title(), day);
        let mut first: Vec<Block> =
            summary(s.lang, self.found, self.year).into_iter().map(Block::paragraph).collect();
        first.push(Block::heading(1, s.t("evaluation-used")));
        first.push(Block::paragraph(self.reach()));
        let mut kept = vec![
            Block::heading(1, s.t("paper-evaluation-sectors")),
            Block::Table(self.sectors()),
            Block::Note(s.t("evaluation-closes")),
            Block::heading(1, s.t("paper-evaluation-projects")),
        ];
        let projects = self.projects();
        let count = projects.rows.len() as u64;
        match count {
            0 => kept.push(Block::paragraph(s.t("evaluation-year-none"))),
            count => kept.extend(s.in_text(projects, count)),
        }
        let effects = self.effects();
        let mut last = vec![Block::heading(1, s.t("paper-evaluation-effects"))];
        if effects.rows.is_empty() {
            last.push(Block::paragraph(s.t("evaluation-effects-none")));
        } else {
            last.push(Block::Table(effects));
            last.push(Block::Note(s.t("evaluation-how-text")));
            last.push(Block::Note(s.t("evaluation-effects-note")));
            last.push(Block::heading(2, s.t("paper-evaluation-limits")));
            let items = self.limits().into_iter().map(Text::from).collect();
            last.push(Block::List(List { style: ListStyle::Dashed, items }));
        }
        last.push(Block::heading(1, s.t("paper-evaluation-felt")));
        match self.felt() {
            Ok(table) => last.extend([Block::Table(table), Block::Note(s.t("evaluation-felt-note"))]),
            Err(why) => last.push(Block::paragraph(why)),
        }
        out.body = vec![portrait(first), landscape(kept), portrait(last)];
        if self.measured().next().is_some() {
            out.annexes = vec![Annex {
                title: s.t("paper-evaluation-choices"),
                sections: vec![landscape(vec![Block::Table(self.choices())])],
            }];
        }
        Data::Document(Box::new(out))
    }

    fn reach(&self) -> String {
        let s = self.scribe;
        let Some((together, shared, basis)) = self.found.reach else { return s.t("evaluation-reach-none") };
        let unit = s.t(match basis {
            crate::place::coverage::Basis::People => "coverage-people",
            crate::place::coverage::Basis::Residences => "coverage-residences",
        });
        let number = |value: i64| shown::number(Decimal::from(value));
        s.tw(
            "evaluation-reach",
            &[("together", &number(together)), ("shared", &number(shared)), ("unit", &unit)],
        )
    }

    fn book(&self) -> Data {
        let s = self.scribe;
        let note = s.tw("evaluation-year-lead", &[("date", &s.day(self.found.portfolio.view.as_of))]);
        let sheet = |name: &str, table: Table| s.sheet(s.t(name), self.title(), Some(note.clone()), table);
        let mut sheets: Vec<Sheet> = vec![
            sheet("evaluation-sectors", self.sectors()),
            sheet("evaluation-projects", self.projects()),
            sheet("evaluation-effects", self.effects()),
            sheet("evaluation-choice", self.choices()),
        ];
        sheets.extend(self.felt().ok().map(|table| sheet("evaluation-felt", table)));
        Data::Book(s.book(self.found.portfolio.view.as_of, sheets))
    }
}
