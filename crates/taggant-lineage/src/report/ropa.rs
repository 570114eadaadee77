//! Records of processing activities (GDPR article 30(1)), as far as the ledger can tell.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use taggant_store::ledger::FlowEdge;

use super::{HUMAN, csv};
use crate::moved::Stores;
use crate::time::rfc3339;

/// All records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ropa {
    /// One per dataset and purpose.
    pub activities: Vec<RopaRow>,
}

/// The processing of one dataset for one purpose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RopaRow {
    /// Dataset.
    pub dataset: String,
    /// Purpose key; empty where none was stated.
    pub purpose: String,
    /// Categories of personal data.
    pub categories: Vec<String>,
    /// Categories of data subjects; [`HUMAN`] where no build says it.
    pub subjects: Vec<String>,
    /// Who processed it: actors, and for whom.
    pub actors: Vec<String>,
    /// Where it came from.
    pub sources: Vec<String>,
    /// Where it went.
    pub recipients: Vec<Recipient>,
    /// What rests on evidence for security: how much left sealed, masked and in plaintext.
    pub protection: String,
    /// When this was first seen, RFC 3339.
    pub first: String,
    /// When last.
    pub last: String,
    /// Movements of single fields.
    pub movements: u64,
    /// Article 30(1)(a): the controller and its representatives.
    pub controller: &'static str,
    /// Article 6.
    pub legal_basis: &'static str,
    /// Article 30(1)(e): third countries and safeguards.
    pub transfers: &'static str,
    /// Article 30(1)(f): time limits for erasure.
    pub retention: &'static str,
}

/// A place that data went to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Recipient {
    /// Where.
    pub place: String,
    /// The least protection that a field had: `plaintext`, `pseudonymised`, `masked` or `sealed`.
    pub form: &'static str,
    /// Movements of single fields.
    pub movements: u64,
}

/// How an action leaves a field; the least protected first. None where nothing went.
pub(super) fn form(action: &str) -> Option<&'static str> {
    match action {
        "reveal" | "ingest" => Some("plaintext"),
        "pseudonymise" => Some("pseudonymised"),
        "mask" => Some("masked"),
        "seal" | "reseal" | "pass" => Some("sealed"),
        _ => None,
    }
}

const FORMS: [&str; 4] = ["plaintext", "pseudonymised", "masked", "sealed"];

/// Makes the records. `subjects` gives the subject kinds of datasets, as far as builds declare them.
#[must_use]
pub fn ropa(flows: &[FlowEdge], subjects: &BTreeMap<String, BTreeSet<String>>) -> Ropa {
    let stores = Stores::of(flows);
    let done = flows.iter().filter(|edge| edge.outcome == "ok" && edge.action != "deny");
    // Plaintext that was asked for under a flow to a place has that place as its recipient.
    let done: Vec<Cow<'_, FlowEdge>> =
        done.map(|edge| stores.as_written(edge).map_or(Cow::Borrowed(edge), Cow::Owned)).collect();
    let mut groups: BTreeMap<(&str, &str), Vec<&FlowEdge>> = BTreeMap::new();
    for edge in &done {
        groups.entry((&edge.dataset, &edge.purpose)).or_default().push(edge);
    }
    let activities = groups.into_iter().map(|((dataset, purpose), edges)| {
        let kinds = subjects.get(dataset).filter(|kinds| !kinds.is_empty());
        row(dataset, purpose, &edges, kinds)
    });
    Ropa { activities: activities.collect() }
}

fn row(
    dataset: &str,
    purpose: &str,
    edges: &[&FlowEdge],
    kinds: Option<&BTreeSet<String>>,
) -> RopaRow {
    let texts = |select: &dyn Fn(&FlowEdge) -> Vec<String>| -> Vec<String> {
        edges.iter().flat_map(|edge| select(edge)).collect::<BTreeSet<_>>().into_iter().collect()
    };
    let recipients = recipients(edges);
    RopaRow {
        dataset: dataset.to_owned(),
        purpose: purpose.to_owned(),
        categories: texts(&|edge| edge.categories.clone()),
        subjects: kinds
            .map_or_else(|| vec![HUMAN.to_owned()], |kinds| kinds.iter().cloned().collect()),
        actors: texts(&|edge| {
            let behalf = &edge.on_behalf;
            let whom = if behalf.is_empty() { String::new() } else { format!(" for {behalf}") };
            if edge.actor.is_empty() { vec![] } else { vec![format!("{}{whom}", edge.actor)] }
        }),
        sources: texts(&|edge| {
            if edge.kind == "read" { vec![edge.location.clone()] } else { vec![] }
        }),
        protection: protection(edges),
        recipients,
        first: rfc3339(edges.iter().map(|edge| edge.first_ns).min().unwrap_or(0)),
        last: rfc3339(edges.iter().map(|edge| edge.last_ns).max().unwrap_or(0)),
        movements: edges.iter().map(|edge| edge.count).sum(),
        controller: HUMAN,
        legal_basis: HUMAN,
        transfers: HUMAN,
        retention: HUMAN,
    }
}

fn recipients(edges: &[&FlowEdge]) -> Vec<Recipient> {
    let mut places: BTreeMap<&str, (usize, u64)> = BTreeMap::new();
    for edge in edges.iter().filter(|edge| edge.kind == "write") {
        let Some(rank) = form(&edge.action).and_then(|form| FORMS.iter().position(|f| *f == form))
        else {
            continue;
        };
        let place = places.entry(&edge.location).or_insert((rank, 0));
        place.0 = place.0.min(rank);
        place.1 += edge.count;
    }
    let mut found: Vec<Recipient> = places
        .into_iter()
        .map(|(place, (rank, movements))| Recipient {
            place: place.to_owned(),
            form: FORMS[rank],
            movements,
        })
        .collect();
    found.sort_by_key(|one| FORMS.iter().position(|form| *form == one.form));
    found
}

fn protection(edges: &[&FlowEdge]) -> String {
    let parts = FORMS.iter().filter_map(|wanted| {
        let written = edges.iter().filter(|edge| edge.kind == "write");
        let count: u64 =
            written.filter(|edge| form(&edge.action) == Some(wanted)).map(|edge| edge.count).sum();
        (count > 0).then(|| format!("{count} written {wanted}"))
    });
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() { "nothing written".to_owned() } else { parts.join(", ") }
}

/// The records as CSV (RFC 4180), lists separated by semicolons.
#[must_use]
pub fn ropa_csv(ropa: &Ropa) -> String {
    let mut out = csv::line(&[
        "dataset",
        "purpose",
        "categories of data",
        "categories of data subjects",
        "processed by",
        "sources",
        "recipients",
        "security (evidence)",
        "first seen",
        "last seen",
        "movements",
        "controller",
        "legal basis",
        "third countries",
        "time limits for erasure",
    ]);
    for row in &ropa.activities {
        let recipients = row.recipients.iter().map(|one| format!("{} ({})", one.place, one.form));
        out.push_str(&csv::line(&[
            &row.dataset,
            if row.purpose.is_empty() { HUMAN } else { &row.purpose },
            &row.categories.join("; "),
            &row.subjects.join("; "),
            &row.actors.join("; "),
            &row.sources.join("; "),
            &recipients.collect::<Vec<_>>().join("; "),
            &row.protection,
            &row.first,
            &row.last,
            &row.movements.to_string(),
            row.controller,
            row.legal_basis,
            row.transfers,
            row.retention,
        ]));
    }
    out
}
