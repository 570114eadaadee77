//! Opening a sealed value inside the library: for `reveal`, and to seal it for another place.

use zeroize::Zeroizing;

use super::decisions;
use super::held::Unopened;
use super::lookup;
use super::read::open;
use super::stack;
use crate::error::{Error, Outcome, Result};
use crate::flow::Runtime;
use crate::flow::resolved::Resolved;
use crate::tag::Action;

/// Appends the CBOR plaintext of an unopened value, to be sealed for another place.
///
/// # Errors
/// `Denied` where no rule allows `reseal` under the flow around; else as opening.
pub(crate) fn plaintext(unopened: &Unopened, out: &mut Vec<u8>) -> Result<()> {
    check_same_runtime(unopened)?;
    let flow = stack::flow_around()?;
    let mut categories = unopened.label.categories();
    categories.extend(tag_categories(unopened));
    decisions::access(&flow, Action::Reseal, &categories)?;
    let plain = decrypt(unopened)?;
    // The padding goes; the target pads as it says itself.
    let length = crate::cbor::item_length(&plain)?;
    out.extend_from_slice(&plain[..length]);
    Ok(())
}

/// The CBOR plaintext of an unopened value, padding included.
pub(crate) fn decrypt(unopened: &Unopened) -> Result<Zeroizing<Vec<u8>>> {
    let context = &unopened.context;
    let mut opening = open::Opening::new(1);
    let plain = open::envelope(
        &mut opening,
        &context.flow,
        context.spec,
        unopened.field,
        &context.binding,
        unopened.envelope.clone(),
    )?;
    check_index(unopened, &plain)?;
    Ok(plain)
}

/// A copied index value hijacks the look-up, so it is compared as soon as the value is known.
fn check_index(unopened: &Unopened, plain: &Zeroizing<Vec<u8>>) -> Result<()> {
    let context = &unopened.context;
    let tag = context.spec.fields[unopened.field].tag();
    let (Some(stored), Some(text), Some(lookup)) =
        (&unopened.lookup, unopened.text, tag.and_then(|tag| tag.lookup.as_ref()))
    else {
        return Ok(());
    };
    let Some(text) = text(plain.clone()) else { return Ok(()) };
    if lookup::matches(&context.flow, context.spec.dataset, lookup, &text, stored)? {
        return Ok(());
    }
    Err(lookup::mismatch())
}

pub(crate) fn tag_categories(unopened: &Unopened) -> &'static [&'static str] {
    unopened.context.spec.fields[unopened.field].tag().map_or(&[], |tag| tag.categories)
}

/// A flow names the tenant whose data it moves.
pub(crate) fn check_same_tenant(unopened: &Unopened, flow: &Resolved) -> Result<()> {
    if unopened.context.flow.tenant.name() == flow.tenant.name() {
        return Ok(());
    }
    Err(Error::new(
        Outcome::WrongTenant,
        "the value is another tenant's than the flow's: use a flow with the tenant that it was read \
         under",
    ))
}

/// An unopened value belongs to the runtime that read it.
pub(crate) fn check_same_runtime(unopened: &Unopened) -> Result<()> {
    if unopened.context.flow.runtime.is(&Runtime::current()?) {
        return Ok(());
    }
    Err(Error::new(
        Outcome::WrongTenant,
        "a sealed value was read under another runtime; read and write it under the same one",
    ))
}
