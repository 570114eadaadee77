//! Blind indexes: equality queries over sealed values.
//!
//! A value is normalised, then hashed under a key of its own per (tenant, dataset, index), with
//! the normaliser's name and version in the input. The result is written beside the envelope, and
//! recomputed whenever the value is opened: else a copied index value hijacks the look-up.

use std::marker::PhantomData;

use serde::{Serialize, Serializer};
use zeroize::Zeroizing;

use super::decisions;
use super::fail;
use super::held::{Held, Unopened};
use super::record_events as events;
use super::reseal;
use super::stack;
use crate::cipher::mac::MacKey;
use crate::error::{Error, Outcome, Result};
use crate::field::{LookupSpec, RecordSpec};
use crate::flow::resolved::Resolved;
use crate::flow::scope;
use crate::redact::normalize;
use crate::redact::{MaskText, Permit};
use crate::tag::{Action, Actions};

/// The index value of a normalised text: generation byte, then the truncated HMAC.
fn value(
    generation: u8,
    key: &MacKey,
    dataset: &str,
    spec: &LookupSpec,
    text: &str,
) -> Result<Vec<u8>> {
    let normal = normalize(spec.normalizer, text).ok_or_else(|| {
        Error::new(Outcome::Invalid, "the blind index names a normaliser that this build lacks")
    })?;
    let tag = key.tag(&[
        spec.normalizer.as_bytes(),
        dataset.as_bytes(),
        spec.name.as_bytes(),
        normal.as_bytes(),
    ]);
    let mut out = Vec::with_capacity(1 + usize::from(spec.bits / 8));
    out.push(generation);
    out.extend_from_slice(&tag[..usize::from(spec.bits / 8)]);
    Ok(out)
}

/// The value under the newest generation, as it is written.
fn current(flow: &Resolved, dataset: &str, spec: &LookupSpec, text: &str) -> Result<Vec<u8>> {
    let keys = flow.tenant.index_keys(dataset, spec.name)?;
    let (generation, key) = keys.current();
    value(generation, key, dataset, spec, text)
}

/// Whether a stored index value is that of the value it stands beside.
pub(crate) fn matches(
    flow: &Resolved,
    dataset: &str,
    spec: &LookupSpec,
    text: &str,
    stored: &[u8],
) -> Result<bool> {
    let keys = flow.tenant.index_keys(dataset, spec.name)?;
    let Some((&generation, _)) = stored.split_first() else { return Ok(false) };
    let Some(key) = keys.get(generation) else { return Ok(false) };
    let expected = value(generation, key, dataset, spec, text)?;
    Ok(subtle::ConstantTimeEq::ct_eq(expected.as_slice(), stored).into())
}

/// Works out the index value of the field that is written next.
pub(crate) fn prepare<T: MaskText + ?Sized>(index: usize, text: &T, held: &Held) -> Result<()> {
    let (flow, spec) = stack::with(|stack| {
        let frame = stack.top();
        frame.lookup = None;
        (frame.flow.clone(), frame.spec)
    });
    let lookup = spec.fields[index].tag().and_then(|tag| tag.lookup.as_ref());
    let lookup = lookup.expect("the derive calls seal_lookup_field for look-up fields only");
    let made = match &held.unopened {
        Some(unopened) => carried(unopened, &flow, spec, lookup)
            .map_err(|e| e.at_field(spec.dataset, spec.fields[index].path))?,
        None => {
            let mut made = None;
            text.with_permitted_text(Permit::new(), &mut |text| {
                made = Some(current(&flow, spec.dataset, lookup, text))
            });
            made.transpose().map_err(|e| e.at_field(spec.dataset, spec.fields[index].path))?
        }
    };
    stack::with(|stack| stack.top().lookup = made);
    Ok(())
}

