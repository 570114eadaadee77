//! What field and key ids stand for.

use std::collections::HashMap;
use std::path::PathBuf;

use taggant::KeyState;
use taggant_inventory::Inventory;

use crate::args::Global;
use crate::data;
use crate::exit::Failure;

/// Datasets and paths by field id.
pub(super) struct Names(HashMap<String, (String, String)>);

impl Names {
    /// From the ledger, if there is one, and from binaries.
    pub(super) fn collect(global: &Global, binaries: &[PathBuf]) -> Result<Self, Failure> {
        let mut names = HashMap::new();
        if data::has_ledger(global) {
            for field in data::ledger(global)?.fields()? {
                names.insert(field.field_id, (field.dataset, field.path));
            }
        }
        if !binaries.is_empty() {
            let read = Inventory::read(binaries);
            let inventory = read.map_err(|error| Failure::new(error.to_string()))?;
            for (id, name) in inventory.names() {
                names.insert(id.to_string(), (name.dataset, name.path));
            }
        }
        Ok(Self(names))
    }

    pub(super) fn of(&self, field_id: &str) -> Option<&(String, String)> {
        self.0.get(field_id)
    }
}

/// States and people by key id.
pub(super) struct Keys {
    known: HashMap<String, (&'static str, Option<String>)>,
    is_there: bool,
}

impl Keys {
    /// From the data folder, if there is one.
    pub(super) fn collect(global: &Global, tenant: &str) -> Result<Self, Failure> {
        let mut known = HashMap::new();
        let is_there = global.ledger.is_none() && global.data.join("keys.db").is_file();
        if is_there {
            let runtime = data::runtime(global)?;
            data::groups(&runtime, tenant)?;
            for key in runtime.keys().list(tenant)? {
                let handle = match key.subject {
                    Some(tag) => runtime.ledger().handle(tenant, tag)?,
                    None => None,
                };
                let handle = handle.map(|handle| handle.to_string());
                known.insert(key.id.to_string(), (state(key.state), handle));
            }
        }
        Ok(Self { known, is_there })
    }

    /// State and handle of a key.
    pub(super) fn of(&self, key_id: &str) -> (&'static str, Option<String>) {
        match self.known.get(key_id) {
            Some((state, handle)) => (state, handle.clone()),
            None if self.is_there => ("unknown", None),
            None => ("not looked up", None),
        }
    }
}

fn state(state: KeyState) -> &'static str {
    match state {
        KeyState::Active => "active",
        KeyState::Retired => "retired",
        KeyState::Compromised => "compromised",
        KeyState::Erased => "erased",
    }
}
