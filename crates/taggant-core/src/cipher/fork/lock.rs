//! Locks and ports that hold off forks by themselves, so that no user of them can forget to.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, PoisonError};

use super::hold::{Hold, hold};

/// What is locked, or asked: no thread forks as long as it lives.
pub struct Guard<G> {
    // Dropped in this order: the lock is free before a fork may come.
    inner: G,
    _hold: Hold,
}

impl<G> Guard<G> {
    /// The hold is taken before the lock: a fork waits for holders, so none can wait for a lock.
    fn new(take: impl FnOnce() -> G) -> Self {
        let hold = hold();
        Self { inner: take(), _hold: hold }
    }
}

impl<G: Deref> Deref for Guard<G> {
    type Target = G::Target;

    fn deref(&self) -> &G::Target {
        &self.inner
    }
}

impl<G: DerefMut> DerefMut for Guard<G> {
    fn deref_mut(&mut self) -> &mut G::Target {
        &mut self.inner
    }
}

/// A mutex that a forked child never finds taken.
#[derive(Default)]
pub struct Mutex<T>(std::sync::Mutex<T>);

impl<T> Mutex<T> {
    /// Around a value.
    pub const fn new(value: T) -> Self {
        Self(std::sync::Mutex::new(value))
    }

    /// Waits for the lock. A panic of another holder is no obstacle: what is kept here is whole
    /// between statements.
    pub fn lock(&self) -> Guard<std::sync::MutexGuard<'_, T>> {
        Guard::new(|| self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// As [`Mutex`], for many readers.
#[derive(Default)]
pub struct RwLock<T>(std::sync::RwLock<T>);

impl<T> RwLock<T> {
    /// Around a value.
    pub const fn new(value: T) -> Self {
        Self(std::sync::RwLock::new(value))
    }

    /// To read.
    pub fn read(&self) -> Guard<std::sync::RwLockReadGuard<'_, T>> {
        Guard::new(|| self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// To write.
    pub fn write(&self) -> Guard<std::sync::RwLockWriteGuard<'_, T>> {
        Guard::new(|| self.0.write().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Something outside that is asked: a store, a root key, a file. A fork waits for the answer.
pub struct Port<T: ?Sized>(Arc<T>);

impl<T: ?Sized> Port<T> {
    /// Around a driver.
    #[must_use]
    pub fn new(driver: Arc<T>) -> Self {
        Self(driver)
    }

    /// The driver, for one call.
    #[must_use]
    pub fn ask(&self) -> Guard<&T> {
        Guard::new(|| &*self.0)
    }
}
