//! `taggant inventory`

use std::path::{Path, PathBuf};

use serde::Serialize;
use taggant_inventory::{Change, Entry, Field, Finding, Inventory, Role, Severity, diff};
use taggant_taxonomy::is_within;

use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::term::{Table, Tone, count};

/// Which tagged fields binaries have, read without running them.
///
/// Reads ELF, Mach-O and PE files, stripped or not, shared libraries and static ones. Several are
/// merged; where they contradict each other the exit code is 1, and so it is where `--diff` finds a
/// change that somebody should look at, where there are not as many types as `--expect` says, or
/// none at all.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  taggant inventory target/release/shop target/release/mailer \
                        --expect 12\n  taggant inventory --diff release-41/shop \
                        target/release/shop")]
pub(crate) struct Args {
    /// Binaries.
    #[arg(value_name = "PATH", required_unless_present = "diff", conflicts_with = "diff")]
    paths: Vec<PathBuf>,
    /// What changed from one build to the next.
    #[arg(long, num_args = 2, value_names = ["OLD", "NEW"])]
    diff: Option<Vec<PathBuf>>,
    /// How many types must be declared: a crate that a program names nowhere is not linked into it,
    /// and neither are its types.
    #[arg(long, value_name = "TYPES")]
    expect: Option<usize>,
    /// Only fields of this category and of those below it.
    #[arg(long, value_name = "KEY", conflicts_with_all = ["diff", "json"])]
    category: Option<String>,
}

#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    inventory: &'a Inventory,
    expected: Option<usize>,
}

#[derive(Serialize)]
struct Compared<'a> {
    old: &'a Path,
    new: &'a Path,
    old_type_count: usize,
    new_type_count: usize,
    expected: Option<usize>,
    changes: &'a [Change],
}

pub(crate) fn run(args: &Args, output: &Output) -> Result<Exit, Failure> {
    match args.diff.as_deref() {
        Some([old, new]) => compare(old, new, args, output),
        _ => list(args, output),
    }
}

fn read(paths: &[impl AsRef<Path>]) -> Result<Inventory, Failure> {
    for path in paths.iter().map(AsRef::as_ref) {
        if !path.is_file() {
            return Err(Failure::usage(format!("{}: there is no such file", path.display())));
        }
    }
    Inventory::read(paths).map_err(|error| Failure::new(error.to_string()))
}

fn list(args: &Args, output: &Output) -> Result<Exit, Failure> {
    let inventory = read(&args.paths)?;
    if output.json {
        let answer = Answer { inventory: &inventory, expected: args.expect };
        output.document("inventory", &answer)?;
    } else {
        let table = fields(&inventory, args);
        if !table.is_empty() {
            output.table(&table)?;
        }
        output.text(&totals(&inventory))?;
        if !inventory.findings.is_empty() {
            output.table(&findings(&inventory.findings))?;
        }
    }
    let is_complete = is_complete(&inventory, args.expect, output);
    Ok(Exit::finding(!is_complete || !inventory.findings.is_empty()))
}

/// Whether as many types are there as there should be.
fn is_complete(inventory: &Inventory, expected: Option<usize>, output: &Output) -> bool {
    match expected {
        Some(types) => {
            let is_so = inventory.expect(types);
            if let Err(mismatch) = &is_so {
                output.remark(&mismatch.to_string());
            }
            is_so.is_ok()
        }
        None => {
            if inventory.type_count == 0 {
                output.remark(
                    "no type is declared: the program was built without tagged types, or names \
                     the crates that have them nowhere",
                );
            }
            inventory.type_count > 0
        }
    }
}

fn totals(inventory: &Inventory) -> String {
    let number = |count_of: usize| count(count_of as u64);
    format!(
        "{} types with {} fields, {} of them tagged, in {} binaries",
        number(inventory.type_count),
        number(inventory.field_count),
        number(inventory.tagged_count),
        number(inventory.binaries.len()),
    )
}

