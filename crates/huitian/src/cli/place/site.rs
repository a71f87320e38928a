//! `huitian place site`.

use std::{
    io::{IsTerminal, Write},
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use exchange::{
    decimal::{Decimal, format_scaled},
    siting_csv::{Costs, Demand, Sites},
};
use place::siting::{Control, Explanation, Instance, Model, Selection, Site, Solution};
use serde_json::{Number, Value, json};

use super::files;

/// Choose sites: least distance, most people covered, or fewest sites for full coverage; with a proven
/// bound
#[derive(Debug, Args)]
#[command(after_help = "\
Models:
  p-median   least sum of weight x metres from each demand point to its nearest site; with --radius no \
point may be served from further away
  max-cover  most weight within --radius of a site
  set-cover  fewest sites that cover every point that can be covered within --radius (least cost, if the \
table of sites has a column cost)

The answer always says how good it is: objective, bound (nothing can be better), gap, and whether it is \
proven. Sites marked fixed stand already: they serve first, cost nothing and do not count.

Examples:
  huitian place site --cost metres.csv --demand people.csv --sites parcels.csv --model p-median --p 10 \
--format json
  huitian place site --cost metres.csv --demand people.csv --sites parcels.csv --model max-cover \\
      --budget 25000000 --radius 1000")]
pub(super) struct SiteArgs {
    /// Metres from each demand point (rows) to each site (columns), no header; empty: out of reach
    #[arg(long, value_name = "CSV")]
    cost: PathBuf,
    /// Demand points in the order of the rows: columns node, w
    #[arg(long, value_name = "CSV")]
    demand: PathBuf,
    /// Sites in the order of the columns: column node, and cost and fixed where needed
    #[arg(long, value_name = "CSV")]
    sites: PathBuf,
    #[arg(long, value_enum)]
    model: ModelName,
    /// Number of new sites (p-median, max-cover)
    #[arg(long, value_name = "N")]
    p: Option<u32>,
    /// How far a site serves, inclusive
    #[arg(long, visible_alias = "radius-metres", value_name = "METRES", allow_negative_numbers = true, value_parser = files::millimetres)]
    radius: Option<u32>,
    /// What the new sites may cost together (p-median, max-cover); needs a column cost
    #[arg(long, value_name = "AMOUNT", value_parser = amount)]
    budget: Option<Decimal>,
    /// Stop after so many seconds with the best answer known and its bound
    #[arg(long, value_name = "SECONDS")]
    time_limit: Option<u64>,
    /// Form of the answer
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ModelName {
    PMedian,
    MaxCover,
    SetCover,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
    Csv,
}

fn amount(text: &str) -> Result<Decimal, String> {
    Decimal::parse(text).ok_or_else(|| "expected an amount from 0 to 1,000,000,000,000".to_owned())
}

struct Loaded {
    instance: Instance,
    demand: Demand,
    sites: Sites,
}

pub(super) fn run(args: &SiteArgs) -> anyhow::Result<()> {
    let loaded = load(args)?;
    let model = model(args, &loaded.sites)?;
    let started = Instant::now();
    let limit = args.time_limit.map(Duration::from_secs);
    let mut told = 0;
    let talks = std::io::stderr().is_terminal();
    let mut stop = || {
        let passed = started.elapsed();
        if talks && passed.as_secs() > told {
            told = passed.as_secs();
            eprint!("\rproving: {told} s");
        }
        limit.is_some_and(|limit| passed >= limit)
    };
    let mut control = Control { nodes: u64::MAX, stop: &mut stop };
    let solution = loaded.instance.solve(&model, &mut control);
    if told > 0 {
        eprintln!();
    }
    let solution = solution?;
    let explanation = loaded.instance.explain(&model, &solution);
    let answer = Answer { args, loaded: &loaded, model: &model, solution, explanation };
    let mut output = std::io::stdout().lock();
    match args.format {
        Format::Json => {
            serde_json::to_writer_pretty(&mut output, &answer.json())?;
            writeln!(output)?;
        }
        Format::Csv => answer.csv(&mut output)?,
        Format::Text => answer.text(&mut output)?,
    }
    output.flush()?;
    Ok(())
}

fn load(args: &SiteArgs) -> anyhow::Result<Loaded> {
    let costs = files::read(&args.cost, Costs::read)?;
    let demand = files::read(&args.demand, Demand::read)?;
    let sites = files::read(&args.sites, Sites::read)?;
    let expected = (demand.names.len(), sites.sites.len());
    if (costs.rows, costs.columns) != expected {
        bail!(
            "{} has {} rows and {} columns, but there are {} demand points and {} sites: they must match",
            args.cost.display(),
            costs.rows,
            costs.columns,
            expected.0,
            expected.1
        );
    }
    let own =
        sites.sites.iter().map(|site| Site { cost: site.cost.unwrap_or(0), fixed: site.fixed }).collect();
    let instance = Instance::new(demand.weights.clone(), own, costs.millimetres)?;
    Ok(Loaded { instance, demand, sites })
}

fn model(args: &SiteArgs, sites: &Sites) -> anyhow::Result<Model> {
    let priced = sites.sites.iter().any(|site| site.cost.is_some());
    let budget = match args.budget {
        None => None,
        Some(_) if !priced => {
            bail!("--budget needs a column cost in {}", args.sites.display())
        }
        Some(budget) => {
            // Rounded down, so that the choice never costs more than the budget.
            let finest = budget.scaled(exchange::decimal::PLACES_MAX).context("the budget is too large")?;
            let unit = 10u64.pow(u32::from(exchange::decimal::PLACES_MAX - sites.places));
            Some(finest / unit)
        }
    };
    let selection = Selection { count: args.p, budget };
    let radius = || args.radius.context("this model needs --radius: how far a site serves, in metres");
    if args.model != ModelName::SetCover && args.p.is_none() && budget.is_none() {
        bail!("this model needs --p (number of new sites) or --budget");
    }
    Ok(match args.model {
        ModelName::PMedian => Model::PMedian { selection, radius: args.radius },
        ModelName::MaxCover => Model::MaxCover { selection, radius: radius()?, floors: Vec::new() },
        ModelName::SetCover => {
            if args.p.is_some() || budget.is_some() {
                eprintln!(
                    "huitian: set-cover finds the number of sites itself; --p and --budget are not used"
                );
            }
            Model::SetCover { radius: radius()?, by_cost: priced }
        }
    })
}

struct Answer<'a> {
    args: &'a SiteArgs,
    loaded: &'a Loaded,
    model: &'a Model,
    solution: Solution,
    explanation: Explanation,
}

impl Answer<'_> {
    /// Places after the point and unit of the objective.
    fn unit(&self) -> (u8, &'static str) {
        let (demand, sites) = (&self.loaded.demand, &self.loaded.sites);
        match self.model {
            Model::PMedian { .. } => (demand.places + 3, "weight x metres"),
            Model::MaxCover { .. } => (demand.places, "weight covered"),
            Model::SetCover { by_cost: true, .. } => (sites.places, "cost"),
            Model::SetCover { by_cost: false, .. } => (0, "sites"),
        }
    }

    fn objective(&self, value: u64) -> String {
        format_scaled(value, self.unit().0)
    }

    fn weight(&self, value: u64) -> String {
        format_scaled(value, self.loaded.demand.places)
    }

    fn name(&self, site: usize) -> &str {
        &self.loaded.sites.sites[site].name
    }

    fn status(&self) -> &'static str {
        if self.solution.proven { "proven" } else { "stopped at limit" }
    }

    /// What a loss or gain is measured in: weight for set covering, else as the objective.
    fn effect(&self, value: u64) -> String {
        match self.model {
            Model::SetCover { .. } => self.weight(value),
            _ => self.objective(value),
        }
    }

    fn json(&self) -> Value {
        let name = |site: usize| whole_or_text(self.name(site));
        let solution = &self.solution;
        let sites: Vec<Value> = self
            .explanation
            .sites
            .iter()
            .map(|effect| {
                json!({
                    "site": name(effect.site),
                    "column": effect.site,
                    "fixed": self.loaded.sites.sites[effect.site].fixed,
                    "points": effect.points,
                    "weight": number(&self.weight(effect.weight)),
                    "points_only_here": effect.only,
                    "loss_without_it": number(&self.effect(effect.loss)),
                })
            })
            .collect();
        let next = self
            .explanation
            .next
            .map(|next| json!({ "site": name(next.site), "column": next.site, "gain": number(&self.effect(next.gain)) }));
        json!({
            "model": self.args.model.to_possible_value().map(|value| value.get_name().to_owned()),
            "status": self.status(),
            "proven": solution.proven,
            "objective": number(&self.objective(solution.objective)),
            "bound": number(&self.objective(solution.bound)),
            "gap": solution.gap(),
            "unit": self.unit().1,
            "chosen_sites": solution.chosen.iter().map(|&site| name(site)).collect::<Vec<_>>(),
            "chosen_columns": solution.chosen,
            "covered": {
                "points": self.explanation.covered_points,
                "weight": number(&self.weight(self.explanation.covered_weight)),
                "of_points": self.loaded.instance.points(),
                "of_weight": number(&self.weight(self.explanation.total_weight)),
                "points_out_of_reach": solution.out_of_reach.len(),
            },
            "sites": sites,
            "next_site": next,
            "search_nodes": solution.nodes,
        })
    }

    fn csv(&self, output: &mut impl Write) -> std::io::Result<()> {
        writeln!(output, "objective,bound,gap,status,site,fixed,points,weight,loss_without_it")?;
        for effect in &self.explanation.sites {
            writeln!(
                output,
                "{},{},{},{},{},{},{},{},{}",
                self.objective(self.solution.objective),
                self.objective(self.solution.bound),
                self.solution.gap(),
                self.status(),
                files::quoted(self.name(effect.site)),
                if self.loaded.sites.sites[effect.site].fixed { "yes" } else { "no" },
                effect.points,
                self.weight(effect.weight),
                self.effect(effect.loss),
            )?;
        }
        Ok(())
    }

    fn text(&self, output: &mut impl Write) -> std::io::Result<()> {
        let (solution, explanation) = (&self.solution, &self.explanation);
        writeln!(
            output,
            "objective {} ({}), bound {}, gap {:.4}%: {}",
            self.objective(solution.objective),
            self.unit().1,
            self.objective(solution.bound),
            solution.gap() * 100.0,
            self.status()
        )?;
        writeln!(
            output,
            "covered: {} of {} points, weight {} of {}; out of reach of every site: {} points",
            explanation.covered_points,
            self.loaded.instance.points(),
            self.weight(explanation.covered_weight),
            self.weight(explanation.total_weight),
            solution.out_of_reach.len()
        )?;
        for effect in &explanation.sites {
            let fixed = if self.loaded.sites.sites[effect.site].fixed { " (stands already)" } else { "" };
            writeln!(
                output,
                "site {}{fixed}: {} points, weight {}; without it worse by {}",
                self.name(effect.site),
                effect.points,
                self.weight(effect.weight),
                self.effect(effect.loss)
            )?;
        }
        if let Some(next) = explanation.next {
            writeln!(output, "one more, at {}, would add {}", self.name(next.site), self.effect(next.gain))?;
        }
        Ok(())
    }
}

/// A decimal as a JSON number with all its digits where they fit, else as text.
fn number(text: &str) -> Value {
    text.parse::<Number>().map_or_else(|_| Value::String(text.to_owned()), Value::Number)
}

/// Names that are whole numbers become numbers, as they are in the table.
fn whole_or_text(name: &str) -> Value {
    match name.parse::<i64>() {
        Ok(value) if value.to_string() == name => value.into(),
        _ => name.into(),
    }
}
