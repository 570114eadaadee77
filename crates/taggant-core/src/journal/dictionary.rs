//! Numbers for texts: locations, purposes, actors and record types stand once, then by number.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::error::{Error, Outcome, Result};
use crate::event::{DefineKind, Unit, encode_text, now};

/// The texts that an instance has numbered.
#[derive(Default)]
pub(super) struct Dictionary {
    numbers: Mutex<HashMap<(DefineKind, String), u32>>,
    last: AtomicU32,
}

impl Dictionary {
    /// The number of a text; a new one is written with `append`, in one piece, before it is used.
    pub(super) fn number(
        &self,
        kind: DefineKind,
        text: &str,
        append: impl FnOnce(&Unit<'_>) -> Result<u64>,
    ) -> Result<u32> {
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = numbers.get(&(kind, text.to_owned())) {
            return Ok(*known);
        }
        let number = self.fresh();
        append(&encode(kind, number, text)?)?;
        numbers.insert((kind, text.to_owned()), number);
        Ok(number)
    }

    /// Writes a text even if it has a number already: that it comes again is an event of its own.
    pub(super) fn again(
        &self,
        kind: DefineKind,
        text: &str,
        append: impl FnOnce(&Unit<'_>) -> Result<u64>,
    ) -> Result<()> {
        append(&encode(kind, self.fresh(), text)?).map(drop)
    }

    fn fresh(&self) -> u32 {
        self.last.fetch_add(1, Ordering::Relaxed) + 1
    }
}

fn encode(kind: DefineKind, number: u32, text: &str) -> Result<Unit<'_>> {
    encode_text(kind, number, now(), text).ok_or_else(|| {
        Error::new(Outcome::JournalUnavailable, "a text is longer than the journal can number")
    })
}
