//! Declared places and purposes against what was seen.
//!
//! A file lists where data of which category may be, for what, and how protected at least. What the
//! ledger has seen and the file does not cover is a finding, with the text to add if it is meant to
//! be so.

mod compare;
mod declared;

pub use compare::{Drift, Finding, What, compare};
pub use declared::{Declared, Place};

use std::collections::BTreeMap;

use taggant_ledger::answers::{Direction, FlowEdge};

use compare::Seen;

/// A file that covers exactly what was seen: to begin with.
#[must_use]
pub fn declare(flows: &[FlowEdge]) -> String {
    let mut places: BTreeMap<(&str, &str, Direction), Vec<Seen<'_>>> = BTreeMap::new();
    for (edge, meaning) in compare::seen(flows) {
        let key = (edge.dataset.as_str(), edge.location.as_str(), meaning.direction);
        places.entry(key).or_default().push((edge, meaning));
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
