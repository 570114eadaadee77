//! What was worked out about a flow, kept with it: it is there as long as the flow is, however many
//! flows there are.

use std::any::Any;
use std::sync::{Arc, RwLock};

/// What a value was worked out from, besides the flow: a record type, the policy's generation, and
/// whether plaintext may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Basis {
    pub(crate) record: u32,
    pub(crate) generation: u64,
    pub(crate) wrap: bool,
}

type Kept = Arc<dyn Any + Send + Sync>;

/// Values by what they were worked out from. Nobody ever waits for the lock, so that no fork can find
/// it taken: who doesn't get it works the value out.
#[derive(Default)]
pub(crate) struct Memo(RwLock<Vec<(Basis, Kept)>>);

impl Memo {
    /// The value, if it is there.
    pub(crate) fn get<T: Send + Sync + 'static>(&self, basis: Basis) -> Option<Arc<T>> {
        let kept = self.0.try_read().ok()?;
        let (_, value) = kept.iter().find(|(known, _)| *known == basis)?;
        value.clone().downcast().ok()
    }

    /// Keeps a value. What was worked out under a former policy goes.
    pub(crate) fn put<T: Send + Sync + 'static>(&self, basis: Basis, value: &Arc<T>) {
        if let Ok(mut kept) = self.0.try_write() {
            kept.retain(|(known, _)| known.generation == basis.generation && *known != basis);
            kept.push((basis, value.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_by_all_it_was_worked_out_from_and_goes_with_its_policy() {
        let memo = Memo::default();
        let basis = Basis { record: 1, generation: 1, wrap: false };
        memo.put(basis, &Arc::new(7_u32));
        memo.put(Basis { wrap: true, ..basis }, &Arc::new(8_u32));
        assert_eq!(memo.get::<u32>(basis).as_deref(), Some(&7));
        assert_eq!(memo.get::<u32>(Basis { wrap: true, ..basis }).as_deref(), Some(&8));
        assert_eq!(memo.get::<u32>(Basis { record: 2, ..basis }), None);
        assert_eq!(memo.get::<u64>(basis), None, "another type");
        memo.put(Basis { generation: 2, ..basis }, &Arc::new(9_u32));
        assert_eq!(memo.get::<u32>(basis), None);
        assert_eq!(memo.0.read().unwrap().len(), 1);
    }

    #[test]
    fn whoever_finds_the_lock_taken_goes_on_without() {
        let memo = Memo::default();
        let basis = Basis { record: 1, generation: 1, wrap: false };
        let taken = memo.0.write().unwrap();
        memo.put(basis, &Arc::new(7_u32));
        assert_eq!(memo.get::<u32>(basis), None);
        drop(taken);
        assert_eq!(memo.get::<u32>(basis), None);
    }
}
