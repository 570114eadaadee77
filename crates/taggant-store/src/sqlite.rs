//! One SQLite connection, shared by threads, never by processes.

mod upkeep;

use std::path::{Path, PathBuf};
use std::sync::{Arc, MutexGuard};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};
use taggant_core::cipher::fork::{self, AtFork, Guard, Mutex};
use taggant_core::{Error, Outcome, Result};

pub(crate) use crate::cause::because;
use crate::cause::is_read_only;
use crate::private;
use crate::schema::{self, Schema};
use crate::turn::{Turn, Turns};
use crate::watch::Seen;
pub(crate) use upkeep::SHORT;

/// How long a process waits for another's transaction.
const BUSY: Duration = Duration::from_secs(30);

/// Memory for pages of the ledger at most, in KiB.
const CACHE_KIB: i64 = 64 * 1024;

/// How long the ledger's log may become before it goes to the file, in pages of 4 KiB.
const LOG_PAGES: i64 = 32 * 1024;

/// How long it may become in bytes before somebody waits for the readers that keep it from that:
/// where there is always one, it would grow without end.
const LOG_BYTES: u64 = 3 * 4096 * LOG_PAGES as u64;

/// A database file and this process's connection to it.
pub(crate) struct Database {
    path: PathBuf,
    outcome: Outcome,
    secure_delete: bool,
    read_only: bool,
    /// What the schema must be, where nothing else may stand in it.
    schema: Option<Schema>,
    /// Where writers stand in line, if they do.
    turns: Option<Turns>,
    /// How long the log may become.
    log_bytes: u64,
    open: Arc<Open>,
    /// What `fork` knows of `open`.
    _at_fork: Arc<dyn AtFork>,
}

#[derive(Default)]
struct Open(Mutex<Connected>);

#[derive(Default)]
struct Connected {
    connection: Option<Connection>,
    /// SQLite's count of schema changes when the schema was compared last.
    compared: Option<i64>,
    /// The process generation that opened it.
    generation: u64,
    /// The files that it was opened on.
    seen: Seen,
}

impl Open {
    /// Closes the connection of this process, if there is one. The lock holds off forks meanwhile:
    /// closing takes SQLite's locks, of which there are some of the whole process.
    fn close(&self) {
        let mut open = self.0.lock();
        if open.generation == fork::generation() {
            drop(open.connection.take());
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.close();
    }
}

impl AtFork for Open {
    /// SQLite forbids to carry a connection across a fork: a child would believe that it holds the
    /// parent's locks, and the log that it writes to could be removed by others: its keys would be
    /// gone. Parent and child open the file anew when they need it.
    fn before(&self) {
        self.close();
    }
}

impl Database {
    /// Opens or makes the file and brings its schema up. `outcome` is what failures of it are.
    pub(crate) fn open(
        path: &Path,
        migrations: &[&str],
        secure_delete: bool,
        outcome: Outcome,
    ) -> Result<Self> {
        let database = Self::new(path, secure_delete, false, outcome);
        let version = database.write(|transaction| schema::migrate(transaction, migrations))?;
        if version > migrations.len() {
            return Err(Error::new(
                outcome,
                format!(
                    "{} has schema {version} where {} is the newest that is known: a newer version \
                     of taggant wrote it; use that one",
                    database.path.display(),
                    migrations.len()
                ),
            ));
        }
        sync_folder(&database.path).map_err(|error| database.failed(&error.to_string()))?;
        Ok(database)
    }

    /// Lets nothing stand in the schema but what the migrations make: compared now, and by every
    /// write after a change of the schema. Uses no file but the one that was opened, and lets writers
    /// stand in line.
    pub(crate) fn guarded(mut self, migrations: &[&str]) -> Result<Self> {
        let expected = schema::expected(migrations).map_err(|error| self.explain(&error))?;
        self.schema = Some(expected);
        self.turns = Some(Turns::beside(&self.path));
        self.write(|_| Ok(()))?;
        Ok(self)
    }

    /// Opens a file that is there, to ask it and never to change it: a copy, or one in use.
    pub(crate) fn open_read_only(
        path: &Path,
        migrations: &[&str],
        outcome: Outcome,
    ) -> Result<Self> {
        let database = Self::new(path, false, true, outcome);
        let version: u32 = database
            .read(|connection| connection.query_row("PRAGMA user_version", [], |row| row.get(0)))?;
        if usize::try_from(version) == Ok(migrations.len()) {
            return Ok(database);
        }
        Err(Error::new(
            outcome,
            format!(
                "{} has schema {version} where {} is expected: it is a copy without the -wal file \
                 that belongs to it (copy both), another kind of file, or another version of \
                 taggant wrote it",
                database.path.display(),
                migrations.len()
            ),
        ))
    }

    fn new(path: &Path, secure_delete: bool, read_only: bool, outcome: Outcome) -> Self {
        let open = Arc::new(Open::default());
        let at_fork: Arc<dyn AtFork> = open.clone();
        fork::register(&at_fork);
        Self {
            path: path.to_owned(),
            outcome,
            secure_delete,
            read_only,
            schema: None,
            turns: None,
            log_bytes: LOG_BYTES,
            open,
            _at_fork: at_fork,
        }
    }

