//! What holds for all fields of a type.

use std::collections::HashMap;

use super::{At, ChangeKind, Changes, best, keep};
use crate::inventory::{Entry, Inventory};
use crate::record::TaggedType;

pub(super) fn compare(old: &Inventory, changed: &[&Entry], changes: &mut Changes) {
    let mut by_dataset: HashMap<&str, Vec<&Entry>> = HashMap::new();
    for entry in &old.types {
        keep(by_dataset.entry(&entry.declared.dataset).or_default(), entry);
    }
    for entry in changed {
        let names = std::iter::once(&entry.declared.dataset).chain(&entry.declared.dataset_aliases);
        let found = names.filter_map(|name| by_dataset.get(name.as_str())).next();
        if let Some(before) = found.and_then(|found| best(found, |old| old, entry)) {
            one(&before.declared, &entry.declared, changes);
        }
    }
}

fn one(old: &TaggedType, new: &TaggedType, changes: &mut Changes) {
    let at = At { dataset: &new.dataset, path: "" };
    if old.dataset != new.dataset {
        let what = "the old name stays readable";
        changes.add(ChangeKind::Renamed, at, old.dataset.clone(), new.dataset.clone(), what);
    }
    if old.group != new.group {
        let what = "stored values have keys of the other group, and erasing it misses these";
        changes.add(ChangeKind::ChangedGroup, at, old.group.clone(), new.group.clone(), what);
    }
    row(old, new, at, changes);
    integrity(old, new, at, changes);
    subject(old, new, at, changes);
    let skipped = new.skips.iter().filter(|word| !old.skips.contains(word));
    for word in skipped {
        let what = "code of the project's own writes, prints or reads the type now";
        changes.add(ChangeKind::SkippedTrait, at, String::new(), (*word).to_owned(), what);
    }
}

fn row(old: &TaggedType, new: &TaggedType, at: At<'_>, changes: &mut Changes) {
    if old.row == new.row {
        return;
    }
    let (kind, what) = match (old.row.is_empty(), new.row.is_empty()) {
        (false, true) => (ChangeKind::LostBinding, "values may be moved from row to row"),
        (true, _) => (ChangeKind::ChangedBinding, "values stored without a row do not open"),
        _ => (ChangeKind::ChangedBinding, "values stored under the other row do not open"),
    };
    changes.add(kind, at, name(&old.row), name(&new.row), what);
}

fn name(row: &[String]) -> String {
    if row.is_empty() { "row = none".to_owned() } else { format!("row = {}", row.join(", ")) }
}

fn integrity(old: &TaggedType, new: &TaggedType, at: At<'_>, changes: &mut Changes) {
    if old.integrity == new.integrity {
        return;
    }
    let (kind, what) = match (&old.integrity, &new.integrity) {
        (Some(_), None) => (ChangeKind::LostBinding, "records are no longer sealed as a whole"),
        (None, _) => (ChangeKind::ChangedBinding, "records stored without the seal do not open"),
        _ => (ChangeKind::ChangedBinding, "records stored with the other seal do not open"),
    };
    let name = |seal: &Option<String>| seal.clone().unwrap_or_default();
    changes.add(kind, at, name(&old.integrity), name(&new.integrity), what);
}

fn subject(old: &TaggedType, new: &TaggedType, at: At<'_>, changes: &mut Changes) {
    let own = |declared: &TaggedType| declared.subjects.first().cloned().flatten();
    let (before, now) = (own(old), own(new));
    if before != now {
        let name =
            |subject: Option<crate::Subject>| subject.map_or("none".to_owned(), |s| s.to_string());
        let what = "stored values are another person's and do not open; erasure misses them";
        changes.add(ChangeKind::ChangedSubject, at, name(before), name(now), what);
    }
}
