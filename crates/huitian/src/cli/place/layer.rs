//! `huitian place layer`: what a plan knows of the ground in the thousands.

use std::fs::File;
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use app::place::base::BaseMap;
use app::place::layer::{Content, Ways};
use app::place::{Island, Islands, LayerGround, NewLayer, WayFindings, degrees_text, islands, ways};
use app::read::Asked;
use app::{Actor, App, AppError};
use clap::{Args, Subcommand, ValueEnum};
use domain::code::Code;
use domain::facility::Datum;
use domain::layer::LayerKind;
use domain::named::Named;
use domain::planned_date::parse_day;
use domain::source::{Grade, Source};
use exchange::decimal::format_scaled;
use jiff::civil::Date;
use serde_json::json;
use sheets::WalkStreets;
use words::Lang;

use super::super::common::{DatabaseArg, LangArg, plan, runtime};
use super::files;

/// Layers of a plan: residences, the walking network, parcels, the base map
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    huitian place layer list --plan huitian-2018\n  \
    huitian place layer put beijing.osm.pbf --plan huitian-2018 --dry-run\n  \
    huitian place layer put --nodes nodes.csv --edges edges.csv --datum wgs84 --name \"步行路网\" --source-title \"测绘院\"\n  \
    huitian place layer put --base-map ground.geojson --datum wgs84 --licence \"© …\"\n  \
    huitian place layer export --nodes-out nodes.csv --edges-out edges.csv\n  \
    huitian place layer withdraw network\n\n\
    Residences and parcels are tables: huitian import FILE --table residences (or parcels) --datum wgs84, and\n\
    huitian export residences. A network is cut to the plan's areas and three kilometres around them; one of which\n\
    no node lies in an area is refused.")]
pub(super) struct LayerArgs {
    #[command(subcommand)]
    command: LayerCommand,
    #[command(flatten)]
    database: DatabaseArg,
    #[command(flatten)]
    lang: LangArg,
    /// The plan's code; the first plan when not given
    #[arg(global = true, long, value_name = "CODE")]
    plan: Option<Code>,
    /// As of this day; today when not given
    #[arg(global = true, long, value_name = "DAY", value_parser = day)]
    as_of: Option<Date>,
}

#[derive(Debug, Subcommand)]
enum LayerCommand {
    /// The layers in force
    List(ListArgs),
    /// Puts a walking network, or a base map, on the books
    Put(PutArgs),
    /// Writes the network in force as nodes and edges
    Export(ExportArgs),
    /// Takes a layer off the books from a day on
    Withdraw(WithdrawArgs),
}

#[derive(Debug, Args)]
struct ListArgs {
    /// text, json or csv
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
    Csv,
}

#[derive(Debug, Args)]
struct PutArgs {
    /// A map extract (.osm.pbf)
    #[arg(required_unless_present_any = ["nodes", "base_map"], conflicts_with = "nodes")]
    file: Option<PathBuf>,
    /// Nodes: id, lon, lat
    #[arg(long, value_name = "CSV", requires = "edges")]
    nodes: Option<PathBuf>,
    /// Edges: u, v, length_m, and oneway where some are
    #[arg(long, value_name = "CSV", requires = "nodes")]
    edges: Option<PathBuf>,
    /// What the coordinates of tables or of a base map refer to: wgs84, gcj02 or bd09
    #[arg(long, value_name = "DATUM", value_parser = datum)]
    datum: Option<Datum>,
    /// Railways, waters and parks (GeoJSON): kind (park, water, waterway, railway, metro), name, tunnel
    #[arg(long, value_name = "GEOJSON", conflicts_with_all = ["file", "nodes"])]
    base_map: Option<PathBuf>,
    /// What it is called
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// What whoever passes its data on has to say; of an extract of OpenStreetMap it is known
    #[arg(long, value_name = "NOTICE")]
    licence: Option<String>,
    #[arg(long, value_name = "TEXT", default_value = "")]
    source_title: String,
    #[arg(long, value_name = "ADDRESS", default_value = "")]
    source_url: String,
    /// published, reported or illustrative
    #[arg(long, default_value = "reported", value_parser = grade)]
    grade: Grade,
    /// The day from which it holds; today when not given
    #[arg(long, value_name = "DAY", value_parser = day)]
    effective: Option<Date>,
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
    /// Only find out what it would come to
    #[arg(long)]
    dry_run: bool,
    /// In whose name and with whose rights; the operator of this machine when not given
    #[arg(long = "as", value_name = "PERSON")]
    person: Option<Code>,
    /// text or json
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Debug, Args)]
struct ExportArgs {
    /// Where to write the nodes (id, lon, lat)
    #[arg(long, value_name = "CSV")]
    nodes_out: PathBuf,
    /// Where to write the edges (u, v, length_m, oneway if any is)
    #[arg(long, value_name = "CSV")]
    edges_out: PathBuf,
}

