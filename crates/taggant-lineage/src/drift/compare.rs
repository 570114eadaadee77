//! What was seen and is not declared.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use taggant_core::policy::matches;
use taggant_store::ledger::FlowEdge;
use taggant_taxonomy::is_within;

use super::declared::{Declared, Direction, Form, Place};
use crate::moved::Stores;
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
    pub form: Form,
    /// For what.
    pub purposes: Vec<String>,
    /// Who.
    pub actors: Vec<String>,
    /// When first, RFC 3339.
    pub first: String,
    /// When last.
    pub last: String,
    /// Movements of single fields.
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

/// What was at places. Plaintext that was asked for under a flow to a place that nothing is read from
/// went there, as on the map.
pub(super) fn seen(flows: &[FlowEdge]) -> Vec<Cow<'_, FlowEdge>> {
    let stores = Stores::of(flows);
    let moved = flows.iter().filter(|edge| edge.outcome == "ok");
    moved
        .filter_map(|edge| match (edge.kind.as_str(), edge.action.as_str()) {
            (_, "deny" | "omit") => None,
            ("write" | "read", _) => Some(Cow::Borrowed(edge)),
            _ => stores.as_written(edge).map(Cow::Owned),
        })
        .collect()
}

/// Compares.
#[must_use]
pub fn compare(flows: &[FlowEdge], declared: &Declared) -> Drift {
    let mut groups: BTreeMap<(What, &str, &str, Direction, Form), Vec<&FlowEdge>> = BTreeMap::new();
    let mut used = BTreeSet::new();
    let seen = seen(flows);
    for edge in seen.iter().map(Cow::as_ref) {
        let (direction, form) = (Direction::of(edge), Form::of(edge));
        for (number, place) in (1..).zip(&declared.places) {
            if is_there(place, edge, direction) {
                used.insert(number);
            }
        }
        if let Some(what) = judge(edge, direction, form, declared) {
            let key = (what, edge.dataset.as_str(), edge.location.as_str(), direction, form);
            groups.entry(key).or_default().push(edge);
        }
    }
    let unused = (1..=declared.places.len()).filter(|number| !used.contains(number)).collect();
    let findings = groups
        .into_iter()
        .map(|((what, _, _, direction, form), edges)| finding(what, direction, form, &edges));
    Drift { findings: findings.collect(), unused }
}

fn is_there(place: &Place, edge: &FlowEdge, direction: Direction) -> bool {
    matches(&place.dataset, &edge.dataset)
        && matches(&place.location, &edge.location)
        && place.direction.is_none_or(|declared| declared == direction)
}

fn judge(edge: &FlowEdge, direction: Direction, form: Form, declared: &Declared) -> Option<What> {
    let there: Vec<&Place> =
        declared.places.iter().filter(|place| is_there(place, edge, direction)).collect();
    let of_category: Vec<&&Place> = there.iter().filter(|place| has_all(place, edge)).collect();
    let protected: Vec<&&&Place> = of_category.iter().filter(|place| form >= place.form).collect();
    if protected.iter().any(|place| has_purpose(place, edge)) {
        return None;
    }
    let is_plaintext = form == Form::Plaintext && direction == Direction::To;
    Some(if is_plaintext && protected.is_empty() {
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

fn finding(what: What, direction: Direction, form: Form, edges: &[&FlowEdge]) -> Finding {
    let texts = |select: fn(&FlowEdge) -> &[String]| -> Vec<String> {
        let all: BTreeSet<&String> = edges.iter().flat_map(|edge| select(edge)).collect();
        all.into_iter().filter(|text| !text.is_empty()).cloned().collect()
    };
    Finding {
        what,
        dataset: edges[0].dataset.clone(),
        paths: texts(|edge| std::slice::from_ref(&edge.path)),
        categories: texts(|edge| &edge.categories),
        location: edges[0].location.clone(),
        direction,
        form,
        purposes: texts(|edge| std::slice::from_ref(&edge.purpose)),
        actors: texts(|edge| std::slice::from_ref(&edge.actor)),
        first: rfc3339(edges.iter().map(|edge| edge.first_ns).min().unwrap_or(0)),
        last: rfc3339(edges.iter().map(|edge| edge.last_ns).max().unwrap_or(0)),
        count: edges.iter().map(|edge| edge.count).sum(),
        to_add: to_add(edges),
    }
}

/// The TOML that declares these movements of one dataset, place and direction, and nothing else: a
/// category in plaintext must not make that of another one declared, nor a purpose.
pub(super) fn to_add(edges: &[&FlowEdge]) -> String {
    let mut by_use: BTreeMap<(Form, &str), BTreeSet<&String>> = BTreeMap::new();
    for edge in edges {
        let of_use = by_use.entry((Form::of(edge), &edge.purpose)).or_default();
        of_use.extend(&edge.categories);
    }
    let mut blocks: BTreeMap<(Form, BTreeSet<&String>), Vec<&str>> = BTreeMap::new();
    for ((form, purpose), categories) in by_use {
        blocks.entry((form, categories)).or_default().push(purpose);
    }
    let list = |all: &mut dyn Iterator<Item = &str>| all.map(quoted).collect::<Vec<_>>().join(", ");
    let block = |((form, categories), purposes): ((Form, BTreeSet<&String>), Vec<&str>)| {
        format!(
            "[[place]]\ndataset = {}\nlocation = {}\ndirection = \"{}\"\ncategories = [{}]\n\
             purposes = [{}]\nform = \"{form}\"\n",
            quoted(&edges[0].dataset),
            quoted(&edges[0].location),
            Direction::of(edges[0]).word(),
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
