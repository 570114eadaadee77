//! What the integrity of an enclosing record covers: envelopes and authenticated clear fields.

use proc_macro2::TokenStream;
use quote::quote;

use super::pending::{is_pending, name};
use super::runtime::Runtime;
use super::shape::{binding, match_groups, path, pattern};
use crate::model::{Field, Group, Model, Role};

pub(crate) fn body(model: &Model, rt: &Runtime) -> TokenStream {
    if !model.fields().any(|(group, field)| covered(group, field)) {
        return TokenStream::new();
    }
    let tagged = rt.tagged();
    match_groups(model, &quote!(__pending), false, |group| {
        let pattern = pattern(&path(&name(), group), group, |field| covered(group, field));
        let items = group.fields.iter().filter(|field| covered(group, field)).map(|field| {
            let (index, value) = (field.index, binding(field));
            match field.role {
                Role::Tagged(_) => quote!(__items.pending(#value);),
                Role::Nested { .. } => quote!(__items.nested(#value);),
                Role::Clear { .. } => {
                    quote!(__items.clear(<Self as #tagged>::__spec(), #index, #value);)
                }
            }
        });
        quote!(#pattern => { #(#items)* })
    })
}

fn covered(group: &Group, field: &Field) -> bool {
    is_pending(group, field) || matches!(field.role, Role::Clear { authenticated: true })
}
