//! Structs, enums, unions and aliases.

use proc_macro2::TokenStream;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Fields, ItemType, Result};

use super::{attrs, place, types};
use crate::model::{Body, Field, TypeDef, Variant};

/// Reads a struct, enum or union.
pub(super) fn data(tokens: TokenStream, module: String) -> Result<TypeDef> {
    let input: DeriveInput = syn::parse2(tokens)?;
    let body = match &input.data {
        Data::Struct(data) => Body::Struct(fields(&data.fields)),
        Data::Union(data) => {
            Body::Struct(data.fields.named.iter().enumerate().map(field).collect())
        }
        Data::Enum(data) => Body::Enum(
            data.variants
                .iter()
                .map(|variant| Variant {
                    name: variant.ident.unraw().to_string(),
                    fields: fields(&variant.fields),
                })
                .collect(),
        ),
    };
    Ok(TypeDef {
        name: input.ident.unraw().to_string(),
        inline_module: module,
        derives: attrs::derives(&input.attrs),
        tagged_attr: input.attrs.iter().any(|attr| attr.path().is_ident("tagged")),
        body,
    })
}

/// Reads `type Name = ..;`
pub(super) fn alias(tokens: TokenStream, module: String) -> Result<TypeDef> {
    let item: ItemType = syn::parse2(tokens)?;
    Ok(TypeDef {
        name: item.ident.unraw().to_string(),
        inline_module: module,
        derives: Vec::new(),
        tagged_attr: false,
        body: Body::Alias(types::read(&item.ty)),
    })
}

fn fields(fields: &Fields) -> Vec<Field> {
    fields.iter().enumerate().map(field).collect()
}

fn field((index, field): (usize, &syn::Field)) -> Field {
    let span = field.ident.as_ref().map_or_else(|| field.ty.span(), |ident| ident.span());
    let (line, column) = place(span);
    let (decision, conditional) = attrs::decision(&field.attrs);
    Field {
        member: field
            .ident
            .as_ref()
            .map_or_else(|| index.to_string(), |ident| ident.unraw().to_string()),
        named: field.ident.is_some(),
        line,
        column,
        ty: types::read(&field.ty),
        decision,
        renames: attrs::renames(&field.attrs),
        conditional,
    }
}
