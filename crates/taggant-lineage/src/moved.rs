//! What counts as having left the program.

use std::collections::BTreeSet;

use taggant_store::ledger::FlowEdge;

/// Datasets with the places that they are read from.
pub(crate) struct Stores<'a>(BTreeSet<(&'a str, &'a str)>);

impl<'a> Stores<'a> {
    pub(crate) fn of(flows: &'a [FlowEdge]) -> Self {
        let read = flows.iter().filter(|edge| matches!(edge.kind.as_str(), "read" | "lookup"));
        Self(read.map(|edge| (edge.dataset.as_str(), edge.location.as_str())).collect())
    }

    /// Whether plaintext that was asked for went to the flow's place: nothing is read from there.
    pub(crate) fn has_left(&self, edge: &FlowEdge) -> bool {
        edge.kind == "access"
            && matches!(edge.action.as_str(), "reveal" | "open")
            && !self.0.contains(&(edge.dataset.as_str(), edge.location.as_str()))
    }

    /// The movement as one to the place, where it has left.
    pub(crate) fn as_written(&self, edge: &FlowEdge) -> Option<FlowEdge> {
        self.has_left(edge).then(|| FlowEdge {
            kind: "write".to_owned(),
            action: "reveal".to_owned(),
            ..edge.clone()
        })
    }
}
