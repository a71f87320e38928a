//! `huitian account`: people who may sign in, managed on the machine itself.

use std::io::{BufRead, IsTerminal};
use std::process::ExitCode;

use app::{Actor, App, AppError, Change};
use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::person::PersonFact;
use domain::policy::{Role, Scope};
use domain::source::Source;
use domain::subject::Subject;

use super::common::{DatabaseArg, clock, runtime};

/// Adds people, gives and takes roles, sets passwords
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    huitian account add wang --name 王芳 --role municipal_task_force < password.txt\n  \
    huitian account role wang --role department --scope unit:city-education\n  \
    huitian account role wang --role department --scope unit:city-education --end\n  \
    huitian account password wang\n\n\
    The password is read from standard input, one line.\n\
    Roles: administrator, municipal_task_force, district_task_force, department, subdistrict, community,\n\
    supervision_office, leader, auditor. Scopes: everything, plan:CODE, area:CODE, unit:CODE.")]
pub struct Args {
    #[command(flatten)]
    database: DatabaseArg,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Put a person on the books, with a role and a password
    Add {
        code: Code,
        #[arg(long)]
        name: String,
        #[arg(long, default_value = "")]
        email: String,
        #[arg(long)]
        unit: Option<Code>,
        #[arg(long, value_parser = parse_role)]
        role: Role,
        #[arg(long, value_parser = parse_scope, default_value = "everything")]
        scope: Scope,
    },
    /// Give a role, or end it
    Role {
        code: Code,
        #[arg(long, value_parser = parse_role)]
        role: Role,
        #[arg(long, value_parser = parse_scope, default_value = "everything")]
        scope: Scope,
        /// End the role instead of giving it
        #[arg(long)]
        end: bool,
    },
    /// Set a new password and end all sessions
    Password { code: Code },
}

fn parse_role(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| {
        format!("one of {}", Role::ALL.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", "))
    })
}

fn parse_scope(text: &str) -> Result<Scope, String> {
    Scope::parse(text).ok_or_else(|| "everything, plan:CODE, area:CODE or unit:CODE".into())
}

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let app = App::new(args.database.open()?, clock()?);
    runtime()?.block_on(async {
        match args.action {
            Action::Add { code, name, email, unit, role, scope } => {
                let mut facts = vec![PersonFact::Name { name }, PersonFact::Role { role, scope, held: true }];
                if !email.is_empty() {
                    facts.push(PersonFact::Email { email });
                }
                facts.extend(unit.map(|unit| PersonFact::Unit { unit }));
                let password = read_password()?;
                register(&app, &code, facts).await?;
                set_password(&app, &code, &password).await?;
            }
            Action::Role { code, role, scope, end } => {
                let facts = vec![Fact::from(PersonFact::Role { role, scope, held: !end })];
                let command = Command::Record { subject: Subject::person(&code), facts, expected: None };
                app.change(&Actor::operator(), plain(command)).await?;
            }
            Action::Password { code } => {
                anyhow::ensure!(app.actor(&code).await?.is_some(), "there is no active person '{code}'");
                set_password(&app, &code, &read_password()?).await?;
            }
        }
        Ok(ExitCode::SUCCESS)
    })
}

pub(super) async fn register(app: &App, code: &Code, facts: Vec<PersonFact>) -> Result<(), AppError> {
    let facts = facts.into_iter().map(Fact::from).collect();
    let command = Command::Register { subject: Subject::person(code), facts };
    app.change(&Actor::operator(), plain(command)).await.map(drop)
}

fn plain(command: Command) -> Change {
    Change { command, effective: None, source: Source::default(), reason: String::new() }
}

async fn set_password(app: &App, code: &Code, password: &str) -> anyhow::Result<()> {
    app.set_password(code, password).await.map_err(|error| match error {
        AppError::WeakPassword => {
            anyhow::anyhow!("choose a password of 10 to 200 characters that is not the name or a repetition")
        }
        error => error.into(),
    })
}

fn read_password() -> anyhow::Result<String> {
    if std::io::stdin().is_terminal() {
        eprint!("Password: ");
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
