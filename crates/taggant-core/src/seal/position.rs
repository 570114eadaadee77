//! Where in a record with integrity this thread is writing.

use std::marker::PhantomData;

use serde::Serialize;

use super::integrity::relative_path;
use super::place;
use super::stack::{self, Frame, Stack};
use crate::error::Result;
use crate::tag::FieldId;

/// Steps out of the `#[nested]` field when dropped, on unwind too.
pub(crate) struct Inside(PhantomData<*const ()>);

impl Drop for Inside {
    fn drop(&mut self) {
        stack::with(|stack| {
            let frame = stack.top();
            frame.nested = None;
            frame.position.clear();
        });
    }
}

/// Steps into a `#[nested]` field: the records in it belong to this one.
pub(crate) fn enter_nested(index: usize) -> Inside {
    stack::with(|stack| {
        let frame = stack.top();
        frame.nested = Some(index);
        frame.position.clear();
        if frame.covered {
            place::field(&mut frame.position, frame.spec.fields[index].id);
        }
    });
    Inside(PhantomData)
}

/// Steps back from an element when dropped, on unwind too.
pub(crate) struct At {
    length: usize,
    _not_send: PhantomData<*const ()>,
}

impl At {
    fn step(step: impl FnOnce(&mut Vec<u8>)) -> Self {
        let length = stack::with(|stack| {
            let frame = stack.top();
            let length = frame.position.len();
            if frame.covered {
                step(&mut frame.position);
            }
            length
        });
        Self { length, _not_send: PhantomData }
    }
}

impl Drop for At {
    fn drop(&mut self) {
        stack::with(|stack| stack.top().position.truncate(self.length));
    }
}

/// Steps to an element of a list.
pub(crate) fn at_index(index: usize) -> At {
    At::step(|position| place::index(position, index))
}

/// Steps to an entry of a map.
pub(crate) fn at_key<K: Serialize>(key: &K) -> Result<At> {
    let mut step = Vec::new();
    // The key is code of the user's: it runs while nothing of this thread is borrowed.
    if stack::with(|stack| stack.top().covered) {
        place::key(&mut step, key)?;
    }
    Ok(At::step(|position| position.extend_from_slice(&step)))
}

/// Lists what was written as a whole, once the format has taken it.
pub(crate) fn list_written(elements: usize) {
    stack::with(|stack| {
        if stack.top().covered {
            stack.authenticate_position(&place::length(elements));
        }
    });
}

/// As [`list_written`].
pub(crate) fn map_written<'a, K: Serialize + 'a>(keys: impl Iterator<Item = &'a K>) -> Result<()> {
    if stack::with(|stack| stack.top().covered) {
        let keys = place::keys(keys)?;
        stack::with(|stack| stack.authenticate_position(&keys));
    }
    Ok(())
}

impl Stack {
    /// Adds a field of the record to the integrity of this record and of those around.
    pub(crate) fn authenticate_field(&mut self, id: FieldId, bytes: &[u8]) {
        if self.top().covered {
            let mut at = Vec::new();
            place::field(&mut at, id);
            self.authenticate(&at, bytes);
        }
    }

    fn authenticate_position(&mut self, bytes: &[u8]) {
        let at = self.top().position.clone();
        self.authenticate(&at, bytes);
    }

    /// `at` is a place in the record that is being written.
    fn authenticate(&mut self, at: &[u8], bytes: &[u8]) {
        let Some((top, outer)) = self.frames.split_last_mut() else { return };
        let Frame { binding, integrity, base, .. } = top;
        if let Some(items) = integrity {
            items.push(at.to_vec(), bytes);
        }
        for frame in outer.iter_mut().filter(|frame| frame.base == *base) {
            if let Some(items) = &mut frame.integrity {
                items.push([relative_path(binding, &frame.binding), at].concat(), bytes);
            }
        }
    }
}