#[derive(Debug, Args)]
struct WithdrawArgs {
    #[arg(value_parser = layer_kind)]
    layer: LayerKind,
    /// From this day on; today when not given
    #[arg(long, value_name = "DAY", value_parser = day)]
    effective: Option<Date>,
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
    #[arg(long = "as", value_name = "PERSON")]
    person: Option<Code>,
}

fn day(text: &str) -> Result<Date, String> {
    parse_day(text).ok_or_else(|| "a day as 2019-08-14".into())
}

fn grade(text: &str) -> Result<Grade, String> {
    Grade::parse(text).ok_or_else(|| "published, reported or illustrative".into())
}

fn datum(text: &str) -> Result<Datum, String> {
    Datum::parse(&text.to_ascii_lowercase().replace('-', "")).ok_or_else(|| "wgs84, gcj02 or bd09".into())
}

fn layer_kind(text: &str) -> Result<LayerKind, String> {
    LayerKind::parse(text).ok_or_else(|| "residences, network, parcels or base_map".into())
}

pub(super) fn run(args: &LayerArgs) -> anyhow::Result<()> {
    let lang = args.lang.lang();
    let app = args.database.app()?;
    runtime()?.block_on(async {
        let plan = plan(&app, args.plan.as_ref()).await?;
        let asked = Asked { as_of: args.as_of, known_at: None };
        match &args.command {
            LayerCommand::List(own) => list(&app, &plan, asked, own.format, lang).await,
            LayerCommand::Put(own) => put(&app, &plan, own, lang).await,
            LayerCommand::Export(own) => export(&app, &plan, asked, own).await,
            LayerCommand::Withdraw(own) => {
                let actor = actor(&app, own.person.as_ref()).await?;
                let (layer, reason) = (own.layer, own.reason.clone());
                let receipt = app.withdraw_layer(&actor, &plan, layer, own.effective, reason).await;
                let receipt = receipt.map_err(|error| say(error, lang))?;
                println!("{}", told(&receipt.entries.len().to_string(), lang));
                Ok(())
            }
        }
    })
}

async fn actor(app: &App, person: Option<&Code>) -> anyhow::Result<Actor> {
    match person {
        None => Ok(Actor::operator()),
        Some(code) => app.actor(code).await?.with_context(|| format!("there is no active person '{code}'")),
    }
}

fn say(error: AppError, lang: Lang) -> anyhow::Error {
    match error {
        AppError::Refused(refusals) => {
            let all: Vec<String> = refusals.iter().map(|refusal| words::refusal(lang, refusal)).collect();
            anyhow::anyhow!("{}", all.join("; "))
        }
        error => error.into(),
    }
}

fn told(entries: &str, lang: Lang) -> String {
    let key = if entries == "0" { "import-nothing-new" } else { "import-applied" };
    words::with(lang, key, &[("entries", entries)])
}

async fn list(app: &App, plan: &Code, asked: Asked, format: Format, lang: Lang) -> anyhow::Result<()> {
    let portfolio = app.portfolio(plan, asked).await?;
    let layers = &portfolio.plan.layers;
    match format {
        Format::Json => {
            let all: Vec<_> = layers
                .iter()
                .map(|(kind, held)| {
                    json!({
                        "layer": kind.as_str(),
                        "name": held.layer.name,
                        "digest": held.layer.digest,
                        "count": held.layer.count,
                        "links": held.layer.links,
                        "people": held.layer.people,
                        "from": held.from.to_string(),
                        "grade": held.grade.as_str(),
                        "licence": held.layer.licence,
                    })
                })
                .collect();
            println!("{:#}", json!(all));
        }
        Format::Csv => {
            println!("layer,name,count,links,people,from,grade,digest,licence");
            let or_empty = |number: Option<u64>| number.map_or_else(String::new, |number| number.to_string());
            for (kind, held) in layers {
                let layer = &held.layer;
                println!(
                    "{},{},{},{},{},{},{},{},{}",
                    kind.as_str(),
                    files::quoted(layer.name.get(lang.is_english())),
                    layer.count,
                    or_empty(layer.links),
                    or_empty(layer.people),
                    held.from,
                    held.grade.as_str(),
                    layer.digest,
                    files::quoted(&layer.licence),
                );
            }
        }
        Format::Text => {
            for (kind, held) in layers {
                let label = words::text(lang, &format!("layer-{}", kind.as_str().replace('_', "-")));
                let (layer, name) = (&held.layer, held.layer.name.get(lang.is_english()));
                println!("{label}\t{name}\t{}\t{}\t{}", layer.count, held.from, held.grade.as_str());
            }
        }
    }
    Ok(())
}

