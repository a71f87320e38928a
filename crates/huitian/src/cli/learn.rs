//! `huitian learn`: what a plan's requests are about and who handles them, learnt from what people decided.

use std::process::ExitCode;

use app::request::{HeldModel, Learnt, ModelTaken};
use app::{Actor, App};
use domain::code::Code;
use domain::request::learning::{LEAST_EACH, LEAST_HELD_OUT, LEAST_LEARNT, Measured, ModelAsks, NotTaken};
use words::Lang;

use super::common::{DatabaseArg, LangArg, plan, runtime};

/// Learns from the requests that were answered what they are about and who handles them
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    huitian learn\n  \
    huitian learn --asks category --use --by wang --reason \"more corrections\"\n  \
    huitian learn list --format json\n  \
    huitian learn use 2 --asks category --by wang --reason \"the newest one confuses parking and noise\"\n  \
    huitian learn use 0 --asks unit --by wang\n\n\
    A model is learnt from four requests in five and asked about the fifth, which no model ever learns from.\n\
    It is kept with its figures and not in use until a person takes it into use; one that does worse than what\n\
    is in use is refused. Number 0 is the plan's own rules; going back to what was in use before is always\n\
    possible. Texts are those of the books, masked; a model holds weights and no text.")]
pub struct Args {
    #[command(flatten)]
    database: DatabaseArg,
    /// Code of the plan; the first one when not given
    #[arg(long, global = true, value_name = "PLAN")]
    plan: Option<Code>,
    /// category or unit; both when not given
    #[arg(long, global = true, value_parser = parse_asks, value_name = "WHAT")]
    asks: Option<ModelAsks>,
    /// Who takes it into use: a name that stands in the history
    #[arg(long, global = true, value_name = "NAME")]
    by: Option<Code>,
    /// Why
    #[arg(long, global = true, default_value = "", hide_default_value = true, value_name = "TEXT")]
    reason: String,
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    lang: LangArg,
    /// Take what was learnt into use, unless it is worse; needs --by
    #[arg(long = "use", requires = "by")]
    take: bool,
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// What was learnt so far, and what is in use
    List,
    /// Take a model into use, or go back to one; needs --asks and --by
    Use {
        /// Its number; 0 for the plan's own rules
        number: u32,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Text,
    Json,
}

fn parse_asks(text: &str) -> Result<ModelAsks, String> {
    ModelAsks::parse(text).ok_or_else(|| "category or unit".into())
}

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let app = args.database.app()?;
    runtime()?.block_on(act(&app, &args))
}

/// Who acts: the name that was given, else whoever runs commands on the machine.
fn actor(args: &Args) -> Actor {
    args.by.clone().map_or_else(Actor::operator, Actor::Operator)
}

