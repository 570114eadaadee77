//! What is in memory after an erasure, and what an erasure knows.

use std::sync::Arc;
use std::time::Duration;

use super::Make;
use super::memory::MemoryAnchor;
use super::ring::{self, GROUP, TENANT};
use crate::error::Outcome;
use crate::key::store::KeyStore;
use crate::key::{KeyConfig, KeyRing, KeyState, LocalRoot, Owner};

/// A ring whose memory is fresh for a long time.
fn lasting(store: &Arc<dyn KeyStore>, anchor: &MemoryAnchor) -> KeyRing {
    let config = KeyConfig { cache_life: Duration::from_secs(3600), ..KeyConfig::default() };
    let root = Arc::new(LocalRoot::new(&[7; 32]));
    KeyRing::open(store.clone(), root, Box::new(anchor.clone()), config).expect("it opens")
}

/// Also of threads that sleep, and after an erasure elsewhere that a refresh finds.
pub(super) fn no_thread_keeps_an_erased_key_in_memory(make: Make<'_>) {
    for is_elsewhere in [false, true] {
        let (store, anchor) = (make(), MemoryAnchor::default());
        let (ring, other) = (lasting(&store, &anchor), lasting(&store, &anchor));
        let tag = ring::person(&ring, "1").expect("a tag");
        let tenant = ring.tenant(TENANT).expect("a tenant");
        let (sent, used) = std::sync::mpsc::channel();
        let (end, ended) = std::sync::mpsc::channel::<()>();
        std::thread::scope(|scope| {
            let tenant = &tenant;
            scope.spawn(move || {
                let key = tenant.seal_key(GROUP, Owner::Subject(tag)).expect("it seals");
                tenant.open_key(key.id()).expect("it opens");
                let weak = Arc::downgrade(&key);
                drop(key);
                sent.send(weak).expect("a listener");
                let _ = ended.recv();
            });
            let key = used.recv().expect("a key");
            assert!(key.upgrade().is_some(), "the cache keeps it");
            ring::erase(if is_elsewhere { &other } else { &ring }, "1").expect("it erases");
            ring.refresh().expect("it refreshes");
            assert!(key.upgrade().is_none(), "an erased key is in memory still");
            drop(end);
        });
    }
}

/// Whatever is in its memory, an administrator works on the newest state.
pub(super) fn an_erasure_knows_of_a_hold_that_another_process_has_just_set(make: Make<'_>) {
    let (store, anchor) = (make(), MemoryAnchor::default());
    let (ring, other) = (lasting(&store, &anchor), lasting(&store, &anchor));
    let key = ring::seal(&ring, "1").expect("it seals");
    let tag = ring::person(&ring, "1").expect("a tag");
    other.hold(TENANT, tag, true).expect("a hold");
    let refused = ring::erase(&ring, "1").map_err(|error| error.outcome());
    assert_eq!(refused, Err(Outcome::Denied));
    other.hold(TENANT, tag, false).expect("it ends");
    other.retire(TENANT, key, KeyState::Compromised).expect("it is marked");
    ring.retire(TENANT, key, KeyState::Retired).expect("it is compromised already");
    let opened = ring.tenant(TENANT).expect("a tenant").open_key(key).expect("it opens");
    assert_eq!(opened.state(), KeyState::Compromised);
    assert_eq!(ring::erase(&ring, "1").expect("it erases"), 1);
}