fn fields(inventory: &Inventory, args: &Args) -> Table {
    let several = inventory.binaries.len() > 1;
    let mut table = Table::new(&["field", "data", "person", "mask", "type", "declared in"]);
    for (entry, field) in inventory.fields() {
        if args.category.as_ref().is_some_and(|wanted| !is_about(field, wanted)) {
            continue;
        }
        let plain = |text: String| (text, Tone::Plain);
        let (data, tone) = data(field);
        table.toned([
            plain(format!("{}.{}", entry.declared.dataset, field.path)),
            (data, tone),
            plain(person(entry, field)),
            plain(field.tag().map_or_else(String::new, |tag| tag.mask.clone())),
            plain(field.type_name.clone()),
            plain(declared_in(entry, several)),
        ]);
    }
    table
}

fn data(field: &Field) -> (String, Tone) {
    match &field.role {
        Role::Tagged(tag) => (tag.categories.join(" "), Tone::Plain),
        Role::Nested { .. } => ("(nested)".to_owned(), Tone::Plain),
        Role::Clear { .. } => ("(clear)".to_owned(), Tone::Warning),
    }
}

fn person(entry: &Entry, field: &Field) -> String {
    let subject = field.tag().and_then(|tag| entry.declared.subject_of(tag));
    subject.map_or_else(String::new, |subject| subject.kind.clone())
}

fn declared_in(entry: &Entry, several: bool) -> String {
    let path = entry.declared.rust_path();
    if !several {
        return path;
    }
    let names = entry.binaries.iter().map(|binary| {
        let name = Path::new(binary).file_name();
        name.map_or_else(|| binary.clone(), |name| name.to_string_lossy().into_owned())
    });
    format!("{path} ({})", names.collect::<Vec<_>>().join(", "))
}

fn is_about(field: &Field, wanted: &str) -> bool {
    field.tag().is_some_and(|tag| tag.categories.iter().any(|key| is_within(key, wanted)))
}

fn findings(findings: &[Finding]) -> Table {
    let mut table = Table::new(&["finding", "field", "what", "binaries"]);
    for found in findings {
        let plain = |text: String| (text, Tone::Plain);
        table.toned([
            (found.kind.to_string(), Tone::Bad),
            plain(name(&found.dataset, &found.path)),
            plain(found.what.clone()),
            plain(found.binaries.join(", ")),
        ]);
    }
    table
}

fn name(dataset: &str, path: &str) -> String {
    if path.is_empty() { dataset.to_owned() } else { format!("{dataset}.{path}") }
}

fn compare(old: &Path, new: &Path, args: &Args, output: &Output) -> Result<Exit, Failure> {
    let (before, now) = (read(&[old])?, read(&[new])?);
    let changes = diff(&before, &now);
    if output.json {
        let answer = Compared {
            old,
            new,
            old_type_count: before.type_count,
            new_type_count: now.type_count,
            expected: args.expect,
            changes: &changes,
        };
        output.document("inventory.diff", &answer)?;
    } else if changes.is_empty() {
        output.text(&format!("nothing changed in {} types", count(now.type_count as u64)))?;
    } else {
        output.table(&changed(&changes))?;
    }
    for (path, inventory) in [(old, &before), (new, &now)] {
        for finding in &inventory.findings {
            output.remark(&format!("{}: {}", path.display(), finding.what));
        }
    }
    let broken = !before.findings.is_empty() || !now.findings.is_empty();
    let is_complete = is_complete(&now, args.expect, output);
    Ok(Exit::finding(broken || !is_complete || changes.iter().any(Change::is_finding)))
}

fn changed(changes: &[Change]) -> Table {
    let mut table = Table::new(&["change", "severity", "field", "old", "new", "what it means"]);
    for change in changes {
        let plain = |text: &str| (text.to_owned(), Tone::Plain);
        let tone = match change.severity {
            Severity::High => Tone::Bad,
            Severity::Medium | Severity::Low => Tone::Warning,
            Severity::Info => Tone::Good,
        };
        table.toned([
            plain(change.kind.name()),
            (change.severity.to_string(), tone),
            plain(&name(&change.dataset, &change.path)),
            plain(&change.old),
            plain(&change.new),
            plain(&change.what),
        ]);
    }
    table
}
