//! What was exported: a small file beside the ledger.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};
use taggant_core::hex;
use taggant_ledger::answers::FlowEdge;

use super::event::Pending;
use super::{ExportError, names};

/// How much of each movement was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    version: u32,
    /// Of which ledger, in hex.
    ledger: String,
    /// Counts by a digest of what makes a movement one.
    sent: BTreeMap<String, u64>,
    /// Up to when, in Unix nanoseconds, everything was sent.
    pub(super) through_ns: u64,
    /// The newest movement that was sent.
    newest_ns: u64,
}

const VERSION: u32 = 1;

impl Cursor {
    /// Nothing was sent yet.
    #[must_use]
    pub fn new() -> Self {
        Self { version: VERSION, ..Self::default() }
    }

    /// Reads it; where there is no file, nothing was sent yet.
    ///
    /// # Errors
    /// Where it can't be read, or is no cursor.
    pub fn read(path: &Path) -> Result<Self, ExportError> {
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::new()),
            Err(error) => return Err(failed(path, &error)),
        };
        let cursor: Self = serde_json::from_slice(&bytes).map_err(|_| wrong(path))?;
        if cursor.version == VERSION { Ok(cursor) } else { Err(wrong(path)) }
    }

    /// This cursor, if it is of that ledger; else a new one.
    pub(super) fn of_ledger(self, id: [u8; 16]) -> Self {
        let ledger = hex::encode(&id);
        if self.ledger == ledger { self } else { Self { ledger, ..Self::new() } }
    }

    /// Writes it whole under another name and puts it in place, so that a crash leaves the old one.
    ///
    /// # Errors
    /// Where it can't be written.
    pub fn write(&self, path: &Path) -> Result<(), ExportError> {
        let fresh = path.with_extension("new");
        let bytes = serde_json::to_vec(self).map_err(|error| ExportError(error.to_string()))?;
        let written = std::fs::File::create(&fresh)
            .and_then(|mut file| file.write_all(&bytes).and_then(|()| file.sync_all()))
            .and_then(|()| std::fs::rename(&fresh, path));
        written.map_err(|error| failed(path, &error))
    }

    /// How often a movement took place since it was last sent.
    pub(super) fn since(&self, edge: &FlowEdge) -> u64 {
        edge.count.saturating_sub(self.sent.get(&key(edge)).copied().unwrap_or(0))
    }

    /// An event has arrived.
    pub fn sent(&mut self, event: &Pending) {
        for (key, count) in &event.counts {
            self.sent.insert(key.clone(), *count);
        }
        self.newest_ns = self.newest_ns.max(event.until_ns);
    }

    /// Everything has.
    pub(super) fn close_window(&mut self) {
        self.through_ns = self.through_ns.max(self.newest_ns);
    }
}

/// The name of a cursor's file for a target's path or URL, which may have a secret in it: a digest
/// stands for it.
#[must_use]
pub fn cursor_name(target: &str) -> String {
    format!("openlineage-{}.cursor", hex::encode(&names::digest(&[target])[..8]))
}

/// What makes a movement one.
pub(super) fn key(edge: &FlowEdge) -> String {
    let FlowEdge { dataset, path, location, purpose, actor, .. } = edge;
    let unknown = if edge.unknown { "1" } else { "" };
    let categories = edge.categories.join(",");
    hex::encode(&names::digest(&[
        dataset,
        path,
        &categories,
        edge.kind.name(),
        edge.action.name(),
        location,
        purpose,
        actor,
        &edge.on_behalf,
        &edge.tenant,
        &edge.service,
        edge.outcome.name(),
        unknown,
    ]))
}

fn failed(path: &Path, error: &std::io::Error) -> ExportError {
    ExportError(format!("the export's cursor {}: {error}", path.display()))
}

fn wrong(path: &Path) -> ExportError {
    ExportError(format!(
        "{} is no cursor of an export; move it away, and everything is sent again",
        path.display()
    ))
}
