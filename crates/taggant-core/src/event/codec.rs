//! Events to bytes and back: what stands in the payloads of slots. All numbers are little-endian.
//!
//! An event whose text is longer than the room in its slot goes on in further slots, which are
//! claimed together with its own.

use std::sync::Arc;

use super::{DefineKind, EventFlags, RecordEvent, RecordKind};
use crate::tag::{Actions, KeyId, SubjectTag};

/// Bytes of an event in a slot; the slot's commit word and MAC stand before them.
pub const PAYLOAD: usize = 168;

/// Bytes of text that a further slot has room for.
pub const MORE: usize = PAYLOAD - at::MORE_BYTES;

/// Codes of dictionary entries begin here; lower ones are records.
const TEXT: u8 = 0x80;

/// The code of a slot that goes on with the text of the slots before it.
const FURTHER: u8 = 0x7F;

/// Offsets in the payload.
mod at {
    pub(super) const KIND: usize = 0;
    pub(super) const OUTCOME: usize = 1;
    pub(super) const FLAGS: usize = 2;
    pub(super) const TIME: usize = 4;
    pub(super) const NUMBERS: usize = 12;
    pub(super) const SUBJECT: usize = 40;
    pub(super) const KEY: usize = 56;
    pub(super) const TRACE: usize = 72;
    pub(super) const ACTIONS: usize = 88;
    pub(super) const FIRST_FIELD: usize = 120;
    pub(super) const FIELD: usize = 122;
    pub(super) const LABEL: usize = 124;
    pub(super) const REFERS: usize = 128;
    pub(super) const PRESENT: usize = 136;
    pub(super) const REASON_LENGTH: usize = 138;
    pub(super) const REASON: usize = 140;
    // Of dictionary entries.
    pub(super) const NUMBER: usize = 12;
    pub(super) const TEXT_LENGTH: usize = 16;
    pub(super) const TEXT: usize = 20;
    // Of further slots.
    pub(super) const PART: usize = 2;
    pub(super) const MORE_BYTES: usize = 4;
}

/// An event as bytes: the payload of its own slot, and what goes on in further ones.
pub struct Unit<'a> {
    /// The payload of the first slot.
    pub head: [u8; PAYLOAD],
    /// The bytes that its text goes on with.
    pub rest: &'a [u8],
}

impl Unit<'_> {
    /// How many slots it takes.
    #[must_use]
    pub fn slots(&self) -> usize {
        1 + self.rest.len().div_ceil(MORE)
    }

    /// The payload of a further slot, from 1.
    ///
    /// # Panics
    /// Where it has no such slot.
    #[must_use]
    pub fn further(&self, part: usize) -> [u8; PAYLOAD] {
        let bytes = self.rest.chunks(MORE).nth(part - 1).expect("a part of this event");
        let mut out = [0; PAYLOAD];
        out[at::KIND] = FURTHER;
        let part = u16::try_from(part).expect("lengths were checked when the head was made");
        put(&mut out, at::PART, part.to_le_bytes());
        out[at::MORE_BYTES..at::MORE_BYTES + bytes.len()].copy_from_slice(bytes);
        out
    }
}

#[inline]
fn put<const N: usize>(out: &mut [u8; PAYLOAD], at: usize, bytes: [u8; N]) {
    out[at..at + N].copy_from_slice(&bytes);
}

#[inline]
fn get<const N: usize>(bytes: &[u8; PAYLOAD], at: usize) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(&bytes[at..at + N]);
    out
}

/// Writes the beginning of a text to the end of a payload; the rest goes to further slots.
fn begin<'a>(out: &mut [u8; PAYLOAD], at: usize, text: &'a str) -> &'a [u8] {
    let (first, rest) = text.as_bytes().split_at(text.len().min(PAYLOAD - at));
    out[at..at + first.len()].copy_from_slice(first);
    rest
}

