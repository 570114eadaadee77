//! Folders of instances: rings that are gone, folders half made and half removed.

use super::*;

#[test]
fn a_folder_without_a_ring_is_a_finding() {
    for first in [0, 7] {
        let place = Place::new();
        place.leave(&DEAD.to_string(), None);
        let outcomes = place.start(first, |id| Ok(key(id))).unwrap();
        assert_eq!(outcomes.flaws(), [(first, Flaw::Header)]);
        assert_eq!(place.left(), [""; 0]);
    }
}

/// A process that is killed while it makes an instance has done nothing yet.
#[test]
fn an_instance_that_is_half_made_is_none() {
    for ring in [None, Some(vec![]), Some(vec![0; 100]), Some(vec![0; 4096 * 5])] {
        let place = Place::new();
        place.leave(&format!("{DEAD}.new"), ring.as_deref());
        let outcomes = place.start(0, |id| Ok(key(id))).unwrap();
        assert!(outcomes.0.is_empty(), "{outcomes:?}");
        assert_eq!(place.left(), [""; 0]);
    }
}

#[test]
fn an_instance_that_is_half_removed_is_none() {
    let place = Place::new();
    place.leave(&format!("{DEAD}.old"), None);
    assert!(place.start(9, |id| Ok(key(id))).unwrap().0.is_empty());
    assert_eq!(place.left(), [""; 0]);
}

/// Who renames a folder must not have its events removed unread.
#[test]
fn events_in_a_folder_of_any_name_are_read() {
    for name in ["new", "old"] {
        let place = Place::new();
        place.leave(&format!("{DEAD}.{name}"), Some(&Ring::of(0..5).bytes));
        let outcomes = place.start(0, |id| Ok(key(id))).unwrap();
        assert_eq!((outcomes.events(), outcomes.flaws()), ((0..5).collect(), vec![]), "{name}");
        assert_eq!(place.left(), [""; 0]);
    }
}

#[test]
fn events_without_a_header_in_a_folder_that_says_it_is_new_are_read() {
    let mut ring = Ring::of(0..5);
    ring.bytes[..4096].fill(0);
    let place = Place::new();
    place.leave(&format!("{DEAD}.new"), Some(&ring.bytes));
    let outcomes = place.start(0, |id| Ok(key(id))).unwrap();
    assert_eq!((outcomes.events(), outcomes.flaws()), ((0..5).collect(), vec![(0, Flaw::Header)]));
}

#[test]
fn a_folder_that_says_it_is_new_of_an_instance_that_the_ledger_knows_is_a_finding() {
    let place = Place::new();
    place.leave(&format!("{DEAD}.new"), None);
    let outcomes = place.start(4, |id| Ok(key(id))).unwrap();
    assert_eq!(outcomes.flaws(), [(4, Flaw::Header)]);
}

#[test]
fn a_link_in_place_of_the_ring_is_not_followed() {
    let place = Place::new();
    let elsewhere = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(elsewhere.path(), &Ring::of(0..5).bytes).unwrap();
    let own = place.leave(&DEAD.to_string(), None);
    std::os::unix::fs::symlink(elsewhere.path(), own.join("events.ring")).unwrap();
    let outcomes = place.start(0, |id| Ok(key(id))).unwrap();
    assert_eq!((outcomes.events(), outcomes.flaws()), (vec![], vec![(0, Flaw::Header)]));
    assert!(elsewhere.path().exists());
    assert_eq!(place.left(), [""; 0]);
}

#[test]
fn names_that_are_no_instances_are_left_alone() {
    let place = Place::new();
    for name in ["notes", "DE", &"g".repeat(32), &format!("{DEAD}.bak"), &"DE".repeat(16)] {
        std::fs::create_dir(place.path().join(name)).unwrap();
    }
    place.start(0, |id| Ok(key(id))).unwrap();
    assert_eq!(place.left().len(), 5);
}
