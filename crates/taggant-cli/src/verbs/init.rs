//! `taggant init`

use std::io::Write;

use serde::Serialize;
use taggant::Runtime;

use crate::args::Global;
use crate::exit::{Exit, Failure};
use crate::output::Output;

/// Make a data folder: root key, key store, journal, ledger and a policy to fill in.
///
/// What is there already stays as it is.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  taggant init --data /var/lib/shop/taggant")]
pub(crate) struct Args {}

#[derive(Serialize)]
struct Answer {
    folder: String,
    made: Vec<&'static str>,
}

/// The files that matter to whoever looks after the folder.
const FILES: [&str; 4] = ["root.key", "keys.db", "ledger.db", "policy.toml"];

const POLICY: &str = include_str!("init_policy.toml");

pub(crate) fn run(_: &Args, global: &Global, output: &Output) -> Result<Exit, Failure> {
    if global.ledger.is_some() {
        return Err(Failure::usage("init makes a folder: name it with --data, no --ledger"));
    }
    let folder = &global.data;
    let before = FILES.map(|file| folder.join(file).exists());
    Runtime::builder(folder).journal_slots(64).build()?;
    let policy = folder.join("policy.toml");
    match std::fs::File::create_new(&policy) {
        Ok(mut file) => {
            file.write_all(POLICY.as_bytes()).map_err(|error| Failure::file(&policy, &error))?;
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(Failure::file(&policy, &error)),
    }
    let made = FILES.into_iter().zip(before).filter(|(_, was)| !was).map(|(file, _)| file);
    let answer = Answer { folder: folder.display().to_string(), made: made.collect() };
    if output.json {
        output.document("init", &answer)?;
        return Ok(Exit::Fine);
    }
    let made = if answer.made.is_empty() {
        "everything was there already".to_owned()
    } else {
        format!("made {}", answer.made.join(", "))
    };
    output.text(&format!(
        "{folder}: {made}\n\n\
         Keep a copy of root.key where the folder's backups are not: without it nothing can be\n\
         opened, with it everything. Back up keys.db, ledger.db and policy.toml. Keep a copy of\n\
         anchor/erasures apart from both: it tells an old backup from the present.\n\
         Nothing may be opened or revealed until policy.toml allows it.",
        folder = answer.folder
    ))?;
    Ok(Exit::Fine)
}
