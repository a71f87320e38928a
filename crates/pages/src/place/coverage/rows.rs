//! The residences and parcels of a plan one by one: listed, put in, changed, taken out. Whoever has all of them in a file
//! brings the file instead.

use std::collections::HashMap;

use app::AppError;
use app::import::{choice_label, column_label};
use app::place::{LayerGround, LayerRow, LayerRows, RowFault, RowWish};
use app::table::{Column, ColumnKind, table};
use askama::Template;
use axum::Router;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use domain::area::AreaLevel;
use domain::code::Code;
use domain::layer::LayerKind;
use domain::portfolio::Portfolio;
use domain::source::{Grade, Source};
use words::Lang;

use super::choice::{self, Homes, OfHome};
use super::layers::enter;
use super::{area_name, kind_name, whole};
use crate::PagesState;
use crate::address::with_query;
use crate::editor::field::{Choice, Control, Field, Typed};
use crate::editor::page::{Filled, done, form_page, saved};
use crate::editor::reader::Reader;
use crate::editor::sheet::{Sheet, refused_status};
use crate::error::PageError;
use crate::page::Page;
use crate::pager::Pager;
use crate::projects::folded;
use crate::visit::{Visit, render};
use crate::words_of::{comma, day, word};

const PAGE_SIZE: usize = 50;
/// The names under which an address asks for some of the rows.
const FILTERS: [&str; 4] = ["q", "standard", "area", "reach"];

pub(super) fn routes() -> Router<PagesState> {
    Router::new()
        .route("/p/{plan}/place/rows/{layer}", get(list))
        .route("/p/{plan}/place/rows/{layer}/edit", get(show).post(save))
        .route("/p/{plan}/place/rows/{layer}/take-out", get(ask).post(take_out))
}

/// What is said of one row.
struct Line {
    code: String,
    address: String,
    /// Where it is taken out.
    leave: String,
    name: String,
    /// People, or square metres; empty where nobody knows.
    amount: String,
    /// What a residence has by the standard that was chosen.
    reach: Option<OfHome>,
}

#[derive(Template)]
#[template(path = "place/coverage/rows.html")]
struct RowsPage {
    page: Page,
    plan: Code,
    layer: LayerKind,
    saved: String,
    wanted: String,
    filters: Vec<Field>,
    filtered: bool,
    homes: Option<Homes>,
    lines: Vec<Line>,
    pager: Pager,
}

/// The layer of an address, of those that have rows.
fn layer_of(text: &str) -> Result<LayerKind, PageError> {
    let layer = LayerKind::parse(text).ok_or(AppError::NotFound)?;
    match layer {
        LayerKind::Residences | LayerKind::Parcels => Ok(layer),
        LayerKind::Network | LayerKind::BaseMap => Err(AppError::NotFound.into()),
    }
}

fn home(plan: &Code, layer: LayerKind) -> String {
    format!("/p/{plan}/place/rows/{}", layer.as_str())
}

fn of_row(plan: &Code, layer: LayerKind, what: &str, code: &str) -> String {
    with_query(&format!("{}/{what}", home(plan, layer)), &[("code", code)])
}

/// The names of what may stand in a row, as they are typed and searched for.
struct Names<'a> {
    lang: Lang,
    portfolio: &'a Portfolio,
}

