//! Links of the fields of a dataset that are alike, as one line that people read.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::model::{Direction, Link, Map, Protection};

/// Which fields of a dataset went one way, to one place, protected alike.
#[derive(Debug)]
pub(super) struct Group<'a> {
    pub(super) direction: Direction,
    pub(super) dataset: &'a str,
    pub(super) location: &'a str,
    pub(super) protection: Protection,
    /// In the order of their declaration.
    pub(super) fields: Vec<&'a str>,
    /// How often the field that moved most.
    pub(super) count: u64,
    pub(super) first_ns: u64,
    pub(super) last_ns: u64,
    pub(super) new: bool,
    pub(super) purposes: BTreeSet<&'a str>,
    pub(super) actors: BTreeSet<&'a str>,
    pub(super) on_behalf: BTreeSet<&'a str>,
}

/// Least protected first, then by dataset, way and place.
pub(super) fn groups(map: &Map) -> Vec<Group<'_>> {
    let mut groups: BTreeMap<(Protection, &str, Direction, &str), Group<'_>> = BTreeMap::new();
    for link in &map.links {
        let key = (link.protection, &*link.dataset, link.direction, &*link.location);
        let group = groups.entry(key).or_insert_with(|| empty(link));
        if !group.fields.contains(&&*link.field) {
            group.fields.push(&link.field);
        }
        group.count = group.count.max(link.count);
        group.first_ns = group.first_ns.min(link.first_ns);
        group.last_ns = group.last_ns.max(link.last_ns);
        group.new |= link.new;
        group.purposes.extend(link.purposes.iter().map(String::as_str));
        group.actors.extend(link.actors.iter().map(String::as_str));
        group.on_behalf.extend(link.on_behalf.iter().map(String::as_str));
    }
    let mut groups: Vec<Group<'_>> = groups.into_values().collect();
    in_declared_order(map, &mut groups);
    groups
}

fn in_declared_order(map: &Map, groups: &mut [Group<'_>]) {
    let orders: HashMap<&str, HashMap<&str, usize>> = (map.datasets.iter())
        .map(|set| {
            let fields = set.fields.iter().enumerate();
            (&*set.name, fields.map(|(at, field)| (&*field.path, at)).collect())
        })
        .collect();
    for group in groups {
        if let Some(order) = orders.get(group.dataset) {
            group.fields.sort_by_key(|field| order.get(field));
        }
    }
}

fn empty(link: &Link) -> Group<'_> {
    Group {
        direction: link.direction,
        dataset: &link.dataset,
        location: &link.location,
        protection: link.protection,
        fields: Vec::new(),
        count: 0,
        first_ns: link.first_ns,
        last_ns: link.last_ns,
        new: false,
        purposes: BTreeSet::new(),
        actors: BTreeSet::new(),
        on_behalf: BTreeSet::new(),
    }
}

/// Texts with commas between them, no more than so many.
pub(super) fn list<'a>(texts: impl IntoIterator<Item = &'a str>, most: usize) -> String {
    let texts: Vec<&str> = texts.into_iter().collect();
    let shown = texts.iter().take(most).copied().collect::<Vec<_>>().join(", ");
    match texts.len().saturating_sub(most) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
