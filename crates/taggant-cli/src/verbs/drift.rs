//! `taggant drift`

use std::path::PathBuf;

use taggant_lineage::drift::{Declared, What, compare, declare};

use crate::args::Global;
use crate::data;
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::term::{Table, Tone, count, visible};

/// Compare declared places and purposes with what was seen.
///
/// Exit code 1 where something was seen that the file does not declare: a new plaintext flow, a new
/// place, a new category at a place, weaker protection, a new purpose. What to add, if it is meant to
/// be so, is printed. `--declare` prints a file that covers what was seen so far, to begin with.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Example:\n  taggant drift --declare > places.toml\n  taggant drift places.toml"
)]
pub(crate) struct Args {
    /// The file of declared places.
    #[arg(value_name = "FILE", required_unless_present = "declare", conflicts_with = "declare")]
    file: Option<PathBuf>,
    /// Print a file that declares all that was seen.
    #[arg(long)]
    declare: bool,
}

pub(crate) fn run(args: &Args, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let flows = data::ledger(global)?.flows()?;
    let Some(path) = &args.file else {
        output.text(&declare(&flows))?;
        return Ok(Exit::Fine);
    };
    let text = std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
    let wrong = |what| Failure::usage(format!("{}: {what}", path.display()));
    let drift = compare(&flows, &Declared::from_toml(&text).map_err(wrong)?);
    let exit = Exit::finding(!drift.findings.is_empty());
    if output.json {
        output.document("drift", &drift)?;
        return Ok(exit);
    }
    for number in &drift.unused {
        output.remark(&format!("place {number} of the file was not seen: it may go"));
    }
    if drift.findings.is_empty() {
        output.text("everything that was seen is declared")?;
        return Ok(exit);
    }
    let mut table =
        Table::new(&["what", "dataset", "fields", "", "place", "form", "purpose", "who", ">count"]);
    for finding in &drift.findings {
        let plain = |text: String| (text, Tone::Plain);
        let is_bad = finding.what == What::NewPlaintextFlow;
        table.toned([
            (finding.what.name().to_owned(), if is_bad { Tone::Bad } else { Tone::Warning }),
            plain(finding.dataset.clone()),
            plain(finding.paths.join(" ")),
            plain(finding.direction.name().to_owned()),
            plain(finding.location.clone()),
            (finding.form.to_string(), Tone::of(finding.form)),
            plain(finding.purposes.join(" ")),
            plain(
                finding
                    .actors
                    .iter()
                    .chain(&finding.on_behalf)
                    .cloned()
                    .collect::<Vec<_>>()
                    .join(" "),
            ),
            plain(count(finding.count)),
        ]);
    }
    output.table(&table)?;
    output.text("\nIf it is meant to be so, add:\n")?;
    for finding in &drift.findings {
        // Line breaks are ours; nothing else may drive the terminal.
        let lines: Vec<String> = finding.to_add.lines().map(visible).collect();
        output.text(&format!("{}\n", lines.join("\n")))?;
    }
    Ok(exit)
}
