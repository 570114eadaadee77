//! Writing what stands beside tagged fields: clear fields, and the integrity envelope of the record.

use serde::{Serialize, Serializer};

use super::fail;
use super::integrity::clear_bytes;
use super::stack::{self, Scratch, Stack};
use super::write::{Out, located, unexpected_envelope};
use crate::cbor;
use crate::envelope::{self, Header};
use crate::error::Result;
use crate::tag::Action;

/// Writes a `#[clear]` field, unless somebody put an envelope there: it would be opened one day, when
/// the field is tagged, or pass for a value with who reads it.
///
/// # Errors
/// What the serializer reports; `UnexpectedEnvelope` as text.
pub fn clear_field<const I: usize, T: Serialize + ?Sized, S: Serializer>(
    value: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    if cbor::holds_envelope(value) {
        return Err(fail::ser(located(unexpected_envelope(), I)));
    }
    value.serialize(serializer)
}

/// Writes a `#[clear(authenticated)]` field.
///
/// # Errors
/// What the serializer reports.
pub fn authenticated_field<const I: usize, T: Serialize + ?Sized, S: Serializer>(
    value: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let written = clear_field::<I, T, S>(value, serializer)?;
    if let Some(bytes) = clear_bytes(value) {
        stack::with(|stack| {
            let id = stack.top().spec.fields[I].id;
            stack.authenticate_field(id, &bytes);
        });
    }
    Ok(written)
}

/// Writes the integrity envelope, as the last field of its record.
///
/// # Errors
/// What the serializer reports, or a taggant error as text.
pub fn integrity_sibling<S: Serializer>((): &(), serializer: S) -> Result<S::Ok, S::Error> {
    let mut scratch = stack::with(Stack::take_scratch);
    let sealed = stack::with(|stack| seal_integrity(stack, &mut scratch));
    let result = match sealed {
        Ok(true) => {
            envelope::encode_text(&scratch.bytes, &mut scratch.text);
            let _made = cbor::made_here(&scratch.bytes);
            serializer.serialize_some(&Out { bytes: &scratch.bytes, text: &scratch.text })
        }
        // Nothing was sealed (a log, a disclosure): there is nothing to authenticate.
        Ok(false) => serializer.serialize_none(),
        Err(error) => Err(fail::ser(error)),
    };
    stack::with(|stack| stack.give_scratch(scratch));
    result
}

fn seal_integrity(stack: &mut Stack, scratch: &mut Scratch) -> Result<bool> {
    let Stack { frames, states, .. } = stack;
    let frame = frames.last_mut().expect("a record is being written");
    let Some(items) = &mut frame.integrity else { return Ok(false) };
    let sink_seals = frame
        .decisions
        .fields
        .iter()
        .zip(frame.spec.fields)
        .all(|(decision, field)| field.tag().is_none() || decision.action == Action::Seal);
    if !sink_seals {
        return Ok(false);
    }
    let owner = frame.binding.owner(frame.spec, 0);
    let (key, state) = states.get(frame.base, &frame.flow, frame.spec, frame.group, owner)?;
    let header = Header {
        flags: frame.binding.flags(false),
        field: super::integrity::field_id(frame.spec.dataset),
        key: key.id(),
    };
    let head = header.to_bytes();
    scratch.aad.clear();
    frame.binding.write_aad(&mut scratch.aad, &head, frame.flow.tenant.name());
    items.write_aad(&mut scratch.aad)?;
    let sealed = state.seal(&scratch.aad, &mut [])?;
    scratch.bytes.clear();
    scratch.bytes.extend_from_slice(&head);
    scratch.bytes.extend_from_slice(&sealed.nonce);
    scratch.bytes.extend_from_slice(&sealed.tag);
    Ok(true)
}