/// Reads the files of a network.
fn streets(args: &PutArgs, lang: Lang) -> anyhow::Result<WalkStreets> {
    let open = |path: &Path| {
        let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
        anyhow::Ok(BufReader::with_capacity(1 << 16, file))
    };
    let read = match (&args.file, &args.nodes, &args.edges) {
        (Some(file), ..) => sheets::network_of_extract(open(file)?),
        (None, Some(nodes), Some(edges)) => {
            let datum = app::place::engine(asked_datum(args, lang)?);
            sheets::network_of_tables(open(nodes)?, open(edges)?, datum)
        }
        _ => bail!("name an extract, or --nodes and --edges"),
    };
    read.map_err(|fault| {
        let why = fault.to_string();
        anyhow::anyhow!("{}\n{why}", words::with(lang, fault.key(), &[("why", &why)]))
    })
}

/// The datum has to be said: nobody sees by the numbers that they are shifted.
fn asked_datum(args: &PutArgs, lang: Lang) -> anyhow::Result<Datum> {
    args.datum.with_context(|| format!("--datum: {}", words::text(lang, "base-map-datum-needed")))
}

async fn put(app: &App, plan: &Code, args: &PutArgs, lang: Lang) -> anyhow::Result<()> {
    if let Some(file) = &args.base_map {
        return put_base_map(app, plan, args, file, lang).await;
    }
    let streets = streets(args, lang)?;
    let portfolio = app.portfolio(plan, Asked::default()).await?;
    let (made, found) = ways(&streets.points, &streets.links, &portfolio).map_err(|fault| {
        let given = fault.args();
        let given: Vec<(&str, &str)> = given.iter().map(|(name, value)| (*name, value.as_str())).collect();
        anyhow::anyhow!("{}", words::with(lang, fault.key(), &given))
    })?;
    let layers = app.layers(&portfolio).await?;
    let cut_off = islands(&made.walk()?, &portfolio, layers.residences.as_deref());
    let new = NewLayer::of(&Content::from(made), ground(args, LayerKind::Network, streets.licence))?;
    let digest = new.packed.digest();
    let entries = enter(app, plan, args, new, lang).await?;
    match args.format {
        Format::Json => println!(
            "{:#}",
            json!({
                "digest": digest,
                "nodes": found.nodes,
                "links": found.links,
                "metres": found.metres,
                "nodes_in_areas": found.in_areas,
                "nodes_left_out": found.beyond,
                "islands": {
                    "count": found.islands,
                    "nodes": found.island_nodes,
                    "homes": cut_off.homes,
                    "facilities": cut_off.facilities,
                    "largest": cut_off.largest.iter().map(island_json).collect::<Vec<_>>(),
                },
                "missing_node_references": streets.missing_nodes,
                "entries": entries,
            })
        ),
        Format::Text | Format::Csv => {
            print(&found, streets.missing_nodes, lang);
            print_islands(&cut_off, lang);
            if let Some(entries) = entries {
                println!("{}", told(&entries.to_string(), lang));
            }
        }
    }
    Ok(())
}

fn island_json(held: &Island) -> serde_json::Value {
    json!({
        "nodes": held.nodes,
        "at": held.at.map(app::place::map::position),
        "area": held.area,
        "homes": held.homes,
        "facilities": held.facilities,
    })
}

/// The largest parts that are cut off, and who is on them alone.
fn print_islands(cut_off: &Islands, lang: Lang) {
    if cut_off.largest.is_empty() {
        return;
    }
    let (homes, facilities) = (cut_off.homes.to_string(), cut_off.facilities.to_string());
    println!("{}", words::with(lang, "way-islands-alone", &[("homes", &homes), ("facilities", &facilities)]));
    for held in &cut_off.largest {
        let at = held.at.map_or_else(String::new, |at| {
            format!("{} {}", degrees_text(at.longitude), degrees_text(at.latitude))
        });
        let numbers = [held.nodes, held.homes, held.facilities].map(|number| number.to_string());
        let told = [
            ("nodes", numbers[0].as_str()),
            ("homes", &numbers[1]),
            ("facilities", &numbers[2]),
            ("at", &at),
            ("area", held.area.as_ref().map_or("—", Code::as_str)),
        ];
        println!("  {}", words::with(lang, "way-island", &told));
    }
}

