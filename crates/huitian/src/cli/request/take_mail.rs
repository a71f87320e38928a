//! `huitian request take-mail`: residents' requests, and answers, out of a mail server's pipe.

use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;

use app::request::{IncomingMail, MailTaken, NewPhoto, PHOTOS_AT_ONCE, ProtectionKey, UnreadFile};
use app::{App, AppError};
use domain::code::Code;
use exchange::mail::{Automatic, MAIL_MOST, Mail, MailError, MailFile, read};
use sha2::{Digest, Sha256};
use store::StoreError;

use super::super::common::{DatabaseArg, plan, runtime};
use super::super::serve::key_file;

/// Where a mail goes.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    huitian request take-mail --plan huitian-2018 < message.eml\n  \
    # Postfix, in /etc/aliases; answers come to requests+…@ where recipient_delimiter = +\n  \
    requests: \"|/usr/bin/huitian request take-mail --database sqlite:///var/lib/huitian/huitian.db\"\n\n\
    A mail becomes a request once, by its Message-ID; an answer to a mail of ours is added to its request.\n\
    Mails of programs (bounces, absences, lists) are left, and said. What fails for now, and more than thirty a\n\
    day from one address, ends with 75, so that the mail server tries again; what can never be read, also a mail with\n\
    nothing but files that are no photos, ends with 65. Files that are none beside words are noted on the request and\n\
    told in the mail that confirms it.")]
pub struct Args {
    /// File with the key that seals who asked [default: beside the database]
    #[arg(long, env = "HUITIAN_PROTECTED_KEY", value_name = "FILE")]
    protected_key: Option<PathBuf>,
}

/// What mail servers understand: sysexits.h.
const DATA_ERROR: u8 = 65;
const TRY_AGAIN: u8 = 75;

pub fn run(args: Args, database: &DatabaseArg, named: Option<&Code>) -> anyhow::Result<ExitCode> {
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(MAIL_MOST as u64 + 1).read_to_end(&mut bytes)?;
    let mail = match read(&bytes) {
        Ok(mail) => mail,
        Err(error @ (MailError::TooLarge | MailError::NoMail | MailError::NoSender)) => {
            eprintln!("{error}");
            return Ok(ExitCode::from(DATA_ERROR));
        }
    };
    if let Some(automatic) = mail.automatic {
        println!("left: {}", why(automatic));
        return Ok(ExitCode::SUCCESS);
    }
    // A database that is away, a key that is not there, a plan that is not named: the mail waits at its server
    // until somebody has put it right.
    Ok(taken_in(&args, database, named, mail, &bytes).unwrap_or_else(|error| {
        eprintln!("{error:#}");
        ExitCode::from(TRY_AGAIN)
    }))
}

fn taken_in(
    args: &Args,
    database: &DatabaseArg,
    named: Option<&Code>,
    mail: Mail,
    bytes: &[u8],
) -> anyhow::Result<ExitCode> {
    let app = database.app()?;
    let key = args.protected_key.clone().unwrap_or_else(|| key_file(app.database().address()));
    app.protect(ProtectionKey::from_file(&key)?);
    app.check_key(&key)?;
    runtime()?.block_on(take(&app, named, mail, bytes))
}

fn why(automatic: Automatic) -> &'static str {
    match automatic {
        Automatic::Bounce => "a mail server tells that a mail could not be delivered",
        Automatic::Reply => "a program answers, or somebody is away",
        Automatic::Bulk => "it went to a list or to many",
    }
}

async fn take(app: &App, named: Option<&Code>, mail: Mail, bytes: &[u8]) -> anyhow::Result<ExitCode> {
    let plan = plan(app, named).await?;
    let id = match mail.id.as_str() {
        "" => Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect(),
        id => id.to_owned(),
    };
    let mut incoming = IncomingMail {
        id,
        from: mail.from,
        name: mail.name,
        to: mail.to,
        subject: mail.subject,
        text: mail.text,
        own: mail.own,
        answers: mail.answers,
        photos: Vec::new(),
        unread: Vec::new(),
    };
    let known = app.know_mail(&plan, &incoming).await?;
    let taken = match known {
        Some(known) => Ok(known),
        None => {
            (incoming.photos, incoming.unread) = photos(app, mail.files).await?;
            app.take_mail(&plan, incoming).await
        }
    };
    Ok(match taken {
        Ok(taken) => {
            match taken {
                MailTaken::New(code) => println!("new: {code}"),
                MailTaken::Added(code) => println!("added to: {code}"),
                MailTaken::Again(code) => println!("again: {code}"),
                // It comes again, as long as its server keeps it: nothing is lost.
                MailTaken::TooMany => {
                    eprintln!("waits: the address has sent too many today");
                    return Ok(ExitCode::from(TRY_AGAIN));
                }
                MailTaken::Empty => println!("left: it says nothing"),
                // Whoever wrote it is told by their mail server, which has it back.
                MailTaken::Unreadable => {
                    eprintln!("refused: nothing but files that cannot be read");
                    return Ok(ExitCode::from(DATA_ERROR));
                }
            }
            ExitCode::SUCCESS
        }
        // What the rules refuse they refuse again; a database that is busy or away comes back.
        Err(AppError::Store(error)) if !matches!(error, StoreError::Damaged(_)) => {
            eprintln!("{error}");
            ExitCode::from(TRY_AGAIN)
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(DATA_ERROR)
        }
    })
}

/// The photos among its files, and what is none or one too many.
async fn photos(app: &App, files: Vec<MailFile>) -> Result<(Vec<NewPhoto>, Vec<UnreadFile>), AppError> {
    let (mut out, mut unread) = (Vec::new(), Vec::new());
    for MailFile { name, bytes } in files {
        if out.len() >= PHOTOS_AT_ONCE {
            eprintln!("left: more than {PHOTOS_AT_ONCE} photos");
            unread.push(UnreadFile { name, fault: None });
            continue;
        }
        match app.read_photo(bytes).await? {
            Ok(photo) => out.push(photo),
            Err(fault) => {
                eprintln!("left: a file with it: {fault}");
                unread.push(UnreadFile { name, fault: Some(fault) });
            }
        }
    }
    Ok((out, unread))
}
