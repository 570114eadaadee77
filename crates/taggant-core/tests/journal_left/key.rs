//! Keys: lost, not to be had for now, another instance's.

use super::*;

fn lost(id: InstanceId) -> Result<Zeroizing<[u8; 32]>> {
    match id {
        DEAD => Err(Error::new(Outcome::KeyNotFound, "gone")),
        id => Ok(key(id)),
    }
}

#[test]
fn without_the_key_events_are_taken_as_unverified() {
    let place = Place::with(&Ring::of(0..5).bytes);
    let outcomes = place.start(0, lost).unwrap();
    assert_eq!(outcomes.events(), [0, 1, 2, 3, 4]);
    let flaws: Vec<_> = (0..5).map(|number| (number, Flaw::Unverified)).collect();
    assert_eq!(outcomes.flaws(), flaws);
    assert_eq!(place.left(), [""; 0]);
}

/// Whoever makes up a number must not hide what is real behind it.
#[test]
fn made_up_numbers_do_not_lead_away_from_events_that_nobody_can_verify() {
    let mut ring = Ring::of(0..5);
    for (slot, number) in [(50, 50 + (1 << 60)), (51, u64::MAX - 1), (52, 52)] {
        let forged = sealed(&SlotMac::new(&[1; 32]), number, &encode_record(&access(52)).head);
        ring.slot(slot).copy_from_slice(&forged);
    }
    let outcomes = Place::with(&ring.bytes).start(0, lost).unwrap();
    assert_eq!(outcomes.events(), [0, 1, 2, 3, 4, 52]);
    for rubbish in [50, 51] {
        assert!(outcomes.flaws().contains(&(rubbish, Flaw::Changed)), "slot {rubbish}");
    }
}

#[test]
fn without_the_key_a_header_is_not_believed() {
    let ring = Ring::of(0..5).with_header(|header| {
        (header.slots, header.claimed, header.committed) = (1 << 50, 1 << 50, 1 << 50);
    });
    let outcomes = Place::with(&ring.bytes).start(0, lost).unwrap();
    assert_eq!(outcomes.events(), [0, 1, 2, 3, 4]);
    assert!(outcomes.flaws().len() < 20, "{outcomes:?}");
}

/// What a long text says of its own length can't be verified either.
#[test]
fn lengths_that_nobody_can_verify_take_no_event_along() {
    let mut ring = Ring::of(0..5);
    let text = "x".repeat(500);
    let mut unit = encode_text(DefineKind::Actor, 1, 7, &text).unwrap();
    unit.head[16..20].copy_from_slice(&u32::MAX.to_le_bytes());
    ring.put(1, &unit.head);
    let outcomes = Place::with(&ring.bytes).start(0, lost).unwrap();
    assert_eq!(outcomes.events(), [0, 2, 3, 4]);
}

#[test]
fn a_key_that_cannot_be_had_now_leaves_the_journal_for_later() {
    let place = Place::with(&Ring::of(0..5).bytes);
    let down = |id: InstanceId| match id {
        DEAD => Err(Error::new(Outcome::KeyUnavailable, "down")),
        id => Ok(key(id)),
    };
    let error = place.start(0, down).unwrap_err();
    assert_eq!(error.outcome(), Outcome::KeyUnavailable);
    assert_eq!(place.left(), [DEAD.to_string()]);
    assert_eq!(place.start(0, |id| Ok(key(id))).unwrap().events(), [0, 1, 2, 3, 4]);
}

#[test]
fn a_ring_under_another_instances_name_is_no_word_of_that_instance() {
    let place = Place::new();
    let own = place.leave(&DEAD.to_string(), None);
    let mut ring = Ring::of(0..5);
    let other = SlotMac::new(&key(InstanceId([1; 16])));
    for number in 0..5 {
        let event = sealed(&other, number, &encode_record(&access(number)).head);
        ring.slot(number).copy_from_slice(&event);
    }
    ring.bytes[..512].copy_from_slice(&ring.header.encode(&other));
    std::fs::write(own.join("events.ring"), &ring.bytes).unwrap();
    let outcomes = place.start(0, |id| Ok(key(id))).unwrap();
    assert_eq!(outcomes.events(), [0; 0]);
    let changed = (0..5).map(|number| (number, Flaw::Changed));
    let mut flaws: Vec<_> = changed.chain([(0, Flaw::Header)]).collect();
    flaws.sort_unstable();
    assert_eq!(outcomes.flaws(), flaws);
}
