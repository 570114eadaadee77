//! Who a person is: their tag, also where a store has adopted the identity key of others.

use std::collections::HashMap;

use super::branches::Branches;
use super::found::STORE;
use super::history::KeyEvent;
use super::identity::IdentityKey;
use super::record::Draft;
use super::service::{self, Kind, Seed};
use super::shared::Shared;
use super::tags;
use super::tenant::TenantKeys;
use crate::cipher::fork::RwLock;
use crate::cipher::mac::MacKey;
use crate::error::{Error, Outcome, Result};
use crate::tag::SubjectTag;

/// Generations of a tenant's subject key: of the store's own identity key, and of an adopted one.
const OWN: u8 = 0;
const ADOPTED: u8 = 1;

/// The subject keys of a tenant.
pub(super) struct People {
    /// Whether the store had adopted an identity key when this was loaded.
    adopted: bool,
    current: MacKey,
    /// The key from before the adoption: who is known by it keeps that tag.
    old: Option<MacKey>,
    /// After an adoption: tag under the current key, epoch, tag that the person has.
    resolved: RwLock<HashMap<SubjectTag, (u64, SubjectTag)>>,
}

impl People {
    pub(super) fn load(shared: &Shared, branches: &Branches) -> Result<Self> {
        let adopted = shared.is_adopted();
        let generation = if adopted { ADOPTED } else { OWN };
        let current = match service::find(shared, branches, Kind::Subject, &[], generation)? {
            Some(seed) => seed,
            None => make(shared, branches, generation)?,
        };
        check(shared, &branches.tenant, &current)?;
        let old =
            if adopted { service::find(shared, branches, Kind::Subject, &[], OWN)? } else { None };
        Ok(Self {
            adopted,
            current: MacKey::new(&current),
            old: old.map(|seed| MacKey::new(&seed)),
            resolved: RwLock::default(),
        })
    }

    /// Another process may have given the store an identity key. People must not get tags under
    /// the old key from then on.
    pub(super) fn check_identity(&self, shared: &Shared) -> Result<()> {
        if self.adopted == shared.is_adopted() {
            return Ok(());
        }
        Err(Error::new(
            Outcome::KeyUnavailable,
            "the key store has adopted an identity key since this process began; start it again \
             with that identity key",
        ))
    }
}

/// Derives a tenant's subject key, and keeps it in the store: who serves the tenant needs no
/// identity key then.
fn make(shared: &Shared, branches: &Branches, generation: u8) -> Result<Seed> {
    let derived = |identity: &IdentityKey| identity.subject_key(&branches.tenant);
    let seed = match &shared.config.identity {
        Some(identity) => derived(identity),
        None if generation == ADOPTED => return Err(not_given()),
        None => {
            let own = service::newest(shared, &Branches::new(STORE), Kind::Identity, &[])?;
            derived(&IdentityKey::new(&own))
        }
    };
    service::make(shared, branches, Kind::Subject, &[], generation, &|| Ok(seed.clone()))?;
    let kept = service::find(shared, branches, Kind::Subject, &[], generation)?;
    kept.ok_or_else(|| super::branch::lost(&branches.tenant, Kind::Subject.name()))
}

/// The subject key in the store must be the one that the given identity key makes.
fn check(shared: &Shared, tenant: &str, kept: &Seed) -> Result<()> {
    let Some(identity) = &shared.config.identity else { return Ok(()) };
    let derived = MacKey::new(&identity.subject_key(tenant));
    if derived.verify(&[], &MacKey::new(kept).tag(&[])) { Ok(()) } else { Err(other_identity()) }
}

/// Takes the identity key that the process was given; compares it with the one in force.
pub(super) fn settle(shared: &Shared) -> Result<()> {
    let Some(identity) = &shared.config.identity else { return Ok(()) };
    let check = identity.check_value();
    shared.record(&mut || match shared.fact(super::facts::Facts::identity) {
        Some(known) if known == check => Ok(None),
        Some(_) => Err(other_identity()),
        None => Ok(Some(Draft::new(STORE, KeyEvent::Identity(check)))),
    })?;
    Ok(())
}

fn other_identity() -> Error {
    Error::new(
        Outcome::KeyUnavailable,
        "the key store has adopted another identity key than this process was given; give it that \
         one: another would make strangers of everybody who is known",
    )
}

fn not_given() -> Error {
    Error::new(
        Outcome::KeyUnavailable,
        "the tenant is new, and the key store has adopted an identity key that this process was \
         not given; give it that one",
    )
}

impl TenantKeys {
    /// The tag of a person: HMAC-SHA-256 under the tenant's subject key over tenant, subject kind
    /// and canonical id, each framed, cut to 16 bytes. In a store that has adopted an identity key,
    /// a person who was known before keeps the tag that they had.
    ///
    /// # Errors
    /// `KeyUnavailable` after the store has adopted an identity key: where this process does not
    /// have it, or where the store can't be asked whether the person was known before.
    pub fn subject_tag(&self, kind: &str, canonical_id: &[u8]) -> Result<SubjectTag> {
        self.people.check_identity(&self.shared)?;
        let under = |key: &MacKey| {
            let tag = key.tag(&[self.name().as_bytes(), kind.as_bytes(), canonical_id]);
            SubjectTag(*tag.first_chunk().expect("a tag has 32 bytes"))
        };
        if let Some(old) = &self.people.old {
            return self.resolve(under(&self.people.current), || under(old));
        }
        let asker = self.asker();
        if let Some(tag) = tags::get(asker, kind, canonical_id) {
            return Ok(tag);
        }
        let tag = under(&self.people.current);
        tags::put(asker, kind, canonical_id, tag);
        Ok(tag)
    }

    /// The tag from before the adoption, if the store knows the person by it.
    fn resolve(&self, tag: SubjectTag, old: impl FnOnce() -> SubjectTag) -> Result<SubjectTag> {
        self.shared.ensure_fresh()?;
        let epoch = self.shared.epoch();
        if let Some((made, resolved)) = self.people.resolved.read().get(&tag)
            && *made == epoch
        {
            return Ok(*resolved);
        }
        let old = old();
        let name = self.name();
        let is_known =
            self.shared.fact(|facts| facts.erased(name, old).is_some() || facts.is_held(name, old))
                || self.shared.store().knows(name, &[old])?.contains(&true);
        let resolved = if is_known { old } else { tag };
        let mut known = self.people.resolved.write();
        if known.len() >= self.shared.config.cache_keys {
            known.clear();
        }
        known.insert(tag, (epoch, resolved));
        Ok(resolved)
    }
}
