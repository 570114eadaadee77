//! Rings over a store, and what must hold of what they leave behind.

use std::sync::Arc;

use super::memory::MemoryAnchor;
use crate::error::{Outcome, Result};
use crate::key::store::{KeyState, KeyStore};
use crate::key::{Groups, IdentityKey, KeyConfig, KeyRing, LocalRoot, Owner};
use crate::tag::{KeyId, SubjectTag};

pub(super) const TENANT: &str = "t";
pub(super) const GROUP: &str = "main";

/// A ring whose memory is never fresh, so that each call asks the store.
pub(super) fn open(
    store: Arc<dyn KeyStore>,
    anchor: &MemoryAnchor,
    identity: Option<u8>,
) -> Result<KeyRing> {
    let config = KeyConfig {
        cache_life: std::time::Duration::ZERO,
        identity: identity.map(|byte| Arc::new(IdentityKey::new(&[byte; 32]))),
        ..KeyConfig::default()
    };
    KeyRing::open(store, Arc::new(LocalRoot::new(&[7; 32])), Box::new(anchor.clone()), config)
}

pub(super) fn person(ring: &KeyRing, id: &str) -> Result<SubjectTag> {
    ring.tenant(TENANT)?.subject_tag("customer", id.as_bytes())
}

pub(super) fn seal(ring: &KeyRing, id: &str) -> Result<KeyId> {
    let owner = Owner::Subject(person(ring, id)?);
    ring.tenant(TENANT)?.seal_key(GROUP, owner).map(|key| key.id())
}

pub(super) fn erase(ring: &KeyRing, id: &str) -> Result<u64> {
    let erasure = ring.erase(TENANT, person(ring, id)?, &Groups::All)?;
    Ok(erasure.row.number)
}

/// What must hold whoever did what: people have one active key at most, an erased one has no key
/// material, can't be written again and was erased once.
pub(super) fn check(store: &Arc<dyn KeyStore>, anchor: &MemoryAnchor, identity: Option<u8>) {
    let ring = open(store.clone(), anchor, identity).expect("the store opens again");
    let keys = ring.list(TENANT).expect("the keys are genuine");
    let rows = store.list(TENANT, None, usize::MAX).expect("rows");
    let erasures = ring.erasures(1).expect("a whole history");
    for (index, erasure) in erasures.iter().enumerate() {
        let earlier = erasures[..index].iter();
        let doubled = earlier.filter(|other| other.subject == erasure.subject).count();
        assert_eq!(doubled, 0, "a person was erased twice");
        let theirs = rows.iter().filter(|row| row.owner == erasure.subject.0);
        for row in theirs {
            assert!(row.wrapped.is_none(), "an erased person has key material");
            assert_eq!(row.state, KeyState::Erased);
        }
        let tenant = ring.tenant(TENANT).expect("the tenant");
        let written = tenant.seal_key(GROUP, Owner::Subject(erasure.subject));
        assert_eq!(written.unwrap_err().outcome(), Outcome::Erased);
    }
    for key in &keys {
        let is_twin = |other: &&crate::key::KeyInfo| {
            other.state == KeyState::Active
                && (other.subject, &other.group) == (key.subject, &key.group)
        };
        assert!(keys.iter().filter(is_twin).count() <= 1, "a person has two active keys");
        let opened = ring.tenant(TENANT).expect("the tenant").open_key(key.id);
        let is_right = match key.state {
            KeyState::Erased => opened.is_err_and(|error| error.outcome() == Outcome::Erased),
            _ => opened.is_ok(),
        };
        assert!(is_right, "a key of the list does not open as its state says");
    }
}
