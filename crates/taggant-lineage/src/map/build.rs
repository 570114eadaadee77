//! From the ledger's answers to the map.

mod people;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use taggant_core::Result;
use taggant_ledger::Ledger;
use taggant_ledger::answers::{
    self, FieldInfo, FlowEdge, Meaning, OutcomeSum, Role, meanings, moved, records,
};

use super::filter::Filter;
use super::model::*;

/// What of the ledger the map shows.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What was first seen then or later is new: Unix nanoseconds.
    pub since_ns: Option<u64>,
    /// When the map is made: Unix nanoseconds; now, if it is not said.
    pub made_ns: Option<u64>,
    /// Which movements.
    pub filter: Filter,
}

/// What the ledger answered.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// Tagged and other fields.
    pub fields: Vec<FieldInfo>,
    /// Movements.
    pub flows: Vec<FlowEdge>,
    /// Values made from other fields.
    pub derivations: Vec<answers::Derivation>,
    /// Newest accesses, among which refusals are looked for.
    pub accesses: Vec<answers::Access>,
    /// How many events ended how.
    pub outcomes: Vec<OutcomeSum>,
}

/// So many accesses are looked through for refusals: the ledger may have millions.
const NEWEST_ACCESSES: u32 = 5000;

impl Map {
    /// Asks a ledger.
    ///
    /// # Errors
    /// `JournalUnavailable` where it can't be read.
    pub fn from_ledger(ledger: &dyn Ledger, options: &Options) -> Result<Self> {
        let answers = Answers {
            fields: ledger.fields()?,
            flows: ledger.flows()?,
            derivations: ledger.derivations()?,
            accesses: ledger.recent_accesses(NEWEST_ACCESSES)?,
            outcomes: ledger.outcomes()?,
        };
        Ok(Self::of(answers, options))
    }

    /// The map of answers that some ledger gave.
    #[must_use]
    pub fn of(mut answers: Answers, options: &Options) -> Self {
        answers.flows.retain(|edge| options.filter.has(edge));
        let links = links(&answers.flows, options.since_ns);
        let mut map = Self {
            schema: SCHEMA,
            made_ns: options.made_ns.unwrap_or_else(taggant_core::event::now),
            since_ns: options.since_ns,
            totals: Totals::default(),
            datasets: datasets(&answers, &options.filter, &links),
            sources: locations(&links, Direction::From),
            places: locations(&links, Direction::To),
            looks: people::looks(&answers.flows),
            links,
            derivations: derivations(&answers),
            refusals: people::refusals(&answers.accesses, &options.filter),
            outcomes: answers.outcomes,
        };
        map.keep_shown_derivations();
        map.totals = totals(&map, &answers.flows);
        map
    }

    /// A derivation is shown where the field that it made is.
    fn keep_shown_derivations(&mut self) {
        let shown: HashSet<(&str, &str)> = (self.datasets.iter())
            .flat_map(|set| set.fields.iter().map(|field| (&*set.name, &*field.path)))
            .collect();
        self.derivations.retain(|made| shown.contains(&(&*made.dataset, &*made.field)));
    }
}

fn links(flows: &[FlowEdge], since: Option<u64>) -> Vec<Link> {
    let mut links: BTreeMap<(Protection, Direction, &str, &str, &str), Link> = BTreeMap::new();
    for (edge, meaning) in meanings(flows) {
        let Meaning { direction, protection, .. } = meaning;
        let key = (protection, direction, &*edge.dataset, &*edge.path, &*edge.location);
        let link = match links.entry(key) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(link(edge, direction, protection)),
        };
        link.count += edge.count;
        link.first_ns = link.first_ns.min(edge.first_ns);
        link.last_ns = link.last_ns.max(edge.last_ns);
        link.movements.push(movement(edge));
    }
    let mut links: Vec<Link> = links.into_values().collect();
    for link in &mut links {
        link.movements.sort_by(|a, b| a.key().cmp(&b.key()));
        link.purposes = distinct(&link.movements, |movement| &movement.purpose);
        link.actors = distinct(&link.movements, |movement| &movement.actor);
        link.on_behalf = distinct(&link.movements, |movement| &movement.on_behalf);
        link.new = since.is_some_and(|since| link.first_ns >= since);
    }
    links
}

fn link(edge: &FlowEdge, direction: Direction, protection: Protection) -> Link {
    Link {
        direction,
        dataset: edge.dataset.clone(),
        field: edge.path.clone(),
        location: edge.location.clone(),
        protection,
        count: 0,
        first_ns: edge.first_ns,
        last_ns: edge.last_ns,
        new: false,
        purposes: Vec::new(),
        actors: Vec::new(),
        on_behalf: Vec::new(),
        movements: Vec::new(),
    }
}

fn movement(edge: &FlowEdge) -> Movement {
    Movement {
        kind: edge.kind,
        action: edge.action,
        purpose: edge.purpose.clone(),
        actor: edge.actor.clone(),
        on_behalf: edge.on_behalf.clone(),
        tenant: edge.tenant.clone(),
        service: edge.service.clone(),
        outcome: edge.outcome,
        first_ns: edge.first_ns,
        last_ns: edge.last_ns,
        count: edge.count,
    }
}

