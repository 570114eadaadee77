//! Events to bytes and back. All numbers are little-endian.

use super::{DefineKind, Event, EventFlags, REASON_LEN, RecordEvent, RecordKind, TextPart};
use crate::tag::{Actions, KeyId, SubjectTag};

/// Bytes of an event; the slot's commit word and checksum stand before them.
pub const PAYLOAD: usize = 244;

/// Bytes of text that one slot has room for.
pub const TEXT_PART: usize = PAYLOAD - 32;

/// Codes of dictionary entries begin here; lower ones are records.
const TEXT: u8 = 0x80;

/// Offsets in the payload.
mod at {
    pub(super) const KIND: usize = 0;
    pub(super) const OUTCOME: usize = 1;
    pub(super) const FLAGS: usize = 2;
    pub(super) const TIME: usize = 4;
    pub(super) const NUMBERS: usize = 12;
    pub(super) const SUBJECT: usize = 36;
    pub(super) const KEY: usize = 52;
    pub(super) const ACTIONS: usize = 68;
    pub(super) const FIRST_FIELD: usize = 100;
    pub(super) const FIELD: usize = 102;
    pub(super) const LABEL: usize = 104;
    pub(super) const TRACE: usize = 108;
    pub(super) const REFERS: usize = 124;
    pub(super) const REASON: usize = 132;
    pub(super) const PRESENT: usize = 180;
    // Of dictionary entries.
    pub(super) const NUMBER: usize = 12;
    pub(super) const PART: usize = 16;
    pub(super) const PARTS: usize = 18;
    pub(super) const LENGTH: usize = 20;
    pub(super) const BYTES: usize = 32;
}

fn put<const N: usize>(out: &mut [u8; PAYLOAD], at: usize, bytes: [u8; N]) {
    out[at..at + N].copy_from_slice(&bytes);
}

fn get<const N: usize>(bytes: &[u8; PAYLOAD], at: usize) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(&bytes[at..at + N]);
    out
}

/// The bytes of a record event.
#[must_use]
pub fn encode_record(event: &RecordEvent) -> [u8; PAYLOAD] {
    let mut out = [0; PAYLOAD];
    out[at::KIND] = event.kind as u8;
    out[at::OUTCOME] = event.outcome;
    put(&mut out, at::FLAGS, event.flags.0.to_le_bytes());
    put(&mut out, at::TIME, event.time_ns.to_le_bytes());
    let numbers =
        [event.dataset, event.location, event.purpose, event.actor, event.on_behalf, event.tenant];
    for (index, number) in numbers.into_iter().enumerate() {
        put(&mut out, at::NUMBERS + 4 * index, number.to_le_bytes());
    }
    put(&mut out, at::SUBJECT, event.subject.map_or([0; 16], |tag| tag.0));
    put(&mut out, at::KEY, event.key.map_or([0; 16], |key| key.0));
    put(&mut out, at::ACTIONS, event.actions.0);
    put(&mut out, at::FIRST_FIELD, event.first_field.to_le_bytes());
    put(&mut out, at::FIELD, event.field.to_le_bytes());
    put(&mut out, at::LABEL, event.label.to_le_bytes());
    put(&mut out, at::TRACE, event.trace);
    put(&mut out, at::REFERS, event.refers.to_le_bytes());
    put(&mut out, at::REASON, event.reason);
    out[at::PRESENT] = u8::from(event.subject.is_some()) | u8::from(event.key.is_some()) << 1;
    out
}

/// The bytes of one part of a dictionary entry.
///
/// # Panics
/// On more than [`TEXT_PART`] bytes.
#[must_use]
pub fn encode_text(part: &TextPart) -> [u8; PAYLOAD] {
    let mut out = [0; PAYLOAD];
    out[at::KIND] = TEXT + part.kind as u8;
    put(&mut out, at::TIME, part.time_ns.to_le_bytes());
    put(&mut out, at::NUMBER, part.number.to_le_bytes());
    put(&mut out, at::PART, part.part.to_le_bytes());
    put(&mut out, at::PARTS, part.parts.to_le_bytes());
    let length = u16::try_from(part.bytes.len()).expect("a part fits a slot");
    put(&mut out, at::LENGTH, length.to_le_bytes());
    out[at::BYTES..at::BYTES + part.bytes.len()].copy_from_slice(&part.bytes);
    out
}

