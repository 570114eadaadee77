//! The pending mirror: what is read before anything is opened. Clear fields are there, tagged
//! ones still sealed, since a field needs its siblings (subject, row, index) to be opened.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};

use super::runtime::Runtime;
use super::ser::sibling_name;
use super::shape::{binding, build, path, pattern};
use super::words::respan;
use super::{generics, words};
use crate::ast::{SerdeValue, Side, Style};
use crate::model::{Field, Group, Model, Role};

const SIDE: Side = Side::Deserialize;

/// The mirror's name.
pub(crate) fn name() -> Ident {
    format_ident!("__TaggantPending")
}

pub(crate) fn expand(model: &Model, where_clause: &TokenStream, rt: &Runtime) -> TokenStream {
    let derive = rt.derive_deserialize();
    let attribute = words::of_type(model, SIDE);
    let (name, params) = (name(), generics::declaration(&model.generics));
    let head = quote!(#[doc(hidden)] #[derive(#derive)] #attribute);
    let item = if model.is_enum {
        let variants = model.groups.iter().map(|group| {
            let (attribute, name) = (words::of_group(group, SIDE), &group.variant);
            let fields = fields(model, group, rt);
            quote!(#attribute #name #fields,)
        });
        quote!(#head pub enum #name #params #where_clause { #(#variants)* })
    } else {
        let group = &model.groups[0];
        let fields = fields(model, group, rt);
        if group.style == Style::Named {
            quote!(#head pub struct #name #params #where_clause #fields)
        } else {
            quote!(#head pub struct #name #params #fields #where_clause;)
        }
    };
    let defaults = field_defaults(model, where_clause, rt);
    let container = container_default(model, where_clause, rt);
    quote!(#item #defaults #container)
}

fn fields(model: &Model, group: &Group, rt: &Runtime) -> TokenStream {
    let list = group.fields.iter().map(|field| self::field(model, group, field, rt));
    match group.style {
        Style::Unit => TokenStream::new(),
        Style::Tuple => quote!((#(#list),*)),
        Style::Named => {
            let sibling = rt.pending_sibling();
            let integrity = model.integrity.as_ref().map(
                |name| quote!(#[serde(rename = #name, default)] __taggant_integrity: #sibling,),
            );
            quote!({ #(#list)* #integrity })
        }
    }
}

fn field(model: &Model, group: &Group, field: &Field, rt: &Runtime) -> TokenStream {
    let ty = ty(model, group, field, rt);
    let mut list;
    if is_wrapped(group, field) {
        list = words::of_field(field, SIDE, &["default"]);
        list.extend(field.serde.get("default").map(|_| {
            let function = default_name(field).to_string();
            quote!(default = #function)
        }));
    } else {
        list = words::of_field(field, SIDE, &[]);
    }
    let attribute = words::attribute(&list);
    if group.style == Style::Tuple {
        return quote!(#attribute #ty);
    }
    let member = &field.member;
    let sibling = field.lookup().map(|lookup| {
        let (ty, member, name) = (rt.pending_sibling(), sibling_name(field), &lookup.name);
        quote!(#[serde(rename = #name, default)] #member: #ty,)
    });
    quote!(#attribute #member: #ty, #sibling)
}

/// Whether the mirror holds a field in a type of its own: what waits to be opened, and what is
/// clear and was read without a function of the user's.
pub(crate) fn is_wrapped(group: &Group, field: &Field) -> bool {
    is_pending(group, field) || is_checked(group, field)
}

/// Whether a field is clear and read through a check.
pub(crate) fn is_checked(group: &Group, field: &Field) -> bool {
    field.is_clear()
        && !field.serde.skipped(SIDE)
        && !field.serde.has("deserialize_with")
        && !field.serde.has("with")
        && generics::handled(group, SIDE)
}

/// Whether a field waits to be opened; one that serde does not read is plain from the start.
pub(crate) fn is_pending(group: &Group, field: &Field) -> bool {
    !field.is_clear() && !field.serde.skipped(SIDE) && generics::handled(group, SIDE)
}

fn ty(model: &Model, group: &Group, field: &Field, rt: &Runtime) -> TokenStream {
    let (ident, ty, index) = (&model.ident, &field.ty, field.index);
    let (_, ty_generics, _) = model.generics.split_for_impl();
    if !is_wrapped(group, field) {
        return quote!(#ty);
    }
    let pending = wrapper(field, rt);
    let head = respan(quote!(#pending<#ident #ty_generics, #index,), crate::diag::at(ty));
    quote_spanned!(crate::diag::at(ty)=> #head #ty>)
}

fn wrapper(field: &Field, rt: &Runtime) -> TokenStream {
    match field.role {
        Role::Nested { .. } => rt.nested_pending(),
        Role::Tagged(_) => rt.pending(),
        Role::Clear { .. } => rt.clear(),
    }
}

/// A plain value as the pending field holds it.
fn ready(group: &Group, field: &Field, value: &TokenStream, rt: &Runtime) -> TokenStream {
    if !is_wrapped(group, field) {
        return value.clone();
    }
    let pending = wrapper(field, rt);
    quote!(#pending::ready(#value))
}

fn default_name(field: &Field) -> Ident {
    format_ident!("__taggant_default_{}", field.index)
}

/// `default` and `default = "path"` of fields that are pending.
fn field_defaults(model: &Model, where_clause: &TokenStream, rt: &Runtime) -> TokenStream {
    let (impl_generics, _, _) = model.generics.split_for_impl();
    let functions = model.fields().filter(|(group, field)| is_wrapped(group, field)).filter_map(
        |(group, field)| {
            let value = default_value(&field.serde.get("default")?.value);
            let value = ready(group, field, &value, rt);
            let (name, ty) = (default_name(field), ty(model, group, field, rt));
            Some(quote! {
                fn #name #impl_generics () -> #ty #where_clause {
                    #value
                }
            })
        },
    );
    quote!(#(#functions)*)
}

fn default_value(value: &SerdeValue) -> TokenStream {
    match value {
        SerdeValue::Text(path) => {
            let path: TokenStream = path
                .parse::<syn::ExprPath>()
                .map_or_else(|e| e.to_compile_error(), |p| quote!(#p()));
            quote!(#path)
        }
        _ => quote!(::core::default::Default::default()),
    }
}

/// `default` of the whole type: its own default, as if it had been read.
fn container_default(model: &Model, where_clause: &TokenStream, rt: &Runtime) -> TokenStream {
    let Some(word) = model.serde.get("default") else { return TokenStream::new() };
    let (name, group) = (name(), &model.groups[0]);
    let (impl_generics, ty_generics, _) = model.generics.split_for_impl();
    let value = default_value(&word.value);
    let (ident, mirror) = (&model.ident, quote!(#name));
    let pattern = pattern(&path(ident, group), group, |_| true);
    let siblings = siblings(group).map(|name| quote!(#name: ::core::default::Default::default(),));
    let integrity = model
        .integrity
        .as_ref()
        .map(|_| quote!(__taggant_integrity: ::core::default::Default::default(),));
    let built = build(
        &mirror,
        group,
        |field| {
            let value = binding(field);
            ready(group, field, &quote!(#value), rt)
        },
        &quote!(#(#siblings)* #integrity),
    );
    let body = quote! {
        let __value: #ident #ty_generics = #value;
        let #pattern = __value;
        #built
    };
    if matches!(word.value, SerdeValue::Text(_)) {
        return quote! {
            fn __taggant_default #impl_generics () -> #name #ty_generics #where_clause { #body }
        };
    }
    quote! {
        #[automatically_derived]
        impl #impl_generics ::core::default::Default for #name #ty_generics #where_clause {
            fn default() -> Self { #body }
        }
    }
}

/// The lookup siblings of a struct.
pub(crate) fn siblings(group: &Group) -> impl Iterator<Item = Ident> + '_ {
    group.fields.iter().filter(|field| field.lookup().is_some()).map(sibling_name)
}
