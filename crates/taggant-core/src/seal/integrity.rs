//! Whole-record integrity: one envelope that authenticates all others of the record.

use serde::Serialize;

use super::context::Binding;
use crate::cbor;
use crate::cbor::probe::{Written, shape_of};
use crate::field::RecordSpec;
use crate::tag::FieldId;

/// The reserved field path of the integrity envelope of a dataset.
pub(crate) const PATH: &str = "$integrity";

/// What the integrity envelope of a record covers: (place, envelope or clear bytes), sorted.
///
/// A place is the field ids of the enclosing `#[nested]` fields, then the field's own. Absent and
/// null fields are not listed, so adding or removing one shows.
#[derive(Clone, Debug, Default)]
pub struct IntegrityItems {
    items: Vec<(Vec<u8>, Vec<u8>)>,
    prefix: Vec<u8>,
}

impl IntegrityItems {
    /// No items yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn push(&mut self, path: &[u8], id: FieldId, bytes: &[u8]) {
        self.items.push(([path, &id.0].concat(), bytes.to_vec()));
    }

    /// Adds an envelope at the current place.
    pub(crate) fn envelope(&mut self, id: FieldId, bytes: &[u8]) {
        let place = [self.prefix.as_slice(), &id.0].concat();
        self.items.push((place, bytes.to_vec()));
    }

    /// Adds a `#[clear(authenticated)]` field at the current place.
    pub fn clear<T: Serialize + ?Sized>(
        &mut self,
        spec: &'static RecordSpec,
        index: usize,
        value: &T,
    ) {
        if let Some(bytes) = clear_bytes(value) {
            self.envelope(spec.fields[index].id, &bytes);
        }
    }

    /// Runs `collect` one `#[nested]` field deeper.
    pub(crate) fn within(&mut self, id: FieldId, collect: impl FnOnce(&mut Self)) {
        let length = self.prefix.len();
        self.prefix.extend_from_slice(&id.0);
        collect(self);
        self.prefix.truncate(length);
    }

    /// Appends the items to the AAD: count, then each place and bytes, framed, sorted.
    pub(crate) fn write_aad(&mut self, out: &mut Vec<u8>) {
        self.items.sort_unstable();
        out.extend_from_slice(&(self.items.len() as u64).to_be_bytes());
        for (place, bytes) in &self.items {
            frame(out, place);
            out.push(1);
            frame(out, bytes);
        }
    }
}

/// The CBOR of a clear value; nothing for `None`, which may be written as null or not at all.
pub(crate) fn clear_bytes<T: Serialize + ?Sized>(value: &T) -> Option<Vec<u8>> {
    if shape_of(value) == Written::None {
        return None;
    }
    let mut bytes = Vec::new();
    cbor::to_vec_in(value, &mut bytes).ok()?;
    Some(bytes)
}

fn frame(out: &mut Vec<u8>, part: &[u8]) {
    out.extend_from_slice(&(part.len() as u64).to_be_bytes());
    out.extend_from_slice(part);
}

/// The reserved field id of a dataset's integrity envelope.
pub(crate) fn field_id(dataset: &str) -> FieldId {
    FieldId::of(dataset, PATH)
}

/// The place bytes of a record within an enclosing one that has integrity itself.
pub(crate) fn relative_path<'a>(inner: &'a Binding, outer: &Binding) -> &'a [u8] {
    inner.place.get(outer.place.len()..).unwrap_or(&[])
}
