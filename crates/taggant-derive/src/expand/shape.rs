//! Patterns and expressions of structs and variants, whatever their style.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::ast::Style;
use crate::model::{Field, Group, Model};

/// The variable that a field is bound to.
pub(crate) fn binding(field: &Field) -> Ident {
    format_ident!("__field_{}", field.index)
}

/// `Type` or `Type::Variant`.
pub(crate) fn path(ty: &Ident, group: &Group) -> TokenStream {
    group.variant.as_ref().map_or_else(|| quote!(#ty), |variant| quote!(#ty::#variant))
}

/// A pattern that binds the fields that are wanted.
pub(crate) fn pattern(
    path: &TokenStream,
    group: &Group,
    wanted: impl Fn(&Field) -> bool,
) -> TokenStream {
    let bind = |field: &Field| {
        let name = binding(field);
        if wanted(field) { quote!(#name) } else { quote!(_) }
    };
    match group.style {
        Style::Unit => path.clone(),
        Style::Tuple => {
            let fields = group.fields.iter().map(bind);
            quote!(#path(#(#fields),*))
        }
        Style::Named => {
            let fields = group.fields.iter().filter(|field| wanted(field)).map(|field| {
                let (member, name) = (&field.member, binding(field));
                quote!(#member: #name,)
            });
            // The pending mirror has siblings besides.
            quote!(#path { #(#fields)* .. })
        }
    }
}

/// An expression that builds a struct or variant; `value` gives each field's, `extra` stands last.
pub(crate) fn build(
    path: &TokenStream,
    group: &Group,
    value: impl Fn(&Field) -> TokenStream,
    extra: &TokenStream,
) -> TokenStream {
    match group.style {
        Style::Unit => path.clone(),
        Style::Tuple => {
            let fields = group.fields.iter().map(value);
            quote!(#path(#(#fields),*))
        }
        Style::Named => {
            let fields = group.fields.iter().map(|field| {
                let (member, value) = (&field.member, value(field));
                quote!(#member: #value,)
            });
            quote!(#path { #(#fields)* #extra })
        }
    }
}

/// `match subject { arm, .. }` over all variants; for enums without variants the match that says
/// that there is no value.
pub(crate) fn match_groups(
    model: &Model,
    subject: &TokenStream,
    by_value: bool,
    arm: impl Fn(&Group) -> TokenStream,
) -> TokenStream {
    if model.groups.is_empty() {
        return if by_value { quote!(match #subject {}) } else { quote!(match *#subject {}) };
    }
    let arms = model.groups.iter().map(arm);
    quote!(match #subject { #(#arms)* })
}
