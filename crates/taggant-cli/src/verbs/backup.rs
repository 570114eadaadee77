//! `taggant backup`

use std::path::PathBuf;

use serde::Serialize;

use crate::args::Global;
use crate::data;
use crate::exit::{Exit, Failure};
use crate::output::Output;

/// Copy key store, ledger and policy into a new folder, while services run.
///
/// What the journals hold is taken into the ledger first. The root key and the anchor are not in the
/// copy: keep the root key apart, and the anchor outside of all backups. Exit code 1 where services run:
/// what they record from now on is not in the copy.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  taggant backup /mnt/backup/taggant-2026-01-31")]
pub(crate) struct Args {
    /// The folder of the backup, which must be new or empty.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

#[derive(Serialize)]
struct Answer {
    folder: String,
    files: Vec<String>,
    /// Entries of the history of keys.
    history: u64,
    /// Journals of processes that run.
    running: usize,
}

pub(crate) fn run(args: &Args, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let runtime = data::runtime(global)?;
    runtime.drain()?;
    drop(runtime);
    let running = data::waiting(global)?.running;
    let backup = taggant::backup::write(&global.data, &args.folder)?;
    let answer = Answer {
        folder: args.folder.display().to_string(),
        files: backup.files.iter().map(|(name, ..)| name.clone()).collect(),
        history: backup.history,
        running,
    };
    if running > 0 {
        output.remark(&format!(
            "{running} processes use the data folder: what they have recorded and not handed to the \
             ledger yet is not in the copy; it waits in their journals"
        ));
    }
    if output.json {
        output.document("backup", &answer)?;
    } else {
        output.text(&format!("{}: {}", answer.folder, answer.files.join(", ")))?;
    }
    output.remark("root.key and the anchor are not in it: keep them apart from it and each other");
    Ok(Exit::finding(running > 0))
}