/// The bytes of a record event.
#[must_use]
pub fn encode_record(event: &RecordEvent) -> Unit<'_> {
    let mut out = [0; PAYLOAD];
    out[at::KIND] = event.kind as u8;
    out[at::OUTCOME] = event.outcome;
    put(&mut out, at::FLAGS, event.flags.0.to_le_bytes());
    put(&mut out, at::TIME, event.time_ns.to_le_bytes());
    let numbers = [
        event.dataset,
        event.location,
        event.purpose,
        event.actor,
        event.on_behalf,
        event.tenant,
        event.scope,
    ];
    for (index, number) in numbers.into_iter().enumerate() {
        put(&mut out, at::NUMBERS + 4 * index, number.to_le_bytes());
    }
    put(&mut out, at::SUBJECT, event.subject.map_or([0; 16], |tag| tag.0));
    put(&mut out, at::KEY, event.key.map_or([0; 16], |key| key.0));
    put(&mut out, at::TRACE, event.trace);
    put(&mut out, at::ACTIONS, event.actions.0);
    put(&mut out, at::FIRST_FIELD, event.first_field.to_le_bytes());
    put(&mut out, at::FIELD, event.field.to_le_bytes());
    put(&mut out, at::LABEL, event.label.to_le_bytes());
    put(&mut out, at::REFERS, event.refers.to_le_bytes());
    out[at::PRESENT] = u8::from(event.subject.is_some()) | u8::from(event.key.is_some()) << 1;
    let reason = event.reason();
    let length = u16::try_from(reason.len()).expect("a reason was cut to what fits");
    put(&mut out, at::REASON_LENGTH, length.to_le_bytes());
    let rest = begin(&mut out, at::REASON, reason);
    Unit { head: out, rest }
}

/// The bytes of a dictionary entry; `None` where the text is longer than its slots can be numbered.
#[must_use]
pub fn encode_text(kind: DefineKind, number: u32, time_ns: u64, text: &str) -> Option<Unit<'_>> {
    if text.len() > PAYLOAD - at::TEXT + usize::from(u16::MAX) * MORE {
        return None;
    }
    let mut out = [0; PAYLOAD];
    out[at::KIND] = TEXT + kind as u8;
    put(&mut out, at::TIME, time_ns.to_le_bytes());
    put(&mut out, at::NUMBER, number.to_le_bytes());
    let length = u32::try_from(text.len()).expect("as just checked");
    put(&mut out, at::TEXT_LENGTH, length.to_le_bytes());
    let rest = begin(&mut out, at::TEXT, text);
    Some(Unit { head: out, rest })
}

/// Text as far as it stands in the first of its slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bytes<'a> {
    /// The bytes in this slot.
    pub first: &'a [u8],
    /// How many there are altogether.
    pub length: usize,
}

impl<'a> Bytes<'a> {
    fn of(payload: &'a [u8; PAYLOAD], at: usize, length: usize) -> Self {
        Self { first: &payload[at..at + length.min(PAYLOAD - at)], length }
    }

    /// How many further slots hold the rest.
    #[must_use]
    pub fn further(&self) -> usize {
        (self.length - self.first.len()).div_ceil(MORE)
    }
}

/// What a payload says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decoded<'a> {
    /// Something moved; the reason is not in the event yet.
    Record(RecordEvent, Bytes<'a>),
    /// A dictionary entry.
    Text {
        /// What is named.
        kind: DefineKind,
        /// Its number.
        number: u32,
        /// Unix time in nanoseconds.
        time_ns: u64,
        /// Its text.
        bytes: Bytes<'a>,
    },
    /// The text of the slots before goes on.
    Further {
        /// Which further slot it is, from 1.
        part: u16,
        /// Its bytes, with zeros after the last ones.
        bytes: &'a [u8],
    },
}

/// Reads a payload; `None` where it is none.
#[must_use]
pub fn decode(payload: &[u8; PAYLOAD]) -> Option<Decoded<'_>> {
    let code = payload[at::KIND];
    if code == FURTHER {
        let part = u16::from_le_bytes(get(payload, at::PART));
        return Some(Decoded::Further { part, bytes: &payload[at::MORE_BYTES..] });
    }
    if code > TEXT {
        let length = u32::from_le_bytes(get(payload, at::TEXT_LENGTH));
        return Some(Decoded::Text {
            kind: *DefineKind::ALL.get(usize::from(code - TEXT) - 1)?,
            number: u32::from_le_bytes(get(payload, at::NUMBER)),
            time_ns: u64::from_le_bytes(get(payload, at::TIME)),
            bytes: Bytes::of(payload, at::TEXT, usize::try_from(length).ok()?),
        });
    }
    let kind = *RecordKind::ALL.get(usize::from(code).checked_sub(1)?)?;
    let length = u16::from_le_bytes(get(payload, at::REASON_LENGTH));
    let reason = Bytes::of(payload, at::REASON, usize::from(length));
    Some(Decoded::Record(decode_record(kind, payload), reason))
}

