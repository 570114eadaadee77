//! Where a field's values came from. Looked up, not searched for: a ledger has as many movements as
//! fields times places, and an event asks for each.

use std::collections::{BTreeSet, HashMap};

use taggant_ledger::answers::{Derivation, Direction, FlowEdge, moved};

use super::Answers;
use super::names::{dataset_of, safe};

/// Namespace, name, field.
pub(super) type Column = (String, String, String);

/// What the ledger says about sources.
pub(super) struct Sources<'a> {
    /// By dataset, path, location.
    made: HashMap<[&'a str; 3], Vec<&'a Derivation>>,
    /// By dataset, path, tenant.
    read: HashMap<[&'a str; 3], BTreeSet<&'a str>>,
    /// Paths by dataset.
    datasets: HashMap<&'a str, BTreeSet<&'a str>>,
}

impl<'a> Sources<'a> {
    pub(super) fn of(answers: &'a Answers) -> Self {
        let (mut made, mut read, mut datasets) = (HashMap::new(), HashMap::new(), HashMap::new());
        for one in &answers.derivations {
            let key = [one.dataset.as_str(), &one.path, &one.location];
            made.entry(key).or_insert_with(Vec::new).push(one);
        }
        for edge in &answers.flows {
            let paths = datasets.entry(edge.dataset.as_str()).or_insert_with(BTreeSet::new);
            paths.insert(edge.path.as_str());
        }
        for (edge, meaning) in moved(&answers.flows) {
            if meaning.is_transfer && meaning.direction == Direction::From {
                let key = [edge.dataset.as_str(), &edge.path, &edge.tenant];
                read.entry(key).or_insert_with(BTreeSet::new).insert(edge.location.as_str());
            }
        }
        Self { made, read, datasets }
    }

    /// What its values were made of, else the places that the same field was read from or taken in at,
    /// else the record type itself.
    pub(super) fn of_field(&self, edge: &FlowEdge) -> BTreeSet<Column> {
        let (dataset, path) = (edge.dataset.as_str(), edge.path.as_str());
        let made = self.made.get(&[dataset, path, &edge.location]).into_iter().flatten();
        let mut found: BTreeSet<Column> =
            made.flat_map(|one| &one.origins).filter_map(|origin| self.column(origin)).collect();
        if found.is_empty() {
            let read = self.read.get(&[dataset, path, &edge.tenant]).into_iter().flatten();
            found.extend(read.filter(|place| **place != edge.location).map(|place| {
                let (namespace, name) = dataset_of(place);
                (namespace.to_owned(), name.to_owned(), edge.path.clone())
            }));
        }
        if found.is_empty() {
            found.insert(("taggant://dataset".to_owned(), safe(dataset), edge.path.clone()));
        }
        found
    }

    /// `dataset.path@location`, as the ledger writes an origin. Names have dots themselves: the longest
    /// dataset that the ledger knows is taken, one with that field before others.
    fn column(&self, origin: &str) -> Option<Column> {
        let (field, location) = origin.split_once('@')?;
        let (namespace, name) = dataset_of(location);
        let cuts = || field.rmatch_indices('.').map(|(at, _)| (&field[..at], &field[at + 1..]));
        let known = cuts().find(|(dataset, path)| {
            self.datasets.get(dataset).is_some_and(|paths| paths.contains(path))
        });
        let known =
            known.or_else(|| cuts().find(|(dataset, _)| self.datasets.contains_key(dataset)));
        let path = known.map_or(field, |(_, path)| path);
        Some((namespace.to_owned(), name.to_owned(), path.to_owned()))
    }
}
