//! `Serialize`: a remote mirror that carries the user's serde words and a `serialize_with` on
//! every field that is not plainly clear, so that serde's own derive does serde's work.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::runtime::Runtime;
use super::{generics, mask, words};
use crate::ast::{Side, Style};
use crate::model::{Field, Group, Model, Role};

const SIDE: Side = Side::Serialize;

pub(crate) fn expand(model: &Model, rt: &Runtime) -> TokenStream {
    let ident = &model.ident;
    let (derive, serializer) = (rt.derive_serialize(), rt.serializer());
    let (seal_record, seal_nested_record, seal_nested) =
        (rt.seal_record(), rt.seal_nested_record(), rt.seal_nested());
    let (impl_generics, ty_generics, _) = model.generics.split_for_impl();
    let turbofish = ty_generics.as_turbofish();
    let where_clause = generics::where_clause(&model.generics, generics::serialize(model, rt));
    let mirror = mirror(model, &where_clause, rt);
    let presence = presence(model, rt);
    quote! {
        #mirror
        #presence

        #[automatically_derived]
        impl #impl_generics #derive for #ident #ty_generics #where_clause {
            fn serialize<__S: #serializer>(
                &self,
                __serializer: __S,
            ) -> ::core::result::Result<__S::Ok, __S::Error> {
                #seal_record(self, __serializer, |__serializer| {
                    __TaggantSer #turbofish::serialize(self, __serializer)
                })
            }
        }

        #[automatically_derived]
        impl #impl_generics #seal_nested for #ident #ty_generics #where_clause {
            fn seal<__S: #serializer>(
                &self,
                __serializer: __S,
            ) -> ::core::result::Result<__S::Ok, __S::Error> {
                #seal_nested_record(self, __serializer)
            }
        }
    }
}