impl Names<'_> {
    fn kinds(&self, kinds: &[Code]) -> String {
        let names: Vec<String> =
            kinds.iter().map(|kind| kind_name(self.lang, self.portfolio, kind)).collect();
        names.join(comma(self.lang))
    }

    /// What is looked for in each row: its code, and the names of the areas and kinds of which it says the codes, each
    /// made ready once.
    fn search(&self, wanted: String) -> impl Fn(LayerRow<'_>) -> bool + Send + 'static + use<> {
        let has = move |text: &str| folded(text).contains(&wanted);
        let areas = self.portfolio.areas.keys();
        let areas: HashMap<Code, bool> =
            areas.map(|area| (area.clone(), has(&area_name(self.lang, self.portfolio, area)))).collect();
        let kinds = self.portfolio.plan.facility_kinds.iter().map(|held| held.kind.clone());
        let kinds: HashMap<Code, String> =
            kinds.map(|kind| (kind.clone(), kind_name(self.lang, self.portfolio, &kind))).collect();
        let comma = comma(self.lang);
        move |row| match row {
            LayerRow::Home(home) => {
                let area = areas.get(&home.community).copied();
                area.unwrap_or_else(|| has(home.community.as_str())) || has(&home.code)
            }
            LayerRow::Parcel(parcel) if parcel.name.is_empty() => {
                let name = |kind: &Code| kinds.get(kind).map_or(kind.as_str(), String::as_str).to_owned();
                let names: Vec<String> = parcel.kinds.iter().map(name).collect();
                has(&parcel.code) || has(&names.join(comma))
            }
            LayerRow::Parcel(parcel) => has(&parcel.code) || has(&parcel.name),
        }
    }

    fn line(&self, plan: &Code, layer: LayerKind, row: LayerRow<'_>) -> Line {
        let (code, name, amount) = match row {
            LayerRow::Home(home) => {
                let people = home.people.map_or_else(String::new, whole);
                (&home.code, area_name(self.lang, self.portfolio, &home.community), people)
            }
            LayerRow::Parcel(it) => {
                let name = if it.name.is_empty() { self.kinds(&it.kinds) } else { it.name.clone() };
                (&it.code, name, whole(it.square_metres))
            }
        };
        Line {
            address: of_row(plan, layer, "edit", code),
            leave: of_row(plan, layer, "take-out", code),
            code: code.clone(),
            name,
            amount,
            reach: None,
        }
    }
}

