//! What the user came for: where each category went, and who saw a person's data.

use std::collections::BTreeMap;
use std::path::Path;

use taggant::Runtime;
use taggant::ledger::{Action, Handle, who};
use taggant_lineage::map::{self, Map, Options};
use taggant_lineage::openlineage;
use taggant_testing::LeakProbe;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Prints rows under headings, each column as wide as its widest cell.
pub(crate) fn table(headings: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        rows.iter()
            .map(|row| row[column].chars().count())
            .chain([headings[column].chars().count()])
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..headings.len()).map(width).collect();
    let line = |cells: Vec<&str>| {
        let padded: Vec<String> = cells
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.chars().count())))
            .collect();
        format!("  {}\n", padded.join("  ").trim_end())
    };
    let mut out = line(headings.to_vec());
    let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    out.push_str(&line(rule.iter().map(String::as_str).collect()));
    for row in rows {
        out.push_str(&line(row.iter().map(String::as_str).collect()));
    }
    out
}

/// Where each category went and came from.
pub(crate) fn categories(runtime: &Runtime) -> Result<String> {
    let mut sums: BTreeMap<[String; 4], u64> = BTreeMap::new();
    for edge in runtime.ledger().flows()? {
        if !edge.outcome.is_ok() && edge.action != Action::Deny {
            continue;
        }
        for category in &edge.categories {
            let key = [
                category.trim_start_matches("user.").to_owned(),
                edge.action.to_string(),
                edge.location.clone(),
                edge.purpose.trim_start_matches("essential.service.").to_owned(),
            ];
            *sums.entry(key).or_default() += edge.count;
        }
    }
    let rows: Vec<Vec<String>> = sums
        .into_iter()
        .map(|(key, count)| key.into_iter().chain([count.to_string()]).collect())
        .collect();
    Ok(table(&["category user.*", "action", "place", "purpose", "times"], &rows))
}

/// Where one person's data was, and who saw it.
pub(crate) fn person(runtime: &Runtime, handle: Handle) -> Result<String> {
    let places: Vec<Vec<String>> = runtime
        .ledger()
        .where_is_person(handle)?
        .into_iter()
        .map(|place| {
            let [kind, form] = [place.kind.to_string(), place.form.to_string()];
            vec![place.dataset, kind, place.location, form, place.count.to_string()]
        })
        .collect();
    let mut accesses = runtime.ledger().accesses_of(handle)?;
    accesses.reverse();
    let accesses: Vec<Vec<String>> = accesses
        .into_iter()
        .map(|access| {
            let seen: Vec<String> =
                access.fields.iter().map(|(path, action)| format!("{action} {path}")).collect();
            let seen = if seen.len() > 2 {
                format!("{} and {} more", seen[0], seen.len() - 1)
            } else {
                seen.join(", ")
            };
            let purpose = access.purpose.trim_start_matches("essential.service.").to_owned();
            let who = who(&access.actor, &access.on_behalf);
            vec![who, purpose, seen, access.outcome.to_string(), access.reason]
        })
        .collect();
    Ok(format!(
        "{}\n{}",
        table(&["dataset", "what", "place", "form", "times"], &places),
        table(&["who", "why", "what", "outcome", "reason"], &accesses)
    ))
}

/// Where everything came from and went to, as one HTML page.
pub(crate) fn map(runtime: &Runtime) -> Result<String> {
    Ok(map::html(&Map::from_ledger(runtime.ledger(), &Options::default())?))
}

/// Every movement as an OpenLineage event, a line each.
pub(crate) fn lineage(runtime: &Runtime, events: &Path, cursor: &Path) -> Result<()> {
    let answers = openlineage::Answers::of(runtime.ledger())?;
    let mut target = openlineage::FileTarget::open(events)?;
    openlineage::export(&answers, cursor, &mut target, &openlineage::Options::default())?;
    Ok(())
}

/// Searches the files for every ingested value, in every encoding.
pub(crate) fn proof(probe: &LeakProbe, folder: &Path) -> Result<String> {
    let control = folder.join("control.txt");
    std::fs::write(&control, "control: an-invented-control-value-000")?;
    let planted = LeakProbe::new().value("control", "an-invented-control-value-000");
    let found = planted.and(probe).find(folder);
    std::fs::remove_file(&control)?;
    let (control, leaks): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|leak| leak.field == "control");
    if control.is_empty() {
        return Err("the search did not find the value that was planted for it".into());
    }
    let mut out = String::new();
    for leak in leaks.iter().take(10) {
        out.push_str(&format!("  LEAK {leak}\n"));
    }
    let (files, bytes) = size(folder)?;
    out.push_str(&format!(
        "  {} plaintexts found of {} values searched for, in every encoding, in {bytes} bytes\n  \
         of {files} files; the planted control value was found. Searched:\n  {}\n",
        leaks.len(),
        probe.len(),
        folder.display()
    ));
    if leaks.is_empty() { Ok(out) } else { Err(out.into()) }
}

/// How many files a folder has, and bytes in them.
fn size(folder: &Path) -> Result<(u64, u64)> {
    let mut sum = (0, 0);
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let (files, bytes) = if entry.file_type()?.is_dir() {
            size(&entry.path())?
        } else {
            (1, entry.metadata()?.len())
        };
        sum = (sum.0 + files, sum.1 + bytes);
    }
    Ok(sum)
}
