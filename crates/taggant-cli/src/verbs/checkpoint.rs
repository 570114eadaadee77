//! `taggant checkpoint`

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde::Serialize;
use taggant::ledger::{CheckpointFiles, entries, number};

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
    Cosigned(Cosigned),
}

/// Keep the signatures that a witness has added to an exported checkpoint.
///
/// They stand beside the ledger's own from then on, and go along with the next export of that
/// checkpoint. Whose they are is checked by who knows the witness's key.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  taggant checkpoint cosigned /mnt/elsewhere/checkpoint.txt")]
struct Cosigned {
    /// The file as it came back; `-` is standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
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
    let file = match &args.verb {
        Verb::Export(Export { file }) => file,
        Verb::Cosigned(Cosigned { file }) => return cosigned(file, global, output),
    };
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

#[derive(Serialize)]
struct Kept {
    /// The number of the checkpoint.
    number: u64,
}

fn cosigned(file: &Path, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let note = match file.as_os_str() == "-" {
        true => std::io::read_to_string(std::io::stdin())?,
        false => std::fs::read_to_string(file).map_err(|error| Failure::file(file, &error))?,
    };
    data::runtime(global)?.ledger().keep_cosigned(&note)?;
    let number = number(&note).unwrap_or_default();
    if output.json {
        output.document("checkpoint.cosigned", &Kept { number })?;
    } else {
        output.remark(&format!("the signatures of checkpoint {number} are kept"));
    }
    Ok(Exit::Fine)
}
