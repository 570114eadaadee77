//! Group commit: threads that need keys for new people at the same time share one transaction,
//! and so one flush to disk.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::shared::Shared;
use super::store::Proposal;
use crate::cipher::fork;
use crate::error::Result;

#[derive(Default)]
struct Queue {
    waiting: Vec<Proposal>,
    /// The number of the batch that `waiting` will be.
    batch: u64,
    /// Whether a thread is committing.
    busy: bool,
    /// Results of batches, until everybody who waits has taken theirs.
    done: Vec<(u64, Result<Vec<bool>>, usize)>,
}

/// Collects assignments.
#[derive(Default)]
pub(super) struct Committer {
    queue: Mutex<Queue>,
    turn: Condvar,
}

impl Committer {
    /// Assigns one key, together with those of other threads. Durable on return.
    pub(super) fn assign(&self, shared: &Shared, proposal: Proposal) -> Result<bool> {
        // A child that found the queue busy would wait for ever: its parent's thread commits.
        let _hold = fork::hold();
        let mut queue = self.lock();
        let (batch, index) = (queue.batch, queue.waiting.len());
        queue.waiting.push(proposal);
        loop {
            if let Some(answer) = queue.answer(batch, index) {
                return answer;
            }
            if queue.busy {
                queue = self.turn.wait(queue).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            // This thread commits for all that wait.
            queue.busy = true;
            drop(queue);
            // Those who come while the store waits for its turn are taken along.
            let mut taken = None;
            let result = shared.store().assign_in_turn(&mut || {
                let (number, proposals) = self.lock().take();
                taken = Some((number, proposals.len()));
                proposals
            });
            queue = self.lock();
            let (number, count) = taken.unwrap_or_else(|| {
                let (number, proposals) = queue.take();
                (number, proposals.len())
            });
            queue.done.push((number, result, count));
            queue.busy = false;
            self.turn.notify_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    /// All that wait now, and the number of their batch.
    fn take(&mut self) -> (u64, Vec<Proposal>) {
        let number = self.batch;
        self.batch += 1;
        (number, std::mem::take(&mut self.waiting))
    }

    fn answer(&mut self, batch: u64, index: usize) -> Option<Result<bool>> {
        let position = self.done.iter().position(|(number, ..)| *number == batch)?;
        let (_, result, left) = &mut self.done[position];
        *left -= 1;
        let answer = match result {
            // A driver that answers less has assigned less.
            Ok(all) => Ok(all.get(index).copied().unwrap_or(false)),
            Err(error) => Err(error.clone()),
        };
        if *left == 0 {
            drop(self.done.swap_remove(position));
        }
        Some(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_forgotten_once_everybody_has_their_answer() {
        let mut queue = Queue::default();
        queue.done.push((0, Ok(vec![true, false]), 2));
        assert_eq!(queue.answer(0, 1).map(Result::unwrap), Some(false));
        assert_eq!(queue.answer(0, 0).map(Result::unwrap), Some(true));
        assert!(queue.done.is_empty(), "a process that makes many keys remembers every batch");
    }
}
