//! A lock that no forked child finds taken.

use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::cipher::fork::{self, Hold};

/// A mutex that holds off forks while it is locked. Forks are held off first: a thread that waits
/// for a fork to pass must not keep others from finishing what the fork waits for.
#[derive(Default)]
pub(super) struct Held<T>(Mutex<T>);

impl<T> Held<T> {
    pub(super) fn new(value: T) -> Self {
        Self(Mutex::new(value))
    }

    pub(super) fn lock(&self) -> HeldGuard<'_, T> {
        let hold = fork::hold();
        HeldGuard { guard: self.0.lock().unwrap_or_else(PoisonError::into_inner), _hold: hold }
    }

    pub(super) fn get_mut(&mut self) -> &mut T {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The lock, taken. Its fields are dropped in their order: forks go on last.
pub(super) struct HeldGuard<'a, T> {
    guard: MutexGuard<'a, T>,
    _hold: Hold,
}

impl<T> Deref for HeldGuard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.guard
    }
}

impl<T> DerefMut for HeldGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.guard
    }
}
