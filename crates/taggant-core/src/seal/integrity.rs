//! Whole-record integrity: one envelope that authenticates all others of the record.

use serde::Serialize;

use super::context::Binding;
use super::place;
use crate::cbor;
use crate::cbor::probe::{Written, shape_of};
use crate::error::{Error, Outcome, Result};
use crate::field::RecordSpec;
use crate::tag::FieldId;

/// The reserved field path of the integrity envelope of a dataset.
pub(crate) const PATH: &str = "$integrity";

/// What the integrity envelope of a record covers: (place, envelope or clear bytes), sorted.
///
/// Places are those of docs/FORMAT.md section 9, from the record with the integrity inwards. Absent and null
/// fields are not listed, so adding or removing one shows. Of a list its length is listed too, of a
/// map its keys: an element that holds nothing covered would go unnoticed otherwise.
#[derive(Clone, Debug, Default)]
pub struct IntegrityItems {
    items: Vec<(Vec<u8>, Vec<u8>)>,
    prefix: Vec<u8>,
    /// A key of a map that has no bytes: nothing can be said of its place.
    broken: Option<Error>,
}

impl IntegrityItems {
    /// No items yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what stands at a place of the record.
    pub(crate) fn push(&mut self, place: Vec<u8>, bytes: &[u8]) {
        self.items.push((place, bytes.to_vec()));
    }

    /// Adds a field at the current place.
    pub(crate) fn field(&mut self, id: FieldId, bytes: &[u8]) {
        let mut at = self.prefix.clone();
        place::field(&mut at, id);
        self.push(at, bytes);
    }

    /// Adds a `#[clear(authenticated)]` field at the current place.
    pub fn clear<T: Serialize + ?Sized>(
        &mut self,
        spec: &'static RecordSpec,
        index: usize,
        value: &T,
    ) {
        if let Some(bytes) = clear_bytes(value) {
            self.field(spec.fields[index].id, &bytes);
        }
    }

    /// Adds the list at the current place, as a whole.
    pub(crate) fn list(&mut self, elements: usize) {
        self.push(self.prefix.clone(), &place::length(elements));
    }

    /// Adds the map at the current place, as a whole.
    pub(crate) fn map<'a, K: Serialize + 'a>(&mut self, keys: impl Iterator<Item = &'a K>) {
        match place::keys(keys) {
            Ok(keys) => self.push(self.prefix.clone(), &keys),
            Err(error) => drop(self.broken.get_or_insert(error)),
        }
    }

    /// Runs `collect` one `#[nested]` field deeper.
    pub(crate) fn within(&mut self, id: FieldId, collect: impl FnOnce(&mut Self)) {
        self.deeper(|place| place::field(place, id), collect);
    }

    /// Runs `collect` at an element of the list at the current place.
    pub(crate) fn at_index(&mut self, index: usize, collect: impl FnOnce(&mut Self)) {
        self.deeper(|place| place::index(place, index), collect);
    }

    /// Runs `collect` at an entry of the map at the current place.
    pub(crate) fn at_key<K: Serialize>(&mut self, key: &K, collect: impl FnOnce(&mut Self)) {
        let mut step = Vec::new();
        match place::key(&mut step, key) {
            Ok(()) => self.deeper(|place| place.extend_from_slice(&step), collect),
            Err(error) => drop(self.broken.get_or_insert(error)),
        }
    }

    fn deeper(&mut self, step: impl FnOnce(&mut Vec<u8>), collect: impl FnOnce(&mut Self)) {
        let length = self.prefix.len();
        step(&mut self.prefix);
        collect(self);
        self.prefix.truncate(length);
    }

    /// Appends the items to the AAD: count, then each place and bytes, framed, sorted.
    ///
    /// # Errors
    /// `Invalid` where two things stand at one place, as entries of a map do whose keys serialize
    /// alike: they could be exchanged without a trace.
    pub(crate) fn write_aad(&mut self, out: &mut Vec<u8>) -> Result<()> {
        if let Some(error) = &self.broken {
            return Err(error.clone());
        }
        self.items.sort_unstable();
        if self.items.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return Err(Error::new(
                Outcome::Invalid,
                "two values of the record stand at one place: keys of its maps serialize alike; \
                 give them keys that differ",
            ));
        }
        out.extend_from_slice(&(self.items.len() as u64).to_be_bytes());
        for (at, bytes) in &self.items {
            place::frame(out, at);
            out.push(1);
            place::frame(out, bytes);
        }
        Ok(())
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

/// The reserved field id of a dataset's integrity envelope.
pub(crate) fn field_id(dataset: &str) -> FieldId {
    FieldId::of(dataset, PATH)
}

/// The place bytes of a record within an enclosing one that has integrity itself.
pub(crate) fn relative_path<'a>(inner: &'a Binding, outer: &Binding) -> &'a [u8] {
    inner.place.get(outer.place.len()..).unwrap_or(&[])
}
