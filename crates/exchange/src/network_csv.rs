//! A network and what lies on it as CSV: nodes, edges, facilities, weights.
//!
//! - nodes: `id` and, where known, `lon`, `lat` in degrees (WGS-84); other columns are passed over;
//! - edges: `u`, `v`, `length_m` (metres, at most 4,294 km) and, if some are one-way, `oneway`
//!   (1, true or yes: from u to v only);
//! - facilities: `category`, `node`;
//! - weights: `node`, `weight`.
//!
//! Node names are any text; `7` and `7.0` are the same node.

use std::{borrow::Cow, collections::HashMap, io::Read};

use crate::{
    decimal::Decimal,
    table::{Table, TableError},
};

/// Nodes in the order of the file.
#[derive(Debug, Default)]
pub struct Nodes {
    names: Names,
    /// Longitude and latitude of each node, or empty if the file has none.
    pub points: Vec<[f64; 2]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    pub from: u32,
    pub to: u32,
    pub millimetres: u32,
    pub one_way: bool,
}

/// Facilities by category, categories in the order of their first line. Facilities keep their line
/// order within the category.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Facilities {
    pub categories: Vec<String>,
    pub nodes: Vec<Vec<u32>>,
}

/// Weights of nodes in units of ten to the power of minus `places`.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct NodeWeights {
    pub rows: Vec<(u32, u64)>,
    pub places: u8,
}

/// Node names and where each lies. Whole numbers, the usual case, take a fraction of the memory of text.
#[derive(Debug)]
enum Names {
    Numbers(Vec<i64>, HashMap<i64, u32>),
    Texts(Vec<Box<str>>, HashMap<Box<str>, u32>),
}

impl Default for Names {
    fn default() -> Self {
        Self::Numbers(Vec::new(), HashMap::new())
    }
}

/// The number a name is the usual way of writing of.
fn number(name: &str) -> Option<i64> {
    let value: i64 = name.parse().ok()?;
    let digits = name.strip_prefix('-').unwrap_or(name);
    let usual = digits == "0" && name == "0" || !digits.starts_with(['0', '+']);
    usual.then_some(value)
}

impl Names {
    fn len(&self) -> usize {
        match self {
            Self::Numbers(names, _) => names.len(),
            Self::Texts(names, _) => names.len(),
        }
    }

    fn get(&self, name: &str) -> Option<u32> {
        match self {
            Self::Numbers(_, positions) => positions.get(&number(name)?).copied(),
            Self::Texts(_, positions) => positions.get(name).copied(),
        }
    }

    /// Adds a name; the position of the same one before, if there is one.
    fn add(&mut self, name: &str, position: u32) -> Option<u32> {
        match (&mut *self, number(name)) {
            (Self::Numbers(names, positions), Some(value)) => {
                names.push(value);
                positions.insert(value, position)
            }
            (Self::Numbers(names, _), None) => {
                let texts: Vec<Box<str>> = names.iter().map(|name| name.to_string().into()).collect();
                let positions =
                    texts.iter().enumerate().map(|(index, name)| (name.clone(), index as u32)).collect();
                *self = Self::Texts(texts, positions);
                self.add(name, position)
            }
            (Self::Texts(names, positions), _) => {
                names.push(name.into());
                positions.insert(name.into(), position)
            }
        }
    }

    fn name(&self, index: usize) -> Cow<'_, str> {
        match self {
            Self::Numbers(names, _) => names[index].to_string().into(),
            Self::Texts(names, _) => (&*names[index]).into(),
        }
    }
}

fn canonical(name: &str) -> &str {
    match name.strip_suffix(".0") {
        Some(whole) if !whole.is_empty() && whole.bytes().all(|byte| byte.is_ascii_digit()) => whole,
        _ => name,
    }
}

