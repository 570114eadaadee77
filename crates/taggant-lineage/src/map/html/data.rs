//! What the page's script works on: names once each, movements as columns of numbers.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use crate::map::escape::visible;
use crate::map::layout::{Layout, SIZES, Sizes};
use crate::map::model::{Direction, Map, Protection};

/// Numbers of names stand for names everywhere.
#[derive(Serialize)]
struct Data<'a> {
    sizes: Sizes,
    protections: Vec<&'static str>,
    letters: Vec<char>,
    names: Vec<String>,
    sources: Vec<u32>,
    places: Vec<u32>,
    sets: Vec<Set>,
    unfolded: bool,
    /// How many links the rows make.
    links: usize,
    rows: Rows,
    /// Field and its origins, by text where they are no field of the map.
    made: Vec<Made>,
    #[serde(skip)]
    seen: HashMap<&'a str, u32>,
}

#[derive(Serialize)]
struct Set {
    name: u32,
    /// Path, then categories.
    fields: Vec<Vec<u32>>,
}

/// A column each; times are Unix seconds.
#[derive(Default, Serialize)]
struct Rows {
    out: Vec<u8>,
    field: Vec<usize>,
    place: Vec<usize>,
    protection: Vec<usize>,
    kind: Vec<u32>,
    action: Vec<u32>,
    purpose: Vec<u32>,
    actor: Vec<u32>,
    behalf: Vec<u32>,
    outcome: Vec<u32>,
    first: Vec<u64>,
    last: Vec<u64>,
    count: Vec<u64>,
}

#[derive(Serialize)]
struct Made {
    field: usize,
    from: Option<usize>,
    text: u32,
}

pub(super) fn data(map: &Map, layout: &Layout) -> String {
    let mut data = Data {
        sizes: SIZES,
        protections: Protection::ALL.iter().map(|own| own.name()).collect(),
        letters: Protection::ALL.iter().map(|own| own.letter()).collect(),
        names: vec![String::new()],
        sources: Vec::new(),
        places: Vec::new(),
        sets: Vec::new(),
        unfolded: layout.unfolded,
        links: map.links.len(),
        rows: Rows::default(),
        made: Vec::new(),
        seen: HashMap::from([("", 0)]),
    };
    for node in &layout.sources {
        let name = data.name(&map.sources[node.index].name);
        data.sources.push(name);
    }
    for node in &layout.places {
        let name = data.name(&map.places[node.index].name);
        data.places.push(name);
    }
    for node in &layout.sets {
        data.set(map, node.index);
    }
    data.rows(map, layout);
    data.made(map, layout);
    serde_json::to_string(&data).expect("numbers and texts are JSON")
}

impl<'a> Data<'a> {
    fn name(&mut self, text: &'a str) -> u32 {
        let next = u32::try_from(self.names.len()).unwrap_or(0);
        let names = &mut self.names;
        *self.seen.entry(text).or_insert_with(|| {
            names.push(visible(text).into_owned());
            next
        })
    }

    fn set(&mut self, map: &'a Map, index: usize) {
        let set = &map.datasets[index];
        let fields = (set.fields.iter())
            .map(|field| {
                let path = self.name(&field.path);
                let categories: Vec<u32> =
                    field.categories.iter().map(|category| self.name(category)).collect();
                [vec![path], categories].concat()
            })
            .collect();
        let name = self.name(&set.name);
        self.sets.push(Set { name, fields });
    }

    fn rows(&mut self, map: &'a Map, layout: &Layout) {
        for (link, at) in map.links.iter().zip(layout.locate(map)) {
            for movement in &link.movements {
                let names = [
                    movement.kind.name(),
                    movement.action.name(),
                    &movement.purpose,
                    &movement.actor,
                    &movement.on_behalf,
                    movement.outcome.name(),
                ]
                .map(|text| self.name(text));
                let rows = &mut self.rows;
                rows.out.push(u8::from(link.direction == Direction::To));
                rows.field.push(at.field);
                rows.place.push(at.location);
                rows.protection.push(link.protection.rank());
                rows.kind.push(names[0]);
                rows.action.push(names[1]);
                rows.purpose.push(names[2]);
                rows.actor.push(names[3]);
                rows.behalf.push(names[4]);
                rows.outcome.push(names[5]);
                rows.first.push(movement.first_ns / 1_000_000_000);
                rows.last.push(movement.last_ns / 1_000_000_000);
                rows.count.push(movement.count);
            }
        }
    }

    fn made(&mut self, map: &'a Map, layout: &Layout) {
        let mut numbers = HashMap::new();
        for (position, node) in layout.sets.iter().enumerate() {
            let set = &map.datasets[node.index];
            for (offset, field) in set.fields.iter().enumerate() {
                let number = layout.first_field[position] + offset;
                numbers.insert((&*set.name, &*field.path), number);
            }
        }
        let mut drawn = HashSet::new();
        for made in &map.derivations {
            let Some(field) = numbers.get(&(&*made.dataset, &*made.field)).copied() else {
                continue;
            };
            for origin in &made.origins {
                let from = numbers.get(&(&*origin.dataset, &*origin.field)).copied();
                let text = self.name(&origin.location);
                if drawn.insert((field, from)) {
                    self.made.push(Made { field, from, text });
                }
            }
        }
    }
}
