//! Saying which column of a file is which field; what is said becomes a profile, which may be taken
//! along and used again, here or on the command line.

use app::import::{Layout, Profile, Reading, choice_label, column_label, layout};
use app::table::{COMMON, Column, ColumnKind, Table};
use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use sheets::Incoming;

use super::Case;
use super::look::{Looked, look, look_at, read};
use crate::editor::book::Book;
use crate::editor::field::{Choice, Control, Field, Typed};
use crate::editor::page::Filled;
use crate::editor::sheet::Sheet;
use crate::editor::topic::Pick;
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};

#[derive(Template)]
#[template(path = "import/columns.html")]
struct ColumnsPage {
    page: Page,
    file: String,
    address: String,
    sheet: Sheet,
}

/// The address of a field's choice of column, and of its value for every row.
fn column_field(column: &Column) -> String {
    format!("column-{}", column.name)
}

fn constant_field(column: &Column) -> String {
    format!("constant-{}", column.name)
}

pub(super) async fn show(
    visit: Visit,
    Path((plan, id)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let case = Case::open(&visit, &plan, &id).await?;
    if case.waiting.written.is_some() {
        return Ok(Redirect::to(&case.address()).into_response());
    }
    let why = match look(&visit, &case).await? {
        Looked::Unclear { why, .. } => Some(why),
        Looked::Unreadable(error) => Some(sheets::explain(visit.lang, &error)),
        Looked::Ready { .. } => None,
    };
    let mut sheet = form(&visit, &case).await?;
    let status = if why.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    if let Some(why) = why {
        sheet.fault("", why);
    }
    page(&visit, &case, status, sheet)
}

fn page(visit: &Visit, case: &Case, status: StatusCode, sheet: Sheet) -> Result<Response, PageError> {
    let (file, address) = (case.waiting.name.clone(), case.address());
    let page = visit.page(visit.t("import-columns-title"));
    render(status, &ColumnsPage { page, file, address, sheet })
}

/// The sheet of the file that the profile names; another one where there is none of that name.
async fn incoming(case: &Case) -> Result<Incoming, PageError> {
    let bytes = || case.waiting.bytes.clone();
    match read(bytes(), case.table, case.waiting.reading.profile.sheet.clone()).await? {
        Ok(incoming) => Ok(incoming),
        Err(_) => Ok(read(bytes(), case.table, None).await?.unwrap_or_default()),
    }
}

/// `A`, `B` … `AA`, as spreadsheet programs name columns.
fn letters(mut column: usize) -> String {
    let mut out = Vec::new();
    loop {
        out.push(char::from(b'A' + (column % 26) as u8));
        if column < 26 {
            return out.iter().rev().collect();
        }
        column = column / 26 - 1;
    }
}

async fn form(visit: &Visit, case: &Case) -> Result<Sheet, PageError> {
    let incoming = incoming(case).await?;
    let profile = &case.waiting.reading.profile;
    let layout = layout(case.table, &incoming.sheet, profile);
    let portfolio = visit.app.portfolio(&case.plan, app::read::Asked::default()).await?;
    let book = Book::of_plan(visit.lang, portfolio);
    let action = format!("{}/columns", case.address());
    let mut sheet = Sheet::new(action, case.home(), visit.t("import-columns-save"));
    sheet.intro = visit.t("import-columns-intro").into_owned();
    let lang = visit.lang;
    let mut place = Vec::new();
    if incoming.sheets.len() > 1 {
        let choices = incoming.sheets.iter().map(|name| Choice::new(name, name)).collect();
        place.push(
            Field::new(lang, "sheet", "import-sheet", Control::Select(choices)).value(&incoming.sheet.name),
        );
    }
    let row = layout.as_ref().map_or(1, |layout| layout.row);
    place.push(
        Field::new(lang, "header_row", "import-header-row", Control::Number)
            .value(row.to_string())
            .required(),
    );
    sheet = sheet.hidden("laid_out_by", laid_out_by(&incoming.sheet.name, row));
    sheet = sheet.group(visit.t("import-where"), place);
    let fields = case.table.columns.iter().chain(COMMON);
    let columns = fields.map(|column| choose(visit, case.table, column, layout.as_ref(), profile)).collect();
    sheet = sheet.group(visit.t("import-columns-which"), columns);
    if let Some(group) = sheet.groups.last_mut() {
        group.pairs = true;
    }
    let constants =
        constants(case.table).map(|column| constant(visit, &book, case.table, column, profile)).collect();
    sheet = sheet.group(visit.t("import-constants"), constants);
    if let Some(group) = sheet.groups.last_mut() {
        group.note = visit.t("import-constants-note").into_owned();
    }
    Ok(sheet)
}

/// Which sheet and row the choices of a form were made from.
fn laid_out_by(sheet: &str, row: u32) -> String {
    format!("{row}:{sheet}")
}

fn choose(
    visit: &Visit,
    table: &Table,
    column: &Column,
    layout: Option<&Layout>,
    profile: &Profile,
) -> Field {
    let mut choices = vec![Choice::new("", visit.t("import-not-in-file"))];
    let mut chosen = String::new();
    for held in layout.iter().flat_map(|layout| &layout.columns) {
        let (letters, heading) = (letters(held.column), held.heading.as_str());
        let key = if held.sample.is_empty() { "import-column-empty" } else { "import-column-sample" };
        let args = [("letters", letters.as_str()), ("heading", heading), ("sample", held.sample.as_str())];
        choices.push(Choice::new(heading, visit.tw(key, &args)));
        if held.field == Some(column.name) {
            heading.clone_into(&mut chosen);
        }
    }
    let mut field = Field::new(visit.lang, column_field(column), "import-column", Control::Select(choices));
    field.label = column_label(visit.lang, table.name, column.name);
    field.required = column.required && !profile.constants.contains_key(column.name);
    field.value(chosen)
}

/// The columns that may have one value for the whole file.
fn constants(table: &Table) -> impl Iterator<Item = &'static Column> + use<> {
    COMMON.iter().chain(table.columns.iter().filter(|column| column.name == "datum"))
}

