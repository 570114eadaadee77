//! `taggant restore`

use std::path::PathBuf;

use serde::Serialize;
use taggant::Runtime;

use crate::args::Global;
use crate::exit::{Exit, Failure};
use crate::output::Output;

/// Put a backup back into a data folder without stores.
///
/// The root key and the anchor must be there already. Who was erased since the backup is erased again
/// before this command ends, and so are keys taken out of use: a restored folder opens nothing that was
/// closed. Stop all services first, and move damaged stores away.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Example:\n  mkdir -p new/anchor\n  cp root.key new/ && cp erasures new/anchor/\n  \
    taggant restore /mnt/backup/taggant-2026-01-31 --data new"
)]
pub(crate) struct Args {
    /// The folder of the backup.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The anchor is lost: take the backup's history of keys for the newest. Who was erased after the
    /// backup can be read again then.
    #[arg(long)]
    adopt_anchor: bool,
}

#[derive(Serialize)]
struct Answer {
    folder: String,
    files: Vec<String>,
    /// Entries of the history of keys that were made to happen again.
    again: u64,
    /// All erasures that the folder knows.
    erasures: u64,
}

pub(crate) fn run(args: &Args, global: &Global, output: &Output) -> Result<Exit, Failure> {
    if global.ledger.is_some() {
        return Err(Failure::usage("restore fills a folder: name it with --data, no --ledger"));
    }
    let home = &global.data;
    if !home.join("root.key").is_file() {
        return Err(Failure::usage(format!(
            "there is no {}: put the root key back first, a backup never has it",
            home.join("root.key").display()
        )));
    }
    let anchor = home.join("anchor").join("erasures");
    let backup = taggant::backup::restore(&args.folder, home, &anchor, args.adopt_anchor)?;
    let builder = Runtime::builder(home).journal_slots(64);
    let builder = if args.adopt_anchor { builder.adopt_anchor() } else { builder };
    let runtime = builder.build()?;
    let keys = runtime.keys();
    let answer = Answer {
        folder: home.display().to_string(),
        files: backup.files.iter().map(|(name, ..)| name.clone()).collect(),
        again: (keys.history()?.len() as u64).saturating_sub(backup.history),
        erasures: keys.head().map_or(0, |head| head.number),
    };
    if output.json {
        output.document("restore", &answer)?;
        return Ok(Exit::Fine);
    }
    output.text(&format!(
        "{}: {}; {} changes of keys since the backup were made again, {} erasures are known",
        answer.folder,
        answer.files.join(", "),
        answer.again,
        answer.erasures
    ))?;
    output.remark(
        "what the ledger recorded after the backup is lost: `taggant verify` says so, against the \
         checkpoint beside the anchor",
    );
    Ok(Exit::Fine)
}
