//! Workbooks to be filled in.

use app::import::{choice_label, column_label, table_label};
use app::table::{COMMON, Column, ColumnKind, Table};
use exchange::cell::WriteError;
use exchange::xlsx::{Choice, TemplateColumn, TemplateWords};
use words::Lang;

/// A workbook with the table's headings in the reader's language, explained, with drop-downs.
pub fn template(lang: Lang, table: &Table) -> Result<Vec<u8>, WriteError> {
    exchange::xlsx::template(&template_words(lang, table), &template_columns(lang, table))
}

fn template_words(lang: Lang, table: &Table) -> TemplateWords {
    let t = |key: &str| words::text(lang, key).into_owned();
    let label = table_label(lang, table.name);
    TemplateWords {
        explanation: t("template-explanation"),
        choices: t("template-choices"),
        title: words::with(lang, "template-title", &[("table", &label)]),
        sheet: label,
        column: t("template-column"),
        name: t("template-name"),
        needed: t("template-needed"),
        help: t("template-help"),
        yes: t("template-yes"),
        no: t("template-no"),
        not_listed: t("template-not-listed"),
    }
}

fn template_columns(lang: Lang, table: &Table) -> Vec<TemplateColumn> {
    table
        .columns
        .iter()
        .chain(COMMON)
        .map(|column| TemplateColumn {
            name: column.name.to_owned(),
            label: column_label(lang, table.name, column.name),
            required: column.required,
            help: words::text(lang, help_key(column)).into_owned(),
            choices: match column.kind {
                ColumnKind::OneOf(words) => words
                    .iter()
                    .map(|word| Choice {
                        label: choice_label(lang, column.name, word),
                        word: (*word).to_owned(),
                    })
                    .collect(),
                ColumnKind::YesNo => [("template-yes", "true"), ("template-no", "false")]
                    .into_iter()
                    .map(|(key, word)| Choice {
                        label: words::text(lang, key).into_owned(),
                        word: word.to_owned(),
                    })
                    .collect(),
                _ => Vec::new(),
            },
        })
        .collect()
}

fn help_key(column: &Column) -> &'static str {
    match column.kind {
        ColumnKind::Code => "help-code",
        ColumnKind::Codes => "help-codes",
        ColumnKind::Text => "help-text",
        ColumnKind::PlannedDate => "help-planned-date",
        ColumnKind::Day => "help-day",
        ColumnKind::Moment => "help-moment",
        ColumnKind::Number => "help-number",
        ColumnKind::Whole => "help-whole",
        ColumnKind::Yuan => "help-yuan",
        ColumnKind::YesNo => "help-yes-no",
        ColumnKind::OneOf(_) => "help-one-of",
        ColumnKind::Url => "help-url",
    }
}
