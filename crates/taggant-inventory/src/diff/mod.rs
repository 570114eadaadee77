//! What changed from one build to the next.

mod fields;
mod mask;
mod types;

use std::collections::HashSet;
use std::fmt;

use serde::Serialize;
use taggant_core::tag::FieldId;

use crate::inventory::{Entry, Inventory};
use crate::record::{Field, TaggedType};

/// A difference between two builds.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct Change {
    /// Which kind.
    pub kind: ChangeKind,
    /// How much it matters.
    pub severity: Severity,
    /// The dataset, under its new name where it has one.
    pub dataset: String,
    /// The field path; empty where it concerns the whole dataset.
    pub path: String,
    /// What it was; empty where it was not there.
    pub old: String,
    /// What it is; empty where it is no longer there.
    pub new: String,
    /// What that means.
    pub what: String,
}

/// How much a change matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// More is protected than before, or the same under another name.
    Info,
    /// There is something new.
    Low,
    /// Somebody should look at it.
    Medium,
    /// Protection is lost, or stored data may no longer open.
    High,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident $name:literal $severity:ident,)*) => {
        /// A kind of [`Change`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum ChangeKind {
            $($(#[$doc])* $kind,)*
        }

        impl ChangeKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// As in JSON.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)*
                }
            }

            /// How much it matters.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self {
                    $(Self::$kind => Severity::$severity,)*
                }
            }
        }
    };
}

kinds! {
    /// A tagged or nested field is clear now.
    LostTag "lost_tag" High,
    /// The row, or the whole-record seal, no longer protects it.
    LostBinding "lost_binding" High,
    /// Another kind of persons, or another field with their id: stored values do not open.
    ChangedSubject "changed_subject" High,
    /// Another key group: stored values do not open, and erasure reaches others.
    ChangedGroup "changed_group" High,
    /// Other data categories: other rules of the policy apply.
    ChangedCategory "changed_category" Medium,
    /// More of the value is shown where it is printed.
    WeakerMask "weaker_mask" Medium,
    /// More can be learned without opening it: presence, length, equality, place.
    ShowsMore "shows_more" Medium,
    /// The derive writes one of its traits no more, so code of the project's does.
    SkippedTrait "skipped_trait" Medium,
    /// The row is made of other fields, or there is a binding that stored values lack.
    ChangedBinding "changed_binding" Medium,
    /// A field is gone, and nothing names it as a former name.
    RemovedField "removed_field" Medium,
    /// A blind index is another one: stored index values are not found.
    ChangedLookup "changed_lookup" Medium,
    /// A field that was not there.
    NewField "new_field" Low,
    /// Another mask, which shows neither more nor less.
    ChangedMask "changed_mask" Low,
    /// A field or dataset has another name and keeps the old one as alias.
    Renamed "renamed" Info,
    /// A clear field is tagged or nested now: what is stored in plaintext is not taken any more.
    GainedTag "gained_tag" Info,
    /// Less can be learned than before.
    ShowsLess "shows_less" Info,
}

impl Change {
    /// Whether somebody has to look at it: it is not only more protection or another name.
    #[must_use]
    pub fn is_finding(&self) -> bool {
        self.severity > Severity::Info
    }
}

impl fmt::Display for ChangeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        })
    }
}

/// What changed, worst first. Types are matched by dataset and Rust name, fields by id or alias.
#[must_use]
pub fn diff(old: &Inventory, new: &Inventory) -> Vec<Change> {
    let mut changes = Changes::default();
    let known: HashSet<&TaggedType> = old.types.iter().map(|entry| &entry.declared).collect();
    let changed: Vec<&Entry> =
        new.types.iter().filter(|entry| !known.contains(&entry.declared)).collect();
    types::compare(old, &changed, &mut changes);
    fields::compare(old, new, &changed, &mut changes);
    let mut list = changes.0;
    list.sort_by(|a, b| {
        let rank = |change: &Change| (std::cmp::Reverse(change.severity), change.kind);
        rank(a).cmp(&rank(b)).then_with(|| {
            (&a.dataset, &a.path, &a.old, &a.new).cmp(&(&b.dataset, &b.path, &b.old, &b.new))
        })
    });
    // Several types of a dataset say the same.
    list.dedup();
    list
}

/// The changes so far.
#[derive(Default)]
struct Changes(Vec<Change>);

/// What a change is about.
#[derive(Clone, Copy)]
struct At<'a> {
    dataset: &'a str,
    path: &'a str,
}

impl Changes {
    fn add(&mut self, kind: ChangeKind, at: At<'_>, old: String, new: String, what: &str) {
        self.0.push(Change {
            kind,
            severity: kind.severity(),
            dataset: at.dataset.to_owned(),
            path: at.path.to_owned(),
            old,
            new,
            what: what.to_owned(),
        });
    }
}

/// Declarations of one dataset or field that are looked at: more are no program's.
const ALIKE: usize = 64;

/// Keeps a declaration to compare with.
fn keep<T>(list: &mut Vec<T>, declared: T) {
    if list.len() < ALIKE {
        list.push(declared);
    }
}

/// A field with the type it stands in.
type Declared<'a> = (&'a Entry, &'a Field);

/// The candidate in the type of the same name, else the first.
fn best<'a, T: Copy>(
    candidates: &[T],
    entry_of: impl Fn(T) -> &'a Entry,
    like: &Entry,
) -> Option<T> {
    let score = |candidate: T| {
        let (other, own) = (&entry_of(candidate).declared, &like.declared);
        usize::from(other.name == own.name) * 2 + usize::from(other.module == own.module)
    };
    candidates.iter().copied().rev().max_by_key(|candidate| score(*candidate))
}

/// Every id under which a field's values open.
fn ids(field: &Field) -> impl Iterator<Item = FieldId> {
    std::iter::once(field.id).chain(field.aliases.iter().copied())
}
