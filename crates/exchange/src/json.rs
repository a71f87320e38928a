//! Tables as JSON: an array of objects, one a line.

use std::io::Write;

use crate::cell::{Cell, Heading, RowSink, WriteError};

pub struct JsonSink<W: Write> {
    out: W,
    names: Vec<String>,
    begun: bool,
}

impl<W: Write> JsonSink<W> {
    pub fn new(mut out: W, headings: &[Heading]) -> Result<Self, WriteError> {
        out.write_all(b"[")?;
        let names = headings.iter().map(|heading| heading.name.clone()).collect();
        Ok(Self { out, names, begun: false })
    }
}

fn value(cell: &Cell) -> serde_json::Value {
    match cell {
        Cell::Empty => serde_json::Value::Null,
        Cell::Text(text) => text.as_str().into(),
        Cell::Day(day) => day.to_string().into(),
        Cell::Bool(yes) => (*yes).into(),
        // Whole numbers stay whole; others become the nearest JSON number.
        Cell::Number(number) => match number.parse::<i64>() {
            Ok(whole) => whole.into(),
            Err(_) => number.parse::<f64>().map_or_else(|_| number.as_str().into(), Into::into),
        },
    }
}

impl<W: Write> RowSink for JsonSink<W> {
    fn row(&mut self, cells: &[Cell]) -> Result<(), WriteError> {
        self.out.write_all(if self.begun { b",\n" } else { b"\n" })?;
        self.begun = true;
        self.out.write_all(b"{")?;
        for (at, (name, cell)) in self.names.iter().zip(cells).enumerate() {
            if at > 0 {
                self.out.write_all(b",")?;
            }
            serde_json::to_writer(&mut self.out, name).map_err(std::io::Error::from)?;
            self.out.write_all(b":")?;
            serde_json::to_writer(&mut self.out, &value(cell)).map_err(std::io::Error::from)?;
        }
        Ok(self.out.write_all(b"}")?)
    }

    fn finish(mut self: Box<Self>) -> Result<(), WriteError> {
        self.out.write_all(b"\n]\n")?;
        Ok(self.out.flush()?)
    }
}