async fn list(
    visit: Visit,
    Path((plan, layer)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let layer = layer_of(&layer)?;
    let (plan, _) = enter(&visit, &plan).await?;
    let portfolio = visit.app.portfolio(&plan, app::read::Asked::default()).await?;
    let typed = Typed(query);
    let wanted = folded(typed.get("q"));
    let names = Names { lang: visit.lang, portfolio: &portfolio };
    let rows = LayerRows::of(&visit.app.layers(&portfolio).await?, layer);
    let homes = match layer {
        LayerKind::Residences => Homes::of(&visit, &portfolio, &typed).await?,
        LayerKind::Parcels | LayerKind::Network | LayerKind::BaseMap => None,
    };
    // The numbers of those that are looked for; all where nothing is.
    let found = match &rows {
        Some(rows) if !wanted.is_empty() => {
            Some(visit.app.rows_wanted(rows.clone(), names.search(wanted)).await?)
        }
        _ => None,
    };
    let all = rows.as_ref().map_or(0, LayerRows::count);
    let found = match &homes {
        Some(homes) => {
            let found = found.unwrap_or_else(|| (0..all).collect());
            Some(found.into_iter().filter(|home| homes.fits(*home, &typed)).collect())
        }
        None => found,
    };
    let address = |number: usize| {
        let number = number.to_string();
        let given = FILTERS.map(|name| (name, typed.get(name)));
        with_query(&home(&plan, layer), &[&given[..], &[("page", &number)]].concat())
    };
    let total = found.as_ref().map_or(all, Vec::len);
    let pager = Pager::of(typed.get("page"), total, PAGE_SIZE, address);
    let shown = match &found {
        Some(found) => pager.part(found).to_vec(),
        None => pager.shown.clone().collect(),
    };
    let lines = shown.into_iter().filter_map(|number| {
        let line = names.line(&plan, layer, rows.as_ref()?.row(number)?);
        let reach = homes.as_ref().map(|homes| homes.of_home(visit.lang, &portfolio, number));
        Some(Line { reach, ..line })
    });
    let filters = match layer {
        LayerKind::Residences => choice::filters(visit.lang, &portfolio, homes.as_ref(), &typed),
        LayerKind::Parcels | LayerKind::Network | LayerKind::BaseMap => Vec::new(),
    };
    let body = RowsPage {
        saved: saved(visit.lang, &typed),
        wanted: typed.get("q").to_owned(),
        filtered: FILTERS.iter().any(|name| !typed.get(name).is_empty()),
        filters,
        lines: lines.collect(),
        homes,
        pager,
        layer,
        page: visit.page(word(visit.lang, "layer", layer.as_str())),
        plan,
    };
    render(StatusCode::OK, &body)
}

/// A form for one row.
struct Bench {
    plan: Code,
    layer: LayerKind,
    /// The row that is changed; none for a new one.
    code: Option<String>,
    sheet: Sheet,
}

/// What stands behind a change; the layer's own name and notice stay.
fn said(visit: &Visit) -> Vec<Field> {
    let lang = visit.lang;
    let grade = |held: Grade| Choice::new(held.as_str(), word(lang, "grade", held.as_str()));
    vec![
        Field::new(lang, "effective", "column-effective", Control::Day)
            .required()
            .value(visit.app.clock().today().to_string()),
        Field::new(lang, "source_title", "network-source", Control::Text),
        Field::new(lang, "source_url", "network-source-url", Control::Url),
        Field::new(lang, "grade", "network-grade", Control::Select(Grade::ALL.map(grade).to_vec()))
            .value(Grade::default().as_str()),
        Field::new(lang, "reason", "network-reason", Control::Text),
    ]
}

impl Bench {
    async fn open(visit: &Visit, (plan, layer): (&str, &str), code: Option<&str>) -> Result<Self, PageError> {
        let layer = layer_of(layer)?;
        let (plan, _) = enter(visit, plan).await?;
        let portfolio = visit.app.portfolio(&plan, app::read::Asked::default()).await?;
        let table = table(layer.as_str()).ok_or(AppError::NotFound)?;
        let held = match code {
            Some(code) => visit.app.layer_row(&portfolio, layer, code).await?.ok_or(AppError::NotFound)?,
            None => vec![("datum", "wgs84".to_owned())],
        };
        let own = table.columns.iter().filter(|column| column.name != "licence");
        let fields = own.map(|column| {
            let value = held.iter().find(|(name, _)| *name == column.name).map(|(_, text)| text.clone());
            field(visit, &portfolio, table.name, column).value(value.unwrap_or_default())
        });
        let action = match code {
            Some(code) => of_row(&plan, layer, "edit", code),
            None => format!("{}/edit", home(&plan, layer)),
        };
        let title = word(visit.lang, "layer-row", layer.as_str());
        let sheet = Sheet::new(action, home(&plan, layer), visit.t("layer-row-save"))
            .group(title, fields.collect())
            .group(visit.t("layer-row-said"), said(visit));
        Ok(Self { plan, layer, code: code.map(str::to_owned), sheet })
    }

    fn title(&self, visit: &Visit) -> String {
        visit.t(if self.code.is_some() { "layer-row-edit" } else { "layer-row-new" }).into_owned()
    }

    /// Reads what stands behind the change; the mistakes go to their fields.
    fn ground(&mut self, visit: &Visit, typed: &Typed) -> Option<LayerGround> {
        self.sheet.refill(typed);
        let mut reader = Reader::new(typed);
        let effective = reader.must("effective", Reader::day);
        let (title, url) = (reader.text("source_title").to_owned(), reader.text("source_url").to_owned());
        let grade = Grade::parse(reader.text("grade")).unwrap_or_default();
        let reason = reader.text("reason").to_owned();
        self.sheet.mistakes(visit.lang, &reader.mistakes);
        if title.is_empty() && url.is_empty() {
            self.sheet.fault("source_title", visit.t("network-source-missing").into_owned());
        }
        let source = Source { grade, title, url, unit: None };
        (!self.sheet.has_faults()).then(|| LayerGround {
            effective,
            source,
            reason,
            ..LayerGround::default()
        })
    }

    /// Makes the change, or shows the form again with what is wrong.
    async fn make(
        mut self,
        visit: &Visit,
        wish: RowWish,
        ground: LayerGround,
    ) -> Result<Response, PageError> {
        let made = visit.app.change_layer_row(&visit.actor, &self.plan, self.layer, wish, ground).await?;
        let status = match made {
            Ok(receipt) => return Ok(done(&home(&self.plan, self.layer), Some(&receipt))),
            Err(RowFault::Cells(problems)) => {
                for problem in problems {
                    self.sheet.fault(&problem.field, problem.message(visit.lang));
                }
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Err(RowFault::Taken) => {
                self.sheet.fault("code", visit.t("layer-row-taken").into_owned());
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Err(RowFault::Gone) => {
                self.sheet.fault("", visit.t("layer-row-gone").into_owned());
                StatusCode::CONFLICT
            }
            Err(RowFault::BroughtAnew { from }) => {
                let said = visit.tw("layer-row-brought-anew", &[("from", &day(visit.lang, from))]);
                self.sheet.fault("effective", said);
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Err(RowFault::Refused(refusals)) => {
                for refusal in &refusals {
                    self.sheet.fault("effective", words::refusal(visit.lang, refusal));
                }
                refused_status(&refusals)
            }
        };
        form_page(visit, status, self.title(visit), self.sheet)
    }
}

/// How a column is typed.
fn field(visit: &Visit, portfolio: &Portfolio, of: &str, column: &Column) -> Field {
    let lang = visit.lang;
    let control = match (column.name, column.kind) {
        ("area", _) => {
            let fine = |level: &AreaLevel| matches!(level, AreaLevel::Subdistrict | AreaLevel::Community);
            let areas = portfolio.areas.values().filter(|area| area.level.as_ref().is_some_and(fine));
            let choice = areas.map(|it| Choice::new(it.code.as_str(), it.name.get(lang.is_english())));
            let by_place = Choice::new("", visit.t("layer-row-area-found"));
            Control::Select(std::iter::once(by_place).chain(choice).collect())
        }
        ("kinds", _) => {
            let kinds = portfolio.plan.facility_kinds.iter();
            let choice = |it: &domain::facility::FacilityKind| {
                Choice::new(it.kind.as_str(), it.name.get(lang.is_english()))
            };
            Control::Checks(kinds.map(choice).collect())
        }
        ("boundary", _) => Control::Area,
        (_, ColumnKind::OneOf(words)) => {
            let choice = |it: &&str| Choice::new(*it, choice_label(lang, column.name, it));
            Control::Select(words.iter().map(choice).collect())
        }
        (_, ColumnKind::Day) => Control::Day,
        // Degrees and yuan have a point in them.
        (_, ColumnKind::Whole) => Control::Number,
        _ => Control::Text,
    };
    let label = column_label(lang, of, column.name);
    let key = format!("column-{}", column.name.replace('_', "-"));
    let mut field = Field { label, ..Field::new(lang, column.name, &key, control) };
    field.required = column.required;
    field
}

#[derive(serde::Deserialize)]
struct OfRow {
    code: Option<String>,
}

async fn show(
    visit: Visit,
    Path((plan, layer)): Path<(String, String)>,
    Query(OfRow { code }): Query<OfRow>,
) -> Result<Response, PageError> {
    let bench = Bench::open(&visit, (&plan, &layer), code.as_deref()).await?;
    form_page(&visit, StatusCode::OK, bench.title(&visit), bench.sheet)
}

async fn save(
    visit: Visit,
    Path((plan, layer)): Path<(String, String)>,
    Query(OfRow { code }): Query<OfRow>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let mut bench = Bench::open(&visit, (&plan, &layer), code.as_deref()).await?;
    let Some(ground) = bench.ground(&visit, &typed) else {
        let title = bench.title(&visit);
        return form_page(&visit, StatusCode::UNPROCESSABLE_ENTITY, title, bench.sheet);
    };
    let table = table(bench.layer.as_str()).ok_or(AppError::NotFound)?;
    let own = table.columns.iter().filter(|column| column.name != "licence");
    let cells = own.map(|column| (column.name.to_owned(), typed.joined(column.name))).collect();
    let wish = RowWish::Put { replaces: bench.code.clone(), cells };
    bench.make(&visit, wish, ground).await
}

/// The form that takes a row out.
async fn leaving(visit: &Visit, plan: &str, layer: &str, code: Option<&str>) -> Result<Bench, PageError> {
    let code = code.ok_or(AppError::NotFound)?;
    let mut bench = Bench::open(visit, (plan, layer), Some(code)).await?;
    let address = of_row(&bench.plan, bench.layer, "take-out", code);
    bench.sheet = Sheet::new(address, home(&bench.plan, bench.layer), visit.t("layer-row-take-out"))
        .group(code, said(visit));
    bench.sheet.intro = visit.t("layer-row-take-out-note").into_owned();
    bench.sheet.danger = true;
    Ok(bench)
}

async fn ask(
    visit: Visit,
    Path((plan, layer)): Path<(String, String)>,
    Query(OfRow { code }): Query<OfRow>,
) -> Result<Response, PageError> {
    let bench = leaving(&visit, &plan, &layer, code.as_deref()).await?;
    form_page(&visit, StatusCode::OK, visit.t("layer-row-take-out"), bench.sheet)
}

async fn take_out(
    visit: Visit,
    Path((plan, layer)): Path<(String, String)>,
    Query(OfRow { code }): Query<OfRow>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let mut bench = leaving(&visit, &plan, &layer, code.as_deref()).await?;
    match (bench.ground(&visit, &typed), bench.code.clone()) {
        (Some(ground), Some(code)) => bench.make(&visit, RowWish::TakeOut { code }, ground).await,
        _ => {
            let title = visit.t("layer-row-take-out");
            form_page(&visit, StatusCode::UNPROCESSABLE_ENTITY, title, bench.sheet)
        }
    }
}
