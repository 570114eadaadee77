//! The anchor: the history of keys, kept outside the backups of the key store.

use std::sync::Arc;

use super::history::EventRow;
use super::store::Folder;
use crate::error::Result;

/// What an anchor holds.
#[derive(Clone, Debug)]
pub struct Anchored {
    /// Which folder it belongs to.
    pub folder: Folder,
    /// The history, in order.
    pub events: Vec<EventRow>,
}

/// Where the history of keys stands a second time. A key store that was restored from a backup is
/// behind it, and is brought up before it serves a key.
pub trait Anchor: Send + Sync {
    /// Folder and history; `None` where there is no anchor at all, or one whose making was cut off.
    ///
    /// # Errors
    /// `KeyUnavailable` where it can't be read, `Tampered` where it is damaged.
    fn read(&self) -> Result<Option<Anchored>>;

    /// Adds entries that it does not have yet, durably; makes it where there is none. It never
    /// takes entries that leave a gap, nor those of another folder.
    ///
    /// # Errors
    /// `KeyUnavailable` where it can't be written.
    fn extend(&self, folder: &Folder, events: &[EventRow]) -> Result<()>;

    /// Puts what it holds away under another name, so that it can begin anew.
    ///
    /// # Errors
    /// `KeyUnavailable` where it can't be moved.
    fn set_aside(&self) -> Result<()>;
}

/// An anchor that others hold too.
impl<A: Anchor + ?Sized> Anchor for Arc<A> {
    fn read(&self) -> Result<Option<Anchored>> {
        (**self).read()
    }

    fn extend(&self, folder: &Folder, events: &[EventRow]) -> Result<()> {
        (**self).extend(folder, events)
    }

    fn set_aside(&self) -> Result<()> {
        (**self).set_aside()
    }
}
