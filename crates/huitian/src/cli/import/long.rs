//! Files of work orders that are too long to be held: read piece by piece, each piece a transaction.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use app::import::{ImportReport, Mode, Prepared, Profile, Progress, Resolver, SeenNumbers, Sheet, prepare};
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
/// Pieces that are looked through side by side.
const LOOKING: usize = 2;

/// Tries the file, or looks it through and then takes it in.
pub(super) fn run(
    args: &Args,
    file: &Path,
    sheet: Option<&str>,
    table: &'static Table,
    profile: &Profile,
    lang: Lang,
) -> anyhow::Result<ExitCode> {
    anyhow::ensure!(
        args.annotated.is_none(),
        "--annotated is for workbooks of at most 200,000 rows and 32 MB: use --report"
    );
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
            sheet: sheet.map(str::to_owned),
            table,
            plan,
            profile: profile.clone(),
            resolver,
            understanding,
            actor: actor.clone(),
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
        let report = long.run(&app, &actor, mode, Some(total)).await;
        // Nothing is told before it is on the disk.
        let database = app.database().clone();
        tokio::task::spawn_blocking(move || database.settle()).await.context("it was not settled")??;
        tell(args, &report?, lang)
    })
}

/// A long file and how it is read.
struct Long {
    file: PathBuf,
    /// The sheet of a workbook.
    sheet: Option<String>,
    table: &'static Table,
    plan: Code,
    profile: Profile,
    resolver: Resolver,
    understanding: Understanding,
    actor: Actor,
    today: Date,
    lang: Lang,
    /// Rows of one piece.
    piece: usize,
}

impl Long {
    fn open(&self) -> anyhow::Result<LongFile<File>> {
        let opened =
            File::open(&self.file).with_context(|| format!("cannot read {}", self.file.display()))?;
        LongFile::new(opened, self.sheet.as_deref(), self.table, self.piece)
            .map_err(|error| self.said(&error))
    }

    fn said(&self, error: &ReadError) -> anyhow::Error {
        anyhow::anyhow!("{}: {}", self.file.display(), sheets::explain(self.lang, error))
    }

    fn prepare(&self, sheet: &Sheet) -> anyhow::Result<Prepared> {
        let ready = prepare(self.table, &self.plan, sheet, &self.profile, &self.resolver, self.today);
        ready.map_err(|error| {
            anyhow::anyhow!("{}: {}", self.file.display(), error.message(self.lang, self.table))
        })
    }

    /// The first piece, by which it is known what the columns of the others are.
    fn first(&self, pieces: &mut LongFile<File>) -> anyhow::Result<Option<Prepared>> {
        let Some(sheet) = pieces.next() else { return Ok(None) };
        let ready = self.prepare(&sheet.map_err(|error| self.said(&error))?)?;
        pieces.headings_in(ready.heading_row);
        Ok(Some(ready))
    }

    /// What its rows say by themselves, and how many there are. Pieces are understood side by side, and told of in their
    /// order.
    fn looked_through(&self) -> anyhow::Result<(ImportReport, u64)> {
        let mut pieces = self.open()?;
        let mut first = self.first(&mut pieces)?.context("the file has no rows")?;
        let (mut total, mut seen) = (first.total as u64, SeenNumbers::default());
        let mut look = |mut ready: Prepared| {
            ready.name_earlier(&mut seen);
            ready.looked_through()
        };
        first.locate(&self.understanding);
        let mut looked = look(first);
        let ahead = Mutex::new(pieces.enumerate());
        std::thread::scope(|scope| {
            let (to, found) = sync_channel(LOOKING);
            for _ in 0..LOOKING {
                let (to, ahead) = (to.clone(), &ahead);
                scope.spawn(move || {
                    let next = || ahead.lock().unwrap_or_else(PoisonError::into_inner).next();
                    while let Some((at, sheet)) = next() {
                        let ready = sheet.map_err(|error| self.said(&error)).and_then(|sheet| {
                            let mut ready = self.prepare(&sheet)?;
                            ready.locate(&self.understanding);
                            Ok(ready)
                        });
                        if to.send((at, ready)).is_err() {
                            return;
                        }
                    }
                });
            }
            drop(to);
            let (mut waiting, mut next) = (BTreeMap::new(), 0);
            // Whoever stops here lets go of the channel, and nobody reads on.
            for (at, ready) in found {
                waiting.insert(at, ready);
                while let Some(ready) = waiting.remove(&next) {
                    let ready: Prepared = ready?;
                    next += 1;
                    total += ready.total as u64;
                    looked.add(look(ready));
                }
            }
            Ok((looked, total))
        })
    }

    /// Reads its pieces until all are read or nobody takes them.
    fn read_ahead(&self, to: &mpsc::Sender<anyhow::Result<Prepared>>) {
        let mut seen = SeenNumbers::default();
        let mut piece = |pieces: &mut LongFile<File>, first: bool| -> anyhow::Result<Option<Prepared>> {
            let ready = match first {
                true => self.first(pieces)?,
                false => {
                    let sheet = pieces.next().transpose().map_err(|error| self.said(&error))?;
                    sheet.map(|sheet| self.prepare(&sheet)).transpose()?
                }
            };
            let Some(mut ready) = ready else { return Ok(None) };
            ready.name_earlier(&mut seen);
            ready.fill_in(&self.understanding, &self.actor);
            Ok(Some(ready))
        };
        let (mut pieces, mut first) = match self.open() {
            Ok(pieces) => (pieces, true),
            Err(error) => return drop(to.blocking_send(Err(error))),
        };
        while let Some(ready) = piece(&mut pieces, std::mem::take(&mut first)).transpose() {
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

/// How far a file was taken in that stopped at the piece beginning in a row.
pub(super) fn stopped(report: &ImportReport, row: u32, lang: Lang) -> String {
    let (rows, entries) = (report.counts.taken_in().to_string(), report.entries.to_string());
    let row = row.to_string();
    let args = [("rows", rows.as_str()), ("entries", &entries), ("row", &row)];
    words::with(lang, "import-stopped", &args)
}
