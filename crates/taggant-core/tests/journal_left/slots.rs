//! Slots: cut, zeroed, forged, rewritten, moved, put back.

use super::*;

#[test]
fn a_whole_ring_gives_every_event_and_no_flaw() {
    let outcomes = read(&Ring::of(0..9));
    assert_eq!(outcomes.events(), (0..9).collect::<Vec<_>>());
    assert_eq!(outcomes.flaws(), []);
}

#[test]
fn what_the_ledger_has_is_not_told_again() {
    let outcomes = read_from(6, &Ring::of(0..9).bytes);
    assert_eq!((outcomes.events(), outcomes.flaws()), (vec![6, 7, 8], vec![]));
}

#[test]
fn a_ring_of_which_the_ledger_has_everything_is_no_finding() {
    let ring = Ring::of(0..9);
    // Slots say as well as the header how far the process had come.
    let early = ring.clone().with_header(|header| (header.claimed, header.committed) = (4, 4));
    for ring in [ring, early] {
        let outcomes = read_from(9, &ring.bytes);
        assert_eq!((outcomes.events(), outcomes.flaws()), (vec![], vec![]));
    }
}

#[test]
fn numbers_that_were_claimed_and_not_written_are_gaps() {
    let mut ring = Ring::of(0..9).with_header(|header| header.committed = 4);
    ring.slot(4)[..8].fill(0);
    ring.slot(8)[..8].fill(0);
    let outcomes = read(&ring);
    assert_eq!(outcomes.events(), [0, 1, 2, 3, 5, 6, 7]);
    assert_eq!(outcomes.flaws(), [(4, Flaw::Gap), (8, Flaw::Gap)]);
}

#[test]
fn a_slot_that_was_written_and_is_empty_was_changed() {
    let mut ring = Ring::of(0..9);
    ring.slot(4).fill(0);
    let outcomes = read(&ring);
    assert_eq!(outcomes.events(), [0, 1, 2, 3, 5, 6, 7, 8]);
    assert_eq!(outcomes.flaws(), [(4, Flaw::Changed)]);
}

/// After another boot only what was flushed must be there.
#[test]
fn power_loss_takes_what_was_not_flushed_and_that_is_no_change() {
    let mut ring = Ring::of(0..9).with_header(|header| {
        header.boot = [9; 16];
        header.flushed = 5;
    });
    ring.slot(4).fill(0);
    ring.slot(6).fill(0);
    assert_eq!(read(&ring).flaws(), [(4, Flaw::Changed), (6, Flaw::Gap)]);
}

#[test]
fn a_changed_byte_of_a_slot_is_a_finding_wherever_it_is() {
    for at in 0..192 {
        let mut ring = Ring::of(0..9);
        ring.slot(8)[at] ^= 0x10;
        let outcomes = read(&ring);
        assert_eq!(outcomes.events(), (0..8).collect::<Vec<_>>(), "byte {at}");
        assert_eq!(outcomes.flaws(), [(8, Flaw::Changed)], "byte {at}");
    }
}

#[test]
fn an_event_that_somebody_without_the_key_adds_is_a_finding() {
    let mut ring = Ring::of(0..5);
    let forged = sealed(&SlotMac::new(&[1; 32]), 5, &encode_record(&access(5)).head);
    ring.slot(5).copy_from_slice(&forged);
    let outcomes = read(&ring);
    assert_eq!(outcomes.events(), [0, 1, 2, 3, 4]);
    assert_eq!(outcomes.flaws(), [(5, Flaw::Changed)]);
}

#[test]
fn an_event_under_another_number_is_a_finding() {
    for word in [0_u64, 1, 7, 5 + SLOTS, u64::MAX] {
        let mut ring = Ring::of(0..9);
        ring.slot(4)[..8].copy_from_slice(&word.to_le_bytes());
        let outcomes = read(&ring);
        assert_eq!(outcomes.events(), [0, 1, 2, 3, 5, 6, 7, 8], "{word}");
        assert_eq!(outcomes.flaws(), [(4, Flaw::Changed)], "{word}");
    }
}

#[test]
fn an_event_that_stands_twice_counts_once() {
    let mut ring = Ring::of(0..9);
    let copy = ring.slot(3).to_vec();
    ring.slot(4).copy_from_slice(&copy);
    let outcomes = read(&ring);
    assert_eq!(outcomes.events(), [0, 1, 2, 3, 5, 6, 7, 8]);
    assert_eq!(outcomes.flaws(), [(4, Flaw::Changed)]);
}

