//! Which masker a field uses; functions of the user's get one of their own.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::runtime::Runtime;
use crate::ast::Mask;
use crate::model::{Field, Model, Tag};

#[derive(PartialEq, Eq)]
pub(crate) enum MaskKind {
    /// Shows nothing of the value, so it asks nothing of its type.
    Blind,
    Text,
    Custom,
}

pub(crate) fn kind(tag: &Tag) -> MaskKind {
    match tag.mask {
        None | Some(Mask::Full) => MaskKind::Blind,
        Some(Mask::Function(_)) => MaskKind::Custom,
        Some(_) => MaskKind::Text,
    }
}

/// The masker's type.
pub(crate) fn masker(model: &Model, field: &Field, tag: &Tag, rt: &Runtime) -> TokenStream {
    match kind(tag) {
        MaskKind::Blind => rt.no_mask(),
        MaskKind::Text => rt.text_mask(),
        MaskKind::Custom => {
            let name = name(field);
            let (_, ty_generics, _) = model.generics.split_for_impl();
            quote!(#name #ty_generics)
        }
    }
}

fn name(field: &Field) -> Ident {
    format_ident!("__TaggantMask{}", field.index)
}

pub(crate) fn expand(model: &Model, rt: &Runtime) -> TokenStream {
    let masker = rt.masker();
    let field_spec = rt.field_spec();
    let (by_mask, by_serde, by_nothing) = (rt.by_mask(), rt.by_serde(), rt.by_nothing());
    let (text_of, limited_mask) = (rt.text_of(), rt.limited_mask());
    let ident = &model.ident;
    let (impl_generics, ty_generics, where_clause) = model.generics.split_for_impl();
    let params = &model.generics.params;
    let masks = model.fields().filter_map(|(_, field)| {
        let Mask::Function(function) = field.tag()?.mask.as_ref()? else { return None };
        let (name, ty) = (name(field), &field.ty);
        let declared = if params.is_empty() {
            quote!(struct #name;)
        } else {
            let held = quote!((::core::marker::PhantomData<fn() -> #ident #ty_generics>));
            quote!(struct #name #impl_generics #held #where_clause;)
        };
        Some(quote! {
            #declared
            impl #impl_generics #masker<#ty> for #name #ty_generics #where_clause {
                fn mask(
                    __value: &#ty,
                    __field: &#field_spec,
                    __out: &mut dyn ::core::fmt::Write,
                ) -> ::core::fmt::Result {
                    #[allow(unused_imports)]
                    use {#by_mask as _, #by_nothing as _, #by_serde as _};
                    let __text = (&&&#text_of(__value)).text_of();
                    #limited_mask(__field, __text, __out, |__out| #function(__value, __out))
                }
            }
        })
    });
    quote!(#(#masks)*)
}
