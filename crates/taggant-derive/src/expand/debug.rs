//! `Debug`: clear and nested fields as they print, tagged ones masked.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;

use super::runtime::Runtime;
use super::shape::{binding, match_groups, path, pattern};
use super::words::respan;
use super::{generics, mask};
use crate::ast::{Style, member_name};
use crate::model::{Field, Group, Model};

pub(crate) fn expand(model: &Model, rt: &Runtime) -> TokenStream {
    let ident = &model.ident;
    let (impl_generics, ty_generics, _) = model.generics.split_for_impl();
    let where_clause = generics::where_clause(&model.generics, generics::debug(model, rt));
    let body = match_groups(model, &quote!(self), false, |group| arm(model, group, rt));
    quote! {
        #[automatically_derived]
        impl #impl_generics ::core::fmt::Debug for #ident #ty_generics #where_clause {
            fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                #body
            }
        }
    }
}

fn arm(model: &Model, group: &Group, rt: &Runtime) -> TokenStream {
    let pattern = pattern(&path(&model.ident, group), group, |_| true);
    let name = group.variant.as_ref().unwrap_or(&model.ident).unraw().to_string();
    let fields = group.fields.iter().map(|field| (field, shown(model, field, rt)));
    match group.style {
        Style::Unit => quote!(#pattern => __f.write_str(#name),),
        Style::Tuple => {
            let fields = fields.map(|(_, shown)| quote!(.field(#shown)));
            quote!(#pattern => __f.debug_tuple(#name)#(#fields)*.finish(),)
        }
        Style::Named => {
            let fields = fields.map(|(field, shown)| {
                let name = member_name(&field.member);
                quote!(.field(#name, #shown))
            });
            quote!(#pattern => __f.debug_struct(#name)#(#fields)*.finish(),)
        }
    }
}

fn shown(model: &Model, field: &Field, rt: &Runtime) -> TokenStream {
    let (value, index) = (binding(field), field.index);
    let Some(tag) = field.tag() else {
        return respan(quote!(&#value), crate::diag::at(&field.ty));
    };
    let (masked, masker) = (rt.masked(), mask::masker(model, field, tag, rt));
    let span = crate::diag::at(&field.ty);
    respan(quote!(&#masked::<#masker, _>(#value, &__TAGGANT_SPEC.fields[#index])), span)
}