#[test]
fn two_events_that_change_places_keep_their_numbers() {
    let mut ring = Ring::of(0..9);
    let (one, other) = (ring.slot(3).to_vec(), ring.slot(4).to_vec());
    ring.slot(3).copy_from_slice(&other);
    ring.slot(4).copy_from_slice(&one);
    assert_eq!(read(&ring).events(), (0..9).collect::<Vec<_>>());
}

/// Slot numbers come again with each lap of the ring, event numbers never do.
#[test]
fn an_event_of_an_earlier_lap_is_no_event_of_this_one() {
    let mut ring = Ring::of(60..100);
    let old = encode_record(&access(6)).head;
    ring.slot(70).copy_from_slice(&sealed(&mac(), 6, &old));
    let outcomes = read_from(60, &ring.bytes);
    assert_eq!(outcomes.events().len(), 39);
    assert_eq!(outcomes.flaws(), [(70, Flaw::Changed)]);
    // The same bytes are right where the writer had not come so far.
    let ring = ring.with_header(|header| header.committed = 70);
    assert_eq!(read_from(60, &ring.bytes).flaws(), [(70, Flaw::Gap)]);
}

#[test]
fn a_ledger_restored_from_an_old_copy_gets_what_is_still_there() {
    let outcomes = read_from(10, &Ring::of(36..100).bytes);
    assert_eq!(outcomes.events(), (36..100).collect::<Vec<_>>());
    assert_eq!((outcomes.0[0].first, outcomes.flaws()), (36, vec![]));
}

#[test]
fn rubbish_in_unused_slots_is_a_finding() {
    let mut ring = Ring::of(0..9);
    ring.slot(40).fill(0xA5);
    let outcomes = read(&ring);
    assert_eq!(outcomes.events(), (0..9).collect::<Vec<_>>());
    assert_eq!(outcomes.flaws(), [(0, Flaw::Changed)]);
}

#[test]
fn rubbish_in_unused_slots_is_a_finding_in_a_later_lap_too() {
    let mut ring = Ring::of(60..100);
    ring.slot(40).fill(0xA5);
    let outcomes = read_from(60, &ring.bytes);
    assert_eq!(outcomes.events(), (60..100).collect::<Vec<_>>());
    assert_eq!(outcomes.flaws(), [(60, Flaw::Changed)]);
}

/// docs/THREATS.md says so: nothing tells it from power loss.
#[test]
fn a_tail_that_is_cut_off_beyond_the_header_goes_unseen() {
    let mut ring = Ring::of(0..9).with_header(|header| {
        header.claimed = 6;
        header.committed = 6;
    });
    for number in 6..9 {
        ring.slot(number).fill(0);
    }
    let outcomes = read(&ring);
    assert_eq!((outcomes.events(), outcomes.flaws()), ((0..6).collect(), vec![]));
}

#[test]
fn a_long_reason_comes_back_whole() {
    let mut ring = Ring::of(0..9);
    let mut event = access(2);
    event.set_reason(&"ticket 4711 ".repeat(40));
    ring.put_all(2, &encode_record(&event));
    let outcomes = read(&ring);
    assert_eq!(outcomes.events(), [0, 1, 2, 6, 7, 8]);
    assert_eq!((outcomes.0[0].events[2].1.reason(), outcomes.flaws()), (event.reason(), vec![]));
}

#[test]
fn a_reason_whose_slot_was_changed_is_cut_and_its_event_stays() {
    let mut ring = Ring::of(0..9);
    let mut event = access(2);
    let reason = "ticket 4711 ".repeat(40);
    event.set_reason(&reason);
    ring.put_all(2, &encode_record(&event));
    ring.slot(3)[100] ^= 1;
    let outcomes = read(&ring);
    assert_eq!(outcomes.events(), [0, 1, 2, 6, 7, 8]);
    assert_eq!(outcomes.0[0].events[2].1.reason(), &reason[..28]);
    assert_eq!(outcomes.flaws(), [(2, Flaw::Changed), (3, Flaw::Changed)]);
}

/// The first slot is committed last, so this is what a kill leaves.
#[test]
fn a_text_without_its_first_slot_is_a_gap() {
    let text = "x".repeat(500);
    let mut ring = Ring::of(0..9).with_header(|header| header.committed = 2);
    ring.put_all(2, &encode_text(DefineKind::Location, 1, 7, &text).unwrap());
    assert_eq!(read(&ring).0[0].definitions[0].text, text);
    ring.slot(2)[..8].fill(0);
    let outcomes = read(&ring);
    assert_eq!(outcomes.events(), [0, 1, 6, 7, 8]);
    let gaps: Vec<_> = (2..6).map(|number| (number, Flaw::Gap)).collect();
    assert_eq!(outcomes.flaws(), gaps);
}
