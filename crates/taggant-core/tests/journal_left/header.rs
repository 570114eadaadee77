//! The header: zeroed, forged, foreign, older; the file's length.

use super::*;

#[test]
fn a_zeroed_header_is_a_finding_and_the_events_come() {
    let mut ring = Ring::of(0..9);
    ring.bytes[..4096].fill(0);
    let outcomes = read(&ring);
    assert_eq!(outcomes.events(), (0..9).collect::<Vec<_>>());
    assert_eq!(outcomes.flaws(), [(0, Flaw::Header)]);
}

#[test]
fn a_changed_byte_of_the_only_header_is_a_finding() {
    for at in [0, 8, 12, 16, 24, 40, 56, 72, 80, 88, 96, 104, 106, 400, 480, 511] {
        let mut ring = Ring::of(0..9);
        ring.bytes[at] ^= 1;
        let outcomes = read(&ring);
        assert_eq!(outcomes.events(), (0..9).collect::<Vec<_>>(), "byte {at}");
        assert_eq!(outcomes.flaws(), [(0, Flaw::Header)], "byte {at}");
    }
}

/// Without a header nothing says how many slots there were: events are known by their numbers.
#[test]
fn events_of_a_later_lap_come_without_a_header_too() {
    let mut ring = Ring::of(90..130);
    ring.bytes[..4096].fill(0);
    let outcomes = read_from(90, &ring.bytes);
    assert_eq!(outcomes.events(), (90..130).collect::<Vec<_>>());
    assert_eq!(outcomes.flaws(), [(90, Flaw::Header)]);
}

/// As when a process is killed while it writes one.
#[test]
fn one_whole_copy_of_the_header_is_enough() {
    let mut ring = Ring::of(0..9);
    let older = Header { writes: 0, committed: 3, ..ring.header.clone() };
    ring.bytes[2048..2560].copy_from_slice(&older.encode(&mac()));
    ring.slot(5).fill(0);
    assert_eq!(read(&ring).flaws(), [(5, Flaw::Changed)], "the newer one counts");
    ring.bytes[100] ^= 1;
    assert_eq!(read(&ring).flaws(), [(5, Flaw::Gap)], "the older one is left");
}

#[test]
fn a_header_of_another_instance_is_none() {
    let mut ring = Ring::of(0..9);
    let foreign = ring.header.encode(&SlotMac::new(&key(InstanceId([1; 16]))));
    ring.bytes[..512].copy_from_slice(&foreign);
    assert_eq!(read(&ring).flaws(), [(0, Flaw::Header)]);
}

#[test]
fn an_old_copy_that_is_put_back_is_a_finding() {
    let outcomes = read_from(20, &Ring::of(0..9).bytes);
    assert_eq!((outcomes.events(), outcomes.flaws()), (vec![], vec![(20, Flaw::Older)]));
}

/// The ledger is flushed before the ring is: power loss leaves a ring that is older.
#[test]
fn a_ring_that_power_loss_made_older_is_none() {
    let ring = Ring::of(0..9).with_header(|header| header.boot = [9; 16]);
    let outcomes = read_from(20, &ring.bytes);
    assert!(outcomes.0.is_empty(), "{outcomes:?}");
}

#[test]
fn an_old_copy_of_the_slots_alone_is_a_finding_too() {
    let mut ring = Ring::of(0..9);
    for number in 5..9 {
        ring.slot(number).fill(0);
    }
    let flaws: Vec<_> = (5..9).map(|number| (number, Flaw::Changed)).collect();
    assert_eq!(read(&ring).flaws(), flaws);
}

#[test]
fn a_ring_of_another_folder_is_marked_and_taken() {
    let ring = Ring::of(0..3).with_header(|header| header.folder = [1; 16]);
    let outcomes = read(&ring);
    assert_eq!(outcomes.events(), [0, 1, 2]);
    let flaws: Vec<_> = (0..3).map(|number| (number, Flaw::Foreign)).collect();
    assert_eq!(outcomes.flaws(), flaws);
}

#[test]
fn a_truncated_file_is_a_finding_and_says_what_is_missing() {
    let mut ring = Ring::of(0..30);
    ring.bytes.truncate(4096 * 2);
    let outcomes = read(&ring);
    assert_eq!(outcomes.events(), (0..21).collect::<Vec<_>>());
    let missing = (21..30).map(|number| (number, Flaw::Changed));
    let flaws: Vec<_> = [(0, Flaw::Resized)].into_iter().chain(missing).collect();
    assert_eq!(outcomes.flaws(), flaws);
    for length in [4096, 4097, 8000] {
        let outcomes = read_from(0, &ring.bytes[..length]);
        assert_eq!((outcomes.events().len(), outcomes.flaws().len()), (0, 31), "{length}");
    }
}

#[test]
fn a_file_without_a_whole_header_is_a_finding() {
    for length in [0, 1, 512, 4095] {
        let outcomes = read_from(0, &Ring::of(0..9).bytes[..length]);
        assert_eq!(outcomes.flaws(), [(0, Flaw::Header)], "{length}");
    }
}

#[test]
fn a_lengthened_file_is_a_finding() {
    let mut ring = Ring::of(0..9);
    ring.bytes.extend([0xA5; 5000]);
    let outcomes = read(&ring);
    assert_eq!(outcomes.events(), (0..9).collect::<Vec<_>>());
    assert_eq!(outcomes.flaws(), [(0, Flaw::Resized)]);
}
