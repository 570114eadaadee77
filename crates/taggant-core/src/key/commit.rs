//! Group commit: threads that need keys for new people at the same time share one transaction,
//! and so one flush to disk.

use std::sync::{Condvar, Mutex, PoisonError};

use super::store::{Assigned, DataKeyRow, KeyStore};
use crate::error::Result;

#[derive(Default)]
struct Queue {
    waiting: Vec<DataKeyRow>,
    /// The number of the batch that `waiting` will be.
    batch: u64,
    /// Whether a thread is committing.
    busy: bool,
    /// Results of batches, until everybody who waits has taken theirs.
    done: Vec<(u64, Result<Vec<Assigned>>, usize)>,
}

/// Collects assignments.
#[derive(Default)]
pub(super) struct Committer {
    queue: Mutex<Queue>,
    turn: Condvar,
}

impl Committer {
    /// Assigns one key, together with those of other threads. Durable on return.
    pub(super) fn assign(&self, store: &dyn KeyStore, row: DataKeyRow) -> Result<Assigned> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let (batch, index) = (queue.batch, queue.waiting.len());
        queue.waiting.push(row);
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
            let rows = std::mem::take(&mut queue.waiting);
            let committing = queue.batch;
            queue.batch += 1;
            drop(queue);
            let result = store.assign(&rows);
            queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
            queue.done.push((committing, result, rows.len()));
            queue.busy = false;
            self.turn.notify_all();
        }
    }
}

impl Queue {
    fn answer(&mut self, batch: u64, index: usize) -> Option<Result<Assigned>> {
        let position = self.done.iter().position(|(number, ..)| *number == batch)?;
        let (_, result, left) = &mut self.done[position];
        *left -= 1;
        let answer = match result {
            Ok(all) => Ok(all[index].clone()),
            Err(error) => Err(error.clone()),
        };
        if *left == 0 {
            drop(self.done.swap_remove(position));
        }
        Some(answer)
    }
}
