//! Reading sees one moment, whatever is written meanwhile.

use domain::journal::Seq;
use jiff::civil::date;
use scratch::Scratch;
use store::{Database, StoreError};

use crate::books::*;

crate::on_both!(
    a_reader_sees_one_moment_while_others_write,
    a_backup_is_of_one_moment,
    more_readers_than_connections_wait_their_turn,
    readers_cannot_write,
);

fn a_reader_sees_one_moment_while_others_write(scratch: &Scratch) {
    let database = open(scratch);
    fill(&database);
    database
        .read::<_, StoreError>(|c| {
            let head = c.head()?;
            let digest = c.projections_digest()?;
            let writer = database.clone();
            let written = std::thread::spawn(move || {
                record(&writer, 10, &project("A-1"), date(2020, 1, 1), vec![progress(99)])
            });
            assert_eq!(written.join().unwrap(), Seq(10));
            assert_eq!(c.head()?, head);
            assert_eq!(c.projections_digest()?, digest);
            assert_eq!(c.entry(Seq(10))?, None);
            Ok(())
        })
        .unwrap();
    assert_eq!(database.read(|c| c.head()).unwrap(), Seq(10));
}

fn a_backup_is_of_one_moment(scratch: &Scratch) {
    /// Writes an entry whenever the backup hands over bytes.
    struct Disturbed<'a>(&'a Database, Vec<u8>);
    impl std::io::Write for Disturbed<'_> {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            record(self.0, 20, &project("A-1"), date(2020, 1, 1), vec![progress(1)]);
            self.1.extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let database = open(scratch);
    fill(&database);
    let mut out = Disturbed(&database, Vec::new());
    assert_eq!(database.backup(&mut out, |_| ()).unwrap(), 9);
    let backup = out.1;
    assert!(database.read(|c| c.head()).unwrap() > Seq(9));
    let fresh = Scratch::sqlite();
    let restored = open(&fresh);
    assert_eq!(restored.restore(std::io::Cursor::new(backup), |_| ()).unwrap(), 9);
    assert_whole(&restored, 9);
}

fn more_readers_than_connections_wait_their_turn(scratch: &Scratch) {
    let database = open(scratch);
    fill(&database);
    std::thread::scope(|scope| {
        for _ in 0..40 {
            scope.spawn(|| {
                for _ in 0..5 {
                    assert_eq!(database.read(|c| c.head()).unwrap(), Seq(9));
                }
            });
        }
    });
}

fn readers_cannot_write(scratch: &Scratch) {
    let database = open(scratch);
    fill(&database);
    let outcome = database.read(|c| c.execute("DELETE FROM entry", &[]));
    assert!(matches!(outcome, Err(StoreError::ReadOnly(_))), "{outcome:?}");
    assert_whole(&database, 9);
}
