//! An estimate of a wave by area, drawn so that what is uncertain of it is seen: classes are colours, an area that
//! chance alone could have set apart stays pale, one whose interval is wide is striped, and one with too few answers has
//! no colour. The same stands below as a table.

use app::read::Asked;
use app::survey::said::{answer_label, figure, question_label};
use app::survey::{AgainstWhole, AreaEstimate, ByArea, MappedEstimate, is_mapped, mapped};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::area::{Area, AreaLevel};
use domain::boundary::Extent;
use domain::code::Code;
use domain::portfolio::Portfolio;
use domain::source::Grade;
use domain::survey::{ResultKind, WaveResults};
use survey::instrument::Form;

use super::answer::Opened;
use super::results::results_of;
use crate::editor::field::{Choice, Typed};
use crate::error::PageError;
use crate::map::{HEIGHT, View, WIDTH};
use crate::page::Page;
use crate::visit::{Visit, render};

/// The answers of one question that can be shown.
struct Group {
    label: String,
    choices: Vec<Choice>,
}

/// A class with its colour.
struct Class {
    class: usize,
    label: String,
}

/// An area of the picture.
struct Shape {
    path: String,
    address: String,
    said: String,
    /// What styles it: its class, whether it stands out, whether nothing is shown of it.
    class: String,
    striped: bool,
    x: f64,
    y: f64,
    /// How far the first line of its label lies above its middle, in lines.
    raised: f64,
    figure: String,
    name: Vec<String>,
}

/// What lies around them: areas that nobody was asked in.
struct Around {
    path: String,
    name: String,
}

struct Line {
    name: String,
    address: String,
    estimate: String,
    reach: String,
    n: String,
    against: AgainstWhole,
    wide: bool,
    hidden: bool,
    drawn: bool,
}

struct Picture {
    width: f64,
    height: f64,
    said: String,
    shapes: Vec<Shape>,
    around: Vec<Around>,
}

#[derive(Template)]
#[template(path = "survey/map.html")]
struct MapPage {
    page: Page,
    here: String,
    name: String,
    grade: Grade,
    published: bool,
    groups: Vec<Group>,
    of: String,
    question: String,
    answer: String,
    whole: String,
    said: String,
    withheld: String,
    picture: Option<Picture>,
    classes: Vec<Class>,
    lines: Vec<Line>,
    wide_said: String,
    least: u32,
}

struct Drawing<'a> {
    visit: &'a Visit,
    page: &'a Page,
    opened: &'a Opened,
    portfolio: &'a Portfolio,
    found: &'a ByArea,
}