impl Nodes {
    /// # Errors
    /// When a column is missing, a name empty or repeated, or a position not on earth.
    pub fn read(input: impl Read) -> Result<Self, TableError> {
        let mut table = Table::open(input)?;
        let id = table.column(&["id", "node", "node_id", "osmid", "osm_id"])?;
        let place = table.find(&["lon", "longitude"]).zip(table.find(&["lat", "latitude"]));
        let mut nodes = Self::default();
        while table.advance()? {
            let name = canonical(table.value(id, "a node name", |text| (!text.is_empty()).then_some(text))?);
            let next = u32::try_from(nodes.names.len()).ok().filter(|&next| next < u32::MAX);
            let next = next.ok_or_else(|| TableError::Value {
                line: table.line(),
                column: "id".into(),
                value: name.into(),
                expected: "at most 4,294,967,294 nodes; cut the area into parts",
            })?;
            if let Some(first) = nodes.names.add(name, next) {
                return Err(TableError::Duplicate {
                    line: table.line(),
                    what: "node",
                    id: name.into(),
                    first: u64::from(first) + 2,
                });
            }
            if let Some((lon, lat)) = place {
                let degrees = |column, expected, limit: f64| {
                    table.value(column, expected, |text| {
                        text.parse().ok().filter(|value: &f64| value.abs() <= limit)
                    })
                };
                nodes.points.push([
                    degrees(lon, "a longitude within -180..180", 180.0)?,
                    degrees(lat, "a latitude within -90..90", 90.0)?,
                ]);
            }
        }
        if nodes.is_empty() { Err(TableError::Empty) } else { Ok(nodes) }
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Name of a node, by position.
    #[must_use]
    pub fn name(&self, node: usize) -> Cow<'_, str> {
        self.names.name(node)
    }

    fn lookup<R: Read>(&self, table: &Table<R>, column: usize) -> Result<u32, TableError> {
        let name = canonical(table.text(column));
        self.names.get(name).ok_or_else(|| TableError::Unknown {
            line: table.line(),
            what: "node",
            id: name.into(),
            list: "the table of nodes",
        })
    }

    /// # Errors
    /// When a column is missing, an end unknown or a length no length.
    pub fn read_edges(&self, input: impl Read) -> Result<Vec<Edge>, TableError> {
        let mut table = Table::open(input)?;
        let from = table.column(&["u", "from"])?;
        let to = table.column(&["v", "to"])?;
        let length = table.column(&["length_m", "length", "metres", "weight"])?;
        let one_way = table.find(&["oneway", "one_way"]);
        let mut edges = Vec::new();
        while table.advance()? {
            let millimetres = table.value(length, "a length in metres, from 0 to 4,294,967", |text| {
                Decimal::parse(text)?.scaled(3).and_then(|value| u32::try_from(value).ok())
            })?;
            let one_way = one_way.map_or(Ok(false), |column| {
                table.value(column, "yes or no", |text| match text.to_lowercase().as_str() {
                    "1" | "true" | "yes" => Some(true),
                    "" | "0" | "false" | "no" => Some(false),
                    _ => None,
                })
            })?;
            let (from, to) = (self.lookup(&table, from)?, self.lookup(&table, to)?);
            edges.push(Edge { from, to, millimetres, one_way });
        }
        Ok(edges)
    }

    /// # Errors
    /// When a column is missing, a category empty or a node unknown.
    pub fn read_facilities(&self, input: impl Read) -> Result<Facilities, TableError> {
        let mut table = Table::open(input)?;
        let category = table.column(&["category", "kind"])?;
        let node = table.column(&["node", "node_id"])?;
        let mut facilities = Facilities::default();
        let mut known: HashMap<String, usize> = HashMap::new();
        while table.advance()? {
            let name = table.value(category, "a category", |text| (!text.is_empty()).then_some(text))?;
            let place = match known.get(name) {
                Some(&place) => place,
                None => {
                    known.insert(name.to_owned(), facilities.nodes.len());
                    facilities.categories.push(name.to_owned());
                    facilities.nodes.push(Vec::new());
                    facilities.nodes.len() - 1
                }
            };
            facilities.nodes[place].push(self.lookup(&table, node)?);
        }
        Ok(facilities)
    }

