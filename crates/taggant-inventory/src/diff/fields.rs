//! Field by field.

use std::collections::{HashMap, HashSet};

use taggant_core::tag::FieldId;

use super::mask::{Step, step};
use super::{At, ChangeKind, Changes, Declared, best, ids, keep};
use crate::inventory::{Entry, Inventory};
use crate::record::{Field, Lookup, Role, Tag};

pub(super) fn compare(old: &Inventory, new: &Inventory, changed: &[&Entry], changes: &mut Changes) {
    let mut before: HashMap<FieldId, Vec<Declared<'_>>> = HashMap::new();
    for (entry, field) in old.fields() {
        keep(before.entry(field.id).or_default(), (entry, field));
    }
    let fields =
        changed.iter().flat_map(|entry| entry.declared.fields.iter().map(move |f| (*entry, f)));
    for (entry, field) in fields {
        let found = ids(field).find_map(|id| before.get(&id));
        match found.and_then(|found| best(found, |(entry, _)| entry, entry)) {
            Some(declared) => one(declared, (entry, field), changes),
            None => added(entry, field, changes),
        }
    }
    let now: HashSet<FieldId> = new.fields().flat_map(|(_, field)| ids(field)).collect();
    for (entry, field) in old.fields().filter(|(_, field)| !now.contains(&field.id)) {
        let what = "stored values of it do not open any more";
        changes.add(ChangeKind::RemovedField, at(entry, field), said(field), String::new(), what);
    }
}

fn at<'a>(entry: &'a Entry, field: &'a Field) -> At<'a> {
    At { dataset: &entry.declared.dataset, path: &field.path }
}

/// A field in few words.
fn said(field: &Field) -> String {
    match &field.role {
        Role::Tagged(tag) => tag.categories.join(" + "),
        role => role.name().to_owned(),
    }
}

fn added(entry: &Entry, field: &Field, changes: &mut Changes) {
    let what = match &field.role {
        Role::Clear { .. } => "it is written as it is",
        Role::Nested { .. } => "its own type says what is in it",
        Role::Tagged(_) => "a rule of the policy may have to name it",
    };
    changes.add(ChangeKind::NewField, at(entry, field), String::new(), said(field), what);
}

fn one((before, old): Declared<'_>, (entry, new): Declared<'_>, changes: &mut Changes) {
    let at = at(entry, new);
    if old.path != new.path {
        let what = "the old name stays readable";
        changes.add(ChangeKind::Renamed, at, old.path.clone(), new.path.clone(), what);
    }
    match (&old.role, &new.role) {
        (Role::Tagged(old_tag), Role::Tagged(new_tag)) => {
            tag(old_tag, new_tag, at, changes);
            subject((before, old_tag), (entry, new_tag), at, changes);
        }
        (Role::Nested { portable: old }, Role::Nested { portable: new }) if old != new => {
            let word = |portable| if portable { "nested(portable)" } else { "nested" };
            let what = "where the value belongs in its record: stored values may not open";
            let kind = if *new { ChangeKind::ShowsMore } else { ChangeKind::ChangedBinding };
            changes.add(kind, at, word(*old).to_owned(), word(*new).to_owned(), what);
        }
        (Role::Clear { authenticated: true }, Role::Clear { authenticated: false }) => {
            let (old, new) = ("clear(authenticated)".to_owned(), "clear".to_owned());
            let what = "the record's seal does not cover it any more";
            changes.add(ChangeKind::LostBinding, at, old, new, what);
        }
        (Role::Clear { authenticated: false }, Role::Clear { authenticated: true }) => {
            let (old, new) = ("clear".to_owned(), "clear(authenticated)".to_owned());
            let what = "records stored before have seals that do not cover it";
            changes.add(ChangeKind::ChangedBinding, at, old, new, what);
        }
        (Role::Tagged(_) | Role::Nested { .. }, Role::Clear { .. }) => {
            let what = "it is written and printed as it is";
            changes.add(ChangeKind::LostTag, at, said(old), said(new), what);
        }
        (Role::Clear { .. }, Role::Tagged(_) | Role::Nested { .. }) => {
            let what = "plaintext in storage needs a migration";
            changes.add(ChangeKind::GainedTag, at, said(old), said(new), what);
        }
        (Role::Tagged(_), Role::Nested { .. }) | (Role::Nested { .. }, Role::Tagged(_)) => {
            let what = "its values are sealed in another way: stored ones do not open";
            changes.add(ChangeKind::ChangedBinding, at, said(old), said(new), what);
        }
        (Role::Nested { .. }, Role::Nested { .. }) | (Role::Clear { .. }, Role::Clear { .. }) => {}
    }
}

