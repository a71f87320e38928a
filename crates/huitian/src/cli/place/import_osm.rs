//! `huitian place import-osm`.

use std::{
    fs::File,
    io::{BufReader, IsTerminal, Read, Write},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use exchange::{
    decimal::format_scaled,
    geojson::{self, Geometry},
    osm_pbf::{self, Contents, Limits, Sink, Tags},
};
use place::{
    components::Components,
    network::Direction,
    point::Point,
    polygon::Polygon,
    profile::Profile,
    streets::{StreetBuilder, Streets},
};
use serde_json::json;

use super::files;

/// Read the streets of an OpenStreetMap extract (.osm.pbf), report on them, write them as CSV
#[derive(Debug, Args)]
#[command(after_help = "\
Reports nodes, links, parts and kilometres of everything the profile may use, of the largest part, and \
of the largest part with chains merged between junctions; islands cut off from the largest part; \
references to nodes that the extract lacks (the way is broken there).

The files written hold OpenStreetMap data (ODbL 1.0, https://www.openstreetmap.org/copyright): they stay \
under that licence.

Examples:
  huitian place import-osm city.osm.pbf
  huitian place import-osm city.osm.pbf --profile bike --format json
  huitian place import-osm city.osm.pbf --part merged --nodes-out nodes.csv --edges-out edges.csv")]
pub(super) struct ImportOsmArgs {
    /// The extract
    file: PathBuf,
    /// Who moves on the network
    #[arg(long, value_enum, default_value = "walk")]
    profile: ProfileName,
    /// Which part to write
    #[arg(long, value_enum, default_value = "all")]
    part: Part,
    /// Where to write the nodes (id, osm_id, lon, lat)
    #[arg(long, value_name = "CSV", requires = "edges_out")]
    nodes_out: Option<PathBuf>,
    /// Where to write the edges (u, v, length_m, oneway if any is)
    #[arg(long, value_name = "CSV", requires = "nodes_out")]
    edges_out: Option<PathBuf>,
    /// Area the extract must hold streets of (GeoJSON polygons, WGS-84); another city is refused
    #[arg(long, value_name = "GEOJSON")]
    area: Option<PathBuf>,
    /// Form of the report
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ProfileName {
    Walk,
    Bike,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Part {
    All,
    Largest,
    Merged,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

struct Collect {
    profile: Profile,
    builder: StreetBuilder,
    ways: u64,
}

impl Sink for Collect {
    fn node(&mut self, id: i64, lon: i64, lat: i64, _: Tags<'_>) {
        self.builder.node(id, lon, lat);
    }

    fn way(&mut self, _: i64, nodes: &[i64], tags: Tags<'_>) {
        if let Some(travel) = self.profile.admits(|key| tags.get(key)) {
            self.ways += 1;
            self.builder.way(nodes, travel);
        }
    }
}

/// Tells on a terminal how far a long read has got.
struct Progress<R> {
    input: R,
    total: u64,
    read: u64,
    shown: Option<Instant>,
}

impl<R: Read> Read for Progress<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let got = self.input.read(buffer)?;
        self.read += got as u64;
        if let Some(shown) = &mut self.shown
            && shown.elapsed() > Duration::from_secs(1)
        {
            *shown = Instant::now();
            eprint!("\rreading: {}%", (self.read * 100).checked_div(self.total).unwrap_or(0));
        }
        if got == 0 && self.shown.take().is_some() {
            eprint!("\r\x1b[K");
        }
        Ok(got)
    }
}

/// How many nodes lie in the area; an error where none does.
fn inside(path: &Path, streets: &Streets) -> anyhow::Result<usize> {
    let name = || path.display().to_string();
    let bytes = std::fs::read(path).with_context(|| format!("cannot open {}", path.display()))?;
    let mut polygons = Vec::new();
    for (index, feature) in geojson::read(&bytes).with_context(name)?.into_iter().enumerate() {
        let Some(Geometry::Polygons(parts)) = feature.geometry else { continue };
        for rings in parts {
            let rings = rings
                .into_iter()
                .map(|ring| ring.into_iter().map(|[lon, lat]| Point::new(lon, lat)).collect())
                .collect::<Result<Vec<Vec<Point>>, _>>()
                .with_context(name)?;
            let polygon = Polygon::new(rings);
            polygons.push(polygon.with_context(|| format!("{}: feature {}", path.display(), index + 1))?);
        }
    }
    if polygons.is_empty() {
        bail!("{} holds no polygon: give the area as polygons", path.display());
    }
    let inside = |point: &&Point| polygons.iter().any(|polygon| polygon.contains(**point));
    let count = streets.points.iter().filter(inside).count();
    if count == 0 {
        bail!(
            "none of the {} nodes lies in the area of {}: is this the extract of another city?",
            streets.points.len(),
            path.display()
        );
    }
    Ok(count)
}

pub(super) fn run(args: &ImportOsmArgs) -> anyhow::Result<()> {
    let name = args.file.display();
    let input = File::open(&args.file).with_context(|| format!("cannot open {name}"))?;
    let profile = match args.profile {
        ProfileName::Walk => Profile::Walk,
        ProfileName::Bike => Profile::Bike,
    };
    let mut collect = Collect { profile, builder: StreetBuilder::new(), ways: 0 };
    let total = input.metadata().map_or(0, |metadata| metadata.len());
    let shown = std::io::stderr().is_terminal().then(Instant::now);
    let input = Progress { input: BufReader::with_capacity(1 << 16, input), total, read: 0, shown };
    let contents = osm_pbf::read(input, Limits::default(), &mut collect).with_context(|| name.to_string())?;
    let ways = collect.ways;
    let all = collect.builder.finish();
    if all.links.is_empty() {
        bail!(
            "{name}: of {} ways none can be used by the profile: check that the extract holds streets \
             (key highway) and their nodes",
            contents.ways
        );
    }
    let in_area = args.area.as_deref().map(|area| inside(area, &all)).transpose()?;
    let network = all.network()?;
    let parts = Components::of(&network);
    let on_largest: Vec<bool> = network.nodes().map(|node| !parts.on_island(node)).collect();
    drop(network);
    let largest = all.retain(|node| on_largest[node]);
    let merged = largest.merged();

    if let (Some(nodes), Some(edges)) = (&args.nodes_out, &args.edges_out) {
        let chosen = match args.part {
            Part::All => &all,
            Part::Largest => &largest,
            Part::Merged => &merged,
        };
        write_nodes(nodes, chosen)?;
        write_edges(edges, chosen)?;
    }
    let facts = Facts { contents, ways, in_area };
    report(args.format, facts, &parts, [&all, &largest, &merged])
}

fn write_nodes(path: &std::path::Path, streets: &Streets) -> anyhow::Result<()> {
    files::write(path, |output| {
        writeln!(output, "id,osm_id,lon,lat")?;
        for (index, (id, point)) in streets.ids.iter().zip(&streets.points).enumerate() {
            writeln!(output, "{index},{id},{:.7},{:.7}", point.lon(), point.lat())?;
        }
        Ok(())
    })
}

fn write_edges(path: &std::path::Path, streets: &Streets) -> anyhow::Result<()> {
    let one_way = streets.links.iter().any(|link| link.direction == Direction::Forward);
    files::write(path, |output| {
        writeln!(output, "u,v,length_m{}", if one_way { ",oneway" } else { "" })?;
        for link in &streets.links {
            let metres = format_scaled(u64::from(link.millimetres()), 3);
            let direction = match (one_way, link.direction) {
                (false, _) => "",
                (true, Direction::Forward) => ",yes",
                (true, Direction::Both) => ",no",
            };
            writeln!(output, "{},{},{metres}{direction}", link.from, link.to)?;
        }
        Ok(())
    })
}

/// What was read, beside the streets.
struct Facts {
    contents: Contents,
    ways: u64,
    in_area: Option<usize>,
}

fn report(
    format: Format,
    Facts { contents, ways, in_area }: Facts,
    parts: &Components,
    [all, largest, merged]: [&Streets; 3],
) -> anyhow::Result<()> {
    let count = |streets: &Streets, components: usize| {
        json!({
            "nodes": streets.ids.len(),
            "edges": streets.links.len(),
            "components": components,
            "kilometres": (streets.metres() / 100.0).round() / 10.0,
        })
    };
    let islands = parts.count() - 1;
    let island_nodes = all.ids.len() - largest.ids.len();
    let losses = all.losses;
    let stdout = std::io::stdout().lock();
    let mut output = std::io::BufWriter::new(stdout);
    match format {
        Format::Json => {
            let report = json!({
                "file": { "nodes": contents.nodes, "ways": contents.ways, "ways_used": ways },
                "all": count(all, parts.count()),
                "largest": count(largest, 1),
                "merged": count(merged, 1),
                "nodes_in_area": in_area,
                "islands": { "count": islands, "nodes": island_nodes },
                "missing_node_references": losses.missing_nodes,
                "nodes_off_earth": losses.off_earth,
                "duplicates_dropped": losses.duplicates,
                "licence": "ODbL 1.0, © OpenStreetMap contributors, https://www.openstreetmap.org/copyright",
            });
            serde_json::to_writer_pretty(&mut output, &report)?;
            writeln!(output)?;
        }
        Format::Text => {
            writeln!(
                output,
                "in the file: {} nodes, {} ways, {ways} of them used",
                contents.nodes, contents.ways
            )?;
            writeln!(output, "{:<24}{:>12}{:>12}{:>12}{:>12}", "", "nodes", "edges", "parts", "km")?;
            for (name, streets, components) in [
                ("all parts", all, parts.count()),
                ("largest part", largest, 1),
                ("largest part, merged", merged, 1),
            ] {
                let (nodes, edges) = (streets.ids.len(), streets.links.len());
                let km = streets.metres() / 1000.0;
                writeln!(output, "{name:<24}{nodes:>12}{edges:>12}{components:>12}{km:>12.1}")?;
            }
            if let Some(count) = in_area {
                writeln!(output, "nodes in the area: {count}")?;
            }
            writeln!(output, "islands: {islands} with {island_nodes} nodes")?;
            writeln!(
                output,
                "references to nodes that are not in the file: {}; nodes off the earth: {}; duplicates \
                 dropped: {}",
                losses.missing_nodes, losses.off_earth, losses.duplicates
            )?;
            writeln!(
                output,
                "© OpenStreetMap contributors, ODbL 1.0, https://www.openstreetmap.org/copyright"
            )?;
        }
    }
    output.flush()?;
    Ok(())
}
