//! Several binaries as one.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use serde::Serialize;
use taggant_core::tag::FieldId;

use crate::binary::Binary;
use crate::conflict::{self, Finding};
use crate::error::{CountMismatch, ReadError};
use crate::record::{Field, TaggedType};

/// Everything that some binaries declare.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Inventory {
    /// The binaries, in the order they were given.
    pub binaries: Vec<Binary>,
    /// Number of declared types.
    pub type_count: usize,
    /// Number of their fields, whatever was decided about them.
    pub field_count: usize,
    /// Number of fields with `#[tag(..)]`.
    pub tagged_count: usize,
    /// Every type once, by dataset and Rust path.
    pub types: Vec<Entry>,
    /// What contradicts something else, or can't be read.
    pub findings: Vec<Finding>,
}

/// A type and the binaries that have it.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Entry {
    /// The type.
    #[serde(flatten)]
    pub declared: TaggedType,
    /// Their paths, as in [`Binary::path`].
    pub binaries: Vec<String>,
}

/// The name behind a field id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldName {
    /// Dataset, under its present name.
    pub dataset: String,
    /// Field path, under its present name.
    pub path: String,
}

impl Inventory {
    /// Reads binaries, without running them.
    ///
    /// # Errors
    /// The first of them that can't be read.
    pub fn read<P: AsRef<Path>>(paths: &[P]) -> Result<Self, ReadError> {
        let binaries: Result<_, _> = paths.iter().map(|path| Binary::read(path.as_ref())).collect();
        Ok(Self::merge(binaries?))
    }

    /// Puts together what was read. A type that several binaries have counts once.
    #[must_use]
    pub fn merge(binaries: Vec<Binary>) -> Self {
        // Types of equal names, in two functions of a module for instance, are told apart by their
        // number within the binary.
        let mut known: HashMap<(&TaggedType, usize), Vec<&str>> = HashMap::new();
        for binary in &binaries {
            let mut alike: HashMap<&TaggedType, usize> = HashMap::new();
            for declared in &binary.types {
                let number = alike.entry(declared).or_default();
                let holders = known.entry((declared, *number)).or_default();
                if holders.last() != Some(&binary.path.as_str()) {
                    holders.push(&binary.path);
                }
                *number += 1;
            }
        }
        let mut types: Vec<Entry> = known
            .into_iter()
            .map(|((declared, _), holders)| Entry {
                declared: declared.clone(),
                binaries: holders.into_iter().map(str::to_owned).collect(),
            })
            .collect();
        types.sort_by(|a, b| key(a).cmp(&key(b)));
        let fields = || types.iter().flat_map(|entry| &entry.declared.fields);
        Self {
            type_count: types.len(),
            field_count: fields().count(),
            tagged_count: fields().filter(|field| field.tag().is_some()).count(),
            findings: conflict::find(&binaries, &types),
            types,
            binaries,
        }
    }

    /// Every field with its type.
    pub fn fields(&self) -> impl Iterator<Item = (&Entry, &Field)> {
        self.types
            .iter()
            .flat_map(|entry| entry.declared.fields.iter().map(move |field| (entry, field)))
    }

    /// The name behind each field id that an envelope of these programs may carry, former ones
    /// included. A present name comes before an alias.
    #[must_use]
    pub fn names(&self) -> BTreeMap<FieldId, FieldName> {
        let mut names = BTreeMap::new();
        let name = |entry: &Entry, field: &Field| FieldName {
            dataset: entry.declared.dataset.clone(),
            path: field.path.clone(),
        };
        for (entry, field) in self.fields() {
            names.entry(field.id).or_insert_with(|| name(entry, field));
        }
        for (entry, field) in self.fields() {
            for alias in &field.aliases {
                names.entry(*alias).or_insert_with(|| name(entry, field));
            }
        }
        names
    }

    /// Whether exactly this many types are declared. A program that forgot to name a crate declares
    /// fewer, and nothing else would say so.
    ///
    /// # Errors
    /// Where it is another number.
    pub fn expect(&self, types: usize) -> Result<(), CountMismatch> {
        if self.type_count == types {
            return Ok(());
        }
        Err(CountMismatch { expected: types, found: self.type_count })
    }
}

fn key(entry: &Entry) -> impl Ord {
    let TaggedType { dataset, module, name, package, version, .. } = &entry.declared;
    let first = entry.declared.fields.first().map(|field| field.path.clone());
    let text = [dataset, module, name, package, version].map(String::clone);
    (text, entry.binaries.clone(), first)
}
