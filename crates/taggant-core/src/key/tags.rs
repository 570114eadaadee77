//! Tags of people in memory: what this thread worked out last, since a record is often read and
//! written again by the thread that has just worked on it, and an HMAC costs more than the look.
//!
//! It holds ids of people. They are wiped when the epoch moves, which every erasure does: at the next
//! look of this thread.

use std::cell::RefCell;

use zeroize::Zeroize;

use super::cache::Asker;
use crate::tag::SubjectTag;

/// How many people. A page of a list, rather than a shop's customers.
const SLOTS: usize = 64;

/// Bytes of kind and id together. Longer ones are worked out each time.
const ROOM: usize = 62;

/// Between kind and id: no byte of a kind, which is UTF-8.
const BETWEEN: u8 = 0xFF;

#[derive(Clone, Copy)]
struct Slot {
    tenant: u64,
    length: usize,
    who: [u8; ROOM],
    tag: SubjectTag,
}

struct Tags {
    epoch: u64,
    /// Empty until a tag is put.
    slots: Vec<Slot>,
}

thread_local! {
    static TAGS: RefCell<Tags> = const { RefCell::new(Tags { epoch: 0, slots: Vec::new() }) };
}

impl Drop for Tags {
    fn drop(&mut self) {
        self.wipe();
    }
}

impl Tags {
    fn wipe(&mut self) {
        for slot in &mut self.slots {
            slot.who.as_mut_slice().zeroize();
            slot.length = 0;
        }
    }

    fn at(&mut self, asker: Asker) {
        if self.epoch != asker.epoch {
            self.wipe();
            self.epoch = asker.epoch;
        }
    }
}

impl Slot {
    const EMPTY: Self = Self { tenant: 0, length: 0, who: [0; ROOM], tag: SubjectTag([0; 16]) };

    fn is(&self, tenant: u64, kind: &[u8], id: &[u8]) -> bool {
        let who = &self.who[..self.length];
        self.tenant == tenant
            && who.strip_prefix(kind).and_then(|rest| rest.strip_prefix(&[BETWEEN])) == Some(id)
    }
}

/// Where an id stands. The ends of ids differ most.
fn place(id: &[u8]) -> usize {
    let mut hash = 0_u64;
    for chunk in id.rchunks(8) {
        let mut bytes = [0; 8];
        bytes[..chunk.len()].copy_from_slice(chunk);
        hash = (hash ^ u64::from_le_bytes(bytes)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
    (hash >> 32) as usize % SLOTS
}

/// The tag of a person, if this thread has it.
pub(super) fn get(asker: Asker, kind: &str, id: &[u8]) -> Option<SubjectTag> {
    TAGS.with_borrow_mut(|tags| {
        tags.at(asker);
        let slot = tags.slots.get(place(id))?;
        slot.is(asker.tenant, kind.as_bytes(), id).then_some(slot.tag)
    })
}

/// Keeps the tag of a person.
pub(super) fn put(asker: Asker, kind: &str, id: &[u8], tag: SubjectTag) {
    let length = kind.len() + 1 + id.len();
    if length > ROOM {
        return;
    }
    TAGS.with_borrow_mut(|tags| {
        tags.at(asker);
        if tags.slots.is_empty() {
            tags.slots.resize(SLOTS, Slot::EMPTY);
        }
        let slot = &mut tags.slots[place(id)];
        slot.who.as_mut_slice().zeroize();
        slot.who[..kind.len()].copy_from_slice(kind.as_bytes());
        slot.who[kind.len()] = BETWEEN;
        slot.who[kind.len() + 1..length].copy_from_slice(id);
        (slot.tenant, slot.length, slot.tag) = (asker.tenant, length, tag);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asker(tenant: u64, epoch: u64) -> Asker {
        Asker { tenant, epoch }
    }

    #[test]
    fn nobody_gets_the_tag_of_another_tenant_kind_or_id() {
        let tag = SubjectTag([7; 16]);
        put(asker(1, 0), "customer", b"12", tag);
        assert_eq!(get(asker(1, 0), "customer", b"12"), Some(tag));
        for (tenant, kind, id) in
            [(2, "customer", "12"), (1, "custome", "r12"), (1, "agent", "12"), (1, "customer", "1")]
        {
            // Wherever it would stand.
            let kept = TAGS.with_borrow(|tags| {
                tags.slots.iter().any(|slot| slot.is(tenant, kind.as_bytes(), id.as_bytes()))
            });
            assert!(!kept, "{tenant} {kind} {id}");
        }
        // As if the first had no end, and as if the id could be confused with it.
        assert_eq!(get(asker(1, 0), "", b""), None);
    }

    #[test]
    fn ids_of_people_are_wiped_when_the_epoch_moves() {
        let person = |n: u8| [b'p', n];
        for n in 0..200 {
            put(asker(1, 5), "customer", &person(n), SubjectTag([n; 16]));
        }
        assert_eq!(get(asker(1, 6), "customer", &person(199)), None);
        let left = TAGS.with_borrow(|tags| {
            tags.slots.iter().any(|slot| slot.who.iter().any(|&byte| byte != 0))
        });
        assert!(!left);
    }

    #[test]
    fn what_is_too_long_is_not_kept() {
        put(asker(1, 0), "customer", &[b'x'; ROOM], SubjectTag([1; 16]));
        assert_eq!(get(asker(1, 0), "customer", &[b'x'; ROOM]), None);
    }
}
