//! `Customer::EMAIL`: the blind indexes of a type.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::runtime::Runtime;
use crate::ast::member_name;
use crate::model::Model;

pub(crate) fn expand(model: &Model, rt: &Runtime) -> TokenStream {
    let (lookup_field, lookup_of, tagged) = (rt.lookup_field(), rt.lookup_of(), rt.tagged());
    let (ident, vis) = (&model.ident, &model.vis);
    let (impl_generics, ty_generics, where_clause) = model.generics.split_for_impl();
    let constants: Vec<_> = model
        .fields()
        .filter(|(_, field)| field.lookup().is_some())
        .map(|(_, field)| {
            let name = member_name(&field.member);
            let doc = format!("The blind index of `{name}`.");
            let constant = format_ident!("{}", name.to_uppercase(), span = field.span);
            let (ty, index) = (&field.ty, field.index);
            quote! {
                #[doc = #doc]
                #[allow(dead_code)]
                #vis const #constant: #lookup_field<#ty> =
                    #lookup_of::<#ty>(<Self as #tagged>::__spec, #index);
            }
        })
        .collect();
    if constants.is_empty() {
        return TokenStream::new();
    }
    quote! {
        #[automatically_derived]
        impl #impl_generics #ident #ty_generics #where_clause {
            #(#constants)*
        }
    }
}
