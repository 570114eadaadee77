//! Keys of a tenant's own: for subject tags, blind indexes, pseudonyms and fences. They are random
//! keys in the store, wrapped like data keys.

use super::branch::Branch;
use super::store::{KeyStore, ServiceRow};
use super::wrap;
use crate::cipher::mac::MacKey;
use crate::error::{Error, Outcome, Result};
use zeroize::Zeroizing;

/// The keys of one blind index.
pub struct IndexKeys {
    /// Newest first; never empty.
    generations: Vec<(u8, MacKey)>,
}

impl IndexKeys {
    pub(super) fn new(mut generations: Vec<(u8, MacKey)>) -> Self {
        generations.sort_by_key(|(generation, _)| std::cmp::Reverse(*generation));
        Self { generations }
    }

    /// The newest generation, under which new values are written.
    #[must_use]
    pub fn current(&self) -> (u8, &MacKey) {
        let (generation, key) = &self.generations[0];
        (*generation, key)
    }

    /// The key of a generation.
    #[must_use]
    pub fn get(&self, generation: u8) -> Option<&MacKey> {
        self.generations.iter().find(|(number, _)| *number == generation).map(|(_, key)| key)
    }

    /// All generations, newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = (u8, &MacKey)> {
        self.generations.iter().map(|(generation, key)| (*generation, key))
    }
}

/// Makes a service key of a generation; another process may have been faster.
pub(super) fn create(
    store: &dyn KeyStore,
    branch: &Branch,
    tenant: &str,
    kind: &str,
    scope: &[u8],
    generation: u8,
) -> Result<()> {
    let mut row = ServiceRow {
        kind: kind.to_owned(),
        tenant: tenant.to_owned(),
        scope: scope.to_vec(),
        generation,
        branch: branch.id,
        wrapped: Vec::new(),
    };
    row.wrapped = wrap::wrap(&branch.cipher, &wrap::service_context(&row), &*wrap::fresh_key()?)?;
    store.insert_service_key(&row)?;
    Ok(())
}

/// A generation of a service key.
pub(super) type Generation = (u8, Zeroizing<[u8; 32]>);

/// Loads all generations of a service key, making the first if there is none.
pub(super) fn load(
    store: &dyn KeyStore,
    branches: &dyn Fn([u8; 16]) -> Result<std::sync::Arc<Branch>>,
    newest: &Branch,
    tenant: &str,
    kind: &str,
    scope: &[u8],
) -> Result<Vec<Generation>> {
    let mut rows = store.service_keys(tenant, kind, scope)?;
    if rows.is_empty() {
        create(store, newest, tenant, kind, scope, 1)?;
        rows = store.service_keys(tenant, kind, scope)?;
    }
    let mut keys = Vec::new();
    for row in &rows {
        // The row's own words are not trusted: the context is made from what was asked for.
        let asked = ServiceRow {
            kind: kind.to_owned(),
            tenant: tenant.to_owned(),
            scope: scope.to_vec(),
            ..row.clone()
        };
        let branch = branches(row.branch)?;
        let key = wrap::unwrap(&branch.cipher, &wrap::service_context(&asked), &row.wrapped)?;
        keys.push((row.generation, key));
    }
    if keys.is_empty() {
        return Err(Error::new(
            Outcome::KeyUnavailable,
            "the key store lost a key that was just written; check its disk",
        ));
    }
    Ok(keys)
}
