//! Each call of a store cut off before and after it was done.

use std::sync::Arc;

use super::Make;
use super::meddled::{Meddle, Meddled};
use super::memory::MemoryAnchor;
use super::ring::{self, GROUP, TENANT};
use crate::error::Result;
use crate::key::store::{KeyState, KeyStore};
use crate::key::{KeyRing, Owner};
use crate::tag::KeyId;

/// Something that may be done again where it failed. Returns the data keys that it handed out.
type Work = fn(&KeyRing) -> Result<Vec<KeyId>>;

const WORKS: [(&str, Work); 9] = [
    ("seal", |ring| Ok(vec![ring::seal(ring, "new")?])),
    ("prefetch", |ring| {
        let people = [ring::person(ring, "a")?, ring::person(ring, "b")?];
        let tenant = ring.tenant(TENANT)?;
        tenant.prefetch(GROUP, &people)?;
        people.iter().map(|tag| Ok(tenant.seal_key(GROUP, Owner::Subject(*tag))?.id())).collect()
    }),
    ("erase", |ring| {
        ring::erase(ring, "old").map(|number| {
            assert_eq!(number, 1, "an erasure was doubled");
            Vec::new()
        })
    }),
    ("hold", |ring| {
        ring.hold(TENANT, ring::person(ring, "other")?, true)?;
        Ok(Vec::new())
    }),
    ("retire", |ring| {
        let tag = ring::person(ring, "other")?;
        let keys = ring.list(TENANT)?;
        let key = keys.iter().find(|key| key.subject == Some(tag)).expect("made before");
        ring.retire(TENANT, key.id, KeyState::Compromised)?;
        Ok(vec![key.id])
    }),
    ("rotate data", |ring| {
        ring.rotate_data(TENANT, GROUP)?;
        Ok(vec![ring::seal(ring, "other")?])
    }),
    ("rotate branch", |ring| {
        ring.rotate_branch(TENANT, GROUP, false)?;
        Ok(vec![ring::seal(ring, "other")?])
    }),
    ("index", |ring| {
        ring.tenant(TENANT)?.index_keys("d", "i")?;
        ring.rotate_index(TENANT, "d", "i")?;
        Ok(Vec::new())
    }),
    ("another tenant", |ring| {
        ring.tenant("u")?.checkpoint_key(&[1; 16])?;
        ring.tenant("u")?.instance_key(&[1; 16])?;
        Ok(Vec::new())
    }),
];

/// A ring over the store is right after it has tried again: no key is handed out that is not
/// stored, no erasure is lost or doubled, no erased person comes back.
pub(super) fn nothing_is_lost_or_doubled_wherever_the_store_fails(make: Make<'_>) {
    for (name, work) in WORKS {
        for cut in [|| Meddle::CutBefore, || Meddle::CutAfter] {
            let mut calls = 0;
            while fails_once(make(), name, work, calls, cut()) {
                calls += 1;
            }
            assert!(calls > 0, "{name}: the store was never asked");
        }
    }
}

/// Whether there was a call to fail.
fn fails_once(store: Arc<dyn KeyStore>, name: &str, work: Work, calls: usize, cut: Meddle) -> bool {
    let anchor = MemoryAnchor::default();
    let meddled = Arc::new(Meddled::new(store.clone()));
    let ring = ring::open(meddled.clone(), &anchor, None).expect("it opens");
    for person in ["old", "other"] {
        ring::seal(&ring, person).expect("it seals");
    }
    meddled.arm(calls, cut);
    let mut handed = work(&ring);
    let was_asked = !meddled.disarm();
    if handed.is_err() {
        handed = work(&ring);
    }
    let handed = handed.unwrap_or_else(|error| panic!("{name}, call {calls}: {error}"));
    ring::check(&store, &anchor, None);
    let fresh = ring::open(store, &anchor, None).expect("it opens");
    for id in handed {
        let opened = fresh.tenant(TENANT).expect("the tenant").open_key(id);
        assert!(opened.is_ok(), "{name}, call {calls}: a key was handed out that is not stored");
    }
    was_asked
}
