//! The words of `#[tag(..)]`, one by one and together, and the siblings they ask for.

use syn::{LitInt, LitStr};

use super::keys;
use crate::ast::{Field, Fields, Input, Side, Style, TagWords};
use crate::diag::Diag;
use crate::model::wire::wire_name;

pub(crate) fn field(input: &Input, group: &Fields, field: &Field, diag: &Diag) {
    let Some(tag) = field.tag() else { return };
    if tag.categories.is_empty() {
        diag.error(
            tag.span,
            "`#[tag(..)]` needs at least one data category, such as `#[tag(\"user.name\")]`",
        );
    }
    for (index, category) in tag.categories.iter().enumerate() {
        keys::category(input, category, diag);
        if tag.categories[..index].iter().any(|other| other.value() == category.value()) {
            diag.error(category.span(), "this category is written twice");
        }
    }
    lookup(input, group, field, tag, diag);
    if let (Some(span), Some(word)) = (tag.seal_none, field.serde.get("skip_serializing_if")) {
        diag.error(
            span,
            "`seal_none` hides whether there is a value; `skip_serializing_if` would show it",
        );
        diag.error(word.span, "contradicts `seal_none`");
    }
}

fn lookup(input: &Input, group: &Fields, field: &Field, tag: &TagWords, diag: &Diag) {
    let Some(name) = &tag.lookup else {
        if let Some((_, span)) = tag.normalizer {
            diag.error(span, "`normalizer` belongs to a `lookup = \"name\"`, which is missing");
        }
        if let Some(bits) = &tag.bits {
            diag.error(bits.span(), "`bits` belongs to a `lookup = \"name\"`, which is missing");
        }
        if let Some(span) = tag.may_collide {
            diag.error(span, "`may_collide` belongs to a `lookup = \"name\"`, which is missing");
        }
        return;
    };
    keys::name("lookup", name, diag);
    let few = tag.bits.as_ref().is_some_and(|bits| check_bits(bits, diag));
    match (few, tag.may_collide, &tag.bits) {
        (true, None, Some(bits)) => diag.error(
            bits.span(),
            "with `bits` under 64 different values share an index value: a look-up finds other \
             people's rows too, and a forged index value is soon found; where that is wanted, since \
             less can be read off the index, add `may_collide`",
        ),
        (false, Some(span), _) => {
            diag.error(span, "`may_collide` admits `bits` under 64, and there are none");
        }
        _ => (),
    }
    if input.is_enum() {
        diag.error(name.span(), "`lookup` is not supported in enums; put the field in a struct");
    } else if group.style != Style::Named {
        diag.error(
            name.span(),
            "`lookup` writes a named sibling field; a tuple struct has no place for it",
        );
    }
    if field.serde.skipped(Side::Serialize) || field.serde.skipped(Side::Deserialize) {
        diag.error(name.span(), "`lookup` on a field that serde skips has no effect");
    }
}

/// Whether the bits are valid, and so few that values share them.
fn check_bits(bits: &LitInt, diag: &Diag) -> bool {
    match bits.base10_parse::<u16>() {
        Ok(n @ 16..=256) if n % 8 == 0 => n < 64,
        _ => {
            diag.error(bits.span(), "`bits` takes a multiple of 8 from 16 to 256");
            false
        }
    }
}

/// The names of lookup and integrity siblings must be free.
pub(crate) fn siblings(input: &Input, group: &Fields, diag: &Diag) {
    if input.is_enum() {
        return;
    }
    let mut taken: Vec<String> =
        group.list.iter().map(|field| wire_name(input, None, group.style, field)).collect();
    for field in &group.list {
        taken.extend(field.serde.text("rename", Side::Deserialize).map(LitStr::value));
        let aliases = field.serde.0.iter().filter(|word| word.name == "alias");
        taken.extend(aliases.filter_map(|word| match &word.value {
            crate::ast::SerdeValue::Text(text) => Some(text.value()),
            _ => None,
        }));
    }
    let lookups = group.list.iter().filter_map(|f| f.tag()?.lookup.as_ref());
    let siblings: Vec<&LitStr> = lookups.chain(&input.words.integrity).collect();
    for name in &siblings {
        if taken.contains(&name.value()) {
            diag.error(
                name.span(),
                format!("`{}` is written by another field already", name.value()),
            );
        }
        taken.push(name.value());
    }
    if let Some(name) = &input.words.integrity
        && group.style != Style::Named
    {
        diag.error(
            name.span(),
            "`integrity` writes a named sibling field; a tuple struct has no place for it",
        );
    }
    if let (Some(name), Some(_)) = (siblings.first(), input.serde.get("transparent")) {
        diag.error(name.span(), "`#[serde(transparent)]` has no place for a sibling field");
    }
}
