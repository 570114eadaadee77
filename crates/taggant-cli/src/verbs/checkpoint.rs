//! `taggant checkpoint`

use std::path::PathBuf;

use clap::Subcommand;
use serde::Serialize;
use taggant::ledger::{CheckpointFiles, entries};

use crate::args::Global;
use crate::data;
use crate::exit::{Exit, Failure};
use crate::output::Output;

/// The signed heads of the ledger's log.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Export(Export),
}

/// Write the newest checkpoint to a file, to be kept where nobody reaches both.
///
/// `taggant verify --against FILE` then shows a ledger that was rewritten or put back since. The file
/// is a signed note; it has no personal data.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  taggant checkpoint export /mnt/elsewhere/checkpoint.txt")]
struct Export {
    /// The file; `-` is standard output. One that is there is replaced.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

#[derive(Serialize)]
struct Answer {
    /// Entries of the log.
    entries: u64,
    /// The signed note.
    note: String,
}

pub(crate) fn run(args: &Args, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let Verb::Export(Export { file }) = &args.verb;
    let note = data::ledger(global)?.checkpoint()?.ok_or_else(|| {
        Failure::new("the ledger has no checkpoint yet: processes with a data folder make them")
    })?;
    let is_out = file.as_os_str() == "-";
    if !is_out {
        CheckpointFiles::write(file, &note).map_err(|error| Failure::file(file, &error))?;
    }
    let entries = entries(&note).unwrap_or_default();
    if output.json {
        output.document("checkpoint.export", &Answer { entries, note })?;
    } else if is_out {
        output.text(&note)?;
    } else {
        output.remark(&format!("{entries} entries are vouched for in {}", file.display()));
    }
    Ok(Exit::Fine)
}