fn decode_record(kind: RecordKind, payload: &[u8; PAYLOAD]) -> RecordEvent {
    let number = |index: usize| u32::from_le_bytes(get(payload, at::NUMBERS + 4 * index));
    let present = payload[at::PRESENT];
    RecordEvent {
        kind,
        outcome: payload[at::OUTCOME],
        flags: EventFlags(u16::from_le_bytes(get(payload, at::FLAGS))),
        time_ns: u64::from_le_bytes(get(payload, at::TIME)),
        dataset: number(0),
        location: number(1),
        purpose: number(2),
        actor: number(3),
        on_behalf: number(4),
        tenant: number(5),
        scope: number(6),
        subject: (present & 1 != 0).then(|| SubjectTag(get(payload, at::SUBJECT))),
        key: (present & 2 != 0).then(|| KeyId(get(payload, at::KEY))),
        actions: Actions(get(payload, at::ACTIONS)),
        first_field: u16::from_le_bytes(get(payload, at::FIRST_FIELD)),
        field: u16::from_le_bytes(get(payload, at::FIELD)),
        label: u32::from_le_bytes(get(payload, at::LABEL)),
        trace: get(payload, at::TRACE),
        refers: u64::from_le_bytes(get(payload, at::REFERS)),
        reason: None,
    }
}

impl RecordEvent {
    /// Sets the reason from its bytes, as far as they are there and UTF-8: a slot may have been
    /// lost.
    pub fn set_reason_bytes(&mut self, bytes: &[u8]) {
        let valid = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or(""),
        };
        self.reason = (!valid.is_empty()).then(|| Arc::from(super::cut(valid)));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::event::REASON_LEN;

    /// The text of a unit, put together from its payloads.
    fn text_of(unit: &Unit<'_>, bytes: Bytes<'_>) -> Vec<u8> {
        let mut text = bytes.first.to_vec();
        for part in 1..unit.slots() {
            let payload = unit.further(part);
            let Some(Decoded::Further { part: number, bytes }) = decode(&payload) else {
                panic!("no further slot")
            };
            assert_eq!(usize::from(number), part);
            text.extend_from_slice(bytes);
        }
        assert_eq!(bytes.further() + 1, unit.slots());
        assert!(text[bytes.length..].iter().all(|byte| *byte == 0));
        text.truncate(bytes.length);
        text
    }

    proptest! {
        #[test]
        fn record_events_come_back(
            kind in 0..8_usize, outcome: u8, flags: u16, numbers: [u32; 7], tag: Option<[u8; 16]>,
            key: Option<[u8; 16]>, actions: [u8; 32], fields: (u16, u16), label: u32, refers: u64,
            trace: [u8; 16], reason in "\\PC{0,600}",
        ) {
            let mut event = RecordEvent::new(RecordKind::ALL[kind]);
            event.outcome = outcome;
            event.flags = EventFlags(flags);
            [event.dataset, event.location, event.purpose, event.actor, event.on_behalf,
             event.tenant, event.scope] = numbers;
            (event.first_field, event.field) = fields;
            (event.subject, event.key) = (tag.map(SubjectTag), key.map(KeyId));
            (event.actions, event.label, event.refers) = (Actions(actions), label, refers);
            event.trace = trace;
            event.set_reason(&reason);
            prop_assert!(reason.starts_with(event.reason()));
            prop_assert!(event.reason().len() <= REASON_LEN);
            let unit = encode_record(&event);
            let Some(Decoded::Record(mut back, bytes)) = decode(&unit.head) else {
                panic!("no record")
            };
            back.set_reason_bytes(&text_of(&unit, bytes));
            prop_assert_eq!(back.reason(), event.reason());
            event.reason.clone_from(&back.reason);
            prop_assert_eq!(back, event);
        }

        #[test]
        fn texts_come_back(number: u32, time_ns: u64, text in "\\PC{0,900}") {
            let unit = encode_text(DefineKind::Scope, number, time_ns, &text).unwrap();
            let Some(Decoded::Text { kind, number: n, time_ns: t, bytes }) = decode(&unit.head)
            else { panic!("no text") };
            prop_assert_eq!((kind, n, t), (DefineKind::Scope, number, time_ns));
            prop_assert_eq!(text_of(&unit, bytes), text.as_bytes());
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), PAYLOAD)) {
            if let Some(Decoded::Text { bytes, .. } | Decoded::Record(_, bytes)) =
                decode(bytes.as_slice().try_into().unwrap())
            {
                prop_assert!(bytes.first.len() <= bytes.length);
                let _ = bytes.further();
            }
        }
    }

    #[test]
    fn a_reason_set_directly_is_cut_too() {
        let mut event = RecordEvent::new(RecordKind::Access);
        event.reason = Some(Arc::from("ö".repeat(REASON_LEN)));
        assert_eq!(event.reason().len(), REASON_LEN);
        assert_eq!(encode_record(&event).slots(), 1 + (REASON_LEN - 28).div_ceil(MORE));
    }
}
