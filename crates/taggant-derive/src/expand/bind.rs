//! `Bind`: which person and which row a value belongs to.

use proc_macro2::TokenStream;
use quote::quote;

use super::generics;
use super::pending::is_checked;
use super::runtime::Runtime;
use super::shape::{binding, match_groups, path, pattern};
use super::words::respan;
use crate::model::{Field, Group, Model};

pub(crate) fn expand(model: &Model, rt: &Runtime) -> TokenStream {
    let (bind, binder) = (rt.bind(), rt.binder());
    let (ident, body) = (&model.ident, body(model, &model.ident, &quote!(self), false));
    let (impl_generics, ty_generics, _) = model.generics.split_for_impl();
    let where_clause = generics::where_clause(&model.generics, generics::bind(model, rt));
    quote! {
        #[automatically_derived]
        impl #impl_generics #bind for #ident #ty_generics #where_clause {
            fn bind(&self, __binder: &mut #binder<'_>) {
                #body
            }
        }
    }
}

/// The same for the type and for its pending mirror: the fields are clear in both.
pub(crate) fn body(
    model: &Model,
    ty: &proc_macro2::Ident,
    value: &TokenStream,
    is_mirror: bool,
) -> TokenStream {
    if model.groups.iter().all(|group| group.subjects.is_empty() && group.row.is_empty()) {
        return TokenStream::new();
    }
    match_groups(model, value, false, |group| {
        let pattern = pattern(&path(ty, group), group, |field| names(group, field));
        let subjects = group.subjects.iter().map(|(index, position)| {
            let span = crate::diag::at(&group.fields[*position].ty);
            let field = id(group, &group.fields[*position], is_mirror);
            respan(quote!(__binder.subject(#index, #field);), span)
        });
        let row = group.row.iter().map(|position| {
            let span = crate::diag::at(&group.fields[*position].ty);
            let field = id(group, &group.fields[*position], is_mirror);
            respan(quote!(__binder.row(#field);), span)
        });
        quote!(#pattern => { #(#subjects)* #(#row)* })
    })
}

/// The id, out of what the mirror holds it in.
fn id(group: &Group, field: &Field, is_mirror: bool) -> TokenStream {
    let value = binding(field);
    if is_mirror && is_checked(group, field) { quote!(&**#value) } else { quote!(#value) }
}

fn names(group: &Group, field: &Field) -> bool {
    let subjects = group.subjects.iter().map(|(_, position)| position);
    subjects.chain(&group.row).any(|position| group.fields[*position].index == field.index)
}
