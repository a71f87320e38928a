//! A siting instance as CSV: costs, demand, sites.
//!
//! - costs: no header; a row for each demand point, in it a value for each site (metres; empty where
//!   the site cannot be reached);
//! - demand: `node` and a weight (`w`, `weight`, `people` or `demand`);
//! - sites: `node` and, where known, `cost` (to build) and `fixed` (yes: stands already).

use std::{collections::HashMap, io::Read};

use crate::{
    decimal::Decimal,
    table::{Table, TableError},
};

/// Distances in millimetres, row after row; nothing where a site is out of reach.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Costs {
    pub rows: usize,
    pub columns: usize,
    pub millimetres: Vec<Option<u32>>,
}

impl Costs {
    /// # Errors
    /// When rows differ in length or a value is no length.
    pub fn read(input: impl Read) -> Result<Self, TableError> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(input);
        let mut record = csv::StringRecord::new();
        let mut costs = Self::default();
        while reader.read_record(&mut record)? {
            let line = record.position().map_or(0, csv::Position::line);
            if costs.rows == 0 {
                costs.columns = record.len();
            } else if record.len() != costs.columns {
                return Err(TableError::Width { line, found: record.len(), expected: costs.columns });
            }
            for (column, text) in record.iter().enumerate() {
                let text = text.trim_start_matches('\u{feff}');
                let value = match text.to_lowercase().as_str() {
                    "" | "inf" | "nan" => None,
                    _ => Some(
                        Decimal::parse(text)
                            .and_then(|value| value.scaled(3))
                            .and_then(|value| u32::try_from(value).ok())
                            .filter(|&value| value < u32::MAX)
                            .ok_or_else(|| TableError::Value {
                                line,
                                column: format!("column {}", column + 1),
                                value: text.chars().take(60).collect(),
                                expected: "metres from 0 to 4,294,967, or nothing where out of reach",
                            })?,
                    ),
                };
                costs.millimetres.push(value);
            }
            costs.rows += 1;
        }
        if costs.rows == 0 { Err(TableError::Empty) } else { Ok(costs) }
    }
}

/// Demand points; weights in units of ten to the power of minus `places`.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Demand {
    pub names: Vec<String>,
    pub weights: Vec<u64>,
    pub places: u8,
}

impl Demand {
    /// # Errors
    /// When a column is missing or a weight negative or no number.
    pub fn read(input: impl Read) -> Result<Self, TableError> {
        let mut table = Table::open(input)?;
        let name = table.column(&["node", "id", "name"])?;
        let weight = table.column(&["w", "weight", "people", "demand"])?;
        let mut demand = Self::default();
        let mut weights = Vec::new();
        while table.advance()? {
            demand.names.push(table.text(name).to_owned());
            weights.push(table.value(weight, "a weight from 0 to 1,000,000,000,000", Decimal::parse)?);
        }
        demand.places = weights.iter().map(|weight| weight.places()).max().unwrap_or(0);
        demand.weights =
            weights.iter().map(|weight| weight.scaled(demand.places).unwrap_or(u64::MAX)).collect();
        if demand.names.is_empty() { Err(TableError::Empty) } else { Ok(demand) }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    pub name: String,
    /// Cost in units of ten to the power of minus [`Sites::places`]; nothing if the file has no costs.
    pub cost: Option<u64>,
    pub fixed: bool,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Sites {
    pub sites: Vec<Site>,
    pub places: u8,
}

impl Sites {
    /// # Errors
    /// When a column is missing, a site repeated, or a cost negative or no number.
    pub fn read(input: impl Read) -> Result<Self, TableError> {
        let mut table = Table::open(input)?;
        let name = table.column(&["node", "id", "name", "site"])?;
        let cost = table.find(&["cost"]);
        let fixed = table.find(&["fixed", "existing"]);
        let mut sites: Vec<(String, Option<Decimal>, bool)> = Vec::new();
        let mut seen: HashMap<String, u64> = HashMap::new();
        while table.advance()? {
            let id = table.text(name).to_owned();
            if let Some(first) = seen.insert(id.clone(), table.line()) {
                return Err(TableError::Duplicate { line: table.line(), what: "site", id, first });
            }
            let cost = cost
                .map(|column| table.value(column, "a cost from 0 to 1,000,000,000,000", Decimal::parse))
                .transpose()?;
            let fixed = fixed.map_or(Ok(false), |column| {
                table.value(column, "yes or no", |text| match text.to_lowercase().as_str() {
                    "1" | "true" | "yes" => Some(true),
                    "" | "0" | "false" | "no" => Some(false),
                    _ => None,
                })
            })?;
            sites.push((id, cost, fixed));
        }
        let places = sites.iter().filter_map(|site| site.1.map(Decimal::places)).max().unwrap_or(0);
        let sites: Vec<Site> = sites
            .into_iter()
            .map(|(name, cost, fixed)| Site {
                name,
                cost: cost.map(|cost| cost.scaled(places).unwrap_or(u64::MAX)),
                fixed,
            })
            .collect();
        if sites.is_empty() { Err(TableError::Empty) } else { Ok(Self { sites, places }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_an_instance() {
        let costs = Costs::read("1.5,2\n,0\n".as_bytes()).unwrap();
        assert_eq!((costs.rows, costs.columns), (2, 2));
        assert_eq!(costs.millimetres, [Some(1500), Some(2000), None, Some(0)]);
        let demand = Demand::read("node,w\na,10\nb,0.5\n".as_bytes()).unwrap();
        assert_eq!((demand.weights.as_slice(), demand.places), ([100, 5].as_slice(), 1));
        let sites = Sites::read("node,cost,fixed\nx,3,no\ny,2.5,yes\n".as_bytes()).unwrap();
        assert_eq!(sites.sites[1], Site { name: "y".into(), cost: Some(25), fixed: true });
    }

    #[test]
    fn says_where_and_how_to_mend() {
        let costs = |text: &str| Costs::read(text.as_bytes()).unwrap_err().to_string();
        assert_eq!(costs("1,2\n1\n"), "line 2 has 1 values where 2 are expected");
        assert_eq!(
            costs("1,2\n1,-4\n"),
            "line 2: column 2 is `-4`, expected metres from 0 to 4,294,967, or nothing where out of reach"
        );
        assert_eq!(costs(""), "the table has no rows");
        let sites = Sites::read("node\nx\nx\n".as_bytes()).unwrap_err().to_string();
        assert_eq!(sites, "line 3: site `x` was already given on line 2: keep one of them");
    }
}
