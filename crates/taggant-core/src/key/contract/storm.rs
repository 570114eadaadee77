//! How often store and root key are asked: as often as is documented, however many threads and
//! erasures there are.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use zeroize::Zeroizing;

use super::Make;
use super::meddled::Meddled;
use super::memory::MemoryAnchor;
use super::ring::{self, GROUP, TENANT};
use crate::error::{Outcome, Result};
use crate::key::store::KeyStore;
use crate::key::{Anchor, KeyConfig, KeyRing, LocalRoot, Owner, RootKey};
use crate::tag::{KeyId, SubjectTag};

/// A root key that is slow, and counts how often it is asked to unwrap.
struct Counted {
    root: LocalRoot,
    asked: AtomicUsize,
}

impl RootKey for Counted {
    fn id(&self) -> &str {
        self.root.id()
    }
    fn check_value(&self) -> Option<[u8; 8]> {
        self.root.check_value()
    }
    fn wrap(&self, context: &[u8], key: &[u8; 32]) -> Result<Vec<u8>> {
        self.root.wrap(context, key)
    }
    fn unwrap(&self, context: &[u8], wrapped: &[u8]) -> Result<Zeroizing<[u8; 32]>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(2));
        self.root.unwrap(context, wrapped)
    }
}

struct Counting {
    ring: KeyRing,
    store: Arc<Meddled>,
    root: Arc<Counted>,
}

fn counting(store: &Arc<dyn KeyStore>, anchor: &MemoryAnchor, cache_life: Duration) -> Counting {
    let store = Arc::new(Meddled::new(store.clone()));
    let root = Counted { root: LocalRoot::new(&[7; 32]), asked: AtomicUsize::new(0) };
    let root = Arc::new(root);
    let config = KeyConfig { cache_life, ..KeyConfig::default() };
    let ring = KeyRing::open(store.clone(), root.clone(), Box::new(anchor.clone()), config);
    Counting { ring: ring.expect("it opens"), store, root }
}

impl Counting {
    /// How often store and root key were asked meanwhile.
    fn asked(&self, work: impl FnOnce()) -> (usize, usize) {
        let before = (self.store.calls(), self.root.asked.load(Ordering::SeqCst));
        work();
        let asked = self.root.asked.load(Ordering::SeqCst);
        (self.store.calls() - before.0, asked - before.1)
    }
}

const MANY: usize = 40;

fn erased(make: Make<'_>) -> (Arc<dyn KeyStore>, MemoryAnchor, Vec<KeyId>) {
    let (store, anchor) = (make(), MemoryAnchor::default());
    let ring = ring::open(store.clone(), &anchor, None).expect("it opens");
    for n in 0..MANY {
        ring::seal(&ring, &n.to_string()).expect("it seals");
        ring::erase(&ring, &n.to_string()).expect("it erases");
    }
    let kept: Result<Vec<KeyId>> = (0..MANY).map(|n| ring::seal(&ring, &format!("k{n}"))).collect();
    (store, anchor, kept.expect("they seal"))
}

/// Opening costs the same however many were erased; threads that come together ask once.
pub(super) fn the_root_key_is_asked_once_per_branch_key(make: Make<'_>) {
    let (store, anchor, kept) = erased(make);
    let counting = counting(&store, &anchor, Duration::from_secs(600));
    assert!(counting.store.calls() < 20, "{} calls to open", counting.store.calls());
    assert_eq!(counting.root.asked.load(Ordering::SeqCst), 1, "the history key's branch");
    let (_, unwraps) = counting.asked(|| {
        std::thread::scope(|scope| {
            for id in kept.iter().cycle().take(16) {
                scope.spawn(|| counting.ring.tenant(TENANT)?.open_key(*id));
            }
        });
    });
    assert_eq!(unwraps, 3, "the branches of fences, subjects and data keys");
}

