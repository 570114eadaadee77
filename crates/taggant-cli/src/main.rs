//! The `taggant` command: where is this data, and who has seen it.
//!
//! One file per verb in `verbs/`; `output` knows how answers look on a terminal and as JSON, `data`
//! where they come from. docs/CLI.md describes verbs, exit codes and schemas.

mod args;
mod data;
mod exit;
mod output;
mod person;
mod progress;
mod term;
mod usage;
mod verbs;

use std::process::ExitCode;

use clap::Parser;

use args::Cli;
use exit::Exit;
use output::Output;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let error = usage::without_ids(error, &arguments);
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Fine.into() };
        }
    };
    let output = Output::new(&cli.global);
    match verbs::run(&cli, &output) {
        Ok(exit) => exit.into(),
        Err(failure) => output.failed(&failure).into(),
    }
}
