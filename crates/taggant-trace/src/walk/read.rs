//! Readers: one that can look ahead, one that counts, one that stops a bomb.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

/// How much is looked at to tell a format.
const HEAD: usize = 1024;

/// A stream whose first bytes can be looked at before they are read.
pub(super) struct Peeked<R> {
    head: Vec<u8>,
    at: usize,
    rest: R,
    /// What ended the looking: a decoder need not say it twice.
    error: Option<io::Error>,
}

impl<R: Read> Peeked<R> {
    /// A stream that fails at once has an empty head, and fails when it is read.
    pub(super) fn new(mut rest: R) -> Self {
        let mut head = Vec::with_capacity(HEAD);
        let error = (&mut rest).take(HEAD as u64).read_to_end(&mut head).err();
        Self { head, at: 0, rest, error }
    }

    pub(super) fn head(&self) -> &[u8] {
        &self.head
    }
}

impl<R: Read> Read for Peeked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.head.len() {
            return match self.error.take() {
                Some(error) => Err(error),
                None => self.rest.read(buffer),
            };
        }
        let read = (&self.head[self.at..]).read(buffer)?;
        self.at += read;
        Ok(read)
    }
}

/// Counts what is read.
pub(super) struct Counted<R> {
    pub(super) inner: R,
    pub(super) count: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count.set(self.count.get() + read as u64);
        Ok(read)
    }
}

/// Below this nothing counts as a bomb.
const HARMLESS: u64 = 64 << 20;

/// What comes out of a decompressor, as long as it stays in proportion to what went in.
pub(super) struct Bounded<R> {
    pub(super) inner: R,
    /// Compressed bytes so far.
    pub(super) read: Rc<Cell<u64>>,
    pub(super) written: u64,
    pub(super) max_ratio: u64,
    /// What the archives of this file may still expand to.
    pub(super) budget: Rc<Cell<u64>>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.written += read as u64;
        let limit = self.read.get().saturating_mul(self.max_ratio).max(HARMLESS);
        if self.written > limit {
            return Err(io::Error::other(format!(
                "it expands more than {} times: a bomb; not read further",
                self.max_ratio
            )));
        }
        match self.budget.get().checked_sub(read as u64) {
            Some(left) => self.budget.set(left),
            None => {
                return Err(io::Error::other(
                    "the archives of this file expand to more than is allowed; not read further",
                ));
            }
        }
        Ok(read)
    }
}