fn constant(visit: &Visit, book: &Book, table: &Table, column: &Column, profile: &Profile) -> Field {
    let none = || Choice::new("", visit.t("choice-none"));
    let control = match column.kind {
        ColumnKind::OneOf(words) => {
            let words =
                words.iter().map(|word| Choice::new(*word, choice_label(visit.lang, column.name, word)));
            Control::Select(std::iter::once(none()).chain(words).collect())
        }
        ColumnKind::Code => {
            let mut units = book.choices(Pick::Unit, "");
            units.insert(0, none());
            Control::Select(units)
        }
        ColumnKind::Day => Control::Day,
        ColumnKind::Url => Control::Url,
        _ => Control::Text,
    };
    let mut field = Field::new(visit.lang, constant_field(column), "import-column", control);
    field.label = column_label(visit.lang, table.name, column.name);
    field.value(profile.constants.get(column.name).map_or("", String::as_str))
}

pub(super) async fn save(
    visit: Visit,
    Path((plan, id)): Path<(String, String)>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let case = Case::open(&visit, &plan, &id).await?;
    if case.waiting.written.is_some() {
        return Ok(Redirect::to(&case.address()).into_response());
    }
    let mut sheet = form(&visit, &case).await?;
    sheet.refill(&typed);
    let profile = match wanted(&visit, &case, &typed, &mut sheet) {
        Some(profile) => profile,
        None => return page(&visit, &case, StatusCode::UNPROCESSABLE_ENTITY, sheet),
    };
    let reading = Reading { table: case.waiting.reading.table.clone(), profile };
    let name = profile_sheet(&typed, &reading);
    let moved = typed.get("laid_out_by") != laid_out_by(&name, reading.profile.header_row.unwrap_or(0));
    if !moved {
        let bytes = case.waiting.bytes.clone();
        let why = match look_at(&visit, &case.plan, case.table, bytes, reading.profile.clone()).await? {
            Looked::Ready { .. } => None,
            Looked::Unclear { why, .. } => Some(why),
            Looked::Unreadable(error) => Some(sheets::explain(visit.lang, &error)),
        };
        if let Some(why) = why {
            sheet.fault("", why);
            return page(&visit, &case, StatusCode::UNPROCESSABLE_ENTITY, sheet);
        }
    }
    visit.app.read_file_as(&case.waiting, &reading).await?;
    // With other headings than those on the form, there is something else to choose from.
    let next = if moved { format!("{}/columns", case.address()) } else { case.address() };
    Ok(Redirect::to(&next).into_response())
}

/// The name of the sheet a form is about; a file with one sheet has no choice of them.
fn profile_sheet(typed: &Typed, reading: &Reading) -> String {
    match &reading.profile.sheet {
        Some(name) => name.clone(),
        None => typed.get("laid_out_by").split_once(':').map_or(String::new(), |(_, name)| name.to_owned()),
    }
}

/// The profile a form asks for; nothing, with the mistakes in the form, when it cannot be.
fn wanted(visit: &Visit, case: &Case, typed: &Typed, sheet: &mut Sheet) -> Option<Profile> {
    let mut profile = case.waiting.reading.profile.clone();
    match typed.get("header_row").parse::<u32>() {
        Ok(row) if row > 0 => profile.header_row = Some(row),
        _ => sheet.fault("header_row", visit.t("field-error-not-whole").into_owned()),
    }
    if typed.has("sheet") {
        profile.sheet = Some(typed.get("sheet").to_owned());
    }
    profile.constants.clear();
    for column in constants(case.table) {
        let value = typed.get(&constant_field(column));
        if !value.is_empty() && !Typed::too_long(value) {
            profile.constants.insert(column.name.to_owned(), value.to_owned());
        }
    }
    let row = profile.header_row.unwrap_or(0);
    let name = profile_sheet(typed, &Reading { table: String::new(), profile: profile.clone() });
    if typed.get("laid_out_by") != laid_out_by(&name, row) {
        profile.columns.clear();
        return (!sheet.has_faults()).then_some(profile);
    }
    // Every heading on offer is said to be something, if only nothing: the profile is the whole word.
    profile.columns = headings_on(sheet).into_iter().map(|heading| (heading, String::new())).collect();
    for column in case.table.columns.iter().chain(COMMON) {
        let name = column_field(column);
        let heading = typed.get(&name);
        if heading.is_empty() {
            if column.required {
                sheet.fault(&name, visit.t("import-column-needed").into_owned());
            }
            continue;
        }
        match profile.columns.get_mut(heading) {
            Some(field) if field.is_empty() => column.name.clone_into(field),
            Some(_) => sheet.fault(&name, visit.t("import-column-twice").into_owned()),
            None => sheet.fault(&name, visit.t("field-error-not-a-choice").into_owned()),
        }
    }
    (!sheet.has_faults()).then_some(profile)
}

/// The headings that the form's choices offer.
fn headings_on(sheet: &Sheet) -> Vec<String> {
    let mut fields = sheet.groups.iter().flat_map(|group| &group.fields);
    let field = fields.find(|field| field.name.starts_with("column-"));
    match field.map(|field| &field.control) {
        Some(Control::Select(choices)) => {
            choices.iter().map(|choice| choice.value.clone()).filter(|value| !value.is_empty()).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::letters;

    #[test]
    fn columns_are_named_as_in_spreadsheets() {
        assert_eq!([0, 25, 26, 51, 52, 701, 702].map(letters), ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
    }
}
