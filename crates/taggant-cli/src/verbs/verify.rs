//! `taggant verify`

use std::path::PathBuf;

use serde::Serialize;
use taggant::Runtime;
use taggant::ledger::{Verification, VerifyOptions};

use crate::args::Global;
use crate::data;
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::term::{Table, Tone, count};

/// Show whether the ledger still says what was recorded.
///
/// Every entry of its log is folded again and compared with the tables; the log is compared with its
/// signed checkpoints, with the one kept beside the anchor, and with one kept elsewhere. With
/// --ledger instead of a data folder no key is at hand: then the key of --against is believed.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Example:\n  taggant verify --against /mnt/elsewhere/checkpoint.txt\n\nExit code 1: \
    something is not as it was written."
)]
pub(crate) struct Args {
    /// A checkpoint that was exported and kept elsewhere.
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
}

#[derive(Serialize)]
struct Answer {
    clean: bool,
    #[serde(flatten)]
    found: Verification,
}

pub(crate) fn run(args: &Args, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let against = match &args.against {
        Some(path) => {
            Some(std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?)
        }
        None => None,
    };
    let ledger = data::ledger(global)?;
    let found = if global.ledger.is_some() || !global.data.join("keys.db").is_file() {
        ledger.verify(&VerifyOptions { against, ..VerifyOptions::default() })?
    } else {
        drop(ledger);
        Runtime::builder(&global.data).verify(against)?
    };
    let exit = Exit::finding(!found.is_clean());
    if output.json {
        output.document("verify", &Answer { clean: found.is_clean(), found })?;
        return Ok(exit);
    }
    print(&found, output)?;
    Ok(exit)
}

fn print(found: &Verification, output: &Output) -> Result<(), Failure> {
    let mut table = Table::new(&["finding", "table", "what"]);
    for one in &found.findings {
        table.toned([
            (one.kind.clone(), Tone::Bad),
            (one.table.clone(), Tone::Plain),
            (one.what.clone(), Tone::Plain),
        ]);
    }
    if !table.is_empty() {
        output.table(&table)?;
        if found.more > 0 {
            output.text(&format!("and {} more", count(found.more)))?;
        }
        output.text("")?;
    }
    let verdict = if found.is_clean() { "as it was written" } else { "NOT as it was written" };
    output.text(&format!(
        "{verdict}: {} events in {} entries, {} rows, {} checkpoints",
        count(found.events),
        count(found.entries),
        count(found.rows),
        count(found.checkpoints)
    ))?;
    let key = match found.key_from.as_str() {
        "given" => "checkpoints are signed with the key of this data folder",
        "against" => "checkpoints are signed with the key of the one that was kept elsewhere",
        "ledger" => {
            "whose key signed the checkpoints is not known: give --against, or a data folder"
        }
        _ => "there is no checkpoint: nothing shows whether all of it was made anew",
    };
    output.remark(key);
    if found.unsigned > 0 {
        output.remark(&format!("{} entries wait for a checkpoint", count(found.unsigned)));
    }
    if found.gaps > 0 {
        let gaps = count(found.gaps);
        output.remark(&format!("{gaps} events were claimed by processes that were killed then"));
    }
    Ok(())
}