fn distinct(movements: &[Movement], of: impl Fn(&Movement) -> &String) -> Vec<String> {
    let all: BTreeSet<&String> = movements.iter().map(of).filter(|text| !text.is_empty()).collect();
    all.into_iter().cloned().collect()
}

/// Each dataset once, whatever versions of it builds declared, with the fields that are asked about.
fn datasets(answers: &Answers, filter: &Filter, links: &[Link]) -> Vec<Dataset> {
    let mut moved: HashMap<(&str, &str), bool> = HashMap::new();
    for link in links {
        *moved.entry((&link.dataset, &link.field)).or_insert(true) &= link.new;
    }
    let mut sets: BTreeMap<&str, Vec<Field>> = BTreeMap::new();
    let declared = (answers.fields.iter())
        .filter(|info| info.role == Role::Tag)
        .map(|info| (&*info.dataset, &*info.path, &info.categories));
    let seen = answers.flows.iter().map(|edge| (&*edge.dataset, &*edge.path, &edge.categories));
    let mut at: HashMap<(&str, &str), usize> = HashMap::new();
    for (dataset, path, categories) in declared.chain(seen) {
        let is_moved = moved.get(&(dataset, path));
        if is_moved.is_none() && !(filter.has_category(categories) && only_category(filter)) {
            continue;
        }
        let fields = sets.entry(dataset).or_default();
        let index = *at.entry((dataset, path)).or_insert_with(|| {
            let new = is_moved == Some(&true);
            fields.push(Field { path: path.to_owned(), categories: Vec::new(), new });
            fields.len() - 1
        });
        for category in categories {
            if !fields[index].categories.contains(category) {
                fields[index].categories.push(category.clone());
            }
        }
    }
    let mut only_new: HashMap<&str, bool> = HashMap::new();
    for link in links {
        *only_new.entry(&link.dataset).or_insert(true) &= link.new;
    }
    let set = |(name, fields): (&str, Vec<Field>)| Dataset {
        name: name.to_owned(),
        fields,
        new: only_new.get(name) == Some(&true),
    };
    sets.into_iter().map(set).collect()
}

/// Whether fields that never moved belong on the map: not if movements are asked about.
fn only_category(filter: &Filter) -> bool {
    Filter { category: None, ..filter.clone() }.is_all()
}

fn locations(links: &[Link], direction: Direction) -> Vec<Location> {
    let mut found: BTreeMap<&str, Location> = BTreeMap::new();
    for link in links.iter().filter(|link| link.direction == direction) {
        let location = found.entry(&link.location).or_insert_with(|| Location {
            name: link.location.clone(),
            protection: link.protection,
            new: true,
        });
        location.protection = location.protection.min(link.protection);
        location.new &= link.new;
    }
    found.into_values().collect()
}

fn derivations(answers: &Answers) -> Vec<Derivation> {
    let known: HashMap<String, (&str, &str)> = (answers.fields.iter())
        .map(|info| (format!("{}.{}", info.dataset, info.path), (&*info.dataset, &*info.path)))
        .collect();
    let origin = |text: &String| {
        let (field, location) = text.split_once('@').unwrap_or((text, ""));
        // Both parts may have dots of their own.
        let (dataset, field) =
            (known.get(field).copied()).or_else(|| field.rsplit_once('.')).unwrap_or(("", field));
        Origin { dataset: dataset.into(), field: field.into(), location: location.into() }
    };
    let mut made: Vec<Derivation> = (answers.derivations.iter())
        .map(|found| Derivation {
            dataset: found.dataset.clone(),
            field: found.path.clone(),
            location: found.location.clone(),
            action: found.action,
            // The label for more origins than a process tells apart.
            origins: match found.origins.as_slice() {
                [many] if many == "many" => Vec::new(),
                origins => origins.iter().map(origin).collect(),
            },
            count: found.count,
        })
        .collect();
    made.sort_by(|a, b| {
        (&a.dataset, &a.field, &a.origins).cmp(&(&b.dataset, &b.field, &b.origins))
    });
    made
}

fn totals(map: &Map, flows: &[FlowEdge]) -> Totals {
    let seen: HashSet<(&str, &str)> =
        map.links.iter().map(|link| (&*link.dataset, &*link.field)).collect();
    let fields: usize = map.datasets.iter().map(|set| set.fields.len()).sum();
    Totals {
        datasets: map.datasets.len(),
        fields,
        fields_never_seen: fields.saturating_sub(seen.len()),
        sources: map.sources.len(),
        places: map.places.len(),
        plaintext_links: map.plaintext_out().count(),
        unknown_links: map.unknown_out().count(),
        new_links: map.links.iter().filter(|link| link.new).count(),
        movements: records(moved(flows).map(|(edge, _)| edge)),
    }
}

#[cfg(test)]
mod tests;
