//! `taggant flows`

use serde::Serialize;
use taggant::ledger::{Action, FlowEdge, meanings, who};
use taggant_taxonomy::is_within;

use crate::args::Global;
use crate::data;
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::term::{Table, Tone, count, moment, parse_moment};

/// Where each field went and came from, for what purpose, on whose behalf.
///
/// All movements of a field that are alike are one line, with their number and when they were first
/// and last seen.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  taggant flows --category user.contact --since 2026-11-01")]
pub(crate) struct Args {
    /// Fields of this category and of those below it.
    #[arg(long, value_name = "KEY")]
    category: Option<String>,
    /// Fields of this dataset.
    #[arg(long, value_name = "NAME")]
    dataset: Option<String>,
    /// To or from places whose name contains this.
    #[arg(long, value_name = "TEXT")]
    location: Option<String>,
    /// For this purpose and those below it.
    #[arg(long, value_name = "KEY")]
    purpose: Option<String>,
    /// By this actor, or on their behalf.
    #[arg(long, value_name = "NAME")]
    actor: Option<String>,
    /// What was done: seal, mask, pseudonymise, reveal, open, ingest, lookup, omit, deny.
    #[arg(long, value_name = "WORD", value_parser = action)]
    action: Option<Action>,
    /// Seen since this day or time, in UTC.
    #[arg(long, value_name = "TIME", value_parser = parse_moment)]
    since: Option<u64>,
    /// Only what no sink flow covered.
    #[arg(long)]
    unknown: bool,
}

/// A misspelt word would read as `there is no such flow`.
fn action(word: &str) -> Result<Action, String> {
    Action::from_name(word).ok_or_else(|| {
        let names: Vec<&str> = Action::ALL.iter().map(|action| action.name()).collect();
        format!("the actions are {}", names.join(", "))
    })
}

#[derive(Serialize)]
struct Answer<'a> {
    flows: Vec<&'a FlowEdge>,
}

pub(crate) fn run(args: &Args, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let all = data::ledger(global)?.flows()?;
    let flows = meanings(&all).filter(|(flow, _)| args.takes(flow));
    if output.json {
        let flows = flows.map(|(flow, _)| flow).collect();
        output.document("flows", &Answer { flows })?;
        return Ok(Exit::Fine);
    }
    let mut table = Table::new(&[
        "field",
        "category",
        "action",
        "place",
        "purpose",
        "who",
        "outcome",
        ">count",
        "last seen",
    ]);
    for (flow, meaning) in flows {
        let plain = |text: &str| (text.to_owned(), Tone::Plain);
        let outcome = if flow.outcome.is_ok() { Tone::Plain } else { Tone::Warning };
        table.toned([
            plain(&format!("{}.{}", flow.dataset, flow.path)),
            plain(&flow.categories.join(" ")),
            (flow.action.to_string(), Tone::of(meaning.protection)),
            plain(&flow.location),
            plain(&flow.purpose),
            plain(&who(&flow.actor, &flow.on_behalf)),
            (flow.outcome.to_string(), outcome),
            plain(&count(flow.count)),
            plain(&moment(flow.last_ns)),
        ]);
    }
    if table.is_empty() {
        output.remark("no flow matches");
        return Ok(Exit::Fine);
    }
    output.table(&table)?;
    Ok(Exit::Fine)
}

impl Args {
    fn takes(&self, flow: &FlowEdge) -> bool {
        let is = |wanted: &Option<String>, has: &str| wanted.as_ref().is_none_or(|w| w == has);
        let below = |wanted: &Option<String>, has: &str| {
            wanted.as_ref().is_none_or(|wanted| is_within(has, wanted))
        };
        let category = self.category.as_ref();
        category.is_none_or(|wanted| flow.categories.iter().any(|key| is_within(key, wanted)))
            && is(&self.dataset, &flow.dataset)
            && self.location.as_ref().is_none_or(|part| flow.location.contains(part.as_str()))
            && below(&self.purpose, &flow.purpose)
            && (is(&self.actor, &flow.actor) || is(&self.actor, &flow.on_behalf))
            && self.action.is_none_or(|action| action == flow.action)
            && self.since.is_none_or(|since| flow.last_ns >= since)
            && (!self.unknown || flow.unknown)
    }
}
