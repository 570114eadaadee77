//! `Deserialize`: reads the pending mirror, then opens its fields in order.

use proc_macro2::TokenStream;
use quote::quote;

use super::pending::{is_checked, is_pending, siblings};
use super::runtime::Runtime;
use super::ser::sibling_name;
use super::shape::{binding, build, match_groups, path, pattern};
use super::words::respan;
use super::{bind, collect, generics, pending};
use crate::ast::Style;
use crate::model::{Field, Group, Model, Role};

pub(crate) fn expand(model: &Model, rt: &Runtime) -> TokenStream {
    let ident = &model.ident;
    let (_, ty_generics, _) = model.generics.split_for_impl();
    let where_clause = generics::where_clause(&model.generics, generics::deserialize(model, rt));
    let mirror = pending::expand(model, &where_clause, rt);
    let open = open(model, &where_clause, rt);
    let (derive, deserializer, open_record) =
        (rt.derive_deserialize(), rt.deserializer(), rt.open_record());
    let with_de = generics::with_de(&model.generics);
    quote! {
        #mirror
        #open

        #[automatically_derived]
        impl #with_de #derive<'de> for #ident #ty_generics #where_clause {
            fn deserialize<__D: #deserializer<'de>>(
                __deserializer: __D,
            ) -> ::core::result::Result<Self, __D::Error> {
                #open_record::<Self, __D>(__deserializer)
            }
        }
    }
}

fn open(model: &Model, where_clause: &TokenStream, rt: &Runtime) -> TokenStream {
    let (ident, mirror) = (&model.ident, pending::name());
    let (impl_generics, ty_generics, _) = model.generics.split_for_impl();
    let (open_nested, opener, error, items, tagged) =
        (rt.open_nested(), rt.opener(), rt.error(), rt.integrity_items(), rt.tagged());
    let bind = bind::body(model, &mirror, &quote!(__pending), true);
    let collect = collect::body(model, rt);
    let integrity = model.integrity.as_ref().map(|_| {
        quote! {
            let mut __items = #items::new();
            <Self as #open_nested>::collect(&__pending, &mut __items);
        }
    });
    let body = match_groups(model, &quote!(__pending), true, |group| arm(model, group));
    quote! {
        #[automatically_derived]
        impl #impl_generics #open_nested for #ident #ty_generics #where_clause {
            type Pending = #mirror #ty_generics;

            fn resolve(
                __pending: Self::Pending,
                __opener: &mut #opener,
            ) -> ::core::result::Result<Self, #error> {
                __opener.record(
                    <Self as #tagged>::__spec(),
                    __pending,
                    |__pending, __binder| { #bind },
                    |__pending, __opener| {
                        #integrity
                        #body
                    },
                )
            }

            fn collect(__pending: &Self::Pending, __items: &mut #items) {
                #collect
            }
        }
    }
}

/// Opens the fields of one struct or variant. Integrity comes first: nothing is handed out before.
fn arm(model: &Model, group: &Group) -> TokenStream {
    let pattern = with_siblings(model, group);
    let verify =
        model.integrity.as_ref().map(|_| quote!(__opener.verify(__items, __taggant_integrity)?;));
    let opened = group.fields.iter().filter(|field| is_pending(group, field)).map(open_field);
    let built = build(
        &path(&model.ident, group),
        group,
        |field| {
            let value = binding(field);
            if is_checked(group, field) { quote!(#value.into_value()) } else { quote!(#value) }
        },
        &TokenStream::new(),
    );
    quote! {
        #pattern => {
            #verify
            #(#opened)*
            ::core::result::Result::Ok(#built)
        }
    }
}

fn with_siblings(model: &Model, group: &Group) -> TokenStream {
    let path = path(&pending::name(), group);
    if group.style != Style::Named {
        return pattern(&path, group, |_| true);
    }
    let fields = group.fields.iter().map(|field| {
        let (member, value) = (&field.member, binding(field));
        quote!(#member: #value,)
    });
    let siblings = siblings(group);
    let integrity = model.integrity.as_ref().map(|_| quote!(__taggant_integrity,));
    quote!(#path { #(#fields)* #(#siblings,)* #integrity })
}

fn open_field(field: &Field) -> TokenStream {
    let value = binding(field);
    let span = crate::diag::at(&field.ty);
    match field.role {
        Role::Nested { .. } => respan(quote!(let #value = __opener.nested(#value)?;), span),
        _ if field.lookup().is_some() => {
            let sibling = sibling_name(field);
            respan(quote!(let #value = __opener.lookup_field(#value, #sibling)?;), span)
        }
        _ => respan(quote!(let #value = __opener.field(#value)?;), span),
    }
}
