//! Numbers for texts: locations, purposes, actors and record types stand once, then by number.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::error::Result;
use crate::event::{DefineKind, TEXT_PART, TextPart, now};

/// The texts that an instance has numbered.
#[derive(Default)]
pub(super) struct Dictionary {
    numbers: Mutex<HashMap<(DefineKind, String), u32>>,
}

impl Dictionary {
    /// The number of a text; a new one is written with `append`, part by part, before it is used.
    pub(super) fn number(
        &self,
        kind: DefineKind,
        text: &str,
        mut append: impl FnMut(&TextPart) -> Result<u64>,
    ) -> Result<u32> {
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = numbers.get(&(kind, text.to_owned())) {
            return Ok(*known);
        }
        let number = u32::try_from(numbers.len() + 1).expect("texts are bounded");
        for part in parts(kind, number, text) {
            append(&part)?;
        }
        numbers.insert((kind, text.to_owned()), number);
        Ok(number)
    }
}

fn parts(kind: DefineKind, number: u32, text: &str) -> impl Iterator<Item = TextPart> + '_ {
    let chunks: Vec<&[u8]> = match text.len() {
        0 => vec![&[]],
        _ => text.as_bytes().chunks(TEXT_PART).take(usize::from(u16::MAX)).collect(),
    };
    let parts = u16::try_from(chunks.len()).expect("taken at most u16::MAX");
    let time_ns = now();
    chunks.into_iter().zip(0_u16..).map(move |(bytes, part)| TextPart {
        kind,
        number,
        part,
        parts,
        time_ns,
        bytes: bytes.to_vec(),
    })
}

/// Puts the parts of texts together again.
#[derive(Default)]
pub(super) struct Assembler {
    open: HashMap<u32, Vec<u8>>,
}

impl Assembler {
    /// Takes a part; the whole text with its last one. Parts come in order.
    pub(super) fn take(&mut self, part: TextPart) -> Option<String> {
        let text = self.open.entry(part.number).or_default();
        text.extend_from_slice(&part.bytes);
        if part.part + 1 < part.parts {
            return None;
        }
        let whole = self.open.remove(&part.number)?;
        String::from_utf8(whole).ok()
    }

    /// Whether a text is begun and not whole: it must not be cut by the end of a batch.
    pub(super) fn is_open(&self) -> bool {
        !self.open.is_empty()
    }
}
