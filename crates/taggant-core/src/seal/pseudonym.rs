//! Keyed pseudonyms: the same value shows as the same word within a tenant, and as no other.

use crate::cbor;
use crate::cipher::mac::MacKey;
use crate::hex;

/// Begins every pseudonym, so that one is told from plaintext when it comes back.
pub(crate) const PREFIX: &str = "pn1.";

/// Appends `pn1.` and 32 hex digits: HMAC-SHA-256 under the tenant's pseudonym key over category
/// and CBOR value, cut to 16 bytes.
pub(crate) fn write(key: &MacKey, category: &str, value: &[u8], out: &mut String) {
    let tag = key.tag(&[category.as_bytes(), value]);
    out.clear();
    out.push_str(PREFIX);
    hex::push(&tag[..16], out);
}

/// The pseudonym of a text under the flow or the runtime around; none without a runtime.
pub(crate) fn ambient(category: &str, text: &str) -> Option<String> {
    let flow = super::stack::flow_around().ok()?;
    let key = flow.tenant.pseudonym_key().ok()?;
    let mut bytes = Vec::new();
    cbor::to_vec_in(text, &mut bytes).ok()?;
    let mut out = String::new();
    write(&key, category, &bytes, &mut out);
    Some(out)
}
