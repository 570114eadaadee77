use super::*;
use taggant_ledger::answers::{Action, Kind};

use crate::map::testing::{edge, map};

fn boxes(layout: &Layout) -> [&Vec<Node>; 3] {
    [&layout.sources, &layout.sets, &layout.places]
}

/// Each dataset to some places and from some; deterministic and untidy.
fn untidy(sets: usize, places: usize, step: usize) -> Map {
    let mut flows = Vec::new();
    for set in 0..sets {
        for way in 0..3 {
            let place = (set * step + way * 7) % places;
            flows.push(edge(
                &format!("set{set:02}.name"),
                Kind::Write,
                Action::Seal,
                &format!("p://{place:03}/x"),
            ));
        }
        flows.push(edge(
            &format!("set{set:02}.name"),
            Kind::Read,
            Action::Open,
            &format!("s://{}/x", set % 5),
        ));
    }
    map(flows)
}

#[test]
fn boxes_stand_inside_of_the_picture_and_never_on_each_other() {
    for map in [map(Vec::new()), untidy(1, 1, 1), untidy(40, 90, 37), untidy(90, 3, 11)] {
        let layout = Layout::of(&map);
        for column in boxes(&layout) {
            let mut free = SIZES.top;
            for node in column {
                assert!(node.y >= free, "{node:?} starts above {free}");
                free = node.y + node.height + SIZES.gap;
            }
            assert!(free <= layout.height, "{free} {}", layout.height);
        }
    }
}

#[test]
fn every_link_is_drawn_between_its_own_boxes() {
    let map = untidy(20, 30, 13);
    let layout = Layout::of(&map);
    assert!(layout.unfolded);
    assert_eq!(layout.wires.len(), map.links.len());
    for (link, at) in map.links.iter().zip(layout.locate(&map)) {
        let wire = layout.wires.iter().find(|wire| {
            (wire.direction, wire.end, wire.location)
                == (link.direction, End::Field(at.field), at.location)
        });
        let wire = wire.expect("drawn");
        let column = if link.direction == Direction::To { &layout.places } else { &layout.sources };
        let place = &column[wire.location];
        assert!((place.y..place.y + place.height).contains(&wire.y.1));
        let set = &layout.sets[at.set];
        assert!((set.y..set.y + set.height).contains(&wire.y.0));
        assert_eq!(map.datasets[set.index].name, link.dataset);
    }
}

#[test]
fn the_order_has_fewer_crossings_than_the_alphabet() {
    let map = untidy(40, 90, 37);
    let layout = Layout::of(&map);
    let pairs: Vec<(usize, usize)> = map
        .links
        .iter()
        .zip(layout.locate(&map))
        .filter(|(link, _)| link.direction == Direction::To)
        .map(|(_, at)| (at.set, at.location))
        .collect();
    let (sets, places): (Vec<usize>, Vec<usize>) =
        ((0..40).collect(), (0..layout.places.len()).collect());
    let found = order::side_crossings(&pairs, &sets, &places);
    let by_name = |pairs: &[(usize, usize)]| -> Vec<(usize, usize)> {
        pairs.iter().map(|(a, b)| (layout.sets[*a].index, layout.places[*b].index)).collect()
    };
    let alphabet = order::side_crossings(&by_name(&pairs), &sets, &places);
    assert!(found * 2 < alphabet, "{found} crossings, {alphabet} by name");
}

#[test]
fn crossings_are_counted() {
    let straight = vec![(0, 0), (1, 1), (2, 2)];
    let crossed = vec![(0, 2), (1, 1), (2, 0)];
    let order = [0, 1, 2];
    assert_eq!(order::side_crossings(&straight, &order, &order), 0);
    assert_eq!(order::side_crossings(&crossed, &order, &order), 3);
    assert_eq!(order::side_crossings(&crossed, &order, &[2, 1, 0]), 0);
}

#[test]
fn many_fields_are_folded_into_their_datasets() {
    let flows = (0..200).map(|n| {
        edge(&format!("set{}.field{}", n / 10, n % 10), Kind::Write, Action::Seal, "p://one/x")
    });
    let mut flows: Vec<_> = flows.collect();
    flows.push(edge("set3.field3", Kind::Write, Action::Reveal, "p://one/x"));
    let layout = Layout::of(&map(flows));
    assert!(!layout.unfolded);
    assert_eq!(layout.wires.len(), 20);
    let worst = layout.wires.last().expect("drawn last, so on top");
    assert_eq!(worst.protection, Protection::Plaintext);
}