impl Drawing<'_> {
    fn area(&self, code: &str) -> Option<&Area> {
        self.portfolio.areas.get(&Code::new(code).ok()?)
    }

    /// How people who were asked know it.
    fn name(&self, code: &str) -> String {
        let question = self.opened.held.wave.area.as_deref();
        let question = question.and_then(|name| self.opened.asked.asks.question(name));
        answer_label(question, Some(code), self.visit.lang)
    }

    fn address(&self, code: &str) -> String {
        match self.area(code) {
            Some(area) => self.page.link(&format!("/areas/{}", area.code)),
            None => String::new(),
        }
    }

    fn figure(&self, area: &AreaEstimate) -> String {
        match &area.found {
            None => "—".to_owned(),
            Some(found) => {
                let mark = match found.against {
                    AgainstWhole::Higher => "▲ ",
                    AgainstWhole::Lower => "▼ ",
                    AgainstWhole::NotClear => "",
                };
                format!("{mark}{}", figure(self.found.of.kind, found.shown.estimate))
            }
        }
    }

    /// What is read out of an area of the picture.
    fn said(&self, area: &AreaEstimate) -> String {
        let visit = self.visit;
        let name = self.name(&area.area);
        let Some(found) = &area.found else {
            return visit.tw("estimate-map-area-hidden", &[("name", &name)]);
        };
        let of = |value| figure(self.found.of.kind, value);
        let standing = visit.t(against_key(found.against));
        let mut said = visit.tw(
            "estimate-map-area",
            &[
                ("name", &name),
                ("estimate", &of(found.shown.estimate)),
                ("low", &of(found.shown.low)),
                ("high", &of(found.shown.high)),
                ("people", &found.n.to_string()),
                ("standing", &standing),
            ],
        );
        if found.wide {
            said.push_str(&visit.t("estimate-map-area-wide"));
        }
        said
    }

    fn shape(&self, area: &AreaEstimate, view: &View) -> Option<Shape> {
        let boundary = self.area(&area.area)?.boundary.as_ref()?;
        let (x, y) = view.roomiest(boundary)?;
        let mut class = match &area.found {
            None => "withheld".to_owned(),
            Some(found) => format!("class-{}", found.class),
        };
        if area.found.is_some_and(|found| found.against != AgainstWhole::NotClear) {
            class.push_str(" clear");
        }
        let name = self.name(&area.area);
        // A long name takes several lines: areas lie side by side.
        let name: Vec<String> = name.split_whitespace().map(str::to_owned).collect();
        Some(Shape {
            path: view.path(boundary),
            address: self.address(&area.area),
            said: self.said(area),
            class,
            striped: area.found.is_some_and(|found| found.wide),
            x,
            y,
            raised: name.len() as f64 / 2.0,
            figure: self.figure(area),
            name,
        })
    }

    /// The picture of the areas that were asked for. `None` where none of them has a boundary.
    fn picture(&self, said: String) -> Option<Picture> {
        let with_boundary = |code: &str| self.area(code).and_then(|area| area.boundary.as_ref());
        let asked = self.found.areas.iter().filter_map(|area| with_boundary(&area.area)?.extent());
        let whole = asked.reduce(Extent::and)?;
        let view = View::asked(whole, "", "");
        let is_asked = |code: &Code| self.found.areas.iter().any(|area| area.area == code.as_str());
        let around = app::place::map::drawn_areas(self.portfolio)
            .into_iter()
            .filter(|area| area.level == Some(AreaLevel::Subdistrict) && !is_asked(&area.code))
            .filter_map(|area| {
                let name = area.name.get(self.visit.lang.is_english()).to_owned();
                Some(Around { path: view.path(area.boundary.as_ref()?), name })
            });
        Some(Picture {
            width: WIDTH,
            height: HEIGHT,
            said,
            shapes: self.found.areas.iter().filter_map(|area| self.shape(area, &view)).collect(),
            around: around.collect(),
        })
    }

    fn line(&self, area: &AreaEstimate) -> Line {
        let of = |value| figure(self.found.of.kind, value);
        let (estimate, reach, n) = area.found.as_ref().map_or_else(Default::default, |found| {
            (
                of(found.shown.estimate),
                format!("{} – {}", of(found.shown.low), of(found.shown.high)),
                found.n.to_string(),
            )
        });
        Line {
            name: self.name(&area.area),
            address: self.address(&area.area),
            estimate,
            reach,
            n,
            against: area.found.map_or(AgainstWhole::NotClear, |found| found.against),
            wide: area.found.is_some_and(|found| found.wide),
            hidden: area.found.is_none(),
            drawn: self.area(&area.area).is_some_and(|held| held.boundary.is_some()),
        }
    }

    /// What the picture comes to: how the areas stand, and of how many nothing is shown, where that is so of any.
    fn summary(&self) -> (String, String) {
        let [higher, lower, not_clear, hidden] = self.found.counts().map(|count| count.to_string());
        let args = [("higher", higher.as_str()), ("lower", &lower), ("not_clear", &not_clear)];
        let withheld = match hidden.as_str() {
            "0" => String::new(),
            hidden => self.visit.tw("estimate-map-said-hidden", &[("count", hidden)]),
        };
        (self.visit.tw("estimate-map-said", &args), withheld)
    }

    fn classes(&self) -> Vec<Class> {
        let of = |value| figure(self.found.of.kind, value);
        let classes = self.found.classes.iter().enumerate();
        classes
            .map(|(at, (from, to))| Class { class: at, label: format!("{} – {}", of(*from), of(*to)) })
            .collect()
    }
}

pub(super) fn against_key(against: AgainstWhole) -> &'static str {
    match against {
        AgainstWhole::Higher => "against-whole-higher",
        AgainstWhole::Lower => "against-whole-lower",
        AgainstWhole::NotClear => "against-whole-not-clear",
    }
}

/// What counts as a wide interval, by the form of the question.
fn wide_key(kind: ResultKind, form: Option<&Form>) -> &'static str {
    match (kind, form) {
        (ResultKind::Mean, Some(Form::Scale { .. })) => "estimate-map-wide-scale",
        (ResultKind::Mean, _) => "estimate-map-wide-number",
        _ => "estimate-map-wide-share",
    }
}