fn tag(old: &Tag, new: &Tag, at: At<'_>, changes: &mut Changes) {
    let categories = |tag: &Tag| {
        let mut categories = tag.categories.clone();
        categories.sort_unstable();
        categories.join(" + ")
    };
    if categories(old) != categories(new) {
        let what = "other rules of the policy apply, and reading waits for an approval";
        changes.add(ChangeKind::ChangedCategory, at, categories(old), categories(new), what);
    }
    if old.mask != new.mask {
        let (kind, what) = match step(&old.mask, &new.mask) {
            Step::Weaker => (ChangeKind::WeakerMask, "logs show more of it"),
            Step::Stronger => (ChangeKind::ShowsLess, "logs show less of it"),
            Step::Other => (ChangeKind::ChangedMask, "logs show something else of it"),
        };
        changes.add(kind, at, old.mask.clone(), new.mask.clone(), what);
    }
    if old.seal_none != new.seal_none {
        let word = |set| if set { "seal_none".to_owned() } else { String::new() };
        let (kind, what) = if new.seal_none {
            (ChangeKind::ShowsLess, "whether there is a value is hidden")
        } else {
            (ChangeKind::ShowsMore, "whether there is a value shows")
        };
        changes.add(kind, at, word(old.seal_none), word(new.seal_none), what);
    }
    if old.pad != new.pad {
        let kind = if new.pad < old.pad { ChangeKind::ShowsMore } else { ChangeKind::ShowsLess };
        let word = |pad| if pad == 0 { "pad = none".to_owned() } else { format!("pad = {pad}") };
        let what = "how exactly the length shows";
        changes.add(kind, at, word(old.pad), word(new.pad), what);
    }
    lookup(old.lookup.as_ref(), new.lookup.as_ref(), at, changes);
}

fn lookup(old: Option<&Lookup>, new: Option<&Lookup>, at: At<'_>, changes: &mut Changes) {
    if old == new {
        return;
    }
    let word = |lookup: Option<&Lookup>| {
        lookup.map_or_else(String::new, |Lookup { name, normalizer, bits }| {
            format!("{name} ({normalizer}, {bits} bits)")
        })
    };
    let (kind, what) = match (old, new) {
        (None, _) => (ChangeKind::ShowsMore, "which values are equal shows in the index"),
        (_, None) => (ChangeKind::ChangedLookup, "it can't be looked up any more"),
        _ => (ChangeKind::ChangedLookup, "stored index values are not found"),
    };
    changes.add(kind, at, word(old), word(new), what);
}

/// The person that a field names; the record's own is compared once for the type.
fn subject(
    (before, old): (&Entry, &Tag),
    (entry, new): (&Entry, &Tag),
    at: At<'_>,
    changes: &mut Changes,
) {
    if old.subject == 0 && new.subject == 0 {
        return;
    }
    let (was, is) = (before.declared.subject_of(old), entry.declared.subject_of(new));
    if was != is {
        let name = |subject: Option<&crate::Subject>| {
            subject.map_or_else(|| "none".to_owned(), ToString::to_string)
        };
        let what = "stored values are another person's and do not open; erasure misses them";
        changes.add(ChangeKind::ChangedSubject, at, name(was), name(is), what);
    }
}
