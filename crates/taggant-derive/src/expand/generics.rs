//! Where-clauses of the impls: as serde would infer them, plus what sealing asks.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Generics;

use super::mask::{MaskKind, kind};
use super::runtime::Runtime;
use crate::ast::{SerdeWords, Side};
use crate::model::bounds::{Mentions, mentions, predicates};
use crate::model::{Field, Group, Model, Role};

/// The type's own where-clause and these predicates, each once.
pub(crate) fn where_clause(generics: &Generics, extra: Vec<TokenStream>) -> TokenStream {
    let own = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let mut seen = Vec::new();
    let mut out = Vec::new();
    for predicate in own.map(ToTokens::to_token_stream).chain(extra) {
        let text = predicate.to_string();
        if !seen.contains(&text) {
            seen.push(text);
            out.push(predicate);
        }
    }
    if out.is_empty() { TokenStream::new() } else { quote!(where #(#out),*) }
}

/// What `Bind` asks: subject and row fields are ids.
pub(crate) fn bind(model: &Model, rt: &Runtime) -> Vec<TokenStream> {
    let id = rt.subject_id();
    let mut out = Vec::new();
    for group in &model.groups {
        let subjects = group.subjects.iter().map(|(_, position)| position);
        for position in subjects.chain(&group.row) {
            let ty = &group.fields[*position].ty;
            if field_mentions(model, &group.fields[*position]).any() {
                out.push(quote!(#ty: #id));
            }
        }
    }
    out
}

pub(crate) fn serialize(model: &Model, rt: &Runtime) -> Vec<TokenStream> {
    let serialize = rt.derive_serialize();
    let nested = rt.seal_nested();
    let mut out = bind(model, rt);
    direction(model, Side::Serialize, &mut out, |field, mentions, out| {
        let ty = &field.ty;
        match &field.role {
            Role::Nested { .. } if !mentions.recursive => {
                out.push(quote!(#ty: #nested));
            }
            _ => out.extend(mentions.each(&serialize)),
        }
    });
    text_masks(model, rt, &mut out);
    out
}

pub(crate) fn deserialize(model: &Model, rt: &Runtime) -> Vec<TokenStream> {
    let owned = rt.deserialize_owned();
    let open = rt.open_nested();
    let mut out = bind(model, rt);
    direction(model, Side::Deserialize, &mut out, |field, mentions, out| {
        let ty = &field.ty;
        match &field.role {
            Role::Nested { .. } if !mentions.recursive => out.push(quote!(#ty: #open)),
            _ => out.extend(mentions.each(&owned)),
        }
    });
    for (_, field) in model.fields().filter(|(_, field)| field_mentions(model, field).any()) {
        let ty = &field.ty;
        let skipped = field.serde.skipped(Side::Deserialize);
        let bare = field
            .serde
            .get("default")
            .is_some_and(|word| matches!(word.value, crate::ast::SerdeValue::None));
        if bare || (skipped && !field.serde.has("default")) {
            out.push(quote!(#ty: ::core::default::Default));
        }
        if matches!(field.role, Role::Clear { authenticated: true }) {
            let serialize = rt.derive_serialize();
            out.push(quote!(#ty: #serialize));
        }
        if field.lookup().is_some() {
            let text = rt.mask_text();
            out.push(quote!(#ty: #text));
        }
    }
    if model.serde.has("default") && model.generics.type_params().next().is_some() {
        let (ident, (_, ty, _)) = (&model.ident, model.generics.split_for_impl());
        out.push(quote!(#ident #ty: ::core::default::Default));
    }
    out
}

pub(crate) fn debug(model: &Model, rt: &Runtime) -> Vec<TokenStream> {
    let mut out = Vec::new();
    for (_, field) in model.fields().filter(|(_, field)| field.tag().is_none()) {
        out.extend(field_mentions(model, field).each(&quote!(::core::fmt::Debug)));
    }
    text_masks(model, rt, &mut out);
    out
}

/// A custom mask is generated for one type, the others read the value as text.
fn text_masks(model: &Model, rt: &Runtime, out: &mut Vec<TokenStream>) {
    let text = rt.mask_text();
    for (_, field) in model.fields() {
        let Some(tag) = field.tag() else { continue };
        let needed = kind(tag) == MaskKind::Text || tag.lookup.is_some();
        if needed && field_mentions(model, field).any() {
            let ty = &field.ty;
            out.push(quote!(#ty: #text));
        }
    }
}

/// The user's `bound`, or what `infer` says about each field that this direction handles.
fn direction(
    model: &Model,
    side: Side,
    out: &mut Vec<TokenStream>,
    infer: impl Fn(&Field, &Mentions, &mut Vec<TokenStream>),
) {
    let of_type = own_bound(&model.serde, side, out);
    for group in &model.groups {
        let handled = !group.serde.skipped(side) && !group.serde.replaced(side);
        let of_group = own_bound(&group.serde, side, out);
        for field in &group.fields {
            let of_field = own_bound(&field.serde, side, out);
            let inferred = handled
                && !of_type
                && !of_group
                && !of_field
                && !field.serde.skipped(side)
                && !field.serde.replaced(side);
            let mentions = field_mentions(model, field);
            if inferred && mentions.any() {
                infer(field, &mentions, out);
            }
        }
    }
}

fn own_bound(words: &SerdeWords, side: Side, out: &mut Vec<TokenStream>) -> bool {
    let Some(text) = words.text("bound", side) else { return false };
    let list = predicates(text).expect("checked: the bound parses");
    out.extend(list.iter().map(ToTokens::to_token_stream));
    true
}

fn field_mentions(model: &Model, field: &Field) -> Mentions {
    mentions(&field.ty, &model.ident, &model.generics)
}

/// Whether a variant is read or written at all.
pub(crate) fn handled(group: &Group, side: Side) -> bool {
    !group.serde.skipped(side)
}

/// `<'a, T: Bound, const N: usize>` without defaults, for the declaration of a mirror.
pub(crate) fn declaration(generics: &Generics) -> TokenStream {
    let (impl_generics, _, _) = generics.split_for_impl();
    quote!(#impl_generics)
}

/// The type's parameters behind the lifetime of the input.
pub(crate) fn with_de(generics: &Generics) -> TokenStream {
    let mut generics = generics.clone();
    generics.params.insert(0, syn::parse_quote!('de));
    declaration(&generics)
}
