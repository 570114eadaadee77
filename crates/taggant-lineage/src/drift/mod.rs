//! Declared places and purposes against what was seen.
//!
//! A file lists where data of which category may be, for what, and how protected at least. What the
//! ledger has seen and the file does not cover is a finding, with the text to add if it is meant to
//! be so.

mod compare;
mod declared;

pub use compare::{Drift, Finding, What, compare};
pub use declared::{Declared, Direction, Form, Place};

use std::borrow::Cow;
use std::collections::BTreeMap;

use taggant_store::ledger::FlowEdge;

/// A file that covers exactly what was seen: to begin with.
#[must_use]
pub fn declare(flows: &[FlowEdge]) -> String {
    let mut places: BTreeMap<(&str, &str, Direction), Vec<&FlowEdge>> = BTreeMap::new();
    let seen = compare::seen(flows);
    for edge in seen.iter().map(Cow::as_ref) {
        let direction = Direction::of(edge);
        places.entry((&edge.dataset, &edge.location, direction)).or_default().push(edge);
    }
    let mut out = String::from(
        "# Where data may be, for what purpose, and how protected at least. `taggant drift` compares\n\
         # it with what was seen. `*` in dataset and location stops at `/` and `:`, `**` does not; a\n\
         # category covers those below it; without `purposes` any will do.\n",
    );
    for edges in places.values() {
        out.push('\n');
        out.push_str(&compare::to_add(edges));
    }
    out
}

#[cfg(test)]
mod tests;
