//! The same as fideslang resources: systems with privacy declarations, and datasets
//! (<https://ethyca.github.io/fideslang/>). YAML 1.2; every text is a JSON string, which YAML reads.

use std::collections::{BTreeMap, BTreeSet};

use taggant_ledger::answers::{FieldInfo, FlowEdge, Role, moved};

use super::HUMAN;

/// Systems by actor, datasets by dataset.
#[must_use]
pub fn fides(
    flows: &[FlowEdge],
    fields: &[FieldInfo],
    subjects: &BTreeMap<String, BTreeSet<String>>,
) -> String {
    let mut out = String::from("# Cells that read \"");
    out.push_str(HUMAN);
    out.push_str("\" need a person.\n");
    systems(&mut out, flows, subjects);
    datasets(&mut out, fields);
    out
}

fn systems(out: &mut String, flows: &[FlowEdge], subjects: &BTreeMap<String, BTreeSet<String>>) {
    let mut actors: BTreeMap<&str, BTreeMap<&str, Vec<&FlowEdge>>> = BTreeMap::new();
    for (edge, _) in moved(flows) {
        let actor = if edge.actor.is_empty() { "unnamed" } else { &edge.actor };
        actors.entry(actor).or_default().entry(&edge.purpose).or_default().push(edge);
    }
    out.push_str(if actors.is_empty() { "system: []\n" } else { "system:\n" });
    for (actor, purposes) in actors {
        line(out, 2, "- fides_key", &key(actor));
        line(out, 4, "name", actor);
        line(out, 4, "description", HUMAN);
        line(out, 4, "system_type", "Service");
        out.push_str("    privacy_declarations:\n");
        for (purpose, edges) in purposes {
            declaration(out, purpose, &edges, subjects);
        }
    }
}

fn declaration(
    out: &mut String,
    purpose: &str,
    edges: &[&FlowEdge],
    subjects: &BTreeMap<String, BTreeSet<String>>,
) {
    let categories: BTreeSet<&str> =
        edges.iter().flat_map(|edge| &edge.categories).map(String::as_str).collect();
    let kinds: BTreeSet<&str> = edges
        .iter()
        .filter_map(|edge| subjects.get(&edge.dataset))
        .flatten()
        .map(String::as_str)
        .collect();
    line(out, 6, "- name", if purpose.is_empty() { "no purpose was stated" } else { purpose });
    list(out, 8, "data_categories", categories);
    line(out, 8, "data_use", if purpose.is_empty() { HUMAN } else { purpose });
    list(out, 8, "data_subjects", if kinds.is_empty() { [HUMAN].into() } else { kinds });
    line(out, 8, "legal_basis_for_processing", HUMAN);
    let datasets: BTreeSet<String> = edges.iter().map(|edge| key(&edge.dataset)).collect();
    list(out, 8, "dataset_references", datasets.iter().map(String::as_str).collect());
}

fn datasets(out: &mut String, fields: &[FieldInfo]) {
    let mut datasets: BTreeMap<&str, Vec<&FieldInfo>> = BTreeMap::new();
    for field in fields.iter().filter(|field| field.role == Role::Tag) {
        datasets.entry(&field.dataset).or_default().push(field);
    }
    out.push_str(if datasets.is_empty() { "dataset: []\n" } else { "dataset:\n" });
    for (dataset, fields) in datasets {
        line(out, 2, "- fides_key", &key(dataset));
        line(out, 4, "name", dataset);
        line(out, 4, "description", HUMAN);
        out.push_str("    collections:\n");
        line(out, 6, "- name", dataset);
        out.push_str("        fields:\n");
        let mut seen = BTreeSet::new();
        for field in fields.into_iter().filter(|field| seen.insert(field.path.clone())) {
            line(out, 10, "- name", &field.path);
            list(out, 12, "data_categories", field.categories.iter().map(String::as_str).collect());
        }
    }
}

/// A key as fideslang wants it: letters, digits and `_.<>-`.
fn key(name: &str) -> String {
    name.chars()
        .map(|c| if c.is_ascii_alphanumeric() || "_.<>-".contains(c) { c } else { '_' })
        .collect()
}

fn text(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

fn line(out: &mut String, indent: usize, name: &str, value: &str) {
    out.push_str(&format!("{:indent$}{name}: {}\n", "", text(value)));
}

fn list(out: &mut String, indent: usize, name: &str, values: BTreeSet<&str>) {
    let values: Vec<String> = values.into_iter().map(text).collect();
    out.push_str(&format!("{:indent$}{name}: [{}]\n", "", values.join(", ")));
}
