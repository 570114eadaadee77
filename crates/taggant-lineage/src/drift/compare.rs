//! What was seen and is not declared.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use taggant_core::policy::matches;
use taggant_ledger::answers::{Direction, FlowEdge, Meaning, Protection, moved, records};
use taggant_taxonomy::is_within;

use super::declared::{Declared, Place};
use crate::time::rfc3339;

/// What a comparison found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Drift {
    /// What was seen and is not declared; plaintext first.
    pub findings: Vec<Finding>,
    /// Declared places, by number in the file from 1, where nothing was seen: they may go.
    pub unused: Vec<usize>,
}

/// Something that is not declared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What kind of thing.
    pub what: What,
    /// Dataset.
    pub dataset: String,
    /// Fields.
    pub paths: Vec<String>,
    /// Their categories.
    pub categories: Vec<String>,
    /// Where.
    pub location: String,
    /// Which way.
    pub direction: Direction,
    /// How protected.
    pub form: Protection,
    /// For what.
    pub purposes: Vec<String>,
    /// Who did it.
    pub actors: Vec<String>,
    /// For whom.
    pub on_behalf: Vec<String>,
    /// When first, RFC 3339.
    pub first: String,
    /// When last.
    pub last: String,
    /// Movements: records, however many fields they have.
    pub count: u64,
    /// The TOML that declares it, if it is meant to be so.
    pub to_add: String,
}

/// Kinds of findings; the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Plaintext goes where none is declared.
    NewPlaintextFlow,
    /// Data is at a place that is not declared.
    NewPlace,
    /// Data of another category is at a declared place.
    NewCategory,
    /// Less protected than declared, though not plaintext.
    WeakerProtection,
    /// For a purpose that is not declared there.
    NewPurpose,
}

impl What {
    /// Words for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NewPlaintextFlow => "new plaintext flow",
            Self::NewPlace => "new place",
            Self::NewCategory => "new category at a place",
            Self::WeakerProtection => "weaker protection",
            Self::NewPurpose => "new purpose",
        }
    }
}

/// A movement with what it means.
pub(super) type Seen<'a> = (&'a FlowEdge, Meaning);

/// What went to places and came from them. What was looked at where it is kept is at no other place
/// for that.
pub(super) fn seen(flows: &[FlowEdge]) -> impl Iterator<Item = Seen<'_>> {
    moved(flows).filter(|(_, meaning)| meaning.is_transfer)
}

/// Compares.
#[must_use]
pub fn compare(flows: &[FlowEdge], declared: &Declared) -> Drift {
    let mut groups: BTreeMap<(What, &str, &str, Direction, Protection), Vec<Seen<'_>>> =
        BTreeMap::new();
    let mut used = BTreeSet::new();
    for (edge, meaning) in seen(flows) {
        let Meaning { direction, protection, .. } = meaning;
        for (number, place) in (1..).zip(&declared.places) {
            if is_there(place, edge, direction) {
                used.insert(number);
            }
        }
        if let Some(what) = judge(edge, meaning, declared) {
            let key = (what, edge.dataset.as_str(), edge.location.as_str(), direction, protection);
            groups.entry(key).or_default().push((edge, meaning));
        }
    }
    let unused = (1..=declared.places.len()).filter(|number| !used.contains(number)).collect();
    let findings = groups.into_iter().map(|((what, ..), edges)| finding(what, &edges));
    Drift { findings: findings.collect(), unused }
}

fn is_there(place: &Place, edge: &FlowEdge, direction: Direction) -> bool {
    matches(&place.dataset, &edge.dataset)
        && place.location.iter().any(|pattern| matches(pattern, &edge.location))
        && place.direction.is_none_or(|declared| declared == direction)
}

