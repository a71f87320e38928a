//! A workbook to be filled in: explained columns, drop-downs, examples of how to write dates.

use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, Format, FormatAlign, Formula, Note, Workbook,
};

use super::write::{failed, heading_format, sheet_name};
use crate::cell::WriteError;

/// Rows that get drop-downs.
const ROWS: u32 = 5_000;

/// A word a column takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What is chosen in the drop-down.
    pub label: String,
    /// The same as programs write it.
    pub word: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateColumn {
    pub name: String,
    pub label: String,
    pub required: bool,
    /// How to fill it in.
    pub help: String,
    /// The words it takes; empty when it takes others than listed ones.
    pub choices: Vec<Choice>,
}

/// The words around the columns, in the reader's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateWords {
    /// Name of the sheet to be filled in.
    pub sheet: String,
    /// Name of the sheet that explains.
    pub explanation: String,
    /// Name of the sheet with the words for drop-downs.
    pub choices: String,
    pub title: String,
    pub column: String,
    pub name: String,
    pub needed: String,
    pub help: String,
    pub yes: String,
    pub no: String,
    pub not_listed: String,
}

/// The template's bytes.
pub fn template(words: &TemplateWords, columns: &[TemplateColumn]) -> Result<Vec<u8>, WriteError> {
    let mut workbook = Workbook::new();
    let choices = sheet_name(&words.choices);
    let required = heading_format().set_font_color(0x00B0_2A1E);

    let sheet = workbook.add_worksheet();
    sheet.set_name(sheet_name(&words.sheet)).map_err(failed)?;
    sheet.set_freeze_panes(1, 0).map_err(failed)?;
    // Texts, so that codes such as 0012 and dates such as 2019-10 stay as they are typed.
    let text = Format::new().set_num_format("@");
    let mut listed = 0u16;
    for (at, column) in columns.iter().enumerate() {
        let at = at as u16;
        let width = column.label.chars().count() * 2 + 6;
        sheet.set_column_width(at, width as f64).map_err(failed)?;
        sheet.set_column_format(at, &text).map_err(failed)?;
        let format = if column.required { &required } else { &heading_format() };
        sheet.write_string_with_format(0, at, column.label.as_str(), format).map_err(failed)?;
        sheet.insert_note(0, at, &Note::new(&column.help).set_width(320).set_height(120)).map_err(failed)?;
        if !column.choices.is_empty() {
            let letter = letter(listed);
            let range = format!("='{choices}'!${letter}$2:${letter}${}", column.choices.len() + 1);
            let validation = DataValidation::new()
                .allow_list_formula(Formula::new(range))
                .set_error_style(DataValidationErrorStyle::Stop)
                .set_error_message(&words.not_listed)
                .map_err(failed)?;
            sheet.add_data_validation(1, at, ROWS, at, &validation).map_err(failed)?;
            listed += 1;
        }
    }

    let wrap = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let sheet = workbook.add_worksheet();
    sheet.set_name(sheet_name(&words.explanation)).map_err(failed)?;
    sheet.write_string_with_format(0, 0, &words.title, &Format::new().set_bold()).map_err(failed)?;
    for (at, (text, width)) in
        [(&words.column, 22.0), (&words.name, 18.0), (&words.needed, 10.0), (&words.help, 80.0)]
            .into_iter()
            .enumerate()
    {
        sheet.set_column_width(at as u16, width).map_err(failed)?;
        sheet.write_string_with_format(2, at as u16, text, &heading_format()).map_err(failed)?;
    }
    for (at, column) in columns.iter().enumerate() {
        let row = at as u32 + 3;
        let needed = if column.required { &words.yes } else { &words.no };
        let mut help = column.help.clone();
        if !column.choices.is_empty() {
            let listed: Vec<String> =
                column.choices.iter().map(|choice| format!("{} ({})", choice.label, choice.word)).collect();
            help = format!("{help}\n{}", listed.join(", "));
        }
        for (at, text) in [&column.label, &column.name, needed, &help].into_iter().enumerate() {
            sheet.write_string_with_format(row, at as u16, text, &wrap).map_err(failed)?;
        }
    }

    if listed > 0 {
        let sheet = workbook.add_worksheet();
        sheet.set_name(&choices).map_err(failed)?;
        for (at, column) in columns.iter().filter(|column| !column.choices.is_empty()).enumerate() {
            let at = at as u16;
            sheet.write_string_with_format(0, at, &column.label, &heading_format()).map_err(failed)?;
            for (row, choice) in column.choices.iter().enumerate() {
                sheet.write_string(row as u32 + 1, at, &choice.label).map_err(failed)?;
            }
        }
    }
    workbook.save_to_buffer().map_err(failed)
}

fn letter(column: u16) -> String {
    rust_xlsxwriter::column_number_to_name(column)
}
