//! What was written: reads the attributes into the `ast`, checking words and their form only.

mod fields;
mod serde;
mod tag;
mod type_words;
mod words;

use syn::visit_mut::VisitMut;
use syn::{Attribute, Data, DeriveInput, Generics, Meta, Type, parse_quote};

use crate::ast::{Body, Fields, Input, Style, Variant};
use crate::diag::Diag;

/// Reads a whole type.
pub(crate) fn input(input: &DeriveInput, diag: &Diag) -> Input {
    let mut receiver = Receiver::new(input);
    let mut generics = input.generics.clone();
    receiver.visit_generics_mut(&mut generics);
    misplaced(&input.attrs, &["tag", "nested", "clear"], "type", diag);
    for attr in input.attrs.iter().filter(|attr| attr.path().is_ident("repr")) {
        refuse_packed(attr, diag);
    }
    Input {
        ident: input.ident.clone(),
        vis: input.vis.clone(),
        generics,
        words: type_words::parse(&input.attrs, diag),
        serde: serde::parse(&input.attrs, diag),
        body: body(&input.data, &mut receiver, diag),
    }
}

fn body(data: &Data, receiver: &mut Receiver, diag: &Diag) -> Body {
    match data {
        Data::Struct(data) => Body::Struct(fields::parse(&data.fields, receiver, diag)),
        Data::Enum(data) => Body::Enum(
            data.variants
                .iter()
                .map(|variant| {
                    misplaced(
                        &variant.attrs,
                        &["tagged", "tag", "nested", "clear"],
                        "variant",
                        diag,
                    );
                    Variant {
                        ident: variant.ident.clone(),
                        serde: serde::parse(&variant.attrs, diag),
                        fields: fields::parse(&variant.fields, receiver, diag),
                    }
                })
                .collect(),
        ),
        Data::Union(data) => {
            diag.error(
                data.union_token.span,
                "`Tagged` is not supported for unions: no field says which one is alive",
            );
            Body::Struct(Fields { style: Style::Unit, list: Vec::new() })
        }
    }
}

/// A decision that stands where it would have no effect is an error, never ignored.
fn misplaced(attrs: &[Attribute], names: &[&str], place: &str, diag: &Diag) {
    for attr in attrs {
        if let Some(name) = names.iter().find(|name| attr.path().is_ident(name)) {
            let home = if *name == "tagged" { "the type" } else { "a field" };
            let what = format!("`#[{name}]` belongs on {home}, not on a {place}");
            diag.push(syn::Error::new_spanned(&attr.meta, what));
        }
    }
}

fn refuse_packed(attr: &Attribute, diag: &Diag) {
    let Meta::List(list) = &attr.meta else { return };
    for token in list.tokens.clone() {
        if let proc_macro2::TokenTree::Ident(word) = token
            && word == "packed"
        {
            diag.error(
                word.span(),
                "`Tagged` is not supported for packed types: fields are sealed by reference",
            );
        }
    }
}

/// Replaces `Self` by the type, since the field types are repeated in mirrored items.
pub(crate) struct Receiver {
    ty: Type,
}

impl Receiver {
    fn new(input: &DeriveInput) -> Self {
        let ident = &input.ident;
        let (_, generics, _) = Generics::split_for_impl(&input.generics);
        Self { ty: parse_quote!(#ident #generics) }
    }
}

impl VisitMut for Receiver {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if let Type::Path(path) = ty
            && path.qself.is_none()
            && path.path.segments.first().is_some_and(|first| first.ident == "Self")
        {
            let this = &self.ty;
            let rest = path.path.segments.iter().skip(1);
            *ty = if path.path.segments.len() == 1 {
                this.clone()
            } else {
                parse_quote!(<#this> #(::#rest)*)
            };
            return;
        }
        syn::visit_mut::visit_type_mut(self, ty);
    }
}
