//! Appending to the history: the entry and everything that it says happened, or nothing.

use std::time::{SystemTime, UNIX_EPOCH};

use super::history::{self, EventRow, KeyEvent};
use super::mac;
use super::reconcile::TRIES;
use super::shared::{Shared, crowded};
use super::store::{BranchRow, Change, Fence, ServiceRow, Swap};
use crate::cipher::mac::MacKey;
use crate::error::Result;
use crate::key::store::Folder;

/// What is to happen.
pub(super) struct Draft {
    pub(super) tenant: String,
    pub(super) event: KeyEvent,
    pub(super) branches: Vec<BranchRow>,
    pub(super) services: Vec<ServiceRow>,
    pub(super) keys: Vec<Swap>,
    pub(super) fence: Option<Fence>,
}

impl Draft {
    pub(super) fn new(tenant: &str, event: KeyEvent) -> Self {
        Self {
            tenant: tenant.to_owned(),
            event,
            branches: Vec::new(),
            services: Vec::new(),
            keys: Vec::new(),
            fence: None,
        }
    }

    /// The change that makes it happen after `head`.
    pub(super) fn signed(self, key: &MacKey, folder: &Folder, head: Option<&EventRow>) -> Change {
        let mut event = EventRow {
            number: head.map_or(0, |row| row.number) + 1,
            time_ns: now_ns(),
            kind: self.event.kind(),
            tenant: self.tenant,
            body: self.event.body(),
            previous: head.map_or_else(|| history::beginning(folder), |row| row.hash),
            hash: [0; 32],
            mac: [0; 32],
        };
        event.hash = event.computed_hash();
        event.mac = mac::of_event(key, &event.hash);
        let Self { branches, services, keys, fence, .. } = self;
        Change { folder: None, event, branches, services, keys, fence }
    }
}

/// What has happened.
pub(super) struct Recorded {
    pub(super) row: EventRow,
    /// Whether the anchor has it already. If not, a refresh or the next start hands it over.
    pub(super) anchored: bool,
}

impl Shared {
    /// Makes something happen on the newest state there is: `plan` is asked after each refresh, and
    /// again where somebody else was faster. `None` where it has nothing to do.
    pub(super) fn record(
        &self,
        plan: &mut dyn FnMut() -> Result<Option<Draft>>,
    ) -> Result<Option<Recorded>> {
        for _ in 0..TRIES {
            self.refresh_now()?;
            let head = self.known.lock().head.clone();
            let Some(draft) = plan()? else { return Ok(None) };
            let change = draft.signed(&self.history, &self.folder, head.as_ref());
            let answer = self.store().commit(head.as_ref(), &change);
            match answer {
                Ok(true) => return Ok(Some(self.recorded(change.event))),
                Ok(false) => {}
                // The answer may have been lost after the commit.
                Err(error) => match self.store().history(change.event.number) {
                    Ok(rows) if rows.first() == Some(&change.event) => {
                        return Ok(Some(self.recorded(change.event)));
                    }
                    _ => return Err(error),
                },
            }
        }
        Err(crowded())
    }

    /// It has happened: what fails from here on is told by `anchored`, not by an error.
    fn recorded(&self, row: EventRow) -> Recorded {
        let anchored = match self.advance(&mut self.known.lock()) {
            Ok(anchored) => anchored,
            Err(_) => {
                let _ = self.learn(std::slice::from_ref(&row));
                false
            }
        };
        Recorded { row, anchored }
    }
}

pub(super) fn now_ns() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