fn judge(edge: &FlowEdge, meaning: Meaning, declared: &Declared) -> Option<What> {
    let places = declared.places.iter();
    let there: Vec<&Place> =
        places.filter(|place| is_there(place, edge, meaning.direction)).collect();
    let of_category: Vec<&&Place> = there.iter().filter(|place| has_all(place, edge)).collect();
    let protected: Vec<&&&Place> =
        of_category.iter().filter(|place| meaning.protection >= place.form).collect();
    if protected.iter().any(|place| has_purpose(place, edge)) {
        return None;
    }
    Some(if meaning.is_disclosure() && protected.is_empty() {
        What::NewPlaintextFlow
    } else if there.is_empty() {
        What::NewPlace
    } else if of_category.is_empty() {
        What::NewCategory
    } else if protected.is_empty() {
        What::WeakerProtection
    } else {
        What::NewPurpose
    })
}

fn has_all(place: &Place, edge: &FlowEdge) -> bool {
    edge.categories.iter().all(|key| place.categories.iter().any(|above| is_within(key, above)))
}

fn has_purpose(place: &Place, edge: &FlowEdge) -> bool {
    place.purposes.as_ref().is_none_or(|declared| {
        declared.iter().any(|above| {
            if edge.purpose.is_empty() { above.is_empty() } else { is_within(&edge.purpose, above) }
        })
    })
}

fn finding(what: What, edges: &[Seen<'_>]) -> Finding {
    let (first, meaning) = edges[0];
    let texts = |select: fn(&FlowEdge) -> &[String]| -> Vec<String> {
        let all: BTreeSet<&String> = edges.iter().flat_map(|(edge, _)| select(edge)).collect();
        all.into_iter().filter(|text| !text.is_empty()).cloned().collect()
    };
    Finding {
        what,
        dataset: first.dataset.clone(),
        paths: texts(|edge| std::slice::from_ref(&edge.path)),
        categories: texts(|edge| &edge.categories),
        location: first.location.clone(),
        direction: meaning.direction,
        form: meaning.protection,
        purposes: texts(|edge| std::slice::from_ref(&edge.purpose)),
        actors: texts(|edge| std::slice::from_ref(&edge.actor)),
        on_behalf: texts(|edge| std::slice::from_ref(&edge.on_behalf)),
        first: rfc3339(edges.iter().map(|(edge, _)| edge.first_ns).min().unwrap_or(0)),
        last: rfc3339(edges.iter().map(|(edge, _)| edge.last_ns).max().unwrap_or(0)),
        count: records(edges.iter().map(|(edge, _)| *edge)),
        to_add: to_add(edges),
    }
}

/// The TOML that declares these movements of one dataset, place and direction, and nothing else: a
/// category in plaintext must not make that of another one declared, nor a purpose.
pub(super) fn to_add(edges: &[Seen<'_>]) -> String {
    let (first, meaning) = edges[0];
    let mut by_use: BTreeMap<(Protection, &str), BTreeSet<&String>> = BTreeMap::new();
    for (edge, meaning) in edges {
        let of_use = by_use.entry((meaning.protection, &edge.purpose)).or_default();
        of_use.extend(&edge.categories);
    }
    let mut blocks: BTreeMap<(Protection, BTreeSet<&String>), Vec<&str>> = BTreeMap::new();
    for ((form, purpose), categories) in by_use {
        blocks.entry((form, categories)).or_default().push(purpose);
    }
    let list = |all: &mut dyn Iterator<Item = &str>| all.map(quoted).collect::<Vec<_>>().join(", ");
    let block = |((form, categories), purposes): ((Protection, BTreeSet<&String>), Vec<&str>)| {
        format!(
            "[[place]]\ndataset = {}\nlocation = {}\ndirection = \"{}\"\ncategories = [{}]\n\
             purposes = [{}]\nform = \"{form}\"\n",
            quoted(&first.dataset),
            quoted(&first.location),
            meaning.direction.name(),
            list(&mut categories.into_iter().map(String::as_str)),
            list(&mut purposes.into_iter()),
        )
    };
    blocks.into_iter().map(block).collect::<Vec<_>>().join("\n")
}

/// A TOML basic string; JSON's escapes are among its own.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default().replace('\u{7f}', "\\u007f")
}