    /// # Errors
    /// When a column is missing, a node unknown, or a weight negative or no number.
    pub fn read_weights(&self, input: impl Read) -> Result<NodeWeights, TableError> {
        let mut table = Table::open(input)?;
        let node = table.column(&["node", "node_id", "id"])?;
        let weight = table.column(&["weight", "w", "people"])?;
        let mut rows: Vec<(u32, Decimal)> = Vec::new();
        while table.advance()? {
            let weight = table.value(weight, "a weight from 0 to 1,000,000,000,000", Decimal::parse)?;
            rows.push((self.lookup(&table, node)?, weight));
        }
        let places = rows.iter().map(|(_, weight)| weight.places()).max().unwrap_or(0);
        // At most 10¹² × 10⁶ each: below 2⁶⁴.
        let rows = rows
            .into_iter()
            .map(|(node, weight)| (node, weight.scaled(places).unwrap_or(u64::MAX)))
            .collect();
        Ok(NodeWeights { rows, places })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nodes() -> Nodes {
        Nodes::read("\u{feff}id,osm_id,lon,lat\n7,1,-8.6,41.1\nb,2,-8.5,41.2\n".as_bytes()).unwrap()
    }

    #[test]
    fn reads_all_four_tables() {
        let nodes = nodes();
        assert_eq!((nodes.len(), &*nodes.name(0), &*nodes.name(1)), (2, "7", "b"));
        assert_eq!(nodes.points[1], [-8.5, 41.2]);
        let edges = nodes.read_edges("u,v,length_m,oneway\n7.0, b,1.5,yes\n".as_bytes()).unwrap();
        assert_eq!(edges, [Edge { from: 0, to: 1, millimetres: 1500, one_way: true }]);
        let found = nodes.read_facilities("category,node\nshop,b\npark,7\nshop,7\n".as_bytes()).unwrap();
        assert_eq!(found.categories, ["shop", "park"]);
        assert_eq!(found.nodes, [vec![1, 0], vec![0]]);
        let weights = nodes.read_weights("node,weight\n7,10.0\nb,2.25\n".as_bytes()).unwrap();
        assert_eq!(weights, NodeWeights { rows: vec![(0, 1000), (1, 225)], places: 2 });
    }

    #[test]
    fn numbers_with_leading_zeros_are_other_names() {
        let nodes = Nodes::read("id\n7\n007\n-0\n0\n".as_bytes()).unwrap();
        let facilities = nodes.read_facilities("category,node\na,007\na,7\na,0\n".as_bytes()).unwrap();
        assert_eq!(facilities.nodes, [vec![1, 0, 3]]);
        let numbers = Nodes::read("id\n-5\n12\n".as_bytes()).unwrap();
        assert_eq!((numbers.name(0), numbers.name(1)), ("-5".into(), "12".into()));
        assert!(numbers.read_facilities("category,node\na,012\n".as_bytes()).is_err());
    }

    #[test]
    fn says_where_and_how_to_mend() {
        let error = |result: Result<Vec<Edge>, TableError>| result.unwrap_err().to_string();
        let nodes = nodes();
        assert_eq!(
            error(nodes.read_edges("u,v,length_m\n7,b,1\n7,x,1\n".as_bytes())),
            "line 3: node `x` is not in the table of nodes: add it there or drop this line"
        );
        assert_eq!(
            error(nodes.read_edges("u,v,length_m\n7,b,-1\n".as_bytes())),
            "line 2: length_m is `-1`, expected a length in metres, from 0 to 4,294,967"
        );
        assert_eq!(
            error(nodes.read_edges("a,v,length_m\n".as_bytes())),
            "the table has no column `u`; its columns are: a, v, length_m"
        );
        assert!(nodes.read_edges("u,v,length_m\n7,b\n".as_bytes()).is_err());
        let twice = Nodes::read("id\n1\n2\n1.0\n".as_bytes()).unwrap_err().to_string();
        assert_eq!(twice, "line 4: node `1` was already given on line 2: keep one of them");
        assert!(matches!(Nodes::read("id,lon,lat\n".as_bytes()), Err(TableError::Empty)));
        let swapped = Nodes::read("id,lon,lat\n1,40,116\n".as_bytes()).unwrap_err().to_string();
        assert_eq!(swapped, "line 2: lat is `116`, expected a latitude within -90..90");
    }
}
