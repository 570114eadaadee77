//! `taggant drain`

use serde::Serialize;

use crate::args::Global;
use crate::data;
use crate::exit::{Exit, Failure};
use crate::output::Output;

/// Take events of ended processes into the ledger.
///
/// A process that is killed leaves its last events in its journal. The next one that starts with the
/// data folder takes them in; where none does, this verb does it. Events of processes that run come
/// by themselves.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  taggant drain --data /var/lib/shop/taggant")]
pub(crate) struct Args {}

#[derive(Serialize)]
struct Answer {
    taken: usize,
    running: usize,
}

pub(crate) fn run(_: &Args, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let before = data::waiting(global)?;
    // Opening the data folder does it.
    drop(data::runtime(global)?);
    let after = data::waiting(global)?;
    let taken = before.ended.saturating_sub(after.ended);
    if output.json {
        output.document("drain", &Answer { taken, running: after.running })?;
        return Ok(Exit::Fine);
    }
    let journals = if taken == 1 { "journal" } else { "journals" };
    output.text(&format!(
        "took in {taken} {journals} of ended processes; {} of running ones",
        after.running
    ))?;
    Ok(Exit::Fine)
}

/// Says that an answer may lack events.
pub(crate) fn remark(global: &Global, output: &Output) {
    let Ok(found) = data::waiting(global) else { return };
    if found.ended == 0 {
        return;
    }
    let whose = match found.ended {
        1 => "a process that has ended waits".to_owned(),
        many => format!("{many} processes that have ended wait"),
    };
    output.remark(&format!(
        "note: the journal of {whose} in {}, and this answer lacks its last events; take them in \
         with `taggant drain`",
        global.data.join("journal").display()
    ));
}
