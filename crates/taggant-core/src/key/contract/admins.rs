//! Two at once: one works while the other is in the middle of something.

use std::sync::Arc;

use super::Make;
use super::meddled::{Meddle, Meddled};
use super::memory::MemoryAnchor;
use super::ring::{self, GROUP, TENANT};
use crate::error::{Outcome, Result};
use crate::key::store::{KeyState, KeyStore};
use crate::key::{KeyConfig, KeyRing, LocalRoot, Owner};

type Work = fn(&KeyRing) -> Result<()>;

const ERASE: (&str, Work) = ("erase", |ring| ring::erase(ring, "1").map(drop));
const SEAL: (&str, Work) = ("seal", |ring| ring::seal(ring, "1").map(drop));
const FIRST: (&str, Work) = ("first seal", |ring| ring::seal(ring, "2").map(drop));
const ERASE_NEW: (&str, Work) = ("erase unseen", |ring| ring::erase(ring, "2").map(drop));
const DATA: (&str, Work) = ("rotate data", |ring| ring.rotate_data(TENANT, GROUP).map(drop));
const BRANCH: (&str, Work) =
    ("rotate branch", |ring| ring.rotate_branch(TENANT, GROUP, false).map(drop));
const HOLD: (&str, Work) = ("hold", |ring| ring.hold(TENANT, ring::person(ring, "1")?, true));
const RETIRE: (&str, Work) = ("retire", |ring| {
    let tag = ring::person(ring, "1")?;
    let keys = ring.list(TENANT)?;
    let key = keys.iter().find(|key| key.subject == Some(tag)).expect("made before");
    ring.retire(TENANT, key.id, KeyState::Retired)
});

/// Errors that mean that somebody else was faster, and nothing worse.
fn is_fair(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Erased | Outcome::Denied | Outcome::KeyUnavailable)
}

struct Pair {
    store: Arc<dyn KeyStore>,
    anchor: MemoryAnchor,
    meddled: Arc<Meddled>,
    ring: KeyRing,
}

fn pair(make: Make<'_>) -> Pair {
    let (store, anchor) = (make(), MemoryAnchor::default());
    let meddled = Arc::new(Meddled::new(store.clone()));
    let ring = ring::open(meddled.clone(), &anchor, None).expect("it opens");
    ring::seal(&ring, "1").expect("it seals");
    Pair { store, anchor, meddled, ring }
}

/// The whole work of one between any two calls of the other.
pub(super) fn two_administrators_at_once_leave_the_store_right(make: Make<'_>) {
    let works = [ERASE, SEAL, FIRST, ERASE_NEW, DATA, BRANCH, HOLD, RETIRE];
    for one in works {
        for other in works {
            let mut calls = 0;
            while interleaved(make, one, other, calls) {
                calls += 1;
            }
        }
    }
    for erased in ["1", "2"] {
        let mut calls = 0;
        while adopted_meanwhile(make, erased, calls) {
            calls += 1;
        }
        let mut calls = 0;
        while erased_meanwhile(make, erased, calls) {
            calls += 1;
        }
    }
}

fn interleaved(make: Make<'_>, one: (&str, Work), other: (&str, Work), calls: usize) -> bool {
    let Pair { store, anchor, meddled, ring } = pair(make);
    let second = ring::open(store.clone(), &anchor, None).expect("it opens");
    let name = format!("{} during call {calls} of {}", other.0, one.0);
    let (theirs, work) = (name.clone(), other.1);
    meddled.arm(
        calls,
        Meddle::Other(Box::new(move || {
            let done = work(&second).map_err(|error| error.outcome());
            assert!(done.is_ok() || done.is_err_and(is_fair), "{theirs}: {done:?}");
        })),
    );
    let done = one.1(&ring).map_err(|error| error.outcome());
    let was_asked = !meddled.disarm();
    assert!(done.is_ok() || done.is_err_and(is_fair), "{name}: {done:?}");
    ring::check(&store, &anchor, None);
    if done.is_ok() && one.0 == ERASE.0 {
        let fresh = ring::open(store, &anchor, None).expect("it opens");
        assert_eq!(ring::seal(&fresh, "1").unwrap_err().outcome(), Outcome::Erased, "{name}");
    }
    was_asked
}

