//! Data keys in memory: a small cache per thread over a sharded, bounded one per tenant.
//!
//! A hit in the first takes no lock, no allocation and no system call. Both are void as soon as
//! the epoch moves: after an erasure in this process, and after a refresh that found a change. Only
//! the second keeps a key alive: when it is cleared, what nobody uses is wiped, also where a thread
//! that sleeps has it in its own cache.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Arc, Weak};

use super::data::{DataKey, Owner};
use crate::cipher::fork::{Guard, Mutex};
use crate::tag::KeyId;

/// What a key is looked up by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum By {
    /// For writing: the owner's active key.
    Owner(&'static str, Owner),
    /// For reading.
    Id(KeyId),
}

/// Who asks: a tenant of a ring, and its epoch.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Asker {
    pub(super) tenant: u64,
    pub(super) epoch: u64,
}

const THREAD_SLOTS: usize = 256;

struct Slot {
    asker: Asker,
    by: By,
    key: Weak<DataKey>,
}

thread_local! {
    static SLOTS: RefCell<Vec<Option<Slot>>> = const { RefCell::new(Vec::new()) };
}

fn slot(by: &By) -> usize {
    // Tags and ids are uniform already.
    let byte = |bytes: &[u8; 16]| usize::from(bytes[0]);
    match by {
        By::Owner(_, Owner::Subject(tag)) => byte(&tag.0),
        By::Owner(group, Owner::Dataset(name)) => (name.len() * 31 + group.len()) % THREAD_SLOTS,
        By::Id(id) => byte(&id.0),
    }
}

/// This thread's own copy.
pub(super) fn thread_get(asker: Asker, by: &By) -> Option<Arc<DataKey>> {
    SLOTS.with_borrow(|slots| {
        let slot = slots.get(slot(by))?.as_ref()?;
        if slot.asker == asker && slot.by == *by { slot.key.upgrade() } else { None }
    })
}

/// Remembers a key for this thread.
pub(super) fn thread_put(asker: Asker, by: By, key: &Arc<DataKey>) {
    SLOTS.with_borrow_mut(|slots| {
        if slots.is_empty() {
            slots.resize_with(THREAD_SLOTS, || None);
        }
        slots[slot(&by)] = Some(Slot { asker, by, key: Arc::downgrade(key) });
    });
}

const SHARDS: usize = 16;

/// The cache of a tenant, shared by all threads.
pub(super) struct Cache {
    hasher: RandomState,
    shards: [Mutex<Shard>; SHARDS],
    per_shard: usize,
}

#[derive(Default)]
struct Shard {
    keys: HashMap<By, (u64, Arc<DataKey>)>,
    order: VecDeque<By>,
}

impl Cache {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            hasher: RandomState::new(),
            shards: Default::default(),
            per_shard: capacity.div_ceil(SHARDS).max(1),
        }
    }

    fn shard(&self, by: &By) -> Guard<std::sync::MutexGuard<'_, Shard>> {
        let index = self.hasher.hash_one(by) as usize % SHARDS;
        self.shards[index].lock()
    }

    pub(super) fn get(&self, epoch: u64, by: &By) -> Option<Arc<DataKey>> {
        let shard = self.shard(by);
        let (made, key) = shard.keys.get(by)?;
        (*made == epoch).then(|| key.clone())
    }

    pub(super) fn put(&self, epoch: u64, by: By, key: &Arc<DataKey>) {
        let mut shard = self.shard(&by);
        if shard.keys.insert(by, (epoch, key.clone())).is_none() {
            shard.order.push_back(by);
        }
        while shard.order.len() > self.per_shard {
            if let Some(oldest) = shard.order.pop_front() {
                shard.keys.remove(&oldest);
            }
        }
    }

    /// Drops everything: what nobody uses any more is wiped now.
    pub(super) fn clear(&self) {
        for shard in &self.shards {
            *shard.lock() = Shard::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cipher::xaes::XaesKey;
    use crate::key::store::{KeyState, OwnerKind};

    fn key(n: u8) -> Arc<DataKey> {
        Arc::new(DataKey {
            id: KeyId([n; 16]),
            owner_kind: OwnerKind::Dataset,
            owner: Box::from(&b"d"[..]),
            group: Arc::from("main"),
            state: KeyState::Active,
            cipher: XaesKey::new(&[n; 32]),
        })
    }

    #[test]
    fn the_cache_is_bounded_and_an_epoch_voids_it() {
        let cache = Cache::new(32);
        for n in 0..200 {
            cache.put(1, By::Id(KeyId([n; 16])), &key(n));
        }
        let kept = (0..200).filter(|n| cache.get(1, &By::Id(KeyId([*n; 16]))).is_some()).count();
        assert!(kept <= 32, "{kept}");
        assert!((0..200).all(|n| cache.get(2, &By::Id(KeyId([n; 16]))).is_none()));
    }

    #[test]
    fn evicted_keys_are_dropped_once_nobody_uses_them() {
        let cache = Cache::new(16);
        let first = key(1);
        cache.put(1, By::Id(first.id()), &first);
        cache.clear();
        assert_eq!(Arc::strong_count(&first), 1);
    }

    #[test]
    fn another_tenant_or_epoch_is_another_entry_for_the_thread_too() {
        let (asker, by) = (Asker { tenant: 1, epoch: 1 }, By::Id(KeyId([9; 16])));
        let kept = key(9);
        thread_put(asker, by, &kept);
        assert!(thread_get(asker, &by).is_some());
        assert!(thread_get(Asker { tenant: 2, ..asker }, &by).is_none());
        assert!(thread_get(Asker { epoch: 2, ..asker }, &by).is_none());
        drop(kept);
        assert!(thread_get(asker, &by).is_none(), "a thread alone keeps no key alive");
    }
}
