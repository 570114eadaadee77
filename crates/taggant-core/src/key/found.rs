//! The folder that a key store belongs to: told when it is opened, made when it is new.

use super::branch;
use super::history::{KeyEvent, made};
use super::record::Draft;
use super::service::{self, Kind};
use super::shared::{KeyConfig, Ports};
use super::store::Folder;
use super::wrap;
use crate::cipher::mac::MacKey;
use crate::error::{Error, Outcome, Result};

/// The tenant of what belongs to the whole store; users can't name it.
pub(super) const STORE: &str = "$store";

/// The version of the bytes that this code writes.
pub(super) const FORMAT: u32 = 1;

/// The folder of a store, and the key of its history. A new store is given both, unless the anchor
/// shows that there was another.
pub(super) fn open(ports: &Ports, config: &KeyConfig) -> Result<(Folder, MacKey)> {
    for _ in 0..super::reconcile::TRIES {
        let anchored = ports
            .anchor
            .ask()
            .read()?
            .map(|anchored| (anchored.folder, anchored.events.is_empty()));
        if let Some((folder, _)) = anchored {
            known_format(folder)?;
        }
        if let Some(folder) = ports.store.ask().folder()? {
            known_format(folder)?;
            if anchored.is_some_and(|(theirs, _)| theirs != folder) {
                return Err(swapped());
            }
            return Ok((folder, history_key(ports)?));
        }
        if ports.store.ask().watermark()?.count > 0 {
            return Err(Error::new(
                Outcome::Tampered,
                "the key store has a history and does not say which folder it belongs to: its row \
                 was removed; restore it",
            ));
        }
        let folder = begin(ports, config, anchored)?;
        if let Some(key) = found(ports, folder)? {
            return Ok((folder, key));
        }
    }
    Err(super::shared::crowded())
}

/// The id of a new folder. The anchor knows it first: one without entries is what a cut while the
/// store was made leaves behind.
fn begin(ports: &Ports, config: &KeyConfig, anchored: Option<(Folder, bool)>) -> Result<Folder> {
    match anchored {
        Some((folder, true)) => return Ok(folder),
        Some((_, false)) if !config.begin_anew => {
            return Err(Error::new(
                Outcome::KeyUnavailable,
                "the key store is new or empty, and there is an anchor of one that had keys: \
                 restore that key store; if it is lost for good, open once with begin_anew, which \
                 makes new keys: what was sealed before can't be opened then",
            ));
        }
        Some((_, false)) => ports.anchor.ask().set_aside()?,
        None => {}
    }
    let fresh = Folder { id: wrap::fresh_id()?, format: FORMAT };
    let made = ports.anchor.ask().extend(&fresh, &[]);
    // Another process may have been faster.
    match ports.anchor.ask().read()? {
        Some(anchored) => Ok(anchored.folder),
        None => made.map(|()| fresh),
    }
}

/// Makes folder and history key with the first entry; `None` where another process was faster.
fn found(ports: &Ports, folder: Folder) -> Result<Option<MacKey>> {
    let (row, branch) = branch::fresh(&*ports.root.ask(), STORE, Kind::History.group(), 1)?;
    let seed = wrap::fresh_key()?;
    let service = service::row(&branch, STORE, Kind::History, &[], 1, &seed)?;
    let key = MacKey::new(&seed);
    let hashes = vec![
        made(STORE, branch::KIND, Kind::History.group().as_bytes(), 1),
        made(STORE, Kind::History.name(), &[], 1),
    ];
    let mut draft = Draft::new(STORE, KeyEvent::Made(hashes));
    (draft.branches, draft.services) = (vec![row], vec![service]);
    let mut change = draft.signed(&key, &folder, None);
    change.folder = Some(folder);
    Ok(ports.store.ask().commit(None, &change)?.then_some(key))
}

fn history_key(ports: &Ports) -> Result<MacKey> {
    let rows = ports.store.ask().service_keys(STORE, Kind::History.name(), &[])?;
    let row = rows.iter().find(|row| row.generation == 1);
    let row = row.ok_or_else(|| branch::lost(STORE, Kind::History.name()))?;
    let branches = ports.store.ask().branches(STORE)?;
    let group = Kind::History.group();
    let branch = branches.iter().find(|branch| branch.id == row.branch && branch.group == group);
    let branch = branch.ok_or_else(|| branch::lost(STORE, group))?;
    let branch = branch::open(&*ports.root.ask(), branch)?;
    Ok(MacKey::new(&*service::unwrap(&branch, STORE, Kind::History, &[], row)?))
}

fn known_format(folder: Folder) -> Result<()> {
    if folder.format <= FORMAT {
        return Ok(());
    }
    Err(Error::new(
        Outcome::KeyUnavailable,
        format!(
            "the data folder has format {} and this version of taggant knows {FORMAT}: a newer \
             version wrote it; use that one",
            folder.format
        ),
    ))
}

pub(super) fn swapped() -> Error {
    Error::new(
        Outcome::KeyStoreRolledBack,
        "the key store and the anchor belong to different data folders: one of them was swapped; \
         restore the pair that belongs together",
    )
}
