//! What the place commands share: opening files, building the network, writing whole files.

use std::{
    fs::File,
    io::{BufReader, BufWriter, Write},
    num::NonZeroUsize,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use clap::Args;
use exchange::{
    decimal::Decimal,
    network_csv::{Edge, Nodes},
    table::TableError,
};
use place::{
    network::{Direction, Link, Network},
    point::Point,
};

/// The network the command works on.
#[derive(Debug, Args)]
pub(super) struct NetworkFiles {
    /// Nodes: column id, and lon and lat where known
    #[arg(long, value_name = "CSV")]
    nodes: PathBuf,
    /// Edges: columns u, v, length_m, and oneway (yes: from u to v only) where needed
    #[arg(long, value_name = "CSV")]
    edges: PathBuf,
}

pub(super) struct Loaded {
    pub(super) nodes: Nodes,
    pub(super) network: Network,
}

impl NetworkFiles {
    pub(super) fn load(&self) -> anyhow::Result<Loaded> {
        let nodes = read(&self.nodes, Nodes::read)?;
        let edges = read(&self.edges, |input| nodes.read_edges(input))?;
        let points = nodes
            .points
            .iter()
            .map(|&[lon, lat]| Point::new(lon, lat))
            .collect::<Result<Vec<_>, _>>()
            .with_context(|| self.nodes.display().to_string())?;
        let links = edges.into_iter().map(link).collect();
        let network =
            Network::build(nodes.len(), &points, links).with_context(|| self.edges.display().to_string())?;
        Ok(Loaded { nodes, network })
    }
}

fn link(edge: Edge) -> Link {
    Link {
        from: edge.from,
        to: edge.to,
        length: edge.millimetres,
        direction: if edge.one_way { Direction::Forward } else { Direction::Both },
    }
}

/// Reads a file with `parse`; errors name the file.
pub(super) fn read<T>(
    path: &Path,
    parse: impl FnOnce(BufReader<File>) -> Result<T, TableError>,
) -> anyhow::Result<T> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    parse(BufReader::new(file)).with_context(|| path.display().to_string())
}

/// Writes a file through a neighbour that takes its name only when it is whole.
pub(super) fn write(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<()>,
) -> anyhow::Result<()> {
    let Some(name) = path.file_name() else { bail!("{} is not the name of a file", path.display()) };
    if path.exists() && !path.is_file() {
        // A device or a pipe cannot be renamed over.
        let mut output = BufWriter::new(File::create(path).with_context(|| path.display().to_string())?);
        return fill(&mut output)
            .and_then(|()| output.flush())
            .with_context(|| format!("cannot write {}", path.display()));
    }
    let mut partial = name.to_owned();
    partial.push(format!(".{}.partial", std::process::id()));
    let partial = path.with_file_name(partial);
    let written = (|| {
        let mut output = BufWriter::new(File::create(&partial)?);
        fill(&mut output)?;
        output.flush()?;
        std::fs::rename(&partial, path)
    })();
    if written.is_err() {
        // The first error is the one worth telling.
        let _ = std::fs::remove_file(&partial);
    }
    written.with_context(|| format!("cannot write {}", path.display()))
}

/// A name as a CSV value.
pub(super) fn quoted(name: &str) -> std::borrow::Cow<'_, str> {
    if name.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", name.replace('"', "\"\"")).into()
    } else {
        name.into()
    }
}

/// Metres as text to whole millimetres.
pub(super) fn millimetres(text: &str) -> Result<u32, String> {
    Decimal::parse(text)
        .and_then(|value| value.scaled(3))
        .and_then(|value| u32::try_from(value).ok())
        .filter(|&value| value <= place::nearest::LIMIT_MAX)
        .ok_or_else(|| "expected metres from 0 to 4,294,967".to_owned())
}

/// Distances this close to a limit (1 cm) are limit cases: a program that rounds otherwise may put them
/// on the other side.
pub(super) const LIMIT_CASE: u32 = 10;

/// Threads to use: as asked for, or as many as the machine offers.
pub(super) fn threads(asked: Option<NonZeroUsize>) -> NonZeroUsize {
    asked.or_else(|| std::thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metres_are_read_exactly() {
        assert_eq!(millimetres("1200"), Ok(1_200_000));
        assert_eq!(millimetres("0.1"), Ok(100));
        assert!(millimetres("-1").is_err());
        assert!(millimetres("4294967.295").is_err());
    }

    #[test]
    fn names_with_commas_are_quoted() {
        assert_eq!(quoted("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(quoted("公园"), "公园");
    }
}
