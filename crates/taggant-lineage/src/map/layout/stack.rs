//! Vertical positions: datasets one below the other, places near what they are linked to.

use super::{Layout, Node, SIZES, spread};
use crate::map::model::Direction;

/// Sets the positions of all nodes and links, and the height.
pub(super) fn stack(layout: &mut Layout) {
    let tallest = [&layout.sources, &layout.sets, &layout.places]
        .into_iter()
        .map(|column| column.iter().map(|node| node.height + SIZES.gap).sum::<i32>())
        .max()
        .unwrap_or(0);
    layout.height = SIZES.top + tallest + SIZES.gap;
    let bottom = layout.height - SIZES.gap;
    spread_evenly(&mut layout.sets, bottom);
    for direction in [Direction::From, Direction::To] {
        let wanted = wanted(layout, direction);
        let column = match direction {
            Direction::From => &mut layout.sources,
            Direction::To => &mut layout.places,
        };
        near(column, &wanted, bottom);
    }
    for at in 0..layout.wires.len() {
        let wire = &layout.wires[at];
        let column = match wire.direction {
            Direction::From => &layout.sources,
            Direction::To => &layout.places,
        };
        let place = &column[wire.location];
        let y = (layout.end_y(wire.end), place.y + place.height / 2 + spread(wire.protection));
        layout.wires[at].y = y;
    }
}

/// A column that is shorter than the picture is drawn apart, but no further than three gaps.
fn spread_evenly(column: &mut [Node], bottom: i32) {
    let used: i32 = column.iter().map(|node| node.height + SIZES.gap).sum();
    let nodes = i32::try_from(column.len()).unwrap_or(i32::MAX).max(1);
    let extra = ((bottom - SIZES.top - used) / nodes).clamp(0, 3 * SIZES.gap);
    let mut y = SIZES.top + (bottom - SIZES.top - used - extra * nodes).max(0) / 2;
    for node in column {
        node.y = y + extra / 2;
        y += node.height + SIZES.gap + extra;
    }
}

/// The mean height of what each place is linked to.
fn wanted(layout: &Layout, direction: Direction) -> Vec<Option<i32>> {
    let column = match direction {
        Direction::From => &layout.sources,
        Direction::To => &layout.places,
    };
    let mut sums = vec![(0_i64, 0_i64); column.len()];
    for wire in layout.wires.iter().filter(|wire| wire.direction == direction) {
        let sum = &mut sums[wire.location];
        sum.0 += i64::from(layout.end_y(wire.end));
        sum.1 += 1;
    }
    let mean = |(sum, count): (i64, i64)| {
        (count > 0).then(|| i32::try_from(sum / count).unwrap_or(i32::MAX))
    };
    sums.into_iter().map(mean).collect()
}

/// Puts each node as near as it gets to its wanted middle without changing the order.
fn near(column: &mut [Node], wanted: &[Option<i32>], bottom: i32) {
    let mut free = SIZES.top;
    for (node, wanted) in column.iter_mut().zip(wanted) {
        node.y = wanted.map_or(free, |middle| middle - node.height / 2).max(free);
        free = node.y + node.height + SIZES.gap;
    }
    let mut limit = bottom;
    for node in column.iter_mut().rev() {
        node.y = node.y.min(limit - node.height);
        limit = node.y - SIZES.gap;
    }
}
