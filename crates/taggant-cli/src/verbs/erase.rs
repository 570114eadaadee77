//! `taggant erase`

use std::io::{BufRead, IsTerminal, Write};

use clap::Subcommand;
use serde::Serialize;
use taggant::Groups;
use taggant::ledger::Receipt;

use crate::args::Global;
use crate::data;
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::person::{Asker, Person};
use crate::term::{Table, count, moment};

/// Destroy a person's keys, and follow up what a destroyed key does not reach.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Person(OfPerson),
    List(List),
    Show(Show),
    Confirm(Confirm),
}

/// Destroy the keys of a person: their sealed values can be neither read nor written any more.
///
/// This can't be undone. It is refused under a legal hold. The receipt lists every place that a
/// destroyed key does not reach. Exit code 1 where the ledger knew nothing of the person: then it is
/// most likely not the id that was meant.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  taggant erase person --prompt --reason \"request 4711\"")]
struct OfPerson {
    #[command(flatten)]
    person: Person,
    #[command(flatten)]
    asker: Asker,
    /// Only this key group; may be repeated. Default: all.
    #[arg(long, value_name = "NAME")]
    group: Vec<String>,
    /// Don't ask.
    #[arg(long)]
    yes: bool,
}

/// List the erasures. Exit code 1 while lines of work lists are open.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  taggant erase list")]
struct List {}

/// Print a receipt with its work list.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  taggant erase show 3")]
struct Show {
    /// The erasure's number.
    number: u64,
}

/// Confirm that a line of a work list is done.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  taggant erase confirm 3 1")]
struct Confirm {
    /// The erasure's number.
    number: u64,
    /// The line's number.
    line: u32,
}

/// A receipt without a line looks like success to whoever mistyped the id.
const NOBODY: &str = "the ledger knows nothing of this person: is the id right? Id, kind and tenant \
                      are compared to the letter";

pub(crate) fn run(args: &Args, global: &Global, output: &Output) -> Result<Exit, Failure> {
    match &args.verb {
        Verb::Person(args) => erase(args, global, output),
        Verb::List(List {}) => list(global, output),
        Verb::Show(args) => {
            let ledger = data::ledger(global)?;
            show(&data::receipt(global, &*ledger, args.number)?, None, output)
        }
        Verb::Confirm(args) => {
            let runtime = data::runtime(global)?;
            runtime.ledger().confirm(args.number, args.line)?;
            show(&runtime.receipt(args.number)?, None, output)
        }
    }
}

fn erase(args: &OfPerson, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let runtime = data::runtime(global)?;
    data::groups(&runtime, &args.person.tenant)?;
    for group in &args.group {
        data::group(&runtime, &args.person.tenant, group)?;
    }
    let id = args.person.id()?;
    let Person { kind, tenant, .. } = &args.person;
    let flow = args.asker.flow("erase", tenant);
    flow.check()?;
    let is_known = runtime.handle_in(tenant, kind, id.as_str())?.is_some();
    if !is_known {
        output.remark(NOBODY);
    }
    if !args.yes {
        confirm()?;
    }
    let groups = match args.group.as_slice() {
        [] => Groups::All,
        names => Groups::These(names.to_vec()),
    };
    let receipt =
        runtime.scope(|| flow.run(|| runtime.erase_in(tenant, kind, id.as_str(), &groups)))?;
    show(&receipt, Some(is_known), output)?;
    Ok(Exit::finding(!is_known))
}

/// Asks on the terminal; without one, `--yes` must be given.
fn confirm() -> Result<(), Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::usage(
            "erasing can't be undone: give --yes where nobody can be asked",
        ));
    }
    let mut err = std::io::stderr().lock();
    write!(err, "This can't be undone. Type `erase` to go on: ")?;
    err.flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    if answer.trim() == "erase" {
        return Ok(());
    }
    Err(Failure::usage("nothing was erased"))
}

#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    receipt: &'a Receipt,
    provisional: bool,
    /// Whether the ledger knew the person before; only told when they are erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    known: Option<bool>,
}

fn show(receipt: &Receipt, known: Option<bool>, output: &Output) -> Result<Exit, Failure> {
    if output.json {
        let provisional = receipt.is_provisional();
        output.document("erase.receipt", &Shown { receipt, provisional, known })?;
    } else {
        output.text(&receipt.to_string())?;
    }
    Ok(Exit::Fine)
}

#[derive(Serialize)]
struct Answer {
    erasures: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    number: u64,
    handle: String,
    time_ns: u64,
    groups: String,
    provisional: bool,
    open_lines: u64,
    lines: u64,
}

fn list(global: &Global, output: &Output) -> Result<Exit, Failure> {
    let ledger = data::ledger(global)?;
    let mut erasures = Vec::new();
    for number in ledger.receipts()? {
        let receipt = data::receipt(global, &*ledger, number)?;
        erasures.push(Line {
            number,
            handle: receipt.handle.to_string(),
            time_ns: receipt.time_ns,
            provisional: receipt.is_provisional(),
            open_lines: receipt.lines.iter().filter(|l| l.confirmed_ns.is_none()).count() as u64,
            lines: receipt.lines.len() as u64,
            groups: receipt.groups,
        });
    }
    let exit = Exit::finding(erasures.iter().any(|line| line.open_lines > 0));
    if output.json {
        output.document("erase.list", &Answer { erasures })?;
        return Ok(exit);
    }
    let mut table =
        Table::new(&[">number", "person", "time", "key groups", "state", ">open", ">lines"]);
    for line in &erasures {
        table.row([
            line.number.to_string(),
            line.handle.clone(),
            moment(line.time_ns),
            line.groups.clone(),
            if line.provisional { "provisional" } else { "final" }.to_owned(),
            count(line.open_lines),
            count(line.lines),
        ]);
    }
    if table.is_empty() {
        output.remark("nobody was erased");
        return Ok(exit);
    }
    output.table(&table)?;
    Ok(exit)
}
