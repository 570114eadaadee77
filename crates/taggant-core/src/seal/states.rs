//! Sealing states: one per (outermost record, data key).

use std::sync::Arc;

use crate::cipher::state::SealState;
use crate::error::Result;
use crate::field::RecordSpec;
use crate::flow::resolved::Resolved;
use crate::key::{DataKey, Owner};

/// The states of the records that are being written. Fields of one record under one key share a
/// state; it ends with the outermost record and is never kept for another.
#[derive(Default)]
pub(crate) struct States(Vec<Slot>);

struct Slot {
    base: usize,
    group: &'static str,
    owner: Owner,
    key: Arc<DataKey>,
    state: SealState,
}

impl States {
    /// The state for a key, begun now if this record has not used the key yet. Fields of
    /// `spec` are expected under it.
    pub(crate) fn get(
        &mut self,
        base: usize,
        flow: &Resolved,
        spec: &'static RecordSpec,
        group: &'static str,
        owner: Owner,
    ) -> Result<(&DataKey, &mut SealState)> {
        let known = self
            .0
            .iter()
            .rposition(|slot| slot.base == base && slot.owner == owner && slot.group == group);
        let index = match known {
            Some(index) => index,
            None => {
                let key = flow.tenant.seal_key(group, owner)?;
                let state = SealState::new(key.cipher(), spec.tagged())?;
                self.0.push(Slot { base, group, owner, key, state });
                self.0.len() - 1
            }
        };
        let slot = &mut self.0[index];
        Ok((&slot.key, &mut slot.state))
    }

    pub(crate) fn end_of_base(&mut self, base: usize) {
        self.0.retain(|slot| slot.base != base);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}
