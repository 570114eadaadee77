//! Keys of a tenant's own: for subject tags, blind indexes, pseudonyms, fences and the like. They
//! are keys in the store, wrapped by branch keys of their own kind.

use zeroize::Zeroizing;

use super::branch::{self, Branch};
use super::branches::Branches;
use super::history::{KeyEvent, made};
use super::record::Draft;
use super::shared::Shared;
use super::store::ServiceRow;
use super::wrap;
use crate::cipher::mac::MacKey;
use crate::error::Result;

/// What a service key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Subject,
    Index,
    Pseudonym,
    Fence,
    Checkpoint,
    Instance,
    Identity,
    History,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        &self.group()[1..]
    }

    /// The group of the branch keys that wrap it.
    pub(super) fn group(self) -> &'static str {
        match self {
            Self::Subject => "$subject",
            Self::Index => "$index",
            Self::Pseudonym => "$pseudonym",
            Self::Fence => "$fence",
            Self::Checkpoint => "$checkpoint",
            Self::Instance => "$instance",
            Self::Identity => "$identity",
            Self::History => "$history",
        }
    }
}

/// A service key.
pub(super) type Seed = Zeroizing<[u8; 32]>;

/// The keys of one blind index.
pub struct IndexKeys {
    /// Newest first; never empty.
    generations: Vec<(u8, MacKey)>,
}

impl IndexKeys {
    pub(super) fn new(oldest_first: Vec<(u8, Seed)>) -> Self {
        let keys = oldest_first.into_iter().rev();
        Self { generations: keys.map(|(number, seed)| (number, MacKey::new(&seed))).collect() }
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

/// The row of a service key.
pub(super) fn row(
    branch: &Branch,
    tenant: &str,
    kind: Kind,
    scope: &[u8],
    generation: u8,
    seed: &Seed,
) -> Result<ServiceRow> {
    let mut row = ServiceRow {
        kind: kind.name().to_owned(),
        tenant: tenant.to_owned(),
        scope: scope.to_vec(),
        generation,
        branch: branch.id,
        wrapped: Vec::new(),
    };
    row.wrapped = wrap::wrap(&branch.cipher, &wrap::service_context(&row), seed)?;
    Ok(row)
}

/// The key of a row. The row's own words are not trusted: the context is made of what was asked for.
pub(super) fn unwrap(
    branch: &Branch,
    tenant: &str,
    kind: Kind,
    scope: &[u8],
    row: &ServiceRow,
) -> Result<Seed> {
    let asked = ServiceRow {
        kind: kind.name().to_owned(),
        tenant: tenant.to_owned(),
        scope: scope.to_vec(),
        ..row.clone()
    };
    wrap::unwrap(&branch.cipher, &wrap::service_context(&asked), &row.wrapped)
}

/// All generations of a service key, oldest first; the first is made if there is none.
pub(super) fn load(
    shared: &Shared,
    branches: &Branches,
    kind: Kind,
    scope: &[u8],
) -> Result<Vec<(u8, Seed)>> {
    let newest = || shared.fact(|facts| facts.newest(&branches.tenant, kind.name(), scope));
    if newest() == 0 {
        make(shared, branches, kind, scope, 1, &wrap::fresh_key)?;
    }
    let last = u8::try_from(newest()).unwrap_or(u8::MAX);
    let keys = (1..=last).map(|generation| {
        let seed = find(shared, branches, kind, scope, generation)?;
        Ok((generation, seed.ok_or_else(|| branch::lost(&branches.tenant, kind.name()))?))
    });
    keys.collect()
}

/// The newest generation of a service key, made if there is none.
pub(super) fn newest(
    shared: &Shared,
    branches: &Branches,
    kind: Kind,
    scope: &[u8],
) -> Result<Seed> {
    let mut all = load(shared, branches, kind, scope)?;
    let (_, seed) = all.pop().ok_or_else(|| branch::lost(&branches.tenant, kind.name()))?;
    Ok(seed)
}

/// One generation of a service key, if it was ever made. What was made and is gone is an error.
pub(super) fn find(
    shared: &Shared,
    branches: &Branches,
    kind: Kind,
    scope: &[u8],
    generation: u8,
) -> Result<Option<Seed>> {
    let tenant = &*branches.tenant;
    let what = made(tenant, kind.name(), scope, generation.into());
    if !shared.fact(|facts| facts.was_made(&what)) {
        return Ok(None);
    }
    let rows = shared.store().service_keys(tenant, kind.name(), scope)?;
    let row = rows.iter().find(|row| row.generation == generation);
    let row = row.ok_or_else(|| branch::lost(tenant, kind.name()))?;
    let branch = branches.by_id(shared, kind.group(), row.branch)?;
    unwrap(&branch, tenant, kind, scope, row).map(Some)
}

/// Makes a generation of a service key, with the first branch key of its kind if there is none.
/// Another process may be faster.
pub(super) fn make(
    shared: &Shared,
    branches: &Branches,
    kind: Kind,
    scope: &[u8],
    generation: u8,
    seed: &dyn Fn() -> Result<Seed>,
) -> Result<()> {
    let tenant = &*branches.tenant;
    let what = made(tenant, kind.name(), scope, generation.into());
    shared.record(&mut || {
        if shared.fact(|facts| facts.was_made(&what)) {
            return Ok(None);
        }
        let mut rows = Vec::new();
        let mut hashes = vec![what];
        let service = if branches.generation(shared, kind.group()) == 0 {
            let (branch_row, branch) = branch::fresh(&*shared.root(), tenant, kind.group(), 1)?;
            hashes.push(made(tenant, branch::KIND, kind.group().as_bytes(), 1));
            rows.push(branch_row);
            row(&branch, tenant, kind, scope, generation, &seed()?)?
        } else {
            let branch = branches.newest(shared, kind.group())?;
            row(&branch, tenant, kind, scope, generation, &seed()?)?
        };
        let mut draft = Draft::new(tenant, KeyEvent::Made(hashes));
        (draft.branches, draft.services) = (rows, vec![service]);
        Ok(Some(draft))
    })?;
    Ok(())
}