fn mirror(model: &Model, where_clause: &TokenStream, rt: &Runtime) -> TokenStream {
    let derive = rt.derive_serialize();
    let attribute = words::of_type(model, SIDE);
    let params = generics::declaration(&model.generics);
    let head = quote!(#[derive(#derive)] #attribute);
    if model.is_enum {
        let variants = model.groups.iter().map(|group| {
            let (attribute, name) = (words::of_group(group, SIDE), &group.variant);
            let fields = fields(model, group, rt);
            quote!(#attribute #name #fields,)
        });
        return quote!(#head enum __TaggantSer #params #where_clause { #(#variants)* });
    }
    let group = &model.groups[0];
    let fields = fields(model, group, rt);
    if group.style == Style::Named {
        quote!(#head struct __TaggantSer #params #where_clause #fields)
    } else {
        quote!(#head struct __TaggantSer #params #fields #where_clause;)
    }
}

fn fields(model: &Model, group: &Group, rt: &Runtime) -> TokenStream {
    let list = group.fields.iter().map(|field| self::field(model, group, field, rt));
    match group.style {
        Style::Unit => TokenStream::new(),
        Style::Tuple => quote!((#(#list),*)),
        Style::Named => {
            let integrity = integrity(model, rt);
            quote!({ #(#list)* #integrity })
        }
    }
}

fn field(model: &Model, group: &Group, field: &Field, rt: &Runtime) -> TokenStream {
    let ty = &field.ty;
    let mut list = words::of_field(field, SIDE, &[]);
    if !field.serde.skipped(SIDE) && generics::handled(group, SIDE) {
        list.extend(writer(model, field, rt).map(|path| {
            let path = words::text_at(&path, crate::diag::at(ty));
            quote!(serialize_with = #path)
        }));
    }
    let attribute = words::attribute(&list);
    if group.style == Style::Tuple {
        return quote!(#attribute #ty);
    }
    let (member, sibling) = (&field.member, sibling(field, rt));
    quote!(#attribute #member: #ty, #sibling)
}

/// The function that writes a field; none where serde does it plainly.
fn writer(model: &Model, field: &Field, rt: &Runtime) -> Option<TokenStream> {
    let index = field.index;
    Some(match &field.role {
        Role::Tagged(tag) => {
            let masker = mask::masker(model, field, tag, rt);
            let seal = if tag.lookup.is_some() { rt.seal_lookup_field() } else { rt.seal_field() };
            quote!(#seal::<#index, #masker, _, _>)
        }
        Role::Nested { .. } => {
            let nested = rt.nested_field();
            quote!(#nested::<#index, _, _>)
        }
        Role::Clear { authenticated: true } => {
            let authenticated = rt.authenticated_field();
            quote!(#authenticated::<#index, _, _>)
        }
        // What a function of the user's writes is the user's.
        Role::Clear { authenticated: false }
            if field.serde.has("serialize_with") || field.serde.has("with") =>
        {
            return None;
        }
        Role::Clear { authenticated: false } => {
            let clear = rt.clear_field();
            quote!(#clear::<#index, _, _>)
        }
    })
}

/// The blind index, directly after its field.
fn sibling(field: &Field, rt: &Runtime) -> TokenStream {
    let Some(lookup) = field.lookup() else { return TokenStream::new() };
    let (name, index) = (&lookup.name, field.index);
    let member = sibling_name(field);
    if field.serde.has("skip_serializing_if") {
        let getter = words::text(&present_name(field));
        let writer = words::text(&format_ident!("__taggant_index_{}", index));
        return quote! {
            #[serde(
                rename = #name,
                getter = #getter,
                skip_serializing_if = "::core::ops::Not::not",
                serialize_with = #writer
            )]
            #member: bool,
        };
    }
    let (unit, writer) = (rt.unit(), rt.lookup_sibling());
    let unit = words::text(&unit);
    let writer = words::text(&quote!(#writer::<#index, _>));
    quote! {
        #[serde(rename = #name, getter = #unit, serialize_with = #writer)]
        #member: (),
    }
}

fn integrity(model: &Model, rt: &Runtime) -> TokenStream {
    let Some(name) = &model.integrity else { return TokenStream::new() };
    let (unit, writer) = (rt.unit(), rt.integrity_sibling());
    let unit = words::text(&unit);
    let writer = words::text(&quote!(#writer::<_>));
    quote! {
        #[serde(rename = #name, getter = #unit, serialize_with = #writer)]
        __taggant_integrity: (),
    }
}

/// A field that is left out takes its index with it.
fn presence(model: &Model, rt: &Runtime) -> TokenStream {
    let ident = &model.ident;
    let (impl_generics, ty_generics, _) = model.generics.split_for_impl();
    let where_clause = generics::where_clause(&model.generics, generics::serialize(model, rt));
    let (serializer, lookup_sibling) = (rt.serializer(), rt.lookup_sibling());
    let functions =
        model.fields().filter(|(_, field)| field.lookup().is_some()).filter_map(|(_, field)| {
            let skip = field.serde.text("skip_serializing_if", SIDE)?;
            let skip: syn::ExprPath = skip.parse().ok()?;
            let (index, member, present) = (field.index, &field.member, present_name(field));
            let writer = format_ident!("__taggant_index_{}", index);
            Some(quote! {
                fn #present #impl_generics (__record: &#ident #ty_generics) -> bool #where_clause {
                    !#skip(&__record.#member)
                }
                fn #writer<__S: #serializer>(
                    _: &bool,
                    __serializer: __S,
                ) -> ::core::result::Result<__S::Ok, __S::Error> {
                    #lookup_sibling::<#index, _>(&(), __serializer)
                }
            })
        });
    quote!(#(#functions)*)
}

fn present_name(field: &Field) -> Ident {
    format_ident!("__taggant_present_{}", field.index)
}

/// The mirrors' name for the sibling of a field.
pub(crate) fn sibling_name(field: &Field) -> Ident {
    format_ident!("__taggant_sibling_{}", field.index)
}
