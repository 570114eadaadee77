//! What moves where, summed up.

use serde::Serialize;

use super::words::{Action, Ended, Kind, Role};

/// A tagged field that some build declared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FieldInfo {
    /// Dataset.
    pub dataset: String,
    /// `[variant.]field`.
    pub path: String,
    /// Field id in hex.
    pub field_id: String,
    /// How it was declared.
    pub role: Role,
    /// Category keys.
    pub categories: Vec<String>,
}

/// All movements of one field that are alike, as one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FlowEdge {
    /// Dataset.
    pub dataset: String,
    /// `[variant.]field`.
    pub path: String,
    /// Category keys.
    pub categories: Vec<String>,
    /// What kind of movement.
    pub kind: Kind,
    /// What was done with the field.
    pub action: Action,
    /// Where to or from.
    pub location: String,
    /// Why; empty if it was not said.
    pub purpose: String,
    /// Who moved it.
    pub actor: String,
    /// For whom; empty if for themselves.
    pub on_behalf: String,
    /// Whose.
    pub tenant: String,
    /// Which service.
    pub service: String,
    /// How it ended.
    pub outcome: Ended,
    /// Whether no sink flow covered it.
    pub unknown: bool,
    /// When first.
    pub first_ns: u64,
    /// When last.
    pub last_ns: u64,
    /// How many records.
    pub count: u64,
}

impl FlowEdge {
    /// Who stands behind it: for whom it was done, else who did it.
    #[must_use]
    pub fn principal(&self) -> &str {
        if self.on_behalf.is_empty() { &self.actor } else { &self.on_behalf }
    }
}

/// A value that was made from values of other fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Derivation {
    /// The fields it was made from: `dataset.path@location`.
    pub origins: Vec<String>,
    /// Dataset that it was written to.
    pub dataset: String,
    /// Field that it was written to.
    pub path: String,
    /// Where.
    pub location: String,
    /// What was done with it.
    pub action: Action,
    /// When first.
    pub first_ns: u64,
    /// When last.
    pub last_ns: u64,
    /// How often.
    pub count: u64,
}
