//! The static description of the type, and `Tagged` and `Nested`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::runtime::Runtime;
use crate::ast::{Mask, Pad};
use crate::model::bounds::mentions;
use crate::model::{Field, Lookup, Model, Role, Tag};

pub(crate) fn expand(model: &Model, rt: &Runtime) -> TokenStream {
    let (record_spec, number) = (rt.record_spec(), rt.spec_number());
    let (tagged, nested) = (rt.tagged(), rt.nested());
    let (dataset, aliases, group) = (&model.dataset, &model.dataset_aliases, &model.group);
    let subjects = model.subjects.iter().map(|kind| option(kind.as_ref().map(|k| quote!(#k))));
    let row_bound = model.row_bound;
    let integrity = option(model.integrity.as_ref().map(|name| quote!(#name)));
    let fields = model.fields().map(|(_, field)| field_spec(field, rt));
    let ident = &model.ident;
    let (impl_generics, ty_generics, where_clause) = model.generics.split_for_impl();
    quote! {
        static __TAGGANT_SPEC: #record_spec = #record_spec {
            dataset: #dataset,
            dataset_aliases: &[#(#aliases),*],
            group: #group,
            subjects: &[#(#subjects),*],
            row_bound: #row_bound,
            fields: &[#(#fields),*],
            integrity: #integrity,
            number: #number::new(),
        };

        #[automatically_derived]
        impl #impl_generics #tagged for #ident #ty_generics #where_clause {
            fn __spec() -> &'static #record_spec {
                &__TAGGANT_SPEC
            }
        }

        #[automatically_derived]
        impl #impl_generics #nested for #ident #ty_generics #where_clause {}
    }
}

fn option(value: Option<TokenStream>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}

fn field_spec(field: &Field, rt: &Runtime) -> TokenStream {
    let (field_spec, role, id) = (rt.field_spec(), rt.field_role(), rt.field_id());
    let (path, wire_name) = (&field.path, &field.wire_name);
    let own = bytes(field.id, &id);
    let aliases = field.aliases.iter().map(|alias| bytes(*alias, &id));
    let role = match &field.role {
        Role::Tagged(tag) => {
            let tag = tag_spec(tag, rt);
            quote!(#role::Tagged(#tag))
        }
        Role::Nested { portable } => quote!(#role::Nested { portable: #portable }),
        Role::Clear { authenticated } => quote!(#role::Clear { authenticated: #authenticated }),
    };
    quote! {
        #field_spec {
            path: #path,
            wire_name: #wire_name,
            id: #own,
            aliases: &[#(#aliases),*],
            role: #role,
        }
    }
}

fn bytes(id: [u8; 8], ty: &TokenStream) -> TokenStream {
    quote!(#ty([#(#id),*]))
}

fn tag_spec(tag: &Tag, rt: &Runtime) -> TokenStream {
    let (tag_spec, mask, pad) = (rt.tag_spec(), rt.mask(), rt.pad());
    let categories = &tag.categories;
    let (subject, seal_none) = (tag.subject, tag.seal_none);
    let mask = match &tag.mask {
        None => quote!(#mask::Category),
        Some(Mask::Full) => quote!(#mask::Full),
        Some(Mask::Email) => quote!(#mask::Email),
        Some(Mask::Last(count)) => quote!(#mask::Last(#count)),
        Some(Mask::First(count)) => quote!(#mask::First(#count)),
        Some(Mask::Year) => quote!(#mask::Year),
        Some(Mask::IpPrefix) => quote!(#mask::IpPrefix),
        Some(Mask::Pseudonym) => quote!(#mask::Pseudonym),
        Some(Mask::Function(_)) => quote!(#mask::Custom),
    };
    let pad = match tag.pad {
        Pad::None => quote!(#pad::None),
        Pad::To(bytes) => quote!(#pad::To(#bytes)),
    };
    let lookup = option(tag.lookup.as_ref().map(|lookup| lookup_spec(lookup, rt)));
    quote! {
        #tag_spec {
            categories: &[#(#categories),*],
            subject: #subject,
            mask: #mask,
            seal_none: #seal_none,
            pad: #pad,
            lookup: #lookup,
        }
    }
}

fn lookup_spec(lookup: &Lookup, rt: &Runtime) -> TokenStream {
    let spec = rt.lookup_spec();
    let Lookup { name, normalizer, bits } = lookup;
    quote!(#spec { name: #name, normalizer: #normalizer, bits: #bits })
}

/// `#[nested]` is checked even where nothing is derived that would need it. Types that mention a
/// type parameter are checked by the bounds of the impls.
pub(crate) fn assert_nested(model: &Model, rt: &Runtime) -> TokenStream {
    let nested = rt.nested();
    let checks: Vec<_> = model
        .fields()
        .map(|(_, field)| field)
        .filter(|field| matches!(field.role, Role::Nested { .. }))
        .filter(|field| !mentions(&field.ty, &model.ident, &model.generics).any())
        .map(|field| {
            let ty = &field.ty;
            quote_spanned!(crate::diag::at(ty)=> __is_nested::<#ty>();)
        })
        .collect();
    if checks.is_empty() {
        return TokenStream::new();
    }
    let (impl_generics, _, where_clause) = model.generics.split_for_impl();
    quote! {
        fn __nested_types_are_tagged #impl_generics () #where_clause {
            fn __is_nested<__T: #nested + ?::core::marker::Sized>() {}
            #(#checks)*
        }
    }
}
