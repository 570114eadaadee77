//! Answers as a ledger would give them, for tests.

use taggant_ledger::answers::{Action, FieldInfo, FlowEdge, Kind, Role};

use super::{Answers, Map, Options};

pub(super) const DAY: u64 = 86_400_000_000_000;

pub(super) fn field(dataset: &str, path: &str, category: &str) -> FieldInfo {
    let mut field = FieldInfo::new(dataset, path, Role::Tag);
    field.categories = vec![category.to_owned()];
    field
}

/// Three movements: `dataset.path`, kind, action, location.
pub(super) fn edge(field: &str, kind: Kind, action: Action, location: &str) -> FlowEdge {
    let (dataset, path) = field.rsplit_once('.').expect("dataset.path");
    let mut edge = FlowEdge::new(dataset, path, kind, action, location);
    edge.categories = vec!["user.name".to_owned()];
    (edge.purpose, edge.actor) = ("analytics".to_owned(), "svc:a".to_owned());
    edge.tenant = "default".to_owned();
    (edge.first_ns, edge.last_ns, edge.count) = (DAY, 2 * DAY, 3);
    edge
}

/// The same, with something else about it.
pub(super) fn with(mut edge: FlowEdge, change: impl FnOnce(&mut FlowEdge)) -> FlowEdge {
    change(&mut edge);
    edge
}

pub(super) fn map(flows: Vec<FlowEdge>) -> Map {
    Map::of(Answers { flows, ..Answers::default() }, &Options::default())
}
