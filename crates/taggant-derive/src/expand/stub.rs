//! Impls for a type with errors, so that the user sees these errors and not what would follow
//! from missing impls. The code never runs, and it never looks at a field.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Path, parse_quote};

use super::generics;
use super::runtime::Runtime;
use crate::ast::{Input, Skip};

/// The errors, and the impls.
pub(crate) fn stub(input: &Input, error: &syn::Error) -> TokenStream {
    let krate: Path = input.words.krate.clone().unwrap_or_else(|| parse_quote!(::taggant));
    let rt = Runtime::absolute(&krate);
    let errors = error.to_compile_error();
    let core = core(input, &rt);
    let part = |skip, expand: fn(&Input, &Runtime) -> TokenStream| {
        if input.skips(skip) { TokenStream::new() } else { expand(input, &rt) }
    };
    let (debug, ser, de) =
        (part(Skip::Debug, debug), part(Skip::Serialize, ser), part(Skip::Deserialize, de));
    quote! {
        #errors
        const _: () = {
            #core
            #debug
            #ser
            #de
        };
    }
}

fn core(input: &Input, rt: &Runtime) -> TokenStream {
    let ident = &input.ident;
    let (impl_generics, ty_generics, where_clause) = input.generics.split_for_impl();
    let (tagged, spec, nested, bind, binder) =
        (rt.tagged(), rt.record_spec(), rt.nested(), rt.bind(), rt.binder());
    quote! {
        impl #impl_generics #tagged for #ident #ty_generics #where_clause {
            fn __spec() -> &'static #spec { ::core::unreachable!() }
        }
        impl #impl_generics #nested for #ident #ty_generics #where_clause {}
        impl #impl_generics #bind for #ident #ty_generics #where_clause {
            fn bind(&self, _: &mut #binder<'_>) {}
        }
    }
}

fn debug(input: &Input, _: &Runtime) -> TokenStream {
    let ident = &input.ident;
    let (impl_generics, ty_generics, where_clause) = input.generics.split_for_impl();
    quote! {
        impl #impl_generics ::core::fmt::Debug for #ident #ty_generics #where_clause {
            fn fmt(&self, _: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::unreachable!()
            }
        }
    }
}

fn ser(input: &Input, rt: &Runtime) -> TokenStream {
    let ident = &input.ident;
    let (impl_generics, ty_generics, where_clause) = input.generics.split_for_impl();
    let (serialize, serializer, seal_nested) =
        (rt.derive_serialize(), rt.serializer(), rt.seal_nested());
    quote! {
        impl #impl_generics #serialize for #ident #ty_generics #where_clause {
            fn serialize<__S: #serializer>(
                &self,
                _: __S,
            ) -> ::core::result::Result<__S::Ok, __S::Error> {
                ::core::unreachable!()
            }
        }
        impl #impl_generics #seal_nested for #ident #ty_generics #where_clause {
            fn seal<__S: #serializer>(
                &self,
                _: __S,
            ) -> ::core::result::Result<__S::Ok, __S::Error> {
                ::core::unreachable!()
            }
        }
    }
}

fn de(input: &Input, rt: &Runtime) -> TokenStream {
    let ident = &input.ident;
    let (impl_generics, ty_generics, where_clause) = input.generics.split_for_impl();
    let with_de = generics::with_de(&input.generics);
    let (deserialize, deserializer) = (rt.derive_deserialize(), rt.deserializer());
    let (open_nested, opener, items, error) =
        (rt.open_nested(), rt.opener(), rt.integrity_items(), rt.error());
    quote! {
        impl #with_de #deserialize<'de> for #ident #ty_generics #where_clause {
            fn deserialize<__D: #deserializer<'de>>(
                _: __D,
            ) -> ::core::result::Result<Self, __D::Error> {
                ::core::unreachable!()
            }
        }
        impl #impl_generics #open_nested for #ident #ty_generics #where_clause {
            type Pending = ();
            fn resolve(_: (), _: &mut #opener) -> ::core::result::Result<Self, #error> {
                ::core::unreachable!()
            }
            fn collect(_: &(), _: &mut #items) {}
        }
    }
}