    /// Waits for others that open or close the file: its switch to a log needs it alone, and SQLite
    /// does not wait there by itself.
    fn connect(&self) -> rusqlite::Result<Connection> {
        let until = Instant::now() + BUSY;
        loop {
            match self.try_connect() {
                Err(error)
                    if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                        && Instant::now() < until =>
                {
                    std::thread::sleep(Duration::from_millis(2));
                }
                done => return done,
            }
        }
    }

    fn try_connect(&self) -> rusqlite::Result<Connection> {
        if self.read_only {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let connection = Connection::open_with_flags(&self.path, flags)?;
            connection.busy_timeout(BUSY)?;
            connection.pragma_update(None, "trusted_schema", false)?;
            connection.set_prepared_statement_cache_capacity(64);
            return Ok(connection);
        }
        // SQLite gives its log the rights of the file. Where it can't be made, SQLite says so.
        let _ = private::make(&self.path);
        private::as_writable(&self.path, &["-wal", "-shm"]);
        let connection = Connection::open(&self.path)?;
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // FULL: a committed transaction is on stable storage.
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "secure_delete", self.secure_delete)?;
        connection.pragma_update(None, "trusted_schema", false)?;
        if !self.secure_delete {
            // The ledger. Its people come in no order, so that each batch touches pages all over:
            // those must be found in memory, and written to the file once for several batches.
            connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
            connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
            // Its ids are its own; `verify` finds one that is not.
            connection.pragma_update(None, "foreign_keys", false)?;
        }
        connection.set_prepared_statement_cache_capacity(64);
        Ok(connection)
    }

    /// Runs work on the connection.
    pub(crate) fn read<R>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<R>,
    ) -> Result<R> {
        let mut open = self.connected()?;
        let connection = open.connection.as_mut().expect("connected above");
        let done = work(connection).map_err(|error| self.explain(&error))?;
        self.same_files(&mut open.seen)?;
        Ok(done)
    }

    fn connected(&self) -> Result<Guard<MutexGuard<'_, Connected>>> {
        // No fork in the middle of a transaction: the lock holds it off.
        let mut open = self.open.0.lock();
        if open.generation != fork::generation() {
            // A fork that `AtFork::before` did not see, by a bare system call. SQLite says to leave
            // the parent's connection alone.
            std::mem::forget(open.connection.take());
            open.generation = fork::generation();
        }
        if open.connection.is_none() {
            open.connection = Some(self.connect().map_err(|error| self.explain(&error))?);
            open.compared = None;
            open.seen.forget_log();
        }
        self.same_files(&mut open.seen)?;
        Ok(open)
    }

    /// A process must not go on with a file that the next one does not find.
    fn same_files(&self, seen: &mut Seen) -> Result<()> {
        if self.schema.is_none() {
            return Ok(());
        }
        match seen.look_again(&self.path) {
            Ok(true) => Ok(()),
            Ok(false) => Err(Error::new(
                self.outcome,
                format!(
                    "the database {} or its log was removed or replaced while this process used it; \
                     put back what belongs there and start the process again",
                    self.path.display()
                ),
            )),
            Err(error) => Err(self.failed(&error.kind().to_string())),
        }
    }

    /// Waits until it is this process's turn to write.
    pub(crate) fn turn(&self) -> Option<Turn> {
        self.turns.as_ref().map(|turns| turns.wait(BUSY))
    }

    /// Runs work in a transaction that excludes other writers.
    pub(crate) fn write<R>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<R>,
    ) -> Result<R> {
        self.try_write(|transaction| work(transaction).map_err(|error| self.explain(&error)))
    }

    /// As [`write`](Self::write), of somebody who has the turn.
    pub(crate) fn write_in_turn<R>(
        &self,
        _: &Option<Turn>,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<R>,
    ) -> Result<R> {
        self.in_turn(|transaction| {
            Ok((true, work(transaction).map_err(|error| self.explain(&error))?))
        })
    }

    /// As [`write`](Self::write), for work that may find that it must not be done: `false`, and
    /// nothing has changed.
    pub(crate) fn change(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<bool>,
    ) -> Result<bool> {
        self.transact(|transaction| {
            let is_done = work(transaction).map_err(|error| self.explain(&error))?;
            Ok((is_done, is_done))
        })
    }

    /// As [`write`](Self::write), for work that may refuse.
    pub(crate) fn try_write<R>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<R>,
    ) -> Result<R> {
        self.transact(|transaction| Ok((true, work(transaction)?)))
    }

    /// Runs work that says whether it is to stay.
    fn transact<R>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<(bool, R)>) -> Result<R> {
        // Before the lock: who reads needs no turn.
        let _turn = self.turn();
        self.in_turn(work)
    }

    fn in_turn<R>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<(bool, R)>) -> Result<R> {
        let done = self.try_in_turn(work);
        if done.as_ref().is_err_and(is_read_only) {
            // It stays so as long as the connection, whatever becomes of the file.
            drop(self.open.0.lock().connection.take());
        }
        done
    }

    fn try_in_turn<R>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<(bool, R)>,
    ) -> Result<R> {
        let mut open = self.connected()?;
        let Connected { connection, compared, seen, .. } = &mut *open;
        let connection = connection.as_mut().expect("connected above");
        let explained = |error: rusqlite::Error| self.explain(&error);
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(explained)?;
        self.compare(&transaction, compared)?;
        let (stays, done) = work(&transaction)?;
        if stays {
            transaction.commit().map_err(explained)?;
        }
        self.same_files(seen)?;
        Ok(done)
    }

    /// Compares the schema, if it was changed since the last time.
    fn compare(&self, transaction: &Transaction<'_>, compared: &mut Option<i64>) -> Result<()> {
        let Some(expected) = &self.schema else { return Ok(()) };
        let explained = |error: rusqlite::Error| self.explain(&error);
        let count: i64 = transaction
            .prepare_cached("PRAGMA schema_version")
            .and_then(|mut statement| statement.query_row([], |row| row.get(0)))
            .map_err(explained)?;
        if *compared == Some(count) {
            return Ok(());
        }
        if schema::found(transaction).map_err(explained)? != *expected {
            return Err(Error::new(
                Outcome::Tampered,
                format!(
                    "the schema of {} is not the one that this version makes: somebody added or \
                     changed a table, index, view or trigger; remove it, or restore the file",
                    self.path.display()
                ),
            ));
        }
        *compared = Some(count);
        Ok(())
    }

    /// SQLite's own message may quote a row; only its code is passed on.
    pub(crate) fn explain(&self, error: &rusqlite::Error) -> Error {
        let what = match error.sqlite_error_code() {
            Some(code) => format!("{code:?}"),
            None => "unexpected content".to_owned(),
        };
        because(error, self.failed(&what))
    }

    fn failed(&self, what: &str) -> Error {
        Error::new(
            self.outcome,
            format!(
                "the database {} can't be used ({what}); check that the file is there, whole and \
                 writable, and that its disk is not full",
                self.path.display()
            ),
        )
    }
}

