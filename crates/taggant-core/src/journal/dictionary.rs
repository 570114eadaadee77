//! Numbers for texts: locations, purposes, actors and record types stand once, then by number.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::error::{Error, Outcome, Result};
use crate::event::{DefineKind, PAYLOAD, TEXT_PART, TextPart, encode_text, now};

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
        append: impl FnOnce(&[[u8; PAYLOAD]]) -> Result<u64>,
    ) -> Result<u32> {
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = numbers.get(&(kind, text.to_owned())) {
            return Ok(*known);
        }
        let number = self.fresh();
        append(&parts(kind, number, text)?)?;
        numbers.insert((kind, text.to_owned()), number);
        Ok(number)
    }

    /// Writes a text even if it has a number already: that it comes again is an event of its own.
    pub(super) fn again(
        &self,
        kind: DefineKind,
        text: &str,
        append: impl FnOnce(&[[u8; PAYLOAD]]) -> Result<u64>,
    ) -> Result<()> {
        append(&parts(kind, self.fresh(), text)?).map(drop)
    }

    fn fresh(&self) -> u32 {
        self.last.fetch_add(1, Ordering::Relaxed) + 1
    }
}

/// A text as payloads.
fn parts(kind: DefineKind, number: u32, text: &str) -> Result<Vec<[u8; PAYLOAD]>> {
    let chunks: Vec<&[u8]> = match text.len() {
        0 => vec![&[]],
        _ => text.as_bytes().chunks(TEXT_PART).collect(),
    };
    let parts = u16::try_from(chunks.len()).map_err(|_| {
        Error::new(Outcome::JournalUnavailable, "a text is longer than the journal can number")
    })?;
    let time_ns = now();
    let one = |(bytes, part): (&[u8], u16)| {
        encode_text(&TextPart { kind, number, part, parts, time_ns, bytes: bytes.to_vec() })
    };
    Ok(chunks.into_iter().zip(0..).map(one).collect())
}

/// Puts the parts of texts together again. They stand in slots that follow each other: what does
/// not follow ends the text before it, whose rest is damaged or was never written.
#[derive(Default)]
pub(super) struct Assembler {
    open: Option<Open>,
}

struct Open {
    kind: DefineKind,
    number: u32,
    /// The part that comes next.
    part: u16,
    bytes: Vec<u8>,
}

/// What a part of a text was.
pub(super) enum Taken {
    /// The last one: here is the whole.
    Whole(String),
    /// One of several.
    Part,
    /// None that belongs to what came before, or no UTF-8.
    Broken,
}

impl Assembler {
    /// Takes a part.
    pub(super) fn take(&mut self, part: &TextPart) -> Taken {
        let mut open = match self.open.take() {
            Some(open)
                if (open.kind, open.number, open.part) == (part.kind, part.number, part.part) =>
            {
                open
            }
            _ if part.part == 0 => {
                Open { kind: part.kind, number: part.number, part: 0, bytes: Vec::new() }
            }
            _ => return Taken::Broken,
        };
        open.bytes.extend_from_slice(&part.bytes);
        open.part += 1;
        if open.part < part.parts {
            self.open = Some(open);
            return Taken::Part;
        }
        String::from_utf8(open.bytes).map_or(Taken::Broken, Taken::Whole)
    }

    /// A slot came that holds no part of a text.
    pub(super) fn interrupt(&mut self) {
        self.open = None;
    }

    /// Whether a text is begun and not whole: the end of a batch must not cut it.
    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }
}
