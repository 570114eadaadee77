//! Which order of the columns has few crossings: each node goes to the mean of its neighbours, a
//! few times over; the best order that was seen counts.

use std::collections::HashMap;

use crate::map::model::{Direction, Map};

/// Indices of the map's sources, datasets and places, from top to bottom.
pub(super) struct Order {
    pub(super) sources: Vec<usize>,
    pub(super) sets: Vec<usize>,
    pub(super) places: Vec<usize>,
}

/// Beyond these the order hardly gets better.
const SWEEPS: usize = 12;

/// Links between datasets (first) and sources or places (second), each once.
type Pairs = Vec<(usize, usize)>;

pub(super) fn order(map: &Map) -> Order {
    let (from, to) = pairs(map);
    let mut order = Order {
        sources: (0..map.sources.len()).collect(),
        sets: (0..map.datasets.len()).collect(),
        places: (0..map.places.len()).collect(),
    };
    let mut best = (crossings(&order, &from, &to), copy(&order));
    for _ in 0..SWEEPS {
        order.sources = by_mean(&order.sources, &flip(&from), &order.sets, None);
        order.places = by_mean(&order.places, &flip(&to), &order.sets, None);
        order.sets = by_mean(&order.sets, &from, &order.sources, Some((&to, &order.places)));
        let count = crossings(&order, &from, &to);
        if count < best.0 {
            best = (count, copy(&order));
        }
    }
    best.1
}

fn copy(order: &Order) -> Order {
    Order { sources: order.sources.clone(), sets: order.sets.clone(), places: order.places.clone() }
}

fn pairs(map: &Map) -> (Pairs, Pairs) {
    let sets: HashMap<&str, usize> =
        map.datasets.iter().enumerate().map(|(index, set)| (&*set.name, index)).collect();
    let index = |locations: &[crate::map::model::Location]| -> HashMap<String, usize> {
        locations.iter().enumerate().map(|(index, own)| (own.name.clone(), index)).collect()
    };
    let (sources, places) = (index(&map.sources), index(&map.places));
    let side = |direction, locations: &HashMap<String, usize>| {
        let mut pairs: Pairs = (map.links.iter())
            .filter(|link| link.direction == direction)
            .map(|link| (sets[&*link.dataset], locations[&link.location]))
            .collect();
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    };
    (side(Direction::From, &sources), side(Direction::To, &places))
}

fn flip(pairs: &Pairs) -> Pairs {
    pairs.iter().map(|(a, b)| (*b, *a)).collect()
}

fn positions(order: &[usize]) -> Vec<usize> {
    let mut positions = vec![0; order.len()];
    for (position, index) in order.iter().enumerate() {
        positions[*index] = position;
    }
    positions
}

/// Sorts a column by the mean position, as a share of the other column, of its neighbours. Who has
/// none stays about where it is.
fn by_mean(
    column: &[usize],
    pairs: &Pairs,
    others: &[usize],
    more: Option<(&Pairs, &[usize])>,
) -> Vec<usize> {
    let mut sums = vec![(0.0_f64, 0_u32); column.len()];
    let mut add = |pairs: &Pairs, others: &[usize]| {
        let positions = positions(others);
        let length = others.len().max(1) as f64;
        for (own, other) in pairs {
            let sum = &mut sums[*own];
            sum.0 += (positions[*other] as f64 + 0.5) / length;
            sum.1 += 1;
        }
    };
    add(pairs, others);
    if let Some((pairs, others)) = more {
        add(pairs, others);
    }
    let own = positions(column);
    let length = column.len().max(1) as f64;
    let mean = |index: usize| match sums[index] {
        (_, 0) => (own[index] as f64 + 0.5) / length,
        (sum, count) => sum / f64::from(count),
    };
    let mut sorted = column.to_vec();
    sorted.sort_by(|a, b| mean(*a).total_cmp(&mean(*b)));
    sorted
}

fn crossings(order: &Order, from: &Pairs, to: &Pairs) -> u64 {
    let sets = positions(&order.sets);
    side_crossings(from, &sets, &positions(&order.sources))
        + side_crossings(to, &sets, &positions(&order.places))
}

/// Pairs of links that cross, counted with a Fenwick tree: inversions of the sorted list.
pub(super) fn side_crossings(pairs: &Pairs, left: &[usize], right: &[usize]) -> u64 {
    let mut ends: Vec<(usize, usize)> = pairs.iter().map(|(a, b)| (left[*a], right[*b])).collect();
    ends.sort_unstable();
    let mut tree = vec![0_u64; right.len() + 1];
    let (mut count, mut total) = (0, 0);
    for (_, end) in ends {
        let mut at = end + 1;
        let mut below = 0;
        while at > 0 {
            below += tree[at];
            at &= at - 1;
        }
        count += total - below;
        total += 1;
        let mut at = end + 1;
        while at < tree.len() {
            tree[at] += 1;
            at += at & at.wrapping_neg();
        }
    }
    count
}
