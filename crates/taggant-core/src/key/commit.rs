//! Group commit: threads that need keys for new people at the same time share one transaction,
//! and so one flush to disk.

use std::sync::{Condvar, Mutex, PoisonError};

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
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
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
            let proposals = std::mem::take(&mut queue.waiting);
            let committing = queue.batch;
            queue.batch += 1;
            drop(queue);
            let result = shared.store().assign(&proposals);
            queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
            queue.done.push((committing, result, proposals.len()));
            queue.busy = false;
            self.turn.notify_all();
        }
    }
}

impl Queue {
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
