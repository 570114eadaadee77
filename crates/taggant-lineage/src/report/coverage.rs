//! What the ledger does not know, and what is declared and never seen.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use taggant_ledger::answers::{FieldInfo, FlowEdge, Role, moved, records};

use crate::time::rfc3339;

/// How far the picture can be trusted.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Coverage {
    /// Movements out of programs: records, however many fields they have.
    pub written: u64,
    /// Those that no sink flow covered: where they went is not known.
    pub unknown: u64,
    /// Their share, from 0 to 1.
    pub unknown_share: f64,
    /// By dataset and who, most first.
    pub unknown_flows: Vec<UnknownFlow>,
    /// Datasets that are declared, by a build or in the ledger, and of which nothing has moved.
    pub datasets_never_seen: Vec<String>,
    /// Tagged fields of datasets that do move, which never did themselves.
    pub dead_fields: Vec<DeadField>,
    /// Datasets that moved and are in no build that was given; empty where none was.
    pub undeclared_datasets: Vec<String>,
}

/// Movements to nowhere that is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnknownFlow {
    /// Dataset.
    pub dataset: String,
    /// Its fields.
    pub paths: Vec<String>,
    /// Who did it; empty if it was not said.
    pub actor: String,
    /// For whom; empty if for themselves.
    pub on_behalf: String,
    /// Movements: records, however many fields they have.
    pub movements: u64,
    /// When last, RFC 3339.
    pub last: String,
}

/// A declaration without effect.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct DeadField {
    /// Dataset.
    pub dataset: String,
    /// `[variant.]field`.
    pub path: String,
}

/// Compares what moved with what is declared: by the ledger, and by builds if `declared` (dataset,
/// path) is given.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "a share to be looked at")]
pub fn coverage(
    flows: &[FlowEdge],
    fields: &[FieldInfo],
    declared: Option<&[(String, String)]>,
) -> Coverage {
    let written = || left(flows);
    let total = records(written());
    let unknown = records(written().filter(|edge| edge.unknown));
    let seen: BTreeSet<(&str, &str)> =
        flows.iter().map(|edge| (edge.dataset.as_str(), edge.path.as_str())).collect();
    let seen_datasets: BTreeSet<&str> = seen.iter().map(|(dataset, _)| *dataset).collect();
    let tagged = fields.iter().filter(|field| field.role == Role::Tag);
    let mut all: BTreeSet<(&str, &str)> =
        tagged.map(|field| (field.dataset.as_str(), field.path.as_str())).collect();
    let built = declared.unwrap_or_default().iter();
    all.extend(built.map(|(dataset, path)| (dataset.as_str(), path.as_str())));
    let datasets: BTreeSet<&str> = all.iter().map(|(dataset, _)| *dataset).collect();
    let dead = all.iter().filter(|field| !seen.contains(*field));
    let dead = dead.filter(|(dataset, _)| seen_datasets.contains(dataset));
    let of_builds: BTreeSet<&str> =
        declared.unwrap_or_default().iter().map(|(dataset, _)| dataset.as_str()).collect();
    let undeclared = seen_datasets.iter().filter(|name| !of_builds.contains(*name));
    Coverage {
        written: total,
        unknown,
        unknown_share: if total == 0 { 0.0 } else { unknown as f64 / total as f64 },
        unknown_flows: unknown_flows(flows),
        datasets_never_seen: datasets.difference(&seen_datasets).map(ToString::to_string).collect(),
        dead_fields: dead
            .map(|(dataset, path)| DeadField { dataset: (*dataset).into(), path: (*path).into() })
            .collect(),
        undeclared_datasets: match declared {
            Some(_) => undeclared.map(ToString::to_string).collect(),
            None => Vec::new(),
        },
    }
}

/// What left programs.
fn left(flows: &[FlowEdge]) -> impl Iterator<Item = &FlowEdge> {
    moved(flows).filter(|(_, meaning)| meaning.has_left()).map(|(edge, _)| edge)
}

fn unknown_flows(flows: &[FlowEdge]) -> Vec<UnknownFlow> {
    let mut groups: BTreeMap<[&str; 4], Vec<&FlowEdge>> = BTreeMap::new();
    for edge in left(flows).filter(|edge| edge.unknown) {
        let key = [&edge.dataset, edge.principal(), &edge.actor, &edge.on_behalf];
        groups.entry(key).or_default().push(edge);
    }
    let mut found: Vec<UnknownFlow> = groups
        .into_iter()
        .map(|([dataset, _, actor, on_behalf], edges)| {
            let paths: BTreeSet<&String> = edges.iter().map(|edge| &edge.path).collect();
            UnknownFlow {
                dataset: dataset.to_owned(),
                actor: actor.to_owned(),
                on_behalf: on_behalf.to_owned(),
                paths: paths.into_iter().cloned().collect(),
                last: rfc3339(edges.iter().map(|edge| edge.last_ns).max().unwrap_or(0)),
                movements: records(edges),
            }
        })
        .collect();
    found.sort_by_key(|flow| std::cmp::Reverse(flow.movements));
    found
}