/// What is said of a layer besides its content.
fn ground(args: &PutArgs, kind: LayerKind, licence: &str) -> LayerGround {
    let label = |lang| words::text(lang, &format!("layer-{}", kind.as_str().replace('_', "-"))).into_owned();
    LayerGround {
        name: match &args.name {
            Some(name) => Named::new(name.as_str(), ""),
            None => Named::new(label(Lang::Zh), label(Lang::En)),
        },
        licence: args.licence.clone().unwrap_or_else(|| licence.to_owned()),
        effective: args.effective,
        source: Source {
            grade: args.grade,
            title: args.source_title.clone(),
            url: args.source_url.clone(),
            unit: None,
        },
        reason: args.reason.clone(),
    }
}

/// Puts a layer on the books, unless it is only tried; how many entries that made.
async fn enter(
    app: &App,
    plan: &Code,
    args: &PutArgs,
    new: NewLayer,
    lang: Lang,
) -> anyhow::Result<Option<usize>> {
    if args.dry_run {
        return Ok(None);
    }
    let actor = actor(app, args.person.as_ref()).await?;
    let receipt = app.put_layer(&actor, plan, new).await.map_err(|error| say(error, lang))?;
    Ok(Some(receipt.entries.len()))
}

async fn put_base_map(app: &App, plan: &Code, args: &PutArgs, file: &Path, lang: Lang) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let map = BaseMap::from_geojson(&text).with_context(|| file.display().to_string())?;
    let elsewhere = || words::text(lang, "base-map-elsewhere").into_owned();
    let map = map.from_datum(asked_datum(args, lang)?).with_context(elsewhere)?;
    let count = map.features.len();
    let new = NewLayer::of(&Content::BaseMap(map), ground(args, LayerKind::BaseMap, ""))?;
    let digest = new.packed.digest();
    let entries = enter(app, plan, args, new, lang).await?;
    match args.format {
        Format::Json => {
            println!("{:#}", json!({ "digest": digest, "features": count, "entries": entries }));
        }
        Format::Text | Format::Csv => {
            println!("{}", words::with(lang, "base-map-found", &[("count", &count.to_string())]));
            if let Some(entries) = entries {
                println!("{}", told(&entries.to_string(), lang));
            }
        }
    }
    Ok(())
}

fn print(found: &WayFindings, missing: u64, lang: Lang) {
    let numbers = [
        ("nodes", found.nodes.to_string()),
        ("links", found.links.to_string()),
        ("kilometres", format_scaled(found.metres / 100, 1)),
        ("inside", found.in_areas.unwrap_or(found.nodes).to_string()),
        ("beyond", found.beyond.to_string()),
        ("islands", found.islands.to_string()),
        ("on", found.island_nodes.to_string()),
        ("missing", missing.to_string()),
    ];
    let numbers: Vec<(&str, &str)> = numbers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    println!("{}", words::with(lang, "way-found", &numbers));
}

async fn export(app: &App, plan: &Code, asked: Asked, args: &ExportArgs) -> anyhow::Result<()> {
    let portfolio = app.portfolio(plan, asked).await?;
    let held = portfolio.plan.layers.get(&LayerKind::Network).context("no walking network is in force")?;
    let content = app.layer_content(plan, LayerKind::Network, held.layer.digest).await?;
    let Content::Network(ways) = content else { bail!("the layer holds no network") };
    write(&ways, args)
}

fn write(ways: &Ways, args: &ExportArgs) -> anyhow::Result<()> {
    files::write(&args.nodes_out, |out| {
        writeln!(out, "id,lon,lat")?;
        for (id, [lon, lat]) in ways.nodes.iter().enumerate() {
            writeln!(out, "{id},{:.7},{:.7}", f64::from(*lon) / 1e7, f64::from(*lat) / 1e7)?;
        }
        Ok(())
    })?;
    files::write(&args.edges_out, |out| {
        let directed = !ways.one_way.is_empty();
        writeln!(out, "u,v,length_m{}", if directed { ",oneway" } else { "" })?;
        for (at, [from, to, length]) in ways.links.iter().enumerate() {
            let one_way = ways.one_way.binary_search(&(at as u32)).is_ok();
            let direction = match (directed, one_way) {
                (false, _) => "",
                (true, true) => ",yes",
                (true, false) => ",no",
            };
            writeln!(out, "{from},{to},{}{direction}", format_scaled(u64::from(*length), 3))?;
        }
        Ok(())
    })
}
