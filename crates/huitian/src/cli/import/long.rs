//! Text files of work orders that are too long to be held: read piece by piece, each piece a transaction.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use app::import::{ImportReport, Mode, Prepared, Profile, Progress, Resolver, SeenNumbers, prepare};
use app::read::Asked;
use app::request::Understanding;
use app::table::Table;
use app::{Actor, App};
use domain::code::Code;
use exchange::sheet::ReadError;
use jiff::civil::Date;
use sheets::LongFile;
use tokio::sync::mpsc;
use words::Lang;

use super::super::common::{plan, progress, runtime};
use super::{Args, actor, import, protect, say, tell};

/// Pieces that are read while others are taken in.
const AHEAD: usize = 1;

/// Tries the file, or looks it through and then takes it in.
pub(super) fn run(
    args: &Args,
    file: &Path,
    table: &'static Table,
    profile: &Profile,
    lang: Lang,
) -> anyhow::Result<ExitCode> {
    anyhow::ensure!(args.annotated.is_none(), "--annotated is for workbooks: use --report");
    let app = args.database.app()?;
    protect(&app, args.protected_key.as_deref())?;
    runtime()?.block_on(async {
        let plan = plan(&app, args.plan.as_ref()).await?;
        let actor = actor(&app, args.person.as_ref()).await?;
        let portfolio = app.portfolio(&plan, Asked::default()).await.map_err(|error| say(error, lang))?;
        let resolver = Resolver::of(&portfolio);
        let understanding = app.understanding(&plan).await.map_err(|error| say(error, lang))?;
        let today = app.clock().today();
        let long = Long {
            file: file.to_owned(),
            table,
            plan,
            profile: profile.clone(),
            resolver,
            understanding,
            today,
            lang,
            piece: args.piece,
        };
        let long = Arc::new(long);
        if args.dry_run {
            return tell(args, &long.run(&app, &actor, Mode::DryRun, None).await?, lang);
        }
        // Nothing is taken in of a file of which something cannot be read, unless it was said so.
        let (looked, total) = long.looked_through()?;
        if !looked.is_good() && !args.skip_wrong {
            return tell(args, &looked, lang);
        }
        let mode = if args.skip_wrong { Mode::ApplyGood } else { Mode::Apply };
        app.database().expect_much()?;
        tell(args, &long.run(&app, &actor, mode, Some(total)).await?, lang)
    })
}

/// A long file and how it is read.
struct Long {
    file: PathBuf,
    table: &'static Table,
    plan: Code,
    profile: Profile,
    resolver: Resolver,
    understanding: Understanding,
    today: Date,
    lang: Lang,
    /// Rows of one piece.
    piece: usize,
}

/// Its pieces, one after the other.
struct Pieces<'a> {
    long: &'a Long,
    pieces: LongFile<File>,
    seen: SeenNumbers,
}

impl Long {
    fn open(&self) -> anyhow::Result<Pieces<'_>> {
        let opened =
            File::open(&self.file).with_context(|| format!("cannot read {}", self.file.display()))?;
        let pieces = LongFile::new(opened, self.piece).map_err(|error| self.said(&error))?;
        Ok(Pieces { long: self, pieces, seen: SeenNumbers::default() })
    }

    fn said(&self, error: &ReadError) -> anyhow::Error {
        anyhow::anyhow!("{}: {}", self.file.display(), sheets::explain(self.lang, error))
    }

    /// What its rows say by themselves, and how many there are.
    fn looked_through(&self) -> anyhow::Result<(ImportReport, u64)> {
        let (mut looked, mut total): (Option<ImportReport>, u64) = (None, 0);
        let mut pieces = self.open()?;
        while let Some(mut ready) = pieces.next()? {
            total += ready.total as u64;
            ready.locate(&self.understanding);
            let piece = ready.looked_through();
            match &mut looked {
                Some(held) => held.add(piece),
                None => looked = Some(piece),
            }
        }
        Ok((looked.context("the file has no rows")?, total))
    }

    /// Reads its pieces until all are read or nobody takes them.
    fn read_ahead(&self, to: &mpsc::Sender<anyhow::Result<Prepared>>) {
        let piece = |pieces: &mut Pieces| -> anyhow::Result<Option<Prepared>> {
            let Some(mut ready) = pieces.next()? else { return Ok(None) };
            ready.fill_in(&self.understanding);
            Ok(Some(ready))
        };
        let mut pieces = match self.open() {
            Ok(pieces) => pieces,
            Err(error) => return drop(to.blocking_send(Err(error))),
        };
        while let Some(ready) = piece(&mut pieces).transpose() {
            let broken = ready.is_err();
            if to.blocking_send(ready).is_err() || broken {
                return;
            }
        }
    }

    /// Tries its pieces, or takes them in until one is refused. The next ones are read meanwhile.
    async fn run(
        self: &Arc<Self>,
        app: &App,
        actor: &Actor,
        mode: Mode,
        total: Option<u64>,
    ) -> anyhow::Result<ImportReport> {
        let bar = progress("import", total);
        let mut report: Option<ImportReport> = None;
        // Where what is not taken in yet begins.
        let mut row = 1;
        let outcome: anyhow::Result<()> = async {
            let (to, mut pieces) = mpsc::channel(AHEAD);
            let long = self.clone();
            let reading = tokio::task::spawn_blocking(move || long.read_ahead(&to));
            while let Some(ready) = pieces.recv().await.transpose()? {
                let (first, last) = ready.span.unwrap_or((row, row));
                row = first;
                let (rows, before, shown) = (ready.total as u64, bar.position(), bar.clone());
                let done: Progress = Arc::new(move |rows| shown.set_position(before + rows));
                let piece =
                    import(app, actor, ready, mode, done).await.map_err(|error| say(error, self.lang))?;
                bar.set_position(before + rows);
                let stop = mode != Mode::DryRun && !piece.applied;
                match &mut report {
                    Some(held) if stop => held.stop(piece, row),
                    Some(held) => held.add(piece),
                    None => report = Some(piece),
                }
                if stop {
                    break;
                }
                row = last + 1;
            }
            // A reader that broke down is no end of the file.
            drop(pieces);
            reading.await.context("the file could not be read to its end")
        }
        .await;
        bar.finish_and_clear();
        match (outcome, report) {
            // What was taken in before it broke off stays, and is told.
            (Err(error), Some(held)) if held.applied => {
                Err(anyhow::anyhow!("{} {error:#}", stopped(&held, row, self.lang)))
            }
            (Err(error), _) => Err(error),
            (Ok(()), report) => report.context("the file has no rows"),
        }
    }
}

impl Pieces<'_> {
    fn next(&mut self) -> anyhow::Result<Option<Prepared>> {
        let Some(piece) = self.pieces.next() else { return Ok(None) };
        let long = self.long;
        let sheet = piece.map_err(|error| long.said(&error))?;
        let mut ready = prepare(long.table, &long.plan, &sheet, &long.profile, &long.resolver, long.today)
            .map_err(|error| {
                anyhow::anyhow!("{}: {}", long.file.display(), error.message(long.lang, long.table))
            })?;
        self.pieces.headings_in(ready.heading_row);
        ready.name_earlier(&mut self.seen);
        Ok(Some(ready))
    }
}

/// How far a file was taken in that stopped at the piece beginning in a row.
pub(super) fn stopped(report: &ImportReport, row: u32, lang: Lang) -> String {
    let (rows, entries) = (report.counts.taken_in().to_string(), report.entries.to_string());
    let row = row.to_string();
    let args = [("rows", rows.as_str()), ("entries", &entries), ("row", &row)];
    words::with(lang, "import-stopped", &args)
}
