//! One file per verb.

mod actors;
mod backup;
mod checkpoint;
mod completions;
mod drain;
mod drift;
mod erase;
mod export;
mod flows;
mod init;
mod inventory;
mod keys;
mod map;
mod policy;
mod report;
mod restore;
mod scan;
mod subject;
mod trace;
mod verify;

use clap::Subcommand;

use crate::args::Cli;
use crate::exit::{Exit, Failure};
use crate::output::Output;

/// What can be asked and done.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Init(init::Args),
    Inventory(inventory::Args),
    Map(map::Args),
    Flows(flows::Args),
    Trace(trace::Args),
    Subject(subject::Args),
    Actors(actors::Args),
    Report(report::Args),
    Drift(drift::Args),
    Export(export::Args),
    Erase(erase::Args),
    Keys(keys::Args),
    Backup(backup::Args),
    Restore(restore::Args),
    Policy(policy::Args),
    Scan(scan::Args),
    Verify(verify::Args),
    Checkpoint(checkpoint::Args),
    Drain(drain::Args),
    Completions(completions::Args),
}

impl Verb {
    /// Whether it asks a ledger as it is: the others take in what ended processes have left first.
    fn asks_only(&self) -> bool {
        matches!(
            self,
            Self::Map(_)
                | Self::Flows(_)
                | Self::Actors(_)
                | Self::Report(_)
                | Self::Drift(_)
                | Self::Export(_)
                | Self::Verify(_)
                | Self::Checkpoint(_)
        )
    }
}

pub(crate) fn run(cli: &Cli, output: &Output) -> Result<Exit, Failure> {
    if cli.verb.asks_only() && cli.global.ledger.is_none() {
        drain::remark(&cli.global, output);
    }
    match &cli.verb {
        Verb::Init(args) => init::run(args, &cli.global, output),
        Verb::Inventory(args) => inventory::run(args, output),
        Verb::Map(args) => map::run(args, &cli.global, output),
        Verb::Flows(args) => flows::run(args, &cli.global, output),
        Verb::Trace(args) => trace::run(args, &cli.global, output),
        Verb::Subject(args) => subject::run(args, &cli.global, output),
        Verb::Keys(args) => keys::run(args, &cli.global, output),
        Verb::Backup(args) => backup::run(args, &cli.global, output),
        Verb::Restore(args) => restore::run(args, &cli.global, output),
        Verb::Actors(args) => actors::run(args, &cli.global, output),
        Verb::Report(args) => report::run(args, &cli.global, output),
        Verb::Drift(args) => drift::run(args, &cli.global, output),
        Verb::Export(args) => export::run(args, &cli.global, output),
        Verb::Erase(args) => erase::run(args, &cli.global, output),
        Verb::Policy(args) => policy::run(args, &cli.global, output),
        Verb::Scan(args) => scan::run(args, output),
        Verb::Verify(args) => verify::run(args, &cli.global, output),
        Verb::Checkpoint(args) => checkpoint::run(args, &cli.global, output),
        Verb::Drain(args) => drain::run(args, &cli.global, output),
        Verb::Completions(args) => completions::run(args, output),
    }
}
