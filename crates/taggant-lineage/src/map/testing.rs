//! Answers as a ledger would give them, for tests.

use taggant_store::ledger::{FieldInfo, FlowEdge};

use super::{Answers, Map, Options};

pub(super) const DAY: u64 = 86_400_000_000_000;

pub(super) fn field(dataset: &str, path: &str, category: &str) -> FieldInfo {
    FieldInfo {
        dataset: dataset.to_owned(),
        path: path.to_owned(),
        field_id: String::new(),
        role: "tag".to_owned(),
        categories: vec![category.to_owned()],
    }
}

/// A movement: `dataset.path`, kind, action, location.
pub(super) fn edge(field: &str, kind: &str, action: &str, location: &str) -> FlowEdge {
    let (dataset, path) = field.rsplit_once('.').expect("dataset.path");
    FlowEdge {
        dataset: dataset.to_owned(),
        path: path.to_owned(),
        categories: vec!["user.name".to_owned()],
        kind: kind.to_owned(),
        action: action.to_owned(),
        location: location.to_owned(),
        purpose: "analytics".to_owned(),
        actor: "svc:a".to_owned(),
        on_behalf: String::new(),
        tenant: "default".to_owned(),
        outcome: "ok".to_owned(),
        unknown: false,
        first_ns: DAY,
        last_ns: 2 * DAY,
        count: 3,
    }
}

pub(super) fn map(flows: Vec<FlowEdge>) -> Map {
    Map::of(Answers { flows, ..Answers::default() }, &Options::default())
}
