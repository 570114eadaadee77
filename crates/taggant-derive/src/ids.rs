//! Logical field paths and the ids that are made of them. Rust names are only their defaults.

use sha2::{Digest, Sha256};
use syn::LitStr;
use syn::ext::IdentExt;

use crate::ast::{Decision, Field, Variant, member_name};

/// The first 8 bytes of SHA-256(dataset, 0x00, path), as `taggant_core::tag::FieldId::of`.
pub(crate) fn field_id(dataset: &str, path: &str) -> [u8; 8] {
    let digest =
        Sha256::new().chain_update(dataset).chain_update([0]).chain_update(path).finalize();
    let mut id = [0; 8];
    id.copy_from_slice(&digest[..8]);
    id
}

/// `[variant.]field`, with the field's `name` where it has one.
pub(crate) fn path(variant: Option<&Variant>, field: &Field) -> String {
    let name = match &field.decision {
        Some(Decision::Tag(tag)) => tag.name.as_ref(),
        Some(Decision::Nested(nested)) => nested.name.as_ref(),
        _ => None,
    };
    let name = name.map_or_else(|| member_name(&field.member), LitStr::value);
    match variant {
        Some(variant) => format!("{}.{name}", variant.ident.unraw()),
        None => name,
    }
}

/// The former paths of a field.
pub(crate) fn aliases(field: &Field) -> &[LitStr] {
    match &field.decision {
        Some(Decision::Tag(tag)) => &tag.alias,
        Some(Decision::Nested(nested)) => &nested.alias,
        _ => &[],
    }
}

/// Ids under every former dataset and field name.
pub(crate) fn alias_ids(
    dataset: &str,
    datasets: &[String],
    path: &str,
    paths: &[String],
) -> Vec<[u8; 8]> {
    let own = field_id(dataset, path);
    let mut out = Vec::new();
    for dataset in std::iter::once(dataset).chain(datasets.iter().map(String::as_str)) {
        for path in std::iter::once(path).chain(paths.iter().map(String::as_str)) {
            let id = field_id(dataset, path);
            if id != own && !out.contains(&id) {
                out.push(id);
            }
        }
    }
    out
}
