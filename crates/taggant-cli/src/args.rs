//! What is written behind `taggant`.

use std::path::PathBuf;

use clap::{Args, Parser, ValueEnum};

use crate::verbs::Verb;

/// The tenant where none is named, in the library too.
pub(crate) const DEFAULT_TENANT: &str = "default";

/// Where personal data is, and who has seen it.
///
/// Answers come from the ledger of a data folder, from binaries that were built with taggant, from
/// files that hold sealed values, and from Rust source. No tagged value is ever printed.
#[derive(Debug, Parser)]
#[command(
    name = "taggant",
    version,
    propagate_version = true,
    after_help = "Exit codes: 0 fine, 1 something was found, 2 wrong usage, 3 failure."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// Flags of every verb.
#[derive(Args, Debug)]
pub(crate) struct Global {
    /// The data folder: root.key, keys.db, ledger.db, journal, policy.toml.
    #[arg(long, global = true, env = "TAGGANT_DATA", default_value = "data", value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// A ledger file to ask instead of the data folder's; never changed, needs no key.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) ledger: Option<PathBuf>,
    /// The answer as one JSON document.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// No progress and no remarks.
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// Colour. NO_COLOR is obeyed.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}
