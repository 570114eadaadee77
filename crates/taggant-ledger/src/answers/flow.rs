//! What moves where, summed up.

use serde::Serialize;

use super::who::principal;
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

impl FieldInfo {
    /// A field of a dataset. Its id in hex and its categories are to be set where they are known.
    #[must_use]
    pub fn new(dataset: impl Into<String>, path: impl Into<String>, role: Role) -> Self {
        let (dataset, path) = (dataset.into(), path.into());
        Self { dataset, path, field_id: String::new(), role, categories: Vec::new() }
    }
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
    /// One record's movement of a field that took place, at time 0; the program said no more of it.
    #[must_use]
    pub fn new(
        dataset: impl Into<String>,
        path: impl Into<String>,
        kind: Kind,
        action: Action,
        location: impl Into<String>,
    ) -> Self {
        Self {
            dataset: dataset.into(),
            path: path.into(),
            categories: Vec::new(),
            kind,
            action,
            location: location.into(),
            purpose: String::new(),
            actor: String::new(),
            on_behalf: String::new(),
            tenant: String::new(),
            service: String::new(),
            outcome: Ended::Ok,
            unknown: false,
            first_ns: 0,
            last_ns: 0,
            count: 1,
        }
    }

    /// Who stands behind it: for whom it was done, else who did it.
    #[must_use]
    pub fn principal(&self) -> &str {
        principal(&self.actor, &self.on_behalf)
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

impl Derivation {
    /// One value that was made from others, at time 0.
    #[must_use]
    pub fn new(
        origins: Vec<String>,
        dataset: impl Into<String>,
        path: impl Into<String>,
        location: impl Into<String>,
        action: Action,
    ) -> Self {
        let (dataset, path, location) = (dataset.into(), path.into(), location.into());
        Self { origins, dataset, path, location, action, first_ns: 0, last_ns: 0, count: 1 }
    }
}