/// Reads an event; `None` where the bytes are none.
#[must_use]
pub fn decode(bytes: &[u8; PAYLOAD]) -> Option<Event> {
    let code = bytes[at::KIND];
    if code > TEXT {
        return decode_text(bytes, code - TEXT).map(Event::Text);
    }
    let kind = *RecordKind::ALL.get(usize::from(code).checked_sub(1)?)?;
    let number = |index: usize| u32::from_le_bytes(get(bytes, at::NUMBERS + 4 * index));
    let present = bytes[at::PRESENT];
    Some(Event::Record(Box::new(RecordEvent {
        kind,
        outcome: bytes[at::OUTCOME],
        flags: EventFlags(u16::from_le_bytes(get(bytes, at::FLAGS))),
        time_ns: u64::from_le_bytes(get(bytes, at::TIME)),
        dataset: number(0),
        location: number(1),
        purpose: number(2),
        actor: number(3),
        on_behalf: number(4),
        tenant: number(5),
        subject: (present & 1 != 0).then(|| SubjectTag(get(bytes, at::SUBJECT))),
        key: (present & 2 != 0).then(|| KeyId(get(bytes, at::KEY))),
        actions: Actions(get(bytes, at::ACTIONS)),
        first_field: u16::from_le_bytes(get(bytes, at::FIRST_FIELD)),
        field: u16::from_le_bytes(get(bytes, at::FIELD)),
        label: u32::from_le_bytes(get(bytes, at::LABEL)),
        trace: get(bytes, at::TRACE),
        refers: u64::from_le_bytes(get(bytes, at::REFERS)),
        reason: get::<REASON_LEN>(bytes, at::REASON),
    })))
}

fn decode_text(bytes: &[u8; PAYLOAD], code: u8) -> Option<TextPart> {
    let kind = *DefineKind::ALL.get(usize::from(code).checked_sub(1)?)?;
    let length = usize::from(u16::from_le_bytes(get(bytes, at::LENGTH)));
    Some(TextPart {
        kind,
        number: u32::from_le_bytes(get(bytes, at::NUMBER)),
        part: u16::from_le_bytes(get(bytes, at::PART)),
        parts: u16::from_le_bytes(get(bytes, at::PARTS)),
        time_ns: u64::from_le_bytes(get(bytes, at::TIME)),
        bytes: bytes.get(at::BYTES..at::BYTES + length)?.to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn record_events_come_back(
            kind in 0..7_usize, outcome: u8, flags: u16, numbers: [u32; 6], tag: Option<[u8; 16]>,
            key: Option<[u8; 16]>, actions: [u8; 32], fields: (u16, u16), label: u32, refers: u64,
            reason in "\\PC{0,60}",
        ) {
            let mut event = RecordEvent::new(RecordKind::ALL[kind]);
            event.outcome = outcome;
            event.flags = EventFlags(flags);
            [event.dataset, event.location, event.purpose, event.actor, event.on_behalf,
             event.tenant] = numbers;
            (event.first_field, event.field) = fields;
            (event.subject, event.key) = (tag.map(SubjectTag), key.map(KeyId));
            (event.actions, event.label, event.refers) = (Actions(actions), label, refers);
            event.set_reason(&reason);
            prop_assert!(reason.starts_with(event.reason()));
            prop_assert_eq!(decode(&encode_record(&event)), Some(Event::Record(Box::new(event))));
        }

        #[test]
        fn parts_of_texts_come_back(number: u32, part: u16, parts: u16, time_ns: u64,
                                    bytes in prop::collection::vec(any::<u8>(), 0..=TEXT_PART)) {
            let text = TextPart { kind: DefineKind::Label, number, part, parts, time_ns, bytes };
            prop_assert_eq!(decode(&encode_text(&text)), Some(Event::Text(text)));
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), PAYLOAD)) {
            let _ = decode(bytes.as_slice().try_into().unwrap());
        }
    }
}
