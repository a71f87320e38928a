//! The tables of a file.

use std::collections::HashMap;

use timetable::Moment;

use super::XerError;

/// All tables of a file, by name.
pub(super) struct Tables<'a>(HashMap<&'a str, Table<'a>>);

pub(super) struct Table<'a> {
    name: &'a str,
    columns: HashMap<&'a str, usize>,
    rows: Vec<(usize, Vec<&'a str>)>,
}

/// One row with the line it stands on.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    pub line: usize,
    table: &'a Table<'a>,
    fields: &'a [&'a str],
}

impl<'a> Tables<'a> {
    pub fn parse(text: &'a str) -> Result<Tables<'a>, XerError> {
        let mut tables: HashMap<&str, Table<'_>> = HashMap::new();
        let mut current: Option<Table<'_>> = None;
        let mut ended = false;
        for (number, line) in text.split('\n').enumerate() {
            let (line, number) = (line.strip_suffix('\r').unwrap_or(line), number + 1);
            let mut fields = line.split('\t');
            match fields.next() {
                Some("%T") => {
                    let name = fields.next().unwrap_or_default().trim();
                    if let Some(done) =
                        current.replace(Table { name, columns: HashMap::new(), rows: Vec::new() })
                    {
                        tables.insert(done.name, done);
                    }
                }
                Some("%F") => {
                    let table = current.as_mut().ok_or_else(|| out_of_place(number, "%F"))?;
                    table.columns = fields.enumerate().map(|(i, column)| (column.trim(), i)).collect();
                }
                Some("%R") => {
                    let table = current.as_mut().ok_or_else(|| out_of_place(number, "%R"))?;
                    table.rows.push((number, fields.collect()));
                }
                Some("%E") => {
                    ended = true;
                    break;
                }
                // The head of the file, an empty line, or a text that went over several lines.
                _ => {}
            }
        }
        if !ended {
            let line = text.split('\n').count();
            return Err(XerError::Line {
                line,
                reason: "the file has no %E at its end: it was cut off; export it again".to_owned(),
            });
        }
        if let Some(done) = current {
            tables.insert(done.name, done);
        }
        Ok(Tables(tables))
    }

    pub fn get(&'a self, name: &str) -> Option<&'a Table<'a>> {
        self.0.get(name)
    }
}

fn out_of_place(line: usize, mark: &str) -> XerError {
    XerError::Line { line, reason: format!("{mark} stands before any table (%T); export the file again") }
}

impl<'a> Table<'a> {
    pub fn rows(&'a self) -> Vec<Row<'a>> {
        self.rows.iter().map(|(line, fields)| Row { line: *line, table: self, fields }).collect()
    }
}

impl<'a> Row<'a> {
    /// The text of a column; `None` without the column or the field, empty when it is blank.
    pub fn text(&self, column: &str) -> Option<&'a str> {
        let index = self.table.columns.get(column)?;
        self.fields.get(*index).map(|field| field.trim())
    }

    fn parse<T>(
        &self,
        column: &'static str,
        expected: &'static str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, XerError> {
        match self.text(column) {
            None | Some("") => Ok(None),
            Some(value) => read(value).map(Some).ok_or_else(|| XerError::Value {
                line: self.line,
                column,
                value: value.chars().take(60).collect(),
                expected,
            }),
        }
    }

    pub fn number(&self, column: &'static str) -> Result<Option<i64>, XerError> {
        self.parse(column, "a whole number", |v| v.parse().ok())
    }

    pub fn required_number(&self, column: &'static str) -> Result<i64, XerError> {
        let missing = || XerError::NoColumn { line: self.line, table: self.table.name.to_owned(), column };
        self.number(column)?.ok_or_else(missing)
    }

    /// A number with a decimal point, or a comma where the machine that wrote the file used one.
    pub fn decimal(&self, column: &'static str) -> Result<Option<f64>, XerError> {
        self.parse(column, "a number", |v| v.replace(',', ".").parse().ok().filter(|n: &f64| n.is_finite()))
    }

    pub fn moment(&self, column: &'static str) -> Result<Option<Moment>, XerError> {
        self.parse(column, "a date such as 2019-08-14 08:00", |v| v.parse().ok())
    }
}
