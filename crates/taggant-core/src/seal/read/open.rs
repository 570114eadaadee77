//! Opening one envelope: every check of its binding, in order, before any key is used on it.

use std::ops::Range;
use std::sync::Arc;

use zeroize::{Zeroize, Zeroizing};

use crate::cipher::xaes::{DerivedKey, split};
use crate::envelope::{Envelope, HEADER_LEN};
use crate::error::{Error, Outcome, Result};
use crate::field::RecordSpec;
use crate::flow::resolved::Resolved;
use crate::key::DataKey;
use crate::seal::context::Binding;
use crate::tag::KeyId;

/// Keys and buffers of the record that is being opened: its fields share a key and a nonce head.
pub(crate) struct Opening {
    key: Option<Arc<DataKey>>,
    derived: Option<(KeyId, [u8; 12], DerivedKey)>,
    aad: Vec<u8>,
    /// How many envelopes are expected.
    expected: usize,
}

impl Opening {
    /// For so many envelopes that are expected, of one record.
    pub(crate) fn new(expected: usize) -> Self {
        Self { key: None, derived: None, aad: Vec::new(), expected }
    }

    fn key(&mut self, flow: &Resolved, id: KeyId) -> Result<Arc<DataKey>> {
        if let Some(key) = self.key.as_ref().filter(|key| key.id() == id) {
            return Ok(key.clone());
        }
        let key = flow.tenant.open_key(id)?;
        self.key = Some(key.clone());
        Ok(key)
    }
}

/// Opens a tagged field's envelope; the plaintext has its padding still.
///
/// # Errors
/// One outcome for each binding that does not hold, and those of the key store.
pub(crate) fn envelope(
    opening: &mut Opening,
    flow: &Resolved,
    spec: &'static RecordSpec,
    index: usize,
    binding: &Binding,
    mut bytes: Vec<u8>,
) -> Result<Zeroizing<Vec<u8>>> {
    let field = &spec.fields[index];
    let tag = field.tag().expect("only tagged fields are sealed");
    let header = Envelope::parse(&bytes)?.header;
    if !field.accepts(header.field) {
        return Err(Error::new(
            Outcome::WrongField,
            "the envelope belongs to another field; after a rename, name the old field in `alias`",
        ));
    }
    check(opening, flow, spec, binding, &header, tag.subject, tag.seal_none)?;
    decrypt(opening, flow, binding, &mut bytes, &[])?;
    Ok(Zeroizing::new(bytes))
}

/// Checks flags, key, tenant and subject.
fn check(
    opening: &mut Opening,
    flow: &Resolved,
    spec: &'static RecordSpec,
    binding: &Binding,
    header: &crate::envelope::Header,
    subject: u8,
    seal_none: bool,
) -> Result<()> {
    let expected = binding.flags(seal_none);
    if header.flags != expected {
        return Err(if header.flags.is_row_bound() && !expected.is_row_bound() {
            Error::new(
                Outcome::WrongRow,
                "the envelope is bound to a row, and this type binds none",
            )
        } else {
            Error::new(Outcome::Tampered, "the envelope is not bound as its type says it must be")
        });
    }
    let key = opening.key(flow, header.key)?;
    if !key.belongs_to(binding.owner(spec, subject)) {
        return Err(Error::new(
            Outcome::WrongSubject,
            "the envelope was sealed for another data subject than its record names",
        ));
    }
    Ok(())
}

/// Checks the integrity envelope of a record.
///
/// # Errors
/// `Tampered` where it does not authenticate exactly these items.
pub(crate) fn integrity(
    opening: &mut Opening,
    flow: &Resolved,
    spec: &'static RecordSpec,
    binding: &Binding,
    mut bytes: Vec<u8>,
    items: &[u8],
) -> Result<()> {
    let header = Envelope::parse(&bytes)?.header;
    let mut names = std::iter::once(&spec.dataset).chain(spec.dataset_aliases);
    if !names.any(|name| crate::seal::integrity::field_id(name) == header.field) {
        return Err(Error::new(
            Outcome::WrongField,
            "the integrity envelope belongs to another dataset",
        ));
    }
    check(opening, flow, spec, binding, &header, 0, false)?;
    decrypt(opening, flow, binding, &mut bytes, items)?;
    if bytes.is_empty() {
        return Ok(());
    }
    Err(Error::new(Outcome::Tampered, "the integrity envelope holds a value"))
}

/// Decrypts in place and leaves only the plaintext.
fn decrypt(
    opening: &mut Opening,
    flow: &Resolved,
    binding: &Binding,
    bytes: &mut Vec<u8>,
    suffix: &[u8],
) -> Result<()> {
    const BODY: usize = HEADER_LEN + 24;
    let end = bytes.len() - 16;
    let header: [u8; HEADER_LEN] = bytes[..HEADER_LEN].try_into().expect("parsed before");
    let nonce: [u8; 24] = bytes[HEADER_LEN..BODY].try_into().expect("parsed before");
    let (head, tail) = split(&nonce);
    let tag: [u8; 16] = bytes[end..].try_into().expect("parsed before");
    let key = opening.key.as_ref().expect("checked before");
    let expected = opening.expected;
    let derived = match &mut opening.derived {
        Some((id, known, derived)) if *id == key.id() && *known == head => derived,
        slot => &mut slot.insert((key.id(), head, key.cipher().for_record(&nonce, expected))).2,
    };
    let tenant = flow.tenant.name();
    opening.aad.clear();
    binding.write_aad(&mut opening.aad, &header, tenant);
    opening.aad.extend_from_slice(suffix);
    let body = &mut bytes[BODY..end];
    let mut opened = derived.open(&tail, &opening.aad, body, &tag).is_ok();
    for path in &binding.former_paths {
        if opened {
            break;
        }
        opening.aad.clear();
        crate::envelope::write_aad(&mut opening.aad, &header, tenant, Some(path), binding.row());
        opening.aad.extend_from_slice(suffix);
        opened = derived.open(&tail, &opening.aad, body, &tag).is_ok();
    }
    if !opened {
        return Err(Error::new(
            Outcome::Tampered,
            "the envelope was changed, or moved here from another row or place of a record",
        ));
    }
    let length = leave(bytes, BODY..end);
    bytes.truncate(length);
    Ok(())
}

/// Moves a part to the front and wipes everything else: the room behind goes with the value to
/// whoever takes it, and would hold a copy. The part's length.
fn leave(bytes: &mut [u8], part: Range<usize>) -> usize {
    let length = part.len();
    bytes.copy_within(part, 0);
    bytes[length..].zeroize();
    length
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_copy_of_a_plaintext_is_left_behind_it() {
        let mut bytes = *b"header.plaintext.tag";
        assert_eq!(super::leave(&mut bytes, 7..16), 9);
        assert_eq!(&bytes, b"plaintext\0\0\0\0\0\0\0\0\0\0\0");
    }
}
