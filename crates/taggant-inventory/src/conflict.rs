//! What several declarations say against each other.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use serde::Serialize;
use taggant_core::tag::FieldId;

use crate::binary::Binary;
use crate::inventory::Entry;
use crate::record::{Field, Role, TaggedType};

/// What contradicts something else, or can't be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// Which kind.
    pub kind: FindingKind,
    /// The dataset, where it concerns one.
    pub dataset: String,
    /// The field path, likewise.
    pub path: String,
    /// What is wrong, and what to do.
    pub what: String,
    /// The binaries that say so.
    pub binaries: Vec<String>,
}

/// A kind of [`Finding`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FindingKind {
    /// A record that can't be read.
    Damaged,
    /// One field is tagged here and not there.
    Role,
    /// One field has different categories.
    Category,
    /// One field belongs to different kinds of persons.
    Subject,
    /// One dataset is in different key groups.
    Group,
    /// A former name of a field is the present name of another.
    Alias,
    /// Two names have the same field id.
    Collision,
}

impl FindingKind {
    /// As in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Damaged => "damaged",
            Self::Role => "role",
            Self::Category => "category",
            Self::Subject => "subject",
            Self::Group => "group",
            Self::Alias => "alias",
            Self::Collision => "collision",
        }
    }
}

impl fmt::Display for FindingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Contradicting declarations that a finding tells apart.
const SHOWN: usize = 8;

/// Everything that is wrong, by kind.
pub(crate) fn find(binaries: &[Binary], types: &[Entry]) -> Vec<Finding> {
    let mut findings = Vec::new();
    damaged(binaries, &mut findings);
    groups(types, &mut findings);
    let fields = by_id(types);
    for declarations in fields.values() {
        compare(declarations, &mut findings);
    }
    aliases(types, &fields, &mut findings);
    findings.sort_by(|a, b| (a.kind, &a.dataset, &a.path).cmp(&(b.kind, &b.dataset, &b.path)));
    findings
}

fn damaged(binaries: &[Binary], findings: &mut Vec<Finding>) {
    for binary in binaries.iter().filter(|binary| binary.damaged_count > 0) {
        let (count, first) = (binary.damaged_count, binary.damaged.first());
        let first = first.map_or_else(String::new, |first| {
            format!("; the first, at byte {}: {}", first.offset, first.what)
        });
        findings.push(Finding {
            kind: FindingKind::Damaged,
            dataset: String::new(),
            path: String::new(),
            what: format!("records that can't be read: {count}{first}"),
            binaries: vec![binary.path.clone()],
        });
    }
}

type Declared<'a> = (&'a Entry, &'a Field);

fn by_id(types: &[Entry]) -> BTreeMap<FieldId, Vec<Declared<'_>>> {
    let mut fields: BTreeMap<FieldId, Vec<Declared<'_>>> = BTreeMap::new();
    for entry in types {
        for field in &entry.declared.fields {
            fields.entry(field.id).or_default().push((entry, field));
        }
    }
    fields
}

/// All declarations of one field id.
fn compare(declarations: &[Declared<'_>], findings: &mut Vec<Finding>) {
    let mut check = |kind, what: &str, of: &dyn Fn(&Declared<'_>) -> Option<String>| {
        let mut values: Vec<(String, &Declared<'_>)> = Vec::new();
        for declared in declarations {
            if let Some(value) = of(declared)
                && values.len() < SHOWN
                && !values.iter().any(|(known, _)| *known == value)
            {
                values.push((value, declared));
            }
        }
        if values.len() > 1 {
            let of: Vec<_> = values.iter().map(|(_, declared)| *declared).collect();
            let said = values
                .iter()
                .map(|(value, (entry, _))| format!("{value} in {}", entry.declared.rust_path()));
            let said = said.collect::<Vec<_>>().join(", ");
            findings.push(finding(kind, &of, format!("{what}: {said}")));
        }
    };
    check(FindingKind::Collision, "two names have one field id; rename one", &|(entry, field)| {
        Some(format!("{}.{}", entry.declared.dataset, field.path))
    });
    check(FindingKind::Role, "the field is not protected everywhere", &|(_, field)| {
        Some(field.role.name().to_owned())
    });
    check(FindingKind::Category, "the field has several meanings", &|(_, field)| {
        let mut categories = field.tag()?.categories.clone();
        categories.sort_unstable();
        Some(categories.join(" + "))
    });
    check(FindingKind::Subject, "the field is several kinds of persons'", &|(entry, field)| {
        Some(entry.declared.subject_of(field.tag()?)?.kind.clone())
    });
}

fn groups(types: &[Entry], findings: &mut Vec<Finding>) {
    let mut datasets: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    for entry in types {
        datasets.entry(&entry.declared.dataset).or_default().push(entry);
    }
    for (dataset, entries) in datasets {
        let mut groups: Vec<(&str, &TaggedType)> = Vec::new();
        for entry in &entries {
            let seals = entry.declared.fields.iter().any(|f| matches!(f.role, Role::Tagged(_)));
            let is_full = groups.len() == SHOWN;
            if seals && !is_full && !groups.iter().any(|(group, _)| *group == entry.declared.group)
            {
                groups.push((&entry.declared.group, &entry.declared));
            }
        }
        if groups.len() > 1 {
            let said =
                groups.iter().map(|(g, declared)| format!("{g} in {}", declared.rust_path()));
            let said = said.collect::<Vec<_>>().join(", ");
            findings.push(Finding {
                kind: FindingKind::Group,
                dataset: dataset.to_owned(),
                path: String::new(),
                what: format!("one dataset is in several key groups: {said}"),
                binaries: holders(entries.iter().copied()),
            });
        }
    }
}

/// An alias that names a live field of the same program would open that field's envelopes. Of
/// another program it is what a renaming looks like that has not reached all of them.
fn aliases(
    types: &[Entry],
    fields: &BTreeMap<FieldId, Vec<Declared<'_>>>,
    findings: &mut Vec<Finding>,
) {
    let mut seen: HashSet<(FieldId, FieldId)> = HashSet::new();
    for entry in types {
        for field in entry.declared.fields.iter().filter(|field| field.tag().is_some()) {
            for alias in &field.aliases {
                let live = fields.get(alias).into_iter().flatten().take(SHOWN);
                let live = live.into_iter().find(|(other, live)| {
                    live.tag().is_some()
                        && other.binaries.iter().any(|b| entry.binaries.contains(b))
                });
                let Some((live, other)) = live else { continue };
                if seen.insert((field.id, *alias)) {
                    let what = format!(
                        "an alias of it is {}.{}, a field that exists: its values would open here",
                        live.declared.dataset, other.path
                    );
                    findings.push(finding(FindingKind::Alias, &[&(entry, field)], what));
                }
            }
        }
    }
}

fn finding(kind: FindingKind, of: &[&Declared<'_>], what: String) -> Finding {
    let (entry, field) = of[0];
    Finding {
        kind,
        dataset: entry.declared.dataset.clone(),
        path: field.path.clone(),
        what,
        binaries: holders(of.iter().map(|(entry, _)| *entry)),
    }
}

fn holders<'a>(entries: impl Iterator<Item = &'a Entry>) -> Vec<String> {
    let mut holders: Vec<String> = Vec::new();
    for binary in entries.flat_map(|entry| &entry.binaries) {
        if !holders.contains(binary) {
            holders.push(binary.clone());
        }
    }
    holders
}