/// A new file is durable when its folder is.
pub(crate) fn sync_folder(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    std::fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    #[test]
    fn an_error_says_what_sqlite_said_and_whether_trying_again_helps() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        std::fs::write(&path, vec![7; 8192]).unwrap();
        let outcome = Outcome::JournalUnavailable;
        let damaged = Database::open(&path, &["CREATE TABLE t (a)"], false, outcome);
        let damaged = damaged.err().expect("no database");
        assert!(!damaged.is_retryable(), "{damaged}");
        assert_eq!(
            damaged.source().expect("SQLite's code").to_string(),
            "SQLite says NotADatabase"
        );
        let gone = Database::open(&folder.path().join("none/x.db"), &[], false, outcome);
        assert!(gone.err().expect("no folder").is_retryable());
    }

    #[test]
    fn readers_that_are_always_there_do_not_let_the_log_grow_without_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ledger.db");
        let outcome = Outcome::JournalUnavailable;
        let sql = ["CREATE TABLE t (a)"];
        let mut database = Database::open(&path, &sql, false, outcome).expect("made");
        database.log_bytes = 1 << 20;
        let done = std::sync::atomic::AtomicBool::new(false);
        let mut longest = 0;
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let reader = Connection::open(&path).expect("opened");
                    while !done.load(std::sync::atomic::Ordering::SeqCst) {
                        reader.execute_batch("BEGIN; SELECT count(*) FROM t").expect("read");
                        std::thread::sleep(Duration::from_millis(15));
                        reader.execute_batch("COMMIT").expect("ended");
                    }
                });
            }
            for _ in 0..400 {
                let insert = "INSERT INTO t VALUES (randomblob(40000))";
                database.write(|transaction| transaction.execute(insert, [])).expect("written");
                database.bound_log().expect("bounded");
                let length = std::fs::metadata(path.with_extension("db-wal")).expect("a log").len();
                longest = longest.max(length);
            }
            done.store(true, std::sync::atomic::Ordering::SeqCst);
        });
        assert!(longest < 2 << 20, "{longest} bytes");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_was_read_only_for_a_while_is_written_again() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ledger.db");
        let outcome = Outcome::JournalUnavailable;
        let sql = ["CREATE TABLE t (a)"];
        let open = || Database::open(&path, &sql, false, outcome).expect("opened");
        // A reader of another process keeps log and index there.
        drop(open());
        let _reader = {
            let reader = Connection::open(&path).expect("opened");
            reader.execute_batch("INSERT INTO t VALUES (1)").expect("written");
            reader
        };
        let index = path.with_extension("db-shm");
        std::fs::set_permissions(&index, std::fs::Permissions::from_mode(0o400)).expect("changed");
        let database = open();
        database
            .write(|transaction| transaction.execute("INSERT INTO t VALUES (2)", []))
            .expect("written");
        let mode = index.metadata().expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "as the file's");
    }
}
