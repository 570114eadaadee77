//! Who had plaintext, and who was refused it.

use std::collections::BTreeMap;

use taggant_core::Outcome;
use taggant_ledger::answers::{Access, Ended, FlowEdge, Kind, moved, records};

use crate::map::filter::Filter;
use crate::map::model::{Look, Refusal};

/// Who opened values from storage, or revealed them. By principal: who works through several
/// programs stands together.
pub(super) fn looks(flows: &[FlowEdge]) -> Vec<Look> {
    let mut found: BTreeMap<[&str; 5], Vec<&FlowEdge>> = BTreeMap::new();
    let seen = moved(flows).filter(|(edge, meaning)| meaning.is_seen && edge.kind != Kind::Write);
    for (edge, _) in seen {
        let FlowEdge { actor, on_behalf, purpose, dataset, .. } = edge;
        found.entry([edge.principal(), actor, on_behalf, purpose, dataset]).or_default().push(edge);
    }
    found.into_values().map(|edges| look(&edges)).collect()
}

fn look(edges: &[&FlowEdge]) -> Look {
    let first = edges[0];
    let mut fields: Vec<String> = Vec::new();
    for edge in edges {
        if !fields.contains(&edge.path) {
            fields.push(edge.path.clone());
        }
    }
    Look {
        actor: first.actor.clone(),
        on_behalf: first.on_behalf.clone(),
        purpose: first.purpose.clone(),
        dataset: first.dataset.clone(),
        fields,
        count: records(edges.iter().copied()),
        first_ns: edges.iter().map(|edge| edge.first_ns).min().unwrap_or(0),
        last_ns: edges.iter().map(|edge| edge.last_ns).max().unwrap_or(0),
    }
}

/// Who did not get what they asked for.
pub(super) fn refusals(accesses: &[Access], filter: &Filter) -> Vec<Refusal> {
    let mut found: BTreeMap<[&str; 7], Refusal> = BTreeMap::new();
    let refused = accesses.iter().filter(|access| access.is_refused() && filter.has_access(access));
    for access in refused {
        // Part of a record that was written without the fields that were refused.
        let is_part = access.outcome.is_ok();
        let outcome = if is_part { Ended::Failed(Outcome::Denied) } else { access.outcome };
        let Access { actor, on_behalf, purpose, location, dataset, .. } = access;
        let who = access.principal();
        let key = [outcome.name(), who, actor, on_behalf, purpose, location, dataset];
        let refusal = found.entry(key).or_insert_with(|| Refusal {
            actor: actor.clone(),
            on_behalf: on_behalf.clone(),
            purpose: purpose.clone(),
            dataset: dataset.clone(),
            location: location.clone(),
            outcome,
            count: 0,
            last_ns: 0,
        });
        refusal.count += 1;
        refusal.last_ns = refusal.last_ns.max(access.time_ns);
    }
    found.into_values().collect()
}