async fn act(app: &App, args: &Args) -> anyhow::Result<ExitCode> {
    let plan = plan(app, args.plan.as_ref()).await?;
    let asked: Vec<ModelAsks> = args.asks.map_or_else(|| ModelAsks::ALL.to_vec(), |asks| vec![asks]);
    match &args.action {
        None => {
            let mut all_well = true;
            for asks in asked {
                all_well &= learn(app, &plan, args, asks).await?;
            }
            Ok(if all_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Some(Action::List) => {
            for asks in asked {
                list(app, &plan, args, asks).await?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Some(Action::Use { number }) => {
            let (Some(asks), Some(_)) = (args.asks, &args.by) else {
                anyhow::bail!("say with --asks what the model says, and with --by who takes it into use");
            };
            let well = take(app, &plan, args, asks, *number).await?;
            Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
    }
}

async fn learn(app: &App, plan: &Code, args: &Args, asks: ModelAsks) -> anyhow::Result<bool> {
    let lang = args.lang.lang();
    let held = match app.learn_requests(&actor(args), plan, asks).await? {
        Learnt::Model(held) => held,
        Learnt::TooFew(found) => {
            let count = |value: usize| value.to_string();
            let said = words::with(
                lang,
                "model-too-few",
                &[
                    ("learnt", &count(found.learnt)),
                    ("asked", &count(found.held_out)),
                    ("labels", &count(found.labels)),
                    ("least_learnt", &count(LEAST_LEARNT)),
                    ("least_asked", &count(LEAST_HELD_OUT)),
                    ("least_each", &count(LEAST_EACH)),
                ],
            );
            let name = name_of(lang, asks);
            eprintln!("{}", words::with(lang, "learn-not-taken", &[("asks", &name), ("why", &said)]));
            return Ok(false);
        }
    };
    print(args, &held, None)?;
    if args.take { take(app, plan, args, asks, held.number).await } else { Ok(true) }
}

async fn take(app: &App, plan: &Code, args: &Args, asks: ModelAsks, number: u32) -> anyhow::Result<bool> {
    let lang = args.lang.lang();
    let taken = app.use_request_model(&actor(args), plan, (asks, number), &args.reason).await?;
    let name = name_of(lang, asks);
    let (key, value, said) = match taken {
        ModelTaken::InUse => ("learn-taken", "name", model(lang, number)),
        ModelTaken::Not(not) => ("learn-not-taken", "why", why(lang, not)),
    };
    eprintln!("{}", words::with(lang, key, &[("asks", &name), (value, &said)]));
    Ok(taken == ModelTaken::InUse)
}

async fn list(app: &App, plan: &Code, args: &Args, asks: ModelAsks) -> anyhow::Result<()> {
    let book = app.request_models(plan, asks).await?;
    for held in &book.models {
        print(args, held, Some(book.in_use))?;
    }
    if args.format == Format::Text {
        let lang = args.lang.lang();
        let args = [("asks", &*name_of(lang, asks)), ("name", &*model(lang, book.in_use))];
        println!("{}", words::with(lang, "learn-taken", &args));
    }
    Ok(())
}

fn name_of(lang: Lang, asks: ModelAsks) -> String {
    words::text(lang, &format!("model-asks-{}", asks.as_str())).into_owned()
}

fn model(lang: Lang, number: u32) -> String {
    match number {
        0 => words::text(lang, "model-rules").into_owned(),
        number => words::with(lang, "model-number", &[("number", &number.to_string())]),
    }
}

fn percent(hundredths: u32) -> String {
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

fn why(lang: Lang, not: NotTaken) -> String {
    match not {
        NotTaken::Worse { own, in_use } => {
            words::with(lang, "model-worse", &[("own", &percent(own)), ("other", &percent(in_use))])
        }
        NotTaken::MeasuredAgainstAnother { measured, in_use } => words::with(
            lang,
            "model-measured-against",
            &[("measured", &model(lang, measured)), ("in_use", &model(lang, in_use))],
        ),
    }
}

fn print(args: &Args, held: &HeldModel, in_use: Option<u32>) -> anyhow::Result<()> {
    let lang = args.lang.lang();
    let figures = &held.figures;
    if args.format == Format::Json {
        let line = serde_json::json!({
            "plan": held.plan, "asks": held.asks, "number": held.number, "made_by": held.made_by,
            "in_use": in_use.map(|number| number == held.number), "figures": figures,
        });
        println!("{line}");
        return Ok(());
    }
    let Measured { asked, macro_f1, accuracy, sure, sure_right } = figures.measured;
    let number = |value: u32| value.to_string();
    println!(
        "{}",
        words::with(
            lang,
            "learn-kept",
            &[
                ("asks", &name_of(lang, held.asks)),
                ("number", &number(held.number)),
                ("learnt", &number(figures.learnt)),
                ("asked", &number(asked)),
            ],
        )
    );
    println!(
        "  {}",
        words::with(
            lang,
            "learn-figures",
            &[
                ("f1", &percent(macro_f1)),
                ("accuracy", &percent(accuracy)),
                ("sure", &percent(sure)),
                ("sure_right", &percent(sure_right)),
                ("rules", &percent(figures.rules.macro_f1)),
                ("name", &model(lang, figures.against)),
                ("in_use", &percent(figures.in_use.macro_f1)),
            ],
        )
    );
    Ok(())
}
