//! `taggant report`

mod print;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use clap::Subcommand;
use serde::Serialize;
use taggant_inventory::Inventory;
use taggant_lineage::report;

use crate::args::Global;
use crate::data;
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::person::{Asker, Person};
use crate::term::parse_moment;

/// Reports for those who must answer for the data.
///
/// They rest on what the ledger has seen. What only a person can know is marked as such.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Ropa(Ropa),
    Dsar(Dsar),
    Access(Access),
    Coverage(Coverage),
}

/// Records of processing activities (GDPR article 30), with evidence.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Example:\n  taggant report ropa --csv ropa.csv --fides fides.yml --binary \
    target/release/shop"
)]
struct Ropa {
    /// Writes them as CSV.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Writes systems and datasets as fideslang YAML.
    #[arg(long, value_name = "FILE")]
    fides: Option<PathBuf>,
    /// A binary that says whose data a dataset is; may be repeated.
    #[arg(long, value_name = "FILE")]
    binary: Vec<PathBuf>,
}

/// What a person may get to know (GDPR article 15): places, categories, purposes, recipients and the
/// dates on which their data was consulted.
///
/// Asking is recorded, as with `taggant subject`.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  taggant report dsar --prompt --reason \"request 4711\"")]
struct Dsar {
    #[command(flatten)]
    person: Person,
    #[command(flatten)]
    asker: Asker,
}

/// Who saw how many different people's data, against the others; outliers first.
///
/// Exit code 1 where there is an outlier: a modified z-score over 3.5 among four actors or more.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  taggant report access --since 2026-11-01")]
struct Access {
    /// Since this day or time, in UTC.
    #[arg(long, value_name = "TIME", value_parser = parse_moment)]
    since: Option<u64>,
}

/// What the ledger does not know: flows to nowhere, datasets never seen, dead declarations.
///
/// Exit code 1 where data went to a place that no flow named, or where a dataset moved that is in
/// none of the given binaries.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  taggant report coverage --binary target/release/shop")]
struct Coverage {
    /// A binary that declares datasets; may be repeated.
    #[arg(long, value_name = "FILE")]
    binary: Vec<PathBuf>,
}

pub(crate) fn run(args: &Args, global: &Global, output: &Output) -> Result<Exit, Failure> {
    match &args.verb {
        Verb::Ropa(args) => ropa(args, global, output),
        Verb::Dsar(args) => dsar(args, global, output),
        Verb::Access(args) => access(args, global, output),
        Verb::Coverage(args) => coverage(args, global, output),
    }
}

fn inventory(binaries: &[PathBuf]) -> Result<Option<Inventory>, Failure> {
    if binaries.is_empty() {
        return Ok(None);
    }
    let read = Inventory::read(binaries);
    read.map(Some).map_err(|error| Failure::new(error.to_string()))
}

/// Subject kinds by dataset.
fn subjects(inventory: Option<&Inventory>) -> BTreeMap<String, BTreeSet<String>> {
    let mut kinds: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for entry in inventory.into_iter().flat_map(|inventory| &inventory.types) {
        let own = kinds.entry(entry.declared.dataset.clone()).or_default();
        own.extend(entry.declared.subjects.iter().flatten().map(|subject| subject.kind.clone()));
    }
    kinds
}

fn ropa(args: &Ropa, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let ledger = data::ledger(global)?;
    let flows = ledger.flows()?;
    let kinds = subjects(inventory(&args.binary)?.as_ref());
    let records = report::ropa(&flows, &kinds);
    let write = |path: &PathBuf, text: String| {
        std::fs::write(path, text).map_err(|error| Failure::file(path, &error))?;
        output.remark(&format!("written: {}", path.display()));
        Ok::<(), Failure>(())
    };
    if let Some(path) = &args.csv {
        write(path, report::ropa_csv(&records))?;
    }
    if let Some(path) = &args.fides {
        write(path, report::fides(&flows, &ledger.fields()?, &kinds))?;
    }
    if output.json {
        output.document("report.ropa", &records)?;
    } else {
        print::ropa(&records, output)?;
    }
    Ok(Exit::Fine)
}

#[derive(Serialize)]
struct DsarAnswer {
    known: bool,
    #[serde(flatten)]
    answer: Option<report::Dsar>,
}

fn dsar(args: &Dsar, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let runtime = data::runtime(global)?;
    data::groups(&runtime, &args.person.tenant)?;
    let id = args.person.id()?;
    let Person { kind, tenant, .. } = &args.person;
    let flow = args.asker.flow("report.dsar", tenant);
    flow.check()?;
    let about = runtime.scope(|| flow.run(|| runtime.about(tenant, kind, id.as_str())))?;
    let flows = runtime.ledger().flows()?;
    let answer =
        about.map(|about| report::dsar(about.handle, &about.places, &about.accesses, &flows));
    let answer = DsarAnswer { known: answer.is_some(), answer };
    if output.json {
        output.document("report.dsar", &answer)?;
    } else {
        print::dsar(answer.answer.as_ref(), output)?;
    }
    Ok(Exit::Fine)
}

fn access(args: &Access, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let report = report::access(data::ledger(global)?.actors(args.since.unwrap_or(0))?);
    if output.json {
        output.document("report.access", &report)?;
    } else {
        print::access(&report, output)?;
    }
    Ok(Exit::finding(report.actors.iter().any(|actor| actor.outlier)))
}

fn coverage(args: &Coverage, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let ledger = data::ledger(global)?;
    let inventory = inventory(&args.binary)?;
    let declared: Option<Vec<(String, String)>> = inventory.as_ref().map(|inventory| {
        let tagged = inventory.fields().filter(|(_, field)| field.tag().is_some());
        tagged.map(|(entry, field)| (entry.declared.dataset.clone(), field.path.clone())).collect()
    });
    let report = report::coverage(&ledger.flows()?, &ledger.fields()?, declared.as_deref());
    let exit = Exit::finding(report.unknown > 0 || !report.undeclared_datasets.is_empty());
    if output.json {
        output.document("report.coverage", &report)?;
    } else {
        print::coverage(&report, output)?;
    }
    Ok(exit)
}