/// The choices, question by question.
fn groups(visit: &Visit, opened: &Opened, all: &[MappedEstimate]) -> Vec<Group> {
    let mut out: Vec<Group> = Vec::new();
    for held in all {
        let question = opened.asked.asks.question(&held.question);
        let label = question_label(question, (&held.question, held.row.as_deref()), visit.lang);
        let choice = Choice::new(held.key(), answer(visit, opened, held));
        match out.last_mut().filter(|group| group.label == label) {
            Some(group) => group.choices.push(choice),
            None => out.push(Group { label, choices: vec![choice] }),
        }
    }
    out
}

fn answer(visit: &Visit, opened: &Opened, held: &MappedEstimate) -> String {
    match held.kind {
        ResultKind::Mean => visit.t("results-mean").into_owned(),
        _ => answer_label(opened.asked.asks.question(&held.question), held.answer.as_deref(), visit.lang),
    }
}

/// Whether something of a wave can be drawn: it asks for areas and for something else, and one of them has a boundary.
pub(super) fn is_drawn(opened: &Opened, results: &WaveResults, portfolio: &Portfolio) -> bool {
    if !is_mapped(&opened.held, results) {
        return false;
    }
    let choices = opened.held.wave.area.as_deref().and_then(|name| opened.asked.single(name).ok());
    choices.unwrap_or_default().iter().any(|choice| {
        let area = Code::new(&choice.code).ok().and_then(|code| portfolio.areas.get(&code));
        area.is_some_and(|area| area.boundary.is_some())
    })
}

pub async fn show(
    visit: Visit,
    Path((plan, wave)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let opened = Opened::of(&visit, &plan, &wave).await?;
    let results = results_of(&visit, &opened).await?;
    let portfolio = visit.app.portfolio(&opened.plan, Asked::default()).await?;
    let lang = visit.lang;
    // Thousands of estimates, and boundaries of thousands of points.
    let drawn = app::aside(move || draw(&visit, &opened, &results, &portfolio, &Typed(query)));
    drawn.await.map_err(|error| PageError::of(error, lang))?
}

fn draw(
    visit: &Visit,
    opened: &Opened,
    results: &WaveResults,
    portfolio: &Portfolio,
    typed: &Typed,
) -> Result<Response, PageError> {
    let all = mapped(&opened.held, results);
    let wanted = all.iter().find(|held| held.key() == typed.get("of")).or(all.first()).cloned();
    let held = &opened.held.wave;
    let found = wanted.and_then(|of| ByArea::of(&opened.held, &opened.asked, results, of));
    // A wave that asks for no area has no map.
    let found = found.ok_or_else(|| PageError::not_found().in_lang(visit.lang))?;
    let question = opened.asked.asks.question(&found.of.question);
    let name = held.name.get(visit.lang.is_english()).to_owned();
    let page = visit.page(visit.t("estimate-map-title"));
    let drawing = Drawing { visit, page: &page, opened, portfolio, found: &found };
    let (said, withheld) = drawing.summary();
    let body = MapPage {
        here: opened.here(),
        grade: opened.held.grade,
        published: opened.held.state() == domain::survey::WaveState::Published,
        groups: groups(visit, opened, &all),
        of: found.of.key(),
        question: question_label(question, (&found.of.question, found.of.row.as_deref()), visit.lang),
        answer: answer(visit, opened, &found.of),
        whole: found.whole.map_or_else(String::new, |(shown, n)| {
            let of = |value| figure(found.of.kind, value);
            visit.tw(
                "estimate-map-whole",
                &[
                    ("estimate", &of(shown.estimate)),
                    ("low", &of(shown.low)),
                    ("high", &of(shown.high)),
                    ("people", &n.to_string()),
                ],
            )
        }),
        picture: drawing.picture(said.clone()),
        classes: drawing.classes(),
        lines: found.areas.iter().map(|area| drawing.line(area)).collect(),
        wide_said: visit.tw(
            wide_key(found.of.kind, question.map(|question| &question.form)),
            &[("few", &found.few.to_string())],
        ),
        said,
        withheld,
        least: held.least,
        name,
        page,
    };
    render(StatusCode::OK, &body)
}