/// Erasures of others cost one question, and no root key.
pub(super) fn erasures_of_others_ask_for_no_root_key(make: Make<'_>) {
    let (store, anchor, kept) = erased(make);
    let counting = counting(&store, &anchor, Duration::from_secs(600));
    let tenant = counting.ring.tenant(TENANT).expect("a tenant");
    tenant.index_keys("d", "i").expect("index keys");
    tenant.open_key(kept[0]).expect("it opens");
    let other = ring::open(store, &anchor, None).expect("it opens");
    for n in 0..MANY {
        ring::erase(&other, &format!("new{n}")).expect("it erases");
    }
    let (calls, unwraps) = counting.asked(|| {
        counting.ring.refresh().expect("it refreshes");
        tenant.index_keys("d", "i").expect("index keys");
    });
    assert_eq!(unwraps, 0);
    assert!(calls <= 3, "{calls} calls");
}

/// A store that was restored from before many erasures: each happens again, the root key is asked
/// once for the tenant.
pub(super) fn a_restored_store_asks_for_the_root_key_once(make: Make<'_>) {
    let (store, anchor) = (make(), MemoryAnchor::default());
    let ring = ring::open(store.clone(), &anchor, None).expect("it opens");
    for n in 0..MANY {
        ring::seal(&ring, &n.to_string()).expect("it seals");
    }
    // Another store of the same folder goes on; this one has never heard of it.
    let events = store.history(1).expect("a history");
    let later = make();
    super::copy::copy(&*store, &*later, TENANT);
    let ring = ring::open(later.clone(), &anchor, None).expect("it opens");
    for n in 0..MANY {
        ring::erase(&ring, &n.to_string()).expect("it erases");
    }
    drop(ring);
    assert!(anchor.read().expect("an anchor").expect("one").events.len() > events.len() + 9);
    let counting = counting(&store, &anchor, Duration::from_secs(600));
    assert_eq!(counting.root.asked.load(Ordering::SeqCst), 2, "history and fence");
    let erased = ring::seal(&counting.ring, "1").map_err(|error| error.outcome());
    assert_eq!(erased, Err(Outcome::Erased));
}

/// Threads that find their memory too old at the same time ask once.
pub(super) fn a_herd_past_the_cache_life_asks_once(make: Make<'_>) {
    let (store, anchor) = (make(), MemoryAnchor::default());
    let counting = counting(&store, &anchor, Duration::from_millis(400));
    let tenant = counting.ring.tenant(TENANT).expect("a tenant");
    let tag = ring::person(&counting.ring, "1").expect("a tag");
    let seal = |tag: SubjectTag| tenant.seal_key(GROUP, Owner::Subject(tag)).map(|key| key.id());
    seal(tag).expect("it seals");
    std::thread::sleep(Duration::from_millis(450));
    let (calls, _) = counting.asked(|| {
        std::thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| seal(tag).expect("it seals"));
            }
        });
    });
    assert!(calls <= 2, "{calls} calls of 16 threads");
}

/// Many keys to read cost one question.
pub(super) fn prefetched_keys_are_read_without_asking(make: Make<'_>) {
    let (store, anchor, kept) = erased(make);
    let counting = counting(&store, &anchor, Duration::from_secs(600));
    let tenant = counting.ring.tenant(TENANT).expect("a tenant");
    let unknown = KeyId([9; 16]);
    let (calls, _) = counting.asked(|| {
        tenant.prefetch_keys(&[&kept[..], &[unknown]].concat()).expect("they are there");
    });
    assert!(calls <= 2, "{calls} calls");
    let (calls, _) = counting.asked(|| {
        for id in &kept {
            assert_eq!(tenant.open_key(*id).expect("it opens").id(), *id);
        }
    });
    assert_eq!(calls, 0);
    assert_eq!(tenant.open_key(unknown).map(drop).unwrap_err().outcome(), Outcome::KeyNotFound);
    // What was written or prefetched for writing is read from memory too.
    let people: Vec<SubjectTag> =
        (0..9).map(|n| ring::person(&counting.ring, &format!("w{n}")).expect("a tag")).collect();
    tenant.prefetch(GROUP, &people).expect("keys");
    let (calls, _) = counting.asked(|| {
        for tag in &people {
            let key = tenant.seal_key(GROUP, Owner::Subject(*tag)).expect("it seals").id();
            tenant.open_key(key).expect("it opens");
        }
    });
    assert_eq!(calls, 0);
}
