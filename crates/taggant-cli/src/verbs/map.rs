//! `taggant map`

use std::path::PathBuf;

use taggant_lineage::map::{self, Filter, Map, Options};

use crate::args::Global;
use crate::data;
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::term::parse_moment;

/// Where personal data comes from, is kept, and goes to, in a picture.
///
/// A tree of text, plaintext first; or one HTML page that needs no network, a diagram for Mermaid
/// or Graphviz, or JSON.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  taggant map --html map.html --since 2026-11-01")]
pub(crate) struct Args {
    /// Writes one self-contained page, to be opened in a browser or printed.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["mermaid", "dot"])]
    html: Option<PathBuf>,
    /// Text for Mermaid.
    #[arg(long, conflicts_with_all = ["dot", "json"])]
    mermaid: bool,
    /// Text for Graphviz.
    #[arg(long, conflicts_with = "json")]
    dot: bool,
    /// Marks as new what was first seen on this day or later, in UTC.
    #[arg(long, value_name = "TIME", value_parser = parse_moment)]
    since: Option<u64>,
    /// Fields of this category and of those below it.
    #[arg(long, value_name = "KEY")]
    category: Option<String>,
    /// For this purpose and those below it.
    #[arg(long, value_name = "KEY")]
    purpose: Option<String>,
    /// By actors, or on behalf of somebody, whose name contains this.
    #[arg(long, value_name = "TEXT")]
    actor: Option<String>,
    /// To or from places whose name contains this.
    #[arg(long, value_name = "TEXT")]
    place: Option<String>,
}

pub(crate) fn run(args: &Args, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let filter = Filter {
        category: args.category.clone(),
        purpose: args.purpose.clone(),
        actor: args.actor.clone(),
        place: args.place.clone(),
    };
    let options = Options { since_ns: args.since, filter, ..Options::default() };
    let found = Map::from_ledger(&*data::ledger(global)?, &options)?;
    if let Some(path) = &args.html {
        std::fs::write(path, map::html(&found)).map_err(|error| Failure::file(path, &error))?;
        output.remark(&format!("the map is in {}; open it in a browser", path.display()));
    }
    if output.json {
        // It has its schema already.
        let document = serde_json::to_string_pretty(&found);
        output.text(&document.map_err(|error| Failure::new(error.to_string()))?)?;
    } else if args.mermaid {
        output.text(&map::mermaid(&found))?;
    } else if args.dot {
        output.text(&map::dot(&found))?;
    } else if args.html.is_none() {
        output.text(&map::text(&found))?;
    }
    Ok(Exit::Fine)
}
