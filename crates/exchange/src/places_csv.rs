//! A gazetteer as CSV: UTF-8, with a header row; one place a row.
//!
//! Columns: `name` (needed), `id` or `code`, `aliases` (separated by `;`, `；`, `、` or `|`), `parent` or
//! `streetCode`. Others are ignored.

use std::io::Read;

use thiserror::Error;

/// One place as it stands in the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlaceRow {
    /// The file's key, or the row number where it has none.
    pub id: String,
    pub name: String,
    pub aliases: Vec<String>,
    pub parent: String,
}

/// What is wrong with a gazetteer, where, and how to mend it.
#[derive(Debug, Error)]
pub enum PlacesCsvError {
    #[error(
        "the header has no column 'name' (found: {found}): add it or rename the column that holds the names"
    )]
    NoName { found: String },
    #[error("line {line}: the place has no name: give it one or remove the row")]
    EmptyName { line: u64 },
    #[error("line {line}: {problem}")]
    Row { line: u64, problem: String },
}

pub fn read_places(input: impl Read) -> Result<Vec<PlaceRow>, PlacesCsvError> {
    let mut csv = csv::ReaderBuilder::new().flexible(true).from_reader(input);
    let header = csv.headers().map_err(|error| locate(&error, 1))?.clone();
    let names: Vec<String> =
        header.iter().map(|h| h.trim_start_matches('\u{FEFF}').trim().to_lowercase()).collect();
    let column = |wanted: &[&str]| names.iter().position(|n| wanted.contains(&n.as_str()));
    let Some(name) = column(&["name", "名称", "地名"]) else {
        return Err(PlacesCsvError::NoName { found: names.join(", ") });
    };
    let id = column(&["id", "code", "place_id", "编码", "编号"]);
    let aliases = column(&["aliases", "alias", "别名"]);
    let parent = column(&["parent", "streetcode", "上级"]);
    let mut places = Vec::new();
    for record in csv.records() {
        let record = record.map_err(|error| locate(&error, places.len() as u64 + 2))?;
        let line = record.position().map_or(0, csv::Position::line);
        let get = |at: Option<usize>| at.and_then(|at| record.get(at)).unwrap_or_default().trim();
        let place = PlaceRow {
            id: match get(id) {
                "" => (places.len() + 1).to_string(),
                id => id.to_owned(),
            },
            name: get(Some(name)).to_owned(),
            aliases: get(aliases)
                .split([';', '；', '、', '|'])
                .map(str::trim)
                .filter(|alias| !alias.is_empty())
                .map(str::to_owned)
                .collect(),
            parent: get(parent).to_owned(),
        };
        if place.name.is_empty() {
            return Err(PlacesCsvError::EmptyName { line });
        }
        places.push(place);
    }
    Ok(places)
}

fn locate(error: &csv::Error, line: u64) -> PlacesCsvError {
    let line = error.position().map_or(line, csv::Position::line);
    let problem = match error.kind() {
        csv::ErrorKind::Utf8 { .. } => "the text is not UTF-8: save the file as 'CSV UTF-8'".to_owned(),
        _ => error.to_string(),
    };
    PlacesCsvError::Row { line, problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_aliases_and_numbers_rows_without_a_key() {
        let text = "name,aliases\n龙泽苑社区,龙泽苑；龙泽\n回龙观东大街,\n";
        let places = read_places(text.as_bytes()).unwrap();
        assert_eq!(places[0].aliases, ["龙泽苑", "龙泽"]);
        assert_eq!(places[1].id, "2");
    }

    #[test]
    fn says_what_is_missing() {
        assert!(read_places("a,b\n".as_bytes()).unwrap_err().to_string().contains("'name'"));
        let error = read_places("code,name\n1,\n".as_bytes()).unwrap_err();
        assert!(error.to_string().starts_with("line 2"), "{error}");
    }
}