/// Somebody adopts an identity key while a person is erased.
fn adopted_meanwhile(make: Make<'_>, person: &str, calls: usize) -> bool {
    let Pair { store, anchor, meddled, ring } = pair(make);
    let (theirs, to) = (store.clone(), anchor.clone());
    meddled.arm(
        calls,
        Meddle::Other(Box::new(move || {
            drop(ring::open(theirs, &to, Some(9)).expect("it adopts"));
        })),
    );
    let erased = ring::erase(&ring, person);
    let was_asked = !meddled.disarm();
    stays_erased(&store, &anchor, person, erased.is_ok());
    was_asked
}

/// A person is erased while somebody adopts an identity key.
fn erased_meanwhile(make: Make<'_>, person: &'static str, calls: usize) -> bool {
    let Pair { store, anchor, meddled, ring } = pair(make);
    let (sent, erased) = std::sync::mpsc::channel();
    meddled.arm(
        calls,
        Meddle::Other(Box::new(move || {
            // Not through the meddled store's own ring: that is asked by the other.
            let _ = sent.send(ring::erase(&ring, person).is_ok());
        })),
    );
    let adopted = ring::open(meddled.clone(), &anchor, Some(9));
    let was_asked = !meddled.disarm();
    drop(adopted.expect("it adopts"));
    stays_erased(&store, &anchor, person, erased.try_recv() == Ok(true));
    was_asked
}

fn stays_erased(store: &Arc<dyn KeyStore>, anchor: &MemoryAnchor, person: &str, erased: bool) {
    ring::check(store, anchor, Some(9));
    let fresh = ring::open(store.clone(), anchor, Some(9)).expect("it opens");
    let outcome = ring::seal(&fresh, person).map_err(|error| error.outcome());
    if erased {
        assert_eq!(outcome, Err(Outcome::Erased), "an erased person came back by an adoption");
    } else {
        assert!(outcome.is_ok(), "an erasure that failed was made: {outcome:?}");
    }
}

/// Neither takes away what the other has added, and no branch key is passed over.
pub(super) fn root_keys_that_two_add_at_once_are_both_there(make: Make<'_>) {
    let mut calls = 0;
    while both_added(make, calls) {
        calls += 1;
    }
}

fn both_added(make: Make<'_>, calls: usize) -> bool {
    let Pair { store, anchor, meddled, ring } = pair(make);
    let tenant = ring.tenant(TENANT).expect("a tenant");
    let keys = [GROUP, "other", "third"]
        .map(|group| tenant.seal_key(group, Owner::Dataset("d")).expect("it seals").id());
    let second = ring::open(store.clone(), &anchor, None).expect("it opens");
    let added = |ring: &KeyRing, root| {
        ring.rotate_root(TENANT, &LocalRoot::new(&[root; 32]), false).expect("it is added");
    };
    meddled.arm(calls, Meddle::Other(Box::new(move || added(&second, 8))));
    added(&ring, 9);
    let was_asked = !meddled.disarm();
    for root in if was_asked { &[8, 9][..] } else { &[9] } {
        let root = Arc::new(LocalRoot::new(&[*root; 32]));
        let anchor = Box::new(anchor.clone());
        let opened = KeyRing::open(store.clone(), root, anchor, KeyConfig::default());
        let tenant = opened.expect("the store's own keys are wrapped").tenant(TENANT);
        let tenant = tenant.expect("the tenant's are");
        for id in keys {
            tenant.open_key(id).expect("those of each group are");
        }
    }
    was_asked
}

/// The same without an order: threads, several rounds.
pub(super) fn threads_of_two_administrators_leave_the_store_right(make: Make<'_>) {
    let works = [ERASE, SEAL, FIRST, ERASE_NEW, DATA, BRANCH, RETIRE, FIRST];
    for round in 0..16 {
        let Pair { store, anchor, ring, .. } = pair(make);
        let second = ring::open(store.clone(), &anchor, None).expect("it opens");
        std::thread::scope(|scope| {
            for (number, (name, work)) in works.iter().enumerate() {
                let ring = if (number + round) % 2 == 0 { &ring } else { &second };
                scope.spawn(move || {
                    let done = work(ring).map_err(|error| error.outcome());
                    assert!(done.is_ok() || done.is_err_and(is_fair), "{name}: {done:?}");
                });
            }
        });
        ring::check(&store, &anchor, None);
    }
}
