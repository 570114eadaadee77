//! Records of processing activities (GDPR article 30(1)), as far as the ledger can tell.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use taggant_ledger::answers::{Direction, FlowEdge, Meaning, Protection, moved, records, who};

use super::{HUMAN, csv};
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
    /// Movements: records, however many fields they have.
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
    /// The least protection that a field had.
    pub form: Protection,
    /// Movements: records, however many fields they have.
    pub movements: u64,
}

/// Makes the records. `subjects` gives the subject kinds of datasets, as far as builds declare them.
#[must_use]
pub fn ropa(flows: &[FlowEdge], subjects: &BTreeMap<String, BTreeSet<String>>) -> Ropa {
    let mut groups: BTreeMap<(&str, &str), Vec<(&FlowEdge, Meaning)>> = BTreeMap::new();
    for (edge, meaning) in moved(flows) {
        let group = groups.entry((&edge.dataset, &edge.purpose)).or_default();
        group.push((edge, meaning));
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
    edges: &[(&FlowEdge, Meaning)],
    kinds: Option<&BTreeSet<String>>,
) -> RopaRow {
    let texts = |select: &dyn Fn(&FlowEdge, Meaning) -> Vec<String>| -> Vec<String> {
        let all = edges.iter().flat_map(|(edge, meaning)| select(edge, *meaning));
        all.collect::<BTreeSet<_>>().into_iter().filter(|text| !text.is_empty()).collect()
    };
    RopaRow {
        dataset: dataset.to_owned(),
        purpose: purpose.to_owned(),
        categories: texts(&|edge, _| edge.categories.clone()),
        subjects: kinds
            .map_or_else(|| vec![HUMAN.to_owned()], |kinds| kinds.iter().cloned().collect()),
        actors: texts(&|edge, _| vec![who(&edge.actor, &edge.on_behalf)]),
        sources: texts(&|edge, meaning| {
            let is_source = meaning.is_transfer && meaning.direction == Direction::From;
            if is_source { vec![edge.location.clone()] } else { vec![] }
        }),
        recipients: recipients(edges),
        protection: protection(edges),
        first: rfc3339(edges.iter().map(|(edge, _)| edge.first_ns).min().unwrap_or(0)),
        last: rfc3339(edges.iter().map(|(edge, _)| edge.last_ns).max().unwrap_or(0)),
        movements: records(edges.iter().map(|(edge, _)| *edge)),
        controller: HUMAN,
        legal_basis: HUMAN,
        transfers: HUMAN,
        retention: HUMAN,
    }
}

/// The least protected first.
fn recipients(edges: &[(&FlowEdge, Meaning)]) -> Vec<Recipient> {
    let mut places: BTreeMap<&str, (Protection, Vec<&FlowEdge>)> = BTreeMap::new();
    for (edge, meaning) in edges.iter().filter(|(_, meaning)| meaning.has_left()) {
        let place =
            places.entry(&edge.location).or_insert_with(|| (meaning.protection, Vec::new()));
        place.0 = place.0.min(meaning.protection);
        place.1.push(edge);
    }
    let recipient = |(place, (form, edges)): (&str, (Protection, Vec<&FlowEdge>))| Recipient {
        place: place.to_owned(),
        form,
        movements: records(edges),
    };
    let mut found: Vec<Recipient> = places.into_iter().map(recipient).collect();
    found.sort_by_key(|one| one.form);
    found
}

/// A record with fields of several forms counts in each.
fn protection(edges: &[(&FlowEdge, Meaning)]) -> String {
    let parts = Protection::ALL.iter().filter_map(|wanted| {
        let written = edges.iter().filter(|(_, meaning)| meaning.has_left());
        let alike = written.filter(|(_, meaning)| meaning.protection == *wanted);
        let count = records(alike.map(|(edge, _)| *edge));
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
