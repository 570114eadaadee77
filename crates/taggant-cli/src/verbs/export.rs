//! `taggant export`

use std::path::PathBuf;

use clap::Subcommand;
use serde::Serialize;
use taggant_lineage::openlineage::{
    Answers, ExportError, FileTarget, HttpTarget, Options, Retry, Target, cursor_name, export,
};

use crate::args::Global;
use crate::data;
use crate::exit::{Exit, Failure};
use crate::output::Output;

/// Hand the ledger's movements to other lineage tools.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Openlineage(Openlineage),
}

/// Send movements as OpenLineage events: to a file, a line each, or to an endpoint.
///
/// What was sent is remembered in a cursor file, so that each run sends what came since; after a
/// failure the next run goes on where this one stopped. Events are sent at least once, under run ids
/// that stay the same. The API key comes from TAGGANT_OPENLINEAGE_API_KEY.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Example:\n  taggant export openlineage --to events.ndjson\n  taggant export \
    openlineage --url https://lineage.example/api/v1/lineage"
)]
struct Openlineage {
    /// The file; events are added at its end.
    #[arg(long, value_name = "FILE", conflicts_with = "url", required_unless_present = "url")]
    to: Option<PathBuf>,
    /// The endpoint.
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Where it is remembered what was sent. Default: a file per target in the data folder.
    #[arg(long, value_name = "FILE")]
    cursor: Option<PathBuf>,
    /// The namespace of the jobs.
    #[arg(long, default_value = "taggant", value_name = "NAME")]
    namespace: String,
    /// One event with all outputs of a job, instead of one event per output.
    #[arg(long)]
    together: bool,
    /// Attempts per event.
    #[arg(long, default_value_t = 6, value_name = "NUMBER")]
    attempts: u32,
}

#[derive(Serialize)]
struct Answer {
    events: usize,
    movements: u64,
}

pub(crate) fn run(args: &Args, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let Verb::Openlineage(args) = &args.verb;
    let answers = Answers::of(&*data::ledger(global)?)?;
    let cursor = args.cursor.clone().unwrap_or_else(|| global.data.join(default_cursor(args)));
    let options = Options { namespace: args.namespace.clone(), together: args.together };
    let mut target = target(args)?;
    let done = export(&answers, &cursor, &mut *target, &options)?;
    if output.json {
        let answer = Answer { events: done.events, movements: done.movements };
        output.document("export.openlineage", &answer)?;
    } else {
        output.text(&format!("{} events, {} movements", done.events, done.movements))?;
    }
    Ok(Exit::Fine)
}

/// What one target got, another one did not.
fn default_cursor(args: &Openlineage) -> String {
    let url = args.url.as_deref().unwrap_or_default();
    let Some(file) = &args.to else { return cursor_name(url) };
    let file = std::path::absolute(file).unwrap_or_else(|_| file.clone());
    cursor_name(&file.to_string_lossy())
}

fn target(args: &Openlineage) -> Result<Box<dyn Target>, Failure> {
    if let Some(path) = &args.to {
        return Ok(Box::new(FileTarget::open(path)?));
    }
    let key = std::env::var("TAGGANT_OPENLINEAGE_API_KEY").ok();
    let retry = Retry { attempts: args.attempts.max(1), ..Retry::default() };
    let url = args.url.as_deref().unwrap_or_default();
    let target = HttpTarget::new(url, key, retry);
    Ok(Box::new(target.map_err(|error| Failure::usage(error.to_string()))?))
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        Self::new(error.to_string())
    }
}
