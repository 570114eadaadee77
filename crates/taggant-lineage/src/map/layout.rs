//! Where everything stands: three columns, few crossings, positions in pixels.

mod order;
mod stack;

use std::collections::{BTreeMap, HashMap};

use super::model::{Direction, Map, Protection};

/// Sizes in pixels. The page gets them too, for when parts of it are folded.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub(super) struct Sizes {
    pub(super) width: i32,
    /// Left edges and widths of the columns.
    pub(super) x: [i32; 3],
    pub(super) w: [i32; 3],
    /// Below the titles of the columns.
    pub(super) top: i32,
    pub(super) head: i32,
    pub(super) row: i32,
    pub(super) gap: i32,
    pub(super) place: i32,
    /// Between links of different protection where they meet a place.
    pub(super) spread: i32,
}

pub(super) const SIZES: Sizes = Sizes {
    width: 1160,
    x: [8, 424, 892],
    w: [250, 300, 260],
    top: 40,
    head: 32,
    row: 24,
    gap: 14,
    place: 46,
    spread: 6,
};

/// More tagged fields than these, or more links, and datasets are folded at first.
const MANY_FIELDS: usize = 60;
const MANY_WIRES: usize = 250;

/// A node of a column.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// Which of the map's sources, datasets or places.
    pub(super) index: usize,
    pub(super) y: i32,
    pub(super) height: i32,
}

/// Where on the middle column a link ends: counted over all datasets as they stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum End {
    Set(usize),
    Field(usize),
}

/// A drawn link: one or more links of the map.
#[derive(Clone, Debug)]
pub(super) struct Wire {
    pub(super) direction: Direction,
    pub(super) end: End,
    /// Position in the column of sources or places.
    pub(super) location: usize,
    /// The least.
    pub(super) protection: Protection,
    pub(super) new: bool,
    /// Vertical ends: at the middle column, at the place.
    pub(super) y: (i32, i32),
}

/// A map with positions. All columns are in the order in which they stand.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) sources: Vec<Node>,
    pub(super) sets: Vec<Node>,
    pub(super) places: Vec<Node>,
    /// Number of the first field of each dataset.
    pub(super) first_field: Vec<usize>,
    /// Whether fields are shown.
    pub(super) unfolded: bool,
    pub(super) wires: Vec<Wire>,
    pub(super) height: i32,
}

/// For each link of the map: field and place by their positions.
pub(super) struct Located {
    pub(super) set: usize,
    pub(super) field: usize,
    pub(super) location: usize,
}

impl Layout {
    pub(super) fn of(map: &Map) -> Self {
        let order = order::order(map);
        let mut first_field = Vec::with_capacity(order.sets.len());
        let mut fields = 0;
        for set in &order.sets {
            first_field.push(fields);
            fields += map.datasets[*set].fields.len();
        }
        let node = |height: i32| move |index: &usize| Node { index: *index, y: 0, height };
        let mut layout = Self {
            sources: order.sources.iter().map(node(SIZES.place)).collect(),
            sets: order.sets.iter().map(node(SIZES.head)).collect(),
            places: order.places.iter().map(node(SIZES.place)).collect(),
            first_field,
            unfolded: true,
            wires: Vec::new(),
            height: 0,
        };
        let located = layout.locate(map);
        layout.wires = layout.wires(map, &located);
        layout.unfolded = fields <= MANY_FIELDS && layout.wires.len() <= MANY_WIRES;
        if layout.unfolded {
            for set in &mut layout.sets {
                let rows = i32::try_from(map.datasets[set.index].fields.len()).unwrap_or(i32::MAX);
                set.height = SIZES.head + rows.saturating_mul(SIZES.row);
            }
        } else {
            layout.wires = layout.wires(map, &located);
        }
        stack::stack(&mut layout);
        layout
    }

    /// Field and place of each link of the map, by position.
    pub(super) fn locate(&self, map: &Map) -> Vec<Located> {
        let mut fields = HashMap::new();
        for (position, node) in self.sets.iter().enumerate() {
            let set = &map.datasets[node.index];
            for (offset, field) in set.fields.iter().enumerate() {
                let number = self.first_field[position] + offset;
                fields.insert((&*set.name, &*field.path), (position, number));
            }
        }
        let mut locations = HashMap::new();
        for (position, node) in self.sources.iter().enumerate() {
            locations.insert((Direction::From, &*map.sources[node.index].name), position);
        }
        for (position, node) in self.places.iter().enumerate() {
            locations.insert((Direction::To, &*map.places[node.index].name), position);
        }
        let located = |link: &super::model::Link| {
            let (set, field) = fields[&(&*link.dataset, &*link.field)];
            let location = locations[&(link.direction, &*link.location)];
            Located { set, field, location }
        };
        map.links.iter().map(located).collect()
    }

    /// One line per field, or dataset where they are folded, and place.
    fn wires(&self, map: &Map, located: &[Located]) -> Vec<Wire> {
        let mut wires: BTreeMap<(Direction, End, usize), Wire> = BTreeMap::new();
        for (link, at) in map.links.iter().zip(located) {
            let end = if self.unfolded { End::Field(at.field) } else { End::Set(at.set) };
            let wire = wires.entry((link.direction, end, at.location)).or_insert(Wire {
                direction: link.direction,
                end,
                location: at.location,
                protection: link.protection,
                new: false,
                y: (0, 0),
            });
            wire.protection = wire.protection.min(link.protection);
            wire.new |= link.new;
        }
        let mut wires: Vec<Wire> = wires.into_values().collect();
        // What comes last is drawn on top.
        wires.sort_by_key(|wire| std::cmp::Reverse(wire.protection));
        wires
    }

    /// Vertical middle of a field or of a dataset's head.
    pub(super) fn end_y(&self, end: End) -> i32 {
        match end {
            End::Set(set) => self.sets[set].y + SIZES.head / 2,
            End::Field(field) => {
                let set = self.first_field.partition_point(|first| *first <= field) - 1;
                let head = self.sets[set].y + SIZES.head;
                if !self.unfolded {
                    return head - SIZES.head / 2;
                }
                let row = i32::try_from(field - self.first_field[set]).unwrap_or(i32::MAX);
                head + row * SIZES.row + SIZES.row / 2
            }
        }
    }
}

/// How far from the middle of a place a link of this protection meets it.
pub(super) fn spread(protection: Protection) -> i32 {
    let rank = protection.rank();
    (i32::try_from(rank).unwrap_or(0) - 2) * SIZES.spread
}

#[cfg(test)]
mod tests;