/// The index value of a value that is still sealed: what stood beside it, if it is written under the
/// same index; else made of the value, which is opened for that as it is to be sealed again.
fn carried(
    unopened: &Unopened,
    flow: &Resolved,
    spec: &RecordSpec,
    lookup: &LookupSpec,
) -> Result<Option<Vec<u8>>> {
    let source = unopened.context.spec;
    let own = source.fields[unopened.field].tag().and_then(|tag| tag.lookup.as_ref());
    let is_same = own.is_some_and(|own| {
        (source.dataset, own.name, own.normalizer, own.bits)
            == (spec.dataset, lookup.name, lookup.normalizer, lookup.bits)
    });
    if is_same {
        return Ok(unopened.lookup.as_deref().map(<[u8]>::to_vec));
    }
    let Some(text) = unopened.text else { return Ok(None) };
    let mut plain = Zeroizing::new(Vec::new());
    reseal::plaintext(unopened, &mut plain)?;
    text(plain).map(|text| current(flow, spec.dataset, lookup, &text)).transpose()
}

/// Writes the index value of the field before.
///
/// # Errors
/// What the serializer reports.
pub fn lookup_sibling<const I: usize, S: Serializer>(
    (): &(),
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let made = stack::with(|stack| {
        let frame = stack.top();
        let done = frame.done[I / Actions::FIELDS].get(I % Actions::FIELDS);
        let sealed = matches!(done, Some(Action::Seal | Action::Pass | Action::Reseal));
        // Where the value itself is hidden or shown, its index value has no business. It stays in
        // the frame: some formats ask for every value twice.
        frame.lookup.clone().filter(|_| sealed)
    });
    match made {
        None => serializer.serialize_none(),
        Some(bytes) => serializer.serialize_some(&IndexValue(bytes)),
    }
}

/// One blind-index value: lower-case hex in text formats, bytes in binary ones.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct IndexValue(Vec<u8>);

impl IndexValue {
    /// The bytes: generation, then the truncated HMAC.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Lower-case hex, as text formats hold it.
    #[must_use]
    pub fn to_hex(&self) -> String {
        crate::hex::encode(&self.0)
    }
}

impl std::fmt::Debug for IndexValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // It confirms a guess of the value.
        f.write_str("IndexValue(..)")
    }
}

impl Serialize for IndexValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(&self.to_hex())
        } else {
            serializer.serialize_bytes(&self.0)
        }
    }
}

/// A field with a blind index; the derive makes one constant per such field.
pub struct LookupField<T: ?Sized> {
    spec: fn() -> &'static RecordSpec,
    index: usize,
    value: PhantomData<fn(&T)>,
}

/// For the derive.
#[must_use]
pub const fn lookup_of<T: ?Sized>(
    spec: fn() -> &'static RecordSpec,
    index: usize,
) -> LookupField<T> {
    LookupField { spec, index, value: PhantomData }
}

impl<T: ?Sized> LookupField<T> {
    /// The index values under which records with this value may be stored: one per live
    /// generation of the index key, newest first. Query for any of them.
    ///
    /// It leaves an access record.
    ///
    /// # Errors
    /// `NoFlow` outside a flow, `Denied` where no rule allows `lookup` for the field's category.
    pub fn lookup<Q: MaskText + ?Sized>(&self, query: &Q) -> Result<Vec<IndexValue>> {
        fail::clear();
        let spec = (self.spec)();
        let field = &spec.fields[self.index];
        let tag = field.tag().expect("look-up fields are tagged");
        let lookup = tag.lookup.as_ref().expect("look-up fields have an index");
        let located = |error: Error| error.at_field(spec.dataset, field.path);
        let flow = scope::for_access()?.ok_or_else(|| {
            located(Error::new(
                Outcome::NoFlow,
                "a look-up needs a flow: call it inside Flow::from(..).purpose(..).run(..)",
            ))
        })?;
        decisions::access(&flow, Action::Lookup, tag.categories).map_err(located)?;
        let keys = flow.tenant.index_keys(spec.dataset, lookup.name)?;
        let mut made = Vec::new();
        let mut failed = None;
        query.with_text(&mut |text| {
            for (generation, key) in keys.newest_first() {
                match value(generation, key, spec.dataset, lookup, text) {
                    Ok(bytes) => made.push(IndexValue(bytes)),
                    Err(error) => failed = Some(error),
                }
            }
        });
        if let Some(error) = failed {
            return Err(located(error));
        }
        events::lookup(&flow, spec, self.index)?;
        Ok(made)
    }
}

/// The index value beside a value is another's.
pub(crate) fn mismatch() -> Error {
    Error::new(
        Outcome::Tampered,
        "the blind-index value beside the envelope is not this value's: it was copied from \
         another row, or its key is gone",
    )
}
